#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Detection time (RFC 5880 6.8.4): the peer's multiplier times the slower of
# its transmit and our receive interval, counted from the last accepted packet,
# and at most 1 ms more. The peer falls silent and takes the time on the wire
# until it is told Down; PE's own figure is in its trace.
# shellcheck source=selftests/bfd_lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/bfd_lib.sh"

# shellcheck disable=SC2034 # for tests_run
ALL_TESTS="default_10ms_x3 multiplier_of_the_peer multiplier_1
	peer_is_slower we_are_slower floor_3300us multihop not_by_bad_packets
	trace_agrees"

setup()
{
	etrunk_reload || check_err $? "module does not load"
	bfd_topology
	trace_start
	etrunkctl -n "$PE" -b - <<-END
		bfd add b1 peer 10.0.0.2 source 10.0.0.1 dev v0
		bfd add m1 peer 10.0.0.2 source 10.0.0.1 min-tx 20
	END
}

cleanup()
{
	trace_stop
}

# detects LOW_US PEER_ARGUMENT...: silence of the peer is detected in LOW_US to
# LOW_US + 1 ms
detects()
{
	local low=$1 out
	shift

	out=$(peer "$@" up 3000 run 200 silent 2000)
	check_err $? "peer: $out"
	check_between "detection in us" "$low" $((low + 1000)) \
		"$(field detect_us "$out")"
	check_equal "diagnostic" 1 "$(field diag "$out")"
}

default_10ms_x3()
{
	detects 30000
	check_equal "last_down_reason" DETECTION_EXPIRED \
		"$(bfd_show "$PE" b1 .last_down_reason)"
}

multiplier_of_the_peer()
{
	detects 50000 mult 5
}

multiplier_1()
{
	detects 10000 mult 1 interval 5000
}

peer_is_slower()
{
	detects 120000 min-tx 40000
}

we_are_slower()
{
	bfd "$PE" set b1 min-rx 25
	detects 75000
	bfd "$PE" set b1 min-rx 10
}

floor_3300us()
{
	bfd "$PE" set b1 min-rx 3300us
	detects 9900 min-tx 3300 interval 2500
	bfd "$PE" set b1 min-rx 10
}

multihop()
{
	detects 30000 port 4784
}

# Packets that are refused do not keep a session alive.
not_by_bad_packets()
{
	local out

	out=$(peer up 3000 run 100 set ttl 254 send silent 2000)
	check_between "detection in us" 20000 31000 "$(field detect_us "$out")"
	check_between "refused" 1 1000 \
		"$(bfd_show "$PE" b1 '.counters["drop-ttl"]')"
}

# What PE measured itself, of all failures above.
trace_agrees()
{
	local n

	trace_stop
	n=$(grep -c 'etrunk_bfd_state.*to=down.*DETECTION' trace.txt)
	check_between "detections traced" 8 9 "$n"
	n=$(sed -n 's/.*name=b1 from=up to=down.*DETECTION.*since_rx_ns=//p' \
		trace.txt | head -n 1)
	check_between "first, from the last packet, ns" 30000000 31000000 "$n"
}

tests_run
