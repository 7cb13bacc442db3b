#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Who serves by capacity: the PEs of trunk_topo.sh with two links to the CE
# each, ac0 and ac1, and "select" on both.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/trunk_topo.sh
. "$(dirname "$0")/trunk_topo.sh"

ALL_TESTS="
	none_is_by_priority
	more_links_serve
	link_back_waits_for_the_revert_delay
	more_bandwidth_serves
	revert_off_still_moves
	operator_knows_better
	mismatch_is_a_fault
"

setup()
{
	local n

	require_command jq
	etrunk_reload
	check_err $? "cannot load the module"
	trunk_net
	check_err $? "no network"
	for n in 1 2; do
		ip link add "eth$((n + 2))" netns "$CE" type veth \
			peer name ac1 netns "$(pe_ns "$n")"
		ip -n "$(pe_ns "$n")" link set ac1 master bond0
		ip -n "$CE" link set "eth$((n + 2))" master bond0
	done
	trunk_up hello 500ms
	slowwait 10 links_are 2 2
	check_err $? "the CE's links are not up: $(links)"
}

cleanup()
{
	trunk_down
}

links()
{
	echo "$(member 1 .links) $(member 2 .links)"
}

links_are()
{
	[ "$(links)" = "$*" ]
}

# member_is N STATE REASON
member_is()
{
	[ "$(member "$1" '.state + " " + .reason')" = "$2 $3" ]
}

both()
{
	pe 1 e-trunk set 1 "$@" && pe 2 e-trunk set 1 "$@"
}

# state: of both members, for messages
state()
{
	echo "PE1 $(member 1 '.state + " " + .reason')," \
		"PE2 $(member 2 '.state + " " + .reason'), links $(links)"
}

# The link to PE N that is not eth1 or eth2.
link()
{
	ip -n "$CE" link set "eth$(($1 + 2))" "$2"
}

# wait_members STATE REASON STATE REASON: of PE1's member and PE2's
wait_members()
{
	slowwait 20 members_are "$@"
	check_err $? "expected PE1 $1 $2, PE2 $3 $4, got $(state)"
}

members_are()
{
	member_is 1 "$1" "$2" && member_is 2 "$3" "$4"
}

by_priority()
{
	wait_members master ETRUNK_MASTER backup "${1:-ETRUNK_BACKUP}"
}

none_is_by_priority()
{
	link 1 down
	slowwait 10 links_are 1 2
	check_err $? "links are $(links)"
	sleep 4
	by_priority
	link 1 up
	slowwait 10 links_are 2 2
	check_err $? "links are $(links)"
}

more_links_serve()
{
	both select link-number
	check_err $? "cannot select"
	check_equal "select of PE1" link-number "$(trunk 1 .select)"
	by_priority
	link 1 down
	wait_members backup PEER_BANDWIDTH_LARGE master LOCAL_BANDWIDTH_LARGE
	role_is 1 master PRI && role_is 2 backup PRI
	check_err $? "the roles moved: $(trunk 1 .state) $(trunk 2 .state)"
	check_equal "faults" "[][]" \
		"$(trunk 1 '.faults|tostring')$(trunk 2 '.faults|tostring')"
}

# 3 s, by trunk_topo.sh.
link_back_waits_for_the_revert_delay()
{
	local begun ended

	begun=$(date +%s%3N)
	link 1 up
	slowwait 10 member_is 1 backup REVERT_WAIT
	check_err $? "PE1 does not wait: $(state)"
	by_priority PEER_MEMBER_UP
	ended=$(date -d "$(member 1 '[.history[] | select(.to == "master")] |
		max_by(.time).time')" +%s%3N)
	check_between "ms until PE1 served" 3000 20000 $((ended - begun))
}

more_bandwidth_serves()
{
	both select bandwidth
	check_err $? "cannot select"
	by_priority PEER_MEMBER_UP
	link 1 down
	wait_members backup PEER_BANDWIDTH_LARGE master LOCAL_BANDWIDTH_LARGE
	link 1 up
	by_priority PEER_MEMBER_UP
}

# Off means not to take back; falling behind is another thing.
revert_off_still_moves()
{
	both select link-number revert off
	link 1 down
	wait_members backup PEER_BANDWIDTH_LARGE master LOCAL_BANDWIDTH_LARGE
	link 1 up
	slowwait 10 member_is 1 backup REVERT_WAIT
	check_err $? "PE1 is $(state)"
	sleep 5
	member_is 1 backup REVERT_WAIT
	check_err $? "PE1 took back: $(state)"
	both revert on
	by_priority PEER_MEMBER_UP
}

operator_knows_better()
{
	link 2 down
	slowwait 10 links_are 2 1
	check_err $? "links are $(links)"
	pe 1 e-trunk switchover 1
	check_err $? "switchover refused"
	slowwait 10 serves 2
	check_err $? "PE2 does not serve: $(state)"
	pe 1 e-trunk switchover 1 back
	slowwait 10 serves 1
	check_err $? "PE1 does not serve: $(state)"
	link 2 up
	slowwait 10 links_are 2 2
	check_err $? "links are $(links)"
}

fault_is()
{
	local n

	for n in 1 2; do
		[ "$(trunk "$n" '.faults|tostring')" = "$1" ] || return
	done
}

# Each by its own rule, they might both serve, or none.
mismatch_is_a_fault()
{
	pe 2 e-trunk set 1 select none
	slowwait 5 fault_is '["select-mismatch"]'
	check_err $? "faults are $(trunk 1 '.faults|tostring')" \
		"$(trunk 2 '.faults|tostring')"
	link 1 down
	slowwait 10 links_are 1 2
	sleep 3
	serves 1
	check_err $? "PE1 does not serve: $(state)"
	pe 2 e-trunk set 1 select link-number
	wait_members backup PEER_BANDWIDTH_LARGE master LOCAL_BANDWIDTH_LARGE
	slowwait 5 fault_is '[]'
	check_err $? "the fault stays"
	link 1 up
	slowwait 20 serves 1
	check_err $? "PE1 does not serve: $(state)"
}

tests_run
