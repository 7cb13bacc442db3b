// SPDX-License-Identifier: GPL-2.0
/* See tool_kernel.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/genetlink.h>

#include <libmnl/libmnl.h>

#include "../../tool/cmds.h"
#include "tool_kernel.h"

#define FAMILY		0x30
#define PORTID		4711

struct list store[KINDS];
unsigned int changes;		/* messages that changed something */
const char *refuse_object;	/* word of what NEW and SET refuse */
bool no_module;

static struct {
	char buf[65536];
	size_t len;
} reply;

static char request[1 << 20] __attribute__((aligned(8)));

int kind(const struct object *obj)
{
	int i;

	for (i = 0; objects[i] != obj; i++)
		;
	return i;
}

static struct nlmsghdr *reply_start(uint16_t type, uint16_t flags)
{
	const struct nlmsghdr *req = (void *)request;
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(reply.buf + reply.len);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	nlh->nlmsg_seq = req->nlmsg_seq;
	nlh->nlmsg_pid = PORTID;
	return nlh;
}

static void reply_end(struct nlmsghdr *nlh)
{
	reply.len += MNL_ALIGN(nlh->nlmsg_len);
}

/**
 * struct refusal - an error as the kernel gives it
 * @err: errno
 * @msg: text, NULL: none
 * @at: attribute at fault
 * @range: of a policy
 */
struct refusal {
	int err;
	const char *msg;
	const struct nlattr *at;
	const struct key *range;
};

static void reply_error(const struct refusal *r)
{
	struct nlmsghdr *nlh = reply_start(NLMSG_ERROR, NLM_F_CAPPED |
					   (r->msg ? NLM_F_ACK_TLVS : 0));
	struct nlmsgerr *e = mnl_nlmsg_put_extra_header(nlh, sizeof(*e));
	struct nlattr *nest;

	e->error = -r->err;
	if (r->msg) {
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, r->msg);
		if (r->at)
			mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS,
					 (const char *)r->at - request);
		if (r->range) {
			nest = mnl_attr_nest_start(nlh, NLMSGERR_ATTR_POLICY);
			mnl_attr_put_u64(nlh, NL_POLICY_TYPE_ATTR_MIN_VALUE_U,
					 r->range->min);
			mnl_attr_put_u64(nlh, NL_POLICY_TYPE_ATTR_MAX_VALUE_U,
					 r->range->max);
			mnl_attr_nest_end(nlh, nest);
		}
	}
	reply_end(nlh);
}

static void reply_inst(const struct inst *in, uint16_t flags)
{
	struct nlmsghdr *nlh = reply_start(FAMILY, flags);
	struct genlmsghdr *genl;
	unsigned int i;
	int attr;

	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = in->obj->cmd_get;
	for (attr = 1; attr < ATTR_MAX; attr++)
		for (i = 0; i < in->v[attr].n; i++)
			mnl_attr_put(nlh, attr, in->v[attr].it[i].len,
				     in->v[attr].it[i].data);
	reply_end(nlh);
}

static void reply_family(void)
{
	struct nlmsghdr *nlh = reply_start(GENL_ID_CTRL, 0);
	struct genlmsghdr *genl;

	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = CTRL_CMD_NEWFAMILY;
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
	reply_end(nlh);
}

