#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# PW status on the wire (RFC 6478): when a word is said, repeated, refreshed,
# acknowledged and forgotten, and what holds after a PE was gone. Lab: pw_lab.sh;
# P sees every message and can play either PE.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/pw_lab.sh
. "$(dirname "$0")/pw_lab.sh"
# shellcheck source=selftests/trace_lib.sh
. "$(dirname "$0")/trace_lib.sh"

ALL_TESTS="
	acknowledged_word_is_said_once
	burst_of_three_then_refresh
	burst_of_0_then_silence
	new_word_begins_a_new_burst
	ack_ends_the_burst_and_asks_another_refresh
	ack_of_another_word_is_ignored
	expires_after_3_5_refresh_intervals
	refresh_0_does_not_expire
	one_ack_per_refresh_interval
	any_ttl_is_accepted
	unknown_bits_are_shown_and_ignored
	truncated_is_dropped_and_counted
	malformed_is_dropped_and_counted
	gal_without_control_word
	silence_is_standby_for_4s
	first_messages_lost_no_black_hole
	restart_voids_the_old_word
	restart_of_the_far_end_learns_all_words
"

DIR=$(mktemp -d)
WATCH=
REFRESH=10

# What stands behind the label: ACH, refresh, length of TLVs, flags, TLV, word.
ACH=10000027

setup()
{
	require_command jq
	modprobe -a cls_flower act_gact sch_netem
	etrunk_reload
	check_err $? "cannot load the module"
	pw_lab
	pw_services refresh "${REFRESH}s"
	check_err $? "cannot configure"
	MAC1=$(ip -n "$PE1" -j link show core0 | jq -r '.[0].address')
	MAC3=$(ip -n "$PE3" -j link show core0 | jq -r '.[0].address')
	slowwait 10 all_up
	check_err $? "the PWs are not up"
	ip netns exec "$P" pw_oam watch pe1 pe3 >"$DIR/oam" &
	WATCH=$!
	sleep 5
}

cleanup()
{
	[ -z "$WATCH" ] || kill "$WATCH" 2>/dev/null
	trace_off
	rm -rf "$DIR"
}

all_up()
{
	pw_is 1 pw1 state up && pw_is 2 pw2 state up &&
		pw_is 3 pw1 state up && pw_is 3 pw2 state up
}

# lse LABEL [TTL]: one that is the bottom of the stack
lse()
{
	printf '%08x' $(($1 << 12 | 0x100 | ${2:-1}))
}

# oam WORD REFRESH [FLAGS]: a status message
oam()
{
	printf '%s%04x08%02x096a0004%08x' "$ACH" "$2" "${3:-0}" "$1"
}

ACK=0x80

# to_pe3 HEX, to_pe1 HEX: as if the other one had sent it
to_pe3()
{
	ip netns exec "$P" pw_oam send pe3 "$MAC3" "$@"
}

to_pe1()
{
	ip netns exec "$P" pw_oam send pe1 "$MAC1" "$@"
}

mark()
{
	SINCE=$EPOCHREALTIME
}

# from_pe1 FIELDS [KIND], from_pe3 FIELDS [KIND]: what it said since the mark,
# a line per message; FIELDS as awk has them: $1 time, $5 TTL, $6 word,
# $7 refresh, $9 bytes
from_pe1()
{
	messages pe1 3001 "$@"
}

from_pe3()
{
	messages pe3 1001 "$@"
}

messages()
{
	awk -v since="$SINCE" -v kind="${4:-say}" "
		\$2 == \"$1\" && \$3 == \"in\" && \$4 == $2 && \$8 == kind &&
		\$1 >= since { print $3 }" "$DIR/oam"
}

words()
{
	"$1" '$6' "$2" | paste -sd' '
}

# nth N: that line
nth()
{
	sed -n "$1p"
}

# gap A B: milliseconds between the Ath and the Bth message of PE1
gap()
{
	local us

	us=$(us_between "$(from_pe1 '$1' | nth "$1")" \
		"$(from_pe1 '$1' | nth "$2")")
	echo ${us:+$((us / 1000))}
}

ac1()
{
	ip -n "$CE1" link set eth0 "$1"
}

# nothing of PE3 reaches PE1
mute_pe3()
{
	ip -n "$P" -f mpls route del 16001
}

unmute_pe3()
{
	ip -n "$P" -f mpls route add 16001 via inet 10.0.1.1 dev pe1
}

