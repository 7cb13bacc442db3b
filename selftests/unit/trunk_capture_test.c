// SPDX-License-Identifier: GPL-2.0
/*
 * Hellos as earlier stages of wire version 1 wrote them (selftests/captures):
 * whatever becomes of the codec, it has to read from them what they said.
 */
#include <openssl/hmac.h>
#include <stdio.h>

#include "trunk_pkt.h"
#include "../kselftest_harness.h"

#define DIR	"../captures/"
#define KEY	"a key for testing"
#define DIGEST	32

/* what grew from stage to stage */
static const struct {
	const char *name;
	u8 stage;
	bool all_down;
	bool handed_over;
	u8 select;
	bool query;
	bool compared;
	bool unprotected;
} captures[] = {
	{ "1-first.hex", 1, .all_down = true },
	{ "2-switchover.hex", 2, .handed_over = true },
	{ "3-select.hex", 3, .handed_over = true,
	  .select = ETRUNK_SELECT_BANDWIDTH },
	{ "4-backup-path.hex", 4, .handed_over = true,
	  .select = ETRUNK_SELECT_BANDWIDTH, .query = true },
	{ "5-compared.hex", 5, .handed_over = true,
	  .select = ETRUNK_SELECT_BANDWIDTH, .query = true, .compared = true },
	{ "6-unprotected.hex", 6, .handed_over = true,
	  .select = ETRUNK_SELECT_BANDWIDTH, .query = true, .compared = true,
	  .unprotected = true },
};

/* Lines of an offset and up to 16 bytes; returns how many bytes, 0 = bad. */
static size_t load(const char *name, u8 *buf, size_t size)
{
	char path[128], line[256], *p;
	unsigned int at, byte;
	size_t len = 0;
	int used;
	FILE *file;

	snprintf(path, sizeof(path), DIR "%s", name);
	file = fopen(path, "r");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file)) {
		if (*line == '#')
			continue;
		if (sscanf(line, "%x%n", &at, &used) != 1 || at != len)
			len = size;
		for (p = line + used; len < size &&
		     sscanf(p, "%x%n", &byte, &used) == 1; p += used)
			buf[len++] = byte;
	}
	fclose(file);
	return len < size ? len : 0;
}

static bool digest_is_right(const u8 *buf, size_t body)
{
	unsigned int len = DIGEST;
	u8 digest[DIGEST];

	HMAC(EVP_sha256(), KEY, strlen(KEY), buf, body, digest, &len);
	return len == DIGEST && !memcmp(digest, buf + body, DIGEST);
}

/* the whole, but what is only compared */
static struct trunk_pkt said(unsigned int i)
{
	u8 stage = captures[i].stage;
	struct trunk_pkt pkt = {
		.id = 1,
		.auth = TRUNK_PKT_AUTH_SHA256,
		.key_id = 1,
		.high = true,
		.all_down = captures[i].all_down,
		.handed_over = captures[i].handed_over,
		.query = captures[i].query,
		.unprotected = captures[i].unprotected,
		.priority = 20,
		.state = ETRUNK_TRUNK_BACKUP,
		.reason = ETRUNK_REASON_PRI,
		.select = captures[i].select,
		.fail_time_ms = 20000,
		.system_id = { 2, 0, 0, 0, 0xee, 2 },
		.sess = 0x1122334455667700 + stage,
		.seq = 1000 + stage,
		.chal = 0x0102030405060708 * stage,
		.resp_sess = 0xa1a2a3a4a5a6a7a8,
		.resp_chal = 0xb1b2b3b4b5b6b7b8,
		.echo_sess = 0xa1a2a3a4a5a6a7a8,
		.echo_seq = 900 + stage,
		.has_lacp = true,
		.lacp_system = { 2, 0, 0, 0, 0, 0xaa },
		.lacp_priority = 100,
	};

	return pkt;
}

static const struct trunk_pkt_member members[] = {
	{ 10, 20, true, true, true, true, ETRUNK_MEMBER_NEGOTIATION,
	  ETRUNK_MODE_AUTO, 2, 0x1000, 10000 },
	{ 11, 21, true, false, true, true, ETRUNK_MEMBER_BACKUP,
	  ETRUNK_MODE_FORCE_BACKUP, 3, 0x1001, 10000 },
};

