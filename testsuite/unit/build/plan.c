/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans from recorded commands, as several generations of kbuild leave them. */
#include "testsuite/unit/unit.h"
#include "translator/build/plan.h"

#include "lib/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *dump(struct arena *a, const struct plan *p)
{
	static const char *const kinds[] = { "compile", "objtool", "link" };
	struct strbuf b = STRBUF_INIT;
	const char *s;
	size_t i, k;

	for (i = 0; i < p->steps.len; i++) {
		sb_printf(&b, "%s:", kinds[p->steps.data[i].kind]);
		for (k = 0; k < p->steps.data[i].args.len; k++)
			sb_printf(&b, " %s", p->steps.data[i].args.data[k]);
		sb_putc(&b, '\n');
	}
	if (p->unusable)
		sb_printf(&b, "unusable: %s\n", p->unusable);
	s = arena_strdup(a, sb_str(&b));
	sb_free(&b);
	return s;
}

static const char *record(struct arena *a, const char *script, const char *joined, const char *module)
{
	const struct plan_source src = { "/w/d", "stp_script", "tmpl", script, joined, module };
	struct plan p = { 0 };
	bool ok = plan_record(a, &src, &p);

	CHECK_EQ(ok, !p.unusable);
	return dump(a, &p);
}

TEST(plan_with_objtool_on_each_object)
{
	struct arena a = ARENA_INIT;

	CHECK_STR(record(&a,
			 "cmd_/w/d/stp_script.o :=  gcc-12 -Wp,-MMD,/w/d/.stp_script.o.d -nostdinc -I/k/include -I./arch/x86/include"
			 " -include /k/include/linux/kconfig.h -D__KERNEL__ -fmacro-prefix-map=/k/= -Wall -g -gdwarf-5 -O2 -mcmodel=kernel"
			 " -fplugin=./scripts/p.so -DMODULE  -DKBUILD_BASENAME='\"stp_script\"' -DKBUILD_MODNAME='\"tmpl\"'"
			 " -D__KBUILD_MODNAME=kmod_tmpl -c -o /w/d/stp_script.o /w/d/stp_script.c"
			 "   ; ./tools/objtool/objtool --orc   --module /w/d/stp_script.o\n",
			 "cmd_/w/d/tmpl.o := ld -m elf_x86_64 -z noexecstack   -r -o /w/d/tmpl.o @/w/d/tmpl.mod \n",
			 "cmd_/w/d/tmpl.ko := ld -r -m elf_x86_64 --build-id=sha1  -T arch/x86/module.lds -o /w/d/tmpl.ko"
			 " /w/d/tmpl.o /w/d/tmpl.mod.o;  true\n"),
		  "compile: gcc-12 -nostdinc -D__KERNEL__ -Wall -O2 -mcmodel=kernel -fplugin=./scripts/p.so -pipe -I%d/include %D"
		  " -c -o %o %c\n"
		  "objtool: ./tools/objtool/objtool --orc --module %o\n"
		  "link: ld -r -m elf_x86_64 --build-id=sha1 -T arch/x86/module.lds -o %k %r %o %m\n");
	arena_free(&a);
}

TEST(plan_with_objtool_on_the_joined_object)
{
	struct arena a = ARENA_INIT;

	CHECK_STR(record(&a, "savedcmd_/w/d/stp_script.o := x86_64-linux-gnu-gcc-12 -O2 -c -o /w/d/stp_script.o /w/d/stp_script.c\n",
			 "savedcmd_/w/d/tmpl.o := ld -r -o /w/d/tmpl.o @/w/d/tmpl.mod  ; ./tools/objtool/objtool --link /w/d/tmpl.o\n",
			 "savedcmd_/w/d/tmpl.ko := ld -r -T m.lds -o /w/d/tmpl.ko /w/d/tmpl.o /w/d/tmpl.mod.o /w/d/.module-common.o\n"),
		  "compile: x86_64-linux-gnu-gcc-12 -O2 -pipe -I%d/include %D -c -o %o %c\n"
		  "link: ld -r -o %j %r %o\n"
		  "objtool: ./tools/objtool/objtool --link %j\n"
		  "link: ld -r -T m.lds -o %k %j %m %d/.module-common.o\n");
	arena_free(&a);
}

