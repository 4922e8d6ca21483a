/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of cache entries: what a built runtime and a module depend on. */
#ifndef BUILD_KEY_H
#define BUILD_KEY_H

#include "translator/build/sha256.h"
#include "translator/build/tree.h"

struct runtime_key {
	char hex[SHA256_HEX];		/* of the runtime on this kernel with this compiler */
	struct arg_vec sources;		/* of the runtime, see sources_list() */
	struct kbuild_env env;		/* if kbuild had to be asked; else env.cc is NULL */
};

/* The key covers the contents of the kernel tree's identity files and of the
 * runtime's sources, release, architecture, and the compiler and linker that
 * kbuild calls.  Contents that were hashed before are known by their
 * stat, and cost a millisecond.  False: the job has its error. */
bool key_find(struct build_job *job, const struct kernel_tree *t, struct runtime_key *key);

/* The key of a module: the runtime's, the C text, the name and everything else
 * in the job that its content depends on. */
void key_module(const struct build_job *job, const char *runtime_key, char hex[SHA256_HEX]);

#endif
