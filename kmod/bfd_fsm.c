// SPDX-License-Identifier: GPL-2.0
/*
 * The BFD machine of one session. Section numbers are those of RFC 5880.
 */
#include "bfd_fsm.h"

/* The value to advertise for the transmit interval in the present state. */
static u32 wanted_tx_us(const struct etrunk_bfd_fsm *f)
{
	if (f->state == ETRUNK_BFD_UP)
		return f->cfg.min_tx_us;

	return max_t(u32, f->cfg.min_tx_us, ETRUNK_BFD_SLOW_TX_US);
}

static bool polling(const struct etrunk_bfd_fsm *f)
{
	return f->poll == ETRUNK_BFD_POLL_ON ||
	       f->poll == ETRUNK_BFD_POLL_ON_AGAIN;
}

/* A poll begins. In demand mode its first packet is what is timed (6.8.4). */
static void begin_poll(struct etrunk_bfd_fsm *f, u64 now, unsigned int *actions)
{
	f->poll = ETRUNK_BFD_POLL_ON;
	f->poll_since = now;
	if (f->demand)
		*actions |= ETRUNK_BFD_ACT_SEND;
}

/*
 * Advertise what is wanted now and, if that is a change, poll (6.8.3). While
 * Up, a slower transmit interval and a shorter detection time take effect when
 * the peer is known to have seen them; all other changes at once.
 */
static void update_timing(struct etrunk_bfd_fsm *f, u64 now,
			  unsigned int *actions)
{
	u32 tx_us = wanted_tx_us(f), rx_us = f->cfg.min_rx_us;
	bool both_up = f->state == ETRUNK_BFD_UP &&
		       f->remote_state == ETRUNK_BFD_UP;
	bool demand = f->cfg.demand && both_up;

	if (etrunk_bfd_fsm_echo_us(f))
		rx_us = max_t(u32, rx_us, ETRUNK_BFD_SLOW_RX_US);

	if (tx_us != f->tx_us || rx_us != f->rx_us || demand != f->demand) {
		if (demand && !f->demand) {
			f->poll_since = now;
			*actions |= ETRUNK_BFD_ACT_SEND;
		} else if (f->demand && !demand) {
			/* the peer has one detection time to speak again */
			f->last_rx = now;
		}
		f->tx_us = tx_us;
		f->rx_us = rx_us;
		f->demand = demand;
		if (f->poll == ETRUNK_BFD_POLL_OFF)
			begin_poll(f, now, actions);
		else if (f->poll == ETRUNK_BFD_POLL_ON)
			f->poll = ETRUNK_BFD_POLL_ON_AGAIN;
	}

	if (f->state == ETRUNK_BFD_UP) {
		f->tx_used_us = min(f->tx_used_us, tx_us);
		f->rx_used_us = max(f->rx_used_us, rx_us);
	} else {
		f->tx_used_us = tx_us;
		f->rx_used_us = rx_us;
	}
}

static void poll_final_received(struct etrunk_bfd_fsm *f, u64 now)
{
	switch (f->poll) {
	case ETRUNK_BFD_POLL_ON:
		f->poll = ETRUNK_BFD_POLL_OFF;
		f->tx_used_us = f->tx_us;
		f->rx_used_us = f->rx_us;
		f->next_poll = now + ETRUNK_BFD_VERIFY_NS;
		break;
	case ETRUNK_BFD_POLL_ON_AGAIN:
		f->poll = ETRUNK_BFD_POLL_WAIT;
		/* a silent peer sends none without F; a late F is over by then */
		f->next_poll = now + etrunk_bfd_fsm_detect_time(f);
		break;
	default:
		/* a late or unasked answer says nothing */
		break;
	}
}

/* Faults; not what either operator or our own end asked for. */
static bool is_failure(u8 reason)
{
	return reason == ETRUNK_BFD_REASON_DETECT ||
	       reason == ETRUNK_BFD_REASON_ECHO ||
	       reason == ETRUNK_BFD_REASON_NEIGHBOR_DOWN;
}

static void set_state(struct etrunk_bfd_fsm *f, u8 state, u8 diag, u8 reason,
		      u64 now, unsigned int *actions)
{
	if (f->state == ETRUNK_BFD_UP) {
		f->down_count++;
		f->down_reason = reason;
		f->wtr = f->cfg.wtr_us && is_failure(reason);
		f->wtr_end = 0;
	} else if (state == ETRUNK_BFD_UP) {
		f->up_count++;
	}

	f->state = state;
	f->diag = diag;
	f->reason = reason;
	update_timing(f, now, actions);
	/* 6.8.7: new content should not wait for the timer */
	*actions |= ETRUNK_BFD_ACT_NOTIFY | ETRUNK_BFD_ACT_SEND;
}

