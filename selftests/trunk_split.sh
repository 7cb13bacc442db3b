#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The split-brain guard: a backup path between the PEs, of another family than
# the primary one, which BFD watches. Topology: trunk_topo.sh, with
#
#	PE1 back0 2001:db8:b::1 ----- back0 2001:db8:b::2 PE2

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/trunk_topo.sh
. "$(dirname "$0")/trunk_topo.sh"
# shellcheck source=selftests/trace_lib.sh
. "$(dirname "$0")/trace_lib.sh"

ALL_TESTS="both_paths_up saved primary_cut backup_cut_too both_heal
	backup_cut_alone peer_dies policy_master backup_removed"

setup()
{
	local n

	trunk_net
	check_err $? "no network"
	ip link add back0 netns "$PE1" address 02:00:00:00:02:01 type veth \
		peer name back0 netns "$PE2" address 02:00:00:00:02:02
	for n in 1 2; do
		ip netns exec "$(pe_ns "$n")" sysctl -qw \
			net.ipv6.conf.back0.accept_dad=0 \
			net.ipv6.conf.back0.keep_addr_on_down=1
		addresses "$n"
	done
	# no longer than this without a hello, if BFD did not see it
	for n in 1 2; do
		trunk_add "$n" hello 500ms multiplier 4 \
			backup-peer-address "2001:db8:b::$((3 - n))" \
			backup-source-address "2001:db8:b::$n"
	done
	trunk_bfd
	slowwait 10 settled
	check_err $? "PE1 does not serve"
}

cleanup()
{
	trace_off
	trunk_down
}

# what a link that was down has forgotten
addresses()
{
	ip -n "$(pe_ns "$1")" -b - <<-END
		link set back0 up
		link set peer0 up
		neighbour replace 10.0.0.$((3 - $1)) lladdr 02:00:00:00:01:0$((3 - $1)) dev peer0
		address replace 2001:db8:b::$1/64 dev back0 nodad
		neighbour replace 2001:db8:b::$((3 - $1)) lladdr 02:00:00:00:02:0$((3 - $1)) dev back0
	END
}

# heal: both paths
heal()
{
	addresses 1
	addresses 2
}

# cut DEV...: all of them, both ways, at one instant
cut()
{
	local dev

	for dev in "$@"; do
		echo "link set $dev down"
	done | ip -n "$PE1" -b -
}

# paths N: states of both
paths()
{
	trunk "$1" '[.paths[] | .path + " " + .state] | join(", ")'
}

faults()
{
	trunk "$1" '.faults | sort | join(" ")'
}

settled()
{
	serves 1 && role_is 1 master PRI && role_is 2 backup PRI &&
		[ -z "$(faults 1)$(faults 2)" ] &&
		[ "$(paths 1)" = "primary up, backup up" ] &&
		[ "$(paths 2)" = "primary up, backup up" ]
}

copies()
{
	[ "$(trunk 1 '.counters.copies_primary + .counters.copies_backup')" -gt "$1" ]
}

both_paths_up()
{
	local before replays

	check_equal "paths of PE1" "primary up, backup up" "$(paths 1)"
	check_equal "paths of PE2" "primary up, backup up" "$(paths 2)"
	before=$(trunk 1 '.counters.copies_primary + .counters.copies_backup')
	replays=$(drops 1 sequence)$(drops 2 sequence)
	slowwait 10 copies $((before + 2))
	check_err $? "copies are not counted"
	check_equal "rx_drop_sequence" "$replays" \
		"$(drops 1 sequence)$(drops 2 sequence)"
	check_equal "since is a time" true \
		"$(trunk 1 '[.paths[].since | strings] | length == 2')"
}

saved()
{
	local before

	pe 1 save >"$TRUNK_TMP/conf"
	check_match "saved" 'backup-peer-address 2001:db8:b::2' \
		"$(cat "$TRUNK_TMP/conf")"
	before=$(moves 1)
	pe 1 apply "$TRUNK_TMP/conf"
	check_err $? "apply"
	check_equal "moves" "$before" "$(moves 1)"
	pe 1 save | diff - "$TRUNK_TMP/conf" >/dev/null
	check_err $? "it is not what was saved"
}

