// SPDX-License-Identifier: GPL-2.0
/* e-trunk: the relation with one peer PE */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>

#include "args.h"
#include "cmds.h"
#include "names.h"
#include "out.h"

#define A(x)	ETRUNK_A_TRUNK_##x

static const struct name states[] = {
	{ ETRUNK_TRUNK_INIT, "init" },
	{ ETRUNK_TRUNK_BACKUP, "backup" },
	{ ETRUNK_TRUNK_MASTER, "master" },
	{ 0 }
};

static const struct name reasons[] = {
	{ ETRUNK_REASON_PRI, "PRI" },
	{ ETRUNK_REASON_TIMEOUT, "TIMEOUT" },
	{ ETRUNK_REASON_BFD_DOWN, "BFD_DOWN" },
	{ ETRUNK_REASON_PEER_TIMEOUT, "PEER_TIMEOUT" },
	{ ETRUNK_REASON_PEER_BFD_DOWN, "PEER_BFD_DOWN" },
	{ ETRUNK_REASON_ALL_MEMBER_DOWN, "ALL_MEMBER_DOWN" },
	{ ETRUNK_REASON_INIT, "INIT" },
	{ ETRUNK_REASON_PEER_NODE_DOWN, "PEER_NODE_DOWN" },
	{ 0 }
};

static const struct name peers[] = {
	{ ETRUNK_PEER_NONE, "none" },
	{ ETRUNK_PEER_ONE_WAY, "one-way" },
	{ ETRUNK_PEER_TWO_WAY, "two-way" },
	{ 0 }
};

static const struct name auths[] = {
	{ ETRUNK_AUTH_HMAC_SHA256, "hmac-sha256" },
	{ ETRUNK_AUTH_HMAC_SHA1, "hmac-sha1" },
	{ ETRUNK_AUTH_NONE, "none" },
	{ 0 }
};

static uint64_t fail_time(const struct inst *in)
{
	return inst_num(in, A(HELLO_MS)) * inst_num(in, A(MULTIPLIER));
}

static void fail_time_json(const struct inst *in)
{
	js_num("fail_time_ms", fail_time(in));
}

static char *fail_time_text(const struct inst *in)
{
	char *buf = NULL;
	size_t len;
	FILE *f = open_memstream(&buf, &len);

	if (!f)
		abort();
	put_time(f, fail_time(in) * US_PER_MS);
	fclose(f);
	return buf;
}

