# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Lab of the ce_*.sh tests: the one of trunk_topo.sh with two links to each PE,
# and a CE of any make. Source it after lib.sh.
#
#	PE1 peer0 ------------ peer0 PE2
#	  ac0 ac1                ac0 ac1	bond0 10.9.0.N
#	   |   |                  |   |
#	 eth1 eth3 --- CE ---- eth2 eth4	10.9.0.9
#
#	ce_net			all of it, without the CE's LACP and any E-Trunk
#	pe_bond OPTION VALUE...	other options for bond0 of both PEs
#	ce_bond OPTION VALUE...	the CE is a bond with these options
#	ce_pes			the module, ce_net and both E-Trunks, before any CE

# shellcheck source=selftests/trunk_topo.sh
. "$LIB_DIR/trunk_topo.sh"

CE_SYSTEM=02:00:00:00:00:aa
# a process in its namespace
CE_PID=
# which links of the CE go to which PE
CE_LINKS=("" "eth1 eth3" "eth2 eth4")
ce_net()
{
	local n dev

	trunk_net || return
	modprobe 8021q || return
	ip -n "$CE" link del bond0
	ip netns exec "$CE" sleep infinity &
	CE_PID=$!
	for n in 1 2; do
		ip link add "eth$((n + 2))" netns "$CE" type veth \
			peer name ac1 netns "$(pe_ns "$n")"
		ip -n "$(pe_ns "$n")" link set ac1 master bond0
		ip -n "$(pe_ns "$n")" address add "10.9.0.$n/24" dev bond0
	done
	for dev in eth1 eth2 eth3 eth4; do
		ip -n "$CE" link set "$dev" down
	done
}

# Most options cannot change while a bond is up, or has slaves.
pe_bond()
{
	local n ns

	for n in 1 2; do
		ns=$(pe_ns "$n")
		ip -n "$ns" link set bond0 down
		ip -n "$ns" link set bond0 type bond "$@"
		check_err $? "no such option: $*"
		ip -n "$ns" link set bond0 up
	done
}

ce_bond()
{
	local dev

	ip -n "$CE" link add bond0 type bond mode 802.3ad miimon 100 "$@" ||
		return
	for dev in eth1 eth2 eth3 eth4; do
		ip -n "$CE" link set "$dev" down
		ip -n "$CE" link set "$dev" master bond0 || return
	done
	ip -n "$CE" address add 10.9.0.9/24 dev bond0
	ip -n "$CE" link set bond0 up
}

ce_down()
{
	if [ -n "$CE_PID" ]; then
		kill "$CE_PID"
		wait "$CE_PID" 2>/dev/null
		CE_PID=
	fi
	trunk_down
}

# Asked often, so bash reads it by itself: an emulated machine takes long to
# start a program. Fills BOND_PORTS, those that collect and distribute in the
# active aggregator, BOND_PARTNER and BOND_N.
# shellcheck disable=SC2034 # for who calls it
ce_read_bond()
{
	local line dev='' agg='' active='' end=''

	BOND_PORTS='' BOND_PARTNER='' BOND_N=''
	while read -r line; do
		case $line in
		"Slave Interface: "*)
			dev=${line##* } ;;
		"Aggregator ID: "*)
			agg=${line##* }
			[ -n "$dev" ] || active=$agg ;;
		"Number of ports: "*)
			BOND_N=${line##* } ;;
		"Partner Mac Address: "*)
			BOND_PARTNER=${line##* } ;;
		"details actor"* | "details partner"*)
			end=$line ;;
		"port state: "*)
			[[ $end == *actor* && $agg = "$active" ]] || continue
			(((${line##* } & 0x30) == 0x30)) || continue
			BOND_PORTS+=${BOND_PORTS:+ }$dev ;;
		esac
	done <"/proc/$CE_PID/net/bonding/bond0"
} 2>/dev/null

# The links over which the CE sends, in order, and whom it has for a partner
# there. Other makes of CE have functions of their own.
ce_ports()
{
	ce_read_bond
	# shellcheck disable=SC2086 # a list
	printf '%s\n' $BOND_PORTS | sort | paste -sd' '
}

ce_partner()
{
	ce_read_bond
	echo "$BOND_PARTNER"
}

# the same for who asks often
ce_uses()
{
	ce_read_bond
	[ "$BOND_PORTS" = "$1" ] && [ "$BOND_PARTNER" = "$CE_SYSTEM" ]
}

ce_state()
{
	echo "CE uses \"$(ce_ports)\" with $(ce_partner)," \
		"PE1 $(member 1 '.state + " " + .reason + " " +
			(.faults | join(","))')," \
		"PE2 $(member 2 '.state + " " + .reason + " " +
			(.faults | join(","))')"
}

# Asked often, so no jq: an emulated machine takes long to start it.
member_is()
{
	[[ $(pe "$1" -j member show) == *'"state":"'"$2"'"'* ]]
}

# serves N: and the other one does not
serves()
{
	member_is "$1" master && ! member_is $((3 - $1)) master
}

ce_ping()
{
	ns "$CE" ping -n -q -c 1 -W "${2:-1}" "10.9.0.$1" >/dev/null
}

# ce_is N [LINKS]: PE N serves, the CE uses its links and no other
ce_is()
{
	ce_uses "${2-${CE_LINKS[$1]}}" && serves "$1"
}

# ce_wait N [LINKS]: that comes to be, and traffic passes there only
ce_wait()
{
	slowwait 30 ce_is "$@" >/dev/null
	check_err $? "not with PE$1: $(ce_state)"
	slowwait 5 ce_ping "$1"
	check_err $? "nothing passes PE$1: $(ce_state)"
	check_fail "$(ce_ping $((3 - $1)) 0.2; echo $?)" \
		"PE$((3 - $1)) passes traffic too"
}

# last_move N: of the member of PE N
last_move()
{
	member "$1" '.history[0] | tostring'
}

# To PE2 and back
ce_by_operator()
{
	ce_wait 1
	pe 1 e-trunk switchover 1
	check_err $? "no switchover"
	ce_wait 2
	pe 1 e-trunk switchover 1 back
	check_err $? "no switchover back"
	ce_wait 1
}

# the same, and by the links
ce_both_ways()
{
	ce_by_operator
	printf 'link set %s down\n' ac0 ac1 | ip -n "$PE1" -b -
	ce_wait 2
	printf 'link set %s up\n' ac0 ac1 | ip -n "$PE1" -b -
	ce_wait 1
}

# The PEs are there before any CE.
ce_pes()
{
	etrunk_reload
	check_err $? "cannot load the module"
	ce_net
	check_err $? "cannot build the lab"
	trunk_add 1 && trunk_add 2
	check_err $? "cannot configure"
	pe 1 e-trunk set 1 revert-delay 0
	pe 2 e-trunk set 1 revert-delay 0
}

faults_of()
{
	member "$1" '.faults | join(",")'
}

# fault_is N FAULT
fault_is()
{
	[[ $(pe "$1" -j member show) == *'"faults":['*"\"$2\""*']'* ]]
}

phys_is()
{
	[[ $(pe "$1" -j member show) == *'"phys_state":"'"$2"'"'* ]]
}
