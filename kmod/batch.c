// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of the configuration, one by one or several as one.
 *
 * A _NEW or _SET handler validates what the command says for itself, makes
 * whatever can fail to be made, and hands the result over as a step: for a
 * _NEW the inert object, for a _SET a plan, the settings to have. A command of
 * its own is a batch of one step. ETRUNK_CMD_BATCH runs the handlers of all its
 * operations first; then
 *
 * (1) every step is checked against the configuration that all of them lead to.
 *     Objects are compared by what is wanted of them (etrunk_batch_wanted()), so
 *     two services may exchange their PWs in one batch, and may not both take
 *     the same one;
 * (2) all are committed in the order given, which cannot fail. Or, if anything
 *     was refused, all are undone, newest first: nothing has happened.
 *
 * Everything is under one hold of RTNL.
 */
#include <linux/hashtable.h>
#include <linux/slab.h>

#include "etrunk.h"
#include "netlink.h"

/**
 * struct step - one prepared change
 * @node: in etrunk_batch.steps in order
 * @hash: in etrunk_batch.wanted, if it changes an object that was there
 * @ops: what to do with it
 * @obj: the object
 * @attrs: of the command, for refusals
 * @op: the operation, for refusals without an attribute of their own
 * @plan: what the handler prepared
 */
struct step {
	struct list_head node;
	struct hlist_node hash;
	const struct etrunk_batch_ops *ops;
	void *obj;
	struct nlattr **attrs;
	const struct nlattr *op;
	unsigned long plan[];
};

/**
 * struct etrunk_batch - a batch at work
 * @steps: struct step in order
 * @wanted: those of _SETs by object, the newest first
 * @ops: attribute arrays of the operations
 * @op: the operation at work, NULL for a command of its own
 * @nest: its nest of attributes
 */
struct etrunk_batch {
	struct list_head steps;
	DECLARE_HASHTABLE(wanted, 8);
	struct list_head ops;
	const struct nlattr *op;
	const struct nlattr *nest;
};

/* the attributes of an operation, which its steps point to */
struct op_attrs {
	struct list_head node;
	struct nlattr *attrs[];
};

const struct nla_policy etrunk_nl_batch_policy[ETRUNK_A_BATCH_MAX + 1] = {
	[ETRUNK_A_BATCH_OP] = { .type = NLA_NESTED },
};

static const struct nla_policy op_policy[ETRUNK_A_OP_MAX + 1] = {
	[ETRUNK_A_OP_CMD] = NLA_POLICY_MAX(NLA_U32, ETRUNK_CMD_MAX),
	[ETRUNK_A_OP_ATTRS] = { .type = NLA_NESTED },
};

/* ------------------------------------------------------------------ steps */

static struct etrunk_batch *batch_alloc(void)
{
	struct etrunk_batch *batch = kzalloc(sizeof(*batch), GFP_KERNEL);

	if (!batch)
		return NULL;
	INIT_LIST_HEAD(&batch->steps);
	INIT_LIST_HEAD(&batch->ops);
	hash_init(batch->wanted);
	return batch;
}

static int check_all(struct etrunk_batch *batch,
		     struct netlink_ext_ack *extack)
{
	struct step *step;
	int err;

	list_for_each_entry(step, &batch->steps, node) {
		if (!step->ops->check)
			continue;
		err = step->ops->check(step->obj, step->attrs, extack);
		if (!err)
			continue;
		if (extack && !extack->bad_attr)
			extack->bad_attr = step->op;
		return err;
	}
	return 0;
}

static void commit_all(struct etrunk_batch *batch)
{
	struct step *step, *tmp;

	list_for_each_entry_safe(step, tmp, &batch->steps, node) {
		step->ops->commit(step->obj, step->plan);
		kfree_sensitive(step);
	}
}

static void undo_all(struct etrunk_batch *batch)
{
	struct step *step, *tmp;

	list_for_each_entry_safe_reverse(step, tmp, &batch->steps, node) {
		if (step->ops->undo)
			step->ops->undo(step->obj, step->plan);
		kfree_sensitive(step);
	}
}

/* All handlers have run, the last one with @err: let it happen, or nothing. */
static int batch_finish(struct etrunk_net *en, int err,
			struct netlink_ext_ack *extack)
{
	struct etrunk_batch *batch = en->batch;
	struct op_attrs *op, *tmp;

	if (!err)
		err = check_all(batch, extack);
	/* from here on what is there is what is wanted */
	en->batch = NULL;
	if (err)
		undo_all(batch);
	else
		commit_all(batch);

	list_for_each_entry_safe(op, tmp, &batch->ops, node)
		kfree(op);
	kfree(batch);
	return err;
}

static int add_step(struct genl_info *info, const struct etrunk_batch_ops *ops,
		    void *obj, const void *plan, size_t size, bool wanted)
{
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	struct etrunk_batch *batch = en->batch;
	struct step *step;

	step = kzalloc(sizeof(*step) + size, GFP_KERNEL);
	if (!step)
		return -ENOMEM;
	step->ops = ops;
	step->obj = obj;
	step->attrs = info->attrs;
	step->op = batch->op;
	if (size)
		memcpy(step->plan, plan, size);
	list_add_tail(&step->node, &batch->steps);
	if (wanted)
		hash_add(batch->wanted, &step->hash, (unsigned long)obj);
	return 0;
}

