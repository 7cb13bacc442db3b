// SPDX-License-Identifier: GPL-2.0
/*
 * Devices and VRFs that sessions are bound to. A session outlives them: it goes
 * down by detection, and finds them again by name when they are back.
 */
#include <net/l3mdev.h>

#include "bfd.h"

/**
 * etrunk_bfd_dev_check - may a session be bound to these devices
 * @en: namespace
 * @cfg: valid values
 * @attrs: enum etrunk_attr_bfd, to name one in a refusal
 * @extack: told why not
 *
 * Under RTNL. Return: 0 or a negative errno.
 */
int etrunk_bfd_dev_check(struct etrunk_net *en,
			 const struct etrunk_bfd_cfg *cfg,
			 struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = attrs[ETRUNK_A_BFD_VRF_DEV] ?:
				    attrs[ETRUNK_A_BFD_VRF];
	const struct nlattr *dev_attr = attrs[ETRUNK_A_BFD_DEV] ?:
					attrs[ETRUNK_A_BFD_IFINDEX];
	struct net_device *dev, *vrf = NULL;
	int master;

	if (cfg->vrf) {
		vrf = __dev_get_by_index(en->net, cfg->vrf);
		if (!vrf) {
			etrunk_nl_err(extack, attr, "no such device");
			return -ENODEV;
		}
		if (!netif_is_l3_master(vrf)) {
			etrunk_nl_err(extack, attr, "device %s is not a vrf",
				      vrf->name);
			return -EINVAL;
		}
	}
	if (!cfg->ifindex)
		return 0;

	dev = __dev_get_by_index(en->net, cfg->ifindex);
	if (!dev) {
		etrunk_nl_err(extack, dev_attr, "no such device");
		return -ENODEV;
	}
	if (dev->flags & IFF_LOOPBACK || netif_is_l3_master(dev)) {
		etrunk_nl_err(extack, dev_attr,
			      "a loopback device has no neighbour");
		return -EINVAL;
	}
	master = l3mdev_master_ifindex(dev);
	if (master == cfg->vrf)
		return 0;
	if (vrf)
		etrunk_nl_err(extack, attr, "device %s is not in vrf %s",
			      dev->name, vrf->name);
	else
		etrunk_nl_err(extack, dev_attr,
			      "the device is in a vrf, which is to be named");
	return -EINVAL;
}

/**
 * etrunk_bfd_dev_bind - remember a new session's devices
 * @bfd: session that passed etrunk_bfd_dev_check()
 *
 * Under RTNL.
 */
void etrunk_bfd_dev_bind(struct etrunk_bfd *bfd)
{
	struct net_device *dev;

	dev = __dev_get_by_index(bfd->en->net, bfd->cfg.ifindex);
	if (dev)
		strscpy(bfd->ifname, dev->name, sizeof(bfd->ifname));
	dev = __dev_get_by_index(bfd->en->net, bfd->cfg.vrf);
	if (dev)
		strscpy(bfd->vrfname, dev->name, sizeof(bfd->vrfname));
}

static bool find_devices(struct etrunk_bfd *bfd, int *ifindex, int *vrf)
{
	struct net_device *dev;

	*ifindex = 0;
	*vrf = 0;
	if (bfd->vrfname[0]) {
		dev = __dev_get_by_name(bfd->en->net, bfd->vrfname);
		if (!dev || !netif_is_l3_master(dev))
			return false;
		*vrf = dev->ifindex;
	}
	if (bfd->ifname[0]) {
		dev = __dev_get_by_name(bfd->en->net, bfd->ifname);
		if (!dev || l3mdev_master_ifindex(dev) != *vrf)
			return false;
		*ifindex = dev->ifindex;
	}
	return true;
}

/* Bind a session to the devices of its names, or to nothing. */
static void rebind(struct etrunk_bfd *bfd)
{
	const struct etrunk_bfd_encap *encap = bfd->key.encap;
	bool bound = bfd->key.scope != ETRUNK_BFD_NOWHERE;
	int ifindex, vrf;

	if (find_devices(bfd, &ifindex, &vrf)) {
		if (bound && ifindex == bfd->cfg.ifindex &&
		    vrf == bfd->cfg.vrf)
			return;
	} else {
		ifindex = -1;
		if (!bound)
			return;
	}

	etrunk_bfd_table_move(bfd, ETRUNK_BFD_NOWHERE);
	etrunk_bfd_echo_follow(bfd, false, NULL);
	/* the socket is bound to a device index that has no meaning any more */
	if (bfd->vrfname[0])
		encap->close(bfd);
	if (ifindex < 0)
		return;

	bfd->cfg.ifindex = ifindex;
	bfd->cfg.vrf = vrf;
	if (encap->open(bfd, NULL)) {
		pr_warn_ratelimited("%s: the port of its vrf cannot be opened\n",
				    bfd->object);
		return;
	}
	etrunk_bfd_table_move(bfd, encap->scope(bfd));
	if (etrunk_bfd_echo_follow(bfd, bfd->cfg.timing.echo_us, NULL))
		pr_warn_ratelimited("%s: cannot hook into its device\n",
				    bfd->object);
}

/**
 * etrunk_bfd_netdev_event - follow the devices of sessions
 * @en: namespace
 * @dev: device
 * @event: NETDEV_*
 * @info: unused
 *
 * Under RTNL.
 */
void etrunk_bfd_netdev_event(struct etrunk_net *en, struct net_device *dev,
			     unsigned long event, void *info)
{
	struct etrunk_bfd *bfd;

	if (event != NETDEV_REGISTER && event != NETDEV_UNREGISTER &&
	    event != NETDEV_CHANGENAME && event != NETDEV_CHANGEUPPER)
		return;

	list_for_each_entry(bfd, &en->bfds, list) {
		bool bound = bfd->key.scope != ETRUNK_BFD_NOWHERE;

		if (event == NETDEV_CHANGENAME && bound) {
			if (bfd->cfg.ifindex == dev->ifindex)
				strscpy(bfd->ifname, dev->name,
					sizeof(bfd->ifname));
			if (bfd->cfg.vrf == dev->ifindex)
				strscpy(bfd->vrfname, dev->name,
					sizeof(bfd->vrfname));
		}
		if (!strcmp(bfd->ifname, dev->name) ||
		    !strcmp(bfd->vrfname, dev->name))
			rebind(bfd);
	}
}
