// SPDX-License-Identifier: GPL-2.0
/*
 * Authentication of BFD packets, against vectors and with libcrypto as oracle:
 * the packets that are checked here are built here, from RFC 5880 4.2 to 4.4.
 */
#include <openssl/evp.h>

#include "bfd_auth.h"
#include "../kselftest_harness.h"

#define MS	1000000ULL
#define DETECT	(30 * MS)
#define SECRET	"secret123456"

static int hash(u8 type, const u8 *data, unsigned int len, u8 *digest)
{
	const EVP_MD *md = type >= ETRUNK_BFD_AUTH_SHA1 ? EVP_sha1() :
							  EVP_md5();

	return EVP_Digest(data, len, digest, NULL, md, NULL) ? 0 : -1;
}

static int broken_hash(u8 type, const u8 *data, unsigned int len, u8 *digest)
{
	return -EIO;
}

static struct etrunk_bfd_keyring ring_of(u8 type, u8 id, const char *secret)
{
	struct etrunk_bfd_keyring ring = { .type = type, .send = id, .n = 1 };

	ring.key[0].id = id;
	ring.key[0].len = strlen(secret);
	memcpy(ring.key[0].bytes, secret, strlen(secret));
	return ring;
}

static void add_key(struct etrunk_bfd_keyring *ring, u8 id, const char *secret)
{
	struct etrunk_bfd_keyring one = ring_of(0, id, secret);

	ring->key[ring->n++] = one.key[0];
}

static unsigned int unhex(const char *hex, u8 *buf)
{
	unsigned int n, byte;

	for (n = 0; sscanf(hex + 2 * n, "%2x", &byte) == 1; n++)
		buf[n] = byte;
	return n;
}

/* Parses and checks, as the receive path does. */
static enum etrunk_bfd_drop check(const struct etrunk_bfd_auth *auth,
				  const u8 *pdu, unsigned int len, u64 now,
				  struct etrunk_bfd_proof *proof)
{
	struct etrunk_bfd_pkt pkt;
	enum etrunk_bfd_drop why = etrunk_bfd_pkt_parse(&pkt, pdu, len, len);
	struct etrunk_bfd_auth before = *auth;

	if (!why)
		why = etrunk_bfd_auth_check(auth, &pkt, pdu, pdu[3], now,
					    DETECT, proof);
	if (memcmp(&before, auth, sizeof(before)))
		abort();
	return why;
}

static enum etrunk_bfd_drop rx(struct etrunk_bfd_auth *auth, const u8 *pdu,
			       unsigned int len, u64 now)
{
	struct etrunk_bfd_proof proof;
	enum etrunk_bfd_drop why = check(auth, pdu, len, now, &proof);

	if (!why)
		etrunk_bfd_auth_accept(auth, &proof, now);
	return why;
}

/* The test's own idea of a packet; nothing of it comes from bfd_auth.c. */
struct own {
	u8 type, id, mult, reserved;
	u32 seq;
	const char *secret;
	unsigned int secret_len;
};

static unsigned int build(const struct own *o, u8 *pdu)
{
	static const u8 mandatory[24] = {
		0x20, 0xc0, 3, 24, 0x11, 0x11, 0x11, 0x11,
		0x22, 0x22, 0x22, 0x22, 0, 0, 0xc3, 0x50,
		0, 0, 0xc3, 0x50,
	};
	unsigned int digest = o->type < 4 ? 16 : 20;
	unsigned int secret_len = o->secret_len ?: strlen(o->secret ?: "");
	unsigned int size = 0;
	u8 out[20];

	memset(pdu, 0, 64);
	memcpy(pdu, mandatory, 24);
	pdu[2] = o->mult ?: 3;
	if (!o->type)
		return 24;
	pdu[1] |= 4;
	pdu[24] = o->type;
	pdu[26] = o->id;
	if (o->type == 1) {
		pdu[25] = 3 + secret_len;
		memcpy(pdu + 27, o->secret, secret_len);
		pdu[3] = 27 + secret_len;
		return pdu[3];
	}
	pdu[25] = 8 + digest;
	pdu[27] = o->reserved;
	pdu[28] = o->seq >> 24;
	pdu[29] = o->seq >> 16;
	pdu[30] = o->seq >> 8;
	pdu[31] = o->seq;
	memcpy(pdu + 32, o->secret, secret_len);
	size = 32 + digest;
	pdu[3] = size;
	EVP_Digest(pdu, size, out, NULL, o->type < 4 ? EVP_md5() : EVP_sha1(),
		   NULL);
	memcpy(pdu + 32, out, digest);
	return size;
}

