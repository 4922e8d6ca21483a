/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the kprobe family share: the variants of its rows, patterns, places. */
#ifndef FAMILY_KPROBE_H
#define FAMILY_KPROBE_H

#include "translator/family/family.h"

#include <stp/abi.h>

enum kprobe_variant {
	KP_MODULE = 1,		/* module(s) and not the kernel itself */
	KP_STATEMENT = 2,
	KP_RETURN = 4,
	KP_CALL = 8,		/* no inlined copies */
	KP_INLINE = 16,		/* nothing but inlined copies */
	KP_EXPORTED = 32,
	KP_LABEL = 64,
	KP_NEAREST = 128,
	KP_ABSOLUTE = 256,	/* a run-time address */
	KP_BARE = 512,		/* kprobe.*: by symbol, without debug information */
	KP_CALLEE = 1024,	/* what the function calls, when it calls it */
};

/* FUNCTION, FUNCTION@FILE, and behind these :LINE, :FIRST-LAST, :*, +LINES and lists of lines. */
struct kprobe_lines { enum di_line_kind kind; unsigned first, last; };
struct kprobe_pattern {
	const char *function;		/* a glob */
	const char *file;		/* a glob, or NULL */
	VEC(struct kprobe_lines) lines;
	const struct kprobe_pattern *callee;	/* KP_CALLEE: of the functions called */
};
/* NULL, or what is wrong with TEXT; *at is where, a byte in TEXT. */
const char *kprobe_pattern_parse(struct arena *a, const char *text, struct kprobe_pattern *out, size_t *at);

/* One place for a probe. */
struct kprobe_site {
	struct di_module *module;
	struct di_func *func;
	enum di_where where;
	uint64_t pc;
	const char *file;		/* of a statement, or NULL */
	unsigned line;
	const char *label;		/* or NULL */
	struct di_func *caller;		/* KP_CALLEE: who has to be among the nearest `depth` callers */
	unsigned depth;
};
VEC_OF(kprobe_site_vec, struct kprobe_site);
/* All places of M in MODULE; why there are none is told to match_explain(). */
void kprobe_find(const struct match *m, struct di_module *module, const struct kprobe_pattern *pattern,
		 struct kprobe_site_vec *out);
/* The place at link-time address ADDR. False: there is no code of a function. */
bool kprobe_find_address(const struct match *m, struct di_module *module, uint64_t addr, struct kprobe_site *out);
/* Can a probe of M be on F?  False: *why is set to the reason. */
bool kprobe_is_wanted(const struct match *m, const struct di_func *f, const char **why);
struct kprobe_site kprobe_site_of_function(const struct match *m, struct di_func *f);
void kprobe_explain_missing(const struct match *m, struct di_module *module, const struct kprobe_pattern *pattern);

/* kprobe_callee.c: levels of callees that may be asked for. */
enum { KPROBE_MAX_DEPTH = STP_MAX_CALLERS };
/* The callees that M is for, of the functions in MODULE that PATTERN fits. */
void kprobe_find_callees(const struct match *m, struct di_module *module, const struct kprobe_pattern *pattern,
			 struct kprobe_site_vec *out);
/* Those of the function at link-time address ADDR. */
void kprobe_find_callees_at(const struct match *m, struct di_module *module, uint64_t addr, const struct kprobe_pattern *callee,
			    struct kprobe_site_vec *out);
/* Who has to have called what SITE is in. NULL: anybody. */
struct kprobe_callers;
const struct kprobe_callers *kprobe_callers_of(const struct match *m, const struct kprobe_site *site);
/* The value of the row's member `callers`. */
void kprobe_callers_emit(const struct kprobe_callers *c, struct strbuf *out);

/* kprobe_place.c: link-time addresses of M by symbols that are the only ones of their names. */
bool kprobe_unique_symbol(struct di_module *m, const char *name, uint64_t *addr);
/* A symbol below PC, and PC's offset from it. */
bool kprobe_place(struct di_module *m, bool in_module, uint64_t pc, const char **symbol, uint64_t *offset);

#endif
