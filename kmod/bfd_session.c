// SPDX-License-Identifier: GPL-2.0
/*
 * BFD sessions: their life, timers, and what follows from a decision of the
 * machine in bfd_fsm.c.
 *
 * Contexts: configuration under RTNL; packets and both timers in softirq, on
 * any CPU at once. What the machine decides under bfd->lock is done after
 * unlocking, in two queues with one worker at a time each, so that per session
 * packets leave and clients hear in the order of the decisions:
 *
 *   transmit()	packets are built when they go, from the state of that moment:
 *		a delayed one can never tell the peer of a state that is over
 *   tell()	events and clients
 *
 * Whoever finds a queue busy leaves his wish there for the worker.
 *
 * Who may still be running when a session dies:
 *  - the receive path, which found it in a table under RCU: it is unlinked
 *    first, and synchronize_net() waits for those that saw it;
 *  - the hook for echo packets: the same;
 *  - its timers: arm() refuses once dead is set, then they are cancelled;
 *  - a worker of either queue: it is called with BH off under RCU by one of
 *    the above or by configuration, hence waited for;
 *  - clients: there are none any more, a tracked session is not deleted.
 */
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <net/dst.h>

#include "bfd.h"
#include "trace.h"

/* The one place that starts a timer of a session. */
static void arm(struct etrunk_bfd *bfd, struct etrunk_timer *timer,
		u64 when)
{
	lockdep_assert_held(&bfd->lock);

	if (bfd->running && !bfd->dead)
		etrunk_timer_start(timer, when);
}

/*
 * Time the next periodic packet from the last one. Every call draws a new
 * jitter, so only changes of the interval should lead here.
 */
static void arm_tx(struct etrunk_bfd *bfd)
{
	u32 interval = etrunk_bfd_fsm_tx_interval_us(&bfd->fsm);

	/* if its callback runs right now, it will find no interval either */
	if (!interval) {
		etrunk_timer_stop(&bfd->tx_timer);
		return;
	}

	arm(bfd, &bfd->tx_timer,
	    bfd->last_tx + etrunk_bfd_jitter(interval, bfd->fsm.cfg.mult,
					     get_random_u32()));
}

/*
 * Lazy: packets move the deadline away and leave the timer alone, which then
 * fires too early and comes back here. Only a nearer deadline needs action.
 */
static void arm_detect(struct etrunk_bfd *bfd)
{
	u64 deadline = etrunk_bfd_fsm_deadline(&bfd->fsm);

	if (deadline >= bfd->detect_armed)
		return;

	bfd->detect_armed = deadline;
	arm(bfd, &bfd->detect_timer, deadline);
}

/* The next echo packet, or the end of waiting for one. */
static void arm_echo(struct etrunk_bfd *bfd, u64 now)
{
	arm(bfd, &bfd->echo.timer,
	    etrunk_bfd_echo_expiry(&bfd->echo.fsm, bfd->fsm.cfg.mult, now));
}

/* An echo packet goes now. */
static void send_echo(struct etrunk_bfd *bfd, u64 now)
{
	bfd->tx_wanted |= ETRUNK_BFD_ACT_ECHO;
	bfd->echo.fsm.next_tx = now + etrunk_bfd_jitter(bfd->echo.fsm.us,
							bfd->fsm.cfg.mult,
							get_random_u32());
}

/* Echo may begin, end or change its pace with each step of the machine. */
static void follow_echo(struct etrunk_bfd *bfd, u64 now)
{
	u32 us = etrunk_bfd_fsm_echo_us(&bfd->fsm);

	if (!etrunk_bfd_echo_pace(&bfd->echo.fsm, us, now))
		return;

	/* if its callback runs right now, it will find no interval either */
	if (!us) {
		etrunk_timer_stop(&bfd->echo.timer);
		return;
	}
	send_echo(bfd, now);
	arm_echo(bfd, now);
}

