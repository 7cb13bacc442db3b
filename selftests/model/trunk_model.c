// SPDX-License-Identifier: GPL-2.0
/*
 * Model check of the E-Trunk: two PEs, each with the role machine and the member
 * election of the module (kmod/trunk_fsm.c, kmod/member_fsm.c, the very files),
 * on two one-way channels with BFD beside them. Every schedule of at most so
 * many faults is walked through, however late each of them comes:
 *
 *	- a fault may happen at every instant at which anything happens;
 *	- between faults both machines run by their own timers;
 *	- a state that was seen before with as many faults left is not walked
 *	  again. States are compared without regard to the clock, to the values
 *	  of random numbers, and to sequence numbers but for their order, which
 *	  is all that the machines use. So walks end, and what is found stands for
 *	  all time.
 *
 * What is wanted, each with a bound in ms (see bounds()) that counts from when
 * it was not so, or from the last fault if that was later:
 *
 *	DUAL	while hellos pass both ways, two members do not both serve
 *	ONE_WAY	nor while they pass one way only, and who hears knows the peer
 *	NONE	while a PE can serve, one does
 *	TALK	where hellos pass both ways, both sides know it
 *	REST	who serves does not change any more; until then, it changed no
 *		more often than a bound of its own
 *	SPLIT	with a backup path and nothing but paths that fail: PEs that talk
 *		do not lose each other while one path works both ways (no bound)
 *	SILENT	two masters that can hear each other are a fault at one of them
 *	SPIN	no timer is due again as soon as it was served (no bound)
 *	ORDER	no hello is accepted after a later one of the same PE, whichever
 *		of its sessions they are of (no bound)
 *
 * Where replay protection is off and hellos are kept, a PE may be fooled: then
 * SILENT and SPIN are all that is wanted.
 *
 * With a backup path each direction of either path is cut for itself, and "pass
 * both ways" means on any of them. A hello takes 1 ms; the CE lets a link into its bundle some time after it is
 * invited. BFD detects in 30 ms. A PE in init that only ever heard the peer one
 * way takes its hellos for recordings: both serve then, and no bound holds.
 *
 *	trunk_model [NAME...]
 *
 * TAP, a case per alphabet of faults and configuration, with the most that was
 * seen; the way to the first violation is told. Exit 1 if there was one.
 */
#include <stdio.h>
#include <stdlib.h>

#include "member_fsm.h"
#include "trunk_fsm.h"

#define MS		1000000ULL
#define SEC		1000U
#define DETECT		30	/* ms, of BFD */
#define BFD_UP_AFTER	1000	/* ms of a good path until BFD is Up */
#define HELLO		500
#define FAIL		1500
#define TRANSIT		1
#define FLIGHT		16	/* hellos of a channel under way */

/* what may happen, and how it is called in the way to a violation */
enum fault {
	CRASH,
	STALL,
	CUT,
	CUT_BACKUP,
	CUT_BFD,
	LINK,
	CORE,
	LOSE,
	KEEP,
	HAND_OVER,
	FAULT_N,
	RELEASE = FAULT_N,	/* of what was kept: no fault of its own */
};

static const char * const fault_name[] = {
	[CRASH]		= "power of PE",
	[STALL]		= "stall of PE",
	[CUT]		= "cut of what is sent by PE",
	[CUT_BACKUP]	= "cut of what is sent on the backup path by PE",
	[CUT_BFD]	= "cut of the BFD sent by PE",
	[LINK]		= "links of PE",
	[CORE]		= "core of PE",
	[LOSE]		= "lost, a hello of PE",
	[KEEP]		= "kept a copy of a hello of PE",
	[HAND_OVER]	= "switchover or back, of PE",
	[RELEASE]	= "that copy arrives, of PE",
};

struct hello {
	u64 at;
	struct trunk_pkt pkt;
	struct trunk_pkt_member m;
};

struct chan {
	bool cut[TRUNK_PATHS];
	bool bfd_cut;
	u8 n;
	struct hello q[FLIGHT];
};

struct pe {
	bool alive;
	bool links;
	bool core;
	u64 bundles_at;		/* when the CE uses its links, 0 = not coming */
	struct trunk_fsm t;
	struct member_fsm m;
	bool peer_exists;
	struct trunk_pkt_member peer;
	u64 services_at;	/* when its services are there, 0 = they are */
	bool bfd_up;
	bool bfd_signal;	/* says Down to the peer */
	u64 bfd_expires;	/* 0 = not */
	u64 bfd_rises;		/* 0 = not */
	/* watched, over all its lives: the last hello that it accepted */
	u64 was_sess, was_seq;
};

struct world {
	u64 now;
	u64 random;
	struct pe pe[2];
	struct chan ch[2];
	struct hello kept;
	u8 kept_from;		/* 2 = nothing is kept */
	/* watched */
	u8 left;		/* faults */
	u64 last_fault;
	u64 dual_since;		/* U64_MAX = not */
	u64 none_since;
	u64 deaf_since;
	u64 silent_since;
	bool guarded;		/* two-way ever since a path was both ways */
	u8 moves;		/* since the last fault */
	u8 served;		/* BIT(PE), at the last instant */
	u8 repeats;		/* of the instant */
};

/**
 * struct limits - what a case has to keep, ms
 * @dual: DUAL
 * @one_way: ONE_WAY
 * @none: NONE
 * @silent: SILENT
 * @talk: TALK
 * @rest: REST
 * @moves: REST
 */
