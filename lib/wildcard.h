/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wildcards and brace alternatives in names that consist of components between dots.
 *
 *	*	any number of characters but no dot
 *	**	any number of characters, dots too
 *	?	one character but no dot
 *	[a-z]	one of these; [!a-z] and [^a-z] one of the others
 *	{a,b}	one of these texts, which may hold further braces */
#ifndef LIB_WILDCARD_H
#define LIB_WILDCARD_H

#include "lib/arena.h"
#include "lib/vec.h"
#include <stdbool.h>

/* Does all of TEXT fit PATTERN? Braces stand for themselves here. A [ without its ] does too. */
bool wildcard_match(const char *pattern, const char *text);
/* Does TEXT hold a wildcard (braces not counted)? */
bool wildcard_is(const char *text);
/* Append the texts that TEXT stands for to OUT, the left alternative first:
 * "{a,b}{c,d}" gives ac ad bc bd. Unbalanced braces stand for themselves. At most
 * BRACE_LIMIT texts: false when there are more. Memory is of arena A. */
VEC_OF(wildcard_vec, const char *);
#define BRACE_LIMIT 10000
bool brace_expand(struct arena *a, const char *text, struct wildcard_vec *out);

#endif
