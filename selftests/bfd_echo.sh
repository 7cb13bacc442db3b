#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# BFD echo (RFC 5880 6.4, 6.8.5, 6.8.8, 6.8.9; RFC 5881 4): packets of ours come
# back by a peer of our own make, at the pace both allow; those that do not come
# back take the session down with diagnostic 2; what somebody else made up
# neither counts nor comes back; devices come, go and change meanwhile.
# shellcheck source=selftests/bfd_lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/bfd_lib.sh"

# shellcheck disable=SC2034 # for tests_run
ALL_TESTS="both_ways paced slower_of_both control_slows_down one_way_break
	peer_without_echo off_and_on shutdown_ends_it no_forwarding_needed
	forwarding_does_no_harm both_forms_are_looped hostile_frames_to_loop
	not_looped_while_down hostile_frames_of_ours ipv6 ipv6_link_local
	ipv6_hostile_frames vlan in_a_vrf device_renamed device_gone
	device_moved saved_and_applied"

US=20000

setup()
{
	etrunk_reload || check_err $? "module does not load"
	bfd_topology
	ns "$PE" sysctl -qw net.ipv6.conf.v0.accept_dad=0
	ns "$PEER" sysctl -qw net.ipv6.conf.v0.accept_dad=0
	ip -n "$PE" addr add 2001:db8::1/64 dev v0 nodad
	ip -n "$PEER" addr add 2001:db8::2/64 dev v0 nodad
	MAC=$(mac_of "$PE" v0)
	trace_start
	bfd "$PE" add b1 peer 10.0.0.2 source 10.0.0.1 dev v0 echo 20
	bfd "$PEER" add b1 peer 10.0.0.1 source 10.0.0.2 dev v0 echo 20
	wait_bfd "$PE" b1 up
	wait_bfd "$PEER" b1 up
}

cleanup()
{
	trace_stop
}

# mac_of NAMESPACE DEV
mac_of()
{
	ns "$1" cat "/sys/class/net/$2/address"
}

