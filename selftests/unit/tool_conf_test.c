// SPDX-License-Identifier: GPL-2.0
/*
 * etrunkctl against a kernel made of tables: commands, errors in the user's
 * words, JSON, save and apply. Replaces libmnl's socket functions by a family
 * that stores what it is told, refuses what is out of the tables' ranges, and
 * counts the changes.
 */
#define _GNU_SOURCE
#define main etrunkctl_main
#include "../../tool/etrunkctl.c"
#undef main
#include <linux/genetlink.h>
#include <sys/stat.h>

#include <libmnl/libmnl.h>

#include "../../tool/out.h"
#include "../kselftest_harness.h"

#define FAMILY		0x30
#define PORTID		4711
#define KINDS		16

/* ------------------------------------------------- the kernel of tables */

static struct list store[KINDS];
static unsigned int changes;		/* messages that changed something */
static const char *refuse_object;	/* word of what NEW and SET refuse */
static bool no_module;

static struct {
	char buf[65536];
	size_t len;
} reply;

static char request[1 << 20] __attribute__((aligned(8)));

static int kind(const struct object *obj)
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
	struct inst *keys = inst_new(&object_trunk);
	uint32_t id = 1, n;
	struct item key;
	unsigned int i;

	if (inst_has(in, ETRUNK_A_TRUNK_KEY_ID))
		id = inst_num(in, ETRUNK_A_TRUNK_KEY_ID);
	if (inst_has(in, ETRUNK_A_TRUNK_DEL_KEY))
		id = inst_num(in, ETRUNK_A_TRUNK_DEL_KEY);
	for (i = 0; i < to->v[ETRUNK_A_TRUNK_KEYS].n; i++)
		if (trunk_key(&to->v[ETRUNK_A_TRUNK_KEYS].it[i], &n, &key) &&
		    n != id)
			trunk_put_key(keys, n, &key);
	if (inst_has(in, ETRUNK_A_TRUNK_KEY))
		trunk_put_key(keys, id, in->v[ETRUNK_A_TRUNK_KEY].it);
	inst_copy(to, keys, ETRUNK_A_TRUNK_KEYS);
	inst_free(keys);
	inst_clear(to, ETRUNK_A_TRUNK_KEY);
	inst_clear(to, ETRUNK_A_TRUNK_KEY_ID);
	inst_clear(to, ETRUNK_A_TRUNK_DEL_KEY);
	inst_clear(to, ETRUNK_A_TRUNK_KEY_IDS);
	for (i = 0; i < to->v[ETRUNK_A_TRUNK_KEYS].n; i++)
		if (trunk_key(&to->v[ETRUNK_A_TRUNK_KEYS].it[i], &n, &key))
			inst_put_u32(to, ETRUNK_A_TRUNK_KEY_IDS, n);
}

static void put_defaults(struct inst *in)
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
	if (obj == &object_trunk)
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

/* ------------------------------------------------------------- the user */

static char *out, *err;

/* Runs a command line; what it printed is in out and err. */
static int sh(const char *fmt, ...)
{
	FILE *real_out = stdout, *real_err = stderr;
	size_t out_len, err_len;
	struct words words;
	char *line;
	va_list ap;
	int rc;

	va_start(ap, fmt);
	if (vasprintf(&line, fmt, ap) < 0)
		abort();
	va_end(ap);
	if (words_split(&words, line))
		abort();
	free(out);
	free(err);
	stdout = open_memstream(&out, &out_len);
	stderr = open_memstream(&err, &err_len);
	rc = run(words.n, words.w, false);
	fclose(stdout);
	fclose(stderr);
	stdout = real_out;
	stderr = real_err;
	words_free(&words);
	free(line);
	opts.force = false;
	return rc;
}

static char dir[64];

/* Writes a file of the test's directory. */
static const char *file(const char *name, const char *text)
{
	static char path[2][128];
	static int i;
	FILE *f;

	i = !i;
	snprintf(path[i], sizeof(path[i]), "%s/%s", dir, name);
	f = fopen(path[i], "w");
	fputs(text, f);
	fclose(f);
	return path[i];
}

