# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# How results are counted, wherever they come from. Each has a name,
# "GROUP/FILE: SUBTEST" or "GROUP/FILE" for the file as a whole. They are kept
# in $OUT/results (status, name, reason; tabs) and $OUT/seconds (name,
# seconds). Source it after common.sh.

: "${OUT:=$ETRUNK_BUILD/results}"
export OUT

results_begin()
{
	mkdir -p "$OUT"
	: >"$OUT/results"
	: >"$OUT/seconds"
}

# result ok|failed NAME [REASON]
result()
{
	printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$OUT/results"
	if [ "$1" = ok ]; then
		echo "ok $2"
	else
		echo "not ok $2${3:+ # $3}"
	fi
}

# took NAME SECONDS
took()
{
	printf '%s\t%s\n' "$1" "$2" >>"$OUT/seconds"
	echo "## $1: $2 s"
}

# evidence NAME FILE...: what a failed test leaves to look at.
evidence()
{
	local name=$1 file
	shift

	for file in "$@"; do
		[ -s "$file" ] || continue
		echo "## $name: ${file##*.}"
		tail -n 80 "$file" | sed 's/^/#   /'
	done
}

# count_subtests NAME TAP: a result for each line; what is skipped has failed.
# Fails, with the reason in $why, if not all that was planned has run.
count_subtests()
{
	local name=$1 tap=$2 line desc planned seen=0

	while read -r line; do
		desc=${line#*ok }
		desc=${desc#"${desc%%[!0-9]*}"}
		desc=${desc# }
		desc=${desc#- }
		seen=$((seen + 1))
		case "$line" in
		not*) result failed "$name: ${desc%% #*}" ;;
		*"# SKIP"*)
			result failed "$name: ${desc%% #*}" "${desc#*# }" ;;
		*) result ok "$name: ${desc%% #*}" ;;
		esac
	done < <(sed -nE 's/^# ((not )?ok [0-9]+ )/\1/p' "$tap")
	planned=$(sed -nE 's/^# 1\.\.([0-9]+).*/\1/p' "$tap" | tail -n 1)
	if [ -n "$planned" ] && [ "$planned" != $seen ]; then
		# shellcheck disable=SC2034 # the caller's
		why="planned $planned subtests, ran $seen"
		return 1
	fi
}

# summary: the last line, and whether all is well.
summary()
{
	local passed failed

	passed=$(grep -c '^ok' "$OUT/results")
	failed=$(grep -vc '^ok' "$OUT/results")
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ] && [ "$passed" != 0 ]
}