struct limits {
	u32 dual;
	u32 one_way;
	u32 none;
	u32 silent;
	u32 talk;
	u32 rest;
	u8 moves;
};

struct model {
	const char *name;
	u8 faults;	/* how many */
	u16 alphabet;	/* BIT(enum fault) */
	bool bfd;
	bool backup;	/* there is a backup path */
	bool guards;	/* SPLIT is wanted */
	bool quick;	/* one takeover, while BFD is Up: NONE is short */
	u32 backup_ms;	/* how long a hello takes on it, 0 = TRANSIT */
	u8 unprotected;	/* BIT(PE): its replay protection is off */
	bool fooled;	/* by hellos that were kept */
	bool boot;	/* PE 1 starts at any offset to PE 0, nothing is steady */
	bool no_revert;
	u32 revert_delay_ms;
	u32 start_hold_ms;
	u32 services_ms;	/* until a PE that starts has its services */
	u32 ce_ms;		/* until the CE uses an invited link, NEVER_SAYS */
};

#define NEVER_SAYS	U32_MAX

#define HANDSHAKE	(BIT(CRASH) | BIT(LOSE) | BIT(KEEP))
#define PATH		(BIT(CUT) | BIT(CUT_BFD) | BIT(LOSE))
#define EVERYTHING	((BIT(FAULT_N) - 1) & ~BIT(CUT_BACKUP))
#define TWO_PATHS	(BIT(CRASH) | BIT(CUT) | BIT(CUT_BACKUP) | BIT(LOSE))

#define TIMES .revert_delay_ms = 700, .start_hold_ms = 2000, .services_ms = 300
#define QUICK .revert_delay_ms = 100

static const struct model models[] = {
	{ "everything", 3, EVERYTHING, .bfd = true, TIMES },
	{ "slow_ce", 3, EVERYTHING, .bfd = true, .ce_ms = 100, TIMES },
	{ "silent_ce", 3, EVERYTHING, .bfd = true, .ce_ms = NEVER_SAYS, TIMES },
	{ "without_bfd", 3, EVERYTHING & ~BIT(CUT_BFD), TIMES },
	{ "no_revert", 3, EVERYTHING, .bfd = true, .no_revert = true,
	  .start_hold_ms = 2000, .services_ms = 300 },
	{ "boot", 1, EVERYTHING, .bfd = true, .boot = true, TIMES },
	{ "boot_without_bfd", 1, EVERYTHING & ~BIT(CUT_BFD), .boot = true,
	  TIMES },
	{ "handshake", 5, HANDSHAKE, QUICK },
	{ "path", 4, PATH, .bfd = true, QUICK },
	{ "two_paths", 3, TWO_PATHS | BIT(CUT_BFD), .bfd = true,
	  .backup = true, QUICK },
	{ "split", 4, BIT(CUT) | BIT(CUT_BACKUP) | BIT(CUT_BFD), .bfd = true,
	  .backup = true, .guards = true, QUICK },
	{ "takeover", 1, BIT(CRASH), .bfd = true, .backup = true,
	  .quick = true, QUICK },
	{ "takeover_slow_backup", 3, BIT(CRASH) | BIT(LOSE), .bfd = true, .backup = true,
	  .quick = true, .backup_ms = 40, QUICK },
	{ "two_paths_replay", 3, TWO_PATHS | BIT(KEEP), .bfd = true,
	  .backup = true, QUICK },
	{ "loss", 6, BIT(LOSE), .bfd = true, QUICK },
	{ "unprotected", 2, EVERYTHING & ~BIT(KEEP), .bfd = true,
	  .unprotected = 3, TIMES },
	{ "unprotected_preferred", 2, EVERYTHING & ~BIT(KEEP), .bfd = true,
	  .unprotected = 1, TIMES },
	{ "unprotected_other", 2, EVERYTHING & ~BIT(KEEP), .bfd = true,
	  .unprotected = 2, TIMES },
	{ "unprotected_takeover", 3, BIT(CRASH) | BIT(LOSE), .bfd = true,
	  .backup = true, .quick = true, .backup_ms = 100, .unprotected = 3,
	  QUICK },
	{ "fooled", 4, BIT(CRASH) | BIT(KEEP) | BIT(HAND_OVER), .unprotected = 3,
	  .fooled = true, QUICK },
	{ "fooled_one", 4, BIT(CRASH) | BIT(KEEP) | BIT(HAND_OVER),
	  .unprotected = 2, .fooled = true, QUICK },
};

static const struct model *model;
static struct limits limits;
static struct limits worst;

/* the way so far, to be told if it ends badly */
static struct {
	u64 at;
	u8 fault;
	u8 pe;
} way[64];
static unsigned int way_len;
static const char *violation;

static unsigned long states, seen_again;

static u64 ns(const struct world *w)
{
	return w->now * MS;
}

static u64 rnd(struct world *w)
{
	return ++w->random;
}

static bool serves(const struct pe *pe)
{
	return pe->alive && pe->m.state == ETRUNK_MEMBER_MASTER;
}

/* ---- the machines, glued together as trunk.c does ---- */

