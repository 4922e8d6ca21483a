/* SPDX-License-Identifier: GPL-2.0-or-later */
/* @-operators: @defined, @choose_defined, @entry, @enum, @enumname, @sizeof, @offsetof,
 * @const, @errno, @perf, @kderef, @uderef, @kregister, @uregister.  One row each. */
#include "translator/errors.h"
#include "translator/family/family.h"
#include "translator/opt/opt.h"
#include "translator/sema/sema.h"

#include <inttypes.h>
#include <stp/abi.h>
#include <string.h>

typedef struct expr *atop_fn(struct lowering *l, struct expr *e);

static struct expr *number(struct lowering *l, struct expr *e, int64_t v)
{
	struct expr *n = expr_new(&l->session->arena, EXPR_NUMBER, e->span);

	n->number.value = v;
	n->type = TYPE_LONG;
	n->origin = e;
	return n;
}

static struct expr *lower_any(struct visitor *v, struct expr *e)
{
	struct lowering *l = v->data;

	switch ((int)e->kind) {
	case EXPR_TARGET: return lower_no_object(l, lower_target(l, e, NULL));
	case EXPR_CAST: return lower_no_object(l, lower_cast(l, e, NULL));
	case EXPR_ATOP: return lower_atop(l, e);
	}
	ctypes_carry(l, e);
	return e;
}

static struct expr *no_children_of_atop(struct visitor *v, struct expr *e)
{
	(void)v;
	return e->kind == EXPR_ATOP ? NULL : e;
}

struct expr *lower_tree(struct lowering *l, struct expr *e)
{
	struct visitor v = { .pre_expr = no_children_of_atop, .post_expr = lower_any, .data = l };

	return walk_expr(&v, e);
}

static struct expr *find_waiting(struct visitor *v, struct expr *e)
{
	if ((e->kind == EXPR_CAST || e->kind == EXPR_ATOP) && !e->pending)
		*(bool *)v->data = true;
	return e->pending ? NULL : e;
}

bool waits_in(struct expr *e)
{
	bool waits = false;
	struct visitor v = { .pre_expr = find_waiting, .data = &waits };

	walk_expr(&v, e);
	return waits;
}

static struct expr *atop_defined(struct lowering *l, struct expr *e)
{
	struct expr *arg = lower_tree(l, expr_clone(&l->session->arena, e->atop.args.data[0]));

	if (waits_in(arg) && !l->final)
		return e;
	return number(l, e, !pending_in(arg) && !waits_in(arg));
}

static struct expr *atop_choose_defined(struct lowering *l, struct expr *e)
{
	struct expr *first = lower_tree(l, expr_clone(&l->session->arena, e->atop.args.data[0]));

	if (waits_in(first) && !l->final)
		return e;
	return pending_in(first) || waits_in(first) ? lower_tree(l, e->atop.args.data[1]) : first;
}

static const char *text_arg(struct expr *e, size_t n)
{
	return e->atop.args.len > n && e->atop.args.data[n]->kind == EXPR_STRING ? e->atop.args.data[n]->string.text : NULL;
}

static struct expr *pend_name(struct lowering *l, struct expr *e, const char *what)
{
	return lower_pend(l, e, E(ATOP_ARGS), NULL, "@%s takes %s in quotes first", e->atop.name, what);
}

static struct expr *atop_enum(struct lowering *l, struct expr *e)
{
	const char *why = NULL, *name = text_arg(e, 0), *list = text_arg(e, 1);
	struct di_module *last = NULL;
	struct di_name_vec near = { 0 };
	int64_t v;

	if (!name)
		return pend_name(l, e, "an enumerator's name");
	for (list = list ? list : lower_type_modules(l); list;) {
		struct di_module *m = lower_next_module(l, &list, &why);

		if (m && di_enum_value(m, name, &v))
			return number(l, e, v);
		last = m ? m : last;
	}
	if (last && !why)
		di_similar_enumerators(last, name, 3, &near);
	if (near.len)
		why = lower_similar(l->session, &near);
	return lower_pend(l, e, E(CAST_TYPE), why, "no enumerator \"%s\"", name);
}

