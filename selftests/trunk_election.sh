#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Who serves the CE: elections of two PEs with real hellos, BFD and bonds.
# Topology: trunk_topo.sh.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/trunk_topo.sh
. "$(dirname "$0")/trunk_topo.sh"

ALL_TESTS="boot_at_once hello_rate link_down_moves_at_once
	revert_waits_and_breaks_nothing revert_off force_backup_and_back
	force_master priority_change switchover_and_back switchover_refused
	bfd_down_takes_over
	return_from_nothing hello_timeout lacp_identity_mismatch"

setup()
{
	trunk_net
	check_err $? "no network"
}

cleanup()
{
	trunk_down
}

# Both from one batch each, at the same instant; nothing moves afterwards.
boot_at_once()
{
	local n

	for n in 1 2; do
		cat >"$TRUNK_TMP/conf$n" <<-END
			system set lacp-system-id 02:00:00:00:00:aa
			e-trunk add 1 priority ${TRUNK_PRIORITY[n]} peer-address 10.0.0.$((3 - n)) source-address 10.0.0.$n key-file $TRUNK_TMP/key start-hold 0 revert-delay 3s
			member add bond0 e-trunk 1
		END
	done
	etrunkctl -n "$PE1" apply "$TRUNK_TMP/conf1" &
	etrunkctl -n "$PE2" apply "$TRUNK_TMP/conf2"
	check_err $? "apply in PE2"
	wait
	slowwait 10 serves 1
	check_err $? "PE1 does not serve"
	role_is 1 master PRI
	check_err $? "PE1 is not master by PRI"
	role_is 2 backup PRI
	check_err $? "PE2 is not backup by PRI"
	sleep 25
	serves 1
	check_err $? "PE1 does not serve any more"
	# the roles may follow the links as they come up; the CE is moved once
	check_equal "times that PE1 served" 1 \
		"$(member 1 '[.history[] | select(.to == "master")] | length')"
	check_equal "times that PE1 stopped" 0 \
		"$(member 1 '[.history[] | select(.from == "master")] | length')"
	check_equal "times that PE2 served" 0 \
		"$(member 2 '[.history[] | select(.to == "master")] | length')"
	check_equal "faults" "[][]" "$(trunk 1 '.faults|tostring')$(trunk 2 '.faults|tostring')"
}

# Nothing changes: one hello a second.
hello_rate()
{
	local before after

	local start

	start=$(uptime_ms)
	before=$(trunk 1 .tx)
	sleep 20
	after=$(trunk 1 .tx)
	check_between "hellos a minute" 50 70 \
		$(((after - before) * 60000 / ($(uptime_ms) - start)))
}

# gap FROM TO: ms between two stamps
gap()
{
	echo $((($(date -d "$2" +%s%6N) - $(date -d "$1" +%s%6N)) / 1000))
}

# moved N: when PE N's member last moved
moved()
{
	member "$1" '.history[0].time'
}

link_down_moves_at_once()
{
	ip -n "$CE" link set eth1 down
	slowwait 5 serves 2
	check_err $? "PE2 does not serve"
	check_between "from PE1's move to PE2's (ms)" 0 5 \
		"$(gap "$(moved 1)" "$(moved 2)")"
	check_equal "reason of PE1" LINK_DOWN "$(member 1 .reason)"
	role_is 1 backup ALL_MEMBER_DOWN
	check_err $? "PE1's role is $(trunk 1 '.state + .reason')"
}

revert_waits_and_breaks_nothing()
{
	pe 1 e-trunk set 1 revert-delay 10s
	ip -n "$CE" link set eth1 up
	slowwait 5 is REVERT_WAIT member 1 .reason >/dev/null
	check_err $? "PE1 meanwhile: $(member 1 .reason)"
	serves 2
	check_err $? "PE2 gave back at once"
	slowwait 20 serves 1
	check_err $? "PE1 does not serve again"
	# its role changed when its links were up
	check_between "delay (ms)" 9950 10100 \
		"$(gap "$(trunk 1 '.history[0].time')" "$(moved 1)")"
	check_between "overlap (ms)" 0 1100 "$(gap "$(moved 1)" "$(moved 2)")"
	pe 1 e-trunk set 1 revert-delay 3s
	# PE2 left after it had seen PE1
	[[ "$(member 2 '.history[0].time')" > "$(member 1 '.history[0].time')" ]]
	check_err $? "PE2 left before PE1 served"
	check_equal "why PE2 left" PEER_MEMBER_UP "$(member 2 .reason)"
}

