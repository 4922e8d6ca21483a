/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The instructions of an object's code, x86-64, each decoded once: what it means
 * for the stack and where it leads.
 *
 * Steps are numbered through all code sections, in order of section and offset. */
#ifndef CHECK_DECODE_H
#define CHECK_DECODE_H

#include "translator/build/check/object.h"

enum step_kind {
	STEP_PLAIN,			/* only `clobbers` counts */
	STEP_BAD,			/* bytes that are no instruction */
	STEP_PUSH,			/* reg (REG_NONE: another value); `value` bytes */
	STEP_POP,			/* the same into reg */
	STEP_ADD,			/* reg = from + value */
	STEP_ALIGN,			/* reg is rounded down to a multiple of `value` */
	STEP_LOAD,			/* reg = 8 bytes at from + value */
	STEP_STORE,			/* memory at reg + value is written; 8 bytes of register `from`, or others */
	STEP_ENTER,			/* rbp pushed, rbp = rsp, rsp -= value */
	STEP_LEAVE,			/* rsp = rbp, rbp popped */
	STEP_CALL,
	STEP_JUMP,
	STEP_BRANCH,			/* a jump that may not be taken */
	STEP_RETURN,			/* `value` more bytes are taken off the stack */
	STEP_TRAP,			/* ud2: the kernel goes on behind some, and not behind others */
	STEP_STOP,			/* what never goes on: int3, hlt */
};

enum { REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_NONE = 16 };

/* Where a call or jump leads: a place in a code section; or, with section 0, a symbol that
 * the kernel has; or, with symbol 0 as well, nobody knows where.  Of other steps, the place in their
 * own section whose address they use, or section 0. */
struct step {
	uint32_t at;			/* offset in its section */
	uint32_t section;		/* of the target */
	uint32_t to;			/* offset of the target; the symbol's number when section is 0 */
	int32_t value;
	uint16_t clobbers;		/* bit r: the instruction writes register r */
	uint8_t kind, length, reg, from;
	bool indirect;			/* a call or jump through a register or memory (`to`: of this symbol) */
	bool target;			/* a branch of the object leads here */
};

struct code_section {
	uint32_t first, end;		/* its steps */
	uint32_t *starts;		/* by offset: number of the step that begins there + 1, or 0 */
};

struct decoded {
	const struct object *object;
	struct step *steps;
	uint32_t nsteps;
	struct code_section *sections;	/* by index of the object's sections; no steps: no code */
	uint32_t *section_of;		/* by step */
};

/* Decode all code sections of O. 0, or -ENOTSUP: another machine's; -ENOEXEC: too large. */
int decode_object(struct arena *a, const struct object *o, struct decoded *out);
/* The step at OFFSET of SECTION, or UINT32_MAX: none begins there. */
uint32_t decoded_step(const struct decoded *d, uint32_t section, uint64_t offset);
/* "sub rsp, rax" */
const char *decoded_text(struct arena *a, const struct decoded *d, uint32_t step);

#endif
