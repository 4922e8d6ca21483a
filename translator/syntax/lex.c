/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lexer: bytes to tokens, driven by token.def. */
#include "translator/syntax/lex.h"
#include "translator/errors.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
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

static struct token fail_at(struct lexer *l, struct span at, const char *tag, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
static struct token fail_at(struct lexer *l, struct span at, const char *tag, const char *fmt, ...)
{
	struct token t = { .kind = TOK_ERROR, .span = at, .tag = tag };
	va_list ap;

	va_start(ap, fmt);
	t.text = arena_vprintf(&l->session->arena, fmt, ap);
	va_end(ap);
	return t;
}

static struct token with_note(struct token t, const char *note)
{
	t.note = note;
	return t;
}

/* Blanks and comments; false at a comment that does not end. */
static bool skip_blanks(struct lexer *l)
{
	const char *end;

	for (;;) {
		while (at(l, 0) >= 0 && isspace(at(l, 0)))
			l->pos++;
		if (at(l, 0) == '#' || (at(l, 0) == '/' && at(l, 1) == '/')) {
			while (at(l, 0) >= 0 && at(l, 0) != '\n')
				l->pos++;
		} else if (at(l, 0) == '/' && at(l, 1) == '*') {
			end = memmem(l->src->text + l->pos + 2, l->src->len - l->pos - 2, "*/", 2);
			if (!end)
				return false;
			l->pos = (size_t)(end - l->src->text) + 2;
		} else {
			return true;
		}
	}
}

static int hex_digit(int c)
{
	return isdigit(c) ? c - '0' : (c | 32) - 'a' + 10;
}

/* What stands behind a backslash, as bytes. */
static void lex_escape(struct lexer *l, struct strbuf *b)
{
	static const char from[] = "ntrabfv", to[] = "\n\t\r\a\b\f\v";
	int c = at(l, 0), n, v;
	const char *known = c > 0 ? strchr(from, c) : NULL;

	if (c < 0)
		return;
	l->pos++;
	if (known) {
		sb_putc(b, to[known - from]);
	} else if (c == 'x' && at(l, 0) >= 0 && isxdigit(at(l, 0))) {
		for (v = 0, n = 0; n < 2 && at(l, 0) >= 0 && isxdigit(at(l, 0)); n++, l->pos++)
			v = v * 16 + hex_digit(at(l, 0));
		sb_putc(b, (char)v);
	} else if (c >= '0' && c <= '7') {
		for (v = c - '0', n = 1; n < 3 && at(l, 0) >= '0' && at(l, 0) <= '7'; n++, l->pos++)
			v = v * 8 + at(l, 0) - '0';
		sb_putc(b, (char)v);
	} else {
		sb_putc(b, (char)c);
	}
}

static struct token lex_string(struct lexer *l, size_t beg)
{
	struct strbuf b = STRBUF_INIT;
	struct token t = { .kind = TOK_STRING };
	int c;

	while ((c = at(l, 0)) >= 0 && c != '\n' && c != '"') {
		l->pos++;
		if (c == '\\')
			lex_escape(l, &b);
		else
			sb_putc(&b, (char)c);
	}
	if (c == '"' && memchr(l->src->text + beg, 0, l->pos - beg)) {
		l->pos++;
		t = fail_at(l, span_from(l, beg), E(LEX_CHAR), "a NUL byte in a string");
	} else if (c == '"') {
		l->pos++;
		t.span = span_from(l, beg);
		t.text = intern_n(&l->session->names, sb_str(&b), b.len);
		t.len = b.len;
	} else {
		t = with_note(fail_at(l, span_from(l, beg), E(LEX_STRING), "this string does not end on its line"),
			      "strings side by side are one: \"first line\\n\" \"second line\"");
	}
	sb_free(&b);
	return t;
}

static void number_part(struct lexer *l)
{
	while (at(l, 0) >= 0 && (isalnum(at(l, 0)) || at(l, 0) == '_'))
		l->pos++;
}

/* 1e3, 2E: how END, behind the digits, goes on. */
static bool is_exponent(const char *end)
{
	if (*end != 'e' && *end != 'E')
		return false;
	for (end++; isdigit((unsigned char)*end); end++)
		;
	return !*end;
}

/* What lex_number has read is followed by a fraction: all of it. */
static struct token lex_fraction(struct lexer *l, size_t beg)
{
	l->pos++;
	number_part(l);
	return with_note(fail_at(l, span_from(l, beg), E(LEX_NUMBER), "%.*s: there are no fractions, numbers are integers",
				 (int)(l->pos - beg), l->src->text + beg), NOTE_SCALE);
}

static struct token lex_number(struct lexer *l, size_t beg)
{
	struct token t = { .kind = TOK_NUMBER };
	char *end, text[64];
	size_t n;

	number_part(l);
	if (at(l, 0) == '.' && at(l, 1) >= 0 && isdigit(at(l, 1)))
		return lex_fraction(l, beg);
	t.span = span_from(l, beg);
	n = l->pos - beg;
	snprintf(text, sizeof text, "%.*s", (int)(n < sizeof text ? n : sizeof text - 1), l->src->text + beg);
	errno = 0;
	t.number = (int64_t)strtoull(text, &end, 0);
	if (errno == ERANGE)
		return fail_at(l, t.span, E(LEX_NUMBER), "%s does not fit 64 bits", text);
	if (is_exponent(end))
		return with_note(fail_at(l, t.span, E(LEX_NUMBER), "%s: there are no floating-point numbers, numbers are integers", text), NOTE_SCALE);
	if (*end || n >= sizeof text)
		return fail_at(l, t.span, E(LEX_NUMBER), "\"%s\" is no number%s", text,
			       *text == '0' && isdigit(*end) ? ": after a 0, digits are octal" : "");
	return t;
}

static void word(struct lexer *l)
{
	while (at(l, 0) >= 0 && (isalnum(at(l, 0)) || at(l, 0) == '_' || at(l, 0) == '$'))
		l->pos++;
}

/* $1 @1 $# @#, behind the sigil */
static struct token lex_argument(struct lexer *l, size_t beg)
{
	bool string = l->src->text[beg] == '@';
	struct token t = { .kind = TOK_ARGUMENT, .text = string ? "@" : "$", .len = 1 };
	size_t n = l->session->opt.args.len;

	if (at(l, 0) == '#') {
		l->pos++;
		for (size_t i = 0; l->session->args_used && i < n; i++)
			l->session->args_used[i] = true;
		t.number = (int64_t)n;
		t.kind = string ? TOK_STRING : TOK_NUMBER;
		t.text = intern(&l->session->names, arena_printf(&l->session->arena, "%zu", n));
		t.len = strlen(t.text);
	} else {
		while (at(l, 0) >= 0 && isdigit(at(l, 0)))
			t.number = t.number > 1000000 ? t.number : t.number * 10 + l->src->text[l->pos] - '0', l->pos++;
		if (l->session->args_used && t.number > 0 && (uint64_t)t.number <= n)
			l->session->args_used[t.number - 1] = true;
	}
	t.span = span_from(l, beg);
	return t;
}

static struct token lex_embedded(struct lexer *l, size_t beg)
{
	struct token t = { .kind = TOK_EMBEDDED };
	const char *end = memmem(l->src->text + l->pos, l->src->len - l->pos, "%}", 2);

	if (!end) {
		l->pos = l->src->len;
		return fail_at(l, (struct span){ l->src->id, (uint32_t)beg, (uint32_t)beg + 2 }, E(LEX_EMBEDDED), "%%{ without %%}");
	}
	t.len = (size_t)(end - l->src->text) - l->pos;
	t.text = arena_strndup(&l->session->arena, l->src->text + l->pos, t.len);
	l->pos = (size_t)(end - l->src->text) + 2;
	t.span = span_from(l, beg);
	if (memchr(t.text, 0, t.len))
		return fail_at(l, t.span, E(LEX_CHAR), "a NUL byte in embedded C");
	return t;
}

/* ' is at hand: where the text behind it ends on its line, with another '; 0: nowhere. What a % may begin is no part of it. */
static size_t quoted_length(const struct lexer *l)
{
	size_t n = 1;
	int c;

	for (; (c = at(l, n)) >= 0 && c != '\'' && c != '\n' && c != '%'; n++)
		n += c == '\\' && at(l, n + 1) >= ' ';
	return c == '\'' ? n + 1 : 0;
}

/* 'x', 'text' */
static struct token lex_quoted(struct lexer *l, size_t beg, size_t n)
{
	struct strbuf b = STRBUF_INIT;
	const char *text = l->src->text + beg + 1;
	struct token t;

	l->pos = beg + 1;
	if (at(l, 0) == '\\') {
		l->pos++;
		lex_escape(l, &b);
	} else {
		sb_putc(&b, (char)at(l, 0));
		l->pos++;
	}
	bool one = l->pos == beg + n - 1 && b.len == 1;
	l->pos = beg + n;
	t = fail_at(l, span_from(l, beg), E(LEX_CHAR), "%.*s: strings stand in double quotes", (int)(n < 60 ? n : 60), text - 1);
	if (one)
		t.note = arena_printf(&l->session->arena, "write \"%.*s\", or %u for the character's number", (int)n - 2, text, (unsigned char)*b.s);
	sb_free(&b);
	return t;
}

/* “ ” „ ‘ ’, as word processors make them: U+2018 to U+201F */
static bool is_curly_quote(const struct lexer *l)
{
	return at(l, 0) == 0xe2 && at(l, 1) == 0x80 && at(l, 2) >= 0x98 && at(l, 2) <= 0x9f;
}

/* A character that starts nothing; all bytes of one that has many. */
static struct token lex_stray(struct lexer *l, size_t beg)
{
	int c = at(l, 0);
	const char *note = is_curly_quote(l) ? "strings stand in straight double quotes: \"" : NULL;
	size_t n = c == '\'' ? quoted_length(l) : 0;

	if (n)
		return lex_quoted(l, beg, n);
	l->pos++;
	while (c >= 0x80 && at(l, 0) >= 0x80 && at(l, 0) < 0xc0)
		l->pos++;
	if (isprint(c) || c >= 0x80)
		return with_note(fail_at(l, span_from(l, beg), E(LEX_CHAR), "unexpected character"), note);
	return fail_at(l, span_from(l, beg), E(LEX_CHAR), "unexpected byte 0x%02x: is this a text file?", (unsigned)c);
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
	if (!best)
		return lex_stray(l, beg);
	l->pos += best;
	t.span = span_from(l, beg);
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
		return lex_argument(l, beg);
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
	size_t beg = l->pos;
	struct token t;

	if (skip_blanks(l)) {
		t = lex_one(l);
	} else {
		t = fail_at(l, (struct span){ l->src->id, (uint32_t)l->pos, (uint32_t)l->pos + 2 }, E(LEX_COMMENT), "this comment does not end: \"*/\" is missing");
		l->pos = l->src->len;
	}
	t.space_before = t.span.beg > beg;
	return t;
}

bool token_is_word(const struct token *t)
{
	return t->kind == TOK_IDENT || (t->kind >= TOK_PROBE && t->kind <= TOK_LONG_T);
}
