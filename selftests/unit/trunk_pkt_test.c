// SPDX-License-Identifier: GPL-2.0
/* The hello codec: its layout byte by byte, and everything cut or bent. */
#include <stdlib.h>
#include "trunk_pkt.h"
#include "../kselftest_harness.h"

static const struct trunk_pkt sample = {
	.id = 3,
	.auth = TRUNK_PKT_AUTH_SHA256,
	.key_id = 7,
	.high = true,
	.all_down = true,
	.unprotected = true,
	.priority = 10,
	.state = ETRUNK_TRUNK_MASTER,
	.reason = ETRUNK_REASON_BFD_DOWN,
	.fail_time_ms = 20000,
	.system_id = { 2, 1, 2, 3, 4, 5 },
	.sess = 0x1112131415161718,
	.seq = 0x2122232425262728,
	.chal = 0x3132333435363738,
	.resp_sess = 0x4142434445464748,
	.resp_chal = 0x5152535455565758,
	.echo_sess = 0x6162636465666768,
	.echo_seq = 0x7172737475767778,
	.has_lacp = true,
	.lacp_system = { 2, 9, 8, 7, 6, 5 },
	.lacp_priority = 0x8001,
};

static const struct trunk_pkt_member members[] = {
	{ 1, 2, true, true, false, true, ETRUNK_MEMBER_MASTER,
	  ETRUNK_MODE_AUTO, 3, 0x1234, 10000 },
	{ 0xfffffffe, 0x10203040, false, false, true, false,
	  ETRUNK_MEMBER_BACKUP, ETRUNK_MODE_FORCE_BACKUP, 0, 1, 0 },
};

static const u8 wire[] = {
	0x45, 0x54, 1, 0x13, 0, 176, 1, 7, 3, 32, 10, 3, 3, 0, 0, 0,
	0, 0, 0x4e, 0x20, 2, 1, 2, 3, 4, 5, 0, 0,
	0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18,
	0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28,
	0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38,
	0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48,
	0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58,
	0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68,
	0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78,
	/* LACP identity */
	0, 1, 0, 8, 2, 9, 8, 7, 6, 5, 0x80, 1,
	/* members */
	0, 2, 0, 20, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0x0b, 2, 1,
	0, 3, 0x12, 0x34, 0, 0, 0x27, 0x10,
	0, 2, 0, 20, 0xff, 0xff, 0xff, 0xfe, 0x10, 0x20, 0x30, 0x40,
	0, 4, 1, 2, 0, 0, 0, 1, 0, 0, 0, 0,
};

static size_t build(u8 *buf, size_t size)
{
	size_t body, i;

	memset(buf, 0xee, size);
	body = trunk_pkt_build(buf, &sample, 32, ARRAY_SIZE(members));
	for (i = 0; i < ARRAY_SIZE(members); i++)
		trunk_pkt_put_member(buf, i, &members[i]);
	memset(buf + body, 0xdd, 32);
	return body + 32;
}

TEST(layout)
{
	u8 buf[256];
	size_t i;

	ASSERT_EQ(build(buf, sizeof(buf)), sizeof(wire) + 32);
	for (i = 0; i < sizeof(wire); i++)
		EXPECT_EQ(buf[i], wire[i]) TH_LOG("byte %zu", i);
	EXPECT_EQ(trunk_pkt_len(2, 32), sizeof(wire) + 32);
}

TEST(round_trip)
{
	struct trunk_pkt_frame frame;
	struct trunk_pkt_member m;
	size_t len, pos = 0, n = 0;
	struct trunk_pkt pkt;
	u8 buf[256];

	len = build(buf, sizeof(buf));
	ASSERT_EQ(trunk_pkt_frame(buf, len, &frame), TRUNK_PKT_OK);
	EXPECT_EQ(frame.id, 3);
	EXPECT_EQ(frame.auth, TRUNK_PKT_AUTH_SHA256);
	EXPECT_EQ(frame.key_id, 7);
	EXPECT_EQ(frame.digest_len, 32);
	EXPECT_EQ(frame.body_len, sizeof(wire));
	ASSERT_EQ(trunk_pkt_parse(buf, len, &pkt), TRUNK_PKT_OK);
	EXPECT_EQ(memcmp(&pkt, &sample, sizeof(pkt)), 0);
	while ((pos = trunk_pkt_next_member(buf, frame.body_len, pos, &m))) {
		ASSERT_LT(n, ARRAY_SIZE(members));
		EXPECT_EQ(m.id, members[n].id);
		EXPECT_EQ(m.remote_id, members[n].remote_id);
		EXPECT_EQ(m.phys, members[n].phys);
		EXPECT_EQ(m.able, members[n].able);
		EXPECT_EQ(m.ready, members[n].ready);
		EXPECT_EQ(m.core_ok, members[n].core_ok);
		EXPECT_EQ(m.state, members[n].state);
		EXPECT_EQ(m.mode, members[n].mode);
		EXPECT_EQ(m.links, members[n].links);
		EXPECT_EQ(m.lacp_key, members[n].lacp_key);
		EXPECT_EQ(m.speed, members[n].speed);
		n++;
	}
	EXPECT_EQ(n, ARRAY_SIZE(members));
}

