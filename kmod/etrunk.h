/* SPDX-License-Identifier: GPL-2.0 */
/*
 * E-Trunk for Linux: what the files of the module share.
 *
 * DOC: object map
 *
 *   etrunk_net		one per network namespace, owns all lists
 *     trunk (trunk.c)		the relation with one peer PE; elects a role
 *       member (trunk.c)	a local 802.3ad bond in it; owns a lag (lag.c)
 *         slave (lag.c)	a port of the bond: hooks, gate, LACP identity
 *     bfd (bfd_session.c)	a BFD session; has clients (trunk, pw)
 *     core (core.c)		an MPLS-facing interface: PW labels come in here
 *     pw (pw.c)		a pseudowire; status in band (pw_status.c), BFD of its
 *				own in its channel (bfd_vccv.c)
 *     vpws (vpws.c)		an AC and its redundancy set of PWs
 *
 * Configuration points down (trunk -> bfd, member -> trunk, vpws -> pw -> bfd);
 * events run up: bfd -> trunk -> member -> {lag, vpws} -> pw status.
 *
 * DOC: locks
 *
 * RTNL is the configuration lock: every netlink command and dump, every
 * notifier and namespace exit hold it; all lists change under it and are read
 * under RCU. Softirq never takes it. Below it each object has one spinlock,
 * always taken _bh. Order, where they nest at all:
 *
 *	RTNL > trunk->lock > lag->lock > slave->lock > bfd->lock > vpws->lock
 *	     > pw->lock
 *
 * No object is called and nothing is transmitted with a lock held: a state
 * machine collects actions under its own lock and its caller runs them after
 * unlocking, tagged with a generation so that late ones are ignored.
 * etrunk_event() alone may be called with a lock held. The data path (hooks,
 * rx handler) takes no lock: it reads words and RCU pointers.
 *
 * DOC: lifetimes
 *
 * Objects are created, changed and destroyed under RTNL. Destruction has three
 * phases: (1) unlink from lists and clients, mark dead under the object's lock
 * (from then on no timer arms: each object arms its timers through one helper
 * that checks dead), (2) synchronize_net(): hooks, receive and notifications
 * that still saw it have returned, (3) cancel timers, then free, by kfree_rcu
 * where a reader may have found it meanwhile. Each object's file opens with
 * who may still be running when it dies.
 */
#ifndef _ETRUNK_H
#define _ETRUNK_H

#include <linux/etherdevice.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/types.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <uapi/linux/if_ether.h>

#include <linux/etrunk.h>

#include "compat.h"
#include "timer.h"

struct etrunk_batch;
struct etrunk_bfd;
struct etrunk_bfd_table;
struct etrunk_lag;
struct etrunk_lag_net;
struct etrunk_member;
struct etrunk_pw_net;
struct etrunk_trunk;
struct etrunk_trunk_net;
struct trunk_pkt_services;

#define ETRUNK_VERSION	"0.1"

/**
 * struct etrunk_addr - an IP address with its family
 * @family: AF_INET or AF_INET6, 0 = unset
 * @v4: network order
 * @v6: network order
 */
struct etrunk_addr {
	u16 family;
	union {
		__be32 v4;
		struct in6_addr v6;
	};
};

bool etrunk_addr_equal(const struct etrunk_addr *a,
		       const struct etrunk_addr *b);

/**
 * struct etrunk_net - everything of one network namespace
 * @net: the namespace; outlives this
 * @up: all areas are there; outside of that, device events are not for them
 * @system_id: this PE's own id (tie-break), drawn once per namespace
 * @lacp_system_id: shared LACP system id, all zero = not configured
 * @lacp_priority: shared LACP system priority
 * @udp_port: hello port
 * @weak_algorithms: allow hmac-sha1, and for BFD passwords and MD5
 * @event_seq: of ETRUNK_CMD_EVENT
 * @batch: the batch being worked on, or NULL
 * @batch_id: number of the last batch
 * @stall_ns: silence after which the peer takes this PE for dead, the shortest
 *	of all E-Trunks, 0 = no limit; trunk.c sets, heartbeat.c acts on it
 * @trunks: struct etrunk_trunk, by id
 * @bfds: struct etrunk_bfd
 * @cores: struct etrunk_core
 * @pws: struct etrunk_pw
 * @vpws: struct etrunk_vpws
 * @bfd_socks: private to bfd_udp.c
 * @bfd_echo_hooks: private to bfd_echo.c
 * @bfd_table: private to bfd_table.c
 * @trunk: private to trunk_io.c
 * @lag: private to lag.c / heartbeat.c
 * @pw: private to pw.c
 *
 * Lists and settings change under RTNL; lists are read under RCU, settings
 * with READ_ONCE.
 */
