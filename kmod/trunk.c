// SPDX-License-Identifier: GPL-2.0
/*
 * E-Trunks: the object around the role machine, and the one place where events
 * of an E-Trunk and its members become decisions and then actions.
 *
 * Whatever happens (hello, timer, BFD, links, core, configuration) goes the
 * same way: take trunk->lock, tell the machine, trunk_update(), release the
 * lock, trunk_run(). trunk_update() lets every member decide anew, notes what
 * is to be done and arms the timer. trunk_run() does it, quick things first:
 * gates and LACPDUs, hello, services, then the telling. Two CPUs may run for
 * the same E-Trunk at once: what a member needs is taken by one of them under
 * the lock, and etrunk_lag_set_role() ignores what is older than it has seen.
 *
 * Who may still be running when an E-Trunk dies: (1) receive, which finds it
 * in the list under RCU; (2) its timer; (3) the tracked BFD session's notify;
 * (4) the heartbeat's etrunk_trunk_stalled(), through the list; (5) members'
 * events, but an E-Trunk with members does not die. etrunk_trunk_destroy()
 * unlinks it and marks it dead under its lock: none of them arms or sends any
 * more. etrunk_bfd_untrack() ends (3), synchronize_net() (1) and (4), then the
 * timer is cancelled and the memory goes.
 */
#include <linux/random.h>
#include <linux/slab.h>

#include "peer_diff.h"
#include "trunk.h"

const char *const trunk_fault_name[TRUNK_FAULT_N] = {
	[TRUNK_FAULT_NO_KEY] = "no-key",
	[TRUNK_FAULT_NO_PEER] = "no-peer",
	[TRUNK_FAULT_ONE_WAY] = "one-way",
	[TRUNK_FAULT_BFD_DOWN] = "bfd-down",
	[TRUNK_FAULT_DUAL_MASTER] = "dual-master",
	[TRUNK_FAULT_LACP_SYSTEM_ID] = "lacp-system-id-mismatch",
	[TRUNK_FAULT_LACP_PRIORITY] = "lacp-priority-mismatch",
	[TRUNK_FAULT_SELECT] = "select-mismatch",
	[TRUNK_FAULT_PRIMARY_PATH] = "primary-path-down",
	[TRUNK_FAULT_BACKUP_PATH] = "backup-path-down",
	[TRUNK_FAULT_REPLAY] = "replay-mismatch",
	[TRUNK_FAULT_TIMER] = "timer-mismatch",
	[TRUNK_FAULT_REVERT_DELAY] = "revert-delay-mismatch",
	[TRUNK_FAULT_VERSION] = "version-mismatch",
};

/**
 * trunk_count() - count a drop
 * @t: E-Trunk; its lock is not held
 * @counter: which
 */
void trunk_count(struct etrunk_trunk *t, enum trunk_counter counter)
{
	spin_lock_bh(&t->lock);
	t->counters[counter]++;
	spin_unlock_bh(&t->lock);
}

/* ---------------------------------------------------- decisions and actions */

/**
 * trunk_event() - note something to tell the world
 * @t: E-Trunk, locked
 * @w: work
 * @type: of the event
 * @object: kind and name
 * @from: before
 * @to: now
 * @reason: why
 */
void trunk_event(struct etrunk_trunk *t, struct trunk_work *w,
		 enum etrunk_event_type type, const char *object,
		 const char *from, const char *to, const char *reason)
{
	lockdep_assert_held(&t->lock);
	if (w->n == TRUNK_WORK_EVENTS) {
		etrunk_event(t->en, type, object, from, to, reason);
		return;
	}
	w->event[w->n].type = type;
	w->event[w->n].object = object;
	w->event[w->n].from = from;
	w->event[w->n].to = to;
	w->event[w->n].reason = reason;
	w->n++;
}

/**
 * trunk_arm() - have the timer run when something is due
 * @t: E-Trunk, locked
 *
 * The only place that arms it.
 */
