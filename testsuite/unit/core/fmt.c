/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conversions: numbers against C's printf, and what C does not have. */
#include "testsuite/unit/core/fixture.h"

#include <inttypes.h>
#include <stdio.h>

static char got[6000];

static const char *formatted(const struct stp_fmt *f, int64_t v)
{
	struct stp_out o;

	stp_out_string(&o, got, sizeof got);
	stp_out_long(&o, f, v);
	stp_out_end(&o);
	return got;
}

static const char *formatted_str(const struct stp_fmt *f, const char *s)
{
	struct stp_out o;

	stp_out_string(&o, got, sizeof got);
	stp_out_fmt_str(&o, f, s);
	stp_out_end(&o);
	return got;
}

static const int64_t numbers[] = {
	0, 1, -1, 7, 8, 9, 10, 11, 99, 100, 101, 999, 1000, 12345, -12345, 99999999, 100000000, INT32_MAX, INT32_MIN, UINT32_MAX,
	INT64_MAX, INT64_MIN, INT64_MIN + 1, 1ll << 40,
};
#define NNUMBERS (sizeof numbers / sizeof *numbers)

static const struct { uint8_t conv; const char *c; } conversions[] = {
	{ STP_CONV_DEC, PRId64 }, { STP_CONV_UDEC, PRIu64 }, { STP_CONV_HEX, PRIx64 }, { STP_CONV_HEXUP, PRIX64 }, { STP_CONV_OCT, PRIo64 },
};

