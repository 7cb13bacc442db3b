#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Frames through PWs: ping and TCP from CE1 to CE2 over the lab of pw_lab.sh,
# with and without control word, over every kind of LSP, and what happens to
# frames that are too big or that must not cross.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/pw_lab.sh
. "$(dirname "$0")/pw_lab.sh"

ALL_TESTS="ping_control_word tcp_gso tagged_frames mtu_is_enforced
	l2_control_stays l2_control_crosses l2_control_of_a_bond route_loss_and_return default_route_is_no_lsp
	plain_route_is_no_lsp implicit_null pinned_lsp explicit_tunnel_end
	ping_no_control_word ce_cannot_inject core_device_deleted
	ac_device_deleted"

setup()
{
	etrunk_reload || return
	pw_lab
	pw_services
	check_err $? "configuration"
	slowwait 10 vpws_is 1 s1 active_pw pw1
	slowwait 10 vpws_is 3 s1 active_pw pw1
}

ce_ping()
{
	ip netns exec "$CE1" ping -q -c 3 -i 0.2 -W 2 "$@" 10.100.0.2 >/dev/null
}

both_up()
{
	slowwait 10 vpws_is 1 s1 active_pw pw1
	check_err $? "PE1: active PW $(vpws_get 1 s1 active_pw), expected pw1"
	slowwait 10 vpws_is 3 s1 active_pw pw1
	check_err $? "PE3: active PW $(vpws_get 3 s1 active_pw), expected pw1"
}

ping_control_word()
{
	both_up
	ce_ping
	check_err $? "ping over the PW"
	check_equal "rx drops at PE3" 0 "$(pw_get 3 pw1 rx_drop)"
}

# TCP moves as large packets where the core takes them, and segmented where it
# does not.
tcp_gso()
{
	local before seg

	before=$(pw_counter 1 pw1 tx-segmented)
	pw_tcp 10.100.0.2
	check_equal "segmented here though the core takes GSO" "$before" \
		"$(pw_counter 1 pw1 tx-segmented)"

	ip netns exec "$PE1" ethtool -K core0 gso off tso off >/dev/null
	pw_tcp 10.100.0.2
	seg=$(pw_counter 1 pw1 tx-segmented)
	[ "$seg" -gt "$before" ]
	check_err $? "nothing was segmented though the core takes no GSO"
	ip netns exec "$PE1" ethtool -K core0 gso on tso on >/dev/null
	check_equal "segmentation failures" 0 \
		"$(pw_counter 1 pw1 tx-segmentation)"
}

# A CE's own tags are payload.
tagged_frames()
{
	ip -n "$CE1" link add link eth0 name v7 type vlan id 7
	ip -n "$CE2" link add link eth0 name v7 type vlan id 7
	ip -n "$CE1" addr add 10.107.0.1/24 dev v7
	ip -n "$CE2" addr add 10.107.0.2/24 dev v7
	ip -n "$CE1" link set v7 up
	ip -n "$CE2" link set v7 up
	ip netns exec "$CE1" ping -q -c 3 -i 0.2 -W 2 -s 1472 -M "do" \
		10.107.0.2 >/dev/null
	check_err $? "ping with a tag and full size"
	ip -n "$CE1" link del v7
	ip -n "$CE2" link del v7
}

mtu_is_enforced()
{
	local before

	ce_ping -s 1472 -M "do"
	check_err $? "full size ping"

	before=$(pw_counter 1 pw1 tx-mtu)
	et 1 pw set pw1 mtu 1000
	ce_ping -s 1100
	check_fail $? "a frame above the PW's mtu"
	check_between "tx-mtu" "$((before + 3))" "$((before + 5))" \
		"$(pw_counter 1 pw1 tx-mtu)"
	et 1 pw set pw1 mtu 1500

	before=$(pw_counter 1 pw1 tx-core-mtu)
	ip -n "$PE1" link set core0 mtu 1500
	ce_ping -s 1472
	check_fail $? "a packet above the core's mtu"
	check_between "tx-core-mtu" "$((before + 3))" "$((before + 5))" \
		"$(pw_counter 1 pw1 tx-core-mtu)"
	ip -n "$PE1" link set core0 mtu "$PW_CORE_MTU"
	ce_ping -s 1472
	check_err $? "full size ping again"
}

# Ten each of STP, PAUSE, slow protocols and LLDP
l2_control_send()
{
	ip netns exec "$CE1" python3 - <<-'END'
		import socket
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("eth0", 0))
		for last, proto in ((0, b"\x00\x04"), (1, b"\x88\x08"),
				    (2, b"\x88\x09"), (14, b"\x88\xcc")) * 10:
		    s.send(bytes.fromhex("0180c20000") + bytes([last]) +
			   bytes.fromhex("020000000101") + proto + bytes(46))
	END
}

