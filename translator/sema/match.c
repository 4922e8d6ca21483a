/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which rows and aliases a probe point fits: wildcards, braces, suffixes, and what
 * to say when it fits none.
 *
 * A row must take all components.  An alias may take the first ones only: the
 * others are then a suffix for the points it stands for.  Among the aliases that
 * fit a point with a suffix the longest counts, so that an alias syscall.read.return
 * hides what syscall.read with the suffix .return would be; so does a row. */
#include "lib/wildcard.h"
#include "translator/errors.h"
#include "translator/sema/points.h"
#include "translator/syntax/print.h"

#include <stdlib.h>
#include <string.h>

void shape_of_pattern(struct arena *a, struct shape *sh, const char *pattern)
{
	const char *p = pattern;
	size_t len;

	sh->text = pattern;
	for (sh->n = 0; *p && sh->n < SHAPE_MAX; sh->n++) {
		struct shape_part *part = &sh->parts[sh->n];

		len = strcspn(p, ".(");
		part->name = arena_strndup(a, p, len);
		part->arg = SHAPE_NONE;
		part->value = NULL;
		p += len;
		if (*p == '(') {
			part->arg = p[1] == 's' || p[1] == '"' ? SHAPE_STRING : SHAPE_NUMBER;
			p = strstr(p, p[1] == '"' ? "\")" : ")");
			p = p ? strchr(p, ')') + 1 : "";
		}
		p += *p == '.';
	}
}

bool shape_of_point(struct shape *sh, const struct point *p)
{
	size_t i;

	if (p->parts.len > SHAPE_MAX)
		return false;
	sh->n = (unsigned)p->parts.len;
	for (i = 0; i < p->parts.len; i++) {
		const struct component *c = &p->parts.data[i];
		struct shape_part *part = &sh->parts[i];

		part->name = c->name;
		part->value = c->arg;
		part->arg = !c->arg ? SHAPE_NONE : c->arg->kind == EXPR_STRING ? SHAPE_STRING : SHAPE_NUMBER;
	}
	return true;
}

/* ---- one point against one shape ---- */

struct fit {
	struct arena *arena;
	const struct point *point;
	const struct shape *shape;
	bool prefix;			/* the shape may leave components of the point over */
	const struct component *parts[SHAPE_MAX];
	unsigned used;
	bool by_glob;
};

static bool same_value(const struct expr *a, const struct expr *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == EXPR_NUMBER)
		return a->number.value == b->number.value;
	return a->string.len == b->string.len && !memcmp(a->string.text, b->string.text, a->string.len);
}

static bool arg_fits(const struct component *c, const struct shape_part *part)
{
	enum shape_arg arg = !c->arg ? SHAPE_NONE : c->arg->kind == EXPR_STRING ? SHAPE_STRING : SHAPE_NUMBER;

	return arg == part->arg && (!part->value || same_value(c->arg, part->value));
}

/* Names that begin with an underscore are a tapset's own: a wildcard does not reach them. */
static bool name_fits(const char *pattern, const char *name)
{
	return wildcard_match(pattern, name) && (*name != '_' || *pattern == '_' || !strcmp(pattern, name));
}

static bool fit_from(struct fit *f, unsigned i, unsigned j);

/* Component I, whose name holds `**`, against components J, J+1, … joined by dots. */
static bool fit_double_star(struct fit *f, unsigned i, unsigned j)
{
	const struct component *c = &f->point->parts.data[i];
	const char *joined = "";
	unsigned k;

	for (k = j; k < f->shape->n; k++) {
		const struct shape_part *part = &f->shape->parts[k];
		struct component *plain;

		joined = k > j ? arena_printf(f->arena, "%s.%s", joined, part->name) : part->name;
		if (name_fits(c->name, joined) && arg_fits(c, part)) {
			f->parts[k] = c;
			if (fit_from(f, i + 1, k + 1))
				return true;
		}
		if (part->arg != SHAPE_NONE)
			return false;	/* only the last of them can have the argument */
		plain = arena_zalloc(f->arena, sizeof *plain);
		*plain = (struct component){ .name = part->name, .span = c->span };
		f->parts[k] = plain;
	}
	return false;
}

