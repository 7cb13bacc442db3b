// SPDX-License-Identifier: GPL-2.0
/*
 * BFD over UDP: sockets, finding the session of a packet, and sending.
 *
 * The sockets exist from a namespace's first session of their kind to its last
 * and serve to own the port: every packet is taken by encap_rcv in softirq,
 * nothing is ever queued, so no flood can push another session's packets out.
 * Packets are sent past the sockets, by a cached route.
 */
#include <linux/jhash.h>
#include <linux/ip.h>
#include <linux/pkt_sched.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/route.h>
#include <net/udp.h>
#include <net/udp_tunnel.h>

#include "bfd.h"
#include "trace.h"

#define BFD_HASH_SIZE	1024
#define SPORTS		(ETRUNK_BFD_SPORT_MAX - ETRUNK_BFD_SPORT_MIN + 1)
/* internetwork control, and never fragmented */
#define TOS_CS6		0xc0

/**
 * struct bfd_port - one of the two UDP ports
 * @sock: NULL without sessions
 * @sessions: that use it
 */
struct bfd_port {
	struct socket *sock;
	unsigned int sessions;
};

/**
 * struct etrunk_bfd_net - BFD's part of a namespace
 * @single: port of single hop sessions, RTNL
 * @multi: port of multihop sessions, RTNL
 * @seed: of the hashes
 * @by_discr: sessions by local discriminator; RTNL to change, RCU to read
 * @by_addr: sessions by peer, source and device; the same
 * @sports: source ports in use, counted down from the highest; RTNL
 * @lock: protects @stats
 * @stats: of packets that belong to no session
 */
struct etrunk_bfd_net {
	struct bfd_port single;
	struct bfd_port multi;
	u32 seed;
	struct hlist_head by_discr[BFD_HASH_SIZE];
	struct hlist_head by_addr[BFD_HASH_SIZE];
	DECLARE_BITMAP(sports, SPORTS);
	spinlock_t lock;
	struct etrunk_bfd_stats stats;
};

/* ------------------------------------------------------------------- tables */

static struct hlist_head *discr_bucket(struct etrunk_bfd_net *bn, u32 discr)
{
	return &bn->by_discr[jhash_1word(discr, bn->seed) & (BFD_HASH_SIZE - 1)];
}

static u32 addr_hash(const struct etrunk_addr *addr, u32 seed)
{
	if (addr->family == AF_INET6)
		return jhash(&addr->v6, sizeof(addr->v6), seed);

	return jhash_1word((__force u32)addr->v4, seed);
}

static struct hlist_head *addr_bucket(struct etrunk_bfd_net *bn,
				      const struct etrunk_addr *peer,
				      const struct etrunk_addr *source,
				      int ifindex)
{
	u32 hash = jhash_3words(addr_hash(peer, bn->seed),
				addr_hash(source, bn->seed), ifindex, bn->seed);

	return &bn->by_addr[hash & (BFD_HASH_SIZE - 1)];
}

/**
 * etrunk_bfd_by_discr - find a session by its local discriminator
 * @en: namespace
 * @discr: as on the wire
 *
 * Return: the session or NULL. Under RCU or RTNL.
 */
struct etrunk_bfd *etrunk_bfd_by_discr(const struct etrunk_net *en, u32 discr)
{
	struct etrunk_bfd_net *bn = READ_ONCE(en->bfd);
	struct etrunk_bfd *bfd;

	if (!bn)
		return NULL;

	hlist_for_each_entry_rcu(bfd, discr_bucket(bn, discr), by_discr,
				 lockdep_rtnl_is_held()) {
		if (bfd->fsm.local_discr == discr)
			return bfd;
	}
	return NULL;
}

/**
 * etrunk_bfd_by_addr - find a session by its addresses
 * @en: namespace
 * @peer: peer
 * @source: ours
 * @ifindex: device of a single hop session, 0 for a multihop one
 *
 * Return: the session or NULL. Under RCU.
 */
