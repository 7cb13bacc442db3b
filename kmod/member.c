// SPDX-License-Identifier: GPL-2.0
/*
 * Members: the object around the election machine. A member has no lock, it
 * lives under its E-Trunk's; decisions are made by trunk_update() and carried
 * out by trunk_run(), see trunk.c.
 *
 * Who may still be running when a member dies: (1) lag.c, reporting links;
 * (2) vpws.c, reporting the core or asking for the AC state; (3) trunk_run() on
 * another CPU, which found it in the list; (4) receive and timer of the
 * E-Trunk. etrunk_member_destroy() takes it off the list under the lock, which
 * ends (4), and tells the peer; etrunk_lag_destroy() ends (1) and also waits for
 * all RCU readers and so for (3); etrunk_vpws_member_removed() ends (2).
 */
#include <linux/slab.h>

#include "peer_diff.h"
#include "trunk.h"

const char *const member_fault_name[MEMBER_FAULT_N] = {
	[MEMBER_FAULT_LOOPED] = "looped",
	[MEMBER_FAULT_NO_PEER_MEMBER] = "no-peer-member",
	[MEMBER_FAULT_LACP_KEY] = "lacp-key-mismatch",
	[MEMBER_FAULT_CE_SILENT] = "ce-silent",
	[MEMBER_FAULT_CE_NO_LACP] = "ce-no-lacp",
	[MEMBER_FAULT_BOTH_PASSIVE] = "both-passive",
	[MEMBER_FAULT_CE_DEAF] = "ce-deaf",
	[MEMBER_FAULT_VLAN] = "vlan-mismatch",
	[MEMBER_FAULT_MTU] = "mtu-mismatch",
};

static const u32 silence_fault[] = {
	[ETRUNK_CE_HEARD] = 0,
	[ETRUNK_CE_SILENT] = BIT(MEMBER_FAULT_CE_SILENT),
	[ETRUNK_CE_NO_LACP] = BIT(MEMBER_FAULT_CE_NO_LACP),
	[ETRUNK_CE_BOTH_PASSIVE] = BIT(MEMBER_FAULT_BOTH_PASSIVE),
};

/* -------------------------------------------------------------- decisions */

static void fill_view(struct member_fsm_view *v, const struct etrunk_member *m,
		      u64 now)
{
	const struct trunk_fsm *f = &m->trunk->fsm;

	v->state = f->state;
	v->peer_valid = f->peer.fresh;
	v->preferred = trunk_fsm_preferred(f);
	v->claims = trunk_fsm_claims(f, now);
	v->decided_at = f->decided_at;
	v->settle_ns = member_fsm_settle_ns(trunk_fsm_fail_ms(&f->cfg));
	v->peer_exists = m->peer_exists;
	v->peer = m->peer;
	v->select = trunk_fsm_select(f, now);
	v->links = m->links.links;
	v->speed = m->links.speed;
}

static u32 faults(const struct etrunk_member *m)
{
	u32 mask = 0, diff;

	if (m->links.looped)
		mask |= BIT(MEMBER_FAULT_LOOPED);
	if (m->links.deaf)
		mask |= BIT(MEMBER_FAULT_CE_DEAF);
	mask |= silence_fault[m->links.silence];
	if (!m->trunk->fsm.peer.fresh)
		return mask;
	if (!m->peer_exists)
		return mask | BIT(MEMBER_FAULT_NO_PEER_MEMBER);
	if (m->peer.lacp_key != etrunk_member_lacp_key(&m->trunk->cfg, &m->cfg))
		mask |= BIT(MEMBER_FAULT_LACP_KEY);
	if (!m->peer_says)
		return mask;
	diff = peer_diff_services(&m->services, &m->peer_services);
	if (diff & PEER_DIFF_VLAN)
		mask |= BIT(MEMBER_FAULT_VLAN);
	if (diff & PEER_DIFF_MTU)
		mask |= BIT(MEMBER_FAULT_MTU);
	return mask;
}

