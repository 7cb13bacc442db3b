#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Which PW a service uses, what it says to the peers, and when: PE3 has PWs to
# PE1 and PE2 (see pw_lab.sh).
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/pw_lab.sh
. "$(dirname "$0")/pw_lab.sh"

ALL_TESTS="lowest_pw_id_wins ac_down_moves_the_peer ac_back_returns
	configured_precedence switchover_holds switchover_refused lockout
	dual_receive status_is_acknowledged malformed_status_is_counted
	service_deleted_moves_the_peer set_replaces_the_list
	unload_under_traffic"

setup()
{
	etrunk_reload || return
	pw_lab
	pw_services
	check_err $? "configuration"
}

active_is()
{
	slowwait 10 vpws_is "$1" s1 active_pw "$2"
	check_err $? "PE$1: active PW $(vpws_get "$1" s1 active_pw), expected $2"
}

lowest_pw_id_wins()
{
	active_is 1 pw1
	active_is 2 pw2
	active_is 3 pw1
	check_equal "pw2 at PE3" true "$(pw_get 3 pw2 active)"
}

ac_down_moves_the_peer()
{
	ip -n "$CE1" link set eth0 down
	busywait 2000 vpws_is 3 s1 active_pw pw2
	check_err $? "PE3 stays on $(vpws_get 3 s1 active_pw)"
	check_equal "word of PE1" 6 "$(pw_get 3 pw1 remote_status)"
	check_equal "AC at PE1" down "$(vpws_get 1 s1 ac_state)"
	check_equal "reason" REMOTE_FAULT "$(vpws_get 3 s1 last_switch.reason)"
	check_equal "from" pw1 "$(vpws_get 3 s1 last_switch.from)"
	check_equal "switchovers" 1 "$(vpws_get 3 s1 switchovers)"
	ip netns exec "$CE3" ping -q -c 3 -i 0.2 -W 2 10.100.0.2 >/dev/null
	check_err $? "ping from the other PE's CE"
}

ac_back_returns()
{
	ip -n "$CE1" link set eth0 up
	active_is 3 pw1
	check_equal "reason" PREFERRED "$(vpws_get 3 s1 last_switch.reason)"
	check_equal "switchovers" 2 "$(vpws_get 3 s1 switchovers)"
}

configured_precedence()
{
	et 3 vpws set s1 pw pw2 secondary pw1 precedence configured
	check_err $? "set"
	active_is 3 pw2
	et 3 vpws set s1 pw pw1 secondary pw2 precedence pw-id
	active_is 3 pw1
}

switchover_holds()
{
	et 3 vpws switchover s1 to pw2
	check_err $? "switchover"
	active_is 3 pw2
	check_equal "reason" OPERATOR "$(vpws_get 3 s1 last_switch.reason)"
	et 3 vpws switchover s1 to pw1
	active_is 3 pw1
}

switchover_refused()
{
	ip -n "$CE3" link set eth0 down
	slowwait 5 pw_is 3 pw2 remote_status 6
	et 3 vpws switchover s1 to pw2 2>/dev/null
	check_fail $? "switchover to a PW that is down"
	check_equal "active PW" pw1 "$(vpws_get 3 s1 active_pw)"
	ip -n "$CE3" link set eth0 up
	slowwait 5 pw_is 3 pw2 remote_status 0
}

lockout()
{
	et 3 pw set pw1 lockout on
	check_err $? "lockout"
	active_is 3 pw2
	check_equal "word to PE1" 32 "$(pw_get 3 pw1 local_status)"
	slowwait 5 pw_is 1 pw1 remote_status 32
	check_err $? "PE1 heard $(pw_get 1 pw1 remote_status), expected 32"
	et 3 pw set pw1 lockout off
	active_is 3 pw1
}

