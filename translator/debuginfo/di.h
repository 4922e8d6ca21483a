/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions about debug information, whoever answers.
 *
 * Behind this header stand DWARF (libdw, through the index of bet 3), BTF
 * (libbpf) and bare ELF or System.map symbols, asked in that order of detail;
 * callers do not know which answered, except through di_func.source (for -L and
 * messages).  Only debuginfo/ includes libdw, libelf, libbpf.
 *
 * Objects live in the handle's arena until di_close().  Addresses are link-time
 * addresses of the module's own file ("kernel": vmlinux); the runtime relocates
 * them by symbol + offset.  All functions are single-threaded. */
#ifndef DEBUGINFO_DI_H
#define DEBUGINFO_DI_H

#include "lib/arena.h"
#include "lib/vec.h"
#include "translator/debuginfo/fetch.h"
#include <stdbool.h>
#include <stdint.h>

struct session;
struct di;
struct di_module;

/* ---- handle and modules ---- */

struct di *di_open(struct session *s);	/* cheap: reads nothing */
void di_close(struct di *d);

/* "kernel", a module name ("ext4", - and _ are the same, also a path to a .ko), or
 * a path of a user-space program or library. NULL when there is no such module or
 * nothing at all is known of it; *why then holds one sentence that names the
 * package or setting that would help (arena of the session). */
struct di_module *di_module(struct di *d, const char *name, const char **why);
/* The object file PATH, of which only types are asked, as a module with a NAME of its own ("<a.h>"). ID tells its
 * contents from others', or is NULL. */
struct di_module *di_types(struct di *d, const char *name, const char *path, const char *id);
const char *di_module_name(const struct di_module *m);
/* Do pointers to M's types lead to a program's memory? Those of a program or library, and of headers that are not the kernel's. */
bool di_in_user_space(const struct di_module *m);
/* Names of modules that match GLOB (from the target's module directory). */
VEC_OF(di_name_vec, const char *);
void di_list_modules(struct di *d, const char *glob, struct di_name_vec *out);

enum di_source { DI_NONE = 0, DI_SYMBOLS = 1, DI_BTF = 2, DI_DWARF = 4 };
unsigned di_sources(struct di_module *m);	/* bits of enum di_source */
const char *di_build_id(struct di_module *m);	/* hexadecimal, or NULL */

/* ---- functions, lines, labels ---- */

struct di_func {
	struct di_module *module;
	const char *name;
	const char *link_name;		/* ELF symbol at its entry (may differ: foo.isra.0), or NULL */
	const char *file;		/* as in the line table, shortened to the tree ("fs/read_write.c"), or NULL */
	unsigned line;			/* of the declaration, 0 unknown */
	uint64_t entry;			/* address where it begins; inline: where the copy does; 0 when no source
					 * has addresses (BTF): attach by link_name */
	uint64_t high;			/* end of its range (exclusive), 0 unknown */
	uint64_t pc;			/* where to put the probe: entry, or behind the prologue when locations need it; inline: the copy's entry */
	bool is_inline;			/* an inlined copy */
	bool exported;
	bool is_declared_static;
	bool unprobeable;		/* kprobes blacklist, notrace, noinstr, .init: see reason */
	const char *reason;
	bool at_start;			/* a module's, and there only while the module starts */
	bool ftrace_site;		/* its entry is known to be one (false: not, or not known) */
	enum di_source source;
	uint64_t handle;		/* debuginfo's own: DIE offset or BTF type id */
	uint64_t caller_handle;		/* inline: the concrete function it is inlined into */
};
VEC_OF(di_func_vec, struct di_func *);

enum di_find {
	DI_FIND_CONCRETE = 1, DI_FIND_INLINE = 2,
	DI_FIND_UNIQUE = 4,	/* one object a name@file:line, one that can be probed if there is one; for listing */
};
/* Functions whose name matches NAME (glob) and, when FILE is not NULL, whose file
 * matches FILE (glob; a relative path matches at a directory boundary). LINE 0: any.
 * Sorted by name, file, pc. */
void di_find_functions(struct di_module *m, const char *name, const char *file, unsigned line,
		       unsigned what, struct di_func_vec *out);
/* The concrete function that contains link-time address PC, or NULL. */
struct di_func *di_function_at(struct di_module *m, uint64_t pc);
/* Names for did-you-mean: at most MAX nearest function names. */
void di_similar_functions(struct di_module *m, const char *name, size_t max, struct di_name_vec *out);

