#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A batch happens whole or not at all, also when its own operations contradict
# each other; and it is the configuration they lead to together that counts.
# In one namespace:
#
#	bfd b1, b2 (both like e-trunk 1)     e-trunk 1: bond0 (id 1), bond1 (2)
#	pw p1 p2 p3     vpws s1: ac1, p1     vpws s2: ac2, p2
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

ALL_TESTS="contradictions_in_a_file contradictions_in_a_message
	what_fits_together apply_moves_to_another_session
	fixed_key_is_named_without_replace replace_adds_again
	replace_takes_over_what_goes replace_rolls_back
	lacp_system_id_is_unset"

TMP=
BASE=

ctl()
{
	etrunkctl -n "$PE" "$@"
}

monitor_listens()
{
	ip netns exec "$PE" awk '$2 == 16 && $4 != "00000000" { n++ }
		END { exit !n }' /proc/net/netlink
}

setup()
{
	TMP=$(mktemp -d)
	setup_ns PE
	printf 'one\n' >"$TMP/key1"
	printf 'two\n' >"$TMP/key2"
	ip -n "$PE" -b - <<-END
		link add p0 type dummy
		addr add 10.0.0.1/24 dev p0
		link set p0 up
		link add ac1 type dummy
		link add ac2 type dummy
		link add ac3 type dummy
		link add bond0 type bond mode 802.3ad
		link add bond1 type bond mode 802.3ad
		link add bond2 type bond mode 802.3ad
	END
	check_err $? "links"
	ctl -b - <<-END
		system set lacp-system-id 00e0-fc00-0001 weak-algorithms on
		bfd add b1 peer 10.0.0.2 source 10.0.0.1 shutdown on
		bfd add b2 peer 10.0.0.2 source 10.0.0.1 dev p0 shutdown on
		e-trunk add 1 peer-address 10.0.0.2 source-address 10.0.0.1 hello 10s multiplier 300 key-id 1 key-file $TMP/key1
		e-trunk set 1 key-id 2 key-file $TMP/key2
		e-trunk set 1 send-key 2
		member add bond0 e-trunk 1
		member add bond1 e-trunk 1
		pw add p1 peer 3.3.3.1 pw-id 1 in-label 1001 out-label 2001
		pw add p2 peer 3.3.3.2 pw-id 2 in-label 1002 out-label 2002
		pw add p3 peer 3.3.3.3 pw-id 3 in-label 1003 out-label 2003
		vpws add s1 ac ac1 pw p1
		vpws add s2 ac ac2 pw p2
	END
	check_err $? "configuration"
	BASE=$(ctl save)
	check_match "configuration" 'vpws add s2' "$BASE"
	etrunkctl -n "$PE" -j monitor >"$TMP/events" &
	slowwait 5 monitor_listens
	check_err $? "the monitor does not listen"
}

cleanup()
{
	kill %% 2>/dev/null
	wait
	rm -rf "$TMP"
}

# logged NAME: and nothing has happened
logged()
{
	check_equal "configuration" "$BASE" "$(ctl save)"
	check_equal "events" "" "$(grep '"config"' "$TMP/events")"
	: >"$TMP/events"
	ctl apply - --replace <<<"$BASE" >/dev/null
	: >"$TMP/events"
	log_test "$1"
}

# file_refused NAME TEXT <FILE
file_refused()
{
	local out

	cat >"$TMP/conf"
	out=$(ctl apply "$TMP/conf" 2>&1)
	check_equal "exit code" 2 $?
	check_match "message" "$2" "$out"
	logged "$1"
}

# message_refused NAME TEXT OP...
message_refused()
{
	local name=$1 text=$2
	shift 2

	check_match "answer" "$text" \
		"$(ip netns exec "$PE" nl_batch "$@" 2>&1)"
	logged "$name"
}

