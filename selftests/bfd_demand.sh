#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Demand mode, the passive role and waiting to restore, between two namespaces.
# shellcheck source=selftests/bfd_lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/bfd_lib.sh"

# shellcheck disable=SC2034 # for tests_run
ALL_TESTS="demand_silences_the_peer demand_ends demand_detects demand_of_both
	passive_waits_for_the_peer passive_is_silent_again wtr_holds_down
	wtr_not_after_shutdown"

TIMES="min-tx 50ms min-rx 50ms"

setup()
{
	etrunk_reload || check_err $? "module does not load"
	bfd_topology
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

# received NAMESPACE: packets per second, of the next four
received()
{
	local before after

	before=$(bfd_show "$1" b1 .rx_packets)
	sleep 4
	after=$(bfd_show "$1" b1 .rx_packets)
	echo $(((after - before) / 4))
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
	check_between "without demand, from the peer" 15 60 "$(received "$PE")"
	bfd "$PE" set b1 demand on
	sleep 1
	check_between "with demand, from the peer" 0 6 "$(received "$PE")"
	check_between "with demand, to the peer" 15 60 "$(received "$PEER")"
	check_up_once "session"
}

demand_ends()
{
	bfd "$PE" set b1 demand off
	sleep 1
	check_between "from the peer again" 15 60 "$(received "$PE")"
	check_up_once "session"
	bfd "$PE" set b1 demand on
	sleep 1
}

# A poll a second, and the time of three packets for its answer.
demand_detects()
{
	local lost

	check_equal "detection time" 150000 "$(bfd_show "$PE" b1 .detect_time_us)"
	lost=$(uptime_ms)
	ip -n "$PEER" link set v0 down
	wait_bfd "$PE" b1 down
	check_between "ms until down" 0 10000 $(($(uptime_ms) - lost))
	check_equal "reason" "1 DETECTION_EXPIRED" \
		"$(bfd_show "$PE" b1 '"\(.diag) \(.last_down_reason)"')"
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
	sleep 1
	check_between "from the peer" 0 8 "$(received "$PE")"
	check_between "to the peer" 0 8 "$(received "$PEER")"
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

wtr_holds_down()
{
	add_both wtr 20s
	ip -n "$PEER" link set v0 down
	wait_bfd "$PE" b1 down
	ip -n "$PEER" link set v0 up
	slowwait 10 bfd_is "$PEER" b1 init
	check_err $? "the peer waits in $(bfd_show "$PEER" b1 .state)"
	check_equal "here" "down true 20000000" "$(bfd_show "$PE" b1 \
		'"\(.state) \(.wtr_waiting) \(.wtr_us)"')"
	wait_bfd "$PE" b1 up 60
	wait_bfd "$PEER" b1 up
	check_equal "afterwards" "false 2" \
		"$(bfd_show "$PE" b1 '"\(.wtr_waiting) \(.up_count)"')"
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