/* kernel commit 13b25489b6f8: kbuild works in the module's own directory */
TEST(plan_with_relative_paths)
{
	struct arena a = ARENA_INIT;

	CHECK_STR(record(&a, "savedcmd_stp_script.o := gcc -O2 -c -o stp_script.o stp_script.c\n",
			 "savedcmd_tmpl.o := ld -r -o tmpl.o @tmpl.mod ; /k/tools/objtool/objtool --link tmpl.o\n",
			 "savedcmd_tmpl.ko := ld -r -T /k/m.lds -o tmpl.ko tmpl.o tmpl.mod.o .module-common.o\n"),
		  "compile: gcc -O2 -pipe -I%d/include %D -c -o %o %c\n"
		  "link: ld -r -o %j %r %o\n"
		  "objtool: /k/tools/objtool/objtool --link %j\n"
		  "link: ld -r -T /k/m.lds -o %k %j %m .module-common.o\n");
	arena_free(&a);
}

TEST(plan_with_a_list_of_objects_and_a_wrapped_compiler)
{
	struct arena a = ARENA_INIT;

	CHECK_STR(record(&a, "cmd_/w/d/stp_script.o := ccache gcc -O2 -DX=100%s -c -o /w/d/stp_script.o /w/d/stp_script.c\n",
			 "cmd_/w/d/tmpl.o := ld -r -o /w/d/tmpl.o /w/d/core/a.o /w/d/kernel/b.o /w/d/stp_script.o\n",
			 "cmd_/w/d/tmpl.ko := ld -r -o /w/d/tmpl.ko /w/d/tmpl.o /w/d/tmpl.mod.o ;  true\n"),
		  "compile: ccache gcc -O2 -DX=100%%s -pipe -I%d/include %D -c -o %o %c\n"
		  "link: ld -r -o %k %r %o %m\n");
	arena_free(&a);
}

TEST(plan_says_what_it_does_not_understand)
{
	const char *cc = "cmd_x := gcc -c -o /w/d/stp_script.o /w/d/stp_script.c\n";
	const char *join = "cmd_x := ld -r -o /w/d/tmpl.o @/w/d/tmpl.mod\n";
	struct arena a = ARENA_INIT;

	CHECK(strstr(record(&a, "", join, ""), "unusable: the recorded command for a C file is missing") != NULL);
	CHECK(strstr(record(&a, cc, "cmd_x := if true; then ld; fi\n", ""), "joining objects needs a shell (the shell's `if`)") != NULL);
	CHECK(strstr(record(&a, cc, join, "cmd_x := ld -r -o /w/d/tmpl.ko /w/d/tmpl.lto.o /w/d/tmpl.mod.o\n"),
		     "linking a module has another form than expected") != NULL);
	arena_free(&a);
}

TEST(plan_links_the_runtime_as_recorded)
{
	const struct plan_source src = {
		"/w/d", "stp_script", "tmpl", "", "cmd_x := ld -m elf_x86_64 -r -o /w/d/tmpl.o @/w/d/tmpl.mod ; objtool /w/d/tmpl.o\n", "",
	};
	static const char *const objects[] = { "/w/d/a.o", "/w/d/b.o" };
	struct strbuf b = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	const char *const *arg;

	for (arg = plan_runtime_link(&a, &src, objects, 2, "/w/out/r.o"); *arg; arg++)
		sb_printf(&b, "%s ", *arg);
	CHECK_STR(b.s, "ld -m elf_x86_64 -r -S -o /w/out/r.o /w/d/a.o /w/d/b.o ");
	sb_free(&b);
	arena_free(&a);
}

static void add_step(struct arena *a, struct plan *p, enum plan_kind kind, const char *const *args)
{
	struct plan_step st = { .kind = kind };

	for (; *args; args++)
		vec_push(a, &st.args, *args);
	vec_push(a, &p->steps, st);
}

static struct plan example(struct arena *a)
{
	static const char *const compile[] = { "gcc", "%D", "-DQ=\"a b\"", "-c", "100%%", "%c", NULL };
	static const char *const link[] = { "ld", "-o", "%k", "%r", "%o", "%m", "%j", "%d/x", "", NULL };
	struct plan p = { .build_dir = "/k", .cwd = "%d/sub", .module = "name" };

