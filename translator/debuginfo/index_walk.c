/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pass over all units: what of each DIE goes into which table.
 *
 * Bodies of functions are entered only for inlined copies; types only for their
 * names; an enumeration's values once however many units repeat it. */
#include "translator/debuginfo/index_build.h"
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 128

struct walk {
	struct index_tables *t;
	Dwarf *alt;
	struct line_sections lines, alt_lines;
	Dwarf_CU *cu;			/* the unit, */
	struct file_table files;	/* and its files */
	struct map foreign;		/* other units whose DIEs are referred to -> their struct file_table */
	uint32_t unit;
	bool kernel;
};

/* The attributes that any of the tables needs, from one pass over a DIE's. */
struct die_facts {
	const char *name, *linkage_name;
	Dwarf_Attribute low, high, ranges, entry, origin, specification;
	bool has_low, has_high, has_ranges, has_entry, has_origin, has_specification;
	bool external, declaration, is_inline, has_location;
	uint32_t file, line;
	Dwarf_CU *cu;			/* whose files `file` counts */
};

static uint32_t number_of(Dwarf_Attribute *a)
{
	Dwarf_Word v;

	return dwarf_formudata(a, &v) ? 0 : (uint32_t)v;
}

static bool flag_of(Dwarf_Attribute *a)
{
	bool v = false;

	return !dwarf_formflag(a, &v) && v;
}

static int take_fact(Dwarf_Attribute *a, void *data)
{
	struct die_facts *f = data;

	switch (dwarf_whatattr(a)) {
	case DW_AT_name: f->name = dwarf_formstring(a); break;
	case DW_AT_linkage_name: f->linkage_name = dwarf_formstring(a); break;
	case DW_AT_decl_file: f->file = number_of(a); break;
	case DW_AT_decl_line: f->line = number_of(a); break;
	case DW_AT_external: f->external = flag_of(a); break;
	case DW_AT_declaration: f->declaration = flag_of(a); break;
	case DW_AT_inline: f->is_inline = true; break;
	case DW_AT_low_pc: f->low = *a; f->has_low = true; break;
	case DW_AT_high_pc: f->high = *a; f->has_high = true; break;
	case DW_AT_ranges: f->ranges = *a; f->has_ranges = true; break;
	case DW_AT_entry_pc: f->entry = *a; f->has_entry = true; break;
	case DW_AT_abstract_origin: f->origin = *a; f->has_origin = true; break;
	case DW_AT_specification: f->specification = *a; f->has_specification = true; break;
	case DW_AT_location: case DW_AT_const_value: f->has_location = true; break;
	default: break;
	}
	return DWARF_CB_OK;
}

static void read_facts(Dwarf_Die *die, struct die_facts *f)
{
	memset(f, 0, sizeof *f);
	f->cu = die->cu;
	dwarf_getattrs(die, take_fact, f, 0);
}

/* Name and declaration that F lacks, from what it is an instance or a definition of. */
static void inherit_facts(struct die_facts *f)
{
	struct die_facts up = *f;

	for (int i = 0; i < 4 && (!f->name || !f->line); i++) {
		Dwarf_Die die;
		Dwarf_Attribute *a = up.has_origin ? &up.origin : up.has_specification ? &up.specification : NULL;

		if (!a || !dwarf_formref_die(a, &die))
			return;
		read_facts(&die, &up);
		if (!f->name)
			f->name = up.name;
		if (!f->line) {
			f->line = up.line;
			f->file = up.file;
			f->cu = up.cu;
		}
		f->external |= up.external;
	}
}

static void read_files(struct walk *w, Dwarf_Die *cu, struct file_table *out)
{
	Dwarf_Attribute a;
	Dwarf_Word off;
	const char *dir = dwarf_attr(cu, DW_AT_comp_dir, &a) ? dwarf_formstring(&a) : NULL;
	bool is_alt = w->alt && dwarf_cu_getdwarf(cu->cu) == w->alt;

	out->len = 0;
	if (dwarf_attr(cu, DW_AT_stmt_list, &a) && !dwarf_formudata(&a, &off))
		line_files(is_alt ? &w->alt_lines : &w->lines, off, dir ? dir : "", w->kernel, &w->t->strings, out);
}

