// SPDX-License-Identifier: GPL-2.0
/*
 * ETRUNK_CMD_BATCH: several _NEW and _SET commands as one change. All of it
 * happens under one hold of RTNL, in two passes over the operations:
 *
 * (1) Each command's own handler runs while en->batch checks: a _SET validates
 *     and stops there; a _NEW creates its object inert and registers it here,
 *     so that later operations find it by name. The first refusal destroys
 *     what was created, newest first, and nothing has happened.
 * (2) New objects are started and _SETs run again, this time for good, in the
 *     order given. Only a want of memory can fail here.
 */
#include <linux/slab.h>

#include "etrunk.h"
#include "netlink.h"

/* a new object of the batch, inert until pass 2 */
struct etrunk_batch_new {
	struct list_head node;
	void *obj;
	void (*start)(void *obj);
	void (*destroy)(void *obj);
};

/**
 * struct etrunk_batch - a batch at work
 * @news: struct etrunk_batch_new in order
 * @checking: pass 1
 * @attrs: nest of attributes of the operation at work
 */
struct etrunk_batch {
	struct list_head news;
	bool checking;
	const struct nlattr *attrs;
};

const struct nla_policy etrunk_nl_batch_policy[ETRUNK_A_BATCH_MAX + 1] = {
	[ETRUNK_A_BATCH_OP] = { .type = NLA_NESTED },
};

static const struct nla_policy op_policy[ETRUNK_A_OP_MAX + 1] = {
	[ETRUNK_A_OP_CMD] = NLA_POLICY_MAX(NLA_U32, ETRUNK_CMD_MAX),
	[ETRUNK_A_OP_ATTRS] = { .type = NLA_NESTED },
};

/**
 * etrunk_batch_new - let a new object act, now or with its batch
 * @en: namespace
 * @obj: created, linked, inert
 * @start: lets it act; cannot fail
 * @destroy: takes an inert object away, without an event
 *
 * Under RTNL. Return: 0, or -ENOMEM, and then @obj is destroyed.
 */
int etrunk_batch_new(struct etrunk_net *en, void *obj,
		     void (*start)(void *obj), void (*destroy)(void *obj))
{
	struct etrunk_batch_new *new;

	ASSERT_RTNL();
	if (!en->batch) {
		start(obj);
		return 0;
	}

	new = kmalloc(sizeof(*new), GFP_KERNEL);
	if (!new) {
		destroy(obj);
		return -ENOMEM;
	}
	new->obj = obj;
	new->start = start;
	new->destroy = destroy;
	list_add_tail(&new->node, &en->batch->news);
	return 0;
}

/**
 * etrunk_batch_checking - is this a _SET's validation only?
 * @en: namespace
 *
 * Under RTNL. Return: true if the handler shall return before any effect.
 */
bool etrunk_batch_checking(const struct etrunk_net *en)
{
	return en->batch && en->batch->checking;
}

/**
 * etrunk_nl_attrs - the attributes of a command in the order given
 * @info: the request, or a batch's operation made to look like one
 * @len: their length
 *
 * For attributes that may come several times, of which info->attrs has but the
 * last. Under RTNL. Return: the first one, for nla_for_each_attr().
 */
const struct nlattr *etrunk_nl_attrs(struct genl_info *info, int *len)
{
	const struct etrunk_net *en = etrunk_net(genl_info_net(info));

	if (en->batch) {
		*len = nla_len(en->batch->attrs);
		return nla_data(en->batch->attrs);
	}
	*len = nlmsg_attrlen(info->nlhdr, GENL_HDRLEN);
	return nlmsg_attrdata(info->nlhdr, GENL_HDRLEN);
}

static bool is_new(u32 cmd)
{
	switch (cmd) {
	case ETRUNK_CMD_TRUNK_NEW:
	case ETRUNK_CMD_MEMBER_NEW:
	case ETRUNK_CMD_BFD_NEW:
	case ETRUNK_CMD_CORE_NEW:
	case ETRUNK_CMD_PW_NEW:
	case ETRUNK_CMD_VPWS_NEW:
		return true;
	default:
		return false;
	}
}

