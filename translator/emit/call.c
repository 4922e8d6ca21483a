/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls: script functions, builtins' C templates; and the functions themselves. */
#include "translator/builtin/builtin.h"
#include "translator/emit/emit.h"
#include "translator/opt/opt.h"

#include <ctype.h>
#include <string.h>

/* CODE with $1 … its arguments, $0 the string result, $S its size, in TEXT. */
static void expand_template(struct strbuf *t, const char *code, const struct val *args, size_t nargs, const char *dst)
{
	for (; *code; code++) {
		if (*code != '$') {
			sb_putc(t, *code);
			continue;
		}
		code++;
		if (*code == 'S')
			sb_puts(t, "STP_STRING");
		else if (*code == '0')
			sb_puts(t, dst ? dst : "NULL");
		else if (isdigit((unsigned char)*code) && (size_t)(*code - '0') <= nargs)
			sb_puts(t, args[*code - '1'].c);
	}
}

struct val no_value_c(const struct expr *e)
{
	return (struct val){ e->type == TYPE_LONG ? "0" : e->type == TYPE_STRING ? "\"\"" : "", true };
}

struct val emit_template(struct body *b, const char *code, enum value_type result, struct expr_vec *args,
			 const char *dst, bool can_fail, struct span at)
{
	struct val v[9] = { 0 }, t = { "", true };
	struct strbuf text = STRBUF_INIT;

	emit_list(b, args, v);
	if (result == TYPE_STRING && !dst)
		dst = temp_string(b);
	expand_template(&text, code, v, args->len, dst);
	if (result == TYPE_LONG)
		t = temp_long(b, format_c(b->e, "(int64_t)%s", sb_str(&text)));
	else
		line(b, "%s;", sb_str(&text));
	if (result == TYPE_STRING)
		t.c = dst;
	sb_free(&text);
	if (can_fail)
		check_error(b, at);
	return t;
}

struct val store_context(struct body *b, struct expr *e)
{
	struct strbuf text = STRBUF_INIT;
	struct val v = emit_expr(b, e->context.args.data[0]);

	expand_template(&text, e->context.accessor, &v, 1, NULL);
	line(b, "%s;", sb_str(&text));
	sb_free(&text);
	check_error(b, e->span);
	return v;
}

struct val emit_context(struct body *b, struct expr *e, const char *dst)
{
	struct expr_vec none = { 0 };
	struct val v;

	if (!e->context.store)
		return emit_template(b, e->context.accessor, e->type, &e->context.args, dst, true, e->span);
	v = store_context(b, e);
	return e->context.reread ? emit_template(b, e->context.reread, e->type, &none, dst, true, e->span) : v;
}

static struct val call_builtin(struct body *b, struct expr *e, const char *dst)
{
	const struct builtin *bi = e->call.ref->builtin;
	bool can_fail = bi->flags & BI_ERROR || bi->cost == COST_NAMES || bi->cost == COST_SEARCH;
	struct val v = emit_template(b, bi->code, e->call.ref->result, &e->call.args, dst, can_fail, e->span);
	return e->call.ref->result == TYPE_VOID ? no_value_c(e) : v;
}

/* One that says `next` is called through a function that goes on to the next. */
static bool needs_dispatcher(const struct function *f)
{
	return f->next_overload || f->has_next;
}

struct val emit_call(struct body *b, struct expr *e, const char *dst)
{
	struct function *f = e->call.ref;
	struct val *v = arena_alloc(b->e->arena, (e->call.args.len + 1) * sizeof *v), t = { "", true };
	struct strbuf text = STRBUF_INIT;

	if (f->builtin)
		return call_builtin(b, e, dst);
	emit_list(b, &e->call.args, v);
	if (f->result == TYPE_STRING && !dst)
		dst = temp_string(b);
	sb_printf(&text, "%s(c", needs_dispatcher(f) ? format_c(b->e, "d_%s", f->c_name) : f->c_name);
	if (f->result == TYPE_STRING)
		sb_printf(&text, ", %s", dst);
	for (size_t i = 0; i < e->call.args.len; i++) {
		if (is_string(e->call.args.data[i]) && !f->pure)
			v[i] = make_stable(b, v[i], TYPE_STRING);
		sb_printf(&text, ", %s", v[i].c);
	}
	sb_putc(&text, ')');
	if (f->result == TYPE_LONG)
		t = temp_long(b, sb_str(&text));
	else
		line(b, "%s;", sb_str(&text));
	if (f->result == TYPE_STRING)
		t.c = dst;
	sb_free(&text);
	check_error(b, e->span);
	return f->result == TYPE_VOID ? no_value_c(e) : t;
}

/* ---- definitions ---- */

static const char *result_c(const struct function *f)
{
	return f->result == TYPE_LONG ? "int64_t" : "void";
}

