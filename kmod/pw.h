/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pseudowire area: core interfaces, PWs, services.
 *
 * Data path: AC rx handler (vpws_ac.c) -> etrunk_vpws_xmit() -> the PW that the
 * set's preference list names -> pw_encap.c -> core device; nf ingress hook of
 * a core device (core.c) -> pw by label -> pw_decap.c -> AC. It reads words and
 * RCU pointers and takes no lock.
 *
 * Control: whatever may change a PW or a service (status message, BFD, route,
 * AC, configuration) ends in etrunk_pw_changed() or etrunk_vpws_eval(), which
 * looks at everything anew, decides by pw_select.c and carries the difference
 * out.
 */
#ifndef _ETRUNK_PW_H
#define _ETRUNK_PW_H

#include <linux/if_arp.h>
#include <linux/netfilter.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "etrunk.h"
#include "pw_label.h"
#include "pw_oam_fsm.h"
#include "pw_select.h"
#include "pw_seq.h"

struct etrunk_ac_group;
struct etrunk_live;
struct etrunk_vpws;

/* a PW's own BFD session unless configured */
#define ETRUNK_PW_VCCV_INTERVAL	10000
#define ETRUNK_PW_VCCV_MULT	3

/* how often carriers that no notifier reports in time are looked at */
#define ETRUNK_SAMPLE_NS	(2 * NSEC_PER_MSEC)

/**
 * struct etrunk_pw_net - what the area keeps per namespace
 * @en: the namespace
 * @labels: in-label -> struct etrunk_pw
 * @lives: struct etrunk_live, one per tracked BFD session
 * @groups: struct etrunk_ac_group
 * @lost_cores: struct etrunk_core without device
 * @lo: hook on the loopback device while there is a core
 * @fib_nb: tells of route changes
 * @lsp_work: resolves LSPs again
 * @sampler: looks at the carriers of ACs and cores
 * @sampler_lock: protects @sampling
 * @sampling: @sampler runs
 * @dead: the namespace goes; nothing is armed any more
 */
struct etrunk_pw_net {
	struct etrunk_net *en;
	struct xarray labels;
	struct list_head lives;
	struct list_head groups;
	struct list_head lost_cores;
	struct etrunk_core *lo;
	struct notifier_block fib_nb;
	struct delayed_work lsp_work;
	struct etrunk_timer sampler;
	spinlock_t sampler_lock;
	bool sampling;
	bool dead;
};

/* -------------------------------------------------------------------- core */

#define ETRUNK_CORE_COUNTS	2

/* per CPU */
struct etrunk_core_stats {
	u64_stats_t rx_packets;
	u64_stats_t rx_unknown;
	struct u64_stats_sync syncp;
};

/**
 * struct etrunk_core - an MPLS-facing interface
 * @list: in etrunk_net.cores, RCU, or in etrunk_pw_net.lost_cores
 * @en: namespace
 * @dev: the interface, NULL while there is none; readers under RCU find it with
 *	a device only
 * @tracker: of the reference to @dev
 * @ifindex: of the interface, the last one
 * @name: of the interface, by which it is found again
 * @hook: ingress hook
 * @stats: per CPU
 * @base: what they were at the last reset, RTNL
 * @up: running with carrier, as last seen
 * @started: may be used
 * @dead: no LSP may take it any more
 * @rcu: for freeing
 */
struct etrunk_core {
	struct list_head list;
	struct etrunk_net *en;
	struct net_device *dev;
	netdevice_tracker tracker;
	int ifindex;
	char name[IFNAMSIZ];
	struct nf_hook_ops hook;
	struct etrunk_core_stats __percpu *stats;
	u64 base[ETRUNK_CORE_COUNTS];
	bool up;
	bool started;
	bool dead;
	struct rcu_head rcu;
};

struct etrunk_core *etrunk_core_find(struct etrunk_net *en,
				     const struct net_device *dev);
struct etrunk_core *etrunk_core_find_rcu(struct etrunk_net *en,
					 const struct net_device *dev);
