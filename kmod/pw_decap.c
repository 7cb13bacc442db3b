// SPDX-License-Identifier: GPL-2.0
/*
 * Out of the core: what came with one of our PW labels is a frame for the AC or
 * a message of the associated channel. Runs in softirq under RCU, no lock.
 */
#include <linux/if_vlan.h>

#include "bfd_vccv_pkt.h"
#include "pw.h"

/* longest message we read */
#define ACH_MAX		64

static void drop(struct etrunk_pw *pw, struct sk_buff *skb,
		 enum etrunk_pw_count why)
{
	etrunk_pw_count(pw, why);
	kfree_skb(skb);
}

static void rx_channel(struct etrunk_pw *pw, struct sk_buff *skb,
		       unsigned int offset)
{
	unsigned int len = min_t(unsigned int, skb->len - offset, ACH_MAX);
	u8 buf[ACH_MAX];
	u16 channel;

	if (skb_copy_bits(skb, offset, buf, len) ||
	    etrunk_ach_parse(buf, len, &channel)) {
		drop(pw, skb, ETRUNK_PW_RX_ACH_UNKNOWN);
		return;
	}
	switch (channel) {
	case ETRUNK_ACH_PW_OAM:
		etrunk_pw_status_rx(pw, buf, len);
		break;
	case ETRUNK_ACH_BFD:
	case ETRUNK_ACH_IPV4:
	case ETRUNK_ACH_IPV6:
		etrunk_vccv_rx(pw, channel, skb, offset + ETRUNK_ACH_LEN);
		break;
	default:
		drop(pw, skb, ETRUNK_PW_RX_ACH_UNKNOWN);
		return;
	}
	consume_skb(skb);
}

static bool fits_ac(const struct sk_buff *skb, const struct net_device *ac)
{
	unsigned int len = READ_ONCE(ac->mtu) + ETH_HLEN + VLAN_HLEN;

	if (skb_is_gso(skb))
		return skb_gso_validate_mac_len(skb, len);
	return skb->len <= len;
}

/*
 * Take the tag off that each frame on a tagged PW has; a VLAN device gives the
 * frame its own. False if the frame was dropped.
 */
static bool pop_tag(struct etrunk_pw *pw, struct sk_buff *skb)
{
	u16 tci;

	if (!pskb_may_pull(skb, VLAN_ETH_HLEN)) {
		drop(pw, skb, ETRUNK_PW_RX_SHORT);
		return false;
	}
	skb_reset_mac_header(skb);
	if (!eth_type_vlan(eth_hdr(skb)->h_proto)) {
		drop(pw, skb, ETRUNK_PW_RX_UNTAGGED);
		return false;
	}
	if (__skb_vlan_pop(skb, &tci)) {
		drop(pw, skb, ETRUNK_PW_RX_NOMEM);
		return false;
	}
	skb->priority = tci >> VLAN_PRIO_SHIFT;
	return true;
}

static void rx_frame(struct etrunk_pw *pw, struct sk_buff *skb,
		     unsigned int offset)
{
	const struct etrunk_vpws_set *set;
	const struct etrunk_vpws *v;
	const struct ethhdr *eth;
	struct net_device *ac;

	v = rcu_dereference(pw->vpws);
	if (!v) {
		drop(pw, skb, ETRUNK_PW_RX_NO_SERVICE);
		return;
	}

	set = rcu_dereference(v->set);
	if (!READ_ONCE(v->cfg.dual_receive) &&
	    READ_ONCE(set->selected) != pw) {
		drop(pw, skb, ETRUNK_PW_RX_STANDBY);
		return;
	}

	ac = rcu_dereference(v->ac);
	if (!ac || !(READ_ONCE(ac->flags) & IFF_UP)) {
		drop(pw, skb, ETRUNK_PW_RX_AC_DOWN);
		return;
	}

	if (!pskb_may_pull(skb, offset + ETH_HLEN)) {
		drop(pw, skb, ETRUNK_PW_RX_SHORT);
		return;
	}
	__skb_pull(skb, offset);
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->ip_summed = CHECKSUM_NONE;

	if (pw->cfg.type == ETRUNK_PW_TAGGED && !pop_tag(pw, skb))
		return;
	skb_reset_mac_header(skb);
	eth = eth_hdr(skb);
	if (unlikely(is_link_local_ether_addr(eth->h_dest)) &&
	    !etrunk_ac_tunnels(v, ac, eth, eth_type_vlan(eth->h_proto))) {
		drop(pw, skb, ETRUNK_PW_RX_L2_CONTROL);
		return;
	}

	/* as eth_type_trans() would have it, but with data at the header */
	skb->protocol = eth_proto_is_802_3(eth->h_proto) ? eth->h_proto :
							   htons(ETH_P_802_2);
	skb_set_network_header(skb, eth_type_vlan(eth->h_proto) ?
				    ETH_HLEN + VLAN_HLEN : ETH_HLEN);
	skb_reset_mac_len(skb);
	if (!fits_ac(skb, ac)) {
		drop(pw, skb, ETRUNK_PW_RX_MTU);
		return;
	}

	__vlan_hwaccel_clear_tag(skb);
	skb_scrub_packet(skb, false);
	skb_clear_tstamp(skb);
	skb->dev = ac;
	etrunk_pw_count_rx(pw, max_t(u16, skb_shinfo(skb)->gso_segs, 1),
			   skb->len);
	dev_queue_xmit(skb);
}

/* Is a frame with this number to be taken? */
static bool seq_ok(struct etrunk_pw *pw, u16 number)
{
	enum etrunk_seq_verdict verdict;
	s64 old, new;

	if (likely(!pw->cfg.sequence)) {
		if (unlikely(number))
			etrunk_pw_count(pw, ETRUNK_PW_RX_NUMBERED);
		return true;
	}

	old = atomic64_read(&pw->rx_seq);
	do {
		struct etrunk_seq s;

		memcpy(&s, &old, sizeof(s));
		verdict = etrunk_seq_rx(&s, number);
		memcpy(&new, &s, sizeof(new));
	} while (!atomic64_try_cmpxchg(&pw->rx_seq, &old, new));

	if (verdict == ETRUNK_SEQ_AHEAD)
		etrunk_pw_count(pw, ETRUNK_PW_RX_MISSING);
	return verdict != ETRUNK_SEQ_LATE;
}

/**
 * etrunk_pw_rx - a packet with our PW label
 * @pw: whose label it is
 * @skb: not shared; consumed
 * @offset: of what stands behind the PW label
 * @bottom: S bit of the PW label
 */
void etrunk_pw_rx(struct etrunk_pw *pw, struct sk_buff *skb,
		  unsigned int offset, bool bottom)
{
	unsigned int len = min_t(unsigned int, skb->len - offset, 8);
	u8 buf[8];
	size_t skip;

	if (skb_copy_bits(skb, offset, buf, len)) {
		drop(pw, skb, ETRUNK_PW_RX_SHORT);
		return;
	}

	switch (etrunk_payload_parse(buf, len, pw->cfg.cw, bottom, &skip)) {
	case ETRUNK_PAYLOAD_FRAME:
		if (pw->cfg.cw && !seq_ok(pw, get_unaligned_be16(buf + 2))) {
			drop(pw, skb, ETRUNK_PW_RX_LATE);
			return;
		}
		rx_frame(pw, skb, offset + skip);
		return;
	case ETRUNK_PAYLOAD_ACH:
		rx_channel(pw, skb, offset + skip);
		return;
	default:
		drop(pw, skb, ETRUNK_PW_RX_BAD_CW);
		return;
	}
}
