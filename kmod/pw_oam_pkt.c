// SPDX-License-Identifier: GPL-2.0
/*
 * Codec of the PW OAM message of RFC 6478 section 5.1 and 5.2. All of it starts
 * at the associated channel header; there is no checksum.
 *
 *	 0       1       2       3
 *	+-------+-------+-------+-------+
 *	| 0x10  |   0   |     0x0027    |  ACH: nibble 1, version 0, channel
 *	+-------+-------+-------+-------+
 *	| refresh timer |TLV len|A| flg |  seconds; bytes of all TLVs
 *	+-------+-------+-------+-------+
 *	|  type 0x096a  |       4       |  top two bits of the type reserved
 *	+-------+-------+-------+-------+
 *	|          status word          |
 *	+-------------------------------+
 */
#include "pw_oam_pkt.h"

#define ACH_FIRST		0x10	/* nibble 1, version 0 */
#define OAM_HDR_LEN		8	/* ACH, timer, TLV length, flags */
#define OAM_FLAG_ACK		0x80
#define TLV_HDR_LEN		4
#define TLV_TYPE_MASK		0x3fff
#define TLV_STATUS		0x096a
#define TLV_STATUS_LEN		4

/**
 * etrunk_ach_build - encode an associated channel header
 * @buf: ETRUNK_ACH_LEN octets
 * @channel: channel type
 */
void etrunk_ach_build(u8 *buf, u16 channel)
{
	buf[0] = ACH_FIRST;
	buf[1] = 0;
	put_unaligned_be16(channel, buf + 2);
}

/**
 * etrunk_pw_oam_build - encode a message
 * @msg: what to say
 * @buf: where
 */
void etrunk_pw_oam_build(const struct etrunk_pw_oam *msg,
			 u8 buf[ETRUNK_PW_OAM_LEN])
{
	etrunk_ach_build(buf, ETRUNK_ACH_PW_OAM);
	put_unaligned_be16(msg->refresh, buf + 4);
	buf[6] = TLV_HDR_LEN + TLV_STATUS_LEN;
	buf[7] = msg->ack ? OAM_FLAG_ACK : 0;
	put_unaligned_be16(TLV_STATUS, buf + 8);
	put_unaligned_be16(TLV_STATUS_LEN, buf + 10);
	put_unaligned_be32(msg->status, buf + 12);
}

/**
 * etrunk_ach_parse - read an associated channel header
 * @buf: starts at the header
 * @len: bytes there
 * @channel: channel type
 *
 * Return: 0; -EMSGSIZE if too short, -EPROTO if it is no ACH of version 0.
 */
int etrunk_ach_parse(const u8 *buf, size_t len, u16 *channel)
{
	if (len < ETRUNK_ACH_LEN)
		return -EMSGSIZE;
	if (buf[0] != ACH_FIRST)
		return -EPROTO;
	*channel = get_unaligned_be16(buf + 2);
	return 0;
}

/**
 * etrunk_pw_oam_parse - decode a message
 * @buf: starts at the ACH
 * @len: bytes there; more than the message has (link padding) is fine
 * @msg: result, untouched on error
 *
 * Exactly one status TLV must be there and nothing else: a message with an
 * unknown TLV is ignored as a whole (RFC 6478 section 5.3). Reserved bits and
 * flags are not looked at.
 *
 * Return: 0; -EMSGSIZE if cut short, -EPROTO if malformed.
 */
int etrunk_pw_oam_parse(const u8 *buf, size_t len, struct etrunk_pw_oam *msg)
{
	u16 channel;
	int err;

	err = etrunk_ach_parse(buf, len, &channel);
	if (err)
		return err;
	if (channel != ETRUNK_ACH_PW_OAM)
		return -EPROTO;
	if (len < OAM_HDR_LEN || len - OAM_HDR_LEN < buf[6])
		return -EMSGSIZE;
	if (buf[6] != TLV_HDR_LEN + TLV_STATUS_LEN)
		return -EPROTO;
	if ((get_unaligned_be16(buf + 8) & TLV_TYPE_MASK) != TLV_STATUS ||
	    get_unaligned_be16(buf + 10) != TLV_STATUS_LEN)
		return -EPROTO;

	msg->refresh = get_unaligned_be16(buf + 4);
	msg->ack = buf[7] & OAM_FLAG_ACK;
	msg->status = get_unaligned_be32(buf + 12);
	return 0;
}
