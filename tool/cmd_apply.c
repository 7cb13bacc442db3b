// SPDX-License-Identifier: GPL-2.0
/*
 * apply: makes the kernel's configuration that of a file. The file is read and
 * checked whole, then compared with what there is; what differs goes to the
 * kernel as one batch, which it takes whole or not at all. Nothing differs:
 * nothing is sent.
 */
#include <errno.h>
#include <net/if.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "cmds.h"
#include "nl.h"
#include "script.h"

#define KINDS_MAX	16

/**
 * struct plan - what is to be done
 * @replace: the file is all there shall be
 * @want: objects of the file, by kind
 * @seen: the same as trees, while the file is read
 * @have: objects of the kernel, by kind
 * @again: those of them that are deleted first and made anew
 * @detach: what lets go of those first, to be set
 * @attach: the same, as it was before
 * @n: number of operations
 * @ops: operations in order
 * @del: objects to be deleted, in order; @again, then those not in the file
 */
struct plan {
	bool replace;
	struct list want[KINDS_MAX];
	void *seen[KINDS_MAX];
	struct list have[KINDS_MAX];
	struct list again[KINDS_MAX];
	struct list detach;
	struct list attach;
	unsigned int n;
	struct nl_op *ops;
	struct list del;
};

static int kind_of(const struct object *obj)
{
	int i;

	for (i = 0; objects[i] != obj; i++)
		;
	return i;
}

static int cmp_id(const void *a, const void *b)
{
	return inst_cmp_id(a, b);
}

/* ------------------------------------------------------------ the file */

/* A later line of the same object wins key by key. */
static void join(struct inst *to, struct inst *in)
{
	unsigned int i;
	int attr;

	if (in->obj->merge)
		in->obj->merge(in, to);
	for (attr = 1; attr < ATTR_MAX; attr++) {
		if (!inst_has(in, attr) || attr == in->obj->id_attr)
			continue;
		if (in->obj->secrets && attr == in->obj->secrets->nest) {
			for (i = 0; i < in->v[attr].n; i++)
				inst_put(to, attr, in->v[attr].it[i].data,
					 in->v[attr].it[i].len);
			continue;
		}
		inst_copy(to, in, attr);
	}
	to->given |= in->given;
}

static int check_keys(const struct inst *in, const struct inst *old)
{
	const struct secrets *s = in->obj->secrets;
	struct item key;
	uint32_t id;

	if (inst_has(in, s->del)) {
		error_obj(in, "key \"del-key\" is not possible in a file");
		return RC_USAGE;
	}
	if (!inst_has(in, s->nest) ||
	    !secret_get(in, &in->v[s->nest].it[0], &id, &key))
		return RC_DONE;
	if (old && secret_find(old, id)) {
		error_obj(in, "key-id %u is given twice", id);
		return RC_USAGE;
	}
	return RC_DONE;
}

/* One line: OBJECT add|set ID [KEY VALUE]... */
static int read_line(int argc, char **argv, void *data)
{
	const struct object *obj = object_find(*argv);
	struct inst *in, *old, **node;
	struct plan *plan = data;
	bool add;
	int rc, kind;

	if (!obj) {
		error("unknown object \"%s\"", *argv);
		return RC_USAGE;
	}
	argc--;
	argv++;
	if (!argc) {
		error("%s: missing verb", obj->word);
		return RC_USAGE;
	}
	add = !strcmp(*argv, "add") && obj->cmd_new;
	if (!add && (strcmp(*argv, "set") || !obj->cmd_set)) {
		error("%s: verb \"%s\" is not possible in a file to apply",
		      obj->word, *argv);
		return RC_USAGE;
	}
	argc--;
	argv++;
	if (obj->id && !argc) {
		error("%s: missing %s", obj->word, obj->id);
		return RC_USAGE;
	}
	in = inst_new(obj);
	in->add = add;
	in->keep_keys = true;
	in->any_dev = true;
	rc = obj->id ? inst_parse_id(in, *argv) : RC_DONE;
	if (!rc)
		rc = inst_parse_keys(in, argc - !!obj->id, argv + !!obj->id,
				     false);
	if (!rc)
		rc = inst_check_ranges(in);
	kind = kind_of(obj);
	node = tfind(in, &plan->seen[kind], cmp_id);
	old = node ? *node : NULL;
	if (!rc && old && add) {
		error_obj(in, "is added twice, first in line %d", old->line);
		rc = RC_USAGE;
	}
	if (!rc && obj->secrets) {
		secret_fold(in);
		rc = check_keys(in, old);
	}
	if (rc || old) {
		if (!rc)
			join(old, in);
		inst_free(in);
		return rc;
	}
	list_add(&plan->want[kind], in);
	if (!tsearch(in, &plan->seen[kind], cmp_id))
		abort();
	return RC_DONE;
}