static const struct file_table *files_of(struct walk *w, Dwarf_CU *cu)
{
	struct file_table *t;
	Dwarf_Die die;

	if (cu == w->cu)
		return &w->files;
	t = umap_get(&w->foreign, (uintptr_t)cu);
	if (!t) {
		t = ARENA_NEW(&w->t->arena, struct file_table);
		umap_put(&w->foreign, (uintptr_t)cu, t);
		if (!dwarf_cu_info(cu, NULL, NULL, &die, NULL, NULL, NULL, NULL))
			read_files(w, &die, t);
	}
	return t;
}

static uint32_t file_name(struct walk *w, const struct die_facts *f)
{
	const struct file_table *t = files_of(w, f->cu);

	return f->file < t->len ? t->names[f->file] : 0;
}

static uint32_t text(struct walk *w, const char *s)
{
	return s ? pool_add_stable(&w->t->strings, s) : 0;
}

/* ---- functions ---- */

static void add_range(struct walk *w, uint64_t lo, uint64_t hi, uint32_t func)
{
	if (lo && lo < hi)
		table_push(&w->t->ranges, (struct idx_range){ lo, hi, func, 0 });
}

static bool low_and_high(struct die_facts *f, uint64_t *lo, uint64_t *hi)
{
	Dwarf_Addr addr;
	Dwarf_Word size;

	if (!f->has_low || dwarf_formaddr(&f->low, &addr))
		return false;
	*lo = *hi = addr;
	if (f->has_high && !dwarf_formaddr(&f->high, &addr))
		*hi = addr;
	else if (f->has_high && !dwarf_formudata(&f->high, &size))
		*hi = *lo + size;
	return true;
}

/* Entry of code with scattered ranges: DW_AT_entry_pc (address, or offset from the
 * base), else the start of the first range. */
static uint64_t entry_of(Dwarf_Die *die, struct die_facts *f)
{
	Dwarf_Addr addr, base, lo, hi;
	Dwarf_Word off;

	if (f->has_entry && !dwarf_formaddr(&f->entry, &addr))
		return addr;
	if (f->has_low && !f->has_ranges && !dwarf_formaddr(&f->low, &addr))
		return f->has_entry && !dwarf_formudata(&f->entry, &off) ? addr + off : addr;
	if (f->has_ranges && dwarf_ranges(die, 0, &base, &lo, &hi) > 0)
		return f->has_entry && !dwarf_formudata(&f->entry, &off) ? base + off : lo;
	return 0;
}

/* Ranges of function FUNC into the table; returns the end of the one that holds ENTRY. */
static uint64_t take_ranges(struct walk *w, Dwarf_Die *die, struct die_facts *f, uint64_t entry, uint32_t func)
{
	uint64_t lo, hi, high = 0;

	if (f->has_ranges) {
		Dwarf_Addr base, a, b;

		for (ptrdiff_t at = 0; (at = dwarf_ranges(die, at, &base, &a, &b)) > 0;) {
			add_range(w, a, b, func);
			if (entry >= a && entry < b)
				high = b;
		}
	} else if (low_and_high(f, &lo, &hi)) {
		add_range(w, lo, hi, func);
		high = hi;
	}
	return high;
}

static void walk_body(struct walk *w, Dwarf_Die *parent, uint32_t func, unsigned depth);

static void add_function(struct walk *w, Dwarf_Die *die, struct die_facts *f, uint64_t entry)
{
	uint32_t number = (uint32_t)w->t->funcs.len;
	struct idx_func r = { .die = index_offset(w->alt, die), .entry = entry, .unit = w->unit, .symbol = INDEX_NONE };

	if (f->has_origin)
		r.flags |= IDX_OUT_OF_LINE;
	inherit_facts(f);
	if (!f->name)
		return;
	r.name = text(w, f->name);
	r.file = file_name(w, f);
	r.line = f->line;
	r.flags |= f->external ? IDX_EXTERNAL : 0;
	r.high = take_ranges(w, die, f, entry, number);
	table_push(&w->t->funcs, r);
	walk_body(w, die, number, 0);
}

static void add_abstract(struct walk *w, Dwarf_Die *die, struct die_facts *f)
{
	inherit_facts(f);
	if (f->name)
		table_push(&w->t->abstracts, (struct idx_abstract){
			.die = index_offset(w->alt, die), .name = text(w, f->name), .file = file_name(w, f),
			.line = f->line, .unit = w->unit, .flags = f->external ? IDX_EXTERNAL : 0 });
}

