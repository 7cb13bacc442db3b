// SPDX-License-Identifier: GPL-2.0
/*
 * LACP steering of a member's bond: roles, gates, the LACPDUs that tell the CE
 * at once, and what is known of the links. The bonding driver is not touched
 * and believes itself in an ordinary bundle; it becomes a hot standby by what
 * the hooks of its slaves change on the wire.
 *
 * A lag is inert until its first role: hooked, but nothing is changed, dropped
 * or reported. So creating one can be undone without a trace.
 *
 * LACPDUs of our own are built from what bonding has in its port at that
 * moment, never from one seen on the wire: that may be older than the last
 * flap, or be one of ours already. Where bonding was just changing its port
 * they are sent once more with the next heartbeat. They pass the egress hook
 * like bonding's; rewriting twice is rewriting once.
 *
 * Who may still be running when a lag dies: (1) the heartbeat, which reports
 * to the member; (2) the hooks of its ports; (3) a role set from softirq;
 * (4) the dormant work. etrunk_lag_destroy() marks the lag dead, so that (3)
 * does nothing any more, and unlinks it; after a grace period (1) has no
 * reference. The bond is set down while the hooks still cover it, then they
 * go, and after another grace period (2) has ended. (4) is cancelled.
 */
#include <linux/if_vlan.h>
#include <linux/pkt_sched.h>

#include "lag.h"

/* a CE that does not let go of the link is not waited for any longer */
#define DRAIN_NS	NSEC_PER_SEC
/* one that says it does may have frames on their way, or send some more */
#define LINGER_NS	(100 * NSEC_PER_MSEC)
/*
 * LACPDUs of a change go out twice: one of bonding's may have passed its hook
 * just before the change and be queued behind the first, or that may be lost.
 */
#define RESEND_NS	(10 * NSEC_PER_MSEC)
/* longer than three LACPDUs at the slow rate */
#define LOOP_HOLD_NS	(95 * NSEC_PER_SEC)
/* a CE that is there says something of itself before that */
#define SILENT_NS	(5 * NSEC_PER_SEC)
/* and names us not much later than it hears us */
#define DEAF_NS		(1500 * NSEC_PER_MSEC)
/* dormancy is for routing daemons; linkwatch must not compete with a switch */
#define DORMANT_DELAY	HZ

static const struct etrunk_counter_desc counter_desc[] = {
	{ "lacpdu_tx_rewritten", LAG_TX_REWRITTEN * sizeof(u64) },
	{ "lacpdu_tx_injected", LAG_TX_INJECTED * sizeof(u64) },
	{ "lacpdu_tx_inject_failed", LAG_TX_INJECT_FAILED * sizeof(u64) },
	{ "lacpdu_tx_dropped", LAG_TX_DROPPED * sizeof(u64) },
	{ "lacpdu_tx_foreign", LAG_TX_FOREIGN * sizeof(u64) },
	{ "lacpdu_rx", LAG_RX_LACPDU * sizeof(u64) },
	{ "lacpdu_rx_mapped", LAG_RX_MAPPED * sizeof(u64) },
	{ "lacpdu_rx_dropped", LAG_RX_DROPPED * sizeof(u64) },
	{ "lacpdu_rx_foreign", LAG_RX_FOREIGN * sizeof(u64) },
	{ "lacpdu_rx_looped", LAG_RX_LOOPED * sizeof(u64) },
	{ "gate_rx_dropped", LAG_GATE_RX_DROPPED * sizeof(u64) },
	{ "gate_tx_dropped", LAG_GATE_TX_DROPPED * sizeof(u64) },
};

static_assert(ARRAY_SIZE(counter_desc) == __LAG_COUNTERS);

static bool lag_serves(const struct etrunk_lag *lag)
{
	return lag->role == ETRUNK_MEMBER_MASTER;
}

