/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions, tracepoints and variables that BTF knows.
 *
 * BTF has a function's name and prototype but no address; the module that is
 * loaded resolves the symbol.  Where the same name stands for several static
 * functions BTF cannot tell them apart. */
#include "translator/debuginfo/btf.h"
#include <bpf/btf.h>
#include <stdlib.h>
#include <string.h>

#define TRACEITER "__traceiter_"
#define BTF_TRACE "btf_trace_"

static struct di_func *make_function(struct di_module *m, uint32_t id, const struct btf_type *t)
{
	struct di_func *f = ARENA_NEW(&m->di->arena, struct di_func);

	f->module = m;
	f->name = f->link_name = btf_text(m->btf, t->name_off);
	f->source = DI_BTF;
	f->handle = id;
	f->unprobeable = m->kind == MODULE_KERNEL && blacklist_has(m->di, f->name);
	if (f->unprobeable)
		f->reason = UNPROBEABLE_BLACKLISTED;
	return f;
}

/* The exported ones among OUT[from…]: few names are searched for, many are looked up. */
static void mark_exported(struct di_module *m, struct di_func_vec *out, size_t from)
{
	struct arena scratch = ARENA_INIT;
	struct map names;
	const char *text, *p;
	size_t len;

	if (out->len - from <= 16) {
		for (size_t i = from; i < out->len; i++)
			out->data[i]->exported = symvers_has(m, out->data[i]->name);
		return;
	}
	map_init(&names, &scratch);
	for (size_t i = from; i < out->len; i++)
		map_put(&names, out->data[i]->name, out->data[i]);
	text = symvers_text(m->di, &len);
	for (p = text; p && *p; p = strchr(p, '\n'), p = p ? p + 1 : p) {
		const char *name = strpbrk(p, "\t\n");
		struct di_func *f;

		if (!name || *name == '\n')
			continue;
		len = strcspn(++name, "\t\n");
		f = map_get(&names, arena_strndup(&scratch, name, len));
		if (f && symvers_has_module(m, name + len))
			f->exported = true;
	}
	arena_free(&scratch);
}

static int by_name(const void *a, const void *b)
{
	const struct di_func *const *x = a, *const *y = b;
	int r = strcmp((*x)->name, (*y)->name);

	return r ? r : ((*x)->handle > (*y)->handle) - ((*x)->handle < (*y)->handle);
}

/* Same name again: the loaded module could not tell which is meant. */
static void drop_repeated(struct di_func_vec *out, size_t from)
{
	size_t n = from;

	for (size_t i = from; i < out->len; i++)
		if (n == from || strcmp(out->data[n - 1]->name, out->data[i]->name))
			out->data[n++] = out->data[i];
	out->len = n;
}

void btf_find_functions(struct di_module *m, const char *name, struct di_func_vec *out)
{
	struct arena *a = &m->di->arena;
	uint32_t cursor = 0, id;
	size_t from = out->len;

	if (glob_is_plain(name)) {
		while ((id = btf_next_named(m->btf, name, &cursor)))
			if (btf_is_func(btf_raw(m->btf, id)))
				vec_push(a, out, make_function(m, id, btf_raw(m->btf, id)));
	} else {
		for (id = m->btf->first; id < m->btf->end; id++) {
			const struct btf_type *t = btf_raw(m->btf, id);

			if (t && btf_is_func(t) && glob_match(name, btf_text(m->btf, t->name_off)))
				vec_push(a, out, make_function(m, id, t));
		}
	}
	if (out->len > from)
		qsort(out->data + from, out->len - from, sizeof *out->data, by_name);
	drop_repeated(out, from);
	mark_exported(m, out, from);
}

const struct di_type *btf_func_type(struct di_module *m, const char *name)
{
	uint32_t cursor = 0, id;

	while ((id = btf_next_named(m->btf, name, &cursor))) {
		const struct btf_type *t = btf_raw(m->btf, id);
		const struct di_type *type = btf_is_func(t) ? btf_type_get(m, t->type) : NULL;

		if (type && type->kind == DI_FUNC)
			return type;
	}
	return NULL;
}

