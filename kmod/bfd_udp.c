// SPDX-License-Identifier: GPL-2.0
/*
 * BFD over UDP: single hop and multihop sessions, IPv4 and IPv6, in VRFs.
 *
 * Every packet is taken in softirq, nothing is ever queued, so no flood can
 * push another session's packets out. Packets are sent by a cached route.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ip6_fib.h>
#include <net/ipv6.h>

#include "bfd.h"
#include "udp.h"

/* ------------------------------------------------------------------ receive */

static int receive(struct sock *sk, struct sk_buff *skb)
{
	const struct etrunk_udp_sock *s = rcu_dereference_sk_user_data(sk);
	const struct etrunk_bfd_encap *encap;
	struct etrunk_bfd_meta meta;
	u8 buf[ETRUNK_BFD_RX_MAX];
	unsigned int payload, have;
	const u8 *pdu;

	if (!s)
		goto out;

	encap = s->want.owner;
	memset(&meta, 0, sizeof(meta));
	meta.en = s->en;
	meta.key.encap = encap;
	meta.key.peer.family = s->want.family;
	meta.key.source.family = s->want.family;
	if (s->want.family == AF_INET6) {
		meta.key.peer.v6 = ipv6_hdr(skb)->saddr;
		meta.key.source.v6 = ipv6_hdr(skb)->daddr;
		meta.ttl = ipv6_hdr(skb)->hop_limit;
		meta.key.scope = inet6_sdif(skb) ?: inet6_iif(skb);
	} else {
		meta.key.peer.v4 = ip_hdr(skb)->saddr;
		meta.key.source.v4 = ip_hdr(skb)->daddr;
		meta.ttl = ip_hdr(skb)->ttl;
		meta.key.scope = inet_sdif(skb) ?: inet_iif(skb);
	}
	if (!encap->single_hop)
		meta.key.scope = etrunk_udp_vrf(skb, s->want.family);

	/* skb->data is at the UDP header, its length was checked */
	payload = skb->len - sizeof(struct udphdr);
	have = min_t(unsigned int, payload, sizeof(buf));
	pdu = skb_header_pointer(skb, sizeof(struct udphdr), have, buf);
	if (pdu)
		encap->input(&meta, pdu, have, payload);
out:
	consume_skb(skb);
	return 0;
}

/* ------------------------------------------------------------------ sockets */

static int udp_open(struct etrunk_bfd *bfd, struct netlink_ext_ack *extack)
{
	const struct etrunk_udp_want want = {
		.rcv = receive,
		.owner = bfd->key.encap,
		.family = bfd->key.peer.family,
		.port = bfd->key.encap->port,
		.vrf = bfd->cfg.vrf,
	};
	struct etrunk_udp_sock *s;

	ASSERT_RTNL();
	if (bfd->sock)
		return 0;
	s = etrunk_udp_get(bfd->en, &bfd->en->bfd_socks, &want, extack);
	if (IS_ERR(s))
		return PTR_ERR(s);
	bfd->sock = s;
	return 0;
}

static void udp_close(struct etrunk_bfd *bfd)
{
	etrunk_udp_put(bfd->sock);
	bfd->sock = NULL;
}

/* ------------------------------------------------------------------- routes */

static struct dst_entry *route(struct etrunk_net *en,
			       const struct etrunk_bfd_encap *encap,
			       const struct etrunk_addr *peer,
			       struct etrunk_addr *source, int oif,
			       __be16 sport)
{
	struct dst_entry *dst;

	dst = etrunk_udp_route(en, peer, source, oif, sport,
			       htons(encap->port));
	if (!IS_ERR(dst) && !encap->single_hop &&
	    !etrunk_udp_in_vrf(dst, oif)) {
		dst_release(dst);
		return ERR_PTR(-EHOSTUNREACH);
	}
	return dst;
}

static int udp_source(struct etrunk_net *en, struct etrunk_bfd_cfg *cfg)
{
	struct etrunk_addr source = {};
	struct dst_entry *dst;

	dst = route(en, cfg->encap, &cfg->peer, &source,
		    cfg->ifindex ?: cfg->vrf, 0);
	if (IS_ERR(dst))
		return PTR_ERR(dst);

	cfg->source = source;
	dst_release(dst);
	return 0;
}

