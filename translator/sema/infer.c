/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Type inference: long, string or statistics for every variable, key and expression.
 *
 * Rounds over the whole program carry what is known from uses to definitions and
 * back until nothing changes; what is still open then is a long.  A last round
 * reports each place where a known type meets a different need, with where that
 * type was decided. */
#include "translator/errors.h"
#include "translator/sema/sema.h"
#include "translator/syntax/format.h"
#include "translator/syntax/pragma.h"
#include "translator/syntax/print.h"

struct inference {
	struct session *session;
	struct function *function;
	const struct stmt *stmt;	/* at hand, */
	const struct expr *whole;	/* and whose operand is; NULL: the statement's own */
	bool changed, report, settle;	/* settle: open types become long */
	bool ok;
};

static enum value_type infer(struct inference *in, struct expr *e, enum value_type want);

static void mismatch(struct inference *in, struct span at, enum value_type have, enum value_type want, struct span from)
{
	if (!in->report)
		return;
	if (have == TYPE_VOID)
		in->ok = diag_error(&in->session->diags, at, E(TYPE_MISMATCH), "a %s is needed here, this gives no value", type_name(want));
	else
		in->ok = diag_error(&in->session->diags, at, E(TYPE_MISMATCH), "a %s is needed here, this is a %s", type_name(want), type_name(have));
	if (from.src && (from.src != at.src || from.beg != at.beg))
		diag_note(&in->session->diags, from, "it became a %s here", type_name(have));
}

/* *TYPE (decided at *FROM) is WANT (needed at AT), if it is still open. */
static enum value_type agree(struct inference *in, enum value_type *type, struct span *from, enum value_type want, struct span at)
{
	if (*type == TYPE_UNKNOWN && want == TYPE_UNKNOWN && in->settle)
		want = TYPE_LONG;
	if (*type == TYPE_UNKNOWN && want != TYPE_UNKNOWN && want != TYPE_VOID) {
		*type = want;
		*from = at;
		in->changed = true;
	}
	return *type;
}

/* The same, told where they differ. */
static enum value_type unify(struct inference *in, enum value_type *type, struct span *from, enum value_type want, struct span at)
{
	agree(in, type, from, want, at);
	if (*type != TYPE_UNKNOWN && want != TYPE_UNKNOWN && *type != want)
		mismatch(in, at, *type, want, *from);
	return *type;
}

static void infer_keys(struct inference *in, struct variable *m, struct expr_vec *keys)
{
	for (size_t i = 0; m && i < keys->len && i < MAX_KEYS; i++) {
		enum value_type t;

		if (!keys->data[i])
			continue;
		t = infer(in, keys->data[i], m->key_type[i]);
		unify(in, &m->key_type[i], &m->key_from[i], t, keys->data[i]->span);
	}
}

static enum value_type infer_symbol(struct inference *in, struct expr *e, enum value_type want)
{
	struct variable *v = e->symbol.ref;

	if (!v)
		return TYPE_LONG;
	if (v->is_array && in->report) {
		in->ok = diag_error(&in->session->diags, e->span, E(ARRAY_AS_SCALAR), "\"%s\" is an array with %u key%s: index it", v->name,
				    v->nkeys, v->nkeys == 1 ? "" : "s");
		diag_note(&in->session->diags, v->key_from[0], "it is an array here");
	}
	if (v->type == TYPE_STATS && want != TYPE_STATS && in->report) {
		in->ok = diag_error(&in->session->diags, e->span, E(STAT_AS_VALUE), "\"%s\" is a statistic: read it with an extractor, such as @count(…) or @avg(…)", v->name);
		diag_note(&in->session->diags, (struct span){ 0 }, "@count(%s), @sum, @min, @max, @avg, @variance", v->name);
		return want;
	}
	return agree(in, &v->type, &v->type_from, want, e->span);
}

static enum value_type infer_index(struct inference *in, struct expr *e, enum value_type want)
{
	struct variable *m;