struct etrunk_core *etrunk_core_create(struct etrunk_net *en,
				       struct net_device *dev,
				       struct netlink_ext_ack *extack);
struct etrunk_core *etrunk_core_find_lost(struct etrunk_net *en,
					  const char *name);
void etrunk_core_start(struct etrunk_core *core);
void etrunk_core_leave(struct etrunk_core *core);
void etrunk_core_return(struct etrunk_net *en, struct net_device *dev);
void etrunk_core_renamed(struct etrunk_core *core);
void etrunk_core_destroy(struct etrunk_core *core);
void etrunk_core_sample(struct etrunk_net *en);
int etrunk_core_fill_counters(struct sk_buff *skb, int attrtype,
			      const struct etrunk_core *core);
void etrunk_core_reset(struct etrunk_core *core);

/* ---------------------------------------------------------------------- pw */

/* Why a frame or message was dropped; etrunk_pw_counters[] has the names. */
enum etrunk_pw_count {
	ETRUNK_PW_RX_BAD_CW,
	ETRUNK_PW_RX_SHORT,
	ETRUNK_PW_RX_NO_SERVICE,
	ETRUNK_PW_RX_STANDBY,
	ETRUNK_PW_RX_AC_DOWN,
	ETRUNK_PW_RX_MTU,
	ETRUNK_PW_RX_L2_CONTROL,
	ETRUNK_PW_RX_UNTAGGED,
	ETRUNK_PW_RX_LATE,
	ETRUNK_PW_RX_NOMEM,
	ETRUNK_PW_RX_ACH_UNKNOWN,
	ETRUNK_PW_RX_STATUS_MALFORMED,
	ETRUNK_PW_RX_STATUS_UNEXPECTED,
	ETRUNK_PW_RX_VCCV_MALFORMED,
	ETRUNK_PW_RX_VCCV_UNEXPECTED,
	/* the above are rx drops, these tx drops */
	ETRUNK_PW_TX_MTU,
	ETRUNK_PW_TX_CORE_MTU,
	ETRUNK_PW_TX_GSO,
	ETRUNK_PW_TX_NOMEM,
	ETRUNK_PW_TX_ERROR,
	ETRUNK_PW_TX_STATUS_ERROR,
	/* and these no drops */
	ETRUNK_PW_RX_STATUS,
	ETRUNK_PW_RX_ACK,
	ETRUNK_PW_RX_BAD_ACK,
	ETRUNK_PW_TX_STATUS,
	ETRUNK_PW_TX_ACK,
	ETRUNK_PW_TX_SEGMENTED,
	ETRUNK_PW_RX_MISSING,
	ETRUNK_PW_RX_NUMBERED,
	ETRUNK_PW_COUNTS,
};

#define ETRUNK_PW_RX_DROPS	ETRUNK_PW_TX_MTU
#define ETRUNK_PW_DROPS		ETRUNK_PW_RX_STATUS

/* per CPU */
struct etrunk_pw_stats {
	u64_stats_t rx_packets;
	u64_stats_t rx_bytes;
	u64_stats_t tx_packets;
	u64_stats_t tx_bytes;
	u64_stats_t count[ETRUNK_PW_COUNTS];
	struct u64_stats_sync syncp;
};

/* sums over all CPUs */
struct etrunk_pw_sums {
	u64 rx_packets;
	u64 rx_bytes;
	u64 tx_packets;
	u64 tx_bytes;
	u64 count[ETRUNK_PW_COUNTS];
};

/**
 * struct etrunk_pw_cfg - what the user set
 * @name: key
 * @peer: remote PE
 * @pw_id: decides among several by default
 * @in_label: what the peer sends
 * @out_label: what we send
 * @core: pinned core interface, NULL = a route is asked for the LSP
 * @via: pinned next hop
 * @n_tunnel: pinned tunnel labels
 * @tunnel: outermost first
 * @cw: control word
 * @type: raw or tagged
 * @vlan: id of the tag on a tagged PW, 0 = that of the AC
 * @sequence: number the frames
 * @status: static or none
 * @mtu: largest payload of an AC frame; may be set, read on the data path
 * @tc: traffic class or ETRUNK_PW_TC_8021P; the same
 * @settable: what else may be set later on
 * @refresh: of status messages, s
 * @initial_remote: word of a silent peer
 * @bfd: tracked session, or NULL
 * @lockout: do not use
 * @vccv: a session of its own, in its channel, and not @bfd
 * @vccv_min_tx_us: of that session
 * @vccv_min_rx_us: the same
 * @vccv_mult: the same
 */
