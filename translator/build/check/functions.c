/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the functions in an object's code: see functions.h. */
#include "translator/build/check/functions.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A place where a function begins. */
struct start {
	const char *name;
	uint32_t step;
	uint32_t size;			/* 0: unknown */
	bool local;
};

struct finder {
	struct arena *arena;
	const struct decoded *d;
	struct functions *out;
	bool *begins, *called;		/* by step */
	VEC(struct start) starts;
};

/* Imports that a call does not come back from. */
static const char *const never_return[] = {
	"__stack_chk_fail", "__ubsan_handle_builtin_unreachable", "__fortify_panic", "fortify_panic",
	"panic", "do_exit", "make_task_dead", "__module_put_and_kthread_exit", "kthread_exit",
};

static bool starts_with(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

static bool is_noreturn(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof never_return / sizeof *never_return; i++)
		if (!strcmp(name, never_return[i]))
			return true;
	return false;
}

/* Compilers part a function: what is not run often becomes NAME.cold (gcc numbers it, too). */
static bool is_part_name(const char *name)
{
	const char *at = strstr(name, ".cold");

	return at && (!at[5] || at[5] == '.');
}

static void mark_called(struct finder *f)
{
	const struct decoded *d = f->d;
	uint32_t i, to;

	for (i = 0; i < d->nsteps; i++) {
		if (d->steps[i].kind != STEP_CALL || !d->steps[i].section)
			continue;
		to = decoded_step(d, d->steps[i].section, d->steps[i].to);
		if (to != UINT32_MAX)
			f->called[to] = true;
	}
}

/* What stands before a function for ftrace and for checks of types has symbols, too. */
static bool is_prefix_symbol(const struct object_symbol *s)
{
	return starts_with(s->name, "__pfx_") || starts_with(s->name, "__cfi_");
}

static void add_symbols(struct finder *f)
{
	const struct object *o = f->d->object;
	const struct object_symbol *s;
	uint32_t i, step;

	for (i = 1; i < o->nsymbols; i++) {
		s = &o->symbols[i];
		step = decoded_step(f->d, s->section, s->value);
		if (step == UINT32_MAX || s->type == STT_SECTION || is_prefix_symbol(s) ||
		    (s->type != STT_FUNC && !f->called[step]))
			continue;
		f->begins[step] = true;
		vec_push(f->arena, &f->starts, ((struct start){
			s->name, step, s->size > UINT32_MAX ? 0 : (uint32_t)s->size,
			s->bind == STB_LOCAL }));
	}
}

static void add_called(struct finder *f)
{
	const struct object *o = f->d->object;
	uint32_t i, section;

	for (i = 0; i < f->d->nsteps; i++) {
		if (!f->called[i] || f->begins[i])
			continue;
		f->begins[i] = true;
		section = f->d->section_of[i];
		vec_push(f->arena, &f->starts, ((struct start){
			arena_printf(f->arena, "%s+%#" PRIx32, o->sections[section].name,
				     f->d->steps[i].at), i, 0, true }));
	}
}

static int compare_starts(const void *x, const void *y)
{
	const struct start *a = x, *b = y;

	if (a->step != b->step)
		return a->step < b->step ? -1 : 1;
	if (a->local != b->local)
		return a->local ? 1 : -1;
	return a->size < b->size ? 1 : a->size > b->size ? -1 : strcmp(a->name, b->name);
}

static int compare_names(const void *x, const void *y)
{
	const struct function_name *a = x, *b = y;
	int c = strcmp(a->name, b->name);

	return c ? c : a->function < b->function ? -1 : a->function > b->function;
}

/* Starts to functions and names; the first name of each place is the function's. */
static void make_table(struct finder *f)
{
	struct functions *out = f->out;
	const struct start *s;
	struct function *fn;
	size_t i;

	if (f->starts.len)
		qsort(f->starts.data, f->starts.len, sizeof *f->starts.data, compare_starts);
	out->data = ARENA_ARRAY(f->arena, struct function, f->starts.len + 1);
	out->global = ARENA_ARRAY(f->arena, bool, f->starts.len + 1);
	out->names = ARENA_ARRAY(f->arena, struct function_name, f->starts.len + 1);
	for (i = 0; i < f->starts.len; i++) {
		s = &f->starts.data[i];
		if (!out->n || out->data[out->n - 1].entry != s->step) {
			out->global[out->n] = !s->local;
			fn = &out->data[out->n++];
			*fn = (struct function){ .name = s->name, .section = f->d->section_of[s->step],
						 .at = f->d->steps[s->step].at, .entry = s->step };
			fn->end = s->size && s->size < UINT32_MAX - fn->at ? fn->at + s->size : UINT32_MAX;
		}
		out->names[out->nnames++] = (struct function_name){ s->name, out->n - 1 };
	}
	if (out->nnames)
		qsort(out->names, out->nnames, sizeof *out->names, compare_names);
}

