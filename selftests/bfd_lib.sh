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
#	PE   v0 10.0.0.11..18 --- v0 10.0.0.100	PEER	s1..s8, single hop
#	     lo 10.2.0.11..18     lo 10.1.0.1		m1..m8, multihop
#
# Both know a session by the other's address alone, so ours differ.

daemon_topology()
{
	local i

	bfd_topology
	ip -n "$PEER" -b - <<-END
		addr add 10.0.0.100/24 dev v0
		addr add 10.1.0.1/32 dev lo
		route add 10.2.0.0/24 via 10.0.0.1 src 10.1.0.1
	END
	{
		echo "route add 10.1.0.1/32 via 10.0.0.100"
		for i in {1..8}; do
			echo "addr add 10.0.0.1$i/24 dev v0"
			echo "addr add 10.2.0.1$i/32 dev lo"
		done
	} | ip -n "$PE" -b -
}

# daemon_sessions MIN_TTL: ours, 50 ms x 3
daemon_sessions()
{
	local i

	for i in {1..8}; do
		echo "bfd add s$i peer 10.0.0.100 source 10.0.0.1$i dev v0 min-tx 50 min-rx 50"
		echo "bfd add m$i peer 10.1.0.1 source 10.2.0.1$i min-ttl $1 min-tx 50 min-rx 50"
	done | etrunkctl -n "$PE" -b -
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

# flaps NAMESPACE: times any session left Up
flaps()
{
	etrunkctl -n "$1" -j bfd show | jq '[.[].down_count] | add'
}

## BIRD in PEER, by the script's bird.conf

bird_start()
{
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