/* lag->lock */
static void update_gates(struct etrunk_lag *lag)
{
	struct lag_port *port;

	lockdep_assert_held(&lag->lock);
	list_for_each_entry(port, &lag->ports, node) {
		u32 gate = LAG_GATE_CLOSED;

		if (!lag->active)
			gate = LAG_GATE_INERT;
		else if (!lag->stalled && (lag_serves(lag) || port->drain_until))
			gate = LAG_GATE_OPEN;
		WRITE_ONCE(port->gate, gate);
	}
}

/**
 * lag_wire - what LACPDUs must say now
 * @lag: the lag
 * @ident: result, the identity to show
 * @clear_state: result, bits of the actor's state to take away
 */
void lag_wire(struct etrunk_lag *lag, struct lacp_ident *ident, u8 *clear_state)
{
	spin_lock_bh(&lag->lock);
	*ident = lag->ident;
	*clear_state = lag_serves(lag) ? 0 : LACP_IN_BUNDLE;
	spin_unlock_bh(&lag->lock);
}

/* ---------------------------------------------------------- own LACPDUs */

static bool port_running(const struct lag_port *port)
{
	return netif_running(port->dev) && (port->dev->flags & IFF_UP) &&
	       netif_carrier_ok(port->dev);
}

/*
 * Neither end begins. A change of ours would still be answered, and the answer
 * soon be too old: such a link would come and go for ever, so it counts as one
 * that carries nothing. lag->lock.
 */
static bool both_passive(const struct lag_port *port)
{
	return !(port->ce_known && port->ce.state & LACP_ACTIVITY) &&
	       lag_bond_passive(port->lag->bond);
}

static bool mute(struct etrunk_lag *lag, const struct lag_port *port)
{
	bool ret;

	spin_lock_bh(&lag->lock);
	ret = both_passive(port);
	spin_unlock_bh(&lag->lock);
	return ret;
}

/* Returns false if it is worth sending once more. */
static bool inject_port(struct etrunk_lag *lag, struct lag_port *port)
{
	struct lacp_info actor, partner;
	struct lacp_ident ident;
	struct sk_buff *skb;
	u8 clear_state;
	bool exact;
	u8 *frame;

	if (!port_running(port) ||
	    !lag_bond_read(port, &actor, &partner, &exact))
		return true;
	/* bonding has not set its end up: nothing to say */
	if (is_zero_ether_addr(actor.system))
		return true;
	if (mute(lag, port))
		return true;

	skb = alloc_skb(LL_RESERVED_SPACE(port->dev) + LACP_FRAME_LEN,
			GFP_ATOMIC);
	if (!skb) {
		lag_count(lag, LAG_TX_INJECT_FAILED);
		return false;
	}
	skb_reserve(skb, LL_RESERVED_SPACE(port->dev));
	frame = skb_put(skb, LACP_FRAME_LEN);
	lacp_build(frame, port->addr, &actor, &partner);
	/* not left to the hook: it may be on its way out */
	lag_wire(lag, &ident, &clear_state);
	lacp_rewrite_actor(frame + ETH_HLEN, &ident, clear_state);

	skb->dev = port->dev;
	skb->protocol = htons(ETH_P_SLOW);
	skb->priority = TC_PRIO_CONTROL;
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);

	if (dev_queue_xmit(skb)) {
		lag_count(lag, LAG_TX_INJECT_FAILED);
		return false;
	}
	lag_count(lag, LAG_TX_INJECTED);
	return exact;
}

/* A LACPDU on every slave, now. No lock held, BH off. */
static void inject(struct etrunk_lag *lag)
{
	struct lag_port *port;
	bool done = true;

	rcu_read_lock();
	list_for_each_entry_rcu(port, &lag->ports, node)
		done &= inject_port(lag, port);
	rcu_read_unlock();

	if (!done) {
		spin_lock(&lag->lock);
		if (!lag->dead)
			lag->resend_at = 1;
		spin_unlock(&lag->lock);
	}
}

/* ------------------------------------------------------------------- role */

static void dormant_work(struct work_struct *work)
{
	struct etrunk_lag *lag = container_of(to_delayed_work(work),
					      struct etrunk_lag, dormant_work);
	bool on;

	spin_lock_bh(&lag->lock);
	on = lag->active && !lag->dead && lag->dormant && !lag_serves(lag);
	spin_unlock_bh(&lag->lock);

	if (on)
		netif_dormant_on(lag->bond);
	else
		netif_dormant_off(lag->bond);
}

