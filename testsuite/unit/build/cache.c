/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cache: damage, eviction, runs at the same time, a full disk. */
#include "testsuite/unit/build/small_tree.h"
#include "testsuite/unit/unit.h"

#include "lib/run.h"
#include "translator/build/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void build_as(struct small_tree *t, struct build_job *job, enum build_how how)
{
	bool ok = small_build(t, job);

	CHECK_MSG(ok, "failure %d: %s\n%s", job->failure, job->error, t->log);
	CHECK_MSG(job->how == how, "how is %d, not %d; log:\n%s", job->how, how, t->log);
}

/* A script whose module takes 20 kB. */
static const char large_script[] =
	"#include <stp/abi.h>\nlong handler(long v);\nconst char data[20000] = \"x\";\n"
	"long handler(long v) { return stp_twice(v) + data[v]; }\n";

/* Change the byte in the middle of a file. */
static void damage(struct small_tree *t, const char *rel)
{
	int fd = open(small_path(t, rel), O_RDWR);
	struct stat st;
	char c;

	CHECK(fd >= 0 && !fstat(fd, &st));
	CHECK_EQ(pread(fd, &c, 1, st.st_size / 2), 1);
	c ^= 0x55;
	CHECK_EQ(pwrite(fd, &c, 1, st.st_size / 2), 1);
	close(fd);
}

TEST(cache_builds_a_damaged_module_again)
{
	struct small_tree t;
	struct build_job job;

	small_tree_make(&t);
	job = small_job(&t, small_script);
	build_as(&t, &job, BUILD_REPLAYED);
	damage(&t, small_only_entry(&t, "cache/modules"));
	build_as(&t, &job, BUILD_REPLAYED);
	build_as(&t, &job, BUILD_CACHED);
	CHECK_EQ(truncate(small_path(&t, small_only_entry(&t, "cache/modules")), 100), 0);
	build_as(&t, &job, BUILD_REPLAYED);
	CHECK_EQ(truncate(small_path(&t, small_only_entry(&t, "cache/modules")), 0), 0);
	build_as(&t, &job, BUILD_REPLAYED);
	build_as(&t, &job, BUILD_CACHED);
	small_tree_remove(&t);
}

TEST(cache_builds_a_damaged_runtime_again)
{
	static const char *const files[] = { "stp_runtime.o", "stp_modpost.o", "plan", "include/stp/abi.h" };
	struct small_tree t;
	struct build_job job;
	const char *dir;
	size_t i;

	small_tree_make(&t);
	job = small_job(&t, small_script);
	job.no_module_cache = true;
	build_as(&t, &job, BUILD_REPLAYED);
	dir = small_only_entry(&t, "cache/runtime");
	for (i = 0; i < sizeof files / sizeof *files; i++) {
		damage(&t, arena_printf(&t.arena, "%s/%s", dir, files[i]));
		build_as(&t, &job, BUILD_REPLAYED);
		CHECK_MSG(job.times.runtime > 0, "%s was changed, and the runtime was not built", files[i]);
		build_as(&t, &job, BUILD_REPLAYED);
		CHECK_EQ(job.times.runtime, 0);
	}
	CHECK_EQ(remove_tree(small_path(&t, arena_printf(&t.arena, "%s/stp_runtime.o", dir))), 0);
	build_as(&t, &job, BUILD_REPLAYED);
	CHECK_STR(small_only_entry(&t, "cache/runtime"), dir);
	small_tree_remove(&t);
}

/* Every byte of what is remembered about keys, changed. */
TEST(cache_takes_damaged_keys_for_none)
{
	struct small_tree t;
	struct build_job job;
	struct dirent *e;
	DIR *d;

	small_tree_make(&t);
	job = small_job(&t, small_script);
	build_as(&t, &job, BUILD_REPLAYED);
	CHECK_EQ(small_count_entries(&t, "cache/keys"), 2);
	d = opendir(small_path(&t, "cache/keys"));
	while ((e = readdir(d))) {
		const char *path = arena_printf(&t.arena, "cache/keys/%s", e->d_name), *text = small_read(&t, path);
		size_t n = text ? strlen(text) : 0, i;

		for (i = 0; i < n; i += 1 + i % 7) {
			small_write(&t, path, text);
			CHECK_EQ(truncate(small_path(&t, path), (off_t)i), 0);
			build_as(&t, &job, BUILD_CACHED);
			small_write(&t, path, arena_printf(&t.arena, "%.*s%c%s", (int)i, text, text[i] ^ 1, text + i + 1));
			build_as(&t, &job, BUILD_CACHED);
		}
	}
	closedir(d);
	small_tree_remove(&t);
}

