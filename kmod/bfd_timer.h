/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Timers of BFD sessions: the one place that knows how an expiry gets from the
 * clock to a callback in softirq. Chosen when the module is built, for each of
 * the two timers of a session:
 *
 *   SOFT	an hrtimer that expires in HRTIMER_SOFTIRQ
 *   PINNED	the same, never moved to another CPU
 *   HARD	an hrtimer that expires in hard irq and schedules a HI tasklet
 */
#ifndef _ETRUNK_BFD_TIMER_H
#define _ETRUNK_BFD_TIMER_H

#include <linux/hrtimer.h>
#include <linux/interrupt.h>

#include "compat.h"

#define ETRUNK_BFD_TIMER_SOFT	0
#define ETRUNK_BFD_TIMER_PINNED	1
#define ETRUNK_BFD_TIMER_HARD	2

#ifndef ETRUNK_BFD_TX_TIMER
#define ETRUNK_BFD_TX_TIMER	ETRUNK_BFD_TIMER_SOFT
#endif
#ifndef ETRUNK_BFD_DETECT_TIMER
#define ETRUNK_BFD_DETECT_TIMER	ETRUNK_BFD_TIMER_SOFT
#endif
/* whether a detector that ran late gives a grace */
#ifndef ETRUNK_BFD_GUARD
#define ETRUNK_BFD_GUARD	0
#endif

/**
 * struct etrunk_bfd_timer - a timer of a session
 * @hr: the clock's part
 * @task: runs @fn where @hr expires in hard irq
 * @fn: called in softirq, without a lock
 * @mode: of @hr
 */
struct etrunk_bfd_timer {
	struct hrtimer hr;
	struct tasklet_struct task;
	void (*fn)(struct etrunk_bfd_timer *timer);
	enum hrtimer_mode mode;
};

void etrunk_bfd_timer_setup(struct etrunk_bfd_timer *timer, int flavour,
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
	hrtimer_start(&timer->hr, ns_to_ktime(when), timer->mode);
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
