/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operators on longs: wrapping arithmetic, checked division, bounded shifts. */
#include "translator/emit/emit.h"

#include <assert.h>

/* The C text of L op R; with L NULL the operator's own text (comparisons of strings). */
const char *binary_c(struct body *b, enum op op, const char *l, const char *r, struct span at)
{
	static const char *const infix[] = {
		[OP_ADD] = "+", [OP_SUB] = "-", [OP_MUL] = "*", [OP_AND] = "&", [OP_OR] = "|", [OP_XOR] = "^",
		[OP_LT] = "<", [OP_GT] = ">", [OP_LE] = "<=", [OP_GE] = ">=", [OP_EQ] = "==", [OP_NE] = "!=",
	};
	static const char *const call[] = { [OP_SHL] = "stp_shl", [OP_SHR] = "stp_shr", [OP_USHR] = "stp_ushr" };
	struct emitter *e = b->e;
	struct val t;

	if (!l)
		return infix[op];
	switch (op) {
	case OP_ADD: case OP_SUB: case OP_MUL:
		return format_c(e, "(int64_t)((uint64_t)%s %s (uint64_t)%s)", l, infix[op], r);
	case OP_AND: case OP_OR: case OP_XOR:
		return format_c(e, "(%s %s %s)", l, infix[op], r);
	case OP_LT: case OP_GT: case OP_LE: case OP_GE: case OP_EQ: case OP_NE:
		return format_c(e, "(int64_t)(%s %s %s)", l, infix[op], r);
	case OP_SHL: case OP_SHR: case OP_USHR:
		return format_c(e, "%s(%s, %s)", call[op], l, r);
	case OP_DIV: case OP_MOD:
		if (*r >= '1' && *r <= '9')	/* a positive constant: nothing to check */
			return format_c(e, "(%s %s %s)", l, op == OP_DIV ? "/" : "%", r);
		t = temp_long(b, format_c(e, "stp_%s(c, %s, %s)", op == OP_DIV ? "div" : "mod", l, r));
		check_error(b, at);
		return t.c;
	case OP_NONE: case OP_LOGAND: case OP_LOGOR: case OP_CONCAT: case OP_NEG: case OP_NOT: case OP_COMPL:
	case OP_PLUS: case OP_STAT:
		break;
	}
	assert(!"not an operator on longs");
	return "0";
}
