#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Sessions with FRR's bfdd over IPv4 and IPv6 (global and link-local), single hop
# and multihop: timers changed on either side under traffic, either side shut
# down, echo of both ends, bfdd killed and started again. Sixteen sessions of 50 ms x 3 stay Up for
# HOLD seconds (30; ETRUNK_LONG: 600).
# shellcheck source=selftests/bfd_lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/bfd_lib.sh"

# shellcheck disable=SC2034 # for tests_run
ALL_TESTS="all_come_up bfdd_sees_them no_flap our_timers_change
	bfdds_timers_change we_shut_down bfdd_shuts_down bfdd_drops_a_session
	echo_both_ways echo_fails bfdd_is_killed_and_comes_back bfdd_goes_silent
	bfdd_stops"

FRR=/usr/lib/frr
require_command $FRR/bfdd
require_command vtysh

: "${HOLD:=${ETRUNK_LONG:+600}}"
: "${HOLD:=30}"
# The daemons become the user frr.
RUN=/run/frr-test

setup()
{
	etrunk_reload || check_err $? "module does not load"
	daemon_topology
	rm -rf $RUN
	mkdir -p $RUN /var/tmp/frr
	bfdd_config >$RUN/bfdd.conf
	: >$RUN/zebra.conf
	chown -R frr:frr $RUN /var/tmp/frr
	warm $FRR/zebra $FRR/bfdd "$(type -P vtysh)"
	# zebra tells bfdd of the devices
	frr_start zebra
	frr_start bfdd
	daemon_sessions 254
	vtysh_ 'show version' >/dev/null
}

cleanup()
{
	frr_kill bfdd -KILL
	frr_kill zebra -KILL
	rm -rf $RUN
}

# bfdd_peer NAME: as its configuration calls that session
bfdd_peer()
{
	local both

	both=$(ends "$1")
	case "$1" in
	s*) echo "peer ${both% *} local-address ${both#* } interface v0" ;;
	m*) echo "peer ${both% *} multihop local-address ${both#* }" ;;
	esac
}

bfdd_config()
{
	local name

	echo bfd
	for name in $DAEMON_SESSIONS; do
		cat <<-END
			 $(bfdd_peer "$name")
			  receive-interval 50
			  transmit-interval 50
			 exit
		END
	done
}

# frr_start DAEMON
frr_start()
{
	# shellcheck disable=SC2046 # two words or none
	ns "$PEER" $FRR/"$1" -d -f $RUN/"$1".conf -i $RUN/"$1".pid \
		-z $RUN/zserv --vty_socket $RUN -P 0 --log file:$RUN/"$1".log \
		$([ "$1" = zebra ] || echo --bfdctl $RUN/bfdd.sock)
	check_err $? "$1 does not start"
}

# frr_kill DAEMON SIGNAL
frr_kill()
{
	[ ! -s $RUN/"$1".pid ] || kill "$2" "$(cat $RUN/"$1".pid)" 2>/dev/null
}

# vtysh_ COMMAND...
vtysh_()
{
	local line
	local -a args=()

	for line in "$@"; do
		args+=(-c "$line")
	done
	vtysh --vty_socket $RUN -d bfdd "${args[@]}"
}

# bfdd_peers FILTER: a jq filter of the list
bfdd_peers()
{
	vtysh_ 'show bfd peers json' | jq -r "$1"
}

# bfdd_has STATE NUMBER
bfdd_has()
{
	[ "$(vtysh_ 'show bfd peers json' | grep -c '"status": *"'"$1"'"')" = "$2" ]
}

bfdd_flaps()
{
	vtysh_ 'show bfd peers counters json' | jq '[.[]."session-down"] | add'
}

all_flaps()
{
	echo $(($(flaps "$PE") + $(bfdd_flaps)))
}

all_come_up()
{
	wait_all "$PE" up 16 60
	slowwait 20 bfdd_has up 16
	check_err $? "bfdd: $(bfdd_peers '[.[] | "\(.peer) \(.status)"] | join(", ")')"
}

# bfdd_shows LINE: of all sessions
bfdd_shows()
{
	[ "$(bfdd_peers '.[] | "\(."receive-interval") \(."transmit-interval") \(."detect-multiplier") \(."remote-receive-interval") \(."remote-transmit-interval") \(."remote-detect-multiplier")"' |
		sort -u)" = "$1" ]
}

