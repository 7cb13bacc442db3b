#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Conformance to RFC 5880 6.2, 6.8.1 to 6.8.7, 6.8.16 and 6.8.18, one rule at a
# time: raw packets from PEER, and what PE makes of them. Reception's checks are
# in bfd_rx_checks.sh, pace and polls in bfd_timers.sh, detection times in
# bfd_detect.sh, life between two modules in bfd_session.sh, other makers in
# bfd_bird.sh and bfd_frr.sh.
#
# Every case has a witness: a counter that moves, or a packet that comes. A
# session with a real peer (m1, multihop) lives beside them; each case checks
# that it has not noticed.
#
# The cases of two other suites, and what covers them here, SCRIPT/CASE, or why
# nothing does. The subtest table_is_true looks each of ours up.
#
# VPP test_bfd.py:
#  add_bfd add_bfd6 session_up session_up_by_ip: bfd_session/handshake
#	bfd_ipv6/both_ends
#  double_add: bfd_session/same_addresses_twice refuse/bfd_same_in_vrf
#  mod_bfd upd_bfd: bfd_timers/change_without_flap; add-or-update is not
#	offered, a second add is refused: refuse/bfd_name_duplicate
#  session_down: bfd_conform/state_machine_up_rx_down
#  hold_up: bfd_bird/no_flap bfd_frr/no_flap bfd_scale/no_flap
#  slow_timer: bfd_timers/slow_start
#  zero_remote_min_rx: bfd_timers/peer_asks_for_silence
#	bfd_conform/silence_still_answers_polls
#  conn_down: bfd_detect/default_10ms_x3 bfd_ipv6/detection
#  peer_discr_reset_sess_down: bfd_conform/silence_forgets_the_peer
#  large_required_min_rx: bfd_timers/peer_asks_for_slower
#  immediate_remote_min_rx_reduction: bfd_conform/overdue_packet_goes_at_once
#  modify_req_min_rx_double: bfd_conform/longer_detection_is_used_at_once
#  modify_req_min_rx_halve: bfd_conform/shorter_detection_waits_for_final
#  modify_detect_mult: bfd_conform/multiplier_needs_no_poll
#  queued_poll: bfd_conform/second_change_is_polled_again
#	bfd_fsm_test/change_during_poll
#  poll_response: bfd_timers/poll_is_answered_at_once
#	bfd_conform/poll_in_down_is_answered
#  no_periodic_if_remote_demand: bfd_timers/peer_in_demand
#	bfd_fsm_test/remote_demand_stops_periodic
#  config_change_remote_demand: bfd_modes_test/demand_change_during_poll
#  admin_up_down: bfd_session/shutdown_here bfd_conform/admin_down_is_told
#	bfd_conform/enabled_starts_in_down
#  intf_deleted: bfd_session/device_comes_back bfd_ipv6/device_comes_back
#  bfd_traffic_with_tos_configured set_udp_tos: the class is fixed to CS6:
#	bfd_timers/packet_format bfd_ipv6/packet_format
#  poll_final_default_table4 poll_final_default_table6:
#	bfd_timers/change_on_up_is_polled
#  poll_final_non_default_vrf4 poll_final_non_default_vrf6:
#	bfd_vrf/same_addresses (each comes up at its fast pace, which takes a
#	poll)
#  echo echo_fail echo_stop: bfd_echo/both_ways bfd_echo/one_way_break
#	bfd_echo/off_and_on
#  echo_looped_back: bfd_echo/both_forms_are_looped
#  stale_echo invalid_echo_checksum: bfd_echo/hostile_frames_of_ours (a digest
#	protects them)
#  echo_source_removed set_del_udp_echo_source: none: the source is that of the
#	session
#  add_sha1_keys set_del_sha1_key set_del_meticulous_sha1_key:
#	bfd_auth/refused tool_conf/keys_are_never_shown
#  add_bfd_sha1 sha1_session_up sha1_hold_up: bfd_auth/type_sha1
#	bfd_bird_auth/none_flaps
#  sha1_hold_up_meticulous: bfd_auth/type_meticulous-sha1
#	bfd_bird_auth/none_flaps
#  double_add_sha1 shared_sha1_key: none: a key belongs to its session here
#  add_auth_nonexistent_key: refuse/key_file_missing
#  activate_auth deactivate_auth change_key: bfd_auth/key_rollover
#	bfd_auth/type_changes
#  auth_on_immediate auth_off_immediate auth_change_key_immediate:
#	bfd_auth/type_changes bfd_auth/key_rollover
#  auth_on_delayed auth_off_delayed auth_change_key_delayed:
#	bfd_auth/key_rollover; what is received is believed by old and new:
#	bfd_auth_test/change_disturbs_nobody
#  send_bad_seq_number: bfd_auth/meticulous_sha1 bfd_auth_test/window
#	bfd_auth_test/replay
#  mismatch_auth: bfd_auth/type_other_key bfd_bird_auth/other_secret
#  mismatch_bfd_key_id: bfd_auth_test/key_ids bfd_bird_auth/other_key_id
#  mismatched_auth_type: bfd_auth_test/types bfd_bird_auth/other_type
#  restart: bfd_auth/peer_restarts
#	bfd_bird_auth/bird_is_killed_and_comes_back
#  session_with_fib: none: routes do not hang on BFD; pseudowires and trunks
#	do: vccv/label_route_lost trunk_election/bfd_down_takes_over
#  bfd_o_gre: none: a tunnel is a device as any: bfd_session/handshake
#  show: tool_json/golden_keys
#  add_mod_del_bfd_udp add_mod_del_bfd_udp6 add_mod_del_bfd_udp_auth
#	add_mod_del_bfd_udp6_auth auth_on_off auth_on_off_delayed:
#	tool_conf/apply_creates tool_conf/merge_keeps
#	tool_conf/replace_removes tool_conf/keys_roll_over
# FRR topotests:
#  bfd_topo1 bfd_topo2 bfd_topo3: bfd_frr/all_come_up bfd_frr/bfdd_shuts_down
#	bfd_bird/all_come_up
#  bfd_profiles_topo1: none: profiles are not offered; what they set:
#	bfd_frr/our_timers_change
#  bfd_vrf_topo1 bfd_vrflite_topo1 bfd_static_vrf: bfd_vrf/same_addresses
#	bfd_vrf/one_vrf_fails
#  bfd_isis_topo1 bfd_ospf_topo1 bfd_ospf_quicknbr_topo1 rip_bfd_topo1
#	bgp_bfd_session bgp_bfd_down_cease_notification: none: reactions of
#	routing protocols; of our clients: trunk_election/bfd_down_takes_over
#  static_bfd_admin_down: none: static routes; what a client hears:
#	bfd_session/shutdown_there
#  bfd_bgp_cbit_topo3: bfd_timers/packet_format
#  bfd_authentication_topo1: bfd_auth/type_simple bfd_auth/type_md5
#	bfd_auth/type_meticulous-md5 bfd_auth/type_sha1
#	bfd_auth/type_meticulous-sha1 bfd_auth/key_rollover; its form of HMAC
#	is refused: bfd_auth_test/hmac_is_refused
#  bfd_echo6_topo1: bfd_echo/ipv6 bfd_echo/ipv6_link_local
#  bfd_jitter_verification: bfd_timers/jitter bfd_fsm_test/jitter_range
#  bfd_dynamic_sockets: bfd_session/ports_follow_sessions
#  bfd_admin_down_no_impact: bfd_session/deletion_is_no_failure
#	vccv/off_is_no_failure
#  bfd_dplane_counters_topo1: none: no protocol to a data plane elsewhere
#  sbfd_topo1: none: seamless BFD is not offered
#
# shellcheck source=selftests/bfd_lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/bfd_lib.sh"

