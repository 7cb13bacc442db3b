// SPDX-License-Identifier: GPL-2.0
/* Objects as tables of keys: values, parsing, text. */
#include <arpa/inet.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "object.h"

/* Secrets are wiped before the memory goes back. */
#define KEY_BYTES	ETRUNK_KEY_MAX

const struct object *const objects[] = {
	&object_system, &object_bfd, &object_core, &object_pw, &object_trunk,
	&object_member, &object_vpws, NULL,
};

const char *where_file;
int where_line;

const struct object *object_find(const char *word)
{
	int i;

	for (i = 0; objects[i]; i++)
		if (!strcmp(objects[i]->word, word))
			return objects[i];
	return NULL;
}

const struct key *object_key(const struct object *obj, const char *word)
{
	const struct key *k;

	for (k = obj->keys; k->attr || k->json; k++)
		if (k->word && !strcmp(k->word, word))
			return k;
	return NULL;
}

bool key_given(const struct inst *in, const char *word)
{
	const struct key *k = object_key(in->obj, word);

	return k && in->given & 1ULL << (k - in->obj->keys);
}

const struct key *object_attr_key(const struct object *obj, uint16_t attr)
{
	const struct key *k;

	for (k = obj->keys; k->attr || k->json; k++)
		if (k->attr == attr && (k->word || attr == obj->id_attr))
			return k;
	return NULL;
}

/*
 * Messages. Every one begins with the place in the file, if there is a file,
 * and with the object it speaks of.
 */
void error_at(const struct inst *in, int line, const char *fmt, ...)
{
	char *label = in ? inst_label(in) : NULL;
	va_list ap;

	if (!line)
		line = where_line;
	fflush(stdout);
	fputs("Error: ", stderr);
	if (where_file && line)
		fprintf(stderr, "%s:%d: ", where_file, line);
	else if (where_file)
		fprintf(stderr, "%s: ", where_file);
	if (label)
		fprintf(stderr, "%s: ", label);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs(".\n", stderr);
	free(label);
}

/* Relative paths in a file are relative to the file. */
const char *where_path(const char *path, char **tofree)
{
	const char *slash;

	*tofree = NULL;
	if (!where_file || path[0] == '/')
		return path;
	slash = strrchr(where_file, '/');
	if (!slash)
		return path;
	if (asprintf(tofree, "%.*s/%s", (int)(slash - where_file), where_file,
		     path) < 0)
		abort();
	return *tofree;
}

struct inst *inst_new(const struct object *obj)
{
	struct inst *in = calloc(1, sizeof(*in));

	if (!in)
		abort();
	in->obj = obj;
	return in;
}

void inst_clear(struct inst *in, uint16_t attr)
{
	struct val *v = &in->v[attr];
	unsigned int i;

	for (i = 0; i < v->n; i++) {
		explicit_bzero(v->it[i].data, v->it[i].len);
		free(v->it[i].data);
	}
	free(v->it);
	memset(v, 0, sizeof(*v));
}

void inst_free(struct inst *in)
{
	int i;

	if (!in)
		return;
	for (i = 0; i < ATTR_MAX; i++)
		inst_clear(in, i);
	free(in);
}

static void inst_insert(struct inst *in, uint16_t attr, unsigned int at,
			const void *data, uint16_t len)
{
	struct val *v = &in->v[attr];

	v->it = realloc(v->it, (v->n + 1) * sizeof(*v->it));
	if (!v->it)
		abort();
	memmove(v->it + at + 1, v->it + at, (v->n - at) * sizeof(*v->it));
	v->it[at].len = len;
	v->it[at].data = malloc(len + 1);
	if (!v->it[at].data)
		abort();
	memcpy(v->it[at].data, data, len);
	/* Strings without NUL from anywhere must not run on. */
	((char *)v->it[at].data)[len] = '\0';
	v->n++;
}

void inst_put(struct inst *in, uint16_t attr, const void *data, uint16_t len)
{
	if (attr < ATTR_MAX)
		inst_insert(in, attr, in->v[attr].n, data, len);
}

void inst_put_first(struct inst *in, uint16_t attr, const void *data,
		    uint16_t len)
{
	inst_insert(in, attr, 0, data, len);
}

void inst_put_u32(struct inst *in, uint16_t attr, uint32_t v)
{
	inst_put(in, attr, &v, sizeof(v));
}

