// SPDX-License-Identifier: GPL-2.0
/* save: the configuration as commands, sorted; flush: none of it any more. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "args.h"
#include "cmds.h"
#include "nl.h"

#define CONF_NAME	"etrunk.conf"

static void put_id(FILE *f, const struct inst *in, const char *verb)
{
	const struct object *obj = in->obj;

	fprintf(f, "%s %s", obj->word, verb);
	if (obj->id) {
		fputc(' ', f);
		if (obj->id_type == T_U32)
			fprintf(f, "%llu", (unsigned long long)
				inst_num(in, obj->id_attr));
		else
			put_quoted(f, inst_str(in, obj->id_attr));
	}
}

void put_command(FILE *f, const struct inst *in, const char *verb)
{
	const struct object *obj = in->obj;
	const struct key *k;

	put_id(f, in, verb);
	for (k = obj->keys; k->attr || k->json; k++) {
		if (!k->word || k->flags & (K_NOSAVE | K_DEL))
			continue;
		if (k->flags & K_NULL0 && !inst_num(in, k->attr) &&
		    !strcmp(verb, "add"))
			continue;
		if (k->type == T_TEXT && inst_has(in, k->attr) &&
		    !*inst_str(in, k->attr) && !strcmp(verb, "add"))
			continue;
		put_key_words(f, k, in);
	}
}

/*
 * Name of the file that holds a key, inside the directory. A name may have any
 * printable character, a file should not.
 */
static char *key_file(const struct inst *in, uint32_t id)
{
	const struct object *obj = in->obj;
	char *name = NULL;
	const char *c;
	size_t len;
	FILE *f = open_memstream(&name, &len);

	if (!f)
		abort();
	fprintf(f, "%s-", obj->word);
	if (obj->id_type == T_U32)
		fprintf(f, "%llu",
			(unsigned long long)inst_num(in, obj->id_attr));
	else
		for (c = inst_str(in, obj->id_attr); *c; c++)
			fprintf(f, isalnum((unsigned char)*c) ||
				strchr("._-", *c) ? "%c" : "%%%02x",
				(unsigned char)*c);
	fprintf(f, "-key-%u", id);
	fclose(f);
	return name;
}

static void put_key(FILE *f, const struct inst *in, uint32_t id, bool files)
{
	char *name = key_file(in, id);

	fprintf(f, " key-id %u", id);
	if (files)
		fprintf(f, " key-file %s", name);
	free(name);
}

/* The key to send with comes first: it is there when send-key names it. */
static void put_with_keys(FILE *f, const struct inst *in, bool files)
{
	const struct secrets *s = in->obj->secrets;
	const struct val *v = &in->v[s->ids];
	uint32_t send, id;
	unsigned int i;

	put_command(f, in, "add");
	send = inst_num(in, s->send);
	for (i = 0; i < v->n; i++) {
		memcpy(&id, v->it[i].data, sizeof(id));
		if (inst_has(in, s->send) && id == send) {
			put_key(f, in, id, files);
			fprintf(f, " send-key %u", id);
		}
	}
	fputc('\n', f);
	for (i = 0; i < v->n; i++) {
		memcpy(&id, v->it[i].data, sizeof(id));
		if (inst_has(in, s->send) && id == send)
			continue;
		put_id(f, in, "set");
		put_key(f, in, id, files);
		fputc('\n', f);
	}
}

static void put_config(FILE *f, const struct list *all, bool files)
{
	unsigned int j;
	int i;

	fputs("# Configuration of etrunkctl, to be read by \"etrunkctl apply\"\n",
	      f);
	for (i = 0; objects[i]; i++) {
		for (j = 0; j < all[i].n; j++) {
			const struct inst *in = all[i].in[j];

			if (objects[i]->secrets) {
				put_with_keys(f, in, files);
				continue;
			}
			put_command(f, in, objects[i]->id ? "add" : "set");
			fputc('\n', f);
		}
	}
}