# shellcheck disable=SC2034 # for tests_run
ALL_TESTS="state_machine state_machine_admin_down discriminators_are_random
	flap_keeps_variables
	down_keeps_state_for_a_detection_time silence_forgets_the_peer
	peer_changes_its_discriminator unknown_diagnostics
	down_is_told_at_once admin_down_is_told admin_down_answers_nothing
	enabled_starts_in_down poll_in_down_is_answered
	silence_still_answers_polls final_unasked_is_harmless
	overdue_packet_goes_at_once shorter_detection_waits_for_final
	longer_detection_is_used_at_once second_change_is_polled_again
	multiplier_needs_no_poll slow_again_after_up longest_detection_time
	table_is_true"

setup()
{
	etrunk_reload || check_err $? "module does not load"
	bfd_topology
	etrunkctl -n "$PE" -b - <<-END
		bfd add m1 peer 10.0.1.2 source 10.0.1.1
		bfd add b1 peer 10.0.0.2 source 10.0.0.1 dev v0 local-discriminator 1
	END
	bfd "$PEER" add m1 peer 10.0.1.1 source 10.0.1.2
	wait_bfd "$PE" m1 up
}

# The live session beside the case.
bystander()
{
	check_equal "the live session" "up 1 0 0" "$(bfd_show "$PE" m1 \
		'"\(.state) \(.up_count) \(.down_count) \(.rx_drop)"')"
}

