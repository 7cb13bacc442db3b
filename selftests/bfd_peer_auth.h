/* SPDX-License-Identifier: GPL-2.0 */
/* Authentication sections of bfd_peer (RFC 5880 4.2 to 4.4). */
#ifndef BFD_PEER_AUTH_H
#define BFD_PEER_AUTH_H

#include <stdbool.h>
#include <stdint.h>

/*
 * As given by the keys of the same names: auth (the section's form, 0 none),
 * auth-type and auth-len (what it says of itself, if not the truth), key-id,
 * secret, seq (of the next packet, grows by step), digest plain|hmac|none.
 */
struct peer_auth {
	unsigned int form, type, len, id, seq, step;
	const char *secret, *digest;
};

bool peer_auth_set(struct peer_auth *a, const char *key, const char *value);
unsigned int peer_auth_append(struct peer_auth *a, uint8_t *pdu);

#endif
