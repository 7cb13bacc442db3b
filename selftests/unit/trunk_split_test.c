// SPDX-License-Identifier: GPL-2.0
/* The role machine with a backup path, hello by hello. */
#include "trunk_fsm.h"
#include "../kselftest_harness.h"

#define MS	1000000ULL

static struct trunk_fsm f;
static enum trunk_fsm_rx result;
static u64 now;

/* PE 10 of two, two-way with a peer of session 2 that said @seq last */
static void begin(bool split_master)
{
	const struct trunk_fsm_cfg cfg = {
		.id = 1, .priority = 10, .usable = true, .backup = true,
		.split_master = split_master, .hello_ms = 500, .multiplier = 4,
		.system_id = { 2, 0, 0, 0, 0, 1 },
	};

	now = 1000 * MS;
	trunk_fsm_init(&f, &cfg);
	trunk_fsm_start(&f, now, 1, 77);
}

static u32 rx(u64 seq, u8 path, u64 echo, bool query)
{
	const struct trunk_pkt pkt = {
		.id = 1, .high = true, .priority = 20, .path = path,
		.state = ETRUNK_TRUNK_BACKUP, .reason = ETRUNK_REASON_PRI,
		.fail_time_ms = 2000, .system_id = { 2, 0, 0, 0, 0, 2 },
		.sess = 2, .seq = seq, .chal = 88, .resp_sess = 1,
		.resp_chal = 77, .echo_sess = 1, .echo_seq = echo,
		.query = query,
	};

	return trunk_fsm_rx(&f, now, &pkt, 77, &result);
}

static u64 hello(void)
{
	struct trunk_pkt pkt;

	trunk_fsm_hello(&f, now, &pkt);
	return pkt.query ? pkt.seq : 0;
}

static bool fault(unsigned int which)
{
	return f.faults & BIT(which);
}

static void both_up(bool split_master)
{
	begin(split_master);
	hello();
	rx(1, TRUNK_PRIMARY, 1, false);
	rx(1, TRUNK_BACKUP, 1, false);
}

TEST(a_copy_is_no_replay_and_counts_for_its_path_only)
{
	u64 last;

	begin(false);
	hello();
	rx(1, TRUNK_PRIMARY, 1, false);
	EXPECT_EQ(result, TRUNK_RX_ACCEPTED);
	EXPECT_TRUE(f.path[TRUNK_PRIMARY].up);
	EXPECT_FALSE(f.path[TRUNK_BACKUP].up);
	last = f.peer.last_rx;
	now += 5 * MS;
	rx(1, TRUNK_BACKUP, 1, false);
	EXPECT_EQ(result, TRUNK_RX_COPY);
	EXPECT_TRUE(f.path[TRUNK_BACKUP].up);
	EXPECT_EQ(f.path[TRUNK_BACKUP].since, now);
	EXPECT_EQ(f.peer.last_rx, last);
	/* once */
	rx(1, TRUNK_BACKUP, 1, false);
	EXPECT_EQ(result, TRUNK_RX_SEQUENCE);
	rx(1, TRUNK_PRIMARY, 1, false);
	EXPECT_EQ(result, TRUNK_RX_SEQUENCE);
	/* the other way round, and one that overtook another */
	rx(3, TRUNK_BACKUP, 1, false);
	EXPECT_EQ(result, TRUNK_RX_ACCEPTED);
	rx(2, TRUNK_PRIMARY, 1, false);
	EXPECT_EQ(result, TRUNK_RX_COPY);
	/* one of long ago is no copy */
	rx(2 + TRUNK_FSM_BEHIND, TRUNK_PRIMARY, 1, false);
	EXPECT_EQ(result, TRUNK_RX_ACCEPTED);
	rx(40, TRUNK_PRIMARY, 1, false);
	rx(20, TRUNK_BACKUP, 1, false);
	EXPECT_EQ(result, TRUNK_RX_SEQUENCE);
}