static void walk_function(struct walk *w, Dwarf_Die *die)
{
	struct die_facts f;
	uint64_t entry;

	read_facts(die, &f);
	if (f.is_inline) {
		add_abstract(w, die, &f);
		return;
	}
	if (f.declaration)
		return;
	entry = entry_of(die, &f);
	if (entry)
		add_function(w, die, &f, entry);
}

static void add_copy(struct walk *w, Dwarf_Die *die, uint32_t func)
{
	struct die_facts f;
	Dwarf_Die origin;
	uint64_t pc;

	read_facts(die, &f);
	if (!f.has_origin || !dwarf_formref_die(&f.origin, &origin))
		return;
	pc = entry_of(die, &f);
	if (pc)
		table_push(&w->t->raw_copies, (struct raw_copy){ index_offset(w->alt, &origin), index_offset(w->alt, die), pc, func });
}

static void walk_body(struct walk *w, Dwarf_Die *parent, uint32_t func, unsigned depth)
{
	Dwarf_Die die;

	if (depth > MAX_DEPTH || dwarf_child(parent, &die))
		return;
	do {
		switch (dwarf_tag(&die)) {
		case DW_TAG_inlined_subroutine:
			add_copy(w, &die, func);
			walk_body(w, &die, func, depth + 1);
			break;
		case DW_TAG_lexical_block: case DW_TAG_try_block: case DW_TAG_catch_block: case DW_TAG_with_stmt:
			walk_body(w, &die, func, depth + 1);
			break;
		case DW_TAG_subprogram:
			if (depth < MAX_DEPTH / 8)
				walk_function(w, &die);
			break;
		default:
			break;
		}
	} while (!dwarf_siblingof(&die, &die));
}

/* ---- types, enumerators, variables ---- */

static void add_enumerators(struct walk *w, Dwarf_Die *parent)
{
	Dwarf_Die die;

	if (dwarf_child(parent, &die))
		return;
	do {
		Dwarf_Attribute a;
		Dwarf_Sword v;
		const char *name = dwarf_tag(&die) == DW_TAG_enumerator ? dwarf_diename(&die) : NULL;

		if (name && dwarf_attr(&die, DW_AT_const_value, &a) && !dwarf_formsdata(&a, &v))
			table_push(&w->t->enums, (struct idx_enum){ v, text(w, name), 0 });
	} while (!dwarf_siblingof(&die, &die));
}

/* An enumeration repeated by another unit: same tag or first enumerator, same line. */
static void walk_enumeration(struct walk *w, Dwarf_Die *die, const char *name, uint32_t line)
{
	Dwarf_Die first;
	uint64_t key;

	if (!name && (dwarf_child(die, &first) || !(name = dwarf_diename(&first))))
		return;
	key = (uint64_t)text(w, name) << 32 | line;
	if (umap_has(&w->t->seen_enums, key))
		return;
	umap_put(&w->t->seen_enums, key, NULL);
	add_enumerators(w, die);
}

/* The first definition of a name stays; a declaration gives way to it. */
static void add_type(struct walk *w, Dwarf_Die *die, int tag, const char *name, bool declaration)
{
	struct idx_type r = { index_offset(w->alt, die), text(w, name), (uint16_t)tag, declaration ? IDX_DECLARATION : 0 };
	uint64_t key = (uint64_t)r.name << 16 | (uint16_t)tag;
	size_t at = (size_t)(uintptr_t)umap_get(&w->t->seen_types, key);

	if (!at) {
		table_push(&w->t->types, r);
		umap_put(&w->t->seen_types, key, (void *)(uintptr_t)w->t->types.len);
	} else if ((w->t->types.data[at - 1].flags & IDX_DECLARATION) && !declaration) {
		w->t->types.data[at - 1] = r;
	}
}

static void walk_type(struct walk *w, Dwarf_Die *die, int tag)
{
	struct die_facts f;

	read_facts(die, &f);
	if (f.name)
		add_type(w, die, tag, f.name, f.declaration);
	if (tag == DW_TAG_enumeration_type && !f.declaration)
		walk_enumeration(w, die, f.name, f.line);
}