/* Writes a file beside its place and moves it there when it is on disk. */
static int write_file(int dir, const char *name, const void *data, size_t len)
{
	const char *p = data;
	char *tmp = NULL;
	ssize_t r = 0;
	int fd;

	if (asprintf(&tmp, ".%s.%d.tmp", name, getpid()) < 0)
		abort();
	unlinkat(dir, tmp, 0);
	fd = openat(dir, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		goto err;
	while (len) {
		r = write(fd, p, len);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			goto err;
		p += r;
		len -= r;
	}
	if (fsync(fd) || renameat(dir, tmp, dir, name))
		goto err;
	close(fd);
	free(tmp);
	return RC_DONE;

err:
	error("%s: %s", name, strerror(errno));
	if (fd >= 0) {
		close(fd);
		unlinkat(dir, tmp, 0);
	}
	free(tmp);
	return RC_USAGE;
}

/* A newline behind the key: one that belongs to it is not lost on reading. */
static int write_keys(int dir, const struct inst *in)
{
	const struct val *v = &in->v[in->obj->secrets->nest];
	uint8_t buf[ETRUNK_KEY_MAX + 1];
	struct item key;
	unsigned int i;
	int rc = RC_DONE;
	uint32_t id;
	char *name;

	for (i = 0; !rc && i < v->n; i++) {
		if (!secret_get(in, &v->it[i], &id, &key) || !key.data ||
		    key.len > ETRUNK_KEY_MAX)
			continue;
		memcpy(buf, key.data, key.len);
		buf[key.len] = '\n';
		name = key_file(in, id);
		rc = write_file(dir, name, buf, key.len + 1);
		free(name);
	}
	explicit_bzero(buf, sizeof(buf));
	return rc;
}

/* Keys first: a configuration must not name files that are not there yet. */
static int save_dir(const char *path, const struct list *all)
{
	char *text = NULL;
	unsigned int j;
	size_t len;
	int i, dir, rc = RC_DONE;
	FILE *f;

	if (mkdir(path, 0700) && errno != EEXIST) {
		error("%s: %s", path, strerror(errno));
		return RC_USAGE;
	}
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		error("%s: %s", path, strerror(errno));
		return RC_USAGE;
	}
	for (i = 0; objects[i]; i++)
		for (j = 0; !rc && j < all[i].n; j++)
			if (objects[i]->secrets)
				rc = write_keys(dir, all[i].in[j]);
	f = open_memstream(&text, &len);
	if (!f)
		abort();
	put_config(f, all, true);
	fclose(f);
	if (!rc)
		rc = write_file(dir, CONF_NAME, text, len);
	if (!rc && fsync(dir)) {
		error("%s: %s", path, strerror(errno));
		rc = RC_USAGE;
	}
	free(text);
	close(dir);
	return rc;
}

int cmd_save(int argc, char **argv)
{
	struct list all[16] = { 0 };
	int i, rc;

	if (argc > 1) {
		error("save: unknown word \"%s\"", argv[1]);
		return RC_USAGE;
	}
	rc = nl_open();
	for (i = 0; !rc && objects[i]; i++)
		rc = nl_dump(objects[i], argc, &all[i]);
	if (!rc && argc)
		rc = save_dir(*argv, all);
	else if (!rc)
		put_config(stdout, all, false);
	for (i = 0; objects[i]; i++)
		list_free(&all[i]);
	return rc;
}

static int flush_object(const struct object *obj)
{
	struct list l = { 0 };
	struct inst *req;
	struct nl_error e;
	unsigned int i;
	int rc;

	rc = nl_dump(obj, false, &l);
	for (i = 0; i < l.n; i++) {
		req = inst_new(obj);
		inst_copy(req, l.in[i], obj->id_attr);
		/* Gone meanwhile, with its device or by somebody else: fine. */
		if (nl_do(obj->cmd_del, req, &e) && e.err != ENOENT) {
			nl_report(req, &e, 0);
			rc = RC_KERNEL;
		}
		inst_free(req);
	}
	list_free(&l);
	return rc;
}

/*
 * Everything goes, users before what they use; but members first of all: the
 * kernel lets the peer serve before it deletes one.
 */
int cmd_flush(int argc, char **argv)
{
	int i, r, rc;

	if (argc && !strcmp(*argv, "-f")) {
		opts.force = true;
		argc--;
		argv++;
	}
	if (argc) {
		error("flush: unknown word \"%s\"", *argv);
		return RC_USAGE;
	}
	if (!opts.force) {
		error("flush deletes the whole configuration and takes the member trunks down: say \"flush -f\"");
		return RC_USAGE;
	}
	rc = nl_open();
	if (rc)
		return rc;
	for (i = 0; objects[i]; i++)
		;
	rc = flush_object(&object_member);
	while (i--) {
		if (!objects[i]->cmd_del || objects[i] == &object_member)
			continue;
		r = flush_object(objects[i]);
		if (r)
			rc = r;
	}
	return rc;
}
