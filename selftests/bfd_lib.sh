# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the BFD tests share. Two links between PE, under test, and PEER, which
# has sessions of its own or is played by bfd_peer:
#
#	      v0 10.0.0.1 ------ v0 10.0.0.2
#	PE    v1 10.0.1.1 ------ v1 10.0.1.2    PEER
#
# PE has 10.0.0.101 besides, which no session uses.

COUNT_AS_ONE=
TRACING=/sys/kernel/tracing

bfd_topology()
{
	setup_ns PE PEER
	ip -n "$PE" -b - <<-END
		link add v0 type veth peer name v0 netns $PEER
		link add v1 type veth peer name v1 netns $PEER
		addr add 10.0.0.1/24 dev v0
		addr add 10.0.0.101/32 dev v0
		addr add 10.0.1.1/24 dev v1
		link set v0 up
		link set v1 up
	END
	ip -n "$PEER" -b - <<-END
		addr add 10.0.0.2/24 dev v0
		addr add 10.0.1.2/24 dev v1
		link set v0 up
		link set v1 up
	END
}

# bfd NAMESPACE ARGUMENT...
bfd()
{
	local ns=$1
	shift

	etrunkctl -n "$ns" bfd "$@"
}

# bfd_show NAMESPACE NAME FILTER: a jq filter of the session's object.
bfd_show()
{
	etrunkctl -n "$1" -j bfd show "$2" | jq -r ".[0] | $3"
}

# bfd_is NAMESPACE NAME STATE
bfd_is()
{
	# asked often: no jq
	[[ $(etrunkctl -n "$1" -j bfd show "$2") == *'"state":"'"$3"'"'* ]]
}

# wait_bfd NAMESPACE NAME STATE [SECONDS]
wait_bfd()
{
	slowwait "${4:-30}" bfd_is "$1" "$2" "$3"
	check_err $? "$2 of $1 is $(bfd_show "$1" "$2" .state), expected $3"
}

# peer ARGUMENT...: the other end, in PEER, against PE's first address
peer()
{
	ns "$PEER" bfd_peer peer 10.0.0.2 10.0.0.1 "$@"
}

inject()
{
	ns "$PEER" bfd_peer inject 10.0.0.2 10.0.0.1 "$@"
}

# snapshot SESSION: all drop counters, and what must not change
snapshot()
{
	bfd_show "$PE" "$1" '[(.counters | to_entries[] |
		select(.key | startswith("drop-")) | "\(.key)=\(.value)"),
		"rx_drop=\(.rx_drop)",
		"up_count=\(.up_count)", "down_count=\(.down_count)",
		"state=\(.state)", "remote=\(.remote_discriminator)",
		"remote_multiplier=\(.remote_multiplier)",
		"tx=\(.tx_interval_us)", "detect=\(.detect_time_us)"] | .[]'
}

# From lines "COUNTER PACKET", the packets as arguments of bfd_peer inject.
packets()
{
	awk '{ $1 = NR == 1 ? "" : "--"; print }'
}

# check_counted SESSION DEFAULTS: each line of stdin is "COUNTER PACKET"; sends
# the packets, which differ from DEFAULTS by what is given, and wants each
# counter to move by the number of its lines ("none" is no counter, and accepted).
# A subtest for each counter, unless $COUNT_AS_ONE is set.
check_counted()
{
	local session=$1 lines before after name was is want
	lines=$(awk -v d="$2" '{ c = $1; $1 = ""; print c " " d $0 }')

	before=$(snapshot "$session")
	# shellcheck disable=SC2046 # words
	inject $(packets <<<"$lines")
	check_err $? "the packets were not sent"
	sleep 0.05
	after=$(snapshot "$session")
	[ -n "$COUNT_AS_ONE" ] || log_test "${session}_packets_are_sent"

	while IFS='= ' read -r name was is; do
		case "$name" in
		drop-*) want=$((was + $(grep -c "^$name " <<<"$lines"))) ;;
		rx_drop) want=$((was + $(grep -vc "^none " <<<"$lines"))) ;;
		*) want=$was ;;
		esac
		check_equal "$name" "$want" "$is"
		[ -n "$COUNT_AS_ONE" ] || log_test "${session}_$name"
	done < <(paste -d ' ' <(echo "$before") <(cut -d= -f2 <<<"$after"))
}

