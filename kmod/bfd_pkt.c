// SPDX-License-Identifier: GPL-2.0
/*
 * BFD control packet codec. Field offsets of RFC 5880 4.1:
 *
 *	0  version (3 bits), diag (5)	1  state (2 bits), P F C A D M
 *	2  detect mult			3  length
 *	4  my discriminator		8  your discriminator
 *	12 desired min tx		16 required min rx
 *	20 required min echo rx
 */
#include "bfd_pkt.h"

/**
 * etrunk_bfd_pkt_parse - decode a packet and make the context-free checks
 * @pkt: result, written only if the packet passes
 * @buf: start of the UDP payload
 * @have: readable octets at @buf, min(@payload, ETRUNK_BFD_PKT_LEN) or more
 * @payload: length of the UDP payload
 *
 * Steps 1 to 6 and 8 of RFC 5880 6.8.6 in their order; step 7 (look up by a
 * non-zero Your Discriminator) excludes step 8, so nothing is reordered. The
 * payload may be longer than Length says (RFC 9764). P together with F, odd
 * diagnostics and intervals are no reason to discard.
 *
 * Return: ETRUNK_BFD_DROP_NONE or the first check that failed.
 */
enum etrunk_bfd_drop etrunk_bfd_pkt_parse(struct etrunk_bfd_pkt *pkt,
					  const u8 *buf, size_t have,
					  size_t payload)
{
	u8 flags, length, state;
	u32 my, your;

	/* up to Length, which says how much more there should be */
	if (have < 4)
		return ETRUNK_BFD_DROP_TRUNCATED;

	if (buf[0] >> 5 != ETRUNK_BFD_VERSION)
		return ETRUNK_BFD_DROP_VERSION;

	flags = buf[1] & 0x3f;
	length = buf[3];
	if (length < (flags & ETRUNK_BFD_AUTH ? ETRUNK_BFD_PKT_LEN_AUTH :
						ETRUNK_BFD_PKT_LEN))
		return ETRUNK_BFD_DROP_LENGTH;

	if (length > payload || have < ETRUNK_BFD_PKT_LEN)
		return ETRUNK_BFD_DROP_TRUNCATED;

	if (!buf[2])
		return ETRUNK_BFD_DROP_MULTIPLIER;

	if (flags & ETRUNK_BFD_MULTIPOINT)
		return ETRUNK_BFD_DROP_MULTIPOINT;

	my = get_unaligned_be32(buf + 4);
	if (!my)
		return ETRUNK_BFD_DROP_MY_DISCR;

	your = get_unaligned_be32(buf + 8);
	state = buf[1] >> 6;
	if (!your && state != ETRUNK_BFD_DOWN && state != ETRUNK_BFD_ADMIN_DOWN)
		return ETRUNK_BFD_DROP_STATE;

	pkt->diag = buf[0] & 0x1f;
	pkt->state = state;
	pkt->flags = flags;
	pkt->mult = buf[2];
	pkt->my_discr = my;
	pkt->your_discr = your;
	pkt->min_tx_us = get_unaligned_be32(buf + 12);
	pkt->min_rx_us = get_unaligned_be32(buf + 16);
	pkt->min_echo_rx_us = get_unaligned_be32(buf + 20);

	return ETRUNK_BFD_DROP_NONE;
}

/**
 * etrunk_bfd_pkt_build - encode a packet without authentication section
 * @buf: ETRUNK_BFD_PKT_LEN octets
 * @pkt: what to encode; values that do not fit their field are cut
 */
void etrunk_bfd_pkt_build(u8 *buf, const struct etrunk_bfd_pkt *pkt)
{
	buf[0] = ETRUNK_BFD_VERSION << 5 | (pkt->diag & 0x1f);
	buf[1] = (pkt->state & 3) << 6 | (pkt->flags & 0x3f);
	buf[2] = pkt->mult;
	buf[3] = ETRUNK_BFD_PKT_LEN;
	put_unaligned_be32(pkt->my_discr, buf + 4);
	put_unaligned_be32(pkt->your_discr, buf + 8);
	put_unaligned_be32(pkt->min_tx_us, buf + 12);
	put_unaligned_be32(pkt->min_rx_us, buf + 16);
	put_unaligned_be32(pkt->min_echo_rx_us, buf + 20);
}
