// SPDX-License-Identifier: GPL-2.0
/* BFD control packet codec (RFC 5880 4.1, 6.8.6 steps 1 to 6 and 8). */
#include "bfd_pkt.h"
#include "../kselftest_harness.h"

/* A packet of another implementation: Up, P and F clear, 50 ms x 3. */
static const u8 golden[ETRUNK_BFD_PKT_LEN] = {
	0x20, 0xc0, 0x03, 0x18,
	0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x22, 0x22,
	0x00, 0x00, 0xc3, 0x50, 0x00, 0x01, 0x86, 0xa0, 0x00, 0x00, 0x00, 0x07,
};

static enum etrunk_bfd_drop parse(struct etrunk_bfd_pkt *pkt, const u8 *buf,
				  size_t len)
{
	/* exactly as long as it is, for the address sanitizer */
	u8 *copy = malloc(len ? len : 1);
	enum etrunk_bfd_drop drop;

	memcpy(copy, buf, len);
	drop = etrunk_bfd_pkt_parse(pkt, copy, len, len);
	free(copy);
	return drop;
}

TEST(golden_decode)
{
	struct etrunk_bfd_pkt pkt = {};

	ASSERT_EQ(ETRUNK_BFD_DROP_NONE, parse(&pkt, golden, sizeof(golden)));
	EXPECT_EQ(0, pkt.diag);
	EXPECT_EQ(ETRUNK_BFD_UP, pkt.state);
	EXPECT_EQ(0, pkt.flags);
	EXPECT_EQ(3, pkt.mult);
	EXPECT_EQ(0x11111111, pkt.my_discr);
	EXPECT_EQ(0x22222222, pkt.your_discr);
	EXPECT_EQ(50000, pkt.min_tx_us);
	EXPECT_EQ(100000, pkt.min_rx_us);
	EXPECT_EQ(7, pkt.min_echo_rx_us);
}

TEST(golden_encode)
{
	struct etrunk_bfd_pkt pkt = {
		.state = ETRUNK_BFD_UP,
		.mult = 3,
		.my_discr = 0x11111111,
		.your_discr = 0x22222222,
		.min_tx_us = 50000,
		.min_rx_us = 100000,
		.min_echo_rx_us = 7,
	};
	u8 buf[ETRUNK_BFD_PKT_LEN + 1];

	buf[ETRUNK_BFD_PKT_LEN] = 0x5a;
	etrunk_bfd_pkt_build(buf, &pkt);
	EXPECT_EQ(0, memcmp(buf, golden, sizeof(golden)));
	EXPECT_EQ(0x5a, buf[ETRUNK_BFD_PKT_LEN]);
}

TEST(every_diag_state_flag_survives)
{
	unsigned int diag, state, flags;

	for (diag = 0; diag < 32; diag++)
	for (state = 0; state < 4; state++)
	for (flags = 0; flags < 64; flags++) {
		struct etrunk_bfd_pkt in = {
			.diag = diag,
			.state = state,
			.flags = flags,
			.mult = 255,
			.my_discr = 0xfffffffe,
			.your_discr = 1,
			.min_tx_us = U32_MAX,
			.min_rx_us = 0,
			.min_echo_rx_us = 0x80000001,
		}, out = {};
		u8 buf[ETRUNK_BFD_PKT_LEN + 2] = {};
		enum etrunk_bfd_drop want = ETRUNK_BFD_DROP_NONE, got;

		etrunk_bfd_pkt_build(buf, &in);
		if (flags & ETRUNK_BFD_AUTH)
			buf[3] = sizeof(buf);
		if (flags & ETRUNK_BFD_MULTIPOINT)
			want = ETRUNK_BFD_DROP_MULTIPOINT;
		got = parse(&out, buf, sizeof(buf));
		ASSERT_EQ(want, got) {
			TH_LOG("diag %u state %u flags %#x", diag, state, flags);
		}
		if (got)
			continue;
		ASSERT_EQ(in.diag, out.diag);
		ASSERT_EQ(in.state, out.state);
		ASSERT_EQ(in.flags, out.flags);
		ASSERT_EQ(in.mult, out.mult);
		ASSERT_EQ(in.my_discr, out.my_discr);
		ASSERT_EQ(in.your_discr, out.your_discr);
		ASSERT_EQ(in.min_tx_us, out.min_tx_us);
		ASSERT_EQ(in.min_rx_us, out.min_rx_us);
		ASSERT_EQ(in.min_echo_rx_us, out.min_echo_rx_us);
	}
}

TEST(every_truncation)
{
	size_t len;

	for (len = 0; len < sizeof(golden); len++) {
		struct etrunk_bfd_pkt pkt = { .mult = 77 };

		EXPECT_EQ(ETRUNK_BFD_DROP_TRUNCATED, parse(&pkt, golden, len)) {
			TH_LOG("length %zu", len);
		}
		/* nothing was stored */
		EXPECT_EQ(77, pkt.mult);
	}
}

