// SPDX-License-Identifier: GPL-2.0
/*
 * The BFD machine: an exhaustive walk of state x event x flags against a table
 * written down from RFC 5880 6.8.6 and 6.2, then the rules of time.
 */
#include "bfd_fsm.h"
#include "../kselftest_harness.h"

#define MS	1000000ULL
/* of events that the time does not matter for */
#define NOW	(1020 * MS)
#define LOCAL	5u
#define REMOTE	1005u

static const struct etrunk_bfd_timing t10 = {
	.min_tx_us = 10000,
	.min_rx_us = 10000,
	.mult = 3,
};

/* what the peer sends, unless a test says otherwise */
static struct etrunk_bfd_pkt peer_pkt(u8 state, u8 flags)
{
	return (struct etrunk_bfd_pkt) {
		.state = state,
		.flags = flags,
		.mult = 3,
		.my_discr = REMOTE,
		.your_discr = LOCAL,
		.min_tx_us = state == ETRUNK_BFD_UP ? 10000 : 1000000,
		.min_rx_us = 10000,
	};
}

static unsigned int rx(struct etrunk_bfd_fsm *f, u8 state, u8 flags, u64 now)
{
	struct etrunk_bfd_pkt pkt = peer_pkt(state, flags);
	unsigned int actions;

	if (etrunk_bfd_fsm_rx(f, &pkt, now, &actions))
		abort();
	return actions;
}

/* a session in @state that heard a packet of @remote_state at 1 s */
static struct etrunk_bfd_fsm in_state(u8 state, u8 remote_state)
{
	struct etrunk_bfd_fsm f;

	etrunk_bfd_fsm_init(&f, &t10, LOCAL, 0, false);
	f.state = state;
	f.remote_state = remote_state;
	f.remote_discr = REMOTE;
	f.remote_mult = 3;
	f.remote_min_tx_us = 10000;
	f.remote_min_rx_us = 10000;
	f.heard = true;
	f.last_rx = 1000 * MS;
	f.tx_us = f.tx_used_us = state == ETRUNK_BFD_UP ? 10000 : 1000000;
	return f;
}

static struct etrunk_bfd_fsm up_session(void)
{
	return in_state(ETRUNK_BFD_UP, ETRUNK_BFD_UP);
}

/*
 * Rows: local state. Columns: received AdminDown, Down, Init, Up, detection
 * time passed, shutdown, no shutdown. "s" stay, else the next state (A D I U);
 * "x" stay and do not count the packet. Then the diagnostic after a change.
 */
enum { EV_DETECT = 4, EV_SHUT, EV_NOSHUT, EV_MAX };

static const char *const next_state[4] = {
	[ETRUNK_BFD_ADMIN_DOWN]	= "xxxxssD",
	[ETRUNK_BFD_DOWN]	= "sIUssAs",
	[ETRUNK_BFD_INIT]	= "DsUUDAs",
	[ETRUNK_BFD_UP]		= "DDssDAs",
};

/* "." keeps the old one */
static const char *const next_diag[4] = {
	[ETRUNK_BFD_ADMIN_DOWN]	= "......0",
	[ETRUNK_BFD_DOWN]	= "..0..7.",
	[ETRUNK_BFD_INIT]	= "3.0017.",
	[ETRUNK_BFD_UP]		= "33..17.",
};

static u8 state_of(char c, u8 old)
{
	switch (c) {
	case 'A': return ETRUNK_BFD_ADMIN_DOWN;
	case 'D': return ETRUNK_BFD_DOWN;
	case 'I': return ETRUNK_BFD_INIT;
	case 'U': return ETRUNK_BFD_UP;
	default: return old;
	}
}

