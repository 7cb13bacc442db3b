// SPDX-License-Identifier: GPL-2.0
/*
 * The member election, every combination of what it looks at against rules
 * written down independently of its table.
 */
#include "member_fsm.h"
#include "../kselftest_harness.h"

#define SEC	1000000000ULL
#define NOW	(1000 * SEC)

struct in {
	u8 mode;		/* enum etrunk_member_mode */
	u8 role;		/* enum etrunk_trunk_state */
	bool phys;
	bool serving;
	bool core_lost;		/* and seen before */
	bool ready;
	bool delayed;		/* revert delay over */
	bool revert;
	bool settled;
	bool preferred;
	u8 peer;		/* 0 none, 1 without the member, 2 with it */
	bool p_able;
	bool p_serves;
	bool p_core;
	bool p_forced;
	int larger;		/* by capacity: > 0 ours, < 0 the peer's */
};

static const struct member_fsm_cfg base = {
	.mode = ETRUNK_MODE_AUTO,
	.revert = true,
	.core_tracking = true,
	.revert_delay_ms = 60000,
	.start_hold_ms = 500000,
	.core_hold_down_ms = 100,
	.core_hold_up_ms = 5000,
};

static void set_up(const struct in *in, struct member_fsm *m,
		   struct member_fsm_view *v)
{
	struct member_fsm_cfg cfg = base;

	cfg.mode = in->mode;
	cfg.revert = in->revert;
	cfg.select = ETRUNK_SELECT_LINK_NUMBER;
	member_fsm_init(m, &cfg);
	member_fsm_start(m, NOW - 400 * SEC);
	m->state = in->serving ? ETRUNK_MEMBER_MASTER : ETRUNK_MEMBER_BACKUP;
	m->phys = in->phys;
	m->services = 2;
	m->core_seen = true;
	m->core_ok = !in->core_lost;
	m->core_good = in->core_lost ? 0 : in->ready ? 2 : 1;
	m->capacity = 2;
	m->able = true;
	m->able_at = NOW - (in->delayed ? 61 : 59) * SEC;

	memset(v, 0, sizeof(*v));
	v->state = in->role;
	v->preferred = in->preferred;
	v->settle_ns = 3 * SEC;
	v->decided_at = NOW - (in->settled ? 4 : 2) * SEC;
	v->peer_valid = in->peer;
	v->peer_exists = in->peer == 2;
	v->select = ETRUNK_SELECT_LINK_NUMBER;
	v->links = 2;
	v->peer.links = 2 - in->larger;
	v->peer.phys = true;
	v->peer.able = in->p_able;
	v->peer.core_ok = in->p_core;
	v->peer.state = in->p_serves ? ETRUNK_MEMBER_MASTER :
				       ETRUNK_MEMBER_BACKUP;
	v->peer.mode = in->p_forced ? ETRUNK_MODE_FORCE_MASTER :
				      ETRUNK_MODE_AUTO;
}

/* shall it serve? in words of the design, not of the table */
static bool should_serve(const struct in *in)
{
	bool member = in->peer == 2;
	bool p_able = member && in->p_able;
	bool p_serves = member && in->p_serves;
	int larger = member && !in->p_forced ? in->larger : 0;
	bool first = larger ? larger > 0 : in->role == ETRUNK_TRUNK_MASTER;

	if (in->mode == ETRUNK_MODE_FORCE_MASTER)
		return true;
	if (in->mode == ETRUNK_MODE_FORCE_BACKUP)
		return false;
	if (in->role == ETRUNK_TRUNK_INIT || !in->phys)
		return false;
	/* core: yield to one who reaches it, or when alone */
	if (in->core_lost && (!in->peer || (member && in->p_core)))
		return false;
	if (!in->peer)
		return in->role == ETRUNK_TRUNK_MASTER;
	if (member && in->p_forced)
		return in->serving && !p_serves;
	/* nobody serves, and the preferred one may still come */
	if (!in->preferred && larger <= 0 && !in->serving && !p_serves &&
	    !in->settled)
		return false;
	if (first) {
		if (in->serving || !p_serves || !p_able)
			return true;
		return (in->revert || larger > 0) && in->delayed &&
		       in->ready && !in->core_lost;
	}
	if (!p_able)
		return true;
	/* stand-in: until the other serves */
	return in->serving && !p_serves;
}

