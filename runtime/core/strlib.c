/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Searching and cutting strings, for the language's string functions. */
#include "state.h"

int64_t stp_str_find(const char *s, const char *what)
{
	const char *p = strstr(s, what);

	return p ? p - s : -1;
}

static unsigned digit(char ch)
{
	if (ch >= '0' && ch <= '9')
		return (unsigned)(ch - '0');
	ch |= 0x20;
	return ch >= 'a' && ch <= 'z' ? (unsigned)(ch - 'a') + 10 : 255;
}

static uint64_t to_unsigned(const char *s, unsigned base, uint64_t max)
{
	uint64_t v = 0;

	for (; digit(*s) < base; s++) {
		if (v > (max - digit(*s)) / base)
			return max;
		v = v * base + digit(*s);
	}
	return v;
}

int64_t stp_str_to_long(const char *s, int64_t base)
{
	bool negative, hex;
	uint64_t v;

	while (*s == ' ' || (*s >= '\t' && *s <= '\r'))
		s++;
	negative = *s == '-';
	s += *s == '-' || *s == '+';
	hex = s[0] == '0' && (s[1] | 0x20) == 'x' && digit(s[2]) < 16;
	if (!base)
		base = hex ? 16 : *s == '0' ? 8 : 10;
	if (base < 2 || base > 36)
		return 0;
	if (base == 16 && hex)
		s += 2;
	v = to_unsigned(s, (unsigned)base, (uint64_t)INT64_MAX + negative);
	return (int64_t)(negative ? -v : v);
}

void stp_str_sub(char *dst, size_t size, const char *s, int64_t start, int64_t len)
{
	int64_t have = (int64_t)strlen(s), n = 0;

	if (start >= 0 && start < have && len > 0)
		n = len < have - start ? len : have - start;
	if (n >= (int64_t)size) {
		n = (int64_t)size - 1;
		stp_core_count_truncated();
	}
	if (n)
		memcpy(dst, s + start, (size_t)n);
	dst[n] = 0;
}

int64_t stp_str_at(struct stp_ctx *c, const char *s, int64_t pos)
{
	if (STP_UNLIKELY(pos < 0)) {
		stp_error(c, STP_ERR_STRING, "negative position in a string");
		return 0;
	}
	return pos < (int64_t)strlen(s) ? (unsigned char)s[pos] : 0;
}

void stp_str_replace(char *dst, size_t size, const char *s, const char *what, const char *with)
{
	size_t len = strlen(what), n;
	const char *p;

	*dst = 0;
	while (len && (p = strstr(s, what)) != NULL) {
		struct stp_out o;
		size_t have = strlen(dst);

		n = (size_t)(p - s);
		stp_out_string(&o, dst + have, size - have);
		stp_out_text(&o, s, n);
		stp_out_str(&o, with);
		stp_out_end(&o);
		s = p + len;
	}
	stp_str_cat(dst, s, size);
}
