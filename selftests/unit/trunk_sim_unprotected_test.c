// SPDX-License-Identifier: GPL-2.0
/* Replay protection off, at both PEs or at one: what is believed, and shown. */
#include "trunk_sim.h"
#include "../kselftest_harness.h"

#define REPLAY	BIT(TRUNK_FAULT_REPLAY)
/* faults that tell of two masters */
#define DUAL	(BIT(TRUNK_FAULT_DUAL_MASTER) | BIT(TRUNK_FAULT_ONE_WAY) | \
		 BIT(TRUNK_FAULT_NO_PEER))

/* as sim_steady(); @off: BIT(PE) */
static void steady(u64 seed, unsigned int off)
{
	unsigned int n;

	sim_init(seed);
	for (n = 0; n < 2; n++) {
		s->pe[n].unprotected = off & BIT(n);
		power_on(n);
	}
	run(10);
	core(0, 1, 1);
	core(1, 1, 1);
	run(60 * SEC);
}

TEST(a_mixed_setting_is_a_fault_at_both)
{
	unsigned int off, n;

	for (off = 0; off < 4; off++) {
		u32 want = off == 1 || off == 2 ? REPLAY : 0;

		steady(40 + off, off);
		EXPECT_SERVES(0);
		EXPECT_ROLE(0, MASTER, ETRUNK_REASON_PRI);
		EXPECT_ROLE(1, BACKUP, ETRUNK_REASON_PRI);
		EXPECT_EQ(s->dual_total, 0);
		for (n = 0; n < 2; n++)
			EXPECT_EQ(s->pe[n].t.faults, want);
		/* a restart changes nothing in it */
		power_off(off & 1);
		run(30 * SEC);
		power_on(off & 1);
		run(30 * SEC);
		for (n = 0; n < 2; n++)
			EXPECT_EQ(s->pe[n].t.faults, want);
	}
}

TEST(switching_it_moves_nobody)
{
	static const struct {
		u8 n;
		bool on;
		u32 fault;
	} steps[] = {
		{ 0, false, REPLAY }, { 1, false, 0 }, { 0, true, REPLAY },
		{ 1, true, 0 }, { 1, false, REPLAY }, { 0, false, 0 },
		{ 1, true, REPLAY }, { 0, true, 0 },
	};
	unsigned int i, n, hurry;

	/* the later setting may follow at once, or after seconds */
	for (hurry = 0; hurry < 2; hurry++) {
		steady(44, 0);
		mark();
		for (i = 0; i < ARRAY_SIZE(steps); i++) {
			protect(steps[i].n, steps[i].on);
			run(hurry ? 3 : 3 * SEC);
			for (n = 0; n < 2; n++)
				EXPECT_EQ(s->pe[n].t.faults, steps[i].fault);
		}
		run(30 * SEC);
		EXPECT_EQ(s->pe[0].role_moves + s->pe[1].role_moves, 0);
		EXPECT_EQ(s->pe[0].serve_moves + s->pe[1].serve_moves, 0);
		EXPECT_EQ(s->dual_total, 0);
	}
}

/* what the operator asked for: nothing has to be answered, or to be newer */
TEST(off_believes_a_recording)
{
	unsigned int last;

	steady(45, 2);
	s->pe[0].bfd = s->pe[1].bfd = false;
	last = s->recorded[0] - 1;
	power_off(0);
	run(25 * SEC);
	EXPECT_ROLE(1, MASTER, ETRUNK_REASON_TIMEOUT);
	mark();
	replay(0, last);
	EXPECT_EQ(s->pe[1].accepted, 1);
	EXPECT_ROLE(1, BACKUP, ETRUNK_REASON_PRI);
	/* but not for ever */
	run(25 * SEC);
	EXPECT_ROLE(1, MASTER, ETRUNK_REASON_TIMEOUT);

	/* an older session takes the place of the living one, and it comes back */
	steady(46, 2);
	power_off(0);
	run(30 * SEC);
	power_on(0);
	core(0, 1, 1);
	run(60 * SEC);
	EXPECT_SERVES(0);
	EXPECT_TRUE(s->pe[1].t.peer.answered);
	replay(0, 5);
	EXPECT_NE(s->pe[1].t.peer.sess, s->pe[0].t.sess);
	EXPECT_FALSE(s->pe[1].t.peer.answered);
	run(2 * SEC);
	EXPECT_EQ(s->pe[1].t.peer.sess, s->pe[0].t.sess);
	EXPECT_TRUE(s->pe[1].t.peer.answered);
	EXPECT_TRUE(trunk_fsm_two_way(&s->pe[0].t, ns()));
	EXPECT_TRUE(trunk_fsm_two_way(&s->pe[1].t, ns()));
}