/* exactly as long as it may be read, so that ASAN sees one byte more */
static enum trunk_pkt_err check(const u8 *from, size_t len)
{
	struct trunk_pkt_services serv;
	struct trunk_pkt_settings set;
	struct trunk_pkt_frame frame;
	struct trunk_pkt_member m;
	enum trunk_pkt_err err;
	struct trunk_pkt pkt;
	size_t pos = 0;
	u8 *buf = malloc(len ? len : 1);

	memcpy(buf, from, len);
	err = trunk_pkt_frame(buf, len, &frame);
	if (!err)
		err = trunk_pkt_parse(buf, len, &pkt);
	while (!err && (pos = trunk_pkt_next_member(buf, frame.body_len, pos,
						    &m)))
		;
	while (!err && (pos = trunk_pkt_next_services(buf, frame.body_len, pos,
						      &serv)))
		;
	if (!err) {
		trunk_pkt_settings(buf, frame.body_len, &set);
		if (strlen(set.version) > TRUNK_PKT_VERSION_MAX)
			abort();
	}
	free(buf);
	return err;
}

TEST(truncated_at_every_length)
{
	u8 buf[256];
	size_t len = build(buf, sizeof(buf)), cut;

	for (cut = 0; cut < len; cut++) {
		u8 copy[256];

		EXPECT_EQ(check(buf, cut), TRUNK_PKT_E_LENGTH);
		/* and with a length that says so */
		memcpy(copy, buf, cut);
		put_unaligned_be16(cut, copy + 4);
		if (cut >= 10)
			check(copy, cut);
	}
	EXPECT_EQ(check(buf, len + 1), TRUNK_PKT_E_LENGTH);
}

TEST(bad_values)
{
	static const struct {
		size_t at;
		u8 value;
		enum trunk_pkt_err err;
	} cases[] = {
		{ 0, 0, TRUNK_PKT_E_MAGIC },
		{ 2, 2, TRUNK_PKT_E_VERSION },
		{ 2, 0, TRUNK_PKT_E_VERSION },
		{ 4, 1, TRUNK_PKT_E_LENGTH },
		{ 9, 33, TRUNK_PKT_E_LENGTH },
		{ 10, 0, TRUNK_PKT_E_PRIORITY },
		{ 10, 255, TRUNK_PKT_E_PRIORITY },
		{ 11, 0, TRUNK_PKT_E_STATE },
		{ 11, 4, TRUNK_PKT_E_STATE },
		{ 12, 0, TRUNK_PKT_E_REASON },
		{ 12, 9, TRUNK_PKT_E_REASON },
		{ 16, 1, TRUNK_PKT_E_FAIL_TIME },
		{ 18, 0, TRUNK_PKT_E_FAIL_TIME },
		{ 20, 1, TRUNK_PKT_E_SYSTEM_ID },
		{ 87, 7, TRUNK_PKT_E_TLV },		/* LACP too short */
		{ 97, 1, TRUNK_PKT_E_TLV },		/* LACP twice */
		{ 99, 19, TRUNK_PKT_E_TLV },		/* member too short */
		{ 98, 0x7f, TRUNK_PKT_E_TLV },		/* over the end */
		{ 110, 0, TRUNK_PKT_E_STATE },
		{ 110, 4, TRUNK_PKT_E_STATE },
		{ 111, 4, TRUNK_PKT_E_STATE },
		/* of no concern */
		{ 3, 0xff, TRUNK_PKT_OK },
		{ 13, 0xff, TRUNK_PKT_OK },
		{ 85, 0x77, TRUNK_PKT_OK },		/* unknown TLV */
		{ 96, 0x77, TRUNK_PKT_OK },
	};
	u8 buf[256];
	size_t i, len = build(buf, sizeof(buf));

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u8 copy[256];

		memcpy(copy, buf, len);
		copy[cases[i].at] = cases[i].value;
		EXPECT_EQ(check(copy, len), cases[i].err)
			TH_LOG("case %zu", i);
	}
	for (i = 28; i <= 44; i += 8) {
		u8 copy[256];

		memcpy(copy, buf, len);
		memset(copy + i, 0, 8);
		EXPECT_EQ(check(copy, len), TRUNK_PKT_E_SESSION);
	}
}

