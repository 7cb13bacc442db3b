// SPDX-License-Identifier: GPL-2.0
/* Netlink of services. */
#include <net/sock.h>

#include "netlink.h"
#include "pw.h"

const struct nla_policy etrunk_nl_vpws_policy[ETRUNK_A_VPWS_MAX + 1] = {
	[ETRUNK_A_VPWS_NAME] = { .type = NLA_NUL_STRING,
				 .len = ETRUNK_NAME_LEN - 1 },
	[ETRUNK_A_VPWS_AC] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[ETRUNK_A_VPWS_AC_IFINDEX] = { .type = NLA_REJECT },
	[ETRUNK_A_VPWS_PW] = { .type = NLA_NUL_STRING,
			       .len = ETRUNK_NAME_LEN - 1 },
	[ETRUNK_A_VPWS_REDUNDANCY] = NLA_POLICY_RANGE(NLA_U32,
						ETRUNK_REDUNDANCY_INDEPENDENT,
						ETRUNK_REDUNDANCY_NONE),
	[ETRUNK_A_VPWS_PRECEDENCE] = NLA_POLICY_RANGE(NLA_U32,
						ETRUNK_PRECEDENCE_PW_ID,
						ETRUNK_PRECEDENCE_CONFIGURED),
	[ETRUNK_A_VPWS_DUAL_RECEIVE] = NLA_POLICY_MAX(NLA_U32, 1),
	[ETRUNK_A_VPWS_SWITCHOVER_TO] = { .type = NLA_NUL_STRING,
					  .len = ETRUNK_NAME_LEN - 1 },
	[ETRUNK_A_VPWS_AC_STATE ... ETRUNK_A_VPWS_PAD] = { .type = NLA_REJECT },
	[ETRUNK_A_VPWS_L2_CONTROL] = NLA_POLICY_RANGE(NLA_U32,
						ETRUNK_L2_CONTROL_DROP,
						ETRUNK_L2_CONTROL_TUNNEL),
};

static int get_name(struct genl_info *info, char *name)
{
	const struct nlattr *attr = info->attrs[ETRUNK_A_VPWS_NAME];

	if (!attr) {
		NL_SET_ERR_MSG(info->extack, "name is missing");
		return -EINVAL;
	}
	return etrunk_nl_get_name(attr, name, info->extack);
}

static struct etrunk_vpws *get_vpws(struct genl_info *info)
{
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	char name[ETRUNK_NAME_LEN];
	struct etrunk_vpws *v;
	int err;

	err = get_name(info, name);
	if (err)
		return ERR_PTR(err);
	v = etrunk_vpws_find(en, name);
	if (!v) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[ETRUNK_A_VPWS_NAME],
				    "does not exist");
		return ERR_PTR(-ENOENT);
	}
	return v;
}

static int refuse_twice(struct genl_info *info, const struct nlattr *attr,
			const struct etrunk_pw *pw,
			const struct etrunk_vpws_cfg *cfg)
{
	unsigned int i;

	for (i = 0; i < cfg->n; i++) {
		if (cfg->pw[i] != pw)
			continue;
		etrunk_nl_err(info->extack, attr, "pw %s is given twice",
			      pw->cfg.name);
		return -EINVAL;
	}
	return 0;
}

/* The PW attributes in order; the policy has seen them all. */
static int get_pws(struct genl_info *info, struct etrunk_vpws_cfg *cfg)
{
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	const struct nlattr *attr, *first;
	int len, rem, err;

	cfg->n = 0;
	memset(cfg->pw, 0, sizeof(cfg->pw));
	first = etrunk_nl_attrs(info, &len);
	nla_for_each_attr(attr, first, len, rem) {
		struct etrunk_pw *pw;

		if (nla_type(attr) != ETRUNK_A_VPWS_PW)
			continue;
		if (cfg->n == ETRUNK_VPWS_PWS_MAX) {
			etrunk_nl_err(info->extack, attr, "at most %u pws",
				      ETRUNK_VPWS_PWS_MAX);
			return -ENOSPC;
		}
		pw = etrunk_pw_find(en, nla_data(attr));
		if (!pw) {
			etrunk_nl_err(info->extack, attr, "no pw %s",
				      (const char *)nla_data(attr));
			return -ENOENT;
		}
		err = refuse_twice(info, attr, pw, cfg);
		if (err)
			return err;
		cfg->pw[cfg->n++] = pw;
	}
	return 0;
}

/* What _NEW and _SET have in common. */
static int get_changeable(struct genl_info *info,
			  struct etrunk_vpws_cfg *cfg)
{
	struct nlattr **a = info->attrs;
	int err;

