/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decodes the code sections of an object with Zydis: see decode.h.
 *
 * A section is decoded from its start to its end.  Compilers put nothing but
 * instructions there; behind bytes that are none, decoding goes on with the next. */
#include "translator/build/check/decode.h"

#include <Zydis/Zydis.h>
#include <errno.h>
#include <string.h>

/* Of a module's code; a script of ten thousand handlers has a tenth. */
#define MAX_CODE (16u << 20)

struct decoder {
	struct arena *arena;
	struct decoded *d;
	ZydisDecoder zydis;
	ZydisDecodedInstruction insn;
	ZydisDecodedOperand ops[ZYDIS_MAX_OPERAND_COUNT];
	uint8_t numbers[ZYDIS_REGISTER_MAX_VALUE + 1];	/* of the whole register, or REG_NONE */
	const struct object_section *section;
	uint32_t index;
	size_t reloc;			/* first one at or behind the current instruction */
};

static void number_registers(struct decoder *d)
{
	ZydisRegister whole;
	int r;

	for (r = 0; r <= ZYDIS_REGISTER_MAX_VALUE; r++) {
		whole = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, (ZydisRegister)r);
		d->numbers[r] = whole >= ZYDIS_REGISTER_RAX && whole <= ZYDIS_REGISTER_R15 ?
				(uint8_t)(whole - ZYDIS_REGISTER_RAX) : REG_NONE;
	}
}

/* The relocation inside the current instruction, or NULL. */
static const struct object_reloc *find_reloc(struct decoder *d, const struct step *s)
{
	const struct object_section *c = d->section;

	while (d->reloc < c->nrelocs && c->relocs[d->reloc].offset < s->at)
		d->reloc++;
	if (d->reloc < c->nrelocs && c->relocs[d->reloc].offset < s->at + s->length)
		return &c->relocs[d->reloc];
	return NULL;
}

static uint8_t whole_register(const struct decoder *d, const ZydisDecodedOperand *op)
{
	if (op->type != ZYDIS_OPERAND_TYPE_REGISTER || op->size != 64)
		return REG_NONE;
	return d->numbers[op->reg.value];
}

/* A register plus a constant, for addresses: the register, or REG_NONE. */
static uint8_t simple_address(const struct decoder *d, const ZydisDecodedOperand *op,
			      int32_t *value)
{
	if (op->type != ZYDIS_OPERAND_TYPE_MEMORY || op->mem.index != ZYDIS_REGISTER_NONE ||
	    op->mem.segment == ZYDIS_REGISTER_FS || op->mem.segment == ZYDIS_REGISTER_GS ||
	    op->mem.base < ZYDIS_REGISTER_RAX || op->mem.base > ZYDIS_REGISTER_R15)
		return REG_NONE;
	*value = op->mem.disp.has_displacement ? (int32_t)op->mem.disp.value : 0;
	return d->numbers[op->mem.base];
}

static uint16_t written_registers(const struct decoder *d)
{
	const ZydisDecodedOperand *op;
	uint16_t mask = 0;
	unsigned i;

	for (i = 0; i < d->insn.operand_count; i++) {
		op = &d->ops[i];
		if (op->type != ZYDIS_OPERAND_TYPE_REGISTER ||
		    !(op->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE))
			continue;
		if (d->numbers[op->reg.value] != REG_NONE)
			mask |= (uint16_t)(1u << d->numbers[op->reg.value]);
	}
	return mask;
}

/* Where the linker lets a branch lead. */
static void set_linked_target(const struct decoder *d, struct step *s, const struct object_reloc *r)
{
	const struct object_symbol *sym = &d->d->object->symbols[r->symbol];
	/* The displacement counts from the end of the instruction. */
	int64_t to = (int64_t)sym->value + r->addend + (int64_t)(s->at + s->length - r->offset);

	if (!object_section_of(d->d->object, sym)) {
		s->to = r->symbol;
		return;
	}
	if (to < 0 || to > MAX_CODE) {
		s->kind = STEP_BAD;
		return;
	}
	s->section = sym->section;
	s->to = (uint32_t)to;
}

static void set_target(struct decoder *d, struct step *s)
{
	const ZydisDecodedOperand *op = &d->ops[0];
	const struct object_reloc *r = find_reloc(d, s);
	int64_t to;

	s->indirect = op->type != ZYDIS_OPERAND_TYPE_IMMEDIATE;
	if (s->indirect) {
		s->to = r ? r->symbol : 0;
		return;
	}
	if (r) {
		set_linked_target(d, s, r);
		return;
	}
	to = (int64_t)s->at + s->length + op->imm.value.s;
	if (to < 0 || (uint64_t)to >= d->section->size) {
		s->kind = STEP_BAD;
		return;
	}
	s->section = d->index;
	s->to = (uint32_t)to;
}

static bool small_number(const ZydisDecodedOperand *op)
{
	return op->type == ZYDIS_OPERAND_TYPE_IMMEDIATE && op->imm.value.s > INT32_MIN &&
	       op->imm.value.s <= INT32_MAX;
}