static void tell_faults(struct etrunk_member *m, struct trunk_work *w)
{
	u32 now = faults(m), changed = m->told_faults ^ now;
	unsigned int i;

	for (i = 0; i < MEMBER_FAULT_N; i++) {
		if (!(changed & BIT(i)))
			continue;
		if (now & BIT(i))
			trunk_event(m->trunk, w, ETRUNK_EVENT_FAULT, m->name,
				    NULL, "raised", member_fault_name[i]);
		else
			trunk_event(m->trunk, w, ETRUNK_EVENT_FAULT, m->name,
				    "raised", "cleared", member_fault_name[i]);
	}
	m->told_faults = now;
}

static enum etrunk_ac_state ac_state(const struct etrunk_member *m)
{
	if (!m->fsm.phys)
		return ETRUNK_AC_DOWN;
	return m->fsm.state == ETRUNK_MEMBER_MASTER && !m->fsm.joining ?
	       ETRUNK_AC_UP : ETRUNK_AC_STANDBY;
}

/**
 * member_update() - decide anew and note what is to be done
 * @m: member, started; its E-Trunk is locked
 * @now: ktime_get_ns()
 * @w: work, collected
 */
void member_update(struct etrunk_member *m, u64 now, struct trunk_work *w)
{
	u8 was = m->fsm.state;
	struct member_fsm_view view;
	u32 acts;

	lockdep_assert_held(&m->trunk->lock);
	fill_view(&view, m, now);
	acts = member_fsm_eval(&m->fsm, now, &view);

	if (acts & MEMBER_ACT_STATE) {
		const char *from = etrunk_member_state_name(was);
		const char *to = etrunk_member_state_name(m->fsm.state);
		const char *why = etrunk_member_reason_name(m->fsm.reason);

		m->gen++;
		m->todo_role = true;
		m->planned = was == ETRUNK_MEMBER_MASTER && m->fsm.phys &&
			     !m->fsm.yields && view.state != ETRUNK_TRUNK_INIT;
		m->last_change = ktime_get_real_ns();
		etrunk_history_add(&m->history, from, to, why);
		trunk_event(m->trunk, w, ETRUNK_EVENT_MEMBER_STATE, m->name,
			    from, to, why);
	}
	if (acts & MEMBER_ACT_HELLO)
		trunk_hurry(m->trunk, now, w);
	if (m->ac_state != ac_state(m)) {
		WRITE_ONCE(m->ac_state, ac_state(m));
		m->todo_ac = true;
	}
	tell_faults(m, w);
}

/**
 * etrunk_member_link_changed() - the links of a member changed
 * @m: the member
 * @st: how they are now
 *
 * Heartbeat, softirq.
 */
void etrunk_member_link_changed(struct etrunk_member *m,
				const struct etrunk_link_status *st)
{
	struct etrunk_trunk *t = m->trunk;
	struct trunk_work w = {};
	u64 now;

	spin_lock_bh(&t->lock);
	now = ktime_get_ns();
	if (m->started && (m->links.links != st->links ||
			   m->links.speed != st->speed))
		trunk_hurry(t, now, &w);
	m->links = *st;
	member_fsm_link(&m->fsm, st->phys_up, st->ce_distributing);
	trunk_update(t, now, 0, &w);
	spin_unlock_bh(&t->lock);
	trunk_run(t, &w);
}

/**
 * etrunk_member_core_changed() - the services of a member, or their core, did
 * @m: the member
 * @services: how many there are
 * @core_ok: how many of them reach the core
 *
 * Softirq or BH off.
 */
void etrunk_member_core_changed(struct etrunk_member *m, unsigned int services,
				unsigned int core_ok)
{
	struct etrunk_trunk *t = m->trunk;
	struct trunk_work w = {};
	u64 now;

	spin_lock_bh(&t->lock);
	now = ktime_get_ns();
	member_fsm_core(&m->fsm, now, services, core_ok);
	trunk_update(t, now, 0, &w);
	spin_unlock_bh(&t->lock);
	trunk_run(t, &w);
}

