/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings of the probed world in UTF-16 and UTF-32, as UTF-8.  Each unit is read by itself, for
 * where the string ends is known only when its end is met; a character that has no
 * room is left out whole. */
#include "work.h"

enum { UNITS = 16 };	/* that an action reads */

struct wide {
	uint64_t addr;
	unsigned unit;			/* bytes: 2 or 4 */
	int (*read)(void *dst, uint64_t addr, size_t len);
};

static int next_unit(struct wide *w, uint32_t *v)
{
	uint16_t half;
	int err = w->unit == 2 ? w->read(&half, w->addr, 2) : w->read(v, w->addr, 4);

	if (w->unit == 2 && !err)
		*v = half;
	w->addr += w->unit;
	return err;
}

/* The next character; 0 at the end. -EFAULT, -EILSEQ. */
static int next_char(struct wide *w, uint32_t *v)
{
	uint32_t low;
	int err = next_unit(w, v);

	if (!err && w->unit == 2 && *v >= 0xd800 && *v < 0xdc00) {
		err = next_unit(w, &low);
		if (!err && (low < 0xdc00 || low > 0xdfff))
			return -EILSEQ;
		if (!err)
			*v = 0x10000 + ((*v - 0xd800) << 10 | (low - 0xdc00));
		return err;
	}
	if (!err && ((*v >= 0xd800 && *v <= 0xdfff) || *v > 0x10ffff))
		return -EILSEQ;
	return err;
}

static unsigned utf8_size(uint32_t v)
{
	return v < 0x80 ? 1 : v < 0x800 ? 2 : v < 0x10000 ? 3 : 4;
}

static void put_utf8(char *to, uint32_t v, unsigned n)
{
	static const uint8_t first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	unsigned i;

	for (i = n; i > 1; i--, v >>= 6)
		to[i - 1] = (char)(0x80 | (v & 0x3f));
	to[0] = (char)(first[n] | v);
}

static int convert(char *dst, size_t size, struct wide *w)
{
	size_t pos = 0;
	uint32_t v;
	unsigned n;
	int err;

	while (!(err = next_char(w, &v)) && v) {
		n = utf8_size(v);
		if (pos + n >= size) {
			stp_core_count_truncated();
			break;
		}
		put_utf8(dst + pos, v, n);
		pos += n;
	}
	stp_pay_bytes(pos, UNITS);
	dst[err ? 0 : pos] = 0;
	return err;
}

void stp_wide_string(struct stp_ctx *c, char *dst, size_t size, uint64_t addr, unsigned unit, bool user, const char *fallback)
{
	struct wide w = { addr, unit, user ? plat_read_user : plat_read_kernel };
	int err = convert(dst, size, &w);

	if (!err)
		return;
	if (fallback)
		stp_str_copy(dst, fallback, size);
	else if (err == -EFAULT)
		stp_error_s(c, STP_ERR_FAULT, user ? "cannot read a string of user memory at 0x%x" : "cannot read a string of kernel memory at 0x%x",
			    NULL, (int64_t)addr);
	else
		stp_error_s(c, STP_ERR_STRING, unit == 2 ? "the string at 0x%x is not UTF-16" : "the string at 0x%x is not UTF-32", NULL, (int64_t)addr);
}
