// SPDX-License-Identifier: GPL-2.0
/*
 * The election of one member trunk; rules in member_fsm.h. All times are
 * monotonic nanoseconds.
 */
#include "member_fsm.h"

/* facts about the situation, columns of the table below */
enum {
	F_FORCE_MASTER	= BIT(0),	/* operator says so */
	F_FORCE_BACKUP	= BIT(1),
	F_HANDOVER	= BIT(2),	/* forced just now, may wait */
	F_INIT		= BIT(3),	/* the E-Trunk has no role yet */
	F_MASTER	= BIT(4),	/* the E-Trunk is master */
	F_PHYS		= BIT(5),	/* our links are up */
	F_YIELDS	= BIT(6),	/* our core is lost, see yields() */
	F_SERVING	= BIT(7),	/* we are master now */
	F_READY		= BIT(8),	/* services prepared */
	F_REVERT	= BIT(9),	/* taking back is configured */
	F_DELAYED	= BIT(10),	/* able for the revert delay */
	F_SETTLED	= BIT(11),	/* the preferred side had its time */
	F_PEER		= BIT(12),	/* the peer is there */
	F_P_EXISTS	= BIT(13),	/* ... and has the member */
	F_P_ABLE	= BIT(14),	/* ... which could serve */
	F_P_SERVES	= BIT(15),	/* ... and does */
	F_P_FORCED	= BIT(16),	/* ... by its operator's will */
	F_P_CORE_LOST	= BIT(17),	/* ... or cannot, for its core is lost */
	F_GAVE_BACK	= BIT(18),	/* we stood in and gave back */
	F_PREFERRED	= BIT(19),	/* we rank first, if links are not asked */
	F_CLAIMS	= BIT(20),	/* an operator moves mastership here */
	F_FIRST		= BIT(21),	/* we serve if both could */
};

/**
 * struct member_row - one row of the member table
 * @have: facts that must be there
 * @not: facts that must not
 * @state: state then, 0 = no change
 * @reason: its reason
 */
struct member_row {
	u32 have;
	u32 not;
	u8 state;
	u8 reason;
};

#define BACKUP		ETRUNK_MEMBER_BACKUP
#define MASTER		ETRUNK_MEMBER_MASTER
#define NEGOTIATION	ETRUNK_MEMBER_NEGOTIATION

/* first match decides; design: "Member" */
static const struct member_row member_table[] = {
	/* the operator wins; leaving waits a little for the other to serve */
	{ F_FORCE_MASTER, 0, MASTER, ETRUNK_MREASON_FORCE_MASTER },
	{ F_FORCE_BACKUP | F_HANDOVER | F_SERVING | F_PHYS | F_PEER | F_P_ABLE,
	  F_P_SERVES | F_INIT, 0, 0 },
	{ F_FORCE_BACKUP, 0, BACKUP, ETRUNK_MREASON_FORCE_BACKUP },

	/* cannot, or must not */
	{ F_INIT, 0, NEGOTIATION, ETRUNK_MREASON_ETRUNK_INIT },
	{ 0, F_PHYS, BACKUP, ETRUNK_MREASON_LINK_DOWN },
	{ F_YIELDS, 0, BACKUP, ETRUNK_MREASON_CORE_DOWN },

	/* alone */
	{ F_MASTER, F_PEER, MASTER, ETRUNK_MREASON_ETRUNK_MASTER },
	{ 0, F_PEER, BACKUP, ETRUNK_MREASON_ETRUNK_BACKUP },

	/* the peer's operator wants it there */
	{ F_P_FORCED | F_SERVING, F_P_SERVES, 0, 0 },
	{ F_P_FORCED, 0, BACKUP, ETRUNK_MREASON_PEER_MEMBER_UP },

	/* start: who ranks second waits a little for the first one's links */
	{ 0, F_PREFERRED | F_SERVING | F_SETTLED | F_P_SERVES,
	  BACKUP, ETRUNK_MREASON_ETRUNK_BACKUP },

	/* first: at once if nobody serves, else after the waits */
	{ F_FIRST | F_SERVING, 0, MASTER, ETRUNK_MREASON_ETRUNK_MASTER },
	{ F_FIRST, F_P_SERVES, MASTER, ETRUNK_MREASON_ETRUNK_MASTER },
	{ F_FIRST, F_P_ABLE, MASTER, ETRUNK_MREASON_PEER_MEMBER_DOWN },
	{ F_FIRST | F_CLAIMS | F_READY, 0,
	  MASTER, ETRUNK_MREASON_ETRUNK_MASTER },
	{ F_FIRST, F_REVERT, BACKUP, ETRUNK_MREASON_REVERT_WAIT },
	{ F_FIRST, F_READY, BACKUP, ETRUNK_MREASON_START_HOLD },
	{ F_FIRST, F_DELAYED, BACKUP, ETRUNK_MREASON_REVERT_WAIT },
	{ F_FIRST, 0, MASTER, ETRUNK_MREASON_ETRUNK_MASTER },

	/* second: give back to who serves, stand in for who cannot */
	{ F_P_ABLE | F_P_SERVES | F_SERVING, 0,
	  BACKUP, ETRUNK_MREASON_PEER_MEMBER_UP },
	{ F_P_ABLE | F_SERVING, 0, 0, 0 },
	{ F_P_ABLE | F_GAVE_BACK, 0, 0, 0 },
	{ F_P_ABLE, 0, BACKUP, ETRUNK_MREASON_ETRUNK_BACKUP },
	{ 0, F_P_EXISTS, MASTER, ETRUNK_MREASON_NO_PEER_MEMBER },
	{ F_P_CORE_LOST, 0, MASTER, ETRUNK_MREASON_PEER_CORE_DOWN },
	{ 0, 0, MASTER, ETRUNK_MREASON_PEER_MEMBER_DOWN },
};

