/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Location programs: how to compute the address or value of a variable or member.
 *
 * A program is a straight line in SSA form: operation n defines value n, a 64-bit
 * number, from constants and earlier values only.  There are no jumps; a
 * conditional DW_OP_bra becomes SELECT.  The last value (`result`) is what the
 * expression yields.  Values are addresses or integers; narrowing and sign
 * extension are explicit.  Both backends emit each operation as one C statement;
 * fetch_eval() runs the same program on the host in tests.
 *
 * Reads of the probed world (LOAD*) and writes (STORE) are the only operations
 * that can fault; they are done by the runtime and end the handler run. */
#ifndef DEBUGINFO_FETCH_H
#define DEBUGINFO_FETCH_H

#include "lib/arena.h"
#include "lib/strbuf.h"
#include <stdbool.h>
#include <stdint.h>

enum fetch_op {
	FETCH_CONST,	/* imm */
	FETCH_REG,	/* DWARF register number imm of the probed context */
	FETCH_STACK_ARG,/* parameter word number imm (0-based) passed in memory at a function's entry (calling convention) */
	FETCH_RETVAL,	/* the register that holds an integer or pointer result */
	FETCH_INPUT,	/* long number imm handed in by the script (index, cast pointer) */
	FETCH_SYMBOL,	/* run-time address of `symbol` + imm in module `module` (relocated at load) */
	FETCH_TLS,	/* address of thread-local offset imm of `module` (user space) */
	FETCH_PERCPU,	/* this CPU's copy of per-CPU address a */
	FETCH_ADD, FETCH_SUB, FETCH_MUL, FETCH_DIV /* signed, x/0 = 0 */, FETCH_MOD /* unsigned */,
	FETCH_AND, FETCH_OR, FETCH_XOR, FETCH_SHL, FETCH_SHR, FETCH_SAR,
	FETCH_NEG, FETCH_NOT, FETCH_ABS,
	FETCH_EQ, FETCH_NE, FETCH_LT, FETCH_LE, FETCH_GT, FETCH_GE,	/* signed; 0 or 1 */
	FETCH_SELECT,	/* a ? b : c */
	FETCH_LOAD,	/* size bytes (1 2 4 8) at address a, zero extended; `user` says which address space */
	FETCH_SEXT,	/* value a's low size bytes, sign extended to 64 bits */
	FETCH_ZEXT,	/* value a's low size bytes, zero extended */
	FETCH_BITS,	/* bits [bit, bit + nbits) of a, extended by is_signed */
	FETCH_INSERT,	/* a with bits [bit, bit + nbits) taken from b */
	FETCH_STORE,	/* write the low size bytes of b to address a (guru) */
	FETCH_SETREG,	/* write b to DWARF register imm (guru) */
	FETCH_OPS
};

struct fetch_step {
	uint8_t op;		/* enum fetch_op */
	uint8_t size;		/* LOAD STORE SEXT ZEXT: bytes */
	uint8_t bit, nbits;	/* BITS INSERT */
	bool is_signed;		/* BITS */
	bool user;		/* LOAD STORE: a user-space address */
	uint16_t a, b, c;	/* earlier values */
	int64_t imm;
	const char *symbol, *module;
};

struct fetch {
	struct fetch_step *steps;
	uint16_t len, cap;
	uint16_t result;
	bool writes;
	bool overflow;			/* more than FETCH_MAX_STEPS were asked for; the program is void */
	struct arena *arena;
};

/* Arithmetic is modulo 2^64. x / 0 and x % 0 are 0, INT64_MIN / -1 is INT64_MIN;
 * a shift by 64 or more yields 0 (SAR: the sign). Backends compute the same. */

#define FETCH_MAX_STEPS 512

struct fetch *fetch_new(struct arena *a);
/* Append; returns the new value's number. Folds constants and repeats no equal pure step. */
uint16_t fetch_const(struct fetch *f, int64_t v);
uint16_t fetch_unary(struct fetch *f, enum fetch_op op, uint16_t a);
uint16_t fetch_binary(struct fetch *f, enum fetch_op op, uint16_t a, uint16_t b);
uint16_t fetch_leaf(struct fetch *f, enum fetch_op op, int64_t imm);	/* REG STACK_ARG RETVAL INPUT */
uint16_t fetch_symbol(struct fetch *f, const char *module, const char *symbol, int64_t addend);
uint16_t fetch_load(struct fetch *f, uint16_t addr, unsigned size, bool user);
uint16_t fetch_extend(struct fetch *f, uint16_t a, unsigned size, bool is_signed);
uint16_t fetch_bits(struct fetch *f, uint16_t a, unsigned bit, unsigned nbits, bool is_signed);
uint16_t fetch_insert(struct fetch *f, uint16_t a, uint16_t b, unsigned bit, unsigned nbits);
uint16_t fetch_select(struct fetch *f, uint16_t cond, uint16_t yes, uint16_t no);
void fetch_store(struct fetch *f, uint16_t addr, uint16_t value, unsigned size, bool user);
void fetch_set_register(struct fetch *f, unsigned reg, uint16_t value);

/* After the last step: RESULT is the value of the program; steps that it and the
 * writes do not need are removed. */
void fetch_finish(struct fetch *f, uint16_t result);
/* Is value V known while compiling? */
bool fetch_is_const(const struct fetch *f, uint16_t v, int64_t *out);
/* This CPU's copy of the per-CPU address ADDR. */
uint16_t fetch_percpu(struct fetch *f, uint16_t addr);
/* Address of thread-local offset OFFSET of MODULE. */
uint16_t fetch_tls(struct fetch *f, const char *module, int64_t offset);

/* "%0 = reg 5\n%1 = const 8\n…result %4\n": stable, for dumps and golden files. */
void fetch_dump(struct strbuf *b, const struct fetch *f);
/* Every operand defined before use, sizes legal, result in range. NULL or what is wrong. */
const char *fetch_verify(const struct fetch *f);
unsigned fetch_inputs(const struct fetch *f);	/* 1 + the highest INPUT, or 0 */

/* The host evaluator for tests. Callbacks return false on a fault; a missing callback faults. */
struct fetch_world {
	void *data;
	bool (*reg)(void *data, unsigned reg, uint64_t *out);
	bool (*load)(void *data, uint64_t addr, unsigned size, bool user, uint64_t *out);
	bool (*store)(void *data, uint64_t addr, unsigned size, bool user, uint64_t v);
	bool (*symbol)(void *data, const char *module, const char *symbol, uint64_t *out);
	uint64_t (*input)(void *data, unsigned n);
	bool (*setreg)(void *data, unsigned reg, uint64_t v);
	bool (*tls)(void *data, const char *module, uint64_t offset, uint64_t *out);
	bool (*percpu)(void *data, uint64_t addr, uint64_t *out);
	uint64_t retval;
	const uint64_t *stack_args;
};
bool fetch_eval(const struct fetch *f, const struct fetch_world *w, uint64_t *out);

#endif