static const struct di_type *type_arg(struct lowering *l, struct expr *e, size_t module_at, const char **why)
{
	struct di_module *m;
	const char *name = text_arg(e, 0);

	return name ? lower_find_type(l, name, text_arg(e, module_at), &m, why) : NULL;
}

static struct expr *atop_sizeof(struct lowering *l, struct expr *e)
{
	const char *why = NULL;
	const struct di_type *t = type_arg(l, e, 1, &why);

	if (!text_arg(e, 0))
		return pend_name(l, e, "a type's name");
	if (!t)
		return lower_pend(l, e, E(CAST_TYPE), why, "no type \"%s\"", text_arg(e, 0));
	return number(l, e, (int64_t)di_type_strip(di_type_complete(t))->size);
}

/* The member of T with the N bytes at NAME, and in *BITS where it is; anonymous members are searched. NULL: there is none. */
static const struct di_member *find_member(const struct di_type *t, const char *name, size_t n, int64_t *bits)
{
	t = di_type_complete(di_type_strip(t));
	for (size_t i = 0; i < t->nmembers; i++) {
		const struct di_member *m = &t->members[i], *inner;

		*bits = 0;
		if (!m->name && (inner = find_member(m->type, name, n, bits)) != NULL) {
			*bits += (int64_t)m->bit_offset;
			return inner;
		}
		*bits = (int64_t)m->bit_offset;
		if (m->name && !strncmp(m->name, name, n) && !m->name[n])
			return m;
	}
	return NULL;
}

/* Bit offset of member NAME (a.b) of *T, which becomes the structure that the last of the names is looked for in, as *NAME
 * becomes that; -1 when there is none. */
static int64_t member_offset(const struct di_type **t, const char **name)
{
	int64_t sum = 0, bits;

	for (;;) {
		size_t n = strcspn(*name, ".");
		const struct di_member *m = find_member(*t, *name, n, &bits);

		if (!m)
			return -1;
		sum += bits;
		if (!(*name)[n])
			return sum;
		*t = m->type;
		*name += n + 1;
	}
}

static struct expr *atop_offsetof(struct lowering *l, struct expr *e)
{
	const char *why = NULL, *member = text_arg(e, 1);
	const struct di_type *t = type_arg(l, e, 2, &why);
	int64_t bits = t && member ? member_offset(&t, &member) : -1;
	struct di_name_vec near = { 0 };

	if (!text_arg(e, 0) || !member)
		return pend_name(l, e, "a type's and a member's name");
	if (t && bits < 0) {
		di_similar_members(t, member, 3, &near);
		why = lower_similar(l->session, &near);
	}
	if (!t)
		return lower_pend(l, e, E(CAST_TYPE), why, "no type \"%s\"", text_arg(e, 0));
	if (bits < 0)
		return lower_pend(l, e, E(CAST_TYPE), why, "no member \"%.*s\" in \"%s\"", (int)strcspn(member, "."), member,
				  di_type_text(&l->session->arena, t, ""));
	return number(l, e, bits / 8);
}

static struct expr *context(struct lowering *l, struct expr *e, const char *code, size_t first)
{
	struct expr *c = expr_new(&l->session->arena, EXPR_CONTEXT, e->span);

	c->type = TYPE_LONG;
	c->origin = e;
	c->context.accessor = code;
	for (size_t i = first; i < e->atop.args.len; i++)
		vec_push(&l->session->arena, &c->context.args, lower_tree(l, e->atop.args.data[i]));
	return c;
}

static struct expr *atop_deref(struct lowering *l, struct expr *e)
{
	const struct expr *size = e->atop.args.data[0];
	int64_t n = size->kind == EXPR_NUMBER ? size->number.value : 0;

	if (n != 1 && n != 2 && n != 4 && n != 8)
		return lower_pend(l, e, E(ATOP_ARGS), NULL, "@%s reads 1, 2, 4 or 8 bytes", e->atop.name);
	return context(l, e, arena_printf(&l->session->arena, "stp_load%s(c, (uint64_t)$1, %" PRId64 ")",
					  *e->atop.name == 'u' ? "_user" : "", n), 1);
}

