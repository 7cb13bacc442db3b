// SPDX-License-Identifier: GPL-2.0
/*
 * The BFD Echo function's decisions and codec. Section numbers are those of
 * RFC 5880.
 */
#include "bfd_echo_fsm.h"

#define MAGIC		0x45544231	/* ETB1 */

#define IPV4_LEN	20
#define IPV6_LEN	40
#define UDP_LEN		8
#define PROTO_UDP	17
#define MORE_FRAGMENTS	0x2000
#define FRAGMENT_OFFSET	0x1fff

/* 0xffff if the checksum within is right */
static u32 ipv4_sum(const u8 *header)
{
	u32 sum = 0;
	int i;

	for (i = 0; i < IPV4_LEN; i += 2)
		sum += get_unaligned_be16(header + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static bool parse_ipv4(const u8 *buf, size_t have, size_t len,
		       struct etrunk_bfd_echo_frame *frame,
		       enum etrunk_bfd_echo_drop *bad)
{
	unsigned int ihl, fragment;

	if (have < IPV4_LEN + UDP_LEN || buf[0] >> 4 != 4 ||
	    buf[9] != PROTO_UDP)
		return false;
	ihl = (buf[0] & 0xf) * 4;
	fragment = get_unaligned_be16(buf + 6);
	if (ihl < IPV4_LEN || have < ihl + UDP_LEN ||
	    fragment & FRAGMENT_OFFSET ||
	    get_unaligned_be16(buf + ihl + 2) != ETRUNK_BFD_PORT_ECHO)
		return false;

	frame->ttl = buf[8];
	frame->payload = ihl + UDP_LEN;
	frame->len = get_unaligned_be16(buf + 2);
	if (fragment & MORE_FRAGMENTS)
		*bad = ETRUNK_BFD_ECHO_FRAGMENT;
	else if (ihl != IPV4_LEN || frame->len < IPV4_LEN + UDP_LEN ||
		 frame->len > len || ipv4_sum(buf) != 0xffff ||
		 get_unaligned_be16(buf + ihl + 4) != frame->len - ihl)
		*bad = ETRUNK_BFD_ECHO_HEADER;
	return true;
}

/* With extension headers it is none: nobody sends those, and none is looped. */
static bool parse_ipv6(const u8 *buf, size_t have, size_t len,
		       struct etrunk_bfd_echo_frame *frame,
		       enum etrunk_bfd_echo_drop *bad)
{
	if (have < IPV6_LEN + UDP_LEN || buf[0] >> 4 != 6 ||
	    buf[6] != PROTO_UDP ||
	    get_unaligned_be16(buf + IPV6_LEN + 2) != ETRUNK_BFD_PORT_ECHO)
		return false;

	frame->ttl = buf[7];
	frame->payload = IPV6_LEN + UDP_LEN;
	frame->len = IPV6_LEN + get_unaligned_be16(buf + 4);
	if (frame->len < IPV6_LEN + UDP_LEN || frame->len > len ||
	    get_unaligned_be16(buf + IPV6_LEN + 4) != frame->len - IPV6_LEN)
		*bad = ETRUNK_BFD_ECHO_HEADER;
	return true;
}

/**
 * etrunk_bfd_echo_parse - is this an echo packet?
 * @buf: from the IP header on
 * @have: readable octets of it, min(@len, ETRUNK_BFD_ECHO_HEAD)
 * @len: all octets of it
 * @ipv6: or IPv4
 * @frame: result if so
 * @bad: what is wrong with it, ETRUNK_BFD_ECHO_OK if nothing is
 *
 * Return: true if it goes to the port of echo packets.
 */
bool etrunk_bfd_echo_parse(const u8 *buf, size_t have, size_t len, bool ipv6,
			   struct etrunk_bfd_echo_frame *frame,
			   enum etrunk_bfd_echo_drop *bad)
{
	*bad = ETRUNK_BFD_ECHO_OK;
	frame->ipv6 = ipv6;
	return ipv6 ? parse_ipv6(buf, have, len, frame, bad) :
		      parse_ipv4(buf, have, len, frame, bad);
}

/**
 * etrunk_bfd_echo_build - encode our payload, but for the digest
 * @buf: ETRUNK_BFD_ECHO_LEN octets
 * @pdu: what to encode
 */
void etrunk_bfd_echo_build(u8 *buf, const struct etrunk_bfd_echo_pdu *pdu)
{
	put_unaligned_be32(MAGIC, buf);
	put_unaligned_be32(pdu->discr, buf + 4);
	put_unaligned_be64(pdu->number, buf + 8);
	put_unaligned_be64(pdu->time, buf + 16);
	put_unaligned_be64(0, buf + ETRUNK_BFD_ECHO_SIGNED);
}

/**
 * etrunk_bfd_echo_sign - add the digest
 * @buf: payload
 * @digest: of its first ETRUNK_BFD_ECHO_SIGNED octets
 */
void etrunk_bfd_echo_sign(u8 *buf, u64 digest)
{
	put_unaligned_be64(digest, buf + ETRUNK_BFD_ECHO_SIGNED);
}

/**
 * etrunk_bfd_echo_read - decode a payload that could be ours
 * @buf: payload
 * @len: its octets, all of them readable if it has our length
 * @pdu: result if so; nothing proves it yet
 *
 * Return: false if it is not ours.
 */
bool etrunk_bfd_echo_read(const u8 *buf, size_t len,
			  struct etrunk_bfd_echo_pdu *pdu)
{
	if (len != ETRUNK_BFD_ECHO_LEN || get_unaligned_be32(buf) != MAGIC)
		return false;

	pdu->discr = get_unaligned_be32(buf + 4);
	pdu->number = get_unaligned_be64(buf + 8);
	pdu->time = get_unaligned_be64(buf + 16);
	return true;
}

/**
 * etrunk_bfd_echo_signed - did we make this payload?
 * @buf: ETRUNK_BFD_ECHO_LEN octets
 * @digest: what it has to be
 *
 * Return: true if so.
 */
bool etrunk_bfd_echo_signed(const u8 *buf, u64 digest)
{
	u8 want[sizeof(digest)];

	put_unaligned_be64(digest, want);
	return !crypto_memneq(want, buf + ETRUNK_BFD_ECHO_SIGNED, sizeof(want));
}

/**
 * etrunk_bfd_echo_pace - send that often from now on
 * @e: echo
 * @us: interval, 0 = none
 * @now: ns
 *
 * What was sent before counts neither for nor against the peer any more.
 *
 * Return: true if this is a change; then the next one is due now.
 */
bool etrunk_bfd_echo_pace(struct etrunk_bfd_echo_fsm *e, u32 us, u64 now)
{
	if (us == e->us)
		return false;

	e->us = us;
	e->begin = now;
	e->next_tx = now;
	e->rx = e->tx;
	return true;
}

/**
 * etrunk_bfd_echo_sent - an echo packet goes
 * @e: echo
 *
 * Return: its number.
 */
u64 etrunk_bfd_echo_sent(struct etrunk_bfd_echo_fsm *e)
{
	return ++e->tx;
}

/**
 * etrunk_bfd_echo_detect_time - how long none may come back
 * @e: echo
 * @mult: own multiplier
 *
 * Return: ns, 0 if none are sent.
 */
u64 etrunk_bfd_echo_detect_time(const struct etrunk_bfd_echo_fsm *e, u8 mult)
{
	return (u64)e->us * mult * NSEC_PER_USEC;
}

static u64 deadline(const struct etrunk_bfd_echo_fsm *e, u8 mult)
{
	return max(e->begin, e->last_rx) + etrunk_bfd_echo_detect_time(e, mult);
}

/**
 * etrunk_bfd_echo_expiry - when there is something to do
 * @e: echo, which runs
 * @mult: own multiplier
 * @now: ns
 *
 * Return: ns; the next packet is due, or it may have failed.
 */
u64 etrunk_bfd_echo_expiry(const struct etrunk_bfd_echo_fsm *e, u8 mult,
			   u64 now)
{
	u64 end = deadline(e, mult);

	return end > now ? min(end, e->next_tx) : e->next_tx;
}

/**
 * etrunk_bfd_echo_failed - have they stopped coming back (6.8.5)?
 * @e: echo
 * @mult: own multiplier
 * @now: ns
 *
 * The detection time has to be over, and as many have to be missing as were
 * sent in it at the least: who did not send, because nothing ran here, has
 * nothing to miss.
 *
 * Return: true if so.
 */
bool etrunk_bfd_echo_failed(const struct etrunk_bfd_echo_fsm *e, u8 mult,
			    u64 now)
{
	return e->us && now >= deadline(e, mult) && e->tx - e->rx + 1 >= mult;
}

/**
 * etrunk_bfd_echo_came_back - a packet of ours came back
 * @e: echo
 * @pdu: what it says, proven to be ours
 * @mult: own multiplier
 * @now: ns
 *
 * Return: ETRUNK_BFD_ECHO_OK or why it does not count.
 */
enum etrunk_bfd_echo_drop
etrunk_bfd_echo_came_back(struct etrunk_bfd_echo_fsm *e,
			  const struct etrunk_bfd_echo_pdu *pdu, u8 mult,
			  u64 now)
{
	u64 rtt = now - pdu->time;

	if (!e->us)
		return ETRUNK_BFD_ECHO_STATE;
	if (pdu->number <= e->rx || pdu->number > e->tx)
		return ETRUNK_BFD_ECHO_NUMBER;
	/* somebody who keeps packets back must not keep the session up */
	if (rtt > etrunk_bfd_echo_detect_time(e, mult))
		return ETRUNK_BFD_ECHO_LATE;

	e->rx = pdu->number;
	e->last_rx = now;
	e->max_rtt = max(e->max_rtt, rtt);
	return ETRUNK_BFD_ECHO_OK;
}
