// SPDX-License-Identifier: GPL-2.0
/*
 * Codec, authentication and machine of a BFD session as one fuzz target. The
 * input is a list of things that happen to a session: packets, right and wrong,
 * time, configuration. After each what must always hold is checked.
 *
 * An honest peer with the same keys speaks now and then: its packets have to be
 * accepted, so that the deeper states are reached, and are replayed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bfd_auth.h"
#include "bfd_fsm.h"

#define CHECK(cond) do { \
	if (!(cond)) { \
		fprintf(stderr, "%s:%d: %s\n", __func__, __LINE__, #cond); \
		abort(); \
	} \
} while (0)

#define MS	1000000ULL

/* not an MD5, but one that a fuzzer cannot guess either way */
static int hash(u8 type, const u8 *data, unsigned int len, u8 *digest)
{
	u64 h = 0xcbf29ce484222325ULL + type;
	unsigned int i;

	CHECK(type >= ETRUNK_BFD_AUTH_MD5);
	for (i = 0; i < len; i++)
		h = (h ^ data[i]) * 0x100000001b3ULL;
	for (i = 0; i < (type >= ETRUNK_BFD_AUTH_SHA1 ? 20 : 16); i++) {
		h = (h ^ i) * 0x100000001b3ULL;
		digest[i] = h >> 32;
	}
	return 0;
}

struct input {
	const u8 *p;
	size_t n;
};

static u8 get8(struct input *in)
{
	if (!in->n)
		return 0;
	in->n--;
	return *in->p++;
}

static u32 get32(struct input *in)
{
	u32 v = get8(in) << 8;

	v |= get8(in);
	return v << (get8(in) & 16);
}

static struct etrunk_bfd_timing get_timing(struct input *in)
{
	struct etrunk_bfd_timing t = {
		.min_tx_us = max_t(u32, get32(in), 1),
		.min_rx_us = get32(in),
		.mult = max_t(u8, get8(in), 1),
	};
	u8 more = get8(in);

	t.demand = more & 1;
	t.passive = more & 2;
	if (more & 4)
		t.wtr_us = get32(in);
	if (more & 8)
		t.echo_us = get32(in);
	return t;
}

/* NULL is a keyring, too */
static struct etrunk_bfd_keyring *get_ring(struct input *in)
{
	u8 type = get8(in) % 7, n = 1 + get8(in) % 3, i;
	struct etrunk_bfd_keyring *ring;

	if (type > ETRUNK_BFD_AUTH_METICULOUS_SHA1)
		return NULL;
	ring = calloc(1, sizeof(*ring));
	CHECK(ring);
	ring->type = type;
	ring->n = n;
	for (i = 0; i < n; i++) {
		ring->key[i].id = i + (get8(in) & 4);
		ring->key[i].len = 1 + get8(in) % etrunk_bfd_auth_key_max(type);
		memset(ring->key[i].bytes, get8(in), ring->key[i].len);
	}
	ring->send = ring->key[0].id;
	return ring;
}

struct session {
	struct etrunk_bfd_fsm fsm;
	struct etrunk_bfd_auth auth;
	u64 now;
	/* of the honest peer */
	u32 seq;
	u8 last[ETRUNK_BFD_PDU_MAX];
	unsigned int last_len;
};

/* ---------------------------------------------------------- what always holds */

