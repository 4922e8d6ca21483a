/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Places in code as symbol and offset: the module that probes them knows no link-time addresses. */
#include "translator/family/kprobe.h"

bool kprobe_unique_symbol(struct di_module *m, const char *name, uint64_t *addr)
{
	bool unique = false;

	return name && di_symbol_address(m, name, addr, &unique) && unique;
}

/* A symbol that is the only one of its name, at or below ADDR. */
static bool symbol_below(struct di_module *m, uint64_t addr, const char **name, uint64_t *base)
{
	uint64_t at = addr, offset;
	unsigned tries;

	for (tries = 0; tries < 64 && di_symbol_at(m, at, name, &offset); tries++) {
		if (kprobe_unique_symbol(m, *name, base) && *base <= addr)
			return true;
		if (at - offset == 0)
			break;
		at -= offset + 1;
	}
	return false;
}

bool kprobe_place(struct di_module *m, bool in_module, uint64_t pc, const char **symbol, uint64_t *offset)
{
	uint64_t base = 0;

	if (!in_module && kprobe_unique_symbol(m, "_stext", &base) && base <= pc)
		*symbol = "_stext";
	else if (!symbol_below(m, pc, symbol, &base))
		return false;
	*offset = pc - base;
	return true;
}
