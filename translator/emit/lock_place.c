/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a handler takes its locks: as late as nothing is done before that cannot be left undone.
 *
 * Ahead of that place stands only what reads no global that needs a lock and has no effect but on local variables, so
 * a busy lock skips the hit as a whole.  A handler that begins with a filter takes none for hits that do not pass:
 * they neither wait for others nor make others wait. */
#include "translator/emit/emit.h"
#include "translator/opt/opt.h"

static bool sets_local(const struct expr *e)
{
	const struct expr *left = e->assign.left;

	return e->kind == EXPR_ASSIGN && !e->is_store && e->assign.op != OP_STAT && left->kind == EXPR_SYMBOL && left->symbol.ref &&
	       left->symbol.ref->kind != VAR_GLOBAL && !expr_has_effect(e->assign.right);
}

/* May S have run when the hit is skipped? */
static bool may_precede(const struct stmt *s)
{
	switch ((int)s->kind) {
	case STMT_EMPTY: case STMT_NEXT:
		return true;
	case STMT_EXPR:
		return !expr_has_effect(s->expr.expr) || sets_local(s->expr.expr);
	case STMT_IF:
		return !expr_has_effect(s->if_.cond) && may_precede(s->if_.yes) && (!s->if_.no || may_precede(s->if_.no));
	case STMT_BLOCK:
		for (size_t i = 0; i < s->block.body.len; i++)
			if (!may_precede(s->block.body.data[i]))
				return false;
		return true;
	default:
		return false;
	}
}

static void place(struct body *b, struct stmt *s);

static void place_before(struct body *b, struct stmt *s)
{
	umap_put(&b->lock_at, (uint64_t)(uintptr_t)s, s);
}

/* Of several statements that need it the first holds for all; one alone may go further in. */
static void place_in_block(struct body *b, struct stmt *block)
{
	struct stmt *first = NULL;
	bool first_needs = false;
	size_t needing = 0;

	for (size_t i = 0; i < block->block.body.len; i++) {
		struct stmt *s = block->block.body.data[i];
		bool needs = stmt_needs_lock(b->e, s);

		needing += needs;
		if (!first && (needs || !may_precede(s))) {
			first = s;
			first_needs = needs;
		}
	}
	if (first_needs && needing == 1)
		place(b, first);
	else
		place_before(b, first);
}

/* In S, if it needs it. */
static void place(struct body *b, struct stmt *s)
{
	if (!stmt_needs_lock(b->e, s))
		return;
	if (s->kind == STMT_BLOCK) {
		place_in_block(b, s);
	} else if (s->kind == STMT_IF && !expr_needs_lock(b->e, s->if_.cond) && !expr_has_effect(s->if_.cond)) {
		place(b, s->if_.yes);
		if (s->if_.no)
			place(b, s->if_.no);
	} else {
		place_before(b, s);
	}
}

void place_lock(struct body *b, struct stmt *handler)
{
	b->lock_at.arena = b->e->arena;
	place(b, handler);
}

void emit_lock(struct body *b)
{
	line(b, "if (STP_UNLIKELY(!stp_lock(c)))");
	line(b, "\tgoto out;");
}
