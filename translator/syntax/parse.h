/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From text to AST: lexer, preprocessor and parser as the other stages see them. */
#ifndef SYNTAX_PARSE_H
#define SYNTAX_PARSE_H

#include "translator/syntax/ast.h"
#include <stddef.h>

struct session;

/* Parse one source.  Errors are reported and recovered from at the next
 * declaration: NULL when any was found.  LIBRARY allows embedded C and puts
 * @define macros of a .stpm file (name ends so) into the session's table. */
struct file *parse_file(struct session *s, struct source *src, bool library);

/* A probe point alone ("kernel.function(\"x\")"), for -l and tests. NULL after a diagnostic. */
struct point *parse_point_text(struct session *s, const char *text);

/* What a library file defines, without building an AST: used to make the index.
 * One call for each declaration or macro; NAME interned; for an alias the point
 * as printed, for a function its name.  False when the file does not lex. */
enum defined_kind { DEFINES_FUNCTION, DEFINES_GLOBAL, DEFINES_ALIAS, DEFINES_MACRO, DEFINES_PROBE, DEFINES_EMBEDDED };
typedef void defines_fn(void *data, enum defined_kind kind, const char *name);
bool parse_definitions(struct session *s, struct source *src, defines_fn *fn, void *data);

/* Called by the preprocessor for an @name that is no operator and no macro known
 * so far: the library may load the .stpm file that defines it. True when it is
 * known now. Implemented in sema/library.c. */
bool library_load_macro(struct session *s, const char *name);

#endif