static u64 ms(u32 t)
{
	return t * (u64)NSEC_PER_MSEC;
}

/**
 * member_fsm_settle_ns() - how long the preferred side is waited for at start
 * @fail_ms: own fail time of the E-Trunk
 */
u64 member_fsm_settle_ns(u32 fail_ms)
{
	return ms(min_t(u32, fail_ms / 2, MEMBER_FSM_SETTLE_MS));
}

/**
 * member_fsm_init() - an inert machine in negotiation
 * @m: to fill
 * @cfg: configuration, copied
 */
void member_fsm_init(struct member_fsm *m, const struct member_fsm_cfg *cfg)
{
	memset(m, 0, sizeof(*m));
	m->cfg = *cfg;
	m->state = NEGOTIATION;
	m->reason = ETRUNK_MREASON_ETRUNK_INIT;
	m->core_ok = true;
	m->next = U64_MAX;
}

/**
 * member_fsm_start() - the member begins, or its E-Trunk entered init
 * @m: the machine
 * @now: time
 */
void member_fsm_start(struct member_fsm *m, u64 now)
{
	m->start_at = now;
	m->able = false;
}

/**
 * member_fsm_config() - the configuration changed
 * @m: the machine
 * @now: time
 * @cfg: the new one
 */
void member_fsm_config(struct member_fsm *m, u64 now,
		       const struct member_fsm_cfg *cfg)
{
	if (cfg->mode != m->cfg.mode)
		m->leave_at = cfg->mode == ETRUNK_MODE_FORCE_BACKUP ?
			      now + ms(MEMBER_FSM_HANDOVER_MS) : 0;
	m->cfg = *cfg;
}

/**
 * member_fsm_link() - links came or went
 * @m: the machine
 * @up: at least one can be used
 * @bundled: the CE collects and distributes on one
 */
void member_fsm_link(struct member_fsm *m, bool up, bool bundled)
{
	m->phys = up;
	m->bundled = bundled;
}

static bool core_good(const struct member_fsm *m)
{
	return !m->services || m->core_good;
}

/**
 * member_fsm_core() - services came or went, or their core did
 * @m: the machine
 * @now: time
 * @services: how many use the member
 * @good: how many of them reach the core
 *
 * The hold-up spares a serving peer a take-back that does not last; it does
 * not apply to who serves anyway, nor to the first time.
 */
void member_fsm_core(struct member_fsm *m, u64 now, unsigned int services,
		     unsigned int good)
{
	m->services = services;
	m->core_good = good;

	if (core_good(m) == m->core_ok) {
		m->core_at = 0;
	} else if (m->core_ok) {
		if (!m->core_at)
			m->core_at = now + ms(m->cfg.core_hold_down_ms);
	} else if (!m->core_seen || !services || m->state == MASTER) {
		m->core_ok = true;
		m->core_at = 0;
	} else if (!m->core_at) {
		m->core_at = now + ms(m->cfg.core_hold_up_ms);
	}
	if (good)
		m->core_seen = true;
}

