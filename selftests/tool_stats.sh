#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Counters and their reset: of one object, of a kind, of all, and nothing else
# than was asked for. PE1 has one object of each kind that has counted
# something; then what it counts is cut, so that nothing moves by itself.
#
#	CE ac -------- ac1 PE1 core0 -------- core0 PE2
#	   |                \ peer0 (hello, BFD) /
#	   bond0 ---- bond0
#
# Topology: trunk_topo.sh.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/trunk_topo.sh
. "$(dirname "$0")/trunk_topo.sh"

ALL_TESTS="all_have_counted one_object_is_shown one_kind_is_shown
	reset_of_system reset_of_bfd reset_of_core reset_of_pw
	reset_of_e_trunk reset_of_member reset_of_vpws
	unknown_object_is_refused unknown_words_are_refused
	reset_of_a_kind reset_of_all counts_from_zero"

OBJECTS=(system "bfd b1" "core core0" "pw pw1" "e-trunk 1" "member bond0"
	 "vpws s1")
FRAMES=5

setup()
{
	local n

	modprobe -a mpls_router mpls_iptunnel
	trunk_net
	check_err $? "no network"
	trunk_up hello 500ms core-tracking off
	ip link add core0 netns "$PE1" type veth peer name core0 netns "$PE2"
	ip link add ac1 netns "$PE1" type veth peer name ac netns "$CE"
	for n in "$PE1 core0" "$PE2 core0" "$PE1 ac1" "$CE ac"; do
		ip netns exec "${n% *}" \
			sysctl -qw "net.ipv6.conf.${n#* }.disable_ipv6=1"
		ip -n "${n% *}" link set "${n#* }" up
	done
	ip -n "$PE2" -b - <<-END
		address add 10.1.0.2/24 dev core0
		neighbour add 10.1.0.1 lladdr $(mac "$PE1" core0) dev core0
		route add 10.9.9.1 encap mpls 999 via 10.1.0.1 dev core0
		route add 10.9.9.2 encap mpls 1001 via 10.1.0.1 dev core0
	END
	ip -n "$CE" -b - <<-END
		address add 10.2.0.1/24 dev ac
		neighbour add 10.2.0.2 lladdr 02:00:00:00:02:02 dev ac
	END
	pe 1 core add core0
	pe 1 pw add pw1 peer 3.3.3.3 pw-id 1 in-label 1001 out-label 2001
	pe 1 vpws add s1 ac ac1 pw pw1
	trunk_bfd
	feed
	for n in "bfd b1" "e-trunk 1" "member bond0"; do
		slowwait 30 until_counter_is ">= 5" counted "$n" >/dev/null
		check_err $? "$n counts nothing"
	done
	ip -n "$PE2" link set peer0 down
	ip -n "$CE" link set eth1 down
	sleep 1
}

cleanup()
{
	trunk_down
}

mac()
{
	ip -n "$1" -j link show dev "$2" | jq -r '.[0].address'
}

# What goes nowhere, counted with the core interface, the pseudowire, the
# service and the system.
feed()
{
	local i

	ip netns exec "$PE2" ping -q -c "$FRAMES" -i 0.2 -W 1 10.9.9.1 >/dev/null
	ip netns exec "$PE2" ping -q -c "$FRAMES" -i 0.2 -W 1 10.9.9.2 >/dev/null
	ip netns exec "$CE" ping -q -c "$FRAMES" -i 0.2 -W 1 10.2.0.2 >/dev/null
	for ((i = 0; i < FRAMES; i++)); do
		ip netns exec "$PE2" bash -c 'echo x >/dev/udp/10.0.0.1/1025' 2>/dev/null
	done
}

# The counter of an object that the tests look at; those that show prints beside
# the counters are reset with them.
counted()
{
	local path

	case $1 in
	system) path=.counters.hello_rx_drop_length ;;
	bfd*) path=.rx_packets ;;
	core*) path='.counters["rx-unknown-label"]' ;;
	pw*) path='.counters["rx-bad-control-word"]' ;;
	e-trunk*) path='.rx, .counters.rx_primary | select(. != 0)' ;;
	member*) path=.counters.lacpdu_rx ;;
	vpws*) path='.counters["ac-no-pw"]' ;;
	esac
	pe 1 -j "${1% *}" show | jq -r "[.[0] | $path] | .[0] // 0"
}

all_counted()
{
	local o

	for o in "${OBJECTS[@]}"; do
		echo "$o: $(counted "$o")"
	done
}

