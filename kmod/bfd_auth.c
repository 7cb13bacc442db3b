// SPDX-License-Identifier: GPL-2.0
/*
 * Authentication of BFD control packets. Section numbers are those of RFC 5880.
 * The authentication section begins at octet 24 of a packet:
 *
 *	simple		0 type 1	1 length	2 key id
 *			3 password (1 to 16)
 *	keyed MD5	0 type 2, 3	1 length 24	2 key id	3 reserved
 *			4 sequence number		8 digest (16)
 *	keyed SHA1	0 type 4, 5	1 length 28	2 key id	3 reserved
 *			4 sequence number		8 hash (20)
 *
 * The digest is the plain hash of the whole packet with the key, padded with
 * zeroes, in the digest's place. It is not an HMAC.
 *
 * A change of the type or of a secret (6.7.1) is no reason to lose a session:
 * both sides accept the old and the new, and while they send the old they offer
 * the new in an additional packet once a second. To a peer that is not
 * configured for it that is a packet to discard. Whoever can verify an offer
 * knows that the peer changes, too, and from then on sends and accepts nothing
 * but the new. It takes the operator to start another change.
 */
#include "bfd_auth.h"

static const struct {
	u8 key_max;
	u8 digest_len;
	bool meticulous;
} types[] = {
	[ETRUNK_BFD_AUTH_NONE]			= { ETRUNK_BFD_KEY_LEN_MAX },
	[ETRUNK_BFD_AUTH_SIMPLE]		= { 16 },
	[ETRUNK_BFD_AUTH_MD5]			= { 16, 16 },
	[ETRUNK_BFD_AUTH_METICULOUS_MD5]	= { 16, 16, true },
	[ETRUNK_BFD_AUTH_SHA1]			= { 20, 20 },
	[ETRUNK_BFD_AUTH_METICULOUS_SHA1]	= { 20, 20, true },
};

static u8 type_of(const struct etrunk_bfd_keyring *ring)
{
	return ring ? ring->type : ETRUNK_BFD_AUTH_NONE;
}

/**
 * etrunk_bfd_auth_key_max - how long a key may be
 * @type: enum etrunk_bfd_auth_type
 *
 * Return: octets.
 */
unsigned int etrunk_bfd_auth_key_max(u8 type)
{
	return types[type].key_max;
}

/**
 * etrunk_bfd_auth_key - find a key
 * @ring: keyring, may be NULL
 * @id: its id
 *
 * Return: the key or NULL.
 */
const struct etrunk_bfd_secret *
etrunk_bfd_auth_key(const struct etrunk_bfd_keyring *ring, u8 id)
{
	unsigned int i;

	for (i = 0; ring && i < ring->n; i++) {
		if (ring->key[i].id == id)
			return &ring->key[i];
	}
	return NULL;
}

/**
 * etrunk_bfd_auth_abrupt - would a change cut off a peer that did not change?
 * @from: keyring in use, may be NULL
 * @to: keyring wanted, may be NULL
 *
 * Keys that come, and another key to send with, disturb nobody. A deleted key
 * is over at once: it may be known to others.
 *
 * Return: true if the type changes, or the secret of a key that stays.
 */
bool etrunk_bfd_auth_abrupt(const struct etrunk_bfd_keyring *from,
			    const struct etrunk_bfd_keyring *to)
{
	const struct etrunk_bfd_secret *old;
	unsigned int i;

	if (type_of(from) != type_of(to))
		return true;
	if (type_of(from) == ETRUNK_BFD_AUTH_NONE)
		return false;

	for (i = 0; i < to->n; i++) {
		old = etrunk_bfd_auth_key(from, to->key[i].id);
		if (old && (old->len != to->key[i].len ||
			    crypto_memneq(old->bytes, to->key[i].bytes,
					  old->len)))
			return true;
	}
	return false;
}

/*
 * The digest of a packet of @len octets, of which the digest's place is taken
 * by the key. The only place that computes one.
 */
static int make_digest(const struct etrunk_bfd_auth *auth, u8 type,
		       const struct etrunk_bfd_secret *key, const u8 *pdu,
		       unsigned int len, u8 *digest)
{
	const unsigned int at = ETRUNK_BFD_PKT_LEN + ETRUNK_BFD_AUTH_HDR;
	u8 buf[U8_MAX];

	memcpy(buf, pdu, len);
	memcpy(buf + at, key->bytes, types[type].digest_len);
	return auth->hash(type, buf, len, digest);
}

/*
 * 6.7.3 and 6.7.4. The window is that of the packet's own Detect Mult, which
 * the digest covers.
 */
static bool in_window(const struct etrunk_bfd_auth *auth, bool meticulous,
		      u8 mult, u32 seq, u64 now, u64 detect_time)
{
	/* 6.8.1: after twice the detection time any number will do */
	if (!auth->rx_known || now - auth->last_rx > 2 * detect_time)
		return true;

	return seq - auth->rx_seq - meticulous <= 3u * mult - meticulous;
}

