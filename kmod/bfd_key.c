// SPDX-License-Identifier: GPL-2.0
/*
 * Keys of BFD sessions: the hashes they are used with, and their changes by
 * configuration. A keyring is built whole and replaced whole; it is read under
 * the lock of its session, and its octets are gone when it is.
 */
#include <crypto/hash.h>
#include <linux/slab.h>

#include "bfd.h"

/* what the netlink attributes say; all that is left out is -1 or NULL */
struct change {
	int type;
	const u8 *bytes;
	u8 len;
	u8 id;
	int send;
	int del;
};

static const char *const type_names[] = {
	[ETRUNK_BFD_AUTH_NONE] = "none",
	[ETRUNK_BFD_AUTH_SIMPLE] = "simple",
	[ETRUNK_BFD_AUTH_MD5] = "md5",
	[ETRUNK_BFD_AUTH_METICULOUS_MD5] = "meticulous-md5",
	[ETRUNK_BFD_AUTH_SHA1] = "sha1",
	[ETRUNK_BFD_AUTH_METICULOUS_SHA1] = "meticulous-sha1",
};

/*
 * They have no key of their own and no state, so one of each does for all
 * sessions. Made under RTNL when the first session needs it.
 */
static struct crypto_shash *md5, *sha1;

static struct crypto_shash **hash_of(u8 type)
{
	switch (type) {
	case ETRUNK_BFD_AUTH_MD5:
	case ETRUNK_BFD_AUTH_METICULOUS_MD5:
		return &md5;
	case ETRUNK_BFD_AUTH_SHA1:
	case ETRUNK_BFD_AUTH_METICULOUS_SHA1:
		return &sha1;
	default:
		return NULL;
	}
}

static int get_hash(u8 type, struct nlattr *attr,
		    struct netlink_ext_ack *extack)
{
	struct crypto_shash **hash = hash_of(type), *tfm;
	const char *name = hash == &md5 ? "md5" : "sha1";

	ASSERT_RTNL();
	if (!hash || *hash)
		return 0;

	tfm = crypto_alloc_shash(name, 0, 0);
	if (IS_ERR(tfm)) {
		etrunk_nl_err(extack, attr, "the kernel has no %s", name);
		return PTR_ERR(tfm);
	}
	*hash = tfm;
	return 0;
}

/**
 * etrunk_bfd_key_exit - the module goes, all sessions are gone
 */
void etrunk_bfd_key_exit(void)
{
	if (md5)
		crypto_free_shash(md5);
	if (sha1)
		crypto_free_shash(sha1);
}

/**
 * etrunk_bfd_hash - MD5 or SHA1, for bfd_auth.c
 * @type: authentication type of a keyring that exists
 * @data: input
 * @len: of the input
 * @digest: result
 *
 * Any context. Return: 0 or a negative errno.
 */
int etrunk_bfd_hash(u8 type, const u8 *data, unsigned int len, u8 *digest)
{
	struct crypto_shash *tfm = *hash_of(type);
	SHASH_DESC_ON_STACK(desc, tfm);
	int err;

	desc->tfm = tfm;
	err = crypto_shash_digest(desc, data, len, digest);
	shash_desc_zero(desc);
	return err;
}

/**
 * etrunk_bfd_keyring_free - forget keys
 * @ring: nobody uses it any more; may be NULL
 */
void etrunk_bfd_keyring_free(struct etrunk_bfd_keyring *ring)
{
	kfree_sensitive(ring);
}

