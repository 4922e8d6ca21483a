/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module checker's look at instructions, decoded with Zydis.
 *
 * A section is decoded from its start to its end: the compiler puts nothing but
 * instructions there (jump tables are data, and off in kernels that matter).
 * Branches inside a section must meet the start of an instruction, so that no
 * other decoding of the same bytes is ever run.  int3 is allowed where it cannot
 * be reached, behind a jump or return (straight-line speculation). */
#include "translator/build/check/modcheck_x86.h"

#include <Zydis/Zydis.h>
#include <stdlib.h>
#include <string.h>

/* Functions that compilers call on their own, and thunks that calls and returns
 * are turned into. */
static const char *const compiler_symbols[] = {
	"__stack_chk_fail", "__stack_chk_guard", "__ref_stack_chk_guard", "__x86_return_thunk",
	"stackleak_track_stack", "__sanitizer_cov_stack_depth",	/* the stackleak plugin, by its names */
	"memcpy", "memmove", "memset", "memcmp",
};

bool modcheck_is_compilers(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof compiler_symbols / sizeof *compiler_symbols; i++)
		if (!strcmp(compiler_symbols[i], name))
			return true;
	return false;
}

enum verdict { REFUSED, GURU_ONLY, ALLOWED };

static const unsigned char verdicts[ZYDIS_MNEMONIC_MAX_VALUE + 1] = {
#define INSN(m) [ZYDIS_MNEMONIC_##m] = ALLOWED,
#define GURU(m) [ZYDIS_MNEMONIC_##m] = GURU_ONLY,
#include "translator/build/check/modcheck_x86.def"
#undef INSN
#undef GURU
};

/* Offset of the stack protector's canary in the per-CPU area (fixed by the
 * compiler's ABI; arch/x86/include/asm/stackprotector.h). */
#define CANARY_OFFSET 40

struct walk {
	struct arena *arena;
	const struct code *code;
	ZydisDecoder decoder;
	ZydisDecodedInstruction insn;
	ZydisDecodedOperand ops[ZYDIS_MAX_OPERAND_COUNT];
	uint64_t at;			/* offset of insn */
	size_t reloc;			/* first one at or after it */
	unsigned char *starts;		/* a bit for each byte: an instruction starts here */
	VEC(uint64_t) targets;		/* of branches in this section, pairs with `sources` */
	VEC(uint64_t) sources;
	bool falls_through;		/* of the instruction before */
	uint16_t constants;		/* registers that hold a number of the code, by the instructions before */
};

static const char *describe(struct walk *w, const char *what)
{
	return arena_printf(w->arena, "%s `%s`", what, ZydisMnemonicGetString(w->insn.mnemonic));
}

/* The relocation inside the current instruction, or NULL. */
static const struct code_reloc *find_reloc(struct walk *w)
{
	const struct code *c = w->code;

	while (w->reloc < c->nrelocs && c->relocs[w->reloc].offset < w->at)
		w->reloc++;
	if (w->reloc < c->nrelocs && c->relocs[w->reloc].offset < w->at + w->insn.length)
		return &c->relocs[w->reloc];
	return NULL;
}

static bool is_general(ZydisRegister r)
{
	ZydisRegisterClass k = ZydisRegisterGetClass(r);

	return r == ZYDIS_REGISTER_NONE || k == ZYDIS_REGCLASS_GPR8 || k == ZYDIS_REGCLASS_GPR16 || k == ZYDIS_REGCLASS_GPR32 ||
	       k == ZYDIS_REGCLASS_GPR64 || k == ZYDIS_REGCLASS_FLAGS || k == ZYDIS_REGCLASS_IP;
}

static bool is_branch(const ZydisDecodedInstruction *i)
{
	return i->meta.category == ZYDIS_CATEGORY_COND_BR || i->meta.category == ZYDIS_CATEGORY_UNCOND_BR ||
	       i->meta.category == ZYDIS_CATEGORY_CALL;
}

/* A read of %gs:40, or of the kernel's variable for it. */
static bool is_canary(struct walk *w, const ZydisDecodedOperand *op)
{
	const struct code_reloc *r = find_reloc(w);

	if (op->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE)
		return false;
	if (r)
		return r->symbol && (!strcmp(r->symbol, "__stack_chk_guard") || !strcmp(r->symbol, "__ref_stack_chk_guard"));
	return op->mem.base == ZYDIS_REGISTER_NONE && op->mem.index == ZYDIS_REGISTER_NONE && op->mem.disp.value == CANARY_OFFSET;
}