# PE2 sends on pw2 while PE3 uses pw1.
dual_receive()
{
	local before

	before=$(pw_counter 3 pw2 rx-standby)
	ip netns exec "$CE3" ping -q -c 3 -i 0.2 -W 1 10.100.0.2 >/dev/null
	check_equal "rx-standby with dual-receive" "$before" \
		"$(pw_counter 3 pw2 rx-standby)"
	et 3 vpws set s1 dual-receive off
	ip netns exec "$CE3" arping -q -c 3 -w 2 -I eth0 10.100.0.2 \
		2>/dev/null
	ip netns exec "$CE3" ping -q -c 3 -i 0.2 -W 1 10.100.0.2 >/dev/null
	[ "$(pw_counter 3 pw2 rx-standby)" -gt "$before" ]
	check_err $? "rx-standby did not move without dual-receive"
	et 3 vpws set s1 dual-receive on
}

status_is_acknowledged()
{
	local sent

	et 3 pw set pw1 lockout on
	slowwait 5 pw_is 1 pw1 remote_status 32
	sent=$(pw_counter 3 pw1 tx-status)
	sleep 3
	check_equal "repetitions after the ack" "$sent" \
		"$(pw_counter 3 pw1 tx-status)"
	et 3 pw set pw1 lockout off
	active_is 3 pw1
	check_equal "acks that matched nothing" 0 \
		"$(pw_counter 3 pw1 rx-ack-mismatch)"
}

# From P, with PE3's label: cut short, wrong TLV, unknown channel.
malformed_status_is_counted()
{
	local mac

	mac=$(ip -n "$PE3" -j link show core0 | jq -r '.[0].address')
	ip netns exec "$P" python3 - "$mac" <<-'END'
		import socket, sys
		dst = bytes.fromhex(sys.argv[1].replace(":", ""))
		head = dst + b"\x02" + bytes(5) + b"\x88\x47"
		lse = ((3001 << 12) | 0x101).to_bytes(4, "big")
		good = bytes.fromhex("1000002702580800096a000400000020")
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("pe3", 0))
		for oam in (good[:12], good[:6] + b"\x09" + good[7:],
			    good[:8] + b"\x0a" + good[9:],
			    good[:10] + b"\x00\x05" + good[12:]):
		    s.send(head + lse + oam)
		for oam in (b"\x10\x00\x00\x07" + bytes(24), b"\x10\x00"):
		    s.send(head + lse + oam)
		s.send(head + lse + b"\x40" + bytes(40))
	END
	check_equal "rx-status-malformed" 4 \
		"$(pw_counter 3 pw1 rx-status-malformed)"
	check_equal "rx-vccv-unexpected" 1 \
		"$(pw_counter 3 pw1 rx-vccv-unexpected)"
	check_equal "rx-bad-control-word" 2 \
		"$(pw_counter 3 pw1 rx-bad-control-word)"
	check_equal "word in force" 0 "$(pw_get 3 pw1 remote_status)"
	check_equal "active PW" pw1 "$(vpws_get 3 s1 active_pw)"
}

service_deleted_moves_the_peer()
{
	et 1 vpws del s1
	check_err $? "deleting the service at PE1"
	busywait 2000 vpws_is 3 s1 active_pw pw2
	check_err $? "PE3 stays on $(vpws_get 3 s1 active_pw)"
	check_equal "word of PE1" 1 "$(pw_get 3 pw1 remote_status)"
	et 1 vpws add s1 ac ac0 pw pw1
	active_is 3 pw1
}

set_replaces_the_list()
{
	et 3 vpws set s1 pw pw2 secondary none
	check_err $? "set"
	active_is 3 pw2
	check_equal "pw1 belongs to" null "$(pw_get 3 pw1 vpws)"
	slowwait 5 pw_is 1 pw1 remote_status 1
	check_equal "word about the freed PW" 1 \
		"$(pw_get 1 pw1 remote_status)"
	et 3 vpws set s1 pw pw1 secondary pw2
	active_is 3 pw1
}

unload_under_traffic()
{
	ip netns exec "$CE1" ping -q -f -w 3 10.100.0.2 >/dev/null &
	sleep 1
	etrunk_unload
	check_err $? "unload with traffic running"
	wait
	check_equal "promiscuous ACs" 0 \
		"$(ip -n "$PE1" -d -j link show ac0 | jq '.[0].promiscuity')"
	etrunk_load
	check_err $? "load again"
}

tests_run
