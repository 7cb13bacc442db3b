// SPDX-License-Identifier: GPL-2.0
/* The "etrunk" generic netlink family: requests, dumps, refusals, events. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "nl.h"

#define NL_BUF		65536
#define NL_REQ		16384
#define NL_SNDBUF	212992	/* the kernel's usual default */
#define DUMP_TRIES	5

static struct {
	struct mnl_socket *sock;
	uint32_t seq;
	uint16_t family;
	uint32_t group;
	const char *req;	/* the request at work, for attr_at() */
} nl;

static char rx_buf[NL_BUF] __attribute__((aligned(8)));
static char tx_buf[NL_REQ] __attribute__((aligned(8)));

static struct nlmsghdr *msg_start(uint16_t type, uint16_t flags, uint8_t cmd,
				  uint8_t version)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(tx_buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++nl.seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

static bool msg_put(struct nlmsghdr *nlh, size_t max, const struct inst *in)
{
	unsigned int i;
	int attr;

	for (attr = 1; attr < ATTR_MAX; attr++) {
		for (i = 0; i < in->v[attr].n; i++) {
			const struct item *it = &in->v[attr].it[i];

			if (!mnl_attr_put_check(nlh, max, attr, it->len,
						it->data))
				return false;
		}
	}
	return true;
}

/* Attributes of a message, or of a nest that was one, by type. */
void inst_decode(struct inst *in, const void *attrs, size_t len)
{
	const struct nlattr *a = attrs;
	size_t step;

	while (len >= MNL_ATTR_HDRLEN && a->nla_len >= MNL_ATTR_HDRLEN &&
	       a->nla_len <= len) {
		inst_put(in, mnl_attr_get_type(a), mnl_attr_get_payload(a),
			 mnl_attr_get_payload_len(a));
		step = MNL_ALIGN(a->nla_len);
		if (step >= len)
			break;
		len -= step;
		a = (const void *)((const char *)a + step);
	}
}

static void policy_decode(const struct nlattr *nest, struct nl_error *e)
{
	bool have_min = false, have_max = false;
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, nest) {
		switch (mnl_attr_get_type(a)) {
		case NL_POLICY_TYPE_ATTR_MIN_VALUE_U:
			e->min = mnl_attr_get_u64(a);
			have_min = true;
			break;
		case NL_POLICY_TYPE_ATTR_MAX_VALUE_U:
			e->max = mnl_attr_get_u64(a);
			have_max = true;
			break;
		case NL_POLICY_TYPE_ATTR_MAX_LENGTH:
			e->maxlen = mnl_attr_get_u32(a);
			break;
		}
	}
	e->range = have_min && have_max;
}

static bool covers(const struct nlattr *a, uint32_t off)
{
	const char *p = nl.req + off;

	return p >= (const char *)a && p < (const char *)a + a->nla_len;
}

/* The attribute of a batch that stands at @off, and the operation it is of. */
static uint16_t batch_attr_at(const struct nlattr *op, uint32_t off)
{
	const struct nlattr *part, *a;

	mnl_attr_for_each_nested(part, op) {
		if (mnl_attr_get_type(part) != ETRUNK_A_OP_ATTRS)
			continue;
		mnl_attr_for_each_nested(a, part)
			if (covers(a, off))
				return mnl_attr_get_type(a);
	}
	return 0;
}

/* The attribute of our request that stands at @off. */
static void attr_at(uint32_t off, struct nl_error *e)
{
	const struct nlmsghdr *nlh = (const void *)nl.req;
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *a;
	unsigned int i = 0;

	mnl_attr_for_each(a, nlh, sizeof(*genl)) {
		if (covers(a, off)) {
			e->op = i;
			e->attr = genl->cmd == ETRUNK_CMD_BATCH ?
				batch_attr_at(a, off) : mnl_attr_get_type(a);
			return;
		}
		i++;
	}
}

