// SPDX-License-Identifier: GPL-2.0
/*
 * Keys of an E-Trunk and the digests made with them. A keyring is built whole
 * and replaced whole, so that softirq reads it under RCU without a lock.
 */
#include <crypto/algapi.h>
#include <crypto/hash.h>
#include <linux/slab.h>

#include "trunk.h"

static const struct {
	const char *alg;
	u8 wire;
	u8 len;
} auths[] = {
	[ETRUNK_AUTH_HMAC_SHA256] = { "hmac(sha256)", TRUNK_PKT_AUTH_SHA256, 32 },
	[ETRUNK_AUTH_HMAC_SHA1] = { "hmac(sha1)", TRUNK_PKT_AUTH_SHA1, 20 },
	[ETRUNK_AUTH_NONE] = { NULL, TRUNK_PKT_AUTH_NONE, 0 },
};

static struct trunk_key *find_key(const struct trunk_keyring *ring, u8 id)
{
	unsigned int i;

	for (i = 0; i < ring->n; i++)
		if (ring->key[i].id == id)
			return (struct trunk_key *)&ring->key[i];
	return NULL;
}

/**
 * trunk_keyring_free() - forget keys
 * @ring: nobody uses it any more; may be NULL
 */
void trunk_keyring_free(struct trunk_keyring *ring)
{
	unsigned int i;

	if (!ring)
		return;
	for (i = 0; i < ring->n; i++)
		if (ring->key[i].tfm)
			crypto_free_shash(ring->key[i].tfm);
	kfree_sensitive(ring);
}

static int make_hashes(struct trunk_keyring *ring, struct nlattr **attrs,
		       struct netlink_ext_ack *extack)
{
	const char *alg = auths[ring->auth].alg;
	unsigned int i;
	int err;

	for (i = 0; alg && i < ring->n; i++) {
		struct trunk_key *key = &ring->key[i];
		struct crypto_shash *tfm = crypto_alloc_shash(alg, 0, 0);

		if (IS_ERR(tfm)) {
			etrunk_nl_err(extack, attrs[ETRUNK_A_TRUNK_AUTH],
				      "the kernel has no %s", alg);
			return PTR_ERR(tfm);
		}
		key->tfm = tfm;
		err = crypto_shash_setkey(tfm, key->bytes, key->len);
		if (err) {
			etrunk_nl_err(extack, attrs[ETRUNK_A_TRUNK_KEY],
				      "the kernel refuses the key for %s", alg);
			return err;
		}
	}
	return 0;
}

static int apply_change(struct trunk_keyring *ring,
			const struct trunk_key_change *change,
			struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	struct trunk_key *key;

	if (change->auth)
		ring->auth = change->auth;
	if (change->bytes) {
		key = find_key(ring, change->id);
		if (!key) {
			if (ring->n == TRUNK_KEYS_MAX) {
				NL_SET_ERR_MSG_ATTR(extack,
						    attrs[ETRUNK_A_TRUNK_KEY],
						    "there are 16 keys already");
				return -ENOSPC;
			}
			key = &ring->key[ring->n++];
			key->id = change->id;
			if (ring->n == 1)
				ring->send = key->id;
		}
		memset(key->bytes, 0, sizeof(key->bytes));
		memcpy(key->bytes, change->bytes, change->len);
		key->len = change->len;
	}
	if (change->send >= 0) {
		if (!find_key(ring, change->send)) {
			etrunk_nl_err(extack, attrs[ETRUNK_A_TRUNK_SEND_KEY],
				      "there is no key %d to send with",
				      change->send);
			return -ENOENT;
		}
		ring->send = change->send;
	}
	if (change->del >= 0) {
		key = find_key(ring, change->del);
		if (!key) {
			etrunk_nl_err(extack, attrs[ETRUNK_A_TRUNK_DEL_KEY],
				      "there is no key %d", change->del);
			return -ENOENT;
		}
		if (ring->n > 1 && ring->send == change->del) {
			etrunk_nl_err(extack, attrs[ETRUNK_A_TRUNK_DEL_KEY],
				      "key %d is the one to send with",
				      change->del);
			return -EBUSY;
		}
		*key = ring->key[--ring->n];
		memzero_explicit(&ring->key[ring->n], sizeof(*key));
	}
	return 0;
}

