/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole builds in the world of small_tree.h: which way a module is made, what is
 * in it, what the cache does, what is said when something is missing. */
#include "testsuite/unit/build/small_tree.h"
#include "testsuite/unit/unit.h"

#include "lib/run.h"
#include "translator/build/check/elfcheck.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void check_built(struct small_tree *t, struct build_job *job, enum build_how how)
{
	bool ok = small_build(t, job);

	CHECK_MSG(ok, "failure %d: %s\n%s\n%s", job->failure, job->error, job->detail ? job->detail : "", t->log);
	CHECK_MSG(job->how == how, "how is %d, not %d (%s); log:\n%s", job->how, how, job->why_kbuild, t->log);
	CHECK_EQ(access(job->ko, R_OK), 0);
}

static void check_failed(struct small_tree *t, struct build_job *job, enum build_failure why, const char *words)
{
	CHECK(!small_build(t, job));
	CHECK_MSG(job->failure == why, "failure %d, not %d: %s", job->failure, why, job->error);
	CHECK_MSG(strstr(job->error, words) != NULL, "the error is: %s", job->error);
	CHECK(job->ko == NULL);
}

static bool contains(const char *path, const char *bytes, size_t len)
{
	struct strbuf b = STRBUF_INIT;
	bool found = !read_file(path, &b) && memmem(b.s, b.len, bytes, len);

	sb_free(&b);
	return found;
}

TEST(module_is_replayed_then_found)
{
	struct small_tree t;
	struct build_job job;

	small_tree_make(&t);
	job = small_job(&t, small_script);
	check_built(&t, &job, BUILD_REPLAYED);
	check_built(&t, &job, BUILD_CACHED);
	job.name = "stap_other";
	check_built(&t, &job, BUILD_REPLAYED);
	job.no_module_cache = true;
	check_built(&t, &job, BUILD_REPLAYED);
	CHECK_EQ(small_count_entries(&t, "cache/modules"), 2);
	CHECK_EQ(small_count_entries(&t, "cache/runtime"), 2);	/* with its lock */
	/* once by kbuild, once to try it, then each time */
	CHECK_EQ(small_count_lines(&t, "tree/tools/objtool/calls"), 5);
	small_tree_remove(&t);
}

TEST(module_has_its_name_and_both_halves)
{
	struct small_tree t;
	struct build_job job;
	struct elf_symbols syms;

	small_tree_make(&t);
	job = small_job(&t, small_script);
	job.name = "a_name_of_the_greatest_length_that_modules_can_have____";
	CHECK_EQ(strlen(job.name), BUILD_MODULE_NAME_MAX);
	check_built(&t, &job, BUILD_REPLAYED);
	CHECK(contains(job.ko, "a_name_of_the_greatest_length_that_modules_can_have____", 56));
	job.name = "short";
	check_built(&t, &job, BUILD_REPLAYED);
	CHECK(contains(job.ko, "\1\0\0\0short\0\0\0\0", 13));
	CHECK(contains(job.ko, "license=GPL\0name=short\0\0", 24));
	CHECK(!contains(job.ko, "stp_template", 12));
	CHECK_EQ(elf_symbols_read(&t.arena, job.ko, &syms), 0);
	CHECK(elf_names_have(&syms.defined, "handler"));
	CHECK(elf_names_have(&syms.defined, "stp_twice"));
	CHECK(elf_names_have(&syms.undefined, "export_a"));
	/* the runtime's files are traceable, the script's never */
	CHECK_EQ(elf_symbols_read(&t.arena, small_path(&t, "tmp1/short.script.o"), &syms), 0);
	CHECK(!elf_names_have(&syms.undefined, "mcount"));
	small_tree_remove(&t);
}

