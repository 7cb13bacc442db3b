#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A lost carrier on the master's slaves is known at once, also while another
# process adds and removes links all the time (linkwatch and notifiers then
# wait for RTNL for seconds). Lab: lag_lib.sh.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/lag_lib.sh
. "$(dirname "$0")/lag_lib.sh"
# shellcheck source=selftests/trace_lib.sh
. "$(dirname "$0")/trace_lib.sh"

ALL_TESTS="
	carrier_loss_within_5ms
	carrier_loss_within_5ms_under_link_churn
	ce_without_lacp_is_down
"

DIR=$(mktemp -d)
CHURN=

setup()
{
	require_command jq
	lag_lab
	# PE2 has no part in it: the CE must not prefer its link
	ip -n "$PE2" link set lc down
	etrunk_reload
	check_err $? "cannot load the module"
	# mode auto, no peer: master when alone, backup when its links are down
	lag_trunk 1 && etrunkctl -n "$PE1" e-trunk set 1 hello 500ms \
		multiplier 3 start-hold 0s revert-delay 0s
	lag_member "$PE1" auto
	check_err $? "cannot configure"
	slowwait 20 member_is master
	check_err $? "PE1 does not become master"
	lag_wait_ce "la lb"
}

cleanup()
{
	[ -z "$CHURN" ] || kill "$CHURN" 2>/dev/null
	trace_off
	rm -rf "$DIR"
}

member_is()
{
	[ "$(etrunkctl -n "$PE1" -j member show bond0 |
		jq -r '.[0].state')" = "$1" ]
}

phys_is()
{
	[ "$(etrunkctl -n "$PE1" -j member show bond0 |
		jq -r '.[0].phys_state')" = "$1" ]
}

# Both links in one process, whose last call that takes a carrier is what time
# is measured from; both ends of a veth lose it with the first that goes down.
cut_and_measure()
{
	local off us

	trace_begin
	check_err $? "cannot trace"
	printf 'link set %s down\n' la lb >"$DIR/cut"
	ip -n "$CE" -b "$DIR/cut" &
	CUT_PID=$!
	wait "$CUT_PID"
	check_err $? "cannot cut the links"
	sleep 0.2
	trace_end "$DIR/trace"
	check_equal "carriers taken by the cut" 4 \
		"$(trace_lines "$DIR/trace" carrier_off "-$CUT_PID " | wc -l)"
	off=$(trace_last "$DIR/trace" carrier_off "-$CUT_PID ")
	us=$(us_between "$off" "$(trace_at "$DIR/trace" etrunk_event \
		"$(trace_ns "$PE1")" '"member bond0"' from=master)")
	log_info "${us:-never} us from the last carrier"
	check_between "us from the last carrier to the member's change" \
		0 5000 "$us"
}

mend()
{
	ip -n "$CE" link set la up
	ip -n "$CE" link set lb up
	slowwait 20 member_is master
	check_err $? "PE1 does not become master again"
	lag_wait_ce "la lb"
}

carrier_loss_within_5ms()
{
	cut_and_measure
	mend
}

churn()
{
	local i

	modprobe dummy numdummies=0
	while :; do
		for i in $(seq 50); do
			echo "link add churn$i type dummy"
			echo "link set churn$i up"
		done | ip -n "$PE2" -b -
		for i in $(seq 50); do
			echo "link del churn$i"
		done | ip -n "$PE2" -b -
	done
}

# links of PE2 that come, change and go, all the time
carrier_loss_within_5ms_under_link_churn()
{
	churn 2>/dev/null &
	CHURN=$!
	sleep 1
	cut_and_measure
	kill -0 "$CHURN"
	check_err $? "the churn ended early"
	check_between "links that came or went meanwhile" 10 100000 "$({
		trace_lines "$DIR/trace" link_add
		trace_lines "$DIR/trace" link_del
	} | wc -l)"
	kill "$CHURN"
	wait "$CHURN" 2>/dev/null
	CHURN=
	mend
}

# Carrier stays, but nobody is there: three lost LACPDUs at the fast rate.
ce_without_lacp_is_down()
{
	ip -n "$CE" link set bond0 down
	ip -n "$CE" link set la up
	ip -n "$CE" link set lb up
	slowwait 6 phys_is down
	check_err $? "the member's links count as up"
	ip -n "$CE" link set bond0 up
	slowwait 10 phys_is up
	check_err $? "the member's links stay down"
}

tests_run
