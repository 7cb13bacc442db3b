// SPDX-License-Identifier: GPL-2.0
/*
 * When a PW status word is sent, repeated, refreshed, acknowledged and believed
 * (RFC 6478 section 5.3). Pure: the caller gives the time (ns, monotonic),
 * asks etrunk_oam_deadline() when to call etrunk_oam_timer() and carries out
 * the ETRUNK_OAM_* actions.
 *
 * Sender: a word goes out at once and, unless acknowledged, twice more at 1 s;
 * then at the refresh interval, except for 0, of which nothing is refreshed.
 * Receiver: a non-zero word holds for 3.5 times the refresh interval that came
 * with it, then counts as 0. That is no failure detection.
 *
 * The RFC does not say what holds before the first message. A peer that came
 * back may have a closed gate and its word still on the way, so silence counts
 * as standby until a message arrives, at most 4 s from the return of liveness;
 * then the configured initial word holds.
 */
#include "pw_oam_fsm.h"

#define NEVER	ETRUNK_OAM_NEVER

/**
 * etrunk_oam_init - nothing said, nothing heard
 * @o: state
 * @cfg: settings
 */
void etrunk_oam_init(struct etrunk_oam *o, const struct etrunk_oam_cfg *cfg)
{
	memset(o, 0, sizeof(*o));
	o->tx_refresh = cfg->refresh;
	o->tx_at = NEVER;
	o->rx_expire = NEVER;
	o->rx_unknown = NEVER;
}

/**
 * etrunk_oam_remote - the peer's word in force
 * @o: state
 * @cfg: settings
 *
 * Return: the word. Without status signalling it is the initial one.
 */
u32 etrunk_oam_remote(const struct etrunk_oam *o,
		      const struct etrunk_oam_cfg *cfg)
{
	if (!cfg->enabled)
		return cfg->initial_remote;
	if (o->rx_heard)
		return o->rx_word;
	/* the timer sets rx_unknown to 0 once the wait is over */
	return o->rx_unknown ? ETRUNK_PW_STANDBY : cfg->initial_remote;
}

/**
 * etrunk_oam_burst - say the current word afresh
 * @o: state
 * @cfg: settings
 * @now: time
 *
 * Return: actions.
 */
u32 etrunk_oam_burst(struct etrunk_oam *o, const struct etrunk_oam_cfg *cfg,
		     u64 now)
{
	if (!cfg->enabled || !o->tx_known)
		return 0;

	o->tx_refresh = cfg->refresh;
	o->tx_asked = 0;
	o->tx_burst = ETRUNK_OAM_BURST - 1;
	o->tx_last = now;
	o->tx_at = now + ETRUNK_OAM_BURST_NS;
	return ETRUNK_OAM_SEND;
}

/**
 * etrunk_oam_set_word - the local word
 * @o: state
 * @cfg: settings
 * @word: new or the same
 * @now: time
 *
 * Return: actions; none if the word is what we say already.
 */
u32 etrunk_oam_set_word(struct etrunk_oam *o, const struct etrunk_oam_cfg *cfg,
			u32 word, u64 now)
{
	if (o->tx_known && o->tx_word == word)
		return 0;

	o->tx_word = word;
	o->tx_known = true;
	return etrunk_oam_burst(o, cfg, now);
}

/**
 * etrunk_oam_lost - liveness of the PW is lost
 * @o: state
 * @cfg: settings
 *
 * What the peer said before is void.
 *
 * Return: actions.
 */
u32 etrunk_oam_lost(struct etrunk_oam *o, const struct etrunk_oam_cfg *cfg)
{
	u32 old = etrunk_oam_remote(o, cfg);

	o->rx_heard = false;
	o->rx_word = 0;
	o->rx_expire = NEVER;
	o->rx_unknown = NEVER;
	o->ack_again = 0;
	return old == etrunk_oam_remote(o, cfg) ? 0 : ETRUNK_OAM_REMOTE;
}

/**
 * etrunk_oam_live - the PW can carry messages (again)
 * @o: state
 * @cfg: settings
 * @now: time
 *
 * Return: actions: a fresh burst, since the peer may have forgotten our word.
 */
u32 etrunk_oam_live(struct etrunk_oam *o, const struct etrunk_oam_cfg *cfg,
		    u64 now)
{
	if (!cfg->enabled)
		return 0;
	if (!o->rx_heard && o->rx_unknown == NEVER)
		o->rx_unknown = now + ETRUNK_OAM_UNKNOWN_NS;
	return etrunk_oam_burst(o, cfg, now);
}

/* When the current word is due again after its burst, or never. */
static u64 refresh_at(const struct etrunk_oam *o, u8 random)
{
	u64 interval = o->tx_refresh * (u64)NSEC_PER_SEC;

	if (!o->tx_word || !o->tx_refresh)
		return NEVER;
	/* up to an eighth early, so that many PWs spread out */
	return o->tx_last + interval - (interval >> 11) * random;
}

