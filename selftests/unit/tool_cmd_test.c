// SPDX-License-Identifier: GPL-2.0
/* Commands of etrunkctl, errors in the user's words, and JSON. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "../../tool/out.h"
#include "tool_kernel.h"
#include "tool_shell.h"
#include "../kselftest_harness.h"

FIXTURE(cmd) {
};

FIXTURE_SETUP(cmd)
{
	shell_begin();
}

FIXTURE_TEARDOWN(cmd)
{
	shell_end();
}

TEST_F(cmd, errors_name_the_key)
{
	static const struct {
		const char *line;
		int rc;
		const char *text;
	} t[] = {
		{ "bfd add b1", 1, "bfd b1: missing key \"peer\"" },
		{ "bfd add b1 peer", 1, "key \"peer\" has no value" },
		{ "bfd add b1 peer 1.2.3.4 peer 1.2.3.4", 1,
		  "key \"peer\" is given twice" },
		{ "bfd add b1 peer 1.2.3.4 pear 1", 1,
		  "unknown key \"pear\"" },
		{ "bfd add b1 peer 1.2.3.4 mult 3", 1,
		  "unknown key \"mult\"" },
		{ "bfd add b1 peer 1.2.3.4 multiplier x", 1,
		  "multiplier \"x\" is not a number" },
		{ "bfd add b1 peer 1.2.3.4 multiplier 51", 2,
		  "multiplier 51 is out of range 3..50" },
		{ "bfd add b1 peer 1.2.3.4 min-tx 3ms", 2,
		  "min-tx 3ms is out of range 3300us..20s" },
		{ "bfd add b1 peer 1.2.3.4 min-rx 21s", 2,
		  "min-rx 21s is out of range 3300us..20s" },
		{ "bfd add b1 peer 1.2.3.4 local-discriminator 8192", 2,
		  "local-discriminator 8192 is out of range 1..8191" },
		{ "bfd add none peer 1.2.3.4", 1, "\"none\" is reserved" },
		{ "bfd ad b1 peer 1.2.3.4", 1, "unknown verb \"ad\"" },
		{ "bfd", 1, "missing verb" },
		{ "bfd add", 1, "missing name" },
		{ "bfd set b1", 1, "nothing to set" },
		{ "bfd del b1", 2, "bfd b1: " },
		{ "bfd show b1", 2, "bfd b1: does not exist" },
		{ "bdf show", 1, "unknown object or command \"bdf\"" },
		{ "e-trunk add 17 peer-address 1.1.1.1 source-address 1.1.1.2",
		  2, "e-trunk 17: id 17 is out of range 1..16" },
		{ "e-trunk add 1 peer-address 1.1.1.1", 1,
		  "missing key \"source-address\"" },
		{ "e-trunk add x", 1, "id \"x\" is not a number" },
		{ "e-trunk set 1 key-id 2", 1, "missing key \"key-file\"" },
		{ "e-trunk set 1 key-file /nonexistent", 1, "key-file" },
		{ "e-trunk add 1 del-key 1", 1, "key \"del-key\"" },
		{ "e-trunk set 1 auth md5", 1,
		  "auth \"md5\" is none of hmac-sha256, hmac-sha1, none" },
		{ "e-trunk set 1 revert yes", 1,
		  "revert \"yes\" is neither on nor off" },
		{ "e-trunk set 1 description \"a\\nb\"", 1,
		  "has a control character" },
		{ "e-trunk set 1 whitelist on", 1, "unknown key \"whitelist\"" },
		{ "member del bond0 keep-up keep-up", 1,
		  "key \"keep-up\" is given twice" },
		{ "member add bond0 e-trunk 1 keep-up", 1, "keep-up" },
		{ "member del bond0 mode auto", 1, "key \"mode\"" },
		{ "pw add p peer 1.1.1.1 pw-id 1 in-label 15 out-label 16", 2,
		  "in-label 15 is out of range 16..1048575" },
		{ "pw add p peer 1.1.1.1 pw-id 1 in-label 16 out-label 1048576",
		  2, "out-label 1048576 is out of range 16..1048575" },
		{ "pw set p dev nosuchdev", 1,
		  "dev \"nosuchdev\" is no network device" },
		{ "pw set p tunnel-label 1/", 1, "tunnel-label" },
		{ "system set lacp-system-id 00e0-fc00", 1,
		  "lacp-system-id \"00e0-fc00\" is not a MAC address" },
		{ "system set udp-port 1024", 2,
		  "system: udp-port 1024 is out of range 1025..65535" },
		{ "system add", 1, "unknown verb \"add\"" },
		{ "vpws switchover s1", 1, "missing \"to\"" },
		{ "vpws switchover s1 to", 1, "key \"to\" has no value" },
		{ "vpws switchover s1 pw pw1", 1, "unknown key \"pw\"" },
		{ "vpws switchover s1 to pw1 to pw1", 1, "twice" },
		{ "e-trunk switchover", 1, "missing" },
		{ "e-trunk switchover 1 to", 1, "unknown key \"to\"" },
		{ "e-trunk switchover 1 back back", 1, "twice" },
		{ "flush", 1, "flush -f" },
		{ "apply", 1, "missing file" },
		{ "apply f --force", 1, "unknown option \"--force\"" },
		{ "apply f --check --check", 1, "given twice" },
		{ "monitor nonsense", 1, "unknown object \"nonsense\"" },
		{ "save a b", 1, "unknown word \"b\"" },
		{ "stats rest", 1, "unknown word \"rest\"" },
		{ "show bfd", 1, "unknown word \"bfd\"" },
		{ "bfd show b1 b2", 1, "\"b2\"" },
	};
	unsigned int i;
	int rc;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		rc = sh("%s", t[i].line);
		EXPECT_EQ(t[i].rc, rc) TH_LOG("%s: %s", t[i].line, shell.err);
		EXPECT_NE(NULL, strstr(shell.err, t[i].text))
			TH_LOG("%s: expected \"%s\", got %s", t[i].line,
			       t[i].text, shell.err);
		EXPECT_EQ(0, strncmp("Error: ", shell.err, 7));
		EXPECT_STREQ("", shell.out);
	}
	EXPECT_EQ(0, changes);
}

TEST_F(cmd, no_module)
{
	no_module = true;
	EXPECT_EQ(2, sh("bfd show"));
	EXPECT_NE(NULL, strstr(shell.err, "module etrunk is not available"));
}

TEST_F(cmd, fixed_keys)
{
	ASSERT_EQ(0, sh("apply %s", file("c", CONFIG)));
	EXPECT_EQ(1, sh("apply %s", file("f",
		"\nbfd add b1 peer 10.0.0.9\n")));
	EXPECT_NE(NULL, strstr(shell.err, "f:2: bfd b1: peer cannot be changed"))
		TH_LOG("%s", shell.err);
}

TEST_F(cmd, secondaries_change_alone)
{
	ASSERT_EQ(0, sh("apply %s", file("c", CONFIG)));
	EXPECT_EQ(0, sh("vpws set s1 secondary none"));
	EXPECT_EQ(0, sh("save"));
	EXPECT_NE(NULL, strstr(shell.out, " pw pw1 precedence"));
	EXPECT_EQ(0, sh("vpws set s1 secondary pw2 secondary pw3"));
	EXPECT_EQ(0, sh("vpws set s1 pw pw4"));
	EXPECT_EQ(0, sh("save"));
	EXPECT_NE(NULL, strstr(shell.out, " pw pw4 secondary pw2 secondary pw3 "))
		TH_LOG("%s", shell.out);
}

/* Every key is there, whatever the kernel leaves out. */
TEST_F(cmd, json_has_every_key)
{
	const struct key *k;
	char want[64];
	int i;

	ASSERT_EQ(0, sh("apply %s", file("c", CONFIG)));
	opts.json = true;
	for (i = 0; objects[i]; i++) {
		EXPECT_EQ(0, sh("%s show", objects[i]->word));
		EXPECT_EQ('[', shell.out[0]);
		EXPECT_STREQ("]\n", shell.out + strlen(shell.out) - 2);
		for (k = objects[i]->keys; k->attr || k->json; k++) {
			if (!k->json)
				continue;
			snprintf(want, sizeof(want), "\"%s\":", k->json);
			EXPECT_NE(NULL, strstr(shell.out, want))
				TH_LOG("%s: no %s", objects[i]->word, want);
		}
	}
	EXPECT_EQ(0, sh("e-trunk show 1"));
	EXPECT_NE(NULL, strstr(shell.out, "\"revert_delay_s\":120,"));
	EXPECT_NE(NULL, strstr(shell.out, "\"fail_time_ms\":20000,"));
	EXPECT_NE(NULL, strstr(shell.out, "\"description\":\"to \\\"PE2\\\"\","));
	EXPECT_NE(NULL, strstr(shell.out, "\"key_ids\":[1],"));
	EXPECT_NE(NULL, strstr(shell.out, "\"peer_priority\":null,"));
	EXPECT_EQ(NULL, strstr(shell.out, "secret"));
	EXPECT_EQ(0, sh("pw show pw2"));
	EXPECT_NE(NULL, strstr(shell.out, "\"lsp\":null,"));
	EXPECT_NE(NULL, strstr(shell.out, "\"pinned\":{\"dev\":\"lo\",\"via\":\"10.0.1.2\",\"labels\":[16003,16004]},"))
		TH_LOG("%s", shell.out);
	EXPECT_EQ(0, sh("flush -f"));
	EXPECT_EQ(0, sh("bfd show"));
	EXPECT_STREQ("[]\n", shell.out);
}

