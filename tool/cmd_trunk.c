// SPDX-License-Identifier: GPL-2.0
/* e-trunk: the relation with one peer PE */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

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

static const struct name selects[] = {
	{ ETRUNK_SELECT_NONE, "none" },
	{ ETRUNK_SELECT_LINK_NUMBER, "link-number" },
	{ ETRUNK_SELECT_BANDWIDTH, "bandwidth" },
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

static const struct name splits[] = {
	{ ETRUNK_SPLIT_STANDBY, "standby" },
	{ ETRUNK_SPLIT_MASTER, "master" },
	{ 0 }
};

/**
 * struct path - a path as shown
 * @name: of it
 * @up: attribute
 * @since: its time
 * @age: how old its last hello is
 */
static const struct path {
	const char *name;
	uint16_t up;
	struct key since;
	struct key age;
} paths[] = {
	{ "primary", A(PRIMARY_UP),
	  { .json = "since", .attr = A(PRIMARY_SINCE), .type = T_STAMP },
	  { .json = "last_hello_age_ms", .attr = A(PRIMARY_AGE_MS),
	    .type = T_TIME } },
	{ "backup", A(BACKUP_UP),
	  { .json = "since", .attr = A(BACKUP_SINCE), .type = T_STAMP },
	  { .json = "last_hello_age_ms", .attr = A(BACKUP_AGE_MS),
	    .type = T_TIME } },
};

static const char *path_state(const struct inst *in, const struct path *p)
{
	return inst_num(in, p->up) ? "up" : "down";
}

static void paths_json(const struct inst *in)
{
	unsigned int i;

	js_array("paths");
	for (i = 0; i < 2; i++) {
		if (!inst_has(in, paths[i].up))
			continue;
		js_object(NULL);
		js_str("path", paths[i].name);
		js_str("state", path_state(in, &paths[i]));
		js_value(&paths[i].since, in);
		js_value(&paths[i].age, in);
		js_end();
	}
	js_end();
}

static char *paths_text(const struct inst *in)
{
	char *buf = NULL, *since;
	unsigned int i;
	size_t len;
	FILE *f = open_memstream(&buf, &len);

	if (!f)
		abort();
	for (i = 0; i < 2; i++) {
		if (!inst_has(in, paths[i].up))
			continue;
		since = key_text(&paths[i].since, in);
		fprintf(f, "%s%s %s since %s", i ? ", " : "", paths[i].name,
			path_state(in, &paths[i]), since ? since : "-");
		free(since);
	}
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
	{ .word = "vrf", .json = "vrf", .attr = A(VRF_DEV), .type = T_DEV,
	  .flags = K_FIXED, .arg = "DEV" },
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
	{ .word = "select", .json = "select", .attr = A(SELECT),
	  .type = T_ENUM, .arg = "none|link-number|bandwidth", .def = "none",
	  .names = selects },
	{ .word = "backup-peer-address", .json = "backup_peer_address",
	  .attr = A(BACKUP_PEER_ADDRESS), .type = T_ADDR, .arg = "A|none",
	  .def = "none" },
	{ .word = "backup-source-address", .json = "backup_source_address",
	  .attr = A(BACKUP_SOURCE_ADDRESS), .type = T_ADDR, .arg = "A|none",
	  .def = "none" },
	{ .word = "split-policy", .json = "split_policy",
	  .attr = A(SPLIT_POLICY), .type = T_ENUM, .arg = "standby|master",
	  .def = "standby", .names = splits },
	{ .word = "replay-protection", .json = "replay_protection",
	  .attr = A(REPLAY_PROTECTION), .type = T_BOOL, .arg = "on|off",
	  .def = "on" },
	{ .json = "paths", .type = T_FUNC, .json_fn = paths_json,
	  .text_fn = paths_text },
	{ .json = "peer_hello_ms", .attr = A(PEER_HELLO_MS), .type = T_TIME },
	{ .json = "peer_multiplier", .attr = A(PEER_MULTIPLIER),
	  .type = T_U32 },
	{ .json = "peer_revert_delay_s", .attr = A(PEER_REVERT_DELAY_MS),
	  .type = T_TIME, .flags = K_JSON_S },
	{ .json = "peer_revert", .attr = A(PEER_REVERT), .type = T_BOOL },
	{ .json = "peer_version", .attr = A(PEER_VERSION), .type = T_STRING },
	{ .json = "switchover", .attr = A(SWITCHOVER), .type = T_BOOL },
	{ .json = "peer_switchover", .attr = A(PEER_SWITCHOVER),
	  .type = T_BOOL },
	{ .json = "counters", .attr = A(COUNTER), .type = T_COUNTERS,
	  .flags = K_VOLATILE },
	{ .json = "history", .attr = A(HISTORY), .type = T_HISTORY },
	{ 0 }
};

static const struct secrets secrets = {
	.id = A(KEY_ID),
	.key = A(KEY),
	.send = A(SEND_KEY),
	.del = A(DEL_KEY),
	.ids = A(KEY_IDS),
	.nest = A(KEYS),
};

static const struct verb switchover = {
	.word = "switchover",
	.cmd = ETRUNK_CMD_TRUNK_SWITCHOVER,
	.arg = "back",
	.attr = A(BACK),
};

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
	.cmd_reset = ETRUNK_CMD_TRUNK_RESET,
	.show_attr = A(SHOW_KEYS),
	.secrets = &secrets,
	.counter_attr = A(COUNTER),
	.verb = &switchover,
	.finish = secret_finish,
};
