/* SPDX-License-Identifier: GPL-2.0-or-later */
/* @define macros. Those of library files (*.stpm) are in the session's table and live as
 * long as it does; those of a script or another library file are known in that file only. */
#ifndef SYNTAX_MACRO_H
#define SYNTAX_MACRO_H

#include "translator/syntax/lex.h"

struct macro {
	const char *name;	/* interned, without @ */
	struct span span;	/* of the name where it is defined */
	bool published;		/* a *.stpm's: macros of the file that uses it mean nothing in its body */
	bool has_params;	/* () follows the name, perhaps empty */
	struct string_vec params;	/* interned */
	struct token_vec body;	/* as lexed: neither macros nor conditions are looked at */
};

#endif
