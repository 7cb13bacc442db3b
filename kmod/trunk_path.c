// SPDX-License-Identifier: GPL-2.0
/*
 * The ways that hellos of E-Trunks take: their sockets, one for each family and
 * VRF that some E-Trunk uses, and the VRFs. An E-Trunk outlives its VRF: it
 * finds it again by name when it is back.
 */
#include <net/l3mdev.h>

#include "trunk.h"
#include "udp.h"

/**
 * trunk_sock_get() - a socket for hellos
 * @en: namespace
 * @family: of addresses
 * @vrf: device index of the VRF, 0 = none
 * @port: hello port
 * @extack: told if that is in use
 *
 * RTNL. Return: the socket, to be put, or an ERR_PTR.
 */
struct etrunk_udp_sock *trunk_sock_get(struct etrunk_net *en, u16 family,
				       int vrf, u16 port,
				       struct netlink_ext_ack *extack)
{
	const struct etrunk_udp_want want = {
		.rcv = trunk_rcv,
		.family = family,
		.port = port,
		.vrf = vrf,
	};

	return etrunk_udp_get(en, trunk_socks(en), &want, extack);
}

/**
 * trunk_paths_put() - let go of sockets
 * @sock: one for each path, set to NULL
 *
 * RTNL.
 */
void trunk_paths_put(struct etrunk_udp_sock **sock)
{
	unsigned int i;

	for (i = 0; i < TRUNK_PATHS; i++) {
		etrunk_udp_put(sock[i]);
		sock[i] = NULL;
	}
}

/**
 * trunk_paths_plan() - get the sockets that an E-Trunk shall have
 * @en: namespace
 * @t: the E-Trunk, NULL for a new one
 * @plan: the rest of what it shall have
 * @extack: told if the port is in use
 *
 * RTNL. Return: 0, and the plan has to be taken or put, or a negative errno.
 */
int trunk_paths_plan(struct etrunk_net *en, const struct etrunk_trunk *t,
		     struct etrunk_trunk_plan *plan,
		     struct netlink_ext_ack *extack)
{
	struct etrunk_identity id;
	unsigned int i;

	ASSERT_RTNL();
	/* a batch may change the port as well */
	etrunk_identity_get(en, &id);
	for (i = 0; i < TRUNK_PATHS; i++) {
		const struct trunk_path_cfg *p = &plan->cfg.path[i];
		struct etrunk_udp_sock *sock;

		/* all are in one VRF */
		if (!p->peer.family ||
		    (t && t->scope[TRUNK_PRIMARY] == TRUNK_NOWHERE))
			continue;
		sock = trunk_sock_get(en, p->peer.family, p->vrf, id.udp_port,
				      extack);
		if (IS_ERR(sock)) {
			trunk_paths_put(plan->sock);
			return PTR_ERR(sock);
		}
		plan->sock[i] = sock;
	}
	return 0;
}

/**
 * trunk_paths_take() - use other sockets
 * @t: the E-Trunk
 * @sock: one for each path, that become the E-Trunk's
 *
 * RTNL.
 */
void trunk_paths_take(struct etrunk_trunk *t, struct etrunk_udp_sock **sock)
{
	unsigned int i;

	ASSERT_RTNL();
	for (i = 0; i < TRUNK_PATHS; i++)
		swap(t->sock[i], sock[i]);
	trunk_paths_put(sock);
}

/* --------------------------------------------------------------------- port */

static int hold_sock(struct etrunk_net *en, struct etrunk_identity_plan *plan,
		     u16 family, int vrf, struct netlink_ext_ack *extack)
{
	struct etrunk_udp_sock *sock;

	sock = trunk_sock_get(en, family, vrf, plan->id.udp_port, extack);
	if (IS_ERR(sock))
		return PTR_ERR(sock);
	plan->sock[plan->n_socks++] = sock;
	return 0;
}

/**
 * trunk_port_undo() - let go of the sockets of another hello port
 * @plan: what has them
 *
 * RTNL.
 */
void trunk_port_undo(const struct etrunk_identity_plan *plan)
{
	unsigned int i;

	for (i = 0; i < plan->n_socks; i++)
		etrunk_udp_put(plan->sock[i]);
}

/**
 * trunk_port_plan() - get sockets of another hello port
 * @en: namespace
 * @plan: with the port
 * @extack: told if it is in use
 *
 * RTNL. All that the E-Trunks use or shall use with the batch at work; without
 * an E-Trunk, one, to see whether the port is free.
 *
 * Return: 0, and the plan has to be taken or undone, or a negative errno.
 */
int trunk_port_plan(struct etrunk_net *en, struct etrunk_identity_plan *plan,
		    struct netlink_ext_ack *extack)
{
	struct etrunk_trunk_plan wanted;
	struct etrunk_trunk *t;
	unsigned int i;
	int err = 0;

