// SPDX-License-Identifier: GPL-2.0
/* Headers of BFD in IP and UDP in a PW's channel: known bytes, every flaw. */
#include <stdlib.h>

#include "../../kmod/bfd_vccv_pkt.h"

#include "../kselftest_harness.h"

/* 192.0.2.1 port 49152 to 127.0.0.1 port 3784; checksums by another program */
static const u8 packet[ETRUNK_VCCV_IP_LEN + 24] = {
	0x45, 0xc0, 0x00, 0x34, 0x00, 0x00, 0x40, 0x00,
	0xff, 0x11, 0x39, 0xf6, 0xc0, 0x00, 0x02, 0x01,
	0x7f, 0x00, 0x00, 0x01,
	0xc0, 0x00, 0x0e, 0xc8, 0x00, 0x20, 0xbe, 0xc4,
	0x20, 0xc0, 0x03, 0x18, 0x00, 0x00, 0x00, 0x01,
	0x00, 0x00, 0x00, 0x02, 0x00, 0x01, 0x86, 0xa0,
	0x00, 0x01, 0x86, 0xa0, 0x00, 0x00, 0x00, 0x00,
};

static int parse(const u8 *buf, size_t len, bool ipv6)
{
	u8 *exact = malloc(len ?: 1);
	size_t pdu, pdu_len;
	u8 ttl;
	int err;

	/* a buffer of its own, so that a byte too far is seen */
	memcpy(exact, buf, len);
	err = etrunk_vccv_ip_parse(exact, len, ipv6, &ttl, &pdu, &pdu_len);
	if (!err && pdu + pdu_len > len)
		err = 1;
	free(exact);
	return err;
}

/* checksum of the IPv4 header, after a change of it */
static void sign(u8 *buf)
{
	put_unaligned_be16(0, buf + 10);
	put_unaligned_be16(~etrunk_vccv_sum(buf, 20, 0), buf + 10);
}

TEST(sum)
{
	/* RFC 1071 3 */
	static const u8 data[] = {
		0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7,
	};

	EXPECT_EQ(0xddf2, etrunk_vccv_sum(data, sizeof(data), 0));
	EXPECT_EQ(0xdcfb, etrunk_vccv_sum(data, 7, 0));
	EXPECT_EQ(1, etrunk_vccv_sum(NULL, 0, 0x10000));
}

TEST(build_known_bytes)
{
	u8 buf[sizeof(packet)];

	memset(buf, 0xff, sizeof(buf));
	memcpy(buf + ETRUNK_VCCV_IP_LEN, packet + ETRUNK_VCCV_IP_LEN, 24);
	etrunk_vccv_ip_build(buf, 0xc0000201, 49152, 24);
	EXPECT_EQ(0, memcmp(buf, packet, sizeof(packet)));
}

TEST(parse_known_bytes)
{
	size_t pdu, pdu_len;
	u8 ttl;

	ASSERT_EQ(0, etrunk_vccv_ip_parse(packet, sizeof(packet), false, &ttl,
					  &pdu, &pdu_len));
	EXPECT_EQ(255, ttl);
	EXPECT_EQ(28, pdu);
	EXPECT_EQ(24, pdu_len);
}

TEST(every_truncation)
{
	size_t len;

	for (len = 0; len < sizeof(packet); len++)
		ASSERT_NE(0, parse(packet, len, false));
}

TEST(padding_of_the_link)
{
	u8 buf[sizeof(packet) + 10] = {};
	size_t pdu, pdu_len;
	u8 ttl;

	memcpy(buf, packet, sizeof(packet));
	ASSERT_EQ(0, etrunk_vccv_ip_parse(buf, sizeof(buf), false, &ttl, &pdu,
					  &pdu_len));
	EXPECT_EQ(24, pdu_len);
}

