#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A move that an operator asks for costs no frame. 16 flows of numbered frames,
# 1,000 a second in total, run in both directions between CE1 and CE2 in the lab
# of topo.sh, and each of them has to arrive exactly once.
#
# Unloading the module takes both PEs of this one kernel: the frames are counted
# for what is done to one namespace (switchover, member del and flush), of the
# unloading the order of events is looked at.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

# what topo.sh makes of it: a short wait until PE1 serves again
TOPO_REVERT_DELAY=1s TOPO_START_HOLD=1s
# shellcheck source=selftests/topo.sh
. "$(dirname "$0")/topo.sh"

ALL_TESTS="
	switchover_30_times
	member_del_of_the_master
	flush_of_the_master
	unload_lets_the_peer_serve
	unload_is_bounded
"

# there and back
ROUNDS=15
DIR=$(mktemp -d)
PATH=$LIB_DIR/demo:$PATH
FLOWS=()
HOLDER=
# a process in CE1
CE_PID=
FROM=

setup()
{
	local n

	topo_modules
	topo_names "$(mktemp -u XXXXXX)-"
	topo_up
	ip netns exec "$CE1" sleep infinity &
	CE_PID=$!
	printf 'a key for testing' >"$DIR/key"
	for n in 1 2 3; do
		topo_config $n "$DIR" >"$DIR/pe$n"
	done
	configure
	# nothing shall wait for the host while traffic runs
	cp "$(command -v flows)" "$(command -v etrunkctl)" "$DIR/"
	PATH=$DIR:$PATH
	hash -r
	slowwait 40 serves 1
	check_err $? "PE1 does not serve"
}

configure()
{
	local n

	etrunk_reload
	check_err $? "cannot load the module"
	for n in 1 2; do
		ip -n "$(topo_pe $n)" link set bond0 up
		ip -n "$(topo_pe $n)" link set bond0.100 up
	done
	for n in 1 2 3; do
		etrunkctl -n "$(topo_pe $n)" -b "$DIR/pe$n"
		check_err $? "cannot configure PE$n"
	done
}

cleanup()
{
	flows_stop
	[ -z "$CE_PID" ] || kill "$CE_PID"
	topo_down
	rm -rf "$DIR"
}

member_is()
{
	[[ $(etrunkctl -n "$(topo_pe "$1")" -j member show) == \
		*'"state":"'"$2"'"'* ]]
}

# serves N: CE1 uses its link to PE N and no other, PE3 its PW
serves()
{
	member_is "$1" master && ! member_is $((3 - $1)) master &&
		[[ $(etrunkctl -n "$PE3" -j vpws show) == \
			*'"active_pw":"pw'"$1"'"'* ]] &&
		[ "$(ce_links)" = "eth$1" ]
}

