// SPDX-License-Identifier: GPL-2.0
/*
 * For a test in a VM of one CPU: nothing else runs for STALL_MS when this is
 * loaded, no interrupt and no timer, as if the hypervisor had paused the VM
 * while the clock went on. Loading fails on purpose, so that it never stays.
 */
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/processor.h>

#define STALL_MS	2000

static int __init stall_init(void)
{
	ktime_t end = ktime_add_ms(ktime_get(), STALL_MS);
	unsigned long flags;

	local_irq_save(flags);
	while (ktime_before(ktime_get(), end))
		cpu_relax();
	local_irq_restore(flags);
	return -ECANCELED;
}
module_init(stall_init);

MODULE_DESCRIPTION("Stalls the CPU once, for a test");
MODULE_LICENSE("GPL");
