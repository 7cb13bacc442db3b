// SPDX-License-Identifier: GPL-2.0
/*
 * Authentication sections of bfd_peer, made with libcrypto: nothing in here is
 * the module's.
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "bfd_peer_auth.h"

enum { SIMPLE = 1, MD5, METICULOUS_MD5, SHA1, METICULOUS_SHA1 };

#define SECTION	24

/* Returns the length of the packet. */
unsigned int peer_auth_append(struct peer_auth *a, uint8_t *pdu)
{
	const char *secret = a->secret ?: "";
	const char *digest = a->digest ?: "plain";
	unsigned int i, len, size = a->form < SHA1 ? 16 : 20;
	const EVP_MD *md = a->form < SHA1 ? EVP_md5() : EVP_sha1();
	uint8_t out[EVP_MAX_MD_SIZE];
	uint8_t *p = pdu + SECTION;

	if (!a->form)
		return SECTION;
	pdu[1] |= 4;
	p[0] = a->type ?: a->form;
	p[2] = a->id;
	if (a->form == SIMPLE) {
		len = strlen(secret);
		p[1] = a->len ?: 3 + len;
		memcpy(p + 3, secret, len);
		pdu[3] = SECTION + 3 + len;
		return pdu[3];
	}
	p[1] = a->len ?: 8 + size;
	p[3] = 0;
	for (i = 0; i < 4; i++)
		p[4 + i] = a->seq >> (24 - 8 * i);
	a->seq += a->step;
	len = SECTION + 8 + size;
	pdu[3] = len;
	memset(p + 8, 0, size);
	if (!strcmp(digest, "hmac")) {
		HMAC(md, secret, strlen(secret), pdu, len, out, NULL);
	} else {
		strncpy((char *)p + 8, secret, size);
		EVP_Digest(pdu, len, out, NULL, md, NULL);
	}
	if (!strcmp(digest, "none"))
		memset(out, 0x5a, size);
	memcpy(p + 8, out, size);
	return len;
}

bool peer_auth_set(struct peer_auth *a, const char *key, const char *value)
{
	static const struct {
		const char *key;
		size_t at;
	} numbers[] = {
		{ "auth", offsetof(struct peer_auth, form) },
		{ "auth-type", offsetof(struct peer_auth, type) },
		{ "auth-len", offsetof(struct peer_auth, len) },
		{ "key-id", offsetof(struct peer_auth, id) },
		{ "seq", offsetof(struct peer_auth, seq) },
		{ "step", offsetof(struct peer_auth, step) },
	};
	size_t i;

	if (!strcmp(key, "secret")) {
		a->secret = value;
		return true;
	}
	if (!strcmp(key, "digest")) {
		a->digest = value;
		return true;
	}
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strcmp(key, numbers[i].key))
			continue;
		*(unsigned int *)((char *)a + numbers[i].at) =
			strtoul(value, NULL, 10);
		return true;
	}
	return false;
}
