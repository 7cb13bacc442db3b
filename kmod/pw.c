// SPDX-License-Identifier: GPL-2.0
/*
 * Pseudowires: their life, and what follows when anything about one changes.
 *
 * Who may still run when a PW dies, and why it ends: the core hook and the data
 * path, which find it by label or set under RCU (unlinked, then
 * synchronize_net()); walks of the PW list or of a liveness word, likewise;
 * the timer, which is armed only with the lock held and @dead clear, and
 * cancelled after @dead is set; route resolution, which checks @dead with the
 * lock held. A PW that belongs to a service is not deleted.
 */
#include <linux/slab.h>

#include "pw.h"

/**
 * etrunk_pw_find - find a PW
 * @en: namespace
 * @name: its name
 *
 * Under RTNL. Return: the PW or NULL.
 */
struct etrunk_pw *etrunk_pw_find(struct etrunk_net *en, const char *name)
{
	struct etrunk_pw *pw;

	ASSERT_RTNL();
	list_for_each_entry(pw, &en->pws, list)
		if (!strcmp(pw->cfg.name, name))
			return pw;
	return NULL;
}

static void cfg_to_oam(const struct etrunk_pw_cfg *cfg,
		       struct etrunk_oam_cfg *oam)
{
	oam->enabled = cfg->status == ETRUNK_PW_STATUS_STATIC;
	oam->refresh = cfg->refresh;
	oam->initial_remote = cfg->initial_remote;
}

/* ------------------------------------------------------------- evaluation */

/**
 * etrunk_pw_trouble - why a PW is not usable
 * @view: how it looks
 *
 * Return: a static word, NULL if it is active.
 */
const char *etrunk_pw_trouble(const struct etrunk_pw_view *view)
{
	if (!view->lsp)
		return "LSP_DOWN";
	if (!view->alive)
		return "BFD_DOWN";
	if (view->local & ETRUNK_PW_NOT_FORWARDING)
		return "NO_SERVICE";
	if (view->local & ETRUNK_PW_FAULTS)
		return "AC_DOWN";
	if (view->remote & ETRUNK_PW_FAULTS)
		return "REMOTE_FAULT";
	if (view->lockout)
		return "LOCKOUT";
	if (view->local & ETRUNK_PW_STANDBY)
		return "AC_STANDBY";
	if (view->remote & ETRUNK_PW_STANDBY)
		return "REMOTE_STANDBY";
	return NULL;
}

/**
 * etrunk_pw_view - look at a PW anew
 * @pw: the PW
 * @in_service: a service has it
 * @ac: state of that service's AC
 * @now: ktime_get_ns()
 * @view: result, input of the selection
 *
 * Computes the local word, in this one place, and gives it to the status
 * signalling. Under RCU, BH off; the service's lock is held if it has one.
 *
 * Return: actions for etrunk_pw_status_run().
 */
u32 etrunk_pw_view(struct etrunk_pw *pw, bool in_service,
		   enum etrunk_ac_state ac, u64 now,
		   struct etrunk_pw_view *view)
{
	const struct etrunk_live *live = rcu_dereference(pw->live);
	struct etrunk_pw_local local = {
		.ac = ac,
		.in_service = in_service,
	};
	const struct etrunk_lsp *lsp;
	u32 actions = 0;
	bool path;

	spin_lock_bh(&pw->lock);
	lsp = rcu_dereference(pw->lsp);
	view->pw_id = pw->cfg.pw_id;
	view->lsp = lsp && READ_ONCE(lsp->core->up) && !pw->neigh_failed;
	view->alive = etrunk_live_ok(live);
	view->lockout = pw->cfg.lockout;

	if (pw->alive && !view->alive)
		actions |= etrunk_oam_lost(&pw->oam, &pw->oam_cfg);
	pw->alive = view->alive;

	local.lockout = view->lockout;
	local.lsp = view->lsp;
	etrunk_live_defects(live, &local.rx_defect, &local.tx_defect);
	actions |= etrunk_oam_set_word(&pw->oam, &pw->oam_cfg,
				       etrunk_pw_local_word(&local), now);

	path = view->lsp && view->alive;
	if (path && !pw->path)
		actions |= etrunk_oam_live(&pw->oam, &pw->oam_cfg, now);
	pw->path = path;

	view->local = pw->oam.tx_word;
	view->remote = etrunk_oam_remote(&pw->oam, &pw->oam_cfg);
	etrunk_pw_status_arm_locked(pw);
	spin_unlock_bh(&pw->lock);

