// SPDX-License-Identifier: GPL-2.0
/*
 * BFD over UDP: single hop and multihop sessions, IPv4 and IPv6, in VRFs.
 *
 * A socket exists from the first session that needs it to the last and serves
 * to own the port, one for each family and VRF: every packet is taken by
 * encap_rcv in softirq, nothing is ever queued, so no flood can push another
 * session's packets out. Packets are sent past the sockets, by a cached route.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/net.h>
#include <linux/pkt_sched.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/route.h>
#include <net/udp.h>
#include <net/udp_tunnel.h>

#include "bfd.h"

/* internetwork control, and never fragmented */
#define TOS_CS6		0xc0

/**
 * struct etrunk_bfd_sock - a listening socket
 * @list: in etrunk_net.bfd_socks, RTNL
 * @en: namespace
 * @encap: whose packets come here
 * @family: of addresses
 * @vrf: device index of the VRF, 0 = none
 * @sock: the socket
 * @users: sessions that need it
 * @rcu: for freeing
 */
struct etrunk_bfd_sock {
	struct list_head list;
	struct etrunk_net *en;
	const struct etrunk_bfd_encap *encap;
	u16 family;
	int vrf;
	struct socket *sock;
	unsigned int users;
	struct rcu_head rcu;
};

/* ------------------------------------------------------------------ receive */

/*
 * In a VRF the packet's device has become the VRF's, and the one that it came
 * in by is the secondary one.
 */
static int scope_of(const struct etrunk_bfd_encap *encap,
		    const struct sk_buff *skb, int iif, int sdif)
{
	if (encap->single_hop)
		return sdif ?: iif;

	return sdif ? skb->dev->ifindex : 0;
}

static int receive(struct sock *sk, struct sk_buff *skb)
{
	const struct etrunk_bfd_sock *s = rcu_dereference_sk_user_data(sk);
	struct etrunk_bfd_meta meta;
	u8 buf[ETRUNK_BFD_RX_MAX];
	unsigned int payload, have;
	const u8 *pdu;

	if (!s)
		goto out;

	memset(&meta, 0, sizeof(meta));
	meta.en = s->en;
	meta.key.encap = s->encap;
	meta.key.peer.family = s->family;
	meta.key.source.family = s->family;
	if (s->family == AF_INET6) {
		meta.key.peer.v6 = ipv6_hdr(skb)->saddr;
		meta.key.source.v6 = ipv6_hdr(skb)->daddr;
		meta.ttl = ipv6_hdr(skb)->hop_limit;
		meta.key.scope = scope_of(s->encap, skb, inet6_iif(skb),
					  inet6_sdif(skb));
	} else {
		meta.key.peer.v4 = ip_hdr(skb)->saddr;
		meta.key.source.v4 = ip_hdr(skb)->daddr;
		meta.ttl = ip_hdr(skb)->ttl;
		meta.key.scope = scope_of(s->encap, skb, inet_iif(skb),
					  inet_sdif(skb));
	}

	/* skb->data is at the UDP header, its length was checked */
	payload = skb->len - sizeof(struct udphdr);
	have = min_t(unsigned int, payload, sizeof(buf));
	pdu = skb_header_pointer(skb, sizeof(struct udphdr), have, buf);
	if (pdu)
		s->encap->input(&meta, pdu, have, payload);
out:
	consume_skb(skb);
	return 0;
}

/* ------------------------------------------------------------------ sockets */

/*
 * Ports conflict between a VRF and no VRF unless both sockets allow it. Ours
 * do while another one of ours is bound, and only then: a BFD daemon that
 * holds the port, or wants it, is told so.
 */
static void allow_each_other(const struct etrunk_bfd_sock *new,
			     struct socket *sock, unsigned char reuse)
{
	struct etrunk_bfd_sock *s;

	list_for_each_entry(s, &new->en->bfd_socks, list) {
		if (s->encap == new->encap && s->family == new->family)
			s->sock->sk->sk_reuse = reuse;
	}
	sock->sk->sk_reuse = reuse;
}

static int bind_sock(const struct etrunk_bfd_sock *s, struct socket *sock)
{
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(s->encap->port),
	};
	struct sockaddr_in in4 = {
		.sin_family = AF_INET,
		.sin_port = htons(s->encap->port),
	};
	int err;

	if (s->vrf) {
		err = sock_bindtoindex(sock->sk, s->vrf, true);
		if (err)
			return err;
	}
	if (s->family == AF_INET)
		return kernel_bind(sock, (struct sockaddr *)&in4, sizeof(in4));

	err = ip6_sock_set_v6only(sock->sk);
	if (err)
		return err;
	return kernel_bind(sock, (struct sockaddr *)&in6, sizeof(in6));
}