struct etrunk_bfd *etrunk_bfd_by_addr(const struct etrunk_net *en,
				      const struct etrunk_addr *peer,
				      const struct etrunk_addr *source,
				      int ifindex)
{
	struct etrunk_bfd_net *bn = READ_ONCE(en->bfd);
	struct etrunk_bfd *bfd;

	if (!bn)
		return NULL;

	hlist_for_each_entry_rcu(bfd, addr_bucket(bn, peer, source, ifindex),
				 by_addr, lockdep_rtnl_is_held()) {
		if (READ_ONCE(bfd->ifindex) == ifindex &&
		    etrunk_addr_equal(&bfd->cfg.peer, peer) &&
		    etrunk_addr_equal(&bfd->cfg.source, source))
			return bfd;
	}
	return NULL;
}

/**
 * etrunk_bfd_hash_add - let packets find a session
 * @bfd: session
 */
void etrunk_bfd_hash_add(struct etrunk_bfd *bfd)
{
	struct etrunk_bfd_net *bn = bfd->en->bfd;

	ASSERT_RTNL();
	hlist_add_head_rcu(&bfd->by_discr,
			   discr_bucket(bn, bfd->fsm.local_discr));
	hlist_add_head_rcu(&bfd->by_addr,
			   addr_bucket(bn, &bfd->cfg.peer, &bfd->cfg.source,
				       bfd->ifindex));
}

/**
 * etrunk_bfd_hash_del - let no more packets find a session
 * @bfd: session; readers may see it until synchronize_net()
 */
void etrunk_bfd_hash_del(struct etrunk_bfd *bfd)
{
	ASSERT_RTNL();
	hlist_del_init_rcu(&bfd->by_discr);
	hlist_del_init_rcu(&bfd->by_addr);
}

/**
 * etrunk_bfd_hash_move - a session's device came or went
 * @bfd: single hop session
 * @ifindex: the device now, -1 = none
 */
void etrunk_bfd_hash_move(struct etrunk_bfd *bfd, int ifindex)
{
	ASSERT_RTNL();
	hlist_del_init_rcu(&bfd->by_addr);
	/* a reader that stands on the node must not walk into another chain */
	synchronize_net();
	WRITE_ONCE(bfd->ifindex, ifindex);
	hlist_add_head_rcu(&bfd->by_addr,
			   addr_bucket(bfd->en->bfd, &bfd->cfg.peer,
				       &bfd->cfg.source, ifindex));
}

/**
 * etrunk_bfd_sport_get - a source port of its own for a session (RFC 5881 4)
 * @en: namespace
 *
 * Return: the highest free port, 0 if none is left.
 */
__be16 etrunk_bfd_sport_get(struct etrunk_net *en)
{
	unsigned long bit;

	ASSERT_RTNL();
	bit = find_first_zero_bit(en->bfd->sports, SPORTS);
	if (bit >= SPORTS)
		return 0;

	__set_bit(bit, en->bfd->sports);
	return htons(ETRUNK_BFD_SPORT_MAX - bit);
}

/**
 * etrunk_bfd_sport_put - give a source port back
 * @en: namespace
 * @sport: from etrunk_bfd_sport_get()
 */
void etrunk_bfd_sport_put(struct etrunk_net *en, __be16 sport)
{
	ASSERT_RTNL();
	__clear_bit(ETRUNK_BFD_SPORT_MAX - ntohs(sport), en->bfd->sports);
}

/* ------------------------------------------------------------------ receive */

/*
 * A packet that fails is counted with the session it claims by its addresses,
 * where an operator will look; else with the namespace.
 */
static void drop(struct etrunk_net *en, struct etrunk_bfd *bfd,
		 enum etrunk_bfd_drop why)
{
	struct etrunk_bfd_net *bn = en->bfd;

	if (bfd) {
		etrunk_bfd_drop(bfd, why);
		return;
	}

	spin_lock(&bn->lock);
	bn->stats.drop[why]++;
	spin_unlock(&bn->lock);
	trace_etrunk_bfd_rx(NULL, NULL, why);
}

