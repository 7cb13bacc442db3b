/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Objects as tables of keys. From one table follow the parsing of commands,
 * show, save, the difference that apply works off, help and completion.
 */
#ifndef _OBJECT_H
#define _OBJECT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <linux/etrunk.h>

#define ATTR_MAX	96	/* more than any object has */

/* exit codes */
enum {
	RC_DONE,
	RC_USAGE,	/* usage or another local error */
	RC_KERNEL,	/* refused by the kernel */
	RC_DIFF,	/* apply --check found a difference */
};

enum type {
	T_U32,
	T_HEX,		/* u32, 0x... taken as well */
	T_U64,
	T_BOOL,		/* on|off, true/false */
	T_ENUM,
	T_NAME,		/* string, "" is none */
	T_REF,		/* name of an object of another kind, or none */
	T_STRING,	/* read-only string */
	T_TEXT,		/* free text, "" is none */
	T_TIME,
	T_STAMP,	/* u64 nanoseconds since the epoch */
	T_ADDR,
	T_MAC,
	T_DEV,		/* netdev by name */
	T_IFINDEX,	/* read-only netdev by index */
	T_LABELS,
	T_KEY,		/* secret from a file */
	T_FLAG,
	T_STRINGS,	/* several strings */
	T_NUMBERS,	/* several u32 */
	T_COUNTERS,
	T_HISTORY,
	T_FUNC,		/* shown by functions of its own */
};

#define K_REQ		0x0001	/* add needs it */
#define K_FIXED		0x0002	/* not to be changed after add */
#define K_SET_ONLY	0x0004	/* not with add */
#define K_DEL		0x0008	/* with del, and only there */
#define K_NOSAVE	0x0010	/* save and apply treat it apart */
#define K_MULTI		0x0020	/* may be given several times */
#define K_FIRST		0x0040	/* goes before the others of its attribute */
#define K_AUTO		0x0080	/* left out: chosen by the kernel, and kept */
#define K_COL		0x0100	/* a column of the table */
#define K_BARE_MS	0x0200	/* bare number is ms, not s */
#define K_US		0x0400	/* T_TIME: attribute is in us, not ms */
#define K_SEC		0x0800	/* T_TIME: attribute is in s */
#define K_JSON_S	0x1000	/* T_TIME: shown in s though kept in ms */
#define K_STATE		0x2000	/* coloured */
#define K_VOLATILE	0x4000	/* statistics: in detail with -s or -d only */
#define K_NULL0		0x8000	/* 0 is null; of a T_TIME on the command line: off */

/**
 * struct name - a word for a number
 * @value: the number
 * @word: the word
 */
struct name {
	uint32_t value;
	const char *word;
};

struct inst;

/**
 * struct key - one key of an object
 * @word: on the command line; NULL: read-only
 * @json: in -j; NULL: not shown
 * @attr: netlink attribute
 * @type: how the value is written and kept
 * @flags: K_*
 * @arg: value in help texts
 * @def: default as typed; NULL: none
 * @names: T_ENUM: the words; T_BOOL: other words than on and off, to show
 * @ref: T_REF: word of the object that it names
 * @min: lowest value, for apply, which checks before it acts
 * @max: highest value, 0: no limit known here
 * @json_fn: T_FUNC, prints the value
 * @text_fn: T_FUNC, returns the text or NULL
 */
struct key {
	const char *word;
	const char *json;
	uint16_t attr;
	uint8_t type;
	uint16_t flags;
	const char *arg;
	const char *def;
	const struct name *names;
	const char *ref;
	uint32_t min;
	uint32_t max;
	void (*json_fn)(const struct inst *in);
	char *(*text_fn)(const struct inst *in);
};

/**
 * struct verb - a command beside add, set, del and show
 * @word: the verb
 * @cmd: ETRUNK_CMD_*
 * @arg: word in front of the value ("to"), or an optional word without one
 * @attr: attribute of the value, a string; or of the word, a flag
 * @help: value in help texts; NULL: @arg is a word without a value
 */
struct verb {
	const char *word;
	uint8_t cmd;
	const char *arg;
	uint16_t attr;
	const char *help;
};

/**
 * struct secrets - attributes of an object's keys
 * @id: of the key that @key sets
 * @key: the secret
 * @send: id of the key to send with
 * @del: id of a key to forget
 * @ids: multi, of all keys
 * @nest: multi, {@id, @key}
 */
struct secrets {
	uint16_t id;
	uint16_t key;
	uint16_t send;
	uint16_t del;
	uint16_t ids;
	uint16_t nest;
};

