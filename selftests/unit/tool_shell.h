/* SPDX-License-Identifier: GPL-2.0 */
/* etrunkctl as a user runs it, against the kernel of tool_kernel.h. */
#ifndef _ETRUNK_TOOL_SHELL_H
#define _ETRUNK_TOOL_SHELL_H

/**
 * struct shell - the test's user
 * @out: what the last command printed
 * @err: what it complained of
 * @dir: directory of the test's own
 */
extern struct shell {
	char *out, *err;
	char dir[64];
} shell;

int sh(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
const char *file(const char *name, const char *text);
int batch(const char *path);
char *saved(void);
void shell_begin(void);
void shell_end(void);

#define CONFIG								     \
	"system set lacp-system-id 00e0-fc00-0000 lacp-priority 100\n"	     \
	"bfd add b1 peer 10.0.0.2 source 10.0.0.1 local-discriminator 1"    \
	" remote-discriminator 2 min-tx 3300us\n"			     \
	"pw add pw1 peer 3.3.3.3 pw-id 1 in-label 1001 out-label 2001"	     \
	" track-bfd b1\n"						     \
	"pw add pw2 peer 3.3.3.3 pw-id 2 in-label 1002 out-label 2002"	     \
	" via 10.0.1.2 dev lo tunnel-label 16003/16004\n"		     \
	"e-trunk add 1 priority 10 peer-address 10.0.0.2"		     \
	" source-address 10.0.0.1 track-bfd b1 key-file key send-key 1"     \
	" description \"to \\\"PE2\\\"\"\n"				     \
	"member add bond0 e-trunk 1\n"					     \
	"core add lo\n"							     \
	"vpws add s1 ac bond0.100 pw pw1 secondary pw2\n"

#endif /* _ETRUNK_TOOL_SHELL_H */