/**
 * etrunk_lag_set_role - open or close the gate and tell the CE
 * @lag: the lag
 * @role: what the member is now
 * @planned: on a move away from master, data passes until the CE has stopped
 *	using the link, at most 1 s
 * @gen: number of the member's decision; older ones are ignored
 *
 * Softirq or BH off, no lock held. The gate opens before the CE is invited.
 */
void etrunk_lag_set_role(struct etrunk_lag *lag, enum etrunk_member_state role,
			 bool planned, u64 gen)
{
	bool served, serves, tell;
	struct lag_port *port;
	u64 now;

	rcu_read_lock();
	spin_lock_bh(&lag->lock);
	if (lag->dead || (lag->active && (s64)(gen - lag->gen) < 0)) {
		spin_unlock_bh(&lag->lock);
		rcu_read_unlock();
		return;
	}
	served = lag->active && lag_serves(lag);
	tell = !lag->active;
	lag->gen = gen;
	lag->role = role;
	lag->active = true;
	serves = lag_serves(lag);
	tell |= served != serves;

	now = ktime_get_ns();
	list_for_each_entry(port, &lag->ports, node) {
		/* a CE may send first and say so later: no trust in its word */
		if (serves || !planned)
			port->drain_until = 0;
		else if (served && port->ce_known)
			port->drain_until = now + DRAIN_NS;
		if (served && !serves)
			port->ce_old = true;
	}
	update_gates(lag);
	if (tell)
		lag->resend_at = now + RESEND_NS;
	spin_unlock_bh(&lag->lock);

	if (tell) {
		inject(lag);
		mod_delayed_work(system_wq, &lag->dormant_work, DORMANT_DELAY);
	}
	rcu_read_unlock();
}

/**
 * etrunk_lag_draining - does data still pass, after a planned move?
 * @lag: the lag
 *
 * Return: true if the CE still uses a link, may, or did just now.
 */
bool etrunk_lag_draining(struct etrunk_lag *lag)
{
	struct lag_port *port;
	bool drain = false;

	spin_lock_bh(&lag->lock);
	list_for_each_entry(port, &lag->ports, node)
		drain |= port->drain_until;
	spin_unlock_bh(&lag->lock);
	return drain;
}

/**
 * lag_stall - close the gates because this PE stood still, or end that
 * @lag: the lag
 * @stalled: whether to close
 */
void lag_stall(struct etrunk_lag *lag, bool stalled)
{
	struct lag_port *port;

	spin_lock_bh(&lag->lock);
	lag->stalled = stalled;
	/* the CE has long moved: an old make-before-break is over */
	list_for_each_entry(port, &lag->ports, node)
		port->drain_until = 0;
	update_gates(lag);
	spin_unlock_bh(&lag->lock);
}

/* ------------------------------------------------------------------ links */

/**
 * lag_port_heard - the CE said something on a link
 * @port: the link
 * @ce: the actor of its LACPDU
 *
 * Softirq.
 */
void lag_port_heard(struct lag_port *port, const struct lacp_info *ce)
{
	struct etrunk_lag *lag = port->lag;

	spin_lock_bh(&lag->lock);
	port->ce = *ce;
	port->ce_known = true;
	port->looped_at = 0;
	if (lag_serves(lag))
		port->ce_old = false;
	if (!(ce->state & LACP_DISTRIBUTING)) {
		port->ce_old = false;
		/* 0 stays 0 */
		port->drain_until = min(port->drain_until,
					ktime_get_ns() + LINGER_NS);
	}
	spin_unlock_bh(&lag->lock);
}

/**
 * lag_port_looped - our own identity came in on a link
 * @port: the link
 *
 * Softirq.
 */
void lag_port_looped(struct lag_port *port)
{
	struct etrunk_lag *lag = port->lag;

	spin_lock_bh(&lag->lock);
	port->looped_at = ktime_get_ns();
	spin_unlock_bh(&lag->lock);
}