static void transmit(struct world *w, unsigned int from)
{
	struct pe *pe = &w->pe[from];
	struct chan *ch = &w->ch[from];
	struct hello h = { .m = { .id = 1, .remote_id = 1, .links = 1 } };
	unsigned int i, at;

	trunk_fsm_hello(&pe->t, ns(w), &h.pkt);
	member_fsm_hello(&pe->m, &h.m);
	h.at = w->now + TRANSIT;
	for (i = 0; i < (model->backup ? TRUNK_PATHS : 1); i++) {
		h.pkt.path = i;
		if (ch->cut[i])
			continue;
		if (ch->n == FLIGHT)
			abort();
		if (i == TRUNK_BACKUP && model->backup_ms)
			h.at = w->now + model->backup_ms;
		for (at = ch->n++; at && ch->q[at - 1].at > h.at; at--)
			ch->q[at] = ch->q[at - 1];
		ch->q[at] = h;
	}
}

/* the CE: does it use the links, or will it? */
static void ce(struct world *w, unsigned int n)
{
	struct pe *pe = &w->pe[n];

	if (!serves(pe) || !pe->links) {
		pe->bundles_at = 0;
		member_fsm_link(&pe->m, pe->links, false);
	} else if (!pe->m.bundled && !pe->bundles_at &&
		   model->ce_ms != NEVER_SAYS) {
		pe->bundles_at = w->now + model->ce_ms;
	}
}

static void settle(struct world *w, unsigned int n, u32 acts)
{
	struct pe *pe = &w->pe[n];
	struct member_fsm_view v;

	acts |= trunk_fsm_members(&pe->t, ns(w), !pe->m.phys);
	if ((acts & TRUNK_ACT_STATE) && pe->t.state == ETRUNK_TRUNK_INIT)
		member_fsm_start(&pe->m, ns(w));

	memset(&v, 0, sizeof(v));
	v.state = pe->t.state;
	v.peer_valid = pe->t.peer.fresh;
	v.preferred = trunk_fsm_preferred(&pe->t);
	v.claims = trunk_fsm_claims(&pe->t, ns(w));
	v.decided_at = pe->t.decided_at;
	v.settle_ns = member_fsm_settle_ns(trunk_fsm_fail_ms(&pe->t.cfg));
	v.peer_exists = pe->peer_exists;
	v.peer = pe->peer;
	if (member_fsm_eval(&pe->m, ns(w), &v) &
	    (MEMBER_ACT_STATE | MEMBER_ACT_HELLO)) {
		trunk_fsm_hurry(&pe->t, ns(w));
		acts |= TRUNK_ACT_TX;
	}
	if (acts & TRUNK_ACT_TX)
		transmit(w, n);
	ce(w, n);
}

static void receive(struct world *w, unsigned int to, const struct hello *h)
{
	struct pe *pe = &w->pe[to];
	enum trunk_fsm_rx result;
	u32 acts;

	if (!pe->alive)
		return;
	acts = trunk_fsm_rx(&pe->t, ns(w), &h->pkt, rnd(w), &result);
	if (result == TRUNK_RX_ACCEPTED || result == TRUNK_RX_BELIEVED) {
		/* sessions are drawn by counting here */
		if (!model->fooled &&
		    (h->pkt.sess < pe->was_sess ||
		     (h->pkt.sess == pe->was_sess &&
		      h->pkt.seq <= pe->was_seq)))
			violation = "ORDER";
		pe->was_sess = h->pkt.sess;
		pe->was_seq = h->pkt.seq;
		pe->peer_exists = true;
		pe->peer = h->m;
	}
	settle(w, to, acts);
}

static void core(struct world *w, unsigned int n)
{
	struct pe *pe = &w->pe[n];

	member_fsm_core(&pe->m, ns(w), 1, pe->core && !pe->services_at);
	settle(w, n, 0);
}

static void power_off(struct world *w, unsigned int n)
{
	struct pe *pe = &w->pe[n];

	pe->alive = false;
	pe->bfd_up = false;
	pe->bfd_signal = false;
}

static void power_on(struct world *w, unsigned int n)
{
	const struct trunk_fsm_cfg cfg = {
		.id = 1,
		.priority = n ? 20 : 10,
		.high = n,
		.usable = true,
		.backup = model->backup,
		.unprotected = model->unprotected & BIT(n),
		.hello_ms = HELLO,
		.multiplier = FAIL / HELLO,
		.system_id = { 2, 0, 0, 0, 0, n },
		.lacp_system = { 2, 1, 1, 1, 1, 1 },
		.lacp_priority = 32768,
	};
	const struct member_fsm_cfg mcfg = {
		.mode = ETRUNK_MODE_AUTO,
		.revert = !model->no_revert,
		.core_tracking = true,
		.revert_delay_ms = model->revert_delay_ms,
		.start_hold_ms = model->start_hold_ms,
		.core_hold_down_ms = 100,
		.core_hold_up_ms = 500,
	};
	struct pe *pe = &w->pe[n];

	pe->alive = true;
	pe->bfd_up = false;
	pe->bfd_signal = false;
	pe->peer_exists = false;
	trunk_fsm_init(&pe->t, &cfg);
	member_fsm_init(&pe->m, &mcfg);
	member_fsm_start(&pe->m, ns(w));
	member_fsm_link(&pe->m, pe->links, false);
	pe->bundles_at = 0;
	pe->services_at = model->services_ms ?
			  w->now + model->services_ms : 0;
	if (!pe->services_at)
		member_fsm_core(&pe->m, ns(w), 1, pe->core);
	settle(w, n, trunk_fsm_start(&pe->t, ns(w), rnd(w), rnd(w)));
}