struct etrunk_net {
	struct net *net;
	bool up;
	u8 system_id[ETH_ALEN];
	u8 lacp_system_id[ETH_ALEN];
	u16 lacp_priority;
	u16 udp_port;
	bool weak_algorithms;
	atomic_t event_seq;
	struct etrunk_batch *batch;
	u32 batch_id;
	u64 stall_ns;
	struct list_head trunks;
	struct list_head bfds;
	struct list_head cores;
	struct list_head pws;
	struct list_head vpws;
	struct list_head bfd_socks;
	struct list_head bfd_echo_hooks;
	struct etrunk_bfd_table *bfd_table;
	struct etrunk_trunk_net *trunk;
	struct etrunk_lag_net *lag;
	struct etrunk_pw_net *pw;
};

/* netns.c */
extern unsigned int etrunk_net_id __read_mostly;

static inline struct etrunk_net *etrunk_net(const struct net *net)
{
	return net_generic(net, etrunk_net_id);
}

int etrunk_netns_init(void);
void etrunk_netns_leave(void);
void etrunk_netns_down(void);
void etrunk_netns_exit(void);

/*
 * Per-namespace and per-module life of each area; called by netns.c / main.c.
 * *_net_exit() runs under RTNL while the namespace's devices still exist and
 * deletes whatever objects are left.
 */
int etrunk_bfd_net_init(struct etrunk_net *en);
void etrunk_bfd_net_exit(struct etrunk_net *en);
void etrunk_bfd_key_exit(void);
int etrunk_trunk_net_init(struct etrunk_net *en);
void etrunk_trunk_net_exit(struct etrunk_net *en);
int etrunk_lag_net_init(struct etrunk_net *en);
void etrunk_lag_net_exit(struct etrunk_net *en);
int etrunk_pw_init(void);
void etrunk_pw_exit(void);
int etrunk_pw_net_init(struct etrunk_net *en);
void etrunk_pw_net_exit(struct etrunk_net *en);

/*
 * notify.c: the module's only netdevice notifier; fans out under RTNL. An area
 * returns nothing and must cope with any event of any device.
 */
int etrunk_notify_init(void);
void etrunk_notify_exit(void);
void etrunk_bfd_netdev_event(struct etrunk_net *en, struct net_device *dev,
			     unsigned long event, void *info);
void etrunk_trunk_netdev_event(struct etrunk_net *en, struct net_device *dev,
			       unsigned long event, void *info);
void etrunk_lag_netdev_event(struct etrunk_net *en, struct net_device *dev,
			     unsigned long event, void *info);
void etrunk_pw_netdev_event(struct etrunk_net *en, struct net_device *dev,
			    unsigned long event, void *info);

/* ------------------------------------------------------------------ event.c */

/**
 * struct etrunk_history - the last state changes of an object
 * @n: entries in use
 * @head: index of the newest
 * @e: ring; strings are static
 */
struct etrunk_history {
	u8 n;
	u8 head;
	struct {
		u64 time;
		const char *from;
		const char *to;
		const char *reason;
	} e[ETRUNK_HISTORY_MAX];
};

void etrunk_history_add(struct etrunk_history *h, const char *from,
			const char *to, const char *reason);
int etrunk_history_fill(struct sk_buff *skb, int attrtype,
			const struct etrunk_history *h);
void etrunk_event(struct etrunk_net *en, enum etrunk_event_type type,
		  const char *object, const char *from, const char *to,
		  const char *reason);

/* ------------------------------------------------------------------ names.c */

const char *etrunk_bfd_state_name(enum etrunk_bfd_state state);
const char *etrunk_trunk_state_name(enum etrunk_trunk_state state);
const char *etrunk_trunk_reason_name(enum etrunk_trunk_reason reason);
const char *etrunk_member_state_name(enum etrunk_member_state state);
const char *etrunk_member_reason_name(enum etrunk_member_reason reason);

