// SPDX-License-Identifier: GPL-2.0
/*
 * The E-Trunk role machine; what it is about is told in trunk_fsm.h. All times
 * are monotonic nanoseconds.
 */
#include "trunk_fsm.h"

#define GRACE_NS	(TRUNK_FSM_GRACE_MS * NSEC_PER_MSEC)
#define DUAL_NS		(TRUNK_FSM_DUAL_MS * NSEC_PER_MSEC)
#define QUERY_NS	(TRUNK_FSM_QUERY_MS * (u64)NSEC_PER_MSEC)
#define RESEND_NS	(TRUNK_FSM_RESEND_MS * (u64)NSEC_PER_MSEC)
#define CLAIM_NS	(TRUNK_FSM_CLAIM_MS * (u64)NSEC_PER_MSEC)
/* immediate answers: this many at once, then one per interval */
#define REPLY_BURST	64
#define REPLY_NS	NSEC_PER_MSEC

/*
 * A hello after a change is repeated, so that one lost packet costs little:
 * gaps before the next one, read backwards by the count that is left.
 */
static const u16 burst_gap_ms[] = { 250, 100, 20 };

/* facts about the situation, columns of the table below */
enum {
	F_USABLE	= BIT(0),	/* hellos can be sent and checked */
	F_INIT		= BIT(1),	/* role is init */
	F_ALONE		= BIT(2),	/* ... for one own fail time */
	F_PEER		= BIT(3),	/* confirmed and heard */
	F_TWO_WAY	= BIT(4),	/* it hears us too */
	F_ONE_WAY	= BIT(5),	/* it surely does not hear us */
	F_PEER_MASTER	= BIT(6),	/* it says it is master */
	F_PEER_BFD	= BIT(7),	/* ... because of BFD */
	F_BY_BFD	= BIT(8),	/* we lost it by BFD */
	F_ALL_DOWN	= BIT(9),	/* no member of ours is up */
	F_WINS		= BIT(10),	/* we rank before the peer */
};

/**
 * struct role_row - one row of the role table
 * @have: facts that must be there
 * @not: facts that must not
 * @state: role then, 0 = no change
 * @reason: its reason
 */
struct role_row {
	u16 have;
	u16 not;
	u8 state;
	u8 reason;
};

/* first match decides; design: "E-Trunk role" */
static const struct role_row role_table[] = {
	/* nothing can be known without a key */
	{ 0, F_USABLE, ETRUNK_TRUNK_INIT, ETRUNK_REASON_INIT },
	/* start: wait for a handshake, at most one own fail time */
	{ F_INIT, F_ALONE | F_TWO_WAY, ETRUNK_TRUNK_INIT, ETRUNK_REASON_INIT },
	/* nothing to be master of */
	{ F_ALL_DOWN, 0, ETRUNK_TRUNK_BACKUP, ETRUNK_REASON_ALL_MEMBER_DOWN },
	/* nobody there */
	{ F_BY_BFD, F_PEER, ETRUNK_TRUNK_MASTER, ETRUNK_REASON_BFD_DOWN },
	{ 0, F_PEER, ETRUNK_TRUNK_MASTER, ETRUNK_REASON_TIMEOUT },
	/* the usual case */
	{ F_TWO_WAY | F_WINS, 0, ETRUNK_TRUNK_MASTER, ETRUNK_REASON_PRI },
	{ F_TWO_WAY, 0, ETRUNK_TRUNK_BACKUP, ETRUNK_REASON_PRI },
	/* it cannot hear us and serves: the one who hears yields */
	{ F_ONE_WAY | F_PEER_MASTER | F_PEER_BFD, 0,
	  ETRUNK_TRUNK_BACKUP, ETRUNK_REASON_PEER_BFD_DOWN },
	{ F_ONE_WAY | F_PEER_MASTER, 0,
	  ETRUNK_TRUNK_BACKUP, ETRUNK_REASON_PEER_TIMEOUT },
	/* start, and the peer neither hears us nor serves */
	{ F_INIT | F_ONE_WAY, 0, ETRUNK_TRUNK_MASTER, ETRUNK_REASON_TIMEOUT },
	/* heard, its echo outstanding, or it serves nobody: wait */
	{ 0, 0, 0, 0 },
};