static void put_member(u8 *buf, unsigned int index, u32 id)
{
	struct trunk_pkt_member m = members[index % 2];

	m.id = id;
	trunk_pkt_put_member(buf, index, &m);
}

TEST(longer_tlvs_and_many_members)
{
	static u8 buf[8192];
	struct trunk_pkt pkt = sample;
	struct trunk_pkt_member m;
	unsigned int n, i, seen;
	size_t body, pos;

	for (n = 0; n <= ETRUNK_MEMBERS_MAX + 1; n++) {
		body = trunk_pkt_build(buf, &pkt, 0, n);
		for (i = 0; i < n; i++)
			put_member(buf, i, i + 1);
		EXPECT_EQ(check(buf, body), n <= ETRUNK_MEMBERS_MAX ?
			  TRUNK_PKT_OK : TRUNK_PKT_E_TLV);
	}
	/* a later version's longer member, then an empty unknown TLV */
	body = trunk_pkt_build(buf, &pkt, 0, 1);
	trunk_pkt_put_member(buf, 0, &members[0]);
	put_unaligned_be16(23, buf + 98);
	memset(buf + body, 0xaa, 3);
	body += 3;
	put_unaligned_be32(0x7fff0000, buf + body);
	body += 4;
	put_unaligned_be16(body, buf + 4);
	EXPECT_EQ(check(buf, body), TRUNK_PKT_OK);
	for (seen = 0, pos = 0;
	     (pos = trunk_pkt_next_member(buf, body, pos, &m)); seen++)
		EXPECT_EQ(m.lacp_key, 0x1234);
	EXPECT_EQ(seen, 1);
}

/* Two members of one id: which of them would be the peer's? */
TEST(doubled_members)
{
	static u8 buf[8192];
	size_t body = trunk_pkt_build(buf, &sample, 0, ETRUNK_MEMBERS_MAX);
	unsigned int i;

	for (i = 0; i < ETRUNK_MEMBERS_MAX; i++)
		put_member(buf, i, i + 1);
	EXPECT_EQ(check(buf, body), TRUNK_PKT_OK);
	for (i = 1; i < ETRUNK_MEMBERS_MAX; i++) {
		put_member(buf, i, 1);
		EXPECT_EQ(check(buf, body), TRUNK_PKT_E_TLV);
		put_member(buf, i, i);
		EXPECT_EQ(check(buf, body), TRUNK_PKT_E_TLV);
		put_member(buf, i, i + 1);
	}
	EXPECT_EQ(check(buf, body), TRUNK_PKT_OK);
}

/* ------------------------------------------------- what is only compared */

static const struct trunk_pkt_settings settings = {
	true, 0x00010203, 0x14, 0x11121314, true, "1.2-rc3",
};

static const struct trunk_pkt_services services[] = {
	{ 1, 3, 0x2122232425262728, 1500, 0x31323334, 0x41424344 },
	{ 0xfffffffe, 0, 0, 0, 0, 0 },
};

