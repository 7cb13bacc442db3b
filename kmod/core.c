// SPDX-License-Identifier: GPL-2.0
/*
 * Core interfaces: the only places where PW labels are accepted, so that a CE
 * can inject nothing. An nf ingress hook takes the packets whose label is ours
 * and leaves all others to the kernel's MPLS. Tunnel labels that end here are
 * the kernel's: it pops them and the rest comes in once more on lo, where the
 * same hook stands while there is a core interface.
 *
 * A core interface whose device is deleted stays configured; a device that comes
 * up under that name is the core interface again, with the PWs pinned to it.
 *
 * Who may still run when a core dies, or loses its device: the hook, until synchronize_net();
 * transmit through an LSP that names it, likewise; route resolution, which
 * looks at @dead with the PW's lock held and so cannot set such an LSP anew.
 */
#include <linux/if_vlan.h>
#include <linux/netfilter_netdev.h>
#include <linux/slab.h>

#include "pw.h"

static void count(struct etrunk_core *core, bool ours)
{
	struct etrunk_core_stats *stats = this_cpu_ptr(core->stats);

	u64_stats_update_begin(&stats->syncp);
	if (ours)
		u64_stats_inc(&stats->rx_packets);
	else
		u64_stats_inc(&stats->rx_unknown);
	u64_stats_update_end(&stats->syncp);
}

static bool read_lse(const struct sk_buff *skb, unsigned int offset,
		     struct etrunk_lse *lse)
{
	__be32 buf, *word;

	word = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (!word)
		return false;
	etrunk_lse_decode(be32_to_cpup(word), lse);
	return true;
}

static unsigned int core_ingress(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	unsigned int offset = ETRUNK_LSE_LEN;
	struct etrunk_core *core = priv;
	struct etrunk_lse lse;
	struct etrunk_pw *pw;

	if (skb->protocol != htons(ETH_P_MPLS_UC) ||
	    skb->pkt_type != PACKET_HOST)
		return NF_ACCEPT;
	/* a VLAN's packets come by again on its own device */
	if (skb_vlan_tag_present(skb) && skb_vlan_tag_get_id(skb))
		return NF_ACCEPT;

	if (!read_lse(skb, 0, &lse))
		return NF_ACCEPT;
	/* the last hop may have kept the tunnel's place, RFC 4182 */
	if (lse.label == ETRUNK_LABEL_EXPLICIT_NULL && !lse.bottom) {
		if (!read_lse(skb, offset, &lse))
			return NF_ACCEPT;
		offset += ETRUNK_LSE_LEN;
	}

	pw = xa_load(&core->en->pw->labels, lse.label);
	if (!pw) {
		count(core, false);
		return NF_ACCEPT;
	}

	count(core, true);
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (!skb)
		etrunk_pw_count(pw, ETRUNK_PW_RX_NOMEM);
	else
		etrunk_pw_rx(pw, skb, offset, lse.bottom);
	return NF_STOLEN;
}

static void set_device(struct etrunk_core *core, struct net_device *dev)
{
	core->dev = dev;
	core->hook.dev = dev;
	netdev_hold(dev, &core->tracker, GFP_KERNEL);
	strscpy(core->name, dev->name, sizeof(core->name));
	core->ifindex = dev->ifindex;
}

static struct etrunk_core *core_alloc(struct etrunk_net *en,
				      struct net_device *dev)
{
	struct etrunk_core *core;

	core = kzalloc(sizeof(*core), GFP_KERNEL);
	if (!core)
		return NULL;
	core->stats = netdev_alloc_pcpu_stats(struct etrunk_core_stats);
	if (!core->stats) {
		kfree(core);
		return NULL;
	}

	core->en = en;
	core->hook.hook = core_ingress;
	core->hook.priv = core;
	core->hook.pf = NFPROTO_NETDEV;
	core->hook.hooknum = NF_NETDEV_INGRESS;
	core->hook.priority = INT_MIN;
	set_device(core, dev);
	return core;
}

static void core_free_rcu(struct rcu_head *rcu)
{
	struct etrunk_core *core = container_of(rcu, struct etrunk_core, rcu);

	free_percpu(core->stats);
	kfree(core);
}

/* nobody can find it any more and synchronize_net() is over */
static void core_free(struct etrunk_core *core)
{
	if (core->dev)
		netdev_put(core->dev, &core->tracker);
	call_rcu(&core->rcu, core_free_rcu);
}

/**
 * etrunk_core_find_rcu - find a core interface
 * @en: namespace
 * @dev: the device
 *
 * Under RCU. Return: the core or NULL.
 */
struct etrunk_core *etrunk_core_find_rcu(struct etrunk_net *en,
					 const struct net_device *dev)
{
	struct etrunk_core *core;

	list_for_each_entry_rcu(core, &en->cores, list)
		if (core->dev == dev)
			return core;
	return NULL;
}

/**
 * etrunk_core_find - find a core interface
 * @en: namespace
 * @dev: the device
 *
 * Under RTNL. Return: the core or NULL.
 */