/* add, sub, and, lea, mov between registers: what keeps an address of the stack known. */
static void classify_arithmetic(struct decoder *d, struct step *s)
{
	const ZydisDecodedOperand *ops = d->ops;
	uint8_t to = whole_register(d, &ops[0]);
	bool number = d->insn.operand_count_visible == 2 && small_number(&ops[1]);
	int32_t n = number ? (int32_t)ops[1].imm.value.s : 0;

	if (to == REG_NONE || find_reloc(d, s))
		return;
	s->reg = s->from = to;
	switch ((int)d->insn.mnemonic) {
	case ZYDIS_MNEMONIC_ADD:
	case ZYDIS_MNEMONIC_SUB:
		s->kind = number ? STEP_ADD : STEP_PLAIN;
		s->value = d->insn.mnemonic == ZYDIS_MNEMONIC_ADD ? n : -n;
		break;
	case ZYDIS_MNEMONIC_AND:
		s->kind = n < 0 && n >= -4096 && !(-n & (-n - 1)) ? STEP_ALIGN : STEP_PLAIN;
		s->value = -n;
		break;
	case ZYDIS_MNEMONIC_LEA:
		s->from = simple_address(d, &ops[1], &s->value);
		s->kind = s->from != REG_NONE ? STEP_ADD : STEP_PLAIN;
		break;
	}
}

static void classify_move(struct decoder *d, struct step *s)
{
	uint8_t to = whole_register(d, &d->ops[0]), from = whole_register(d, &d->ops[1]);
	uint8_t base;

	s->reg = to;
	s->from = from;
	if (to != REG_NONE && from != REG_NONE) {
		s->kind = STEP_ADD;
	} else if (to != REG_NONE && d->ops[1].size == 64 && !find_reloc(d, s)) {
		s->from = simple_address(d, &d->ops[1], &s->value);
		s->kind = s->from != REG_NONE ? STEP_LOAD : STEP_PLAIN;
	} else if (!find_reloc(d, s)) {
		base = simple_address(d, &d->ops[0], &s->value);
		s->reg = base;
		s->kind = base != REG_NONE ? STEP_STORE : STEP_PLAIN;
	}
}

static void classify_stack(struct decoder *d, struct step *s)
{
	s->reg = whole_register(d, &d->ops[0]);
	s->value = d->insn.operand_width == 16 ? 2 : 8;
	switch ((int)d->insn.mnemonic) {
	case ZYDIS_MNEMONIC_PUSH:
	case ZYDIS_MNEMONIC_PUSHFQ:
	case ZYDIS_MNEMONIC_PUSHF:
		s->kind = STEP_PUSH;
		break;
	case ZYDIS_MNEMONIC_POP:
	case ZYDIS_MNEMONIC_POPFQ:
	case ZYDIS_MNEMONIC_POPF:
		s->kind = STEP_POP;
		break;
	case ZYDIS_MNEMONIC_LEAVE:
		s->kind = STEP_LEAVE;
		break;
	case ZYDIS_MNEMONIC_ENTER:
		s->kind = STEP_ENTER;
		s->value = (int32_t)(d->ops[0].imm.value.u + 8 * (d->ops[1].imm.value.u & 31));
		break;
	}
}

/* An instruction that is nothing else and writes at a simple address. */
static void classify_write(struct decoder *d, struct step *s)
{
	uint8_t base;

	if (s->kind != STEP_PLAIN || !d->insn.operand_count_visible ||
	    !(d->ops[0].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) || find_reloc(d, s))
		return;
	base = simple_address(d, &d->ops[0], &s->value);
	if (base == REG_NONE)
		return;
	s->kind = STEP_STORE;
	s->reg = base;
	s->from = REG_NONE;
}

/* An address of the same section, which the assembler knew. */
static void note_near_address(struct decoder *d, struct step *s)
{
	int64_t to;
	unsigned i;

	for (i = 0; i < d->insn.operand_count_visible; i++) {
		if (d->ops[i].type != ZYDIS_OPERAND_TYPE_MEMORY || find_reloc(d, s) ||
		    d->ops[i].mem.base != ZYDIS_REGISTER_RIP)
			continue;
		to = (int64_t)s->at + s->length + d->ops[i].mem.disp.value;
		s->section = d->index;
		s->to = to >= 0 && (uint64_t)to < d->section->size ? (uint32_t)to : UINT32_MAX;
	}
}

