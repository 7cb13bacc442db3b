/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What BFD packets travel in. Each encapsulation is a row of operations; the
 * sessions (bfd_session.c) and their machine (bfd_fsm.c) know no particular one.
 */
#ifndef _ETRUNK_BFD_ENCAP_H
#define _ETRUNK_BFD_ENCAP_H

#include "bfd_pkt.h"
#include "etrunk.h"

#define ETRUNK_BFD_PORT_SINGLE	3784	/* RFC 5881 4 */
#define ETRUNK_BFD_PORT_MULTI	4784	/* RFC 5883 5 */
/* RFC 5881 4: source ports; handed out from the top, others use the bottom */
#define ETRUNK_BFD_SPORT_MIN	49152
#define ETRUNK_BFD_SPORT_MAX	65535

/* the longest PDU: what its Length can say */
#define ETRUNK_BFD_RX_MAX	255

/* scope of a session whose device is gone: no packet has it */
#define ETRUNK_BFD_NOWHERE	-1

struct etrunk_bfd_cfg;
struct etrunk_bfd_encap;

/**
 * struct etrunk_bfd_key - what a packet of a session has in common with it
 * @encap: encapsulation
 * @scope: where such packets come from, as @encap defines it, or
 *	ETRUNK_BFD_NOWHERE
 * @peer: source of received packets, unset if @encap has no addresses
 * @source: their destination
 */
struct etrunk_bfd_key {
	const struct etrunk_bfd_encap *encap;
	int scope;
	struct etrunk_addr peer;
	struct etrunk_addr source;
};

/**
 * struct etrunk_bfd_meta - how a received packet came
 * @en: namespace
 * @key: of the session that it claims by the way it came
 * @ttl: TTL or hop limit, 255 if @key.encap has none
 */
struct etrunk_bfd_meta {
	struct etrunk_net *en;
	struct etrunk_bfd_key key;
	u8 ttl;
};

/**
 * struct etrunk_bfd_encap - an encapsulation
 * @name: as shown
 * @owned: sessions belong to another object, which has their names and is
 *	struct etrunk_bfd_cfg.owner; they are in no list, have no address, and
 *	@source, @open and @close are NULL
 * @port: UDP destination port, 0 if there is none
 * @single_hop: bound to a device, and RFC 5881 5 holds
 * @echo: what echo packets of its sessions travel in, NULL if there are none
 * @min_ttl: least TTL of received packets unless configured
 * @source: find our address to a peer, under RTNL; fills @cfg->source
 * @open: get what packets of the session come in by, under RTNL
 * @close: put it
 * @scope: key of a session in its present surroundings, under RTNL
 * @input: a packet came: all of it is @payload octets long, of which @have, at
 *	least the first ETRUNK_BFD_RX_MAX, are at @buf; softirq, under RCU
 * @xmit: send a PDU; BH off, under RCU, by whoever set tx_busy. Returns 0 or an
 *	error
 */
struct etrunk_bfd_encap {
	const char *name;
	bool owned;
	u16 port;
	bool single_hop;
	const struct etrunk_bfd_encap *echo;
	u8 min_ttl;
	int (*source)(struct etrunk_net *en, struct etrunk_bfd_cfg *cfg);
	int (*open)(struct etrunk_bfd *bfd, struct netlink_ext_ack *extack);
	void (*close)(struct etrunk_bfd *bfd);
	int (*scope)(const struct etrunk_bfd *bfd);
	void (*input)(const struct etrunk_bfd_meta *meta, const u8 *buf,
		      unsigned int have, unsigned int payload);
	int (*xmit)(struct etrunk_bfd *bfd, const u8 *pdu, unsigned int len);
};

/* bfd_udp.c */
extern const struct etrunk_bfd_encap etrunk_bfd_single_hop;
extern const struct etrunk_bfd_encap etrunk_bfd_multihop;
/* bfd_echo.c: no session's own, only the @echo of another */
extern const struct etrunk_bfd_encap etrunk_bfd_echo;

#endif /* _ETRUNK_BFD_ENCAP_H */
