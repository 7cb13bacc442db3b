# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Lab of the lag tests: a CE with one LACP trunk to two PEs. bonding is the
# kernel's own everywhere.
#
#	PE1 bond0 (la lb)==(la lb) bond0 CE (lc)==(lc) bond0 PE2
#	     eth0-----------------------------------eth0
#
# The members are forced to their roles, so no peer is needed; eth0 is where
# hellos would run.

LAG_SYSTEM=00:e0:fc:00:00:05
LAG_KEY=77

# LACP state bits
LACP_COLLECTING=$((0x10))
LACP_DISTRIBUTING=$((0x20))

# A debugger's view of bonding wants room: the driver is chatty.
lag_modules()
{
	modprobe bonding max_bonds=0
	modprobe veth
	modprobe 8021q
}

lag_ns_quiet()
{
	ns "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1
}

# lag_bond NAMESPACE SLAVE...: bond0, up
lag_bond()
{
	local ns=$1 dev
	shift

	ip -n "$ns" link add bond0 type bond mode 802.3ad lacp_rate fast \
		miimon 10 || return
	for dev in "$@"; do
		ip -n "$ns" link set "$dev" master bond0 || return
	done
	ip -n "$ns" link set bond0 up
}

lag_lab()
{
	local ns

	lag_modules
	setup_ns PE1 PE2 CE
	for ns in "$PE1" "$PE2" "$CE"; do
		lag_ns_quiet "$ns"
	done
	ip link add la netns "$PE1" type veth peer name la netns "$CE"
	ip link add lb netns "$PE1" type veth peer name lb netns "$CE"
	ip link add lc netns "$PE2" type veth peer name lc netns "$CE"
	ip link add eth0 netns "$PE1" type veth peer name eth0 netns "$PE2"
	ip -n "$PE1" addr add 10.0.0.1/30 dev eth0
	ip -n "$PE2" addr add 10.0.0.2/30 dev eth0
	ip -n "$PE1" link set eth0 up
	ip -n "$PE2" link set eth0 up
	lag_bond "$PE1" la lb && lag_bond "$PE2" lc && lag_bond "$CE" la lb lc
	check_err $? "cannot build the lab"
}

# lag_trunk N: E-Trunk 1 of PE N. PE2 has the numerically greater source
# address, so its ports have bit 15.
lag_trunk()
{
	local n=$1 other=$((3 - $1)) pe=PE$1

	etrunkctl -n "${!pe}" system set lacp-system-id $LAG_SYSTEM &&
		etrunkctl -n "${!pe}" e-trunk add 1 peer-address 10.0.0.$other \
			source-address 10.0.0."$n" auth none
}

# lag_member NAMESPACE MODE
lag_member()
{
	etrunkctl -n "$1" member add bond0 e-trunk 1 mode "$2" lacp-key $LAG_KEY
}

lag_mode()
{
	etrunkctl -n "$1" member set bond0 mode "$2"
}

# lag_slave NAMESPACE SLAVE actor|partner FIELD: of /proc/net/bonding; FIELD is
# e.g. "port number", "port state", "system mac address"
lag_slave()
{
	ns "$1" cat /proc/net/bonding/bond0 2>/dev/null |
		awk -F': *' -v dev="$2" -v end="$3" -v field="$4" '
		/^Slave Interface/ { here = $2 == dev }
		/details actor/ { side = "actor" }
		/details partner/ { side = "partner" }
		here && side == end {
			name = $1
			sub(/^ */, "", name)
			if (name == field) {
				sub(/^[^:]*: */, "")
				print
				exit
			}
		}'
}

# lag_slave_agg NAMESPACE SLAVE: its aggregator's id
lag_slave_agg()
{
	ns "$1" cat /proc/net/bonding/bond0 2>/dev/null |
		awk -F': *' -v dev="$2" '
		/^Slave Interface/ { here = $2 == dev }
		here && /^Aggregator ID/ { print $2; exit }'
}

# lag_active NAMESPACE FIELD: of the active aggregator, e.g. "Aggregator ID",
# "Number of ports", "Partner Mac Address"
lag_active()
{
	ns "$1" cat /proc/net/bonding/bond0 2>/dev/null |
		awk -v field="$2" '
		/^Active Aggregator/ { here = 1 }
		/^Slave Interface/ { exit }
		here && index($0, field ":") {
			sub(/^[^:]*: */, "")
			print
			exit
		}'
}

# lag_in_bundle NAMESPACE SLAVE: this end collects and distributes
lag_in_bundle()
{
	local state

	state=$(lag_slave "$1" "$2" actor "port state")
	(((${state:-0} & (LACP_COLLECTING | LACP_DISTRIBUTING)) == \
	  (LACP_COLLECTING | LACP_DISTRIBUTING)))
}

# lag_ce_is SLAVES: exactly these slaves of the CE are in the bundle
lag_ce_is()
{
	local dev

	for dev in la lb lc; do
		if [[ $1 == *$dev* ]]; then
			lag_in_bundle "$CE" "$dev" || return 1
		else
			! lag_in_bundle "$CE" "$dev" || return 1
		fi
	done
}

lag_ce_show()
{
	local dev

	for dev in la lb lc; do
		echo "$dev agg $(lag_slave_agg "$CE" $dev)" \
			"actor $(lag_slave "$CE" $dev actor "port state")" \
			"partner $(lag_slave "$CE" $dev partner "port state")"
	done | paste -sd';'
}

# lag_wait_ce SLAVES: polls until the CE's bundle is these, says what it was
lag_wait_ce()
{
	slowwait 10 lag_ce_is "$1" >/dev/null
	check_err $? "the CE's bundle is not \"$1\": $(lag_ce_show)"
}

# lag_counter NAMESPACE NAME: of bond0 as a member
lag_counter()
{
	etrunkctl -n "$1" -j member show bond0 |
		jq -r ".[0].counters.\"$2\" // empty"
}

# lag_watch_start NAMESPACE DEV FILE: what LACPDUs pass, until lag_watch_stop
lag_watch_start()
{
	ip netns exec "$1" "$LIB_DIR/lacp_tool" watch "$2" 600 >"$3" &
	LAG_WATCH+=($!)
}

lag_watch_stop()
{
	[ ${#LAG_WATCH[@]} = 0 ] || kill "${LAG_WATCH[@]}" 2>/dev/null
	wait "${LAG_WATCH[@]}" 2>/dev/null
	LAG_WATCH=()
}
LAG_WATCH=()
