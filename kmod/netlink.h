/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What netlink.c's table needs of the nl_OBJECT.c files. doits and dumpits run
 * under RTNL; a dumpit keeps its cursor in cb->args.
 */
#ifndef _ETRUNK_NETLINK_H
#define _ETRUNK_NETLINK_H

#include <net/genetlink.h>

#define ETRUNK_NL_DECLARE_GET(obj)					       \
	extern const struct nla_policy etrunk_nl_##obj##_policy[];	       \
	int etrunk_nl_##obj##_get_doit(struct sk_buff *skb,		       \
				       struct genl_info *info);		       \
	int etrunk_nl_##obj##_get_dumpit(struct sk_buff *skb,		       \
					 struct netlink_callback *cb)

#define ETRUNK_NL_DECLARE_DO(obj, verb)					       \
	int etrunk_nl_##obj##_##verb##_doit(struct sk_buff *skb,	       \
					    struct genl_info *info)

ETRUNK_NL_DECLARE_GET(system);
ETRUNK_NL_DECLARE_DO(system, reset);
ETRUNK_NL_DECLARE_DO(system, set);
ETRUNK_NL_DECLARE_GET(trunk);
ETRUNK_NL_DECLARE_DO(trunk, reset);
ETRUNK_NL_DECLARE_DO(trunk, new);
ETRUNK_NL_DECLARE_DO(trunk, set);
ETRUNK_NL_DECLARE_DO(trunk, del);
ETRUNK_NL_DECLARE_DO(trunk, switchover);
ETRUNK_NL_DECLARE_GET(member);
ETRUNK_NL_DECLARE_DO(member, reset);
ETRUNK_NL_DECLARE_DO(member, new);
ETRUNK_NL_DECLARE_DO(member, set);
ETRUNK_NL_DECLARE_DO(member, del);
ETRUNK_NL_DECLARE_GET(bfd);
ETRUNK_NL_DECLARE_DO(bfd, reset);
ETRUNK_NL_DECLARE_DO(bfd, new);
ETRUNK_NL_DECLARE_DO(bfd, set);
ETRUNK_NL_DECLARE_DO(bfd, del);
ETRUNK_NL_DECLARE_GET(core);
ETRUNK_NL_DECLARE_DO(core, reset);
ETRUNK_NL_DECLARE_DO(core, new);
ETRUNK_NL_DECLARE_DO(core, del);
ETRUNK_NL_DECLARE_GET(pw);
ETRUNK_NL_DECLARE_DO(pw, reset);
ETRUNK_NL_DECLARE_DO(pw, new);
ETRUNK_NL_DECLARE_DO(pw, set);
ETRUNK_NL_DECLARE_DO(pw, del);
ETRUNK_NL_DECLARE_GET(vpws);
ETRUNK_NL_DECLARE_DO(vpws, reset);
ETRUNK_NL_DECLARE_DO(vpws, new);
ETRUNK_NL_DECLARE_DO(vpws, set);
ETRUNK_NL_DECLARE_DO(vpws, del);
ETRUNK_NL_DECLARE_DO(vpws, switchover);

int etrunk_nl_check_lacp_system(const struct nlattr *attr,
				struct netlink_ext_ack *extack);

extern const struct nla_policy etrunk_nl_batch_policy[];
int etrunk_nl_batch_doit(struct sk_buff *skb, struct genl_info *info);
const struct genl_ops *etrunk_nl_op(u32 cmd);
const struct nlattr *etrunk_nl_attrs(struct genl_info *info, int *len);

#endif /* _ETRUNK_NETLINK_H */