#define CONFIG								     \
	"system set lacp-system-id 00e0-fc00-0000 lacp-priority 100\n"	     \
	"bfd add b1 peer 10.0.0.2 source 10.0.0.1 local-discriminator 1"    \
	" remote-discriminator 2 min-tx 3300us\n"			     \
	"pw add pw1 peer 3.3.3.3 pw-id 1 in-label 1001 out-label 2001"	     \
	" track-bfd b1\n"						     \
	"pw add pw2 peer 3.3.3.3 pw-id 2 in-label 1002 out-label 2002"	     \
	" via 10.0.1.2 dev lo tunnel-label 16003/16004\n"		     \
	"e-trunk add 1 priority 10 peer-address 10.0.0.2"		     \
	" source-address 10.0.0.1 track-bfd b1 key-file key send-key 1"     \
	" description \"to \\\"PE2\\\"\"\n"				     \
	"member add bond0 e-trunk 1\n"					     \
	"core add lo\n"							     \
	"vpws add s1 ac bond0.100 pw pw1 secondary pw2\n"

FIXTURE(conf) {
};

FIXTURE_SETUP(conf)
{
	struct inst *system = inst_new(&object_system);

	strcpy(dir, "/tmp/tool_conf_test.XXXXXX");
	if (!mkdtemp(dir))
		abort();
	put_defaults(system);
	list_add(&store[kind(&object_system)], system);
	file("key", "secret\n");
}

FIXTURE_TEARDOWN(conf)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	if (system(cmd))
		abort();
}

static char *saved(void)
{
	if (sh("save"))
		abort();
	return strdup(out);
}

