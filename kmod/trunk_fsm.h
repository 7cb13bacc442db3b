/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The E-Trunk role machine, pure: who is there, and which of the two PEs is
 * master.
 *
 * DOC: knowing the peer
 *
 * An E-Trunk draws a random session when it starts and numbers its hellos in
 * it. It also has one challenge outstanding at any time, and says it in every
 * hello. A peer session is *confirmed* by a hello that answers this challenge;
 * the challenge is then used up and drawn anew, as it is whenever the peer is
 * lost. So a challenge confirms one session once, and only somebody who has the
 * key now can have answered it: no hello recorded before the challenge was
 * drawn does, whichever incarnation of whom it came from.
 *
 * A hello of the confirmed session counts if its sequence is above all that
 * were accepted. A hello of any other session is answered at once (our hello
 * carries the response to its challenge), and changes nothing else: the
 * confirmed peer stays confirmed. If the other session is a restarted peer, it
 * will answer our challenge in turn and replace the old one; if it is a
 * recording, nothing comes.
 *
 * Losing the peer (its fail time passed, or BFD detection expired) keeps
 * session and sequence, so that nothing old is accepted later, but believes
 * nothing more of it until it has answered a new challenge.
 *
 * The echo tells the peer that it is heard. A confirmed peer whose echo of us
 * is zero for TRUNK_FSM_GRACE_MS, or that has not advanced within the longer
 * of the two fail times, does not hear us: one-way.
 *
 * DOC: replay protection off
 *
 * Then any authentic hello is believed: of whatever session, whatever its
 * sequence. That is what equipment without such protection does, and what the
 * operator asks for; a recording makes a dead peer alive and unseats a live one.
 * What needs no belief stays: the own part of the handshake is played, so that a
 * peer whose protection is on finds us as ever; a peer that answers is known to
 * have answered; one-way is told by the echo. And where we know better, we do
 * not believe either: a peer that BFD lost, or that is met again after we stood
 * still, has to answer first, because what it sent before may still be under way.
 *
 * Each PE says in its hellos that its protection is off. Two settings that
 * differ are a fault at both, and no more: each of them believes what its own
 * setting says, and hears all that it needs for that. Where one is off, two
 * masters are a fault whatever the reasons of their roles, because a PE that was
 * made to believe in the election of a recording has the best of reasons.
 *
 * DOC: two paths
 *
 * With a backup pair of addresses every hello is sent on both paths. The first
 * copy that arrives counts, the second one is no replay: it shows that its path
 * works. The peer is dead only when no path hears it.
 *
 * The tracked BFD session watches the primary path. If it expires, the peer is
 * *queried*: hellos with the flag QUERY go out on all paths, repeated every
 * TRUNK_FSM_RESEND_MS, and are answered at once by who has confirmed us. A
 * hello that names one of them in its echo, or asks itself, was sent after the
 * failure: the peer lives, and the roles stay. If none comes within
 * TRUNK_FSM_QUERY_MS the peer is lost by BFD, that much later than without a
 * backup path. Just any hello does not do: one sent before the peer died may
 * still be under way on a slow backup path.
 *
 * With the split policy "master" hellos on the backup path only inform: they
 * show that the path works and what role the peer has, and the primary path
 * alone decides, at once, as if there were no backup.
 *
 * While one path works both ways, two PEs that confirmed each other never both
 * serve for longer than on one path. Where only one direction is left of both
 * paths together, what is said below of one-way paths holds.
 *
 * DOC: overlap
 *
 * Two PEs claim mastership at the same time only while at least one of them
 * does not hear the other. Once hellos pass both ways this ends within one
 * hello interval and two round trips; where they pass one way only, within
 * TRUNK_FSM_GRACE_MS and one transit after the deaf side took over, or, if it
 * took over without telling (it restarted), within the fail time and
 * TRUNK_FSM_GRACE_MS. A PE that starts on a path that is one-way already cannot
 * tell the peer's hellos from a recording of them: then both serve, until the
 * path works both ways.
 *
 * These bounds, and how soon somebody serves after a failure, are checked for
 * every schedule of a few faults by selftests/model.
 */
#ifndef _ETRUNK_TRUNK_FSM_H
#define _ETRUNK_TRUNK_FSM_H

#include "pure.h"
#include "trunk_pkt.h"

/* how long an echo may be zero before it means "does not hear us" */
#define TRUNK_FSM_GRACE_MS	200
/* how long a double master stays visible as a fault, at least */
#define TRUNK_FSM_DUAL_MS	1000
/* how long a peer that BFD lost may take to answer on another path */
#define TRUNK_FSM_QUERY_MS	50
/* a query is repeated that often */
#define TRUNK_FSM_RESEND_MS	15
/* a copy is no replay if it is so little behind */
#define TRUNK_FSM_BEHIND	16
/* who takes mastership back does so in this time, or by the revert rules */
#define TRUNK_FSM_CLAIM_MS	10000

