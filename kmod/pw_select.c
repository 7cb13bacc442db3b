// SPDX-License-Identifier: GPL-2.0
/*
 * Which PW of a redundancy set carries the traffic (RFC 6870 5.1, independent
 * mode) and which word a PE sends on each. Pure: words in, decision out.
 *
 * Nobody leads: each end sends its own preference, uses what both prefer, and
 * among several takes the lowest PW id, so both ends come to the same PW.
 */
#include "pw_select.h"

/**
 * etrunk_pw_local_word - the status word that this PE sends on a PW
 * @l: what it knows of its own end
 *
 * Return: the word. AC faults replace the standby bit rather than add to it
 * (0x06 -> 0x20 and back are one change each, never through 0); a lockout is
 * sent as standby so that the peer leaves the PW too.
 */
u32 etrunk_pw_local_word(const struct etrunk_pw_local *l)
{
	u32 word = 0;

	if (!l->in_service)
		word |= ETRUNK_PW_NOT_FORWARDING;
	else if (l->ac == ETRUNK_AC_DOWN)
		word |= ETRUNK_PW_AC_RX_FAULT | ETRUNK_PW_AC_TX_FAULT;
	else if (l->ac == ETRUNK_AC_STANDBY)
		word |= ETRUNK_PW_STANDBY;

	if (l->lockout)
		word |= ETRUNK_PW_STANDBY;
	if (l->rx_defect)
		word |= ETRUNK_PW_PSN_RX_FAULT;
	if (l->tx_defect || !l->lsp)
		word |= ETRUNK_PW_PSN_TX_FAULT;
	return word;
}

/**
 * etrunk_pw_is_up - up(pw) of RFC 6870 section 3
 * @pw: the PW
 *
 * Return: true if the LSP is there, BFD is Up where one is tracked and neither
 * end reports a fault. Unknown bits are ignored (RFC 6870 section 8).
 */
bool etrunk_pw_is_up(const struct etrunk_pw_view *pw)
{
	return pw->alive && pw->lsp &&
	       !((pw->local | pw->remote) & ETRUNK_PW_FAULTS);
}

/**
 * etrunk_pw_core_ok - does the PW have a working path through the core
 * @pw: the PW
 *
 * Faults and preferences of either AC say nothing about the core; only the
 * LSP, liveness and the PSN-facing bits do.
 *
 * Return: true if so.
 */
bool etrunk_pw_core_ok(const struct etrunk_pw_view *pw)
{
	return pw->lsp && pw->alive &&
	       !((pw->local | pw->remote) &
		 (ETRUNK_PW_PSN_RX_FAULT | ETRUNK_PW_PSN_TX_FAULT));
}

/* Is PW @a of the set better than PW @b, both being candidates? */
static bool better(const struct etrunk_pw_set *set, int a, int b)
{
	if (set->manual == a || set->manual == b)
		return set->manual == a;
	if (set->precedence == ETRUNK_PRECEDENCE_CONFIGURED)
		return a < b;
	if (set->pw[a].pw_id != set->pw[b].pw_id)
		return set->pw[a].pw_id < set->pw[b].pw_id;
	return a < b;
}

/* Candidates, best first. */
static u32 sorted(const struct etrunk_pw_set *set, u32 candidates)
{
	u32 order = ETRUNK_PW_ORDER_EMPTY;
	unsigned int shift = 0;

	while (candidates) {
		int best = ETRUNK_PW_NONE;
		unsigned int i;

		for (i = 0; i < set->n; i++) {
			if (!(candidates & BIT(i)))
				continue;
			if (best == ETRUNK_PW_NONE || better(set, i, best))
				best = i;
		}
		candidates &= ~BIT(best);
		order &= ~(ETRUNK_PW_ORDER_END << shift);
		order |= (u32)best << shift;
		shift += 4;
	}
	return order;
}

/**
 * etrunk_pw_select - evaluate a redundancy set
 * @set: what is known
 * @choice: the outcome
 *
 * While only the local AC is standby the last selected PW, or all if none was,
 * stays in @order, though nothing is active: frames that the CE still or
 * already sends during a planned move reach the remote PE. It is the gate of
 * the AC, not the PW, that ends them.
 */
void etrunk_pw_select(const struct etrunk_pw_set *set,
		      struct etrunk_pw_choice *choice)
{
	bool standby_counts = set->mode != ETRUNK_REDUNDANCY_NONE;
	u32 candidates = 0;
	unsigned int i;

	choice->up = 0;
	choice->active = 0;
	choice->core_ok = false;

	for (i = 0; i < set->n; i++) {
		const struct etrunk_pw_view *pw = &set->pw[i];

		if (etrunk_pw_core_ok(pw))
			choice->core_ok = true;
		if (etrunk_pw_is_up(pw))
			choice->up |= BIT(i);

		if (!etrunk_pw_is_up(pw) || pw->lockout)
			continue;
		if (standby_counts && (pw->remote & ETRUNK_PW_STANDBY))
			continue;
		if (standby_counts && (pw->local & ETRUNK_PW_STANDBY)) {
			if (set->ac == ETRUNK_AC_STANDBY &&
			    (set->last == ETRUNK_PW_NONE ||
			     set->last == (int)i))
				candidates |= BIT(i);
			continue;
		}
		candidates |= BIT(i);
		choice->active |= BIT(i);
	}

	choice->order = sorted(set, candidates);
	choice->selected = ETRUNK_PW_NONE;
	if (choice->active) {
		u32 active = sorted(set, choice->active);

		choice->selected = active & ETRUNK_PW_ORDER_END;
	}
}
