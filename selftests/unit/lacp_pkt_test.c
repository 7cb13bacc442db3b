// SPDX-License-Identifier: GPL-2.0
/* LACPDU codec: recognition, rewriting of the actor, mapping of the partner. */
#include "../kselftest_harness.h"

#include "lacp_pkt.h"

static const u8 bond_mac[ETH_ALEN] = { 0x02, 0x11, 0x11, 0x11, 0x11, 0x11 };
static const u8 ce_mac[ETH_ALEN] = { 0x02, 0xce, 0xce, 0xce, 0xce, 0xce };
static const u8 slave_mac[ETH_ALEN] = { 0x02, 0x11, 0x11, 0x11, 0x11, 0x99 };

static const struct lacp_ident ident_low = {
	.system = { 0x00, 0xe0, 0xfc, 0x00, 0x00, 0x00 },
	.system_priority = 32768,
	.key = 0x8001,
	.high = false,
};

static const struct lacp_ident ident_high = {
	.system = { 0x00, 0xe0, 0xfc, 0x00, 0x00, 0x00 },
	.system_priority = 32768,
	.key = 0x8001,
	.high = true,
};

static const struct lacp_info bond_port = {
	.system = { 0x02, 0x11, 0x11, 0x11, 0x11, 0x11 },
	.system_priority = 65535,
	.key = 15,
	.port_priority = 255,
	.port = 1,
	.state = LACP_ACTIVITY | LACP_TIMEOUT | LACP_AGGREGATION |
		 LACP_IN_BUNDLE,
};

static const struct lacp_info ce_port = {
	.system = { 0x02, 0xce, 0xce, 0xce, 0xce, 0xce },
	.system_priority = 4096,
	.key = 9,
	.port_priority = 7,
	.port = 3,
	.state = LACP_ACTIVITY | LACP_AGGREGATION | LACP_SYNC,
};

/*
 * The frame that a Linux bond sends, and what the wire must carry instead,
 * octet by octet.
 */
static const u8 golden_bond[LACP_FRAME_LEN] = {
	0x01, 0x80, 0xc2, 0x00, 0x00, 0x02,
	0x02, 0x11, 0x11, 0x11, 0x11, 0x99, 0x88, 0x09,
	0x01, 0x01,
	0x01, 0x14, 0xff, 0xff, 0x02, 0x11, 0x11, 0x11, 0x11, 0x11,
	0x00, 0x0f, 0x00, 0xff, 0x00, 0x01, 0x3f, 0x00, 0x00, 0x00,
	0x02, 0x14, 0x10, 0x00, 0x02, 0xce, 0xce, 0xce, 0xce, 0xce,
	0x00, 0x09, 0x00, 0x07, 0x00, 0x03, 0x0d, 0x00, 0x00, 0x00,
	0x03, 0x10, 0x00, 0x00,
};

static const u8 golden_wire_standby_high[LACP_FRAME_LEN] = {
	0x01, 0x80, 0xc2, 0x00, 0x00, 0x02,
	0x02, 0x11, 0x11, 0x11, 0x11, 0x99, 0x88, 0x09,
	0x01, 0x01,
	0x01, 0x14, 0x80, 0x00, 0x00, 0xe0, 0xfc, 0x00, 0x00, 0x00,
	0x80, 0x01, 0x00, 0xff, 0x80, 0x01, 0x07, 0x00, 0x00, 0x00,
	0x02, 0x14, 0x10, 0x00, 0x02, 0xce, 0xce, 0xce, 0xce, 0xce,
	0x00, 0x09, 0x00, 0x07, 0x00, 0x03, 0x0d, 0x00, 0x00, 0x00,
	0x03, 0x10, 0x00, 0x00,
};

FIXTURE(lacp) {
	u8 frame[LACP_FRAME_LEN];
	u8 *pdu;
};

FIXTURE_SETUP(lacp)
{
	self->pdu = self->frame + ETH_HLEN;
	lacp_build(self->frame, slave_mac, &bond_port, &ce_port);
}

FIXTURE_TEARDOWN(lacp)
{
}

TEST_F(lacp, build_is_golden)
{
	ASSERT_EQ(0, memcmp(self->frame, golden_bond, LACP_FRAME_LEN));
}

TEST_F(lacp, built_is_recognised)
{
	EXPECT_EQ(LACP_KIND_PDU, lacp_recognise(self->frame, LACP_FRAME_LEN));
	EXPECT_EQ(LACP_KIND_PDU, lacp_recognise(self->frame, 1500));
}

TEST_F(lacp, every_short_frame_is_other)
{
	size_t len;

	for (len = 0; len < LACP_FRAME_LEN; len++) {
		/* exact allocation: reading past it is caught */
		u8 *p = malloc(len ? len : 1);

		ASSERT_NE(NULL, p);
		memcpy(p, self->frame, len);
		EXPECT_EQ(LACP_KIND_OTHER, lacp_recognise(p, len));
		free(p);
	}
}