TEST(without_a_backup_path_every_copy_is_a_replay)
{
	begin(false);
	f.cfg.backup = false;
	hello();
	rx(1, TRUNK_PRIMARY, 1, false);
	rx(1, TRUNK_PRIMARY, 1, false);
	EXPECT_EQ(result, TRUNK_RX_SEQUENCE);
	EXPECT_FALSE(fault(TRUNK_FAULT_BACKUP_PATH));
	/* and BFD is believed at once */
	trunk_fsm_bfd(&f, now, TRUNK_BFD_EXPIRED, 5);
	EXPECT_EQ(f.reason, ETRUNK_REASON_BFD_DOWN);
}

TEST(a_path_that_falls_silent_is_a_fault)
{
	unsigned int i;

	both_up(false);
	for (i = 2; i < 6; i++) {
		now += 500 * MS;
		trunk_fsm_timer(&f, now, 5);
		hello();
		rx(i, TRUNK_PRIMARY, f.seq, false);
	}
	EXPECT_FALSE(f.path[TRUNK_BACKUP].up);
	EXPECT_TRUE(fault(TRUNK_FAULT_BACKUP_PATH));
	EXPECT_FALSE(fault(TRUNK_FAULT_PRIMARY_PATH));
	EXPECT_EQ(f.state, ETRUNK_TRUNK_MASTER);
	EXPECT_EQ(f.reason, ETRUNK_REASON_PRI);
	rx(5, TRUNK_BACKUP, f.seq, false);
	EXPECT_FALSE(fault(TRUNK_FAULT_BACKUP_PATH));
}

TEST(a_path_that_never_worked_is_a_fault_after_the_fail_time)
{
	begin(false);
	hello();
	rx(1, TRUNK_PRIMARY, 1, false);
	EXPECT_EQ(f.state, ETRUNK_TRUNK_MASTER);
	EXPECT_FALSE(fault(TRUNK_FAULT_BACKUP_PATH));
	now += 1500 * MS;
	rx(2, TRUNK_PRIMARY, 1, false);
	EXPECT_LE(trunk_fsm_deadline(&f), now + 500 * MS);
	now += 500 * MS;
	trunk_fsm_timer(&f, now, 5);
	EXPECT_TRUE(fault(TRUNK_FAULT_BACKUP_PATH));
}

TEST(an_answer_on_the_backup_path_keeps_the_roles)
{
	u64 asked;

	both_up(false);
	EXPECT_TRUE(trunk_fsm_bfd(&f, now, TRUNK_BFD_EXPIRED, 5) &
		    TRUNK_ACT_TX);
	EXPECT_EQ(f.reason, ETRUNK_REASON_PRI);
	EXPECT_TRUE(fault(TRUNK_FAULT_PRIMARY_PATH));
	EXPECT_TRUE(fault(TRUNK_FAULT_BFD_DOWN));
	asked = hello();
	EXPECT_GT(asked, 0);
	now += 20 * MS;
	/* sent before it was asked */
	rx(2, TRUNK_BACKUP, asked - 1, false);
	EXPECT_EQ(result, TRUNK_RX_ACCEPTED);
	EXPECT_GT(hello(), 0);
	rx(3, TRUNK_BACKUP, asked, false);
	EXPECT_EQ(hello(), 0);
	now += 100 * MS;
	trunk_fsm_timer(&f, now, 5);
	EXPECT_EQ(f.reason, ETRUNK_REASON_PRI);
	EXPECT_TRUE(f.peer.fresh);
	/* hellos on the primary path clear its fault */
	rx(4, TRUNK_PRIMARY, asked, false);
	EXPECT_FALSE(fault(TRUNK_FAULT_PRIMARY_PATH));
}