/* The reader could see less of the packet than there is. */
TEST(short_view)
{
	struct etrunk_bfd_pkt pkt;

	EXPECT_EQ(ETRUNK_BFD_DROP_TRUNCATED,
		  etrunk_bfd_pkt_parse(&pkt, golden, 23, 24));
	EXPECT_EQ(ETRUNK_BFD_DROP_NONE,
		  etrunk_bfd_pkt_parse(&pkt, golden, 24, 1400));
}

TEST(payload_may_be_longer)
{
	u8 buf[200] = {};
	struct etrunk_bfd_pkt pkt;

	memcpy(buf, golden, sizeof(golden));
	EXPECT_EQ(ETRUNK_BFD_DROP_NONE, parse(&pkt, buf, sizeof(buf)));
}

TEST(every_length_field)
{
	unsigned int auth, length;

	for (auth = 0; auth < 2; auth++)
	for (length = 0; length < 256; length++) {
		enum etrunk_bfd_drop want = ETRUNK_BFD_DROP_NONE;
		struct etrunk_bfd_pkt pkt;
		u8 buf[64] = {};

		memcpy(buf, golden, sizeof(golden));
		buf[1] |= auth ? ETRUNK_BFD_AUTH : 0;
		buf[3] = length;
		if (length < (auth ? 26 : 24))
			want = ETRUNK_BFD_DROP_LENGTH;
		else if (length > sizeof(buf))
			want = ETRUNK_BFD_DROP_TRUNCATED;
		EXPECT_EQ(want, parse(&pkt, buf, sizeof(buf))) {
			TH_LOG("auth %u length %u", auth, length);
		}
	}
}

TEST(every_version)
{
	unsigned int version;

	for (version = 0; version < 8; version++) {
		struct etrunk_bfd_pkt pkt;
		u8 buf[sizeof(golden)];

		memcpy(buf, golden, sizeof(golden));
		buf[0] = version << 5;
		EXPECT_EQ(version == 1 ? ETRUNK_BFD_DROP_NONE :
					 ETRUNK_BFD_DROP_VERSION,
			  parse(&pkt, buf, sizeof(buf)));
	}
}

TEST(your_discriminator_zero)
{
	static const enum etrunk_bfd_drop want[4] = {
		[ETRUNK_BFD_ADMIN_DOWN] = ETRUNK_BFD_DROP_NONE,
		[ETRUNK_BFD_DOWN] = ETRUNK_BFD_DROP_NONE,
		[ETRUNK_BFD_INIT] = ETRUNK_BFD_DROP_STATE,
		[ETRUNK_BFD_UP] = ETRUNK_BFD_DROP_STATE,
	};
	unsigned int state;

	for (state = 0; state < 4; state++) {
		struct etrunk_bfd_pkt pkt;
		u8 buf[sizeof(golden)];

		memcpy(buf, golden, sizeof(golden));
		memset(buf + 8, 0, 4);
		buf[1] = state << 6;
		EXPECT_EQ(want[state], parse(&pkt, buf, sizeof(buf)));
	}
}

static void break_version(u8 *b) { b[0] = 0x40; }
static void break_length(u8 *b) { b[3] = 23; }
static void break_truncated(u8 *b) { b[3] = 25; }
static void break_mult(u8 *b) { b[2] = 0; }
static void break_multipoint(u8 *b) { b[1] |= 1; }
static void break_my_discr(u8 *b) { memset(b + 4, 0, 4); }
static void break_state(u8 *b) { memset(b + 8, 0, 4); }

/* in the order of 6.8.6 */
static const struct {
	void (*apply)(u8 *buf);
	enum etrunk_bfd_drop drop;
} faults[] = {
	{ break_version, ETRUNK_BFD_DROP_VERSION },
	{ break_length, ETRUNK_BFD_DROP_LENGTH },
	{ break_truncated, ETRUNK_BFD_DROP_TRUNCATED },
	{ break_mult, ETRUNK_BFD_DROP_MULTIPLIER },
	{ break_multipoint, ETRUNK_BFD_DROP_MULTIPOINT },
	{ break_my_discr, ETRUNK_BFD_DROP_MY_DISCR },
	{ break_state, ETRUNK_BFD_DROP_STATE },
};

/* Any set of faults is counted as the first of them. */
TEST(order_of_checks)
{
	unsigned int set;

	for (set = 1; set < 1U << ARRAY_SIZE(faults); set++) {
		enum etrunk_bfd_drop want = ETRUNK_BFD_DROP_NONE;
		struct etrunk_bfd_pkt pkt = { .mult = 77 };
		u8 buf[sizeof(golden)];
		int i;

		/* two faults that use the same octet */
		if ((set & 6) == 6)
			continue;
		memcpy(buf, golden, sizeof(golden));
		for (i = ARRAY_SIZE(faults) - 1; i >= 0; i--) {
			if (!(set & 1U << i))
				continue;
			faults[i].apply(buf);
			want = faults[i].drop;
		}
		EXPECT_EQ(want, parse(&pkt, buf, sizeof(buf))) {
			TH_LOG("set %#x", set);
		}
		EXPECT_EQ(77, pkt.mult);
	}
}

TEST_HARNESS_MAIN
