/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The index file: reused, rebuilt when damaged, cut short, of another version or for another
 * file; safe with several processes at once; never a wild read whatever is in it. */
#include "fixture.h"
#include "lib/run.h"
#include "translator/debuginfo/index.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The one index in F's cache. */
static const char *index_path(struct fixture *f)
{
	const char *dir = arena_printf(&f->s.arena, "%s/index", f->s.cache_dir), *found = NULL;
	DIR *d = opendir(dir);
	struct dirent *e;

	CHECK(d);
	while ((e = readdir(d)))
		if (*e->d_name != '.' && !strstr(e->d_name, ".lock")) {
			CHECK_MSG(!found, "two files in %s", dir);
			found = arena_printf(&f->s.arena, "%s/%s", dir, e->d_name);
		}
	closedir(d);
	CHECK(found);
	return found;
}

static size_t count_functions(struct fixture *f)
{
	struct di_func_vec v = { 0 };

	di_find_functions(f->m, "*", NULL, 0, DI_FIND_CONCRETE, &v);
	return v.len;
}

/* Another session on the same program and cache. */
static void reopen(struct fixture *f, struct fixture *g)
{
	const char *why;

	fixture_session(g, false);
	g->s.cache_dir = f->s.cache_dir;
	g->m = di_module(session_di(&g->s), f->path, &why);
	CHECK(g->m);
}

static ino_t inode(const char *path)
{
	struct stat st;

	CHECK(!stat(path, &st));
	return st.st_ino;
}

TEST(index_is_reused)
{
	struct fixture f, g;
	ino_t was;

	fixture_open(&f, "shapes", true);
	CHECK_EQ(count_functions(&f), 5);
	was = inode(index_path(&f));
	reopen(&f, &g);
	CHECK_EQ(count_functions(&g), 5);
	CHECK_EQ(inode(index_path(&f)), was);
	fixture_close(&g);
	fixture_close(&f);
}

static void check_rebuilt(struct fixture *f, const void *data, size_t len, const char *how)
{
	const char *path = index_path(f);
	struct fixture g;
	struct stat st;
	struct index *x;

	CHECK(!write_file_atomic(path, data, len, 0644));
	reopen(f, &g);
	CHECK_MSG(count_functions(&g) == 5, "%s", how);
	CHECK(!stat(f->path, &st));
	CHECK_MSG(!index_open(path, (uint64_t)st.st_size, &x), "%s stays", how);
	index_close(x);
	fixture_close(&g);
}

TEST(index_is_rebuilt)
{
	struct strbuf good = STRBUF_INIT, now = STRBUF_INIT;
	struct fixture f;
	char *bad;

	fixture_open(&f, "shapes", true);
	CHECK_EQ(count_functions(&f), 5);
	CHECK(!read_file(index_path(&f), &good));
	bad = malloc(good.len);
	CHECK(bad);
	check_rebuilt(&f, "", 0, "an empty index");
	check_rebuilt(&f, good.s, good.len / 2, "half an index");
	check_rebuilt(&f, good.s, good.len - 1, "an index short of a byte");
	for (size_t at = 0; at < sizeof(struct index_header); at += 8) {
		memcpy(bad, good.s, good.len);
		bad[at] ^= 0x40;
		check_rebuilt(&f, bad, good.len, "a damaged header");
	}
	CHECK(!read_file(index_path(&f), &now));
	CHECK_EQ(now.len, good.len);
	CHECK_MEM(now.s, good.s, good.len);
	free(bad);
	sb_free(&good);
	sb_free(&now);
	fixture_close(&f);
}

/* Whichever byte is another, the index is made anew. */
TEST(index_is_summed_as_a_whole)
{
	struct strbuf good = STRBUF_INIT, now = STRBUF_INIT;
	struct fixture f, g;
	unsigned bit = 0;

	fixture_open(&f, "shapes", true);
	CHECK_EQ(count_functions(&f), 5);
	CHECK(!read_file(index_path(&f), &good));
	for (size_t at = 0; at < good.len; at += good.len / 400 + 1, bit++) {
		good.s[at] ^= (char)(1 << bit % 8);
		CHECK(!write_file_atomic(index_path(&f), good.s, good.len, 0644));
		good.s[at] ^= (char)(1 << bit % 8);
		reopen(&f, &g);
		CHECK_EQ(count_functions(&g), 5);
		fixture_close(&g);
		sb_clear(&now);
		CHECK(!read_file(index_path(&f), &now));
		CHECK_MSG(now.len == good.len && !memcmp(now.s, good.s, now.len), "byte %zu stays damaged", at);
	}
	CHECK(bit > 300);
	sb_free(&now);
	sb_free(&good);
	fixture_close(&f);
}

