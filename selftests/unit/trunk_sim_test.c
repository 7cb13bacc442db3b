// SPDX-License-Identifier: GPL-2.0
/*
 * Two PEs in virtual time: the role machine, the member election and the hello
 * codec of each, joined by two one-way channels that lose, delay, stop and
 * replay, with a model of BFD beside them.
 *
 *	PE 0 (priority 10)  --- channel 0 --->  PE 1 (priority 20)
 *	                    <-- channel 1 ----
 *
 * Time runs in steps of 1 ms, a hello takes one. At every step the number of
 * members that serve is looked at: for how long was there none, or two?
 */
#include <stdio.h>
#include <stdlib.h>
#include "member_fsm.h"
#include "trunk_fsm.h"
#include "trunk_pkt.h"
#include "../kselftest_harness.h"

#define MS		1000000ULL
#define SEC		1000ULL	/* in steps */
#define DETECT		30	/* steps of BFD detection */
#define BFD_UP_AFTER	1000	/* steps of a good path until BFD is Up */
#define QUEUE		4096
#define RECORD		20000
#define BUF		256

struct packet {
	u64 at;
	u16 len;
	u8 buf[BUF];
};

struct chan {
	bool cut;	/* nothing passes */
	bool bfd_cut;	/* BFD does not */
	unsigned int loss;	/* of 100 hellos */
	unsigned int delay;	/* steps */
	unsigned int head, tail;
	struct packet q[QUEUE];
};

struct pe {
	bool alive;
	struct trunk_fsm t;
	struct member_fsm m;
	struct member_fsm_cfg mcfg;
	bool peer_exists;
	struct trunk_pkt_member peer;
	/* BFD */
	bool bfd;	/* configured */
	bool bfd_up;
	bool bfd_signal;	/* says Down to the peer */
	unsigned int bfd_lost, bfd_good;
	/* watched */
	unsigned int serve_moves;	/* changes to or from serving */
	unsigned int role_moves;
	unsigned int accepted, refused, sent;
};

static struct sim {
	u64 now;	/* steps */
	struct pe pe[2];
	struct chan ch[2];
	/* everything ever sent, by sender */
	unsigned int recorded[2];
	struct packet record[2][RECORD];
	/* watched */
	u64 none, none_max, dual, dual_max, dual_total;
	u64 since;
} *s;

static u64 rnd_state;

static u64 rnd(void)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 7;
	rnd_state ^= rnd_state << 17;
	return rnd_state;
}

static u64 ns(void)
{
	return s->now * MS;
}

static void transmit(unsigned int from)
{
	struct pe *pe = &s->pe[from];
	struct chan *ch = &s->ch[from];
	struct trunk_pkt_member m = { .id = 1, .remote_id = 1, .links = 1 };
	struct packet p;
	struct trunk_pkt pkt;

	trunk_fsm_hello(&pe->t, ns(), &pkt);
	p.len = trunk_pkt_build(p.buf, &pkt, 0, 1);
	member_fsm_hello(&pe->m, &m);
	trunk_pkt_put_member(p.buf, 0, &m);
	pe->sent++;

	if (s->recorded[from] < RECORD)
		s->record[from][s->recorded[from]++] = p;
	if (ch->cut || rnd() % 100 < ch->loss)
		return;
	p.at = s->now + 1 + ch->delay;
	if (ch->tail - ch->head < QUEUE)
		ch->q[ch->tail++ % QUEUE] = p;
}

static bool serves(const struct pe *pe)
{
	return pe->alive && pe->m.state == ETRUNK_MEMBER_MASTER;
}