/* Packets that BIRD 2.0.12 sent, key id 7. */
static const struct {
	u8 type;
	const char *hex;
} bird[] = {
	{ ETRUNK_BFD_AUTH_SIMPLE, "20e403276c5b400647193e950000c3500000c35000000000010f07736563726574313233343536" },
	{ ETRUNK_BFD_AUTH_MD5, "20e40330e3f09d1c5183f7240000c3500000c3500000000002180700fc0c514733a0bb9a993e699c06519cbe1bc89784" },
	{ ETRUNK_BFD_AUTH_METICULOUS_MD5, "20e4033057f0c5840d5e0c0e0000c3500000c3500000000003180700be4792481c15cb2c88d3150c8bbc1984ef8325ce" },
	{ ETRUNK_BFD_AUTH_SHA1, "20e40334d0e4810c736cdb070000c3500000c35000000000041c07007c90bd6c8b006c813993add0bb9597137b309756c143b78b" },
	{ ETRUNK_BFD_AUTH_METICULOUS_SHA1, "20d403340a9a1d9fc35a0ea80000c3500000c35000000000051c07005801e2245a8d43633eb17d0c622713a28ddb181202d3cd49" },
};

TEST(packets_of_bird)
{
	unsigned int i, len, bit;
	u8 pdu[64];

	for (i = 0; i < ARRAY_SIZE(bird); i++) {
		struct etrunk_bfd_keyring ring = ring_of(bird[i].type, 7,
							 SECRET);
		struct etrunk_bfd_auth auth = { .use = &ring, .hash = hash };
		struct etrunk_bfd_proof proof;

		len = unhex(bird[i].hex, pdu);
		EXPECT_EQ(len, pdu[3]);
		EXPECT_EQ(ETRUNK_BFD_DROP_NONE,
			  check(&auth, pdu, len, MS, &proof));
		EXPECT_EQ(bird[i].type != 1, proof.sequenced);

		/* a password protects but itself */
		for (bit = bird[i].type == 1 ? 24 * 8 : 0; bit < len * 8; bit++) {
			pdu[bit / 8] ^= 1 << bit % 8;
			EXPECT_NE(ETRUNK_BFD_DROP_NONE,
				  check(&auth, pdu, len, MS, &proof)) {
				TH_LOG("type %u bit %u", bird[i].type, bit);
			}
			pdu[bit / 8] ^= 1 << bit % 8;
		}
	}
}

static const struct {
	u8 type;
	const char *digest;
} made[] = {
	{ ETRUNK_BFD_AUTH_SHA1, "8328734a510aa98cbc4240aabb97842d3a49b2c6" },
	{ ETRUNK_BFD_AUTH_METICULOUS_SHA1, "20e043a0e29db5696d77c8ba1f16af01f044d182" },
	{ ETRUNK_BFD_AUTH_MD5, "4f4f20507e4713f2989cc5650cc24e04" },
	{ ETRUNK_BFD_AUTH_METICULOUS_MD5, "e10ecfa88bce10134bbba041b1736bed" },
};

static const struct etrunk_bfd_pkt up_pkt = {
	.state = ETRUNK_BFD_UP,
	.mult = 3,
	.my_discr = 0x11111111,
	.your_discr = 0x22222222,
	.min_tx_us = 50000,
	.min_rx_us = 50000,
};

TEST(packets_we_make)
{
	u8 pdu[ETRUNK_BFD_PDU_MAX], want[20];
	unsigned int i, len, digest_len;

	for (i = 0; i < ARRAY_SIZE(made); i++) {
		struct etrunk_bfd_keyring ring = ring_of(made[i].type, 7,
							 SECRET);
		struct etrunk_bfd_auth auth = {
			.use = &ring, .hash = hash, .tx_seq = 0x01020303,
		};

		memset(pdu, 0xaa, sizeof(pdu));
		etrunk_bfd_pkt_build(pdu, &up_pkt);
		len = etrunk_bfd_auth_sign(&auth, false, pdu);
		digest_len = unhex(made[i].digest, want);
		EXPECT_EQ(32 + digest_len, len);
		EXPECT_EQ(len, pdu[3]);
		EXPECT_EQ(0xc4, pdu[1]);
		EXPECT_EQ(0, pdu[27]);
		EXPECT_EQ(0, memcmp(pdu + 32, want, digest_len));
		EXPECT_EQ(0x01020304, auth.tx_seq);
	}
}

