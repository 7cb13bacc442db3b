// SPDX-License-Identifier: GPL-2.0
/*
 * Timers of BFD sessions, see bfd_timer.h.
 */
#include "bfd_timer.h"

static enum hrtimer_restart tx_due(struct hrtimer *hr)
{
	struct etrunk_bfd_timer *timer =
		container_of(hr, struct etrunk_bfd_timer, hr);

	tasklet_hi_schedule(&timer->task);
	return HRTIMER_NORESTART;
}

static enum hrtimer_restart detect_due(struct hrtimer *hr)
{
	struct etrunk_bfd_timer *timer =
		container_of(hr, struct etrunk_bfd_timer, hr);

	tasklet_schedule(&timer->task);
	return HRTIMER_NORESTART;
}

static void run_task(struct tasklet_struct *task)
{
	struct etrunk_bfd_timer *timer = from_tasklet(timer, task, task);

	timer->fn(timer);
}

static void setup(struct etrunk_bfd_timer *timer,
		  enum hrtimer_restart (*due)(struct hrtimer *hr),
		  void (*fn)(struct etrunk_bfd_timer *timer))
{
	timer->fn = fn;
	tasklet_setup(&timer->task, run_task);
	etrunk_hrtimer_setup(&timer->hr, due, CLOCK_MONOTONIC,
			     ETRUNK_BFD_TIMER_MODE);
}

/**
 * etrunk_bfd_timer_setup_tx - initialise a timer of transmission
 * @timer: timer
 * @fn: called in softirq at the expiry, before received packets are looked at
 */
void etrunk_bfd_timer_setup_tx(struct etrunk_bfd_timer *timer,
			       void (*fn)(struct etrunk_bfd_timer *timer))
{
	setup(timer, tx_due, fn);
}

/**
 * etrunk_bfd_timer_setup_detect - initialise a timer of detection
 * @timer: timer
 * @fn: called in softirq at the expiry, after received packets were looked at
 */
void etrunk_bfd_timer_setup_detect(struct etrunk_bfd_timer *timer,
				   void (*fn)(struct etrunk_bfd_timer *timer))
{
	setup(timer, detect_due, fn);
}

/**
 * etrunk_bfd_timer_cancel - end a timer that nobody starts any more
 * @timer: timer
 *
 * Sleeps until the callback has returned.
 */
void etrunk_bfd_timer_cancel(struct etrunk_bfd_timer *timer)
{
	hrtimer_cancel(&timer->hr);
	tasklet_kill(&timer->task);
}
