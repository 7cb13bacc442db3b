// SPDX-License-Identifier: GPL-2.0
/*
 * Per network namespace state. Registered as a pernet *device* operation, so
 * that a dying namespace takes us down while its devices still exist and the
 * ordinary deletion path of every object applies.
 */
#include <linux/random.h>

#include "etrunk.h"

unsigned int etrunk_net_id __read_mostly;

static int __net_init etrunk_net_init(struct net *net)
{
	struct etrunk_net *en = etrunk_net(net);
	int err;

	en->net = net;
	eth_random_addr(en->system_id);
	en->lacp_priority = 32768;
	en->udp_port = 1025;
	INIT_LIST_HEAD(&en->trunks);
	INIT_LIST_HEAD(&en->bfds);
	INIT_LIST_HEAD(&en->bfd_socks);
	INIT_LIST_HEAD(&en->bfd_echo_hooks);
	INIT_LIST_HEAD(&en->cores);
	INIT_LIST_HEAD(&en->pws);
	INIT_LIST_HEAD(&en->vpws);

	err = etrunk_bfd_net_init(en);
	if (err)
		return err;
	err = etrunk_pw_net_init(en);
	if (err)
		goto err_bfd;
	err = etrunk_lag_net_init(en);
	if (err)
		goto err_pw;
	err = etrunk_trunk_net_init(en);
	if (err)
		goto err_lag;

	WRITE_ONCE(en->up, true);
	return 0;

err_lag:
	etrunk_lag_net_exit(en);
err_pw:
	etrunk_pw_net_exit(en);
err_bfd:
	etrunk_bfd_net_exit(en);
	return err;
}

/*
 * Users before what they use: members leave the CE's bundle first, then the
 * services and PWs go, last the sessions that both tracked.
 */
static void net_down(struct etrunk_net *en)
{
	ASSERT_RTNL();
	if (!en->up)
		return;
	etrunk_trunk_net_exit(en);
	etrunk_lag_net_exit(en);
	etrunk_pw_net_exit(en);
	etrunk_bfd_net_exit(en);
	WRITE_ONCE(en->up, false);
}

static void __net_exit etrunk_net_exit(struct net *net)
{
	rtnl_lock();
	net_down(etrunk_net(net));
	rtnl_unlock();
}

/* RTNL for a moment; false if somebody keeps it beyond @until. */
static bool lock_until(u64 until)
{
	while (!rtnl_trylock()) {
		if (ktime_get_ns() >= until)
			return false;
		usleep_range(1000, 2000);
	}
	return true;
}

static bool all_have_left(void)
{
	struct net *net;
	bool all = true;

	down_read(&net_rwsem);
	for_each_net(net)
		if (etrunk_net(net)->up)
			all &= etrunk_members_have_left(etrunk_net(net));
	up_read(&net_rwsem);
	return all;
}

/**
 * etrunk_netns_leave - let the peers of all namespaces serve before we stop
 *
 * Process context, without RTNL, which is taken now and then and never while
 * waiting. Returns within ETRUNK_LEAVE_NS and a little, peers dead or alive,
 * and whoever holds RTNL.
 */
void etrunk_netns_leave(void)
{
	u64 until = ktime_get_ns() + ETRUNK_LEAVE_NS;
	unsigned int sure = 0;
	struct net *net;
	int go;

	if (!lock_until(until))
		return;
	down_read(&net_rwsem);
	for (go = 0; go <= 1; go++)
		for_each_net(net)
			if (etrunk_net(net)->up)
				etrunk_members_leave(etrunk_net(net), go);
	up_read(&net_rwsem);
	rtnl_unlock();

	/* twice: who decided just now has told lag.c by then */
	while (sure < 2 && ktime_get_ns() < until) {
		synchronize_net();
		if (!lock_until(until))
			return;
		sure = all_have_left() ? sure + 1 : 0;
		rtnl_unlock();
		if (!sure)
			usleep_range(1000, 2000);
	}
}

/**
 * etrunk_netns_down - delete all objects of all namespaces
 *
 * Under RTNL, on unload, when nobody can make new ones: as long as there are
 * objects, events of their devices have to be listened to.
 */
void etrunk_netns_down(void)
{
	struct net *net;

	down_read(&net_rwsem);
	for_each_net(net)
		net_down(etrunk_net(net));
	up_read(&net_rwsem);
}

static struct pernet_operations etrunk_net_ops = {
	.init = etrunk_net_init,
	.exit = etrunk_net_exit,
	.id = &etrunk_net_id,
	.size = sizeof(struct etrunk_net),
};

int __init etrunk_netns_init(void)
{
	return register_pernet_device(&etrunk_net_ops);
}

void etrunk_netns_exit(void)
{
	unregister_pernet_device(&etrunk_net_ops);
}

/**
 * etrunk_addr_equal - compare two addresses
 * @a: one
 * @b: the other
 *
 * Return: true if family and address are the same.
 */
bool etrunk_addr_equal(const struct etrunk_addr *a, const struct etrunk_addr *b)
{
	if (a->family != b->family)
		return false;
	if (a->family == AF_INET6)
		return !memcmp(&a->v6, &b->v6, sizeof(a->v6));
	return a->v4 == b->v4;
}
