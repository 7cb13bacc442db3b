#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Sessions with FRR's bfdd: single hop and multihop, timers changed on either
# side under traffic, either side shut down, bfdd killed and started again.
# Sixteen sessions of 50 ms x 3 stay Up for HOLD seconds (30; ETRUNK_LONG: 600).
# shellcheck source=selftests/bfd_lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/bfd_lib.sh"

# shellcheck disable=SC2034 # for tests_run
ALL_TESTS="all_come_up bfdd_sees_them no_flap our_timers_change
	bfdds_timers_change we_shut_down bfdd_shuts_down bfdd_drops_a_session
	bfdd_is_killed_and_comes_back bfdd_goes_silent bfdd_stops"

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

bfdd_config()
{
	local i

	echo bfd
	for i in {1..8}; do
		cat <<-END
			 peer 10.0.0.1$i local-address 10.0.0.100 interface v0
			  receive-interval 50
			  transmit-interval 50
			 exit
			 peer 10.2.0.1$i multihop local-address 10.1.0.1
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
	slowwait 5 bfdd_has up 16
	check_err $? "bfdd: $(bfdd_peers '[.[] | "\(.peer) \(.status)"] | join(", ")')"
}

bfdd_sees_them()
{
	# let the polls end
	sleep 1
	check_equal "bfdd" "50 50 3 50 50 3" "$(bfdd_peers '.[] |
		"\(."receive-interval") \(."transmit-interval") \(."detect-multiplier") \(."remote-receive-interval") \(."remote-transmit-interval") \(."remote-detect-multiplier")"' |
		sort -u)"
	check_equal "ours" "up 50000 150000 3 3" "$(etrunkctl -n "$PE" -j \
		bfd show | jq -r '.[] | "\(.remote_state) \(.tx_interval_us) \(.detect_time_us) \(.multiplier) \(.remote_multiplier)"' |
		sort -u)"
	check_equal "dropped" 0 "$(etrunkctl -n "$PE" -j bfd show |
		jq '[.[].rx_drop] | add')"
}

no_flap()
{
	local before rx

	before=$(all_flaps)
	rx=$(bfd_show "$PE" m8 .rx_packets)
	sleep "$HOLD"
	check_equal "flaps" "$before" "$(all_flaps)"
	wait_all "$PE" up 16 0
	# the witness: bfdd sends every 37.5 to 50 ms
	check_between "packets received" $((HOLD * 18)) $((HOLD * 280)) \
		$(($(bfd_show "$PE" m8 .rx_packets) - rx))
	log_info "longest gap in $HOLD s: $(etrunkctl -n "$PE" -j bfd show |
		jq '[.[].max_rx_gap_us] | max') us"
}

# peer_line ADDRESS: what bfdd knows of our timers
peer_line()
{
	bfdd_peers '.[] | select(.peer == "'"$1"'") |
		"\(."remote-receive-interval") \(."remote-transmit-interval") \(."remote-detect-multiplier")"'
}

our_timers_change()
{
	local before

	before=$(all_flaps)
	etrunkctl -n "$PE" -b - <<-END
		bfd set s1 min-tx 300 min-rx 200
		bfd set m1 min-tx 20 min-rx 20
		bfd set s2 multiplier 5
		bfd set m2 multiplier 50
	END
	sleep 2
	check_equal "s1" "300000 600000" "$(bfd_show "$PE" s1 \
		'"\(.tx_interval_us) \(.detect_time_us)"')"
	check_equal "bfdd of s1" "200 300 3" "$(peer_line 10.0.0.11)"
	check_equal "bfdd of m1" "20 20 3" "$(peer_line 10.2.0.11)"
	check_equal "bfdd of s2" "50 50 5" "$(peer_line 10.0.0.12)"
	check_equal "bfdd of m2" "50 50 50" "$(peer_line 10.2.0.12)"
	etrunkctl -n "$PE" -b - <<-END
		bfd set s1 min-tx 50 min-rx 50
		bfd set m1 min-tx 50 min-rx 50
		bfd set s2 multiplier 3
		bfd set m2 multiplier 3
	END
	sleep 2
	check_equal "bfdd of s1" "50 50 3" "$(peer_line 10.0.0.11)"
	check_equal "flaps" "$before" "$(all_flaps)"
}