# l2_control_got: what CE2 gets of those, as "STP PAUSE SLOW
# LLDP"; a frame that crosses for certain ends it
l2_control_got()
{
	rm -f l2_got l2_ready
	ip netns exec "$CE2" timeout 60 python3 - <<-'END' &
		import socket
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
				  socket.htons(3))
		s.bind(("eth0", 3))
		open("l2_ready", "w")
		got = {0: 0, 1: 0, 2: 0, 14: 0}
		while True:
		    f = s.recv(2000)
		    if f[6:12] != bytes.fromhex("020000000101"):
		        continue
		    if f[12:14] == b"\x88\xb5":
		        break
		    if f[:5] == bytes.fromhex("0180c20000"):
		        got[f[5]] += 1
		open("l2_got", "w").write(" ".join(map(str, got.values())))
	END
	slowwait 20 test -e l2_ready
	l2_control_send
	ip netns exec "$CE1" python3 - <<-'END'
		import socket
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("eth0", 0))
		s.send(bytes.fromhex("020000000202020000000101" "88b5") +
		       bytes(46))
	END
	wait $!
	cat l2_got
}

# Link-local control of the CE is for the PE; PAUSE is for nobody.
l2_control_stays()
{
	local before

	before=$(pw_get 1 pw1 tx_packets)
	l2_control_send
	# the CE's own chatter may be among them
	check_between "sent into the PW" "$before" "$((before + 9))" \
		"$(pw_get 1 pw1 tx_packets)"
	check_equal "ac-pause" 10 "$(et 1 -j -s vpws show s1 |
		jq '.[0].counters["ac-pause"]')"
	check_equal "ac-l2-control" 30 "$(et 1 -j -s vpws show s1 |
		jq '.[0].counters["ac-l2-control"]')"
}

# Both ends have to let it cross. PAUSE never does.
l2_control_crosses()
{
	local before

	before=$(pw_counter 3 pw1 rx-l2-control)
	et 1 vpws set s1 l2-control tunnel
	check_err $? "l2-control tunnel"
	check_equal "CE2 got, and PE3 drops" "0 0 0 0" "$(l2_control_got)"
	check_equal "rx-l2-control of PE3" $((before + 30)) \
		"$(pw_counter 3 pw1 rx-l2-control)"
	et 3 vpws set s1 l2-control tunnel
	check_equal "CE2 got" "10 0 10 10" "$(l2_control_got)"
	et 1 vpws set s1 l2-control drop
	check_equal "CE2 got after drop" "0 0 0 0" "$(l2_control_got)"
}

# LACPDUs stay with the bond that they are for.
l2_control_of_a_bond()
{
	et 3 vpws set s1 l2-control tunnel
	et 1 vpws del s1
	ip -n "$PE1" link add bond0 type bond mode active-backup
	ip -n "$PE1" link set ac0 down
	ip -n "$PE1" link set ac0 master bond0
	ip -n "$PE1" link set bond0 up
	et 1 vpws add s1 ac bond0 pw pw1 l2-control tunnel
	check_err $? "a bond as the AC"
	both_up
	check_equal "CE2 got" "10 0 0 10" "$(l2_control_got)"
	et 1 vpws del s1
	ip -n "$PE1" link del bond0
	ip -n "$PE1" link set ac0 up
	et 1 vpws add s1 ac ac0 pw pw1
	et 3 vpws set s1 l2-control drop
	both_up
}

route_loss_and_return()
{
	pw_route_del 1
	busywait 1000 pw_is 1 pw1 state down
	check_err $? "pw1 is $(pw_get 1 pw1 state) without a route"
	check_equal "LSP" null "$(pw_get 1 pw1 lsp)"
	check_equal "local status" 16 "$(pw_get 1 pw1 local_status)"
	pw_route_add 1
	busywait 1000 pw_is 1 pw1 state up
	check_err $? "pw1 is $(pw_get 1 pw1 state) with its route back"
	both_up
	ce_ping
	check_err $? "ping afterwards"
}

default_route_is_no_lsp()
{
	pw_route_del 1
	ip -n "$PE1" route add default encap mpls 16003 via 10.0.1.2 dev core0
	sleep 1.5
	check_equal "LSP over a default route" null "$(pw_get 1 pw1 lsp)"
	ip -n "$PE1" route del default
	pw_route_add 1
}

plain_route_is_no_lsp()
{
	pw_route_del 1
	ip -n "$PE1" route add 10.255.0.3/32 via 10.0.1.2 dev core0
	sleep 1.5
	check_equal "LSP over a plain route" null "$(pw_get 1 pw1 lsp)"
	ip -n "$PE1" route del 10.255.0.3/32
	pw_route_add 1
	both_up
}

