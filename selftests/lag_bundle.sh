#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# LACP steering on real LACPDUs: the CE puts its links to both PEs into one
# aggregator and uses those of the master; roles move the bundle; nothing but
# the shared identity is ever seen once a PE is steered. Lab: lag_lib.sh.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/lag_lib.sh
. "$(dirname "$0")/lag_lib.sh"

ALL_TESTS="
	unsteered_ce_sees_two_systems
	boot_bond_before_module
	one_aggregator_for_both_pes
	port_numbers_differ_by_bit_15
	backup_is_out_of_the_bundle
	backup_bond_is_a_hot_standby
	roles_swap_bundle_moves
	both_master_both_in_bundle
	role_to_lacpdu_within_1ms
	lacpdus_built_anew_are_current
	all_lacpdus_carry_the_identity
	aggregator_kept_through_role_changes
	member_del_takes_the_link_out
	member_del_keep_up_leaves_the_bond
	rmmod_takes_the_links_out
"

TRACE=/sys/kernel/tracing
DIR=$(mktemp -d)
LACP_IN_BUNDLE=$((0x38))

setup()
{
	require_command jq
	mount -t tracefs none $TRACE 2>/dev/null
	lag_lab
}

cleanup()
{
	lag_watch_stop
	trace_stop
	rm -rf "$DIR"
}

ce_two_systems()
{
	local one two

	one=$(lag_slave "$CE" la partner "system mac address")
	two=$(lag_slave "$CE" lc partner "system mac address")
	[ -n "$one" ] && [ "$one" != "$two" ] &&
		[[ ${one:-0} != 00:00:* && ${two:-0} != 00:00:* ]]
}

unsteered_ce_sees_two_systems()
{
	etrunk_unload
	slowwait 10 ce_two_systems
	check_err $? "not so before the module: $(lag_ce_show)"
}

# Both bonds were there, and one of them served, before the module came.
boot_bond_before_module()
{
	etrunk_load
	check_err $? "cannot load the module"
	lag_trunk 1 && lag_trunk 2
	check_err $? "cannot configure the e-trunks"
	lag_watch_start "$CE" la "$DIR/la"
	lag_watch_start "$CE" lb "$DIR/lb"
	lag_watch_start "$CE" lc "$DIR/lc"
	sleep 0.2
	lag_member "$PE1" force-master
	check_err $? "cannot add PE1's member"
	lag_member "$PE2" force-backup
	check_err $? "cannot add PE2's member"
	lag_wait_ce "la lb"
	check_equal "partner of the active aggregator" "$LAG_SYSTEM" \
		"$(lag_active "$CE" "Partner Mac Address")"
}

one_aggregator_for_both_pes()
{
	slowwait 5 ce_one_aggregator
	check_err $? "$(lag_ce_show)"
	check_equal "active aggregator" "$(lag_slave_agg "$CE" la)" \
		"$(lag_active "$CE" "Aggregator ID")"
	check_equal "ports in it" 3 "$(lag_active "$CE" "Number of ports")"
}

ce_one_aggregator()
{
	[ -n "$(lag_slave_agg "$CE" la)" ] &&
		[ "$(lag_slave_agg "$CE" la)" = "$(lag_slave_agg "$CE" lb)" ] &&
		[ "$(lag_slave_agg "$CE" la)" = "$(lag_slave_agg "$CE" lc)" ]
}

port_numbers_differ_by_bit_15()
{
	check_equal "port of PE1" 1 "$(lag_slave "$CE" la partner "port number")"
	check_equal "port of PE1" 2 "$(lag_slave "$CE" lb partner "port number")"
	check_equal "port of PE2" 32769 \
		"$(lag_slave "$CE" lc partner "port number")"
	check_equal "key of PE1" "$LAG_KEY" \
		"$(lag_slave "$CE" la partner "oper key")"
	check_equal "key of PE2" "$LAG_KEY" \
		"$(lag_slave "$CE" lc partner "oper key")"
}

backup_is_out_of_the_bundle()
{
	check_equal "CE's port, actor" 15 \
		"$(lag_slave "$CE" lc actor "port state")"
	check_equal "CE's port, partner" 7 \
		"$(lag_slave "$CE" lc partner "port state")"
}

