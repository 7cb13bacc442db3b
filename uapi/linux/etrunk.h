/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Generic netlink interface of the "etrunk" family: multi-chassis LACP
 * (E-Trunk), BFD and pseudowire redundancy for a provider edge.
 *
 * One attribute enum per object, used flat at the top level of a message:
 *
 *	ETRUNK_CMD_BFD_NEW
 *		ETRUNK_A_BFD_NAME		string 1..15
 *		ETRUNK_A_BFD_PEER		4 (or 16) bytes
 *		...
 *	ETRUNK_CMD_BFD_GET (do: by key; dump: all, same attributes)
 *		-> the same attributes, plus the read-only ones
 *
 * _NEW creates (EEXIST if there), _SET changes what it names and nothing else
 * (all or nothing), _DEL deletes (EBUSY while in use). Addresses are in network
 * order; times are u32 microseconds (_US) or milliseconds (_MS); wall-clock
 * stamps are u64 nanoseconds since the epoch (_TIME); booleans are u32 0 or 1.
 */
#ifndef _UAPI_LINUX_ETRUNK_H
#define _UAPI_LINUX_ETRUNK_H

#define ETRUNK_GENL_NAME	"etrunk"
#define ETRUNK_GENL_VERSION	1
/* multicast group of ETRUNK_CMD_EVENT messages */
#define ETRUNK_MCGRP_EVENTS	"events"

#define ETRUNK_NAME_LEN		16	/* BFD, PW and VPWS names, with NUL */
#define ETRUNK_KEY_MAX		255	/* bytes of an E-Trunk key */
#define ETRUNK_DESC_MAX		242	/* bytes of a description */
#define ETRUNK_ID_MAX		16
#define ETRUNK_MEMBERS_MAX	64
#define ETRUNK_BFD_DISCR_MAX	8191	/* of configured discriminators */
#define ETRUNK_LABELS_MAX	8	/* tunnel labels of a pinned LSP */
#define ETRUNK_VPWS_PWS_MAX	8	/* PWs of one redundancy set */
#define ETRUNK_HISTORY_MAX	10	/* state changes kept per object */
#define ETRUNK_PW_TC_8021P	8	/* in place of a traffic class */

/**
 * enum etrunk_cmd - commands of the family
 * @ETRUNK_CMD_SYSTEM_SET: change settings of the namespace
 * @ETRUNK_CMD_SYSTEM_GET: settings of the namespace
 * @ETRUNK_CMD_TRUNK_NEW: create an e-trunk
 * @ETRUNK_CMD_TRUNK_SET: change an e-trunk
 * @ETRUNK_CMD_TRUNK_DEL: delete an e-trunk
 * @ETRUNK_CMD_TRUNK_GET: show an e-trunk, or all in a dump
 * @ETRUNK_CMD_TRUNK_SWITCHOVER: give mastership to the peer, or take it back
 * @ETRUNK_CMD_MEMBER_NEW: create a member
 * @ETRUNK_CMD_MEMBER_SET: change a member
 * @ETRUNK_CMD_MEMBER_DEL: delete a member
 * @ETRUNK_CMD_MEMBER_GET: show a member, or all in a dump
 * @ETRUNK_CMD_BFD_NEW: create a BFD session
 * @ETRUNK_CMD_BFD_SET: change a BFD session
 * @ETRUNK_CMD_BFD_DEL: delete a BFD session
 * @ETRUNK_CMD_BFD_GET: show a BFD session, or all in a dump
 * @ETRUNK_CMD_CORE_NEW: create a core interface
 * @ETRUNK_CMD_CORE_DEL: delete a core interface
 * @ETRUNK_CMD_CORE_GET: show a core interface, or all in a dump
 * @ETRUNK_CMD_PW_NEW: create a pseudowire
 * @ETRUNK_CMD_PW_SET: change a pseudowire
 * @ETRUNK_CMD_PW_DEL: delete a pseudowire
 * @ETRUNK_CMD_PW_GET: show a pseudowire, or all in a dump
 * @ETRUNK_CMD_VPWS_NEW: create a service
 * @ETRUNK_CMD_VPWS_SET: change a service
 * @ETRUNK_CMD_VPWS_DEL: delete a service
 * @ETRUNK_CMD_VPWS_GET: show a service, or all in a dump
 * @ETRUNK_CMD_VPWS_SWITCHOVER: move a service to a given pseudowire
 * @ETRUNK_CMD_EVENT: notification only (enum etrunk_attr_event)
 * @ETRUNK_CMD_BATCH: several _NEW and _SET as one, all or nothing (enum
 *	etrunk_attr_batch)
 * @ETRUNK_CMD_SYSTEM_RESET: set the global counters to zero
 * @ETRUNK_CMD_TRUNK_RESET: set the counters of an e-trunk to zero
 * @ETRUNK_CMD_MEMBER_RESET: set the counters of a member to zero
 * @ETRUNK_CMD_BFD_RESET: set the counters and maxima of a BFD session to zero
 * @ETRUNK_CMD_CORE_RESET: set the counters of a core interface to zero
 * @ETRUNK_CMD_PW_RESET: set the counters of a pseudowire to zero
 * @ETRUNK_CMD_VPWS_RESET: set the counters of a service to zero
 *
 * All but the _GETs need CAP_NET_ADMIN.
 */
enum etrunk_cmd {
	ETRUNK_CMD_UNSPEC,
	ETRUNK_CMD_SYSTEM_SET,
	ETRUNK_CMD_SYSTEM_GET,
	ETRUNK_CMD_TRUNK_NEW,
	ETRUNK_CMD_TRUNK_SET,
	ETRUNK_CMD_TRUNK_DEL,
	ETRUNK_CMD_TRUNK_GET,
	ETRUNK_CMD_MEMBER_NEW,
	ETRUNK_CMD_MEMBER_SET,
	ETRUNK_CMD_MEMBER_DEL,
	ETRUNK_CMD_MEMBER_GET,
	ETRUNK_CMD_BFD_NEW,
	ETRUNK_CMD_BFD_SET,
	ETRUNK_CMD_BFD_DEL,
	ETRUNK_CMD_BFD_GET,
	ETRUNK_CMD_CORE_NEW,
	ETRUNK_CMD_CORE_DEL,
	ETRUNK_CMD_CORE_GET,
	ETRUNK_CMD_PW_NEW,
	ETRUNK_CMD_PW_SET,
	ETRUNK_CMD_PW_DEL,
	ETRUNK_CMD_PW_GET,
	ETRUNK_CMD_VPWS_NEW,
	ETRUNK_CMD_VPWS_SET,
	ETRUNK_CMD_VPWS_DEL,
	ETRUNK_CMD_VPWS_GET,
	ETRUNK_CMD_VPWS_SWITCHOVER,
	ETRUNK_CMD_EVENT,
	ETRUNK_CMD_BATCH,
	ETRUNK_CMD_TRUNK_SWITCHOVER,
	ETRUNK_CMD_SYSTEM_RESET,
	ETRUNK_CMD_TRUNK_RESET,
	ETRUNK_CMD_MEMBER_RESET,
	ETRUNK_CMD_BFD_RESET,
	ETRUNK_CMD_CORE_RESET,
	ETRUNK_CMD_PW_RESET,
	ETRUNK_CMD_VPWS_RESET,
	__ETRUNK_CMD_MAX,
};
#define ETRUNK_CMD_MAX (__ETRUNK_CMD_MAX - 1)