all_have_counted()
{
	local o

	for o in system "core core0" "pw pw1" "vpws s1"; do
		check_equal "$o" "$FRAMES" "$(counted "$o")"
	done
	for o in "bfd b1" "e-trunk 1" "member bond0"; do
		until_counter_is "> 0" counted "$o" >/dev/null
		check_err $? "$o has counted nothing"
	done
	check_equal "nothing moves by itself" "$(all_counted)" \
		"$(sleep 2; all_counted)"
}

one_object_is_shown()
{
	local o

	for o in "${OBJECTS[@]}"; do
		# shellcheck disable=SC2086 # object and id
		check_equal "objects" "$o" \
			"$(pe 1 -j stats $o | jq -r '.[].object')"
	done
	check_equal "lines" 1 "$(pe 1 stats pw pw1 |
		grep -cE "^pw pw1 +rx-bad-control-word +$FRAMES$")"
}

one_kind_is_shown()
{
	pe 1 pw add pw2 peer 3.3.3.4 pw-id 2 in-label 1002 out-label 2002
	check_equal "objects" "pw pw1 pw pw2" \
		"$(pe 1 -j stats pw | jq -r '.[].object' | xargs)"
	pe 1 pw del pw2
}

# reset_of OBJECT: it has 0, the others what they had
reset_of()
{
	local want

	want=$(all_counted | sed "s/^$1: .*/$1: 0/")
	# shellcheck disable=SC2086 # object and id
	pe 1 stats reset $1
	check_err $? "reset of $1 failed"
	check_equal "counters" "$want" "$(all_counted)"
}

reset_of_system()
{
	reset_of system
}

reset_of_bfd()
{
	local ups

	ups=$(pe 1 -j bfd show b1 | jq '.[0] | [.up_count, .down_count]')
	reset_of "bfd b1"
	check_equal "largest gap" 0 \
		"$(pe 1 -j bfd show b1 | jq '.[0].max_rx_gap_us')"
	check_equal "ups and downs" "$ups" \
		"$(pe 1 -j bfd show b1 | jq '.[0] | [.up_count, .down_count]')"
}

reset_of_core()
{
	reset_of "core core0"
}

reset_of_pw()
{
	reset_of "pw pw1"
	check_equal "frames dropped" 0 "$(pe 1 -j pw show pw1 | jq '.[0].rx_drop')"
}

reset_of_e_trunk()
{
	reset_of "e-trunk 1"
}

reset_of_member()
{
	reset_of "member bond0"
}

reset_of_vpws()
{
	reset_of "vpws s1"
}

# refused CODE TEXT WORD...
refused()
{
	local code=$1 text=$2 out rc
	shift 2

	out=$(pe 1 "$@" 2>&1)
	rc=$?
	check_equal "exit code of \"$*\"" "$code" "$rc"
	check_match "message" "$text" "$out"
}

unknown_object_is_refused()
{
	refused 2 'pw pw9: does not exist' stats reset pw pw9
	refused 2 'bfd b9: ' stats reset bfd b9
	refused 2 'e-trunk 9: does not exist' stats reset e-trunk 9
	refused 2 'vpws s9: does not exist' stats reset vpws s9
	refused 2 'core ac1: .*no core' stats reset core ac1
	refused 2 'member ac1: ' stats reset member ac1
	refused 2 'pw pw9: does not exist' stats pw pw9
}

unknown_words_are_refused()
{
	refused 1 'unknown word "everything"' stats reset everything
	refused 1 'unknown word "pw2"' stats reset pw pw1 pw2
	refused 1 'unknown word "now"' stats reset system now
	refused 1 'e-trunk' stats reset e-trunk one
}

reset_of_a_kind()
{
	local want

	feed
	want=$(all_counted | sed "s/^core core0: .*/core core0: 0/")
	pe 1 stats reset core
	check_err $? "reset failed"
	check_equal "counters" "$want" "$(all_counted)"
}

reset_of_all()
{
	pe 1 stats reset
	check_err $? "reset failed"
	check_equal "counters" "$(printf '%s: 0\n' "${OBJECTS[@]}")" \
		"$(all_counted)"
}

counts_from_zero()
{
	local o

	feed
	for o in "core core0" "pw pw1" "vpws s1"; do
		check_equal "$o" "$FRAMES" "$(counted "$o")"
	done
	ip -n "$PE2" link set peer0 up
	ip -n "$PE2" neighbour replace 10.0.0.1 lladdr 02:00:00:00:01:01 \
		dev peer0
	ip -n "$CE" link set eth1 up
	for o in "bfd b1" "e-trunk 1" "member bond0"; do
		slowwait 30 until_counter_is "> 0" counted "$o" >/dev/null
		check_err $? "$o counts nothing"
	done
}

tests_run
