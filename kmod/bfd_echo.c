// SPDX-License-Identifier: GPL-2.0
/*
 * BFD echo packets (RFC 5880 6.4, RFC 5881 4) of single hop sessions: ours go
 * to the peer's MAC address with our own IP address as source and destination,
 * so that the peer's forwarding sends them back; the peer's are turned round
 * here.
 *
 * Both come to a netdev ingress hook, on devices where a session has echo: to
 * the IP stack a packet from one of its own addresses is a martian, and whether
 * it forwards anything, accepts such sources or sends redirects is not to
 * matter. The hook comes after all others there: what a filter drops has not
 * passed. A packet is one of ours if it goes to our address, has our payload
 * and a digest that only we can make. It is the peer's if it
 *
 *  - goes to the peer's address, as ours do; it is sent back as it is, or
 *  - goes from the peer's address to ours, as some send them; then addresses
 *    and ports change places as well.
 *
 * Either way one packet makes one packet of the same length, back to where it
 * came from, with TTL 254; only those with TTL 255 are looped, so none is twice.
 *
 * A session that had echo keeps its place there until it or its device goes.
 *
 * Who may still be running when a session's echo ends: the hook, which found
 * the session under RCU. It is unlinked, then synchronize_net() waits for it.
 */
#include <linux/hashtable.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter_netdev.h>
#include <linux/pkt_sched.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/neighbour.h>

#include "bfd.h"
#include "trace.h"

#define PEER_BITS	6
#define TTL_SENT	255
#define TTL_BACK	(TTL_SENT - 1)

/**
 * struct etrunk_bfd_echo_hook - sessions with echo on a device
 * @list: in etrunk_net.bfd_echo_hooks, RTNL
 * @en: namespace
 * @ops: the hook; @ops.dev is the device
 * @users: sessions, RTNL
 * @by_peer: sessions by their peer's address; changed under RTNL, read under RCU
 */
struct etrunk_bfd_echo_hook {
	struct list_head list;
	struct etrunk_net *en;
	struct nf_hook_ops ops;
	unsigned int users;
	DECLARE_HASHTABLE(by_peer, PEER_BITS);
};

static u32 addr_key(const struct etrunk_addr *addr)
{
	if (addr->family == AF_INET6)
		return ipv6_addr_hash(&addr->v6);

	return (__force u32)addr->v4;
}

/* ------------------------------------------------------------------ receive */

static void refuse(struct etrunk_bfd *bfd, enum etrunk_bfd_echo_drop why)
{
	trace_etrunk_bfd_echo(bfd, "back", why);
	spin_lock(&bfd->lock);
	bfd->stats.echo_drop[why]++;
	spin_unlock(&bfd->lock);
}

/* The session whose peer sent this, if any. */
static struct etrunk_bfd *find_looped(struct etrunk_bfd_echo_hook *hook,
				      const struct etrunk_addr *from,
				      const struct etrunk_addr *to,
				      bool *exchange)
{
	struct etrunk_bfd *bfd;

	*exchange = false;
	hash_for_each_possible_rcu(hook->by_peer, bfd, echo.node,
				   addr_key(to)) {
		if (etrunk_addr_equal(&bfd->key.peer, to))
			return bfd;
	}
	*exchange = true;
	hash_for_each_possible_rcu(hook->by_peer, bfd, echo.node,
				   addr_key(from)) {
		if (etrunk_addr_equal(&bfd->key.peer, from) &&
		    etrunk_addr_equal(&bfd->key.source, to))
			return bfd;
	}
	return NULL;
}

static void exchange_ends(struct sk_buff *skb, bool ipv6)
{
	struct udphdr *uh;

	/* neither sum depends on the order of what changes places */
	if (ipv6) {
		swap(ipv6_hdr(skb)->saddr, ipv6_hdr(skb)->daddr);
		uh = (struct udphdr *)(ipv6_hdr(skb) + 1);
	} else {
		swap(ip_hdr(skb)->saddr, ip_hdr(skb)->daddr);
		uh = (struct udphdr *)(ip_hdr(skb) + 1);
	}
	swap(uh->source, uh->dest);
}

