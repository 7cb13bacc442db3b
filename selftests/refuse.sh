#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What must be refused, one subtest per row: the exit code says who refused (1
# the tool, 2 the kernel), the error names the key, and neither show nor save
# differ afterwards. All happens in one namespace that has of everything one:
#
#	bfd b1, b2, b3 (ipv6), b4 (vrf red)
#	e-trunk 1 (tracks b1), 2     member bond0 (e-trunk 1)
#	core core0     pw pw1 (b2), pw2, pw3        vpws s1: ac0, pw1 pw2
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

ALL_TESTS="e_trunk_rows system_rows tracking_rows bfd_rows member_rows pw_rows
	core_and_ac_rows in_use_rows key_rows syntax_rows not_root_rows
	apply_rolls_back"

TMP=
BASE=
# what stands before and behind the tool's name
AS=()
IN=()

ctl()
{
	"$TMP/etrunkctl" -n "$PE" "$@"
}

snapshot()
{
	"$TMP/etrunkctl" -n "$PE" -b - <<<$'save\nshow -j' 2>&1
}

# Without what time alone changes.
steady()
{
	sed -E 's/"(rx|tx|rx_drop|tx_drop|last_hello_age_ms|rx_packets|tx_packets|max_rx_gap_us|max_tx_late_us)":[0-9]+/"\1":0/g
		s/"counters":\{[^}]*\}/"counters":{}/g; s/"ready":(true|false)//g
		s/,"/,\n"/g' <<<"$1"
}

# refused NAME EXIT-CODE TEXT WORD...: TEXT is an extended regular expression
# that the message must match.
refused()
{
	local name=$1 code=$2 text=$3 out rc after
	shift 3

	out=$("${AS[@]}" "$TMP/etrunkctl" "${IN[@]}" "$@" 2>&1)
	rc=$?
	check_equal "exit code" "$code" "$rc"
	check_match "message" "^Error: .*$text" "$out"
	check_match "message" '\.$' "$out"
	after=$(snapshot)
	if [ "$after" != "$BASE" ] &&
	   ! out=$(diff <(steady "$BASE") <(steady "$after")); then
		check_err 1 "show or save changed: ${out//$'\n'/ }"
		BASE=$after
	fi
	log_test "$name"
}

setup()
{
	TMP=$(mktemp -d)
	# where a user may look, and quick to load
	cp "$(command -v etrunkctl)" "$TMP/etrunkctl"
	chmod 755 "$TMP" "$TMP/etrunkctl"
	setup_ns PE OTHER
	IN=(-n "$PE")
	printf 'secret\n' >"$TMP/key"
	ip -n "$PE" -b - <<-END
		link add p0 type dummy
		addr add 10.0.0.1/24 dev p0
		addr add 10.0.0.11/24 dev p0
		addr add 2001:db8::1/64 dev p0 nodad
		link set p0 up
		link add red type vrf table 100
		link set red up
		link add r0 type dummy
		link set r0 master red
		addr add 10.0.0.1/24 dev r0
		addr add 2001:db8::1/64 dev r0 nodad
		link set r0 up
		link add core0 type dummy
		addr add 10.0.1.1/24 dev core0
		link set core0 up
		route add 3.3.3.0/24 via 10.0.1.2
		link add core1 type dummy
		link set core1 up
		link add ac0 type dummy
		link add ac1 type dummy
		link add ac2 type dummy
		link add br0 type bridge
		link set ac2 master br0
		link add bond0 type bond mode 802.3ad
		link add bond1 type bond mode active-backup
		link add bond2 type bond mode 802.3ad
	END
	check_err $? "links"
	ctl -b - <<-END
		system set lacp-system-id 00e0-fc00-0001
		bfd add b1 peer 10.0.0.2 source 10.0.0.1 local-discriminator 1 remote-discriminator 2
		bfd add b2 peer 3.3.3.3 source 10.0.0.1 local-discriminator 3 remote-discriminator 4
		bfd add b3 peer 2001:db8::2 source 2001:db8::1
		bfd add b4 peer 10.0.0.4 source 10.0.0.1 vrf red
		e-trunk add 1 peer-address 10.0.0.2 source-address 10.0.0.1 hello 10s multiplier 300 key-file $TMP/key track-bfd b1
		e-trunk add 2 peer-address 10.0.0.4 source-address 10.0.0.1 hello 10s multiplier 300 auth none
		member add bond0 e-trunk 1
		core add core0
		pw add pw1 peer 3.3.3.3 pw-id 1 in-label 1001 out-label 2001 track-bfd b2
		pw add pw2 peer 3.3.3.4 pw-id 2 in-label 1002 out-label 2002
		pw add pw3 peer 3.3.3.5 pw-id 3 in-label 1003 out-label 2003
		vpws add s1 ac ac0 pw pw1 secondary pw2
	END
	check_err $? "configuration"
	BASE=$(snapshot)
	check_match "configuration" 'vpws add s1' "$BASE"
}

