// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: its one table of operations and the helpers that
 * the nl_OBJECT.c files share. Every do and dump runs under RTNL, the module's
 * configuration lock.
 *
 * struct genl_ops with one row per command is the form that both 6.1 and later
 * kernels take: do and dump of a command share one policy.
 */
#include <linux/sizes.h>
#include <linux/ctype.h>
#include <net/ipv6.h>

#include "etrunk.h"
#include "netlink.h"

static int pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
		    struct genl_info *info)
{
	rtnl_lock();
	return 0;
}

static void post_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
		      struct genl_info *info)
{
	rtnl_unlock();
}

#define LOCKED_DUMP(obj)						       \
static int obj##_dumpit(struct sk_buff *skb, struct netlink_callback *cb)     \
{									       \
	int ret;							       \
									       \
	rtnl_lock();							       \
	ret = etrunk_nl_##obj##_get_dumpit(skb, cb);			       \
	rtnl_unlock();							       \
	return ret;							       \
}

/*
 * The first message of a dump is a page else, and an object that does not fit
 * into an empty message ends the dump: more than the largest one needs, an
 * E-Trunk with 64 members and 16 keys.
 */
static int dump_start(struct netlink_callback *cb)
{
	cb->min_dump_alloc = SZ_16K;
	return 0;
}

LOCKED_DUMP(system)
LOCKED_DUMP(trunk)
LOCKED_DUMP(member)
LOCKED_DUMP(bfd)
LOCKED_DUMP(core)
LOCKED_DUMP(pw)
LOCKED_DUMP(vpws)

#define OP_DO(CMD, OBJ, obj, verb) {					       \
	.cmd = ETRUNK_CMD_##CMD,					       \
	.policy = etrunk_nl_##obj##_policy,				       \
	.maxattr = ETRUNK_A_##OBJ##_MAX,				       \
	.doit = etrunk_nl_##obj##_##verb##_doit,			       \
	.flags = GENL_ADMIN_PERM,					       \
}

#define OP_GET(CMD, OBJ, obj) {						       \
	.cmd = ETRUNK_CMD_##CMD,					       \
	.policy = etrunk_nl_##obj##_policy,				       \
	.maxattr = ETRUNK_A_##OBJ##_MAX,				       \
	.doit = etrunk_nl_##obj##_get_doit,				       \
	.start = dump_start,						       \
	.dumpit = obj##_dumpit,						       \
}

static const struct genl_ops ops[] = {
	OP_DO(SYSTEM_SET, SYSTEM, system, set),
	OP_GET(SYSTEM_GET, SYSTEM, system),
	OP_DO(SYSTEM_RESET, SYSTEM, system, reset),
	OP_DO(TRUNK_NEW, TRUNK, trunk, new),
	OP_DO(TRUNK_SET, TRUNK, trunk, set),
	OP_DO(TRUNK_DEL, TRUNK, trunk, del),
	OP_GET(TRUNK_GET, TRUNK, trunk),
	OP_DO(TRUNK_RESET, TRUNK, trunk, reset),
	OP_DO(TRUNK_SWITCHOVER, TRUNK, trunk, switchover),
	OP_DO(MEMBER_NEW, MEMBER, member, new),
	OP_DO(MEMBER_SET, MEMBER, member, set),
	OP_DO(MEMBER_DEL, MEMBER, member, del),
	OP_GET(MEMBER_GET, MEMBER, member),
	OP_DO(MEMBER_RESET, MEMBER, member, reset),
	OP_DO(BFD_NEW, BFD, bfd, new),
	OP_DO(BFD_SET, BFD, bfd, set),
	OP_DO(BFD_DEL, BFD, bfd, del),
	OP_GET(BFD_GET, BFD, bfd),
	OP_DO(BFD_RESET, BFD, bfd, reset),
	OP_DO(CORE_NEW, CORE, core, new),
	OP_DO(CORE_DEL, CORE, core, del),
	OP_GET(CORE_GET, CORE, core),
	OP_DO(CORE_RESET, CORE, core, reset),
	OP_DO(PW_NEW, PW, pw, new),
	OP_DO(PW_SET, PW, pw, set),
	OP_DO(PW_DEL, PW, pw, del),
	OP_GET(PW_GET, PW, pw),
	OP_DO(PW_RESET, PW, pw, reset),
	OP_DO(VPWS_NEW, VPWS, vpws, new),
	OP_DO(VPWS_SET, VPWS, vpws, set),
	OP_DO(VPWS_DEL, VPWS, vpws, del),
	OP_DO(VPWS_SWITCHOVER, VPWS, vpws, switchover),
	OP_GET(VPWS_GET, VPWS, vpws),
	OP_DO(VPWS_RESET, VPWS, vpws, reset),
	{
		.cmd = ETRUNK_CMD_BATCH,
		.policy = etrunk_nl_batch_policy,
		.maxattr = ETRUNK_A_BATCH_MAX,
		.doit = etrunk_nl_batch_doit,
		.flags = GENL_ADMIN_PERM,
	},
};

