#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# When packets are sent (RFC 5880 6.8.3, 6.8.7, 6.5), and what they look like,
# seen by a peer on the wire.
# shellcheck source=selftests/bfd_lib.sh
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/bfd_lib.sh"

# shellcheck disable=SC2034 # for tests_run
ALL_TESTS="slow_start packet_format jitter peer_asks_for_slower
	peer_asks_for_silence peer_in_demand poll_is_answered_at_once
	change_on_up_is_polled slower_waits_for_final
	change_without_flap multihop_format"

setup()
{
	etrunk_reload || check_err $? "module does not load"
	bfd_topology
	etrunkctl -n "$PE" -b - <<-END
		bfd add b1 peer 10.0.0.2 source 10.0.0.1 dev v0 local-discriminator 1 remote-discriminator 2
		bfd add m1 peer 10.0.0.2 source 10.0.0.1 min-tx 20 multiplier 7
	END
}

# check_gaps TEXT LOW HIGH: us between packets. A packet that softirqs delay by
# a ms (one CPU, which starts programs meanwhile) makes a gap longer and the
# next one shorter by as much; a quarter of the interval, which is what a wrong
# jitter or a wrong interval is off by, is more than that.
check_gaps()
{
	local slack=1000

	check_between "shortest gap in us" $(($2 - slack)) $(($3 + slack)) \
		"$(field gap_min_us "$1")"
	check_between "longest gap in us" $(($2 - slack)) $(($3 + slack)) \
		"$(field gap_max_us "$1")"
}

# Nobody answers: one packet in 750 to 1000 ms.
slow_start()
{
	local out

	out=$(peer noise 6500 last)
	check_gaps "$out" 750000 1000000
	check_between "packets" 6 9 "$(field rx "$out")"
	check_equal "state" 1 "$(field state "$out")"
	check_equal "min-tx" 1000000 "$(field min_tx "$out")"
	# the configured one, from the first packet on
	check_equal "your discriminator" 2 "$(field your "$out")"
}

packet_format()
{
	local out

	out=$(peer up 3000 run 100 last)
	check_match "packet" "^state=3 diag=0 flags=0x8 mult=3 my=1 your=2 min_tx=10000 min_rx=10000 ttl=255 tos=0xc0 df=1 sport=65535 len=24$" \
		"$(tail -n 1 <<<"$out")"
}

# 75 to 100 % of the interval, all of that range.
jitter()
{
	local out

	out=$(peer up 3000 run 100 run 3000)
	out=$(tail -n 1 <<<"$out")
	check_gaps "$out" 7500 10000
	check_between "shortest, of all the range" 6500 7700 \
		"$(field gap_min_us "$out")"
	check_between "longest, of all the range" 9800 11000 \
		"$(field gap_max_us "$out")"
	check_between "mean" 8550 8950 "$(field gap_mean_us "$out")"
	check_between "packets" 330 360 "$(field rx "$out")"
}

peer_asks_for_slower()
{
	local out

	out=$(peer min-rx 100000 up 3000 run 200 run 2000 \
		set min-rx 10000 run 100 run 500)
	check_gaps "$(sed -n 2p <<<"$out")" 75000 100000
	# a reduction is honoured at once
	check_gaps "$(sed -n 4p <<<"$out")" 7500 10000
}

peer_asks_for_silence()
{
	local out

	out=$(peer up 3000 run 100 set min-rx 0 run 50 run 1000)
	check_equal "packets" 0 "$(field rx "$(sed -n 3p <<<"$out")")"
	wait_bfd "$PE" b1 down
}

peer_in_demand()
{
	local out

	out=$(peer up 3000 run 100 set flags 02 run 50 run 1000 \
		set flags 0 run 50 run 200)
	check_equal "packets" 0 "$(field rx "$(sed -n 3p <<<"$out")")"
	check_gaps "$(sed -n 5p <<<"$out")" 7500 10000
}

poll_is_answered_at_once()
{
	local out

	out=$(peer up 3000 run 100 poll 100)
	check_between "answer in us" 0 1000 "$(field final_us "$out")"
	# F, never with P
	check_equal "flags" 0x18 "$(field flags "$out")"
}

# The change from slow to fast is polled until that is answered.
change_on_up_is_polled()
{
	local out

	out=$(peer up 3000 run 500)
	check_between "polls once answered" 0 1 "$(field polls "$out")"
	out=$(peer final off up 3000 run 500)
	check_between "polls without an answer" 50 70 "$(field polls "$out")"
}

# An increase is used when the peer has seen it, a decrease at once.
slower_waits_for_final()
{
	local out

	wait_bfd "$PE" b1 down
	{
		wait_bfd "$PE" b1 up
		sleep 1
		bfd "$PE" set b1 min-tx 50
	} &
	out=$(peer up 5000 run 500 set final off polled 20000 run 1000 \
		set final on run 100 run 1000)
	wait
	check_gaps "$(sed -n 2p <<<"$out")" 7500 10000
	check_between "polls" 1 300 "$(field polls "$(sed -n 2p <<<"$out")")"
	check_gaps "$(sed -n 4p <<<"$out")" 37500 50000
	check_equal "polls in the end" 0 \
		"$(field polls "$(sed -n 4p <<<"$out")")"
	bfd "$PE" set b1 min-tx 10
}

# The operator turns every knob of a session under traffic.
change_without_flap()
{
	local out down

	wait_bfd "$PE" b1 down
	down=$(bfd_show "$PE" b1 .down_count)
	{
		wait_bfd "$PE" b1 up
		etrunkctl -n "$PE" -b - <<-END
			bfd set b1 min-tx 50 min-rx 100
			bfd set b1 multiplier 5
			bfd set b1 min-tx 3300us min-rx 3300us
			bfd set b1 min-tx 1s min-rx 1s
			bfd set b1 min-tx 10 min-rx 10 multiplier 3
		END
	} &
	out=$(peer up 5000 run 8000 run 1000)
	wait
	check_equal "state" 3 "$(field state "$out")"
	check_gaps "$(tail -n 1 <<<"$out")" 7500 10000
	wait_bfd "$PE" b1 down
	check_equal "failures, the last silence included" $((down + 1)) \
		"$(bfd_show "$PE" b1 .down_count)"
}

multihop_format()
{
	local out

	out=$(peer port 4784 up 3000 run 100 last)
	check_match "packet" "^state=3 .* mult=7 .* min_tx=20000 min_rx=10000 ttl=255 tos=0xc0 df=1 sport=65534 len=24$" \
		"$(tail -n 1 <<<"$out")"
}

tests_run