struct etrunk_pw_cfg {
	char name[ETRUNK_NAME_LEN];
	struct etrunk_addr peer;
	u32 pw_id;
	u32 in_label;
	u32 out_label;
	struct etrunk_core *core;
	struct etrunk_addr via;
	u8 n_tunnel;
	u32 tunnel[ETRUNK_LABELS_MAX];
	bool cw;
	enum etrunk_pw_type type;
	u16 vlan;
	bool sequence;
	enum etrunk_pw_status_mode status;
	u32 mtu;
	u8 tc;

	struct_group(settable,
		u16 refresh;
		u32 initial_remote;
		struct etrunk_bfd *bfd;
		bool lockout;
		enum etrunk_pw_vccv vccv;
		u32 vccv_min_tx_us;
		u32 vccv_min_rx_us;
		u8 vccv_mult;
	);
};

/**
 * struct etrunk_lsp - a resolved way to the peer, with the PW's headers ready
 * @core: out of which interface
 * @via: next hop, network order
 * @n: tunnel labels
 * @labels: outermost first
 * @data_len: bytes of @data
 * @data: labels and control word of a frame
 * @oam_len: bytes of @oam
 * @oam: labels of a control message
 * @rcu: for freeing
 */
struct etrunk_lsp {
	struct etrunk_core *core;
	__be32 via;
	u8 n;
	u32 labels[ETRUNK_LABELS_MAX];
	u8 data_len;
	u8 data[ETRUNK_STACK_LEN_MAX];
	u8 oam_len;
	u8 oam[ETRUNK_STACK_LEN_MAX];
	struct rcu_head rcu;
};

/**
 * struct etrunk_pw - a pseudowire
 * @list: in etrunk_net.pws, RCU
 * @en: namespace
 * @cfg: settings; change under RTNL and @lock
 * @vccv: the session of its own, or NULL; changes under RTNL
 * @live: liveness word of the tracked session or its own, or NULL
 * @live_node: in etrunk_live.pws, RCU
 * @lsp: NULL = unresolved
 * @vpws: the service that has it
 * @claim: the service that is to have it after batch @claim_batch; compared,
 *	or followed while that batch is at work, only; RTNL
 * @claim_batch: number of that batch
 * @stats: per CPU
 * @base: what they were at the last reset, RTNL
 * @tx_seq: number of the last frame sent; data path
 * @rx_seq: a struct etrunk_seq; data path
 * @timer: of @oam
 * @lock: protects all below and writing @lsp
 * @started: may act
 * @dead: no timer is armed and no LSP set any more
 * @neigh_failed: the next hop does not answer
 * @alive: liveness as last evaluated
 * @path: LSP and liveness as last evaluated
 * @up: up(pw)
 * @active: up and preferred by both ends
 * @oam_cfg: settings of @oam
 * @oam: status signalling
 * @last_change: of @up, ns since the epoch
 * @history: of @up
 * @rcu: for freeing
 */
struct etrunk_pw {
	struct list_head list;
	struct etrunk_net *en;
	struct etrunk_pw_cfg cfg;
	struct etrunk_bfd __rcu *vccv;
	struct etrunk_live __rcu *live;
	struct list_head live_node;
	struct etrunk_lsp __rcu *lsp;
	struct etrunk_vpws __rcu *vpws;
	const struct etrunk_vpws *claim;
	u32 claim_batch;
	struct etrunk_pw_stats __percpu *stats;
	struct etrunk_pw_sums base;
	atomic_t tx_seq;
	atomic64_t rx_seq;
	struct etrunk_timer timer;
	spinlock_t lock;
	bool started;
	bool dead;
	bool neigh_failed;
	bool alive;
	bool path;
	bool up;
	bool active;
	struct etrunk_oam_cfg oam_cfg;
	struct etrunk_oam oam;
	u64 last_change;
	struct etrunk_history history;
	struct rcu_head rcu;
};

