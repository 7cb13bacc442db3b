// SPDX-License-Identifier: GPL-2.0
/* What two PEs compare: the digests, byte by byte, and what counts as equal. */
#include "peer_diff.h"
#include "../kselftest_harness.h"

static const struct trunk_pkt_settings settings = {
	.has_timers = true,
	.hello_ms = 1000,
	.multiplier = 20,
	.revert_delay_ms = 120000,
	.revert = true,
	.version = "1.0",
};

TEST(settings_that_differ)
{
	struct trunk_pkt_settings s = settings;

	EXPECT_EQ(peer_diff_settings(&settings, &s), 0);
	s.hello_ms++;
	EXPECT_EQ(peer_diff_settings(&settings, &s), PEER_DIFF_TIMER);
	s = settings;
	s.multiplier++;
	EXPECT_EQ(peer_diff_settings(&settings, &s), PEER_DIFF_TIMER);
	s = settings;
	s.revert_delay_ms++;
	EXPECT_EQ(peer_diff_settings(&settings, &s), PEER_DIFF_REVERT_DELAY);
	s = settings;
	s.revert = false;
	EXPECT_EQ(peer_diff_settings(&settings, &s), PEER_DIFF_REVERT_DELAY);
	s = settings;
	strcpy(s.version, "1.0.1");
	EXPECT_EQ(peer_diff_settings(&settings, &s), PEER_DIFF_VERSION);
	s.hello_ms = 1;
	s.revert = false;
	EXPECT_EQ(peer_diff_settings(&settings, &s),
		  PEER_DIFF_TIMER | PEER_DIFF_REVERT_DELAY | PEER_DIFF_VERSION);
}

/* a peer of an older version is not compared */
TEST(settings_that_are_not_said)
{
	struct trunk_pkt_settings s = settings;

	*s.version = 0;
	EXPECT_EQ(peer_diff_settings(&settings, &s), 0);
	s = settings;
	s.has_timers = false;
	s.hello_ms = s.multiplier = s.revert_delay_ms = 0;
	s.revert = false;
	EXPECT_EQ(peer_diff_settings(&settings, &s), 0);
}

static struct trunk_pkt_services sum(const u16 *vids, u32 ac_mtu, u32 pw_mtu)
{
	struct trunk_pkt_services s = { 0 };

	for (; *vids; vids++) {
		struct peer_diff_tag tag = { 0x8100, *vids };

		peer_diff_add_ac(&s, &tag, 1, ac_mtu, pw_mtu);
	}
	return s;
}

#define VIDS(...)	sum((const u16 []){ __VA_ARGS__, 0 }, 1500, 1500)

static u32 diff(struct trunk_pkt_services a, struct trunk_pkt_services b)
{
	u32 mask = peer_diff_services(&a, &b);

	return mask == peer_diff_services(&b, &a) ? mask : U32_MAX;
}

TEST(order_does_not_matter)
{
	EXPECT_EQ(diff(VIDS(1, 100, 4094), VIDS(4094, 1, 100)), 0);
	EXPECT_EQ(VIDS(1, 2, 3).acs, 3);
}

TEST(vlans_that_differ)
{
	struct trunk_pkt_services none = { 0 };

	EXPECT_EQ(diff(none, none), 0);
	EXPECT_EQ(diff(none, VIDS(1)), PEER_DIFF_VLAN);
	EXPECT_EQ(diff(VIDS(100), VIDS(101)), PEER_DIFF_VLAN);
	EXPECT_EQ(diff(VIDS(100, 101), VIDS(100)), PEER_DIFF_VLAN);
	/* the same sum of ids, and the same bits in all */
	EXPECT_EQ(diff(VIDS(100, 103), VIDS(101, 102)), PEER_DIFF_VLAN);
	EXPECT_EQ(diff(VIDS(1, 4), VIDS(2, 3)), PEER_DIFF_VLAN);
	EXPECT_EQ(diff(VIDS(0x101, 0x202), VIDS(0x102, 0x201)),
		  PEER_DIFF_VLAN);
}