static void note_change(struct etrunk_bfd *bfd, u8 old, u64 now)
{
	struct etrunk_bfd_note *note;

	if (bfd->note_count == ETRUNK_BFD_CHANGES_MAX) {
		/* the worker is far behind: clients miss what is over anyway */
		note = &bfd->notes[(bfd->note_head + bfd->note_count - 1) %
				   ETRUNK_BFD_CHANGES_MAX];
		old = note->change.old;
	} else {
		note = &bfd->notes[(bfd->note_head + bfd->note_count++) %
				   ETRUNK_BFD_CHANGES_MAX];
	}

	note->change.old = old;
	note->change.new = bfd->fsm.state;
	note->change.remote = bfd->fsm.remote_state;
	note->change.diag = bfd->fsm.diag;
	note->change.now = now;
	note->reason = bfd->fsm.reason;
}

/* After each step of the machine, with the lock still held. */
static void decided(struct etrunk_bfd *bfd, unsigned int actions, u8 old,
		    u64 now)
{
	lockdep_assert_held(&bfd->lock);

	/* no traffic hangs on a session that is not Up: the old keys are over */
	if (bfd->auth.changing && bfd->fsm.state != ETRUNK_BFD_UP)
		etrunk_bfd_keyring_free(etrunk_bfd_auth_settle(&bfd->auth));

	WRITE_ONCE(bfd->state, bfd->fsm.state);
	WRITE_ONCE(bfd->remote_state, bfd->fsm.remote_state);

	if (actions & ETRUNK_BFD_ACT_NOTIFY) {
		if (bfd->fsm.state != old)
			bfd->change_time = ktime_get_real_ns();
		if (old == ETRUNK_BFD_UP && bfd->fsm.state != old)
			bfd->down_time = bfd->change_time;
		note_change(bfd, old, now);
		trace_etrunk_bfd_state(bfd, old, now);
	}

	bfd->tx_wanted |= actions & (ETRUNK_BFD_ACT_FINAL |
				     ETRUNK_BFD_ACT_SEND);
	if (actions & ETRUNK_BFD_ACT_SEND) {
		bfd->last_tx = now;
		arm_tx(bfd);
	} else if (actions & ETRUNK_BFD_ACT_TX_TIMER) {
		arm_tx(bfd);
	}

	arm_detect(bfd);
	follow_echo(bfd, now);
}

/* Send the echo packet that is wanted. Called and left with the lock held. */
static void transmit_echo(struct etrunk_bfd *bfd)
{
	u8 buf[ETRUNK_BFD_ECHO_LEN];
	unsigned int len;
	int err;

	bfd->tx_wanted &= ~ETRUNK_BFD_ACT_ECHO;
	len = etrunk_bfd_echo_make(bfd, buf, ktime_get_ns());
	if (!len)
		return;
	spin_unlock_bh(&bfd->lock);

	err = bfd->key.encap->echo->xmit(bfd, buf, len);
	trace_etrunk_bfd_echo(bfd, "tx", 0);

	spin_lock_bh(&bfd->lock);
	if (err)
		bfd->stats.echo_tx_fail++;
	else
		bfd->stats.echo_tx++;
}

/* Send what is wanted. BH off, RCU held, no lock. */
static void transmit(struct etrunk_bfd *bfd)
{
	spin_lock_bh(&bfd->lock);
	if (bfd->tx_busy)
		goto out;
	bfd->tx_busy = true;

	while (bfd->tx_wanted) {
		bool final = bfd->tx_wanted & ETRUNK_BFD_ACT_FINAL;
		bool offer = !final && etrunk_bfd_auth_offer(&bfd->auth,
							     ktime_get_ns());
		u8 buf[ETRUNK_BFD_PDU_MAX];
		struct etrunk_bfd_pkt pkt;
		unsigned int len;
		int err = -ENOKEY;

		if (bfd->tx_wanted & ETRUNK_BFD_ACT_ECHO) {
			transmit_echo(bfd);
			continue;
		}
		if (!etrunk_bfd_fsm_may_send(&bfd->fsm)) {
			bfd->tx_wanted = 0;
			break;
		}

		etrunk_bfd_fsm_fill(&bfd->fsm, final, &pkt);
		etrunk_bfd_pkt_build(buf, &pkt);
		len = etrunk_bfd_auth_sign(&bfd->auth, offer, buf);
		/* an offer goes before the packet that it is in addition to */
		if (final)
			bfd->tx_wanted &= ~ETRUNK_BFD_ACT_FINAL;
		else if (!offer)
			bfd->tx_wanted &= ~ETRUNK_BFD_ACT_SEND;
		spin_unlock_bh(&bfd->lock);

		if (len)
			err = bfd->key.encap->xmit(bfd, buf, len);
		trace_etrunk_bfd_tx(bfd, &pkt, err);

		spin_lock_bh(&bfd->lock);
		if (err)
			bfd->stats.tx_fail++;
		else
			bfd->stats.tx++;
	}

	bfd->tx_busy = false;
out:
	spin_unlock_bh(&bfd->lock);
}