TEST(state_event_flags)
{
	unsigned int state, event, flags, poll, remote, fixed, heard, old_diag;

	for (state = 0; state < 4; state++)
	for (event = 0; event < EV_MAX; event++)
	for (flags = 0; flags < 64; flags++)
	for (poll = 0; poll < 4; poll++)
	for (remote = 0; remote < 4; remote++)
	for (heard = 0; heard < 2; heard++)
	for (old_diag = 0; old_diag < 32; old_diag += 5)
	for (fixed = 0; fixed < 2; fixed++) {
		struct etrunk_bfd_fsm f = in_state(state, remote), old;
		bool is_rx = event < EV_DETECT, admin_moved = false;
		char want = next_state[state][event];
		char diag = next_diag[state][event];
		unsigned int actions = 0;
		struct etrunk_bfd_pkt pkt;
		u64 now = 1020 * MS;
		u8 want_state;

		if (!is_rx && flags)
			continue;

		f.poll = poll;
		f.heard = heard;
		f.diag = old_diag;
		f.remote_fixed = fixed;
		old = f;

		switch (event) {
		case EV_DETECT:
			now = 1030 * MS;
			actions = etrunk_bfd_fsm_detect(&f, now);
			break;
		case EV_SHUT:
			actions = etrunk_bfd_fsm_shutdown(&f, true, NOW);
			break;
		case EV_NOSHUT:
			actions = etrunk_bfd_fsm_shutdown(&f, false, NOW);
			break;
		default:
			pkt = peer_pkt(event, flags);
			pkt.diag = 9;
			ASSERT_EQ(ETRUNK_BFD_DROP_NONE,
				  etrunk_bfd_fsm_rx(&f, &pkt, now, &actions));
			admin_moved = want != 'x' &&
				(remote == ETRUNK_BFD_ADMIN_DOWN) !=
				(event == ETRUNK_BFD_ADMIN_DOWN);
		}

		if (event == EV_DETECT && !heard)
			want = 's';
		want_state = state_of(want, state);
		ASSERT_EQ(want_state, f.state) {
			TH_LOG("state %u event %u flags %#x", state, event,
			       flags);
		}
		if (want_state != state) {
			ASSERT_EQ(diag == '.' ? old_diag : (u8)(diag - '0'),
				  f.diag);
		} else {
			ASSERT_EQ(old_diag, f.diag);
		}

		/* actions */
		ASSERT_EQ(want_state != state || admin_moved,
			  !!(actions & ETRUNK_BFD_ACT_NOTIFY));
		ASSERT_EQ(want_state != state,
			  !!(actions & ETRUNK_BFD_ACT_SEND));
		ASSERT_EQ(is_rx && (flags & 0x20) && want != 'x',
			  !!(actions & ETRUNK_BFD_ACT_FINAL));

		/* counts */
		ASSERT_EQ(state != ETRUNK_BFD_UP &&
			  want_state == ETRUNK_BFD_UP, f.up_count);
		ASSERT_EQ(state == ETRUNK_BFD_UP &&
			  want_state != ETRUNK_BFD_UP, f.down_count);
		ASSERT_EQ(f.down_count, f.down_reason != 0);

		if (is_rx) {
			ASSERT_EQ(REMOTE, f.remote_discr);
			ASSERT_EQ(event, f.remote_state);
			ASSERT_EQ(9, f.remote_diag);
			ASSERT_EQ(!!(flags & 0x02), f.remote_demand);
			ASSERT_EQ(want == 'x' ? old.last_rx : now, f.last_rx);
			ASSERT_EQ(want == 'x' ? old.heard : true, f.heard);
		} else if (event == EV_DETECT && heard) {
			ASSERT_EQ(fixed ? REMOTE : 0, f.remote_discr);
			ASSERT_EQ(1, f.remote_min_rx_us);
			ASSERT_FALSE(f.heard);
		} else if (event == EV_NOSHUT && !heard &&
			   state == ETRUNK_BFD_ADMIN_DOWN) {
			ASSERT_EQ(fixed ? REMOTE : 0, f.remote_discr);
		} else {
			ASSERT_EQ(REMOTE, f.remote_discr);
		}

		/* 6.8.3: never below a second unless Up, the wanted when Up */
		ASSERT_EQ(f.state == ETRUNK_BFD_UP ? 10000 : 1000000, f.tx_us);
		/* 6.5 */
		etrunk_bfd_fsm_fill(&f, true, &pkt);
		ASSERT_EQ(ETRUNK_BFD_FINAL | ETRUNK_BFD_CPI, pkt.flags);
		etrunk_bfd_fsm_fill(&f, false, &pkt);
		ASSERT_EQ(0, pkt.flags & ETRUNK_BFD_FINAL);
		ASSERT_EQ(f.remote_discr, pkt.your_discr);
	}
}

