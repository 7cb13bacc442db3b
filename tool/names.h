/* SPDX-License-Identifier: GPL-2.0 */
/* Words for the kernel's numbers that several objects show. */
#ifndef _NAMES_H
#define _NAMES_H

#include "object.h"

extern const struct name bfd_states[];

#endif /* _NAMES_H */