/* Tell of changes, in their order. BH off, RCU held, no lock. */
static void tell(struct etrunk_bfd *bfd)
{
	spin_lock_bh(&bfd->lock);
	if (bfd->note_busy)
		goto out;
	bfd->note_busy = true;

	while (bfd->note_count) {
		struct etrunk_bfd_note note = bfd->notes[bfd->note_head];
		struct etrunk_bfd_client *client;

		bfd->note_head = (bfd->note_head + 1) % ETRUNK_BFD_CHANGES_MAX;
		bfd->note_count--;
		spin_unlock_bh(&bfd->lock);

		if (note.change.old != note.change.new)
			etrunk_event(bfd->en, ETRUNK_EVENT_BFD_STATE,
				     bfd->object,
				     etrunk_bfd_state_name(note.change.old),
				     etrunk_bfd_state_name(note.change.new),
				     etrunk_bfd_reason_name(note.reason));
		list_for_each_entry_rcu(client, &bfd->clients, node)
			client->notify(client, &note.change);

		spin_lock_bh(&bfd->lock);
	}

	bfd->note_busy = false;
out:
	spin_unlock_bh(&bfd->lock);
}

/* What was decided() under the lock is done here without it. */
static void run(struct etrunk_bfd *bfd)
{
	local_bh_disable();
	rcu_read_lock();
	transmit(bfd);
	tell(bfd);
	rcu_read_unlock();
	local_bh_enable();
}

static void tx_expired(struct etrunk_timer *timer)
{
	struct etrunk_bfd *bfd = container_of(timer, struct etrunk_bfd,
					      tx_timer);
	u64 now, late;

	spin_lock(&bfd->lock);
	/* dead, told to be silent, or already armed anew by somebody else */
	if (bfd->dead || !etrunk_bfd_fsm_tx_interval_us(&bfd->fsm) ||
	    etrunk_timer_queued(timer)) {
		spin_unlock(&bfd->lock);
		return;
	}

	now = ktime_get_ns();
	late = etrunk_timer_late(timer, now);
	if (late > bfd->max_tx_late)
		bfd->max_tx_late = late;
	trace_etrunk_bfd_timer(bfd, false, late);

	bfd->tx_wanted |= ETRUNK_BFD_ACT_SEND;
	bfd->last_tx = now;
	arm_tx(bfd);
	spin_unlock(&bfd->lock);

	rcu_read_lock();
	transmit(bfd);
	rcu_read_unlock();
}

static void detect_expired(struct etrunk_timer *timer)
{
	struct etrunk_bfd *bfd = container_of(timer, struct etrunk_bfd,
					      detect_timer);
	unsigned int actions;
	u64 now, late;
	u8 old;

	spin_lock(&bfd->lock);
	if (bfd->dead || etrunk_timer_queued(timer)) {
		spin_unlock(&bfd->lock);
		return;
	}

	bfd->detect_armed = U64_MAX;
	now = ktime_get_ns();
	late = etrunk_timer_late(timer, now);
	trace_etrunk_bfd_timer(bfd, true, late);
	old = bfd->fsm.state;
	actions = etrunk_bfd_fsm_detect(&bfd->fsm, now);
	decided(bfd, actions, old, now);
	spin_unlock(&bfd->lock);

	if (actions)
		run(bfd);
}