static bool is_set(u32 cmd)
{
	switch (cmd) {
	case ETRUNK_CMD_SYSTEM_SET:
	case ETRUNK_CMD_TRUNK_SET:
	case ETRUNK_CMD_MEMBER_SET:
	case ETRUNK_CMD_BFD_SET:
	case ETRUNK_CMD_PW_SET:
	case ETRUNK_CMD_VPWS_SET:
		return true;
	default:
		return false;
	}
}

/* start the oldest object that is still inert */
static void start_next(struct etrunk_batch *batch)
{
	struct etrunk_batch_new *new;

	new = list_first_entry_or_null(&batch->news, struct etrunk_batch_new,
				       node);
	if (!new)
		return;
	list_del(&new->node);
	new->start(new->obj);
	kfree(new);
}

static void destroy_all(struct etrunk_batch *batch)
{
	struct etrunk_batch_new *new, *tmp;

	list_for_each_entry_safe_reverse(new, tmp, &batch->news, node) {
		list_del(&new->node);
		new->destroy(new->obj);
		kfree(new);
	}
}

static int run_op(struct sk_buff *skb, struct genl_info *info,
		  struct nlattr *attr, struct etrunk_batch *batch)
{
	struct netlink_ext_ack *extack = info->extack;
	struct nlattr *op[ETRUNK_A_OP_MAX + 1];
	struct genl_info sub = *info;
	const struct genl_ops *row;
	struct nlattr **attrs;
	u32 cmd;
	int err;

	err = nla_parse_nested(op, ETRUNK_A_OP_MAX, attr, op_policy, extack);
	if (err)
		return err;
	if (!op[ETRUNK_A_OP_CMD] || !op[ETRUNK_A_OP_ATTRS]) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "an operation has a command and attributes");
		return -EINVAL;
	}

	cmd = nla_get_u32(op[ETRUNK_A_OP_CMD]);
	row = etrunk_nl_op(cmd);
	if (!row || !(is_new(cmd) || is_set(cmd))) {
		NL_SET_ERR_MSG_ATTR(extack, op[ETRUNK_A_OP_CMD],
				    "a batch takes new and set commands only");
		return -EOPNOTSUPP;
	}

	if (!batch->checking && is_new(cmd)) {
		start_next(batch);
		return 0;
	}

	attrs = kcalloc(row->maxattr + 1, sizeof(*attrs), GFP_KERNEL);
	if (!attrs)
		return -ENOMEM;
	err = nla_parse_nested(attrs, row->maxattr, op[ETRUNK_A_OP_ATTRS],
			       row->policy, extack);
	if (!err) {
		sub.attrs = attrs;
		batch->attrs = op[ETRUNK_A_OP_ATTRS];
		err = row->doit(skb, &sub);
		/* say at least which operation it was */
		if (err && extack && !extack->bad_attr)
			extack->bad_attr = attr;
	}
	kfree(attrs);
	return err;
}

static int run_pass(struct sk_buff *skb, struct genl_info *info,
		    struct etrunk_batch *batch)
{
	struct nlattr *attr;
	int err, rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != ETRUNK_A_BATCH_OP)
			continue;
		err = run_op(skb, info, attr, batch);
		if (err)
			return err;
	}
	return 0;
}

int etrunk_nl_batch_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	struct etrunk_batch batch = { .checking = true };
	int err;

	INIT_LIST_HEAD(&batch.news);
	en->batch = &batch;
	en->batch_id++;
	err = run_pass(skb, info, &batch);
	if (err) {
		destroy_all(&batch);
	} else {
		batch.checking = false;
		err = run_pass(skb, info, &batch);
		/* whatever a want of memory left unstarted still starts */
		while (!list_empty(&batch.news))
			start_next(&batch);
	}
	en->batch = NULL;
	return err;
}