# field KEY TEXT: the value of KEY=VALUE in it
field()
{
	sed -n "s/.*\\b$1=\\([^ ]*\\).*/\\1/p" <<<"$2" | tail -n 1
}

trace_start()
{
	echo mono >$TRACING/trace_clock
	echo >$TRACING/trace
	echo 1 >$TRACING/events/etrunk/enable
	echo 1 >$TRACING/tracing_on
}

# The trace goes to a file on tmpfs before anybody reads it.
trace_stop()
{
	echo 0 >$TRACING/events/etrunk/enable
	cat $TRACING/trace >trace.txt
}

## Sixteen sessions against another maker's daemon, which runs in PEER
#
#	PE   v0 10.0.0.11..14 ------ v0 10.0.0.100	PEER	s1..s4, single hop
#	        2001:db8::15, ::16	2001:db8::100		s5, s6
#		fe80::17, ::18		fe80::100		s7, s8
#	     lo 10.2.0.11..14	     lo 10.1.0.1		m1..m4, multihop
#		2001:db8:2::15..18	2001:db8:1::1		m5..m8
#
# Both know a session by the other's address alone, so ours differ.

DAEMON_SESSIONS="s1 s2 s3 s4 s5 s6 s7 s8 m1 m2 m3 m4 m5 m6 m7 m8"

# ends NAME: our address of that session, and the daemon's
ends()
{
	local n=${1:1}

	case "$1" in
	s[1-4]) echo "10.0.0.1$n 10.0.0.100" ;;
	s[56]) echo "2001:db8::1$n 2001:db8::100" ;;
	s[78]) echo "fe80::1$n fe80::100" ;;
	m[1-4]) echo "10.2.0.1$n 10.1.0.1" ;;
	m[5-8]) echo "2001:db8:2::1$n 2001:db8:1::1" ;;
	esac
}

# ours NAME
ours()
{
	local both

	both=$(ends "$1")
	echo "${both% *}"
}

# warm FILE...: programs and their libraries are in the page cache before the
# clock counts: while the guest waits for the host it leaps.
warm()
{
	{
		cat "$@"
		ldd "$@" | grep -o '/[^ ]*\.so[^ ]*' | sort -u | xargs cat
	} >/dev/null 2>&1
}

daemon_topology()
{
	local both name

	bfd_topology
	ip -n "$PEER" -b - <<-END
		addr add 10.0.0.100/24 dev v0
		addr add 2001:db8::100/64 dev v0 nodad
		addr add fe80::100/64 dev v0 nodad
		addr add 10.1.0.1/32 dev lo
		addr add 2001:db8:1::1/128 dev lo nodad
		route add 10.2.0.0/24 via 10.0.0.1 src 10.1.0.1
		route add 2001:db8:2::/64 via 2001:db8::15 src 2001:db8:1::1
	END
	check_err $? "addresses of PEER"
	for name in $DAEMON_SESSIONS; do
		both=$(ends "$name")
		case "$name" in
		s[1-4]) echo "addr add ${both% *}/24 dev v0" ;;
		s*) echo "addr add ${both% *}/64 dev v0 nodad" ;;
		m[1-4]) echo "addr add ${both% *}/32 dev lo" ;;
		m*) echo "addr add ${both% *}/128 dev lo nodad" ;;
		esac
	done | ip -n "$PE" -b -
	check_err $? "addresses of PE"
	ip -n "$PE" route add 10.1.0.1/32 via 10.0.0.100
	ip -n "$PE" route add 2001:db8:1::1/128 via 2001:db8::100
}

# daemon_sessions MIN_TTL: ours, 50 ms x 3
daemon_sessions()
{
	local both name rest

	for name in $DAEMON_SESSIONS; do
		both=$(ends "$name")
		rest="min-ttl $1"
		[ "${name#m}" != "$name" ] || rest="dev v0"
		echo "bfd add $name peer ${both#* } source ${both% *} $rest min-tx 50 min-rx 50"
	done | etrunkctl -n "$PE" -b -
	check_err $? "our sessions"
}

# of_all FILTER: of the list of PE's sessions, by jq
of_all()
{
	etrunkctl -n "$PE" -j bfd show | jq -r "$1"
}

# timers_are LINE: what all sessions of PE show of both ends' timers
timers_are()
{
	[ "$(of_all '.[] | "\(.remote_state) \(.tx_interval_us) \(.detect_time_us) \(.multiplier) \(.remote_multiplier)"' |
		sort -u)" = "$1" ]
}

