#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Sessions with BIRD 2 over IPv4 and IPv6 (global and link-local), single hop and
# multihop: timers changed on either side under traffic, demand mode of ours,
# either side shut down, BIRD killed and started again. Sixteen sessions of
# 50 ms x 3 stay Up for HOLD seconds (60; ETRUNK_LONG: 600).
#
# BIRD is a process on a clock that leaps while the guest waits for the host:
# what it runs is in the page cache first, and deadlines are generous.
# shellcheck source=selftests/bfd_lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/bfd_lib.sh"

# shellcheck disable=SC2034 # for tests_run
ALL_TESTS="all_come_up bird_sees_them no_flap our_timers_change
	birds_timers_change bird_heeds_demand we_shut_down
	bird_drops_a_session
	bird_is_killed_and_comes_back bird_goes_silent bird_stops"

require_command bird
require_command birdc

: "${HOLD:=${ETRUNK_LONG:+600}}"
: "${HOLD:=60}"
interval=50
without=

setup()
{
	etrunk_reload || check_err $? "module does not load"
	daemon_topology
	# another test's may lie there
	rm -f bird.log
	bird_config
	# over several hops BIRD sends with the TTL of any other program
	daemon_sessions 64
	bird_start
	# from here on nothing waits for the host
	birdc_ show status >/dev/null
}

cleanup()
{
	bird_kill -KILL
}

neighbors()
{
	local both dev hops name

	for name in $DAEMON_SESSIONS; do
		[ "$name" != "$without" ] || continue
		both=$(ends "$name")
		dev='dev "v0"' hops=
		[ "${name#m}" = "$name" ] || dev='' hops=multihop
		echo "neighbor ${both% *} $dev local ${both#* } $hops;"
	done
}

bird_config()
{
	cat >bird.conf <<-END
		router id 10.1.0.1;
		log "bird.log" all;
		protocol device { scan time 60; }
		protocol bfd {
			debug { states, events };
			interface "v0" {
				min rx interval $interval ms;
				min tx interval $interval ms;
				multiplier 3;
			};
			multihop {
				min rx interval $interval ms;
				min tx interval $interval ms;
				multiplier 3;
			};
			$(neighbors)
		}
	END
}

bird_configure()
{
	bird_config
	birdc_ configure | grep -q Reconfigured
	check_err $? "BIRD does not take its configuration"
}

all_flaps()
{
	echo $(($(flaps "$PE") + $(bird_flaps)))
}

all_come_up()
{
	wait_all "$PE" up 16 60
	slowwait 20 bird_has 3 Up 16
	check_err $? "BIRD: $(birdc_ show bfd sessions)"
}

bird_sees_them()
{
	# until the polls have ended; its Interval is what it sends with,
	# Timeout what it detects with
	slowwait 20 bird_has 5 0.050 16
	check_err $? "intervals: $(birdc_ show bfd sessions)"
	slowwait 20 bird_has 6 0.150 16
	check_err $? "timeouts: $(birdc_ show bfd sessions)"
	slowwait 20 timers_are "up 50000 150000 3 3"
	check_err $? "ours: $(etrunkctl -n "$PE" bfd show)"
	check_equal "dropped" 0 "$(of_all '[.[].rx_drop] | add')"
}

no_flap()
{
	hold "$HOLD" all_flaps
}

# wait_line NAME LINE
wait_line()
{
	slowwait 20 bird_line_is "$1" "$2"
	check_equal "BIRD of $1" "$2" "$(bird_line "$1")"
}