static void echo_expired(struct etrunk_timer *timer)
{
	struct etrunk_bfd *bfd = container_of(timer, struct etrunk_bfd,
					      echo.timer);
	unsigned int actions = 0;
	u64 now;
	u8 old;

	spin_lock(&bfd->lock);
	/* dead, told to be silent, or already armed anew by somebody else */
	if (bfd->dead || !bfd->echo.fsm.us || etrunk_timer_queued(timer)) {
		spin_unlock(&bfd->lock);
		return;
	}

	now = ktime_get_ns();
	if (etrunk_bfd_echo_failed(&bfd->echo.fsm, bfd->fsm.cfg.mult, now)) {
		old = bfd->fsm.state;
		actions = etrunk_bfd_fsm_echo_failed(&bfd->fsm, now);
		decided(bfd, actions, old, now);
	} else {
		if (now >= bfd->echo.fsm.next_tx)
			send_echo(bfd, now);
		arm_echo(bfd, now);
	}
	spin_unlock(&bfd->lock);

	run(bfd);
}

/**
 * etrunk_bfd_drop - count a packet of a session that is refused
 * @bfd: session
 * @why: reason
 */
void etrunk_bfd_drop(struct etrunk_bfd *bfd, enum etrunk_bfd_drop why)
{
	spin_lock(&bfd->lock);
	bfd->stats.drop[why]++;
	spin_unlock(&bfd->lock);
	trace_etrunk_bfd_rx(bfd, NULL, why);
}

/**
 * etrunk_bfd_rx - a packet that was found to be for this session
 * @bfd: session
 * @pkt: passed the checks of bfd_table.c
 * @pdu: it as it came
 * @len: its Length
 *
 * Softirq, no lock held. Nothing of the packet is stored before it passed all
 * checks.
 */
void etrunk_bfd_rx(struct etrunk_bfd *bfd, const struct etrunk_bfd_pkt *pkt,
		   const u8 *pdu, unsigned int len)
{
	struct etrunk_bfd_keyring *over = NULL;
	struct etrunk_bfd_proof proof;
	enum etrunk_bfd_drop why;
	unsigned int actions = 0;
	u64 now;
	u8 old;

	spin_lock(&bfd->lock);
	if (bfd->dead || !bfd->running) {
		spin_unlock(&bfd->lock);
		return;
	}

	/* under the lock: times of one session never run backwards */
	now = ktime_get_ns();
	old = bfd->fsm.state;
	why = etrunk_bfd_auth_check(&bfd->auth, pkt, pdu, len, now,
				    etrunk_bfd_fsm_detect_time(&bfd->fsm),
				    &proof);
	if (!why)
		why = etrunk_bfd_fsm_rx(&bfd->fsm, pkt, now, &actions);
	if (!why) {
		over = etrunk_bfd_auth_accept(&bfd->auth, &proof, now);
		if (proof.next)
			actions |= ETRUNK_BFD_ACT_SEND;
	}
	if (why)
		bfd->stats.drop[why]++;
	else if (old == ETRUNK_BFD_ADMIN_DOWN)
		bfd->stats.rx_ignored++;
	else
		bfd->stats.rx++;
	decided(bfd, actions, old, now);
	spin_unlock(&bfd->lock);

	trace_etrunk_bfd_rx(bfd, pkt, why);
	etrunk_bfd_keyring_free(over);
	if (actions)
		run(bfd);
}

/* ------------------------------------------------------------ configuration */

/* What must not be there twice. */
static int check_unique(struct etrunk_net *en, const struct etrunk_bfd_cfg *cfg,
			struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	struct etrunk_bfd *other;

	if (etrunk_bfd_find(en, cfg->name)) {
		etrunk_nl_err(extack, attrs[ETRUNK_A_BFD_NAME],
			      "a session of this name exists");
		return -EEXIST;
	}
	if (cfg->local_discr) {
		other = etrunk_bfd_by_discr(en, cfg->local_discr);
		if (other) {
			etrunk_nl_err(extack, attrs[ETRUNK_A_BFD_LOCAL_DISCR],
				      "in use by session %s", other->cfg.name);
			return -EEXIST;
		}
	}
	list_for_each_entry(other, &en->bfds, list) {
		if (other->cfg.encap != cfg->encap ||
		    other->cfg.ifindex != cfg->ifindex ||
		    other->cfg.vrf != cfg->vrf ||
		    !etrunk_addr_equal(&other->cfg.peer, &cfg->peer) ||
		    !etrunk_addr_equal(&other->cfg.source, &cfg->source))
			continue;
		etrunk_nl_err(extack, attrs[ETRUNK_A_BFD_PEER],
			      "session %s has the same peer, source and device",
			      other->cfg.name);
		return -EEXIST;
	}
	return 0;
}