/* since when something is so: @since follows @on */
static void note_since(u64 *since, bool on, u64 now)
{
	if (!on)
		*since = 0;
	else if (!*since)
		*since = now;
}

/*
 * The CE's LACPDUs come, but it does not get ours: they would say otherwise. A
 * link like that carries data one way at best.
 */
static bool ce_deaf(const struct lag_port *port)
{
	return port->ce_known &&
	       port->ce.state & (LACP_DEFAULTED | LACP_EXPIRED);
}

/* lag->lock, RCU */
static void sample_ports(struct etrunk_lag *lag, u64 now)
{
	bool up = false, heard = false, deaf = false;
	struct lag_port *port;

	list_for_each_entry(port, &lag->ports, node) {
		bool carrier = port_running(port);

		/* whatever the CE said, it said before the link was cut */
		if (port->carrier && !carrier) {
			port->ce_known = false;
			port->looped_at = 0;
			port->ce_old = false;
			port->drain_until = 0;
		}
		port->carrier = carrier;
		if (port->looped_at && now - port->looped_at > LOOP_HOLD_NS)
			port->looped_at = 0;
		if (!carrier)
			continue;
		up = true;
		if (lag_bond_alive(port, &(u32){ 0 }) && !both_passive(port)) {
			heard = true;
			deaf |= ce_deaf(port);
		}
	}
	up = up && netif_running(lag->bond);
	note_since(&lag->unheard_at, up && !heard, now);
	note_since(&lag->deaf_at, up && deaf, now);
}

/* lag->lock. Why is the CE not heard on any link? */
static enum etrunk_ce_silence silence(const struct etrunk_lag *lag)
{
	const struct lag_port *port;

	list_for_each_entry(port, &lag->ports, node) {
		if (!port->carrier)
			continue;
		if (both_passive(port))
			return ETRUNK_CE_BOTH_PASSIVE;
		if (port->ce_known)
			return ETRUNK_CE_SILENT;
	}
	return ETRUNK_CE_NO_LACP;
}

/* lag->lock, RCU */
static void get_status(const struct etrunk_lag *lag, u64 now,
		       struct etrunk_link_status *st)
{
	bool lacp = netif_running(lag->bond) && lag_bond_is_lacp(lag->bond);
	const struct lag_port *port;
	u32 speed;

	memset(st, 0, sizeof(*st));
	list_for_each_entry(port, &lag->ports, node) {
		if (port->looped_at)
			st->looped = true;
		if (!port->carrier)
			continue;
		if (port->ce_known) {
			st->ce_known = true;
			ether_addr_copy(st->ce_system, port->ce.system);
			if ((port->ce.state & LACP_IN_BUNDLE) == LACP_IN_BUNDLE &&
			    !port->ce_old)
				st->ce_distributing = true;
		}
		/* an individual link will never be part of the bundle */
		if (!lacp || !lag_bond_alive(port, &speed) ||
		    ce_deaf(port) || both_passive(port) ||
		    (port->ce_known && !(port->ce.state & LACP_AGGREGATION)))
			continue;
		st->links++;
		st->speed += speed;
	}
	if (lag->unheard_at && now - lag->unheard_at >= SILENT_NS)
		st->silence = silence(lag);
	st->deaf = lag->deaf_at && now - lag->deaf_at >= DEAF_NS;
	/* with fewer links bonding takes the whole bond down */
	st->phys_up = st->links && !st->looped &&
		      st->links >= lag_bond_min_links(lag->bond);
}

/**
 * lag_tick - sample the links, report a change, do what is due
 * @lag: the lag
 * @now: ktime_get_ns()
 *
 * Heartbeat only, so reports are in order.
 */