cleanup()
{
	rm -rf "$TMP"
}

# e-trunk NAME-OF-ROW CODE TEXT KEY VALUE: a third e-trunk with this as well
e_trunk()
{
	local name=$1 code=$2 text=$3
	shift 3

	refused "$name" "$code" "$text" e-trunk add 3 auth none "$@"
}

e_trunk_rows()
{
	local addr="peer-address 10.0.0.6 source-address 10.0.0.1"

	# shellcheck disable=SC2086 # a list of words
	{
	refused e_trunk_id_0 2 '\bid\b' e-trunk add 0 auth none $addr
	refused e_trunk_id_17 2 '\bid\b.*1\.\.16' \
		e-trunk add 17 auth none $addr
	e_trunk priority_0 2 'priority 0 .*1\.\.254' priority 0 $addr
	e_trunk priority_255 2 'priority 255 .*1\.\.254' priority 255 $addr
	e_trunk vrf_missing 1 'vrf "nosuch"' $addr vrf nosuch
	e_trunk vrf_is_none 2 'device p0 is not a vrf' $addr vrf p0
	}
	e_trunk addresses_equal 2 'address' \
		peer-address 10.0.0.1 source-address 10.0.0.1
	e_trunk addresses_of_two_families 2 'address' \
		peer-address 2001:db8::2 source-address 10.0.0.1
	e_trunk peer_address_multicast 2 'peer-address' \
		peer-address 224.0.0.5 source-address 10.0.0.1
	e_trunk source_address_multicast 2 'source-address' \
		peer-address 10.0.0.6 source-address 224.0.0.5
	e_trunk peer_address_link_local 2 'peer-address.*link-local' \
		peer-address fe80::2 source-address 2001:db8::1
	e_trunk source_address_link_local 2 'source-address.*link-local' \
		peer-address 2001:db8::2 source-address fe80::1
	e_trunk peer_address_mapped 2 'peer-address.*mapped' \
		peer-address ::ffff:10.0.0.6 source-address 2001:db8::1
	refused vrf_fixed 2 'vrf.* fixed' e-trunk set 1 vrf red
	e_trunk backup_path_half 2 'backup-peer-address.* together' \
		peer-address 10.0.0.6 source-address 10.0.0.1 \
		backup-peer-address 10.0.1.6
	e_trunk backup_path_of_two_families 2 'backup-.*different families' \
		peer-address 10.0.0.6 source-address 10.0.0.1 \
		backup-peer-address 2001:db8::2 backup-source-address 10.0.0.1
	e_trunk backup_addresses_equal 2 'backup-.* are equal' \
		peer-address 10.0.0.6 source-address 10.0.0.1 \
		backup-peer-address 10.0.0.1 backup-source-address 10.0.0.1
	e_trunk backup_path_is_primary 2 'addresses of the primary one' \
		peer-address 10.0.0.6 source-address 10.0.0.1 \
		backup-peer-address 10.0.0.6 backup-source-address 10.0.0.1
	e_trunk backup_address_link_local 2 'backup-peer-address.*link-local' \
		peer-address 10.0.0.6 source-address 10.0.0.1 \
		backup-peer-address fe80::2 backup-source-address fe80::1
	e_trunk backup_address_malformed 1 'backup-peer-address "10\.0"' \
		peer-address 10.0.0.6 source-address 10.0.0.1 \
		backup-peer-address 10.0 backup-source-address 10.0.0.1
	e_trunk split_policy_unknown 1 'split-policy "both"' \
		peer-address 10.0.0.6 source-address 10.0.0.1 split-policy both
	e_trunk replay_protection_unknown 1 'replay-protection "sequence"' \
		peer-address 10.0.0.6 source-address 10.0.0.1 \
		replay-protection sequence
	e_trunk peer_address_malformed 1 'peer-address "10\.0\.0"' \
		peer-address 10.0.0 source-address 10.0.0.1
}

