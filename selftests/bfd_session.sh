#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Life of BFD sessions between two namespaces.
# shellcheck source=selftests/bfd_lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/bfd_lib.sh"

# shellcheck disable=SC2034 # for tests_run
ALL_TESTS="handshake events dynamic_session shutdown_here shutdown_there
	discriminator_mismatch deletion_is_no_failure device_comes_back
	ports_follow_sessions port_in_use same_addresses_twice
	loss_of_a_namespace unload_with_sessions_up"

MONITOR=

setup()
{
	etrunk_reload || check_err $? "module does not load"
	bfd_topology
	# no function: the process itself is to be killed later
	ip netns exec "$PE" etrunkctl -j monitor bfd >monitor.txt &
	MONITOR=$!
	sleep 0.5
	add_both
}

cleanup()
{
	[ -z "$MONITOR" ] || kill "$MONITOR"
}

add_both()
{
	bfd "$PE" add b1 peer 10.0.0.2 source 10.0.0.1 dev v0 \
		local-discriminator 1 remote-discriminator 2
	bfd "$PEER" add b1 peer 10.0.0.1 source 10.0.0.2 dev v0 \
		local-discriminator 2 remote-discriminator 1 multiplier 5
}

handshake()
{
	wait_bfd "$PE" b1 up
	wait_bfd "$PEER" b1 up
	sleep 0.5
	check_equal "session" "up 0 0 1 2 3 5 10000 50000 1 0 null 0" \
		"$(bfd_show "$PE" b1 '"\(.remote_state) \(.diag) \(.remote_diag) \(.local_discriminator) \(.remote_discriminator) \(.multiplier) \(.remote_multiplier) \(.tx_interval_us) \(.detect_time_us) \(.up_count) \(.down_count) \(.last_down_reason) \(.rx_drop)"')"
	check_between "longest gap in us" 5000 10500 \
		"$(bfd_show "$PE" b1 .max_rx_gap_us)"
	check_between "worst lateness in us" 0 1000 \
		"$(bfd_show "$PE" b1 .max_tx_late_us)"
}

events()
{
	kill "$MONITOR"
	wait "$MONITOR"
	MONITOR=
	check_match "events" '^down (init init )?up$' "$(jq -r \
		'select(.event == "bfd-state" and .object == "bfd b1") |
		 .from, .to' monitor.txt | tr '\n' ' ' | sed 's/ $//')"
}

dynamic_session()
{
	bfd "$PE" add d1 peer 10.0.1.2
	bfd "$PEER" add d1 peer 10.0.1.1 dev v1
	sleep 3
	check_equal "multihop against single hop" down \
		"$(bfd_show "$PE" d1 .state)"
	bfd "$PEER" del d1
	bfd "$PEER" add d1 peer 10.0.1.1
	wait_bfd "$PE" d1 up
	check_equal "source" 10.0.1.1 "$(bfd_show "$PE" d1 .source)"
	check_between "local discriminator" 8192 4294967295 \
		"$(bfd_show "$PE" d1 .local_discriminator)"
	check_equal "remote discriminator" \
		"$(bfd_show "$PEER" d1 .local_discriminator)" \
		"$(bfd_show "$PE" d1 .remote_discriminator)"
	bfd "$PE" del d1
	bfd "$PEER" del d1
}

shutdown_here()
{
	local rx

	bfd "$PE" set b1 shutdown on
	wait_bfd "$PEER" b1 down
	check_equal "here" "admin-down 7 ADMIN_DOWN" "$(bfd_show "$PE" b1 \
		'"\(.state) \(.diag) \(.last_down_reason)"')"
	check_equal "there" "admin-down 3 7 NEIGHBOR_ADMIN_DOWN" \
		"$(bfd_show "$PEER" b1 '"\(.remote_state) \(.diag) \(.remote_diag) \(.last_down_reason)"')"
	# the peer is told again and again
	rx=$(bfd_show "$PEER" b1 .rx_packets)
	sleep 4
	check_between "packets in AdminDown" $((rx + 3)) $((rx + 12)) \
		"$(bfd_show "$PEER" b1 .rx_packets)"
	bfd "$PE" set b1 shutdown off
	wait_bfd "$PE" b1 up
	wait_bfd "$PEER" b1 up
}

shutdown_there()
{
	bfd "$PEER" set b1 shutdown on
	wait_bfd "$PE" b1 down
	check_equal "here" "admin-down 3 NEIGHBOR_ADMIN_DOWN" \
		"$(bfd_show "$PE" b1 \
		   '"\(.remote_state) \(.diag) \(.last_down_reason)"')"
	bfd "$PEER" set b1 shutdown off
	wait_bfd "$PE" b1 up
}