/* what trunk.c does after every event */
static void settle(unsigned int n, u32 acts)
{
	struct pe *pe = &s->pe[n];
	struct member_fsm_view v;
	bool was = serves(pe);
	u32 macts;

	acts |= trunk_fsm_members(&pe->t, ns(), !pe->m.phys);
	if (acts & TRUNK_ACT_STATE)
		pe->role_moves++;
	if ((acts & TRUNK_ACT_STATE) && pe->t.state == ETRUNK_TRUNK_INIT)
		member_fsm_start(&pe->m, ns());

	memset(&v, 0, sizeof(v));
	v.state = pe->t.state;
	v.peer_valid = pe->t.peer.fresh;
	v.preferred = trunk_fsm_preferred(&pe->t);
	v.decided_at = pe->t.decided_at;
	v.settle_ns = member_fsm_settle_ns(trunk_fsm_fail_ms(&pe->t.cfg));
	v.peer_exists = pe->peer_exists;
	v.peer = pe->peer;
	macts = member_fsm_eval(&pe->m, ns(), &v);
	if (macts & (MEMBER_ACT_STATE | MEMBER_ACT_HELLO)) {
		trunk_fsm_hurry(&pe->t, ns());
		acts |= TRUNK_ACT_TX;
	}
	if (was != serves(pe))
		pe->serve_moves++;
	if ((acts & TRUNK_ACT_TX) && pe->t.cfg.usable)
		transmit(n);
}

static void receive(unsigned int to, const struct packet *p)
{
	struct pe *pe = &s->pe[to];
	enum trunk_fsm_rx result;
	struct trunk_pkt_frame frame;
	struct trunk_pkt_member m;
	struct trunk_pkt pkt;
	size_t pos = 0;
	u32 acts;

	if (!pe->alive)
		return;
	if (trunk_pkt_frame(p->buf, p->len, &frame) ||
	    trunk_pkt_parse(p->buf, p->len, &pkt))
		abort();
	acts = trunk_fsm_rx(&pe->t, ns(), &pkt, rnd(), &result);
	if (result == TRUNK_RX_ACCEPTED) {
		pe->accepted++;
		pe->peer_exists = false;
		while ((pos = trunk_pkt_next_member(p->buf, frame.body_len,
						    pos, &m))) {
			pe->peer_exists = true;
			pe->peer = m;
		}
	} else {
		pe->refused++;
	}
	settle(to, acts);
}

static void bfd_event(unsigned int n, enum trunk_fsm_bfd what)
{
	settle(n, trunk_fsm_bfd(&s->pe[n].t, ns(), what, rnd()));
}

/* detection after DETECT without packets; Down is signalled where that passes */
static void bfd_step(unsigned int n)
{
	struct pe *pe = &s->pe[n], *peer = &s->pe[!n];
	bool rx = peer->alive && peer->bfd && !s->ch[!n].cut &&
		  !s->ch[!n].bfd_cut;
	bool tx = !s->ch[n].cut && !s->ch[n].bfd_cut;

	if (!pe->alive || !pe->bfd)
		return;
	pe->bfd_lost = rx ? 0 : pe->bfd_lost + 1;
	pe->bfd_good = rx && tx && peer->alive ? pe->bfd_good + 1 : 0;

	if (pe->bfd_up && pe->bfd_lost >= DETECT) {
		pe->bfd_up = false;
		pe->bfd_signal = true;
		bfd_event(n, TRUNK_BFD_EXPIRED);
	} else if (pe->bfd_up && rx && peer->bfd_signal) {
		pe->bfd_up = false;
		bfd_event(n, TRUNK_BFD_SIGNALLED);
	} else if (!pe->bfd_up && pe->bfd_good >= BFD_UP_AFTER) {
		pe->bfd_up = true;
		pe->bfd_signal = false;
		bfd_event(n, TRUNK_BFD_UP);
	}
}

static void watch(void)
{
	bool a = serves(&s->pe[0]), b = serves(&s->pe[1]);

	s->none = a || b ? 0 : s->none + 1;
	s->dual = a && b ? s->dual + 1 : 0;
	s->dual_total += a && b;
	if (s->none > s->none_max)
		s->none_max = s->none;
	if (s->dual > s->dual_max)
		s->dual_max = s->dual;
}

static void step(void)
{
	unsigned int n;

	s->now++;
	for (n = 0; n < 2; n++) {
		struct chan *ch = &s->ch[n];

		while (ch->head != ch->tail &&
		       ch->q[ch->head % QUEUE].at <= s->now)
			receive(!n, &ch->q[ch->head++ % QUEUE]);
	}
	for (n = 0; n < 2; n++)
		bfd_step(n);
	for (n = 0; n < 2; n++) {
		struct pe *pe = &s->pe[n];

		if (pe->alive && (trunk_fsm_deadline(&pe->t) <= ns() ||
				  pe->m.next <= ns()))
			settle(n, trunk_fsm_timer(&pe->t, ns(), rnd()));
	}
	watch();
}