/* Bit of a 64-bit register or a part of it; 0: of no general one. */
static uint16_t register_bit(ZydisRegister r)
{
	ZydisRegister whole = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, r);

	if (whole < ZYDIS_REGISTER_RAX || whole > ZYDIS_REGISTER_R15)
		return 0;
	return (uint16_t)(1u << (whole - ZYDIS_REGISTER_RAX));
}

/* Registers with a number in them, until they are written, or ways may meet. */
static void follow_constants(struct walk *w)
{
	const struct code_reloc *r = find_reloc(w);
	unsigned i;

	for (i = 0; i < w->insn.operand_count; i++)
		if (w->ops[i].type == ZYDIS_OPERAND_TYPE_REGISTER &&
		    w->ops[i].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE)
			w->constants &= (uint16_t)~register_bit(w->ops[i].reg.value);
	if (w->insn.mnemonic == ZYDIS_MNEMONIC_MOV && !r && w->ops[0].type == ZYDIS_OPERAND_TYPE_REGISTER &&
	    w->ops[1].type == ZYDIS_OPERAND_TYPE_IMMEDIATE)
		w->constants |= register_bit(w->ops[0].reg.value);
	if (is_branch(&w->insn))
		w->constants = 0;
}

/* The relocation of the address in the current instruction, or NULL. */
static const struct code_reloc *find_address_reloc(struct walk *w)
{
	const struct code_reloc *r = find_reloc(w), *end = w->code->relocs + w->code->nrelocs;

	for (; r && r < end && r->offset < w->at + w->insn.length; r++)
		if (w->insn.raw.disp.offset && r->offset == w->at + w->insn.raw.disp.offset)
			return r;
	return NULL;
}

/* A write at an address that the code itself says. */
static const char *check_write(struct walk *w, const ZydisDecodedOperand *op)
{
	const struct code_reloc *r = find_address_reloc(w);
	bool relative = op->mem.base == ZYDIS_REGISTER_RIP, indexed = op->mem.index != ZYDIS_REGISTER_NONE;
	const char *why;
	int64_t to;

	if (!relative && (op->mem.base != ZYDIS_REGISTER_NONE || indexed) && !r)
		return op->mem.base != ZYDIS_REGISTER_NONE && register_bit(op->mem.base) & w->constants ?
		       describe(w, "a write to a fixed address by") : NULL;
	if (!r)
		return describe(w, "a write to a fixed address by");
	if (r->symbol)
		return describe(w, arena_printf(w->arena, "a write to %s by", r->symbol));
	to = r->value + (relative ? (int64_t)(w->at + w->insn.length - r->offset) : 0);
	why = w->code->unwritable(w->code->arg, r->section, to, indexed || (!relative && op->mem.base));
	return why ? describe(w, arena_printf(w->arena, "a write to %s by", why)) : NULL;
}

static const char *check_memory(struct walk *w, const ZydisDecodedOperand *op)
{
	const char *bad;

	if (w->code->unwritable && !w->code->guru && op->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) {
		bad = check_write(w, op);
		if (bad)
			return bad;
	}
	if (op->mem.segment == ZYDIS_REGISTER_GS)
		return is_canary(w, op) || w->code->guru ? NULL : describe(w, "per-CPU memory (%gs) in");
	if (op->mem.segment == ZYDIS_REGISTER_FS)
		return describe(w, "memory through %fs in");
	return is_general(op->mem.base) && is_general(op->mem.index) ? NULL : describe(w, "an unexpected address in");
}

static const char *check_operands(struct walk *w)
{
	const ZydisDecodedOperand *op;
	const char *bad = NULL;
	unsigned i;

	/* hidden operands are part of what the mnemonic stands for, but for memory's segment */
	for (i = 0; i < w->insn.operand_count && !bad; i++) {
		op = &w->ops[i];
		if (op->type == ZYDIS_OPERAND_TYPE_MEMORY && op->mem.type == ZYDIS_MEMOP_TYPE_MEM)
			bad = check_memory(w, op);
		else if (op->type == ZYDIS_OPERAND_TYPE_REGISTER && i < w->insn.operand_count_visible && !is_general(op->reg.value))
			bad = describe(w, arena_printf(w->arena, "the register %s in", ZydisRegisterGetString(op->reg.value)));
	}
	return bad;
}

