// SPDX-License-Identifier: GPL-2.0
/*
 * Hellos on the wire: one UDP socket per namespace, bound to the hello port
 * while there is an E-Trunk. Receive is the socket's encap_rcv: everything is
 * eaten there, in softirq, nothing is ever queued. Sending takes a snapshot
 * under the E-Trunk's lock and does the rest without it.
 */
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/route.h>
#include <net/udp.h>
#include <net/udp_tunnel.h>

#include "trunk.h"

/**
 * struct etrunk_trunk_net - hellos in one namespace
 * @sock: the socket; RTNL, read under RCU
 * @users: E-Trunks; RTNL
 * @lock: protects @counters
 * @counters: enum trunk_net_counter
 */
struct etrunk_trunk_net {
	struct socket __rcu *sock;
	unsigned int users;
	spinlock_t lock; /* counters */
	u64 counters[TRUNK_NET_COUNTERS];
};

const struct etrunk_counter_desc trunk_net_counter_desc[TRUNK_NET_COUNTERS] = {
	{ "hello_rx_drop_length", TRUNK_NET_LENGTH * sizeof(u64) },
	{ "hello_rx_drop_magic", TRUNK_NET_MAGIC * sizeof(u64) },
	{ "hello_rx_drop_version", TRUNK_NET_VERSION * sizeof(u64) },
	{ "hello_rx_drop_unknown_trunk", TRUNK_NET_UNKNOWN * sizeof(u64) },
};

static void net_count(struct etrunk_net *en, enum trunk_net_counter counter)
{
	spin_lock_bh(&en->trunk->lock);
	en->trunk->counters[counter]++;
	spin_unlock_bh(&en->trunk->lock);
}

/**
 * trunk_net_counters() - drops that belong to no E-Trunk
 * @en: namespace
 */
const u64 *trunk_net_counters(const struct etrunk_net *en)
{
	return en->trunk->counters;
}

/* ---------------------------------------------------------------- receive */

static const u8 parse_counter[] = {
	[TRUNK_PKT_E_LENGTH] = TRUNK_DROP_LENGTH,
	[TRUNK_PKT_E_PRIORITY] = TRUNK_DROP_PRIORITY,
	[TRUNK_PKT_E_STATE] = TRUNK_DROP_STATE,
	[TRUNK_PKT_E_REASON] = TRUNK_DROP_REASON,
	[TRUNK_PKT_E_FAIL_TIME] = TRUNK_DROP_FAIL_TIME,
	[TRUNK_PKT_E_SYSTEM_ID] = TRUNK_DROP_SYSTEM_ID,
	[TRUNK_PKT_E_SESSION] = TRUNK_DROP_SESSION,
	[TRUNK_PKT_E_TLV] = TRUNK_DROP_TLV,
};

static void take_members(struct etrunk_trunk *t, const u8 *buf, size_t body)
{
	struct trunk_pkt_member p;
	struct etrunk_member *m;
	size_t pos = 0;

	list_for_each_entry(m, &t->members, node)
		m->peer_exists = false;
	while ((pos = trunk_pkt_next_member(buf, body, pos, &p))) {
		list_for_each_entry(m, &t->members, node) {
			if (m->cfg.id != p.remote_id ||
			    m->cfg.remote_id != p.id)
				continue;
			m->peer_exists = true;
			m->peer = p;
			break;
		}
	}
}