void trunk_arm(struct etrunk_trunk *t)
{
	u64 at = trunk_fsm_deadline(&t->fsm);
	struct etrunk_member *m;

	lockdep_assert_held(&t->lock);
	if (t->dead || !t->started)
		return;
	list_for_each_entry(m, &t->members, node)
		if (m->started)
			at = min(at, m->fsm.next);

	if (at >= KTIME_MAX)
		etrunk_timer_stop(&t->timer);
	else
		etrunk_timer_start(&t->timer, at);
}

static bool all_down(const struct etrunk_trunk *t)
{
	const struct etrunk_member *m;
	bool any = false;

	list_for_each_entry(m, &t->members, node) {
		if (!m->started)
			continue;
		if (m->fsm.phys)
			return false;
		any = true;
	}
	return any;
}

static void tell_role(struct etrunk_trunk *t, struct trunk_work *w)
{
	const char *from = etrunk_trunk_state_name(t->told_state);
	const char *to = etrunk_trunk_state_name(t->fsm.state);
	const char *why = etrunk_trunk_reason_name(t->fsm.reason);

	if (t->told_state == t->fsm.state && t->told_reason == t->fsm.reason)
		return;
	t->told_state = t->fsm.state;
	t->told_reason = t->fsm.reason;
	t->last_change = ktime_get_real_ns();
	etrunk_history_add(&t->history, from, to, why);
	trunk_event(t, w, ETRUNK_EVENT_TRUNK_STATE, t->name, from, to, why);
}

/**
 * trunk_settings_fill() - what the peer is told to compare
 * @t: E-Trunk, locked
 * @s: filled
 */
void trunk_settings_fill(const struct etrunk_trunk *t,
			 struct trunk_pkt_settings *s)
{
	memset(s, 0, sizeof(*s));
	s->has_timers = true;
	s->hello_ms = t->cfg.hello_ms;
	s->multiplier = t->cfg.multiplier;
	s->revert_delay_ms = t->cfg.revert_delay_ms;
	s->revert = t->cfg.revert;
	BUILD_BUG_ON(sizeof(ETRUNK_VERSION) > sizeof(s->version));
	strscpy(s->version, ETRUNK_VERSION, sizeof(s->version));
}

static u32 faults(const struct etrunk_trunk *t)
{
	struct trunk_pkt_settings ours;
	u32 mask = t->fsm.faults, diff;

	if (!t->fsm.peer.fresh || !t->fsm.cfg.usable)
		return mask;
	trunk_settings_fill(t, &ours);
	diff = peer_diff_settings(&ours, &t->peer_settings);
	if (diff & PEER_DIFF_TIMER)
		mask |= BIT(TRUNK_FAULT_TIMER);
	if (diff & PEER_DIFF_REVERT_DELAY)
		mask |= BIT(TRUNK_FAULT_REVERT_DELAY);
	if (diff & PEER_DIFF_VERSION)
		mask |= BIT(TRUNK_FAULT_VERSION);
	return mask;
}

static void tell_faults(struct etrunk_trunk *t, struct trunk_work *w)
{
	u32 now = faults(t), changed = t->told_faults ^ now;
	unsigned int i;

	for (i = 0; i < TRUNK_FAULT_N; i++) {
		if (!(changed & BIT(i)))
			continue;
		if (now & BIT(i))
			trunk_event(t, w, ETRUNK_EVENT_FAULT, t->name,
				    NULL, "raised", trunk_fault_name[i]);
		else
			trunk_event(t, w, ETRUNK_EVENT_FAULT, t->name,
				    "raised", "cleared", trunk_fault_name[i]);
	}
	t->told_faults = now;
}

/**
 * trunk_update() - decide anew and note what is to be done
 * @t: E-Trunk, locked
 * @now: ktime_get_ns()
 * @acts: what the role machine wants so far, TRUNK_ACT_*
 * @w: work, collected
 */
void trunk_update(struct etrunk_trunk *t, u64 now, u32 acts,
		  struct trunk_work *w)
{
	struct etrunk_member *m;

	lockdep_assert_held(&t->lock);
	if (t->dead || !t->started)
		return;