static const struct key keys[] = {
	{ .json = "id", .attr = A(ID), .type = T_U32, .flags = K_COL,
	  .min = 1, .max = ETRUNK_ID_MAX },
	{ .json = "state", .attr = A(STATE), .type = T_ENUM,
	  .flags = K_COL | K_STATE, .names = states },
	{ .json = "reason", .attr = A(REASON), .type = T_ENUM,
	  .flags = K_COL, .names = reasons },
	{ .word = "priority", .json = "priority", .attr = A(PRIORITY),
	  .type = T_U32, .flags = K_COL, .arg = "1..254", .def = "100",
	  .min = 1, .max = 254 },
	{ .json = "system_id", .attr = A(SYSTEM_ID), .type = T_MAC },
	{ .word = "peer-address", .json = "peer_address",
	  .attr = A(PEER_ADDRESS), .type = T_ADDR, .flags = K_REQ | K_COL,
	  .arg = "A" },
	{ .word = "source-address", .json = "source_address",
	  .attr = A(SOURCE_ADDRESS), .type = T_ADDR, .flags = K_REQ,
	  .arg = "A" },
	{ .word = "hello", .json = "hello_ms", .attr = A(HELLO_MS),
	  .type = T_TIME, .flags = K_BARE_MS, .arg = "500ms..10s",
	  .def = "1s", .min = 500, .max = 10000 },
	{ .word = "multiplier", .json = "multiplier", .attr = A(MULTIPLIER),
	  .type = T_U32, .arg = "3..300", .def = "20", .min = 3, .max = 300 },
	{ .json = "fail_time_ms", .type = T_FUNC, .json_fn = fail_time_json,
	  .text_fn = fail_time_text },
	{ .json = "peer", .attr = A(PEER), .type = T_ENUM,
	  .flags = K_COL | K_STATE, .names = peers },
	{ .json = "peer_priority", .attr = A(PEER_PRIORITY), .type = T_U32 },
	{ .json = "peer_system_id", .attr = A(PEER_SYSTEM_ID),
	  .type = T_MAC },
	{ .json = "peer_state", .attr = A(PEER_STATE), .type = T_ENUM,
	  .flags = K_COL | K_STATE, .names = states },
	{ .json = "peer_fail_time_ms", .attr = A(PEER_FAIL_TIME_MS),
	  .type = T_TIME },
	{ .json = "last_hello_age_ms", .attr = A(LAST_HELLO_AGE_MS),
	  .type = T_TIME, .flags = K_VOLATILE },
	{ .word = "revert-delay", .json = "revert_delay_s",
	  .attr = A(REVERT_DELAY_MS), .type = T_TIME, .flags = K_JSON_S,
	  .arg = "0s..10800s", .def = "120s", .max = 10800000 },
	{ .word = "track-bfd", .json = "bfd_session", .attr = A(TRACK_BFD),
	  .type = T_REF, .flags = K_COL, .arg = "NAME|none", .def = "none",
	  .ref = "bfd" },
	{ .json = "bfd_state", .attr = A(BFD_STATE), .type = T_ENUM,
	  .flags = K_COL | K_STATE, .names = bfd_states },
	{ .json = "rx", .attr = A(RX), .type = T_U64, .flags = K_VOLATILE },
	{ .json = "tx", .attr = A(TX), .type = T_U64, .flags = K_VOLATILE },
	{ .json = "rx_drop", .attr = A(RX_DROP), .type = T_U64,
	  .flags = K_VOLATILE },
	{ .json = "tx_drop", .attr = A(TX_DROP), .type = T_U64,
	  .flags = K_VOLATILE },
	{ .word = "description", .json = "description",
	  .attr = A(DESCRIPTION), .type = T_TEXT, .arg = "TEXT",
	  .def = "" },
	{ .json = "key_ids", .attr = A(KEY_IDS), .type = T_NUMBERS },
	{ .json = "faults", .attr = A(FAULT), .type = T_STRINGS,
	  .flags = K_COL },
	{ .json = "last_change", .attr = A(LAST_CHANGE_TIME),
	  .type = T_STAMP, .flags = K_NULL0 },
	{ .json = "members", .attr = A(MEMBER), .type = T_STRINGS },
	{ .word = "key-id", .attr = A(KEY_ID), .type = T_U32,
	  .flags = K_NOSAVE, .arg = "0..255", .def = "1", .max = 255 },
	{ .word = "key-file", .attr = A(KEY), .type = T_KEY,
	  .flags = K_NOSAVE, .arg = "FILE|-" },
	{ .word = "send-key", .json = "send_key", .attr = A(SEND_KEY),
	  .type = T_U32, .flags = K_NOSAVE, .arg = "0..255", .max = 255 },
	{ .word = "del-key", .attr = A(DEL_KEY), .type = T_U32,
	  .flags = K_NOSAVE | K_SET_ONLY, .arg = "0..255", .max = 255 },
	{ .word = "auth", .json = "auth", .attr = A(AUTH), .type = T_ENUM,
	  .arg = "hmac-sha256|hmac-sha1|none", .def = "hmac-sha256",
	  .names = auths },
	{ .word = "revert", .json = "revert", .attr = A(REVERT),
	  .type = T_BOOL, .arg = "on|off", .def = "on" },
	{ .word = "start-hold", .json = "start_hold_s",
	  .attr = A(START_HOLD_MS), .type = T_TIME, .flags = K_JSON_S,
	  .arg = "0s..3600s", .def = "30s", .max = 3600000 },
	{ .word = "core-tracking", .json = "core_tracking",
	  .attr = A(CORE_TRACKING), .type = T_BOOL, .arg = "on|off",
	  .def = "on" },
	{ .word = "core-hold-down", .json = "core_hold_down_ms",
	  .attr = A(CORE_HOLD_DOWN_MS), .type = T_TIME, .arg = "0s..60s",
	  .def = "100ms", .max = 60000 },
	{ .word = "core-hold-up", .json = "core_hold_up_ms",
	  .attr = A(CORE_HOLD_UP_MS), .type = T_TIME, .arg = "0s..3600s",
	  .def = "5s", .max = 3600000 },
	{ .json = "counters", .attr = A(COUNTER), .type = T_COUNTERS,
	  .flags = K_VOLATILE },
	{ .json = "history", .attr = A(HISTORY), .type = T_HISTORY },
	{ 0 }
};

