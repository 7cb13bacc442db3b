// SPDX-License-Identifier: GPL-2.0
/* member: local trunks in an E-Trunk */
#include "object.h"

#define A(x)	ETRUNK_A_MEMBER_##x

static const struct name modes[] = {
	{ ETRUNK_MODE_AUTO, "auto" },
	{ ETRUNK_MODE_FORCE_BACKUP, "force-backup" },
	{ ETRUNK_MODE_FORCE_MASTER, "force-master" },
	{ 0 }
};

static const struct name states[] = {
	{ ETRUNK_MEMBER_BACKUP, "backup" },
	{ ETRUNK_MEMBER_MASTER, "master" },
	{ ETRUNK_MEMBER_NEGOTIATION, "negotiation" },
	{ 0 }
};

static const struct name reasons[] = {
	{ ETRUNK_MREASON_FORCE_BACKUP, "FORCE_BACKUP" },
	{ ETRUNK_MREASON_FORCE_MASTER, "FORCE_MASTER" },
	{ ETRUNK_MREASON_ETRUNK_INIT, "ETRUNK_INIT" },
	{ ETRUNK_MREASON_ETRUNK_BACKUP, "ETRUNK_BACKUP" },
	{ ETRUNK_MREASON_ETRUNK_MASTER, "ETRUNK_MASTER" },
	{ ETRUNK_MREASON_PEER_MEMBER_DOWN, "PEER_MEMBER_DOWN" },
	{ ETRUNK_MREASON_PEER_MEMBER_UP, "PEER_MEMBER_UP" },
	{ ETRUNK_MREASON_LINK_DOWN, "LINK_DOWN" },
	{ ETRUNK_MREASON_NO_PEER_MEMBER, "NO_PEER_MEMBER" },
	{ ETRUNK_MREASON_CORE_DOWN, "CORE_DOWN" },
	{ ETRUNK_MREASON_PEER_CORE_DOWN, "PEER_CORE_DOWN" },
	{ ETRUNK_MREASON_START_HOLD, "START_HOLD" },
	{ ETRUNK_MREASON_REVERT_WAIT, "REVERT_WAIT" },
	{ ETRUNK_MREASON_PEER_BANDWIDTH_LARGE, "PEER_BANDWIDTH_LARGE" },
	{ ETRUNK_MREASON_LOCAL_BANDWIDTH_LARGE, "LOCAL_BANDWIDTH_LARGE" },
	{ 0 }
};

static const struct name updown[] = {
	{ 0, "down" }, { 1, "up" }, { 0 }
};

static const struct key keys[] = {
	{ .json = "dev", .attr = A(DEV), .type = T_NAME, .flags = K_COL },
	{ .word = "id", .json = "id", .attr = A(ID), .type = T_U32,
	  .flags = K_AUTO | K_COL, .arg = "N", .min = 1, .max = UINT32_MAX },
	{ .word = "remote-id", .json = "remote_id", .attr = A(REMOTE_ID),
	  .type = T_U32, .flags = K_AUTO, .arg = "N", .min = 1,
	  .max = UINT32_MAX },
	{ .word = "e-trunk", .json = "e_trunk", .attr = A(TRUNK_ID),
	  .type = T_U32, .flags = K_REQ | K_FIXED | K_COL, .arg = "ID",
	  .ref = "e-trunk", .min = 1, .max = ETRUNK_ID_MAX },
	{ .word = "mode", .json = "mode", .attr = A(MODE), .type = T_ENUM,
	  .flags = K_COL, .arg = "auto|force-master|force-backup",
	  .def = "auto", .names = modes },
	{ .json = "phys_state", .attr = A(PHYS_UP), .type = T_BOOL,
	  .flags = K_COL | K_STATE, .names = updown },
	{ .json = "state", .attr = A(STATE), .type = T_ENUM,
	  .flags = K_COL | K_STATE, .names = states },
	{ .json = "reason", .attr = A(REASON), .type = T_ENUM,
	  .flags = K_COL, .names = reasons },
	{ .json = "able", .attr = A(ABLE), .type = T_BOOL },
	{ .json = "peer_state", .attr = A(PEER_STATE), .type = T_ENUM,
	  .flags = K_COL | K_STATE, .names = states },
	{ .json = "ready", .attr = A(READY), .type = T_BOOL },
	{ .json = "core_ok", .attr = A(CORE_OK), .type = T_BOOL },
	{ .json = "links", .attr = A(LINKS), .type = T_U32, .flags = K_COL },
	{ .json = "partner", .attr = A(PARTNER), .type = T_MAC },
	{ .word = "lacp-key", .json = "lacp_key", .attr = A(LACP_KEY),
	  .type = T_U32, .flags = K_AUTO, .arg = "1..65535", .min = 1,
	  .max = 65535 },
	{ .word = "lacp-system-id", .json = "lacp_system_id",
	  .attr = A(LACP_SYSTEM_ID), .type = T_MAC, .arg = "MAC|none",
	  .def = "none" },
	{ .word = "lacp-priority", .json = "lacp_priority",
	  .attr = A(LACP_PRIORITY), .type = T_U32, .arg = "0..65535|none",
	  .def = "none", .max = 65535 },
	{ .word = "dormant", .json = "dormant", .attr = A(DORMANT),
	  .type = T_BOOL, .arg = "on|off", .def = "on" },
	{ .json = "peer_lacp_key", .attr = A(PEER_LACP_KEY), .type = T_U32 },
	{ .json = "acs", .attr = A(ACS), .type = T_U32 },
	{ .json = "ac_mtu", .attr = A(AC_MTU), .type = T_U32 },
	{ .json = "pw_mtu", .attr = A(PW_MTU), .type = T_U32 },
	{ .json = "peer_acs", .attr = A(PEER_ACS), .type = T_U32 },
	{ .json = "peer_ac_mtu", .attr = A(PEER_AC_MTU), .type = T_U32 },
	{ .json = "peer_pw_mtu", .attr = A(PEER_PW_MTU), .type = T_U32 },
	{ .word = "keep-up", .attr = A(KEEP_UP), .type = T_FLAG,
	  .flags = K_DEL },
	{ .json = "last_change", .attr = A(LAST_CHANGE_TIME),
	  .type = T_STAMP, .flags = K_NULL0 },
	{ .json = "faults", .attr = A(FAULT), .type = T_STRINGS,
	  .flags = K_COL },
	{ .json = "counters", .attr = A(COUNTER), .type = T_COUNTERS,
	  .flags = K_VOLATILE },
	{ .json = "history", .attr = A(HISTORY), .type = T_HISTORY },
	{ 0 }
};

const struct object object_member = {
	.word = "member",
	.id = "dev",
	.id_type = T_NAME,
	.id_attr = A(DEV),
	.keys = keys,
	.cmd_new = ETRUNK_CMD_MEMBER_NEW,
	.cmd_set = ETRUNK_CMD_MEMBER_SET,
	.cmd_del = ETRUNK_CMD_MEMBER_DEL,
	.cmd_get = ETRUNK_CMD_MEMBER_GET,
	.cmd_reset = ETRUNK_CMD_MEMBER_RESET,
	.counter_attr = A(COUNTER),
};
