// SPDX-License-Identifier: GPL-2.0
/* Netlink commands of the system: the E-Trunk identity of this PE. */
#include <net/sock.h>

#include "netlink.h"
#include "trunk.h"

static struct netlink_range_validation priority_range = {
	.max = U16_MAX,
};

static struct netlink_range_validation port_range = {
	.min = 1025,
	.max = U16_MAX,
};

const struct nla_policy etrunk_nl_system_policy[ETRUNK_A_SYSTEM_MAX + 1] = {
	[ETRUNK_A_SYSTEM_UNSPEC] = { .type = NLA_REJECT },
	[ETRUNK_A_SYSTEM_LACP_SYSTEM_ID] = { .type = NLA_BINARY,
					     .len = ETH_ALEN },
	[ETRUNK_A_SYSTEM_LACP_PRIORITY] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &priority_range),
	[ETRUNK_A_SYSTEM_UDP_PORT] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &port_range),
	[ETRUNK_A_SYSTEM_WEAK_ALGORITHMS] = NLA_POLICY_MAX(NLA_U32, 1),
	[ETRUNK_A_SYSTEM_SYSTEM_ID] = { .type = NLA_REJECT },
	[ETRUNK_A_SYSTEM_COUNTER] = { .type = NLA_REJECT },
	[ETRUNK_A_SYSTEM_VERSION] = { .type = NLA_REJECT },
};

/**
 * etrunk_nl_check_lacp_system() - may this be a LACP system id?
 * @attr: attribute or NULL; empty is none and fine
 * @extack: told why not
 *
 * Return: 0 or -EINVAL.
 */
int etrunk_nl_check_lacp_system(const struct nlattr *attr,
				struct netlink_ext_ack *extack)
{
	const u8 *mac = attr ? nla_data(attr) : NULL;

	if (!mac || !nla_len(attr))
		return 0;
	if (nla_len(attr) != ETH_ALEN) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a LACP system id has 6 bytes");
		return -EINVAL;
	}
	if (is_valid_ether_addr(mac))
		return 0;
	if (is_zero_ether_addr(mac))
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "the all-zero address is no LACP system id");
	else if (is_broadcast_ether_addr(mac))
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "the all-F address is no LACP system id");
	else
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a group address is no LACP system id");
	return -EINVAL;
}

/* Who wants hmac-sha1 needs weak algorithms, and members a LACP system id. */
static int check(void *obj, struct nlattr **a, struct netlink_ext_ack *extack)
{
	struct nlattr *attr = a[ETRUNK_A_SYSTEM_LACP_SYSTEM_ID];
	const struct etrunk_member_cfg *cfg;
	const struct etrunk_member *m;
	struct etrunk_net *en = obj;
	struct etrunk_identity id;
	const char *bfd, *auth;
	struct etrunk_trunk *t;

	etrunk_identity_get(en, &id);
	list_for_each_entry(t, &en->trunks, node) {
		list_for_each_entry(m, &t->members, node) {
			cfg = etrunk_batch_wanted(en, m) ?: &m->cfg;
			if (!attr || !is_zero_ether_addr(id.lacp_system) ||
			    !is_zero_ether_addr(cfg->lacp_system))
				continue;
			etrunk_nl_err(extack, attr, "%s needs one", m->name);
			return -EBUSY;
		}
	}

	attr = a[ETRUNK_A_SYSTEM_WEAK_ALGORITHMS];
	if (!attr || id.weak_algorithms)
		return 0;
	list_for_each_entry(t, &en->trunks, node) {
		if (etrunk_trunk_wanted_keys(t)->auth != ETRUNK_AUTH_HMAC_SHA1)
			continue;
		etrunk_nl_err(extack, attr, "%s uses hmac-sha1", t->name);
		return -EBUSY;
	}
	bfd = etrunk_bfd_weak(en, &auth);
	if (bfd) {
		etrunk_nl_err(extack, attr, "%s uses %s", bfd, auth);
		return -EBUSY;
	}
	return 0;
}

static void commit(void *obj, void *data)
{
	const struct etrunk_identity_plan *plan = data;
	const struct etrunk_identity *new = &plan->id;
	struct etrunk_net *en = obj;
	struct etrunk_identity now;

	etrunk_identity_get(en, &now);
	trunk_port_take(en, plan);
	en->weak_algorithms = new->weak_algorithms;
	if (now.lacp_priority != new->lacp_priority ||
	    !ether_addr_equal(now.lacp_system, new->lacp_system)) {
		ether_addr_copy(en->lacp_system_id, new->lacp_system);
		en->lacp_priority = new->lacp_priority;
		etrunk_trunk_identity_changed(en);
	}
	if (memcmp(&now, new, sizeof(now)))
		etrunk_event(en, ETRUNK_EVENT_CONFIG, "system", NULL,
			     "changed", NULL);
}

