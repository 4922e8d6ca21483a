/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Real kernels, where stap-prep has put some into the cache: DWARF and BTF describe the same
 * code, so what both compile to at a function's entry must be equal, step by step. */
#include "fixture.h"
#include "lib/run.h"
#include "translator/build/target.h"
#include "translator/debuginfo/elfsym.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum with { WITH_DWARF, WITH_IMAGE };

static void open_kernel(struct fixture *f, const char *release, enum with with)
{
	char *cache = cache_dir();
	const char *why = "";

	memset(f, 0, sizeof *f);
	if (!cache || access(cache, W_OK))
		SKIP("there is no cache directory");
	session_init(&f->s);
	f->s.cache_dir = arena_strdup(&f->s.arena, cache);
	free(cache);
	f->s.opt.release = release;
	f->s.diags.muted = 1;
	if (!target_resolve(&f->s))
		SKIP("kernel %s is not in the cache", release);
	if (with == WITH_DWARF && !f->s.target.vmlinux)
		SKIP("the debug information of kernel %s is not in the cache", release);
	if (with == WITH_IMAGE && !f->s.target.image)
		SKIP("the boot image of kernel %s is not in the cache", release);
	if (with == WITH_IMAGE) {
		f->s.target.vmlinux = f->s.target.btf_file = f->s.target.system_map = NULL;
	}
	f->m = di_module(session_di(&f->s), "kernel", &why);
	CHECK_MSG(f->m, "%s", why);
}

static void close_kernel(struct fixture *f)
{
	session_free(&f->s);
}

static const char *program_text(struct fixture *f, const struct di_scope *sc, const char *name)
{
	struct di_result r;
	struct strbuf b = STRBUF_INIT;
	const char *text;

	if (!di_compile_var(sc, name, &(struct di_access){ 0 }, &r))
		return arena_printf(&f->s.arena, "error %d", r.code);
	fetch_dump(&b, r.program);
	text = arena_strdup(&f->s.arena, sb_str(&b));
	sb_free(&b);
	return text;
}

/* What $NAME is in a world where the words above the return address are the stack's arguments. */
static uint64_t run_value(const struct di_scope *sc, const char *name)
{
	struct di_result r;
	struct world w;
	uint64_t v = 0;

	world_init(&w);
	for (unsigned i = 0; i < 8; i++)
		w.stack_args[i] = world_load(&w, w.regs[7] + 8 + 8 * i, 8);
	return di_compile_var(sc, name, &(struct di_access){ 0 }, &r) && world_eval(&w, r.program, &v) ? v : 0xdead0000ul + r.code;
}

static void check_path(struct fixture *f)
{
	struct di_step path[] = { { .kind = DI_STEP_MEMBER, .member = "f_path" }, { .kind = DI_STEP_MEMBER, .member = "dentry" },
				  { .kind = DI_STEP_MEMBER, .member = "d_name" }, { .kind = DI_STEP_MEMBER, .member = "name" } };
	struct di_access ac = { .steps = path, .nsteps = 4 };
	struct di_func *read = fixture_function(f, "vfs_read");
	struct di_scope sc = { .module = f->m, .func = read, .where = DI_AT_ENTRY, .pc = read->pc };
	struct di_result r;

	CHECK_STR(program_text(f, &sc, "count"), "%0 = reg 1\nresult %0\n");
	CHECK_MSG(di_compile_var(&sc, "file", &ac, &r), "%s", r.error);
	CHECK(r.is_char_pointer);
	sc.where = DI_AT_RETURN;
	CHECK_STR(program_text(f, &sc, "return"), "%0 = retval\nresult %0\n");
}

/* Functions whose name is theirs alone: BTF cannot tell others apart. */
static bool comparable(struct fixture *f, const struct di_func *func)
{
	size_t count = 0;
	struct di_func_vec v = { 0 };

	di_find_functions(f->m, func->name, NULL, 0, DI_FIND_CONCRETE | DI_FIND_INLINE | DI_FIND_UNIQUE, &v);
	for (size_t i = 0; i < v.len; i++)
		count += !strcmp(v.data[i]->name, func->name);
	return count == 1 && func->link_name && !strcmp(func->link_name, func->name);
}

