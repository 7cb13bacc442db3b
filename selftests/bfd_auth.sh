#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Authentication of BFD sessions (RFC 5880 6.7): what is dropped and by which
# counter, keys and types that change under a session, and secrets that stay
# secret.
# shellcheck source=selftests/bfd_lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/bfd_lib.sh"

# shellcheck disable=SC2034 # for tests_run
ALL_TESTS="refused each_type meticulous_sha1 sha1_may_repeat md5 simple
	no_answer_without_key peer_restarts key_rollover type_changes
	deleted_key_is_over forged_flood
	live_is_undisturbed secrets_stay_secret"

# shellcheck disable=SC2034 # for check_counted
COUNT_AS_ONE=yes
KEY=the-right-secret
OTHER=another-secret

setup()
{
	etrunk_reload || check_err $? "module does not load"
	bfd_topology
	echo "$KEY" >key
	echo "$OTHER" >other
	printf '%017d\n' 0 >key17
	printf '%020d\n' 0 >key20
	printf '%021d\n' 0 >key21
	: >empty
	etrunkctl -n "$PE" system set weak-algorithms on
	etrunkctl -n "$PEER" system set weak-algorithms on
	# one that nothing of all this may disturb, on the other port; it also
	# keeps the clock from leaping far
	bfd "$PE" add live peer 10.0.1.2 source 10.0.1.1 multiplier 50
	bfd "$PEER" add live peer 10.0.1.1 source 10.0.1.2 multiplier 50
	wait_bfd "$PE" live up
	wait_bfd "$PEER" live up
}

# add_ours ARGUMENT...: the session at PE that bfd_peer plays the peer of
add_ours()
{
	bfd "$PE" add b1 peer 10.0.0.2 source 10.0.0.1 dev v0 \
		local-discriminator 1 remote-discriminator 2 "$@"
}

# add_both ARGUMENT...: a session between PE and PEER
add_both()
{
	set -- min-tx 50ms min-rx 50ms multiplier 5 "$@"
	add_ours "$@"
	bfd "$PEER" add b1 peer 10.0.0.1 source 10.0.0.2 dev v0 \
		local-discriminator 2 remote-discriminator 1 "$@"
}

del_both()
{
	bfd "$PE" del b1
	bfd "$PEER" del b1
}

# both ARGUMENT...: the same change at either end, one after the other
both()
{
	bfd "$PE" set b1 "$@"
	bfd "$PEER" set b1 "$@"
}

# check_refused WHAT TEXT ARGUMENT...
check_refused()
{
	local what=$1 text=$2 out rc
	shift 2

	out=$(etrunkctl -n "$PE" "$@" 2>&1)
	rc=$?
	check_equal "$what: exit" 2 "$rc"
	check_match "$what: message" "$text" "$out"
}

refused()
{
	local weak

	etrunkctl -n "$PE" system set weak-algorithms off
	for weak in simple md5 meticulous-md5; do
		check_refused "$weak" "auth $weak: $weak is weak and weak-algorithms is off" \
			bfd add b1 peer 10.0.0.2 dev v0 auth $weak key-file key
	done
	check_refused "no key" "auth sha1: sha1 needs a key" \
		bfd add b1 peer 10.0.0.2 dev v0 auth sha1
	check_refused "too long" "key-file .hidden.: the key is longer than 20 bytes" \
		bfd add b1 peer 10.0.0.2 dev v0 auth sha1 key-file key21
	check_equal "sessions" live \
		"$(etrunkctl -n "$PE" -j bfd show | jq -r '.[].name')"

	add_ours auth sha1 key-file key
	check_refused "weak later" "md5 is weak" bfd set b1 auth md5
	check_refused "no such key" "there is no key 9" bfd set b1 send-key 9
	check_refused "last key" "key 1 is the one to send with" \
		bfd set b1 del-key 1
	check_refused "key of none" "there is no key 3" bfd set b1 del-key 3

	etrunkctl -n "$PE" system set weak-algorithms on
	check_refused "too long for md5" \
		"the 16 bytes of md5" bfd set b1 auth md5 key-file key17
	bfd "$PE" set b1 key-id 2 key-file key20
	check_refused "one of them too long" "key 2 is longer than the 16 bytes" \
		bfd set b1 auth md5
	bfd "$PE" set b1 del-key 2
	bfd "$PE" set b1 auth meticulous-md5
	check_refused "weak in use" "bfd b1 uses meticulous-md5" \
		system set weak-algorithms off
	check_equal "still" "meticulous-md5 true [1]" "$(bfd_show "$PE" b1 .auth) \
$(etrunkctl -n "$PE" -j system show | jq -r '.[0].weak_algorithms') \
$(bfd_show "$PE" b1 '.key_ids | tojson')"
	etrunkctl -n "$PE" bfd set b1 key-file empty >out.txt 2>&1
	check_equal "empty file: exit" 1 $?
	bfd "$PE" del b1
}

