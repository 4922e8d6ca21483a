/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probe points into probes.
 *
 * For each point of a list: its braces, then all that it fits (match.c), then for a
 * row its family and for an alias the points behind it (alias.c), until families
 * have made probes.  An optional point, one with ! and what a wildcard found may
 * fail: then their diagnostics are muted, and a point is an error only when it had
 * to be there and nothing came of it.
 *
 * Probes whose body depends on nothing of its place share one copy of it
 * (probe.same_as), so that thousands of points cost one body. */
#include "translator/errors.h"
#include "translator/sema/points.h"
#include "translator/syntax/print.h"

#include <stdarg.h>
#include <string.h>

/* What the points of all scripts and tapsets together may come to.  The library's largest wildcards need some hundreds of
 * aliases; every function of a kernel and its modules is some 100,000 probes. */
enum { EXPANSIONS_MOST = 20000, PROBES_MOST = 500000 };
#define BYTES_MOST ((size_t)400 << 20)

/* What match.sink points to: one row's family at work. */
struct resolution {
	struct points *ps;
	struct expansion *expansion;
	const struct candidate *candidate;
	const struct point *point;
	unsigned number;
};

struct points *points_get(struct session *s)
{
	struct points *ps = s->points;
	size_t i;

	if (ps)
		return ps;
	ps = s->points = ARENA_NEW(&s->arena, struct points);
	ps->session = s;
	ps->used_before = s->arena.used;
	map_init(&ps->functions, &s->arena);
	ps->rows = ARENA_ARRAY(&s->arena, struct shape, npoint_rows);
	for (i = 0; i < npoint_rows; i++)
		shape_of_pattern(&s->arena, &ps->rows[i], point_rows[i].pattern);
	return ps;
}

static struct program *program_of(struct session *s)
{
	if (!s->program) {
		s->program = ARENA_NEW(&s->arena, struct program);
		s->program->session = s;
		s->program->arena = &s->arena;
	}
	return s->program;
}

/* ---- room ---- */

bool points_have_room(struct points *ps, const char *name)
{
	struct session *s = ps->session;
	size_t nprobes = program_of(s)->probes.len;

	if (ps->too_much)
		return false;
	if (ps->nexpansions > EXPANSIONS_MOST)
		ps->too_much = arena_printf(&s->arena, "aliases in aliases: more than %d are expanded, the last is %s", EXPANSIONS_MOST, name);
	else if (nprobes >= PROBES_MOST)
		ps->too_much = arena_printf(&s->arena, "more than %d probes, the last is %s", PROBES_MOST, name);
	else if (s->arena.used - ps->used_before > BYTES_MOST)
		ps->too_much = arena_printf(&s->arena, "more than %zu MB for %zu probes and %u aliases, the last is %s; a shorter handler needs less",
					    BYTES_MOST >> 20, nprobes, ps->nexpansions, name);
	return !ps->too_much;
}

/* The error at the script's POINT, which is never an optional one's and muted. */
static bool report_too_much(struct points *ps, const struct point *point)
{
	struct strbuf b = STRBUF_INIT;

	if (!ps->too_much || ps->told)
		return !ps->too_much;
	ps->told = true;
	print_component_list(&b, &point->parts);
	diag_error(&ps->session->diags, point->span, E(PROBE_MANY), "%s stands for too much: %s", sb_str(&b), ps->too_much);
	sb_free(&b);
	return false;
}

/* ---- what families call ---- */

/* All conditions on the way, outermost first. */
static struct expr *conditions(struct session *s, const struct expansion *x, const struct point *point)
{
	struct expr *inner, *outer, *both;

	inner = point->condition ? expr_clone(&s->arena, point->condition) : NULL;
	if (!x->alias)
		return inner;
	outer = conditions(s, x->up, x->point);
	if (!inner || !outer)
		return inner ? inner : outer;
	both = expr_new(&s->arena, EXPR_BINARY, outer->span);
	both->binary = (struct expr_binary){ .op = OP_LOGAND, .left = outer, .right = inner };
	return both;
}

static void add_aliases(struct session *s, struct probe *p, const struct expansion *x)
{
	if (!x->alias)
		return;
	add_aliases(s, p, x->up);
	vec_push(&s->arena, &p->aliases, x->alias);
}

