/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of an index: tables sorted by what they are searched for, copies
 * grouped under their abstract functions, functions joined with their symbols. */
#include "translator/debuginfo/index_build.h"
#include <stdlib.h>
#include <string.h>


static int by_text(const void *a, const void *b, void *pool)
{
	return strcmp(pool_text(pool, *(const uint32_t *)a), pool_text(pool, *(const uint32_t *)b));
}

/* rank[offset of text] = its place in alphabetical order. */
static uint32_t *rank_strings(struct string_pool *p)
{
	uint32_t *list = xcalloc(p->nstrings + 1, sizeof *list), *rank = xcalloc(p->text.len + 1, sizeof *rank);
	size_t n = 0;

	for (size_t off = 0; off < p->text.len; off += strlen(p->text.s + off) + 1)
		list[n++] = (uint32_t)off;
	qsort_r(list, n, sizeof *list, by_text, p);
	for (size_t i = 0; i < n; i++)
		rank[list[i]] = (uint32_t)i;
	free(list);
	return rank;
}

#define ORDER(x, y) do { \
	if ((x) != (y)) \
		return (x) < (y) ? -1 : 1; \
} while (0)

struct sorted_func { struct idx_func f; uint32_t was; };

static int order_funcs(const void *a, const void *b, void *data)
{
	const struct sorted_func *x = a, *y = b;
	const uint32_t *rank = data;

	ORDER(rank[x->f.name], rank[y->f.name]);
	ORDER(rank[x->f.file], rank[y->f.file]);
	ORDER(x->f.entry, y->f.entry);
	ORDER(x->f.die, y->f.die);
	return 0;
}

static int order_abstracts(const void *a, const void *b, void *data)
{
	const struct idx_abstract *x = a, *y = b;
	const uint32_t *rank = data;

	ORDER(rank[x->name], rank[y->name]);
	ORDER(rank[x->file], rank[y->file]);
	ORDER(x->line, y->line);
	ORDER(x->die, y->die);
	return 0;
}

static int order_types(const void *a, const void *b, void *data)
{
	const struct idx_type *x = a, *y = b;
	const uint32_t *rank = data;

	ORDER(rank[x->name], rank[y->name]);
	ORDER(x->tag, y->tag);
	return 0;
}

static int order_enums(const void *a, const void *b, void *data)
{
	const struct idx_enum *x = a, *y = b;
	const uint32_t *rank = data;

	ORDER(rank[x->name], rank[y->name]);
	ORDER(x->value, y->value);
	return 0;
}

static int order_vars(const void *a, const void *b, void *data)
{
	const struct idx_var *x = a, *y = b;
	const uint32_t *rank = data;

	ORDER(rank[x->name], rank[y->name]);
	ORDER(rank[x->file], rank[y->file]);
	ORDER(x->die, y->die);
	return 0;
}

static int order_files(const void *a, const void *b, void *data)
{
	const struct idx_file *x = a, *y = b;
	const uint32_t *rank = data;

	ORDER(rank[x->name], rank[y->name]);
	ORDER(x->unit, y->unit);
	return 0;
}

static int order_ranges(const void *a, const void *b)
{
	const struct idx_range *x = a, *y = b;

	ORDER(x->lo, y->lo);
	ORDER(x->hi, y->hi);
	ORDER(x->func, y->func);
	return 0;
}

static int order_by_die(const void *a, const void *b)
{
	const struct idx_abstract *x = a, *y = b;

	ORDER(x->die, y->die);
	return 0;
}

static int order_raw_copies(const void *a, const void *b)
{
	const struct raw_copy *x = a, *y = b;

	ORDER(x->origin, y->origin);
	ORDER(x->pc, y->pc);
	ORDER(x->die, y->die);
	return 0;
}

/* Functions in order; ranges and copies learn their new numbers. */
static void sort_funcs(struct index_tables *t, const uint32_t *rank)
{
	size_t n = t->funcs.len;
	struct sorted_func *s = xcalloc(n + 1, sizeof *s);
	uint32_t *now = xcalloc(n + 1, sizeof *now);

	for (size_t i = 0; i < n; i++)
		s[i] = (struct sorted_func){ t->funcs.data[i], (uint32_t)i };
	qsort_r(s, n, sizeof *s, order_funcs, (void *)(uintptr_t)rank);
	for (size_t i = 0; i < n; i++) {
		t->funcs.data[i] = s[i].f;
		now[s[i].was] = (uint32_t)i;
	}
	for (size_t i = 0; i < t->ranges.len; i++)
		t->ranges.data[i].func = now[t->ranges.data[i].func];
	for (size_t i = 0; i < t->raw_copies.len; i++)
		if (t->raw_copies.data[i].func < n)
			t->raw_copies.data[i].func = now[t->raw_copies.data[i].func];
	free(now);
	free(s);
}

/* Copies under the abstract functions they came from; abstracts without copies go. */
static void join_copies(struct index_tables *t)
{
	size_t at = 0, kept = 0;

	if (!t->abstracts.len || !t->raw_copies.len) {
		t->abstracts.len = 0;
		return;
	}
	qsort(t->abstracts.data, t->abstracts.len, sizeof *t->abstracts.data, order_by_die);
	qsort(t->raw_copies.data, t->raw_copies.len, sizeof *t->raw_copies.data, order_raw_copies);
	for (size_t i = 0; i < t->abstracts.len; i++) {
		struct idx_abstract a = t->abstracts.data[i];

		while (at < t->raw_copies.len && t->raw_copies.data[at].origin < a.die)
			at++;
		a.first_copy = (uint32_t)t->copies.len;
		for (; at < t->raw_copies.len && t->raw_copies.data[at].origin == a.die; at++) {
			const struct raw_copy *c = &t->raw_copies.data[at];

			table_push(&t->copies, (struct idx_copy){ c->die, c->pc, c->func, 0 });
		}
		a.ncopies = (uint32_t)t->copies.len - a.first_copy;
		if (a.ncopies)
			t->abstracts.data[kept++] = a;
	}
	t->abstracts.len = kept;
}

