/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Location programs (debuginfo/fetch.h) as straight-line C; saved entry values. */
#include "translator/emit/emit.h"

#include <inttypes.h>
#include <string.h>

struct fetching {
	struct body *b;
	struct expr *e;
	struct val *inputs;
	unsigned id;
};

/* The run-time address cell of SYMBOL: one static variable, filled at load. */
static const char *symbol_cell(struct emitter *e, const char *module, const char *symbol)
{
	const char *key = format_c(e, "%s\n%s", module ? module : "", symbol), *name = map_get(&e->symrefs, key);

	if (!name) {
		name = format_c(e, "sym_%zu", e->symrefs.len);
		map_put(&e->symrefs, key, (void *)name);
		sb_printf(&e->types, "static uint64_t %s;\n", name);
	}
	return name;
}

static const char *input_c(struct fetching *f, int64_t n)
{
	if ((size_t)n < f->e->fetch.inputs.len + (f->e->fetch.store != NULL))
		return format_c(f->b->e, "(uint64_t)%s", f->inputs[n].c);
	return format_c(f->b->e, "c->args[%" PRId64 "]", n);
}

static const char *value_c(struct fetching *f, unsigned n)
{
	return format_c(f->b->e, "v%u_%u", f->id, n);
}

static const char *infix_c(unsigned op)
{
	static const char *const text[FETCH_OPS] = {
		[FETCH_ADD] = "+", [FETCH_SUB] = "-", [FETCH_MUL] = "*", [FETCH_AND] = "&", [FETCH_OR] = "|", [FETCH_XOR] = "^",
		[FETCH_EQ] = "==", [FETCH_NE] = "!=", [FETCH_LT] = "<", [FETCH_LE] = "<=", [FETCH_GT] = ">", [FETCH_GE] = ">=",
	};

	return text[op];
}

static uint64_t bit_mask(unsigned nbits)
{
	return nbits >= 64 ? ~0ull : (1ull << nbits) - 1;
}

static const char *arithmetic_c(struct fetching *f, const struct fetch_step *s)
{
	struct emitter *e = f->b->e;
	const char *a = value_c(f, s->a), *b = value_c(f, s->b);

	if (s->op >= FETCH_LT && s->op <= FETCH_GE)
		return format_c(e, "(uint64_t)((int64_t)%s %s (int64_t)%s)", a, infix_c(s->op), b);
	if (infix_c(s->op))
		return format_c(e, "(uint64_t)(%s %s %s)", a, infix_c(s->op), b);
	switch ((int)s->op) {
	case FETCH_DIV: return format_c(e, "((int64_t)%s == 0 ? 0 : (int64_t)%s == -1 ? -%s : (uint64_t)((int64_t)%s / (int64_t)%s))", b, b, a, a, b);
	case FETCH_MOD: return format_c(e, "(%s ? %s %% %s : 0)", b, a, b);
	case FETCH_SHL: return format_c(e, "(%s > 63 ? 0 : %s << %s)", b, a, b);
	case FETCH_SHR: return format_c(e, "(%s > 63 ? 0 : %s >> %s)", b, a, b);
	case FETCH_SAR: return format_c(e, "(uint64_t)((int64_t)%s >> (%s > 63 ? 63 : %s))", a, b, b);
	case FETCH_NEG: return format_c(e, "-%s", a);
	case FETCH_NOT: return format_c(e, "~%s", a);
	case FETCH_ABS: return format_c(e, "((int64_t)%s < 0 ? -%s : %s)", a, a, a);
	case FETCH_SELECT: return format_c(e, "(%s ? %s : %s)", a, b, value_c(f, s->c));
	case FETCH_SEXT: return format_c(e, "(uint64_t)(int64_t)(int%u_t)%s", s->size * 8, a);
	case FETCH_ZEXT: return format_c(e, "(uint64_t)(uint%u_t)%s", s->size * 8, a);
	case FETCH_BITS:
		if (s->is_signed)
			return format_c(e, "(uint64_t)((int64_t)(%s << %u) >> %u)", a, 64 - s->bit - s->nbits, 64 - s->nbits);
		return format_c(e, "((%s >> %u) & 0x%" PRIx64 "ull)", a, s->bit, bit_mask(s->nbits));
	case FETCH_INSERT:
		return format_c(e, "((%s & ~(0x%" PRIx64 "ull << %u)) | ((%s & 0x%" PRIx64 "ull) << %u))", a,
				bit_mask(s->nbits), s->bit, b, bit_mask(s->nbits), s->bit);
	default: return "0";	/* leaves and memory: step_c */
	}
}

