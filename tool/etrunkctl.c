// SPDX-License-Identifier: GPL-2.0
/* etrunkctl: options, batch files, and which command runs. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmds.h"
#include "nl.h"
#include "script.h"

#ifndef VERSION
#define VERSION	"unknown"
#endif

#define NETNS_DIR	"/run/netns/"

const struct command commands[] = {
	{ "show", cmd_show, "", true },
	{ "monitor", cmd_monitor, "[OBJECT]...", false },
	{ "save", cmd_save, "[DIR]", true },
	{ "apply", cmd_apply, "FILE [--replace] [--check]", false },
	{ "flush", cmd_flush, "-f", true },
	{ "stats", cmd_stats, "[reset] [OBJECT [ID]]", true },
	{ "help", cmd_help, "[OBJECT]", true },
	{ "__complete", cmd_complete, NULL, false },
	{ 0 }
};

static bool set_output(char c)
{
	switch (c) {
	case 'j':
		opts.json = true;
		opts.color = false;
		return true;
	case 'p':
		opts.pretty = true;
		return true;
	case 's':
		opts.stats = true;
		return true;
	case 'd':
		opts.details = true;
		return true;
	case 't':
		opts.timestamp = true;
		return true;
	default:
		return false;
	}
}

/* Options of output may also stand behind what shows, where no value can. */
static int strip_output(int argc, char **argv)
{
	bool shows = !strcmp(argv[0], "show") || !strcmp(argv[0], "stats") ||
		     !strcmp(argv[0], "monitor") ||
		     (argc > 1 && !strcmp(argv[1], "show"));
	const char *p;

	while (shows && argc > 1) {
		p = argv[argc - 1];
		if (p[0] != '-' || !p[1] || p[1 + strspn(p + 1, "jpsdt")])
			break;
		while (*++p)
			set_output(*p);
		argc--;
	}
	return argc;
}

static int run_words(int argc, char **argv, bool batch)
{
	const struct object *obj;
	const struct command *c;

	obj = object_find(*argv);
	if (obj)
		return cmd_object(obj, argc - 1, argv + 1);
	for (c = commands; c->word; c++) {
		if (strcmp(c->word, *argv))
			continue;
		if (batch && !c->batch) {
			error("\"%s\" is not possible in a batch", *argv);
			return RC_USAGE;
		}
		return c->fn(argc - 1, argv + 1);
	}
	error("unknown object or command \"%s\", see \"etrunkctl help\"",
	      *argv);
	return RC_USAGE;
}

static int run(int argc, char **argv, bool batch)
{
	struct opts saved = opts;
	int rc;

	rc = run_words(strip_output(argc, argv), argv, batch);
	opts = saved;
	return rc;
}

static int run_line(int argc, char **argv, void *data)
{
	(void)data;
	return run(argc, argv, true);
}

/* Stops at the first error unless -f, and fails if any line did. */
static int run_batch(const char *file)
{
	int rc = script_run(file, opts.force, run_line, NULL);

	where_file = NULL;
	return rc;
}

static int enter_netns(const char *name)
{
	char *path = NULL;
	int fd, rc = RC_DONE;

	if (!*name || strchr(name, '/') || !strcmp(name, ".") ||
	    !strcmp(name, "..")) {
		error("\"%s\" is no name of a network namespace", name);
		return RC_USAGE;
	}
	if (asprintf(&path, NETNS_DIR "%s", name) < 0)
		abort();
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		error("network namespace \"%s\": %s", name, strerror(errno));
		rc = RC_USAGE;
	} else if (setns(fd, CLONE_NEWNET)) {
		if (errno == EPERM) {
			error("network namespace \"%s\": permission denied: this needs CAP_SYS_ADMIN",
			      name);
			rc = RC_KERNEL;
		} else {
			error("network namespace \"%s\": %s", name,
			      strerror(errno));
			rc = RC_USAGE;
		}
	}
	if (fd >= 0)
		close(fd);
	free(path);
	return rc;
}

static int set_color(const char *mode)
{
	const char *no = getenv("NO_COLOR");

	if (!strcmp(mode, "always")) {
		opts.color = true;
	} else if (!strcmp(mode, "never")) {
		opts.color = false;
	} else if (!strcmp(mode, "auto")) {
		opts.color = isatty(STDOUT_FILENO) && !(no && *no);
	} else {
		error("-c: mode \"%s\" is none of auto, always, never", mode);
		return RC_USAGE;
	}
	return RC_DONE;
}

static int parse_options(int argc, char **argv, const char **netns,
			 const char **batch)
{
	static const char twice[] = "option \"-%c\" is given twice";
	int c, rc = RC_DONE;

	set_color("auto");
	opterr = 0;
	while (!rc && (c = getopt(argc, argv, "+:jpsdtn:b:fc:hV")) != -1) {
		switch (c) {
		case 'j':
		case 'p':
		case 's':
		case 'd':
		case 't':
			set_output(c);
			break;
		case 'f':
			opts.force = true;
			break;
		case 'n':
		case 'b':
			if (*(c == 'n' ? netns : batch)) {
				error(twice, c);
				rc = RC_USAGE;
			}
			*(c == 'n' ? netns : batch) = optarg;
			break;
		case 'c':
			rc = set_color(optarg);
			break;
		case 'h':
			exit(cmd_help(0, NULL));
		case 'V':
			puts("etrunkctl " VERSION);
			exit(RC_DONE);
		case ':':
			error("option \"-%c\" has no value", optopt);
			rc = RC_USAGE;
			break;
		default:
			error("unknown option \"%s\", see \"etrunkctl help\"",
			      argv[optind - 1]);
			rc = RC_USAGE;
		}
	}
	if (opts.json)
		opts.color = false;
	return rc;
}

int main(int argc, char **argv)
{
	const char *netns = NULL, *batch = NULL;
	int rc;

	rc = parse_options(argc, argv, &netns, &batch);
	if (rc)
		return rc;
	argc -= optind;
	argv += optind;
	if (batch && argc) {
		error("a batch and a command at once");
		return RC_USAGE;
	}
	if (!batch && !argc) {
		error("missing object or command, see \"etrunkctl help\"");
		return RC_USAGE;
	}
	if (netns)
		rc = enter_netns(netns);
	if (!rc)
		rc = batch ? run_batch(batch) : run(argc, argv, false);
	nl_close();
	/* A full disk must not look like success. */
	if ((fflush(stdout) || ferror(stdout)) && !rc) {
		error("standard output: %s", strerror(errno));
		rc = RC_USAGE;
	}
	return rc;
}
