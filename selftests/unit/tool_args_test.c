// SPDX-License-Identifier: GPL-2.0
/* etrunkctl's parsers of words, times, addresses, key files and lines. */
#define _GNU_SOURCE
#include "../../tool/args.c"
#include "../kselftest_harness.h"

static char *printed(void (*put)(FILE *f, uint64_t v), uint64_t v)
{
	static char *buf;
	size_t len;
	FILE *f;

	free(buf);
	f = open_memstream(&buf, &len);
	put(f, v);
	fclose(f);
	return buf;
}

static char *quoted(const char *s)
{
	static char *buf;
	size_t len;
	FILE *f;

	free(buf);
	f = open_memstream(&buf, &len);
	put_quoted(f, s);
	fclose(f);
	return buf;
}

TEST(numbers)
{
	static const char * const bad[] = {
		"", " 1", "1 ", "+1", "-1", "0x10", "1.5", "ten", "1k",
		"4294967296", "18446744073709551616",
	};
	unsigned int i;
	uint32_t v;

	EXPECT_EQ(NULL, parse_u32("0", &v));
	EXPECT_EQ(0, v);
	EXPECT_EQ(NULL, parse_u32("4294967295", &v));
	EXPECT_EQ(UINT32_MAX, v);
	/* not octal */
	EXPECT_EQ(NULL, parse_u32("010", &v));
	EXPECT_EQ(10, v);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		TH_LOG("\"%s\"", bad[i]);
		EXPECT_NE(NULL, parse_u32(bad[i], &v));
	}
}

TEST(status_words)
{
	uint32_t v;

	EXPECT_EQ(NULL, parse_word32("0x20", &v));
	EXPECT_EQ(0x20, v);
	EXPECT_EQ(NULL, parse_word32("32", &v));
	EXPECT_EQ(32, v);
	EXPECT_EQ(NULL, parse_word32("0xFFFFFFFF", &v));
	EXPECT_EQ(UINT32_MAX, v);
	EXPECT_NE(NULL, parse_word32("0x", &v));
	EXPECT_NE(NULL, parse_word32("0x100000000", &v));
	EXPECT_NE(NULL, parse_word32("0x-1", &v));
	EXPECT_NE(NULL, parse_word32("0x1g", &v));
}

TEST(booleans)
{
	uint32_t v;

	EXPECT_EQ(NULL, parse_bool("on", &v));
	EXPECT_EQ(1, v);
	EXPECT_EQ(NULL, parse_bool("off", &v));
	EXPECT_EQ(0, v);
	EXPECT_NE(NULL, parse_bool("yes", &v));
	EXPECT_NE(NULL, parse_bool("1", &v));
	EXPECT_NE(NULL, parse_bool("o", &v));
	EXPECT_NE(NULL, parse_bool("ON", &v));
}

TEST(times)
{
	static const char * const bad[] = {
		"", "ms", "1h", "1 ms", "-1ms", "1.5s", "10MS", "1sec", "s1",
	};
	unsigned int i;
	uint32_t v;

	EXPECT_EQ(NULL, parse_time("3300us", 1, US_PER_MS, &v));
	EXPECT_EQ(3300, v);
	EXPECT_EQ(NULL, parse_time("10", 1, US_PER_MS, &v));
	EXPECT_EQ(10000, v);
	EXPECT_EQ(NULL, parse_time("20s", 1, US_PER_MS, &v));
	EXPECT_EQ(20000000, v);
	EXPECT_EQ(NULL, parse_time("120", US_PER_MS, US_PER_S, &v));
	EXPECT_EQ(120000, v);
	EXPECT_EQ(NULL, parse_time("2min", US_PER_MS, US_PER_S, &v));
	EXPECT_EQ(120000, v);
	EXPECT_EQ(NULL, parse_time("2000us", US_PER_MS, US_PER_S, &v));
	EXPECT_EQ(2, v);
	EXPECT_EQ(NULL, parse_time("0", US_PER_S, US_PER_S, &v));
	EXPECT_EQ(0, v);
	/* finer than the key's unit, longer than its range */
	EXPECT_NE(NULL, parse_time("1us", US_PER_MS, US_PER_S, &v));
	EXPECT_NE(NULL, parse_time("1500ms", US_PER_S, US_PER_S, &v));
	EXPECT_NE(NULL, parse_time("4295s", 1, US_PER_MS, &v));
	EXPECT_NE(NULL, parse_time("18446744073709551615min", US_PER_MS,
				   US_PER_S, &v));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		TH_LOG("\"%s\"", bad[i]);
		EXPECT_NE(NULL, parse_time(bad[i], US_PER_MS, US_PER_S, &v));
	}
}

