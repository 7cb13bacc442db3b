#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# etrunkctl monitor: one whole line per event, at once; an end without error;
# and after a loss the present states.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

ALL_TESTS="keys_of_an_event lines_come_at_once only_what_is_wanted
	text_has_times_if_wanted ends_well overrun_resyncs
	other_namespaces_are_silent"

TMP=

ctl()
{
	etrunkctl -n "$PE" "$@"
}

setup()
{
	TMP=$(mktemp -d)
	setup_ns PE OTHER
	ip -n "$PE" -b - <<-END
		link add p0 type dummy
		addr add 10.0.0.1/24 dev p0
		link set p0 up
	END
	check_err $? "links"
	ctl bfd add b1 peer 10.0.0.2 source 10.0.0.1
	check_err $? "b1"
}

cleanup()
{
	jobs -p | xargs -r kill 2>/dev/null
	rm -rf "$TMP"
}

listening()
{
	ip netns exec "$PE" awk '$2 == 16 && $4 != "00000000" { n++ }
		END { exit !n }' /proc/net/netlink
}

# start OPTION... [OBJECT]...: a monitor into events
start()
{
	: >"$TMP/events"
	# not ctl: a function would be another process
	etrunkctl -n "$PE" "$@" >"$TMP/events" 2>"$TMP/err" &
	slowwait 5 listening
	check_err $? "the monitor does not listen"
}

stop()
{
	kill -"${1:-TERM}" %%
	wait %%
	check_equal "exit code" 0 $?
	check_equal "errors" "" "$(cat "$TMP/err")"
	slowwait 5 not listening
}

flap()
{
	ctl bfd set b1 shutdown on
	ctl bfd set b1 shutdown off
}

has_line()
{
	grep -q "$1" "$TMP/events"
}

keys_of_an_event()
{
	start -j monitor
	flap
	slowwait 5 has_line '"to":"admin-down"'
	check_err $? "no event of a shutdown"
	stop
	check_equal "keys" "time event object from to reason seq" \
		"$(head -n 1 "$TMP/events" | jq -r 'keys_unsorted | join(" ")')"
	check_equal "event" "bfd-state bfd b1 down admin-down" \
		"$(jq -r 'select(.to == "admin-down") | "\(.event) \(.object) \(.from) \(.to)"' \
			"$TMP/events")"
	check_equal "lines" "$(wc -l <"$TMP/events")" \
		"$(jq -c . "$TMP/events" | wc -l)"
	check_match "time" '^20..-..-..T..:..:..\.......Z$' \
		"$(head -n 1 "$TMP/events" | jq -r .time)"
}

# The file is read while the monitor still runs.
lines_come_at_once()
{
	local n

	start -j -p monitor
	for n in 1 2 3; do
		flap
		slowwait 5 until_counter_is ">= $((n * 2))" \
			grep -c bfd-state "$TMP/events" >/dev/null
		check_err $? "no line after change $n"
	done
	stop
}

only_what_is_wanted()
{
	start -j monitor pw core
	flap
	ip -n "$PE" link add core0 type dummy
	ctl core add core0
	slowwait 5 has_line '"core core0"'
	check_err $? "no event of the core"
	stop
	check_equal "objects" "core core0" \
		"$(jq -r .object "$TMP/events" | sort -u)"
	ctl core del core0
	ctl monitor nonsense 2>/dev/null
	check_equal "exit code" 1 $?
}

text_has_times_if_wanted()
{
	start -t monitor bfd
	flap
	slowwait 5 has_line 'admin-down -> down'
	check_err $? "no event"
	stop
	check_match "line" \
		'^20.*Z bfd-state: bfd b1 down -> admin-down' \
		"$(grep -- '-> admin-down' "$TMP/events")"
	start monitor bfd
	flap
	slowwait 5 has_line 'admin-down -> down'
	stop
	check_match "line" '^bfd-state: bfd b1 down -> admin-down' \
		"$(grep -- '-> admin-down' "$TMP/events")"
}

ends_well()
{
	start monitor
	stop INT
	start monitor
	stop TERM
	# a reader that goes away ends it too
	etrunkctl -n "$PE" -j monitor | : &
	slowwait 5 not pgrep -f "etrunkctl -n $PE" >/dev/null
	check_err $? "the monitor outlives its reader"
}

# A stopped monitor's socket fills up; what it cannot tell it says. Without
# privileges it has the system's small buffer.
overrun_resyncs()
{
	local i pid

	cp "$(command -v etrunkctl)" "$TMP/etrunkctl"
	chmod 755 "$TMP" "$TMP/etrunkctl"
	ip netns exec "$PE" setpriv --reuid=65534 --regid=65534 \
		--clear-groups "$TMP/etrunkctl" -j monitor \
		>"$TMP/events" 2>"$TMP/err" &
	pid=$!
	slowwait 5 listening
	check_err $? "the monitor does not listen"
	kill -STOP "$pid"
	for ((i = 0; i < 250; i++)); do
		echo "bfd set b1 shutdown on"
		echo "bfd set b1 shutdown off"
	done >"$TMP/batch"
	ctl -b "$TMP/batch"
	check_err $? "batch"
	kill -CONT "$pid"
	slowwait 20 has_line '"overrun"'
	check_err $? "no overrun after 1000 events"
	slowwait 20 has_line '"from":null,"to":"down"'
	check_err $? "no present state after an overrun"
	# and it goes on
	: >"$TMP/events"
	flap
	slowwait 20 has_line '"to":"admin-down"'
	check_err $? "no event after an overrun"
	stop
}

other_namespaces_are_silent()
{
	start -j monitor
	ip -n "$OTHER" -b - <<-END
		link add p0 type dummy
		addr add 10.0.0.1/24 dev p0
		link set p0 up
	END
	etrunkctl -n "$OTHER" bfd add b9 peer 10.0.0.2 source 10.0.0.1
	etrunkctl -n "$OTHER" bfd del b9
	flap
	slowwait 5 has_line '"to":"admin-down"'
	stop
	check_equal "events of b9" "" "$(grep b9 "$TMP/events")"
}

tests_run
