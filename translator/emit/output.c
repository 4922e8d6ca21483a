/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The print family: one call of the runtime for each piece of text or conversion,
 * so that no format is parsed while a probe runs. */
#include "translator/emit/emit.h"
#include "translator/syntax/format.h"

#include <string.h>

struct printer {
	struct body *b;
	const char *out;	/* C expression: struct stp_out * */
};

static void put_text(struct printer *p, const char *s, size_t len)
{
	if (len)
		line(p->b, "stp_out_text(%s, %s, %zu);", p->out, c_string(p->b->e, s, len), len);
}

/* A constant struct stp_fmt of the file, shared by equal ones. */
static const char *fmt_constant(struct emitter *e, const char *init)
{
	const char *name = map_get(&e->formats, init);

	if (name)
		return name;
	name = format_c(e, "&fmt_%zu", e->formats.len);
	sb_printf(&e->types, "static const struct stp_fmt %s = %s;\n", name + 1, init);
	map_put(&e->formats, init, (void *)name);
	return name;
}

static unsigned fmt_flags(unsigned f)
{
	return (f & FMT_MINUS ? 1 : 0) | (f & FMT_ZERO ? 2 : 0) | (f & FMT_PLUS ? 4 : 0) | (f & FMT_SPACE ? 8 : 0) | (f & FMT_ALT ? 16 : 0);
}

static const char *conv_c(enum conversion c)
{
	switch (c) {
	case CONV_BINARY: return "STP_CONV_BIN";
	case CONV_CHAR: return "STP_CONV_CHAR";
	case CONV_DECIMAL: return "STP_CONV_DEC";
	case CONV_OCTAL: return "STP_CONV_OCT";
	case CONV_POINTER: return "STP_CONV_PTR";
	case CONV_UNSIGNED: return "STP_CONV_UDEC";
	case CONV_HEX: case CONV_MEMORY: case CONV_MEMORY_HEX: return "STP_CONV_HEX";
	case CONV_HEX_UPPER: return "STP_CONV_HEXUP";
	case CONV_STRING: case CONV_LITERAL: break;
	}
	return "STP_CONV_STR";
}

/* `&fmt_3`, or the address of a temporary one when a width or precision is computed. */
static const char *fmt_spec(struct printer *p, const struct format_part *f, struct val **arg)
{
	const char *w = format_c(p->b->e, "%d", f->width), *pr = format_c(p->b->e, "%d", f->precision), *init;
	bool fixed = f->width != FMT_ARG && f->precision != FMT_ARG;

	if (f->width == FMT_ARG)
		w = format_c(p->b->e, "stp_fmt_width(%s)", (*arg)++->c);
	if (f->precision == FMT_ARG)
		pr = format_c(p->b->e, "stp_fmt_precision(%s)", (*arg)++->c);
	init = format_c(p->b->e, "{ .conv = %s, .flags = %u, .size = %u, .width = %s, .precision = %s }",
			conv_c(f->conv), fmt_flags(f->flags), f->size, w, pr);
	if (fixed)
		return fmt_constant(p->b->e, init);
	return temp_fmt(p->b, init);
}

static void put_conversion(struct printer *p, const struct format_part *f, struct val **arg, struct span at)
{
	bool plain = !f->flags && f->width == FMT_NONE && f->precision == FMT_NONE;
	const char *spec;

	if (plain && f->conv == CONV_STRING) {
		line(p->b, "stp_out_str(%s, %s);", p->out, (*arg)++->c);
		return;
	}
	if (plain && f->conv == CONV_DECIMAL) {
		line(p->b, "stp_out_dec(%s, %s);", p->out, (*arg)++->c);
		return;
	}
	spec = fmt_spec(p, f, arg);
	if (f->conv == CONV_STRING) {
		line(p->b, "stp_out_fmt_str(%s, %s, %s);", p->out, spec, (*arg)++->c);
	} else if (f->conv == CONV_MEMORY || f->conv == CONV_MEMORY_HEX) {
		line(p->b, "stp_out_mem(c, %s, %s, (uint64_t)%s, %d);", p->out, spec, (*arg)++->c, f->conv == CONV_MEMORY_HEX);
		check_error(p->b, at);
	} else {
		line(p->b, "stp_out_long(%s, %s, %s);", p->out, spec, (*arg)++->c);
	}
}

static void put_stack(struct printer *p, const char *c)
{
	line(p->b, "stp_out_stack(%s, %s, STP_STACK_SHORT);", p->out, c);
}

