/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Timers of whatever must not be late: the one place that knows how an expiry
 * gets from the clock to a callback in softirq. Why it is done so: timer.c.
 */
#ifndef _ETRUNK_TIMER_H
#define _ETRUNK_TIMER_H

#include <linux/hrtimer.h>
#include <linux/interrupt.h>

#include "compat.h"

#define ETRUNK_TIMER_MODE	HRTIMER_MODE_ABS_HARD

/**
 * struct etrunk_timer - a timer
 * @hr: the clock's part, expires in hard irq
 * @task: runs @fn
 * @fn: called in softirq, without a lock
 */
struct etrunk_timer {
	struct hrtimer hr;
	struct tasklet_struct task;
	void (*fn)(struct etrunk_timer *timer);
};

void etrunk_timer_setup_urgent(struct etrunk_timer *timer,
			       void (*fn)(struct etrunk_timer *timer));
void etrunk_timer_setup(struct etrunk_timer *timer,
			void (*fn)(struct etrunk_timer *timer));
void etrunk_timer_cancel(struct etrunk_timer *timer);

/**
 * etrunk_timer_start - start a timer, or move it
 * @timer: timer
 * @when: ns, CLOCK_MONOTONIC
 */
static inline void etrunk_timer_start(struct etrunk_timer *timer, u64 when)
{
	hrtimer_start(&timer->hr, ns_to_ktime(when), ETRUNK_TIMER_MODE);
}

/**
 * etrunk_timer_again - start a timer anew from its callback
 * @timer: timer, not queued, and started by nobody else
 * @period: ns after the last expiry; as many of them as it takes to get into the
 *	future
 *
 * Return: when it will expire, ns.
 */
static inline u64 etrunk_timer_again(struct etrunk_timer *timer, u64 period)
{
	hrtimer_forward_now(&timer->hr, ns_to_ktime(period));
	hrtimer_start_expires(&timer->hr, ETRUNK_TIMER_MODE);
	return ktime_to_ns(hrtimer_get_expires(&timer->hr));
}

/**
 * etrunk_timer_stop - stop a timer
 * @timer: timer; its callback may be about to run, or running
 */
static inline void etrunk_timer_stop(struct etrunk_timer *timer)
{
	hrtimer_try_to_cancel(&timer->hr);
}

/**
 * etrunk_timer_queued - whether a timer is started
 * @timer: timer
 *
 * A callback that sees true was overtaken: it will be called again.
 *
 * Return: true if so.
 */
static inline bool etrunk_timer_queued(struct etrunk_timer *timer)
{
	return hrtimer_is_queued(&timer->hr);
}

/**
 * etrunk_timer_is_due - whether a timer is started, for this time
 * @timer: timer
 * @when: ns, CLOCK_MONOTONIC
 *
 * Return: true if so.
 */
static inline bool etrunk_timer_is_due(struct etrunk_timer *timer, u64 when)
{
	return hrtimer_is_queued(&timer->hr) &&
	       ktime_to_ns(hrtimer_get_expires(&timer->hr)) == when;
}

/**
 * etrunk_timer_late - how late a callback runs
 * @timer: timer, in its callback and not queued
 * @now: ns
 *
 * Return: ns after the expiry.
 */
static inline u64 etrunk_timer_late(const struct etrunk_timer *timer,
					u64 now)
{
	return now - ktime_to_ns(hrtimer_get_expires(&timer->hr));
}

#endif /* _ETRUNK_TIMER_H */
