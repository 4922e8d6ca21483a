/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a build says: the one error, and the log. */
#ifndef BUILD_REPORT_H
#define BUILD_REPORT_H

#include "translator/build/build.h"

/* Record the job's error (the first wins). False, so that `return job_fail(…)` reads well. */
bool job_fail(struct build_job *job, enum build_failure why, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The same for a system call on PATH: "cannot VERB PATH: reason", and what helps when a disk is full. */
bool job_fail_errno(struct build_job *job, int err, const char *verb, const char *path);
/* Keep what a tool printed as job->detail: the lines from the first error on, a
 * dozen at most; make's own lines left out. */
void job_detail(struct build_job *job, const char *output);

/* The file in tmpdir that the user may look at. */
const char *job_c_path(const struct build_job *job);
/* The compiler refused the script's C and printed OUTPUT. */
bool job_fail_compile(struct build_job *job, const char *output);

/* Text for the log at verbosity LEVEL and above; level 0 is a warning. */
void job_log(const struct build_job *job, unsigned level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* "argv…" at -vvv. */
void job_log_command(const struct build_job *job, const char *const *argv);

#endif
