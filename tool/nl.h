/* SPDX-License-Identifier: GPL-2.0 */
/* The "etrunk" generic netlink family. */
#ifndef _NL_H
#define _NL_H

#include "object.h"
#include "out.h"

/**
 * struct nl_error - why the kernel refused
 * @err: errno
 * @msg: its text, "" if none
 * @attr: attribute at fault, 0: none named
 * @op: operation of a batch at fault
 * @missing: @attr is missing
 * @range: @min and @max hold the legal range
 * @min: lowest value
 * @max: highest value
 * @maxlen: most bytes, 0: unknown
 */
struct nl_error {
	int err;
	char msg[256];
	uint16_t attr;
	uint32_t op;
	bool missing;
	bool range;
	uint64_t min;
	uint64_t max;
	uint32_t maxlen;
};

typedef void (*nl_cb)(struct inst *in, void *data);

int nl_open(void);
void nl_close(void);
int nl_do(uint8_t cmd, const struct inst *req, struct nl_error *e);
int nl_get(const struct inst *req, struct inst **in, struct nl_error *e);
int nl_dump(const struct object *obj, bool secrets, struct list *l);
void nl_report(const struct inst *req, const struct nl_error *e, int line);

/**
 * struct nl_op - one operation of a batch
 * @cmd: ETRUNK_CMD_*_NEW or _SET
 * @in: its attributes
 */
struct nl_op {
	uint8_t cmd;
	const struct inst *in;
};

int nl_batch(const struct nl_op *ops, unsigned int n, unsigned int *bad,
	     struct nl_error *e);

/* Events */
int nl_event_open(void);
int nl_event_read(int fd, void (*event)(const struct inst *ev));
void inst_decode(struct inst *in, const void *attrs, size_t len);

extern const struct object object_event;

#endif /* _NL_H */
