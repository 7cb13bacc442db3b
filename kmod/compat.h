/* SPDX-License-Identifier: GPL-2.0 */
/* Differences between the kernels we build for; the only version tests. */
#ifndef _ETRUNK_COMPAT_H
#define _ETRUNK_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

/* 6.5 gave GSO a header of its own. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#include <net/gso.h>
#endif

/* 6.2 split genl_ops; pre_doit() and post_doit() get the split one since. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define genl_split_ops genl_ops
#endif

/* 6.10 dropped the source argument of __assign_str(). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#define etrunk_assign_str(dst, src) __assign_str(dst)
#else
#define etrunk_assign_str(dst, src) __assign_str(dst, src)
#endif

/**
 * etrunk_hrtimer_setup - initialise a timer (hrtimer_setup() of 6.13)
 * @timer: the timer
 * @fn: callback
 * @clock: clock id
 * @mode: mode
 */
static inline void
etrunk_hrtimer_setup(struct hrtimer *timer,
		     enum hrtimer_restart (*fn)(struct hrtimer *),
		     clockid_t clock, enum hrtimer_mode mode)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	hrtimer_setup(timer, fn, clock, mode);
#else
	hrtimer_init(timer, clock, mode);
	timer->function = fn;
#endif
}

#endif /* _ETRUNK_COMPAT_H */
