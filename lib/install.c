/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the project's own data and programs are (declared in lib/run.h): below
 * the prefix they were installed under, wherever that was moved to; or, for a
 * program in a build directory, in the source directory, which the link
 * `stap-source` beside the program points to. */
#include "lib/run.h"

#include "lib/arena.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef PKGDATADIR
#define PKGDATADIR "/usr/local/share/stap"
#endif

/* The directory of the program that runs; false when /proc does not tell. */
static bool own_dir(struct strbuf *dir)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path);
	const char *slash;

	if (n <= 0 || n == sizeof path)
		return false;
	slash = memrchr(path, '/', (size_t)n);
	if (!slash)
		return false;
	sb_add(dir, path, (size_t)(slash - path));
	return true;
}

static bool is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static const char *dir_from_env(const char *what)
{
	struct strbuf name = STRBUF_INIT;
	const char *value;

	sb_puts(&name, "STAP_");
	for (; *what; what++)
		sb_putc(&name, (char)toupper((unsigned char)*what));
	value = getenv(name.s);
	sb_free(&name);
	return value && *value ? value : NULL;
}

/* PATH without links and "..", when there is such a file; ends PATH. */
static char *steal_resolved(struct strbuf *path)
{
	char *real = realpath(sb_str(path), NULL);

	if (!real)
		return sb_steal(path);
	sb_free(path);
	return real;
}

char *data_dir(const char *what)
{
	static const char *const below[] = { "stap-source", "../share/stap" };
	const char *given = dir_from_env(what);
	struct strbuf own = STRBUF_INIT, path = STRBUF_INIT;
	bool found = false, have_own = !given && own_dir(&own);
	size_t i;

	for (i = 0; have_own && !found && i < sizeof below / sizeof *below; i++) {
		sb_clear(&path);
		sb_printf(&path, "%s/%s/%s", own.s, below[i], what);
		found = is_dir(path.s);
	}
	if (!found) {
		sb_clear(&path);
		if (given)
			sb_puts(&path, given);
		else
			sb_printf(&path, "%s/%s", PKGDATADIR, what);
	}
	sb_free(&own);
	return steal_resolved(&path);
}

char *own_program(const char *name)
{
	static const char *const below[] = { "", "stap-source/guest/" };
	struct strbuf own = STRBUF_INIT, path = STRBUF_INIT;
	char *found = NULL;
	size_t i;

	if (own_dir(&own)) {
		for (i = 0; !found && i < sizeof below / sizeof *below; i++) {
			sb_clear(&path);
			sb_printf(&path, "%s/%s%s", own.s, below[i], name);
			found = find_program(path.s);
		}
	}
	sb_free(&own);
	sb_free(&path);
	return found ? found : find_program(name);
}
