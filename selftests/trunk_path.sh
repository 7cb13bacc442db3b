#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What becomes of the path between the PEs: one direction lost, both, BFD
# alone; and of the wall clock. Topology: trunk_topo.sh.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/trunk_topo.sh
. "$(dirname "$0")/trunk_topo.sh"

ALL_TESTS="one_way_from_1 one_way_from_2 one_way_from_1_bfd
	one_way_from_2_bfd bfd_alone_fails path_fails_and_heals
	wall_clock_step"

setup()
{
	modprobe -a sch_netem cls_flower act_gact
	trunk_net
	check_err $? "no network"
	trunk_up hello 500ms multiplier 3
}

cleanup()
{
	trunk_down
}

# cut N, mend N: nothing that PE N sends arrives
cut()
{
	tc -n "$(pe_ns "$1")" qdisc add dev peer0 root netem loss 100%
}

mend()
{
	tc -n "$(pe_ns "$1")" qdisc del dev peer0 root
}

settled()
{
	serves 1 && role_is 1 master PRI && role_is 2 backup PRI &&
		[ "$(trunk 1 '.faults|tostring')$(trunk 2 '.faults|tostring')" = "[][]" ]
}

# one_way N DEAF REASON PEER_REASON: who is deaf serves, who hears yields
one_way()
{
	local n=$1 deaf=$((3 - $1))

	cut "$n"
	slowwait 10 serves "$deaf"
	check_err $? "PE$deaf, which is deaf, does not serve alone"
	slowwait 3 role_is "$deaf" master "$2"
	check_err $? "role of PE$deaf: $(trunk "$deaf" '.state + .reason')"
	slowwait 3 role_is "$n" backup "$3"
	check_err $? "role of PE$n: $(trunk "$n" '.state + .reason')"
	check_equal "PE$n's peer" one-way "$(trunk "$n" .peer)"
	check_match "faults of PE$n" one-way "$(trunk "$n" '.faults|tostring')"
	sleep 5
	serves "$deaf"
	check_err $? "it does not last"
	mend "$n"
	slowwait 20 settled
	check_err $? "PE1 does not serve after the path healed"
}

one_way_from_1()
{
	one_way 1 TIMEOUT PEER_TIMEOUT
}

one_way_from_2()
{
	one_way 2 TIMEOUT PEER_TIMEOUT
}

one_way_from_1_bfd()
{
	trunk_bfd
	one_way 1 BFD_DOWN PEER_BFD_DOWN
	trunk_bfd_up
}

one_way_from_2_bfd()
{
	one_way 2 BFD_DOWN PEER_BFD_DOWN
	trunk_bfd_up
}

# Hellos pass, BFD does not: after a moment all is as before, but for a fault.
bfd_alone_fails()
{
	local n before

	before=$(member_moves 1)
	for n in 1 2; do
		tc -n "$(pe_ns "$n")" qdisc add dev peer0 clsact
		tc -n "$(pe_ns "$n")" filter add dev peer0 egress protocol ip \
			flower ip_proto udp dst_port 3784 action drop
	done
	slowwait 5 is '["bfd-down"]' trunk 1 '.faults|tostring' >/dev/null
	check_err $? "faults of PE1: $(trunk 1 '.faults|tostring')"
	slowwait 5 is '["bfd-down"]' trunk 2 '.faults|tostring' >/dev/null
	check_err $? "faults of PE2: $(trunk 2 '.faults|tostring')"
	role_is 1 master PRI && role_is 2 backup PRI && serves 1
	check_err $? "the roles are not as before"
	check_equal "moves of PE1's member" "$before" "$(member_moves 1)"
	for n in 1 2; do
		tc -n "$(pe_ns "$n")" qdisc del dev peer0 clsact
	done
	slowwait 20 settled
	check_err $? "bfd-down is not cleared"
}

path_fails_and_heals()
{
	local n

	for n in 1 2; do
		ip netns exec "$(pe_ns "$n")" etrunkctl -j monitor e-trunk member \
			>"$TRUNK_TMP/events$n" 2>/dev/null &
	done
	sleep 1
	cut 1
	cut 2
	slowwait 5 is master member 2 .state >/dev/null
	check_err $? "PE2 does not serve"
	slowwait 5 is master member 1 .state >/dev/null
	check_err $? "PE1 does not serve"
	for n in 1 2; do
		check_match "faults of PE$n" no-peer \
			"$(trunk "$n" '.faults|tostring')"
	done
	mend 1
	mend 2
	slowwait 20 settled
	check_err $? "not as before"
	for n in 1 2; do
		grep -q '"raised".*dual-master' "$TRUNK_TMP/events$n"
		check_err $? "PE$n did not show the double master"
		grep -q '"cleared".*dual-master' "$TRUNK_TMP/events$n"
		check_err $? "PE$n did not clear the double master"
	done
	kill %1 %2
	wait
}

wall_clock_step()
{
	local before now

	before=$(moves 1)$(moves 2)$(member_moves 1)$(member_moves 2)
	now=$(date +%s)
	date -s "@$((now + 86400))" >/dev/null
	sleep 4
	date -s "@$((now - 86400))" >/dev/null
	sleep 4
	date -s "@$((now + 8))" >/dev/null
	settled
	check_err $? "the roles moved"
	check_equal "moves" "$before" \
		"$(moves 1)$(moves 2)$(member_moves 1)$(member_moves 2)"
	check_between "age of the last hello (ms)" 0 700 \
		"$(trunk 1 .last_hello_age_ms)"
}

tests_run
