/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Other programs: start them, feed them, take what they print, end them with us.
 * A child gets SIGTERM's default disposition and an empty signal mask, its own
 * process group when `group` is set, and dies with its parent (PDEATHSIG). */
#ifndef LIB_RUN_H
#define LIB_RUN_H

#include "lib/strbuf.h"
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct run {
	/* in */
	const char *const *argv;	/* NULL-terminated; argv[0] is looked up in PATH */
	const char *const *env;		/* "NAME=VALUE" on top of our own, "NAME" taken out of it, NULL-terminated, or NULL */
	const char *cwd;		/* or NULL */
	const char *input;		/* text for its stdin (a seekable file), or NULL for /dev/null */
	bool merge_stderr;		/* stderr into `out` as well */
	bool inherit_output;		/* do not capture: our own stdout and stderr */
	bool group;			/* a process group of its own, killed whole when a signal asks us to
					 * end; that signal then reaches us when run_wait returns */
	/* out */
	struct strbuf out, err;		/* what it printed; the caller frees with run_free */
	int status;			/* as from waitpid */
	uint64_t wall_us, user_us, sys_us;
	long peak_kb;
};

/* Run to the end. 0 when the program was started and has ended (look at
 * r->status), -errno when it could not be started (-ENOENT: no such program). */
int run_wait(struct run *r);
/* Ended by itself with status 0. */
bool run_ok(const struct run *r);
/* "exited with status 2", "killed by signal 9 (Killed)" into BUF. */
const char *run_describe(const struct run *r, char *buf, size_t size);
void run_free(struct run *r);

/* Paths and files that several parts need. All return 0 or -errno. */
int read_file(const char *path, struct strbuf *out);
/* Written to a temporary name beside PATH, fsync not done, renamed into place: a reader sees the old or the new, never half. */
int write_file_atomic(const char *path, const void *data, size_t len, mode_t mode);
int make_dirs(const char *path, mode_t mode);
int remove_tree(const char *path);	/* links are not followed; 0 also when there is no PATH */
/* A new private directory below $TMPDIR or /tmp, "stapXXXXXX"; malloc-ed; NULL and errno on failure. */
char *make_temp_dir(void);
/* Full path of program NAME in PATH, malloc-ed; NULL when there is none. */
char *find_program(const char *name);
/* The directory of the project's data WHAT ("runtime", "tapset"), malloc-ed: $STAP_WHAT (in capitals), or where it was
 * installed, or in a build directory the source's. It need not exist. */
char *data_dir(const char *what);
/* One of the project's own programs ("stpd", "stap-guest"): the one beside us, else in PATH; malloc-ed, NULL: none. */
char *own_program(const char *name);
/* ${STAP_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/stap}, malloc-ed; without HOME the user's home directory. */
char *cache_dir(void);
uint64_t now_us(void);	/* CLOCK_MONOTONIC, microseconds */

#endif