/*
 * Send a copy of a packet back where it came from: taps and others may hold
 * the packet itself. Its length was checked.
 */
static bool turn_round(const struct sk_buff *skb,
		       const struct etrunk_bfd_echo_frame *frame, bool exchange)
{
	struct net_device *dev = skb->dev;
	const void *to = NULL;
	struct sk_buff *copy;

	if (dev->type == ARPHRD_ETHER) {
		to = eth_hdr(skb)->h_source;
		if (!is_valid_ether_addr(to))
			return false;
	}

	copy = alloc_skb(LL_RESERVED_SPACE(dev) + frame->len +
			 dev->needed_tailroom, GFP_ATOMIC);
	if (!copy)
		return false;

	skb_reserve(copy, LL_RESERVED_SPACE(dev));
	skb_reset_network_header(copy);
	if (skb_copy_bits(skb, 0, skb_put(copy, frame->len), frame->len))
		goto drop;
	/* a sender on this machine may have left its checksum to the wire */
	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    !skb_partial_csum_set(copy, skb_checksum_start_offset(skb),
				  skb->csum_offset))
		goto drop;

	if (frame->ipv6)
		ipv6_hdr(copy)->hop_limit--;
	else
		ip_decrease_ttl(ip_hdr(copy));
	if (exchange)
		exchange_ends(copy, frame->ipv6);

	copy->dev = dev;
	copy->protocol = skb->protocol;
	copy->priority = TC_PRIO_CONTROL;
	if (dev_hard_header(copy, dev, ntohs(skb->protocol), to, dev->dev_addr,
			    copy->len) < 0)
		goto drop;
	dev_queue_xmit(copy);
	return true;

drop:
	kfree_skb(copy);
	return false;
}

static enum etrunk_bfd_echo_drop may_loop(const struct etrunk_bfd *bfd,
					  const struct etrunk_bfd_echo_frame *f,
					  const struct etrunk_addr *from,
					  bool exchange)
{
	if (f->ttl != TTL_SENT)
		return ETRUNK_BFD_ECHO_TTL;
	if (!exchange && etrunk_addr_equal(from, &bfd->key.source))
		return ETRUNK_BFD_ECHO_ADDRESS;
	if (bfd->dead ||
	    (!bfd->fsm.cfg.echo_us &&
	     ktime_get_ns() >= bfd->echo.loop_until) ||
	    (bfd->fsm.state != ETRUNK_BFD_UP &&
	     bfd->fsm.state != ETRUNK_BFD_INIT))
		return ETRUNK_BFD_ECHO_STATE;
	return ETRUNK_BFD_ECHO_OK;
}

static void peers_echo(struct etrunk_bfd *bfd, const struct sk_buff *skb,
		       const struct etrunk_bfd_echo_frame *frame,
		       enum etrunk_bfd_echo_drop bad,
		       const struct etrunk_addr *from, bool exchange)
{
	spin_lock(&bfd->lock);
	if (!bad)
		bad = may_loop(bfd, frame, from, exchange);
	if (bad)
		bfd->stats.echo_drop[bad]++;
	spin_unlock(&bfd->lock);
	trace_etrunk_bfd_echo(bfd, "looped", bad);
	if (bad || !turn_round(skb, frame, exchange))
		return;

	spin_lock(&bfd->lock);
	bfd->stats.echo_looped++;
	spin_unlock(&bfd->lock);
}

