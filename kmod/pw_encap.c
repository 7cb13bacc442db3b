// SPDX-License-Identifier: GPL-2.0
/*
 * Into the core: an AC's frame, or a control message, gets the label stack of
 * its PW and goes to the LSP's next hop. Runs in softirq (receive of the AC) or
 * with BH off, under RCU, without a lock.
 *
 * A GSO packet of a CE stays whole if the core device promises to carry MPLS of
 * any GSO kind as it is. Otherwise it is segmented here, while it still is a
 * plain Ethernet packet: once labels and a control word stand before it, nobody
 * below can find its headers.
 */
#include <linux/if_vlan.h>
#include <net/arp.h>
#include <net/neighbour.h>

#include "pw.h"

/* What only software devices claim for MPLS; hardware would misparse us. */
#define CARRIES_ALL_GSO	(NETIF_F_GSO_SOFTWARE | NETIF_F_HW_CSUM)

static bool gso_passes(const struct sk_buff *skb, struct net_device *dev,
		       unsigned int overhead)
{
	netdev_features_t features = dev->features & dev->mpls_features;

	return (dev->mpls_features & CARRIES_ALL_GSO) == CARRIES_ALL_GSO &&
	       net_gso_ok(features, skb_shinfo(skb)->gso_type) &&
	       skb->len + overhead < READ_ONCE(dev->gso_max_size) &&
	       skb_shinfo(skb)->gso_segs <= READ_ONCE(dev->gso_max_segs);
}

/* is_frame_ok() for one frame or for each one that a GSO packet stands for */
static bool fits(const struct sk_buff *skb, unsigned int len)
{
	if (skb_is_gso(skb))
		return skb_gso_validate_mac_len(skb, len);
	return skb->len <= len;
}

/*
 * Push the headers and hand over. @skb is at its Ethernet header; consumes it.
 * Returns 0 or a negative errno.
 */
static int push_and_send(const struct etrunk_lsp *lsp, const u8 *header,
			 unsigned int len, struct sk_buff *skb)
{
	struct net_device *dev = lsp->core->dev;

	if (skb_cow_head(skb, LL_RESERVED_SPACE(dev) + len)) {
		kfree_skb(skb);
		return -ENOMEM;
	}

	skb_reset_inner_network_header(skb);
	skb_set_inner_protocol(skb, htons(ETH_P_TEB));
	memcpy(__skb_push(skb, len), header, len);
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	skb->mac_len = 0;
	skb->protocol = htons(ETH_P_MPLS_UC);
	skb->dev = dev;

	return neigh_xmit(NEIGH_ARP_TABLE, dev, &lsp->via, skb);
}

/* Frames of several CPUs get their numbers in no order of their own. */
static u16 next_number(struct etrunk_pw *pw)
{
	int next, last = atomic_read(&pw->tx_seq);

	do {
		next = etrunk_seq_next(last);
	} while (!atomic_try_cmpxchg(&pw->tx_seq, &last, next));
	return next;
}

/* One packet that needs no more segmentation. */
static void send_frame(struct etrunk_pw *pw, const struct etrunk_lsp *lsp,
		       struct sk_buff *skb, u8 tc)
{
	unsigned int packets = max_t(u16, skb_shinfo(skb)->gso_segs, 1);
	unsigned int bytes = skb->len;
	const u8 *header = lsp->data;
	u8 own[ETRUNK_STACK_LEN_MAX];
	int err;

	if (tc || pw->cfg.sequence) {
		memcpy(own, header, lsp->data_len);
		etrunk_stack_set_tc(own, tc);
		if (pw->cfg.sequence)
			put_unaligned_be16(next_number(pw),
					   own + lsp->data_len - 2);
		header = own;
	}

	err = push_and_send(lsp, header, lsp->data_len, skb);
	if (err < 0)
		etrunk_pw_count(pw, err == -ENOMEM ? ETRUNK_PW_TX_NOMEM :
						     ETRUNK_PW_TX_ERROR);
	else
		etrunk_pw_count_tx(pw, packets, bytes);
}

static void send_segments(struct etrunk_pw *pw, const struct etrunk_lsp *lsp,
			  struct sk_buff *skb, u8 tc)
{
	struct net_device *dev = lsp->core->dev;
	struct sk_buff *segs, *next;

	/* scatter-gather and checksums are the device's, as far as it can */
	segs = skb_gso_segment(skb, dev->features & dev->mpls_features &
				    ~NETIF_F_GSO_MASK);
	if (IS_ERR_OR_NULL(segs)) {
		etrunk_pw_count(pw, ETRUNK_PW_TX_GSO);
		kfree_skb(skb);
		return;
	}
	consume_skb(skb);
	etrunk_pw_count(pw, ETRUNK_PW_TX_SEGMENTED);

	skb_list_walk_safe(segs, segs, next) {
		skb_mark_not_on_list(segs);
		send_frame(pw, lsp, segs, tc);
	}
}

/*
 * 802.1p priority of a frame. A VLAN device has taken the tag off, and what is
 * left of it is what the device's ingress-qos-map says.
 */
static u8 priority_of(const struct sk_buff *skb)
{
	if (is_vlan_dev(skb->dev))
		return skb->priority <= 7 ? skb->priority : 0;
	if (eth_type_vlan(skb->protocol))
		return ntohs(vlan_eth_hdr(skb)->h_vlan_TCI) >> VLAN_PRIO_SHIFT;
	return 0;
}

/*
 * The tag that each frame on a tagged PW has. That of a VLAN device is put back;
 * the tags of another AC delimit no service and stay where they are (RFC 4448
 * section 4.4.1). NULL if there is no memory.
 */