contradictions_in_a_file()
{
	file_refused one_pw_set_into_two_services 'p3' <<-END
		e-trunk set 1 priority 7
		vpws set s1 pw p1 secondary p3
		vpws set s2 pw p2 secondary p3
	END
	file_refused one_pw_into_an_old_and_a_new_service 'p3' <<-END
		vpws set s1 pw p1 secondary p3
		vpws add s3 ac ac3 pw p3
	END
	file_refused one_pw_into_two_new_services 'p3' <<-END
		pw set p3 mtu 1400
		vpws add s3 ac ac3 pw p3
		vpws add s4 ac bond2 pw p3
	END
	file_refused one_id_for_two_members '\bid 5\b' <<-END
		e-trunk set 1 priority 7
		member set bond0 id 5 mode force-backup
		member set bond1 id 5 remote-id 6
	END
	file_refused one_remote_id_for_two_members 'remote-id 5' <<-END
		member set bond0 remote-id 5
		member set bond1 remote-id 5
	END
	file_refused one_id_for_an_old_and_a_new_member '\bid 7\b' <<-END
		member set bond0 id 7
		member add bond2 e-trunk 1 id 7
	END
	file_refused weak_key_without_weak_algorithms 'hmac-sha1' <<-END
		system set weak-algorithms off
		e-trunk set 1 auth hmac-sha1 priority 7
	END
}

contradictions_in_a_message()
{
	message_refused key_deleted_twice 'ENOENT.*key 1' \
		e-trunk-set id 1 priority 7 -- \
		e-trunk-set id 1 del-key 1 -- e-trunk-set id 1 del-key 1
	message_refused key_deleted_then_sent_with 'ENOENT.*key 1' \
		e-trunk-set id 1 del-key 1 -- e-trunk-set id 1 send-key 1
	message_refused two_sessions_tracked 'EBUSY.*second session' \
		e-trunk-set id 1 track-bfd b1 -- e-trunk-set id 1 track-bfd b2
	message_refused weak_key_then_no_weak_algorithms 'hmac-sha1' \
		e-trunk-set id 1 auth 2 -- system-set weak 0
	message_refused address_in_use_later 'ENOENT.*pw p9' \
		system-set udp-port 2000 -- bfd-set name b1 multiplier 7 -- \
		pw-set name p3 mtu 1400 track-bfd "" -- \
		vpws-set name s1 pw p3 -- vpws-set name s2 pw p9
}

# pws SERVICE: its PWs
pws()
{
	ctl -j vpws show "$1" | jq -r '.[0].pws | join(" ")'
}

# service PW: that has it
service()
{
	ctl -j pw show "$1" | jq -r '.[0].vpws'
}

# applied NAME <FILE: it works, and NAME, a function, looks at the result
applied()
{
	ctl apply - 2>"$TMP/err"
	check_err $? "apply: $(cat "$TMP/err")"
	"$1"
	ctl apply - --replace <<<"$BASE" 2>"$TMP/err"
	check_err $? "apply of what was before: $(cat "$TMP/err")"
	check_equal "configuration" "$BASE" "$(ctl save)"
	log_test "$1"
}

pw_moves_forward()
{
	check_equal "s1" p1 "$(pws s1)"
	check_equal "s2" "p2 p3" "$(pws s2)"
	check_equal "service of p3" s2 "$(service p3)"
}

pw_moves_backward()
{
	check_equal "s1" "p1 p2" "$(pws s1)"
	check_equal "s2" p3 "$(pws s2)"
	check_equal "service of p2" s1 "$(service p2)"
}

pws_change_places()
{
	check_equal "s1" p2 "$(pws s1)"
	check_equal "s2" p1 "$(pws s2)"
	check_equal "service of p1" s2 "$(service p1)"
	check_equal "service of p2" s1 "$(service p2)"
}

pw_moves_into_a_new_service()
{
	check_equal "s0" p1 "$(pws s0)"
	check_equal "service of p1" s0 "$(service p1)"
	check_equal "service of p3" s1 "$(service p3)"
	ctl vpws del s0
	check_equal "service of p1" null "$(service p1)"
}

