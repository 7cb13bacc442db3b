// SPDX-License-Identifier: GPL-2.0
/* save and apply of etrunkctl, against a kernel made of tables. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tool_kernel.h"
#include "tool_shell.h"
#include "../kselftest_harness.h"

FIXTURE(conf) {
};

FIXTURE_SETUP(conf)
{
	shell_begin();
}

FIXTURE_TEARDOWN(conf)
{
	shell_end();
}

TEST_F(conf, apply_save_apply)
{
	char *first, *second;
	unsigned int n;

	ASSERT_EQ(0, sh("apply %s", file("c", CONFIG))) TH_LOG("%s", shell.err);
	n = changes;
	EXPECT_EQ(8, n);
	first = saved();
	EXPECT_NE(NULL, strstr(first, "description \"to \\\"PE2\\\"\"\n") ?:
		  strstr(first, "description \"to \\\"PE2\\\"\" "));
	EXPECT_NE(NULL, strstr(first, " tunnel-label 16003/16004 "));
	EXPECT_NE(NULL, strstr(first, " min-tx 3300us "));
	EXPECT_NE(NULL, strstr(first, " key-id 1 send-key 1\n"));
	EXPECT_EQ(NULL, strstr(first, "secret"));

	/* the same again, and the saved one: nothing is sent */
	EXPECT_EQ(0, sh("apply %s/c", shell.dir)) TH_LOG("%s", shell.err);
	EXPECT_EQ(0, sh("apply %s", file("s", first))) TH_LOG("%s", shell.err);
	EXPECT_EQ(0, sh("apply %s/s --replace", shell.dir)) TH_LOG("%s", shell.err);
	EXPECT_EQ(0, sh("apply %s/s --replace --check", shell.dir));
	EXPECT_STREQ("", shell.out);
	EXPECT_EQ(n, changes);
	second = saved();
	EXPECT_STREQ(first, second);
	free(first);
	free(second);
}

TEST_F(conf, save_dir_brings_all_back)
{
	char *first, *second, path[128];
	struct stat st;

	file("key7", "x\n\n");
	ASSERT_EQ(0, sh("apply %s", file("c", CONFIG
		"e-trunk set 1 key-id 7 key-file key7\n"))) TH_LOG("%s", shell.err);
	first = saved();
	ASSERT_EQ(0, sh("save %s/d", shell.dir)) TH_LOG("%s", shell.err);
	snprintf(path, sizeof(path), "%s/d/e-trunk-1-key-7", shell.dir);
	ASSERT_EQ(0, stat(path, &st));
	EXPECT_EQ(0600, st.st_mode & 07777);
	EXPECT_EQ(3, st.st_size);
	snprintf(path, sizeof(path), "%s/d/etrunk.conf", shell.dir);
	ASSERT_EQ(0, stat(path, &st));
	EXPECT_EQ(0600, st.st_mode & 07777);

	ASSERT_EQ(0, sh("flush -f")) TH_LOG("%s", shell.err);
	EXPECT_EQ(0, store[kind(&object_trunk)].n);
	/* without the keys there is nothing to bring back */
	EXPECT_EQ(1, sh("apply %s", file("s", first)));
	EXPECT_NE(NULL, strstr(shell.err, "key-id"));
	ASSERT_EQ(0, sh("apply %s", path)) TH_LOG("%s", shell.err);
	second = saved();
	EXPECT_STREQ(first, second);
	free(first);
	free(second);
}

TEST_F(conf, merge_and_replace)
{
	ASSERT_EQ(0, sh("apply %s", file("c", CONFIG))) TH_LOG("%s", shell.err);

	/* what is left out stays */
	EXPECT_EQ(0, sh("apply %s", file("m",
		"bfd add b1 peer 10.0.0.2 multiplier 5\n"
		"vpws set s1 precedence configured\n"))) TH_LOG("%s", shell.err);
	EXPECT_EQ(0, sh("bfd show b1"));
	EXPECT_NE(NULL, strstr(shell.out, "3300us"));
	EXPECT_EQ(0, sh("vpws show s1"));
	EXPECT_NE(NULL, strstr(shell.out, "pw1 pw2"));

	/* or gets its default, and strangers go */
	EXPECT_EQ(3, sh("apply %s --replace --check", file("r",
		"bfd add b1 peer 10.0.0.2 source 10.0.0.1"
		" local-discriminator 1 remote-discriminator 2\n"
		"pw add pw1 peer 3.3.3.3 pw-id 1 in-label 1001"
		" out-label 2001\n"
		"vpws add s1 ac bond0.100 pw pw1\n"))) TH_LOG("%s", shell.err);
	EXPECT_STREQ("~ bfd set b1 min-tx 10ms multiplier 3\n"
		     "~ pw set pw1 track-bfd none\n"
		     "~ vpws set s1 pw pw1 precedence pw-id\n"
		     "- member del bond0\n"
		     "- e-trunk del 1\n"
		     "- pw del pw2\n"
		     "- core del lo\n", shell.out);
	EXPECT_EQ(0, sh("apply %s/r --replace", shell.dir)) TH_LOG("%s", shell.err);
	EXPECT_EQ(0, sh("apply %s/r --replace --check", shell.dir));
	EXPECT_EQ(1, store[kind(&object_pw)].n);
	EXPECT_EQ(0, store[kind(&object_trunk)].n);
}