struct di_site { uint64_t pc; const char *file; unsigned line; struct di_func *func; const char *label; };
VEC_OF(di_site_vec, struct di_site);
/* label: of di_find_labels, else NULL. */
enum di_line_kind { DI_LINE_EXACT, DI_LINE_NEAREST, DI_LINE_RANGE, DI_LINE_ALL, DI_LINE_RELATIVE };
/* Statement addresses for FUNC@FILE:LINE forms. FUNC may be "*" and FILE NULL. */
void di_find_lines(struct di_module *m, const char *func, const char *file, enum di_line_kind kind,
		   unsigned first, unsigned last, struct di_site_vec *out);
void di_find_labels(struct di_module *m, struct di_func *f, const char *glob, struct di_site_vec *out);
/* What F calls, and the copies inlined into it, whose name matches GLOB; and what these call, DEPTH levels deep.
 * Neither calls through pointers nor those that are jumps (they leave no return address in F). Sorted by name, pc. */
void di_find_callees(struct di_module *m, struct di_func *f, const char *glob, unsigned depth, struct di_func_vec *out);
/* Where the code of F lies: link-time addresses, high exclusive. Nothing where debug information does not tell. */
struct di_range { uint64_t low, high; };
VEC_OF(di_range_vec, struct di_range);
void di_func_ranges(struct di_module *m, const struct di_func *f, struct di_range_vec *out);
/* Does FILE match PATTERN as in di_find_functions? */
bool di_file_matches(const char *pattern, const char *file);

/* Nearest symbol at or below link-time ADDR: name and offset, for attach rows. */
bool di_symbol_at(struct di_module *m, uint64_t addr, const char **name, uint64_t *offset);
/* Link-time address of a symbol; false when unknown. *unique false when several have the name. */
bool di_symbol_address(struct di_module *m, const char *name, uint64_t *addr, bool *unique);

/* ---- tracepoints ---- */

struct di_param { const char *name; const struct di_type *type; };
struct di_tracepoint { const char *name; /* "sched_switch" */ struct di_param *params; size_t nparams; enum di_source source; };
VEC_OF(di_tracepoint_vec, struct di_tracepoint *);
/* By __traceiter_NAME (without its first parameter) or btf_trace_NAME. */
void di_find_tracepoints(struct di_module *m, const char *glob, struct di_tracepoint_vec *out);
/* Up to MAX names near to one that was not found; those of types with the "struct" that NAME has. */
void di_similar_tracepoints(struct di_module *m, const char *name, size_t max, struct di_name_vec *out);

/* The system that trace event NAME belongs to ("sched" of sched_switch), in the arena of the handle. NULL: it has none, or
 * none is known: */
const char *di_tracepoint_system(struct di_module *m, const char *name);
/* Does M tell systems? The kernel does with a vmlinux that has symbols and contents, a module with its file. */
bool di_knows_systems(struct di_module *m);

/* ---- types ---- */

enum di_kind {
	DI_VOID, DI_INT, DI_BOOL, DI_CHAR, DI_FLOAT, DI_POINTER, DI_ARRAY, DI_STRUCT, DI_UNION, DI_CLASS,
	DI_ENUM, DI_FUNC, DI_TYPEDEF, DI_QUALIFIER /* const, volatile, restrict, atomic */,
};
struct di_member {
	const char *name;		/* NULL: anonymous struct or union */
	const struct di_type *type;
	uint64_t bit_offset;		/* from the start of the structure, as the little-endian byte order counts */
	unsigned bit_size;		/* 0: not a bit-field */
};
struct di_enumerator { const char *name; int64_t value; };
struct di_type {
	enum di_kind kind;
	const char *name;		/* tag or base name; NULL: anonymous */
	uint64_t size;			/* bytes; 0 for void, function, incomplete */
	bool is_signed;
	bool is_declaration;
	const struct di_type *target;	/* POINTER ARRAY TYPEDEF QUALIFIER: what of; FUNC: result */
	uint64_t count;			/* ARRAY: elements, 0 unknown */
	const char *qualifier;		/* QUALIFIER: "const", … */
	struct di_module *module;
	uint64_t handle;
	/* filled by di_type_complete() */
	struct di_member *members; size_t nmembers;
	struct di_enumerator *enumerators; size_t nenumerators;
	struct di_param *params; size_t nparams; bool variadic;
	bool complete;
};
/* Members, enumerators, parameters; a declaration is looked up by name elsewhere in
 * the module (and in the kernel). Returns the complete type, which may be another object. */
