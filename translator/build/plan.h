/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How to make a module from a script's C file on one kernel, without kbuild: the
 * recorded commands downstream of the script's object, with holes for what
 * differs from script to script.
 *
 * Holes are single characters after a % in an argument (a % itself is %%):
 *	%c script's C file	%o its object		%j the objects joined
 *	%r the runtime		%m modpost's object	%k the module
 *	%d directory of the built runtime		%D (alone) the -D arguments
 *
 * A plan lies in the directory of a built runtime as the text file `plan`; it
 * lists the other files there with size and hash, and ends with a hash of its own
 * text, so that a damaged runtime is seen and built again. */
#ifndef BUILD_PLAN_H
#define BUILD_PLAN_H

#include "translator/build/cmdline.h"
#include <stdint.h>

#define PLAN_FILE "plan"
#define PLAN_RUNTIME_OBJECT "stp_runtime.o"
#define PLAN_MODPOST_OBJECT "stp_modpost.o"

enum plan_kind { PLAN_COMPILE, PLAN_OBJTOOL, PLAN_LINK, PLAN_KINDS };

struct plan_step {
	enum plan_kind kind;
	struct arg_vec args;	/* NULL after the last */
};

struct plan_file { const char *name; uint64_t size, hash; };

struct plan {
	const char *unusable;		/* why nothing can be replayed on this kernel; NULL: it can */
	const char *build_dir;		/* the kernel's */
	const char *cwd;		/* where the commands run */
	struct arg_vec env;		/* "NAME=VALUE", what kbuild exports; NULL after the last */
	VEC(struct plan_step) steps;
	const char *module;		/* name in the modpost object, BUILD_MODULE_NAME_MAX bytes */
	VEC(uint64_t) name_at;		/* offsets of it in that file */
	struct arg_vec imports;		/* sorted: what the module may leave undefined */
	struct arg_vec exports;		/* sorted: global symbols of the runtime object */
	VEC(struct plan_file) files;
};

/* What plan_record works from: the texts of three .cmd files and where they were made. */
struct plan_source {
	const char *dir;		/* M= of that kbuild run, absolute */
	const char *script;		/* stem of the script's file in it */
	const char *module;		/* the module's name */
	const char *script_cmd, *joined_cmd, *module_cmd;	/* contents of .SCRIPT.o.cmd, .MODULE.o.cmd, .MODULE.ko.cmd */
};

/* Turn recorded commands into plan->steps.  False, with plan->unusable set, when they cannot be replayed. */
bool plan_record(struct arena *a, const struct plan_source *src, struct plan *plan);
/* The commands that link the runtime's objects (all of the joined object but the
 * script's) into one: `ld -r` as recorded, with OBJECTS into OUT, without debug
 * information. NULL when the recorded join is not understood. */
const char *const *plan_runtime_link(struct arena *a, const struct plan_source *src,
				     const char *const *objects, size_t n, const char *out);

/* Write the plan of directory DIR; files named in plan->files get size and hash filled in. 0 or -errno. */
int plan_save(struct arena *a, struct plan *plan, const char *dir);
/* 0, -ENOENT, or -EBADMSG: damaged, or not what this version writes. */
int plan_load(struct arena *a, const char *dir, struct plan *plan);
/* Only the kernel's build folder of the plan in DIR, nothing checked; NULL when there is none. */
const char *plan_build_dir(struct arena *a, const char *dir);

/* Values for the holes. */
struct plan_values {
	const char *c, *o, *j, *k, *r, *m, *d;
	const char *const *defines;	/* as in struct build_job */
};
/* Argument vector of STEP for VALUES, NULL-terminated. */
const char *const *plan_fill(struct arena *a, const struct plan_step *step, const struct plan_values *v);

#endif