discriminator_mismatch()
{
	bfd "$PE" add x1 peer 10.0.1.2 source 10.0.1.1 dev v1 \
		local-discriminator 21 remote-discriminator 99
	bfd "$PEER" add x1 peer 10.0.1.1 source 10.0.1.2 dev v1 \
		local-discriminator 22 remote-discriminator 21
	sleep 3
	check_equal "state" down "$(bfd_show "$PE" x1 .state)"
	check_equal "discriminator is kept" 99 \
		"$(bfd_show "$PE" x1 .remote_discriminator)"
	check_between "drops here" 2 30 "$(bfd_show "$PE" x1 \
		'.counters["drop-discriminator-mismatch"]')"
	check_between "drops there" 2 30 "$(bfd_show "$PEER" x1 \
		'.counters["drop-no-session"]')"
	bfd "$PE" del x1
	bfd "$PEER" del x1
}

deletion_is_no_failure()
{
	bfd "$PE" del b1
	wait_bfd "$PEER" b1 down
	check_equal "there" "admin-down NEIGHBOR_ADMIN_DOWN" \
		"$(bfd_show "$PEER" b1 '"\(.remote_state) \(.last_down_reason)"')"
	bfd "$PEER" del b1
	add_both
	wait_bfd "$PE" b1 up
}

device_comes_back()
{
	ip -n "$PE" link del v0
	wait_bfd "$PE" b1 down
	ip -n "$PE" -b - <<-END
		link add v0 type veth peer name v0 netns $PEER
		addr add 10.0.0.1/24 dev v0
		link set v0 up
	END
	ip -n "$PEER" -b - <<-END
		addr add 10.0.0.2/24 dev v0
		link set v0 up
	END
	wait_bfd "$PE" b1 up 20
	check_equal "device" v0 "$(bfd_show "$PE" b1 .dev)"
}

udp_ports()
{
	ns "$PE" ss -Huln | sed -n 's/.*:\([34]784\) .*/\1/p' | sort |
		tr '\n' ' '
}

ports_follow_sessions()
{
	check_equal "ports" "3784 " "$(udp_ports)"
	bfd "$PE" add m1 peer 10.0.0.2
	bfd "$PE" add m2 peer 10.0.1.2
	check_equal "ports" "3784 4784 " "$(udp_ports)"
	bfd "$PE" del m1
	check_equal "ports" "3784 4784 " "$(udp_ports)"
	bfd "$PE" del m2
	check_equal "ports" "3784 " "$(udp_ports)"
}

port_in_use()
{
	local out other

	ip netns exec "$PE" bfd_peer peer 10.0.0.1 10.0.0.2 port 4784 noise 20000 \
		>/dev/null &
	other=$!
	sleep 1
	out=$(bfd "$PE" add m1 peer 10.0.0.2 2>&1)
	check_equal "exit code" 2 $?
	check_match "message" "udp port 4784 is in use" "$out"
	kill $other
	wait $other 2>/dev/null
	bfd "$PE" add m1 peer 10.0.0.2
	check_err $? "once the port is free"
	bfd "$PE" del m1
}

same_addresses_twice()
{
	local out

	out=$(bfd "$PE" add b2 peer 10.0.0.2 source 10.0.0.1 dev v0 2>&1)
	check_equal "exit code" 2 $?
	check_match "message" "session b1 has the same" "$out"
	out=$(bfd "$PE" add b2 peer 10.0.0.1 source 10.0.0.1 2>&1)
	check_match "message" "same address" "$out"
	out=$(bfd "$PE" add b2 peer 127.0.0.1 source 10.0.0.1 2>&1)
	check_match "message" "not a unicast address" "$out"
	out=$(bfd "$PE" add b2 peer 10.0.0.255 source 10.0.0.1 2>&1)
	check_match "message" "not a unicast address" "$out"
	out=$(bfd "$PE" add b2 peer 10.0.1.1 source 10.0.0.1 2>&1)
	check_match "message" "our own" "$out"
	out=$(bfd "$PE" add b2 peer 10.0.0.2 dev nosuch 2>&1)
	check_fail $? "an unknown device was taken"
	out=$(bfd "$PE" add b2 peer 99.0.0.1 2>&1)
	check_match "message" "no route" "$out"
	out=$(bfd "$PE" add b2 peer 10.0.0.9 dev v0 min-ttl 3 2>&1)
	check_match "message" "demands 255" "$out"
	out=$(bfd "$PE" set b1 peer 10.0.0.9 2>&1)
	check_fail $? "the peer was changed"
}

# Its end is told, not detected: forwarding ends with it.
loss_of_a_namespace()
{
	wait_bfd "$PE" b1 up
	cleanup_ns "$PEER"
	wait_bfd "$PE" b1 down
	check_equal "why" "NEIGHBOR_DOWN 4" "$(bfd_show "$PE" b1 \
		'"\(.last_down_reason) \(.remote_diag)"')"
}

unload_with_sessions_up()
{
	cleanup_ns "$PE"
	PE='' PEER=''
	bfd_topology
	add_both
	wait_bfd "$PE" b1 up
	etrunk_unload
	check_err $? "unload"
	check_equal "ports left" "" "$(udp_ports)"
	etrunk_load
	check_err $? "load"
	check_equal "sessions" "[]" "$(etrunkctl -n "$PE" -j bfd show)"
}

tests_run
