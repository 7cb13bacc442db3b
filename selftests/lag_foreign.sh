#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Which LACPDUs are the bond's own and which are somebody else's: those of a
# far CE that a PW carries (tagged, or from another address), crippled ones,
# and our own coming back. Lab: lag_lib.sh.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/lag_lib.sh
. "$(dirname "$0")/lag_lib.sh"

ALL_TESTS="
	tagged_out_passes_untouched
	tagged_out_stays_behind_a_closed_gate
	other_source_out_is_not_rewritten
	tagged_in_is_not_learned
	crippled_in_is_not_learned
	crippled_out_is_dropped
	own_identity_in_is_dropped_and_counted
	loop_is_a_fault_and_takes_the_member_down
	loop_clears_when_the_ce_is_heard
	miscabled_pes_see_a_loop
"

DIR=$(mktemp -d)
REMOTE=02:00:00:00:00:77

setup()
{
	require_command jq
	lag_lab
	etrunk_reload
	check_err $? "cannot load the module"
	lag_trunk 1 && lag_trunk 2 && lag_member "$PE1" force-master &&
		lag_member "$PE2" force-backup
	check_err $? "cannot configure"
	ip -n "$PE1" link add link bond0 name bond0.100 type vlan id 100
	ip -n "$PE1" link set bond0.100 up
	ip -n "$CE" link add link bond0 name bond0.100 type vlan id 100
	ip -n "$CE" link set bond0.100 up
	lag_wait_ce "la lb"
}

cleanup()
{
	lag_watch_stop
	rm -rf "$DIR"
}

tool()
{
	local ns=$1
	shift

	ns "$ns" "$LIB_DIR/lacp_tool" "$@"
}

# seen FILE REGEX: number of lines
seen()
{
	grep -cE -- "$2" "$1"
}

# partner NAMESPACE SLAVE: whom bonding takes its partner for
partner()
{
	lag_slave "$1" "$2" partner "system mac address"
}

watch_ce()
{
	: >"$DIR/la"
	: >"$DIR/lb"
	lag_watch_start "$CE" la "$DIR/la"
	lag_watch_start "$CE" lb "$DIR/lb"
	sleep 0.2
}

tagged_out_passes_untouched()
{
	watch_ce
	tool "$PE1" send bond0.100 src="$REMOTE" sys="$REMOTE" key=9 port=3 \
		state=0x3f count=3
	sleep 0.3
	lag_watch_stop
	check_equal "LACPDUs of the far CE" 3 "$(cat "$DIR/la" "$DIR/lb" |
		grep -c "vlan=100 actor=32768/$REMOTE/9/3/3f")"
}

tagged_out_stays_behind_a_closed_gate()
{
	lag_mode "$PE1" force-backup
	lag_wait_ce ""
	sleep 1.2
	watch_ce
	tool "$PE1" send bond0.100 src="$REMOTE" sys="$REMOTE" count=3
	sleep 0.3
	lag_watch_stop
	check_equal "LACPDUs of the far CE" 0 \
		"$(cat "$DIR/la" "$DIR/lb" | grep -c "vlan=100")"
	lag_mode "$PE1" force-master
	lag_wait_ce "la lb"
}

other_source_out_is_not_rewritten()
{
	local before

	before=$(lag_counter "$PE1" lacpdu_tx_foreign)
	watch_ce
	tool "$PE1" send la src="$REMOTE" sys="$REMOTE" key=9 port=3 count=3
	sleep 0.3
	lag_watch_stop
	check_equal "of it at the CE" 0 "$(seen "$DIR/la" "src=$REMOTE")"
	check_equal "in our name at the CE" 0 \
		"$(seen "$DIR/la" "actor=32768/$LAG_SYSTEM/$LAG_KEY/3/")"
	check_equal "counted" $((before + 3)) \
		"$(lag_counter "$PE1" lacpdu_tx_foreign)"
}