TEST(three_way_handshake)
{
	struct etrunk_bfd_fsm f;
	struct etrunk_bfd_pkt pkt;
	unsigned int act;

	etrunk_bfd_fsm_init(&f, &t10, LOCAL, 0, false);
	etrunk_bfd_fsm_fill(&f, false, &pkt);
	EXPECT_EQ(ETRUNK_BFD_DOWN, pkt.state);
	EXPECT_EQ(0, pkt.your_discr);
	EXPECT_EQ(1000000, pkt.min_tx_us);
	EXPECT_EQ(10000, pkt.min_rx_us);
	EXPECT_EQ(1000000, etrunk_bfd_fsm_tx_interval_us(&f));
	EXPECT_EQ(U64_MAX, etrunk_bfd_fsm_deadline(&f));

	act = rx(&f, ETRUNK_BFD_DOWN, 0, 1000 * MS);
	EXPECT_EQ(ETRUNK_BFD_INIT, f.state);
	EXPECT_NE(0, act & ETRUNK_BFD_ACT_SEND);
	etrunk_bfd_fsm_fill(&f, false, &pkt);
	EXPECT_EQ(REMOTE, pkt.your_discr);
	EXPECT_EQ(4000 * MS, etrunk_bfd_fsm_deadline(&f));

	act = rx(&f, ETRUNK_BFD_INIT, 0, 1001 * MS);
	EXPECT_EQ(ETRUNK_BFD_UP, f.state);
	EXPECT_NE(0, act & ETRUNK_BFD_ACT_TX_TIMER);
	/* slow to fast at once, and polled */
	EXPECT_EQ(10000, etrunk_bfd_fsm_tx_interval_us(&f));
	etrunk_bfd_fsm_fill(&f, false, &pkt);
	EXPECT_EQ(ETRUNK_BFD_POLL | ETRUNK_BFD_CPI, pkt.flags);
	EXPECT_EQ(10000, pkt.min_tx_us);
	/* the peer is still slow */
	EXPECT_EQ(4001 * MS, etrunk_bfd_fsm_deadline(&f));

	act = rx(&f, ETRUNK_BFD_UP, ETRUNK_BFD_FINAL, 1002 * MS);
	EXPECT_EQ(ETRUNK_BFD_POLL_OFF, f.poll);
	EXPECT_EQ(1032 * MS, etrunk_bfd_fsm_deadline(&f));
	EXPECT_EQ(1, f.up_count);
}

/* After a failure the session stays Down until the peer has left Up. */
TEST(no_up_from_up)
{
	struct etrunk_bfd_fsm f = up_session();
	int i;

	etrunk_bfd_fsm_detect(&f, 1030 * MS);
	EXPECT_EQ(ETRUNK_BFD_DOWN, f.state);
	for (i = 0; i < 5; i++) {
		rx(&f, ETRUNK_BFD_UP, 0, (1040 + i) * MS);
		EXPECT_EQ(ETRUNK_BFD_DOWN, f.state);
	}
	rx(&f, ETRUNK_BFD_DOWN, 0, 1050 * MS);
	EXPECT_EQ(ETRUNK_BFD_INIT, f.state);
}

TEST(detection_boundary)
{
	struct etrunk_bfd_fsm f = up_session();

	EXPECT_EQ(30 * MS, etrunk_bfd_fsm_detect_time(&f));
	EXPECT_EQ(0, etrunk_bfd_fsm_detect(&f, 1030 * MS - 1));
	EXPECT_EQ(ETRUNK_BFD_UP, f.state);
	EXPECT_NE(0, etrunk_bfd_fsm_detect(&f, 1030 * MS));
	EXPECT_EQ(ETRUNK_BFD_DOWN, f.state);
	EXPECT_EQ(ETRUNK_BFD_DIAG_DETECT, f.diag);
	EXPECT_EQ(ETRUNK_BFD_REASON_DETECT, f.down_reason);
	/* fires once */
	EXPECT_EQ(0, etrunk_bfd_fsm_detect(&f, 2000 * MS));
}

/* The peer's multiplier and the slower of the two intervals (6.8.4). */
TEST(detection_time_matrix)
{
	static const u32 us[] = { 1, 3300, 10000, 50000, 1000000, U32_MAX };
	static const u8 mult[] = { 1, 3, 5, 255 };
	size_t i, j, k;

	for (i = 0; i < ARRAY_SIZE(us); i++)
	for (j = 0; j < ARRAY_SIZE(us); j++)
	for (k = 0; k < ARRAY_SIZE(mult); k++) {
		struct etrunk_bfd_fsm f = up_session();

		f.cfg.mult = 50;
		f.rx_used_us = us[i];
		f.remote_min_tx_us = us[j];
		f.remote_mult = mult[k];
		EXPECT_EQ((u64)(us[i] > us[j] ? us[i] : us[j]) * 1000 * mult[k],
			  etrunk_bfd_fsm_detect_time(&f));
	}
}

