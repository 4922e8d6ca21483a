/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The preprocessor: it comes to an end, its tokens are from texts that exist, mistakes are reported; and what it gives,
 * written down, is what it gives for that. */
#include "testsuite/fuzz/fuzz.h"
#include "testsuite/fuzz/script.h"
#include "translator/syntax/preproc.h"
#include "translator/syntax/print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* SPENT: tokens that count as expanded already, so that bombs are cut early. */
enum { SPENT = 1900000, MOST_TOKENS = 400000 /* more than what is left */, MOST_WRITTEN = 1 << 20 };

static void write_token(struct strbuf *b, const struct token *t)
{
	switch ((int)t->kind) {
	case TOK_NUMBER: sb_printf(b, "%" PRIu64, (uint64_t)t->number); break;
	case TOK_STRING: print_string_literal(b, t->text, t->len); break;
	case TOK_EMBEDDED: sb_puts(b, "%{"), sb_add(b, t->text, t->len), sb_puts(b, "%}"); break;
	case TOK_ATOP: sb_printf(b, "@%s", t->text); break;
	case TOK_IDENT: case TOK_TARGET: sb_add(b, t->text, t->len); break;
	default: sb_puts(b, token_texts[t->kind]); break;
	}
	sb_putc(b, '\n');
}

static bool is_somewhere(const struct session *s, struct span at)
{
	const struct source *src = source_get(&s->sources, at.src);

	return src && at.beg <= at.end && at.end <= src->len;
}

/* The tokens of TEXT, written into B as far as they are short; false: a mistake is among them. */
static bool expand(const char *text, size_t len, struct strbuf *b, const char **wrong)
{
	struct session *s = script_open();
	struct preproc pp;
	struct token t;
	size_t n = 0;
	bool good = true;

	preproc_init(&pp, s, source_add(&s->sources, "<fuzz>", text, len));
	pp.expanded = SPENT;
	do {
		t = preproc_next(&pp);
		good &= t.kind != TOK_ERROR;
		if (n++ > MOST_TOKENS)
			*wrong = "it does not end";
		else if (!is_somewhere(s, t.span))
			*wrong = "a token is nowhere";
		else if (t.kind != TOK_EOF && t.kind != TOK_ERROR && b->len < MOST_WRITTEN)
			write_token(b, &t);
	} while (t.kind != TOK_EOF && !*wrong);
	good &= !pp.failed;
	if (!good && !s->diags.nerrors)
		*wrong = "refused without a word";
	script_close(s);
	return good;
}

static const char *run(const char *data, size_t len, bool *taken)
{
	struct strbuf once = STRBUF_INIT, again = STRBUF_INIT;
	const char *wrong = NULL;

	*taken = expand(data, len, &once, &wrong);
	if (!wrong && *taken && once.len < MOST_WRITTEN) {
		if (!expand(sb_str(&once), once.len, &again, &wrong) && !wrong)
			wrong = "what it gives is a mistake";
		else if (!wrong && (once.len != again.len || memcmp(sb_str(&once), sb_str(&again), once.len)))
			wrong = "what it gives is not preprocessed to the same";
		if (wrong)
			fprintf(stderr, "first:\n%s\nthen:\n%s\n", sb_str(&once), sb_str(&again));
	}
	sb_free(&once);
	sb_free(&again);
	return wrong;
}

const struct fuzz_target fuzz_preproc = { "preproc", run, script_pieces };
