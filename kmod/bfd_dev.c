// SPDX-License-Identifier: GPL-2.0
/*
 * Devices that sessions are bound to. A session outlives its device: it goes
 * down by detection, and finds the device again by name when there is one.
 */
#include "bfd.h"

/**
 * etrunk_bfd_dev_check - may a session be bound to this device
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
	const struct nlattr *attr = attrs[ETRUNK_A_BFD_IFINDEX];
	struct net_device *dev;

	if (!cfg->ifindex)
		return 0;

	dev = __dev_get_by_index(en->net, cfg->ifindex);
	if (!dev) {
		etrunk_nl_err(extack, attr, "no such device");
		return -ENODEV;
	}
	if (dev->flags & IFF_LOOPBACK) {
		etrunk_nl_err(extack, attr,
			      "a loopback device has no neighbour");
		return -EINVAL;
	}
	return 0;
}

/**
 * etrunk_bfd_dev_bind - remember a new session's device
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

	list_for_each_entry(bfd, &en->bfds, list) {
		bool bound = bfd->key.scope != ETRUNK_BFD_NOWHERE;

		if (!bfd->cfg.ifindex)
			continue;

		switch (event) {
		case NETDEV_UNREGISTER:
			if (bound && bfd->cfg.ifindex == dev->ifindex)
				etrunk_bfd_table_move(bfd, ETRUNK_BFD_NOWHERE);
			break;
		case NETDEV_CHANGENAME:
			if (bound && bfd->cfg.ifindex == dev->ifindex)
				strscpy(bfd->ifname, dev->name,
					sizeof(bfd->ifname));
			fallthrough;
		case NETDEV_REGISTER:
			if (bound || strcmp(bfd->ifname, dev->name))
				break;
			bfd->cfg.ifindex = dev->ifindex;
			etrunk_bfd_table_move(bfd, bfd->key.encap->scope(bfd));
			break;
		}
	}
}
