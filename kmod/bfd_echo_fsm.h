/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The BFD Echo function (RFC 5880 6.4, 6.8.5, 6.8.8, 6.8.9): what is in our
 * echo packets, which of those that come back count, when they have failed, and
 * what an echo packet looks like on the wire. Pure.
 *
 * A packet of ours carries, in network order,
 *
 *	0  magic	4  discriminator	8  number	16  time, ns
 *	24 keyed digest of what is before it
 *
 * Nobody but us reads it. Numbers go up for the life of a session and its key:
 * each counts once, the latest that came back voids the ones before it.
 */
#ifndef _ETRUNK_BFD_ECHO_FSM_H
#define _ETRUNK_BFD_ECHO_FSM_H

#include "pure.h"

#define ETRUNK_BFD_PORT_ECHO	3785	/* RFC 5881 4 */

#define ETRUNK_BFD_ECHO_LEN	32
#define ETRUNK_BFD_ECHO_SIGNED	24	/* of these octets is the digest */

/*
 * How long the peer's are looped after that was switched off: it hears of it
 * from a packet a second at the least.
 */
#define ETRUNK_BFD_ECHO_LINGER_NS	(3 * NSEC_PER_SEC)

/* headers with all options, or the longest plain ones and our payload */
#define ETRUNK_BFD_ECHO_HEAD	80

/**
 * enum etrunk_bfd_echo_drop - why an echo packet was not taken
 * @ETRUNK_BFD_ECHO_OK: it was
 * @ETRUNK_BFD_ECHO_FRAME: not sent to this host alone, or no single packet
 * @ETRUNK_BFD_ECHO_HEADER: IP options, a length or the IP checksum is wrong
 * @ETRUNK_BFD_ECHO_FRAGMENT: part of a packet
 * @ETRUNK_BFD_ECHO_TTL: to be looped: not 255; come back: below 254
 * @ETRUNK_BFD_ECHO_ADDRESS: source is not what this session's can be
 * @ETRUNK_BFD_ECHO_STATE: the session is down, or no echo is sent
 * @ETRUNK_BFD_ECHO_DIGEST: the peer or somebody else made it up
 * @ETRUNK_BFD_ECHO_NUMBER: it, or a later one, came back before
 * @ETRUNK_BFD_ECHO_LATE: came back after its detection time
 * @ETRUNK_BFD_ECHO_DROP_MAX: number of values
 */
enum etrunk_bfd_echo_drop {
	ETRUNK_BFD_ECHO_OK,
	ETRUNK_BFD_ECHO_FRAME,
	ETRUNK_BFD_ECHO_HEADER,
	ETRUNK_BFD_ECHO_FRAGMENT,
	ETRUNK_BFD_ECHO_TTL,
	ETRUNK_BFD_ECHO_ADDRESS,
	ETRUNK_BFD_ECHO_STATE,
	ETRUNK_BFD_ECHO_DIGEST,
	ETRUNK_BFD_ECHO_NUMBER,
	ETRUNK_BFD_ECHO_LATE,
	ETRUNK_BFD_ECHO_DROP_MAX,
};

/**
 * struct etrunk_bfd_echo_frame - an echo packet as it stands in a frame
 * @ipv6: or IPv4
 * @ttl: TTL or hop limit
 * @payload: offset of what is in UDP
 * @len: of the IP packet; a frame may be longer
 */
struct etrunk_bfd_echo_frame {
	bool ipv6;
	u8 ttl;
	u16 payload;
	u32 len;
};

/**
 * struct etrunk_bfd_echo_pdu - what we wrote into an echo packet
 * @discr: our discriminator
 * @number: counts up
 * @time: when it was sent, ns
 */
struct etrunk_bfd_echo_pdu {
	u32 discr;
	u64 number;
	u64 time;
};

/**
 * struct etrunk_bfd_echo_fsm - the sender's part of a session's echo
 * @us: interval before jitter, 0 = none are sent
 * @begin: since when at this interval, ns
 * @next_tx: when the next one is due, ns
 * @tx: number of the last one sent
 * @rx: of the last one that came back; those up to it are settled
 * @last_rx: when that was, ns
 * @max_rtt: the longest that one took, ns
 */
struct etrunk_bfd_echo_fsm {
	u32 us;
	u64 begin;
	u64 next_tx;
	u64 tx;
	u64 rx;
	u64 last_rx;
	u64 max_rtt;
};

bool etrunk_bfd_echo_parse(const u8 *buf, size_t have, size_t len, bool ipv6,
			   struct etrunk_bfd_echo_frame *frame,
			   enum etrunk_bfd_echo_drop *bad);
void etrunk_bfd_echo_build(u8 *buf, const struct etrunk_bfd_echo_pdu *pdu);
void etrunk_bfd_echo_sign(u8 *buf, u64 digest);
bool etrunk_bfd_echo_read(const u8 *buf, size_t len,
			  struct etrunk_bfd_echo_pdu *pdu);
bool etrunk_bfd_echo_signed(const u8 *buf, u64 digest);

bool etrunk_bfd_echo_pace(struct etrunk_bfd_echo_fsm *e, u32 us, u64 now);
u64 etrunk_bfd_echo_sent(struct etrunk_bfd_echo_fsm *e);
u64 etrunk_bfd_echo_detect_time(const struct etrunk_bfd_echo_fsm *e, u8 mult);
u64 etrunk_bfd_echo_expiry(const struct etrunk_bfd_echo_fsm *e, u8 mult,
			   u64 now);
bool etrunk_bfd_echo_failed(const struct etrunk_bfd_echo_fsm *e, u8 mult,
			    u64 now);
enum etrunk_bfd_echo_drop
etrunk_bfd_echo_came_back(struct etrunk_bfd_echo_fsm *e,
			  const struct etrunk_bfd_echo_pdu *pdu, u8 mult,
			  u64 now);

#endif /* _ETRUNK_BFD_ECHO_FSM_H */
