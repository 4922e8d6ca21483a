/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One row a location operation: its name in dumps and how many earlier values it takes.
 * Shared by the builder, the dump, the verifier and the evaluator. */
#ifndef DEBUGINFO_FETCH_OPS_H
#define DEBUGINFO_FETCH_OPS_H

#include "translator/debuginfo/fetch.h"

struct fetch_op_info {
	const char *name;
	uint8_t operands;	/* how many of a, b, c are used */
	bool has_imm;
	bool has_size;
	bool has_bits;
	bool writes;		/* has an effect: never removed, never shared */
	bool reads;		/* depends on what writes change */
};
extern const struct fetch_op_info fetch_op_infos[FETCH_OPS];

/* The value of a pure operation on constants, as at run time. */
uint64_t fetch_compute(const struct fetch_step *s, uint64_t a, uint64_t b, uint64_t c);

#endif
