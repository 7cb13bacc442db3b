// SPDX-License-Identifier: GPL-2.0
/* vpws: services, each an AC and its pseudowires */
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "out.h"

#define A(x)	ETRUNK_A_VPWS_##x

static const struct name ac_states[] = {
	{ ETRUNK_AC_DOWN, "down" },
	{ ETRUNK_AC_UP, "up" },
	{ ETRUNK_AC_STANDBY, "standby" },
	{ 0 }
};

static const struct name redundancies[] = {
	{ ETRUNK_REDUNDANCY_INDEPENDENT, "independent" },
	{ ETRUNK_REDUNDANCY_NONE, "none" },
	{ 0 }
};

static const struct name precedences[] = {
	{ ETRUNK_PRECEDENCE_PW_ID, "pw-id" },
	{ ETRUNK_PRECEDENCE_CONFIGURED, "configured" },
	{ 0 }
};

static const struct name l2_controls[] = {
	{ ETRUNK_L2_CONTROL_DROP, "drop" },
	{ ETRUNK_L2_CONTROL_TUNNEL, "tunnel" },
	{ 0 }
};

static const char *str_or_null(const struct inst *in, uint16_t attr)
{
	const char *s = inst_str(in, attr);

	return s && *s ? s : NULL;
}

static void js_maybe(const char *key, const char *s)
{
	if (s)
		js_str(key, s);
	else
		js_null(key);
}

static void last_switch_json(const struct inst *in)
{
	if (!inst_num(in, A(LAST_SWITCH_TIME))) {
		js_null("last_switch");
		return;
	}
	js_object("last_switch");
	js_stamp("time", inst_num(in, A(LAST_SWITCH_TIME)));
	js_maybe("from", str_or_null(in, A(LAST_SWITCH_FROM)));
	js_maybe("to", str_or_null(in, A(LAST_SWITCH_TO)));
	js_maybe("reason", str_or_null(in, A(LAST_SWITCH_REASON)));
	js_end();
}

static char *last_switch_text(const struct inst *in)
{
	const char *from = str_or_null(in, A(LAST_SWITCH_FROM));
	const char *to = str_or_null(in, A(LAST_SWITCH_TO));
	const char *reason = str_or_null(in, A(LAST_SWITCH_REASON));
	char *buf = NULL;
	size_t len;
	FILE *f;

	if (!inst_num(in, A(LAST_SWITCH_TIME)))
		return NULL;
	f = open_memstream(&buf, &len);
	if (!f)
		abort();
	put_rfc3339(f, inst_num(in, A(LAST_SWITCH_TIME)));
	fprintf(f, " %s -> %s", from ? from : "none", to ? to : "none");
	if (reason)
		fprintf(f, " (%s)", reason);
	fclose(f);
	return buf;
}

/* All PWs in order; the words pw and secondary are two parts of the list. */
static const struct key all_pws = {
	.json = "pws", .attr = A(PW), .type = T_STRINGS,
};

static void pws_json(const struct inst *in)
{
	js_value(&all_pws, in);
}

static char *pws_text(const struct inst *in)
{
	return key_text(&all_pws, in);
}

static const struct key keys[] = {
	{ .json = "name", .attr = A(NAME), .type = T_NAME, .flags = K_COL },
	{ .word = "ac", .json = "ac", .attr = A(AC), .type = T_NAME,
	  .flags = K_REQ | K_FIXED | K_COL, .arg = "DEV" },
	{ .json = "ac_state", .attr = A(AC_STATE), .type = T_ENUM,
	  .flags = K_COL | K_STATE, .names = ac_states },
	{ .word = "redundancy", .json = "redundancy", .attr = A(REDUNDANCY),
	  .type = T_ENUM, .arg = "independent|none", .def = "independent",
	  .names = redundancies },
	{ .json = "active_pw", .attr = A(ACTIVE_PW), .type = T_STRING,
	  .flags = K_COL },
	{ .json = "pws", .type = T_FUNC, .flags = K_COL,
	  .json_fn = pws_json, .text_fn = pws_text },
	{ .word = "pw", .attr = A(PW), .type = T_REF,
	  .flags = K_REQ | K_FIRST, .arg = "NAME", .ref = "pw" },
	{ .word = "secondary", .attr = A(PW), .type = T_REF,
	  .flags = K_MULTI, .arg = "NAME|none", .ref = "pw" },
	{ .json = "switchovers", .attr = A(SWITCHOVERS), .type = T_U32,
	  .flags = K_COL },
	{ .json = "last_switch", .type = T_FUNC,
	  .json_fn = last_switch_json, .text_fn = last_switch_text },
	{ .word = "precedence", .json = "precedence", .attr = A(PRECEDENCE),
	  .type = T_ENUM, .arg = "pw-id|configured", .def = "pw-id",
	  .names = precedences },
	{ .word = "dual-receive", .json = "dual_receive",
	  .attr = A(DUAL_RECEIVE), .type = T_BOOL, .arg = "on|off",
	  .def = "on" },
	{ .word = "l2-control", .json = "l2_control",
	  .attr = A(L2_CONTROL), .type = T_ENUM, .arg = "drop|tunnel",
	  .def = "drop", .names = l2_controls },
	{ .json = "counters", .attr = A(COUNTER), .type = T_COUNTERS,
	  .flags = K_VOLATILE },
	{ 0 }
};

/*
 * The list goes to the kernel whole, the user changes either part of it:
 * "secondary none" empties the second.
 */
static void merge(struct inst *in, const struct inst *have)
{
	bool pw = key_given(in, "pw"), sec = key_given(in, "secondary");
	const struct val *v = &have->v[A(PW)];
	unsigned int i;

	if (pw && !sec)
		for (i = 1; i < v->n; i++)
			inst_put(in, A(PW), v->it[i].data, v->it[i].len);
	if (sec && !pw && v->n)
		inst_put_first(in, A(PW), v->it[0].data, v->it[0].len);
}

static const struct verb switchover = {
	.word = "switchover",
	.cmd = ETRUNK_CMD_VPWS_SWITCHOVER,
	.arg = "to",
	.attr = A(SWITCHOVER_TO),
	.help = "PW",
};

const struct object object_vpws = {
	.word = "vpws",
	.id = "name",
	.id_type = T_NAME,
	.id_attr = A(NAME),
	.keys = keys,
	.cmd_new = ETRUNK_CMD_VPWS_NEW,
	.cmd_set = ETRUNK_CMD_VPWS_SET,
	.cmd_del = ETRUNK_CMD_VPWS_DEL,
	.cmd_get = ETRUNK_CMD_VPWS_GET,
	.cmd_reset = ETRUNK_CMD_VPWS_RESET,
	.counter_attr = A(COUNTER),
	.verb = &switchover,
	.merge = merge,
};