static bool fit_from(struct fit *f, unsigned i, unsigned j)
{
	const struct component *c;

	if (j == f->shape->n) {
		f->used = i;
		return f->prefix || i == f->point->parts.len;
	}
	if (i == f->point->parts.len)
		return false;
	c = &f->point->parts.data[i];
	if (strstr(c->name, "**"))
		return fit_double_star(f, i, j);
	if (!arg_fits(c, &f->shape->parts[j]))
		return false;
	if (c->name != f->shape->parts[j].name && !name_fits(c->name, f->shape->parts[j].name))
		return false;
	f->parts[j] = c;
	return fit_from(f, i + 1, j + 1);
}

bool match_may_fit(struct arena *a, const struct point *point, const struct shape *sh)
{
	struct fit f = { .arena = a, .point = point, .shape = sh, .prefix = true };

	return fit_from(&f, 0, 0);
}

/* ---- all rows and aliases ---- */

static const char *concrete_text(struct arena *a, const struct fit *f)
{
	struct component_vec parts = { 0 };
	struct strbuf b = STRBUF_INIT;
	const char *text;
	size_t i;

	for (i = 0; i < f->shape->n; i++) {
		struct component c = *f->parts[i];

		c.name = f->shape->parts[i].name;
		vec_push(a, &parts, c);
	}
	for (i = f->used; i < f->point->parts.len; i++)
		vec_push(a, &parts, f->point->parts.data[i]);
	print_component_list(&b, &parts);
	text = arena_strdup(a, sb_str(&b));
	sb_free(&b);
	return text;
}

static bool point_has_glob(const struct point *p)
{
	size_t i;

	for (i = 0; i < p->parts.len; i++)
		if (wildcard_is(p->parts.data[i].name))
			return true;
	return false;
}

static struct candidate *candidate_new(struct points *ps, const struct fit *f)
{
	struct candidate *c = ARENA_NEW(&ps->session->arena, struct candidate);

	c->shape = f->shape;
	c->used = f->used;
	memcpy(c->parts, f->parts, sizeof c->parts);
	c->text = concrete_text(&ps->session->arena, f);
	c->by_glob = f->by_glob;
	return c;
}

/* Could the shape's first component be meant? A cheap test for what is nearly always no. */
static bool starts_alike(const struct point *p, const struct shape *sh)
{
	const char *a = p->parts.data[0].name, *b = sh->parts[0].name;

	return a == b || *a == *b || *a == '*' || *a == '?' || *a == '[';
}

/* Does another candidate say more of the point than C does? */
static bool is_hidden(const struct candidate *c, const struct candidate_vec *all)
{
	const struct shape *sh = c->shape;
	size_t i;
	unsigned k;

	for (i = 0; i < all->len; i++) {
		const struct candidate *o = all->data[i];

		if (!o || o->shape->n <= sh->n || o->used <= c->used)
			continue;
		for (k = 0; k < sh->n && !strcmp(sh->parts[k].name, o->shape->parts[k].name); k++)
			;
		if (k == sh->n)
			return true;
	}
	return false;
}

static void drop_hidden(const struct point *point, struct candidate_vec *v)
{
	size_t i, n = 0;

	for (i = 0; i < v->len; i++) {
		struct candidate *c = v->data[i];

		if (c->alias && c->used < point->parts.len && is_hidden(c, v))
			v->data[i] = NULL;
	}
	for (i = 0; i < v->len; i++)
		if (v->data[i])
			v->data[n++] = v->data[i];
	v->len = n;
}