static void ext_ack_decode(const struct nlmsghdr *nlh, size_t hlen,
			   struct nl_error *e)
{
	const struct nlattr *a;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	mnl_attr_for_each(a, nlh, hlen) {
		switch (mnl_attr_get_type(a)) {
		case NLMSGERR_ATTR_MSG:
			snprintf(e->msg, sizeof(e->msg), "%.*s",
				 (int)mnl_attr_get_payload_len(a),
				 mnl_attr_get_str(a));
			break;
		case NLMSGERR_ATTR_OFFS:
			attr_at(mnl_attr_get_u32(a), e);
			break;
		case NLMSGERR_ATTR_POLICY:
			policy_decode(a, e);
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			e->attr = mnl_attr_get_u32(a);
			e->missing = true;
			break;
		}
	}
}

static void error_decode(const struct nlmsghdr *nlh, struct nl_error *e)
{
	const struct nlmsgerr *ne = mnl_nlmsg_get_payload(nlh);
	size_t hlen = sizeof(*ne);

	e->err = -ne->error;
	if (!e->err)
		return;
	/* Without NLM_F_CAPPED our whole request comes back first. */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		hlen += mnl_nlmsg_get_payload_len(nlh) < hlen ? 0 :
			ne->msg.nlmsg_len - sizeof(ne->msg);
	ext_ack_decode(nlh, hlen, e);
}

static void done_decode(const struct nlmsghdr *nlh, struct nl_error *e)
{
	const int *err = mnl_nlmsg_get_payload(nlh);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*err) || !*err)
		return;
	e->err = -*err;
	ext_ack_decode(nlh, sizeof(*err), e);
}

/*
 * Sends what msg_start() began and hands each answer to @cb. Returns 0 or
 * an errno, also in @e. @again tells that a dump was not consistent.
 */
static int transact(struct nlmsghdr *req, nl_cb cb, const struct object *obj,
		    void *data, bool *again, struct nl_error *e)
{
	uint32_t portid = mnl_socket_get_portid(nl.sock);
	const struct nlmsghdr *nlh;
	ssize_t len;
	int left;

	memset(e, 0, sizeof(*e));
	e->op = UINT32_MAX;
	nl.req = (const char *)req;
	if (mnl_socket_sendto(nl.sock, req, req->nlmsg_len) < 0)
		goto err_errno;
	for (;;) {
		len = mnl_socket_recvfrom(nl.sock, rx_buf, sizeof(rx_buf));
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			goto err_errno;
		left = len;
		for (nlh = (const void *)rx_buf; mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left)) {
			if (nlh->nlmsg_seq != nl.seq ||
			    nlh->nlmsg_pid != portid)
				continue;
			if (nlh->nlmsg_flags & NLM_F_DUMP_INTR && again)
				*again = true;
			if (nlh->nlmsg_type == NLMSG_ERROR) {
				error_decode(nlh, e);
				return e->err;
			}
			if (nlh->nlmsg_type == NLMSG_DONE) {
				done_decode(nlh, e);
				return e->err;
			}
			if (nlh->nlmsg_type == req->nlmsg_type && cb) {
				struct inst *in = inst_new(obj);
				size_t hdr = sizeof(struct genlmsghdr);

				inst_decode(in, mnl_nlmsg_get_payload_offset(
							nlh, hdr),
					    mnl_nlmsg_get_payload_len(nlh) >
					    hdr ?
					    mnl_nlmsg_get_payload_len(nlh) -
					    hdr : 0);
				cb(in, data);
			}
		}
	}

err_errno:
	e->err = errno;
	return e->err;
}

/* nlctrl's answer is decoded with an object as well: attributes by type. */
static const struct object object_ctrl = { .word = "family" };

static void family_cb(struct inst *in, void *data)
{
	const struct val *v = &in->v[CTRL_ATTR_MCAST_GROUPS];
	const struct nlattr *grp, *a;
	const char *end;
	const char *name;
	uint32_t id;
	uint16_t family;

	(void)data;
	if (in->v[CTRL_ATTR_FAMILY_ID].n) {
		memcpy(&family, in->v[CTRL_ATTR_FAMILY_ID].it[0].data,
		       sizeof(family));
		nl.family = family;
	}
	if (!v->n)
		goto out;
	end = (const char *)v->it[0].data + v->it[0].len;
	for (grp = v->it[0].data; mnl_attr_ok(grp, end - (const char *)grp);
	     grp = mnl_attr_next(grp)) {
		name = NULL;
		id = 0;
		mnl_attr_for_each_nested(a, grp) {
			if (mnl_attr_get_type(a) == CTRL_ATTR_MCAST_GRP_NAME)
				name = mnl_attr_get_str(a);
			if (mnl_attr_get_type(a) == CTRL_ATTR_MCAST_GRP_ID)
				id = mnl_attr_get_u32(a);
		}
		if (name && !strcmp(name, ETRUNK_MCGRP_EVENTS))
			nl.group = id;
	}
out:
	inst_free(in);
}

