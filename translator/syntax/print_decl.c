/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements, declarations and files as script text. */
#include "translator/syntax/print.h"

#include <string.h>

static void print_head(struct strbuf *b, const struct stmt *s)
{
	switch ((int)s->kind) {
	case STMT_IF: sb_puts(b, "if ("); print_expr(b, s->if_.cond); sb_puts(b, ")\n"); break;
	case STMT_LOOP:
		sb_puts(b, s->loop.is_for ? "for (" : "while (");
		if (s->loop.init)
			print_expr(b, s->loop.init);
		sb_puts(b, s->loop.is_for ? "; " : "");
		if (s->loop.cond)
			print_expr(b, s->loop.cond);
		sb_puts(b, s->loop.is_for ? "; " : "");
		if (s->loop.step)
			print_expr(b, s->loop.step);
		sb_puts(b, ")\n");
		break;
	}
}

static void print_mark(struct strbuf *b, const struct stmt *s, int column)
{
	if (s->foreach.order == SORT_NONE || s->foreach.sort_column != column)
		return;
	if (!column && s->foreach.sort_stat != STAT_COUNT)
		sb_printf(b, " @%s ", stat_op_name(s->foreach.sort_stat));
	sb_putc(b, s->foreach.order == SORT_UP ? '+' : '-');
}

static void print_foreach_head(struct strbuf *b, const struct stmt *s)
{
	sb_puts(b, "foreach (");
	if (s->foreach.value) {
		print_expr(b, s->foreach.value);
		sb_puts(b, " = ");
	}
	sb_putc(b, '[');
	for (size_t i = 0; i < s->foreach.keys.len; i++) {
		sb_puts(b, i ? ", " : "");
		print_expr(b, s->foreach.keys.data[i]);
		print_mark(b, s, (int)i + 1);
	}
	sb_puts(b, "] in ");
	print_expr(b, s->foreach.base);
	if (s->foreach.slice.len) {
		sb_putc(b, '[');
		for (size_t i = 0; i < s->foreach.slice.len; i++) {
			sb_puts(b, i ? ", " : "");
			if (s->foreach.slice.data[i])
				print_expr(b, s->foreach.slice.data[i]);
			else
				sb_putc(b, '*');
		}
		sb_putc(b, ']');
	}
	print_mark(b, s, 0);
	if (s->foreach.limit) {
		sb_puts(b, " limit ");
		print_expr(b, s->foreach.limit);
	}
	sb_puts(b, ")\n");
}

/* Would the text of S carry on an expression that ends on the line before? */
static bool continues(const struct stmt *s)
{
	struct strbuf b = STRBUF_INIT;
	bool yes = false;

	if (s->kind == STMT_EMPTY)
		return true;
	if (s->kind == STMT_EXPR) {
		print_expr(&b, s->expr.expr);
		yes = b.len && strchr("-+([&\"!*?.<%", *b.s);
		sb_free(&b);
	}
	return yes;
}

/* End the statement that B ends with, unless it ends itself. */
static void end_statement(struct strbuf *b)
{
	size_t n = b->len;

	if (n < 3 || b->s[n - 2] == ';' || (b->s[n - 2] == '}' && b->s[n - 3] != '%'))
		return;
	sb_truncate(b, n - 1);
	sb_puts(b, ";\n");
}

static void print_block(struct strbuf *b, const struct stmt *s, unsigned depth)
{
	sb_indent(b, depth);
	sb_puts(b, "{\n");
	for (size_t i = 0; i < s->block.body.len; i++) {
		if (i && continues(s->block.body.data[i]))
			end_statement(b);
		print_stmt(b, s->block.body.data[i], depth + 1);
	}
	sb_indent(b, depth);
	sb_puts(b, "}\n");
}

/* if and all of its else if */
static void print_if(struct strbuf *b, const struct stmt *s, unsigned depth)
{
	const struct stmt *no;

	for (;; s = no) {
		print_head(b, s);
		print_stmt(b, s->if_.yes, depth + (s->if_.yes->kind != STMT_BLOCK));
		no = s->if_.no;
		if (!no)
			return;
		sb_indent(b, depth);
		if (no->kind != STMT_IF)
			break;
		sb_puts(b, "else ");
	}
	sb_puts(b, "else\n");
	print_stmt(b, no, depth + (no->kind != STMT_BLOCK));
}

static void print_with_value(struct strbuf *b, const char *word, const struct expr *e)
{
	sb_puts(b, word);
	if (e)
		print_expr(b, e);
	sb_puts(b, "\n");
}