/* replay protection is off: believed, but it does not tell who lives now */
TEST(a_recording_that_asks_is_no_answer)
{
	both_up(false);
	f.cfg.unprotected = true;
	rx(40, TRUNK_PRIMARY, 1, false);
	trunk_fsm_bfd(&f, now, TRUNK_BFD_EXPIRED, 5);
	rx(20, TRUNK_BACKUP, 1, true);
	EXPECT_EQ(result, TRUNK_RX_BELIEVED);
	EXPECT_GT(hello(), 0);
	now += TRUNK_FSM_QUERY_MS * MS;
	trunk_fsm_timer(&f, now, 5);
	EXPECT_EQ(f.reason, ETRUNK_REASON_BFD_DOWN);
	rx(21, TRUNK_BACKUP, 1, true);
	EXPECT_EQ(result, TRUNK_RX_SEQUENCE);
}

TEST(a_peer_that_asks_itself_lives)
{
	both_up(false);
	trunk_fsm_bfd(&f, now, TRUNK_BFD_EXPIRED, 5);
	rx(2, TRUNK_BACKUP, 1, true);
	EXPECT_EQ(hello(), 0);
	EXPECT_EQ(f.reason, ETRUNK_REASON_PRI);
}

TEST(no_answer_is_death_after_the_query)
{
	unsigned int asked = 0;
	u64 t0;

	both_up(false);
	t0 = now;
	trunk_fsm_bfd(&f, now, TRUNK_BFD_EXPIRED, 5);
	asked += hello() > 0;
	while (f.peer.fresh) {
		EXPECT_LE(now - t0, TRUNK_FSM_QUERY_MS * MS);
		now = trunk_fsm_deadline(&f);
		if (trunk_fsm_timer(&f, now, 5) & TRUNK_ACT_TX)
			asked += hello() > 0;
	}
	EXPECT_EQ(now - t0, TRUNK_FSM_QUERY_MS * MS);
	EXPECT_GE(asked, 4);
	EXPECT_EQ(f.state, ETRUNK_TRUNK_MASTER);
	EXPECT_EQ(f.reason, ETRUNK_REASON_BFD_DOWN);
	EXPECT_TRUE(fault(TRUNK_FAULT_PRIMARY_PATH));
	EXPECT_TRUE(fault(TRUNK_FAULT_BACKUP_PATH));
	EXPECT_TRUE(fault(TRUNK_FAULT_NO_PEER));
}

TEST(a_query_is_answered_but_not_without_limit)
{
	unsigned int i, n = 0;

	both_up(false);
	EXPECT_FALSE(rx(2, TRUNK_BACKUP, 1, false) & TRUNK_ACT_TX);
	for (i = 3; i < 203; i++)
		n += !!(rx(i, TRUNK_BACKUP, 1, true) & TRUNK_ACT_TX);
	EXPECT_GE(n, 1);
	EXPECT_LE(n, 64);
}

TEST(policy_master_believes_the_primary_path_alone)
{
	both_up(true);
	rx(2, TRUNK_BACKUP, 1, false);
	EXPECT_EQ(result, TRUNK_RX_COPY);
	trunk_fsm_bfd(&f, now, TRUNK_BFD_EXPIRED, 5);
	EXPECT_EQ(f.reason, ETRUNK_REASON_BFD_DOWN);
	EXPECT_TRUE(f.path[TRUNK_BACKUP].up);
	EXPECT_FALSE(fault(TRUNK_FAULT_BACKUP_PATH));
	rx(3, TRUNK_BACKUP, 1, false);
	EXPECT_EQ(result, TRUNK_RX_COPY);
	EXPECT_FALSE(f.peer.fresh);
	EXPECT_FALSE(fault(TRUNK_FAULT_DUAL_MASTER));
	/* the peer says that it serves, too */
	f.informed = ETRUNK_TRUNK_MASTER;
	trunk_fsm_timer(&f, now + MS, 5);
	EXPECT_TRUE(fault(TRUNK_FAULT_DUAL_MASTER));
}

TEST_HARNESS_MAIN