# P is the peer itself: the next hop terminates the PW, no tunnel label.
implicit_null()
{
	ip -n "$PE1" addr add 10.9.0.1/30 dev core0
	et 1 pw add pwx peer 10.9.0.2 pw-id 9 in-label 1009 out-label 2009
	check_err $? "a PW to a neighbour"
	check_equal "labels of its LSP" "[]" \
		"$(et 1 -j pw show pwx | jq -c '.[0].lsp.labels')"
	check_equal "next hop" 10.9.0.2 "$(pw_get 1 pwx lsp.via)"
	et 1 pw del pwx
	ip -n "$PE1" addr del 10.9.0.1/30 dev core0
}

pinned_lsp()
{
	et 1 vpws del s1
	et 1 pw del pw1
	pw_route_del 1
	et 1 pw add pw1 peer 10.255.0.3 pw-id 1 in-label 1001 out-label 3001 \
		via 10.0.1.2 dev core0 tunnel-label 16003
	check_err $? "a pinned PW"
	et 1 vpws add s1 ac ac0 pw pw1
	both_up
	ce_ping
	check_err $? "ping over the pinned LSP"
	et 1 vpws del s1
	et 1 pw del pw1
	pw_route_add 1
	et 1 pw add pw1 peer 10.255.0.3 pw-id 1 in-label 1001 out-label 3001
	et 1 vpws add s1 ac ac0 pw pw1
	both_up
}

# P keeps the tunnel label and PE3 ends it itself: the rest comes in on lo.
explicit_tunnel_end()
{
	ip -n "$P" -f mpls route change 16003 as 16003 via inet 10.0.3.1 \
		dev pe3
	ip netns exec "$PE3" sysctl -qw net.mpls.platform_labels=20000 \
		net.mpls.conf.core0.input=1 net.mpls.conf.lo.input=1
	ip -n "$PE3" -f mpls route add 16003 dev lo
	ce_ping
	check_err $? "ping with the tunnel label ended at PE3"
	ip -n "$PE3" -f mpls route del 16003
	ip -n "$P" -f mpls route change 16003 via inet 10.0.3.1 dev pe3
}

ping_no_control_word()
{
	pw_services_del
	pw_services control-word off
	check_err $? "configuration without control word"
	both_up
	ce_ping
	check_err $? "ping without control word"
	check_equal "status messages heard" true \
		"$(test "$(pw_counter 1 pw1 rx-status)" -gt 0 && echo true)"
	pw_services_del
	pw_services
	both_up
}

# What a CE sends with MPLS labels is a frame like any other.
# What the far CE sends by itself meanwhile is a frame or two, so many are sent.
ce_cannot_inject()
{
	local before after

	before=$(pw_get 1 pw1 rx_packets)
	ip netns exec "$CE1" python3 - <<-'END'
		import socket
		mac = open("/sys/class/net/eth0/address").read().strip()
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("eth0", 0))
		for i in range(200):
		    s.send(b"\xff" * 6 + bytes.fromhex(mac.replace(":", "")) +
			   b"\x88\x47" + bytes.fromhex("003e91ff00000000") +
			   bytes(60))
	END
	after=$(pw_get 1 pw1 rx_packets)
	[ $((after - before)) -lt 100 ]
	check_err $? "taken of the CE's 200: $((after - before))"
}

core_device_deleted()
{
	ip netns exec "$CE1" ping -q -f -w 3 10.100.0.2 >/dev/null &
	sleep 1
	ip -n "$PE1" link del core0
	check_err $? "deleting the core device under traffic"
	check_equal "state of pw1" down "$(pw_get 1 pw1 state)"
	# the interface stays configured, and finds the device again by name
	check_equal "core interfaces" 1 "$(et 1 -j core show | jq length)"
	wait
	pw_link "$PE1" core0 "$P" pe1
	ip -n "$PE1" link set core0 mtu "$PW_CORE_MTU"
	ip -n "$P" link set pe1 mtu "$PW_CORE_MTU"
	ip -n "$PE1" addr add 10.0.1.1/30 dev core0
	ip -n "$P" addr add 10.0.1.2/30 dev pe1
	ip netns exec "$P" sysctl -qw net.mpls.conf.pe1.input=1
	ip -n "$P" -f mpls route replace 16001 via inet 10.0.1.1 dev pe1
	pw_route_add 1
	both_up
	ce_ping
	check_err $? "ping after the core came back"
}

ac_device_deleted()
{
	ip netns exec "$CE1" ping -q -f -w 3 10.100.0.2 >/dev/null &
	sleep 1
	ip -n "$PE1" link del ac0
	check_err $? "deleting the AC under traffic"
	wait
	check_equal "AC state" down "$(vpws_get 1 s1 ac_state)"
	slowwait 2 pw_is 3 pw1 remote_status 6
	check_equal "word at PE3" 6 "$(pw_get 3 pw1 remote_status)"
	pw_link "$CE1" eth0 "$PE1" ac0
	ip -n "$CE1" addr add 10.100.0.1/24 dev eth0
	both_up
	ce_ping
	check_err $? "ping after the AC came back"
}

tests_run