static int run_step(struct genl_info *info, const struct etrunk_batch_ops *ops,
		    void *obj, void *plan, size_t size, bool wanted)
{
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	bool alone = !en->batch;
	int err;

	ASSERT_RTNL();
	if (alone)
		en->batch = batch_alloc();
	err = en->batch ? add_step(info, ops, obj, plan, size, wanted) :
			  -ENOMEM;
	if (err && ops->undo)
		ops->undo(obj, plan);
	if (alone && en->batch) {
		en->batch_id++;
		err = batch_finish(en, err, info->extack);
	}
	return err;
}

/**
 * etrunk_batch_set - change an object, now or with its batch
 * @info: the command
 * @ops: how
 * @obj: the object
 * @plan: what its @ops take; copied, and what it points to is theirs
 * @size: of @plan
 *
 * Under RTNL. Return: 0 or a negative errno, and then it is undone.
 */
int etrunk_batch_set(struct genl_info *info, const struct etrunk_batch_ops *ops,
		     void *obj, void *plan, size_t size)
{
	return run_step(info, ops, obj, plan, size, true);
}

/**
 * etrunk_batch_wanted - the newest plan for an object
 * @en: namespace
 * @obj: as given to etrunk_batch_set()
 *
 * Under RTNL. Return: the plan of the batch being prepared or checked, NULL if
 * the object stays as it is.
 */
const void *etrunk_batch_wanted(const struct etrunk_net *en, const void *obj)
{
	const struct step *step;

	ASSERT_RTNL();
	if (!en->batch)
		return NULL;
	hash_for_each_possible(en->batch->wanted, step, hash,
			       (unsigned long)obj)
		if (step->obj == obj)
			return step->plan;
	return NULL;
}

/**
 * etrunk_batch_new - let a new object act, now or with its batch
 * @info: the command
 * @ops: commit starts the object, undo takes it away without an event; their
 *	plan is of no size
 * @obj: created, linked, inert
 *
 * Under RTNL. Return: 0 or a negative errno, and then it is undone.
 */
int etrunk_batch_new(struct genl_info *info, const struct etrunk_batch_ops *ops,
		     void *obj)
{
	return run_step(info, ops, obj, NULL, 0, false);
}

/* ---------------------------------------------------------------- netlink */

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
		*len = nla_len(en->batch->nest);
		return nla_data(en->batch->nest);
	}
	*len = nlmsg_attrlen(info->nlhdr, GENL_HDRLEN);
	return nlmsg_attrdata(info->nlhdr, GENL_HDRLEN);
}

static bool is_possible(u32 cmd)
{
	switch (cmd) {
	case ETRUNK_CMD_SYSTEM_SET:
	case ETRUNK_CMD_TRUNK_NEW:
	case ETRUNK_CMD_TRUNK_SET:
	case ETRUNK_CMD_MEMBER_NEW:
	case ETRUNK_CMD_MEMBER_SET:
	case ETRUNK_CMD_BFD_NEW:
	case ETRUNK_CMD_BFD_SET:
	case ETRUNK_CMD_CORE_NEW:
	case ETRUNK_CMD_PW_NEW:
	case ETRUNK_CMD_PW_SET:
	case ETRUNK_CMD_VPWS_NEW:
	case ETRUNK_CMD_VPWS_SET:
		return true;
	default:
		return false;
	}
}

static int run_op(struct sk_buff *skb, struct genl_info *info,
		  struct nlattr *attr, struct etrunk_batch *batch)
{
	struct netlink_ext_ack *extack = info->extack;
	struct nlattr *op[ETRUNK_A_OP_MAX + 1];
	struct genl_info sub = *info;
	const struct genl_ops *row;
	struct op_attrs *parsed;
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
	if (!row || !is_possible(cmd)) {
		NL_SET_ERR_MSG_ATTR(extack, op[ETRUNK_A_OP_CMD],
				    "a batch takes new and set commands only");
		return -EOPNOTSUPP;
	}

	parsed = kzalloc(struct_size(parsed, attrs, row->maxattr + 1),
			 GFP_KERNEL);
	if (!parsed)
		return -ENOMEM;
	list_add_tail(&parsed->node, &batch->ops);
	err = nla_parse_nested(parsed->attrs, row->maxattr,
			       op[ETRUNK_A_OP_ATTRS], row->policy, extack);
	if (err)
		return err;

	sub.attrs = parsed->attrs;
	batch->op = attr;
	batch->nest = op[ETRUNK_A_OP_ATTRS];
	err = row->doit(skb, &sub);
	/* say at least which operation it was */
	if (err && extack && !extack->bad_attr)
		extack->bad_attr = attr;
	return err;
}

int etrunk_nl_batch_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	struct nlattr *attr;
	int rem, err = 0;

	en->batch = batch_alloc();
	if (!en->batch)
		return -ENOMEM;
	en->batch_id++;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != ETRUNK_A_BATCH_OP)
			continue;
		err = run_op(skb, info, attr, en->batch);
		if (err)
			break;
	}
	return batch_finish(en, err, info->extack);
}
