// SPDX-License-Identifier: GPL-2.0
/* pw: Ethernet pseudowires */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "out.h"

#define A(x)	ETRUNK_A_PW_##x

static const struct name updown[] = {
	{ 0, "down" }, { 1, "up" }, { 0 }
};


static const struct name status_modes[] = {
	{ ETRUNK_PW_STATUS_STATIC, "static" },
	{ ETRUNK_PW_STATUS_NONE, "none" },
	{ 0 }
};

static const struct name livenesses[] = {
	{ ETRUNK_PW_LIVENESS_NONE, "none" },
	{ ETRUNK_PW_LIVENESS_IP_BFD, "ip-bfd" },
	{ ETRUNK_PW_LIVENESS_VCCV, "vccv" },
	{ 0 }
};

static const struct name status_bits[] = {
	{ ETRUNK_PW_NOT_FORWARDING, "not-forwarding" },
	{ ETRUNK_PW_AC_RX_FAULT, "ac-rx-fault" },
	{ ETRUNK_PW_AC_TX_FAULT, "ac-tx-fault" },
	{ ETRUNK_PW_PSN_RX_FAULT, "psn-rx-fault" },
	{ ETRUNK_PW_PSN_TX_FAULT, "psn-tx-fault" },
	{ ETRUNK_PW_STANDBY, "standby" },
	{ ETRUNK_PW_REQ_SWITCHOVER, "request-switchover" },
	{ 0 }
};

/* "forwarding", or the bits by name; bits without one in hex */
static char *status_str(const struct inst *in, uint16_t attr)
{
	uint32_t word = inst_num(in, attr);
	const struct name *n;
	char *buf = NULL;
	size_t len;
	FILE *f;

	if (!inst_has(in, attr))
		return NULL;
	f = open_memstream(&buf, &len);
	if (!f)
		abort();
	if (!word)
		fputs("forwarding", f);
	for (n = status_bits; n->word; n++) {
		if (!(word & n->value))
			continue;
		word &= ~n->value;
		fprintf(f, "%s%s", n->word, word ? " " : "");
	}
	if (word)
		fprintf(f, "0x%" PRIx32, word);
	fclose(f);
	return buf;
}

static void status_json(const char *key, char *text)
{
	if (text)
		js_str(key, text);
	else
		js_null(key);
	free(text);
}

static void local_json(const struct inst *in)
{
	status_json("local_status_str", status_str(in, A(LOCAL_STATUS)));
}

static char *local_text(const struct inst *in)
{
	return status_str(in, A(LOCAL_STATUS));
}

static void remote_json(const struct inst *in)
{
	status_json("remote_status_str", status_str(in, A(REMOTE_STATUS)));
}

static char *remote_text(const struct inst *in)
{
	return status_str(in, A(REMOTE_STATUS));
}

/* A path is its device, its next hop and its labels together. */
struct path {
	struct key dev;
	struct key via;
	struct key labels;
};

static const struct path lsp = {
	.dev = { .json = "dev", .attr = A(LSP_IFINDEX), .type = T_IFINDEX },
	.via = { .json = "via", .attr = A(LSP_VIA), .type = T_ADDR },
	.labels = { .json = "labels", .attr = A(LSP_LABELS),
		    .type = T_LABELS },
};

static const struct path pinned = {
	.dev = { .json = "dev", .attr = A(DEV), .type = T_DEV },
	.via = { .json = "via", .attr = A(VIA), .type = T_ADDR },
	.labels = { .json = "labels", .attr = A(TUNNEL_LABELS),
		    .type = T_LABELS },
};

static void path_json(const char *key, const struct inst *in,
		      const struct path *p)
{
	if (!inst_has(in, p->dev.attr)) {
		js_null(key);
		return;
	}
	js_object(key);
	js_value(&p->dev, in);
	js_value(&p->via, in);
	if (inst_has(in, p->labels.attr)) {
		js_value(&p->labels, in);
	} else {
		js_array("labels");
		js_end();
	}
	js_end();
}

static char *path_text(const struct inst *in, const struct path *p)
{
	char *dev = key_text(&p->dev, in), *via = key_text(&p->via, in);
	char *labels = key_text(&p->labels, in), *text = NULL;

	if (dev && asprintf(&text, "%s%s%s%s%s", dev, via ? " via " : "",
			    via ? via : "",
			    labels && *labels ? " labels " : "",
			    labels ? labels : "") < 0)
		abort();
	free(dev);
	free(via);
	free(labels);
	return text;
}