TEST(tx_interval_is_the_slower)
{
	struct etrunk_bfd_fsm f = up_session();
	struct etrunk_bfd_pkt pkt = peer_pkt(ETRUNK_BFD_UP, 0);
	unsigned int act;

	pkt.min_rx_us = 40000;
	etrunk_bfd_fsm_rx(&f, &pkt, 1010 * MS, &act);
	EXPECT_EQ(40000, etrunk_bfd_fsm_tx_interval_us(&f));
	EXPECT_NE(0, act & ETRUNK_BFD_ACT_TX_TIMER);

	/* a reduction counts at once */
	pkt.min_rx_us = 3300;
	etrunk_bfd_fsm_rx(&f, &pkt, 1020 * MS, &act);
	EXPECT_EQ(10000, etrunk_bfd_fsm_tx_interval_us(&f));
	EXPECT_NE(0, act & ETRUNK_BFD_ACT_TX_TIMER);

	etrunk_bfd_fsm_rx(&f, &pkt, 1030 * MS, &act);
	EXPECT_EQ(0, act & ETRUNK_BFD_ACT_TX_TIMER);

	/* no periodic packets at all */
	pkt.min_rx_us = 0;
	etrunk_bfd_fsm_rx(&f, &pkt, 1040 * MS, &act);
	EXPECT_EQ(0, etrunk_bfd_fsm_tx_interval_us(&f));
	EXPECT_NE(0, act & ETRUNK_BFD_ACT_TX_TIMER);
}

TEST(remote_demand_stops_periodic)
{
	struct etrunk_bfd_fsm f = up_session();
	struct etrunk_bfd_timing t = t10;

	rx(&f, ETRUNK_BFD_UP, ETRUNK_BFD_DEMAND, 1010 * MS);
	EXPECT_EQ(0, etrunk_bfd_fsm_tx_interval_us(&f));
	/* a poll is transmitted nevertheless */
	t.min_rx_us = 20000;
	EXPECT_NE(0, etrunk_bfd_fsm_set(&f, &t, NOW) & ETRUNK_BFD_ACT_TX_TIMER);
	EXPECT_EQ(10000, etrunk_bfd_fsm_tx_interval_us(&f));
	rx(&f, ETRUNK_BFD_UP, ETRUNK_BFD_DEMAND | ETRUNK_BFD_FINAL, 1020 * MS);
	EXPECT_EQ(0, etrunk_bfd_fsm_tx_interval_us(&f));
	rx(&f, ETRUNK_BFD_UP, 0, 1030 * MS);
	EXPECT_EQ(10000, etrunk_bfd_fsm_tx_interval_us(&f));
	/* only when both are Up */
	rx(&f, ETRUNK_BFD_INIT, ETRUNK_BFD_DEMAND, 1040 * MS);
	EXPECT_EQ(10000, etrunk_bfd_fsm_tx_interval_us(&f));
}

/* 6.8.3, while Up: a slower transmit interval waits for the poll's end. */
TEST(slower_tx_waits)
{
	struct etrunk_bfd_timing t = t10;
	struct etrunk_bfd_fsm f = up_session();
	struct etrunk_bfd_pkt pkt;
	unsigned int act;

	t.min_tx_us = 50000;
	act = etrunk_bfd_fsm_set(&f, &t, NOW);
	EXPECT_EQ(0, act & (ETRUNK_BFD_ACT_TX_TIMER | ETRUNK_BFD_ACT_SEND));
	EXPECT_EQ(10000, etrunk_bfd_fsm_tx_interval_us(&f));
	etrunk_bfd_fsm_fill(&f, false, &pkt);
	EXPECT_EQ(50000, pkt.min_tx_us);
	EXPECT_NE(0, pkt.flags & ETRUNK_BFD_POLL);

	rx(&f, ETRUNK_BFD_UP, 0, 1010 * MS);
	EXPECT_EQ(10000, etrunk_bfd_fsm_tx_interval_us(&f));
	act = rx(&f, ETRUNK_BFD_UP, ETRUNK_BFD_FINAL, 1020 * MS);
	EXPECT_NE(0, act & ETRUNK_BFD_ACT_TX_TIMER);
	EXPECT_EQ(50000, etrunk_bfd_fsm_tx_interval_us(&f));
	etrunk_bfd_fsm_fill(&f, false, &pkt);
	EXPECT_EQ(0, pkt.flags & ETRUNK_BFD_POLL);
}

