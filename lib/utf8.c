/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UTF-8, as far as telling good bytes from bad ones; no tables of properties. */
#include "lib/utf8.h"

#include <stdint.h>

size_t utf8_size(const char *s, size_t left)
{
	const unsigned char *u = (const unsigned char *)s;
	uint32_t c, least;
	size_t n, i;

	if (u[0] < 0x80)
		return 1;
	if (u[0] >= 0xc2 && u[0] < 0xe0) {
		n = 2, c = u[0] & 0x1f, least = 0x80;
	} else if (u[0] >= 0xe0 && u[0] < 0xf0) {
		n = 3, c = u[0] & 0x0f, least = 0x800;
	} else if (u[0] >= 0xf0 && u[0] < 0xf5) {
		n = 4, c = u[0] & 0x07, least = 0x10000;
	} else {
		return 0;
	}
	if (n > left)
		return 0;
	for (i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (u[i] & 0x3f);
	}
	if (c < least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	return n;
}

size_t utf8_printable(const char *s, size_t left)
{
	const unsigned char *u = (const unsigned char *)s;
	size_t n = utf8_size(s, left);

	if (n == 1 && (u[0] < ' ' || u[0] == 0x7f))
		return 0;
	if (n == 2 && u[0] == 0xc2 && u[1] < 0xa0)
		return 0;
	return n;
}
