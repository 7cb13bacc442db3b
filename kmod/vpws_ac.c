// SPDX-License-Identifier: GPL-2.0
/*
 * Attachment circuits: the rx handler that takes a CE's frames, and the state
 * of the AC.
 *
 * ACs are grouped by the port below them (a bond, a plain interface). If the
 * port is a member of an E-Trunk, the member says whether its ACs are up, down
 * or standby; else the port's carrier does. Notifications of carrier may be
 * late by seconds behind other work under RTNL, so carriers are looked at from
 * softirq every 2 ms; of members lag.c does the same for the slaves.
 *
 * An AC whose device disappears leaves its service configured and down; a
 * device that comes up under that name is attached again.
 *
 * What services a member has is told to the peer PE, to be compared. It is
 * summed up from softirq, a while after a change: many come together.
 */
#include <linux/if_vlan.h>
#include <linux/slab.h>

#include "peer_diff.h"
#include "pw.h"

/* last octet of a link-local control address */
#define L2_PAUSE	0x01
#define L2_SLOW		0x02
#define SUM_NS		(100 * NSEC_PER_MSEC)
#define HELD_NS		(200 * NSEC_PER_MSEC)

/**
 * struct etrunk_ac_group - the ACs on one port
 * @list: in etrunk_pw_net.groups, RCU
 * @en: namespace
 * @base: the port
 * @tracker: of the reference to @base
 * @member: if the port is a member of an E-Trunk
 * @carrier: as last seen
 * @held: until when (ktime) the ACs are down after the port stopped being a
 *	member, 0 = not: the bond is set down in that time, unless it is kept
 * @vpws: services, by group_node, RCU
 * @services: how many
 * @core_ok: how many of them have a working core
 * @reporting: reports to the member under way
 * @stale: since when (ktime) the member was told of other services than there
 *	are, 0 = it was not
 * @rcu: for freeing
 */
struct etrunk_ac_group {
	struct list_head list;
	struct etrunk_net *en;
	struct net_device *base;
	netdevice_tracker tracker;
	struct etrunk_member __rcu *member;
	bool carrier;
	u64 held;
	struct list_head vpws;
	atomic_t services;
	atomic_t core_ok;
	atomic_t reporting;
	u64 stale;
	struct rcu_head rcu;
};

/* --------------------------------------------------------------- data path */

/**
 * etrunk_ac_tunnels - does a link-local control frame cross the service?
 * @v: the service
 * @ac: its AC
 * @eth: header of the frame, of whichever CE
 * @tagged: it has a tag
 *
 * Not while the AC is down or standby: the gates of a bond let such frames
 * through, as they are the host's. Under RCU.
 *
 * Return: true if so.
 */
bool etrunk_ac_tunnels(const struct etrunk_vpws *v, const struct net_device *ac,
		       const struct ethhdr *eth, bool tagged)
{
	if (READ_ONCE(v->cfg.l2_control) != ETRUNK_L2_CONTROL_TUNNEL ||
	    eth->h_dest[5] == L2_PAUSE)
		return false;
	/* LACPDUs of the one CE must not be taken for the other's */
	if (eth->h_dest[5] == L2_SLOW && !tagged &&
	    (netif_is_lag_master(ac) || netif_is_lag_port(ac)))
		return false;
	return etrunk_ac_state(v) == ETRUNK_AC_UP;
}