static void forget(void *node)
{
	(void)node;
}

/* All faulty lines are reported, not only the first. */
static int read_file(struct plan *plan, const char *file)
{
	int rc, i;

	rc = script_run(file, true, read_line, plan);
	for (i = 0; objects[i]; i++) {
		tdestroy(plan->seen[i], forget);
		plan->seen[i] = NULL;
		list_sort(&plan->want[i]);
	}
	return rc;
}

/* ------------------------------------------------------ the difference */

static void add_op(struct plan *plan, uint8_t cmd, struct inst *in)
{
	plan->ops = realloc(plan->ops, (plan->n + 1) * sizeof(*plan->ops));
	if (!plan->ops)
		abort();
	plan->ops[plan->n].cmd = cmd;
	plan->ops[plan->n++].in = in;
}

static struct inst *new_set(const struct inst *want)
{
	struct inst *set = inst_new(want->obj);

	if (want->obj->id)
		inst_copy(set, want, want->obj->id_attr);
	set->line = want->line;
	return set;
}

static bool empty(const struct key *k, const struct inst *in)
{
	const struct val *v = &in->v[k->attr];

	return !v->n || (k->type != T_LABELS &&
			 (!v->it[0].len || (v->it[0].len == 1 &&
					    !*(char *)v->it[0].data)));
}

/* An empty value and none at all are the same. */
static bool same(const struct key *k, const struct inst *a,
		 const struct inst *b)
{
	if (empty(k, a) && empty(k, b))
		return true;
	return val_equal(&a->v[k->attr], &b->v[k->attr]);
}

/* What a key that the file leaves out shall be; NULL: as it is. */
static struct inst *default_of(const struct key *k, const struct inst *want)
{
	struct inst *in;

	if (!k->def)
		return NULL;
	in = inst_new(want->obj);
	inst_parse_value(in, k, k->def);
	return in;
}

/* An E-Trunk lets go of one session before it takes another. */
static bool changes_session(const struct key *k, const struct inst *want,
			    const struct inst *have)
{
	return want->obj == &object_trunk &&
	       k->attr == ETRUNK_A_TRUNK_TRACK_BFD &&
	       !empty(k, want) && !empty(k, have);
}

/* @again: the object must be made anew, which is possible with --replace */
static int diff_key(struct plan *plan, const struct key *k,
		    const struct inst *want, const struct inst *have,
		    struct inst *set, bool *again)
{
	const struct inst *src = want;
	struct inst *def = NULL;

	if (!inst_has(want, k->attr)) {
		if (!plan->replace || (!want->add && want->obj->id) ||
		    k->flags & K_AUTO || !inst_has(have, k->attr))
			return RC_DONE;
		if (k->flags & K_NULL0 && !inst_num(have, k->attr))
			return RC_DONE;
		def = default_of(k, want);
		src = def;
		if (!def && !want->obj->id)
			return RC_DONE;
	}
	if (src && same(k, src, have)) {
		inst_free(def);
		return RC_DONE;
	}
	if (k->flags & K_FIXED && plan->replace && want->add) {
		*again = true;
		inst_free(def);
		return RC_DONE;
	}
	if (!src || k->flags & K_FIXED) {
		error_at(want, want->v[k->attr].line ? want->v[k->attr].line :
			 want->line,
			 "%s cannot be %s: delete the object first, or apply all with --replace",
			 k->word, src ? "changed" : "removed");
		inst_free(def);
		return RC_USAGE;
	}
	if (changes_session(k, src, have)) {
		struct inst *none = new_set(want);

		inst_put_str(none, k->attr, "");
		add_op(plan, want->obj->cmd_set, none);
	}
	inst_copy(set, src, k->attr);
	inst_free(def);
	return RC_DONE;
}

/*
 * Keys that the file has no more. The one that was sent with goes in the same
 * operation that names another one to send with.
 */
static void forget_keys(const struct inst *want, const struct inst *have,
			struct inst *first, struct list *more)
{
	const struct secrets *s = want->obj->secrets;
	struct inst *op;
	unsigned int i;
	struct item key;
	uint32_t id, n;

