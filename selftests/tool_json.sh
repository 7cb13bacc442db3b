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
	version counters"
	[e-trunk]="id state reason priority system_id peer_address source_address vrf
	hello_ms multiplier fail_time_ms peer peer_priority peer_system_id
	peer_state peer_fail_time_ms last_hello_age_ms revert_delay_s
	bfd_session bfd_state rx tx rx_drop tx_drop description key_ids faults
	last_change members send_key auth revert start_hold_s core_tracking
	core_hold_down_ms core_hold_up_ms select backup_peer_address
	backup_source_address split_policy replay_protection paths peer_hello_ms peer_multiplier
	peer_revert_delay_s peer_revert peer_version switchover peer_switchover
	counters history"
	[member]="dev id remote_id e_trunk mode phys_state state reason able
	peer_state ready core_ok links partner lacp_key lacp_system_id
	lacp_priority dormant peer_lacp_key acs ac_mtu pw_mtu peer_acs
	peer_ac_mtu peer_pw_mtu last_change faults counters history"
	[bfd]="name state remote_state diag remote_diag peer source dev vrf
	local_discriminator remote_discriminator min_tx_us min_rx_us multiplier
	remote_multiplier tx_interval_us detect_time_us up_count down_count
	last_down_reason rx_packets tx_packets rx_drop max_rx_gap_us
	max_tx_late_us used_by min_ttl padded_size shutdown demand passive wtr_us echo_us
	echo_interval_us remote_echo_us echo_max_rtt_us wtr_waiting auth send_key key_ids
	auth_changing last_change last_down_time counters"
	[core]="dev ifindex counters"
	[pw]="name peer pw_id in_label out_label state active local_status
	local_status_str remote_status remote_status_str control_word liveness
	bfd_state lsp rx_packets rx_bytes tx_packets tx_bytes rx_drop tx_drop
	vpws pinned type vlan sequence tc mtu status refresh_s initial_remote track_bfd
	vccv_bfd min_tx_us min_rx_us multiplier detect_time_us lockout
	last_change counters history"
	[vpws]="name ac ac_state redundancy active_pw pws switchovers last_switch
	precedence dual_receive l2_control counters"
)

# JSON of each kind
declare -A SHOWN=()
OBJECTS="system bfd core pw e-trunk member vpws"

ctl()
{
	etrunkctl -n "$PE" "$@"
}

setup()
{
	local obj

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
	for obj in $OBJECTS; do
		SHOWN[$obj]=$(ctl -j "$obj" show)
	done
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
		got=$(jq -r '.[0] | keys_unsorted | join(" ")' \
			<<<"${SHOWN[$obj]}")
		check_equal "keys of $obj" "$want" "$got"
	done
}

# types OBJECT "KEY TYPES"...: of every object of the kind, one of the TYPES
types()
{
	local obj=$1 got
	shift

	got=$(printf '%s\n' "$@" | jq -R -r --argjson all "${SHOWN[$obj]}" '
		split(" ") as [$key, $types] | $all[] | .[$key] | type |
		select(IN($types | split("|")[]) | not) | "\($key) is \(.)"')
	check_equal "types of $obj" "" "$got"
}

golden_types()
{
	types system "lacp_priority number" "weak_algorithms boolean" \
		"version string" \
		"lacp_system_id string" "counters object"
	types bfd "name string" "dev null|string" \
		"remote_discriminator null|number" "used_by array" \
		"last_down_reason null|string" "last_change null|string" \
		"auth string" "send_key null|number" "key_ids array" \
		"auth_changing boolean" "counters object"
	types e-trunk "id number" "peer_priority null|number" \
		"peer_fail_time_ms null|number" \
		"last_hello_age_ms null|number" "peer_system_id null|string" \
		"peer_state null|string" "description null|string" \
		"bfd_session null|string" "key_ids array" "faults array" \
		"members array" "history array" "core_tracking boolean" \
		"replay_protection boolean" \
		"revert_delay_s number" "counters object" \
		"peer_hello_ms null|number" "peer_multiplier null|number" \
		"peer_revert_delay_s null|number" \
		"peer_revert null|boolean" "peer_version null|string"
	types member "able boolean" "peer_state null|string" \
		"peer_lacp_key null|number" "acs number" "ac_mtu null|number" \
		"pw_mtu null|number" "peer_acs null|number" \
		"peer_ac_mtu null|number" "peer_pw_mtu null|number" \
		"phys_state string" "history array" "counters object"
	types pw "active boolean" "local_status number" \
		"local_status_str string" "lsp null|object" \
		"vpws null|string" "counters object"
	types vpws "pws array" "last_switch null|object" "counters object"
	types core "dev string" "counters object"
}

# values OBJECT FILTER WANTED: of the first object
values()
{
	check_equal "$1" "$3" "$(jq -c ".[0] | [$2]" <<<"${SHOWN[$1]}")"
}

values_of_an_object()
{
	values system ".lacp_system_id, .lacp_priority, .udp_port" \
		'["00:e0:fc:00:00:01",32768,1025]'
	values bfd ".peer, .state, .min_tx_us, .multiplier, .used_by" \
		'["10.0.0.2","down",10000,3,["e-trunk 1"]]'
	values e-trunk ".state, .reason, .hello_ms, .fail_time_ms, .peer" \
		'["init","INIT",10000,3000000,"none"]'
	values e-trunk ".revert_delay_s, .bfd_session, .members" \
		'[120,"b1",["bond0"]]'
	values member ".dev, .id, .remote_id, .e_trunk, .mode" \
		'["bond0",1,1,1,"auto"]'
	values pw ".in_label, .vpws, .liveness, .pinned" \
		'[1001,"s1","none",{"dev":"core0","via":"10.0.1.2","labels":[16003,16004]}]'
	values vpws ".pws, .redundancy, .precedence, .dual_receive, .l2_control" \
		'[["pw1","pw2"],"independent","pw-id",true,"drop"]'
	values core ".dev" '["core0"]'
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