/* The source is resolved here, once, if it is unset. */
static int check_new(struct etrunk_net *en, struct etrunk_bfd_cfg *cfg,
		     struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	int err;

	err = etrunk_bfd_dev_check(en, cfg, attrs, extack);
	if (err)
		return err;

	if (!cfg->source.family) {
		err = cfg->encap->source(en, cfg);
		if (err) {
			etrunk_nl_err(extack, attrs[ETRUNK_A_BFD_PEER],
				      "no route to take the source address from");
			return err;
		}
	}
	if (etrunk_addr_equal(&cfg->peer, &cfg->source)) {
		etrunk_nl_err(extack, attrs[ETRUNK_A_BFD_PEER],
			      "peer and source are the same address");
		return -EINVAL;
	}
	return check_unique(en, cfg, attrs, extack);
}

/* Random (RFC 5880 6.8.1), and apart from those that are configured. */
static u32 draw_discriminator(struct etrunk_net *en)
{
	u32 discr;

	do {
		discr = get_random_u32();
	} while (discr <= ETRUNK_BFD_DISCR_MAX ||
		 etrunk_bfd_by_discr(en, discr));

	return discr;
}

/**
 * etrunk_bfd_create - create a session, inert
 * @en: namespace
 * @config: valid values; the source may be unset; the keyring belongs to the
 *	session if it comes to be
 * @attrs: enum etrunk_attr_bfd, to name one in a refusal; NULL if owned
 * @extack: told why not
 *
 * Return: the session, or an ERR_PTR and nothing has changed.
 */
struct etrunk_bfd *etrunk_bfd_create(struct etrunk_net *en,
				     const struct etrunk_bfd_cfg *config,
				     struct nlattr **attrs,
				     struct netlink_ext_ack *extack)
{
	struct etrunk_bfd_cfg cfg = *config;
	struct etrunk_bfd *bfd;
	int err;

	ASSERT_RTNL();
	if (!cfg.encap->owned) {
		err = check_new(en, &cfg, attrs, extack);
		if (err)
			return ERR_PTR(err);
	}

	err = etrunk_bfd_table_init(en);
	if (err)
		return ERR_PTR(err);

	bfd = kzalloc(sizeof(*bfd), GFP_KERNEL);
	if (!bfd)
		return ERR_PTR(-ENOMEM);

	bfd->en = en;
	bfd->cfg = cfg;
	snprintf(bfd->object, sizeof(bfd->object), "%s %s",
		 cfg.encap->owned ? "vccv" : "bfd", cfg.name);
	etrunk_bfd_dev_bind(bfd);
	bfd->key.encap = cfg.encap;
	bfd->key.peer = cfg.peer;
	bfd->key.source = cfg.source;
	bfd->key.scope = cfg.encap->scope(bfd);
	bfd->min_ttl = cfg.min_ttl;
	INIT_LIST_HEAD(&bfd->clients);
	spin_lock_init(&bfd->lock);
	etrunk_timer_setup_urgent(&bfd->tx_timer, tx_expired);
	etrunk_timer_setup(&bfd->detect_timer, detect_expired);
	etrunk_timer_setup_urgent(&bfd->echo.timer, echo_expired);
	get_random_bytes(&bfd->echo.key, sizeof(bfd->echo.key));
	bfd->detect_armed = U64_MAX;
	etrunk_bfd_fsm_init(&bfd->fsm, &cfg.timing,
			    cfg.local_discr ?: draw_discriminator(en),
			    cfg.remote_discr, cfg.shutdown);
	bfd->auth.use = cfg.keys;
	bfd->auth.hash = etrunk_bfd_hash;
	bfd->auth.tx_seq = get_random_u32();
	bfd->state = bfd->fsm.state;
	bfd->remote_state = bfd->fsm.remote_state;
	bfd->change_time = ktime_get_real_ns();

