// SPDX-License-Identifier: GPL-2.0
/* The E-Trunk hello on the wire; layout in trunk_pkt.h. */
#include "trunk_pkt.h"

#define FAIL_TIME_MIN_MS	1500
#define FAIL_TIME_MAX_MS	3000000

/* offsets of the fixed part */
enum {
	O_MAGIC = 0,
	O_VERSION = 2,
	O_FLAGS = 3,
	O_LENGTH = 4,
	O_AUTH = 6,
	O_KEY_ID = 7,
	O_ID = 8,
	O_DIGEST_LEN = 9,
	O_PRIORITY = 10,
	O_STATE = 11,
	O_REASON = 12,
	O_SELECT = 13,
	O_FAIL_TIME = 16,
	O_SYSTEM_ID = 20,
	O_SESS = 28,
	O_SEQ = 36,
	O_CHAL = 44,
	O_RESP_SESS = 52,
	O_RESP_CHAL = 60,
	O_ECHO_SESS = 68,
	O_ECHO_SEQ = 76,
	O_TLVS = TRUNK_PKT_HDR_LEN,
};

#define LACP_TLV_LEN	(TRUNK_PKT_TLV_HDR_LEN + TRUNK_PKT_LACP_LEN)
#define MEMBER_TLV_LEN	(TRUNK_PKT_TLV_HDR_LEN + TRUNK_PKT_MEMBER_LEN)

/**
 * trunk_pkt_len() - length of a hello
 * @members: members in it
 * @digest_len: length of its digest
 *
 * Return: bytes, digest included.
 */
size_t trunk_pkt_len(unsigned int members, u8 digest_len)
{
	return O_TLVS + LACP_TLV_LEN + members * MEMBER_TLV_LEN + digest_len;
}

/**
 * trunk_pkt_build() - write a hello but its members and its digest
 * @buf: at least trunk_pkt_len() bytes
 * @pkt: what to say
 * @digest_len: room that is left for the digest
 * @members: how many trunk_pkt_put_member() calls follow
 *
 * Return: the bytes that the digest covers; it goes right after them.
 */
size_t trunk_pkt_build(u8 *buf, const struct trunk_pkt *pkt, u8 digest_len,
		       unsigned int members)
{
	size_t len = trunk_pkt_len(members, digest_len);
	u8 *p = buf + O_TLVS;

	memset(buf, 0, O_TLVS);
	put_unaligned_be16(TRUNK_PKT_MAGIC, buf + O_MAGIC);
	buf[O_VERSION] = TRUNK_PKT_VERSION;
	buf[O_FLAGS] = (pkt->high ? TRUNK_PKT_F_HIGH : 0) |
		       (pkt->all_down ? TRUNK_PKT_F_ALL_DOWN : 0) |
		       (pkt->handed_over ? TRUNK_PKT_F_HANDED_OVER : 0) |
		       (pkt->query ? TRUNK_PKT_F_QUERY : 0) |
		       (pkt->unprotected ? TRUNK_PKT_F_UNPROTECTED : 0);
	put_unaligned_be16(len, buf + O_LENGTH);
	buf[O_AUTH] = pkt->auth;
	buf[O_KEY_ID] = pkt->key_id;
	buf[O_ID] = pkt->id;
	buf[O_DIGEST_LEN] = digest_len;
	buf[O_PRIORITY] = pkt->priority;
	buf[O_STATE] = pkt->state;
	buf[O_REASON] = pkt->reason;
	buf[O_SELECT] = pkt->select;
	put_unaligned_be32(pkt->fail_time_ms, buf + O_FAIL_TIME);
	memcpy(buf + O_SYSTEM_ID, pkt->system_id, ETH_ALEN);
	put_unaligned_be64(pkt->sess, buf + O_SESS);
	put_unaligned_be64(pkt->seq, buf + O_SEQ);
	put_unaligned_be64(pkt->chal, buf + O_CHAL);
	put_unaligned_be64(pkt->resp_sess, buf + O_RESP_SESS);
	put_unaligned_be64(pkt->resp_chal, buf + O_RESP_CHAL);
	put_unaligned_be64(pkt->echo_sess, buf + O_ECHO_SESS);
	put_unaligned_be64(pkt->echo_seq, buf + O_ECHO_SEQ);

	put_unaligned_be16(TRUNK_PKT_TLV_LACP, p);
	put_unaligned_be16(TRUNK_PKT_LACP_LEN, p + 2);
	memcpy(p + 4, pkt->lacp_system, ETH_ALEN);
	put_unaligned_be16(pkt->lacp_priority, p + 10);
	return len - digest_len;
}

