#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Devices of cores, ACs and BFD sessions that go and come again, or change below
# us. In one namespace, with a CE at a VLAN AC:
#
#	CE eth0.5 --- ac0.5 PE core0 (a dummy; p1 is pinned to it)
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

ALL_TESTS="core_is_kept_without_device pinned_pw_names_the_lost_core
	pinned_pw_finds_its_core_again session_names_its_lost_device
	core_without_device_is_deleted core_comes_under_a_new_name
	vlan_without_reorder_hdr_is_refused
	vlan_that_loses_reorder_hdr_is_counted"

ctl()
{
	etrunkctl -n "$PE" "$@"
}

core_add()
{
	ip -n "$PE" link add "$1" type dummy
	ip -n "$PE" addr add 10.0.1.1/24 dev "$1"
	ip -n "$PE" link set "$1" up
}

setup()
{
	setup_ns PE CE
	core_add core0
	ip link add ac0 netns "$PE" type veth peer name eth0 netns "$CE"
	ip -n "$PE" link set ac0 up
	ip -n "$CE" link set eth0 up
	ip -n "$PE" link add ac0.5 link ac0 type vlan id 5
	ip -n "$PE" link set ac0.5 up
	ip -n "$CE" link add eth0.5 link eth0 type vlan id 5
	ip -n "$CE" addr add 10.100.0.1/24 dev eth0.5
	ip -n "$CE" link set eth0.5 up
	ctl -b - <<-END
		core add core0
		pw add p1 peer 3.3.3.3 pw-id 1 in-label 1001 out-label 2001 via 10.0.1.2 dev core0 tunnel-label 16003
		vpws add s1 ac ac0.5 pw p1
	END
	check_err $? "configuration"
}

lsp_dev()
{
	ctl -j pw show p1 | jq -r '.[0].lsp.dev'
}

lsp_is()
{
	[ "$(lsp_dev)" = "$1" ]
}

core()
{
	ctl -j core show | jq -c '.[0] | [.dev, .ifindex]'
}

core_is_kept_without_device()
{
	slowwait 5 lsp_is core0
	check_err $? "the LSP goes over $(lsp_dev), expected core0"
	ip -n "$PE" link del core0
	slowwait 5 lsp_is null
	check_err $? "the LSP goes over $(lsp_dev), which is deleted"
	check_equal "core" '["core0",null]' "$(core)"
	check_match "saved" 'core add core0' "$(ctl save)"
}

# apply_again [ARGUMENT...]: what was saved is what there is
apply_again()
{
	ctl save >saved
	ctl apply saved --check
	check_equal "difference to what was saved" 0 $?
	ctl apply saved --replace
	check_equal "applied once more" 0 $?
}

pinned_pw_names_the_lost_core()
{
	check_equal "pinned to" '["core0","10.0.1.2",[16003]]' "$(ctl -j pw show p1 |
		jq -c '.[0].pinned | [.dev, .via, .labels]')"
	apply_again
	check_match "saved" 'via 10.0.1.2 dev core0 tunnel-label 16003' \
		"$(<saved)"
	# made anew meanwhile
	sed 's,tunnel-label 16003,tunnel-label 16004,' saved >other
	ctl apply other --replace
	check_err $? "another pin"
	check_equal "pinned to" '["core0",[16004]]' "$(ctl -j pw show p1 |
		jq -c '.[0].pinned | [.dev, .labels]')"
	ctl apply saved --replace
	check_err $? "the first pin"
}

pinned_pw_finds_its_core_again()
{
	core_add core0
	slowwait 5 lsp_is core0
	check_err $? "the LSP goes over $(lsp_dev), expected core0"
	check_equal "core" "[\"core0\",$(ip -n "$PE" -j link show core0 |
		jq '.[0].ifindex')]" "$(core)"
	check_equal "labels" '[16003]' \
		"$(ctl -j pw show p1 | jq -c '.[0].lsp.labels')"
	check_match "saved" 'via 10.0.1.2 dev core0' "$(ctl save)"
}

# devices SESSION
devices()
{
	ctl -j bfd show "$1" | jq -c '.[0] | [.dev, .vrf]'
}