static const u8 extra_wire[] = {
	0, 3, 0, 16, 0, 1, 2, 3, 0, 0, 0, 0x14, 0x11, 0x12, 0x13, 0x14,
	0, 1, 0, 0,
	0, 4, 0, 7, '1', '.', '2', '-', 'r', 'c', '3',
	0, 5, 0, 28, 0, 0, 0, 1, 0, 0, 0, 3,
	0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0, 0, 5, 0xdc,
	0x31, 0x32, 0x33, 0x34, 0x41, 0x42, 0x43, 0x44,
	0, 5, 0, 28, 0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

#define O_SETTINGS	sizeof(wire)
#define O_VERSION	(O_SETTINGS + 20)
#define O_SERVICES	(O_VERSION + 4 + 7)

/* returns the length without the digest of 32 bytes that follows */
static size_t build_all(u8 *buf, size_t size)
{
	size_t body = build(buf, size) - 32, i;

	body = trunk_pkt_add_settings(buf, body, 32, &settings);
	for (i = 0; i < ARRAY_SIZE(services); i++)
		body = trunk_pkt_add_services(buf, body, 32, &services[i]);
	memset(buf + body, 0xdd, 32);
	return body;
}

TEST(layout_of_what_is_compared)
{
	u8 buf[512];
	size_t i, body = build_all(buf, sizeof(buf));

	ASSERT_EQ(body, sizeof(wire) + sizeof(extra_wire));
	EXPECT_EQ(get_unaligned_be16(buf + 4), body + 32);
	for (i = 0; i < sizeof(wire); i++)
		if (i != 4 && i != 5)
			EXPECT_EQ(buf[i], wire[i]) TH_LOG("byte %zu", i);
	for (i = 0; i < sizeof(extra_wire); i++)
		EXPECT_EQ(buf[sizeof(wire) + i], extra_wire[i])
			TH_LOG("byte %zu", i);
}

TEST(round_trip_of_what_is_compared)
{
	struct trunk_pkt_services serv;
	struct trunk_pkt_settings set;
	size_t body, pos = 0, n = 0;
	u8 buf[512];

	body = build_all(buf, sizeof(buf));
	ASSERT_EQ(check(buf, body + 32), TRUNK_PKT_OK);
	memset(&set, 0xee, sizeof(set));
	trunk_pkt_settings(buf, body, &set);
	EXPECT_TRUE(set.has_timers);
	EXPECT_EQ(set.hello_ms, settings.hello_ms);
	EXPECT_EQ(set.multiplier, settings.multiplier);
	EXPECT_EQ(set.revert_delay_ms, settings.revert_delay_ms);
	EXPECT_TRUE(set.revert);
	EXPECT_STREQ(set.version, settings.version);
	while ((pos = trunk_pkt_next_services(buf, body, pos, &serv))) {
		ASSERT_LT(n, ARRAY_SIZE(services));
		EXPECT_EQ(serv.id, services[n].id);
		EXPECT_EQ(serv.acs, services[n].acs);
		EXPECT_EQ(serv.vlans, services[n].vlans);
		EXPECT_EQ(serv.ac_mtu, services[n].ac_mtu);
		EXPECT_EQ(serv.pw_mtu, services[n].pw_mtu);
		EXPECT_EQ(serv.mtus, services[n].mtus);
		n++;
	}
	EXPECT_EQ(n, ARRAY_SIZE(services));

	/* a peer that says nothing of it */
	body = build(buf, sizeof(buf)) - 32;
	memset(&set, 0xee, sizeof(set));
	trunk_pkt_settings(buf, body, &set);
	EXPECT_FALSE(set.has_timers);
	EXPECT_STREQ(set.version, "");
	EXPECT_EQ(trunk_pkt_next_services(buf, body, 0, &serv), 0);
}

TEST(bad_of_what_is_compared)
{
	static const struct {
		size_t at;
		u8 value;
		enum trunk_pkt_err err;
	} cases[] = {
		{ O_SETTINGS + 3, 15, TRUNK_PKT_E_TLV },	/* too short */
		{ O_VERSION + 1, 3, TRUNK_PKT_E_TLV },	/* twice, too short */
		{ O_VERSION + 3, 0, TRUNK_PKT_E_TLV },	/* empty */
		{ O_SETTINGS + 1, 4, TRUNK_PKT_E_TLV },	/* version twice */
		{ O_SERVICES + 3, 27, TRUNK_PKT_E_TLV },
		{ O_SERVICES + 2, 0x7f, TRUNK_PKT_E_TLV },	/* over the end */
		/* values are compared, not judged */
		{ O_SETTINGS + 4, 0xff, TRUNK_PKT_OK },
		{ O_SETTINGS + 16, 0xff, TRUNK_PKT_OK },
		{ O_SETTINGS + 19, 0xff, TRUNK_PKT_OK },
		{ O_VERSION + 4, 0, TRUNK_PKT_OK },
		{ O_SERVICES + 4, 0xff, TRUNK_PKT_OK },
		{ O_SETTINGS + 1, 0x77, TRUNK_PKT_OK },	/* unknown */
	};
	struct trunk_pkt_settings set;
	u8 buf[8192], copy[512];
	unsigned int n;
	size_t i, body;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		body = build_all(copy, sizeof(copy));
		copy[cases[i].at] = cases[i].value;
		EXPECT_EQ(check(copy, body + 32), cases[i].err)
			TH_LOG("case %zu", i);
	}
	body = build_all(copy, sizeof(copy));
	for (i = 0; i < body + 32; i++)
		EXPECT_EQ(check(copy, i), TRUNK_PKT_E_LENGTH);

	/* settings twice, and version twice */
	for (i = 0; i < 2; i++) {
		struct trunk_pkt_settings one = settings;

		if (i)
			one.has_timers = false;
		else
			*one.version = '\0';
		body = trunk_pkt_build(buf, &sample, 0, 0);
		body = trunk_pkt_add_settings(buf, body, 0, &one);
		EXPECT_EQ(check(buf, body), TRUNK_PKT_OK);
		body = trunk_pkt_add_settings(buf, body, 0, &one);
		EXPECT_EQ(check(buf, body), TRUNK_PKT_E_TLV);
	}

	/* what nobody should print, and more of it than fits */
	body = build(buf, sizeof(buf)) - 32;
	put_unaligned_be16(TRUNK_PKT_TLV_VERSION, buf + body);
	put_unaligned_be16(40, buf + body + 2);
	memset(buf + body + 4, 'x', 40);
	memcpy(buf + body + 4, "a\033\n \177\377\0", 7);
	body += 44;
	put_unaligned_be16(body, buf + 4);
	buf[9] = 0;
	EXPECT_EQ(check(buf, body), TRUNK_PKT_OK);
	trunk_pkt_settings(buf, body, &set);
	EXPECT_EQ(strlen(set.version), TRUNK_PKT_VERSION_MAX);
	EXPECT_EQ(strncmp(set.version, "a??????xxx", 10), 0);

	for (n = 0; n <= ETRUNK_MEMBERS_MAX + 1; n++) {
		body = trunk_pkt_build(buf, &sample, 0, 0);
		for (i = 0; i < n; i++)
			body = trunk_pkt_add_services(buf, body, 0,
						      &services[0]);
		EXPECT_EQ(check(buf, body), n <= ETRUNK_MEMBERS_MAX ?
			  TRUNK_PKT_OK : TRUNK_PKT_E_TLV);
	}
}

