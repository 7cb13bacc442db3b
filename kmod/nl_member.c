// SPDX-License-Identifier: GPL-2.0
/* Netlink commands of members. */
#include <net/sock.h>

#include "netlink.h"
#include "trunk.h"

#define BOOL	NLA_POLICY_MAX(NLA_U32, 1)
#define READ_ONLY { .type = NLA_REJECT }

static struct netlink_range_validation ifindex_range = {
	.min = 1,
	.max = INT_MAX,
};

static struct netlink_range_validation key_range = {
	.min = 1,
	.max = U16_MAX,
};

const struct nla_policy etrunk_nl_member_policy[ETRUNK_A_MEMBER_MAX + 1] = {
	[ETRUNK_A_MEMBER_UNSPEC] = READ_ONLY,
	[ETRUNK_A_MEMBER_DEV] = { .type = NLA_NUL_STRING,
				  .len = IFNAMSIZ - 1 },
	[ETRUNK_A_MEMBER_IFINDEX] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &ifindex_range),
	[ETRUNK_A_MEMBER_TRUNK_ID] = NLA_POLICY_RANGE(NLA_U32, 1,
						      ETRUNK_ID_MAX),
	[ETRUNK_A_MEMBER_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[ETRUNK_A_MEMBER_REMOTE_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[ETRUNK_A_MEMBER_MODE] = NLA_POLICY_RANGE(NLA_U32, ETRUNK_MODE_AUTO,
						  ETRUNK_MODE_FORCE_MASTER),
	[ETRUNK_A_MEMBER_LACP_KEY] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &key_range),
	[ETRUNK_A_MEMBER_DORMANT] = BOOL,
	[ETRUNK_A_MEMBER_KEEP_UP] = { .type = NLA_FLAG },
	[ETRUNK_A_MEMBER_PHYS_UP] = READ_ONLY,
	[ETRUNK_A_MEMBER_STATE] = READ_ONLY,
	[ETRUNK_A_MEMBER_REASON] = READ_ONLY,
	[ETRUNK_A_MEMBER_ABLE] = READ_ONLY,
	[ETRUNK_A_MEMBER_READY] = READ_ONLY,
	[ETRUNK_A_MEMBER_CORE_OK] = READ_ONLY,
	[ETRUNK_A_MEMBER_PEER_STATE] = READ_ONLY,
	[ETRUNK_A_MEMBER_LINKS] = READ_ONLY,
	[ETRUNK_A_MEMBER_PARTNER] = READ_ONLY,
	[ETRUNK_A_MEMBER_LAST_CHANGE_TIME] = READ_ONLY,
	[ETRUNK_A_MEMBER_COUNTER] = READ_ONLY,
	[ETRUNK_A_MEMBER_FAULT] = READ_ONLY,
	[ETRUNK_A_MEMBER_HISTORY] = READ_ONLY,
	[ETRUNK_A_MEMBER_PAD] = READ_ONLY,
	[ETRUNK_A_MEMBER_ACS] = READ_ONLY,
	[ETRUNK_A_MEMBER_AC_MTU] = READ_ONLY,
	[ETRUNK_A_MEMBER_PW_MTU] = READ_ONLY,
	[ETRUNK_A_MEMBER_PEER_ACS] = READ_ONLY,
	[ETRUNK_A_MEMBER_PEER_AC_MTU] = READ_ONLY,
	[ETRUNK_A_MEMBER_PEER_PW_MTU] = READ_ONLY,
	[ETRUNK_A_MEMBER_PEER_LACP_KEY] = READ_ONLY,
	/* these two may be empty */
	[ETRUNK_A_MEMBER_LACP_SYSTEM_ID] = { .type = NLA_BINARY,
					     .len = ETH_ALEN },
	[ETRUNK_A_MEMBER_LACP_PRIORITY] = { .type = NLA_BINARY,
					    .len = sizeof(u32) },
};

static struct nlattr *key_attr(struct genl_info *info)
{
	return info->attrs[ETRUNK_A_MEMBER_DEV] ?:
	       info->attrs[ETRUNK_A_MEMBER_IFINDEX];
}