/**
 * enum etrunk_attr_system - the E-Trunk identity of this PE (per namespace)
 * @ETRUNK_A_SYSTEM_LACP_SYSTEM_ID: 6 bytes, shared LACP system id of all
 *	E-Trunks (``lacp e-trunk system-id``); equal on both PEs. In a _SET
 *	without members also of no length: there is none any more
 * @ETRUNK_A_SYSTEM_LACP_PRIORITY: u32 0..65535, default 32768
 * @ETRUNK_A_SYSTEM_UDP_PORT: u32 1025..65535, hello port, default 1025
 * @ETRUNK_A_SYSTEM_WEAK_ALGORITHMS: u32 bool, allow hmac-sha1
 * @ETRUNK_A_SYSTEM_SYSTEM_ID: 6 bytes, read-only, this device's own id
 *	(tie-break of equal priorities)
 * @ETRUNK_A_SYSTEM_COUNTER: multi, enum etrunk_attr_counter, global counters
 * @ETRUNK_A_SYSTEM_VERSION: string, read-only, of this software
 */
enum etrunk_attr_system {
	ETRUNK_A_SYSTEM_UNSPEC,
	ETRUNK_A_SYSTEM_LACP_SYSTEM_ID,
	ETRUNK_A_SYSTEM_LACP_PRIORITY,
	ETRUNK_A_SYSTEM_UDP_PORT,
	ETRUNK_A_SYSTEM_WEAK_ALGORITHMS,
	ETRUNK_A_SYSTEM_SYSTEM_ID,
	ETRUNK_A_SYSTEM_COUNTER,
	ETRUNK_A_SYSTEM_VERSION,
	__ETRUNK_A_SYSTEM_MAX,
};
#define ETRUNK_A_SYSTEM_MAX (__ETRUNK_A_SYSTEM_MAX - 1)

/* E-Trunk role; values as in the vendor's MIB */
enum etrunk_trunk_state {
	ETRUNK_TRUNK_INIT = 1,
	ETRUNK_TRUNK_BACKUP,
	ETRUNK_TRUNK_MASTER,
};

/* why an E-Trunk has its role (design 4.2) */
enum etrunk_trunk_reason {
	ETRUNK_REASON_PRI = 1,
	ETRUNK_REASON_TIMEOUT,
	ETRUNK_REASON_BFD_DOWN,
	ETRUNK_REASON_PEER_TIMEOUT,
	ETRUNK_REASON_PEER_BFD_DOWN,
	ETRUNK_REASON_ALL_MEMBER_DOWN,
	ETRUNK_REASON_INIT,
	ETRUNK_REASON_PEER_NODE_DOWN,
};

/* what is known of the peer: hellos both ways, only towards us, none */
enum etrunk_peer {
	ETRUNK_PEER_NONE,
	ETRUNK_PEER_ONE_WAY,
	ETRUNK_PEER_TWO_WAY,
};

enum etrunk_auth {
	ETRUNK_AUTH_HMAC_SHA256 = 1,
	ETRUNK_AUTH_HMAC_SHA1,
	ETRUNK_AUTH_NONE,
};

/* when BFD loses a peer whose hellos still come by the backup path */
enum etrunk_split_policy {
	ETRUNK_SPLIT_STANDBY = 1,	/* it lives: the roles stay */
	ETRUNK_SPLIT_MASTER,		/* it is lost all the same */
};

/**
 * enum etrunk_select - who serves where both PEs can
 * @ETRUNK_SELECT_NONE: the master of the E-Trunk
 * @ETRUNK_SELECT_LINK_NUMBER: who has more usable links in the member
 * @ETRUNK_SELECT_BANDWIDTH: who has more bandwidth in it
 */
enum etrunk_select {
	ETRUNK_SELECT_NONE,
	ETRUNK_SELECT_LINK_NUMBER,
	ETRUNK_SELECT_BANDWIDTH,
};