each_type()
{
	local auth key_id=0

	for auth in simple md5 meticulous-md5 sha1 meticulous-sha1; do
		add_both auth "$auth" key-id $key_id key-file key
		wait_bfd "$PE" b1 up
		wait_bfd "$PEER" b1 up
		sleep 0.3
		check_equal "session" "$auth [$key_id] up 0 0 false" \
			"$(bfd_show "$PE" b1 '"\(.auth) \(.key_ids | tojson) \(.state) \(.rx_drop) \(.down_count) \(.auth_changing)"')"
		del_both
		log_test "type_$auth"
		key_id=255
	done
	# a key that differs in its last octet
	add_ours auth sha1 key-file key
	echo "${KEY%?}x" >nearly
	bfd "$PEER" add b1 peer 10.0.0.1 source 10.0.0.2 dev v0 auth sha1 \
		local-discriminator 2 remote-discriminator 1 key-file nearly
	sleep 4
	check_equal "with another key" "down down 0" "$(bfd_show "$PE" b1 .state) \
$(bfd_show "$PEER" b1 .state) $(bfd_show "$PE" b1 .up_count)"
	check_between "drops" 3 10000 "$(bfd_show "$PE" b1 '.counters["drop-auth-digest"]')"
	del_both
	log_test "type_other_key"
}

# A peer with packets so rare that a script is in time between two of them, even
# where the clock leaps while the guest waits for the host.
SLOW="my 2 mult 50 min-tx 100000000 min-rx 100000000 interval 100000"

# session_with FORM AUTH: PE is Up with bfd_peer, and waits for the number 101.
session_with()
{
	local form=$1 auth=$2

	add_ours auth "$auth" key-id 7 key-file key
	# shellcheck disable=SC2086 # words
	peer $SLOW auth "$form" key-id 7 secret "$KEY" up 10000 >peer.txt
	check_err $? "$auth: not up: $(cat peer.txt)"
	# shellcheck disable=SC2086 # words
	inject $SLOW state 3 your 1 auth "$form" key-id 7 secret "$KEY" seq 100
	sleep 0.05
	wait_bfd "$PE" b1 up
}

meticulous_sha1()
{
	session_with 5 meticulous-sha1
	check_counted b1 "$SLOW state 3 your 1 auth 5 key-id 7 secret $KEY seq 101" <<-END
		drop-auth-missing auth 0
		drop-auth-missing auth 0 state 1
		drop-auth-missing auth 0 state 0 diag 7
		drop-auth-missing auth 0 state 1 your 0
		drop-auth-type auth 4
		drop-auth-type auth 3
		drop-auth-type auth 1
		drop-auth-type auth-type 6
		drop-auth-type auth-type 255
		drop-auth-length auth-len 27
		drop-auth-length auth-len 29
		drop-auth-length auth-len 2
		drop-auth-length auth-len 255
		drop-auth-key-id key-id 8
		drop-auth-key-id key-id 0 state 1
		drop-auth-sequence seq 100
		drop-auth-sequence seq 99
		drop-auth-sequence seq 1
		drop-auth-sequence seq 251
		drop-auth-sequence seq 4294967295
		drop-auth-sequence seq 110 mult 3
		drop-auth-digest secret $OTHER
		drop-auth-digest secret $OTHER state 1
		drop-auth-digest secret $OTHER state 0 your 0
		drop-auth-digest digest none seq 250
		drop-auth-digest digest hmac
		drop-discriminator-mismatch my 3
		none
		drop-auth-sequence
		none seq 250
		drop-auth-sequence seq 249
	END
	bfd "$PE" del b1
}

sha1_may_repeat()
{
	session_with 4 sha1
	check_counted b1 "$SLOW state 3 your 1 auth 4 key-id 7 secret $KEY seq 101" <<-END
		none seq 100
		none
		none
		drop-auth-sequence seq 100
		drop-auth-sequence seq 252
		drop-auth-digest digest hmac
		drop-auth-digest secret $OTHER
		drop-auth-type auth 5
		none seq 251
	END
	bfd "$PE" del b1
}

