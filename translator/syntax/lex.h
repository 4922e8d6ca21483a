/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tokens, one at a time, from a source. */
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
	const char *text;	/* IDENT, TARGET, ATOP, STRING (unescaped), EMBEDDED */
	size_t len;
	int64_t number;
	bool space_before;
};

struct lexer {
	struct session *session;
	struct source *src;
	size_t pos;
	bool guru;
};

extern const char *const token_texts[TOKEN_KINDS];
void lex_init(struct lexer *l, struct session *s, struct source *src);
struct token lex_next(struct lexer *l);

#endif
