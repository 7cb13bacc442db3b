#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# How fast a PE acts, in the lab of topo.sh with two links from the CE to each
# PE:
#
#	CE1 bond0 <= eth1, eth3 = ac0, ac1 PE1 --- P --- PE3
#	          <= eth2, eth4 = ac0, ac1 PE2 ---'
#
# From the kernel's own clock: BFD and the module's events by tracepoints, a
# lost carrier by a probe where the kernel takes it away, LACPDUs and PW status
# by the time of the packets at the next hop.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/trace_lib.sh
. "$(dirname "$0")/trace_lib.sh"

# what topo.sh makes of it: a short wait until PE1 serves again
TOPO_REVERT_DELAY=1s TOPO_START_HOLD=1s
# shellcheck source=selftests/topo.sh
. "$(dirname "$0")/topo.sh"

ALL_TESTS="
	bfd_to_lacpdu_and_status_within_1ms
	bfd_again_within_1ms
	carrier_to_0x06_and_takeover_within_5ms
	carrier_within_5ms_under_rtnl_churn
	status_0x06_to_0x20_never_through_0
"

DIR=$(mktemp -d)
WATCH=()
CHURN=
LACP_SYNC=8
LINKS=1000

setup()
{
	local n

	require_command jq
	etrunk_reload
	check_err $? "cannot load the module"
	topo_modules
	modprobe dummy numdummies=0
	topo_names "$(mktemp -u XXXXXX)-"
	topo_up
	printf 'a key for testing' >"$DIR/key"
	for n in 1 2; do
		topo_veth "$CE1" eth$((n + 2)) "$(topo_pe $n)" ac1
		ip -n "$CE1" link set eth$((n + 2)) mtu 1500 master bond0
		ip -n "$(topo_pe $n)" link set ac1 mtu 1500 master bond0
	done
	for n in 1 2 3; do
		topo_config $n "$DIR" |
			etrunkctl -n "$(topo_pe $n)" -b -
		check_err $? "cannot configure PE$n"
	done
	slowwait 40 settled
	check_err $? "the lab does not settle: $(state)"
}

cleanup()
{
	churn_stop
	watch_stop
	trace_off
	topo_down
	rm -rf "$DIR"
}

# json PE OBJECT FILTER
json()
{
	etrunkctl -n "$1" -j "$2" show | jq -r "$3"
}

# member_is N STATE: asked often, so no jq
member_is()
{
	[[ $(etrunkctl -n "$(topo_pe "$1")" -j member show) == \
		*'"state":"'"$2"'"'* ]]
}

state()
{
	echo "PE1 $(json "$PE1" member '.[0].state')," \
		"PE2 $(json "$PE2" member '.[0].state')," \
		"PE3 uses $(json "$PE3" vpws '.[0].active_pw')," \
		"CE1 has $(ce_links)"
}

# the CE's links that carry traffic
ce_links()
{
	ip netns exec "$CE1" cat /proc/net/bonding/bond0 | awk '
	/^Slave Interface/ { dev = $3 }
	/details actor/ { actor = 1 }
	/port state/ && actor {
		if ($3 % 64 >= 48)
			print dev
		actor = 0
	}' | sort | paste -sd' '
}

# PE1 serves and has nobody to complain of
settled()
{
	member_is 1 master && member_is 2 backup &&
		[ "$(ce_links)" = "eth1 eth3" ] &&
		[ "$(json "$PE3" vpws '.[0].active_pw')" = pw1 ] &&
		[ "$(json "$PE1" e-trunk '.[0].faults|tostring')" = "[]" ] &&
		[ "$(json "$PE2" e-trunk '.[0].faults|tostring')" = "[]" ]
}

serves_2()
{
	member_is 2 master &&
		[ "$(json "$PE3" vpws '.[0].active_pw')" = pw2 ]
}