void print_stmt(struct strbuf *b, const struct stmt *s, unsigned depth)
{
	if (s->kind == STMT_BLOCK) {
		print_block(b, s, depth);
		return;
	}
	sb_indent(b, depth);
	switch (s->kind) {
	case STMT_BLOCK: case STMT_KINDS: break;
	case STMT_EXPR: print_with_value(b, "", s->expr.expr); break;
	case STMT_EMPTY: sb_puts(b, ";\n"); break;
	case STMT_IF: print_if(b, s, depth); break;
	case STMT_LOOP: print_head(b, s); print_stmt(b, s->loop.body, depth + (s->loop.body->kind != STMT_BLOCK)); break;
	case STMT_FOREACH: print_foreach_head(b, s); print_stmt(b, s->foreach.body, depth + (s->foreach.body->kind != STMT_BLOCK)); break;
	case STMT_RETURN: print_with_value(b, s->return_.value ? "return " : "return;", s->return_.value); break;
	case STMT_DELETE: print_with_value(b, "delete ", s->delete_.target); break;
	case STMT_NEXT: sb_puts(b, "next\n"); break;
	case STMT_BREAK: sb_puts(b, "break\n"); break;
	case STMT_CONTINUE: sb_puts(b, "continue\n"); break;
	case STMT_TRY:
		sb_puts(b, "try\n");
		print_stmt(b, s->try_.body, depth);
		sb_indent(b, depth);
		sb_puts(b, "catch");
		if (s->try_.message)
			sb_printf(b, " (%s)", s->try_.message->symbol.name);
		sb_putc(b, '\n');
		print_stmt(b, s->try_.handler, depth);
		break;
	case STMT_EMBEDDED: sb_printf(b, "%%{%s%%}\n", s->embedded.code); break;
	}
}

void print_global(struct strbuf *b, const struct global_decl *g)
{
	sb_printf(b, "%sglobal ", g->privat ? "private " : "");
	if (g->stat_hint)
		sb_printf(b, "%s(%s)", stat_op_name((enum stat_op)(g->stat_hint - 1)), g->name);
	else
		sb_puts(b, g->name);
	sb_puts(b, g->wrap ? "%" : "");
	if (g->size) {
		sb_putc(b, '[');
		print_expr(b, g->size);
		sb_putc(b, ']');
	}
	if (g->init) {
		sb_puts(b, " = ");
		print_expr(b, g->init);
	}
	sb_putc(b, '\n');
}

void print_function_head(struct strbuf *b, const struct function_decl *f)
{
	sb_printf(b, "%sfunction %s", f->privat ? "private " : "", f->name);
	if (f->result == TYPE_LONG || f->result == TYPE_STRING)
		sb_printf(b, ":%s", type_name(f->result));
	sb_puts(b, " (");
	for (size_t i = 0; i < f->params.len; i++) {
		sb_printf(b, "%s%s", i ? ", " : "", f->params.data[i].name);
		if (f->params.data[i].type != TYPE_UNKNOWN)
			sb_printf(b, ":%s", type_name(f->params.data[i].type));
	}
	sb_putc(b, ')');
	if (f->priority >= 0)
		sb_printf(b, ":%d", f->priority);
}

static void print_points(struct strbuf *b, struct point *const *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		sb_puts(b, i ? ",\n\t" : "");
		print_point(b, p[i]);
	}
}

static void print_decl(struct strbuf *b, const void *d, enum decl_kind k)
{
	const struct alias_decl *a = d;
	const struct probe_decl *p = d;
	const struct function_decl *f = d;
	const struct stmt *s = d;

	switch (k) {
	case DECL_PROBE:
		sb_puts(b, "probe ");
		print_points(b, p->points.data, p->points.len);
		sb_putc(b, '\n');
		print_stmt(b, p->body, 0);
		break;
	case DECL_ALIAS:
		sb_puts(b, a->privat ? "private probe " : "probe ");
		print_points(b, a->names.data, a->names.len);
		sb_puts(b, a->epilogue ? " += " : " = ");
		print_points(b, a->probe.points.data, a->probe.points.len);
		sb_putc(b, '\n');
		print_stmt(b, a->probe.body, 0);
		if (a->second) {
			sb_truncate(b, b->len - 1);
			sb_puts(b, ",\n");
			print_stmt(b, a->second, 0);
		}
		break;
	case DECL_FUNCTION:
		print_function_head(b, f);
		sb_putc(b, '\n');
		print_stmt(b, f->body, 0);
		break;
	case DECL_GLOBAL: print_global(b, d); break;
	case DECL_EMBEDDED: print_stmt(b, s, 0); break;
	}
}

void print_file(struct strbuf *b, const struct file *f)
{
	for (size_t i = 0; i < f->order.len; i++)
		print_decl(b, f->order.data[i], f->order_kind.data[i]);
}
