#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# BFD in a pseudowire's own channel (VCCV, RFC 5885) and why it is there: in the
# lab of pw_lab.sh the PWs' paths are pinned to labels, while all addresses are
# reachable over plain IP. When P loses one label route, frames vanish there and
# IP never notices.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/pw_lab.sh
. "$(dirname "$0")/pw_lab.sh"
# shellcheck source=selftests/bfd_lib.sh
. "$(dirname "$0")/bfd_lib.sh"

# shellcheck disable=SC2034 # for tests_run
ALL_TESTS="comes_up golden_frame label_route_lost label_route_back
	ip_bfd_is_blind changed_under_way in_ip_and_udp two_types_do_not_meet
	intervals_follow off_is_no_failure deleted_is_one saved"

setup()
{
	local n other

	etrunk_reload || return
	pw_lab
	# beside the labels, and not by them
	ns "$P" sysctl -qw net.ipv4.ip_forward=1
	for n in 1 2 3; do
		pw_route_del "$n"
		ip -n "$P" route add "10.255.0.$n/32" via "10.0.$n.1"
		for other in 1 2 3; do
			[ "$other" = "$n" ] ||
				ip -n "$(pw_pe "$n")" route add \
					"10.255.0.$other/32" via "10.0.$n.2" \
					src "10.255.0.$n"
		done
		et "$n" core add core0
	done
	pw 1 pw1 3 1 1001 3001
	pw 2 pw2 3 2 1002 3002
	pw 3 pw1 1 1 3001 1001
	pw 3 pw2 2 2 3002 1002
	et 1 vpws add s1 ac ac0 pw pw1
	et 2 vpws add s1 ac ac0 pw pw2
	et 3 vpws add s1 ac ac0 pw pw1 secondary pw2
	check_err $? "configuration"
}

# pw N NAME PEER PW-ID IN OUT: of PE N, pinned to the label of PE PEER
pw()
{
	et "$1" pw add "$2" peer "10.255.0.$3" pw-id "$4" in-label "$5" \
		out-label "$6" via "10.0.$1.2" dev core0 \
		tunnel-label "1600$3" vccv-bfd on
	check_err $? "pw $2 of PE$1"
}

wait_active()
{
	slowwait 10 vpws_is 3 s1 active_pw "$1"
	check_err $? "PE3 uses $(vpws_get 3 s1 active_pw), expected $1"
}

# wait_pw N NAME KEY VALUE
wait_pw()
{
	slowwait 10 pw_is "$@"
	check_err $? "$3 of $2 at PE$1 is $(pw_get "$1" "$2" "$3"), expected $4"
}

ping_ce()
{
	ns "$CE2" ping -q -c 3 -i 0.2 -W 1 10.100.0.1 >/dev/null
}

ping_pe()
{
	ns "$PE3" ping -q -c 3 -i 0.2 -W 1 -I 10.255.0.3 10.255.0.1 >/dev/null
}

label_route()
{
	ip -n "$P" -f mpls route "$1" 16001 via inet 10.0.1.1 dev pe1
	check_err $? "label route $1"
}

comes_up()
{
	wait_pw 1 pw1 bfd_state up
	wait_pw 2 pw2 bfd_state up
	wait_active pw1
	check_equal "liveness" "vccv up true 30000" "$(et 3 -j pw show pw1 |
		jq -r '.[0] | "\(.liveness) \(.bfd_state) \(.active) \(.detect_time_us)"')"
	check_equal "sessions in the list of sessions" "[]" \
		"$(et 3 -j bfd show | jq -c .)"
	ping_ce
	check_err $? "ping"
}

# Labels and TTL of a frame, the ACH, BFD: as tshark and pw reference have it.
golden_frame()
{
	local hex

	hex=$(capture 40 | grep -o '884703e830ff00bb91ff10000007.*' | head -n 1)
	check_match "frame" \
		'^884703e830ff00bb91ff1000000720c80318[0-9a-f]{16}000027100000271000000000' \
		"$hex"
}

