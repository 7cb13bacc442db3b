#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# 64 sessions of 10 ms x 3 between two PEs, single hop and multihop in turn,
# stay Up for HOLD seconds (60; ETRUNK_LONG: 600), all on one CPU; when the link
# then fails, every one of them tells so in time.
#
#	PE  v0 10.0.0.1 ---------- v0 10.0.0.2  PEER
#	    lo 10.2.0.1..64        lo 10.1.0.1..64
# shellcheck source=selftests/bfd_lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/bfd_lib.sh"

# shellcheck disable=SC2034 # for tests_run
ALL_TESTS="all_come_up no_flap every_failure_is_seen"

: "${HOLD:=${ETRUNK_LONG:+600}}"
: "${HOLD:=60}"
SESSIONS=64

setup()
{
	local i

	etrunk_reload || check_err $? "module does not load"
	bfd_topology
	{
		echo "route add 10.1.0.0/24 via 10.0.0.2"
		for ((i = 1; i <= SESSIONS; i++)); do
			echo "addr add 10.2.0.$i/32 dev lo"
		done
	} | ip -n "$PE" -b -
	{
		echo "route add 10.2.0.0/24 via 10.0.0.1"
		for ((i = 1; i <= SESSIONS; i++)); do
			echo "addr add 10.1.0.$i/32 dev lo"
		done
	} | ip -n "$PEER" -b -
	sessions 2 1 | etrunkctl -n "$PEER" -b -
	check_err $? "sessions of PEER"
	sessions 1 2 | etrunkctl -n "$PE" -b -
	check_err $? "sessions of PE"
}

# sessions THEIRS OURS: networks of the addresses; every other one by device
sessions()
{
	local i dev

	for ((i = 1; i <= SESSIONS; i++)); do
		dev='dev v0'
		((i % 2)) || dev=
		echo "bfd add b$i peer 10.$1.0.$i source 10.$2.0.$i $dev"
	done
}

all_come_up()
{
	wait_all "$PE" up $SESSIONS 60
	wait_all "$PEER" up $SESSIONS 60
}

# per_session FILTER: of all sessions of both sides
per_session()
{
	{
		etrunkctl -n "$PE" -j bfd show
		etrunkctl -n "$PEER" -j bfd show
	} | jq -s "add | $1"
}

no_flap()
{
	local before

	before=$(per_session '[.[].rx_packets] | add')
	sleep "$HOLD"
	check_equal "flaps" 0 "$(per_session '[.[].down_count] | add')"
	check_equal "sessions that are up" $((2 * SESSIONS)) \
		"$(per_session '[.[] | select(.state == "up")] | length')"
	check_equal "dropped" 0 "$(per_session '[.[].rx_drop] | add')"
	# the witness: 1000 / 8.75 packets a second
	check_between "packets received" $((HOLD * SESSIONS * 2 * 110)) \
		$((HOLD * SESSIONS * 2 * 1250)) \
		$(($(per_session '[.[].rx_packets] | add') - before))
	log_info "in $HOLD s: longest gap $(per_session \
		'[.[].max_rx_gap_us] | max') us, latest packet $(per_session \
		'[.[].max_tx_late_us] | max') us late"
}

every_failure_is_seen()
{
	local n late

	trace_start
	ip -n "$PEER" link set v0 down
	wait_all "$PE" down $SESSIONS 2
	trace_stop
	n=$(grep -c 'etrunk_bfd_state.*from=up to=down.*DETECTION' trace.txt)
	check_between "detections traced" $SESSIONS $((2 * SESSIONS)) "$n"
	late=$(sed -n 's/.*from=up to=down.*DETECTION.*since_rx_ns=//p' \
		trace.txt | sort -n | sed -n '1p;$p' | tr '\n' ' ')
	# all within the same few ms, on one CPU
	check_between "first in ns" 30000000 33000000 "${late%% *}"
	late=${late#* }
	check_between "last in ns" 30000000 33000000 "${late% }"
}

tests_run