# PE1's AC is up and everybody knows it
steady()
{
	ac1 up
	to_pe1 "$(lse 1001)$(oam 0 0 "$ACK")"
	slowwait 5 all_up
	check_err $? "the PWs are not up again"
	sleep 4
}

## The sender

acknowledged_word_is_said_once()
{
	local ack

	mark
	ac1 down
	sleep 4
	check_equal "words of PE1" 0x6 "$(words from_pe1)"
	check_equal "bytes" "$(lse 3001)$(oam 6 "$REFRESH")" \
		"$(from_pe1 '$9')"
	check_equal "bytes of the ack" "$(lse 1001)$(oam 6 "$REFRESH" "$ACK")" \
		"$(from_pe3 '$9' ack)"
	ack=$(us_between "$(from_pe1 '$1')" "$(from_pe3 '$1' ack)")
	log_info "ack after $ack us"
	check_between "us from the message to the ack" 0 1000 "$ack"
	check_equal "PE3 has" 6 "$(pw_get 3 pw1 remote_status)"
	mark
	ac1 up
	sleep 4
	check_equal "words of PE1" 0 "$(words from_pe1)"
	# a word of 0 is never refreshed, and its ack must say so
	check_equal "bytes of the ack" "$(lse 1001)$(oam 0 0 "$ACK")" \
		"$(from_pe3 '$9' ack)"
	check_equal "PE3 has" 0 "$(pw_get 3 pw1 remote_status)"
}

burst_of_three_then_refresh()
{
	mute_pe3
	mark
	ac1 down
	sleep 13
	check_equal "words" "0x6 0x6 0x6 0x6" "$(words from_pe1)"
	log_info "gaps $(gap 1 2), $(gap 2 3), $(gap 3 4) ms"
	check_between "ms to the first repetition" 999 1003 "$(gap 1 2)"
	check_between "ms to the second repetition" 999 1003 "$(gap 2 3)"
	# up to an eighth early
	check_between "ms to the refresh" $((REFRESH * 875 - 1)) \
		$((REFRESH * 1000 + 3)) "$(gap 3 4)"
}

burst_of_0_then_silence()
{
	mark
	ac1 up
	sleep $((REFRESH + 4))
	check_equal "words" "0 0 0" "$(words from_pe1)"
	check_between "ms to the first repetition" 999 1003 "$(gap 1 2)"
	check_between "ms to the second repetition" 999 1003 "$(gap 2 3)"
}

new_word_begins_a_new_burst()
{
	local n

	mark
	ac1 down
	sleep 0.5
	et 1 pw set pw1 lockout on
	sleep 4
	check_match "words" "^0x6( 0x6)* 0x26 0x26 0x26$" "$(words from_pe1)"
	n=$(from_pe1 '$6' | wc -l)
	check_between "ms to the first repetition of it" 999 1003 \
		"$(gap $((n - 2)) $((n - 1)))"
	check_between "ms to the second repetition of it" 999 1003 \
		"$(gap $((n - 1)) "$n")"
	et 1 pw set pw1 lockout off
	steady
}

ack_ends_the_burst_and_asks_another_refresh()
{
	mark
	ac1 down
	sleep 0.5
	to_pe1 "$(lse 1001)$(oam 6 5 "$ACK")"
	sleep 3
	check_equal "words" 0x6 "$(words from_pe1)"
	sleep 14
	# the interval of the first runs out, the others are as asked; another
	# one may have come where the clock leapt
	check_equal "refresh times" "$REFRESH 5 5" \
		"$(from_pe1 '$7' | head -n 3 | paste -sd' ')"
	log_info "gaps $(gap 1 2), $(gap 2 3) ms"
	check_between "ms to the refresh" $((REFRESH * 875 - 1)) \
		$((REFRESH * 1000 + 3)) "$(gap 1 2)"
	check_between "ms to the next" 4374 5003 "$(gap 2 3)"
	steady
}

ack_of_another_word_is_ignored()
{
	local before

	before=$(pw_counter 1 pw1 rx-ack-mismatch)
	mark
	ac1 down
	sleep 0.5
	to_pe1 "$(lse 1001)$(oam 0x20 5 "$ACK")"
	sleep 3
	check_equal "words" "0x6 0x6 0x6" "$(words from_pe1)"
	check_equal "rx-ack-mismatch" $((before + 1)) \
		"$(pw_counter 1 pw1 rx-ack-mismatch)"
	unmute_pe3
	steady
}

## The receiver

