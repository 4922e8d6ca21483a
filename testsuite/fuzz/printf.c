/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Formats of printf and of tables. The first line is what stands between the quotes of a literal; what is behind it gives
 * the arguments. A format that is taken is printed and taken again as the same; each conversion gives what C's printf gives,
 * where C says what that is; and the whole, into a string that is short and into output records of the least size, is
 * the same text. */
#include "lib/arena.h"
#include "runtime/core/state.h"
#include "testsuite/fuzz/fuzz.h"
#include "testsuite/fuzz/script.h"
#include "testsuite/unit/core/plat_test.h"
#include "translator/syntax/format.h"
#include "translator/syntax/lex.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 4096, ONE = 3 * MOST_COLUMNS, MOST_TEXT = 400000, SHORT_STRING = 64, MEMORY = 2000 };
#define KERNEL_AT 0xffff0000u
#define USER_AT 0x1000u

static const char *const pieces[] = {
	"%", "%%", "%d", "%i", "%5d", "%-5d", "%05d", "%+d", "% d", "%.3d", "%*d", "%*.*d", "%-*d", "%u", "%x", "%#x", "%X", "%#X", "%o", "%#o", "%#.0o",
	"%p", "%20p", "%c", "%5c", "%-5c", "%#c", "%s", "%10s", "%-10s", "%.2s", "%*.*s", "%b", "%1b", "%2b", "%4b", "%*b", "%m", "%.8m", "%#m", "%M", "%.16M",
	"%20.4M", "%ld", "%llx", "%4096d", "%.4096d", "%99999s", "%1s", "%2d", "%1$-20s", "%0$8d", "%C", "%S", "%A", "%H", "\\n", "\\x25", "\\0", "\\\\",
	"-", "#", "*", ".", "$", "\n", "A", "B", "C", "D", "E", "F", "G", "H", "0", "1", "5", "some text", "\xff\xff\xff\xff\xff\xff\xff\xff\xff", NULL,
};

static char kernel_memory[MEMORY], user_memory[MEMORY];

/* ---- arguments ---- */

struct input { const char *at, *end; };

/* A digit is itself, a letter something remarkable, a byte from 0x80 on is followed by the value. */
static int64_t take_long(struct input *in)
{
	static const int64_t remarkable[] = {
		INT64_MIN, INT64_MAX, -1, 0, 10, 100, KERNEL_AT, KERNEL_AT + MEMORY - 8, USER_AT, 4096, 4097, -4096, -4097, INT32_MAX, INT32_MIN, UINT32_MAX,
	};
	unsigned char c;
	int64_t v = 0;

	if (in->at == in->end)
		return 0;
	c = (unsigned char)*in->at++;
	if (c >= 'A' && c < 0x80)
		return remarkable[(c - 'A') % (sizeof remarkable / sizeof *remarkable)];
	if (c < 0x80)
		return c - '0';
	for (int i = 0; i < 8 && in->at < in->end; i++)
		v = (int64_t)((uint64_t)v << 8 | (unsigned char)*in->at++);
	return v;
}

/* To the end of the line; the caller frees it. */
static char *take_string(struct input *in)
{
	const char *nl = in->at < in->end ? memchr(in->at, '\n', (size_t)(in->end - in->at)) : NULL, *from = in->at;

	size_t len = (size_t)((nl ? nl : in->end) - from);
	char *s = xcalloc(len + 1, 1);

	in->at = nl ? nl + 1 : in->end;
	if (len)
		memcpy(s, from, len);
	return s;
}

/* ---- one conversion ---- */

struct value {
	const struct format_part *part;
	struct stp_fmt fmt;
	int64_t number;
	char *string;		/* %s */
};

static uint8_t conv_of(enum conversion c)
{
	switch (c) {
	case CONV_BINARY: return STP_CONV_BIN;
	case CONV_CHAR: return STP_CONV_CHAR;
	case CONV_DECIMAL: return STP_CONV_DEC;
	case CONV_OCTAL: return STP_CONV_OCT;
	case CONV_POINTER: return STP_CONV_PTR;
	case CONV_UNSIGNED: return STP_CONV_UDEC;
	case CONV_HEX: case CONV_MEMORY: case CONV_MEMORY_HEX: return STP_CONV_HEX;
	case CONV_HEX_UPPER: return STP_CONV_HEXUP;
	case CONV_STRING: case CONV_LITERAL: break;
	}
	return STP_CONV_STR;
}

