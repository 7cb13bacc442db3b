#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# PWs that track a BFD session: the session expires and the service moves; what
# each end says of it; back after Up; AdminDown is no BFD. Lab: pw_lab.sh.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/pw_lab.sh
. "$(dirname "$0")/pw_lab.sh"
# shellcheck source=selftests/trace_lib.sh
. "$(dirname "$0")/trace_lib.sh"

ALL_TESTS="
	never_up_is_down
	expiry_moves_at_once
	one_way_loss_words
	back_after_up
	both_ways_loss_words
	admin_down_here_is_no_bfd
	admin_down_there_is_no_bfd
	tracked_session_shows_its_users
"

DIR=$(mktemp -d)
WATCH=

setup()
{
	require_command jq
	modprobe -a sch_netem cls_matchall act_gact
	etrunk_reload
	check_err $? "cannot load the module"
	pw_lab
	# without refresh: what is said is said because of an event
	pw_services refresh 0
	check_err $? "cannot configure"
	slowwait 10 vpws_is 3 s1 active_pw pw1
	check_err $? "PE3 does not use pw1"
	ip netns exec "$P" pw_oam watch pe1 pe3 >"$DIR/oam" &
	WATCH=$!
}

cleanup()
{
	[ -z "$WATCH" ] || kill "$WATCH" 2>/dev/null
	trace_off
	rm -rf "$DIR"
}

# mute N: nothing that PE N sends arrives
mute()
{
	tc -n "$(pw_pe "$1")" qdisc add dev core0 root netem loss 100%
}

unmute()
{
	tc -n "$(pw_pe "$1")" qdisc del dev core0 root
}

pw_states()
{
	echo "PE$1 $2 $(pw_get "$1" "$2" state): says" \
		"$(pw_get "$1" "$2" local_status), heard" \
		"$(pw_get "$1" "$2" remote_status)"
}

is_settled()
{
	pw_is 3 pw1 bfd_state up && pw_is 3 pw2 bfd_state up &&
		pw_is 1 pw1 state up && pw_is 2 pw2 state up &&
		vpws_is 3 s1 active_pw pw1
}

settle()
{
	slowwait 20 is_settled
	check_err $? "not as before: $(pw_states 3 pw1); $(pw_states 1 pw1)"
}

# event_at FIRST|LAST TEXT...: of PE3
event_at()
{
	local which=$1
	shift

	"trace_$which" "$DIR/trace" etrunk_event "$(trace_ns "$PE3")" "$@"
}

bfd_at()
{
	trace_at "$DIR/trace" etrunk_bfd_state "$(trace_ns "$1")" "name=$2" \
		"to=$3"
}

# said_at DEV LABEL WORD SINCE: seconds when P had the message
said_at()
{
	awk -v dev="$1" -v label="$2" -v word="$3" -v since="$4" '
	$2 == dev && $3 == "in" && $4 == label && $6 == word &&
	$8 == "say" && $1 >= since {
		print $1
		exit
	}' "$DIR/oam"
}

# Tracking a session that was never Up makes the PW unusable: traffic goes where
# BFD is known to work.
never_up_is_down()
{
	pw_bfd_add 3
	et 3 pw set pw1 track-bfd pe1
	check_err $? "track-bfd"
	busywait 2000 vpws_is 3 s1 active_pw pw2
	check_err $? "PE3 uses $(vpws_get 3 s1 active_pw)"
	check_equal "PE3's word" 8 "$(pw_get 3 pw1 local_status)"
	check_equal "reason" BFD_DOWN "$(vpws_get 3 s1 last_switch.reason)"
	slowwait 5 pw_is 1 pw1 remote_status 8
	check_err $? "PE1 has not heard of it"
	pw_bfd_add 1
	pw_bfd_add 2
	et 1 pw set pw1 track-bfd pe3
	et 2 pw set pw2 track-bfd pe3
	et 3 pw set pw2 track-bfd pe2
	check_equal "liveness" ip-bfd "$(pw_get 3 pw2 liveness)"
	settle
	check_equal "PE3's word" 0 "$(pw_get 3 pw1 local_status)"
}

# PE1 is not heard any more; it hears PE3.
expiry_moves_at_once()
{
	local down us

	trace_begin
	mute 1
	busywait 2000 vpws_is 3 s1 active_pw pw2
	check_err $? "PE3 uses $(vpws_get 3 s1 active_pw)"
	sleep 0.5
	trace_end "$DIR/trace"
	down=$(trace_at "$DIR/trace" etrunk_bfd_state "$(trace_ns "$PE3")" \
		name=pe1 to=down reason=DETECTION)
	us=$(us_between "$down" "$(event_at at '"vpws s1"' from=pw1 to=pw2)")
	log_info "moved $us us after detection"
	check_between "us from detection to the move" 0 1000 "$us"
	us=$(us_between "$down" "$(said_at pe3 1001 0x8 "$down")")
	log_info "word on the wire $us us after detection"
	check_between "us from detection to 0x08 on the wire" 0 1000 "$us"
	check_equal "reason" BFD_DOWN "$(vpws_get 3 s1 last_switch.reason)"
	check_equal "PE3's session" down "$(pw_get 3 pw1 bfd_state)"
	check_equal "pw1 at PE3" down "$(pw_get 3 pw1 state)"
	ip netns exec "$CE2" ping -q -c 3 -i 0.2 -W 1 10.100.0.1 >/dev/null
	check_err $? "no traffic over pw2"
}