static const char *step_c(struct fetching *f, const struct fetch_step *s)
{
	struct emitter *e = f->b->e;

	switch ((int)s->op) {
	case FETCH_CONST: return format_c(e, "(uint64_t)%s", c_number(e, s->imm));
	case FETCH_REG: return format_c(e, "stp_reg(c, %" PRId64 ")", s->imm);
	case FETCH_STACK_ARG: return format_c(e, "stp_stack_arg(c, %" PRId64 ")", s->imm);
	case FETCH_RETVAL: return "stp_retval(c)";
	case FETCH_INPUT: return input_c(f, s->imm);
	case FETCH_SYMBOL: return format_c(e, "%s + (uint64_t)%s", symbol_cell(e, s->module, s->symbol), c_number(e, s->imm));
	case FETCH_TLS: return "0";	/* user space only: its backend has its own */
	case FETCH_PERCPU: return format_c(e, "stp_percpu(c, %s)", value_c(f, s->a));
	case FETCH_LOAD: return format_c(e, "stp_load%s(c, %s, %u)", s->user ? "_user" : "", value_c(f, s->a), s->size);
	default: return arithmetic_c(f, s);	/* everything that computes */
	}
}

static bool can_fault(const struct fetch_step *s)
{
	return s->op == FETCH_LOAD || s->op == FETCH_STORE || s->op == FETCH_STACK_ARG;
}

static void emit_step(struct fetching *f, const struct fetch_step *s, unsigned n)
{
	struct body *b = f->b;

	if (s->op == FETCH_STORE)
		line(b, "stp_store%s(c, %s, %u, %s);", s->user ? "_user" : "", value_c(f, s->a), s->size, value_c(f, s->b));
	else if (s->op == FETCH_SETREG)
		line(b, "stp_set_reg(c, %" PRId64 ", %s);", s->imm, value_c(f, s->b));
	else
		line(b, "uint64_t %s = %s;", value_c(f, n), step_c(f, s));
	if (can_fault(s))
		check_error(b, f->e->span);
}

struct val emit_fetch(struct body *b, struct expr *e, const char *dst)
{
	struct fetching f = { .b = b, .e = e };
	struct fetch *p = e->fetch.program;
	struct expr_vec inputs = { 0 };
	const char *v;

	for (size_t i = 0; i < e->fetch.inputs.len; i++)
		vec_push(b->e->arena, &inputs, e->fetch.inputs.data[i]);
	if (e->fetch.store)
		vec_push(b->e->arena, &inputs, e->fetch.store);
	f.inputs = ARENA_ARRAY(b->e->arena, struct val, inputs.len + 1);
	emit_list(b, &inputs, f.inputs);
	f.id = b->nlong++;
	for (unsigned i = 0; i < p->len; i++)
		emit_step(&f, &p->steps[i], i);
	if (e->fetch.store)
		return f.inputs[e->fetch.inputs.len];
	v = format_c(b->e, "(int64_t)%s", value_c(&f, p->result));
	if (!is_string(e))
		return temp_fetched(b, v);
	if (!dst)
		dst = temp_string(b);
	line(b, "stp_%s_string(c, %s, STP_STRING, (uint64_t)%s, %u);", e->fetch.user ? "user" : "kernel", dst, v, e->fetch.string_max);
	check_error(b, e->span);
	return (struct val){ dst, true };
}

/* Slots: longs take 8 bytes, strings STP_STRING; in order. */
unsigned saved_offset(struct emitter *e, const struct probe *p, unsigned slot, unsigned *total)
{
	unsigned off = 0, at = 0;

	for (unsigned i = 0; i < p->saved.len; i++) {
		if (i == slot)
			at = off;
		off += is_string(p->saved.data[i]) ? e->max_string : 8;
		off = (off + 7) & ~7u;
	}
	if (total)
		*total = off;
	return at;
}

struct val emit_saved(struct body *b, struct expr *e)
{
	unsigned off = saved_offset(b->e, b->probe, e->saved.slot, NULL);

	if (is_string(e))
		return (struct val){ format_c(b->e, "((const char *)c->saved + %u)", off), false };
	return (struct val){ format_c(b->e, "(*(int64_t *)((char *)c->saved + %u))", off), true };
}