# hold SECONDS FLAPS: all sixteen stay Up, by the command FLAPS of both ends.
hold()
{
	local before name rx

	before=$($2)
	rx=$(of_all '.[] | "\(.name) \(.rx_packets)"')
	sleep "$1"
	check_equal "flaps" "$before" "$($2)"
	all_are "$PE" up 16
	check_err $? "not all are up"
	# the witness: the daemon sends every 37.5 to 50 ms
	while read -r name before; do
		check_between "packets of $name" $(($1 * 18)) $(($1 * 280)) \
			$(($(bfd_show "$PE" "$name" .rx_packets) - before))
	done <<<"$rx"
	log_info "longest gap in $1 s: $(of_all '[.[].max_rx_gap_us] | max') us"
}

# traffic_start, traffic_stop: in the other daemon's way, 200 a second each way
traffic_start()
{
	ip netns exec "$PE" ping -q -i 0.005 -I 10.0.0.1 10.0.0.100 >ping.txt 2>&1 &
	traffic=$!
}

traffic_stop()
{
	kill -INT "$traffic"
	wait "$traffic"
	check_between "answers to pings" 100 1000000 \
		"$(sed -n 's/.* \([0-9]*\) received.*/\1/p' ping.txt)"
}

# all_are NAMESPACE STATE NUMBER
all_are()
{
	[ "$(etrunkctl -n "$1" -j bfd show | grep -o '"state":"'"$2"'"' |
		wc -l)" = "$3" ]
}

# wait_all NAMESPACE STATE NUMBER SECONDS
wait_all()
{
	slowwait "$4" all_are "$1" "$2" "$3"
	check_err $? "not all $3 sessions are $2: $(etrunkctl -n "$1" -j \
		bfd show | jq -r '[.[] | "\(.name) \(.state)"] | join(", ")')"
}

# is_paced NAMESPACE NAME MS: whether packets come in 3/4 of MS to MS each, in
# two seconds or whatever has passed meanwhile
is_paced()
{
	local from rx

	from=$(uptime_ms)
	rx=$(bfd_show "$1" "$2" .rx_packets)
	sleep 2
	rx=$(($(bfd_show "$1" "$2" .rx_packets) - rx))
	((rx >= 2000 / $3 - 2 &&
	  rx <= ($(uptime_ms) - from) * 4 / ($3 * 3) + 2))
}

# is_silent NAMESPACE NAME: hardly anything but answers to a poll a second, in
# two seconds
is_silent()
{
	local from rx

	from=$(uptime_ms)
	rx=$(bfd_show "$1" "$2" .rx_packets)
	sleep 2
	rx=$(($(bfd_show "$1" "$2" .rx_packets) - rx))
	((rx <= ($(uptime_ms) - from) * 3 / 1000))
}

# flaps NAMESPACE: times any session left Up
flaps()
{
	etrunkctl -n "$1" -j bfd show | jq '[.[].down_count] | add'
}

## BIRD in PEER, by the script's bird.conf

bird_start()
{
	warm "$(type -P bird)" "$(type -P birdc)"
	ns "$PEER" bird -c bird.conf -s bird.ctl -P bird.pid
	check_err $? "BIRD does not start"
}

# bird_kill SIGNAL
bird_kill()
{
	[ ! -s bird.pid ] || kill "$1" "$(cat bird.pid)" 2>/dev/null
}

birdc_()
{
	birdc -s bird.ctl "$@"
}

# bird_column N: of its list of sessions, a line each
bird_column()
{
	birdc_ show bfd sessions |
		awk -v f="$1" 'NF >= 6 && $1 != "IP" { print $f }'
}

# bird_has N VALUE NUMBER: so many sessions show it there
bird_has()
{
	[ "$(bird_column "$1" | grep -cxF -- "$2")" = "$3" ]
}

# bird_line NAME: the interval it sends in, and its detection time
bird_line()
{
	birdc_ show bfd sessions |
		awk -v a="$(ours "$1")" '$1 == a { print $5, $6 }'
}

bird_line_is()
{
	[ "$(bird_line "$1")" = "$2" ]
}

# times any session left Up, in the log that bird.conf names
bird_flaps()
{
	grep -c 'changed state from Up' bird.log
}