	for (i = 0; i < have->v[s->nest].n; i++) {
		if (!secret_get(have, &have->v[s->nest].it[i], &id, &key) ||
		    secret_find(want, id))
			continue;
		if (inst_has(have, s->send) &&
		    inst_num(have, s->send) == id) {
			if (!inst_has(first, s->send) &&
			    inst_has(want, s->nest) &&
			    secret_get(want, &want->v[s->nest].it[0], &n, &key))
				inst_put_u32(first, s->send, n);
			op = first;
		} else {
			op = new_set(want);
			list_add(more, op);
		}
		inst_put_u32(op, s->del, id);
	}
}

/*
 * Keys of an object. One goes along with @first, the others follow each in
 * an operation of its own; the one to send with comes first.
 */
static int diff_keys(struct plan *plan, const struct inst *want,
		     const struct inst *have, struct inst *first,
		     struct list *more)
{
	const struct secrets *s = want->obj->secrets;
	const struct val *v = &want->v[s->nest];
	bool send = inst_has(want, s->send), placed = false;
	struct item key, old;
	const struct item *nest;
	struct inst *op;
	unsigned int i;
	uint32_t id, n;

	for (i = 0; i < v->n; i++) {
		if (!secret_get(want, &v->it[i], &id, &key))
			continue;
		nest = have ? secret_find(have, id) : NULL;
		if (!key.data && !nest) {
			error_at(want, v->line,
				 "key-id %u: the key is neither in the file nor in the kernel (missing key-file)",
				 id);
			return RC_USAGE;
		}
		if (!key.data ||
		    (nest && secret_get(have, nest, &n, &old) && old.data &&
		     old.len == key.len &&
		     !memcmp(old.data, key.data, key.len)))
			continue;
		op = first;
		if (placed || (send && id != inst_num(want, s->send))) {
			op = new_set(want);
			list_add(more, op);
		} else {
			placed = true;
		}
		inst_put_u32(op, s->id, id);
		inst_put(op, s->key, key.data, key.len);
		op->v[s->key].line = op->v[s->id].line = v->line;
	}
	if (send && (!have || !val_equal(&want->v[s->send],
					 &have->v[s->send])))
		inst_copy(first, want, s->send);
	if (plan->replace && have && want->add)
		forget_keys(want, have, first, more);
	return RC_DONE;
}

static bool has_values(const struct inst *in)
{
	int attr;

	for (attr = 1; attr < ATTR_MAX; attr++)
		if (attr != in->obj->id_attr && inst_has(in, attr))
			return true;
	return false;
}

/* Does the value of @k name @target? */
static bool names(const struct key *k, const struct inst *in,
		  const struct inst *target)
{
	const struct val *v = &in->v[k->attr];
	const struct item *id = &target->v[target->obj->id_attr].it[0];
	unsigned int i;

	for (i = 0; i < v->n; i++)
		if (v->it[i].len == id->len &&
		    !memcmp(v->it[i].data, id->data, id->len))
			return true;
	return false;
}

/*
 * A device that is gone may be named where it is known. A core interface is
 * kept without one, which the kernel judges.
 */
static int check_devices(const struct inst *want)
{
	const struct key *k;

	for (k = want->obj->keys; k->attr || k->json; k++) {
		if (k->type != T_DEV || k->ref || !inst_has(want, k->attr) ||
		    if_nametoindex(inst_str(want, k->attr)))
			continue;
		error_at(want, want->v[k->attr].line,
			 "%s \"%s\" is no network device", k->word,
			 inst_str(want, k->attr));
		return RC_USAGE;
	}
	return RC_DONE;
}

static int diff_new(struct plan *plan, struct inst *want)
{
	const struct object *obj = want->obj;
	struct list more = { 0 };
	struct inst *first;
	unsigned int i;
	int attr, rc;

	rc = check_devices(want);
	if (rc)
		return rc;
	first = new_set(want);
	for (attr = 1; attr < ATTR_MAX; attr++)
		if (!obj->secrets || (attr != obj->secrets->nest &&
				      attr != obj->secrets->send))
			inst_copy(first, want, attr);
	if (obj->secrets)
		rc = diff_keys(plan, want, NULL, first, &more);
	if (rc)
		inst_free(first);
	else
		add_op(plan, obj->cmd_new, first);
	for (i = 0; i < more.n; i++) {
		if (rc)
			inst_free(more.in[i]);
		else
			add_op(plan, obj->cmd_set, more.in[i]);
	}
	free(more.in);
	return rc;
}

