/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The print functions: calls in form, with a node of their own. */
#ifndef SYNTAX_PARSE_PRINT_H
#define SYNTAX_PARSE_PRINT_H

#include "translator/syntax/parser.h"

/* Is NAME one of them? */
bool parse_print_is(const char *name);
/* The PRINT node for CALL, whose name is one; NULL after a diagnostic. */
struct expr *parse_print_make(struct parser *p, const struct expr *call);

#endif