void lag_tick(struct etrunk_lag *lag, u64 now)
{
	struct etrunk_link_status st;
	bool resend = false;
	struct lag_port *port;

	spin_lock(&lag->lock);
	if (!lag->active || lag->dead) {
		spin_unlock(&lag->lock);
		return;
	}
	sample_ports(lag, now);
	list_for_each_entry(port, &lag->ports, node)
		if (port->drain_until && now >= port->drain_until)
			port->drain_until = 0;
	update_gates(lag);
	if (lag->resend_at && now >= lag->resend_at) {
		lag->resend_at = 0;
		resend = true;
	}
	get_status(lag, now, &st);
	spin_unlock(&lag->lock);

	if (!lag->reported || memcmp(&st, &lag->last, sizeof(st))) {
		lag->reported = true;
		lag->last = st;
		etrunk_member_link_changed(lag->member, &st);
	}
	if (resend)
		inject(lag);
}

/**
 * etrunk_lag_status - what is known of the links at this moment
 * @lag: the lag
 * @st: result
 *
 * Any context that may take a _bh lock.
 */
void etrunk_lag_status(struct etrunk_lag *lag, struct etrunk_link_status *st)
{
	u64 now = ktime_get_ns();

	rcu_read_lock();
	spin_lock_bh(&lag->lock);
	sample_ports(lag, now);
	get_status(lag, now, st);
	spin_unlock_bh(&lag->lock);
	rcu_read_unlock();
}

/**
 * etrunk_lag_fill_counters - put the counters of a member's links
 * @skb: message
 * @attrtype: attribute of each
 * @lag: the lag
 *
 * Return: 0 or -EMSGSIZE.
 */
int etrunk_lag_fill_counters(struct sk_buff *skb, int attrtype,
			     struct etrunk_lag *lag)
{
	u64 stats[__LAG_COUNTERS];
	unsigned int i;

	for (i = 0; i < __LAG_COUNTERS; i++)
		stats[i] = atomic64_read(&lag->counters[i]);
	return etrunk_nl_put_counters(skb, attrtype, counter_desc,
				      ARRAY_SIZE(counter_desc), stats);
}

/**
 * etrunk_lag_reset - count from zero again
 * @lag: the lag
 */
void etrunk_lag_reset(struct etrunk_lag *lag)
{
	unsigned int i;

	for (i = 0; i < __LAG_COUNTERS; i++)
		atomic64_set(&lag->counters[i], 0);
}

/* ------------------------------------------------------------------ ports */

static struct lag_port *port_find(struct list_head *ports,
				  const struct net_device *dev)
{
	struct lag_port *port;

	list_for_each_entry(port, ports, node)
		if (port->dev == dev)
			return port;
	return NULL;
}

/*
 * Called before bonding links the slave, so that not one LACPDU gets out
 * unsteered, and again after, in case that failed.
 */
static int port_attach(struct etrunk_lag *lag, struct net_device *dev)
{
	struct lag_port *port = port_find(&lag->ports, dev);
	struct lacp_info partner, own;
	bool exact;
	int err;

	ASSERT_RTNL();
	if (port) {
		/* hooked before linking, or by an attempt that failed then */
		lag_bond_bind(port);
		return 0;
	}

	port = kzalloc(sizeof(*port), GFP_KERNEL);
	if (!port)
		return -ENOMEM;
	port->lag = lag;
	port->dev = dev;
	err = -ENODEV;
	if (!lag_bond_bind(port))
		goto err_free;
	netdev_hold(dev, &port->dev_tracker, GFP_KERNEL);

	local_bh_disable();
	rcu_read_lock();
	port->carrier = port_running(port);
	if (port->carrier && lag_bond_alive(port, &(u32){ 0 }) &&
	    lag_bond_read(port, &own, &partner, &exact)) {
		port->ce = partner;
		port->ce_known = true;
	}
	rcu_read_unlock();
	local_bh_enable();

	/* visible and with its gate right before the hooks are there */
	spin_lock_bh(&lag->lock);
	list_add_tail_rcu(&port->node, &lag->ports);
	update_gates(lag);
	spin_unlock_bh(&lag->lock);

	err = lag_hook(port);
	if (err)
		goto err_unlink;
	return 0;

err_unlink:
	spin_lock_bh(&lag->lock);
	list_del_rcu(&port->node);
	spin_unlock_bh(&lag->lock);
	netdev_put(dev, &port->dev_tracker);
	kfree_rcu(port, rcu);
	return err;
err_free:
	kfree(port);
	return err;
}

