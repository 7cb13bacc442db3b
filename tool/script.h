/* SPDX-License-Identifier: GPL-2.0 */
/* Files of commands. */
#ifndef _SCRIPT_H
#define _SCRIPT_H

#include "object.h"

int script_run(const char *file, bool go_on,
	       int (*line)(int argc, char **argv, void *data), void *data);

#endif /* _SCRIPT_H */