/* an authentic, well-formed hello */
static void trunk_rx(struct etrunk_trunk *t, const u8 *buf, size_t body,
		     const struct trunk_pkt *pkt)
{
	enum trunk_fsm_rx result = TRUNK_RX_UNCONFIRMED;
	struct trunk_work w = {};
	u64 now;
	u32 acts;

	spin_lock(&t->lock);
	if (t->dead || !t->started || !t->fsm.cfg.usable) {
		spin_unlock(&t->lock);
		return;
	}
	now = ktime_get_ns();
	acts = trunk_fsm_rx(&t->fsm, now, pkt, get_random_u64(), &result);
	switch (result) {
	case TRUNK_RX_ACCEPTED:
		t->rx++;
		take_members(t, buf, body);
		break;
	case TRUNK_RX_REFLECTED:
		t->counters[TRUNK_DROP_REFLECTED]++;
		break;
	case TRUNK_RX_SEQUENCE:
		t->counters[TRUNK_DROP_SEQUENCE]++;
		break;
	case TRUNK_RX_UNCONFIRMED:
		t->counters[TRUNK_DROP_UNCONFIRMED]++;
		break;
	}
	if (result == TRUNK_RX_ACCEPTED)
		trunk_update(t, now, acts, &w);
	else
		w.tx = acts & TRUNK_ACT_TX;
	spin_unlock(&t->lock);
	trunk_run(t, &w);
}

static void rx_payload(struct etrunk_net *en, const u8 *buf, size_t len,
		       __be32 saddr, __be32 daddr)
{
	enum trunk_counter drop;
	struct trunk_pkt_frame frame;
	enum trunk_pkt_err err;
	struct etrunk_trunk *t;
	struct trunk_pkt pkt;

	switch (trunk_pkt_frame(buf, len, &frame)) {
	case TRUNK_PKT_OK:
		break;
	case TRUNK_PKT_E_MAGIC:
		net_count(en, TRUNK_NET_MAGIC);
		return;
	case TRUNK_PKT_E_VERSION:
		net_count(en, TRUNK_NET_VERSION);
		return;
	default:
		net_count(en, TRUNK_NET_LENGTH);
		return;
	}

	t = etrunk_trunk_find(en, frame.id);
	if (!t) {
		net_count(en, TRUNK_NET_UNKNOWN);
		return;
	}
	if (READ_ONCE(t->cfg.peer.v4) != saddr ||
	    READ_ONCE(t->cfg.source.v4) != daddr) {
		trunk_count(t, TRUNK_DROP_PEER_ADDRESS);
		return;
	}
	drop = trunk_keyring_check(rcu_dereference(t->keys), buf, &frame);
	if (drop != TRUNK_COUNTERS) {
		trunk_count(t, drop);
		return;
	}
	err = trunk_pkt_parse(buf, len, &pkt);
	if (err) {
		trunk_count(t, parse_counter[err]);
		return;
	}
	trunk_rx(t, buf, frame.body_len, &pkt);
}

/* Softirq, under RCU. Never passes anything on to the socket. */
static int encap_rcv(struct sock *sk, struct sk_buff *skb)
{
	struct etrunk_net *en = rcu_dereference_sk_user_data(sk);
	size_t len = skb->len - sizeof(struct udphdr);

	if (!en) {
		/* the socket is being released, and en may go right after */
	} else if (skb->len < sizeof(struct udphdr) ||
		   len > TRUNK_PKT_LEN_MAX) {
		net_count(en, TRUNK_NET_LENGTH);
	} else if (!skb_linearize(skb)) {
		const struct iphdr *iph = ip_hdr(skb);

		rx_payload(en, skb->data + sizeof(struct udphdr), len,
			   iph->saddr, iph->daddr);
	}
	kfree_skb(skb);
	return 0;
}

/* ------------------------------------------------------------------- send */

static void fill_member(struct trunk_pkt_member *p,
			const struct etrunk_member *m)
{
	memset(p, 0, sizeof(*p));
	p->id = m->cfg.id;
	p->remote_id = m->cfg.remote_id;
	member_fsm_hello(&m->fsm, p);
	p->links = m->links.links;
	p->lacp_key = etrunk_member_lacp_key(&m->trunk->cfg, &m->cfg);
	p->speed = m->links.speed;
}

/* The snapshot; returns what the digest covers, 0 = send nothing. */
static size_t build(struct etrunk_trunk *t, const struct trunk_keyring *keys,
		    struct sk_buff *skb)
{
	u8 digest_len = trunk_keyring_digest_len(keys);
	struct trunk_pkt_member member;
	const struct etrunk_member *m;
	unsigned int n = 0, i = 0;
	struct trunk_pkt pkt;
	size_t body;