static const struct nlattr *attr_of(const void *attrs, size_t len,
				    uint16_t type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_payload(attrs, len)
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

static void store_key(struct inst *to, const struct inst *in)
{
	struct inst *keys = inst_new(in->obj);
	const struct secrets *s = in->obj->secrets;
	uint32_t id = 1, n;
	struct item key;
	unsigned int i;

	if (inst_has(in, s->id))
		id = inst_num(in, s->id);
	if (inst_has(in, s->del))
		id = inst_num(in, s->del);
	for (i = 0; i < to->v[s->nest].n; i++)
		if (secret_get(to, &to->v[s->nest].it[i], &n, &key) &&
		    n != id)
			secret_put(keys, n, &key);
	if (inst_has(in, s->key))
		secret_put(keys, id, in->v[s->key].it);
	inst_copy(to, keys, s->nest);
	inst_free(keys);
	inst_clear(to, s->key);
	inst_clear(to, s->id);
	inst_clear(to, s->del);
	inst_clear(to, s->ids);
	for (i = 0; i < to->v[s->nest].n; i++)
		if (secret_get(to, &to->v[s->nest].it[i], &n, &key))
			inst_put_u32(to, s->ids, n);
}

void put_defaults(struct inst *in)
{
	const struct key *k;

	for (k = in->obj->keys; k->attr || k->json; k++)
		if (k->def && !(k->flags & K_NOSAVE) && !inst_has(in, k->attr))
			inst_parse_value(in, k, k->def);
}

static struct inst *stored(const struct inst *like)
{
	list_sort(&store[kind(like->obj)]);
	return list_find(&store[kind(like->obj)], like);
}

static bool names_it(const struct val *v, const struct inst *in)
{
	const struct item *id = &in->v[in->obj->id_attr].it[0];
	unsigned int n;

	for (n = 0; n < v->n; n++)
		if (v->it[n].len == id->len &&
		    !memcmp(v->it[n].data, id->data, id->len))
			return true;
	return false;
}

static bool in_use(const struct inst *in)
{
	const struct key *k;
	unsigned int j;
	int i;

	for (i = 0; objects[i]; i++)
		for (k = objects[i]->keys; k->attr || k->json; k++)
			for (j = 0; k->ref && j < store[i].n; j++)
				if (!strcmp(k->ref, in->obj->word) &&
				    names_it(&store[i].in[j]->v[k->attr], in))
					return true;
	return false;
}

/* Is @a's value one that @obj's table allows? */
static bool out_of_range(const struct object *obj, const struct nlattr *a,
			 struct refusal *r)
{
	const struct key *k;

	for (k = obj->keys; k->attr || k->json; k++) {
		if (k->attr != mnl_attr_get_type(a) || !k->max ||
		    mnl_attr_get_payload_len(a) != 4)
			continue;
		if (mnl_attr_get_u32(a) >= k->min &&
		    mnl_attr_get_u32(a) <= k->max)
			continue;
		r->err = ERANGE;
		r->msg = "integer out of range";
		r->at = a;
		r->range = k;
		return true;
	}
	return false;
}

static bool any_out_of_range(const struct object *obj, const void *attrs,
			     size_t len, struct refusal *r)
{
	const struct nlattr *attr;

	mnl_attr_for_each_payload(attrs, len)
		if (out_of_range(obj, attr, r))
			return true;
	return false;
}

static void change(uint8_t cmd, const void *attrs, size_t len, bool dry,
		   struct refusal *r)
{
	const struct object *obj = NULL;
	struct inst *in, *have;
	int i, attr;

	for (i = 0; objects[i]; i++)
		if (objects[i]->cmd_new == cmd || objects[i]->cmd_set == cmd ||
		    objects[i]->cmd_del == cmd)
			obj = objects[i];
	if (!obj) {
		r->err = EOPNOTSUPP;
		return;
	}
	if (any_out_of_range(obj, attrs, len, r))
		return;
	in = inst_new(obj);
	inst_decode(in, attrs, len);
	have = stored(in);
	r->at = obj->id ? attr_of(attrs, len, obj->id_attr) : NULL;
	if (refuse_object && !strcmp(refuse_object, obj->word)) {
		r->err = EINVAL;
		r->msg = "this one is refused";
	} else if (cmd == obj->cmd_new && have) {
		r->err = EEXIST;
		r->msg = "exists already";
	} else if (cmd != obj->cmd_new && !have && obj->id) {
		r->err = ENOENT;
		r->msg = "does not exist";
	} else if (cmd == obj->cmd_del && in_use(in)) {
		r->err = EBUSY;
		r->msg = "is in use";
	}
	if (r->err || dry) {
		/* a new one is there for the rest of the batch */
		if (!r->err && cmd == obj->cmd_new)
			list_add(&store[kind(obj)], in);
		else
			inst_free(in);
		return;
	}
	changes++;
	if (cmd == obj->cmd_del) {
		struct list *l = &store[kind(obj)];

		for (i = 0; l->in[i] != have; i++)
			;
		inst_free(have);
		l->in[i] = l->in[--l->n];
		inst_free(in);
		return;
	}
	if (cmd == obj->cmd_new) {
		have = inst_new(obj);
		list_add(&store[kind(obj)], have);
	}
	for (attr = 1; attr < ATTR_MAX; attr++)
		if (inst_has(in, attr))
			inst_copy(have, in, attr);
	put_defaults(have);
	if (obj->secrets)
		store_key(have, in);
	inst_free(in);
}

static void run_batch_op(const struct nlattr *op, bool dry, struct refusal *r)
{
	const struct nlattr *cmd, *attrs;

	cmd = attr_of(mnl_attr_get_payload(op), mnl_attr_get_payload_len(op),
		      ETRUNK_A_OP_CMD);
	attrs = attr_of(mnl_attr_get_payload(op), mnl_attr_get_payload_len(op),
			ETRUNK_A_OP_ATTRS);
	change(mnl_attr_get_u32(cmd), mnl_attr_get_payload(attrs),
	       mnl_attr_get_payload_len(attrs), dry, r);
	if (r->err && !r->at)
		r->at = op;
}

static void batch_kernel(const struct nlmsghdr *nlh, struct refusal *r)
{
	unsigned int had[KINDS];
	const struct nlattr *op;
	int i;

	for (i = 0; objects[i]; i++) {
		list_sort(&store[i]);
		had[i] = store[i].n;
	}
	/* checked on a store that keeps the new ones, found again by place */
	mnl_attr_for_each(op, nlh, sizeof(struct genlmsghdr)) {
		run_batch_op(op, true, r);
		if (r->err)
			break;
	}
	for (i = 0; objects[i]; i++) {
		struct list old = store[i];
		unsigned int j;

		store[i].n = 0;
		store[i].in = NULL;
		for (j = 0; j < old.n; j++) {
			/* what a check created has no defaults */
			bool new = objects[i]->id && old.n != had[i] &&
				   old.in[j]->line != 1;

			if (new)
				inst_free(old.in[j]);
			else
				list_add(&store[i], old.in[j]);
		}
		free(old.in);
	}
	if (r->err)
		return;
	mnl_attr_for_each(op, nlh, sizeof(struct genlmsghdr))
		run_batch_op(op, false, r);
}

static void mark_stored(void)
{
	unsigned int j;
	int i;

	for (i = 0; objects[i]; i++)
		for (j = 0; j < store[i].n; j++)
			store[i].in[j]->line = 1;
}

static void get(uint8_t cmd, const struct nlmsghdr *nlh, struct refusal *r)
{
	const struct object *obj = NULL;
	struct inst *in, *have;
	unsigned int j;
	int i;

	for (i = 0; objects[i]; i++)
		if (objects[i]->cmd_get == cmd)
			obj = objects[i];
	if (nlh->nlmsg_flags & NLM_F_DUMP) {
		for (j = 0; j < store[kind(obj)].n; j++)
			reply_inst(store[kind(obj)].in[j], NLM_F_MULTI);
		return;
	}
	in = inst_new(obj);
	inst_decode(in, mnl_nlmsg_get_payload_offset(nlh, 4),
		    mnl_nlmsg_get_payload_len(nlh) - 4);
	have = stored(in);
	if (have) {
		reply_inst(have, 0);
	} else {
		r->err = ENOENT;
		r->msg = "does not exist";
	}
	inst_free(in);
}

static void serve(void)
{
	const struct nlmsghdr *nlh = (void *)request;
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct refusal r = { 0 };
	struct nlmsghdr *done;
	int zero = 0;

	reply.len = 0;
	if (nlh->nlmsg_type == GENL_ID_CTRL) {
		if (no_module)
			r.err = ENOENT;
		else
			reply_family();
		reply_error(&r);
		return;
	}
	mark_stored();
	switch (genl->cmd) {
	case ETRUNK_CMD_BATCH:
		batch_kernel(nlh, &r);
		break;
	case ETRUNK_CMD_SYSTEM_GET:
	case ETRUNK_CMD_TRUNK_GET:
	case ETRUNK_CMD_MEMBER_GET:
	case ETRUNK_CMD_BFD_GET:
	case ETRUNK_CMD_CORE_GET:
	case ETRUNK_CMD_PW_GET:
	case ETRUNK_CMD_VPWS_GET:
		get(genl->cmd, nlh, &r);
		if (nlh->nlmsg_flags & NLM_F_DUMP) {
			done = reply_start(NLMSG_DONE, NLM_F_MULTI);
			memcpy(mnl_nlmsg_put_extra_header(done, sizeof(zero)),
			       &zero, sizeof(zero));
			reply_end(done);
			return;
		}
		break;
	default:
		change(genl->cmd, (const char *)genl + 4,
		       mnl_nlmsg_get_payload_len(nlh) - 4, false, &r);
	}
	reply_error(&r);
}

struct mnl_socket {
	int fd;
};

static struct mnl_socket fake_socket = { -1 };

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	return &fake_socket;
}

int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	return 0;
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf,
			  socklen_t len)
{
	return 0;
}

unsigned int mnl_socket_get_portid(const struct mnl_socket *nl)
{
	return PORTID;
}

int mnl_socket_get_fd(const struct mnl_socket *nl)
{
	return -1;
}

int mnl_socket_close(struct mnl_socket *nl)
{
	return 0;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *buf,
			  size_t len)
{
	if (len > sizeof(request))
		abort();
	memcpy(request, buf, len);
	serve();
	return len;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf,
			    size_t len)
{
	size_t n = reply.len;

	if (!n || n > len)
		abort();
	memcpy(buf, reply.buf, n);
	reply.len = 0;
	return n;
}