TEST_F(conf, errors_name_the_key)
{
	static const struct {
		const char *line;
		int rc;
		const char *text;
	} t[] = {
		{ "bfd add b1", 1, "bfd b1: missing key \"peer\"" },
		{ "bfd add b1 peer", 1, "key \"peer\" has no value" },
		{ "bfd add b1 peer 1.2.3.4 peer 1.2.3.4", 1,
		  "key \"peer\" is given twice" },
		{ "bfd add b1 peer 1.2.3.4 pear 1", 1,
		  "unknown key \"pear\"" },
		{ "bfd add b1 peer 1.2.3.4 mult 3", 1,
		  "unknown key \"mult\"" },
		{ "bfd add b1 peer 1.2.3.4 multiplier x", 1,
		  "multiplier \"x\" is not a number" },
		{ "bfd add b1 peer 1.2.3.4 multiplier 51", 2,
		  "multiplier 51 is out of range 3..50" },
		{ "bfd add b1 peer 1.2.3.4 min-tx 3ms", 2,
		  "min-tx 3ms is out of range 3300us..20s" },
		{ "bfd add b1 peer 1.2.3.4 min-rx 21s", 2,
		  "min-rx 21s is out of range 3300us..20s" },
		{ "bfd add b1 peer 1.2.3.4 local-discriminator 8192", 2,
		  "local-discriminator 8192 is out of range 1..8191" },
		{ "bfd add none peer 1.2.3.4", 1, "\"none\" is reserved" },
		{ "bfd ad b1 peer 1.2.3.4", 1, "unknown verb \"ad\"" },
		{ "bfd", 1, "missing verb" },
		{ "bfd add", 1, "missing name" },
		{ "bfd set b1", 1, "nothing to set" },
		{ "bfd del b1", 2, "bfd b1: " },
		{ "bfd show b1", 2, "bfd b1: does not exist" },
		{ "bdf show", 1, "unknown object or command \"bdf\"" },
		{ "e-trunk add 17 peer-address 1.1.1.1 source-address 1.1.1.2",
		  2, "e-trunk 17: id 17 is out of range 1..16" },
		{ "e-trunk add 1 peer-address 1.1.1.1", 1,
		  "missing key \"source-address\"" },
		{ "e-trunk add x", 1, "id \"x\" is not a number" },
		{ "e-trunk set 1 key-id 2", 1, "missing key \"key-file\"" },
		{ "e-trunk set 1 key-file /nonexistent", 1, "key-file" },
		{ "e-trunk add 1 del-key 1", 1, "key \"del-key\"" },
		{ "e-trunk set 1 auth md5", 1,
		  "auth \"md5\" is none of hmac-sha256, hmac-sha1, none" },
		{ "e-trunk set 1 revert yes", 1,
		  "revert \"yes\" is neither on nor off" },
		{ "e-trunk set 1 description \"a\\nb\"", 1,
		  "has a control character" },
		{ "e-trunk set 1 vrf red", 1, "unknown key \"vrf\"" },
		{ "member del bond0 keep-up keep-up", 1,
		  "key \"keep-up\" is given twice" },
		{ "member add bond0 e-trunk 1 keep-up", 1, "keep-up" },
		{ "member del bond0 mode auto", 1, "key \"mode\"" },
		{ "pw add p peer 1.1.1.1 pw-id 1 in-label 15 out-label 16", 2,
		  "in-label 15 is out of range 16..1048575" },
		{ "pw add p peer 1.1.1.1 pw-id 1 in-label 16 out-label 1048576",
		  2, "out-label 1048576 is out of range 16..1048575" },
		{ "pw set p dev nosuchdev", 1,
		  "dev \"nosuchdev\" is no network device" },
		{ "pw set p tunnel-label 1/", 1, "tunnel-label" },
		{ "system set lacp-system-id 00e0-fc00", 1,
		  "lacp-system-id \"00e0-fc00\" is not a MAC address" },
		{ "system set udp-port 1024", 2,
		  "system: udp-port 1024 is out of range 1025..65535" },
		{ "system add", 1, "unknown verb \"add\"" },
		{ "vpws switchover s1", 1, "missing \"to\"" },
		{ "vpws switchover s1 to", 1, "key \"to\" has no value" },
		{ "vpws switchover s1 pw pw1", 1, "unknown key \"pw\"" },
		{ "vpws switchover s1 to pw1 to pw1", 1, "twice" },
		{ "flush", 1, "flush -f" },
		{ "apply", 1, "missing file" },
		{ "apply f --force", 1, "unknown option \"--force\"" },
		{ "apply f --check --check", 1, "given twice" },
		{ "monitor nonsense", 1, "unknown object \"nonsense\"" },
		{ "save a b", 1, "unknown word \"b\"" },
		{ "stats reset", 1, "unknown word \"reset\"" },
		{ "show bfd", 1, "unknown word \"bfd\"" },
		{ "bfd show b1 b2", 1, "\"b2\"" },
	};
	unsigned int i;
	int rc;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		rc = sh("%s", t[i].line);
		EXPECT_EQ(t[i].rc, rc) TH_LOG("%s: %s", t[i].line, err);
		EXPECT_NE(NULL, strstr(err, t[i].text))
			TH_LOG("%s: expected \"%s\", got %s", t[i].line,
			       t[i].text, err);
		EXPECT_EQ(0, strncmp("Error: ", err, 7));
		EXPECT_STREQ("", out);
	}
	EXPECT_EQ(0, changes);
}

TEST_F(conf, no_module)
{
	no_module = true;
	EXPECT_EQ(2, sh("bfd show"));
	EXPECT_NE(NULL, strstr(err, "module etrunk is not available"));
}

