/* SPDX-License-Identifier: GPL-2.0 */
/* What stands between the core's Ethernet header and a PW's payload (pure). */
#ifndef _ETRUNK_PW_LABEL_H
#define _ETRUNK_PW_LABEL_H

#include "pure.h"

#define ETRUNK_LABEL_MIN	16
#define ETRUNK_LABEL_MAX	1048575
#define ETRUNK_LABEL_EXPLICIT_NULL	0
#define ETRUNK_LABEL_GAL	13	/* RFC 5586 section 4 */

#define ETRUNK_LSE_LEN		4
#define ETRUNK_CW_LEN		4
#define ETRUNK_TTL_DATA		255
#define ETRUNK_TTL_OAM		1	/* to the adjacent PE, RFC 6478 5.4 */

/* tunnel labels, PW label, GAL or control word */
#define ETRUNK_STACK_LEN_MAX	\
	((ETRUNK_LABELS_MAX + 2) * ETRUNK_LSE_LEN + ETRUNK_CW_LEN)

/**
 * struct etrunk_stack - the label stack of a packet to send
 * @n_tunnel: tunnel labels
 * @tunnel: outermost first
 * @pw_label: PW label
 * @tc: traffic class of all entries
 * @cw: the PW has a control word
 * @oam: an ACH follows instead of a frame
 */
struct etrunk_stack {
	u8 n_tunnel;
	u32 tunnel[ETRUNK_LABELS_MAX];
	u32 pw_label;
	u8 tc;
	bool cw;
	bool oam;
};

/**
 * struct etrunk_lse - a label stack entry, RFC 3032
 * @label: 20 bits
 * @tc: 3 bits
 * @bottom: S bit
 * @ttl: 8 bits
 */
struct etrunk_lse {
	u32 label;
	u8 tc;
	bool bottom;
	u8 ttl;
};

/* what follows a PW label */
enum etrunk_payload {
	ETRUNK_PAYLOAD_FRAME,
	ETRUNK_PAYLOAD_ACH,
	ETRUNK_PAYLOAD_BAD,
};

u32 etrunk_lse_encode(const struct etrunk_lse *lse);
void etrunk_lse_decode(u32 word, struct etrunk_lse *lse);
size_t etrunk_stack_len(const struct etrunk_stack *s);
size_t etrunk_stack_build(const struct etrunk_stack *s, u8 *buf);
void etrunk_stack_set_tc(u8 *buf, u8 tc);
enum etrunk_payload etrunk_payload_parse(const u8 *buf, size_t len, bool cw,
					 bool bottom, size_t *skip);

#endif /* _ETRUNK_PW_LABEL_H */