members_change_ids()
{
	check_equal "ids" "2 1" "$(ctl -j member show |
		jq -r 'map(.id | tostring) | join(" ")')"
}

key_and_algorithms_change()
{
	check_equal "weak algorithms" false "$(ctl -j system show |
		jq '.[0].weak_algorithms')"
}

operations_add_up()
{
	check_equal "answer" "done" "$(ip netns exec "$PE" nl_batch \
		e-trunk-set id 1 priority 7 -- e-trunk-set id 1 hello 5000 -- \
		bfd-set name b1 multiplier 7 -- \
		bfd-set name b1 min-tx-us 50000 -- \
		pw-set name p3 mtu 1400 -- pw-set name p3 mtu 1300 -- \
		vpws-set name s1 pw p3 -- vpws-set name s1 pw p1 pw p3)"
	check_equal "e-trunk" "7 5000" "$(ctl -j e-trunk show 1 |
		jq -r '.[0] | "\(.priority) \(.hello_ms)"')"
	check_equal "bfd" "7 50000" "$(ctl -j bfd show b1 |
		jq -r '.[0] | "\(.multiplier) \(.min_tx_us)"')"
	check_equal "s1" "p1 p3" "$(pws s1)"
}

what_fits_together()
{
	ctl vpws set s1 secondary p3
	check_err $? "s1 gets p3"
	applied pw_moves_forward <<-END
		vpws set s1 pw p1 secondary none
		vpws set s2 pw p2 secondary p3
	END
	applied pw_moves_backward <<-END
		vpws set s1 pw p1 secondary p2
		vpws set s2 pw p3
	END
	applied pws_change_places <<-END
		vpws set s1 pw p2
		vpws set s2 pw p1
	END
	applied pw_moves_into_a_new_service <<-END
		vpws add s0 ac ac3 pw p1
		vpws set s1 pw p3
	END
	applied members_change_ids <<-END
		member set bond0 id 2 remote-id 2
		member set bond1 id 1 remote-id 1
	END
	ctl e-trunk set 1 auth hmac-sha1
	check_err $? "hmac-sha1"
	applied key_and_algorithms_change <<-END
		system set weak-algorithms off
		e-trunk set 1 auth hmac-sha256
	END
	applied operations_add_up </dev/null
}

# back: to what there was at first
back()
{
	ctl apply - --replace <<<"$BASE" 2>"$TMP/err"
	check_err $? "apply of what was before: $(cat "$TMP/err")"
	check_equal "configuration" "$BASE" "$(ctl save)"
}

track_bfd()
{
	ctl -j e-trunk show 1 | jq -r '.[0].bfd_session'
}

# One command does not replace a session by another, a file does.
apply_moves_to_another_session()
{
	local out

	ctl e-trunk set 1 track-bfd b1
	out=$(ctl e-trunk set 1 track-bfd b2 2>&1)
	check_equal "exit code of set" 2 $?
	check_match "message" 'second session' "$out"
	ctl apply - <<<"e-trunk set 1 track-bfd b2"
	check_err $? "apply"
	check_equal "session" b2 "$(track_bfd)"
	check_equal "used by" '[["e-trunk 1"]]' \
		"$(ctl -j bfd show b2 | jq -c 'map(.used_by)')"
	check_equal "b1 used by" '[[]]' \
		"$(ctl -j bfd show b1 | jq -c 'map(.used_by)')"
	back
}

fixed_key_is_named_without_replace()
{
	local out

	out=$(ctl apply - 2>&1 <<-END
		e-trunk set 1 priority 7
		pw add p1 peer 3.3.3.1 pw-id 1 in-label 1009 out-label 2001
	END
	)
	check_equal "exit code" 1 $?
	check_match "message" 'stdin:2: pw p1: in-label cannot be changed' \
		"$out"
	check_equal "configuration" "$BASE" "$(ctl save)"
}