/* ---- BFD: detection after DETECT, Down is signalled where that passes ---- */

static bool bfd_hears(const struct world *w, unsigned int n)
{
	return w->pe[!n].alive && !w->ch[!n].cut[TRUNK_PRIMARY] &&
	       !w->ch[!n].bfd_cut;
}

static void bfd_step(struct world *w, unsigned int n)
{
	struct pe *pe = &w->pe[n], *peer = &w->pe[!n];
	bool rx = bfd_hears(w, n);
	bool both = rx && bfd_hears(w, !n);

	if (!model->bfd || !pe->alive) {
		pe->bfd_expires = 0;
		pe->bfd_rises = 0;
		return;
	}
	if (!pe->bfd_up || rx)
		pe->bfd_expires = 0;
	else if (!pe->bfd_expires)
		pe->bfd_expires = w->now + DETECT;
	if (pe->bfd_up || !both)
		pe->bfd_rises = 0;
	else if (!pe->bfd_rises)
		pe->bfd_rises = w->now + BFD_UP_AFTER;

	if (pe->bfd_expires && pe->bfd_expires <= w->now) {
		pe->bfd_up = false;
		pe->bfd_signal = true;
		pe->bfd_expires = 0;
		settle(w, n, trunk_fsm_bfd(&pe->t, ns(w), TRUNK_BFD_EXPIRED,
					   rnd(w)));
	} else if (pe->bfd_up && rx && peer->bfd_signal) {
		pe->bfd_up = false;
		settle(w, n, trunk_fsm_bfd(&pe->t, ns(w), TRUNK_BFD_SIGNALLED,
					   rnd(w)));
	} else if (pe->bfd_rises && pe->bfd_rises <= w->now) {
		pe->bfd_up = true;
		pe->bfd_signal = false;
		pe->bfd_rises = 0;
		settle(w, n, trunk_fsm_bfd(&pe->t, ns(w), TRUNK_BFD_UP,
					   rnd(w)));
	}
}

/* ---- time ---- */

static u64 to_ms(u64 at)
{
	return at == U64_MAX ? U64_MAX : (at + MS - 1) / MS;
}

static u64 next_event(const struct world *w)
{
	u64 at = U64_MAX;
	unsigned int n;

	for (n = 0; n < 2; n++) {
		const struct pe *pe = &w->pe[n];

		if (w->ch[n].n)
			at = min(at, w->ch[n].q[0].at);
		if (!pe->alive)
			continue;
		at = min(at, to_ms(trunk_fsm_deadline(&pe->t)));
		at = min(at, to_ms(pe->m.next));
		if (pe->services_at)
			at = min(at, pe->services_at);
		if (pe->bundles_at)
			at = min(at, pe->bundles_at);
		if (pe->bfd_expires)
			at = min(at, pe->bfd_expires);
		if (pe->bfd_rises)
			at = min(at, pe->bfd_rises);
	}
	return at;
}

static void drop(struct chan *ch, unsigned int i)
{
	memmove(ch->q + i, ch->q + i + 1, (--ch->n - i) * sizeof(*ch->q));
}

/* everything that happens at the next instant */
static void advance(struct world *w)
{
	unsigned int n;

	w->now = next_event(w);
	for (n = 0; n < 2; n++) {
		struct chan *ch = &w->ch[n];

		while (ch->n && ch->q[0].at <= w->now) {
			struct hello h = ch->q[0];

			drop(ch, 0);
			receive(w, !n, &h);
		}
	}
	for (n = 0; n < 2; n++)
		bfd_step(w, n);
	for (n = 0; n < 2; n++) {
		struct pe *pe = &w->pe[n];

		if (!pe->alive)
			continue;
		if (pe->services_at && pe->services_at <= w->now) {
			pe->services_at = 0;
			core(w, n);
		}
		if (pe->bundles_at && pe->bundles_at <= w->now) {
			pe->bundles_at = 0;
			member_fsm_link(&pe->m, true, true);
			settle(w, n, 0);
		}
		if (trunk_fsm_deadline(&pe->t) <= ns(w) ||
		    pe->m.next <= ns(w))
			settle(w, n, trunk_fsm_timer(&pe->t, ns(w), rnd(w)));
	}
	/* a CE without delay may answer at once, and be answered */
	w->repeats = next_event(w) <= w->now ? w->repeats + 1 : 0;
	if (w->repeats > 3)
		violation = "SPIN";
}

/* ---- what is wanted ---- */

static bool passes(const struct world *w, unsigned int n)
{
	const bool *cut = w->ch[n].cut;

	return w->pe[0].alive && w->pe[1].alive &&
	       !(cut[TRUNK_PRIMARY] && (!model->backup || cut[TRUNK_BACKUP]));
}

/*
 * Does it know that it hears the peer? A hello of a session that has not
 * answered its challenge could be a recording, and is not believed.
 */
static bool hears(const struct world *w, unsigned int n)
{
	return passes(w, !n) && w->pe[n].t.peer.fresh;
}

/* able for long enough to be asked for it */
static bool can_serve(const struct world *w, unsigned int n)
{
	const struct pe *pe = &w->pe[n];

	return pe->alive && pe->links && pe->core;
}