# The last message counts, and its own interval.
expires_after_3_5_refresh_intervals()
{
	local us

	trace_begin
	to_pe3 "$(lse 3001)$(oam 6 1)"
	sleep 2
	mark
	to_pe3 "$(lse 3001)$(oam 6 2)"
	slowwait 20 pw_is 3 pw1 remote_status 0
	check_err $? "it does not expire"
	trace_end "$DIR/trace"
	us=$(us_between "$(awk -v since="$SINCE" '
			$2 == "pe3" && $3 == "out" && $6 == "0x6" &&
			$1 >= since { print $1; exit }' "$DIR/oam")" \
		"$(trace_at "$DIR/trace" etrunk_event "$(trace_ns "$PE3")" \
			'"pw pw1"' to=up)")
	log_info "expired after $us us"
	check_between "us to expiry" 7000000 7002000 "$us"
	slowwait 5 all_up
}

refresh_0_does_not_expire()
{
	to_pe3 "$(lse 3001)$(oam 6 0)"
	sleep 10
	check_equal "PE3 has" 6 "$(pw_get 3 pw1 remote_status)"
	to_pe3 "$(lse 3001)$(oam 0 0)"
	slowwait 5 all_up
	check_err $? "0 does not clear it"
}

one_ack_per_refresh_interval()
{
	local before

	before=$(pw_counter 3 pw1 rx-status)
	mark
	to_pe3 "$(lse 3001)$(oam 0x20 3)" 1000
	sleep 2
	check_equal "acks of 1000 messages" 0x20 "$(words from_pe3 ack)"
	check_equal "rx-status" $((before + 1000)) \
		"$(pw_counter 3 pw1 rx-status)"
	sleep 1.5
	to_pe3 "$(lse 3001)$(oam 0x20 3)"
	sleep 0.5
	check_equal "acks an interval later" "0x20 0x20" \
		"$(words from_pe3 ack)"
	to_pe3 "$(lse 3001)$(oam 0 0)"
	slowwait 5 pw_is 3 pw1 remote_status 0
}

# We send 1, as RFC 6478 5.4 demands; what a peer sends is its affair.
any_ttl_is_accepted()
{
	local ttl

	for ttl in 255 2; do
		to_pe3 "$(lse 3001 "$ttl")$(oam 0x20 0)"
		slowwait 2 pw_is 3 pw1 remote_status 32
		check_err $? "not with TTL $ttl"
		to_pe3 "$(lse 3001 "$ttl")$(oam 0 0)"
		slowwait 2 pw_is 3 pw1 remote_status 0
	done
	mark
	et 3 pw set pw1 lockout on
	et 3 pw set pw1 lockout off
	sleep 1
	check_equal "TTL of PE3's messages" 1 \
		"$(from_pe3 '$5' | sort -u | paste -sd' ')"
}

unknown_bits_are_shown_and_ignored()
{
	to_pe3 "$(lse 3001)$(oam 0x80 0)"
	slowwait 2 pw_is 3 pw1 remote_status 128
	check_err $? "PE3 has $(pw_get 3 pw1 remote_status)"
	check_equal "active PW" pw1 "$(vpws_get 3 s1 active_pw)"
	to_pe3 "$(lse 3001)$(oam 0 0)"
	slowwait 2 pw_is 3 pw1 remote_status 0
}

# unmoved: none of what PE3 got since the mark had any effect
unmoved()
{
	trace_end "$DIR/trace"
	check_equal "events of PE3" 0 "$(trace_lines "$DIR/trace" \
		etrunk_event "$(trace_ns "$PE3")" | wc -l)"
	check_equal "acks of PE3" "" "$(words from_pe3 ack)"
	check_equal "PE3 has" 0 "$(pw_get 3 pw1 remote_status)"
}

truncated_is_dropped_and_counted()
{
	local good n short malformed

	good=$(oam 0x20 600)
	short=$(pw_counter 3 pw1 rx-bad-control-word)
	malformed=$(pw_counter 3 pw1 rx-status-malformed)
	trace_begin
	mark
	for ((n = 0; n < 16; n++)); do
		to_pe3 "$(lse 3001)${good:0:2 * n}"
	done
	sleep 0.5
	unmoved
	# no control word to tell what it is
	check_equal "rx-bad-control-word" $((short + 4)) \
		"$(pw_counter 3 pw1 rx-bad-control-word)"
	check_equal "rx-status-malformed" $((malformed + 12)) \
		"$(pw_counter 3 pw1 rx-status-malformed)"
}

malformed_is_dropped_and_counted()
{
	local tail=096a000400000020 malformed unknown vccv hex

	malformed=$(pw_counter 3 pw1 rx-status-malformed)
	unknown=$(pw_counter 3 pw1 rx-ach-unknown)
	vccv=$(pw_counter 3 pw1 rx-vccv-unexpected)
	trace_begin
	mark
	# length of TLVs 7, 9, 0; TLV of length 3 and 5; unknown TLV, also acked,
	# and behind a good one
	for hex in "${ACH}02580700$tail" "${ACH}02580900${tail}00" \
		   "${ACH}02580000" "${ACH}02580800096a000300000020" \
		   "${ACH}02580900096a00050000002000" \
		   "${ACH}02580800096b000400000020" \
		   "${ACH}02580880096b000400000020" \
		   "${ACH}02581000${tail}096b000400000000"; do
		to_pe3 "$(lse 3001)$hex"
	done
	# version 1, no channel of ours, BFD where none is wanted
	for hex in "1100002702580800$tail" "1000ffff02580800$tail" \
		   "10000007$tail$tail"; do
		to_pe3 "$(lse 3001)$hex"
	done
	sleep 0.5
	unmoved
	check_equal "rx-status-malformed" $((malformed + 8)) \
		"$(pw_counter 3 pw1 rx-status-malformed)"
	check_equal "rx-ach-unknown" $((unknown + 2)) \
		"$(pw_counter 3 pw1 rx-ach-unknown)"
	check_equal "rx-vccv-unexpected" $((vccv + 1)) \
		"$(pw_counter 3 pw1 rx-vccv-unexpected)"
	# of nobody's label: the core interface counts it
	unknown=$(et 3 -j -s core show core0 |
		jq '.[0].counters["rx-unknown-label"]')
	to_pe3 "$(lse 3999)$(oam 0x20 600)"
	sleep 0.2
	check_equal "rx-unknown-label" $((unknown + 1)) \
		"$(et 3 -j -s core show core0 |
			jq '.[0].counters["rx-unknown-label"]')"
}

