// SPDX-License-Identifier: GPL-2.0
/* The paths between the PEs and to the core fail and heal. */
#include "trunk_sim.h"
#include "../kselftest_harness.h"

TEST(one_way_loss)
{
	unsigned int dir, bfd, master;

	for (dir = 0; dir < 2; dir++)
		for (bfd = 0; bfd < 2; bfd++)
			for (master = 0; master < 2; master++) {
				sim_init(12 + dir);
				power_on(0);
				power_on(1);
				run(10);
				core(0, 1, 1);
				core(1, 1, 1);
				if (master) {
					struct trunk_fsm_cfg cfg;

					cfg = s->pe[1].t.cfg;
					cfg.priority = 5;
					settle(1, trunk_fsm_config(&s->pe[1].t,
								   ns(), &cfg,
								   rnd()));
				}
				run(60 * SEC);
				EXPECT_SERVES((int)master);
				s->pe[0].bfd = s->pe[0].bfd_up = bfd;
				s->pe[1].bfd = s->pe[1].bfd_up = bfd;
				mark();
				s->ch[dir].cut = true;
				run(60 * SEC);
				/* who is deaf serves, who hears yields */
				EXPECT_SERVES(!dir);
				EXPECT_ROLE(!dir, MASTER,
					    bfd ? ETRUNK_REASON_BFD_DOWN :
						  ETRUNK_REASON_TIMEOUT);
				EXPECT_ROLE(dir, BACKUP,
					    bfd ? ETRUNK_REASON_PEER_BFD_DOWN :
						  ETRUNK_REASON_PEER_TIMEOUT);
				EXPECT_LE(s->dual_max, TRUNK_FSM_GRACE_MS + 5);
				EXPECT_EQ(s->none_max, 0);
				EXPECT_TRUE(s->pe[dir].t.faults &
					    BIT(TRUNK_FAULT_ONE_WAY));
				/* heals */
				mark();
				s->ch[dir].cut = false;
				run(60 * SEC);
				EXPECT_SERVES((int)master);
				EXPECT_ROLE(master, MASTER, ETRUNK_REASON_PRI);
				EXPECT_ROLE(!master, BACKUP, ETRUNK_REASON_PRI);
				EXPECT_EQ(s->pe[0].t.faults, 0);
				EXPECT_EQ(s->pe[1].t.faults, 0);
				EXPECT_EQ(s->none_max, 0);
				EXPECT_LE(s->dual_max, 5);
			}
}

TEST(bfd_alone_fails)
{
	sim_steady(13);
	s->ch[0].bfd_cut = s->ch[1].bfd_cut = true;
	run(60 * SEC);
	EXPECT_SERVES(0);
	EXPECT_ROLE(0, MASTER, ETRUNK_REASON_PRI);
	EXPECT_ROLE(1, BACKUP, ETRUNK_REASON_PRI);
	EXPECT_TRUE(s->pe[0].t.faults & BIT(TRUNK_FAULT_BFD_DOWN));
	EXPECT_TRUE(s->pe[1].t.faults & BIT(TRUNK_FAULT_BFD_DOWN));
	EXPECT_EQ(s->pe[0].serve_moves, 0);
	EXPECT_EQ(s->none_max, 0);
	EXPECT_LE(s->dual_total, 6);
	/* then the peer really dies: the hello timeout is what is left */
	mark();
	power_off(0);
	run(22 * SEC);
	EXPECT_SERVES(1);

	/* one direction only */
	sim_steady(14);
	s->ch[0].bfd_cut = true;
	run(60 * SEC);
	EXPECT_SERVES(0);
	EXPECT_EQ(s->none_max, 0);
	s->ch[0].bfd_cut = false;
	run(10 * SEC);
	EXPECT_EQ(s->pe[0].t.faults | s->pe[1].t.faults, 0);
}

TEST(bfd_admin_down_and_never_up)
{
	sim_steady(15);
	bfd_event(1, TRUNK_BFD_GONE);
	run(SEC);
	EXPECT_EQ(s->pe[1].role_moves + s->pe[0].role_moves, 0);
	EXPECT_EQ(s->pe[1].t.faults, 0);
}

