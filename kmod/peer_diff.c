// SPDX-License-Identifier: GPL-2.0
/* What differs between two PEs; see peer_diff.h. */
#include "peer_diff.h"

#define FNV_START	0xcbf29ce484222325ULL
#define FNV_PRIME	0x100000001b3ULL

/**
 * peer_diff_settings() - compare the settings of an E-Trunk
 * @ours: here
 * @theirs: as the peer said
 *
 * Return: PEER_DIFF_TIMER, PEER_DIFF_REVERT_DELAY, PEER_DIFF_VERSION.
 */
u32 peer_diff_settings(const struct trunk_pkt_settings *ours,
		       const struct trunk_pkt_settings *theirs)
{
	u32 mask = 0;

	if (theirs->has_timers) {
		if (ours->hello_ms != theirs->hello_ms ||
		    ours->multiplier != theirs->multiplier)
			mask |= PEER_DIFF_TIMER;
		if (ours->revert_delay_ms != theirs->revert_delay_ms ||
		    ours->revert != theirs->revert)
			mask |= PEER_DIFF_REVERT_DELAY;
	}
	if (*theirs->version && strcmp(ours->version, theirs->version))
		mask |= PEER_DIFF_VERSION;
	return mask;
}

/**
 * peer_diff_services() - compare the services of a member
 * @ours: here
 * @theirs: as the peer said
 *
 * MTUs can be compared where the VLANs are the same.
 *
 * Return: PEER_DIFF_VLAN or PEER_DIFF_MTU.
 */
u32 peer_diff_services(const struct trunk_pkt_services *ours,
		       const struct trunk_pkt_services *theirs)
{
	if (ours->acs != theirs->acs || ours->vlans != theirs->vlans)
		return PEER_DIFF_VLAN;
	return ours->mtus != theirs->mtus ? PEER_DIFF_MTU : 0;
}

static u64 fnv(u64 hash, u32 value, unsigned int bytes)
{
	while (bytes--)
		hash = (hash ^ (u8)(value >> (8 * bytes))) * FNV_PRIME;
	return hash;
}

static u64 mix(u64 x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	return x ^ x >> 33;
}

static u32 smaller(u32 a, u32 b)
{
	if (!a || !b)
		return a ?: b;
	return min(a, b);
}

/**
 * peer_diff_add_ac() - add an attachment circuit to what a member has
 * @sum: all zero at first
 * @tag: its VLAN tags, outermost first
 * @n: how many
 * @ac_mtu: of its device
 * @pw_mtu: smallest of its pseudowires, 0 without
 */
void peer_diff_add_ac(struct trunk_pkt_services *sum,
		      const struct peer_diff_tag *tag, unsigned int n,
		      u32 ac_mtu, u32 pw_mtu)
{
	u64 hash = FNV_START;
	unsigned int i;

	for (i = 0; i < n; i++)
		hash = fnv(fnv(hash, tag[i].tpid, 2), tag[i].vid, 2);
	sum->acs++;
	sum->vlans += mix(hash);
	sum->mtus += mix(fnv(fnv(hash, ac_mtu, 4), pw_mtu, 4));
	sum->ac_mtu = smaller(sum->ac_mtu, ac_mtu);
	sum->pw_mtu = smaller(sum->pw_mtu, pw_mtu);
}
