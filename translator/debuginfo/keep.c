/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeping directories of indexes small.  An entry's time of last change is that
 * of its last use; whoever has a removed file mapped keeps it until it is done. */
#include "translator/debuginfo/keep.h"
#include "lib/arena.h"
#include "lib/vec.h"
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_BYTES (UINT64_C(1) << 30)
#define STALE_SECONDS 3600

struct kept {
	const char *path;
	uint64_t size;
	time_t used;
};
VEC_OF(kept_vec, struct kept);

void keep_touch(const char *path)
{
	utimensat(AT_FDCWD, path, NULL, 0);
}

/* "ID" of ".../ID.7": the versions of one index share it. */
static bool same_entry(const char *name, const char *own)
{
	const char *dot = strrchr(own, '.');
	size_t len = dot ? (size_t)(dot - own) + 1 : 0;

	return len && !strncmp(name, own, len) && strcmp(name, own) && strspn(name + len, "0123456789") == strlen(name + len);
}

/* A temporary file whose writer is gone, or a lock that nobody will ask for again. */
static bool is_leftover(const char *name, const struct stat *st)
{
	return (strchr(name, '~') || strstr(name, ".tmp") || strstr(name, ".lock") || *name == '.') &&
	       time(NULL) - st->st_mtime > STALE_SECONDS;
}

static int oldest_first(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	return (x->used > y->used) - (x->used < y->used);
}

static void list(struct arena *a, const char *dir, const char *own, struct kept_vec *out)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		const char *path = arena_printf(a, "%s/%s", dir, e->d_name);
		struct stat st;

		if (lstat(path, &st) || !S_ISREG(st.st_mode))
			continue;
		if (same_entry(e->d_name, own) || is_leftover(e->d_name, &st))
			unlink(path);
		else if (strcmp(e->d_name, own))
			vec_push(a, out, ((struct kept){ path, (uint64_t)st.st_blocks * 512, st.st_mtime }));
	}
	if (d)
		closedir(d);
}

void keep_trim(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct arena a = ARENA_INIT;
	struct kept_vec v = { 0 };
	uint64_t total = 0;

	if (slash)
		list(&a, arena_strndup(&a, path, (size_t)(slash - path)), slash + 1, &v);
	if (v.len)
		qsort(v.data, v.len, sizeof *v.data, oldest_first);
	for (size_t i = 0; i < v.len; i++)
		total += v.data[i].size;
	for (size_t i = 0; i < v.len && total > LIMIT_BYTES; i++) {
		unlink(v.data[i].path);
		total -= v.data[i].size;
	}
	arena_free(&a);
}
