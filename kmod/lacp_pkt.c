// SPDX-License-Identifier: GPL-2.0
/*
 * LACPDU codec. A PE of an E-Trunk leaves LACP to its bonding driver and only
 * changes, on the wire, who the driver says it is: outgoing PDUs get the shared
 * identity in their actor fields, incoming ones the driver's own identity back
 * in their partner fields, so that each side reads itself correctly.
 */
#include "lacp_pkt.h"

/* offsets in the PDU, i.e. behind the Ethernet header */
enum {
	OFF_SUBTYPE		= 0,
	OFF_VERSION		= 1,
	OFF_ACTOR		= 2,
	OFF_PARTNER		= 22,
	OFF_COLLECTOR		= 42,
};

/* offsets in an actor or partner TLV */
enum {
	INFO_TYPE		= 0,
	INFO_LEN		= 1,
	INFO_SYSTEM_PRIORITY	= 2,
	INFO_SYSTEM		= 4,
	INFO_KEY		= 10,
	INFO_PORT_PRIORITY	= 12,
	INFO_PORT		= 14,
	INFO_STATE		= 16,
};

enum {
	TLV_ACTOR		= 1,
	TLV_PARTNER		= 2,
	TLV_COLLECTOR		= 3,
	TLV_INFO_LEN		= 20,
	TLV_COLLECTOR_LEN	= 16,
};

static const u8 slow_protocols[ETH_ALEN] = {
	0x01, 0x80, 0xc2, 0x00, 0x00, 0x02,
};

/**
 * lacp_recognise - whether an untagged frame is a LACPDU
 * @frame: frame from its destination address on
 * @len: bytes at @frame, at least LACP_FRAME_LEN to be one
 *
 * The caller has made sure that no VLAN tag is attached beside the bytes.
 *
 * Return: see enum lacp_kind.
 */
enum lacp_kind lacp_recognise(const u8 *frame, size_t len)
{
	const u8 *pdu = frame + ETH_HLEN;

	if (len < LACP_FRAME_LEN)
		return LACP_KIND_OTHER;
	if (memcmp(frame, slow_protocols, ETH_ALEN) ||
	    get_unaligned_be16(frame + 2 * ETH_ALEN) != ETH_P_SLOW ||
	    pdu[OFF_SUBTYPE] != LACP_SUBTYPE)
		return LACP_KIND_OTHER;
	if (pdu[OFF_ACTOR + INFO_TYPE] != TLV_ACTOR ||
	    pdu[OFF_ACTOR + INFO_LEN] != TLV_INFO_LEN ||
	    pdu[OFF_PARTNER + INFO_TYPE] != TLV_PARTNER ||
	    pdu[OFF_PARTNER + INFO_LEN] != TLV_INFO_LEN)
		return LACP_KIND_BAD;
	return LACP_KIND_PDU;
}

static void get_info(const u8 *tlv, struct lacp_info *info)
{
	memcpy(info->system, tlv + INFO_SYSTEM, ETH_ALEN);
	info->system_priority = get_unaligned_be16(tlv + INFO_SYSTEM_PRIORITY);
	info->key = get_unaligned_be16(tlv + INFO_KEY);
	info->port_priority = get_unaligned_be16(tlv + INFO_PORT_PRIORITY);
	info->port = get_unaligned_be16(tlv + INFO_PORT);
	info->state = tlv[INFO_STATE];
}

static void put_info(u8 *tlv, u8 type, const struct lacp_info *info)
{
	tlv[INFO_TYPE] = type;
	tlv[INFO_LEN] = TLV_INFO_LEN;
	put_unaligned_be16(info->system_priority, tlv + INFO_SYSTEM_PRIORITY);
	memcpy(tlv + INFO_SYSTEM, info->system, ETH_ALEN);
	put_unaligned_be16(info->key, tlv + INFO_KEY);
	put_unaligned_be16(info->port_priority, tlv + INFO_PORT_PRIORITY);
	put_unaligned_be16(info->port, tlv + INFO_PORT);
	tlv[INFO_STATE] = info->state;
}

/**
 * lacp_get_actor - who sent a LACPDU
 * @pdu: recognised, behind the Ethernet header
 * @actor: result
 */