	if (e->index.base->kind == EXPR_HIST) {
		infer(in, e->index.base, TYPE_UNKNOWN);
		if (e->index.keys.len == 1 && e->index.keys.data[0])
			infer(in, e->index.keys.data[0], TYPE_LONG);
		else if (in->report)
			in->ok = diag_error(&in->session->diags, e->span, E(ARRAY_KEYS), "a bucket of a histogram has one number");
		return TYPE_LONG;
	}
	m = e->index.base->symbol.ref;
	infer_keys(in, m, &e->index.keys);
	if (!m)
		return TYPE_LONG;
	if (m->type == TYPE_STATS && want != TYPE_STATS) {
		if (in->report) {
			in->ok = diag_error(&in->session->diags, e->span, E(STAT_AS_VALUE), "the elements of \"%s\" are statistics: read one with an extractor, such as @count(…) or @avg(…)", m->name);
			diag_note(&in->session->diags, (struct span){ 0 }, "@count(%s[…]), @sum, @min, @max, @avg, @variance", m->name);
		}
		return want;
	}
	return agree(in, &m->type, &m->type_from, want, e->span);
}

/* All overloads of F that return something return the same. */
static void infer_overloads(struct inference *in, struct function *f)
{
	for (struct function *o = f; o->next_overload; o = o->next_overload) {
		struct function *n = o->next_overload;

		if (o->result == TYPE_VOID || n->result == TYPE_VOID)
			continue;
		unify(in, &n->result, &n->result_from, o->result, o->result_from);
		if (o->result == TYPE_UNKNOWN)
			unify(in, &o->result, &o->result_from, n->result, n->result_from);
	}
}

/* What a call without a value counts as where WANT stands: 0 or "". */
static enum value_type no_value(enum value_type want)
{
	return want == TYPE_LONG || want == TYPE_STRING ? want : TYPE_VOID;
}

static enum value_type infer_call(struct inference *in, struct expr *e, enum value_type want)
{
	struct function *f = e->call.ref;

	if (!f)
		return want;
	for (struct function *o = f; o; o = o->next_overload)
		for (size_t i = 0; i < e->call.args.len && i < o->params.len; i++) {
			struct variable *p = o->params.data[i];
			enum value_type t = infer(in, e->call.args.data[i], p->type);

			unify(in, &p->type, &p->type_from, t, e->call.args.data[i]->span);
			if (o->next_overload)
				unify(in, &o->next_overload->params.data[i]->type, &o->next_overload->params.data[i]->type_from, p->type, p->type_from);
		}
	infer_overloads(in, f);
	/* a script's own that is void now was asked for no value whose type is known */
	if (f->result == TYPE_VOID && (!f->body || want == TYPE_UNKNOWN))
		return no_value(want);
	return agree(in, &f->result, &f->result_from, want, e->span);
}

/* Neither number nor text, so far: a use of it may decide. */
static bool is_open(enum value_type t)
{
	return t == TYPE_UNKNOWN || t == TYPE_VOID;
}

/* What a value of type T asks of the other side: nothing, if there is none. */
static enum value_type asked_by(enum value_type t)
{
	return t == TYPE_VOID ? TYPE_UNKNOWN : t;
}

/* E where a value stands: what gives none counts as a number, if nothing says of which type. */
static enum value_type infer_value(struct inference *in, struct expr *e, enum value_type want)
{
	enum value_type t = infer(in, e, want);

	return t == TYPE_VOID ? infer(in, e, TYPE_LONG) : t;
}

static enum value_type infer_binary(struct inference *in, struct expr *e)
{
	enum value_type l;

	switch ((int)e->binary.op) {
	case OP_CONCAT:
		infer(in, e->binary.left, TYPE_STRING);
		infer(in, e->binary.right, TYPE_STRING);
		return TYPE_STRING;
	case OP_LT: case OP_GT: case OP_LE: case OP_GE: case OP_EQ: case OP_NE:
		l = infer(in, e->binary.left, is_open(e->binary.left->type) ? asked_by(e->binary.right->type) : TYPE_UNKNOWN);
		if (is_open(l))
			l = infer(in, e->binary.left, infer_value(in, e->binary.right, TYPE_UNKNOWN));
		infer(in, e->binary.right, l);
		return TYPE_LONG;
	}
	infer(in, e->binary.left, TYPE_LONG);
	infer(in, e->binary.right, TYPE_LONG);
	return TYPE_LONG;
}

