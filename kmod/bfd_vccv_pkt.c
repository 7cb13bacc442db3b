// SPDX-License-Identifier: GPL-2.0
/*
 * Codec of the IP and UDP headers that BFD has in CV type 0x04 (RFC 5885 3.1,
 * RFC 5884 7): to 127.0.0.1 or ::ffff:127.0.0.1, TTL or hop limit 255, port
 * 3784, so that a packet that leaks out of the PW goes nowhere.
 */
#include "bfd_vccv_pkt.h"

#define IP4_LEN		20
#define IP6_LEN		40
#define UDP_LEN		8
#define UDP		17
#define BFD_PORT	3784
#define LOOPBACK	127
#define TOS_CS6		0xc0
#define DONT_FRAGMENT	0x4000
#define FRAGMENTED	0x3fff	/* more fragments, or an offset */

/**
 * etrunk_vccv_sum - add octets to an Internet checksum
 * @buf: octets, which begin at an even offset of what is summed
 * @len: how many
 * @sum: of what was before
 *
 * Return: the sum, folded to 16 bits; its complement is the checksum.
 */
u32 etrunk_vccv_sum(const u8 *buf, size_t len, u32 sum)
{
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += get_unaligned_be16(buf + i);
	if (i < len)
		sum += buf[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/**
 * etrunk_vccv_ip_build - put headers before a packet
 * @buf: ETRUNK_VCCV_IP_LEN octets, directly followed by the packet
 * @source: our IPv4 address, host order
 * @sport: source port
 * @len: of the packet
 */
void etrunk_vccv_ip_build(u8 *buf, u32 source, u16 sport, size_t len)
{
	u8 *udp = buf + IP4_LEN;
	u32 sum;

	memset(buf, 0, ETRUNK_VCCV_IP_LEN);
	buf[0] = 4 << 4 | IP4_LEN / 4;
	buf[1] = TOS_CS6;
	put_unaligned_be16(ETRUNK_VCCV_IP_LEN + len, buf + 2);
	put_unaligned_be16(DONT_FRAGMENT, buf + 6);
	buf[8] = 255;
	buf[9] = UDP;
	put_unaligned_be32(source, buf + 12);
	put_unaligned_be32(LOOPBACK << 24 | 1, buf + 16);
	put_unaligned_be16(~etrunk_vccv_sum(buf, IP4_LEN, 0), buf + 10);

	put_unaligned_be16(sport, udp);
	put_unaligned_be16(BFD_PORT, udp + 2);
	put_unaligned_be16(UDP_LEN + len, udp + 4);
	/* the addresses are the pseudo header's, with protocol and length */
	sum = etrunk_vccv_sum(buf + 12, 8, UDP + UDP_LEN + len);
	sum = ~etrunk_vccv_sum(udp, UDP_LEN + len, sum) & 0xffff;
	put_unaligned_be16(sum ?: 0xffff, udp + 6);
}

/* 127.0.0.0/8, or that as an IPv4-mapped address */
static bool is_loopback(const u8 *addr, bool ipv6)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (!ipv6)
		return addr[0] == LOOPBACK;

	return !memcmp(addr, mapped, sizeof(mapped)) && addr[12] == LOOPBACK;
}

static int parse_udp(const u8 *buf, size_t len, const u8 *addrs, bool ipv6,
		     size_t *pdu_len)
{
	size_t udp_len;
	u32 sum;

	if (len < UDP_LEN)
		return -EMSGSIZE;
	udp_len = get_unaligned_be16(buf + 4);
	if (udp_len < UDP_LEN || udp_len > len)
		return -EMSGSIZE;
	if (get_unaligned_be16(buf + 2) != BFD_PORT)
		return -EPROTO;

	/* none is legal with IPv4 only (RFC 768, RFC 8200 8.1) */
	if (get_unaligned_be16(buf + 6) || ipv6) {
		sum = etrunk_vccv_sum(addrs, ipv6 ? 32 : 8, UDP + udp_len);
		if (!get_unaligned_be16(buf + 6) ||
		    etrunk_vccv_sum(buf, udp_len, sum) != 0xffff)
			return -EBADMSG;
	}
	*pdu_len = udp_len - UDP_LEN;
	return 0;
}

/**
 * etrunk_vccv_ip_parse - find the packet behind IP and UDP headers
 * @buf: starts at the IP header
 * @len: octets there; more than the header says (link padding) are fine
 * @ipv6: as the channel type says
 * @ttl: TTL or hop limit
 * @pdu: where the packet starts
 * @pdu_len: its length
 *
 * Return: 0; -EMSGSIZE if cut short, -EBADMSG with a wrong checksum, -EPROTO if
 * it is not to BFD at a loopback address.
 */
int etrunk_vccv_ip_parse(const u8 *buf, size_t len, bool ipv6, u8 *ttl,
			 size_t *pdu, size_t *pdu_len)
{
	size_t head = ipv6 ? IP6_LEN : IP4_LEN, all;
	const u8 *addrs = buf + (ipv6 ? 8 : 12);
	int err;

	if (len < head)
		return -EMSGSIZE;
	if (buf[0] >> 4 != (ipv6 ? 6 : 4))
		return -EPROTO;
	if (!ipv6)
		head = (buf[0] & 0xf) * 4;
	all = get_unaligned_be16(buf + (ipv6 ? 4 : 2)) + (ipv6 ? head : 0);
	if (head < IP4_LEN || all < head || all > len)
		return -EMSGSIZE;
	if (!ipv6 && etrunk_vccv_sum(buf, head, 0) != 0xffff)
		return -EBADMSG;
	if (!ipv6 && get_unaligned_be16(buf + 6) & FRAGMENTED)
		return -EPROTO;
	if (buf[ipv6 ? 6 : 9] != UDP ||
	    !is_loopback(ipv6 ? buf + 24 : buf + 16, ipv6))
		return -EPROTO;

	err = parse_udp(buf + head, all - head, addrs, ipv6, pdu_len);
	if (err)
		return err;
	*ttl = buf[ipv6 ? 7 : 8];
	*pdu = head + UDP_LEN;
	return 0;
}