static int get_change(struct nlattr **attrs, struct change *c,
		      struct netlink_ext_ack *extack)
{
	if (attrs[ETRUNK_A_BFD_AUTH])
		c->type = nla_get_u32(attrs[ETRUNK_A_BFD_AUTH]);
	if (attrs[ETRUNK_A_BFD_SEND_KEY])
		c->send = nla_get_u32(attrs[ETRUNK_A_BFD_SEND_KEY]);
	if (attrs[ETRUNK_A_BFD_DEL_KEY])
		c->del = nla_get_u32(attrs[ETRUNK_A_BFD_DEL_KEY]);
	if (attrs[ETRUNK_A_BFD_KEY]) {
		c->bytes = nla_data(attrs[ETRUNK_A_BFD_KEY]);
		c->len = min_t(int, nla_len(attrs[ETRUNK_A_BFD_KEY]), U8_MAX);
		if (!c->len) {
			etrunk_nl_err(extack, attrs[ETRUNK_A_BFD_KEY],
				      "the key is empty");
			return -EINVAL;
		}
		/* against the type's own limit later on */
		if (c->len > ETRUNK_BFD_KEY_LEN_MAX) {
			etrunk_nl_err(extack, attrs[ETRUNK_A_BFD_KEY],
				      "the key is longer than %u bytes",
				      ETRUNK_BFD_KEY_LEN_MAX);
			return -EINVAL;
		}
	}
	if (attrs[ETRUNK_A_BFD_KEY_ID]) {
		if (!c->bytes) {
			etrunk_nl_err(extack, attrs[ETRUNK_A_BFD_KEY_ID],
				      "there is no key for this key-id");
			return -EINVAL;
		}
		c->id = nla_get_u32(attrs[ETRUNK_A_BFD_KEY_ID]);
	}
	if (c->bytes && c->del == c->id) {
		etrunk_nl_err(extack, attrs[ETRUNK_A_BFD_DEL_KEY],
			      "the same key is set and deleted");
		return -EINVAL;
	}
	return 0;
}

static int set_key(struct etrunk_bfd_keyring *ring, const struct change *c,
		   struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	struct etrunk_bfd_secret *key;

	key = (struct etrunk_bfd_secret *)etrunk_bfd_auth_key(ring, c->id);
	if (!key) {
		if (ring->n == ETRUNK_BFD_KEYS_MAX) {
			etrunk_nl_err(extack, attrs[ETRUNK_A_BFD_KEY],
				      "there are %u keys already",
				      ETRUNK_BFD_KEYS_MAX);
			return -ENOSPC;
		}
		key = &ring->key[ring->n++];
		key->id = c->id;
		if (ring->n == 1)
			ring->send = key->id;
	}
	memset(key->bytes, 0, sizeof(key->bytes));
	memcpy(key->bytes, c->bytes, c->len);
	key->len = c->len;
	return 0;
}

static int del_key(struct etrunk_bfd_keyring *ring, int id,
		   struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	struct etrunk_bfd_secret *key;

	key = (struct etrunk_bfd_secret *)etrunk_bfd_auth_key(ring, id);
	if (!key) {
		etrunk_nl_err(extack, attrs[ETRUNK_A_BFD_DEL_KEY],
			      "there is no key %d", id);
		return -ENOENT;
	}
	if (ring->send == id &&
	    (ring->n > 1 || ring->type != ETRUNK_BFD_AUTH_NONE)) {
		etrunk_nl_err(extack, attrs[ETRUNK_A_BFD_DEL_KEY],
			      "key %d is the one to send with", id);
		return -EBUSY;
	}
	*key = ring->key[--ring->n];
	memzero_explicit(&ring->key[ring->n], sizeof(*key));
	return 0;
}

/* The rules for a keyring as a whole. */
static int check_ring(const struct etrunk_bfd_keyring *ring,
		      struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	struct nlattr *auth = attrs[ETRUNK_A_BFD_AUTH];
	unsigned int max = etrunk_bfd_auth_key_max(ring->type);
	unsigned int i;

	if (ring->type != ETRUNK_BFD_AUTH_NONE && !ring->n) {
		etrunk_nl_err(extack, auth, "%s needs a key",
			      type_names[ring->type]);
		return -EINVAL;
	}
	for (i = 0; i < ring->n; i++) {
		if (ring->key[i].len <= max)
			continue;
		etrunk_nl_err(extack, attrs[ETRUNK_A_BFD_KEY] ?: auth,
			      "key %u is longer than the %u bytes of %s",
			      ring->key[i].id, max, type_names[ring->type]);
		return -EINVAL;
	}
	return get_hash(ring->type, auth, extack);
}

static bool same(const struct etrunk_bfd_keyring *a,
		 const struct etrunk_bfd_keyring *b)
{
	unsigned int i;

	if (a->type != b->type || a->n != b->n ||
	    (a->n && a->send != b->send))
		return false;
	for (i = 0; i < a->n; i++) {
		if (a->key[i].id != b->key[i].id ||
		    a->key[i].len != b->key[i].len ||
		    crypto_memneq(a->key[i].bytes, b->key[i].bytes,
				  a->key[i].len))
			return false;
	}
	return true;
}