/* The peer has our word: no repetition, and its interval from the next on. */
static u32 rx_ack(struct etrunk_oam *o, const struct etrunk_pw_oam *msg)
{
	if (!o->tx_known || msg->status != o->tx_word)
		return ETRUNK_OAM_BAD_ACK;

	if (o->tx_burst) {
		o->tx_burst = 0;
		o->tx_at = refresh_at(o, 0);
	}
	if (msg->refresh && o->tx_refresh)
		o->tx_asked = msg->refresh;
	return 0;
}

/**
 * etrunk_oam_rx - a message of the peer
 * @o: state
 * @cfg: settings
 * @msg: the message
 * @now: time
 *
 * Return: actions.
 */
u32 etrunk_oam_rx(struct etrunk_oam *o, const struct etrunk_oam_cfg *cfg,
		  const struct etrunk_pw_oam *msg, u64 now)
{
	u32 old = etrunk_oam_remote(o, cfg);
	u32 actions = 0;

	if (!cfg->enabled)
		return 0;
	if (msg->ack)
		return rx_ack(o, msg);

	o->rx_heard = true;
	o->rx_word = msg->status;
	o->rx_unknown = 0;
	o->rx_expire = NEVER;
	if (msg->status && msg->refresh)
		/* 3.5 intervals of this very message */
		o->rx_expire = now + msg->refresh *
				     (7 * (u64)NSEC_PER_SEC / 2);

	/* one ack per status and refresh interval (5.3.1) */
	if (!o->ack_again || o->ack_word != msg->status ||
	    now >= o->ack_again) {
		u64 again = msg->refresh ? msg->refresh : 1;

		o->ack_word = msg->status;
		o->ack_again = now + again * (u64)NSEC_PER_SEC;
		actions |= ETRUNK_OAM_ACK;
	}
	if (old != etrunk_oam_remote(o, cfg))
		actions |= ETRUNK_OAM_REMOTE;
	return actions;
}

/**
 * etrunk_oam_timer - time has passed
 * @o: state
 * @cfg: settings
 * @random: jitter
 * @now: time
 *
 * Return: actions.
 */
u32 etrunk_oam_timer(struct etrunk_oam *o, const struct etrunk_oam_cfg *cfg,
		     u8 random, u64 now)
{
	u32 old = etrunk_oam_remote(o, cfg);
	u32 actions = 0;

	if (!cfg->enabled)
		return 0;

	if (o->tx_known && now >= o->tx_at) {
		actions |= ETRUNK_OAM_SEND;
		o->tx_last = now;
		if (o->tx_burst)
			o->tx_burst--;
		if (o->tx_burst) {
			o->tx_at = now + ETRUNK_OAM_BURST_NS;
		} else {
			if (o->tx_asked) {
				o->tx_refresh = o->tx_asked;
				o->tx_asked = 0;
			}
			o->tx_at = refresh_at(o, random);
		}
	}

	if (o->rx_heard && now >= o->rx_expire) {
		o->rx_word = 0;
		o->rx_expire = NEVER;
	}
	if (!o->rx_heard && now >= o->rx_unknown)
		o->rx_unknown = 0;

	if (old != etrunk_oam_remote(o, cfg))
		actions |= ETRUNK_OAM_REMOTE;
	return actions;
}

/**
 * etrunk_oam_deadline - when to call etrunk_oam_timer()
 * @o: state
 * @cfg: settings
 *
 * Return: the time, ETRUNK_OAM_NEVER if there is nothing to wait for.
 */
u64 etrunk_oam_deadline(const struct etrunk_oam *o,
			const struct etrunk_oam_cfg *cfg)
{
	u64 at = NEVER;

	if (!cfg->enabled)
		return NEVER;
	if (o->tx_known)
		at = min(at, o->tx_at);
	if (o->rx_heard)
		at = min(at, o->rx_expire);
	else if (o->rx_unknown)
		at = min(at, o->rx_unknown);
	return at;
}

/**
 * etrunk_oam_message - what ETRUNK_OAM_SEND sends
 * @o: state
 * @msg: result
 */
void etrunk_oam_message(const struct etrunk_oam *o, struct etrunk_pw_oam *msg)
{
	msg->ack = false;
	msg->refresh = o->tx_refresh;
	msg->status = o->tx_word;
}

/**
 * etrunk_oam_ack_message - what ETRUNK_OAM_ACK sends
 * @o: state
 * @cfg: settings
 * @msg: result: the peer's word and the interval we would like, which must be
 *	0 for word 0
 */
void etrunk_oam_ack_message(const struct etrunk_oam *o,
			    const struct etrunk_oam_cfg *cfg,
			    struct etrunk_pw_oam *msg)
{
	msg->ack = true;
	msg->refresh = o->ack_word ? cfg->refresh : 0;
	msg->status = o->ack_word;
}
