// SPDX-License-Identifier: GPL-2.0
/* The operator, a bad line, and everything at random. */
#include <stdlib.h>

#include "trunk_sim.h"
#include "../kselftest_harness.h"

TEST(force_backup_and_back)
{
	sim_steady(21);
	mode(0, ETRUNK_MODE_FORCE_BACKUP);
	run(5);
	EXPECT_SERVES(1);
	EXPECT_EQ(s->pe[0].m.reason, ETRUNK_MREASON_FORCE_BACKUP);
	EXPECT_EQ(s->none_max, 0);
	EXPECT_LE(s->dual_max, 3);
	run(10 * SEC);
	mark();
	mode(0, ETRUNK_MODE_AUTO);
	run(4900);
	EXPECT_SERVES(1);
	run(200);
	EXPECT_SERVES(0);
	EXPECT_EQ(s->none_max, 0);
	EXPECT_LE(s->dual_max, 3);

	/* nobody to hand over to */
	links(1, false);
	run(SEC);
	mode(0, ETRUNK_MODE_FORCE_BACKUP);
	run(5);
	EXPECT_SERVES(-1);
	mode(0, ETRUNK_MODE_AUTO);
	run(5);
	EXPECT_SERVES(0);

	/* the other one would, but does not hear of it: bounded */
	links(1, true);
	run(SEC);
	s->pe[0].bfd = s->pe[1].bfd = false;
	s->ch[0].cut = true;
	mode(0, ETRUNK_MODE_FORCE_BACKUP);
	run(MEMBER_FSM_HANDOVER_MS + 5);
	EXPECT_FALSE(serves(&s->pe[0]));
}

TEST(force_master)
{
	sim_steady(22);
	mode(1, ETRUNK_MODE_FORCE_MASTER);
	run(5);
	EXPECT_SERVES(1);
	EXPECT_EQ(s->none_max, 0);
	mode(0, ETRUNK_MODE_FORCE_MASTER);
	run(5);
	EXPECT_TRUE(serves(&s->pe[0]) && serves(&s->pe[1]));
	mode(1, ETRUNK_MODE_AUTO);
	run(5);
	EXPECT_SERVES(0);
}

TEST(priority_changed)
{
	struct trunk_fsm_cfg cfg;

	sim_steady(23);
	cfg = s->pe[0].t.cfg;
	cfg.priority = 200;
	settle(0, trunk_fsm_config(&s->pe[0].t, ns(), &cfg, rnd()));
	run(10);
	/* the other has long been able: no delay, no gap */
	EXPECT_SERVES(1);
	EXPECT_EQ(s->none_max, 0);
	EXPECT_LE(s->dual_max, 3);
	EXPECT_EQ(s->pe[0].t.faults | s->pe[1].t.faults, 0);
}

TEST(stalled)
{
	sim_steady(24);
	/* this one stood still: its gates close, the peer is told */
	settle(0, trunk_fsm_stalled(&s->pe[0].t, ns(), rnd()));
	EXPECT_EQ(s->pe[0].m.state, ETRUNK_MEMBER_NEGOTIATION);
	run(10);
	EXPECT_SERVES(1);
	EXPECT_LE(s->none_max, 2);
	EXPECT_EQ(s->dual_total, 0);
	/* and its own sessions, expired meanwhile, prove nothing */
	settle(0, trunk_fsm_stalled(&s->pe[0].t, ns(), rnd()));
	bfd_event(0, TRUNK_BFD_EXPIRED);
	EXPECT_EQ(s->pe[0].t.state, ETRUNK_TRUNK_INIT);
	bfd_event(0, TRUNK_BFD_UP);
	core(0, 1, 1);
	run(60 * SEC);
	EXPECT_SERVES(0);
	EXPECT_EQ(s->dual_total > 5, 0);
}

TEST(no_key)
{
	struct trunk_fsm_cfg cfg;

	sim_steady(25);
	cfg = s->pe[0].t.cfg;
	cfg.usable = false;
	settle(0, trunk_fsm_config(&s->pe[0].t, ns(), &cfg, rnd()));
	EXPECT_ROLE(0, ETRUNK_TRUNK_INIT, ETRUNK_REASON_INIT);
	EXPECT_EQ(s->pe[0].t.faults, BIT(TRUNK_FAULT_NO_KEY));
	EXPECT_EQ(trunk_fsm_deadline(&s->pe[0].t), U64_MAX);
	cfg.usable = true;
	settle(0, trunk_fsm_config(&s->pe[0].t, ns(), &cfg, rnd()));
	run(SEC);
	EXPECT_ROLE(0, MASTER, ETRUNK_REASON_PRI);
}