static struct net_device *get_dev(struct genl_info *info, int *err)
{
	struct nlattr *name = info->attrs[ETRUNK_A_MEMBER_DEV];
	struct nlattr *index = info->attrs[ETRUNK_A_MEMBER_IFINDEX];
	struct net *net = genl_info_net(info);
	struct net_device *dev = NULL;

	if (name && index) {
		NL_SET_ERR_MSG_ATTR(info->extack, index,
				    "the device is named twice");
		*err = -EINVAL;
		return NULL;
	}
	if (!name && !index) {
		GENL_REQ_ATTR_CHECK(info, ETRUNK_A_MEMBER_DEV);
		*err = -EINVAL;
		return NULL;
	}
	if (name)
		dev = __dev_get_by_name(net, nla_data(name));
	else
		dev = __dev_get_by_index(net, nla_get_u32(index));
	if (!dev) {
		NL_SET_ERR_MSG_ATTR(info->extack, key_attr(info),
				    "no such device in this network namespace");
		*err = -ENODEV;
	}
	return dev;
}

static struct etrunk_member *get_member(struct genl_info *info, int *err)
{
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	struct net_device *dev = get_dev(info, err);
	struct etrunk_member *m;

	if (!dev)
		return NULL;
	m = etrunk_member_find(en, dev);
	if (!m) {
		NL_SET_ERR_MSG_ATTR(info->extack, key_attr(info),
				    "is no member of an e-trunk");
		*err = -ENOENT;
	}
	return m;
}

/* what a member shall have when the batch at work is done */
static const struct etrunk_member_cfg *
wanted_cfg(const struct etrunk_member *m)
{
	return etrunk_batch_wanted(m->trunk->en, m) ?: &m->cfg;
}

static bool has_id(const struct etrunk_trunk *t, u32 id)
{
	const struct etrunk_member *m;

	list_for_each_entry(m, &t->members, node)
		if (wanted_cfg(m)->id == id)
			return true;
	return false;
}

static u32 free_id(const struct etrunk_trunk *t)
{
	u32 id = 1;

	while (has_id(t, id))
		id++;
	return id;
}

/* who the member shall be to the CE */
static bool has_system(const struct etrunk_net *en,
		       const struct etrunk_member_cfg *cfg)
{
	struct etrunk_identity id;

	etrunk_identity_get(en, &id);
	return !is_zero_ether_addr(cfg->lacp_system) ||
	       !is_zero_ether_addr(id.lacp_system);
}

/* Ids and LACP keys are those of one member. */
static int check(void *obj, struct nlattr **a, struct netlink_ext_ack *extack)
{
	const struct etrunk_member *m, *self = obj;
	const struct etrunk_member_cfg *cfg = wanted_cfg(self);
	const struct etrunk_trunk *t = self->trunk;
	const struct etrunk_trunk_plan *plan = etrunk_batch_wanted(t->en, t);
	const struct etrunk_trunk_cfg *trunk = plan ? &plan->cfg : &t->cfg;
	u16 key = etrunk_member_lacp_key(trunk, cfg);

	if (!has_system(t->en, cfg)) {
		NL_SET_ERR_MSG_ATTR(extack, a[ETRUNK_A_MEMBER_LACP_SYSTEM_ID],
				    "the system has no lacp-system-id");
		return -EBUSY;
	}
	list_for_each_entry(m, &t->members, node) {
		const struct etrunk_member_cfg *other = wanted_cfg(m);

		if (m == self)
			continue;
		if (other->id == cfg->id) {
			etrunk_nl_err(extack, a[ETRUNK_A_MEMBER_ID],
				      "id %u is %s's", cfg->id, m->dev->name);
			return -EEXIST;
		}
		if (other->remote_id == cfg->remote_id) {
			etrunk_nl_err(extack, a[ETRUNK_A_MEMBER_REMOTE_ID],
				      "remote-id %u is %s's", cfg->remote_id,
				      m->dev->name);
			return -EEXIST;
		}
		if (etrunk_member_lacp_key(trunk, other) == key) {
			etrunk_nl_err(extack, a[ETRUNK_A_MEMBER_LACP_KEY],
				      "lacp-key %u is %s's", key, m->dev->name);
			return -EEXIST;
		}
	}
	return 0;
}