static int create_sock(struct etrunk_bfd_sock *s)
{
	struct udp_tunnel_sock_cfg tunnel = {
		.sk_user_data = s,
		.encap_type = 1,
		.encap_rcv = receive,
	};
	int err;

	err = sock_create_kern(s->en->net, s->family, SOCK_DGRAM, IPPROTO_UDP,
			       &s->sock);
	if (err)
		return err;

	allow_each_other(s, s->sock, SK_CAN_REUSE);
	err = bind_sock(s, s->sock);
	allow_each_other(s, s->sock, SK_NO_REUSE);
	if (err) {
		sock_release(s->sock);
		return err;
	}

	setup_udp_tunnel_sock(s->en->net, s->sock, &tunnel);
	return 0;
}

static int udp_open(struct etrunk_bfd *bfd, struct netlink_ext_ack *extack)
{
	const struct etrunk_bfd_encap *encap = bfd->key.encap;
	u16 family = bfd->key.peer.family;
	struct etrunk_net *en = bfd->en;
	struct etrunk_bfd_sock *s;
	int err;

	ASSERT_RTNL();
	if (bfd->sock)
		return 0;

	list_for_each_entry(s, &en->bfd_socks, list) {
		if (s->encap == encap && s->family == family &&
		    s->vrf == bfd->cfg.vrf) {
			s->users++;
			bfd->sock = s;
			return 0;
		}
	}

	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;

	s->en = en;
	s->encap = encap;
	s->family = family;
	s->vrf = bfd->cfg.vrf;
	s->users = 1;
	err = create_sock(s);
	if (err) {
		etrunk_nl_err(extack, NULL, err == -EADDRINUSE ?
			      "udp port %u is in use by another program" :
			      "udp port %u cannot be opened", encap->port);
		kfree(s);
		return err;
	}
	list_add(&s->list, &en->bfd_socks);
	bfd->sock = s;
	return 0;
}

static void udp_close(struct etrunk_bfd *bfd)
{
	struct etrunk_bfd_sock *s = bfd->sock;

	ASSERT_RTNL();
	bfd->sock = NULL;
	if (!s || --s->users)
		return;

	list_del(&s->list);
	udp_tunnel_sock_release(s->sock);
	kfree_rcu(s, rcu);
}

/* ------------------------------------------------------------------- routes */

/* @source is an address of ours unless unset, and set to one then */
static struct dst_entry *route4(struct etrunk_net *en,
				const struct etrunk_bfd_encap *encap,
				const struct etrunk_addr *peer,
				struct etrunk_addr *source, int oif,
				__be16 sport)
{
	struct flowi4 fl4 = {
		.flowi4_oif = oif,
		.flowi4_proto = IPPROTO_UDP,
		.daddr = peer->v4,
		.saddr = source->v4,
		.fl4_sport = sport,
		.fl4_dport = htons(encap->port),
	};
	struct rtable *rt;

	rt = ip_route_output_flow(en->net, &fl4, NULL);
	if (IS_ERR(rt))
		return ERR_CAST(rt);
	if (rt->rt_type != RTN_UNICAST) {
		ip_rt_put(rt);
		return ERR_PTR(-EHOSTUNREACH);
	}
	source->family = AF_INET;
	source->v4 = fl4.saddr;
	return &rt->dst;
}

static struct dst_entry *route6(struct etrunk_net *en,
				const struct etrunk_bfd_encap *encap,
				const struct etrunk_addr *peer,
				struct etrunk_addr *source, int oif,
				__be16 sport)
{
	struct flowi6 fl6 = {
		.flowi6_oif = oif,
		.flowi6_proto = IPPROTO_UDP,
		.daddr = peer->v6,
		.saddr = source->v6,
		.fl6_sport = sport,
		.fl6_dport = htons(encap->port),
	};
	struct dst_entry *dst;
	struct rt6_info *rt;

	dst = ip6_dst_lookup_flow(en->net, NULL, &fl6, NULL);
	if (IS_ERR(dst))
		return dst;
	rt = container_of(dst, struct rt6_info, dst);
	if (rt->rt6i_flags & (RTF_LOCAL | RTF_REJECT | RTF_ANYCAST)) {
		dst_release(dst);
		return ERR_PTR(-EHOSTUNREACH);
	}
	/* unlike with IPv4, nobody else looks whether it is ours (yet) */
	if (!ipv6_chk_addr(en->net, &fl6.saddr, dst->dev, 0)) {
		dst_release(dst);
		return ERR_PTR(-EADDRNOTAVAIL);
	}
	source->family = AF_INET6;
	source->v6 = fl6.saddr;
	return dst;
}