# capture COUNT: frames of PE1 to P, one a line, in hexadecimal
capture()
{
	ns "$P" timeout 20 tcpdump -i pe1 -Q in -c "$1" -xx -n -s 200 \
		2>/dev/null | awk '/^[^\t ]/ { if (h) print h; h = "" }
			/0x[0-9a-f]+:/ { for (i = 2; i <= NF; i++) h = h $i }
			END { print h }'
}

# stamp PATTERN: us of the first line of the trace that matches
stamp()
{
	sed -En "s/.* ([0-9]+)\.([0-9]{6}): .*$1.*/\1\2/p" trace.txt | head -n 1
}

# The route of label 16001 goes: PE1 hears nothing on pw1 for 3 x 10 ms and
# says so; PE3 takes pw2. IP between the two PEs works all the time.
label_route_lost()
{
	local down switch since

	trace_start
	label_route del
	wait_active pw2
	sleep 0.1
	trace_stop
	since=$(sed -n 's/.*etrunk_bfd_state: .*to=down.*DETECTION.*since_rx_ns=//p' \
		trace.txt | head -n 1)
	check_between "ns from PE1's last packet to Down" 30000000 31000000 \
		"$since"
	down=$(stamp 'etrunk_bfd_state: .*name=pw1 .*to=down.*DETECTION')
	switch=$(stamp 'etrunk_event: .*vpws s1.* from=pw1 to=pw2')
	# two boxes write to the kernel log on the way, which is not free here
	check_between "us from there to the switch of PE3" 0 10000 \
		$((switch - down))
	check_equal "reason" BFD_DOWN "$(vpws_get 3 s1 last_switch.reason)"
	check_equal "words: PE1 hears nothing, PE3 is not heard" "8 16" "$(
		et 1 -j pw show pw1 | jq '.[0].local_status % 32') $(
		et 3 -j pw show pw1 | jq '.[0].local_status % 32')"
	check_equal "the PW" "down false" "$(et 3 -j pw show pw1 |
		jq -r '.[0] | "\(.state) \(.active)"')"
	ping_pe
	check_err $? "IP does not live"
	ping_ce
	check_err $? "ping by the other PW"
}

label_route_back()
{
	label_route add
	wait_active pw1
	wait_pw 1 pw1 local_status 0
	ping_ce
	check_err $? "ping"
}

# The same with a session over IP in place of it: a black hole, as README says.
ip_bfd_is_blind()
{
	et 1 bfd add b1 peer 10.255.0.3 source 10.255.0.1
	et 3 bfd add b1 peer 10.255.0.1 source 10.255.0.3
	et 1 pw set pw1 vccv-bfd off track-bfd b1
	check_err $? "PE1"
	et 3 pw set pw1 vccv-bfd off track-bfd b1
	check_err $? "PE3"
	wait_bfd "$PE3" b1 up
	wait_active pw1
	check_equal "liveness" ip-bfd "$(pw_get 3 pw1 liveness)"
	ping_ce
	check_err $? "ping"

	label_route del
	sleep 2
	check_equal "session" "up 0" \
		"$(bfd_show "$PE3" b1 '"\(.state) \(.down_count)"')"
	check_equal "active PW" pw1 "$(vpws_get 3 s1 active_pw)"
	ping_ce
	check_fail $? "ping through the hole"
}

# From one kind to the other while all runs; the hole is seen then.
changed_under_way()
{
	et 1 pw set pw1 track-bfd none vccv-bfd on
	check_err $? "PE1"
	et 3 pw set pw1 track-bfd none vccv-bfd on
	check_err $? "PE3"
	wait_active pw2
	ping_ce
	check_err $? "ping by the other PW"
	label_route add
	wait_active pw1
	et 1 bfd del b1
	et 3 bfd del b1
	check_equal "liveness" vccv "$(pw_get 3 pw1 liveness)"
}