TEST_F(cmd, json_strings_are_valid)
{
	ASSERT_EQ(0, sh("apply %s", file("c", CONFIG)));
	EXPECT_EQ(0, sh("e-trunk set 1 description 'a\"b\\c\xc3\xa4\xff\xed\xa0\x80'"));
	opts.json = true;
	EXPECT_EQ(0, sh("e-trunk show 1"));
	EXPECT_NE(NULL, strstr(shell.out, "\"a\\\"b\\\\c\xc3\xa4\\ufffd\\ufffd\\ufffd\\ufffd\""))
		TH_LOG("%s", shell.out);
}

TEST_F(cmd, batch_stops_or_goes_on)
{
	char where[160];

	snprintf(where, sizeof(where), "%s", file("b",
		"bfd add b1 peer 10.0.0.2\n"
		"# comment\n\n"
		"bfd add b2\n"
		"bfd add b3 peer 10.0.0.3\n"
		"apply x\n"));
	EXPECT_EQ(1, batch(where));
	EXPECT_EQ(1, store[kind(&object_bfd)].n);
	EXPECT_EQ(0, sh("flush -f"));
	opts.force = true;
	EXPECT_EQ(1, batch(where));
	EXPECT_EQ(2, store[kind(&object_bfd)].n);
}

/* Any words in any order: refused with a message, or done, never worse. */
TEST_F(cmd, random_words)
{
	static const char * const more[] = {
		"add", "set", "del", "show", "help", "switchover", "to", "on",
		"off", "none", "0", "1", "2", "16", "17", "255", "1001",
		"4294967296", "-1", "10ms", "1s", "b1", "pw1", "s1", "bond0",
		"lo", "10.0.0.1", "10.0.0.2", "::1", "00e0-fc00-0000",
		"16/17/18", "auto", "static", "\"\"", "'a b'", "keep-up", "-j",
		"-", "stats", "flush", "apply",
	};
	const char *pool[256];
	const struct key *k;
	unsigned int n = 0;
	char line[512];
	int i, j, rc, words, done = 0;

	for (i = 0; objects[i]; i++) {
		pool[n++] = objects[i]->word;
		for (k = objects[i]->keys; k->attr || k->json; k++)
			if (k->word && n < 200)
				pool[n++] = k->word;
	}
	for (j = 0; j < (int)(sizeof(more) / sizeof(more[0])); j++)
		pool[n++] = more[j];
	ASSERT_EQ(0, sh("apply %s", file("c", CONFIG)));
	srandom(1);
	for (i = 0; i < 20000; i++) {
		const struct object *obj = objects[random() % 7];

		words = random() % 8;
		j = snprintf(line, sizeof(line), "%s %s %s", obj->word,
			     more[random() % 6],
			     obj->id_type == T_U32 ? "1" :
			     more[21 + random() % 5]);
		/* mostly keys of the object, with anything for a value */
		while (words--) {
			for (k = obj->keys; k->attr || k->json; k++)
				if (k->word && !(random() % 6))
					break;
			if (!k->word || !(random() % 10))
				j += snprintf(line + j, sizeof(line) - j,
					      " %s", pool[random() % n]);
			else
				j += snprintf(line + j, sizeof(line) - j,
					      " %s %s", k->word, k->def &&
					      *k->def && random() % 2 ?
					      k->def : pool[random() % n]);
		}
		rc = sh("%s", line);
		if (!rc)
			done++;
		else
			ASSERT_EQ(0, strncmp("Error: ", shell.err, 7))
				TH_LOG("%s: %d %s", line, rc, shell.err);
		if (!(i % 100)) {
			ASSERT_EQ(0, sh("save"));
			file("r", shell.out);
			rc = sh("apply %s/r --replace --check", shell.dir);
			ASSERT_EQ(0, rc) TH_LOG("%s: %s%s", line, shell.out, shell.err);
		}
		opts.json = random() % 2;
	}
	EXPECT_LT(1000, done);
}

TEST_HARNESS_MAIN
