#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What should be equal on both PEs and is not: each difference is made on PE2
# and mended, both PEs tell its beginning and its end by name, and nobody moves.
# Then peers of other versions. Topology: trunk_topo.sh, with two services on
# bond0 of each PE.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/trunk_topo.sh
. "$(dirname "$0")/trunk_topo.sh"

ALL_TESTS="nothing_differs hello_timers revert_delay revert_mode
	replay_protection lacp_system_id lacp_priority lacp_key
	vlan_is_missing vlan_is_another
	vlan_device_goes ac_mtu pw_mtu no_peer_member
	other_version same_version older_peer newer_peer"

MONITORS=()
PEER=

add_services()
{
	local n=$1 i

	ip -n "$(pe_ns "$n")" -b - <<-END
		link add bond0.100 link bond0 type vlan id 100
		link add bond0.200 link bond0 type vlan id 200
		link add bond0.300 link bond0 type vlan id 300
		link set bond0.100 up
		link set bond0.200 up
		link set bond0.300 up
	END
	for i in 1 2; do
		pe "$n" pw add "pw$i" peer 3.3.3.3 pw-id "$i" \
			in-label "100$i" out-label "200$i"
		pe "$n" vpws add "s$i" ac "bond0.${i}00" pw "pw$i"
	done
}

setup()
{
	local n

	trunk_net
	check_err $? "no network"
	trunk_up hello 500ms multiplier 20 core-tracking off
	for n in 1 2; do
		add_services "$n"
		etrunkctl -n "$(pe_ns "$n")" -j monitor >"$TRUNK_TMP/monitor$n" &
		MONITORS+=($!)
	done
}

cleanup()
{
	kill "${MONITORS[@]}" ${PEER:+"$PEER"} 2>/dev/null
	wait "${MONITORS[@]}" ${PEER:+"$PEER"} 2>/dev/null
	trunk_down
}

# all that is wrong with the E-Trunk and its member
faults()
{
	{ trunk "$1" '.faults[]'; member "$1" '.faults[]'; } | sort | xargs
}

# told N OBJECT TO FAULT: how often the monitor said so
told()
{
	jq -r "select(.event == \"fault\" and .object == \"$2\" and
		.to == \"$3\" and .reason == \"$4\") | .to" \
		"$TRUNK_TMP/monitor$1" | wc -l
}

told_more()
{
	(($(told "${@:2}") > $1))
}

# becomes N OBJECT raised|cleared FAULT BEFORE
becomes()
{
	local n=$1 object=$2 to=$3 fault=$4 before=$5 want=

	[ "$to" = cleared ] || want=$fault
	slowwait 10 is "$want" faults "$n" >/dev/null
	check_err $? "faults of PE$n are \"$(faults "$n")\", expected \"$want\""
	slowwait 5 told_more "$before" "$n" "$object" "$to" "$fault"
	check_err $? "PE$n: no event that $fault of $object is $to"
}

# step OBJECT raised|cleared FAULT COMMAND...: in both PEs
step()
{
	local object=$1 to=$2 fault=$3 n before=()
	shift 3

	for n in 1 2; do
		before[n]=$(told "$n" "$object" "$to" "$fault")
	done
	"$@"
	check_err $? "\"$*\" failed"
	for n in 1 2; do
		becomes "$n" "$object" "$to" "$fault" "${before[n]}"
	done
}

all_moves()
{
	echo "$(moves 1) $(moves 2) $(member_moves 1) $(member_moves 2)"
}

# differs OBJECT FAULT MAKE MEND: a difference comes and goes, nobody moves
differs()
{
	local object=$1 fault=$2 before

	before=$(all_moves)
	# shellcheck disable=SC2086 # they are commands
	step "$object" raised "$fault" $3
	check_match "show" "$object:.*$fault" \
		"$(pe 1 show | grep -A9 '^What is wrong')"
	# shellcheck disable=SC2086
	step "$object" cleared "$fault" $4
	check_equal "moves" "$before" "$(all_moves)"
}

