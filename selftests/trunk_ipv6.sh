#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# E-Trunks over IPv6 and in VRFs: election, takeover, and hellos of the right
# addresses that come in by the wrong VRF. Topology: trunk_topo.sh, with
#
#	PE1 peer0 2001:db8::1 ----- peer0 2001:db8::2 PE2	later in VRF red
#	PE1 other0 the same   ----- other0 the same PE2		in no VRF

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/trunk_topo.sh
. "$(dirname "$0")/trunk_topo.sh"

ALL_TESTS="elects reflected replayed bad_checksum takeover_by_bfd
	saved vrf_ipv6 wrong_vrf vrf_comes_back vrf_renamed
	vrf_saved vrf_ipv4 fragments port_changes family_changes"

setup()
{
	local n

	modprobe vrf
	trunk_net
	check_err $? "no network"
	ip link add other0 netns "$PE1" address 02:00:00:00:01:01 type veth \
		peer name other0 netns "$PE2" address 02:00:00:00:01:02
	for n in 1 2; do
		ip netns exec "$(pe_ns "$n")" \
			sysctl -qw net.ipv6.conf.all.accept_dad=0
		addresses "$n" peer0
		ip -n "$(pe_ns "$n")" link set other0 up
	done
	TRUNK_ADDRESS=('' 2001:db8::1 2001:db8::2)
}

cleanup()
{
	trunk_down
}

# addresses N DEV: of both families
addresses()
{
	ip -n "$(pe_ns "$1")" -b - <<-END
		address replace 10.0.0.$1/24 dev $2
		address replace 2001:db8::$1/64 dev $2 nodad
		neighbour replace 10.0.0.$((3 - $1)) lladdr 02:00:00:00:01:0$((3 - $1)) dev $2
		neighbour replace 2001:db8::$((3 - $1)) lladdr 02:00:00:00:01:0$((3 - $1)) dev $2
	END
}

settled()
{
	serves 1 && role_is 1 master PRI && role_is 2 backup PRI &&
		[ "$(trunk 1 '.faults|tostring')$(trunk 2 '.faults|tostring')" = "[][]" ]
}

gone()
{
	local n

	for n in 1 2; do
		pe "$n" member del bond0 keep-up
		pe "$n" e-trunk del 1
	done
}

# inject N DEV FILE [WORD]...: from the other end of PE N's link
inject()
{
	local n=$1
	shift

	ip netns exec "$(pe_ns $((3 - n)))" trunk_hello send "$@" >/dev/null
}

# unmoved COMMAND...: nothing moves while it runs and two hellos after
unmoved()
{
	local before

	before=$(moves 1)$(moves 2)$(member_moves 1)$(member_moves 2)
	"$@"
	sleep 1.5
	check_equal "moves" "$before" \
		"$(moves 1)$(moves 2)$(member_moves 1)$(member_moves 2)"
	settled
	check_err $? "PE1 does not serve any more"
}

# dropped NAME COMMAND...: PE1's counter moves, nothing else does
dropped()
{
	local name=$1 before
	shift

	before=$(drops 1 "$name")
	unmoved "$@"
	[ "$(drops 1 "$name")" -gt "$before" ]
	check_err $? "rx_drop_$name did not move"
}

record()
{
	ip netns exec "$PE1" trunk_hello record peer0 "$TRUNK_TMP/rec" \
		>/dev/null &
	sleep "$1"
	kill $!
	wait $!
	[ -s "$TRUNK_TMP/rec" ]
	check_err $? "nothing was recorded"
}

elects()
{
	trunk_up hello 500ms multiplier 3
	slowwait 10 settled
	check_err $? "roles: $(trunk 1 .state) $(trunk 2 .state)"
	check_equal "peer-address" 2001:db8::2 "$(trunk 1 .peer_address)"
	check_equal "lists the addresses" "2001:db8::1 2001:db8::2" \
		"$(trunk 2 '.peer_address + " " + .source_address')"
}

