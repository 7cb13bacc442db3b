# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What demo remembers of a case, and how it is printed. A case is
#
#	begin NAME TEXT BOUND	BOUND: longest gap allowed, in ms
#	at TIME			the fault (CLOCK_MONOTONIC, ns)
#	problem TEXT		something else was wrong: the case has failed
#	note TEXT		shown below the timeline
#	end
#
# and, when the traffic has ended, report_lab prints those not yet printed.

ORDER=()
REPORTED=0
declare -A TEXT BOUND START STOP PROBLEMS NOTES ROW VERDICT
FAILED=0

begin()
{
	CASE=$1
	ORDER+=("$1")
	TEXT[$1]=$2
	BOUND[$1]=$3
}

at()
{
	START[$CASE]=$1
}

end()
{
	STOP[$CASE]=$(cable now)
}

problem()
{
	PROBLEMS[$CASE]+="$*"$'\n'
}

note()
{
	NOTES[$CASE]+="$*"$'\n'
}

# All that was seen in the lab, in one order: TIME TAB WHO TAB WHAT. Of PW
# status messages only those that say something new.
collect()
{
	cat "$TRACE/trace" >"$WORK/trace"
	{
		awk '
		NR == FNR { name[$1] = $2; next }
		/ etrunk_event: / {
			match($0, /[0-9]+\.[0-9]+: etrunk_event: /)
			split(substr($0, RSTART), f, ": ")
			split(f[1], t, ".")
			match($0, /netns=[0-9]+/)
			ns = substr($0, RSTART + 6, RLENGTH - 6)
			match($0, /object="[^"]*"/)
			object = substr($0, RSTART + 8, RLENGTH - 9)
			match($0, /type=[0-9]+/)
			type = substr($0, RSTART + 5, RLENGTH - 5)
			match($0, /from=.*/)
			rest = substr($0, RSTART)
			split(rest, w, / ?(from|to|reason)=/)
			if (!(ns in name))
				next
			what = object " " w[2] " -> " w[3]
			if (w[4] != "-")
				what = what " (" w[4] ")"
			if (type == 7)
				what = "config: " what
			printf "%d%06d000\t%s\t%s\n", t[1], t[2], name[ns], what
		}' "$WORK/netns" "$WORK/trace"
		cat "$WORK/ports.log" "$WORK/lacp.log"
		awk -F '\t' '
		/ ack / { next }
		{
			split($3, w, " ")
			key = $2 " " w[5]
			if (w[3] != word[key] || $1 > seen[key] + 5e9)
				print
			word[key] = w[3]
			seen[key] = $1
		}' "$WORK/status.log"
	} | sort -s -n -k 1,1 >"$WORK/all"
}

# timeline CASE
timeline()
{
	awk -F '\t' -v from="${START[$1]}" -v to="${STOP[$1]}" '
	$1 >= from && $1 < to && n++ < 60 {
		printf "  %+11.3f ms  %-10s  %s\n", ($1 - from) / 1e6, $2, $3
	}
	$1 >= from && $1 < to && n == 61 { print "  ..." }
	' "$WORK/all"
}

# The PE that took over, and what it did how long after it knew.
takeover()
{
	awk -F '\t' -v from="${START[$1]}" -v to="${STOP[$1]}" '
	$1 < from || $1 >= to { next }
	$2 ~ /^PE[0-9]$/ && !($2 in knew) { knew[$2] = $1 }
	!first && $2 ~ /^PE[0-9]$/ {
		first = $1
		first_text = $2 " " $3
	}
	!master && $3 ~ /^member .* -> master/ {
		master = $1
		pe = $2
	}
	$2 ~ / -> CE1$/ && $3 ~ / [A-]..S.*partner/ {
		from_pe = substr($2, 1, 3)
		if (!(from_pe in lacp))
			lacp[from_pe] = $1
	}
	$2 ~ / -> PE3$/ && $3 ~ /PW status 0x00 / {
		from_pe = substr($2, 1, 3)
		if (!(from_pe in status))
			status[from_pe] = $1
	}
	$2 == "PE3" && $3 ~ /^vpws .* -> / { switch_ = $1; switch_text = $3 }
	$2 == "CE1" { ports = $1; ports_text = $3 }
	function ms(t) { return sprintf("%.3f ms", (t - from) / 1e6) }
	END {
		if (first)
			printf "  first seen after %s: %s\n", ms(first),
			       first_text
		if (master) {
			printf "  %s knows after %s, serves after %s", pe,
			       ms(knew[pe]), ms(master)
			if (pe in lacp)
				printf ", LACPDU with SYNC after %s",
				       ms(lacp[pe])
			if (pe in status)
				printf ", PW status 0 after %s", ms(status[pe])
			print ""
		}
		if (switch_)
			printf "  PE3 after %s: %s\n", ms(switch_), switch_text
		if (ports)
			printf "  CE1 after %s: %s\n", ms(ports), ports_text
	}' "$WORK/all"
}

