/* SPDX-License-Identifier: GPL-2.0 */
/* What trunk.c, member.c, trunk_key.c, trunk_io.c and their nl_*.c share. */
#ifndef _ETRUNK_TRUNK_H
#define _ETRUNK_TRUNK_H

#include "etrunk.h"
#include "member_fsm.h"
#include "trunk_fsm.h"
#include "trunk_pkt.h"

struct crypto_shash;
struct etrunk_udp_sock;

#define TRUNK_KEYS_MAX	16

/**
 * struct etrunk_identity - the system's settings
 * @lacp_system: shared LACP system id
 * @lacp_priority: shared LACP system priority
 * @udp_port: hello port
 * @weak_algorithms: hmac-sha1 is allowed
 */
struct etrunk_identity {
	u8 lacp_system[ETH_ALEN];
	u16 lacp_priority;
	u16 udp_port;
	bool weak_algorithms;
};

/* scope of a path whose VRF is gone: no packet comes from there */
#define TRUNK_NOWHERE	-1

/**
 * struct trunk_path_cfg - between which addresses hellos go
 * @peer: address of the peer
 * @source: own address
 * @vrf: index of the VRF's device, 0 = none; it may have gone
 * @vrfname: its name, padded with zeroes
 */
struct trunk_path_cfg {
	struct etrunk_addr peer;
	struct etrunk_addr source;
	int vrf;
	char vrfname[IFNAMSIZ];
};

#define TRUNK_SOCKS_MAX		(ETRUNK_ID_MAX * TRUNK_PATHS)

/**
 * struct etrunk_identity_plan - settings to have
 * @id: all of them
 * @n_socks: how many of @sock
 * @sock: bound to another hello port
 */
struct etrunk_identity_plan {
	struct etrunk_identity id;
	unsigned int n_socks;
	struct etrunk_udp_sock *sock[TRUNK_SOCKS_MAX];
};

enum trunk_counter {
	TRUNK_DROP_LENGTH,
	TRUNK_DROP_PEER_ADDRESS,
	TRUNK_DROP_NO_KEY,
	TRUNK_DROP_AUTH,
	TRUNK_DROP_KEY_ID,
	TRUNK_DROP_DIGEST,
	TRUNK_DROP_PRIORITY,
	TRUNK_DROP_STATE,
	TRUNK_DROP_REASON,
	TRUNK_DROP_FAIL_TIME,
	TRUNK_DROP_SYSTEM_ID,
	TRUNK_DROP_SESSION,
	TRUNK_DROP_TLV,
	TRUNK_DROP_REFLECTED,
	TRUNK_DROP_SEQUENCE,
	TRUNK_DROP_UNCONFIRMED,
	TRUNK_DROP_VRF,
	TRUNK_RX_DROPS,
	TRUNK_DROP_TX_ROUTE = TRUNK_RX_DROPS,
	TRUNK_DROP_TX_MEMORY,
	TRUNK_DROPS,
	/* these are no drops */
	TRUNK_RX_PRIMARY = TRUNK_DROPS,
	TRUNK_RX_BACKUP,
	TRUNK_COPIES_PRIMARY,
	TRUNK_COPIES_BACKUP,
	TRUNK_RX_UNPROVED,
	TRUNK_COUNTERS,
};

enum trunk_net_counter {
	TRUNK_NET_LENGTH,
	TRUNK_NET_MAGIC,
	TRUNK_NET_VERSION,
	TRUNK_NET_UNKNOWN,
	TRUNK_NET_COUNTERS,
};

/**
 * struct trunk_key - one key
 * @id: its id on the wire
 * @len: bytes in use
 * @bytes: the key
 * @tfm: keyed hash, NULL without authentication
 */
struct trunk_key {
	u8 id;
	u8 len;
	u8 bytes[ETRUNK_KEY_MAX];
	struct crypto_shash *tfm;
};

/**
 * struct trunk_keyring - how hellos are authenticated; never changes, only is
 *	replaced
 * @auth: enum etrunk_auth
 * @send: id of the key to send with
 * @n: keys
 * @key: the keys
 */
struct trunk_keyring {
	u8 auth;
	u8 send;
	u8 n;
	struct trunk_key key[TRUNK_KEYS_MAX];
};

/**
 * struct trunk_key_change - what a command wants of a keyring
 * @auth: enum etrunk_auth, 0 = as it is
 * @bytes: key to add or replace, NULL none
 * @len: its length
 * @id: its id
 * @del: id to forget, -1 none
 * @send: id to send with, -1 as it is
 */
