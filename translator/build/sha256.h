/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 (FIPS 180-4): names of cache entries. */
#ifndef BUILD_SHA256_H
#define BUILD_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_HEX 65	/* 64 digits and a NUL */

struct sha256 {
	uint32_t h[8];
	uint64_t len;			/* bytes so far */
	unsigned char block[64];	/* the last, incomplete one */
};

void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *p, size_t len);
/* The text with its NUL: two fields never run into each other. NULL counts as "". */
void sha256_add_str(struct sha256 *s, const char *text);
/* The digest as lower-case hexadecimal; S is used up. */
void sha256_end(struct sha256 *s, char hex[SHA256_HEX]);

#endif
