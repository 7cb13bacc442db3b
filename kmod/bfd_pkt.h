/* SPDX-License-Identifier: GPL-2.0 */
/*
 * BFD control packets (RFC 5880 4.1): codec and the reception checks that need
 * nothing but the packet. Pure.
 */
#ifndef _ETRUNK_BFD_PKT_H
#define _ETRUNK_BFD_PKT_H

#include "pure.h"

#define ETRUNK_BFD_VERSION	1
/* mandatory section; the least with an authentication section present */
#define ETRUNK_BFD_PKT_LEN	24
#define ETRUNK_BFD_PKT_LEN_AUTH	26
/* the longest packet sent: with a SHA1 section */
#define ETRUNK_BFD_PDU_MAX	52

/* second octet, below the state */
#define ETRUNK_BFD_POLL		0x20
#define ETRUNK_BFD_FINAL	0x10
#define ETRUNK_BFD_CPI		0x08
#define ETRUNK_BFD_AUTH		0x04
#define ETRUNK_BFD_DEMAND	0x02
#define ETRUNK_BFD_MULTIPOINT	0x01

/* RFC 5880 4.1 Diag */
enum etrunk_bfd_diag {
	ETRUNK_BFD_DIAG_NONE,
	ETRUNK_BFD_DIAG_DETECT,
	ETRUNK_BFD_DIAG_ECHO,
	ETRUNK_BFD_DIAG_NEIGHBOR_DOWN,
	ETRUNK_BFD_DIAG_PLANE_RESET,
	ETRUNK_BFD_DIAG_PATH_DOWN,
	ETRUNK_BFD_DIAG_CONCAT_DOWN,
	ETRUNK_BFD_DIAG_ADMIN_DOWN,
	ETRUNK_BFD_DIAG_REV_CONCAT_DOWN,
};

/**
 * struct etrunk_bfd_pkt - a control packet in host order
 * @diag: diagnostic, any of 0..31
 * @state: enum etrunk_bfd_state
 * @flags: ETRUNK_BFD_POLL ... ETRUNK_BFD_MULTIPOINT
 * @mult: detection time multiplier
 * @my_discr: sender's discriminator
 * @your_discr: what the sender believes ours to be, 0 = not known
 * @min_tx_us: Desired Min TX Interval
 * @min_rx_us: Required Min RX Interval
 * @min_echo_rx_us: Required Min Echo RX Interval
 */
struct etrunk_bfd_pkt {
	u8 diag;
	u8 state;
	u8 flags;
	u8 mult;
	u32 my_discr;
	u32 your_discr;
	u32 min_tx_us;
	u32 min_rx_us;
	u32 min_echo_rx_us;
};

/**
 * enum etrunk_bfd_drop - why a received packet was discarded
 * @ETRUNK_BFD_DROP_NONE: it was not
 * @ETRUNK_BFD_DROP_TRUNCATED: payload shorter than its Length says
 * @ETRUNK_BFD_DROP_VERSION: version is not 1
 * @ETRUNK_BFD_DROP_LENGTH: Length below 24, or 26 with the A bit
 * @ETRUNK_BFD_DROP_MULTIPLIER: Detect Mult 0
 * @ETRUNK_BFD_DROP_MULTIPOINT: M bit set
 * @ETRUNK_BFD_DROP_MY_DISCR: My Discriminator 0
 * @ETRUNK_BFD_DROP_STATE: Your Discriminator 0 in Init or Up
 * @ETRUNK_BFD_DROP_NO_SESSION: no session of that discriminator or address
 * @ETRUNK_BFD_DROP_PORT: single hop session on the multihop port, or reverse
 * @ETRUNK_BFD_DROP_INTERFACE: came in by another interface
 * @ETRUNK_BFD_DROP_ADDRESS: addresses are not the session's
 * @ETRUNK_BFD_DROP_TTL: TTL below what the session demands
 * @ETRUNK_BFD_DROP_AUTH: A bit set, but the session uses no authentication
 * @ETRUNK_BFD_DROP_AUTH_MISSING: A bit clear, but the session uses it
 * @ETRUNK_BFD_DROP_AUTH_TYPE: another authentication type than the session's
 * @ETRUNK_BFD_DROP_AUTH_LENGTH: the section's length is not that of its type
 * @ETRUNK_BFD_DROP_AUTH_KEY_ID: there is no key of this id
 * @ETRUNK_BFD_DROP_AUTH_SEQUENCE: sequence number outside of the window
 * @ETRUNK_BFD_DROP_AUTH_DIGEST: wrong digest or password
 * @ETRUNK_BFD_DROP_DISCR: My Discriminator is not the configured one
 * @ETRUNK_BFD_DROP_MAX: number of values
 */
enum etrunk_bfd_drop {
	ETRUNK_BFD_DROP_NONE,
	ETRUNK_BFD_DROP_TRUNCATED,
	ETRUNK_BFD_DROP_VERSION,
	ETRUNK_BFD_DROP_LENGTH,
	ETRUNK_BFD_DROP_MULTIPLIER,
	ETRUNK_BFD_DROP_MULTIPOINT,
	ETRUNK_BFD_DROP_MY_DISCR,
	ETRUNK_BFD_DROP_STATE,
	ETRUNK_BFD_DROP_NO_SESSION,
	ETRUNK_BFD_DROP_PORT,
	ETRUNK_BFD_DROP_INTERFACE,
	ETRUNK_BFD_DROP_ADDRESS,
	ETRUNK_BFD_DROP_TTL,
	ETRUNK_BFD_DROP_AUTH,
	ETRUNK_BFD_DROP_AUTH_MISSING,
	ETRUNK_BFD_DROP_AUTH_TYPE,
	ETRUNK_BFD_DROP_AUTH_LENGTH,
	ETRUNK_BFD_DROP_AUTH_KEY_ID,
	ETRUNK_BFD_DROP_AUTH_SEQUENCE,
	ETRUNK_BFD_DROP_AUTH_DIGEST,
	ETRUNK_BFD_DROP_DISCR,
	ETRUNK_BFD_DROP_MAX,
};

enum etrunk_bfd_drop etrunk_bfd_pkt_parse(struct etrunk_bfd_pkt *pkt,
					  const u8 *buf, size_t have,
					  size_t payload);
void etrunk_bfd_pkt_build(u8 *buf, const struct etrunk_bfd_pkt *pkt);

#endif /* _ETRUNK_BFD_PKT_H */
