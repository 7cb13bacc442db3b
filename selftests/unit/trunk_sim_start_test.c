// SPDX-License-Identifier: GPL-2.0
/* Who serves when PEs and links come and go. */
#include "trunk_sim.h"
#include "../kselftest_harness.h"

TEST(both_boot_at_once_settle_once)
{
	unsigned int skew;

	for (skew = 0; skew < 5000; skew += 313) {
		sim_init(skew + 1);
		power_on(0);
		run(skew % 2 ? 0 : skew);
		power_on(1);
		if (skew % 2)
			run(skew);
		run(10);
		EXPECT_SERVES(0);
		core(0, 1, 0);
		run(700);
		core(1, 1, 0);
		run(1300);
		core(1, 1, 1);
		run(2200);
		core(0, 1, 1);
		run(200 * SEC);
		EXPECT_SERVES(0);
		EXPECT_EQ(s->pe[0].serve_moves, 1);
		EXPECT_EQ(s->pe[1].serve_moves, 0);
		EXPECT_EQ(s->dual_total, 0);
		EXPECT_ROLE(0, MASTER, ETRUNK_REASON_PRI);
		EXPECT_ROLE(1, BACKUP, ETRUNK_REASON_PRI);
	}
}

TEST(both_boot_links_come_late)
{
	/* the preferred PE's links come up after the other's */
	sim_init(3);
	power_on(0);
	member_fsm_link(&s->pe[0].m, false, true);
	settle(0, 0);
	power_on(1);
	run(1500);
	links(0, true);
	run(100 * SEC);
	EXPECT_SERVES(0);
	EXPECT_EQ(s->pe[1].serve_moves, 0);
	/* and if they do not come in time, the other serves */
	sim_init(4);
	power_on(0);
	member_fsm_link(&s->pe[0].m, false, true);
	settle(0, 0);
	power_on(1);
	run(4 * SEC);
	EXPECT_SERVES(1);
}

TEST(boot_alone)
{
	sim_init(5);
	power_on(1);
	run(19 * SEC);
	EXPECT_ROLE(1, ETRUNK_TRUNK_INIT, ETRUNK_REASON_INIT);
	EXPECT_EQ(s->pe[1].m.state, ETRUNK_MEMBER_NEGOTIATION);
	run(2 * SEC);
	EXPECT_ROLE(1, MASTER, ETRUNK_REASON_TIMEOUT);
	EXPECT_SERVES(1);
	EXPECT_TRUE(s->pe[1].t.faults & BIT(TRUNK_FAULT_NO_PEER));
}

/* a change of the fail time reaches the wait of init, too */
TEST(boot_alone_fail_time_changes)
{
	struct trunk_fsm_cfg cfg;

	sim_init(5);
	power_on(1);
	run(SEC);
	cfg = s->pe[1].t.cfg;
	cfg.hello_ms = 500;
	cfg.multiplier = 6;
	settle(1, trunk_fsm_config(&s->pe[1].t, ns(), &cfg, rnd()));
	run(SEC);
	EXPECT_ROLE(1, ETRUNK_TRUNK_INIT, ETRUNK_REASON_INIT);
	cfg.multiplier = 10;
	settle(1, trunk_fsm_config(&s->pe[1].t, ns(), &cfg, rnd()));
	run(2 * SEC);
	EXPECT_ROLE(1, ETRUNK_TRUNK_INIT, ETRUNK_REASON_INIT);
	run(1100);
	EXPECT_ROLE(1, MASTER, ETRUNK_REASON_TIMEOUT);

	/* shorter than what has passed: over at once */
	sim_init(6);
	power_on(1);
	run(4 * SEC);
	cfg = s->pe[1].t.cfg;
	cfg.multiplier = 3;
	settle(1, trunk_fsm_config(&s->pe[1].t, ns(), &cfg, rnd()));
	run(5);
	EXPECT_ROLE(1, MASTER, ETRUNK_REASON_TIMEOUT);
}

TEST(power_loss_and_return)
{
	u64 t;

	sim_steady(6);
	EXPECT_SERVES(0);
	power_off(0);
	run(DETECT + 2);
	EXPECT_SERVES(1);
	EXPECT_ROLE(1, MASTER, ETRUNK_REASON_BFD_DOWN);
	EXPECT_LE(s->none_max, DETECT + 1);
	run(30 * SEC);
	EXPECT_SERVES(1);

	/* returns: services at once, so the revert delay decides */
	mark();
	power_on(0);
	run(10);
	core(0, 1, 1);
	t = s->now;
	run(100);
	EXPECT_ROLE(0, MASTER, ETRUNK_REASON_PRI);
	EXPECT_ROLE(1, BACKUP, ETRUNK_REASON_PRI);
	EXPECT_SERVES(1);
	EXPECT_EQ(s->pe[0].m.reason, ETRUNK_MREASON_REVERT_WAIT);
	while (!serves(&s->pe[0]) && s->now < t + 60 * SEC)
		step();
	EXPECT_GE(s->now - t, 4900);
	EXPECT_LE(s->now - t, 5100);
	run(10 * SEC);
	EXPECT_SERVES(0);
	EXPECT_EQ(s->none_max, 0);
	EXPECT_LE(s->dual_max, 3);
	EXPECT_EQ(s->pe[0].serve_moves, 1);
	EXPECT_EQ(s->pe[1].serve_moves, 1);
}

static void hand_over(unsigned int n, bool give)
{
	settle(n, trunk_fsm_hand_over(&s->pe[n].t, ns(), give));
}

