#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Authenticated sessions with BIRD 2, which computes digests as the RFC says:
# a VLAN and a session for each type, and one over several hops.
# shellcheck source=selftests/bfd_lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/bfd_lib.sh"

# shellcheck disable=SC2034 # for tests_run
ALL_TESTS="each_type_comes_up none_flaps bird_is_killed_and_comes_back
	other_secret other_key_id other_type"

require_command bird
require_command birdc

# our word for a type, in the order of the VLANs from 1 on, and BIRD's
TYPES=(none simple md5 meticulous-md5 sha1 meticulous-sha1)
BIRDS=(none simple "keyed md5" "meticulous keyed md5" "keyed sha1"
	"meticulous keyed sha1")

setup()
{
	local i

	etrunk_reload || check_err $? "module does not load"
	bfd_topology
	echo secret123456 >key
	echo secret123457 >wrong
	etrunkctl -n "$PE" system set weak-algorithms on
	for i in {1..5}; do
		ip -n "$PE" link add link v0 name v0."$i" type vlan id "$i"
		ip -n "$PE" addr add 10.3."$i".1/24 dev v0."$i"
		ip -n "$PE" link set v0."$i" up
		ip -n "$PEER" link add link v0 name v0."$i" type vlan id "$i"
		ip -n "$PEER" addr add 10.3."$i".2/24 dev v0."$i"
		ip -n "$PEER" link set v0."$i" up
	done
	# another test's may lie there
	rm -f bird.log
	bird_config >bird.conf
	bird_start
	for i in {1..5}; do
		bfd "$PE" add a"$i" peer 10.3."$i".2 source 10.3."$i".1 \
			dev v0."$i" min-tx 50 min-rx 50 \
			auth "${TYPES[i]}" key-id 7 key-file key
	done
	bfd "$PE" add m1 peer 10.0.0.2 source 10.0.0.1 min-ttl 64 min-tx 50 \
		min-rx 50 auth meticulous-sha1 key-id 7 key-file key
	birdc_ show status >/dev/null
}

cleanup()
{
	bird_kill -KILL
}

bird_config()
{
	local i

	cat <<-END
		router id 10.0.0.2;
		log "bird.log" all;
		protocol device { scan time 60; }
		protocol bfd {
			debug { states, events };
			$(for i in {1..5}; do cat <<-IFACE
				interface "v0.$i" {
					interval 50 ms;
					multiplier 3;
					authentication ${BIRDS[i]};
					password "secret123456" { id 7; };
				};
				neighbor 10.3.$i.1 dev "v0.$i" local 10.3.$i.2;
			IFACE
			done)
			multihop {
				interval 50 ms;
				multiplier 3;
				authentication ${BIRDS[5]};
				password "secret123456" { id 7; };
			};
			neighbor 10.0.0.1 local 10.0.0.2 multihop;
		}
	END
}

bird_has_up()
{
	[ "$(birdc_ show bfd sessions | grep -c ' Up ')" = "$1" ]
}

each_type_comes_up()
{
	local i

	wait_all "$PE" up 6 60
	slowwait 5 bird_has_up 6
	check_err $? "BIRD: $(birdc_ show bfd sessions)"
	for i in {1..5}; do
		bfd_is "$PE" a"$i" up
		check_err $? "a$i is $(bfd_show "$PE" a"$i" .state)"
		log_test "${TYPES[i]}_comes_up"
	done
}

none_flaps()
{
	local before

	before=$(bfd_show "$PE" m1 .rx_packets)
	sleep 20
	check_equal "flaps" 0 "$(flaps "$PE")"
	check_equal "BIRD's" 0 "$(grep -c 'changed state from Up' bird.log)"
	check_equal "dropped" 0 "$(etrunkctl -n "$PE" -j bfd show |
		jq '[.[].rx_drop] | add')"
	# the witness
	check_between "packets" 360 8000 \
		$(($(bfd_show "$PE" m1 .rx_packets) - before))
}

# Its sequence numbers are new ones, too; ours are not.
bird_is_killed_and_comes_back()
{
	bird_kill -KILL
	wait_all "$PE" down 6 5
	bird_start
	wait_all "$PE" up 6 60
	slowwait 5 bird_has_up 6
	check_err $? "BIRD: $(birdc_ show bfd sessions)"
}

# stays_down NAME: while its packets are dropped
stays_down()
{
	local before

	before=$(bfd_show "$PE" "$1" .rx_drop)
	sleep 4
	check_equal "$1" down "$(bfd_show "$PE" "$1" .state)"
	check_between "dropped of $1" 2 100 \
		$(($(bfd_show "$PE" "$1" .rx_drop) - before))
	check_equal "BIRD's sessions that are up" 5 \
		"$(birdc_ show bfd sessions | grep -c ' Up ')"
	check_equal "the others" 5 "$(etrunkctl -n "$PE" -j bfd show |
		jq '[.[] | select(.state == "up")] | length')"
}

# again NAME ARGUMENT...: the session anew
again()
{
	local name=$1 i=${1#a}
	shift

	bfd "$PE" del "$name"
	bfd "$PE" add "$name" peer 10.3."$i".2 source 10.3."$i".1 dev v0."$i" \
		min-tx 50 min-rx 50 "$@"
}

other_secret()
{
	again a5 auth "${TYPES[5]}" key-id 7 key-file wrong
	stays_down a5
	again a5 auth "${TYPES[5]}" key-id 7 key-file key
	wait_all "$PE" up 6 60
}

other_key_id()
{
	again a4 auth "${TYPES[4]}" key-id 8 key-file key
	stays_down a4
	again a4 auth "${TYPES[4]}" key-id 7 key-file key
	wait_all "$PE" up 6 60
}

other_type()
{
	again a2 auth "${TYPES[4]}" key-id 7 key-file key
	stays_down a2
	again a2 auth "${TYPES[2]}" key-id 7 key-file key
	wait_all "$PE" up 6 60
}

tests_run