TEST(every_combination)
{
	unsigned int n, bad = 0;

	for (n = 0; n < 3 * 3 * 3 * 3 << 12; n++) {
		unsigned int x = n >> 12;
		struct in in = {
			.mode = 1 + x % 3,
			.role = 1 + x / 3 % 3,
			.peer = x / 9 % 3,
			.larger = (int)(x / 27) - 1,
			.phys = n & 1,
			.serving = n & 2,
			.core_lost = n & 4,
			.ready = n & 8,
			.delayed = n & 16,
			.revert = n & 32,
			.settled = n & 64,
			.preferred = n & 128,
			.p_able = n & 256,
			.p_serves = n & 512,
			.p_core = n & 1024,
			.p_forced = n & 2048,
		};
		struct member_fsm_view v;
		struct member_fsm m;
		bool serves;

		set_up(&in, &m, &v);
		member_fsm_eval(&m, NOW, &v);
		serves = m.state == ETRUNK_MEMBER_MASTER;
		if (serves != should_serve(&in) && bad++ < 10)
			EXPECT_EQ(serves, should_serve(&in))
				TH_LOG("combination %#x", n);
		/* the same again changes nothing */
		EXPECT_EQ(member_fsm_eval(&m, NOW, &v) &
			  (MEMBER_ACT_STATE | MEMBER_ACT_HELLO), 0)
			TH_LOG("combination %#x is not stable", n);
		EXPECT_GT(m.next, NOW);
		if (in.mode == ETRUNK_MODE_AUTO &&
		    in.role == ETRUNK_TRUNK_INIT) {
			EXPECT_EQ(m.state, ETRUNK_MEMBER_NEGOTIATION);
		} else {
			EXPECT_NE(m.state, ETRUNK_MEMBER_NEGOTIATION);
		}
		EXPECT_GE(m.reason, ETRUNK_MREASON_FORCE_BACKUP);
		EXPECT_LE(m.reason,
			  ETRUNK_MREASON_LOCAL_BANDWIDTH_LARGE);
	}
	EXPECT_EQ(bad, 0);
}

/* by capacity: who falls behind loses at once, who gains waits */
TEST(capacity)
{
	struct in in = {
		.mode = ETRUNK_MODE_AUTO, .role = ETRUNK_TRUNK_BACKUP,
		.phys = true, .ready = true, .delayed = true, .settled = true,
		.peer = 2, .p_able = true, .p_serves = true,
	};
	struct member_fsm_view v;
	struct member_fsm m;

	set_up(&in, &m, &v);
	member_fsm_eval(&m, NOW, &v);
	EXPECT_EQ(m.state, ETRUNK_MEMBER_BACKUP);
	EXPECT_EQ(m.reason, ETRUNK_MREASON_ETRUNK_BACKUP);

	/* the peer loses a link: no delay, and not for revert off either */
	v.peer.links = 1;
	member_fsm_eval(&m, NOW, &v);
	EXPECT_EQ(m.state, ETRUNK_MEMBER_MASTER);
	EXPECT_EQ(m.reason, ETRUNK_MREASON_LOCAL_BANDWIDTH_LARGE);

	/* it has it back, and more, and takes over */
	v.peer.links = 3;
	member_fsm_eval(&m, NOW, &v);
	EXPECT_EQ(m.state, ETRUNK_MEMBER_BACKUP);
	EXPECT_EQ(m.reason, ETRUNK_MREASON_PEER_BANDWIDTH_LARGE);

	/* two new links here */
	v.links = 4;
	member_fsm_eval(&m, NOW, &v);
	EXPECT_EQ(m.state, ETRUNK_MEMBER_BACKUP);
	EXPECT_EQ(m.reason, ETRUNK_MREASON_REVERT_WAIT);
	EXPECT_EQ(m.next, NOW + 60 * SEC);
	member_fsm_eval(&m, NOW + 60 * SEC - 1, &v);
	EXPECT_EQ(m.state, ETRUNK_MEMBER_BACKUP);
	member_fsm_eval(&m, NOW + 60 * SEC, &v);
	EXPECT_EQ(m.state, ETRUNK_MEMBER_MASTER);

	/* a speed that is not known decides nothing */
	set_up(&in, &m, &v);
	v.select = ETRUNK_SELECT_BANDWIDTH;
	v.peer.speed = 1000;
	v.peer.links = 1;
	member_fsm_eval(&m, NOW, &v);
	EXPECT_EQ(m.state, ETRUNK_MEMBER_BACKUP);
	v.speed = 2000;
	member_fsm_eval(&m, NOW, &v);
	EXPECT_EQ(m.state, ETRUNK_MEMBER_MASTER);
}

