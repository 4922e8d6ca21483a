/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings with escapes for what is not printable.
 *
 * A string of the probed world is read to the end of the result's buffer and escaped
 * towards it from the front, so that no second buffer is needed: what is
 * written never passes what is still to be read, because everything written is at least as
 * long as what it stands for and all of it fits. */
#include "work.h"

#define DOTS 3		/* "..." behind the closing quote */

/* Bytes that character CH takes. */
static size_t escape_size(unsigned char ch)
{
	if (ch == '"' || ch == '\\' || (ch >= '\a' && ch <= '\r'))
		return 2;
	return ch >= 0x20 && ch < 0x7f ? 1 : 4;
}

static char *escape(char *p, unsigned char ch)
{
	static const char letters[] = "abtnvfr";

	if (escape_size(ch) == 1) {
		*p++ = (char)ch;
		return p;
	}
	*p++ = '\\';
	if (ch == '"' || ch == '\\') {
		*p++ = (char)ch;
	} else if (ch >= '\a' && ch <= '\r') {
		*p++ = letters[ch - '\a'];
	} else {
		*p++ = (char)('0' + (ch >> 6));
		*p++ = (char)('0' + (ch >> 3 & 7));
		*p++ = (char)('0' + (ch & 7));
	}
	return p;
}

/* How many of the N bytes at S fit ROOM when escaped. */
static size_t fitting(const char *s, size_t n, size_t room)
{
	size_t used = 0, i;

	for (i = 0; i < n; i++) {
		used += escape_size((unsigned char)s[i]);
		if (used > room)
			break;
	}
	return i;
}

/* N bytes at S, which may be the last of DST, into DST of SIZE bytes. CUT: S had more. */
static void quote(char *dst, size_t size, const char *s, size_t n, bool quoted, bool cut)
{
	size_t extra = quoted ? 2 : 0, fit, i;
	char *p = dst;

	if (size <= extra + DOTS + 1) {
		*dst = 0;
		return;
	}
	fit = fitting(s, n, size - 1 - extra);
	stp_pay_bytes(fit, STP_ESCAPED);
	if (quoted && (cut || fit < n)) {
		fit = fitting(s, n, size - 1 - extra - DOTS);
		cut = true;
	}
	if (fit < n)
		stp_core_count_truncated();
	/* to the end, lest it be overwritten */
	if (s >= dst && s < dst + size) {
		memmove(dst + size - fit, s, fit);
		s = dst + size - fit;
	}
	if (quoted)
		*p++ = '"';
	for (i = 0; i < fit; i++)
		p = escape(p, (unsigned char)s[i]);
	if (quoted)
		*p++ = '"';
	for (i = 0; quoted && cut && i < DOTS; i++)
		*p++ = '.';
	*p = 0;
}

void stp_str_escape(char *dst, size_t size, const char *s, int64_t len, bool quoted)
{
	size_t have = strlen(s), n = have;

	if (len > 0 && (uint64_t)len < n)
		n = (size_t)len;
	quote(dst, size, s, n, quoted, n < have);
}

static void put_address(char *dst, size_t size, uint64_t addr)
{
	static const struct stp_fmt hex = { .conv = STP_CONV_HEX, .flags = STP_FMT_ALT, .width = -1, .precision = -1 };
	struct stp_out o;

	stp_out_string(&o, dst, size);
	stp_out_long(&o, &hex, (int64_t)addr);
	stp_out_end(&o);
}

static void read_quoted(char *dst, size_t size, uint64_t addr, int64_t max, int64_t out,
			long (*read)(char *dst, uint64_t addr, size_t size))
{
	bool cut;
	long n;

	if (out > 0 && (uint64_t)out < size)
		size = (size_t)out + 1;
	if (max <= 0 || (uint64_t)max >= size)
		max = (int64_t)size - 1;
	n = read(dst, addr, (size_t)max + 1);
	if (n < 0) {
		put_address(dst, size, addr);
		return;
	}
	stp_pay_bytes((size_t)n, STP_READ);
	cut = n == max && max == (int64_t)size - 1;	/* the buffer ended, not the string that was asked for */
	quote(dst, size, dst, (size_t)n, true, cut);
}

static void buffer_quoted(struct stp_ctx *c, char *dst, size_t size, uint64_t addr, int64_t len, int64_t out,
			  int (*read)(void *dst, uint64_t addr, size_t len))
{
	size_t n;

	if (out > 0 && (uint64_t)out < size)
		size = (size_t)out + 1;
	n = len <= 0 ? 0 : (uint64_t)len < size ? (size_t)len : size - 1;
	stp_pay_bytes(n, STP_READ);
	if (!n || !read(dst, addr, n)) {
		quote(dst, size, dst, n, true, len > 0 && (uint64_t)len > n);
		return;
	}
	put_address(dst, size, addr);
	if (c)
		stp_error_s(c, STP_ERR_FAULT, "cannot read the buffer at 0x%x", NULL, (int64_t)addr);
}

void stp_kernel_buffer_quoted(struct stp_ctx *c, char *dst, size_t size, uint64_t addr, int64_t len, int64_t out)
{
	buffer_quoted(c, dst, size, addr, len, out, plat_read_kernel);
}

void stp_user_buffer_quoted(struct stp_ctx *c, char *dst, size_t size, uint64_t addr, int64_t len, int64_t out)
{
	buffer_quoted(c, dst, size, addr, len, out, plat_read_user);
}

void stp_kernel_string_quoted(char *dst, size_t size, uint64_t addr, int64_t max, int64_t out)
{
	read_quoted(dst, size, addr, max, out, plat_string_kernel);
}

void stp_user_string_quoted(char *dst, size_t size, uint64_t addr, int64_t max, int64_t out)
{
	read_quoted(dst, size, addr, max, out, plat_string_user);
}
