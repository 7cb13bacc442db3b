// SPDX-License-Identifier: GPL-2.0
/* BFD echo: what is one on the wire, what comes back, when it has failed. */
#include <stdlib.h>

#include "bfd_echo_fsm.h"
#include "../kselftest_harness.h"

#define MS	1000000ULL
#define SEC	(1000 * MS)
#define MULT	3

/* 20 + 8 + 4 octets: a good one */
static const u8 ipv4[] = {
	0x45, 0xc0, 0x00, 0x20, 0x00, 0x00, 0x00, 0x00, 0xff, 0x11, 0xa5, 0x0a,
	0x0a, 0x00, 0x00, 0x02, 0x0a, 0x00, 0x00, 0x02,
	0x0e, 0xc9, 0x0e, 0xc9, 0x00, 0x0c, 0x00, 0x00, 1, 2, 3, 4,
};

static enum etrunk_bfd_echo_drop parse(const u8 *buf, size_t len, bool ipv6,
				       struct etrunk_bfd_echo_frame *frame)
{
	size_t have = len < ETRUNK_BFD_ECHO_HEAD ? len : ETRUNK_BFD_ECHO_HEAD;
	enum etrunk_bfd_echo_drop bad;
	/* so that reading too much is seen */
	u8 *copy = malloc(have ? have : 1);
	bool is;

	memcpy(copy, buf, have);
	is = etrunk_bfd_echo_parse(copy, have, len, ipv6, frame, &bad);
	free(copy);
	/* the number of values stands for "is none" */
	return is ? bad : ETRUNK_BFD_ECHO_DROP_MAX;
}

static void set_sum(u8 *ip)
{
	unsigned int ihl = (ip[0] & 15) * 4, i;
	u32 sum = 0;

	put_unaligned_be16(0, ip + 10);
	for (i = 0; i < ihl; i += 2)
		sum += get_unaligned_be16(ip + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	put_unaligned_be16(~sum, ip + 10);
}

TEST(ipv4_good)
{
	struct etrunk_bfd_echo_frame frame;
	u8 buf[100] = {};

	memcpy(buf, ipv4, sizeof(ipv4));
	set_sum(buf);
	EXPECT_EQ(ETRUNK_BFD_ECHO_OK, parse(buf, sizeof(ipv4), false, &frame));
	EXPECT_EQ(255, frame.ttl);
	EXPECT_EQ(28, frame.payload);
	EXPECT_EQ(32, frame.len);
	/* padded by Ethernet */
	EXPECT_EQ(ETRUNK_BFD_ECHO_OK, parse(buf, sizeof(buf), false, &frame));
	EXPECT_EQ(32, frame.len);
}

TEST(ipv4_is_none)
{
	struct etrunk_bfd_echo_frame frame;
	static const struct {
		int at;
		u8 value;
	} rows[] = {
		{ 0, 0x65 }, { 0, 0x44 }, { 0, 0x4f }, { 9, 6 }, { 7, 1 },
		{ 6, 0x10 }, { 22, 0x0f }, { 23, 0xc8 },
	};
	u8 buf[sizeof(ipv4)];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		memcpy(buf, ipv4, sizeof(buf));
		buf[rows[i].at] = rows[i].value;
		EXPECT_EQ(ETRUNK_BFD_ECHO_DROP_MAX,
			  parse(buf, sizeof(buf), false, &frame));
	}
	for (i = 0; i < 28; i++)
		EXPECT_EQ(ETRUNK_BFD_ECHO_DROP_MAX,
			  parse(ipv4, i, false, &frame));
	EXPECT_EQ(ETRUNK_BFD_ECHO_DROP_MAX,
		  parse(ipv4, sizeof(ipv4), true, &frame));
}

TEST(ipv4_bad)
{
	struct etrunk_bfd_echo_frame frame;
	u8 buf[100] = {};

	/* a fragment's first part; total length; UDP's; checksum */
	memcpy(buf, ipv4, sizeof(ipv4));
	buf[6] = 0x20;
	set_sum(buf);
	EXPECT_EQ(ETRUNK_BFD_ECHO_FRAGMENT,
		  parse(buf, sizeof(buf), false, &frame));
	buf[6] = 0;
	buf[3] = 27;
	set_sum(buf);
	EXPECT_EQ(ETRUNK_BFD_ECHO_HEADER,
		  parse(buf, sizeof(buf), false, &frame));
	buf[3] = 33;
	buf[25] = 13;
	set_sum(buf);
	EXPECT_EQ(ETRUNK_BFD_ECHO_HEADER, parse(buf, 32, false, &frame));
	EXPECT_EQ(ETRUNK_BFD_ECHO_OK, parse(buf, 33, false, &frame));
	buf[25] = 12;
	EXPECT_EQ(ETRUNK_BFD_ECHO_HEADER, parse(buf, 33, false, &frame));
	buf[25] = 13;
	buf[10] ^= 1;
	EXPECT_EQ(ETRUNK_BFD_ECHO_HEADER, parse(buf, 33, false, &frame));

	/* options, otherwise good */
	memcpy(buf, ipv4, 20);
	memset(buf + 20, 1, 4);
	memcpy(buf + 24, ipv4 + 20, 12);
	buf[0] = 0x46;
	buf[3] = 36;
	set_sum(buf);
	EXPECT_EQ(ETRUNK_BFD_ECHO_HEADER,
		  parse(buf, sizeof(buf), false, &frame));
}