/**
 * etrunk_member_services() - the services on a member are others
 * @m: the member
 * @sum: what they are
 *
 * Softirq or RTNL. The peer hears of it with the next hello.
 */
void etrunk_member_services(struct etrunk_member *m,
			    const struct trunk_pkt_services *sum)
{
	struct etrunk_trunk *t = m->trunk;
	struct trunk_work w = {};

	local_bh_disable();
	spin_lock(&t->lock);
	m->services = *sum;
	trunk_update(t, ktime_get_ns(), 0, &w);
	spin_unlock(&t->lock);
	trunk_run(t, &w);
	local_bh_enable();
}

/* ----------------------------------------------------- for vpws.c and lag.c */

/**
 * etrunk_member_find_rcu() - the member that a device is
 * @en: namespace
 * @bond: device
 *
 * RCU or RTNL. Return: the member or NULL.
 */
struct etrunk_member *etrunk_member_find_rcu(struct etrunk_net *en,
					     const struct net_device *bond)
{
	struct etrunk_member *m;
	struct etrunk_trunk *t;

	list_for_each_entry_rcu(t, &en->trunks, node, lockdep_rtnl_is_held())
		list_for_each_entry_rcu(m, &t->members, node,
					lockdep_rtnl_is_held())
			if (m->dev == bond)
				return m;
	return NULL;
}

/**
 * etrunk_member_find() - the member that a device is
 * @en: namespace
 * @dev: device
 *
 * RTNL. Return: the member or NULL.
 */
struct etrunk_member *etrunk_member_find(struct etrunk_net *en,
					 const struct net_device *dev)
{
	ASSERT_RTNL();
	return etrunk_member_find_rcu(en, dev);
}

/**
 * etrunk_member_name() - name for events and logs
 * @m: the member
 */
const char *etrunk_member_name(const struct etrunk_member *m)
{
	return m->name;
}

/**
 * etrunk_member_net() - namespace of a member
 * @m: the member
 */
struct etrunk_net *etrunk_member_net(const struct etrunk_member *m)
{
	return m->trunk->en;
}

/**
 * etrunk_member_ac_state() - what services on a member have to make of it
 * @m: the member
 *
 * Any context.
 */
enum etrunk_ac_state etrunk_member_ac_state(const struct etrunk_member *m)
{
	return READ_ONCE(m->ac_state);
}

/* ------------------------------------------------------------ configuration */

/**
 * etrunk_member_lacp_key() - LACP key of a member
 * @trunk: configuration of its E-Trunk
 * @cfg: its configuration
 *
 * The default is made of the ids that the PE with the lower address uses, so
 * that both PEs come to the same, and two members to different ones.
 */
u16 etrunk_member_lacp_key(const struct etrunk_trunk_cfg *trunk,
			   const struct etrunk_member_cfg *cfg)
{
	u32 id = etrunk_trunk_high(trunk) ? cfg->remote_id : cfg->id;

	if (cfg->lacp_key)
		return cfg->lacp_key;
	/* 16 E-Trunks with 4095 keys each */
	return 1 + (trunk->id - 1) * 4095 + id % 4095;
}

static void fill_ident(struct etrunk_lacp_ident *ident,
		       const struct etrunk_trunk *t,
		       const struct etrunk_member_cfg *cfg)
{
	struct etrunk_identity id;

	etrunk_identity_get(t->en, &id);
	memset(ident, 0, sizeof(*ident));
	/* the member's own wins */
	ether_addr_copy(ident->system, is_zero_ether_addr(cfg->lacp_system) ?
				       id.lacp_system : cfg->lacp_system);
	ident->priority = cfg->own_priority ? cfg->lacp_priority :
					      id.lacp_priority;
	ident->key = etrunk_member_lacp_key(&t->cfg, cfg);
	ident->high = etrunk_trunk_high(&t->cfg);
}

/**
 * member_fsm_cfg_fill() - configuration of the machine
 * @to: to fill
 * @t: the E-Trunk
 * @cfg: the member's configuration
 */
