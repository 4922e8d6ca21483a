/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Searching and cutting strings, for the language's string functions. */
#include "work.h"

enum { SEARCHED = 512 /* bytes compared for an action */, A_HIT = 16 /* as many as copying takes longer */ };

/* False: the budget is spent. */
static bool pay(size_t *done)
{
	size_t n = *done / SEARCHED;

	*done %= SEARCHED;
	return stp_charge_here((uint32_t)n);
}

/* The first WHAT, which has LEN > 0 bytes, in S, or NULL; also when the budget is spent, for a search may take LEN times
 * the length of S: of "aaaa…b" in "aaaa…". *DONE: bytes compared, not paid for. */
static const char *find(const char *s, const char *what, size_t len, size_t *done)
{
	size_t i;

	for (; *s; s++) {
		if (*s == *what) {
			for (i = 1; i < len && s[i] == what[i]; i++)
				;
			if (i >= len)
				return s;
			*done += i;
		}
		if (STP_UNLIKELY(++*done >= SEARCHED) && !pay(done))
			return NULL;
	}
	return NULL;
}

int64_t stp_str_find(const char *s, const char *what)
{
	size_t len = strlen(what), done = 0;
	const char *p = len ? find(s, what, len, &done) : s;

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
	const char *from = s;
	uint64_t v = 0;

	for (; digit(*s) < base; s++) {
		if ((s - from) % SEARCHED == SEARCHED - 1 && !stp_charge_here(16))
			return max;
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
	int64_t have = stp_str_len(s), n = 0;

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
	return pos < stp_str_len(s) ? (unsigned char)s[pos] : 0;
}

void stp_str_replace(char *dst, size_t size, const char *s, const char *what, const char *with)
{
	size_t len = strlen(what), added = strlen(with), done = 0;
	struct stp_out o;
	const char *p;

	stp_out_string(&o, dst, size);
	while (len && (p = find(s, what, len, &done)) != NULL) {
		stp_out_text(&o, s, (size_t)(p - s));
		stp_out_text(&o, with, added);
		done += A_HIT + added / 4;
		s = p + len;
		if (done >= SEARCHED && !pay(&done))
			break;
	}
	stp_out_str(&o, s);
	stp_out_end(&o);
}