TEST_F(conf, replace_keeps_what_is_used)
{
	unsigned int n;

	ASSERT_EQ(0, sh("apply %s", file("c", CONFIG)));
	n = changes;
	/* set names an object without saying all of it */
	EXPECT_EQ(1, sh("apply %s --replace", file("r",
		"e-trunk set 1 priority 9\n")));
	EXPECT_NE(NULL, strstr(shell.err, "bfd b1: is not in the file, but e-trunk 1 uses it"))
		TH_LOG("%s", shell.err);
	EXPECT_EQ(n, changes);
}

TEST_F(conf, keys_roll_over)
{
	ASSERT_EQ(0, sh("apply %s", file("c", CONFIG)));
	file("key2", "other");
	EXPECT_EQ(0, sh("apply %s", file("k",
		"e-trunk set 1 key-id 2 key-file key2 send-key 2\n")))
		TH_LOG("%s", shell.err);
	EXPECT_EQ(0, sh("save"));
	EXPECT_NE(NULL, strstr(shell.out, " key-id 2 send-key 2\n"
			       "e-trunk set 1 key-id 1\n")) TH_LOG("%s", shell.out);
	EXPECT_EQ(3, sh("apply %s --replace --check", file("r",
		"bfd add b1 peer 10.0.0.2 min-tx 3300us"
		" local-discriminator 1 remote-discriminator 2\n"
		"e-trunk add 1 priority 10 peer-address 10.0.0.2"
		" source-address 10.0.0.1 track-bfd b1 description \"\""
		" key-id 2 send-key 2\n")));
	EXPECT_NE(NULL, strstr(shell.out, "~ e-trunk set 1 del-key 1\n"))
		TH_LOG("%s%s", shell.out, shell.err);
	/* the key to send with goes: another one takes its place at once */
	EXPECT_EQ(3, sh("apply %s --replace --check", file("r",
		"bfd add b1 peer 10.0.0.2 min-tx 3300us"
		" local-discriminator 1 remote-discriminator 2\n"
		"e-trunk add 1 priority 10 peer-address 10.0.0.2"
		" source-address 10.0.0.1 track-bfd b1 description \"\""
		" key-id 1\n")));
	EXPECT_NE(NULL, strstr(shell.out, " send-key 1 del-key 2\n"))
		TH_LOG("%s%s", shell.out, shell.err);
}

/* The line at fault is named, and nothing at all was sent. */
TEST_F(conf, a_bad_line_stops_all)
{
	static const struct {
		const char *line;
		const char *text;
	} t[] = {
		{ "bfd add b2", "missing key \"peer\"" },
		{ "bfd add b2 peer 10.0.0.3 multiplier 2",
		  "multiplier 2 is out of range 3..50" },
		{ "bfd add b2 peer 10.0.0.3 min-tx 1ms",
		  "min-tx 1ms is out of range 3300us..20s" },
		{ "bfd del b1", "verb \"del\"" },
		{ "bfd show", "verb \"show\"" },
		{ "frob", "unknown object" },
		{ "bfd add \"b2", "unterminated quote" },
		{ "bfd add b1 peer 10.0.0.2", "added twice, first in line 2" },
		{ "e-trunk set 1 key-file -", "not possible in a file" },
		{ "e-trunk set 1 del-key 1", "del-key" },
		{ "e-trunk set 1 key-file key", "key-id 1 is given twice" },
		{ "bfd set nosuch multiplier 3", "does not exist" },
	};
	char text[4096], where[192];
	unsigned int i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		snprintf(text, sizeof(text), CONFIG "%s\n", t[i].line);
		EXPECT_EQ(1, sh("apply %s", file("c", text)));
		snprintf(where, sizeof(where), "Error: %s/c:9: ", shell.dir);
		EXPECT_EQ(0, strncmp(where, shell.err, strlen(where)))
			TH_LOG("%s: %s", t[i].line, shell.err);
		EXPECT_NE(NULL, strstr(shell.err, t[i].text))
			TH_LOG("%s: %s", t[i].line, shell.err);
	}
	EXPECT_EQ(0, changes);
}

TEST_F(conf, a_refusal_stops_all)
{
	char where[192];

	refuse_object = "member";
	EXPECT_EQ(2, sh("apply %s", file("c", CONFIG)));
	snprintf(where, sizeof(where),
		 "Error: %s/c:6: member bond0: dev: this one is refused.\n",
		 shell.dir);
	EXPECT_STREQ(where, shell.err);
	EXPECT_EQ(0, changes);
	EXPECT_EQ(0, store[kind(&object_bfd)].n);
}

TEST_HARNESS_MAIN