/* The C format of F. Flags without meaning for a conversion are not given: C leaves them undefined. */
static void c_format(char *to, const struct stp_fmt *f, const char *conv)
{
	*to++ = '%';
	if (f->flags & STP_FMT_MINUS) *to++ = '-';
	if (f->flags & STP_FMT_ZERO) *to++ = '0';
	if (f->flags & STP_FMT_PLUS) *to++ = '+';
	if (f->flags & STP_FMT_SPACE) *to++ = ' ';
	if (f->flags & STP_FMT_ALT) *to++ = '#';
	if (f->width >= 0)
		to += sprintf(to, "%d", f->width);
	if (f->precision >= 0)
		to += sprintf(to, ".%d", f->precision);
	sprintf(to, "%s", conv);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void compare_with_c(const struct stp_fmt *f, const char *conv, int64_t v)
{
	char format[64], want[6000];

	c_format(format, f, conv);
	snprintf(want, sizeof want, format, v);
	formatted(f, v);
	CHECK_MSG(!strcmp(got, want), "%s of %" PRId64 " is '%s', not '%s'", format, v, got, want);
}
#pragma GCC diagnostic pop

TEST(fmt_numbers_as_c_does)
{
	static const int32_t sizes[] = { -1, 0, 1, 2, 5, 20, 21, 22, 24, 40 };

	for (unsigned k = 0; k < sizeof conversions / sizeof *conversions; k++)
		for (unsigned flags = 0; flags < 32; flags++)
			for (unsigned w = 0; w < 10; w++)
				for (unsigned p = 0; p < 10; p++)
					for (unsigned i = 0; i < NNUMBERS; i++) {
						struct stp_fmt f = { .conv = conversions[k].conv, .flags = (uint8_t)flags,
							.width = sizes[w] ? sizes[w] : -1, .precision = sizes[p] };

						if (f.conv == STP_CONV_DEC)
							f.flags &= (uint8_t)~STP_FMT_ALT;
						else
							f.flags &= (uint8_t)~(STP_FMT_PLUS | STP_FMT_SPACE);
						if (f.conv == STP_CONV_UDEC)
							f.flags &= (uint8_t)~STP_FMT_ALT;
						compare_with_c(&f, conversions[k].c, numbers[i]);
					}
}

TEST(fmt_random_numbers_as_c_does)
{
	for (int i = 0; i < 50000; i++) {
		unsigned k = (unsigned)(fixture_random() % 5);
		struct stp_fmt f = { .conv = conversions[k].conv, .width = (int)(fixture_random() % 30), .precision = (int)(fixture_random() % 30) - 1 };

		f.flags = (uint8_t)(fixture_random() & (STP_FMT_MINUS | STP_FMT_ZERO));
		if (!f.width)
			f.width = -1;
		compare_with_c(&f, conversions[k].c, (int64_t)((fixture_random() << 32 ^ fixture_random()) >> fixture_random() % 64));
	}
}

TEST(fmt_unsigned_ignores_signs)
{
	CHECK_STR(formatted(&(struct stp_fmt){ .conv = STP_CONV_UDEC, .flags = STP_FMT_PLUS, .width = -1, .precision = -1 }, -1),
		  "18446744073709551615");
	CHECK_STR(formatted(&(struct stp_fmt){ .conv = STP_CONV_HEX, .flags = STP_FMT_SPACE, .width = -1, .precision = -1 }, -1),
		  "ffffffffffffffff");
}

TEST(fmt_dec_without_flags)
{
	char want[32];
	struct stp_out o;

	for (unsigned i = 0; i < NNUMBERS; i++) {
		snprintf(want, sizeof want, "%" PRId64, numbers[i]);
		stp_out_string(&o, got, sizeof got);
		stp_out_dec(&o, numbers[i]);
		stp_out_end(&o);
		CHECK_STR(got, want);
	}
}

TEST(fmt_computed_widths)
{
	struct stp_fmt f = { .conv = STP_CONV_DEC, .width = stp_fmt_width(-6), .precision = stp_fmt_precision(-3) };

	CHECK_STR(formatted(&f, 42), "42    ");
	f.width = stp_fmt_width(6);
	CHECK_STR(formatted(&f, 42), "    42");
	f.precision = stp_fmt_precision(4);
	CHECK_STR(formatted(&f, 42), "  0042");
	f.width = stp_fmt_width(INT64_MIN);
	CHECK_EQ(strlen(formatted(&f, 42)), 4096);
	f.width = stp_fmt_width(INT64_MAX);
	CHECK_EQ(strlen(formatted(&f, 42)), 4096);
	f.width = INT32_MAX;
	f.precision = INT32_MAX;
	CHECK_EQ(strlen(formatted(&f, 42)), 4096);
	f.width = INT32_MIN;
	CHECK_EQ(strlen(formatted(&f, 42)), 4096);
}

TEST(fmt_pointers)
{
	struct stp_fmt f = { .conv = STP_CONV_PTR, .width = -1, .precision = -1 };

	CHECK_STR(formatted(&f, 0x1234abcd), "0x1234abcd");
	CHECK_STR(formatted(&f, 0), "0x0");
	CHECK_STR(formatted(&f, -1), "0xffffffffffffffff");
	f.width = 12;
	CHECK_STR(formatted(&f, 0xabc), "       0xabc");
	f.flags = STP_FMT_ZERO;
	CHECK_STR(formatted(&f, 0xabc), "0x0000000abc");
}

TEST(fmt_chars)
{
	struct stp_fmt f = { .conv = STP_CONV_CHAR, .width = -1, .precision = -1 };

	CHECK_STR(formatted(&f, 'x'), "x");
	CHECK_STR(formatted(&f, 0x178), "x");
	CHECK_STR(formatted(&f, 0xff), "\xff");
	CHECK_STR(formatted(&f, 0), "");
	f.width = 3;
	CHECK_STR(formatted(&f, 'x'), "  x");
	f.flags = STP_FMT_MINUS;
	CHECK_STR(formatted(&f, 'x'), "x  ");
}

TEST(fmt_escaped_chars)
{
	static const struct { int ch; const char *text; } cases[] = {
		{ 0, "\\000" }, { 9, "\\t" }, { 42, "*" }, { '\n', "\\n" }, { '\r', "\\r" }, { '\a', "\\a" }, { '\b', "\\b" }, { '\f', "\\f" },
		{ '\v', "\\v" }, { '\'', "\\'" }, { '"', "\"" }, { '\\', "\\\\" }, { 127, "\\177" }, { 255, "\\377" }, { 1, "\\001" }, { ' ', " " }, { '~', "~" },
	};
	struct stp_fmt f = { .conv = STP_CONV_CHAR, .flags = STP_FMT_ALT, .width = -1, .precision = -1 };

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK_STR(formatted(&f, cases[i].ch), cases[i].text);
	f.width = 6;
	CHECK_STR(formatted(&f, 0), "  \\000");
}

TEST(fmt_binary_values)
{
	struct stp_fmt f = { .conv = STP_CONV_BIN, .width = -1, .precision = -1 };
	const int64_t v = 0x1122334455667788;
	static const uint8_t sizes[] = { 1, 2, 4, 8 };

	for (unsigned i = 0; i < 4; i++) {
		f.size = sizes[i];
		formatted(&f, v);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		CHECK_MEM(got, &v, sizes[i]);
#endif
		CHECK_EQ(got[sizes[i]], 0);
	}
	f.size = 0;
	CHECK_EQ(strlen(formatted(&f, v)), 8);
}

TEST(fmt_strings_as_c_does)
{
	static const char *const texts[] = { "", "a", "hello", "a longer piece of text than the width" };
	char want[100];

	for (unsigned i = 0; i < 4; i++)
		for (int w = 0; w < 12; w++)
			for (int p = -1; p < 12; p++)
				for (int left = 0; left < 2; left++) {
					struct stp_fmt f = { .conv = STP_CONV_STR, .flags = left ? STP_FMT_MINUS : 0, .width = w, .precision = p };

					snprintf(want, sizeof want, left ? "%-*.*s" : "%*.*s", w, p, texts[i]);
					CHECK_STR(formatted_str(&f, texts[i]), want);
				}
}

TEST(fmt_string_precision_reads_no_further)
{
	char unterminated[3] = { 'a', 'b', 'c' };

	CHECK_STR(formatted_str(&(struct stp_fmt){ .conv = STP_CONV_STR, .width = 5, .precision = 3 }, unterminated), "  abc");
}

static const char *dumped(const struct stp_fmt *f, uint64_t addr, bool hex)
{
	struct stp_out o;

	stp_out_string(&o, got, sizeof got);
	stp_out_mem(CTX, &o, f, addr, hex);
	stp_out_end(&o);
	return got;
}

TEST(fmt_memory)
{
	static char kernel[2000], user[] = "user";
	struct stp_fmt f = { .conv = STP_CONV_HEX, .width = -1, .precision = -1 };

	fixture_reset(1);
	fixture_load();
	for (unsigned i = 0; i < sizeof kernel; i++)
		kernel[i] = (char)('A' + i % 26);
	plat_test_memory(false, 0xffff0000, kernel, sizeof kernel);
	plat_test_memory(true, 0x1000, user, sizeof user);
	CHECK_STR(dumped(&f, 0xffff0000, false), "A");
	CHECK_STR(dumped(&f, 0xffff0001, true), "42");
	f.precision = 4;
	f.width = 10;
	CHECK_STR(dumped(&f, 0xffff0000, false), "      ABCD");
	CHECK_STR(dumped(&f, 0xffff0000, true), "  41424344");
	f.flags = STP_FMT_MINUS;
	CHECK_STR(dumped(&f, 0xffff0000, false), "ABCD      ");
	f.flags = STP_FMT_ALT;
	CHECK_STR(dumped(&f, 0x1000, false), "      user");
	f = (struct stp_fmt){ .width = -1, .precision = 200 };
	dumped(&f, 0xffff0000, false);
	CHECK_EQ(strlen(got), 200);
	CHECK_MEM(got, kernel, 200);
	f.precision = 100000;
	CHECK_EQ(strlen(dumped(&f, 0xffff0000, true)), 2 * STP_MEM_MOST);
	CHECK(!CTX->error);
}

TEST(fmt_memory_that_cannot_be_read)
{
	struct stp_fmt f = { .width = 8, .precision = 4 };

	fixture_reset(1);
	fixture_load();
	CHECK_STR(dumped(&f, 0xdead0000, false), "");
	CHECK_EQ(CTX->error_kind, STP_ERR_FAULT);
	CHECK_STR(CTX->message, "cannot read kernel memory at 0xdead0000");
	stp_ctx_begin(CTX, &fx.probe, NULL);
	f.flags = STP_FMT_ALT;
	dumped(&f, 16, true);
	CHECK_STR(CTX->message, "cannot read user memory at 0x10");
}