static enum value_type infer_ternary(struct inference *in, struct expr *e, enum value_type want)
{
	enum value_type t, other;

	infer(in, e->ternary.cond, TYPE_LONG);
	t = infer(in, e->ternary.yes, want);
	if (is_open(t)) {
		other = infer(in, e->ternary.no, want);
		t = is_open(other) ? t : infer(in, e->ternary.yes, other);
	}
	infer(in, e->ternary.no, asked_by(t));
	return t;
}

static enum value_type infer_assign(struct inference *in, struct expr *e, enum value_type want)
{
	struct expr *l = e->assign.left, *r = e->assign.right;
	enum value_type t;

	if (l->kind != EXPR_SYMBOL && l->kind != EXPR_INDEX) {
		if (in->report && !l->pending)
			in->ok = diag_error(&in->session->diags, l->span, E(ASSIGN_TARGET), "this cannot be assigned to: a variable, an element of an array or a $variable can");
		infer(in, r, TYPE_UNKNOWN);
		return TYPE_LONG;
	}
	if (e->assign.op == OP_STAT) {
		infer(in, l, TYPE_STATS);
		l->type = TYPE_STATS;
		return infer(in, r, TYPE_LONG);
	}
	if (e->assign.op != OP_NONE) {
		want = e->assign.op == OP_CONCAT ? TYPE_STRING : TYPE_LONG;
		infer(in, l, want);
		infer(in, r, want);
		return want;
	}
	t = infer(in, l, want);
	want = infer(in, r, t);
	return t == TYPE_UNKNOWN ? infer(in, l, want) : t;
}

/* The global that ARG is, or is an element of; NULL: something else. */
static struct variable *stat_variable_of(const struct expr *arg)
{
	struct variable *v = variable_of(arg);

	return v && v->kind == VAR_LOCAL && v->stat_origin ? v->stat_origin : v;
}

static void note_stat_use(struct inference *in, struct expr *arg, unsigned op)
{
	struct variable *v = stat_variable_of(arg);

	if (!v) {
		if (in->report)
			in->ok = diag_error(&in->session->diags, arg->span, E(STAT_PARAMS), "an extractor reads a global statistic or an element of one");
		return;
	}
	v->stat_ops |= 1u << op;
}

static int64_t constant(struct inference *in, struct expr *e);

/* The shift of the others becomes E's. */
static void take_shift(struct session *s, struct expr *e, unsigned shift)
{
	struct expr *n = expr_new(&s->arena, EXPR_NUMBER, e->span);

	n->type = TYPE_LONG;
	n->number.value = shift;
	vec_push(&s->arena, &e->stat.params, n);
}

/* @variance(x, shift): one shift for all that read x, also where none is given; 0 if it is nowhere. */
static void note_shift(struct inference *in, struct expr *e)
{
	struct variable *v = stat_variable_of(e->stat.arg);
	struct expr *given = e->stat.params.len ? e->stat.params.data[0] : NULL;
	struct span at;
	int64_t shift;

	if (!v || e->stat.op != STAT_VARIANCE)
		return;
	if (!given) {
		if (in->report && v->bit_shift)
			take_shift(in->session, e, v->bit_shift);
		return;
	}
	at = given->span;
	shift = constant(in, given);
	if (in->report && (shift < 0 || shift > 62))
		in->ok = diag_error(&in->session->diags, at, E(STAT_PARAMS), "a bit shift is a number from 0 to 62");
	else if (in->report && v->bit_shift != (unsigned)shift)
		in->ok = diag_error(&in->session->diags, at, E(STAT_PARAMS), "\"%s\" already has a bit shift of %u", v->name, v->bit_shift);
	if (!v->bit_shift && shift > 0 && shift < 63)
		v->bit_shift = (unsigned)shift;
}

