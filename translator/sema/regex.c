/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Regular expressions: which of them need to tell where they matched, and their tables.
 *
 * matched() and ngroups() tell of the last =~ that the handler evaluated, itself or in a function.  So all regular
 * expressions that a handler reaches which reaches one of these functions keep positions; the others only answer. Of the
 * groups, those up to the highest number that is asked for are followed. */
#include "translator/builtin/builtin.h"
#include "translator/errors.h"
#include "translator/regex/regex.h"
#include "translator/sema/sema.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

VEC_OF(match_vec, struct expr *);

/* What one probe reaches. */
struct survey {
	struct session *session;
	struct map functions;		/* seen */
	struct match_vec matches;
	int groups;			/* highest that is asked for; REGEX_TEST: nothing asks */
};

static void note_question(struct survey *x, const struct expr *call)
{
	const struct expr *n = call->call.args.len ? call->call.args.data[0] : NULL;
	int group = 0;

	if (n && (n->kind != EXPR_NUMBER || n->number.value > INT_MAX))
		group = INT_MAX;
	else if (n && n->number.value > 0)
		group = (int)n->number.value;
	x->groups = group > x->groups ? group : x->groups;
}

static struct expr *visit(struct visitor *v, struct expr *e)
{
	struct survey *x = v->data;

	if (e->kind == EXPR_MATCH)
		vec_push(&x->session->arena, &x->matches, e);
	if (e->kind != EXPR_CALL)
		return e;
	for (struct function *f = e->call.ref; f; f = f->next_overload) {
		if (f->builtin && f->builtin->flags & BI_MATCH)
			note_question(x, e);
		if (!f->body || umap_has(&x->functions, (uint64_t)(uintptr_t)f))
			continue;
		umap_put(&x->functions, (uint64_t)(uintptr_t)f, f);
		walk_stmt(v, f->body);
	}
	return e;
}

static void survey_probe(struct survey *x, struct probe *p)
{
	struct visitor v = { .pre_expr = visit, .data = x };

	if (!p->same_as || !umap_has(&x->functions, (uint64_t)(uintptr_t)p->same_as))
		walk_stmt(&v, p->body);
	if (p->condition)
		walk_expr(&v, p->condition);
	for (size_t i = 0; i < p->saved.len; i++)
		walk_expr(&v, p->saved.data[i]);
}

/* All that the program holds, whoever reaches it. */
static void survey_all(struct survey *x, struct program *p)
{
	struct visitor v = { .pre_expr = visit, .data = x };

	for (size_t i = 0; i < p->probes.len; i++) {
		survey_probe(x, p->probes.data[i]);
		umap_put(&x->functions, (uint64_t)(uintptr_t)p->probes.data[i], p);
	}
	for (size_t i = 0; i < p->functions.len; i++) {
		struct function *f = p->functions.data[i];

		if (f->body && !umap_has(&x->functions, (uint64_t)(uintptr_t)f))
			walk_stmt(&v, f->body);
	}
}

/* ---- where in the script a byte of the pattern is ---- */

/* Bytes of one character of a literal: itself, or a backslash with what belongs to it (lex.c). */
static size_t literal_step(const char *s, const char *end)
{
	const char *p = s + 1;
	int n;

	if (*s != '\\' || p == end)
		return 1;
	if (*p == 'x') {
		for (p++, n = 0; n < 2 && p < end && isxdigit((unsigned char)*p); n++)
			p++;
	} else if (*p >= '0' && *p <= '7') {
		for (n = 0; n < 3 && p < end && *p >= '0' && *p <= '7'; n++)
			p++;
	} else {
		p++;
	}
	return (size_t)(p - s);
}

/* Bytes BEG to END of the text of LITERAL; all of it when it is no literal here (an argument, several joined by comments). */
static struct span span_inside(struct session *s, const struct expr *literal, size_t beg, size_t end)
{
	const struct source *src = source_get(&s->sources, literal->span.src);
	struct span at = literal->span;
	const char *p = src->text + at.beg, *last = src->text + at.end;
	bool inside = false;
	size_t n = 0;

