// SPDX-License-Identifier: GPL-2.0
/*
 * The way to a PW's peer. It is there if
 *
 *   - @via pins it: next hop, core interface and tunnel labels as configured;
 *   - the best route to the peer carries MPLS encapsulation (what LDP or
 *     segment routing daemons install): its labels are the tunnel;
 *   - that route's next hop is the peer itself: implicit null.
 *
 * A default route, or a plain one over somebody else's router, is no LSP: the
 * bare PW label would go to an LSR that may own it for another PW.
 *
 * Idle PWs count too, so nothing waits for a packet: route, neighbour and
 * device events ask for resolution. They come before the change is complete,
 * or with RTNL held, hence the work; it runs once without RTNL, if that is
 * taken, and again with it. Once a second everything is looked at anyway: for
 * next hop objects, whose changes are no route events, and to ask a silent
 * neighbour again.
 */
#include <linux/slab.h>
#include <net/arp.h>
#include <net/fib_notifier.h>
#include <net/ip_fib.h>
#include <net/lwtunnel.h>
#include <net/mpls_iptunnel.h>
#include <net/neighbour.h>
#include <net/netevent.h>
#include <net/nexthop.h>
#include <net/route.h>

#include "pw.h"

#define RETRY_MS	5
#define LOOK_MS		1000

/* Fill the LSP from one path of a route; false if that is no LSP. */
static bool path_lsp(struct etrunk_net *en, const struct fib_nh_common *nhc,
		     __be32 peer, struct etrunk_lsp *lsp)
{
	const struct lwtunnel_state *lwt = nhc->nhc_lwtstate;
	__be32 via = peer;

	if (nhc->nhc_flags & RTNH_F_DEAD || !nhc->nhc_dev)
		return false;
	if (nhc->nhc_gw_family == AF_INET)
		via = nhc->nhc_gw.ipv4;
	else if (nhc->nhc_gw_family)
		return false;

	lsp->n = 0;
	if (lwt) {
		const struct mpls_iptunnel_encap *encap;
		unsigned int i;

		if (lwt->type != LWTUNNEL_ENCAP_MPLS)
			return false;
		encap = mpls_lwtunnel_encap((struct lwtunnel_state *)lwt);
		if (encap->labels > ETRUNK_LABELS_MAX)
			return false;
		for (i = 0; i < encap->labels; i++)
			lsp->labels[lsp->n++] = encap->label[i];
	} else if (via != peer) {
		return false;
	}

	lsp->core = etrunk_core_find_rcu(en, nhc->nhc_dev);
	lsp->via = via;
	return lsp->core;
}

static bool route_lsp(struct etrunk_pw *pw, struct etrunk_lsp *lsp)
{
	struct flowi4 fl4 = { .daddr = pw->cfg.peer.v4 };
	struct fib_result res = {};
	unsigned int i;

	if (fib_lookup(pw->en->net, &fl4, &res, FIB_LOOKUP_NOREF))
		return false;
	if (res.type != RTN_UNICAST || !res.prefixlen || !res.fi)
		return false;

	/* the first usable path of several: one PW takes one way */
	for (i = 0; i < fib_info_num_path(res.fi); i++)
		if (path_lsp(pw->en, fib_info_nhc(res.fi, i), fl4.daddr, lsp))
			return true;
	return false;
}

static bool pinned_lsp(struct etrunk_pw *pw, struct etrunk_lsp *lsp)
{
	const struct etrunk_pw_cfg *cfg = &pw->cfg;
	struct etrunk_core *core;

	/* not there while its device is not */
	list_for_each_entry_rcu(core, &pw->en->cores, list) {
		if (core != cfg->core)
			continue;
		lsp->core = core;
		lsp->via = cfg->via.v4;
		lsp->n = cfg->n_tunnel;
		memcpy(lsp->labels, cfg->tunnel, sizeof(lsp->labels));
		return true;
	}
	return false;
}