void match_candidates(struct points *ps, const struct point *point, struct candidate_vec *out)
{
	struct arena *a = &ps->session->arena;
	struct fit f = { .arena = a, .point = point, .by_glob = point_has_glob(point) };
	bool suffixes = false;
	size_t i;

	for (i = 0; i < npoint_rows; i++) {
		f.shape = &ps->rows[i];
		if (!starts_alike(point, f.shape) || !fit_from(&f, 0, 0))
			continue;
		vec_push(a, out, candidate_new(ps, &f));
		vec_last(out)->row = &point_rows[i];
	}
	f.prefix = true;
	for (i = 0; i < ps->aliases.len; i++) {
		f.shape = &ps->aliases.data[i]->shape;
		if (!starts_alike(point, f.shape) || !fit_from(&f, 0, 0))
			continue;
		vec_push(a, out, candidate_new(ps, &f));
		vec_last(out)->alias = ps->aliases.data[i];
		suffixes |= f.used < point->parts.len;
	}
	if (suffixes)
		drop_hidden(point, out);
}

/* ---- nothing fits ---- */

/* How many components of POINT fit the first ones of SH by name; *why is set when the
 * next one fits by name but not by its argument. */
static unsigned fit_names(const struct point *point, const struct shape *sh, const struct shape_part **wrong)
{
	unsigned i;

	for (i = 0; i < point->parts.len && i < sh->n; i++) {
		if (!name_fits(point->parts.data[i].name, sh->parts[i].name))
			return i;
		if (!arg_fits(&point->parts.data[i], &sh->parts[i])) {
			*wrong = &sh->parts[i];
			return i;
		}
	}
	return i;
}

struct unknown {
	const struct point *point;
	unsigned best;			/* components that fit something */
	const struct shape_part *wrong;	/* that fits but for its argument */
	struct string_vec next;		/* what may stand at the first that does not fit */
	bool ends;			/* the point fits so far, but is not complete */
};

static void unknown_add(struct arena *a, struct unknown *u, const struct shape *sh)
{
	const struct shape_part *wrong = NULL;
	unsigned n = fit_names(u->point, sh, &wrong);
	size_t i;

	if (n < u->best)
		return;
	if (n > u->best) {
		u->best = n;
		u->next.len = 0;
		u->wrong = NULL;
	}
	if (wrong)
		u->wrong = wrong;
	if (n >= sh->n || sh->parts[n].name[0] == '_')
		return;
	for (i = 0; i < u->next.len; i++)
		if (!strcmp(u->next.data[i], sh->parts[n].name))
			return;
	vec_push(a, &u->next, sh->parts[n].name);
}

static void unknown_list(struct session *s, const struct unknown *u, struct span at)
{
	struct strbuf b = STRBUF_INIT;
	size_t i, shown = u->next.len > 12 ? 12 : u->next.len;

	for (i = 0; i < shown; i++)
		sb_printf(&b, "%s%s", i ? ", " : "", u->next.data[i]);
	if (shown)
		diag_note(&s->diags, at, "%s: %s%s", u->best ? "there may stand" : "families of points", sb_str(&b),
			  shown < u->next.len ? ", …" : "");
	sb_free(&b);
}

static const char *argument_text(enum shape_arg arg)
{
	return arg == SHAPE_STRING ? "a string" : arg == SHAPE_NUMBER ? "a number" : "no argument";
}

static const char *argument_form(enum shape_arg arg)
{
	return arg == SHAPE_STRING ? "(\"…\")" : arg == SHAPE_NUMBER ? "(N)" : "";
}