TEST(ipv6_frames)
{
	struct etrunk_bfd_echo_frame frame;
	u8 buf[100] = { 0x60 };

	put_unaligned_be16(12, buf + 4);
	buf[6] = 17;
	buf[7] = 254;
	put_unaligned_be16(ETRUNK_BFD_PORT_ECHO, buf + 42);
	put_unaligned_be16(12, buf + 44);
	EXPECT_EQ(ETRUNK_BFD_ECHO_OK, parse(buf, 52, true, &frame));
	EXPECT_EQ(254, frame.ttl);
	EXPECT_EQ(48, frame.payload);
	EXPECT_EQ(52, frame.len);
	EXPECT_EQ(ETRUNK_BFD_ECHO_HEADER, parse(buf, 51, true, &frame));
	EXPECT_EQ(ETRUNK_BFD_ECHO_DROP_MAX, parse(buf, 47, true, &frame));
	EXPECT_EQ(ETRUNK_BFD_ECHO_DROP_MAX, parse(buf, 52, false, &frame));
	put_unaligned_be16(11, buf + 44);
	EXPECT_EQ(ETRUNK_BFD_ECHO_HEADER, parse(buf, 52, true, &frame));
	put_unaligned_be16(7, buf + 4);
	put_unaligned_be16(7, buf + 44);
	EXPECT_EQ(ETRUNK_BFD_ECHO_HEADER, parse(buf, 52, true, &frame));
	buf[6] = 44;
	EXPECT_EQ(ETRUNK_BFD_ECHO_DROP_MAX, parse(buf, 52, true, &frame));
}

TEST(payload)
{
	struct etrunk_bfd_echo_pdu in = { 0x01020304, 0x1112131415161718,
					  0x2122232425262728 }, out;
	u8 buf[ETRUNK_BFD_ECHO_LEN];
	int i;

	etrunk_bfd_echo_build(buf, &in);
	etrunk_bfd_echo_sign(buf, 0x3132333435363738);
	ASSERT_TRUE(etrunk_bfd_echo_read(buf, sizeof(buf), &out));
	EXPECT_EQ(in.discr, out.discr);
	EXPECT_EQ(in.number, out.number);
	EXPECT_EQ(in.time, out.time);
	EXPECT_TRUE(etrunk_bfd_echo_signed(buf, 0x3132333435363738));
	EXPECT_FALSE(etrunk_bfd_echo_read(buf, sizeof(buf) - 1, &out));
	EXPECT_FALSE(etrunk_bfd_echo_read(buf, sizeof(buf) + 1, &out));
	for (i = 0; i < 64; i++)
		EXPECT_FALSE(etrunk_bfd_echo_signed(buf, 0x3132333435363738 ^
						    1ULL << i));
	buf[3] ^= 1;
	EXPECT_FALSE(etrunk_bfd_echo_read(buf, sizeof(buf), &out));
}

/* a number of packets sent, 10 ms apart, from @now on; the time after them */
static u64 send(struct etrunk_bfd_echo_fsm *e, int count, u64 now)
{
	while (count--) {
		etrunk_bfd_echo_sent(e);
		e->next_tx = now += 10 * MS;
	}
	return now;
}

static enum etrunk_bfd_echo_drop back(struct etrunk_bfd_echo_fsm *e, u64 number,
				      u64 sent, u64 now)
{
	struct etrunk_bfd_echo_pdu pdu = { .number = number, .time = sent };

	return etrunk_bfd_echo_came_back(e, &pdu, MULT, now);
}