static void infer_stat_arg(struct inference *in, struct expr *arg)
{
	infer(in, arg, TYPE_STATS);
	arg->type = TYPE_STATS;
}

static int64_t constant(struct inference *in, struct expr *e)
{
	infer(in, e, TYPE_LONG);
	if (e->kind == EXPR_NUMBER)
		return e->number.value;
	if (e->kind == EXPR_UNARY && e->unary.op == OP_NEG && e->unary.arg->kind == EXPR_NUMBER)
		return -e->unary.arg->number.value;
	if (in->report)
		in->ok = diag_error(&in->session->diags, e->span, E(STAT_PARAMS), "a number is needed here");
	return 1;
}

static void note_hist(struct inference *in, struct expr *e)
{
	struct expr *arg = e->hist.arg;
	struct variable *v = stat_variable_of(arg);

	note_stat_use(in, arg, STAT_COUNT);
	if (!v)
		return;
	if (!e->hist.linear) {
		if (v->hist == HIST_LINEAR && in->report)
			in->ok = diag_error(&in->session->diags, e->span, E(STAT_PARAMS), "\"%s\" already has a linear histogram", v->name);
		v->hist = v->hist ? v->hist : HIST_LOG;
		return;
	}
	if (e->hist.params.len != 3) {
		if (in->report)
			in->ok = diag_error(&in->session->diags, e->span, E(STAT_PARAMS), "@hist_linear takes a statistic, low, high and step");
		return;
	}
	int64_t low = constant(in, e->hist.params.data[0]), high = constant(in, e->hist.params.data[1]), step = constant(in, e->hist.params.data[2]);

	if (in->report && (step < 1 || high < low || (high - low) / step > 1024))
		in->ok = diag_error(&in->session->diags, e->span, E(STAT_PARAMS), "@hist_linear: low ≤ high, step at least 1, at most 1024 buckets");
	if (in->report && v->hist && (v->hist == HIST_LOG || v->hist_low != low || v->hist_high != high || v->hist_step != step))
		in->ok = diag_error(&in->session->diags, e->span, E(STAT_PARAMS), "\"%s\" already has another histogram", v->name);
	if (!v->hist) {
		v->hist = HIST_LINEAR;
		v->hist_low = low;
		v->hist_high = high;
		v->hist_step = step < 1 ? 1 : step;
	}
}

static void infer_print(struct inference *in, struct expr *e)
{
	for (size_t i = 0; i < e->print.args.len; i++) {
		struct expr *a = e->print.args.data[i];
		enum value_type want = TYPE_UNKNOWN;

		if (a->kind == EXPR_HIST) {
			infer(in, a, TYPE_UNKNOWN);
			if (in->report && e->print.kind == PRINT_PRINTF)
				in->ok = diag_error(&in->session->diags, a->span, E(PARSE_HIST), "no conversion is for a histogram: print(@hist_…) shows it");
			continue;
		}
		if (e->print.kind == PRINT_PRINTF && e->print.format)
			want = i < e->print.format->nargs ? format_arg_type(e->print.format, i) : TYPE_UNKNOWN;
		else if (e->print.kind == PRINT_PRINT_CHAR)
			want = TYPE_LONG;
		if (a->is_stack && want == TYPE_STRING)
			want = TYPE_LONG;
		if (infer(in, a, want) == TYPE_VOID && in->report)
			in->ok = diag_error(&in->session->diags, a->span, E(TYPE_MISMATCH), "this gives no value that could be printed");
	}
	if (in->report && e->print.kind == PRINT_PRINTF && e->print.format && e->print.format->nargs != e->print.args.len) {
		in->ok = diag_error(&in->session->diags, e->span, E(FORMAT_ARGS), "the format takes %zu argument%s, %zu given", e->print.format->nargs,
				    e->print.format->nargs == 1 ? "" : "s", e->print.args.len);
		sema_explain_format(in->session, e);
	}
}

static void infer_each(struct inference *in, struct expr_vec *v, enum value_type want)
{
	for (size_t i = 0; i < v->len; i++)
		if (v->data[i])
			infer_value(in, v->data[i], want);
}