static void undo(void *obj, void *data)
{
	const struct etrunk_identity_plan *plan = data;

	trunk_port_undo(plan);
}

static const struct etrunk_batch_ops set_ops = {
	.check = check,
	.commit = commit,
	.undo = undo,
};

int etrunk_nl_system_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	struct netlink_ext_ack *extack = info->extack;
	struct etrunk_identity_plan plan = {};
	struct etrunk_identity *id = &plan.id;
	struct nlattr **a = info->attrs;
	u16 port;
	int err;

	etrunk_identity_get(en, id);
	port = id->udp_port;
	err = etrunk_nl_check_lacp_system(a[ETRUNK_A_SYSTEM_LACP_SYSTEM_ID],
					  extack);
	if (err)
		return err;

	if (a[ETRUNK_A_SYSTEM_LACP_SYSTEM_ID]) {
		eth_zero_addr(id->lacp_system);
		nla_memcpy(id->lacp_system, a[ETRUNK_A_SYSTEM_LACP_SYSTEM_ID],
			   ETH_ALEN);
	}
	if (a[ETRUNK_A_SYSTEM_LACP_PRIORITY])
		id->lacp_priority =
			nla_get_u32(a[ETRUNK_A_SYSTEM_LACP_PRIORITY]);
	if (a[ETRUNK_A_SYSTEM_WEAK_ALGORITHMS])
		id->weak_algorithms =
			nla_get_u32(a[ETRUNK_A_SYSTEM_WEAK_ALGORITHMS]);
	if (a[ETRUNK_A_SYSTEM_UDP_PORT])
		id->udp_port = nla_get_u32(a[ETRUNK_A_SYSTEM_UDP_PORT]);
	if (id->udp_port != port) {
		err = trunk_port_plan(en, &plan, extack);
		if (err) {
			if (extack)
				extack->bad_attr = a[ETRUNK_A_SYSTEM_UDP_PORT];
			return err;
		}
	}
	return etrunk_batch_set(info, &set_ops, en, &plan, sizeof(plan));
}

static int fill(struct sk_buff *skb, const void *obj)
{
	struct etrunk_net *en = (struct etrunk_net *)obj;

	if ((is_valid_ether_addr(en->lacp_system_id) &&
	     nla_put(skb, ETRUNK_A_SYSTEM_LACP_SYSTEM_ID, ETH_ALEN,
		     en->lacp_system_id)) ||
	    nla_put_u32(skb, ETRUNK_A_SYSTEM_LACP_PRIORITY,
			en->lacp_priority) ||
	    nla_put_u32(skb, ETRUNK_A_SYSTEM_UDP_PORT, en->udp_port) ||
	    nla_put_u32(skb, ETRUNK_A_SYSTEM_WEAK_ALGORITHMS,
			en->weak_algorithms) ||
	    nla_put(skb, ETRUNK_A_SYSTEM_SYSTEM_ID, ETH_ALEN, en->system_id) ||
	    nla_put_string(skb, ETRUNK_A_SYSTEM_VERSION, ETRUNK_VERSION))
		return -EMSGSIZE;
	if (etrunk_nl_put_counters(skb, ETRUNK_A_SYSTEM_COUNTER,
				   trunk_net_counter_desc, TRUNK_NET_COUNTERS,
				   trunk_net_counters(en)))
		return -EMSGSIZE;
	return etrunk_bfd_fill_counters(skb, ETRUNK_A_SYSTEM_COUNTER, en);
}

int etrunk_nl_system_reset_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_net *en = etrunk_net(genl_info_net(info));

	trunk_net_reset(en);
	etrunk_bfd_table_reset(en);
	return 0;
}

int etrunk_nl_system_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return etrunk_nl_reply(info, ETRUNK_CMD_SYSTEM_GET, fill,
			       etrunk_net(genl_info_net(info)));
}

int etrunk_nl_system_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	int err;

	if (cb->args[0])
		return 0;
	err = etrunk_nl_dump_one(skb, cb, ETRUNK_CMD_SYSTEM_GET, fill,
				 etrunk_net(sock_net(skb->sk)));
	if (err)
		return err;
	cb->args[0] = 1;
	return skb->len;
}