TEST(module_is_the_same_by_kbuild)
{
	struct small_tree t;
	struct build_job job;
	struct elf_symbols a, b;
	size_t i;

	small_tree_make(&t);
	job = small_job(&t, small_script);
	check_built(&t, &job, BUILD_REPLAYED);
	CHECK_EQ(elf_symbols_read(&t.arena, job.ko, &a), 0);
	job.force_kbuild = true;
	check_built(&t, &job, BUILD_KBUILD);
	CHECK_STR(job.why_kbuild, "--kbuild was given");
	CHECK_EQ(elf_symbols_read(&t.arena, job.ko, &b), 0);
	CHECK_EQ(a.defined.len, b.defined.len);
	for (i = 0; i < a.defined.len; i++)
		CHECK_STR(a.defined.data[i], b.defined.data[i]);
	CHECK_EQ(a.undefined.len, b.undefined.len);
	check_built(&t, &job, BUILD_CACHED);
	small_tree_remove(&t);
}

TEST(module_that_imports_more_is_made_by_kbuild)
{
	struct small_tree t;
	struct build_job job;
	struct elf_symbols syms;

	small_tree_make(&t);
	/* as embedded C is emitted: elsewhere an import is refused with -g, too */
	job = small_job(&t, "#include <stp/abi.h>\nextern int export_b(void);\nlong handler(long v);\n"
			    "__attribute__((__noinline__, __section__(\".text.guru\"))) static long more(void)\n"
			    "{ return export_b(); }\n"
			    "long handler(long v) { return stp_twice(v) + more(); }\n");
	job.guru = true;
	check_built(&t, &job, BUILD_KBUILD);
	CHECK_STR(job.why_kbuild, "it uses export_b, which the runtime does not import");
	CHECK_EQ(elf_symbols_read(&t.arena, job.ko, &syms), 0);
	CHECK(elf_names_have(&syms.undefined, "export_b"));
	CHECK(elf_names_have(&syms.defined, "stp_twice"));
	/* the built runtime was linked, not its sources */
	CHECK(small_exists(&t, "tmp0/kbuild/stp_runtime.o") && !small_exists(&t, "tmp0/kbuild/core/twice.o"));
	job.guru = false;
	check_failed(&t, &job, BUILD_FAIL_REFUSED, "the import of export_b (guru mode, -g, allows it)");
	small_tree_remove(&t);
}

