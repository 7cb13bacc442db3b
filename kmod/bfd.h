/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the bfd_*.c files and nl_bfd.c share; others see etrunk.h only.
 */
#ifndef _ETRUNK_BFD_H
#define _ETRUNK_BFD_H

#include <linux/siphash.h>

#include "bfd_auth.h"
#include "bfd_echo_fsm.h"
#include "bfd_encap.h"
#include "bfd_fsm.h"
#include "etrunk.h"
#include "timer.h"

#define ETRUNK_BFD_DEF_INTERVAL	10000
#define ETRUNK_BFD_DEF_MULT	3

/* RFC 9764: within a jumbo frame; more is allocated on every packet */
#define ETRUNK_BFD_PADDED_MAX	9000

/* state changes that wait for the one context that tells clients of them */
#define ETRUNK_BFD_CHANGES_MAX	8

struct etrunk_udp_sock;
struct etrunk_bfd_echo_hook;

/**
 * struct etrunk_bfd_cfg - a session as configured
 * @name: key
 * @encap: what its packets travel in
 * @peer: its address
 * @source: ours
 * @ifindex: single hop on this device, else 0
 * @vrf: index of the VRF's device, 0 = none
 * @local_discr: 1..8191, 0 = draw one
 * @remote_discr: 1..8191, 0 = learn it
 * @timing: intervals and multiplier
 * @min_ttl: least TTL of a received packet
 * @padded_size: least length of sent UDP payloads (RFC 9764), 0 = their own
 * @shutdown: AdminDown
 * @keys: authentication, NULL = none and no key; belongs to the session's @auth
 * @owner: whose session it is, if @encap has owners
 */
struct etrunk_bfd_cfg {
	char name[ETRUNK_NAME_LEN];
	const struct etrunk_bfd_encap *encap;
	struct etrunk_addr peer;
	struct etrunk_addr source;
	int ifindex;
	int vrf;
	u32 local_discr;
	u32 remote_discr;
	struct etrunk_bfd_timing timing;
	u8 min_ttl;
	u16 padded_size;
	bool shutdown;
	struct etrunk_bfd_keyring *keys;
	void *owner;
};

/**
 * struct etrunk_bfd_stats - counters, of a session or a namespace
 * @rx: accepted packets
 * @tx: sent packets
 * @tx_fail: packets that could not be sent
 * @rx_ignored: good packets while AdminDown here
 * @echo_rx: echo packets of ours that came back
 * @echo_tx: sent ones
 * @echo_tx_fail: those that could not be sent
 * @echo_looped: the peer's, sent back
 * @drop: refused packets by enum etrunk_bfd_drop
 * @echo_drop: refused echo packets by enum etrunk_bfd_echo_drop
 */
struct etrunk_bfd_stats {
	u64 rx;
	u64 tx;
	u64 tx_fail;
	u64 rx_ignored;
	u64 echo_rx;
	u64 echo_tx;
	u64 echo_tx_fail;
	u64 echo_looped;
	u64 drop[ETRUNK_BFD_DROP_MAX];
	u64 echo_drop[ETRUNK_BFD_ECHO_DROP_MAX];
};

/**
 * struct etrunk_bfd_note - a change on its way to the clients
 * @change: what they are told
 * @reason: enum etrunk_bfd_reason
 */
struct etrunk_bfd_note {
	struct etrunk_bfd_change change;
	u8 reason;
};

/**
 * struct etrunk_bfd_echo_state - a session's echo
 * @hook: what echo packets come in by, private to bfd_echo.c, RTNL
 * @node: in the table of @hook
 * @key: of the digests in our packets, fixed
 * @fsm: what was sent and came back, under etrunk_bfd.lock
 * @loop_until: switched off, but the peer may not know yet, ns; the same
 * @timer: next packet, or the end of the detection time
 */
struct etrunk_bfd_echo_state {
	struct etrunk_bfd_echo_hook *hook;
	struct hlist_node node;
	siphash_key_t key;
	struct etrunk_bfd_echo_fsm fsm;
	u64 loop_until;
	struct etrunk_timer timer;
};

/**
 * struct etrunk_bfd - a BFD session
 * @list: in etrunk_net.bfds unless owned, RTNL
 * @en: namespace
 * @cfg: as configured; RTNL, but the fixed parts any reader may look at
 * @object: "bfd NAME", or "vccv NAME" of a PW's own
 * @ifname: name of the device, RTNL
 * @vrfname: name of the VRF, RTNL
 * @key: what its packets have in common; @key.scope changes under RTNL, with
 *	the device, the rest is fixed
 * @sock: what packets come in by, private to bfd_udp.c, RTNL
 * @sport: source port
 * @by_discr: in the table by local discriminator
 * @by_key: in the table by @key
 * @clients: struct etrunk_bfd_client; changed under RTNL, read under RCU
 * @state: copy of fsm.state for lockless readers
 * @remote_state: copy of fsm.remote_state
 * @lock: protects what follows
 * @fsm: the protocol
 * @auth: authentication; its keyrings are freed under RTNL or by the receive path
 * @running: started; an inert session sends nothing and hears nothing
 * @dead: being destroyed: no timer is armed any more
 * @min_ttl: of received packets
 * @tx_timer: next periodic packet
 * @detect_timer: at or before the end of the detection time
 * @detect_armed: expiry of @detect_timer, U64_MAX if it is not armed
 * @last_tx: when the last periodic packet was due to go
 * @max_tx_late: worst lateness of @tx_timer, ns
 * @echo: echo
 * @tx_wanted: ETRUNK_BFD_ACT_FINAL, _SEND and _ECHO that are to be sent
 * @tx_busy: somebody is sending; he sends what else is wanted meanwhile
 * @notes: ring of changes to tell
 * @note_head: the oldest
 * @note_count: how many
 * @note_busy: somebody is telling
 * @change_time: wall clock of the last state change
 * @down_time: of the last move from Up, 0 if there was none
 * @stats: counters
 * @dst: cached route, belongs to whoever set @tx_busy
 * @dst_cookie: for dst_check(); the same
 */
