// SPDX-License-Identifier: GPL-2.0
/*
 * Timers of BFD sessions, hellos, the heartbeat and PW status: an hrtimer expires
 * in hard irq and schedules a tasklet of its own, which acts.
 *
 * Not in HRTIMER_SOFTIRQ: once 6.1 has woken ksoftirqd, every softirq waits for
 * it to run (softirq.c, ksoftirqd_running()), and ksoftirqd is a SCHED_OTHER
 * thread: behind a SCHED_FIFO hog it has the 5 % that RT throttling leaves.
 * Tasklets are exempt, and whoever runs them runs all else that is pending: each
 * expiry also brings in the packets that wait. 6.12 defers nothing so.
 *
 * A HI tasklet transmits and beats, before NET_RX can take its 8 ms. A plain one
 * detects: TASKLET_SOFTIRQ comes after NET_RX in the same pass, so that nobody is
 * given up while its packet lies in a queue that is about to be read.
 *
 * Measured by selftests/bench/bfd_timers: one CPU for both ends of 16 sessions
 * of 10 ms x 3, 3 s of load, then the link fails under it. Longest time between
 * received packets, latest transmission, false downs, longest time from the
 * last packet sent to Down (ms):
 *
 *                         soft hrtimers           this
 *   6.1  idle             11.5 1.9 0 30.0       10.0 0.2 0 30.0
 *   6.1  other            10.7 0.8 0 30.0       10.1 0.2 0 30.0
 *   6.1  fifo             1033.4 1024.9 96 882.0 10.4 0.6 0 30.0
 *   6.1  flood            13.6 2.9 0 32.4       12.8 1.8 0 32.9
 *   6.1  other+flood      21.7 11.4 0 31.1      13.1 1.9 0 33.1
 *   6.1  fifo+flood       962.5 952.7 96 982.8  12.3 1.8 0 32.6
 *   6.1  fifo+flood-alone 952.1 948.2 6 956.1   11.2 1.2 0 30.8
 *   6.12 idle             10.3 0.7 0 30.0       10.2 0.1 0 30.0
 *   6.12 other            10.3 0.4 0 30.0       10.1 0.2 0 30.0
 *   6.12 fifo             13.5 4.0 0 30.0       10.3 0.2 0 30.0
 *   6.12 flood            12.9 3.0 0 32.6       12.3 1.9 0 33.5
 *   6.12 other+flood      12.8 2.8 0 32.5       12.3 1.8 0 32.4
 *   6.12 fifo+flood       13.1 2.9 0 32.2       12.5 1.8 0 32.4
 *   6.12 fifo+flood-alone 12.7 2.4 0 33.0       11.7 1.3 0 31.6
 *
 * Detection in a HI tasklet, too, measures like this; it is plain for the order
 * above alone. On one CPU a pinned timer is a soft one. A grace for a detector
 * that ran late has nothing to do here, and could not help soft timers: what it
 * would have to bridge is 950 ms.
 */
#include "timer.h"

static enum hrtimer_restart urgent_due(struct hrtimer *hr)
{
	struct etrunk_timer *timer =
		container_of(hr, struct etrunk_timer, hr);

	tasklet_hi_schedule(&timer->task);
	return HRTIMER_NORESTART;
}

static enum hrtimer_restart due_after_rx(struct hrtimer *hr)
{
	struct etrunk_timer *timer =
		container_of(hr, struct etrunk_timer, hr);

	tasklet_schedule(&timer->task);
	return HRTIMER_NORESTART;
}

static void run_task(struct tasklet_struct *task)
{
	struct etrunk_timer *timer = from_tasklet(timer, task, task);

	timer->fn(timer);
}

static void setup(struct etrunk_timer *timer,
		  enum hrtimer_restart (*due)(struct hrtimer *hr),
		  void (*fn)(struct etrunk_timer *timer))
{
	timer->fn = fn;
	tasklet_setup(&timer->task, run_task);
	etrunk_hrtimer_setup(&timer->hr, due, CLOCK_MONOTONIC,
			     ETRUNK_TIMER_MODE);
}

/**
 * etrunk_timer_setup_urgent - initialise a timer that comes before all else
 * @timer: timer
 * @fn: called in softirq at the expiry, before received packets are looked at
 */
void etrunk_timer_setup_urgent(struct etrunk_timer *timer,
			       void (*fn)(struct etrunk_timer *timer))
{
	setup(timer, urgent_due, fn);
}

/**
 * etrunk_timer_setup - initialise a timer
 * @timer: timer
 * @fn: called in softirq at the expiry, after received packets were looked at
 */
void etrunk_timer_setup(struct etrunk_timer *timer,
			void (*fn)(struct etrunk_timer *timer))
{
	setup(timer, due_after_rx, fn);
}

/**
 * etrunk_timer_cancel - end a timer that nobody starts any more
 * @timer: timer
 *
 * Whoever may start it has been told not to; a callback that was running then
 * may do it once more. Sleeps until the last callback has returned.
 */
void etrunk_timer_cancel(struct etrunk_timer *timer)
{
	int twice;

	for (twice = 0; twice < 2; twice++) {
		hrtimer_cancel(&timer->hr);
		tasklet_kill(&timer->task);
	}
}