/*
 * Find the session of a packet (RFC 5880 6.8.6, 5881 3, 5883 4.1) and check
 * that it came the session's way. Your Discriminator alone selects a session;
 * the rest then keeps others from speaking for the peer.
 */
static enum etrunk_bfd_drop find_session(const struct etrunk_net *en,
					 const struct etrunk_bfd_pkt *pkt,
					 const struct etrunk_addr *peer,
					 const struct etrunk_addr *source,
					 int ifindex, u8 ttl,
					 struct etrunk_bfd **session)
{
	struct etrunk_bfd *bfd;

	/* the claimed one, for the counters, until a better one is found */
	*session = etrunk_bfd_by_addr(en, peer, source, ifindex);
	if (pkt->your_discr) {
		bfd = etrunk_bfd_by_discr(en, pkt->your_discr);
		if (!bfd)
			return ETRUNK_BFD_DROP_NO_SESSION;
		*session = bfd;
		if (!ifindex != !READ_ONCE(bfd->ifindex))
			return ETRUNK_BFD_DROP_PORT;
		if (ifindex != READ_ONCE(bfd->ifindex))
			return ETRUNK_BFD_DROP_INTERFACE;
		if (!etrunk_addr_equal(&bfd->cfg.peer, peer) ||
		    !etrunk_addr_equal(&bfd->cfg.source, source))
			return ETRUNK_BFD_DROP_ADDRESS;
	} else if (!*session) {
		return ETRUNK_BFD_DROP_NO_SESSION;
	}

	/* RFC 5881 5 (GTSM) */
	if (ttl < READ_ONCE((*session)->min_ttl))
		return ETRUNK_BFD_DROP_TTL;

	/* steps 10 and 11: no session uses authentication */
	if (pkt->flags & ETRUNK_BFD_AUTH)
		return ETRUNK_BFD_DROP_AUTH;

	return ETRUNK_BFD_DROP_NONE;
}

static int receive(struct sock *sk, struct sk_buff *skb)
{
	struct etrunk_net *en = rcu_dereference_sk_user_data(sk);
	const struct iphdr *iph = ip_hdr(skb);
	struct etrunk_addr peer = { .family = AF_INET };
	struct etrunk_addr source = { .family = AF_INET };
	struct etrunk_bfd *bfd = NULL;
	unsigned int payload, have;
	struct etrunk_bfd_pkt pkt;
	u8 buf[ETRUNK_BFD_PKT_LEN];
	enum etrunk_bfd_drop why;
	int ifindex = 0;
	const u8 *data;

	if (!en)
		goto out;

	if (inet_sk(sk)->inet_num == ETRUNK_BFD_PORT_SINGLE)
		ifindex = inet_iif(skb);
	peer.v4 = iph->saddr;
	source.v4 = iph->daddr;

	/* skb->data is at the UDP header, its length was checked */
	payload = skb->len - sizeof(struct udphdr);
	have = min_t(unsigned int, payload, sizeof(buf));
	data = skb_header_pointer(skb, sizeof(struct udphdr), have, buf);
	why = data ? etrunk_bfd_pkt_parse(&pkt, data, have, payload) :
		     ETRUNK_BFD_DROP_TRUNCATED;
	if (why)
		bfd = etrunk_bfd_by_addr(en, &peer, &source, ifindex);
	else
		why = find_session(en, &pkt, &peer, &source, ifindex, iph->ttl,
				   &bfd);

	if (why)
		drop(en, bfd, why);
	else
		etrunk_bfd_rx(bfd, &pkt);
out:
	consume_skb(skb);
	return 0;
}

/**
 * etrunk_bfd_udp_stats - counters of packets that belong to no session
 * @en: namespace
 * @stats: result
 */
void etrunk_bfd_udp_stats(struct etrunk_net *en, struct etrunk_bfd_stats *stats)
{
	struct etrunk_bfd_net *bn = en->bfd;

	ASSERT_RTNL();
	memset(stats, 0, sizeof(*stats));
	if (!bn)
		return;

	spin_lock_bh(&bn->lock);
	*stats = bn->stats;
	spin_unlock_bh(&bn->lock);
}