/**
 * etrunk_nl_op - the table's row of a command
 * @cmd: enum etrunk_cmd
 *
 * Return: the row or NULL.
 */
const struct genl_ops *etrunk_nl_op(u32 cmd)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		if (ops[i].cmd == cmd)
			return &ops[i];
	return NULL;
}

static const struct genl_multicast_group mcgrps[] = {
	{ .name = ETRUNK_MCGRP_EVENTS },
};

struct genl_family etrunk_genl_family __ro_after_init = {
	.name = ETRUNK_GENL_NAME,
	.version = ETRUNK_GENL_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.pre_doit = pre_doit,
	.post_doit = post_doit,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = mcgrps,
	.n_mcgrps = ARRAY_SIZE(mcgrps),
	.module = THIS_MODULE,
};

bool etrunk_netlink_up;

int __init etrunk_netlink_init(void)
{
	int err = genl_register_family(&etrunk_genl_family);

	etrunk_netlink_up = !err;
	return err;
}

void etrunk_netlink_exit(void)
{
	/* what is deleted from here on has nobody to tell */
	WRITE_ONCE(etrunk_netlink_up, false);
	genl_unregister_family(&etrunk_genl_family);
}

/**
 * etrunk_nl_err - a formatted refusal
 * @extack: of the request, may be NULL
 * @attr: the attribute at fault, or NULL
 * @fmt: lower case, no newline, no trailing dot
 *
 * Under RTNL. Before 6.2 an extack holds a pointer, not text: the text lives
 * in a ring that only this many later refusals reuse; a reply is built right
 * after its command, within the family's lock that also holds off unload. Only
 * for commands that need CAP_NET_ADMIN: a _GET, which anybody may send in any
 * number, is refused with constant text.
 */
void etrunk_nl_err(struct netlink_ext_ack *extack, const struct nlattr *attr,
		   const char *fmt, ...)
{
	static char ring[16][160];
	static unsigned int next;
	char *text = ring[next++ % ARRAY_SIZE(ring)];
	va_list args;

	ASSERT_RTNL();
	if (!extack)
		return;

	va_start(args, fmt);
	vscnprintf(text, sizeof(ring[0]), fmt, args);
	va_end(args);
	extack->_msg = text;
	extack->bad_attr = attr;
	extack->policy = NULL;
}

/**
 * etrunk_nl_put_u64 - put a u64 without padding care
 * @skb: message
 * @attrtype: attribute
 * @value: value
 *
 * Return: 0 or -EMSGSIZE. Attribute 0 pads, as the policy's UNSPEC is free.
 */
int etrunk_nl_put_u64(struct sk_buff *skb, int attrtype, u64 value)
{
	return nla_put_u64_64bit(skb, attrtype, value, 0);
}

/**
 * etrunk_nl_put_addr - put an address in network order
 * @skb: message
 * @attrtype: attribute
 * @addr: 4 or 16 bytes by its family; nothing is put if it is unset
 *
 * Return: 0 or -EMSGSIZE.
 */
int etrunk_nl_put_addr(struct sk_buff *skb, int attrtype,
		       const struct etrunk_addr *addr)
{
	switch (addr->family) {
	case AF_INET:
		return nla_put_in_addr(skb, attrtype, addr->v4);
	case AF_INET6:
		return nla_put_in6_addr(skb, attrtype, &addr->v6);
	default:
		return 0;
	}
}

/**
 * etrunk_nl_get_addr - take an address
 * @attr: 4 or 16 bytes
 * @addr: result
 * @extack: told what is wrong
 *
 * Return: 0; -EINVAL for a wrong length, an unspecified, multicast or
 * broadcast address.
 */
int etrunk_nl_get_addr(const struct nlattr *attr, struct etrunk_addr *addr,
		       struct netlink_ext_ack *extack)
{
	memset(addr, 0, sizeof(*addr));

	switch (nla_len(attr)) {
	case sizeof(addr->v4):
		addr->family = AF_INET;
		addr->v4 = nla_get_in_addr(attr);
		if (ipv4_is_zeronet(addr->v4) ||
		    ipv4_is_multicast(addr->v4) || ipv4_is_lbcast(addr->v4)) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "not a unicast address");
			return -EINVAL;
		}
		return 0;
	case sizeof(addr->v6):
		addr->family = AF_INET6;
		addr->v6 = nla_get_in6_addr(attr);
		if (ipv6_addr_any(&addr->v6) ||
		    ipv6_addr_is_multicast(&addr->v6)) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "not a unicast address");
			return -EINVAL;
		}
		return 0;
	default:
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "an address has 4 or 16 bytes");
		return -EINVAL;
	}
}