TEST_F(lacp, other_destination_type_or_subtype_is_other)
{
	static const size_t at[] = { 0, 1, 2, 3, 4, 5, 12, 13, 14 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		self->frame[at[i]] ^= 0x40;
		EXPECT_EQ(LACP_KIND_OTHER,
			  lacp_recognise(self->frame, LACP_FRAME_LEN));
		self->frame[at[i]] ^= 0x40;
	}
}

TEST_F(lacp, wrong_tlv_is_bad)
{
	/* type and length of the actor and of the partner */
	static const size_t at[] = { 2, 3, 22, 23 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		self->pdu[at[i]] ^= 0x40;
		EXPECT_EQ(LACP_KIND_BAD,
			  lacp_recognise(self->frame, LACP_FRAME_LEN));
		self->pdu[at[i]] ^= 0x40;
	}
}

TEST_F(lacp, later_version_is_recognised)
{
	self->pdu[1] = 2;
	EXPECT_EQ(LACP_KIND_PDU, lacp_recognise(self->frame, LACP_FRAME_LEN));
}

TEST_F(lacp, source_address_does_not_matter_to_recognition)
{
	memcpy(self->frame + ETH_ALEN, ce_mac, ETH_ALEN);
	EXPECT_EQ(LACP_KIND_PDU, lacp_recognise(self->frame, LACP_FRAME_LEN));
}

TEST_F(lacp, fields_read_back)
{
	struct lacp_info info;

	lacp_get_actor(self->pdu, &info);
	EXPECT_EQ(0, memcmp(info.system, bond_mac, ETH_ALEN));
	EXPECT_EQ(65535, info.system_priority);
	EXPECT_EQ(15, info.key);
	EXPECT_EQ(255, info.port_priority);
	EXPECT_EQ(1, info.port);
	EXPECT_EQ(0x3f, info.state);
	lacp_get_partner(self->pdu, &info);
	EXPECT_EQ(0, memcmp(info.system, ce_mac, ETH_ALEN));
	EXPECT_EQ(4096, info.system_priority);
	EXPECT_EQ(9, info.key);
	EXPECT_EQ(7, info.port_priority);
	EXPECT_EQ(3, info.port);
	EXPECT_EQ(0x0d, info.state);
}

TEST_F(lacp, rewrite_standby_high_is_golden)
{
	lacp_rewrite_actor(self->pdu, &ident_high, LACP_IN_BUNDLE);
	EXPECT_EQ(0, memcmp(self->frame, golden_wire_standby_high,
			    LACP_FRAME_LEN));
}

TEST_F(lacp, rewrite_serving_keeps_the_state)
{
	struct lacp_info actor;

	lacp_rewrite_actor(self->pdu, &ident_low, 0);
	lacp_get_actor(self->pdu, &actor);
	EXPECT_EQ(bond_port.state, actor.state);
	EXPECT_EQ(1, actor.port);
	EXPECT_EQ(ident_low.key, actor.key);
}

TEST_F(lacp, rewrite_leaves_partner_and_port_priority)
{
	struct lacp_info info;

	lacp_rewrite_actor(self->pdu, &ident_high, LACP_IN_BUNDLE);
	lacp_get_actor(self->pdu, &info);
	EXPECT_EQ(bond_port.port_priority, info.port_priority);
	EXPECT_EQ(0, memcmp(self->pdu + 22, golden_bond + ETH_HLEN + 22,
			    LACP_PDU_LEN - 22));
}

TEST_F(lacp, rewrite_twice_is_rewrite_once)
{
	u8 once[LACP_FRAME_LEN];

	lacp_rewrite_actor(self->pdu, &ident_high, LACP_IN_BUNDLE);
	memcpy(once, self->frame, sizeof(once));
	lacp_rewrite_actor(self->pdu, &ident_high, LACP_IN_BUNDLE);
	EXPECT_EQ(0, memcmp(once, self->frame, sizeof(once)));
}

TEST_F(lacp, rewrite_never_sets_a_state_bit)
{
	struct lacp_info actor;
	unsigned int state;

	for (state = 0; state < 256; state++) {
		self->pdu[18] = state;
		lacp_rewrite_actor(self->pdu, &ident_high, LACP_IN_BUNDLE);
		lacp_get_actor(self->pdu, &actor);
		EXPECT_EQ(state & ~LACP_IN_BUNDLE, actor.state);
	}
}

TEST_F(lacp, ports_of_the_two_pes_never_collide)
{
	struct lacp_info low, high;
	unsigned int port;

	for (port = 0; port <= U16_MAX; port++) {
		put_unaligned_be16(port, self->pdu + 16);
		lacp_rewrite_actor(self->pdu, &ident_low, 0);
		lacp_get_actor(self->pdu, &low);
		put_unaligned_be16(port, self->pdu + 16);
		lacp_rewrite_actor(self->pdu, &ident_high, 0);
		lacp_get_actor(self->pdu, &high);
		if (low.port != (port & 0x7fff) ||
		    high.port != (port | 0x8000))
			break;
	}
	EXPECT_EQ(U16_MAX + 1, port);
}