void lacp_get_actor(const u8 *pdu, struct lacp_info *actor)
{
	get_info(pdu + OFF_ACTOR, actor);
}

/**
 * lacp_get_partner - whom the sender of a LACPDU takes its partner for
 * @pdu: recognised, behind the Ethernet header
 * @partner: result
 */
void lacp_get_partner(const u8 *pdu, struct lacp_info *partner)
{
	get_info(pdu + OFF_PARTNER, partner);
}

/**
 * lacp_rewrite_actor - show the shared identity
 * @pdu: outgoing, behind the Ethernet header
 * @ident: who we are to the CE
 * @clear_state: LACP_* bits of the actor state to take away
 *
 * Doing it twice changes nothing more.
 */
void lacp_rewrite_actor(u8 *pdu, const struct lacp_ident *ident, u8 clear_state)
{
	struct lacp_info actor;

	get_info(pdu + OFF_ACTOR, &actor);
	memcpy(actor.system, ident->system, ETH_ALEN);
	actor.system_priority = ident->system_priority;
	actor.key = ident->key;
	if (ident->high)
		actor.port |= LACP_PORT_HIGH;
	else
		actor.port &= ~LACP_PORT_HIGH;
	actor.state &= ~clear_state;
	put_info(pdu + OFF_ACTOR, TLV_ACTOR, &actor);
}

/**
 * lacp_map_partner - put back what our LACP implementation knows itself as
 * @pdu: incoming, behind the Ethernet header
 * @ident: who we are to the CE
 * @own: the port as the LACP implementation describes it
 * @cleared_state: bits that lacp_rewrite_actor() takes away at present
 *
 * Each field is mapped by itself: where the CE names something else (it has
 * not heard us yet, or means another system) that must stay visible. The bits
 * of @cleared_state are shown as @own has them: otherwise every PDU of the CE
 * would look like news not yet heard and be answered.
 *
 * Return: true if the partner is us.
 */
bool lacp_map_partner(u8 *pdu, const struct lacp_ident *ident,
		      const struct lacp_info *own, u8 cleared_state)
{
	u16 high = ident->high ? LACP_PORT_HIGH : 0;
	struct lacp_info partner;

	get_info(pdu + OFF_PARTNER, &partner);
	if (memcmp(partner.system, ident->system, ETH_ALEN))
		return false;

	memcpy(partner.system, own->system, ETH_ALEN);
	if (partner.system_priority == ident->system_priority)
		partner.system_priority = own->system_priority;
	if (partner.key == ident->key)
		partner.key = own->key;
	if (partner.port == ((own->port & ~LACP_PORT_HIGH) | high))
		partner.port = own->port;
	partner.state = (partner.state & ~cleared_state) |
			(own->state & cleared_state);
	put_info(pdu + OFF_PARTNER, TLV_PARTNER, &partner);
	return true;
}

/**
 * lacp_build - make a LACPDU
 * @frame: LACP_FRAME_LEN bytes
 * @source: Ethernet source address
 * @actor: the sending port
 * @partner: what it knows of the other end
 */
void lacp_build(u8 *frame, const u8 *source, const struct lacp_info *actor,
		const struct lacp_info *partner)
{
	u8 *pdu = frame + ETH_HLEN;

	memset(frame, 0, LACP_FRAME_LEN);
	memcpy(frame, slow_protocols, ETH_ALEN);
	memcpy(frame + ETH_ALEN, source, ETH_ALEN);
	put_unaligned_be16(ETH_P_SLOW, frame + 2 * ETH_ALEN);

	pdu[OFF_SUBTYPE] = LACP_SUBTYPE;
	pdu[OFF_VERSION] = 1;
	put_info(pdu + OFF_ACTOR, TLV_ACTOR, actor);
	put_info(pdu + OFF_PARTNER, TLV_PARTNER, partner);
	pdu[OFF_COLLECTOR] = TLV_COLLECTOR;
	pdu[OFF_COLLECTOR + 1] = TLV_COLLECTOR_LEN;
	/* collector delay, terminator and the rest are zero bytes */
}
