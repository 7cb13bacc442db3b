/* SPDX-License-Identifier: GPL-2.0 */
/* The commands: each gets the words behind its own and returns RC_*. */
#ifndef _CMDS_H
#define _CMDS_H

#include "object.h"

int cmd_object(const struct object *obj, int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_stats(int argc, char **argv);
int cmd_monitor(int argc, char **argv);
int cmd_save(int argc, char **argv);
int cmd_apply(int argc, char **argv);
int cmd_flush(int argc, char **argv);
int cmd_help(int argc, char **argv);
int cmd_complete(int argc, char **argv);

/**
 * struct command - a command that is no object
 * @word: its name
 * @fn: what it does
 * @args: its arguments in help texts
 * @batch: possible in a batch file
 */
struct command {
	const char *word;
	int (*fn)(int argc, char **argv);
	const char *args;
	bool batch;
};

extern const struct command commands[];

/* "bfd add b1 peer ..." as it stands in a file, without what K_NOSAVE marks */
void put_command(FILE *f, const struct inst *in, const char *verb);

/* Keys of an object that has some (secrets.c) */
void secret_fold(struct inst *in);
bool secret_get(const struct inst *in, const struct item *it, uint32_t *id,
		struct item *key);
const struct item *secret_find(const struct inst *in, uint32_t id);
void secret_put(struct inst *in, uint32_t id, const struct item *key);
const char *secret_finish(struct inst *in, bool add);

void help_object(FILE *f, const struct object *obj);

#endif /* _CMDS_H */