nothing_differs()
{
	local n

	for n in 1 2; do
		slowwait 10 is 2 member "$n" .peer_acs >/dev/null
		check_err $? "PE$n: the peer has $(member "$n" .peer_acs) ACs"
		slowwait 5 is '' faults "$n" >/dev/null
		check_err $? "faults of PE$n: $(faults "$n")"
		check_equal "what PE$n knows of its peer" \
			"500 20 3 true $(pe 1 -j system show | jq -r '.[0].version')" \
			"$(trunk "$n" '"\(.peer_hello_ms) \(.peer_multiplier)" +
				" \(.peer_revert_delay_s) \(.peer_revert)" +
				" \(.peer_version)"')"
		check_equal "services of PE$n" "2 1500 1500 2 1500 1500" \
			"$(member "$n" '"\(.acs) \(.ac_mtu) \(.pw_mtu)" +
				" \(.peer_acs) \(.peer_ac_mtu) \(.peer_pw_mtu)"')"
		check_equal "LACP key of PE$n's peer" "$(member "$n" .lacp_key)" \
			"$(member "$n" .peer_lacp_key)"
	done
}

hello_timers()
{
	differs "e-trunk 1" timer-mismatch "pe 2 e-trunk set 1 hello 600ms" \
		"pe 2 e-trunk set 1 hello 500ms"
	differs "e-trunk 1" timer-mismatch "pe 2 e-trunk set 1 multiplier 30" \
		"pe 2 e-trunk set 1 multiplier 20"
}

revert_delay()
{
	differs "e-trunk 1" revert-delay-mismatch \
		"pe 2 e-trunk set 1 revert-delay 4s" \
		"pe 2 e-trunk set 1 revert-delay 3s"
}

revert_mode()
{
	differs "e-trunk 1" revert-delay-mismatch "pe 2 e-trunk set 1 revert off" \
		"pe 2 e-trunk set 1 revert on"
}

replay_protection()
{
	differs "e-trunk 1" replay-mismatch \
		"pe 2 e-trunk set 1 replay-protection off" \
		"pe 1 e-trunk set 1 replay-protection off"
	differs "e-trunk 1" replay-mismatch \
		"pe 2 e-trunk set 1 replay-protection on" \
		"pe 1 e-trunk set 1 replay-protection on"
}

lacp_system_id()
{
	differs "e-trunk 1" lacp-system-id-mismatch \
		"pe 2 system set lacp-system-id 02:00:00:00:00:ab" \
		"pe 2 system set lacp-system-id 02:00:00:00:00:aa"
}

lacp_priority()
{
	differs "e-trunk 1" lacp-priority-mismatch \
		"pe 2 system set lacp-priority 7" \
		"pe 2 system set lacp-priority 32768"
}

lacp_key()
{
	local key

	key=$(member 1 .lacp_key)
	differs "member bond0" lacp-key-mismatch \
		"pe 2 member set bond0 lacp-key 4711" \
		"pe 2 member set bond0 lacp-key $key"
}

vlan_is_missing()
{
	differs "member bond0" vlan-mismatch "pe 2 vpws del s2" \
		"pe 2 vpws add s2 ac bond0.200 pw pw2"
}

service_on()
{
	pe 2 vpws del s2 && pe 2 vpws add s2 ac "$1" pw pw2
}

# as many as before
vlan_is_another()
{
	differs "member bond0" vlan-mismatch "service_on bond0.300" \
		"service_on bond0.200"
	check_equal "ACs" "2 2" "$(member 1 '"\(.acs) \(.peer_acs)"')"
}

vlan_device()
{
	ip -n "$PE2" link add bond0.200 link bond0 type vlan id 200 &&
		ip -n "$PE2" link set bond0.200 up
}

vlan_device_goes()
{
	differs "member bond0" vlan-mismatch \
		"ip -n $PE2 link del bond0.200" vlan_device
}