/**
 * enum etrunk_attr_trunk - an E-Trunk
 * @ETRUNK_A_TRUNK_ID: u32 1..16, key; the same on both PEs
 * @ETRUNK_A_TRUNK_PRIORITY: u32 1..254, default 100, lower wins
 * @ETRUNK_A_TRUNK_PEER_ADDRESS: 4 or 16 bytes
 * @ETRUNK_A_TRUNK_SOURCE_ADDRESS: 4 or 16 bytes, same family, differs
 * @ETRUNK_A_TRUNK_HELLO_MS: u32 500..10000, default 1000
 * @ETRUNK_A_TRUNK_MULTIPLIER: u32 3..300, default 20
 * @ETRUNK_A_TRUNK_KEY_ID: u32 0..255, default 1, the key that @..._KEY sets
 * @ETRUNK_A_TRUNK_KEY: 1..255 bytes; never dumped without CAP_NET_ADMIN and
 *	ETRUNK_A_TRUNK_SHOW_KEYS
 * @ETRUNK_A_TRUNK_SEND_KEY: u32, id of the key to send with
 * @ETRUNK_A_TRUNK_DEL_KEY: u32, id of a key to forget (SET only)
 * @ETRUNK_A_TRUNK_KEY_IDS: multi u32, read-only
 * @ETRUNK_A_TRUNK_SHOW_KEYS: flag in a GET: also give _KEYS (CAP_NET_ADMIN)
 * @ETRUNK_A_TRUNK_KEYS: multi nest {KEY_ID, KEY}, read-only
 * @ETRUNK_A_TRUNK_AUTH: u32 enum etrunk_auth, default hmac-sha256
 * @ETRUNK_A_TRUNK_REVERT_DELAY_MS: u32 0..10800000, default 120000
 * @ETRUNK_A_TRUNK_REVERT: u32 bool, default 1
 * @ETRUNK_A_TRUNK_START_HOLD_MS: u32 0..3600000, default 30000
 * @ETRUNK_A_TRUNK_CORE_TRACKING: u32 bool, default 1
 * @ETRUNK_A_TRUNK_CORE_HOLD_DOWN_MS: u32 0..60000, default 100
 * @ETRUNK_A_TRUNK_CORE_HOLD_UP_MS: u32 0..3600000, default 5000
 * @ETRUNK_A_TRUNK_TRACK_BFD: string, name of a BFD session, "" = none
 * @ETRUNK_A_TRUNK_DESCRIPTION: string up to 242, "" = none
 * @ETRUNK_A_TRUNK_STATE: u32 enum etrunk_trunk_state, this and all below are
 *	read-only
 * @ETRUNK_A_TRUNK_REASON: u32 enum etrunk_trunk_reason
 * @ETRUNK_A_TRUNK_SYSTEM_ID: 6 bytes, own device id
 * @ETRUNK_A_TRUNK_PEER: u32 enum etrunk_peer
 * @ETRUNK_A_TRUNK_PEER_PRIORITY: u32, absent while unknown, as all _PEER_*
 * @ETRUNK_A_TRUNK_PEER_SYSTEM_ID: 6 bytes
 * @ETRUNK_A_TRUNK_PEER_STATE: u32 enum etrunk_trunk_state
 * @ETRUNK_A_TRUNK_PEER_FAIL_TIME_MS: u32
 * @ETRUNK_A_TRUNK_LAST_HELLO_AGE_MS: u32, since the last accepted hello
 * @ETRUNK_A_TRUNK_BFD_STATE: u32 enum etrunk_bfd_state of the tracked session
 * @ETRUNK_A_TRUNK_RX: u64 accepted hellos
 * @ETRUNK_A_TRUNK_TX: u64 sent hellos
 * @ETRUNK_A_TRUNK_RX_DROP: u64 refused hellos, sum of the drop counters
 * @ETRUNK_A_TRUNK_TX_DROP: u64 hellos that could not be sent
 * @ETRUNK_A_TRUNK_COUNTER: multi, enum etrunk_attr_counter, drops by reason
 * @ETRUNK_A_TRUNK_FAULT: multi string, names of the faults now in force
 * @ETRUNK_A_TRUNK_LAST_CHANGE_TIME: u64
 * @ETRUNK_A_TRUNK_MEMBER: multi string, names of the member trunks
 * @ETRUNK_A_TRUNK_HISTORY: multi, enum etrunk_attr_history
 * @ETRUNK_A_TRUNK_SWITCHOVER: u32 bool, mastership was given to the peer
 * @ETRUNK_A_TRUNK_PEER_SWITCHOVER: u32 bool, the peer gave it to us
 * @ETRUNK_A_TRUNK_BACK: flag, take mastership back (SWITCHOVER only)
 * @ETRUNK_A_TRUNK_VRF: u32, index of the VRF's device, fixed; left out: none
 * @ETRUNK_A_TRUNK_VRF_DEV: string, the same by name, instead of @..._VRF
 * @ETRUNK_A_TRUNK_SELECT: u32 enum etrunk_select, default none; counts where
 *	both PEs have the same
 * @ETRUNK_A_TRUNK_BACKUP_PEER_ADDRESS: 4 or 16 bytes, of a second path in the
 *	same VRF; 0 bytes: there is none
 * @ETRUNK_A_TRUNK_BACKUP_SOURCE_ADDRESS: 4 or 16 bytes, same family; 0 bytes
 * @ETRUNK_A_TRUNK_SPLIT_POLICY: u32 enum etrunk_split_policy, default standby
 * @ETRUNK_A_TRUNK_PRIMARY_UP: u32 bool, hellos come on the primary path, this
 *	and all below are read-only
 * @ETRUNK_A_TRUNK_PRIMARY_SINCE: u64, wall clock, since when they do or do not
 * @ETRUNK_A_TRUNK_PRIMARY_AGE_MS: u32, since the last one, absent if none came
 * @ETRUNK_A_TRUNK_BACKUP_UP: the same of the backup path, absent without one
 * @ETRUNK_A_TRUNK_BACKUP_SINCE: u64
 * @ETRUNK_A_TRUNK_BACKUP_AGE_MS: u32
 * @ETRUNK_A_TRUNK_PEER_HELLO_MS: u32, absent if the peer does not say it, as
 *	the four below
 * @ETRUNK_A_TRUNK_PEER_MULTIPLIER: u32
 * @ETRUNK_A_TRUNK_PEER_REVERT_DELAY_MS: u32
 * @ETRUNK_A_TRUNK_PEER_REVERT: u32 bool
 * @ETRUNK_A_TRUNK_PEER_VERSION: string, of its software
 * @ETRUNK_A_TRUNK_REPLAY_PROTECTION: u32 bool, default 1, hellos that do not
 *	answer ours are not believed
 */
enum etrunk_attr_trunk {
	ETRUNK_A_TRUNK_UNSPEC,
	ETRUNK_A_TRUNK_ID,
	ETRUNK_A_TRUNK_PRIORITY,
	ETRUNK_A_TRUNK_PEER_ADDRESS,
	ETRUNK_A_TRUNK_SOURCE_ADDRESS,
	ETRUNK_A_TRUNK_HELLO_MS,
	ETRUNK_A_TRUNK_MULTIPLIER,
	ETRUNK_A_TRUNK_KEY_ID,
	ETRUNK_A_TRUNK_KEY,
	ETRUNK_A_TRUNK_SEND_KEY,
	ETRUNK_A_TRUNK_DEL_KEY,
	ETRUNK_A_TRUNK_KEY_IDS,
	ETRUNK_A_TRUNK_SHOW_KEYS,
	ETRUNK_A_TRUNK_KEYS,
	ETRUNK_A_TRUNK_AUTH,
	ETRUNK_A_TRUNK_REVERT_DELAY_MS,
	ETRUNK_A_TRUNK_REVERT,
	ETRUNK_A_TRUNK_START_HOLD_MS,
	ETRUNK_A_TRUNK_CORE_TRACKING,
	ETRUNK_A_TRUNK_CORE_HOLD_DOWN_MS,
	ETRUNK_A_TRUNK_CORE_HOLD_UP_MS,
	ETRUNK_A_TRUNK_TRACK_BFD,
	ETRUNK_A_TRUNK_DESCRIPTION,
	ETRUNK_A_TRUNK_STATE,
	ETRUNK_A_TRUNK_REASON,
	ETRUNK_A_TRUNK_SYSTEM_ID,
	ETRUNK_A_TRUNK_PEER,
	ETRUNK_A_TRUNK_PEER_PRIORITY,
	ETRUNK_A_TRUNK_PEER_SYSTEM_ID,
	ETRUNK_A_TRUNK_PEER_STATE,
	ETRUNK_A_TRUNK_PEER_FAIL_TIME_MS,
	ETRUNK_A_TRUNK_LAST_HELLO_AGE_MS,
	ETRUNK_A_TRUNK_BFD_STATE,
	ETRUNK_A_TRUNK_RX,
	ETRUNK_A_TRUNK_TX,
	ETRUNK_A_TRUNK_RX_DROP,
	ETRUNK_A_TRUNK_TX_DROP,
	ETRUNK_A_TRUNK_COUNTER,
	ETRUNK_A_TRUNK_FAULT,
	ETRUNK_A_TRUNK_LAST_CHANGE_TIME,
	ETRUNK_A_TRUNK_MEMBER,
	ETRUNK_A_TRUNK_HISTORY,
	ETRUNK_A_TRUNK_SWITCHOVER,
	ETRUNK_A_TRUNK_PEER_SWITCHOVER,
	ETRUNK_A_TRUNK_BACK,
	ETRUNK_A_TRUNK_VRF,
	ETRUNK_A_TRUNK_VRF_DEV,
	ETRUNK_A_TRUNK_PAD,
	ETRUNK_A_TRUNK_SELECT,
	ETRUNK_A_TRUNK_BACKUP_PEER_ADDRESS,
	ETRUNK_A_TRUNK_BACKUP_SOURCE_ADDRESS,
	ETRUNK_A_TRUNK_SPLIT_POLICY,
	ETRUNK_A_TRUNK_PRIMARY_UP,
	ETRUNK_A_TRUNK_PRIMARY_SINCE,
	ETRUNK_A_TRUNK_PRIMARY_AGE_MS,
	ETRUNK_A_TRUNK_BACKUP_UP,
	ETRUNK_A_TRUNK_BACKUP_SINCE,
	ETRUNK_A_TRUNK_BACKUP_AGE_MS,
	ETRUNK_A_TRUNK_PEER_HELLO_MS,
	ETRUNK_A_TRUNK_PEER_MULTIPLIER,
	ETRUNK_A_TRUNK_PEER_REVERT_DELAY_MS,
	ETRUNK_A_TRUNK_PEER_REVERT,
	ETRUNK_A_TRUNK_PEER_VERSION,
	ETRUNK_A_TRUNK_REPLAY_PROTECTION,
	__ETRUNK_A_TRUNK_MAX,
};
#define ETRUNK_A_TRUNK_MAX (__ETRUNK_A_TRUNK_MAX - 1)

