/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernel -r means, and the files that are found for it. */
#include "fixture.h"
#include "lib/run.h"
#include "translator/build/elfpeek.h"
#include "translator/build/target.h"
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* A kernel cache in F's directory, used by target_resolve(). */
static const char *make_cache(struct fixture *f)
{
	const char *cache = arena_printf(&f->s.arena, "%s/kernel-cache", f->dir);

	setenv("STAP_CACHE_DIR", cache, 1);
	f->s.diags.out = tmpfile();
	return cache;
}

static void put(struct fixture *f, const char *path, const char *text)
{
	char *dir = arena_strdup(&f->s.arena, path);

	*strrchr(dir, '/') = '\0';
	CHECK(!make_dirs(dir, 0755));
	CHECK(!write_file_atomic(path, text, strlen(text), 0644));
}

#define PATH(...) arena_printf(&f.s.arena, __VA_ARGS__)

TEST(target_in_cache)
{
	struct fixture f;
	const char *cache, *k;

	fixture_session(&f, false);
	cache = make_cache(&f);
	k = PATH("%s/kernels/9.9.9-test", cache);
	put(&f, PATH("%s/build/Makefile", k), "");
	put(&f, PATH("%s/build/.config", k), "# CONFIG_NO is not set\nCONFIG_X=y\nCONFIG_M=m\nCONFIG_S=\"a b\"\nCONFIG_E=\"\"\n");
	put(&f, PATH("%s/boot/vmlinuz-9.9.9-test", k), "image");
	put(&f, PATH("%s/lib/modules/9.9.9-test/modules.dep", k), "");
	put(&f, PATH("%s/debug/boot/System.map-9.9.9-test", k), "a stub\n");
	CHECK(!symlink("9.9.9-test", PATH("%s/kernels/nice", cache)));
	f.s.opt.release = "nice";
	CHECK(target_resolve(&f.s));
	CHECK_STR(f.s.target.release, "9.9.9-test");
	CHECK_STR(f.s.target.build_dir, PATH("%s/build", k));
	CHECK_STR(f.s.target.image, PATH("%s/boot/vmlinuz-9.9.9-test", k));
	CHECK_STR(f.s.target.module_dir, PATH("%s/lib/modules/9.9.9-test", k));
	CHECK(!f.s.target.system_map && !f.s.target.vmlinux && !f.s.target.btf_file && !f.s.target.running);
	CHECK_STR(target_config(&f.s.target, "CONFIG_X"), "y");
	CHECK_STR(target_config(&f.s.target, "CONFIG_M"), "m");
	CHECK_STR(target_config(&f.s.target, "CONFIG_S"), "a b");
	CHECK_STR(target_config(&f.s.target, "CONFIG_E"), "");
	CHECK(!target_config(&f.s.target, "CONFIG_NO"));
	unsetenv("STAP_CACHE_DIR");
	fclose(f.s.diags.out);
	fixture_close(&f);
}

TEST(target_build_directory)
{
	struct fixture f;
	const char *dir;

	fixture_session(&f, false);
	make_cache(&f);
	dir = PATH("%s/tree", f.dir);
	put(&f, PATH("%s/Makefile", dir), "");
	f.s.opt.release = dir;
	CHECK(!target_resolve(&f.s));
	CHECK_EQ(f.s.diags.nerrors, 1);
	put(&f, PATH("%s/include/config/kernel.release", dir), "9.9.9-mine\n");
	fixture_make(&f, "shapes", NULL, true);
	fixture_run((const char *const[]){ "cp", f.path, PATH("%s/vmlinux", dir), NULL });
	CHECK(target_resolve(&f.s));
	CHECK_STR(f.s.target.release, "9.9.9-mine");
	CHECK_STR(f.s.target.build_dir, dir);
	CHECK_STR(f.s.target.vmlinux, PATH("%s/vmlinux", dir));
	CHECK_EQ(strlen(f.s.target.build_id), 40);
	unsetenv("STAP_CACHE_DIR");
	fclose(f.s.diags.out);
	fixture_close(&f);
}

TEST(target_unknown)
{
	struct fixture f;

	fixture_session(&f, false);
	make_cache(&f);
	f.s.opt.release = "9.9.9-nothing";
	CHECK(!target_resolve(&f.s));
	CHECK_EQ(f.s.diags.nerrors, 1);
	unsetenv("STAP_CACHE_DIR");
	fclose(f.s.diags.out);
	fixture_close(&f);
}

TEST(target_running)
{
	struct fixture f;
	struct utsname u;

	fixture_session(&f, false);
	make_cache(&f);
	CHECK(!uname(&u));
	CHECK(target_resolve(&f.s));
	CHECK(f.s.target.running);
	CHECK_STR(f.s.target.release, u.release);
	CHECK_STR(f.s.target.arch, u.machine);
	unsetenv("STAP_CACHE_DIR");
	fclose(f.s.diags.out);
	fixture_close(&f);
}

TEST(target_elf_peek)
{
	struct elf_peek e;
	struct fixture f;
	char id[BUILD_ID_HEX];

	fixture_session(&f, false);
	fixture_make(&f, "shapes", NULL, true);
	CHECK(!elf_peek(f.path, &e));
	CHECK(e.dwarf && e.symtab && !e.btf && strlen(e.build_id) == 40);
	fixture_run((const char *const[]){ "strip", "-s", f.path, NULL });
	CHECK(!elf_peek(f.path, &e));
	CHECK(!e.dwarf && !e.symtab);
	CHECK(elf_peek("/dev/null", &e) < 0 && elf_peek("/nonexistent", &e) < 0);
	CHECK(!notes_build_id((const unsigned char *)"\4\0\0\0\377\377\377\377\3\0\0\0GNU", 16, id));
	CHECK(notes_build_id((const unsigned char *)"\4\0\0\0\2\0\0\0\3\0\0\0GNU\0\xab\xcd\0", 20, id));
	CHECK_STR(id, "abcd");
	fixture_close(&f);
}