static void build_headers(const struct etrunk_pw *pw, struct etrunk_lsp *lsp)
{
	struct etrunk_stack stack = {
		.n_tunnel = lsp->n,
		.pw_label = pw->cfg.out_label,
		.cw = pw->cfg.cw,
	};

	memcpy(stack.tunnel, lsp->labels, sizeof(stack.tunnel));
	lsp->data_len = etrunk_stack_build(&stack, lsp->data);
	stack.oam = true;
	lsp->oam_len = etrunk_stack_build(&stack, lsp->oam);
}

static bool lsp_equal(const struct etrunk_lsp *a, const struct etrunk_lsp *b)
{
	if (!a || !b)
		return a == b;
	return a->core == b->core && a->via == b->via && a->n == b->n &&
	       !memcmp(a->labels, b->labels, a->n * sizeof(a->labels[0]));
}

/*
 * Does the next hop answer? Once it failed it takes an answer to be believed
 * again. BH off, under RCU.
 */
static bool neigh_failed(const struct etrunk_lsp *lsp, bool was_failed)
{
	struct neighbour *n;
	u8 state;

	n = __ipv4_neigh_lookup_noref(lsp->core->dev, (__force u32)lsp->via);
	if (!n)
		return was_failed;
	state = READ_ONCE(n->nud_state);
	if (state & NUD_VALID)
		return false;
	return was_failed || state & NUD_FAILED;
}

/*
 * Ask a next hop that failed. The kernel may have forgotten it meanwhile, and
 * nobody else asks while no frame is sent to it.
 */
static void neigh_ask(const struct etrunk_lsp *lsp)
{
	struct neighbour *n;

	local_bh_disable();
	n = ip_neigh_gw4(lsp->core->dev, lsp->via);
	if (!IS_ERR(n) && !(READ_ONCE(n->nud_state) &
			    (NUD_VALID | NUD_INCOMPLETE)))
		neigh_event_send(n, NULL);
	local_bh_enable();
}

/**
 * etrunk_lsp_resolve - look for the way to a PW's peer
 * @pw: the PW
 *
 * Any context but hard interrupt, no lock held. Evaluates the PW if something
 * changed.
 */
void etrunk_lsp_resolve(struct etrunk_pw *pw)
{
	bool found, changed = false, ask = false;
	struct etrunk_lsp *new, *old;

	new = kzalloc(sizeof(*new), GFP_ATOMIC);
	if (!new)
		return;	/* the next look finds it */

	rcu_read_lock();
	found = pw->cfg.core ? pinned_lsp(pw, new) : route_lsp(pw, new);
	if (found) {
		build_headers(pw, new);
	} else {
		kfree(new);
		new = NULL;
	}

	spin_lock_bh(&pw->lock);
	if (pw->dead || (new && READ_ONCE(new->core->dead))) {
		kfree(new);
		goto out;
	}
	old = rcu_dereference_protected(pw->lsp, lockdep_is_held(&pw->lock));
	if (lsp_equal(old, new)) {
		kfree(new);
		new = old;
	} else {
		rcu_assign_pointer(pw->lsp, new);
		if (old)
			kfree_rcu(old, rcu);
		pw->neigh_failed = false;
		changed = true;
	}
	if (new) {
		bool failed = neigh_failed(new, pw->neigh_failed);

		if (failed != pw->neigh_failed) {
			pw->neigh_failed = failed;
			changed = true;
		}
		ask = failed && READ_ONCE(new->core->up);
	}
out:
	spin_unlock_bh(&pw->lock);
	/* sends; @new stays as long as RCU is held */
	if (ask)
		neigh_ask(new);
	if (changed)
		etrunk_pw_changed(pw, "LSP_UP");
	rcu_read_unlock();
}

/**
 * etrunk_lsp_core_gone - drop all LSPs over a core interface
 * @core: marked dead
 *
 * Under RTNL.
 */
void etrunk_lsp_core_gone(struct etrunk_core *core)
{
	struct etrunk_pw *pw;

	list_for_each_entry(pw, &core->en->pws, list) {
		struct etrunk_lsp *lsp;
		bool hit;

		spin_lock_bh(&pw->lock);
		lsp = rcu_dereference_protected(pw->lsp,
						lockdep_is_held(&pw->lock));
		hit = lsp && lsp->core == core;
		if (hit) {
			RCU_INIT_POINTER(pw->lsp, NULL);
			kfree_rcu(lsp, rcu);
		}
		spin_unlock_bh(&pw->lock);
		if (hit)
			etrunk_pw_changed(pw, "LSP_DOWN");
	}
}