static rx_handler_result_t ac_rx(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	const struct ethhdr *eth = eth_hdr(skb);
	struct etrunk_vpws *v;

	v = rcu_dereference(skb->dev->rx_handler_data);
	if (unlikely(skb->pkt_type == PACKET_LOOPBACK || !READ_ONCE(v->started)))
		return RX_HANDLER_PASS;

	/* link-local control is for this host (LACP, LLDP) unless tunnelled */
	if (unlikely(is_link_local_ether_addr(eth->h_dest)) &&
	    !etrunk_ac_tunnels(v, skb->dev, eth,
			       skb_vlan_tag_present(skb) ||
			       eth_type_vlan(eth->h_proto))) {
		if (eth->h_dest[5] == L2_PAUSE) {
			etrunk_vpws_count(v, ETRUNK_VPWS_PAUSE);
			kfree_skb(skb);
			return RX_HANDLER_CONSUMED;
		}
		etrunk_vpws_count(v, ETRUNK_VPWS_L2_CONTROL);
		return RX_HANDLER_PASS;
	}

	/* a VLAN device without reorder_hdr leaves its tag before the payload */
	if (unlikely(skb_mac_offset(skb) != -ETH_HLEN)) {
		etrunk_vpws_count(v, ETRUNK_VPWS_BAD_HEADER);
		kfree_skb(skb);
		return RX_HANDLER_CONSUMED;
	}

	skb = skb_share_check(skb, GFP_ATOMIC);
	if (!skb)
		return RX_HANDLER_CONSUMED;

	skb_push(skb, ETH_HLEN);
	if (skb_vlan_tag_present(skb)) {
		skb = __vlan_hwaccel_push_inside(skb);
		if (!skb)
			return RX_HANDLER_CONSUMED;
	} else if (eth_type_vlan(skb->protocol)) {
		/* a tag in the payload counts as link header below */
		skb_set_network_header(skb, ETH_HLEN + VLAN_HLEN);
	}
	skb_reset_mac_header(skb);
	skb_reset_mac_len(skb);

	/* padding cannot be told from payload at the far end (RFC 4448) */
	if (unlikely(eth_skb_pad(skb)))
		return RX_HANDLER_CONSUMED;

	etrunk_vpws_xmit(v, skb);
	return RX_HANDLER_CONSUMED;
}

/* ------------------------------------------------------------------- state */

static bool port_up(const struct net_device *dev)
{
	return netif_running(dev) && netif_carrier_ok(dev);
}

/**
 * etrunk_ac_state - state of a service's AC now
 * @v: the service
 *
 * Under RCU. Return: up, down, or standby by the E-Trunk.
 */
enum etrunk_ac_state etrunk_ac_state(const struct etrunk_vpws *v)
{
	const struct etrunk_ac_group *group = rcu_dereference(v->group);
	const struct net_device *ac = rcu_dereference(v->ac);
	const struct etrunk_member *member;

	if (!ac || !group || !netif_running(ac))
		return ETRUNK_AC_DOWN;

	member = rcu_dereference(group->member);
	if (member)
		return etrunk_member_ac_state(member);
	return !READ_ONCE(group->held) && port_up(group->base) &&
	       netif_carrier_ok(ac) ? ETRUNK_AC_UP : ETRUNK_AC_DOWN;
}

/**
 * etrunk_ac_core_set_locked - a service has a working core, or has it no more
 * @v: the service, locked
 * @ok: which
 */
void etrunk_ac_core_set_locked(struct etrunk_vpws *v, bool ok)
{
	struct etrunk_ac_group *group;

	lockdep_assert_held(&v->lock);
	group = rcu_dereference_protected(v->group, lockdep_is_held(&v->lock));
	v->core_ok = ok;
	if (group)
		atomic_add(ok ? 1 : -1, &group->core_ok);
}

/* One report at a time, and the last one has the last numbers. */
static void core_report(struct etrunk_ac_group *group)
{
	int seen;

	if (atomic_fetch_inc(&group->reporting))
		return;
	do {
		struct etrunk_member *member = rcu_dereference(group->member);

		seen = atomic_read(&group->reporting);
		if (member)
			etrunk_member_core_changed(member,
						   atomic_read(&group->services),
						   atomic_read(&group->core_ok));
	} while (atomic_sub_return(seen, &group->reporting));
}

/**
 * etrunk_ac_core_report - tell the member how many services have a core
 * @v: a service of it
 *
 * Under RCU, BH off, no lock held.
 */
void etrunk_ac_core_report(struct etrunk_vpws *v)
{
	struct etrunk_ac_group *group = rcu_dereference(v->group);

	if (group)
		core_report(group);
}

/* The member has to be told of the services; RTNL. */
static void services_changed(struct etrunk_ac_group *group)
{
	/* the change is to be seen by who sees this */
	smp_wmb();
	if (!READ_ONCE(group->stale))
		WRITE_ONCE(group->stale, ktime_get_ns());
}

/**
 * etrunk_ac_services_changed - other services, or other MTUs of them
 * @v: a service that is concerned
 *
 * Under RTNL.
 */
