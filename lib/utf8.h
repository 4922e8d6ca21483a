/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text of unknown origin on its way to a terminal or into JSON. */
#ifndef LIB_UTF8_H
#define LIB_UTF8_H

#include <stddef.h>

/* Bytes of the character at S (LEFT > 0 bytes remain): 1…4, or 0 when they are no well-formed UTF-8 (RFC 3629). */
size_t utf8_size(const char *s, size_t left);
/* The same, and 0 also for control characters, C0 and C1, which a terminal might obey. */
size_t utf8_printable(const char *s, size_t left);

#endif