/*
 * An object must let go of what is made anew: by naming nothing instead, or,
 * where it cannot do without, by being made anew as well.
 */
static bool let_go(struct plan *plan, struct inst *have)
{
	const struct key *k;
	struct inst *none, *old;
	bool again = false;
	unsigned int j;
	int i;

	for (k = have->obj->keys; k->attr || k->json; k++) {
		for (i = 0; k->ref && objects[i]; i++) {
			if (strcmp(k->ref, objects[i]->word))
				continue;
			for (j = 0; j < plan->again[i].n; j++) {
				if (!names(k, have, plan->again[i].in[j]))
					continue;
				if (k->flags & (K_FIXED | K_MULTI | K_REQ) ||
				    k->type != T_REF) {
					again = true;
					continue;
				}
				none = new_set(have);
				inst_put_str(none, k->attr, "");
				list_add(&plan->detach, none);
				old = new_set(have);
				inst_copy(old, have, k->attr);
				list_add(&plan->attach, old);
				inst_clear(have, k->attr);
			}
		}
	}
	return again;
}

static int make_again(struct plan *plan, struct inst *want,
		      const struct inst *have)
{
	struct inst *old = inst_new(have->obj);
	int attr;

	for (attr = 1; attr < ATTR_MAX; attr++)
		inst_copy(old, have, attr);
	list_add(&plan->again[kind_of(want->obj)], old);
	return diff_new(plan, want);
}

static int diff_object(struct plan *plan, struct inst *want,
		       struct inst *have)
{
	const struct object *obj = want->obj;
	struct list more = { 0 };
	const struct key *k;
	struct inst *first, *before;
	unsigned int i, n;
	uint64_t seen = 0;
	bool again;
	int rc = RC_DONE;

	if (!have && obj->id) {
		if (want->add)
			return diff_new(plan, want);
		error_at(want, want->line, "does not exist");
		return RC_USAGE;
	}
	before = inst_new(obj);
	for (i = 1; i < ATTR_MAX; i++)
		inst_copy(before, have, i);
	again = let_go(plan, have);
	first = new_set(want);
	n = plan->n;
	if (obj->merge && !(plan->replace && want->add))
		obj->merge(want, have);
	for (k = obj->keys; !rc && (k->attr || k->json); k++) {
		if (!k->word || k->flags & (K_NOSAVE | K_DEL) ||
		    seen & 1ULL << k->attr)
			continue;
		seen |= 1ULL << k->attr;
		rc = diff_key(plan, k, want, have, first, &again);
	}
	if (!rc && obj->secrets)
		rc = diff_keys(plan, want, have, first, &more);
	if (!rc && again && !want->add) {
		error_at(want, want->line,
			 "uses what is made anew: the file must add it");
		rc = RC_USAGE;
	} else if (!rc && again) {
		while (plan->n > n)
			inst_free((struct inst *)plan->ops[--plan->n].in);
		rc = make_again(plan, want, before);
	} else if (!rc && has_values(first)) {
		add_op(plan, obj->cmd_set, first);
		first = NULL;
	}
	inst_free(before);
	inst_free(first);
	for (i = 0; i < more.n; i++) {
		if (rc || again)
			inst_free(more.in[i]);
		else
			add_op(plan, obj->cmd_set, more.in[i]);
	}
	free(more.in);
	return rc;
}

/* What stays must not use what goes: the kernel would refuse in the middle. */
static int check_unused(struct plan *plan, const struct inst *gone)
{
	const struct inst *want, *have, *now;
	const struct key *k;
	unsigned int j;
	char *user;
	int i;

	for (i = 0; objects[i]; i++) {
		for (j = 0; j < plan->want[i].n; j++) {
			want = plan->want[i].in[j];
			have = list_find(&plan->have[i], want);
			for (k = objects[i]->keys; k->attr || k->json; k++) {
				if (!k->ref ||
				    strcmp(k->ref, gone->obj->word))
					continue;
				now = inst_has(want, k->attr) ||
				      (plan->replace && want->add) ? want :
					have;
				if (!now || !names(k, now, gone))
					continue;
				user = inst_label(want);
				error_obj(gone, "is not in the file, but %s uses it",
					  user);
				free(user);
				return RC_USAGE;
			}
		}
	}
	return RC_DONE;
}

static void add_del(struct plan *plan, const struct inst *in, bool again)
{
	struct inst *del = new_set(in);

	/* a bond whose member comes again stays up */
	if (again && in->obj == &object_member)
		inst_put(del, ETRUNK_A_MEMBER_KEEP_UP, "", 0);
	list_add(&plan->del, del);
}