static void age(struct small_tree *t, const char *rel, int days)
{
	const struct timespec then[2] = { { time(NULL) - days * 86400, 0 }, { time(NULL) - days * 86400, 0 } };

	CHECK_EQ(utimensat(AT_FDCWD, small_path(t, rel), then, 0), 0);
}

static void write_bytes(struct small_tree *t, const char *rel, size_t n)
{
	char *s = xmalloc(n + 1);

	memset(s, 'x', n);
	s[n] = 0;
	small_write(t, rel, s);
	free(s);
}

TEST(cache_drops_what_was_used_least_recently)
{
	struct small_tree t;
	uint64_t freed;

	small_tree_make(&t);
	write_bytes(&t, "cache/modules/a", 100000);
	write_bytes(&t, "cache/modules/b", 100000);
	write_bytes(&t, "cache/modules/c", 100000);
	write_bytes(&t, "cache/modules/half~", 1000);
	write_bytes(&t, "cache/modules/old~", 1000);
	age(&t, "cache/modules/a", 2);
	age(&t, "cache/modules/b", 3);
	age(&t, "cache/modules/c", 1);
	age(&t, "cache/modules/old~", 1);
	CHECK_EQ(build_cache_clean(small_path(&t, "cache"), 250000, &freed), 0);
	CHECK(!small_exists(&t, "cache/modules/b") && !small_exists(&t, "cache/modules/old~"));
	CHECK(small_exists(&t, "cache/modules/a") && small_exists(&t, "cache/modules/half~"));
	CHECK(freed >= 101000 && freed < 120000);
	cache_touch(small_path(&t, "cache/modules/a"));
	CHECK_EQ(build_cache_clean(small_path(&t, "cache"), 150000, &freed), 0);
	CHECK(small_exists(&t, "cache/modules/a") && !small_exists(&t, "cache/modules/c"));
	CHECK_EQ(build_cache_clean(small_path(&t, "cache"), 0, NULL), 0);
	CHECK_EQ(small_count_entries(&t, "cache/modules"), 0);
	CHECK_EQ(build_cache_clean(small_path(&t, "no-cache"), 0, NULL), 0);
	small_tree_remove(&t);
}

TEST(cache_stays_within_its_limit)
{
	struct small_tree t;
	struct build_job job;
	int i;

	small_tree_make(&t);
	job = small_job(&t, large_script);
	build_as(&t, &job, BUILD_REPLAYED);
	job.cache_limit = 150000;
	for (i = 0; i < 12; i++) {
		job.name = arena_printf(&t.arena, "m%d", i);
		build_as(&t, &job, BUILD_REPLAYED);
		/* the runtime is in use, and never goes */
		CHECK_EQ(job.times.runtime, 0);
	}
	CHECK(small_count_entries(&t, "cache/modules") < 7);
	build_as(&t, &job, BUILD_CACHED);
	job.name = "m0";
	build_as(&t, &job, BUILD_REPLAYED);
	small_tree_remove(&t);
}

TEST(cache_drops_runtimes_of_vanished_kernels_and_leftovers)
{
	struct small_tree t;
	struct build_job job;
	const char *dir;

	small_tree_make(&t);
	job = small_job(&t, small_script);
	build_as(&t, &job, BUILD_REPLAYED);
	dir = small_only_entry(&t, "cache/runtime");
	small_write(&t, "cache/runtime/0123.new/half", "x");
	CHECK_EQ(build_cache_clean(small_path(&t, "cache"), UINT64_MAX, NULL), 0);
	CHECK(small_exists(&t, dir) && !small_exists(&t, "cache/runtime/0123.new"));
	CHECK_EQ(rename(small_path(&t, "tree"), small_path(&t, "gone")), 0);
	CHECK_EQ(build_cache_clean(small_path(&t, "cache"), UINT64_MAX, NULL), 0);
	CHECK(!small_exists(&t, dir));
	CHECK_EQ(small_count_entries(&t, "cache/runtime"), 0);
	small_tree_remove(&t);
}

TEST(cache_leaves_alone_what_another_run_uses)
{
	struct small_tree t;
	struct build_job job;
	const char *dir;
	int fd;

	small_tree_make(&t);
	job = small_job(&t, small_script);
	build_as(&t, &job, BUILD_REPLAYED);
	dir = small_only_entry(&t, "cache/runtime");
	fd = cache_lock(small_path(&t, arena_printf(&t.arena, "%s.lock", dir)), false, false);
	CHECK(fd >= 0);
	CHECK_EQ(build_cache_clean(small_path(&t, "cache"), 0, NULL), 0);
	CHECK(small_exists(&t, dir));
	close(fd);
	CHECK_EQ(build_cache_clean(small_path(&t, "cache"), 0, NULL), 0);
	CHECK(!small_exists(&t, dir));
	small_tree_remove(&t);
}

