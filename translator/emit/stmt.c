/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements. Temporaries are free again behind each one. */
#include "translator/emit/emit.h"

static void emit_block(struct body *b, struct stmt *s)
{
	for (size_t i = 0; i < s->block.body.len; i++)
		emit_stmt(b, s->block.body.data[i]);
}

/* A statement in braces of its own. */
static void emit_scope(struct body *b, struct stmt *s)
{
	struct temps mark = temps_mark(b);

	emit_stmt(b, s);
	temps_release(b, mark);
}

static void emit_if(struct body *b, struct stmt *s)
{
	struct val c = emit_condition(b, s->if_.cond);

	open_block(b, "if (%s)", c.c);
	emit_scope(b, s->if_.yes);
	if (s->if_.no) {
		close_block(b, " else {");
		b->depth++;
		emit_scope(b, s->if_.no);
	}
	close_block(b, "");
}

static void emit_loop(struct body *b, struct stmt *s)
{
	const char *outer = b->cont;
	unsigned n = b->nlabel++;
	struct val c;

	if (s->loop.init)
		emit_effect(b, s->loop.init);
	open_block(b, "for (;;)");
	if (s->loop.cond) {
		c = emit_condition(b, s->loop.cond);
		line(b, "if (!(%s))", c.c);
		line(b, "\tbreak;");
	}
	if (b->e->time_limits)
		line(b, "STP_ACT(c, %u, %s, %s);", cost_of(s->loop.body) + 1, loc_c(b, s->span), b->fail);
	b->cont = format_c(b->e, "cont%u", n);
	emit_scope(b, s->loop.body);
	line(b, "%s: __attribute__((unused));", b->cont);
	if (s->loop.step)
		emit_effect(b, s->loop.step);
	close_block(b, "");
	b->cont = outer;
}

static void emit_return(struct body *b, struct stmt *s)
{
	struct val v;

	if (!s->return_.value) {
		line(b, "goto out;");
	} else if (b->function->result == TYPE_STRING) {
		v = emit_expr(b, s->return_.value);
		line(b, "stp_str_copy(ret, %s, STP_STRING);", v.c);
		line(b, "goto out;");
	} else {
		v = emit_expr(b, s->return_.value);
		if (b->function->result == TYPE_LONG)
			line(b, "r = %s;", v.c);
		line(b, "goto out;");
	}
}

static void emit_try(struct body *b, struct stmt *s)
{
	const char *outer = b->fail;
	unsigned n = b->nlabel++;
	struct expr *m = s->try_.message;
	const char *dst = "NULL";

	b->fail = format_c(b->e, "catch%u", n);
	open_block(b, "%s", "");
	emit_scope(b, s->try_.body);
	close_block(b, "");
	line(b, "goto tried%u;", n);
	line(b, "%s: __attribute__((unused));", b->fail);
	b->fail = outer;
	if (m)
		dst = cell_c(b, m->symbol.ref);
	line(b, "if (!stp_catch(c, %s, STP_STRING))", dst);
	line(b, "\tgoto %s;", outer);
	open_block(b, "%s", "");
	emit_scope(b, s->try_.handler);
	close_block(b, "");
	line(b, "tried%u: __attribute__((unused));", n);
}

static void emit_next(struct body *b)
{
	if (b->function && b->function->has_next)
		line(b, "*next_ = true;");
	line(b, "goto out;");
}

void emit_stmt(struct body *b, struct stmt *s)
{
	struct temps mark = temps_mark(b);

	if (umap_has(&b->lock_at, (uint64_t)(uintptr_t)s))
		emit_lock(b);
	switch (s->kind) {
	case STMT_BLOCK: emit_block(b, s); break;
	case STMT_EXPR:
		emit_effect(b, s->expr.expr);
		if (b->e->max_string > STRINGS_PAID)
			check_error(b, s->span);
		break;
	case STMT_EMPTY: break;
	case STMT_IF: emit_if(b, s); break;
	case STMT_LOOP: emit_loop(b, s); break;
	case STMT_FOREACH: emit_foreach(b, s); break;
	case STMT_RETURN: emit_return(b, s); break;
	case STMT_DELETE: emit_delete(b, s); break;
	case STMT_NEXT: emit_next(b); break;
	case STMT_BREAK: line(b, "break;"); break;
	case STMT_CONTINUE: line(b, "goto %s;", b->cont); break;
	case STMT_TRY: emit_try(b, s); break;
	case STMT_EMBEDDED:
		emit_embedded_stmt(b, s);
		break;
	case STMT_KINDS: break;
	}
	temps_release(b, mark);
}
