/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The textual form of location programs (golden files, --dump) and their verifier. */
#include "translator/debuginfo/fetch.h"
#include "translator/debuginfo/fetch_ops.h"
#include <inttypes.h>

static void dump_symbol(struct strbuf *b, const struct fetch_step *s)
{
	sb_printf(b, " %s:%s", s->module ? s->module : "", s->symbol ? s->symbol : "?");
	if (s->imm)
		sb_printf(b, "%+" PRId64, s->imm);
}

static void dump_step(struct strbuf *b, const struct fetch_step *s)
{
	const struct fetch_op_info *info = &fetch_op_infos[s->op];

	sb_puts(b, info->name);
	if (info->has_size)
		sb_printf(b, "%u", s->size * 8u);
	if (s->user)
		sb_puts(b, " user");
	if (s->op == FETCH_SYMBOL)
		dump_symbol(b, s);
	else if (info->has_imm)
		sb_printf(b, " %" PRId64, s->imm);
	if (s->op == FETCH_TLS && s->module)
		sb_printf(b, " %s", s->module);
	if (info->operands > 0)
		sb_printf(b, " %%%u", s->a);
	if (info->operands > 1)
		sb_printf(b, " %%%u", s->b);
	if (info->operands > 2)
		sb_printf(b, " %%%u", s->c);
	if (info->has_bits)
		sb_printf(b, " [%u:%u]%s", s->bit, s->nbits, s->is_signed ? " signed" : "");
}

void fetch_dump(struct strbuf *b, const struct fetch *f)
{
	for (unsigned i = 0; i < f->len; i++) {
		if (fetch_op_infos[f->steps[i].op].writes)
			sb_puts(b, "     ");
		else
			sb_printf(b, "%%%u = ", i);
		dump_step(b, &f->steps[i]);
		sb_putc(b, '\n');
	}
	if (f->len)
		sb_printf(b, "result %%%u\n", f->result);
}

static const char *verify_operands(const struct fetch *f, unsigned i)
{
	const struct fetch_step *s = &f->steps[i];
	unsigned n = fetch_op_infos[s->op].operands;
	const uint16_t v[3] = { s->a, s->b, s->c };

	for (unsigned k = 0; k < n; k++) {
		if (v[k] >= i)
			return "an operand is used before its definition";
		if (fetch_op_infos[f->steps[v[k]].op].writes)
			return "an operand is a step that yields no value";
	}
	return NULL;
}

static const char *verify_step(const struct fetch *f, unsigned i)
{
	const struct fetch_step *s = &f->steps[i];
	const struct fetch_op_info *info;

	if (s->op >= FETCH_OPS)
		return "an operation does not exist";
	info = &fetch_op_infos[s->op];
	if (info->has_size && s->size != 1 && s->size != 2 && s->size != 4 && s->size != 8)
		return "an access is not 1, 2, 4 or 8 bytes wide";
	if (info->has_bits && (!s->nbits || s->bit + s->nbits > 64))
		return "a bit range is empty or leaves the value";
	if (s->op == FETCH_SYMBOL && !s->symbol)
		return "a symbol has no name";
	if ((s->op == FETCH_INPUT || s->op == FETCH_STACK_ARG) && (s->imm < 0 || s->imm > UINT16_MAX))
		return "an input number is out of range";
	if (info->writes && !f->writes)
		return "a write in a program that does not say it writes";
	return verify_operands(f, i);
}

const char *fetch_verify(const struct fetch *f)
{
	if (f->overflow)
		return "the expression needs too many steps";
	if (!f->len)
		return "the program is empty";
	for (unsigned i = 0; i < f->len; i++) {
		const char *wrong = verify_step(f, i);

		if (wrong)
			return wrong;
	}
	if (f->result >= f->len)
		return "the result is not a step";
	if (!f->writes && fetch_op_infos[f->steps[f->result].op].writes)
		return "the result yields no value";
	return NULL;
}

unsigned fetch_inputs(const struct fetch *f)
{
	unsigned n = 0;

	for (unsigned i = 0; i < f->len; i++)
		if (f->steps[i].op == FETCH_INPUT && f->steps[i].imm >= n)
			n = (unsigned)f->steps[i].imm + 1;
	return n;
}