md5()
{
	session_with 3 meticulous-md5
	check_counted b1 "$SLOW state 3 your 1 auth 3 key-id 7 secret $KEY seq 101" <<-END
		drop-auth-type auth 5
		drop-auth-type auth 2
		drop-auth-length auth-len 28
		drop-auth-sequence seq 100
		drop-auth-digest digest hmac
		drop-auth-digest secret $OTHER
		none
	END
	bfd "$PE" del b1
}

simple()
{
	session_with 1 simple
	check_counted b1 "$SLOW state 3 your 1 auth 1 key-id 7 secret $KEY" <<-END
		drop-auth-missing auth 0
		drop-auth-type auth-type 2
		drop-auth-key-id key-id 8
		drop-auth-length secret the-right-secre
		drop-auth-length auth-len 18
		drop-auth-digest secret the-right-secreT
		drop-auth-digest secret the-right-secreT state 1
		none
	END
	bfd "$PE" del b1
}

# Who knows the discriminators, but not the key, does not even get an answer.
no_answer_without_key()
{
	local out

	session_with 5 meticulous-sha1
	# shellcheck disable=SC2086 # words
	out=$(peer $SLOW state 3 your 1 auth 5 key-id 7 secret "$OTHER" seq 101 \
		poll 500)
	check_equal "poll without the key" "final_us=none" "$out"
	# shellcheck disable=SC2086 # words
	out=$(peer $SLOW state 3 your 1 auth 5 key-id 7 secret "$KEY" seq 101 \
		poll 500)
	check_match "poll with it" 'final_us=[0-9]+ ' "$out"
	check_equal "session" "up 1 0" \
		"$(bfd_show "$PE" b1 '"\(.state) \(.up_count) \(.down_count)"')"
	bfd "$PE" del b1
}

# New numbers are accepted once the old window has aged.
peer_restarts()
{
	add_both auth meticulous-sha1 key-file key
	wait_bfd "$PE" b1 up
	bfd "$PEER" del b1
	wait_bfd "$PE" b1 down
	bfd "$PEER" add b1 peer 10.0.0.1 source 10.0.0.2 dev v0 auth meticulous-sha1 \
		local-discriminator 2 remote-discriminator 1 key-file key
	# AdminDown was said at 1 s x 5; the window ages in twice that (6.8.1)
	wait_bfd "$PE" b1 up 40
	wait_bfd "$PEER" b1 up
	check_equal "here" "up 2" "$(bfd_show "$PE" b1 '"\(.state) \(.up_count)"')"
	del_both
}

live_is_undisturbed()
{
	check_equal "the other session" "up 1 0 0" "$(bfd_show "$PE" live \
		'"\(.state) \(.up_count) \(.down_count) \(.rx_drop)"')"
}

# What must not have happened to a session, at either end.
check_undisturbed()
{
	local ns

	for ns in "$PE" "$PEER"; do
		check_equal "$1" "up 1 0" \
			"$(bfd_show "$ns" b1 '"\(.state) \(.up_count) \(.down_count)"')"
	done
}

key_rollover()
{
	add_both auth meticulous-sha1 key-file key
	wait_bfd "$PE" b1 up
	wait_bfd "$PEER" b1 up
	both key-id 2 key-file other
	both send-key 2
	sleep 0.2
	both del-key 1
	sleep 0.5
	check_undisturbed "keys"
	check_equal "keys" "[2] 2 0 false" "$(bfd_show "$PE" b1 \
		'"\(.key_ids | tojson) \(.send_key) \(.rx_drop) \(.auth_changing)"')"
	# the same id, another secret
	bfd "$PE" set b1 key-id 2 key-file key
	sleep 0.5
	check_equal "waits for the peer" true "$(bfd_show "$PE" b1 .auth_changing)"
	bfd "$PEER" set b1 key-id 2 key-file key
	sleep 1.5
	check_undisturbed "secret"
	check_equal "changed" "false false" "$(bfd_show "$PE" b1 .auth_changing) \
$(bfd_show "$PEER" b1 .auth_changing)"
	del_both
}