/* FRR puts HMAC-SHA1 over the packet with an empty digest there. */
TEST(hmac_is_refused)
{
	struct etrunk_bfd_keyring ring = ring_of(ETRUNK_BFD_AUTH_SHA1, 7,
						 SECRET);
	struct etrunk_bfd_auth auth = { .use = &ring, .hash = hash };
	struct own o = { .type = 4, .id = 7, .seq = 0x01020304,
			 .secret = SECRET };
	struct etrunk_bfd_proof proof;
	unsigned int len;
	u8 pdu[64];

	len = build(&o, pdu);
	EXPECT_EQ(ETRUNK_BFD_DROP_NONE, check(&auth, pdu, len, MS, &proof));
	unhex("4faf9570b0d34553fd9e6da45d229ce659f7127f", pdu + 32);
	EXPECT_EQ(ETRUNK_BFD_DROP_AUTH_DIGEST,
		  check(&auth, pdu, len, MS, &proof));
}

/* What we sign is what the oracle builds, for every type and length of key. */
TEST(every_key_length)
{
	static const char bytes[] = "\1\0abcdefghijklmnopqrs\377";
	unsigned int type, n, len, own_len;
	u8 ours[ETRUNK_BFD_PDU_MAX], theirs[64];

	for (type = 1; type <= 5; type++)
	for (n = 1; n <= etrunk_bfd_auth_key_max(type); n++) {
		struct etrunk_bfd_keyring ring = {
			.type = type, .send = 200, .n = 1,
			.key[0] = { .id = 200, .len = n },
		};
		struct etrunk_bfd_auth auth = {
			.use = &ring, .hash = hash, .tx_seq = 0xffffffff,
		};
		struct own o = { .type = type, .id = 200, .secret = bytes,
				 .secret_len = n };
		struct etrunk_bfd_proof proof;

		memcpy(ring.key[0].bytes, bytes, n);
		etrunk_bfd_pkt_build(ours, &up_pkt);
		len = etrunk_bfd_auth_sign(&auth, false, ours);
		own_len = build(&o, theirs);
		EXPECT_EQ(own_len, len);
		EXPECT_EQ(0, memcmp(ours, theirs, len)) {
			TH_LOG("type %u key length %u", type, n);
		}
		EXPECT_EQ(ETRUNK_BFD_DROP_NONE,
			  check(&auth, ours, len, MS, &proof));
		if (type > 1)
			EXPECT_EQ(0, proof.seq);
	}
	EXPECT_EQ(16, etrunk_bfd_auth_key_max(ETRUNK_BFD_AUTH_SIMPLE));
	EXPECT_EQ(16, etrunk_bfd_auth_key_max(ETRUNK_BFD_AUTH_METICULOUS_MD5));
	EXPECT_EQ(20, etrunk_bfd_auth_key_max(ETRUNK_BFD_AUTH_SHA1));
}

/* 6.7.3 and 6.7.4: which numbers a session takes that accepted @last. */
TEST(window)
{
	static const u32 lasts[] = { 0, 1, 1000, 0x7ffffffe, 0x80000000,
				     0xfffffffc, 0xffffffff };
	static const u8 mults[] = { 1, 2, 3, 50, 255 };
	unsigned int type, l, m;
	int delta;

	for (type = 2; type <= 5; type++)
	for (l = 0; l < ARRAY_SIZE(lasts); l++)
	for (m = 0; m < ARRAY_SIZE(mults); m++) {
		struct etrunk_bfd_keyring ring = ring_of(type, 7, SECRET);
		int first = type == 3 || type == 5 ? 1 : 0;

		for (delta = -3; delta <= 3 * mults[m] + 3; delta++) {
			struct etrunk_bfd_auth auth = {
				.use = &ring, .hash = hash, .rx_known = true,
				.rx_seq = lasts[l], .last_rx = 1000 * MS,
			};
			struct own o = { .type = type, .id = 7, .secret = SECRET,
					 .mult = mults[m],
					 .seq = lasts[l] + delta };
			bool in = delta >= first && delta <= 3 * mults[m];
			unsigned int len;
			u8 pdu[64];

			len = build(&o, pdu);
			EXPECT_EQ(in ? ETRUNK_BFD_DROP_NONE :
				  ETRUNK_BFD_DROP_AUTH_SEQUENCE,
				  rx(&auth, pdu, len, 1010 * MS)) {
				TH_LOG("type %u last %u mult %u delta %d", type,
				       lasts[l], mults[m], delta);
			}
			/* an accepted number becomes the last one */
			EXPECT_EQ(in ? o.seq : lasts[l], auth.rx_seq);
			EXPECT_EQ(in ? 1010 * MS : 1000 * MS, auth.last_rx);
		}
	}
}

