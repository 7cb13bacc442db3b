// SPDX-License-Identifier: GPL-2.0
/*
 * PW selection against the cases of RFC 6870 (Appendix A.1: CE1 dual-homed to
 * PE1 and PE3, CE2 on PE2; PW1 = PE1-PE2 with id 1, PW2 = PE3-PE2 with id 2).
 * Each row gives the words that the PEs send and what each PE must conclude.
 */
#include "../../kmod/pw_select.h"

#include "../kselftest_harness.h"

#define NONE		ETRUNK_PW_NONE
#define AC_FAULT	0x06
#define PSN_FAULT	0x18
#define STANDBY		0x20

static struct etrunk_pw_view view(u32 id, u32 local, u32 remote)
{
	return (struct etrunk_pw_view){
		.pw_id = id,
		.local = local,
		.remote = remote,
		.lsp = true,
		.alive = true,
	};
}

static struct etrunk_pw_set set_of(enum etrunk_ac_state ac, unsigned int n)
{
	return (struct etrunk_pw_set){
		.mode = ETRUNK_REDUNDANCY_INDEPENDENT,
		.precedence = ETRUNK_PRECEDENCE_PW_ID,
		.ac = ac,
		.last = NONE,
		.manual = NONE,
		.n = n,
	};
}

static struct etrunk_pw_choice choose(const struct etrunk_pw_set *set)
{
	struct etrunk_pw_choice c;

	memset(&c, 0xa5, sizeof(c));
	etrunk_pw_select(set, &c);
	return c;
}

/* A row of the matrix; indices of PE2's set: 0 = PW1, 1 = PW2. */
struct row {
	const char *name;
	/* words on PW1: PE1 sends, PE2 sends; on PW2: PE3 sends, PE2 sends */
	u32 pe1, pe2_pw1, pe3, pe2_pw2;
	enum etrunk_ac_state ac1, ac3, ac2;
	bool pw1_dead;		/* BFD of PW1 lost at both ends that live */
	bool lock2;		/* PE2 locked PW2 out */
	int sel1, sel3, sel2;	/* selected at PE1, PE3 (0 or NONE), PE2 */
};

#define UP	ETRUNK_AC_UP
#define DOWN	ETRUNK_AC_DOWN
#define STBY	ETRUNK_AC_STANDBY

static void check_row(struct __test_metadata *_metadata, const struct row *r)
{
	struct etrunk_pw_set pe1 = set_of(r->ac1, 1);
	struct etrunk_pw_set pe3 = set_of(r->ac3, 1);
	struct etrunk_pw_set pe2 = set_of(r->ac2, 2);
	struct etrunk_pw_choice c;

	pe1.pw[0] = view(1, r->pe1, r->pe2_pw1);
	pe1.pw[0].alive = !r->pw1_dead;
	pe3.pw[0] = view(2, r->pe3, r->pe2_pw2);
	pe2.pw[0] = view(1, r->pe2_pw1, r->pe1);
	pe2.pw[0].alive = !r->pw1_dead;
	pe2.pw[1] = view(2, r->pe2_pw2, r->pe3);
	pe2.pw[1].lockout = r->lock2;

	c = choose(&pe1);
	EXPECT_EQ(r->sel1, c.selected) {
		TH_LOG("%s: PE1", r->name);
	}
	c = choose(&pe3);
	EXPECT_EQ(r->sel3, c.selected) {
		TH_LOG("%s: PE3", r->name);
	}
	c = choose(&pe2);
	EXPECT_EQ(r->sel2, c.selected) {
		TH_LOG("%s: PE2", r->name);
	}
	/* the data path's first choice is the selected PW */
	EXPECT_EQ(r->sel2 == NONE ? 0xf : (u32)r->sel2, c.order & 0xf) {
		TH_LOG("%s: order 0x%08x", r->name, c.order);
	}
}