enum etrunk_member_mode {
	ETRUNK_MODE_AUTO = 1,
	ETRUNK_MODE_FORCE_BACKUP,
	ETRUNK_MODE_FORCE_MASTER,
};

enum etrunk_member_state {
	ETRUNK_MEMBER_BACKUP = 1,
	ETRUNK_MEMBER_MASTER,
	ETRUNK_MEMBER_NEGOTIATION,
};

/* why a member trunk has its state (design 4.3) */
enum etrunk_member_reason {
	ETRUNK_MREASON_FORCE_BACKUP = 1,
	ETRUNK_MREASON_FORCE_MASTER,
	ETRUNK_MREASON_ETRUNK_INIT,
	ETRUNK_MREASON_ETRUNK_BACKUP,
	ETRUNK_MREASON_ETRUNK_MASTER,
	ETRUNK_MREASON_PEER_MEMBER_DOWN,
	ETRUNK_MREASON_PEER_MEMBER_UP,
	ETRUNK_MREASON_LINK_DOWN,
	ETRUNK_MREASON_NO_PEER_MEMBER,
	ETRUNK_MREASON_CORE_DOWN,
	ETRUNK_MREASON_PEER_CORE_DOWN,
	ETRUNK_MREASON_START_HOLD,
	ETRUNK_MREASON_REVERT_WAIT,
	ETRUNK_MREASON_PEER_BANDWIDTH_LARGE,
	ETRUNK_MREASON_LOCAL_BANDWIDTH_LARGE,
};

/**
 * enum etrunk_attr_member - a local trunk (802.3ad bond) in an E-Trunk
 * @ETRUNK_A_MEMBER_DEV: string, netdev name, key (or @..._IFINDEX)
 * @ETRUNK_A_MEMBER_IFINDEX: u32, alternative key
 * @ETRUNK_A_MEMBER_TRUNK_ID: u32, its E-Trunk; fixed at creation
 * @ETRUNK_A_MEMBER_ID: u32, default: lowest free from 1 in that E-Trunk
 * @ETRUNK_A_MEMBER_REMOTE_ID: u32, the member's id at the peer, default = id
 * @ETRUNK_A_MEMBER_MODE: u32 enum etrunk_member_mode, default auto
 * @ETRUNK_A_MEMBER_LACP_KEY: u32 1..65535, default derived from the id
 * @ETRUNK_A_MEMBER_DORMANT: u32 bool, default 1: show standby as DORMANT
 * @ETRUNK_A_MEMBER_KEEP_UP: flag in DEL: do not set the bond down
 * @ETRUNK_A_MEMBER_PHYS_UP: u32 bool, this and below read-only
 * @ETRUNK_A_MEMBER_STATE: u32 enum etrunk_member_state
 * @ETRUNK_A_MEMBER_REASON: u32 enum etrunk_member_reason
 * @ETRUNK_A_MEMBER_ABLE: u32 bool
 * @ETRUNK_A_MEMBER_READY: u32 bool
 * @ETRUNK_A_MEMBER_CORE_OK: u32 bool
 * @ETRUNK_A_MEMBER_PEER_STATE: u32 enum etrunk_member_state, absent unknown
 * @ETRUNK_A_MEMBER_LINKS: u32 usable slaves
 * @ETRUNK_A_MEMBER_PARTNER: 6 bytes, the CE's LACP system id, absent unknown
 * @ETRUNK_A_MEMBER_LAST_CHANGE_TIME: u64
 * @ETRUNK_A_MEMBER_COUNTER: multi, enum etrunk_attr_counter
 * @ETRUNK_A_MEMBER_FAULT: multi string
 * @ETRUNK_A_MEMBER_HISTORY: multi, enum etrunk_attr_history
 * @ETRUNK_A_MEMBER_LACP_SYSTEM_ID: 6 bytes, instead of the system's; empty or
 *	absent: the system's
 * @ETRUNK_A_MEMBER_LACP_PRIORITY: u32 0..65535, the same; empty or absent: the
 *	system's
 * @ETRUNK_A_MEMBER_ACS: u32, attachment circuits on it, this and all below are
 *	read-only
 * @ETRUNK_A_MEMBER_AC_MTU: u32, smallest of an AC's device, absent without ACs
 * @ETRUNK_A_MEMBER_PW_MTU: u32, smallest of a pseudowire of theirs
 * @ETRUNK_A_MEMBER_PEER_ACS: u32, absent if the peer does not say it, as the
 *	two below
 * @ETRUNK_A_MEMBER_PEER_AC_MTU: u32
 * @ETRUNK_A_MEMBER_PEER_PW_MTU: u32
 * @ETRUNK_A_MEMBER_PEER_LACP_KEY: u32, absent while unknown
 */
enum etrunk_attr_member {
	ETRUNK_A_MEMBER_UNSPEC,
	ETRUNK_A_MEMBER_DEV,
	ETRUNK_A_MEMBER_IFINDEX,
	ETRUNK_A_MEMBER_TRUNK_ID,
	ETRUNK_A_MEMBER_ID,
	ETRUNK_A_MEMBER_REMOTE_ID,
	ETRUNK_A_MEMBER_MODE,
	ETRUNK_A_MEMBER_LACP_KEY,
	ETRUNK_A_MEMBER_DORMANT,
	ETRUNK_A_MEMBER_KEEP_UP,
	ETRUNK_A_MEMBER_PHYS_UP,
	ETRUNK_A_MEMBER_STATE,
	ETRUNK_A_MEMBER_REASON,
	ETRUNK_A_MEMBER_ABLE,
	ETRUNK_A_MEMBER_READY,
	ETRUNK_A_MEMBER_CORE_OK,
	ETRUNK_A_MEMBER_PEER_STATE,
	ETRUNK_A_MEMBER_LINKS,
	ETRUNK_A_MEMBER_PARTNER,
	ETRUNK_A_MEMBER_LAST_CHANGE_TIME,
	ETRUNK_A_MEMBER_COUNTER,
	ETRUNK_A_MEMBER_FAULT,
	ETRUNK_A_MEMBER_HISTORY,
	ETRUNK_A_MEMBER_PAD,
	ETRUNK_A_MEMBER_LACP_SYSTEM_ID,
	ETRUNK_A_MEMBER_LACP_PRIORITY,
	ETRUNK_A_MEMBER_ACS,
	ETRUNK_A_MEMBER_AC_MTU,
	ETRUNK_A_MEMBER_PW_MTU,
	ETRUNK_A_MEMBER_PEER_ACS,
	ETRUNK_A_MEMBER_PEER_AC_MTU,
	ETRUNK_A_MEMBER_PEER_PW_MTU,
	ETRUNK_A_MEMBER_PEER_LACP_KEY,
	__ETRUNK_A_MEMBER_MAX,
};
#define ETRUNK_A_MEMBER_MAX (__ETRUNK_A_MEMBER_MAX - 1)