struct etrunk_core *etrunk_core_find(struct etrunk_net *en,
				     const struct net_device *dev)
{
	struct etrunk_core *core;

	ASSERT_RTNL();
	list_for_each_entry(core, &en->cores, list)
		if (core->dev == dev)
			return core;
	return NULL;
}

/**
 * etrunk_core_find_lost - find a core interface without device
 * @en: namespace
 * @name: of the device that it had
 *
 * Under RTNL. Return: the core or NULL.
 */
struct etrunk_core *etrunk_core_find_lost(struct etrunk_net *en,
					  const char *name)
{
	struct etrunk_core *core;

	ASSERT_RTNL();
	list_for_each_entry(core, &en->pw->lost_cores, list)
		if (!strcmp(core->name, name))
			return core;
	return NULL;
}

static bool is_up(const struct net_device *dev)
{
	return netif_running(dev) && netif_carrier_ok(dev);
}

/* The hook on lo comes with the first core and goes with the last. */
static int lo_get(struct etrunk_net *en)
{
	struct etrunk_core *lo;
	int err;

	if (en->pw->lo)
		return 0;

	lo = core_alloc(en, en->net->loopback_dev);
	if (!lo)
		return -ENOMEM;
	err = nf_register_net_hook(en->net, &lo->hook);
	if (err) {
		core_free(lo);
		return err;
	}
	en->pw->lo = lo;
	return 0;
}

static void lo_put(struct etrunk_net *en)
{
	struct etrunk_core *lo = en->pw->lo;

	if (!lo || !list_empty(&en->cores))
		return;
	en->pw->lo = NULL;
	nf_unregister_net_hook(en->net, &lo->hook);
	synchronize_net();
	core_free(lo);
}

static int check_device(struct etrunk_net *en, struct net_device *dev,
			struct netlink_ext_ack *extack)
{
	if (etrunk_core_find(en, dev)) {
		NL_SET_ERR_MSG(extack, "is a core interface already");
		return -EEXIST;
	}
	if (dev->flags & IFF_LOOPBACK || dev->type != ARPHRD_ETHER) {
		NL_SET_ERR_MSG(extack,
			       "a core interface is an Ethernet interface");
		return -EOPNOTSUPP;
	}
	if (etrunk_ac_user(en, dev)) {
		NL_SET_ERR_MSG(extack, "is an attachment circuit");
		return -EBUSY;
	}
	if (netif_is_bond_slave(dev) || netif_is_bridge_port(dev)) {
		NL_SET_ERR_MSG(extack, "is a port of another interface");
		return -EBUSY;
	}
	return 0;
}

/* Have its packets. */
static int hook(struct etrunk_core *core, struct netlink_ext_ack *extack)
{
	struct etrunk_net *en = core->en;
	int err;

	err = lo_get(en);
	if (err)
		return err;
	err = nf_register_net_hook(en->net, &core->hook);
	if (err) {
		NL_SET_ERR_MSG(extack, "cannot hook into the interface");
		lo_put(en);
		return err;
	}
	list_add_tail_rcu(&core->list, &en->cores);
	return 0;
}

/* Have them no more; PWs that used it lose their LSP. */
static void unhook(struct etrunk_core *core)
{
	struct etrunk_net *en = core->en;

	list_del_rcu(&core->list);
	WRITE_ONCE(core->dead, true);
	WRITE_ONCE(core->up, false);
	nf_unregister_net_hook(en->net, &core->hook);
	etrunk_lsp_core_gone(core);
	synchronize_net();
}

/**
 * etrunk_core_create - make an interface a core interface
 * @en: namespace
 * @dev: the interface
 * @extack: told what is wrong
 *
 * Under RTNL. The hook takes packets at once, but no PW uses the interface
 * before etrunk_core_start().
 *
 * Return: the core or an ERR_PTR.
 */
struct etrunk_core *etrunk_core_create(struct etrunk_net *en,
				       struct net_device *dev,
				       struct netlink_ext_ack *extack)
{
	struct etrunk_core *core;
	int err;

	ASSERT_RTNL();
	if (etrunk_core_find_lost(en, dev->name)) {
		NL_SET_ERR_MSG(extack,
			       "is a core interface already, once it is up");
		return ERR_PTR(-EEXIST);
	}
	err = check_device(en, dev, extack);
	if (err)
		return ERR_PTR(err);
	core = core_alloc(en, dev);
	if (!core)
		return ERR_PTR(-ENOMEM);
	err = hook(core, extack);
	if (err) {
		core_free(core);
		return ERR_PTR(err);
	}
	return core;
}

static void config_event(const struct etrunk_core *core, const char *what)
{
	char object[32];

	snprintf(object, sizeof(object), "core %s", core->name);
	etrunk_event(core->en, ETRUNK_EVENT_CONFIG, object, NULL, what, NULL);
}

/**
 * etrunk_core_start - let PWs use a core interface
 * @core: the core
 *
 * Under RTNL.
 */