static u32 lasts(const struct world *w, u64 *since, bool bad)
{
	if (!bad) {
		*since = U64_MAX;
		return 0;
	}
	if (*since == U64_MAX)
		*since = w->now;
	/* what is asked for begins with the last fault, at the earliest */
	return w->now - max(*since, w->last_fault);
}

static void want(u32 is, u32 limit, u32 *most, const char *what)
{
	if (is > *most)
		*most = is;
	if (is > limit)
		violation = what;
}

/* does a path work in both directions? */
static bool both_ways(const struct world *w, unsigned int path)
{
	return w->pe[0].alive && w->pe[1].alive && !w->ch[0].cut[path] &&
	       !w->ch[1].cut[path];
}

static void watch_split(struct world *w, bool talk)
{
	if (!both_ways(w, TRUNK_PRIMARY) && !both_ways(w, TRUNK_BACKUP))
		w->guarded = false;
	else if (talk && w->now - w->last_fault >= FAIL)
		w->guarded = true;
	else if (!talk && w->guarded)
		violation = "SPLIT";
}

/* two masters, and nothing tells of it */
static bool silent(const struct world *w)
{
	u32 faults = 0;
	unsigned int n;

	for (n = 0; n < 2; n++) {
		if (!w->pe[n].alive || w->pe[n].t.state != ETRUNK_TRUNK_MASTER)
			return false;
		faults |= w->pe[n].t.faults;
	}
	return !(faults & (BIT(TRUNK_FAULT_DUAL_MASTER) |
			   BIT(TRUNK_FAULT_ONE_WAY) |
			   BIT(TRUNK_FAULT_NO_PEER)));
}

static void watch(struct world *w)
{
	u8 now = serves(&w->pe[0]) | serves(&w->pe[1]) << 1;
	bool ways = passes(w, 0) && passes(w, 1);
	bool way = hears(w, 0) || hears(w, 1);
	bool talk = trunk_fsm_two_way(&w->pe[0].t, ns(w)) &&
		    trunk_fsm_two_way(&w->pe[1].t, ns(w));
	u32 dual = lasts(w, &w->dual_since, (way || ways) && now == 3);

	want(lasts(w, &w->silent_since, ways && silent(w)), limits.silent,
	     &worst.silent, "SILENT");
	if (model->fooled)
		return;
	if (model->guards)
		watch_split(w, talk);
	if (ways)
		want(dual, limits.dual, &worst.dual, "DUAL");
	else if (way)
		want(dual, limits.one_way, &worst.one_way, "ONE_WAY");
	want(lasts(w, &w->none_since,
		   !now && (can_serve(w, 0) || can_serve(w, 1))),
	     limits.none, &worst.none, "NONE");
	want(lasts(w, &w->deaf_since, ways && !talk),
	     limits.talk, &worst.talk, "TALK");

	if (now == w->served)
		return;
	w->served = now;
	if (w->moves < U8_MAX)
		w->moves++;
	if (w->now - w->last_fault > worst.rest)
		worst.rest = w->now - w->last_fault;
	if (w->moves > worst.moves)
		worst.moves = w->moves;
	if (w->moves > limits.moves || w->now - w->last_fault > limits.rest)
		violation = "REST";
}

/* ---- states seen ---- */

#ifndef HASH_BITS
#define HASH_BITS	26
#endif

static u64 *seen;
static unsigned long seen_n;

static u64 mix(u64 h, u64 v)
{
	h ^= v + 0x9e3779b97f4a7c15ULL + (h << 6) + (h >> 2);
	h *= 0xff51afd7ed558ccdULL;
	return h ^ h >> 32;
}

/* random numbers by the order in which they are met, sequences by their rank */
struct names {
	unsigned int ids, seqs;
	u64 id[64];
	struct {
		u64 sess, seq;
	} seq[160];
};

static unsigned int id_of(struct names *names, u64 id)
{
	unsigned int i;

	if (!id)
		return 0;
	for (i = 0; i < names->ids; i++)
		if (names->id[i] == id)
			return i + 1;
	names->id[names->ids++] = id;
	return names->ids;
}

static void meet(struct names *names, u64 sess, u64 seq)
{
	names->seq[names->seqs].sess = sess;
	names->seq[names->seqs++].seq = seq;
}

static unsigned int rank(const struct names *names, u64 sess, u64 seq)
{
	unsigned int i, j, below = 0;

	for (i = 0; i < names->seqs; i++) {
		if (names->seq[i].sess != sess || names->seq[i].seq >= seq)
			continue;
		/* each value once */
		for (j = 0; j < i; j++)
			if (names->seq[j].sess == sess &&
			    names->seq[j].seq == names->seq[i].seq)
				break;
		below += j == i;
	}
	return below;
}

static void meet_hello(struct names *names, const struct hello *h)
{
	meet(names, h->pkt.sess, h->pkt.seq);
	meet(names, h->pkt.echo_sess, h->pkt.echo_seq);
}

static u64 ahead(const struct world *w, u64 at)
{
	return at == U64_MAX ? at : at > ns(w) ? at - ns(w) : 0;
}

static u64 member_word(const struct trunk_pkt_member *m)
{
	return m->phys | m->able << 1 | m->ready << 2 | m->core_ok << 3 |
	       m->state << 4 | m->mode << 8;
}