static int diff(struct plan *plan)
{
	unsigned int j;
	int i, rc = RC_DONE;

	for (i = 0; !rc && objects[i]; i++)
		for (j = 0; !rc && j < plan->want[i].n; j++)
			rc = diff_object(plan, plan->want[i].in[j],
					 list_find(&plan->have[i],
						   plan->want[i].in[j]));
	if (rc || !plan->replace)
		return rc;
	while (!rc && i--) {
		if (!objects[i]->id)
			continue;
		for (j = 0; j < plan->again[i].n; j++)
			add_del(plan, plan->again[i].in[j], true);
		for (j = 0; !rc && j < plan->have[i].n; j++) {
			if (list_find(&plan->want[i], plan->have[i].in[j]))
				continue;
			add_del(plan, plan->have[i].in[j], false);
			rc = check_unused(plan, plan->have[i].in[j]);
		}
	}
	return rc;
}

static bool any_again(const struct plan *plan)
{
	int i;

	for (i = 0; objects[i]; i++)
		if (plan->again[i].n)
			return true;
	return false;
}

/* ---------------------------------------------------------------- doing */

static void print_keys(const struct inst *in)
{
	const struct secrets *s = in->obj->secrets;

	if (inst_has(in, s->key))
		printf(" key-id %llu key-file (hidden)",
		       (unsigned long long)inst_num(in, s->id));
	if (inst_has(in, s->send))
		printf(" send-key %llu",
		       (unsigned long long)inst_num(in, s->send));
	if (inst_has(in, s->del))
		printf(" del-key %llu",
		       (unsigned long long)inst_num(in, s->del));
}

static void print_list(const char *sign, const struct list *l,
		       const char *verb)
{
	unsigned int i;

	for (i = 0; i < l->n; i++) {
		fputs(sign, stdout);
		put_command(stdout, l->in[i], verb);
		putchar('\n');
	}
}

static void print_plan(const struct plan *plan)
{
	bool again = any_again(plan);
	unsigned int i;

	print_list("~ ", &plan->detach, "set");
	if (again)
		print_list("- ", &plan->del, "del");
	for (i = 0; i < plan->n; i++) {
		const struct inst *in = plan->ops[i].in;
		bool add = plan->ops[i].cmd == in->obj->cmd_new;

		fputs(add ? "+ " : "~ ", stdout);
		put_command(stdout, in, add ? "add" : "set");
		if (in->obj->secrets)
			print_keys(in);
		putchar('\n');
	}
	if (!again)
		print_list("- ", &plan->del, "del");
}

static int send_batch(const struct plan *plan, bool quiet, int *err)
{
	struct nl_error e;
	unsigned int i;

	*err = 0;
	if (!plan->n || !nl_batch(plan->ops, plan->n, &i, &e))
		return RC_DONE;
	*err = e.err;
	if (quiet)
		return RC_KERNEL;
	if (i < plan->n)
		nl_report(plan->ops[i].in, &e, 0);
	else
		error("%s", *e.msg ? e.msg : strerror(e.err));
	return RC_KERNEL;
}

/* @done: how many were */
static int send_each(const struct list *l, bool del, unsigned int *done)
{
	struct nl_error e;

	for (*done = 0; *done < l->n; (*done)++) {
		const struct inst *in = l->in[*done];

		if (nl_do(del ? in->obj->cmd_del : in->obj->cmd_set, in, &e) &&
		    !(del && e.err == ENOENT)) {
			nl_report(in, &e, 0);
			return RC_KERNEL;
		}
	}
	return RC_DONE;
}

/* What a command can say of an object that there was. */
static struct inst *as_added(const struct inst *have)
{
	const struct secrets *secrets = have->obj->secrets;
	struct inst *in = inst_new(have->obj);
	const struct key *k;

	in->add = true;
	in->keep_keys = true;
	inst_copy(in, have, have->obj->id_attr);
	for (k = have->obj->keys; k->attr || k->json; k++)
		if (k->word && !(k->flags & (K_DEL | K_NOSAVE | K_SET_ONLY)) &&
		    !inst_has(in, k->attr) && inst_has(have, k->attr) &&
		    !(k->flags & K_NULL0 && !inst_num(have, k->attr)))
			inst_copy(in, have, k->attr);
	if (secrets && inst_has(have, secrets->nest)) {
		inst_copy(in, have, secrets->nest);
		inst_copy(in, have, secrets->send);
	}
	return in;
}

