// SPDX-License-Identifier: GPL-2.0
/*
 * PW status in band: the timer and packets around pw_oam_fsm.c. Messages are
 * built from what holds when they are sent, not from what held when they were
 * decided: late or crossing senders all say the newest word.
 */
#include <linux/random.h>

#include "pw.h"

/**
 * etrunk_pw_status_arm_locked - arm the timer for what is due next
 * @pw: the PW, locked
 *
 * The only place that arms it.
 */
void etrunk_pw_status_arm_locked(struct etrunk_pw *pw)
{
	u64 at;

	lockdep_assert_held(&pw->lock);
	if (pw->dead || !pw->started)
		return;
	at = etrunk_oam_deadline(&pw->oam, &pw->oam_cfg);
	if (at == ETRUNK_OAM_NEVER) {
		etrunk_timer_stop(&pw->timer);
		return;
	}
	if (!etrunk_timer_is_due(&pw->timer, at))
		etrunk_timer_start(&pw->timer, at);
}

static void status_timer(struct etrunk_timer *timer)
{
	struct etrunk_pw *pw = container_of(timer, struct etrunk_pw, timer);
	u32 actions = 0;

	rcu_read_lock();
	spin_lock_bh(&pw->lock);
	if (!pw->dead) {
		actions = etrunk_oam_timer(&pw->oam, &pw->oam_cfg,
					   get_random_u32() & 0xff,
					   ktime_get_ns());
		etrunk_pw_status_arm_locked(pw);
	}
	spin_unlock_bh(&pw->lock);

	etrunk_pw_status_run(pw, actions);
	rcu_read_unlock();
}

/**
 * etrunk_pw_status_init - prepare the status signalling of a new PW
 * @pw: the PW
 */
void etrunk_pw_status_init(struct etrunk_pw *pw)
{
	etrunk_oam_init(&pw->oam, &pw->oam_cfg);
	etrunk_timer_setup(&pw->timer, status_timer);
}

static void send(struct etrunk_pw *pw, bool ack)
{
	struct etrunk_pw_oam msg;

	spin_lock_bh(&pw->lock);
	if (ack)
		etrunk_oam_ack_message(&pw->oam, &pw->oam_cfg, &msg);
	else
		etrunk_oam_message(&pw->oam, &msg);
	spin_unlock_bh(&pw->lock);

	local_bh_disable();
	if (etrunk_pw_xmit_oam(pw, &msg))
		etrunk_pw_count(pw, ETRUNK_PW_TX_STATUS_ERROR);
	else
		etrunk_pw_count(pw, ack ? ETRUNK_PW_TX_ACK :
					  ETRUNK_PW_TX_STATUS);
	local_bh_enable();
}

/**
 * etrunk_pw_status_run - carry out actions of the status signalling
 * @pw: the PW
 * @actions: ETRUNK_OAM_*
 *
 * Softirq or BH off, no lock held, under RCU.
 */
void etrunk_pw_status_run(struct etrunk_pw *pw, u32 actions)
{
	/* the decision first: it may change the word that is sent below */
	if (actions & ETRUNK_OAM_REMOTE)
		etrunk_pw_changed(pw, "REMOTE_STATUS");
	if (actions & ETRUNK_OAM_SEND)
		send(pw, false);
	if (actions & ETRUNK_OAM_ACK)
		send(pw, true);
}

/**
 * etrunk_pw_status_rx - a PW OAM message came in
 * @pw: on which PW
 * @buf: starts at the ACH
 * @len: bytes there
 *
 * Softirq, no lock held.
 */
void etrunk_pw_status_rx(struct etrunk_pw *pw, const u8 *buf, size_t len)
{
	struct etrunk_pw_oam msg;
	u32 actions = 0;

	if (etrunk_pw_oam_parse(buf, len, &msg)) {
		etrunk_pw_count(pw, ETRUNK_PW_RX_STATUS_MALFORMED);
		return;
	}
	if (!pw->oam_cfg.enabled) {
		etrunk_pw_count(pw, ETRUNK_PW_RX_STATUS_UNEXPECTED);
		return;
	}
	etrunk_pw_count(pw, msg.ack ? ETRUNK_PW_RX_ACK : ETRUNK_PW_RX_STATUS);

	spin_lock_bh(&pw->lock);
	if (!pw->dead && pw->started) {
		actions = etrunk_oam_rx(&pw->oam, &pw->oam_cfg, &msg,
					ktime_get_ns());
		etrunk_pw_status_arm_locked(pw);
	}
	spin_unlock_bh(&pw->lock);

	if (actions & ETRUNK_OAM_BAD_ACK)
		etrunk_pw_count(pw, ETRUNK_PW_RX_BAD_ACK);
	etrunk_pw_status_run(pw, actions);
}
