// SPDX-License-Identifier: GPL-2.0
/* system: the E-Trunk identity of this PE */
#include "object.h"

#define A(x)	ETRUNK_A_SYSTEM_##x

static const struct key keys[] = {
	{ .word = "lacp-system-id", .json = "lacp_system_id",
	  .attr = A(LACP_SYSTEM_ID), .type = T_MAC, .flags = K_COL,
	  .arg = "MAC|none", .def = "none" },
	{ .word = "lacp-priority", .json = "lacp_priority",
	  .attr = A(LACP_PRIORITY), .type = T_U32, .flags = K_COL,
	  .arg = "0..65535", .def = "32768", .max = 65535 },
	{ .word = "udp-port", .json = "udp_port", .attr = A(UDP_PORT),
	  .type = T_U32, .flags = K_COL, .arg = "1025..65535", .def = "1025",
	  .min = 1025, .max = 65535 },
	{ .word = "weak-algorithms", .json = "weak_algorithms",
	  .attr = A(WEAK_ALGORITHMS), .type = T_BOOL, .flags = K_COL,
	  .arg = "on|off", .def = "off" },
	{ .json = "system_id", .attr = A(SYSTEM_ID), .type = T_MAC,
	  .flags = K_COL },
	{ .json = "version", .attr = A(VERSION), .type = T_STRING },
	{ .json = "counters", .attr = A(COUNTER), .type = T_COUNTERS,
	  .flags = K_VOLATILE },
	{ 0 }
};

const struct object object_system = {
	.word = "system",
	.keys = keys,
	.cmd_set = ETRUNK_CMD_SYSTEM_SET,
	.cmd_get = ETRUNK_CMD_SYSTEM_GET,
	.cmd_reset = ETRUNK_CMD_SYSTEM_RESET,
	.counter_attr = A(COUNTER),
};
