/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of location operations and their arithmetic.  The builder folds with
 * the same function that the evaluator runs, so the two cannot disagree. */
#include "translator/debuginfo/fetch_ops.h"

#define UNARY(n) { .name = n, .operands = 1 }
#define BINARY(n) { .name = n, .operands = 2 }
const struct fetch_op_info fetch_op_infos[FETCH_OPS] = {
	[FETCH_CONST] = { .name = "const", .has_imm = true },
	[FETCH_REG] = { .name = "reg", .has_imm = true, .reads = true },
	[FETCH_STACK_ARG] = { .name = "stack_arg", .has_imm = true, .reads = true },
	[FETCH_RETVAL] = { .name = "retval", .reads = true },
	[FETCH_INPUT] = { .name = "input", .has_imm = true },
	[FETCH_SYMBOL] = { .name = "symbol", .has_imm = true },
	[FETCH_TLS] = { .name = "tls", .has_imm = true },
	[FETCH_PERCPU] = UNARY("percpu"),
	[FETCH_ADD] = BINARY("add"), [FETCH_SUB] = BINARY("sub"), [FETCH_MUL] = BINARY("mul"),
	[FETCH_DIV] = BINARY("div"), [FETCH_MOD] = BINARY("mod"),
	[FETCH_AND] = BINARY("and"), [FETCH_OR] = BINARY("or"), [FETCH_XOR] = BINARY("xor"),
	[FETCH_SHL] = BINARY("shl"), [FETCH_SHR] = BINARY("shr"), [FETCH_SAR] = BINARY("sar"),
	[FETCH_NEG] = UNARY("neg"), [FETCH_NOT] = UNARY("not"), [FETCH_ABS] = UNARY("abs"),
	[FETCH_EQ] = BINARY("eq"), [FETCH_NE] = BINARY("ne"), [FETCH_LT] = BINARY("lt"),
	[FETCH_LE] = BINARY("le"), [FETCH_GT] = BINARY("gt"), [FETCH_GE] = BINARY("ge"),
	[FETCH_SELECT] = { .name = "select", .operands = 3 },
	[FETCH_LOAD] = { .name = "load", .operands = 1, .has_size = true, .reads = true },
	[FETCH_SEXT] = { .name = "sext", .operands = 1, .has_size = true },
	[FETCH_ZEXT] = { .name = "zext", .operands = 1, .has_size = true },
	[FETCH_BITS] = { .name = "bits", .operands = 1, .has_bits = true },
	[FETCH_INSERT] = { .name = "insert", .operands = 2, .has_bits = true },
	[FETCH_STORE] = { .name = "store", .operands = 2, .has_size = true, .writes = true },
	[FETCH_SETREG] = { .name = "setreg", .operands = 1, .has_imm = true, .writes = true },
};

static uint64_t low_mask(unsigned nbits)
{
	return nbits >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << nbits) - 1;
}

static uint64_t extend(uint64_t v, unsigned nbits, bool is_signed)
{
	v &= low_mask(nbits);
	if (is_signed && nbits && nbits < 64 && v >> (nbits - 1))
		v |= ~low_mask(nbits);
	return v;
}

static uint64_t divide(int64_t a, int64_t b)
{
	if (!b)
		return 0;
	return b == -1 ? 0 - (uint64_t)a : (uint64_t)(a / b);
}

static uint64_t shift(enum fetch_op op, uint64_t a, uint64_t n)
{
	bool negative = op == FETCH_SAR && (int64_t)a < 0;

	if (n >= 64)
		return negative ? ~(uint64_t)0 : 0;
	if (op == FETCH_SHL)
		return a << n;
	a >>= n;
	return negative && n ? a | ~low_mask(64 - (unsigned)n) : a;
}

uint64_t fetch_compute(const struct fetch_step *s, uint64_t a, uint64_t b, uint64_t c)
{
	int64_t x = (int64_t)a, y = (int64_t)b;
	uint64_t mask;

	switch (s->op) {
	case FETCH_CONST: return (uint64_t)s->imm;
	case FETCH_ADD: return a + b;
	case FETCH_SUB: return a - b;
	case FETCH_MUL: return a * b;
	case FETCH_DIV: return divide(x, y);
	case FETCH_MOD: return b ? a % b : 0;
	case FETCH_AND: return a & b;
	case FETCH_OR: return a | b;
	case FETCH_XOR: return a ^ b;
	case FETCH_SHL: case FETCH_SHR: case FETCH_SAR: return shift(s->op, a, b);
	case FETCH_NEG: return 0 - a;
	case FETCH_NOT: return ~a;
	case FETCH_ABS: return x < 0 ? 0 - a : a;
	case FETCH_EQ: return a == b;
	case FETCH_NE: return a != b;
	case FETCH_LT: return x < y;
	case FETCH_LE: return x <= y;
	case FETCH_GT: return x > y;
	case FETCH_GE: return x >= y;
	case FETCH_SELECT: return a ? b : c;
	case FETCH_SEXT: return extend(a, s->size * 8, true);
	case FETCH_ZEXT: return extend(a, s->size * 8, false);
	case FETCH_BITS: return extend(a >> s->bit, s->nbits, s->is_signed);
	case FETCH_INSERT:
		mask = low_mask(s->nbits) << s->bit;
		return (a & ~mask) | ((b << s->bit) & mask);
	default: return 0;
	}
}
