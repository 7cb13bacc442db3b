// SPDX-License-Identifier: GPL-2.0
/* add, set, del, show and the special verb of every object. */
#include <string.h>

#include "cmds.h"
#include "nl.h"

static int send_request(uint8_t cmd, const struct inst *in)
{
	struct nl_error e;
	int rc;

	rc = nl_open();
	if (rc)
		return rc;
	if (!nl_do(cmd, in, &e))
		return RC_DONE;
	nl_report(in, &e, 0);
	return RC_KERNEL;
}

static int merge_current(struct inst *in)
{
	struct inst *req, *have;
	struct nl_error e;
	int rc;

	rc = nl_open();
	if (rc)
		return rc;
	req = inst_new(in->obj);
	inst_copy(req, in, in->obj->id_attr);
	if (nl_get(req, &have, &e)) {
		nl_report(req, &e, 0);
		rc = RC_KERNEL;
	} else {
		in->obj->merge(in, have);
		inst_free(have);
	}
	inst_free(req);
	return rc;
}

static int object_add(struct inst *in, int argc, char **argv)
{
	int rc;

	in->add = true;
	rc = inst_parse_keys(in, argc, argv, false);
	return rc ? rc : send_request(in->obj->cmd_new, in);
}

static int object_set(struct inst *in, int argc, char **argv)
{
	int rc;

	rc = inst_parse_keys(in, argc, argv, false);
	if (!rc && in->obj->merge)
		rc = merge_current(in);
	return rc ? rc : send_request(in->obj->cmd_set, in);
}

static int object_del(struct inst *in, int argc, char **argv)
{
	int rc;

	rc = inst_parse_keys(in, argc, argv, true);
	return rc ? rc : send_request(in->obj->cmd_del, in);
}

static int object_verb(struct inst *in, int argc, char **argv)
{
	const struct verb *v = in->obj->verb;
	int words = v->help ? 2 : 1;

	if (!argc && !v->help)
		return send_request(v->cmd, in);
	if (!argc) {
		error_obj(in, "missing \"%s\"", v->arg);
		return RC_USAGE;
	}
	if (strcmp(*argv, v->arg)) {
		error_obj(in, "unknown key \"%s\", \"%s\" was expected", *argv,
			  v->arg);
		return RC_USAGE;
	}
	if (argc < words) {
		error_obj(in, "key \"%s\" has no value", v->arg);
		return RC_USAGE;
	}
	if (argc > words) {
		error_obj(in, strcmp(argv[words], v->arg) ?
			  "unknown key \"%s\"" : "key \"%s\" is given twice",
			  argv[words]);
		return RC_USAGE;
	}
	if (v->help)
		inst_put_str(in, v->attr, argv[1]);
	else
		inst_put(in, v->attr, NULL, 0);
	return send_request(v->cmd, in);
}

static void show_list(const struct object *obj, const struct list *l,
		      bool detail)
{
	unsigned int i;

	if (opts.json) {
		js_array(NULL);
		for (i = 0; i < l->n; i++)
			js_inst(l->in[i], false);
		js_end();
		return;
	}
	if (!detail) {
		out_table(obj, l);
		return;
	}
	for (i = 0; i < l->n; i++)
		out_detail(l->in[i]);
}

static int object_show(struct inst *in, int argc, char **argv)
{
	const struct object *obj = in->obj;
	bool one = !obj->id || inst_has(in, obj->id_attr);
	struct list l = { 0 };
	struct nl_error e;
	struct inst *got;
	int rc;

	if (argc) {
		error_obj(in, "unknown key \"%s\"", *argv);
		return RC_USAGE;
	}
	rc = nl_open();
	if (rc)
		return rc;
	if (one) {
		if (nl_get(in, &got, &e)) {
			nl_report(in, &e, 0);
			return RC_KERNEL;
		}
		list_add(&l, got);
	} else {
		rc = nl_dump(obj, false, &l);
	}
	if (!rc)
		show_list(obj, &l, one || opts.details || opts.stats);
	list_free(&l);
	return rc;
}

/**
 * cmd_object() - run a command on an object
 * @obj: its kind
 * @argc: number of words behind the object
 * @argv: the words: verb, id, keys
 *
 * Return: RC_*.
 */
int cmd_object(const struct object *obj, int argc, char **argv)
{
	int (*fn)(struct inst *in, int argc, char **argv) = NULL;
	bool needs_id = obj->id;
	const char *verb;
	struct inst *in;
	int rc = RC_DONE;

	if (!argc) {
		error("%s: missing verb, see \"etrunkctl %s help\"", obj->word,
		      obj->word);
		return RC_USAGE;
	}
	verb = *argv++;
	argc--;
	if (!strcmp(verb, "help")) {
		help_object(stdout, obj);
		return RC_DONE;
	}
	if (!strcmp(verb, "add") && obj->cmd_new)
		fn = object_add;
	else if (!strcmp(verb, "set") && obj->cmd_set)
		fn = object_set;
	else if (!strcmp(verb, "del") && obj->cmd_del)
		fn = object_del;
	else if (obj->verb && !strcmp(verb, obj->verb->word))
		fn = object_verb;
	else if (!strcmp(verb, "show"))
		fn = object_show;
	if (!fn) {
		error("%s: unknown verb \"%s\", see \"etrunkctl %s help\"",
		      obj->word, verb, obj->word);
		return RC_USAGE;
	}
	if (fn == object_show && !argc)
		needs_id = false;
	in = inst_new(obj);
	if (needs_id && !argc) {
		error("%s: missing %s", obj->word, obj->id);
		rc = RC_USAGE;
	} else if (needs_id) {
		rc = inst_parse_id(in, *argv++);
		argc--;
	}
	if (!rc)
		rc = fn(in, argc, argv);
	inst_free(in);
	return rc;
}