/* ------------------------------------------------------------------ sockets */

static struct bfd_port *port_of(struct etrunk_net *en, bool multihop)
{
	return multihop ? &en->bfd->multi : &en->bfd->single;
}

/**
 * etrunk_bfd_udp_open - a session needs its port
 * @en: namespace
 * @multihop: which
 * @extack: told why not
 *
 * Return: 0 or a negative errno, -EADDRINUSE if another BFD runs here.
 */
int etrunk_bfd_udp_open(struct etrunk_net *en, bool multihop,
			struct netlink_ext_ack *extack)
{
	u16 number = multihop ? ETRUNK_BFD_PORT_MULTI : ETRUNK_BFD_PORT_SINGLE;
	struct udp_port_cfg cfg = {
		.family = AF_INET,
		.local_udp_port = htons(number),
		.use_udp_checksums = true,
	};
	struct udp_tunnel_sock_cfg tunnel = {
		.sk_user_data = en,
		.encap_type = 1,
		.encap_rcv = receive,
	};
	struct bfd_port *port;
	int err;

	ASSERT_RTNL();
	if (!en->bfd) {
		struct etrunk_bfd_net *bn = kvzalloc(sizeof(*bn), GFP_KERNEL);

		if (!bn)
			return -ENOMEM;
		spin_lock_init(&bn->lock);
		bn->seed = get_random_u32();
		/* whoever sees it in softirq sees its lock and seed, too */
		smp_store_release(&en->bfd, bn);
	}

	port = port_of(en, multihop);
	if (!port->sessions) {
		err = udp_sock_create4(en->net, &cfg, &port->sock);
		if (err) {
			etrunk_nl_err(extack, NULL, err == -EADDRINUSE ?
				      "udp port %u is in use by another program" :
				      "udp port %u cannot be opened", number);
			return err;
		}
		setup_udp_tunnel_sock(en->net, port->sock, &tunnel);
	}
	port->sessions++;
	return 0;
}

/**
 * etrunk_bfd_udp_close - a session needs its port no more
 * @en: namespace
 * @multihop: which
 */
void etrunk_bfd_udp_close(struct etrunk_net *en, bool multihop)
{
	struct bfd_port *port = port_of(en, multihop);

	ASSERT_RTNL();
	if (--port->sessions)
		return;

	udp_tunnel_sock_release(port->sock);
	port->sock = NULL;
}

/**
 * etrunk_bfd_net_init - a namespace appears
 * @en: namespace
 *
 * Return: 0; everything comes with the first session.
 */
int etrunk_bfd_net_init(struct etrunk_net *en)
{
	return 0;
}

/**
 * etrunk_bfd_net_exit - a namespace goes, or the module
 * @en: namespace
 */
void etrunk_bfd_net_exit(struct etrunk_net *en)
{
	etrunk_bfd_destroy_all(en);
	kvfree(en->bfd);
	en->bfd = NULL;
}

/* --------------------------------------------------------------------- send */

static struct rtable *route(struct etrunk_net *en,
			    const struct etrunk_addr *peer, __be32 saddr,
			    int ifindex, __be16 sport, struct flowi4 *fl4)
{
	u16 dport = ifindex ? ETRUNK_BFD_PORT_SINGLE : ETRUNK_BFD_PORT_MULTI;
	struct rtable *rt;

	memset(fl4, 0, sizeof(*fl4));
	fl4->flowi4_oif = ifindex;
	fl4->flowi4_proto = IPPROTO_UDP;
	fl4->daddr = peer->v4;
	fl4->saddr = saddr;
	fl4->fl4_sport = sport;
	fl4->fl4_dport = htons(dport);

	rt = ip_route_output_flow(en->net, fl4, NULL);
	if (!IS_ERR(rt) && rt->rt_type != RTN_UNICAST) {
		ip_rt_put(rt);
		return ERR_PTR(-EHOSTUNREACH);
	}
	return rt;
}

