# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What happened when, by the kernel's own clock, for claims of a millisecond or
# less. The trace runs on TAI, which is CLOCK_REALTIME where nobody has set an
# offset: its times compare with those of captured packets.
#
#	trace_begin		the module's state changes from now on; also
#				when a link lost its carrier, and devices that
#				come and go
#	trace_end FILE		no more; what happened is in FILE
#	trace_at FILE EVENT TEXT...
#				seconds of the first line of that event that has
#				every TEXT, nothing if there is none
#	trace_last FILE EVENT TEXT...
#				the same of the last one
#	us_between A B		microseconds from second A to second B, nothing
#				if one of them is missing
#	trace_ns NAMESPACE	the TEXT of events of that namespace

TRACE_DIR=/sys/kernel/tracing

trace_ns()
{
	echo "netns=$(stat -Lc %i "/run/netns/$1") "
}

# The probes have no arguments: where a device has its name is the kernel's own
# affair. Who did it tells them apart.
trace_begin()
{
	mountpoint -q $TRACE_DIR || mount -t tracefs none $TRACE_DIR
	echo 0 >$TRACE_DIR/tracing_on
	echo tai >$TRACE_DIR/trace_clock
	echo 8192 >$TRACE_DIR/buffer_size_kb
	if [ ! -d $TRACE_DIR/events/etrunk_test ]; then
		{
			echo "p:etrunk_test/carrier_off netif_carrier_off"
			echo "p:etrunk_test/link_add register_netdevice"
			echo "p:etrunk_test/link_del unregister_netdevice_queue"
		} >$TRACE_DIR/kprobe_events || return
	fi
	echo 1 >$TRACE_DIR/events/etrunk_test/enable &&
		echo 1 >$TRACE_DIR/events/etrunk/etrunk_event/enable &&
		echo 1 >$TRACE_DIR/events/etrunk/etrunk_bfd_state/enable &&
		: >$TRACE_DIR/trace && echo 1 >$TRACE_DIR/tracing_on
}

trace_end()
{
	echo 0 >$TRACE_DIR/tracing_on
	cat $TRACE_DIR/trace >"$1"
	trace_off
}

# Also in a script's cleanup: the probes must not stay.
trace_off()
{
	[ -d $TRACE_DIR/events ] || return 0
	echo 0 >$TRACE_DIR/tracing_on
	for event in etrunk_test etrunk/etrunk_event etrunk/etrunk_bfd_state; do
		[ ! -d "$TRACE_DIR/events/$event" ] ||
			echo 0 >"$TRACE_DIR/events/$event/enable"
	done
	echo >$TRACE_DIR/kprobe_events
}

# trace_lines FILE EVENT TEXT...: seconds of each line
trace_lines()
{
	local file=$1 event=$2
	shift 2

	awk -v event=" $event: " '
	BEGIN {
		for (n = 1; n < ARGC - 1; n++) {
			text[n] = ARGV[n]
			ARGV[n] = ""
		}
		n--
	}
	index($0, event) {
		for (i = 1; i <= n; i++)
			if (!index($0, text[i]))
				next
		if (match($0, /[0-9]+\.[0-9]+: /))
			print substr($0, RSTART, RLENGTH - 2)
	}' "$@" "$file"
}

trace_at()
{
	trace_lines "$@" | head -n 1
}

trace_last()
{
	trace_lines "$@" | tail -n 1
}

us_between()
{
	if [ -n "$1" ] && [ -n "$2" ]; then
		echo $((10#${2/./} - 10#${1/./}))
	fi
}
