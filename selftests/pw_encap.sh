#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# How a PW puts an AC's frames on the wire, seen and sent at P: raw and tagged
# mode (RFC 4448 4.4.1), the traffic class from 802.1p (4.7), and sequence
# numbers (RFC 4385 4). The lab is that of pw_lab.sh; its CEs send nothing by
# themselves.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/pw_lab.sh
. "$LIB_DIR/pw_lab.sh"

ALL_TESTS="tagged_port tagged_vlans tagged_gso untagged_is_dropped
	tc_of_the_frame tc_fixed numbers_sent numbers_received
	numbers_after_down numbers_unexpected saved"

setup()
{
	local ns

	etrunk_reload || return
	pw_lab
	for ns in "$CE1" "$CE2" "$CE3"; do
		ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	done
	quiet eth0 10.100.0
	pw_services
	check_err $? "configuration"
}

# quiet DEV NET: both CEs know each other there and need no ARP
quiet()
{
	ip -n "$CE1" neigh replace "$2.2" lladdr 02:00:00:00:02:02 dev "$1" \
		nud permanent
	ip -n "$CE2" neigh replace "$2.1" lladdr 02:00:00:00:01:01 \
		dev "${3:-$1}" nud permanent
}

both_up()
{
	slowwait 10 vpws_is 1 s1 active_pw pw1
	check_err $? "PE1: active PW $(vpws_get 1 s1 active_pw), expected pw1"
	slowwait 10 vpws_is 3 s1 active_pw pw1
	check_err $? "PE3: active PW $(vpws_get 3 s1 active_pw), expected pw1"
}

# again PWOPTION...: all PWs with these options
again()
{
	pw_services_del
	pw_services "$@"
	check_err $? "configuration with $*"
	both_up
}

ce_ping()
{
	ip netns exec "$CE1" ping -q -c 3 -i 0.2 -W 2 "${1:-10.100.0.2}" \
		>/dev/null
}

# What PE1 sends to PE3 into the PW while a command runs: per frame traffic
# class of both labels, number of the control word, and the inner frame.
# seen COMMAND...
seen()
{
	local reader

	rm -f seen ready stop
	ip netns exec "$P" python3 - <<-'END' &
		import os, socket
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
				  socket.htons(0x8847))
		s.bind(("pe1", 0x8847))
		s.settimeout(0.2)
		open("ready", "w")
		out = open("seen", "w")
		while True:
		    try:
		        f = s.recv(4096)[14:]
		    except socket.timeout:
		        if os.path.exists("stop"):
		            break
		        continue
		    lse = [int.from_bytes(f[i:i + 4], "big") for i in (0, 4)]
		    if [l >> 12 for l in lse] != [16003, 3001] or f[8] >> 4:
		        continue
		    print(*[l >> 9 & 7 for l in lse],
			  int.from_bytes(f[10:12], "big"), f[12:].hex(),
			  file=out)
		out.close()
	END
	reader=$!
	slowwait 20 test -e ready
	check_err $? "no capture"
	"$@"
	touch stop
	wait "$reader"
	[ -s seen ]
	check_err $? "nothing was captured"
}

# all_seen REGEX: every line is such, and there are some
all_seen()
{
	local other

	other=$(grep -vE -m 1 "$1" seen)
	[ -s seen ] && [ -z "$other" ]
	check_err $? "expected \"$1\", got \"$other\""
}

# inject HEX...: to PE3 as if from PE1, each behind the PW label
inject()
{
	local mac

	mac=$(ip -n "$PE3" -j link show core0 | jq -r '.[0].address')
	ip netns exec "$P" python3 - "$mac" "$@" <<-'END'
		import socket, sys
		dst = bytes.fromhex(sys.argv[1].replace(":", ""))
		head = dst + b"\x02" + bytes(5) + b"\x88\x47"
		lse = ((3001 << 12) | 0x1ff).to_bytes(4, "big")
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("pe3", 0))
		for what in sys.argv[2:]:
		    s.send(head + lse + bytes.fromhex(what))
	END
}

# numbered N...: frames for CE2, with these numbers
numbered()
{
	local n frames=()

	for n; do
		frames+=("0000$(printf %04x "$n")0200000002020200000001018888$(
			printf '00%.0s' {1..46})")
	done
	inject "${frames[@]}"
}