void inst_put_str(struct inst *in, uint16_t attr, const char *s)
{
	inst_put(in, attr, s, strlen(s) + 1);
}

void inst_copy(struct inst *to, const struct inst *from, uint16_t attr)
{
	const struct val *v = &from->v[attr];
	unsigned int i;

	inst_clear(to, attr);
	for (i = 0; i < v->n; i++)
		inst_put(to, attr, v->it[i].data, v->it[i].len);
	to->v[attr].line = v->line;
}

bool inst_has(const struct inst *in, uint16_t attr)
{
	return in->v[attr].n;
}

static uint64_t item_num(const struct item *it)
{
	uint64_t u64;
	uint32_t u32;

	if (it->len == sizeof(u32)) {
		memcpy(&u32, it->data, sizeof(u32));
		return u32;
	}
	if (it->len == sizeof(u64)) {
		memcpy(&u64, it->data, sizeof(u64));
		return u64;
	}
	return 0;
}

uint64_t inst_num(const struct inst *in, uint16_t attr)
{
	return inst_has(in, attr) ? item_num(&in->v[attr].it[0]) : 0;
}

const char *inst_str(const struct inst *in, uint16_t attr)
{
	return inst_has(in, attr) ? in->v[attr].it[0].data : NULL;
}

/* "e-trunk 1" */
char *inst_label(const struct inst *in)
{
	const struct object *obj = in->obj;
	char *s;
	int r;

	if (!obj->id || !inst_has(in, obj->id_attr))
		r = asprintf(&s, "%s", obj->word);
	else if (obj->id_type == T_U32)
		r = asprintf(&s, "%s %llu", obj->word,
			     (unsigned long long)inst_num(in, obj->id_attr));
	else if (!*inst_str(in, obj->id_attr))
		r = asprintf(&s, "%s \"\"", obj->word);
	else
		r = asprintf(&s, "%s %s", obj->word,
			     inst_str(in, obj->id_attr));
	if (r < 0)
		abort();
	return s;
}

int inst_cmp_id(const struct inst *a, const struct inst *b)
{
	const struct object *obj = a->obj;

	if (!obj->id)
		return 0;
	if (obj->id_type == T_U32) {
		uint64_t x = inst_num(a, obj->id_attr);
		uint64_t y = inst_num(b, obj->id_attr);

		return x < y ? -1 : x > y;
	}
	if (!inst_has(a, obj->id_attr) || !inst_has(b, obj->id_attr))
		return inst_has(a, obj->id_attr) - inst_has(b, obj->id_attr);
	return strverscmp(inst_str(a, obj->id_attr), inst_str(b, obj->id_attr));
}

bool val_equal(const struct val *a, const struct val *b)
{
	unsigned int i;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (a->it[i].len != b->it[i].len ||
		    memcmp(a->it[i].data, b->it[i].data, a->it[i].len))
			return false;
	return true;
}

const char *name_word(const struct name *names, uint32_t value)
{
	for (; names && names->word; names++)
		if (names->value == value)
			return names->word;
	return NULL;
}

static uint32_t time_unit(const struct key *k)
{
	if (k->flags & K_US)
		return 1;
	return k->flags & K_SEC ? US_PER_S : US_PER_MS;
}

int inst_parse_id(struct inst *in, const char *word)
{
	const struct object *obj = in->obj;
	const char *err;
	uint32_t v;

	if (obj->id_type == T_U32) {
		err = parse_u32(word, &v);
		if (err) {
			error_obj(in, "%s \"%s\" %s", obj->id, word, err);
			return RC_USAGE;
		}
		inst_put_u32(in, obj->id_attr, v);
		return RC_DONE;
	}
	/* "none" is what a reference to nothing is called. */
	if (!strcmp(word, "none")) {
		error_obj(in, "%s \"none\" is reserved", obj->id);
		return RC_USAGE;
	}
	inst_put_str(in, obj->id_attr, word);
	return RC_DONE;
}

static const char *parse_enum(const struct key *k, const char *word,
			      uint32_t *v)
{
	static char msg[128];
	const struct name *n;
	size_t len = 0;

	for (n = k->names; n->word; n++) {
		if (!strcmp(n->word, word)) {
			*v = n->value;
			return NULL;
		}
	}
	len = snprintf(msg, sizeof(msg), "is none of");
	for (n = k->names; n->word && len < sizeof(msg); n++)
		len += snprintf(msg + len, sizeof(msg) - len, " %s%s", n->word,
				n[1].word ? "," : "");
	return msg;
}