system_rows()
{
	refused lacp_system_id_all_0 2 'lacp-system-id' \
		system set lacp-system-id 0000-0000-0000
	refused lacp_system_id_all_f 2 'lacp-system-id' \
		system set lacp-system-id ff:ff:ff:ff:ff:ff
	refused lacp_system_id_malformed 1 'lacp-system-id "00e0-fc00"' \
		system set lacp-system-id 00e0-fc00
	refused lacp_priority_65536 2 'lacp-priority 65536 .*65535' \
		system set lacp-priority 65536
	refused udp_port_1024 2 'udp-port 1024 .*1025\.\.65535' \
		system set udp-port 1024
}

tracking_rows()
{
	refused peer_address_while_tracking 2 'address' \
		e-trunk set 1 peer-address 10.0.0.9
	refused source_address_while_tracking 2 'address' \
		e-trunk set 1 source-address 10.0.0.11
	refused session_deleted_while_tracked 2 'e-trunk 1' bfd del b1
	refused second_session 2 'track-bfd' e-trunk set 1 track-bfd b2
	refused tracked_session_missing 2 'track-bfd' \
		e-trunk set 2 track-bfd nosuch
	refused tracked_addresses_differ 2 'track-bfd' \
		e-trunk set 2 track-bfd b2
	refused tracked_session_is_ipv6 2 'track-bfd.* ipv6' \
		e-trunk set 2 track-bfd b3
	refused tracked_session_in_a_vrf 2 'track-bfd.* vrf red' \
		e-trunk set 2 track-bfd b4
	refused tracked_session_is_ipv6_at_add 2 'track-bfd.* ipv6' \
		e-trunk add 3 auth none peer-address 10.0.0.6 \
		source-address 10.0.0.1 track-bfd b3
	refused tracked_session_in_a_vrf_at_add 2 'track-bfd.* vrf red' \
		e-trunk add 3 auth none peer-address 10.0.0.4 \
		source-address 10.0.0.1 track-bfd b4
	refused tracked_session_is_ipv4 2 'track-bfd.* ipv4' \
		e-trunk add 3 auth none peer-address 2001:db8::2 \
		source-address 2001:db8::1 track-bfd b1
	refused tracked_session_in_no_vrf 2 'track-bfd.* no vrf' \
		e-trunk add 3 auth none peer-address 10.0.0.2 \
		source-address 10.0.0.1 vrf red track-bfd b1
	refused tracked_ipv6_addresses_differ 2 \
		'track-bfd.* 2001:db8::2, .* 2001:db8::3' \
		e-trunk add 3 auth none peer-address 2001:db8::3 \
		source-address 2001:db8::1 track-bfd b3
	refused tracked_addresses_differ_at_add 2 'track-bfd' \
		e-trunk add 3 auth none peer-address 10.0.0.6 \
		source-address 10.0.0.1 track-bfd b2
}

# bfd_add NAME-OF-ROW CODE TEXT KEY VALUE...
bfd_add()
{
	local name=$1 code=$2 text=$3
	shift 3

	refused "$name" "$code" "$text" bfd add b9 \
		peer 10.0.0.9 source 10.0.0.1 "$@"
}