static enum value_type embedded_type(const struct expr *e)
{
	return e->type != TYPE_UNKNOWN ? e->type : pragma_says(e->embedded.code, "string") ? TYPE_STRING : TYPE_LONG;
}

static enum value_type infer_kind(struct inference *in, struct expr *e, enum value_type want)
{
	switch (e->kind) {
	case EXPR_NUMBER: return TYPE_LONG;
	case EXPR_STRING: return TYPE_STRING;
	case EXPR_SYMBOL: return infer_symbol(in, e, want);
	case EXPR_INDEX: return infer_index(in, e, want);
	case EXPR_CALL: return infer_call(in, e, want);
	case EXPR_UNARY: infer(in, e->unary.arg, TYPE_LONG); return TYPE_LONG;
	case EXPR_BINARY: return infer_binary(in, e);
	case EXPR_TERNARY: return infer_ternary(in, e, want);
	case EXPR_ASSIGN: return infer_assign(in, e, want);
	case EXPR_INCDEC:
		if (in->report && e->incdec.arg->kind != EXPR_SYMBOL && e->incdec.arg->kind != EXPR_INDEX && !e->incdec.arg->pending)
			in->ok = diag_error(&in->session->diags, e->incdec.arg->span, E(ASSIGN_TARGET), "this cannot be counted up or down");
		infer(in, e->incdec.arg, TYPE_LONG);
		return TYPE_LONG;
	case EXPR_IN: infer_keys(in, e->in.array->symbol.ref, &e->in.keys); return TYPE_LONG;
	case EXPR_MATCH: infer(in, e->match.left, TYPE_STRING); return TYPE_LONG;
	case EXPR_TARGET: case EXPR_CAST: case EXPR_ATOP: return want == TYPE_UNKNOWN ? TYPE_LONG : want;
	case EXPR_STAT:
		infer_stat_arg(in, e->stat.arg);
		note_stat_use(in, e->stat.arg, e->stat.op);
		note_shift(in, e);
		return TYPE_LONG;
	case EXPR_HIST: infer_stat_arg(in, e->hist.arg); note_hist(in, e); return TYPE_STATS;
	case EXPR_PRINT: infer_print(in, e); return e->print.to_string ? TYPE_STRING : no_value(want);
	case EXPR_EMBEDDED: return embedded_type(e);
	case EXPR_FETCH:
		infer_each(in, &e->fetch.inputs, TYPE_LONG);
		if (e->fetch.store)
			infer(in, e->fetch.store, TYPE_LONG);
		return e->type;
	case EXPR_SAVED: return infer_value(in, e->saved.entry_expr, TYPE_UNKNOWN);
	case EXPR_CONTEXT: infer_each(in, &e->context.args, e->context.store ? e->type : TYPE_UNKNOWN); return e->type;
	case EXPR_KINDS: break;
	}
	return TYPE_UNKNOWN;
}

static struct span decided_at(const struct expr *e)
{
	const struct variable *v = variable_of(e);

	if (e->kind == EXPR_CALL && e->call.ref)
		return e->call.ref->result_from;
	return v ? v->type_from : (struct span){ 0 };
}

static enum value_type infer(struct inference *in, struct expr *e, enum value_type want)
{
	const struct expr *whole = in->whole;
	const char *note;
	enum value_type t;

	in->whole = e;
	t = infer_kind(in, e, want);
	in->whole = whole;
	if (t != e->type && t != TYPE_UNKNOWN && (t != TYPE_VOID || e->type == TYPE_UNKNOWN)) {
		e->type = t;
		in->changed = true;
	}
	if (t != TYPE_UNKNOWN && want != TYPE_UNKNOWN && t != want && !e->pending) {
		mismatch(in, e->span, t, want, decided_at(e));
		if (!in->report)
			return t;
		note = want == TYPE_STRING ? object_text_note(in->session, e) : NULL;
		if (note)
			diag_note(&in->session->diags, (struct span){ 0 }, "%s", note);
		else
			sema_explain_mismatch(in->session, in->stmt, in->function, whole, e, want);
	}
	return t;
}

