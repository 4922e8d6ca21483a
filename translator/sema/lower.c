/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walk that lowers target variables, casts and @-operators of all bodies, and
 * carries C types along script variables until no autocast makes progress. */
#include "translator/errors.h"
#include "translator/family/family.h"
#include "translator/sema/sema.h"

static bool is_target(const struct expr *e)
{
	return e->kind == EXPR_TARGET || e->kind == EXPR_CAST;
}

static struct expr *lower_place(struct lowering *l, struct expr *e, struct expr *store)
{
	return e->kind == EXPR_TARGET ? lower_target(l, e, store) : lower_cast(l, e, store);
}

static struct expr *binary(struct arena *a, enum op op, struct expr *left, struct expr *right)
{
	struct expr *e = expr_new(a, EXPR_BINARY, span_join(left->span, right->span));

	e->binary.op = op;
	e->binary.left = left;
	e->binary.right = right;
	return e;
}

/* What the family makes of an assignment, or NULL. */
static struct expr *lower_by_family(struct lowering *l, struct expr *place, enum op op, struct expr *value)
{
	const struct family *f = l->probe ? l->probe->family : NULL;

	return f && f->context_store && place->kind == EXPR_TARGET ? f->context_store(l->session, l->probe, place, op, value) : NULL;
}

/* The store R, which dumps show as the assignment E that it was made of. */
static struct expr *written_as(struct expr *r, struct expr *e)
{
	if (r->kind == EXPR_FETCH || r->kind == EXPR_CONTEXT || r->kind == EXPR_BINARY)
		r->origin = e;
	return r;
}

/* Does nothing tell yet what the value, through which a member of PLACE is reached, points to? */
static bool waits_for_type(struct visitor *v, struct expr *place)
{
	const struct lowering *l = v->data;

	if (place->kind != EXPR_CAST)
		return false;
	place->cast.arg = walk_expr(v, place->cast.arg);
	return !place->cast.type && !place->cast.arg->ctype && !l->final;
}

/* $x op= v  ->  a store of $x op v */
static struct expr *lower_store(struct visitor *v, struct expr *e)
{
	struct lowering *l = v->data;
	struct arena *a = &l->session->arena;
	struct expr *place, *value, *r;
	bool is_assign = e->kind == EXPR_ASSIGN;
	enum op op;

	if (waits_for_type(v, is_assign ? e->assign.left : e->incdec.arg))
		return e;
	if (is_assign) {
		place = e->assign.left;
		value = e->assign.right = walk_expr(v, e->assign.right);
		op = e->assign.op;
	} else {
		place = e->incdec.arg;
		value = expr_new(a, EXPR_NUMBER, e->span);
		value->number.value = 1;
		op = e->incdec.increment ? OP_ADD : OP_SUB;
	}
	if (op != OP_NONE && (r = lower_by_family(l, place, op, value)))
		return written_as(r, e);
	if (op != OP_NONE)
		value = binary(a, op, lower_place(l, expr_clone(a, place), NULL), value);
	r = lower_by_family(l, place, OP_NONE, value);
	if (!r)
		r = lower_place(l, place, value);
	r->is_store = r->pending != NULL;
	if (e->kind == EXPR_INCDEC && !e->incdec.prefix && (r->kind == EXPR_FETCH || r->kind == EXPR_CONTEXT))
		r = binary(a, e->incdec.increment ? OP_SUB : OP_ADD, written_as(r, e), expr_clone(a, value->binary.right));
	return written_as(r, e);
}

static struct expr *pre(struct visitor *v, struct expr *e)
{
	(void)v;
	if ((e->kind == EXPR_ASSIGN && is_target(e->assign.left)) || (e->kind == EXPR_INCDEC && is_target(e->incdec.arg)))
		return NULL;
	if (e->kind == EXPR_ATOP)
		return NULL;	/* its arguments are lowered by what it means */
	return e;
}

static void carry_type(struct lowering *l, struct expr *e)
{
	struct variable *v;

	if (e->kind == EXPR_SYMBOL && e->symbol.ref && !e->ctype && e->symbol.ref->ctype) {
		e->ctype = e->symbol.ref->ctype;
		l->progress = true;
	} else if (e->kind == EXPR_ASSIGN && e->assign.op == OP_NONE && e->assign.right->ctype) {
		e->ctype = e->assign.right->ctype;
		v = e->assign.left->kind == EXPR_SYMBOL ? e->assign.left->symbol.ref :
		    e->assign.left->kind == EXPR_INDEX && e->assign.left->index.base->kind == EXPR_SYMBOL ? e->assign.left->index.base->symbol.ref : NULL;
		if (v && !v->ctype) {
			v->ctype = e->ctype;
			l->progress = true;
		}
	} else if (e->kind == EXPR_INDEX && e->index.base->kind == EXPR_SYMBOL && e->index.base->symbol.ref) {
		e->ctype = e->index.base->symbol.ref->ctype;
	} else if (e->kind == EXPR_CALL && e->call.ref) {
		e->ctype = e->call.ref->result_ctype;
		for (size_t i = 0; i < e->call.args.len && i < e->call.ref->params.len; i++)
			if (e->call.args.data[i]->ctype && !e->call.ref->params.data[i]->ctype) {
				e->call.ref->params.data[i]->ctype = e->call.args.data[i]->ctype;
				l->progress = true;
			}
	} else if (e->kind == EXPR_TERNARY && !e->ctype) {
		e->ctype = e->ternary.yes->ctype ? e->ternary.yes->ctype : e->ternary.no->ctype;
	} else if (e->kind == EXPR_BINARY && (e->binary.op == OP_ADD || e->binary.op == OP_SUB) && !e->ctype) {
		e->ctype = e->binary.left->ctype ? e->binary.left->ctype : e->binary.right->ctype;
	}
}

