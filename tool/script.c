// SPDX-License-Identifier: GPL-2.0
/* Files of commands, one a line: what batches and apply have in common. */
#include <errno.h>
#include <string.h>

#include "args.h"
#include "script.h"

/**
 * script_run() - run a function on every line of a file
 * @file: its name, "-" is standard input
 * @go_on: also after a line that failed
 * @line: gets the words of a line that has some; returns RC_*
 * @data: for @line
 *
 * Errors name the file and the line; @where_file stays set for what is found
 * later on.
 *
 * Return: the highest RC_* of a line.
 */
int script_run(const char *file, bool go_on,
	       int (*line)(int argc, char **argv, void *data), void *data)
{
	struct lines l = { 0 };
	int rc = RC_DONE, r;
	struct words words;
	const char *err;

	l.f = strcmp(file, "-") ? fopen(file, "re") : stdin;
	if (!l.f) {
		error("%s: %s", file, strerror(errno));
		return RC_USAGE;
	}
	where_file = strcmp(file, "-") ? file : "stdin";
	while ((!rc || go_on) && lines_next(&l)) {
		where_line = l.no;
		err = words_split(&words, l.buf);
		r = RC_DONE;
		if (err) {
			error("%s", err);
			r = RC_USAGE;
		} else if (words.n) {
			r = line(words.n, words.w, data);
		}
		words_free(&words);
		if (r > rc)
			rc = r;
	}
	if (ferror(l.f)) {
		error("%s", strerror(errno));
		rc = RC_USAGE;
	}
	where_line = 0;
	lines_free(&l);
	if (l.f != stdin)
		fclose(l.f);
	return rc;
}