TEST(faster_tx_at_once)
{
	struct etrunk_bfd_timing t = t10;
	struct etrunk_bfd_fsm f = up_session();

	t.min_tx_us = 20000;
	etrunk_bfd_fsm_set(&f, &t, NOW);
	rx(&f, ETRUNK_BFD_UP, ETRUNK_BFD_FINAL, 1010 * MS);
	EXPECT_EQ(20000, etrunk_bfd_fsm_tx_interval_us(&f));

	t.min_tx_us = 15000;
	EXPECT_NE(0, etrunk_bfd_fsm_set(&f, &t, NOW) & ETRUNK_BFD_ACT_TX_TIMER);
	EXPECT_EQ(15000, etrunk_bfd_fsm_tx_interval_us(&f));
	EXPECT_EQ(ETRUNK_BFD_POLL_ON, f.poll);
}

/* 6.8.3, while Up: a shorter detection time waits for the poll's end. */
TEST(shorter_detection_waits)
{
	struct etrunk_bfd_timing t = t10;
	struct etrunk_bfd_fsm f = up_session();
	unsigned int act;

	f.remote_min_tx_us = 3300;
	t.min_rx_us = 5000;
	etrunk_bfd_fsm_set(&f, &t, NOW);
	EXPECT_EQ(30 * MS, etrunk_bfd_fsm_detect_time(&f));

	f.remote_min_tx_us = 3300;
	{
		struct etrunk_bfd_pkt pkt = peer_pkt(ETRUNK_BFD_UP,
						     ETRUNK_BFD_FINAL);

		pkt.min_tx_us = 3300;
		etrunk_bfd_fsm_rx(&f, &pkt, 1001 * MS, &act);
	}
	EXPECT_EQ(15 * MS, etrunk_bfd_fsm_detect_time(&f));
}

TEST(longer_detection_at_once)
{
	struct etrunk_bfd_timing t = t10;
	struct etrunk_bfd_fsm f = up_session();

	t.min_rx_us = 100000;
	etrunk_bfd_fsm_set(&f, &t, NOW);
	EXPECT_EQ(300 * MS, etrunk_bfd_fsm_detect_time(&f));
	EXPECT_EQ(ETRUNK_BFD_POLL_ON, f.poll);
}

/* What came while AdminDown is not known when the session is enabled later. */
TEST(nothing_is_known_after_admin_down)
{
	struct etrunk_bfd_fsm f;

	etrunk_bfd_fsm_init(&f, &t10, LOCAL, 0, true);
	rx(&f, ETRUNK_BFD_DOWN, 0, 1000 * MS);
	EXPECT_EQ(REMOTE, f.remote_discr);
	etrunk_bfd_fsm_shutdown(&f, false, 900000 * MS);
	EXPECT_EQ(0, f.remote_discr);
	EXPECT_EQ(1, f.remote_min_rx_us);
	EXPECT_EQ(ETRUNK_BFD_DOWN, f.state);
}

TEST(not_up_all_at_once)
{
	struct etrunk_bfd_timing t = {
		.min_tx_us = 2000000, .min_rx_us = 5000, .mult = 4,
	};
	struct etrunk_bfd_fsm f = in_state(ETRUNK_BFD_INIT, ETRUNK_BFD_DOWN);

	f.remote_min_tx_us = 1000;
	etrunk_bfd_fsm_set(&f, &t, NOW);
	EXPECT_EQ(2000000, etrunk_bfd_fsm_tx_interval_us(&f));
	EXPECT_EQ(15 * MS, etrunk_bfd_fsm_detect_time(&f));
}

TEST(multiplier_needs_no_poll)
{
	struct etrunk_bfd_timing t = t10;
	struct etrunk_bfd_fsm f = up_session();
	struct etrunk_bfd_pkt pkt;

	t.mult = 50;
	etrunk_bfd_fsm_set(&f, &t, NOW);
	EXPECT_EQ(ETRUNK_BFD_POLL_OFF, f.poll);
	etrunk_bfd_fsm_fill(&f, false, &pkt);
	EXPECT_EQ(50, pkt.mult);
	/* ours is the peer's affair */
	EXPECT_EQ(30 * MS, etrunk_bfd_fsm_detect_time(&f));
}