/* ---------------------------------------------------------------- netlink.c */

extern struct genl_family etrunk_genl_family;
/* the family is registered, and its multicast group ours */
extern bool etrunk_netlink_up;

/**
 * struct etrunk_counter_desc - name and place of a u64 counter
 * @name: as shown
 * @offset: of the u64 in the stats struct
 */
struct etrunk_counter_desc {
	const char *name;
	size_t offset;
};

int etrunk_nl_put_counters(struct sk_buff *skb, int attrtype,
			   const struct etrunk_counter_desc *desc, size_t n,
			   const void *stats);
int etrunk_nl_put_addr(struct sk_buff *skb, int attrtype,
		       const struct etrunk_addr *addr);
int etrunk_nl_get_addr(const struct nlattr *attr, struct etrunk_addr *addr,
		       struct netlink_ext_ack *extack);
int etrunk_nl_get_name(const struct nlattr *attr, char *name,
		       struct netlink_ext_ack *extack);
int etrunk_nl_get_dev(struct net *net, const struct nlattr *name,
		      const struct nlattr *index, int *ifindex,
		      struct netlink_ext_ack *extack);
int etrunk_nl_put_u64(struct sk_buff *skb, int attrtype, u64 value);
__printf(3, 4)
void etrunk_nl_err(struct netlink_ext_ack *extack, const struct nlattr *attr,
		   const char *fmt, ...);

typedef int (*etrunk_fill_t)(struct sk_buff *skb, const void *obj);

int etrunk_nl_reply(struct genl_info *info, u8 cmd, etrunk_fill_t fill,
		    const void *obj);
int etrunk_nl_dump_one(struct sk_buff *skb, struct netlink_callback *cb,
		       u8 cmd, etrunk_fill_t fill, const void *obj);

/* ------------------------------------------------------------------ batch.c */

/**
 * struct etrunk_batch_ops - how a prepared change happens
 * @check: is it compatible with all that is wanted of other objects, see
 *	etrunk_batch_wanted(); runs when the whole batch is prepared; may be NULL
 * @commit: do it; cannot fail
 * @undo: free what was prepared, as if it had never been; may be NULL
 *
 * All under RTNL.
 */
struct etrunk_batch_ops {
	int (*check)(void *obj, struct nlattr **attrs,
		     struct netlink_ext_ack *extack);
	void (*commit)(void *obj, void *plan);
	void (*undo)(void *obj, void *plan);
};

int etrunk_batch_new(struct genl_info *info, const struct etrunk_batch_ops *ops,
		     void *obj);
int etrunk_batch_set(struct genl_info *info, const struct etrunk_batch_ops *ops,
		     void *obj, void *plan, size_t size);
const void *etrunk_batch_wanted(const struct etrunk_net *en, const void *obj);

int etrunk_netlink_init(void);
void etrunk_netlink_exit(void);

/* --------------------------------------------------------------------- bfd */

/**
 * struct etrunk_bfd_change - a session state change, for clients
 * @old: local state before
 * @new: local state now
 * @remote: last state the peer reported
 * @diag: local diagnostic, RFC 5880 4.1
 * @now: ktime_get_ns() of the deciding event
 *
 * @old equals @new where only the peer moved to or from AdminDown. A failure (detection expired, or the peer signalled Down) is @old Up and
 * @new Down; AdminDown of either side is no failure (RFC 5882 3.2): then @new
 * or @remote is ETRUNK_BFD_ADMIN_DOWN.
 */
struct etrunk_bfd_change {
	enum etrunk_bfd_state old;
	enum etrunk_bfd_state new;
	enum etrunk_bfd_state remote;
	u8 diag;
	u64 now;
};

/**
 * struct etrunk_bfd_client - who wants to know of a session's state
 * @node: private to bfd_session.c
 * @notify: called in softirq (or BH off) with no lock held, under RCU, for
 *	each change of a session in order; must not sleep
 * @name: shown as used_by, e.g. "e-trunk 1"
 */
struct etrunk_bfd_client {
	struct list_head node;
	void (*notify)(struct etrunk_bfd_client *client,
		       const struct etrunk_bfd_change *change);
	char name[40];
};