tagged_in_is_not_learned()
{
	local ce before

	ce=$(partner "$PE1" la)
	before=$(lag_counter "$PE1" lacpdu_rx_foreign)
	tool "$CE" send la vlan=100 src="$REMOTE" sys="$REMOTE" count=3
	sleep 0.3
	check_equal "PE1's partner on a" "$ce" "$(partner "$PE1" la)"
	check_equal "counted" $((before + 3)) \
		"$(lag_counter "$PE1" lacpdu_rx_foreign)"
}

crippled_in_is_not_learned()
{
	local ce before

	ce=$(partner "$PE1" la)
	before=$(lag_counter "$PE1" lacpdu_rx_dropped)
	tool "$CE" send la src="$REMOTE" sys="$REMOTE" tlv=7
	tool "$CE" send la src="$REMOTE" sys="$REMOTE" len=60
	tool "$CE" send la src="$REMOTE" sys="$REMOTE" len=123
	sleep 0.3
	check_equal "PE1's partner on a" "$ce" "$(partner "$PE1" la)"
	check_equal "counted" $((before + 1)) \
		"$(lag_counter "$PE1" lacpdu_rx_dropped)"
}

crippled_out_is_dropped()
{
	local own before

	own=$(ns "$PE1" cat /sys/class/net/la/bonding_slave/perm_hwaddr)
	before=$(lag_counter "$PE1" lacpdu_tx_dropped)
	watch_ce
	tool "$PE1" send la src="$own" sys="$REMOTE" tlv=7
	sleep 0.3
	lag_watch_stop
	check_equal "at the CE" 0 "$(seen "$DIR/la" "$REMOTE")"
	check_equal "counted" $((before + 1)) \
		"$(lag_counter "$PE1" lacpdu_tx_dropped)"
}

phys_is()
{
	[ "$(etrunkctl -n "$1" -j member show bond0 |
		jq -r '.[0].phys_state')" = "$2" ]
}

faults()
{
	etrunkctl -n "$1" -j member show bond0 | jq -r '.[0].faults | join(",")'
}

looped()
{
	[[ $(faults "$1") == *loop* ]]
}


own_identity_in_is_dropped_and_counted()
{
	local before ce

	ce=$(partner "$PE1" la)
	before=$(lag_counter "$PE1" lacpdu_rx_looped)
	tool "$CE" send la sys="$LAG_SYSTEM" key="$LAG_KEY" port=32769
	sleep 0.05
	check_equal "counted" $((before + 1)) \
		"$(lag_counter "$PE1" lacpdu_rx_looped)"
	check_equal "PE1's partner on a" "$ce" "$(partner "$PE1" la)"
}

loop_is_a_fault_and_takes_the_member_down()
{
	ip -n "$CE" link set bond0 down
	ip -n "$CE" link set la up
	slowwait 2 phys_is "$PE1" down
	tool "$CE" send la sys="$LAG_SYSTEM" key="$LAG_KEY" port=32769
	busywait 1000 looped "$PE1"
	check_err $? "no fault: $(faults "$PE1")"
	phys_is "$PE1" down
	check_err $? "the member is not down"
}

loop_clears_when_the_ce_is_heard()
{
	ip -n "$CE" link set bond0 up
	slowwait 10 not looped "$PE1"
	check_err $? "the alarm stays: $(faults "$PE1")"
	slowwait 10 phys_is "$PE1" up
	check_err $? "the member stays down"
	lag_wait_ce "la lb"
}

both_looped()
{
	looped "$PE1" && looped "$PE2"
}

# A cable from PE1's trunk to PE2's.
miscabled_pes_see_a_loop()
{
	ip link add wire netns "$PE1" type veth peer name wire netns "$PE2"
	ip -n "$PE1" link set wire master bond0
	ip -n "$PE2" link set wire master bond0
	slowwait 5 both_looped
	check_err $? "PE1 has \"$(faults "$PE1")\", PE2 has \"$(faults "$PE2")\""
	phys_is "$PE1" down && phys_is "$PE2" down
	check_err $? "a member is not down"
	ip -n "$PE1" link del wire
	slowwait 5 not both_looped
	slowwait 10 phys_is "$PE1" up
	check_err $? "PE1 does not recover"
	lag_wait_ce "la lb"
}

tests_run