struct trunk_key_change {
	u8 auth;
	const u8 *bytes;
	u8 len;
	u8 id;
	int del;
	int send;
};

/**
 * struct etrunk_trunk_cfg - configuration of an E-Trunk
 * @id: 1..16
 * @priority: lower wins
 * @hello_ms: interval
 * @multiplier: fail time in intervals
 * @revert: take back from a stand-in
 * @core_tracking: yield when the core is lost
 * @replay_protection: hellos that do not answer ours are not believed
 * @select: enum etrunk_select
 * @revert_delay_ms: before taking back
 * @start_hold_ms: for services after a start
 * @core_hold_down_ms: before believing a lost core
 * @core_hold_up_ms: before believing a regained one
 * @split_policy: enum etrunk_split_policy
 * @description: text
 * @path: addresses, all unset for a backup path that there is not
 */
struct etrunk_trunk_cfg {
	u8 id;
	u8 priority;
	u32 hello_ms;
	u32 multiplier;
	bool revert;
	bool core_tracking;
	bool replay_protection;
	u8 select;
	u32 revert_delay_ms;
	u32 start_hold_ms;
	u32 core_hold_down_ms;
	u32 core_hold_up_ms;
	u8 split_policy;
	char description[ETRUNK_DESC_MAX + 1];
	struct trunk_path_cfg path[TRUNK_PATHS];
};

/**
 * struct etrunk_trunk_plan - settings to have
 * @cfg: all of them
 * @keys: keyring to have
 * @rekey: @keys is a new one that becomes the E-Trunk's
 * @bfd: session to track, NULL = none
 * @sock: of each path, NULL where it is in no use, or its VRF is gone
 */
struct etrunk_trunk_plan {
	struct etrunk_trunk_cfg cfg;
	struct trunk_keyring *keys;
	bool rekey;
	struct etrunk_bfd *bfd;
	struct etrunk_udp_sock *sock[TRUNK_PATHS];
};

/**
 * struct etrunk_trunk - an E-Trunk
 * @node: in etrunk_net.trunks by id; RTNL, read under RCU
 * @rcu: frees it
 * @en: namespace
 * @name: "e-trunk 1"
 * @cfg: configuration; RTNL to change, with @lock as softirq reads it
 * @keys: RTNL to change, read under RCU
 * @members: struct etrunk_member by id; RTNL and @lock, read under RCU
 * @n_members: how many
 * @bfd: tracked session; RTNL, read under RCU
 * @bfd_client: our part in it
 * @sock: what hellos come in by, for each path; RTNL
 * @timer: hellos and all time-outs; armed by trunk_arm() only
 * @lock: protects all below, and the members' fields that say so
 * @scope: of each path, index of its VRF or TRUNK_NOWHERE; RTNL to change
 * @started: acts
 * @dead: on its way out, arms and sends nothing any more
 * @fsm: role machine
 * @peer_settings: as the peer said in its last hello
 * @told_state: role as last reported
 * @told_reason: its reason
 * @told_faults: faults as last reported
 * @rx: hellos accepted
 * @tx: hellos sent
 * @counters: enum trunk_counter
 * @history: last changes
 * @last_change: of role or reason, wall clock
 */
struct etrunk_trunk {
	struct list_head node;
	struct rcu_head rcu;
	struct etrunk_net *en;
	char name[16];
	struct etrunk_trunk_cfg cfg;
	struct trunk_keyring __rcu *keys;
	struct list_head members;
	unsigned int n_members;
	struct etrunk_bfd __rcu *bfd;
	struct etrunk_bfd_client bfd_client;
	struct etrunk_udp_sock *sock[TRUNK_PATHS];
	struct etrunk_timer timer;
	spinlock_t lock; /* all below */
	int scope[TRUNK_PATHS];
	bool started;
	bool dead;
	struct trunk_fsm fsm;
	struct trunk_pkt_settings peer_settings;
	u8 told_state;
	u8 told_reason;
	u32 told_faults;
	u64 rx;
	u64 tx;
	u64 counters[TRUNK_COUNTERS];
	struct etrunk_history history;
	u64 last_change;
};

enum member_fault {
	MEMBER_FAULT_LOOPED,
	MEMBER_FAULT_NO_PEER_MEMBER,
	MEMBER_FAULT_LACP_KEY,
	MEMBER_FAULT_CE_SILENT,
	MEMBER_FAULT_CE_NO_LACP,
	MEMBER_FAULT_BOTH_PASSIVE,
	MEMBER_FAULT_CE_DEAF,
	MEMBER_FAULT_VLAN,
	MEMBER_FAULT_MTU,
	MEMBER_FAULT_N,
};

