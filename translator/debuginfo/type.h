/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside debuginfo/: type objects and who fills them. */
#ifndef DEBUGINFO_TYPE_H
#define DEBUGINFO_TYPE_H

#include "translator/debuginfo/module.h"

/* How far references are followed before a chain is taken for damage. */
#define TYPE_MAX_CHAIN 64

struct type_node {
	struct di_type t;		/* first: a di_type is the head of its node */
	enum di_source source;		/* DI_NONE: made here (pointers, base types) */
	const struct di_type *full;	/* what di_type_complete() gave */
	const struct di_type *pointer;	/* what di_pointer_to() gave */
};

struct type_node *type_node(const struct di_type *t);
struct type_node *type_new(struct di_module *m, enum di_source source, enum di_kind kind, uint64_t handle);
/* The one void type of a module. */
const struct di_type *type_void(struct di_module *m);
/* A base type by its canonical name ("long unsigned int") on the target, or NULL. */
const struct di_type *type_builtin(struct di_module *m, const char *name);
/* "unsigned long" -> "long unsigned int"; other names as they are. */
const char *type_base_name(struct arena *a, const char *name);

/* What kind of name a lookup wants. */
enum type_space { TYPE_ANY, TYPE_STRUCT, TYPE_UNION, TYPE_ENUM, TYPE_CLASS };
bool type_space_fits(enum type_space want, enum di_kind kind);
/* A named type in the sources of M (then of the kernel); complete ones first. */
const struct di_type *type_lookup(struct di_module *m, enum type_space space, const char *name);

#endif
