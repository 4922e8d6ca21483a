/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines: statements by file and line, lines of addresses, ends of prologues.
 *
 * A unit's line table is decoded by libdw on first use.  A source line stands for
 * one site in each function or inlined copy that has code of it: the lowest
 * address there that begins a statement. */
#include "translator/debuginfo/dw.h"
#include "translator/debuginfo/index_build.h"
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

const char *dw_short_file(struct dw_source *d, Dwarf_Die *cu, const char *file)
{
	struct arena *a = &d->m->di->arena;
	Dwarf_Attribute attr;
	const char *dir = dwarf_attr(cu, DW_AT_comp_dir, &attr) ? dwarf_formstring(&attr) : NULL;
	size_t len = dir ? strlen(dir) : 0;
	char *text = arena_strdup(a, file);

	path_normalize(text);
	if (d->m->kind != MODULE_USER && len && !strncmp(text, dir, len) && text[len] == '/')
		text += len + 1;
	len = strlen(index_text(d->idx, d->idx->h->root));
	if (len && !strncmp(text, index_text(d->idx, d->idx->h->root), len))
		text += len;
	return text;
}

bool dw_line_at(struct dw_source *d, Dwarf_Die *cu, uint64_t pc, const char **file, unsigned *line)
{
	Dwarf_Line *l = dwarf_getsrc_die(cu, pc);
	const char *src = l ? dwarf_linesrc(l, NULL, NULL) : NULL;
	int n;

	if (!src || dwarf_lineno(l, &n))
		return false;
	*file = dw_short_file(d, cu, src);
	*line = (unsigned)n;
	return true;
}

/* ---- one unit's rows ---- */

struct row {
	uint64_t pc;
	const char *file;	/* shortened; equal pointers for equal files of one unit */
	unsigned line;
};

struct unit_rows {
	struct dw_source *d;
	Dwarf_Die cu;
	Dwarf_Lines *lines;
	size_t count;
	struct map files;	/* libdw's file name pointer -> shortened */
};

static bool rows_open(struct unit_rows *u, struct dw_source *d, uint32_t unit, struct arena *a)
{
	size_t n;
	const struct idx_unit *t = index_table(d->idx, INDEX_UNITS, &n);

	u->d = d;
	map_init(&u->files, a);
	return unit < n && dw_die(d, t[unit].die, &u->cu) && !dwarf_getsrclines(&u->cu, &u->lines, &u->count);
}

/* Row I, false when it begins no statement. */
static bool row_get(struct unit_rows *u, size_t i, struct row *r)
{
	Dwarf_Line *l = dwarf_onesrcline(u->lines, i);
	const char *src;
	bool is_stmt, end;
	Dwarf_Addr pc;
	int n;

	if (!l || dwarf_linebeginstatement(l, &is_stmt) || !is_stmt || dwarf_lineendsequence(l, &end) || end ||
	    dwarf_lineaddr(l, &pc) || dwarf_lineno(l, &n) || n <= 0 || !(src = dwarf_linesrc(l, NULL, NULL)))
		return false;
	r->pc = pc;
	r->line = (unsigned)n;
	r->file = umap_get(&u->files, (uintptr_t)src);
	if (!r->file) {
		r->file = dw_short_file(u->d, &u->cu, src);
		umap_put(&u->files, (uintptr_t)src, (void *)(uintptr_t)r->file);
	}
	return true;
}

bool dw_func_has_line(struct dw_source *d, const struct idx_func *f, unsigned line)
{
	struct arena scratch = ARENA_INIT;
	struct unit_rows u;
	const char *file = index_text(d->idx, f->file);
	bool found = f->line == line;
	struct row r;

	if (found || line < f->line || !rows_open(&u, d, f->unit, &scratch))
		goto out;
	for (size_t i = 0; i < u.count && !found; i++)
		found = row_get(&u, i, &r) && r.line == line && r.pc >= f->entry && r.pc < f->high && !strcmp(r.file, file);
out:
	arena_free(&scratch);
	return found;
}

/* ---- prologues ---- */

/* Unoptimized code says of a parameter that it always is in a slot of the function's own
 * frame; the prologue puts it there. (Parameters passed on the stack lie above the frame.) */
