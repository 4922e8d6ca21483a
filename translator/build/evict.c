/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeping the build cache small: what was not used for longest goes first, and
 * before that what can never be used again (runtimes of kernels whose build tree
 * is gone, leftovers of killed runs). */
#include "translator/build/cache.h"

#include "lib/run.h"
#include "translator/build/plan.h"
#include "translator/build/report.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_LIMIT (UINT64_C(256) << 20)
/* A file half written is renamed within milliseconds; one this old has lost its writer. */
#define STALE_SECONDS 3600

struct entry {
	const char *path;
	uint64_t size;
	int64_t used;		/* nanoseconds since 1970; INT64_MIN: can never be used again */
	bool runtime;		/* a directory, with a lock */
};
VEC_OF(entry_vec, struct entry);

static int64_t stat_ns(const struct stat *st) { return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec; }

static bool ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), k = strlen(suffix);

	return n >= k && !strcmp(s + n - k, suffix);
}

/* Blocks that everything below PATH takes, in bytes. */
static uint64_t tree_size(struct arena *a, const char *path)
{
	struct dirent *e;
	uint64_t sum = 0;
	struct stat st;
	DIR *d;

	if (lstat(path, &st))
		return 0;
	sum = (uint64_t)st.st_blocks * 512;
	d = S_ISDIR(st.st_mode) ? opendir(path) : NULL;
	while (d && (e = readdir(d)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			sum += tree_size(a, arena_printf(a, "%s/%s", path, e->d_name));
	if (d)
		closedir(d);
	return sum;
}

/* The runtime's kernel is no more, or there is no plan that says which it was. */
static bool is_orphan(struct arena *a, const char *dir)
{
	const char *build_dir = plan_build_dir(a, dir);
	struct stat st;

	return !build_dir || stat(build_dir, &st);
}

static struct entry runtime_entry(struct arena *a, const char *path)
{
	struct entry e = { .path = path, .runtime = true, .used = INT64_MIN, .size = tree_size(a, path) };
	struct stat st;

	if (!ends(path, ".new") && !stat(path, &st) && !is_orphan(a, path))
		e.used = stat_ns(&st);
	return e;
}

static struct entry file_entry(const char *path, const struct stat *st)
{
	struct entry e = { .path = path, .used = stat_ns(st), .size = (uint64_t)st->st_blocks * 512 };

	if (ends(path, "~") && st->st_mtim.tv_sec + STALE_SECONDS < time(NULL))
		e.used = INT64_MIN;
	return e;
}

static int list_entries(struct arena *a, const char *dir, bool runtimes, struct entry_vec *out)
{
	DIR *d = opendir(dir);
	const char *path;
	struct dirent *e;
	struct stat st;

	if (!d)
		return errno == ENOENT ? 0 : -errno;
	while ((e = readdir(d))) {
		if (*e->d_name == '.' || ends(e->d_name, ".lock"))
			continue;
		path = arena_printf(a, "%s/%s", dir, e->d_name);
		if (runtimes)
			vec_push(a, out, runtime_entry(a, path));
		else if (!lstat(path, &st) && S_ISREG(st.st_mode))
			vec_push(a, out, file_entry(path, &st));
	}
	closedir(d);
	return 0;
}

static int compare_entries(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;

	return a->used < b->used ? -1 : a->used > b->used;
}

/* 0, or -EWOULDBLOCK when another run uses it. */
static int remove_runtime(struct arena *a, const char *dir)
{
	const size_t n = strlen(dir);
	const char *base = ends(dir, ".new") ? arena_strndup(a, dir, n - 4) : dir;
	const char *lock = arena_printf(a, "%s.lock", base);
	int fd = cache_lock(lock, true, false), err;
	struct stat st;

	if (fd < 0)
		return fd;
	err = remove_tree(dir);
	if (!err && stat(base, &st))
		unlink(lock);
	close(fd);
	return err;
}

static int remove_entry(struct arena *a, const struct entry *e)
{
	if (e->runtime)
		return remove_runtime(a, e->path);
	return unlink(e->path) && errno != ENOENT ? -errno : 0;
}

int build_cache_clean(const char *cache_dir, uint64_t limit, uint64_t *freed)
{
	static const char *const kinds[] = { "keys", "modules", "runtime", "types" };
	struct arena a = ARENA_INIT;
	struct entry_vec all = { 0 };
	uint64_t sum = 0, gone = 0;
	int err = 0, r;
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof *kinds && !err; i++)
		err = list_entries(&a, arena_printf(&a, "%s/%s", cache_dir, kinds[i]), i == 2, &all);
	if (all.len)
		qsort(all.data, all.len, sizeof *all.data, compare_entries);
	for (i = 0; i < all.len; i++)
		sum += all.data[i].size;
	for (i = 0; i < all.len; i++) {
		if (all.data[i].used != INT64_MIN && limit && sum - gone <= limit)
			break;
		r = remove_entry(&a, &all.data[i]);
		if (!r)
			gone += all.data[i].size;
		else if (r != -EWOULDBLOCK && !err)
			err = r;
	}
	if (freed)
		*freed = gone;
	arena_free(&a);
	return err;
}

void cache_trim(const struct build_job *job)
{
	uint64_t freed = 0;
	int err = build_cache_clean(job->cache_dir, job->cache_limit ? job->cache_limit : DEFAULT_LIMIT, &freed);

	if (err)
		job_log(job, 1, "cleaning %s: %s", job->cache_dir, strerror(-err));
	else if (freed)
		job_log(job, 2, "%ju bytes of old entries were removed from %s", (uintmax_t)freed, job->cache_dir);
}
