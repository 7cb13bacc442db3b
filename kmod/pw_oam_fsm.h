/* SPDX-License-Identifier: GPL-2.0 */
/* Sender and receiver of PW status messages, RFC 6478 section 5.3 (pure). */
#ifndef _ETRUNK_PW_OAM_FSM_H
#define _ETRUNK_PW_OAM_FSM_H

#include "pw_oam_pkt.h"
#include "pure.h"

#define ETRUNK_OAM_NEVER	U64_MAX
#define ETRUNK_OAM_BURST	3
#define ETRUNK_OAM_BURST_NS	NSEC_PER_SEC
/* how long to wait for the peer's word once it can be heard again */
#define ETRUNK_OAM_UNKNOWN_NS	(4 * (u64)NSEC_PER_SEC)

/* actions for the caller, any number of them */
#define ETRUNK_OAM_SEND		BIT(0)	/* send the local word */
#define ETRUNK_OAM_ACK		BIT(1)	/* acknowledge the peer's word */
#define ETRUNK_OAM_REMOTE	BIT(2)	/* etrunk_oam_remote() changed */
#define ETRUNK_OAM_BAD_ACK	BIT(3)	/* an ack of what we did not say */

/**
 * struct etrunk_oam_cfg - settings
 * @enabled: status travels in band
 * @refresh: seconds, 0 = never
 * @initial_remote: taken for the peer's word when it says none
 */
struct etrunk_oam_cfg {
	bool enabled;
	u16 refresh;
	u32 initial_remote;
};

/**
 * struct etrunk_oam - state of both directions of one PW
 * @tx_word: what we say now
 * @tx_known: there is a word to say
 * @tx_burst: sends left in the burst
 * @tx_refresh: interval in use, seconds
 * @tx_asked: interval that the peer's ack asked for, 0 = none
 * @tx_last: time of the last send
 * @tx_at: time of the next send
 * @rx_word: last word of the peer
 * @rx_heard: there was one since liveness was lost
 * @rx_expire: when @rx_word is taken back to 0
 * @rx_unknown: until when silence counts as standby
 * @ack_word: last word acknowledged
 * @ack_again: from when the same word is acknowledged once more
 */
struct etrunk_oam {
	u32 tx_word;
	bool tx_known;
	u8 tx_burst;
	u16 tx_refresh;
	u16 tx_asked;
	u64 tx_last;
	u64 tx_at;
	u32 rx_word;
	bool rx_heard;
	u64 rx_expire;
	u64 rx_unknown;
	u32 ack_word;
	u64 ack_again;
};

void etrunk_oam_init(struct etrunk_oam *o, const struct etrunk_oam_cfg *cfg);
u32 etrunk_oam_set_word(struct etrunk_oam *o, const struct etrunk_oam_cfg *cfg,
			u32 word, u64 now);
u32 etrunk_oam_burst(struct etrunk_oam *o, const struct etrunk_oam_cfg *cfg,
		     u64 now);
u32 etrunk_oam_lost(struct etrunk_oam *o, const struct etrunk_oam_cfg *cfg);
u32 etrunk_oam_live(struct etrunk_oam *o, const struct etrunk_oam_cfg *cfg,
		    u64 now);
u32 etrunk_oam_rx(struct etrunk_oam *o, const struct etrunk_oam_cfg *cfg,
		  const struct etrunk_pw_oam *msg, u64 now);
u32 etrunk_oam_timer(struct etrunk_oam *o, const struct etrunk_oam_cfg *cfg,
		     u8 random, u64 now);
u64 etrunk_oam_deadline(const struct etrunk_oam *o,
			const struct etrunk_oam_cfg *cfg);
u32 etrunk_oam_remote(const struct etrunk_oam *o,
		      const struct etrunk_oam_cfg *cfg);
void etrunk_oam_message(const struct etrunk_oam *o, struct etrunk_pw_oam *msg);
void etrunk_oam_ack_message(const struct etrunk_oam *o,
			    const struct etrunk_oam_cfg *cfg,
			    struct etrunk_pw_oam *msg);

#endif /* _ETRUNK_PW_OAM_FSM_H */
