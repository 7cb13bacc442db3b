/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The E-Trunk hello, wire version 1. One PDU per UDP datagram over IPv4 or IPv6,
 * unicast from source-address to peer-address and the same on the backup path;
 * source and destination port are the E-Trunk port (1025), TTL or hop limit is
 * 255, DSCP CS6, and the UDP checksum is there. A receiver wants the addresses
 * of a path and the destination port, and looks at none of the others.
 *
 * All numbers are in network byte order, flags that are said to be 0 are 0 when
 * sent and ignored when received:
 *
 *	offset size
 *	  0	2  magic 0x4554 ("ET")
 *	  2	1  version: 1
 *	  3	1  flags: 0x01 HIGH, the sender's source-address is numerically
 *		   greater than its peer-address (tells directions apart, so
 *		   that a hello sent back to its sender is recognised);
 *		   0x02 ALL_DOWN, every member of the sender is down;
 *		   0x04 HANDED_OVER, the sender's operator gave mastership to
 *		   the receiver: the sender ranks last;
 *		   0x08 QUERY, the sender lost the receiver on one path and
 *		   wants a hello at once, on every path;
 *		   0x10 UNPROTECTED, replay protection is off at the sender:
 *		   it believes hellos that do not answer it;
 *		   others 0
 *	  4	2  length of the PDU in bytes, digest included
 *	  6	1  authentication: 0 none, 1 HMAC-SHA-256, 2 HMAC-SHA-1
 *	  7	1  key-id: which key made the digest, 0 without authentication
 *	  8	1  E-Trunk id
 *	  9	1  length of the digest: 0, 32 or 20
 *	 10	1  priority 1..254
 *	 11	1  E-Trunk state: 1 init, 2 backup, 3 master
 *	 12	1  reason of the state: 1 PRI, 2 TIMEOUT, 3 BFD_DOWN,
 *		   4 PEER_TIMEOUT, 5 PEER_BFD_DOWN, 6 ALL_MEMBER_DOWN, 7 INIT,
 *		   8 PEER_NODE_DOWN
 *	 13	1  select: what decides who serves a member that both could,
 *		   if both say the same: 0 the role, 1 links, 2 bandwidth
 *	 14	2  0
 *	 16	4  fail time in ms: how long the receiver shall wait for the
 *		   next hello before it counts the sender as gone
 *	 20	6  the sender's device id
 *	 26	2  0
 *	 28	8  session: random, drawn when the sender's E-Trunk started
 *	 36	8  sequence of this hello in the session, from 1
 *	 44	8  challenge of the sender to whom it talks to
 *	 52	8  response: the session it answers to
 *	 60	8  response: that session's challenge; both 0 = none
 *	 68	8  echo: the peer session that the sender counts alive
 *	 76	8  echo: highest sequence accepted of it; both 0 = none alive
 *	 84	n  TLVs
 *	 84+n	d  digest: HMAC with the key over all bytes before it
 *
 * A TLV is type (2 bytes), length of the value (2 bytes) and the value; there
 * is no padding. A receiver skips types it does not know and bytes at the end
 * of a value it does not know; a value shorter than listed here is an error.
 *
 *	type 1, LACP identity, 8 bytes, at most once
 *	  0	6  LACP system id shared by the PEs, all 0 = not configured
 *	  6	2  LACP system priority
 *
 *	type 2, member, 20 bytes, once per member; no two with the same id
 *	  0	4  id of the member at the sender
 *	  4	4  id of the member at the receiver
 *	  8	2  flags: 0x01 phys up, 0x02 able, 0x04 ready, 0x08 core_ok
 *	 10	1  state: 1 backup, 2 master, 3 negotiation
 *	 11	1  mode: 1 auto, 2 force-backup, 3 force-master
 *	 12	2  usable links
 *	 14	2  LACP key
 *	 16	4  bandwidth of the usable links in Mbit/s, 0 unknown
 *
 * The rest is there to be compared with what the receiver has; it decides
 * nothing. Who leaves it out is not compared.
 *
 *	type 3, settings, 16 bytes, at most once
 *	  0	4  hello interval in ms
 *	  4	4  multiplier
 *	  8	4  revert delay in ms
 *	 12	2  flags: 0x01 the sender takes back from a stand-in
 *	 14	2  0
 *
 *	type 4, version of the sender's software, 1..31 bytes of text without NUL,
 *	at most once; of a longer one the first 31 count
 *
 *	type 5, services of a member, 28 bytes, once per member
 *	  0	4  id of the member at the sender
 *	  4	4  number of attachment circuits (ACs) on it
 *	  8	8  digest of their VLANs, see peer_diff.h
 *	 16	4  smallest MTU of an AC's device, 0 without ACs
 *	 20	4  smallest MTU of a pseudowire of theirs, 0 without
 *	 24	4  digest of the MTUs of each, see peer_diff.h
 *
 * What is received is checked in this order, and dropped by the first that fails,
 * with a counter of its own: length up to offset 84, magic, version, length at
 * offset 4 and of the digest; E-Trunk id; addresses, VRF; authentication as
 * configured, key-id, digest; then each field by its range and the TLVs; then
 * what trunk_fsm.h tells of sessions, challenges, sequences and echoes.
 *
 * A change that an older receiver may ignore stays version 1: a flag, a byte that
 * was 0, a TLV, more bytes at the end of a value. What it may not ignore is
 * another version, which an older one drops whole. A hello of each stage so far
 * is in selftests/captures, with its key:
 *
 *	1-first		the header but HANDED_OVER, QUERY, UNPROTECTED and
 *			select; TLVs 1 and 2
 *	2-switchover	HANDED_OVER
 *	3-select	select
 *	4-backup-path	QUERY
 *	5-compared	TLVs 3, 4, 5
 *	6-unprotected	UNPROTECTED
 */