gal_without_control_word()
{
	local gal

	gal=$(printf '%08x' $((13 << 12 | 0x101)))
	pw_services_del
	mark
	pw_services control-word off refresh "${REFRESH}s"
	check_err $? "cannot configure"
	slowwait 10 all_up
	check_err $? "the PWs are not up"
	sleep 4
	mark
	ac1 down
	sleep 2
	check_equal "bytes" \
		"$(printf '%08x' $((3001 << 12 | 1)))$gal$(oam 6 "$REFRESH")" \
		"$(from_pe1 '$9')"
	check_equal "ack" 0x6 "$(words from_pe3 ack)"
	check_equal "PE3 has" 6 "$(pw_get 3 pw1 remote_status)"
	ac1 up
	slowwait 5 all_up
	check_err $? "the PWs are not up again"
}

## Restarts: every PW has BFD now

with_bfd()
{
	pw_services_del
	pw_services refresh 600s && pw_bfd
	check_err $? "cannot configure"
	slowwait 20 all_up
	check_err $? "the PWs are not up"
	slowwait 10 vpws_is 3 s1 active_pw pw1
	check_err $? "PE3 does not use pw1"
}

# PE1 has no power, and comes back with what CONFIGURE does
power_off_1()
{
	local dev

	for dev in "$PE1:core0" "$P:pe1"; do
		tc -n "${dev%:*}" qdisc add dev "${dev#*:}" root netem loss 100%
	done
	slowwait 5 vpws_is 3 s1 active_pw pw2
	check_err $? "PE3 does not leave pw1"
	et 1 flush -f
}

power_on_1()
{
	pw_bfd_add 1
	et 1 core add core0
	et 1 pw add pw1 peer 10.255.0.3 pw-id 1 in-label 1001 out-label 3001 \
		track-bfd pe3 "$@"
	et 1 vpws add s1 ac ac0 pw pw1
	tc -n "$PE1" qdisc del dev core0 root
	tc -n "$P" qdisc del dev pe1 root
}

# mute_pe1 [ACTION...]: what PE1 says does not arrive, its BFD does
mute_pe1()
{
	tc -n "$P" qdisc add dev pe1 clsact
	tc -n "$P" filter add dev pe1 ingress protocol mpls_uc flower \
		mpls lse depth 2 label 3001 action "${@:-drop}"
}