/* pw.c, under RTNL */
struct etrunk_pw *etrunk_pw_find(struct etrunk_net *en, const char *name);
struct etrunk_pw *etrunk_pw_create(struct etrunk_net *en,
				   const struct etrunk_pw_cfg *cfg,
				   struct netlink_ext_ack *extack);
void etrunk_pw_start(struct etrunk_pw *pw);
void etrunk_pw_set(struct etrunk_pw *pw, const struct etrunk_pw_cfg *cfg,
		   struct etrunk_bfd *vccv, struct etrunk_live *live);
void etrunk_pw_destroy(struct etrunk_pw *pw);
/* pw.c, softirq or BH off, no lock held */
void etrunk_pw_changed(struct etrunk_pw *pw, const char *why);
/* pw.c, vpws->lock held; BH off */
u32 etrunk_pw_view(struct etrunk_pw *pw, bool in_service,
		   enum etrunk_ac_state ac, u64 now,
		   struct etrunk_pw_view *view);
u32 etrunk_pw_outcome(struct etrunk_pw *pw, const struct etrunk_pw_view *view,
		      bool up, bool active, const char *why, u64 now);
const char *etrunk_pw_trouble(const struct etrunk_pw_view *view);

/* pw_stats.c */
extern const struct etrunk_counter_desc etrunk_pw_counters[ETRUNK_PW_COUNTS];
void etrunk_pw_count(struct etrunk_pw *pw, enum etrunk_pw_count what);
void etrunk_pw_count_rx(struct etrunk_pw *pw, unsigned int packets,
			unsigned int bytes);
void etrunk_pw_count_tx(struct etrunk_pw *pw, unsigned int packets,
			unsigned int bytes);
/* under RTNL */
void etrunk_pw_sum(const struct etrunk_pw *pw, struct etrunk_pw_sums *sums);
void etrunk_pw_reset(struct etrunk_pw *pw);

/* pw_live.c, under RTNL */
int etrunk_live_get(struct etrunk_net *en, struct etrunk_bfd *bfd,
		    const char *name, struct etrunk_live **live);
void etrunk_live_put(struct etrunk_live *live);
void etrunk_live_attach(struct etrunk_live *live, struct etrunk_pw *pw);
void etrunk_live_detach(struct etrunk_pw *pw);
/* pw_live.c, any context under RCU; @live may be NULL */
bool etrunk_live_ok(const struct etrunk_live *live);
void etrunk_live_defects(const struct etrunk_live *live, bool *rx, bool *tx);

/* pw_lsp.c */
void etrunk_lsp_resolve(struct etrunk_pw *pw);
void etrunk_lsp_kick(struct etrunk_net *en);
void etrunk_lsp_core_gone(struct etrunk_core *core);
int etrunk_lsp_net_init(struct etrunk_net *en);
void etrunk_lsp_net_exit(struct etrunk_net *en);

/* pw_status.c; _locked: pw->lock held */
void etrunk_pw_status_init(struct etrunk_pw *pw);
void etrunk_pw_status_arm_locked(struct etrunk_pw *pw);
void etrunk_pw_status_rx(struct etrunk_pw *pw, const u8 *buf, size_t len);
void etrunk_pw_status_run(struct etrunk_pw *pw, u32 actions);

/* pw_encap.c, pw_decap.c: data path, BH off, RCU */
void etrunk_pw_xmit(struct etrunk_pw *pw, const struct etrunk_lsp *lsp,
		    struct sk_buff *skb);
int etrunk_pw_xmit_oam(struct etrunk_pw *pw, const struct etrunk_pw_oam *msg);
int etrunk_pw_xmit_channel(struct etrunk_pw *pw, u16 channel, const u8 *msg,
			   unsigned int len);
