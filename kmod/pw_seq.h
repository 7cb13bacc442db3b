/* SPDX-License-Identifier: GPL-2.0 */
/* Sequence numbers in the control word (RFC 4385 section 4, pure). */
#ifndef _ETRUNK_PW_SEQ_H
#define _ETRUNK_PW_SEQ_H

#include "pure.h"

/* so many late frames, each following the one before, are a new beginning */
#define ETRUNK_SEQ_RESTART	16

/**
 * struct etrunk_seq - what was received; 8 bytes, so that it can be exchanged
 *	as one word
 * @expected: next number in order, 0 = any
 * @late: number that would follow the last late frame
 * @run: late frames that followed one another
 * @pad: 0
 */
struct etrunk_seq {
	u16 expected;
	u16 late;
	u16 run;
	u16 pad;
};

static_assert(sizeof(struct etrunk_seq) == sizeof(u64));

enum etrunk_seq_verdict {
	ETRUNK_SEQ_NONE,	/* frame without a number */
	ETRUNK_SEQ_IN_ORDER,
	ETRUNK_SEQ_AHEAD,	/* some before it are missing */
	ETRUNK_SEQ_LATE,	/* overtaken, or a copy: to be dropped */
};

u16 etrunk_seq_next(u16 seq);
enum etrunk_seq_verdict etrunk_seq_rx(struct etrunk_seq *s, u16 seq);

#endif /* _ETRUNK_PW_SEQ_H */