TEST(never_two_by_election)
{
	unsigned int n;

	/*
	 * Both see each other right, exactly one is preferred and E-Trunk
	 * master: after each decided once, in either order, one serves, or a
	 * give-back is under way from one to the other.
	 */
	for (n = 0; n < 1 << 6; n++) {
		struct member_fsm m[2];
		unsigned int i, round, serving;

		for (i = 0; i < 2; i++) {
			struct in in = {
				.mode = ETRUNK_MODE_AUTO,
				.role = i ? ETRUNK_TRUNK_BACKUP :
					    ETRUNK_TRUNK_MASTER,
				.phys = n >> i & 1,
				.serving = n >> (2 + i) & 1,
				.ready = true,
				.delayed = true,
				.revert = n & 16,
				.settled = true,
				.preferred = !i,
				.peer = 2,
			};
			struct member_fsm_view v;

			set_up(&in, &m[i], &v);
		}
		for (round = 0; round < 8; round++) {
			unsigned int who = (round + (n >> 5)) % 2;
			struct member_fsm_view v = {
				.state = who ? ETRUNK_TRUNK_BACKUP :
					       ETRUNK_TRUNK_MASTER,
				.preferred = !who,
				.peer_valid = true,
				.peer_exists = true,
			};

			member_fsm_hello(&m[!who], &v.peer);
			member_fsm_eval(&m[who], NOW, &v);
			/* the CE takes in who invites it */
			member_fsm_link(&m[who], m[who].phys,
					m[who].state == ETRUNK_MEMBER_MASTER);
		}
		serving = (m[0].state == ETRUNK_MEMBER_MASTER) +
			  (m[1].state == ETRUNK_MEMBER_MASTER);
		EXPECT_EQ(serving, (n & 3) ? 1 : 0) TH_LOG("case %#x", n);
	}
}

TEST(hand_over_is_bounded)
{
	struct in in = {
		.mode = ETRUNK_MODE_AUTO, .role = ETRUNK_TRUNK_MASTER,
		.phys = true, .serving = true, .ready = true, .delayed = true,
		.settled = true, .preferred = true, .peer = 2, .p_able = true,
	};
	struct member_fsm_cfg cfg = base;
	struct member_fsm_view v;
	struct member_fsm m;

	set_up(&in, &m, &v);
	cfg.mode = ETRUNK_MODE_FORCE_BACKUP;
	member_fsm_config(&m, NOW, &cfg);
	EXPECT_TRUE(member_fsm_eval(&m, NOW, &v) & MEMBER_ACT_HELLO);
	EXPECT_EQ(m.state, ETRUNK_MEMBER_MASTER);
	EXPECT_FALSE(m.able);
	EXPECT_EQ(m.next, NOW + MEMBER_FSM_HANDOVER_MS * 1000000ULL);
	member_fsm_eval(&m, m.next, &v);
	EXPECT_EQ(m.state, ETRUNK_MEMBER_BACKUP);
	EXPECT_EQ(m.reason, ETRUNK_MREASON_FORCE_BACKUP);
}