session_names_its_lost_device()
{
	ip -n "$PE" -b - <<-END
		link add red type vrf table 10
		link set red up
		link add d0 type dummy
		addr add 10.0.8.1/24 dev d0
		link set d0 up
		link add d1 type dummy
		link set d1 master red
		addr add 10.0.9.1/24 dev d1
		link set d1 up
	END
	ctl -b - <<-END
		bfd add b0 peer 10.0.8.2 dev d0
		bfd add b1 peer 10.0.9.2 dev d1 vrf red
		bfd add m1 peer 10.0.9.3 vrf red
	END
	check_err $? "configuration"
	ip -n "$PE" link set d0 down
	ip -n "$PE" link set d0 name d7
	check_equal "b0, renamed" '["d7",null]' "$(devices b0)"
	ip -n "$PE" link del d7
	ip -n "$PE" link del d1
	ip -n "$PE" link del red
	check_equal "b0" '["d7",null]' "$(devices b0)"
	check_equal "b1" '["d1","red"]' "$(devices b1)"
	check_equal "m1" '[null,"red"]' "$(devices m1)"
	apply_again
	check_match "saved" 'bfd add b1 peer 10.0.9.2 source 10.0.9.1 dev d1 vrf red' \
		"$(<saved)"
	ctl bfd del b0
	ctl apply saved 2>message
	check_equal "a session of a lost device: exit code" 1 $?
	check_match "message" 'bfd b0.*dev "d7" is no network device' "$(<message)"
	ip -n "$PE" link add d7 type dummy
	ip -n "$PE" addr add 10.0.8.1/24 dev d7
	ctl apply saved
	check_err $? "now it is there again"
	check_equal "b0" '["d7",null]' "$(devices b0)"
	ip -n "$PE" link del d7
	ctl -b - <<-END
		bfd del b0
		bfd del b1
		bfd del m1
	END
}

core_without_device_is_deleted()
{
	local out

	ip -n "$PE" link del core0
	out=$(ctl core del core0 2>&1)
	check_equal "exit code" 2 $?
	check_match "message" 'core0.*in use by pw p1' "$out"
	ctl vpws del s1
	ctl pw del p1
	ctl core del core0
	check_err $? "deleting a core without device"
	check_equal "cores" 0 "$(ctl -j core show | jq length)"
	core_add core0
	check_equal "cores" 0 "$(ctl -j core show | jq length)"
}

core_comes_under_a_new_name()
{
	ctl core add core0
	ip -n "$PE" link set core0 down
	ip -n "$PE" link set core0 name core7
	check_match "core" '"core7"' "$(core)"
	ip -n "$PE" link del core7
	check_equal "core" '["core7",null]' "$(core)"
	core_add core0
	check_equal "core" '["core7",null]' "$(core)"
	ip -n "$PE" link del core0
	core_add core7
	check_match "core" '\["core7",[0-9]' "$(core)"
}

vlan_without_reorder_hdr_is_refused()
{
	local out

	ctl pw add p1 peer 3.3.3.3 pw-id 1 in-label 1001 out-label 2001
	ip -n "$PE" link add ac0.6 link ac0 type vlan id 6 reorder_hdr off
	out=$(ctl vpws add s1 ac ac0.6 pw p1 2>&1)
	check_equal "exit code" 2 $?
	check_match "message" 'ac.*reorder_hdr' "$out"
	check_equal "services" 0 "$(ctl -j vpws show | jq length)"
	ip -n "$PE" link set ac0.6 type vlan reorder_hdr on
	ctl vpws add s1 ac ac0.6 pw p1
	check_err $? "with reorder_hdr"
	ctl vpws del s1
}

bad_headers()
{
	ctl -j vpws show s1 | jq '.[0].counters["ac-bad-header"]'
}

# Frames for nobody: what counts is that they come in.
frames()
{
	ip netns exec "$CE" ping -qc 5 -i 0.2 -W 1 10.100.0.2 >/dev/null
}

vlan_that_loses_reorder_hdr_is_counted()
{
	ip -n "$CE" neigh replace 10.100.0.2 lladdr ff:ff:ff:ff:ff:ff \
		dev eth0.5 nud permanent
	ctl vpws add s1 ac ac0.5 pw p1
	check_err $? "vpws"
	frames
	check_equal "counted with reorder_hdr" 0 "$(bad_headers)"
	ip -n "$PE" link set ac0.5 type vlan reorder_hdr off
	frames
	slowwait 5 until_counter_is ">= 5" bad_headers >/dev/null
	check_err $? "counted without: $(bad_headers), expected 5 and more"
}

tests_run