void member_fsm_cfg_fill(struct member_fsm_cfg *to,
			 const struct etrunk_trunk *t,
			 const struct etrunk_member_cfg *cfg)
{
	to->mode = cfg->mode;
	to->revert = t->cfg.revert;
	to->core_tracking = t->cfg.core_tracking;
	to->select = t->cfg.select;
	to->revert_delay_ms = t->cfg.revert_delay_ms;
	to->start_hold_ms = t->cfg.start_hold_ms;
	to->core_hold_down_ms = t->cfg.core_hold_down_ms;
	to->core_hold_up_ms = t->cfg.core_hold_up_ms;
}

static void config_event(struct etrunk_member *m, const char *what)
{
	etrunk_event(m->trunk->en, ETRUNK_EVENT_CONFIG, m->name, NULL, what,
		     NULL);
}

/**
 * etrunk_member_create() - an inert member
 * @t: its E-Trunk
 * @dev: the bond, in the E-Trunk's namespace
 * @cfg: valid configuration whose ids are free in @t
 * @extack: told why the bond cannot be used
 *
 * RTNL. Return: the member, linked, or an ERR_PTR.
 */
struct etrunk_member *
etrunk_member_create(struct etrunk_trunk *t, struct net_device *dev,
		     const struct etrunk_member_cfg *cfg,
		     struct netlink_ext_ack *extack)
{
	struct list_head *before = &t->members;
	struct etrunk_member *m, *pos;
	struct etrunk_lacp_ident ident;
	struct member_fsm_cfg mcfg;
	struct etrunk_lag *lag;

	ASSERT_RTNL();
	m = kzalloc(sizeof(*m), GFP_KERNEL);
	if (!m)
		return ERR_PTR(-ENOMEM);
	m->trunk = t;
	m->dev = dev;
	m->cfg = *cfg;
	m->ac_state = ETRUNK_AC_DOWN;
	snprintf(m->name, sizeof(m->name), "member %s", dev->name);
	member_fsm_cfg_fill(&mcfg, t, cfg);
	member_fsm_init(&m->fsm, &mcfg);

	fill_ident(&ident, t, cfg);
	lag = etrunk_lag_create(t->en, m, dev, &ident, extack);
	if (IS_ERR(lag)) {
		kfree(m);
		return ERR_CAST(lag);
	}
	m->lag = lag;
	netdev_hold(dev, &m->tracker, GFP_KERNEL);

	list_for_each_entry(pos, &t->members, node) {
		if (pos->cfg.id > cfg->id) {
			before = &pos->node;
			break;
		}
	}
	spin_lock_bh(&t->lock);
	list_add_tail_rcu(&m->node, before);
	t->n_members++;
	spin_unlock_bh(&t->lock);
	return m;
}

/**
 * etrunk_member_start() - let a member act
 * @m: the inert member
 *
 * RTNL.
 */
void etrunk_member_start(struct etrunk_member *m)
{
	struct etrunk_trunk *t = m->trunk;
	struct etrunk_link_status st;
	struct trunk_work w = {};
	u64 now;

	ASSERT_RTNL();
	config_event(m, "added");
	/* in a batch it was created with what was planned then */
	etrunk_member_identity_changed(m);
	etrunk_lag_set_dormant(m->lag, m->cfg.dormant);
	etrunk_lag_status(m->lag, &st);

	local_bh_disable();
	spin_lock(&t->lock);
	now = ktime_get_ns();
	m->started = true;
	m->links = st;
	m->last_change = ktime_get_real_ns();
	m->todo_role = true;
	member_fsm_start(&m->fsm, now);
	member_fsm_link(&m->fsm, st.phys_up, st.ce_distributing);
	trunk_hurry(t, now, &w);
	trunk_update(t, now, 0, &w);
	spin_unlock(&t->lock);
	trunk_run(t, &w);
	local_bh_enable();
	etrunk_vpws_member_added(m);
}