static const struct point *outermost_point(const struct expansion *x, const struct point *point)
{
	for (; x->alias; x = x->up)
		point = x->point;
	return point;
}

struct probe *match_add(const struct match *m, const char *text)
{
	struct resolution *r = m->sink;
	struct session *s = m->session;
	struct program *prog = program_of(s);
	struct probe *p;

	if (!points_have_room(r->ps, text)) {
		if (!r->ps->spare)
			r->ps->spare = ARENA_NEW(&s->arena, struct probe);
		return r->ps->spare;
	}
	p = ARENA_NEW(&s->arena, struct probe);
	p->index = (unsigned)prog->probes.len;
	p->family = m->row->family;
	p->row = m->row;
	p->text = text;
	p->alias_text = r->expansion->alias ? r->expansion->text : r->candidate->text;
	if (!strcmp(p->alias_text, text))
		p->alias_text = text;
	p->resolution = r->number;
	p->origin = outermost_point(r->expansion, r->point);
	p->span = p->origin->span;
	p->condition = conditions(s, r->expansion, r->point);
	add_aliases(s, p, r->expansion);
	vec_push(&s->arena, &prog->probes, p);
	return p;
}

void match_explain(const struct match *m, const char *fmt, ...)
{
	struct resolution *r = m->sink;
	va_list ap;

	va_start(ap, fmt);
	r->ps->why = arena_vprintf(&m->session->arena, fmt, ap);
	va_end(ap);
}

/* ---- bodies ---- */

static void give_body(struct points *ps, struct expansion *x, struct probe *p)
{
	const char *key = "";
	struct probe *first;

	if (x->dependence == DEPENDS_PROBE) {
		p->body = stmt_clone(&ps->session->arena, x->body);
		return;
	}
	if (x->dependence == DEPENDS_MODULE && p->scope.module)
		key = di_module_name(p->scope.module);
	first = map_get(&x->shared, key);
	if (first) {
		p->same_as = first;
		p->body = first->body;
		return;
	}
	p->body = stmt_clone(&ps->session->arena, x->body);
	map_put(&x->shared, key, p);
}

/* ---- one point ---- */

static bool resolve_point(struct points *ps, struct expansion *x, const struct point *point, bool optional);

static bool resolve_row(struct points *ps, struct expansion *x, const struct candidate *c, const struct point *point,
			bool optional)
{
	struct resolution r = { ps, x, c, point, ++ps->nresolutions };
	struct match m = {
		.session = ps->session, .row = c->row, .point = point, .parts = c->parts, .nparts = c->shape->n,
		.optional = optional, .sink = &r,
	};
	struct probe_vec *probes = &program_of(ps->session)->probes;
	size_t i = probes->len;
	bool ok = c->row->family->resolve(&m);

	for (; i < probes->len; i++)
		give_body(ps, x, probes->data[i]);
	return ok;
}

static bool resolve_alias(struct points *ps, struct expansion *x, const struct candidate *c, const struct point *point,
			  bool optional)
{
	struct expansion *inner = expansion_alias(ps, x, c, point);
	struct probe_vec *probes = &program_of(ps->session)->probes;
	const struct point_vec *points = &c->alias->decl->probe.points;
	bool ok = true;
	size_t i, before;

	if (!inner)
		return false;
	for (i = 0; i < points->len; i++) {
		struct point *p = expansion_point(ps, c, point, i);

		before = probes->len;
		ok &= resolve_point(ps, inner, p, optional);
		if (p->sufficient && probes->len > before)
			break;
	}
	return ok;
}

/* One candidate; an optional one that fails is no failure. */
static bool try_candidate(struct points *ps, struct expansion *x, const struct candidate *c, const struct point *point,
			  bool optional)
{
	struct diags *d = &ps->session->diags;
	unsigned muted = d->muted_errors;
	bool ok;

	if (optional)
		d->muted++;
	ok = c->row ? resolve_row(ps, x, c, point, optional) : resolve_alias(ps, x, c, point, optional);
	if (!optional) {
		if (!ok && c->row)
			expansion_note(ps, x);
		return ok;
	}
	d->muted--;
	d->muted_errors = muted;
	return true;
}

