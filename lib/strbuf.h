/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A growable byte string on the heap.  `s` is always NUL-terminated after the
 * first append (a zeroed strbuf is empty with s == NULL: use sb_str()). */
#ifndef LIB_STRBUF_H
#define LIB_STRBUF_H

#include <stdarg.h>
#include <stddef.h>

struct strbuf {
	char *s;
	size_t len, cap;
};

#define STRBUF_INIT ((struct strbuf){ NULL, 0, 0 })

void sb_add(struct strbuf *b, const char *s, size_t len);
void sb_puts(struct strbuf *b, const char *s);
void sb_putc(struct strbuf *b, char c);
void sb_printf(struct strbuf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sb_vprintf(struct strbuf *b, const char *fmt, va_list ap);
/* Append S quoted as a C string literal, with the quotes (octal escapes for bytes that are not printable ASCII). */
void sb_c_quote(struct strbuf *b, const char *s, size_t len);
void sb_indent(struct strbuf *b, unsigned depth);	/* DEPTH tabs */
void sb_clear(struct strbuf *b);
void sb_truncate(struct strbuf *b, size_t len);
const char *sb_str(const struct strbuf *b);		/* never NULL */
char *sb_steal(struct strbuf *b);			/* malloc-ed text, buffer emptied */
void sb_free(struct strbuf *b);

#endif