/* A number far away: the peer began anew. */
TEST(window_ages)
{
	struct etrunk_bfd_keyring ring = ring_of(5, 7, SECRET);
	struct own o = { .type = 5, .id = 7, .secret = SECRET, .seq = 5 };
	u8 pdu[64];
	unsigned int len = build(&o, pdu);
	struct etrunk_bfd_auth auth = {
		.use = &ring, .hash = hash, .rx_known = true,
		.rx_seq = 70000, .last_rx = 1000 * MS,
	};

	EXPECT_EQ(ETRUNK_BFD_DROP_AUTH_SEQUENCE,
		  rx(&auth, pdu, len, 1000 * MS + DETECT + 1));
	EXPECT_EQ(ETRUNK_BFD_DROP_AUTH_SEQUENCE,
		  rx(&auth, pdu, len, 1000 * MS + 2 * DETECT));
	EXPECT_EQ(ETRUNK_BFD_DROP_NONE,
		  rx(&auth, pdu, len, 1000 * MS + 2 * DETECT + 1));
	EXPECT_EQ(5, auth.rx_seq);
	EXPECT_TRUE(auth.rx_known);
	/* and that once: it is the window now */
	EXPECT_EQ(ETRUNK_BFD_DROP_AUTH_SEQUENCE,
		  rx(&auth, pdu, len, 1001 * MS + 2 * DETECT));
}

/* Erratum 7083: the first number, too, needs a digest that is right. */
TEST(first_packet_needs_its_digest)
{
	unsigned int type, len;
	u8 pdu[64];

	for (type = 2; type <= 5; type++) {
		struct etrunk_bfd_keyring ring = ring_of(type, 7, SECRET);
		struct etrunk_bfd_auth auth = { .use = &ring, .hash = hash };
		struct own bad = { .type = type, .id = 7, .secret = "another",
				   .seq = 99 };
		struct own good = { .type = type, .id = 7, .secret = SECRET,
				    .seq = 1 };

		len = build(&bad, pdu);
		EXPECT_EQ(ETRUNK_BFD_DROP_AUTH_DIGEST, rx(&auth, pdu, len, MS));
		EXPECT_FALSE(auth.rx_known);
		len = build(&good, pdu);
		EXPECT_EQ(ETRUNK_BFD_DROP_NONE, rx(&auth, pdu, len, MS));
		EXPECT_TRUE(auth.rx_known);
		EXPECT_EQ(1, auth.rx_seq);

		/* in the window, and wrong */
		bad.seq = 2;
		len = build(&bad, pdu);
		EXPECT_EQ(ETRUNK_BFD_DROP_AUTH_DIGEST, rx(&auth, pdu, len, MS));
		EXPECT_EQ(1, auth.rx_seq);
	}
}

/* A recorded packet is worth nothing (or, not meticulous, next to nothing). */
TEST(replay)
{
	unsigned int type, len[3], i;
	u8 pdu[3][64];

	for (type = 2; type <= 5; type++) {
		struct etrunk_bfd_keyring ring = ring_of(type, 7, SECRET);
		struct etrunk_bfd_auth auth = { .use = &ring, .hash = hash };
		bool meticulous = type == 3 || type == 5;

		for (i = 0; i < 3; i++) {
			struct own o = { .type = type, .id = 7,
					 .secret = SECRET, .seq = 10 + i };

			len[i] = build(&o, pdu[i]);
			EXPECT_EQ(ETRUNK_BFD_DROP_NONE,
				  rx(&auth, pdu[i], len[i], (10 + i) * MS));
		}
		EXPECT_EQ(meticulous ? ETRUNK_BFD_DROP_AUTH_SEQUENCE :
				       ETRUNK_BFD_DROP_NONE,
			  rx(&auth, pdu[2], len[2], 20 * MS));
		EXPECT_EQ(ETRUNK_BFD_DROP_AUTH_SEQUENCE,
			  rx(&auth, pdu[1], len[1], 20 * MS));
		EXPECT_EQ(ETRUNK_BFD_DROP_AUTH_SEQUENCE,
			  rx(&auth, pdu[0], len[0], 20 * MS));
		EXPECT_EQ(12, auth.rx_seq);
	}
}

/* What the session uses (row) and what comes (column). */
TEST(types)
{
	unsigned int used, sent, len;
	u8 pdu[64];

	for (used = 0; used <= 5; used++)
	for (sent = 0; sent <= 5; sent++) {
		struct etrunk_bfd_keyring ring = ring_of(used, 7, SECRET);
		struct etrunk_bfd_auth auth = { .use = &ring, .hash = hash };
		struct own o = { .type = sent, .id = 7, .secret = SECRET };
		enum etrunk_bfd_drop want = ETRUNK_BFD_DROP_NONE;

		if (used == sent)
			want = ETRUNK_BFD_DROP_NONE;
		else if (!used)
			want = ETRUNK_BFD_DROP_AUTH;
		else if (!sent)
			want = ETRUNK_BFD_DROP_AUTH_MISSING;
		else
			want = ETRUNK_BFD_DROP_AUTH_TYPE;
		len = build(&o, pdu);
		EXPECT_EQ(want, rx(&auth, pdu, len, MS)) {
			TH_LOG("used %u sent %u", used, sent);
		}
		if (!used) {
			auth.use = NULL;
			EXPECT_EQ(want, rx(&auth, pdu, len, MS));
		}
	}
}

