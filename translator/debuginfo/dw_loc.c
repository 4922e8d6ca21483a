/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a variable is: from DW_AT_location or DW_AT_const_value to a place. */
#include "translator/debuginfo/dw.h"
#include <dwarf.h>
#include <string.h>

#define MAX_CONSTANT 64

bool dw_address(struct location *l, uint64_t addr, uint16_t *out)
{
	struct di_module *m = l->d->m;
	struct sym_source *s = module_symbols(m);
	const struct sym_rec *r = s ? sym_at(s, addr) : NULL;
	const char *name;
	uint64_t off;

	if (!r || !di_symbol_at(m, addr, &name, &off))
		return access_fail(l->x, DI_UNSUPPORTED, "%s is at an address that no symbol of %s is near", l->x->name, m->name);
	*out = fetch_symbol(l->x->f, m->name, arena_strdup(l->x->arena, name), (int64_t)off);
	if (r->flags & SYM_PERCPU)
		*out = fetch_percpu(l->x->f, *out);
	return true;
}

/* Bytes of a constant as values of eight bytes each. */
static bool place_bytes(struct location *l, const unsigned char *p, size_t len, struct place *out)
{
	size_t words = (len + 7) / 8;

	if (!len || len > MAX_CONSTANT)
		return access_fail(l->x, DI_UNSUPPORTED, "%s is a constant of %zu bytes", l->x->name, len);
	out->pieces = ARENA_ARRAY(l->x->arena, struct piece, words);
	for (size_t i = 0; i < words; i++) {
		size_t n = len - i * 8 < 8 ? len - i * 8 : 8;
		uint64_t v = 0;

		memcpy(&v, p + i * 8, n);
		out->pieces[i] = (struct piece){ { .kind = PLACE_VALUE, .value = fetch_const(l->x->f, (int64_t)v) }, n * 8 };
	}
	out->npieces = words;
	out->kind = words > 1 ? PLACE_PIECES : PLACE_VALUE;
	if (words == 1)
		out->value = out->pieces[0].at.value;
	return true;
}

bool dw_place_block(struct location *l, const Dwarf_Block *b, struct place *out)
{
	return place_bytes(l, b->data, b->length, out);
}

static enum dw_found place_constant(struct location *l, Dwarf_Attribute *a, struct place *out)
{
	Dwarf_Sword s;
	Dwarf_Word u;
	Dwarf_Block b;
	const char *text;
	bool is_signed = di_type_strip(out->type)->is_signed;

	if (is_signed && !dwarf_formsdata(a, &s)) {
		out->value = fetch_const(l->x->f, s);
	} else if (!dwarf_formudata(a, &u)) {
		out->value = fetch_const(l->x->f, (int64_t)u);
	} else if ((text = dwarf_formstring(a))) {
		return place_bytes(l, (const unsigned char *)text, strlen(text) + 1, out) ? DW_FOUND : DW_FAILED;
	} else if (!dwarf_formblock(a, &b)) {
		return dw_place_block(l, &b, out) ? DW_FOUND : DW_FAILED;
	} else {
		return DW_MISSING;
	}
	out->kind = PLACE_VALUE;
	return DW_FOUND;
}

/* The operations that hold at the location's pc: how many lists do (0 or 1), -1 on damage.
 *
 * Several "views" of the program can share the first address of a function; compilers
 * write the earlier ones as empty ranges there. A probe at the entry sees the first. */
static int locations_at(struct location *l, Dwarf_Attribute *a, Dwarf_Op **ops, size_t *n)
{
	Dwarf_Addr base, lo, hi;

	if (!l->sc)
		return dwarf_getlocation(a, ops, n) ? -1 : 1;
	for (ptrdiff_t at = 0; l->at_entry && (at = dwarf_getlocations(a, at, &base, &lo, &hi, ops, n)) > 0;)
		if (lo <= l->pc && (l->pc < hi || (lo == hi && lo == l->pc)))
			return 1;
	return dwarf_getlocation_addr(a, l->pc, ops, n, 1);
}

enum dw_found dw_locate(struct location *l, Dwarf_Die *die, struct place *out)
{
	Dwarf_Attribute a;
	Dwarf_Op *ops;
	size_t n;
	int found;

	memset(out, 0, sizeof *out);
	out->type = dw_type_attr(l->d, die);
	if (!dwarf_attr_integrate(die, DW_AT_location, &a))
		return dwarf_attr_integrate(die, DW_AT_const_value, &a) ? place_constant(l, &a, out) : DW_FOUND;
	found = locations_at(l, &a, &ops, &n);
	if (found < 0)
		return access_fail(l->x, DI_UNSUPPORTED, "the location of %s cannot be read: %s", l->x->name,
				   dwarf_errmsg(-1)) ? DW_FOUND : DW_FAILED;
	if (!found || !n)
		return DW_FOUND;
	return dw_compile_ops(l, &a, ops, n, out) ? DW_FOUND : DW_FAILED;
}
