#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Hellos that are malformed, of another E-Trunk, of another PE or of another
# mode: each is counted by its class, to the one, and by no other; nothing
# moves, and the real peer stays. What has the right form but must not be
# believed (forged, recorded, reflected): trunk_hello.sh. Topology:
# trunk_topo.sh, with
#
#	PE1 peer3 10.0.3.1 ----- 10.0.3.3 peer3 PE3	a third PE

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/trunk_topo.sh
. "$(dirname "$0")/trunk_topo.sh"

ALL_TESTS="every_length every_length_said oversized not_a_hello
	other_trunk_id claims_other_mode claims_other_key third_pe
	clone_of_the_peer bad_fields bad_members bad_tlvs
	every_length_without_key longer_of_right_form reflected_without_key"

# bytes of a hello before its TLVs, and of its digest
HEADER=84
DIGEST=32

setup()
{
	local n

	trunk_net
	check_err $? "no network"
	setup_ns PE3
	ip link add peer3 netns "$PE1" type veth peer name peer3 netns "$PE3"
	for n in 1 2; do
		ip -n "$(pe_ns "$n")" link set peer0 mtu 9000
	done
	for n in all peer3; do
		ip netns exec "$PE1" sysctl -qw "net.ipv4.conf.$n.rp_filter=0"
	done
	ip -n "$PE1" -b - <<-END
		address add 10.0.3.1/24 dev peer3
		link set peer3 up
	END
	ip -n "$PE3" -b - <<-END
		address add 10.0.3.3/24 dev peer3
		link set peer3 up
		route add 10.0.0.1 via 10.0.3.1
	END
	# a slow machine loses no peer, and a lost hello changes nothing
	trunk_up hello 500ms multiplier 60
	remember
}

cleanup()
{
	trunk_down
	cleanup_ns "$PE3"
}

recorded()
{
	[ "$(stat -c %s "$TRUNK_TMP/rec" 2>/dev/null || echo 0)" -gt 2000 ]
}

# remember: hellos of both PEs, old ones from now on
remember()
{
	rm -f "$TRUNK_TMP/rec"
	rec_start "$TRUNK_TMP/rec"
	slowwait 20 recorded
	check_err $? "nothing was recorded"
	rec_stop
}

# bad [WORD]...: the last hello of PE2, bent, to PE1
bad()
{
	inject 1 "$TRUNK_TMP/rec" from 10.0.0.2 last 1 "$@" >/dev/null
}

# snapshot: "NAME VALUE" of all that counts. Few processes, as they cost much:
# what may not change, hellos accepted by either PE, what PE1 dropped.
snapshot()
{
	local n

	for n in 1 2; do
		pe "$n" -j e-trunk show
		pe "$n" -j member show
	done | jq -rs '[.[][] | select(.id == 1)] |
		"same \([.[] | .state, .reason, .peer, .faults,
			 (.history | length)] | tostring)",
		"rx1 \(.[0].rx)", "rx2 \(.[2].rx)",
		(.[0].counters | to_entries[] |
			select(.key | startswith("rx_drop")) |
			"\(.key) \(.value)")'
	pe 1 -j system show | jq -r '.[0].counters | to_entries[] |
		select(.key | startswith("hello_rx_drop")) | "\(.key) \(.value)"'
}

# value NAME SNAPSHOT
value()
{
	awk -v name="$1" '$1 == name { print $2 }' <<<"$2"
}

# moved: the drops that moved from BEFORE to AFTER, and by how much
moved()
{
	LC_ALL=C join <(LC_ALL=C sort <<<"$BEFORE") \
		<(LC_ALL=C sort <<<"$AFTER") |
		awk '/rx_drop/ && $2 != $3 {
			printf "%s%s %d", sep, $1, $3 - $2; sep = ", " }'
}

both_hear()
{
	AFTER=$(snapshot)
	[ "$(value rx1 "$AFTER")" -gt $(($(value rx1 "$BEFORE") + 1)) ] &&
		[ "$(value rx2 "$AFTER")" -gt $(($(value rx2 "$BEFORE") + 1)) ]
}

# undisturbed COMMAND...: no role moves, no fault appears, and both PEs hear
# each other on
undisturbed()
{
	BEFORE=$(snapshot)
	"$@"
	sleep 1.5
	if ! both_hear; then
		slowwait 10 both_hear
		check_err $? "hellos are not accepted any more"
		AFTER=$(snapshot)
	fi
	check_equal "state" "$(value same "$BEFORE")" "$(value same "$AFTER")"
}

# counted COUNTERS COMMAND...: these move while it runs, and no other
counted()
{
	local expected=$1
	shift

	undisturbed "$@"
	check_equal "dropped" "$expected" "$(moved)"
}

shorten()
{
	LENGTHS=$(inject 1 "$TRUNK_TMP/rec" from 10.0.0.2 last 1 shorten)
}

every_length()
{
	undisturbed shorten
	[ "$LENGTHS" -gt $((HEADER + DIGEST)) ]
	check_err $? "it has $LENGTHS lengths only"
	check_equal "dropped" "hello_rx_drop_length $LENGTHS" "$(moved)"
}