static bool has_stack_parameters(Dwarf_Die *func)
{
	Dwarf_Die die;
	Dwarf_Attribute a;
	Dwarf_Op *ops;
	size_t n;

	if (dwarf_child(func, &die))
		return false;
	do {
		if (dwarf_tag(&die) == DW_TAG_formal_parameter && dwarf_attr_integrate(&die, DW_AT_location, &a) &&
		    !dwarf_getlocation(&a, &ops, &n) && n && ops[0].atom == DW_OP_fbreg && (Dwarf_Sword)ops[0].number < 0)
			return true;
	} while (!dwarf_siblingof(&die, &die));
	return false;
}

/* The kernel is always optimized, and its probes belong on the entry, where ftrace is. */
uint64_t dw_probe_pc(struct dw_source *d, const struct di_func *f)
{
	Dwarf_Die die, cu;
	Dwarf_Lines *lines;
	Dwarf_Addr pc;
	size_t n;

	if (d->m->kind != MODULE_USER || !dw_die(d, f->handle, &die) || !dwarf_diecu(&die, &cu, NULL, NULL) ||
	    !has_stack_parameters(&die) || dwarf_getsrclines(&cu, &lines, &n))
		return f->entry;
	for (size_t i = 0; i < n; i++)
		if (!dwarf_lineaddr(dwarf_onesrcline(lines, i), &pc) && pc > f->entry)
			return pc < f->high ? pc : f->entry;
	return f->entry;
}

/* ---- statements ---- */

struct search {
	struct dw_source *d;
	const char *func, *file;
	enum di_line_kind kind;
	unsigned first, last;
	struct arena arena;
	struct map taken;	/* owner and line -> site, so that each has its lowest address */
	unsigned best;		/* NEAREST: how far the nearest line so far is */
	struct di_site_vec *out;
};

/* The function or copy whose text the row's line is in: of those around the address, the one that
 * the line's file declares last before it. Code of macros from elsewhere goes to the innermost. */
static struct di_func *owner_of(struct search *s, const struct row *r)
{
	struct dw_source *d = s->d;
	const struct idx_func *around = dw_func_around(d, r->pc);
	struct di_func *concrete = around ? dw_func_make(d, around) : NULL, *best = NULL, *innermost = NULL;
	struct dw_scopes sc;

	if (!concrete || !dw_scopes_at(d, concrete, r->pc, true, &sc))
		return NULL;
	for (size_t i = sc.len; i > 0; i--) {
		Dwarf_Die *die = &sc.dies[i - 1];
		struct di_func *f = i == 1 ? concrete : dwarf_tag(die) == DW_TAG_inlined_subroutine ? dw_copy_at(d, die) : NULL;

		if (f && !innermost)
			innermost = f;
		if (f && f->file && !strcmp(f->file, r->file) && f->line <= r->line && (!best || f->line > best->line))
			best = f;
	}
	best = best ? best : innermost;
	return best && glob_match(s->func, best->name) ? best : NULL;
}

static void take_site(struct search *s, const struct row *r, struct di_func *f)
{
	struct arena *a = &s->d->m->di->arena;
	uint64_t key = hash_bytes(&f->handle, sizeof f->handle, r->line);
	size_t at = (size_t)(uintptr_t)umap_get(&s->taken, key);

	if (at) {
		struct di_site *old = &s->out->data[at - 1];

		if (r->pc < old->pc)
			old->pc = r->pc;
		return;
	}
	vec_push(a, s->out, ((struct di_site){ .pc = r->pc, .file = r->file, .line = r->line, .func = f }));
	umap_put(&s->taken, key, (void *)(uintptr_t)s->out->len);
}

/* Does the row's line belong to the question, for a site in F? */
static bool line_fits(const struct search *s, const struct row *r, const struct di_func *f)
{
	switch (s->kind) {
	case DI_LINE_EXACT: return r->line == s->first;
	case DI_LINE_RANGE: return r->line >= s->first && r->line <= s->last;
	case DI_LINE_ALL: return true;
	case DI_LINE_RELATIVE: return f ? r->line == f->line + s->first : true;
	case DI_LINE_NEAREST: return true;
	}
	return false;
}

/* How far LINE is from the wanted one; of two as far, the later is nearer. */
static unsigned distance(unsigned line, unsigned wanted)
{
	return line >= wanted ? 2 * (line - wanted) : 2 * (wanted - line) + 1;
}

/* A nearer line drops what was found before. */
static bool is_nearest(struct search *s, const struct row *r)
{
	unsigned away = distance(r->line, s->first);

	if (s->kind != DI_LINE_NEAREST || away == s->best)
		return true;
	if (away > s->best)
		return false;
	s->best = away;
	s->out->len = 0;
	map_init(&s->taken, &s->arena);
	return true;
}