/* the two whose policy does not say it all, because they may be empty */
static int refuse_ident(struct nlattr **a, struct netlink_ext_ack *extack)
{
	struct nlattr *attr = a[ETRUNK_A_MEMBER_LACP_PRIORITY];

	if (attr && nla_len(attr) && nla_len(attr) != sizeof(u32)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "is no 32 bit number");
		return -EINVAL;
	}
	if (attr && nla_len(attr) && nla_get_u32(attr) > U16_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "is out of range 0..65535");
		return -ERANGE;
	}
	return etrunk_nl_check_lacp_system(a[ETRUNK_A_MEMBER_LACP_SYSTEM_ID],
					   extack);
}

static void parse_ident(struct etrunk_member_cfg *cfg, struct nlattr **a)
{
	struct nlattr *attr = a[ETRUNK_A_MEMBER_LACP_SYSTEM_ID];

	if (attr) {
		eth_zero_addr(cfg->lacp_system);
		nla_memcpy(cfg->lacp_system, attr, ETH_ALEN);
	}
	attr = a[ETRUNK_A_MEMBER_LACP_PRIORITY];
	if (attr) {
		cfg->own_priority = nla_len(attr);
		cfg->lacp_priority = nla_len(attr) ? nla_get_u32(attr) : 0;
	}
}

static void parse_cfg(struct etrunk_member_cfg *cfg, struct nlattr **a)
{
	parse_ident(cfg, a);
	if (a[ETRUNK_A_MEMBER_ID])
		cfg->id = nla_get_u32(a[ETRUNK_A_MEMBER_ID]);
	if (a[ETRUNK_A_MEMBER_REMOTE_ID])
		cfg->remote_id = nla_get_u32(a[ETRUNK_A_MEMBER_REMOTE_ID]);
	if (a[ETRUNK_A_MEMBER_MODE])
		cfg->mode = nla_get_u32(a[ETRUNK_A_MEMBER_MODE]);
	if (a[ETRUNK_A_MEMBER_LACP_KEY])
		cfg->lacp_key = nla_get_u32(a[ETRUNK_A_MEMBER_LACP_KEY]);
	if (a[ETRUNK_A_MEMBER_DORMANT])
		cfg->dormant = nla_get_u32(a[ETRUNK_A_MEMBER_DORMANT]);
}

static void start(void *obj, void *plan)
{
	etrunk_member_start(obj);
}

static void discard(void *obj, void *plan)
{
	etrunk_member_discard(obj);
}

static const struct etrunk_batch_ops new_ops = {
	.check = check,
	.commit = start,
	.undo = discard,
};

int etrunk_nl_member_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	struct netlink_ext_ack *extack = info->extack;
	struct nlattr **a = info->attrs;
	struct etrunk_member_cfg cfg;
	struct etrunk_member *m;
	struct net_device *dev;
	struct etrunk_trunk *t;
	int err = 0;

	if (GENL_REQ_ATTR_CHECK(info, ETRUNK_A_MEMBER_TRUNK_ID))
		return -EINVAL;
	err = refuse_ident(a, extack);
	if (err)
		return err;
	dev = get_dev(info, &err);
	if (!dev)
		return err;
	t = etrunk_trunk_find(en, nla_get_u32(a[ETRUNK_A_MEMBER_TRUNK_ID]));
	if (!t) {
		NL_SET_ERR_MSG_ATTR(extack, a[ETRUNK_A_MEMBER_TRUNK_ID],
				    "no such e-trunk");
		return -ENOENT;
	}
	m = etrunk_member_find(en, dev);
	if (m) {
		etrunk_nl_err(extack, key_attr(info),
			      "is already a member of %s", m->trunk->name);
		return -EEXIST;
	}
	if (t->n_members == ETRUNK_MEMBERS_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, a[ETRUNK_A_MEMBER_TRUNK_ID],
				    "has 64 members already");
		return -ENOSPC;
	}

	memset(&cfg, 0, sizeof(cfg));
	cfg.id = free_id(t);
	cfg.mode = ETRUNK_MODE_AUTO;
	cfg.dormant = true;
	parse_cfg(&cfg, a);
	if (!cfg.remote_id)
		cfg.remote_id = cfg.id;
	m = etrunk_member_create(t, dev, &cfg, extack);
	if (IS_ERR(m)) {
		if (extack && !extack->bad_attr)
			extack->bad_attr = key_attr(info);
		return PTR_ERR(m);
	}
	return etrunk_batch_new(info, &new_ops, m);
}