/* Unlinked from its list by the caller. */
static void port_free(struct lag_port *port)
{
	lag_unhook(port);
	netdev_put(port->dev, &port->dev_tracker);
	kfree_rcu(port, rcu);
}

static void port_detach(struct lag_port *port)
{
	spin_lock_bh(&port->lag->lock);
	list_del_rcu(&port->node);
	spin_unlock_bh(&port->lag->lock);
	port_free(port);
}

/* -------------------------------------------------------------------- lag */

static struct etrunk_lag *lag_find(struct etrunk_lag_net *ln,
				   const struct net_device *bond)
{
	struct etrunk_lag *lag;

	list_for_each_entry(lag, &ln->lags, node)
		if (lag->bond == bond)
			return lag;
	return NULL;
}

static void ident_convert(struct lacp_ident *to,
			  const struct etrunk_lacp_ident *from)
{
	memset(to, 0, sizeof(*to));
	ether_addr_copy(to->system, from->system);
	to->system_priority = from->priority;
	to->key = from->key;
	to->high = from->high;
}

static int lag_refuse(struct etrunk_lag_net *ln, struct net_device *bond,
		      const struct etrunk_lacp_ident *ident,
		      struct netlink_ext_ack *extack)
{
	struct net_device *upper = netdev_master_upper_dev_get(bond);

	if (!netif_is_bond_master(bond)) {
		etrunk_nl_err(extack, NULL, "%s is not a bond", bond->name);
		return -EINVAL;
	}
	if (!lag_bond_is_lacp(bond)) {
		etrunk_nl_err(extack, NULL, "bond %s is not in 802.3ad mode",
			      bond->name);
		return -EINVAL;
	}
	if (upper) {
		etrunk_nl_err(extack, NULL, "bond %s is a port of %s",
			      bond->name, upper->name);
		return -EBUSY;
	}
	if (lag_find(ln, bond)) {
		etrunk_nl_err(extack, NULL, "bond %s is already a member",
			      bond->name);
		return -EBUSY;
	}
	if (!is_valid_ether_addr(ident->system)) {
		etrunk_nl_err(extack, NULL, "no lacp-system-id is set");
		return -EINVAL;
	}
	return 0;
}

static void lag_free(struct etrunk_lag *lag)
{
	netdev_put(lag->bond, &lag->bond_tracker);
	kfree_rcu(lag, rcu);
}

/**
 * etrunk_lag_create - prepare to steer a bond
 * @en: namespace
 * @member: whose bond it is; told of link changes once a role was set
 * @bond: the bond
 * @ident: who the bond will be to the CE
 * @extack: reason of a refusal; the caller sets the attribute
 *
 * RTNL.
 *
 * Return: an inert lag, or an ERR_PTR.
 */
struct etrunk_lag *etrunk_lag_create(struct etrunk_net *en,
				     struct etrunk_member *member,
				     struct net_device *bond,
				     const struct etrunk_lacp_ident *ident,
				     struct netlink_ext_ack *extack)
{
	struct etrunk_lag_net *ln = en->lag;
	struct lag_port *port, *tmp;
	struct net_device *dev;
	struct etrunk_lag *lag;
	struct list_head *iter;
	int err;

	ASSERT_RTNL();
	err = lag_refuse(ln, bond, ident, extack);
	if (err)
		return ERR_PTR(err);

	lag = kzalloc(sizeof(*lag), GFP_KERNEL);
	if (!lag)
		return ERR_PTR(-ENOMEM);
	lag->en = en;
	lag->member = member;
	lag->bond = bond;
	netdev_hold(bond, &lag->bond_tracker, GFP_KERNEL);
	INIT_LIST_HEAD(&lag->ports);
	spin_lock_init(&lag->lock);
	lag->role = ETRUNK_MEMBER_NEGOTIATION;
	ident_convert(&lag->ident, ident);
	lag->dormant = true;
	INIT_DELAYED_WORK(&lag->dormant_work, dormant_work);

