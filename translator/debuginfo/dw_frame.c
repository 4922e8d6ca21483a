/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames: the canonical frame address, frame bases, and registers as they were at entry.
 *
 * The unwind table (.debug_frame, else .eh_frame) tells where the caller's stack
 * pointer and saved registers are at each address.  At the very entry of a
 * function nothing needs to be looked up (System V x86-64 ABI 3.2.2). */
#include "translator/debuginfo/dw.h"
#include <dwarf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define REG_RSP 7

static bool callee_saved(unsigned reg)
{
	return reg == 3 || reg == 6 || (reg >= 12 && reg <= 15);
}

static void open_cfi(struct dw_source *d)
{
	if (d->cfi_tried)
		return;
	d->cfi_tried = true;
	d->cfi[0] = dwarf_getcfi(d->dbg);
	d->cfi[1] = dwarf_getcfi_elf(d->elf);
	if (d->cfi[1] || d->m->kind != MODULE_USER || d->path == d->m->path)
		return;
	/* a separate debug file leaves .eh_frame in the program */
	d->main_fd = open(d->m->path, O_RDONLY | O_CLOEXEC);
	d->main_elf = d->main_fd >= 0 ? elf_begin(d->main_fd, ELF_C_READ_MMAP, NULL) : NULL;
	d->cfi[1] = d->main_elf ? dwarf_getcfi_elf(d->main_elf) : NULL;
}

void dw_close_cfi(struct dw_source *d)
{
	if (d->cfi[1])
		dwarf_cfi_end(d->cfi[1]);
	elf_end(d->main_elf);
	if (d->main_fd >= 0)
		close(d->main_fd);
	d->cfi[0] = d->cfi[1] = NULL;
	d->main_elf = NULL;
	d->main_fd = -1;
}

/* Row of the unwind table for the location's pc; free() it. */
static Dwarf_Frame *frame_at(struct location *l)
{
	Dwarf_Frame *f;

	open_cfi(l->d);
	for (int i = 0; i < 2; i++)
		if (l->d->cfi[i] && !dwarf_cfi_addrframe(l->d->cfi[i], l->pc, &f))
			return f;
	return NULL;
}

bool dw_frame_cfa(struct location *l, uint16_t *out)
{
	struct place p = { 0 };
	Dwarf_Frame *f;
	Dwarf_Op *ops;
	size_t n;
	bool ok;

	if (l->at_entry) {
		*out = fetch_binary(l->x->f, FETCH_ADD, fetch_leaf(l->x->f, FETCH_REG, REG_RSP), fetch_const(l->x->f, 8));
		return true;
	}
	f = frame_at(l);
	ok = f && !dwarf_frame_cfa(f, &ops, &n) && n && dw_compile_ops(l, NULL, ops, n, &p);
	free(f);
	if (!ok || p.kind == PLACE_PIECES || p.kind == PLACE_NOWHERE || p.kind == PLACE_IMPLICIT)
		return access_fail(l->x, DI_UNSUPPORTED, "the frame of %s cannot be found here: there is no unwind information",
				   l->x->name);
	*out = p.value;
	return true;
}

bool dw_frame_base(struct location *l, uint16_t *out)
{
	Dwarf_Attribute a;
	Dwarf_Op *ops;
	size_t n;
	struct place p = { 0 };

	if (!l->has_func || !dwarf_attr_integrate(&l->func, DW_AT_frame_base, &a) ||
	    dwarf_getlocation_addr(&a, l->pc, &ops, &n, 1) != 1 || !n)
		return access_fail(l->x, DI_UNSUPPORTED, "%s lies in a frame that has no base here", l->x->name);
	if (!dw_compile_ops(l, &a, ops, n, &p))
		return false;
	if (p.kind != PLACE_MEMORY && p.kind != PLACE_REGISTER && p.kind != PLACE_VALUE)
		return access_fail(l->x, DI_UNSUPPORTED, "%s lies in a frame whose base is scattered", l->x->name);
	*out = p.value;
	return true;
}

/* The caller's register, which a callee-saved one must equal at entry. */
static bool saved_register(struct location *l, unsigned reg, uint16_t *out)
{
	Dwarf_Frame *f = frame_at(l);
	Dwarf_Op mem[3], *ops;
	struct place p = { 0 };
	size_t n;
	bool ok = false;

	if (!f || dwarf_frame_register(f, (int)reg, mem, &ops, &n))
		goto out;
	if (!n && !ops) {
		*out = fetch_leaf(l->x->f, FETCH_REG, reg);
		ok = true;
	} else if (n && dw_compile_ops(l, NULL, ops, n, &p)) {
		ok = p.kind == PLACE_MEMORY || p.kind == PLACE_REGISTER || p.kind == PLACE_VALUE;
		*out = p.kind == PLACE_MEMORY ? fetch_load(l->x->f, p.value, 8, l->x->user) : p.value;
	}
out:
	free(f);
	return ok;
}

bool dw_entry_register(struct location *l, unsigned reg, uint16_t *out)
{
	if (l->at_entry) {
		*out = fetch_leaf(l->x->f, FETCH_REG, reg);
		return true;
	}
	if (reg == REG_RSP) {
		if (!dw_frame_cfa(l, out))
			return false;
		*out = fetch_binary(l->x->f, FETCH_SUB, *out, fetch_const(l->x->f, 8));
		return true;
	}
	return callee_saved(reg) && saved_register(l, reg, out);
}
