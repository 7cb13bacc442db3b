// SPDX-License-Identifier: GPL-2.0
/*
 * Services: an AC, a redundancy set of PWs, and the evaluation that decides
 * which of them carries the traffic.
 *
 * Who may still run when a service dies: the AC's rx handler and frames from
 * PWs, until synchronize_net() (the AC is detached and the PWs released first);
 * evaluation, which looks at @dead with the lock held; the sampler and walks of
 * the AC's group, until synchronize_net().
 */
#include <linux/if_vlan.h>
#include <linux/slab.h>

#include "pw.h"

/**
 * etrunk_vpws_find - find a service
 * @en: namespace
 * @name: its name
 *
 * Under RTNL. Return: the service or NULL.
 */
struct etrunk_vpws *etrunk_vpws_find(struct etrunk_net *en, const char *name)
{
	struct etrunk_vpws *v;

	ASSERT_RTNL();
	list_for_each_entry(v, &en->vpws, list)
		if (!strcmp(v->cfg.name, name))
			return v;
	return NULL;
}

/* -------------------------------------------------------------- data path */

static const struct etrunk_counter_desc counter_names[ETRUNK_VPWS_COUNTS] = {
	[ETRUNK_VPWS_NO_PW] = { "ac-no-pw", 0 },
	[ETRUNK_VPWS_L2_CONTROL] = { "ac-l2-control", 8 },
	[ETRUNK_VPWS_PAUSE] = { "ac-pause", 16 },
	[ETRUNK_VPWS_BAD_HEADER] = { "ac-bad-header", 24 },
};

/**
 * etrunk_vpws_count - count a frame that went nowhere
 * @v: the service
 * @what: why
 */