	/* what changed by our own doing is in @view already */
	return actions & ~ETRUNK_OAM_REMOTE;
}

/**
 * etrunk_pw_outcome - what the selection found
 * @pw: the PW
 * @view: what it looked like
 * @up: up(pw)
 * @active: up and preferred by both ends
 * @why: what caused the look
 * @now: ktime_get_ns()
 *
 * As etrunk_pw_view(). Return: more actions.
 */
u32 etrunk_pw_outcome(struct etrunk_pw *pw, const struct etrunk_pw_view *view,
		      bool up, bool active, const char *why, u64 now)
{
	u32 actions = 0;

	spin_lock_bh(&pw->lock);
	if (up != pw->up) {
		const char *trouble = etrunk_pw_trouble(view);
		const char *from = pw->up ? "up" : "down";
		const char *to = up ? "up" : "down";
		char object[32];

		if (up || !trouble)
			trouble = why;
		pw->up = up;
		pw->last_change = ktime_get_real_ns();
		etrunk_history_add(&pw->history, from, to, trouble);
		snprintf(object, sizeof(object), "pw %s", pw->cfg.name);
		etrunk_event(pw->en, ETRUNK_EVENT_PW_STATE, object, from, to,
			     trouble);
		/* the peer may have lost our word meanwhile, and its numbers */
		if (up) {
			actions = etrunk_oam_burst(&pw->oam, &pw->oam_cfg, now);
			atomic64_set(&pw->rx_seq, 0);
		}
		etrunk_pw_status_arm_locked(pw);
	}
	pw->active = active;
	spin_unlock_bh(&pw->lock);
	return actions;
}

/**
 * etrunk_pw_changed - something about a PW may have changed
 * @pw: the PW
 * @why: static word for an event that tells of an improvement
 *
 * Softirq or process context, no lock held.
 */
void etrunk_pw_changed(struct etrunk_pw *pw, const char *why)
{
	struct etrunk_pw_view view;
	struct etrunk_vpws *v;
	u32 actions;
	u64 now;

	if (!READ_ONCE(pw->started))
		return;

	rcu_read_lock();
	local_bh_disable();
	v = rcu_dereference(pw->vpws);
	if (v) {
		etrunk_vpws_eval(v, why);
	} else {
		now = ktime_get_ns();
		actions = etrunk_pw_view(pw, false, ETRUNK_AC_DOWN, now, &view);
		actions |= etrunk_pw_outcome(pw, &view, etrunk_pw_is_up(&view),
					     false, why, now);
		etrunk_pw_status_run(pw, actions);
		/* a service that took it meanwhile has been overruled */
		v = rcu_dereference(pw->vpws);
		if (unlikely(v))
			etrunk_vpws_eval(v, why);
	}
	local_bh_enable();
	rcu_read_unlock();
}

/* ------------------------------------------------------------------- life */

static int check_new(struct etrunk_net *en, const struct etrunk_pw_cfg *cfg,
		     struct netlink_ext_ack *extack)
{
	if (etrunk_pw_find(en, cfg->name)) {
		NL_SET_ERR_MSG(extack, "a pw of this name exists");
		return -EEXIST;
	}
	if (xa_load(&en->pw->labels, cfg->in_label)) {
		NL_SET_ERR_MSG(extack, "in-label is in use");
		return -EEXIST;
	}
	return 0;
}

/**
 * etrunk_pw_create - make a PW
 * @en: namespace
 * @cfg: settings, each valid for itself
 * @extack: told what is wrong
 *
 * Under RTNL. The PW is linked but inert until etrunk_pw_start().
 *
 * Return: the PW or an ERR_PTR.
 */
struct etrunk_pw *etrunk_pw_create(struct etrunk_net *en,
				   const struct etrunk_pw_cfg *cfg,
				   struct netlink_ext_ack *extack)
{
	struct etrunk_bfd *vccv = NULL;
	struct etrunk_live *live;
	struct etrunk_pw *pw;
	int err;

	ASSERT_RTNL();
	err = check_new(en, cfg, extack);
	if (err)
		return ERR_PTR(err);

	err = -ENOMEM;
	pw = kzalloc(sizeof(*pw), GFP_KERNEL);
	if (!pw)
		return ERR_PTR(err);
	pw->stats = netdev_alloc_pcpu_stats(struct etrunk_pw_stats);
	if (!pw->stats)
		goto err_free;

	pw->en = en;
	pw->cfg = *cfg;
	cfg_to_oam(cfg, &pw->oam_cfg);
	spin_lock_init(&pw->lock);
	etrunk_pw_status_init(pw);

