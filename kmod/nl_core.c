// SPDX-License-Identifier: GPL-2.0
/* Netlink of core interfaces. */
#include <net/sock.h>

#include "netlink.h"
#include "pw.h"

const struct nla_policy etrunk_nl_core_policy[ETRUNK_A_CORE_MAX + 1] = {
	[ETRUNK_A_CORE_DEV] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[ETRUNK_A_CORE_IFINDEX] = NLA_POLICY_MIN(NLA_S32, 1),
	[ETRUNK_A_CORE_COUNTER] = { .type = NLA_REJECT },
};

/* The device of a request, and the attribute that names it. */
static struct net_device *get_dev(struct genl_info *info,
				  const struct nlattr **attr)
{
	struct net *net = genl_info_net(info);
	struct net_device *dev;

	if (info->attrs[ETRUNK_A_CORE_DEV]) {
		*attr = info->attrs[ETRUNK_A_CORE_DEV];
		dev = __dev_get_by_name(net, nla_data(*attr));
	} else if (info->attrs[ETRUNK_A_CORE_IFINDEX]) {
		*attr = info->attrs[ETRUNK_A_CORE_IFINDEX];
		dev = __dev_get_by_index(net, nla_get_s32(*attr));
	} else {
		NL_SET_ERR_MSG(info->extack, "dev is missing");
		return ERR_PTR(-EINVAL);
	}
	if (!dev) {
		NL_SET_ERR_MSG_ATTR(info->extack, *attr, "no such device");
		return ERR_PTR(-ENODEV);
	}
	return dev;
}

static struct etrunk_core *get_core(struct genl_info *info)
{
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	const struct nlattr *attr = info->attrs[ETRUNK_A_CORE_DEV];
	struct etrunk_core *core;
	struct net_device *dev;

	core = attr ? etrunk_core_find_lost(en, nla_data(attr)) : NULL;
	if (core)
		return core;
	dev = get_dev(info, &attr);
	if (IS_ERR(dev))
		return ERR_CAST(dev);
	core = etrunk_core_find(en, dev);
	if (!core) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "is no core interface");
		return ERR_PTR(-ENOENT);
	}
	return core;
}

static int fill_core(struct sk_buff *skb, const void *obj)
{
	const struct etrunk_core *core = obj;

	if (nla_put_string(skb, ETRUNK_A_CORE_DEV, core->name) ||
	    (core->dev && nla_put_u32(skb, ETRUNK_A_CORE_IFINDEX,
				      core->dev->ifindex)))
		return -EMSGSIZE;
	return etrunk_core_fill_counters(skb, ETRUNK_A_CORE_COUNTER, core);
}

static void start(void *obj, void *plan)
{
	etrunk_core_start(obj);
}

static void destroy(void *obj, void *plan)
{
	etrunk_core_destroy(obj);
}

static const struct etrunk_batch_ops new_ops = {
	.commit = start,
	.undo = destroy,
};

int etrunk_nl_core_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	const struct nlattr *attr;
	struct etrunk_core *core;
	struct net_device *dev;

	dev = get_dev(info, &attr);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	core = etrunk_core_create(en, dev, info->extack);
	if (IS_ERR(core)) {
		if (info->extack)
			info->extack->bad_attr = attr;
		return PTR_ERR(core);
	}
	return etrunk_batch_new(info, &new_ops, core);
}

/* A PW that is pinned to the interface would silently lose its LSP. */
static int check_unused(struct etrunk_core *core, struct genl_info *info)
{
	struct etrunk_pw *pw;

	list_for_each_entry(pw, &core->en->pws, list) {
		if (pw->cfg.core != core)
			continue;
		etrunk_nl_err(info->extack, info->attrs[ETRUNK_A_CORE_DEV],
			      "%s is in use by pw %s", core->name,
			      pw->cfg.name);
		return -EBUSY;
	}
	return 0;
}

int etrunk_nl_core_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_core *core = get_core(info);
	int err;

	if (IS_ERR(core))
		return PTR_ERR(core);
	err = check_unused(core, info);
	if (err)
		return err;
	etrunk_core_destroy(core);
	return 0;
}

int etrunk_nl_core_reset_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_core *core = get_core(info);

	if (IS_ERR(core))
		return PTR_ERR(core);
	etrunk_core_reset(core);
	return 0;
}

int etrunk_nl_core_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_core *core = get_core(info);

	if (IS_ERR(core))
		return PTR_ERR(core);
	return etrunk_nl_reply(info, ETRUNK_CMD_CORE_GET, fill_core, core);
}

int etrunk_nl_core_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct etrunk_net *en = etrunk_net(sock_net(skb->sk));
	struct list_head *lists[] = { &en->cores, &en->pw->lost_cores };
	struct etrunk_core *core;
	unsigned int n;
	long i = 0;

	for (n = 0; n < ARRAY_SIZE(lists); n++) {
		list_for_each_entry(core, lists[n], list) {
			if (i++ < cb->args[0])
				continue;
			if (etrunk_nl_dump_one(skb, cb, ETRUNK_CMD_CORE_GET,
					       fill_core, core))
				return skb->len;
			cb->args[0] = i;
		}
	}
	return skb->len;
}