TEST(lacp_mismatch)
{
	struct trunk_fsm_cfg cfg;

	sim_steady(26);
	cfg = s->pe[0].t.cfg;
	cfg.lacp_priority = 1;
	cfg.lacp_system[5] = 9;
	settle(0, trunk_fsm_config(&s->pe[0].t, ns(), &cfg, rnd()));
	run(10);
	EXPECT_EQ(s->pe[0].t.faults, BIT(TRUNK_FAULT_LACP_SYSTEM_ID) |
				     BIT(TRUNK_FAULT_LACP_PRIORITY));
	EXPECT_EQ(s->pe[1].t.faults, BIT(TRUNK_FAULT_LACP_SYSTEM_ID) |
				     BIT(TRUNK_FAULT_LACP_PRIORITY));
	EXPECT_EQ(s->pe[0].role_moves + s->pe[1].role_moves, 0);
}

TEST(lossy_path)
{
	unsigned int seed;

	for (seed = 1; seed < 40; seed++) {
		sim_init(seed);
		s->ch[0].loss = s->ch[1].loss = 30;
		s->ch[0].delay = rnd() % 40;
		s->ch[1].delay = rnd() % 40;
		power_on(0);
		power_on(1);
		run(10);
		core(0, 1, 1);
		core(1, 1, 1);
		run(30 * SEC);
		EXPECT_SERVES(0);
		mark();
		run(300 * SEC);
		EXPECT_EQ(s->pe[0].serve_moves + s->pe[1].serve_moves, 0);
		links(0, false);
		run(SEC);
		EXPECT_SERVES(1);
		links(0, true);
		run(8 * SEC);
		EXPECT_SERVES(0);
	}
}

/* any sequence of failures, then peace: exactly one serves, and stays */
TEST(random_walk)
{
	unsigned int walk, i;
	const char *env = getenv("ETRUNK_WALKS");
	unsigned int walks = env ? strtoul(env, NULL, 0) : 150;

	for (walk = 1; walk <= walks; walk++) {
		sim_init(walk * 7919);
		for (i = 0; i < 2; i++) {
			s->pe[i].mcfg.revert = rnd() % 4;
			s->pe[i].mcfg.revert_delay_ms = rnd() % 8000;
			s->pe[i].mcfg.start_hold_ms = rnd() % 10000;
			power_on(i);
		}
		for (i = 0; i < 40; i++) {
			unsigned int n = rnd() % 2;

			switch (rnd() % 12) {
			case 0:
				if (s->pe[n].alive)
					power_off(n);
				else
					power_on(n);
				break;
			case 1:
				s->ch[n].cut = !s->ch[n].cut;
				break;
			case 2:
				s->ch[n].bfd_cut = !s->ch[n].bfd_cut;
				break;
			case 3:
			case 4:
				if (s->pe[n].alive)
					links(n, !s->pe[n].m.phys);
				break;
			case 5:
			case 6:
				if (s->pe[n].alive)
					core(n, 1, rnd() % 2);
				break;
			case 7:
				if (s->pe[n].alive)
					mode(n, 1 + rnd() % 3);
				break;
			case 8:
				if (s->pe[n].alive)
					settle(n, trunk_fsm_stalled(&s->pe[n].t,
								    ns(),
								    rnd()));
				break;
			case 9:
				s->ch[n].loss = rnd() % 3 * 20;
				break;
			case 10:
				if (s->recorded[n])
					replay(n, rnd() % s->recorded[n]);
				break;
			default:
				break;
			}
			run(rnd() % 3 ? rnd() % 200 : rnd() % 8000);
			/* while both hear each other, never two by election */
			if (s->pe[0].alive && s->pe[1].alive &&
			    s->pe[0].mcfg.mode == ETRUNK_MODE_AUTO &&
			    s->pe[1].mcfg.mode == ETRUNK_MODE_AUTO &&
			    !s->ch[0].cut && !s->ch[1].cut &&
			    !s->ch[0].loss && !s->ch[1].loss &&
			    trunk_fsm_two_way(&s->pe[0].t, ns()) &&
			    trunk_fsm_two_way(&s->pe[1].t, ns()))
				EXPECT_LE(s->dual, 1500) {
					TH_LOG("walk %u step %u", walk, i);
				}
		}
		/* peace */
		for (i = 0; i < 2; i++) {
			s->ch[i].cut = s->ch[i].bfd_cut = false;
			s->ch[i].loss = 0;
			if (!s->pe[i].alive)
				power_on(i);
			mode(i, ETRUNK_MODE_AUTO);
			links(i, true);
			core(i, 1, 1);
		}
		run(45 * SEC);
		mark();
		run(60 * SEC);
		EXPECT_TRUE(serves(&s->pe[0]) != serves(&s->pe[1])) {
			TH_LOG("walk %u: %d %d", walk, serves(&s->pe[0]),
			       serves(&s->pe[1]));
		}
		EXPECT_EQ(s->pe[0].serve_moves + s->pe[1].serve_moves, 0);
		EXPECT_ROLE(0, MASTER, ETRUNK_REASON_PRI);
		EXPECT_ROLE(1, BACKUP, ETRUNK_REASON_PRI);
		EXPECT_EQ(s->pe[0].t.faults | s->pe[1].t.faults, 0);
	}
}

TEST_HARNESS_MAIN
