/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside debuginfo/: where an object is while it is being compiled.
 *
 * A variable starts as a place: in memory, in a register, a value without a home,
 * or scattered in pieces.  access.c walks members and elements through
 * places and turns the last one into a load, an address or a store, so that DWARF
 * locations and calling conventions share everything behind this struct. */
#ifndef DEBUGINFO_PLACE_H
#define DEBUGINFO_PLACE_H

#include "translator/debuginfo/di.h"

enum place_kind {
	PLACE_NOWHERE,		/* optimized out */
	PLACE_MEMORY,		/* at address `value` */
	PLACE_REGISTER,		/* in DWARF register `reg`, whose content is `value` */
	PLACE_VALUE,		/* `value` itself; cannot be written */
	PLACE_PIECES,		/* `pieces`, lowest bits first */
	PLACE_IMPLICIT,		/* a pointer that does not exist to an object that does: `pointee` */
};

struct piece;
struct place {
	enum place_kind kind;
	uint16_t value;
	uint16_t reg;
	const struct di_type *type;
	uint64_t bit;		/* the object starts this many bits into the place */
	unsigned nbits;		/* it is a bit-field of this width; 0: a whole object of its type */
	const char *why;	/* NOWHERE: where it is available, or NULL */
	struct piece *pieces;
	size_t npieces;
	struct place *pointee;
	int64_t pointee_offset;
};
struct piece {
	struct place at;
	uint64_t nbits;
};

/* One compilation of an expression. */
struct access {
	struct di_module *m;
	struct fetch *f;
	struct di_result *out;
	struct arena *arena;	/* of the session: results outlive the handle's questions */
	const char *name;	/* of the variable, for messages */
	bool user;		/* memory is user space */
};

/* Record an error in the result; false. */
bool access_fail(struct access *x, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Steps, then load, address or store, as AC asks. Fills x->out. */
bool access_compile(struct access *x, struct place *p, const struct di_access *ac);
/* The content of P, NBITS from BIT on, zero extended. */
bool place_read(struct access *x, const struct place *p, uint64_t bit, unsigned nbits, uint16_t *out);
bool place_write(struct access *x, const struct place *p, uint64_t bit, unsigned nbits, uint16_t value);

/* ---- calling convention (System V x86-64 ABI 3.2.3; Linux uses the integer part in the kernel) ---- */

/* Where parameter N (0-based) of a function of type FUNC is at the function's entry. */
bool callconv_param(struct access *x, const struct di_type *func, unsigned n, struct place *out);
/* Where integer parameter N is when nothing is known of the function. */
bool callconv_word(struct access *x, unsigned n, struct place *out);
/* Where a result of type T is at the return. */
bool callconv_result(struct access *x, const struct di_type *t, struct place *out);

#endif