static void lsp_json(const struct inst *in)
{
	path_json("lsp", in, &lsp);
}

static char *lsp_text(const struct inst *in)
{
	return path_text(in, &lsp);
}

static void pinned_json(const struct inst *in)
{
	path_json("pinned", in, &pinned);
}

static char *pinned_text(const struct inst *in)
{
	return path_text(in, &pinned);
}

static const struct name vccv_modes[] = {
	{ ETRUNK_PW_VCCV_OFF, "off" },
	{ ETRUNK_PW_VCCV_ON, "on" },
	{ ETRUNK_PW_VCCV_IP, "ip" },
	{ 0 }
};

static const struct name types[] = {
	{ ETRUNK_PW_RAW, "raw" },
	{ ETRUNK_PW_TAGGED, "tagged" },
	{ 0 }
};

static const struct name traffic_classes[] = {
	{ 0, "0" }, { 1, "1" }, { 2, "2" }, { 3, "3" },
	{ 4, "4" }, { 5, "5" }, { 6, "6" }, { 7, "7" },
	{ ETRUNK_PW_TC_8021P, "802.1p" },
	{ 0 }
};

static const struct key keys[] = {
	{ .json = "name", .attr = A(NAME), .type = T_NAME, .flags = K_COL },
	{ .word = "peer", .json = "peer", .attr = A(PEER), .type = T_ADDR,
	  .flags = K_REQ | K_FIXED | K_COL, .arg = "A" },
	{ .word = "pw-id", .json = "pw_id", .attr = A(PW_ID), .type = T_U32,
	  .flags = K_REQ | K_FIXED | K_COL, .arg = "1..4294967295", .min = 1,
	  .max = UINT32_MAX },
	{ .word = "in-label", .json = "in_label", .attr = A(IN_LABEL),
	  .type = T_U32, .flags = K_REQ | K_FIXED | K_COL, .arg = "16..1048575",
	  .min = 16, .max = 1048575 },
	{ .word = "out-label", .json = "out_label", .attr = A(OUT_LABEL),
	  .type = T_U32, .flags = K_REQ | K_FIXED | K_COL, .arg = "16..1048575",
	  .min = 16, .max = 1048575 },
	{ .json = "state", .attr = A(UP), .type = T_BOOL,
	  .flags = K_COL | K_STATE, .names = updown },
	{ .json = "active", .attr = A(ACTIVE), .type = T_BOOL,
	  .flags = K_COL },
	{ .json = "local_status", .attr = A(LOCAL_STATUS), .type = T_HEX,
	  .flags = K_COL },
	{ .json = "local_status_str", .type = T_FUNC,
	  .json_fn = local_json, .text_fn = local_text },
	{ .json = "remote_status", .attr = A(REMOTE_STATUS), .type = T_HEX,
	  .flags = K_COL },
	{ .json = "remote_status_str", .type = T_FUNC,
	  .json_fn = remote_json, .text_fn = remote_text },
	{ .word = "control-word", .json = "control_word",
	  .attr = A(CONTROL_WORD), .type = T_BOOL, .flags = K_FIXED,
	  .arg = "on|off", .def = "on" },
	{ .json = "liveness", .attr = A(LIVENESS), .type = T_ENUM,
	  .names = livenesses },
	{ .json = "bfd_state", .attr = A(BFD_STATE), .type = T_ENUM,
	  .flags = K_COL | K_STATE, .names = bfd_states },
	{ .json = "lsp", .type = T_FUNC, .flags = K_COL,
	  .json_fn = lsp_json, .text_fn = lsp_text },
	{ .json = "rx_packets", .attr = A(RX_PACKETS), .type = T_U64,
	  .flags = K_VOLATILE },
	{ .json = "rx_bytes", .attr = A(RX_BYTES), .type = T_U64,
	  .flags = K_VOLATILE },
	{ .json = "tx_packets", .attr = A(TX_PACKETS), .type = T_U64,
	  .flags = K_VOLATILE },
	{ .json = "tx_bytes", .attr = A(TX_BYTES), .type = T_U64,
	  .flags = K_VOLATILE },
	{ .json = "rx_drop", .attr = A(RX_DROP), .type = T_U64,
	  .flags = K_VOLATILE },
	{ .json = "tx_drop", .attr = A(TX_DROP), .type = T_U64,
	  .flags = K_VOLATILE },
	{ .json = "vpws", .attr = A(VPWS), .type = T_STRING,
	  .flags = K_COL },
	{ .json = "pinned", .type = T_FUNC, .json_fn = pinned_json,
	  .text_fn = pinned_text },
	{ .word = "via", .attr = A(VIA), .type = T_ADDR, .flags = K_FIXED,
	  .arg = "A" },
	{ .word = "dev", .attr = A(DEV), .type = T_DEV, .flags = K_FIXED,
	  .arg = "IF", .ref = "core" },
	{ .word = "tunnel-label", .attr = A(TUNNEL_LABELS),
	  .type = T_LABELS, .flags = K_FIXED, .arg = "L[/L...]" },
	{ .word = "type", .json = "type", .attr = A(TYPE), .type = T_ENUM,
	  .flags = K_FIXED, .arg = "raw|tagged", .def = "raw",
	  .names = types },
	{ .word = "vlan", .json = "vlan", .attr = A(VLAN), .type = T_U32,
	  .flags = K_FIXED, .arg = "0..4094", .def = "0", .max = 4094 },
	{ .word = "sequence", .json = "sequence", .attr = A(SEQUENCE),
	  .type = T_BOOL, .flags = K_FIXED, .arg = "on|off", .def = "off" },
	{ .word = "tc", .json = "tc", .attr = A(TC), .type = T_ENUM,
	  .arg = "0..7|802.1p", .def = "802.1p", .names = traffic_classes },
	{ .word = "mtu", .json = "mtu", .attr = A(MTU), .type = T_U32,
	  .arg = "64..65535", .def = "1500", .min = 64, .max = 65535 },
	{ .word = "status", .json = "status", .attr = A(STATUS),
	  .type = T_ENUM, .flags = K_FIXED, .arg = "static|none",
	  .def = "static", .names = status_modes },
	{ .word = "refresh", .json = "refresh_s", .attr = A(REFRESH_S),
	  .type = T_TIME, .flags = K_SEC, .arg = "0s..65535s",
	  .def = "600s", .max = 65535 },
	{ .word = "initial-remote", .json = "initial_remote",
	  .attr = A(INITIAL_REMOTE), .type = T_HEX, .arg = "WORD",
	  .def = "0x0" },
	{ .word = "track-bfd", .json = "track_bfd", .attr = A(TRACK_BFD),
	  .type = T_REF, .arg = "NAME|none", .def = "none", .ref = "bfd" },
	{ .word = "vccv-bfd", .json = "vccv_bfd", .attr = A(VCCV_BFD),
	  .type = T_ENUM, .arg = "on|ip|off", .def = "off",
	  .names = vccv_modes },
	{ .word = "min-tx", .json = "min_tx_us", .attr = A(MIN_TX_US),
	  .type = T_TIME, .flags = K_US | K_BARE_MS, .arg = "3300us..20s",
	  .def = "10ms", .min = 3300, .max = 20000000 },
	{ .word = "min-rx", .json = "min_rx_us", .attr = A(MIN_RX_US),
	  .type = T_TIME, .flags = K_US | K_BARE_MS, .arg = "3300us..20s",
	  .def = "10ms", .min = 3300, .max = 20000000 },
	{ .word = "multiplier", .json = "multiplier", .attr = A(MULTIPLIER),
	  .type = T_U32, .arg = "3..50", .def = "3", .min = 3, .max = 50 },
	{ .json = "detect_time_us", .attr = A(DETECT_TIME_US),
	  .type = T_TIME, .flags = K_US },
	{ .word = "lockout", .json = "lockout", .attr = A(LOCKOUT),
	  .type = T_BOOL, .arg = "on|off", .def = "off" },
	{ .json = "last_change", .attr = A(LAST_CHANGE_TIME),
	  .type = T_STAMP, .flags = K_NULL0 },
	{ .json = "counters", .attr = A(COUNTER), .type = T_COUNTERS,
	  .flags = K_VOLATILE },
	{ .json = "history", .attr = A(HISTORY), .type = T_HISTORY },
	{ 0 }
};

const struct object object_pw = {
	.word = "pw",
	.id = "name",
	.id_type = T_NAME,
	.id_attr = A(NAME),
	.keys = keys,
	.cmd_new = ETRUNK_CMD_PW_NEW,
	.cmd_set = ETRUNK_CMD_PW_SET,
	.cmd_del = ETRUNK_CMD_PW_DEL,
	.cmd_get = ETRUNK_CMD_PW_GET,
	.cmd_reset = ETRUNK_CMD_PW_RESET,
	.counter_attr = A(COUNTER),
};
