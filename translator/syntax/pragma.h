/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What embedded C says about itself in comments: pure, guru, string, read:NAME … */
#ifndef SYNTAX_PRAGMA_H
#define SYNTAX_PRAGMA_H

#include "translator/syntax/ast.h"

/* Does CODE hold the marker that is written as the comment MARKER? */
bool pragma_says(const char *code, const char *marker);
/* The next name behind pragma:read: or pragma:write: (WHAT is "read" or "write") in *CODE, which moves
 * on; NULL when there is no more.  In A. */
const char *pragma_next_global(struct arena *a, const char **code, const char *what);
/* Does CODE hand out a value (STAP_RETVALUE, STAP_RETURN with one, the old THIS->__retvalue)? */
bool pragma_returns_value(const char *code);
/* Is that value text, by what is done with it: a literal returned, or the first argument of a call, as
 * in strlcpy(STAP_RETVALUE, …)?  For functions whose calls do not tell. */
bool pragma_returns_text(const char *code);

#endif