static void lsp_work(struct work_struct *work)
{
	struct etrunk_pw_net *pn = container_of(to_delayed_work(work),
						struct etrunk_pw_net, lsp_work);
	bool locked = rtnl_trylock();
	struct etrunk_pw *pw;
	bool any = false;

	rcu_read_lock();
	list_for_each_entry_rcu(pw, &pn->en->pws, list) {
		if (!READ_ONCE(pw->started))
			continue;
		any = true;
		etrunk_lsp_resolve(pw);
	}
	rcu_read_unlock();
	if (locked)
		rtnl_unlock();

	if (any && !READ_ONCE(pn->dead))
		queue_delayed_work(system_highpri_wq, &pn->lsp_work,
				   msecs_to_jiffies(locked ? LOOK_MS :
							     RETRY_MS));
}

/**
 * etrunk_lsp_kick - something changed: look for all LSPs again
 * @en: namespace
 *
 * Any context.
 */
void etrunk_lsp_kick(struct etrunk_net *en)
{
	struct etrunk_pw_net *pn = en->pw;

	if (pn && !READ_ONCE(pn->dead) && !list_empty(&en->pws))
		mod_delayed_work(system_highpri_wq, &pn->lsp_work, 0);
}

static int fib_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct etrunk_pw_net *pn = container_of(nb, struct etrunk_pw_net,
						fib_nb);
	struct fib_notifier_info *info = ptr;

	if (info->family == AF_INET)
		etrunk_lsp_kick(pn->en);
	return NOTIFY_DONE;
}

static int neigh_event(struct notifier_block *nb, unsigned long event,
		       void *ptr)
{
	struct neighbour *n = ptr;
	struct etrunk_net *en;
	bool ours;

	if (event != NETEVENT_NEIGH_UPDATE || n->tbl != &arp_tbl)
		return NOTIFY_DONE;

	en = etrunk_net(dev_net(n->dev));
	/* a namespace that is not ours yet, or no more */
	if (!en || !READ_ONCE(en->pw))
		return NOTIFY_DONE;
	rcu_read_lock();
	ours = etrunk_core_find_rcu(en, n->dev);
	rcu_read_unlock();
	if (ours)
		etrunk_lsp_kick(en);
	return NOTIFY_DONE;
}

static struct notifier_block neigh_nb = {
	.notifier_call = neigh_event,
};

/**
 * etrunk_lsp_net_init - follow a namespace's routes
 * @en: namespace
 *
 * Return: 0 or a negative errno.
 */
int etrunk_lsp_net_init(struct etrunk_net *en)
{
	struct etrunk_pw_net *pn = en->pw;
	int err;

	INIT_DELAYED_WORK(&pn->lsp_work, lsp_work);
	pn->fib_nb.notifier_call = fib_event;
	err = register_fib_notifier(en->net, &pn->fib_nb, NULL, NULL);
	if (err != -EBUSY)
		return err;
	/* with a large table something changes during each dump of it */
	pr_warn("routes change too fast to be told, looking once a second\n");
	return 0;
}

/**
 * etrunk_lsp_net_exit - follow them no more
 * @en: namespace, its PWs gone
 */
void etrunk_lsp_net_exit(struct etrunk_net *en)
{
	WRITE_ONCE(en->pw->dead, true);
	unregister_fib_notifier(en->net, &en->pw->fib_nb);
	/* takes RTNL only if that is free, so this cannot deadlock */
	cancel_delayed_work_sync(&en->pw->lsp_work);
}

/**
 * etrunk_pw_init - follow the neighbours of all namespaces
 *
 * Return: 0 or a negative errno.
 */
int etrunk_pw_init(void)
{
	return register_netevent_notifier(&neigh_nb);
}

/**
 * etrunk_pw_exit - follow them no more
 */
void etrunk_pw_exit(void)
{
	unregister_netevent_notifier(&neigh_nb);
}