static struct expr *atop_register(struct lowering *l, struct expr *e)
{
	const struct expr *n = e->atop.args.data[0];
	int64_t last = l->session->target.arch && !strcmp(l->session->target.arch, "aarch64") ? 31 : 16;	/* as stp/regs.h has them */

	if (n->kind != EXPR_NUMBER || n->number.value < 0 || n->number.value > last)
		return lower_pend(l, e, E(ATOP_ARGS), NULL, "@%s takes the DWARF number of a register, 0 to 16", e->atop.name);
	return context(l, e, arena_printf(&l->session->arena, "stp_%sreg(c, %" PRId64 ")", *e->atop.name == 'u' ? "user_" : "", n->number.value), 1);
}

static struct expr *atop_const(struct lowering *l, struct expr *e)
{
	struct expr *x = expr_new(&l->session->arena, EXPR_EMBEDDED, e->span);
	const char *text = text_arg(e, 0);

	if (!text)
		return lower_pend(l, e, E(ATOP_ARGS), NULL, "@const takes a C expression in quotes");
	if (!l->session->opt.guru && !symbols_file_of(l->session, e->span)->library)
		return lower_pend(l, e, E(EMBEDDED_GURU), "run stap with -g (guru mode) to allow it", "@const is embedded C");
	if (!sema_trusts(l->session, e->span))
		return e;
	x->origin = e;
	x->type = TYPE_LONG;
	x->embedded.code = arena_printf(&l->session->arena, "/* pure */ (%s)", text);
	l->session->program->needs_kernel_headers = true;
	return x;
}

static struct expr *atop_perf(struct lowering *l, struct expr *e)
{
	struct session *s = l->session;
	const struct program *prog = s->program;
	const char *names[STP_PERF_COUNTERS], *name, *want = text_arg(e, 0), *near;
	unsigned number;
	size_t n = 0;

	if (!want)
		return lower_pend(l, e, E(ATOP_ARGS), NULL, "@perf takes the name of a counter in quotes");
	for (size_t i = 0; i < prog->probes.len; i++) {
		const struct probe *p = prog->probes.data[i];

		if (!p->family->counter || !p->family->counter(p, &name, &number))
			continue;
		if (!strcmp(name, want))
			return context(l, e, arena_printf(&s->arena, "stp_perf_read(c, %u)", number), 1);
		if (n < STP_PERF_COUNTERS)
			names[n++] = name;
	}
	near = nearest_name(want, names, n);
	return lower_pend(l, e, E(PERF_COUNTER), near ? arena_printf(&s->arena, "did you mean \"%s\"?", near) :
			  "a probe perf.….counter(\"NAME\") makes one", "there is no counter \"%s\"", want);
}

static struct expr *atop_probewrite(struct lowering *l, struct expr *e)
{
	return number(l, e, l->probe && !l->function && probewrite_is_written(l->probe->body, e->atop.args.data[0]));
}

static struct expr *atop_errno(struct lowering *l, struct expr *e)
{
#define ERRNO(n, name) { name, n },
	static const struct { const char *name; int number; } known[] = {
#include "runtime/core/errno.def"
	};
#undef ERRNO
	enum { nknown = sizeof known / sizeof *known };
	const char *name = text_arg(e, 0), *names[nknown], *near;

	if (!e->atop.args.len)
		return lower_pend(l, e, E(TARGET_CONTEXT), "@errno(\"ENOENT\") is the number of an error", "@errno is a variable of processes, where this probe is not");
	if (!name)
		return lower_pend(l, e, E(ATOP_ARGS), NULL, "@errno takes the name of an error, such as \"ENOENT\"");
	for (size_t i = 0; i < nknown; i++) {
		if (!strcmp(known[i].name, name))
			return number(l, e, known[i].number);
		names[i] = known[i].name;
	}
	near = nearest_name(name, names, nknown);
	return lower_pend(l, e, E(ATOP_ARGS), near ? arena_printf(&l->session->arena, "did you mean \"%s\"?", near) : NULL, "there is no error \"%s\"", name);
}

/* ---- @enumname ---- */