	spin_lock_bh(&t->lock);
	if (t->dead || !t->started || !t->fsm.cfg.usable) {
		spin_unlock_bh(&t->lock);
		return 0;
	}
	trunk_fsm_hello(&t->fsm, ktime_get_ns(), &pkt);
	if (!skb) {
		trunk_arm(t);
		spin_unlock_bh(&t->lock);
		return 0;
	}
	trunk_keyring_label(keys, &pkt);
	list_for_each_entry(m, &t->members, node)
		n += m->started;
	body = trunk_pkt_build(skb->data, &pkt, digest_len, n);
	list_for_each_entry(m, &t->members, node) {
		if (!m->started)
			continue;
		fill_member(&member, m);
		trunk_pkt_put_member(skb->data, i++, &member);
	}
	t->tx++;
	trunk_arm(t);
	spin_unlock_bh(&t->lock);

	skb_put(skb, body + digest_len);
	return body;
}

/**
 * trunk_tx() - send a hello now
 * @t: E-Trunk, not locked
 *
 * Softirq or BH off, under RCU. Arms the timer in any case.
 */
void trunk_tx(struct etrunk_trunk *t)
{
	struct net *net = t->en->net;
	struct socket *sock = rcu_dereference(t->en->trunk->sock);
	const struct trunk_keyring *keys = rcu_dereference(t->keys);
	__be16 port = htons(READ_ONCE(t->en->udp_port));
	struct flowi4 fl4 = {
		.daddr = READ_ONCE(t->cfg.peer.v4),
		.saddr = READ_ONCE(t->cfg.source.v4),
		.flowi4_proto = IPPROTO_UDP,
		.fl4_dport = port,
		.fl4_sport = port,
	};
	struct sk_buff *skb = NULL;
	unsigned int headroom;
	struct rtable *rt;
	size_t body;

	rt = sock ? ip_route_output_key(net, &fl4) : ERR_PTR(-ENOTCONN);
	if (IS_ERR(rt)) {
		trunk_count(t, TRUNK_DROP_TX_ROUTE);
		build(t, keys, NULL);
		return;
	}
	headroom = LL_RESERVED_SPACE(rt->dst.dev) + rt->dst.header_len +
		   sizeof(struct iphdr) + sizeof(struct udphdr);
	skb = alloc_skb(headroom + trunk_pkt_len(ETRUNK_MEMBERS_MAX,
						 TRUNK_PKT_DIGEST_MAX),
			GFP_ATOMIC);
	if (skb)
		skb_reserve(skb, headroom);
	body = build(t, keys, skb);
	if (!body || trunk_keyring_sign(keys, skb->data, body)) {
		if (!skb || body)
			trunk_count(t, TRUNK_DROP_TX_MEMORY);
		kfree_skb(skb);
		ip_rt_put(rt);
		return;
	}
	skb->priority = TC_PRIO_CONTROL;
	udp_tunnel_xmit_skb(rt, sock->sk, skb, fl4.saddr, fl4.daddr,
			    IPTOS_PREC_INTERNETCONTROL, 255, 0, port, port,
			    false, false);
}

/* ----------------------------------------------------------------- socket */

/**
 * trunk_sock_open() - a socket for hellos
 * @en: namespace
 * @port: its port
 * @extack: told if that is in use
 *
 * Return: the socket or an ERR_PTR.
 */
struct socket *trunk_sock_open(struct etrunk_net *en, u16 port,
			       struct netlink_ext_ack *extack)
{
	struct udp_port_cfg cfg = {
		.family = AF_INET,
		.local_udp_port = htons(port),
		.use_udp_checksums = 1,
	};
	struct udp_tunnel_sock_cfg tunnel = {
		.sk_user_data = en,
		.encap_type = 1,
		.encap_rcv = encap_rcv,
	};
	struct socket *sock;
	int err;

	err = udp_sock_create(en->net, &cfg, &sock);
	if (err) {
		etrunk_nl_err(extack, NULL, "cannot open udp port %u", port);
		return ERR_PTR(err);
	}
	setup_udp_tunnel_sock(en->net, sock, &tunnel);
	return sock;
}