static void unlink_member(struct etrunk_member *m)
{
	struct etrunk_trunk *t = m->trunk;
	struct trunk_work w = {};
	u64 now;

	local_bh_disable();
	spin_lock(&t->lock);
	now = ktime_get_ns();
	list_del_rcu(&m->node);
	t->n_members--;
	if (m->started) {
		trunk_hurry(t, now, &w);
		trunk_update(t, now, 0, &w);
	}
	WRITE_ONCE(m->ac_state, ETRUNK_AC_DOWN);
	spin_unlock(&t->lock);
	trunk_run(t, &w);
	local_bh_enable();
}

/* ------------------------------------------------------------------ leaving */

/* only who serves now has to leave: not a peer in this kernel that takes over */
static void note_leaving(struct etrunk_member *m)
{
	spin_lock_bh(&m->trunk->lock);
	m->leaving = m->started && (m->fsm.state == ETRUNK_MEMBER_MASTER ||
				    etrunk_lag_draining(m->lag));
	spin_unlock_bh(&m->trunk->lock);
}

static void leave(struct etrunk_member *m)
{
	struct etrunk_trunk *t = m->trunk;
	struct member_fsm_cfg mcfg;
	struct trunk_work w = {};
	u64 now;

	local_bh_disable();
	spin_lock(&t->lock);
	if (m->leaving) {
		now = ktime_get_ns();
		member_fsm_cfg_fill(&mcfg, t, &m->cfg);
		mcfg.mode = ETRUNK_MODE_FORCE_BACKUP;
		member_fsm_config(&m->fsm, now, &mcfg);
		trunk_update(t, now, 0, &w);
	}
	spin_unlock(&t->lock);
	trunk_run(t, &w);
	local_bh_enable();
}

/**
 * etrunk_member_leave() - let the peer serve, if it can, before we stop
 * @m: the member, which is about to be deleted
 *
 * RTNL. It is forced to backup and stays so: the peer hears of it, the CE is
 * let go when the peer serves or after MEMBER_FSM_HANDOVER_MS, and the gate
 * closes when the CE has gone or a second after. So where nobody sets anything
 * meanwhile, etrunk_member_has_left() is true within ETRUNK_LEAVE_NS, and at
 * once where this member does not serve.
 */
void etrunk_member_leave(struct etrunk_member *m)
{
	ASSERT_RTNL();
	note_leaving(m);
	leave(m);
}

/**
 * etrunk_member_has_left() - does the CE do without this member?
 * @m: the member
 *
 * RTNL, after etrunk_member_leave(); who did not serve then need not leave, even
 * if it serves by now. True for a moment too early, when another CPU has decided and not yet
 * told lag.c; who needs it exactly asks again after a grace period.
 */
bool etrunk_member_has_left(struct etrunk_member *m)
{
	struct etrunk_trunk *t = m->trunk;
	bool serves;

	ASSERT_RTNL();
	spin_lock_bh(&t->lock);
	serves = m->started && m->fsm.state == ETRUNK_MEMBER_MASTER;
	spin_unlock_bh(&t->lock);
	return !m->leaving || (!serves && !etrunk_lag_draining(m->lag));
}

/**
 * etrunk_members_leave() - the same with all members of a namespace
 * @en: namespace
 * @go: false: only note who has to; true: those leave
 *
 * RTNL.
 */
void etrunk_members_leave(struct etrunk_net *en, bool go)
{
	struct etrunk_member *m;
	struct etrunk_trunk *t;

	ASSERT_RTNL();
	list_for_each_entry(t, &en->trunks, node) {
		list_for_each_entry(m, &t->members, node) {
			if (go)
				leave(m);
			else
				note_leaving(m);
		}
	}
}

/**
 * etrunk_members_have_left() - the same with all members of a namespace
 * @en: namespace
 *
 * RTNL.
 */
bool etrunk_members_have_left(struct etrunk_net *en)
{
	struct etrunk_member *m;
	struct etrunk_trunk *t;

	ASSERT_RTNL();
	list_for_each_entry(t, &en->trunks, node)
		list_for_each_entry(m, &t->members, node)
			if (!etrunk_member_has_left(m))
				return false;
	return true;
}