	bfd->sport = etrunk_bfd_sport_get(en);
	if (!bfd->sport) {
		etrunk_nl_err(extack, NULL, "no source port is left");
		err = -ENOSPC;
		goto err_free;
	}

	INIT_LIST_HEAD(&bfd->list);
	if (!cfg.encap->owned) {
		err = cfg.encap->open(bfd, extack);
		if (err)
			goto err_sport;
		err = etrunk_bfd_echo_follow(bfd, cfg.timing.echo_us, extack);
		if (err)
			goto err_close;
		list_add_tail(&bfd->list, &en->bfds);
	}
	etrunk_bfd_table_add(bfd);
	return bfd;

err_close:
	cfg.encap->close(bfd);
err_sport:
	etrunk_bfd_sport_put(en, bfd->sport);
err_free:
	kfree(bfd);
	return ERR_PTR(err);
}

/**
 * etrunk_bfd_start - let a new session act
 * @bfd: session
 */
void etrunk_bfd_start(struct etrunk_bfd *bfd)
{
	ASSERT_RTNL();
	etrunk_event(bfd->en, ETRUNK_EVENT_CONFIG, bfd->object, NULL, NULL,
		     "ADDED");

	spin_lock_bh(&bfd->lock);
	bfd->running = true;
	decided(bfd, ETRUNK_BFD_ACT_SEND, bfd->fsm.state, ktime_get_ns());
	spin_unlock_bh(&bfd->lock);
	run(bfd);
}

static bool timing_equal(const struct etrunk_bfd_timing *a,
			 const struct etrunk_bfd_timing *b)
{
	return a->min_tx_us == b->min_tx_us && a->min_rx_us == b->min_rx_us &&
	       a->mult == b->mult && a->demand == b->demand &&
	       a->passive == b->passive && a->wtr_us == b->wtr_us &&
	       a->echo_us == b->echo_us;
}

/**
 * etrunk_bfd_set - change what may be changed
 * @bfd: session
 * @cfg: valid values; timing, min_ttl, padded_size, shutdown and keys are taken
 */
void etrunk_bfd_set(struct etrunk_bfd *bfd, const struct etrunk_bfd_cfg *cfg)
{
	struct etrunk_bfd_keyring *over[2] = { };
	unsigned int actions, extra = 0;
	bool echo_off;
	u64 now;
	u8 old;

	ASSERT_RTNL();
	if (timing_equal(&bfd->cfg.timing, &cfg->timing) &&
	    bfd->cfg.min_ttl == cfg->min_ttl &&
	    bfd->cfg.padded_size == cfg->padded_size &&
	    bfd->cfg.shutdown == cfg->shutdown && bfd->cfg.keys == cfg->keys)
		return;

	echo_off = bfd->cfg.timing.echo_us && !cfg->timing.echo_us;
	bfd->cfg.timing = cfg->timing;
	bfd->cfg.min_ttl = cfg->min_ttl;
	WRITE_ONCE(bfd->cfg.padded_size, cfg->padded_size);
	bfd->cfg.shutdown = cfg->shutdown;

	spin_lock_bh(&bfd->lock);
	now = ktime_get_ns();
	old = bfd->fsm.state;
	if (bfd->cfg.keys != cfg->keys) {
		bfd->cfg.keys = cfg->keys;
		etrunk_bfd_auth_change(&bfd->auth, cfg->keys,
				       old == ETRUNK_BFD_UP, now, over);
		extra = ETRUNK_BFD_ACT_SEND;
	}
	bfd->min_ttl = cfg->min_ttl;
	if (echo_off)
		bfd->echo.loop_until = now + ETRUNK_BFD_ECHO_LINGER_NS;
	actions = etrunk_bfd_fsm_set(&bfd->fsm, &cfg->timing, now);
	actions |= etrunk_bfd_fsm_shutdown(&bfd->fsm, cfg->shutdown, now);
	actions |= extra;
	decided(bfd, actions, old, now);
	spin_unlock_bh(&bfd->lock);
	etrunk_bfd_keyring_free(over[0]);
	etrunk_bfd_keyring_free(over[1]);

	etrunk_event(bfd->en, ETRUNK_EVENT_CONFIG, bfd->object, NULL, NULL,
		     "CHANGED");
	run(bfd);
}