/*
 * Two changes close together: an F could answer the first only, so the second
 * is polled for anew, after a packet without F (6.8.3).
 */
TEST(change_during_poll)
{
	struct etrunk_bfd_timing t = t10;
	struct etrunk_bfd_fsm f = up_session();
	struct etrunk_bfd_pkt pkt;

	t.min_tx_us = 50000;
	etrunk_bfd_fsm_set(&f, &t, NOW);
	t.min_tx_us = 100000;
	etrunk_bfd_fsm_set(&f, &t, NOW);
	EXPECT_EQ(ETRUNK_BFD_POLL_ON_AGAIN, f.poll);

	rx(&f, ETRUNK_BFD_UP, ETRUNK_BFD_FINAL, 1010 * MS);
	EXPECT_EQ(10000, etrunk_bfd_fsm_tx_interval_us(&f));
	etrunk_bfd_fsm_fill(&f, false, &pkt);
	EXPECT_EQ(0, pkt.flags & ETRUNK_BFD_POLL);

	/* a second F to the first poll proves nothing */
	rx(&f, ETRUNK_BFD_UP, ETRUNK_BFD_FINAL, 1011 * MS);
	EXPECT_EQ(10000, etrunk_bfd_fsm_tx_interval_us(&f));

	rx(&f, ETRUNK_BFD_UP, 0, 1012 * MS);
	etrunk_bfd_fsm_fill(&f, false, &pkt);
	EXPECT_NE(0, pkt.flags & ETRUNK_BFD_POLL);
	rx(&f, ETRUNK_BFD_UP, ETRUNK_BFD_FINAL, 1013 * MS);
	EXPECT_EQ(100000, etrunk_bfd_fsm_tx_interval_us(&f));
	EXPECT_EQ(ETRUNK_BFD_POLL_OFF, f.poll);
}

/* While changes are open the pace is the fastest, the patience the longest. */
TEST(change_there_and_back)
{
	struct etrunk_bfd_timing t = t10;
	struct etrunk_bfd_fsm f = up_session();

	t.min_rx_us = 50000;
	etrunk_bfd_fsm_set(&f, &t, NOW);
	etrunk_bfd_fsm_set(&f, &t10, NOW);
	EXPECT_EQ(150 * MS, etrunk_bfd_fsm_detect_time(&f));
	rx(&f, ETRUNK_BFD_UP, ETRUNK_BFD_FINAL, 1010 * MS);
	EXPECT_EQ(150 * MS, etrunk_bfd_fsm_detect_time(&f));
	rx(&f, ETRUNK_BFD_UP, 0, 1011 * MS);
	rx(&f, ETRUNK_BFD_UP, ETRUNK_BFD_FINAL, 1012 * MS);
	EXPECT_EQ(30 * MS, etrunk_bfd_fsm_detect_time(&f));
}

TEST(unchanged_set_is_silent)
{
	struct etrunk_bfd_fsm f = up_session();

	EXPECT_EQ(0, etrunk_bfd_fsm_set(&f, &t10, NOW));
	EXPECT_EQ(ETRUNK_BFD_POLL_OFF, f.poll);
}

TEST(unasked_final_changes_nothing)
{
	struct etrunk_bfd_fsm f = up_session(), old;

	f.poll = ETRUNK_BFD_POLL_OFF;
	f.tx_us = 77000;
	f.cfg.min_tx_us = 77000;
	old = f;
	rx(&f, ETRUNK_BFD_UP, ETRUNK_BFD_FINAL, 1010 * MS);
	EXPECT_EQ(old.tx_used_us, f.tx_used_us);
}

/* Down is slow again, and says so. */
TEST(slow_again_after_failure)
{
	struct etrunk_bfd_fsm f = up_session();
	struct etrunk_bfd_pkt pkt;

	EXPECT_NE(0, etrunk_bfd_fsm_detect(&f, 1030 * MS) &
		     ETRUNK_BFD_ACT_TX_TIMER);
	EXPECT_EQ(1000000, etrunk_bfd_fsm_tx_interval_us(&f));
	etrunk_bfd_fsm_fill(&f, false, &pkt);
	EXPECT_EQ(1000000, pkt.min_tx_us);
	EXPECT_EQ(ETRUNK_BFD_DIAG_DETECT, pkt.diag);
	EXPECT_EQ(0, pkt.your_discr);
}