/* Declared and never defined in C: the linker or assembly makes it (jiffies); its type is known
 * here, its address from the symbol table. Once a name; joined with definitions at the end. */
static void add_declared(struct walk *w, Dwarf_Die *die, struct die_facts *f)
{
	uint32_t name = text(w, f->name);

	if (umap_has(&w->t->seen_declared, name))
		return;
	umap_put(&w->t->seen_declared, name, NULL);
	table_push(&w->t->vars, (struct idx_var){ index_offset(w->alt, die), name, file_name(w, f), w->unit,
						  IDX_EXTERNAL | IDX_DECLARATION });
}

static void walk_variable(struct walk *w, Dwarf_Die *die)
{
	struct die_facts f;

	read_facts(die, &f);
	if (!f.has_location) {
		if (f.declaration && f.external && f.name)
			add_declared(w, die, &f);
		return;
	}
	inherit_facts(&f);
	if (f.name)
		table_push(&w->t->vars, (struct idx_var){ index_offset(w->alt, die), text(w, f.name), file_name(w, &f), w->unit,
							  f.external ? IDX_EXTERNAL : 0 });
}

static void walk_children(struct walk *w, Dwarf_Die *parent, unsigned depth)
{
	Dwarf_Die die;
	int tag;

	if (depth > MAX_DEPTH || dwarf_child(parent, &die))
		return;
	do {
		switch ((tag = dwarf_tag(&die))) {
		case DW_TAG_subprogram:
			walk_function(w, &die);
			break;
		case DW_TAG_structure_type: case DW_TAG_union_type: case DW_TAG_class_type: case DW_TAG_enumeration_type:
		case DW_TAG_typedef: case DW_TAG_base_type:
			walk_type(w, &die, tag);
			break;
		case DW_TAG_variable:
			walk_variable(w, &die);
			break;
		case DW_TAG_namespace: case DW_TAG_module:
			walk_children(w, &die, depth + 1);
			break;
		default:
			break;
		}
	} while (!dwarf_siblingof(&die, &die));
}

/* ---- units ---- */

static void add_files(struct walk *w, Dwarf_Die *cu)
{
	read_files(w, cu, &w->files);
	for (size_t i = 0; i < w->files.len; i++)
		if (w->files.names[i] && (!i || w->files.names[i] != w->files.names[i - 1]))
			table_push(&w->t->files, (struct idx_file){ w->files.names[i], w->unit });
}

static void walk_unit(struct walk *w, Dwarf_Die *cu)
{
	Dwarf_Attribute a;
	const char *name = dwarf_diename(cu);
	const char *dir = dwarf_attr(cu, DW_AT_comp_dir, &a) ? dwarf_formstring(&a) : NULL;

	w->unit = (uint32_t)w->t->units.len;
	w->cu = cu->cu;
	table_push(&w->t->units, (struct idx_unit){ index_offset(w->alt, cu), text(w, name), text(w, dir) });
	add_files(w, cu);
	walk_children(w, cu, 0);
}

static void free_files(struct walk *w)
{
	for (size_t i = 0; i < w->foreign.len; i++)
		free(((struct file_table *)w->foreign.entries[i].value)->names);
	free(w->files.names);
}

void index_walk(Dwarf *dbg, struct index_tables *t, bool kernel, unsigned part, unsigned of, uint64_t *progress)
{
	struct walk w = { .t = t, .alt = dwarf_getalt(dbg), .kernel = kernel };
	Dwarf_CU *cu = NULL;
	Dwarf_Die die;
	unsigned n = 0;

	map_init(&w.foreign, &t->arena);
	line_sections_find(dwarf_getelf(dbg), &w.lines);
	if (w.alt)
		line_sections_find(dwarf_getelf(w.alt), &w.alt_lines);
	while (!dwarf_get_units(dbg, cu, &cu, NULL, NULL, &die, NULL)) {
		if (n++ % of != part)
			continue;
		walk_unit(&w, &die);
		if (progress)
			__atomic_store_n(progress, dwarf_dieoffset(&die), __ATOMIC_RELAXED);
	}
	for (cu = NULL; w.alt && !part && !dwarf_get_units(w.alt, cu, &cu, NULL, NULL, &die, NULL);)
		walk_unit(&w, &die);
	free_files(&w);
}
