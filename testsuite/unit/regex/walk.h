/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the tests of regular expressions: compiling, and matching with the runtime's code. */
#ifndef TESTSUITE_UNIT_REGEX_WALK_H
#define TESTSUITE_UNIT_REGEX_WALK_H

#include "translator/regex/regex.h"

enum { WALK_GROUPS = 32, WALK_TEXT = 512, WALK_ALL = WALK_GROUPS };

/* Start and end of the match and of each group, -1 where there is none. */
struct places { int n; struct { int start, end; } at[WALK_GROUPS]; };

/* Where RE, which keeps positions, matches in TEXT; n 0: nowhere. Those of groups are of the string, too. */
struct places walk_match(const struct regex *re, const char *text);
/* "(1,4)(2,3)(-)"; "none". In a buffer of the caller's, of WALK_TEXT bytes. */
const char *places_text(const struct places *p, char *buf);

/* What the order of POSIX says, by trying all ways; slow. False: PATTERN is beyond it, or there are too many ways. */
bool oracle_match(const char *pattern, const char *text, struct places *out);

#endif