bfdd_sees_them()
{
	# until the polls have ended
	slowwait 20 bfdd_shows "50 50 3 50 50 3"
	check_err $? "bfdd: $(bfdd_peers .)"
	slowwait 20 timers_are "up 50000 150000 3 3"
	check_err $? "ours: $(etrunkctl -n "$PE" bfd show)"
	check_equal "dropped" 0 "$(of_all '[.[].rx_drop] | add')"
}

no_flap()
{
	hold "$HOLD" all_flaps
}

# peer_line NAME: what bfdd knows of our timers
peer_line()
{
	bfdd_peers '.[] | select(.peer == "'"$(ours "$1")"'") |
		"\(."remote-receive-interval") \(."remote-transmit-interval") \(."remote-detect-multiplier")"'
}

peer_line_is()
{
	[ "$(peer_line "$1")" = "$2" ]
}

# wait_line NAME LINE
wait_line()
{
	slowwait 20 peer_line_is "$1" "$2"
	check_equal "bfdd of $1" "$2" "$(peer_line "$1")"
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
		wait_line $name "200 300 3"
		check_equal "$name" "300000 600000" "$(bfd_show "$PE" $name \
			'"\(.tx_interval_us) \(.detect_time_us)"')"
	done
	wait_line m1 "20 20 3"
	wait_line m5 "20 20 3"
	wait_line s2 "50 50 5"
	wait_line m2 "50 50 50"
	for name in s1 s5 s7 m1 m5; do
		bfd "$PE" set $name min-tx 50 min-rx 50
	done
	bfd "$PE" set s2 multiplier 3
	bfd "$PE" set m2 multiplier 3
	for name in s1 s5 s7 m1 m5 s2 m2; do
		wait_line $name "50 50 3"
	done
	traffic_stop
	check_equal "flaps" "$before" "$(all_flaps)"
}

# bfdd_set NAME COMMAND...
bfdd_set()
{
	local peer

	peer=$(bfdd_peer "$1")
	shift
	vtysh_ 'configure terminal' bfd "$peer" "$@"
}

# heard NAME FILTER VALUE: by a filter of our session
heard()
{
	[ "$(bfd_show "$PE" "$1" "$2")" = "$3" ]
}

# A new interval at a time, and the next one when its poll is over: on a Final,
# bfdd (bs_final_handler) puts into use what is configured by then, be it told or
# not. A second change during a poll may so slow it down before we know (RFC 5880
# 6.8.3 forbids it), which is a flap.
bfdds_timers_change()
{
	local before ms name

	before=$(all_flaps)
	traffic_start
	for ms in 400 100 50; do
		for name in s3 m3 s6 m6; do
			bfdd_set $name "receive-interval $ms"
			# we slow down at once; its poll ends a packet or two later
			slowwait 20 heard $name .tx_interval_us ${ms}000
			check_err $? "$name does not send every $ms ms"
			sleep 1
			bfdd_set $name "transmit-interval $ms"
			slowwait 20 heard $name .detect_time_us $((ms * 3))000
			check_err $? "$name does not detect in 3 x $ms ms"
		done
		# else it would not slow down
		for name in m3 s6; do
			slowwait 30 is_paced "$PE" $name $ms
			check_err $? "bfdd does not send every $ms ms"
		done
	done
	traffic_stop
	bfdd_set s3 'detect-multiplier 10'
	slowwait 20 heard s3 '"\(.remote_multiplier) \(.detect_time_us)"' \
		"10 500000"
	check_err $? "s3 does not detect in 10 x 50 ms"
	bfdd_set s3 'detect-multiplier 3'
	slowwait 20 heard s3 .remote_multiplier 3
	check_err $? "s3 does not detect in 3 intervals"
	check_equal "flaps" "$before" "$(all_flaps)"
}

we_shut_down()
{
	bfd "$PE" set s1 shutdown on
	bfd "$PE" set m1 shutdown on
	slowwait 20 bfdd_has down 2
	check_err $? "bfdd: $(bfdd_peers '[.[] | "\(.peer) \(.status)"] | join(", ")')"
	check_match "bfdd of s1" "neighbor signaled session down" "$(bfdd_peers \
		'.[] | select(.peer == "10.0.0.11") | .diagnostic')"
	bfd "$PE" set s1 shutdown off
	bfd "$PE" set m1 shutdown off
	wait_all "$PE" up 16 60
	slowwait 20 bfdd_has up 16
	check_err $? "bfdd is not up again"
}