TEST(configured_remote_discriminator)
{
	struct etrunk_bfd_pkt pkt = peer_pkt(ETRUNK_BFD_DOWN, 0);
	struct etrunk_bfd_fsm f, old;
	unsigned int act;

	etrunk_bfd_fsm_init(&f, &t10, LOCAL, 7, false);
	etrunk_bfd_fsm_fill(&f, false, &pkt);
	/* sent from the first packet on */
	EXPECT_EQ(7, pkt.your_discr);

	old = f;
	pkt = peer_pkt(ETRUNK_BFD_DOWN, ETRUNK_BFD_POLL);
	EXPECT_EQ(ETRUNK_BFD_DROP_DISCR,
		  etrunk_bfd_fsm_rx(&f, &pkt, 1000 * MS, &act));
	EXPECT_EQ(0, act);
	EXPECT_EQ(0, memcmp(&f, &old, sizeof(f)));

	pkt.my_discr = 7;
	EXPECT_EQ(ETRUNK_BFD_DROP_NONE,
		  etrunk_bfd_fsm_rx(&f, &pkt, 1000 * MS, &act));
	EXPECT_EQ(ETRUNK_BFD_INIT, f.state);
	etrunk_bfd_fsm_detect(&f, 10000 * MS);
	EXPECT_EQ(7, f.remote_discr);
}

/* A learned discriminator may change in mid-session (6.3). */
TEST(learned_remote_discriminator_moves)
{
	struct etrunk_bfd_pkt pkt = peer_pkt(ETRUNK_BFD_UP, 0);
	struct etrunk_bfd_fsm f = up_session();
	unsigned int act;

	pkt.my_discr = 99;
	etrunk_bfd_fsm_rx(&f, &pkt, 1010 * MS, &act);
	EXPECT_EQ(ETRUNK_BFD_UP, f.state);
	EXPECT_EQ(99, f.remote_discr);
}

TEST(admin_down_still_hears_final)
{
	struct etrunk_bfd_fsm f = up_session();

	etrunk_bfd_fsm_shutdown(&f, true, NOW);
	EXPECT_EQ(ETRUNK_BFD_POLL_ON, f.poll);
	EXPECT_EQ(0, rx(&f, ETRUNK_BFD_DOWN,
			ETRUNK_BFD_FINAL | ETRUNK_BFD_POLL, 1010 * MS));
	EXPECT_EQ(ETRUNK_BFD_POLL_OFF, f.poll);
	EXPECT_EQ(1000 * MS, f.last_rx);
}

TEST(plane_reset)
{
	static const u8 want[4] = {
		[ETRUNK_BFD_ADMIN_DOWN] = ETRUNK_BFD_ADMIN_DOWN,
		[ETRUNK_BFD_DOWN] = ETRUNK_BFD_DOWN,
		[ETRUNK_BFD_INIT] = ETRUNK_BFD_DOWN,
		[ETRUNK_BFD_UP] = ETRUNK_BFD_DOWN,
	};
	unsigned int state;

	for (state = 0; state < 4; state++) {
		struct etrunk_bfd_fsm f = in_state(state, state);
		unsigned int act = etrunk_bfd_fsm_plane_reset(&f, NOW);

		EXPECT_EQ(want[state], f.state);
		EXPECT_EQ(want[state] != state, !!(act & ETRUNK_BFD_ACT_SEND));
		EXPECT_EQ(want[state] != state ?
			  ETRUNK_BFD_DIAG_PLANE_RESET : 0, f.diag);
	}
}

TEST(remote_admin_down_moves_are_told)
{
	struct etrunk_bfd_fsm f = up_session();
	unsigned int act;

	act = rx(&f, ETRUNK_BFD_ADMIN_DOWN, 0, 1010 * MS);
	EXPECT_NE(0, act & ETRUNK_BFD_ACT_NOTIFY);
	EXPECT_EQ(ETRUNK_BFD_REASON_NEIGHBOR_ADMIN, f.reason);
	EXPECT_EQ(ETRUNK_BFD_DOWN, f.state);
	act = rx(&f, ETRUNK_BFD_ADMIN_DOWN, 0, 1020 * MS);
	EXPECT_EQ(0, act & ETRUNK_BFD_ACT_NOTIFY);
	/* the peer is Up out of AdminDown: no state of ours changes */
	act = rx(&f, ETRUNK_BFD_UP, 0, 1030 * MS);
	EXPECT_NE(0, act & ETRUNK_BFD_ACT_NOTIFY);
	EXPECT_EQ(ETRUNK_BFD_DOWN, f.state);
}

