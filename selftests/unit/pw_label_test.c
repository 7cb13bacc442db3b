// SPDX-License-Identifier: GPL-2.0
/*
 * PW packets byte for byte: tunnel label 16005, PW label 1001 one way and 1002
 * back. The frames are those that a protocol analyser decoded without error.
 */
#include <stdlib.h>

#include "../../kmod/pw_label.h"
#include "../../kmod/pw_oam_pkt.h"

#include "../kselftest_harness.h"

#define TUNNEL	16005

static struct etrunk_stack stack_of(u32 pw_label, bool cw, bool oam)
{
	return (struct etrunk_stack){
		.n_tunnel = 1,
		.tunnel = { TUNNEL },
		.pw_label = pw_label,
		.cw = cw,
		.oam = oam,
	};
}

static size_t hex(const char *s, u8 *buf)
{
	size_t n = 0;
	unsigned int b;

	for (; *s; s += 2) {
		if (*s == ' ') {
			s--;
			continue;
		}
		if (sscanf(s, "%2x", &b) != 1)
			abort();
		buf[n++] = b;
	}
	return n;
}

/* outer Ethernet header as everywhere, then what the codecs make */
static size_t packet(const struct etrunk_stack *s,
		     const struct etrunk_pw_oam *oam, u8 *buf)
{
	size_t n = hex("020000000002 020000000001 8847", buf);
	size_t len = etrunk_stack_build(s, buf + n);

	if (len != etrunk_stack_len(s))
		abort();
	n += len;
	if (oam) {
		etrunk_pw_oam_build(oam, buf + n);
		n += ETRUNK_PW_OAM_LEN;
	}
	return n;
}

static void golden(struct __test_metadata *_metadata,
		   const struct etrunk_stack *s,
		   const struct etrunk_pw_oam *oam, const char *rest)
{
	u8 want[256], got[256];
	size_t n, m;
	char head[200];

	snprintf(head, sizeof(head), "020000000002 020000000001 8847 03e850ff %s",
		 rest);
	n = hex(head, want);
	m = packet(s, oam, got);
	ASSERT_EQ(n, m);
	EXPECT_EQ(0, memcmp(want, got, n)) {
		for (m = 0; m < n; m++)
			fprintf(stderr, "%02x/%02x ", want[m], got[m]);
	}
}

TEST(golden_data_control_word)
{
	struct etrunk_stack s = stack_of(1001, true, false);

	golden(_metadata, &s, NULL, "003e91ff 00000000");
}

TEST(golden_data_no_control_word)
{
	struct etrunk_stack s = stack_of(1001, false, false);

	golden(_metadata, &s, NULL, "003e91ff");
}

TEST(golden_status_standby)
{
	struct etrunk_pw_oam oam = { .refresh = 600, .status = 0x20 };
	struct etrunk_stack s = stack_of(1001, true, true);

	golden(_metadata, &s, &oam,
	       "003e9101 10000027 0258 08 00 096a 0004 00000020");
}

TEST(golden_ack_of_standby)
{
	struct etrunk_pw_oam oam = {
		.refresh = 600, .status = 0x20, .ack = true,
	};
	struct etrunk_stack s = stack_of(1002, true, true);

	golden(_metadata, &s, &oam,
	       "003ea101 10000027 0258 08 80 096a 0004 00000020");
}

TEST(golden_all_clear)
{
	struct etrunk_pw_oam oam = { .refresh = 600 };
	struct etrunk_stack s = stack_of(1001, true, true);

	golden(_metadata, &s, &oam,
	       "003e9101 10000027 0258 08 00 096a 0004 00000000");
}

TEST(golden_ack_of_clear)
{
	struct etrunk_pw_oam oam = { .ack = true };
	struct etrunk_stack s = stack_of(1002, true, true);

	golden(_metadata, &s, &oam,
	       "003ea101 10000027 0000 08 80 096a 0004 00000000");
}

TEST(golden_gal_without_control_word)
{
	struct etrunk_pw_oam oam = { .refresh = 10, .status = 0x46 };
	struct etrunk_stack s = stack_of(1001, false, true);

	golden(_metadata, &s, &oam,
	       "003e9001 0000d101 10000027 000a 08 00 096a 0004 00000046");
}

