/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The election of one member trunk, pure: does this PE serve the CE, or the
 * other one?
 *
 * DOC: rules
 *
 * The E-Trunk master's member serves if it is able, else the other if that one
 * is. Who serves leaves only when it sees the other serve (make before break),
 * unless it cannot serve any more. Who would take over from somebody who
 * serves waits until it has been able for the revert delay and its services
 * are prepared; if nobody serves there is no wait. So two PEs serve at once
 * for one transit of a hello plus its processing; if that hello is lost, until
 * one of its repetitions (20, 120, 370 ms) arrives.
 *
 * Who takes over from somebody who serves first *joins*: its gate is open and
 * the CE invited, but services and peer are told only when the CE's LACPDU
 * shows the link in its bundle, or after MEMBER_FSM_JOIN_MS. Before that frames
 * for the CE would die at its port: a Linux CE looks every 100 ms.
 *
 * Where both PEs select by capacity, "the E-Trunk master's member" above is the
 * one with more usable links, or more bandwidth, as long as the two differ and
 * both are left to themselves (auto). Who falls behind loses the member at once;
 * who gains waits for the revert delay first, so that a link that flaps moves
 * the CE once.
 *
 * Two PEs that start together settle once: the one that is not preferred waits
 * MEMBER_FSM_SETTLE_MS (or half the fail time, if that is less) for the
 * preferred one's links before it takes over for the first time.
 */
#ifndef _ETRUNK_MEMBER_FSM_H
#define _ETRUNK_MEMBER_FSM_H

#include "pure.h"
#include "trunk_pkt.h"

#define MEMBER_FSM_SETTLE_MS	3000
/* a CE that says nothing of a link that joins is not waited for any longer */
#define MEMBER_FSM_JOIN_MS	1000
/* who is forced to backup waits so long for the other to serve, at most */
#define MEMBER_FSM_HANDOVER_MS	2000

#define MEMBER_ACT_STATE	BIT(0)	/* state changed */
#define MEMBER_ACT_REASON	BIT(1)	/* reason changed */
#define MEMBER_ACT_HELLO	BIT(2)	/* the peer has to know at once */

/**
 * struct member_fsm_cfg - configuration
 * @mode: enum etrunk_member_mode
 * @revert: take back from a stand-in at all
 * @core_tracking: yield when the core is lost
 * @select: enum etrunk_select, as configured
 * @revert_delay_ms: how long to be able before taking back
 * @start_hold_ms: how long to wait for services after a start
 * @core_hold_down_ms: how long the core has to be bad
 * @core_hold_up_ms: how long it has to be good again
 */
struct member_fsm_cfg {
	u8 mode;
	bool revert;
	bool core_tracking;
	u8 select;
	u32 revert_delay_ms;
	u32 start_hold_ms;
	u32 core_hold_down_ms;
	u32 core_hold_up_ms;
};

/**
 * struct member_fsm_view - what a member sees of its E-Trunk and of the peer
 * @state: enum etrunk_trunk_state
 * @peer_valid: the peer is confirmed and heard
 * @preferred: we rank before the peer, whatever links are up
 * @claims: an operator wants us to serve: no wait but for services
 * @decided_at: when the E-Trunk left init
 * @settle_ns: how long to wait for the preferred side after that
 * @peer_exists: the peer has the member
 * @peer: as it said
 * @select: enum etrunk_select, as it is in force with this peer
 * @links: usable links here
 * @speed: of them, Mbit/s, 0 unknown
 */
struct member_fsm_view {
	u8 state;
	bool peer_valid;
	bool preferred;
	bool claims;
	u64 decided_at;
	u64 settle_ns;
	bool peer_exists;
	struct trunk_pkt_member peer;
	u8 select;
	u32 links;
	u32 speed;
};

/**
 * struct member_fsm - the machine
 * @cfg: configuration
 * @state: enum etrunk_member_state
 * @reason: enum etrunk_member_reason
 * @phys: links up
 * @bundled: the CE uses one of them
 * @joining: master, but the CE does not use our links yet
 * @able: could serve
 * @ready: services prepared
 * @core_ok: the core works, after the holds; true while nothing is tracked
 * @core_seen: it worked at least once
 * @yields: gives way because of the core
 * @told: what the peer was last told, in one word
 * @services: how many use the member
 * @core_good: how many of them reach the core
 * @core_at: when @core_ok follows the facts, 0 = it does
 * @start_at: when it was created, or its E-Trunk last entered init
 * @able_at: when @able last became true
 * @capacity: links or speed, by what is selected; 0 by nothing
 * @grew_at: when it last grew
 * @join_at: end of @joining at the latest
 * @leave_at: end of the hand-over after force-backup, 0 none
 * @next: when to evaluate again, U64_MAX never
 */
struct member_fsm {
	struct member_fsm_cfg cfg;
	u8 state;
	u8 reason;
	bool phys;
	bool bundled;
	bool joining;
	bool able;
	bool ready;
	bool core_ok;
	bool core_seen;
	bool yields;
	u16 told;
	unsigned int services;
	unsigned int core_good;
	u64 core_at;
	u64 start_at;
	u64 able_at;
	u32 capacity;
	u64 grew_at;
	u64 join_at;
	u64 leave_at;
	u64 next;
};

void member_fsm_init(struct member_fsm *m, const struct member_fsm_cfg *cfg);
void member_fsm_start(struct member_fsm *m, u64 now);
void member_fsm_config(struct member_fsm *m, u64 now,
		       const struct member_fsm_cfg *cfg);
void member_fsm_link(struct member_fsm *m, bool up, bool bundled);
void member_fsm_core(struct member_fsm *m, u64 now, unsigned int services,
		     unsigned int good);
u32 member_fsm_eval(struct member_fsm *m, u64 now,
		    const struct member_fsm_view *v);
void member_fsm_hello(const struct member_fsm *m, struct trunk_pkt_member *pkt);
u64 member_fsm_settle_ns(u32 fail_ms);

#endif /* _ETRUNK_MEMBER_FSM_H */