	acts |= trunk_fsm_members(&t->fsm, now, all_down(t));
	tell_role(t, w);
	tell_faults(t, w);
	list_for_each_entry(m, &t->members, node) {
		if (!m->started)
			continue;
		if ((acts & TRUNK_ACT_STATE) &&
		    t->fsm.state == ETRUNK_TRUNK_INIT)
			member_fsm_start(&m->fsm, now);
		member_update(m, now, w);
	}

	if (acts & TRUNK_ACT_TX)
		w->tx = true;
	if (!t->fsm.cfg.usable)
		w->tx = false;
	if (!w->tx)
		trunk_arm(t);	/* else trunk_tx() does */
}

/**
 * trunk_hurry() - the peer has to know something at once
 * @t: E-Trunk, locked
 * @now: ktime_get_ns()
 * @w: work
 */
void trunk_hurry(struct etrunk_trunk *t, u64 now, struct trunk_work *w)
{
	lockdep_assert_held(&t->lock);
	if (!t->started || t->dead || !t->fsm.cfg.usable)
		return;
	trunk_fsm_hurry(&t->fsm, now);
	w->tx = true;
}

static void run_member(struct etrunk_trunk *t, struct etrunk_member *m)
{
	bool todo, planned;
	u8 state;
	u64 gen;

	spin_lock(&t->lock);
	todo = m->todo_role;
	m->todo_role = false;
	planned = m->planned;
	state = m->fsm.state;
	gen = m->gen;
	spin_unlock(&t->lock);

	if (todo)
		etrunk_lag_set_role(m->lag, state, planned, gen);
}

static void run_services(struct etrunk_trunk *t, struct etrunk_member *m)
{
	bool todo;

	spin_lock(&t->lock);
	todo = m->todo_ac;
	m->todo_ac = false;
	spin_unlock(&t->lock);

	if (todo)
		etrunk_vpws_member_changed(m);
}

/**
 * trunk_run() - do what trunk_update() noted
 * @t: E-Trunk, not locked
 * @w: the work
 *
 * Softirq or BH off.
 */
void trunk_run(struct etrunk_trunk *t, struct trunk_work *w)
{
	struct etrunk_member *m;
	unsigned int i;

	rcu_read_lock();
	list_for_each_entry_rcu(m, &t->members, node)
		run_member(t, m);
	if (w->tx)
		trunk_tx(t);
	list_for_each_entry_rcu(m, &t->members, node)
		run_services(t, m);
	for (i = 0; i < w->n; i++)
		etrunk_event(t->en, w->event[i].type, w->event[i].object,
			     w->event[i].from, w->event[i].to,
			     w->event[i].reason);
	rcu_read_unlock();
}

/*
 * What the peer applies to us before it takes over: the heartbeat must notice
 * when we were silent for that long. RTNL or RCU.
 */
static void set_stall_limit(struct etrunk_net *en)
{
	struct etrunk_trunk *t;
	u64 limit = 0;

	list_for_each_entry_rcu(t, &en->trunks, node, lockdep_rtnl_is_held()) {
		struct etrunk_bfd *bfd = rcu_dereference_rtnl(t->bfd);
		u64 fail = trunk_fsm_fail_ms(&t->fsm.cfg) * (u64)NSEC_PER_MSEC;
		u64 detect = bfd ? etrunk_bfd_peer_detect_time(bfd) : 0;

		if (!READ_ONCE(t->started) || READ_ONCE(t->dead))
			continue;
		if (detect)
			fail = min(fail, detect);
		limit = limit ? min(limit, fail) : fail;
	}
	WRITE_ONCE(en->stall_ns, limit);
}

static void stalled(struct etrunk_trunk *t)
{
	u64 now = ktime_get_ns();
	struct trunk_work w = {};

	spin_lock_bh(&t->lock);
	if (t->started && !t->dead)
		trunk_update(t, now, trunk_fsm_stalled(&t->fsm, now,
						       get_random_u64()), &w);
	spin_unlock_bh(&t->lock);
	trunk_run(t, &w);
}

