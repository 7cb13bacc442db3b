/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A kernel made of tables, for tests of etrunkctl. It replaces libmnl's socket
 * functions by a family that stores what it is told, refuses what is out of
 * the tables' ranges, and counts the changes.
 */
#ifndef _ETRUNK_TOOL_KERNEL_H
#define _ETRUNK_TOOL_KERNEL_H

#include "../../tool/nl.h"
#include "../../tool/object.h"

#define KINDS		16

extern struct list store[KINDS];	/* by kind() */
extern unsigned int changes;		/* messages that changed something */
extern const char *refuse_object;	/* word of what NEW and SET refuse */
extern bool no_module;

int kind(const struct object *obj);
void put_defaults(struct inst *in);

#endif /* _ETRUNK_TOOL_KERNEL_H */