void etrunk_vpws_count(struct etrunk_vpws *v, enum etrunk_vpws_count what)
{
	struct etrunk_vpws_stats *stats = this_cpu_ptr(v->stats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_inc(&stats->count[what]);
	u64_stats_update_end(&stats->syncp);
}

static void sum_up(const struct etrunk_vpws *v, u64 *sums)
{
	unsigned int start, i;
	int cpu;

	memset(sums, 0, ETRUNK_VPWS_COUNTS * sizeof(*sums));
	for_each_possible_cpu(cpu) {
		const struct etrunk_vpws_stats *s = per_cpu_ptr(v->stats, cpu);
		u64 one[ETRUNK_VPWS_COUNTS];

		do {
			start = u64_stats_fetch_begin(&s->syncp);
			for (i = 0; i < ETRUNK_VPWS_COUNTS; i++)
				one[i] = u64_stats_read(&s->count[i]);
		} while (u64_stats_fetch_retry(&s->syncp, start));
		for (i = 0; i < ETRUNK_VPWS_COUNTS; i++)
			sums[i] += one[i];
	}
}

/**
 * etrunk_vpws_reset - count from zero again, as etrunk_pw_reset()
 * @v: the service
 */
void etrunk_vpws_reset(struct etrunk_vpws *v)
{
	ASSERT_RTNL();
	sum_up(v, v->base);
}

/**
 * etrunk_vpws_fill_counters - show them
 * @skb: message
 * @attrtype: attribute of each counter
 * @v: the service
 *
 * Return: 0 or -EMSGSIZE.
 */
int etrunk_vpws_fill_counters(struct sk_buff *skb, int attrtype,
			      const struct etrunk_vpws *v)
{
	u64 sums[ETRUNK_VPWS_COUNTS];
	unsigned int i;

	sum_up(v, sums);
	for (i = 0; i < ETRUNK_VPWS_COUNTS; i++)
		sums[i] -= v->base[i];
	return etrunk_nl_put_counters(skb, attrtype, counter_names,
				      ETRUNK_VPWS_COUNTS, sums);
}

/**
 * etrunk_vpws_xmit - a frame of the AC
 * @v: the service
 * @skb: at its Ethernet header; consumed
 *
 * The first PW of the preference list whose path still stands takes it: when a
 * peer PE or a core link is lost, that one word moves all its services.
 */
void etrunk_vpws_xmit(struct etrunk_vpws *v, struct sk_buff *skb)
{
	const struct etrunk_vpws_set *set = rcu_dereference(v->set);
	u32 order = READ_ONCE(set->order);
	unsigned int i;

	for (i = 0; i < set->n; i++, order >>= 4) {
		const struct etrunk_lsp *lsp;
		struct etrunk_pw *pw;

		if ((order & ETRUNK_PW_ORDER_END) == ETRUNK_PW_ORDER_END)
			break;
		pw = set->pw[order & ETRUNK_PW_ORDER_END];
		if (!etrunk_live_ok(rcu_dereference(pw->live)))
			continue;
		lsp = rcu_dereference(pw->lsp);
		if (!lsp || !READ_ONCE(lsp->core->up))
			continue;
		etrunk_pw_xmit(pw, lsp, skb);
		return;
	}

	etrunk_vpws_count(v, ETRUNK_VPWS_NO_PW);
	kfree_skb(skb);
}

/* ------------------------------------------------------------- evaluation */

static const char *pw_name(const struct etrunk_pw *pw)
{
	return pw ? pw->cfg.name : NULL;
}

/* The active PW changed; the service is locked. */
static void note_switch(struct etrunk_vpws *v, const struct etrunk_pw *from,
			const struct etrunk_pw *to, const char *reason)
{
	char object[32];

	if (to && v->served && v->served != to)
		v->switchovers++;
	if (to)
		v->served = to;

	v->switch_time = ktime_get_real_ns();
	strscpy(v->switch_from, from ? pw_name(from) : "",
		sizeof(v->switch_from));
	strscpy(v->switch_to, to ? pw_name(to) : "", sizeof(v->switch_to));
	v->switch_reason = reason;

	snprintf(object, sizeof(object), "vpws %s", v->cfg.name);
	etrunk_event(v->en, ETRUNK_EVENT_VPWS_SWITCH, object, pw_name(from),
		     pw_name(to), reason);
}

static const char *switch_reason(const struct etrunk_pw_set *in, int from,
				 int to, const char *why)
{
	const char *trouble;

	if (from == ETRUNK_PW_NONE)
		return why;
	trouble = etrunk_pw_trouble(&in->pw[from]);
	if (trouble)
		return trouble;
	return in->manual == to ? "OPERATOR" : "PREFERRED";
}

/**
 * etrunk_vpws_eval - look at everything about a service anew
 * @v: the service
 * @why: static word for an event that tells of an improvement
 *
 * Softirq or process context, no lock held.
 */
void etrunk_vpws_eval(struct etrunk_vpws *v, const char *why)
{
	struct etrunk_pw *pw[ETRUNK_VPWS_PWS_MAX];
	u32 actions[ETRUNK_VPWS_PWS_MAX];
	struct etrunk_vpws_set *set;
	struct etrunk_pw_choice out;
	struct etrunk_pw_set in;
	bool core_changed;
	unsigned int i;
	u64 now;

	rcu_read_lock();
	spin_lock_bh(&v->lock);
	if (!v->started || v->dead) {
		spin_unlock_bh(&v->lock);
		rcu_read_unlock();
		return;
	}

	now = ktime_get_ns();
	set = rcu_dereference_protected(v->set, lockdep_is_held(&v->lock));
	v->ac_state = etrunk_ac_state(v);
	if (v->ac_state == ETRUNK_AC_DOWN)
		v->last = ETRUNK_PW_NONE;

	in.mode = v->cfg.redundancy;
	in.precedence = v->cfg.precedence;
	in.ac = v->ac_state;
	in.last = v->last;
	in.manual = v->manual;
	in.n = set->n;
	for (i = 0; i < set->n; i++) {
		pw[i] = set->pw[i];
		actions[i] = etrunk_pw_view(pw[i], true, v->ac_state, now,
					    &in.pw[i]);
	}

	etrunk_pw_select(&in, &out);
	/* the switch */
	WRITE_ONCE(set->order, out.order);
	WRITE_ONCE(set->selected, out.selected == ETRUNK_PW_NONE ?
				  NULL : set->pw[out.selected]);

	for (i = 0; i < in.n; i++)
		actions[i] |= etrunk_pw_outcome(pw[i], &in.pw[i],
						out.up & BIT(i),
						out.active & BIT(i), why, now);

	if (v->manual != ETRUNK_PW_NONE && !(out.active & BIT(v->manual)))
		v->manual = ETRUNK_PW_NONE;
	if (out.selected != v->selected) {
		int from = v->selected;

		v->selected = out.selected;
		note_switch(v, from == ETRUNK_PW_NONE ? NULL : pw[from],
			    out.selected == ETRUNK_PW_NONE ?
			    NULL : pw[out.selected],
			    switch_reason(&in, from, out.selected, why));
	}
	if (out.selected != ETRUNK_PW_NONE)
		v->last = out.selected;

	core_changed = out.core_ok != v->core_ok;
	if (core_changed)
		etrunk_ac_core_set_locked(v, out.core_ok);
	spin_unlock_bh(&v->lock);

	local_bh_disable();
	for (i = 0; i < in.n; i++)
		if (actions[i])
			etrunk_pw_status_run(pw[i], actions[i]);
	if (core_changed)
		etrunk_ac_core_report(v);
	local_bh_enable();
	rcu_read_unlock();
}

/* ------------------------------------------------------------------- life */

/* what a service shall have when the batch at work is done */
static const struct etrunk_vpws_cfg *wanted_cfg(const struct etrunk_vpws *v)
{
	const struct etrunk_vpws_plan *plan = etrunk_batch_wanted(v->en, v);

	return plan ? &plan->cfg : &v->cfg;
}

static bool has_pw(const struct etrunk_vpws_cfg *cfg,
		   const struct etrunk_pw *pw)
{
	unsigned int i;

	for (i = 0; i < cfg->n; i++)
		if (cfg->pw[i] == pw)
			return true;
	return false;
}

/**
 * etrunk_vpws_check - may a service have its PWs?
 * @v: the service
 * @extack: told which one has another service
 *
 * Under RTNL. By what is wanted of all services; a PW remembers who claimed it
 * in this batch, so the order of the services is of no importance.
 *
 * Return: 0 or -EBUSY.
 */
int etrunk_vpws_check(const struct etrunk_vpws *v,
		      struct netlink_ext_ack *extack)
{
	const struct etrunk_vpws_cfg *cfg = wanted_cfg(v);
	unsigned int i;

	ASSERT_RTNL();
	for (i = 0; i < cfg->n; i++) {
		struct etrunk_pw *pw = cfg->pw[i];
		const struct etrunk_vpws *other = rtnl_dereference(pw->vpws);

		if (other && other != v && !has_pw(wanted_cfg(other), pw))
			other = NULL;
		if (pw->claim_batch == v->en->batch_id && pw->claim != v)
			other = pw->claim;
		if (other && other != v) {
			etrunk_nl_err(extack, NULL, "pw %s is in vpws %s",
				      pw->cfg.name, other->cfg.name);
			return -EBUSY;
		}
		pw->claim = v;
		pw->claim_batch = v->en->batch_id;
	}
	return 0;
}

/**
 * etrunk_vpws_set_alloc - a set of PWs for a service to have
 * @cfg: settings
 *
 * Return: the set, or NULL without memory.
 */
struct etrunk_vpws_set *
etrunk_vpws_set_alloc(const struct etrunk_vpws_cfg *cfg)
{
	struct etrunk_vpws_set *set;

	set = kzalloc(sizeof(*set), GFP_KERNEL);
	if (!set)
		return NULL;
	set->order = ETRUNK_PW_ORDER_EMPTY;
	set->n = cfg->n;
	memcpy(set->pw, cfg->pw, sizeof(set->pw));
	return set;
}

static void config_event(const struct etrunk_vpws *v, const char *what)
{
	char object[32];

	snprintf(object, sizeof(object), "vpws %s", v->cfg.name);
	etrunk_event(v->en, ETRUNK_EVENT_CONFIG, object, NULL, what, NULL);
}

static void vpws_free_rcu(struct rcu_head *rcu)
{
	struct etrunk_vpws *v = container_of(rcu, struct etrunk_vpws, rcu);

	free_percpu(v->stats);
	kfree(rcu_dereference_raw(v->set));
	kfree(v);
}

/**
 * etrunk_vpws_create - make a service
 * @en: namespace
 * @cfg: settings, each valid for itself; the AC exists
 * @extack: told what is wrong
 *
 * Under RTNL. The service is linked but inert until etrunk_vpws_start(); until
 * then its PWs may be those of another one that is to lose them.
 *
 * Return: the service or an ERR_PTR.
 */
struct etrunk_vpws *etrunk_vpws_create(struct etrunk_net *en,
				       const struct etrunk_vpws_cfg *cfg,
				       struct netlink_ext_ack *extack)
{
	struct etrunk_vpws_set *set;
	struct net_device *dev;
	struct etrunk_vpws *v;
	int err;

	ASSERT_RTNL();
	if (etrunk_vpws_find(en, cfg->name)) {
		NL_SET_ERR_MSG(extack, "a vpws of this name exists");
		return ERR_PTR(-EEXIST);
	}
	dev = __dev_get_by_name(en->net, cfg->ac);
	if (!dev)
		return ERR_PTR(-ENODEV);

	err = -ENOMEM;
	v = kzalloc(sizeof(*v), GFP_KERNEL);
	if (!v)
		return ERR_PTR(err);
	v->en = en;
	v->cfg = *cfg;
	v->selected = ETRUNK_PW_NONE;
	v->last = ETRUNK_PW_NONE;
	v->manual = ETRUNK_PW_NONE;
	spin_lock_init(&v->lock);
	set = etrunk_vpws_set_alloc(cfg);
	v->stats = netdev_alloc_pcpu_stats(struct etrunk_vpws_stats);
	if (!set || !v->stats)
		goto err_free;
	rcu_assign_pointer(v->set, set);

	err = etrunk_ac_attach(v, dev, extack);
	if (err)
		goto err_free;
	list_add_tail_rcu(&v->list, &en->vpws);
	return v;

err_free:
	free_percpu(v->stats);
	kfree(set);
	kfree(v);
	return ERR_PTR(err);
}

/**
 * etrunk_vpws_start - let a service act
 * @v: the service
 *
 * Under RTNL.
 */
void etrunk_vpws_start(struct etrunk_vpws *v)
{
	unsigned int i;

	config_event(v, "added");
	for (i = 0; i < v->cfg.n; i++)
		rcu_assign_pointer(v->cfg.pw[i]->vpws, v);
	spin_lock_bh(&v->lock);
	WRITE_ONCE(v->started, true);
	spin_unlock_bh(&v->lock);
	etrunk_ac_services_changed(v);
	etrunk_vpws_eval(v, "CONFIG");

	rcu_read_lock();
	local_bh_disable();
	etrunk_ac_core_report(v);
	local_bh_enable();
	rcu_read_unlock();
}

static int index_of(const struct etrunk_vpws_set *set,
		    const struct etrunk_pw *pw)
{
	unsigned int i;

	for (i = 0; i < set->n; i++)
		if (set->pw[i] == pw)
			return i;
	return ETRUNK_PW_NONE;
}

static int moved_index(const struct etrunk_vpws_set *old,
		       const struct etrunk_vpws_set *new, int i)
{
	return i == ETRUNK_PW_NONE ? i : index_of(new, old->pw[i]);
}

/* Traffic goes on by the old decision until there is a new one. */
static u32 moved_order(const struct etrunk_vpws_set *old,
		       const struct etrunk_vpws_set *new)
{
	u32 order = ETRUNK_PW_ORDER_EMPTY, from = old->order;
	unsigned int i, shift = 0;

	for (i = 0; i < old->n; i++, from >>= 4) {
		unsigned int at = from & ETRUNK_PW_ORDER_END;

		if (at == ETRUNK_PW_ORDER_END)
			break;
		if (index_of(new, old->pw[at]) == ETRUNK_PW_NONE)
			continue;
		order &= ~(ETRUNK_PW_ORDER_END << shift);
		order |= (u32)index_of(new, old->pw[at]) << shift;
		shift += 4;
	}
	return order;
}

/* A PW that is not ours any more; another service may have it by now. */
static void let_go(struct etrunk_vpws *v, struct etrunk_pw *pw)
{
	if (rtnl_dereference(pw->vpws) == v)
		RCU_INIT_POINTER(pw->vpws, NULL);
	etrunk_pw_changed(pw, "CONFIG");
}

/* Put a new set in place. */
static void replace_set(struct etrunk_vpws *v, struct etrunk_vpws_set *new)
{
	struct etrunk_vpws_set *old = rtnl_dereference(v->set);
	unsigned int i;

	spin_lock_bh(&v->lock);
	if (v->selected != ETRUNK_PW_NONE &&
	    index_of(new, old->pw[v->selected]) == ETRUNK_PW_NONE)
		note_switch(v, old->pw[v->selected], NULL, "CONFIG");
	if (v->served && index_of(new, v->served) == ETRUNK_PW_NONE)
		v->served = NULL;
	new->order = moved_order(old, new);
	v->selected = moved_index(old, new, v->selected);
	if (v->selected != ETRUNK_PW_NONE)
		new->selected = new->pw[v->selected];
	v->last = moved_index(old, new, v->last);
	v->manual = moved_index(old, new, v->manual);
	rcu_assign_pointer(v->set, new);
	spin_unlock_bh(&v->lock);

	for (i = 0; i < new->n; i++)
		rcu_assign_pointer(new->pw[i]->vpws, v);
	for (i = 0; i < old->n; i++)
		if (index_of(new, old->pw[i]) == ETRUNK_PW_NONE)
			let_go(v, old->pw[i]);
	kfree_rcu(old, rcu);
}

/**
 * etrunk_vpws_set - change the settings of a service
 * @v: the service
 * @plan: all settings, name and AC as they were; the set in it becomes the
 *	service's
 *
 * Under RTNL.
 */
void etrunk_vpws_set(struct etrunk_vpws *v, const struct etrunk_vpws_plan *plan)
{
	const struct etrunk_vpws_cfg *cfg = &plan->cfg;

	ASSERT_RTNL();
	if (!plan->set && !memcmp(cfg, &v->cfg, sizeof(*cfg)))
		return;

	spin_lock_bh(&v->lock);
	v->cfg.redundancy = cfg->redundancy;
	v->cfg.precedence = cfg->precedence;
	v->cfg.n = cfg->n;
	memcpy(v->cfg.pw, cfg->pw, sizeof(v->cfg.pw));
	/* the data path reads it */
	WRITE_ONCE(v->cfg.dual_receive, cfg->dual_receive);
	WRITE_ONCE(v->cfg.l2_control, cfg->l2_control);
	spin_unlock_bh(&v->lock);
	if (plan->set)
		replace_set(v, plan->set);
	if (v->started) {
		etrunk_ac_services_changed(v);
		config_event(v, "changed");
		etrunk_vpws_eval(v, "CONFIG");
	}
}

/**
 * etrunk_vpws_switchover - the operator wants a certain PW
 * @v: the service
 * @to: a PW of its set
 * @extack: told what is wrong
 *
 * Under RTNL. The choice holds as long as that PW is active; in independent
 * mode no end can make a PW active alone.
 *
 * Return: 0 or a negative errno.
 */
int etrunk_vpws_switchover(struct etrunk_vpws *v, const struct etrunk_pw *to,
			   struct netlink_ext_ack *extack)
{
	struct etrunk_vpws_set *set = rtnl_dereference(v->set);
	int i = index_of(set, to);
	bool active;

	ASSERT_RTNL();
	if (i == ETRUNK_PW_NONE) {
		etrunk_nl_err(extack, NULL, "pw %s is not in this vpws",
			      to->cfg.name);
		return -ENOENT;
	}

	spin_lock_bh(&v->lock);
	active = to->active;
	if (active)
		v->manual = i;
	spin_unlock_bh(&v->lock);
	if (!active) {
		etrunk_nl_err(extack, NULL,
			      "pw %s is not active at both ends",
			      to->cfg.name);
		return -ENETDOWN;
	}
	etrunk_vpws_eval(v, "OPERATOR");
	return 0;
}

/**
 * etrunk_vpws_destroy - delete a service
 * @v: the service; its PWs stay and say that they forward nothing
 *
 * Under RTNL.
 */
void etrunk_vpws_destroy(struct etrunk_vpws *v)
{
	struct etrunk_vpws_set *set = rtnl_dereference(v->set);
	unsigned int i;

	ASSERT_RTNL();
	if (v->started)
		config_event(v, "deleted");

	list_del_rcu(&v->list);
	spin_lock_bh(&v->lock);
	v->dead = true;
	WRITE_ONCE(set->order, ETRUNK_PW_ORDER_EMPTY);
	spin_unlock_bh(&v->lock);

	etrunk_ac_detach(v);
	for (i = 0; i < set->n; i++)
		let_go(v, set->pw[i]);
	synchronize_net();
	call_rcu(&v->rcu, vpws_free_rcu);
}