/* Ours, if the digest says so, and the session is the one it names. */
static void own_echo(struct etrunk_bfd *bfd, u8 ttl,
		     const struct etrunk_addr *from, const u8 *payload,
		     const struct etrunk_bfd_echo_pdu *pdu)
{
	enum etrunk_bfd_echo_drop bad;

	if (ttl < bfd->key.encap->echo->min_ttl) {
		refuse(bfd, ETRUNK_BFD_ECHO_TTL);
		return;
	}
	if (!etrunk_addr_equal(from, &bfd->key.source)) {
		refuse(bfd, ETRUNK_BFD_ECHO_ADDRESS);
		return;
	}
	if (!etrunk_bfd_echo_signed(payload, siphash(payload,
						     ETRUNK_BFD_ECHO_SIGNED,
						     &bfd->echo.key))) {
		refuse(bfd, ETRUNK_BFD_ECHO_DIGEST);
		return;
	}

	spin_lock(&bfd->lock);
	bad = etrunk_bfd_echo_came_back(&bfd->echo.fsm, pdu, bfd->fsm.cfg.mult,
					ktime_get_ns());
	if (bad)
		bfd->stats.echo_drop[bad]++;
	else
		bfd->stats.echo_rx++;
	spin_unlock(&bfd->lock);
	trace_etrunk_bfd_echo(bfd, "back", bad);
}

static void get_addresses(const u8 *head, bool ipv6, struct etrunk_addr *from,
			  struct etrunk_addr *to)
{
	memset(from, 0, sizeof(*from));
	memset(to, 0, sizeof(*to));
	if (ipv6) {
		from->family = AF_INET6;
		to->family = AF_INET6;
		memcpy(&from->v6, head + offsetof(struct ipv6hdr, saddr),
		       sizeof(from->v6));
		memcpy(&to->v6, head + offsetof(struct ipv6hdr, daddr),
		       sizeof(to->v6));
	} else {
		from->family = AF_INET;
		to->family = AF_INET;
		memcpy(&from->v4, head + offsetof(struct iphdr, saddr),
		       sizeof(from->v4));
		memcpy(&to->v4, head + offsetof(struct iphdr, daddr),
		       sizeof(to->v4));
	}
}

/* The session of this device that a payload says to be of. */
static struct etrunk_bfd *find_own(const struct etrunk_bfd_echo_hook *hook,
				   const struct etrunk_addr *to, u32 discr)
{
	struct etrunk_bfd *bfd = etrunk_bfd_by_discr(hook->en, discr);

	if (!bfd || !bfd->key.encap->echo ||
	    READ_ONCE(bfd->key.scope) != hook->ops.dev->ifindex ||
	    !etrunk_addr_equal(&bfd->key.source, to))
		return NULL;
	return bfd;
}

/* An echo packet; true if it is taken, for good or bad. */
static bool take(struct etrunk_bfd_echo_hook *hook, const struct sk_buff *skb,
		 const u8 *head, const struct etrunk_bfd_echo_frame *frame,
		 enum etrunk_bfd_echo_drop bad)
{
	const u8 *payload = head + frame->payload;
	struct etrunk_addr from, to;
	struct etrunk_bfd_echo_pdu pdu;
	struct etrunk_bfd *bfd;
	bool exchange;

	get_addresses(head, frame->ipv6, &from, &to);
	if (skb->pkt_type != PACKET_HOST || skb_is_gso(skb))
		bad = ETRUNK_BFD_ECHO_FRAME;
	if (!bad && etrunk_bfd_echo_read(payload, frame->len - frame->payload,
					 &pdu)) {
		bfd = find_own(hook, &to, pdu.discr);
		if (bfd) {
			own_echo(bfd, frame->ttl, &from, payload, &pdu);
			return true;
		}
	}
	bfd = find_looped(hook, &from, &to, &exchange);
	if (bfd)
		peers_echo(bfd, skb, frame, bad, &from, exchange);
	return bfd;
}