static struct sk_buff *push_tag(const struct etrunk_pw *pw, struct sk_buff *skb,
				u8 priority)
{
	u16 vid = pw->cfg.vlan;

	if (!vid && is_vlan_dev(skb->dev))
		vid = vlan_dev_vlan_id(skb->dev);
	skb = vlan_insert_tag_set_proto(skb, htons(ETH_P_8021Q),
					priority << VLAN_PRIO_SHIFT | vid);
	if (!skb)
		return NULL;
	skb_set_network_header(skb, ETH_HLEN + VLAN_HLEN);
	skb_reset_mac_len(skb);
	return skb;
}

/**
 * etrunk_pw_xmit - send an AC's frame into the core
 * @pw: through which PW
 * @lsp: its way
 * @skb: at its Ethernet header, tags in the payload, network header set past
 *	one tag; consumed
 */
void etrunk_pw_xmit(struct etrunk_pw *pw, const struct etrunk_lsp *lsp,
		    struct sk_buff *skb)
{
	struct net_device *dev = lsp->core->dev;
	u8 priority = priority_of(skb), tc = READ_ONCE(pw->cfg.tc);
	unsigned int head = ETH_HLEN;

	if (tc == ETRUNK_PW_TC_8021P)
		tc = priority;
	if (eth_type_vlan(skb->protocol))
		head += VLAN_HLEN;
	if (!fits(skb, READ_ONCE(pw->cfg.mtu) + head)) {
		etrunk_pw_count(pw, ETRUNK_PW_TX_MTU);
		goto drop;
	}
	if (pw->cfg.type == ETRUNK_PW_TAGGED) {
		skb = push_tag(pw, skb, priority);
		if (!skb) {
			etrunk_pw_count(pw, ETRUNK_PW_TX_NOMEM);
			return;
		}
	}
	if (lsp->data_len > READ_ONCE(dev->mtu) ||
	    !fits(skb, READ_ONCE(dev->mtu) - lsp->data_len)) {
		etrunk_pw_count(pw, ETRUNK_PW_TX_CORE_MTU);
		goto drop;
	}

	skb_scrub_packet(skb, false);
	skb_clear_tstamp(skb);
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->ip_summed = CHECKSUM_NONE;

	if (skb_is_gso(skb) &&
	    !gso_passes(skb, dev, lsp->data_len + LL_RESERVED_SPACE(dev))) {
		send_segments(pw, lsp, skb, tc);
		return;
	}
	send_frame(pw, lsp, skb, tc);
	return;

drop:
	kfree_skb(skb);
}

/* A message of @len octets that stands behind @header; BH off, under RCU. */
static int send_message(const struct etrunk_lsp *lsp, const u8 *header,
			unsigned int header_len, const u8 *msg,
			unsigned int len)
{
	struct net_device *dev = lsp->core->dev;
	struct sk_buff *skb;
	int err;

	skb = alloc_skb(LL_RESERVED_SPACE(dev) + ETRUNK_STACK_LEN_MAX + len +
			dev->needed_tailroom, GFP_ATOMIC);
	if (!skb)
		return -ENOMEM;

	skb_reserve(skb, LL_RESERVED_SPACE(dev) + ETRUNK_STACK_LEN_MAX);
	skb_put_data(skb, msg, len);
	skb->priority = TC_PRIO_CONTROL;
	err = push_and_send(lsp, header, header_len, skb);
	return err > 0 ? 0 : err;
}

/**
 * etrunk_pw_xmit_oam - send a PW status message
 * @pw: through which PW
 * @msg: what to say
 *
 * BH off, no lock held.
 *
 * Return: 0 or a negative errno; -ENETUNREACH without an LSP.
 */
int etrunk_pw_xmit_oam(struct etrunk_pw *pw, const struct etrunk_pw_oam *msg)
{
	const struct etrunk_lsp *lsp;
	u8 buf[ETRUNK_PW_OAM_LEN];
	int err = -ENETUNREACH;

	etrunk_pw_oam_build(msg, buf);
	rcu_read_lock();
	lsp = rcu_dereference(pw->lsp);
	if (lsp && READ_ONCE(lsp->core->up))
		err = send_message(lsp, lsp->oam, lsp->oam_len, buf,
				   sizeof(buf));
	rcu_read_unlock();
	return err;
}

/**
 * etrunk_pw_xmit_channel - send a message of the associated channel
 * @pw: through which PW; it has a control word
 * @channel: type
 * @msg: what stands behind the ACH
 * @len: of @msg
 *
 * By the labels and TTLs of a frame of the AC, with the ACH in place of the
 * control word (RFC 5085 5.1.1), so that it shares the frames' fate. BH off, no
 * lock held.
 *
 * Return: 0 or a negative errno; -ENETUNREACH without an LSP.
 */
int etrunk_pw_xmit_channel(struct etrunk_pw *pw, u16 channel, const u8 *msg,
			   unsigned int len)
{
	u8 header[ETRUNK_STACK_LEN_MAX];
	const struct etrunk_lsp *lsp;
	int err = -ENETUNREACH;

	rcu_read_lock();
	lsp = rcu_dereference(pw->lsp);
	if (lsp && READ_ONCE(lsp->core->up)) {
		memcpy(header, lsp->data, lsp->data_len);
		etrunk_ach_build(header + lsp->data_len - ETRUNK_CW_LEN,
				 channel);
		err = send_message(lsp, header, lsp->data_len, msg, len);
	}
	rcu_read_unlock();
	return err;
}
