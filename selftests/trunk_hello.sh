#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Hellos that must not be believed: forged, bent, reflected, recorded; and keys
# that change. Topology: trunk_topo.sh.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/trunk_topo.sh
. "$(dirname "$0")/trunk_topo.sh"

ALL_TESTS="no_key auth_none key_rollover wrong_key unknown_key_id
	other_algorithm truncated bent reflected replayed
	earlier_incarnations dead_peer_stays_dead fresh_start_not_fooled"

setup()
{
	trunk_net
	check_err $? "no network"
}

cleanup()
{
	trunk_down
}

no_key()
{
	local n

	for n in 1 2; do
		pe "$n" system set lacp-system-id 02:00:00:00:00:aa
		pe "$n" e-trunk add 1 priority "${TRUNK_PRIORITY[n]}" \
			peer-address 10.0.0.$((3 - n)) \
			source-address "10.0.0.$n" start-hold 0 revert-delay 1s \
			hello 500ms multiplier 3
		pe "$n" member add bond0 e-trunk 1
	done
	sleep 4
	check_equal "state" init "$(trunk 1 .state)"
	check_equal "faults" '["no-key"]' "$(trunk 1 '.faults|tostring')"
	check_equal "sent" 0 "$(trunk 1 .tx)"
	check_equal "member" negotiation "$(member 1 .state)"
}

auth_none()
{
	pe 1 e-trunk set 1 auth none
	pe 2 e-trunk set 1 auth none
	slowwait 5 serves 1
	check_err $? "PE1 does not serve"
	check_equal "faults" '[]' "$(trunk 1 '.faults|tostring')"
}

roll()
{
	local n

	for n in 1 2; do
		pe "$n" e-trunk set 1 key-id 2 key-file "$TRUNK_TMP/key2"
	done
	for n in 1 2; do
		pe "$n" e-trunk set 1 send-key 2
	done
	sleep 1
	for n in 1 2; do
		pe "$n" e-trunk set 1 del-key 1
	done
	check_equal "keys of PE1" '[2]' "$(trunk 1 '.key_ids|tostring')"
}

key_rollover()
{
	local n before

	for n in 1 2; do
		pe "$n" e-trunk set 1 auth hmac-sha256 key-file "$TRUNK_TMP/key" \
			hello 1s multiplier 20
	done
	slowwait 5 is two-way trunk 2 .peer >/dev/null
	check_err $? "not two-way with keys"
	slowwait 5 serves 1
	before=$(trunk 1 .rx_drop)$(trunk 2 .rx_drop)
	unmoved roll
	check_equal "drops" "$before" "$(trunk 1 .rx_drop)$(trunk 2 .rx_drop)"
}

# One hello each with other keys, then the right one again.
other_key()
{
	pe 2 e-trunk set 1 key-id 2 key-file "$TRUNK_TMP/key"
	sleep 3
	pe 2 e-trunk set 1 key-id 2 key-file "$TRUNK_TMP/key2"
}

wrong_key()
{
	dropped 1 digest 1 other_key
}

other_key_id()
{
	pe 2 e-trunk set 1 key-id 9 key-file "$TRUNK_TMP/key2" send-key 9
	sleep 3
	pe 2 e-trunk set 1 send-key 2 del-key 9
}

unknown_key_id()
{
	dropped 1 key_id 1 other_key_id
}

weak()
{
	pe 2 system set weak-algorithms on
	pe 2 e-trunk set 1 auth hmac-sha1
	sleep 3
	pe 2 e-trunk set 1 auth hmac-sha256
}

other_algorithm()
{
	dropped 1 auth 1 weak
}

truncated()
{
	rec_start "$TRUNK_TMP/rec"
	sleep 3
	rec_stop
	[ "$(inject 1 "$TRUNK_TMP/rec" from 10.0.0.2 truncate 0 flip 40 last 1)" = 1 ]
	check_err $? "nothing was recorded"
	dropped 1 digest 1 inject 1 "$TRUNK_TMP/rec" from 10.0.0.2 flip 40 last 1 >/dev/null
	local before
	before=$(pe 1 -j system show | jq '.[0].counters.hello_rx_drop_length')
	unmoved inject 1 "$TRUNK_TMP/rec" from 10.0.0.2 truncate 1 >/dev/null
	unmoved inject 1 "$TRUNK_TMP/rec" from 10.0.0.2 truncate 60 >/dev/null
	[ "$(pe 1 -j system show | jq '.[0].counters.hello_rx_drop_length')" -gt "$before" ]
	check_err $? "hello_rx_drop_length did not move"
}