revert_off()
{
	pe 1 e-trunk set 1 revert off
	ip -n "$CE" link set eth1 down
	slowwait 5 serves 2
	check_err $? "PE2 does not serve"
	ip -n "$CE" link set eth1 up
	sleep 15
	serves 2
	check_err $? "PE2 gave back"
	ip -n "$CE" link set eth2 down
	slowwait 5 serves 1
	check_err $? "PE1 does not serve when PE2 cannot"
	ip -n "$CE" link set eth2 up
	pe 1 e-trunk set 1 revert on
	slowwait 5 is up member 2 .phys_state >/dev/null
}

force_backup_and_back()
{
	pe 1 member set bond0 mode force-backup
	slowwait 5 serves 2
	check_err $? "PE2 does not serve"
	[[ "$(member 1 '.history[0].time')" > "$(member 2 '.history[0].time')" ]]
	check_err $? "PE1 left before PE2 served"
	check_equal "reason" FORCE_BACKUP "$(member 1 .reason)"
	pe 1 member set bond0 mode auto
	slowwait 10 serves 1
	check_err $? "PE1 does not serve again"
	[[ "$(member 2 '.history[0].time')" > "$(member 1 '.history[0].time')" ]]
	check_err $? "PE2 left before PE1 served"
}

force_master()
{
	pe 2 member set bond0 mode force-master
	slowwait 5 serves 2
	check_err $? "PE2 does not serve"
	pe 2 member set bond0 mode auto
	slowwait 10 serves 1
	check_err $? "PE1 does not serve again"
}

# Both have long been able: no delay applies.
priority_change()
{
	pe 1 e-trunk set 1 priority 200
	slowwait 2 serves 2
	check_err $? "PE2 does not serve"
	pe 1 e-trunk set 1 priority 10
	slowwait 2 serves 1
	check_err $? "PE1 does not serve again"
}

# Neither a revert delay nor revert off stands in the operator's way.
switchover_and_back()
{
	pe 2 e-trunk set 1 revert off
	pe 1 e-trunk set 1 revert off
	pe 1 e-trunk switchover 1
	check_err $? "switchover"
	slowwait 5 serves 2
	check_err $? "PE2 does not serve"
	[[ "$(moved 1)" > "$(moved 2)" ]]
	check_err $? "PE1 left before PE2 served"
	check_equal "PE1, PE2 know" "true true" \
		"$(trunk 1 .switchover) $(trunk 2 .peer_switchover)"
	role_is 1 backup PRI
	check_err $? "PE1's role is $(trunk 1 '.state + .reason')"

	# PE2 fails: PE1 serves, but gives it back
	ip -n "$CE" link set eth2 down
	slowwait 5 serves 1
	check_err $? "PE1 does not stand in"
	ip -n "$CE" link set eth2 up
	slowwait 10 serves 2
	check_err $? "PE2 does not serve again"

	pe 1 e-trunk switchover 1 back
	check_err $? "switchover back"
	slowwait 5 serves 1
	check_err $? "PE1 does not serve again"
	[[ "$(moved 2)" > "$(moved 1)" ]]
	check_err $? "PE2 left before PE1 served"
	check_equal "still away" "false false" \
		"$(trunk 1 .switchover) $(trunk 2 .peer_switchover)"
	pe 1 e-trunk set 1 revert on
	pe 2 e-trunk set 1 revert on
}

# says COMMAND... : its error message
says()
{
	local out

	out=$("$@" 2>&1)
	check_equal "exit code of ${*:2}" 2 $?
	echo "$out"
}

switchover_refused()
{
	check_match "back" "mastership was not given to the peer" \
		"$(says pe 1 e-trunk switchover 1 back)"
	check_match "by the backup" "the peer is master already" \
		"$(says pe 2 e-trunk switchover 1)"
	pe 2 member set bond0 mode force-backup
	slowwait 5 is force-backup member 2 .mode >/dev/null
	sleep 1
	check_match "to a forced backup" \
		"bond0 is forced to backup at the peer" \
		"$(says pe 1 e-trunk switchover 1)"
	pe 2 member set bond0 mode auto
	ip -n "$CE" link set eth2 down
	slowwait 5 is down member 2 .phys_state >/dev/null
	sleep 1
	check_match "to a PE without links" \
		"bond0 has no link up at the peer" \
		"$(says pe 1 e-trunk switchover 1)"
	ip -n "$CE" link set eth2 up
	slowwait 5 is up member 2 .phys_state >/dev/null
	serves 1
	check_err $? "PE1 does not serve any more"
	check_equal "switchover" false "$(trunk 1 .switchover)"
}