/**
 * trunk_pkt_put_member() - write one member of a hello
 * @buf: as given to trunk_pkt_build()
 * @index: from 0, below the number announced there
 * @m: the member
 */
void trunk_pkt_put_member(u8 *buf, unsigned int index,
			  const struct trunk_pkt_member *m)
{
	u8 *p = buf + O_TLVS + LACP_TLV_LEN + index * MEMBER_TLV_LEN;

	put_unaligned_be16(TRUNK_PKT_TLV_MEMBER, p);
	put_unaligned_be16(TRUNK_PKT_MEMBER_LEN, p + 2);
	p += TRUNK_PKT_TLV_HDR_LEN;
	put_unaligned_be32(m->id, p);
	put_unaligned_be32(m->remote_id, p + 4);
	put_unaligned_be16((m->phys ? TRUNK_PKT_M_PHYS : 0) |
			   (m->able ? TRUNK_PKT_M_ABLE : 0) |
			   (m->ready ? TRUNK_PKT_M_READY : 0) |
			   (m->core_ok ? TRUNK_PKT_M_CORE_OK : 0), p + 8);
	p[10] = m->state;
	p[11] = m->mode;
	put_unaligned_be16(m->links, p + 12);
	put_unaligned_be16(m->lacp_key, p + 14);
	put_unaligned_be32(m->speed, p + 16);
}

/* a TLV behind what there is; returns where its value goes */
static u8 *add_tlv(u8 *buf, size_t *body_len, u8 digest_len, u16 type, u16 len)
{
	u8 *p = buf + *body_len;

	put_unaligned_be16(type, p);
	put_unaligned_be16(len, p + 2);
	p += TRUNK_PKT_TLV_HDR_LEN;
	memset(p, 0, len);
	*body_len += TRUNK_PKT_TLV_HDR_LEN + len;
	put_unaligned_be16(*body_len + digest_len, buf + O_LENGTH);
	return p;
}

/**
 * trunk_pkt_add_settings() - add settings and version to a hello
 * @buf: hello whose members are all there
 * @body_len: of it, before the digest
 * @digest_len: room that is left for the digest
 * @s: what to say
 *
 * Return: the bytes that the digest covers now.
 */
size_t trunk_pkt_add_settings(u8 *buf, size_t body_len, u8 digest_len,
			      const struct trunk_pkt_settings *s)
{
	size_t len = strlen(s->version);
	u8 *p;

	if (s->has_timers) {
		p = add_tlv(buf, &body_len, digest_len, TRUNK_PKT_TLV_SETTINGS,
			    TRUNK_PKT_SETTINGS_LEN);
		put_unaligned_be32(s->hello_ms, p);
		put_unaligned_be32(s->multiplier, p + 4);
		put_unaligned_be32(s->revert_delay_ms, p + 8);
		put_unaligned_be16(s->revert ? TRUNK_PKT_S_REVERT : 0, p + 12);
	}
	if (len) {
		p = add_tlv(buf, &body_len, digest_len, TRUNK_PKT_TLV_VERSION,
			    len);
		memcpy(p, s->version, len);
	}
	return body_len;
}

/**
 * trunk_pkt_add_services() - add the services of a member to a hello
 * @buf: hello whose members are all there
 * @body_len: of it, before the digest
 * @digest_len: room that is left for the digest
 * @s: what to say
 *
 * Return: the bytes that the digest covers now.
 */