bent()
{
	local at

	# priority, state, fail time, session, sequence, echo, member, digest
	for at in 10 11 18 30 43 83 105 -1; do
		[ "$at" -ge 0 ] || at=150
		dropped 1 digest 1 inject 1 "$TRUNK_TMP/rec" from 10.0.0.2 \
			flip "$at" last 1 >/dev/null
	done
}

reflected()
{
	dropped 1 reflected 1 inject 1 "$TRUNK_TMP/rec" from 10.0.0.1 swap \
		>/dev/null
}

replayed()
{
	dropped 1 sequence 1 inject 1 "$TRUNK_TMP/rec" from 10.0.0.2 \
		times 5 >/dev/null
}

restart()
{
	local n

	for n in 1 2; do
		pe "$n" member del bond0 keep-up
		pe "$n" e-trunk del 1
	done
	etrunk_reload
	for n in 1 2; do
		trunk_add "$n"
	done
	slowwait 10 serves 1
	check_err $? "PE1 does not serve"
}

both_ways()
{
	inject 1 "$TRUNK_TMP/old" from 10.0.0.2 gap 1000
	inject 2 "$TRUNK_TMP/old" from 10.0.0.1 gap 1000
	inject 1 "$TRUNK_TMP/old" from 10.0.0.2 gap 300000 last 10
}

# Recordings of incarnations of both, made before the module was reloaded, and
# in every situation: alone, handshake, master, backup.
earlier_incarnations()
{
	rec_start "$TRUNK_TMP/old"
	restart
	sleep 3
	restart
	rec_stop
	restart
	dropped 1 unconfirmed 5 both_ways >/dev/null
	[ "$(drops 2 unconfirmed)" -gt 5 ]
	check_err $? "PE2 did not count recordings"
}

dead_peer_stays_dead()
{
	local before

	trunk_bfd
	sleep 2
	ip -n "$PE1" link set peer0 down
	slowwait 5 role_is 2 master BFD_DOWN
	check_err $? "PE2's role is $(trunk 2 '.state + " " + .reason')"
	pe 1 e-trunk set 1 track-bfd none
	pe 1 member del bond0 keep-up
	pe 1 e-trunk del 1
	ip -n "$PE1" link set peer0 up
	before=$(trunk 2 .rx)
	inject 2 "$TRUNK_TMP/old" from 10.0.0.1 gap 2000 times 3 >/dev/null
	role_is 2 master BFD_DOWN
	check_err $? "PE2's role is $(trunk 2 '.state + " " + .reason')"
	check_equal "hellos that PE2 accepted" "$before" "$(trunk 2 .rx)"
	check_equal "PE2's peer" none "$(trunk 2 .peer)"
}

fresh_start_not_fooled()
{
	pe 2 e-trunk set 1 track-bfd none
	pe 2 member del bond0 keep-up
	pe 2 e-trunk del 1
	trunk_add 2 hello 500ms multiplier 4
	inject 2 "$TRUNK_TMP/old" from 10.0.0.1 gap 5000 >/dev/null &
	slowwait 6 role_is 2 master TIMEOUT
	check_err $? "PE2's role is $(trunk 2 '.state + " " + .reason')"
	wait
	check_equal "hellos that PE2 accepted" 0 "$(trunk 2 .rx)"
	# and the real one is found while recordings rain in
	inject 2 "$TRUNK_TMP/old" from 10.0.0.1 gap 2000 times 3 >/dev/null &
	trunk_add 1
	slowwait 5 is two-way trunk 1 .peer >/dev/null
	check_err $? "no handshake while recordings rain in"
	wait
	slowwait 10 serves 1
	check_err $? "PE1 does not serve"
}

tests_run