# PE1 loses power: everything it has goes dark at one instant.
bfd_down_takes_over()
{
	trunk_bfd
	sleep 3
	# the last move of PE1's member tells when
	printf 'link set peer0 down\nlink set ac0 down\n' >"$TRUNK_TMP/off"
	ip -n "$PE1" -b "$TRUNK_TMP/off"
	slowwait 5 is master member 2 .state >/dev/null
	check_err $? "PE2 does not serve"
	check_between "takeover (ms)" 15 35 \
		"$(gap "$(moved 1)" "$(moved 2)")"
	role_is 2 master BFD_DOWN
	check_err $? "PE2's role is $(trunk 2 '.state + " " + .reason')"
	check_match "faults of PE2" no-peer "$(trunk 2 '.faults|tostring')"
	check_match "faults of PE2" bfd-down "$(trunk 2 '.faults|tostring')"
}

# PE1 comes back with nothing but its configuration: a new incarnation.
return_from_nothing()
{
	pe 1 member del bond0
	pe 1 e-trunk del 1
	ip -n "$PE1" link set ac0 up
	ip -n "$PE1" link set bond0 up
	ip -n "$PE1" link set peer0 up
	trunk_add 1 track-bfd b1
	slowwait 5 role_is 1 master PRI
	check_err $? "PE1's role is $(trunk 1 '.state + " " + .reason')"
	role_is 2 backup PRI
	check_err $? "PE2's role is $(trunk 2 '.state + " " + .reason')"
	slowwait 10 serves 1
	check_err $? "PE1 does not serve again"
	[[ "$(member 2 '.history[0].time')" > "$(member 1 '.history[0].time')" ]]
	check_err $? "PE2 left before PE1 served"
	slowwait 10 is '[]' trunk 2 '.faults|tostring' >/dev/null
	check_err $? "faults of PE2: $(trunk 2 '.faults|tostring')"
}

# Without BFD the peer's fail time counts, not our own.
hello_timeout()
{
	pe 1 e-trunk set 1 track-bfd none
	pe 2 e-trunk set 1 track-bfd none
	pe 1 e-trunk set 1 hello 500ms multiplier 4
	slowwait 5 is timer-mismatch trunk 2 '.faults | join(" ")' >/dev/null
	check_err $? "faults of PE2: $(trunk 2 '.faults | join(" ")')"
	sleep 2
	ip -n "$PE1" -b "$TRUNK_TMP/off"
	slowwait 10 is master member 2 .state >/dev/null
	check_err $? "PE2 does not serve"
	check_between "takeover (ms)" 1490 2010 \
		"$(gap "$(moved 1)" "$(moved 2)")"
	role_is 2 master TIMEOUT
	check_err $? "PE2's role is $(trunk 2 '.state + " " + .reason')"
	ip -n "$PE1" link set ac0 up
	ip -n "$PE1" link set peer0 up
	slowwait 20 serves 1
	check_err $? "PE1 does not serve again"
	pe 2 e-trunk set 1 hello 500ms multiplier 4
}

lacp_identity_mismatch()
{
	pe 2 system set lacp-priority 1 lacp-system-id 02:00:00:00:00:bb
	slowwait 3 is '["lacp-system-id-mismatch","lacp-priority-mismatch"]' \
		trunk 1 '.faults|tostring' >/dev/null
	check_err $? "faults of PE1: $(trunk 1 '.faults|tostring')"
	check_match "faults of PE2" lacp-priority-mismatch \
		"$(trunk 2 '.faults|tostring')"
	serves 1
	check_err $? "PE1 does not serve any more"
	pe 2 system set lacp-priority 32768 lacp-system-id 02:00:00:00:00:aa
	slowwait 3 is '[]' trunk 1 '.faults|tostring' >/dev/null
	check_err $? "faults of PE1: $(trunk 1 '.faults|tostring')"
}

tests_run