/* Asking for the family by name makes the kernel load the module. */
static int family_resolve(void)
{
	struct nlmsghdr *nlh;
	struct nl_error e;
	int err;

	nlh = msg_start(GENL_ID_CTRL, NLM_F_ACK, CTRL_CMD_GETFAMILY, 1);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, ETRUNK_GENL_NAME);
	err = transact(nlh, family_cb, &object_ctrl, NULL, NULL, &e);
	if (err == ENOENT)
		error("the kernel module etrunk is not available");
	else if (err)
		error("cannot talk to the kernel: %s", strerror(err));
	return err || !nl.family ? RC_KERNEL : RC_DONE;
}

static struct mnl_socket *sock_open(void)
{
	struct mnl_socket *sock;
	int one = 1;

	sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!sock)
		return NULL;
	if (mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID)) {
		mnl_socket_close(sock);
		return NULL;
	}
	/* Old kernels lack some of these; the texts are poorer then. */
	mnl_socket_setsockopt(sock, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(sock, NETLINK_CAP_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(sock, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
	return sock;
}

/* Opened on first use: help needs no kernel. RC_*, the error is printed. */
int nl_open(void)
{
	if (nl.sock)
		return RC_DONE;
	nl.sock = sock_open();
	if (!nl.sock) {
		error("cannot open a netlink socket: %s", strerror(errno));
		return RC_USAGE;
	}
	return family_resolve();
}

void nl_close(void)
{
	if (nl.sock)
		mnl_socket_close(nl.sock);
	nl.sock = NULL;
	explicit_bzero(tx_buf, sizeof(tx_buf));
	explicit_bzero(rx_buf, sizeof(rx_buf));
}

static int too_long(struct nl_error *e)
{
	memset(e, 0, sizeof(*e));
	e->err = EMSGSIZE;
	return e->err;
}

/* Returns 0 or an errno, also in @e. */
int nl_do(uint8_t cmd, const struct inst *req, struct nl_error *e)
{
	struct nlmsghdr *nlh;
	int err;

	nlh = msg_start(nl.family, NLM_F_ACK, cmd, ETRUNK_GENL_VERSION);
	if (!msg_put(nlh, NL_REQ, req))
		return too_long(e);
	err = transact(nlh, NULL, req->obj, NULL, NULL, e);
	explicit_bzero(tx_buf, sizeof(tx_buf));
	return err;
}

static size_t op_size(const struct nl_op *op)
{
	size_t size = 3 * MNL_ATTR_HDRLEN + sizeof(uint32_t);
	unsigned int i;
	int attr;

	for (attr = 1; attr < ATTR_MAX; attr++)
		for (i = 0; i < op->in->v[attr].n; i++)
			size += MNL_ATTR_HDRLEN +
				MNL_ALIGN(op->in->v[attr].it[i].len);
	return size;
}

/**
 * nl_batch() - several operations as one: all of them or none
 * @ops: the operations in order
 * @n: how many
 * @bad: which one was refused, @n if it is not known
 * @e: why
 *
 * Return: 0 or an errno, also in @e.
 */
int nl_batch(const struct nl_op *ops, unsigned int n, unsigned int *bad,
	     struct nl_error *e)
{
	size_t size = MNL_NLMSG_HDRLEN + sizeof(struct genlmsghdr);
	struct nlmsghdr *nlh, *head;
	struct nlattr *op, *attrs;
	unsigned int i;
	int sndbuf;

	for (i = 0; i < n; i++)
		size += op_size(&ops[i]);
	sndbuf = 2 * size;
	if (sndbuf > NL_SNDBUF &&
	    setsockopt(mnl_socket_get_fd(nl.sock), SOL_SOCKET, SO_SNDBUFFORCE,
		       &sndbuf, sizeof(sndbuf)))
		return too_long(e);
	nlh = calloc(1, size);
	if (!nlh)
		abort();
	head = msg_start(nl.family, NLM_F_ACK, ETRUNK_CMD_BATCH,
			 ETRUNK_GENL_VERSION);
	memcpy(nlh, head, head->nlmsg_len);
	for (i = 0; i < n; i++) {
		op = mnl_attr_nest_start(nlh, ETRUNK_A_BATCH_OP);
		mnl_attr_put_u32(nlh, ETRUNK_A_OP_CMD, ops[i].cmd);
		attrs = mnl_attr_nest_start(nlh, ETRUNK_A_OP_ATTRS);
		msg_put(nlh, size, ops[i].in);
		mnl_attr_nest_end(nlh, attrs);
		mnl_attr_nest_end(nlh, op);
	}
	transact(nlh, NULL, NULL, NULL, NULL, e);
	*bad = e->op < n ? e->op : n;
	explicit_bzero(nlh, size);
	free(nlh);
	return e->err;
}

static void get_cb(struct inst *in, void *data)
{
	struct inst **to = data;

	inst_free(*to);
	*to = in;
}

/* One object by its key. Returns 0 or an errno, also in @e. */
int nl_get(const struct inst *req, struct inst **in, struct nl_error *e)
{
	struct nlmsghdr *nlh;
	int err;

	*in = NULL;
	nlh = msg_start(nl.family, NLM_F_ACK, req->obj->cmd_get,
			ETRUNK_GENL_VERSION);
	if (!msg_put(nlh, NL_REQ, req))
		return too_long(e);
	err = transact(nlh, get_cb, req->obj, in, NULL, e);
	if (!err && !*in) {
		e->err = EPROTO;
		err = e->err;
	}
	if (err) {
		inst_free(*in);
		*in = NULL;
	}
	return err;
}

static void dump_cb(struct inst *in, void *data)
{
	list_add(data, in);
}

/* All objects of a kind, sorted. RC_*, the error is printed. */
int nl_dump(const struct object *obj, bool secrets, struct list *l)
{
	struct inst *req = inst_new(obj), *in;
	struct nlmsghdr *nlh;
	struct nl_error e;
	int tries, err;
	bool again;

	l->n = 0;
	l->in = NULL;
	if (secrets && obj->show_attr)
		inst_put(req, obj->show_attr, "", 0);
	if (!obj->id) {
		err = nl_get(req, &in, &e);
		if (!err)
			list_add(l, in);
		goto out;
	}
	for (tries = 0; tries < DUMP_TRIES; tries++) {
		again = false;
		list_free(l);
		nlh = msg_start(nl.family, NLM_F_ACK | NLM_F_DUMP,
				obj->cmd_get, ETRUNK_GENL_VERSION);
		msg_put(nlh, NL_REQ, req);
		err = transact(nlh, dump_cb, obj, l, &again, &e);
		if (err || !again)
			break;
	}
	list_sort(l);
out:
	if (err) {
		nl_report(req, &e, 0);
		list_free(l);
	}
	inst_free(req);
	return err ? RC_KERNEL : RC_DONE;
}

/* The key of an attribute as the user knows it, and how he wrote it. */
static const char *report_word(const struct inst *req, uint16_t attr,
			       const struct key **key)
{
	const struct key *k = object_attr_key(req->obj, attr);

	*key = k;
	if (!k)
		return NULL;
	if (attr == req->obj->id_attr && req->obj->id)
		return req->obj->id;
	return k->word;
}

static bool has_word(const char *text, const char *word)
{
	const char *p = text;
	size_t len = strlen(word);

	while ((p = strstr(p, word))) {
		if ((p == text || strchr(" \"'(", p[-1])) &&
		    (!p[len] || strchr(" \"':,)", p[len])))
			return true;
		p++;
	}
	return false;
}

/**
 * nl_report() - print why the kernel refused a request
 * @req: the request
 * @e: the refusal
 * @line: of the file it came from, 0: where we are
 *
 * The attribute at fault becomes the key that the user typed, a policy's
 * bounds become the legal range in the key's own units.
 */
void nl_report(const struct inst *req, const struct nl_error *e, int line)
{
	const struct key *k = NULL;
	const char *word = e->attr ? report_word(req, e->attr, &k) : NULL;
	bool is_id = req->obj->id && e->attr == req->obj->id_attr;
	const char *msg = e->msg;
	char *text = NULL, *buf = NULL;
	size_t len;
	FILE *f;

	if (!line && word)
		line = req->v[e->attr].line;
	if (!line)
		line = req->line;
	f = open_memstream(&buf, &len);
	if (!f)
		abort();
	if (word && !e->missing && inst_has(req, e->attr))
		text = item_text(k, &req->v[e->attr].it[0]);
	if (e->err == EPERM && !*msg) {
		fputs("permission denied: this needs CAP_NET_ADMIN", f);
	} else if (word && e->missing) {
		fprintf(f, "missing key \"%s\"", word);
	} else if (word && text && e->range && e->err == ERANGE) {
		fprintf(f, "%s %s is out of range ", word, text);
		put_limit(f, k, e->min);
		fputs("..", f);
		put_limit(f, k, e->max);
	} else if (word && text && (e->err == ERANGE || e->err == EINVAL) &&
		   (strstr(msg, "policy validation") ||
		    strstr(msg, "invalid attribute length"))) {
		fprintf(f, "%s \"%s\" ", word, text);
		if (e->maxlen && strlen(text) > e->maxlen)
			fprintf(f, "is longer than %u characters", e->maxlen);
		else
			fputs("is not of a possible length", f);
	} else if (word && !strcmp(msg, "Unknown attribute type")) {
		fprintf(f, "key \"%s\" is not known to the kernel module",
			word);
	} else if (*msg && is_id && (e->err == ENOENT || e->err == EBUSY)) {
		fputs(msg, f);
	} else if (*msg && word && !has_word(msg, word)) {
		if (is_id || !text || !*text)
			fprintf(f, "%s: %s", word, msg);
		else
			fprintf(f, "%s %s: %s", word, text, msg);
	} else if (*msg) {
		fputs(msg, f);
	} else if (e->err == EEXIST) {
		fputs("exists already", f);
	} else if (e->err == ENOENT) {
		fputs("does not exist", f);
	} else if (e->err == EOPNOTSUPP) {
		fputs("the kernel module does not support this", f);
	} else {
		fprintf(f, "%s", strerror(e->err));
	}
	fclose(f);
	/* A kernel's text must not end with a dot, ours adds it. */
	if (len && buf[len - 1] == '.')
		buf[len - 1] = '\0';
	error_at(req, line, "%s", buf);
	free(buf);
	free(text);
}

/* ------------------------------------------------------------------ events */

static struct mnl_socket *event_sock;

/* Returns the socket to poll, or -1 with the error printed. */
int nl_event_open(void)
{
	int size = 4 << 20, group = nl.group;

	event_sock = sock_open();
	if (!event_sock)
		goto err_errno;
	/* Room for a burst of thousands of services; FORCE needs root. */
	if (setsockopt(mnl_socket_get_fd(event_sock), SOL_SOCKET,
		       SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(mnl_socket_get_fd(event_sock), SOL_SOCKET,
			   SO_RCVBUF, &size, sizeof(size));
	if (mnl_socket_setsockopt(event_sock, NETLINK_ADD_MEMBERSHIP, &group,
				  sizeof(group)))
		goto err_errno;
	return mnl_socket_get_fd(event_sock);

err_errno:
	error("cannot listen for events: %s", strerror(errno));
	return -1;
}

/* Hands all events of one datagram to @event. Returns 0 or an errno. */
int nl_event_read(int fd, void (*event)(const struct inst *ev))
{
	const struct nlmsghdr *nlh;
	ssize_t len;
	int left;

	len = recv(fd, rx_buf, sizeof(rx_buf), MSG_DONTWAIT);
	if (len < 0)
		return errno;
	left = len;
	for (nlh = (const void *)rx_buf; mnl_nlmsg_ok(nlh, left);
	     nlh = mnl_nlmsg_next(nlh, &left)) {
		const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
		struct inst *in;

		if (nlh->nlmsg_type != nl.family ||
		    genl->cmd != ETRUNK_CMD_EVENT ||
		    mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl))
			continue;
		in = inst_new(&object_event);
		inst_decode(in, genl + 1, mnl_nlmsg_get_payload_len(nlh) -
			    sizeof(*genl));
		event(in);
		inst_free(in);
	}
	return 0;
}