static void enum_row(struct strbuf *b, const struct di_type *t, size_t i)
{
	size_t j;

	for (j = 0; j < i && t->enumerators[j].value != t->enumerators[i].value; j++)
		;
	if (j == i)	/* the first name of a value */
		sb_printf(b, "{ %" PRId64 "LL, \"%s\" }, ", t->enumerators[i].value, t->enumerators[i].name);
}

/* The name of a value, or the value as text: a search in a table of its own. */
static const char *enum_code(struct arena *a, const struct di_type *t)
{
	struct strbuf b = STRBUF_INIT;
	const char *code;

	sb_puts(&b, "({ static const struct { int64_t value; const char *name; } names_[] = { ");
	for (size_t i = 0; i < t->nenumerators; i++)
		enum_row(&b, t, i);
	sb_puts(&b, "}; const int64_t v_ = $1; size_t i_ = 0; struct stp_out o_; "
		"while (i_ < sizeof names_ / sizeof *names_ && names_[i_].value != v_) i_++; "
		"stp_out_string(&o_, $0, $S); "
		"if (i_ < sizeof names_ / sizeof *names_) stp_out_str(&o_, names_[i_].name); else stp_out_dec(&o_, v_); "
		"stp_out_end(&o_); })");
	code = arena_strdup(a, sb_str(&b));
	sb_free(&b);
	return code;
}

/* @enumname("type", value) */
static struct expr *atop_enumname(struct lowering *l, struct expr *e)
{
	const char *why = NULL;
	const struct di_type *t = type_arg(l, e, 2, &why);
	struct expr *c;

	if (!text_arg(e, 0))
		return pend_name(l, e, "an enumeration's name");
	t = t ? di_type_complete(di_type_strip(t)) : NULL;
	if (!t || t->kind != DI_ENUM)
		return lower_pend(l, e, E(CAST_TYPE), why, "no enumeration \"%s\"", text_arg(e, 0));
	c = context(l, e, enum_code(&l->session->arena, t), 1);
	c->context.args.len = 1;
	c->type = TYPE_STRING;
	return c;
}

static const struct atop { const char *name; unsigned least, most; atop_fn *lower; } atops[] = {
	{ "defined", 1, 1, atop_defined },
	{ "choose_defined", 2, 2, atop_choose_defined },
	{ "entry", 1, 1, lower_entry },
	{ "enum", 1, 2, atop_enum },
	{ "sizeof", 1, 2, atop_sizeof },
	{ "offsetof", 2, 3, atop_offsetof },
	{ "kderef", 2, 2, atop_deref },
	{ "uderef", 2, 2, atop_deref },
	{ "kregister", 1, 1, atop_register },
	{ "uregister", 1, 1, atop_register },
	{ "const", 1, 1, atop_const },
	{ "enumname", 2, 3, atop_enumname },
	{ "errno", 0, 1, atop_errno },
	{ "probewrite", 1, 1, atop_probewrite },
	{ "perf", 1, 1, atop_perf },
};

struct expr *lower_atop(struct lowering *l, struct expr *e)
{
	const char *names[sizeof atops / sizeof *atops], *near;

	if (e->pending)
		return e;
	for (size_t i = 0; i < sizeof atops / sizeof *atops; i++) {
		const struct atop *a = &atops[i];

		names[i] = a->name;
		if (strcmp(a->name, e->atop.name))
			continue;
		if (e->atop.args.len < a->least || e->atop.args.len > a->most)
			return lower_pend(l, e, E(ATOP_ARGS), NULL, "@%s takes %u%s argument%s", a->name, a->least,
					  a->most > a->least ? " or more" : "", a->least == 1 && a->most == 1 ? "" : "s");
		return a->lower(l, e);
	}
	near = nearest_name(e->atop.name, names, sizeof atops / sizeof *atops);
	lower_pend(l, e, E(ATOP_UNKNOWN), near ? arena_printf(&l->session->arena, "did you mean @%s?", near) : NULL,
		   "no operator or macro @%s", e->atop.name);
	/* It is told at once, whether the code is reached or not: no condition of the script makes it known. */
	pending_tell(l->session, e);
	return e;
}
