// SPDX-License-Identifier: GPL-2.0
/*
 * UDP sockets and packets of the module's protocols.
 *
 * A socket exists from the first who needs it to the last and serves to own the
 * port, one for each family and VRF: every packet is taken by encap_rcv in
 * softirq, nothing is ever queued. Packets are sent past the sockets.
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

#include "udp.h"

/* internetwork control */
#define TOS_CS6		0xc0

/* ------------------------------------------------------------------ sockets */

/*
 * Ports conflict between a VRF and no VRF unless both sockets allow it. Ours
 * do while another one of ours is bound, and only then: a daemon that holds
 * the port, or wants it, is told so.
 */
static void allow_each_other(const struct list_head *socks,
			     const struct etrunk_udp_sock *new,
			     unsigned char reuse)
{
	struct etrunk_udp_sock *s;

	list_for_each_entry(s, socks, list) {
		if (s->want.port == new->want.port &&
		    s->want.family == new->want.family)
			s->sock->sk->sk_reuse = reuse;
	}
	new->sock->sk->sk_reuse = reuse;
}

static int bind_sock(const struct etrunk_udp_sock *s)
{
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(s->want.port),
	};
	struct sockaddr_in in4 = {
		.sin_family = AF_INET,
		.sin_port = htons(s->want.port),
	};
	int err;

	if (s->want.vrf) {
		err = sock_bindtoindex(s->sock->sk, s->want.vrf, true);
		if (err)
			return err;
	}
	if (s->want.family == AF_INET)
		return kernel_bind(s->sock, (struct sockaddr *)&in4,
				   sizeof(in4));

	err = ip6_sock_set_v6only(s->sock->sk);
	if (err)
		return err;
	return kernel_bind(s->sock, (struct sockaddr *)&in6, sizeof(in6));
}

static int create_sock(struct list_head *socks, struct etrunk_udp_sock *s)
{
	struct udp_tunnel_sock_cfg tunnel = {
		.sk_user_data = s,
		.encap_type = 1,
		.encap_rcv = s->want.rcv,
	};
	int err;

	err = sock_create_kern(s->en->net, s->want.family, SOCK_DGRAM,
			       IPPROTO_UDP, &s->sock);
	if (err)
		return err;

	allow_each_other(socks, s, SK_CAN_REUSE);
	err = bind_sock(s);
	allow_each_other(socks, s, SK_NO_REUSE);
	if (err) {
		sock_release(s->sock);
		return err;
	}

	setup_udp_tunnel_sock(s->en->net, s->sock, &tunnel);
	return 0;
}

/**
 * etrunk_udp_find - the socket for some packets, if there is one
 * @socks: where to look
 * @want: which packets
 *
 * Under RTNL. Return: the socket or NULL.
 */
struct etrunk_udp_sock *etrunk_udp_find(const struct list_head *socks,
					const struct etrunk_udp_want *want)
{
	struct etrunk_udp_sock *s;

	ASSERT_RTNL();
	list_for_each_entry(s, socks, list) {
		if (s->want.port == want->port &&
		    s->want.family == want->family &&
		    s->want.vrf == want->vrf)
			return s;
	}
	return NULL;
}

/**
 * etrunk_udp_get - one more needs some packets
 * @en: namespace
 * @socks: sockets of the same purpose
 * @want: which packets
 * @extack: told if the port is in use
 *
 * Under RTNL. Return: the socket, to be put, or an ERR_PTR.
 */
struct etrunk_udp_sock *etrunk_udp_get(struct etrunk_net *en,
				       struct list_head *socks,
				       const struct etrunk_udp_want *want,
				       struct netlink_ext_ack *extack)
{
	struct etrunk_udp_sock *s = etrunk_udp_find(socks, want);
	int err;

	if (s) {
		s->users++;
		return s;
	}

	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return ERR_PTR(-ENOMEM);

	s->en = en;
	s->want = *want;
	s->users = 1;
	err = create_sock(socks, s);
	if (err) {
		etrunk_nl_err(extack, NULL, err == -EADDRINUSE ?
			      "udp port %u is in use by another program" :
			      "udp port %u cannot be opened", want->port);
		kfree(s);
		return ERR_PTR(err);
	}
	list_add(&s->list, socks);
	return s;
}

/**
 * etrunk_udp_put - one less needs a socket
 * @s: the socket; may be NULL
 *
 * Under RTNL.
 */
void etrunk_udp_put(struct etrunk_udp_sock *s)
{
	ASSERT_RTNL();
	if (!s || --s->users)
		return;

	list_del(&s->list);
	udp_tunnel_sock_release(s->sock);
	kfree_rcu(s, rcu);
}

/**
 * etrunk_udp_vrf - the VRF that a packet came in by
 * @skb: received packet
 * @family: of its addresses
 *
 * In a VRF the packet's device has become the VRF's, and the one that it came
 * in by is the secondary one. Return: device index, 0 = none.
 */
int etrunk_udp_vrf(const struct sk_buff *skb, u16 family)
{
	int sdif = family == AF_INET6 ? inet6_sdif(skb) : inet_sdif(skb);

	return sdif ? skb->dev->ifindex : 0;
}

/* ------------------------------------------------------------------- routes */

