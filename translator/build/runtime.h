/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The runtime as built for one kernel: CACHE/runtime/KEY/ with
 *
 *	plan			how to make a module with it (plan.h)
 *	stp_runtime.o		the runtime's objects in one
 *	stp_modpost.o		what modpost made: the module's struct, symbol versions
 *	include/		what scripts are compiled against, and stp_kfeat.h
 *	.module-common.o	on kernels whose modules have it */
#ifndef BUILD_RUNTIME_H
#define BUILD_RUNTIME_H

#include "translator/build/key.h"
#include "translator/build/plan.h"

struct runtime {
	const char *dir;
	int lock;		/* shared, as long as it is open */
	struct plan plan;
};

enum runtime_result {
	RUNTIME_OK,
	RUNTIME_NO_CACHE,	/* the cache cannot hold it (full, not writable); *why says it */
	RUNTIME_FAILED,		/* the job has its error */
};

/* Open the runtime of KEY; build it first when it is missing or damaged, once
 * for all that ask at the same time. */
enum runtime_result runtime_open(struct build_job *job, const struct kernel_tree *t, struct runtime_key *key,
				 struct runtime *rt, const char **why);
void runtime_close(struct runtime *rt);

#endif
