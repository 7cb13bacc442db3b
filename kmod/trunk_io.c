// SPDX-License-Identifier: GPL-2.0
/*
 * Hellos on the wire, over UDP. Everything that comes to the hello port is
 * eaten in softirq, nothing is ever queued. Sending takes a snapshot under the
 * E-Trunk's lock and does the rest without it.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/dst.h>

#include "trunk.h"
#include "udp.h"

/**
 * struct etrunk_trunk_net - hellos in one namespace
 * @socks: struct etrunk_udp_sock, RTNL
 * @lock: protects @counters
 * @counters: enum trunk_net_counter
 */
struct etrunk_trunk_net {
	struct list_head socks;
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

/**
 * trunk_net_reset() - count such drops from zero again
 * @en: namespace
 */
void trunk_net_reset(struct etrunk_net *en)
{
	spin_lock_bh(&en->trunk->lock);
	memset(en->trunk->counters, 0, sizeof(en->trunk->counters));
	spin_unlock_bh(&en->trunk->lock);
}

/**
 * trunk_socks() - the sockets for hellos
 * @en: namespace
 *
 * RTNL.
 */
struct list_head *trunk_socks(const struct etrunk_net *en)
{
	return &en->trunk->socks;
}

/* ---------------------------------------------------------------- receive */

/**
 * struct rx_from - how a hello came
 * @vrf: device index of the VRF, 0 = none
 * @peer: source address
 * @source: destination address
 */
struct rx_from {
	int vrf;
	struct etrunk_addr peer;
	struct etrunk_addr source;
};

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

static void take_services(struct etrunk_trunk *t, const u8 *buf, size_t body)
{
	struct trunk_pkt_services s;
	struct etrunk_member *m;
	size_t pos = 0;

	while ((pos = trunk_pkt_next_services(buf, body, pos, &s))) {
		list_for_each_entry(m, &t->members, node) {
			if (!m->peer_exists || m->peer.id != s.id)
				continue;
			m->peer_says = true;
			m->peer_services = s;
			break;
		}
	}
}

static void take_members(struct etrunk_trunk *t, const u8 *buf, size_t body)
{
	struct trunk_pkt_member p;
	struct etrunk_member *m;
	size_t pos = 0;

	list_for_each_entry(m, &t->members, node) {
		m->peer_exists = false;
		m->peer_says = false;
	}
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
	case TRUNK_RX_BELIEVED:
		t->counters[TRUNK_RX_UNPROVED]++;
		fallthrough;
	case TRUNK_RX_ACCEPTED:
		t->rx++;
		t->counters[TRUNK_RX_PRIMARY + pkt->path]++;
		trunk_pkt_settings(buf, body, &t->peer_settings);
		take_members(t, buf, body);
		take_services(t, buf, body);
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
	case TRUNK_RX_COPY:
		t->counters[TRUNK_COPIES_PRIMARY + pkt->path]++;
		break;
	}
	if (result == TRUNK_RX_ACCEPTED || result == TRUNK_RX_BELIEVED ||
	    result == TRUNK_RX_COPY)
		trunk_update(t, now, acts, &w);
	else
		w.tx = acts & TRUNK_ACT_TX;
	spin_unlock(&t->lock);
	trunk_run(t, &w);
}

/* by which path did it come? TRUNK_COUNTERS if by one, else what to count */
static enum trunk_counter find_path(struct etrunk_trunk *t,
				    const struct rx_from *from, u8 *path)
{
	enum trunk_counter drop = TRUNK_DROP_PEER_ADDRESS;
	unsigned int i;

	spin_lock(&t->lock);
	for (i = 0; i < TRUNK_PATHS; i++) {
		const struct trunk_path_cfg *p = &t->cfg.path[i];

		if (!etrunk_addr_equal(&p->peer, &from->peer) ||
		    !etrunk_addr_equal(&p->source, &from->source))
			continue;
		if (t->scope[i] == from->vrf) {
			*path = i;
			drop = TRUNK_COUNTERS;
			break;
		}
		drop = TRUNK_DROP_VRF;
	}
	spin_unlock(&t->lock);
	return drop;
}

