#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What fails between a CE and its PEs without a lost carrier, and the orders in
# which it comes back. Lab: ce_lib.sh; hellos 500 ms x 3, no BFD.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/ce_lib.sh
. "$(dirname "$0")/ce_lib.sh"

ALL_TESTS="
	only_ce_to_pe_passes
	only_pe_to_ce_passes
	one_way_on_one_of_two_links
	ce_power_cycle_pe1_first
	ce_power_cycle_pe2_first
	ce_power_cycle_at_once
	both_down_and_back
	ce_without_lacp
	frozen_pe_fast_ce
	frozen_pe_slow_ce
"

DIR=$(mktemp -d)
# Bounds in ms. A LACPDU comes each second (fast), and three have to be missed;
# a Linux CE looks every 100 ms, and what it then says may wait for its next
# LACPDU. Time is taken when the cut is made: however slow the shell is, the
# bounds hold.
FAST=3000
SLOW=90000
MARGIN=2000
EARLY=-60000
# of the hellos
DETECT=1500

setup()
{
	require_command jq
	modprobe -a cls_matchall act_gact sch_ingress
	ce_pes
	pe 1 e-trunk set 1 hello 500ms multiplier 3
	pe 2 e-trunk set 1 hello 500ms multiplier 3
	ce_bond lacp_rate fast
	check_err $? "cannot make the CE"
	ce_wait 1
}

cleanup()
{
	watch_stop
	ce_down
	rm -rf "$DIR"
}

now_ms()
{
	local now=${EPOCHREALTIME/./}

	echo $((now / 1000))
}

# deafen NAMESPACE DEV...: what arrives there is lost, and nobody is told
deafen()
{
	local ns=$1 dev
	shift

	for dev in "$@"; do
		echo "qdisc add dev $dev clsact"
		echo "filter add dev $dev ingress matchall action drop"
	done | tc -n "$ns" -b -
	check_err $? "cannot cut $*"
}

undeafen()
{
	local ns=$1 dev
	shift

	for dev in "$@"; do
		echo "qdisc del dev $dev clsact"
	done | tc -n "$ns" -b -
}