TEST(unknown_types)
{
	struct etrunk_bfd_keyring ring = ring_of(4, 7, SECRET);
	struct etrunk_bfd_auth auth = { .use = &ring, .hash = hash };
	struct own o = { .type = 4, .id = 7, .secret = SECRET };
	unsigned int type, len;
	u8 pdu[64];

	for (type = 0; type < 256; type++) {
		len = build(&o, pdu);
		pdu[24] = type;
		EXPECT_EQ(type == 4 ? ETRUNK_BFD_DROP_NONE :
			  ETRUNK_BFD_DROP_AUTH_TYPE, rx(&auth, pdu, len, MS));
		auth.rx_known = false;
	}
}

TEST(key_ids)
{
	unsigned int type, id, len;
	u8 pdu[64];

	for (type = 1; type <= 5; type++) {
		struct etrunk_bfd_keyring ring = ring_of(type, 7, SECRET);
		struct etrunk_bfd_auth auth = { .use = &ring, .hash = hash };

		add_key(&ring, 0, "zero");
		add_key(&ring, 255, "last");
		for (id = 0; id < 256; id++) {
			struct own o = { .type = type, .id = id };
			enum etrunk_bfd_drop want = ETRUNK_BFD_DROP_NONE;

			o.secret = id == 0 ? "zero" : id == 255 ? "last" : SECRET;
			if (id != 0 && id != 7 && id != 255)
				want = ETRUNK_BFD_DROP_AUTH_KEY_ID;
			len = build(&o, pdu);
			EXPECT_EQ(want, rx(&auth, pdu, len, MS));
			auth.rx_known = false;
		}
		/* one key under the name of another */
		len = build(&(struct own) { .type = type, .id = 0,
					    .secret = "last" }, pdu);
		EXPECT_EQ(ETRUNK_BFD_DROP_AUTH_DIGEST, rx(&auth, pdu, len, MS));
		/* the key to send with */
		ring.send = 255;
		etrunk_bfd_pkt_build(pdu, &up_pkt);
		EXPECT_LT(24, etrunk_bfd_auth_sign(&auth, false, pdu));
		EXPECT_EQ(255, pdu[26]);
		ring.send = 9;
		etrunk_bfd_pkt_build(pdu, &up_pkt);
		EXPECT_EQ(0, etrunk_bfd_auth_sign(&auth, false, pdu));
	}
}

/* A section that is not as long as it should be, or not as it says. */
TEST(lengths)
{
	unsigned int type, auth_len, len, cut;
	u8 good[64], pdu[256];

	for (type = 1; type <= 5; type++) {
		struct etrunk_bfd_keyring ring = ring_of(type, 7, SECRET);
		struct etrunk_bfd_auth auth = { .use = &ring, .hash = hash };
		struct own o = { .type = type, .id = 7, .secret = SECRET };
		struct etrunk_bfd_proof proof;

		len = build(&o, good);
		for (auth_len = 0; auth_len < 256; auth_len++) {
			memcpy(pdu, good, len);
			pdu[25] = auth_len;
			EXPECT_EQ(auth_len == good[25] ? ETRUNK_BFD_DROP_NONE :
				  ETRUNK_BFD_DROP_AUTH_LENGTH,
				  check(&auth, pdu, len, MS, &proof)) {
				TH_LOG("type %u auth len %u", type, auth_len);
			}
		}
		/* cut short, behind octet 25: with ASAN, on the heap */
		for (cut = 26; cut < len; cut++) {
			u8 *heap = malloc(cut);

			memcpy(heap, good, cut);
			heap[3] = cut;
			EXPECT_EQ(ETRUNK_BFD_DROP_AUTH_LENGTH,
				  check(&auth, heap, cut, MS, &proof));
			free(heap);
		}
	}
}