void etrunk_pw_rx(struct etrunk_pw *pw, struct sk_buff *skb,
		  unsigned int offset, bool bottom);

/* bfd_vccv.c, under RTNL */
struct etrunk_bfd *etrunk_vccv_create(struct etrunk_pw *pw,
				      const struct etrunk_pw_cfg *cfg,
				      struct netlink_ext_ack *extack);
void etrunk_vccv_set(struct etrunk_pw *pw, const struct etrunk_pw_cfg *cfg);
/* bfd_vccv.c, softirq under RCU */
void etrunk_vccv_rx(struct etrunk_pw *pw, u16 channel,
		    const struct sk_buff *skb, unsigned int offset);

/* -------------------------------------------------------------------- vpws */

/* Why a frame of an AC went nowhere; etrunk_vpws_counters[] has the names. */
enum etrunk_vpws_count {
	ETRUNK_VPWS_NO_PW,
	ETRUNK_VPWS_L2_CONTROL,
	ETRUNK_VPWS_PAUSE,
	ETRUNK_VPWS_BAD_HEADER,
	ETRUNK_VPWS_COUNTS,
};

/* per CPU */
struct etrunk_vpws_stats {
	u64_stats_t count[ETRUNK_VPWS_COUNTS];
	struct u64_stats_sync syncp;
};

/**
 * struct etrunk_vpws_set - the PWs of a service, replaced as a whole
 * @order: preference list of etrunk_pw_select(): the one word that a switch
 *	stores
 * @selected: the active PW, NULL = none; for the receive rule
 * @n: PWs
 * @pw: in configured order
 * @rcu: for freeing
 */
struct etrunk_vpws_set {
	u32 order;
	struct etrunk_pw *selected;
	unsigned int n;
	struct etrunk_pw *pw[ETRUNK_VPWS_PWS_MAX];
	struct rcu_head rcu;
};

/**
 * struct etrunk_vpws_cfg - what the user set
 * @name: key
 * @ac: name of the AC; follows the device when that is renamed
 * @redundancy: independent or none
 * @precedence: pw-id or configured
 * @dual_receive: deliver from any PW of the set
 * @l2_control: what becomes of the CEs' link-local control frames
 * @n: PWs
 * @pw: primary first
 */
struct etrunk_vpws_cfg {
	char name[ETRUNK_NAME_LEN];
	char ac[IFNAMSIZ];
	enum etrunk_redundancy redundancy;
	enum etrunk_precedence precedence;
	bool dual_receive;
	enum etrunk_l2_control l2_control;
	unsigned int n;
	struct etrunk_pw *pw[ETRUNK_VPWS_PWS_MAX];
};

/**
 * struct etrunk_vpws_plan - settings to have
 * @cfg: all of them
 * @set: for another list of PWs, NULL if that stays
 */
struct etrunk_vpws_plan {
	struct etrunk_vpws_cfg cfg;
	struct etrunk_vpws_set *set;
};

/**
 * struct etrunk_vpws - a point-to-point service
 * @list: in etrunk_net.vpws, RCU
 * @en: namespace
 * @cfg: settings; change under RTNL and @lock
 * @ac: attached AC, or NULL while the device does not exist
 * @tracker: of the reference to @ac
 * @group: the port below @ac
 * @group_node: in etrunk_ac_group.vpws, RCU
 * @set: the PWs; changes under RTNL and @lock
 * @stats: per CPU
 * @base: what they were at the last reset, RTNL
 * @lock: protects all below
 * @started: may act
 * @dead: goes
 * @ac_state: as last evaluated
 * @selected: index of the active PW, or ETRUNK_PW_NONE
 * @last: index of the PW that was active until the AC became standby, for
 *	make-before-break, or ETRUNK_PW_NONE
 * @served: the PW that carried traffic last, NULL = none yet
 * @manual: index that the operator chose, or ETRUNK_PW_NONE
 * @core_ok: as last reported for the member
 * @switchovers: changes of @selected
 * @switch_time: of the last one, ns since the epoch, 0 = never
 * @switch_from: name of the PW before, "" = none
 * @switch_to: name of the PW after
 * @switch_reason: why
 * @rcu: for freeing
 */