bfd_rows()
{
	refused bfd_name_empty 2 'name' bfd add "" peer 10.0.0.9
	refused bfd_name_16 2 'name' \
		bfd add abcdefghijklmnop peer 10.0.0.9
	refused bfd_name_duplicate 2 'b1: .*(name|exists)' \
		bfd add b1 peer 10.0.0.9
	bfd_add local_discriminator_0 2 'local-discriminator 0 .*1\.\.8191' \
		local-discriminator 0 remote-discriminator 9
	bfd_add local_discriminator_8192 2 \
		'local-discriminator 8192 .*1\.\.8191' \
		local-discriminator 8192 remote-discriminator 9
	bfd_add remote_discriminator_0 2 'remote-discriminator 0 .*1\.\.8191' \
		local-discriminator 9 remote-discriminator 0
	bfd_add remote_discriminator_8192 2 \
		'remote-discriminator 8192 .*1\.\.8191' \
		local-discriminator 9 remote-discriminator 8192
	bfd_add local_discriminator_duplicate 2 'local-discriminator 1' \
		local-discriminator 1 remote-discriminator 9
	bfd_add remote_discriminator_alone 2 'local.discriminator' \
		remote-discriminator 9
	refused local_discriminator_changed 2 'local-discriminator' \
		bfd set b1 local-discriminator 9
	refused remote_discriminator_changed 2 'remote-discriminator' \
		bfd set b1 remote-discriminator 9
	bfd_add min_tx_3299us 2 'min-tx 3299us .*3300us\.\.20s' min-tx 3299us
	bfd_add min_rx_3ms 2 'min-rx 3ms .*3300us\.\.20s' min-rx 3
	bfd_add min_tx_20001ms 2 'min-tx 20001ms .*3300us\.\.20s' \
		min-tx 20001ms
	bfd_add min_rx_21s 2 'min-rx 21s .*3300us\.\.20s' min-rx 21s
	bfd_add multiplier_2 2 'multiplier 2 .*3\.\.50' multiplier 2
	bfd_add multiplier_51 2 'multiplier 51 .*3\.\.50' multiplier 51
	refused bfd_two_families 2 'source 10\.0\.0\.1.* family' \
		bfd add b9 peer 2001:db8::9 source 10.0.0.1
	refused bfd_peer_multicast 2 'peer ff02::1.*not a unicast' \
		bfd add b9 peer ff02::1 dev p0
	refused bfd_peer_unspecified 2 'peer ::.*not a unicast' \
		bfd add b9 peer ::
	refused bfd_peer_loopback 2 'peer ::1.*not a unicast' \
		bfd add b9 peer ::1 source 2001:db8::1
	refused bfd_source_multicast 2 'source ff02::1.*not a unicast' \
		bfd add b9 peer 2001:db8::9 source ff02::1
	refused bfd_peer_mapped 2 'peer ::ffff:10\.0\.0\.9.*ipv4-mapped' \
		bfd add b9 peer ::ffff:10.0.0.9
	refused bfd_link_local_peer_without_dev 2 'peer fe80::9.*needs a dev' \
		bfd add b9 peer fe80::9
	refused bfd_link_local_source_without_dev 2 \
		'source fe80::9.*needs a dev' \
		bfd add b9 peer 2001:db8::9 source fe80::9
	refused bfd_ipv6_peer_is_ours 2 'peer.* our own' \
		bfd add b9 peer 2001:db8::1
	refused bfd_ipv6_no_route 2 'peer 2001:db8:1::9.*route' \
		bfd add b9 peer 2001:db8:1::9
	refused bfd_ipv6_min_ttl_256 2 'min-ttl 256 .*1\.\.255' \
		bfd add b9 peer 2001:db8::9 min-ttl 256
	refused bfd_ipv6_single_hop_min_ttl 2 'min-ttl 254' \
		bfd add b9 peer fe80::9 dev p0 min-ttl 254
	refused bfd_vrf_missing 1 'vrf "nosuch"' \
		bfd add b9 peer 10.0.0.9 vrf nosuch
	refused bfd_vrf_is_none 2 'not a vrf' \
		bfd add b9 peer 10.0.0.9 vrf p0
	refused bfd_dev_of_no_vrf 2 'p0 is not in vrf red' \
		bfd add b9 peer 10.0.0.9 dev p0 vrf red
	refused bfd_dev_in_a_vrf 2 'dev r0.*in a vrf' \
		bfd add b9 peer 10.0.0.9 dev r0
	refused bfd_vrf_peer_is_ours 2 'peer.* our own' \
		bfd add b9 peer 10.0.0.1 vrf red
	refused bfd_vrf_no_route 2 'peer 10\.9\.0\.9.*route' \
		bfd add b9 peer 10.9.0.9 vrf red
	refused bfd_vrf_changed 2 'vrf .*fixed' bfd set b1 vrf red
	refused bfd_same_in_vrf 2 'session b4 has the same' \
		bfd add b9 peer 10.0.0.4 source 10.0.0.1 vrf red
	bfd_add padded_size_9001 2 'padded-size 9001 .*0\.\.9000' \
		padded-size 9001
	refused bfd_multihop_echo 2 'a multihop session has no echo' \
		bfd add b9 peer 10.0.0.9 source 10.0.0.1 echo 20
	refused bfd_echo_set_multihop 2 'a multihop session has no echo' \
		bfd set b1 echo 20
	refused bfd_echo_3299 2 'echo 3299us: ' \
		bfd add b9 peer 10.0.0.9 dev p0 echo 3299us
	refused bfd_echo_20001 2 'echo 20001.* out of range .*20s' \
		bfd add b9 peer 10.0.0.9 dev p0 echo 20001
	refused bfd_echo_word 1 'echo' bfd add b9 peer 10.0.0.9 dev p0 echo on
	refused multiplier_set_51 2 'multiplier 51 .*3\.\.50' \
		bfd set b1 min-tx 50ms multiplier 51
}