/* All under RTNL, but etrunk_bfd_state(), which any context may call. */
struct etrunk_bfd *etrunk_bfd_find(struct etrunk_net *en, const char *name);
void etrunk_bfd_track(struct etrunk_bfd *bfd, struct etrunk_bfd_client *c);
/* returns when no notify() of @c runs any more */
void etrunk_bfd_untrack(struct etrunk_bfd *bfd, struct etrunk_bfd_client *c);
enum etrunk_bfd_state etrunk_bfd_state(const struct etrunk_bfd *bfd);
enum etrunk_bfd_state etrunk_bfd_remote_state(const struct etrunk_bfd *bfd);
const char *etrunk_bfd_name(const struct etrunk_bfd *bfd);
const char *etrunk_bfd_vrf(const struct etrunk_bfd *bfd);
const struct etrunk_addr *etrunk_bfd_peer(const struct etrunk_bfd *bfd);
const struct etrunk_addr *etrunk_bfd_source(const struct etrunk_bfd *bfd);
/* our silence after which the peer gives us up, ns; 0 unless Up; any context */
u64 etrunk_bfd_peer_detect_time(struct etrunk_bfd *bfd);
/* a session that belongs to another object, for that one's dump; RTNL */
int etrunk_bfd_fill_owned(struct sk_buff *skb, int attrtype, int timeattr,
			  struct etrunk_bfd *bfd);
/*
 * Such a session's life: made inert by bfd_vccv.c, tracked like any other. Who
 * deletes one has let go of it first.
 */
void etrunk_bfd_start(struct etrunk_bfd *bfd);
void etrunk_bfd_destroy(struct etrunk_bfd *bfd, bool plane_reset);
/* packets that belong to no session; for the system's counters, RTNL */
const char *etrunk_bfd_weak(const struct etrunk_net *en, const char **auth);
int etrunk_bfd_fill_counters(struct sk_buff *skb, int attrtype,
			     struct etrunk_net *en);
void etrunk_bfd_reset(struct etrunk_bfd *bfd);
void etrunk_bfd_table_reset(struct etrunk_net *en);

/* ------------------------------------------------------------ trunk, member */

/**
 * enum etrunk_ce_silence - why no LACPDU of the CE comes
 * @ETRUNK_CE_HEARD: one does, or links are down, or it is too early to say
 * @ETRUNK_CE_SILENT: they came since the link is up, and ceased
 * @ETRUNK_CE_NO_LACP: none ever came: no LACP, or one way
 * @ETRUNK_CE_BOTH_PASSIVE: the bond waits for the CE to begin, and that one does
 *	not
 */
enum etrunk_ce_silence {
	ETRUNK_CE_HEARD,
	ETRUNK_CE_SILENT,
	ETRUNK_CE_NO_LACP,
	ETRUNK_CE_BOTH_PASSIVE,
};

/**
 * struct etrunk_link_status - what lag.c knows of a member's ports
 * @phys_up: enough slaves (min_links, at least one) have carrier and a CE
 *	behind them that hears us and is heard
 * @links: usable slaves
 * @speed: their sum in Mbit/s, 0 unknown
 * @ce_known: a LACPDU of the CE was heard since carrier came
 * @ce_system: the CE's LACP system id
 * @ce_distributing: some port of the CE to us is collecting and distributing
 * @looped: our own identity was received as actor (mis-cabling)
 * @silence: enum etrunk_ce_silence
 * @deaf: the CE says of some link that it does not hear us there
 */
struct etrunk_link_status {
	bool phys_up;
	u8 links;
	u32 speed;
	bool ce_known;
	u8 ce_system[ETH_ALEN];
	bool ce_distributing;
	bool looped;
	u8 silence;
	bool deaf;
};

/*
 * lag.c -> trunk.c, from the heartbeat (softirq) only and so in order, no lock
 * held: the links changed. trunk.c may call back into etrunk_lag_set_role().
 */
void etrunk_member_link_changed(struct etrunk_member *member,
				const struct etrunk_link_status *status);
/* lag.c -> trunk.c, RTNL: the bond is being deleted; delete the member. */
void etrunk_member_bond_gone(struct etrunk_member *member);
/*
 * heartbeat.c -> trunk.c, softirq: this PE stood still for @late_ns (3.9). All
 * gates are closed; they open again on return for members that still (or anew)
 * have the role of master.
 */