# last_at N STATE: when PE N's member last came to that state, ms
last_at()
{
	date -d "$(member "$1" "[.history[] | select(.to == \"$2\")][0].time")" \
		+%s%3N
}

# last_reason N STATE: why
last_reason()
{
	member "$1" "[.history[] | select(.to == \"$2\")][0].reason"
}

# mark: where the histories stand; masters: how often a member became master
# since
mark()
{
	MARK1=$(member 1 '.history[0].time')
	MARK2=$(member 2 '.history[0].time')
}

masters()
{
	local one two

	one=$(member 1 "[.history[] | select(.time > \"$MARK1\" and
		.to == \"master\")] | length")
	two=$(member 2 "[.history[] | select(.time > \"$MARK2\" and
		.to == \"master\")] | length")
	echo $((one + two))
}

# The CE does not hear PE1, which learns it from the CE's LACPDUs.
only_ce_to_pe_passes()
{
	local from

	deafen "$CE" eth1 eth3
	from=$(now_ms)
	ce_wait 2
	check_equal "PE1 left for" LINK_DOWN "$(last_reason 1 backup)"
	check_match "PE2 came for" "^(PEER_MEMBER_DOWN|ETRUNK_MASTER)\$" \
		"$(last_reason 2 master)"
	check_between "ms from the cut to PE2 master" "$EARLY" $((FAST + MARGIN)) \
		$(($(last_at 2 master) - from))
	slowwait 10 fault_is 1 ce-deaf
	check_err $? "PE1 does not tell: $(ce_state)"
	sleep 10
	phys_is 1 down
	check_err $? "PE1 believes in its links again"
	undeafen "$CE" eth1 eth3
	ce_wait 1
	slowwait 10 not fault_is 1 ce-deaf
	check_err $? "the fault stays: $(ce_state)"
}

only_pe_to_ce_passes()
{
	local from

	deafen "$PE1" ac0 ac1
	from=$(now_ms)
	ce_wait 2
	check_equal "PE1 left for" LINK_DOWN "$(last_reason 1 backup)"
	check_match "PE2 came for" "^(PEER_MEMBER_DOWN|ETRUNK_MASTER)\$" \
		"$(last_reason 2 master)"
	check_between "ms from the cut to PE2 master" "$EARLY" $((FAST + MARGIN)) \
		$(($(last_at 2 master) - from))
	slowwait 10 fault_is 1 ce-silent
	check_err $? "PE1 does not tell: $(ce_state)"
	undeafen "$PE1" ac0 ac1
	ce_wait 1
	slowwait 10 not fault_is 1 ce-silent
	check_err $? "the fault stays: $(ce_state)"
}

links_are()
{
	[[ $(pe "$1" -j member show) == *'"links":'"$2,"* ]]
}

one_way_on_one_of_two_links()
{
	deafen "$CE" eth3
	slowwait 10 links_are 1 1
	check_err $? "PE1 counts $(member 1 .links) links"
	slowwait 10 ce_uses eth1
	check_err $? "the CE uses $(ce_ports)"
	slowwait 10 fault_is 1 ce-deaf
	check_err $? "PE1 does not tell: $(ce_state)"
	ce_wait 1 eth1
	undeafen "$CE" eth3
	ce_wait 1
	slowwait 10 links_are 1 2
	check_err $? "PE1 counts $(member 1 .links) links"
}

ce_links()
{
	local dev state=$1
	shift

	for dev in "$@"; do
		echo "link set $dev $state"
	done | ip -n "$CE" -b -
}

both_phys_down()
{
	phys_is 1 down && phys_is 2 down
}

all_member_down()
{
	[ "$(trunk 1 .reason)/$(trunk 2 .reason)" = \
		ALL_MEMBER_DOWN/ALL_MEMBER_DOWN ]
}

# The CE loses power, and both PEs know.
ce_off()
{
	ce_links down eth1 eth2 eth3 eth4
	slowwait 10 both_phys_down
	check_err $? "a PE believes in its links: $(ce_state)"
}

# How long a CE takes to let a link in is its own affair: who is first is
# waited for.
ce_power_cycle_pe1_first()
{
	ce_off
	mark
	ce_links up eth1 eth3
	slowwait 20 is master member 1 .state >/dev/null
	check_err $? "PE1 does not serve: $(ce_state)"
	ce_links up eth2 eth4
	ce_wait 1
	sleep 5
	check_equal "became master" 1 "$(masters)"
}

# PE2 serves, nobody else could; PE1 takes over once.
ce_power_cycle_pe2_first()
{
	ce_off
	mark
	ce_links up eth2 eth4
	slowwait 20 is master member 2 .state >/dev/null
	check_err $? "PE2 does not serve: $(ce_state)"
	ce_links up eth1 eth3
	ce_wait 1
	sleep 5
	check_equal "became master" 2 "$(masters)"
}

# Whoever the CE lets in first serves; PE1 takes over at most once.
ce_power_cycle_at_once()
{
	ce_off
	mark
	ce_links up eth1 eth2 eth3 eth4
	ce_wait 1
	sleep 5
	check_between "became master" 1 2 "$(masters)"
}

# The revert delay is for who takes over from somebody.
both_down_and_back()
{
	local n

	for n in 1 2; do
		pe "$n" e-trunk set 1 revert-delay 10800s
	done
	ce_off
	slowwait 10 all_member_down
	check_err $? "reasons are $(trunk 1 .reason) and $(trunk 2 .reason)"
	ce_links up eth2 eth4
	slowwait 10 is master member 2 .state >/dev/null
	check_err $? "PE2 waits: $(ce_state)"
	# now there is somebody
	ce_links up eth1 eth3
	slowwait 10 phys_is 1 up
	sleep 5
	check_equal "PE1" "backup REVERT_WAIT" \
		"$(member 1 '.state + " " + .reason')"
	ce_wait 2
	for n in 1 2; do
		pe "$n" e-trunk set 1 revert-delay 0s
	done
	ce_wait 1
}

# Links without LACP carry nothing, and it is told.
ce_without_lacp()
{
	local n

	ip -n "$CE" link del bond0
	ce_links up eth1 eth2 eth3 eth4
	for n in 1 2; do
		slowwait 20 fault_is "$n" ce-no-lacp
		check_err $? "PE$n does not tell: $(ce_state)"
		phys_is "$n" down
		check_err $? "PE$n believes in its links"
	done
	# an address on a link gets no further than the PE's gate
	ip -n "$CE" address add 10.9.0.9/24 dev eth1
	check_fail "$(ce_ping 1 0.5; echo $?)" "PE1 passes traffic"
	ip -n "$CE" address flush dev eth1
	ce_bond lacp_rate fast
	ce_wait 1
	for n in 1 2; do
		slowwait 10 not fault_is "$n" ce-no-lacp
		check_err $? "the fault stays: $(ce_state)"
	done
}

WATCH=

watch_stop()
{
	[ -n "$WATCH" ] || return 0
	kill "$WATCH" 2>/dev/null
	wait "$WATCH" 2>/dev/null
	WATCH=
}

# left_at SINCE: ms, when the CE said on eth1 that it does not distribute there
left_at()
{
	awk -v since="$1" '
	function hex(c) { return index("0123456789abcdef", tolower(c)) - 1 }
	$2 == "out" {
		at = substr($1, 1, length($1) - 6)
		n = split($5, actor, "/")
		high = hex(substr(actor[n], length(actor[n]) - 1, 1))
		if (at >= since && int(high / 2) % 2 == 0) {
			print at
			exit
		}
	}' "$DIR/eth1"
}

# frozen MS: PE1 keeps its links but neither says nor hears anything; a flow on
# them is lost until the CE has missed its LACPDUs, and PE2 serves by then.
frozen()
{
	local from left from_wire

	: >"$DIR/eth1"
	ip netns exec "$CE" "$LIB_DIR/lacp_tool" watch eth1 600 >"$DIR/eth1" &
	WATCH=$!
	sleep 0.5
	deafen "$CE" eth1 eth3
	deafen "$PE1" ac0 ac1 peer0
	deafen "$PE2" peer0
	from=$(now_ms)
	slowwait $((SLOW / 1000 + 10)) ce_uses "${CE_LINKS[2]}"
	check_err $? "the CE uses $(ce_ports)"
	left=$(now_ms)
	watch_stop
	# it may not have said so yet
	from_wire=$(left_at "$from")
	left=$((${from_wire:-$left} - from))
	check_between "ms from the freeze to PE2 master" "$EARLY" \
		$((DETECT + MARGIN)) $(($(last_at 2 master) - from))
	check_between "ms until the CE leaves PE1" "$EARLY" $(($1 + MARGIN)) \
		"$left"
	log_info "the CE left after $left ms," \
		"PE2 served after $(($(last_at 2 master) - from)) ms"
	slowwait 5 ce_ping 2
	check_err $? "nothing passes PE2"
	undeafen "$CE" eth1 eth3
	undeafen "$PE1" ac0 ac1 peer0
	undeafen "$PE2" peer0
	ce_wait 1
}

frozen_pe_fast_ce()
{
	frozen "$FAST"
}

frozen_pe_slow_ce()
{
	ip -n "$CE" link del bond0
	ce_bond lacp_rate slow
	ce_wait 1
	frozen "$SLOW"
}

tests_run
