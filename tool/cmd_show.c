// SPDX-License-Identifier: GPL-2.0
/* show: everything, what is wrong first; stats: counters. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "nl.h"

#define OBJECTS_MAX	16

static int dump_all(struct list *all)
{
	int i, rc;

	rc = nl_open();
	for (i = 0; !rc && objects[i]; i++)
		rc = nl_dump(objects[i], false, &all[i]);
	return rc;
}

static void free_all(struct list *all)
{
	int i;

	for (i = 0; objects[i]; i++)
		list_free(&all[i]);
}

static const struct key *json_key(const struct object *obj, const char *json)
{
	const struct key *k;

	for (k = obj->keys; k->attr || k->json; k++)
		if (k->json && !strcmp(k->json, json))
			return k;
	return NULL;
}

static char *json_text(const struct inst *in, const char *json)
{
	const struct key *k = json_key(in->obj, json);

	return k ? key_text(k, in) : NULL;
}

/* One line per object that has a fault, or a state that no one wants. */
static unsigned int show_faults(const struct list *all)
{
	unsigned int n = 0, j;
	int i;

	for (i = 0; objects[i]; i++) {
		for (j = 0; j < all[i].n; j++) {
			const struct inst *in = all[i].in[j];
			char *faults = json_text(in, "faults");
			char *state = json_text(in, "state");
			char *label = inst_label(in);
			bool down = state && (!strcmp(state, "down") ||
					      !strcmp(state, "init") ||
					      !strcmp(state, "negotiation"));

			if (down || (faults && *faults)) {
				if (!n++)
					puts("What is wrong:");
				printf("  %s:%s%s%s%s\n", label,
				       down ? " " : "", down ? state : "",
				       faults && *faults ? " " : "",
				       faults ? faults : "");
			}
			free(faults);
			free(state);
			free(label);
		}
	}
	return n;
}

int cmd_show(int argc, char **argv)
{
	struct list all[OBJECTS_MAX] = { 0 };
	unsigned int j;
	int i, rc;

	if (argc) {
		error("show: unknown word \"%s\", OBJECT show shows one kind",
		      *argv);
		return RC_USAGE;
	}
	rc = dump_all(all);
	if (rc)
		goto out;
	if (opts.json) {
		js_array(NULL);
		for (i = 0; objects[i]; i++)
			for (j = 0; j < all[i].n; j++)
				js_inst(all[i].in[j], true);
		js_end();
		goto out;
	}
	if (!show_faults(all))
		puts("Nothing is wrong.");
	for (i = 0; objects[i]; i++) {
		if (!all[i].n)
			continue;
		printf("\n%s\n", objects[i]->word);
		if (opts.details || opts.stats)
			for (j = 0; j < all[i].n; j++)
				out_detail(all[i].in[j]);
		else
			out_table(objects[i], &all[i]);
	}
out:
	free_all(all);
	return rc;
}

static void stats_text(const struct inst *in, uint16_t attr)
{
	char *label = inst_label(in);
	const char *name;
	unsigned int i;
	uint64_t value;

	for (i = 0; i < in->v[attr].n; i++)
		if (counter_get(&in->v[attr].it[i], &name, &value) &&
		    (value || opts.stats))
			printf("%-24s %-28s %20" PRIu64 "\n", label, name,
			       value);
	free(label);
}

static void stats_list(const struct list *l, uint16_t attr)
{
	unsigned int i;

	for (i = 0; i < l->n; i++) {
		const struct inst *in = l->in[i];
		char *label;

		if (!opts.json) {
			stats_text(in, attr);
			continue;
		}
		label = inst_label(in);
		js_object(NULL);
		js_str("object", label);
		js_counters("counters", in, attr);
		js_end();
		free(label);
	}
}

/* @all: of several, so one that has just been deleted is no error */
static int reset_one(const struct inst *in, bool all)
{
	struct inst *req = inst_new(in->obj);
	struct nl_error e;
	int rc = RC_DONE;

	if (in->obj->id)
		inst_copy(req, in, in->obj->id_attr);
	if (nl_do(in->obj->cmd_reset, req, &e) &&
	    !(all && (e.err == ENOENT || e.err == ENODEV))) {
		nl_report(req, &e, 0);
		rc = RC_KERNEL;
	}
	inst_free(req);
	return rc;
}

/* The one that the words name. */
static int stats_one(struct inst *in, bool reset)
{
	struct list l = { 0 };
	struct nl_error e;
	struct inst *got;
	int rc;

	rc = nl_open();
	if (rc)
		return rc;
	if (reset)
		return reset_one(in, false);
	if (nl_get(in, &got, &e)) {
		nl_report(in, &e, 0);
		return RC_KERNEL;
	}
	list_add(&l, got);
	if (opts.json)
		js_array(NULL);
	stats_list(&l, in->obj->counter_attr);
	if (opts.json)
		js_end();
	list_free(&l);
	return RC_DONE;
}

/* All of a kind, or of any kind. */
static int stats_all(const struct object *only, bool reset)
{
	struct list all[OBJECTS_MAX] = { 0 };
	unsigned int j;
	int i, rc;

	rc = nl_open();
	for (i = 0; !rc && objects[i]; i++)
		if (!only || objects[i] == only)
			rc = nl_dump(objects[i], false, &all[i]);
	if (!rc && opts.json && !reset)
		js_array(NULL);
	for (i = 0; !rc && objects[i]; i++) {
		if (!reset)
			stats_list(&all[i], objects[i]->counter_attr);
		for (j = 0; reset && !rc && j < all[i].n; j++)
			rc = reset_one(all[i].in[j], true);
	}
	if (!rc && opts.json && !reset)
		js_end();
	free_all(all);
	return rc;
}

/**
 * cmd_stats() - counters
 * @argc: number of words
 * @argv: [reset] [OBJECT [ID]]
 *
 * In text only those that are not zero, with -s all.
 *
 * Return: RC_*.
 */
int cmd_stats(int argc, char **argv)
{
	bool reset = argc && !strcmp(*argv, "reset");
	const struct object *obj;
	struct inst *in;
	int rc;

	argc -= reset;
	argv += reset;
	if (!argc)
		return stats_all(NULL, reset);
	obj = object_find(*argv);
	if (!obj) {
		error("stats: unknown word \"%s\"", *argv);
		return RC_USAGE;
	}
	if (argc > (obj->id ? 2 : 1)) {
		error("stats: unknown word \"%s\"", argv[obj->id ? 2 : 1]);
		return RC_USAGE;
	}
	if (argc == 1)
		return stats_all(obj, reset);
	in = inst_new(obj);
	rc = inst_parse_id(in, argv[1]);
	if (!rc)
		rc = stats_one(in, reset);
	inst_free(in);
	return rc;
}