backup_bond_is_a_hot_standby()
{
	slowwait 5 lag_in_bundle "$PE2" lc
	check_err $? "PE2's bond is not ready to serve: actor state \
$(lag_slave "$PE2" lc actor "port state")"
	check_equal "carrier of PE2's bond" 1 \
		"$(ns "$PE2" cat /sys/class/net/bond0/carrier)"
}

roles_swap_bundle_moves()
{
	lag_mode "$PE2" force-master
	lag_mode "$PE1" force-backup
	lag_wait_ce "lc"
	lag_mode "$PE1" force-master
	lag_mode "$PE2" force-backup
	lag_wait_ce "la lb"
}

both_master_both_in_bundle()
{
	lag_mode "$PE2" force-master
	lag_wait_ce "la lb lc"
	lag_mode "$PE2" force-backup
	lag_wait_ce "la lb"
}

trace_start()
{
	echo 0 >"$TRACE"/tracing_on
	echo mono >"$TRACE"/trace_clock
	echo 'protocol == 0x8809' >"$TRACE"/events/net/net_dev_start_xmit/filter
	echo 1 >"$TRACE"/events/net/net_dev_start_xmit/enable
	# the event comes when all is done: the decision is where it starts
	echo 'p:etrunk_role etrunk:etrunk_lag_set_role role=%si:u32' \
		>"$TRACE"/kprobe_events
	echo 1 >"$TRACE"/events/kprobes/etrunk_role/enable
	: >"$TRACE"/trace
	echo 1 >"$TRACE"/tracing_on
}

# What was recorded can be read only while its events exist.
trace_stop()
{
	echo 0 >"$TRACE/tracing_on"
	cat "$TRACE/trace" >"$DIR/trace"
	echo 0 >"$TRACE/events/net/net_dev_start_xmit/enable"
	echo 0 >"$TRACE/events/kprobes/etrunk_role/enable"
	echo >"$TRACE/kprobe_events"
} 2>/dev/null

# trace_delay DEV: us from the decision for master to the first LACPDU sent on
# DEV after it
trace_delay()
{
	awk -v dev="dev=$1" '
	function us(	s) {
		for (s = 1; s <= NF; s++)
			if ($s ~ /^[0-9]+\.[0-9]+:$/)
				return substr($s, 1, length($s) - 1) * 1e6
	}
	!at && /etrunk_role/ && /role=2/ { at = us() }
	at && /net_dev_start_xmit/ && $0 ~ dev " " {
		printf "%d\n", us() - at
		exit
	}' "$DIR/trace"
}

role_to_lacpdu_within_1ms()
{
	local dev

	lag_mode "$PE1" force-backup
	lag_wait_ce ""
	trace_start
	lag_mode "$PE1" force-master
	sleep 0.05
	trace_stop
	for dev in la lb; do
		log_info "slave $dev: $(trace_delay "$dev") us"
		check_between "us from the role to the LACPDU on $dev" 0 1000 \
			"$(trace_delay "$dev")"
	done
	lag_wait_ce "la lb"
}

# A slave whose link was down meanwhile must not show an old state.
lacpdus_built_anew_are_current()
{
	local state

	ip -n "$CE" link set la down
	slowwait 5 not lag_in_bundle "$PE1" la
	check_err $? "bonding kept the dead link in its bundle"
	: >"$DIR/now"
	ip -n "$CE" link set la up
	lag_watch_start "$CE" la "$DIR/now"
	sleep 0.1
	lag_mode "$PE1" force-backup
	lag_mode "$PE1" force-master
	slowwait 5 test -s "$DIR/now"
	state=$(awk '$2 == "in" { split($5, f, "/"); print f[5]; exit }' \
		"$DIR/now")
	(((0x${state:-ff} & LACP_IN_BUNDLE) != LACP_IN_BUNDLE))
	check_err $? "the first LACPDU after a flap says state $state"
	lag_wait_ce "la lb"
}

# identities FILE: the different actors in it that are not the CE, but for the
# port's state
identities()
{
	awk '$2 == "in" {
		split($5, f, /[=\/]/)
		print f[2] "/" f[3] "/" f[4] "/" f[5]
	}' "$1" | sort -u | paste -sd' '
}

