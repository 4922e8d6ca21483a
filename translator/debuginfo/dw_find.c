/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions and inlined copies by name, file and address, from the index alone. */
#include "translator/debuginfo/dw.h"
#include <stdlib.h>
#include <string.h>

bool dw_file_matches(const char *pattern, const char *file)
{
	if (!pattern)
		return true;
	if (!file || !*file)
		return false;
	if (glob_match(pattern, file))
		return true;
	for (const char *p = file; (p = strchr(p, '/')); )
		if (glob_match(pattern, ++p))
			return true;
	return false;
}

/* ---- searching sorted tables ---- */

struct table_view {
	const struct index *x;
	const char *data;
	size_t count, record, name_at;
};

static const char *record_name(const struct table_view *v, size_t i)
{
	uint32_t off;

	memcpy(&off, v->data + i * v->record + v->name_at, sizeof off);
	return index_text(v->x, off);
}

/* First record whose name's first LEN bytes are at least (or, with BEHIND, greater than) PREFIX. */
static size_t bound(const struct table_view *v, const char *prefix, size_t len, bool behind)
{
	size_t lo = 0, hi = v->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strncmp(record_name(v, mid), prefix, len);

		if (c < 0 || (behind && !c))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void dw_name_range(const struct dw_source *d, const char *glob, const void *table, size_t count, size_t record,
		   size_t name_at, size_t *first, size_t *last)
{
	struct table_view v = { d->idx, table, count, record, name_at };
	size_t literal = strcspn(glob, "*?[\\");
	bool whole = !glob[literal];

	*first = bound(&v, glob, literal + whole, false);
	*last = bound(&v, glob, literal + whole, true);
}

void dw_plain_range(const struct dw_source *d, const char *name, const void *table, size_t count, size_t record,
		    size_t name_at, size_t *first, size_t *last)
{
	struct table_view v = { d->idx, table, count, record, name_at };

	*first = bound(&v, name, strlen(name) + 1, false);
	*last = bound(&v, name, strlen(name) + 1, true);
}

/* A file pattern is matched once a file: results by string offset. */
struct file_memo {
	const char *pattern;
	struct map seen;
	struct arena arena;
};

static bool memo_matches(struct file_memo *memo, const struct index *x, uint32_t file)
{
	bool hit;

	if (!memo->pattern)
		return true;
	if (umap_has(&memo->seen, file))
		return umap_get(&memo->seen, file);
	hit = dw_file_matches(memo->pattern, index_text(x, file));
	umap_put(&memo->seen, file, hit ? memo : NULL);
	return hit;
}

/* ---- objects ---- */

static void describe_code(struct di_func *f, const struct sym_rec *sym)
{
	if (!sym)
		return;
	f->reason = sym_unprobeable(sym);
	f->unprobeable = f->reason;
	f->at_start = sym->flags & SYM_START;
	f->ftrace_site = !f->is_inline && (sym->flags & SYM_FTRACE);
	f->exported = !f->is_inline && (sym->flags & SYM_EXPORTED);
}

static struct di_func *func_new(struct dw_source *d, uint64_t die, uint32_t name, uint32_t file, uint32_t line)
{
	struct di_func *f = ARENA_NEW(&d->m->di->arena, struct di_func);
	const char *path = index_text(d->idx, file);

	f->module = d->m;
	f->name = index_text(d->idx, name);
	f->file = *path ? path : NULL;
	f->line = line;
	f->source = DI_DWARF;
	f->handle = die;
	umap_put(&d->funcs, die, f);
	return f;
}

static const struct sym_rec *symbol_record(const struct dw_source *d, uint32_t n)
{
	size_t count;
	const struct sym_rec *recs = index_table(d->idx, INDEX_SYMS, &count);

	return n < count ? &recs[n] : NULL;
}

static const char *symbol_text(const struct dw_source *d, const struct sym_rec *r)
{
	size_t len;
	const char *text = index_table(d->idx, INDEX_SYM_STRINGS, &len);

	return r->name < len ? text + r->name : "";
}

struct di_func *dw_func_make(struct dw_source *d, const struct idx_func *r)
{
	struct di_func *f = umap_get(&d->funcs, r->die);
	const struct sym_rec *sym;

	if (f)
		return f;
	sym = symbol_record(d, r->symbol);
	f = func_new(d, r->die, r->name, r->file, r->line);
	f->entry = f->pc = r->entry;
	f->high = r->high;
	f->is_declared_static = !(r->flags & IDX_EXTERNAL);
	if (sym)
		f->link_name = symbol_text(d, sym);
	describe_code(f, sym);
	f->pc = dw_probe_pc(d, f);
	return f;
}

struct di_func *dw_copy_make(struct dw_source *d, const struct idx_abstract *a, const struct idx_copy *c)
{
	struct di_func *f = umap_get(&d->funcs, c->die);
	size_t nfuncs;
	const struct idx_func *funcs = index_table(d->idx, INDEX_FUNCS, &nfuncs);

	if (f)
		return f;
	f = func_new(d, c->die, a->name, a->file, a->line);
	f->is_inline = true;
	f->entry = f->pc = c->pc;
	f->is_declared_static = !(a->flags & IDX_EXTERNAL);
	if (c->func < nfuncs) {
		f->caller_handle = funcs[c->func].die;
		describe_code(f, symbol_record(d, funcs[c->func].symbol));
	}
	return f;
}

/* ---- by name ---- */

struct query {
	struct dw_source *d;
	const char *name;
	struct file_memo files;
	unsigned line;
	struct di_func_vec *out;
	size_t from;			/* what was in `out` before */
};

static bool same_place(const struct di_func *a, const struct di_func *b)
{
	return a->name == b->name && a->file == b->file && a->line == b->line;
}

/* DI_FIND_UNIQUE: F, unless the last one stands for its place; one that can be probed does so better. */
static void push_unique(struct arena *a, struct di_func_vec *out, size_t from, struct di_func *f)
{
	if (out->len == from || !same_place(f, vec_last(out)))
		vec_push(a, out, f);
	else if (vec_last(out)->unprobeable && !f->unprobeable)
		vec_last(out) = f;
}

static void find_concrete(struct query *q, bool unique)
{
	struct dw_source *d = q->d;
	size_t n, first, last;
	const struct idx_func *t = index_table(d->idx, INDEX_FUNCS, &n);

	dw_name_range(d, q->name, t, n, sizeof *t, offsetof(struct idx_func, name), &first, &last);
	for (size_t i = first; i < last; i++) {
		struct di_func *f;

		if (!glob_match(q->name, index_text(d->idx, t[i].name)) || !memo_matches(&q->files, d->idx, t[i].file))
			continue;
		if (q->line && !dw_func_has_line(d, &t[i], q->line))
			continue;
		f = dw_func_make(d, &t[i]);
		if (unique)
			push_unique(&d->m->di->arena, q->out, q->from, f);
		else
			vec_push(&d->m->di->arena, q->out, f);
	}
}

static void take_copies(struct query *q, const struct idx_abstract *a)
{
	size_t n;
	const struct idx_copy *c = index_table(q->d->idx, INDEX_COPIES, &n);

	for (size_t i = a->first_copy; i < n && i - a->first_copy < a->ncopies; i++)
		vec_push(&q->d->m->di->arena, q->out, dw_copy_make(q->d, a, &c[i]));
}

static bool copy_is_probeable(const struct dw_source *d, const struct idx_copy *c)
{
	size_t n;
	const struct idx_func *funcs = index_table(d->idx, INDEX_FUNCS, &n);
	const struct sym_rec *sym = c->func < n ? symbol_record(d, funcs[c->func].symbol) : NULL;

	return !sym || !sym_unprobeable(sym);
}

/* One copy for all: the first that can be probed, else the first. */
static void take_one_copy(struct query *q, const struct idx_abstract *a)
{
	size_t n, i;
	const struct idx_copy *c = index_table(q->d->idx, INDEX_COPIES, &n), *end;

	if (!a->ncopies || a->first_copy >= n)
		return;
	c += a->first_copy;
	end = c + (a->ncopies < n - a->first_copy ? a->ncopies : n - a->first_copy);
	for (i = 0; c + i < end && !copy_is_probeable(q->d, &c[i]); i++)
		;
	push_unique(&q->d->m->di->arena, q->out, q->from, dw_copy_make(q->d, a, c + i < end ? &c[i] : c));
}

static void find_copies(struct query *q, bool unique)
{
	struct dw_source *d = q->d;
	const struct idx_abstract *t;
	size_t n, first, last;

	t = index_table(d->idx, INDEX_ABSTRACTS, &n);
	dw_name_range(d, q->name, t, n, sizeof *t, offsetof(struct idx_abstract, name), &first, &last);
	for (size_t i = first; i < last; i++) {
		if (!glob_match(q->name, index_text(d->idx, t[i].name)) || !memo_matches(&q->files, d->idx, t[i].file) ||
		    (q->line && t[i].line != q->line))
			continue;
		if (unique)
			take_one_copy(q, &t[i]);
		else
			take_copies(q, &t[i]);
	}
}

static int order_funcs(const void *a, const void *b)
{
	const struct di_func *const *x = a, *const *y = b;
	int r = (*x)->name == (*y)->name ? 0 : strcmp((*x)->name, (*y)->name);

	if (!r && (*x)->file != (*y)->file)
		r = !(*x)->file ? -1 : !(*y)->file ? 1 : strcmp((*x)->file, (*y)->file);
	if (r)
		return r;
	if ((*x)->pc != (*y)->pc)
		return (*x)->pc < (*y)->pc ? -1 : 1;
	return ((*x)->handle > (*y)->handle) - ((*x)->handle < (*y)->handle);
}

void dw_find_functions(struct di_module *m, const char *name, const char *file, unsigned line, unsigned what,
		       struct di_func_vec *out)
{
	size_t from = out->len, i;
	struct query q = { .d = m->dw, .name = name, .files = { .pattern = file }, .line = line, .out = out, .from = from };
	bool unique = what & DI_FIND_UNIQUE;

	map_init(&q.files.seen, &q.files.arena);
	if (what & DI_FIND_CONCRETE)
		find_concrete(&q, unique);
	if (what & DI_FIND_INLINE) {
		find_copies(&q, unique);
		if (out->len > from)
			qsort(out->data + from, out->len - from, sizeof *out->data, order_funcs);
	}
	if (unique && (what & DI_FIND_INLINE)) {
		size_t n = out->len;

		out->len = from;
		for (i = from; i < n; i++)
			push_unique(&m->di->arena, out, from, out->data[i]);
	}
	arena_free(&q.files.arena);
}

/* ---- by address ---- */

const struct idx_func *dw_func_around(struct dw_source *d, uint64_t pc)
{
	size_t n, nfuncs, lo = 0, hi;
	const struct idx_range *r = index_table(d->idx, INDEX_RANGES, &n);
	const struct idx_func *f = index_table(d->idx, INDEX_FUNCS, &nfuncs);

	for (hi = n; lo < hi;) {
		size_t mid = lo + (hi - lo) / 2;

		if (r[mid].lo <= pc)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (size_t back = 0; lo > 0 && back < 16; lo--, back++)
		if (pc < r[lo - 1].hi && r[lo - 1].func < nfuncs)
			return &f[r[lo - 1].func];
	return NULL;
}

const struct idx_func *dw_func_record(struct dw_source *d, const struct di_func *f)
{
	const struct idx_func *r = dw_func_around(d, f->entry);

	return r && (r->die == f->handle || r->die == f->caller_handle) ? r : NULL;
}

struct di_func *dw_function_at(struct di_module *m, uint64_t pc)
{
	const struct idx_func *r = dw_func_around(m->dw, pc);

	return r ? dw_func_make(m->dw, r) : NULL;
}

void dw_similar_functions(struct di_module *m, struct nearest *n)
{
	struct dw_source *d = m->dw;
	size_t count;
	const struct idx_func *t = index_table(d->idx, INDEX_FUNCS, &count);
	const struct idx_abstract *a;
	uint32_t last = INDEX_NONE;

	for (size_t i = 0; i < count; i++)
		if (t[i].name != last)
			nearest_offer(n, index_text(d->idx, last = t[i].name));
	a = index_table(d->idx, INDEX_ABSTRACTS, &count);
	for (size_t i = 0; i < count; i++)
		if (a[i].name != last)
			nearest_offer(n, index_text(d->idx, last = a[i].name));
}