void etrunk_ac_services_changed(struct etrunk_vpws *v)
{
	struct etrunk_ac_group *group = rtnl_dereference(v->group);

	if (group)
		services_changed(group);
}

/* What an AC takes off, outermost first. */
static unsigned int tags_of(const struct net_device *dev,
			    struct peer_diff_tag *tag)
{
	unsigned int n = 0, i;

	while (is_vlan_dev(dev) && n < PEER_DIFF_TAGS) {
		const struct vlan_dev_priv *vlan = vlan_dev_priv(dev);

		tag[n].tpid = ntohs(vlan->vlan_proto);
		tag[n].vid = vlan->vlan_id;
		n++;
		dev = vlan->real_dev;
	}
	for (i = 0; i < n / 2; i++)
		swap(tag[i], tag[n - 1 - i]);
	return n;
}

static void add_service(struct trunk_pkt_services *sum,
			const struct etrunk_vpws *v)
{
	const struct net_device *ac = rcu_dereference(v->ac);
	const struct etrunk_vpws_set *set = rcu_dereference(v->set);
	struct peer_diff_tag tag[PEER_DIFF_TAGS];
	u32 pw_mtu = U32_MAX;
	unsigned int i;

	if (!ac || !READ_ONCE(v->started))
		return;
	for (i = 0; i < set->n; i++)
		pw_mtu = min(pw_mtu, READ_ONCE(set->pw[i]->cfg.mtu));
	peer_diff_add_ac(sum, tag, tags_of(ac, tag), READ_ONCE(ac->mtu),
			 set->n ? pw_mtu : 0);
}

/* softirq, under RCU */
static void sum_services(struct etrunk_ac_group *group)
{
	struct etrunk_member *member = rcu_dereference(group->member);
	struct trunk_pkt_services sum = {};
	struct etrunk_vpws *v;

	/* what changes from here on is looked at again */
	smp_store_mb(group->stale, 0);
	if (!member)
		return;
	list_for_each_entry_rcu(v, &group->vpws, group_node)
		add_service(&sum, v);
	etrunk_member_services(member, &sum);
}

static void eval_group(struct etrunk_ac_group *group, const char *why)
{
	struct etrunk_vpws *v;

	list_for_each_entry_rcu(v, &group->vpws, group_node)
		etrunk_vpws_eval(v, why);
}

/**
 * etrunk_ac_sample - look at the carriers of ports that are no members
 * @en: namespace
 *
 * Softirq, under RCU.
 */
void etrunk_ac_sample(struct etrunk_net *en)
{
	struct etrunk_ac_group *group;

	list_for_each_entry_rcu(group, &en->pw->groups, list) {
		bool carrier = port_up(group->base);
		u64 held = READ_ONCE(group->held);
		u64 stale = READ_ONCE(group->stale);

		if (stale && ktime_get_ns() >= stale + SUM_NS)
			sum_services(group);
		if (held && ktime_get_ns() < held)
			continue;
		if (READ_ONCE(group->carrier) == carrier && !held)
			continue;
		WRITE_ONCE(group->held, 0);
		WRITE_ONCE(group->carrier, carrier);
		if (!rcu_access_pointer(group->member))
			eval_group(group, "AC_UP");
	}
}

static void sample(struct etrunk_timer *timer)
{
	struct etrunk_pw_net *pn = container_of(timer, struct etrunk_pw_net,
						sampler);
	struct etrunk_net *en = pn->en;
	bool more;

	rcu_read_lock();
	etrunk_ac_sample(en);
	etrunk_core_sample(en);
	rcu_read_unlock();

	spin_lock_bh(&pn->sampler_lock);
	more = !pn->dead &&
	       !(list_empty(&pn->groups) && list_empty(&en->cores));
	pn->sampling = more;
	spin_unlock_bh(&pn->sampler_lock);
	if (more)
		etrunk_timer_again(timer, ETRUNK_SAMPLE_NS);
}

/**
 * etrunk_sampler_start - look at carriers from now on
 * @en: namespace
 */
