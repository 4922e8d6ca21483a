/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole files and directory trees (declared in lib/run.h). */
#include "lib/run.h"

#include "lib/arena.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int read_file(const char *path, struct strbuf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), err = 0;
	char buf[65536];
	ssize_t n;

	if (fd < 0)
		return -errno;
	while ((n = read(fd, buf, sizeof buf)) != 0) {
		if (n > 0) {
			sb_add(out, buf, (size_t)n);
		} else if (errno != EINTR) {
			err = -errno;
			break;
		}
	}
	close(fd);
	return err;
}

/* A file beside PATH that did not exist; its name into TMP. */
static int open_beside(const char *path, struct strbuf *tmp, mode_t mode)
{
	unsigned attempt;
	int fd;

	for (attempt = 0; attempt < 100; attempt++) {
		sb_clear(tmp);
		sb_printf(tmp, "%s.%d.%llx~", path, (int)getpid(), (unsigned long long)now_us() + attempt);
		fd = open(tmp->s, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
		if (fd >= 0)
			return fd;
		if (errno != EEXIST)
			break;
	}
	return -errno;
}

static int write_all(int fd, const char *p, size_t len)
{
	ssize_t n;

	for (; len; p += n, len -= (size_t)n) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0)
			return -errno;
	}
	return 0;
}

int write_file_atomic(const char *path, const void *data, size_t len, mode_t mode)
{
	struct strbuf tmp = STRBUF_INIT;
	int fd = open_beside(path, &tmp, mode), err;

	if (fd < 0) {
		sb_free(&tmp);
		return fd;
	}
	err = write_all(fd, data, len);
	/* a full disk may show only here */
	if (close(fd) < 0 && !err)
		err = -errno;
	if (!err && rename(tmp.s, path) < 0)
		err = -errno;
	if (err)
		unlink(tmp.s);
	sb_free(&tmp);
	return err;
}

static int make_dir(const char *path, mode_t mode)
{
	struct stat st;

	if (!mkdir(path, mode))
		return 0;
	if (errno != EEXIST)
		return -errno;
	if (stat(path, &st) < 0)
		return -errno;
	return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

int make_dirs(const char *path, mode_t mode)
{
	char *copy = xstrdup(path), *p = copy;
	int err = 0;

	while (!err && (p = strchr(p + (*p != 0), '/'))) {
		*p = 0;
		/* what exists on the way may be anything that can be passed through */
		err = make_dir(copy, mode | S_IWUSR | S_IXUSR);
		*p = '/';
	}
	if (!err)
		err = make_dir(copy, mode);
	free(copy);
	return err;
}

static int remove_at(int dir, const char *name);

/* Everything in the directory FD, which this closes. */
static int remove_entries(int fd)
{
	DIR *d = fdopendir(fd);
	struct dirent *e;
	int err = 0, r;

	if (!d) {
		err = -errno;
		close(fd);
		return err;
	}
	while ((e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		r = remove_at(dirfd(d), e->d_name);
		if (r && !err)
			err = r;
	}
	closedir(d);
	return err;
}

static int remove_at(int dir, const char *name)
{
	int fd, err;

	if (!unlinkat(dir, name, 0) || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = remove_entries(fd);
	if (unlinkat(dir, name, AT_REMOVEDIR) < 0 && errno != ENOENT && !err)
		err = -errno;
	return err;
}

int remove_tree(const char *path)
{
	return remove_at(AT_FDCWD, path);
}