#ifndef _ETRUNK_TRUNK_PKT_H
#define _ETRUNK_TRUNK_PKT_H

#include "pure.h"

#define TRUNK_PKT_MAGIC		0x4554
#define TRUNK_PKT_VERSION	1
#define TRUNK_PKT_HDR_LEN	84
#define TRUNK_PKT_LACP_LEN	8
#define TRUNK_PKT_MEMBER_LEN	20
#define TRUNK_PKT_SETTINGS_LEN	16
#define TRUNK_PKT_VERSION_MAX	31
#define TRUNK_PKT_SERVICES_LEN	28
#define TRUNK_PKT_TLV_HDR_LEN	4
#define TRUNK_PKT_DIGEST_MAX	32
/* largest that is sent or accepted; room for TLVs of later versions */
#define TRUNK_PKT_LEN_MAX	4096

#define TRUNK_PKT_F_HIGH	0x01
#define TRUNK_PKT_F_ALL_DOWN	0x02
#define TRUNK_PKT_F_HANDED_OVER	0x04
#define TRUNK_PKT_F_QUERY	0x08
#define TRUNK_PKT_F_UNPROTECTED	0x10

#define TRUNK_PKT_M_PHYS	0x01
#define TRUNK_PKT_M_ABLE	0x02
#define TRUNK_PKT_M_READY	0x04
#define TRUNK_PKT_M_CORE_OK	0x08

#define TRUNK_PKT_S_REVERT	0x01

enum trunk_pkt_auth {
	TRUNK_PKT_AUTH_NONE,
	TRUNK_PKT_AUTH_SHA256,
	TRUNK_PKT_AUTH_SHA1,
};

enum trunk_pkt_tlv {
	TRUNK_PKT_TLV_LACP = 1,
	TRUNK_PKT_TLV_MEMBER,
	TRUNK_PKT_TLV_SETTINGS,
	TRUNK_PKT_TLV_VERSION,
	TRUNK_PKT_TLV_SERVICES,
};

/**
 * enum trunk_pkt_err - what is wrong with a received hello
 * @TRUNK_PKT_OK: nothing
 * @TRUNK_PKT_E_LENGTH: shorter or longer than it says, or than it can be
 * @TRUNK_PKT_E_MAGIC: not a hello
 * @TRUNK_PKT_E_VERSION: a version we do not speak
 * @TRUNK_PKT_E_PRIORITY: priority outside 1..254
 * @TRUNK_PKT_E_STATE: unknown E-Trunk or member state or mode
 * @TRUNK_PKT_E_REASON: unknown reason
 * @TRUNK_PKT_E_FAIL_TIME: fail time outside 1.5 s .. 3000 s
 * @TRUNK_PKT_E_SYSTEM_ID: device id all zero or a group address
 * @TRUNK_PKT_E_SESSION: session, sequence or challenge zero
 * @TRUNK_PKT_E_TLV: a TLV runs over the end, is too short or doubled
 */
enum trunk_pkt_err {
	TRUNK_PKT_OK,
	TRUNK_PKT_E_LENGTH,
	TRUNK_PKT_E_MAGIC,
	TRUNK_PKT_E_VERSION,
	TRUNK_PKT_E_PRIORITY,
	TRUNK_PKT_E_STATE,
	TRUNK_PKT_E_REASON,
	TRUNK_PKT_E_FAIL_TIME,
	TRUNK_PKT_E_SYSTEM_ID,
	TRUNK_PKT_E_SESSION,
	TRUNK_PKT_E_TLV,
};

/**
 * struct trunk_pkt_frame - the outside of a hello, readable before its digest
 *	is checked
 * @id: E-Trunk id
 * @auth: enum trunk_pkt_auth, not validated
 * @key_id: key of the digest
 * @digest_len: length of the digest
 * @body_len: bytes before the digest
 */
struct trunk_pkt_frame {
	u8 id;
	u8 auth;
	u8 key_id;
	u8 digest_len;
	u16 body_len;
};