/* 6.8.6, the state machine proper; the session is not AdminDown */
/*
 * 6.8.18: a session may be held Down, here after a failure, until the peer was
 * heard without a break for some time. The peer waits in Init.
 */
static bool waits_to_restore(struct etrunk_bfd_fsm *f, u64 now)
{
	if (!f->wtr)
		return false;

	if (!f->wtr_end)
		f->wtr_end = now + (u64)f->cfg.wtr_us * NSEC_PER_USEC;
	f->wtr = now < f->wtr_end;
	return f->wtr;
}

static void state_received(struct etrunk_bfd_fsm *f, u8 received, u64 now,
			   unsigned int *actions)
{
	switch (received) {
	case ETRUNK_BFD_ADMIN_DOWN:
		if (f->state != ETRUNK_BFD_DOWN)
			set_state(f, ETRUNK_BFD_DOWN,
				  ETRUNK_BFD_DIAG_NEIGHBOR_DOWN,
				  ETRUNK_BFD_REASON_NEIGHBOR_ADMIN, now,
				  actions);
		break;
	case ETRUNK_BFD_DOWN:
		if (f->state == ETRUNK_BFD_DOWN)
			set_state(f, ETRUNK_BFD_INIT, f->diag,
				  ETRUNK_BFD_REASON_HANDSHAKE, now, actions);
		else if (f->state == ETRUNK_BFD_UP)
			set_state(f, ETRUNK_BFD_DOWN,
				  ETRUNK_BFD_DIAG_NEIGHBOR_DOWN,
				  ETRUNK_BFD_REASON_NEIGHBOR_DOWN, now,
				  actions);
		break;
	case ETRUNK_BFD_INIT:
		if (f->state != ETRUNK_BFD_UP)
			set_state(f, ETRUNK_BFD_UP, ETRUNK_BFD_DIAG_NONE,
				  ETRUNK_BFD_REASON_HANDSHAKE, now, actions);
		break;
	case ETRUNK_BFD_UP:
		if (f->state == ETRUNK_BFD_INIT)
			set_state(f, ETRUNK_BFD_UP, ETRUNK_BFD_DIAG_NONE,
				  ETRUNK_BFD_REASON_HANDSHAKE, now, actions);
		break;
	}
}

/**
 * etrunk_bfd_fsm_init - a new session
 * @f: session
 * @cfg: timing
 * @local_discr: not 0
 * @remote_discr: configured one, or 0 to learn it
 * @shutdown: start in AdminDown
 */
void etrunk_bfd_fsm_init(struct etrunk_bfd_fsm *f,
			 const struct etrunk_bfd_timing *cfg, u32 local_discr,
			 u32 remote_discr, bool shutdown)
{
	memset(f, 0, sizeof(*f));
	f->cfg = *cfg;
	f->local_discr = local_discr;
	f->remote_discr = remote_discr;
	f->remote_fixed = remote_discr;
	f->state = ETRUNK_BFD_DOWN;
	f->remote_state = ETRUNK_BFD_DOWN;
	if (shutdown) {
		f->state = ETRUNK_BFD_ADMIN_DOWN;
		f->diag = ETRUNK_BFD_DIAG_ADMIN_DOWN;
		f->reason = ETRUNK_BFD_REASON_ADMIN_DOWN;
	}
	/* 6.8.1 */
	f->remote_min_rx_us = 1;
	f->tx_us = f->tx_used_us = wanted_tx_us(f);
	f->rx_us = f->rx_used_us = cfg->min_rx_us;
}

/**
 * etrunk_bfd_fsm_rx - a packet for this session came in
 * @f: session
 * @pkt: passed etrunk_bfd_pkt_parse(), and the session's GTSM and
 *	authentication
 * @now: ns
 * @actions: ETRUNK_BFD_ACT_*
 *
 * Steps 13 to 22 of 6.8.6. Nothing is stored of a packet that is refused.
 *
 * Return: ETRUNK_BFD_DROP_NONE or why the packet was refused.
 */
