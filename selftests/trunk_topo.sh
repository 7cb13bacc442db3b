# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Two PEs and a CE for the trunk_*.sh tests; source it after lib.sh.
#
#	     10.0.0.1      10.0.0.2
#	PE1 peer0 ----------- peer0 PE2		hello, BFD
#	  ac0 (bond0)           ac0 (bond0)
#	    |                    |
#	  eth1 ------ CE ------ eth2		CE: bond0 over eth1, eth2
#
#	trunk_net		the namespaces, links and bonds; no E-Trunk
#	trunk_add N [KEY VALUE]...	system, E-Trunk 1 and member bond0 of PE N
#	trunk_bfd		both PEs track a BFD session
#	trunk_up		both, and waits until PE1 serves
#	pe N ARGUMENT...	etrunkctl in PE N
#	trunk N FIELD		a field of E-Trunk 1 of PE N, by jq
#	member N FIELD		the same of bond0
#	rec_start FILE, rec_stop	records what passes between the PEs
#	inject N FILE [WORD]...	see trunk_hello.c

TRUNK_TMP=

# The hello timer and key are the same in all tests, unless a test says so.
TRUNK_PRIORITY=(0 10 20)
# Addresses of the PEs, and a VRF if they are in one.
TRUNK_ADDRESS=('' 10.0.0.1 10.0.0.2)
TRUNK_VRF=()

pe_ns()
{
	local -n __ns=PE$1

	echo "$__ns"
}

pe()
{
	local n=$1
	shift

	etrunkctl -n "$(pe_ns "$n")" "$@"
}

trunk()
{
	pe "$1" -j e-trunk show | jq -r ".[] | select(.id == 1) | $2"
}

member()
{
	pe "$1" -j member show | jq -r ".[] | select(.dev == \"bond0\") | $2"
}

# drops N NAME: a counter of the E-Trunk
drops()
{
	trunk "$1" ".counters.rx_drop_$2"
}

trunk_net()
{
	local n

	etrunk_load || return
	modprobe bonding max_bonds=0 && modprobe veth || return
	setup_ns CE PE1 PE2 || return
	[ -n "$TRUNK_TMP" ] || TRUNK_TMP=$(mktemp -d)
	printf 'a key for testing' >"$TRUNK_TMP/key"
	printf 'another key' >"$TRUNK_TMP/key2"
	for n in 1 2; do
		ip link add "eth$n" netns "$CE" type veth \
			peer name ac0 netns "$(pe_ns "$n")"
	done
	# fixed addresses, nothing to resolve: recordings stay valid, and one
	# direction works without the other
	ip link add peer0 netns "$PE1" address 02:00:00:00:01:01 type veth \
		peer name peer0 netns "$PE2" address 02:00:00:00:01:02
	for n in 1 2; do
		ip -n "$(pe_ns "$n")" -b - <<-END
			address add 10.0.0.$n/24 dev peer0
			link set peer0 up
			neighbour add 10.0.0.$((3 - n)) lladdr 02:00:00:00:01:0$((3 - n)) dev peer0
			link add bond0 type bond mode 802.3ad lacp_rate fast miimon 100
			link set ac0 master bond0
			link set bond0 up
		END
	done
	ip -n "$CE" -b - <<-END
		link add bond0 type bond mode 802.3ad lacp_rate fast miimon 100
		link set eth1 master bond0
		link set eth2 master bond0
		link set bond0 up
	END
}

# trunk_only N [KEY VALUE]...: no member yet
trunk_only()
{
	local n=$1
	shift

	pe "$n" system set lacp-system-id 02:00:00:00:00:aa
	pe "$n" e-trunk add 1 priority "${TRUNK_PRIORITY[n]}" \
		peer-address "${TRUNK_ADDRESS[3 - n]}" \
		source-address "${TRUNK_ADDRESS[n]}" "${TRUNK_VRF[@]}" \
		key-file "$TRUNK_TMP/key" start-hold 0 revert-delay 3s "$@"
}

trunk_add()
{
	trunk_only "$@"
	pe "$1" member add bond0 e-trunk 1
}

# role_is N STATE REASON
role_is()
{
	[ "$(trunk "$1" '.state + " " + .reason')" = "$2 $3" ]
}

# serves N: PE N serves the CE and the other one does not
serves()
{
	[ "$(member "$1" .state)" = master ] &&
		[ "$(member $((3 - $1)) .state)" != master ]
}

is()
{
	[ "$("${@:2}")" = "$1" ]
}

trunk_bfd()
{
	local n

	for n in 1 2; do
		pe "$n" bfd add b1 peer 10.0.0.$((3 - n)) source "10.0.0.$n" \
			dev peer0 local-discriminator "$n" \
			remote-discriminator $((3 - n))
		pe "$n" e-trunk set 1 track-bfd b1
	done
	trunk_bfd_up
}

trunk_bfd_up()
{
	slowwait 10 is up trunk 1 .bfd_state >/dev/null &&
		slowwait 10 is up trunk 2 .bfd_state >/dev/null
	check_err $? "BFD is not up"
}

# how often a PE's member or role changed
moves()
{
	trunk "$1" '.history | length'
}

member_moves()
{
	member "$1" '.history | length'
}

rec_start()
{
	ip netns exec "$PE1" trunk_hello record peer0 "$1" >/dev/null &
	REC=$!
}

rec_stop()
{
	kill "$REC"
	wait "$REC"
}

# inject N FILE [WORD]...: from the other end of PE N's link; prints how many
inject()
{
	local n=$1
	shift

	ip netns exec "$(pe_ns $((3 - n)))" trunk_hello send peer0 "$@"
}

# unmoved COMMAND...: nothing moves while it runs and two hellos after
unmoved()
{
	local before after

	before=$(moves 1)$(moves 2)$(member_moves 1)$(member_moves 2)
	"$@"
	sleep 2
	after=$(moves 1)$(moves 2)$(member_moves 1)$(member_moves 2)
	check_equal "moves" "$before" "$after"
	serves 1
	check_err $? "PE1 does not serve any more"
	check_equal "PE1's peer" two-way "$(trunk 1 .peer)"
	check_equal "PE2's peer" two-way "$(trunk 2 .peer)"
}

# dropped N NAME LEAST COMMAND...: the counter moves, nothing else does
dropped()
{
	local n=$1 name=$2 least=$3 before
	shift 3

	before=$(drops "$n" "$name")
	unmoved "$@"
	[ $(($(drops "$n" "$name") - before)) -ge "$least" ]
	check_err $? "rx_drop_$name moved by $(($(drops "$n" "$name") - before)), expected $least at least"
}

trunk_up()
{
	trunk_add 1 "$@"
	trunk_add 2 "$@"
	slowwait 10 serves 1
	check_err $? "PE1 does not serve"
}

# Everything goes, so that the next test begins from nothing.
trunk_down()
{
	cleanup_ns "$CE" "$PE1" "$PE2"
	CE='' PE1='' PE2=''
	[ -z "$TRUNK_TMP" ] || rm -rf "$TRUNK_TMP"
	TRUNK_TMP=
}