static const char *parse_text(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return "has a control character";
	return NULL;
}

static const char *put_key_file(struct inst *in, const struct key *k,
				const char *word)
{
	uint8_t key[KEY_BYTES];
	const char *err;
	size_t len = 0;
	char *tofree;

	if (!strcmp(word, "-")) {
		if (where_file)
			return "is not possible in a file";
		err = read_key_file(word, key, sizeof(key), &len);
	} else {
		err = read_key_file(where_path(word, &tofree), key,
				    sizeof(key), &len);
		free(tofree);
	}
	if (!err)
		inst_put(in, k->attr, key, len);
	explicit_bzero(key, sizeof(key));
	return err;
}

/* The name that is shown: a device may have others. */
static const char *parse_dev(const struct inst *in, const char **word,
			     char *name)
{
	unsigned int ifindex = if_nametoindex(*word);

	if (ifindex && if_indextoname(ifindex, name))
		*word = name;
	else if (!in->any_dev || strlen(*word) >= IF_NAMESIZE)
		return "is no network device";
	return NULL;
}

/* Only a number or an address may fail here: the kernel judges values. */
int inst_parse_value(struct inst *in, const struct key *k, const char *word)
{
	uint32_t labels[ETRUNK_LABELS_MAX], v = 0;
	const char *err = NULL;
	char name[IF_NAMESIZE];
	uint8_t addr[16];
	unsigned int n;
	uint16_t len;

	/* empty is what a number is called that there may or may not be */
	if (k->type == T_U32 && k->def && !strcmp(k->def, "none") &&
	    !strcmp(word, "none")) {
		inst_put(in, k->attr, "", 0);
		in->v[k->attr].line = where_line;
		return RC_DONE;
	}
	switch (k->type) {
	case T_U32:
		err = parse_u32(word, &v);
		break;
	case T_HEX:
		err = parse_word32(word, &v);
		break;
	case T_BOOL:
		err = parse_bool(word, &v);
		break;
	case T_ENUM:
		err = parse_enum(k, word, &v);
		break;
	case T_TIME:
		if (k->flags & K_NULL0 && !strcmp(word, "off"))
			break;
		err = parse_time(word, time_unit(k),
				 k->flags & K_BARE_MS ? US_PER_MS : US_PER_S,
				 &v);
		break;
	case T_DEV:
		err = parse_dev(in, &word, name);
		break;
	default:
		break;
	}
	if (err)
		goto out;

	switch (k->type) {
	case T_U32:
	case T_HEX:
	case T_BOOL:
	case T_ENUM:
	case T_TIME:
		inst_put_u32(in, k->attr, v);
		break;
	case T_REF:
		if (!strcmp(word, "none"))
			word = "";
		if (k->flags & K_MULTI && !*word)
			break;
		/* fall through */
	case T_NAME:
	case T_DEV:
		if (k->flags & K_FIRST)
			inst_put_first(in, k->attr, word, strlen(word) + 1);
		else
			inst_put_str(in, k->attr, word);
		break;
	case T_TEXT:
		err = parse_text(word);
		if (!err)
			inst_put_str(in, k->attr, word);
		break;
	case T_ADDR:
		if (k->def && !strcmp(k->def, "none") &&
		    !strcmp(word, "none")) {
			inst_put(in, k->attr, "", 0);
			break;
		}
		err = parse_addr(word, addr, &len);
		if (!err)
			inst_put(in, k->attr, addr, len);
		break;
	case T_MAC:
		if (k->def && !strcmp(k->def, "none") &&
		    !strcmp(word, "none")) {
			inst_put(in, k->attr, "", 0);
			break;
		}
		err = parse_mac(word, addr);
		if (!err)
			inst_put(in, k->attr, addr, 6);
		break;
	case T_LABELS:
		err = parse_labels(word, labels, ETRUNK_LABELS_MAX, &n);
		if (!err)
			inst_put(in, k->attr, labels, n * sizeof(*labels));
		break;
	case T_KEY:
		err = put_key_file(in, k, word);
		break;
	default:
		break;
	}
out:
	if (err) {
		error_obj(in, "%s \"%s\" %s", k->word, word, err);
		return RC_USAGE;
	}
	in->v[k->attr].line = where_line;
	return RC_DONE;
}

