/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Byte strings that grow by doubling.  They may hold NUL bytes: `len` counts,
 * not strlen. */
#include "lib/strbuf.h"

#include "lib/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for MORE bytes and the NUL. */
static void sb_reserve(struct strbuf *b, size_t more)
{
	size_t need, cap;

	if (more > SIZE_MAX / 2 - b->len - 1)
		die_oom();
	need = b->len + more + 1;
	if (need <= b->cap)
		return;
	cap = b->cap ? b->cap * 2 : 64;
	if (cap < need)
		cap = need;
	b->s = xrealloc(b->s, cap);
	b->cap = cap;
}

void sb_add(struct strbuf *b, const char *s, size_t len)
{
	sb_reserve(b, len);
	if (len)
		memcpy(b->s + b->len, s, len);
	b->len += len;
	b->s[b->len] = 0;
}

void sb_puts(struct strbuf *b, const char *s)
{
	sb_add(b, s, strlen(s));
}

void sb_putc(struct strbuf *b, char c)
{
	sb_add(b, &c, 1);
}

void sb_vprintf(struct strbuf *b, const char *fmt, va_list ap)
{
	va_list again;
	int len;

	sb_reserve(b, 0);
	va_copy(again, ap);
	len = vsnprintf(b->s + b->len, b->cap - b->len, fmt, again);
	va_end(again);
	if (len < 0)
		die_oom();
	if ((size_t)len >= b->cap - b->len) {
		sb_reserve(b, (size_t)len);
		vsnprintf(b->s + b->len, b->cap - b->len, fmt, ap);
	}
	b->len += (size_t)len;
}

void sb_printf(struct strbuf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sb_vprintf(b, fmt, ap);
	va_end(ap);
}

/* The letter of C's one-letter escape for byte C, or 0. */
static char escape_letter(unsigned char c)
{
	static const char bytes[] = "\a\b\f\n\r\t\v\"\\", letters[] = "abfnrtv\"\\";
	const char *p = c ? strchr(bytes, c) : NULL;

	return p ? letters[p - bytes] : 0;
}

void sb_c_quote(struct strbuf *b, const char *s, size_t len)
{
	size_t i;

	sb_putc(b, '"');
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];
		char letter = escape_letter(c);

		if (letter) {
			sb_putc(b, '\\');
			sb_putc(b, letter);
		} else if (c < ' ' || c > '~') {
			sb_printf(b, "\\%03o", c);
		} else if (c == '?' && i && s[i - 1] == '?') {
			sb_puts(b, "\\?");	/* no trigraph */
		} else {
			sb_putc(b, (char)c);
		}
	}
	sb_putc(b, '"');
}

void sb_indent(struct strbuf *b, unsigned depth)
{
	while (depth--)
		sb_putc(b, '\t');
}

void sb_clear(struct strbuf *b)
{
	sb_truncate(b, 0);
}

void sb_truncate(struct strbuf *b, size_t len)
{
	if (len > b->len || !b->s)
		return;
	b->len = len;
	b->s[len] = 0;
}

const char *sb_str(const struct strbuf *b)
{
	return b->s ? b->s : "";
}

char *sb_steal(struct strbuf *b)
{
	char *s = b->s ? b->s : xstrdup("");

	*b = STRBUF_INIT;
	return s;
}

void sb_free(struct strbuf *b)
{
	free(b->s);
	*b = STRBUF_INIT;
}
