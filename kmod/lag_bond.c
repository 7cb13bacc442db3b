// SPDX-License-Identifier: GPL-2.0
/*
 * All that we look up inside the bonding driver, which exports nothing: the
 * layout of its structures is that of the headers of the kernel we are built
 * for. Nothing here writes to them.
 *
 * A slave's struct is found through the rx handler of its device: bonding
 * waits for a grace period between taking the handler away and freeing the
 * struct, so it is valid for as long as a reader that saw the handler stays in
 * its RCU section.
 */
#include <linux/ethtool.h>
#include <net/bonding.h>

#include "lag.h"

/**
 * lag_bond_is_lacp - whether a device is a bond in 802.3ad mode
 * @bond: any device
 *
 * Return: true if so. Any context; the mode changes under RTNL.
 */
bool lag_bond_is_lacp(const struct net_device *bond)
{
	const struct bonding *b = netdev_priv(bond);

	return netif_is_bond_master(bond) &&
	       READ_ONCE(b->params.mode) == BOND_MODE_8023AD;
}

/**
 * lag_bond_passive - whether a bond speaks only when spoken to
 * @bond: a bond in 802.3ad mode
 *
 * Return: true if so. Any context.
 */
bool lag_bond_passive(const struct net_device *bond)
{
	const struct bonding *b = netdev_priv(bond);

	return !READ_ONCE(b->params.lacp_active);
}

/**
 * lag_bond_min_links - how many links a bond wants to count as up
 * @bond: a bond in 802.3ad mode
 *
 * Return: the number. Any context.
 */
unsigned int lag_bond_min_links(const struct net_device *bond)
{
	const struct bonding *b = netdev_priv(bond);

	return READ_ONCE(b->params.min_links);
}

static struct slave *bond_slave(const struct lag_port *port)
{
	if (rcu_dereference(port->dev->rx_handler) != port->rx_handler)
		return NULL;
	return rcu_dereference(port->dev->rx_handler_data);
}

/**
 * lag_bond_bind - learn what stays the same while a slave is one
 * @port: @port->dev is set and has bonding's rx handler already
 *
 * RTNL. bonding sends LACPDUs from the address that the slave had before it
 * was enslaved; changing the slave's address later does not touch that one.
 *
 * Return: false if the device is no slave.
 */
bool lag_bond_bind(struct lag_port *port)
{
	struct net_device *dev = port->dev;
	const struct slave *slave;

	ASSERT_RTNL();
	if (!netif_is_bond_slave(dev))
		return false;
	port->rx_handler = rtnl_dereference(dev->rx_handler);
	slave = rtnl_dereference(dev->rx_handler_data);
	if (!port->rx_handler || !slave || slave->dev != dev)
		return false;
	ether_addr_copy(port->addr, slave->perm_hwaddr);
	return true;
}

static void read_port(const struct port *p, struct lacp_info *actor,
		      struct lacp_info *partner)
{
	const struct port_params *other = &p->partner_oper;

	memcpy(actor->system, &p->actor_system, ETH_ALEN);
	actor->system_priority = p->actor_system_priority;
	actor->key = p->actor_oper_port_key;
	actor->port_priority = p->actor_port_priority;
	actor->port = p->actor_port_number;
	actor->state = p->actor_oper_port_state;

	memcpy(partner->system, &other->system, ETH_ALEN);
	partner->system_priority = other->system_priority;
	partner->key = other->key;
	partner->port_priority = other->port_priority;
	partner->port = other->port_number;
	partner->state = other->port_state;
}

/**
 * lag_bond_read - both ends of a link as bonding has them at this moment
 * @port: the port
 * @actor: result, bonding's own end
 * @partner: result, the CE's
 * @exact: result, false if bonding was changing them at the same time
 *
 * RCU, BH off. The lock is only tried: we may be called below bonding, with
 * the lock held by this very CPU.
 *
 * Return: false if the port is no slave (any more, or yet).
 */
bool lag_bond_read(const struct lag_port *port, struct lacp_info *actor,
		   struct lacp_info *partner, bool *exact)
{
	struct slave *slave = bond_slave(port);
	const struct port *p;

	if (!slave || !SLAVE_AD_INFO(slave))
		return false;
	p = &SLAVE_AD_INFO(slave)->port;

	*exact = false;
	if (spin_trylock(&slave->bond->mode_lock)) {
		*exact = true;
		read_port(p, actor, partner);
		spin_unlock(&slave->bond->mode_lock);
	} else {
		read_port(p, actor, partner);
	}
	return true;
}

/**
 * lag_bond_alive - whether the CE's LACPDUs keep coming, by bonding's timers
 * @port: the port
 * @speed: result, Mbit/s, 0 = unknown
 *
 * RCU.
 *
 * Return: false if not.
 */
bool lag_bond_alive(const struct lag_port *port, u32 *speed)
{
	const struct slave *slave = bond_slave(port);

	*speed = 0;
	if (!slave || !SLAVE_AD_INFO(slave))
		return false;
	if (READ_ONCE(slave->speed) != (u32)SPEED_UNKNOWN)
		*speed = READ_ONCE(slave->speed);
	return READ_ONCE(SLAVE_AD_INFO(slave)->port.sm_rx_state) ==
	       AD_RX_CURRENT;
}