static bool key_fits(const struct key *k, bool add, bool del)
{
	if (del)
		return k->flags & K_DEL;
	return !(k->flags & K_DEL) && !(add && k->flags & K_SET_ONLY);
}

/**
 * inst_parse_keys() - parse KEY VALUE pairs
 * @in: gets the values; @in->add says whether required keys must be there
 * @argc: number of words
 * @argv: the words
 * @del: only what del takes
 *
 * Return: RC_*, the error is printed.
 */
int inst_parse_keys(struct inst *in, int argc, char **argv, bool del)
{
	const struct object *obj = in->obj;
	const struct key *k;
	const char *err;
	uint64_t bit;
	int rc;

	in->line = where_line;
	while (argc) {
		k = object_key(obj, *argv);
		if (!k || !key_fits(k, in->add, del)) {
			error_obj(in, k ? "key \"%s\" is not possible here" :
					  "unknown key \"%s\"", *argv);
			return RC_USAGE;
		}
		bit = 1ULL << (k - obj->keys);
		if (in->given & bit && !(k->flags & K_MULTI)) {
			error_obj(in, "key \"%s\" is given twice", k->word);
			return RC_USAGE;
		}
		in->given |= bit;
		argc--;
		argv++;
		if (k->type == T_FLAG) {
			inst_put(in, k->attr, "", 0);
			continue;
		}
		if (!argc) {
			error_obj(in, "key \"%s\" has no value", k->word);
			return RC_USAGE;
		}
		rc = inst_parse_value(in, k, *argv);
		if (rc)
			return rc;
		argc--;
		argv++;
	}
	if (del)
		return RC_DONE;
	for (k = obj->keys; k->attr || k->json; k++) {
		if (in->add && k->flags & K_REQ && k->word &&
		    !(in->given & 1ULL << (k - obj->keys))) {
			error_obj(in, "missing key \"%s\"", k->word);
			return RC_USAGE;
		}
	}
	if (!in->add && !in->given) {
		error_obj(in, "nothing to set: missing key");
		return RC_USAGE;
	}
	err = obj->finish ? obj->finish(in, in->add) : NULL;
	if (err) {
		error_obj(in, "%s", err);
		return RC_USAGE;
	}
	return RC_DONE;
}

/* For apply, which checks the whole before it acts. */
int inst_check_ranges(const struct inst *in)
{
	const struct key *k;
	uint64_t v;

	for (k = in->obj->keys; k->attr || k->json; k++) {
		if (!k->max || !inst_has(in, k->attr))
			continue;
		if (!k->word && k->attr != in->obj->id_attr)
			continue;
		/* none */
		if (!in->v[k->attr].it[0].len)
			continue;
		v = inst_num(in, k->attr);
		/* a time that is off */
		if (k->type == T_TIME && k->flags & K_NULL0 && !v)
			continue;
		if (v < k->min || v > k->max) {
			const char *word = k->word ? k->word : in->obj->id;
			char *buf = NULL;
			size_t len;
			FILE *f = open_memstream(&buf, &len);

			if (!f)
				abort();
			fprintf(f, "%s ", word);
			put_limit(f, k, v);
			fputs(" is out of range ", f);
			put_limit(f, k, k->min);
			fputs("..", f);
			put_limit(f, k, k->max);
			fclose(f);
			error_at(in, in->v[k->attr].line, "%s", buf);
			free(buf);
			return RC_USAGE;
		}
	}
	return RC_DONE;
}

/* A number in the way the key writes its values. */
void put_limit(FILE *f, const struct key *k, uint64_t v)
{
	if (k->type == T_TIME)
		put_time(f, v * time_unit(k));
	else
		fprintf(f, "%llu", (unsigned long long)v);
}

static void put_dev(FILE *f, uint32_t ifindex)
{
	char name[IF_NAMESIZE];

	if (if_indextoname(ifindex, name))
		fputs(name, f);
	else
		fprintf(f, "if%u", ifindex);
}

