#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The JSON of every object: its keys and the types of their values are an
# interface. Each list names all keys in order; a key may be added here, none
# may be renamed or go.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

ALL_TESTS="empty_arrays golden_keys golden_types values_of_an_object
	show_all_names_the_kind escapes one_object_by_id pretty_is_the_same
	stats_names_the_object"

declare -A KEYS=(
	[system]="lacp_system_id lacp_priority udp_port weak_algorithms system_id
	counters"
	[e-trunk]="id state reason priority system_id peer_address source_address
	hello_ms multiplier fail_time_ms peer peer_priority peer_system_id
	peer_state peer_fail_time_ms last_hello_age_ms revert_delay_s
	bfd_session bfd_state rx tx rx_drop tx_drop description key_ids faults
	last_change members send_key auth revert start_hold_s core_tracking
	core_hold_down_ms core_hold_up_ms counters history"
	[member]="dev id remote_id e_trunk mode phys_state state reason able
	peer_state ready core_ok links partner lacp_key dormant last_change
	faults counters history"
	[bfd]="name state remote_state diag remote_diag peer source dev
	local_discriminator remote_discriminator min_tx_us min_rx_us multiplier
	remote_multiplier tx_interval_us detect_time_us up_count down_count
	last_down_reason rx_packets tx_packets rx_drop max_rx_gap_us
	max_tx_late_us used_by min_ttl shutdown last_change counters"
	[core]="dev ifindex counters"
	[pw]="name peer pw_id in_label out_label state active local_status
	local_status_str remote_status remote_status_str control_word liveness
	bfd_state lsp rx_packets rx_bytes tx_packets tx_bytes rx_drop tx_drop
	vpws pinned mtu status refresh_s initial_remote track_bfd lockout
	last_change counters history"
	[vpws]="name ac ac_state redundancy active_pw pws switchovers last_switch
	precedence dual_receive counters"
)

OBJECTS="system bfd core pw e-trunk member vpws"

ctl()
{
	etrunkctl -n "$PE" "$@"
}

setup()
{
	require_command jq
	setup_ns PE EMPTY
	ip -n "$PE" -b - <<-END
		link add p0 type dummy
		addr add 10.0.0.1/24 dev p0
		link set p0 up
		link add core0 type dummy
		addr add 10.0.1.1/24 dev core0
		link set core0 up
		link add ac0 type dummy
		link add bond0 type bond mode 802.3ad
	END
	check_err $? "links"
	ctl -b - <<-END
		system set lacp-system-id 00e0-fc00-0001
		bfd add b1 peer 10.0.0.2 source 10.0.0.1
		e-trunk add 1 peer-address 10.0.0.2 source-address 10.0.0.1 hello 10s multiplier 300 auth none track-bfd b1
		member add bond0 e-trunk 1
		core add core0
		pw add pw1 peer 3.3.3.3 pw-id 1 in-label 1001 out-label 2001 via 10.0.1.2 dev core0 tunnel-label 16003/16004
		pw add pw2 peer 3.3.3.4 pw-id 2 in-label 1002 out-label 2002
		vpws add s1 ac ac0 pw pw1 secondary pw2
	END
	check_err $? "configuration"
}

empty_arrays()
{
	local obj

	for obj in $OBJECTS; do
		[ "$obj" != system ] || continue
		check_equal "$obj" "[]" "$(etrunkctl -n "$EMPTY" -j "$obj" show)"
	done
}

golden_keys()
{
	local obj want got

	for obj in $OBJECTS; do
		want=$(xargs <<<"${KEYS[$obj]}")
		got=$(ctl -j "$obj" show |
			jq -r '.[0] | keys_unsorted | join(" ")')
		check_equal "keys of $obj" "$want" "$got"
	done
}

# typed OBJECT KEY TYPE...: of every object of the kind, one of the TYPEs
typed()
{
	local obj=$1 key=$2 got t
	shift 2

	for got in $(ctl -j "$obj" show | jq -r ".[].$key | type"); do
		for t; do
			[ "$t" != "$got" ] || continue 2
		done
		check_err 1 "$obj $key: expected $*, got $got"
	done
}

