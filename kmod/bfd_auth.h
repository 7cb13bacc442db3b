/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Authentication of BFD control packets (RFC 5880 4.2 to 4.4 and 6.7). Pure,
 * but for the hash, which the caller lends.
 */
#ifndef _ETRUNK_BFD_AUTH_H
#define _ETRUNK_BFD_AUTH_H

#include "bfd_pkt.h"

#define ETRUNK_BFD_KEYS_MAX	16
#define ETRUNK_BFD_KEY_LEN_MAX	20
/* type, length, key id, reserved, sequence number */
#define ETRUNK_BFD_AUTH_HDR	8
#define ETRUNK_BFD_DIGEST_MAX	20
/* least time between two packets that offer the peer a change (6.7.1) */
#define ETRUNK_BFD_OFFER_NS	NSEC_PER_SEC

/**
 * struct etrunk_bfd_secret - a secret
 * @id: names it on the wire
 * @len: octets in @bytes
 * @bytes: the secret, zeroes behind it
 */
struct etrunk_bfd_secret {
	u8 id;
	u8 len;
	u8 bytes[ETRUNK_BFD_KEY_LEN_MAX];
};

/**
 * struct etrunk_bfd_keyring - how packets are authenticated
 * @type: enum etrunk_bfd_auth_type, as on the wire
 * @send: id of the key to send with
 * @n: number of keys; each of them is accepted
 * @key: keys
 */
struct etrunk_bfd_keyring {
	u8 type;
	u8 send;
	u8 n;
	struct etrunk_bfd_secret key[ETRUNK_BFD_KEYS_MAX];
};

/**
 * typedef etrunk_bfd_hash_fn - MD5 or SHA1 of one buffer
 * @type: authentication type, ETRUNK_BFD_AUTH_MD5 or above
 * @data: input
 * @len: of the input
 * @digest: result
 *
 * Return: 0 or a negative errno.
 */
typedef int etrunk_bfd_hash_fn(u8 type, const u8 *data, unsigned int len,
			       u8 *digest);

/**
 * struct etrunk_bfd_auth - authentication of a session
 * @use: what packets are sent with and accepted by; NULL = no authentication
 * @next: wanted instead, where @changing
 * @changing: @next is accepted, too; the first packet that it accepts ends the
 *	time of @use
 * @hash: lent by the caller
 * @rx_known: bfd.AuthSeqKnown
 * @rx_seq: bfd.RcvAuthSeq
 * @tx_seq: bfd.XmitAuthSeq
 * @last_rx: when the last packet was accepted, ns
 * @last_offer: when the last packet went out by @next, ns
 */
struct etrunk_bfd_auth {
	struct etrunk_bfd_keyring *use;
	struct etrunk_bfd_keyring *next;
	bool changing;
	etrunk_bfd_hash_fn *hash;
	bool rx_known;
	u32 rx_seq;
	u32 tx_seq;
	u64 last_rx;
	u64 last_offer;
};

/**
 * struct etrunk_bfd_proof - what a packet was accepted by
 * @next: by the keyring to change to
 * @sequenced: it has a sequence number
 * @seq: sequence number
 */
struct etrunk_bfd_proof {
	bool next;
	bool sequenced;
	u32 seq;
};

unsigned int etrunk_bfd_auth_key_max(u8 type);
const struct etrunk_bfd_secret *
etrunk_bfd_auth_key(const struct etrunk_bfd_keyring *ring, u8 id);
bool etrunk_bfd_auth_abrupt(const struct etrunk_bfd_keyring *from,
			    const struct etrunk_bfd_keyring *to);
enum etrunk_bfd_drop etrunk_bfd_auth_check(const struct etrunk_bfd_auth *auth,
					   const struct etrunk_bfd_pkt *pkt,
					   const u8 *pdu, unsigned int len,
					   u64 now, u64 detect_time,
					   struct etrunk_bfd_proof *proof);
struct etrunk_bfd_keyring *
etrunk_bfd_auth_accept(struct etrunk_bfd_auth *auth,
		       const struct etrunk_bfd_proof *proof, u64 now);
struct etrunk_bfd_keyring *etrunk_bfd_auth_settle(struct etrunk_bfd_auth *auth);
void etrunk_bfd_auth_change(struct etrunk_bfd_auth *auth,
			    struct etrunk_bfd_keyring *ring, bool keep, u64 now,
			    struct etrunk_bfd_keyring *over[2]);
bool etrunk_bfd_auth_offer(struct etrunk_bfd_auth *auth, u64 now);
unsigned int etrunk_bfd_auth_sign(struct etrunk_bfd_auth *auth, bool next,
				  u8 *pdu);

#endif /* _ETRUNK_BFD_AUTH_H */