/* ---- statements ---- */

static void infer_foreach(struct inference *in, struct stmt *s)
{
	struct expr *base = s->foreach.base;
	struct variable *m, *v;

	if (s->foreach.limit)
		infer(in, s->foreach.limit, TYPE_LONG);
	if (base->kind == EXPR_HIST) {
		infer(in, base, TYPE_UNKNOWN);
		infer_each(in, &s->foreach.keys, TYPE_LONG);
		if (in->report && s->foreach.keys.len != 1)
			in->ok = diag_error(&in->session->diags, base->span, E(ARRAY_KEYS), "buckets of a histogram have one number");
		if (s->foreach.value)
			infer(in, s->foreach.value, TYPE_LONG);
		return;
	}
	m = base->symbol.ref;
	if (!m)
		return;
	if (in->report && s->foreach.sort_named && m->type != TYPE_STATS)
		in->ok = diag_error(&in->session->diags, base->span, E(STAT_PARAMS), "\"%s\" holds no statistics to sort by @%s", m->name,
				    stat_op_name(s->foreach.sort_stat));
	infer_keys(in, m, &s->foreach.slice);
	for (size_t i = 0; i < s->foreach.keys.len && i < m->nkeys; i++) {
		v = s->foreach.keys.data[i]->symbol.ref;
		unify(in, &m->key_type[i], &m->key_from[i], infer(in, s->foreach.keys.data[i], m->key_type[i]), s->foreach.keys.data[i]->span);
	}
	if (!s->foreach.value)
		return;
	v = s->foreach.value->symbol.ref;
	if (m->type != TYPE_UNKNOWN || in->settle)
		unify(in, &v->type, &v->type_from, m->type == TYPE_UNKNOWN ? TYPE_LONG : m->type, s->foreach.value->span);
	else if (v->type != TYPE_UNKNOWN)
		unify(in, &m->type, &m->type_from, v->type, s->foreach.value->span);
	s->foreach.value->type = v->type;
}

static void infer_return(struct inference *in, struct stmt *s)
{
	struct function *f = in->function;
	enum value_type t;

	if (!f || !s->return_.value)
		return;
	t = infer(in, s->return_.value, f->result == TYPE_VOID ? TYPE_UNKNOWN : f->result);
	if (f->result != TYPE_VOID)
		unify(in, &f->result, &f->result_from, t, s->return_.value->span);
}

static void infer_delete(struct inference *in, struct expr *target)
{
	struct variable *m;

	if (target->kind != EXPR_INDEX || target->index.base->kind != EXPR_SYMBOL)
		return;
	m = target->index.base->symbol.ref;
	infer_keys(in, m, &target->index.keys);
	target->type = m && m->type != TYPE_UNKNOWN ? m->type : TYPE_LONG;
}

static struct expr *stop_at_expr(struct visitor *v, struct expr *e)
{
	(void)v;
	(void)e;
	return NULL;
}

static struct stmt *infer_stmt(struct visitor *v, struct stmt *s)
{
	struct inference *in = v->data;

	in->stmt = s;
	switch ((int)s->kind) {
	case STMT_EXPR: infer(in, s->expr.expr, TYPE_UNKNOWN); break;
	case STMT_IF: infer(in, s->if_.cond, TYPE_LONG); break;
	case STMT_LOOP:
		if (s->loop.init)
			infer(in, s->loop.init, TYPE_UNKNOWN);
		if (s->loop.cond)
			infer(in, s->loop.cond, TYPE_LONG);
		if (s->loop.step)
			infer(in, s->loop.step, TYPE_UNKNOWN);
		break;
	case STMT_FOREACH: infer_foreach(in, s); break;
	case STMT_RETURN: infer_return(in, s); break;
	case STMT_DELETE:
		infer_delete(in, s->delete_.target);
		break;
	case STMT_TRY:
		if (s->try_.message)
			infer(in, s->try_.message, TYPE_STRING);
		break;
	}
	return s;
}

