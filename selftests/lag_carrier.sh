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

ALL_TESTS="
	carrier_loss_within_5ms
	carrier_loss_within_5ms_under_link_churn
	ce_without_lacp_is_down
"

TRACE=/sys/kernel/tracing
DIR=$(mktemp -d)
CHURN=

setup()
{
	require_command jq
	mount -t tracefs none $TRACE 2>/dev/null
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
	trace_stop
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

# The clock of the cut is that of the kernel too: it is written to the trace
# right before and after the command.
trace_start()
{
	echo 0 >"$TRACE"/tracing_on
	echo mono >"$TRACE"/trace_clock
	echo 1 >"$TRACE"/events/etrunk/etrunk_event/enable
	: >"$TRACE"/trace
	echo 1 >"$TRACE"/tracing_on
}

trace_stop()
{
	echo 0 >"$TRACE"/tracing_on
	echo 0 >"$TRACE"/events/etrunk/etrunk_event/enable
} 2>/dev/null

# us from the cut (both links in one command) to the member's change
trace_delay()
{
	awk '
	function us(	s) {
		for (s = 1; s <= NF; s++)
			if ($s ~ /^[0-9]+\.[0-9]+:$/)
				return substr($s, 1, length($s) - 1) * 1e6
	}
	/cut done/ { cut = us() }
	/etrunk_event/ && /"member bond0"/ && /from=master/ { at = us() }
	END { if (at) printf "%d\n", at - cut }' "$DIR/trace"
}

cut_and_measure()
{
	local delay

	trace_start
	# both ends of a veth lose carrier with the first that goes down
	ip -n "$CE" link set la down
	ip -n "$CE" link set lb down
	echo "cut done" >"$TRACE"/trace_marker
	sleep 0.2
	trace_stop
	cat "$TRACE"/trace >"$DIR/trace"
	delay=$(trace_delay)
	log_info "$delay us after the command that cut the last link"
	# it is mostly known before the command has returned
	check_between "us from the cut to the member's change" -500000 5000 \
		"$delay"
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

# 1,000 links of PE2 that all change, all the time
carrier_loss_within_5ms_under_link_churn()
{
	churn 2>/dev/null &
	CHURN=$!
	sleep 1
	cut_and_measure
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