/* what is sent of 64 members is accepted, and has room for later versions */
TEST(full_hello)
{
	static u8 buf[TRUNK_PKT_LEN_MAX];
	struct trunk_pkt_settings set = settings;
	size_t body, i;

	memset(set.version, 'v', TRUNK_PKT_VERSION_MAX);
	body = trunk_pkt_build(buf, &sample, 32, ETRUNK_MEMBERS_MAX);
	for (i = 0; i < ETRUNK_MEMBERS_MAX; i++)
		put_member(buf, i, i + 1);
	body = trunk_pkt_add_settings(buf, body, 32, &set);
	for (i = 0; i < ETRUNK_MEMBERS_MAX; i++)
		body = trunk_pkt_add_services(buf, body, 32, &services[0]);
	EXPECT_EQ(body + 32, TRUNK_PKT_FULL_LEN(ETRUNK_MEMBERS_MAX));
	EXPECT_EQ(check(buf, body + 32), TRUNK_PKT_OK);
	EXPECT_LE(body + 32, TRUNK_PKT_LEN_MAX - 256);
}

TEST(garbage)
{
	unsigned int i, n;
	u8 buf[400];

	srand(1);
	for (n = 0; n < 200000; n++) {
		size_t len = 60 + rand() % 300;

		for (i = 0; i < len; i++)
			buf[i] = rand();
		/* let it get past the outside and the fixed part */
		if (n % 2)
			build(buf, 84 + 12);
		/* and to the newer TLVs */
		if (n % 8 == 7)
			for (i = 0; i < 4; i++)
				memcpy(buf + 96 + 8 * i + rand() % 5,
				       (u8 []){ 0, 1 + rand() % 6, 0,
						rand() % 33 }, 4);
		put_unaligned_be16(TRUNK_PKT_MAGIC, buf);
		buf[2] = 1;
		put_unaligned_be16(len, buf + 4);
		buf[9] %= 33;
		check(buf, len);
	}
}

TEST_HARNESS_MAIN