TEST_F(conf, apply_save_apply)
{
	char *first, *second;
	unsigned int n;

	ASSERT_EQ(0, sh("apply %s", file("c", CONFIG))) TH_LOG("%s", err);
	n = changes;
	EXPECT_EQ(8, n);
	first = saved();
	EXPECT_NE(NULL, strstr(first, "description \"to \\\"PE2\\\"\"\n") ?:
		  strstr(first, "description \"to \\\"PE2\\\"\" "));
	EXPECT_NE(NULL, strstr(first, " tunnel-label 16003/16004 "));
	EXPECT_NE(NULL, strstr(first, " min-tx 3300us "));
	EXPECT_NE(NULL, strstr(first, " key-id 1 send-key 1\n"));
	EXPECT_EQ(NULL, strstr(first, "secret"));

	/* the same again, and the saved one: nothing is sent */
	EXPECT_EQ(0, sh("apply %s/c", dir)) TH_LOG("%s", err);
	EXPECT_EQ(0, sh("apply %s", file("s", first))) TH_LOG("%s", err);
	EXPECT_EQ(0, sh("apply %s/s --replace", dir)) TH_LOG("%s", err);
	EXPECT_EQ(0, sh("apply %s/s --replace --check", dir));
	EXPECT_STREQ("", out);
	EXPECT_EQ(n, changes);
	second = saved();
	EXPECT_STREQ(first, second);
	free(first);
	free(second);
}

TEST_F(conf, save_dir_brings_all_back)
{
	char *first, *second, path[128];
	struct stat st;

	file("key7", "x\n\n");
	ASSERT_EQ(0, sh("apply %s", file("c", CONFIG
		"e-trunk set 1 key-id 7 key-file key7\n"))) TH_LOG("%s", err);
	first = saved();
	ASSERT_EQ(0, sh("save %s/d", dir)) TH_LOG("%s", err);
	snprintf(path, sizeof(path), "%s/d/e-trunk-1-key-7", dir);
	ASSERT_EQ(0, stat(path, &st));
	EXPECT_EQ(0600, st.st_mode & 07777);
	EXPECT_EQ(3, st.st_size);
	snprintf(path, sizeof(path), "%s/d/etrunk.conf", dir);
	ASSERT_EQ(0, stat(path, &st));
	EXPECT_EQ(0600, st.st_mode & 07777);

	ASSERT_EQ(0, sh("flush -f")) TH_LOG("%s", err);
	EXPECT_EQ(0, store[kind(&object_trunk)].n);
	/* without the keys there is nothing to bring back */
	EXPECT_EQ(1, sh("apply %s", file("s", first)));
	EXPECT_NE(NULL, strstr(err, "key-id"));
	ASSERT_EQ(0, sh("apply %s", path)) TH_LOG("%s", err);
	second = saved();
	EXPECT_STREQ(first, second);
	free(first);
	free(second);
}

TEST_F(conf, merge_and_replace)
{
	ASSERT_EQ(0, sh("apply %s", file("c", CONFIG))) TH_LOG("%s", err);

	/* what is left out stays */
	EXPECT_EQ(0, sh("apply %s", file("m",
		"bfd add b1 peer 10.0.0.2 multiplier 5\n"
		"vpws set s1 precedence configured\n"))) TH_LOG("%s", err);
	EXPECT_EQ(0, sh("bfd show b1"));
	EXPECT_NE(NULL, strstr(out, "3300us"));
	EXPECT_EQ(0, sh("vpws show s1"));
	EXPECT_NE(NULL, strstr(out, "pw1 pw2"));

	/* or gets its default, and strangers go */
	EXPECT_EQ(3, sh("apply %s --replace --check", file("r",
		"bfd add b1 peer 10.0.0.2 source 10.0.0.1"
		" local-discriminator 1 remote-discriminator 2\n"
		"pw add pw1 peer 3.3.3.3 pw-id 1 in-label 1001"
		" out-label 2001\n"
		"vpws add s1 ac bond0.100 pw pw1\n"))) TH_LOG("%s", err);
	EXPECT_STREQ("~ bfd set b1 min-tx 10ms multiplier 3\n"
		     "~ pw set pw1 track-bfd none\n"
		     "~ vpws set s1 pw pw1 precedence pw-id\n"
		     "- member del bond0\n"
		     "- e-trunk del 1\n"
		     "- pw del pw2\n"
		     "- core del lo\n", out);
	EXPECT_EQ(0, sh("apply %s/r --replace", dir)) TH_LOG("%s", err);
	EXPECT_EQ(0, sh("apply %s/r --replace --check", dir));
	EXPECT_EQ(1, store[kind(&object_pw)].n);
	EXPECT_EQ(0, store[kind(&object_trunk)].n);
}

