/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The runtime's source files.  They are copied before kbuild sees them: it writes
 * beside its sources, and the installed ones belong to root. */
#include "translator/build/sources.h"

#include "lib/run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_source(const char *name)
{
	static const char *const suffixes[] = { ".c", ".h", ".def", ".S", ".inc" };
	size_t n = strlen(name), i, k;

	if (*name == '.')
		return false;
	for (i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		k = strlen(suffixes[i]);
		if (n > k && !strcmp(name + n - k, suffixes[i]))
			return true;
	}
	return !strcmp(name, "Kbuild");
}

static bool is_dir(const char *dir, const char *rel, const struct dirent *e, struct arena *a)
{
	struct stat st;

	if (*e->d_name == '.')
		return false;
	if (e->d_type != DT_UNKNOWN && e->d_type != DT_LNK)
		return e->d_type == DT_DIR;
	return !stat(arena_printf(a, "%s/%s/%s", dir, rel, e->d_name), &st) && S_ISDIR(st.st_mode);
}

static int list_below(struct arena *a, const char *dir, const char *rel, struct arg_vec *out)
{
	DIR *d = opendir(arena_printf(a, "%s/%s", dir, rel));
	struct dirent *e;
	int err = 0;

	if (!d)
		return -errno;
	while (!err && (e = readdir(d))) {
		if (is_dir(dir, rel, e, a))
			err = list_below(a, dir, arena_printf(a, "%s/%s", rel, e->d_name), out);
		else if (is_source(e->d_name))
			vec_push(a, out, arena_printf(a, "%s/%s", rel, e->d_name));
	}
	closedir(d);
	return err;
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int sources_list(struct arena *a, const char *dir, struct arg_vec *out)
{
	static const struct { const char *name; bool needed; } parts[] = {
		{ "include", true }, { "core", false }, { "kernel", true }, { "kfeat", false },
	};
	size_t i;
	int err;

	*out = (struct arg_vec){ 0 };
	for (i = 0; i < sizeof parts / sizeof *parts; i++) {
		err = list_below(a, dir, parts[i].name, out);
		if (err && (err != -ENOENT || parts[i].needed))
			return err;
	}
	qsort(out->data, out->len, sizeof *out->data, compare_paths);
	return 0;
}

int file_copy_fd(int from, const char *to)
{
	int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), err = 0;
	off_t at = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	do
		n = sendfile(fd, from, &at, 1 << 30);
	while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0)
		err = -errno;
	if (close(fd) < 0 && !err)
		err = -errno;
	return err;
}

int file_copy(const char *from, const char *to)
{
	int fd = open(from, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = file_copy_fd(fd, to);
	close(fd);
	return err;
}

int sources_copy(struct arena *a, const char *from, const struct arg_vec *files, const char *prefix, const char *to)
{
	const char *rel, *made = "";
	size_t i, n;
	int err = 0;

	for (i = 0; i < files->len && !err; i++) {
		rel = files->data[i];
		if (strncmp(rel, prefix, strlen(prefix)))
			continue;
		n = (size_t)(strrchr(rel, '/') - rel);
		if (strncmp(made, rel, n) || made[n]) {
			made = arena_strndup(a, rel, n);
			err = make_dirs(arena_printf(a, "%s/%s", to, made), 0755);
		}
		if (!err)
			err = file_copy(arena_printf(a, "%s/%s", from, rel), arena_printf(a, "%s/%s", to, rel));
	}
	return err;
}