static void run(u64 steps)
{
	while (steps--)
		step();
}

/* forget what was watched so far */
static void mark(void)
{
	s->none = s->none_max = s->dual = s->dual_max = s->dual_total = 0;
	s->since = s->now;
	s->pe[0].serve_moves = s->pe[1].serve_moves = 0;
	s->pe[0].role_moves = s->pe[1].role_moves = 0;
	s->pe[0].accepted = s->pe[1].accepted = 0;
	s->pe[0].refused = s->pe[1].refused = 0;
	s->pe[0].sent = s->pe[1].sent = 0;
}

static void power_off(unsigned int n)
{
	s->pe[n].alive = false;
	s->pe[n].bfd_up = false;
	s->pe[n].bfd_signal = false;
}

static void power_on(unsigned int n)
{
	struct pe *pe = &s->pe[n];
	struct trunk_fsm_cfg cfg = {
		.id = 1,
		.priority = n ? 20 : 10,
		.high = n,
		.usable = true,
		.hello_ms = 1000,
		.multiplier = 20,
		.system_id = { 2, 0, 0, 0, 0, n },
		.lacp_system = { 2, 1, 1, 1, 1, 1 },
		.lacp_priority = 32768,
	};

	pe->alive = true;
	pe->bfd = true;
	pe->bfd_lost = 0;
	pe->bfd_good = 0;
	pe->peer_exists = false;
	trunk_fsm_init(&pe->t, &cfg);
	member_fsm_init(&pe->m, &pe->mcfg);
	member_fsm_start(&pe->m, ns());
	member_fsm_link(&pe->m, true, true);
	settle(n, trunk_fsm_start(&pe->t, ns(), rnd(), rnd()));
}

static void core(unsigned int n, unsigned int services, unsigned int good)
{
	member_fsm_core(&s->pe[n].m, ns(), services, good);
	settle(n, 0);
}

static void links(unsigned int n, bool up)
{
	member_fsm_link(&s->pe[n].m, up, true);
	settle(n, 0);
}

static void mode(unsigned int n, u8 mode)
{
	s->pe[n].mcfg.mode = mode;
	member_fsm_config(&s->pe[n].m, ns(), &s->pe[n].mcfg);
	settle(n, 0);
}

static void sim_init(u64 seed)
{
	unsigned int n;

	if (!s)
		s = malloc(sizeof(*s));
	memset(s, 0, sizeof(*s));
	rnd_state = seed * 0x9e3779b97f4a7c15ULL + 1;
	s->now = 1000;
	for (n = 0; n < 2; n++)
		s->pe[n].mcfg = (struct member_fsm_cfg) {
			.mode = ETRUNK_MODE_AUTO,
			.revert = true,
			.core_tracking = true,
			.revert_delay_ms = 5000,
			.start_hold_ms = 30000,
			.core_hold_down_ms = 100,
			.core_hold_up_ms = 5000,
		};
}

/* both up, services working, PE 0 serves */
static void sim_steady(u64 seed)
{
	sim_init(seed);
	power_on(0);
	power_on(1);
	run(10);
	core(0, 1, 1);
	core(1, 1, 1);
	run(60 * SEC);
	mark();
}

#define EXPECT_SERVES(n) do {						\
	EXPECT_EQ(serves(&s->pe[0]), (n) == 0);				\
	EXPECT_EQ(serves(&s->pe[1]), (n) == 1);				\
} while (0)

#define EXPECT_ROLE(n, st, why) do {					\
	EXPECT_EQ(s->pe[n].t.state, st);				\
	EXPECT_EQ(s->pe[n].t.reason, why);				\
} while (0)

#define MASTER	ETRUNK_TRUNK_MASTER
#define BACKUP	ETRUNK_TRUNK_BACKUP

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

/* inject a recorded hello of @from into the other one */
static void replay(unsigned int from, unsigned int i)
{
	receive(!from, &s->record[from][i]);
}

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