# taken N NUMBER...: that many of them reach the AC
taken()
{
	local before want=$1

	shift
	before=$(pw_get 3 pw1 rx_packets)
	numbered "$@"
	check_equal "taken of $*" "$want" \
		"$(($(pw_get 3 pw1 rx_packets) - before))"
}

TAG=02000000020202000000010181004

# The tags of a plain interface delimit nothing: one is added, and taken off.
tagged_port()
{
	again type tagged vlan 77
	seen ce_ping
	check_err $? "ping"
	all_seen '^0 0 0 0200000002020200000001018100004d0800'
	ip -n "$CE1" link add link eth0 name v7 type vlan id 7 \
		egress-qos-map 0:6
	ip -n "$CE2" link add link eth0 name v7 type vlan id 7
	ip -n "$CE1" addr add 10.107.0.1/24 dev v7
	ip -n "$CE2" addr add 10.107.0.2/24 dev v7
	ip -n "$CE1" link set v7 up
	ip -n "$CE2" link set v7 up
	quiet v7 10.107.0
	seen ce_ping 10.107.0.2
	check_err $? "ping with a tag of the CE"
	all_seen '^6 6 0 0200000002020200000001018100c04d8100c0070800'
	ip -n "$CE1" link del v7
	ip -n "$CE2" link del v7
}

# vlan_acs PWOPTION...: ACs are VLAN 100 of CE1 and 200 of CE2
vlan_acs()
{
	again "$@"
	et 1 vpws del s1
	et 3 vpws del s1
	ip -n "$PE1" link add link ac0 name ac0.100 type vlan id 100 \
		ingress-qos-map 5:5
	ip -n "$PE3" link add link ac0 name ac0.200 type vlan id 200 \
		egress-qos-map 5:5
	ip -n "$CE1" link add link eth0 name v1 type vlan id 100 \
		egress-qos-map 0:5
	ip -n "$CE2" link add link eth0 name v2 type vlan id 200 \
		ingress-qos-map 5:5
	ip -n "$CE1" addr add 10.107.0.1/24 dev v1
	ip -n "$CE2" addr add 10.107.0.2/24 dev v2
	ip -n "$PE1" link set ac0.100 up
	ip -n "$PE3" link set ac0.200 up
	ip -n "$CE1" link set v1 up
	ip -n "$CE2" link set v2 up
	quiet v1 10.107.0 v2
	et 1 vpws add s1 ac ac0.100 pw pw1
	et 3 vpws add s1 ac ac0.200 pw pw1 secondary pw2
	both_up
}

vlan_acs_del()
{
	pw_services_del
	ip -n "$PE1" link del ac0.100
	ip -n "$PE3" link del ac0.200
	ip -n "$CE1" link del v1
	ip -n "$CE2" link del v2
}

# what came in at CE2 with priority 5 and VLAN 200
priority_arrives()
{
	local reader

	rm -f ready arrived
	ip netns exec "$CE2" timeout 30 python3 - <<-'END' &
		import socket
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
				  socket.htons(3))
		s.bind(("eth0", 3))
		s.setsockopt(263, 8, 1)
		open("ready", "w")
		while True:
		    f, anc, _, _ = s.recvmsg(2048, 256)
		    tci = [int.from_bytes(d[16:18], "little")
			   for level, kind, d in anc if (level, kind) == (263, 8)]
		    if f[6:12] == bytes.fromhex("020000000101"):
		        open("arrived", "w").write("%x" % tci[0])
		        break
	END
	reader=$!
	slowwait 20 test -e ready
	ce_ping 10.107.0.2
	check_err $? "ping"
	wait "$reader"
	check_equal "priority and VLAN at CE2" a0c8 "$(cat arrived)"
}

# The tag of a VLAN device crosses, and the far one makes its own of it.
tagged_vlans()
{
	vlan_acs type tagged
	seen priority_arrives
	all_seen '^5 5 0 0200000002020200000001018100a0640800'
	vlan_acs_del
	vlan_acs type raw
	seen ce_ping 10.107.0.2
	check_err $? "ping in raw mode"
	all_seen '^5 5 0 0200000002020200000001010800'
	vlan_acs_del
}