/**
 * etrunk_trunk_stalled() - this PE stood still and must not trust itself
 * @en: namespace
 * @late_ns: for how long
 *
 * Heartbeat, softirq; the gates are closed meanwhile.
 */
void etrunk_trunk_stalled(struct etrunk_net *en, u64 late_ns)
{
	struct etrunk_trunk *t;

	pr_warn_ratelimited("stood still for %llu ms, negotiating anew\n",
			    div_u64(late_ns, NSEC_PER_MSEC));
	rcu_read_lock();
	list_for_each_entry_rcu(t, &en->trunks, node)
		stalled(t);
	rcu_read_unlock();
}

static void trunk_timer(struct etrunk_timer *timer)
{
	struct etrunk_trunk *t = container_of(timer, struct etrunk_trunk,
					      timer);
	struct trunk_work w = {};
	u64 now;

	/* expired because nothing ran here proves nothing about the peer */
	if (etrunk_heartbeat_late(t->en)) {
		stalled(t);
		return;
	}

	spin_lock(&t->lock);
	now = ktime_get_ns();
	if (t->started && !t->dead)
		trunk_update(t, now, trunk_fsm_timer(&t->fsm, now,
						     get_random_u64()), &w);
	spin_unlock(&t->lock);
	trunk_run(t, &w);

	/* BFD intervals are negotiated without asking us */
	rcu_read_lock();
	set_stall_limit(t->en);
	rcu_read_unlock();
}

/* RFC 5880 4.1: diagnostics of a session that did not hear its peer */
static bool not_heard(u8 diag)
{
	return diag == 1 || diag == 2;
}

static void bfd_notify(struct etrunk_bfd_client *client,
		       const struct etrunk_bfd_change *change)
{
	struct etrunk_trunk *t = container_of(client, struct etrunk_trunk,
					      bfd_client);
	enum trunk_fsm_bfd what;
	struct trunk_work w = {};

	if (change->new == ETRUNK_BFD_UP)
		what = TRUNK_BFD_UP;
	else if (change->new == ETRUNK_BFD_ADMIN_DOWN ||
		 change->remote == ETRUNK_BFD_ADMIN_DOWN)
		what = TRUNK_BFD_GONE;
	else if (change->old != ETRUNK_BFD_UP)
		return;
	else if (!not_heard(change->diag))
		what = TRUNK_BFD_SIGNALLED;
	else
		what = TRUNK_BFD_EXPIRED;

	if (what == TRUNK_BFD_EXPIRED && etrunk_heartbeat_late(t->en)) {
		stalled(t);
		return;
	}
	spin_lock_bh(&t->lock);
	if (t->started && !t->dead)
		trunk_update(t, change->now,
			     trunk_fsm_bfd(&t->fsm, change->now, what,
					   get_random_u64()), &w);
	spin_unlock_bh(&t->lock);
	trunk_run(t, &w);
}

/* ------------------------------------------------------------ configuration */

/**
 * etrunk_trunk_find() - look an E-Trunk up
 * @en: namespace
 * @id: its id
 *
 * RTNL or RCU. Return: the E-Trunk or NULL.
 */
struct etrunk_trunk *etrunk_trunk_find(struct etrunk_net *en, u32 id)
{
	struct etrunk_trunk *t;

	list_for_each_entry_rcu(t, &en->trunks, node, lockdep_rtnl_is_held())
		if (t->cfg.id == id)
			return t;
	return NULL;
}

/**
 * etrunk_trunk_high() - is our address the greater one?
 * @cfg: configuration
 *
 * Decides bit 15 of LACP port numbers, and tells directions of hellos apart.
 */
bool etrunk_trunk_high(const struct etrunk_trunk_cfg *cfg)
{
	const struct trunk_path_cfg *p = &cfg->path[TRUNK_PRIMARY];

	if (p->source.family == AF_INET6)
		return memcmp(&p->source.v6, &p->peer.v6,
			      sizeof(p->source.v6)) > 0;
	return ntohl(p->source.v4) > ntohl(p->peer.v4);
}