/* Which function each step lies in. */
static void make_owners(struct finder *f)
{
	struct functions *out = f->out;
	uint32_t *owner = ARENA_ARRAY(f->arena, uint32_t, f->d->nsteps + 1);
	uint32_t *entry = ARENA_ARRAY(f->arena, uint32_t, f->d->nsteps + 1);
	bool *part = ARENA_ARRAY(f->arena, bool, out->n + 1);
	struct function *fn;
	uint32_t i, k, last;

	for (i = 0; i < out->n; i++) {
		fn = &out->data[i];
		last = f->d->sections[fn->section].end;
		if (i + 1 < out->n && out->data[i + 1].section == fn->section)
			last = out->data[i + 1].entry;
		entry[fn->entry] = i + 1;
		part[i] = is_part_name(fn->name) && !f->called[fn->entry];
		for (k = fn->entry; k < last && f->d->steps[k].at < fn->end; k++)
			owner[k] = i + 1;
	}
	out->map.owner = owner;
	out->map.entry = entry;
	out->map.is_part = part;
}

static int compare_alternatives(const void *x, const void *y)
{
	const struct flow_alternative *a = x, *b = y;

	if (a->site != b->site)
		return a->site < b->site ? -1 : 1;
	return a->replacement < b->replacement ? -1 : a->replacement > b->replacement;
}

static uint32_t reloc_step(struct finder *f, const struct object_reloc *r)
{
	const struct object_symbol *s = &f->d->object->symbols[r->symbol];

	return decoded_step(f->d, s->section, s->value + (uint64_t)r->addend);
}

/* Each row of .altinstructions begins with two 32-bit distances, to the site and to its
 * replacement; what follows them differs by kernel. */
static size_t read_alternatives(struct finder *f, const struct object_section *s,
				struct flow_alternative *out)
{
	uint32_t site, to;
	size_t i, n = 0;

	for (i = 0; i + 1 < s->nrelocs; i++) {
		if (s->relocs[i + 1].offset != s->relocs[i].offset + 4)
			continue;
		site = reloc_step(f, &s->relocs[i]);
		to = reloc_step(f, &s->relocs[i + 1]);
		if (site != UINT32_MAX && to != UINT32_MAX)
			out[n++] = (struct flow_alternative){ site, to };
		i++;
	}
	return n;
}

static const struct object_section *find_section(const struct object *o, const char *name)
{
	uint32_t i;

	for (i = 1; i < o->nsections; i++)
		if (!strcmp(o->sections[i].name, name))
			return &o->sections[i];
	return NULL;
}

static void find_alternatives(struct finder *f)
{
	const struct object_section *s = find_section(f->d->object, ".altinstructions");
	struct flow_alternative *rows = ARENA_ARRAY(f->arena, struct flow_alternative,
						    s ? s->nrelocs + 1 : 1);
	uint32_t *first = ARENA_ARRAY(f->arena, uint32_t, f->d->nsteps + 1);
	bool *replacement = ARENA_ARRAY(f->arena, bool, f->d->nsteps + 1);
	size_t n = s ? read_alternatives(f, s, rows) : 0, i;

	if (n)
		qsort(rows, n, sizeof *rows, compare_alternatives);
	for (i = n; i-- > 0;) {
		first[rows[i].site] = (uint32_t)i + 1;
		replacement[rows[i].replacement] = true;
	}
	f->out->map.alternatives = rows;
	f->out->map.nalternatives = (uint32_t)n;
	f->out->map.first_alternative = first;
	f->out->map.is_replacement = replacement;
}

static void mark_imports(struct finder *f)
{
	const struct object *o = f->d->object;
	bool *never = ARENA_ARRAY(f->arena, bool, o->nsymbols + 1);
	uint32_t i;

	for (i = 1; i < o->nsymbols; i++)
		never[i] = !o->symbols[i].section && is_noreturn(o->symbols[i].name);
	f->out->map.never_returns = never;
}

void functions_find(struct arena *a, const struct decoded *d, struct functions *out)
{
	struct finder f = { .arena = a, .d = d, .out = out };

	*out = (struct functions){ 0 };
	f.begins = ARENA_ARRAY(a, bool, d->nsteps + 1);
	f.called = ARENA_ARRAY(a, bool, d->nsteps + 1);
	mark_called(&f);
	add_symbols(&f);
	add_called(&f);
	make_table(&f);
	make_owners(&f);
	find_alternatives(&f);
	mark_imports(&f);
}

const struct function_name *functions_named(const struct functions *f, const char *name)
{
	uint32_t low = 0, high = f->nnames, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (strcmp(f->names[mid].name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < f->nnames && !strcmp(f->names[low].name, name) ? &f->names[low] : NULL;
}
