# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What every use of the guest needs first. Sourced there with the arguments of
# the script, which is then run again in a root of its own.
#
# virtme-ng's root asks the host at every lookup and every read, and while the
# guest waits for the host the virtual clock leaps to the next timer. So the
# script gets a root that is read from the host once (9p, cache=loose), with
# tmpfs where something is written. $GUEST_LIVE is a directory that stays live.

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

guest_root()
{
	local root=/run/root dir

	mkdir -p $root /run/overlay
	mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=262144,cache=loose \
		hostroot $root || return
	for dir in /proc /sys /dev /mnt /lib/modules; do
		mount --rbind $dir $root$dir
	done
	for dir in /tmp /var/tmp /run; do
		mount -t tmpfs tmpfs $root$dir
	done
	for dir in /etc /root; do
		mkdir -p /run/overlay$dir/{upper,work}
		mount -t overlay -o "lowerdir=$root$dir,upperdir=/run/overlay$dir/upper,workdir=/run/overlay$dir/work" \
			overlay $root$dir
	done
	[ -z "$GUEST_LIVE" ] || mount --rbind "$GUEST_LIVE" "$root$GUEST_LIVE"
	mkdir -p $root/run/netns $root/run/lock
	cp -r "$(dirname "$0")" $root/run/scripts
	cd / || return
	# What every test runs is in the cache before the first does.
	chroot $root /bin/bash -c 'cat $(type -P awk basename bash cat chmod cp \
		cut date dirname dmesg ethtool expr find grep head id insmod \
		ip jq kill ls lsns mkdir mktemp modinfo modprobe mv nsenter \
		perl ping printf ps realpath rm rmmod sed seq setsid sleep \
		sort sysctl tail tc tcpdump tee timeout touch tr uniq unshare \
		wc xargs); ip -V; jq -V; perl -v; tc -V; ps' >/dev/null 2>&1
	exec chroot $root /bin/bash "/run/scripts/$(basename "$0")" "$@"
}

if [ "$(stat -f -c %T /run/scripts 2>/dev/null)" != tmpfs ]; then
	# virtme-ng makes them ports of the host, which one process may open.
	ln -sf /proc/self/fd/1 /dev/stdout
	ln -sf /proc/self/fd/2 /dev/stderr
	# It has brought up the machine; now it would follow every device.
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
	guest_root "$@"
	echo "the guest has no root of its own" >&2
	exit 1
fi
