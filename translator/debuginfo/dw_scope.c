/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables in scope: which DIE a name means at an address, and what all of them are.
 *
 * The innermost block that holds the address wins, then its parents up to the
 * function (or inlined copy) that the probe names; only then what inlined copies
 * around the address add, and last the globals of the unit and of other units. */
#include "translator/debuginfo/dw.h"
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

static bool is_variable(Dwarf_Die *die)
{
	int tag = dwarf_tag(die);

	return tag == DW_TAG_formal_parameter || tag == DW_TAG_variable;
}

/* The child block of DIE that holds PC. */
static bool inner_block(Dwarf_Die *die, uint64_t pc, bool into_copies, Dwarf_Die *out)
{
	if (dwarf_child(die, out))
		return false;
	do {
		int tag = dwarf_tag(out);

		if ((tag == DW_TAG_lexical_block || tag == DW_TAG_try_block || tag == DW_TAG_catch_block ||
		     (into_copies && tag == DW_TAG_inlined_subroutine)) && dwarf_haspc(out, pc) > 0)
			return true;
	} while (!dwarf_siblingof(out, out));
	return false;
}

bool dw_scopes_at(struct dw_source *d, const struct di_func *f, uint64_t pc, bool into_copies, struct dw_scopes *out)
{
	out->len = 0;
	if (!f || f->source != DI_DWARF || !dw_die(d, f->handle, &out->dies[0]))
		return false;
	out->len = 1;
	while (out->len < DW_MAX_SCOPES && inner_block(&out->dies[out->len - 1], pc, into_copies, &out->dies[out->len]))
		out->len++;
	return true;
}

/* The variable NAME that DIE itself declares. Extern declarations mean the global. */
static bool variable_in(Dwarf_Die *die, const char *name, Dwarf_Die *out)
{
	Dwarf_Attribute a;

	if (dwarf_child(die, out))
		return false;
	do {
		const char *n = is_variable(out) ? dw_die_name(out) : NULL;

		if (n && !strcmp(n, name) && !dwarf_attr(out, DW_AT_declaration, &a))
			return true;
	} while (!dwarf_siblingof(out, out));
	return false;
}

static bool variable_at(struct dw_source *d, const struct di_func *f, uint64_t pc, const char *name, bool into_copies,
			Dwarf_Die *out)
{
	struct dw_scopes s;

	if (!dw_scopes_at(d, f, pc, into_copies, &s))
		return false;
	for (size_t i = s.len; i > 0; i--)
		if (variable_in(&s.dies[i - 1], name, out))
			return true;
	return false;
}

/* The variable anywhere below DIE, for saying where it would be visible. */
static bool variable_below(Dwarf_Die *die, const char *name, unsigned depth, Dwarf_Die *block, Dwarf_Die *out)
{
	Dwarf_Die child;

	if (variable_in(die, name, out)) {
		*block = *die;
		return true;
	}
	if (depth > 32 || dwarf_child(die, &child))
		return false;
	do {
		if (dwarf_tag(&child) == DW_TAG_lexical_block && variable_below(&child, name, depth + 1, block, out))
			return true;
	} while (!dwarf_siblingof(&child, &child));
	return false;
}

static void location_begin(struct location *l, struct access *x, struct dw_source *d, const struct di_scope *sc)
{
	const struct di_func *f = sc->func;
	uint64_t concrete = f->is_inline ? f->caller_handle : f->handle;

	*l = (struct location){ .x = x, .d = d, .sc = sc, .pc = sc->pc ? sc->pc : f->pc };
	l->at_entry = !f->is_inline && l->pc == f->entry;
	l->has_func = dw_die(d, concrete, &l->func);
}

static enum dw_found find_local(struct access *x, struct dw_source *d, const struct di_scope *sc, struct place *out)
{
	struct location l;
	Dwarf_Die die;
	enum dw_found found;

	if (!sc->func || sc->func->source != DI_DWARF || sc->where == DI_AT_RETURN)
		return DW_MISSING;
	location_begin(&l, x, d, sc);
	if (!variable_at(d, sc->func, l.pc, x->name, false, &die) &&
	    (l.at_entry || !variable_at(d, sc->func, l.pc, x->name, true, &die)))
		return DW_MISSING;
	found = dw_locate(&l, &die, out);
	if (found == DW_FOUND && out->kind == PLACE_NOWHERE)
		out->why = dw_available(d, &die, NULL, sc->func, true);
	return found;
}

/* ---- globals ---- */

/* The best of the variables named NAME: of unit UNIT, else external, else any. */
static const struct idx_var *find_global(struct dw_source *d, const char *name, const char *file, uint32_t unit)
{
	size_t n, nunits, first, last;
	const struct idx_var *t = index_table(d->idx, INDEX_VARS, &n), *best = NULL;
	const struct idx_unit *units = index_table(d->idx, INDEX_UNITS, &nunits);
	unsigned best_rank = 0;

	dw_plain_range(d, name, t, n, sizeof *t, offsetof(struct idx_var, name), &first, &last);
	for (size_t i = first; i < last; i++) {
		unsigned r = t[i].flags & IDX_DECLARATION ? 1 : t[i].unit == unit ? 4 : t[i].flags & IDX_EXTERNAL ? 3 : 2;

		if (file && !dw_file_matches(file, index_text(d->idx, t[i].file)) &&
		    !(t[i].unit < nunits && dw_file_matches(file, index_text(d->idx, units[t[i].unit].name))))
			continue;
		if (r > best_rank) {
			best = &t[i];
			best_rank = r;
		}
	}
	return best;
}