	netdev_for_each_lower_dev(bond, dev, iter) {
		err = port_attach(lag, dev);
		if (err) {
			etrunk_nl_err(extack, NULL, "cannot steer slave %s",
				      dev->name);
			goto err_ports;
		}
	}
	list_add_tail_rcu(&lag->node, &ln->lags);
	etrunk_heartbeat_get(ln);
	return lag;

err_ports:
	list_for_each_entry_safe(port, tmp, &lag->ports, node)
		port_detach(port);
	synchronize_net();
	lag_free(lag);
	return ERR_PTR(err);
}

/*
 * The bond is being deleted: bonding will release the slaves, each with a last
 * LACPDU in its own name. The hooks stay and swallow it, until it is done.
 */
static void orphan_ports(struct etrunk_lag *lag)
{
	struct lag_port *port;

	spin_lock_bh(&lag->lock);
	list_for_each_entry(port, &lag->ports, node)
		WRITE_ONCE(port->gate, LAG_GATE_MUTE);
	spin_unlock_bh(&lag->lock);
	list_splice_init(&lag->ports, &lag->en->lag->orphans);
}

/**
 * etrunk_lag_destroy - end steering
 * @lag: the lag; gone when this returns, and its member is not called any more
 * @keep_up: leave the bond as it is; else it is set down, because it would
 *	rejoin the CE under its own identity with nothing behind it
 *
 * RTNL. A lag that never got a role goes without a trace.
 */
void etrunk_lag_destroy(struct etrunk_lag *lag, bool keep_up)
{
	struct etrunk_lag_net *ln = lag->en->lag;
	bool dying = lag->bond->reg_state != NETREG_REGISTERED;
	struct lag_port *port, *tmp;
	bool active;

	ASSERT_RTNL();
	spin_lock_bh(&lag->lock);
	active = lag->active;
	lag->dead = true;
	lag->role = ETRUNK_MEMBER_BACKUP;
	list_for_each_entry(port, &lag->ports, node)
		port->drain_until = 0;
	update_gates(lag);
	spin_unlock_bh(&lag->lock);
	list_del_rcu(&lag->node);

	if (active) {
		local_bh_disable();
		inject(lag);
		local_bh_enable();
	}
	synchronize_net();
	etrunk_heartbeat_put(ln);

	if (active && !keep_up && !dying)
		dev_close(lag->bond);

	if (active && dying) {
		orphan_ports(lag);
	} else {
		list_for_each_entry_safe(port, tmp, &lag->ports, node)
			port_detach(port);
	}
	cancel_delayed_work_sync(&lag->dormant_work);
	if (active)
		netif_dormant_off(lag->bond);
	synchronize_net();
	lag_free(lag);
}

/**
 * etrunk_lag_set_ident - show another identity
 * @lag: the lag
 * @ident: the identity
 *
 * RTNL.
 */
void etrunk_lag_set_ident(struct etrunk_lag *lag,
			  const struct etrunk_lacp_ident *ident)
{
	struct lacp_ident new;
	bool tell;

	ASSERT_RTNL();
	ident_convert(&new, ident);

	local_bh_disable();
	spin_lock(&lag->lock);
	tell = lag->active && memcmp(&new, &lag->ident, sizeof(new));
	lag->ident = new;
	if (tell)
		lag->resend_at = ktime_get_ns() + RESEND_NS;
	spin_unlock(&lag->lock);
	if (tell)
		inject(lag);
	local_bh_enable();
}

/**
 * etrunk_lag_set_dormant - whether standby shows as DORMANT
 * @lag: the lag
 * @on: whether
 *
 * RTNL.
 */
void etrunk_lag_set_dormant(struct etrunk_lag *lag, bool on)
{
	ASSERT_RTNL();
	spin_lock_bh(&lag->lock);
	lag->dormant = on;
	spin_unlock_bh(&lag->lock);
	mod_delayed_work(system_wq, &lag->dormant_work, 0);
}