void etrunk_sampler_start(struct etrunk_net *en)
{
	struct etrunk_pw_net *pn = en->pw;
	bool start;

	spin_lock_bh(&pn->sampler_lock);
	start = !pn->sampling && !pn->dead;
	if (start)
		pn->sampling = true;
	spin_unlock_bh(&pn->sampler_lock);
	if (start)
		etrunk_timer_start(&pn->sampler,
				   ktime_get_ns() + ETRUNK_SAMPLE_NS);
}

/**
 * etrunk_sampler_init - prepare a namespace's sampler
 * @en: namespace
 *
 * Return: 0.
 */
int etrunk_sampler_init(struct etrunk_net *en)
{
	etrunk_timer_setup(&en->pw->sampler, sample);
	return 0;
}

/**
 * etrunk_sampler_exit - stop it for good
 * @en: namespace
 */
void etrunk_sampler_exit(struct etrunk_net *en)
{
	spin_lock_bh(&en->pw->sampler_lock);
	en->pw->dead = true;
	spin_unlock_bh(&en->pw->sampler_lock);
	etrunk_timer_cancel(&en->pw->sampler);
}

/* ------------------------------------------------------------------ groups */

/* The port below an AC: what remains when its VLANs are taken off. */
static struct net_device *port_of(struct net_device *dev)
{
	while (is_vlan_dev(dev)) {
		struct list_head *iter = dev->adj_list.lower.next;
		struct net_device *lower = netdev_lower_get_next(dev, &iter);

		if (!lower)
			break;
		dev = lower;
	}
	return dev;
}

static struct etrunk_ac_group *group_get(struct etrunk_net *en,
					 struct net_device *base)
{
	struct etrunk_ac_group *group;

	list_for_each_entry(group, &en->pw->groups, list)
		if (group->base == base)
			return group;

	group = kzalloc(sizeof(*group), GFP_KERNEL);
	if (!group)
		return NULL;
	group->en = en;
	group->base = base;
	netdev_hold(base, &group->tracker, GFP_KERNEL);
	group->carrier = port_up(base);
	INIT_LIST_HEAD(&group->vpws);
	rcu_read_lock();
	rcu_assign_pointer(group->member, etrunk_member_find_rcu(en, base));
	rcu_read_unlock();
	list_add_tail_rcu(&group->list, &en->pw->groups);
	return group;
}

/* nobody but readers under RCU knows it; they are waited for by the caller */
static void group_put(struct etrunk_ac_group *group)
{
	if (!list_empty(&group->vpws))
		return;
	list_del_rcu(&group->list);
	synchronize_net();
	netdev_put(group->base, &group->tracker);
	kfree_rcu(group, rcu);
}

static void group_join(struct etrunk_vpws *v, struct etrunk_ac_group *group)
{
	spin_lock_bh(&v->lock);
	rcu_assign_pointer(v->group, group);
	atomic_inc(&group->services);
	if (v->core_ok)
		atomic_inc(&group->core_ok);
	spin_unlock_bh(&v->lock);
	list_add_tail_rcu(&v->group_node, &group->vpws);
	services_changed(group);
}

static void group_leave(struct etrunk_vpws *v)
{
	struct etrunk_ac_group *group = rtnl_dereference(v->group);
	struct etrunk_member *member = rtnl_dereference(group->member);
	static const struct trunk_pkt_services none;
	bool last;

	list_del_rcu(&v->group_node);
	last = list_empty(&group->vpws);
	services_changed(group);
	spin_lock_bh(&v->lock);
	RCU_INIT_POINTER(v->group, NULL);
	atomic_dec(&group->services);
	if (v->core_ok)
		atomic_dec(&group->core_ok);
	spin_unlock_bh(&v->lock);

	rcu_read_lock();
	local_bh_disable();
	core_report(group);
	local_bh_enable();
	rcu_read_unlock();
	group_put(group);
	/* no sum of before is on its way any more */
	if (last && member)
		etrunk_member_services(member, &none);
}

/* ------------------------------------------------------------------ attach */

/**
 * etrunk_ac_user - which service has a device as its AC
 * @en: namespace
 * @dev: the device
 *
 * Under RTNL. Return: the service or NULL.
 */