# Once its member is there, no LACPDU with a PE's own identity comes out.
all_lacpdus_carry_the_identity()
{
	local id=32768/$LAG_SYSTEM/$LAG_KEY dev

	lag_watch_stop
	for dev in la lb lc; do
		# what came before is the bond's
		awk -v id="actor=$id/" 'index($0, id) { on = 1 } on' \
			"$DIR/$dev" >"$DIR/$dev.steered"
	done
	check_equal "actors on a" "$id/1" "$(identities "$DIR/la.steered")"
	check_equal "actors on b" "$id/2" "$(identities "$DIR/lb.steered")"
	check_equal "actors on c" "$id/32769" "$(identities "$DIR/lc.steered")"
	check_equal "dropped by PE1" 0 "$(lag_counter "$PE1" lacpdu_tx_dropped)"
	check_equal "dropped by PE1" 0 "$(lag_counter "$PE1" lacpdu_rx_dropped)"
}

aggregator_kept_through_role_changes()
{
	local agg

	agg=$(lag_active "$CE" "Aggregator ID")
	for _ in 1 2 3; do
		lag_mode "$PE2" force-master
		lag_mode "$PE1" force-backup
		lag_wait_ce "lc"
		check_equal "partner" "$LAG_SYSTEM" \
			"$(lag_active "$CE" "Partner Mac Address")"
		lag_mode "$PE1" force-master
		lag_mode "$PE2" force-backup
		lag_wait_ce "la lb"
		check_equal "partner" "$LAG_SYSTEM" \
			"$(lag_active "$CE" "Partner Mac Address")"
	done
	check_equal "aggregator" "$agg" "$(lag_active "$CE" "Aggregator ID")"
}

pe_bond_is_down()
{
	! ip -n "$1" -o link show bond0 | grep -q "[<,]UP[,>]"
}

member_del_takes_the_link_out()
{
	local last

	lag_mode "$PE2" force-master
	lag_wait_ce "la lb lc"
	: >"$DIR/last"
	lag_watch_start "$CE" lc "$DIR/last"
	sleep 0.1
	etrunkctl -n "$PE2" member del bond0
	check_err $? "member del failed"
	lag_wait_ce "la lb"
	pe_bond_is_down "$PE2"
	check_err $? "the bond is still up"
	sleep 2
	lag_watch_stop
	last=$(awk '$2 == "in" { l = $5 } END { print l }' "$DIR/last")
	check_match "last LACPDU" \
		"^actor=32768/$LAG_SYSTEM/$LAG_KEY/32769/[0-9a-f]7\$" "$last"
	check_equal "actors to the end" "32768/$LAG_SYSTEM/$LAG_KEY/32769" \
		"$(identities "$DIR/last")"

	ip -n "$PE2" link set bond0 up
	lag_member "$PE2" force-backup
	lag_wait_ce "la lb"
	slowwait 10 ce_one_aggregator
	check_err $? "it did not come back: $(lag_ce_show)"
}

member_del_keep_up_leaves_the_bond()
{
	etrunkctl -n "$PE2" member del bond0 keep-up
	check_err $? "member del failed"
	check_fail "$(pe_bond_is_down "$PE2"; echo $?)" "the bond is down"
	slowwait 10 ce_c_is_apart
	check_err $? "c is not seen as PE2's own: $(lag_ce_show)"
	check_equal "active partner" "$LAG_SYSTEM" \
		"$(lag_active "$CE" "Partner Mac Address")"
	lag_member "$PE2" force-backup
	slowwait 10 ce_one_aggregator
	check_err $? "it did not come back: $(lag_ce_show)"
}

ce_c_is_apart()
{
	[ "$(lag_slave "$CE" lc partner "system mac address")" != \
	  "$(lag_slave "$CE" la partner "system mac address")" ]
}

# Both PEs live in this one kernel: unloading takes both. Neither may appear
# to the CE as somebody else, and its aggregator keeps its partner for as long
# as LACP allows (three lost LACPDUs).
rmmod_takes_the_links_out()
{
	lag_watch_start "$CE" la "$DIR/la"
	lag_watch_start "$CE" lc "$DIR/lc"
	sleep 0.1
	etrunk_unload
	check_err $? "rmmod failed"
	lag_wait_ce ""
	sleep 1
	lag_watch_stop
	check_equal "actors on a" "32768/$LAG_SYSTEM/$LAG_KEY/1" \
		"$(identities "$DIR/la")"
	check_equal "actors on c" "32768/$LAG_SYSTEM/$LAG_KEY/32769" \
		"$(identities "$DIR/lc")"
	pe_bond_is_down "$PE1" && pe_bond_is_down "$PE2"
	check_err $? "a bond is still up"
}

tests_run
