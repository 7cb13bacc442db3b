/* SPDX-License-Identifier: GPL-2.0 */
/* PW selection of RFC 6870, independent mode (pure). */
#ifndef _ETRUNK_PW_SELECT_H
#define _ETRUNK_PW_SELECT_H

#include "pure.h"

#define ETRUNK_PW_NONE		(-1)
/* a preference list is a word of 4-bit indices, best in the lowest bits */
#define ETRUNK_PW_ORDER_END	0xfU
#define ETRUNK_PW_ORDER_EMPTY	0xffffffffU

static_assert(ETRUNK_VPWS_PWS_MAX * 4 <= 32, "preference list is one u32");

/**
 * struct etrunk_pw_local - what a PE knows about its own end of a PW
 * @ac: attachment circuit of the service
 * @in_service: the PW belongs to a service
 * @lockout: taken out of use by the operator (RFC 6718 4.1)
 * @lsp: there is a label switched path to the peer
 * @rx_defect: tracked BFD timed out here: nothing comes in (RFC 5885 3.1)
 * @tx_defect: the peer's BFD says Down: nothing reaches it
 */
struct etrunk_pw_local {
	enum etrunk_ac_state ac;
	bool in_service;
	bool lockout;
	bool lsp;
	bool rx_defect;
	bool tx_defect;
};

/**
 * struct etrunk_pw_view - a PW as the selection sees it
 * @pw_id: lowest wins by default
 * @local: word we send
 * @remote: word in force for the peer
 * @lsp: LSP resolved
 * @alive: tracked BFD is Up, or there is none to ask
 * @lockout: never to be used
 */
struct etrunk_pw_view {
	u32 pw_id;
	u32 local;
	u32 remote;
	bool lsp;
	bool alive;
	bool lockout;
};

/**
 * struct etrunk_pw_set - a redundancy set
 * @mode: ETRUNK_REDUNDANCY_INDEPENDENT, or _NONE: standby bits mean nothing
 * @precedence: pw-id, or the order of @pw
 * @ac: attachment circuit
 * @last: index that was selected before, or ETRUNK_PW_NONE
 * @manual: index that the operator switched to, or ETRUNK_PW_NONE
 * @n: PWs
 * @pw: in configured order
 */
struct etrunk_pw_set {
	enum etrunk_redundancy mode;
	enum etrunk_precedence precedence;
	enum etrunk_ac_state ac;
	int last;
	int manual;
	unsigned int n;
	struct etrunk_pw_view pw[ETRUNK_VPWS_PWS_MAX];
};

/**
 * struct etrunk_pw_choice - the outcome
 * @up: bit per PW that is up (design 4.4)
 * @active: bit per PW that is active: up, and preferred by both ends
 * @selected: the one active PW that carries the traffic, or ETRUNK_PW_NONE
 * @order: indices to try for transmit, best first, 4 bits each, 0xf ends; the
 *	data path takes the first whose liveness word still says so
 * @core_ok: some PW has a working path through the core, whatever the ACs say
 */
struct etrunk_pw_choice {
	u32 up;
	u32 active;
	int selected;
	u32 order;
	bool core_ok;
};

u32 etrunk_pw_local_word(const struct etrunk_pw_local *l);
bool etrunk_pw_is_up(const struct etrunk_pw_view *pw);
bool etrunk_pw_core_ok(const struct etrunk_pw_view *pw);
void etrunk_pw_select(const struct etrunk_pw_set *set,
		      struct etrunk_pw_choice *choice);

#endif /* _ETRUNK_PW_SELECT_H */