/* A password may be as long as another's beginning. */
TEST(password_prefix)
{
	struct etrunk_bfd_keyring ring = ring_of(1, 7, SECRET);
	struct etrunk_bfd_auth auth = { .use = &ring, .hash = hash };
	unsigned int len;
	u8 pdu[64];

	len = build(&(struct own) { .type = 1, .id = 7, .secret = "secret" },
		    pdu);
	EXPECT_EQ(ETRUNK_BFD_DROP_AUTH_LENGTH, rx(&auth, pdu, len, MS));
	len = build(&(struct own) { .type = 1, .id = 7,
				    .secret = SECRET "7890" }, pdu);
	EXPECT_EQ(ETRUNK_BFD_DROP_AUTH_LENGTH, rx(&auth, pdu, len, MS));
	len = build(&(struct own) { .type = 1, .id = 7,
				    .secret = "secret123457" }, pdu);
	EXPECT_EQ(ETRUNK_BFD_DROP_AUTH_DIGEST, rx(&auth, pdu, len, MS));
}

/* 6.7.3: ignored, and covered by the digest all the same. */
TEST(reserved_octet)
{
	struct etrunk_bfd_keyring ring = ring_of(4, 7, SECRET);
	struct etrunk_bfd_auth auth = { .use = &ring, .hash = hash };
	unsigned int len;
	u8 pdu[64];

	len = build(&(struct own) { .type = 4, .id = 7, .reserved = 0xff,
				    .secret = SECRET, .seq = 1 }, pdu);
	EXPECT_EQ(ETRUNK_BFD_DROP_NONE, rx(&auth, pdu, len, MS));
	pdu[27] = 0;
	EXPECT_EQ(ETRUNK_BFD_DROP_AUTH_DIGEST, rx(&auth, pdu, len, MS));
}

TEST(no_hash_no_session)
{
	struct etrunk_bfd_keyring ring = ring_of(4, 7, SECRET);
	struct etrunk_bfd_auth auth = { .use = &ring, .hash = broken_hash };
	unsigned int len;
	u8 pdu[64];

	len = build(&(struct own) { .type = 4, .id = 7, .secret = SECRET }, pdu);
	EXPECT_EQ(ETRUNK_BFD_DROP_AUTH_DIGEST, rx(&auth, pdu, len, MS));
	etrunk_bfd_pkt_build(pdu, &up_pkt);
	EXPECT_EQ(0, etrunk_bfd_auth_sign(&auth, false, pdu));
}

/* Each packet has a number of its own. */
TEST(numbers_grow)
{
	unsigned int type, i, len;
	u8 pdu[64];

	for (type = 1; type <= 5; type++) {
		struct etrunk_bfd_keyring ring = ring_of(type, 7, SECRET);
		struct etrunk_bfd_auth tx = { .use = &ring, .hash = hash,
					      .tx_seq = 0xfffffff0 };
		struct etrunk_bfd_auth rx_side = { .use = &ring, .hash = hash };

		for (i = 0; i < 40; i++) {
			etrunk_bfd_pkt_build(pdu, &up_pkt);
			len = etrunk_bfd_auth_sign(&tx, false, pdu);
			EXPECT_EQ(ETRUNK_BFD_DROP_NONE,
				  rx(&rx_side, pdu, len, i * MS));
		}
		if (type > 1)
			EXPECT_EQ(0xfffffff0 + 40, rx_side.rx_seq);
	}
}

/* --------------------------------------------------- change without a flap */

TEST(abrupt)
{
	struct etrunk_bfd_keyring a = ring_of(4, 7, SECRET), b;
	unsigned int from, to;

	for (from = 0; from <= 5; from++)
	for (to = 0; to <= 5; to++) {
		struct etrunk_bfd_keyring f = ring_of(from, 7, SECRET);
		struct etrunk_bfd_keyring t = ring_of(to, 7, SECRET);

		EXPECT_EQ(from != to, etrunk_bfd_auth_abrupt(&f, &t));
		if (!from)
			EXPECT_EQ(to != 0, etrunk_bfd_auth_abrupt(NULL, &t));
		if (!to)
			EXPECT_EQ(from != 0, etrunk_bfd_auth_abrupt(&f, NULL));
	}
	EXPECT_FALSE(etrunk_bfd_auth_abrupt(NULL, NULL));

	/* another key, another one to send with, one less */
	b = a;
	add_key(&b, 8, "other");
	EXPECT_FALSE(etrunk_bfd_auth_abrupt(&a, &b));
	b.send = 8;
	EXPECT_FALSE(etrunk_bfd_auth_abrupt(&a, &b));
	EXPECT_FALSE(etrunk_bfd_auth_abrupt(&b, &a));
	/* another secret */
	b.key[0].bytes[0] ^= 1;
	EXPECT_TRUE(etrunk_bfd_auth_abrupt(&a, &b));
	b = a;
	b.key[0].len--;
	EXPECT_TRUE(etrunk_bfd_auth_abrupt(&a, &b));
	/* the secrets of a session that uses none do not matter */
	a.type = b.type = 0;
	EXPECT_FALSE(etrunk_bfd_auth_abrupt(&a, &b));
}