/* A body that is wrong though its sum is right: answers may be wrong, memory must be safe. */
TEST(index_body_is_not_trusted)
{
	struct strbuf good = STRBUF_INIT;
	struct fixture f;
	const char *path;

	fixture_open(&f, "shapes", true);
	count_functions(&f);
	path = index_path(&f);
	CHECK(!read_file(path, &good));
	for (size_t at = sizeof(struct index_header); at < good.len; at += good.len / 120 + 1) {
		struct fixture g;
		struct di_func_vec v = { 0 };
		struct di_site_vec lines = { 0 };
		struct di_name_vec near = { 0 };
		const char *name;
		uint64_t off;
		int64_t n;

		for (size_t i = at; i < at + 8 && i < good.len; i++)
			good.s[i] ^= 0xff;
		index_seal((struct index_header *)(void *)good.s, good.len);
		CHECK(!write_file_atomic(path, good.s, good.len, 0644));
		reopen(&f, &g);
		di_find_functions(g.m, "*", NULL, 0, DI_FIND_CONCRETE | DI_FIND_INLINE, &v);
		for (size_t i = 0; i < v.len; i++) {
			struct di_scope sc = { .module = g.m, .func = v.data[i], .where = DI_AT_ENTRY, .pc = v.data[i]->pc };
			struct di_var_vec vars = { 0 };
			struct di_result r;

			di_scope_vars(&sc, &vars);
			di_compile_var(&sc, "p", &(struct di_access){ 0 }, &r);
		}
		di_find_lines(g.m, "sum", NULL, DI_LINE_ALL, 0, 0, &lines);
		di_similar_functions(g.m, "smu", 3, &near);
		di_symbol_at(g.m, 0x401010, &name, &off);
		di_type_find(g.m, "struct point");
		di_enum_value(g.m, "LARGE", &n);
		di_function_at(g.m, 0x401010);
		fixture_close(&g);
		for (size_t i = at; i < at + 8 && i < good.len; i++)
			good.s[i] ^= 0xff;
	}
	sb_free(&good);
	fixture_close(&f);
}

TEST(index_of_another_file)
{
	struct fixture f;
	struct index *x;
	const char *path;

	fixture_open(&f, "shapes", true);
	count_functions(&f);
	path = index_path(&f);
	CHECK_EQ(index_open(path, 1, &x), -EBADMSG);
	CHECK_EQ(index_open(f.path, 1, &x), -EBADMSG);
	CHECK_EQ(index_open(arena_printf(&f.s.arena, "%s.none", path), 1, &x), -ENOENT);
	fixture_close(&f);
}

/* Six processes find no index at the same time; one file is left and each has its answer. */
TEST(index_made_concurrently)
{
	struct fixture f;
	pid_t pids[6];
	int status;

	fixture_open(&f, "shapes", true);
	for (int i = 0; i < 6; i++) {
		pids[i] = fork();
		CHECK(pids[i] >= 0);
		if (!pids[i]) {
			struct di_func_vec v = { 0 };

			di_find_functions(f.m, "*", NULL, 0, DI_FIND_CONCRETE, &v);
			_exit(v.len == 5 ? 0 : 1);
		}
	}
	for (int i = 0; i < 6; i++)
		CHECK(waitpid(pids[i], &status, 0) == pids[i] && status == 0);
	index_path(&f);
	CHECK_EQ(count_functions(&f), 5);
	fixture_close(&f);
}

/* A cache that cannot be written is no error. */
TEST(index_without_cache)
{
	struct fixture f;

	fixture_open(&f, "shapes", true);
	CHECK(!write_file_atomic(f.s.cache_dir, "a file", 6, 0644));
	CHECK_EQ(count_functions(&f), 5);
	fixture_close(&f);
}

/* What an older stap left for the same file goes when the new index is written; others stay. */
TEST(index_drops_other_versions)
{
	struct fixture f;
	const char *path, *old, *other;

	fixture_open(&f, "shapes", true);
	count_functions(&f);
	path = index_path(&f);
	old = arena_printf(&f.s.arena, "%.*s.0", (int)(strrchr(path, '.') - path), path);
	other = arena_printf(&f.s.arena, "%s/index/ffffffff.1", f.s.cache_dir);
	CHECK(!write_file_atomic(old, "old", 3, 0644) && !write_file_atomic(other, "other", 5, 0644));
	CHECK(!unlink(path));
	di_close(f.s.di);
	f.s.di = NULL;
	f.m = di_module(session_di(&f.s), f.path, &other);
	CHECK_EQ(count_functions(&f), 5);
	CHECK(access(old, F_OK));
	CHECK(!access(arena_printf(&f.s.arena, "%s/index/ffffffff.1", f.s.cache_dir), F_OK));
	fixture_close(&f);
}
