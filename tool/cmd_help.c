// SPDX-License-Identifier: GPL-2.0
/* help and what completion asks for: both come out of the tables. */
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "nl.h"

void help_object(FILE *f, const struct object *obj)
{
	char *id = obj->id ? strdup(obj->id) : NULL, *p;
	const struct key *k;
	size_t width = 0;

	for (p = id; p && *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p -= 'a' - 'A';
	if (obj->cmd_new)
		fprintf(f, "etrunkctl %s add %s [KEY VALUE]...\n", obj->word,
			id);
	if (obj->cmd_set)
		fprintf(f, "etrunkctl %s set%s%s KEY VALUE...\n", obj->word,
			id ? " " : "", id ? id : "");
	if (obj->cmd_del) {
		fprintf(f, "etrunkctl %s del %s", obj->word, id);
		for (k = obj->keys; k->attr || k->json; k++)
			if (k->flags & K_DEL)
				fprintf(f, " [%s]", k->word);
		fputc('\n', f);
	}
	if (obj->verb)
		fprintf(f, obj->verb->help ? "etrunkctl %s %s %s %s %s\n" :
			"etrunkctl %s %s %s [%s]\n", obj->word,
			obj->verb->word, id, obj->verb->arg, obj->verb->help);
	fprintf(f, "etrunkctl %s show%s%s%s\n", obj->word, id ? " [" : "",
		id ? id : "", id ? "]" : "");
	for (k = obj->keys; k->attr || k->json; k++)
		if (k->word && strlen(k->word) > width)
			width = strlen(k->word);
	if (width)
		fputs("\nKeys:\n", f);
	for (k = obj->keys; k->attr || k->json; k++) {
		if (!k->word || k->flags & K_DEL)
			continue;
		fprintf(f, "  %-*s %s", (int)width, k->word,
			k->arg ? k->arg : "");
		if (k->flags & K_REQ)
			fputs("  (required)", f);
		else if (k->def && *k->def)
			fprintf(f, "  (default %s)", k->def);
		if (k->flags & K_FIXED)
			fputs("  (fixed once added)", f);
		if (k->flags & K_MULTI)
			fputs("  (may be repeated)", f);
		if (k->flags & K_SET_ONLY)
			fputs("  (set only)", f);
		fputc('\n', f);
	}
	free(id);
}

static void help_general(FILE *f)
{
	const struct command *c;
	int i;

	fputs("etrunkctl [OPTIONS] OBJECT VERB [KEY VALUE]...\n"
	      "etrunkctl [OPTIONS] COMMAND\n\n"
	      "OBJECT:", f);
	for (i = 0; objects[i]; i++)
		fprintf(f, " %s", objects[i]->word);
	fputs("\n        \"etrunkctl OBJECT help\" lists its keys\n\n"
	      "COMMAND:\n", f);
	for (c = commands; c->word; c++)
		if (c->args)
			fprintf(f, "  %s%s%s\n", c->word, *c->args ? " " : "",
				c->args);
	fputs("\nOPTIONS:\n"
	      "  -j        JSON\n"
	      "  -p        indented JSON\n"
	      "  -s        statistics\n"
	      "  -d        details\n"
	      "  -t        time of each event (monitor)\n"
	      "  -n NETNS  in the network namespace NETNS\n"
	      "  -b FILE   commands from FILE, - is standard input\n"
	      "  -f        batch: go on after an error; flush: yes, really\n"
	      "  -c MODE   colour: auto, always, never\n"
	      "  -h -V     this text, the version\n", f);
}

int cmd_help(int argc, char **argv)
{
	const struct object *obj;

	if (!argc) {
		help_general(stdout);
		return RC_DONE;
	}
	obj = object_find(*argv);
	if (!obj || argc > 1) {
		error("help: unknown word \"%s\"", argv[obj ? 1 : 0]);
		return RC_USAGE;
	}
	help_object(stdout, obj);
	return RC_DONE;
}

static void complete_ids(const char *word)
{
	const struct object *obj = object_find(word);
	struct list l = { 0 };
	unsigned int i;

	if (!obj || !obj->id || nl_open() || nl_dump(obj, false, &l))
		return;
	for (i = 0; i < l.n; i++) {
		if (obj->id_type == T_U32)
			printf("%llu\n", (unsigned long long)
			       inst_num(l.in[i], obj->id_attr));
		else
			puts(inst_str(l.in[i], obj->id_attr));
	}
	list_free(&l);
}

/* Candidates for the value of @k. */
static void complete_value(const struct key *k)
{
	const struct name *n;

	if (k->type == T_BOOL)
		puts("on\noff");
	if (k->type == T_ENUM)
		for (n = k->names; n->word; n++)
			puts(n->word);
	if (k->ref) {
		complete_ids(k->ref);
		if (k->arg && strstr(k->arg, "none"))
			puts("none");
	}
}

static void complete_keys(const struct object *obj, bool add, bool del,
			  int argc, char **argv)
{
	const struct key *k;
	int i;

	for (k = obj->keys; k->attr || k->json; k++) {
		if (!k->word || !!(k->flags & K_DEL) != del ||
		    (add && k->flags & K_SET_ONLY))
			continue;
		for (i = 0; i < argc; i += k->type == T_FLAG ? 1 : 2)
			if (!strcmp(argv[i], k->word))
				break;
		if (i >= argc || k->flags & K_MULTI)
			puts(k->word);
	}
}

/* stats [reset] [OBJECT [ID]] */
static void complete_stats(int argc, char **argv)
{
	bool reset = argc && !strcmp(*argv, "reset");
	int i;

	if (!argc)
		puts("reset");
	for (i = 0; argc == reset && objects[i]; i++)
		puts(objects[i]->word);
	if (argc == reset + 1)
		complete_ids(argv[reset]);
}

/*
 * cmd_complete() - print the words that may follow, one a line
 *
 * The words so far, without the one that is being typed. Whatever is wrong
 * gives no candidates and no message.
 */
int cmd_complete(int argc, char **argv)
{
	bool add, set, del, show;
	const struct command *c;
	const struct object *obj;
	const struct key *k;
	int i;

	if (!freopen("/dev/null", "w", stderr))
		return RC_DONE;
	if (!argc) {
		for (i = 0; objects[i]; i++)
			puts(objects[i]->word);
		for (c = commands; c->word; c++)
			if (c->args)
				puts(c->word);
		return RC_DONE;
	}
	if (!strcmp(argv[0], "monitor") || !strcmp(argv[0], "help")) {
		for (i = 0; objects[i]; i++)
			puts(objects[i]->word);
		return RC_DONE;
	}
	if (!strcmp(argv[0], "stats")) {
		complete_stats(argc - 1, argv + 1);
		return RC_DONE;
	}
	if (!strcmp(argv[0], "apply") && argc > 1) {
		puts("--replace\n--check");
		return RC_DONE;
	}
	obj = object_find(argv[0]);
	if (!obj)
		return RC_DONE;
	if (argc == 1) {
		if (obj->cmd_new)
			puts("add");
		if (obj->cmd_set)
			puts("set");
		if (obj->cmd_del)
			puts("del");
		if (obj->verb)
			puts(obj->verb->word);
		puts("show\nhelp");
		return RC_DONE;
	}
	add = !strcmp(argv[1], "add");
	set = !strcmp(argv[1], "set");
	del = !strcmp(argv[1], "del");
	show = !strcmp(argv[1], "show");
	if (obj->id && argc == 2) {
		if (!add)
			complete_ids(argv[0]);
		return RC_DONE;
	}
	if (show)
		return RC_DONE;
	i = obj->id ? 3 : 2;
	if (add || set || del) {
		k = (argc - i) % 2 ? object_key(obj, argv[argc - 1]) : NULL;
		if (k && k->type != T_FLAG)
			complete_value(k);
		else
			complete_keys(obj, add, del, argc - i, argv + i);
	} else if (obj->verb && !strcmp(argv[1], obj->verb->word)) {
		if (argc == i)
			puts(obj->verb->arg);
		else if (argc == i + 1 && obj->verb->help)
			complete_ids("pw");
	}
	return RC_DONE;
}
