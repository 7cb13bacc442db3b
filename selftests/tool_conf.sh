#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# save, apply, flush and batches against the module.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

ALL_TESTS="apply_creates apply_twice_is_silent save_apply_is_silent
	save_is_sorted save_dir_and_back check_prints_the_difference
	merge_keeps replace_removes keys_are_never_shown keys_roll_over
	batch_names_the_line batch_stops_or_goes_on flush_needs_force
	flush_leaves_nothing not_there_without_module"

TMP=

ctl()
{
	etrunkctl -n "$PE" "$@"
}

setup()
{
	TMP=$(mktemp -d)
	printf 'secret-one\n' >"$TMP/key1"
	printf 'secret-two' >"$TMP/key2"
	setup_ns PE
	ip -n "$PE" -b - <<-END
		link add p0 type dummy
		addr add 10.0.0.1/24 dev p0
		link set p0 up
		link add core0 type dummy
		addr add 10.0.1.1/24 dev core0
		link set core0 up
		route add 3.3.3.0/24 via 10.0.1.2
		link add core1 type dummy
		link add ac0 type dummy
		link add bond0 type bond mode 802.3ad
	END
	check_err $? "links"
	cat >"$TMP/conf" <<-END
		# users before what they use: the order does not matter
		vpws add s1 ac ac0 pw pw1 secondary pw2
		member add bond0 e-trunk 1 mode force-backup lacp-system-id 00e0-fc00-0002 lacp-priority 7
		e-trunk add 1 priority 10 peer-address 10.0.0.2 \\
			source-address 10.0.0.1 track-bfd b1 key-file key1 \\
			hello 10s multiplier 300 description "to \"PE2\"" \\
			replay-protection off
		pw add pw2 peer 3.3.3.4 pw-id 2 in-label 1002 out-label 2002 \\
			via 10.0.1.2 dev core0 tunnel-label 16003/16004
		pw add pw1 peer 3.3.3.3 pw-id 1 in-label 1001 out-label 2001 \\
			track-bfd b2 initial-remote 0x20 refresh 30s
		core add core0
		bfd add b2 peer 3.3.3.3 source 10.0.0.1 shutdown on
		bfd add b10 peer 10.0.0.4 dev p0
		bfd add b1 peer 10.0.0.2 source 10.0.0.1 min-tx 3300us \\
			local-discriminator 1 remote-discriminator 2
		system set lacp-system-id 00e0-fc00-0001
	END
}

cleanup()
{
	rm -rf "$TMP"
}

monitor_starts()
{
	# not ctl: a function would be another process
	etrunkctl -n "$PE" -j monitor >"$TMP/events" &
	slowwait 5 ip netns exec "$PE" awk '$2 == 16 && $4 != "00000000" { n++ }
		END { exit !n }' /proc/net/netlink
	check_err $? "the monitor does not listen"
}

monitor_ends()
{
	kill %%
	wait %%
	check_equal "exit code of the monitor" 0 $?
}

apply_creates()
{
	ctl apply "$TMP/conf"
	check_err $? "apply"
	check_equal "objects" "system bfd bfd bfd core pw pw e-trunk member vpws" \
		"$(ctl -j show | jq -r 'map(.object) | join(" ")')"
	check_equal "members" '["bond0"]' \
		"$(ctl -j e-trunk show 1 | jq -c '.[0].members')"
}

apply_twice_is_silent()
{
	monitor_starts
	ctl apply "$TMP/conf"
	check_err $? "apply"
	ctl apply "$TMP/conf" --check
	check_equal "exit code of --check" 0 $?
	monitor_ends
	check_equal "events" "" "$(grep config "$TMP/events")"
}

save_apply_is_silent()
{
	monitor_starts
	ctl save >"$TMP/saved"
	check_err $? "save"
	ctl apply - <"$TMP/saved"
	check_err $? "apply"
	ctl apply "$TMP/saved" --replace
	check_err $? "apply --replace"
	monitor_ends
	check_equal "events" "" "$(grep config "$TMP/events")"
	check_equal "saved again" "$(cat "$TMP/saved")" "$(ctl save)"
}

