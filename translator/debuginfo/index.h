/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside debuginfo/: the index of one file's DWARF, made once a build-id.
 *
 * DWARF answers "what is at this offset"; scripts ask by name.  One pass over
 * all units makes sorted tables of functions, inlined copies, types, enumerators,
 * variables, files and symbols, which later runs map read-only.
 *
 * Invariants of an open index: the file has been checked against its sums, every
 * section lies within it and holds whole records.  What records refer to
 * (strings, other records) is checked by the accessors all the same: no wild read,
 * whoever wrote the file. */
#ifndef DEBUGINFO_INDEX_H
#define DEBUGINFO_INDEX_H

#include "translator/debuginfo/elfsym.h"
#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

#define INDEX_VERSION 6
#define INDEX_NONE UINT32_MAX
/* Set in the offset of a DIE that lies in the alternate file (.gnu_debugaltlink, as dwz makes it). */
#define INDEX_ALT (1ull << 62)

/* Sections: INDEX_SECTION(name, record). Order is the file's; tables are sorted as said. */
#define INDEX_SECTIONS(S) \
	S(STRINGS, char)		/* NUL-terminated texts; offset 0 is "" */ \
	S(UNITS, struct idx_unit)	/* in no order; others refer to them by number */ \
	S(FUNCS, struct idx_func)	/* by name, file, entry */ \
	S(RANGES, struct idx_range)	/* by lo */ \
	S(ABSTRACTS, struct idx_abstract) /* by name, file, line; only those with copies */ \
	S(COPIES, struct idx_copy)	/* grouped by abstract, then by pc */ \
	S(TYPES, struct idx_type)	/* by name, kind */ \
	S(ENUMS, struct idx_enum)	/* by name */ \
	S(VARS, struct idx_var)		/* by name, file */ \
	S(FILES, struct idx_file)	/* by file name, unit */ \
	S(SYMS, struct sym_rec)		/* by address */ \
	S(SYM_STRINGS, char) \
	S(SYM_SLOTS, uint32_t)

enum index_section {
#define SECTION_ID(name, type) INDEX_##name,
	INDEX_SECTIONS(SECTION_ID)
#undef SECTION_ID
	INDEX_NSECTIONS
};

/* The offset of DIE as tables hold it; ALT: the alternate file's handle or NULL. */
static inline uint64_t index_offset(Dwarf *alt, Dwarf_Die *die)
{
	return dwarf_dieoffset(die) | (alt && dwarf_cu_getdwarf(die->cu) == alt ? INDEX_ALT : 0);
}

enum idx_flag {
	IDX_EXTERNAL = 1,	/* function or variable with external linkage */
	IDX_DECLARATION = 2,	/* type, or variable that no unit defines */
	IDX_OUT_OF_LINE = 4,	/* function: an instance of an abstract one */
};

struct idx_unit { uint64_t die; uint32_t name, comp_dir; };
struct idx_func {
	uint64_t die, entry, high;	/* high: end of the range that holds the entry */
	uint32_t name, file, line, unit;
	uint32_t symbol;		/* record in SYMS at the entry, or INDEX_NONE */
	uint32_t flags;
};
struct idx_range { uint64_t lo, hi; uint32_t func, pad; };
struct idx_abstract {
	uint64_t die;
	uint32_t name, file, line, unit;
	uint32_t first_copy, ncopies;
	uint32_t flags, pad;
};
struct idx_copy { uint64_t die, pc; uint32_t func, pad; };	/* func: the concrete function around it */
struct idx_type { uint64_t die; uint32_t name; uint16_t tag, flags; };
struct idx_enum { int64_t value; uint32_t name, pad; };
struct idx_var { uint64_t die; uint32_t name, file, unit, flags; };
struct idx_file { uint32_t name, unit; };
_Static_assert(sizeof(struct idx_func) == 48 && sizeof(struct idx_abstract) == 40 && sizeof(struct idx_copy) == 24 &&
	       sizeof(struct idx_type) == 16 && sizeof(struct idx_var) == 24, "file format");

struct index_header {
	char magic[8];
	uint32_t version, nsections;
	uint64_t sum;			/* hash of the header with this field 0 */
	uint64_t body_sum;		/* hash of all behind the header */
	uint64_t file_size;		/* of the index */
	uint64_t source_size;		/* of the ELF file it describes */
	char build_id[72];
	uint32_t root, pad;		/* text: the source tree's directory, which file names are below; "" unknown */
	struct { uint64_t off, count; } sections[INDEX_NSECTIONS];
};

struct index {
	const struct index_header *h;
	const char *base;
	size_t size;
	bool mapped;			/* munmap, else free */
};

/* Open the index NAME of a file of SOURCE_SIZE bytes. -ENOENT, -EBADMSG (damaged,
 * another version, another file: build it again), or another -errno. */
int index_open(const char *name, uint64_t source_size, struct index **out);
/* Take over a malloc-ed image, as index_build() makes it. */
int index_open_memory(char *image, size_t size, struct index **out);
void index_close(struct index *x);

static inline const void *index_table(const struct index *x, enum index_section s, size_t *count)
{
	*count = x->h->sections[s].count;
	return x->base + x->h->sections[s].off;
}
/* Put the sums of the image of SIZE bytes at H into it. */
void index_seal(struct index_header *h, size_t size);
/* Text at offset OFF; "" when out of range. */
const char *index_text(const struct index *x, uint32_t off);

/* One pass over DBG (whose ELF file has SOURCE_SIZE bytes) into a malloc-ed image.
 * PATH: to open again for a second thread, or NULL for one thread (relocated files).
 * LABEL: for progress on a terminal, or NULL. KERNEL: file names are shortened
 * to the source tree.  0 or -errno. */
struct index_request {
	Dwarf *dbg;
	const char *path;
	const char *build_id;
	uint64_t source_size;
	const char *label;
	bool kernel;
	struct sym_source *syms;	/* or NULL */
};
int index_build(const struct index_request *rq, char **image, size_t *size);

#endif