const struct di_type *di_type_complete(const struct di_type *t);
const struct di_type *di_type_strip(const struct di_type *t);	/* without typedefs and qualifiers; never NULL */
/* "struct file *", "const char *", "int [4]"; C declaration text of type T around NAME (may be ""). */
const char *di_type_text(struct arena *a, const struct di_type *t, const char *name);
/* Type by its C name in module M ("struct task_struct", "task_struct", "u64", "char *", "int"). NULL: unknown. */
const struct di_type *di_type_find(struct di_module *m, const char *name);
const struct di_type *di_pointer_to(struct di_module *m, const struct di_type *t);
/* As di_similar_tracepoints; of members in the arena of T's handle. */
void di_similar_types(struct di_module *m, const char *name, size_t max, struct di_name_vec *out);
void di_similar_members(const struct di_type *t, const char *name, size_t max, struct di_name_vec *out);
void di_similar_enumerators(struct di_module *m, const char *name, size_t max, struct di_name_vec *out);
/* Enumerator NAME anywhere in the module. */
bool di_enum_value(struct di_module *m, const char *name, int64_t *value);

/* ---- variables ---- */

struct di_var {
	const char *name;
	const struct di_type *type;
	bool is_param, is_global, optimized_out;
	const char *available;		/* optimized out here: where it is available, one sentence, or NULL */
};
VEC_OF(di_var_vec, struct di_var *);

/* Where a probe sits: what locations depend on. */
enum di_where { DI_AT_ENTRY, DI_AT_PC, DI_AT_RETURN };
struct di_scope {
	struct di_module *module;
	struct di_func *func;		/* NULL: tracepoint or no function */
	enum di_where where;
	uint64_t pc;			/* DI_AT_PC, DI_AT_ENTRY */
	struct di_tracepoint *tracepoint;	/* params are FETCH_INPUT n, in order */
	bool user;			/* user-space addresses */
};
/* Everything $$vars would show: parameters first, then locals of enclosing blocks, innermost first. */
void di_scope_vars(const struct di_scope *sc, struct di_var_vec *out);

/* Compiled access. An error is one sentence in `error` (session arena), with
 * nearest names in `similar`, and false. */
struct di_result {
	struct fetch *program;		/* yields the value, or the address for &, structures, arrays and strings */
	const struct di_type *type;	/* what the value is (stripped of nothing) */
	bool is_address;		/* the result is the address of an object of that type (struct, union, array) */
	bool is_char_pointer;		/* pretty-printable as a string */
	bool user;			/* further dereferences are in user space */
	const char *error;
	enum { DI_OK, DI_NO_VARIABLE, DI_NO_MEMBER, DI_OPTIMIZED_OUT, DI_NO_DEBUGINFO, DI_BAD_ACCESS, DI_UNSUPPORTED } code;
	struct di_name_vec similar;
};
/* One step behind the variable. Indexes are constants or FETCH_INPUT numbers. */
struct di_step {
	enum { DI_STEP_MEMBER, DI_STEP_INDEX, DI_STEP_INPUT_INDEX, DI_STEP_DEREF } kind;
	const char *member;
	int64_t index;			/* INDEX: constant; INPUT_INDEX: input number */
};
struct di_access {
	const struct di_step *steps; size_t nsteps;
	bool address_of;
	bool store;			/* make a program that writes FETCH_INPUT store_input */
	unsigned store_input;
};
/* $NAME in a scope; NAME without $; "return" is the result at DI_AT_RETURN; "argN"
 * the N-th parameter by calling convention; "@var" forms give FILE (glob or NULL) and
 * are globals of the module or of a unit. */
bool di_compile_var(const struct di_scope *sc, const char *name, const struct di_access *ac, struct di_result *out);
bool di_compile_global(struct di_module *m, const char *name, const char *file, const struct di_access *ac, struct di_result *out);
/* From a pointer that the script holds (FETCH_INPUT 0) of type T (a pointer type, or the pointee for @cast), into the memory
 * that M's types are of (di_in_user_space). */
bool di_compile_cast(struct di_module *m, const struct di_type *t, const struct di_access *ac, struct di_result *out);

/* ---- maintenance ---- */
/* What is known of a target, for --doctor: one line a source. */
void di_describe(struct di *d, struct strbuf *out);

#endif
