/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all of the parser's files use: taking tokens, and saying which was expected. */
#include "translator/syntax/parser.h"

#include <ctype.h>
#include <string.h>

void advance(struct parser *p)
{
	p->last = p->tok.span;
	if (p->has_ahead) {
		p->tok = p->ahead;
		p->has_ahead = false;
	} else {
		p->tok = preproc_next(&p->pp);
	}
	if (p->tok.kind == TOK_ERROR)
		p->failed = true;
	else if (p->tok.kind == TOK_EMBEDDED)
		vec_push(p->arena, &p->embedded_at, p->tok.span);
}

struct token *peek2(struct parser *p)
{
	if (!p->has_ahead) {
		p->ahead = preproc_next(&p->pp);
		p->has_ahead = true;
	}
	return &p->ahead;
}

bool accept(struct parser *p, enum token_kind k)
{
	if (p->tok.kind != k)
		return false;
	advance(p);
	return true;
}

const char *token_source_text(struct parser *p, const struct token *t, size_t *len)
{
	const struct source *src = source_get(&p->session->sources, t->span.src);

	*len = src ? t->span.end - t->span.beg : 0;
	return src ? src->text + t->span.beg : "";
}

/* T as the script has it, in quotes; long ones cut. */
static const char *spelling(struct parser *p, const struct token *t)
{
	size_t n, i;
	const char *text = token_source_text(p, t, &n);
	bool cut = false;

	if (t->kind == TOK_EOF)
		return "the end of the script";
	if (t->kind == TOK_EMBEDDED)
		return "embedded C";
	for (i = 0; i < n; i++)
		if (i == 40 || !isprint((unsigned char)text[i])) {
			cut = true;
			break;
		}
	if (t->kind == TOK_STRING)
		return arena_printf(p->arena, "the string %.*s%s", (int)i, text, cut ? "…" : "");
	return arena_printf(p->arena, "\"%.*s%s\"", (int)i, text, cut ? "…" : "");
}

bool fail_expected(struct parser *p, const char *what)
{
	/* behind the last token there may be much that says nothing */
	struct span at = p->tok.kind == TOK_EOF && p->last.src ? p->last : p->tok.span;

	p->failed = true;
	if (p->tok.kind == TOK_ERROR)
		return false;
	return diag_error(&p->session->diags, at, E(PARSE_EXPECTED), "expected %s, found %s", what, spelling(p, &p->tok));
}

bool expect(struct parser *p, enum token_kind k, const char *where)
{
	const char *text = token_texts[k];

	if (accept(p, k))
		return true;
	if (k == TOK_IDENT || k == TOK_NUMBER || k == TOK_STRING)
		return fail_expected(p, arena_printf(p->arena, "%s %s", k == TOK_IDENT ? "a name" : k == TOK_NUMBER ? "a number" : "a string", where));
	return fail_expected(p, arena_printf(p->arena, "\"%s\" %s", text, where));
}

void hint(struct parser *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_note(&p->session->diags, (struct span){ 0 }, "%s", arena_vprintf(p->arena, fmt, ap));
	va_end(ap);
}

bool deeper(struct parser *p)
{
	if (p->depth++ < MAX_DEPTH)
		return true;
	p->failed = true;
	return diag_error(&p->session->diags, p->tok.span, E(PARSE_DEPTH), "nested more than %d deep", MAX_DEPTH);
}

bool taller(struct parser *p, unsigned height)
{
	p->height = height + 1;
	if (p->height < MAX_HEIGHT)
		return true;
	p->failed = true;
	return diag_error(&p->session->diags, p->tok.span, E(PARSE_DEPTH), "an expression of more than %d operators in a row", MAX_HEIGHT);
}