static struct expr *post(struct visitor *v, struct expr *e)
{
	struct lowering *l = v->data;

	switch ((int)e->kind) {
	case EXPR_TARGET: return lower_target(l, e, NULL);
	case EXPR_CAST: return lower_cast(l, e, NULL);
	case EXPR_ATOP: return lower_atop(l, e);
	case EXPR_ASSIGN:
		if (is_target(e->assign.left))
			return lower_store(v, e);
		break;
	case EXPR_INCDEC:
		if (is_target(e->incdec.arg))
			return lower_store(v, e);
		break;
	}
	carry_type(l, e);
	return e;
}

static struct stmt *post_stmt(struct visitor *v, struct stmt *st)
{
	struct lowering *l = v->data;

	if (st->kind == STMT_RETURN && l->function && st->return_.value && st->return_.value->ctype && !l->function->result_ctype) {
		l->function->result_ctype = st->return_.value->ctype;
		l->progress = true;
	}
	return st;
}

static void lower_body(struct lowering *l, struct stmt **body, struct expr **condition)
{
	struct visitor v = { .pre_expr = pre, .post_expr = post, .post_stmt = post_stmt, .data = l };

	if (*body)
		*body = walk_stmt(&v, *body);
	if (condition && *condition)
		*condition = walk_expr(&v, *condition);
}

static bool lower_round(struct session *s, bool final)
{
	struct program *p = s->program;
	bool progress = false;

	for (size_t i = 0; i < p->probes.len; i++) {
		struct lowering l = { .session = s, .probe = p->probes.data[i], .final = final };
		struct stmt *none = NULL;

		lower_body(&l, l.probe->same_as ? &none : &l.probe->body, &l.probe->condition);
		progress |= l.progress;
	}
	for (size_t i = 0; i < p->functions.len; i++) {
		struct lowering l = { .session = s, .function = p->functions.data[i], .probe = p->functions.data[i]->context, .final = final };

		if (l.function->body)
			lower_body(&l, &l.function->body, NULL);
		progress |= l.progress;
	}
	return progress;
}

bool sema_target(struct session *s)
{
	unsigned before = s->diags.nerrors;

	for (unsigned round = 0; round < 32 && lower_round(s, false); round++)
		;
	lower_round(s, true);
	return s->diags.nerrors == before;
}

/* ---- what stayed unresolved in code that is reached ---- */

static bool is_pretty(const struct expr *e)
{
	const struct access_vec *path = e->kind == EXPR_TARGET ? &e->target.path : &e->cast.path;

	return is_target(e) && path->len && vec_last(path).kind == ACCESS_PRETTY;
}

/* --skip-badvars: 0, or no text. */
static void take_nothing(struct expr *e)
{
	bool text = is_pretty(e) || (e->kind == EXPR_TARGET && e->target.name[0] == '$' && e->target.name[1] == '$');

	e->kind = text ? EXPR_STRING : EXPR_NUMBER;
	e->pending = NULL;
	if (text)
		e->string = (struct expr_string){ "", 0 };
	else
		e->number.value = 0;
}

struct reporting {
	struct session *session;
	const struct function *function;	/* or NULL: a probe */
	struct map told;			/* errors in functions, which other probes would repeat */
};

static void report_one(struct reporting *r, const struct expr *e)
{
	struct session *s = r->session;
	const char *key;

	if (r->function) {
		key = arena_printf(&s->arena, "%u:%u:%s", e->span.src, e->span.beg, e->pending->text);
		if (map_has(&r->told, key))
			return;
		map_put(&r->told, key, (void *)key);
	}
	pending_tell(s, e);
	if (r->function && r->function->context)
		context_note(s, r->function);
}

static struct expr *report(struct visitor *v, struct expr *e)
{
	struct reporting *r = v->data;

	if (!e->pending)
		return e;
	if (r->session->opt.skip_badvars)
		take_nothing(e);
	else
		report_one(r, e);
	return NULL;
}

bool sema_report_pending(struct session *s)
{
	struct reporting r = { .session = s, .told.arena = &s->arena };
	struct visitor v = { .pre_expr = report, .data = &r };
	struct program *p = s->program;
	unsigned before = s->diags.nerrors;

	program_walk_probes(&v, p);
	for (size_t i = 0; i < p->functions.len; i++) {
		r.function = p->functions.data[i];
		if (r.function->body)
			walk_stmt(&v, p->functions.data[i]->body);
	}
	return s->diags.nerrors == before;
}