/**
 * trunk_fsm_fail_ms() - the fail time that this PE advertises
 * @cfg: configuration
 */
u32 trunk_fsm_fail_ms(const struct trunk_fsm_cfg *cfg)
{
	return cfg->hello_ms * cfg->multiplier;
}

static u64 own_fail_ns(const struct trunk_fsm *f)
{
	return trunk_fsm_fail_ms(&f->cfg) * (u64)NSEC_PER_MSEC;
}

/* when the confirmed peer's echo is taken for "does not hear us" */
static u64 one_way_at(const struct trunk_fsm *f)
{
	const struct trunk_fsm_peer *p = &f->peer;

	if (!p->hears)
		return p->echo_time + GRACE_NS;
	return p->echo_time + max(own_fail_ns(f), p->fail_ns);
}

/**
 * trunk_fsm_one_way() - is the peer heard but deaf?
 * @f: the machine
 * @now: time
 */
bool trunk_fsm_one_way(const struct trunk_fsm *f, u64 now)
{
	return f->peer.fresh && now >= one_way_at(f);
}

/**
 * trunk_fsm_two_way() - do both hear each other?
 * @f: the machine
 * @now: time
 */
bool trunk_fsm_two_way(const struct trunk_fsm *f, u64 now)
{
	return f->peer.fresh && f->peer.hears && now < one_way_at(f);
}

/**
 * trunk_fsm_peer() - the relation with the peer as shown
 * @f: the machine
 * @now: time
 */
enum etrunk_peer trunk_fsm_peer(const struct trunk_fsm *f, u64 now)
{
	if (!f->peer.fresh)
		return ETRUNK_PEER_NONE;
	return trunk_fsm_two_way(f, now) ? ETRUNK_PEER_TWO_WAY :
					   ETRUNK_PEER_ONE_WAY;
}

/**
 * trunk_fsm_preferred() - do we rank before the peer?
 * @f: the machine
 *
 * Who handed over ranks last; else lower priority, then lower device id, then
 * lower address: never both.
 */
bool trunk_fsm_preferred(const struct trunk_fsm *f)
{
	const struct trunk_pkt *h = &f->peer.hello;
	int cmp;

	if (f->handed_over != h->handed_over)
		return h->handed_over;
	if (f->cfg.priority != h->priority)
		return f->cfg.priority < h->priority;
	cmp = memcmp(f->cfg.system_id, h->system_id, ETH_ALEN);
	return cmp ? cmp < 0 : !f->cfg.high;
}

/**
 * trunk_fsm_claims() - does an operator want us to serve now?
 * @f: the machine
 * @now: time
 *
 * Then members take over without a revert delay, even with revert off.
 */
bool trunk_fsm_claims(const struct trunk_fsm *f, u64 now)
{
	if (f->handed_over || !f->peer.fresh)
		return false;
	return f->peer.hello.handed_over || now < f->claim_until;
}

/**
 * trunk_fsm_select() - what decides who serves a member that both could
 * @f: the machine
 * @now: time
 *
 * By capacity only where both do so and hear each other, or both might come to
 * the same answer; and an operator who gave mastership away knows better.
 *
 * Return: enum etrunk_select.
 */
u8 trunk_fsm_select(const struct trunk_fsm *f, u64 now)
{
	const struct trunk_pkt *h = &f->peer.hello;

	if (!trunk_fsm_two_way(f, now) || h->select != f->cfg.select ||
	    f->handed_over || h->handed_over)
		return ETRUNK_SELECT_NONE;
	return f->cfg.select;
}

static bool we_win(const struct trunk_fsm *f)
{
	if (f->all_down != f->peer.hello.all_down)
		return f->peer.hello.all_down;
	return trunk_fsm_preferred(f);
}