static enum etrunk_bfd_drop check(const struct etrunk_bfd_auth *auth,
				  const struct etrunk_bfd_keyring *ring,
				  const struct etrunk_bfd_pkt *pkt,
				  const u8 *pdu, unsigned int len, u64 now,
				  u64 detect_time,
				  struct etrunk_bfd_proof *proof)
{
	const u8 *section = pdu + ETRUNK_BFD_PKT_LEN;
	unsigned int room = len - ETRUNK_BFD_PKT_LEN;
	u8 digest[ETRUNK_BFD_DIGEST_MAX];
	const struct etrunk_bfd_secret *key;
	u8 type = type_of(ring);
	u8 digest_len;

	proof->sequenced = false;
	if (!(pkt->flags & ETRUNK_BFD_AUTH))
		return type == ETRUNK_BFD_AUTH_NONE ? ETRUNK_BFD_DROP_NONE :
						ETRUNK_BFD_DROP_AUTH_MISSING;
	if (type == ETRUNK_BFD_AUTH_NONE)
		return ETRUNK_BFD_DROP_AUTH;

	/* octets 24 and 25 are there: Length was found to be 26 or more */
	if (section[0] != type)
		return ETRUNK_BFD_DROP_AUTH_TYPE;
	if (room < 3 || section[1] > room)
		return ETRUNK_BFD_DROP_AUTH_LENGTH;

	key = etrunk_bfd_auth_key(ring, section[2]);
	if (!key)
		return ETRUNK_BFD_DROP_AUTH_KEY_ID;

	if (type == ETRUNK_BFD_AUTH_SIMPLE) {
		if (section[1] != 3 + key->len)
			return ETRUNK_BFD_DROP_AUTH_LENGTH;
		if (crypto_memneq(section + 3, key->bytes, key->len))
			return ETRUNK_BFD_DROP_AUTH_DIGEST;
		return ETRUNK_BFD_DROP_NONE;
	}

	digest_len = types[type].digest_len;
	if (section[1] != ETRUNK_BFD_AUTH_HDR + digest_len)
		return ETRUNK_BFD_DROP_AUTH_LENGTH;

	proof->sequenced = true;
	proof->seq = get_unaligned_be32(section + 4);
	if (!in_window(auth, types[type].meticulous, pkt->mult, proof->seq,
		       now, detect_time))
		return ETRUNK_BFD_DROP_AUTH_SEQUENCE;

	if (make_digest(auth, type, key, pdu, len, digest) ||
	    crypto_memneq(section + ETRUNK_BFD_AUTH_HDR, digest, digest_len))
		return ETRUNK_BFD_DROP_AUTH_DIGEST;

	return ETRUNK_BFD_DROP_NONE;
}

/**
 * etrunk_bfd_auth_check - may a packet be believed? (6.8.6, 6.7)
 * @auth: authentication of the session
 * @pkt: the packet, decoded
 * @pdu: the packet
 * @len: its Length, 24 or more, 26 or more with the A bit
 * @now: ns
 * @detect_time: detection time of the session, ns
 * @proof: result, for etrunk_bfd_auth_accept()
 *
 * Changes nothing. Unlike the text of 6.7.4, and as its erratum 7083 has it, a
 * sequence number in the window does not spare a packet the check of its
 * digest.
 *
 * Return: ETRUNK_BFD_DROP_NONE or why not.
 */
enum etrunk_bfd_drop etrunk_bfd_auth_check(const struct etrunk_bfd_auth *auth,
					   const struct etrunk_bfd_pkt *pkt,
					   const u8 *pdu, unsigned int len,
					   u64 now, u64 detect_time,
					   struct etrunk_bfd_proof *proof)
{
	enum etrunk_bfd_drop why;

	if (auth->changing) {
		proof->next = true;
		why = check(auth, auth->next, pkt, pdu, len, now, detect_time,
			    proof);
		if (!why)
			return why;
	}

	proof->next = false;
	return check(auth, auth->use, pkt, pdu, len, now, detect_time, proof);
}

/**
 * etrunk_bfd_auth_accept - a packet passed this and all other checks
 * @auth: authentication of the session
 * @proof: from etrunk_bfd_auth_check()
 * @now: ns
 *
 * Return: a keyring whose time is over and that the caller frees, or NULL.
 */
struct etrunk_bfd_keyring *
etrunk_bfd_auth_accept(struct etrunk_bfd_auth *auth,
		       const struct etrunk_bfd_proof *proof, u64 now)
{
	auth->rx_known = proof->sequenced;
	auth->rx_seq = proof->seq;
	auth->last_rx = now;

	return proof->next ? etrunk_bfd_auth_settle(auth) : NULL;
}