/**
 * etrunk_bfd_udp_source - the address we would send to a peer from
 * @en: namespace
 * @peer: peer
 * @ifindex: by this device, 0 = by any
 * @source: result
 *
 * Return: 0 or a negative errno.
 */
int etrunk_bfd_udp_source(struct etrunk_net *en, const struct etrunk_addr *peer,
			  int ifindex, struct etrunk_addr *source)
{
	struct flowi4 fl4;
	struct rtable *rt;

	rt = route(en, peer, 0, ifindex, 0, &fl4);
	if (IS_ERR(rt))
		return PTR_ERR(rt);

	source->family = AF_INET;
	source->v4 = fl4.saddr;
	ip_rt_put(rt);
	return 0;
}

/* The session's route; a change of routes shows in dst_check(). */
static struct dst_entry *session_dst(struct etrunk_bfd *bfd, int ifindex)
{
	struct flowi4 fl4;
	struct rtable *rt;

	if (bfd->dst) {
		if (dst_check(bfd->dst, 0))
			return bfd->dst;
		dst_release(bfd->dst);
		bfd->dst = NULL;
	}

	rt = route(bfd->en, &bfd->cfg.peer, bfd->cfg.source.v4, ifindex,
		   bfd->sport, &fl4);
	if (IS_ERR(rt))
		return ERR_CAST(rt);

	bfd->dst = &rt->dst;
	return bfd->dst;
}

/**
 * etrunk_bfd_udp_xmit - send a packet of a session
 * @bfd: session; caller has tx_busy
 * @payload: ETRUNK_BFD_PKT_LEN octets
 *
 * BH off, under RCU. Return: 0 or an error.
 */
int etrunk_bfd_udp_xmit(struct etrunk_bfd *bfd, const u8 *payload)
{
	const unsigned int len = sizeof(struct udphdr) + ETRUNK_BFD_PKT_LEN;
	int ifindex = READ_ONCE(bfd->ifindex);
	struct dst_entry *dst;
	struct sk_buff *skb;
	struct udphdr *uh;
	struct iphdr *iph;
	int err;

	if (ifindex < 0)
		return -ENODEV;

	dst = session_dst(bfd, ifindex);
	if (IS_ERR(dst))
		return PTR_ERR(dst);

	skb = alloc_skb(LL_RESERVED_SPACE(dst->dev) + sizeof(*iph) + len +
			dst->dev->needed_tailroom, GFP_ATOMIC);
	if (!skb)
		return -ENOMEM;

	skb_reserve(skb, LL_RESERVED_SPACE(dst->dev) + sizeof(*iph));
	skb_reset_transport_header(skb);
	uh = skb_put(skb, sizeof(*uh));
	skb_put_data(skb, payload, ETRUNK_BFD_PKT_LEN);
	uh->source = bfd->sport;
	uh->dest = htons(ifindex ? ETRUNK_BFD_PORT_SINGLE :
				   ETRUNK_BFD_PORT_MULTI);
	uh->len = htons(len);
	uh->check = 0;
	uh->check = csum_tcpudp_magic(bfd->cfg.source.v4, bfd->cfg.peer.v4, len,
				      IPPROTO_UDP, csum_partial(uh, len, 0)) ?:
		    CSUM_MANGLED_0;

	skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	iph = ip_hdr(skb);
	memset(iph, 0, sizeof(*iph));
	iph->version = 4;
	iph->ihl = sizeof(*iph) >> 2;
	iph->tos = TOS_CS6;
	iph->frag_off = htons(IP_DF);
	iph->ttl = 255;
	iph->protocol = IPPROTO_UDP;
	iph->saddr = bfd->cfg.source.v4;
	iph->daddr = bfd->cfg.peer.v4;

	skb->protocol = htons(ETH_P_IP);
	skb->priority = TC_PRIO_CONTROL;
	skb_dst_set(skb, dst_clone(dst));
	/* a full connection table must not take the session down */
	nf_ct_set(skb, NULL, IP_CT_UNTRACKED);

	err = ip_local_out(bfd->en->net, NULL, skb);
	/* the macro evaluates its argument twice */
	return net_xmit_eval(err);
}