/* RFC 5880 4.1 Sta */
enum etrunk_bfd_state {
	ETRUNK_BFD_ADMIN_DOWN,
	ETRUNK_BFD_DOWN,
	ETRUNK_BFD_INIT,
	ETRUNK_BFD_UP,
};

/**
 * enum etrunk_bfd_auth_type - authentication of BFD packets, numbers as on the wire
 * @ETRUNK_BFD_AUTH_NONE: packets carry none, and are accepted without
 * @ETRUNK_BFD_AUTH_SIMPLE: password in clear; weak
 * @ETRUNK_BFD_AUTH_MD5: keyed MD5; weak
 * @ETRUNK_BFD_AUTH_METICULOUS_MD5: the same, each number is used once; weak
 * @ETRUNK_BFD_AUTH_SHA1: keyed SHA1
 * @ETRUNK_BFD_AUTH_METICULOUS_SHA1: the same, each number is used once
 */
enum etrunk_bfd_auth_type {
	ETRUNK_BFD_AUTH_NONE,
	ETRUNK_BFD_AUTH_SIMPLE,
	ETRUNK_BFD_AUTH_MD5,
	ETRUNK_BFD_AUTH_METICULOUS_MD5,
	ETRUNK_BFD_AUTH_SHA1,
	ETRUNK_BFD_AUTH_METICULOUS_SHA1,
};

/**
 * enum etrunk_attr_bfd - a BFD session
 * @ETRUNK_A_BFD_NAME: string 1..15, key
 * @ETRUNK_A_BFD_PEER: 4 or 16 bytes, fixed
 * @ETRUNK_A_BFD_SOURCE: 4 or 16 bytes, fixed; left out: resolved once from the
 *	route
 * @ETRUNK_A_BFD_IFINDEX: u32, fixed, given = single hop (port 3784), else
 *	multihop; a link-local peer needs it; of a device that is gone: its last
 * @ETRUNK_A_BFD_LOCAL_DISCR: u32 1..8191, or left out with REMOTE_DISCR
 * @ETRUNK_A_BFD_REMOTE_DISCR: u32 1..8191
 * @ETRUNK_A_BFD_MIN_TX_US: u32 3300..20000000, default 10000
 * @ETRUNK_A_BFD_MIN_RX_US: u32 3300..20000000, default 10000
 * @ETRUNK_A_BFD_MULTIPLIER: u32 3..50, default 3
 * @ETRUNK_A_BFD_MIN_TTL: u32 1..255, multihop only, default 254
 * @ETRUNK_A_BFD_SHUTDOWN: u32 bool, AdminDown
 * @ETRUNK_A_BFD_STATE: u32 enum etrunk_bfd_state, this and below read-only
 * @ETRUNK_A_BFD_REMOTE_STATE: u32
 * @ETRUNK_A_BFD_DIAG: u32
 * @ETRUNK_A_BFD_REMOTE_DIAG: u32
 * @ETRUNK_A_BFD_ACTUAL_LOCAL_DISCR: u32, on the wire (also when dynamic)
 * @ETRUNK_A_BFD_ACTUAL_REMOTE_DISCR: u32, learned
 * @ETRUNK_A_BFD_REMOTE_MULTIPLIER: u32
 * @ETRUNK_A_BFD_TX_INTERVAL_US: u32, negotiated
 * @ETRUNK_A_BFD_DETECT_TIME_US: u32, negotiated, 0 while unknown
 * @ETRUNK_A_BFD_UP_COUNT: u32
 * @ETRUNK_A_BFD_DOWN_COUNT: u32
 * @ETRUNK_A_BFD_LAST_DOWN_REASON: string
 * @ETRUNK_A_BFD_LAST_CHANGE_TIME: u64
 * @ETRUNK_A_BFD_RX_PACKETS: u64
 * @ETRUNK_A_BFD_TX_PACKETS: u64
 * @ETRUNK_A_BFD_RX_DROP: u64, sum of this session's drop counters
 * @ETRUNK_A_BFD_COUNTER: multi, enum etrunk_attr_counter
 * @ETRUNK_A_BFD_MAX_RX_GAP_US: u32, longest gap between accepted packets in Up
 * @ETRUNK_A_BFD_MAX_TX_LATE_US: u32, worst lateness of the transmit timer
 * @ETRUNK_A_BFD_USED_BY: multi string, e.g. "e-trunk 1", "pw pw1"
 * @ETRUNK_A_BFD_AUTH: u32 enum etrunk_bfd_auth_type, default none
 * @ETRUNK_A_BFD_KEY_ID: u32 0..255, default 1, the key that @..._KEY sets
 * @ETRUNK_A_BFD_KEY: 1..20 bytes, 1..16 for a password and MD5; never dumped
 *	without CAP_NET_ADMIN and ETRUNK_A_BFD_SHOW_KEYS
 * @ETRUNK_A_BFD_SEND_KEY: u32, id of the key to send with
 * @ETRUNK_A_BFD_DEL_KEY: u32, id of a key to forget (SET only)
 * @ETRUNK_A_BFD_KEY_IDS: multi u32, read-only
 * @ETRUNK_A_BFD_SHOW_KEYS: flag in a GET: also give _KEYS (CAP_NET_ADMIN)
 * @ETRUNK_A_BFD_KEYS: multi nest {KEY_ID, KEY}, read-only
 * @ETRUNK_A_BFD_AUTH_CHANGING: u32 bool, read-only: the peer has not followed
 *	a change of the type or of a secret yet
 * @ETRUNK_A_BFD_LAST_DOWN_TIME: u64, when the session last left Up
 * @ETRUNK_A_BFD_DEMAND: u32 bool, demand mode: ask the peer for silence, poll
 * @ETRUNK_A_BFD_PASSIVE: u32 bool, send nothing before the peer does
 * @ETRUNK_A_BFD_WTR_US: u32 0..3600000000, default 0: after a failure stay Down
 *	until the peer was heard that long
 * @ETRUNK_A_BFD_WTR_WAITING: u32 bool, read-only: it stays Down for that
 * @ETRUNK_A_BFD_VRF: u32, index of the VRF's device, fixed; left out: none
 * @ETRUNK_A_BFD_PADDED_SIZE: u32 0..9000, least UDP payload sent (RFC 9764),
 *	default 0
 * @ETRUNK_A_BFD_ECHO_US: u32 3300..20000000, default 0 = off: send echo packets
 *	that often, and loop the peer's that come no more often; single hop only
 * @ETRUNK_A_BFD_ECHO_INTERVAL_US: u32, read-only: how often they are sent, 0 if
 *	they are not
 * @ETRUNK_A_BFD_REMOTE_ECHO_US: u32, read-only: how often the peer loops them,
 *	0 = not at all
 * @ETRUNK_A_BFD_ECHO_MAX_RTT_US: u32, longest time that one took
 * @ETRUNK_A_BFD_DEV: string, name of the device, also once that is gone; instead
 *	of @..._IFINDEX
 * @ETRUNK_A_BFD_VRF_DEV: string, the same of the VRF, instead of @..._VRF
 */