static u64 hash_hello(const struct world *w, struct names *names, u64 h,
		      const struct hello *p)
{
	h = mix(h, p->at > w->now ? p->at - w->now : 0);
	h = mix(h, p->pkt.all_down | p->pkt.handed_over << 1 |
		   p->pkt.query << 2 | p->pkt.path << 3 |
		   p->pkt.state << 8 | p->pkt.reason << 16);
	h = mix(h, id_of(names, p->pkt.sess) | id_of(names, p->pkt.chal) << 8 |
		   id_of(names, p->pkt.resp_sess) << 16 |
		   (u64)id_of(names, p->pkt.resp_chal) << 24 |
		   (u64)id_of(names, p->pkt.echo_sess) << 32);
	h = mix(h, rank(names, p->pkt.sess, p->pkt.seq) |
		   (u64)rank(names, p->pkt.echo_sess, p->pkt.echo_seq) << 32);
	return mix(h, member_word(&p->m));
}

static u64 hash_paths(const struct world *w, struct names *names, u64 h,
		      const struct trunk_fsm *t)
{
	unsigned int i;

	for (i = 0; i < TRUNK_PATHS; i++) {
		const struct trunk_fsm_path *p = &t->path[i];

		h = mix(h, p->up | id_of(names, p->sess) << 1 |
			   (u64)rank(names, p->sess, p->rx_seq) << 16);
		h = mix(h, p->up ? ahead(w, p->last_rx + t->peer.fail_ns) :
				   ahead(w, p->fault_at));
	}
	if (!t->query_until)
		return h;
	h = mix(h, ahead(w, t->query_until));
	h = mix(h, ahead(w, t->query_next));
	return mix(h, rank(names, t->sess, t->query_seq));
}

static u64 hash_pe(const struct world *w, struct names *names, u64 h,
		   unsigned int n)
{
	const struct pe *pe = &w->pe[n];
	const struct trunk_fsm *t = &pe->t;
	const struct trunk_fsm_peer *p = &t->peer;
	const struct member_fsm *m = &pe->m;
	u64 settle_ns = member_fsm_settle_ns(FAIL);
	u64 tokens, one_way;

	h = mix(h, pe->alive | pe->links << 1 | pe->core << 2);
	/* what could be accepted out of order: the hellos still around */
	h = mix(h, id_of(names, pe->was_sess) |
		   rank(names, pe->was_sess, pe->was_seq) << 8);
	if (w->kept_from == !n)
		h = mix(h, w->kept.pkt.sess < pe->was_sess);
	if (!pe->alive)
		return h;
	h = mix(h, pe->bfd_up | pe->bfd_signal << 1 | pe->peer_exists << 2 |
		   t->lost_by_bfd << 3 | t->bfd_down << 4 | t->all_down << 5 |
		   t->handed_over << 6 | p->fresh << 7 | p->hears << 8 |
		   m->phys << 9 | m->bundled << 10 | m->joining << 11 |
		   m->able << 12 | m->ready << 13 | m->core_ok << 14 |
		   m->core_seen << 15 | m->yields << 16 |
		   p->answered << 17 | t->must_answer << 18);
	h = mix(h, t->state | t->reason << 8 | t->burst << 16 |
		   (u64)m->state << 24 | (u64)m->reason << 32 |
		   (u64)m->told << 48);
	h = mix(h, t->faults | (u64)m->core_good << 32);
	h = mix(h, pe->services_at ? pe->services_at - w->now : 0);
	h = mix(h, pe->bundles_at ? pe->bundles_at - w->now : U64_MAX);
	h = mix(h, pe->bfd_expires ? pe->bfd_expires - w->now : 0);
	h = mix(h, pe->bfd_rises ? pe->bfd_rises - w->now : 0);
	if (pe->peer_exists)
		h = mix(h, member_word(&pe->peer));

	h = mix(h, id_of(names, t->sess) | id_of(names, t->chal) << 8 |
		   id_of(names, t->resp_sess) << 16 |
		   (u64)id_of(names, t->resp_chal) << 24 |
		   (u64)id_of(names, p->sess) << 32);
	h = mix(h, rank(names, t->sess, t->seq) |
		   rank(names, p->sess, p->rx_seq) << 8 |
		   rank(names, t->sess, p->echo_seq) << 16);

	if (model->backup)
		h = hash_paths(w, names, h, t);
	h = mix(h, t->alone_at ? ahead(w, t->alone_at) : 1);
	h = mix(h, ahead(w, t->next_tx));
	tokens = t->reply_tokens + (ns(w) - t->reply_time) / MS;
	h = mix(h, min_t(u64, tokens, 64));
	h = mix(h, ahead(w, t->claim_until));
	h = mix(h, t->dual_until ? ahead(w, t->dual_until) : 1);
	if (p->fresh) {
		one_way = p->echo_time + (p->hears ? FAIL :
					  TRUNK_FSM_GRACE_MS) * MS;
		h = mix(h, ahead(w, one_way));
		h = mix(h, ahead(w, p->last_rx + p->fail_ns));
	}
	/* of a lost peer, too: it ranks those who hand over */
	h = mix(h, p->hello.all_down | p->hello.handed_over << 1 |
		   p->hello.state << 8 | p->hello.reason << 16 |
		   p->hello.priority << 24);

	h = mix(h, ahead(w, max(t->decided_at, m->start_at) + settle_ns));
	h = mix(h, ahead(w, m->start_at + settle_ns));
	h = mix(h, ahead(w, m->start_at + m->cfg.start_hold_ms * MS));
	h = mix(h, m->able ? ahead(w, m->able_at +
				   m->cfg.revert_delay_ms * MS) : 1);
	h = mix(h, m->core_at ? ahead(w, m->core_at) : 1);
	h = mix(h, m->leave_at ? ahead(w, m->leave_at) : 1);
	h = mix(h, m->joining ? ahead(w, m->join_at) : 1);
	return mix(h, ahead(w, m->next));
}

