// SPDX-License-Identifier: GPL-2.0
/* Codec of PW status messages: known bytes, every truncation, every flaw. */
#include <stdlib.h>

#include "../../kmod/pw_oam_pkt.h"

#include "../kselftest_harness.h"

static const u8 standby_600[ETRUNK_PW_OAM_LEN] = {
	0x10, 0x00, 0x00, 0x27, 0x02, 0x58, 0x08, 0x00,
	0x09, 0x6a, 0x00, 0x04, 0x00, 0x00, 0x00, 0x20,
};

TEST(build_known_bytes)
{
	struct etrunk_pw_oam msg = { .refresh = 600, .status = 0x20 };
	u8 buf[ETRUNK_PW_OAM_LEN];

	memset(buf, 0xff, sizeof(buf));
	etrunk_pw_oam_build(&msg, buf);
	EXPECT_EQ(0, memcmp(buf, standby_600, sizeof(buf)));

	msg.ack = true;
	etrunk_pw_oam_build(&msg, buf);
	EXPECT_EQ(0x80, buf[7]);
}

TEST(round_trip)
{
	static const u16 refresh[] = { 0, 1, 10, 600, 65535 };
	static const u32 status[] = { 0, 6, 0x20, 0x26, 0x46, 0x80, 0xffffffff };
	struct etrunk_pw_oam in, out;
	u8 buf[ETRUNK_PW_OAM_LEN];
	unsigned int i, j, ack;

	for (i = 0; i < ARRAY_SIZE(refresh); i++) {
		for (j = 0; j < ARRAY_SIZE(status); j++) {
			for (ack = 0; ack < 2; ack++) {
				in.refresh = refresh[i];
				in.status = status[j];
				in.ack = ack;
				etrunk_pw_oam_build(&in, buf);
				ASSERT_EQ(0, etrunk_pw_oam_parse(buf,
								 sizeof(buf),
								 &out));
				ASSERT_EQ(in.refresh, out.refresh);
				ASSERT_EQ(in.status, out.status);
				ASSERT_EQ(in.ack, out.ack);
			}
		}
	}
}

/* each length in a buffer of its own, so that a byte too far is seen */
TEST(every_truncation)
{
	size_t len;

	for (len = 0; len < sizeof(standby_600); len++) {
		struct etrunk_pw_oam msg = { .refresh = 0xdead };
		u8 *buf = malloc(len ? len : 1);

		ASSERT_NE(NULL, buf);
		memcpy(buf, standby_600, len);
		EXPECT_EQ(-EMSGSIZE, etrunk_pw_oam_parse(buf, len, &msg));
		EXPECT_EQ(0xdead, msg.refresh);
		free(buf);
	}
}

TEST(link_padding_is_fine)
{
	struct etrunk_pw_oam msg;
	u8 buf[46] = { 0 };

	memcpy(buf, standby_600, sizeof(standby_600));
	EXPECT_EQ(0, etrunk_pw_oam_parse(buf, sizeof(buf), &msg));
	EXPECT_EQ(0x20, msg.status);
}

struct flaw {
	size_t at;
	u8 value;
	int err;
};

TEST(flaws)
{
	static const struct flaw flaws[] = {
		{ 0, 0x00, -EPROTO },	/* control word, no ACH */
		{ 0, 0x11, -EPROTO },	/* ACH version 1 */
		{ 0, 0x20, -EPROTO },
		{ 3, 0x07, -EPROTO },	/* BFD channel */
		{ 2, 0x80, -EPROTO },
		{ 6, 0, -EPROTO },	/* TLV length */
		{ 6, 7, -EPROTO },
		{ 6, 9, -EMSGSIZE },
		{ 6, 255, -EMSGSIZE },
		{ 8, 0x0a, -EPROTO },	/* unknown TLV */
		{ 9, 0x6b, -EPROTO },
		{ 10, 1, -EPROTO },	/* length of the status TLV */
		{ 11, 3, -EPROTO },
		{ 11, 5, -EPROTO },
		{ 11, 0, -EPROTO },
	};
	struct etrunk_pw_oam msg;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flaws); i++) {
		u8 buf[ETRUNK_PW_OAM_LEN];

		memcpy(buf, standby_600, sizeof(buf));
		buf[flaws[i].at] = flaws[i].value;
		EXPECT_EQ(flaws[i].err,
			  etrunk_pw_oam_parse(buf, sizeof(buf), &msg)) {
			TH_LOG("byte %zu = 0x%02x", flaws[i].at,
			       flaws[i].value);
		}
	}
}

/* a second, unknown TLV behind the status makes the message unknown */
TEST(unknown_second_tlv)
{
	struct etrunk_pw_oam msg;
	u8 buf[ETRUNK_PW_OAM_LEN + 8] = { 0 };

	memcpy(buf, standby_600, sizeof(standby_600));
	buf[6] = 16;
	buf[16] = 0x09;
	buf[17] = 0x99;
	buf[19] = 4;
	EXPECT_EQ(-EPROTO, etrunk_pw_oam_parse(buf, sizeof(buf), &msg));
}

TEST(reserved_bits_are_ignored)
{
	struct etrunk_pw_oam msg;
	u8 buf[ETRUNK_PW_OAM_LEN];

	memcpy(buf, standby_600, sizeof(buf));
	buf[1] = 0xff;		/* ACH reserved */
	buf[7] = 0x7f;		/* flags without A */
	buf[8] |= 0xc0;		/* top of the TLV type */
	EXPECT_EQ(0, etrunk_pw_oam_parse(buf, sizeof(buf), &msg));
	EXPECT_FALSE(msg.ack);
	EXPECT_EQ(0x20, msg.status);
}

TEST(ach)
{
	static const u8 bfd[] = { 0x10, 0x00, 0x00, 0x07 };
	u16 channel = 0xffff;
	size_t len;

	for (len = 0; len < sizeof(bfd); len++)
		EXPECT_EQ(-EMSGSIZE, etrunk_ach_parse(bfd, len, &channel));
	EXPECT_EQ(0, etrunk_ach_parse(bfd, sizeof(bfd), &channel));
	EXPECT_EQ(7, channel);
}

/* no input may make it read or write out of bounds (sanitizers watch) */
TEST(random_input)
{
	unsigned int i;

	srandom(1);
	for (i = 0; i < 200000; i++) {
		struct etrunk_pw_oam msg;
		size_t len = random() % 33, j;
		u8 *buf = malloc(len ? len : 1);

		ASSERT_NE(NULL, buf);
		for (j = 0; j < len; j++)
			buf[j] = j < sizeof(standby_600) && random() % 4 ?
				 standby_600[j] : random();
		if (!etrunk_pw_oam_parse(buf, len, &msg)) {
			ASSERT_GE(len, sizeof(standby_600));
		}
		free(buf);
	}
}

TEST_HARNESS_MAIN
