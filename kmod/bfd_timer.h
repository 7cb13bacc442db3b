/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Timers of BFD sessions: the one place that knows how an expiry gets from the
 * clock to a callback in softirq. Why it is done so: bfd_timer.c.
 */
#ifndef _ETRUNK_BFD_TIMER_H
#define _ETRUNK_BFD_TIMER_H

#include <linux/hrtimer.h>
#include <linux/interrupt.h>

#include "compat.h"

#define ETRUNK_BFD_TIMER_MODE	HRTIMER_MODE_ABS_HARD

/**
 * struct etrunk_bfd_timer - a timer of a session
 * @hr: the clock's part, expires in hard irq
 * @task: runs @fn
 * @fn: called in softirq, without a lock
 */
struct etrunk_bfd_timer {
	struct hrtimer hr;
	struct tasklet_struct task;
	void (*fn)(struct etrunk_bfd_timer *timer);
};

void etrunk_bfd_timer_setup_tx(struct etrunk_bfd_timer *timer,
			       void (*fn)(struct etrunk_bfd_timer *timer));
void etrunk_bfd_timer_setup_detect(struct etrunk_bfd_timer *timer,
				   void (*fn)(struct etrunk_bfd_timer *timer));
void etrunk_bfd_timer_cancel(struct etrunk_bfd_timer *timer);

/**
 * etrunk_bfd_timer_start - start a timer, or move it
 * @timer: timer
 * @when: ns, CLOCK_MONOTONIC
 */
static inline void etrunk_bfd_timer_start(struct etrunk_bfd_timer *timer,
					  u64 when)
{
	hrtimer_start(&timer->hr, ns_to_ktime(when), ETRUNK_BFD_TIMER_MODE);
}

/**
 * etrunk_bfd_timer_stop - stop a timer
 * @timer: timer; its callback may be about to run, or running
 */
static inline void etrunk_bfd_timer_stop(struct etrunk_bfd_timer *timer)
{
	hrtimer_try_to_cancel(&timer->hr);
}

/**
 * etrunk_bfd_timer_queued - whether a timer is started
 * @timer: timer
 *
 * A callback that sees true was overtaken: it will be called again.
 *
 * Return: true if so.
 */
static inline bool
etrunk_bfd_timer_queued(struct etrunk_bfd_timer *timer)
{
	return hrtimer_is_queued(&timer->hr);
}

/**
 * etrunk_bfd_timer_late - how late a callback runs
 * @timer: timer, in its callback and not queued
 * @now: ns
 *
 * Return: ns after the expiry.
 */
static inline u64 etrunk_bfd_timer_late(const struct etrunk_bfd_timer *timer,
					u64 now)
{
	return now - ktime_to_ns(hrtimer_get_expires(&timer->hr));
}

#endif /* _ETRUNK_BFD_TIMER_H */