member_rows()
{
	refused member_no_bond 2 'member ac1: ' member add ac1 e-trunk 1
	refused member_not_802_3ad 2 'member bond1: .*802\.3ad' \
		member add bond1 e-trunk 1
	refused member_already 2 'member bond0: ' member add bond0 e-trunk 1
	refused member_of_another_e_trunk 2 'member bond0: ' \
		member add bond0 e-trunk 2
	refused member_no_such_device 2 'member nosuch: ' \
		member add nosuch e-trunk 1
	ip -n "$OTHER" link add bond9 type bond mode 802.3ad
	refused member_in_another_namespace 2 'member bond9: ' \
		member add bond9 e-trunk 1
	refused member_of_no_e_trunk 2 'e-trunk' member add bond2 e-trunk 9
	refused member_id_in_use 2 '\bid\b' member add bond2 e-trunk 1 id 1
	refused member_lacp_system_id_all_0 2 'lacp-system-id' \
		member set bond0 lacp-system-id 0000-0000-0000
	refused member_lacp_system_id_group 2 'lacp-system-id' \
		member set bond0 lacp-system-id 01:00:00:00:00:01
	refused member_lacp_priority_65536 2 'lacp-priority 65536.* 0\.\.65535' \
		member set bond0 lacp-priority 65536
	refused member_moved 2 'e-trunk' member set bond0 e-trunk 2
}

# pw_add NAME-OF-ROW CODE TEXT IN-LABEL OUT-LABEL
pw_add()
{
	refused "$1" "$2" "$3" pw add pw9 peer 3.3.3.9 pw-id 9 \
		in-label "$4" out-label "$5"
}