size_t trunk_pkt_add_services(u8 *buf, size_t body_len, u8 digest_len,
			      const struct trunk_pkt_services *s)
{
	u8 *p = add_tlv(buf, &body_len, digest_len, TRUNK_PKT_TLV_SERVICES,
			TRUNK_PKT_SERVICES_LEN);

	put_unaligned_be32(s->id, p);
	put_unaligned_be32(s->acs, p + 4);
	put_unaligned_be64(s->vlans, p + 8);
	put_unaligned_be32(s->ac_mtu, p + 16);
	put_unaligned_be32(s->pw_mtu, p + 20);
	put_unaligned_be32(s->mtus, p + 24);
	return body_len;
}

/**
 * trunk_pkt_frame() - read what is needed to find the key of a hello
 * @buf: UDP payload
 * @len: its length
 * @frame: filled on success
 *
 * Return: TRUNK_PKT_OK, or why not.
 */
enum trunk_pkt_err trunk_pkt_frame(const u8 *buf, size_t len,
				   struct trunk_pkt_frame *frame)
{
	if (len < TRUNK_PKT_HDR_LEN || len > TRUNK_PKT_LEN_MAX)
		return TRUNK_PKT_E_LENGTH;
	if (get_unaligned_be16(buf + O_MAGIC) != TRUNK_PKT_MAGIC)
		return TRUNK_PKT_E_MAGIC;
	if (buf[O_VERSION] != TRUNK_PKT_VERSION)
		return TRUNK_PKT_E_VERSION;
	if (get_unaligned_be16(buf + O_LENGTH) != len ||
	    buf[O_DIGEST_LEN] > TRUNK_PKT_DIGEST_MAX ||
	    len < TRUNK_PKT_HDR_LEN + (size_t)buf[O_DIGEST_LEN])
		return TRUNK_PKT_E_LENGTH;

	frame->id = buf[O_ID];
	frame->auth = buf[O_AUTH];
	frame->key_id = buf[O_KEY_ID];
	frame->digest_len = buf[O_DIGEST_LEN];
	frame->body_len = len - buf[O_DIGEST_LEN];
	return TRUNK_PKT_OK;
}

static bool system_id_valid(const u8 *id)
{
	static const u8 zero[ETH_ALEN];

	return !(id[0] & 1) && memcmp(id, zero, ETH_ALEN);
}

static void get_member(const u8 *p, struct trunk_pkt_member *m)
{
	u16 flags = get_unaligned_be16(p + 8);

	m->id = get_unaligned_be32(p);
	m->remote_id = get_unaligned_be32(p + 4);
	m->phys = flags & TRUNK_PKT_M_PHYS;
	m->able = flags & TRUNK_PKT_M_ABLE;
	m->ready = flags & TRUNK_PKT_M_READY;
	m->core_ok = flags & TRUNK_PKT_M_CORE_OK;
	m->state = p[10];
	m->mode = p[11];
	m->links = get_unaligned_be16(p + 12);
	m->lacp_key = get_unaligned_be16(p + 14);
	m->speed = get_unaligned_be32(p + 16);
}

/* is there a member of this id among those before @end? */
static bool doubled(const u8 *buf, size_t end, u32 id)
{
	struct trunk_pkt_member m;
	size_t pos = 0;

	while ((pos = trunk_pkt_next_member(buf, end, pos, &m)))
		if (m.id == id)
			return true;
	return false;
}

static enum trunk_pkt_err parse_tlvs(const u8 *buf, size_t end,
				     struct trunk_pkt *pkt)
{
	unsigned int members = 0, services = 0;
	bool settings = false, version = false;
	size_t pos = O_TLVS;

