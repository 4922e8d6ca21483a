/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings of bounded size.  A result that does not fit is cut at a byte, and counted. */
#include "state.h"

/* SRC to DST, which has SIZE > 0 bytes and may be SRC or lie in it. */
static void put(char *dst, const char *src, size_t size)
{
	size_t n = strlen(src);

	if (STP_UNLIKELY(n >= size)) {
		n = size - 1;
		stp_core_count_truncated();
	}
	memmove(dst, src, n);
	dst[n] = 0;
}

void stp_str_copy(char *dst, const char *src, size_t size)
{
	if (STP_LIKELY(size && dst != src))
		put(dst, src, size);
}

void stp_str_cat(char *dst, const char *src, size_t size)
{
	size_t have = strlen(dst);

	if (STP_LIKELY(have < size))
		put(dst + have, src, size - have);
}

int stp_str_cmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

int64_t stp_str_len(const char *s)
{
	return (int64_t)strlen(s);
}