static const char *check_mnemonic(struct walk *w)
{
	enum verdict v = verdicts[w->insn.mnemonic];

	if (v == ALLOWED || (v == GURU_ONLY && w->code->guru))
		return NULL;
	if (w->insn.mnemonic == ZYDIS_MNEMONIC_INT3 && !w->falls_through)
		return NULL;
	return describe(w, "the instruction");
}

/* A branch whose target the linker fills in. */
static const char *check_linked(struct walk *w, const struct code_reloc *r)
{
	const struct code *c = w->code;
	int64_t to;

	if (r->symbol)
		return c->guru || c->callable(c->arg, r->symbol) ? NULL :
		       arena_printf(w->arena, "a branch to %s", r->symbol);
	/* the displacement counts from the end of its four bytes, which is that of the instruction */
	to = r->value + (int64_t)(w->at + w->insn.length - r->offset);
	if (r->section >= c->nsections || to < 0 || (uint64_t)to >= c->sizes[r->section])
		return describe(w, "a branch out of the code by");
	if (r->section == c->section) {
		vec_push(w->arena, &w->targets, (uint64_t)to);
		vec_push(w->arena, &w->sources, w->at);
	}
	return NULL;
}

static const char *check_branch(struct walk *w)
{
	const ZydisDecodedOperand *op = &w->ops[0];
	const struct code_reloc *r = find_reloc(w);
	int64_t to;

	if (w->insn.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR)
		return describe(w, "a far");
	if (op->type != ZYDIS_OPERAND_TYPE_IMMEDIATE)
		return w->code->guru ? NULL : describe(w, "an indirect");
	if (r)
		return check_linked(w, r);
	to = (int64_t)(w->at + w->insn.length) + op->imm.value.s;
	if (to < 0 || (uint64_t)to >= w->code->size)
		return describe(w, "a branch out of the code by");
	vec_push(w->arena, &w->targets, (uint64_t)to);
	vec_push(w->arena, &w->sources, w->at);
	return NULL;
}

static const char *check_one(struct walk *w)
{
	const char *bad = check_mnemonic(w);

	if (!bad && w->insn.mnemonic == ZYDIS_MNEMONIC_RET && w->insn.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR)
		bad = describe(w, "a far");
	if (!bad && is_branch(&w->insn))
		bad = check_branch(w);
	else if (!bad)
		bad = check_operands(w);
	follow_constants(w);
	w->falls_through = w->insn.meta.category != ZYDIS_CATEGORY_UNCOND_BR && w->insn.meta.category != ZYDIS_CATEGORY_RET &&
			   (w->insn.mnemonic != ZYDIS_MNEMONIC_INT3 || w->falls_through);
	return bad;
}

static const char *check_targets(struct walk *w, uint64_t *at)
{
	const struct code *c = w->code;
	uint64_t to;
	size_t i;

	for (i = 0; i < w->targets.len; i++) {
		to = w->targets.data[i];
		if (to < c->from || (c->to && to >= c->to) ||
		    w->starts[(to - c->from) / 8] & 1 << (to - c->from) % 8)
			continue;
		*at = w->sources.data[i];
		return "a branch into the middle of an instruction";
	}
	return NULL;
}

/* The first relocation at or behind the part that is looked at. */
static size_t first_reloc(const struct code *c)
{
	size_t low = 0, high = c->nrelocs, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (c->relocs[mid].offset < c->from)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const char *modcheck_x86(struct arena *a, const struct code *code, uint64_t *at)
{
	struct walk w = { .arena = a, .code = code, .falls_through = true, .at = code->from };
	uint64_t end = code->to ? code->to : code->size;
	const char *bad = NULL;

	w.reloc = first_reloc(code);
	w.starts = arena_zalloc(a, (end - code->from) / 8 + 1);
	ZydisDecoderInit(&w.decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	for (; w.at < end && !bad; w.at += w.insn.length) {
		*at = w.at;
		if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&w.decoder, code->bytes + w.at, code->size - w.at, &w.insn, w.ops)))
			return "bytes that are no instruction";
		w.starts[(w.at - code->from) / 8] |= (unsigned char)(1 << (w.at - code->from) % 8);
		bad = check_one(&w);
	}
	return bad ? bad : check_targets(&w, at);
}