/* what the CE sends back once it heard us */
static void ce_answer(u8 *frame, const struct lacp_ident *ident, u8 clear)
{
	u8 ours[LACP_FRAME_LEN];
	struct lacp_info us;

	lacp_build(ours, slave_mac, &bond_port, &ce_port);
	lacp_rewrite_actor(ours + ETH_HLEN, ident, clear);
	lacp_get_actor(ours + ETH_HLEN, &us);
	lacp_build(frame, ce_mac, &ce_port, &us);
}

TEST_F(lacp, map_is_the_inverse_of_rewrite)
{
	const struct lacp_ident *ident[] = { &ident_low, &ident_high };
	static const u8 clear[] = { 0, LACP_IN_BUNDLE };
	struct lacp_info partner;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(ident); i++)
		for (j = 0; j < ARRAY_SIZE(clear); j++) {
			ce_answer(self->frame, ident[i], clear[j]);
			EXPECT_TRUE(lacp_map_partner(self->pdu, ident[i],
						     &bond_port, clear[j]));
			lacp_get_partner(self->pdu, &partner);
			EXPECT_EQ(0, memcmp(partner.system, bond_port.system,
					    ETH_ALEN));
			EXPECT_EQ(bond_port.system_priority,
				  partner.system_priority);
			EXPECT_EQ(bond_port.key, partner.key);
			EXPECT_EQ(bond_port.port_priority,
				  partner.port_priority);
			EXPECT_EQ(bond_port.port, partner.port);
			EXPECT_EQ(bond_port.state, partner.state);
		}
}

TEST_F(lacp, map_leaves_the_actor)
{
	u8 before[LACP_FRAME_LEN];

	ce_answer(self->frame, &ident_high, LACP_IN_BUNDLE);
	memcpy(before, self->frame, sizeof(before));
	lacp_map_partner(self->pdu, &ident_high, &bond_port, LACP_IN_BUNDLE);
	EXPECT_EQ(0, memcmp(before, self->frame, ETH_HLEN + 22));
	EXPECT_EQ(0, memcmp(before + ETH_HLEN + 42, self->pdu + 42,
			    LACP_PDU_LEN - 42));
}

TEST_F(lacp, map_foreign_partner_is_untouched)
{
	u8 before[LACP_FRAME_LEN];

	/* the CE still names the bond itself: it has not heard us */
	lacp_build(self->frame, ce_mac, &ce_port, &bond_port);
	memcpy(before, self->frame, sizeof(before));
	EXPECT_FALSE(lacp_map_partner(self->pdu, &ident_high, &bond_port,
				      LACP_IN_BUNDLE));
	EXPECT_EQ(0, memcmp(before, self->frame, sizeof(before)));
}

TEST_F(lacp, map_shows_the_other_pe_s_port_as_a_mismatch)
{
	struct lacp_info partner;

	/* named port 1 of the low PE, but we are the high one */
	ce_answer(self->frame, &ident_low, 0);
	EXPECT_TRUE(lacp_map_partner(self->pdu, &ident_high, &bond_port, 0));
	lacp_get_partner(self->pdu, &partner);
	EXPECT_EQ(1, partner.port);

	/* and the reverse: must not look like our port */
	ce_answer(self->frame, &ident_high, 0);
	EXPECT_TRUE(lacp_map_partner(self->pdu, &ident_low, &bond_port, 0));
	lacp_get_partner(self->pdu, &partner);
	EXPECT_EQ(0x8001, partner.port);
}

TEST_F(lacp, map_shows_other_key_and_priority)
{
	struct lacp_ident old = ident_low;
	struct lacp_info partner;

	old.key = 77;
	old.system_priority = 5;
	ce_answer(self->frame, &old, 0);
	EXPECT_TRUE(lacp_map_partner(self->pdu, &ident_low, &bond_port, 0));
	lacp_get_partner(self->pdu, &partner);
	EXPECT_EQ(77, partner.key);
	EXPECT_EQ(5, partner.system_priority);
}

TEST_F(lacp, map_shows_real_state_while_serving)
{
	struct lacp_info partner;

	/* the CE has not yet seen SYNC; we clear nothing any more */
	ce_answer(self->frame, &ident_low, LACP_IN_BUNDLE);
	EXPECT_TRUE(lacp_map_partner(self->pdu, &ident_low, &bond_port, 0));
	lacp_get_partner(self->pdu, &partner);
	EXPECT_EQ(bond_port.state & ~LACP_IN_BUNDLE, partner.state);
}

TEST_HARNESS_MAIN