# field KEY of a line of "flows report"
field()
{
	sed -n "s/.* $1=\([-0-9]*\).*/\1/p"
}

report_case()
{
	local c=$1 line dir lost gap dup sent reorder late at row=

	say ""
	say "case $c: ${TEXT[$c]}"
	timeline "$c" | while IFS= read -r line; do say "$line"; done
	takeover "$c" | while IFS= read -r line; do say "$line"; done
	while IFS= read -r line; do
		[ -z "$line" ] || say "  $line"
	done <<<"${NOTES[$c]}"
	flows report "$WORK/ce1.flows" "$WORK/ce2.flows" "${START[$c]}" \
		"${STOP[$c]}" >"$WORK/flows.txt" ||
		problem_of "$c" "no report of the traffic"
	while IFS= read -r line; do
		dir=${line%% *}
		sent=$(field sent <<<"$line")
		lost=$(field lost <<<"$line")
		dup=$(field dup <<<"$line")
		reorder=$(field reorder <<<"$line")
		gap=$(field gap_us <<<"$line")
		at=$(field at_us <<<"$line")
		late=$(field late_us <<<"$line")
		say "  $dir: sent $sent, lost $lost, duplicate $dup, reordered $reorder, longest gap $(ms "$gap") ms (flow $(field flow <<<"$line"), from $(ms "$at") ms)"
		[ "$late" -lt 10000 ] ||
			say "  the sender itself was $(ms "$late") ms late"
		[ "$sent" -gt 0 ] || problem_of "$c" "$dir: nothing was sent"
		[ "$gap" -le $((BOUND[$c] * 1000)) ] ||
			problem_of "$c" "$dir: gap $(ms "$gap") ms, bound ${BOUND[$c]} ms"
		[ "$dup" = 0 ] || problem_of "$c" "$dir: $dup duplicates"
		row+=$(printf '| %7d %9s ' "$lost" "$(ms "$gap")")
	done <"$WORK/flows.txt"
	VERDICT[$c]=ok
	[ -z "${PROBLEMS[$c]}" ] || VERDICT[$c]=FAILED
	ROW[$c]=$row
	while IFS= read -r line; do
		[ -z "$line" ] || say "  PROBLEM: $line"
	done <<<"${PROBLEMS[$c]}"
}

problem_of()
{
	PROBLEMS[$1]+="$2"$'\n'
}

# microseconds as milliseconds
ms()
{
	local us=$1 sign=

	[ "$us" -ge 0 ] || sign=- us=$((-us))
	printf '%s%d.%03d' "$sign" $((us / 1000)) $((us % 1000))
}

report_lab()
{
	collect
	while [ "$REPORTED" -lt ${#ORDER[@]} ]; do
		report_case "${ORDER[$REPORTED]}"
		REPORTED=$((REPORTED + 1))
	done
}

report_table()
{
	local c n=0

	say ""
	say "$(printf '%-11s %-54s %5s | %7s %9s | %7s %9s |' case fault \
		bound lost 'CE1->CE2' lost 'CE2->CE1') verdict"
	for c in "${ORDER[@]}"; do
		say "$(printf '%-11s %-54s %5s %s | %s' "$c" "${TEXT[$c]}" \
			"${BOUND[$c]}" "${ROW[$c]}" "${VERDICT[$c]}")"
		[ "${VERDICT[$c]}" = ok ] || FAILED=$((FAILED + 1))
	done
	say "bound and longest gap of any flow in ms, frames lost"
	if [ -n "$TAP" ]; then
		echo "1..${#ORDER[@]}"
		for c in "${ORDER[@]}"; do
			n=$((n + 1))
			if [ "${VERDICT[$c]}" = ok ]; then
				echo "ok $n demo_${c//-/_}"
			else
				echo "not ok $n demo_${c//-/_}"
			fi
		done
	fi
	[ "$FAILED" = 0 ]
}
