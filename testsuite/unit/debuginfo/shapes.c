/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions to a program as a compiler made it (shapes.c among the fixtures): functions,
 * inlined copies, lines, labels, callees, variables; and the same answers from DWARF 4,
 * compressed sections, a separate debug file and a relocatable object. */
#include "fixture.h"
#include "lib/run.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_function(struct strbuf *b, const struct di_func *f)
{
	const char *slash = f->file ? strrchr(f->file, '/') : NULL, *file = slash ? slash + 1 : f->file;

	sb_printf(b, "%s@%s:%u%s%s%s;", f->name, file ? file : "?", f->line, f->is_inline ? " inline" : "",
		  f->is_declared_static ? " static" : "", f->link_name && strcmp(f->link_name, f->name) ? f->link_name : "");
}

static const char *functions(struct fixture *f, const char *name, const char *file, unsigned line, unsigned what)
{
	struct di_func_vec v = { 0 };
	struct strbuf b = STRBUF_INIT;
	const char *r;

	di_find_functions(f->m, name, file, line, what, &v);
	for (size_t i = 0; i < v.len; i++)
		add_function(&b, v.data[i]);
	r = arena_strdup(&f->s.arena, sb_str(&b));
	sb_free(&b);
	return r;
}

#define BOTH (DI_FIND_CONCRETE | DI_FIND_INLINE)

static void check_functions(struct fixture *f)
{
	CHECK_STR(functions(f, "*", NULL, 0, DI_FIND_CONCRETE),
		  "leaf@shapes.c:25 staticleaf.isra.0;make_pair@shapes.c:57;many@shapes.c:64;sum@shapes.c:39;work@shapes.c:69;");
	CHECK_STR(functions(f, "area", NULL, 0, BOTH), "area@shapes.c:31 inline static;area@shapes.c:31 inline static;");
	CHECK_STR(functions(f, "area", NULL, 0, BOTH | DI_FIND_UNIQUE), "area@shapes.c:31 inline static;");
	CHECK_STR(functions(f, "m*y", NULL, 0, BOTH), "many@shapes.c:64;");
	CHECK_STR(functions(f, "[sw]???", NULL, 0, BOTH), "work@shapes.c:69;");
	CHECK_STR(functions(f, "su?", "shapes.c", 0, BOTH), "sum@shapes.c:39;");
	CHECK_STR(functions(f, "sum", "s*ap*", 0, BOTH), "sum@shapes.c:39;");
	CHECK_STR(functions(f, "sum", "apes.c", 0, BOTH), "");
	CHECK_STR(functions(f, "sum", "/nowhere/shapes.c", 0, BOTH), "");
	CHECK_STR(functions(f, "*", "shapes.c", 39, BOTH), "sum@shapes.c:39;");
	CHECK_STR(functions(f, "*", "shapes.c", 48, BOTH), "sum@shapes.c:39;");
	CHECK_STR(functions(f, "sun", NULL, 0, BOTH), "");
}

static const char *sites(struct fixture *f, const struct di_site_vec *v)
{
	struct strbuf b = STRBUF_INIT;
	const char *r;

	for (size_t i = 0; i < v->len; i++) {
		CHECK(v->data[i].func && v->data[i].pc >= v->data[i].func->entry);
		sb_printf(&b, "%s:%u ", v->data[i].func->name, v->data[i].line);
	}
	r = arena_strdup(&f->s.arena, sb_str(&b));
	sb_free(&b);
	return r;
}

static const char *lines(struct fixture *f, const char *func, enum di_line_kind kind, unsigned first, unsigned last)
{
	struct di_site_vec v = { 0 };

	di_find_lines(f->m, func, "shapes.c", kind, first, last, &v);
	return sites(f, &v);
}

