/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A script's module by the commands that kbuild recorded. */
#ifndef BUILD_REPLAY_H
#define BUILD_REPLAY_H

#include "translator/build/runtime.h"

enum replay_result {
	REPLAY_OK,
	REPLAY_FAILED,		/* the job has its error: the C does not compile, the disk is full */
	REPLAY_DECLINED,	/* kbuild has to do it; *why says why, as a clause */
};

/* Make job->ko from job->c_text.  Declined when the script imports a symbol that
 * the runtime neither imports nor defines (there would be no version for it), or
 * a command fails that is not the compiler. */
enum replay_result replay_module(struct build_job *job, const struct runtime *rt, const char **why);

/* The object that replay_module compiles; it stays in tmpdir. */
const char *replay_script_object(const struct build_job *job);

#endif