static void fsm_cfg(struct trunk_fsm_cfg *to, const struct etrunk_trunk *t,
		    const struct trunk_keyring *keys)
{
	memset(to, 0, sizeof(*to));
	to->id = t->cfg.id;
	to->priority = t->cfg.priority;
	to->high = etrunk_trunk_high(&t->cfg);
	to->usable = trunk_keyring_usable(keys);
	to->select = t->cfg.select;
	to->backup = t->cfg.path[TRUNK_BACKUP].peer.family;
	to->split_master = to->backup &&
			   t->cfg.split_policy == ETRUNK_SPLIT_MASTER;
	to->unprotected = !t->cfg.replay_protection;
	to->hello_ms = t->cfg.hello_ms;
	to->multiplier = t->cfg.multiplier;
	ether_addr_copy(to->system_id, t->en->system_id);
	ether_addr_copy(to->lacp_system, t->en->lacp_system_id);
	to->lacp_priority = t->en->lacp_priority;
}

static void config_event(struct etrunk_trunk *t, const char *what)
{
	etrunk_event(t->en, ETRUNK_EVENT_CONFIG, t->name, NULL, what, NULL);
}

/**
 * etrunk_trunk_create() - an inert E-Trunk
 * @en: namespace
 * @plan: valid configuration; no E-Trunk has this id. Keys and sockets become
 *	the E-Trunk's
 *
 * RTNL. Return: the E-Trunk, linked, or an ERR_PTR.
 */
struct etrunk_trunk *etrunk_trunk_create(struct etrunk_net *en,
					 const struct etrunk_trunk_plan *plan)
{
	const struct etrunk_trunk_cfg *cfg = &plan->cfg;
	struct etrunk_trunk *t, *pos;
	struct list_head *before = &en->trunks;
	struct trunk_fsm_cfg fcfg;
	unsigned int i;

	ASSERT_RTNL();
	t = kzalloc(sizeof(*t), GFP_KERNEL);
	if (!t)
		return ERR_PTR(-ENOMEM);
	t->en = en;
	t->cfg = *cfg;
	snprintf(t->name, sizeof(t->name), "e-trunk %u", cfg->id);
	for (i = 0; i < TRUNK_PATHS; i++) {
		t->sock[i] = plan->sock[i];
		t->scope[i] = cfg->path[TRUNK_PRIMARY].vrf;
	}
	rcu_assign_pointer(t->keys, plan->keys);
	INIT_LIST_HEAD(&t->members);
	spin_lock_init(&t->lock);
	etrunk_timer_setup(&t->timer, trunk_timer);
	t->bfd_client.notify = bfd_notify;
	strscpy(t->bfd_client.name, t->name, sizeof(t->bfd_client.name));
	fsm_cfg(&fcfg, t, plan->keys);
	trunk_fsm_init(&t->fsm, &fcfg);
	t->told_state = t->fsm.state;
	t->told_reason = t->fsm.reason;

	list_for_each_entry(pos, &en->trunks, node) {
		if (pos->cfg.id > cfg->id) {
			before = &pos->node;
			break;
		}
	}
	list_add_tail_rcu(&t->node, before);
	return t;
}

static void bfd_now(struct etrunk_trunk *t);

/**
 * etrunk_trunk_start() - let an E-Trunk act
 * @t: the inert E-Trunk
 *
 * RTNL.
 */
void etrunk_trunk_start(struct etrunk_trunk *t)
{
	struct trunk_work w = {};
	u64 now;

	ASSERT_RTNL();
	config_event(t, "added");
	local_bh_disable();
	spin_lock(&t->lock);
	now = ktime_get_ns();
	t->started = true;
	t->last_change = ktime_get_real_ns();
	trunk_update(t, now, trunk_fsm_start(&t->fsm, now, get_random_u64(),
					     get_random_u64()), &w);
	spin_unlock(&t->lock);
	trunk_run(t, &w);
	local_bh_enable();
	bfd_now(t);
	set_stall_limit(t->en);
}

static void trunk_free(struct etrunk_trunk *t)
{
	trunk_keyring_free(rcu_dereference_rtnl(t->keys));
	trunk_paths_put(t->sock);
	kfree_rcu(t, rcu);
}

