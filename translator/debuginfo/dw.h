/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside debuginfo/dw_*.c: one file's DWARF, its index and its libdw handle.
 *
 * The index answers by name without libdw; the handle is opened when a DIE
 * itself is needed. */
#ifndef DEBUGINFO_DW_H
#define DEBUGINFO_DW_H

#include "translator/debuginfo/dwarf.h"
#include "translator/debuginfo/index.h"
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>

struct dw_source {
	struct di_module *m;
	const char *path;		/* ELF file with DWARF */
	struct index *idx;
	struct map funcs;		/* DIE offset -> struct di_func: one object a function or copy */
	unsigned depth;			/* of type references being followed */
	unsigned calls;			/* of location expressions being followed */
	/* the handle */
	bool opened;
	int fd;
	Elf *elf;
	Dwfl *dwfl;			/* relocatable files: does the relocation */
	Dwarf *dbg;
	Dwarf_CFI *cfi[2];		/* .debug_frame, .eh_frame */
	bool cfi_tried;
	int main_fd;			/* the program itself, when its unwind table is not in `path` */
	Elf *main_elf;
};

/* ---- dw_file.c ---- */

/* The handle; NULL when the file cannot be read any more. */
Dwarf *dw_handle(struct dw_source *d);
/* DIEs by the offsets that index and handles hold (INDEX_ALT), and back. */
bool dw_die(struct dw_source *d, uint64_t offset, Dwarf_Die *out);
uint64_t dw_offset(struct dw_source *d, Dwarf_Die *die);
/* Open FILE without an index: fills fd, elf, dwfl, dbg. */
bool dw_open_handle(struct dw_source *d);
void dw_close_handle(struct dw_source *d);

/* ---- dw_find.c ---- */

struct di_func *dw_func_make(struct dw_source *d, const struct idx_func *r);
struct di_func *dw_copy_make(struct dw_source *d, const struct idx_abstract *a, const struct idx_copy *c);
/* The concrete function around PC, or NULL. */
const struct idx_func *dw_func_around(struct dw_source *d, uint64_t pc);
/* Record of a concrete function or NULL: by DIE offset and entry. */
const struct idx_func *dw_func_record(struct dw_source *d, const struct di_func *f);
/* [first, last) of the records of TABLE whose name starts with the literal part of a glob. */
void dw_name_range(const struct dw_source *d, const char *glob, const void *table, size_t count, size_t record,
		   size_t name_at, size_t *first, size_t *last);
/* The same for a name as it is. */
void dw_plain_range(const struct dw_source *d, const char *name, const void *table, size_t count, size_t record,
		    size_t name_at, size_t *first, size_t *last);

/* ---- dw_type.c ---- */

const struct di_type *dw_type_of(struct dw_source *d, Dwarf_Die *die);	/* of a type DIE */
const struct di_type *dw_type_attr(struct dw_source *d, Dwarf_Die *die);	/* DW_AT_type of DIE, void without */
/* Attribute through abstract origins and specifications. */
const char *dw_die_name(Dwarf_Die *die);

/* ---- dw_loc.c ---- */

struct location {
	struct access *x;
	struct dw_source *d;
	const struct di_scope *sc;	/* NULL: no code address (globals) */
	uint64_t pc;
	bool at_entry;			/* pc is the entry of a concrete function */
	Dwarf_Die func;			/* the concrete function, for its frame base */
	bool has_func;
};
/* The place of variable DIE. DW_FOUND with PLACE_NOWHERE: no location at the pc. */
enum dw_found dw_locate(struct location *l, Dwarf_Die *die, struct place *out);
/* The constant in a block, as a value or pieces. */
bool dw_place_block(struct location *l, const Dwarf_Block *b, struct place *out);
bool dw_compile_ops(struct location *l, Dwarf_Attribute *attr, Dwarf_Op *ops, size_t n, struct place *out);
/* Address in this module as a run-time value. */
bool dw_address(struct location *l, uint64_t addr, uint16_t *out);

/* ---- dw_frame.c ---- */

bool dw_frame_cfa(struct location *l, uint16_t *out);
bool dw_frame_base(struct location *l, uint16_t *out);
void dw_close_cfi(struct dw_source *d);
/* Content of register REG when the function was entered, where it can be told. */
bool dw_entry_register(struct location *l, unsigned reg, uint16_t *out);

/* ---- dw_scope.c ---- */

#define DW_MAX_SCOPES 64
struct dw_scopes {
	Dwarf_Die dies[DW_MAX_SCOPES];	/* outermost first */
	size_t len;
};
/* Blocks of function F that hold PC, from its own DIE inward; into inlined copies when INTO_COPIES. */
bool dw_scopes_at(struct dw_source *d, const struct di_func *f, uint64_t pc, bool into_copies, struct dw_scopes *out);

/* ---- dw_where.c ---- */

/* "available at …": where variable DIE of function F, declared in BLOCK (or NULL: at its top), has a location,
 * with source lines when LINES; NULL: nowhere. */
const char *dw_available(struct dw_source *d, Dwarf_Die *die, Dwarf_Die *block, const struct di_func *f, bool lines);

/* ---- dw_line.c ---- */

/* File and line of the statement at PC; false when unknown. FILE as in the index. */
bool dw_line_at(struct dw_source *d, Dwarf_Die *cu, uint64_t pc, const char **file, unsigned *line);
/* Is LINE one of the function's own statements or its declaration? */
bool dw_func_has_line(struct dw_source *d, const struct idx_func *f, unsigned line);
/* Where to probe concrete function F: its entry, or behind the prologue of unoptimized code. */
uint64_t dw_probe_pc(struct dw_source *d, const struct di_func *f);
/* A line table's file name as the index writes it. */
const char *dw_short_file(struct dw_source *d, Dwarf_Die *cu, const char *file);

/* ---- dw_misc.c ---- */

/* The object of an inlined copy whose DIE is at hand; NULL when the index does not have it. */
struct di_func *dw_copy_at(struct dw_source *d, Dwarf_Die *die);

#endif