/*
 * Give way because of the core? With a valid peer only to one whose core
 * works, and not while our own services are still coming up; without one
 * always: where hellos run over the core too, losing it loses the peer.
 */
static bool yields(const struct member_fsm *m, u64 now,
		   const struct member_fsm_view *v)
{
	if (!m->cfg.core_tracking || !m->services || m->core_ok)
		return false;
	if (m->state == MASTER && core_good(m))
		return false;
	if (!v->peer_valid)
		return true;
	return v->peer_exists && v->peer.core_ok &&
	       (m->core_seen || now >= m->start_at + ms(m->cfg.start_hold_ms));
}

static u32 capacity(u8 select, u32 links, u32 speed)
{
	switch (select) {
	case ETRUNK_SELECT_LINK_NUMBER:
		return links;
	case ETRUNK_SELECT_BANDWIDTH:
		return speed;
	default:
		return 0;
	}
}

/* above 0 if ours is the larger trunk, below if the peer's is; 0 no matter */
static int larger(const struct member_fsm *m, const struct member_fsm_view *v)
{
	u32 here, there;

	if (!v->peer_valid || !v->peer_exists ||
	    m->cfg.mode != ETRUNK_MODE_AUTO || v->peer.mode != ETRUNK_MODE_AUTO)
		return 0;
	here = capacity(v->select, v->links, v->speed);
	there = capacity(v->select, v->peer.links, v->peer.speed);
	if (!here || !there || here == there)
		return 0;
	return here > there ? 1 : -1;
}

/* what the reason of a row is where capacity decides */
static u8 reason_by_capacity(u8 reason, int larger)
{
	if (larger > 0 && reason == ETRUNK_MREASON_ETRUNK_MASTER)
		return ETRUNK_MREASON_LOCAL_BANDWIDTH_LARGE;
	if (larger < 0 && (reason == ETRUNK_MREASON_ETRUNK_BACKUP ||
			   reason == ETRUNK_MREASON_PEER_MEMBER_UP))
		return ETRUNK_MREASON_PEER_BANDWIDTH_LARGE;
	return reason;
}

static u64 delayed_until(const struct member_fsm *m)
{
	return max(m->able_at, m->grew_at) + ms(m->cfg.revert_delay_ms);
}

static u32 facts(const struct member_fsm *m, u64 now,
		 const struct member_fsm_view *v, int larger)
{
	u32 have = 0;

	if (m->cfg.mode == ETRUNK_MODE_FORCE_MASTER)
		have |= F_FORCE_MASTER;
	if (m->cfg.mode == ETRUNK_MODE_FORCE_BACKUP)
		have |= F_FORCE_BACKUP;
	if (m->leave_at)
		have |= F_HANDOVER;
	if (v->state == ETRUNK_TRUNK_INIT)
		have |= F_INIT;
	if (v->state == ETRUNK_TRUNK_MASTER)
		have |= F_MASTER;
	if (m->phys)
		have |= F_PHYS;
	if (m->yields)
		have |= F_YIELDS;
	if (m->state == MASTER)
		have |= F_SERVING;
	if (m->state == BACKUP && m->reason == ETRUNK_MREASON_PEER_MEMBER_UP)
		have |= F_GAVE_BACK;
	if (m->ready)
		have |= F_READY;
	if (m->cfg.revert || larger > 0)
		have |= F_REVERT;
	if (m->able && now >= delayed_until(m))
		have |= F_DELAYED;
	if (larger > 0 || (!larger && v->state == ETRUNK_TRUNK_MASTER))
		have |= F_FIRST;
	if (now >= max(v->decided_at, m->start_at) + v->settle_ns)
		have |= F_SETTLED;
	if (!v->peer_valid)
		return have;

	have |= F_PEER;
	if (v->claims)
		have |= F_CLAIMS;
	if (v->preferred || larger > 0)
		have |= F_PREFERRED;
	if (!v->peer_exists)
		return have;
	have |= F_P_EXISTS;
	if (v->peer.able)
		have |= F_P_ABLE;
	if (v->peer.state == MASTER)
		have |= F_P_SERVES;
	if (v->peer.mode == ETRUNK_MODE_FORCE_MASTER && v->peer.phys)
		have |= F_P_FORCED;
	if (v->peer.phys && !v->peer.core_ok &&
	    v->peer.mode != ETRUNK_MODE_FORCE_BACKUP)
		have |= F_P_CORE_LOST;
	return have;
}

