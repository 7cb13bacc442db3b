// SPDX-License-Identifier: GPL-2.0
/*
 * The module's netdevice notifier: hands each event to the areas, under RTNL.
 * Before a reboot the peers are left to serve.
 *
 * Unregistering a notifier replays GOING_DOWN, DOWN and UNREGISTER for every
 * device of the machine. That is not news about the devices: on unload the
 * replay is ignored. All objects have gone by then, under the same hold of
 * RTNL: a slave that left its bond and namespace without our noticing would
 * take a hook along that nobody finds again.
 */
#include <linux/reboot.h>

#include "etrunk.h"

static bool unloading;	/* RTNL */

static int netdev_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct etrunk_net *en = etrunk_net(dev_net(dev));

	/*
	 * A namespace's loopback device comes before our part of it, and its
	 * devices go after it.
	 */
	if (unloading || !en || !READ_ONCE(en->up))
		return NOTIFY_DONE;

	/* users before what they use */
	etrunk_trunk_netdev_event(en, dev, event, ptr);
	etrunk_lag_netdev_event(en, dev, event, ptr);
	etrunk_pw_netdev_event(en, dev, event, ptr);
	etrunk_bfd_netdev_event(en, dev, event, ptr);
	return NOTIFY_DONE;
}

static struct notifier_block netdev_nb = {
	.notifier_call = netdev_event,
};

/* restart, halt and power off alike */
static int reboot_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	etrunk_netns_leave();
	return NOTIFY_DONE;
}

static struct notifier_block reboot_nb = {
	.notifier_call = reboot_event,
};

int __init etrunk_notify_init(void)
{
	int err = register_netdevice_notifier(&netdev_nb);

	if (err)
		return err;
	err = register_reboot_notifier(&reboot_nb);
	if (err)
		unregister_netdevice_notifier(&netdev_nb);
	return err;
}

void etrunk_notify_exit(void)
{
	unregister_reboot_notifier(&reboot_nb);
	rtnl_lock();
	etrunk_netns_down();
	unloading = true;
	rtnl_unlock();
	unregister_netdevice_notifier(&netdev_nb);
}