static bool unknown_report(struct session *s, const struct unknown *u)
{
	const struct point *p = u->point;
	const struct component *c = &p->parts.data[u->best < p->parts.len ? u->best : p->parts.len - 1];
	const char *near;

	if (u->best == p->parts.len) {
		diag_error(&s->diags, p->span, E(PROBE_UNKNOWN), "this probe point is not complete");
		unknown_list(s, u, (struct span){ 0 });
		return false;
	}
	if (u->wrong)
		return diag_error(&s->diags, c->span, E(PROBE_ARGUMENT), "%s takes %s here, not %s: %s%s", c->name,
				  argument_text(u->wrong->arg),
				  argument_text(!c->arg ? SHAPE_NONE : c->arg->kind == EXPR_STRING ? SHAPE_STRING : SHAPE_NUMBER),
				  c->name, argument_form(u->wrong->arg));
	diag_error(&s->diags, c->span, E(PROBE_UNKNOWN), "there is no probe point %s%s", u->best ? "component " : "", c->name);
	near = nearest_name(c->name, u->next.data, u->next.len);
	if (!u->best && !strcmp(c->name, "process"))
		diag_note(&s->diags, (struct span){ 0 }, "programs of users cannot be probed yet");
	else if (near)
		diag_note(&s->diags, (struct span){ 0 }, "did you mean %s?", near);
	else
		unknown_list(s, u, (struct span){ 0 });
	return false;
}

/* Names of the library that have not been read yet count as well. */
static void unknown_add_library(struct points *ps, struct unknown *u)
{
	struct arena *a = &ps->session->arena;
	struct string_vec names = { 0 };
	struct shape sh;
	size_t i;

	library_names(ps->session, DEFINES_ALIAS, &names);
	for (i = 0; i < names.len; i++) {
		shape_of_pattern(a, &sh, names.data[i]);
		unknown_add(a, u, &sh);
	}
}

bool match_report_unknown(struct points *ps, const struct point *point)
{
	struct unknown u = { .point = point };
	size_t i;

	for (i = 0; i < npoint_rows; i++)
		unknown_add(&ps->session->arena, &u, &ps->rows[i]);
	for (i = 0; i < ps->aliases.len; i++)
		unknown_add(&ps->session->arena, &u, &ps->aliases.data[i]->shape);
	unknown_add_library(ps, &u);
	return unknown_report(ps->session, &u);
}

/* ---- braces ---- */

static bool has_brace(const struct point *p)
{
	size_t i;

	for (i = 0; i < p->parts.len; i++)
		if (strchr(p->parts.data[i].name, '{'))
			return true;
	return false;
}

/* POINT with the names NAMES[i] for its components. */
static struct point *point_with_names(struct session *s, const struct point *point, const char *const *names)
{
	struct point *p = ARENA_NEW(&s->arena, struct point);
	size_t i;

	*p = *point;
	p->parts = (struct component_vec){ 0 };
	for (i = 0; i < point->parts.len; i++) {
		struct component c = point->parts.data[i];

		c.name = intern(&s->names, names[i]);
		vec_push(&s->arena, &p->parts, c);
	}
	return p;
}

bool match_braces(struct session *s, const struct point *point, struct point_vec *out)
{
	struct wildcard_vec choices[SHAPE_MAX] = { 0 };
	const char *names[SHAPE_MAX];
	size_t i, n = point->parts.len, pick[SHAPE_MAX] = { 0 }, total = 1;

	if (n > SHAPE_MAX)
		return diag_error(&s->diags, point->span, E(PROBE_UNKNOWN), "no probe point has more than %d components",
				  SHAPE_MAX);
	if (!has_brace(point)) {
		vec_push(&s->arena, out, (struct point *)(uintptr_t)point);
		return true;
	}
	for (i = 0; i < n; i++) {
		if (!brace_expand(&s->arena, point->parts.data[i].name, &choices[i]) ||
		    (total *= choices[i].len) > BRACE_LIMIT)
			return diag_error(&s->diags, point->span, E(PROBE_BRACES),
					  "these braces stand for more than %d probe points", BRACE_LIMIT);
	}
	do {
		for (i = 0; i < n; i++)
			names[i] = choices[i].data[pick[i]];
		vec_push(&s->arena, out, point_with_names(s, point, names));
		for (i = n; i-- > 0 && ++pick[i] == choices[i].len; )
			pick[i] = 0;
	} while (i != (size_t)-1);
	return true;
}