/**
 * struct trunk_pkt - a hello but its members
 * @id: E-Trunk id
 * @auth: enum trunk_pkt_auth
 * @key_id: key of the digest
 * @high: direction, see the layout above
 * @all_down: every member of the sender is down
 * @handed_over: the sender's operator wants the receiver to be master
 * @query: the sender wants a hello at once
 * @unprotected: replay protection is off at the sender
 * @path: by which it came; not on the wire
 * @priority: E-Trunk priority
 * @state: E-Trunk state
 * @reason: why
 * @select: enum etrunk_select, or something newer
 * @fail_time_ms: how long to wait for the sender
 * @system_id: device id
 * @sess: sender's session
 * @seq: sequence in it
 * @chal: sender's challenge
 * @resp_sess: session answered to
 * @resp_chal: its challenge
 * @echo_sess: session counted alive
 * @echo_seq: highest sequence accepted of it
 * @has_lacp: @lacp_system and @lacp_priority were there
 * @lacp_system: LACP system id
 * @lacp_priority: LACP system priority
 */
struct trunk_pkt {
	u8 id;
	u8 auth;
	u8 key_id;
	bool high;
	bool all_down;
	bool handed_over;
	bool query;
	bool unprotected;
	u8 path;
	u8 priority;
	u8 state;
	u8 reason;
	u8 select;
	u32 fail_time_ms;
	u8 system_id[ETH_ALEN];
	u64 sess;
	u64 seq;
	u64 chal;
	u64 resp_sess;
	u64 resp_chal;
	u64 echo_sess;
	u64 echo_seq;
	bool has_lacp;
	u8 lacp_system[ETH_ALEN];
	u16 lacp_priority;
};

/**
 * struct trunk_pkt_member - one member in a hello
 * @id: at the sender
 * @remote_id: at the receiver
 * @phys: links up
 * @able: could serve
 * @ready: its services are prepared
 * @core_ok: its services reach the core
 * @state: enum etrunk_member_state
 * @mode: enum etrunk_member_mode
 * @links: usable links
 * @lacp_key: LACP key towards the CE
 * @speed: Mbit/s
 */
struct trunk_pkt_member {
	u32 id;
	u32 remote_id;
	bool phys;
	bool able;
	bool ready;
	bool core_ok;
	u8 state;
	u8 mode;
	u16 links;
	u16 lacp_key;
	u32 speed;
};

/**
 * struct trunk_pkt_settings - what should be equal at both ends
 * @has_timers: the four below were there
 * @hello_ms: hello interval
 * @multiplier: fail time in intervals
 * @revert_delay_ms: before taking back
 * @revert: takes back at all
 * @version: of the software, "" = it was not there
 */
struct trunk_pkt_settings {
	bool has_timers;
	u32 hello_ms;
	u32 multiplier;
	u32 revert_delay_ms;
	bool revert;
	char version[TRUNK_PKT_VERSION_MAX + 1];
};

/**
 * struct trunk_pkt_services - the services on one member
 * @id: of the member, at the sender
 * @acs: how many
 * @vlans: digest of their VLANs
 * @ac_mtu: smallest of an AC's device
 * @pw_mtu: smallest of a pseudowire
 * @mtus: digest of the MTUs
 */
struct trunk_pkt_services {
	u32 id;
	u32 acs;
	u64 vlans;
	u32 ac_mtu;
	u32 pw_mtu;
	u32 mtus;
};

/* a hello of so many members, with all there is to say, and no more */
#define TRUNK_PKT_FULL_LEN(members) \
	(TRUNK_PKT_HDR_LEN + TRUNK_PKT_TLV_HDR_LEN + TRUNK_PKT_LACP_LEN + \
	 (members) * (2 * TRUNK_PKT_TLV_HDR_LEN + TRUNK_PKT_MEMBER_LEN + \
		      TRUNK_PKT_SERVICES_LEN) + \
	 2 * TRUNK_PKT_TLV_HDR_LEN + TRUNK_PKT_SETTINGS_LEN + \
	 TRUNK_PKT_VERSION_MAX + TRUNK_PKT_DIGEST_MAX)

size_t trunk_pkt_len(unsigned int members, u8 digest_len);
size_t trunk_pkt_build(u8 *buf, const struct trunk_pkt *pkt, u8 digest_len,
		       unsigned int members);
void trunk_pkt_put_member(u8 *buf, unsigned int index,
			  const struct trunk_pkt_member *m);
size_t trunk_pkt_add_settings(u8 *buf, size_t body_len, u8 digest_len,
			      const struct trunk_pkt_settings *s);
size_t trunk_pkt_add_services(u8 *buf, size_t body_len, u8 digest_len,
			      const struct trunk_pkt_services *s);

enum trunk_pkt_err trunk_pkt_frame(const u8 *buf, size_t len,
				   struct trunk_pkt_frame *frame);
enum trunk_pkt_err trunk_pkt_parse(const u8 *buf, size_t len,
				   struct trunk_pkt *pkt);
size_t trunk_pkt_next_member(const u8 *buf, size_t body_len, size_t pos,
			     struct trunk_pkt_member *m);
void trunk_pkt_settings(const u8 *buf, size_t body_len,
			struct trunk_pkt_settings *s);
size_t trunk_pkt_next_services(const u8 *buf, size_t body_len, size_t pos,
			       struct trunk_pkt_services *s);

#endif /* _ETRUNK_TRUNK_PKT_H */