TEST(times_read_back)
{
	static const uint32_t us[] = {
		0, 1, 999, 1000, 3300, 10000, 1000000, 1500000, 60000000,
		4000000000U,
	};
	unsigned int i;
	uint32_t v;

	for (i = 0; i < sizeof(us) / sizeof(us[0]); i++) {
		EXPECT_EQ(NULL, parse_time(printed(put_time, us[i]), 1,
					   US_PER_S, &v));
		EXPECT_EQ(us[i], v);
	}
	EXPECT_STREQ("3300us", printed(put_time, 3300));
	EXPECT_STREQ("10ms", printed(put_time, 10000));
	EXPECT_STREQ("120s", printed(put_time, 120000000));
}

TEST(mac_addresses)
{
	static const uint8_t want[6] = { 0, 0xe0, 0xfc, 0xab, 0xcd, 0xef };
	static const char * const bad[] = {
		"", "00e0-fc00", "00e0-fc00-000", "00e0-fc00-00000",
		"00e0:fc00:0000", "00-e0-fc-00-00-00", "00:e0:fc:00:00",
		"00:e0:fc:00:00:0g", "00:e0:fc:00:00:00:", "0:e0:fc:0:0:0",
		"00e0fc000000", "00e0-fc00:0000", " 0e0-fc00-0000",
	};
	unsigned int i;
	uint8_t mac[6];

	EXPECT_EQ(NULL, parse_mac("00e0-fcab-cdef", mac));
	EXPECT_EQ(0, memcmp(want, mac, sizeof(mac)));
	memset(mac, 0, sizeof(mac));
	EXPECT_EQ(NULL, parse_mac("00:E0:fc:AB:cd:ef", mac));
	EXPECT_EQ(0, memcmp(want, mac, sizeof(mac)));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		TH_LOG("\"%s\"", bad[i]);
		EXPECT_NE(NULL, parse_mac(bad[i], mac));
	}
}

TEST(addresses)
{
	uint8_t addr[16];
	uint16_t len;

	EXPECT_EQ(NULL, parse_addr("10.0.0.1", addr, &len));
	EXPECT_EQ(4, len);
	EXPECT_EQ(0, memcmp("\x0a\0\0\1", addr, 4));
	EXPECT_EQ(NULL, parse_addr("2001:db8::1", addr, &len));
	EXPECT_EQ(16, len);
	EXPECT_NE(NULL, parse_addr("10.0.0", addr, &len));
	EXPECT_NE(NULL, parse_addr("10.0.0.256", addr, &len));
	EXPECT_NE(NULL, parse_addr("10.0.0.1/24", addr, &len));
	EXPECT_NE(NULL, parse_addr("localhost", addr, &len));
	EXPECT_NE(NULL, parse_addr("", addr, &len));
}

TEST(label_stacks)
{
	uint32_t labels[4];
	unsigned int n;

	EXPECT_EQ(NULL, parse_labels("16003", labels, 4, &n));
	EXPECT_EQ(1, n);
	EXPECT_EQ(16003, labels[0]);
	EXPECT_EQ(NULL, parse_labels("16/17/18/19", labels, 4, &n));
	EXPECT_EQ(4, n);
	EXPECT_EQ(19, labels[3]);
	EXPECT_NE(NULL, parse_labels("1/2/3/4/5", labels, 4, &n));
	EXPECT_NE(NULL, parse_labels("", labels, 4, &n));
	EXPECT_NE(NULL, parse_labels("16/", labels, 4, &n));
	EXPECT_NE(NULL, parse_labels("/16", labels, 4, &n));
	EXPECT_NE(NULL, parse_labels("16//17", labels, 4, &n));
	EXPECT_NE(NULL, parse_labels("16,17", labels, 4, &n));
	EXPECT_NE(NULL, parse_labels("4294967296", labels, 4, &n));
}

TEST(splitting)
{
	struct words w;

	ASSERT_EQ(NULL, words_split(&w, "  bfd add\tb1   peer 10.0.0.2 # x\n"));
	ASSERT_EQ(5, w.n);
	EXPECT_STREQ("bfd", w.w[0]);
	EXPECT_STREQ("10.0.0.2", w.w[4]);
	EXPECT_EQ(NULL, w.w[5]);
	words_free(&w);

	ASSERT_EQ(NULL, words_split(&w, "# nothing"));
	EXPECT_EQ(0, w.n);
	words_free(&w);
	ASSERT_EQ(NULL, words_split(&w, ""));
	EXPECT_EQ(0, w.n);
	words_free(&w);

	ASSERT_EQ(NULL, words_split(&w, "a \"\" 'b c' d\\ e f#g \"x\\ty\\x41\""));
	ASSERT_EQ(6, w.n);
	EXPECT_STREQ("", w.w[1]);
	EXPECT_STREQ("b c", w.w[2]);
	EXPECT_STREQ("d e", w.w[3]);
	EXPECT_STREQ("f#g", w.w[4]);
	EXPECT_STREQ("x\tyA", w.w[5]);
	words_free(&w);
}