/* @source is an address of ours unless unset, and set to one then */
static struct dst_entry *route4(struct etrunk_net *en,
				const struct etrunk_addr *peer,
				struct etrunk_addr *source, int oif,
				__be16 sport, __be16 dport)
{
	struct flowi4 fl4 = {
		.flowi4_oif = oif,
		.flowi4_proto = IPPROTO_UDP,
		.daddr = peer->v4,
		.saddr = source->v4,
		.fl4_sport = sport,
		.fl4_dport = dport,
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
				const struct etrunk_addr *peer,
				struct etrunk_addr *source, int oif,
				__be16 sport, __be16 dport)
{
	struct flowi6 fl6 = {
		.flowi6_oif = oif,
		.flowi6_proto = IPPROTO_UDP,
		.daddr = peer->v6,
		.saddr = source->v6,
		.fl6_sport = sport,
		.fl6_dport = dport,
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

/**
 * etrunk_udp_route - find the way to a peer
 * @en: namespace
 * @peer: its address
 * @source: an address of ours, or unset, and set to one then
 * @oif: device of it or of its VRF, 0 = any
 * @sport: source port
 * @dport: destination port
 *
 * Return: the route, to be released, or an ERR_PTR.
 */
struct dst_entry *etrunk_udp_route(struct etrunk_net *en,
				   const struct etrunk_addr *peer,
				   struct etrunk_addr *source, int oif,
				   __be16 sport, __be16 dport)
{
	if (peer->family == AF_INET6)
		return route6(en, peer, source, oif, sport, dport);
	return route4(en, peer, source, oif, sport, dport);
}

/**
 * etrunk_udp_in_vrf - does a route stay in its VRF?
 * @dst: the route
 * @vrf: device index of the VRF, 0 = none
 *
 * A VRF without a default route of its own falls through to the main table,
 * where somebody else may have the peer's address.
 */
bool etrunk_udp_in_vrf(const struct dst_entry *dst, int vrf)
{
	return !vrf || l3mdev_master_ifindex(dst->dev) == vrf;
}

/* --------------------------------------------------------------------- send */

static void push_udp(struct sk_buff *skb, const struct etrunk_addr *peer,
		     const struct etrunk_addr *source, __be16 sport,
		     __be16 dport)
{
	struct udphdr *uh = skb_push(skb, sizeof(*uh));
	unsigned int len = skb->len;
	__wsum sum;

	skb_reset_transport_header(skb);
	uh->source = sport;
	uh->dest = dport;
	uh->len = htons(len);
	uh->check = 0;
	sum = csum_partial(uh, len, 0);
	if (peer->family == AF_INET6)
		uh->check = csum_ipv6_magic(&source->v6, &peer->v6, len,
					    IPPROTO_UDP, sum);
	else
		uh->check = csum_tcpudp_magic(source->v4, peer->v4, len,
					      IPPROTO_UDP, sum);
	if (!uh->check)
		uh->check = CSUM_MANGLED_0;
}

static void push_ipv4(struct sk_buff *skb, const struct etrunk_addr *peer,
		      const struct etrunk_addr *source)
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
	iph->saddr = source->v4;
	iph->daddr = peer->v4;
	skb->protocol = htons(ETH_P_IP);
}

static void push_ipv6(struct sk_buff *skb, const struct etrunk_addr *peer,
		      const struct etrunk_addr *source)
{
	unsigned int len = skb->len;
	struct ipv6hdr *h = skb_push(skb, sizeof(*h));

	skb_reset_network_header(skb);
	ip6_flow_hdr(h, TOS_CS6, 0);
	h->payload_len = htons(len);
	h->nexthdr = IPPROTO_UDP;
	h->hop_limit = 255;
	h->saddr = source->v6;
	h->daddr = peer->v6;
	skb->protocol = htons(ETH_P_IPV6);
}

/**
 * etrunk_udp_push - put UDP and IP before a payload
 * @skb: payload, with room
 * @peer: destination
 * @source: source
 * @sport: source port
 * @dport: destination port
 *
 * The packet is not to be fragmented. IPv4's length and checksum are left out.
 */
void etrunk_udp_push(struct sk_buff *skb, const struct etrunk_addr *peer,
		     const struct etrunk_addr *source, __be16 sport,
		     __be16 dport)
{
	push_udp(skb, peer, source, sport, dport);
	if (peer->family == AF_INET6)
		push_ipv6(skb, peer, source);
	else
		push_ipv4(skb, peer, source);
	skb->priority = TC_PRIO_CONTROL;
	/* a full connection table must not take the peer away */
	nf_ct_set(skb, NULL, IP_CT_UNTRACKED);
}

/**
 * etrunk_udp_may_fragment - let a packet be fragmented on its way
 * @en: namespace
 * @skb: with all headers and a route
 * @family: of its addresses
 */
void etrunk_udp_may_fragment(struct etrunk_net *en, struct sk_buff *skb,
			     u16 family)
{
	if (family == AF_INET6) {
		skb->ignore_df = true;
	} else {
		ip_hdr(skb)->frag_off = 0;
		__ip_select_ident(en->net, ip_hdr(skb), 1);
	}
}

/**
 * etrunk_udp_out - send a packet
 * @en: namespace
 * @family: of its addresses
 * @skb: with all headers and a route
 *
 * Return: 0 or an error.
 */
int etrunk_udp_out(struct etrunk_net *en, u16 family, struct sk_buff *skb)
{
	int err;

	if (family == AF_INET6)
		err = ip6_local_out(en->net, NULL, skb);
	else
		err = ip_local_out(en->net, NULL, skb);
	/* the macro evaluates its argument twice */
	return net_xmit_eval(err);
}