enum etrunk_bfd_drop etrunk_bfd_fsm_rx(struct etrunk_bfd_fsm *f,
				       const struct etrunk_bfd_pkt *pkt,
				       u64 now, unsigned int *actions)
{
	u32 tx_before = etrunk_bfd_fsm_tx_interval_us(f);
	u32 echo_before = etrunk_bfd_fsm_echo_us(f);
	bool was_admin, is_admin;
	u8 state_before = f->state;

	*actions = 0;
	if (f->remote_fixed && pkt->my_discr != f->remote_discr)
		return ETRUNK_BFD_DROP_DISCR;

	was_admin = f->remote_state == ETRUNK_BFD_ADMIN_DOWN;
	is_admin = pkt->state == ETRUNK_BFD_ADMIN_DOWN;

	f->remote_discr = pkt->my_discr;
	f->remote_state = pkt->state;
	f->remote_diag = pkt->diag;
	f->remote_demand = pkt->flags & ETRUNK_BFD_DEMAND;
	f->remote_min_rx_us = pkt->min_rx_us;
	f->remote_min_tx_us = pkt->min_tx_us;
	f->remote_echo_us = pkt->min_echo_rx_us;
	f->remote_mult = pkt->mult;

	if (pkt->flags & ETRUNK_BFD_FINAL)
		poll_final_received(f, now);
	else if (f->poll == ETRUNK_BFD_POLL_WAIT)
		begin_poll(f, now, actions);

	/* 6.8.6: neither answered nor counted as received */
	if (f->state == ETRUNK_BFD_ADMIN_DOWN)
		goto timers;

	if (!waits_to_restore(f, now))
		state_received(f, pkt->state, now, actions);
	if (was_admin != is_admin && f->state == state_before) {
		if (was_admin)
			f->reason = ETRUNK_BFD_REASON_NEIGHBOR_ADMIN_UP;
		else
			f->reason = ETRUNK_BFD_REASON_NEIGHBOR_ADMIN;
		*actions |= ETRUNK_BFD_ACT_NOTIFY;
	}

	if (pkt->flags & ETRUNK_BFD_POLL)
		*actions |= ETRUNK_BFD_ACT_FINAL;

	if (state_before == ETRUNK_BFD_UP && f->heard && !f->demand &&
	    now - f->last_rx > f->max_rx_gap)
		f->max_rx_gap = now - f->last_rx;
	f->heard = true;
	f->last_rx = now;
	/* what hangs on the peer's state, too */
	update_timing(f, now, actions);

timers:
	if (etrunk_bfd_fsm_echo_us(f) != echo_before)
		*actions |= ETRUNK_BFD_ACT_ECHO;
	if (etrunk_bfd_fsm_tx_interval_us(f) != tx_before)
		*actions |= ETRUNK_BFD_ACT_TX_TIMER;

	return ETRUNK_BFD_DROP_NONE;
}

/* 6.8.1 and 6.8.18: who the peer was and what it asked for. */
static void forget_peer(struct etrunk_bfd_fsm *f)
{
	f->heard = false;
	f->remote_min_rx_us = 1;
	f->remote_demand = false;
	f->wtr_end = 0;
	if (!f->remote_fixed)
		f->remote_discr = 0;
}

/**
 * etrunk_bfd_fsm_detect - the detection timer fired
 * @f: session
 * @now: ns
 *
 * May be called too early: then it does nothing. In demand mode it is also the
 * time of the next poll.
 *
 * Return: ETRUNK_BFD_ACT_*
 */
unsigned int etrunk_bfd_fsm_detect(struct etrunk_bfd_fsm *f, u64 now)
{
	u32 tx_before = etrunk_bfd_fsm_tx_interval_us(f);
	u32 echo_before = etrunk_bfd_fsm_echo_us(f);
	unsigned int actions = 0;

	if (now < etrunk_bfd_fsm_deadline(f))
		return 0;

	if (f->demand && !polling(f)) {
		begin_poll(f, now, &actions);
		goto timers;
	}

	forget_peer(f);

	/* 6.8.4 */
	if (f->state == ETRUNK_BFD_INIT || f->state == ETRUNK_BFD_UP)
		set_state(f, ETRUNK_BFD_DOWN, ETRUNK_BFD_DIAG_DETECT,
			  ETRUNK_BFD_REASON_DETECT, now, &actions);

	if (etrunk_bfd_fsm_echo_us(f) != echo_before)
		actions |= ETRUNK_BFD_ACT_ECHO;
timers:
	if (etrunk_bfd_fsm_tx_interval_us(f) != tx_before)
		actions |= ETRUNK_BFD_ACT_TX_TIMER;

	return actions;
}