/**
 * etrunk_trunk_discard() - take an inert E-Trunk away, as if it had never been
 * @t: the E-Trunk
 *
 * RTNL.
 */
void etrunk_trunk_discard(struct etrunk_trunk *t)
{
	struct trunk_work w = {};
	struct etrunk_bfd *bfd;

	ASSERT_RTNL();
	list_del_rcu(&t->node);
	local_bh_disable();
	spin_lock(&t->lock);
	if (t->started)
		/* what it still says: it has no role any more */
		trunk_update(t, ktime_get_ns(),
			     trunk_fsm_stalled(&t->fsm, ktime_get_ns(),
					       get_random_u64()), &w);
	spin_unlock(&t->lock);
	rcu_read_lock();
	if (w.tx)
		trunk_tx(t);
	rcu_read_unlock();
	spin_lock(&t->lock);
	t->dead = true;
	spin_unlock(&t->lock);
	local_bh_enable();

	bfd = rtnl_dereference(t->bfd);
	if (bfd)
		etrunk_bfd_untrack(bfd, &t->bfd_client);
	RCU_INIT_POINTER(t->bfd, NULL);
	set_stall_limit(t->en);
	synchronize_net();
	etrunk_timer_cancel(&t->timer);
	trunk_free(t);
}

/**
 * etrunk_trunk_destroy() - delete an E-Trunk
 * @t: the E-Trunk; it has no members
 *
 * RTNL.
 */
void etrunk_trunk_destroy(struct etrunk_trunk *t)
{
	config_event(t, "removed");
	etrunk_trunk_discard(t);
}

/**
 * etrunk_trunk_wanted() - what an E-Trunk shall have
 * @t: the E-Trunk
 * @plan: filled, by what the batch at work wants; its keys stay as they are
 *
 * RTNL.
 */
void etrunk_trunk_wanted(const struct etrunk_trunk *t,
			 struct etrunk_trunk_plan *plan)
{
	const struct etrunk_trunk_plan *wanted;

	ASSERT_RTNL();
	wanted = etrunk_batch_wanted(t->en, t);
	if (wanted) {
		*plan = *wanted;
	} else {
		plan->cfg = t->cfg;
		plan->keys = rtnl_dereference(t->keys);
		plan->bfd = rtnl_dereference(t->bfd);
	}
	plan->rekey = false;
	memset(plan->sock, 0, sizeof(plan->sock));
}

/**
 * etrunk_trunk_wanted_keys() - the keys that an E-Trunk shall have
 * @t: the E-Trunk
 *
 * RTNL. Return: those that the batch at work wants, else those that it has.
 */
const struct trunk_keyring *
etrunk_trunk_wanted_keys(const struct etrunk_trunk *t)
{
	const struct etrunk_trunk_plan *wanted;

	ASSERT_RTNL();
	wanted = etrunk_batch_wanted(t->en, t);
	return wanted ? wanted->keys : rtnl_dereference(t->keys);
}

static bool same_path(const struct trunk_path_cfg *a,
		      const struct trunk_path_cfg *b)
{
	return etrunk_addr_equal(&a->peer, &b->peer) &&
	       etrunk_addr_equal(&a->source, &b->source);
}

/**
 * etrunk_trunk_set() - change the configuration
 * @t: the E-Trunk
 * @plan: valid configuration with the same id; keys, if new, become the
 *	E-Trunk's
 *
 * RTNL. Cannot fail.
 */
