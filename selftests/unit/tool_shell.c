// SPDX-License-Identifier: GPL-2.0
/* See tool_shell.h. */
#define _GNU_SOURCE
#include <stdarg.h>

#define main etrunkctl_main
#include "../../tool/args.h"
#include "../../tool/etrunkctl.c"
#undef main

#include "tool_kernel.h"
#include "tool_shell.h"

struct shell shell;

/* Runs a command line; shell.out and shell.err have what it printed. */
int sh(const char *fmt, ...)
{
	FILE *real_out = stdout, *real_err = stderr;
	size_t out_len, err_len;
	struct words words;
	char *line;
	va_list ap;
	int rc;

	va_start(ap, fmt);
	if (vasprintf(&line, fmt, ap) < 0)
		abort();
	va_end(ap);
	if (words_split(&words, line))
		abort();
	free(shell.out);
	free(shell.err);
	stdout = open_memstream(&shell.out, &out_len);
	stderr = open_memstream(&shell.err, &err_len);
	rc = run(words.n, words.w, false);
	fclose(stdout);
	fclose(stderr);
	stdout = real_out;
	stderr = real_err;
	words_free(&words);
	free(line);
	opts.force = false;
	return rc;
}

/* Writes a file of the test's directory. */
const char *file(const char *name, const char *text)
{
	static char path[2][128];
	static int i;
	FILE *f;

	i = !i;
	snprintf(path[i], sizeof(path[i]), "%s/%s", shell.dir, name);
	f = fopen(path[i], "w");
	fputs(text, f);
	fclose(f);
	return path[i];
}

/* Runs a file as -b does. */
int batch(const char *path)
{
	return run_batch(path);
}

char *saved(void)
{
	if (sh("save"))
		abort();
	return strdup(shell.out);
}

void shell_begin(void)
{
	struct inst *system = inst_new(&object_system);

	strcpy(shell.dir, "/tmp/tool_test.XXXXXX");
	if (!mkdtemp(shell.dir))
		abort();
	put_defaults(system);
	list_add(&store[kind(&object_system)], system);
	file("key", "secret\n");
}

void shell_end(void)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "rm -rf %s", shell.dir);
	if (system(cmd))
		abort();
}
