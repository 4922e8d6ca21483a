/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors, details and log lines of a build. */
#include "translator/build/report.h"

#include "lib/strbuf.h"

#include <errno.h>
#include <string.h>

#define DETAIL_LINES 12
#define NO_RULE "*** No rule to make target"

bool job_fail(struct build_job *job, enum build_failure why, const char *fmt, ...)
{
	va_list ap;

	if (job->failure)
		return false;
	va_start(ap, fmt);
	job->failure = why;
	job->error = arena_vprintf(job->arena, fmt, ap);
	va_end(ap);
	return false;
}

bool job_fail_errno(struct build_job *job, int err, const char *verb, const char *path)
{
	const char *help = "";

	if (err == -ENOSPC || err == -EDQUOT)
		help = "; free some space, or choose another place with TMPDIR and STAP_CACHE_DIR";
	return job_fail(job, BUILD_FAIL_DISK, "cannot %s %s: %s%s", verb, path, strerror(-err), help);
}

static bool is_make_noise(const char *line, size_t len)
{
	static const char *const starts[] = { "make", "  CC ", "  LD ", "  MODPOST ", "  AR ", "cc1: ", "In file included from ", "                 from " };
	size_t i, n;

	if (memmem(line, len, NO_RULE, strlen(NO_RULE)))
		return false;
	for (i = 0; i < sizeof starts / sizeof *starts; i++) {
		n = strlen(starts[i]);
		if (len >= n && !memcmp(line, starts[i], n))
			return true;
	}
	return false;
}

/* The line in which the trouble starts: names an error; else the first. */
static const char *first_error(const char *text)
{
	static const char *const signs[] = { "error:", "ERROR:", "rror: ", "undefined", NO_RULE, "No such file", "not found" };
	const char *best = NULL, *at;
	size_t i;

	for (i = 0; i < sizeof signs / sizeof *signs && !best; i++)
		best = strstr(text, signs[i]);
	if (!best)
		return text;
	at = memrchr(text, '\n', (size_t)(best - text));
	return at ? at + 1 : text;
}

void job_detail(struct build_job *job, const char *output)
{
	const char *p = first_error(output), *end;
	struct strbuf b = STRBUF_INIT;
	unsigned lines = 0;

	for (; *p && lines < DETAIL_LINES; p = *end ? end + 1 : end) {
		end = strchrnul(p, '\n');
		if (end == p || is_make_noise(p, (size_t)(end - p)))
			continue;
		sb_add(&b, p, (size_t)(end - p));
		sb_putc(&b, '\n');
		lines++;
	}
	if (*p)
		sb_puts(&b, "…\n");
	if (b.len)
		job->detail = arena_strdup(job->arena, b.s);
	sb_free(&b);
}

const char *job_c_path(const struct build_job *job)
{
	return arena_printf(job->arena, "%s/%s.c", job->tmpdir, job->name);
}

bool job_fail_compile(struct build_job *job, const char *output)
{
	job_detail(job, output);
	if (job->keep)
		return job_fail(job, BUILD_FAIL_COMPILE, "the script's C (%s) does not compile", job_c_path(job));
	return job_fail(job, BUILD_FAIL_COMPILE, "the script's C does not compile; with -k it is kept to be looked at");
}

void job_log(const struct build_job *job, unsigned level, const char *fmt, ...)
{
	va_list ap;

	if (!job->log || job->verbose < level)
		return;
	va_start(ap, fmt);
	fputs(level ? "" : "warning: ", job->log);
	vfprintf(job->log, fmt, ap);
	fputc('\n', job->log);
	va_end(ap);
}

void job_log_command(const struct build_job *job, const char *const *argv)
{
	if (!job->log || job->verbose < 3)
		return;
	for (; *argv; argv++)
		fprintf(job->log, "%s%s", *argv, argv[1] ? " " : "\n");
}