static void put_value(struct printer *p, struct expr *e, const char *c)
{
	if (e->is_stack) {
		put_stack(p, c);
		return;
	}
	line(p->b, "stp_out_%s(%s, %s);", is_string(e) ? "str" : "dec", p->out, c);
}

/* Is the value of %s at ARGS + N a stack? */
static bool is_stack_text(const struct format_part *f, const struct expr *e, ptrdiff_t n)
{
	return f->conv == CONV_STRING && e->print.args.data[n + (f->width == FMT_ARG) + (f->precision == FMT_ARG)]->is_stack;
}

static void put_formatted(struct printer *p, struct expr *e, struct val *args)
{
	struct format *f = e->print.format;
	struct val *first = args;

	for (size_t i = 0; i < f->nparts; i++) {
		if (f->parts[i].conv == CONV_LITERAL)
			put_text(p, f->parts[i].text, f->parts[i].len);
		else if (is_stack_text(&f->parts[i], e, args - first)) {
			args += (f->parts[i].width == FMT_ARG) + (f->parts[i].precision == FMT_ARG);
			put_stack(p, args++->c);
		}
		else
			put_conversion(p, &f->parts[i], &args, e->span);
	}
}

static void put_hist(struct printer *p, struct expr *e)
{
	line(p->b, "stp_out_hist(%s, %s, %s);", p->out, emit_stat_pointer(p->b, e->hist.arg), hist_pointer(p->b, e->hist.arg));
	check_error(p->b, e->span);
}

static void put_plain(struct printer *p, struct expr *e, struct val *args)
{
	struct expr *d = e->print.delimiter;
	bool newline = e->print.kind == PRINT_PRINTLN || e->print.kind == PRINT_PRINTDLN;

	for (size_t i = 0; i < e->print.args.len; i++) {
		struct expr *a = e->print.args.data[i];

		if (i && d)
			put_text(p, d->string.text, d->string.len);
		if (a->kind == EXPR_HIST)
			put_hist(p, a);
		else
			put_value(p, a, args[i].c);
	}
	if (newline)
		put_text(p, "\n", 1);
}

static void evaluate_args(struct body *b, struct expr *e, struct val *v)
{
	struct expr_vec values = { 0 };

	/* histograms are read where they are printed */
	for (size_t i = 0; i < e->print.args.len; i++)
		vec_push(b->e->arena, &values, e->print.args.data[i]->kind == EXPR_HIST ? NULL : e->print.args.data[i]);
	emit_list(b, &values, v);
}

static struct val print_once(struct body *b, struct expr *e, const char *dst)
{
	size_t n = e->print.args.len;
	struct val *v = ARENA_ARRAY(b->e->arena, struct val, n ? n : 1), *arg = v;
	struct printer p = { b, "&c->out" };

	evaluate_args(b, e, v);
	if (e->print.to_string) {
		if (!dst)
			dst = temp_string(b);
		p.out = temp_out(b);
		line(b, "stp_out_string(%s, %s, STP_STRING);", p.out, dst);
	}
	if (e->print.kind == PRINT_PRINTF)
		put_formatted(&p, e, v);
	else if (e->print.kind == PRINT_PRINT_CHAR)
		line(b, "stp_out_long(%s, %s, %s);", p.out,
		     fmt_constant(b->e, "{ .conv = STP_CONV_CHAR, .width = -1, .precision = -1 }"), arg->c);
	else
		put_plain(&p, e, v);
	if (e->print.to_string) {
		line(b, "stp_out_end(%s);", p.out);
		return (struct val){ dst, true };
	}
	return no_value_c(e);
}

/* A text of which a part cannot be read is "<unreadable>" as a whole, and no error. */
static struct val print_guarded(struct body *b, struct expr *e, const char *dst)
{
	const char *outer = b->fail;
	unsigned n = b->nlabel++;

	if (!dst)
		dst = temp_string(b);
	b->fail = format_c(b->e, "unread%u", n);
	open_block(b, "%s", "");
	print_once(b, e, dst);
	close_block(b, "");
	line(b, "%s: __attribute__((unused));", b->fail);
	b->fail = outer;
	open_block(b, "if (STP_UNLIKELY(c->error))");
	line(b, "if (!stp_catch(c, NULL, 0))");
	line(b, "\tgoto %s;", outer);
	line(b, "stp_str_copy(%s, \"<unreadable>\", STP_STRING);", dst);
	close_block(b, "");
	return (struct val){ dst, true };
}

struct val emit_print(struct body *b, struct expr *e, const char *dst)
{
	return e->print.guarded ? print_guarded(b, e, dst) : print_once(b, e, dst);
}