static void check_lines(struct fixture *f)
{
	CHECK_STR(lines(f, "*", DI_LINE_EXACT, 27, 27), "leaf:27 ");
	CHECK_STR(lines(f, "*", DI_LINE_EXACT, 33, 33), "area:33 area:33 ");
	CHECK_STR(lines(f, "sum", DI_LINE_EXACT, 33, 33), "");
	CHECK_STR(lines(f, "sum", DI_LINE_RANGE, 46, 50), "sum:48 sum:46 sum:47 sum:50 ");
	CHECK_STR(lines(f, "sum", DI_LINE_RELATIVE, 4, 4), "sum:43 ");
	CHECK_STR(lines(f, "area", DI_LINE_NEAREST, 34, 34), "area:35 area:35 ");
	CHECK_STR(lines(f, "leaf", DI_LINE_ALL, 0, 0), "leaf:25 leaf:27 leaf:28 ");
	CHECK_STR(lines(f, "nothing", DI_LINE_ALL, 0, 0), "");
	CHECK_STR(lines(f, "*", DI_LINE_EXACT, 1, 1), "");
}

static void check_labels_and_calls(struct fixture *f)
{
	struct di_func *sum = fixture_function(f, "sum");
	struct di_site_vec v = { 0 };
	struct di_func_vec called = { 0 };
	struct strbuf b = STRBUF_INIT;

	di_find_labels(f->m, sum, "fu*", &v);
	CHECK_EQ(v.len, 1);
	CHECK_STR(v.data[0].label, "full");
	CHECK_EQ(v.data[0].line, 51);
	di_find_callees(f->m, sum, "*", 1, &called);
	for (size_t i = 0; i < called.len; i++)
		add_function(&b, called.data[i]);
	CHECK_STR(sb_str(&b), "area@shapes.c:31 inline static;area@shapes.c:31 inline static;leaf@shapes.c:25 staticleaf.isra.0;");
	sb_clear(&b);
	called.len = 0;
	di_find_callees(f->m, fixture_function(f, "work"), "leaf", 1, &called);
	CHECK_EQ(called.len, 0);
	di_find_callees(f->m, fixture_function(f, "work"), "leaf", 2, &called);
	CHECK_EQ(called.len, 1);
	sb_free(&b);
}

/* A function's code holds the copies inlined into it. */
static void check_ranges(struct fixture *f)
{
	struct di_func *sum = fixture_function(f, "sum");
	struct di_range_vec own = { 0 };
	struct di_func_vec copies = { 0 };

	di_func_ranges(f->m, sum, &own);
	CHECK_EQ(own.len, 1);
	CHECK_EQ(own.data[0].low, sum->entry);
	CHECK_EQ(own.data[0].high, sum->high);
	di_find_callees(f->m, sum, "area", 1, &copies);
	for (size_t i = 0; i < copies.len; i++) {
		struct di_range_vec part = { 0 };

		di_func_ranges(f->m, copies.data[i], &part);
		CHECK(part.len > 0);
		for (size_t k = 0; k < part.len; k++)
			CHECK(part.data[k].low >= sum->entry && part.data[k].high <= sum->high);
	}
}

static const char *variables(struct fixture *f, const struct di_scope *sc)
{
	struct di_var_vec v = { 0 };
	struct strbuf b = STRBUF_INIT;
	const char *r;

	di_scope_vars(sc, &v);
	for (size_t i = 0; i < v.len; i++)
		sb_printf(&b, "%s%s%s;", di_type_text(&f->s.arena, v.data[i]->type, v.data[i]->name),
			  v.data[i]->is_param ? " param" : "", v.data[i]->optimized_out ? " gone" : "");
	r = arena_strdup(&f->s.arena, sb_str(&b));
	sb_free(&b);
	return r;
}

static struct di_scope at_entry(struct fixture *f, const char *name)
{
	struct di_func *func = fixture_function(f, name);

	return (struct di_scope){ .module = f->m, .func = func, .where = DI_AT_ENTRY, .pc = func->pc };
}