/* One end of a session for the tests below. */
struct end {
	struct etrunk_bfd_keyring use, next;
	struct etrunk_bfd_auth auth;
	unsigned int accepted, refused, lost_in_a_row, worst;
};

static void end_init(struct end *e, u8 type, const char *secret, u32 seq)
{
	memset(e, 0, sizeof(*e));
	e->use = ring_of(type, 7, secret);
	e->auth.use = &e->use;
	e->auth.hash = hash;
	e->auth.tx_seq = seq;
}

static void end_change(struct end *e, u8 type, const char *secret, u64 now)
{
	struct etrunk_bfd_keyring *over[2];

	e->next = ring_of(type, 7, secret);
	etrunk_bfd_auth_change(&e->auth, &e->next, true, now, over);
}

/* true if that was the moment of its change */
static bool deliver(struct end *e, const u8 *pdu, unsigned int len, u64 now,
		    bool offer)
{
	bool changing = e->auth.changing;

	if (!rx(&e->auth, pdu, len, now)) {
		e->accepted++;
		e->lost_in_a_row = 0;
	} else if (!offer) {
		e->refused++;
		if (++e->lost_in_a_row > e->worst)
			e->worst = e->lost_in_a_row;
	}
	return changing && !e->auth.changing;
}

static void speak(struct end *from, struct end *to, u64 now)
{
	bool offer;
	u8 pdu[64];
	unsigned int len;

	do {
		offer = etrunk_bfd_auth_offer(&from->auth, now);
		etrunk_bfd_pkt_build(pdu, &up_pkt);
		len = etrunk_bfd_auth_sign(&from->auth, offer, pdu);
		/* who changes says so at once */
		if (deliver(to, pdu, len, now, offer))
			speak(to, from, now);
	} while (offer);
}

/*
 * From any type or secret to any other, whoever is first and however much
 * later the second is: hardly a packet is lost, and both end with the new.
 */
TEST(change_disturbs_nobody)
{
	static const u64 later[] = { 0, 3, 500, 999, 1000, 7777 };
	unsigned int from, to, second, i;
	u64 now;

	for (from = 0; from <= 5; from++)
	for (to = 0; to <= 5; to++)
	for (second = 0; second < 2; second++)
	for (i = 0; i < ARRAY_SIZE(later); i++) {
		struct end e[2];
		u64 at[2];

		end_init(&e[0], from, "before", 1);
		end_init(&e[1], from, "before", 0xfffffffd);
		at[!second] = 100;
		at[second] = 100 + later[i];
		for (now = 10; now < later[i] + 2200; now += 10) {
			unsigned int who;

			for (who = 0; who < 2; who++) {
				if (now / 10 == at[who] / 10)
					end_change(&e[who], to, "after",
						   now * MS);
				speak(&e[who], &e[!who], now * MS);
			}
		}
		EXPECT_FALSE(e[0].auth.changing);
		EXPECT_FALSE(e[1].auth.changing);
		EXPECT_EQ(&e[0].next, e[0].auth.use);
		EXPECT_EQ(&e[1].next, e[1].auth.use);
		EXPECT_GE(1, max(e[0].worst, e[1].worst)) {
			TH_LOG("from %u to %u second %u later %llu: %u %u in a row",
			       from, to, second, (unsigned long long)later[i],
			       e[0].worst, e[1].worst);
		}
	}
}

/* Before the peer has changed the old is as good as ever; afterwards, nothing. */
TEST(change_is_once)
{
	struct own old = { .type = 2, .id = 7, .secret = "before", .seq = 10 };
	struct own new = { .type = 5, .id = 7, .secret = "after", .seq = 12 };
	struct own wrong = { .type = 5, .id = 7, .secret = "wrong", .seq = 11 };
	unsigned int len;
	struct end e;
	u8 pdu[64];

	end_init(&e, 2, "before", 1);
	end_change(&e, 5, "after", 0);
	len = build(&old, pdu);
	EXPECT_EQ(ETRUNK_BFD_DROP_NONE, rx(&e.auth, pdu, len, MS));
	EXPECT_TRUE(e.auth.changing);
	len = build(&wrong, pdu);
	EXPECT_NE(ETRUNK_BFD_DROP_NONE, rx(&e.auth, pdu, len, MS));
	EXPECT_TRUE(e.auth.changing);
	EXPECT_EQ(10, e.auth.rx_seq);
	len = build(&new, pdu);
	EXPECT_EQ(ETRUNK_BFD_DROP_NONE, rx(&e.auth, pdu, len, MS));
	EXPECT_FALSE(e.auth.changing);
	old.seq = 13;
	len = build(&old, pdu);
	EXPECT_EQ(ETRUNK_BFD_DROP_AUTH_TYPE, rx(&e.auth, pdu, len, MS));
}

