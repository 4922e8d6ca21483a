/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings of bounded size.  A result that does not fit is cut at a byte, and counted.  Long ones are paid for once they
 * have been gone through: one call is short even for the longest. */
#include "work.h"

/* SRC to DST, which has SIZE > 0 bytes and may be SRC or lie in it. */
static void put(char *dst, const char *src, size_t size)
{
	size_t n = strlen(src);

	stp_pay_bytes(n, STP_COPIED);
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

	stp_pay_bytes(have, STP_COPIED);
	if (STP_LIKELY(have < size))
		put(dst + have, src, size - have);
}

int stp_str_cmp(const char *a, const char *b)
{
	const char *from = a;

	while (*a && *a == *b) {
		a++;
		b++;
	}
	stp_pay_bytes((size_t)(a - from), STP_COPIED);
	return (unsigned char)*a - (unsigned char)*b;
}

int64_t stp_str_len(const char *s)
{
	size_t n = strlen(s);

	stp_pay_bytes(n, STP_COPIED);
	return (int64_t)n;
}
