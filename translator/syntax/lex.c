/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lexer: bytes to tokens, driven by token.def. */
#include "translator/syntax/lex.h"
#include "translator/errors.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const token_texts[TOKEN_KINDS] = {
#define TOK(name, text) [TOK_##name] = text,
#include "translator/syntax/token.def"
};
static const struct { enum token_kind kind; const char *text; } keywords[] = {
#define TOK_KEYWORD(name, text) { TOK_##name, text },
#include "translator/syntax/token.def"
};
static const struct { enum token_kind kind; const char *text; } ops[] = {
#define TOK_OP(name, text) { TOK_##name, text },
#include "translator/syntax/token.def"
};

void lex_init(struct lexer *l, struct session *s, struct source *src)
{
	*l = (struct lexer){ .session = s, .src = src };
	if (src->len > 2 && src->text[0] == '#' && src->text[1] == '!')
		while (l->pos < src->len && src->text[l->pos] != '\n')
			l->pos++;
}

static int at(const struct lexer *l, size_t n)
{
	return l->pos + n < l->src->len ? (unsigned char)l->src->text[l->pos + n] : -1;
}

static struct span span_from(const struct lexer *l, size_t beg)
{
	return (struct span){ l->src->id, (uint32_t)beg, (uint32_t)l->pos };
}

static bool skip_blanks(struct lexer *l)
{
	size_t start = l->pos, c;

	for (;;) {
		while (at(l, 0) >= 0 && isspace(at(l, 0)))
			l->pos++;
		if (at(l, 0) == '#' || (at(l, 0) == '/' && at(l, 1) == '/')) {
			while (at(l, 0) >= 0 && at(l, 0) != '\n')
				l->pos++;
		} else if (at(l, 0) == '/' && at(l, 1) == '*') {
			c = l->pos;
			l->pos += 2;
			while (at(l, 0) >= 0 && !(at(l, 0) == '*' && at(l, 1) == '/'))
				l->pos++;
			if (at(l, 0) < 0)
				diag_error(&l->session->diags, (struct span){ l->src->id, (uint32_t)c, (uint32_t)c + 2 }, E(LEX_COMMENT), "this comment does not end");
			l->pos = l->pos + 2 > l->src->len ? l->src->len : l->pos + 2;
		} else {
			return l->pos > start;
		}
	}
}

static struct token lex_string(struct lexer *l, size_t beg)
{
	struct strbuf b = STRBUF_INIT;
	struct token t = { .kind = TOK_STRING };
	int c, n, v;

	for (;;) {
		c = at(l, 0);
		if (c < 0 || c == '\n') {
			t.kind = TOK_ERROR;
			diag_error(&l->session->diags, span_from(l, beg), E(LEX_STRING), "this string does not end on its line");
			break;
		}
		l->pos++;
		if (c == '"')
			break;
		if (c != '\\') {
			sb_putc(&b, (char)c);
			continue;
		}
		c = at(l, 0);
		l->pos++;
		switch (c) {
		case 'n': sb_putc(&b, '\n'); break; case 't': sb_putc(&b, '\t'); break; case 'r': sb_putc(&b, '\r'); break;
		case 'a': sb_putc(&b, '\a'); break; case 'b': sb_putc(&b, '\b'); break; case 'f': sb_putc(&b, '\f'); break;
		case 'v': sb_putc(&b, '\v'); break; case '\n': break;
		case 'x':
			for (v = 0, n = 0; n < 2 && at(l, 0) >= 0 && isxdigit(at(l, 0)); n++, l->pos++)
				v = v * 16 + (isdigit(at(l, 0)) ? at(l, 0) - '0' : (at(l, 0) | 32) - 'a' + 10);
			sb_putc(&b, (char)v);
			break;
		default:
			if (c >= '0' && c <= '7') {
				for (v = c - '0', n = 1; n < 3 && at(l, 0) >= '0' && at(l, 0) <= '7'; n++, l->pos++)
					v = v * 8 + at(l, 0) - '0';
				sb_putc(&b, (char)v);
			} else {
				sb_putc(&b, (char)c);
			}
		}
	}
	t.span = span_from(l, beg);
	t.text = intern_n(&l->session->names, sb_str(&b), b.len);
	t.len = b.len;
	sb_free(&b);
	return t;
}

static struct token lex_number(struct lexer *l, size_t beg)
{
	struct token t = { .kind = TOK_NUMBER };
	char *end, text[64];
	size_t n;

	while (at(l, 0) >= 0 && (isalnum(at(l, 0)) || at(l, 0) == '_'))
		l->pos++;
	t.span = span_from(l, beg);
	n = l->pos - beg;
	snprintf(text, sizeof text, "%.*s", (int)(n < sizeof text ? n : sizeof text - 1), l->src->text + beg);
	errno = 0;
	t.number = (int64_t)strtoull(text, &end, 0);
	if (*end || errno || n >= sizeof text) {
		diag_error(&l->session->diags, t.span, E(LEX_NUMBER), "not a number");
		t.kind = TOK_ERROR;
	}
	return t;
}

