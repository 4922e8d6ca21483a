/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules made by kbuild itself. */
#ifndef BUILD_KBUILD_H
#define BUILD_KBUILD_H

#include "translator/build/key.h"
#include "translator/build/tree.h"

#define KBUILD_SCRIPT "stp_script"	/* stem of the script's file in a kbuild directory */
#define KBUILD_OBJTOOL KBUILD_SCRIPT ".objtool"	/* objtool's command for its object, where kbuild does not record it; or nothing */

/* A directory for kbuild: a copy of the runtime and the script's file. */
struct kbuild_dir {
	const char *dir;		/* made by kbuild_make */
	const char *module;		/* the module's name */
	const char *text;		/* the script's C */
	size_t len;
	bool headers;			/* it includes kernel headers */
	const char *runtime;		/* a built runtime, linked in place of its sources; or NULL */
};

/* Lay out the directory and run `make modules` in it.  The job's errors: the
 * tree, the tools, the disk.  Compile errors are left to the caller: *output
 * is what make printed (in the job's arena), *ok whether it succeeded. */
bool kbuild_make(struct build_job *job, const struct kernel_tree *t, const struct runtime_key *key,
		 const struct kbuild_dir *k, const char **output, bool *ok);

/* Make job->ko with kbuild alone, below job->tmpdir.  RUNTIME: directory of the built runtime, or NULL. */
bool kbuild_module(struct build_job *job, const struct kernel_tree *t, const struct runtime_key *key,
		   const char *runtime);

/* The script's object of that. */
const char *kbuild_script_object(const struct build_job *job);

/* Find out which of DIR/kfeat/NAME.c this kernel has and write DIR/include/stp_kfeat.h. */
bool kfeat_probe(struct build_job *job, const struct kernel_tree *t, const struct runtime_key *key, const char *dir);

#endif