# json NAMESPACE NAME KEY: a number of a session; asked often: no jq
json()
{
	[[ $(etrunkctl -n "$1" -j bfd show "$2") =~ \"$3\":([0-9]+|null) ]]
	echo "${BASH_REMATCH[1]}"
}

# counter NAMESPACE NAME COUNTER
counter()
{
	json "$@"
}

# moves NAMESPACE NAME COUNTER: it does so within five seconds
moves()
{
	local before

	before=$(counter "$1" "$2" "$3")
	slowwait 5 counter_is_above "$1" "$2" "$3" $((before + 3))
	check_err $? "$3 of $2 in $1 stays at $before"
}

counter_is_above()
{
	(($(counter "$1" "$2" "$3") > $4))
}

# three_counters NAME: what both ends sent, got back, and looped
three_counters()
{
	local ns text name

	for ns in "$PE" "$PEER"; do
		text=$(etrunkctl -n "$ns" -j bfd show "$1")
		for name in echo-tx echo-rx echo-looped; do
			[[ $text =~ \"$name\":([0-9]+) ]]
			echo "${BASH_REMATCH[1]}"
		done
	done
}

# all_above NAME NUMBER...: each of the three counters of both ends is above
all_above()
{
	local -a now
	local n

	mapfile -t now < <(three_counters "$1")
	shift
	for n in "${now[@]}"; do
		((n > $1)) || return
		shift
	done
}

# echoes NAME: both ends send, get back, and loop
echoes()
{
	local -a before

	mapfile -t before < <(three_counters "$1")
	slowwait 5 all_above "$1" "${before[@]}"
	check_err $? "echo of $1: ${before[*]} became $(three_counters "$1" |
		xargs)"
}

# flaps_of: of the session that has to live on
flaps_of()
{
	echo "$(json "$PE" b1 down_count) $(json "$PEER" b1 down_count)"
}

# echo_peer ARGUMENT...: in PEER, on its v0
echo_peer()
{
	ns "$PEER" bfd_echo_peer v0 "$@"
}

both_ways()
{
	echoes b1
	check_equal "PE" "20000 20000 20000" "$(bfd_show "$PE" b1 \
		'"\(.echo_us) \(.echo_interval_us) \(.remote_echo_us)"')"
	check_between "longest way, us" 1 60000 \
		"$(bfd_show "$PE" b1 .echo_max_rtt_us)"
	check_equal "refused" 0 "$(bfd_show "$PE" b1 '[.counters | to_entries[] |
		select(.key | startswith("echo-drop")) | .value] | add')"
	check_equal "flaps" "0 0" "$(flaps_of)"
}

# tx_ms MS: whether PE's echo packets go every 3/4 of MS to MS
echo_is_paced()
{
	local from tx

	from=$(uptime_ms)
	tx=$(counter "$PE" b1 echo-tx)
	sleep 2
	tx=$(($(counter "$PE" b1 echo-tx) - tx))
	((tx >= 2000 / $1 - 2 &&
	  tx <= ($(uptime_ms) - from) * 4 / ($1 * 3) + 2))
}

paced()
{
	echo_is_paced 20
	check_err $? "echo is not sent every 15 to 20 ms"
}

slower_of_both()
{
	local before

	before=$(flaps_of)
	bfd "$PEER" set b1 echo 100
	slowwait 5 echo_us_is 100000
	check_err $? "PE sends every $(bfd_show "$PE" b1 .echo_interval_us) us"
	slowwait 10 echo_is_paced 100
	check_err $? "echo is not sent every 75 to 100 ms"
	bfd "$PEER" set b1 echo 20
	slowwait 5 echo_us_is 20000
	check_err $? "PE sends every $(bfd_show "$PE" b1 .echo_interval_us) us"
	echoes b1
	check_equal "flaps" "$before" "$(flaps_of)"
}

echo_us_is()
{
	[ "$(json "$PE" b1 echo_interval_us)" = "$1" ]
}

# RFC 5880 6.8.3: control packets come once a second while echo does the work.
control_slows_down()
{
	slowwait 10 detects_in 3000000
	check_err $? "detection time $(bfd_show "$PE" b1 .detect_time_us) us"
	check_equal "they go every, us" 1000000 \
		"$(bfd_show "$PE" b1 .tx_interval_us)"
}

detects_in()
{
	[ "$(json "$PE" b1 detect_time_us)" = "$1" ]
}

# at_us PATTERN: when the trace's last line with it was, us
at_us()
{
	awk -v p="$1" '$0 ~ p { for (i = 1; i <= NF; i++)
		if ($i ~ /^[0-9]+\.[0-9]+:$/) { t = $i + 0 } }
		END { printf "%.0f", t * 1e6 }' trace.txt
}

# Control packets pass, echo does not. 3 x 20 ms after the last that came back,
# or one interval later.
one_way_break()
{
	local inum back down

	inum=$(stat -Lc %i "/run/netns/$PE")
	moves "$PE" b1 echo-rx
	drop_echo add
	slowwait 5 down_by_echo
	check_err $? "PE: $(bfd_show "$PE" b1 '"\(.state) \(.diag) \(.last_down_reason)"')"
	check_equal "PEER is told" NEIGHBOR_DOWN \
		"$(bfd_show "$PEER" b1 .last_down_reason)"
	drop_echo del
	cat $TRACING/trace >trace.txt
	grep -m 1 -B 100000 "netns=$inum name=b1 from=up to=down.*diag=2 reason=ECHO_FAILED" \
		trace.txt >first.txt
	mv first.txt trace.txt
	down=$(at_us "netns=$inum name=b1 from=up to=down.*diag=2")
	back=$(at_us "etrunk_bfd_echo: netns=$inum name=b1 what=back drop=0")
	check_between "from the last that came back to Down, us" \
		$((3 * US)) $((4 * US + 1000)) $((down - back))
	wait_bfd "$PE" b1 up
	echoes b1
}

# drop_echo add|del: PE's echo packets, on their way out
drop_echo()
{
	if [ "$1" = del ]; then
		tc -n "$PE" qdisc del dev v0 clsact
		return
	fi
	tc -n "$PE" qdisc add dev v0 clsact
	tc -n "$PE" filter add dev v0 egress protocol ip flower \
		ip_proto udp src_ip 10.0.0.1 dst_ip 10.0.0.1 dst_port 3785 \
		action drop
	check_err $? "echo is not dropped"
}

down_by_echo()
{
	[ "$(bfd_show "$PE" b1 .last_down_reason)" = ECHO_FAILED ]
}

peer_without_echo()
{
	local before tx

	before=$(flaps_of)
	bfd "$PEER" set b1 echo off
	check_equal "flaps" "$before" "$(flaps_of)"
	slowwait 5 echo_us_is null
	check_err $? "PE still sends echo"
	check_equal "the peer loops" null "$(bfd_show "$PE" b1 .remote_echo_us)"
	slowwait 10 detects_in 30000
	check_err $? "control packets stay slow: $(bfd_show "$PE" b1 .detect_time_us) us"
	tx=$(counter "$PE" b1 echo-tx)
	sleep 1
	check_equal "sent" "$tx" "$(counter "$PE" b1 echo-tx)"
	bfd "$PEER" set b1 echo 20
	echoes b1
	check_equal "flaps" "$before" "$(flaps_of)"
}

off_and_on()
{
	local before tx

	before=$(flaps_of)
	bfd "$PE" set b1 echo off
	check_equal "PE" null "$(bfd_show "$PE" b1 .echo_us)"
	tx=$(counter "$PE" b1 echo-tx)
	sleep 1
	check_equal "sent" "$tx" "$(counter "$PE" b1 echo-tx)"
	bfd "$PE" set b1 echo 20
	echoes b1
	check_equal "flaps" "$before" "$(flaps_of)"
}

shutdown_ends_it()
{
	local tx

	bfd "$PE" set b1 shutdown on
	wait_bfd "$PEER" b1 down
	tx=$(counter "$PE" b1 echo-tx)
	sleep 1
	check_equal "sent" "$tx" "$(counter "$PE" b1 echo-tx)"
	bfd "$PE" set b1 shutdown off
	wait_bfd "$PE" b1 up
	echoes b1
}

# forwards VALUE: both ends forward and check sources, or do neither
forwards()
{
	local ns

	for ns in "$PE" "$PEER"; do
		ns "$ns" sysctl -qw net.ipv4.ip_forward="$1" \
			net.ipv4.conf.all.rp_filter="$1" \
			net.ipv4.conf.v0.rp_filter="$1"
	done
}

no_forwarding_needed()
{
	local before

	before=$(flaps_of)
	forwards 0
	echoes b1
	check_equal "flaps" "$before" "$(flaps_of)"
}

# If the stack forwarded them as well, a second one would come back.
forwarding_does_no_harm()
{
	local before

	forwards 1
	before=$(flaps_of)
	moves "$PE" b1 echo-rx
	check_equal "come back" \
		"src=10.0.0.2 dst=10.0.0.2 ttl=254 sport=3785 port=3785 sums=good" \
		"$(echo_peer send mac "$MAC" src 10.0.0.2 dst 10.0.0.2 listen 300)"
	check_equal "twice" 0 "$(counter "$PE" b1 echo-drop-number)"
	check_equal "flaps" "$before" "$(flaps_of)"
	forwards 0
}

# To the sender's own address, from any; and from its address to ours.
both_forms_are_looped()
{
	check_equal "to itself" \
		"src=10.0.0.2 dst=10.0.0.2 ttl=254 sport=3785 port=3785 sums=good" \
		"$(echo_peer send mac "$MAC" src 10.0.0.2 dst 10.0.0.2 listen 300)"
	check_equal "from another address of its" \
		"src=192.0.2.9 dst=10.0.0.2 ttl=254 sport=40000 port=3785 sums=good" \
		"$(echo_peer send mac "$MAC" src 192.0.2.9 dst 10.0.0.2 \
			sport 40000 pad 30 listen 300)"
	check_equal "to us" \
		"src=10.0.0.1 dst=10.0.0.2 ttl=254 sport=3785 port=3785 sums=good" \
		"$(echo_peer send mac "$MAC" src 10.0.0.2 dst 10.0.0.1 listen 300)"
}

# echo_drops: the counters of refused echo packets
echo_drops()
{
	bfd_show "$PE" "$1" '.counters | to_entries[] |
		select(.key | startswith("echo-drop")) | "\(.key)=\(.value)"'
}

# refused SESSION GOOD: each line of stdin is "COUNTER FRAME", which differs from
# GOOD by what is given; each counter moves by its lines, and nothing comes back
refused()
{
	local session=$1 before after flaps lines name was is out
	lines=$(awk -v d="$2" '{ c = $1; $1 = ""; print c " " d $0 }')

	flaps=$(flaps_of)
	before=$(echo_drops "$session")
	# shellcheck disable=SC2046 # words
	out=$(echo_peer send $(packets <<<"$lines") listen 300)
	check_err $? "not all frames were sent"
	after=$(echo_drops "$session")
	while IFS='= ' read -r name was is; do
		check_equal "$name" $((was + $(grep -c "^$name " <<<"$lines"))) "$is"
	done < <(paste -d ' ' <(echo "$before") <(cut -d= -f2 <<<"$after"))
	check_equal "come back" "" "$out"
	# the witness
	# shellcheck disable=SC2086 # words
	out=$(echo_peer send $2 listen 300)
	check_match "a good one comes back" "ttl=254 .*sums=good" "$out"
	check_equal "flaps" "$flaps" "$(flaps_of)"
}

hostile_frames_to_loop()
{
	refused b1 "mac $MAC src 10.0.0.2 dst 10.0.0.2" <<-END
		echo-drop-ttl ttl 254
		echo-drop-ttl ttl 1
		echo-drop-ttl ttl 254 dst 10.0.0.1
		echo-drop-address src 10.0.0.1
		echo-drop-frame mac ff:ff:ff:ff:ff:ff
		echo-drop-frame mac 01:00:5e:00:00:01
		echo-drop-header options 1
		echo-drop-header total 104
		echo-drop-header total 106
		echo-drop-header total 27
		echo-drop-header udp 84
		echo-drop-header udp 7
		echo-drop-header sum wrong
		echo-drop-fragment frag 2000
		none src 10.0.0.3 dst 10.0.0.3
		none src 10.0.0.3 dst 10.0.0.1
		none src 10.0.0.2 dst 10.0.0.101
		none port 3786
	END
}

not_looped_while_down()
{
	bfd "$PE" set b1 shutdown on
	check_equal "come back" "" \
		"$(echo_peer send mac "$MAC" src 10.0.0.2 dst 10.0.0.2 listen 300)"
	bfd "$PE" set b1 shutdown off
	wait_bfd "$PE" b1 up
	check_between "counted" 1 1000 "$(counter "$PE" b1 echo-drop-state)"
	echoes b1
}

# Those of PE's own, again and changed, besides what the peer loops.
hostile_frames_of_ours()
{
	local before flaps

	flaps=$(flaps_of)
	before=$(echo_drops b1)
	echo_peer bounce times 2
	check_err $? "not sent twice"
	slowwait 5 counter_is_above "$PE" b1 echo-drop-number \
		$(($(field echo-drop-number "$before") + 1))
	check_err $? "what came back before is not refused"
	for name in digest:"flip 12" digest:"flip 20" digest:"flip 30" \
		ttl:"ttl 253" address:"src 10.0.0.9"; do
		before=$(counter "$PE" b1 "echo-drop-${name%%:*}")
		# shellcheck disable=SC2086 # words
		echo_peer bounce ${name#*:}
		check_err $? "not sent with ${name#*:}"
		slowwait 5 counter_is_above "$PE" b1 "echo-drop-${name%%:*}" \
			"$before"
		check_err $? "${name#*:} is not refused"
	done
	echoes b1
	check_equal "flaps" "$flaps" "$(flaps_of)"
}

# both_add NAME PEER SOURCE KEYS...: a session that both have
both_add()
{
	local name=$1 peer=$2 source=$3
	shift 3

	bfd "$PE" add "$name" peer "$peer" source "$source" "$@" echo 20
	bfd "$PEER" add "$name" peer "$source" source "$peer" "$@" echo 20
	wait_bfd "$PE" "$name" up
	wait_bfd "$PEER" "$name" up
}

both_del()
{
	bfd "$PE" del "$1"
	bfd "$PEER" del "$1"
}

ipv6()
{
	both_add b6 2001:db8::2 2001:db8::1 dev v0
	echoes b6
	check_equal "to itself" \
		"src=2001:db8::2 dst=2001:db8::2 ttl=254 sport=3785 port=3785 sums=good" \
		"$(echo_peer send mac "$MAC" src 2001:db8::2 dst 2001:db8::2 listen 300)"
	check_equal "to us" \
		"src=2001:db8::1 dst=2001:db8::2 ttl=254 sport=40000 port=3785 sums=good" \
		"$(echo_peer send mac "$MAC" src 2001:db8::2 dst 2001:db8::1 \
			port 3785 sport 3785 listen 300 | sed 's/sport=3785/sport=40000/')"
}

ipv6_hostile_frames()
{
	refused b6 "mac $MAC src 2001:db8::2 dst 2001:db8::2" <<-END
		echo-drop-ttl ttl 254
		echo-drop-address src 2001:db8::1
		echo-drop-frame mac 33:33:00:00:00:01
		echo-drop-header total 84
		echo-drop-header total 86
		echo-drop-header udp 84
		none src 2001:db8::3 dst 2001:db8::3
	END
	both_del b6
}

ipv6_link_local()
{
	local ours theirs

	ours=$(link_local_of "$PE")
	theirs=$(link_local_of "$PEER")
	both_add l6 "$theirs" "$ours" dev v0
	echoes l6
	both_del l6
}

link_local_of()
{
	ip -n "$1" -6 addr show dev v0 scope link |
		sed -n 's|.*inet6 \(fe80[^/]*\)/.*|\1|p'
}

vlan()
{
	local ns n=0

	for ns in "$PE" "$PEER"; do
		n=$((n + 1))
		ip -n "$ns" -b - <<-END
			link add v0.7 link v0 type vlan id 7
			addr add 10.0.7.$n/24 dev v0.7
			link set v0.7 up
		END
	done
	both_add vl 10.0.7.2 10.0.7.1 dev v0.7
	echoes vl
	both_del vl
	ip -n "$PE" link del v0.7
	ip -n "$PEER" link del v0.7
}

in_a_vrf()
{
	local ns

	for ns in "$PE" "$PEER"; do
		ip -n "$ns" -b - <<-END
			link add red type vrf table 7
			link set red up
			link set v1 master red
		END
	done
	both_add vr 10.0.1.2 10.0.1.1 dev v1 vrf red
	echoes vr
	both_del vr
	ip -n "$PE" link del red
	ip -n "$PEER" link del red
}

device_renamed()
{
	local ns

	for ns in "$PE" "$PEER"; do
		ip -n "$ns" -b - <<-END
			link set v0 down
			link set v0 name w0
			link set w0 up
		END
	done
	wait_bfd "$PE" b1 up
	echoes b1
	check_equal "PE's" w0 "$(bfd_show "$PE" b1 .dev)"
	for ns in "$PE" "$PEER"; do
		ip -n "$ns" -b - <<-END
			link set w0 down
			link set w0 name v0
			link set v0 up
		END
	done
	wait_bfd "$PE" b1 up
	echoes b1
}

# The pair goes, with both ends' hooks on it, and comes back by name.
device_gone()
{
	ip -n "$PE" link del v0
	wait_bfd "$PE" b1 down
	ip -n "$PE" -b - <<-END
		link add v0 type veth peer name v0 netns $PEER
		addr add 10.0.0.1/24 dev v0
		link set v0 up
	END
	ip -n "$PEER" addr add 10.0.0.2/24 dev v0
	ip -n "$PEER" link set v0 up
	wait_bfd "$PE" b1 up
	echoes b1
}

device_moved()
{
	local AWAY

	setup_ns AWAY
	ip -n "$PE" link set v0 netns "$AWAY"
	wait_bfd "$PE" b1 down
	# there it is nobody's
	ip -n "$AWAY" addr add 10.0.0.1/24 dev v0
	ip -n "$AWAY" link set v0 up
	check_equal "come back" "" "$(echo_peer send mac "$MAC" src 10.0.0.2 \
		dst 10.0.0.2 listen 300)"
	ip -n "$AWAY" link set v0 netns "$PE"
	ip -n "$PE" addr add 10.0.0.1/24 dev v0
	ip -n "$PE" link set v0 up
	wait_bfd "$PE" b1 up
	echoes b1
	cleanup_ns "$AWAY"
}

saved_and_applied()
{
	mkdir -p echo.conf
	etrunkctl -n "$PE" save echo.conf
	check_match "saved" "bfd add b1 .*echo 20ms" "$(cat echo.conf/etrunk.conf)"
	bfd "$PE" set b1 echo off
	check_match "the difference" "echo 20ms" \
		"$(etrunkctl -n "$PE" apply echo.conf/etrunk.conf --check)"
	etrunkctl -n "$PE" apply echo.conf/etrunk.conf
	check_equal "applied" 20000 "$(bfd_show "$PE" b1 .echo_us)"
	sed -i 's/ echo 20ms//' echo.conf/etrunk.conf
	check_match "the difference" "echo off" "$(etrunkctl -n "$PE" \
		apply echo.conf/etrunk.conf --replace --check)"
	etrunkctl -n "$PE" apply echo.conf/etrunk.conf --replace
	check_equal "applied" null "$(bfd_show "$PE" b1 .echo_us)"
}

tests_run
