#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Every check on reception (RFC 5880 6.8.6, 5881 5): a bad packet moves the
# counter that names its fault, and nothing else of a session that is Up with a
# real peer.
# shellcheck source=selftests/bfd_lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/bfd_lib.sh"

# shellcheck disable=SC2034 # for tests_run
ALL_TESTS="single_hop multihop no_session accepted"

setup()
{
	etrunk_reload || check_err $? "module does not load"
	bfd_topology
	etrunkctl -n "$PE" -b - <<-END
		bfd add b1 peer 10.0.0.2 source 10.0.0.1 dev v0 local-discriminator 1 remote-discriminator 2
		bfd add m1 peer 10.0.1.2 source 10.0.1.1 local-discriminator 11 remote-discriminator 12
	END
	etrunkctl -n "$PEER" -b - <<-END
		bfd add b1 peer 10.0.0.1 source 10.0.0.2 dev v0 local-discriminator 2 remote-discriminator 1
		bfd add m1 peer 10.0.1.1 source 10.0.1.2 local-discriminator 12 remote-discriminator 11
	END
	wait_bfd "$PE" b1 up
	wait_bfd "$PE" m1 up
}

single_hop()
{
	check_counted b1 "state 3 my 2 your 1" < <(
		cat <<-END
			drop-version version 0
			drop-version version 2
			drop-length length 0
			drop-length length 23
			drop-length flags 04 length 25 payload 40
			drop-truncated length 25
			drop-truncated length 255
			drop-multiplier mult 0
			drop-multipoint flags 01
			drop-my-discriminator my 0
			drop-state state 2 your 0
			drop-state state 3 your 0
			drop-no-session your 77
			drop-no-session state 1 your 77
			drop-port port 4784
			drop-interface from 10.0.1.2 to 10.0.1.1
			drop-address from 10.0.0.77
			drop-address to 10.0.0.101
			drop-ttl ttl 254
			drop-ttl ttl 1
			drop-ttl state 1 your 0 ttl 254
			drop-ttl state 0 diag 7 ttl 254
			drop-authentication flags 04 length 26 payload 26
			drop-authentication state 1 flags 04 length 28 payload 60
			drop-discriminator-mismatch my 3
			drop-discriminator-mismatch state 1 my 3
			drop-discriminator-mismatch state 1 my 3 your 0
			drop-discriminator-mismatch state 0 my 3
			none
			none sport 1024 diag 31 echo-rx 50000 payload 1000
		END
		# every truncation
		printf 'drop-truncated payload %u\n' {0..23}
	)
}

multihop()
{
	bfd "$PE" set m1 min-ttl 250
	check_counted m1 "from 10.0.1.2 to 10.0.1.1 port 4784 state 3 my 12 your 11" <<-END
		drop-ttl ttl 249
		drop-ttl ttl 1 state 1
		none ttl 250
		none ttl 255
		drop-port port 3784
		drop-address from 10.0.0.2
		drop-address to 10.0.0.1
		drop-discriminator-mismatch my 13
	END
}

# Packets that nobody can be blamed for are counted with the system.
no_session()
{
	local counters

	inject from 10.0.0.77 my 9 -- from 10.0.0.77 my 9 your 4000 state 3 \
		-- from 10.0.0.77 version 7
	sleep 0.05
	counters=$(etrunkctl -n "$PE" -j system show | jq -c '.[0].counters')
	check_equal "without a session" 2 \
		"$(jq '.["bfd-drop-no-session"]' <<<"$counters")"
	check_equal "malformed" 1 \
		"$(jq '.["bfd-drop-version"]' <<<"$counters")"
}

# What the RFC does not forbid is no reason to refuse a packet.
accepted()
{
	local slow="min-tx 1000000 my 300" i

	for i in {11..17}; do
		echo "bfd add x$i peer 10.0.0.$i source 10.0.0.1 dev v0"
	done | etrunkctl -n "$PE" -b -
	# shellcheck disable=SC2086 # words
	inject from 10.0.0.11 $slow \
		-- from 10.0.0.12 $slow payload 1000 \
		-- from 10.0.0.13 $slow flags 30 \
		-- from 10.0.0.14 $slow diag 31 \
		-- from 10.0.0.15 $slow sport 1024 \
		-- from 10.0.0.16 $slow flags 02 \
		-- from 10.0.0.17 $slow state 0
	sleep 0.05
	check_equal "accepted" "x11 init 1 0,x12 init 1 0,x13 init 1 0,x14 init 1 0,x15 init 1 0,x16 init 1 0,x17 down 1 0" \
		"$(etrunkctl -n "$PE" -j bfd show | jq -r '[.[] |
		   select(.name | startswith("x")) |
		   "\(.name) \(.state) \(.rx_packets) \(.rx_drop)"] |
		   join(",")')"
}

tests_run