/**
 * etrunk_bfd_fsm_echo_failed - no echo packet came back in time (6.8.5)
 * @f: session
 * @now: ns
 *
 * Return: ETRUNK_BFD_ACT_*
 */
unsigned int etrunk_bfd_fsm_echo_failed(struct etrunk_bfd_fsm *f, u64 now)
{
	unsigned int actions = 0;

	if (!etrunk_bfd_fsm_echo_us(f))
		return 0;

	set_state(f, ETRUNK_BFD_DOWN, ETRUNK_BFD_DIAG_ECHO,
		  ETRUNK_BFD_REASON_ECHO, now, &actions);
	return actions | ETRUNK_BFD_ACT_ECHO | ETRUNK_BFD_ACT_TX_TIMER;
}

/**
 * etrunk_bfd_fsm_shutdown - administrative control (6.8.16)
 * @f: session
 * @down: to AdminDown, else out of it
 * @now: ns
 *
 * Return: ETRUNK_BFD_ACT_*
 */
unsigned int etrunk_bfd_fsm_shutdown(struct etrunk_bfd_fsm *f, bool down,
				     u64 now)
{
	unsigned int actions = 0;

	if (down == (f->state == ETRUNK_BFD_ADMIN_DOWN))
		return 0;

	/* packets that were ignored meanwhile are no sign of life */
	if (!down && !f->heard)
		forget_peer(f);

	if (down)
		set_state(f, ETRUNK_BFD_ADMIN_DOWN, ETRUNK_BFD_DIAG_ADMIN_DOWN,
			  ETRUNK_BFD_REASON_ADMIN_DOWN, now, &actions);
	else
		set_state(f, ETRUNK_BFD_DOWN, ETRUNK_BFD_DIAG_NONE,
			  ETRUNK_BFD_REASON_ADMIN_UP, now, &actions);

	f->wtr = false;
	return actions | ETRUNK_BFD_ACT_TX_TIMER | ETRUNK_BFD_ACT_ECHO;
}

/**
 * etrunk_bfd_fsm_plane_reset - forwarding is about to end here (6.8.15)
 * @f: session
 * @now: ns
 *
 * Unlike AdminDown this tells the peer to take its traffic elsewhere.
 *
 * Return: ETRUNK_BFD_ACT_*
 */
unsigned int etrunk_bfd_fsm_plane_reset(struct etrunk_bfd_fsm *f, u64 now)
{
	unsigned int actions = 0;

	if (f->state == ETRUNK_BFD_INIT || f->state == ETRUNK_BFD_UP)
		set_state(f, ETRUNK_BFD_DOWN, ETRUNK_BFD_DIAG_PLANE_RESET,
			  ETRUNK_BFD_REASON_PLANE_RESET, now, &actions);

	return actions;
}

/**
 * etrunk_bfd_fsm_set - the operator changed the timing
 * @f: session
 * @cfg: new values
 * @now: ns
 *
 * Return: ETRUNK_BFD_ACT_*
 */
unsigned int etrunk_bfd_fsm_set(struct etrunk_bfd_fsm *f,
				const struct etrunk_bfd_timing *cfg, u64 now)
{
	u32 tx_before = etrunk_bfd_fsm_tx_interval_us(f);
	u32 echo_before = etrunk_bfd_fsm_echo_us(f);
	unsigned int actions = 0;

	/* another time to wait begins anew, none is over */
	if (cfg->wtr_us != f->cfg.wtr_us)
		f->wtr_end = 0;
	if (!cfg->wtr_us)
		f->wtr = false;

	/* the peer must not wait for a slow packet to stop what is not looped */
	if (cfg->echo_us != f->cfg.echo_us)
		actions |= ETRUNK_BFD_ACT_SEND;

	/* 6.8.12: a new multiplier needs no poll */
	f->cfg = *cfg;
	update_timing(f, now, &actions);

	if (etrunk_bfd_fsm_echo_us(f) != echo_before)
		actions |= ETRUNK_BFD_ACT_ECHO;
	if (etrunk_bfd_fsm_tx_interval_us(f) != tx_before)
		actions |= ETRUNK_BFD_ACT_TX_TIMER;

	return actions;
}

/**
 * etrunk_bfd_fsm_fill - the packet to send now
 * @f: session
 * @final: answers a Poll; P and F never go together (6.5)
 * @pkt: result
 */