/* the next instant at which a fact changes by itself */
static u64 next_eval(const struct member_fsm *m, u64 now,
		     const struct member_fsm_view *v)
{
	const u64 at[] = {
		m->core_at,
		m->leave_at,
		m->joining ? m->join_at : 0,
		m->start_at + ms(m->cfg.start_hold_ms),
		m->able ? delayed_until(m) : 0,
		max(v->decided_at, m->start_at) + v->settle_ns,
	};
	u64 next = U64_MAX;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(at); i++)
		if (at[i] > now)
			next = min(next, at[i]);
	return next;
}

static bool could_serve(const struct member_fsm *m,
			const struct member_fsm_view *v)
{
	if (v->state == ETRUNK_TRUNK_INIT || !m->phys)
		return false;
	switch (m->cfg.mode) {
	case ETRUNK_MODE_FORCE_MASTER:
		return true;
	case ETRUNK_MODE_FORCE_BACKUP:
		return false;
	default:
		return !m->yields;
	}
}

/* after a decision: does the CE have to let us in first? */
static void join(struct member_fsm *m, u64 now, u8 was, u32 have)
{
	bool wait = m->state == MASTER && (have & F_P_SERVES) && !m->bundled;

	if (wait && was != MASTER) {
		m->joining = true;
		m->join_at = now + ms(MEMBER_FSM_JOIN_MS);
	} else if (!wait || now >= m->join_at) {
		m->joining = false;
	}
}

/* the content of a hello in one word, to see whether it changed */
static u16 to_tell(const struct member_fsm *m)
{
	struct trunk_pkt_member p;

	member_fsm_hello(m, &p);
	return p.phys | p.able << 1 | p.ready << 2 | p.core_ok << 3 |
	       p.state << 4 | p.mode << 8;
}

/**
 * member_fsm_eval() - decide anew
 * @m: the machine
 * @now: time
 * @v: the E-Trunk and the peer's member
 *
 * To be called after every change of anything, and at @m->next.
 *
 * Return: MEMBER_ACT_*.
 */
u32 member_fsm_eval(struct member_fsm *m, u64 now,
		    const struct member_fsm_view *v)
{
	const struct member_row *row = member_table;
	int by_capacity = larger(m, v);
	u32 have, size, acts = 0;
	u8 was = m->state;
	u8 reason;
	bool able;
	u16 told;

	if (m->core_at && now >= m->core_at) {
		m->core_at = 0;
		m->core_ok = core_good(m);
	}
	if (m->leave_at && now >= m->leave_at)
		m->leave_at = 0;
	m->yields = yields(m, now, v);
	m->ready = (m->services && m->core_good == m->services) ||
		   now >= m->start_at + ms(m->cfg.start_hold_ms);
	able = could_serve(m, v);
	if (able && !m->able)
		m->able_at = now;
	m->able = able;
	size = capacity(m->cfg.select, v->links, v->speed);
	if (size > m->capacity)
		m->grew_at = now;
	m->capacity = size;

	have = facts(m, now, v, by_capacity);
	while ((have & row->have) != row->have || (have & row->not))
		row++;
	if (row->state) {
		reason = reason_by_capacity(row->reason, by_capacity);
		if (row->state != m->state)
			acts |= MEMBER_ACT_STATE;
		if (reason != m->reason)
			acts |= MEMBER_ACT_REASON;
		m->state = row->state;
		m->reason = reason;
	}
	join(m, now, was, have);

	told = to_tell(m);
	if (told != m->told)
		acts |= MEMBER_ACT_HELLO;
	m->told = told;
	m->next = next_eval(m, now, v);
	return acts;
}

/**
 * member_fsm_hello() - what the peer is told of the machine
 * @m: the machine
 * @pkt: phys, able, ready, core_ok, state and mode are filled
 */
void member_fsm_hello(const struct member_fsm *m, struct trunk_pkt_member *pkt)
{
	pkt->phys = m->phys;
	pkt->able = m->able;
	pkt->ready = m->ready;
	/*
	 * Nobody shall yield to a member that has no service yet, nor, when
	 * both lose the core, to the one that notices later.
	 */
	pkt->core_ok = !m->cfg.core_tracking ||
		       (m->services && m->core_ok && m->core_good);
	pkt->state = m->joining ? BACKUP : m->state;
	pkt->mode = m->cfg.mode;
}