/**
 * etrunk_bfd_auth_settle - end a change
 * @auth: authentication of the session
 *
 * From now on there is nothing but the new: the peer has it, too, or the
 * session is not Up and has nothing to lose.
 *
 * Return: a keyring whose time is over and that the caller frees, or NULL.
 */
struct etrunk_bfd_keyring *etrunk_bfd_auth_settle(struct etrunk_bfd_auth *auth)
{
	struct etrunk_bfd_keyring *old = auth->use;

	if (!auth->changing)
		return NULL;

	auth->use = auth->next;
	auth->next = NULL;
	auth->changing = false;
	return old;
}

/* What the operator deletes is over at once; false if nothing is left to use. */
static bool forget_keys(struct etrunk_bfd_keyring *ring,
			const struct etrunk_bfd_keyring *kept)
{
	unsigned int i;

	if (type_of(ring) == ETRUNK_BFD_AUTH_NONE)
		return true;

	for (i = ring->n; i--;) {
		if (etrunk_bfd_auth_key(kept, ring->key[i].id))
			continue;
		ring->key[i] = ring->key[--ring->n];
		memset(&ring->key[ring->n], 0, sizeof(ring->key[0]));
	}
	return etrunk_bfd_auth_key(ring, ring->send);
}

/**
 * etrunk_bfd_auth_change - the operator wants another keyring
 * @auth: authentication of the session
 * @ring: what he wants, belongs to @auth from now on
 * @keep: the session is Up, and to stay so
 * @now: ns
 * @over: keyrings whose time is over and that the caller frees, or NULL
 */
void etrunk_bfd_auth_change(struct etrunk_bfd_auth *auth,
			    struct etrunk_bfd_keyring *ring, bool keep, u64 now,
			    struct etrunk_bfd_keyring *over[2])
{
	over[0] = auth->changing ? auth->next : NULL;
	over[1] = NULL;
	auth->next = ring;
	auth->changing = true;
	auth->last_offer = now - ETRUNK_BFD_OFFER_NS;

	if (!keep || !forget_keys(auth->use, ring) ||
	    !etrunk_bfd_auth_abrupt(auth->use, ring))
		over[1] = etrunk_bfd_auth_settle(auth);
}

/**
 * etrunk_bfd_auth_offer - is a change to be offered to the peer now?
 * @auth: authentication of the session
 * @now: ns
 *
 * Return: true if one packet is to go out by the new keyring.
 */
bool etrunk_bfd_auth_offer(struct etrunk_bfd_auth *auth, u64 now)
{
	if (!auth->changing || now - auth->last_offer < ETRUNK_BFD_OFFER_NS)
		return false;

	auth->last_offer = now;
	return true;
}

/**
 * etrunk_bfd_auth_sign - put an authentication section behind a packet
 * @auth: authentication of the session
 * @next: by the keyring to change to
 * @pdu: ETRUNK_BFD_PDU_MAX octets, of which the first 24 are ready
 *
 * The sequence number grows with each packet, whether the type demands it or
 * not: the fewer packets have the same, the fewer can be replayed.
 *
 * Return: length of the packet, 0 if it cannot be sent.
 */
unsigned int etrunk_bfd_auth_sign(struct etrunk_bfd_auth *auth, bool next,
				  u8 *pdu)
{
	const struct etrunk_bfd_keyring *ring = next ? auth->next : auth->use;
	u8 *section = pdu + ETRUNK_BFD_PKT_LEN;
	const struct etrunk_bfd_secret *key;
	u8 digest[ETRUNK_BFD_DIGEST_MAX];
	u8 type = type_of(ring);
	unsigned int len;

	if (type == ETRUNK_BFD_AUTH_NONE)
		return ETRUNK_BFD_PKT_LEN;
	key = etrunk_bfd_auth_key(ring, ring->send);
	if (!key)
		return 0;

	pdu[1] |= ETRUNK_BFD_AUTH;
	section[0] = type;
	section[2] = key->id;
	if (type == ETRUNK_BFD_AUTH_SIMPLE) {
		section[1] = 3 + key->len;
		memcpy(section + 3, key->bytes, key->len);
		pdu[3] = ETRUNK_BFD_PKT_LEN + section[1];
		return pdu[3];
	}

	section[1] = ETRUNK_BFD_AUTH_HDR + types[type].digest_len;
	section[3] = 0;
	put_unaligned_be32(++auth->tx_seq, section + 4);
	len = ETRUNK_BFD_PKT_LEN + section[1];
	pdu[3] = len;
	if (make_digest(auth, type, key, pdu, len, digest))
		return 0;
	memcpy(section + ETRUNK_BFD_AUTH_HDR, digest, types[type].digest_len);
	return len;
}
