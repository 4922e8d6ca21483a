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

struct callees {
	struct dw_source *d;
	const char *glob;
	unsigned depth;
	struct arena arena;
	struct map seen;	/* DIE offset of what is in `out` or was walked */
	struct di_func_vec *out;
};

static void walk_callees(struct callees *s, const struct di_func *f, unsigned depth);

static void take_callee(struct callees *s, struct di_func *f, unsigned depth)
{
	if (!f || umap_has(&s->seen, f->handle))
		return;
	umap_put(&s->seen, f->handle, f);
	if (glob_match(s->glob, f->name))
		vec_push(&s->d->m->di->arena, s->out, f);
	walk_callees(s, f, depth + 1);
}

/* The concrete function that a call site's origin (a definition, declaration or abstract instance) means. */
static struct di_func *called_function(struct callees *s, Dwarf_Die *origin)
{
	struct dw_source *d = s->d;
	const char *name = dw_die_name(origin);
	size_t n, first, last;
	const struct idx_func *t = index_table(d->idx, INDEX_FUNCS, &n), *best = NULL;

	if (!name)
		return NULL;
	dw_plain_range(d, name, t, n, sizeof *t, offsetof(struct idx_func, name), &first, &last);
	for (size_t i = first; i < last; i++) {
		if (t[i].die == dw_offset(d, origin))
			return dw_func_make(d, &t[i]);
		if (!best || (t[i].flags & IDX_EXTERNAL))
			best = &t[i];
	}
	return best ? dw_func_make(d, best) : NULL;
}

static void take_call_site(struct callees *s, Dwarf_Die *die, unsigned depth)
{
	Dwarf_Attribute a;
	Dwarf_Die origin;

	if ((dwarf_attr(die, DW_AT_call_origin, &a) || dwarf_attr(die, DW_AT_abstract_origin, &a)) &&
	    dwarf_formref_die(&a, &origin))
		take_callee(s, called_function(s, &origin), depth);
}

/* Calls in DIE's blocks; what inlined copies call belongs to the copies. */
static void walk_calls(struct callees *s, Dwarf_Die *parent, unsigned depth, unsigned nesting)
{
	Dwarf_Die die;

	if (nesting > MAX_DEPTH || dwarf_child(parent, &die))
		return;
	do {
		switch (dwarf_tag(&die)) {
		case DW_TAG_call_site: case DW_TAG_GNU_call_site:
			take_call_site(s, &die, depth);
			break;
		case DW_TAG_inlined_subroutine:
			take_callee(s, dw_copy_at(s->d, &die), depth);
			break;
		case DW_TAG_lexical_block:
			walk_calls(s, &die, depth, nesting + 1);
			break;
		default:
			break;
		}
	} while (!dwarf_siblingof(&die, &die));
}

static void walk_callees(struct callees *s, const struct di_func *f, unsigned depth)
{
	Dwarf_Die die;

	if (depth < s->depth && f->source == DI_DWARF && dw_die(s->d, f->handle, &die))
		walk_calls(s, &die, depth, 0);
}

static int order_callees(const void *a, const void *b)
{
	const struct di_func *const *x = a, *const *y = b;
	int r = strcmp((*x)->name, (*y)->name);

	return r ? r : ((*x)->pc > (*y)->pc) - ((*x)->pc < (*y)->pc);
}

void dw_find_callees(struct di_module *m, struct di_func *f, const char *glob, unsigned depth, struct di_func_vec *out)
{
	struct callees s = { .d = m->dw, .glob = glob, .depth = depth, .out = out };
	size_t from = out->len;

	map_init(&s.seen, &s.arena);
	walk_callees(&s, f, 0);
	if (out->len > from)
		qsort(out->data + from, out->len - from, sizeof *out->data, order_callees);
	arena_free(&s.arena);
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
