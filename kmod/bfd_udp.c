// SPDX-License-Identifier: GPL-2.0
/*
 * BFD over UDP: single hop and multihop sessions.
 *
 * A socket exists from the first session that needs it to the last and serves
 * to own the port: every packet is taken by encap_rcv in softirq, nothing is
 * ever queued, so no flood can push another session's packets out. Packets are
 * sent past the sockets, by a cached route.
 */
#include <linux/ip.h>
#include <linux/pkt_sched.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/ip.h>
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
 * @sock: the socket
 * @users: sessions that need it
 * @rcu: for freeing
 */
struct etrunk_bfd_sock {
	struct list_head list;
	struct etrunk_net *en;
	const struct etrunk_bfd_encap *encap;
	struct socket *sock;
	unsigned int users;
	struct rcu_head rcu;
};

/* ------------------------------------------------------------------ receive */

static int receive(struct sock *sk, struct sk_buff *skb)
{
	const struct etrunk_bfd_sock *s = rcu_dereference_sk_user_data(sk);
	const struct iphdr *iph = ip_hdr(skb);
	struct etrunk_bfd_meta meta;
	u8 buf[ETRUNK_BFD_RX_MAX];
	unsigned int payload, have;
	const u8 *pdu;

	if (!s)
		goto out;

	memset(&meta, 0, sizeof(meta));
	meta.en = s->en;
	meta.key.encap = s->encap;
	meta.key.peer.family = AF_INET;
	meta.key.peer.v4 = iph->saddr;
	meta.key.source.family = AF_INET;
	meta.key.source.v4 = iph->daddr;
	meta.ttl = iph->ttl;
	if (s->encap->single_hop)
		meta.key.scope = inet_iif(skb);

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

static int udp_open(struct etrunk_bfd *bfd, struct netlink_ext_ack *extack)
{
	const struct etrunk_bfd_encap *encap = bfd->key.encap;
	struct etrunk_net *en = bfd->en;
	struct udp_port_cfg cfg = {
		.family = AF_INET,
		.local_udp_port = htons(encap->port),
		.use_udp_checksums = true,
	};
	struct udp_tunnel_sock_cfg tunnel = {
		.encap_type = 1,
		.encap_rcv = receive,
	};
	struct etrunk_bfd_sock *s;
	int err;

	ASSERT_RTNL();
	list_for_each_entry(s, &en->bfd_socks, list) {
		if (s->encap == encap) {
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
	s->users = 1;
	err = udp_sock_create(en->net, &cfg, &s->sock);
	if (err) {
		etrunk_nl_err(extack, NULL, err == -EADDRINUSE ?
			      "udp port %u is in use by another program" :
			      "udp port %u cannot be opened", encap->port);
		kfree(s);
		return err;
	}
	tunnel.sk_user_data = s;
	setup_udp_tunnel_sock(en->net, s->sock, &tunnel);
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

static struct rtable *route(struct etrunk_net *en,
			    const struct etrunk_bfd_encap *encap,
			    const struct etrunk_addr *peer, __be32 saddr,
			    int oif, __be16 sport, struct flowi4 *fl4)
{
	struct rtable *rt;

	memset(fl4, 0, sizeof(*fl4));
	fl4->flowi4_oif = oif;
	fl4->flowi4_proto = IPPROTO_UDP;
	fl4->daddr = peer->v4;
	fl4->saddr = saddr;
	fl4->fl4_sport = sport;
	fl4->fl4_dport = htons(encap->port);

	rt = ip_route_output_flow(en->net, fl4, NULL);
	if (!IS_ERR(rt) && rt->rt_type != RTN_UNICAST) {
		ip_rt_put(rt);
		return ERR_PTR(-EHOSTUNREACH);
	}
	return rt;
}

static int udp_source(struct etrunk_net *en, struct etrunk_bfd_cfg *cfg)
{
	struct flowi4 fl4;
	struct rtable *rt;

	rt = route(en, cfg->encap, &cfg->peer, 0, cfg->ifindex, 0, &fl4);
	if (IS_ERR(rt))
		return PTR_ERR(rt);

	cfg->source.family = AF_INET;
	cfg->source.v4 = fl4.saddr;
	ip_rt_put(rt);
	return 0;
}

/* The session's route; a change of routes shows in dst_check(). */
static struct dst_entry *session_dst(struct etrunk_bfd *bfd, int oif)
{
	struct flowi4 fl4;
	struct rtable *rt;

	if (bfd->dst) {
		if (dst_check(bfd->dst, 0))
			return bfd->dst;
		dst_release(bfd->dst);
		bfd->dst = NULL;
	}

	rt = route(bfd->en, bfd->key.encap, &bfd->key.peer,
		   bfd->key.source.v4, oif, bfd->sport, &fl4);
	if (IS_ERR(rt))
		return ERR_CAST(rt);

	bfd->dst = &rt->dst;
	return bfd->dst;
}

/* --------------------------------------------------------------------- send */

static void push_udp(struct etrunk_bfd *bfd, struct sk_buff *skb)
{
	struct udphdr *uh = skb_push(skb, sizeof(*uh));
	unsigned int len = skb->len;

	skb_reset_transport_header(skb);
	uh->source = bfd->sport;
	uh->dest = htons(bfd->key.encap->port);
	uh->len = htons(len);
	uh->check = 0;
	uh->check = csum_tcpudp_magic(bfd->key.source.v4, bfd->key.peer.v4, len,
				      IPPROTO_UDP, csum_partial(uh, len, 0)) ?:
		    CSUM_MANGLED_0;
}

static void push_ipv4(struct etrunk_bfd *bfd, struct sk_buff *skb)
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
	iph->saddr = bfd->key.source.v4;
	iph->daddr = bfd->key.peer.v4;
	skb->protocol = htons(ETH_P_IP);
}

static int udp_xmit(struct etrunk_bfd *bfd, const u8 *pdu, unsigned int len)
{
	int scope = READ_ONCE(bfd->key.scope);
	struct dst_entry *dst;
	struct sk_buff *skb;
	unsigned int room;
	int err;

	if (scope == ETRUNK_BFD_NOWHERE)
		return -ENODEV;

	dst = session_dst(bfd, scope);
	if (IS_ERR(dst))
		return PTR_ERR(dst);

	room = LL_RESERVED_SPACE(dst->dev) + sizeof(struct iphdr) +
	       sizeof(struct udphdr);
	skb = alloc_skb(room + len + dst->dev->needed_tailroom, GFP_ATOMIC);
	if (!skb)
		return -ENOMEM;

	skb_reserve(skb, room);
	skb_put_data(skb, pdu, len);
	push_udp(bfd, skb);
	push_ipv4(bfd, skb);

	skb->priority = TC_PRIO_CONTROL;
	skb_dst_set(skb, dst_clone(dst));
	/* a full connection table must not take the session down */
	nf_ct_set(skb, NULL, IP_CT_UNTRACKED);

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
	return 0;
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
