/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the kprobe family share: the variants of its rows, and patterns. */
#ifndef FAMILY_KPROBE_H
#define FAMILY_KPROBE_H

#include "translator/family/family.h"

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
};

/* FUNCTION, FUNCTION@FILE, and behind these :LINE, :FIRST-LAST, :*, +LINES and lists of lines. */
struct kprobe_lines { enum di_line_kind kind; unsigned first, last; };
struct kprobe_pattern {
	const char *function;		/* a glob */
	const char *file;		/* a glob, or NULL */
	VEC(struct kprobe_lines) lines;
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
};
VEC_OF(kprobe_site_vec, struct kprobe_site);
/* All places of M in MODULE; why there are none is told to match_explain(). */
void kprobe_find(const struct match *m, struct di_module *module, const struct kprobe_pattern *pattern,
		 struct kprobe_site_vec *out);
/* The place at link-time address ADDR. False: there is no code of a function. */
bool kprobe_find_address(const struct match *m, struct di_module *module, uint64_t addr, struct kprobe_site *out);

#endif