# show NAME JQ_FILTER of several values
show()
{
	bfd_show "$PE" "$1" "$2"
}

# A session per cell of the table in 6.8.6. A peer that never repeats itself is
# given up after 255 s.
LASTING="min-tx 1000000 mult 255"

# The sessions, and what becomes of them:
#	NUMBER NAME STATE_THAT_LEADS_THERE STATE_RECEIVED STATE DIAG
cells()
{
	nl -w 1 -s ' ' <<-END
		down_rx_admin	-	0	down	0
		down_rx_down	-	1	init	0
		down_rx_init	-	2	up	0
		down_rx_up	-	3	down	0
		init_rx_admin	1	0	down	3
		init_rx_down	1	1	init	0
		init_rx_init	1	2	up	0
		init_rx_up	1	3	up	0
		up_rx_admin	2	0	down	3
		up_rx_down	2	1	down	3
		up_rx_init	2	2	up	0
		up_rx_up	2	3	up	0
	END
}

state_machine()
{
	local name first last state diag n want
	local -a packets=()

	while read -r n name first last state diag; do
		echo "bfd add $name peer 10.0.0.$((10 + n)) source 10.0.0.1 dev v0 local-discriminator $((100 + n))"
	done < <(cells) | etrunkctl -n "$PE" -b -
	while read -r n name first last state diag; do
		local common="from 10.0.0.$((10 + n)) my $((200 + n)) your $((100 + n)) $LASTING"

		# shellcheck disable=SC2206 # words
		[ "$first" = - ] || packets+=($common state "$first" --)
		# shellcheck disable=SC2206
		packets+=($common state "$last" --)
	done < <(cells)
	# in one go, long before any detection time
	inject "${packets[@]}" from 10.0.0.99 my 9
	sleep 0.05
	# with their witness: that many packets were accepted
	etrunkctl -n "$PE" -j bfd show | jq -r '.[] |
		"\(.name) \(.state) \(.diag) \(.rx_packets) \(.rx_drop)"' \
		>states.txt
	while read -r n name first last state diag; do
		want=1
		[ "$first" = - ] || want=2
		check_equal "$name" "$state $diag $want 0" \
			"$(sed -n "s/^$name //p" states.txt)"
		log_test "state_machine_$name"
		bfd "$PE" del "$name"
	done < <(cells)
	bystander
	log_test state_machine_disturbs_nobody
}

# Nothing moves it, and nothing counts as received.
state_machine_admin_down()
{
	local state ignored

	bfd "$PE" add a1 peer 10.0.0.41 source 10.0.0.1 dev v0 \
		local-discriminator 141 shutdown on
	for state in 0 1 2 3; do
		inject from 10.0.0.41 my 241 your 141 state $state
	done
	sleep 0.05
	ignored=$(show a1 '.counters["rx-ignored"]')
	check_equal "state" "admin-down 7 0 0" "$(show a1 \
		'"\(.state) \(.diag) \(.rx_packets) \(.rx_drop)"')"
	check_equal "ignored" 4 "$ignored"
	bystander
	bfd "$PE" del a1
}