static void check_value(struct fixture *f, const struct di_scope *sc, const char *name, const char *member, uint64_t want)
{
	struct di_step step = { .kind = DI_STEP_MEMBER, .member = member };
	struct di_access ac = { .steps = &step, .nsteps = member ? 1 : 0 };
	struct di_result r;
	struct world w;
	uint64_t v = 0;

	(void)f;
	world_init(&w);
	CHECK_MSG(di_compile_var(sc, name, &ac, &r), "%s: %s", name, r.error);
	CHECK(world_eval(&w, r.program, &v));
	CHECK_MSG(v == want, "%s->%s: got %#llx, want %#llx", name, member ? member : "", (unsigned long long)v,
		  (unsigned long long)want);
}

static void check_variables(struct fixture *f)
{
	struct di_scope sc = at_entry(f, "sum");
	struct world w;

	world_init(&w);
	CHECK_STR(variables(f, &sc), "const struct point *p param;enum kind k param;int r;");
	check_value(f, &sc, "p", NULL, w.regs[5]);
	check_value(f, &sc, "p", "y", (uint64_t)(int32_t)world_load(&w, w.regs[5] + 4, 4));
	check_value(f, &sc, "p", "visible", world_load(&w, w.regs[5] + 8, 1) & 1);
	check_value(f, &sc, "p", "layer", world_load(&w, w.regs[5] + 8, 1) >> 1 & 63);
	check_value(f, &sc, "p", "id", world_load(&w, w.regs[5] + 24, 8));
	check_value(f, &sc, "total", NULL, (uint64_t)(int32_t)world_load(&w, WORLD_SYMBOLS + 5, 4));
	check_value(f, &sc, "hits", NULL, (uint64_t)(int32_t)world_load(&w, WORLD_SYMBOLS + 4, 4));
	sc = at_entry(f, "many");
	check_value(f, &sc, "f", NULL, w.regs[9]);
	check_value(f, &sc, "g", NULL, (uint64_t)(int32_t)world_load(&w, w.regs[7] + 8, 4));
	check_value(f, &sc, "i", NULL, world_load(&w, w.regs[7] + 24, 8));
	sc = at_entry(f, "make_pair");
	check_value(f, &sc, "in", "first", w.regs[5]);
	check_value(f, &sc, "in", "second", w.regs[4]);
	check_value(f, &sc, "big", "y", (uint64_t)(int32_t)world_load(&w, w.regs[7] + 12, 4));
	check_value(f, &sc, "last", NULL, w.regs[1]);
	sc.where = DI_AT_RETURN;
	check_value(f, &sc, "return", "first", w.retval);
	check_value(f, &sc, "return", "second", w.regs[1]);
}

static void check_all(struct fixture *f)
{
	check_functions(f);
	check_lines(f);
	check_labels_and_calls(f);
	check_ranges(f);
	check_variables(f);
	CHECK(di_sources(f->m) & DI_DWARF);
}

TEST(shapes_dwarf5)
{
	struct fixture f;

	fixture_open(&f, "shapes", false);
	check_all(&f);
	fixture_close(&f);
}

TEST(shapes_dwarf4)
{
	struct fixture f;

	fixture_open(&f, "shapes4", false);
	check_all(&f);
	fixture_close(&f);
}

TEST(shapes_through_cached_index)
{
	struct fixture f, g;
	const char *why;

	fixture_open(&f, "shapes", true);
	check_all(&f);
	fixture_session(&g, false);
	g.s.cache_dir = f.s.cache_dir;
	g.m = di_module(session_di(&g.s), f.path, &why);
	check_all(&g);
	fixture_close(&g);
	fixture_close(&f);
}

static void open_path(struct fixture *f)
{
	const char *why = "";

	f->m = di_module(session_di(&f->s), f->path, &why);
	CHECK_MSG(f->m, "%s", why);
}

TEST(shapes_compressed)
{
	struct fixture f;

	fixture_session(&f, false);
	fixture_make(&f, "shapes", "--compress-debug-sections", true);
	open_path(&f);
	check_all(&f);
	fixture_close(&f);
}

