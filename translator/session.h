/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run of the translator: what was asked, for which kernel, and what is known so far.
 *
 * Fields are grouped by owner; only the owner writes them after the command line
 * has been read.  No part of the translator has other mutable state. */
#ifndef TRANSLATOR_SESSION_H
#define TRANSLATOR_SESSION_H

#include "lib/arena.h"
#include "lib/diag.h"
#include "lib/intern.h"
#include "lib/map.h"
#include "lib/source.h"
#include "lib/vec.h"
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct library;		/* sema/library.h: the tapset index and files loaded from it */
struct points;		/* sema/points.h: rows and aliases as they are matched */
struct di;		/* debuginfo/di.h */
struct program;		/* program.h */
struct backend;		/* backend.h */
struct family;		/* family.h */

VEC_OF(string_vec, const char *);

/* NAME=VALUE of -D and -G. */
struct name_value { const char *name, *value; };
VEC_OF(name_value_vec, struct name_value);

/* What the command line asked for (owner: options.c). */
struct options {
	int last_pass;			/* 1…5 */
	unsigned verbose;		/* -v count */
	bool guru;			/* -g */
	bool keep;			/* -k */
	bool unoptimized;		/* -u */
	bool no_warnings, warnings_are_errors;
	bool force_kbuild;		/* --kbuild */
	bool no_cache;			/* --disable-cache */
	bool poison_cache;		/* --poison-cache: make modules anew */
	bool bulk;			/* -b */
	bool timing;			/* -t */
	bool json;			/* --diagnostics=json */
	const char *color;		/* --color: "always", "never", NULL: on a terminal */
	bool clean_cache;		/* --clean-cache */
	bool doctor;			/* --doctor */
	unsigned verbose_pass[6];	/* --vp: on top of -v, by pass */
	bool skip_badvars;
	bool suppress_handler_errors;
	bool suppress_time_limits;
	bool no_global_display;
	enum { LIST_NONE, LIST_POINTS, LIST_VARS } list;	/* -l, -L */
	const char *list_pattern;
	const char *script_file;	/* "-" standard input; NULL with -e */
	const char *script_text;	/* -e */
	struct string_vec extra_scripts;	/* -E */
	struct string_vec args;		/* the script's $1 … */
	const char *module_name;	/* -m */
	const char *output;		/* -o */
	const char *command;		/* -c */
	pid_t target_pid;		/* -x */
	pid_t namespaces_pid;		/* --target-namespaces */
	unsigned buffer_mb;		/* -s, 0: default */
	const char *size_limit;		/* -S */
	const char *flight_recorder;	/* -F: "" in memory */
	unsigned timeout_s;		/* -T */
	const char *release;		/* -r: kernel release or build directory; NULL: running */
	const char *privilege;		/* --privilege */
	const char *compatible;		/* --compatible */
	const char *dump;		/* --dump=PASS */
	struct string_vec include_dirs;	/* -I */
	struct string_vec debug_modules;	/* -d */
	bool ldd, all_modules;		/* --ldd, --all-modules */
	struct name_value_vec defines;	/* -D: limits and C macros */
	struct name_value_vec globals;	/* -G */
	const char *runtime_dir;	/* -R */
	const char *tmpdir;		/* --tmpdir */
	const char *dump_what;		/* --dump-probe-types, … */
	const char *arch_name;		/* -a */
};

/* The kernel that the module is for (owner: build/target.c). */
struct target {
	const char *release;		/* as `uname -r` prints it */
	const char *arch;		/* "x86_64" */
	const char *build_dir;		/* kbuild's tree, or NULL */
	const char *vmlinux;		/* ELF with DWARF, or NULL */
	const char *btf_file;		/* a raw BTF or an ELF with .BTF: /sys/kernel/btf/vmlinux …, or NULL */
	const char *image;		/* compressed boot image with BTF inside, or NULL */
	const char *system_map;		/* or NULL */
	const char *module_dir;		/* lib/modules/RELEASE: *.ko files, or NULL */
	const char *debug_dir;		/* separate debug files of modules, or NULL */
	const char *build_id;		/* of vmlinux, hexadecimal, or NULL */
	bool running;			/* it is this machine's kernel */
	struct map *config;		/* CONFIG_X -> "y", "m", value; NULL when unknown */
};

/* One pass's cost for -v (owner: driver.c). */
struct pass_cost { const char *name; uint64_t wall_us, user_us, sys_us; long peak_kb; };

/* Types of header files, as the backend made them. */
struct header_types {
	const char *path;		/* an object file with debug information; NULL: there is none */
	const char *id;			/* of its contents, or NULL */
	const char *why;		/* without a path: why not and what would help, one sentence */
};

struct session {
	struct arena arena;		/* lives as long as the session */
	struct intern names;
	struct sources sources;
	struct diags diags;

	struct options opt;
	struct target target;

	bool *args_used;		/* by number less 1: $N, @N or $# asked for this one of opt.args */

	/* syntax: the user's script and the macros that are in force */
	struct file *script;
	struct map macros;		/* name -> struct macro (syntax/macro.h) */

	struct library *library;	/* sema */
	struct points *points;		/* sema */
	struct di *di;			/* debuginfo, opened on first need through session_di() */
	struct program *program;	/* sema, then opt, then emit */
	const struct backend *backend;
	struct map header_types;	/* sema: "<a.h><b.h>", "kernel<c.h>" -> struct header_types */

	/* what passes make */
	const char *tmpdir;		/* ours alone; removed at the end unless -k */
	int janitor_fd;			/* driver_tmp.c: the pipe to the process that removes it */
	pid_t janitor_pid;
	const char *c_text;		/* pass 3 */
	bool lean_stack;		/* of a C text that is to take as little of the kernel's stack as can be */
	size_t c_len;
	const char *module_path;	/* pass 4 */
	bool module_stays;		/* -p4: module_path is no temporary file */
	struct pass_cost costs[6];

	/* where the project's own data is */
	const char *runtime_dir, *tapset_dir;
	const char *cache_dir;		/* NULL: no cache */
};

/* An empty session: pass 5 is the last, diagnostics go to stderr. */
void session_init(struct session *s);
/* All that the session owns; temporary files are the driver's. */
void session_free(struct session *s);

/* The version of the script language that scripts may ask for: what its manual describes. */
#define LANGUAGE_VERSION "4.8"
/* Was --compatible given, with a version of the language before VERSION? */
bool session_compatible_before(const struct session *s, const char *version);

/* The debug information of the session's target, opened once; never NULL (it may know nothing). */
struct di *session_di(struct session *s);

#endif