static void classify(struct decoder *d, struct step *s)
{
	s->clobbers = written_registers(d);
	switch ((int)d->insn.meta.category) {
	case ZYDIS_CATEGORY_CALL:
		s->kind = STEP_CALL;
		set_target(d, s);
		return;
	case ZYDIS_CATEGORY_UNCOND_BR:
		s->kind = STEP_JUMP;
		set_target(d, s);
		return;
	case ZYDIS_CATEGORY_COND_BR:
		s->kind = STEP_BRANCH;
		set_target(d, s);
		return;
	case ZYDIS_CATEGORY_RET:
		s->kind = STEP_RETURN;
		s->value = d->ops[0].type == ZYDIS_OPERAND_TYPE_IMMEDIATE ?
			   (int32_t)d->ops[0].imm.value.u : 0;
		return;
	case ZYDIS_CATEGORY_PUSH:
	case ZYDIS_CATEGORY_POP:
		classify_stack(d, s);
		return;
	}
	switch ((int)d->insn.mnemonic) {
	case ZYDIS_MNEMONIC_ADD:
	case ZYDIS_MNEMONIC_SUB:
	case ZYDIS_MNEMONIC_AND:
	case ZYDIS_MNEMONIC_LEA:
		classify_arithmetic(d, s);
		break;
	case ZYDIS_MNEMONIC_MOV:
		classify_move(d, s);
		break;
	case ZYDIS_MNEMONIC_LEAVE:
	case ZYDIS_MNEMONIC_ENTER:
		classify_stack(d, s);
		break;
	case ZYDIS_MNEMONIC_UD2:
		s->kind = STEP_TRAP;
		break;
	case ZYDIS_MNEMONIC_INT3:
	case ZYDIS_MNEMONIC_HLT:
		s->kind = STEP_STOP;
		break;
	}
	classify_write(d, s);
	note_near_address(d, s);
}

static void decode_step(struct decoder *d, struct step *s)
{
	const struct object_section *c = d->section;

	if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&d->zydis, c->bytes + s->at, c->size - s->at,
						 &d->insn, d->ops))) {
		s->kind = STEP_BAD;
		s->length = 1;
		return;
	}
	s->length = d->insn.length;
	classify(d, s);
}

static void decode_section(struct decoder *d)
{
	struct code_section *c = &d->d->sections[d->index];
	uint64_t at;
	struct step *s;

	d->reloc = 0;
	c->first = d->d->nsteps;
	c->starts = ARENA_ARRAY(d->arena, uint32_t, d->section->size);
	for (at = 0; at < d->section->size; at += s->length) {
		s = &d->d->steps[d->d->nsteps];
		*s = (struct step){ .at = (uint32_t)at, .reg = REG_NONE, .from = REG_NONE };
		decode_step(d, s);
		d->d->section_of[d->d->nsteps] = d->index;
		c->starts[at] = ++d->d->nsteps;
	}
	c->end = d->d->nsteps;
}

static bool is_code(const struct object_section *s)
{
	return (s->flags & SHF_EXECINSTR) && (s->flags & SHF_ALLOC) && s->bytes;
}

static void mark_targets(struct decoded *d)
{
	uint32_t i, to;

	for (i = 0; i < d->nsteps; i++) {
		struct step *s = &d->steps[i];

		if ((s->kind != STEP_JUMP && s->kind != STEP_BRANCH) || !s->section)
			continue;
		to = decoded_step(d, s->section, s->to);
		if (to != UINT32_MAX)
			d->steps[to].target = true;
	}
}

int decode_object(struct arena *a, const struct object *o, struct decoded *out)
{
	struct decoder d = { .arena = a, .d = out };
	uint64_t total = 0;
	uint32_t i;

	*out = (struct decoded){ .object = o };
	if (o->machine != EM_X86_64)
		return -ENOTSUP;
	for (i = 1; i < o->nsections; i++)
		total += is_code(&o->sections[i]) ? o->sections[i].size : 0;
	if (total > MAX_CODE)
		return -ENOEXEC;
	ZydisDecoderInit(&d.zydis, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	number_registers(&d);
	out->steps = arena_alloc(a, (total + 1) * sizeof *out->steps);
	out->section_of = arena_alloc(a, (total + 1) * sizeof *out->section_of);
	out->sections = ARENA_ARRAY(a, struct code_section, o->nsections);
	for (i = 1; i < o->nsections; i++) {
		d.section = &o->sections[i];
		d.index = i;
		if (is_code(d.section))
			decode_section(&d);
	}
	mark_targets(out);
	return 0;
}

uint32_t decoded_step(const struct decoded *d, uint32_t section, uint64_t offset)
{
	const struct code_section *c = section < d->object->nsections ? &d->sections[section] : NULL;

	if (!c || c->first == c->end || offset >= d->object->sections[section].size)
		return UINT32_MAX;
	return c->starts[offset] - 1;
}

const char *decoded_text(struct arena *a, const struct decoded *d, uint32_t step)
{
	const struct step *s = &d->steps[step];
	const unsigned char *bytes = d->object->sections[d->section_of[step]].bytes + s->at;
	ZydisDecodedOperand ops[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction insn;
	ZydisFormatter formatter;
	ZydisDecoder zydis;
	char text[128];

	ZydisDecoderInit(&zydis, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_INTEL);
	if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&zydis, bytes, s->length, &insn, ops)) ||
	    !ZYAN_SUCCESS(ZydisFormatterFormatInstruction(&formatter, &insn, ops,
			  insn.operand_count_visible, text, sizeof text, ZYDIS_RUNTIME_ADDRESS_NONE, NULL)))
		return "bytes that are no instruction";
	return arena_strdup(a, text);
}