/* A child that builds and says how by its status. */
static pid_t start_build(struct small_tree *t, const char *name)
{
	struct build_job job = small_job(t, small_script);
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid)
		return pid;
	job.name = name;
	job.tmpdir = small_path(t, arena_printf(&t->arena, "child-%d", (int)getpid()));
	_exit(!make_dirs(job.tmpdir, 0755) && build_module(&job) ? (int)job.how + (job.times.runtime ? 10 : 0) : 99);
}

TEST(cache_lets_runs_at_the_same_time_share_one_build)
{
	enum { RUNS = 4 };
	struct small_tree t;
	int status, built = 0, i;
	pid_t pid[RUNS];

	small_tree_make(&t);
	for (i = 0; i < RUNS; i++)
		pid[i] = start_build(&t, i & 1 ? "same" : arena_printf(&t.arena, "own%d", i));
	for (i = 0; i < RUNS; i++) {
		CHECK_EQ(waitpid(pid[i], &status, 0), pid[i]);
		CHECK_MSG(WIFEXITED(status) && WEXITSTATUS(status) != 99, "run %d: status %#x", i, (unsigned)status);
		built += WEXITSTATUS(status) > 10;
	}
	CHECK_EQ(built, 1);
	small_only_entry(&t, "cache/runtime");
	CHECK_EQ(small_count_entries(&t, "cache/modules"), 3);
	small_tree_remove(&t);
}

TEST(cache_survives_a_run_that_is_killed)
{
	struct small_tree t;
	struct build_job job;
	int status, i;
	pid_t pid;

	small_tree_make(&t);
	for (i = 0; i < 6; i++) {
		pid = start_build(&t, "killed");
		usleep(50000U + 60000U * (unsigned)i);
		kill(pid, SIGKILL);
		CHECK_EQ(waitpid(pid, &status, 0), pid);
	}
	job = small_job(&t, small_script);
	CHECK(small_build(&t, &job));
	CHECK_EQ(build_cache_clean(small_path(&t, "cache"), UINT64_MAX, NULL), 0);
	small_only_entry(&t, "cache/runtime");
	small_tree_remove(&t);
}

TEST(cache_that_is_full_is_done_without)
{
	struct small_tree t;
	struct build_job job;

	small_tree_make(&t);
	CHECK_EQ(make_dirs(small_path(&t, "cache"), 0755), 0);
	if (mount("none", small_path(&t, "cache"), "tmpfs", 0, "size=64k")) {
		small_tree_remove(&t);
		SKIP("a small file system cannot be mounted here: %s", strerror(errno));
	}
	job = small_job(&t, small_script);
	build_as(&t, &job, BUILD_KBUILD);
	CHECK(strstr(t.log, "warning: the runtime is not kept in the cache") != NULL);
	CHECK(strstr(t.log, "No space left on device") != NULL);
	umount(small_path(&t, "cache"));
	small_tree_remove(&t);
}

TEST(cache_that_is_full_keeps_no_module)
{
	struct small_tree t;
	struct build_job job;

	small_tree_make(&t);
	CHECK_EQ(make_dirs(small_path(&t, "cache/modules"), 0755), 0);
	if (mount("none", small_path(&t, "cache/modules"), "tmpfs", 0, "size=4k")) {
		small_tree_remove(&t);
		SKIP("a small file system cannot be mounted here: %s", strerror(errno));
	}
	job = small_job(&t, large_script);
	build_as(&t, &job, BUILD_REPLAYED);
	CHECK(strstr(t.log, "warning: the module is not kept in") != NULL);
	CHECK_EQ(small_count_entries(&t, "cache/modules"), 0);
	umount(small_path(&t, "cache/modules"));
	small_tree_remove(&t);
}

TEST(build_in_a_full_tmpdir_fails_with_one_sentence)
{
	struct small_tree t;
	struct build_job job;

	small_tree_make(&t);
	job = small_job(&t, small_script);
	build_as(&t, &job, BUILD_REPLAYED);
	job.name = "fresh";
	CHECK_EQ(make_dirs(small_path(&t, "tmp1"), 0755), 0);
	if (mount("none", small_path(&t, "tmp1"), "tmpfs", 0, "size=8k")) {
		small_tree_remove(&t);
		SKIP("a small file system cannot be mounted here: %s", strerror(errno));
	}
	CHECK(!small_build(&t, &job));
	umount(small_path(&t, "tmp1"));
	CHECK_MSG(job.failure == BUILD_FAIL_DISK, "%d: %s", job.failure, job.error);
	CHECK(strstr(job.error, "No space left on device; free some space") != NULL);
	CHECK(strchr(job.error, '\n') == NULL);
	small_tree_remove(&t);
}