/**
 * trunk_keyring_change() - a keyring with changes
 * @old: what it starts from, NULL = nothing
 * @change: what to change
 * @attrs: of the command, for @extack
 * @extack: told what is wrong
 *
 * Return: the new keyring, or an ERR_PTR.
 */
struct trunk_keyring *
trunk_keyring_change(const struct trunk_keyring *old,
		     const struct trunk_key_change *change,
		     struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	struct trunk_keyring *ring = kzalloc(sizeof(*ring), GFP_KERNEL);
	unsigned int i;
	int err;

	if (!ring)
		return ERR_PTR(-ENOMEM);
	if (old)
		*ring = *old;
	else
		ring->auth = ETRUNK_AUTH_HMAC_SHA256;
	for (i = 0; i < ring->n; i++)
		ring->key[i].tfm = NULL;

	err = apply_change(ring, change, attrs, extack);
	if (!err)
		err = make_hashes(ring, attrs, extack);
	if (err) {
		trunk_keyring_free(ring);
		return ERR_PTR(err);
	}
	return ring;
}

/**
 * trunk_keyring_usable() - can hellos be sent and checked?
 * @ring: the keyring
 */
bool trunk_keyring_usable(const struct trunk_keyring *ring)
{
	return ring->auth == ETRUNK_AUTH_NONE || ring->n;
}

/**
 * trunk_keyring_digest_len() - length of the digests
 * @ring: the keyring
 */
u8 trunk_keyring_digest_len(const struct trunk_keyring *ring)
{
	return auths[ring->auth].len;
}

/**
 * trunk_keyring_label() - say in a hello how it is authenticated
 * @ring: the keyring
 * @pkt: the hello
 */
void trunk_keyring_label(const struct trunk_keyring *ring,
			 struct trunk_pkt *pkt)
{
	pkt->auth = auths[ring->auth].wire;
	pkt->key_id = ring->auth == ETRUNK_AUTH_NONE ? 0 : ring->send;
}

static int make_digest(const struct trunk_key *key, const u8 *buf, size_t len,
		       u8 *digest)
{
	SHASH_DESC_ON_STACK(desc, key->tfm);
	int err;

	desc->tfm = key->tfm;
	err = crypto_shash_digest(desc, buf, len, digest);
	shash_desc_zero(desc);
	return err;
}

/**
 * trunk_keyring_sign() - put the digest behind a hello
 * @ring: the keyring
 * @buf: the hello, with room for the digest
 * @len: what the digest covers
 *
 * Softirq, under RCU. Return: 0 or a negative errno.
 */
int trunk_keyring_sign(const struct trunk_keyring *ring, u8 *buf, size_t len)
{
	const struct trunk_key *key;

	if (ring->auth == ETRUNK_AUTH_NONE)
		return 0;
	key = find_key(ring, ring->send);
	return key ? make_digest(key, buf, len, buf + len) : -ENOKEY;
}

/**
 * trunk_keyring_check() - is the digest of a hello right?
 * @ring: the keyring
 * @buf: the hello
 * @frame: its outside
 *
 * Softirq, under RCU. Return: TRUNK_COUNTERS if it is, else what to count.
 */
enum trunk_counter trunk_keyring_check(const struct trunk_keyring *ring,
				       const u8 *buf,
				       const struct trunk_pkt_frame *frame)
{
	u8 digest[TRUNK_PKT_DIGEST_MAX];
	const struct trunk_key *key;

	if (!trunk_keyring_usable(ring))
		return TRUNK_DROP_NO_KEY;
	if (frame->auth != auths[ring->auth].wire ||
	    frame->digest_len != auths[ring->auth].len)
		return TRUNK_DROP_AUTH;
	if (ring->auth == ETRUNK_AUTH_NONE)
		return TRUNK_COUNTERS;
	key = find_key(ring, frame->key_id);
	if (!key)
		return TRUNK_DROP_KEY_ID;
	if (make_digest(key, buf, frame->body_len, digest) ||
	    crypto_memneq(digest, buf + frame->body_len, frame->digest_len))
		return TRUNK_DROP_DIGEST;
	return TRUNK_COUNTERS;
}