#define ROW(id, ...)							\
TEST(id)								\
{									\
	static const struct row r = { .name = #id, __VA_ARGS__ };	\
	check_row(_metadata, &r);					\
}

ROW(I1_steady_pe1_master,
    .pe1 = 0, .pe3 = STANDBY, .ac1 = UP, .ac3 = STBY, .ac2 = UP,
    .sel1 = 0, .sel3 = NONE, .sel2 = 0)

ROW(I2_link_ce1_pe1_fails,
    .pe1 = AC_FAULT, .pe3 = 0, .ac1 = DOWN, .ac3 = UP, .ac2 = UP,
    .sel1 = NONE, .sel3 = 0, .sel2 = 1)

ROW(I2_with_fault_and_standby,
    .pe1 = AC_FAULT | STANDBY, .pe3 = 0, .ac1 = DOWN, .ac3 = UP, .ac2 = UP,
    .sel1 = NONE, .sel3 = 0, .sel2 = 1)

ROW(I3_pe1_dies,
    .pe1 = 0, .pe2_pw1 = 0x08, .pe3 = 0, .pw1_dead = true,
    .ac1 = UP, .ac3 = UP, .ac2 = UP,
    .sel1 = NONE, .sel3 = 0, .sel2 = 1)

ROW(I3_before_pe3_takes_over,
    .pe1 = 0, .pe2_pw1 = 0x08, .pe3 = STANDBY, .pw1_dead = true,
    .ac1 = UP, .ac3 = STBY, .ac2 = UP,
    .sel1 = NONE, .sel3 = NONE, .sel2 = NONE)

ROW(I4_pe3_clear_before_pw1_seen_down,
    .pe1 = 0, .pe3 = 0, .ac1 = UP, .ac3 = UP, .ac2 = UP,
    .sel1 = 0, .sel3 = 0, .sel2 = 0)

ROW(I5_only_psn_path_of_pw1_breaks,
    .pe1 = PSN_FAULT, .pe2_pw1 = PSN_FAULT, .pe3 = STANDBY,
    .ac1 = UP, .ac3 = STBY, .ac2 = UP,
    .sel1 = NONE, .sel3 = NONE, .sel2 = NONE)

ROW(I6_switchover_requested_and_granted,
    .pe1 = PSN_FAULT, .pe2_pw1 = PSN_FAULT | STANDBY, .pe3 = 0,
    .ac1 = UP, .ac3 = UP, .ac2 = UP,
    .sel1 = NONE, .sel3 = 0, .sel2 = 1)

ROW(I7_pe1_yields_on_core_loss,
    .pe1 = STANDBY | 0x08, .pe2_pw1 = PSN_FAULT, .pe3 = 0,
    .ac1 = STBY, .ac3 = UP, .ac2 = UP,
    .sel1 = NONE, .sel3 = 0, .sel2 = 1)

ROW(I8_pe1_back_revert_delay_runs,
    .pe1 = STANDBY, .pe3 = 0, .ac1 = STBY, .ac3 = UP, .ac2 = UP,
    .sel1 = NONE, .sel3 = 0, .sel2 = 1)

ROW(I9_revert_delay_over,
    .pe1 = 0, .pe3 = STANDBY, .ac1 = UP, .ac3 = STBY, .ac2 = UP,
    .sel1 = 0, .sel3 = NONE, .sel2 = 0)

ROW(I10_both_clear,
    .pe1 = 0, .pe3 = 0, .ac1 = UP, .ac3 = UP, .ac2 = UP,
    .sel1 = 0, .sel3 = 0, .sel2 = 0)

ROW(I11_both_standby,
    .pe1 = STANDBY, .pe3 = STANDBY, .ac1 = STBY, .ac3 = STBY, .ac2 = UP,
    .sel1 = NONE, .sel3 = NONE, .sel2 = NONE)

ROW(I12_double_master,
    .pe1 = 0, .pe3 = 0, .ac1 = UP, .ac3 = UP, .ac2 = UP,
    .sel1 = 0, .sel3 = 0, .sel2 = 0)

ROW(I13_ce2_ac_fails,
    .pe1 = 0, .pe2_pw1 = AC_FAULT, .pe3 = STANDBY, .pe2_pw2 = AC_FAULT,
    .ac1 = UP, .ac3 = STBY, .ac2 = DOWN,
    .sel1 = NONE, .sel3 = NONE, .sel2 = NONE)

ROW(I14_pe2_ignores_standby_pe3_must_not,
    .pe1 = 0, .pe3 = STANDBY, .ac1 = UP, .ac3 = STBY, .ac2 = UP,
    .sel1 = 0, .sel3 = NONE, .sel2 = 0)

ROW(I15_pw2_locked_out_then_i2,
    .pe1 = AC_FAULT, .pe3 = 0, .pe2_pw2 = STANDBY, .lock2 = true,
    .ac1 = DOWN, .ac3 = UP, .ac2 = UP,
    .sel1 = NONE, .sel3 = NONE, .sel2 = NONE)

/* I14 at a PE2 without RFC 6870: it may use both PWs. */
TEST(I14_without_redundancy_standby_means_nothing)
{
	struct etrunk_pw_set s = set_of(UP, 2);
	struct etrunk_pw_choice c;

	s.mode = ETRUNK_REDUNDANCY_NONE;
	s.pw[0] = view(1, 0, STANDBY);
	s.pw[1] = view(2, STANDBY, STANDBY);
	c = choose(&s);
	EXPECT_EQ(0, c.selected);
	EXPECT_EQ(0xffffff10, c.order);
	EXPECT_EQ(3, c.active);
}

TEST(words_sent)
{
	struct etrunk_pw_local l = {
		.ac = ETRUNK_AC_UP,
		.in_service = true,
		.lsp = true,
	};

	EXPECT_EQ(0, etrunk_pw_local_word(&l));
	l.ac = ETRUNK_AC_STANDBY;
	EXPECT_EQ(0x20, etrunk_pw_local_word(&l));
	l.ac = ETRUNK_AC_DOWN;
	EXPECT_EQ(0x06, etrunk_pw_local_word(&l));
	l.rx_defect = true;
	EXPECT_EQ(0x0e, etrunk_pw_local_word(&l));
	l.ac = ETRUNK_AC_UP;
	EXPECT_EQ(0x08, etrunk_pw_local_word(&l));
	l.rx_defect = false;
	l.tx_defect = true;
	EXPECT_EQ(0x10, etrunk_pw_local_word(&l));
	l.tx_defect = false;
	l.lsp = false;
	EXPECT_EQ(0x10, etrunk_pw_local_word(&l));
	l.lsp = true;
	l.lockout = true;
	EXPECT_EQ(0x20, etrunk_pw_local_word(&l));
	l.lockout = false;
	l.in_service = false;
	l.ac = ETRUNK_AC_DOWN;
	EXPECT_EQ(0x01, etrunk_pw_local_word(&l));
}

/* up(pw) of one PW over every combination of its inputs */
TEST(up_exhaustive)
{
	unsigned int local, remote, flags;

	for (local = 0; local < 256; local++) {
		for (remote = 0; remote < 256; remote++) {
			for (flags = 0; flags < 4; flags++) {
				struct etrunk_pw_set s = set_of(UP, 1);
				bool up, active;
				struct etrunk_pw_choice c;

				s.pw[0] = view(7, local, remote);
				s.pw[0].lsp = flags & 1;
				s.pw[0].alive = flags & 2;
				up = flags == 3 && !((local | remote) & 0x1f);
				active = up && !((local | remote) & 0x20);
				c = choose(&s);
				ASSERT_EQ(up, c.up);
				ASSERT_EQ(active, c.active);
				ASSERT_EQ(active ? 0 : NONE, c.selected);
				ASSERT_EQ(flags == 3 &&
					  !((local | remote) & 0x18),
					  c.core_ok);
			}
		}
	}
}

TEST(lowest_pw_id_wins_wherever_it_stands)
{
	struct etrunk_pw_set s = set_of(UP, 3);
	struct etrunk_pw_choice c;

	s.pw[0] = view(30, 0, 0);
	s.pw[1] = view(4000000000u, 0, 0);
	s.pw[2] = view(2, 0, 0);
	c = choose(&s);
	EXPECT_EQ(2, c.selected);
	EXPECT_EQ(0xfffff102, c.order);
}

TEST(configured_precedence)
{
	struct etrunk_pw_set s = set_of(UP, 3);
	struct etrunk_pw_choice c;

	s.precedence = ETRUNK_PRECEDENCE_CONFIGURED;
	s.pw[0] = view(30, 0, 0);
	s.pw[1] = view(4, 0, STANDBY);
	s.pw[2] = view(2, 0, 0);
	c = choose(&s);
	EXPECT_EQ(0, c.selected);
	EXPECT_EQ(0xffffff20, c.order);
}

TEST(operator_choice_holds_while_active)
{
	struct etrunk_pw_set s = set_of(UP, 2);
	struct etrunk_pw_choice c;

	s.manual = 1;
	s.pw[0] = view(1, 0, 0);
	s.pw[1] = view(2, 0, 0);
	c = choose(&s);
	EXPECT_EQ(1, c.selected);
	EXPECT_EQ(0xffffff01, c.order);
	s.pw[1].remote = STANDBY;
	c = choose(&s);
	EXPECT_EQ(0, c.selected);
}

/* make-before-break: the last PW still takes frames, nothing is active */
TEST(local_standby_keeps_the_last_pw_for_transmit)
{
	struct etrunk_pw_set s = set_of(STBY, 2);
	struct etrunk_pw_choice c;

	s.last = 1;
	s.pw[0] = view(1, STANDBY, 0);
	s.pw[1] = view(2, STANDBY, 0);
	c = choose(&s);
	EXPECT_EQ(NONE, c.selected);
	EXPECT_EQ(0, c.active);
	EXPECT_EQ(0xfffffff1, c.order);

	/* not when the peer stands by, nor after a fault */
	s.pw[1].remote = STANDBY;
	c = choose(&s);
	EXPECT_EQ(ETRUNK_PW_ORDER_EMPTY, c.order);
	s.pw[1].remote = 0x06;
	c = choose(&s);
	EXPECT_EQ(ETRUNK_PW_ORDER_EMPTY, c.order);
	s.pw[1].remote = 0;
	s.pw[1].alive = false;
	c = choose(&s);
	EXPECT_EQ(ETRUNK_PW_ORDER_EMPTY, c.order);

	/* a PE that is about to serve for the first time takes any */
	s.pw[1].alive = true;
	s.last = NONE;
	c = choose(&s);
	EXPECT_EQ(0, c.active);
	EXPECT_EQ(0xffffff10, c.order);
}

/* lockout is the operator's: no frame at all, also when the AC is standby */
TEST(lockout_beats_make_before_break)
{
	struct etrunk_pw_set s = set_of(STBY, 1);
	struct etrunk_pw_choice c;

	s.last = 0;
	s.pw[0] = view(1, STANDBY, 0);
	s.pw[0].lockout = true;
	c = choose(&s);
	EXPECT_EQ(ETRUNK_PW_ORDER_EMPTY, c.order);
}

/* AC faults of either end say nothing about the core */
TEST(core_ok_ignores_ac_faults)
{
	struct etrunk_pw_set s = set_of(DOWN, 1);

	s.pw[0] = view(1, AC_FAULT, AC_FAULT | STANDBY | 0x01);
	EXPECT_TRUE(choose(&s).core_ok);
	s.pw[0].remote = 0x08;
	EXPECT_FALSE(choose(&s).core_ok);
	s.pw[0].remote = 0;
	s.pw[0].local = 0x10;
	EXPECT_FALSE(choose(&s).core_ok);
	s.pw[0].local = 0;
	s.pw[0].alive = false;
	EXPECT_FALSE(choose(&s).core_ok);
	s.pw[0].alive = true;
	s.pw[0].lsp = false;
	EXPECT_FALSE(choose(&s).core_ok);
	s.n = 0;
	EXPECT_FALSE(choose(&s).core_ok);
}

TEST(unknown_bits_are_ignored)
{
	struct etrunk_pw_set s = set_of(UP, 1);

	s.pw[0] = view(1, 0, 0xffffff80);
	EXPECT_EQ(0, choose(&s).selected);
}

TEST(full_set_is_ordered)
{
	struct etrunk_pw_set s = set_of(UP, ETRUNK_VPWS_PWS_MAX);
	struct etrunk_pw_choice c;
	unsigned int i;

	for (i = 0; i < ETRUNK_VPWS_PWS_MAX; i++)
		s.pw[i] = view(100 - i, 0, 0);
	c = choose(&s);
	EXPECT_EQ(0x01234567, c.order);
	EXPECT_EQ(7, c.selected);
}

TEST_HARNESS_MAIN
