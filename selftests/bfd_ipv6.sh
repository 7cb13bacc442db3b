#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# BFD over IPv6: link-local and global addresses, single hop and multihop, what
# is on the wire, every check of reception that depends on the family, and
# packets padded to a size (RFC 9764, both families).
#
#	      v0 fe80::1 ------ v0 fe80::2
#	      2001:db8::1       2001:db8::2
#	PE    v1 fe80::1 ------ v1 fe80::2		PEER
#	      2001:db8:1::1     2001:db8:1::2
# shellcheck source=selftests/bfd_lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/bfd_lib.sh"

# shellcheck disable=SC2034 # for tests_run
ALL_TESTS="both_ends source_is_resolved_once packet_format rx_single_hop
	rx_multihop detection beside_ipv4 device_comes_back address_goes
	padding padding_too_long"

LL0="fe80::2%v0 fe80::1%v0"
G1="2001:db8:1::2 2001:db8:1::1"

setup()
{
	etrunk_reload || check_err $? "module does not load"
	bfd_topology
	# the addresses below, and no others
	ns "$PE" sysctl -qw net.ipv6.conf.{v0,v1}.addr_gen_mode=1
	ns "$PEER" sysctl -qw net.ipv6.conf.{v0,v1}.addr_gen_mode=1
	addresses v0 2001:db8:
	addresses v1 2001:db8:1:
	# the start counts of these two are what the first test looks at
	etrunkctl -n "$PE" -b - <<-END
		bfd add b1 peer fe80::2 source fe80::1 dev v0 local-discriminator 1 remote-discriminator 2
		bfd add m1 peer 2001:db8:1::2 source 2001:db8:1::1 local-discriminator 11 remote-discriminator 12
	END
	etrunkctl -n "$PEER" -b - <<-END
		bfd add b1 peer fe80::1 source fe80::2 dev v0 local-discriminator 2 remote-discriminator 1
		bfd add m1 peer 2001:db8:1::1 source 2001:db8:1::2 local-discriminator 12 remote-discriminator 11
	END
}

# addresses DEV PREFIX
addresses()
{
	local ns n

	for ns in "$PE" "$PEER"; do
		n=1
		[ "$ns" = "$PE" ] || n=2
		ip -n "$ns" -6 addr flush dev "$1"
		ip -n "$ns" addr add "fe80::$n/64" dev "$1" nodad
		ip -n "$ns" addr add "$2:$n/64" dev "$1" nodad
	done
}

# peer6 LOCAL REMOTE ARGUMENT...: both with %v0 where link-local
peer6()
{
	ns "$PEER" bfd_peer peer "$@"
}

both_ends()
{
	wait_bfd "$PE" b1 up
	wait_bfd "$PE" m1 up
	check_equal "link-local" "fe80::2 fe80::1 v0 null" \
		"$(bfd_show "$PE" b1 '"\(.peer) \(.source) \(.dev) \(.vrf)"')"
	check_equal "multihop" "2001:db8:1::2 2001:db8:1::1 null 254" \
		"$(bfd_show "$PE" m1 '"\(.peer) \(.source) \(.dev) \(.min_ttl)"')"
	# a text that apply takes, and finds nothing to do for
	etrunkctl -n "$PE" save >saved
	check_match "save" \
		'bfd add b1 peer fe80::2 source fe80::1 dev v0 .*' "$(<saved)"
	etrunkctl -n "$PE" apply saved --check
	check_equal "difference to what was saved" 0 $?
}

source_is_resolved_once()
{
	bfd "$PE" add r1 peer 2001:db8::77
	bfd "$PE" add r2 peer fe80::77 dev v1
	check_equal "global" 2001:db8::1 "$(bfd_show "$PE" r1 .source)"
	check_equal "link-local" fe80::1 "$(bfd_show "$PE" r2 .source)"
	ip -n "$PE" addr add 2001:db8::5/128 dev v0 nodad
	ip -n "$PE" route replace 2001:db8::77/128 dev v0 src 2001:db8::5
	bfd "$PE" set r1 multiplier 5
	check_equal "after another route" 2001:db8::1 \
		"$(bfd_show "$PE" r1 .source)"
	bfd "$PE" add r3 peer 2001:db8::77 local-discriminator 4000
	check_equal "of a new one" 2001:db8::5 "$(bfd_show "$PE" r3 .source)"
	bfd "$PE" del r1
	bfd "$PE" del r2
	bfd "$PE" del r3
	ip -n "$PE" route del 2001:db8::77/128
	ip -n "$PE" addr del 2001:db8::5/128 dev v0
}