# Who hears nothing says 0x08; who is told so by the other's BFD says 0x10.
one_way_loss_words()
{
	check_equal "PE3's word" 8 "$(pw_get 3 pw1 local_status)"
	check_equal "PE1's word" 16 "$(pw_get 1 pw1 local_status)"
	check_equal "PE1 has of PE3" 8 "$(pw_get 1 pw1 remote_status)"
	check_equal "pw1 at PE1" down "$(pw_get 1 pw1 state)"
	# unheard since then
	check_equal "PE3 has of PE1" 32 "$(pw_get 3 pw1 remote_status)"
}

# Not before PE1's own word is there.
back_after_up()
{
	local up word move us

	trace_begin
	unmute 1
	slowwait 20 vpws_is 3 s1 active_pw pw1
	check_err $? "PE3 uses $(vpws_get 3 s1 active_pw)"
	trace_end "$DIR/trace"
	up=$(bfd_at "$PE3" pe1 up)
	word=$(said_at pe1 3001 0 "$(bfd_at "$PE1" pe3 up)")
	move=$(event_at at '"vpws s1"' to=pw1)
	us=$(us_between "$up" "$move")
	log_info "moved $us us after Up," \
		"$(us_between "$word" "$move") us after PE1's word"
	check_between "us from Up to the move" 0 50000 "$us"
	check_between "us from PE1's word to the move" 0 1000 \
		"$(us_between "$word" "$move")"
	check_equal "moves away from pw2" 1 "$(trace_lines "$DIR/trace" \
		etrunk_event "$(trace_ns "$PE3")" '"vpws s1"' | wc -l)"
	check_equal "reason" PREFERRED "$(vpws_get 3 s1 last_switch.reason)"
	settle
	check_equal "words of PE1 and PE3" "0 0" \
		"$(pw_get 1 pw1 local_status) $(pw_get 3 pw1 local_status)"
}

# In one go: a second between the two, and one end tells the other.
both_ways_loss_words()
{
	tc -n "$P" -b - <<-END
		qdisc add dev pe1 clsact
		filter add dev pe1 ingress matchall action drop
		filter add dev pe1 egress matchall action drop
	END
	check_err $? "not cut"
	busywait 2000 vpws_is 3 s1 active_pw pw2
	check_err $? "PE3 uses $(vpws_get 3 s1 active_pw)"
	slowwait 2 pw_is 1 pw1 state down
	check_equal "PE3's word" 8 "$(pw_get 3 pw1 local_status)"
	check_equal "PE1's word" 8 "$(pw_get 1 pw1 local_status)"
	tc -n "$P" qdisc del dev pe1 clsact
	settle
}

# traffic_and_words WHAT: pw1 is in use, as if nothing were tracked
unmoved()
{
	sleep 1
	check_equal "$1: active PW" pw1 "$(vpws_get 3 s1 active_pw)"
	check_equal "$1: words" "0 0" \
		"$(pw_get 1 pw1 local_status) $(pw_get 3 pw1 local_status)"
	check_equal "$1: switchovers" "$MOVES" "$(vpws_get 3 s1 switchovers)"
}

# admin_down N SESSION
admin_down()
{
	MOVES=$(vpws_get 3 s1 switchovers)
	et "$1" bfd set "$2" shutdown on
	check_err $? "shutdown on"
	slowwait 5 pw_is "$1" pw1 bfd_state admin-down
	check_err $? "the session is $(pw_get "$1" pw1 bfd_state)"
	unmoved "AdminDown"
	check_equal "pw1 at PE1 and PE3" "up up" \
		"$(pw_get 1 pw1 state) $(pw_get 3 pw1 state)"
	ip netns exec "$CE2" ping -q -c 3 -i 0.2 -W 1 10.100.0.1 >/dev/null
	check_err $? "no traffic over pw1"
	# nobody watches the path now
	mute 1
	unmoved "AdminDown and the path broken"
	unmute 1
	et "$1" bfd set "$2" shutdown off
	check_err $? "shutdown off"
	settle
}

admin_down_here_is_no_bfd()
{
	admin_down 3 pe1
}

admin_down_there_is_no_bfd()
{
	admin_down 1 pe3
}

tracked_session_shows_its_users()
{
	check_equal "used_by" '["pw pw1"]' \
		"$(et 3 -j bfd show pe1 | jq -c '.[0].used_by')"
	et 3 bfd del pe1 2>/dev/null
	check_fail $? "deleting a tracked session"
	et 3 pw set pw1 track-bfd none
	check_err $? "track-bfd none"
	check_equal "liveness" none "$(pw_get 3 pw1 liveness)"
	et 3 bfd del pe1
	check_err $? "deleting the session that is free now"
	check_equal "active PW" pw1 "$(vpws_get 3 s1 active_pw)"
}

tests_run