/*
 * A key id without its key would say nothing; in a saved file it says that
 * the key stays what it is, which only apply can know.
 */
static const char *finish(struct inst *in, bool add)
{
	(void)add;
	if (inst_has(in, A(KEY_ID)) && !inst_has(in, A(KEY)) && !in->keep_keys)
		return "missing key \"key-file\" (there is a key-id)";
	return NULL;
}

/*
 * Keys. In a dump that shows them, and in what apply wants, each is a nest of
 * its id and its bytes; without bytes it is a key that stays what it is.
 */

static void put_nest(uint8_t *nest, size_t *len, uint16_t attr,
		     const void *data, uint16_t n)
{
	struct nlattr *a = (void *)(nest + *len);

	a->nla_type = attr;
	a->nla_len = MNL_ATTR_HDRLEN + n;
	memcpy(mnl_attr_get_payload(a), data, n);
	*len += MNL_ALIGN(a->nla_len);
}

void trunk_put_key(struct inst *in, uint32_t id, const struct item *key)
{
	uint8_t nest[3 * MNL_ATTR_HDRLEN + sizeof(id) + ETRUNK_KEY_MAX]
		__attribute__((aligned(8))) = { 0 };
	size_t len = 0;

	put_nest(nest, &len, A(KEY_ID), &id, sizeof(id));
	if (key)
		put_nest(nest, &len, A(KEY), key->data, key->len);
	inst_put(in, A(KEYS), nest, len);
	explicit_bzero(nest, sizeof(nest));
}

/* The key of one line of a file joins the others of its E-Trunk. */
void trunk_fold_key(struct inst *in)
{
	uint32_t id = 1;

	if (!inst_has(in, A(KEY_ID)) && !inst_has(in, A(KEY)))
		return;
	if (inst_has(in, A(KEY_ID)))
		id = inst_num(in, A(KEY_ID));
	trunk_put_key(in, id,
		      inst_has(in, A(KEY)) ? in->v[A(KEY)].it : NULL);
	in->v[A(KEYS)].line = in->line;
	inst_clear(in, A(KEY_ID));
	inst_clear(in, A(KEY));
}

/* Takes a nest apart; @key points into it, its data is NULL without bytes. */
bool trunk_key(const struct item *it, uint32_t *id, struct item *key)
{
	const struct nlattr *a;
	size_t off = 0;
	bool have = false;

	key->data = NULL;
	key->len = 0;
	while (off + MNL_ATTR_HDRLEN <= it->len) {
		a = (const void *)((const char *)it->data + off);
		if (a->nla_len < MNL_ATTR_HDRLEN || off + a->nla_len > it->len)
			break;
		if (mnl_attr_get_type(a) == A(KEY_ID) &&
		    mnl_attr_get_payload_len(a) == sizeof(*id)) {
			*id = mnl_attr_get_u32(a);
			have = true;
		} else if (mnl_attr_get_type(a) == A(KEY)) {
			key->len = mnl_attr_get_payload_len(a);
			key->data = mnl_attr_get_payload(a);
		}
		off += MNL_ALIGN(a->nla_len);
	}
	return have;
}

/* The nest of key @id, NULL if there is none. */
const struct item *trunk_find_key(const struct inst *in, uint32_t id)
{
	const struct val *v = &in->v[A(KEYS)];
	struct item key;
	unsigned int i;
	uint32_t n;

	for (i = 0; i < v->n; i++)
		if (trunk_key(&v->it[i], &n, &key) && n == id)
			return &v->it[i];
	return NULL;
}

const struct object object_trunk = {
	.word = "e-trunk",
	.id = "id",
	.id_type = T_U32,
	.id_attr = A(ID),
	.keys = keys,
	.cmd_new = ETRUNK_CMD_TRUNK_NEW,
	.cmd_set = ETRUNK_CMD_TRUNK_SET,
	.cmd_del = ETRUNK_CMD_TRUNK_DEL,
	.cmd_get = ETRUNK_CMD_TRUNK_GET,
	.show_attr = A(SHOW_KEYS),
	.counter_attr = A(COUNTER),
	.finish = finish,
};