static unsigned int ingress(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	struct etrunk_bfd_echo_hook *hook = priv;
	struct etrunk_bfd_echo_frame frame;
	enum etrunk_bfd_echo_drop bad;
	u8 buf[ETRUNK_BFD_ECHO_HEAD];
	unsigned int have;
	const u8 *head;

	if (skb->protocol != htons(ETH_P_IP) &&
	    skb->protocol != htons(ETH_P_IPV6))
		return NF_ACCEPT;
	/* goes to a VLAN's device, which has a hook if it has a session */
	if (skb_vlan_tag_present(skb) && skb_vlan_tag_get_id(skb))
		return NF_ACCEPT;

	have = min_t(unsigned int, skb->len, sizeof(buf));
	head = skb_header_pointer(skb, 0, have, buf);
	if (!head ||
	    !etrunk_bfd_echo_parse(head, have, skb->len,
				   skb->protocol == htons(ETH_P_IPV6), &frame,
				   &bad) ||
	    !take(hook, skb, head, &frame, bad))
		return NF_ACCEPT;

	consume_skb(skb);
	return NF_STOLEN;
}

/* --------------------------------------------------------------------- send */

/**
 * etrunk_bfd_echo_make - the echo packet to send now
 * @bfd: session, under its lock
 * @buf: ETRUNK_BFD_ECHO_LEN octets
 * @now: ns
 *
 * Return: its length, 0 if none is to go any more.
 */
unsigned int etrunk_bfd_echo_make(struct etrunk_bfd *bfd, u8 *buf, u64 now)
{
	struct etrunk_bfd_echo_pdu pdu = {
		.discr = bfd->fsm.local_discr,
		.time = now,
	};

	lockdep_assert_held(&bfd->lock);
	if (!bfd->echo.fsm.us)
		return 0;

	pdu.number = etrunk_bfd_echo_sent(&bfd->echo.fsm);
	etrunk_bfd_echo_build(buf, &pdu);
	etrunk_bfd_echo_sign(buf, siphash(buf, ETRUNK_BFD_ECHO_SIGNED,
					  &bfd->echo.key));
	return ETRUNK_BFD_ECHO_LEN;
}

/* By the neighbour of the session's route: the address is no way to go by. */
static int echo_xmit(struct etrunk_bfd *bfd, const u8 *pdu, unsigned int len)
{
	const struct etrunk_bfd_key self = {
		.encap = bfd->key.encap->echo,
		.peer = bfd->key.source,
		.source = bfd->key.source,
	};
	const struct etrunk_addr *peer = &bfd->key.peer;
	int scope = READ_ONCE(bfd->key.scope);
	struct neighbour *neigh;
	struct dst_entry *dst;
	struct sk_buff *skb;
	unsigned int room;
	int err;

	if (scope == ETRUNK_BFD_NOWHERE)
		return -ENODEV;
	dst = etrunk_bfd_udp_dst(bfd, scope);
	if (IS_ERR(dst))
		return PTR_ERR(dst);

	room = LL_RESERVED_SPACE(dst->dev) + sizeof(struct ipv6hdr) +
	       sizeof(struct udphdr);
	skb = alloc_skb(room + len + dst->dev->needed_tailroom, GFP_ATOMIC);
	if (!skb)
		return -ENOMEM;
	skb_reserve(skb, room);
	skb_put_data(skb, pdu, len);
	etrunk_bfd_udp_push(skb, &self, bfd->sport);
	if (peer->family == AF_INET) {
		ip_hdr(skb)->tot_len = htons(skb->len);
		ip_send_check(ip_hdr(skb));
	}
	skb->dev = dst->dev;

	neigh = dst_neigh_lookup(dst, peer->family == AF_INET6 ?
				 (const void *)&peer->v6 : &peer->v4);
	if (!neigh) {
		kfree_skb(skb);
		return -EHOSTUNREACH;
	}
	err = neigh_output(neigh, skb, false);
	neigh_release(neigh);
	/* the macro evaluates its argument twice */
	return net_xmit_eval(err);
}

/* --------------------------------------------------------------------- hooks */

