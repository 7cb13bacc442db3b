#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# BFD in VRFs: the same two addresses three times, in VRF red, in VRF blue and
# in none, with sessions of both families, single hop and multihop.
#
#	PE  v0 (red)  10.0.0.1 2001:db8::1 ---- RED  v0 10.0.0.2 2001:db8::2
#	    v1 (blue) 10.0.0.1 2001:db8::1 ---- BLUE v0 10.0.0.2 2001:db8::2
#	    v2        10.0.0.1 2001:db8::1 ---- NONE v0 10.0.0.2 2001:db8::2
#
# Names of sessions: s single hop, m multihop, m6 over IPv6, and the VRF.
# shellcheck source=selftests/bfd_lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/bfd_lib.sh"

# shellcheck disable=SC2034 # for tests_run
ALL_TESTS="same_addresses one_socket_a_vrf packets_of_another_vrf
	accept_of_any_vrf one_vrf_fails vrf_comes_back vrf_renamed
	device_changes_its_vrf port_in_use"

setup()
{
	local i=0 ns

	etrunk_reload || check_err $? "module does not load"
	modprobe vrf || check_err $? "no vrf"
	setup_ns PE RED BLUE NONE
	for ns in "$PE" "$RED" "$BLUE" "$NONE"; do
		ns "$ns" sysctl -qw net.ipv6.conf.default.accept_dad=0
	done
	add_vrf red 100
	add_vrf blue 200
	for ns in "$RED" "$BLUE" "$NONE"; do
		ip -n "$PE" link add v$i type veth peer name v0 netns "$ns"
		ip -n "$ns" addr add 10.0.0.2/24 dev v0
		ip -n "$ns" addr add 2001:db8::2/64 dev v0 nodad
		ip -n "$ns" link set v0 up
		i=$((i + 1))
	done
	join v0 red
	join v1 blue
	join v2

	etrunkctl -n "$PE" -b - <<-END
		bfd add s-none peer 10.0.0.2 dev v2 local-discriminator 13
		bfd add m-none peer 10.0.0.2 local-discriminator 23
		bfd add m6-none peer 2001:db8::2 local-discriminator 33
		bfd add s-red peer 10.0.0.2 dev v0 vrf red local-discriminator 11
		bfd add m-red peer 10.0.0.2 vrf red local-discriminator 21
		bfd add m6-red peer 2001:db8::2 vrf red local-discriminator 31
		bfd add s-blue peer 10.0.0.2 dev v1 vrf blue local-discriminator 12
		bfd add m-blue peer 10.0.0.2 vrf blue local-discriminator 22
		bfd add m6-blue peer 2001:db8::2 vrf blue local-discriminator 32
	END
	check_err $? "sessions of PE"
	peer_sessions "$RED" 1
	peer_sessions "$BLUE" 2
	peer_sessions "$NONE" 3
}

# add_vrf NAME TABLE
add_vrf()
{
	ip -n "$PE" link add "$1" type vrf table "$2"
	ip -n "$PE" link set "$1" up
}

# join DEV [VRF]: addresses follow, as the kernel drops those of IPv6
join()
{
	if [ -n "$2" ]; then
		ip -n "$PE" link set "$1" master "$2"
	else
		ip -n "$PE" link set "$1" nomaster
	fi
	ip -n "$PE" link set "$1" up
	ip -n "$PE" addr replace 10.0.0.1/24 dev "$1"
	ip -n "$PE" addr replace 2001:db8::1/64 dev "$1" nodad
}

# peer_sessions NAMESPACE NUMBER: discriminators that end in that digit
peer_sessions()
{
	etrunkctl -n "$1" -b - <<-END
		bfd add s peer 10.0.0.1 dev v0 local-discriminator 101$2
		bfd add m peer 10.0.0.1 local-discriminator 102$2
		bfd add m6 peer 2001:db8::1 local-discriminator 103$2
	END
	check_err $? "sessions of peer $2"
}

# wait_all VRF STATE
wait_all()
{
	local kind

	for kind in s m m6; do
		wait_bfd "$PE" "$kind-$1" "$2"
	done
}