static void check_fsm(const struct etrunk_bfd_fsm *f, unsigned int actions)
{
	bool up = f->state == ETRUNK_BFD_UP;
	struct etrunk_bfd_pkt pkt, back;
	u64 deadline = etrunk_bfd_fsm_deadline(f);
	u32 interval = etrunk_bfd_fsm_tx_interval_us(f);
	u8 buf[ETRUNK_BFD_PKT_LEN];

	CHECK(f->state <= ETRUNK_BFD_UP);
	CHECK(up || f->tx_us >= ETRUNK_BFD_SLOW_TX_US);
	CHECK(up || f->tx_used_us == f->tx_us);
	CHECK(f->tx_used_us <= f->tx_us);
	CHECK(f->rx_used_us >= f->rx_us);
	CHECK(!f->demand || (up && f->remote_state == ETRUNK_BFD_UP &&
			     f->cfg.demand));
	CHECK(f->heard || deadline == U64_MAX);
	CHECK(f->heard || f->remote_fixed || !f->remote_discr ||
	      f->state == ETRUNK_BFD_ADMIN_DOWN);
	CHECK(!f->cfg.passive || f->heard || !interval);
	CHECK(!interval || interval >= f->tx_used_us);
	CHECK(!interval || interval >= f->remote_min_rx_us);
	CHECK(!f->wtr || f->state == ETRUNK_BFD_DOWN);
	CHECK(f->up_count >= f->down_count && f->up_count - f->down_count == up);
	CHECK(!etrunk_bfd_fsm_echo_us(f) ||
	      (up && f->rx_us >= ETRUNK_BFD_SLOW_RX_US));
	CHECK(!(actions & ~0x1fUL));
	CHECK(!(actions & ETRUNK_BFD_ACT_FINAL) ||
	      f->state != ETRUNK_BFD_ADMIN_DOWN);

	etrunk_bfd_fsm_fill(f, true, &pkt);
	CHECK((pkt.flags & (ETRUNK_BFD_POLL | ETRUNK_BFD_FINAL)) ==
	      ETRUNK_BFD_FINAL);
	etrunk_bfd_fsm_fill(f, false, &pkt);
	CHECK(!(pkt.flags & ETRUNK_BFD_FINAL));
	CHECK(pkt.my_discr == f->local_discr && pkt.mult);
	etrunk_bfd_pkt_build(buf, &pkt);
	/* a packet of ours is good for anybody, if it may leave at all */
	if (f->heard || pkt.state < ETRUNK_BFD_INIT)
		CHECK(!etrunk_bfd_pkt_parse(&back, buf, sizeof(buf),
					    sizeof(buf)) &&
		      !memcmp(&back, &pkt, sizeof(pkt)));

	interval = max_t(u32, interval, 1);
	CHECK(etrunk_bfd_jitter(interval, 3, 0) <= interval * 1000ULL);
	CHECK(etrunk_bfd_jitter(interval, 1, U32_MAX) <= interval * 900ULL);
}

static void check_auth(struct etrunk_bfd_auth *auth)
{
	CHECK(auth->changing || !auth->next);
	CHECK(!auth->use || auth->use->n);
}

/* --------------------------------------------------------------- what happens */

/* As the receive path does it. Returns why the packet was dropped. */
static enum etrunk_bfd_drop packet(struct session *s, const u8 *data,
				   size_t len)
{
	struct etrunk_bfd_auth auth = s->auth;
	struct etrunk_bfd_fsm fsm = s->fsm;
	struct etrunk_bfd_keyring *over;
	struct etrunk_bfd_proof proof;
	enum etrunk_bfd_drop why;
	unsigned int actions = 0;
	struct etrunk_bfd_pkt pkt;
	u8 *heap = malloc(len ?: 1);

	/* exactly as much as there is, for ASAN */
	CHECK(heap);
	memcpy(heap, data, len);
	why = etrunk_bfd_pkt_parse(&pkt, heap, len, len);
	if (!why) {
		CHECK(heap[3] <= len && pkt.mult && pkt.my_discr);
		why = etrunk_bfd_auth_check(&s->auth, &pkt, heap, heap[3],
					    s->now,
					    etrunk_bfd_fsm_detect_time(&s->fsm),
					    &proof);
		CHECK(!memcmp(&auth, &s->auth, sizeof(auth)));
	}
	if (!why)
		why = etrunk_bfd_fsm_rx(&s->fsm, &pkt, s->now, &actions);
	free(heap);
	if (why) {
		CHECK(why < ETRUNK_BFD_DROP_MAX && !actions);
		CHECK(!memcmp(&fsm, &s->fsm, sizeof(fsm)));
		return why;
	}

	over = etrunk_bfd_auth_accept(&s->auth, &proof, s->now);
	CHECK(!over || over != s->auth.use);
	free(over);
	CHECK(fsm.state == ETRUNK_BFD_ADMIN_DOWN || s->fsm.heard);
	check_fsm(&s->fsm, actions);
	return why;
}