	add_step(a, &p, PLAN_COMPILE, compile);
	add_step(a, &p, PLAN_LINK, link);
	vec_push(a, &p.env, "ARCH=x86");
	vec_push(a, &p.env, "EMPTY=");
	vec_push(a, &p.name_at, 17);
	vec_push(a, &p.imports, "memcpy");
	vec_push(a, &p.exports, "stp_a");
	vec_push(a, &p.files, ((struct plan_file){ .name = "object" }));
	return p;
}

static void fill_checks(struct arena *a, const struct plan *p)
{
	static const char *const defines[] = { "A=1", "B", NULL };
	struct plan_values v = { "c", "o", "j", "k", "r", "m", "d", defines };
	struct strbuf b = STRBUF_INIT;
	const char *const *arg;
	size_t i;

	for (i = 0; i < p->steps.len; i++)
		for (arg = plan_fill(a, &p->steps.data[i], &v); *arg; arg++)
			sb_printf(&b, "[%s]", *arg);
	CHECK_STR(b.s, "[gcc][-DA=1][-DB][-DQ=\"a b\"][-c][100%][c][ld][-o][k][r][o][m][j][d/x][]");
	sb_free(&b);
}

TEST(plan_comes_back_as_it_was_saved)
{
	struct arena a = ARENA_INIT;
	struct plan p = example(&a), q;
	char *dir = make_temp_dir();

	CHECK_EQ(write_file_atomic(arena_printf(&a, "%s/object", dir), "abc", 3, 0644), 0);
	CHECK_EQ(plan_save(&a, &p, dir), 0);
	CHECK_EQ(plan_load(&a, dir, &q), 0);
	CHECK_STR(dump(&a, &q), dump(&a, &p));
	CHECK_STR(q.cwd, arena_printf(&a, "%s/sub", dir));
	CHECK_STR(q.env.data[0], "ARCH=x86");
	CHECK_STR(q.env.data[1], "EMPTY=");
	CHECK(q.env.data[2] == NULL);
	CHECK_EQ(q.name_at.data[0], 17);
	CHECK_STR(q.imports.data[0], "memcpy");
	CHECK_STR(q.exports.data[0], "stp_a");
	CHECK_STR(plan_build_dir(&a, dir), "/k");
	fill_checks(&a, &q);
	remove_tree(dir);
	free(dir);
	arena_free(&a);
}

/* Each byte of the plan changed, and each file that it lists. */
TEST(plan_that_is_damaged_does_not_load)
{
	struct arena a = ARENA_INIT;
	struct plan p = example(&a), q;
	struct strbuf b = STRBUF_INIT;
	char *dir = make_temp_dir();
	const char *object = arena_printf(&a, "%s/object", dir), *path = arena_printf(&a, "%s/" PLAN_FILE, dir);
	size_t i;

	CHECK_EQ(plan_load(&a, dir, &q), -ENOENT);
	write_file_atomic(object, "abc", 3, 0644);
	CHECK_EQ(plan_save(&a, &p, dir), 0);
	write_file_atomic(object, "abd", 3, 0644);
	CHECK_EQ(plan_load(&a, dir, &q), -EBADMSG);
	remove_tree(object);
	CHECK_EQ(plan_load(&a, dir, &q), -EBADMSG);
	write_file_atomic(object, "abc", 3, 0644);
	CHECK_EQ(plan_load(&a, dir, &q), 0);
	CHECK_EQ(read_file(path, &b), 0);
	for (i = 0; i < b.len; i++) {
		b.s[i] ^= 1;
		write_file_atomic(path, b.s, b.len, 0644);
		b.s[i] ^= 1;
		CHECK_MSG(plan_load(&a, dir, &q) == -EBADMSG, "byte %zu of the plan", i);
		write_file_atomic(path, b.s, i, 0644);
		CHECK_MSG(plan_load(&a, dir, &q) == -EBADMSG, "a plan cut at byte %zu", i);
	}
	sb_free(&b);
	remove_tree(dir);
	free(dir);
	arena_free(&a);
}