# states: of all sessions of PE, and by the peer's discriminators who that is
states()
{
	etrunkctl -n "$PE" -j bfd show | jq -r \
		'[.[] | "\(.name) \(.state) \(.remote_discriminator)"] |
		 sort | join(",")'
}

ALL_UP="m-blue up 1022,m-none up 1023,m-red up 1021"
ALL_UP+=",m6-blue up 1032,m6-none up 1033,m6-red up 1031"
ALL_UP+=",s-blue up 1012,s-none up 1013,s-red up 1011"

same_addresses()
{
	wait_all red up
	wait_all blue up
	wait_all none up
	check_equal "who is whose peer" "$ALL_UP" "$(states)"
	check_equal "vrf" '"red","blue",null' "$(for s in red blue none; do
		bfd_show "$PE" "m-$s" '.vrf | @json'; done | paste -sd,)"
	etrunkctl -n "$PE" save >saved
	check_match "save" 'bfd add s-red peer 10.0.0.2 .* vrf red ' "$(<saved)"
	etrunkctl -n "$PE" apply saved --check
	check_equal "difference to what was saved" 0 $?
}

# sockets PORT: where PE listens on it, * = in no VRF
sockets()
{
	ns "$PE" ss -Hlun "sport = :$1" | awk '{ print $4 }' | sort |
		paste -sd ' '
}

one_socket_a_vrf()
{
	check_equal "single hop" \
		"0.0.0.0%blue:3784 0.0.0.0%red:3784 0.0.0.0:3784" \
		"$(sockets 3784)"
	check_equal "multihop" \
		"0.0.0.0%blue:4784 0.0.0.0%red:4784 0.0.0.0:4784 [::]%blue:4784 [::]%red:4784 [::]:4784" \
		"$(sockets 4784)"
	bfd "$PE" add x peer 10.0.0.9 vrf red
	bfd "$PE" del s-red
	check_equal "single hop, one session less" \
		"0.0.0.0%blue:3784 0.0.0.0:3784" "$(sockets 3784)"
	check_match "multihop, one session more" '0.0.0.0%red:4784' \
		"$(sockets 4784)"
	bfd "$PE" del x
	bfd "$PE" add s-red peer 10.0.0.2 dev v0 vrf red local-discriminator 11
	wait_bfd "$PE" s-red up
}

# stray NAME SESSION PACKET...: a packet from BLUE that would be good for it
stray()
{
	local name=$1 session=$2 before after
	shift 2

	before=$(bfd_show "$PE" "$session" '.counters["drop-interface"]')
	ns "$BLUE" bfd_peer inject "$@" min-tx 5000000 mult 50
	check_err $? "$name: not sent"
	sleep 0.05
	after=$(bfd_show "$PE" "$session" '.counters["drop-interface"]')
	check_equal "$name: drop-interface" $((before + 1)) "$after"
}

packets_of_another_vrf()
{
	local v4="10.0.0.2 10.0.0.1" v6="2001:db8::2 2001:db8::1" out

	# shellcheck disable=SC2086 # words
	{
	stray "single hop" s-red $v4 state 3 my 1011 your 11
	stray "multihop" m-red $v4 port 4784 state 3 my 1021 your 21
	stray "multihop, ipv6" m6-red $v6 port 4784 state 3 my 1031 your 31
	stray "to none" m-none $v4 port 4784 state 3 my 1023 your 23
	}
	check_equal "sessions" "$ALL_UP" "$(states)"
	out=$(etrunkctl -n "$PE" -j bfd show |
	      jq -r '[.[] | .remote_multiplier] | unique | join(" ")')
	check_equal "multipliers of the peers" 3 "$out"
}

# With this switch the socket of no VRF hears those of all that have none.
accept_of_any_vrf()
{
	ns "$PE" sysctl -qw net.ipv4.udp_l3mdev_accept=1
	bfd "$PE" del m-blue
	bfd "$PE" del s-blue
	stray "multihop" m-none 10.0.0.2 10.0.0.1 port 4784 state 3 \
		my 1023 your 23
	stray "single hop" s-none 10.0.0.2 10.0.0.1 state 3 my 1013 your 13
	check_equal "down count" "0 0" "$(bfd_show "$PE" m-none .down_count) $(
		bfd_show "$PE" s-none .down_count)"
	ns "$PE" sysctl -qw net.ipv4.udp_l3mdev_accept=0
	bfd "$PE" add m-blue peer 10.0.0.2 vrf blue local-discriminator 22
	bfd "$PE" add s-blue peer 10.0.0.2 dev v1 vrf blue \
		local-discriminator 12
	wait_all blue up
	check_equal "sessions" "$ALL_UP" "$(states)"
}

