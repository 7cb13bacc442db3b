#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Everything that can go away while a bond is steered, and what may happen to
# it: slaves, VLANs, the bond, the namespace, the module. The runner looks for
# what is left behind; here is what must still work. Lab: lag_lib.sh.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/lag_lib.sh
. "$(dirname "$0")/lag_lib.sh"

ALL_TESTS="
	refused_not_a_bond
	refused_other_mode
	refused_enslaved
	refused_twice
	refused_without_system_id
	slave_leaves_and_comes_back
	new_slave_never_shows_the_bond
	slave_address_changes
	slave_flaps_while_roles_change
	bond_is_renamed
	mode_change_is_no_member_any_more
	slave_deleted
	vlan_deleted
	bond_deleted
	deleted_bond_says_no_word_of_its_own
	namespace_deleted
	module_unloaded
"

DIR=$(mktemp -d)
ID=32768/$LAG_SYSTEM/$LAG_KEY

setup()
{
	require_command jq
	lag_lab
	etrunk_reload
	check_err $? "cannot load the module"
	lag_trunk 1 && lag_trunk 2
	check_err $? "cannot configure"
}

cleanup()
{
	lag_watch_stop
	rm -rf "$DIR"
}

# refused REGEX DEV: member add fails with this text
refused()
{
	local out

	out=$(etrunkctl -n "$PE1" member add "$2" e-trunk 1 2>&1)
	check_equal "exit code" 2 $?
	check_match "text" "$1" "$out"
}

refused_not_a_bond()
{
	refused "eth0 is not a bond" eth0
}

refused_other_mode()
{
	ip -n "$PE1" link add bond1 type bond mode active-backup
	refused "bond1 is not in 802.3ad mode" bond1
	ip -n "$PE1" link del bond1
}

refused_enslaved()
{
	ip -n "$PE1" link add br0 type bridge
	ip -n "$PE1" link add bond1 type bond mode 802.3ad
	ip -n "$PE1" link set bond1 master br0
	refused "bond1 is a port of br0" bond1
	ip -n "$PE1" link del bond1
	ip -n "$PE1" link del br0
}

refused_twice()
{
	lag_member "$PE1" force-master && lag_member "$PE2" force-backup
	check_err $? "member add failed"
	refused "member" bond0
	lag_wait_ce "la lb"
}

# before anything is configured, in a namespace of its own
refused_without_system_id()
{
	local out

	setup_ns PE9
	ip -n "$PE9" link add bond0 type bond mode 802.3ad
	etrunkctl -n "$PE9" e-trunk add 1 auth none
	out=$(etrunkctl -n "$PE9" member add bond0 e-trunk 1 2>&1)
	check_equal "exit code" 2 $?
	check_match "text" "lacp-system-id" "$out"
	cleanup_ns "$PE9"
}

# identities FILE: actors in it, without the port's state
identities()
{
	awk '$2 == "in" {
		split($5, f, /[=\/]/)
		print f[2] "/" f[3] "/" f[4]
	}' "$1" | sort -u | paste -sd' '
}

slave_leaves_and_comes_back()
{
	ip -n "$PE1" link set lb nomaster
	lag_wait_ce "la"
	ip -n "$PE1" link set lb master bond0
	ip -n "$PE1" link set lb up
	lag_wait_ce "la lb"
}

new_slave_never_shows_the_bond()
{
	ip -n "$PE1" link set lb nomaster
	sleep 0.2
	: >"$DIR/lb"
	lag_watch_start "$CE" lb "$DIR/lb"
	sleep 0.2
	ip -n "$PE1" link set lb master bond0
	ip -n "$PE1" link set lb up
	lag_wait_ce "la lb"
	ip -n "$PE1" link set lb nomaster
	sleep 0.3
	ip -n "$PE1" link set lb master bond0
	ip -n "$PE1" link set lb up
	lag_wait_ce "la lb"
	lag_watch_stop
	check_equal "actors on b" "$ID" "$(identities "$DIR/lb")"
}

slave_address_changes()
{
	local before

	before=$(lag_counter "$PE1" lacpdu_tx_foreign)
	ip -n "$PE1" link set la address 02:00:00:00:00:aa
	sleep 1.5
	lag_wait_ce "la lb"
	check_equal "own LACPDUs taken for foreign" "$before" \
		"$(lag_counter "$PE1" lacpdu_tx_foreign)"
}