our_timers_change()
{
	local before name

	before=$(all_flaps)
	traffic_start
	for name in s1 s5 s7; do
		bfd "$PE" set $name min-tx 300 min-rx 200
	done
	for name in m1 m5; do
		bfd "$PE" set $name min-tx 20 min-rx 20
	done
	bfd "$PE" set s2 multiplier 5
	bfd "$PE" set m2 multiplier 50
	for name in s1 s5 s7; do
		wait_line $name "0.200 0.900"
		check_equal "$name" "300000 600000" "$(bfd_show "$PE" $name \
			'"\(.tx_interval_us) \(.detect_time_us)"')"
	done
	# BIRD does not go below its own 50 ms
	wait_line m1 "0.050 0.150"
	wait_line m5 "0.050 0.150"
	wait_line s2 "0.050 0.250"
	wait_line m2 "0.050 2.500"
	for name in s1 s5 s7 m1 m5; do
		bfd "$PE" set $name min-tx 50 min-rx 50
	done
	bfd "$PE" set s2 multiplier 3
	bfd "$PE" set m2 multiplier 3
	for name in s1 s5 s7 m1 m5 s2 m2; do
		wait_line $name "0.050 0.150"
	done
	traffic_stop
	check_equal "flaps" "$before" "$(all_flaps)"
}

birds_timers_change()
{
	local before i name

	before=$(all_flaps)
	traffic_start
	for i in 400 100 50; do
		interval=$i
		bird_configure
		# it has got our Final, else it would not slow down
		for name in m3 s6; do
			slowwait 30 is_paced "$PE" $name $i
			check_err $? "$name: BIRD does not send every $i ms"
		done
		slowwait 20 timers_are "up ${i}000 $((i * 3))000 3 3"
		check_err $? "ours: $(etrunkctl -n "$PE" bfd show)"
	done
	traffic_stop
	check_equal "flaps" "$before" "$(all_flaps)"
}

# Its silence, and answers to our polls alone; BIRD itself has no demand mode.
bird_heeds_demand()
{
	local before name

	before=$(all_flaps)
	for name in s4 m5; do
		bfd "$PE" set $name demand on
	done
	for name in s4 m5; do
		slowwait 20 is_silent "$PE" $name
		check_err $? "$name: BIRD goes on"
		bfd_is "$PE" $name up
		check_err $? "$name is not up"
		bfd "$PE" set $name demand off
		slowwait 30 is_paced "$PE" $name 50
		check_err $? "$name: BIRD stays silent"
	done
	check_equal "flaps" "$before" "$(all_flaps)"
}

we_shut_down()
{
	bfd "$PE" set s1 shutdown on
	bfd "$PE" set m1 shutdown on
	slowwait 20 bird_has 3 Down 2
	check_err $? "BIRD: $(birdc_ show bfd sessions)"
	bfd "$PE" set s1 shutdown off
	bfd "$PE" set m1 shutdown off
	wait_all "$PE" up 16 60
	slowwait 20 bird_has 3 Up 16
	check_err $? "BIRD: $(birdc_ show bfd sessions)"
}

# BIRD has no shutdown of a session: it forgets it.
bird_drops_a_session()
{
	local before

	before=$(bfd_show "$PE" s2 .down_count)
	without=s2
	bird_configure
	wait_bfd "$PE" s2 down
	# it does not come back
	sleep 1
	check_equal "s2" "down $((before + 1))" \
		"$(bfd_show "$PE" s2 '"\(.state) \(.down_count)"')"
	log_info "s2: $(bfd_show "$PE" s2 .last_down_reason)"
	without=
	bird_configure
	wait_all "$PE" up 16 60
}

# Its discriminators are new ones, ours stay.
bird_is_killed_and_comes_back()
{
	local discr

	discr=$(bfd_show "$PE" m1 .remote_discriminator)
	bird_kill -KILL
	wait_all "$PE" down 16 20
	check_equal "reasons" DETECTION_EXPIRED "$(of_all \
		'.[].last_down_reason' | sort -u)"
	bird_start
	wait_all "$PE" up 16 60
	[ "$discr" != "$(bfd_show "$PE" m1 .remote_discriminator)" ]
	check_err $? "the discriminator $discr is still there"
}

# It is stopped for longer than its peers' detection time.
bird_goes_silent()
{
	local before

	before=$(flaps "$PE")
	bird_kill -STOP
	wait_all "$PE" down 16 20
	bird_kill -CONT
	wait_all "$PE" up 16 60
	check_between "flaps" $((before + 16)) $((before + 32)) \
		"$(flaps "$PE")"
}

bird_stops()
{
	birdc_ down >/dev/null
	wait_all "$PE" down 16 20
	log_info "s1: $(bfd_show "$PE" s1 .last_down_reason)"
}

tests_run