/**
 * etrunk_nl_get_name - take the name of a new or known object
 * @attr: 1..15 printable characters: it goes to logs and listings as it is
 * @name: result, ETRUNK_NAME_LEN bytes
 * @extack: told what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int etrunk_nl_get_name(const struct nlattr *attr, char *name,
		       struct netlink_ext_ack *extack)
{
	const char *c;

	BUILD_BUG_ON(ETRUNK_NAME_LEN != 16);
	if (nla_strscpy(name, attr, ETRUNK_NAME_LEN) < 1) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a name has 1 to 15 characters");
		return -EINVAL;
	}
	for (c = name; *c; c++) {
		if (isgraph(*c) && isascii(*c))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a name has printable characters, no spaces");
		return -EINVAL;
	}
	return 0;
}

/**
 * etrunk_nl_get_dev - take the device of a request
 * @net: namespace
 * @name: its name, or NULL
 * @index: its index, or NULL
 * @ifindex: result, 0 if neither is given; an @index alone is not looked up
 * @extack: told what is wrong
 *
 * Under RTNL. Return: 0 or a negative errno.
 */
int etrunk_nl_get_dev(struct net *net, const struct nlattr *name,
		      const struct nlattr *index, int *ifindex,
		      struct netlink_ext_ack *extack)
{
	struct net_device *dev;

	*ifindex = index ? nla_get_u32(index) : 0;
	if (!name)
		return 0;

	dev = __dev_get_by_name(net, nla_data(name));
	if (!dev) {
		NL_SET_ERR_MSG_ATTR(extack, name, "no such device");
		return -ENODEV;
	}
	if (index && *ifindex != dev->ifindex) {
		NL_SET_ERR_MSG_ATTR(extack, name,
				    "is not the device of the index");
		return -EINVAL;
	}
	*ifindex = dev->ifindex;
	return 0;
}

/**
 * etrunk_nl_put_counters - put named counters
 * @skb: message
 * @attrtype: attribute of each (enum etrunk_attr_counter inside)
 * @desc: their names and places
 * @n: how many
 * @stats: the struct that holds them
 *
 * Return: 0 or -EMSGSIZE.
 */
int etrunk_nl_put_counters(struct sk_buff *skb, int attrtype,
			   const struct etrunk_counter_desc *desc, size_t n,
			   const void *stats)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const u64 *value = stats + desc[i].offset;
		struct nlattr *nest = nla_nest_start(skb, attrtype);

		if (!nest)
			return -EMSGSIZE;
		if (nla_put_string(skb, ETRUNK_A_COUNTER_NAME, desc[i].name) ||
		    nla_put_u64_64bit(skb, ETRUNK_A_COUNTER_VALUE,
				      READ_ONCE(*value),
				      ETRUNK_A_COUNTER_PAD)) {
			nla_nest_cancel(skb, nest);
			return -EMSGSIZE;
		}
		nla_nest_end(skb, nest);
	}
	return 0;
}

/**
 * etrunk_nl_reply - answer a GET of one object
 * @info: the request
 * @cmd: command of the answer
 * @fill: puts the object's attributes; 0 or -EMSGSIZE
 * @obj: the object
 *
 * Return: 0 or a negative errno. A message that proves too small is retried
 * larger, so an object may be of any size that netlink carries.
 */
int etrunk_nl_reply(struct genl_info *info, u8 cmd, etrunk_fill_t fill,
		    const void *obj)
{
	size_t size = GENLMSG_DEFAULT_SIZE;
	struct sk_buff *skb;
	void *hdr;
	int err;

again:
	skb = genlmsg_new(size, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;

	hdr = genlmsg_put_reply(skb, info, &etrunk_genl_family, 0, cmd);
	err = hdr ? fill(skb, obj) : -EMSGSIZE;
	if (err) {
		nlmsg_free(skb);
		if (err == -EMSGSIZE && size < SZ_64K) {
			size *= 4;
			goto again;
		}
		return err;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

/**
 * etrunk_nl_dump_one - put one object into a dump
 * @skb: dump message
 * @cb: the dump
 * @cmd: command of the message
 * @fill: puts the object's attributes; 0 or -EMSGSIZE
 * @obj: the object
 *
 * Return: 0, or -EMSGSIZE if it goes into the next message.
 */
int etrunk_nl_dump_one(struct sk_buff *skb, struct netlink_callback *cb,
		       u8 cmd, etrunk_fill_t fill, const void *obj)
{
	void *hdr;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &etrunk_genl_family, NLM_F_MULTI, cmd);
	if (!hdr)
		return -EMSGSIZE;
	if (fill(skb, obj)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}