slave_flaps_while_roles_change()
{

	(
		for _ in 1 2 3 4 5 6; do
			lag_mode "$PE1" force-backup
			lag_mode "$PE1" force-master
		done
	) &
	for _ in 1 2 3; do
		ip -n "$PE1" link set lb nomaster
		ip -n "$PE1" link set lb master bond0
		ip -n "$PE1" link set lb down
		ip -n "$PE1" link set lb up
	done
	wait $!
	lag_wait_ce "la lb"
}

bond_is_renamed()
{
	ip -n "$PE1" link set bond0 down
	ip -n "$PE1" link set bond0 name trunk0
	ip -n "$PE1" link set trunk0 up
	lag_wait_ce "la lb"
	check_equal "member" trunk0 "$(etrunkctl -n "$PE1" -j member show |
		jq -r '.[].dev')"
	ip -n "$PE1" link set trunk0 down
	ip -n "$PE1" link set trunk0 name bond0
	ip -n "$PE1" link set bond0 up
	lag_wait_ce "la lb"
}

phys_is()
{
	[ "$(etrunkctl -n "$1" -j member show bond0 |
		jq -r '.[0].phys_state')" = "$2" ]
}

# bonding allows it for a bond that is down and has no slave
mode_change_is_no_member_any_more()
{
	ip -n "$PE1" link set bond0 down
	ip -n "$PE1" link set la nomaster
	ip -n "$PE1" link set lb nomaster
	ip -n "$PE1" link set bond0 type bond mode balance-xor
	check_err $? "bonding refuses the change"
	ip -n "$PE1" link set la master bond0
	ip -n "$PE1" link set bond0 up
	ip -n "$PE1" link set la up
	sleep 0.5
	phys_is "$PE1" down
	check_err $? "the member is up"
	ip -n "$PE1" link set bond0 down
	ip -n "$PE1" link set la nomaster
	ip -n "$PE1" link set bond0 type bond mode 802.3ad lacp_rate fast
	ip -n "$PE1" link set la master bond0
	ip -n "$PE1" link set lb master bond0
	ip -n "$PE1" link set bond0 up
	ip -n "$PE1" link set la up
	ip -n "$PE1" link set lb up
	lag_wait_ce "la lb"
}

slave_deleted()
{
	ip -n "$PE1" link del lb
	lag_wait_ce "la"
	ip link add lb netns "$PE1" type veth peer name lb netns "$CE"
	ip -n "$PE1" link set lb master bond0
	ip -n "$CE" link set lb master bond0
	ip -n "$PE1" link set lb up
	ip -n "$CE" link set lb up
	lag_wait_ce "la lb"
}

vlan_deleted()
{
	ip -n "$PE1" link add link bond0 name bond0.100 type vlan id 100
	ip -n "$PE1" link set bond0.100 up
	ip -n "$PE1" addr add 10.1.1.1/24 dev bond0.100
	ip -n "$CE" link add link bond0 name bond0.100 type vlan id 100
	ip -n "$CE" link set bond0.100 up
	ip -n "$CE" addr add 10.1.1.9/24 dev bond0.100
	ns "$CE" ping -q -i 0.01 -w 2 10.1.1.1 >/dev/null &
	sleep 0.5
	ip -n "$PE1" link del bond0.100
	check_err $? "cannot delete it"
	wait $!
	ip -n "$CE" link del bond0.100
	lag_wait_ce "la lb"
}

bond_deleted()
{
	: >"$DIR/lc"
	lag_mode "$PE2" force-master
	lag_wait_ce "la lb lc"
	lag_watch_start "$CE" lc "$DIR/lc"
	sleep 0.2
	ip -n "$PE2" link del bond0
	check_err $? "cannot delete it"
	check_equal "members left" 0 \
		"$(etrunkctl -n "$PE2" -j member show | jq length)"
	lag_wait_ce "la lb"
}

deleted_bond_says_no_word_of_its_own()
{
	sleep 1
	lag_watch_stop
	check_equal "actors on c" "$ID" "$(identities "$DIR/lc")"
	lag_bond "$PE2" lc
	ip -n "$PE2" link set lc up
	lag_member "$PE2" force-backup
	check_err $? "cannot make it a member again"
	lag_wait_ce "la lb"
}

namespace_deleted()
{
	ns "$PE2" ping -q -i 0.01 -w 5 10.0.0.1 >/dev/null &
	cleanup_ns "$PE2"
	check_err $? "the namespace stays"
	wait $!
	lag_wait_ce "la lb"
}

module_unloaded()
{
	etrunk_unload
	check_err $? "rmmod failed"
	lag_wait_ce ""
	ip -n "$PE1" link set bond0 up
	lag_wait_ce "la lb"
}

tests_run