/* what the caller has to do */
#define TRUNK_ACT_TX		BIT(0)	/* send a hello now */
#define TRUNK_ACT_ROLE		BIT(1)	/* state or reason changed */
#define TRUNK_ACT_STATE		BIT(2)	/* state changed */
#define TRUNK_ACT_PEER		BIT(3)	/* knowledge of the peer changed */
#define TRUNK_ACT_FAULTS	BIT(4)	/* set of faults changed */

enum trunk_fault {
	TRUNK_FAULT_NO_KEY,
	TRUNK_FAULT_NO_PEER,
	TRUNK_FAULT_ONE_WAY,
	TRUNK_FAULT_BFD_DOWN,
	TRUNK_FAULT_DUAL_MASTER,
	TRUNK_FAULT_LACP_SYSTEM_ID,
	TRUNK_FAULT_LACP_PRIORITY,
	TRUNK_FAULT_SELECT,
	TRUNK_FAULT_PRIMARY_PATH,
	TRUNK_FAULT_BACKUP_PATH,
	TRUNK_FAULT_REPLAY,
	/* trunk.c finds these */
	TRUNK_FAULT_TIMER,
	TRUNK_FAULT_REVERT_DELAY,
	TRUNK_FAULT_VERSION,
	TRUNK_FAULT_N,
};

/**
 * enum trunk_fsm_rx - what became of an authentic hello
 * @TRUNK_RX_ACCEPTED: it counts
 * @TRUNK_RX_BELIEVED: it counts, only because replay protection is off
 * @TRUNK_RX_REFLECTED: our own, or sent in our direction
 * @TRUNK_RX_SEQUENCE: sequence not above the accepted ones: a replay or late
 * @TRUNK_RX_UNCONFIRMED: of a session that has not answered our challenge
 * @TRUNK_RX_COPY: shows that its path works, and no more
 */
enum trunk_fsm_rx {
	TRUNK_RX_ACCEPTED,
	TRUNK_RX_BELIEVED,
	TRUNK_RX_REFLECTED,
	TRUNK_RX_SEQUENCE,
	TRUNK_RX_UNCONFIRMED,
	TRUNK_RX_COPY,
};

/**
 * enum trunk_fsm_bfd - what the tracked BFD session did
 * @TRUNK_BFD_EXPIRED: it was Up and its detection time passed
 * @TRUNK_BFD_SIGNALLED: it was Up and the peer says Down: the peer does not
 *	hear us, but we hear it; its hello will tell what it makes of it
 * @TRUNK_BFD_UP: it is Up
 * @TRUNK_BFD_GONE: nothing is tracked any more, or AdminDown of either side
 */
enum trunk_fsm_bfd {
	TRUNK_BFD_EXPIRED,
	TRUNK_BFD_SIGNALLED,
	TRUNK_BFD_UP,
	TRUNK_BFD_GONE,
};

enum {
	TRUNK_PRIMARY,
	TRUNK_BACKUP,
	TRUNK_PATHS,
};

/**
 * struct trunk_fsm_path - a path on which hellos of the peer come
 * @up: they do
 * @since: when @up last changed
 * @fault_at: when it counts as a fault that it is not up
 * @last_rx: when the last one came, 0 = never
 * @sess: session of it
 * @rx_seq: highest sequence that came, in @sess
 */
struct trunk_fsm_path {
	bool up;
	u64 since;
	u64 fault_at;
	u64 last_rx;
	u64 sess;
	u64 rx_seq;
};

/**
 * struct trunk_fsm_cfg - configuration of the machine
 * @id: E-Trunk id
 * @priority: lower wins
 * @high: source-address is above peer-address
 * @usable: there is a key, or none is needed
 * @select: enum etrunk_select
 * @backup: there is a backup path
 * @split_master: it only informs
 * @unprotected: replay protection is off
 * @hello_ms: interval
 * @multiplier: fail time in intervals
 * @system_id: of this device
 * @lacp_system: shared LACP system id
 * @lacp_priority: shared LACP system priority
 */
struct trunk_fsm_cfg {
	u8 id;
	u8 priority;
	bool high;
	bool usable;
	u8 select;
	bool backup;
	bool split_master;
	bool unprotected;
	u32 hello_ms;
	u32 multiplier;
	u8 system_id[ETH_ALEN];
	u8 lacp_system[ETH_ALEN];
	u16 lacp_priority;
};