/**
 * trunk_sock_close() - close a socket
 * @sock: it
 */
void trunk_sock_close(struct socket *sock)
{
	udp_tunnel_sock_release(sock);
}

/**
 * trunk_sock_get() - one more E-Trunk needs the socket
 * @en: namespace
 * @extack: told if the port is in use
 *
 * RTNL. Return: 0 or a negative errno.
 */
int trunk_sock_get(struct etrunk_net *en, struct netlink_ext_ack *extack)
{
	struct etrunk_identity id;
	struct socket *sock;

	ASSERT_RTNL();
	etrunk_identity_get(en, &id);
	/* a batch that changes the port as well brings its own socket */
	if (!en->trunk->users && id.udp_port == en->udp_port) {
		sock = trunk_sock_open(en, en->udp_port, extack);
		if (IS_ERR(sock))
			return PTR_ERR(sock);
		rcu_assign_pointer(en->trunk->sock, sock);
	}
	en->trunk->users++;
	return 0;
}

static void swap_socket(struct etrunk_net *en, struct socket *sock)
{
	struct socket *old = rcu_dereference_rtnl(en->trunk->sock);

	rcu_assign_pointer(en->trunk->sock, sock);
	if (!old)
		return;
	synchronize_net();
	udp_tunnel_sock_release(old);
}

/**
 * trunk_sock_put() - one E-Trunk less needs the socket
 * @en: namespace
 *
 * RTNL.
 */
void trunk_sock_put(struct etrunk_net *en)
{
	ASSERT_RTNL();
	if (!--en->trunk->users)
		swap_socket(en, NULL);
}

/**
 * trunk_sock_port() - use another port
 * @en: namespace
 * @port: the port
 * @sock: bound to it
 *
 * RTNL.
 */
void trunk_sock_port(struct etrunk_net *en, u16 port, struct socket *sock)
{
	ASSERT_RTNL();
	if (en->trunk->users)
		swap_socket(en, sock);
	else
		trunk_sock_close(sock);
	WRITE_ONCE(en->udp_port, port);
}

/* --------------------------------------------------------------- identity */

/**
 * etrunk_identity_get() - the identity that counts for a validation
 * @en: namespace
 * @id: filled; with what the batch at work wants
 *
 * RTNL.
 */
void etrunk_identity_get(const struct etrunk_net *en,
			 struct etrunk_identity *id)
{
	const struct etrunk_identity_plan *plan = etrunk_batch_wanted(en, en);

	if (plan) {
		*id = plan->id;
		return;
	}
	memset(id, 0, sizeof(*id));
	ether_addr_copy(id->lacp_system, en->lacp_system_id);
	id->lacp_priority = en->lacp_priority;
	id->udp_port = en->udp_port;
	id->weak_algorithms = en->weak_algorithms;
}

/* -------------------------------------------------------------- namespace */

/**
 * etrunk_trunk_net_init() - a namespace came
 * @en: namespace
 *
 * Return: 0 or -ENOMEM.
 */
int etrunk_trunk_net_init(struct etrunk_net *en)
{
	en->trunk = kzalloc(sizeof(*en->trunk), GFP_KERNEL);
	if (!en->trunk)
		return -ENOMEM;
	spin_lock_init(&en->trunk->lock);
	return 0;
}

/**
 * etrunk_trunk_net_exit() - a namespace goes
 * @en: namespace
 *
 * RTNL.
 */
void etrunk_trunk_net_exit(struct etrunk_net *en)
{
	struct etrunk_trunk *t, *tmp;
	struct etrunk_member *m, *mtmp;

	ASSERT_RTNL();
	list_for_each_entry_safe(t, tmp, &en->trunks, node) {
		list_for_each_entry_safe(m, mtmp, &t->members, node)
			etrunk_member_destroy(m, false);
		etrunk_trunk_destroy(t);
	}
	kfree(en->trunk);
	en->trunk = NULL;
}
