/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All questions about one file, for di-fuzz.  What a program compiles to is also run. */
#include "di_fuzz.h"
#include "translator/debuginfo/di.h"
#include "translator/session.h"
#include <stdlib.h>
#include <string.h>

#define MAX_FUNCTIONS 60
#define MAX_VARIABLES 200

static bool any_reg(void *data, unsigned reg, uint64_t *out)
{
	(void)data;
	*out = reg * 0x1000;
	return true;
}

static bool any_load(void *data, uint64_t addr, unsigned size, bool user, uint64_t *out)
{
	(void)data;
	(void)size;
	(void)user;
	*out = addr * 7;
	return true;
}

static void run_program(const struct fetch *f)
{
	struct fetch_world w = { .reg = any_reg, .load = any_load };
	struct strbuf b = STRBUF_INIT;
	uint64_t v;

	if (fetch_verify(f))
		abort();
	fetch_dump(&b, f);
	sb_free(&b);
	fetch_eval(f, &w, &v);
}

static void ask_variable(struct session *s, const struct di_scope *sc, const struct di_var *v)
{
	const struct di_type *t = di_type_complete(di_type_strip(v->type));
	struct di_step member = { .kind = DI_STEP_MEMBER }, index = { .kind = DI_STEP_INDEX, .index = 1 };
	struct di_access plain = { 0 }, store = { .store = true }, address = { .address_of = true };
	struct di_access step = { .steps = &member, .nsteps = 1 };
	struct di_result r;

	di_type_text(&s->arena, v->type, v->name);
	if (di_compile_var(sc, v->name, &plain, &r))
		run_program(r.program);
	if (di_compile_var(sc, v->name, &store, &r))
		run_program(r.program);
	if (di_compile_var(sc, v->name, &address, &r))
		run_program(r.program);
	if (t->kind == DI_POINTER && t->target)
		t = di_type_complete(di_type_strip(t->target));
	for (size_t i = 0; i < t->nmembers && i < 8; i++) {
		member.member = t->members[i].name ? t->members[i].name : "none";
		if (di_compile_var(sc, v->name, &step, &r))
			run_program(r.program);
	}
	step.steps = &index;
	if (di_compile_var(sc, v->name, &step, &r))
		run_program(r.program);
}

static void ask_scope(struct session *s, const struct di_scope *sc)
{
	struct di_var_vec vars = { 0 };
	struct di_result r;

	di_scope_vars(sc, &vars);
	for (size_t i = 0; i < vars.len && i < MAX_VARIABLES; i++)
		ask_variable(s, sc, vars.data[i]);
	di_compile_var(sc, "return", &(struct di_access){ 0 }, &r);
	di_compile_var(sc, "arg2", &(struct di_access){ 0 }, &r);
}

static void ask_function(struct session *s, struct di_module *m, struct di_func *f)
{
	struct di_scope sc = { .module = m, .func = f, .where = DI_AT_ENTRY, .pc = f->pc };
	struct di_site_vec sites = { 0 };
	struct di_func_vec called = { 0 };

	ask_scope(s, &sc);
	sc.where = DI_AT_PC;
	sc.pc = f->entry + (f->high > f->entry ? (f->high - f->entry) / 2 : 1);
	ask_scope(s, &sc);
	sc.where = DI_AT_RETURN;
	ask_scope(s, &sc);
	di_find_labels(m, f, "*", &sites);
	di_find_callees(m, f, "*", 3, &called);
	di_find_lines(m, f->name, NULL, DI_LINE_ALL, 0, 0, &sites);
}

static void ask_names(struct session *s, struct di_module *m)
{
	static const char *const types[] = { "struct point", "point", "unsigned long", "struct node *", "color", "struct pair [4]" };
	static const char *const globals[] = { "total", "hits", "counter", "cpu_counter", "opaque", "scattered" };
	struct di_tracepoint_vec tp = { 0 };
	struct di_name_vec near = { 0 };
	struct di_result r;
	int64_t v;

	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		const struct di_type *t = di_type_find(m, types[i]);

		if (t)
			di_type_text(&s->arena, di_type_complete(t), "x");
	}
	for (size_t i = 0; i < sizeof globals / sizeof *globals; i++)
		if (di_compile_global(m, globals[i], i % 2 ? "*.c" : NULL, &(struct di_access){ 0 }, &r))
			run_program(r.program);
	di_enum_value(m, "LARGE", &v);
	di_find_tracepoints(m, "*", &tp);
	di_similar_functions(m, "wrok", 3, &near);
}

static void ask_addresses(struct di_module *m)
{
	struct di_site_vec sites = { 0 };
	const char *name;
	uint64_t off;
	bool unique;

	di_find_lines(m, "*", "shapes.c", DI_LINE_RANGE, 30, 60, &sites);
	di_find_lines(m, "*", "*", DI_LINE_NEAREST, 48, 48, &sites);
	for (uint64_t pc = 0x400ff0; pc < 0x401200; pc += 31) {
		di_function_at(m, pc);
		di_symbol_at(m, pc, &name, &off);
	}
	di_symbol_address(m, "work", &off, &unique);
}

/* What of a kernel PATH is, by its suffix; false: nothing. */
static bool is_of_kernel(const char *path, struct target *t)
{
	const char *dot = strrchr(path, '.');

	if (!dot)
		return false;
	t->btf_file = !strcmp(dot, ".btf") ? path : NULL;
	t->vmlinux = !strcmp(dot, ".vmlinux") ? path : NULL;
	t->image = !strcmp(dot, ".img") ? path : NULL;
	return t->btf_file || t->vmlinux || t->image;
}

void fuzz_exercise(const char *path)
{
	struct di_func_vec v = { 0 };
	bool kernel;
	struct di_module *m;
	struct session s;
	const char *why;

	session_init(&s);
	s.target.release = "none";
	kernel = is_of_kernel(path, &s.target);
	m = di_module(session_di(&s), kernel ? "kernel" : path, &why);
	if (m) {
		di_find_functions(m, "*", NULL, 0, DI_FIND_CONCRETE | DI_FIND_INLINE, &v);
		di_find_functions(m, "*", "*.c", 48, DI_FIND_CONCRETE | DI_FIND_INLINE | DI_FIND_UNIQUE, &v);
		for (size_t i = 0; i < v.len && i < MAX_FUNCTIONS; i++)
			ask_function(&s, m, v.data[i]);
		ask_names(&s, m);
		ask_addresses(m);
	}
	session_free(&s);
}