pw_rows()
{
	pw_add in_label_15 2 'in-label 15 .*16\.\.1048575' 15 2009
	pw_add out_label_15 2 'out-label 15 .*16\.\.1048575' 1009 15
	pw_add in_label_1048576 2 'in-label 1048576 .*16\.\.1048575' \
		1048576 2009
	pw_add out_label_1048576 2 'out-label 1048576 .*16\.\.1048575' \
		1009 1048576
	pw_add in_label_in_use 2 'in-label' 1001 2009
	refused in_label_changed 2 'in-label' pw set pw3 in-label 1009
	refused pw_name_duplicate 2 'pw pw1: ' pw add pw1 peer 3.3.3.9 \
		pw-id 9 in-label 1009 out-label 2009
	refused pw_tracks_another_peer 2 'track-bfd' \
		pw set pw3 track-bfd b1
	refused vccv_without_control_word 2 'vccv-bfd on: .*control word' \
		pw add pw9 peer 3.3.3.9 pw-id 9 in-label 1009 out-label 2009 \
		control-word off vccv-bfd on
	refused vccv_and_tracked 2 'track-bfd' pw add pw9 peer 3.3.3.3 \
		pw-id 9 in-label 1009 out-label 2009 vccv-bfd on track-bfd b2
	refused vccv_on_one_that_tracks 2 'track-bfd' pw set pw1 vccv-bfd on
	refused vccv_min_tx_3299us 2 'min-tx 3299us .*3300us\.\.20s' \
		pw set pw3 vccv-bfd on min-tx 3299us
	refused vccv_multiplier_51 2 'multiplier 51 .*3\.\.50' \
		pw set pw3 vccv-bfd on multiplier 51
	refused vccv_mode_unknown 1 'vccv-bfd "udp"' pw set pw3 vccv-bfd udp
	refused pw_tracks_ipv6 2 'track-bfd.* ipv6' \
		pw set pw3 track-bfd b3
	refused pw_tracks_in_a_vrf 2 'track-bfd.* vrf red' \
		pw set pw3 track-bfd b4
	refused pw_id_changed 2 'pw-id' pw set pw3 pw-id 9
	refused pw_type_unknown 1 'type "ipls"' pw set pw3 type ipls
	refused pw_type_changed 2 'type tagged: fixed' pw set pw3 type tagged
	refused pw_vlan_4095 2 'vlan 4095 .*0\.\.4094' pw add pw9 \
		peer 3.3.3.9 pw-id 9 in-label 1009 out-label 2009 \
		type tagged vlan 4095
	refused pw_vlan_of_a_raw_one 2 'vlan 5: .*tagged' pw add pw9 \
		peer 3.3.3.9 pw-id 9 in-label 1009 out-label 2009 vlan 5
	refused pw_sequence_without_control_word 2 'sequence on: .*control word' \
		pw add pw9 peer 3.3.3.9 pw-id 9 in-label 1009 out-label 2009 \
		control-word off sequence on
	refused pw_sequence_changed 2 'sequence on: fixed' \
		pw set pw3 sequence on
	refused pw_tc_8 1 'tc "8"' pw set pw3 tc 8
	refused pw_tracks_missing_session 2 'track-bfd' \
		pw set pw3 track-bfd nosuch
}

core_and_ac_rows()
{
	refused core_is_an_ac 2 'core ac0: ' core add ac0
	refused ac_is_a_core 2 '\bac\b' vpws add s9 ac core0 pw pw3
	refused ac_in_use 2 '\bac\b' vpws add s9 ac ac0 pw pw3
	refused ac_in_a_bridge 2 '\bac\b' vpws add s9 ac ac2 pw pw3
	refused ac_missing 2 '\bac\b' vpws add s9 ac nosuch pw pw3
	refused core_duplicate 2 'core core0: ' core add core0
	refused core_missing 2 'core nosuch: ' core add nosuch
	refused pw_in_two_services 2 'pw1' vpws add s9 ac ac1 pw pw1
	refused pw_twice_in_a_service 2 'pw3' \
		vpws add s9 ac ac1 pw pw3 secondary pw3
	refused l2_control_unknown 1 'l2-control' \
		vpws add s9 ac ac1 pw pw3 l2-control peer
	refused pw_missing 2 '\bpw\b' vpws add s9 ac ac1 pw nosuch
}

in_use_rows()
{
	refused session_used_by_a_pw 2 'pw1' bfd del b2
	refused pw_used_by_a_service 2 's1' pw del pw1
	refused e_trunk_with_members 2 'bond0' e-trunk del 1
}

key_rows()
{
	: >"$TMP/empty"
	echo >"$TMP/newline"
	head -c 256 /dev/zero | tr '\0' k >"$TMP/long"

	refused hmac_sha1_is_weak 2 'auth' e-trunk set 1 auth hmac-sha1
	refused key_file_empty 1 'key-file .*is empty' \
		e-trunk set 1 key-file "$TMP/empty"
	refused key_file_only_newline 1 'key-file .*is empty' \
		e-trunk set 1 key-file "$TMP/newline"
	refused key_file_256_bytes 1 'key-file .*255' \
		e-trunk set 1 key-file "$TMP/long"
	refused key_file_missing 1 'key-file .*No such file' \
		e-trunk set 1 key-file "$TMP/nosuch"
	refused key_id_256 2 'key-id 256 .*255' \
		e-trunk set 1 key-id 256 key-file "$TMP/key"
	refused send_key_missing 2 'send-key' e-trunk set 1 send-key 9
	refused del_key_missing 2 'del-key' e-trunk set 1 del-key 9
}

