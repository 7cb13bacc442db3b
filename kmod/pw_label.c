// SPDX-License-Identifier: GPL-2.0
/*
 * Label stack and control word of a PW packet (RFC 3032, 4385, 4448, 6423):
 *
 *	data, control word	tunnel.. | PW S=1 TTL 255 | CW 0 | frame
 *	data, none		tunnel.. | PW S=1 TTL 255 | frame
 *	OAM, control word	tunnel.. | PW S=1 TTL 1 | ACH ..
 *	OAM, none		tunnel.. | PW S=0 TTL 1 | GAL S=1 TTL 1 | ACH ..
 *
 * Both ends know from configuration whether there is a control word; nothing
 * is guessed from the packet.
 */
#include "pw_label.h"

/**
 * etrunk_lse_encode - make a label stack entry
 * @lse: its fields
 *
 * Return: the entry in host order.
 */
u32 etrunk_lse_encode(const struct etrunk_lse *lse)
{
	return lse->label << 12 | (u32)(lse->tc & 7) << 9 |
	       (u32)lse->bottom << 8 | lse->ttl;
}

/**
 * etrunk_lse_decode - take a label stack entry apart
 * @word: the entry in host order
 * @lse: its fields
 */
void etrunk_lse_decode(u32 word, struct etrunk_lse *lse)
{
	lse->label = word >> 12;
	lse->tc = word >> 9 & 7;
	lse->bottom = word >> 8 & 1;
	lse->ttl = word & 0xff;
}

/**
 * etrunk_stack_len - bytes that etrunk_stack_build() will write
 * @s: the stack
 *
 * Return: their number, a multiple of 4.
 */
size_t etrunk_stack_len(const struct etrunk_stack *s)
{
	size_t len = (s->n_tunnel + 1) * ETRUNK_LSE_LEN;

	if (s->oam)
		return s->cw ? len : len + ETRUNK_LSE_LEN;
	return s->cw ? len + ETRUNK_CW_LEN : len;
}

static u8 *put_lse(u8 *buf, u32 label, u8 tc, bool bottom, u8 ttl)
{
	const struct etrunk_lse lse = {
		.label = label,
		.tc = tc,
		.bottom = bottom,
		.ttl = ttl,
	};

	put_unaligned_be32(etrunk_lse_encode(&lse), buf);
	return buf + ETRUNK_LSE_LEN;
}

/**
 * etrunk_stack_build - write labels and control word
 * @s: the stack
 * @buf: etrunk_stack_len() bytes
 *
 * Tunnel entries have TTL 255 also above OAM: TTL 1 is for the PW's far end,
 * not for the next LSR.
 *
 * Return: bytes written.
 */
size_t etrunk_stack_build(const struct etrunk_stack *s, u8 *buf)
{
	u8 ttl = s->oam ? ETRUNK_TTL_OAM : ETRUNK_TTL_DATA;
	bool gal = s->oam && !s->cw;
	u8 *p = buf;
	unsigned int i;

	for (i = 0; i < s->n_tunnel; i++)
		p = put_lse(p, s->tunnel[i], s->tc, false, ETRUNK_TTL_DATA);
	p = put_lse(p, s->pw_label, s->tc, !gal, ttl);
	if (gal)
		p = put_lse(p, ETRUNK_LABEL_GAL, 0, true, ETRUNK_TTL_OAM);

	if (s->cw && !s->oam) {
		/* no sequence number: all zero, RFC 4448 section 4.6 */
		put_unaligned_be32(0, p);
		p += ETRUNK_CW_LEN;
	}
	return p - buf;
}

/**
 * etrunk_stack_set_tc - give all entries of a stack another traffic class
 * @buf: as etrunk_stack_build() wrote it for a frame
 * @tc: 0..7
 */
void etrunk_stack_set_tc(u8 *buf, u8 tc)
{
	bool bottom;

	do {
		bottom = buf[2] & 1;
		buf[2] = (buf[2] & 0xf1) | (tc & 7) << 1;
		buf += ETRUNK_LSE_LEN;
	} while (!bottom);
}

/**
 * etrunk_payload_parse - what stands behind our PW label
 * @buf: bytes behind it, as many as are at hand up to 8
 * @len: how many
 * @cw: the PW has a control word
 * @bottom: S bit of the PW label
 * @skip: bytes to skip for the frame or the ACH
 *
 * Return: the kind. With a control word its first nibble tells data (0) from
 * the associated channel (1); reserved bits are ignored. Without one, only the
 * GAL announces a channel.
 */
enum etrunk_payload etrunk_payload_parse(const u8 *buf, size_t len, bool cw,
					 bool bottom, size_t *skip)
{
	struct etrunk_lse gal;

	if (!bottom) {
		if (len < ETRUNK_LSE_LEN + ETRUNK_CW_LEN)
			return ETRUNK_PAYLOAD_BAD;
		etrunk_lse_decode(get_unaligned_be32(buf), &gal);
		if (gal.label != ETRUNK_LABEL_GAL || !gal.bottom ||
		    buf[ETRUNK_LSE_LEN] >> 4 != 1)
			return ETRUNK_PAYLOAD_BAD;
		*skip = ETRUNK_LSE_LEN;
		return ETRUNK_PAYLOAD_ACH;
	}

	if (!cw) {
		*skip = 0;
		return ETRUNK_PAYLOAD_FRAME;
	}

	if (len < ETRUNK_CW_LEN)
		return ETRUNK_PAYLOAD_BAD;
	switch (buf[0] >> 4) {
	case 0:
		*skip = ETRUNK_CW_LEN;
		return ETRUNK_PAYLOAD_FRAME;
	case 1:
		*skip = 0;
		return ETRUNK_PAYLOAD_ACH;
	default:
		return ETRUNK_PAYLOAD_BAD;
	}
}
