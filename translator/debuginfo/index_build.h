/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside debuginfo/: the tables of an index while they are being made. */
#ifndef DEBUGINFO_INDEX_BUILD_H
#define DEBUGINFO_INDEX_BUILD_H

#include "lib/map.h"
#include "lib/strbuf.h"
#include "translator/debuginfo/index.h"

#define TABLE(type) struct { struct type *data; size_t len, cap; }
#define table_push(t, ...) do { \
	if ((t)->len == (t)->cap) { \
		(t)->cap = (t)->cap ? (t)->cap * 2 : 1024; \
		(t)->data = xrealloc((t)->data, (t)->cap * sizeof *(t)->data); \
	} \
	(t)->data[(t)->len++] = (__VA_ARGS__); \
} while (0)

/* A copy before its abstract function is known by number. */
struct raw_copy { uint64_t origin, die, pc; uint32_t func; };

/* Texts once each: by address (strings of .debug_str are merged already), then by content. */
struct string_pool {
	struct strbuf text;
	struct { const char *key; uint32_t off; } *by_address;
	size_t naddresses, used;
	uint32_t *by_content;		/* 1 + offset, 0 empty */
	size_t ncontents, nstrings;
};

struct index_tables {
	struct string_pool strings;
	TABLE(idx_unit) units;
	TABLE(idx_func) funcs;
	TABLE(idx_range) ranges;
	TABLE(idx_abstract) abstracts;
	TABLE(raw_copy) raw_copies;
	TABLE(idx_copy) copies;
	TABLE(idx_type) types;
	TABLE(idx_enum) enums;
	TABLE(idx_var) vars;
	TABLE(idx_file) files;
	uint32_t root;			/* see index_header */
	struct arena arena;		/* of the sets below */
	struct map seen_types, seen_enums, seen_declared;
};

void tables_init(struct index_tables *t);
void tables_free(struct index_tables *t);
uint32_t pool_add(struct string_pool *p, const char *s);
/* The same for a text that stays where it is while the pool lives: found again by its address. */
uint32_t pool_add_stable(struct string_pool *p, const char *s);
static inline const char *pool_text(const struct string_pool *p, uint32_t off)
{
	return p->text.s + off;
}

/* Names of a unit's source files, by DW_AT_decl_file number. */
struct file_table { uint32_t *names; size_t len, cap; };

/* "a/./b" and "a/x/../b" as "a/b", in place. */
void path_normalize(char *path);

/* Raw sections that the line tables' headers need. */
struct line_sections { Elf_Data *line, *line_str, *str; };
void line_sections_find(Elf *e, struct line_sections *out);
/* FILES gets pool offsets, 0 for unreadable entries. COMP_DIR and SHORTEN: see index_request.kernel. */
void line_files(const struct line_sections *s, uint64_t off, const char *comp_dir, bool shorten,
		struct string_pool *pool, struct file_table *files);

/* All units of DBG whose number modulo OF is PART. PROGRESS (or NULL) gets bytes done. */
void index_walk(Dwarf *dbg, struct index_tables *t, bool kernel, unsigned part, unsigned of, uint64_t *progress);
/* Append FROM to TO, strings and numbers translated. */
void tables_merge(struct index_tables *to, const struct index_tables *from);
/* Sort everything, join copies with their abstracts and functions with symbols. */
void tables_finish(struct index_tables *t, const struct index_request *rq);

#endif
