/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The print family. Conversions are the C library's. */
#include "testsuite/generate/eval.h"
#include "translator/syntax/format.h"

#include <stdio.h>
#include <string.h>

static void add_value(struct strbuf *b, struct value v)
{
	if (v.is_text)
		sb_puts(b, v.text);
	else
		sb_printf(b, "%lld", (long long)v.n);
}

static const char *conversion_text(enum conversion conv)
{
	switch (conv) {
	case CONV_DECIMAL: return "lld";
	case CONV_UNSIGNED: return "llu";
	case CONV_OCTAL: return "llo";
	case CONV_HEX: return "llx";
	case CONV_HEX_UPPER: return "llX";
	case CONV_CHAR: return "c";
	case CONV_STRING: return "s";
	case CONV_LITERAL:
	case CONV_BINARY:
	case CONV_MEMORY:
	case CONV_MEMORY_HEX:
	case CONV_POINTER: break;
	}
	return NULL;
}

/* "%-5lld" for the conversion P with its width and precision. */
static void c_format(char *to, size_t size, const struct format_part *p, int width, int precision)
{
	size_t n = snprintf(to, size, "%%%s%s%s%s%s", p->flags & FMT_MINUS ? "-" : "",
			    p->flags & FMT_ZERO ? "0" : "", p->flags & FMT_PLUS ? "+" : "",
			    p->flags & FMT_SPACE ? " " : "", p->flags & FMT_ALT ? "#" : "");

	if (width != FMT_NONE)
		n += snprintf(to + n, size - n, "%d", width);
	if (precision != FMT_NONE)
		n += snprintf(to + n, size - n, ".%d", precision);
	snprintf(to + n, size - n, "%s", conversion_text(p->conv));
}

static void add_part(struct eval *e, struct strbuf *b, const struct format_part *p,
		     const struct value *args, size_t *at)
{
	int width = p->width == FMT_ARG ? (int)args[(*at)++].n : p->width;
	int precision = p->precision == FMT_ARG ? (int)args[(*at)++].n : p->precision;
	char spec[64];

	if (!conversion_text(p->conv)) {
		eval_give_up(e, "conversion");
		return;
	}
	c_format(spec, sizeof spec, p, width, precision);
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	if (p->conv == CONV_STRING)
		sb_printf(b, spec, args[*at].text);
	else if (p->conv == CONV_CHAR)
		sb_printf(b, spec, (int)args[*at].n);
	else
		sb_printf(b, spec, (long long)args[*at].n);
	++*at;
}

static void add_format(struct eval *e, struct strbuf *b, const struct format *f,
		       const struct value *args)
{
	size_t at = 0;

	for (size_t i = 0; i < f->nparts && !e->gave_up; i++)
		if (f->parts[i].conv == CONV_LITERAL)
			sb_add(b, f->parts[i].text, f->parts[i].len);
		else
			add_part(e, b, &f->parts[i], args, &at);
}

/* What a printed histogram looks like is not known here. */
static bool has_histogram(struct eval *e, const struct expr *x)
{
	for (size_t i = 0; i < x->print.args.len; i++)
		if (x->print.args.data[i]->kind == EXPR_HIST) {
			eval_give_up(e, "a histogram is printed");
			return true;
		}
	return false;
}

static void add_list(struct eval *e, struct strbuf *b, const struct expr *x,
		     const struct value *args)
{
	const char *between = x->print.delimiter ? x->print.delimiter->string.text : "";

	for (size_t i = 0; i < x->print.args.len; i++) {
		if (i)
			sb_puts(b, eval_text(e, between, strlen(between)).text);
		add_value(b, args[i]);
	}
}

struct value eval_print(struct eval *e, const struct expr *x)
{
	struct value args[32], result = number_value(0);
	struct strbuf b = STRBUF_INIT;

	if (has_histogram(e, x) || x->print.args.len > 32)
		return result;
	for (size_t i = 0; i < x->print.args.len && !e->flow; i++)
		args[i] = eval_expr(e, x->print.args.data[i]);
	if (e->flow)
		return result;
	switch (x->print.kind) {
	case PRINT_PRINTF: add_format(e, &b, x->print.format, args); break;
	case PRINT_PRINT:
	case PRINT_PRINTD: add_list(e, &b, x, args); break;
	case PRINT_PRINTLN:
	case PRINT_PRINTDLN:
		add_list(e, &b, x, args);
		sb_putc(&b, '\n');
		break;
	case PRINT_PRINT_CHAR: sb_putc(&b, (char)args[0].n); break;
	}
	if (x->print.to_string)
		result = eval_text(e, sb_str(&b), b.len);
	else
		sb_add(&e->out, sb_str(&b), b.len);
	sb_free(&b);
	return result;
}