	if (cfg->vccv) {
		vccv = etrunk_vccv_create(pw, cfg, extack);
		if (IS_ERR(vccv)) {
			err = PTR_ERR(vccv);
			goto err_stats;
		}
		rcu_assign_pointer(pw->vccv, vccv);
	}
	if (cfg->bfd || vccv) {
		err = etrunk_live_get(en, cfg->bfd ?: vccv, cfg->name, &live);
		if (err)
			goto err_vccv;
		etrunk_live_attach(live, pw);
	}
	err = xa_err(xa_store(&en->pw->labels, cfg->in_label, pw, GFP_KERNEL));
	if (err)
		goto err_live;
	list_add_tail_rcu(&pw->list, &en->pws);
	return pw;

err_live:
	etrunk_live_detach(pw);
err_vccv:
	if (vccv)
		etrunk_bfd_destroy(vccv, true);
err_stats:
	free_percpu(pw->stats);
err_free:
	kfree(pw);
	return ERR_PTR(err);
}

static void config_event(const struct etrunk_pw *pw, const char *what)
{
	char object[32];

	snprintf(object, sizeof(object), "pw %s", pw->cfg.name);
	etrunk_event(pw->en, ETRUNK_EVENT_CONFIG, object, NULL, what, NULL);
}

/**
 * etrunk_pw_start - let a PW act
 * @pw: the PW
 *
 * Under RTNL.
 */
void etrunk_pw_start(struct etrunk_pw *pw)
{
	config_event(pw, "added");
	spin_lock_bh(&pw->lock);
	WRITE_ONCE(pw->started, true);
	spin_unlock_bh(&pw->lock);
	etrunk_lsp_resolve(pw);
	if (pw->cfg.vccv)
		etrunk_bfd_start(rtnl_dereference(pw->vccv));
	etrunk_pw_changed(pw, "CONFIG");
	/* begins the regular look at its LSP */
	etrunk_lsp_kick(pw->en);
}

/**
 * etrunk_pw_set - change the settings of a PW
 * @pw: the PW
 * @cfg: all settings; those fixed at creation are as they were
 * @vccv: a new session of its own, inert, if @cfg demands one that it has not
 * @live: the liveness word, becomes the PW's, if @cfg has another session
 *
 * Under RTNL.
 */
void etrunk_pw_set(struct etrunk_pw *pw, const struct etrunk_pw_cfg *cfg,
		   struct etrunk_bfd *vccv, struct etrunk_live *live)
{
	struct etrunk_bfd *old = rtnl_dereference(pw->vccv);

	ASSERT_RTNL();
	if (!memcmp(cfg, &pw->cfg, sizeof(*cfg)))
		return;

	if (cfg->bfd != pw->cfg.bfd || cfg->vccv != pw->cfg.vccv) {
		etrunk_live_detach(pw);
		rcu_assign_pointer(pw->vccv, vccv);
		if (live)
			etrunk_live_attach(live, pw);
		if (old)
			etrunk_bfd_destroy(old, false);
	} else if (old) {
		etrunk_vccv_set(pw, cfg);
	}

	spin_lock_bh(&pw->lock);
	pw->cfg.settable = cfg->settable;
	/* the data path reads it, as it does what never changes */
	WRITE_ONCE(pw->cfg.mtu, cfg->mtu);
	WRITE_ONCE(pw->cfg.tc, cfg->tc);
	cfg_to_oam(cfg, &pw->oam_cfg);
	/* a changed refresh holds from the next burst or refresh on */
	if (!pw->oam.tx_asked)
		pw->oam.tx_refresh = cfg->refresh;
	spin_unlock_bh(&pw->lock);

	if (pw->started) {
		struct etrunk_vpws *v = rtnl_dereference(pw->vpws);

		config_event(pw, "changed");
		if (v)
			etrunk_ac_services_changed(v);
		if (vccv)
			etrunk_bfd_start(vccv);
		etrunk_pw_changed(pw, "CONFIG");
	}
}

static void pw_free_rcu(struct rcu_head *rcu)
{
	struct etrunk_pw *pw = container_of(rcu, struct etrunk_pw, rcu);

	free_percpu(pw->stats);
	kfree(pw);
}

/**
 * etrunk_pw_destroy - delete a PW
 * @pw: the PW, in no service
 *
 * Under RTNL.
 */
