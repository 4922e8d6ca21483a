/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tokens, one at a time, from a source.
 *
 * The lexer reports nothing: a mistake is a token of kind TOK_ERROR that carries
 * its message, as it counts only when somebody takes the token (what stands in a
 * branch of %( … %) that is not taken may be anything). */
#ifndef SYNTAX_LEX_H
#define SYNTAX_LEX_H

#include "lib/source.h"
#include "translator/session.h"
#include <stdbool.h>

enum token_kind {
#define TOK(name, text) TOK_##name,
#include "translator/syntax/token.def"
	TOKEN_KINDS
};

struct token {
	enum token_kind kind;
	struct span span;
	const char *text;	/* words, TARGET, ATOP, STRING (unescaped), EMBEDDED; ARGUMENT: "$" or "@"; ERROR: the message */
	size_t len;
	int64_t number;		/* NUMBER; ARGUMENT: which */
	const char *tag;	/* ERROR: of errors.def */
	const char *note;	/* ERROR: what to do about it, or NULL */
	bool space_before;
};
VEC_OF(token_vec, struct token);

struct lexer {
	struct session *session;
	struct source *src;
	size_t pos;
};

#define NOTE_SCALE "count in a smaller unit: 1500 milliseconds for 1.5 seconds"

extern const char *const token_texts[TOKEN_KINDS];
/* SRC stays the caller's; a first line that starts with #! is passed over. */
void lex_init(struct lexer *l, struct session *s, struct source *src);
/* The next token; at the end TOK_EOF, again and again. Names and strings are interned. */
struct token lex_next(struct lexer *l);
/* Is it a name or a keyword? Its text is then the word. */
bool token_is_word(const struct token *t);

#endif
