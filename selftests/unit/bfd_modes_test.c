// SPDX-License-Identifier: GPL-2.0
/*
 * What may be switched on in a BFD session: demand mode, the passive role,
 * waiting to restore, and the machine's part of echo.
 */
#include "bfd_fsm.h"
#include "../kselftest_harness.h"

#define MS	1000000ULL
#define SEC	(1000 * MS)
#define LOCAL	5u
#define REMOTE	1005u

static const struct etrunk_bfd_timing plain = {
	.min_tx_us = 10000,
	.min_rx_us = 10000,
	.mult = 3,
};

static struct etrunk_bfd_pkt peer_pkt(u8 state, u8 flags)
{
	return (struct etrunk_bfd_pkt) {
		.state = state,
		.flags = flags,
		.mult = 5,
		.my_discr = REMOTE,
		.your_discr = LOCAL,
		.min_tx_us = state == ETRUNK_BFD_UP ? 10000 : 1000000,
		.min_rx_us = 20000,
		.min_echo_rx_us = 7000,
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

static u8 sent_flags(const struct etrunk_bfd_fsm *f)
{
	struct etrunk_bfd_pkt pkt;

	etrunk_bfd_fsm_fill(f, false, &pkt);
	return pkt.flags & ~ETRUNK_BFD_CPI;
}

/* Down, Init, Up, and the first poll answered, at @now */
static struct etrunk_bfd_fsm up_session(const struct etrunk_bfd_timing *cfg,
					u64 now)
{
	struct etrunk_bfd_fsm f;

	etrunk_bfd_fsm_init(&f, cfg, LOCAL, 0, false);
	rx(&f, ETRUNK_BFD_DOWN, 0, now);
	rx(&f, ETRUNK_BFD_UP, 0, now);
	rx(&f, ETRUNK_BFD_UP, ETRUNK_BFD_FINAL, now);
	if (f.state != ETRUNK_BFD_UP)
		abort();
	return f;
}

/* -------------------------------------------------------------------- demand */

static struct etrunk_bfd_timing demand(void)
{
	struct etrunk_bfd_timing t = plain;

	t.demand = true;
	return t;
}

/* D is set if, and only if, it is wanted and both are Up (6.6). */
TEST(demand_bit)
{
	unsigned int state, remote, want;

	for (want = 0; want < 2; want++)
	for (state = 0; state < 4; state++)
	for (remote = 0; remote < 4; remote++) {
		struct etrunk_bfd_timing t = plain, other = plain;
		struct etrunk_bfd_fsm f;

		t.demand = want;
		etrunk_bfd_fsm_init(&f, &plain, LOCAL, 0, false);
		f.state = state;
		f.remote_state = remote;
		f.heard = true;
		etrunk_bfd_fsm_set(&f, &t, SEC);
		EXPECT_EQ(want && state == ETRUNK_BFD_UP &&
			  remote == ETRUNK_BFD_UP,
			  !!(sent_flags(&f) & ETRUNK_BFD_DEMAND));
		/* and gone with it */
		etrunk_bfd_fsm_set(&f, &other, 2 * SEC);
		EXPECT_EQ(0, sent_flags(&f) & ETRUNK_BFD_DEMAND);
	}
}

TEST(demand_begins_with_a_poll)
{
	struct etrunk_bfd_timing t = demand();
	struct etrunk_bfd_fsm f;
	unsigned int act;

	/* handshake: the peer is Up a packet later than we are */
	etrunk_bfd_fsm_init(&f, &t, LOCAL, 0, false);
	rx(&f, ETRUNK_BFD_DOWN, 0, SEC);
	rx(&f, ETRUNK_BFD_INIT, 0, SEC);
	EXPECT_EQ(ETRUNK_BFD_UP, f.state);
	EXPECT_EQ(ETRUNK_BFD_POLL, sent_flags(&f));
	act = rx(&f, ETRUNK_BFD_UP, 0, 2 * SEC);
	EXPECT_EQ(ETRUNK_BFD_POLL | ETRUNK_BFD_DEMAND, sent_flags(&f));
	EXPECT_NE(0, act & ETRUNK_BFD_ACT_SEND);
	/* own multiplier, own rate: not the peer's 5 x 10 ms (6.8.4) */
	EXPECT_EQ(60 * MS, etrunk_bfd_fsm_detect_time(&f));
	EXPECT_EQ(2 * SEC + 60 * MS, etrunk_bfd_fsm_deadline(&f));
}

/* Silence is what was asked for; a poll finds out if there is more to it. */
TEST(demand_verifies_by_polls)
{
	struct etrunk_bfd_timing t = demand();
	struct etrunk_bfd_fsm f = up_session(&plain, SEC);
	u64 now = 10 * SEC;
	unsigned int act;
	int i;

	f.last_rx = now;
	act = etrunk_bfd_fsm_set(&f, &t, now);
	EXPECT_NE(0, act & ETRUNK_BFD_ACT_SEND);
	EXPECT_EQ(ETRUNK_BFD_POLL | ETRUNK_BFD_DEMAND, sent_flags(&f));

	for (i = 0; i < 5; i++) {
		/* packets of its own do not answer */
		rx(&f, ETRUNK_BFD_UP, 0, now + 5 * MS);
		EXPECT_EQ(now + 60 * MS, etrunk_bfd_fsm_deadline(&f));
		rx(&f, ETRUNK_BFD_UP, ETRUNK_BFD_FINAL, now + 20 * MS);
		EXPECT_EQ(ETRUNK_BFD_DEMAND, sent_flags(&f));
		now += 20 * MS + SEC;
		EXPECT_EQ(now, etrunk_bfd_fsm_deadline(&f));
		EXPECT_EQ(0, etrunk_bfd_fsm_detect(&f, now - 1));
		act = etrunk_bfd_fsm_detect(&f, now);
		EXPECT_NE(0, act & ETRUNK_BFD_ACT_SEND);
		EXPECT_EQ(ETRUNK_BFD_UP, f.state);
		EXPECT_EQ(ETRUNK_BFD_POLL | ETRUNK_BFD_DEMAND, sent_flags(&f));
	}
	/* gaps that were asked for are none */
	EXPECT_GE(20 * MS, f.max_rx_gap);

	etrunk_bfd_fsm_detect(&f, now + 60 * MS - 1);
	EXPECT_EQ(ETRUNK_BFD_UP, f.state);
	act = etrunk_bfd_fsm_detect(&f, now + 60 * MS);
	EXPECT_EQ(ETRUNK_BFD_DOWN, f.state);
	EXPECT_EQ(ETRUNK_BFD_DIAG_DETECT, f.diag);
	EXPECT_EQ(ETRUNK_BFD_REASON_DETECT, f.down_reason);
	EXPECT_EQ(0, sent_flags(&f) & ETRUNK_BFD_DEMAND);
	EXPECT_EQ(U64_MAX, etrunk_bfd_fsm_deadline(&f));
}

/* The peer did not see two changes in one: it is asked again, D or not. */
TEST(demand_change_during_poll)
{
	struct etrunk_bfd_timing t = demand();
	struct etrunk_bfd_fsm f = up_session(&plain, SEC);

	f.last_rx = 10 * SEC;
	etrunk_bfd_fsm_set(&f, &t, 10 * SEC);
	t.min_rx_us = 30000;
	etrunk_bfd_fsm_set(&f, &t, 10 * SEC + 5 * MS);
	rx(&f, ETRUNK_BFD_UP, ETRUNK_BFD_FINAL, 10 * SEC + 10 * MS);
	EXPECT_EQ(ETRUNK_BFD_DEMAND, sent_flags(&f));
	/* the peer is silent, so no packet without F will come */
	EXPECT_EQ(10 * SEC + 70 * MS, etrunk_bfd_fsm_deadline(&f));
	EXPECT_NE(0, etrunk_bfd_fsm_detect(&f, 10 * SEC + 70 * MS) &
		     ETRUNK_BFD_ACT_SEND);
	EXPECT_EQ(ETRUNK_BFD_POLL | ETRUNK_BFD_DEMAND, sent_flags(&f));
	rx(&f, ETRUNK_BFD_UP, ETRUNK_BFD_FINAL, 10 * SEC + 80 * MS);
	EXPECT_EQ(ETRUNK_BFD_UP, f.state);
	EXPECT_EQ(ETRUNK_BFD_POLL_OFF, f.poll);
}

/* Out of demand: the peer has one detection time to be heard again. */
TEST(demand_ends)
{
	struct etrunk_bfd_timing t = demand();
	struct etrunk_bfd_fsm f = up_session(&t, SEC);
	unsigned int act;

	rx(&f, ETRUNK_BFD_UP, ETRUNK_BFD_FINAL, SEC);
	act = etrunk_bfd_fsm_set(&f, &plain, 3 * SEC);
	EXPECT_EQ(ETRUNK_BFD_POLL, sent_flags(&f));
	(void)act;
	EXPECT_EQ(3 * SEC + 50 * MS, etrunk_bfd_fsm_deadline(&f));
	etrunk_bfd_fsm_detect(&f, 3 * SEC + 50 * MS);
	EXPECT_EQ(ETRUNK_BFD_DOWN, f.state);
}

TEST(demand_hears_down)
{
	struct etrunk_bfd_timing t = demand();
	struct etrunk_bfd_fsm f = up_session(&t, SEC);

	rx(&f, ETRUNK_BFD_DOWN, 0, 5 * SEC);
	EXPECT_EQ(ETRUNK_BFD_DOWN, f.state);
	EXPECT_EQ(ETRUNK_BFD_DIAG_NEIGHBOR_DOWN, f.diag);
	/* and from there as any session */
	EXPECT_EQ(10 * SEC, etrunk_bfd_fsm_deadline(&f));
}

/* Both ask for silence: periodic packets stop but for polls (6.8.7). */
TEST(demand_of_both)
{
	struct etrunk_bfd_timing t = demand();
	struct etrunk_bfd_fsm f = up_session(&t, SEC);

	EXPECT_EQ(20000, etrunk_bfd_fsm_tx_interval_us(&f));
	rx(&f, ETRUNK_BFD_UP, ETRUNK_BFD_DEMAND, SEC);
	EXPECT_EQ(0, etrunk_bfd_fsm_tx_interval_us(&f));
	EXPECT_NE(0, etrunk_bfd_fsm_detect(&f, 2 * SEC) &
		     ETRUNK_BFD_ACT_TX_TIMER);
	EXPECT_EQ(20000, etrunk_bfd_fsm_tx_interval_us(&f));
	EXPECT_NE(0, rx(&f, ETRUNK_BFD_UP, ETRUNK_BFD_DEMAND |
			ETRUNK_BFD_FINAL, 2 * SEC) & ETRUNK_BFD_ACT_TX_TIMER);
	EXPECT_EQ(0, etrunk_bfd_fsm_tx_interval_us(&f));
}

/* ------------------------------------------------------------------- passive */

TEST(passive)
{
	struct etrunk_bfd_timing t = plain;
	struct etrunk_bfd_fsm f;
	unsigned int act, fixed;

	t.passive = true;
	for (fixed = 0; fixed < 2; fixed++) {
		etrunk_bfd_fsm_init(&f, &t, LOCAL, fixed ? REMOTE : 0, false);
		EXPECT_FALSE(etrunk_bfd_fsm_may_send(&f));
		EXPECT_EQ(0, etrunk_bfd_fsm_tx_interval_us(&f));
		act = rx(&f, ETRUNK_BFD_DOWN, 0, SEC);
		EXPECT_EQ(ETRUNK_BFD_INIT, f.state);
		EXPECT_TRUE(etrunk_bfd_fsm_may_send(&f));
		EXPECT_EQ(1000000, etrunk_bfd_fsm_tx_interval_us(&f));
		EXPECT_NE(0, act & ETRUNK_BFD_ACT_TX_TIMER);
		/* and silent again when it does not know for whom */
		act = etrunk_bfd_fsm_detect(&f, 6 * SEC);
		EXPECT_EQ(ETRUNK_BFD_DOWN, f.state);
		EXPECT_FALSE(etrunk_bfd_fsm_may_send(&f));
		EXPECT_EQ(0, etrunk_bfd_fsm_tx_interval_us(&f));
		act = etrunk_bfd_fsm_set(&f, &plain, 7 * SEC);
		EXPECT_NE(0, act & ETRUNK_BFD_ACT_TX_TIMER);
		EXPECT_TRUE(etrunk_bfd_fsm_may_send(&f));
	}
}

/* ------------------------------------------------------------ wait to restore */

static struct etrunk_bfd_timing wtr(u32 sec)
{
	struct etrunk_bfd_timing t = plain;

	t.wtr_us = sec * 1000000;
	return t;
}

TEST(wtr_after_a_failure)
{
	struct etrunk_bfd_timing t = wtr(10);
	struct etrunk_bfd_fsm f = up_session(&t, SEC);
	u64 now;

	etrunk_bfd_fsm_detect(&f, SEC + 50 * MS);
	EXPECT_EQ(ETRUNK_BFD_DOWN, f.state);
	/* from the first packet on, not from the failure */
	for (now = 100 * SEC; now < 110 * SEC; now += SEC) {
		rx(&f, ETRUNK_BFD_DOWN, 0, now);
		EXPECT_EQ(ETRUNK_BFD_DOWN, f.state);
		rx(&f, ETRUNK_BFD_INIT, ETRUNK_BFD_POLL, now);
		EXPECT_EQ(ETRUNK_BFD_DOWN, f.state);
	}
	rx(&f, ETRUNK_BFD_DOWN, 0, now);
	EXPECT_EQ(ETRUNK_BFD_INIT, f.state);
	rx(&f, ETRUNK_BFD_UP, 0, now);
	EXPECT_EQ(ETRUNK_BFD_UP, f.state);
	EXPECT_EQ(2, f.up_count);
}

/* A break starts it anew. */
TEST(wtr_wants_it_without_a_break)
{
	struct etrunk_bfd_timing t = wtr(10);
	struct etrunk_bfd_fsm f = up_session(&t, SEC);

	etrunk_bfd_fsm_detect(&f, SEC + 50 * MS);
	rx(&f, ETRUNK_BFD_DOWN, 0, 100 * SEC);
	rx(&f, ETRUNK_BFD_DOWN, 0, 104 * SEC);
	etrunk_bfd_fsm_detect(&f, 109 * SEC);
	EXPECT_FALSE(f.heard);
	rx(&f, ETRUNK_BFD_DOWN, 0, 111 * SEC);
	EXPECT_EQ(ETRUNK_BFD_DOWN, f.state);
	rx(&f, ETRUNK_BFD_DOWN, 0, 115 * SEC);
	rx(&f, ETRUNK_BFD_DOWN, 0, 119 * SEC);
	rx(&f, ETRUNK_BFD_DOWN, 0, 121 * SEC - 1);
	EXPECT_EQ(ETRUNK_BFD_DOWN, f.state);
	rx(&f, ETRUNK_BFD_DOWN, 0, 121 * SEC);
	EXPECT_EQ(ETRUNK_BFD_INIT, f.state);
}

/* By what the session left Up; what an operator does is no failure. */
TEST(wtr_is_for_failures)
{
	static const struct {
		int event;
		bool waits;
	} cases[] = {
		{ 'd', true }, { 'D', true }, { 'e', true }, { 'A', false },
		{ 's', false }, { 'p', false },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct etrunk_bfd_timing t = wtr(10);
		struct etrunk_bfd_fsm f;

		t.echo_us = 5000;
		f = up_session(&t, SEC);
		switch (cases[i].event) {
		case 'd':
			etrunk_bfd_fsm_detect(&f, 10 * SEC);
			break;
		case 'D':
			rx(&f, ETRUNK_BFD_DOWN, 0, SEC);
			break;
		case 'A':
			rx(&f, ETRUNK_BFD_ADMIN_DOWN, 0, SEC);
			break;
		case 'e':
			etrunk_bfd_fsm_echo_failed(&f, SEC);
			break;
		case 'p':
			etrunk_bfd_fsm_plane_reset(&f, SEC);
			break;
		case 's':
			etrunk_bfd_fsm_shutdown(&f, true, SEC);
			etrunk_bfd_fsm_shutdown(&f, false, SEC);
			break;
		}
		EXPECT_EQ(ETRUNK_BFD_DOWN, f.state);
		EXPECT_EQ(cases[i].waits, f.wtr);
		rx(&f, ETRUNK_BFD_INIT, 0, 20 * SEC);
		EXPECT_EQ(cases[i].waits ? ETRUNK_BFD_DOWN : ETRUNK_BFD_UP,
			  f.state) {
			TH_LOG("after %c", cases[i].event);
		}
		/* who wants no waiting waits no more */
		etrunk_bfd_fsm_set(&f, &plain, 21 * SEC);
		EXPECT_FALSE(f.wtr);
		rx(&f, ETRUNK_BFD_INIT, 0, 21 * SEC);
		EXPECT_EQ(ETRUNK_BFD_UP, f.state);
	}
}

/* A session that was never Up has nothing to be restored to. */
TEST(wtr_not_at_first)
{
	struct etrunk_bfd_timing t = wtr(10);
	struct etrunk_bfd_fsm f = up_session(&t, SEC);

	EXPECT_EQ(ETRUNK_BFD_UP, f.state);
	EXPECT_EQ(0, f.down_count);
}

/* ---------------------------------------------------------------------- echo */

static struct etrunk_bfd_timing echo(u32 us)
{
	struct etrunk_bfd_timing t = plain;

	t.echo_us = us;
	return t;
}

TEST(echo_when_up_and_wanted)
{
	struct etrunk_bfd_timing t = echo(5000);
	struct etrunk_bfd_pkt pkt;
	struct etrunk_bfd_fsm f;
	unsigned int act;

	etrunk_bfd_fsm_init(&f, &t, LOCAL, 0, false);
	etrunk_bfd_fsm_fill(&f, false, &pkt);
	EXPECT_EQ(5000, pkt.min_echo_rx_us);
	EXPECT_EQ(10000, pkt.min_rx_us);
	act = rx(&f, ETRUNK_BFD_DOWN, 0, SEC);
	EXPECT_EQ(0, etrunk_bfd_fsm_echo_us(&f));
	EXPECT_EQ(0, act & ETRUNK_BFD_ACT_ECHO);
	act = rx(&f, ETRUNK_BFD_UP, 0, SEC);
	EXPECT_NE(0, act & ETRUNK_BFD_ACT_ECHO);
	/* no faster than the peer loops */
	EXPECT_EQ(7000, etrunk_bfd_fsm_echo_us(&f));
	/* 6.8.3: control packets need not come that often now */
	etrunk_bfd_fsm_fill(&f, false, &pkt);
	EXPECT_EQ(1000000, pkt.min_rx_us);
	EXPECT_NE(0, pkt.flags & ETRUNK_BFD_POLL);
	EXPECT_EQ(5 * SEC, etrunk_bfd_fsm_detect_time(&f));

	/* 6.8.9: not any more when the peer does not want it */
	pkt = peer_pkt(ETRUNK_BFD_UP, ETRUNK_BFD_FINAL);
	pkt.min_echo_rx_us = 0;
	etrunk_bfd_fsm_rx(&f, &pkt, 2 * SEC, &act);
	EXPECT_NE(0, act & ETRUNK_BFD_ACT_ECHO);
	EXPECT_EQ(0, etrunk_bfd_fsm_echo_us(&f));
	etrunk_bfd_fsm_fill(&f, false, &pkt);
	EXPECT_EQ(10000, pkt.min_rx_us);
	/* the shorter detection time waits for the poll */
	EXPECT_EQ(5 * SEC, etrunk_bfd_fsm_detect_time(&f));
	rx(&f, ETRUNK_BFD_UP, ETRUNK_BFD_FINAL, 2 * SEC);
}

TEST(echo_failed)
{
	struct etrunk_bfd_timing t = echo(5000);
	struct etrunk_bfd_fsm f = up_session(&t, SEC);
	unsigned int act;

	act = etrunk_bfd_fsm_echo_failed(&f, 2 * SEC);
	EXPECT_EQ(ETRUNK_BFD_DOWN, f.state);
	EXPECT_EQ(ETRUNK_BFD_DIAG_ECHO, f.diag);
	EXPECT_EQ(ETRUNK_BFD_REASON_ECHO, f.down_reason);
	EXPECT_EQ(ETRUNK_BFD_ACT_ECHO | ETRUNK_BFD_ACT_SEND |
		  ETRUNK_BFD_ACT_NOTIFY | ETRUNK_BFD_ACT_TX_TIMER, act);
	/* late news */
	EXPECT_EQ(0, etrunk_bfd_fsm_echo_failed(&f, 2 * SEC));
	EXPECT_EQ(1, f.down_count);
}

TEST(echo_off)
{
	struct etrunk_bfd_timing t = echo(5000);
	struct etrunk_bfd_fsm f = up_session(&t, SEC);

	EXPECT_NE(0, etrunk_bfd_fsm_set(&f, &plain, SEC) &
		     ETRUNK_BFD_ACT_ECHO);
	EXPECT_EQ(0, etrunk_bfd_fsm_echo_us(&f));
	EXPECT_NE(0, etrunk_bfd_fsm_set(&f, &t, SEC) & ETRUNK_BFD_ACT_ECHO);
	EXPECT_NE(0, etrunk_bfd_fsm_detect(&f, 100 * SEC) &
		     ETRUNK_BFD_ACT_ECHO);
	EXPECT_EQ(0, etrunk_bfd_fsm_echo_us(&f));
}

TEST_HARNESS_MAIN