# 6.8.1: nonzero, unique, and not in a row.
discriminators_are_random()
{
	local i list

	for i in {1..16}; do
		echo "bfd add r$i peer 10.0.0.$((50 + i)) source 10.0.0.1 dev v0"
	done | etrunkctl -n "$PE" -b -
	list=$(etrunkctl -n "$PE" -j bfd show | jq '.[] |
		select(.name | startswith("r")) | .local_discriminator')
	check_equal "different ones" 16 "$(sort -u <<<"$list" | wc -l)"
	check_between "the least" 8192 4294967295 \
		"$(sort -n <<<"$list" | head -n 1)"
	# sixteen of 2^32 that lie within 2^24 of each other are no draw
	check_between "between the least and the greatest" $((1 << 24)) \
		$((1 << 32)) $(($(sort -n <<<"$list" | tail -n 1) -
				$(sort -n <<<"$list" | head -n 1)))
	for i in {1..16}; do
		echo "bfd del r$i"
	done | etrunkctl -n "$PE" -b -
}

# add_session NAME N: at 10.0.0.N, discriminators 1N and 2N
add_session()
{
	bfd "$PE" add "$1" peer 10.0.0."$2" source 10.0.0.1 dev v0 \
		local-discriminator $((100 + $2))
}

# from N: words of a packet to that session
from()
{
	echo "from 10.0.0.$1 my $((200 + $1)) your $((100 + $1))"
}

# Down by the peer's word: what it advertised stays.
flap_keeps_variables()
{
	add_session f1 61
	# shellcheck disable=SC2046 # words, here and below
	inject $(from 61) state 2 mult 70 min-tx 2000000 min-rx 3000000 -- \
		$(from 61) state 1 mult 70 min-tx 2000000 min-rx 3000000
	sleep 0.05
	check_equal "after the flap" "down 1 261 70 3000000 140000000" "$(show f1 \
		'"\(.state) \(.down_count) \(.remote_discriminator) \(.remote_multiplier) \(.tx_interval_us) \(.detect_time_us)"')"
	bystander
	bfd "$PE" del f1
}

down_keeps_state_for_a_detection_time()
{
	add_session k1 62
	# shellcheck disable=SC2046
	inject $(from 62) state 2 mult 60 min-tx 1000000 -- \
		$(from 62) state 1 mult 60 min-tx 1000000
	sleep 10
	check_equal "after 10 of 60 s" "down 262" \
		"$(show k1 '"\(.state) \(.remote_discriminator)"')"
	sleep 52
	check_equal "after 62 of 60 s" "down null" \
		"$(show k1 '"\(.state) \(.remote_discriminator)"')"
	bystander
	bfd "$PE" del k1
}

# 6.8.1 and 6.8.18: its discriminator, and what it wanted.
silence_forgets_the_peer()
{
	add_session g1 63
	# shellcheck disable=SC2046
	inject $(from 63) state 2 mult 60 min-tx 500000 min-rx 5000000
	sleep 0.05
	check_equal "while heard" "up 263 5000000" "$(show g1 \
		'"\(.state) \(.remote_discriminator) \(.tx_interval_us)"')"
	wait_bfd "$PE" g1 down 90
	check_equal "then" "null 1000000 1 DETECTION_EXPIRED" "$(show g1 \
		'"\(.remote_discriminator) \(.tx_interval_us) \(.diag) \(.last_down_reason)"')"
	bystander
	bfd "$PE" del g1
}

# 6.3: it may, and that says nothing about the state.
peer_changes_its_discriminator()
{
	add_session h1 64
	# shellcheck disable=SC2046,SC2086
	inject $(from 64) $LASTING state 2 -- $(from 64) $LASTING state 3 my 777
	sleep 0.05
	check_equal "session" "up 777 0 2" "$(show h1 \
		'"\(.state) \(.remote_discriminator) \(.down_count) \(.rx_packets)"')"
	bystander
	bfd "$PE" del h1
}

unknown_diagnostics()
{
	local diag

	add_session i1 65
	for diag in 4 8 9 10 31; do
		# shellcheck disable=SC2046,SC2086
		inject $(from 65) $LASTING state 2 diag $diag
		sleep 0.05
		check_equal "shown" "up $diag" \
			"$(show i1 '"\(.state) \(.remote_diag)"')"
	done
	bystander
	bfd "$PE" del i1
}

# 6.8.7: the change is in the next packet, and that goes now.
down_is_told_at_once()
{
	local out

	out=$(peer up 3000 run 100 set state 1 reply 500)
	check_equal "reply" "1 3" "$(field state "$out") $(field diag "$out")"
	check_between "after us" 0 1000 "$(field reply_us "$out")"
	bystander
}

# 6.8.16: told at once, and again for a detection time at least.
admin_down_is_told()
{
	local out

	wait_bfd "$PE" b1 down
	{
		sleep 1.5
		bfd "$PE" set b1 shutdown on
	} &
	out=$(peer up 3000 run 8000 last noise 4000)
	wait
	check_match "packet" "^state=0 diag=7 " "$(sed -n 2p <<<"$out")"
	check_between "packets in 4 s" 3 6 "$(field rx "$(sed -n 3p <<<"$out")")"
	bystander
}

# 6.8.6 step 18: not even a Poll. The witness is in rx-ignored.
admin_down_answers_nothing()
{
	local before out

	before=$(show b1 '.counters["rx-ignored"]')
	out=$(peer your 1 state 1 poll 600)
	check_equal "answer" none "$(field final_us "$out")"
	check_equal "ignored" $((before + 1)) \
		"$(show b1 '.counters["rx-ignored"]')"
	check_equal "state" "admin-down" "$(show b1 .state)"
	bystander
}

enabled_starts_in_down()
{
	bfd "$PE" set b1 shutdown off
	check_equal "state" "down 0" "$(show b1 '"\(.state) \(.diag)"')"
	bystander
}

poll_in_down_is_answered()
{
	local out

	# Up from it leaves a Down session as it is
	out=$(peer your 1 state 3 poll 500)
	check_between "after us" 0 1000 "$(field final_us "$out")"
	check_equal "state" 1 "$(field state "$out")"
	bystander
}

# RequiredMinRx 0 ends periodic packets, not answers.
silence_still_answers_polls()
{
	local out

	out=$(peer up 3000 run 100 set min-rx 0 run 100 poll 20)
	check_between "after us" 0 1000 \
		"$(field final_us "$(tail -n 1 <<<"$out")")"
	wait_bfd "$PE" b1 down
	bystander
}

final_unasked_is_harmless()
{
	local out before

	before=$(show b1 .rx_drop)
	out=$(peer up 3000 run 200 set flags 10 send send set flags 0 run 500)
	check_equal "state" 3 "$(field state "$(tail -n 1 <<<"$out")")"
	check_equal "dropped" "$before" "$(show b1 .rx_drop)"
	check_between "packets in 500 ms" 45 70 \
		"$(field rx "$(tail -n 1 <<<"$out")")"
	wait_bfd "$PE" b1 down
	bystander
}

# 6.8.3: the peer takes back a long interval when a packet is overdue by then.
overdue_packet_goes_at_once()
{
	local out

	out=$(peer min-rx 20000000 up 25000 run 2000 set min-rx 10000 reply 500)
	check_between "after us" 0 1000 "$(field reply_us "$out")"
	wait_bfd "$PE" b1 down
	bystander
}

# detection_after ARGUMENT...: PE's detection time while the peer does not
# answer polls any more, before and after PE's min-rx becomes 30 ms
detection_around_change()
{
	{
		sleep 2.5
		show b1 .detect_time_us
		bfd "$PE" set b1 min-rx 30
		sleep 1
		show b1 .detect_time_us
	} >around.txt &
	peer up 3000 run 500 set final off run 9000 set final on run 1000 >peer.txt &
	wait
	tr '\n' ' ' <around.txt
}

# A decrease of RequiredMinRx does not shorten the detection time until the
# peer has answered.
shorter_detection_waits_for_final()
{
	bfd "$PE" set b1 min-rx 50
	check_equal "before and after the change" "150000 150000 " \
		"$(detection_around_change)"
	check_between "polls meanwhile" 10 1000 \
		"$(field polls "$(sed -n 2p peer.txt)")"
	check_equal "in the end" 90000 "$(show b1 .detect_time_us)"
	wait_bfd "$PE" b1 down
	bystander
}

longer_detection_is_used_at_once()
{
	bfd "$PE" set b1 min-rx 10
	check_equal "before and after the change" "30000 90000 " \
		"$(detection_around_change)"
	wait_bfd "$PE" b1 down
	bfd "$PE" set b1 min-rx 10
	bystander
}

# A change while a Poll is out: one Final may answer the first only, so a
# second Poll follows, and it ends.
second_change_is_polled_again()
{
	{
		sleep 2.5
		bfd "$PE" set b1 min-tx 20
		sleep 0.5
		bfd "$PE" set b1 min-tx 40
	} &
	peer up 3000 run 500 set final off run 9000 set final on run 1000 \
		run 1000 last >peer.txt
	wait
	check_between "polls unanswered" 10 1000 \
		"$(field polls "$(sed -n 2p peer.txt)")"
	check_between "polls answered" 2 4 \
		"$(field polls "$(sed -n 3p peer.txt)")"
	check_equal "polls then" 0 "$(field polls "$(sed -n 4p peer.txt)")"
	check_match "packet" "min_tx=40000 " "$(tail -n 1 peer.txt)"
	check_between "gap in us" 28000 41000 \
		"$(field gap_mean_us "$(sed -n 4p peer.txt)")"
	wait_bfd "$PE" b1 down
	bfd "$PE" set b1 min-tx 10
	bystander
}

# 6.8.12
multiplier_needs_no_poll()
{
	{
		sleep 2.5
		bfd "$PE" set b1 multiplier 9
	} &
	peer up 3000 run 1000 run 8000 last >peer.txt
	wait
	check_equal "polls" 0 "$(field polls "$(sed -n 2p peer.txt)")"
	check_match "packet" " mult=9 " "$(tail -n 1 peer.txt)"
	wait_bfd "$PE" b1 down
	bfd "$PE" set b1 multiplier 3
	bystander
}

# 6.8.3: not less than one second whenever it is not Up.
slow_again_after_up()
{
	local out

	out=$(peer up 3000 run 100 set state 0 send noise 6500 last)
	check_between "shortest gap in us" 749000 1001000 \
		"$(field gap_min_us "$(sed -n 2p <<<"$out")")"
	check_match "packet" "^state=1 .* min_tx=1000000 " \
		"$(tail -n 1 <<<"$out")"
	bystander
}

# 10 s x 255, RFC 7419: 42.5 minutes, more than 32 bits of microseconds hold
# with twice the interval.
longest_detection_time()
{
	add_session l1 66
	add_session l2 67
	# shellcheck disable=SC2046
	inject $(from 66) state 2 mult 255 min-tx 10000000 min-rx 20000000 -- \
		$(from 67) state 2 mult 255 min-tx 20000000 min-rx 20000000
	sleep 0.05
	check_equal "detection time" 2550000000 "$(show l1 .detect_time_us)"
	bfd "$PE" del m1
	bfd "$PEER" del m1
	sleep 2540
	check_equal "after 2540 s" up "$(show l1 .state)"
	sleep 20
	check_equal "after 2560 s" "down 1" "$(show l1 '"\(.state) \(.diag)"')"
	# 5100 s
	check_equal "the longer one" up "$(show l2 .state)"
}

# table: the header's rows, each on a line "NAMES: CASES"
table()
{
	awk '/^# VPP test_bfd.py/ { on = 1 }
	     !/^#/ || /^#$/ { on = 0 }
	     on && /^#  / { printf "%s%s", sep, substr($0, 4); sep = "\n" }
	     on && /^#\t/ { printf " %s", substr($0, 3) }
	     END { print "" }' "$LIB_DIR/bfd_conform.sh"
}

# Each case of ours that it names is one that runs: in the committed list, or a
# function of a script.
table_is_true()
{
	local case row rows=0 cases=0 script

	while read -r row; do
		rows=$((rows + 1))
		[[ $row =~ [a-z0-9_]:\ .*(none:|/) ]]
		check_err $? "neither a case nor a reason: $row"
		for case in ${row#*: }; do
			case=${case%[;,:]}
			[[ $case == */* ]] || continue
			cases=$((cases + 1))
			script=${case%/*}
			case=${case#*/}
			grep -qE "^[a-z]+/$script(\\.sh)?: (global\\.)?$case\$" \
				"$LIB_DIR/expected" ||
				grep -q "^$case()" "$LIB_DIR/$script.sh"
			check_err $? "there is no case $script/$case"
		done
	done < <(table)
	check_between "rows" 50 200 "$rows"
	check_between "cases of ours" 80 1000 "$cases"
}

tests_run