static void put_labels(FILE *f, const struct item *it)
{
	uint32_t label;
	unsigned int i;

	for (i = 0; i + sizeof(label) <= it->len; i += sizeof(label)) {
		memcpy(&label, (char *)it->data + i, sizeof(label));
		fprintf(f, "%s%u", i ? "/" : "", label);
	}
}

/* Strings of others must not play with the terminal. */
static void put_clean(FILE *f, const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			fprintf(f, "\\x%02x", *s);
		else
			fputc(*s, f);
}

static void put_item(FILE *f, const struct key *k, const struct item *it)
{
	uint64_t v = item_num(it);
	char addr[INET6_ADDRSTRLEN];
	const char *word;

	switch (k->type) {
	case T_U32:
		if (it->len)
			fprintf(f, "%llu", (unsigned long long)v);
		else
			fputs("none", f);
		break;
	case T_BOOL:
		word = name_word(k->names, v);
		if (!word && k->word)
			word = v ? "on" : "off";
		fputs(word ? word : v ? "yes" : "no", f);
		break;
	case T_ENUM:
		word = name_word(k->names, v);
		if (word)
			fputs(word, f);
		else
			fprintf(f, "%llu", (unsigned long long)v);
		break;
	case T_TIME:
		if (k->word && k->flags & K_NULL0 && !v)
			fputs("off", f);
		else
			put_time(f, v * time_unit(k));
		break;
	case T_HEX:
		fprintf(f, "0x%llx", (unsigned long long)v);
		break;
	case T_STAMP:
		put_rfc3339(f, v);
		break;
	case T_ADDR:
		if (it->len == 4 || it->len == 16)
			fputs(inet_ntop(it->len == 4 ? AF_INET : AF_INET6,
					it->data, addr, sizeof(addr)), f);
		else if (!it->len)
			fputs("none", f);
		break;
	case T_MAC:
		if (it->len == 6)
			put_mac(f, it->data);
		else if (!it->len)
			fputs("none", f);
		break;
	case T_IFINDEX:
		put_dev(f, v);
		break;
	case T_LABELS:
		put_labels(f, it);
		break;
	case T_REF:
		if (!*(char *)it->data)
			fputs("none", f);
		/* fall through */
	case T_NAME:
	case T_DEV:
	case T_TEXT:
	case T_STRING:
	case T_STRINGS:
		put_clean(f, it->data);
		break;
	case T_KEY:
		fputs("(hidden)", f);
		break;
	default:
		fprintf(f, "%llu", (unsigned long long)v);
	}
}

char *item_text(const struct key *k, const struct item *it)
{
	char *buf = NULL;
	size_t len;
	FILE *f = open_memstream(&buf, &len);

	if (!f)
		abort();
	put_item(f, k, it);
	fclose(f);
	return buf;
}

char *key_text(const struct key *k, const struct inst *in)
{
	const struct val *v = &in->v[k->attr];
	char *buf = NULL;
	unsigned int i;
	size_t len;
	FILE *f;

	if (k->type == T_FUNC)
		return k->text_fn ? k->text_fn(in) : NULL;
	if (!v->n || (k->flags & K_NULL0 && !item_num(&v->it[0])))
		return NULL;
	f = open_memstream(&buf, &len);
	if (!f)
		abort();
	for (i = 0; i < v->n; i++) {
		if (i)
			fputc(' ', f);
		put_item(f, k, &v->it[i]);
		if (k->type != T_STRINGS && k->type != T_NUMBERS &&
		    !(k->flags & K_FIRST))
			break;
	}
	fclose(f);
	return buf;
}

/*
 * " WORD VALUE" as typed, quoted where needed; several where the key may be
 * given several times.
 */
void put_key_words(FILE *f, const struct key *k, const struct inst *in)
{
	const struct val *v = &in->v[k->attr];
	unsigned int i, from = 0, to = v->n;
	char *text;

	if (k->flags & K_FIRST)
		to = v->n ? 1 : 0;
	else if (k->flags & K_MULTI)
		from = 1;
	else if (to > 1)
		to = 1;
	for (i = from; i < to; i++) {
		text = item_text(k, &v->it[i]);
		fprintf(f, " %s ", k->word);
		/* The text of a string is escaped for a terminal. */
		if (k->type == T_TEXT || k->type == T_NAME ||
		    k->type == T_DEV)
			put_quoted(f, v->it[i].data);
		else
			put_quoted(f, text);
		free(text);
	}
}