/*
 * Phase 1 of the end: no packet finds it any more, no timer starts any more.
 * The peer is told: an operator who deletes a session ends the watch, which is
 * no failure; where the namespace or the module goes, forwarding goes too.
 */
static void kill_session(struct etrunk_bfd *bfd, bool plane_reset)
{
	unsigned int actions;
	u64 now;
	u8 old;

	WARN_ON_ONCE(!list_empty(&bfd->clients));
	etrunk_bfd_table_del(bfd);
	etrunk_bfd_echo_unlink(bfd);

	spin_lock_bh(&bfd->lock);
	if (bfd->running) {
		old = bfd->fsm.state;
		now = ktime_get_ns();
		if (plane_reset)
			actions = etrunk_bfd_fsm_plane_reset(&bfd->fsm, now);
		else
			actions = etrunk_bfd_fsm_shutdown(&bfd->fsm, true, now);
		decided(bfd, actions, old, now);
	}
	bfd->dead = true;
	spin_unlock_bh(&bfd->lock);
	run(bfd);

	if (bfd->running)
		etrunk_event(bfd->en, ETRUNK_EVENT_CONFIG, bfd->object, NULL,
			     NULL, "DELETED");
}

/* Phase 3, after synchronize_net(). */
static void free_session(struct etrunk_bfd *bfd)
{
	etrunk_timer_cancel(&bfd->tx_timer);
	etrunk_timer_cancel(&bfd->detect_timer);
	etrunk_timer_cancel(&bfd->echo.timer);
	etrunk_bfd_echo_follow(bfd, false, NULL);
	list_del(&bfd->list);
	etrunk_bfd_sport_put(bfd->en, bfd->sport);
	if (!bfd->cfg.encap->owned)
		bfd->cfg.encap->close(bfd);
	etrunk_bfd_keyring_free(bfd->auth.use);
	etrunk_bfd_keyring_free(bfd->auth.next);
	dst_release(bfd->dst);
	kfree(bfd);
}

/**
 * etrunk_bfd_destroy - delete a session that nobody tracks
 * @bfd: session, inert or not
 * @plane_reset: what it watched goes, too; else nobody watches it any more
 */
void etrunk_bfd_destroy(struct etrunk_bfd *bfd, bool plane_reset)
{
	ASSERT_RTNL();
	kill_session(bfd, plane_reset);
	synchronize_net();
	free_session(bfd);
}

/**
 * etrunk_bfd_destroy_all - delete the sessions of a namespace that goes
 * @en: namespace
 */
void etrunk_bfd_destroy_all(struct etrunk_net *en)
{
	struct etrunk_bfd *bfd, *tmp;

	/* a namespace whose making failed has none, and no RTNL */
	if (list_empty(&en->bfds))
		return;

	ASSERT_RTNL();
	list_for_each_entry(bfd, &en->bfds, list)
		kill_session(bfd, true);
	synchronize_net();
	list_for_each_entry_safe(bfd, tmp, &en->bfds, list)
		free_session(bfd);
}

/**
 * etrunk_bfd_net_init - a namespace appears
 * @en: namespace
 *
 * Return: 0; everything comes with the first session.
 */
int etrunk_bfd_net_init(struct etrunk_net *en)
{
	return 0;
}

/**
 * etrunk_bfd_net_exit - a namespace goes, or the module
 * @en: namespace
 */
void etrunk_bfd_net_exit(struct etrunk_net *en)
{
	etrunk_bfd_destroy_all(en);
	etrunk_bfd_table_exit(en);
}

/**
 * etrunk_bfd_holder - who tracks a session
 * @bfd: session
 *
 * Return: name of one client, NULL if there is none. Under RTNL.
 */