	if (a[ETRUNK_A_VPWS_REDUNDANCY])
		cfg->redundancy = nla_get_u32(a[ETRUNK_A_VPWS_REDUNDANCY]);
	if (a[ETRUNK_A_VPWS_PRECEDENCE])
		cfg->precedence = nla_get_u32(a[ETRUNK_A_VPWS_PRECEDENCE]);
	if (a[ETRUNK_A_VPWS_DUAL_RECEIVE])
		cfg->dual_receive =
			nla_get_u32(a[ETRUNK_A_VPWS_DUAL_RECEIVE]);
	if (a[ETRUNK_A_VPWS_L2_CONTROL])
		cfg->l2_control = nla_get_u32(a[ETRUNK_A_VPWS_L2_CONTROL]);
	if (a[ETRUNK_A_VPWS_PW]) {
		err = get_pws(info, cfg);
		if (err)
			return err;
	}
	if (cfg->redundancy == ETRUNK_REDUNDANCY_NONE && cfg->n > 1) {
		NL_SET_ERR_MSG_ATTR(info->extack, a[ETRUNK_A_VPWS_PW],
				    "without redundancy there is one pw");
		return -EINVAL;
	}
	return 0;
}

static int get_new(struct genl_info *info, struct etrunk_vpws_cfg *cfg)
{
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	struct nlattr **a = info->attrs;
	struct net_device *dev;
	int err;

	err = get_name(info, cfg->name);
	if (err)
		return err;
	if (etrunk_vpws_find(en, cfg->name)) {
		etrunk_nl_err(info->extack, a[ETRUNK_A_VPWS_NAME],
			      "vpws %s exists", cfg->name);
		return -EEXIST;
	}
	if (!a[ETRUNK_A_VPWS_AC] || !a[ETRUNK_A_VPWS_PW]) {
		etrunk_nl_err(info->extack, NULL, "%s is missing",
			      a[ETRUNK_A_VPWS_AC] ? "pw" : "ac");
		return -EINVAL;
	}

	cfg->redundancy = ETRUNK_REDUNDANCY_INDEPENDENT;
	cfg->precedence = ETRUNK_PRECEDENCE_PW_ID;
	cfg->dual_receive = true;
	cfg->l2_control = ETRUNK_L2_CONTROL_DROP;
	err = get_changeable(info, cfg);
	if (err)
		return err;

	nla_strscpy(cfg->ac, a[ETRUNK_A_VPWS_AC], sizeof(cfg->ac));
	dev = __dev_get_by_name(en->net, cfg->ac);
	if (!dev) {
		NL_SET_ERR_MSG_ATTR(info->extack, a[ETRUNK_A_VPWS_AC],
				    "no such device");
		return -ENODEV;
	}
	/* by its own name, which it keeps for when it comes again */
	strscpy(cfg->ac, dev->name, sizeof(cfg->ac));
	err = etrunk_ac_check(en, dev, info->extack);
	if (err && info->extack)
		info->extack->bad_attr = a[ETRUNK_A_VPWS_AC];
	return err;
}

static int check(void *obj, struct nlattr **attrs,
		 struct netlink_ext_ack *extack)
{
	return etrunk_vpws_check(obj, extack);
}

static void start(void *obj, void *plan)
{
	etrunk_vpws_start(obj);
}

static void destroy(void *obj, void *plan)
{
	etrunk_vpws_destroy(obj);
}

static const struct etrunk_batch_ops new_ops = {
	.check = check,
	.commit = start,
	.undo = destroy,
};

int etrunk_nl_vpws_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	struct etrunk_vpws_cfg cfg;
	struct etrunk_vpws *v;
	int err;

	memset(&cfg, 0, sizeof(cfg));
	err = get_new(info, &cfg);
	if (err)
		return err;
	v = etrunk_vpws_create(en, &cfg, info->extack);
	if (IS_ERR(v))
		return PTR_ERR(v);
	return etrunk_batch_new(info, &new_ops, v);
}

static void commit(void *obj, void *plan)
{
	etrunk_vpws_set(obj, plan);
}

static void undo(void *obj, void *data)
{
	const struct etrunk_vpws_plan *plan = data;

	kfree(plan->set);
}

static const struct etrunk_batch_ops set_ops = {
	.check = check,
	.commit = commit,
	.undo = undo,
};

static bool same_pws(const struct etrunk_vpws_cfg *a,
		     const struct etrunk_vpws_cfg *b)
{
	return a->n == b->n && !memcmp(a->pw, b->pw, sizeof(a->pw));
}

int etrunk_nl_vpws_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *ac = info->attrs[ETRUNK_A_VPWS_AC];
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	const struct etrunk_vpws_plan *wanted;
	struct etrunk_vpws *v = get_vpws(info);
	const struct etrunk_vpws_cfg *base;
	struct etrunk_vpws_plan plan = {};
	int err;

	if (IS_ERR(v))
		return PTR_ERR(v);
	if (ac && nla_strcmp(ac, v->cfg.ac)) {
		NL_SET_ERR_MSG_ATTR(info->extack, ac, "fixed at creation");
		return -EOPNOTSUPP;
	}
	wanted = etrunk_batch_wanted(en, v);
	base = wanted ? &wanted->cfg : &v->cfg;
	memcpy(&plan.cfg, base, sizeof(plan.cfg));
	err = get_changeable(info, &plan.cfg);
	if (err)
		return err;
	if (!same_pws(&plan.cfg, base)) {
		plan.set = etrunk_vpws_set_alloc(&plan.cfg);
		if (!plan.set)
			return -ENOMEM;
	}
	return etrunk_batch_set(info, &set_ops, v, &plan, sizeof(plan));
}