TEST_F(conf, replace_keeps_what_is_used)
{
	unsigned int n;

	ASSERT_EQ(0, sh("apply %s", file("c", CONFIG)));
	n = changes;
	/* set names an object without saying all of it */
	EXPECT_EQ(1, sh("apply %s --replace", file("r",
		"e-trunk set 1 priority 9\n")));
	EXPECT_NE(NULL, strstr(err, "bfd b1: is not in the file, but e-trunk 1 uses it"))
		TH_LOG("%s", err);
	EXPECT_EQ(n, changes);
}

TEST_F(conf, keys_roll_over)
{
	ASSERT_EQ(0, sh("apply %s", file("c", CONFIG)));
	file("key2", "other");
	EXPECT_EQ(0, sh("apply %s", file("k",
		"e-trunk set 1 key-id 2 key-file key2 send-key 2\n")))
		TH_LOG("%s", err);
	EXPECT_EQ(0, sh("save"));
	EXPECT_NE(NULL, strstr(out, " key-id 2 send-key 2\n"
			       "e-trunk set 1 key-id 1\n")) TH_LOG("%s", out);
	EXPECT_EQ(3, sh("apply %s --replace --check", file("r",
		"bfd add b1 peer 10.0.0.2 min-tx 3300us"
		" local-discriminator 1 remote-discriminator 2\n"
		"e-trunk add 1 priority 10 peer-address 10.0.0.2"
		" source-address 10.0.0.1 track-bfd b1 description \"\""
		" key-id 2 send-key 2\n")));
	EXPECT_NE(NULL, strstr(out, "~ e-trunk set 1 del-key 1\n"))
		TH_LOG("%s%s", out, err);
	/* the key to send with goes: another one takes its place at once */
	EXPECT_EQ(3, sh("apply %s --replace --check", file("r",
		"bfd add b1 peer 10.0.0.2 min-tx 3300us"
		" local-discriminator 1 remote-discriminator 2\n"
		"e-trunk add 1 priority 10 peer-address 10.0.0.2"
		" source-address 10.0.0.1 track-bfd b1 description \"\""
		" key-id 1\n")));
	EXPECT_NE(NULL, strstr(out, " send-key 1 del-key 2\n"))
		TH_LOG("%s%s", out, err);
}

/* The line at fault is named, and nothing at all was sent. */
TEST_F(conf, a_bad_line_stops_all)
{
	static const struct {
		const char *line;
		const char *text;
	} t[] = {
		{ "bfd add b2", "missing key \"peer\"" },
		{ "bfd add b2 peer 10.0.0.3 multiplier 2",
		  "multiplier 2 is out of range 3..50" },
		{ "bfd add b2 peer 10.0.0.3 min-tx 1ms",
		  "min-tx 1ms is out of range 3300us..20s" },
		{ "bfd del b1", "verb \"del\"" },
		{ "bfd show", "verb \"show\"" },
		{ "frob", "unknown object" },
		{ "bfd add \"b2", "unterminated quote" },
		{ "bfd add b1 peer 10.0.0.2", "added twice, first in line 2" },
		{ "e-trunk set 1 key-file -", "not possible in a file" },
		{ "e-trunk set 1 del-key 1", "del-key" },
		{ "e-trunk set 1 key-file key", "key-id 1 is given twice" },
		{ "bfd set nosuch multiplier 3", "does not exist" },
	};
	char text[4096], where[192];
	unsigned int i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		snprintf(text, sizeof(text), CONFIG "%s\n", t[i].line);
		EXPECT_EQ(1, sh("apply %s", file("c", text)));
		snprintf(where, sizeof(where), "Error: %s/c:9: ", dir);
		EXPECT_EQ(0, strncmp(where, err, strlen(where)))
			TH_LOG("%s: %s", t[i].line, err);
		EXPECT_NE(NULL, strstr(err, t[i].text))
			TH_LOG("%s: %s", t[i].line, err);
	}
	EXPECT_EQ(0, changes);
}