TEST(implicit_null_and_deep_stacks)
{
	struct etrunk_stack s = stack_of(1001, true, false);
	u8 buf[ETRUNK_STACK_LEN_MAX];
	struct etrunk_lse lse;
	unsigned int i;

	s.n_tunnel = 0;
	EXPECT_EQ(8, etrunk_stack_build(&s, buf));
	etrunk_lse_decode(get_unaligned_be32(buf), &lse);
	EXPECT_EQ(1001, lse.label);
	EXPECT_TRUE(lse.bottom);

	s.n_tunnel = ETRUNK_LABELS_MAX;
	s.tc = 5;
	for (i = 0; i < s.n_tunnel; i++)
		s.tunnel[i] = 20000 + i;
	ASSERT_EQ((ETRUNK_LABELS_MAX + 2) * 4, etrunk_stack_build(&s, buf));
	for (i = 0; i < s.n_tunnel; i++) {
		etrunk_lse_decode(get_unaligned_be32(buf + 4 * i), &lse);
		EXPECT_EQ(20000 + i, lse.label);
		EXPECT_EQ(5, lse.tc);
		EXPECT_EQ(255, lse.ttl);
		EXPECT_FALSE(lse.bottom);
	}
	etrunk_lse_decode(get_unaligned_be32(buf + 4 * i), &lse);
	EXPECT_EQ(1001, lse.label);
	EXPECT_TRUE(lse.bottom);

	/* the deepest stack with GAL fits too */
	s.cw = false;
	s.oam = true;
	EXPECT_GE(sizeof(buf), etrunk_stack_len(&s));
	etrunk_stack_build(&s, buf);
}

TEST(lse_round_trip)
{
	static const u32 words[] = { 0, 0xffffffff, 0x003e91ff, 0x0000d101,
				     0x80000800, 0x00000100 };
	struct etrunk_lse lse;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		etrunk_lse_decode(words[i], &lse);
		EXPECT_EQ(words[i], etrunk_lse_encode(&lse));
	}
}

/* All entries get it, up to the bottom and no further. */
TEST(traffic_class)
{
	struct etrunk_stack s = stack_of(1001, true, false);
	struct etrunk_stack with = s;
	u8 want[ETRUNK_STACK_LEN_MAX], got[ETRUNK_STACK_LEN_MAX];
	unsigned int tc;
	size_t len;

	for (tc = 0; tc < 8; tc++) {
		with.tc = tc;
		len = etrunk_stack_build(&with, want);
		ASSERT_EQ(len, etrunk_stack_build(&s, got));
		etrunk_stack_set_tc(got, 7 - tc);
		etrunk_stack_set_tc(got, tc);
		EXPECT_EQ(0, memcmp(want, got, len));
	}
}

TEST(payload_with_control_word)
{
	size_t skip, len;
	u8 buf[8] = { 0 };
	unsigned int nibble;

	for (nibble = 0; nibble < 16; nibble++) {
		enum etrunk_payload want = nibble == 0 ? ETRUNK_PAYLOAD_FRAME :
					   nibble == 1 ? ETRUNK_PAYLOAD_ACH :
					   ETRUNK_PAYLOAD_BAD;

		buf[0] = nibble << 4 | 0xf;	/* reserved bits set */
		skip = 99;
		EXPECT_EQ(want, etrunk_payload_parse(buf, 8, true, true,
						     &skip));
		if (want == ETRUNK_PAYLOAD_FRAME) {
			EXPECT_EQ(4, skip);
		} else if (want == ETRUNK_PAYLOAD_ACH) {
			EXPECT_EQ(0, skip);
		}
	}
	for (len = 0; len < 4; len++) {
		u8 *p = malloc(len ? len : 1);

		memset(p, 0, len ? len : 1);
		EXPECT_EQ(ETRUNK_PAYLOAD_BAD,
			  etrunk_payload_parse(p, len, true, true, &skip));
		free(p);
	}
}

TEST(payload_without_control_word)
{
	static const u8 gal[] = { 0x00, 0x00, 0xd1, 0x01, 0x10, 0, 0, 0x27 };
	size_t skip, len;
	u8 buf[8];

	/* data may begin with anything, an ACH nibble included */
	EXPECT_EQ(ETRUNK_PAYLOAD_FRAME,
		  etrunk_payload_parse(gal + 4, 4, false, true, &skip));
	EXPECT_EQ(0, skip);

	EXPECT_EQ(ETRUNK_PAYLOAD_ACH,
		  etrunk_payload_parse(gal, 8, false, false, &skip));
	EXPECT_EQ(4, skip);
	for (len = 0; len < 8; len++)
		EXPECT_EQ(ETRUNK_PAYLOAD_BAD,
			  etrunk_payload_parse(gal, len, false, false, &skip));

	memcpy(buf, gal, 8);
	buf[2] = 0xe1;		/* label 14 */
	EXPECT_EQ(ETRUNK_PAYLOAD_BAD,
		  etrunk_payload_parse(buf, 8, false, false, &skip));
	memcpy(buf, gal, 8);
	buf[2] = 0xd0;		/* GAL not at the bottom */
	EXPECT_EQ(ETRUNK_PAYLOAD_BAD,
		  etrunk_payload_parse(buf, 8, false, false, &skip));
	memcpy(buf, gal, 8);
	buf[4] = 0x00;		/* no ACH behind it */
	EXPECT_EQ(ETRUNK_PAYLOAD_BAD,
		  etrunk_payload_parse(buf, 8, false, false, &skip));
}

TEST_HARNESS_MAIN
