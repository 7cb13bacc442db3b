// SPDX-License-Identifier: GPL-2.0
/* Sequence numbers of a PW: RFC 4385 section 4, and what it leaves open. */
#include "../../kmod/pw_seq.h"

#include "../kselftest_harness.h"

TEST(next_leaves_out_zero)
{
	EXPECT_EQ(1, etrunk_seq_next(0));
	EXPECT_EQ(2, etrunk_seq_next(1));
	EXPECT_EQ(65535, etrunk_seq_next(65534));
	EXPECT_EQ(1, etrunk_seq_next(65535));
}

TEST(window)
{
	static const struct {
		u16 expected;
		u16 seq;
		enum etrunk_seq_verdict verdict;
		u16 then;
	} rows[] = {
		{ 1, 1, ETRUNK_SEQ_IN_ORDER, 2 },
		{ 65535, 65535, ETRUNK_SEQ_IN_ORDER, 1 },
		{ 7, 0, ETRUNK_SEQ_NONE, 7 },
		{ 10, 9, ETRUNK_SEQ_LATE, 10 },
		{ 10, 40000, ETRUNK_SEQ_LATE, 10 },
		{ 40000, 10, ETRUNK_SEQ_AHEAD, 11 },
		{ 1, 32768, ETRUNK_SEQ_AHEAD, 32769 },
		{ 1, 32769, ETRUNK_SEQ_LATE, 1 },
		{ 1, 65535, ETRUNK_SEQ_LATE, 1 },
		{ 65535, 1, ETRUNK_SEQ_AHEAD, 2 },
		{ 65535, 65534, ETRUNK_SEQ_LATE, 65535 },
		{ 32769, 1, ETRUNK_SEQ_AHEAD, 2 },
		{ 32768, 1, ETRUNK_SEQ_LATE, 32768 },
		{ 0, 0, ETRUNK_SEQ_NONE, 0 },
		{ 0, 40000, ETRUNK_SEQ_IN_ORDER, 40001 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct etrunk_seq s = { .expected = rows[i].expected };

		EXPECT_EQ(rows[i].verdict, etrunk_seq_rx(&s, rows[i].seq))
			TH_LOG("row %u", i);
		EXPECT_EQ(rows[i].then, s.expected)
			TH_LOG("row %u", i);
	}
}

/* Every pair: what is not late makes the next one in order; half are late. */
TEST(every_pair)
{
	unsigned int late = 0;
	u32 expected, seq;

	for (expected = 1; expected <= U16_MAX; expected += 251) {
		for (seq = 1; seq <= U16_MAX; seq++) {
			struct etrunk_seq s = { .expected = expected };

			if (etrunk_seq_rx(&s, seq) == ETRUNK_SEQ_LATE) {
				late++;
				ASSERT_EQ(expected, s.expected);
				continue;
			}
			ASSERT_EQ(ETRUNK_SEQ_IN_ORDER,
				  etrunk_seq_rx(&s, etrunk_seq_next(seq)));
		}
	}
	EXPECT_LT(262 * 32766, late);
	EXPECT_GT(262 * 32769, late);
}

TEST(peer_begins_anew)
{
	struct etrunk_seq s = { .expected = 20000 };
	u16 seq;

	for (seq = 1; seq < ETRUNK_SEQ_RESTART; seq++)
		ASSERT_EQ(ETRUNK_SEQ_LATE, etrunk_seq_rx(&s, seq));
	EXPECT_EQ(ETRUNK_SEQ_AHEAD, etrunk_seq_rx(&s, seq));
	EXPECT_EQ(ETRUNK_SEQ_IN_ORDER, etrunk_seq_rx(&s, seq + 1));
}

/* Late ones among others, or not one after another, begin nothing. */
TEST(stragglers_do_not)
{
	struct etrunk_seq s = { .expected = 20000 };
	u16 seq;

	for (seq = 1; seq < 200; seq += 2)
		ASSERT_EQ(ETRUNK_SEQ_LATE, etrunk_seq_rx(&s, seq));
	for (seq = 1; seq < 200; seq++) {
		ASSERT_EQ(ETRUNK_SEQ_LATE, etrunk_seq_rx(&s, seq));
		ASSERT_EQ(ETRUNK_SEQ_IN_ORDER,
			  etrunk_seq_rx(&s, s.expected));
	}
}

TEST_HARNESS_MAIN