TEST_F(conf, a_refusal_stops_all)
{
	char where[192];

	refuse_object = "member";
	EXPECT_EQ(2, sh("apply %s", file("c", CONFIG)));
	snprintf(where, sizeof(where),
		 "Error: %s/c:6: member bond0: dev: this one is refused.\n",
		 dir);
	EXPECT_STREQ(where, err);
	EXPECT_EQ(0, changes);
	EXPECT_EQ(0, store[kind(&object_bfd)].n);
}

TEST_F(conf, fixed_keys)
{
	ASSERT_EQ(0, sh("apply %s", file("c", CONFIG)));
	EXPECT_EQ(1, sh("apply %s", file("f",
		"\nbfd add b1 peer 10.0.0.9\n")));
	EXPECT_NE(NULL, strstr(err, "f:2: bfd b1: peer cannot be changed"))
		TH_LOG("%s", err);
}

TEST_F(conf, secondaries_change_alone)
{
	ASSERT_EQ(0, sh("apply %s", file("c", CONFIG)));
	EXPECT_EQ(0, sh("vpws set s1 secondary none"));
	EXPECT_EQ(0, sh("save"));
	EXPECT_NE(NULL, strstr(out, " pw pw1 precedence"));
	EXPECT_EQ(0, sh("vpws set s1 secondary pw2 secondary pw3"));
	EXPECT_EQ(0, sh("vpws set s1 pw pw4"));
	EXPECT_EQ(0, sh("save"));
	EXPECT_NE(NULL, strstr(out, " pw pw4 secondary pw2 secondary pw3 "))
		TH_LOG("%s", out);
}

/* Every key is there, whatever the kernel leaves out. */
TEST_F(conf, json_has_every_key)
{
	const struct key *k;
	char want[64];
	int i;

	ASSERT_EQ(0, sh("apply %s", file("c", CONFIG)));
	opts.json = true;
	for (i = 0; objects[i]; i++) {
		EXPECT_EQ(0, sh("%s show", objects[i]->word));
		EXPECT_EQ('[', out[0]);
		EXPECT_STREQ("]\n", out + strlen(out) - 2);
		for (k = objects[i]->keys; k->attr || k->json; k++) {
			if (!k->json)
				continue;
			snprintf(want, sizeof(want), "\"%s\":", k->json);
			EXPECT_NE(NULL, strstr(out, want))
				TH_LOG("%s: no %s", objects[i]->word, want);
		}
	}
	EXPECT_EQ(0, sh("e-trunk show 1"));
	EXPECT_NE(NULL, strstr(out, "\"revert_delay_s\":120,"));
	EXPECT_NE(NULL, strstr(out, "\"fail_time_ms\":20000,"));
	EXPECT_NE(NULL, strstr(out, "\"description\":\"to \\\"PE2\\\"\","));
	EXPECT_NE(NULL, strstr(out, "\"key_ids\":[1],"));
	EXPECT_NE(NULL, strstr(out, "\"peer_priority\":null,"));
	EXPECT_EQ(NULL, strstr(out, "secret"));
	EXPECT_EQ(0, sh("pw show pw2"));
	EXPECT_NE(NULL, strstr(out, "\"lsp\":null,"));
	EXPECT_NE(NULL, strstr(out, "\"pinned\":{\"dev\":\"lo\",\"via\":\"10.0.1.2\",\"labels\":[16003,16004]},"))
		TH_LOG("%s", out);
	EXPECT_EQ(0, sh("flush -f"));
	EXPECT_EQ(0, sh("bfd show"));
	EXPECT_STREQ("[]\n", out);
}