/* NULL, or what is read differently */
static const char *differs(const u8 *buf, size_t len, unsigned int i)
{
	const struct trunk_pkt want = said(i);
	struct trunk_pkt_services serv;
	struct trunk_pkt_frame frame;
	struct trunk_pkt_settings s;
	struct trunk_pkt_member m;
	struct trunk_pkt pkt;
	size_t pos = 0;
	unsigned int n;

	if (trunk_pkt_frame(buf, len, &frame) || frame.id != 1 ||
	    frame.key_id != 1 || frame.digest_len != DIGEST ||
	    frame.body_len != len - DIGEST)
		return "frame";
	if (trunk_pkt_parse(buf, len, &pkt))
		return "parse";
	if (memcmp(&pkt, &want, sizeof(pkt)))
		return "header";
	for (n = 0; (pos = trunk_pkt_next_member(buf, frame.body_len, pos, &m));
	     n++)
		if (n >= ARRAY_SIZE(members) || m.id != members[n].id ||
		    m.remote_id != members[n].remote_id ||
		    m.phys != members[n].phys || m.able != members[n].able ||
		    m.ready != members[n].ready ||
		    m.core_ok != members[n].core_ok ||
		    m.state != members[n].state || m.mode != members[n].mode ||
		    m.links != members[n].links ||
		    m.lacp_key != members[n].lacp_key ||
		    m.speed != members[n].speed)
			return "member";
	if (n != ARRAY_SIZE(members))
		return "members";

	trunk_pkt_settings(buf, frame.body_len, &s);
	if (s.has_timers != captures[i].compared ||
	    strcmp(s.version, captures[i].compared ? "0.1" : ""))
		return "settings";
	if (s.has_timers && (s.hello_ms != 1000 || s.multiplier != 20 ||
			     s.revert_delay_ms != 120000 || !s.revert))
		return "timers";
	for (n = 0; (pos = trunk_pkt_next_services(buf, frame.body_len, pos,
						   &serv)); n++)
		if (serv.id != 10 + n || serv.acs != 3 + n ||
		    serv.vlans != 0x2122232425262728 || serv.ac_mtu != 1500 ||
		    serv.pw_mtu != 1400 + n || serv.mtus != 0x31323334)
			return "services";
	if (n != (captures[i].compared ? 2 : 0))
		return "number of services";
	return NULL;
}

TEST(earlier_stages_say_the_same_today)
{
	u8 buf[1024];
	unsigned int i;
	size_t len;

	for (i = 0; i < ARRAY_SIZE(captures); i++) {
		len = load(captures[i].name, buf, sizeof(buf));
		ASSERT_GT(len, DIGEST) TH_LOG("%s", captures[i].name);
		EXPECT_TRUE(digest_is_right(buf, len - DIGEST))
			TH_LOG("%s", captures[i].name);
		EXPECT_EQ(differs(buf, len, i), NULL)
			TH_LOG("%s: %s", captures[i].name,
			       differs(buf, len, i));
	}
}

/* as the next stage may: TLVs that are not known yet, before each that is */
TEST(later_stages_may_add_tlvs)
{
	u8 buf[1024], more[4096];
	size_t len, pos, end, tlv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(captures); i++) {
		len = load(captures[i].name, buf, sizeof(buf));
		ASSERT_GT(len, DIGEST);
		pos = end = TRUNK_PKT_HDR_LEN;
		memcpy(more, buf, pos);
		while (pos < len - DIGEST) {
			put_unaligned_be16(6 + end, more + end);
			put_unaligned_be16(end % 7, more + end + 2);
			memset(more + end + 4, 2, end % 7);
			end += 4 + end % 7;
			tlv = 4 + get_unaligned_be16(buf + pos + 2);
			memcpy(more + end, buf + pos, tlv);
			end += tlv;
			pos += tlv;
		}
		memset(more + end, 0, DIGEST);
		put_unaligned_be16(end + DIGEST, more + 4);
		EXPECT_EQ(differs(more, end + DIGEST, i), NULL)
			TH_LOG("%s: %s", captures[i].name,
			       differs(more, end + DIGEST, i));
	}
}

/* what this code writes today is the last of them, byte by byte */
TEST(the_last_one_is_what_is_written_today)
{
	const unsigned int i = ARRAY_SIZE(captures) - 1;
	const struct trunk_pkt_settings s = {
		true, 1000, 20, 120000, true, "0.1",
	};
	const struct trunk_pkt pkt = said(i);
	u8 buf[1024], now[1024];
	size_t len, body;
	unsigned int n;

	len = load(captures[i].name, buf, sizeof(buf));
	body = trunk_pkt_build(now, &pkt, DIGEST, ARRAY_SIZE(members));
	for (n = 0; n < ARRAY_SIZE(members); n++)
		trunk_pkt_put_member(now, n, &members[n]);
	body = trunk_pkt_add_settings(now, body, DIGEST, &s);
	for (n = 0; n < ARRAY_SIZE(members); n++) {
		const struct trunk_pkt_services v = {
			10 + n, 3 + n, 0x2122232425262728, 1500, 1400 + n,
			0x31323334,
		};

		body = trunk_pkt_add_services(now, body, DIGEST, &v);
	}
	ASSERT_EQ(body + DIGEST, len);
	EXPECT_EQ(memcmp(now, buf, body), 0);
}

TEST_HARNESS_MAIN