struct etrunk_vpws {
	struct list_head list;
	struct etrunk_net *en;
	struct etrunk_vpws_cfg cfg;
	struct net_device __rcu *ac;
	netdevice_tracker tracker;
	struct etrunk_ac_group __rcu *group;
	struct list_head group_node;
	struct etrunk_vpws_set __rcu *set;
	struct etrunk_vpws_stats __percpu *stats;
	u64 base[ETRUNK_VPWS_COUNTS];
	spinlock_t lock;
	bool started;
	bool dead;
	enum etrunk_ac_state ac_state;
	int selected;
	int last;
	const struct etrunk_pw *served;
	int manual;
	bool core_ok;
	u32 switchovers;
	u64 switch_time;
	char switch_from[ETRUNK_NAME_LEN];
	char switch_to[ETRUNK_NAME_LEN];
	const char *switch_reason;
	struct rcu_head rcu;
};

/* vpws.c, under RTNL */
struct etrunk_vpws *etrunk_vpws_find(struct etrunk_net *en, const char *name);
struct etrunk_vpws *etrunk_vpws_create(struct etrunk_net *en,
				       const struct etrunk_vpws_cfg *cfg,
				       struct netlink_ext_ack *extack);
void etrunk_vpws_start(struct etrunk_vpws *v);
int etrunk_vpws_check(const struct etrunk_vpws *v,
		      struct netlink_ext_ack *extack);
struct etrunk_vpws_set *
etrunk_vpws_set_alloc(const struct etrunk_vpws_cfg *cfg);
void etrunk_vpws_set(struct etrunk_vpws *v,
		     const struct etrunk_vpws_plan *plan);
int etrunk_vpws_switchover(struct etrunk_vpws *v, const struct etrunk_pw *to,
			   struct netlink_ext_ack *extack);
void etrunk_vpws_destroy(struct etrunk_vpws *v);
/* vpws.c, softirq or BH off, no lock held */
void etrunk_vpws_eval(struct etrunk_vpws *v, const char *why);
/* vpws.c, data path: takes @skb, whose data are at the network header */
void etrunk_vpws_xmit(struct etrunk_vpws *v, struct sk_buff *skb);
void etrunk_vpws_count(struct etrunk_vpws *v, enum etrunk_vpws_count what);
int etrunk_vpws_fill_counters(struct sk_buff *skb, int attrtype,
			      const struct etrunk_vpws *v);
void etrunk_vpws_reset(struct etrunk_vpws *v);

/* vpws_ac.c, under RTNL */
int etrunk_ac_check(struct etrunk_net *en, const struct net_device *dev,
		    struct netlink_ext_ack *extack);
struct etrunk_vpws *etrunk_ac_user(struct etrunk_net *en,
				   const struct net_device *dev);
int etrunk_ac_attach(struct etrunk_vpws *v, struct net_device *dev,
		     struct netlink_ext_ack *extack);
void etrunk_ac_detach(struct etrunk_vpws *v);
void etrunk_ac_netdev_event(struct etrunk_net *en, struct net_device *dev,
			    unsigned long event);
/* vpws_ac.c, under RCU */
enum etrunk_ac_state etrunk_ac_state(const struct etrunk_vpws *v);
bool etrunk_ac_tunnels(const struct etrunk_vpws *v, const struct net_device *ac,
		       const struct ethhdr *eth, bool tagged);
void etrunk_ac_core_set_locked(struct etrunk_vpws *v, bool ok);
void etrunk_ac_core_report(struct etrunk_vpws *v);
void etrunk_ac_services_changed(struct etrunk_vpws *v);
void etrunk_ac_sample(struct etrunk_net *en);
/* vpws_ac.c: starts looking at carriers, if that is not done already */
void etrunk_sampler_start(struct etrunk_net *en);
int etrunk_sampler_init(struct etrunk_net *en);
void etrunk_sampler_exit(struct etrunk_net *en);

#endif /* _ETRUNK_PW_H */