	for (size_t len; p < last; p += len) {
		len = inside ? literal_step(p, last) : 1;
		if (*p == '"') {
			inside = !inside;
			continue;
		}
		if (!inside && !isspace((unsigned char)*p))
			return literal->span;
		if (!inside)
			continue;
		if (n == beg)
			at.beg = (uint32_t)(p - src->text);
		if (++n == end)
			at.end = (uint32_t)(p - src->text + len);
	}
	if (beg >= n && n)	/* behind the last byte: the closing quote */
		at.beg = at.end - 1;
	return n == literal->string.len ? at : literal->span;
}

/* ---- tables ---- */

static bool refuse(struct session *s, struct span at, const struct regex_error *err)
{
	diag_error(&s->diags, at, err->tag, "%s", err->text);
	if (!strcmp(err->tag, "REGEX_SIZE"))
		diag_note(&s->diags, (struct span){ 0 }, "smaller repetitions {m,n}, a ^ in front or several expressions need less");
	return false;
}

static bool compile(struct session *s, struct expr *e, struct map *known)
{
	const struct expr *literal = e->match.regex;
	struct regex_error err;
	char *key = arena_printf(&s->arena, "%d %s", e->match.groups, literal->string.text);
	bool has_nul = strlen(literal->string.text) != literal->string.len;

	e->match.table = has_nul ? NULL : map_get(known, key);
	if (e->match.table)
		return true;
	e->match.table = regex_compile(&s->arena, literal->string.text, literal->string.len, e->match.groups, &err);
	if (!e->match.table)
		return refuse(s, span_inside(s, literal, err.beg, err.end), &err);
	if (!has_nul)
		map_put(known, key, e->match.table);
	return true;
}

static void note_room(struct program *p, const struct expr *e)
{
	if (e->match.groups == REGEX_TEST)
		return;
	if (p->match_regs < e->match.table->table.nregs)
		p->match_regs = e->match.table->table.nregs;
	if (p->match_tags < e->match.table->table.ntags)
		p->match_tags = e->match.table->table.ntags;
}

/* What P's handler asks for, for all the regular expressions that it reaches. */
static void ask_for_groups(struct session *s, struct probe *p)
{
	struct survey x = { .session = s, .functions.arena = &s->arena, .groups = REGEX_TEST };

	survey_probe(&x, p);
	p->keeps_match = x.groups != REGEX_TEST;
	for (size_t i = 0; i < x.matches.len; i++)
		if (x.matches.data[i]->match.groups < x.groups)
			x.matches.data[i]->match.groups = x.groups;
}

/* A handler that asks for nothing may call a function whose matches another one asks about. */
static void keep_match_for_functions(struct session *s, struct probe *p)
{
	struct survey x = { .session = s, .functions.arena = &s->arena, .groups = REGEX_TEST };

	survey_probe(&x, p);
	for (size_t i = 0; i < x.matches.len; i++)
		p->keeps_match |= x.matches.data[i]->match.groups != REGEX_TEST;
}

bool sema_regexes(struct session *s)
{
	struct program *p = s->program;
	struct survey all = { .session = s, .functions.arena = &s->arena, .groups = REGEX_TEST };
	struct map known = { .arena = &s->arena };
	bool ok = true;

	survey_all(&all, p);
	for (size_t i = 0; i < all.matches.len; i++)
		all.matches.data[i]->match.groups = REGEX_TEST;
	for (size_t i = 0; i < p->probes.len && all.groups != REGEX_TEST; i++)
		ask_for_groups(s, p->probes.data[i]);
	for (size_t i = 0; i < p->probes.len && all.groups != REGEX_TEST; i++)
		keep_match_for_functions(s, p->probes.data[i]);
	for (size_t i = 0; i < all.matches.len; i++) {
		ok &= compile(s, all.matches.data[i], &known);
		if (all.matches.data[i]->match.table)
			note_room(p, all.matches.data[i]);
	}
	return ok;
}