void etrunk_trunk_set(struct etrunk_trunk *t,
		      const struct etrunk_trunk_plan *plan)
{
	struct trunk_keyring *keys = plan->rekey ? plan->keys : NULL;
	const struct etrunk_trunk_cfg *cfg = &plan->cfg;
	struct trunk_keyring *old = NULL;
	struct trunk_fsm_cfg fcfg;
	struct etrunk_member *m;
	struct trunk_work w = {};
	bool moved;
	u32 acts;
	u64 now;

	ASSERT_RTNL();
	moved = !same_path(&cfg->path[TRUNK_PRIMARY],
			   &t->cfg.path[TRUNK_PRIMARY]);
	if (!keys && !memcmp(cfg, &t->cfg, sizeof(*cfg)))
		return;

	local_bh_disable();
	spin_lock(&t->lock);
	now = ktime_get_ns();
	/* a backup path is in the same VRF */
	if (!t->cfg.path[TRUNK_BACKUP].peer.family)
		t->scope[TRUNK_BACKUP] = t->scope[TRUNK_PRIMARY];
	t->cfg = *cfg;
	if (keys) {
		old = rcu_dereference_rtnl(t->keys);
		rcu_assign_pointer(t->keys, keys);
	}
	fsm_cfg(&fcfg, t, rcu_dereference_rtnl(t->keys));
	acts = trunk_fsm_config(&t->fsm, now, &fcfg, get_random_u64());
	if (moved && t->started)
		acts |= trunk_fsm_start(&t->fsm, now, get_random_u64(),
					get_random_u64());
	list_for_each_entry(m, &t->members, node) {
		struct member_fsm_cfg mcfg;

		member_fsm_cfg_fill(&mcfg, t, &m->cfg);
		member_fsm_config(&m->fsm, now, &mcfg);
	}
	trunk_update(t, now, acts, &w);
	spin_unlock(&t->lock);
	trunk_run(t, &w);
	local_bh_enable();

	if (moved)
		list_for_each_entry(m, &t->members, node)
			etrunk_member_identity_changed(m);
	set_stall_limit(t->en);
	if (t->started)
		config_event(t, "changed");
	if (old) {
		synchronize_net();
		trunk_keyring_free(old);
	}
}

/* why the peer's member cannot take over from ours, NULL if it can */
static const char *peer_unfit(const struct etrunk_member *m)
{
	const struct trunk_pkt_member *p = &m->peer;

	if (m->cfg.mode == ETRUNK_MODE_FORCE_MASTER)
		return "is forced to master here";
	if (!m->peer_exists)
		return "is no member of the peer";
	if (p->able)
		return NULL;
	if (!p->phys)
		return "has no link up at the peer";
	if (p->mode == ETRUNK_MODE_FORCE_BACKUP)
		return "is forced to backup at the peer";
	return p->core_ok ? "cannot serve at the peer" :
			    "has no way to the core at the peer";
}

/* is the peer able to take over every member that serves? */
static int refuse_giving(const struct etrunk_trunk *t, u64 now,
			 struct netlink_ext_ack *extack)
{
	const struct etrunk_member *m;
	const char *why;

	if (t->fsm.handed_over) {
		NL_SET_ERR_MSG(extack, "the peer was given mastership already");
		return -EALREADY;
	}
	if (!t->fsm.peer.fresh || !trunk_fsm_two_way(&t->fsm, now)) {
		NL_SET_ERR_MSG(extack, "there is no two-way peer");
		return -EHOSTUNREACH;
	}
	if (t->fsm.peer.hello.handed_over) {
		NL_SET_ERR_MSG(extack, "the peer gave its mastership to us");
		return -EBUSY;
	}
	if (t->fsm.state != ETRUNK_TRUNK_MASTER) {
		NL_SET_ERR_MSG(extack, "the peer is master already");
		return -EALREADY;
	}
	list_for_each_entry(m, &t->members, node) {
		if (m->fsm.state != ETRUNK_MEMBER_MASTER)
			continue;
		why = peer_unfit(m);
		if (!why)
			continue;
		etrunk_nl_err(extack, NULL, "%s %s", m->name, why);
		return -EHOSTDOWN;
	}
	return 0;
}

static int refuse_taking(const struct etrunk_trunk *t,
			 struct netlink_ext_ack *extack)
{
	const struct etrunk_member *m;

	if (!t->fsm.handed_over) {
		NL_SET_ERR_MSG(extack, "mastership was not given to the peer");
		return -EALREADY;
	}
	list_for_each_entry(m, &t->members, node) {
		if (m->fsm.able || !m->peer_exists || !m->peer.able)
			continue;
		etrunk_nl_err(extack, NULL, "%s cannot serve here: %s", m->name,
			      !m->fsm.phys ? "its links are down" :
			      m->fsm.yields ? "it has no way to the core" :
					      "it is forced to backup");
		return -EHOSTDOWN;
	}
	return 0;
}