void etrunk_bfd_fsm_fill(const struct etrunk_bfd_fsm *f, bool final,
			 struct etrunk_bfd_pkt *pkt)
{
	/*
	 * C: no part of the control plane is needed for the session to go on,
	 * it lives in the kernel.
	 */
	*pkt = (struct etrunk_bfd_pkt) {
		.diag = f->diag,
		.state = f->state,
		.flags = ETRUNK_BFD_CPI,
		.mult = f->cfg.mult,
		.my_discr = f->local_discr,
		.your_discr = f->remote_discr,
		.min_tx_us = f->tx_us,
		.min_rx_us = f->rx_us,
		.min_echo_rx_us = f->cfg.echo_us,
	};

	if (f->demand)
		pkt->flags |= ETRUNK_BFD_DEMAND;
	if (final)
		pkt->flags |= ETRUNK_BFD_FINAL;
	else if (polling(f))
		pkt->flags |= ETRUNK_BFD_POLL;
}

/**
 * etrunk_bfd_fsm_tx_interval_us - the negotiated interval, before jitter
 * @f: session
 *
 * Return: microseconds, 0 if there are no periodic packets.
 */
u32 etrunk_bfd_fsm_tx_interval_us(const struct etrunk_bfd_fsm *f)
{
	if (!f->remote_min_rx_us || !etrunk_bfd_fsm_may_send(f))
		return 0;

	/* 6.8.7: the peer asked for silence, unless we poll */
	if (f->remote_demand && f->state == ETRUNK_BFD_UP &&
	    f->remote_state == ETRUNK_BFD_UP && !polling(f))
		return 0;

	return max(f->tx_used_us, f->remote_min_rx_us);
}

/**
 * etrunk_bfd_fsm_detect_time - the negotiated detection time (6.8.4)
 * @f: session
 *
 * Return: ns, 0 while the peer's multiplier is not known.
 */
u64 etrunk_bfd_fsm_detect_time(const struct etrunk_bfd_fsm *f)
{
	if (f->demand)
		return (u64)max(f->tx_us, f->remote_min_rx_us) * f->cfg.mult *
		       NSEC_PER_USEC;

	return (u64)max(f->rx_used_us, f->remote_min_tx_us) * f->remote_mult *
	       NSEC_PER_USEC;
}

/**
 * etrunk_bfd_fsm_deadline - when etrunk_bfd_fsm_detect() has to be called
 * @f: session
 *
 * Return: time in ns, U64_MAX if nothing is to be detected.
 */
u64 etrunk_bfd_fsm_deadline(const struct etrunk_bfd_fsm *f)
{
	if (!f->heard)
		return U64_MAX;
	if (!f->demand)
		return f->last_rx + etrunk_bfd_fsm_detect_time(f);

	return polling(f) ? f->poll_since + etrunk_bfd_fsm_detect_time(f) :
			    f->next_poll;
}

/**
 * etrunk_bfd_fsm_may_send - may any packet be sent?
 * @f: session
 *
 * Return: false for a passive session that does not hear its peer (6.8.7).
 */
bool etrunk_bfd_fsm_may_send(const struct etrunk_bfd_fsm *f)
{
	return !f->cfg.passive || f->heard;
}

/**
 * etrunk_bfd_fsm_echo_us - how often echo packets are sent (6.8.9)
 * @f: session
 *
 * Return: microseconds, before jitter; 0 if there are none.
 */
u32 etrunk_bfd_fsm_echo_us(const struct etrunk_bfd_fsm *f)
{
	if (!f->cfg.echo_us || !f->remote_echo_us ||
	    f->state != ETRUNK_BFD_UP)
		return 0;

	return max(f->cfg.echo_us, f->remote_echo_us);
}

/**
 * etrunk_bfd_jitter - how long until the next periodic packet (6.8.7)
 * @interval_us: negotiated interval
 * @mult: own multiplier
 * @random: any 32 bits
 *
 * Return: ns, 75 to 100 % of the interval, 75 to 90 % for a multiplier of 1.
 */
u64 etrunk_bfd_jitter(u32 interval_us, u8 mult, u32 random)
{
	u64 interval = (u64)interval_us * NSEC_PER_USEC;
	u64 least = interval - (interval >> 2);
	u64 spread = mult == 1 ? interval * 15 / 100 : interval >> 2;

	/* spread * random / 2^32 in 64 bits: spread stays below 2^40 */
	return least + ((spread >> 12) * random >> 20);
}
