/* SPDX-License-Identifier: GPL-2.0 */
/* UDP over IPv4 and IPv6, in VRFs: what BFD and E-Trunk hellos travel in. */
#ifndef _ETRUNK_UDP_H
#define _ETRUNK_UDP_H

#include "etrunk.h"

struct dst_entry;

/**
 * struct etrunk_udp_want - packets that somebody wants
 * @rcv: takes them all, in softirq; its socket's user data is the socket's
 *	struct etrunk_udp_sock, or NULL while that goes
 * @owner: for @rcv
 * @family: of addresses
 * @port: UDP port
 * @vrf: device index of the VRF, 0 = none
 */
struct etrunk_udp_want {
	int (*rcv)(struct sock *sk, struct sk_buff *skb);
	const void *owner;
	u16 family;
	u16 port;
	int vrf;
};

/**
 * struct etrunk_udp_sock - a listening socket
 * @list: in the list of those who share it, RTNL
 * @en: namespace
 * @want: what it is for
 * @sock: the socket
 * @users: how many need it, RTNL
 * @rcu: for freeing
 */
struct etrunk_udp_sock {
	struct list_head list;
	struct etrunk_net *en;
	struct etrunk_udp_want want;
	struct socket *sock;
	unsigned int users;
	struct rcu_head rcu;
};

/* RTNL */
struct etrunk_udp_sock *etrunk_udp_find(const struct list_head *socks,
					const struct etrunk_udp_want *want);
struct etrunk_udp_sock *etrunk_udp_get(struct etrunk_net *en,
				       struct list_head *socks,
				       const struct etrunk_udp_want *want,
				       struct netlink_ext_ack *extack);
void etrunk_udp_put(struct etrunk_udp_sock *s);

/* BH off or RTNL */
struct dst_entry *etrunk_udp_route(struct etrunk_net *en,
				   const struct etrunk_addr *peer,
				   struct etrunk_addr *source, int oif,
				   __be16 sport, __be16 dport);
bool etrunk_udp_in_vrf(const struct dst_entry *dst, int vrf);

/* softirq */
int etrunk_udp_vrf(const struct sk_buff *skb, u16 family);
void etrunk_udp_push(struct sk_buff *skb, const struct etrunk_addr *peer,
		     const struct etrunk_addr *source, __be16 sport,
		     __be16 dport);
void etrunk_udp_may_fragment(struct etrunk_net *en, struct sk_buff *skb,
			     u16 family);
int etrunk_udp_out(struct etrunk_net *en, u16 family, struct sk_buff *skb);

#endif /* _ETRUNK_UDP_H */
