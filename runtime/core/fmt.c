/* SPDX-License-Identifier: GPL-2.0-or-later */
/* printf conversions of longs, strings and memory, as C has them for 64-bit values.
 *
 * A number is worked out into its parts (sign or prefix, zeros, digits), whose
 * lengths are known before the first byte is written; so nothing is padded twice
 * and no buffer depends on a width. Widths and precisions are bounded by MOST. */
#include "work.h"

#define MOST 4096	/* columns */
#define CHUNK 32	/* bytes of memory read at a time */
#define FILLED 1024	/* columns filled for an action */
#define IN_HEX 96	/* bytes put in hexadecimal for an action */

static const char pairs[] =
	"00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051"
	"525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

/* Digits of V in front of END; returns where they begin. */
static char *put_decimal(char *end, uint64_t v)
{
	unsigned two;

	while (v >= 100) {
		two = (unsigned)(v % 100);
		v /= 100;
		end -= 2;
		memcpy(end, pairs + 2 * two, 2);
	}
	if (v >= 10) {
		end -= 2;
		memcpy(end, pairs + 2 * v, 2);
	} else {
		*--end = (char)('0' + v);
	}
	return end;
}

static char *put_bits(char *end, uint64_t v, unsigned shift, const char *digits)
{
	do {
		*--end = digits[v & ((1u << shift) - 1)];
		v >>= shift;
	} while (v);
	return end;
}

void stp_out_dec(struct stp_out *o, int64_t v)
{
	char buf[24], *p = put_decimal(buf + sizeof buf, v < 0 ? -(uint64_t)v : (uint64_t)v);

	if (v < 0)
		*--p = '-';
	stp_out_text(o, p, (size_t)(buf + sizeof buf - p));
}

static void put_fill(struct stp_out *o, char ch, int64_t n)
{
	static const char blanks[] = "                                ", zeros[] = "00000000000000000000000000000000";
	const int64_t most = sizeof blanks - 1;

	if (STP_UNLIKELY(n > FILLED))
		stp_charge_bytes((size_t)n, FILLED);
	for (; n > 0; n -= most)
		stp_out_text(o, ch == '0' ? zeros : blanks, (size_t)(n < most ? n : most));
}

/* Columns, and whether text stands left in them. */
static int64_t columns(const struct stp_fmt *f, bool *left)
{
	int64_t w = f->width;

	*left = f->flags & STP_FMT_MINUS || w < -1;
	if (w < 0)
		w = -w - 1;
	return w > MOST ? MOST : w;
}

static void put_padded(struct stp_out *o, const struct stp_fmt *f, const char *s, size_t len)
{
	bool left;
	int64_t fill = columns(f, &left) - (int64_t)len;

	if (!left)
		put_fill(o, ' ', fill);
	stp_out_text(o, s, len);
	if (left)
		put_fill(o, ' ', fill);
}

struct number {
	char prefix[2];
	uint8_t prefix_len;
	char *digits;
	int64_t len;			/* of digits */
	int64_t least;			/* digits wanted, the rest zeros; < 0: not given */
};

static void put_number(struct stp_out *o, const struct stp_fmt *f, const struct number *n)
{
	bool left;
	int64_t width = columns(f, &left), zeros = n->least > n->len ? n->least - n->len : 0;
	int64_t fill = width - n->prefix_len - zeros - n->len;

	if (fill > 0 && f->flags & STP_FMT_ZERO && !left && f->precision < 0) {
		zeros += fill;
		fill = 0;
	}
	if (!left)
		put_fill(o, ' ', fill);
	stp_out_text(o, n->prefix, n->prefix_len);
	put_fill(o, '0', zeros);
	stp_out_text(o, n->digits, (size_t)n->len);
	if (left)
		put_fill(o, ' ', fill);
}

static void add_prefix(struct number *n, char ch)
{
	n->prefix[n->prefix_len++] = ch;
}

static void number_signed(struct number *n, const struct stp_fmt *f, int64_t v, char *end)
{
	n->digits = put_decimal(end, v < 0 ? -(uint64_t)v : (uint64_t)v);
	if (v < 0)
		add_prefix(n, '-');
	else if (f->flags & STP_FMT_PLUS)
		add_prefix(n, '+');
	else if (f->flags & STP_FMT_SPACE)
		add_prefix(n, ' ');
}

static void number_hex(struct number *n, uint64_t v, char *end, bool upper, bool prefix)
{
	n->digits = put_bits(end, v, 4, upper ? "0123456789ABCDEF" : "0123456789abcdef");
	if (prefix) {
		add_prefix(n, '0');
		add_prefix(n, upper ? 'X' : 'x');
	}
}