syntax_rows()
{
	refused key_unknown 1 'unknown key "preference"' \
		e-trunk set 1 preference 1
	refused key_abbreviated 1 'unknown key "prio"' \
		e-trunk set 1 prio 1
	refused key_not_built 1 'unknown key "whitelist"' e-trunk add 3 \
		peer-address 10.0.0.9 source-address 10.0.0.1 whitelist on
	refused key_doubled 1 'key "priority" is given twice' \
		e-trunk set 1 priority 1 priority 1
	refused key_missing 1 'missing key "source-address"' \
		e-trunk add 3 peer-address 10.0.0.6
	refused value_missing 1 'key "priority" has no value' \
		e-trunk set 1 priority
	refused nothing_to_set 1 'missing key' e-trunk set 1
	refused verb_unknown 1 'unknown verb "remove"' e-trunk remove 1
	refused object_unknown 1 'unknown object .*"etrunk"' etrunk show
}

not_root_rows()
{
	AS=(ip netns exec "$PE" setpriv --reuid=65534 --regid=65534
	    --clear-groups --inh-caps=-all)
	IN=()
	refused not_root_add 2 'bfd b9: permission denied' \
		bfd add b9 peer 10.0.0.9
	refused not_root_set 2 'e-trunk 1: permission denied' \
		e-trunk set 1 priority 1
	refused not_root_del 2 'vpws s1: permission denied' vpws del s1
	refused not_root_reset 2 'pw pw1: permission denied' stats reset pw pw1
	refused not_root_reset_all 2 'permission denied' stats reset
	IN=(-n "$PE")
	refused not_root_netns 2 'permission denied' bfd show
	AS=()
}

# The seventh line of twelve is bad: nobody may notice the other eleven.
apply_rolls_back()
{
	cat >"$TMP/conf" <<-END
		bfd set b1 multiplier 5
		bfd add b7 peer 10.0.0.7 source 10.0.0.1
		pw set pw3 mtu 1400
		pw add pw7 peer 3.3.3.7 pw-id 7 in-label 1007 out-label 2007
		e-trunk set 1 priority 7
		e-trunk add 7 peer-address 10.0.0.7 source-address 10.0.0.1 auth none track-bfd b7
		member add bond1 e-trunk 7
		member add bond2 e-trunk 7
		core add core1
		vpws add s7 ac ac1 pw pw7
		system set lacp-priority 7
		vpws set s1 precedence configured
	END
	etrunkctl -n "$PE" -j monitor >"$TMP/events" &
	slowwait 5 listening
	check_err $? "the monitor does not listen"

	refused apply_line_7_refused 2 'conf:7: member bond1: .*802\.3ad' \
		apply "$TMP/conf"
	sed -i '7s/.*/bfd add b8 peer 10.0.0.8 multiplier 51/' "$TMP/conf"
	refused apply_line_7_out_of_range 1 \
		'conf:7: bfd b8: multiplier 51 .*3\.\.50' \
		apply "$TMP/conf"
	sed -i '7s/.*/bfd add b8 pear 10.0.0.8/' "$TMP/conf"
	refused apply_line_7_unknown_key 1 'conf:7: bfd b8: unknown key "pear"' \
		apply "$TMP/conf"

	kill %%
	wait %%
	check_equal "exit code of the monitor" 0 $?
	check_equal "events" "" "$(cat "$TMP/events")"
	log_test apply_refused_has_no_event

	# and without that line it works
	sed -i 7d "$TMP/conf"
	ctl apply "$TMP/conf"
	check_err $? "apply without the bad line"
	log_test apply_without_it
}

# The multicast group has a listener in the namespace.
listening()
{
	ip netns exec "$PE" awk '$2 == 16 && $4 != "00000000" { n++ }
		END { exit !n }' /proc/net/netlink
}

tests_run
