// SPDX-License-Identifier: GPL-2.0
/* core: interfaces towards the MPLS core */
#include "object.h"

#define A(x)	ETRUNK_A_CORE_##x

static const struct key keys[] = {
	{ .json = "dev", .attr = A(DEV), .type = T_NAME, .flags = K_COL },
	{ .json = "ifindex", .attr = A(IFINDEX), .type = T_U32,
	  .flags = K_COL },
	{ .json = "counters", .attr = A(COUNTER), .type = T_COUNTERS,
	  .flags = K_VOLATILE },
	{ 0 }
};

const struct object object_core = {
	.word = "core",
	.id = "dev",
	.id_type = T_NAME,
	.id_attr = A(DEV),
	.keys = keys,
	.cmd_new = ETRUNK_CMD_CORE_NEW,
	.cmd_del = ETRUNK_CMD_CORE_DEL,
	.cmd_get = ETRUNK_CMD_CORE_GET,
	.cmd_reset = ETRUNK_CMD_CORE_RESET,
	.counter_attr = A(COUNTER),
};