static void rx_payload(struct etrunk_net *en, const u8 *buf, size_t len,
		       const struct rx_from *from)
{
	enum trunk_counter drop;
	struct trunk_pkt_frame frame;
	enum trunk_pkt_err err;
	struct etrunk_trunk *t;
	struct trunk_pkt pkt;
	u8 path;

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
	drop = find_path(t, from, &path);
	if (drop == TRUNK_COUNTERS)
		drop = trunk_keyring_check(rcu_dereference(t->keys), buf,
					   &frame);
	if (drop != TRUNK_COUNTERS) {
		trunk_count(t, drop);
		return;
	}
	err = trunk_pkt_parse(buf, len, &pkt);
	if (err) {
		trunk_count(t, parse_counter[err]);
		return;
	}
	pkt.path = path;
	trunk_rx(t, buf, frame.body_len, &pkt);
}

static void get_from(struct rx_from *from, const struct sk_buff *skb,
		     u16 family)
{
	memset(from, 0, sizeof(*from));
	from->vrf = etrunk_udp_vrf(skb, family);
	from->peer.family = family;
	from->source.family = family;
	if (family == AF_INET6) {
		from->peer.v6 = ipv6_hdr(skb)->saddr;
		from->source.v6 = ipv6_hdr(skb)->daddr;
	} else {
		from->peer.v4 = ip_hdr(skb)->saddr;
		from->source.v4 = ip_hdr(skb)->daddr;
	}
}

/**
 * trunk_rcv() - something came to the hello port
 * @sk: by this socket
 * @skb: the packet, from its UDP header on; eaten
 *
 * Softirq, under RCU. Return: 0.
 */