/**
 * struct etrunk_member_cfg - configuration of a member
 * @id: here
 * @remote_id: at the peer
 * @mode: enum etrunk_member_mode
 * @lacp_key: 0 = derived from the ids
 * @dormant: show standby as DORMANT
 * @own_priority: @lacp_priority counts, not the system's
 * @lacp_priority: LACP system priority
 * @lacp_system: LACP system id; all zero = the system's
 */
struct etrunk_member_cfg {
	u32 id;
	u32 remote_id;
	u8 mode;
	u16 lacp_key;
	bool dormant;
	bool own_priority;
	u16 lacp_priority;
	u8 lacp_system[ETH_ALEN];
};

/**
 * struct etrunk_member - a member trunk
 * @node: in etrunk_trunk.members by id; RTNL and trunk->lock, read under RCU
 * @rcu: frees it
 * @trunk: its E-Trunk
 * @dev: the bond
 * @tracker: reference to @dev
 * @lag: LACP steering; set once
 * @name: "member bond0"; RTNL and trunk->lock to change
 * @ac_state: enum etrunk_ac_state, read locklessly
 * @cfg: configuration; RTNL to change, with trunk->lock, as all below
 * @started: acts
 * @fsm: election machine
 * @peer_exists: the peer has this member
 * @peer: as it said
 * @services: what there is on it
 * @peer_says: it said so of its services: @peer_services
 * @peer_services: the same at the peer
 * @links: as lag.c said
 * @gen: counts decisions
 * @leaving: served when it was told to leave
 * @todo_role: @lag has not been told of the last one
 * @todo_ac: the services have not been told of @ac_state
 * @planned: the last move away from master left the links in order
 * @told_faults: faults as last reported
 * @history: last changes
 * @last_change: wall clock
 */
struct etrunk_member {
	struct list_head node;
	struct rcu_head rcu;
	struct etrunk_trunk *trunk;
	struct net_device *dev;
	netdevice_tracker tracker;
	struct etrunk_lag *lag;
	char name[8 + IFNAMSIZ];
	u32 ac_state;
	struct etrunk_member_cfg cfg;
	bool started;
	struct member_fsm fsm;
	bool peer_exists;
	struct trunk_pkt_member peer;
	struct trunk_pkt_services services;
	bool peer_says;
	struct trunk_pkt_services peer_services;
	struct etrunk_link_status links;
	u64 gen;
	bool leaving;
	bool todo_role;
	bool todo_ac;
	bool planned;
	u32 told_faults;
	struct etrunk_history history;
	u64 last_change;
};

#define TRUNK_WORK_EVENTS	8

/**
 * struct trunk_work - what to do after trunk->lock is released
 * @tx: send a hello
 * @n: events
 * @event: the events; their strings are static or belong to the objects
 */
struct trunk_work {
	bool tx;
	unsigned int n;
	struct {
		enum etrunk_event_type type;
		const char *object;
		const char *from;
		const char *to;
		const char *reason;
	} event[TRUNK_WORK_EVENTS];
};

/* trunk.c */
struct etrunk_trunk *etrunk_trunk_find(struct etrunk_net *en, u32 id);
struct etrunk_trunk *etrunk_trunk_create(struct etrunk_net *en,
					 const struct etrunk_trunk_plan *plan);
void etrunk_trunk_start(struct etrunk_trunk *t);
void etrunk_trunk_discard(struct etrunk_trunk *t);
void etrunk_trunk_destroy(struct etrunk_trunk *t);
void etrunk_trunk_set(struct etrunk_trunk *t,
		      const struct etrunk_trunk_plan *plan);
int etrunk_trunk_switchover(struct etrunk_trunk *t, bool back,
			    struct netlink_ext_ack *extack);
void etrunk_trunk_track(struct etrunk_trunk *t, struct etrunk_bfd *bfd);
void etrunk_trunk_wanted(const struct etrunk_trunk *t,
			 struct etrunk_trunk_plan *plan);
const struct trunk_keyring *
etrunk_trunk_wanted_keys(const struct etrunk_trunk *t);
void etrunk_trunk_identity_changed(struct etrunk_net *en);
bool etrunk_trunk_high(const struct etrunk_trunk_cfg *cfg);
void trunk_settings_fill(const struct etrunk_trunk *t,
			 struct trunk_pkt_settings *s);