static enum dw_found place_global(struct access *x, struct dw_source *d, const struct idx_var *v, struct place *out)
{
	struct location l = { .x = x, .d = d };
	Dwarf_Die die;
	uint64_t addr;

	if (!v || !dw_die(d, v->die, &die))
		return DW_MISSING;
	if (!(v->flags & IDX_DECLARATION))
		return dw_locate(&l, &die, out);
	if (!di_symbol_address(d->m, x->name, &addr, NULL))
		return DW_MISSING;
	*out = (struct place){ .kind = PLACE_MEMORY, .type = dw_type_attr(d, &die) };
	return dw_address(&l, addr, &out->value) ? DW_FOUND : DW_FAILED;
}

static uint32_t unit_of(struct dw_source *d, const struct di_func *f)
{
	const struct idx_func *r = f && f->source == DI_DWARF ? dw_func_around(d, f->entry) : NULL;

	return r ? r->unit : INDEX_NONE;
}

enum dw_found dw_var_place(struct access *x, const struct di_scope *sc, struct place *out)
{
	struct dw_source *d = sc->module->dw;
	enum dw_found found = find_local(x, d, sc, out);

	return found == DW_MISSING ? place_global(x, d, find_global(d, x->name, NULL, unit_of(d, sc->func)), out) : found;
}

static bool has_unit(struct dw_source *d, const char *file)
{
	size_t n;
	const struct idx_unit *units = index_table(d->idx, INDEX_UNITS, &n);

	for (size_t i = 0; i < n; i++)
		if (dw_file_matches(file, index_text(d->idx, units[i].name)))
			return true;
	return false;
}

enum dw_found dw_global_place(struct access *x, const char *file, struct place *out)
{
	struct dw_source *d = x->m->dw;
	const struct idx_var *v = find_global(d, x->name, file, INDEX_NONE);

	/* A file sees the external variables of others, though nothing tells which of them it declares. */
	if (!v && file && has_unit(d, file)) {
		v = find_global(d, x->name, NULL, INDEX_NONE);
		v = v && v->flags & IDX_EXTERNAL ? v : NULL;
	}
	return place_global(x, d, v, out);
}

const char *dw_elsewhere(const struct di_scope *sc, const char *name)
{
	struct dw_source *d = sc->module->dw;
	Dwarf_Die func, block, var;

	if (!sc->func || sc->func->source != DI_DWARF || !dw_die(d, sc->func->handle, &func) ||
	    !variable_below(&func, name, 0, &block, &var))
		return NULL;
	return dw_available(d, &var, &block, sc->func, true);
}

/* ---- listing ---- */

struct listing {
	struct dw_source *d;
	const struct di_scope *sc;
	uint64_t pc;
	bool at_entry;
	bool returning;
	struct map seen;		/* an inner variable hides outer ones of its name */
	struct di_var_vec *out;
};

/* Is there a location for DIE at the pc? */
static bool has_location(struct listing *ls, Dwarf_Die *die)
{
	Dwarf_Attribute a;
	Dwarf_Op *ops;
	size_t n;

	if (dwarf_attr_integrate(die, DW_AT_location, &a))
		return dwarf_getlocation_addr(&a, ls->pc, &ops, &n, 1) == 1 && n && ops[0].atom != DW_OP_entry_value &&
		       ops[0].atom != DW_OP_GNU_entry_value;
	return dwarf_attr_integrate(die, DW_AT_const_value, &a);
}

static void list_variable(struct listing *ls, Dwarf_Die *die, bool param)
{
	struct arena *a = &ls->d->m->di->arena;
	const char *name = dw_die_name(die);
	struct di_var *v;
	Dwarf_Attribute attr;

	if (!name || map_has(&ls->seen, name) || dwarf_attr(die, DW_AT_declaration, &attr))
		return;
	map_put(&ls->seen, name, die);
	v = ARENA_NEW(a, struct di_var);
	v->name = name;
	v->type = dw_type_attr(ls->d, die);
	v->is_param = param;
	v->optimized_out = !ls->returning && !(param && ls->at_entry) && !has_location(ls, die);
	if (v->optimized_out)
		v->available = dw_available(ls->d, die, NULL, ls->sc->func, false);
	vec_push(a, ls->out, v);
}

static void list_children(struct listing *ls, Dwarf_Die *parent, int tag)
{
	Dwarf_Die die;

	if (dwarf_child(parent, &die))
		return;
	do {
		if (dwarf_tag(&die) == tag)
			list_variable(ls, &die, tag == DW_TAG_formal_parameter);
	} while (!dwarf_siblingof(&die, &die));
}

void dw_scope_vars(const struct di_scope *sc, struct di_var_vec *out)
{
	struct dw_source *d = sc->module->dw;
	struct arena scratch = ARENA_INIT;
	struct listing ls = { .d = d, .sc = sc, .pc = sc->pc ? sc->pc : sc->func->pc, .out = out,
			      .returning = sc->where == DI_AT_RETURN };
	struct dw_scopes s;

	ls.at_entry = !sc->func->is_inline && ls.pc == sc->func->entry && !dw_is_clone(sc->func);
	map_init(&ls.seen, &scratch);
	if (dw_scopes_at(d, sc->func, ls.pc, false, &s)) {
		list_children(&ls, &s.dies[0], DW_TAG_formal_parameter);
		for (size_t i = s.len; i > 0 && !ls.returning; i--)
			list_children(&ls, &s.dies[i - 1], DW_TAG_variable);
	}
	arena_free(&scratch);
}
