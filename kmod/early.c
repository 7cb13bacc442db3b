// SPDX-License-Identifier: GPL-2.0
/*
 * Weak fall-backs for areas that are not in the tree yet, so that it builds at
 * every step; each goes when its area comes.
 */
#include "etrunk.h"
#include "netlink.h"

int __weak etrunk_pw_net_init(struct etrunk_net *en)
{
	return 0;
}

void __weak etrunk_pw_net_exit(struct etrunk_net *en)
{
}

void __weak
etrunk_member_link_changed(struct etrunk_member *member,
			   const struct etrunk_link_status *status)
{
}

void __weak etrunk_member_bond_gone(struct etrunk_member *member)
{
}

void __weak etrunk_trunk_stalled(struct etrunk_net *en, u64 late_ns)
{
}

void __weak etrunk_pw_netdev_event(struct etrunk_net *en,
				     struct net_device *dev,
				     unsigned long event, void *info)
{
}

void __weak etrunk_vpws_member_changed(struct etrunk_member *member)
{
}

void __weak etrunk_vpws_member_added(struct etrunk_member *member)
{
}

void __weak etrunk_vpws_member_removed(struct etrunk_member *member)
{
}

const struct nla_policy __weak
etrunk_nl_core_policy[ETRUNK_A_CORE_MAX + 1];

int __weak etrunk_nl_core_get_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	return -EOPNOTSUPP;
}

int __weak etrunk_nl_core_get_dumpit(struct sk_buff *skb,
				      struct netlink_callback *cb)
{
	return 0;
}

int __weak etrunk_nl_core_new_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	return -EOPNOTSUPP;
}

int __weak etrunk_nl_core_del_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	return -EOPNOTSUPP;
}

const struct nla_policy __weak
etrunk_nl_pw_policy[ETRUNK_A_PW_MAX + 1];

int __weak etrunk_nl_pw_get_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	return -EOPNOTSUPP;
}

int __weak etrunk_nl_pw_get_dumpit(struct sk_buff *skb,
				      struct netlink_callback *cb)
{
	return 0;
}

int __weak etrunk_nl_pw_new_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	return -EOPNOTSUPP;
}

int __weak etrunk_nl_pw_set_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	return -EOPNOTSUPP;
}

int __weak etrunk_nl_pw_del_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	return -EOPNOTSUPP;
}

const struct nla_policy __weak
etrunk_nl_vpws_policy[ETRUNK_A_VPWS_MAX + 1];

int __weak etrunk_nl_vpws_get_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	return -EOPNOTSUPP;
}

int __weak etrunk_nl_vpws_get_dumpit(struct sk_buff *skb,
				      struct netlink_callback *cb)
{
	return 0;
}

int __weak etrunk_nl_vpws_new_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	return -EOPNOTSUPP;
}

int __weak etrunk_nl_vpws_set_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	return -EOPNOTSUPP;
}

int __weak etrunk_nl_vpws_del_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	return -EOPNOTSUPP;
}

int __weak etrunk_nl_vpws_switchover_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	return -EOPNOTSUPP;
}