static void commit(void *obj, void *plan)
{
	etrunk_member_set(obj, plan);
}

static const struct etrunk_batch_ops set_ops = {
	.check = check,
	.commit = commit,
};

int etrunk_nl_member_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **a = info->attrs;
	struct etrunk_member_cfg cfg;
	struct etrunk_member *m;
	int err = 0;

	m = get_member(info, &err);
	if (!m)
		return err;
	if (a[ETRUNK_A_MEMBER_TRUNK_ID] &&
	    nla_get_u32(a[ETRUNK_A_MEMBER_TRUNK_ID]) != m->trunk->cfg.id) {
		NL_SET_ERR_MSG_ATTR(info->extack, a[ETRUNK_A_MEMBER_TRUNK_ID],
				    "a member stays in its e-trunk");
		return -EBUSY;
	}
	err = refuse_ident(a, info->extack);
	if (err)
		return err;
	memcpy(&cfg, wanted_cfg(m), sizeof(cfg));
	parse_cfg(&cfg, a);
	return etrunk_batch_set(info, &set_ops, m, &cfg, sizeof(cfg));
}

/*
 * The peer serves first, if it can. Nobody shall wait for RTNL meanwhile, so it
 * is dropped, and the member may be gone afterwards.
 */
static struct etrunk_member *wait_left(struct genl_info *info, int *err)
{
	u64 until = ktime_get_ns() + ETRUNK_LEAVE_NS;
	struct etrunk_member *m;
	unsigned int sure = 0;

	m = get_member(info, err);
	if (!m)
		return NULL;
	etrunk_member_leave(m);
	/* twice: who decided just now has told lag.c by then */
	while (sure < 2 && ktime_get_ns() < until) {
		rtnl_unlock();
		synchronize_net();
		if (!sure)
			usleep_range(1000, 2000);
		rtnl_lock();
		m = get_member(info, err);
		if (!m)
			return NULL;
		sure = etrunk_member_has_left(m) ? sure + 1 : 0;
	}
	return m;
}

int etrunk_nl_member_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_member *m;
	int err = 0;

	m = wait_left(info, &err);
	if (!m)
		return err;
	etrunk_member_destroy(m, info->attrs[ETRUNK_A_MEMBER_KEEP_UP]);
	return 0;
}

/* @attr: of enum etrunk_attr_member, the first of three */
static int fill_services(struct sk_buff *skb, int attr,
			 const struct trunk_pkt_services *s)
{
	if (nla_put_u32(skb, attr, s->acs) ||
	    (s->ac_mtu && nla_put_u32(skb, attr + 1, s->ac_mtu)) ||
	    (s->pw_mtu && nla_put_u32(skb, attr + 2, s->pw_mtu)))
		return -EMSGSIZE;
	return 0;
}

/* what the peer says of its member */
static int fill_peer(struct sk_buff *skb, const struct etrunk_member *m)
{
	if (!m->trunk->fsm.peer.fresh || !m->peer_exists)
		return 0;
	if (nla_put_u32(skb, ETRUNK_A_MEMBER_PEER_STATE, m->peer.state) ||
	    nla_put_u32(skb, ETRUNK_A_MEMBER_PEER_LACP_KEY, m->peer.lacp_key))
		return -EMSGSIZE;
	return m->peer_says ? fill_services(skb, ETRUNK_A_MEMBER_PEER_ACS,
					    &m->peer_services) : 0;
}

