#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The negative control of the demo: with BFD tracking off and the hello timeout
# at its longest, the loss of PE1's power must break the bound, and nothing
# else may be wrong. A demo that passes this way measures nothing.

. "$(dirname "$0")/lib.sh"

ALL_TESTS="no_bfd_lab_works no_bfd_power_loss_breaks_bound"

setup()
{
	OUTPUT=$("$LIB_DIR/demo/run" --no-bfd c 2>&1)
	STATUS=$?
}

# row CASE: verdict of the table's line
row()
{
	awk -v c="$1" '$1 == c { verdict = $NF } END { print verdict }' \
		<<<"$OUTPUT"
}

no_bfd_lab_works()
{
	check_equal "lab without a fault" ok "$(row ok-direct)"
}

no_bfd_power_loss_breaks_bound()
{
	local problems

	check_equal "exit code" 1 "$STATUS"
	check_equal "case c" FAILED "$(row c)"
	problems=$(grep 'PROBLEM: ' <<<"$OUTPUT")
	check_match "problems" "ce1-ce2: gap [0-9.]+ ms, bound" "$problems"
	check_match "problems" "ce2-ce1: gap [0-9.]+ ms, bound" "$problems"
	check_equal "number of problems" 2 "$(grep -c . <<<"$problems")"
	((RET == ksft_pass)) || sed 's/^/# /' <<<"$OUTPUT"
}

tests_run
