// SPDX-License-Identifier: GPL-2.0
/* Output: JSON, tables, detail blocks, colour. */
#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>

#include "args.h"
#include "out.h"

#define DEPTH_MAX	8

struct opts opts;

static struct {
	int depth;
	char close[DEPTH_MAX];
	bool filled[DEPTH_MAX];
} js;

static void js_newline(void)
{
	int i;

	if (!opts.pretty)
		return;
	putchar('\n');
	for (i = 0; i < js.depth; i++)
		fputs("    ", stdout);
}

/*
 * Length of the UTF-8 sequence at @s, 0 if it is none: JSON must be valid
 * whatever bytes a description has.
 */
static int utf8_len(const unsigned char *s)
{
	uint32_t c;
	int n, i;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] < 0xe0)
		n = 2;
	else if (s[0] >= 0xe0 && s[0] < 0xf0)
		n = 3;
	else if (s[0] >= 0xf0 && s[0] < 0xf5)
		n = 4;
	else
		return 0;
	c = s[0] & (0x7f >> n);
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	/* overlong, surrogates, beyond the last code point */
	if ((n == 3 && c < 0x800) || (n == 4 && c < 0x10000) ||
	    (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
		return 0;
	return n;
}

static void js_quote(const char *str)
{
	const unsigned char *s = (const unsigned char *)str;
	int n;

	putchar('"');
	while (*s) {
		if (*s == '"' || *s == '\\') {
			printf("\\%c", *s++);
		} else if (*s == '\n') {
			fputs("\\n", stdout);
			s++;
		} else if (*s == '\t') {
			fputs("\\t", stdout);
			s++;
		} else if (*s < ' ' || *s == 0x7f) {
			printf("\\u%04x", *s++);
		} else {
			n = utf8_len(s);
			if (n)
				fwrite(s, 1, n, stdout);
			else
				fputs("\\ufffd", stdout);
			s += n ? n : 1;
		}
	}
	putchar('"');
}

void js_key(const char *key)
{
	if (js.depth) {
		if (js.filled[js.depth - 1])
			putchar(',');
		js.filled[js.depth - 1] = true;
		js_newline();
	}
	if (key) {
		js_quote(key);
		putchar(':');
		if (opts.pretty)
			putchar(' ');
	}
}

static void js_open(const char *key, char open, char close)
{
	js_key(key);
	putchar(open);
	js.close[js.depth] = close;
	js.filled[js.depth] = false;
	js.depth++;
}

void js_array(const char *key)
{
	js_open(key, '[', ']');
}

void js_object(const char *key)
{
	js_open(key, '{', '}');
}

void js_end(void)
{
	js.depth--;
	if (js.filled[js.depth])
		js_newline();
	putchar(js.close[js.depth]);
	if (!js.depth)
		putchar('\n');
}

void js_reset(void)
{
	while (js.depth)
		js_end();
}

void js_str(const char *key, const char *s)
{
	js_key(key);
	js_quote(s);
}

void js_num(const char *key, uint64_t v)
{
	js_key(key);
	printf("%" PRIu64, v);
}

void js_bool(const char *key, bool v)
{
	js_key(key);
	fputs(v ? "true" : "false", stdout);
}

void js_null(const char *key)
{
	js_key(key);
	fputs("null", stdout);
}

void js_stamp(const char *key, uint64_t ns)
{
	if (!ns) {
		js_null(key);
		return;
	}
	js_key(key);
	putchar('"');
	put_rfc3339(stdout, ns);
	putchar('"');
}

/* Looks an attribute up in a nest that stands as an item. */
static const struct nlattr *nest_attr(const struct item *it, uint16_t type)
{
	const struct nlattr *a;
	size_t off = 0;

	while (off + MNL_ATTR_HDRLEN <= it->len) {
		a = (const void *)((const char *)it->data + off);
		if (a->nla_len < MNL_ATTR_HDRLEN || off + a->nla_len > it->len)
			return NULL;
		if (mnl_attr_get_type(a) == type)
			return a;
		off += MNL_ALIGN(a->nla_len);
	}
	return NULL;
}

static uint64_t nest_u64(const struct item *it, uint16_t type)
{
	const struct nlattr *a = nest_attr(it, type);
	uint64_t v = 0;

	if (a && mnl_attr_get_payload_len(a) >= sizeof(v))
		memcpy(&v, mnl_attr_get_payload(a), sizeof(v));
	return v;
}

static const char *nest_str(const struct item *it, uint16_t type)
{
	const struct nlattr *a = nest_attr(it, type);

	if (!a || !memchr(mnl_attr_get_payload(a), 0,
			  mnl_attr_get_payload_len(a)))
		return NULL;
	return mnl_attr_get_payload(a);
}

bool counter_get(const struct item *it, const char **name, uint64_t *value)
{
	*name = nest_str(it, ETRUNK_A_COUNTER_NAME);
	*value = nest_u64(it, ETRUNK_A_COUNTER_VALUE);
	return *name;
}

void change_get(const struct item *it, struct change *c)
{
	c->time = nest_u64(it, ETRUNK_A_HISTORY_TIME);
	c->from = nest_str(it, ETRUNK_A_HISTORY_FROM);
	c->to = nest_str(it, ETRUNK_A_HISTORY_TO);
	c->reason = nest_str(it, ETRUNK_A_HISTORY_REASON);
}

static void js_str_or_null(const char *key, const char *s)
{
	if (s && *s)
		js_str(key, s);
	else
		js_null(key);
}

void js_counters(const char *key, const struct inst *in, uint16_t attr)
{
	const struct val *v = &in->v[attr];
	const char *name;
	uint64_t value;
	unsigned int i;

	js_object(key);
	for (i = 0; i < v->n; i++)
		if (counter_get(&v->it[i], &name, &value))
			js_num(name, value);
	js_end();
}

static void js_history(const char *key, const struct val *v)
{
	struct change c;
	unsigned int i;

	js_array(key);
	for (i = 0; i < v->n; i++) {
		change_get(&v->it[i], &c);
		js_object(NULL);
		js_stamp("time", c.time);
		js_str_or_null("from", c.from);
		js_str_or_null("to", c.to);
		js_str_or_null("reason", c.reason);
		js_end();
	}
	js_end();
}

/* Seconds out of milliseconds: 120, or 1.5 */
static void js_seconds(const char *key, uint64_t ms)
{
	js_key(key);
	if (ms % 1000)
		printf("%g", ms / 1000.0);
	else
		printf("%" PRIu64, ms / 1000);
}

static void js_labels(const char *key, const struct item *it)
{
	uint32_t label;
	unsigned int i;

	js_array(key);
	for (i = 0; i + sizeof(label) <= it->len; i += sizeof(label)) {
		memcpy(&label, (char *)it->data + i, sizeof(label));
		js_num(NULL, label);
	}
	js_end();
}

void js_value(const struct key *k, const struct inst *in)
{
	const struct val *v = &in->v[k->attr];
	unsigned int i;
	uint64_t num;
	char *text;

	switch (k->type) {
	case T_FUNC:
		k->json_fn(in);
		return;
	case T_COUNTERS:
		js_counters(k->json, in, k->attr);
		return;
	case T_HISTORY:
		js_history(k->json, v);
		return;
	case T_STRINGS:
		js_array(k->json);
		for (i = 0; i < v->n; i++)
			js_str(NULL, v->it[i].data);
		js_end();
		return;
	case T_NUMBERS:
		js_array(k->json);
		for (i = 0; i < v->n; i++) {
			uint32_t n = 0;

			if (v->it[i].len == sizeof(n))
				memcpy(&n, v->it[i].data, sizeof(n));
			js_num(NULL, n);
		}
		js_end();
		return;
	default:
		break;
	}
	num = inst_num(in, k->attr);
	if (!v->n || (k->flags & K_NULL0 && !num)) {
		js_null(k->json);
		return;
	}
	switch (k->type) {
	case T_U32:
	case T_HEX:
	case T_U64:
		js_num(k->json, num);
		break;
	case T_TIME:
		if (k->flags & K_JSON_S)
			js_seconds(k->json, num);
		else
			js_num(k->json, num);
		break;
	case T_BOOL:
		if (k->names && name_word(k->names, num))
			js_str(k->json, name_word(k->names, num));
		else
			js_bool(k->json, num);
		break;
	case T_STAMP:
		js_stamp(k->json, num);
		break;
	case T_NAME:
	case T_DEV:
	case T_REF:
	case T_TEXT:
	case T_STRING:
		js_str_or_null(k->json, v->it[0].data);
		break;
	case T_LABELS:
		js_labels(k->json, &v->it[0]);
		break;
	default:
		text = item_text(k, &v->it[0]);
		js_str(k->json, text);
		free(text);
	}
}

void js_inst(const struct inst *in, bool with_kind)
{
	const struct key *k;

	js_object(NULL);
	if (with_kind)
		js_str("object", in->obj->word);
	for (k = in->obj->keys; k->attr || k->json; k++)
		if (k->json)
			js_value(k, in);
	js_end();
}

void list_add(struct list *l, struct inst *in)
{
	l->in = realloc(l->in, (l->n + 1) * sizeof(*l->in));
	if (!l->in)
		abort();
	l->in[l->n++] = in;
}

static int list_cmp(const void *a, const void *b)
{
	return inst_cmp_id(*(struct inst *const *)a, *(struct inst *const *)b);
}

void list_sort(struct list *l)
{
	if (l->n)
		qsort(l->in, l->n, sizeof(*l->in), list_cmp);
}

void list_free(struct list *l)
{
	unsigned int i;

	for (i = 0; i < l->n; i++)
		inst_free(l->in[i]);
	free(l->in);
	l->in = NULL;
	l->n = 0;
}

/* @l must be sorted. */
struct inst *list_find(const struct list *l, const struct inst *like)
{
	struct inst **r;

	if (!l->n)
		return NULL;
	r = bsearch(&like, l->in, l->n, sizeof(*l->in), list_cmp);
	return r ? *r : NULL;
}

static const char *state_color(const char *word)
{
	static const struct {
		const char *word;
		const char *color;
	} colors[] = {
		{ "up", "\033[32m" }, { "master", "\033[32m" },
		{ "two-way", "\033[32m" }, { "down", "\033[31m" },
		{ "admin-down", "\033[31m" }, { "none", "\033[31m" },
		{ "init", "\033[33m" }, { "backup", "\033[33m" },
		{ "standby", "\033[33m" }, { "one-way", "\033[33m" },
		{ "negotiation", "\033[33m" },
	};
	unsigned int i;

	for (i = 0; i < sizeof(colors) / sizeof(colors[0]); i++)
		if (!strcmp(colors[i].word, word))
			return colors[i].color;
	return NULL;
}

const char *out_color(const char *word)
{
	const char *c = opts.color && word ? state_color(word) : NULL;

	return c ? c : "";
}

const char *out_color_end(const char *word)
{
	return *out_color(word) ? "\033[0m" : "";
}

/* Heading of a key: its word, else its JSON name with hyphens. */
static char *key_title(const struct key *k)
{
	char *t = strdup(k->word ? k->word : k->json), *p;

	if (!t)
		abort();
	/* the text of a time has its unit */
	p = strrchr(t, '_');
	if (!k->word && p && (k->type == T_TIME || !strcmp(p, "_ms")))
		*p = '\0';
	for (p = t; *p; p++)
		if (*p == '_')
			*p = '-';
	return t;
}

void out_table(const struct object *obj, const struct list *l)
{
	const struct key *col[32];
	char *title[32], **cell;
	unsigned int n = 0, i, j;
	const struct key *k;
	size_t width[32];
	char *p;

	if (!l->n)
		return;
	for (k = obj->keys; k->attr || k->json; k++) {
		if (!(k->flags & K_COL) || n == 32)
			continue;
		title[n] = key_title(k);
		for (p = title[n]; *p; p++)
			*p = toupper((unsigned char)*p);
		width[n] = strlen(title[n]);
		col[n++] = k;
	}
	cell = calloc((size_t)l->n * n + 1, sizeof(*cell));
	if (!cell)
		abort();
	for (i = 0; i < l->n; i++) {
		for (j = 0; j < n; j++) {
			p = key_text(col[j], l->in[i]);
			if (!p || !*p) {
				free(p);
				p = strdup("-");
			}
			cell[i * n + j] = p;
			if (strlen(p) > width[j])
				width[j] = strlen(p);
		}
	}
	for (j = 0; j < n; j++) {
		printf("%-*s%s", j + 1 < n ? (int)width[j] : 0, title[j],
		       j + 1 < n ? "  " : "\n");
		free(title[j]);
	}
	for (i = 0; i < l->n; i++) {
		for (j = 0; j < n; j++) {
			p = cell[i * n + j];
			if (col[j]->flags & K_STATE)
				fputs(out_color(p), stdout);
			fputs(p, stdout);
			if (col[j]->flags & K_STATE)
				fputs(out_color_end(p), stdout);
			printf("%*s%s",
			       j + 1 < n ? (int)(width[j] - strlen(p)) : 0, "",
			       j + 1 < n ? "  " : "\n");
			free(p);
		}
	}
	free(cell);
}

static void detail_counters(const struct val *v)
{
	const char *name;
	uint64_t value;
	unsigned int i;
	size_t width = 0;

	for (i = 0; i < v->n; i++)
		if (counter_get(&v->it[i], &name, &value) &&
		    strlen(name) > width)
			width = strlen(name);
	for (i = 0; i < v->n; i++)
		if (counter_get(&v->it[i], &name, &value) &&
		    (value || opts.stats))
			printf("      %-*s  %" PRIu64 "\n", (int)width, name,
			       value);
}

static void detail_history(const struct val *v)
{
	struct change c;
	unsigned int i;

	for (i = 0; i < v->n; i++) {
		change_get(&v->it[i], &c);
		fputs("      ", stdout);
		put_rfc3339(stdout, c.time);
		printf("  %s -> %s", c.from && *c.from ? c.from : "none",
		       c.to && *c.to ? c.to : "none");
		if (c.reason && *c.reason)
			printf(" (%s)", c.reason);
		putchar('\n');
	}
}

void out_detail(const struct inst *in)
{
	char *label = inst_label(in), *title, *text;
	const struct key *k;
	size_t width = 0;
	char line[64];

	printf("%s:\n", label);
	free(label);
	for (k = in->obj->keys; k->attr || k->json; k++)
		if (k->json && strlen(k->word ? k->word : k->json) > width)
			width = strlen(k->word ? k->word : k->json);
	for (k = in->obj->keys; k->attr || k->json; k++) {
		if (!k->json || (k->attr == in->obj->id_attr && in->obj->id))
			continue;
		if (k->flags & K_VOLATILE && !opts.stats && !opts.details)
			continue;
		if ((k->type == T_COUNTERS || k->type == T_HISTORY)) {
			if (!in->v[k->attr].n)
				continue;
			printf("  %s:\n", k->json);
			if (k->type == T_COUNTERS)
				detail_counters(&in->v[k->attr]);
			else
				detail_history(&in->v[k->attr]);
			continue;
		}
		title = key_title(k);
		text = key_text(k, in);
		snprintf(line, sizeof(line), "%s:", title);
		printf("  %-*s ", (int)width + 1, line);
		if (!text || !*text)
			fputs("-", stdout);
		else if (k->flags & K_STATE)
			printf("%s%s%s", out_color(text), text,
			       out_color_end(text));
		else
			fputs(text, stdout);
		putchar('\n');
		free(title);
		free(text);
	}
}