static u64 since(const struct world *w, u64 at)
{
	return at == U64_MAX ? at : w->now - max(at, w->last_fault);
}

static u64 hash_world(const struct world *w)
{
	struct names names = { 0 };
	unsigned int n, i;
	u64 h = w->left;

	for (n = 0; n < 2; n++) {
		const struct pe *pe = &w->pe[n];

		for (i = 0; i < w->ch[n].n; i++)
			meet_hello(&names, &w->ch[n].q[i]);
		meet(&names, pe->was_sess, pe->was_seq);
		if (!pe->alive)
			continue;
		meet(&names, pe->t.sess, pe->t.seq);
		meet(&names, pe->t.peer.sess, pe->t.peer.rx_seq);
		meet(&names, pe->t.sess, pe->t.peer.echo_seq);
		if (!model->backup)
			continue;
		for (i = 0; i < TRUNK_PATHS; i++)
			meet(&names, pe->t.path[i].sess,
			     pe->t.path[i].rx_seq);
		if (pe->t.query_until)
			meet(&names, pe->t.sess, pe->t.query_seq);
	}
	if (w->kept_from < 2)
		meet_hello(&names, &w->kept);

	for (n = 0; n < 2; n++) {
		h = mix(h, w->ch[n].cut[TRUNK_PRIMARY] | w->ch[n].bfd_cut << 1 |
			   w->ch[n].cut[TRUNK_BACKUP] << 2 | w->ch[n].n << 3);
		h = hash_pe(w, &names, h, n);
		for (i = 0; i < w->ch[n].n; i++)
			h = hash_hello(w, &names, h, &w->ch[n].q[i]);
	}
	h = mix(h, w->kept_from);
	if (w->kept_from < 2)
		h = hash_hello(w, &names, h, &w->kept);
	h = mix(h, since(w, w->dual_since));
	h = mix(h, since(w, w->none_since));
	h = mix(h, since(w, w->deaf_since));
	h = mix(h, since(w, w->silent_since));
	h = mix(h, w->moves | w->served << 8 | w->repeats << 16 |
		   w->guarded << 24);
	h = mix(h, min_t(u64, w->now - w->last_fault, limits.rest + 1));
	return h ?: 1;
}

/* note it; false if it was seen before */
static bool is_new(const struct world *w)
{
	u64 h = hash_world(w);
	u64 i = h >> (64 - HASH_BITS);

	while (seen[i]) {
		if (seen[i] == h)
			return false;
		i = (i + 1) & (BIT(HASH_BITS) - 1);
	}
	if (++seen_n > BIT(HASH_BITS) * 9 / 10) {
		printf("# more than %lu states\n", seen_n);
		exit(1);
	}
	seen[i] = h;
	return true;
}

/* ---- walks ---- */

static bool strike(struct world *w, enum fault what, unsigned int n,
		   unsigned int which)
{
	struct pe *pe = &w->pe[n];
	struct chan *ch = &w->ch[n];
	unsigned int path, i;
	struct hello h;

	switch (what) {
	case CRASH:
		if (!pe->alive && model->quick)
			return false;
		if (pe->alive)
			power_off(w, n);
		else
			power_on(w, n);
		break;
	case STALL:
		if (!pe->alive)
			return false;
		settle(w, n, trunk_fsm_stalled(&pe->t, ns(w), rnd(w)));
		break;
	case CUT:
	case CUT_BACKUP:
		path = what == CUT_BACKUP ? TRUNK_BACKUP : TRUNK_PRIMARY;
		ch->cut[path] = !ch->cut[path];
		for (i = ch->n; ch->cut[path] && i-- > 0;)
			if (ch->q[i].pkt.path == path)
				drop(ch, i);
		break;
	case CUT_BFD:
		ch->bfd_cut = !ch->bfd_cut;
		break;
	case LINK:
		pe->links = !pe->links;
		if (!pe->alive)
			break;
		member_fsm_link(&pe->m, pe->links, false);
		settle(w, n, 0);
		break;
	case CORE:
		pe->core = !pe->core;
		if (pe->alive)
			core(w, n);
		break;
	case LOSE:
		if (which >= ch->n)
			return false;
		drop(ch, which);
		break;
	case KEEP:
		if (which >= ch->n || w->kept_from < 2)
			return false;
		w->kept = ch->q[which];
		w->kept.at = 0;
		w->kept_from = n;
		break;
	case HAND_OVER:
		if (!pe->alive)
			return false;
		settle(w, n, trunk_fsm_hand_over(&pe->t, ns(w),
						 !pe->t.handed_over));
		break;
	case RELEASE:
		if (w->kept_from != n)
			return false;
		h = w->kept;
		w->kept_from = 2;
		receive(w, !n, &h);
		break;
	}
	for (n = 0; n < 2; n++)
		bfd_step(w, n);
	w->last_fault = w->now;
	w->moves = 0;
	w->served = serves(&w->pe[0]) | serves(&w->pe[1]) << 1;
	return true;
}