	while (pos < end) {
		struct trunk_pkt_member m;
		const u8 *val = buf + pos + TRUNK_PKT_TLV_HDR_LEN;
		u16 type, len;

		if (end - pos < TRUNK_PKT_TLV_HDR_LEN)
			return TRUNK_PKT_E_TLV;
		type = get_unaligned_be16(buf + pos);
		len = get_unaligned_be16(buf + pos + 2);
		pos += TRUNK_PKT_TLV_HDR_LEN;
		if (end - pos < len)
			return TRUNK_PKT_E_TLV;
		pos += len;

		switch (type) {
		case TRUNK_PKT_TLV_LACP:
			if (len < TRUNK_PKT_LACP_LEN || pkt->has_lacp)
				return TRUNK_PKT_E_TLV;
			pkt->has_lacp = true;
			memcpy(pkt->lacp_system, val, ETH_ALEN);
			pkt->lacp_priority = get_unaligned_be16(val + 6);
			break;
		case TRUNK_PKT_TLV_MEMBER:
			if (len < TRUNK_PKT_MEMBER_LEN ||
			    ++members > ETRUNK_MEMBERS_MAX)
				return TRUNK_PKT_E_TLV;
			get_member(val, &m);
			if (doubled(buf, pos - len - TRUNK_PKT_TLV_HDR_LEN,
				    m.id))
				return TRUNK_PKT_E_TLV;
			if (m.state < ETRUNK_MEMBER_BACKUP ||
			    m.state > ETRUNK_MEMBER_NEGOTIATION ||
			    m.mode < ETRUNK_MODE_AUTO ||
			    m.mode > ETRUNK_MODE_FORCE_MASTER)
				return TRUNK_PKT_E_STATE;
			break;
		case TRUNK_PKT_TLV_SETTINGS:
			if (len < TRUNK_PKT_SETTINGS_LEN || settings)
				return TRUNK_PKT_E_TLV;
			settings = true;
			break;
		case TRUNK_PKT_TLV_VERSION:
			if (!len || version)
				return TRUNK_PKT_E_TLV;
			version = true;
			break;
		case TRUNK_PKT_TLV_SERVICES:
			if (len < TRUNK_PKT_SERVICES_LEN ||
			    ++services > ETRUNK_MEMBERS_MAX)
				return TRUNK_PKT_E_TLV;
			break;
		}
	}
	return TRUNK_PKT_OK;
}

/**
 * trunk_pkt_parse() - read and check the content of a hello
 * @buf: UDP payload that trunk_pkt_frame() accepted and whose digest is right
 * @len: its length
 * @pkt: filled
 *
 * Members are all checked too; read them with trunk_pkt_next_member().
 *
 * Return: TRUNK_PKT_OK, or why not.
 */
enum trunk_pkt_err trunk_pkt_parse(const u8 *buf, size_t len,
				   struct trunk_pkt *pkt)
{
	memset(pkt, 0, sizeof(*pkt));
	pkt->id = buf[O_ID];
	pkt->auth = buf[O_AUTH];
	pkt->key_id = buf[O_KEY_ID];
	pkt->high = buf[O_FLAGS] & TRUNK_PKT_F_HIGH;
	pkt->all_down = buf[O_FLAGS] & TRUNK_PKT_F_ALL_DOWN;
	pkt->handed_over = buf[O_FLAGS] & TRUNK_PKT_F_HANDED_OVER;
	pkt->query = buf[O_FLAGS] & TRUNK_PKT_F_QUERY;
	pkt->unprotected = buf[O_FLAGS] & TRUNK_PKT_F_UNPROTECTED;
	pkt->priority = buf[O_PRIORITY];
	pkt->state = buf[O_STATE];
	pkt->reason = buf[O_REASON];
	pkt->select = buf[O_SELECT];
	pkt->fail_time_ms = get_unaligned_be32(buf + O_FAIL_TIME);
	memcpy(pkt->system_id, buf + O_SYSTEM_ID, ETH_ALEN);
	pkt->sess = get_unaligned_be64(buf + O_SESS);
	pkt->seq = get_unaligned_be64(buf + O_SEQ);
	pkt->chal = get_unaligned_be64(buf + O_CHAL);
	pkt->resp_sess = get_unaligned_be64(buf + O_RESP_SESS);
	pkt->resp_chal = get_unaligned_be64(buf + O_RESP_CHAL);
	pkt->echo_sess = get_unaligned_be64(buf + O_ECHO_SESS);
	pkt->echo_seq = get_unaligned_be64(buf + O_ECHO_SEQ);

