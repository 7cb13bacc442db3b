/* SPDX-License-Identifier: GPL-2.0 */
/*
 * LACPDUs (IEEE 802.1AX-2014 6.4.2.3) as bytes: what they say, and how the
 * identity of the actor is replaced and put back. Pure.
 */
#ifndef _ETRUNK_LACP_PKT_H
#define _ETRUNK_LACP_PKT_H

#include "pure.h"

/* LACPDU after the Ethernet header; the frame is ETH_HLEN longer */
#define LACP_PDU_LEN		110
#define LACP_FRAME_LEN		124

#define LACP_SUBTYPE		1

/* bit 15 of the port number tells the two PEs of an E-Trunk apart */
#define LACP_PORT_HIGH		0x8000

/* bits of the state octet */
enum {
	LACP_ACTIVITY		= 0x01,
	LACP_TIMEOUT		= 0x02,
	LACP_AGGREGATION	= 0x04,
	LACP_SYNC		= 0x08,
	LACP_COLLECTING		= 0x10,
	LACP_DISTRIBUTING	= 0x20,
	LACP_DEFAULTED		= 0x40,
	LACP_EXPIRED		= 0x80,
};

/* what a port says while it must stay out of the partner's bundle: none */
#define LACP_IN_BUNDLE	(LACP_SYNC | LACP_COLLECTING | LACP_DISTRIBUTING)

/**
 * struct lacp_info - one end of a link as a LACPDU describes it
 * @system: system id
 * @system_priority: of the system
 * @key: operational key
 * @port_priority: of the port
 * @port: port number
 * @state: LACP_* bits
 */
struct lacp_info {
	u8 system[ETH_ALEN];
	u16 system_priority;
	u16 key;
	u16 port_priority;
	u16 port;
	u8 state;
};

/**
 * struct lacp_ident - the shared identity that a PE shows to the CE
 * @system: system id, equal on both PEs
 * @system_priority: equal on both PEs
 * @key: equal on both PEs, one per member
 * @high: this PE's port numbers have bit 15 set
 */
struct lacp_ident {
	u8 system[ETH_ALEN];
	u16 system_priority;
	u16 key;
	bool high;
};

/**
 * enum lacp_kind - what a slow protocols frame is to us
 * @LACP_KIND_OTHER: no LACPDU: another subtype or destination, or too short
 * @LACP_KIND_PDU: a LACPDU
 * @LACP_KIND_BAD: a LACPDU whose fixed TLVs are not what they must be
 */
enum lacp_kind {
	LACP_KIND_OTHER,
	LACP_KIND_PDU,
	LACP_KIND_BAD,
};

enum lacp_kind lacp_recognise(const u8 *frame, size_t len);

void lacp_get_actor(const u8 *pdu, struct lacp_info *actor);
void lacp_get_partner(const u8 *pdu, struct lacp_info *partner);

void lacp_rewrite_actor(u8 *pdu, const struct lacp_ident *ident,
			u8 clear_state);
bool lacp_map_partner(u8 *pdu, const struct lacp_ident *ident,
		      const struct lacp_info *own, u8 cleared_state);
void lacp_build(u8 *frame, const u8 *source, const struct lacp_info *actor,
		const struct lacp_info *partner);

#endif /* _ETRUNK_LACP_PKT_H */