static void member_free(struct etrunk_member *m)
{
	synchronize_net();
	netdev_put(m->dev, &m->tracker);
	kfree_rcu(m, rcu);
}

/**
 * etrunk_member_discard() - take an inert member away, as if it had never been
 * @m: the member
 *
 * RTNL.
 */
void etrunk_member_discard(struct etrunk_member *m)
{
	ASSERT_RTNL();
	unlink_member(m);
	etrunk_lag_destroy(m->lag, true);
	member_free(m);
}

/**
 * etrunk_member_destroy() - delete a member
 * @m: the member
 * @keep_up: leave the bond as it is, do not set it down
 *
 * RTNL. The peer hears of it first, so that it serves before we stop.
 */
void etrunk_member_destroy(struct etrunk_member *m, bool keep_up)
{
	ASSERT_RTNL();
	unlink_member(m);
	local_bh_disable();
	etrunk_vpws_member_changed(m);
	local_bh_enable();
	config_event(m, "removed");
	/* services are down until the bond is, or is steered no more */
	etrunk_lag_destroy(m->lag, keep_up);
	etrunk_vpws_member_removed(m);
	member_free(m);
}

/**
 * etrunk_member_bond_gone() - the bond is being deleted
 * @m: its member
 *
 * RTNL.
 */
void etrunk_member_bond_gone(struct etrunk_member *m)
{
	etrunk_member_destroy(m, true);
}

/**
 * etrunk_member_set() - change the configuration
 * @m: the member
 * @cfg: valid configuration
 *
 * RTNL. Cannot fail.
 */
void etrunk_member_set(struct etrunk_member *m,
		       const struct etrunk_member_cfg *cfg)
{
	struct etrunk_trunk *t = m->trunk;
	struct member_fsm_cfg mcfg;
	struct trunk_work w = {};
	u64 now;

	ASSERT_RTNL();
	if (!memcmp(&m->cfg, cfg, sizeof(*cfg)))
		return;
	if (m->cfg.dormant != cfg->dormant && m->started)
		etrunk_lag_set_dormant(m->lag, cfg->dormant);

	local_bh_disable();
	spin_lock(&t->lock);
	now = ktime_get_ns();
	if (m->cfg.id != cfg->id || m->cfg.remote_id != cfg->remote_id)
		m->peer_exists = false;
	m->cfg = *cfg;
	member_fsm_cfg_fill(&mcfg, t, cfg);
	member_fsm_config(&m->fsm, now, &mcfg);
	trunk_hurry(t, now, &w);
	trunk_update(t, now, 0, &w);
	spin_unlock(&t->lock);
	trunk_run(t, &w);
	local_bh_enable();

	etrunk_member_identity_changed(m);
	if (m->started)
		config_event(m, "changed");
}

/**
 * etrunk_member_identity_changed() - what the CE shall see may have changed
 * @m: the member
 *
 * RTNL.
 */
void etrunk_member_identity_changed(struct etrunk_member *m)
{
	struct etrunk_lacp_ident ident;

	fill_ident(&ident, m->trunk, &m->cfg);
	etrunk_lag_set_ident(m->lag, &ident);
}

/**
 * etrunk_trunk_netdev_event() - a device changed
 * @en: namespace
 * @dev: device
 * @event: NETDEV_*
 * @info: of the event
 *
 * RTNL. Deletion of a bond comes by etrunk_member_bond_gone().
 */
void etrunk_trunk_netdev_event(struct etrunk_net *en, struct net_device *dev,
			       unsigned long event, void *info)
{
	struct etrunk_member *m;

	trunk_path_netdev_event(en, dev, event);
	if (event != NETDEV_CHANGENAME)
		return;
	m = etrunk_member_find(en, dev);
	if (!m)
		return;
	spin_lock_bh(&m->trunk->lock);
	snprintf(m->name, sizeof(m->name), "member %s", dev->name);
	spin_unlock_bh(&m->trunk->lock);
}