static void tell_way(const struct world *w)
{
	unsigned int i;

	printf("# %s violated at %llu ms:\n", violation,
	       (unsigned long long)w->now);
	for (i = 0; i < way_len; i++)
		printf("#\t%llu ms: %s %u\n", (unsigned long long)way[i].at,
		       fault_name[way[i].fault], way[i].pe);
}

static void walk(const struct world *from);

static void branch(const struct world *w, enum fault what, unsigned int n,
		   unsigned int which)
{
	struct world next = *w;

	if (violation)
		return;
	if (what != RELEASE)
		next.left--;
	if (!strike(&next, what, n, which))
		return;
	way[way_len].at = w->now;
	way[way_len].fault = what;
	way[way_len++].pe = n;
	walk(&next);
	way_len--;
}

static void walk(const struct world *from)
{
	struct world w = *from;
	unsigned int n, i;
	enum fault fault;

	for (;;) {
		watch(&w);
		if (violation) {
			tell_way(&w);
			return;
		}
		if (!is_new(&w)) {
			seen_again++;
			return;
		}
		states++;
		for (n = 0; n < 2; n++) {
			if (w.kept_from == n)
				branch(&w, RELEASE, n, 0);
			for (fault = 0; w.left && fault < FAULT_N; fault++) {
				if (!(model->alphabet & BIT(fault)))
					continue;
				i = 0;
				do {
					branch(&w, fault, n, i);
				} while (++i < (fault == LOSE || fault == KEEP ?
						w.ch[n].n : 1));
			}
		}
		if (violation || next_event(&w) == U64_MAX)
			return;
		advance(&w);
	}
}

static void init(struct world *w)
{
	unsigned int n;

	memset(w, 0, sizeof(*w));
	w->now = 1000000;
	w->kept_from = 2;
	w->left = model->faults;
	w->last_fault = w->now;
	w->dual_since = w->none_since = w->deaf_since = U64_MAX;
	w->silent_since = U64_MAX;
	for (n = 0; n < 2; n++) {
		w->pe[n].links = true;
		w->pe[n].core = true;
	}
}

static void run_until(struct world *w, u64 at)
{
	while (next_event(w) <= at)
		advance(w);
	w->now = at;
}

static void check(void)
{
	struct world w;
	unsigned int offset;

	if (!model->boot) {
		init(&w);
		power_on(&w, 0);
		run_until(&w, w.now + 130);
		power_on(&w, 1);
		run_until(&w, w.now + 60 * SEC);
		w.last_fault = w.now;
		w.served = serves(&w.pe[0]) | serves(&w.pe[1]) << 1;
		if (w.served != 1)
			violation = "START";
		walk(&w);
		return;
	}
	for (offset = 0; offset < 2500 && !violation; offset += 10) {
		init(&w);
		power_on(&w, offset & 1);
		run_until(&w, w.now + offset / 2 * 2);
		power_on(&w, !(offset & 1));
		w.last_fault = w.now;
		walk(&w);
	}
}

/*
 * Where the bounds come from. A hello that is lost is repeated within one
 * interval, so all that a hello of the last fault's time ends has ended after
 * one interval and the answers to it. A PE that is not told waits for the fail
 * time, then starts to serve at once, if nobody can be seen to; or, if it was
 * asked to, after the peer's echo was missed for the grace time.
 */
static void bounds(void)
{
	u32 ce = min_t(u32, model->ce_ms, MEMBER_FSM_JOIN_MS);

	/* a role that changes is told at once, and again if that is lost */
	limits.silent = model->fooled ? 2 * TRANSIT : HELLO + TRANSIT;
	limits.talk = HELLO + 4 * TRANSIT;
	limits.dual = limits.talk + ce;
	limits.one_way = FAIL + TRUNK_FSM_GRACE_MS + TRANSIT;
	limits.none = FAIL + 4 * TRANSIT;
	if (model->quick)
		limits.none = DETECT + TRUNK_FSM_QUERY_MS + TRANSIT;
	limits.rest = FAIL + TRUNK_FSM_GRACE_MS + model->start_hold_ms +
		      model->revert_delay_ms + ce;
	limits.moves = max(4, 2 * model->faults);
}

int main(int argc, char **argv)
{
	unsigned int i, failed = 0;
	int a;

	seen = calloc(BIT(HASH_BITS), sizeof(*seen));
	if (!seen)
		return 1;
	printf("TAP version 13\n1..%zu\n", ARRAY_SIZE(models));
	for (i = 0; i < ARRAY_SIZE(models); i++) {
		bool wanted = argc < 2;

		for (a = 1; a < argc; a++)
			wanted |= !strcmp(argv[a], models[i].name);
		if (!wanted)
			continue;
		model = &models[i];
		bounds();
		memset(&worst, 0, sizeof(worst));
		memset(seen, 0, BIT(HASH_BITS) * sizeof(*seen));
		seen_n = states = seen_again = 0;
		violation = NULL;
		way_len = 0;
		check();
		printf("# %lu states; most: dual %u ms, one way %u, none %u, silent %u, talk %u, rest after %u in %u moves\n",
		       states, worst.dual, worst.one_way, worst.none,
		       worst.silent, worst.talk, worst.rest, worst.moves);
		printf("%sok %u %s\n", violation ? "not " : "", i + 1,
		       models[i].name);
		fflush(stdout);
		failed += !!violation;
	}
	return failed != 0;
}