tagged_gso()
{
	vlan_acs type tagged
	pw_tcp 10.107.0.2
	check_equal "segmented here though the core takes GSO" 0 \
		"$(pw_counter 1 pw1 tx-segmented)"
	ip netns exec "$PE1" ethtool -K core0 gso off tso off >/dev/null
	pw_tcp 10.107.0.2
	[ "$(pw_counter 1 pw1 tx-segmented)" -gt 0 ]
	check_err $? "nothing was segmented though the core takes no GSO"
	ip netns exec "$PE1" ethtool -K core0 gso on tso on >/dev/null
	check_equal "drops at PE3" 0 "$(pw_get 3 pw1 rx_drop)"
	vlan_acs_del
}

untagged_is_dropped()
{
	again type tagged
	inject "00000000${TAG}0070800$(printf '00%.0s' {1..46})" \
		"000000000200000002020200000001010800$(printf '00%.0s' {1..46})" \
		"0000000002000000020202000000010181"
	check_equal "rx-untagged" 1 "$(pw_counter 3 pw1 rx-untagged)"
	check_equal "rx-short" 1 "$(pw_counter 3 pw1 rx-short)"
	check_equal "taken" 1 "$(pw_get 3 pw1 rx_packets)"
}

# tagged_frame PRIORITY: of CE1, to CE2
tagged_frame()
{
	ip netns exec "$CE1" python3 - "$1" <<-'END'
		import socket, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("eth0", 0))
		tci = int(sys.argv[1]) << 13 | 7
		s.send(bytes.fromhex("020000000202020000000101") +
		       b"\x81\x00" + tci.to_bytes(2, "big") + b"\x88\x88" +
		       bytes(46))
	END
}

tc_of_the_frame()
{
	local n

	again
	for n in 0 3 7; do
		seen tagged_frame "$n"
		all_seen "^$n $n 0 0200000002020200000001018100"
	done
	seen ce_ping
	all_seen '^0 0 0 '
}

tc_fixed()
{
	local n

	for n in 6 0; do
		et 1 pw set pw1 tc "$n"
		check_err $? "tc $n"
		check_equal "tc" "$n" "$(pw_get 1 pw1 tc)"
		seen tagged_frame 3
		all_seen "^$n $n 0 "
	done
	et 1 pw set pw1 tc 802.1p
	seen tagged_frame 3
	all_seen '^3 3 0 '
}

numbers_sent()
{
	again sequence on
	seen ce_ping
	check_err $? "ping"
	check_equal "numbers" "1 2 3" "$(cut -d' ' -f3 seen | xargs)"
	check_equal "late at PE3" 0 "$(pw_counter 3 pw1 rx-sequence-late)"
	check_equal "numbers heard at PE3 without gap" 0 \
		"$(pw_counter 3 pw1 rx-sequence-gap)"
}

numbers_received()
{
	taken 2 100 101
	check_equal "rx-sequence-gap" 1 "$(pw_counter 3 pw1 rx-sequence-gap)"
	# one overtaken, one twice, one without a number, and a gap
	taken 3 103 102 103 0 200
	check_equal "rx-sequence-late" 2 "$(pw_counter 3 pw1 rx-sequence-late)"
	check_equal "rx-sequence-gap" 3 "$(pw_counter 3 pw1 rx-sequence-gap)"
	# over the end
	taken 4 32900 65535 1 2
	# a peer that began anew
	taken 1 20000
	# shellcheck disable=SC2046 # a list
	taken 25 $(seq 1 40)
	check_equal "rx-sequence-late" 17 "$(pw_counter 3 pw1 rx-sequence-late)"
}

numbers_after_down()
{
	taken 0 40
	pw_route_del 3
	slowwait 10 pw_is 3 pw1 state down
	check_err $? "pw1 is $(pw_get 3 pw1 state) without a route"
	pw_route_add 3
	slowwait 10 pw_is 3 pw1 state up
	check_err $? "pw1 is $(pw_get 3 pw1 state) with its route back"
	both_up
	taken 2 40 41
}

numbers_unexpected()
{
	again
	taken 2 9 8
	check_equal "rx-sequence-unexpected" 2 \
		"$(pw_counter 3 pw1 rx-sequence-unexpected)"
}

saved()
{
	again type tagged vlan 77 sequence on tc 6
	et 1 save >saved
	check_err $? "save"
	grep -q '^pw add pw1 .*type tagged vlan 77 sequence on tc 6' saved
	check_err $? "it has: $(grep '^pw add' saved)"
	et 1 apply saved --replace --check
	check_err $? "what was saved is not what is"
}

tests_run