/* Not a line of a header or of another function that was moved into F. */
static bool is_own_line(const struct di_func *f, const struct row *r)
{
	return !f->file || (!strcmp(f->file, r->file) && r->line >= f->line);
}

static void search_rows(struct search *s, struct unit_rows *u)
{
	bool by_function = strcmp(s->func, "*");

	for (size_t i = 0; i < u->count; i++) {
		struct row r;
		struct di_func *f;

		if (!row_get(u, i, &r) || !dw_file_matches(s->file, r.file) || !line_fits(s, &r, NULL))
			continue;
		if (s->kind == DI_LINE_NEAREST && distance(r.line, s->first) > s->best)
			continue;
		f = owner_of(s, &r);
		if (!f || !line_fits(s, &r, f) || (by_function && !is_own_line(f, &r)) || !is_nearest(s, &r))
			continue;
		take_site(s, &r, f);
	}
}

/* Units with the code of an abstract function's copies; the function itself may be in another. */
static void mark_copies(struct search *s, const struct idx_abstract *a, bool *units, size_t nunits)
{
	size_t n, nfuncs;
	const struct idx_copy *c = index_table(s->d->idx, INDEX_COPIES, &n);
	const struct idx_func *f = index_table(s->d->idx, INDEX_FUNCS, &nfuncs);

	for (size_t i = a->first_copy; i < n && i - a->first_copy < a->ncopies; i++)
		if (c[i].func < nfuncs && f[c[i].func].unit < nunits)
			units[f[c[i].func].unit] = true;
}

static void mark_functions(struct search *s, bool *units, size_t nunits)
{
	struct dw_source *d = s->d;
	size_t n, first, last;
	const struct idx_func *f = index_table(d->idx, INDEX_FUNCS, &n);
	const struct idx_abstract *a;

	dw_name_range(d, s->func, f, n, sizeof *f, offsetof(struct idx_func, name), &first, &last);
	for (size_t i = first; i < last; i++)
		if (f[i].unit < nunits && glob_match(s->func, index_text(d->idx, f[i].name)))
			units[f[i].unit] = true;
	a = index_table(d->idx, INDEX_ABSTRACTS, &n);
	dw_name_range(d, s->func, a, n, sizeof *a, offsetof(struct idx_abstract, name), &first, &last);
	for (size_t i = first; i < last; i++)
		if (glob_match(s->func, index_text(d->idx, a[i].name)))
			mark_copies(s, &a[i], units, nunits);
}

/* Units that can have such lines: those of the named functions, or of the files. */
static void mark_units(struct search *s, bool *units, size_t nunits)
{
	struct dw_source *d = s->d;
	const struct idx_file *f;
	uint32_t name = INDEX_NONE;
	bool hit = false;
	size_t n;

	if (strcmp(s->func, "*")) {
		mark_functions(s, units, nunits);
		return;
	}
	f = index_table(d->idx, INDEX_FILES, &n);
	for (size_t i = 0; i < n; i++) {
		if (f[i].name != name)
			hit = dw_file_matches(s->file, index_text(d->idx, name = f[i].name));
		if (hit && f[i].unit < nunits)
			units[f[i].unit] = true;
	}
}

static int order_sites(const void *a, const void *b)
{
	const struct di_site *x = a, *y = b;

	return (x->pc > y->pc) - (x->pc < y->pc);
}

void dw_find_lines(struct di_module *m, const char *func, const char *file, enum di_line_kind kind, unsigned first,
		   unsigned last, struct di_site_vec *out)
{
	struct search s = { .d = m->dw, .func = func, .file = file, .kind = kind, .first = first, .last = last,
			    .best = UINT32_MAX };
	struct di_site_vec found = { 0 };
	size_t nunits;
	bool *units;

	index_table(m->dw->idx, INDEX_UNITS, &nunits);
	units = arena_zalloc(&s.arena, nunits + 1);
	s.out = &found;
	map_init(&s.taken, &s.arena);
	mark_units(&s, units, nunits);
	for (uint32_t i = 0; i < nunits; i++) {
		struct unit_rows u;

		if (units[i] && rows_open(&u, m->dw, i, &s.arena))
			search_rows(&s, &u);
	}
	if (found.len)
		qsort(found.data, found.len, sizeof *found.data, order_sites);
	for (size_t i = 0; i < found.len; i++)
		vec_push(&m->di->arena, out, found.data[i]);
	arena_free(&s.arena);
}