/* a peer that BFD lost has to answer: its last hello may still be under way */
TEST(off_believes_bfd_more)
{
	unsigned int i, last;

	steady(47, 3);
	last = s->recorded[0] - 1;
	power_off(0);
	run(DETECT + 2);
	EXPECT_ROLE(1, MASTER, ETRUNK_REASON_BFD_DOWN);
	mark();
	for (i = 0; i < 100; i++) {
		replay(0, last - i % 50);
		step();
	}
	EXPECT_EQ(s->pe[1].accepted, 0);
	EXPECT_ROLE(1, MASTER, ETRUNK_REASON_BFD_DOWN);
	EXPECT_SERVES(1);
	/* and it does, when it is back */
	power_on(0);
	core(0, 1, 1);
	run(60 * SEC);
	EXPECT_SERVES(0);
	EXPECT_ROLE(1, BACKUP, ETRUNK_REASON_PRI);
	EXPECT_FALSE(s->pe[1].t.must_answer);
}

TEST(off_after_a_stall_has_to_be_answered)
{
	steady(48, 3);
	settle(1, trunk_fsm_stalled(&s->pe[1].t, ns(), rnd()));
	mark();
	replay(0, s->recorded[0] - 1);
	EXPECT_EQ(s->pe[1].accepted, 0);
	EXPECT_ROLE(1, ETRUNK_TRUNK_INIT, ETRUNK_REASON_INIT);
	run(10);
	EXPECT_ROLE(1, BACKUP, ETRUNK_REASON_PRI);
}

/* who was only believed has to answer as soon as protection is on */
TEST(switched_on_a_ghost_is_gone)
{
	steady(49, 2);
	s->pe[0].bfd = s->pe[1].bfd = false;
	power_off(0);
	run(25 * SEC);
	replay(0, 3);
	run(5);
	EXPECT_TRUE(s->pe[1].t.peer.fresh);
	protect(1, true);
	EXPECT_FALSE(s->pe[1].t.peer.fresh);
	EXPECT_ROLE(1, MASTER, ETRUNK_REASON_TIMEOUT);
	mark();
	replay(0, 4);
	replay(0, s->recorded[0] - 1);
	run(SEC);
	EXPECT_EQ(s->pe[1].accepted, 0);
	EXPECT_ROLE(1, MASTER, ETRUNK_REASON_TIMEOUT);
}

/*
 * Recordings rain upon PEs of any settings; that may fool whoever has it off,
 * but two masters that can hear each other are always told, at once.
 */
TEST(two_masters_are_never_silent)
{
	unsigned int off, i, n, upto[2], fooled = 0, silent;
	struct trunk_fsm_cfg cfg;

	for (off = 1; off < 4; off++) {
		steady(50 + off, off);
		/* recordings of every situation, and of another priority */
		for (n = 0; n < 2; n++) {
			power_off(n);
			run(22 * SEC);
			power_on(n);
			core(n, 1, 1);
			run(22 * SEC);
		}
		cfg = s->pe[0].t.cfg;
		cfg.priority = 200;
		settle(0, trunk_fsm_config(&s->pe[0].t, ns(), &cfg, rnd()));
		run(40 * SEC);
		cfg.priority = 10;
		settle(0, trunk_fsm_config(&s->pe[0].t, ns(), &cfg, rnd()));
		run(40 * SEC);
		upto[0] = s->recorded[0];
		upto[1] = s->recorded[1];
		mark();
		for (i = 0, silent = 0; i < 60 * SEC; i++) {
			n = rnd() & 1;
			if (rnd() % 40 == 0)
				replay(n, rnd() % upto[n]);
			step();
			if (s->pe[0].t.state != MASTER ||
			    s->pe[1].t.state != MASTER ||
			    (s->pe[0].t.faults | s->pe[1].t.faults) & DUAL) {
				silent = 0;
			} else {
				EXPECT_LE(++silent, 2);
			}
			fooled += s->pe[0].t.state == MASTER &&
				  s->pe[1].t.state == MASTER;
			if (off == 1 || off == 2)
				EXPECT_TRUE(s->pe[off == 1].t.faults & REPLAY);
		}
		/* it stops, and all is as it was */
		run(60 * SEC);
		EXPECT_SERVES(0);
		EXPECT_EQ(s->pe[0].t.faults & ~REPLAY, 0);
		EXPECT_EQ(s->pe[1].t.faults & ~REPLAY, 0);
	}
	/* it would say nothing if nobody was ever fooled */
	EXPECT_GT(fooled, 1000);
}

TEST_HARNESS_MAIN