/* As emit/output.c writes it into the module. */
static struct value take_value(const struct format_part *p, struct input *in)
{
	struct value v = { .part = p };
	int width = p->width == FMT_ARG ? stp_fmt_width(take_long(in)) : p->width;
	int precision = p->precision == FMT_ARG ? stp_fmt_precision(take_long(in)) : p->precision;

	v.fmt = (struct stp_fmt){ .conv = conv_of(p->conv), .flags = (uint8_t)p->flags, .size = (uint8_t)p->size,
				  .width = width, .precision = precision };
	if (p->conv == CONV_STRING)
		v.string = take_string(in);
	else if (p->conv != CONV_LITERAL)
		v.number = take_long(in);
	return v;
}

static void put(struct stp_ctx *c, struct stp_out *o, const struct value *v)
{
	const struct format_part *p = v->part;
	bool plain = !v->fmt.flags && p->width == FMT_NONE && p->precision == FMT_NONE;

	if (p->conv == CONV_LITERAL)
		stp_out_text(o, p->text, p->len);
	else if (plain && p->conv == CONV_STRING)
		stp_out_str(o, v->string);
	else if (plain && p->conv == CONV_DECIMAL)
		stp_out_dec(o, v->number);
	else if (p->conv == CONV_STRING)
		stp_out_fmt_str(o, &v->fmt, v->string);
	else if (p->conv == CONV_MEMORY || p->conv == CONV_MEMORY_HEX)
		stp_out_mem(c, o, &v->fmt, (uint64_t)v->number, p->conv == CONV_MEMORY_HEX);
	else
		stp_out_long(o, &v->fmt, v->number);
}

/* ---- what C gives ---- */

static int bounded(int n)
{
	return n > MOST_COLUMNS ? MOST_COLUMNS : n;
}

/* %, the flags of F that are among ALLOWED, width, precision, CONV. */
static void c_format(char *to, const struct stp_fmt *f, unsigned allowed, const char *conv)
{
	unsigned flags = f->flags | (f->width < -1 ? STP_FMT_MINUS : 0);
	int width = bounded(f->width < -1 ? -f->width - 1 : f->width);

	*to++ = '%';
	for (unsigned i = 0; i < 5; i++)
		if (flags & allowed & 1u << i)
			*to++ = "-0+ #"[i];
	if (width > 0)
		to += sprintf(to, "%d", width);
	if (f->precision >= 0)
		to += sprintf(to, ".%d", f->conv == STP_CONV_STR ? f->precision : bounded(f->precision));
	strcpy(to, conv);
}