/**
 * etrunk_bfd_keyring_get - the keyring that a command asks for
 * @old: what it starts from, NULL = no authentication and no key
 * @attrs: enum etrunk_attr_bfd
 * @result: the new one, for the caller to keep or free, or NULL if it is to be
 *	as it is
 * @extack: told what is wrong
 *
 * Under RTNL. Return: 0 or a negative errno.
 */
int etrunk_bfd_keyring_get(const struct etrunk_bfd_keyring *old,
			   struct nlattr **attrs,
			   struct etrunk_bfd_keyring **result,
			   struct netlink_ext_ack *extack)
{
	struct change c = { .type = -1, .id = 1, .send = -1, .del = -1 };
	struct etrunk_bfd_keyring *ring;
	int err;

	*result = NULL;
	err = get_change(attrs, &c, extack);
	if (err)
		return err;
	if (c.type < 0 && !c.bytes && c.send < 0 && c.del < 0)
		return 0;

	ring = kzalloc(sizeof(*ring), GFP_KERNEL);
	if (!ring)
		return -ENOMEM;
	if (old)
		*ring = *old;
	if (c.type >= 0)
		ring->type = c.type;
	if (c.bytes)
		err = set_key(ring, &c, attrs, extack);
	if (!err && c.send >= 0) {
		ring->send = c.send;
		if (!etrunk_bfd_auth_key(ring, c.send)) {
			etrunk_nl_err(extack, attrs[ETRUNK_A_BFD_SEND_KEY],
				      "there is no key %d to send with",
				      c.send);
			err = -ENOENT;
		}
	}
	if (!err && c.del >= 0)
		err = del_key(ring, c.del, attrs, extack);
	if (!err)
		err = check_ring(ring, attrs, extack);

	/* saying again what is so already is no change */
	if (err || (old ? same(old, ring) :
			  ring->type == ETRUNK_BFD_AUTH_NONE && !ring->n)) {
		etrunk_bfd_keyring_free(ring);
		return err;
	}
	*result = ring;
	return 0;
}

/**
 * etrunk_bfd_keyring_weak - does a keyring need weak-algorithms?
 * @ring: keyring, may be NULL
 *
 * Return: name of what is weak, or NULL.
 */
const char *etrunk_bfd_keyring_weak(const struct etrunk_bfd_keyring *ring)
{
	switch (ring ? ring->type : ETRUNK_BFD_AUTH_NONE) {
	case ETRUNK_BFD_AUTH_SIMPLE:
	case ETRUNK_BFD_AUTH_MD5:
	case ETRUNK_BFD_AUTH_METICULOUS_MD5:
		return type_names[ring->type];
	default:
		return NULL;
	}
}

/**
 * etrunk_bfd_fill_keys - put what a session's authentication is
 * @skb: message
 * @ring: as configured, may be NULL
 * @secrets: with the keys themselves
 *
 * Return: 0 or -EMSGSIZE.
 */
int etrunk_bfd_fill_keys(struct sk_buff *skb,
			 const struct etrunk_bfd_keyring *ring, bool secrets)
{
	unsigned int i;

	if (nla_put_u32(skb, ETRUNK_A_BFD_AUTH,
			ring ? ring->type : ETRUNK_BFD_AUTH_NONE))
		return -EMSGSIZE;
	if (!ring || !ring->n)
		return 0;

	if (nla_put_u32(skb, ETRUNK_A_BFD_SEND_KEY, ring->send))
		return -EMSGSIZE;
	for (i = 0; i < ring->n; i++) {
		if (nla_put_u32(skb, ETRUNK_A_BFD_KEY_IDS, ring->key[i].id))
			return -EMSGSIZE;
	}
	for (i = 0; secrets && i < ring->n; i++) {
		const struct etrunk_bfd_secret *key = &ring->key[i];
		struct nlattr *nest = nla_nest_start(skb, ETRUNK_A_BFD_KEYS);

		if (!nest || nla_put_u32(skb, ETRUNK_A_BFD_KEY_ID, key->id) ||
		    nla_put(skb, ETRUNK_A_BFD_KEY, key->len, key->bytes))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}
