/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The preprocessor: tokens of a source with conditions decided, macros expanded and script
 * arguments put in. The parser pulls from here only. */
#ifndef SYNTAX_PREPROC_H
#define SYNTAX_PREPROC_H

#include "translator/syntax/macro.h"

struct preproc_frame;		/* preproc_frame.h */

struct preproc {
	struct session *session;
	struct preproc_frame *top;	/* where tokens come from; the source itself is lowest */
	struct map macros;		/* of this file: name -> struct macro */
	struct string_vec defined;	/* names that @define made here, in order */
	bool publish;			/* the source is a *.stpm: macros go to the session */
	bool failed;			/* something was reported */
	bool moot;			/* what is read cannot change its condition: $N may be missing */
	size_t expanded;		/* tokens that came out of macros, and 16 bytes of a text each */
};

/* Tokens of SRC; everything is in the session's arena. */
void preproc_init(struct preproc *pp, struct session *s, struct source *src);
/* The next token for the parser, TOK_EOF at the end. A TOK_ERROR has been reported. */
struct token preproc_next(struct preproc *pp);

#endif
