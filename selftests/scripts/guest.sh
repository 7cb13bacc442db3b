# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What every use of the guest needs first. Sourced there.

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# virtme-ng makes them ports of the host, which one process may open.
ln -sf /proc/self/fd/1 /dev/stdout
ln -sf /proc/self/fd/2 /dev/stderr
# It has brought up the machine; now it would follow every device of a test.
udevadm control --exit 2>/dev/null
ip link set lo up
# Only what kills the guest goes to its serial line; dmesg has the rest.
echo 4 >/proc/sys/kernel/printk
# A starved guest is slow, not stuck.
echo 60 >/proc/sys/kernel/watchdog_thresh
echo 120 >/sys/module/rcupdate/parameters/rcu_cpu_stall_timeout
# Every kind of device that tests make is there before anybody looks.
modprobe bonding max_bonds=0
for module in dummy veth 8021q nlmon mpls_router mpls_iptunnel vrf; do
	modprobe -q $module
done
