#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# How E-Trunks and members end: one by one, with their bond, with their
# namespace, with the module; always while the other PE goes on. Topology:
# trunk_topo.sh.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/trunk_topo.sh
. "$(dirname "$0")/trunk_topo.sh"

ALL_TESTS="member_removed_peer_takes_over member_removed_keep_up
	bond_renamed bond_deleted slave_leaves_and_returns
	namespace_deleted module_unloaded key_and_config_churn"

setup()
{
	trunk_net
	check_err $? "no network"
	trunk_up
}

cleanup()
{
	trunk_down
}

flags()
{
	ip -n "$1" -j link show dev "$2" | jq -r '.[0].flags | index("UP") != null'
}

member_removed_peer_takes_over()
{
	pe 1 member del bond0
	slowwait 5 is master member 2 .state >/dev/null
	check_err $? "PE2 does not serve"
	check_equal "why PE2 serves" NO_PEER_MEMBER "$(member 2 .reason)"
	check_equal "bond0 of PE1 is up" false "$(flags "$PE1" bond0)"
	ip -n "$PE1" link set bond0 up
	pe 1 member add bond0 e-trunk 1
	slowwait 20 serves 1
	check_err $? "PE1 does not serve again"
}

member_removed_keep_up()
{
	pe 2 member del bond0 keep-up
	check_equal "bond0 of PE2 is up" true "$(flags "$PE2" bond0)"
	pe 2 member add bond0 e-trunk 1
	slowwait 10 serves 1
	check_err $? "PE1 does not serve"
}

bond_renamed()
{
	ip -n "$PE2" link set bond0 down
	ip -n "$PE2" link set bond0 name lag7
	ip -n "$PE2" link set lag7 up
	check_equal "members of PE2" '["lag7"]' "$(trunk 2 '.members|tostring')"
	slowwait 10 is up pe_field 2 lag7 phys_state >/dev/null
	check_err $? "lag7 is not up"
	pe 2 member del lag7
	check_equal "members of PE2" '[]' "$(trunk 2 '.members|tostring')"
	ip -n "$PE2" link set lag7 name bond0
	ip -n "$PE2" link set bond0 up
	pe 2 member add bond0 e-trunk 1
}

# pe_field N DEV FIELD
pe_field()
{
	pe "$1" -j member show | jq -r ".[] | select(.dev == \"$2\") | .$3"
}

bond_deleted()
{
	ip -n "$PE1" link del bond0
	slowwait 5 is master member 2 .state >/dev/null
	check_err $? "PE2 does not serve"
	check_equal "members of PE1" '[]' "$(trunk 1 '.members|tostring')"
	ip -n "$PE1" -b - <<-END
		link add bond0 type bond mode 802.3ad lacp_rate fast miimon 100
		link set ac0 master bond0
		link set bond0 up
	END
	pe 1 member add bond0 e-trunk 1
	slowwait 20 serves 1
	check_err $? "PE1 does not serve again"
}

slave_leaves_and_returns()
{
	ip -n "$PE1" link set ac0 nomaster
	slowwait 5 serves 2
	check_err $? "PE2 does not serve"
	ip -n "$PE1" link set ac0 down
	ip -n "$PE1" link set ac0 master bond0
	slowwait 20 serves 1
	check_err $? "PE1 does not serve again"
}

namespace_deleted()
{
	trunk_bfd
	cleanup_ns "$PE1"
	check_err $? "namespace of PE1 stays"
	PE1=''
	slowwait 10 is master member 2 .state >/dev/null
	check_err $? "PE2 does not serve"
	trunk_down
	trunk_net
	trunk_up
}

module_unloaded()
{
	trunk_bfd
	etrunk_unload
	check_err $? "the module does not unload"
	check_equal "bond0 of PE1 is up" false "$(flags "$PE1" bond0)"
	etrunk_load
	ip -n "$PE1" link set bond0 up
	ip -n "$PE2" link set bond0 up
	trunk_up
}

# Configuration changes while hellos fly, as fast as they go.
key_and_config_churn()
{
	local i n moved

	moved=$(member_moves 1)
	for i in $(seq 10); do
		for n in 1 2; do
			pe "$n" -b - <<-END
				e-trunk set 1 key-id 3 key-file $TRUNK_TMP/key2
				e-trunk set 1 send-key 3
				e-trunk set 1 hello 500ms multiplier $((10 + i))
				e-trunk set 1 send-key 1
				e-trunk set 1 del-key 3
				e-trunk set 1 hello 1s
				member set bond0 dormant off
				member set bond0 dormant on
				system set udp-port $((2000 + i))
				system set udp-port 1025
			END
		done
	done
	sleep 2
	serves 1
	check_err $? "PE1 does not serve"
	check_equal "moves of PE1's member" "$moved" "$(member_moves 1)"
}

tests_run