/* The symbol at a function's entry, if any. */
static void join_symbols(struct index_tables *t, const struct sym_source *syms)
{
	for (size_t i = 0; syms && i < t->funcs.len; i++) {
		struct idx_func *f = &t->funcs.data[i];
		const struct sym_rec *r = sym_at(syms, f->entry), *own;

		if (!r || r->addr != f->entry)
			continue;
		own = sym_named_at(syms, f->entry, pool_text(&t->strings, f->name));
		f->symbol = (uint32_t)((own ? own : r) - syms->recs);
	}
}

/* Declarations of variables that some unit defines, and all but one of the others. */
static void drop_declared(struct index_tables *t)
{
	size_t n = 0, end;

	for (size_t i = 0; i < t->vars.len; i = end) {
		size_t defined = 0;

		for (end = i; end < t->vars.len && t->vars.data[end].name == t->vars.data[i].name; end++)
			defined += (t->vars.data[end].flags & (IDX_EXTERNAL | IDX_DECLARATION)) == IDX_EXTERNAL;
		for (size_t k = i; k < end; k++)
			if (!(t->vars.data[k].flags & IDX_DECLARATION) || !defined++)
				t->vars.data[n++] = t->vars.data[k];
	}
	t->vars.len = n;
}

static void drop_repeats(struct index_tables *t)
{
	size_t n = 0;

	drop_declared(t);

	for (size_t i = 0; i < t->enums.len; i++)
		if (!n || memcmp(&t->enums.data[n - 1], &t->enums.data[i], sizeof *t->enums.data))
			t->enums.data[n++] = t->enums.data[i];
	t->enums.len = n;
	n = 0;
	for (size_t i = 0; i < t->files.len; i++)
		if (!n || t->files.data[n - 1].name != t->files.data[i].name || t->files.data[n - 1].unit != t->files.data[i].unit)
			t->files.data[n++] = t->files.data[i];
	t->files.len = n;
}

#define SORT(table, order) do { \
	if ((table)->len) \
		qsort_r((table)->data, (table)->len, sizeof *(table)->data, order, rank); \
} while (0)

/* ---- the source tree ---- */

/* A kernel built outside of its tree, and its assembly files, name files with the
 * tree's directory in front; every architecture's code below "arch/" shows it. */
static char *find_root(const struct index_tables *t)
{
	for (size_t i = 0; i < t->files.len; i++) {
		const char *file = pool_text(&t->strings, t->files.data[i].name), *arch = strstr(file, "/arch/");

		if (arch && (*file == '/' || !strncmp(file, "../", 3)))
			return strndup(file, (size_t)(arch - file) + 1);
	}
	return NULL;
}

struct renaming {
	struct string_pool *pool;
	const char *root;
	size_t len;
	struct map done;	/* old offset -> new offset + 1 */
};

static void rename_file(struct renaming *r, uint32_t *file)
{
	size_t now = (size_t)(uintptr_t)umap_get(&r->done, *file);
	const char *text = pool_text(r->pool, *file);

	if (!now) {
		now = *file + 1ul;
		if (!strncmp(text, r->root, r->len)) {
			char *copy = xstrdup(text + r->len);	/* the pool may move */

			now = pool_add(r->pool, copy) + 1ul;
			free(copy);
		}
		umap_put(&r->done, *file, (void *)(uintptr_t)now);
	}
	*file = (uint32_t)(now - 1);
}

static void shorten_files(struct index_tables *t)
{
	char *root = find_root(t);
	struct renaming r = { .pool = &t->strings };
	size_t i;

	if (!root)
		return;
	r.root = root;
	r.len = strlen(root);
	t->root = pool_add(&t->strings, root);
	map_init(&r.done, &t->arena);
	for (i = 0; i < t->funcs.len; i++)
		rename_file(&r, &t->funcs.data[i].file);
	for (i = 0; i < t->abstracts.len; i++)
		rename_file(&r, &t->abstracts.data[i].file);
	for (i = 0; i < t->vars.len; i++)
		rename_file(&r, &t->vars.data[i].file);
	for (i = 0; i < t->files.len; i++)
		rename_file(&r, &t->files.data[i].name);
	free(root);
}

void tables_finish(struct index_tables *t, const struct index_request *rq)
{
	uint32_t *rank;

	if (rq->kernel)
		shorten_files(t);
	rank = rank_strings(&t->strings);
	sort_funcs(t, rank);
	join_copies(t);
	SORT(&t->abstracts, order_abstracts);
	SORT(&t->types, order_types);
	SORT(&t->enums, order_enums);
	SORT(&t->vars, order_vars);
	SORT(&t->files, order_files);
	if (t->ranges.len)
		qsort(t->ranges.data, t->ranges.len, sizeof *t->ranges.data, order_ranges);
	drop_repeats(t);
	join_symbols(t, rq->syms);
	free(rank);
}
