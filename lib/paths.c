/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where things are: temporary directories, programs, the cache (declared in
 * lib/run.h).  The cache's place is that of guest/lib.sh's cache_dir. */
#include "lib/run.h"

#include "lib/arena.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *env_or_null(const char *name)
{
	const char *s = getenv(name);

	return s && *s ? s : NULL;
}

char *make_temp_dir(void)
{
	const char *base = env_or_null("TMPDIR");
	struct strbuf path = STRBUF_INIT;
	int err;

	sb_printf(&path, "%s/stapXXXXXX", base ? base : "/tmp");
	if (mkdtemp(path.s))
		return sb_steal(&path);
	err = errno;
	sb_free(&path);
	errno = err;
	return NULL;
}

static bool is_program(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

char *find_program(const char *name)
{
	const char *dirs = getenv("PATH"), *end;
	struct strbuf path = STRBUF_INIT;

	if (strchr(name, '/'))
		return is_program(name) ? xstrdup(name) : NULL;
	if (!*name)
		return NULL;
	if (!dirs)
		dirs = "/usr/local/bin:/usr/bin:/bin";
	for (;; dirs = end + 1) {
		end = strchrnul(dirs, ':');
		sb_clear(&path);
		/* an empty entry is the current directory */
		sb_add(&path, end > dirs ? dirs : ".", end > dirs ? (size_t)(end - dirs) : 1);
		sb_printf(&path, "/%s", name);
		if (is_program(path.s))
			return sb_steal(&path);
		if (!*end)
			break;
	}
	sb_free(&path);
	return NULL;
}

char *cache_dir(void)
{
	const char *given = env_or_null("STAP_CACHE_DIR"), *xdg = env_or_null("XDG_CACHE_HOME");
	const char *home = env_or_null("HOME");
	struct strbuf path = STRBUF_INIT;
	struct passwd *pw;

	if (given)
		return xstrdup(given);
	if (!xdg && !home) {
		pw = getpwuid(getuid());
		home = pw && pw->pw_dir ? pw->pw_dir : "/";
	}
	if (xdg)
		sb_printf(&path, "%s/stap", xdg);
	else
		sb_printf(&path, "%s/.cache/stap", strcmp(home, "/") ? home : "");
	return sb_steal(&path);
}

uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}