/* TEXT with the first FROM in it replaced. */
static const char *replace(struct arena *a, const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	CHECK(at != NULL);
	return arena_printf(a, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

TEST(module_whose_import_nobody_exports_fails)
{
	struct small_tree t;
	struct build_job job;

	small_tree_make(&t);
	job = small_job(&t, "extern int hidden(void);\nlong handler(long v);\nlong handler(long v) { return v + hidden(); }\n");
	check_failed(&t, &job, BUILD_FAIL_COMPILE, "uses hidden, which kernel 7-small does not export");
	/* as newer kernels say it */
	small_write(&t, "tree/Makefile", replace(&t.arena, small_read(&t, "tree/Makefile"), "\\\"$$symbol\\\" [$(name).ko] undefined!",
						 "$(name).ko: symbol '$$symbol' undefined!"));
	check_failed(&t, &job, BUILD_FAIL_COMPILE, "uses hidden, which kernel 7-small does not export");
	small_tree_remove(&t);
}

TEST(module_with_kernel_headers_is_made_by_kbuild)
{
	struct small_tree t;
	struct build_job job;

	small_tree_make(&t);
	small_write(&t, "runtime/include/stp/abi.h", "long stp_twice(long v);\nlong stp_end(long v);\n");
	job = small_job(&t, "#include <kernel.h>\n#ifdef STP_FREESTANDING\n#error\n#endif\nlong handler(long v);\n"
			    "static noinline long f(long v) { return v + VALUE; }\nlong handler(long v) { return f(v) TEXT; }\n");
	job.needs_kernel_headers = job.guru = true;
	job.defines = (const char *const[]){ "VALUE=40 + 2", "TEXT=+ sizeof \"a'b#c\"", "FLAG", NULL };
	check_built(&t, &job, BUILD_KBUILD);
	small_tree_remove(&t);
}

TEST(module_defines_reach_the_compiler)
{
	struct small_tree t;
	struct build_job job;

	small_tree_make(&t);
	job = small_job(&t, "#include <stp/abi.h>\nlong handler(long v);\nconst char text[] = TEXT;\n"
			    "#if VALUE != 42 || FLAG != 1\n#error\n#endif\nlong handler(long v) { return stp_twice(v); }\n");
	job.defines = (const char *const[]){ "VALUE=42", "TEXT=\"needle in $(a) 'haystack'\"", "FLAG", NULL };
	check_built(&t, &job, BUILD_REPLAYED);
	CHECK(contains(job.ko, "needle in $(a) 'haystack'", 25));
	job.defines = (const char *const[]){ "VALUE=43", "TEXT=\"\"", NULL };
	check_failed(&t, &job, BUILD_FAIL_COMPILE, "does not compile");
	job.force_kbuild = true;
	job.defines = (const char *const[]){ "VALUE=42", "TEXT=\"needle in $(a) 'haystack'\"", "FLAG", NULL };
	check_built(&t, &job, BUILD_KBUILD);
	CHECK(contains(job.ko, "needle in $(a) 'haystack'", 25));
	small_tree_remove(&t);
}

TEST(module_that_does_not_compile_shows_where)
{
	struct small_tree t;
	struct build_job job;

	small_tree_make(&t);
	job = small_job(&t, "#include <stp/abi.h>\n\nlong handler(long v) { return v +; }\n");
	check_failed(&t, &job, BUILD_FAIL_COMPILE, "-k");
	CHECK(strstr(job.detail, "stap_small.c:3:") != NULL);
	job.keep = true;
	check_failed(&t, &job, BUILD_FAIL_COMPILE, arena_printf(&t.arena, "%s/tmp1/stap_small.c", t.root));
	job.force_kbuild = true;
	check_failed(&t, &job, BUILD_FAIL_COMPILE, "tmp2/stap_small.c");
	CHECK(strstr(job.detail, "stap_small.c:3:") != NULL);
	small_tree_remove(&t);
}

TEST(module_without_a_cache_is_made_by_kbuild)
{
	struct small_tree t;
	struct build_job job;

	small_tree_make(&t);
	job = small_job(&t, small_script);
	job.cache_dir = NULL;
	check_built(&t, &job, BUILD_KBUILD);
	job.cache_dir = small_path(&t, "with space");
	check_built(&t, &job, BUILD_KBUILD);
	CHECK(strstr(t.log, "warning: the cache in") != NULL);
	small_write(&t, "file", "");
	job.cache_dir = small_path(&t, "file/cache");
	check_built(&t, &job, BUILD_KBUILD);
	CHECK(strstr(t.log, "warning: there is no cache") != NULL);
	small_tree_remove(&t);
}

TEST(module_key_follows_what_a_module_depends_on)
{
	struct small_tree t;
	struct build_job job;

	small_tree_make(&t);
	job = small_job(&t, small_script);
	check_built(&t, &job, BUILD_REPLAYED);
	job.defines = (const char *const[]){ "X=1", NULL };
	check_built(&t, &job, BUILD_REPLAYED);
	small_write(&t, "runtime/core/twice.c", "long stp_twice(long v);\nlong stp_twice(long v) { return v + v; }\n");
	check_built(&t, &job, BUILD_REPLAYED);
	small_write(&t, "tree/include/config/auto.conf", "CONFIG_MODULES=y\nCONFIG_NEW=y\n");
	check_built(&t, &job, BUILD_REPLAYED);
	CHECK_EQ(small_count_entries(&t, "cache/modules"), 4);
	/* the same contents under other stats: hashed again, found again */
	small_write(&t, "tree/include/config/auto.conf", "CONFIG_MODULES=y\nCONFIG_NEW=y\n");
	check_built(&t, &job, BUILD_CACHED);
	small_tree_remove(&t);
}

TEST(module_build_names_what_is_missing)
{
	struct small_tree t;
	struct build_job job;

	small_tree_make(&t);
	job = small_job(&t, small_script);
	job.build_dir = NULL;
	check_failed(&t, &job, BUILD_FAIL_HEADERS, "install the package linux-headers-7-small, or run `stap-prep -r 7-small --headers`");
	job.build_dir = small_path(&t, "nowhere");
	check_failed(&t, &job, BUILD_FAIL_HEADERS, "linux-headers-7-small");
	job.build_dir = small_path(&t, "tree/include");
	check_failed(&t, &job, BUILD_FAIL_TREE, "make modules_prepare");
	job.build_dir = small_path(&t, "tree");
	job.release = "8-small";
	check_failed(&t, &job, BUILD_FAIL_MISMATCH, "those of kernel 7-small, not of 8-small");
	job.release = "7-small";
	job.runtime_dir = small_path(&t, "tree");
	check_failed(&t, &job, BUILD_FAIL_RUNTIME, "-R");
	job.runtime_dir = small_path(&t, "runtime");
	job.name = "a-b";
	check_failed(&t, &job, BUILD_FAIL_ARGUMENT, "`a-b`");
	job.name = "stp_script";
	check_failed(&t, &job, BUILD_FAIL_ARGUMENT, "`stp_script`");
	remove_tree(small_path(&t, "tree/Module.symvers"));
	job.name = "ab";
	check_failed(&t, &job, BUILD_FAIL_TREE, "Module.symvers");
	small_write(&t, "tree/include/config/auto.conf", "CONFIG_X=y\n");
	check_failed(&t, &job, BUILD_FAIL_TREE, "CONFIG_MODULES");
	small_tree_remove(&t);
}

/* A directory with links to all programs of PATH but those named. */
static void set_path_without(struct small_tree *t, const char *const *missing)
{
	const char *dir = small_path(t, "bin"), *const *m;
	char command[4096];

	remove_tree(dir);
	snprintf(command, sizeof command, "mkdir %s && for p in bash sh env make gcc as ld nm objcopy printf grep cat cp pwd dirname; do "
		 "ln -s \"$(command -v $p)\" %s/$p; done", dir, dir);
	CHECK_EQ(system(command), 0);
	for (m = missing; *m; m++)
		unlink(arena_printf(&t->arena, "%s/%s", dir, *m));
	setenv("PATH", dir, 1);
}

TEST(module_build_names_missing_programs)
{
	char *path = xstrdup(getenv("PATH"));
	struct small_tree t;
	struct build_job job;

	small_tree_make(&t);
	job = small_job(&t, small_script);
	set_path_without(&t, (const char *const[]){ "make", NULL });
	check_failed(&t, &job, BUILD_FAIL_TOOL, "install the package make");
	setenv("PATH", path, 1);
	set_path_without(&t, (const char *const[]){ "gcc", NULL });
	check_failed(&t, &job, BUILD_FAIL_TOOL, "the compiler gcc");
	setenv("PATH", path, 1);
	set_path_without(&t, (const char *const[]){ "ld", NULL });
	check_failed(&t, &job, BUILD_FAIL_TOOL, "install the package binutils");
	setenv("PATH", path, 1);
	free(path);
	small_tree_remove(&t);
}

TEST(module_build_says_when_the_runtime_does_not_compile)
{
	struct small_tree t;
	struct build_job job;

	small_tree_make(&t);
	small_write(&t, "runtime/core/twice.c", "#error not on this kernel\n");
	job = small_job(&t, small_script);
	check_failed(&t, &job, BUILD_FAIL_RUNTIME, "the runtime does not build for kernel 7-small");
	CHECK(strstr(job.detail, "not on this kernel") != NULL);
	CHECK_EQ(small_count_entries(&t, "cache/runtime"), 1);	/* the lock */
	small_tree_remove(&t);
}

TEST(module_is_made_by_kbuild_where_commands_are_not_understood)
{
	struct small_tree t;
	struct build_job job;

	small_tree_make(&t);
	small_write(&t, "tree/Makefile", replace(&t.arena, small_read(&t, "tree/Makefile"), "$(LD) -r -o $@ @$<",
						 "if true; then $(LD) -r -o $@ @$<; fi"));
	job = small_job(&t, small_script);
	check_built(&t, &job, BUILD_KBUILD);
	CHECK_STR(job.why_kbuild, "the recorded command for joining objects needs a shell (the shell's `if`)");
	CHECK_EQ(small_count_entries(&t, "cache/runtime"), 2);
	small_tree_remove(&t);
}

TEST(module_is_made_by_kbuild_where_objtool_is_not_recorded)
{
	struct small_tree t;
	struct build_job job;

	small_tree_make(&t);
	small_write(&t, "tree/Makefile", replace(&t.arena, small_read(&t, "tree/Makefile"), " ; ./tools/objtool/objtool --link $@", ""));
	job = small_job(&t, small_script);
	check_built(&t, &job, BUILD_REPLAYED);
	small_write(&t, "tree/include/config/auto.conf", "CONFIG_MODULES=y\nCONFIG_OBJTOOL=y\n");
	check_built(&t, &job, BUILD_KBUILD);
	CHECK_STR(job.why_kbuild, "kbuild runs objtool, and does not tell how");
	small_tree_remove(&t);
}

/* A kernel with objtool, whose kbuild can tell its command. */
static void tell_objtool(struct small_tree *t)
{
	const char *text = small_read(t, "tree/Makefile");

	small_write(t, "tree/Makefile", replace(&t->arena, text, "comma := ,", "cmd_objtool = ; ./tools/objtool/objtool --told $@\ncomma := ,"));
	small_write(t, "tree/include/config/auto.conf", "CONFIG_MODULES=y\nCONFIG_OBJTOOL=y\n");
}

TEST(module_is_replayed_where_objtool_is_told_and_not_recorded)
{
	struct small_tree t;
	struct build_job job;

	small_tree_make(&t);
	small_write(&t, "tree/Makefile", replace(&t.arena, small_read(&t, "tree/Makefile"), " ; ./tools/objtool/objtool --link $@", ""));
	tell_objtool(&t);
	job = small_job(&t, small_script);
	check_built(&t, &job, BUILD_REPLAYED);
	/* to try it, and for the module */
	CHECK_EQ(small_count_lines(&t, "tree/tools/objtool/calls"), 2);
	CHECK(strstr(small_read(&t, "tree/tools/objtool/calls"), "--told "));
	small_tree_remove(&t);
}

TEST(module_runs_objtool_once_where_it_waits_for_the_joined_object)
{
	struct small_tree t;
	struct build_job job;

	small_tree_make(&t);
	tell_objtool(&t);
	job = small_job(&t, small_script);
	check_built(&t, &job, BUILD_REPLAYED);
	/* by kbuild, to try it, and for the module */
	CHECK_EQ(small_count_lines(&t, "tree/tools/objtool/calls"), 3);
	CHECK(!strstr(small_read(&t, "tree/tools/objtool/calls"), "--told "));
	small_tree_remove(&t);
}

TEST(module_is_made_by_kbuild_where_the_trial_fails)
{
	struct small_tree t;
	struct build_job job;

	small_tree_make(&t);
	small_write(&t, "tree/Makefile", replace(&t.arena, small_read(&t, "tree/Makefile"), "./tools/objtool/objtool --link",
						 "./tools/objtool/objtool --only-in-make $(SRCARCH) --link"));
	small_write(&t, "tree/tools/objtool/objtool", "#!/bin/sh\n[ \"$MAKELEVEL\" ]\n");
	CHECK_EQ(chmod(small_path(&t, "tree/tools/objtool/objtool"), 0755), 0);
	job = small_job(&t, small_script);
	check_built(&t, &job, BUILD_KBUILD);
	CHECK_STR(job.why_kbuild, "a trial failed: ./tools/objtool/objtool exited with status 1");
	small_tree_remove(&t);
}