static void put_long(struct stp_out *o, const struct stp_fmt *f, int64_t v)
{
	char buf[24], *end = buf + sizeof buf;
	struct number n = { .least = f->precision > MOST ? MOST : f->precision };
	bool alt = f->flags & STP_FMT_ALT;

	switch (f->conv) {
	case STP_CONV_UDEC:
		n.digits = put_decimal(end, (uint64_t)v);
		break;
	case STP_CONV_HEX: case STP_CONV_HEXUP:
		number_hex(&n, (uint64_t)v, end, f->conv == STP_CONV_HEXUP, alt && v);
		break;
	case STP_CONV_PTR:
		number_hex(&n, (uint64_t)v, end, false, true);
		break;
	case STP_CONV_OCT:
		n.digits = put_bits(end, (uint64_t)v, 3, "01234567");
		break;
	default:
		number_signed(&n, f, v, end);
		break;
	}
	n.len = end - n.digits;
	if (!v && !n.least)
		n.len = 0;
	if (f->conv == STP_CONV_OCT && alt && (v || !n.len) && n.least <= n.len)
		n.least = n.len + 1;
	put_number(o, f, &n);
}

/* %#c: what C writes for it between quotes. */
static size_t escape_char(char *to, unsigned char ch)
{
	static const char plain[] = "\a\b\t\n\v\f\r'\\", letter[] = "abtnvfr'\\";
	const char *at;

	for (at = plain; *at; at++)
		if (*at == (char)ch)
			break;
	to[0] = '\\';
	if (*at) {
		to[1] = letter[at - plain];
		return 2;
	}
	if (ch >= ' ' && ch < 127) {
		to[0] = (char)ch;
		return 1;
	}
	to[1] = (char)('0' + (ch >> 6));
	to[2] = (char)('0' + (ch >> 3 & 7));
	to[3] = (char)('0' + (ch & 7));
	return 4;
}

static void put_char(struct stp_out *o, const struct stp_fmt *f, int64_t v)
{
	char text[4] = { (char)v };

	put_padded(o, f, text, f->flags & STP_FMT_ALT ? escape_char(text, (unsigned char)v) : 1);
}

static void put_binary(struct stp_out *o, const struct stp_fmt *f, int64_t v)
{
	int64_t size = f->size ? f->size : f->width;
	const char *p = (const char *)&v;

	if (size != 1 && size != 2 && size != 4)
		size = sizeof v;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	p += sizeof v - (size_t)size;
#endif
	stp_out_text(o, p, (size_t)size);
}

void stp_out_long(struct stp_out *o, const struct stp_fmt *f, int64_t v)
{
	if (f->conv == STP_CONV_CHAR)
		put_char(o, f, v);
	else if (f->conv == STP_CONV_BIN)
		put_binary(o, f, v);
	else
		put_long(o, f, v);
}

void stp_out_fmt_str(struct stp_out *o, const struct stp_fmt *f, const char *s)
{
	size_t len, most = f->precision < 0 ? SIZE_MAX : (size_t)f->precision;

	for (len = 0; len < most && s[len]; len++)
		;
	stp_pay_bytes(len, STP_COPIED);
	put_padded(o, f, s, len);
}

/* ---- %m, %M ---- */

static void put_memory(struct stp_out *o, const unsigned char *p, size_t n, bool hex)
{
	static const char digits[] = "0123456789abcdef";
	char two[2];

	if (!hex) {
		stp_out_text(o, (const char *)p, n);
		return;
	}
	for (; n; n--, p++) {
		two[0] = digits[*p >> 4];
		two[1] = digits[*p & 15];
		stp_out_text(o, two, 2);
	}
}

void stp_out_mem(struct stp_ctx *c, struct stp_out *o, const struct stp_fmt *f, uint64_t addr, bool hex)
{
	int64_t n = f->precision < 1 ? 1 : f->precision > STP_MEM_MOST ? STP_MEM_MOST : f->precision, done;
	bool left, user = f->flags & STP_FMT_ALT;
	int64_t fill = columns(f, &left) - (hex ? 2 * n : n);
	unsigned char buf[CHUNK];
	size_t len;

	stp_pay_bytes((size_t)n, hex ? IN_HEX : STP_READ);
	for (done = 0; done < n; done += CHUNK) {
		len = (size_t)(n - done < CHUNK ? n - done : CHUNK);
		if (user ? plat_read_user(buf, addr + (uint64_t)done, len) : plat_read_kernel(buf, addr + (uint64_t)done, len)) {
			stp_error_s(c, STP_ERR_FAULT, user ? "cannot read user memory at 0x%x" : "cannot read kernel memory at 0x%x",
				    NULL, (int64_t)(addr + (uint64_t)done));
			return;
		}
		if (!done && !left)
			put_fill(o, ' ', fill);
		put_memory(o, buf, len, hex);
	}
	if (left)
		put_fill(o, ' ', fill);
}