TEST(rx_gap_counts_in_up_only)
{
	struct etrunk_bfd_fsm f;

	etrunk_bfd_fsm_init(&f, &t10, LOCAL, 0, false);
	rx(&f, ETRUNK_BFD_DOWN, 0, 1000 * MS);
	rx(&f, ETRUNK_BFD_INIT, 0, 1900 * MS);
	EXPECT_EQ(ETRUNK_BFD_UP, f.state);
	EXPECT_EQ(0, f.max_rx_gap);
	rx(&f, ETRUNK_BFD_UP, 0, 1909 * MS);
	EXPECT_EQ(9 * MS, f.max_rx_gap);
	rx(&f, ETRUNK_BFD_UP, 0, 1912 * MS);
	EXPECT_EQ(9 * MS, f.max_rx_gap);
	etrunk_bfd_fsm_detect(&f, 1942 * MS);
	EXPECT_EQ(9 * MS, f.max_rx_gap);
}

TEST(jitter_range)
{
	static const u32 us[] = { 3300, 10000, 1000000, 20000000, U32_MAX };
	static const u32 rnd[] = { 0, 1, 0x7fffffff, 0x80000000, U32_MAX };
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(us); i++) {
		u64 ns = us[i] * 1000ULL;

		for (j = 0; j < ARRAY_SIZE(rnd); j++) {
			u64 got = etrunk_bfd_jitter(us[i], 3, rnd[j]);

			EXPECT_LE(ns / 4 * 3, got);
			EXPECT_GE(ns, got);
			got = etrunk_bfd_jitter(us[i], 1, rnd[j]);
			EXPECT_LE(ns / 4 * 3, got);
			EXPECT_GE(ns / 10 * 9, got);
		}
		/* the whole range is used */
		EXPECT_GT(ns / 100 * 76, etrunk_bfd_jitter(us[i], 3, 0));
		EXPECT_LT(ns / 100 * 99, etrunk_bfd_jitter(us[i], 3, U32_MAX));
	}
}

TEST(zero_intervals_of_the_peer)
{
	struct etrunk_bfd_pkt pkt = peer_pkt(ETRUNK_BFD_UP, 0);
	struct etrunk_bfd_fsm f = up_session();
	unsigned int act;

	pkt.min_tx_us = 0;
	etrunk_bfd_fsm_rx(&f, &pkt, 1010 * MS, &act);
	EXPECT_EQ(30 * MS, etrunk_bfd_fsm_detect_time(&f));
}

/* Two machines and a wire: every order of the first packets ends Up. */
TEST(two_machines)
{
	unsigned int seed;

	for (seed = 0; seed < 4096; seed++) {
		struct etrunk_bfd_fsm m[2];
		u64 now = 1000 * MS;
		int step;

		etrunk_bfd_fsm_init(&m[0], &t10, 1, 0, false);
		etrunk_bfd_fsm_init(&m[1], &t10, 2, 0, false);

		for (step = 0; step < 24; step++) {
			int from = step < 12 ? seed >> step & 1 : step & 1;
			struct etrunk_bfd_pkt pkt;
			unsigned int act;

			now += 100000;
			etrunk_bfd_fsm_fill(&m[from], false, &pkt);
			ASSERT_EQ(0, etrunk_bfd_fsm_rx(&m[!from], &pkt, now,
						       &act));
			if (!(act & ETRUNK_BFD_ACT_FINAL))
				continue;
			etrunk_bfd_fsm_fill(&m[!from], true, &pkt);
			ASSERT_EQ(0, etrunk_bfd_fsm_rx(&m[from], &pkt, now,
						       &act));
		}
		ASSERT_EQ(ETRUNK_BFD_UP, m[0].state);
		ASSERT_EQ(ETRUNK_BFD_UP, m[1].state);
		ASSERT_EQ(0, m[0].down_count + m[1].down_count);
		ASSERT_EQ(ETRUNK_BFD_POLL_OFF, m[0].poll);
		ASSERT_EQ(ETRUNK_BFD_POLL_OFF, m[1].poll);
		ASSERT_EQ(30 * MS, etrunk_bfd_fsm_detect_time(&m[0]));
		ASSERT_EQ(30 * MS, etrunk_bfd_fsm_detect_time(&m[1]));
	}
}

TEST_HARNESS_MAIN
