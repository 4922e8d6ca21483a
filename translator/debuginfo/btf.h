/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside debuginfo/: BTF, through libbpf. */
#ifndef DEBUGINFO_BTF_H
#define DEBUGINFO_BTF_H

#include "translator/debuginfo/type.h"

struct btf;
struct btf_type;

struct btf_source {
	struct btf *btf;
	uint32_t first, end;		/* type ids of its own: a module's start behind the kernel's */
	uint32_t *slots;		/* names of own types: open addressing, 0 empty */
	uint32_t nslots;
	unsigned depth;			/* of references being followed */
	char *build_id;			/* of the file the BTF came out of, or NULL */
};

/* NULL and *why (one sentence, arena of the handle) when there is none. */
struct btf_source *btf_open(struct di_module *m, const char **why);
void btf_close(struct btf_source *b);

const struct di_type *btf_type_get(struct di_module *m, uint32_t id);
void btf_type_complete(struct type_node *n);
const struct di_type *btf_type_find(struct di_module *m, enum type_space space, const char *name);
bool btf_enum_value(struct di_module *m, const char *name, int64_t *value);
void btf_similar_types(struct di_module *m, enum type_space space, struct nearest *n);
void btf_similar_enumerators(struct di_module *m, struct nearest *n);

void btf_find_functions(struct di_module *m, const char *name, struct di_func_vec *out);
/* The DI_FUNC type of a function; NULL when BTF has none of that name. */
const struct di_type *btf_func_type(struct di_module *m, const char *name);
void btf_find_tracepoints(struct di_module *m, const char *glob, struct di_tracepoint_vec *out);
void btf_similar_functions(struct di_module *m, struct nearest *n);
/* Type of a global that BTF describes (per-CPU variables), or NULL. */
const struct di_type *btf_var_type(struct di_module *m, const char *name);

/* For btf_*.c: the raw type, NULL when out of range; its name, "" when it has none. */
const struct btf_type *btf_raw(const struct btf_source *b, uint32_t id);
const char *btf_text(const struct btf_source *b, uint32_t off);
/* Next own type named NAME after *cursor (start with 0); 0 at the end. */
uint32_t btf_next_named(const struct btf_source *b, const char *name, uint32_t *cursor);

#endif