const struct di_type *btf_var_type(struct di_module *m, const char *name)
{
	uint32_t cursor = 0, id;

	while ((id = btf_next_named(m->btf, name, &cursor)))
		if (btf_is_var(btf_raw(m->btf, id)))
			return btf_type_get(m, btf_raw(m->btf, id)->type);
	return NULL;
}

void btf_similar_functions(struct di_module *m, struct nearest *n)
{
	for (uint32_t id = m->btf->first; id < m->btf->end; id++) {
		const struct btf_type *t = btf_raw(m->btf, id);

		if (t && btf_is_func(t))
			nearest_offer(n, btf_text(m->btf, t->name_off));
	}
}

/* The arguments of tracepoint NAME: those of __traceiter_NAME, which have names, else
 * of the btf_trace_NAME prototype, which in most kernels have none. */
static bool tracepoint_params(struct di_module *m, struct di_tracepoint *tp)
{
	struct arena *a = &m->di->arena;
	const struct di_type *f = btf_func_type(m, arena_printf(a, TRACEITER "%s", tp->name)), *t;

	if (!f) {
		t = btf_type_find(m, TYPE_ANY, arena_printf(a, BTF_TRACE "%s", tp->name));
		t = t ? di_type_strip(t) : NULL;
		f = t && t->kind == DI_POINTER ? di_type_strip(t->target) : NULL;
	}
	if (!f || f->kind != DI_FUNC)
		return false;
	f = di_type_complete(f);
	if (!f->nparams)
		return true;
	tp->nparams = f->nparams - 1;
	tp->params = ARENA_ARRAY(a, struct di_param, tp->nparams + 1);
	for (size_t i = 0; i < tp->nparams; i++) {
		tp->params[i] = f->params[i + 1];
		if (!tp->params[i].name)
			tp->params[i].name = arena_printf(a, "arg%zu", i + 1);
	}
	return true;
}

static const char *tracepoint_name(const struct btf_source *b, const struct btf_type *t)
{
	const char *name = btf_text(b, t->name_off);

	if (btf_is_typedef(t) && !strncmp(name, BTF_TRACE, sizeof BTF_TRACE - 1))
		return name + sizeof BTF_TRACE - 1;
	if (btf_is_func(t) && !strncmp(name, TRACEITER, sizeof TRACEITER - 1))
		return name + sizeof TRACEITER - 1;
	return NULL;
}

static void add_tracepoint(struct di_module *m, const char *name, struct map *seen, struct di_tracepoint_vec *out)
{
	struct di_tracepoint *tp;

	if (map_has(seen, name))
		return;
	tp = ARENA_NEW(&m->di->arena, struct di_tracepoint);
	tp->name = arena_strdup(&m->di->arena, name);
	tp->source = DI_BTF;
	map_put(seen, tp->name, tp);
	if (tracepoint_params(m, tp))
		vec_push(&m->di->arena, out, tp);
}

static int by_tracepoint(const void *a, const void *b)
{
	const struct di_tracepoint *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

void btf_find_tracepoints(struct di_module *m, const char *glob, struct di_tracepoint_vec *out)
{
	struct arena scratch = ARENA_INIT;
	struct map seen = { 0 };
	size_t from = out->len;

	map_init(&seen, &scratch);
	for (uint32_t id = m->btf->first; id < m->btf->end; id++) {
		const struct btf_type *t = btf_raw(m->btf, id);
		const char *name = t && t->name_off ? tracepoint_name(m->btf, t) : NULL;

		if (name && glob_match(glob, name))
			add_tracepoint(m, name, &seen, out);
	}
	if (out->len > from)
		qsort(out->data + from, out->len - from, sizeof *out->data, by_tracepoint);
	arena_free(&scratch);
}