# Hop limit 255, CS6, and a checksum that a UDP socket accepts.
packet_format()
{
	local out

	bfd "$PEER" del b1
	# shellcheck disable=SC2086 # two words
	out=$(peer6 $LL0 sport 50001 up 3000 run 100 last)
	check_match "single hop" \
		'^state=3 diag=0 flags=0x8 mult=3 my=1 your=2 min_tx=10000 min_rx=10000 ttl=255 tos=0xc0 df=1 sport=[0-9]+ len=24$' \
		"$(tail -n 1 <<<"$out")"
	bfd "$PEER" del m1
	# shellcheck disable=SC2086
	out=$(peer6 $G1 my 12 port 4784 up 3000 run 100 last)
	check_match "multihop" \
		'^state=3 diag=0 flags=0x8 mult=3 my=11 your=12 .* ttl=255 tos=0xc0 df=1 .* len=24$' \
		"$(tail -n 1 <<<"$out")"
	bfd "$PEER" add b1 peer fe80::1 source fe80::2 dev v0 \
		local-discriminator 2 remote-discriminator 1
	bfd "$PEER" add m1 peer 2001:db8:1::1 source 2001:db8:1::2 \
		local-discriminator 12 remote-discriminator 11
	wait_bfd "$PE" b1 up
	wait_bfd "$PE" m1 up
	# a wrong or missing checksum never reaches a session
	check_equal "drops" "0 0" "$(bfd_show "$PE" b1 .rx_drop) $(
		bfd_show "$PE" m1 .rx_drop)"
}

# counted NAME SESSION COUNTER ADDRESSES PACKET...: that counter of the session
# moves by one, no other of its drops, and it stays Up; "none": no drop.
counted()
{
	local name=$1 session=$2 counter=$3 addrs=$4 before after want
	shift 4

	before=$(bfd_show "$PE" "$session" \
		'[.rx_drop, .counters["'"$counter"'"] // 0, .down_count] | @tsv')
	# shellcheck disable=SC2086 # two words
	ns "$PEER" bfd_peer inject $addrs "$@"
	check_err $? "$name: not sent"
	sleep 0.05
	after=$(bfd_show "$PE" "$session" \
		'[.rx_drop, .counters["'"$counter"'"] // 0, .down_count] | @tsv')
	want=$(awk -v d="$([ "$counter" = none ] && echo 0 || echo 1)" \
		'{ print $1 + d "\t" ($2 + d) "\t" $3 }' <<<"$before")
	check_equal "$name: drops, $counter, downs" "$want" "$after"
}

rx_single_hop()
{
	local good="state 3 my 2 your 1"

	# shellcheck disable=SC2086 # words
	{
	counted "good" b1 none "$LL0" $good
	counted "hop limit 254" b1 drop-ttl "$LL0" $good ttl 254
	counted "hop limit 1" b1 drop-ttl "$LL0" state 1 ttl 1
	counted "other interface" b1 drop-interface "fe80::2%v1 fe80::1%v1" \
		$good
	counted "other source" b1 drop-address "fe80::77%v0 fe80::1%v0" $good
	counted "other destination" b1 drop-address "fe80::2%v0 2001:db8::1" \
		$good
	counted "multihop port" b1 drop-port "$LL0" $good port 4784
	counted "other discriminator" b1 drop-discriminator-mismatch "$LL0" \
		state 3 my 3 your 1
	counted "authenticated" b1 drop-authentication "$LL0" $good \
		flags 04 length 26 payload 26
	counted "truncated" b1 drop-truncated "$LL0" payload 20
	# UDP itself refuses these (RFC 8200 8.1)
	counted "no checksum" b1 none "$LL0" state 1 my 9 checksum none
	counted "wrong checksum" b1 none "$LL0" state 1 my 9 checksum wrong
	}
	# the witness: the same with a good one does count
	counted "good checksum" b1 drop-discriminator-mismatch "$LL0" \
		state 1 my 9 checksum good
}