int etrunk_nl_vpws_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_vpws *v = get_vpws(info);

	if (IS_ERR(v))
		return PTR_ERR(v);
	etrunk_vpws_destroy(v);
	return 0;
}

int etrunk_nl_vpws_switchover_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[ETRUNK_A_VPWS_SWITCHOVER_TO];
	struct etrunk_vpws *v = get_vpws(info);
	struct etrunk_pw *pw;
	int err;

	if (IS_ERR(v))
		return PTR_ERR(v);
	if (!attr) {
		NL_SET_ERR_MSG(info->extack, "the pw to switch to is missing");
		return -EINVAL;
	}
	pw = etrunk_pw_find(v->en, nla_data(attr));
	if (!pw) {
		etrunk_nl_err(info->extack, attr, "no pw %s",
			      (const char *)nla_data(attr));
		return -ENOENT;
	}
	err = etrunk_vpws_switchover(v, pw, info->extack);
	if (err && info->extack)
		info->extack->bad_attr = attr;
	return err;
}

static int fill_switch(struct sk_buff *skb, const struct etrunk_vpws *v)
{
	if (!v->switch_time)
		return 0;
	return etrunk_nl_put_u64(skb, ETRUNK_A_VPWS_LAST_SWITCH_TIME,
				 v->switch_time) ||
	       nla_put_string(skb, ETRUNK_A_VPWS_LAST_SWITCH_FROM,
			      v->switch_from) ||
	       nla_put_string(skb, ETRUNK_A_VPWS_LAST_SWITCH_TO,
			      v->switch_to) ||
	       nla_put_string(skb, ETRUNK_A_VPWS_LAST_SWITCH_REASON,
			      v->switch_reason);
}

static int fill_state(struct sk_buff *skb, struct etrunk_vpws *v)
{
	const struct etrunk_vpws_set *set = rtnl_dereference(v->set);
	int err;

	spin_lock_bh(&v->lock);
	err = nla_put_u32(skb, ETRUNK_A_VPWS_AC_STATE, v->ac_state) ||
	      (v->selected != ETRUNK_PW_NONE &&
	       nla_put_string(skb, ETRUNK_A_VPWS_ACTIVE_PW,
			      set->pw[v->selected]->cfg.name)) ||
	      nla_put_u32(skb, ETRUNK_A_VPWS_SWITCHOVERS, v->switchovers) ||
	      fill_switch(skb, v);
	spin_unlock_bh(&v->lock);
	return err ? -EMSGSIZE : 0;
}

static int fill_vpws(struct sk_buff *skb, const void *obj)
{
	struct etrunk_vpws *v = (struct etrunk_vpws *)obj;
	const struct net_device *ac = rtnl_dereference(v->ac);
	unsigned int i;

	if (nla_put_string(skb, ETRUNK_A_VPWS_NAME, v->cfg.name) ||
	    nla_put_string(skb, ETRUNK_A_VPWS_AC, v->cfg.ac) ||
	    (ac && nla_put_u32(skb, ETRUNK_A_VPWS_AC_IFINDEX, ac->ifindex)) ||
	    nla_put_u32(skb, ETRUNK_A_VPWS_REDUNDANCY, v->cfg.redundancy) ||
	    nla_put_u32(skb, ETRUNK_A_VPWS_PRECEDENCE, v->cfg.precedence) ||
	    nla_put_u32(skb, ETRUNK_A_VPWS_DUAL_RECEIVE, v->cfg.dual_receive) ||
	    nla_put_u32(skb, ETRUNK_A_VPWS_L2_CONTROL, v->cfg.l2_control))
		return -EMSGSIZE;
	for (i = 0; i < v->cfg.n; i++)
		if (nla_put_string(skb, ETRUNK_A_VPWS_PW,
				   v->cfg.pw[i]->cfg.name))
			return -EMSGSIZE;
	if (fill_state(skb, v))
		return -EMSGSIZE;
	return etrunk_vpws_fill_counters(skb, ETRUNK_A_VPWS_COUNTER, v);
}

int etrunk_nl_vpws_reset_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_vpws *v = get_vpws(info);

	if (IS_ERR(v))
		return PTR_ERR(v);
	etrunk_vpws_reset(v);
	return 0;
}

int etrunk_nl_vpws_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_vpws *v = get_vpws(info);

	if (IS_ERR(v))
		return PTR_ERR(v);
	return etrunk_nl_reply(info, ETRUNK_CMD_VPWS_GET, fill_vpws, v);
}

int etrunk_nl_vpws_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct etrunk_net *en = etrunk_net(sock_net(skb->sk));
	struct etrunk_vpws *v;
	long i = 0;

	list_for_each_entry(v, &en->vpws, list) {
		if (i++ < cb->args[0])
			continue;
		if (etrunk_nl_dump_one(skb, cb, ETRUNK_CMD_VPWS_GET, fill_vpws,
				       v))
			break;
		cb->args[0] = i;
	}
	return skb->len;
}