TEST(splitting_refuses)
{
	static const char * const bad[] = {
		"a \"b", "a 'b", "a \\", "a \"\\x4\"", "a \"\\x00\"", "a \"\\",
		"a \"\\xzz\"",
	};
	struct words w;
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		TH_LOG("%s", bad[i]);
		EXPECT_NE(NULL, words_split(&w, bad[i]));
		words_free(&w);
	}
}

TEST(quoting_reads_back)
{
	static const char * const texts[] = {
		"", "plain", "two words", "a\"b\\c", "tab\tnewline\n", "#x",
		"it's", "\x01\x7f", "$HOME `id` *", "\xc3\xa4\xff", "a\\",
	};
	struct words w;
	unsigned int i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		ASSERT_EQ(NULL, words_split(&w, quoted(texts[i])));
		ASSERT_EQ(1, w.n);
		EXPECT_STREQ(texts[i], w.w[0]);
		words_free(&w);
	}
	EXPECT_STREQ("10.0.0.2/24", quoted("10.0.0.2/24"));
}

static FILE *file_of(const char *data, size_t len)
{
	FILE *f = tmpfile();

	fwrite(data, 1, len, f);
	rewind(f);
	return f;
}

TEST(lines_and_their_numbers)
{
	static const char text[] = "one\n\ntwo \\\nthree\nfour\\\\\nfive";
	struct lines l = { .f = file_of(text, sizeof(text) - 1) };

	ASSERT_TRUE(lines_next(&l));
	EXPECT_EQ(1, l.no);
	EXPECT_STREQ("one", l.buf);
	ASSERT_TRUE(lines_next(&l));
	EXPECT_EQ(2, l.no);
	EXPECT_STREQ("", l.buf);
	ASSERT_TRUE(lines_next(&l));
	EXPECT_EQ(3, l.no);
	EXPECT_STREQ("two three", l.buf);
	ASSERT_TRUE(lines_next(&l));
	EXPECT_EQ(5, l.no);
	EXPECT_STREQ("four\\\\", l.buf);
	ASSERT_TRUE(lines_next(&l));
	EXPECT_EQ(6, l.no);
	EXPECT_STREQ("five", l.buf);
	EXPECT_FALSE(lines_next(&l));
	lines_free(&l);
	fclose(l.f);
}

/* What stands behind a NUL must not vanish. */
TEST(nul_in_a_line)
{
	static const char text[] = "a\0b c\n";
	struct lines l = { .f = file_of(text, sizeof(text) - 1) };

	ASSERT_TRUE(lines_next(&l));
	EXPECT_EQ(5, strlen(l.buf));
	lines_free(&l);
	fclose(l.f);
}

static const char *key_from(const char *data, size_t len, uint8_t *key,
			    size_t *got)
{
	char path[] = "/tmp/tool_args_test.XXXXXX";
	int fd = mkstemp(path);
	const char *err;

	if (write(fd, data, len) != (ssize_t)len)
		abort();
	close(fd);
	err = read_key_file(path, key, 255, got);
	unlink(path);
	return err;
}

TEST(key_files)
{
	uint8_t key[255];
	char data[300];
	size_t len;

	memset(data, 'k', sizeof(data));
	EXPECT_EQ(NULL, key_from("secret\n", 7, key, &len));
	EXPECT_EQ(6, len);
	EXPECT_EQ(0, memcmp("secret", key, 6));
	EXPECT_EQ(NULL, key_from("secret", 6, key, &len));
	EXPECT_EQ(6, len);
	/* only one newline, and no other blank */
	EXPECT_EQ(NULL, key_from("k\t\n\n", 4, key, &len));
	EXPECT_EQ(3, len);
	/* any byte */
	EXPECT_EQ(NULL, key_from("\0\0", 2, key, &len));
	EXPECT_EQ(2, len);

	EXPECT_EQ(NULL, key_from(data, 255, key, &len));
	EXPECT_EQ(255, len);
	data[255] = '\n';
	EXPECT_EQ(NULL, key_from(data, 256, key, &len));
	EXPECT_EQ(255, len);
	EXPECT_EQ('k', key[254]);
	EXPECT_NE(NULL, key_from(data, 257, key, &len));
	data[255] = 'k';
	EXPECT_NE(NULL, key_from(data, 256, key, &len));
	EXPECT_NE(NULL, key_from(data, 300, key, &len));
	EXPECT_NE(NULL, key_from("", 0, key, &len));
	EXPECT_NE(NULL, key_from("\n", 1, key, &len));
	EXPECT_NE(NULL, read_key_file("/nonexistent", key, 255, &len));
	EXPECT_NE(NULL, read_key_file("/", key, 255, &len));
}

TEST(stamps)
{
	EXPECT_STREQ("1970-01-01T00:00:00.000000Z",
		     printed(put_rfc3339, 0));
	EXPECT_STREQ("2026-11-22T15:40:29.123456Z",
		     printed(put_rfc3339, 1795362029123456789ULL));
}

TEST_HARNESS_MAIN