void trunk_arm(struct etrunk_trunk *t);
void trunk_update(struct etrunk_trunk *t, u64 now, u32 acts,
		  struct trunk_work *w);
void trunk_hurry(struct etrunk_trunk *t, u64 now, struct trunk_work *w);
void trunk_run(struct etrunk_trunk *t, struct trunk_work *w);
void trunk_event(struct etrunk_trunk *t, struct trunk_work *w,
		 enum etrunk_event_type type, const char *object,
		 const char *from, const char *to, const char *reason);
void trunk_count(struct etrunk_trunk *t, enum trunk_counter counter);
extern const char *const trunk_fault_name[TRUNK_FAULT_N];

/* member.c */
extern const char *const member_fault_name[MEMBER_FAULT_N];
struct etrunk_member *etrunk_member_find(struct etrunk_net *en,
					 const struct net_device *dev);
struct etrunk_member *
etrunk_member_create(struct etrunk_trunk *t, struct net_device *dev,
		     const struct etrunk_member_cfg *cfg,
		     struct netlink_ext_ack *extack);
void etrunk_member_start(struct etrunk_member *m);
void etrunk_member_discard(struct etrunk_member *m);
void etrunk_member_leave(struct etrunk_member *m);
bool etrunk_member_has_left(struct etrunk_member *m);
void etrunk_member_destroy(struct etrunk_member *m, bool keep_up);
void etrunk_member_set(struct etrunk_member *m,
		       const struct etrunk_member_cfg *cfg);
void etrunk_member_identity_changed(struct etrunk_member *m);
u16 etrunk_member_lacp_key(const struct etrunk_trunk_cfg *trunk,
			   const struct etrunk_member_cfg *cfg);
void member_fsm_cfg_fill(struct member_fsm_cfg *to,
			 const struct etrunk_trunk *t,
			 const struct etrunk_member_cfg *cfg);
void member_update(struct etrunk_member *m, u64 now, struct trunk_work *w);

/* trunk_key.c */
struct trunk_keyring *
trunk_keyring_change(const struct trunk_keyring *old,
		     const struct trunk_key_change *change,
		     struct nlattr **attrs, struct netlink_ext_ack *extack);
void trunk_keyring_free(struct trunk_keyring *ring);
bool trunk_keyring_usable(const struct trunk_keyring *ring);
u8 trunk_keyring_digest_len(const struct trunk_keyring *ring);
void trunk_keyring_label(const struct trunk_keyring *ring,
			 struct trunk_pkt *pkt);
int trunk_keyring_sign(const struct trunk_keyring *ring, u8 *buf, size_t len);
enum trunk_counter trunk_keyring_check(const struct trunk_keyring *ring,
				       const u8 *buf,
				       const struct trunk_pkt_frame *frame);

/* trunk_path.c, RTNL */
struct etrunk_udp_sock *trunk_sock_get(struct etrunk_net *en, u16 family,
				       int vrf, u16 port,
				       struct netlink_ext_ack *extack);
int trunk_paths_plan(struct etrunk_net *en, const struct etrunk_trunk *t,
		     struct etrunk_trunk_plan *plan,
		     struct netlink_ext_ack *extack);
void trunk_paths_put(struct etrunk_udp_sock **sock);
void trunk_paths_take(struct etrunk_trunk *t, struct etrunk_udp_sock **sock);
int trunk_port_plan(struct etrunk_net *en, struct etrunk_identity_plan *plan,
		    struct netlink_ext_ack *extack);
void trunk_port_undo(const struct etrunk_identity_plan *plan);
void trunk_port_take(struct etrunk_net *en,
		     const struct etrunk_identity_plan *plan);
void trunk_path_netdev_event(struct etrunk_net *en,
			     const struct net_device *dev,
			     unsigned long event);

/* trunk_io.c */
int trunk_rcv(struct sock *sk, struct sk_buff *skb);
struct list_head *trunk_socks(const struct etrunk_net *en);
extern const struct etrunk_counter_desc
	trunk_net_counter_desc[TRUNK_NET_COUNTERS];
const u64 *trunk_net_counters(const struct etrunk_net *en);
void trunk_net_reset(struct etrunk_net *en);
void trunk_tx(struct etrunk_trunk *t);
void etrunk_identity_get(const struct etrunk_net *en,
			 struct etrunk_identity *id);

#endif /* _ETRUNK_TRUNK_H */