static void want_memory(const struct value *v, char *want)
{
	int64_t n = v->fmt.precision < 1 ? 1 : v->fmt.precision > STP_MEM_MOST ? STP_MEM_MOST : v->fmt.precision;
	bool user = v->fmt.flags & STP_FMT_ALT, hex = v->part->conv == CONV_MEMORY_HEX, left = v->fmt.width < -1 || v->fmt.flags & STP_FMT_MINUS;
	const char *from = (user ? user_memory : kernel_memory) + ((uint64_t)v->number - (user ? USER_AT : KERNEL_AT));
	int width = bounded(v->fmt.width < -1 ? -v->fmt.width - 1 : v->fmt.width);
	char text[2 * STP_MEM_MOST + 1];

	for (int64_t i = 0; i < n; i++)
		sprintf(text + (hex ? 2 * i : i), hex ? "%02x" : "%c", (unsigned char)from[i]);
	sprintf(want, left ? "%-*s" : "%*s", width < 0 ? 0 : width, text);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
/* What V is to be in WANT, of ONE bytes, or longer for strings; its length, or -1: C does not say. */
static int want_of(const struct value *v, char *want, size_t size)
{
	const unsigned sides = STP_FMT_MINUS | STP_FMT_ZERO;
	struct stp_fmt f = v->fmt;
	char format[64];
	int n;

	switch (f.conv) {
	case STP_CONV_DEC: c_format(format, &f, sides | STP_FMT_PLUS | STP_FMT_SPACE, PRId64); break;
	case STP_CONV_UDEC: c_format(format, &f, sides, PRIu64); break;
	case STP_CONV_HEXUP: c_format(format, &f, sides | STP_FMT_ALT, PRIX64); break;
	case STP_CONV_OCT: c_format(format, &f, sides | STP_FMT_ALT, PRIo64); break;
	case STP_CONV_HEX: c_format(format, &f, sides | STP_FMT_ALT, PRIx64); break;
	case STP_CONV_PTR:
		f.flags |= STP_FMT_ALT;
		c_format(format, &f, sides | STP_FMT_ALT, PRIx64);
		return v->number ? snprintf(want, size, format, v->number) : -1;
	case STP_CONV_CHAR:
		f.precision = -1;
		c_format(format, &f, STP_FMT_MINUS, "c");
		return f.flags & STP_FMT_ALT ? -1 : snprintf(want, size, format, (int)(unsigned char)v->number);
	case STP_CONV_STR:
		c_format(format, &f, STP_FMT_MINUS, "s");
		return snprintf(want, size, format, v->string);
	default:
		n = f.size ? f.size : f.width == 1 || f.width == 2 || f.width == 4 ? f.width : 8;
		memcpy(want, &v->number, (size_t)n);
		return n;
	}
	return snprintf(want, size, format, v->number);
}
#pragma GCC diagnostic pop

/* Puts V behind what is in ALL, and compares that with C. *STOP: an error in the handler. */
static const char *check_value(struct stp_ctx *c, const struct value *v, struct strbuf *all, bool *stop)
{
	size_t size = ONE + (v->string ? strlen(v->string) : 0) + v->part->len, len;
	char *got = xmalloc(size), *want = xmalloc(size);
	const char *wrong = NULL;
	struct stp_out o;
	int n;

	stp_out_string(&o, got, size);
	put(c, &o, v);
	stp_out_end(&o);
	len = (size_t)(o.pos - got);
	*stop = c->error;
	if (v->part->conv == CONV_LITERAL) {
		n = -1;
	} else if (v->part->conv == CONV_MEMORY || v->part->conv == CONV_MEMORY_HEX) {
		if (!*stop)
			want_memory(v, want);
		n = *stop ? -1 : (int)strlen(want);
	} else {
		n = want_of(v, want, size);
	}
	if (n >= 0 && ((size_t)n != len || memcmp(want, got, len))) {
		fprintf(stderr, "of %" PRId64 " \"%s\": '%s', not '%s'\n", v->number, v->string ? v->string : "", got, want);
		wrong = "a conversion is not as C has it";
	}
	sb_add(all, got, *stop ? 0 : len);
	free(got);
	free(want);
	return wrong;
}

/* ---- a whole format ---- */

static void prepare_world(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	plat_test_reset(1);
	plat_test_room(0, UINT32_MAX);
	for (int i = 0; i < MEMORY; i++) {
		kernel_memory[i] = (char)('A' + i % 26);
		user_memory[i] = (char)('a' + i % 26);
	}
	plat_test_memory(false, KERNEL_AT, kernel_memory, MEMORY);
	plat_test_memory(true, USER_AT, user_memory, MEMORY);
}

/* The N values once more, in one text: cut in a short string, whole in output records. */
static const char *check_whole(struct stp_ctx *c, const struct value *v, size_t n, const struct strbuf *all)
{
	char text[SHORT_STRING];
	struct stp_out o;
	size_t most = all->len < sizeof text - 1 ? all->len : sizeof text - 1;

	stp_out_string(&o, text, sizeof text);
	for (size_t i = 0; i < n; i++)
		put(c, &o, &v[i]);
	stp_out_end(&o);
	if ((size_t)(o.pos - text) != most || memcmp(text, sb_str(all), most))
		return "a short string has another beginning";
	plat_test_clear_output();
	for (size_t i = 0; i < n; i++)
		put(c, &c->out, &v[i]);
	stp_out_flush(c);
	if (memcmp(plat_test_text(), sb_str(all), all->len) || plat_test_text()[all->len] || plat_test_lost())
		return "output records have another text";
	return NULL;
}

static const char *check_output(const struct format *f, struct input in)
{
	struct stp_ctx *c = xcalloc(1, sizeof *c);
	struct value *v = xcalloc(f->nparts + 1, sizeof *v);
	struct strbuf all = STRBUF_INIT;
	const char *wrong = NULL;
	bool stop = false;
	size_t n = 0;

	prepare_world();
	stp_ctx_init(c, 0, NULL, 0);
	while (n < f->nparts && !wrong && !stop && all.len < MOST_TEXT) {
		v[n] = take_value(&f->parts[n], &in);
		wrong = check_value(c, &v[n++], &all, &stop);
	}
	if (!wrong)
		wrong = check_whole(c, v, stop ? n - 1 : n, &all);
	for (size_t i = 0; i < n; i++)
		free(v[i].string);
	free(v);
	free(c);
	sb_free(&all);
	return wrong;
}

static bool same_part(const struct format_part *a, const struct format_part *b)
{
	return a->conv == b->conv && a->flags == b->flags && a->width == b->width && a->precision == b->precision && a->size == b->size &&
	       a->len == b->len && (!a->len || !memcmp(a->text, b->text, a->len));
}

/* Printed and parsed again, it is the same. */
static const char *check_print(struct session *s, const struct format *f)
{
	struct strbuf b = STRBUF_INIT;
	const struct format *again;
	bool same;

	for (size_t i = 0; i < f->nparts; i++) {
		const struct format_part *p = &f->parts[i];

		if (p->conv != CONV_LITERAL)
			format_print_part(&b, p);
		for (size_t k = 0; k < p->len; k++)
			sb_add(&b, p->text[k] == '%' ? "%%" : p->text + k, p->text[k] == '%' ? 2 : 1);
	}
	again = format_parse(&s->arena, &s->diags, (struct span){ 0 }, sb_str(&b), b.len);
	same = again && again->nparts == f->nparts && again->nargs == f->nargs;
	for (size_t i = 0; same && i < f->nparts; i++)
		same = same_part(&f->parts[i], &again->parts[i]);
	if (!same)
		fprintf(stderr, "printed: \"%s\"\n", sb_str(&b));
	sb_free(&b);
	return same ? NULL : "what it prints is another format";
}

static const char *check_types(const struct format *f)
{
	for (size_t i = 0; i < f->nargs; i++)
		if (format_arg_type(f, i) != TYPE_LONG && format_arg_type(f, i) != TYPE_STRING)
			return "an argument without a type";
	return format_arg_type(f, f->nargs) == TYPE_UNKNOWN ? NULL : "an argument too many";
}

/* As a table's format: what is told stands within the literal. */
static const char *check_table(struct session *s, const struct token *t)
{
	struct table_format f = { 0 };
	unsigned before = s->diags.nerrors;

	if (!table_parse(&s->arena, &s->diags, &s->sources, t->span, t->text, t->len, &f))
		return s->diags.nerrors > before ? NULL : "refused without a word, as a table";
	for (size_t i = 0; i < f.len; i++) {
		struct span at = format_span(&s->sources, t->span, f.data[i].part.off, f.data[i].part.end);

		if (at.src != t->span.src || at.beg < t->span.beg || at.end > t->span.end || at.beg > at.end)
			return "a part of a table's format is outside of the literal";
	}
	return NULL;
}

/* LEN bytes between quotes, as a token; false when they are no literal. */
static bool read_literal(struct session *s, const char *data, size_t len, struct token *t)
{
	struct strbuf b = STRBUF_INIT;
	struct lexer l;

	sb_putc(&b, '"');
	sb_add(&b, data, len);
	sb_putc(&b, '"');
	lex_init(&l, s, source_add(&s->sources, "<fuzz>", sb_str(&b), b.len));
	sb_free(&b);
	*t = lex_next(&l);
	return t->kind == TOK_STRING && t->span.end == len + 2;
}

static const char *run(const char *data, size_t len, bool *taken)
{
	const char *nl = memchr(data, '\n', len), *wrong = NULL;
	size_t first = nl ? (size_t)(nl - data) : len;
	struct session *s = script_open();
	struct token t;
	struct format *f;

	if (read_literal(s, data, first, &t)) {
		f = format_parse(&s->arena, &s->diags, t.span, t.text, t.len);
		*taken = f;
		if (!f && !s->diags.nerrors)
			wrong = "refused without a word";
		if (f && !(wrong = check_types(f)) && !(wrong = check_print(s, f)))
			wrong = check_output(f, (struct input){ data + first + (nl != NULL), data + len });
		if (!wrong)
			wrong = check_table(s, &t);
	}
	script_close(s);
	return wrong;
}

const struct fuzz_target fuzz_printf = { "printf", run, pieces };