# bfdd_set KIND COMMAND...: of s3 or m3
bfdd_set()
{
	local peer='peer 10.0.0.13 local-address 10.0.0.100 interface v0'

	[ "$1" = s3 ] || peer='peer 10.2.0.13 multihop local-address 10.1.0.1'
	shift
	vtysh_ 'configure terminal' bfd "$peer" "$@"
}

bfdds_timers_change()
{
	local before ms name

	before=$(all_flaps)
	for ms in 400 100 50; do
		for name in s3 m3; do
			bfdd_set $name "receive-interval $ms" \
				"transmit-interval $ms"
		done
		# it has got our Final, else it would not slow down
		slowwait 20 is_paced "$PE" m3 $ms
		check_err $? "bfdd does not send every $ms ms"
		for name in s3 m3; do
			check_equal "$name after $ms ms" \
				"${ms}000 $((ms * 3))000" "$(bfd_show "$PE" $name \
				'"\(.tx_interval_us) \(.detect_time_us)"')"
		done
	done
	bfdd_set s3 'detect-multiplier 10'
	sleep 1
	check_equal "s3" "10 500000" "$(bfd_show "$PE" s3 \
		'"\(.remote_multiplier) \(.detect_time_us)"')"
	bfdd_set s3 'detect-multiplier 3'
	sleep 1
	check_equal "flaps" "$before" "$(all_flaps)"
}

we_shut_down()
{
	bfd "$PE" set s1 shutdown on
	bfd "$PE" set m1 shutdown on
	slowwait 5 bfdd_has down 2
	check_err $? "bfdd: $(bfdd_peers '[.[] | "\(.peer) \(.status)"] | join(", ")')"
	check_match "bfdd of s1" "neighbor signaled session down" "$(bfdd_peers \
		'.[] | select(.peer == "10.0.0.11") | .diagnostic')"
	bfd "$PE" set s1 shutdown off
	bfd "$PE" set m1 shutdown off
	wait_all "$PE" up 16 60
	slowwait 5 bfdd_has up 16
	check_err $? "bfdd is not up again"
}

bfdd_shuts_down()
{
	local name

	for name in s3 m3; do
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
	vtysh_ 'configure terminal' bfd 'no peer 10.2.0.14 multihop local-address 10.1.0.1'
	wait_bfd "$PE" m4 down
	log_info "m4: $(bfd_show "$PE" m4 .last_down_reason)"
	vtysh_ 'configure terminal' bfd 'peer 10.2.0.14 multihop local-address 10.1.0.1' \
		'receive-interval 50' 'transmit-interval 50'
	wait_all "$PE" up 16 60
}

# Its discriminators are new ones, ours stay.
bfdd_is_killed_and_comes_back()
{
	frr_kill bfdd -KILL
	wait_all "$PE" down 16 5
	check_equal "reasons" DETECTION_EXPIRED "$(etrunkctl -n "$PE" -j \
		bfd show | jq -r '.[].last_down_reason' | sort -u)"
	frr_start bfdd
	wait_all "$PE" up 16 60
}

# It is stopped for longer than its peers' detection time.
bfdd_goes_silent()
{
	local before

	before=$(flaps "$PE")
	frr_kill bfdd -STOP
	wait_all "$PE" down 16 2
	frr_kill bfdd -CONT
	wait_all "$PE" up 16 60
	check_between "flaps" $((before + 16)) $((before + 32)) \
		"$(flaps "$PE")"
}

bfdd_stops()
{
	frr_kill bfdd -TERM
	wait_all "$PE" down 16 5
	log_info "s1: $(bfd_show "$PE" s1 .last_down_reason)"
}

tests_run
