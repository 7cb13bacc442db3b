#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Sessions with BIRD 2: single hop and multihop, timers changed on either side
# under traffic, either side shut down, BIRD killed and started again. Sixteen
# sessions of 50 ms x 3 stay Up for HOLD seconds (60; ETRUNK_LONG: 600).
# shellcheck source=selftests/bfd_lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/bfd_lib.sh"

# shellcheck disable=SC2034 # for tests_run
ALL_TESTS="all_come_up bird_sees_them no_flap our_timers_change
	birds_timers_change we_shut_down bird_drops_a_session
	bird_is_killed_and_comes_back bird_goes_silent bird_stops"

require_command bird
require_command birdc

: "${HOLD:=${ETRUNK_LONG:+600}}"
: "${HOLD:=60}"
# of every session ever, as BIRD tells
LOG=bird.log
interval=50
without=

setup()
{
	etrunk_reload || check_err $? "module does not load"
	daemon_topology
	# another test's may lie there
	rm -f $LOG
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

bird_config()
{
	local i

	cat >bird.conf <<-END
		router id 10.1.0.1;
		log "$LOG" all;
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
			$(for i in {1..8}; do
				[ "s$i" = "$without" ] ||
				echo "neighbor 10.0.0.1$i dev \"v0\" local 10.0.0.100;"
				echo "neighbor 10.2.0.1$i local 10.1.0.1 multihop;"
			done)
		}
	END
}

bird_configure()
{
	bird_config
	birdc_ configure | grep -q Reconfigured
	check_err $? "BIRD does not take its configuration"
}

# bird_has FIELD VALUE NUMBER: so many sessions show it
bird_has()
{
	[ "$(birdc_ show bfd sessions | awk -v f="$1" -v v="$2" \
		'$1 ~ /^10\./ && $f == v' | wc -l)" = "$3" ]
}

bird_flaps()
{
	grep -c 'changed state from Up' $LOG
}

all_come_up()
{
	wait_all "$PE" up 16 60
	slowwait 5 bird_has 3 Up 16
	check_err $? "BIRD: $(birdc_ show bfd sessions)"
}

bird_sees_them()
{
	# let the polls end
	sleep 1
	# its Interval is what it sends with, Timeout what it detects with
	bird_has 5 0.050 16
	check_err $? "intervals: $(birdc_ show bfd sessions)"
	bird_has 6 0.150 16
	check_err $? "timeouts: $(birdc_ show bfd sessions)"
	check_equal "ours" "up 50000 150000 3 3" "$(etrunkctl -n "$PE" -j \
		bfd show | jq -r '.[] | "\(.remote_state) \(.tx_interval_us) \(.detect_time_us) \(.multiplier) \(.remote_multiplier)"' |
		sort -u)"
	check_equal "dropped" 0 "$(etrunkctl -n "$PE" -j bfd show |
		jq '[.[].rx_drop] | add')"
}

no_flap()
{
	local before=$(($(flaps "$PE") + $(bird_flaps))) rx

	rx=$(bfd_show "$PE" m8 .rx_packets)
	sleep "$HOLD"
	check_equal "flaps" "$before" $(($(flaps "$PE") + $(bird_flaps)))
	wait_all "$PE" up 16 0
	# the witness: BIRD sends every 37.5 to 50 ms
	check_between "packets received" $((HOLD * 18)) $((HOLD * 280)) \
		$(($(bfd_show "$PE" m8 .rx_packets) - rx))
	log_info "longest gap in $HOLD s: $(etrunkctl -n "$PE" -j bfd show |
		jq '[.[].max_rx_gap_us] | max') us"
}

our_timers_change()
{
	local before=$(($(flaps "$PE") + $(bird_flaps)))

	etrunkctl -n "$PE" -b - <<-END
		bfd set s1 min-tx 300 min-rx 200
		bfd set m1 min-tx 20 min-rx 20
		bfd set s2 multiplier 5
		bfd set m2 multiplier 50
	END
	sleep 2
	check_equal "s1" "300000 600000" "$(bfd_show "$PE" s1 \
		'"\(.tx_interval_us) \(.detect_time_us)"')"
	check_equal "BIRD of s1" "0.200 0.900" "$(bird_line 10.0.0.11)"
	# BIRD does not go below its own 50 ms
	check_equal "BIRD of m1" "0.050 0.150" "$(bird_line 10.2.0.11)"
	check_equal "BIRD of s2" "0.050 0.250" "$(bird_line 10.0.0.12)"
	check_equal "BIRD of m2" "0.050 2.500" "$(bird_line 10.2.0.12)"
	etrunkctl -n "$PE" -b - <<-END
		bfd set s1 min-tx 50 min-rx 50
		bfd set m1 min-tx 50 min-rx 50
		bfd set s2 multiplier 3
		bfd set m2 multiplier 3
	END
	sleep 2
	check_equal "BIRD of s1" "0.050 0.150" "$(bird_line 10.0.0.11)"
	check_equal "flaps" "$before" $(($(flaps "$PE") + $(bird_flaps)))
}

# bird_line ADDRESS: interval and timeout
bird_line()
{
	birdc_ show bfd sessions | awk -v a="$1" '$1 == a { print $5, $6 }'
}

birds_timers_change()
{
	local before=$(($(flaps "$PE") + $(bird_flaps))) i

	for i in 400 100 50; do
		interval=$i
		bird_configure
		# it has got our Final, else it would not slow down
		slowwait 20 is_paced "$PE" m3 $i
		check_err $? "BIRD does not send every $i ms"
		check_equal "ours after $i ms" "${i}000 $((i * 3))000" \
			"$(bfd_show "$PE" m3 \
			   '"\(.tx_interval_us) \(.detect_time_us)"')"
	done
	check_equal "flaps" "$before" $(($(flaps "$PE") + $(bird_flaps)))
}

we_shut_down()
{
	bfd "$PE" set s1 shutdown on
	bfd "$PE" set m1 shutdown on
	slowwait 5 bird_has 3 Down 2
	check_err $? "BIRD: $(birdc_ show bfd sessions)"
	bfd "$PE" set s1 shutdown off
	bfd "$PE" set m1 shutdown off
	wait_all "$PE" up 16 60
	slowwait 5 bird_has 3 Up 16
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
	sleep 1
	check_equal "s2" "$((before + 1))" "$(bfd_show "$PE" s2 .down_count)"
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
	wait_all "$PE" down 16 5
	check_equal "reasons" DETECTION_EXPIRED "$(etrunkctl -n "$PE" -j \
		bfd show | jq -r '.[].last_down_reason' | sort -u)"
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
	wait_all "$PE" down 16 2
	bird_kill -CONT
	wait_all "$PE" up 16 60
	check_between "flaps" $((before + 16)) $((before + 32)) \
		"$(flaps "$PE")"
}

bird_stops()
{
	birdc_ down >/dev/null
	wait_all "$PE" down 16 5
	log_info "s1: $(bfd_show "$PE" s1 .last_down_reason)"
}

tests_run