	ASSERT_RTNL();
	if (list_empty(&en->trunks))
		return hold_sock(en, plan, AF_INET, 0, extack);
	list_for_each_entry(t, &en->trunks, node) {
		etrunk_trunk_wanted(t, &wanted);
		for (i = 0; i < TRUNK_PATHS; i++) {
			const struct trunk_path_cfg *p = &wanted.cfg.path[i];

			if (!p->peer.family || t->scope[i] == TRUNK_NOWHERE)
				continue;
			err = hold_sock(en, plan, p->peer.family, p->vrf,
					extack);
			if (err) {
				trunk_port_undo(plan);
				plan->n_socks = 0;
				return err;
			}
		}
	}
	return 0;
}

/* Those that the batch wants elsewhere have a socket there already. */
static void move_sock(struct etrunk_trunk *t, unsigned int i, u16 port)
{
	const struct etrunk_udp_want want = {
		.family = t->cfg.path[i].peer.family,
		.port = port,
		.vrf = t->cfg.path[i].vrf,
	};
	struct etrunk_udp_sock *sock;

	if (!t->sock[i] || t->sock[i]->want.port == port)
		return;
	sock = etrunk_udp_find(trunk_socks(t->en), &want);
	if (!sock)
		return;
	sock->users++;
	etrunk_udp_put(t->sock[i]);
	t->sock[i] = sock;
}

/**
 * trunk_port_take() - use another hello port
 * @en: namespace
 * @plan: with its sockets
 *
 * RTNL.
 */
void trunk_port_take(struct etrunk_net *en,
		     const struct etrunk_identity_plan *plan)
{
	struct etrunk_trunk *t;
	unsigned int i;

	ASSERT_RTNL();
	if (!plan->n_socks && en->udp_port == plan->id.udp_port)
		return;
	WRITE_ONCE(en->udp_port, plan->id.udp_port);
	list_for_each_entry(t, &en->trunks, node)
		for (i = 0; i < TRUNK_PATHS; i++)
			move_sock(t, i, plan->id.udp_port);
	trunk_port_undo(plan);
}

/* --------------------------------------------------------------------- VRFs */

static void set_scope(struct etrunk_trunk *t, unsigned int i, int scope)
{
	spin_lock_bh(&t->lock);
	t->scope[i] = scope;
	spin_unlock_bh(&t->lock);
}

/* Bind a path to the VRF of its name, or to nothing. */
static void rebind(struct etrunk_trunk *t, unsigned int i)
{
	struct trunk_path_cfg *p = &t->cfg.path[i];
	struct etrunk_udp_sock *sock;
	struct net_device *dev;
	int vrf;

	dev = __dev_get_by_name(t->en->net, p->vrfname);
	vrf = dev && netif_is_l3_master(dev) ? dev->ifindex : TRUNK_NOWHERE;
	if (vrf == t->scope[i])
		return;

	set_scope(t, i, TRUNK_NOWHERE);
	/* it is bound to a device index that has no meaning any more */
	etrunk_udp_put(t->sock[i]);
	t->sock[i] = NULL;
	if (vrf == TRUNK_NOWHERE)
		return;

	p->vrf = vrf;
	sock = trunk_sock_get(t->en, p->peer.family, vrf, t->en->udp_port,
			      NULL);
	if (IS_ERR(sock)) {
		pr_warn_ratelimited("%s: the port of its vrf cannot be opened\n",
				    t->name);
		return;
	}
	t->sock[i] = sock;
	set_scope(t, i, vrf);
}

/**
 * trunk_path_netdev_event() - follow the VRFs of E-Trunks
 * @en: namespace
 * @dev: device
 * @event: NETDEV_*
 *
 * RTNL.
 */
void trunk_path_netdev_event(struct etrunk_net *en,
			     const struct net_device *dev,
			     unsigned long event)
{
	struct etrunk_trunk *t;
	unsigned int i;

	if (event != NETDEV_REGISTER && event != NETDEV_UNREGISTER &&
	    event != NETDEV_CHANGENAME)
		return;

	list_for_each_entry(t, &en->trunks, node) {
		for (i = 0; i < TRUNK_PATHS; i++) {
			struct trunk_path_cfg *p = &t->cfg.path[i];

			if (!p->vrfname[0])
				continue;
			if (event == NETDEV_CHANGENAME &&
			    t->scope[i] == dev->ifindex)
				strscpy_pad(p->vrfname, dev->name,
					    sizeof(p->vrfname));
			if (!strcmp(p->vrfname, dev->name))
				rebind(t, i);
		}
	}
}