static void parameter_list(struct strbuf *t, const struct function *f, const char *prefix)
{
	sb_puts(t, "(struct stp_ctx *c");
	if (f->result == TYPE_STRING)
		sb_puts(t, ", char *ret");
	for (size_t i = 0; i < f->params.len; i++)
		sb_printf(t, f->params.data[i]->type == TYPE_STRING ? ", const char *%s%s" : ", int64_t %s%s",
			  prefix, f->params.data[i]->c_name);
}

/* The function that tries each overload until one does not say `next`. */
static void emit_dispatcher(struct emitter *e, struct function *f)
{
	struct strbuf *t = &e->code;

	sb_printf(t, "static %s d_%s", result_c(f), f->c_name);
	parameter_list(t, f, "");
	sb_puts(t, ")\n{\n\tbool next;\n");
	if (f->result == TYPE_LONG)
		sb_puts(t, "\tint64_t r = 0;\n");
	for (struct function *o = f; o; o = o->next_overload) {
		sb_printf(t, "\tnext = false;\n\t%s%s(c%s", f->result == TYPE_LONG && o->result == TYPE_LONG ? "r = " : "", o->c_name,
			  o->result == TYPE_STRING ? ", ret" : "");
		for (size_t i = 0; i < f->params.len; i++)
			sb_printf(t, ", %s", f->params.data[i]->c_name);
		sb_printf(t, "%s);\n\tif (c->error || !next)\n\t\treturn%s;\n", o->has_next ? ", &next" : "",
			  f->result == TYPE_LONG ? " r" : "");
	}
	sb_puts(t, "\tstp_error(c, STP_ERR_SCRIPT, \"every overload of the function said next\");\n");
	sb_printf(t, "\treturn%s;\n}\n\n", f->result == TYPE_LONG ? " 0" : "");
}

/* Parameters that the body assigns become locals of their own. */
void copy_written_strings(struct body *b, struct function *f)
{
	for (size_t i = 0; i < f->params.len; i++) {
		struct variable *p = f->params.data[i];

		if (p->type == TYPE_STRING && p->written) {
			line(b, "stp_str_copy(l->%s, %s, STP_STRING);", p->c_name, p->c_name);
			line(b, "%s = l->%s;", p->c_name, p->c_name);
			b->needs_frame = true;
		}
	}
}

static void emit_script_function(struct emitter *e, struct function *f, const char *head)
{
	struct body b;
	struct strbuf pro = STRBUF_INIT;

	body_begin(&b, e, &f->locals);
	b.function = f;
	b.probe = f->context;
	copy_written_strings(&b, f);
	if (f->result == TYPE_LONG)
		sb_puts(&pro, "\tint64_t r = 0;\n");
	if (f->result == TYPE_STRING)
		sb_puts(&pro, "\tret[0] = 0;\n");
	if (f->recursive)
		sb_printf(&pro, "\tif (!stp_may_recurse(c, STP_MAXNESTING)) {\n\t\tstp_fail(c, %u);\n\t\tgoto out;\n\t}\n",
			  loc_number(e, f->decl->name_span));
	if (e->time_limits)
		line(&b, "STP_ACT(c, %u, %u, out);", cost_of(f->body), loc_number(e, f->decl->name_span));
	emit_stmt(&b, f->body);
	body_end(&b, head, f->c_name, sb_str(&pro), format_c(e, "%s\treturn%s;\n", f->recursive ? "\tc->depth--;\n" : "",
							    f->result == TYPE_LONG ? " r" : ""));
	sb_free(&pro);
}

static const char *function_head(struct emitter *e, struct function *f)
{
	struct strbuf t = STRBUF_INIT;
	const char *s;

	sb_printf(&t, "static __attribute__((unused)) %s %s", result_c(f), f->c_name);
	parameter_list(&t, f, "");
	if (f->has_next)
		sb_puts(&t, ", bool *next_");
	sb_putc(&t, ')');
	s = arena_strdup(e->arena, sb_str(&t));
	sb_free(&t);
	return s;
}

void emit_functions(struct emitter *e)
{
	struct function_vec *fs = &e->program->functions;

	for (size_t i = 0; i < fs->len; i++) {
		struct function *f = fs->data[i];

		if (f->builtin)
			continue;
		sb_printf(&e->types, "%s;\n", function_head(e, f));
		if (needs_dispatcher(f)) {
			sb_printf(&e->types, "static __attribute__((unused)) %s d_%s", result_c(f), f->c_name);
			parameter_list(&e->types, f, "");
			sb_puts(&e->types, ");\n");
		}
	}
	for (size_t i = 0; i < fs->len; i++) {
		struct function *f = fs->data[i];

		if (f->builtin)
			continue;
		if (f->code)
			emit_embedded_function(e, f, function_head(e, f));
		else
			emit_script_function(e, f, function_head(e, f));
		if (needs_dispatcher(f))
			emit_dispatcher(e, f);
	}
}