/* any two of the 4094 single VLANs, and of their pairs with a neighbour */
TEST(no_two_are_alike)
{
	static u64 seen[2 * 4094];
	unsigned int i, j, n = 0;

	for (i = 1; i <= 4094; i++) {
		seen[n++] = VIDS(i).vlans;
		seen[n++] = VIDS(i, i % 4094 + 1).vlans;
	}
	for (i = 0; i < n; i++)
		for (j = 0; j < i; j++)
			if (seen[i] == seen[j])
				ASSERT_EQ(i, j);
}

TEST(tags_that_differ)
{
	static const struct peer_diff_tag tag[][2] = {
		{ { 0x8100, 100 }, { 0x8100, 200 } },
		{ { 0x8100, 200 }, { 0x8100, 100 } },
		{ { 0x88a8, 100 }, { 0x8100, 200 } },
	};
	struct trunk_pkt_services s[6] = { 0 };
	unsigned int i, j;

	for (i = 0; i < 3; i++)
		peer_diff_add_ac(&s[i], tag[i], 2, 1500, 1500);
	peer_diff_add_ac(&s[3], tag[0], 1, 1500, 1500);
	peer_diff_add_ac(&s[4], tag[2], 1, 1500, 1500);
	peer_diff_add_ac(&s[5], NULL, 0, 1500, 1500);
	for (i = 0; i < 6; i++)
		for (j = 0; j < i; j++)
			EXPECT_EQ(diff(s[i], s[j]), PEER_DIFF_VLAN)
				TH_LOG("%u and %u", i, j);
}

TEST(mtus_that_differ)
{
	static const u16 one[] = { 100, 0 };
	struct trunk_pkt_services a = VIDS(100, 200), b = { 0 }, c = { 0 };
	struct peer_diff_tag tag[] = { { 0x8100, 100 }, { 0x8100, 200 } };

	EXPECT_EQ(diff(sum(one, 1500, 1500), sum(one, 1501, 1500)),
		  PEER_DIFF_MTU);
	EXPECT_EQ(diff(sum(one, 1500, 1500), sum(one, 1500, 1499)),
		  PEER_DIFF_MTU);
	EXPECT_EQ(diff(sum(one, 1500, 1400), sum(one, 1400, 1500)),
		  PEER_DIFF_MTU);
	EXPECT_EQ(diff(sum(one, 1500, 1500), sum(one, 1500, 0)),
		  PEER_DIFF_MTU);
	/* the smallest are the same, and who has them is not */
	peer_diff_add_ac(&b, &tag[0], 1, 1500, 1400);
	peer_diff_add_ac(&b, &tag[1], 1, 1500, 1500);
	peer_diff_add_ac(&c, &tag[0], 1, 1500, 1500);
	peer_diff_add_ac(&c, &tag[1], 1, 1500, 1400);
	EXPECT_EQ(b.pw_mtu, c.pw_mtu);
	EXPECT_EQ(diff(b, c), PEER_DIFF_MTU);
	EXPECT_EQ(diff(a, b), PEER_DIFF_MTU);
	/* with other VLANs there is nothing to compare */
	EXPECT_EQ(diff(sum(one, 1500, 1500), b), PEER_DIFF_VLAN);
}

TEST(smallest_mtus)
{
	struct peer_diff_tag tag = { 0x8100, 1 };
	struct trunk_pkt_services s = { 0 };

	peer_diff_add_ac(&s, &tag, 1, 1500, 0);
	EXPECT_EQ(s.ac_mtu, 1500);
	EXPECT_EQ(s.pw_mtu, 0);
	tag.vid = 2;
	peer_diff_add_ac(&s, &tag, 1, 9000, 1400);
	tag.vid = 3;
	peer_diff_add_ac(&s, &tag, 1, 1400, 1600);
	EXPECT_EQ(s.ac_mtu, 1400);
	EXPECT_EQ(s.pw_mtu, 1400);
	EXPECT_EQ(s.acs, 3);
}

/* The words of peer_diff.h, counted by hand: other software must agree. */
TEST(digests_as_documented)
{
	struct trunk_pkt_services s = VIDS(100);

	EXPECT_EQ(s.vlans, 0xf2b26ca250c1510aULL);
	EXPECT_EQ(s.mtus, 0x71366a94);
	memset(&s, 0, sizeof(s));
	peer_diff_add_ac(&s, NULL, 0, 1500, 1500);
	EXPECT_EQ(s.vlans, 0xefd01f60ba992926ULL);
}

TEST_HARNESS_MAIN