one_vrf_fails()
{
	ip -n "$RED" link set v0 down
	wait_all red down
	check_equal "the others" "up up up up up up" "$(
		for s in {s,m,m6}-{blue,none}; do
			bfd_show "$PE" "$s" .state
		done | paste -sd ' ')"
	check_equal "and never down" "0 0 0" "$(
		for s in {s,m,m6}-none; do
			bfd_show "$PE" "$s" .down_count
		done | paste -sd ' ')"
	ip -n "$RED" link set v0 up
	ip -n "$RED" addr replace 2001:db8::2/64 dev v0 nodad
	wait_all red up
}

# The VRF goes, its device stays: it is in no VRF then, and no session's.
vrf_comes_back()
{
	ip -n "$PE" link del red
	wait_all red down
	check_equal "sockets" "0.0.0.0%blue:3784 0.0.0.0:3784" \
		"$(sockets 3784)"
	ip -n "$PE" addr flush dev v0
	sleep 1
	check_equal "in no vrf" "down down down" "$(
		for s in {s,m,m6}-red; do
			bfd_show "$PE" "$s" .state
		done | paste -sd ' ')"
	add_vrf red 100
	join v0 red
	wait_all red up
	check_equal "who is whose peer" "$ALL_UP" "$(states)"
	check_match "sockets" '0.0.0.0%red:3784' "$(sockets 3784)"
}

vrf_renamed()
{
	ip -n "$PE" link set red down
	ip -n "$PE" link set red name rouge
	ip -n "$PE" link set rouge up
	check_equal "name" '"rouge"' "$(bfd_show "$PE" m-red '.vrf | @json')"
	ip -n "$PE" addr replace 2001:db8::1/64 dev v0 nodad
	wait_all red up
	ip -n "$PE" link set rouge down
	ip -n "$PE" link set rouge name red
	ip -n "$PE" link set red up
	ip -n "$PE" addr replace 2001:db8::1/64 dev v0 nodad
	wait_all red up
}

device_changes_its_vrf()
{
	ip -n "$PE" link del v1
	join v0 blue
	wait_bfd "$PE" s-red down
	# its peer is heard in blue now, whose multihop session takes it
	wait_bfd "$PE" m-blue up
	# and nobody of red asks for it where no VRF is
	check_equal "out of red" 0 "$(fell_through)"
	check_equal "peer of blue" 1021 \
		"$(bfd_show "$PE" m-blue .remote_discriminator)"
	check_equal "single hop of red" down "$(bfd_show "$PE" s-red .state)"
	join v0 red
	wait_all red up
}

# packets of red's sessions that came to the peer in no VRF, in two seconds
fell_through()
{
	local before

	before=$(bfd_show "$NONE" m6 .down_count)
	sleep 2
	echo $(($(bfd_show "$NONE" m6 .down_count) - before))
}

# A program that owns the port has it in every VRF.
port_in_use()
{
	local s out rc other

	for s in {s,m,m6}-{red,blue,none}; do
		bfd "$PE" del "$s"
	done
	ip netns exec "$PE" bfd_peer peer 10.0.0.1 10.0.0.2 port 4784 \
		noise 600000 >/dev/null &
	other=$!
	slowwait 5 holds 4784
	check_err $? "the other program does not listen"
	out=$(bfd "$PE" add m-red peer 10.0.0.2 vrf red 2>&1)
	rc=$?
	check_equal "exit code" 2 $rc
	check_match "message" 'udp port 4784 is in use' "$out"
	kill $other
	wait $other 2>/dev/null
	bfd "$PE" add m-red peer 10.0.0.2 vrf red local-discriminator 21
	check_err $? "once it is free"
	wait_bfd "$PE" m-red up
}

holds()
{
	[[ $(sockets "$1") == *":$1"* ]]
}

tests_run
