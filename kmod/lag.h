/* SPDX-License-Identifier: GPL-2.0 */
/* What lag.c, lag_hook.c, lag_bond.c and heartbeat.c share. */
#ifndef _ETRUNK_LAG_H
#define _ETRUNK_LAG_H

#include <linux/netfilter.h>

#include "etrunk.h"
#include "lacp_pkt.h"

/**
 * enum lag_gate - what a port does with frames; one word, read by the hooks
 * @LAG_GATE_INERT: hooked, but not steered yet: everything passes untouched
 * @LAG_GATE_CLOSED: LACPDUs are steered, data is dropped both ways
 * @LAG_GATE_OPEN: LACPDUs are steered, data passes
 * @LAG_GATE_MUTE: the bond is being deleted and its lag is gone: nothing passes
 */
enum lag_gate {
	LAG_GATE_INERT,
	LAG_GATE_CLOSED,
	LAG_GATE_OPEN,
	LAG_GATE_MUTE,
};

enum lag_counter {
	LAG_TX_REWRITTEN,
	LAG_TX_INJECTED,
	LAG_TX_INJECT_FAILED,
	LAG_TX_DROPPED,
	LAG_TX_FOREIGN,
	LAG_RX_LACPDU,
	LAG_RX_MAPPED,
	LAG_RX_DROPPED,
	LAG_RX_FOREIGN,
	LAG_RX_LOOPED,
	LAG_GATE_RX_DROPPED,
	LAG_GATE_TX_DROPPED,
	__LAG_COUNTERS,
};

/**
 * struct lag_port - a slave of the bond
 * @node: in etrunk_lag.ports or etrunk_lag_net.orphans; RTNL, read under RCU
 * @lag: its lag; not valid while @gate is LAG_GATE_MUTE
 * @dev: the slave
 * @dev_tracker: reference to @dev
 * @rx_handler: bonding's; while @dev has it, its data is bonding's slave
 * @addr: source address of the bond's LACPDUs on this slave
 * @ops: ingress and egress hook
 * @gate: enum lag_gate
 * @drain_until: still open after a planned move, for the CE has not let go or
 *	did so just now, 0 = not; lag->lock, as all below
 * @carrier: as last sampled
 * @ce_known: a LACPDU came since carrier did
 * @ce: who the CE says it is on this link, and in which state
 * @ce_old: it said so before we let it go, and may have left since
 * @looped_at: when our own identity came in, 0 = not
 * @rcu: frees it
 */
struct lag_port {
	struct list_head node;
	struct etrunk_lag *lag;
	struct net_device *dev;
	netdevice_tracker dev_tracker;
	rx_handler_func_t *rx_handler;
	u8 addr[ETH_ALEN];
	struct nf_hook_ops ops[2];
	u32 gate;
	u64 drain_until;
	bool carrier;
	bool ce_known;
	bool ce_old;
	struct lacp_info ce;
	u64 looped_at;
	struct rcu_head rcu;
};

/**
 * struct etrunk_lag - LACP steering of a member's bond
 * @node: in etrunk_lag_net.lags; RTNL, read under RCU
 * @en: namespace
 * @member: told of link changes
 * @bond: the bond
 * @bond_tracker: reference to @bond
 * @ports: struct lag_port; RTNL, read under RCU
 * @lock: the fields below and those of the ports
 * @active: a role was set: steering is on
 * @dead: on its way out: no role is taken any more
 * @stalled: gates are closed because this PE stood still
 * @role: what the member is
 * @gen: of the decision behind @role
 * @ident: who we are to the CE
 * @resend_at: when to send LACPDUs once more, 0 = not
 * @unheard_at: since when links are up and the CE is heard on none, 0 = not so
 * @deaf_at: since when the CE says of some link that it does not hear us
 * @reported: @last holds something
 * @last: status as last reported; heartbeat only
 * @dormant: show standby as DORMANT
 * @dormant_work: does so, off every decision's path
 * @counters: enum lag_counter
 * @rcu: frees it
 */
struct etrunk_lag {
	struct list_head node;
	struct etrunk_net *en;
	struct etrunk_member *member;
	struct net_device *bond;
	netdevice_tracker bond_tracker;
	struct list_head ports;
	spinlock_t lock;
	bool active;
	bool dead;
	bool stalled;
	enum etrunk_member_state role;
	u64 gen;
	struct lacp_ident ident;
	u64 resend_at;
	u64 unheard_at;
	u64 deaf_at;
	bool reported;
	struct etrunk_link_status last;
	bool dormant;
	struct delayed_work dormant_work;
	atomic64_t counters[__LAG_COUNTERS];
	struct rcu_head rcu;
};

/**
 * struct etrunk_lag_net - steering in one namespace
 * @en: back pointer
 * @lags: struct etrunk_lag; RTNL, read under RCU
 * @orphans: ports of bonds that are being deleted; RTNL
 * @timer: the heartbeat
 * @beats: lags that need it; RTNL
 * @due: when the next beat is due, ktime in ns, 0 = there is none
 * @beat: jiffies of the last beat
 * @patience: jiffies after @beat that make it stale, 0 = never
 */
struct etrunk_lag_net {
	struct etrunk_net *en;
	struct list_head lags;
	struct list_head orphans;
	struct etrunk_timer timer;
	unsigned int beats;
	u64 due;
	unsigned long beat;
	unsigned long patience;
};

static inline void lag_count(struct etrunk_lag *lag, enum lag_counter counter)
{
	atomic64_inc(&lag->counters[counter]);
}

/* lag.c */
void lag_port_heard(struct lag_port *port, const struct lacp_info *ce);
void lag_port_looped(struct lag_port *port);
void lag_wire(struct etrunk_lag *lag, struct lacp_ident *ident,
	      u8 *clear_state);
void lag_stall(struct etrunk_lag *lag, bool stalled);
void lag_tick(struct etrunk_lag *lag, u64 now);

/* lag_hook.c */
int lag_hook(struct lag_port *port);
void lag_unhook(struct lag_port *port);

/* lag_bond.c */
bool lag_bond_is_lacp(const struct net_device *bond);
bool lag_bond_passive(const struct net_device *bond);
unsigned int lag_bond_min_links(const struct net_device *bond);
bool lag_bond_bind(struct lag_port *port);
bool lag_bond_read(const struct lag_port *port, struct lacp_info *actor,
		   struct lacp_info *partner, bool *exact);
bool lag_bond_alive(const struct lag_port *port, u32 *speed);

/* heartbeat.c */
void etrunk_heartbeat_init(struct etrunk_lag_net *ln);
void etrunk_heartbeat_get(struct etrunk_lag_net *ln);
void etrunk_heartbeat_put(struct etrunk_lag_net *ln);

#endif /* _ETRUNK_LAG_H */
