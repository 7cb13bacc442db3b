// SPDX-License-Identifier: GPL-2.0
/*
 * The heartbeat: one 1 ms timer per namespace, running while it has members.
 *
 * It samples the links (a notifier would hear of a lost carrier only when
 * linkwatch gets RTNL, seconds later on a box with many VLANs), and it finds
 * out that this PE stood still: a paused VM, or a CPU that was gone. Whoever
 * was silent longer than its peer needs to declare it dead must assume that
 * the peer has taken over. Its own timers know nothing of that and, being
 * expired, would confirm it as master. So before anything else the gates
 * close, then the election starts anew. The data path does not even rely on
 * this timer being the first to run: it refuses while the last beat is old.
 *
 * The limit, etrunk_net.stall_ns, is the election's: what the peer applies.
 */
#include "lag.h"

#define HEARTBEAT_NS	NSEC_PER_MSEC

static void beat(struct etrunk_timer *timer)
{
	struct etrunk_lag_net *ln = container_of(timer, struct etrunk_lag_net,
						 timer);
	u64 limit = READ_ONCE(ln->en->stall_ns);
	struct etrunk_lag *lag;

	rcu_read_lock();
	if (unlikely(etrunk_heartbeat_late(ln->en))) {
		u64 late = ktime_get_ns() - ln->due;

		list_for_each_entry_rcu(lag, &ln->lags, node)
			lag_stall(lag, true);
		etrunk_trunk_stalled(ln->en, late);
		list_for_each_entry_rcu(lag, &ln->lags, node)
			lag_stall(lag, false);
	}
	WRITE_ONCE(ln->patience,
		   limit ? nsecs_to_jiffies(limit) + 2 : 0);
	WRITE_ONCE(ln->beat, jiffies);

	list_for_each_entry_rcu(lag, &ln->lags, node)
		lag_tick(lag, ktime_get_ns());
	rcu_read_unlock();

	if (READ_ONCE(ln->beats))
		WRITE_ONCE(ln->due, etrunk_timer_again(timer, HEARTBEAT_NS));
}

/**
 * etrunk_heartbeat_late - whether this PE stood still, and does not know yet
 * @en: namespace
 *
 * For decisions, in softirq: whoever finds a time-out expired asks first. After
 * a pause the clock has gone on, while jiffies stand until the one CPU that
 * counts them comes back; another one may be earlier.
 *
 * Return: true if the next beat is overdue by more than allowed.
 */
bool etrunk_heartbeat_late(const struct etrunk_net *en)
{
	const struct etrunk_lag_net *ln = READ_ONCE(en->lag);
	u64 limit = READ_ONCE(en->stall_ns);
	u64 now = ktime_get_ns(), due;

	if (!ln || !limit)
		return false;
	due = READ_ONCE(ln->due);
	return due && now > due && now - due > limit;
}

/**
 * etrunk_heartbeat_stale - whether this PE may have stood still just now
 * @en: namespace
 *
 * For the data path: two words and the clock tick, which may be late itself.
 *
 * Return: true if the last beat is older than allowed.
 */
bool etrunk_heartbeat_stale(const struct etrunk_net *en)
{
	const struct etrunk_lag_net *ln = READ_ONCE(en->lag);
	unsigned long patience = ln ? READ_ONCE(ln->patience) : 0;

	return patience &&
	       time_after(jiffies, READ_ONCE(ln->beat) + patience);
}

/**
 * etrunk_heartbeat_init - prepare the timer
 * @ln: steering of a namespace
 */
void etrunk_heartbeat_init(struct etrunk_lag_net *ln)
{
	etrunk_timer_setup_urgent(&ln->timer, beat);
}

/**
 * etrunk_heartbeat_get - one more lag needs the heartbeat
 * @ln: steering of a namespace
 *
 * RTNL.
 */
void etrunk_heartbeat_get(struct etrunk_lag_net *ln)
{
	ASSERT_RTNL();
	if (ln->beats) {
		ln->beats++;
		return;
	}
	WRITE_ONCE(ln->beats, 1);
	WRITE_ONCE(ln->beat, jiffies);
	WRITE_ONCE(ln->due, ktime_get_ns() + HEARTBEAT_NS);
	etrunk_timer_start(&ln->timer, ln->due);
}

/**
 * etrunk_heartbeat_put - one lag less needs the heartbeat
 * @ln: steering of a namespace
 *
 * RTNL. With the last one the timer ends and does not run any more.
 */
void etrunk_heartbeat_put(struct etrunk_lag_net *ln)
{
	ASSERT_RTNL();
	WRITE_ONCE(ln->beats, ln->beats - 1);
	if (ln->beats)
		return;
	etrunk_timer_cancel(&ln->timer);
	WRITE_ONCE(ln->patience, 0);
	WRITE_ONCE(ln->due, 0);
}