enum etrunk_attr_bfd {
	ETRUNK_A_BFD_UNSPEC,
	ETRUNK_A_BFD_NAME,
	ETRUNK_A_BFD_PEER,
	ETRUNK_A_BFD_SOURCE,
	ETRUNK_A_BFD_IFINDEX,
	ETRUNK_A_BFD_LOCAL_DISCR,
	ETRUNK_A_BFD_REMOTE_DISCR,
	ETRUNK_A_BFD_MIN_TX_US,
	ETRUNK_A_BFD_MIN_RX_US,
	ETRUNK_A_BFD_MULTIPLIER,
	ETRUNK_A_BFD_MIN_TTL,
	ETRUNK_A_BFD_SHUTDOWN,
	ETRUNK_A_BFD_STATE,
	ETRUNK_A_BFD_REMOTE_STATE,
	ETRUNK_A_BFD_DIAG,
	ETRUNK_A_BFD_REMOTE_DIAG,
	ETRUNK_A_BFD_ACTUAL_LOCAL_DISCR,
	ETRUNK_A_BFD_ACTUAL_REMOTE_DISCR,
	ETRUNK_A_BFD_REMOTE_MULTIPLIER,
	ETRUNK_A_BFD_TX_INTERVAL_US,
	ETRUNK_A_BFD_DETECT_TIME_US,
	ETRUNK_A_BFD_UP_COUNT,
	ETRUNK_A_BFD_DOWN_COUNT,
	ETRUNK_A_BFD_LAST_DOWN_REASON,
	ETRUNK_A_BFD_LAST_CHANGE_TIME,
	ETRUNK_A_BFD_RX_PACKETS,
	ETRUNK_A_BFD_TX_PACKETS,
	ETRUNK_A_BFD_RX_DROP,
	ETRUNK_A_BFD_COUNTER,
	ETRUNK_A_BFD_MAX_RX_GAP_US,
	ETRUNK_A_BFD_MAX_TX_LATE_US,
	ETRUNK_A_BFD_USED_BY,
	ETRUNK_A_BFD_AUTH,
	ETRUNK_A_BFD_KEY_ID,
	ETRUNK_A_BFD_KEY,
	ETRUNK_A_BFD_SEND_KEY,
	ETRUNK_A_BFD_DEL_KEY,
	ETRUNK_A_BFD_KEY_IDS,
	ETRUNK_A_BFD_SHOW_KEYS,
	ETRUNK_A_BFD_KEYS,
	ETRUNK_A_BFD_AUTH_CHANGING,
	ETRUNK_A_BFD_LAST_DOWN_TIME,
	ETRUNK_A_BFD_DEMAND,
	ETRUNK_A_BFD_PASSIVE,
	ETRUNK_A_BFD_WTR_US,
	ETRUNK_A_BFD_WTR_WAITING,
	ETRUNK_A_BFD_VRF,
	ETRUNK_A_BFD_PADDED_SIZE,
	ETRUNK_A_BFD_ECHO_US,
	ETRUNK_A_BFD_ECHO_INTERVAL_US,
	ETRUNK_A_BFD_REMOTE_ECHO_US,
	ETRUNK_A_BFD_ECHO_MAX_RTT_US,
	ETRUNK_A_BFD_DEV,
	ETRUNK_A_BFD_VRF_DEV,
	ETRUNK_A_BFD_PAD,
	__ETRUNK_A_BFD_MAX,
};
#define ETRUNK_A_BFD_MAX (__ETRUNK_A_BFD_MAX - 1)

/**
 * enum etrunk_attr_core - an MPLS-facing interface
 * @ETRUNK_A_CORE_DEV: string, key (or @ETRUNK_A_CORE_IFINDEX)
 * @ETRUNK_A_CORE_IFINDEX: u32
 * @ETRUNK_A_CORE_COUNTER: multi, enum etrunk_attr_counter
 */
enum etrunk_attr_core {
	ETRUNK_A_CORE_UNSPEC,
	ETRUNK_A_CORE_DEV,
	ETRUNK_A_CORE_IFINDEX,
	ETRUNK_A_CORE_COUNTER,
	__ETRUNK_A_CORE_MAX,
};
#define ETRUNK_A_CORE_MAX (__ETRUNK_A_CORE_MAX - 1)

/* PW status word, RFC 8077 and RFC 6870 (IANA pwe3-parameters) */
#define ETRUNK_PW_NOT_FORWARDING	0x00000001
#define ETRUNK_PW_AC_RX_FAULT		0x00000002
#define ETRUNK_PW_AC_TX_FAULT		0x00000004
#define ETRUNK_PW_PSN_RX_FAULT		0x00000008
#define ETRUNK_PW_PSN_TX_FAULT		0x00000010
#define ETRUNK_PW_STANDBY		0x00000020
#define ETRUNK_PW_REQ_SWITCHOVER	0x00000040
#define ETRUNK_PW_FAULTS		0x0000001f

enum etrunk_pw_status_mode {
	ETRUNK_PW_STATUS_STATIC = 1,	/* in band, RFC 6478 */
	ETRUNK_PW_STATUS_NONE,
};

/* what becomes of the service-delimiting tag, RFC 4448 section 4.4.1 */
enum etrunk_pw_type {
	ETRUNK_PW_RAW,		/* 0x0005: not sent on the PW */
	ETRUNK_PW_TAGGED,	/* 0x0004: every frame on the PW has one */
};

/* what BFD of a PW's own travels in, RFC 5885 CV type */
enum etrunk_pw_vccv {
	ETRUNK_PW_VCCV_OFF,
	ETRUNK_PW_VCCV_ON,	/* 0x10, right behind the ACH */
	ETRUNK_PW_VCCV_IP,	/* 0x04, in IP and UDP */
};

enum etrunk_pw_liveness {
	ETRUNK_PW_LIVENESS_NONE,
	ETRUNK_PW_LIVENESS_IP_BFD,
	ETRUNK_PW_LIVENESS_VCCV,
};