static struct etrunk_bfd_echo_hook *get_hook(struct etrunk_net *en,
					     struct net_device *dev)
{
	struct etrunk_bfd_echo_hook *hook;
	int err;

	list_for_each_entry(hook, &en->bfd_echo_hooks, list) {
		if (hook->ops.dev == dev) {
			hook->users++;
			return hook;
		}
	}

	hook = kzalloc(sizeof(*hook), GFP_KERNEL);
	if (!hook)
		return ERR_PTR(-ENOMEM);
	hook->en = en;
	hook->users = 1;
	hook->ops.hook = ingress;
	hook->ops.priv = hook;
	hook->ops.dev = dev;
	hook->ops.pf = NFPROTO_NETDEV;
	hook->ops.hooknum = NF_NETDEV_INGRESS;
	hook->ops.priority = INT_MAX;
	err = nf_register_net_hook(en->net, &hook->ops);
	if (err) {
		kfree(hook);
		return ERR_PTR(err);
	}
	list_add(&hook->list, &en->bfd_echo_hooks);
	return hook;
}

static int echo_open(struct etrunk_bfd *bfd, struct netlink_ext_ack *extack)
{
	struct etrunk_bfd_echo_hook *hook;
	struct net_device *dev;

	ASSERT_RTNL();
	dev = __dev_get_by_index(bfd->en->net, bfd->cfg.ifindex);
	if (!dev)
		return -ENODEV;
	hook = get_hook(bfd->en, dev);
	if (IS_ERR(hook)) {
		etrunk_nl_err(extack, NULL, "cannot hook into device %s",
			      dev->name);
		return PTR_ERR(hook);
	}
	bfd->echo.hook = hook;
	hash_add_rcu(hook->by_peer, &bfd->echo.node,
		     addr_key(&bfd->key.peer));
	return 0;
}

/**
 * etrunk_bfd_echo_unlink - let the hook find a session no more
 * @bfd: session that ends; readers may see it until synchronize_net()
 *
 * Return: true if it could be found before.
 */
bool etrunk_bfd_echo_unlink(struct etrunk_bfd *bfd)
{
	ASSERT_RTNL();
	if (hlist_unhashed(&bfd->echo.node))
		return false;
	hash_del_rcu(&bfd->echo.node);
	return true;
}

static void echo_close(struct etrunk_bfd *bfd)
{
	struct etrunk_bfd_echo_hook *hook = bfd->echo.hook;
	bool last = !--hook->users;

	ASSERT_RTNL();
	bfd->echo.hook = NULL;
	if (last) {
		list_del(&hook->list);
		nf_unregister_net_hook(bfd->en->net, &hook->ops);
	}
	/* a reader that stands on the node must not walk into another chain */
	if (etrunk_bfd_echo_unlink(bfd) || last)
		synchronize_net();
	if (last)
		kfree(hook);
}

/**
 * etrunk_bfd_echo_follow - have echo packets come in by the session's device
 * @bfd: session whose device or settings are new
 * @wanted: it has echo
 * @extack: told why not, or NULL
 *
 * Under RTNL. Return: 0 or a negative errno.
 */
int etrunk_bfd_echo_follow(struct etrunk_bfd *bfd, bool wanted,
			   struct netlink_ext_ack *extack)
{
	const struct etrunk_bfd_encap *echo = bfd->key.encap->echo;

	if (bfd->key.scope == ETRUNK_BFD_NOWHERE || !echo)
		wanted = false;
	if (bfd->echo.hook && !wanted)
		echo->close(bfd);
	if (!bfd->echo.hook && wanted)
		return echo->open(bfd, extack);
	return 0;
}

const struct etrunk_bfd_encap etrunk_bfd_echo = {
	.name = "echo",
	.port = ETRUNK_BFD_PORT_ECHO,
	.single_hop = true,
	.min_ttl = TTL_BACK,
	.open = echo_open,
	.close = echo_close,
	.xmit = echo_xmit,
};
