// SPDX-License-Identifier: GPL-2.0
/*
 * Sends batches that etrunkctl would not make, to see what the module makes of
 * operations that contradict each other:
 *
 *	nl_batch OP [ATTR VALUE]... [-- OP [ATTR VALUE]...]...
 *
 * OP and ATTR are words of the tables below; the attribute that names the
 * object is one of them. Prints "done", or the errno's name and the text.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <linux/etrunk.h>

struct word {
	const char *op;
	const char *attr;	/* NULL: @code is the command */
	int code;
	int text;		/* a string, else a u32 */
};

static const struct word words[] = {
	{ "e-trunk-set", NULL, ETRUNK_CMD_TRUNK_SET, 0 },
	{ "e-trunk-set", "id", ETRUNK_A_TRUNK_ID, 0 },
	{ "e-trunk-set", "priority", ETRUNK_A_TRUNK_PRIORITY, 0 },
	{ "e-trunk-set", "hello", ETRUNK_A_TRUNK_HELLO_MS, 0 },
	{ "e-trunk-set", "auth", ETRUNK_A_TRUNK_AUTH, 0 },
	{ "e-trunk-set", "key-id", ETRUNK_A_TRUNK_KEY_ID, 0 },
	{ "e-trunk-set", "key", ETRUNK_A_TRUNK_KEY, 1 },
	{ "e-trunk-set", "send-key", ETRUNK_A_TRUNK_SEND_KEY, 0 },
	{ "e-trunk-set", "del-key", ETRUNK_A_TRUNK_DEL_KEY, 0 },
	{ "e-trunk-set", "track-bfd", ETRUNK_A_TRUNK_TRACK_BFD, 1 },
	{ "system-set", NULL, ETRUNK_CMD_SYSTEM_SET, 0 },
	{ "system-set", "udp-port", ETRUNK_A_SYSTEM_UDP_PORT, 0 },
	{ "system-set", "weak", ETRUNK_A_SYSTEM_WEAK_ALGORITHMS, 0 },
	{ "bfd-set", NULL, ETRUNK_CMD_BFD_SET, 0 },
	{ "bfd-set", "name", ETRUNK_A_BFD_NAME, 1 },
	{ "bfd-set", "multiplier", ETRUNK_A_BFD_MULTIPLIER, 0 },
	{ "bfd-set", "min-tx-us", ETRUNK_A_BFD_MIN_TX_US, 0 },
	{ "pw-set", NULL, ETRUNK_CMD_PW_SET, 0 },
	{ "pw-set", "name", ETRUNK_A_PW_NAME, 1 },
	{ "pw-set", "mtu", ETRUNK_A_PW_MTU, 0 },
	{ "pw-set", "track-bfd", ETRUNK_A_PW_TRACK_BFD, 1 },
	{ "vpws-set", NULL, ETRUNK_CMD_VPWS_SET, 0 },
	{ "vpws-set", "name", ETRUNK_A_VPWS_NAME, 1 },
	{ "vpws-set", "pw", ETRUNK_A_VPWS_PW, 1 },
};

static const struct word *find(const char *op, const char *attr)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(words[i].op, op) &&
		    (attr ? words[i].attr && !strcmp(words[i].attr, attr) :
			    !words[i].attr))
			return &words[i];
	fprintf(stderr, "nl_batch: no %s in %s\n", attr ? attr : "such op", op);
	exit(2);
}

static void put_op(struct nlmsghdr *nlh, char **argv, int argc)
{
	struct nlattr *op, *attrs;
	const struct word *w;
	int i;

	op = mnl_attr_nest_start(nlh, ETRUNK_A_BATCH_OP);
	mnl_attr_put_u32(nlh, ETRUNK_A_OP_CMD, find(argv[0], NULL)->code);
	attrs = mnl_attr_nest_start(nlh, ETRUNK_A_OP_ATTRS);
	for (i = 1; i + 1 < argc; i += 2) {
		w = find(argv[0], argv[i]);
		/* a key has no NUL at its end */
		if (w->text && w->code == ETRUNK_A_TRUNK_KEY &&
		    !strcmp(argv[i], "key"))
			mnl_attr_put(nlh, w->code, strlen(argv[i + 1]),
				     argv[i + 1]);
		else if (w->text)
			mnl_attr_put_strz(nlh, w->code, argv[i + 1]);
		else
			mnl_attr_put_u32(nlh, w->code,
					 strtoul(argv[i + 1], NULL, 0));
	}
	mnl_attr_nest_end(nlh, attrs);
	mnl_attr_nest_end(nlh, op);
}

static int family_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			*(uint16_t *)data = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static struct nlmsghdr *request(char *buf, uint16_t type, uint8_t cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = time(NULL);
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = 1;
	return nlh;
}

/* the answer is an error message; its text, if any, lies behind the request */
static void print_answer(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t skip = sizeof(*err);
	const char *text = "";
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += mnl_nlmsg_get_payload_len(&err->msg);
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		mnl_attr_for_each(attr, nlh, skip)
			if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
				text = mnl_attr_get_str(attr);
	if (err->error)
		printf("%s: %s\n", strerrorname_np(-err->error), text);
	else
		puts("done");
}

int main(int argc, char **argv)
{
	char buf[MNL_SOCKET_BUFFER_SIZE];
	struct mnl_socket *nl = mnl_socket_open(NETLINK_GENERIC);
	struct nlmsghdr *nlh;
	uint16_t family = 0;
	int on = 1, i, end;
	ssize_t len;

	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) ||
	    mnl_socket_setsockopt(nl, NETLINK_EXT_ACK, &on, sizeof(on))) {
		perror("nl_batch");
		return 1;
	}
	nlh = request(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	nlh->nlmsg_flags &= ~NLM_F_ACK;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, ETRUNK_GENL_NAME);
	mnl_socket_sendto(nl, nlh, nlh->nlmsg_len);
	len = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	if (mnl_cb_run(buf, len, 0, 0, family_cb, &family) < 0 || !family) {
		perror("nl_batch: no family");
		return 1;
	}

	nlh = request(buf, family, ETRUNK_CMD_BATCH);
	for (i = 1; i < argc; i = end + 1) {
		for (end = i; end < argc && strcmp(argv[end], "--"); end++)
			;
		put_op(nlh, argv + i, end - i);
	}
	mnl_socket_sendto(nl, nlh, nlh->nlmsg_len);
	len = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	nlh = (struct nlmsghdr *)buf;
	if (len < 0 || !mnl_nlmsg_ok(nlh, len) ||
	    nlh->nlmsg_type != NLMSG_ERROR) {
		perror("nl_batch: no answer");
		return 1;
	}
	print_answer(nlh);
	mnl_socket_close(nl);
	return 0;
}