golden_types()
{
	local key

	typed system lacp_priority number
	typed system weak_algorithms boolean
	typed system lacp_system_id string
	typed bfd name string
	typed bfd dev null string
	typed bfd remote_discriminator null number
	typed bfd used_by array
	typed bfd last_down_reason null string
	typed bfd last_change null string
	typed e-trunk id number
	for key in peer_priority peer_fail_time_ms last_hello_age_ms; do
		typed e-trunk "$key" null number
	done
	for key in peer_system_id peer_state description bfd_session; do
		typed e-trunk "$key" null string
	done
	for key in key_ids faults members history; do
		typed e-trunk "$key" array
	done
	typed e-trunk core_tracking boolean
	typed e-trunk revert_delay_s number
	typed member able boolean
	typed member peer_state null string
	typed member phys_state string
	typed member history array
	typed pw active boolean
	typed pw local_status number
	typed pw local_status_str string
	typed pw lsp null object
	typed pw vpws null string
	typed vpws pws array
	typed vpws last_switch null object
	for key in system bfd core pw e-trunk member vpws; do
		typed "$key" counters object
	done
}

# value OBJECT FILTER WANTED
value()
{
	check_equal "$1 $2" "$3" "$(ctl -j "$1" show | jq -c "$2")"
}

values_of_an_object()
{
	value system '.[0].lacp_system_id' '"00:e0:fc:00:00:01"'
	value system '.[0].lacp_priority' 32768
	value bfd '.[0].peer' '"10.0.0.2"'
	value bfd '.[0].state' '"down"'
	value bfd '.[0].min_tx_us' 10000
	value bfd '.[0].used_by' '["e-trunk 1"]'
	value e-trunk '.[0].state' '"init"'
	value e-trunk '.[0].reason' '"INIT"'
	value e-trunk '.[0].hello_ms' 10000
	value e-trunk '.[0].fail_time_ms' 3000000
	value e-trunk '.[0].revert_delay_s' 120
	value e-trunk '.[0].bfd_session' '"b1"'
	value e-trunk '.[0].peer' '"none"'
	value e-trunk '.[0].members' '["bond0"]'
	value member '.[0].dev' '"bond0"'
	value member '.[0].id' 1
	value member '.[0].remote_id' 1
	value member '.[0].mode' '"auto"'
	value pw '.[0].in_label' 1001
	value pw '.[0].pinned' \
		'{"dev":"core0","via":"10.0.1.2","labels":[16003,16004]}'
	value pw '.[1].pinned' null
	value pw '.[0].vpws' '"s1"'
	value pw '.[0].liveness' '"none"'
	value vpws '.[0].pws' '["pw1","pw2"]'
	value vpws '.[0].redundancy' '"independent"'
	value core '.[0].dev' '"core0"'
}

show_all_names_the_kind()
{
	check_equal "kinds" \
		"system bfd core pw pw e-trunk member vpws" \
		"$(ctl -j show | jq -r 'map(.object) | join(" ")')"
}

escapes()
{
	local text='a"b\c ä <&>'

	ctl e-trunk set 1 description "$text"
	check_equal "description" "$text" \
		"$(ctl -j e-trunk show 1 | jq -r '.[0].description')"
	ctl e-trunk set 1 description $'bad \xff byte'
	check_equal "description" $'bad \xef\xbf\xbd byte' \
		"$(ctl -j e-trunk show 1 | jq -r '.[0].description')"
	ctl e-trunk set 1 description ""
	check_equal "description" null \
		"$(ctl -j e-trunk show 1 | jq -r '.[0].description')"
}

one_object_by_id()
{
	check_equal "pw2" '["pw2"]' "$(ctl -j pw show pw2 |
		jq -c 'map(.name)')"
	ctl -j pw show nosuch >/dev/null 2>&1
	check_equal "exit code" 2 $?
}

pretty_is_the_same()
{
	check_equal "core" "$(ctl -j core show | jq -c .)" \
		"$(ctl -j -p core show | jq -c .)"
	check_equal "option behind" "$(ctl -j core show)" \
		"$(ctl core show -j)"
}

stats_names_the_object()
{
	check_equal "objects" "system bfd b1 core core0 pw pw1 pw pw2 e-trunk 1 member bond0 vpws s1" \
		"$(ctl -j stats | jq -r 'map(.object) | join(" ")')"
	check_equal "counters" "object" \
		"$(ctl -j stats | jq -r 'map(.counters | type) | unique[]')"
}

tests_run