/**
 * etrunk_trunk_switchover() - give mastership to the peer, or take it back
 * @t: the E-Trunk
 * @back: take it back
 * @extack: told who is not fit, and why
 *
 * RTNL. It is no setting: it is not saved, and ends with the E-Trunk.
 *
 * Return: 0 or a negative errno: EALREADY, EHOSTUNREACH no two-way peer, EBUSY
 * the peer did the same, EHOSTDOWN a member could not be served.
 */
int etrunk_trunk_switchover(struct etrunk_trunk *t, bool back,
			    struct netlink_ext_ack *extack)
{
	struct trunk_work w = {};
	u64 now;
	int err;

	ASSERT_RTNL();
	local_bh_disable();
	spin_lock(&t->lock);
	now = ktime_get_ns();
	err = back ? refuse_taking(t, extack) : refuse_giving(t, now, extack);
	if (!err)
		trunk_update(t, now, trunk_fsm_hand_over(&t->fsm, now, !back),
			     &w);
	spin_unlock(&t->lock);
	trunk_run(t, &w);
	local_bh_enable();
	if (!err)
		config_event(t, back ? "taken back" : "handed over");
	return err;
}

/* what the session is now; its changes come by bfd_notify() */
static void bfd_now(struct etrunk_trunk *t)
{
	const struct etrunk_bfd *bfd = rtnl_dereference(t->bfd);
	struct trunk_work w = {};
	u64 now;
	u32 acts;

	local_bh_disable();
	spin_lock(&t->lock);
	now = ktime_get_ns();
	if (t->started && !t->dead &&
	    (!bfd || etrunk_bfd_state(bfd) == ETRUNK_BFD_UP)) {
		acts = trunk_fsm_bfd(&t->fsm, now,
				     bfd ? TRUNK_BFD_UP : TRUNK_BFD_GONE,
				     get_random_u64());
		trunk_update(t, now, acts, &w);
	}
	spin_unlock(&t->lock);
	trunk_run(t, &w);
	local_bh_enable();
}

/**
 * etrunk_trunk_track() - follow a BFD session
 * @t: the E-Trunk
 * @bfd: the session, whose addresses are the E-Trunk's; NULL = none
 *
 * RTNL.
 */
void etrunk_trunk_track(struct etrunk_trunk *t, struct etrunk_bfd *bfd)
{
	struct etrunk_bfd *old = rtnl_dereference(t->bfd);

	ASSERT_RTNL();
	if (old == bfd)
		return;
	if (old)
		etrunk_bfd_untrack(old, &t->bfd_client);
	rcu_assign_pointer(t->bfd, bfd);
	if (bfd)
		etrunk_bfd_track(bfd, &t->bfd_client);
	if (!t->started)
		return;
	bfd_now(t);
	set_stall_limit(t->en);
	config_event(t, "changed");
}

/**
 * etrunk_trunk_identity_changed() - the shared LACP identity is another one
 * @en: namespace
 *
 * RTNL.
 */
void etrunk_trunk_identity_changed(struct etrunk_net *en)
{
	struct etrunk_member *m;
	struct trunk_fsm_cfg cfg;
	struct etrunk_trunk *t;

	ASSERT_RTNL();
	list_for_each_entry(t, &en->trunks, node) {
		struct trunk_work w = {};
		u64 now = ktime_get_ns();

		list_for_each_entry(m, &t->members, node)
			etrunk_member_identity_changed(m);
		fsm_cfg(&cfg, t, rcu_dereference_rtnl(t->keys));
		local_bh_disable();
		spin_lock(&t->lock);
		trunk_update(t, now, trunk_fsm_config(&t->fsm, now, &cfg,
						      get_random_u64()), &w);
		spin_unlock(&t->lock);
		trunk_run(t, &w);
		local_bh_enable();
	}
}