int trunk_rcv(struct sock *sk, struct sk_buff *skb)
{
	const struct etrunk_udp_sock *s = rcu_dereference_sk_user_data(sk);
	size_t len = skb->len - sizeof(struct udphdr);

	if (!s) {
		/* the socket is being released, and the namespace may go */
	} else if (skb->len < sizeof(struct udphdr) ||
		   len > TRUNK_PKT_LEN_MAX) {
		net_count(s->en, TRUNK_NET_LENGTH);
	} else if (!skb_linearize(skb)) {
		struct rx_from from;

		get_from(&from, skb, s->want.family);
		rx_payload(s->en, skb->data + sizeof(struct udphdr), len,
			   &from);
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

/**
 * struct tx_way - a path as it is when a hello is made
 * @scope: VRF, or TRUNK_NOWHERE
 * @peer: destination, unset where the path is in no use
 * @source: source
 */
struct tx_way {
	int scope;
	struct etrunk_addr peer;
	struct etrunk_addr source;
};

/* The snapshot; returns what the digest covers, 0 = send nothing. */
static size_t build(struct etrunk_trunk *t, const struct trunk_keyring *keys,
		    u8 *buf, struct tx_way *way)
{
	u8 digest_len = trunk_keyring_digest_len(keys);
	struct trunk_pkt_settings settings;
	struct trunk_pkt_services services;
	struct trunk_pkt_member member;
	const struct etrunk_member *m;
	unsigned int n = 0, i = 0;
	struct trunk_pkt pkt;
	size_t body = 0;

	spin_lock_bh(&t->lock);
	if (t->dead || !t->started || !t->fsm.cfg.usable)
		goto out;
	trunk_fsm_hello(&t->fsm, ktime_get_ns(), &pkt);
	trunk_arm(t);
	if (!buf) {
		t->counters[TRUNK_DROP_TX_MEMORY]++;
		goto out;
	}
	trunk_keyring_label(keys, &pkt);
	list_for_each_entry(m, &t->members, node)
		n += m->started;
	body = trunk_pkt_build(buf, &pkt, digest_len, n);
	list_for_each_entry(m, &t->members, node) {
		if (!m->started)
			continue;
		fill_member(&member, m);
		trunk_pkt_put_member(buf, i++, &member);
	}
	trunk_settings_fill(t, &settings);
	body = trunk_pkt_add_settings(buf, body, digest_len, &settings);
	list_for_each_entry(m, &t->members, node) {
		if (!m->started)
			continue;
		services = m->services;
		services.id = m->cfg.id;
		body = trunk_pkt_add_services(buf, body, digest_len, &services);
	}
	for (i = 0; i < TRUNK_PATHS; i++) {
		way[i].scope = t->scope[i];
		way[i].peer = t->cfg.path[i].peer;
		way[i].source = t->cfg.path[i].source;
	}
out:
	spin_unlock_bh(&t->lock);
	return body;
}

/* TRUNK_COUNTERS if it went, else what to count */
static enum trunk_counter xmit(struct etrunk_net *en, struct tx_way *way,
			       const u8 *buf, size_t len)
{
	__be16 port = htons(READ_ONCE(en->udp_port));
	struct etrunk_addr source = way->source;
	struct dst_entry *dst;
	struct sk_buff *skb;
	unsigned int room;

	if (way->scope == TRUNK_NOWHERE)
		return TRUNK_DROP_TX_ROUTE;
	dst = etrunk_udp_route(en, &way->peer, &source, way->scope, port, port);
	if (IS_ERR(dst))
		return TRUNK_DROP_TX_ROUTE;
	if (!etrunk_udp_in_vrf(dst, way->scope)) {
		dst_release(dst);
		return TRUNK_DROP_TX_ROUTE;
	}
	room = LL_RESERVED_SPACE(dst->dev) + dst->header_len +
	       sizeof(struct ipv6hdr) + sizeof(struct udphdr);
	skb = alloc_skb(room + len + dst->dev->needed_tailroom, GFP_ATOMIC);
	if (!skb) {
		dst_release(dst);
		return TRUNK_DROP_TX_MEMORY;
	}
	skb_reserve(skb, room);
	skb_put_data(skb, buf, len);
	etrunk_udp_push(skb, &way->peer, &way->source, port, port);
	etrunk_udp_may_fragment(en, skb, way->peer.family);
	skb_dst_set(skb, dst);
	etrunk_udp_out(en, way->peer.family, skb);
	return TRUNK_COUNTERS;
}

/**
 * trunk_tx() - send a hello now
 * @t: E-Trunk, not locked
 *
 * Softirq or BH off, under RCU. Arms the timer in any case.
 */
void trunk_tx(struct etrunk_trunk *t)
{
	const struct trunk_keyring *keys = rcu_dereference(t->keys);
	enum trunk_counter drop[TRUNK_PATHS];
	struct tx_way way[TRUNK_PATHS] = {};
	bool sent = false;
	unsigned int i;
	size_t body;
	u8 *buf;

	BUILD_BUG_ON(TRUNK_PKT_FULL_LEN(ETRUNK_MEMBERS_MAX) > TRUNK_PKT_LEN_MAX);
	buf = kmalloc(TRUNK_PKT_FULL_LEN(ETRUNK_MEMBERS_MAX), GFP_ATOMIC);
	body = build(t, keys, buf, way);
	if (!body) {
		kfree(buf);
		return;
	}
	if (trunk_keyring_sign(keys, buf, body)) {
		kfree(buf);
		trunk_count(t, TRUNK_DROP_TX_MEMORY);
		return;
	}
	for (i = 0; i < TRUNK_PATHS; i++) {
		drop[i] = TRUNK_COUNTERS;
		if (!way[i].peer.family)
			continue;
		drop[i] = xmit(t->en, &way[i], buf,
			       body + trunk_keyring_digest_len(keys));
		sent |= drop[i] == TRUNK_COUNTERS;
	}
	kfree(buf);

	spin_lock_bh(&t->lock);
	t->tx += sent;
	for (i = 0; i < TRUNK_PATHS; i++)
		if (drop[i] != TRUNK_COUNTERS)
			t->counters[drop[i]]++;
	spin_unlock_bh(&t->lock);
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
	INIT_LIST_HEAD(&en->trunk->socks);
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