unmute_pe1()
{
	tc -n "$P" qdisc del dev pe1 clsact
}

bfd_up_at()
{
	trace_at "$DIR/trace" etrunk_bfd_state "$(trace_ns "$PE3")" name=pe1 \
		to=up
}

to_pw1_at()
{
	trace_at "$DIR/trace" etrunk_event "$(trace_ns "$PE3")" '"vpws s1"' \
		to=pw1
}

# Nothing heard: standby, for 4 s; then as configured.
silence_is_standby_for_4s()
{
	local us

	with_bfd
	power_off_1
	check_equal "PE3 counts PE1's word as" 32 \
		"$(pw_get 3 pw1 remote_status)"
	mute_pe1
	trace_begin
	power_on_1
	slowwait 20 vpws_is 3 s1 active_pw pw1
	check_err $? "PE3 does not use pw1"
	trace_end "$DIR/trace"
	unmute_pe1
	us=$(us_between "$(bfd_up_at)" "$(to_pw1_at)")
	log_info "$us us after BFD is Up"
	check_between "us from BFD Up to the initial word" 4000000 4002000 "$us"
}

# PE1 comes back as a standby, and two of its three messages are lost.
first_messages_lost_no_black_hole()
{
	local before

	power_off_1
	before=$(pw_counter 3 pw1 rx-status)
	# every third one passes
	mute_pe1 gact drop random determ pass 3
	trace_begin
	power_on_1 lockout on
	slowwait 20 pw_is 3 pw1 bfd_state up
	check_err $? "BFD does not come up"
	sleep 6
	trace_end "$DIR/trace"
	unmute_pe1
	[ -n "$(bfd_up_at)" ]
	check_err $? "no BFD Up in the trace"
	check_equal "moves to pw1" "" "$(to_pw1_at)"
	check_equal "PE3 has" 32 "$(pw_get 3 pw1 remote_status)"
	check_equal "messages that PE3 got" $((before + 1)) \
		"$(pw_counter 3 pw1 rx-status)"
	et 1 pw set pw1 lockout off
	slowwait 10 vpws_is 3 s1 active_pw pw1
	check_err $? "PE3 does not use pw1"
}

# PE1 said 0x06, which would hold for 35 minutes.
restart_voids_the_old_word()
{
	local us

	ac1 down
	slowwait 5 pw_is 3 pw1 remote_status 6
	check_err $? "PE3 has not heard 0x06"
	power_off_1
	check_equal "PE3 counts PE1's word as" 32 \
		"$(pw_get 3 pw1 remote_status)"
	ac1 up
	trace_begin
	power_on_1
	slowwait 20 vpws_is 3 s1 active_pw pw1
	check_err $? "PE3 does not use pw1"
	trace_end "$DIR/trace"
	us=$(us_between "$(bfd_up_at)" "$(to_pw1_at)")
	log_info "$us us after BFD is Up"
	check_between "us from BFD Up to PE1's new word in force" 0 50000 "$us"
}

# PE2 had said 0x20, which it would repeat in 10 minutes.
restart_of_the_far_end_learns_all_words()
{
	et 2 pw set pw2 lockout on
	slowwait 5 pw_is 3 pw2 remote_status 32
	check_err $? "PE3 has not heard 0x20"
	et 3 flush -f
	trace_begin
	pw_bfd_add 3
	et 3 core add core0
	et 3 pw add pw1 peer 10.255.0.1 pw-id 1 in-label 3001 out-label 1001 \
		track-bfd pe1 lockout on
	et 3 pw add pw2 peer 10.255.0.2 pw-id 2 in-label 3002 out-label 1002 \
		track-bfd pe2
	et 3 vpws add s1 ac ac0 pw pw1 secondary pw2
	slowwait 20 pw_is 3 pw2 bfd_state up
	check_err $? "BFD does not come up"
	# longer than an unheard word counts as 0x20
	sleep 6
	trace_end "$DIR/trace"
	check_equal "PE3 has of PE2" 32 "$(pw_get 3 pw2 remote_status)"
	check_equal "PE2 has of PE3" 0 "$(pw_get 2 pw2 remote_status)"
	check_equal "PE1 has of PE3" 32 "$(pw_get 1 pw1 remote_status)"
	check_equal "moves to pw2" "" "$(trace_at "$DIR/trace" etrunk_event \
		"$(trace_ns "$PE3")" '"vpws s1"' to=pw2)"
}

tests_run