/**
 * struct object - a kind of object
 * @word: on the command line
 * @id: name of its key in errors and help; NULL: there is only one
 * @id_type: T_U32 or T_NAME
 * @id_attr: attribute of its key
 * @keys: all keys, ends with an all-zero one; the first is the object's own
 * @cmd_new: ETRUNK_CMD_*, as the others; 0: there is none
 * @cmd_set: ""
 * @cmd_del: ""
 * @cmd_get: ""
 * @cmd_reset: "", of its counters
 * @show_attr: flag attribute that makes a GET show secrets; 0: no secrets
 * @secrets: attributes of its keys, or NULL
 * @counter_attr: attribute of the counters
 * @verb: another verb, or NULL
 * @finish: checks that the table cannot express; returns what is wrong
 * @merge: completes a value that goes to the kernel whole
 */
struct object {
	const char *word;
	const char *id;
	uint8_t id_type;
	uint16_t id_attr;
	const struct key *keys;
	uint8_t cmd_new;
	uint8_t cmd_set;
	uint8_t cmd_del;
	uint8_t cmd_get;
	uint8_t cmd_reset;
	uint16_t show_attr;
	const struct secrets *secrets;
	uint16_t counter_attr;
	const struct verb *verb;
	const char *(*finish)(struct inst *in, bool add);
	void (*merge)(struct inst *in, const struct inst *have);
};

extern const struct object object_system;
extern const struct object object_bfd;
extern const struct object object_core;
extern const struct object object_pw;
extern const struct object object_trunk;
extern const struct object object_member;
extern const struct object object_vpws;

/* All of them in the order of dependency, NULL at the end. */
extern const struct object *const objects[];

const struct object *object_find(const char *word);
const struct key *object_key(const struct object *obj, const char *word);
bool key_given(const struct inst *in, const char *word);
const struct key *object_attr_key(const struct object *obj, uint16_t attr);

/**
 * struct item - one attribute's payload
 * @len: bytes
 * @data: the bytes; strings with their NUL
 */
struct item {
	uint16_t len;
	void *data;
};

/**
 * struct val - all attributes of one type
 * @n: how many
 * @it: their payloads
 * @line: of the file where it was given
 */
struct val {
	unsigned int n;
	struct item *it;
	int line;
};

/**
 * struct inst - an object: as asked for, or as the kernel has it
 * @obj: its kind
 * @v: values by attribute
 * @given: keys that were typed, by index
 * @add: typed with add, not set
 * @keep_keys: a key-id alone means that the key stays (apply)
 * @any_dev: a device need not be there (apply)
 * @line: of the file where it stands
 */
struct inst {
	const struct object *obj;
	struct val v[ATTR_MAX];
	uint64_t given;
	bool add;
	bool keep_keys;
	bool any_dev;
	int line;
};

struct inst *inst_new(const struct object *obj);
void inst_free(struct inst *in);
void inst_put(struct inst *in, uint16_t attr, const void *data, uint16_t len);
void inst_put_first(struct inst *in, uint16_t attr, const void *data,
		    uint16_t len);
void inst_put_u32(struct inst *in, uint16_t attr, uint32_t v);
void inst_put_str(struct inst *in, uint16_t attr, const char *s);
void inst_clear(struct inst *in, uint16_t attr);
void inst_copy(struct inst *to, const struct inst *from, uint16_t attr);
bool inst_has(const struct inst *in, uint16_t attr);
uint64_t inst_num(const struct inst *in, uint16_t attr);
const char *inst_str(const struct inst *in, uint16_t attr);
char *inst_label(const struct inst *in);
int inst_cmp_id(const struct inst *a, const struct inst *b);
bool val_equal(const struct val *a, const struct val *b);

/* Parsing; errors are printed, the result is RC_*. */
int inst_parse_id(struct inst *in, const char *word);
int inst_parse_value(struct inst *in, const struct key *k, const char *word);
int inst_parse_keys(struct inst *in, int argc, char **argv, bool del);
int inst_check_ranges(const struct inst *in);

/* Text of one value, as typed; NULL if there is none. To be freed. */
char *key_text(const struct key *k, const struct inst *in);
char *item_text(const struct key *k, const struct item *it);
void put_limit(FILE *f, const struct key *k, uint64_t v);
const char *name_word(const struct name *names, uint32_t value);
void put_key_words(FILE *f, const struct key *k, const struct inst *in);

/* Where we are, for messages: the file and line, and its directory. */
extern const char *where_file;
extern int where_line;
const char *where_path(const char *path, char **tofree);

void error_at(const struct inst *in, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
#define error_obj(in, ...)	error_at(in, 0, __VA_ARGS__)
#define error(...)		error_at(NULL, 0, __VA_ARGS__)

#endif /* _OBJECT_H */