ac_mtu()
{
	differs "member bond0" mtu-mismatch \
		"ip -n $PE2 link set bond0.100 mtu 1400" \
		"ip -n $PE2 link set bond0.100 mtu 1500"
}

pw_mtu()
{
	differs "member bond0" mtu-mismatch "pe 2 pw set pw1 mtu 1400" \
		"pe 2 pw set pw1 mtu 1500"
}

# Here the members know nothing of each other, so they may move.
no_peer_member()
{
	step "member bond0" raised no-peer-member \
		pe 2 member set bond0 remote-id 7
	step "member bond0" cleared no-peer-member \
		pe 2 member set bond0 remote-id 1
	slowwait 20 serves 1
	check_err $? "PE1 does not serve any more"
}

## Peers of other versions, in place of PE2's module

# peer [WORD]...: started anew; waits until PE1 has accepted it
peer()
{
	local n

	if [ -n "$PEER" ]; then
		kill "$PEER"
		wait "$PEER"
	fi
	n=$(trunk 1 .rx)
	ip netns exec "$PE2" trunk_peer 10.0.0.2 10.0.0.1 priority 20 \
		hello 500 multiplier 20 revert-delay 3000 member 1 "$@" \
		>"$TRUNK_TMP/peer" &
	PEER=$!
	slowwait 20 until_counter_is ">= $((n + 3))" trunk 1 .rx >/dev/null
	check_err $? "PE1 accepts nothing of the peer"
	check_equal "PE1" "master PRI two-way" \
		"$(trunk 1 '"\(.state) \(.reason) \(.peer)"')"
	# 2 backup, by 6 ALL_MEMBER_DOWN: its members have no links
	slowwait 10 is "2 6" tail -n 1 "$TRUNK_TMP/peer" >/dev/null
	check_err $? "the peer's role and reason: $(tail -n 1 "$TRUNK_TMP/peer")"
	check_equal "PE1's member" master "$(member 1 .state)"
}

version()
{
	pe 1 -j system show | jq -r '.[0].version'
}

other_version()
{
	local before

	pe 2 vpws del s1
	pe 2 vpws del s2
	pe 2 member del bond0
	pe 2 e-trunk del 1
	pe 1 vpws del s1
	pe 1 vpws del s2
	pe 1 e-trunk set 1 auth none
	before=$(told 1 "e-trunk 1" raised version-mismatch)
	peer version 99.1
	becomes 1 "e-trunk 1" raised version-mismatch "$before"
	check_equal "version of the peer" 99.1 "$(trunk 1 .peer_version)"
}

same_version()
{
	local before

	before=$(told 1 "e-trunk 1" cleared version-mismatch)
	peer version "$(version)"
	becomes 1 "e-trunk 1" cleared version-mismatch "$before"
}

# It says nothing of what v1 did not have at first: there is nothing to compare.
older_peer()
{
	peer older
	slowwait 5 is '' faults 1 >/dev/null
	check_err $? "faults of PE1: $(faults 1)"
	check_equal "what PE1 knows of its peer" "null null null null" \
		"$(trunk 1 '"\(.peer_hello_ms) \(.peer_revert) \(.peer_version)"
			') $(member 1 .peer_acs)"
	check_equal "hellos dropped" 0 "$(trunk 1 .counters.rx_drop_tlv)"
}

newer_peer()
{
	peer newer version "$(version)"
	slowwait 5 is '' faults 1 >/dev/null
	check_err $? "faults of PE1: $(faults 1)"
	check_equal "what PE1 knows of its peer" "500 true $(version) 0" \
		"$(trunk 1 '"\(.peer_hello_ms) \(.peer_revert) \(.peer_version)"
			') $(member 1 .peer_acs)"
	check_equal "hellos dropped" 0 "$(trunk 1 .counters.rx_drop_tlv)"
}

tests_run