/* Every bit counts, by one of the two checksums. */
TEST(every_bit_flipped)
{
	u8 buf[sizeof(packet)];
	size_t bit;

	for (bit = 0; bit < sizeof(packet) * 8; bit++) {
		memcpy(buf, packet, sizeof(buf));
		buf[bit / 8] ^= 0x80 >> bit % 8;
		ASSERT_NE(0, parse(buf, sizeof(buf), false));
	}
}

TEST(udp_without_checksum)
{
	u8 buf[sizeof(packet)];

	memcpy(buf, packet, sizeof(buf));
	put_unaligned_be16(0, buf + 26);
	EXPECT_EQ(0, parse(buf, sizeof(buf), false));
}

TEST(not_for_us)
{
	static const struct {
		u8 at, value;
		int err;
	} row[] = {
		{ 0, 0x65, -EPROTO },	/* version */
		{ 0, 0x44, -EMSGSIZE },	/* header too short */
		{ 2, 0xff, -EMSGSIZE },	/* longer than there is */
		{ 3, 0x13, -EMSGSIZE },	/* shorter than its header */
		{ 6, 0x20, -EPROTO },	/* more fragments */
		{ 7, 0x01, -EPROTO },	/* a later fragment */
		{ 9, 6, -EPROTO },	/* TCP */
		{ 16, 10, -EPROTO },	/* no loopback address */
		{ 23, 0xc9, -EPROTO },	/* another port */
		{ 25, 0x07, -EMSGSIZE },	/* UDP shorter than its header */
		{ 25, 0x21, -EMSGSIZE },	/* longer than the packet */
		{ 29, 0xc1, -EBADMSG },	/* payload */
	};
	u8 buf[sizeof(packet)];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		memcpy(buf, packet, sizeof(buf));
		buf[row[i].at] = row[i].value;
		if (row[i].at < 20)
			sign(buf);
		EXPECT_EQ(row[i].err, parse(buf, sizeof(buf), false)) {
			TH_LOG("octet %u", row[i].at);
		}
	}
}

/* 2001:db8::1 to ::ffff:127.0.0.1 */
static void ipv6(u8 buf[72])
{
	u8 *udp = buf + 40;
	u32 sum;

	memset(buf, 0, 72);
	buf[0] = 0x60;
	put_unaligned_be16(32, buf + 4);
	buf[6] = 17;
	buf[7] = 254;
	put_unaligned_be32(0x20010db8, buf + 8);
	buf[23] = 1;
	put_unaligned_be16(0xffff, buf + 34);
	put_unaligned_be32(0x7f000001, buf + 36);
	memcpy(udp, packet + 20, 32);
	put_unaligned_be16(0, udp + 6);
	sum = etrunk_vccv_sum(buf + 8, 32, 17 + 32);
	put_unaligned_be16(~etrunk_vccv_sum(udp, 32, sum), udp + 6);
}

TEST(in_ipv6)
{
	size_t pdu, pdu_len, len;
	u8 buf[72], ttl;

	ipv6(buf);
	ASSERT_EQ(0, etrunk_vccv_ip_parse(buf, sizeof(buf), true, &ttl, &pdu,
					  &pdu_len));
	EXPECT_EQ(254, ttl);
	EXPECT_EQ(48, pdu);
	EXPECT_EQ(24, pdu_len);
	for (len = 0; len < sizeof(buf); len++)
		ASSERT_NE(0, parse(buf, len, true));

	EXPECT_EQ(-EPROTO, parse(buf, sizeof(buf), false));
	buf[36] = 10;
	EXPECT_EQ(-EPROTO, parse(buf, sizeof(buf), true));
	ipv6(buf);
	put_unaligned_be16(0, buf + 46);
	EXPECT_EQ(-EBADMSG, parse(buf, sizeof(buf), true));
	ipv6(buf);
	buf[50] ^= 1;
	EXPECT_EQ(-EBADMSG, parse(buf, sizeof(buf), true));
	EXPECT_EQ(-EPROTO, parse(packet, sizeof(packet), true));
}

TEST_HARNESS_MAIN