TEST_F(conf, json_strings_are_valid)
{
	ASSERT_EQ(0, sh("apply %s", file("c", CONFIG)));
	EXPECT_EQ(0, sh("e-trunk set 1 description 'a\"b\\c\xc3\xa4\xff\xed\xa0\x80'"));
	opts.json = true;
	EXPECT_EQ(0, sh("e-trunk show 1"));
	EXPECT_NE(NULL, strstr(out, "\"a\\\"b\\\\c\xc3\xa4\\ufffd\\ufffd\\ufffd\\ufffd\""))
		TH_LOG("%s", out);
}

TEST_F(conf, batch_stops_or_goes_on)
{
	char where[160];

	snprintf(where, sizeof(where), "%s", file("b",
		"bfd add b1 peer 10.0.0.2\n"
		"# comment\n\n"
		"bfd add b2\n"
		"bfd add b3 peer 10.0.0.3\n"
		"apply x\n"));
	EXPECT_EQ(1, run_batch(where));
	EXPECT_EQ(1, store[kind(&object_bfd)].n);
	EXPECT_EQ(0, sh("flush -f"));
	opts.force = true;
	EXPECT_EQ(1, run_batch(where));
	EXPECT_EQ(2, store[kind(&object_bfd)].n);
}

/* Any words in any order: refused with a message, or done, never worse. */
TEST_F(conf, random_words)
{
	static const char * const more[] = {
		"add", "set", "del", "show", "help", "switchover", "to", "on",
		"off", "none", "0", "1", "2", "16", "17", "255", "1001",
		"4294967296", "-1", "10ms", "1s", "b1", "pw1", "s1", "bond0",
		"lo", "10.0.0.1", "10.0.0.2", "::1", "00e0-fc00-0000",
		"16/17/18", "auto", "static", "\"\"", "'a b'", "keep-up", "-j",
		"-", "stats", "flush", "apply",
	};
	const char *pool[256];
	const struct key *k;
	unsigned int n = 0;
	char line[512];
	int i, j, rc, words, done = 0;

	for (i = 0; objects[i]; i++) {
		pool[n++] = objects[i]->word;
		for (k = objects[i]->keys; k->attr || k->json; k++)
			if (k->word && n < 200)
				pool[n++] = k->word;
	}
	for (j = 0; j < (int)(sizeof(more) / sizeof(more[0])); j++)
		pool[n++] = more[j];
	ASSERT_EQ(0, sh("apply %s", file("c", CONFIG)));
	srandom(1);
	for (i = 0; i < 20000; i++) {
		const struct object *obj = objects[random() % 7];

		words = random() % 8;
		j = snprintf(line, sizeof(line), "%s %s %s", obj->word,
			     more[random() % 6],
			     obj->id_type == T_U32 ? "1" :
			     more[21 + random() % 5]);
		/* mostly keys of the object, with anything for a value */
		while (words--) {
			for (k = obj->keys; k->attr || k->json; k++)
				if (k->word && !(random() % 6))
					break;
			if (!k->word || !(random() % 10))
				j += snprintf(line + j, sizeof(line) - j,
					      " %s", pool[random() % n]);
			else
				j += snprintf(line + j, sizeof(line) - j,
					      " %s %s", k->word, k->def &&
					      *k->def && random() % 2 ?
					      k->def : pool[random() % n]);
		}
		rc = sh("%s", line);
		if (!rc)
			done++;
		else
			ASSERT_EQ(0, strncmp("Error: ", err, 7))
				TH_LOG("%s: %d %s", line, rc, err);
		if (!(i % 100)) {
			ASSERT_EQ(0, sh("save"));
			file("r", out);
			rc = sh("apply %s/r --replace --check", dir);
			ASSERT_EQ(0, rc) TH_LOG("%s: %s%s", line, out, err);
		}
		opts.json = random() % 2;
	}
	EXPECT_LT(1000, done);
}

TEST_HARNESS_MAIN