# unmoved FAULTS: both show them, and nothing moved since $before
unmoved()
{
	local n

	for n in 1 2; do
		slowwait 10 is "$1" faults "$n" >/dev/null
		check_err $? "faults of PE$n: $(faults "$n")"
	done
	check_equal "moves" "$before" \
		"$(moves 1)$(moves 2)$(member_moves 1)$(member_moves 2)"
	serves 1
	check_err $? "PE1 does not serve"
}

primary_cut()
{
	local before

	before=$(moves 1)$(moves 2)$(member_moves 1)$(member_moves 2)
	cut peer0
	unmoved "bfd-down primary-path-down"
	sleep 3
	unmoved "bfd-down primary-path-down"
	check_equal "paths of PE1" "primary down, backup up" "$(paths 1)"
	check_equal "paths of PE2" "primary down, backup up" "$(paths 2)"
	check_equal "PE1's peer" two-way "$(trunk 1 .peer)"
	check_equal "PE2's peer" two-way "$(trunk 2 .peer)"
}

backup_cut_too()
{
	cut back0
	slowwait 10 role_is 2 master TIMEOUT
	check_err $? "PE2's role is $(trunk 2 '.state + " " + .reason')"
	slowwait 5 is master member 2 .state >/dev/null
	check_err $? "PE2's member is $(member 2 .state)"
	slowwait 5 is "backup-path-down bfd-down no-peer primary-path-down" \
		faults 2 >/dev/null
	check_err $? "faults of PE2: $(faults 2)"
}

both_heal()
{
	heal
	slowwait 20 settled
	check_err $? "paths $(paths 1), $(paths 2); faults $(faults 1), $(faults 2)"
}

backup_cut_alone()
{
	local before

	before=$(moves 1)$(moves 2)$(member_moves 1)$(member_moves 2)
	cut back0
	unmoved backup-path-down
	check_equal "paths of PE2" "primary up, backup down" "$(paths 2)"
	heal
	slowwait 20 settled
	check_err $? "not as before"
}

# Both paths at one instant, as if the peer had died: BFD detects, the query
# takes its 50 ms, and PE2 serves; far sooner than the fail time of 2 s.
peer_dies()
{
	local file=$TRUNK_TMP/trace bfd role us

	sleep 1
	trace_begin
	check_err $? "no trace"
	cut peer0 back0
	slowwait 10 role_is 2 master BFD_DOWN
	check_err $? "PE2's role is $(trunk 2 '.state + " " + .reason')"
	sleep 0.2
	trace_end "$file"
	bfd=$(trace_at "$file" etrunk_bfd_state "$(trace_ns "$PE2")" b1)
	role=$(trace_at "$file" etrunk_event "$(trace_ns "$PE2")" 'e-trunk 1' \
		master BFD_DOWN)
	us=$(us_between "$bfd" "$role")
	check_between "query (us)" 49900 60000 "$us"
	slowwait 5 is master member 2 .state >/dev/null
	check_err $? "PE2's member is $(member 2 .state)"
	heal
	slowwait 20 settled
	check_err $? "not as before"
}

# With it the backup path informs, and the primary one decides.
policy_master()
{
	local n

	for n in 1 2; do
		pe "$n" e-trunk set 1 split-policy master
	done
	check_equal "split-policy" master "$(trunk 2 .split_policy)"
	slowwait 20 settled
	check_err $? "roles: $(trunk 1 .state) $(trunk 2 .state)"
	cut peer0
	slowwait 10 role_is 2 master BFD_DOWN
	check_err $? "PE2's role is $(trunk 2 '.state + " " + .reason')"
	for n in 1 2; do
		slowwait 10 is "bfd-down dual-master no-peer primary-path-down" \
			faults "$n" >/dev/null
		check_err $? "faults of PE$n: $(faults "$n")"
		check_equal "paths of PE$n" "primary down, backup up" \
			"$(paths "$n")"
	done
	heal
	slowwait 20 settled
	check_err $? "not as before"
}

backup_removed()
{
	local n

	for n in 1 2; do
		pe "$n" e-trunk set 1 split-policy standby \
			backup-peer-address none backup-source-address none
	done
	slowwait 10 role_is 1 master PRI
	check_equal "paths of PE1" "primary up" "$(paths 1)"
	sleep 3
	check_equal "faults" '' "$(faults 1)$(faults 2)"
	cut peer0
	slowwait 10 role_is 2 master BFD_DOWN
	check_err $? "PE2's role is $(trunk 2 '.state + " " + .reason')"
	heal
}

tests_run