/* Refused in the middle: what has been deleted or let go of comes back. */
static void roll_back(const struct plan *plan, unsigned int detached,
		      unsigned int deleted)
{
	struct plan back = { 0 };
	struct inst *gone, *in;
	unsigned int j, n;
	int i, err;

	while (deleted--) {
		gone = plan->del.in[deleted];
		i = kind_of(gone->obj);
		in = list_find(&plan->again[i], gone);
		if (!in)
			in = list_find(&plan->have[i], gone);
		list_add(&back.want[i], as_added(in));
	}
	for (i = 0; objects[i]; i++)
		for (j = 0; j < back.want[i].n; j++)
			diff_new(&back, back.want[i].in[j]);
	n = back.n;
	for (j = 0; j < detached; j++)
		add_op(&back, plan->attach.in[j]->obj->cmd_set,
		       plan->attach.in[j]);
	if (send_batch(&back, false, &err))
		error("not all that was deleted could be restored");
	for (j = 0; j < n; j++)
		inst_free((struct inst *)back.ops[j].in);
	free(back.ops);
	for (i = 0; objects[i]; i++)
		list_free(&back.want[i]);
}

/* First what has to go, then the rest, or nothing. */
static int execute_deleting(const struct plan *plan)
{
	unsigned int detached, deleted = 0;
	int rc, err;

	rc = send_each(&plan->detach, false, &detached);
	if (!rc)
		rc = send_each(&plan->del, true, &deleted);
	if (!rc)
		rc = send_batch(plan, false, &err);
	if (rc)
		roll_back(plan, detached, deleted);
	return rc;
}

/* May the refusal be for what is in use by something that goes? */
static bool is_conflict(int err)
{
	return err == EEXIST || err == EBUSY || err == ENOSPC ||
	       err == EADDRINUSE;
}

static int execute(const struct plan *plan)
{
	unsigned int done;
	int err;

	if (any_again(plan))
		return execute_deleting(plan);
	/* without any loss, if nothing is in the way */
	if (send_batch(plan, plan->del.n, &err)) {
		if (plan->del.n && is_conflict(err))
			return execute_deleting(plan);
		if (plan->del.n)
			send_batch(plan, false, &err);
		return RC_KERNEL;
	}
	return send_each(&plan->del, true, &done);
}

static void plan_free(struct plan *plan)
{
	unsigned int j;
	int i;

	for (i = 0; objects[i]; i++) {
		list_free(&plan->want[i]);
		list_free(&plan->have[i]);
		list_free(&plan->again[i]);
	}
	list_free(&plan->detach);
	list_free(&plan->attach);
	for (j = 0; j < plan->n; j++)
		inst_free((struct inst *)plan->ops[j].in);
	free(plan->ops);
	list_free(&plan->del);
}

static int parse_args(int argc, char **argv, const char **file,
		      bool *replace, bool *check)
{
	for (; argc; argc--, argv++) {
		bool *flag = !strcmp(*argv, "--replace") ? replace :
			     !strcmp(*argv, "--check") ? check : NULL;

		if (flag ? *flag : *file && *argv[0] != '-') {
			error("apply: \"%s\" is %s", *argv,
			      flag ? "given twice" : "one word too many");
			return RC_USAGE;
		}
		if (!flag && *argv[0] == '-' && strcmp(*argv, "-")) {
			error("apply: unknown option \"%s\"", *argv);
			return RC_USAGE;
		}
		if (flag)
			*flag = true;
		else
			*file = *argv;
	}
	if (!*file) {
		error("apply: missing file");
		return RC_USAGE;
	}
	return RC_DONE;
}

int cmd_apply(int argc, char **argv)
{
	const char *file = NULL;
	struct plan plan = { 0 };
	bool check = false;
	int i, rc;

	rc = parse_args(argc, argv, &file, &plan.replace, &check);
	if (rc)
		return rc;
	rc = read_file(&plan, file);
	if (!rc)
		rc = nl_open();
	for (i = 0; !rc && objects[i]; i++)
		rc = nl_dump(objects[i], true, &plan.have[i]);
	if (!rc)
		rc = diff(&plan);
	if (!rc && check) {
		print_plan(&plan);
		rc = plan.n || plan.del.n ? RC_DIFF : RC_DONE;
	} else if (!rc) {
		rc = execute(&plan);
	}
	plan_free(&plan);
	where_file = NULL;
	return rc;
}
