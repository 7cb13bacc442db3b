// SPDX-License-Identifier: GPL-2.0
/* Hellos of earlier days, sent again. */
#include "trunk_sim.h"
#include "../kselftest_harness.h"

/* a round of everything ever recorded of both, as fast as @per_step */
static void replay_all(unsigned int per_step, unsigned int upto[2])
{
	unsigned int i, n;

	for (n = 0; n < 2; n++)
		for (i = 0; i < upto[n]; i++) {
			replay(n, i);
			/* reflected, too */
			receive(n, &s->record[n][i]);
			if (i % per_step == 0)
				step();
		}
}

TEST(replay_changes_nothing_alive)
{
	unsigned int upto[2], acc;

	/* three incarnations of each, recorded in all situations */
	sim_init(27);
	power_on(0);
	power_on(1);
	run(10 * SEC);
	power_off(0);
	run(30 * SEC);
	power_on(0);
	run(20 * SEC);
	power_off(1);
	run(30 * SEC);
	power_on(1);
	run(20 * SEC);
	power_off(0);
	power_off(1);
	run(SEC);
	power_on(0);
	power_on(1);
	run(30 * SEC);
	core(0, 1, 1);
	core(1, 1, 1);
	run(30 * SEC);
	EXPECT_SERVES(0);

	mark();
	upto[0] = s->recorded[0];
	upto[1] = s->recorded[1];
	replay_all(5, upto);
	EXPECT_EQ(s->pe[0].role_moves + s->pe[1].role_moves, 0);
	EXPECT_EQ(s->pe[0].serve_moves + s->pe[1].serve_moves, 0);
	EXPECT_EQ(s->pe[0].t.faults | s->pe[1].t.faults, 0);
	EXPECT_GE(s->pe[0].refused, upto[0] + upto[1]);
	/* accepted were live ones only: about one a second, some repeated */
	acc = s->pe[0].accepted;
	EXPECT_GE(acc + 2, (s->now - s->since) / SEC);
	EXPECT_LE(acc, s->pe[1].sent);
}

TEST(replay_does_not_revive_the_dead)
{
	unsigned int upto[2], i;

	sim_steady(28);
	power_off(0);
	run(25 * SEC);
	power_on(0);
	run(20 * SEC);
	core(0, 1, 1);
	run(20 * SEC);
	EXPECT_SERVES(0);
	upto[0] = s->recorded[0];
	upto[1] = 0;

	/* its end is noticed in time while old hellos rain in */
	mark();
	power_off(0);
	for (i = 0; i < DETECT + 2; i++) {
		replay(0, rnd() % upto[0]);
		step();
	}
	EXPECT_SERVES(1);
	EXPECT_ROLE(1, MASTER, ETRUNK_REASON_BFD_DOWN);
	for (i = 0; i < 3; i++)
		replay_all(1, upto);
	EXPECT_EQ(s->pe[1].accepted, 0);
	EXPECT_EQ(s->pe[1].role_moves, 1);
	EXPECT_SERVES(1);

	/* the same without BFD: the fail time is not stretched */
	sim_steady(29);
	s->pe[0].bfd = s->pe[1].bfd = false;
	upto[0] = s->recorded[0];
	power_off(0);
	for (i = 0; i < 21 * SEC; i++) {
		if (i % 100 == 0)
			replay(0, rnd() % upto[0]);
		step();
	}
	EXPECT_ROLE(1, MASTER, ETRUNK_REASON_TIMEOUT);

	/* and one that comes from nothing is not fooled either */
	sim_steady(30);
	power_off(0);
	power_off(1);
	run(SEC);
	power_on(1);
	mark();
	upto[0] = s->recorded[0];
	for (i = 0; i < 22 * SEC; i++) {
		if (i % 50 == 0)
			replay(0, rnd() % upto[0]);
		step();
	}
	EXPECT_EQ(s->pe[1].accepted, 0);
	EXPECT_ROLE(1, MASTER, ETRUNK_REASON_TIMEOUT);
	EXPECT_SERVES(1);
}

TEST(replay_does_not_stall_a_handshake)
{
	unsigned int upto, i;
	u64 t;

	sim_steady(31);
	for (i = 0; i < 5; i++) {
		power_off(0);
		run(3 * SEC);
		power_on(0);
		run(3 * SEC);
	}
	upto = s->recorded[0];
	power_off(0);
	run(30 * SEC);
	power_on(0);
	t = s->now;
	while (!trunk_fsm_two_way(&s->pe[0].t, ns()) ||
	       !trunk_fsm_two_way(&s->pe[1].t, ns())) {
		for (i = 0; i < 3; i++)
			replay(0, rnd() % upto);
		step();
		if (s->now > t + 5 * SEC)
			break;
	}
	EXPECT_LE(s->now - t, SEC);
}

TEST_HARNESS_MAIN