reflected()
{
	record 2
	dropped reflected inject 1 peer0 "$TRUNK_TMP/rec" from 2001:db8::1 swap
}

replayed()
{
	dropped sequence inject 1 peer0 "$TRUNK_TMP/rec" from 2001:db8::2 \
		times 5
}

# udp_errors: of PE1's stack
udp_errors()
{
	ip netns exec "$PE1" awk '/^Udp6InCsumErrors/ { print $2 }' \
		/proc/net/snmp6
}

# A UDP checksum is no choice over IPv6.
bad_checksum()
{
	local before seq kind

	for kind in no bad; do
		seq=$(drops 1 sequence)
		before=$(udp_errors)
		unmoved inject 1 peer0 "$TRUNK_TMP/rec" from 2001:db8::2 \
			last 2 "$kind-checksum"
		check_equal "rx_drop_sequence" "$seq" "$(drops 1 sequence)"
		[ "$(udp_errors)" -gt "$before" ]
		check_err $? "$kind checksum: Udp6InCsumErrors did not move"
	done
}

track()
{
	local n

	for n in 1 2; do
		pe "$n" bfd add b6 peer "${TRUNK_ADDRESS[3 - n]}" \
			source "${TRUNK_ADDRESS[n]}" "${TRUNK_VRF[@]}"
		pe "$n" e-trunk set 1 track-bfd b6
	done
	trunk_bfd_up
}

untrack()
{
	local n

	for n in 1 2; do
		pe "$n" e-trunk set 1 track-bfd none
		pe "$n" bfd del b6
	done
}

# PE1 falls silent: BFD sees it long before the fail time.
takeover_by_bfd()
{
	track
	pe 1 e-trunk set 1 multiplier 100
	pe 2 e-trunk set 1 multiplier 100
	sleep 1
	ip -n "$PE1" link set peer0 down
	slowwait 10 role_is 2 master BFD_DOWN
	check_err $? "PE2's role is $(trunk 2 '.state + " " + .reason')"
	slowwait 5 is master member 2 .state >/dev/null
	check_err $? "PE2's member is $(member 2 .state)"
	ip -n "$PE1" link set peer0 up
	addresses 1 peer0
	slowwait 20 settled
	check_err $? "not as before"
	untrack
}

saved()
{
	local before

	pe 1 save >"$TRUNK_TMP/conf"
	check_match "saved" 'peer-address 2001:db8::2' \
		"$(cat "$TRUNK_TMP/conf")"
	before=$(moves 1)
	pe 1 apply "$TRUNK_TMP/conf"
	check_err $? "apply"
	check_equal "moves" "$before" "$(moves 1)"
	pe 1 save | diff - "$TRUNK_TMP/conf" >/dev/null
	check_err $? "it is not what was saved"
}

# the peer link moves to VRF red, the other one gets the same addresses
into_vrf()
{
	local n ns

	for n in 1 2; do
		ns=$(pe_ns "$n")
		ip -n "$ns" -b - <<-END
			link add red type vrf table 100
			link set red up
			link set peer0 master red
		END
		addresses "$n" peer0
		addresses "$n" other0
	done
}

vrf_ipv6()
{
	gone
	into_vrf
	TRUNK_VRF=(vrf red)
	trunk_up hello 500ms multiplier 3
	slowwait 10 settled
	check_err $? "roles: $(trunk 1 .state) $(trunk 2 .state)"
	check_equal "vrf" red "$(trunk 1 .vrf)"
	track
}

# The same hello, with a sequence that would be new, in no VRF: there is a
# socket for it, as there is another E-Trunk.
wrong_vrf()
{
	pe 1 e-trunk add 2 auth none \
		peer-address "${TRUNK_ADDRESS[2]%2}9" \
		source-address "${TRUNK_ADDRESS[1]}"
	record 2
	dropped vrf inject 1 other0 "$TRUNK_TMP/rec" \
		from "${TRUNK_ADDRESS[2]}"
	pe 1 e-trunk del 2
}