# Labels of a PW in use, addresses of a tracked session, the AC of a service,
# the E-Trunk of a member. The e-trunk stays.
replace_adds_again()
{
	local changed

	ctl e-trunk set 1 track-bfd b1
	sed 's/in-label 1001/in-label 1009/; s/ac ac2/ac ac3/
		s/^bfd add b1 .*/& local-discriminator 7 remote-discriminator 8/
		s/^e-trunk add 1 .*/& track-bfd b1/' <<<"$BASE" >"$TMP/conf"
	: >"$TMP/events"
	ctl apply "$TMP/conf" --replace
	check_err $? "apply --replace"
	check_equal "in-label" 1009 \
		"$(ctl -j pw show p1 | jq '.[0].in_label')"
	check_equal "s1" p1 "$(pws s1)"
	check_equal "discriminator" 7 \
		"$(ctl -j bfd show b1 | jq '.[0].local_discriminator')"
	check_equal "session" b1 "$(track_bfd)"
	check_equal "AC" ac3 "$(ctl -j vpws show s2 | jq -r '.[0].ac')"
	changed=$(ctl apply "$TMP/conf" --replace --check)
	check_equal "exit code of --check" 0 $?
	check_equal "difference" "" "$changed"
	slowwait 5 grep -q '"config".*"vpws s2".*"added"' "$TMP/events"
	check_err $? "s2 was not added again"
	check_fail "$(grep -q '"config".*"e-trunk 1".*"removed"' \
		"$TMP/events"; echo $?)" "e-trunk 1 was removed"
	back
}

# New objects with the label and the AC of others that are not in the file.
replace_takes_over_what_goes()
{
	sed 's/^pw add p3 /pw add p4 /; s/^vpws add s2 /vpws add s9 /' \
		<<<"$BASE" >"$TMP/conf"
	ctl apply "$TMP/conf" --replace
	check_err $? "apply --replace"
	check_equal "pseudowires" "p1 p2 p4" \
		"$(ctl -j pw show | jq -r 'map(.name) | join(" ")')"
	check_equal "services" "s1 s9" \
		"$(ctl -j vpws show | jq -r 'map(.name) | join(" ")')"
	check_equal "service of p2" s9 "$(service p2)"
	back
}

replace_rolls_back()
{
	local before out

	ctl e-trunk set 1 track-bfd b1
	ctl pw set p3 mtu 1400
	before=$(ctl save)
	# after all that is to be deleted the kernel refuses the bond
	sed 's/in-label 1001/in-label 1009/; s/^pw add p3 /pw add p4 /
		s/^bfd add b1 .*/& local-discriminator 7 remote-discriminator 8/
		s/^e-trunk add 1 .*/& track-bfd b1/
		s/^member add bond1 /member add ac3 /' <<<"$BASE" >"$TMP/conf"
	out=$(ctl apply "$TMP/conf" --replace 2>&1)
	check_equal "exit code" 2 $?
	check_match "message" 'conf:[0-9]+: member ac3: ' "$out"
	check_equal "configuration" "$before" "$(ctl save)"
	check_equal "service of p1" s1 "$(service p1)"
	check_equal "session" b1 "$(track_bfd)"
	ctl save "$TMP/dir"
	check_equal "keys" "onetwo" \
		"$(cat "$TMP"/dir/e-trunk-1-key-* | tr -d '\n')"
	ctl pw set p3 mtu 1500
	back
}

lacp_system_id_is_unset()
{
	local out

	out=$(ctl system set lacp-system-id none 2>&1)
	check_equal "exit code" 2 $?
	check_match "message" 'lacp-system-id.*member bond' "$out"
	check_equal "configuration" "$BASE" "$(ctl save)"
	ctl member del bond0
	ctl member del bond1
	ctl system set lacp-system-id none
	check_err $? "without members"
	check_equal "id" null \
		"$(ctl -j system show | jq '.[0].lacp_system_id')"
	out=$(ctl member add bond0 e-trunk 1 2>&1)
	check_equal "exit code of member add" 2 $?
	check_match "message" 'lacp-system-id' "$out"
	back
}

tests_run