# Where it says its true length, the digest is read from other bytes.
every_length_said()
{
	local short=$((HEADER + DIGEST))

	counted "hello_rx_drop_length $short, rx_drop_digest $((LENGTHS - short))" \
		bad shorten fix
}

too_long()
{
	bad lengthen 1
	bad lengthen 4200
	bad lengthen 4200 fix
	bad lengthen 100 fix
}

oversized()
{
	counted "hello_rx_drop_length 3, rx_drop_digest 1" too_long
}

other_protocol()
{
	bad set 0 0
	bad set 2 0
	bad set 2 2
}

not_a_hello()
{
	counted "hello_rx_drop_magic 1, hello_rx_drop_version 2" other_protocol
}

# Of an E-Trunk that is not there, then of one that has another peer.
other_trunk_id()
{
	counted "hello_rx_drop_unknown_trunk 1" bad set 8 2
	pe 1 e-trunk add 2 auth none peer-address 10.0.0.9 \
		source-address 10.0.0.1
	counted "" bad set 8 2
	check_equal "dropped by e-trunk 2" 1 "$(pe 1 -j e-trunk show |
		jq '.[] | select(.id == 2) | .counters.rx_drop_peer_address')"
	pe 1 e-trunk del 2
}

other_modes()
{
	bad set 6 0 set 7 0 set 9 0
	bad set 6 2 set 9 20
	bad set 6 9
	bad set 9 0
}

claims_other_mode()
{
	counted "rx_drop_auth 4" other_modes
}

other_key_ids()
{
	bad set 7 0
	bad set 7 9
}

claims_other_key()
{
	counted "rx_drop_key_id 2" other_key_ids
}

stranger_seen()
{
	[ "$(drops 1 "$1")" -gt "$2" ]
}

# stranger ADDRESS COUNTER: PE3 has E-Trunk 1 too, all but its address is right
stranger()
{
	local before

	before=$(drops 1 "$2")
	pe 3 system set lacp-system-id 02:00:00:00:00:aa
	pe 3 e-trunk add 1 priority 1 peer-address 10.0.0.1 \
		source-address "$1" key-file "$TRUNK_TMP/key" hello 500ms \
		multiplier 3 start-hold 0
	slowwait 20 stranger_seen "$2" $((before + 5))
	check_err $? "rx_drop_$2 does not move"
	check_equal "PE3's peer" none "$(trunk 3 .peer)"
	pe 3 e-trunk del 1
}

third_pe()
{
	undisturbed stranger 10.0.3.3 peer_address
}

clone_of_the_peer()
{
	ip -n "$PE3" address add 10.0.0.2/32 dev peer3
	undisturbed stranger 10.0.0.2 unconfirmed
}

# What a digest keeps from being read at all: both go without from here on.
bad_fields()
{
	local n

	for n in 1 2; do
		pe "$n" e-trunk set 1 auth none
	done
	BEFORE=$(snapshot)
	slowwait 10 both_hear
	check_err $? "no hellos without keys"
	remember
	counted "rx_drop_fail_time 2, rx_drop_priority 2, rx_drop_reason 2, rx_drop_session 3, rx_drop_state 2, rx_drop_system_id 2" \
		fields
}

fields()
{
	bad set 10 0
	bad set 10 255
	bad set 11 0
	bad set 11 4
	bad set 12 0
	bad set 12 99
	bad set 16 255
	bad set 18 0 set 19 1
	bad set 20 1
	zero 20 25
	zero 28 35
	zero 36 43
	zero 44 51
}

# zero FIRST LAST: these bytes
zero()
{
	local at words=()

	for ((at = $1; at <= $2; at++)); do
		words+=(set "$at" 0)
	done
	bad "${words[@]}"
}

members()
{
	bad set member+10 0
	bad set member+10 9
	bad set member+11 9
}

bad_members()
{
	counted "rx_drop_state 3" members
}

tlvs()
{
	bad double lacp
	bad double member
	bad set lacp+-1 7
	bad set member+-1 19
	bad set member+-2 255
}

bad_tlvs()
{
	counted "rx_drop_tlv 5" tlvs
}

# It is right where it ends with a TLV, and an old one then.
every_length_without_key()
{
	local now old tlv

	undisturbed bad shorten fix
	now=$(moved)
	check_match "dropped" \
		"^hello_rx_drop_length $HEADER, rx_drop_sequence [0-9]+, rx_drop_tlv [0-9]+$" \
		"$now"
	read -r _ _ _ old _ tlv <<<"$now"
	old=${old%,}
	# those that cut the digest only are gone
	check_equal "with the whole header" $((LENGTHS - DIGEST - HEADER)) \
		$((old + tlv))
	[ "$tlv" -gt $((4 * old)) ]
	check_err $? "parts of TLVs are taken for TLVs: $now"
}

# TLVs that nobody knows are no error: it is just an old hello.
longer_of_right_form()
{
	counted "rx_drop_sequence 1" bad lengthen 100 fix
}

reflected_without_key()
{
	counted "rx_drop_reflected 1" reflect
}

reflect()
{
	inject 1 "$TRUNK_TMP/rec" from 10.0.0.1 swap last 1 >/dev/null
}

tests_run
