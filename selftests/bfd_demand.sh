#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Demand mode (RFC 5880 6.6), the passive role and waiting to restore, between
# two namespaces. What was sent when is read from the trace of the kernel: how
# long this script waits does not matter.
# shellcheck source=selftests/bfd_lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/bfd_lib.sh"
# shellcheck source=selftests/trace_lib.sh
. "$(dirname "$0")/trace_lib.sh"

# shellcheck disable=SC2034 # for tests_run
ALL_TESTS="demand_silences_the_peer demand_ends demand_detects demand_of_both
	passive_waits_for_the_peer passive_is_silent_again wtr_holds_down
	wtr_not_after_shutdown"

TIMES="min-tx 50ms min-rx 50ms"
# us of 75 to 100 % of that, and what softirqs may be late
MEAN="37000 55000"
# us between two polls: one second after an answer, and the answer
POLLS="1000000 1300000"

setup()
{
	etrunk_reload || check_err $? "module does not load"
	bfd_topology
}

cleanup()
{
	[ ! -d $TRACING/events/etrunk ] || echo 0 >$TRACING/events/etrunk/enable
}

# add_both ARGUMENT...: the arguments are PE's
add_both()
{
	# shellcheck disable=SC2086 # words
	bfd "$PE" add b1 peer 10.0.0.2 source 10.0.0.1 dev v0 $TIMES "$@"
	# shellcheck disable=SC2086 # words
	bfd "$PEER" add b1 peer 10.0.0.1 source 10.0.0.2 dev v0 $TIMES
	wait_bfd "$PE" b1 up
	wait_bfd "$PEER" b1 up
}

del_both()
{
	bfd "$PE" del b1
	bfd "$PEER" del b1
}

tx_interval_is()
{
	[ "$(bfd_show "$1" b1 .tx_interval_us)" = "$2" ]
}

# wait_tx NAMESPACE US: until its packets come that often, 0: never by themselves
wait_tx()
{
	slowwait 30 tx_interval_is "$1" "$2"
	check_err $? "packets of $1 every $(bfd_show "$1" b1 .tx_interval_us) us, expected $2"
}

# watch SECONDS, or as long as that takes: trace.txt has what is sent meanwhile
watch()
{
	trace_start
	sleep "$1"
	trace_stop
}

# sent NAMESPACE: packets without P and F, with P, with F, with D; us between
# the first and the last packet, and between answers
sent()
{
	awk -v ns="$(trace_ns "$1")" '
	index($0, " etrunk_bfd_tx: ") && index($0, ns) {
		match($0, /[0-9]+\.[0-9]+: /)
		now = substr($0, RSTART, RLENGTH - 2) * 1000000
		match($0, /flags=0x[0-9a-f]+/)
		flags = substr($0, RSTART + 8, RLENGTH - 8)
		if (n++)
			span += now - last
		last = now
		if (flags ~ /[2367abef]$/)
			demand++
		if (flags ~ /^2.$/) {
			polls++
		} else if (flags ~ /^1.$/) {
			if (finals++) {
				gap = now - final
				if (finals == 2 || gap < least)
					least = gap
				if (gap > most)
					most = gap
			}
			final = now
		} else {
			plain++
		}
	}
	END {
		if (n < 2)
			n = 2
		printf "plain=%d polls=%d finals=%d demand=%d mean_us=%d least_us=%d most_us=%d\n",
			plain, polls, finals, demand, span / (n - 1), least,
			most
	}' trace.txt
}

# check_periodic WHOM: packets go out all the time
check_periodic()
{
	local out

	out=$(sent "$1")
	# shellcheck disable=SC2086 # two bounds
	check_between "mean us between packets of $1" $MEAN \
		"$(field mean_us "$out")"
	check_between "packets of $1 that nobody asked for" 20 100000 \
		"$(field plain "$out")"
}

# check_answers WHOM: nothing but answers to polls, one a second
check_answers()
{
	local out

	out=$(sent "$1")
	check_between "answers of $1" 3 100000 "$(field finals "$out")"
	# shellcheck disable=SC2086 # two bounds
	check_between "shortest us between answers of $1" $POLLS \
		"$(field least_us "$out")"
	# shellcheck disable=SC2086 # two bounds
	check_between "longest us between answers of $1" $POLLS \
		"$(field most_us "$out")"
	check_equal "packets of $1 that nobody asked for" 0 \
		"$(field plain "$out")"
}

check_up_once()
{
	check_equal "$1" "up 1 0 up 1 0" "$(bfd_show "$PE" b1 \
		'"\(.state) \(.up_count) \(.down_count)"') $(bfd_show "$PEER" b1 \
		'"\(.state) \(.up_count) \(.down_count)"')"
}

# The peer answers polls, one a second, and is silent otherwise.
demand_silences_the_peer()
{
	add_both
	wait_tx "$PEER" 50000
	watch 4
	check_periodic "$PEER"
	check_equal "with D" 0 "$(field demand "$(sent "$PE")")"
	bfd "$PE" set b1 demand on
	wait_tx "$PEER" 0
	watch 5
	check_answers "$PEER"
	check_equal "polls of the peer" 0 "$(field polls "$(sent "$PEER")")"
	# the peer is in no demand mode
	check_periodic "$PE"
	check_equal "without D" "$(grep -c " etrunk_bfd_tx: $(trace_ns "$PE")" \
		trace.txt)" "$(field demand "$(sent "$PE")")"
	check_up_once "session"
}