/* neither revert delay nor revert off stand in the operator's way */
TEST(switchover_and_back)
{
	unsigned int revert;

	for (revert = 0; revert < 2; revert++) {
		unsigned int n;

		sim_steady(30 + revert);
		for (n = 0; n < 2; n++) {
			s->pe[n].mcfg.revert = revert;
			s->pe[n].mcfg.revert_delay_ms = 1000000;
			member_fsm_config(&s->pe[n].m, ns(), &s->pe[n].mcfg);
		}
		mark();
		hand_over(0, true);
		run(10);
		EXPECT_SERVES(1);
		EXPECT_ROLE(0, BACKUP, ETRUNK_REASON_PRI);
		EXPECT_ROLE(1, MASTER, ETRUNK_REASON_PRI);
		run(100 * SEC);
		EXPECT_SERVES(1);
		hand_over(0, false);
		run(10);
		EXPECT_SERVES(0);
		run(100 * SEC);
		EXPECT_SERVES(0);
		EXPECT_EQ(s->none_max, 0);
		EXPECT_LE(s->dual_max, 3);
		EXPECT_EQ(s->pe[0].serve_moves, 2);
		EXPECT_EQ(s->pe[1].serve_moves, 2);
	}
}

/* mastership is given, the duty to serve is not */
TEST(switchover_and_the_peer_fails)
{
	sim_steady(32);
	hand_over(0, true);
	run(SEC);
	EXPECT_SERVES(1);
	mark();
	power_off(1);
	run(DETECT + 2);
	EXPECT_SERVES(0);
	EXPECT_LE(s->none_max, DETECT + 1);
	power_on(1);
	core(1, 1, 1);
	run(60 * SEC);
	EXPECT_SERVES(1);
	mark();
	links(1, false);
	run(5);
	EXPECT_SERVES(0);
	EXPECT_LE(s->none_max, 3);
}

/* both gave it away: as if none had */
TEST(switchover_of_both)
{
	sim_steady(33);
	hand_over(0, true);
	run(SEC);
	mark();
	hand_over(1, true);
	run(100 * SEC);
	EXPECT_SERVES(0);
	EXPECT_EQ(s->none_max, 0);
	EXPECT_LE(s->pe[0].serve_moves, 1);
	hand_over(0, false);
	hand_over(1, false);
	run(100 * SEC);
	EXPECT_SERVES(0);
	EXPECT_LE(s->pe[0].serve_moves, 1);
}

TEST(return_waits_for_services)
{
	sim_steady(7);
	power_off(0);
	run(30 * SEC);
	mark();
	power_on(0);
	run(10);
	core(0, 2, 0);
	run(8 * SEC);
	EXPECT_EQ(s->pe[0].m.reason, ETRUNK_MREASON_START_HOLD);
	core(0, 2, 1);
	run(2 * SEC);
	EXPECT_SERVES(1);
	core(0, 2, 2);
	run(10);
	EXPECT_SERVES(0);
	EXPECT_EQ(s->none_max, 0);

	/* start-hold ends, one service works: take it */
	power_off(0);
	run(30 * SEC);
	mark();
	power_on(0);
	run(10);
	core(0, 2, 1);
	run(29 * SEC);
	EXPECT_SERVES(1);
	run(2 * SEC);
	EXPECT_SERVES(0);

	/* none works: never */
	power_off(0);
	run(30 * SEC);
	mark();
	power_on(0);
	run(10);
	core(0, 2, 0);
	run(100 * SEC);
	EXPECT_SERVES(1);
	EXPECT_EQ(s->pe[0].m.reason, ETRUNK_MREASON_CORE_DOWN);
}

TEST(hello_timeout_without_bfd)
{
	sim_steady(8);
	s->pe[0].bfd = s->pe[1].bfd = false;
	power_off(0);
	run(18 * SEC);
	EXPECT_SERVES(-1);
	run(3 * SEC);
	EXPECT_SERVES(1);
	EXPECT_ROLE(1, MASTER, ETRUNK_REASON_TIMEOUT);
}

TEST(peer_fail_time_is_used)
{
	struct trunk_fsm_cfg cfg;

	sim_steady(9);
	s->pe[0].bfd = s->pe[1].bfd = false;
	cfg = s->pe[0].t.cfg;
	cfg.hello_ms = 500;
	cfg.multiplier = 3;
	settle(0, trunk_fsm_config(&s->pe[0].t, ns(), &cfg, rnd()));
	run(10);
	power_off(0);
	run(1600);
	EXPECT_ROLE(1, MASTER, ETRUNK_REASON_TIMEOUT);
}

TEST(link_down_and_back)
{
	sim_steady(10);
	links(0, false);
	run(3);
	EXPECT_SERVES(1);
	EXPECT_ROLE(0, BACKUP, ETRUNK_REASON_ALL_MEMBER_DOWN);
	EXPECT_ROLE(1, MASTER, ETRUNK_REASON_PRI);
	EXPECT_EQ(s->pe[0].m.reason, ETRUNK_MREASON_LINK_DOWN);
	EXPECT_LE(s->none_max, 1);
	run(20 * SEC);
	mark();
	links(0, true);
	run(4900);
	EXPECT_SERVES(1);
	run(200);
	EXPECT_SERVES(0);
	EXPECT_EQ(s->none_max, 0);
	EXPECT_LE(s->dual_max, 3);
	EXPECT_EQ(s->pe[1].m.reason, ETRUNK_MREASON_PEER_MEMBER_UP);
}

TEST(revert_off)
{
	sim_steady(11);
	s->pe[0].mcfg.revert = false;
	member_fsm_config(&s->pe[0].m, ns(), &s->pe[0].mcfg);
	links(0, false);
	run(SEC);
	links(0, true);
	run(300 * SEC);
	EXPECT_SERVES(1);
	EXPECT_EQ(s->pe[0].m.reason, ETRUNK_MREASON_REVERT_WAIT);
	links(1, false);
	run(3);
	EXPECT_SERVES(0);
}

TEST_HARNESS_MAIN