static u16 facts(const struct trunk_fsm *f, u64 now)
{
	const struct trunk_fsm_peer *p = &f->peer;
	u16 have = 0;

	if (f->cfg.usable)
		have |= F_USABLE;
	if (f->state == ETRUNK_TRUNK_INIT)
		have |= F_INIT;
	if (!f->alone_at)
		have |= F_ALONE;
	if (f->lost_by_bfd)
		have |= F_BY_BFD;
	if (f->all_down)
		have |= F_ALL_DOWN;
	if (!p->fresh)
		return have;

	have |= F_PEER;
	if (trunk_fsm_two_way(f, now))
		have |= F_TWO_WAY;
	if (trunk_fsm_one_way(f, now))
		have |= F_ONE_WAY;
	if (p->hello.state == ETRUNK_TRUNK_MASTER)
		have |= F_PEER_MASTER;
	if (p->hello.reason == ETRUNK_REASON_BFD_DOWN)
		have |= F_PEER_BFD;
	if (we_win(f))
		have |= F_WINS;
	return have;
}

/*
 * Two masters because one of them did not hear the other, or was told by a
 * recording what to think of it.
 */
static bool dual_master(const struct trunk_fsm *f)
{
	const struct trunk_pkt *h = &f->peer.hello;

	if (!f->peer.fresh && f->cfg.split_master && f->path[TRUNK_BACKUP].up)
		return f->state == ETRUNK_TRUNK_MASTER &&
		       f->informed == ETRUNK_TRUNK_MASTER;
	return f->peer.fresh && f->state == ETRUNK_TRUNK_MASTER &&
	       h->state == ETRUNK_TRUNK_MASTER &&
	       (f->reason != ETRUNK_REASON_PRI ||
		h->reason != ETRUNK_REASON_PRI ||
		f->cfg.unprotected || h->unprotected);
}

static bool path_fault(const struct trunk_fsm *f, u64 now, unsigned int i)
{
	return f->cfg.backup && f->state != ETRUNK_TRUNK_INIT &&
	       !f->path[i].up && now >= f->path[i].fault_at;
}

static u32 faults(struct trunk_fsm *f, u64 now)
{
	const struct trunk_pkt *h = &f->peer.hello;
	u32 mask = 0;

	if (dual_master(f))
		f->dual_until = now + DUAL_NS;
	else if (f->dual_until && now >= f->dual_until)
		f->dual_until = 0;

	if (!f->cfg.usable)
		return BIT(TRUNK_FAULT_NO_KEY);
	if (f->state != ETRUNK_TRUNK_INIT && !f->peer.fresh)
		mask |= BIT(TRUNK_FAULT_NO_PEER);
	if (trunk_fsm_one_way(f, now))
		mask |= BIT(TRUNK_FAULT_ONE_WAY);
	if (f->bfd_down)
		mask |= BIT(TRUNK_FAULT_BFD_DOWN);
	if (f->dual_until)
		mask |= BIT(TRUNK_FAULT_DUAL_MASTER);
	if (f->peer.fresh && h->select != f->cfg.select)
		mask |= BIT(TRUNK_FAULT_SELECT);
	if (f->peer.fresh && h->unprotected != f->cfg.unprotected)
		mask |= BIT(TRUNK_FAULT_REPLAY);
	if (path_fault(f, now, TRUNK_PRIMARY))
		mask |= BIT(TRUNK_FAULT_PRIMARY_PATH);
	if (path_fault(f, now, TRUNK_BACKUP))
		mask |= BIT(TRUNK_FAULT_BACKUP_PATH);
	if (f->peer.fresh && h->has_lacp) {
		if (memcmp(f->cfg.lacp_system, h->lacp_system, ETH_ALEN))
			mask |= BIT(TRUNK_FAULT_LACP_SYSTEM_ID);
		if (f->cfg.lacp_priority != h->lacp_priority)
			mask |= BIT(TRUNK_FAULT_LACP_PRIORITY);
	}
	return mask;
}