bfdd_shuts_down()
{
	local name

	for name in s3 m3 s7 m7; do
		bfdd_set $name shutdown
		wait_bfd "$PE" $name down
		check_equal "$name" "admin-down 3 NEIGHBOR_ADMIN_DOWN" \
			"$(bfd_show "$PE" $name '"\(.remote_state) \(.diag) \(.last_down_reason)"')"
		bfdd_set $name 'no shutdown'
		wait_bfd "$PE" $name up
	done
}

bfdd_drops_a_session()
{
	vtysh_ 'configure terminal' bfd "no $(bfdd_peer m4)"
	wait_bfd "$PE" m4 down
	log_info "m4: $(bfd_show "$PE" m4 .last_down_reason)"
	bfdd_set m4 'receive-interval 50' 'transmit-interval 50'
	wait_all "$PE" up 16 60
}

# bfdd_counts KEY: a counter of session s4 there
bfdd_counts()
{
	vtysh_ 'show bfd peers counters json' |
		jq '.[] | select(.peer == "10.0.0.14") | ."'"$1"'"'
}

# above VALUE COMMAND...: does it print a greater one?
above()
{
	local value=$1
	shift

	(($("$@") > value))
}

# we_count KEY: a counter of our session s4
we_count()
{
	bfd_show "$PE" s4 ".counters.\"$1\""
}

# Each loops the other's: ours by its hook, bfdd's host by forwarding them.
echo_both_ways()
{
	local before

	ns "$PEER" sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv4.conf.all.send_redirects=0 \
		net.ipv4.conf.v0.send_redirects=0
	bfdd_set s4 'echo receive-interval 50' 'echo transmit-interval 50' \
		echo-mode
	bfd "$PE" set s4 echo 50
	slowwait 20 above 40 we_count echo-rx
	check_err $? "none of ours comes back: $(etrunkctl -n "$PE" -d bfd show s4)"
	slowwait 20 above 40 we_count echo-looped
	check_err $? "none of bfdd's is looped: $(etrunkctl -n "$PE" -d bfd show s4)"
	slowwait 20 above 40 bfdd_counts echo-packet-input
	check_err $? "bfdd has none back: $(vtysh_ 'show bfd peers counters json')"
	before=$(all_flaps)
	sleep 5
	check_equal "flaps" "$before" "$(all_flaps)"
	check_equal "not accepted" 0 "$(bfd_show "$PE" s4 '[.counters |
		to_entries[] | select(.key | startswith("echo-drop")) | .value] |
		add')"
}

# Nobody else loops ours, once its host forwards no more.
echo_fails()
{
	ns "$PEER" sysctl -qw net.ipv4.ip_forward=0
	slowwait 20 heard s4 .last_down_reason ECHO_FAILED
	check_err $? "s4: $(bfd_show "$PE" s4 .last_down_reason)"
	bfd "$PE" set s4 echo off
	bfdd_set s4 'no echo-mode'
	wait_all "$PE" up 16 60
}

# Its discriminators are new ones, ours stay.
bfdd_is_killed_and_comes_back()
{
	frr_kill bfdd -KILL
	wait_all "$PE" down 16 20
	check_equal "reasons" DETECTION_EXPIRED "$(of_all \
		'.[].last_down_reason' | sort -u)"
	frr_start bfdd
	wait_all "$PE" up 16 60
}

# It is stopped for longer than its peers' detection time.
bfdd_goes_silent()
{
	local before

	before=$(flaps "$PE")
	frr_kill bfdd -STOP
	wait_all "$PE" down 16 20
	frr_kill bfdd -CONT
	wait_all "$PE" up 16 60
	check_between "flaps" $((before + 16)) $((before + 32)) \
		"$(flaps "$PE")"
}

bfdd_stops()
{
	frr_kill bfdd -TERM
	wait_all "$PE" down 16 20
	log_info "s1: $(bfd_show "$PE" s1 .last_down_reason)"
}

tests_run
