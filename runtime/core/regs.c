/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The probed context's registers as text, by the layouts that stp/regs.h describes. */
#include "state.h"

/* Word n of struct pt_regs, as a line of the listing has it: each row begins a line. */
#if defined(__x86_64__)
enum { WORDS = 21, IP = 16 };
static const struct { const char *name; uint8_t word, first; } order[WORDS] = {
	{ "RIP", 16, 1 }, { "CS", 17, 0 }, { "RSP", 19, 0 }, { "SS", 20, 0 }, { "EFLAGS", 18, 0 },
	{ "RAX", 10, 1 }, { "RBX", 5, 0 }, { "RCX", 11, 0 }, { "RDX", 12, 0 },
	{ "RSI", 13, 1 }, { "RDI", 14, 0 }, { "RBP", 4, 0 }, { "ORIG_RAX", 15, 0 },
	{ "R08", 9, 1 }, { "R09", 8, 0 }, { "R10", 7, 0 }, { "R11", 6, 0 },
	{ "R12", 3, 1 }, { "R13", 2, 0 }, { "R14", 1, 0 }, { "R15", 0, 0 },
};
#elif defined(__aarch64__)
enum { WORDS = 34, IP = 32 };
static const struct { const char *name; uint8_t word, first; } order[WORDS] = {
	{ "pc", 32, 1 }, { "lr", 30, 0 }, { "sp", 31, 0 }, { "pstate", 33, 0 },
	{ "x29", 29, 1 }, { "x28", 28, 0 }, { "x27", 27, 0 }, { "x26", 26, 1 }, { "x25", 25, 0 }, { "x24", 24, 0 },
	{ "x23", 23, 1 }, { "x22", 22, 0 }, { "x21", 21, 0 }, { "x20", 20, 1 }, { "x19", 19, 0 }, { "x18", 18, 0 },
	{ "x17", 17, 1 }, { "x16", 16, 0 }, { "x15", 15, 0 }, { "x14", 14, 1 }, { "x13", 13, 0 }, { "x12", 12, 0 },
	{ "x11", 11, 1 }, { "x10", 10, 0 }, { "x9", 9, 0 }, { "x8", 8, 1 }, { "x7", 7, 0 }, { "x6", 6, 0 },
	{ "x5", 5, 1 }, { "x4", 4, 0 }, { "x3", 3, 0 }, { "x2", 2, 1 }, { "x1", 1, 0 }, { "x0", 0, 0 },
};
#endif

void stp_out_regs(struct stp_out *o, struct stp_ctx *c)
{
	static const struct stp_fmt word = { .conv = STP_CONV_HEX, .flags = STP_FMT_ZERO, .size = 8, .width = 16, .precision = -1 };
	const uint64_t *regs = c->regs;
	unsigned i;

	for (i = 0; regs && i < WORDS; i++) {
		stp_out_str(o, i && order[i].first ? "\n" : i ? " " : "");
		stp_out_str(o, order[i].name);
		stp_out_str(o, ": ");
		stp_out_long(o, &word, (int64_t)regs[order[i].word]);
	}
	if (regs)
		stp_out_str(o, "\n");
}

int64_t stp_addr(struct stp_ctx *c)
{
	if (c->probe_addr || !c->regs)
		return (int64_t)c->probe_addr;
	return (int64_t)((const uint64_t *)c->regs)[IP];
}