/**
 * trunk_fsm_hurry() - a hello is being sent because something changed
 * @f: the machine
 * @now: time
 *
 * Makes the following ones repeat quickly.
 */
void trunk_fsm_hurry(struct trunk_fsm *f, u64 now)
{
	f->burst = ARRAY_SIZE(burst_gap_ms);
	f->next_tx = now;
}

/* look at the table; @acts: actions collected so far */
static u32 decide(struct trunk_fsm *f, u64 now, u32 acts)
{
	const struct role_row *row = role_table;
	u16 have;
	u32 mask;

	if (now >= f->alone_at)
		f->alone_at = 0;
	have = facts(f, now);

	/* as long as the claims of both are still there to be seen */
	mask = faults(f, now);

	while ((have & row->have) != row->have || (have & row->not))
		row++;
	if (row->state && (row->state != f->state ||
			   row->reason != f->reason)) {
		acts |= TRUNK_ACT_ROLE | TRUNK_ACT_TX;
		if (row->state != f->state)
			acts |= TRUNK_ACT_STATE;
		if (f->state == ETRUNK_TRUNK_INIT)
			f->decided_at = now;
		f->state = row->state;
		f->reason = row->reason;
		mask = faults(f, now);
	}

	if (mask != f->faults) {
		f->faults = mask;
		acts |= TRUNK_ACT_FAULTS;
	}
	if (!f->cfg.usable)
		acts &= ~TRUNK_ACT_TX;
	if (acts & TRUNK_ACT_TX)
		trunk_fsm_hurry(f, now);
	return acts;
}

/* believe nothing of the peer until it has answered @rnd */
static void forget_peer(struct trunk_fsm *f, u64 rnd)
{
	f->peer.fresh = false;
	f->peer.answered = false;
	f->peer.hears = false;
	f->peer.echo_seq = 0;
	f->query_until = 0;
	f->chal = rnd ?: 1;
}

static void path_down(struct trunk_fsm *f, u64 now, unsigned int i)
{
	struct trunk_fsm_path *path = &f->path[i];

	if (!path->up)
		return;
	path->up = false;
	path->since = now;
	path->fault_at = now;
}

static void path_up(struct trunk_fsm *f, u64 now, const struct trunk_pkt *pkt)
{
	struct trunk_fsm_path *path = &f->path[pkt->path];

	if (!path->up)
		path->since = now;
	path->up = true;
	path->last_rx = now;
	if (path->sess != pkt->sess || pkt->seq > path->rx_seq) {
		path->sess = pkt->sess;
		path->rx_seq = pkt->seq;
	}
}

/* none is up yet: that is no fault before the fail time has passed */
static void paths_unknown(struct trunk_fsm *f, u64 now)
{
	unsigned int i;

	for (i = 0; i < TRUNK_PATHS; i++) {
		memset(&f->path[i], 0, sizeof(f->path[i]));
		f->path[i].since = now;
		f->path[i].fault_at = now + own_fail_ns(f);
	}
}

/*
 * Of the peer's session, and new on its path: the copy of a hello that came by
 * the other one, or that one is late.
 */
static bool is_copy(const struct trunk_fsm *f, const struct trunk_pkt *pkt)
{
	const struct trunk_fsm_path *path = &f->path[pkt->path];

	return f->cfg.backup && pkt->sess == f->peer.sess &&
	       pkt->seq + TRUNK_FSM_BEHIND > f->peer.rx_seq &&
	       (path->sess != pkt->sess || pkt->seq > path->rx_seq);
}

/* sent by a peer that lived when, or after, BFD lost it */
static bool is_answer(const struct trunk_fsm *f, const struct trunk_pkt *pkt)
{
	return pkt->query || (pkt->echo_sess == f->sess &&
			      pkt->echo_seq >= f->query_seq);
}

static void enter_init(struct trunk_fsm *f, u64 now)
{
	f->state = ETRUNK_TRUNK_INIT;
	f->reason = ETRUNK_REASON_INIT;
	f->alone_at = now + own_fail_ns(f);
	f->lost_by_bfd = false;
	f->dual_until = 0;
}

