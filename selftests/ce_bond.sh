#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The CE is Linux bonding: every way in which it may choose its aggregator, both
# rates, passive ends, several links, min_links, and links and devices that
# come, go and change while in use. Lab: ce_lib.sh.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/ce_lib.sh
. "$(dirname "$0")/ce_lib.sh"

ALL_TESTS="
	select_stable_fast
	select_bandwidth_fast
	select_count_fast
	select_stable_slow
	select_bandwidth_slow
	select_count_slow
	passive_pe
	passive_ce
	both_passive_is_told
	min_links_of_the_pe
	slave_flap
	slave_added_and_removed
	slave_mac_changes
	bond_mac_changes
	marker_to_the_ce
	marker_to_the_pe
	member_identity_wins
	vlan_deleted_in_use
	bond_deleted_in_use
"

DIR=$(mktemp -d)
HEAR=()
MARKER_MAC=02:00:00:00:00:99

setup()
{
	require_command jq
	ce_pes
}

cleanup()
{
	hear_stop
	ce_down
	rm -rf "$DIR"
}

hear_stop()
{
	[ ${#HEAR[@]} -gt 0 ] || return 0
	kill "${HEAR[@]}" 2>/dev/null
	wait "${HEAR[@]}" 2>/dev/null
	HEAR=()
}

# ce_is_a OPTION VALUE...: a new bond as CE
ce_is_a()
{
	ip -n "$CE" link del bond0 2>/dev/null
	ce_bond "$@"
	check_err $? "cannot make the CE"
}

by_operator()
{
	ce_by_operator
	ce_read_bond
	check_equal "ports of the CE's aggregator" 4 "$BOND_N"
}

both_ways()
{
	ce_both_ways
	ce_read_bond
	check_equal "ports of the CE's aggregator" 4 "$BOND_N"
}

select_stable_fast()
{
	ce_is_a ad_select stable lacp_rate fast
	both_ways
}

select_bandwidth_fast()
{
	ce_is_a ad_select bandwidth lacp_rate fast
	by_operator
}

select_count_fast()
{
	ce_is_a ad_select count lacp_rate fast
	by_operator
}

# Both ends ask for one LACPDU in 30 s.
slow()
{
	pe_bond lacp_rate slow
	ce_is_a ad_select "$1" lacp_rate slow
	by_operator
}

select_stable_slow()
{
	slow stable
}

select_bandwidth_slow()
{
	slow bandwidth
}

select_count_slow()
{
	slow count
}

passive_pe()
{
	pe_bond lacp_rate fast lacp_active off
	ce_is_a lacp_rate fast
	both_ways
	check_equal "faults of PE1" "" "$(faults_of 1)"
	check_equal "faults of PE2" "" "$(faults_of 2)"
}

passive_ce()
{
	pe_bond lacp_rate fast lacp_active on
	ce_is_a lacp_rate fast lacp_active off
	both_ways
	check_equal "faults of PE1" "" "$(faults_of 1)"
	check_equal "faults of PE2" "" "$(faults_of 2)"
}

# Nobody begins. It is told, the PEs do not move to and fro, and it ends when
# one end is active.
both_passive_is_told()
{
	local n before

	pe_bond lacp_active off
	ce_is_a lacp_rate fast lacp_active off
	for n in 1 2; do
		slowwait 30 fault_is "$n" both-passive
		check_err $? "PE$n does not tell: $(ce_state)"
		phys_is "$n" down
		check_err $? "PE$n believes its links up"
	done
	before=$(last_move 1)/$(last_move 2)
	sleep 20
	check_equal "last changes of the members" "$before" \
		"$(last_move 1)/$(last_move 2)"

	ce_is_a lacp_rate fast
	ce_wait 1
	for n in 1 2; do
		slowwait 10 not fault_is "$n" both-passive
		check_err $? "the fault stays: $(ce_state)"
	done
}

# With one link left the PE's bond is down, so the member is.
min_links_of_the_pe()
{
	pe_bond lacp_active on min_links 2
	ce_is_a lacp_rate fast
	ce_wait 1
	ip -n "$PE1" link set ac1 down
	ce_wait 2
	phys_is 1 down
	check_err $? "PE1 counts as up with one link of two"
	ip -n "$PE1" link set ac1 up
	ce_wait 1
}

slave_flap()
{
	local before

	pe_bond min_links 0
	ce_is_a lacp_rate fast
	ce_wait 1
	before=$(last_move 2)
	ip -n "$CE" link set eth3 down
	ce_wait 1 eth1
	ip -n "$CE" link set eth3 up
	ce_wait 1
	check_equal "last change of PE2's member" "$before" "$(last_move 2)"
}

slave_added_and_removed()
{
	ip -n "$PE1" link set ac1 nomaster
	ce_wait 1 eth1
	# no LACPDU of the slave as a port by itself, or of the bond's own
	ip -n "$PE1" link set ac1 down
	ip -n "$PE1" link set ac1 master bond0
	ce_wait 1
	ip -n "$PE2" link set ac0 nomaster
	ip -n "$PE2" link set ac0 down
	pe 1 e-trunk switchover 1
	ce_wait 2 eth4
	ip -n "$PE2" link set ac0 master bond0
	ce_wait 2
	pe 1 e-trunk switchover 1 back
	ce_wait 1
}

mac_of()
{
	ip netns exec "$1" cat "/sys/class/net/$2/address"
}

# A bond whose slave has another MAC than itself loses the unicast frames that
# come in there (they are another host's), so only LACP can be asked to go on.
slave_mac_changes()
{
	local before

	before=$(last_move 1)
	ip -n "$PE1" link set ac1 address 02:00:00:00:33:01
	ip -n "$CE" link set eth3 address 02:00:00:00:33:02
	sleep 4
	ce_is 1
	check_err $? "LACP does not go on: $(ce_state)"
	check_equal "last change of PE1's member" "$before" "$(last_move 1)"
	ip -n "$PE1" link set ac1 address "$(mac_of "$PE1" bond0)"
	ip -n "$CE" link set eth3 address "$(mac_of "$CE" bond0)"
	sleep 4
	ce_wait 1
}

bond_mac_changes()
{
	local n

	for n in 1 2; do
		ip -n "$(pe_ns "$n")" link set bond0 address 02:00:00:00:44:0"$n"
		sleep 4
		ce_wait 1
	done
	ip -n "$CE" link set bond0 address 02:00:00:00:44:09
	sleep 4
	ce_wait 1
	pe 1 e-trunk switchover 1
	ce_wait 2
	pe 1 e-trunk switchover 1 back
	ce_wait 1
}

# hear DEV: what comes in at the CE, into $DIR/heard
hear()
{
	: >"$DIR/heard"
	ip netns exec "$CE" "$LIB_DIR/lacp_tool" hear "$1" 600 >"$DIR/heard" &
	HEAR+=($!)
	sleep 0.3
}

heard()
{
	grep -q "$1" "$DIR/heard"
}

# marker_pdu ID TYPE: as lacp_tool sends it, behind the Ethernet header
marker_pdu()
{
	printf '0201%02x100001%s%08x00000000' "$2" "${MARKER_MAC//:/}" "$1"
	printf 'a5%.0s' {1..90}
}

# what was heard that is no LACPDU
others()
{
	grep -v '^0180c2000002.\{12\}880901' "$DIR/heard" | head -n 1
}

# Of both types, also from who stands by.
marker_to_the_ce()
{
	local n type

	for n in 1 2; do
		hear "eth$n"
		for type in 1 2; do
			ns "$(pe_ns "$n")" "$LIB_DIR/lacp_tool" marker ac0 \
				"$MARKER_MAC" 16909060 "$type"
			slowwait 5 heard "8809$(marker_pdu 16909060 "$type")\$"
			check_err $? "no marker of type $type: $(others)"
		done
		hear_stop
	done
}

# The PE's bond answers with what it got, but for the type.
marker_to_the_pe()
{
	local n

	for n in 1 2; do
		hear "eth$n"
		ns "$CE" "$LIB_DIR/lacp_tool" marker "eth$n" "$MARKER_MAC" 84281096
		slowwait 5 heard "8809$(marker_pdu 84281096 2)\$"
		check_err $? "PE$n does not answer so: $(others)"
		hear_stop
	done
}

# A member's own LACP system id and priority, and the system's again.
member_identity_wins()
{
	local n

	for n in 1 2; do
		pe "$n" member set bond0 lacp-system-id 02:00:00:00:00:bb \
			lacp-priority 7
		check_err $? "PE$n refuses"
	done
	CE_SYSTEM=02:00:00:00:00:bb ce_wait 1
	check_equal "priority of the CE's partner" 7 "$(ns "$CE" \
		cat /proc/net/bonding/bond0 | awk '/details partner/ { on = 1 }
			on && /system priority/ { print $3; exit }')"
	check_equal "shown" "02:00:00:00:00:bb 7" \
		"$(member 1 '.lacp_system_id + " " + (.lacp_priority|tostring)')"
	for n in 1 2; do
		pe "$n" member set bond0 lacp-system-id none lacp-priority none
		check_err $? "PE$n refuses to forget"
	done
	ce_wait 1
	check_equal "shown" "null null" "$(member 1 \
		'"\(.lacp_system_id) \(.lacp_priority)"')"
}

vlan_deleted_in_use()
{
	local n

	for n in 1 2; do
		ip -n "$(pe_ns "$n")" link add link bond0 name bond0.100 \
			type vlan id 100
		ip -n "$(pe_ns "$n")" link set bond0.100 up
		ip -n "$(pe_ns "$n")" -o link add core9 type dummy
		pe "$n" core add core9
		pe "$n" pw add p1 peer 10.7.7.7 pw-id 1 in-label 1001 \
			out-label 1002
		pe "$n" vpws add s1 ac bond0.100 pw p1
		check_err $? "no service on PE$n"
		pe "$n" e-trunk set 1 core-tracking off
	done
	ns "$CE" ping -q -f -c 100000 -w 2 10.9.0.1 >/dev/null &
	ip -n "$PE1" link del bond0.100
	wait $!
	check_equal "AC of PE1's service" down \
		"$(pe 1 -j vpws show s1 | jq -r '.[0].ac_state')"
	ce_wait 1
	pe 1 vpws del s1
	check_err $? "the service cannot be deleted"
	pe 2 vpws del s1
	ip -n "$PE2" link del bond0.100
	ce_wait 1
}

bond_deleted_in_use()
{
	ns "$CE" ping -q -f -c 100000 -w 2 10.9.0.1 >/dev/null &
	ip -n "$PE1" link del bond0
	wait $!
	check_equal "members of PE1" 0 "$(pe 1 -j member show | jq length)"
	slowwait 20 is master member 2 .state >/dev/null
	check_err $? "PE2 does not serve"
	slowwait 20 is "eth2 eth4" ce_ports >/dev/null
	check_err $? "the CE uses $(ce_ports)"
	slowwait 5 ce_ping 2
	check_err $? "nothing passes"

	ip -n "$PE1" -b - <<-END
		link set ac0 down
		link set ac1 down
		link add bond0 type bond mode 802.3ad lacp_rate fast miimon 100
		link set ac0 master bond0
		link set ac1 master bond0
		address add 10.9.0.1/24 dev bond0
		link set bond0 up
	END
	pe 1 member add bond0 e-trunk 1
	check_err $? "no member"
	ce_wait 1
}

tests_run
