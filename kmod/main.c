// SPDX-License-Identifier: GPL-2.0
/* Module life: ordered init and its exact reverse. */
#include <linux/module.h>

#include "etrunk.h"

static int __init etrunk_init(void)
{
	int err;

	err = etrunk_netns_init();
	if (err)
		return err;

	err = etrunk_notify_init();
	if (err)
		goto err_netns;

	err = etrunk_pw_init();
	if (err)
		goto err_notify;

	/* last: from here on somebody may configure us */
	err = etrunk_netlink_init();
	if (err)
		goto err_pw;

	return 0;

err_pw:
	etrunk_pw_exit();
err_notify:
	etrunk_notify_exit();
err_netns:
	etrunk_netns_exit();
	return err;
}

static void __exit etrunk_exit(void)
{
	etrunk_netlink_exit();
	/* nobody can call that off any more, and all of it still works */
	etrunk_netns_leave();
	etrunk_pw_exit();
	etrunk_notify_exit();
	etrunk_netns_exit();
	etrunk_bfd_key_exit();
	/* objects and hooks freed by RCU callbacks into this module's text */
	rcu_barrier();
}

module_init(etrunk_init);
module_exit(etrunk_exit);

MODULE_DESCRIPTION("E-Trunk: multi-chassis LACP with pseudowire redundancy");
MODULE_AUTHOR("E-Trunk for Linux maintainers");
MODULE_LICENSE("GPL");
MODULE_VERSION(ETRUNK_VERSION);
MODULE_ALIAS_GENL_FAMILY(ETRUNK_GENL_NAME);
