/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel's build tree: is it there, is it the right one, and running make in it. */
#ifndef BUILD_TREE_H
#define BUILD_TREE_H

#include "lib/run.h"
#include "translator/build/build.h"
#include "translator/build/cmdline.h"

struct kernel_tree {
	const char *dir;		/* canonical */
	struct arg_vec files;		/* those whose contents tell this build of the kernel from others */
	bool clang, lld;		/* what it was built with */
	bool modversions;
	bool objtool;			/* objects go through it */
};

/* Check the job's build_dir.  False: the job has its error, which names the package. */
bool tree_open(struct build_job *job, struct kernel_tree *t);

/* What kbuild uses and exports, found out by one run of make. */
struct kbuild_env {
	const char *cwd;		/* where its commands run; in DIR: "%d…" */
	struct arg_vec vars;		/* "NAME=VALUE" */
	const char *cc, *ld, *objcopy;	/* as kbuild calls them; cc may have words in front (ccache) */
};
/* DIR is scratch, made and left. */
bool tree_ask_kbuild(struct build_job *job, const struct kernel_tree *t, const char *dir, struct kbuild_env *env);

/* make -C TREE M=DIR TARGETS… in a clean environment.  The result is in *r,
 * which the caller frees; false (after an error in the job) when make is missing. */
struct kbuild_run {
	const char *dir;
	const char *const *targets;	/* NULL-terminated */
	bool keep_going;		/* -k */
};
bool tree_make(struct build_job *job, const struct kernel_tree *t, const struct kbuild_run *k, struct run *r);

/* For struct run: unset all of our environment that could change what make or
 * the compiler does, messages in C, and EXTRA ("NAME=VALUE", or NULL) on top. */
const char *const *tree_clean_env(struct arena *a, const struct arg_vec *extra);

/* What OUTPUT of a tool says about the disk: that it is full or cannot be written to. */
bool output_blames_disk(const char *output);

/* kbuild splits these at spaces and more: false when DIR has such a character. */
bool tree_path_ok(const char *dir);

#endif
