/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the program stands in a command for the shell. */
#ifndef STPD_COMMAND_H
#define STPD_COMMAND_H

#include <stddef.h>

/* The offset of the program's word in COMMAND, if COMMAND is one simple command: assignments, a
 * word that is no builtin of the shell, arguments, redirections.  The shell becomes that program when
 * "exec " is put there.  -1: COMMAND is anything else, as a pipeline or a list. */
ptrdiff_t command_program(const char *command);

#endif