static void word(struct lexer *l)
{
	while (at(l, 0) >= 0 && (isalnum(at(l, 0)) || at(l, 0) == '_' || at(l, 0) == '$'))
		l->pos++;
}

/* $1 @1 $# @# */
static struct token lex_argument(struct lexer *l, size_t beg, bool string)
{
	struct string_vec *args = &l->session->opt.args;
	struct token t = { .kind = TOK_ERROR };
	unsigned long n;
	char *end;

	if (at(l, 0) == '#') {
		l->pos++;
		t.span = span_from(l, beg);
		t.number = (int64_t)args->len;
		t.kind = string ? TOK_STRING : TOK_NUMBER;
		t.text = intern(&l->session->names, arena_printf(&l->session->arena, "%zu", args->len));
		t.len = strlen(t.text);
		return t;
	}
	n = strtoul(l->src->text + l->pos, &end, 10);
	l->pos = (size_t)(end - l->src->text);
	t.span = span_from(l, beg);
	if (n < 1 || n > args->len) {
		diag_error(&l->session->diags, t.span, E(LEX_ARGUMENT), "the script was given %zu argument%s", args->len, args->len == 1 ? "" : "s");
		return t;
	}
	t.text = intern(&l->session->names, args->data[n - 1]);
	t.len = strlen(t.text);
	t.kind = TOK_STRING;
	if (string)
		return t;
	t.number = (int64_t)strtoull(t.text, &end, 0);
	t.kind = TOK_NUMBER;
	if (!*t.text || *end) {
		diag_error(&l->session->diags, t.span, E(LEX_ARGUMENT), "argument %lu is \"%s\", not a number: write @%lu for its text", n, t.text, n);
		t.kind = TOK_ERROR;
	}
	return t;
}

static struct token lex_embedded(struct lexer *l, size_t beg)
{
	struct token t = { .kind = TOK_EMBEDDED };
	const char *end = memmem(l->src->text + l->pos, l->src->len - l->pos, "%}", 2);

	if (!end) {
		l->pos = l->src->len;
		t.kind = TOK_ERROR;
		diag_error(&l->session->diags, (struct span){ l->src->id, (uint32_t)beg, (uint32_t)beg + 2 }, E(LEX_EMBEDDED), "%%{ without %%}");
	} else {
		t.text = arena_strndup(&l->session->arena, l->src->text + l->pos, (size_t)(end - l->src->text) - l->pos);
		t.len = strlen(t.text);
		l->pos = (size_t)(end - l->src->text) + 2;
	}
	t.span = span_from(l, beg);
	return t;
}

static struct token lex_op(struct lexer *l, size_t beg)
{
	struct token t = { .kind = TOK_ERROR };
	size_t best = 0;

	for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
		size_t n = strlen(ops[i].text);

		if (n > best && l->pos + n <= l->src->len && !memcmp(l->src->text + l->pos, ops[i].text, n)) {
			best = n;
			t.kind = ops[i].kind;
		}
	}
	l->pos += best ? best : 1;
	t.span = span_from(l, beg);
	if (!best)
		diag_error(&l->session->diags, t.span, E(LEX_CHAR), "unexpected character");
	return t;
}

static struct token lex_word(struct lexer *l, size_t beg)
{
	struct token t = { .kind = TOK_IDENT };

	word(l);
	t.span = span_from(l, beg);
	t.text = intern_n(&l->session->names, l->src->text + beg, l->pos - beg);
	t.len = l->pos - beg;
	for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
		if (!strcmp(keywords[i].text, t.text))
			t.kind = keywords[i].kind;
	return t;
}

static struct token lex_one(struct lexer *l)
{
	size_t beg = l->pos;
	int c = at(l, 0);
	struct token t = { .kind = TOK_EOF };

	if (c < 0) {
		t.span = span_from(l, beg);
		return t;
	}
	if (isdigit(c))
		return lex_number(l, beg);
	if (isalpha(c) || c == '_')
		return lex_word(l, beg);
	if (c == '"') {
		l->pos++;
		return lex_string(l, beg);
	}
	if ((c == '$' || c == '@') && (at(l, 1) == '#' || (at(l, 1) >= 0 && isdigit(at(l, 1))))) {
		l->pos++;
		return lex_argument(l, beg, c == '@');
	}
	if (c == '$' || (c == '@' && at(l, 1) >= 0 && (isalpha(at(l, 1)) || at(l, 1) == '_'))) {
		l->pos++;
		word(l);
		t.kind = c == '$' ? TOK_TARGET : TOK_ATOP;
		t.span = span_from(l, beg);
		beg += c == '@';
		t.text = intern_n(&l->session->names, l->src->text + beg, l->pos - beg);
		t.len = l->pos - beg;
		return t;
	}
	if (c == '%' && at(l, 1) == '{') {
		l->pos += 2;
		return lex_embedded(l, beg);
	}
	return lex_op(l, beg);
}

struct token lex_next(struct lexer *l)
{
	bool space = skip_blanks(l);
	struct token t = lex_one(l);

	t.space_before = space;
	return t;
}
