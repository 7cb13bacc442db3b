# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The lab: two CEs, three PEs and an LSR, each a network namespace.
#
#                     10.0.12.0/30 (hello, BFD)
#                    ,---- PE1 peer0 ----.          labels that P knows:
#          eth1 .-ac0 PE1 core0-- pe1 .  |            16001 to PE1
#   CE1 bond0 -<          |            P pe3 -- core0 PE3 ac0 -- eth0 CE2
#          eth2 '-ac0 PE2 core0-- pe2 '  |            16002 to PE2
#                    '---- PE2 peer0 ----'            16003 to PE3
#
# CE1:  bond0 (802.3ad, fast) over eth1 and eth2, VLAN bond0.100
# PE1/PE2: bond0 over ac0, VLAN bond0.100 is the AC; loopback 10.255.0.N
# PE3:  ac0 is the AC
# P:    af_mpls with static routes; pops the tunnel label (penultimate hop)
#
# Source it, then:
#
#   topo_names [PREFIX]	namespaces are called PREFIXCE1, ... ; sets $CE1 ...
#   topo_modules		loads the kernel modules of what is below
#   topo_up			builds everything, the links up
#   topo_pe_down N, topo_pe_up N
#				PE N loses its namespace and gets a new one; its
#				network cards (and what is at their far ends)
#				stay
#   topo_config N DIR [direct|core]
#				prints the E-Trunk configuration of PE N; the key
#				is in DIR/key; hello and BFD on the direct link
#				or between the loopbacks
#   topo_down			deletes it all

TOPO_MTU=2000
# what the tests change
: "${TOPO_REVERT_DELAY:=5s}"
: "${TOPO_START_HOLD:=5s}"
: "${TOPO_HELLO:=1s}"
: "${TOPO_MULTIPLIER:=20}"
: "${TOPO_TRACK:=on}"
: "${TOPO_BFD:=10ms}"

topo_names()
{
	local prefix=$1

	CE1=${prefix}CE1 CE2=${prefix}CE2 P=${prefix}P
	PE1=${prefix}PE1 PE2=${prefix}PE2 PE3=${prefix}PE3
	TOPO_PARK=${prefix}PARK
}

# topo_pe N: name of the namespace
topo_pe()
{
	local -n name=PE$1

	echo "$name"
}

topo_modules()
{
	local m

	modprobe bonding max_bonds=0
	for m in veth 8021q mpls_router mpls_iptunnel sch_netem; do
		modprobe "$m"
	done
}

# topo_ns NAME: a namespace in which nothing speaks unasked
topo_ns()
{
	ip netns add "$1"
	ip netns exec "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1
	ip -n "$1" link set lo up
}

# topo_veth NS DEV NS DEV
topo_veth()
{
	ip link add "$2" netns "$1" mtu "$TOPO_MTU" type veth \
		peer name "$4" netns "$3" mtu "$TOPO_MTU"
}

# topo_pe_net N: what a PE has before any E-Trunk is configured
topo_pe_net()
{
	local n=$1 ns other

	ns=$(topo_pe "$n")
	ip -n "$ns" -b - <<-END
		address add 10.255.0.$n/32 dev lo
		address add 10.0.$n.1/30 dev core0
		link set core0 up
	END
	for other in 1 2 3; do
		[ "$other" != "$n" ] || continue
		ip -n "$ns" route add "10.255.0.$other/32" \
			encap mpls "1600$other" via "10.0.$n.2" dev core0 \
			src "10.255.0.$n"
	done
	if [ "$n" = 3 ]; then
		ip -n "$ns" link set ac0 mtu 1500 up
		return
	fi
	ip -n "$ns" -b - <<-END
		address add 10.0.12.$n/30 dev peer0
		link set peer0 up
		link set ac0 mtu 1500
		link add bond0 type bond mode 802.3ad lacp_rate fast miimon 100
		link set ac0 master bond0
		link add bond0.100 link bond0 type vlan id 100
		link set bond0 up
		link set bond0.100 up
	END
}