/**
 * trunk_fsm_init() - an inert machine
 * @f: to fill
 * @cfg: configuration, copied
 */
void trunk_fsm_init(struct trunk_fsm *f, const struct trunk_fsm_cfg *cfg)
{
	memset(f, 0, sizeof(*f));
	f->cfg = *cfg;
	f->state = ETRUNK_TRUNK_INIT;
	f->reason = ETRUNK_REASON_INIT;
	f->next_tx = U64_MAX;
	f->alone_at = U64_MAX;
}

/**
 * trunk_fsm_start() - begin, or begin anew with other addresses
 * @f: the machine
 * @now: time
 * @sess: random, the new own session
 * @chal: random, the first challenge
 *
 * Return: TRUNK_ACT_*.
 */
u32 trunk_fsm_start(struct trunk_fsm *f, u64 now, u64 sess, u64 chal)
{
	u32 acts = TRUNK_ACT_TX | TRUNK_ACT_PEER;

	if (f->state != ETRUNK_TRUNK_INIT)
		acts |= TRUNK_ACT_ROLE | TRUNK_ACT_STATE;
	memset(&f->peer, 0, sizeof(f->peer));
	f->sess = sess ?: 1;
	f->seq = 0;
	f->resp_sess = 0;
	f->resp_chal = 0;
	f->must_answer = false;
	f->reply_tokens = REPLY_BURST;
	f->reply_time = now;
	forget_peer(f, chal);
	paths_unknown(f, now);
	enter_init(f, now);
	return decide(f, now, acts);
}

/**
 * trunk_fsm_config() - the configuration changed
 * @f: the machine
 * @now: time
 * @cfg: the new one; addresses did not change, or trunk_fsm_start() follows
 * @rnd: random, for a new challenge
 *
 * Return: TRUNK_ACT_*.
 */
u32 trunk_fsm_config(struct trunk_fsm *f, u64 now,
		     const struct trunk_fsm_cfg *cfg, u64 rnd)
{
	bool was_usable = f->cfg.usable;
	bool was_backup = f->cfg.backup;
	u64 was_fail = own_fail_ns(f);

	f->cfg = *cfg;
	if (cfg->backup != was_backup)
		paths_unknown(f, now);
	if (cfg->usable && !was_usable)
		f->alone_at = now + own_fail_ns(f);
	else if (f->alone_at && f->alone_at != U64_MAX)
		/* the new fail time counts from when the wait began */
		f->alone_at += own_fail_ns(f) - was_fail;
	/* whom we believed so far has to answer from now on */
	if (!cfg->usable ||
	    (!cfg->unprotected && f->peer.fresh && !f->peer.answered))
		forget_peer(f, rnd);
	return decide(f, now, TRUNK_ACT_TX);
}

/* may an unconfirmed session be answered at once? */
static bool may_reply(struct trunk_fsm *f, u64 now)
{
	while (f->reply_tokens < REPLY_BURST &&
	       now - f->reply_time >= REPLY_NS) {
		f->reply_tokens++;
		f->reply_time += REPLY_NS;
	}
	if (f->reply_tokens == REPLY_BURST)
		f->reply_time = now;
	if (!f->reply_tokens)
		return false;
	f->reply_tokens--;
	return true;
}

/* what the confirmed peer says about hearing us */
static void take_echo(struct trunk_fsm *f, u64 now, const struct trunk_pkt *pkt)
{
	struct trunk_fsm_peer *p = &f->peer;

	if (pkt->echo_sess != f->sess || !pkt->echo_seq) {
		if (p->hears)
			p->echo_time = now;
		p->hears = false;
		p->echo_seq = 0;
		return;
	}
	if (!p->hears || pkt->echo_seq > p->echo_seq) {
		p->echo_seq = pkt->echo_seq;
		p->echo_time = now;
	}
	p->hears = true;
}

