/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From emitted C to a loadable module.
 *
 * The runtime is built once for each kernel by kbuild; a script's C file is then
 * compiled, checked and linked by replaying the command lines that kbuild
 * recorded (replay.c), about a tenth of a second instead of seconds.  When the
 * script needs what the runtime did not import, or kernel headers, kbuild itself
 * does the work (kbuild.c).  The result of either is kept in the cache by its
 * content (cache.c).
 *
 * What the runtime's directory must hold (all below `runtime_dir`):
 *	include/stp/…	what emitted C and the runtime include, as <stp/…>
 *	core/ kernel/	the runtime's sources
 *	kernel/Kbuild	sets `stp-objs` to the objects, by paths from runtime_dir
 *			("core/map.o kernel/module.o"), and ccflags-y for them;
 *			$(src) is the top of a copy of runtime_dir.  It names neither
 *			obj-m nor the script's object: those are added here.
 *	kernel/template.c  a smallest script file that uses the ABI as emitted ones do
 *	kfeat/NAME.c	STP_HAVE_NAME (capitals) is defined in <stp_kfeat.h> exactly when
 *			it compiles and every symbol that it imports is exported
 *
 * This directory sees strings and paths only; nothing of a script or a session. */
#ifndef BUILD_BUILD_H
#define BUILD_BUILD_H

#include "lib/arena.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define BUILD_MODULE_NAME_MAX 55	/* MODULE_NAME_LEN - 1 of 64-bit kernels (linux/module.h) */

enum build_how {
	BUILD_NOTHING,		/* not made */
	BUILD_REPLAYED,
	BUILD_KBUILD,
	BUILD_CACHED,		/* this very module was made before */
};

enum build_failure {
	BUILD_OK,
	BUILD_FAIL_ARGUMENT,	/* a module name that the kernel cannot take, … */
	BUILD_FAIL_HEADERS,	/* no kernel headers for the release */
	BUILD_FAIL_TREE,	/* headers that cannot build modules */
	BUILD_FAIL_MISMATCH,	/* headers of another kernel */
	BUILD_FAIL_TOOL,	/* no make, no compiler, no linker */
	BUILD_FAIL_RUNTIME,	/* the runtime does not build on this kernel */
	BUILD_FAIL_COMPILE,	/* the script's C does not */
	BUILD_FAIL_REFUSED,	/* the module checker said no */
	BUILD_FAIL_STACK,	/* a probe would take too much of the kernel's stack */
	BUILD_FAIL_DISK,	/* a file could not be written or read */
};

/* Wall time of each part, microseconds. */
struct build_times {
	uint64_t key, lookup, runtime, compile, objtool, link, kbuild, check, total;
};

struct build_job {
	/* ---- in; strings live as long as the job ---- */
	struct arena *arena;		/* results are cut from it */
	const char *c_text;
	size_t c_len;
	const char *name;		/* module name: letters, digits, _; at most BUILD_MODULE_NAME_MAX */
	const char *release;		/* as `uname -r` prints it */
	const char *arch;		/* "x86_64" */
	const char *build_dir;		/* kbuild's tree; NULL: none was found */
	const char *runtime_dir;
	const char *cache_dir;		/* NULL: no cache, kbuild builds everything each time */
	const char *tmpdir;		/* ours alone; NAME.ko and all scratch files go here */
	const char *const *defines;	/* "NAME=VALUE" or "NAME": macros for the script's C; NULL-terminated, or NULL */
	uint64_t cache_limit;		/* bytes for modules and runtimes together; 0: the default, 256 MiB */
	bool force_kbuild;
	bool no_module_cache;		/* neither look a module up nor keep it; the runtime is still kept */
	bool no_module_lookup;		/* make the module anew, and keep it */
	bool needs_kernel_headers;	/* the script's C includes kernel headers */
	bool guru;			/* there is embedded C (a user's with -g, or a tapset's): the checker uses its longer lists */
	bool keep;			/* -k: leave scratch files, and say in errors where they are */
	unsigned verbose;
	FILE *log;			/* -v text and warnings; NULL: none */
	FILE *progress;			/* one line where the user waits for seconds; NULL: none */

	/* ---- out ---- */
	const char *ko;			/* path of the module, in tmpdir */
	enum build_how how;
	const char *why_kbuild;		/* BUILD_KBUILD: one clause, or NULL */
	struct build_times times;
	enum build_failure failure;
	const char *error;		/* one sentence: what is wrong and what would fix it */
	const char *detail;		/* the tools' own words, trimmed to the first errors; or NULL */
};

/* Make the module.  Directories in the job become absolute.  False: job->failure, error and detail say why; nothing but
 * scratch files in tmpdir is left.  Trouble with the cache alone never fails a
 * build: it goes on without, after a warning in the log. */
bool build_module(struct build_job *job);

/* The part of build_module that takes seconds and happens once for a kernel:
 * make sure that the runtime of job's kernel is in the cache (stap-prep, quickstart).
 * Uses of `job` only what does not concern a script. */
bool build_prepare(struct build_job *job);

/* --clean-cache: remove modules and runtimes, the least recently used first,
 * until they take at most LIMIT bytes (0: all of them); leftovers of killed runs
 * go in any case.  What another run is using stays.  *freed (or NULL) is in
 * bytes.  0 or -errno. */
int build_cache_clean(const char *cache_dir, uint64_t limit, uint64_t *freed);

#endif