rx_multihop()
{
	local good="port 4784 state 3 my 12 your 11"

	bfd "$PE" set m1 min-ttl 250
	# shellcheck disable=SC2086 # words
	{
	counted "hop limit 250" m1 none "$G1" $good ttl 250
	counted "hop limit 249" m1 drop-ttl "$G1" $good ttl 249
	counted "single hop port" m1 drop-port "$G1" $good port 3784
	counted "other source" m1 drop-address "2001:db8::2 2001:db8:1::1" \
		$good
	}
}

# The peer stops: 3 x 10 ms after its last packet, as with IPv4.
detection()
{
	local out

	bfd "$PEER" del b1
	# shellcheck disable=SC2086 # two words
	out=$(peer6 $LL0 up 3000 run 300 silent 3000)
	check_between "detection in us" 30000 31500 "$(field detect_us "$out")"
	check_equal "diagnostic" 1 "$(field diag "$out")"
	bfd "$PEER" add b1 peer fe80::1 source fe80::2 dev v0 \
		local-discriminator 2 remote-discriminator 1
	wait_bfd "$PE" b1 up
}

# Both families between the same boxes are two sessions (RFC 5881 2).
beside_ipv4()
{
	bfd "$PE" add b4 peer 10.0.0.2 dev v0
	bfd "$PEER" add b4 peer 10.0.0.1 dev v0
	wait_bfd "$PE" b4 up
	bfd "$PEER" set b1 shutdown on
	wait_bfd "$PE" b1 down
	check_equal "state of the other family" up \
		"$(bfd_show "$PE" b4 .state)"
	bfd "$PEER" set b1 shutdown off
	wait_bfd "$PE" b1 up
	bfd "$PE" del b4
	bfd "$PEER" del b4
}

device_comes_back()
{
	ip -n "$PE" link del v0
	wait_bfd "$PE" b1 down
	check_equal "the multihop session" up "$(bfd_show "$PE" m1 .state)"
	ip -n "$PE" link add v0 type veth peer name v0 netns "$PEER"
	ns "$PE" sysctl -qw net.ipv6.conf.v0.addr_gen_mode=1
	ns "$PEER" sysctl -qw net.ipv6.conf.v0.addr_gen_mode=1
	ip -n "$PE" link set v0 up
	ip -n "$PEER" link set v0 up
	addresses v0 2001:db8:
	wait_bfd "$PE" b1 up
}

# Nothing is sent from an address that is not ours any more.
address_goes()
{
	local fails

	ip -n "$PE" addr del fe80::1/64 dev v0
	wait_bfd "$PEER" b1 down
	fails=$(bfd_show "$PE" b1 '.counters["tx-fail"]')
	check_between "packets not sent" 1 100000 "$fails"
	ip -n "$PE" addr add fe80::1/64 dev v0 nodad
	wait_bfd "$PE" b1 up
}

padding()
{
	local out

	bfd "$PE" set m1 padded-size 1400
	sleep 0.1
	check_equal "both ends stay up" "up up" \
		"$(bfd_show "$PE" m1 '"\(.state) \(.remote_state)"')"
	bfd "$PEER" del m1
	# shellcheck disable=SC2086 # two words
	out=$(peer6 $G1 my 12 port 4784 up 3000 run 50 last)
	check_equal "length" 1400 "$(field len "$out")"
	bfd "$PEER" add m1 peer 2001:db8:1::1 source 2001:db8:1::2 \
		local-discriminator 12 remote-discriminator 11
	wait_bfd "$PE" m1 up

	bfd "$PE" add p4 peer 10.0.1.2 source 10.0.1.1 dev v1 \
		local-discriminator 20 padded-size 1472
	out=$(ns "$PEER" bfd_peer peer 10.0.1.2 10.0.1.1 up 3000 run 50 last)
	check_equal "length, the most that fits" 1472 "$(field len "$out")"
	check_equal "not to be fragmented" 1 "$(field df "$out")"
	bfd "$PE" del p4
}

# What does not pass must not pass in fragments either.
padding_too_long()
{
	local fails

	check_equal "before" up "$(bfd_show "$PE" m1 .state)"
	fails=$(bfd_show "$PE" m1 '.counters["tx-fail"]')
	bfd "$PE" set m1 padded-size 1453
	wait_bfd "$PEER" m1 down
	check_between "packets not sent" $((fails + 1)) 1000000 \
		"$(bfd_show "$PE" m1 '.counters["tx-fail"]')"
	bfd "$PE" set m1 padded-size 1452
	wait_bfd "$PEER" m1 up
	bfd "$PE" set m1 padded-size 0
}

tests_run