void etrunk_core_start(struct etrunk_core *core)
{
	core->started = true;
	WRITE_ONCE(core->up, is_up(core->dev));
	config_event(core, "added");
	etrunk_sampler_start(core->en);
	etrunk_lsp_kick(core->en);
}

/**
 * etrunk_core_leave - the device of a core interface is being deleted
 * @core: the core; it waits for a device of that name
 *
 * Under RTNL.
 */
void etrunk_core_leave(struct etrunk_core *core)
{
	struct etrunk_net *en = core->en;

	ASSERT_RTNL();
	unhook(core);
	netdev_put(core->dev, &core->tracker);
	core->dev = NULL;
	list_add_tail(&core->list, &en->pw->lost_cores);
	lo_put(en);
	etrunk_lsp_kick(en);
}

/**
 * etrunk_core_return - a device came up: does a core interface wait for it?
 * @en: namespace
 * @dev: the device
 *
 * Under RTNL.
 */
void etrunk_core_return(struct etrunk_net *en, struct net_device *dev)
{
	struct etrunk_core *core = etrunk_core_find_lost(en, dev->name);

	if (!core || check_device(en, dev, NULL))
		return;
	list_del(&core->list);
	set_device(core, dev);
	WRITE_ONCE(core->dead, false);
	if (hook(core, NULL)) {
		netdev_put(dev, &core->tracker);
		core->dev = NULL;
		list_add_tail(&core->list, &en->pw->lost_cores);
		return;
	}
	WRITE_ONCE(core->up, is_up(dev));
	etrunk_sampler_start(en);
	etrunk_lsp_kick(en);
}

/**
 * etrunk_core_renamed - the device of a core interface has another name
 * @core: the core
 *
 * Under RTNL.
 */
void etrunk_core_renamed(struct etrunk_core *core)
{
	strscpy(core->name, core->dev->name, sizeof(core->name));
}

/**
 * etrunk_core_destroy - make it an ordinary interface again
 * @core: the core
 *
 * Under RTNL.
 */
void etrunk_core_destroy(struct etrunk_core *core)
{
	struct etrunk_net *en = core->en;

	ASSERT_RTNL();
	if (core->started)
		config_event(core, "deleted");
	if (core->dev)
		unhook(core);
	else
		list_del(&core->list);
	core_free(core);
	lo_put(en);
	etrunk_lsp_kick(en);
}

/**
 * etrunk_core_sample - look at the carriers of all core interfaces
 * @en: namespace
 *
 * Softirq, under RCU.
 */
void etrunk_core_sample(struct etrunk_net *en)
{
	struct etrunk_core *core;
	struct etrunk_pw *pw;

	list_for_each_entry_rcu(core, &en->cores, list) {
		bool up = is_up(core->dev) && !READ_ONCE(core->dead);

		if (READ_ONCE(core->up) == up)
			continue;
		/* the data path sees this word at once */
		WRITE_ONCE(core->up, up);
		list_for_each_entry_rcu(pw, &en->pws, list) {
			const struct etrunk_lsp *lsp = rcu_dereference(pw->lsp);

			if (lsp && lsp->core == core)
				etrunk_pw_changed(pw, "CORE_UP");
		}
	}
}

static void sum_up(const struct etrunk_core *core, u64 *sums)
{
	int cpu;

	memset(sums, 0, ETRUNK_CORE_COUNTS * sizeof(*sums));
	for_each_possible_cpu(cpu) {
		const struct etrunk_core_stats *s;
		unsigned int start;
		u64 rx, unknown;

		s = per_cpu_ptr(core->stats, cpu);
		do {
			start = u64_stats_fetch_begin(&s->syncp);
			rx = u64_stats_read(&s->rx_packets);
			unknown = u64_stats_read(&s->rx_unknown);
		} while (u64_stats_fetch_retry(&s->syncp, start));
		sums[0] += rx;
		sums[1] += unknown;
	}
}

/**
 * etrunk_core_reset - count from zero again, as etrunk_pw_reset()
 * @core: the core
 */
void etrunk_core_reset(struct etrunk_core *core)
{
	ASSERT_RTNL();
	sum_up(core, core->base);
}

/**
 * etrunk_core_fill_counters - show what came in
 * @skb: message
 * @attrtype: attribute of each counter
 * @core: the core
 *
 * Return: 0 or -EMSGSIZE.
 */
int etrunk_core_fill_counters(struct sk_buff *skb, int attrtype,
			      const struct etrunk_core *core)
{
	static const struct etrunk_counter_desc desc[] = {
		{ "rx-packets", 0 },
		{ "rx-unknown-label", sizeof(u64) },
	};
	u64 sums[ETRUNK_CORE_COUNTS];
	unsigned int i;

	sum_up(core, sums);
	for (i = 0; i < ETRUNK_CORE_COUNTS; i++)
		sums[i] -= core->base[i];
	return etrunk_nl_put_counters(skb, attrtype, desc, ARRAY_SIZE(desc),
				      sums);
}