demand_ends()
{
	bfd "$PE" set b1 demand off
	wait_tx "$PEER" 50000
	watch 4
	check_periodic "$PEER"
	check_equal "with D" 0 "$(field demand "$(sent "$PE")")"
	check_up_once "session"
	bfd "$PE" set b1 demand on
	wait_tx "$PEER" 0
}

# A poll a second, and the time of three packets for its answer.
demand_detects()
{
	local answer poll down

	check_equal "detection time" 150000 "$(bfd_show "$PE" b1 .detect_time_us)"
	trace_start
	ip -n "$PEER" link set v0 down
	wait_bfd "$PE" b1 down
	trace_stop
	check_equal "reason" "1 DETECTION_EXPIRED" \
		"$(bfd_show "$PE" b1 '"\(.diag) \(.last_down_reason)"')"
	down=$(trace_at trace.txt etrunk_bfd_state "$(trace_ns "$PE")" " to=down ")
	answer=$(trace_last trace.txt etrunk_bfd_rx "$(trace_ns "$PE")")
	poll=$(trace_lines trace.txt etrunk_bfd_tx "$(trace_ns "$PE")" \
		" flags=0x2" | awk -v a="${answer:-0}" '$1 > a' | head -n 1)
	# the trace has a packet when it is sent, the poll begins just before
	check_between "us from the poll to Down" 149000 170000 \
		"$(us_between "$poll" "$down")"
	ip -n "$PEER" link set v0 up
	wait_bfd "$PE" b1 up
	wait_bfd "$PEER" b1 up
	del_both
}

# Nobody says anything but polls and answers.
demand_of_both()
{
	add_both demand on
	bfd "$PEER" set b1 demand on
	wait_tx "$PE" 0
	wait_tx "$PEER" 0
	watch 5
	check_answers "$PE"
	check_answers "$PEER"
	check_up_once "session"
	del_both
}

passive_waits_for_the_peer()
{
	# shellcheck disable=SC2086 # words
	bfd "$PE" add b1 peer 10.0.0.2 source 10.0.0.1 dev v0 passive on $TIMES
	sleep 4
	check_equal "before the peer speaks" "down 0 0" "$(bfd_show "$PE" b1 \
		'"\(.state) \(.tx_packets) \(.rx_packets)"')"
	# shellcheck disable=SC2086 # words
	bfd "$PEER" add b1 peer 10.0.0.1 source 10.0.0.2 dev v0 $TIMES
	wait_bfd "$PE" b1 up
	wait_bfd "$PEER" b1 up
}

passive_is_silent_again()
{
	local before

	# gone without a word
	ip -n "$PE" link set v0 down
	wait_bfd "$PE" b1 down
	wait_bfd "$PEER" b1 down
	bfd "$PEER" del b1
	ip -n "$PE" link set v0 up
	sleep 4
	before=$(bfd_show "$PE" b1 .tx_packets)
	sleep 4
	check_equal "packets to nobody" "$before" \
		"$(bfd_show "$PE" b1 .tx_packets)"
	bfd "$PE" del b1
}

waits_to_restore()
{
	[ "$(bfd_show "$PE" b1 '"\(.state) \(.wtr_waiting) \(.wtr_us)"')" = \
		"down true 30000000" ]
}

# From the first packet that is heard again; the peer, in Init, sends one a
# second meanwhile.
wtr_holds_down()
{
	local down heard up

	add_both wtr 30s
	trace_start
	ip -n "$PEER" link set v0 down
	wait_bfd "$PE" b1 down
	ip -n "$PEER" link set v0 up
	slowwait 30 waits_to_restore
	check_err $? "here: $(bfd_show "$PE" b1 \
		'"\(.state) \(.wtr_waiting) \(.wtr_us)"')"
	wait_bfd "$PE" b1 up 90
	wait_bfd "$PEER" b1 up
	trace_stop
	check_equal "afterwards" "false 2" \
		"$(bfd_show "$PE" b1 '"\(.wtr_waiting) \(.up_count)"')"
	down=$(trace_at trace.txt etrunk_bfd_state "$(trace_ns "$PE")" " to=down ")
	heard=$(trace_lines trace.txt etrunk_bfd_rx "$(trace_ns "$PE")" " drop=0" |
		awk -v d="${down:-0}" '$1 > d' | head -n 1)
	up=$(trace_last trace.txt etrunk_bfd_state "$(trace_ns "$PE")" " to=up ")
	check_between "us from the peer's return to Up" 30000000 31500000 \
		"$(us_between "$heard" "$up")"
	check_between "us that the peer was in Init" 28000000 31500000 \
		"$(us_between "$(trace_last trace.txt etrunk_bfd_state \
			"$(trace_ns "$PEER")" " to=init ")" "$up")"
}

wtr_not_after_shutdown()
{
	bfd "$PE" set b1 wtr 3600s
	bfd "$PE" set b1 shutdown on
	wait_bfd "$PEER" b1 down
	bfd "$PE" set b1 shutdown off
	wait_bfd "$PE" b1 up
	bfd "$PEER" set b1 shutdown on
	wait_bfd "$PE" b1 down
	bfd "$PEER" set b1 shutdown off
	wait_bfd "$PE" b1 up
	del_both
}

tests_run