/* Taking over from who serves: told only when the CE uses the link. */
static void join_begins(struct member_fsm *m, struct member_fsm_view *v)
{
	struct in in = {
		.mode = ETRUNK_MODE_AUTO, .role = ETRUNK_TRUNK_MASTER,
		.phys = true, .ready = true, .delayed = true, .revert = true,
		.settled = true, .preferred = true, .peer = 2, .p_able = true,
		.p_serves = true, .p_core = true,
	};

	set_up(&in, m, v);
	member_fsm_eval(m, NOW, v);
}

static u8 told_state(const struct member_fsm *m)
{
	struct trunk_pkt_member p;

	member_fsm_hello(m, &p);
	return p.state;
}

TEST(join_waits_for_the_ce)
{
	struct member_fsm_view v;
	struct member_fsm m;

	join_begins(&m, &v);
	EXPECT_EQ(m.state, ETRUNK_MEMBER_MASTER);
	EXPECT_TRUE(m.joining);
	EXPECT_EQ(told_state(&m), ETRUNK_MEMBER_BACKUP);
	EXPECT_EQ(m.next, NOW + MEMBER_FSM_JOIN_MS * 1000000ULL);

	member_fsm_link(&m, true, true);
	EXPECT_TRUE(member_fsm_eval(&m, NOW + 1000, &v) & MEMBER_ACT_HELLO);
	EXPECT_FALSE(m.joining);
	EXPECT_EQ(told_state(&m), ETRUNK_MEMBER_MASTER);

	/* not again while it serves, whatever the CE says later */
	member_fsm_link(&m, true, false);
	member_fsm_eval(&m, NOW + 2000, &v);
	EXPECT_FALSE(m.joining);
}

TEST(join_is_bounded)
{
	struct member_fsm_view v;
	struct member_fsm m;

	join_begins(&m, &v);
	member_fsm_eval(&m, m.next - 1, &v);
	EXPECT_TRUE(m.joining);
	member_fsm_eval(&m, NOW + MEMBER_FSM_JOIN_MS * 1000000ULL, &v);
	EXPECT_FALSE(m.joining);
	EXPECT_EQ(told_state(&m), ETRUNK_MEMBER_MASTER);
}

TEST(join_ends_when_nobody_serves)
{
	struct member_fsm_view v;
	struct member_fsm m;

	join_begins(&m, &v);
	v.peer.state = ETRUNK_MEMBER_BACKUP;
	member_fsm_eval(&m, NOW + 1000, &v);
	EXPECT_FALSE(m.joining);

	join_begins(&m, &v);
	v.peer_valid = false;
	member_fsm_eval(&m, NOW + 1000, &v);
	EXPECT_FALSE(m.joining);
	EXPECT_EQ(m.state, ETRUNK_MEMBER_MASTER);

	join_begins(&m, &v);
	member_fsm_link(&m, false, false);
	member_fsm_eval(&m, NOW + 1000, &v);
	EXPECT_FALSE(m.joining);
	EXPECT_EQ(m.state, ETRUNK_MEMBER_BACKUP);
}

TEST(no_join_where_nobody_serves)
{
	struct in in = {
		.mode = ETRUNK_MODE_AUTO, .role = ETRUNK_TRUNK_MASTER,
		.phys = true, .ready = true, .delayed = true, .revert = true,
		.settled = true, .preferred = true, .peer = 2, .p_able = true,
		.p_core = true,
	};
	struct member_fsm_view v;
	struct member_fsm m;

	set_up(&in, &m, &v);
	member_fsm_eval(&m, NOW, &v);
	EXPECT_EQ(m.state, ETRUNK_MEMBER_MASTER);
	EXPECT_FALSE(m.joining);
}

TEST_HARNESS_MAIN
