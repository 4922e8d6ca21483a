/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command lines that kbuild leaves behind in its .NAME.cmd files. */
#ifndef BUILD_CMDLINE_H
#define BUILD_CMDLINE_H

#include "lib/arena.h"
#include "lib/vec.h"
#include <stdbool.h>

VEC_OF(arg_vec, const char *);

/* One program with its arguments. */
struct command { struct arg_vec args; };
VEC_OF(command_vec, struct command);

/* The command line in the text of a .cmd file: the value of its cmd_X or
 * savedcmd_X (the key changed its name in kernel commit 92215e7a801d), with make's escapes
 * ($$, $(pound), \#) undone.  NULL when the text has none. */
const char *cmdline_recorded(struct arena *a, const char *text);

/* Split LINE as a shell would, into simple commands to be run one after the
 * other, each only if those before it succeeded (`;` and `&&`; kbuild runs them
 * under set -e).  `true` and `:` are left out.  False, with *why, when the line
 * has a construct that needs a shell (expansion, redirection, pipe, …). */
bool cmdline_split(struct arena *a, const char *line, struct command_vec *out, const char **why);

#endif