/* @proved: the hello answers our challenge, which is used up then */
static void meet_peer(struct trunk_fsm *f, u64 now, const struct trunk_pkt *pkt,
		      bool proved, u64 rnd)
{
	struct trunk_fsm_peer *p = &f->peer;
	u64 query_until = f->query_until;

	forget_peer(f, proved ? rnd : f->chal);
	if (proved)
		f->must_answer = false;
	else
		f->query_until = query_until;
	p->fresh = true;
	p->answered = proved;
	if (p->sess != pkt->sess)
		p->rx_seq = 0;
	p->sess = pkt->sess;
	p->echo_time = now;
	f->lost_by_bfd = false;
}

/**
 * trunk_fsm_rx() - an authentic, well-formed hello arrived
 * @f: the machine
 * @now: time
 * @pkt: the hello
 * @rnd: random, for a new challenge
 * @result: what became of it
 *
 * Return: TRUNK_ACT_*.
 */
u32 trunk_fsm_rx(struct trunk_fsm *f, u64 now, const struct trunk_pkt *pkt,
		 u64 rnd, enum trunk_fsm_rx *result)
{
	bool answers = pkt->resp_sess == f->sess && pkt->resp_chal == f->chal;
	struct trunk_fsm_peer *p = &f->peer;
	bool known = pkt->sess == p->sess && p->fresh;
	bool old = pkt->sess == p->sess && pkt->seq <= p->rx_seq;
	bool proved = !old && (answers || (known && p->answered));
	bool believed;
	u32 acts = 0;

	if (pkt->high == f->cfg.high || pkt->sess == f->sess) {
		*result = TRUNK_RX_REFLECTED;
		return 0;
	}
	if (f->cfg.split_master && pkt->path != TRUNK_PRIMARY) {
		*result = is_copy(f, pkt) ? TRUNK_RX_COPY : TRUNK_RX_SEQUENCE;
		if (*result != TRUNK_RX_COPY)
			return 0;
		f->informed = pkt->state;
		path_up(f, now, pkt);
		return decide(f, now, 0);
	}
	if (old && p->fresh && is_copy(f, pkt)) {
		*result = TRUNK_RX_COPY;
		path_up(f, now, pkt);
		return decide(f, now, 0);
	}
	believed = proved || (f->cfg.unprotected && !f->must_answer);
	if (!believed && old) {
		*result = TRUNK_RX_SEQUENCE;
		return 0;
	}
	if (!believed) {
		*result = TRUNK_RX_UNCONFIRMED;
		f->resp_sess = pkt->sess;
		f->resp_chal = pkt->chal;
		return may_reply(f, now) ? TRUNK_ACT_TX : 0;
	}

	*result = proved ? TRUNK_RX_ACCEPTED : TRUNK_RX_BELIEVED;
	if (!known) {
		meet_peer(f, now, pkt, proved, rnd);
		acts |= TRUNK_ACT_PEER | (proved ? TRUNK_ACT_TX : 0);
	} else if (proved && !p->answered) {
		p->answered = true;
		f->chal = rnd ?: 1;
	}
	p->rx_seq = max(p->rx_seq, pkt->seq);
	p->last_rx = now;
	p->fail_ns = pkt->fail_time_ms * (u64)NSEC_PER_MSEC;
	p->hello = *pkt;
	path_up(f, now, pkt);
	take_echo(f, now, pkt);
	if (f->query_until && proved && is_answer(f, pkt))
		f->query_until = 0;

	/* it is new, lost us, or never had us: help it to find us */
	f->resp_sess = pkt->sess;
	f->resp_chal = pkt->chal;
	if ((!known || !p->hears || pkt->query) && may_reply(f, now))
		acts |= TRUNK_ACT_TX;
	return decide(f, now, acts);
}

