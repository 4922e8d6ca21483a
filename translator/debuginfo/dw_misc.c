/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Labels, callees and tracepoints. */
#include "translator/debuginfo/dw.h"
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 64
#define TRACEITER "__traceiter_"

struct di_func *dw_copy_at(struct dw_source *d, Dwarf_Die *die)
{
	struct di_func *f = umap_get(&d->funcs, dw_offset(d, die));
	Dwarf_Attribute a;
	Dwarf_Die origin;
	size_t n, nc;
	const struct idx_abstract *t = index_table(d->idx, INDEX_ABSTRACTS, &n);
	const struct idx_copy *c = index_table(d->idx, INDEX_COPIES, &nc);
	const char *name;
	size_t first, last;

	if (f || !dwarf_attr(die, DW_AT_abstract_origin, &a) || !dwarf_formref_die(&a, &origin) ||
	    !(name = dw_die_name(&origin)))
		return f;
	dw_plain_range(d, name, t, n, sizeof *t, offsetof(struct idx_abstract, name), &first, &last);
	for (size_t i = first; i < last; i++) {
		if (t[i].die != dw_offset(d, &origin))
			continue;
		for (size_t k = t[i].first_copy; k < nc && k - t[i].first_copy < t[i].ncopies; k++)
			if (c[k].die == dw_offset(d, die))
				return dw_copy_make(d, &t[i], &c[k]);
	}
	return NULL;
}

/* ---- labels ---- */

struct labels {
	struct dw_source *d;
	struct di_func *f;
	const char *glob;
	struct di_site_vec *out;
};

static void take_label(struct labels *s, Dwarf_Die *die)
{
	const char *name = dw_die_name(die), *file = NULL;
	struct di_site site = { .func = s->f };
	Dwarf_Addr pc;
	Dwarf_Die cu;
	unsigned line = 0;
	int declared;

	if (!name || !glob_match(s->glob, name) || dwarf_lowpc(die, &pc))
		return;
	site.pc = pc;
	site.label = name;
	if (dwarf_diecu(die, &cu, NULL, NULL) && dw_line_at(s->d, &cu, pc, &file, &line)) {
		site.file = file;
		site.line = line;
	}
	if (s->f->file && !dwarf_decl_line(die, &declared)) {
		site.file = s->f->file;
		site.line = (unsigned)declared;
	}
	vec_push(&s->d->m->di->arena, s->out, site);
}

static void walk_labels(struct labels *s, Dwarf_Die *parent, unsigned depth)
{
	Dwarf_Die die;

	if (depth > MAX_DEPTH || dwarf_child(parent, &die))
		return;
	do {
		int tag = dwarf_tag(&die);

		if (tag == DW_TAG_label)
			take_label(s, &die);
		else if (tag == DW_TAG_lexical_block)
			walk_labels(s, &die, depth + 1);
	} while (!dwarf_siblingof(&die, &die));
}

void dw_find_labels(struct di_module *m, struct di_func *f, const char *glob, struct di_site_vec *out)
{
	struct labels s = { m->dw, f, glob, out };
	Dwarf_Die die;

	if (f->source == DI_DWARF && dw_die(m->dw, f->handle, &die))
		walk_labels(&s, &die, 0);
}

/* ---- callees ---- */

/* By levels, so that each function is met at the least depth it has. */
struct callees {
	struct dw_source *d;
	const char *glob;
	struct arena arena;
	struct map seen;		/* DIE offset of what is in `next`, or was */
	struct di_func_vec next;	/* of the level being read */
	struct di_func_vec *out;
};

static void take_callee(struct callees *s, struct di_func *f)
{
	if (!f || umap_has(&s->seen, f->handle))
		return;
	umap_put(&s->seen, f->handle, f);
	vec_push(&s->arena, &s->next, f);
	if (glob_match(s->glob, f->name))
		vec_push(&s->d->m->di->arena, s->out, f);
}

/* How well record R fits the function that ORIGIN declares or defines. */
static int fit_of(struct dw_source *d, const struct idx_func *r, Dwarf_Die *origin)
{
	const char *file = dwarf_decl_file(origin);
	int line = 0;

	if (r->die == dw_offset(d, origin))
		return 3;
	if (file && !dwarf_decl_line(origin, &line) && (unsigned)line == r->line && dw_file_matches(index_text(d->idx, r->file), file))
		return 2;
	return r->flags & IDX_EXTERNAL ? 1 : 0;
}

/* The concrete function that a call site's origin (a definition, declaration or abstract instance) means. */
static struct di_func *called_function(struct callees *s, Dwarf_Die *origin)
{
	struct dw_source *d = s->d;
	const char *name = dw_die_name(origin);
	size_t n, first, last;
	const struct idx_func *t = index_table(d->idx, INDEX_FUNCS, &n), *best = NULL;
	int fit, most = -1;