# What passes CE1's links and P from now on: $DIR/DEV and $DIR/oam.
watch_start()
{
	local dev

	for dev in eth1 eth2 eth3 eth4; do
		ip netns exec "$CE1" lacp_tool watch "$dev" 600 \
			>"$DIR/$dev" &
		WATCH+=($!)
	done
	ip netns exec "$P" pw_oam watch pe1 pe2 >"$DIR/oam" &
	WATCH+=($!)
	sleep 0.5
	trace_begin
	check_err $? "cannot trace"
}

watch_stop()
{
	[ ${#WATCH[@]} -gt 0 ] || return 0
	kill "${WATCH[@]}" 2>/dev/null
	wait "${WATCH[@]}" 2>/dev/null
	WATCH=()
}

watch_end()
{
	trace_end "$DIR/trace"
	watch_stop
}

# lacpdu_at DEV SINCE: seconds of the first LACPDU with SYNC that came in there
lacpdu_at()
{
	awk -v since="$2" -v sync="$LACP_SYNC" '
	function hex(c) { return index("0123456789abcdef", tolower(c)) - 1 }
	$2 == "in" {
		at = substr($1, 1, length($1) - 9) "." \
		     substr($1, length($1) - 8, 6)
		n = split($5, actor, "/")
		state = hex(substr(actor[n], length(actor[n]), 1))
		if (at >= since && int(state / sync) % 2) {
			print at
			exit
		}
	}' "$DIR/$1"
}

# status_at DEV LABEL WORD SINCE: the same of a status message
status_at()
{
	awk -v dev="$1" -v label="$2" -v word="$3" -v since="$4" '
	$2 == dev && $3 == "in" && $4 == label && $6 == word &&
	$8 == "say" && $1 >= since {
		print $1
		exit
	}' "$DIR/oam"
}

# within WHAT US A B
within()
{
	local us

	us=$(us_between "$3" "$4")
	log_info "$1: ${us:-never} us"
	check_between "us, $1" 0 "$2" "$us"
}

## BFD detection

# PE1 is not heard any more, though its links are there.
bfd_round()
{
	local ns2 down dev

	watch_start
	ns2=$(trace_ns "$PE2")
	tc -n "$PE1" qdisc add dev peer0 root netem loss 100%
	slowwait 5 serves_2
	check_err $? "PE2 does not serve: $(state)"
	watch_end
	tc -n "$PE1" qdisc del dev peer0 root

	down=$(trace_at "$DIR/trace" etrunk_bfd_state "$ns2" name=hello \
		to=down reason=DETECTION)
	[ -n "$down" ]
	check_err $? "PE2's session did not expire"
	within "detection to member master" 1000 "$down" \
		"$(trace_at "$DIR/trace" etrunk_event "$ns2" to=master \
			"member bond0")"
	for dev in eth2 eth4; do
		within "detection to LACPDU with SYNC on $dev" 1000 "$down" \
			"$(lacpdu_at "$dev" "$down")"
	done
	within "detection to PW status 0 on the wire" 1000 "$down" \
		"$(status_at pe2 3002 0 "$down")"
	slowwait 40 settled
	check_err $? "PE1 does not serve again: $(state)"
}

bfd_to_lacpdu_and_status_within_1ms()
{
	bfd_round
}

bfd_again_within_1ms()
{
	bfd_round
}

## Carrier

# cut DEV...: links of CE1, by one process of known id; the far end of a veth
# loses its carrier with it. Sets CUT_PID.
cut()
{
	local dev

	for dev in "$@"; do
		echo "link set $dev down"
	done >"$DIR/cut"
	ip -n "$CE1" -b "$DIR/cut" &
	CUT_PID=$!
	wait "$CUT_PID"
	check_err $? "cannot cut $*"
}

mend()
{
	local dev

	for dev in "$@"; do
		ip -n "$CE1" link set "$dev" up
	done
	slowwait 40 settled
	check_err $? "PE1 does not serve again: $(state)"
}

# The last link's carrier went with the last call of the process that cut them.
carrier_round()
{
	local off dev

	watch_start
	cut eth1 eth3
	slowwait 5 serves_2
	check_err $? "PE2 does not serve: $(state)"
	watch_end

	check_equal "carriers taken by the cut" 4 \
		"$(trace_lines "$DIR/trace" carrier_off "-$CUT_PID " | wc -l)"
	off=$(trace_last "$DIR/trace" carrier_off "-$CUT_PID ")
	within "carrier to PE1's member backup" 5000 "$off" \
		"$(trace_at "$DIR/trace" etrunk_event "$(trace_ns "$PE1")" \
			from=master "member bond0")"
	within "carrier to 0x06 on the wire" 5000 "$off" \
		"$(status_at pe1 3001 0x6 0)"
	within "carrier to PE2's member master" 5000 "$off" \
		"$(trace_at "$DIR/trace" etrunk_event "$(trace_ns "$PE2")" \
			to=master "member bond0")"
	for dev in eth2 eth4; do
		within "carrier to LACPDU with SYNC on $dev" 5000 "$off" \
			"$(lacpdu_at "$dev" 0)"
	done
	within "carrier to PE2's 0 on the wire" 5000 "$off" \
		"$(status_at pe2 3002 0 0)"
	within "carrier to PE3 using pw2" 5000 "$off" \
		"$(trace_at "$DIR/trace" etrunk_event "$(trace_ns "$PE3")" \
			"vpws s1" to=pw2)"
}

carrier_to_0x06_and_takeover_within_5ms()
{
	carrier_round
	mend eth1 eth3
}

# In PE1 itself: every one of the events passes the module's notifiers too.
churn()
{
	local i

	{
		for ((i = 0; i < LINKS; i++)); do
			echo "link add churn$i group 77 type dummy"
		done
	} >"$DIR/churn.add"
	while :; do
		ip -n "$PE1" -b "$DIR/churn.add"
		ip -n "$PE1" link del group 77
		echo >>"$DIR/churn.rounds"
	done
}

churn_stop()
{
	[ -n "$CHURN" ] || return 0
	kill "$CHURN" 2>/dev/null
	wait "$CHURN" 2>/dev/null
	CHURN=
	ip -n "$PE1" link del group 77 2>/dev/null
}

churned_once()
{
	[ -s "$DIR/churn.rounds" ]
}

carrier_within_5ms_under_rtnl_churn()
{
	local off

	churn 2>/dev/null &
	CHURN=$!
	slowwait 60 churned_once
	check_err $? "$LINKS links were not added and removed"
	carrier_round
	off=$(trace_last "$DIR/trace" carrier_off "-$CUT_PID ")
	kill -0 "$CHURN"
	check_err $? "the churn ended early"
	# in the 2 s about it
	check_between "links that came or went meanwhile" 100 100000 "$({
		trace_lines "$DIR/trace" link_add
		trace_lines "$DIR/trace" link_del
	} | awk -v off="$off" '
		$1 > off - 1 && $1 < off + 1 { n++ }
		END { print n + 0 }')"
	churn_stop
	mend eth1 eth3
}

## Words

# PE1 comes back behind PE2, which serves.
status_0x06_to_0x20_never_through_0()
{
	local words

	watch_start
	cut eth1 eth3
	slowwait 5 serves_2
	check_err $? "PE2 does not serve: $(state)"
	mend eth1 eth3
	watch_end
	words=$(awk '$2 == "pe1" && $3 == "in" && $4 == 3001 && $8 == "say" &&
		$6 "" != last { print last = $6 "" }' "$DIR/oam" | paste -sd' ')
	check_equal "words of PE1, one after the other" "0x6 0x20 0" "$words"
	words=$(awk '$2 == "pe2" && $3 == "in" && $4 == 3002 && $8 == "say" &&
		$6 "" != last { print last = $6 "" }' "$DIR/oam" | paste -sd' ')
	check_equal "words of PE2, one after the other" "0 0x20" "$words"
}

tests_run
