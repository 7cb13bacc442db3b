// SPDX-License-Identifier: GPL-2.0
/* The simulation of trunk_sim.h. */
#include <stdlib.h>

#include "trunk_sim.h"

struct sim *s;

static u64 rnd_state;

u64 rnd(void)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 7;
	rnd_state ^= rnd_state << 17;
	return rnd_state;
}

u64 ns(void)
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

bool serves(const struct pe *pe)
{
	return pe->alive && pe->m.state == ETRUNK_MEMBER_MASTER;
}

/* what trunk.c does after every event */
void settle(unsigned int n, u32 acts)
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
	v.claims = trunk_fsm_claims(&pe->t, ns());
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

void receive(unsigned int to, const struct packet *p)
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
	if (result == TRUNK_RX_ACCEPTED || result == TRUNK_RX_BELIEVED) {
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

void bfd_event(unsigned int n, enum trunk_fsm_bfd what)
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

void step(void)
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

void run(u64 steps)
{
	while (steps--)
		step();
}

/* forget what was watched so far */
void mark(void)
{
	s->none = s->none_max = s->dual = s->dual_max = s->dual_total = 0;
	s->since = s->now;
	s->pe[0].serve_moves = s->pe[1].serve_moves = 0;
	s->pe[0].role_moves = s->pe[1].role_moves = 0;
	s->pe[0].accepted = s->pe[1].accepted = 0;
	s->pe[0].refused = s->pe[1].refused = 0;
	s->pe[0].sent = s->pe[1].sent = 0;
}

void power_off(unsigned int n)
{
	s->pe[n].alive = false;
	s->pe[n].bfd_up = false;
	s->pe[n].bfd_signal = false;
}

void power_on(unsigned int n)
{
	struct pe *pe = &s->pe[n];
	struct trunk_fsm_cfg cfg = {
		.id = 1,
		.priority = n ? 20 : 10,
		.high = n,
		.usable = true,
		.unprotected = pe->unprotected,
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

void core(unsigned int n, unsigned int services, unsigned int good)
{
	member_fsm_core(&s->pe[n].m, ns(), services, good);
	settle(n, 0);
}

void links(unsigned int n, bool up)
{
	member_fsm_link(&s->pe[n].m, up, true);
	settle(n, 0);
}

void mode(unsigned int n, u8 mode)
{
	s->pe[n].mcfg.mode = mode;
	member_fsm_config(&s->pe[n].m, ns(), &s->pe[n].mcfg);
	settle(n, 0);
}

/* the operator switches replay protection */
void protect(unsigned int n, bool on)
{
	struct pe *pe = &s->pe[n];
	struct trunk_fsm_cfg cfg = pe->t.cfg;

	pe->unprotected = !on;
	cfg.unprotected = !on;
	settle(n, trunk_fsm_config(&pe->t, ns(), &cfg, rnd()));
}

void sim_init(u64 seed)
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
void sim_steady(u64 seed)
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

/* inject a recorded hello of @from into the other one */
void replay(unsigned int from, unsigned int i)
{
	receive(!from, &s->record[from][i]);
}