topo_up()
{
	local ns n

	for ns in "$CE1" "$CE2" "$P" "$PE1" "$PE2" "$PE3"; do
		topo_ns "$ns"
	done
	topo_veth "$CE1" eth1 "$PE1" ac0
	topo_veth "$CE1" eth2 "$PE2" ac0
	topo_veth "$PE1" peer0 "$PE2" peer0
	for n in 1 2 3; do
		topo_veth "$P" "pe$n" "$(topo_pe "$n")" core0
	done
	topo_veth "$PE3" ac0 "$CE2" eth0

	ip netns exec "$P" sysctl -qw net.mpls.platform_labels=20000
	for n in 1 2 3; do
		ip netns exec "$P" sysctl -qw "net.mpls.conf.pe$n.input=1"
		ip -n "$P" address add "10.0.$n.2/30" dev "pe$n"
		ip -n "$P" link set "pe$n" up
		ip -n "$P" -f mpls route add "1600$n" via inet "10.0.$n.1" \
			dev "pe$n"
	done

	ip -n "$CE1" -b - <<-END
		link set eth1 mtu 1500
		link set eth2 mtu 1500
		link add bond0 type bond mode 802.3ad lacp_rate fast miimon 100 xmit_hash_policy layer3+4
		link set eth1 master bond0
		link set eth2 master bond0
		link add bond0.100 link bond0 type vlan id 100
		address add 10.100.0.1/24 dev bond0.100
	END
	ip -n "$CE2" -b - <<-END
		link set eth0 mtu 1500 up
		address add 10.100.0.2/24 dev eth0
	END
	for n in 1 2 3; do
		topo_pe_net "$n"
	done
	ip -n "$CE1" link set bond0 up
	ip -n "$CE1" link set bond0.100 up
}

# The PE is gone at once if its far ends were set down before; its cards wait
# in a namespace of their own.
topo_pe_down()
{
	local ns dev

	ns=$(topo_pe "$1")
	ip netns add "$TOPO_PARK"
	for dev in ac0 core0 peer0; do
		[ "$1:$dev" != 3:peer0 ] || continue
		ip -n "$ns" link set "$dev" netns "$TOPO_PARK"
	done
	ip netns del "$ns"
}

topo_pe_up()
{
	local ns dev

	ns=$(topo_pe "$1")
	topo_ns "$ns"
	for dev in ac0 core0 peer0; do
		[ "$1:$dev" != 3:peer0 ] || continue
		ip -n "$TOPO_PARK" link set "$dev" netns "$ns"
	done
	ip netns del "$TOPO_PARK"
	topo_pe_net "$1"
}

topo_down()
{
	local ns

	for ns in "$CE1" "$CE2" "$P" "$PE1" "$PE2" "$PE3" "$TOPO_PARK"; do
		[ ! -e "/run/netns/$ns" ] || ip netns del "$ns"
	done
}

topo_config()
{
	local n=$1 dir=$2 path=${3:-direct} other=$((3 - $1)) hello dev track
	local bfd="min-tx $TOPO_BFD min-rx $TOPO_BFD"

	if [ "$n" = 3 ]; then
		cat <<-END
			bfd add pe1 peer 10.255.0.1 source 10.255.0.3 local-discriminator 31 remote-discriminator 13 $bfd
			bfd add pe2 peer 10.255.0.2 source 10.255.0.3 local-discriminator 32 remote-discriminator 23 $bfd
			core add core0
			pw add pw1 peer 10.255.0.1 pw-id 1 in-label 3001 out-label 1001 track-bfd pe1
			pw add pw2 peer 10.255.0.2 pw-id 2 in-label 3002 out-label 2001 track-bfd pe2
			vpws add s1 ac ac0 pw pw1 secondary pw2 redundancy independent
		END
		return
	fi
	hello=10.0.12 dev="dev peer0"
	if [ "$path" = core ]; then
		hello=10.255.0 dev=
	fi
	track="track-bfd hello"
	[ "$TOPO_TRACK" = on ] || track="track-bfd none"
	cat <<-END
		system set lacp-system-id 00e0-fc00-0000 lacp-priority 100
		bfd add hello peer $hello.$other source $hello.$n $dev local-discriminator 10$n remote-discriminator 10$other $bfd
		bfd add pe3 peer 10.255.0.3 source 10.255.0.$n local-discriminator ${n}3 remote-discriminator 3$n $bfd
		e-trunk add 1 priority ${n}0 peer-address $hello.$other source-address $hello.$n hello $TOPO_HELLO multiplier $TOPO_MULTIPLIER key-id 1 key-file $dir/key revert-delay $TOPO_REVERT_DELAY start-hold $TOPO_START_HOLD $track
		member add bond0 e-trunk 1 id 1
		core add core0
		pw add pw$n peer 10.255.0.3 pw-id $n in-label ${n}001 out-label 300$n track-bfd pe3
		vpws add s1 ac bond0.100 pw pw$n redundancy independent
	END
}