/**
 * struct trunk_fsm_peer - what is known of the peer
 * @fresh: it answered our challenge, or is believed without, and was heard ever
 *	since
 * @answered: it answered
 * @hears: its last echo named our session
 * @sess: its session, kept when it is lost
 * @rx_seq: highest sequence accepted in it
 * @last_rx: when
 * @fail_ns: how long to wait for the next
 * @echo_seq: highest of our sequences it named
 * @echo_time: when @echo_seq last advanced, or @hears became false
 * @hello: its last accepted hello
 */
struct trunk_fsm_peer {
	bool fresh;
	bool answered;
	bool hears;
	u64 sess;
	u64 rx_seq;
	u64 last_rx;
	u64 fail_ns;
	u64 echo_seq;
	u64 echo_time;
	struct trunk_pkt hello;
};

/**
 * struct trunk_fsm - the machine
 * @cfg: configuration
 * @state: role
 * @reason: of the role
 * @sess: own session
 * @seq: last sequence sent
 * @chal: own outstanding challenge
 * @resp_sess: session to answer in the next hello
 * @resp_chal: its challenge
 * @alone_at: when INIT ends without a peer, 0 = it may
 * @decided_at: when INIT last ended
 * @next_tx: when the next hello is due
 * @burst: hellos still to be repeated quickly after a change
 * @reply_tokens: immediate answers to unconfirmed sessions still allowed
 * @reply_time: when @reply_tokens was last filled up
 * @lost_by_bfd: the peer was lost by BFD, not by the fail time
 * @must_answer: the peer is not believed without, whatever the setting
 * @bfd_down: the tracked session failed and has not been Up since
 * @all_down: every own member is down
 * @handed_over: the operator gave mastership to the peer, and not back yet
 * @claim_until: the operator took it back: no revert rule applies until then
 * @dual_until: double master shown until then, 0 = not
 * @faults: BIT(enum trunk_fault)
 * @peer: the peer
 * @path: the paths
 * @query_until: the peer has to answer until then, 0 = it is not queried
 * @query_next: when the query is repeated
 * @query_seq: our first hello that asks
 * @informed: role that the peer claimed last on a path that only informs
 */
struct trunk_fsm {
	struct trunk_fsm_cfg cfg;
	u8 state;
	u8 reason;
	u64 sess;
	u64 seq;
	u64 chal;
	u64 resp_sess;
	u64 resp_chal;
	u64 alone_at;
	u64 decided_at;
	u64 next_tx;
	u8 burst;
	u8 reply_tokens;
	u64 reply_time;
	bool lost_by_bfd;
	bool must_answer;
	bool bfd_down;
	bool all_down;
	bool handed_over;
	u64 claim_until;
	u64 dual_until;
	u32 faults;
	struct trunk_fsm_peer peer;
	struct trunk_fsm_path path[TRUNK_PATHS];
	u64 query_until;
	u64 query_next;
	u64 query_seq;
	u8 informed;
};

void trunk_fsm_init(struct trunk_fsm *f, const struct trunk_fsm_cfg *cfg);
u32 trunk_fsm_start(struct trunk_fsm *f, u64 now, u64 sess, u64 chal);
u32 trunk_fsm_config(struct trunk_fsm *f, u64 now,
		     const struct trunk_fsm_cfg *cfg, u64 rnd);
u32 trunk_fsm_rx(struct trunk_fsm *f, u64 now, const struct trunk_pkt *pkt,
		 u64 rnd, enum trunk_fsm_rx *result);
u32 trunk_fsm_timer(struct trunk_fsm *f, u64 now, u64 rnd);
u32 trunk_fsm_bfd(struct trunk_fsm *f, u64 now, enum trunk_fsm_bfd what,
		  u64 rnd);
u32 trunk_fsm_stalled(struct trunk_fsm *f, u64 now, u64 rnd);
u32 trunk_fsm_hand_over(struct trunk_fsm *f, u64 now, bool give);
u32 trunk_fsm_members(struct trunk_fsm *f, u64 now, bool all_down);
void trunk_fsm_hello(struct trunk_fsm *f, u64 now, struct trunk_pkt *pkt);
void trunk_fsm_hurry(struct trunk_fsm *f, u64 now);
u64 trunk_fsm_deadline(const struct trunk_fsm *f);

bool trunk_fsm_preferred(const struct trunk_fsm *f);
bool trunk_fsm_claims(const struct trunk_fsm *f, u64 now);
u8 trunk_fsm_select(const struct trunk_fsm *f, u64 now);
u32 trunk_fsm_fail_ms(const struct trunk_fsm_cfg *cfg);
bool trunk_fsm_two_way(const struct trunk_fsm *f, u64 now);
bool trunk_fsm_one_way(const struct trunk_fsm *f, u64 now);
enum etrunk_peer trunk_fsm_peer(const struct trunk_fsm *f, u64 now);

#endif /* _ETRUNK_TRUNK_FSM_H */
