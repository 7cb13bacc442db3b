#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The gate: a member that is not master drops data both ways, but not what is
# link-local; a planned move keeps it open until the CE lets go. Lab:
# lag_lib.sh, with 10.1.1.1 on PE1's bond0 and 10.1.1.9 on the CE's.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/lag_lib.sh
. "$(dirname "$0")/lag_lib.sh"

ALL_TESTS="
	master_passes_data
	backup_drops_data_in
	backup_drops_data_out
	backup_passes_link_local_both_ways
	backup_drops_tagged_link_local
	planned_move_ends_after_1s
	master_again_opens_at_once
	standby_is_dormant
	dormant_off_is_not
"

DIR=$(mktemp -d)
LLDP_MAC=01:80:c2:00:00:0e

setup()
{
	require_command jq
	lag_lab
	# PE2 has no part in it: the CE must not prefer its link
	ip -n "$PE2" link set lc down
	etrunk_reload
	check_err $? "cannot load the module"
	lag_trunk 1 && lag_member "$PE1" force-master
	check_err $? "cannot configure"
	ip -n "$PE1" addr add 10.1.1.1/24 dev bond0
	ip -n "$CE" addr add 10.1.1.9/24 dev bond0
	lag_wait_ce "la lb"
	# no ARP in the way of what is tested
	ip -n "$PE1" neigh replace 10.1.1.9 dev bond0 \
		lladdr "$(ns "$CE" cat /sys/class/net/bond0/address)"
	ip -n "$CE" neigh replace 10.1.1.1 dev bond0 \
		lladdr "$(ns "$PE1" cat /sys/class/net/bond0/address)"
}

cleanup()
{
	lag_watch_stop
	rm -rf "$DIR"
}

pings()
{
	ns "$1" ping -n -q -c 2 -i 0.1 -W 1 "$2" >/dev/null
}

backup()
{
	lag_mode "$PE1" force-backup
	lag_wait_ce ""
	sleep 1.2
}

master_passes_data()
{
	pings "$CE" 10.1.1.1
	check_err $? "the CE cannot reach PE1"
}

# frames NAMESPACE DEV: received so far
rx_dropped()
{
	lag_counter "$PE1" gate_rx_dropped
}

tx_dropped()
{
	lag_counter "$PE1" gate_tx_dropped
}

# The CE's bond has no active port any more: the frames go out on a slave.
backup_drops_data_in()
{
	local before

	backup
	before=$(rx_dropped)
	ns "$CE" "$LIB_DIR/lacp_tool" send la dst=02:00:00:00:00:01 count=5
	sleep 0.2
	check_between "dropped" $((before + 5)) $((before + 500)) "$(rx_dropped)"
}

backup_drops_data_out()
{
	local before

	before=$(tx_dropped)
	pings "$PE1" 10.1.1.9
	check_fail $? "PE1 reaches the CE"
	check_between "dropped" $((before + 2)) $((before + 500)) "$(tx_dropped)"
}

# A frame of the slow protocols' type to the address of LLDP is no LACPDU.
backup_passes_link_local_both_ways()
{
	: >"$DIR/ce"
	: >"$DIR/pe"
	lag_watch_start "$CE" la "$DIR/ce"
	lag_watch_start "$PE1" bond0 "$DIR/pe"
	sleep 0.2
	ns "$PE1" "$LIB_DIR/lacp_tool" send la dst="$LLDP_MAC" key=4242 count=2
	ns "$CE" "$LIB_DIR/lacp_tool" send la dst="$LLDP_MAC" key=4243 count=2
	sleep 0.3
	lag_watch_stop
	check_equal "at the CE" 2 "$(grep -c "/4242/" "$DIR/ce")"
	check_equal "at PE1's host" 2 "$(grep -c "/4243/" "$DIR/pe")"
}

# of a customer: data
backup_drops_tagged_link_local()
{
	local before

	before=$(rx_dropped)
	ns "$CE" "$LIB_DIR/lacp_tool" send la dst="$LLDP_MAC" vlan=100 count=3
	sleep 0.2
	check_equal "dropped" $((before + 3)) "$(rx_dropped)"
}

planned_move_ends_after_1s()
{
	local before

	lag_mode "$PE1" force-master
	lag_wait_ce "la lb"
	# a CE that hears nothing any more and says nothing any more
	ns "$CE" tc qdisc replace dev la root netem loss 100%
	ns "$CE" tc qdisc replace dev lb root netem loss 100%
	lag_mode "$PE1" force-backup
	sleep 0.8
	before=$(rx_dropped)
	ns "$CE" tc qdisc del dev la root
	ns "$CE" "$LIB_DIR/lacp_tool" send la dst=02:00:00:00:00:01
	sleep 1.5
	ns "$CE" "$LIB_DIR/lacp_tool" send la dst=02:00:00:00:00:01
	sleep 0.1
	ns "$CE" tc qdisc del dev lb root
	(($(rx_dropped) > before))
	check_err $? "the gate is still open"
}

master_again_opens_at_once()
{
	local before

	backup
	lag_mode "$PE1" force-master
	before=$(rx_dropped)
	ns "$CE" "$LIB_DIR/lacp_tool" send la dst=02:00:00:00:00:01
	check_equal "dropped" "$before" "$(rx_dropped)"
	lag_wait_ce "la lb"
	slowwait 5 pings "$CE" 10.1.1.1
	check_err $? "the CE cannot reach PE1"
}

dormant()
{
	ip -n "$PE1" -d link show bond0 | grep -q "state DORMANT"
}

standby_is_dormant()
{
	check_fail "$(dormant; echo $?)" "dormant as master"
	lag_mode "$PE1" force-backup
	slowwait 5 dormant
	check_err $? "not dormant"
	lag_mode "$PE1" force-master
	slowwait 5 not dormant
	check_err $? "still dormant"
}

dormant_off_is_not()
{
	etrunkctl -n "$PE1" member set bond0 dormant off mode force-backup
	check_err $? "member set failed"
	sleep 2
	check_fail "$(dormant; echo $?)" "dormant"
	etrunkctl -n "$PE1" member set bond0 dormant on
	slowwait 5 dormant
	check_err $? "not dormant"
	etrunkctl -n "$PE1" member set bond0 mode force-master
	lag_wait_ce "la lb"
}

tests_run
