/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a variable does have a location, for messages: code ranges of its location
 * list as offsets in the function and, on request, as source lines. */
#include "translator/debuginfo/dw.h"
#include <dwarf.h>
#include <inttypes.h>
#include <string.h>

#define MAX_SHOWN 3

struct span_text {
	struct dw_source *d;
	const struct di_func *f;
	Dwarf_Die cu;
	bool lines;
	struct strbuf text;
	unsigned shown, more;
};

static void add_offset(struct span_text *s, uint64_t pc)
{
	if (pc >= s->f->entry)
		sb_printf(&s->text, "%s+%#" PRIx64, s->f->name, pc - s->f->entry);
	else
		sb_printf(&s->text, "%#" PRIx64, pc);
}

static void add_span(struct span_text *s, uint64_t lo, uint64_t hi)
{
	const char *file = NULL, *file2 = NULL;
	unsigned first = 0, last = 0;

	if (s->shown == MAX_SHOWN) {
		s->more++;
		return;
	}
	sb_puts(&s->text, s->shown++ ? ", " : "");
	add_offset(s, lo);
	sb_puts(&s->text, "…");
	add_offset(s, hi);
	if (!s->lines || !dw_line_at(s->d, &s->cu, lo, &file, &first))
		return;
	if (dw_line_at(s->d, &s->cu, hi - 1, &file2, &last) && last > first && !strcmp(file, file2))
		sb_printf(&s->text, " (%s:%u-%u)", file, first, last);
	else
		sb_printf(&s->text, " (%s:%u)", file, first);
}

static bool useful(const Dwarf_Op *ops, size_t n)
{
	return n && ops[0].atom != DW_OP_entry_value && ops[0].atom != DW_OP_GNU_entry_value;
}

/* A location without ranges holds in all of the variable's block. */
static void add_block(struct span_text *s, Dwarf_Die *block)
{
	Dwarf_Addr base, lo, hi;

	for (ptrdiff_t at = 0; block && (at = dwarf_ranges(block, at, &base, &lo, &hi)) > 0;)
		if (lo < hi)
			add_span(s, lo, hi);
}

const char *dw_available(struct dw_source *d, Dwarf_Die *die, Dwarf_Die *block, const struct di_func *f, bool lines)
{
	struct span_text s = { .d = d, .f = f, .lines = lines };
	struct arena *a = &d->m->di->arena;
	Dwarf_Addr base, lo, hi, from = 0, to = 0;
	Dwarf_Attribute attr;
	const char *r = NULL;
	Dwarf_Op *ops;
	size_t n;

	if (!dwarf_attr_integrate(die, DW_AT_location, &attr) || !dwarf_diecu(die, &s.cu, NULL, NULL))
		return NULL;
	for (ptrdiff_t at = 0; (at = dwarf_getlocations(&attr, at, &base, &lo, &hi, &ops, &n)) > 0;) {
		if (!useful(ops, n) || lo >= hi)
			continue;
		if (!lo && hi == (Dwarf_Addr)-1) {
			add_block(&s, block);
			continue;
		}
		if (to && lo == to) {
			to = hi;
			continue;
		}
		if (to)
			add_span(&s, from, to);
		from = lo;
		to = hi;
	}
	if (to)
		add_span(&s, from, to);
	if (s.shown)
		r = arena_printf(a, "available at %s%s", sb_str(&s.text), s.more ? ", …" : "");
	sb_free(&s.text);
	return r;
}
