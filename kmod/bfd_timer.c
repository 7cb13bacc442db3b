// SPDX-License-Identifier: GPL-2.0
/*
 * Timers of BFD sessions, see bfd_timer.h.
 */
#include "bfd_timer.h"

static enum hrtimer_restart expired_soft(struct hrtimer *hr)
{
	struct etrunk_bfd_timer *timer =
		container_of(hr, struct etrunk_bfd_timer, hr);

	timer->fn(timer);
	return HRTIMER_NORESTART;
}

static enum hrtimer_restart expired_hard(struct hrtimer *hr)
{
	struct etrunk_bfd_timer *timer =
		container_of(hr, struct etrunk_bfd_timer, hr);

	tasklet_hi_schedule(&timer->task);
	return HRTIMER_NORESTART;
}

static void run_task(struct tasklet_struct *task)
{
	struct etrunk_bfd_timer *timer = from_tasklet(timer, task, task);

	timer->fn(timer);
}

/**
 * etrunk_bfd_timer_setup - initialise a timer
 * @timer: timer
 * @flavour: ETRUNK_BFD_TIMER_*
 * @fn: called in softirq at the expiry or after it
 */
void etrunk_bfd_timer_setup(struct etrunk_bfd_timer *timer, int flavour,
			    void (*fn)(struct etrunk_bfd_timer *timer))
{
	timer->fn = fn;
	tasklet_setup(&timer->task, run_task);
	switch (flavour) {
	case ETRUNK_BFD_TIMER_HARD:
		timer->mode = HRTIMER_MODE_ABS_HARD;
		break;
	case ETRUNK_BFD_TIMER_PINNED:
		timer->mode = HRTIMER_MODE_ABS_PINNED_SOFT;
		break;
	default:
		timer->mode = HRTIMER_MODE_ABS_SOFT;
		break;
	}
	etrunk_hrtimer_setup(&timer->hr,
			     flavour == ETRUNK_BFD_TIMER_HARD ? expired_hard :
								expired_soft,
			     CLOCK_MONOTONIC, timer->mode);
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