TEST(path_alone_fails_and_heals)
{
	sim_steady(16);
	s->ch[0].cut = s->ch[1].cut = true;
	run(60 * SEC);
	EXPECT_TRUE(serves(&s->pe[0]) && serves(&s->pe[1]));
	EXPECT_TRUE(s->pe[0].t.faults & BIT(TRUNK_FAULT_NO_PEER));
	EXPECT_TRUE(s->pe[1].t.faults & BIT(TRUNK_FAULT_NO_PEER));
	EXPECT_EQ(s->none_max, 0);
	mark();
	s->ch[0].cut = s->ch[1].cut = false;
	while (serves(&s->pe[1]) && s->now < s->since + 3 * SEC)
		step();
	/* one hello interval and two round trips */
	EXPECT_LE(s->now - s->since, 1010);
	run(10);
	EXPECT_TRUE(s->pe[0].t.faults & BIT(TRUNK_FAULT_DUAL_MASTER));
	EXPECT_TRUE(s->pe[1].t.faults & BIT(TRUNK_FAULT_DUAL_MASTER));
	run(60 * SEC);
	EXPECT_SERVES(0);
	EXPECT_EQ(s->pe[0].serve_moves, 0);
	EXPECT_EQ(s->pe[1].serve_moves, 1);
	EXPECT_EQ(s->none_max, 0);
	EXPECT_EQ(s->pe[0].t.faults | s->pe[1].t.faults, 0);
}

TEST(core_lost_separate_path)
{
	sim_steady(17);
	core(0, 1, 0);
	run(99);
	EXPECT_SERVES(0);
	run(4);
	EXPECT_SERVES(1);
	EXPECT_EQ(s->pe[0].m.reason, ETRUNK_MREASON_CORE_DOWN);
	EXPECT_EQ(s->pe[1].m.reason, ETRUNK_MREASON_PEER_CORE_DOWN);
	EXPECT_LE(s->none_max, 1);
	run(10 * SEC);
	mark();
	/* back: hold-up, then revert delay */
	core(0, 1, 1);
	run(9900);
	EXPECT_SERVES(1);
	run(200);
	EXPECT_SERVES(0);
	EXPECT_EQ(s->none_max, 0);
	/* a short dip moves nothing */
	mark();
	core(0, 1, 0);
	run(90);
	core(0, 1, 1);
	run(10 * SEC);
	EXPECT_EQ(s->pe[0].serve_moves + s->pe[1].serve_moves, 0);
}

TEST(core_lost_both)
{
	sim_steady(18);
	core(0, 1, 0);
	core(1, 1, 0);
	run(60 * SEC);
	EXPECT_SERVES(0);
	EXPECT_EQ(s->pe[0].serve_moves + s->pe[1].serve_moves, 0);
	/* back within the hold-up of each other, either first */
	core(1, 1, 1);
	run(20);
	core(0, 1, 1);
	run(60 * SEC);
	EXPECT_EQ(s->pe[0].serve_moves + s->pe[1].serve_moves, 0);
	/* only the other comes back */
	core(0, 1, 0);
	core(1, 1, 0);
	run(60 * SEC);
	core(1, 1, 1);
	run(6 * SEC);
	EXPECT_SERVES(1);
}

TEST(core_lost_shared_path)
{
	sim_steady(19);
	/* hellos and BFD run over the core too */
	s->ch[0].cut = s->ch[1].cut = true;
	run(DETECT);
	core(0, 1, 0);
	run(102);
	EXPECT_SERVES(1);
	EXPECT_EQ(s->pe[0].m.reason, ETRUNK_MREASON_CORE_DOWN);
	EXPECT_EQ(s->none_max, 0);
	EXPECT_LE(s->dual_max, 105);
	run(60 * SEC);
	EXPECT_SERVES(1);
	mark();
	s->ch[0].cut = s->ch[1].cut = false;
	run(50);
	core(0, 1, 1);
	run(60 * SEC);
	EXPECT_SERVES(0);
	EXPECT_EQ(s->none_max, 0);
	EXPECT_LE(s->dual_max, 3);
}

TEST(boot_cut_off_from_the_core)
{
	/* a PE that comes back isolated must not pull the CE to itself */
	sim_steady(20);
	power_off(0);
	run(30 * SEC);
	mark();
	s->ch[0].cut = s->ch[1].cut = true;
	power_on(0);
	run(10);
	core(0, 1, 0);
	run(200 * SEC);
	EXPECT_SERVES(1);
	EXPECT_EQ(s->pe[0].serve_moves, 0);
	EXPECT_ROLE(0, MASTER, ETRUNK_REASON_TIMEOUT);
}

TEST_HARNESS_MAIN