loses_hellos()
{
	[ "$(trunk 1 .counters.tx_drop_route)" -gt 0 ]
}

vrf_comes_back()
{
	ip -n "$PE1" link del red
	slowwait 10 role_is 2 master BFD_DOWN
	check_err $? "PE2's role is $(trunk 2 '.state + " " + .reason')"
	check_equal "vrf" red "$(trunk 1 .vrf)"
	check_match "saved" 'e-trunk add 1 .*vrf red' "$(pe 1 save)"
	slowwait 5 loses_hellos
	check_err $? "hellos go out without the VRF"
	ip -n "$PE1" -b - <<-END
		link add red type vrf table 100
		link set red up
		link set peer0 master red
	END
	addresses 1 peer0
	slowwait 20 settled
	check_err $? "not as before"
}

vrf_renamed()
{
	ip -n "$PE1" link set red down
	ip -n "$PE1" link set red name blue
	ip -n "$PE1" link set blue up
	addresses 1 peer0
	slowwait 20 settled
	check_err $? "not as before"
	check_equal "vrf" blue "$(trunk 1 .vrf)"
	ip -n "$PE1" link set blue down
	ip -n "$PE1" link set blue name red
	ip -n "$PE1" link set red up
	addresses 1 peer0
	slowwait 20 settled
	check_err $? "not as before, with its old name"
	check_equal "vrf" red "$(trunk 1 .vrf)"
}

vrf_saved()
{
	pe 1 save "$TRUNK_TMP/saved" >/dev/null
	pe 1 member del bond0 keep-up
	pe 1 e-trunk del 1
	pe 1 bfd del b6
	pe 1 apply "$TRUNK_TMP/saved/etrunk.conf"
	check_err $? "apply"
	check_equal "vrf" red "$(trunk 1 .vrf)"
	slowwait 10 settled
	check_err $? "roles: $(trunk 1 .state) $(trunk 2 .state)"
}

vrf_ipv4()
{
	untrack
	gone
	TRUNK_ADDRESS=('' 10.0.0.1 10.0.0.2)
	trunk_up hello 500ms multiplier 3
	slowwait 10 settled
	check_err $? "roles: $(trunk 1 .state) $(trunk 2 .state)"
	wrong_vrf
}

# Hellos are longer than the path allows.
fragments()
{
	local n

	for n in 1 2; do
		ip -n "$(pe_ns "$n")" link set peer0 mtu 128
	done
	unmoved true
	[ "$(ip netns exec "$PE1" nstat -asz IpReasmOKs | awk '/^IpReasmOKs/ { print $2 }')" -gt 1 ]
	check_err $? "hellos were not fragmented"
	for n in 1 2; do
		ip -n "$(pe_ns "$n")" link set peer0 mtu 1500
		addresses "$n" peer0
	done
}

port_changes()
{
	pe 1 system set udp-port 2000
	pe 2 system set udp-port 2000
	slowwait 10 settled
	check_err $? "roles: $(trunk 1 .state) $(trunk 2 .state)"
	check_match "sockets of PE1" ':2000\b' \
		"$(ip netns exec "$PE1" ss -uanH 2>&1)"
	check_equal "sockets of the old port" '' \
		"$(ip netns exec "$PE1" ss -uanH 2>&1 | grep ':1025\b')"
	pe 1 system set udp-port 1025
	pe 2 system set udp-port 1025
	slowwait 10 settled
	check_err $? "not as before"
}

family_changes()
{
	local n

	for n in 1 2; do
		pe "$n" e-trunk set 1 peer-address 2001:db8::$((3 - n)) \
			source-address "2001:db8::$n"
	done
	slowwait 10 settled
	check_err $? "roles: $(trunk 1 .state) $(trunk 2 .state)"
	check_equal "sockets of IPv4" '' \
		"$(ip netns exec "$PE1" ss -4uanH 2>&1 | grep ':1025\b')"
}

tests_run