static void compare_function(struct fixture *dwarf, struct fixture *btf, struct di_func *func, unsigned *compared)
{
	struct di_scope sd = { .module = dwarf->m, .func = func, .where = DI_AT_ENTRY, .pc = func->pc };
	struct di_scope sb = { .module = btf->m, .where = DI_AT_ENTRY };
	struct di_var_vec params = { 0 };
	struct di_func_vec v = { 0 };

	di_find_functions(btf->m, func->name, NULL, 0, DI_FIND_CONCRETE, &v);
	if (!v.len || !comparable(dwarf, func))
		return;
	sb.func = v.data[0];
	di_scope_vars(&sb, &params);
	for (size_t i = 0; i < params.len; i++) {
		const char *name = params.data[i]->name;
		const char *a = program_text(dwarf, &sd, name), *b = program_text(btf, &sb, name);

		CHECK_MSG(!strcmp(a, b) || run_value(&sd, name) == run_value(&sb, name), "%s $%s: DWARF\n%s BTF\n%s", func->name, name, a, b);
		++*compared;
	}
	sd.where = sb.where = DI_AT_RETURN;
	CHECK_STR(program_text(dwarf, &sd, "return"), program_text(btf, &sb, "return"));
}

/* Each place of V once, with whether any function of it can be probed. */
static void places(struct fixture *f, const char *glob, unsigned what, struct strbuf *b)
{
	struct di_func_vec v = { 0 };

	di_find_functions(f->m, glob, NULL, 0, DI_FIND_CONCRETE | DI_FIND_INLINE | what, &v);
	for (size_t i = 0, next; i < v.len; i = next) {
		bool probeable = false;

		for (next = i; next < v.len && v.data[next]->name == v.data[i]->name && v.data[next]->file == v.data[i]->file &&
			       v.data[next]->line == v.data[i]->line; next++)
			probeable |= !v.data[next]->unprobeable;
		CHECK(!(what & DI_FIND_UNIQUE) || next == i + 1);
		sb_printf(b, "%s@%s:%u %d\n", v.data[i]->name, v.data[i]->file, v.data[i]->line, probeable);
	}
}

/* A function that is there in many copies is listed as one that can be probed if any can. */
TEST(kernel_unique_functions)
{
	struct strbuf all = STRBUF_INIT, unique = STRBUF_INIT;
	struct fixture f;

	open_kernel(&f, "stable", WITH_DWARF);
	places(&f, "a*", 0, &all);
	places(&f, "a*", DI_FIND_UNIQUE, &unique);
	CHECK(all.len > 10000);
	CHECK_STR(sb_str(&unique), sb_str(&all));
	CHECK(strstr(sb_str(&all), " 0\n"));
	sb_free(&all);
	sb_free(&unique);
	close_kernel(&f);
}

static void compare_type(struct fixture *dwarf, struct fixture *btf, const char *name)
{
	const struct di_type *a = di_type_find(dwarf->m, name), *b = di_type_find(btf->m, name);

	CHECK_MSG(a && b, "%s", name);
	a = di_type_complete(di_type_strip(a));
	b = di_type_complete(di_type_strip(b));
	CHECK_EQ(a->size, b->size);
	CHECK_EQ(a->nmembers, b->nmembers);
	for (size_t i = 0; i < a->nmembers; i++) {
		CHECK_STR(a->members[i].name ? a->members[i].name : "", b->members[i].name ? b->members[i].name : "");
		CHECK_EQ(a->members[i].bit_offset, b->members[i].bit_offset);
		CHECK_EQ(a->members[i].bit_size, b->members[i].bit_size);
	}
}

