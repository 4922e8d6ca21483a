/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parameters and results by the x86-64 System V calling convention (ABI 3.2.3).
 *
 * Serves BTF, which has no locations, and DWARF where it gives none at a function's
 * entry.  Classes INTEGER and MEMORY are complete; SSE and X87 values are known
 * not to use integer registers, and are reported as unreadable. */
#include "translator/debuginfo/place.h"
#include "translator/debuginfo/type.h"
#include <string.h>

/* DWARF numbers (ABI figure 3.36) of rdi rsi rdx rcx r8 r9. */
static const uint16_t int_regs[] = { 5, 4, 1, 2, 8, 9 };
#define INT_REGS (sizeof int_regs / sizeof *int_regs)
#define REG_RSP 7
#define REG_RDX 1
#define REG_RAX 0

enum class { CLASS_INTEGER, CLASS_SSE, CLASS_MEMORY };

struct slots {
	unsigned regs;		/* integer registers used so far */
	unsigned words;		/* stack words used so far */
};

/* Does an object of type T hold a float in [lo, hi)? Then its eightbyte may be SSE. */
static bool all_float(const struct di_type *t, uint64_t at, uint64_t lo, uint64_t hi, bool *any, unsigned depth)
{
	t = di_type_strip(t);
	if (depth > 8)
		return false;
	if (t->kind == DI_ARRAY) {
		for (uint64_t i = 0; i < t->count && i < 16; i++)
			if (!all_float(t->target, at + i * t->target->size, lo, hi, any, depth + 1))
				return false;
		return true;
	}
	if (t->kind == DI_STRUCT || t->kind == DI_UNION || t->kind == DI_CLASS) {
		t = di_type_complete(t);
		for (size_t i = 0; i < t->nmembers; i++)
			if (!all_float(t->members[i].type, at + t->members[i].bit_offset / 8, lo, hi, any, depth + 1))
				return false;
		return true;
	}
	if (at >= hi || at + t->size <= lo)
		return true;
	*any = true;
	return t->kind == DI_FLOAT;
}

static enum class eightbyte_class(const struct di_type *t, unsigned n)
{
	bool any = false;

	return all_float(t, 0, n * 8ul, n * 8ul + 8, &any, 0) && any ? CLASS_SSE : CLASS_INTEGER;
}

static bool in_memory(const struct di_type *t)
{
	t = di_type_strip(t);
	return t->size > 16 || !t->size || (t->kind == DI_FLOAT && t->size > 8);
}

static void place_register(struct access *x, unsigned n, struct place *out)
{
	out->kind = PLACE_REGISTER;
	out->reg = int_regs[n];
	out->value = fetch_leaf(x->f, FETCH_REG, int_regs[n]);
}

static void place_stack(struct access *x, unsigned word, const struct di_type *t, struct place *out)
{
	t = di_type_strip(t);
	if (t->size <= 8 && t->kind != DI_STRUCT && t->kind != DI_UNION && t->kind != DI_CLASS) {
		out->kind = PLACE_VALUE;
		out->value = fetch_leaf(x->f, FETCH_STACK_ARG, word);
		return;
	}
	out->kind = PLACE_MEMORY;
	out->value = fetch_binary(x->f, FETCH_ADD, fetch_leaf(x->f, FETCH_REG, REG_RSP),
				  fetch_const(x->f, 8 + 8 * (int64_t)word));
}

static void place_pair(struct access *x, struct place a, struct place b, struct place *out)
{
	out->kind = PLACE_PIECES;
	out->npieces = 2;
	out->pieces = ARENA_ARRAY(x->arena, struct piece, 2);
	out->pieces[0] = (struct piece){ a, 64 };
	out->pieces[1] = (struct piece){ b, 64 };
}

/* A parameter of class MEMORY, or one for which registers ran out. */
static void take_stack(struct access *x, struct slots *s, const struct di_type *t, struct place *out)
{
	uint64_t size = di_type_strip(t)->size;

	if (di_type_strip(t)->kind == DI_INT && size == 16)
		s->words += s->words & 1;
	if (out)
		place_stack(x, s->words, t, out);
	s->words += (unsigned)((size + 7) / 8);
}

/* Consume what one parameter uses; OUT is filled when it is the wanted one. */
static bool take_param(struct access *x, struct slots *s, const struct di_type *t, struct place *out)
{
	const struct di_type *bare = di_type_complete(di_type_strip(t));
	unsigned words = (unsigned)((bare->size + 7) / 8), need = 0;
	enum class class[2] = { CLASS_INTEGER, CLASS_INTEGER };
	struct place part[2] = { { 0 }, { 0 } };

	if (in_memory(bare)) {
		take_stack(x, s, bare, out);
		return true;
	}
	for (unsigned i = 0; i < words; i++) {
		class[i] = eightbyte_class(bare, i);
		need += class[i] == CLASS_INTEGER;
	}
	if (s->regs + need > INT_REGS) {
		take_stack(x, s, bare, out);
		return true;
	}
	for (unsigned i = 0; i < words; i++)
		if (class[i] == CLASS_INTEGER)
			place_register(x, s->regs++, &part[i]);
	if (!out)
		return true;
	if (words == 1)
		*out = part[0];
	else
		place_pair(x, part[0], part[1], out);
	return need > 0;
}

bool callconv_param(struct access *x, const struct di_type *func, unsigned n, struct place *out)
{
	struct slots s = { 0 };
	const struct di_type *t;
	const struct di_type *result;

	func = di_type_complete(func);
	result = func->target ? di_type_strip(func->target) : NULL;
	if (result && (result->kind == DI_STRUCT || result->kind == DI_UNION || result->kind == DI_CLASS) &&
	    in_memory(di_type_complete(result)))
		s.regs = 1;
	if (n >= func->nparams)
		return false;
	for (unsigned i = 0; i < n; i++)
		take_param(x, &s, func->params[i].type, NULL);
	t = func->params[n].type;
	memset(out, 0, sizeof *out);
	if (!take_param(x, &s, t, out))
		return access_fail(x, DI_UNSUPPORTED, "%s is passed in a floating-point register, which probes cannot read",
				   x->name);
	out->type = t;
	return true;
}

bool callconv_word(struct access *x, unsigned n, struct place *out)
{
	const struct di_type *t = type_builtin(x->m, "long int");

	memset(out, 0, sizeof *out);
	if (n < INT_REGS)
		place_register(x, n, out);
	else
		place_stack(x, n - (unsigned)INT_REGS, t, out);
	out->type = t;
	return true;
}

bool callconv_result(struct access *x, const struct di_type *t, struct place *out)
{
	const struct di_type *bare = di_type_complete(di_type_strip(t));
	struct place high = { .kind = PLACE_VALUE }, low = { .kind = PLACE_VALUE };

	memset(out, 0, sizeof *out);
	if (bare->kind == DI_VOID)
		return access_fail(x, DI_NO_VARIABLE, "the function returns nothing, so there is no $return");
	low.value = fetch_leaf(x->f, FETCH_RETVAL, 0);
	if (in_memory(bare)) {
		*out = (struct place){ .kind = PLACE_MEMORY, .value = low.value };
	} else if (eightbyte_class(bare, 0) == CLASS_SSE) {
		return access_fail(x, DI_UNSUPPORTED, "the result is in a floating-point register, which probes cannot read");
	} else if (bare->size > 8) {
		high.value = fetch_leaf(x->f, FETCH_REG, REG_RDX);
		place_pair(x, low, high, out);
	} else {
		*out = (struct place){ .kind = PLACE_REGISTER, .reg = REG_RAX, .value = low.value };
	}
	out->type = t;
	return true;
}