static void peer_speaks(struct session *s, struct input *in)
{
	struct etrunk_bfd_auth peer = {
		.use = s->auth.changing && get8(in) & 1 ? s->auth.next :
							  s->auth.use,
		.hash = hash,
		.tx_seq = s->seq,
	};
	struct etrunk_bfd_pkt pkt = {
		.my_discr = 99,
		.your_discr = s->fsm.local_discr,
		.state = get8(in) & 3,
		.flags = get8(in) & (ETRUNK_BFD_POLL | ETRUNK_BFD_FINAL |
				     ETRUNK_BFD_DEMAND),
		.diag = get8(in) & 0x1f,
		.mult = max_t(u8, get8(in), 1),
		.min_tx_us = get32(in),
		.min_rx_us = get32(in),
		.min_echo_rx_us = get32(in),
	};
	enum etrunk_bfd_drop why;

	etrunk_bfd_pkt_build(s->last, &pkt);
	s->last_len = etrunk_bfd_auth_sign(&peer, false, s->last);
	/* a deletion may have taken the key to send with */
	if (!s->last_len)
		return;
	s->seq = peer.tx_seq;
	why = packet(s, s->last, s->last_len);
	CHECK(!why || why == ETRUNK_BFD_DROP_DISCR ||
	      why == ETRUNK_BFD_DROP_AUTH_SEQUENCE);
}

static void forged(struct session *s, struct input *in)
{
	u8 pdu[300];
	size_t len = get8(in) % (sizeof(pdu) - 40), i;
	enum etrunk_bfd_drop why;

	memcpy(pdu, s->last, sizeof(s->last));
	if (!s->last_len || len > s->last_len) {
		/* anything at all */
		for (i = 0; i < len; i++)
			pdu[i] = get8(in);
		packet(s, pdu, len);
		return;
	}
	/* the honest peer's last words, cut short, or but for one bit */
	if (len & 1 && s->last_len > ETRUNK_BFD_PKT_LEN_AUTH) {
		len = ETRUNK_BFD_PKT_LEN_AUTH +
		      len % (s->last_len - ETRUNK_BFD_PKT_LEN_AUTH);
		pdu[3] = len;
		CHECK(packet(s, pdu, len));
		return;
	}
	len = s->last_len;
	i = get8(in) | get8(in) << 8;
	pdu[i / 8 % len] ^= 1 << i % 8;
	why = packet(s, pdu, len);
	if (s->auth.use && s->auth.use->type >= ETRUNK_BFD_AUTH_MD5 &&
	    !s->auth.changing)
		CHECK(why);
}

static void set_keys(struct session *s, struct input *in)
{
	struct etrunk_bfd_keyring *ring = get_ring(in), *over[2];

	etrunk_bfd_auth_change(&s->auth, ring,
			       s->fsm.state == ETRUNK_BFD_UP, s->now, over);
	free(over[0]);
	free(over[1]);
}

static void step(struct session *s, struct input *in)
{
	struct etrunk_bfd_timing t;
	u8 buf[ETRUNK_BFD_PDU_MAX];
	u8 what = get8(in);
	u64 deadline;

	switch (what % 12) {
	default:
		peer_speaks(s, in);
		break;
	case 4:
		forged(s, in);
		break;
	case 5:
		s->now += get32(in) * 1000ULL;
		break;
	case 6:
		deadline = etrunk_bfd_fsm_deadline(&s->fsm);
		if (deadline != U64_MAX && deadline > s->now)
			s->now = deadline;
		fallthrough;
	case 7:
		check_fsm(&s->fsm, etrunk_bfd_fsm_detect(&s->fsm, s->now));
		break;
	case 8:
		check_fsm(&s->fsm, etrunk_bfd_fsm_shutdown(&s->fsm, what & 64,
							   s->now));
		break;
	case 9:
		t = get_timing(in);
		check_fsm(&s->fsm, etrunk_bfd_fsm_set(&s->fsm, &t, s->now));
		break;
	case 10:
		set_keys(s, in);
		break;
	case 11:
		if (what & 64)
			etrunk_bfd_fsm_echo_failed(&s->fsm, s->now);
		else if (s->last_len)
			packet(s, s->last, s->last_len);
		break;
	}

	if (s->auth.changing && s->fsm.state != ETRUNK_BFD_UP)
		free(etrunk_bfd_auth_settle(&s->auth));
	check_fsm(&s->fsm, 0);
	check_auth(&s->auth);
	memset(buf, 0, sizeof(buf));
	if (etrunk_bfd_auth_offer(&s->auth, s->now))
		CHECK(etrunk_bfd_auth_sign(&s->auth, true, buf));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct session s = { .now = 1000 * MS, .seq = 0xfffffff0 };
	struct etrunk_bfd_timing t = get_timing(&in);
	u8 how = get8(&in);

	etrunk_bfd_fsm_init(&s.fsm, &t, 7, how & 1 ? 99 : 0, how & 2);
	s.auth.hash = hash;
	s.auth.use = get_ring(&in);
	while (in.n)
		step(&s, &in);
	free(s.auth.use);
	free(s.auth.next);
	return 0;
}