TEST(shapes_separate_debug_file)
{
	struct fixture f;
	const char *debug;

	fixture_session(&f, false);
	fixture_make(&f, "shapes", NULL, true);
	debug = arena_printf(&f.s.arena, "%s.debug", f.path);
	fixture_run((const char *const[]){ "objcopy", "--only-keep-debug", f.path, debug, NULL });
	fixture_run((const char *const[]){ "strip", "-s", f.path, NULL });
	fixture_run((const char *const[]){ "objcopy", "--add-gnu-debuglink", debug, f.path, NULL });
	open_path(&f);
	check_all(&f);
	fixture_close(&f);
}

/* A debug file of another build must not be believed. */
TEST(shapes_wrong_debug_file)
{
	struct fixture f;
	const char *debug;

	fixture_session(&f, false);
	fixture_make(&f, "shapes", NULL, true);
	debug = arena_printf(&f.s.arena, "%s.debug", f.path);
	fixture_run((const char *const[]){ "objcopy", "--only-keep-debug", f.path, debug, NULL });
	fixture_run((const char *const[]){ "strip", "-s", f.path, NULL });
	fixture_run((const char *const[]){ "objcopy", "--add-gnu-debuglink", debug, f.path, NULL });
	fixture_run((const char *const[]){ "sh", "-c", "echo >>\"$0\"", debug, NULL });
	open_path(&f);
	CHECK(!(di_sources(f.m) & DI_DWARF));
	fixture_close(&f);
}

/* Modules of the kernel are relocatable: sections are laid out, DWARF is relocated. */
TEST(shapes_relocatable)
{
	struct fixture f;

	fixture_session(&f, false);
	fixture_make(&f, "shapes", NULL, false);
	fixture_run((const char *const[]){ "cp", f.path, arena_printf(&f.s.arena, "%s/shapes.ko", f.dir), NULL });
	snprintf(f.path, sizeof f.path, "%s/shapes.ko", f.dir);
	open_path(&f);
	check_functions(&f);
	check_lines(&f);
	check_labels_and_calls(&f);
	check_variables(&f);
	CHECK_STR(di_module_name(f.m), "shapes");
	fixture_close(&f);
}

TEST(shapes_dwz)
{
	struct fixture f;
	char *dwz = find_program("dwz");

	if (!dwz)
		SKIP("there is no dwz");
	free(dwz);
	fixture_session(&f, false);
	fixture_make(&f, "shapes", NULL, true);
	fixture_run((const char *const[]){ "cp", f.path, arena_printf(&f.s.arena, "%s/second", f.dir), NULL });
	fixture_run((const char *const[]){ "dwz", "-m", arena_printf(&f.s.arena, "%s/common", f.dir), f.path,
					   arena_printf(&f.s.arena, "%s/second", f.dir), NULL });
	open_path(&f);
	check_all(&f);
	fixture_close(&f);
}

TEST(shapes_inlined_copy)
{
	struct fixture f;
	struct di_func_vec v = { 0 };
	struct di_scope sc;
	struct world w;

	fixture_open(&f, "shapes", false);
	world_init(&w);
	di_find_functions(f.m, "area", NULL, 0, DI_FIND_INLINE, &v);
	CHECK_EQ(v.len, 2);
	CHECK(v.data[0]->pc < v.data[1]->pc && v.data[0]->is_inline);
	CHECK_EQ(v.data[0]->caller_handle, fixture_function(&f, "sum")->handle);
	sc = (struct di_scope){ .module = f.m, .func = v.data[0], .where = DI_AT_PC, .pc = v.data[0]->pc };
	check_value(&f, &sc, "scale", NULL, 2);
	sc.func = v.data[1];
	sc.pc = v.data[1]->pc;
	check_value(&f, &sc, "scale", NULL, 3);
	CHECK(di_function_at(f.m, v.data[1]->pc) == fixture_function(&f, "sum"));
	fixture_close(&f);
}

