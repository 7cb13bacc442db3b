/* SPDX-License-Identifier: GPL-2.0 */
/* Output: JSON, tables, detail blocks, colour. */
#ifndef _OUT_H
#define _OUT_H

#include "object.h"

/**
 * struct opts - options of the command line
 * @json: -j
 * @pretty: -p
 * @stats: -s
 * @details: -d
 * @timestamp: -t
 * @force: -f
 * @color: colour is wanted
 */
struct opts {
	bool json;
	bool pretty;
	bool stats;
	bool details;
	bool timestamp;
	bool force;
	bool color;
};

extern struct opts opts;

/* JSON writer: the caller nests, commas and indents come by themselves. */
void js_array(const char *key);
void js_object(const char *key);
void js_end(void);
void js_str(const char *key, const char *s);
void js_num(const char *key, uint64_t v);
void js_bool(const char *key, bool v);
void js_null(const char *key);
void js_key(const char *key);	/* the value follows */
void js_stamp(const char *key, uint64_t ns);
void js_reset(void);

void js_value(const struct key *k, const struct inst *in);
void js_inst(const struct inst *in, bool with_kind);
void js_counters(const char *key, const struct inst *in, uint16_t attr);

/**
 * struct list - instances
 * @n: how many
 * @in: them
 */
struct list {
	unsigned int n;
	struct inst **in;
};

void list_add(struct list *l, struct inst *in);
void list_sort(struct list *l);
void list_free(struct list *l);
struct inst *list_find(const struct list *l, const struct inst *like);

void out_table(const struct object *obj, const struct list *l);
void out_detail(const struct inst *in);
const char *out_color(const char *word);
const char *out_color_end(const char *word);

/* A counter or a history entry out of its nest. */
bool counter_get(const struct item *it, const char **name, uint64_t *value);

/**
 * struct change - a past state change
 * @time: ns since the epoch
 * @from: state before
 * @to: state after
 * @reason: why
 */
struct change {
	uint64_t time;
	const char *from;
	const char *to;
	const char *reason;
};

void change_get(const struct item *it, struct change *c);

#endif /* _OUT_H */
