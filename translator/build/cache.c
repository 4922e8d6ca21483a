/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locks of the build cache, and its finished modules. */
#include "translator/build/cache.h"

#include "lib/map.h"
#include "lib/run.h"
#include "translator/build/report.h"
#include "translator/build/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* An absolute path; PATH itself when it does not exist. */
static const char *absolute(struct arena *a, const char *path)
{
	char *full = realpath(path, NULL);
	const char *s = full ? arena_strdup(a, full) : path;

	free(full);
	return s;
}

/* A cache directory in which nothing can be built is no cache. */
static void check_dir(struct build_job *job)
{
	int err;

	if (!job->cache_dir)
		return;
	err = make_dirs(job->cache_dir, 0755);
	if (err) {
		job_log(job, 0, "there is no cache: %s cannot be made: %s", job->cache_dir, strerror(-err));
		job->cache_dir = NULL;
		return;
	}
	job->cache_dir = absolute(job->arena, job->cache_dir);
	if (tree_path_ok(job->cache_dir))
		return;
	job_log(job, 0, "the cache in `%s` is not used: kbuild cannot work below a name with spaces or special characters; "
		"set STAP_CACHE_DIR to another place", job->cache_dir);
	job->cache_dir = NULL;
}

void cache_open(struct build_job *job)
{
	job->tmpdir = absolute(job->arena, job->tmpdir);
	job->runtime_dir = absolute(job->arena, job->runtime_dir);
	check_dir(job);
}

/* Whether FD is still the file that PATH names: who evicts an entry removes its lock with it. */
static bool is_current(int fd, const char *path)
{
	struct stat a, b;

	return !fstat(fd, &a) && !stat(path, &b) && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

int cache_lock(const char *path, bool exclusive, bool wait)
{
	int how = (exclusive ? LOCK_EX : LOCK_SH) | (wait ? 0 : LOCK_NB), fd, err;

	for (;;) {
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
		/* a cache that somebody else made may still be read */
		if (fd < 0 && !exclusive && (errno == EACCES || errno == EROFS))
			fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0)
			return -errno;
		while (flock(fd, how) < 0) {
			if (errno == EINTR)
				continue;
			err = -errno;
			close(fd);
			return err;
		}
		if (is_current(fd, path))
			return fd;
		close(fd);
	}
}

void cache_touch(const char *path)
{
	/* a cache that cannot be written to is used all the same */
	if (utimensat(AT_FDCWD, path, NULL, 0) < 0)
		return;
}

#define MODULE_HEAD "stap-module 1 "

static uint64_t hash_module(const char *p, size_t len) { return hash_bytes(p, len, 0x6d6f64); }

static const char *module_path(const struct build_job *job, const char *hex)
{
	return arena_printf(job->arena, "%s/modules/%s", job->cache_dir, hex);
}

/* The module in an entry's text; NULL when it is not what was put there. */
static const char *entry_module(const struct strbuf *b, size_t *len)
{
	uint64_t size, hash;
	int n = 0;

	if (strncmp(sb_str(b), MODULE_HEAD, sizeof MODULE_HEAD - 1) ||
	    sscanf(b->s + sizeof MODULE_HEAD - 1, "%" SCNu64 " %" SCNx64 "%n", &size, &hash, &n) < 2)
		return NULL;
	n += (int)sizeof MODULE_HEAD - 1;
	if (b->s[n++] != '\n' || b->len - (size_t)n != size || hash_module(b->s + n, size) != hash)
		return NULL;
	*len = size;
	return b->s + n;
}

bool cache_get_module(const struct build_job *job, const char *hex, const char *ko)
{
	const char *path = module_path(job, hex), *module = NULL;
	struct strbuf b = STRBUF_INIT;
	size_t len = 0;
	int err = read_file(path, &b);

	if (!err) {
		module = entry_module(&b, &len);
		if (!module) {
			job_log(job, 1, "%s is damaged and is removed", path);
			unlink(path);
		} else if (write_file_atomic(ko, module, len, 0644)) {
			module = NULL;
		} else {
			cache_touch(path);
		}
	}
	sb_free(&b);
	return module != NULL;
}

int cache_put_module(const struct build_job *job, const char *hex, const char *ko)
{
	struct strbuf module = STRBUF_INIT, b = STRBUF_INIT;
	int err = make_dirs(arena_printf(job->arena, "%s/modules", job->cache_dir), 0755);

	if (!err)
		err = read_file(ko, &module);
	if (!err) {
		sb_printf(&b, MODULE_HEAD "%zu %016" PRIx64 "\n", module.len, hash_module(sb_str(&module), module.len));
		sb_add(&b, sb_str(&module), module.len);
		err = write_file_atomic(module_path(job, hex), b.s, b.len, 0644);
	}
	sb_free(&module);
	sb_free(&b);
	return err;
}