TEST(offers)
{
	struct end e;
	u64 now;
	int n = 0;

	end_init(&e, 2, "before", 1);
	EXPECT_FALSE(etrunk_bfd_auth_offer(&e.auth, 5000 * MS));
	end_change(&e, 5, "after", 5000 * MS);
	for (now = 5000; now < 10000; now += 10)
		n += etrunk_bfd_auth_offer(&e.auth, now * MS);
	EXPECT_EQ(5, n);
	EXPECT_EQ(&e.use, etrunk_bfd_auth_settle(&e.auth));
	EXPECT_EQ(NULL, etrunk_bfd_auth_settle(&e.auth));
	EXPECT_FALSE(etrunk_bfd_auth_offer(&e.auth, 20000 * MS));
}

/* A session that is not Up has nothing to lose by a change. */
TEST(change_while_down)
{
	struct etrunk_bfd_keyring use = ring_of(2, 7, "before");
	struct etrunk_bfd_keyring next = ring_of(5, 7, "after");
	struct etrunk_bfd_auth auth = { .use = &use, .hash = hash };
	struct etrunk_bfd_keyring *over[2];

	etrunk_bfd_auth_change(&auth, &next, false, MS, over);
	EXPECT_FALSE(auth.changing);
	EXPECT_EQ(&next, auth.use);
	EXPECT_EQ(NULL, over[0]);
	EXPECT_EQ(&use, over[1]);
}

/* Who changes his mind: what was never in use is over, what is in use stays. */
TEST(change_again)
{
	struct etrunk_bfd_keyring use = ring_of(2, 7, "before");
	struct etrunk_bfd_keyring second = ring_of(5, 7, "after");
	struct etrunk_bfd_keyring third = ring_of(4, 7, "after all");
	struct etrunk_bfd_keyring back = ring_of(2, 7, "before");
	struct etrunk_bfd_auth auth = { .use = &use, .hash = hash };
	struct etrunk_bfd_keyring *over[2];

	etrunk_bfd_auth_change(&auth, &second, true, MS, over);
	EXPECT_EQ(NULL, over[0]);
	EXPECT_EQ(NULL, over[1]);
	etrunk_bfd_auth_change(&auth, &third, true, MS, over);
	EXPECT_EQ(&second, over[0]);
	EXPECT_EQ(NULL, over[1]);
	EXPECT_TRUE(auth.changing);
	etrunk_bfd_auth_change(&auth, &back, true, MS, over);
	EXPECT_EQ(&third, over[0]);
	EXPECT_EQ(&use, over[1]);
	EXPECT_FALSE(auth.changing);
	EXPECT_EQ(&back, auth.use);
}

/* A deleted key is worth nothing from that moment, whatever else changes. */
TEST(deleted_key)
{
	struct own old = { .type = 2, .id = 8, .secret = "leaked", .seq = 10 };
	struct own good = { .type = 2, .id = 7, .secret = "before", .seq = 10 };
	struct etrunk_bfd_keyring use = ring_of(2, 7, "before");
	struct etrunk_bfd_keyring next = ring_of(5, 7, "before");
	struct etrunk_bfd_keyring none = { .type = 5, .send = 9, .n = 1,
					   .key[0] = { .id = 9, .len = 4 } };
	struct etrunk_bfd_auth auth = { .use = &use, .hash = hash };
	struct etrunk_bfd_keyring *over[2];
	struct etrunk_bfd_proof proof;
	unsigned int len;
	u8 pdu[64];

	add_key(&use, 8, "leaked");
	len = build(&old, pdu);
	EXPECT_EQ(ETRUNK_BFD_DROP_NONE, check(&auth, pdu, len, MS, &proof));

	etrunk_bfd_auth_change(&auth, &next, true, MS, over);
	EXPECT_TRUE(auth.changing);
	EXPECT_EQ(ETRUNK_BFD_DROP_AUTH_KEY_ID,
		  check(&auth, pdu, len, MS, &proof));
	len = build(&good, pdu);
	EXPECT_EQ(ETRUNK_BFD_DROP_NONE, check(&auth, pdu, len, MS, &proof));

	/* nothing left to go on with */
	etrunk_bfd_auth_change(&auth, &none, true, MS, over);
	EXPECT_FALSE(auth.changing);
	EXPECT_EQ(&none, auth.use);
}

TEST_HARNESS_MAIN