static void compare(const char *release)
{
	static const char *const globs[] = { "vfs_*", "tcp_*", "do_sys*", "ext4_*", "sched_*" };
	static const char *const types[] = { "struct file", "struct task_struct", "struct sk_buff", "struct sock", "struct page",
					     "struct bio", "struct inode", "struct vm_area_struct" };
	struct fixture dwarf, btf;
	unsigned compared = 0;

	open_kernel(&btf, release, WITH_IMAGE);
	open_kernel(&dwarf, release, WITH_DWARF);
	check_path(&dwarf);
	check_path(&btf);
	CHECK_STR(di_build_id(dwarf.m), di_build_id(btf.m));
	for (size_t g = 0; g < sizeof globs / sizeof *globs; g++) {
		struct di_func_vec v = { 0 };

		di_find_functions(dwarf.m, globs[g], NULL, 0, DI_FIND_CONCRETE, &v);
		for (size_t i = 0; i < v.len; i++)
			compare_function(&dwarf, &btf, v.data[i], &compared);
	}
	CHECK_MSG(compared > 500, "only %u compared", compared);
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		compare_type(&dwarf, &btf, types[i]);
	close_kernel(&dwarf);
	close_kernel(&btf);
}

TEST(kernel_stable_dwarf_and_btf_agree)
{
	compare("stable");
}

TEST(kernel_backports_dwarf_and_btf_agree)
{
	compare("backports");
}

TEST(kernel_facts)
{
	struct di_func_vec v = { 0 };
	struct di_site_vec lines = { 0 };
	struct fixture f;

	open_kernel(&f, "stable", WITH_DWARF);
	CHECK(fixture_function(&f, "vfs_read")->ftrace_site);
	CHECK(!fixture_function(&f, "vfs_read")->unprobeable);
	CHECK(fixture_function(&f, "start_kernel")->unprobeable);
	CHECK(fixture_function(&f, "kprobe_int3_handler")->unprobeable);
	CHECK(fixture_function(&f, "vfs_readlink")->exported);
	CHECK(!strcmp(fixture_function(&f, "vfs_read")->file, "fs/read_write.c"));
	di_find_functions(f.m, "*", NULL, 0, DI_FIND_CONCRETE, &v);
	CHECK(v.len > 30000);
	di_find_lines(f.m, "vfs_read", "fs/read_write.c", DI_LINE_ALL, 0, 0, &lines);
	CHECK(lines.len > 5);
	CHECK(di_function_at(f.m, lines.data[0].pc) == fixture_function(&f, "vfs_read"));
	close_kernel(&f);
}

TEST(kernel_module)
{
	const char *why = "";
	struct fixture f;
	struct di_module *m;
	struct di_func_vec v = { 0 };

	open_kernel(&f, "stable", WITH_DWARF);
	m = di_module(session_di(&f.s), "nf-conntrack", &why);
	if (!m)
		SKIP("%s", why);
	CHECK_STR(di_module_name(m), "nf_conntrack");
	di_find_functions(m, "nf_conntrack_in", NULL, 0, DI_FIND_CONCRETE, &v);
	CHECK_EQ(v.len, 1);
	CHECK(v.data[0]->exported);
	CHECK(!di_module(session_di(&f.s), "nf_contrack", &why) && strstr(why, "did you mean nf_conntrack"));
	close_kernel(&f);
}

/* A System.map alone: functions and addresses, arguments by number. */
TEST(kernel_symbols_only)
{
	struct di_result r;
	struct fixture f;
	struct di_scope sc;
	uint64_t addr, off;
	const char *name;

	open_kernel(&f, "stable", WITH_DWARF);
	if (!f.s.target.system_map)
		SKIP("there is no System.map");
	f.s.target.vmlinux = f.s.target.btf_file = f.s.target.image = NULL;
	sc = (struct di_scope){ .module = f.m, .func = fixture_function(&f, "vfs_read"), .where = DI_AT_ENTRY };
	CHECK_EQ(sc.func->source, DI_SYMBOLS);
	CHECK_EQ(di_sources(f.m), DI_SYMBOLS);
	CHECK_STR(program_text(&f, &sc, "arg3"), "%0 = reg 1\nresult %0\n");
	CHECK_STR(program_text(&f, &sc, "arg8"), "%0 = stack_arg 1\nresult %0\n");
	CHECK(!di_compile_var(&sc, "count", &(struct di_access){ 0 }, &r) && r.code == DI_NO_DEBUGINFO);
	CHECK(di_symbol_address(f.m, "vfs_read", &addr, NULL) && di_symbol_at(f.m, addr + 5, &name, &off));
	CHECK_STR(name, "vfs_read");
	CHECK_EQ(off, 5);
	CHECK(fixture_function(&f, "start_kernel")->unprobeable);
	close_kernel(&f);
}