in_ip_and_udp()
{
	local hex

	et 1 pw set pw1 vccv-bfd ip
	et 3 pw set pw1 vccv-bfd ip
	wait_pw 1 pw1 bfd_state up
	wait_active pw1
	# IPv4 of 52 octets, DF, TTL 255, UDP; from core0's address; to 3784
	hex=$(capture 40 | grep -o '884703e830ff00bb91ff10000021.*' | head -n 1)
	check_match "frame" \
		'^884703e830ff00bb91ff1000002145c0003400004000ff11[0-9a-f]{4}0a0001017f000001[0-9a-f]{4}0ec80020[0-9a-f]{4}20c80318' \
		"$hex"
	check_equal "malformed" "0 0" "$(pw_counter 1 pw1 rx-vccv-malformed) $(
		pw_counter 3 pw1 rx-vccv-malformed)"
}

two_types_do_not_meet()
{
	local before

	before=$(pw_counter 3 pw1 rx-vccv-unexpected)
	et 1 pw set pw1 vccv-bfd on
	wait_pw 3 pw1 bfd_state down
	sleep 3
	check_equal "states" "down down" "$(pw_get 1 pw1 bfd_state) $(
		pw_get 3 pw1 bfd_state)"
	check_between "unexpected packets" $((before + 2)) $((before + 50)) \
		"$(pw_counter 3 pw1 rx-vccv-unexpected)"
	et 3 pw set pw1 vccv-bfd on
	wait_active pw1
}

intervals_follow()
{
	local before

	before=$(et 3 -j pw show pw1 | jq -r '.[0].history | length')
	et 1 pw set pw1 min-tx 50ms min-rx 50ms multiplier 4
	et 3 pw set pw1 min-tx 50ms min-rx 50ms multiplier 5
	wait_pw 3 pw1 detect_time_us 200000
	wait_pw 1 pw1 detect_time_us 250000
	sleep 1
	check_equal "changes of the PW" "$before" \
		"$(et 3 -j pw show pw1 | jq -r '.[0].history | length')"
	check_equal "state" up "$(pw_get 3 pw1 bfd_state)"
	et 1 pw set pw1 min-tx 10ms min-rx 10ms multiplier 3
	et 3 pw set pw1 min-tx 10ms min-rx 10ms multiplier 3
	wait_pw 3 pw1 detect_time_us 30000
}

# AdminDown says that nobody watches any more (RFC 5882 3.2).
off_is_no_failure()
{
	local before

	et 1 pw set pw1 vccv-bfd off
	sleep 1
	check_equal "at PE3" "down pw1" "$(pw_get 3 pw1 bfd_state) $(
		vpws_get 3 s1 active_pw)"
	before=$(pw_counter 1 pw1 rx-vccv-unexpected)
	sleep 3
	check_between "packets that PE1 has no session for" \
		$((before + 2)) $((before + 50)) \
		"$(pw_counter 1 pw1 rx-vccv-unexpected)"
	ping_ce
	check_err $? "ping"
	et 1 pw set pw1 vccv-bfd on
	wait_pw 3 pw1 bfd_state up
}

# A PW that is deleted takes no frames any more, which the peer is told.
deleted_is_one()
{
	et 1 vpws del s1
	wait_active pw2
	et 1 pw del pw1
	wait_pw 3 pw1 bfd_state down
	check_equal "word: PE3 is not heard" 16 "$(et 3 -j pw show pw1 |
		jq '.[0].local_status % 32')"
	pw 1 pw1 3 1 1001 3001
	et 1 vpws add s1 ac ac0 pw pw1
	wait_active pw1
}

saved()
{
	et 3 save >saved
	check_match "save" 'pw add pw1 .* vccv-bfd on' "$(<saved)"
	et 3 apply saved --check
	check_equal "difference to what was saved" 0 $?
}

tests_run
