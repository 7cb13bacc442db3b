#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Life and death under traffic, in the lab of topo.sh: every object created and
# deleted while frames, BFD and hellos run; namespaces, bonds, slaves, VLANs
# and core devices deleted in use; the module unloaded with everything
# configured. Nothing may be left, which the runner looks at; here it must end.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/topo.sh
. "$(dirname "$0")/topo.sh"

ALL_TESTS="every_object_comes_and_goes vlan_is_deleted_in_use
	slave_is_deleted_in_use bond_is_deleted_in_use core_is_deleted_in_use
	namespace_is_deleted_in_use module_is_unloaded_in_use"
ROUNDS=3

# on a debug kernel, where all takes several times as long
BFD=300ms
if [ "$KSFT_MACHINE_SLOW" = yes ]; then
	BFD=1s
	ALL_TESTS="every_object_comes_and_goes namespace_is_deleted_in_use"
	ROUNDS=1
fi

setup()
{
	DIR=$(mktemp -d)
	head -c 32 /dev/urandom | base64 >"$DIR/key"
	# in real time: a machine that is busy elsewhere is no failure of a PE
	TOPO_REVERT_DELAY=0s TOPO_START_HOLD=1s TOPO_BFD=$BFD
	topo_names "life$RANDOM"
	lab_up
}

cleanup()
{
	traffic_stop
	topo_down
	rm -rf "$DIR"
}

ctl()
{
	local pe=$1 out
	shift

	out=$(etrunkctl -n "${!pe}" "$@" 2>&1)
	check_err $? "$pe: etrunkctl $*: $out"
}

configure()
{
	local pe

	(($#)) || set -- 1 2 3
	for pe in "$@"; do
		topo_config "$pe" "$DIR" >"$DIR/pe$pe.conf"
		ctl "PE$pe" -b "$DIR/pe$pe.conf"
	done
}

traffic_start()
{
	ip netns exec "$CE1" ping -q -i 0.005 -w 600 10.100.0.2 >/dev/null 2>&1 &
	PING1=$!
	ip netns exec "$CE2" ping -q -i 0.005 -w 600 10.100.0.1 >/dev/null 2>&1 &
	PING2=$!
}

traffic_stop()
{
	[ -z "$PING1" ] || kill "$PING1" "$PING2" 2>/dev/null
	[ -z "$PING1" ] || wait "$PING1" "$PING2" 2>/dev/null
	PING1=
}

passes()
{
	ip netns exec "$CE1" ping -qc 1 -W 1 10.100.0.2 >/dev/null
}

# the lab, configured, with traffic passing
lab_up()
{
	topo_up
	configure
	slowwait 60 passes
	check_err $? "CE1 does not reach CE2"
	traffic_start
}

lab_again()
{
	traffic_stop
	topo_down
	lab_up
}

# count OBJECT NS
count()
{
	etrunkctl -n "$2" -j "$1" show | jq length
}

every_object_comes_and_goes()
{
	local round

	for ((round = 1; round <= ROUNDS; round++)); do
		ctl PE1 vpws del s1
		ctl PE1 pw del pw1
		ctl PE1 core del core0
		ctl PE1 member del bond0 keep-up
		ctl PE1 e-trunk del 1
		ctl PE1 bfd del hello
		ctl PE1 bfd del pe3
		ctl PE3 vpws del s1
		ctl PE3 pw del pw1
		ctl PE3 pw del pw2
		ctl PE3 core del core0
		ctl PE3 bfd del pe1
		ctl PE3 bfd del pe2
		check_equal "objects of PE1 in round $round" "0 0 0 0" \
			"$(count bfd "$PE1") $(count e-trunk "$PE1") $(
				count pw "$PE1") $(count vpws "$PE1")"
		configure 1 3
		slowwait 60 passes
		check_err $? "CE1 does not reach CE2 in round $round"
	done
}

ac_is()
{
	[ "$(etrunkctl -n "$PE1" -j vpws show s1 | jq -r '.[0].ac_state')" = "$1" ]
}

vlan_is_deleted_in_use()
{
	ip -n "$PE1" link del bond0.100
	check_err $? "deleting the AC"
	slowwait 5 ac_is down
	check_err $? "the service is not down without its AC"
	# under the same name it is the AC again
	ip -n "$PE1" link add bond0.100 link bond0 type vlan id 100
	ip -n "$PE1" link set bond0.100 up
	slowwait 20 ac_is up
	check_err $? "the service did not find its AC again"
	slowwait 20 passes
	check_err $? "CE1 does not reach CE2"
}

slave_is_deleted_in_use()
{
	ip -n "$PE1" link del ac0
	check_err $? "deleting the slave"
	slowwait 60 passes
	check_err $? "PE2 does not take over"
	lab_again
}

bond_is_deleted_in_use()
{
	ip -n "$PE1" link del bond0
	check_err $? "deleting the bond"
	check_equal "members left" 0 "$(count member "$PE1")"
	slowwait 60 passes
	check_err $? "PE2 does not take over"
	lab_again
}

core_is_deleted_in_use()
{
	ip -n "$PE1" link del core0
	check_err $? "deleting the core device"
	check_equal "core" null \
		"$(etrunkctl -n "$PE1" -j core show | jq -c '.[0].ifindex')"
	slowwait 60 passes
	check_err $? "PE2 does not take over"
	lab_again
}

namespace_is_deleted_in_use()
{
	ip netns del "$PE1"
	slowwait 60 passes
	check_err $? "PE2 does not take over"
	ip netns del "$PE3"
	ip netns del "$PE2"
	lab_again
}

module_is_unloaded_in_use()
{
	rmmod etrunk
	check_err $? "rmmod"
	traffic_stop
	etrunk_load
	check_err $? "loading again"
	# unloading has set the members down
	ip -n "$PE1" link set bond0 up
	ip -n "$PE2" link set bond0 up
	configure
	slowwait 60 passes
	check_err $? "CE1 does not reach CE2 after all"
}

tests_run