ce_links()
{
	local line dev='' end='' ports=''

	while read -r line; do
		case $line in
		"Slave Interface: "*)
			dev=${line##* } ;;
		"details actor"* | "details partner"*)
			end=$line ;;
		"port state: "*)
			[[ $end == *actor* ]] || continue
			(((${line##* } & 0x30) == 0x30)) || continue
			ports+=${ports:+ }$dev ;;
		esac
	done <"/proc/$CE_PID/net/bonding/bond0"
	echo "$ports"
}

# While the guest waits for the host its clock leaps: not while something keeps
# the processor busy.
flows_start()
{
	(exec chrt --idle 0 bash -c 'while :; do :; done') &
	HOLDER=$!
	ip netns exec "$CE1" flows run bond0.100 "$DIR/ce1" 1 &
	FLOWS+=($!)
	ip netns exec "$CE2" flows run eth0 "$DIR/ce2" 2 &
	FLOWS+=($!)
	# when both ends are there
	slowwait 10 flows_pass
	check_err $? "the traffic does not start"
	FROM=$(uptime_ms)000000
}

# both have sent, and got something
flows_pass()
{
	local line n=0

	while read -r line; do
		((n += $(field sent "$line") > $(field lost "$line")))
	done < <(flows report "$DIR/ce1" "$DIR/ce2" 0 "$(uptime_ms)000000")
	((n == 2))
} 2>/dev/null

flows_stop()
{
	[ ${#FLOWS[@]} -gt 0 ] || return 0
	kill "${FLOWS[@]}"
	wait "${FLOWS[@]}" 2>/dev/null
	FLOWS=()
	kill "$HOLDER"
	wait "$HOLDER" 2>/dev/null
}

field()
{
	sed -n "s/.* $1=\([-0-9]*\).*/\1/p" <<<"$2"
}

# all_arrive FRAMES: at least so many were sent each way, and each arrived once
all_arrive()
{
	local line to

	to=$(uptime_ms)000000
	sleep 0.3
	flows_stop
	while read -r line; do
		log_info "$line"
		check_between "frames sent, ${line%% *}" "$1" 10000000 \
			"$(field sent "$line")"
		check_equal "frames lost, ${line%% *}" 0 \
			"$(field lost "$line")"
		check_equal "frames that came twice, ${line%% *}" 0 \
			"$(field dup "$line")"
	done < <(flows report "$DIR/ce1" "$DIR/ce2" "$FROM" "$to")
}

switchover()
{
	etrunkctl -n "$PE1" e-trunk switchover 1 "$@"
}

switchover_30_times()
{
	local i

	flows_start
	for ((i = 0; i < ROUNDS; i++)); do
		switchover
		check_err $? "no switchover"
		slowwait 10 serves 2
		check_err $? "round $i: PE2 does not serve"
		switchover back
		check_err $? "no switchover back"
		slowwait 10 serves 1
		check_err $? "round $i: PE1 does not serve"
		((RET == 0)) || break
	done
	all_arrive 2000
}

restore()
{
	etrunkctl -n "$PE1" apply "$DIR/pe1"
	check_err $? "cannot configure PE1 again"
	ip -n "$PE1" link set bond0 up
	ip -n "$PE1" link set bond0.100 up
	slowwait 40 serves 1
	check_err $? "PE1 does not serve again"
}

member_del_of_the_master()
{
	flows_start
	etrunkctl -n "$PE1" member del bond0
	check_err $? "cannot delete"
	slowwait 10 member_is 2 master
	check_err $? "PE2 does not serve"
	all_arrive 100
	restore
}

flush_of_the_master()
{
	flows_start
	etrunkctl -n "$PE1" flush -f
	check_err $? "cannot flush"
	slowwait 10 member_is 2 master
	check_err $? "PE2 does not serve"
	all_arrive 100
	restore
}

# The peer, here in the same kernel, is not told to leave: it does not serve.
unload_lets_the_peer_serve()
{
	local mark="unload $RANDOM$RANDOM"

	# the log takes so many lines in so much time
	sleep 6
	echo "$mark" >/dev/kmsg
	etrunk_unload
	check_err $? "cannot unload"
	check_equal "moves" "member bond0 backup -> master (PEER_MEMBER_DOWN)
vpws s1 - -> pw2 (AC_UP)
vpws s1 pw1 -> - (AC_STANDBY)" "$(dmesg |
		sed -n "1,/$mark\$/d; "'s/.*etrunk: \(.* -> .*)\)$/\1/p' |
		grep -E '^(member bond0|vpws s1) ' | head -n 3)"
}

# 2 s for the peer to serve, 1 s for the CE to leave
unload_is_bounded()
{
	local from

	configure
	slowwait 40 serves 1
	check_err $? "PE1 does not serve"
	from=$(uptime_ms)
	ip netns exec "$PE2" tc qdisc add dev peer0 root netem loss 100% &&
		etrunk_unload
	check_err $? "cannot unload"
	check_between "ms" 0 4000 $(($(uptime_ms) - from))
}

tests_run