save_is_sorted()
{
	check_equal "order" "system set lacp-system-id
bfd add b1
bfd add b2
bfd add b10
core add core0
pw add pw1
pw add pw2
e-trunk add 1
member add bond0
vpws add s1" "$(ctl save | sed '/^#/d' | cut -d' ' -f1-3)"
}

save_dir_and_back()
{
	local before

	before=$(ctl save)
	ctl save "$TMP/dir"
	check_err $? "save DIR"
	check_equal "files" "e-trunk-1-key-1 600
etrunk.conf 600" "$(cd "$TMP/dir" && stat -c '%n %a' -- *)"
	ctl flush -f
	check_err $? "flush"
	ctl apply "$TMP/dir/etrunk.conf"
	check_err $? "apply"
	check_equal "saved again" "$before" "$(ctl save)"
	check_equal "key" "secret-one" "$(cat "$TMP/dir/e-trunk-1-key-1")"

	# a file without the keys cannot bring back what has some
	ctl save >"$TMP/saved"
	ctl flush -f
	ctl apply "$TMP/saved" 2>"$TMP/err"
	check_equal "exit code" 1 $?
	check_match "message" 'e-trunk 1: .*key-file' "$(cat "$TMP/err")"
	ctl apply "$TMP/dir/etrunk.conf"
	check_err $? "apply"
}

check_prints_the_difference()
{
	local before

	before=$(ctl save)
	cat >"$TMP/new" <<-END
		bfd set b1 multiplier 5
		bfd add b3 peer 10.0.0.5 source 10.0.0.1
	END
	ctl apply "$TMP/new" --check >"$TMP/out"
	check_equal "exit code" 3 $?
	check_equal "difference" "~ bfd set b1 multiplier 5
+ bfd add b3 peer 10.0.0.5 source 10.0.0.1" "$(cat "$TMP/out")"
	check_equal "saved" "$before" "$(ctl save)"
}

merge_keeps()
{
	ctl apply - <<-END
		bfd set b1 multiplier 5
		pw add pw1 peer 3.3.3.3 pw-id 1 in-label 1001 out-label 2001 mtu 1400
		vpws set s1 precedence configured
	END
	check_err $? "apply"
	check_equal "b1" "5 3300" \
		"$(ctl -j bfd show b1 | jq -r '.[0] | "\(.multiplier) \(.min_tx_us)"')"
	check_equal "pw1" "1400 30 b2" \
		"$(ctl -j pw show pw1 | jq -r '.[0] | "\(.mtu) \(.refresh_s) \(.track_bfd)"')"
	check_equal "s1" "pw1 pw2" \
		"$(ctl -j vpws show s1 | jq -r '.[0].pws | join(" ")')"
}

replace_removes()
{
	{
		cat "$TMP/conf"
		echo "core add core1"
	} | sed 's/ secondary pw2//; /pw add pw2/,+1d; /bfd add b10/d' \
		>"$TMP/new"
	# a key file is found beside the file that names it
	ctl apply "$TMP/new" --replace
	check_err $? "apply --replace"
	check_equal "sessions" "b1 b2" \
		"$(ctl -j bfd show | jq -r 'map(.name) | join(" ")')"
	check_equal "cores" "core0 core1" \
		"$(ctl -j core show | jq -r 'map(.dev) | join(" ")')"
	check_equal "pseudowires" "pw1" \
		"$(ctl -j pw show | jq -r 'map(.name) | join(" ")')"
	# what was merged before and is not in the file: its default
	check_equal "b1" 3 "$(ctl -j bfd show b1 | jq '.[0].multiplier')"
	check_equal "s1" '"pw-id"' \
		"$(ctl -j vpws show s1 | jq '.[0].precedence')"
	ctl apply "$TMP/new" --replace --check
	check_equal "exit code of --check" 0 $?

	# what stays uses what would go: nothing happens
	grep -v "bfd add b2" "$TMP/new" |
		sed 's/pw add pw1 .*/pw set pw1 mtu 1400/; /track-bfd b2/d' \
		>"$TMP/new2"
	ctl apply "$TMP/new2" --replace 2>"$TMP/err"
	check_equal "exit code" 1 $?
	check_match "message" 'bfd b2: .*pw pw1' "$(cat "$TMP/err")"
	check_equal "mtu" 1500 "$(ctl -j pw show pw1 | jq '.[0].mtu')"
	ctl apply "$TMP/conf"
	check_err $? "apply"
}

