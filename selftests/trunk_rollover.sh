#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A new key while a CE's traffic runs, begun at either PE: no role moves, no
# hello is dropped, no frame is lost. Topology: trunk_topo.sh, with
#
#	CE bond0 10.9.0.9 ===== 10.9.0.1 bond0 PE1 and PE2

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/trunk_topo.sh
. "$(dirname "$0")/trunk_topo.sh"

ALL_TESTS="from_the_master from_the_backup"

setup()
{
	local n

	require_command jq
	trunk_net
	check_err $? "no network"
	ip -n "$CE" address add 10.9.0.9/24 dev bond0
	for n in 1 2; do
		ip -n "$(pe_ns "$n")" address add 10.9.0.1/24 dev bond0
	done
	# short enough that no hello at all could be missed for long
	trunk_up hello 500ms multiplier 6
	slowwait 20 reaches
	check_err $? "the CE does not reach PE1"
}

cleanup()
{
	trunk_down
}

reaches()
{
	ip netns exec "$CE" ping -q -c 1 -W 1 10.9.0.1 >/dev/null
}

# state: what may not change, of both PEs
state()
{
	local n

	for n in 1 2; do
		pe "$n" -j e-trunk show
		pe "$n" -j member show
	done | jq -rs '[.[][] | select(.id == 1) | .state, .reason, .peer,
		.faults, .rx_drop, (.history | length)] | tostring'
}

# with_traffic COMMAND...: while the CE sends 100 frames a second
with_traffic()
{
	local before ping

	before=$(state)
	ip netns exec "$CE" ping -q -i 0.01 -W 2 10.9.0.1 \
		>"$TRUNK_TMP/ping" 2>&1 &
	ping=$!
	"$@"
	# as long as the peer's silence would take to be noticed, and longer
	sleep 5
	kill -INT "$ping"
	wait "$ping"
	check_equal "state" "$before" "$(state)"
	check_match "frames" "^[1-9][0-9]{2,} packets transmitted" \
		"$(grep transmitted "$TRUNK_TMP/ping")"
	check_equal "lost frames" 0 "$(awk '/transmitted/ { print $1 - $4 }' \
		"$TRUNK_TMP/ping")"
}

# roll FIRST OLD NEW: accepted by both, then sent by one after the other, then
# the old one goes
roll()
{
	local first=$1 second=$((3 - $1)) old=$2 new=$3 n

	for n in "$first" "$second"; do
		pe "$n" e-trunk set 1 key-id "$new" key-file "$TRUNK_TMP/key$new"
		sleep 1
	done
	for n in "$first" "$second"; do
		pe "$n" e-trunk set 1 send-key "$new"
		sleep 4
	done
	for n in "$first" "$second"; do
		pe "$n" e-trunk set 1 del-key "$old"
		sleep 1
	done
	for n in 1 2; do
		check_equal "keys of PE$n" "[$new]" \
			"$(trunk "$n" '.key_ids|tostring')"
	done
}

from_the_master()
{
	with_traffic roll 1 1 2
}

from_the_backup()
{
	printf 'a third key' >"$TRUNK_TMP/key3"
	with_traffic roll 2 2 3
}

tests_run
