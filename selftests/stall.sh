#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A PE that stood still does not trust itself. The whole machine stands still
# for 2 s (stall/stall.c), and with it both PEs of trunk_topo.sh: who of them is
# to notice depends on what its peer would have applied to it meanwhile.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/trunk_topo.sh
. "$(dirname "$0")/trunk_topo.sh"
# shellcheck source=selftests/trace_lib.sh
. "$(dirname "$0")/trace_lib.sh"

ALL_TESTS="
	both_stall_and_settle_as_before
	master_stalls_and_yields
	stalled_master_says_so_on_the_wire
	backup_stalls_and_stays
	short_stall_is_nothing
"

DIR=$(mktemp -d)
WATCH=()
LACP_IN_BUNDLE=$((0x38))

setup()
{
	require_command jq
	etrunk_reload
	check_err $? "cannot load the module"
	trunk_net
	check_err $? "no network"
	[ -e "$LIB_DIR/stall.ko" ]
	check_err $? "no module that stalls"
}

cleanup()
{
	watch_stop
	trace_off
	trunk_down
	rm -rf "$DIR"
}

## What was seen

watch_start()
{
	local n

	for n in 1 2; do
		ip netns exec "$CE" lacp_tool watch "eth$n" 600 >"$DIR/eth$n" &
		WATCH+=($!)
	done
	sleep 0.2
	trace_begin
	check_err $? "cannot trace"
}