/* no path answered */
static u32 lost_by_bfd(struct trunk_fsm *f, u64 now, u64 rnd)
{
	path_down(f, now, TRUNK_PRIMARY);
	if (!f->cfg.split_master)
		path_down(f, now, TRUNK_BACKUP);
	forget_peer(f, rnd);
	f->must_answer = true;
	f->lost_by_bfd = true;
	return TRUNK_ACT_TX | TRUNK_ACT_PEER;
}

static bool path_late(const struct trunk_fsm *f, u64 now, unsigned int i)
{
	return f->path[i].up && now >= f->path[i].last_rx + f->peer.fail_ns;
}

/**
 * trunk_fsm_timer() - time has passed
 * @f: the machine
 * @now: time
 * @rnd: random, for a new challenge
 *
 * Return: TRUNK_ACT_*.
 */
u32 trunk_fsm_timer(struct trunk_fsm *f, u64 now, u64 rnd)
{
	unsigned int i;
	u32 acts = 0;

	if (f->peer.fresh && now >= f->peer.last_rx + f->peer.fail_ns) {
		forget_peer(f, rnd);
		acts |= TRUNK_ACT_TX | TRUNK_ACT_PEER;
	}
	if (f->query_until && now >= f->query_until)
		acts |= lost_by_bfd(f, now, rnd);
	for (i = 0; i < TRUNK_PATHS; i++)
		if (path_late(f, now, i))
			path_down(f, now, i);
	acts = decide(f, now, acts);
	if (f->cfg.usable && now >= f->next_tx)
		acts |= TRUNK_ACT_TX;
	if (f->query_until && now >= f->query_next) {
		f->query_next = now + RESEND_NS;
		acts |= TRUNK_ACT_TX;
	}
	return acts;
}

/**
 * trunk_fsm_bfd() - the tracked BFD session changed
 * @f: the machine
 * @now: time
 * @what: how
 * @rnd: random, for a new challenge
 *
 * Only an expired detection time means that the peer is gone. In init nothing
 * is concluded from it: a PE that stood still finds its own sessions expired.
 *
 * Return: TRUNK_ACT_*.
 */
u32 trunk_fsm_bfd(struct trunk_fsm *f, u64 now, enum trunk_fsm_bfd what,
		  u64 rnd)
{
	u32 acts = 0;

	switch (what) {
	case TRUNK_BFD_EXPIRED:
		f->bfd_down = true;
		if (f->state == ETRUNK_TRUNK_INIT || !f->peer.fresh)
			break;
		if (f->cfg.backup && !f->cfg.split_master) {
			path_down(f, now, TRUNK_PRIMARY);
			f->query_until = now + QUERY_NS;
			f->query_next = now + RESEND_NS;
			f->query_seq = f->seq + 1;
			acts |= TRUNK_ACT_TX;
			break;
		}
		acts |= lost_by_bfd(f, now, rnd);
		break;
	case TRUNK_BFD_SIGNALLED:
		f->bfd_down = true;
		break;
	case TRUNK_BFD_UP:
		f->bfd_down = false;
		f->query_until = 0;
		acts |= TRUNK_ACT_TX;
		break;
	case TRUNK_BFD_GONE:
		f->bfd_down = false;
		f->query_until = 0;
		break;
	}
	return decide(f, now, acts);
}

/**
 * trunk_fsm_stalled() - this PE stood still and knows nothing any more
 * @f: the machine
 * @now: time
 * @rnd: random, for a new challenge
 *
 * The own session goes on, so that the peer hears at once what happened.
 *
 * Return: TRUNK_ACT_*.
 */
u32 trunk_fsm_stalled(struct trunk_fsm *f, u64 now, u64 rnd)
{
	u32 acts = TRUNK_ACT_TX | TRUNK_ACT_PEER;

	if (f->state != ETRUNK_TRUNK_INIT)
		acts |= TRUNK_ACT_ROLE | TRUNK_ACT_STATE;
	forget_peer(f, rnd);
	f->must_answer = true;
	enter_init(f, now);
	return decide(f, now, acts);
}