void etrunk_trunk_stalled(struct etrunk_net *en, u64 late_ns);
/*
 * vpws.c -> trunk.c, softirq or BH off, no lock held: services of the member
 * and how many of them have a working core (4.3 core_ok). @services == 0:
 * nothing to track.
 */
void etrunk_member_core_changed(struct etrunk_member *member,
				unsigned int services, unsigned int core_ok);

/*
 * The whole PE is about to go and the peer serves first: note who has to leave,
 * then begin; and is it done? RTNL. It is within ETRUNK_LEAVE_NS, whatever the
 * peer and the CE do.
 */
#define ETRUNK_LEAVE_NS		(3 * NSEC_PER_SEC)
void etrunk_members_leave(struct etrunk_net *en, bool go);
bool etrunk_members_have_left(struct etrunk_net *en);

/*
 * vpws_ac.c -> member.c, softirq or RTNL, no lock held: what services the member
 * has; their member id is of no concern.
 */
void etrunk_member_services(struct etrunk_member *member,
			    const struct trunk_pkt_services *sum);

/* The rest is for vpws.c and lag.c. */
struct etrunk_member *etrunk_member_find_rcu(struct etrunk_net *en,
					     const struct net_device *bond);
const char *etrunk_member_name(const struct etrunk_member *member);
struct etrunk_net *etrunk_member_net(const struct etrunk_member *member);
/* Lockless: AC state that services on this member have now. */
enum etrunk_ac_state etrunk_member_ac_state(const struct etrunk_member *m);

/**
 * struct etrunk_lacp_ident - the identity that replaces the bond's own
 * @system: shared LACP system id
 * @priority: shared LACP system priority
 * @key: the member's LACP key
 * @high: set bit 15 of port numbers (source-address > peer-address)
 */
struct etrunk_lacp_ident {
	u8 system[ETH_ALEN];
	u16 priority;
	u16 key;
	bool high;
};

/* --------------------------------------------------------------------- lag */

/*
 * Under RTNL. Fails with extack if @bond is no usable 802.3ad bond. The lag is
 * inert, and reports no links, until its first role.
 */
struct etrunk_lag *etrunk_lag_create(struct etrunk_net *en,
				     struct etrunk_member *member,
				     struct net_device *bond,
				     const struct etrunk_lacp_ident *ident,
				     struct netlink_ext_ack *extack);
/*
 * Last LACPDU with SYNC clear, unhook, then (unless @keep_up) bond down.
 * Returns when no hook runs any more; the caller frees the member after.
 */
void etrunk_lag_destroy(struct etrunk_lag *lag, bool keep_up);
/* RTNL; new identity, sends LACPDUs if it changed. */
void etrunk_lag_set_ident(struct etrunk_lag *lag,
			  const struct etrunk_lacp_ident *ident);
/*
 * Softirq or BH off, no lock held. Opens or closes the gate, sets the actor
 * state and sends a LACPDU on every slave at once. @planned: on a move away
 * from master, ingress stays open until the CE stops distributing, at most 1 s.
 * @gen grows with every decision of the member; older calls are ignored.
 */
void etrunk_lag_set_role(struct etrunk_lag *lag, enum etrunk_member_state role,
			 bool planned, u64 gen);
void etrunk_lag_set_dormant(struct etrunk_lag *lag, bool on); /* RTNL */
/* does data still pass, after a planned move? */
bool etrunk_lag_draining(struct etrunk_lag *lag);
void etrunk_lag_status(struct etrunk_lag *lag, struct etrunk_link_status *st);
int etrunk_lag_fill_counters(struct sk_buff *skb, int attrtype,
			     struct etrunk_lag *lag);
void etrunk_lag_reset(struct etrunk_lag *lag);
/* did this PE stand still? for decisions, and cheaper for the data path */
bool etrunk_heartbeat_late(const struct etrunk_net *en);
bool etrunk_heartbeat_stale(const struct etrunk_net *en);

/* ---------------------------------------------------------------- vpws, pw */

/*
 * trunk.c -> vpws.c: the AC state of @member's services changed (softirq or BH
 * off, no lock held), or a member came or is about to go (RTNL).
 */
void etrunk_vpws_member_changed(struct etrunk_member *member);
void etrunk_vpws_member_added(struct etrunk_member *member);
void etrunk_vpws_member_removed(struct etrunk_member *member);

#endif /* _ETRUNK_H */