/**
 * enum etrunk_attr_pw - an Ethernet pseudowire (RFC 4448)
 * @ETRUNK_A_PW_NAME: string 1..15, key
 * @ETRUNK_A_PW_PEER: 4 bytes, the remote PE
 * @ETRUNK_A_PW_PW_ID: u32 1.., RFC 6870 default selection: lowest
 * @ETRUNK_A_PW_IN_LABEL: u32 16..1048575, unique per namespace
 * @ETRUNK_A_PW_OUT_LABEL: u32 16..1048575
 * @ETRUNK_A_PW_VIA: 4 bytes, pinned next hop, with @..._IFINDEX or @..._DEV
 * @ETRUNK_A_PW_IFINDEX: u32, pinned core device; of one that is gone: its last
 * @ETRUNK_A_PW_TUNNEL_LABELS: array of u32 (binary), outermost first, pinned
 * @ETRUNK_A_PW_CONTROL_WORD: u32 bool, default 1
 * @ETRUNK_A_PW_MTU: u32 64..65535, default 1500, payload limit of the AC
 * @ETRUNK_A_PW_STATUS: u32 enum etrunk_pw_status_mode, default static
 * @ETRUNK_A_PW_REFRESH_S: u32 0..65535, default 600 (RFC 6478 5.3)
 * @ETRUNK_A_PW_INITIAL_REMOTE: u32 word taken as the peer's until one is heard
 * @ETRUNK_A_PW_TRACK_BFD: string, "" = none
 * @ETRUNK_A_PW_LOCKOUT: u32 bool, RFC 6718 4.1
 * @ETRUNK_A_PW_UP: u32 bool, this and below read-only
 * @ETRUNK_A_PW_ACTIVE: u32 bool
 * @ETRUNK_A_PW_LOCAL_STATUS: u32 word last sent
 * @ETRUNK_A_PW_REMOTE_STATUS: u32 word in force for the peer
 * @ETRUNK_A_PW_LIVENESS: u32 enum etrunk_pw_liveness
 * @ETRUNK_A_PW_BFD_STATE: u32 enum etrunk_bfd_state, absent without one
 * @ETRUNK_A_PW_LSP_IFINDEX: u32, resolved LSP, absent while unresolved
 * @ETRUNK_A_PW_LSP_VIA: 4 bytes
 * @ETRUNK_A_PW_LSP_LABELS: array of u32 (binary), empty = implicit null
 * @ETRUNK_A_PW_RX_PACKETS: u64
 * @ETRUNK_A_PW_RX_BYTES: u64
 * @ETRUNK_A_PW_TX_PACKETS: u64
 * @ETRUNK_A_PW_TX_BYTES: u64
 * @ETRUNK_A_PW_RX_DROP: u64, sum of the rx drop counters
 * @ETRUNK_A_PW_TX_DROP: u64
 * @ETRUNK_A_PW_COUNTER: multi, enum etrunk_attr_counter
 * @ETRUNK_A_PW_VPWS: string, the service it belongs to, absent if none
 * @ETRUNK_A_PW_LAST_CHANGE_TIME: u64
 * @ETRUNK_A_PW_HISTORY: multi, enum etrunk_attr_history
 * @ETRUNK_A_PW_VCCV_BFD: u32 enum etrunk_pw_vccv, default off; needs the control
 *	word and no tracked session
 * @ETRUNK_A_PW_MIN_TX_US: u32 3300..20000000, default 10000, of that session
 * @ETRUNK_A_PW_MIN_RX_US: u32 3300..20000000, default 10000, of that session
 * @ETRUNK_A_PW_MULTIPLIER: u32 3..50, default 3, of that session
 * @ETRUNK_A_PW_DETECT_TIME_US: u32, negotiated, read-only, absent without it
 * @ETRUNK_A_PW_DEV: string, name of the pinned core device, also once that is
 *	gone; instead of @..._IFINDEX
 * @ETRUNK_A_PW_TYPE: u32 enum etrunk_pw_type, default raw, fixed
 * @ETRUNK_A_PW_VLAN: u32 0..4094, VLAN id of the tag on a tagged PW, fixed;
 *	0, the default, is that of the AC, or none if it is no VLAN device
 * @ETRUNK_A_PW_SEQUENCE: u32 bool, default 0, fixed: number the frames, and drop
 *	late ones (RFC 4385 section 4); needs the control word
 * @ETRUNK_A_PW_TC: u32 0..7 traffic class of all labels of a frame, or
 *	ETRUNK_PW_TC_8021P, the default
 */
enum etrunk_attr_pw {
	ETRUNK_A_PW_UNSPEC,
	ETRUNK_A_PW_NAME,
	ETRUNK_A_PW_PEER,
	ETRUNK_A_PW_PW_ID,
	ETRUNK_A_PW_IN_LABEL,
	ETRUNK_A_PW_OUT_LABEL,
	ETRUNK_A_PW_VIA,
	ETRUNK_A_PW_IFINDEX,
	ETRUNK_A_PW_TUNNEL_LABELS,
	ETRUNK_A_PW_CONTROL_WORD,
	ETRUNK_A_PW_MTU,
	ETRUNK_A_PW_STATUS,
	ETRUNK_A_PW_REFRESH_S,
	ETRUNK_A_PW_INITIAL_REMOTE,
	ETRUNK_A_PW_TRACK_BFD,
	ETRUNK_A_PW_LOCKOUT,
	ETRUNK_A_PW_UP,
	ETRUNK_A_PW_ACTIVE,
	ETRUNK_A_PW_LOCAL_STATUS,
	ETRUNK_A_PW_REMOTE_STATUS,
	ETRUNK_A_PW_LIVENESS,
	ETRUNK_A_PW_BFD_STATE,
	ETRUNK_A_PW_LSP_IFINDEX,
	ETRUNK_A_PW_LSP_VIA,
	ETRUNK_A_PW_LSP_LABELS,
	ETRUNK_A_PW_RX_PACKETS,
	ETRUNK_A_PW_RX_BYTES,
	ETRUNK_A_PW_TX_PACKETS,
	ETRUNK_A_PW_TX_BYTES,
	ETRUNK_A_PW_RX_DROP,
	ETRUNK_A_PW_TX_DROP,
	ETRUNK_A_PW_COUNTER,
	ETRUNK_A_PW_VPWS,
	ETRUNK_A_PW_LAST_CHANGE_TIME,
	ETRUNK_A_PW_HISTORY,
	ETRUNK_A_PW_PAD,
	ETRUNK_A_PW_VCCV_BFD,
	ETRUNK_A_PW_MIN_TX_US,
	ETRUNK_A_PW_MIN_RX_US,
	ETRUNK_A_PW_MULTIPLIER,
	ETRUNK_A_PW_DETECT_TIME_US,
	ETRUNK_A_PW_DEV,
	ETRUNK_A_PW_TYPE,
	ETRUNK_A_PW_VLAN,
	ETRUNK_A_PW_SEQUENCE,
	ETRUNK_A_PW_TC,
	__ETRUNK_A_PW_MAX,
};
#define ETRUNK_A_PW_MAX (__ETRUNK_A_PW_MAX - 1)

enum etrunk_redundancy {
	ETRUNK_REDUNDANCY_INDEPENDENT = 1,
	ETRUNK_REDUNDANCY_NONE,
};

enum etrunk_precedence {
	ETRUNK_PRECEDENCE_PW_ID = 1,
	ETRUNK_PRECEDENCE_CONFIGURED,
};

/**
 * enum etrunk_l2_control - link-local control frames of the CEs (01-80-C2-00-00-0x)
 * @ETRUNK_L2_CONTROL_DROP: stay with the PE, none crosses the service
 * @ETRUNK_L2_CONTROL_TUNNEL: cross it, but for PAUSE (RFC 4448 4.4.5) and the
 *	LACPDUs of an AC that is a bond; only while the AC is up
 */
enum etrunk_l2_control {
	ETRUNK_L2_CONTROL_DROP = 1,
	ETRUNK_L2_CONTROL_TUNNEL,
};

enum etrunk_ac_state {
	ETRUNK_AC_DOWN,
	ETRUNK_AC_UP,
	ETRUNK_AC_STANDBY,
};

