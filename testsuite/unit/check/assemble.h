/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects for tests of the checks, from text. */
#ifndef TESTSUITE_UNIT_CHECK_ASSEMBLE_H
#define TESTSUITE_UNIT_CHECK_ASSEMBLE_H

#include "lib/arena.h"
#include "lib/strbuf.h"

/* Assemble TEXT as it is: the bytes of the object.  sb_free() gives them back. */
struct strbuf assemble(const char *text);
/* The same of a file of assembler text or C below the source directory, with these options of gcc
 * (a NULL-terminated list, or NULL); *USAGE, if asked for, is what -fstack-usage says. */
struct strbuf compile(const char *file, const char *const *options, struct strbuf *usage);

#endif