	if (!pkt->priority || pkt->priority > 254)
		return TRUNK_PKT_E_PRIORITY;
	if (pkt->state < ETRUNK_TRUNK_INIT || pkt->state > ETRUNK_TRUNK_MASTER)
		return TRUNK_PKT_E_STATE;
	if (pkt->reason < ETRUNK_REASON_PRI ||
	    pkt->reason > ETRUNK_REASON_PEER_NODE_DOWN)
		return TRUNK_PKT_E_REASON;
	if (pkt->fail_time_ms < FAIL_TIME_MIN_MS ||
	    pkt->fail_time_ms > FAIL_TIME_MAX_MS)
		return TRUNK_PKT_E_FAIL_TIME;
	if (!system_id_valid(pkt->system_id))
		return TRUNK_PKT_E_SYSTEM_ID;
	if (!pkt->sess || !pkt->seq || !pkt->chal)
		return TRUNK_PKT_E_SESSION;
	return parse_tlvs(buf, len - buf[O_DIGEST_LEN], pkt);
}

/* The next TLV of a type in a parsed hello; as trunk_pkt_next_member(). */
static size_t next_tlv(const u8 *buf, size_t body_len, size_t pos, u16 type,
		       const u8 **val, u16 *len)
{
	if (!pos)
		pos = O_TLVS;
	while (pos < body_len) {
		u16 found = get_unaligned_be16(buf + pos);

		*len = get_unaligned_be16(buf + pos + 2);
		*val = buf + pos + TRUNK_PKT_TLV_HDR_LEN;
		pos += TRUNK_PKT_TLV_HDR_LEN + *len;
		if (found == type)
			return pos;
	}
	return 0;
}

/**
 * trunk_pkt_next_member() - read the members of a parsed hello one by one
 * @buf: what trunk_pkt_parse() accepted
 * @body_len: bytes before the digest
 * @pos: 0 to start, then what the last call returned
 * @m: filled
 *
 * Return: the position to go on from, or 0 when there is no more member.
 */
size_t trunk_pkt_next_member(const u8 *buf, size_t body_len, size_t pos,
			     struct trunk_pkt_member *m)
{
	const u8 *val;
	u16 len;

	pos = next_tlv(buf, body_len, pos, TRUNK_PKT_TLV_MEMBER, &val, &len);
	if (pos)
		get_member(val, m);
	return pos;
}

/**
 * trunk_pkt_settings() - read the settings of a parsed hello
 * @buf: what trunk_pkt_parse() accepted
 * @body_len: bytes before the digest
 * @s: filled; what is not printable in the version becomes a question mark
 */
void trunk_pkt_settings(const u8 *buf, size_t body_len,
			struct trunk_pkt_settings *s)
{
	const u8 *val;
	u16 len, i;

	memset(s, 0, sizeof(*s));
	if (next_tlv(buf, body_len, 0, TRUNK_PKT_TLV_SETTINGS, &val, &len)) {
		s->has_timers = true;
		s->hello_ms = get_unaligned_be32(val);
		s->multiplier = get_unaligned_be32(val + 4);
		s->revert_delay_ms = get_unaligned_be32(val + 8);
		s->revert = get_unaligned_be16(val + 12) & TRUNK_PKT_S_REVERT;
	}
	if (next_tlv(buf, body_len, 0, TRUNK_PKT_TLV_VERSION, &val, &len))
		for (i = 0; i < min_t(u16, len, TRUNK_PKT_VERSION_MAX); i++)
			s->version[i] = val[i] > ' ' && val[i] < 0x7f ?
					val[i] : '?';
}

/**
 * trunk_pkt_next_services() - read the services of a parsed hello's members
 * @buf: what trunk_pkt_parse() accepted
 * @body_len: bytes before the digest
 * @pos: 0 to start, then what the last call returned
 * @s: filled
 *
 * Return: the position to go on from, or 0 when there are no more.
 */
size_t trunk_pkt_next_services(const u8 *buf, size_t body_len, size_t pos,
			       struct trunk_pkt_services *s)
{
	const u8 *val;
	u16 len;

	pos = next_tlv(buf, body_len, pos, TRUNK_PKT_TLV_SERVICES, &val, &len);
	if (!pos)
		return 0;
	s->id = get_unaligned_be32(val);
	s->acs = get_unaligned_be32(val + 4);
	s->vlans = get_unaligned_be64(val + 8);
	s->ac_mtu = get_unaligned_be32(val + 16);
	s->pw_mtu = get_unaligned_be32(val + 20);
	s->mtus = get_unaligned_be32(val + 24);
	return pos;
}