struct etrunk_vpws *etrunk_ac_user(struct etrunk_net *en,
				   const struct net_device *dev)
{
	struct etrunk_vpws *v;

	ASSERT_RTNL();
	list_for_each_entry(v, &en->vpws, list)
		if (rtnl_dereference(v->ac) == dev)
			return v;
	return NULL;
}

/**
 * etrunk_ac_check - may a device become an AC
 * @en: namespace
 * @dev: the device
 * @extack: told what is wrong
 *
 * Under RTNL. Return: 0 or a negative errno.
 */
int etrunk_ac_check(struct etrunk_net *en, const struct net_device *dev,
		    struct netlink_ext_ack *extack)
{
	struct etrunk_vpws *v = etrunk_ac_user(en, dev);

	if (v) {
		etrunk_nl_err(extack, NULL, "%s is the ac of vpws %s",
			      dev->name, v->cfg.name);
		return -EBUSY;
	}
	if (etrunk_core_find(en, dev)) {
		etrunk_nl_err(extack, NULL, "%s is a core interface",
			      dev->name);
		return -EBUSY;
	}
	if (dev->flags & IFF_LOOPBACK || dev->type != ARPHRD_ETHER ||
	    dev->priv_flags & IFF_DONT_BRIDGE || netif_is_bridge_master(dev)) {
		etrunk_nl_err(extack, NULL, "%s cannot be an ac", dev->name);
		return -EOPNOTSUPP;
	}
	if (netif_is_bridge_port(dev)) {
		etrunk_nl_err(extack, NULL, "%s is in a bridge", dev->name);
		return -EBUSY;
	}
	/* its frames would come with the tag behind their header */
	if (is_vlan_dev(dev) &&
	    !(vlan_dev_priv(dev)->flags & VLAN_FLAG_REORDER_HDR)) {
		etrunk_nl_err(extack, NULL, "%s has reorder_hdr off",
			      dev->name);
		return -EOPNOTSUPP;
	}
	if (netdev_master_upper_dev_get((struct net_device *)dev) ||
	    netdev_is_rx_handler_busy((struct net_device *)dev)) {
		etrunk_nl_err(extack, NULL, "%s is used by another interface",
			      dev->name);
		return -EBUSY;
	}
	return 0;
}

/**
 * etrunk_ac_attach - take a device as a service's AC
 * @v: the service, without AC
 * @dev: the device
 * @extack: told what is wrong
 *
 * Under RTNL. Return: 0 or a negative errno.
 */
int etrunk_ac_attach(struct etrunk_vpws *v, struct net_device *dev,
		     struct netlink_ext_ack *extack)
{
	struct etrunk_ac_group *group;
	int err;

	err = etrunk_ac_check(v->en, dev, extack);
	if (err)
		return err;
	group = group_get(v->en, port_of(dev));
	if (!group)
		return -ENOMEM;

	/* the CE's frames are for the remote CE, whatever their address */
	err = dev_set_promiscuity(dev, 1);
	if (err)
		goto err_group;
	err = dev_set_allmulti(dev, 1);
	if (err)
		goto err_promisc;
	err = netdev_rx_handler_register(dev, ac_rx, v);
	if (err)
		goto err_allmulti;
	dev_disable_lro(dev);

	netdev_hold(dev, &v->tracker, GFP_KERNEL);
	rcu_assign_pointer(v->ac, dev);
	group_join(v, group);
	etrunk_sampler_start(v->en);
	return 0;

err_allmulti:
	dev_set_allmulti(dev, -1);
err_promisc:
	dev_set_promiscuity(dev, -1);
err_group:
	group_put(group);
	return err;
}

/**
 * etrunk_ac_detach - give a service's AC back
 * @v: the service
 *
 * Under RTNL. Returns when no frame of it is under way any more.
 */
void etrunk_ac_detach(struct etrunk_vpws *v)
{
	struct net_device *dev = rtnl_dereference(v->ac);

	if (!dev)
		return;
	RCU_INIT_POINTER(v->ac, NULL);
	/* waits for the handler and so for frames from PWs, too */
	netdev_rx_handler_unregister(dev);
	dev_set_allmulti(dev, -1);
	dev_set_promiscuity(dev, -1);
	group_leave(v);
	netdev_put(dev, &v->tracker);
}