/* Without optimisation, parameters are where DWARF says only behind the prologue. */
TEST(shapes_unoptimized)
{
	struct fixture f;
	struct di_func *leaf;
	struct di_scope sc;
	struct world w;

	fixture_open(&f, "shapes0", false);
	world_init(&w);
	leaf = fixture_function(&f, "leaf");
	CHECK(leaf->pc > leaf->entry && leaf->pc < leaf->high);
	sc = (struct di_scope){ .module = f.m, .func = leaf, .where = DI_AT_PC, .pc = leaf->pc };
	check_value(&f, &sc, "a", NULL, (uint64_t)(int32_t)world_load(&w, w.regs[6] - 4, 4));
	sc.where = DI_AT_ENTRY;
	sc.pc = leaf->entry;
	check_value(&f, &sc, "a", NULL, w.regs[5]);
	check_value(&f, &sc, "p", NULL, w.regs[4]);
	fixture_close(&f);
}

TEST(shapes_clone_has_no_convention)
{
	struct di_access ac = { 0 };
	struct di_result r;
	struct fixture f;
	struct di_scope sc;

	fixture_open(&f, "shapes", false);
	sc = at_entry(&f, "leaf");
	CHECK_STR(sc.func->link_name, "leaf.isra.0");
	CHECK(!di_compile_var(&sc, "p", &ac, &r));
	CHECK_EQ(r.code, DI_OPTIMIZED_OUT);
	fixture_close(&f);
}

TEST(shapes_types)
{
	const struct di_type *t;
	struct fixture f;
	int64_t v;

	fixture_open(&f, "shapes", false);
	t = di_type_find(f.m, "struct point");
	CHECK(t && t->size == 32);
	CHECK_EQ(di_type_complete(t)->nmembers, 6);
	CHECK_STR(di_type_text(&f.s.arena, di_type_find(f.m, "struct point const * [3]"), "x"), "struct point *x[3]");
	CHECK_STR(di_type_text(&f.s.arena, di_type_complete(t)->members[5].type, ""), "union {...}");
	CHECK_EQ(di_type_find(f.m, "unsigned long")->size, 8);
	CHECK_EQ(di_type_find(f.m, "short unsigned")->size, 2);
	CHECK(!di_type_find(f.m, "struct nothing"));
	CHECK(!di_type_find(f.m, "struct point ]"));
	CHECK(di_type_find(f.m, "struct undefined")->is_declaration);
	CHECK(di_enum_value(f.m, "LARGE", &v));
	CHECK_EQ(v, -3);
	CHECK(!di_enum_value(f.m, "MEDIUM", &v));
	fixture_close(&f);
}

/* A program without debug information, and a server (a directory) that has it by build-id. */
TEST(shapes_from_debuginfod)
{
	struct fixture f;
	const char *id, *dir, *why = "";
	struct di_module *m;

	fixture_session(&f, false);
	fixture_make(&f, "shapes", NULL, true);
	m = di_module(session_di(&f.s), f.path, &why);
	CHECK(m && (id = di_build_id(m)));
	dir = arena_printf(&f.s.arena, "%s/server/buildid/%s", f.dir, id);
	CHECK(!make_dirs(dir, 0700));
	fixture_run((const char *const[]){ "objcopy", "--only-keep-debug", f.path, arena_printf(&f.s.arena, "%s/debuginfo", dir), NULL });
	fixture_run((const char *const[]){ "strip", "-s", f.path, NULL });
	di_close(f.s.di);
	f.s.di = NULL;
	open_path(&f);
	unsetenv("DEBUGINFOD_URLS");
	CHECK(!(di_sources(f.m) & DI_DWARF));
	di_close(f.s.di);
	f.s.di = NULL;
	setenv("DEBUGINFOD_URLS", arena_printf(&f.s.arena, "file://%s/server/", f.dir), 1);
	setenv("DEBUGINFOD_CACHE_PATH", arena_printf(&f.s.arena, "%s/client", f.dir), 1);
	open_path(&f);
	if (!(di_sources(f.m) & DI_DWARF))
		SKIP("this debuginfod client takes no file:// address");
	check_all(&f);
	fixture_close(&f);
}