const char *etrunk_bfd_holder(const struct etrunk_bfd *bfd)
{
	ASSERT_RTNL();
	if (list_empty(&bfd->clients))
		return NULL;

	return list_first_entry(&bfd->clients, struct etrunk_bfd_client,
				node)->name;
}

/* --------------------------------------------------------------- for clients */

/**
 * etrunk_bfd_find - find a session by its name
 * @en: namespace
 * @name: name
 *
 * Return: the session or NULL. Under RTNL.
 */
struct etrunk_bfd *etrunk_bfd_find(struct etrunk_net *en, const char *name)
{
	struct etrunk_bfd *bfd;

	ASSERT_RTNL();
	list_for_each_entry(bfd, &en->bfds, list) {
		if (!strcmp(bfd->cfg.name, name))
			return bfd;
	}
	return NULL;
}

/**
 * etrunk_bfd_track - be told of a session's changes
 * @bfd: session; it stays while it is tracked
 * @c: client, with notify() and name set
 *
 * Changes from now on are told; read etrunk_bfd_state() after this call to
 * miss none.
 */
void etrunk_bfd_track(struct etrunk_bfd *bfd, struct etrunk_bfd_client *c)
{
	ASSERT_RTNL();
	list_add_tail_rcu(&c->node, &bfd->clients);
}

/**
 * etrunk_bfd_untrack - stop being told
 * @bfd: session
 * @c: client; notify() neither runs nor will run when this returns
 */
void etrunk_bfd_untrack(struct etrunk_bfd *bfd, struct etrunk_bfd_client *c)
{
	ASSERT_RTNL();
	list_del_rcu(&c->node);
	synchronize_net();
}

/**
 * etrunk_bfd_state - local state of a session
 * @bfd: session
 *
 * Any context. Return: bfd.SessionState.
 */
enum etrunk_bfd_state etrunk_bfd_state(const struct etrunk_bfd *bfd)
{
	return READ_ONCE(bfd->state);
}

/**
 * etrunk_bfd_remote_state - state that the peer reported last
 * @bfd: session
 *
 * Any context. Return: bfd.RemoteSessionState.
 */
enum etrunk_bfd_state etrunk_bfd_remote_state(const struct etrunk_bfd *bfd)
{
	return READ_ONCE(bfd->remote_state);
}

/**
 * etrunk_bfd_name - name of a session
 * @bfd: session
 *
 * Return: a string that lives as long as the session.
 */
const char *etrunk_bfd_name(const struct etrunk_bfd *bfd)
{
	return bfd->cfg.name;
}

/**
 * etrunk_bfd_vrf - name of a session's VRF
 * @bfd: session
 *
 * Under RTNL. Return: a string, NULL if it is in none.
 */
const char *etrunk_bfd_vrf(const struct etrunk_bfd *bfd)
{
	return bfd->vrfname[0] ? bfd->vrfname : NULL;
}

/**
 * etrunk_bfd_peer - address of a session's peer
 * @bfd: session
 *
 * Return: an address that lives as long as the session.
 */
const struct etrunk_addr *etrunk_bfd_peer(const struct etrunk_bfd *bfd)
{
	return &bfd->cfg.peer;
}

/**
 * etrunk_bfd_source - our address of a session
 * @bfd: session
 *
 * Return: an address that lives as long as the session.
 */
const struct etrunk_addr *etrunk_bfd_source(const struct etrunk_bfd *bfd)
{
	return &bfd->cfg.source;
}

/**
 * etrunk_bfd_peer_detect_time - when the peer gives us up
 * @bfd: session
 *
 * Any context. Return: ns of our silence after which the peer detects a
 * failure, 0 unless Up.
 */
u64 etrunk_bfd_peer_detect_time(struct etrunk_bfd *bfd)
{
	u64 ns = 0;

	spin_lock_bh(&bfd->lock);
	if (bfd->fsm.state == ETRUNK_BFD_UP)
		ns = (u64)etrunk_bfd_fsm_tx_interval_us(&bfd->fsm) *
		     bfd->fsm.cfg.mult * NSEC_PER_USEC;
	spin_unlock_bh(&bfd->lock);
	return ns;
}