/**
 * trunk_fsm_hand_over() - the operator gives mastership away, or takes it back
 * @f: the machine
 * @now: time
 * @give: give
 *
 * It stays given, over a loss of the peer and its return, until taken back;
 * without a peer we serve all the same.
 *
 * Return: TRUNK_ACT_*.
 */
u32 trunk_fsm_hand_over(struct trunk_fsm *f, u64 now, bool give)
{
	f->handed_over = give;
	f->claim_until = give ? 0 : now + CLAIM_NS;
	return decide(f, now, TRUNK_ACT_TX);
}

/**
 * trunk_fsm_members() - the last member went down, or the first came up
 * @f: the machine
 * @now: time
 * @all_down: there are members and all are down
 *
 * Return: TRUNK_ACT_*.
 */
u32 trunk_fsm_members(struct trunk_fsm *f, u64 now, bool all_down)
{
	if (f->all_down == all_down)
		return 0;
	f->all_down = all_down;
	return decide(f, now, TRUNK_ACT_TX);
}

/**
 * trunk_fsm_hello() - the next hello, about to be sent
 * @f: the machine
 * @now: time
 * @pkt: filled but authentication
 */
void trunk_fsm_hello(struct trunk_fsm *f, u64 now, struct trunk_pkt *pkt)
{
	u32 gap = f->cfg.hello_ms;

	if (f->burst)
		gap = min_t(u32, gap, burst_gap_ms[--f->burst]);
	f->next_tx = now + gap * (u64)NSEC_PER_MSEC;

	memset(pkt, 0, sizeof(*pkt));
	pkt->id = f->cfg.id;
	pkt->high = f->cfg.high;
	pkt->all_down = f->all_down;
	pkt->handed_over = f->handed_over;
	pkt->query = f->query_until;
	pkt->unprotected = f->cfg.unprotected;
	pkt->priority = f->cfg.priority;
	pkt->state = f->state;
	pkt->reason = f->reason;
	pkt->select = f->cfg.select;
	pkt->fail_time_ms = trunk_fsm_fail_ms(&f->cfg);
	memcpy(pkt->system_id, f->cfg.system_id, ETH_ALEN);
	pkt->sess = f->sess;
	pkt->seq = ++f->seq;
	pkt->chal = f->chal;
	pkt->resp_sess = f->resp_sess;
	pkt->resp_chal = f->resp_chal;
	if (f->peer.fresh) {
		pkt->echo_sess = f->peer.sess;
		pkt->echo_seq = f->peer.rx_seq;
	}
	pkt->has_lacp = true;
	memcpy(pkt->lacp_system, f->cfg.lacp_system, ETH_ALEN);
	pkt->lacp_priority = f->cfg.lacp_priority;
}

/**
 * trunk_fsm_deadline() - when trunk_fsm_timer() has to be called
 * @f: the machine
 *
 * Return: time, U64_MAX = never.
 */
u64 trunk_fsm_deadline(const struct trunk_fsm *f)
{
	const struct trunk_fsm_peer *p = &f->peer;
	unsigned int i;
	u64 at = U64_MAX;

	if (!f->cfg.usable)
		return at;
	at = f->next_tx;
	if (f->state == ETRUNK_TRUNK_INIT && f->alone_at)
		at = min(at, f->alone_at);
	if (p->fresh) {
		at = min(at, p->last_rx + p->fail_ns);
		if (!(f->faults & BIT(TRUNK_FAULT_ONE_WAY)))
			at = min(at, one_way_at(f));
	}
	if (f->dual_until)
		at = min(at, f->dual_until);
	if (f->query_until)
		at = min(at, min(f->query_until, f->query_next));
	for (i = 0; f->cfg.backup && i < TRUNK_PATHS; i++) {
		const struct trunk_fsm_path *path = &f->path[i];

		if (path->up)
			at = min(at, path->last_rx + p->fail_ns);
		else if (f->state != ETRUNK_TRUNK_INIT &&
			 !(f->faults & BIT(TRUNK_FAULT_PRIMARY_PATH + i)))
			at = min(at, path->fault_at);
	}
	return at;
}
