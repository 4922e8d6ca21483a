/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walk that lowers target variables, casts and @-operators of all bodies, again while C types are carried further
 * along script variables (ctypes.c) and autocasts make progress. */
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
	struct lowering *l = v->data;

	if (place->kind != EXPR_CAST)
		return false;
	place->cast.arg = walk_expr(v, place->cast.arg);
	if (place->cast.type || place->cast.arg->ctype || l->final)
		return false;
	l->waits = true;
	return true;
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

static struct expr *post(struct visitor *v, struct expr *e)
{
	struct lowering *l = v->data;

	switch ((int)e->kind) {
	case EXPR_TARGET: return lower_no_object(l, lower_target(l, e, NULL));
	case EXPR_CAST: return lower_no_object(l, lower_cast(l, e, NULL));
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
	ctypes_carry(l, e);
	return e;
}

static struct stmt *post_stmt(struct visitor *v, struct stmt *st)
{
	ctypes_carry_stmt(v->data, st);
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

/* One round over all bodies, by what ROUND says of it; what came of it is set there, too. */
static void lower_round(struct session *s, struct lowering *round)
{
	struct program *p = s->program;

	round->progress = round->waits = false;
	for (size_t i = 0; i < p->probes.len; i++) {
		struct stmt *none = NULL;

		round->probe = p->probes.data[i];
		round->function = NULL;
		lower_body(round, round->probe->same_as ? &none : &round->probe->body, &round->probe->condition);
	}
	for (size_t i = 0; i < p->functions.len; i++) {
		round->function = p->functions.data[i];
		round->probe = round->function->context;
		if (round->function->body)
			lower_body(round, &round->function->body, NULL);
	}
}

static void lower_rounds(struct session *s, struct lowering *round)
{
	for (unsigned n = 0; n < 64; n++) {
		lower_round(s, round);
		if (!round->progress)
			break;
	}
}

bool sema_target(struct session *s)
{
	struct lowering round = { .session = s };
	unsigned before = s->diags.nerrors;

	lower_rounds(s, &round);
	if (round.waits) {
		round.builtins = true;
		lower_rounds(s, &round);
	}
	round.final = true;
	lower_round(s, &round);
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
