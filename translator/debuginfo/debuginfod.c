/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Debug information from debuginfod servers, as DEBUGINFOD_URLS names them.
 *
 * The client library keeps what it fetched in a cache of its own.  A fetch can be
 * hundreds of megabytes, so its progress is shown on a terminal. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "translator/debuginfo/debugfile.h"
#include "translator/session.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef HAVE_DEBUGINFOD
#include <elfutils/debuginfod.h>

struct fetching {
	const char *label;
	bool terminal, shown;
};

static int show_progress(debuginfod_client *c, long done, long total)
{
	struct fetching *f = debuginfod_get_user_data(c);

	if (!f->terminal || done <= 0)
		return 0;
	f->shown = true;
	if (total > 0)
		fprintf(stderr, "\rfetching debug information of %s: %ld of %ld MB", f->label, done >> 20, total >> 20);
	else
		fprintf(stderr, "\rfetching debug information of %s: %ld MB", f->label, done >> 20);
	return 0;
}

const char *debuginfod_fetch(struct di_module *m, const char *build_id, const char **why)
{
	struct fetching f = { .label = m->name, .terminal = isatty(STDERR_FILENO) };
	struct arena *a = &m->di->arena;
	const char *urls = getenv("DEBUGINFOD_URLS"), *result = NULL;
	debuginfod_client *c;
	char *path = NULL;
	int fd;

	if (!urls || !*urls || !(c = debuginfod_begin()))
		return NULL;
	debuginfod_set_user_data(c, &f);
	debuginfod_set_progressfn(c, show_progress);
	fd = debuginfod_find_debuginfo(c, (const unsigned char *)build_id, 0, &path);
	if (f.shown)
		fputs("\r\033[K", stderr);
	if (fd >= 0) {
		result = arena_strdup(a, path);
		close(fd);
	} else {
		*why = arena_printf(a, "the debuginfod servers (%s) gave no debug information of %s: %s", urls, m->name,
				    strerror(-fd));
	}
	free(path);
	debuginfod_end(c);
	return result;
}
#else
const char *debuginfod_fetch(struct di_module *m, const char *build_id, const char **why)
{
	(void)m;
	(void)build_id;
	(void)why;
	return NULL;
}
#endif