	if (!name)
		return NULL;
	dw_plain_range(d, name, t, n, sizeof *t, offsetof(struct idx_func, name), &first, &last);
	for (size_t i = first; i < last; i++) {
		fit = fit_of(d, &t[i], origin);
		if (fit > most) {
			most = fit;
			best = &t[i];
		}
	}
	return best ? dw_func_make(d, best) : NULL;
}

/* A call that is a jump leaves no return address: what it leads to is not called from here, but by the caller. */
static bool is_jump(Dwarf_Die *die)
{
	return dwarf_hasattr(die, DW_AT_call_tail_call) || dwarf_hasattr(die, DW_AT_GNU_tail_call);
}

static void take_call_site(struct callees *s, Dwarf_Die *die)
{
	Dwarf_Attribute a;
	Dwarf_Die origin;

	if (!is_jump(die) && (dwarf_attr(die, DW_AT_call_origin, &a) || dwarf_attr(die, DW_AT_abstract_origin, &a)) &&
	    dwarf_formref_die(&a, &origin))
		take_callee(s, called_function(s, &origin));
}

/* Calls in DIE's blocks; what inlined copies call belongs to the copies. */
static void walk_calls(struct callees *s, Dwarf_Die *parent, unsigned nesting)
{
	Dwarf_Die die;

	if (nesting > MAX_DEPTH || dwarf_child(parent, &die))
		return;
	do {
		switch (dwarf_tag(&die)) {
		case DW_TAG_call_site: case DW_TAG_GNU_call_site:
			take_call_site(s, &die);
			break;
		case DW_TAG_inlined_subroutine:
			take_callee(s, dw_copy_at(s->d, &die));
			break;
		case DW_TAG_lexical_block:
			walk_calls(s, &die, nesting + 1);
			break;
		default:
			break;
		}
	} while (!dwarf_siblingof(&die, &die));
}

static int order_callees(const void *a, const void *b)
{
	const struct di_func *const *x = a, *const *y = b;
	int r = strcmp((*x)->name, (*y)->name);

	return r ? r : ((*x)->pc > (*y)->pc) - ((*x)->pc < (*y)->pc);
}

void dw_find_callees(struct di_module *m, struct di_func *f, const char *glob, unsigned depth, struct di_func_vec *out)
{
	struct callees s = { .d = m->dw, .glob = glob, .out = out };
	struct di_func_vec level = { 0 };
	size_t from = out->len, i;
	Dwarf_Die die;

	map_init(&s.seen, &s.arena);
	vec_push(&s.arena, &level, f);
	for (; level.len && depth; depth--) {
		for (i = 0; i < level.len; i++)
			if (level.data[i]->source == DI_DWARF && dw_die(s.d, level.data[i]->handle, &die))
				walk_calls(&s, &die, 0);
		level = s.next;
		s.next = (struct di_func_vec){ 0 };
	}
	if (out->len > from)
		qsort(out->data + from, out->len - from, sizeof *out->data, order_callees);
	arena_free(&s.arena);
}

void dw_func_ranges(struct di_module *m, const struct di_func *f, struct di_range_vec *out)
{
	struct di_range r;
	uint64_t base;
	Dwarf_Die die;

	if (f->source != DI_DWARF || !dw_die(m->dw, f->handle, &die))
		return;
	for (ptrdiff_t at = 0; (at = dwarf_ranges(&die, at, &base, &r.low, &r.high)) > 0;)
		if (r.low < r.high)
			vec_push(&m->di->arena, out, r);
}

/* ---- tracepoints: __traceiter_NAME(void *data, arguments…) ---- */

void dw_find_tracepoints(struct di_module *m, const char *glob, struct di_tracepoint_vec *out)
{
	struct arena *a = &m->di->arena;
	struct di_func_vec v = { 0 };

	dw_find_functions(m, arena_printf(a, TRACEITER "%s", glob), NULL, 0, DI_FIND_CONCRETE | DI_FIND_UNIQUE, &v);
	for (size_t i = 0; i < v.len; i++) {
		const struct di_type *t = dw_func_type(m, v.data[i]);
		struct di_tracepoint *tp;

		t = t ? di_type_complete(t) : NULL;
		if (!t || !t->nparams)
			continue;
		tp = ARENA_NEW(a, struct di_tracepoint);
		tp->name = v.data[i]->name + sizeof TRACEITER - 1;
		tp->params = t->params + 1;
		tp->nparams = t->nparams - 1;
		tp->source = DI_DWARF;
		vec_push(a, out, tp);
	}
}