static void infer_body(struct inference *in, struct stmt *body)
{
	struct visitor v = { .pre_expr = stop_at_expr, .pre_stmt = infer_stmt, .data = in };

	walk_stmt(&v, body);
}

static void infer_round(struct inference *in)
{
	struct program *p = in->session->program;

	in->changed = false;
	for (size_t i = 0; i < p->probes.len; i++) {
		struct probe *pr = p->probes.data[i];

		in->function = NULL;
		if (!pr->same_as)
			infer_body(in, pr->body);
		in->stmt = NULL;
		if (pr->condition)
			infer(in, pr->condition, TYPE_LONG);
		for (size_t j = 0; j < pr->saved.len; j++)
			infer_value(in, pr->saved.data[j], TYPE_UNKNOWN);
	}
	for (size_t i = 0; i < p->functions.len; i++) {
		in->function = p->functions.data[i];
		if (in->function->body)
			infer_body(in, in->function->body);
	}
}

static void settle_variable(struct variable *v)
{
	if (v->type == TYPE_UNKNOWN)
		v->type = TYPE_LONG;
	for (unsigned i = 0; i < v->nkeys; i++)
		if (v->key_type[i] == TYPE_UNKNOWN)
			v->key_type[i] = TYPE_LONG;
}

static void settle(struct session *s)
{
	struct program *p = s->program;

	for (size_t i = 0; i < p->globals.len; i++)
		settle_variable(p->globals.data[i]);
	for (size_t i = 0; i < p->probes.len; i++)
		for (size_t j = 0; j < p->probes.data[i]->locals.len; j++)
			settle_variable(p->probes.data[i]->locals.data[j]);
	for (size_t i = 0; i < p->functions.len; i++) {
		struct function *f = p->functions.data[i];

		if (f->result == TYPE_UNKNOWN && f->code && pragma_returns_text(f->code))
			f->result = TYPE_STRING;
		if (f->result == TYPE_UNKNOWN)
			f->result = f->code || f->returns ? TYPE_LONG : TYPE_VOID;
		for (size_t j = 0; j < f->params.len; j++)
			settle_variable(f->params.data[j]);
		for (size_t j = 0; j < f->locals.len; j++)
			settle_variable(f->locals.data[j]);
	}
}

static void check_wraps(struct inference *in)
{
	const struct variable_vec *globals = &in->session->program->globals;

	for (size_t i = 0; i < globals->len; i++)
		if (globals->data[i]->wrap && !globals->data[i]->is_array)
			in->ok = diag_error(&in->session->diags, globals->data[i]->span, E(GLOBAL_SIZE), "\"%s\" is no array that could be full: %% has no meaning",
					    globals->data[i]->name);
}

/* Statistics are global: a parameter cannot take one. */
static void check_no_statistics(struct inference *in, const struct variable_vec *locals)
{
	for (size_t i = 0; i < locals->len; i++)
		if (locals->data[i]->type == TYPE_STATS && !locals->data[i]->stat_origin)
			in->ok = diag_error(&in->session->diags, locals->data[i]->type_from, E(STAT_AS_VALUE),
					    "\"%s\" would be a statistic: only globals and their elements can be", locals->data[i]->name);
}

static void check_variables(struct inference *in)
{
	const struct program *p = in->session->program;

	check_wraps(in);
	for (size_t i = 0; i < p->probes.len; i++)
		if (!p->probes.data[i]->same_as)
			check_no_statistics(in, &p->probes.data[i]->locals);
	for (size_t i = 0; i < p->functions.len; i++) {
		check_no_statistics(in, &p->functions.data[i]->params);
		check_no_statistics(in, &p->functions.data[i]->locals);
	}
}

bool sema_infer(struct session *s)
{
	struct inference in = { .session = s, .ok = true };

	for (unsigned round = 0; round < 1000; round++) {
		infer_round(&in);
		if (!in.changed)
			break;
	}
	settle(s);
	in.settle = true;
	for (unsigned round = 0; round < 10; round++) {
		infer_round(&in);
		if (!in.changed)
			break;
	}
	in.report = true;
	infer_round(&in);
	check_variables(&in);
	return in.ok;
}