static struct dst_entry *route(struct etrunk_net *en,
			       const struct etrunk_bfd_encap *encap,
			       const struct etrunk_addr *peer,
			       struct etrunk_addr *source, int oif,
			       __be16 sport)
{
	struct dst_entry *dst;

	if (peer->family == AF_INET6)
		dst = route6(en, encap, peer, source, oif, sport);
	else
		dst = route4(en, encap, peer, source, oif, sport);

	/*
	 * A VRF without a default route of its own falls through to the main
	 * table, where somebody else may have the peer's address.
	 */
	if (!IS_ERR(dst) && !encap->single_hop && oif &&
	    l3mdev_master_ifindex(dst->dev) != oif) {
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

static void push_udp(const struct etrunk_bfd_key *key, __be16 sport,
		     struct sk_buff *skb)
{
	struct udphdr *uh = skb_push(skb, sizeof(*uh));
	unsigned int len = skb->len;
	__wsum sum;

	skb_reset_transport_header(skb);
	uh->source = sport;
	uh->dest = htons(key->encap->port);
	uh->len = htons(len);
	uh->check = 0;
	sum = csum_partial(uh, len, 0);
	if (key->peer.family == AF_INET6)
		uh->check = csum_ipv6_magic(&key->source.v6, &key->peer.v6,
					    len, IPPROTO_UDP, sum);
	else
		uh->check = csum_tcpudp_magic(key->source.v4, key->peer.v4,
					      len, IPPROTO_UDP, sum);
	if (!uh->check)
		uh->check = CSUM_MANGLED_0;
}

static void push_ipv4(const struct etrunk_bfd_key *key, struct sk_buff *skb)
{
	struct iphdr *iph = skb_push(skb, sizeof(*iph));

	skb_reset_network_header(skb);
	memset(iph, 0, sizeof(*iph));
	iph->version = 4;
	iph->ihl = sizeof(*iph) >> 2;
	iph->tos = TOS_CS6;
	iph->frag_off = htons(IP_DF);
	iph->ttl = 255;
	iph->protocol = IPPROTO_UDP;
	iph->saddr = key->source.v4;
	iph->daddr = key->peer.v4;
	skb->protocol = htons(ETH_P_IP);
}

static void push_ipv6(const struct etrunk_bfd_key *key, struct sk_buff *skb)
{
	unsigned int len = skb->len;
	struct ipv6hdr *h = skb_push(skb, sizeof(*h));

	skb_reset_network_header(skb);
	ip6_flow_hdr(h, TOS_CS6, 0);
	h->payload_len = htons(len);
	h->nexthdr = IPPROTO_UDP;
	h->hop_limit = 255;
	h->saddr = key->source.v6;
	h->daddr = key->peer.v6;
	skb->protocol = htons(ETH_P_IPV6);
}

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
	push_udp(key, sport, skb);
	if (key->peer.family == AF_INET6)
		push_ipv6(key, skb);
	else
		push_ipv4(key, skb);
	skb->priority = TC_PRIO_CONTROL;
	/* a full connection table must not take the session down */
	nf_ct_set(skb, NULL, IP_CT_UNTRACKED);
}

static int udp_xmit(struct etrunk_bfd *bfd, const u8 *pdu, unsigned int len)
{
	unsigned int pad = READ_ONCE(bfd->cfg.padded_size);
	int scope = READ_ONCE(bfd->key.scope);
	struct dst_entry *dst;
	struct sk_buff *skb;
	unsigned int room;
	int err;

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

	if (bfd->key.peer.family == AF_INET6)
		err = ip6_local_out(bfd->en->net, NULL, skb);
	else
		err = ip_local_out(bfd->en->net, NULL, skb);
	/* the macro evaluates its argument twice */
	return net_xmit_eval(err);
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