void etrunk_pw_destroy(struct etrunk_pw *pw)
{
	struct etrunk_lsp *lsp;
	struct etrunk_bfd *vccv;

	ASSERT_RTNL();
	if (pw->started)
		config_event(pw, "deleted");

	xa_erase(&pw->en->pw->labels, pw->cfg.in_label);
	list_del_rcu(&pw->list);
	etrunk_live_detach(pw);
	vccv = rtnl_dereference(pw->vccv);
	RCU_INIT_POINTER(pw->vccv, NULL);
	/* while there still is a way to tell the peer, whose PW is dead, too */
	if (vccv)
		etrunk_bfd_destroy(vccv, true);

	spin_lock_bh(&pw->lock);
	pw->dead = true;
	lsp = rcu_dereference_protected(pw->lsp, lockdep_is_held(&pw->lock));
	RCU_INIT_POINTER(pw->lsp, NULL);
	spin_unlock_bh(&pw->lock);
	if (lsp)
		kfree_rcu(lsp, rcu);

	synchronize_net();
	etrunk_timer_cancel(&pw->timer);
	call_rcu(&pw->rcu, pw_free_rcu);
}

/* ------------------------------------------------------------ namespaces */

/**
 * etrunk_pw_net_init - prepare a namespace
 * @en: namespace
 *
 * Return: 0 or a negative errno.
 */
int etrunk_pw_net_init(struct etrunk_net *en)
{
	struct etrunk_pw_net *pn;
	int err;

	pn = kzalloc(sizeof(*pn), GFP_KERNEL);
	if (!pn)
		return -ENOMEM;
	pn->en = en;
	xa_init(&pn->labels);
	INIT_LIST_HEAD(&pn->lives);
	INIT_LIST_HEAD(&pn->groups);
	INIT_LIST_HEAD(&pn->lost_cores);
	spin_lock_init(&pn->sampler_lock);
	WRITE_ONCE(en->pw, pn);

	err = etrunk_sampler_init(en);
	if (err)
		goto err_free;
	err = etrunk_lsp_net_init(en);
	if (err)
		goto err_sampler;
	return 0;

err_sampler:
	etrunk_sampler_exit(en);
err_free:
	WRITE_ONCE(en->pw, NULL);
	kfree(pn);
	return err;
}

/**
 * etrunk_pw_net_exit - delete what is left in a namespace
 * @en: namespace
 *
 * Under RTNL or, if init failed later on, with nothing configured.
 */
void etrunk_pw_net_exit(struct etrunk_net *en)
{
	struct etrunk_core *core, *next_core;
	struct etrunk_vpws *v, *next_v;
	struct etrunk_pw *pw, *next_pw;
	struct etrunk_pw_net *pn = en->pw;

	list_for_each_entry_safe(v, next_v, &en->vpws, list)
		etrunk_vpws_destroy(v);
	list_for_each_entry_safe(pw, next_pw, &en->pws, list)
		etrunk_pw_destroy(pw);
	list_for_each_entry_safe(core, next_core, &en->cores, list)
		etrunk_core_destroy(core);
	list_for_each_entry_safe(core, next_core, &pn->lost_cores, list)
		etrunk_core_destroy(core);

	etrunk_lsp_net_exit(en);
	etrunk_sampler_exit(en);
	WRITE_ONCE(en->pw, NULL);
	synchronize_net();
	xa_destroy(&pn->labels);
	kfree(pn);
}

/**
 * etrunk_pw_netdev_event - a device changed
 * @en: its namespace
 * @dev: the device
 * @event: NETDEV_*
 * @info: notifier info
 *
 * Under RTNL.
 */
void etrunk_pw_netdev_event(struct etrunk_net *en, struct net_device *dev,
			    unsigned long event, void *info)
{
	struct etrunk_core *core;

	/* a dying namespace's devices outlive what we keep of it */
	if (!en->pw)
		return;

	if (event == NETDEV_UP)
		etrunk_core_return(en, dev);

	switch (event) {
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_GOING_DOWN:
	case NETDEV_CHANGE:
		if (etrunk_core_find(en, dev)) {
			rcu_read_lock();
			etrunk_core_sample(en);
			rcu_read_unlock();
			etrunk_lsp_kick(en);
		}
		break;
	case NETDEV_UNREGISTER:
		core = etrunk_core_find(en, dev);
		if (core)
			etrunk_core_leave(core);
		break;
	case NETDEV_CHANGENAME:
		core = etrunk_core_find(en, dev);
		if (core)
			etrunk_core_renamed(core);
		break;
	}
	etrunk_ac_netdev_event(en, dev, event);
}
