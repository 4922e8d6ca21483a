/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lexer: tokens come in order, from within the text and to its end, mistakes have a tag and words; and a token's bytes
 * alone are that token again. */
#include "testsuite/fuzz/fuzz.h"
#include "testsuite/fuzz/script.h"
#include "translator/syntax/lex.h"

#include <stdio.h>
#include <string.h>

static bool same(const struct token *a, const struct token *b)
{
	bool text = a->kind != TOK_EOF && a->text;

	return a->kind == b->kind && a->number == b->number && a->len == b->len && !text == !(b->text && b->kind != TOK_EOF) &&
	       (!text || !memcmp(a->text, b->text, a->len));
}

static bool alone_is_same(struct session *s, const struct source *src, const struct token *t)
{
	struct source *piece = source_add(&s->sources, "<token>", src->text + t->span.beg, t->span.end - t->span.beg);
	struct lexer l;
	struct token again;

	lex_init(&l, s, piece);
	again = lex_next(&l);
	return same(t, &again) && lex_next(&l).kind == TOK_EOF;
}

/* What is wrong with T, which was read from behind FROM on. */
static const char *check(struct session *s, const struct lexer *l, size_t from, const struct token *t)
{
	const struct source *src = l->src;

	if (t->span.src != src->id || t->span.beg < from || t->span.end < t->span.beg || t->span.end > src->len || l->pos > src->len)
		return "a token is not where it should be";
	if (t->kind == TOK_EOF)
		return l->pos == src->len ? NULL : "the end comes early";
	if (l->pos <= from || t->span.end == t->span.beg)
		return "a token of no bytes";
	if (t->kind == TOK_ERROR)
		return t->tag && t->text && *t->text ? NULL : "a mistake without words";
	if (token_is_word(t) && (t->len != t->span.end - t->span.beg || memcmp(t->text, src->text + t->span.beg, t->len)))
		return "a word is not what is written";
	return alone_is_same(s, src, t) ? NULL : "a token alone is another";
}

static const char *run(const char *data, size_t len, bool *taken)
{
	struct session *s = script_open();
	const char *wrong = NULL;
	struct lexer l;
	struct token t;
	size_t from;

	*taken = true;
	lex_init(&l, s, source_add(&s->sources, "<fuzz>", data, len));
	do {
		from = l.pos;
		t = lex_next(&l);
		*taken &= t.kind != TOK_ERROR;
		wrong = check(s, &l, from, &t);
		if (wrong)
			fprintf(stderr, "bytes %u to %u\n", t.span.beg, t.span.end);
	} while (!wrong && t.kind != TOK_EOF);
	if (!wrong && lex_next(&l).kind != TOK_EOF)
		wrong = "there is something behind the end";
	script_close(s);
	return wrong;
}

const struct fuzz_target fuzz_lex = { "lex", run, script_pieces };