type_changes()
{
	local from=none to

	add_both
	wait_bfd "$PE" b1 up
	wait_bfd "$PEER" b1 up
	for to in sha1 meticulous-md5 none meticulous-sha1; do
		bfd "$PE" set b1 auth "$to" key-file key
		sleep 1.3
		check_equal "$from to $to, one end" "$to true false" \
			"$(bfd_show "$PE" b1 '"\(.auth) \(.auth_changing)"') \
$(bfd_show "$PEER" b1 .auth_changing)"
		bfd "$PEER" set b1 auth "$to" key-file key
		sleep 1.3
		check_equal "$from to $to, both ends" "false $to false" \
			"$(bfd_show "$PE" b1 .auth_changing) \
$(bfd_show "$PEER" b1 '"\(.auth) \(.auth_changing)"')"
		check_undisturbed "$from to $to"
		from=$to
	done
	# nothing of the old is accepted any more
	check_counted b1 "my 2 state 1 your 1 key-id 1 secret $KEY" <<-END
		drop-auth-missing
		drop-auth-type auth 3
		drop-auth-type auth 1
	END
	del_both
}

deleted_key_is_over()
{
	add_ours auth sha1 key-id 7 key-file key
	bfd "$PE" set b1 key-id 8 key-file other
	# shellcheck disable=SC2086 # words
	peer $SLOW auth 4 key-id 8 secret "$OTHER" up 10000 >peer.txt
	check_err $? "not up: $(cat peer.txt)"
	# together with a change that keeps the other keys
	bfd "$PE" set b1 auth meticulous-sha1 del-key 8
	check_equal "changing" true "$(bfd_show "$PE" b1 .auth_changing)"
	check_counted b1 "$SLOW state 3 your 1 auth 4 seq 20" <<-END
		drop-auth-key-id key-id 8 secret $OTHER
		none key-id 7 secret $KEY
	END
	bfd "$PE" del b1
}

forged_flood()
{
	local i forged=()

	add_both auth meticulous-sha1 key-file key
	wait_bfd "$PE" b1 up
	wait_bfd "$PEER" b1 up
	for i in {1..100}; do
		forged+=(-- auth $((1 + i % 5)) key-id 1 secret "$OTHER" seq "$i"
			my 2 your 1 state $((i % 4)) flags $((i % 2 * 20)))
	done
	for i in {1..10}; do
		inject my 2 your 1 "${forged[@]}"
	done
	sleep 0.1
	check_undisturbed "by 1000 forged packets"
	check_equal "drops" 1010 "$(bfd_show "$PE" b1 .rx_drop)"
	del_both
}

secrets_stay_secret()
{
	local before

	add_both auth meticulous-sha1 key-id 3 key-file key
	both key-id 4 key-file other
	bfd "$PE" add 'x/../y' peer 10.0.1.2 dev v1 auth sha1 key-file key20
	for before in "-j bfd show" "-j -d bfd show" "-d show" "save"; do
		# shellcheck disable=SC2086 # words
		etrunkctl -n "$PE" $before >shown.txt
		check_equal "lines of $before with a secret" 0 \
			"$(grep -c "$KEY\|$OTHER" shown.txt)"
		check_equal "lines of $before without" yes \
			"$([ -s shown.txt ] && echo yes)"
	done
	etrunkctl -n "$PE" save conf
	check_err $? "save"
	check_equal "files" "bfd-b1-key-3 600
bfd-b1-key-4 600
bfd-x%2f..%2fy-key-1 600
etrunk.conf 600" "$(cd conf && stat -c '%n %a' -- *)"
	check_equal "key" "$KEY" "$(cat conf/bfd-b1-key-3)"
	check_equal "in the configuration" 0 "$(grep -c "$KEY" conf/etrunk.conf)"
	wait_bfd "$PE" b1 up

	etrunkctl -n "$PE" apply --check --replace conf/etrunk.conf
	check_equal "nothing to do" 0 $?
	etrunkctl -n "$PE" flush -f
	etrunkctl -n "$PE" apply conf/etrunk.conf
	check_err $? "apply"
	# PE counts from a new number, which PEER takes after twice the
	# detection time of a slow peer (6.8.1): 2 x 5 x 1 s
	wait_bfd "$PE" b1 up 30
	etrunkctl -n "$PE" save again
	check_equal "saved again" "" "$(diff -r conf again)"
	# the file has one key less, and another one to send with
	sed -i '/key-id 4/d; s/key-id 3 /key-id 5 /; s/send-key 3/send-key 5/' \
		conf/etrunk.conf
	etrunkctl -n "$PE" apply --replace conf/etrunk.conf
	check_err $? "apply with less"
	check_equal "keys" "[5] 5" \
		"$(bfd_show "$PE" b1 '"\(.key_ids | tojson) \(.send_key)"')"
	bfd "$PE" del 'x/../y'
	del_both
}

tests_run