/**
 * enum etrunk_attr_vpws - a point-to-point service: an AC and its PWs
 * @ETRUNK_A_VPWS_NAME: string 1..15, key
 * @ETRUNK_A_VPWS_AC: string, netdev name of the attachment circuit, fixed
 * @ETRUNK_A_VPWS_AC_IFINDEX: u32, read-only
 * @ETRUNK_A_VPWS_PW: multi string in order: primary, then secondaries; a SET
 *	that has any replaces the whole list
 * @ETRUNK_A_VPWS_REDUNDANCY: u32 enum etrunk_redundancy, default independent
 * @ETRUNK_A_VPWS_PRECEDENCE: u32 enum etrunk_precedence, default pw-id
 * @ETRUNK_A_VPWS_DUAL_RECEIVE: u32 bool, default 1
 * @ETRUNK_A_VPWS_SWITCHOVER_TO: string, PW name (SWITCHOVER only)
 * @ETRUNK_A_VPWS_AC_STATE: u32 enum etrunk_ac_state, this and below read-only
 * @ETRUNK_A_VPWS_ACTIVE_PW: string, absent if none
 * @ETRUNK_A_VPWS_SWITCHOVERS: u32
 * @ETRUNK_A_VPWS_LAST_SWITCH_TIME: u64, absent if never, as the three below
 * @ETRUNK_A_VPWS_LAST_SWITCH_FROM: string, "" = none
 * @ETRUNK_A_VPWS_LAST_SWITCH_TO: string, "" = none
 * @ETRUNK_A_VPWS_LAST_SWITCH_REASON: string
 * @ETRUNK_A_VPWS_COUNTER: multi, enum etrunk_attr_counter
 * @ETRUNK_A_VPWS_L2_CONTROL: u32 enum etrunk_l2_control, default drop
 */
enum etrunk_attr_vpws {
	ETRUNK_A_VPWS_UNSPEC,
	ETRUNK_A_VPWS_NAME,
	ETRUNK_A_VPWS_AC,
	ETRUNK_A_VPWS_AC_IFINDEX,
	ETRUNK_A_VPWS_PW,
	ETRUNK_A_VPWS_REDUNDANCY,
	ETRUNK_A_VPWS_PRECEDENCE,
	ETRUNK_A_VPWS_DUAL_RECEIVE,
	ETRUNK_A_VPWS_SWITCHOVER_TO,
	ETRUNK_A_VPWS_AC_STATE,
	ETRUNK_A_VPWS_ACTIVE_PW,
	ETRUNK_A_VPWS_SWITCHOVERS,
	ETRUNK_A_VPWS_LAST_SWITCH_TIME,
	ETRUNK_A_VPWS_LAST_SWITCH_FROM,
	ETRUNK_A_VPWS_LAST_SWITCH_TO,
	ETRUNK_A_VPWS_LAST_SWITCH_REASON,
	ETRUNK_A_VPWS_COUNTER,
	ETRUNK_A_VPWS_PAD,
	ETRUNK_A_VPWS_L2_CONTROL,
	__ETRUNK_A_VPWS_MAX,
};
#define ETRUNK_A_VPWS_MAX (__ETRUNK_A_VPWS_MAX - 1)

/**
 * enum etrunk_attr_counter - one named counter
 * @ETRUNK_A_COUNTER_NAME: string
 * @ETRUNK_A_COUNTER_VALUE: u64
 */
enum etrunk_attr_counter {
	ETRUNK_A_COUNTER_UNSPEC,
	ETRUNK_A_COUNTER_NAME,
	ETRUNK_A_COUNTER_VALUE,
	ETRUNK_A_COUNTER_PAD,
	__ETRUNK_A_COUNTER_MAX,
};
#define ETRUNK_A_COUNTER_MAX (__ETRUNK_A_COUNTER_MAX - 1)

/**
 * enum etrunk_attr_history - one past state change, newest first
 * @ETRUNK_A_HISTORY_TIME: u64
 * @ETRUNK_A_HISTORY_FROM: string
 * @ETRUNK_A_HISTORY_TO: string
 * @ETRUNK_A_HISTORY_REASON: string
 */
enum etrunk_attr_history {
	ETRUNK_A_HISTORY_UNSPEC,
	ETRUNK_A_HISTORY_TIME,
	ETRUNK_A_HISTORY_FROM,
	ETRUNK_A_HISTORY_TO,
	ETRUNK_A_HISTORY_REASON,
	ETRUNK_A_HISTORY_PAD,
	__ETRUNK_A_HISTORY_MAX,
};
#define ETRUNK_A_HISTORY_MAX (__ETRUNK_A_HISTORY_MAX - 1)

enum etrunk_event_type {
	ETRUNK_EVENT_BFD_STATE = 1,
	ETRUNK_EVENT_TRUNK_STATE,
	ETRUNK_EVENT_MEMBER_STATE,
	ETRUNK_EVENT_PW_STATE,
	ETRUNK_EVENT_VPWS_SWITCH,
	ETRUNK_EVENT_FAULT,
	ETRUNK_EVENT_CONFIG,
};

/**
 * enum etrunk_attr_event - ETRUNK_CMD_EVENT
 * @ETRUNK_A_EVENT_TYPE: u32 enum etrunk_event_type
 * @ETRUNK_A_EVENT_SEQ: u32, per namespace, a gap tells of lost events
 * @ETRUNK_A_EVENT_TIME: u64
 * @ETRUNK_A_EVENT_OBJECT: string, e.g. "e-trunk 1", "member bond0", "pw pw1"
 * @ETRUNK_A_EVENT_FROM: string, absent if nothing
 * @ETRUNK_A_EVENT_TO: string, absent if nothing
 * @ETRUNK_A_EVENT_REASON: string, absent if nothing
 */
enum etrunk_attr_event {
	ETRUNK_A_EVENT_UNSPEC,
	ETRUNK_A_EVENT_TYPE,
	ETRUNK_A_EVENT_SEQ,
	ETRUNK_A_EVENT_TIME,
	ETRUNK_A_EVENT_OBJECT,
	ETRUNK_A_EVENT_FROM,
	ETRUNK_A_EVENT_TO,
	ETRUNK_A_EVENT_REASON,
	ETRUNK_A_EVENT_PAD,
	__ETRUNK_A_EVENT_MAX,
};
#define ETRUNK_A_EVENT_MAX (__ETRUNK_A_EVENT_MAX - 1)

/**
 * enum etrunk_attr_batch - ETRUNK_CMD_BATCH
 * @ETRUNK_A_BATCH_OP: multi nest of enum etrunk_attr_op, in order of execution
 *
 * First everything is prepared in order, each operation from what those before
 * it made of its object. Then all is checked against the configuration that
 * the whole batch leads to: two services may exchange their pseudowires, and
 * may not both take one. If anything is refused, nothing has happened: no
 * event, no packet, no change. Else all take effect in order, which cannot
 * fail. An error's attribute offset lies in an operation at fault.
 */
enum etrunk_attr_batch {
	ETRUNK_A_BATCH_UNSPEC,
	ETRUNK_A_BATCH_OP,
	__ETRUNK_A_BATCH_MAX,
};
#define ETRUNK_A_BATCH_MAX (__ETRUNK_A_BATCH_MAX - 1)

/**
 * enum etrunk_attr_op - one operation of a batch
 * @ETRUNK_A_OP_CMD: u32, a _NEW or _SET of enum etrunk_cmd
 * @ETRUNK_A_OP_ATTRS: nest of that command's attributes
 */
enum etrunk_attr_op {
	ETRUNK_A_OP_UNSPEC,
	ETRUNK_A_OP_CMD,
	ETRUNK_A_OP_ATTRS,
	__ETRUNK_A_OP_MAX,
};
#define ETRUNK_A_OP_MAX (__ETRUNK_A_OP_MAX - 1)

#endif /* _UAPI_LINUX_ETRUNK_H */