static bool report_no_match(struct points *ps, struct expansion *x, const struct point *point, const struct candidate *c)
{
	struct session *s = ps->session;
	struct strbuf b = STRBUF_INIT;

	print_component_list(&b, &point->parts);
	diag_error(&s->diags, point->span, E(PROBE_NO_MATCH), c->alias ? "%s: none of the places it stands for is here" :
		   "%s: there is no such place", sb_str(&b));
	if (ps->why)
		diag_note(&s->diags, (struct span){ 0 }, "%s", ps->why);
	expansion_note(ps, x);
	sb_free(&b);
	return false;
}

/* A point without braces. */
static bool resolve_plain(struct points *ps, struct expansion *x, const struct point *point, bool optional)
{
	struct program *prog = program_of(ps->session);
	struct candidate_vec found = { 0 };
	size_t i, before = prog->probes.len;
	bool ok = true;

	points_take_aliases(ps, point);
	match_candidates(ps, point, &found);
	ps->why = NULL;
	if (!found.len && !optional) {
		match_report_unknown(ps, point);
		expansion_note(ps, x);
		return false;
	}
	for (i = 0; i < found.len; i++)
		ok &= try_candidate(ps, x, found.data[i], point, optional || found.data[i]->by_glob);
	if (prog->probes.len > before || !ok || ps->too_much)
		return ok && !ps->too_much;
	prog->nskipped_optional += optional;
	return optional || report_no_match(ps, x, point, found.data[0]);
}

static bool resolve_point(struct points *ps, struct expansion *x, const struct point *point, bool optional)
{
	struct point_vec plain = { 0 };
	bool ok = true;
	size_t i;

	if (ps->too_much)
		return false;
	if (!match_braces(ps->session, point, &plain))
		return false;
	optional |= point->optional || point->sufficient;
	for (i = 0; i < plain.len; i++)
		ok &= resolve_plain(ps, x, plain.data[i], optional);
	return ok;
}

static bool resolve_list(struct points *ps, const struct probe_decl *decl)
{
	struct expansion *x = expansion_top(ps, decl->body);
	struct probe_vec *probes = &program_of(ps->session)->probes;
	size_t i, before;
	bool ok = true;

	for (i = 0; i < decl->points.len; i++) {
		before = probes->len;
		ok &= resolve_point(ps, x, decl->points.data[i], false);
		ok &= report_too_much(ps, decl->points.data[i]);
		if (decl->points.data[i]->sufficient && probes->len > before)
			break;
	}
	return ok;
}

bool points_resolve(struct session *s, struct point *p, struct stmt *body, bool optional)
{
	struct points *ps = points_get(s);

	bool ok = resolve_point(ps, expansion_top(ps, body), p, optional);

	return report_too_much(ps, p) && ok;
}

/* ---- files ---- */

/* File N of those read so far, the script first; NULL behind the last. */
static struct file *file_number(struct session *s, size_t n)
{
	struct file *const *files;
	size_t nfiles;

	if (!n)
		return s->script;
	files = library_files(s, &nfiles);
	return n <= nfiles ? files[n - 1] : NULL;
}

static void take_alias(struct points *ps, const struct alias_decl *decl)
{
	struct session *s = ps->session;
	size_t i;

	for (i = 0; i < decl->names.len; i++) {
		struct known_alias *k = ARENA_NEW(&s->arena, struct known_alias);

		k->decl = decl;
		if (shape_of_point(&k->shape, decl->names.data[i]))
			vec_push(&s->arena, &ps->aliases, k);
	}
}

void points_take_aliases(struct points *ps, const struct point *point)
{
	struct session *s = ps->session;
	struct file *f;
	size_t i;

	library_need_aliases(s, point);
	for (; (f = file_number(s, ps->nalias_files)) != NULL; ps->nalias_files++)
		for (i = 0; i < f->aliases.len; i++)
			take_alias(ps, f->aliases.data[i]);
}

bool sema_points(struct session *s)
{
	struct points *ps = points_get(s);
	bool ok = true;
	struct file *f;
	size_t i;

	for (; (f = file_number(s, ps->nprobe_files)) != NULL; ps->nprobe_files++)
		for (i = 0; i < f->probes.len; i++)
			ok &= resolve_list(ps, f->probes.data[i]);
	return ok;
}
