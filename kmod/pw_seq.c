// SPDX-License-Identifier: GPL-2.0
/*
 * Sequence numbers of a PW. RFC 4385 has both ends begin at 1 when the PW is
 * set up, which the ends of a static PW do at different times: one that is
 * reloaded would have its frames dropped until its numbers have caught up, at
 * worst 32,767 of them. So what is expected first is any number, and late
 * frames that follow one another are taken for a peer that began anew.
 */
#include "pw_seq.h"

/**
 * etrunk_seq_next - the number after another one
 * @seq: that one, 0 = none yet
 *
 * Return: 1..65535; 0 is left out, it means that frames have no numbers.
 */
u16 etrunk_seq_next(u16 seq)
{
	return seq == U16_MAX ? 1 : seq + 1;
}

/* RFC 4385 section 4.2 */
static bool is_late(u16 seq, u16 expected)
{
	return seq < expected ? expected - seq < 32768 :
				seq - expected >= 32768;
}

static bool began_anew(struct etrunk_seq *s, u16 seq)
{
	s->run = seq == s->late ? s->run + 1 : 1;
	s->late = etrunk_seq_next(seq);
	return s->run >= ETRUNK_SEQ_RESTART;
}

/**
 * etrunk_seq_rx - a frame came
 * @s: what came before; all zero at first
 * @seq: its number, 0 = it has none
 *
 * Return: what to make of it (RFC 4385 section 4.2).
 */
enum etrunk_seq_verdict etrunk_seq_rx(struct etrunk_seq *s, u16 seq)
{
	bool in_order = !s->expected || seq == s->expected;

	if (!seq)
		return ETRUNK_SEQ_NONE;
	if (!in_order && is_late(seq, s->expected) && !began_anew(s, seq))
		return ETRUNK_SEQ_LATE;

	s->expected = etrunk_seq_next(seq);
	s->late = 0;
	s->run = 0;
	return in_order ? ETRUNK_SEQ_IN_ORDER : ETRUNK_SEQ_AHEAD;
}