keys_are_never_shown()
{
	{
		ctl save
		ctl e-trunk show 1
		ctl -d -s e-trunk show
		ctl -d -s show
		ctl -j show
		ctl apply "$TMP/conf" --check --replace
		sed 's/key1/key2/' "$TMP/conf" | tee "$TMP/changed" >/dev/null
		ctl apply "$TMP/changed" --check
		dmesg
	} >"$TMP/out" 2>&1
	check_fail "$(grep -q secret "$TMP/out"; echo $?)" "a key was shown"
	check_match "difference" 'key-file \(hidden\)' "$(cat "$TMP/out")"
}

keys_roll_over()
{
	printf 'secret-two' | ctl e-trunk set 1 key-id 2 key-file -
	check_err $? "second key"
	ctl e-trunk set 1 send-key 2
	check_err $? "send-key"
	check_equal "keys" '[1,2] 2' \
		"$(ctl -j e-trunk show 1 | jq -rc '.[0] | "\(.key_ids) \(.send_key)"')"
	ctl save "$TMP/two"
	ctl e-trunk set 1 del-key 1
	check_err $? "del-key"
	check_equal "keys" '[2]' \
		"$(ctl -j e-trunk show 1 | jq -c '.[0].key_ids')"
	ctl apply "$TMP/two/etrunk.conf"
	check_err $? "apply"
	check_equal "keys" '[1,2] 2' \
		"$(ctl -j e-trunk show 1 | jq -rc '.[0] | "\(.key_ids | sort) \(.send_key)"')"
	check_equal "secret" "secret-two" "$(cat "$TMP/two/e-trunk-1-key-2")"
	ctl apply "$TMP/conf" --replace
	check_err $? "apply --replace"
	check_equal "keys" '[1]' \
		"$(ctl -j e-trunk show 1 | jq -c '.[0].key_ids')"
}

batch_names_the_line()
{
	cat >"$TMP/batch" <<-END
		# a comment

		bfd set b1 multiplier 4
		e-trunk set 1 \\
			key-id 3 key-file key2
		bfd set b1 multiplier 51
		bfd set b1 multiplier 6
	END
	ctl -b "$TMP/batch" 2>"$TMP/err"
	check_equal "exit code" 2 $?
	check_match "message" "^Error: $TMP/batch:6: bfd b1: multiplier 51" \
		"$(cat "$TMP/err")"
	check_equal "multiplier" 4 "$(ctl -j bfd show b1 | jq '.[0].multiplier')"
	check_equal "keys" '[1,3]' \
		"$(ctl -j e-trunk show 1 | jq -c '.[0].key_ids | sort')"
}

batch_stops_or_goes_on()
{
	ctl -f -b "$TMP/batch" 2>/dev/null
	check_equal "exit code" 2 $?
	check_equal "multiplier" 6 "$(ctl -j bfd show b1 | jq '.[0].multiplier')"
	ctl -b - <<<"bfd set b1 multiplier" 2>"$TMP/err"
	check_equal "exit code" 1 $?
	check_match "message" '^Error: stdin:1: bfd b1: ' "$(cat "$TMP/err")"
	check_equal "output" '["b1"]' \
		"$(ctl -j -b - <<<"bfd show b1" | jq -c 'map(.name)')"
}

flush_needs_force()
{
	ctl flush 2>/dev/null
	check_equal "exit code" 1 $?
	check_match "objects" member "$(ctl save)"
}

flush_leaves_nothing()
{
	ctl flush -f
	check_err $? "flush"
	check_equal "objects" '["system"]' \
		"$(ctl -j show | jq -c 'map(.object)')"
	ctl -f flush
	check_err $? "flush of nothing"
}

not_there_without_module()
{
	local out rc

	etrunk_unload
	out=$(ctl show 2>&1)
	rc=$?
	etrunk_load
	check_equal "exit code" 2 "$rc"
	check_match "message" 'the kernel module etrunk is not available' "$out"
}

tests_run