/* -------------------------------------------------------------- namespace */

/*
 * A port that was hooked for an enslaving which then failed must not steer the
 * device in another bond.
 */
static void detach_stale(struct etrunk_lag_net *ln, struct net_device *dev,
			 const struct net_device *master)
{
	struct etrunk_lag *lag;
	struct lag_port *port;

	list_for_each_entry(lag, &ln->lags, node) {
		port = port_find(&lag->ports, dev);
		if (port && lag->bond != master)
			port_detach(port);
	}
}

static void slave_event(struct etrunk_lag_net *ln, struct net_device *dev,
			unsigned long event,
			const struct netdev_notifier_changeupper_info *info)
{
	struct etrunk_lag *lag = lag_find(ln, info->upper_dev);
	struct lag_port *port;

	if (info->master && info->linking)
		detach_stale(ln, dev, info->upper_dev);
	if (!lag)
		return;
	port = port_find(&lag->ports, dev);
	if (info->linking) {
		int err = port_attach(lag, dev);

		if (err && event == NETDEV_CHANGEUPPER)
			netdev_err(dev, "cannot steer this slave of %s: %d\n",
				   lag->bond->name, err);
	} else if (port && event == NETDEV_CHANGEUPPER) {
		port_detach(port);
	}
}

static void orphan_event(struct etrunk_lag_net *ln, struct net_device *dev)
{
	struct lag_port *port = port_find(&ln->orphans, dev);

	if (!port)
		return;
	list_del(&port->node);
	port_free(port);
}

/**
 * etrunk_lag_netdev_event - devices came, went, or changed their master
 * @en: namespace
 * @dev: device
 * @event: NETDEV_*
 * @info: of the event
 *
 * RTNL. bonding's own notifier may run before or after; whatever comes second
 * finds nothing left to do.
 */
void etrunk_lag_netdev_event(struct etrunk_net *en, struct net_device *dev,
			     unsigned long event, void *info)
{
	struct etrunk_lag_net *ln = en->lag;
	struct lag_port *port, *tmp;
	struct etrunk_lag *lag;

	if (!ln)
		return;
	switch (event) {
	case NETDEV_PRECHANGEUPPER:
		slave_event(ln, dev, event, info);
		break;
	case NETDEV_CHANGEUPPER:
		if (!((struct netdev_notifier_changeupper_info *)info)->linking)
			orphan_event(ln, dev);
		slave_event(ln, dev, event, info);
		break;
	case NETDEV_UNREGISTER:
		orphan_event(ln, dev);
		list_for_each_entry(lag, &ln->lags, node)
			list_for_each_entry_safe(port, tmp, &lag->ports, node)
				if (port->dev == dev)
					port_detach(port);
		lag = lag_find(ln, dev);
		if (lag)
			etrunk_member_bond_gone(lag->member);
		break;
	}
}

/**
 * etrunk_lag_net_init - a namespace came
 * @en: namespace
 *
 * Return: 0 or -ENOMEM.
 */
int etrunk_lag_net_init(struct etrunk_net *en)
{
	struct etrunk_lag_net *ln = kzalloc(sizeof(*ln), GFP_KERNEL);

	if (!ln)
		return -ENOMEM;
	ln->en = en;
	INIT_LIST_HEAD(&ln->lags);
	INIT_LIST_HEAD(&ln->orphans);
	etrunk_heartbeat_init(ln);
	WRITE_ONCE(en->lag, ln);
	return 0;
}

/**
 * etrunk_lag_net_exit - a namespace goes
 * @en: namespace
 *
 * RTNL. Its members, and so its lags, are gone already.
 */
void etrunk_lag_net_exit(struct etrunk_net *en)
{
	struct etrunk_lag_net *ln = en->lag;
	struct lag_port *port, *tmp;

	list_for_each_entry_safe(port, tmp, &ln->orphans, node) {
		list_del(&port->node);
		port_free(port);
	}
	/* services still ask etrunk_heartbeat_stale() */
	WRITE_ONCE(en->lag, NULL);
	synchronize_net();
	kfree(ln);
}