watch_stop()
{
	[ ${#WATCH[@]} -gt 0 ] || return 0
	kill "${WATCH[@]}" 2>/dev/null
	wait "${WATCH[@]}" 2>/dev/null
	WATCH=()
}

watch_end()
{
	trace_end "$DIR/trace"
	watch_stop
}

stall()
{
	insmod "$LIB_DIR/stall.ko" 2>/dev/null
	check_fail $? "the module that stalls stays loaded"
}

# events N TEXT...: seconds of PE N's events
events()
{
	local ns

	ns=$(trace_ns "$(pe_ns "$1")")
	shift
	trace_lines "$DIR/trace" etrunk_event "$ns" "$@"
}

# ms_of_two_masters PE1 PE2: how long both members served, by their events; the
# arguments are who served before, as 0 or 1
ms_of_two_masters()
{
	awk -v a="$(trace_ns "$PE1")" -v b="$(trace_ns "$PE2")" \
		-v m1="$1" -v m2="$2" '
	/etrunk_event/ && /"member bond0"/ && / to=(master|backup|negotiation)/ {
		match($0, /[0-9]+\.[0-9]+: /)
		now = substr($0, RSTART, RLENGTH - 2)
		if (m1 && m2)
			both += now - since
		since = now
		if (index($0, a))
			m1 = / to=master/
		if (index($0, b))
			m2 = / to=master/
	}
	END {
		if (m1 && m2)
			both += 1000
		printf "%d\n", both * 1000
	}' "$DIR/trace"
}

# ever_master N: how often PE N's member began to serve
ever_master()
{
	events "$1" '"member bond0"' to=master | wc -l
}

show_events()
{
	local n

	for n in 1 2; do
		awk -v ns="$(trace_ns "$(pe_ns "$n")")" -v n="$n" '
		/etrunk_event/ && index($0, ns) {
			match($0, /[0-9]+\.[0-9]+: /)
			at = substr($0, RSTART, RLENGTH - 2)
			sub(/.*object=/, "")
			print "# " at " PE" n " " $0
		}' "$DIR/trace"
	done | sort -s -k2,2 | head -n 60
}

# The timers are meant to differ here.
settled_by()
{
	serves "$1" && role_is 1 master PRI && role_is 2 backup PRI &&
		[ "$(trunk 1 '.faults - ["timer-mismatch"] | tostring')$(
			trunk 2 '.faults - ["timer-mismatch"] | tostring')" = "[][]" ]
}

## Both

# Both track BFD (30 ms): each must assume that the other took over.
both_stall_and_settle_as_before()
{
	local n reason

	trunk_up hello 500ms multiplier 3
	trunk_bfd
	slowwait 10 settled_by 1
	check_err $? "PE1 does not serve"
	# the stall limit is what was agreed when the timer ran last
	sleep 2
	watch_start
	stall
	slowwait 30 settled_by 1
	check_err $? "PE1 does not serve again"
	sleep 1
	watch_end
	show_events
	for n in 1 2; do
		check_between "PE$n: moves to init" 1 1 \
			"$(events "$n" '"e-trunk 1"' to=init | wc -l)"
		for reason in BFD_DOWN TIMEOUT; do
			check_equal "PE$n: moves to master by $reason" 0 \
				"$(events "$n" '"e-trunk 1"' to=master \
					"reason=$reason" | wc -l)"
		done
	done
	check_equal "PE1: leaves master" 1 \
		"$(events 1 '"member bond0"' from=master to=negotiation | wc -l)"
	check_equal "PE2: serves" 0 "$(ever_master 2)"
	check_equal "ms of two masters" 0 "$(ms_of_two_masters 1 0)"
	check_between "log lines of it" 2 2 \
		"$(dmesg | grep -c 'etrunk: stood still for [0-9]* ms')"
}

## One: without BFD the fail times decide, and these differ

# PE1 is dead for its peer after 1.5 s; PE2 is not for 60 s.
master_stalls_and_yields()
{
	local us

	pe 1 e-trunk set 1 track-bfd none
	pe 2 e-trunk set 1 track-bfd none hello 1s multiplier 60
	slowwait 10 settled_by 1
	check_err $? "PE1 does not serve"
	sleep 2
	watch_start
	stall
	slowwait 30 serves 2
	check_err $? "PE2, whose peer was silent, does not serve"
	slowwait 30 settled_by 1
	check_err $? "PE1 does not serve again"
	watch_end
	show_events
	check_equal "PE1: moves to init" 1 \
		"$(events 1 '"e-trunk 1"' to=init | wc -l)"
	check_equal "PE1: moves to master by TIMEOUT" 0 \
		"$(events 1 '"e-trunk 1"' to=master reason=TIMEOUT | wc -l)"
	check_equal "PE2: moves to init" 0 \
		"$(events 2 '"e-trunk 1"' to=init | wc -l)"
	us=$(us_between "$(events 1 '"member bond0"' to=negotiation)" \
		"$(events 1 '"member bond0"' to=master)")
	check_between "us until PE1 serves again, revert delay 3 s" \
		3000000 4000000 "$us"
	# only the give-back is make-before-break: the CE has 1 s to follow
	check_between "ms of two masters" 0 1100 "$(ms_of_two_masters 1 0)"
	us=$(us_between "$(events 1 '"member bond0"' from=master | head -n 1)" \
		"$(events 2 '"member bond0"' to=master | head -n 1)")
	log_info "PE2 serves $us us after PE1 has stopped"
	check_between "us from PE1's end to PE2's beginning" 0 1000000 "$us"
}

# The CE is told by the first LACPDU after the stall.
stalled_master_says_so_on_the_wire()
{
	local event at state us

	event=$(events 1 '"member bond0"' from=master to=negotiation |
		head -n 1)
	# the CE is told before the rest of the world
	read -r at state < <(awk -v since=$((${event/./} - 1000)) '
	$2 == "in" && substr($1, 1, length($1) - 3) + 0 >= since {
		n = split($5, actor, "/")
		print substr($1, 1, length($1) - 9) "." \
		      substr($1, length($1) - 8, 6), actor[n]
		exit
	}' "$DIR/eth1")
	(((0x${state:-ff} & LACP_IN_BUNDLE) == 0))
	check_err $? "the first LACPDU after the stall says ${state:-nothing}"
	us=$(us_between "$at" "$event")
	log_info "LACPDU without SYNC $us us before the event"
	check_between "us from the LACPDU to the event" -1000 1000 "$us"
}

# The other way round: PE2 is the one to doubt itself, and nothing moves.
backup_stalls_and_stays()
{
	pe 1 e-trunk set 1 hello 1s multiplier 60
	pe 2 e-trunk set 1 hello 500ms multiplier 3
	slowwait 10 settled_by 1
	check_err $? "PE1 does not serve"
	sleep 2
	watch_start
	stall
	sleep 1
	slowwait 30 settled_by 1
	check_err $? "PE1 does not serve"
	watch_end
	show_events
	check_equal "PE2: moves to init" 1 \
		"$(events 2 '"e-trunk 1"' to=init | wc -l)"
	check_equal "PE2: serves" 0 "$(ever_master 2)"
	check_equal "PE1's member: moves" 0 \
		"$(events 1 '"member bond0"' from=master | wc -l)"
}

# Shorter than anybody would wait for either of them.
short_stall_is_nothing()
{
	pe 1 e-trunk set 1 hello 1s multiplier 60
	pe 2 e-trunk set 1 hello 1s multiplier 60
	slowwait 10 settled_by 1
	sleep 2
	watch_start
	stall
	sleep 3
	watch_end
	show_events
	check_equal "events of E-Trunks and members" 0 "$({
		events 1 '"e-trunk 1"'
		events 2 '"e-trunk 1"'
		events 1 '"member bond0"'
		events 2 '"member bond0"'
	} | wc -l)"
	settled_by 1
	check_err $? "PE1 does not serve"
}

tests_run