/* a device came up: is it the AC that a service misses? */
static void attach_missing(struct etrunk_net *en, struct net_device *dev)
{
	struct etrunk_vpws *v;

	list_for_each_entry(v, &en->vpws, list) {
		if (rtnl_dereference(v->ac) || strcmp(v->cfg.ac, dev->name))
			continue;
		if (!etrunk_ac_attach(v, dev, NULL))
			etrunk_vpws_eval(v, "AC_UP");
		return;
	}
}

/**
 * etrunk_ac_netdev_event - a device changed
 * @en: namespace
 * @dev: the device
 * @event: NETDEV_*
 *
 * Under RTNL.
 */
void etrunk_ac_netdev_event(struct etrunk_net *en, struct net_device *dev,
			    unsigned long event)
{
	struct etrunk_ac_group *group;
	struct etrunk_vpws *v = etrunk_ac_user(en, dev);

	switch (event) {
	case NETDEV_UNREGISTER:
		if (!v)
			break;
		etrunk_ac_detach(v);
		etrunk_vpws_eval(v, "AC_DOWN");
		break;
	case NETDEV_CHANGENAME:
		if (!v)
			break;
		spin_lock_bh(&v->lock);
		strscpy(v->cfg.ac, dev->name, sizeof(v->cfg.ac));
		spin_unlock_bh(&v->lock);
		break;
	case NETDEV_CHANGEMTU:
		if (v)
			etrunk_ac_services_changed(v);
		break;
	case NETDEV_UP:
		if (!v)
			attach_missing(en, dev);
		fallthrough;
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
		if (v)
			etrunk_vpws_eval(v, "AC_UP");
		rcu_read_lock();
		list_for_each_entry(group, &en->pw->groups, list)
			if (group->base == dev)
				eval_group(group, "AC_UP");
		rcu_read_unlock();
		break;
	}
}

/* ----------------------------------------------------------------- members */

/**
 * etrunk_vpws_member_changed - a member's ACs are in another state
 * @member: the member
 *
 * Softirq or BH off, no lock held.
 */
void etrunk_vpws_member_changed(struct etrunk_member *member)
{
	struct etrunk_net *en = etrunk_member_net(member);
	struct etrunk_ac_group *group;

	if (!en->pw)
		return;
	rcu_read_lock();
	list_for_each_entry_rcu(group, &en->pw->groups, list)
		if (rcu_access_pointer(group->member) == member)
			eval_group(group, "AC_UP");
	rcu_read_unlock();
}

/**
 * etrunk_vpws_member_added - a bond became a member
 * @member: the member
 *
 * Under RTNL.
 */
void etrunk_vpws_member_added(struct etrunk_member *member)
{
	struct etrunk_net *en = etrunk_member_net(member);
	struct etrunk_ac_group *group;

	ASSERT_RTNL();
	rcu_read_lock();
	list_for_each_entry_rcu(group, &en->pw->groups, list) {
		if (etrunk_member_find_rcu(en, group->base) != member)
			continue;
		rcu_assign_pointer(group->member, member);
		WRITE_ONCE(group->held, 0);
		services_changed(group);
		local_bh_disable();
		core_report(group);
		eval_group(group, "AC_UP");
		local_bh_enable();
	}
	rcu_read_unlock();
}

/**
 * etrunk_vpws_member_removed - a member is about to go
 * @member: the member
 *
 * Under RTNL. Returns when nothing here uses @member any more.
 */
void etrunk_vpws_member_removed(struct etrunk_member *member)
{
	struct etrunk_net *en = etrunk_member_net(member);
	struct etrunk_ac_group *group;
	bool any = false;

	ASSERT_RTNL();
	if (!en->pw)
		return;
	list_for_each_entry(group, &en->pw->groups, list) {
		if (rcu_access_pointer(group->member) != member)
			continue;
		/* an unsteered bond that is still up must not attract traffic */
		WRITE_ONCE(group->held, ktime_get_ns() + HELD_NS);
		RCU_INIT_POINTER(group->member, NULL);
		any = true;
		rcu_read_lock();
		eval_group(group, "AC_UP");
		rcu_read_unlock();
	}
	if (any)
		synchronize_net();
}
