/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the two PEs of an E-Trunk and should not. It is shown,
 * and decides nothing.
 *
 * The VLANs of a member's attachment circuits go over the wire as their number
 * and a digest: the sum, modulo 2^64, of one word per AC. The word is the 64 bit
 * FNV-1a of the AC's VLAN tags, outermost first, each as 2 bytes of TPID and 2 of
 * VLAN id, in network byte order; an AC without tags has none; then, as sums of
 * FNV-1a words of similar tags would be equal too often, mixed:
 *
 *	x ^= x >> 33; x *= 0xff51afd7ed558ccd; x ^= x >> 33;
 *	x *= 0xc4ceb9fe1a85ec53; x ^= x >> 33
 *
 * The digest of the MTUs is the low half of the sum of such words of the tags,
 * then the MTU of the AC's device and the smallest of its pseudowires, 4 bytes
 * each.
 */
#ifndef _ETRUNK_PEER_DIFF_H
#define _ETRUNK_PEER_DIFF_H

#include "pure.h"
#include "trunk_pkt.h"

#define PEER_DIFF_TAGS	4	/* more count as so many */

/* of the E-Trunk */
#define PEER_DIFF_TIMER		BIT(0)
#define PEER_DIFF_REVERT_DELAY	BIT(1)
#define PEER_DIFF_VERSION	BIT(2)
/* of a member */
#define PEER_DIFF_VLAN		BIT(0)
#define PEER_DIFF_MTU		BIT(1)

/**
 * struct peer_diff_tag - a VLAN tag
 * @tpid: of it
 * @vid: its VLAN
 */
struct peer_diff_tag {
	u16 tpid;
	u16 vid;
};

u32 peer_diff_settings(const struct trunk_pkt_settings *ours,
		       const struct trunk_pkt_settings *theirs);
u32 peer_diff_services(const struct trunk_pkt_services *ours,
		       const struct trunk_pkt_services *theirs);
void peer_diff_add_ac(struct trunk_pkt_services *sum,
		      const struct peer_diff_tag *tag, unsigned int n,
		      u32 ac_mtu, u32 pw_mtu);

#endif /* _ETRUNK_PEER_DIFF_H */