/**
 * etrunk_bfd_udp_dst - route of a session
 * @bfd: session
 * @oif: device of it or of its VRF
 *
 * BH off, by whoever set tx_busy. A change of routes shows in dst_check().
 *
 * Return: a route that stays the session's, or an ERR_PTR.
 */
struct dst_entry *etrunk_bfd_udp_dst(struct etrunk_bfd *bfd, int oif)
{
	struct etrunk_addr source = bfd->key.source;
	struct dst_entry *dst;

	if (bfd->dst) {
		if (dst_check(bfd->dst, bfd->dst_cookie))
			return bfd->dst;
		dst_release(bfd->dst);
		bfd->dst = NULL;
	}

	dst = route(bfd->en, bfd->key.encap, &bfd->key.peer, &source, oif,
		    bfd->sport);
	if (IS_ERR(dst))
		return dst;

	bfd->dst_cookie = 0;
	if (source.family == AF_INET6)
		bfd->dst_cookie = rt6_get_cookie(container_of(dst,
							struct rt6_info, dst));
	bfd->dst = dst;
	return dst;
}

/* --------------------------------------------------------------------- send */

/**
 * etrunk_bfd_udp_push - put UDP and IP before a payload
 * @skb: payload, with room
 * @key: addresses and port
 * @sport: source port
 *
 * IPv4's length and checksum are left out.
 */
void etrunk_bfd_udp_push(struct sk_buff *skb, const struct etrunk_bfd_key *key,
			 __be16 sport)
{
	etrunk_udp_push(skb, &key->peer, &key->source, sport,
			htons(key->encap->port));
}

static int udp_xmit(struct etrunk_bfd *bfd, const u8 *pdu, unsigned int len)
{
	unsigned int pad = READ_ONCE(bfd->cfg.padded_size);
	int scope = READ_ONCE(bfd->key.scope);
	struct dst_entry *dst;
	struct sk_buff *skb;
	unsigned int room;

	if (scope == ETRUNK_BFD_NOWHERE)
		return -ENODEV;

	dst = etrunk_bfd_udp_dst(bfd, scope);
	if (IS_ERR(dst))
		return PTR_ERR(dst);

	/* RFC 9764 3: zeroes behind the PDU */
	pad = pad > len ? pad - len : 0;
	room = LL_RESERVED_SPACE(dst->dev) + sizeof(struct ipv6hdr) +
	       sizeof(struct udphdr);
	skb = alloc_skb(room + len + pad + dst->dev->needed_tailroom,
			GFP_ATOMIC);
	if (!skb)
		return -ENOMEM;

	skb_reserve(skb, room);
	skb_put_data(skb, pdu, len);
	skb_put_zero(skb, pad);
	etrunk_bfd_udp_push(skb, &bfd->key, bfd->sport);
	skb_dst_set(skb, dst_clone(dst));

	return etrunk_udp_out(bfd->en, bfd->key.peer.family, skb);
}

/* --------------------------------------------------------------------- rows */

static int single_hop_scope(const struct etrunk_bfd *bfd)
{
	return bfd->cfg.ifindex;
}

const struct etrunk_bfd_encap etrunk_bfd_single_hop = {
	.name = "single-hop",
	.port = ETRUNK_BFD_PORT_SINGLE,
	.single_hop = true,
	.echo = &etrunk_bfd_echo,
	.min_ttl = 255,
	.source = udp_source,
	.open = udp_open,
	.close = udp_close,
	.scope = single_hop_scope,
	.input = etrunk_bfd_input,
	.xmit = udp_xmit,
};

static int multihop_scope(const struct etrunk_bfd *bfd)
{
	return bfd->cfg.vrf;
}

const struct etrunk_bfd_encap etrunk_bfd_multihop = {
	.name = "multihop",
	.port = ETRUNK_BFD_PORT_MULTI,
	.min_ttl = 254,
	.source = udp_source,
	.open = udp_open,
	.close = udp_close,
	.scope = multihop_scope,
	.input = etrunk_bfd_input,
	.xmit = udp_xmit,
};