TEST(each_counts_once)
{
	struct etrunk_bfd_echo_fsm e = {};

	EXPECT_EQ(ETRUNK_BFD_ECHO_STATE, back(&e, 0, SEC, SEC));
	EXPECT_TRUE(etrunk_bfd_echo_pace(&e, 10000, SEC));
	EXPECT_FALSE(etrunk_bfd_echo_pace(&e, 10000, SEC));
	EXPECT_EQ(SEC, e.next_tx);
	send(&e, 3, SEC);
	EXPECT_EQ(ETRUNK_BFD_ECHO_NUMBER, back(&e, 0, SEC, SEC));
	EXPECT_EQ(ETRUNK_BFD_ECHO_NUMBER, back(&e, 4, SEC, SEC));
	EXPECT_EQ(ETRUNK_BFD_ECHO_OK, back(&e, 2, SEC, SEC + 5 * MS));
	EXPECT_EQ(5 * MS, e.max_rtt);
	EXPECT_EQ(ETRUNK_BFD_ECHO_NUMBER, back(&e, 2, SEC, SEC + 5 * MS));
	EXPECT_EQ(ETRUNK_BFD_ECHO_NUMBER, back(&e, 1, SEC, SEC + 5 * MS));
	EXPECT_EQ(ETRUNK_BFD_ECHO_OK, back(&e, 3, SEC, SEC + 6 * MS));
	EXPECT_EQ(6 * MS, e.max_rtt);
	/* what was sent at another pace is over */
	send(&e, 1, SEC);
	EXPECT_TRUE(etrunk_bfd_echo_pace(&e, 0, SEC + 7 * MS));
	EXPECT_TRUE(etrunk_bfd_echo_pace(&e, 20000, SEC + 8 * MS));
	EXPECT_EQ(ETRUNK_BFD_ECHO_NUMBER, back(&e, 4, SEC, SEC + 9 * MS));
}

TEST(late_ones_do_not_count)
{
	struct etrunk_bfd_echo_fsm e = {};

	etrunk_bfd_echo_pace(&e, 10000, SEC);
	send(&e, 2, SEC);
	EXPECT_EQ(ETRUNK_BFD_ECHO_LATE, back(&e, 1, SEC, SEC + 30 * MS + 1));
	EXPECT_EQ(ETRUNK_BFD_ECHO_OK, back(&e, 1, SEC, SEC + 30 * MS));
	/* a time to come is no time of ours */
	EXPECT_EQ(ETRUNK_BFD_ECHO_LATE, back(&e, 2, SEC + 1, SEC));
}

TEST(fails_when_none_come_back)
{
	struct etrunk_bfd_echo_fsm e = {};
	u64 now;

	EXPECT_FALSE(etrunk_bfd_echo_failed(&e, MULT, 100 * SEC));
	etrunk_bfd_echo_pace(&e, 10000, SEC);
	EXPECT_EQ(30 * MS, etrunk_bfd_echo_detect_time(&e, MULT));
	now = send(&e, 3, SEC);
	EXPECT_EQ(SEC + 30 * MS, now);
	EXPECT_FALSE(etrunk_bfd_echo_failed(&e, MULT, now - 1));
	EXPECT_TRUE(etrunk_bfd_echo_failed(&e, MULT, now));
	/* one that came back begins it anew */
	EXPECT_EQ(ETRUNK_BFD_ECHO_OK, back(&e, 1, SEC, SEC + 25 * MS));
	EXPECT_FALSE(etrunk_bfd_echo_failed(&e, MULT, now));
	EXPECT_FALSE(etrunk_bfd_echo_failed(&e, MULT, SEC + 55 * MS - 1));
	EXPECT_TRUE(etrunk_bfd_echo_failed(&e, MULT, SEC + 55 * MS));
}

/* Nothing ran here for long: what was not sent is not missing. */
TEST(a_pause_of_ours_is_no_failure)
{
	struct etrunk_bfd_echo_fsm e = {};
	u64 now;

	etrunk_bfd_echo_pace(&e, 10000, SEC);
	send(&e, 1, SEC);
	EXPECT_EQ(ETRUNK_BFD_ECHO_OK, back(&e, 1, SEC, SEC + MS));
	now = send(&e, 1, SEC + 10 * MS) + SEC;
	EXPECT_FALSE(etrunk_bfd_echo_failed(&e, MULT, now));
	EXPECT_EQ(SEC + 20 * MS, etrunk_bfd_echo_expiry(&e, MULT, now));
	now = send(&e, 1, now);
	EXPECT_TRUE(etrunk_bfd_echo_failed(&e, MULT, now));
}

TEST(expiry)
{
	struct etrunk_bfd_echo_fsm e = {};

	etrunk_bfd_echo_pace(&e, 10000, SEC);
	EXPECT_EQ(SEC, etrunk_bfd_echo_expiry(&e, MULT, SEC));
	send(&e, 1, SEC);
	EXPECT_EQ(SEC + 10 * MS, etrunk_bfd_echo_expiry(&e, MULT, SEC));
	e.next_tx = SEC + 40 * MS;
	EXPECT_EQ(SEC + 30 * MS, etrunk_bfd_echo_expiry(&e, MULT, SEC));
	/* over already, but nothing was sent that could have failed */
	EXPECT_EQ(SEC + 40 * MS,
		  etrunk_bfd_echo_expiry(&e, MULT, SEC + 30 * MS));
}

TEST_HARNESS_MAIN