/* under its E-Trunk's lock */
static int fill_state(struct sk_buff *skb, const struct etrunk_member *m)
{
	const struct member_fsm *f = &m->fsm;
	unsigned int i;

	if (nla_put_u32(skb, ETRUNK_A_MEMBER_PHYS_UP, f->phys) ||
	    nla_put_u32(skb, ETRUNK_A_MEMBER_STATE, f->state) ||
	    nla_put_u32(skb, ETRUNK_A_MEMBER_REASON, f->reason) ||
	    nla_put_u32(skb, ETRUNK_A_MEMBER_ABLE, f->able) ||
	    nla_put_u32(skb, ETRUNK_A_MEMBER_READY, f->ready) ||
	    nla_put_u32(skb, ETRUNK_A_MEMBER_CORE_OK, f->core_ok) ||
	    fill_peer(skb, m) ||
	    fill_services(skb, ETRUNK_A_MEMBER_ACS, &m->services) ||
	    nla_put_u32(skb, ETRUNK_A_MEMBER_LINKS, m->links.links) ||
	    (m->links.ce_known &&
	     nla_put(skb, ETRUNK_A_MEMBER_PARTNER, ETH_ALEN,
		     m->links.ce_system)) ||
	    nla_put_u64_64bit(skb, ETRUNK_A_MEMBER_LAST_CHANGE_TIME,
			      m->last_change, ETRUNK_A_MEMBER_PAD))
		return -EMSGSIZE;
	for (i = 0; i < MEMBER_FAULT_N; i++)
		if ((m->told_faults & BIT(i)) &&
		    nla_put_string(skb, ETRUNK_A_MEMBER_FAULT,
				   member_fault_name[i]))
			return -EMSGSIZE;
	return etrunk_history_fill(skb, ETRUNK_A_MEMBER_HISTORY, &m->history);
}

static int fill(struct sk_buff *skb, const void *obj)
{
	const struct etrunk_member *m = obj;
	const struct etrunk_member_cfg *c = &m->cfg;
	int err;

	if (nla_put_string(skb, ETRUNK_A_MEMBER_DEV, m->dev->name) ||
	    nla_put_u32(skb, ETRUNK_A_MEMBER_IFINDEX, m->dev->ifindex) ||
	    nla_put_u32(skb, ETRUNK_A_MEMBER_TRUNK_ID, m->trunk->cfg.id) ||
	    nla_put_u32(skb, ETRUNK_A_MEMBER_ID, c->id) ||
	    nla_put_u32(skb, ETRUNK_A_MEMBER_REMOTE_ID, c->remote_id) ||
	    nla_put_u32(skb, ETRUNK_A_MEMBER_MODE, c->mode) ||
	    nla_put_u32(skb, ETRUNK_A_MEMBER_LACP_KEY,
			etrunk_member_lacp_key(&m->trunk->cfg, c)) ||
	    nla_put_u32(skb, ETRUNK_A_MEMBER_DORMANT, c->dormant) ||
	    (!is_zero_ether_addr(c->lacp_system) &&
	     nla_put(skb, ETRUNK_A_MEMBER_LACP_SYSTEM_ID, ETH_ALEN,
		     c->lacp_system)) ||
	    (c->own_priority &&
	     nla_put_u32(skb, ETRUNK_A_MEMBER_LACP_PRIORITY,
			 c->lacp_priority)) ||
	    etrunk_lag_fill_counters(skb, ETRUNK_A_MEMBER_COUNTER, m->lag))
		return -EMSGSIZE;
	spin_lock_bh(&m->trunk->lock);
	err = fill_state(skb, m);
	spin_unlock_bh(&m->trunk->lock);
	return err;
}

int etrunk_nl_member_reset_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_member *m;
	int err = 0;

	m = get_member(info, &err);
	if (!m)
		return err;
	etrunk_lag_reset(m->lag);
	return 0;
}

int etrunk_nl_member_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_member *m;
	int err = 0;

	m = get_member(info, &err);
	if (!m)
		return err;
	return etrunk_nl_reply(info, ETRUNK_CMD_MEMBER_GET, fill, m);
}

int etrunk_nl_member_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	struct etrunk_net *en = etrunk_net(sock_net(skb->sk));
	struct etrunk_member *m;
	struct etrunk_trunk *t;
	long i = 0;

	list_for_each_entry(t, &en->trunks, node) {
		list_for_each_entry(m, &t->members, node) {
			if (i++ < cb->args[0])
				continue;
			if (etrunk_nl_dump_one(skb, cb, ETRUNK_CMD_MEMBER_GET,
					       fill, m))
				return skb->len;
			cb->args[0] = i;
		}
	}
	return skb->len;
}