struct etrunk_bfd {
	struct list_head list;
	struct etrunk_net *en;
	struct etrunk_bfd_cfg cfg;
	char object[ETRUNK_NAME_LEN + 5];
	char ifname[IFNAMSIZ];
	char vrfname[IFNAMSIZ];
	struct etrunk_bfd_key key;
	struct etrunk_udp_sock *sock;
	__be16 sport;
	struct hlist_node by_discr;
	struct hlist_node by_key;
	struct list_head clients;
	u8 state;
	u8 remote_state;

	spinlock_t lock;
	struct etrunk_bfd_fsm fsm;
	struct etrunk_bfd_auth auth;
	bool running;
	bool dead;
	u8 min_ttl;
	struct etrunk_timer tx_timer;
	struct etrunk_timer detect_timer;
	u64 detect_armed;
	u64 last_tx;
	u64 max_tx_late;
	struct etrunk_bfd_echo_state echo;
	u8 tx_wanted;
	bool tx_busy;
	struct etrunk_bfd_note notes[ETRUNK_BFD_CHANGES_MAX];
	u8 note_head;
	u8 note_count;
	bool note_busy;
	u64 change_time;
	u64 down_time;
	struct etrunk_bfd_stats stats;

	struct dst_entry *dst;
	u32 dst_cookie;
};

/* bfd_session.c, under RTNL */
struct etrunk_bfd *etrunk_bfd_create(struct etrunk_net *en,
				     const struct etrunk_bfd_cfg *cfg,
				     struct nlattr **attrs,
				     struct netlink_ext_ack *extack);
void etrunk_bfd_set(struct etrunk_bfd *bfd, const struct etrunk_bfd_cfg *cfg);
void etrunk_bfd_destroy_all(struct etrunk_net *en);
const char *etrunk_bfd_holder(const struct etrunk_bfd *bfd);
/* softirq, no lock held */
void etrunk_bfd_rx(struct etrunk_bfd *bfd, const struct etrunk_bfd_pkt *pkt,
		   const u8 *pdu, unsigned int len);
void etrunk_bfd_drop(struct etrunk_bfd *bfd, enum etrunk_bfd_drop why);

/* bfd_table.c, RTNL */
int etrunk_bfd_table_init(struct etrunk_net *en);
void etrunk_bfd_table_exit(struct etrunk_net *en);
void etrunk_bfd_table_add(struct etrunk_bfd *bfd);
void etrunk_bfd_table_del(struct etrunk_bfd *bfd);
void etrunk_bfd_table_move(struct etrunk_bfd *bfd, int scope);
void etrunk_bfd_table_stats(struct etrunk_net *en,
			    struct etrunk_bfd_stats *stats);
__be16 etrunk_bfd_sport_get(struct etrunk_net *en);
void etrunk_bfd_sport_put(struct etrunk_net *en, __be16 sport);
/* RCU or RTNL */
struct etrunk_bfd *etrunk_bfd_by_discr(const struct etrunk_net *en, u32 discr);
struct etrunk_bfd *etrunk_bfd_by_key(const struct etrunk_net *en,
				     const struct etrunk_bfd_key *key);
/* softirq, under RCU, no lock held */
void etrunk_bfd_input(const struct etrunk_bfd_meta *meta, const u8 *buf,
		      unsigned int have, unsigned int payload);

/* bfd_udp.c: BFD over UDP, by whoever set tx_busy */
struct dst_entry *etrunk_bfd_udp_dst(struct etrunk_bfd *bfd, int oif);
void etrunk_bfd_udp_push(struct sk_buff *skb, const struct etrunk_bfd_key *key,
			 __be16 sport);

/* bfd_echo.c, RTNL */
int etrunk_bfd_echo_follow(struct etrunk_bfd *bfd, bool wanted,
			   struct netlink_ext_ack *extack);
bool etrunk_bfd_echo_unlink(struct etrunk_bfd *bfd);
/* under bfd->lock */
unsigned int etrunk_bfd_echo_make(struct etrunk_bfd *bfd, u8 *buf, u64 now);

/* bfd_dev.c, RTNL */
int etrunk_bfd_dev_check(struct etrunk_net *en,
			 const struct etrunk_bfd_cfg *cfg,
			 struct nlattr **attrs, struct netlink_ext_ack *extack);
void etrunk_bfd_dev_bind(struct etrunk_bfd *bfd);

/* bfd_key.c */
int etrunk_bfd_keyring_get(const struct etrunk_bfd_keyring *old,
			   struct nlattr **attrs,
			   struct etrunk_bfd_keyring **result,
			   struct netlink_ext_ack *extack);
void etrunk_bfd_keyring_free(struct etrunk_bfd_keyring *ring);
const char *etrunk_bfd_keyring_weak(const struct etrunk_bfd_keyring *ring);
int etrunk_bfd_hash(u8 type, const u8 *data, unsigned int len, u8 *digest);
int etrunk_bfd_fill_keys(struct sk_buff *skb,
			 const struct etrunk_bfd_keyring *ring, bool secrets);

/* names.c */
const char *etrunk_bfd_reason_name(enum etrunk_bfd_reason reason);

#endif /* _ETRUNK_BFD_H */
