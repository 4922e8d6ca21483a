/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions about symbols: by name, by address, functions that only a symbol table knows. */
#include "lib/map.h"
#include "translator/debuginfo/dwarf.h"
#include "translator/debuginfo/elfsym.h"
#include "translator/session.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct sym_source *open_elf(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct sym_source *s = NULL;
	Elf *e;

	if (fd < 0)
		return NULL;
	elf_version(EV_CURRENT);
	e = elf_begin(fd, ELF_C_READ_MMAP_PRIVATE, NULL);
	if (e && elf_kind(e) == ELF_K_ELF) {
		elf_layout(e);
		s = sym_from_elf(e);
	}
	elf_end(e);
	close(fd);
	return s;
}

struct sym_source *sym_open(struct di_module *m)
{
	const struct target *t = &m->di->s->target;
	struct sym_source *s = module_dwarf(m) ? dw_symbols(m) : NULL;

	if (s)
		return s;
	if (m->kind != MODULE_KERNEL)
		return m->path ? open_elf(m->path) : NULL;
	if (t->vmlinux)
		s = open_elf(t->vmlinux);
	return s || !t->system_map ? s : sym_from_map(t->system_map);
}

const char *sym_name(const struct sym_source *s, const struct sym_rec *r)
{
	return r->name < s->strings_len ? s->strings + r->name : "";
}

/* Which of two symbols a user means: code before data, global before weak before local. */
static unsigned preference(const struct sym_rec *r)
{
	return (r->flags & SYM_FUNC ? 8u : 0) + (r->flags & SYM_GLOBAL ? 4u : 0) + (r->flags & SYM_WEAK ? 2u : 0) +
	       (r->flags & SYM_ABSOLUTE ? 0 : 1u);
}

const struct sym_rec *sym_by_name(const struct sym_source *s, const char *name, size_t *count)
{
	size_t mask = s->nslots - 1, i = hash_bytes(name, strlen(name), 0) & mask, tries = 0;
	const struct sym_rec *best = NULL;

	*count = 0;
	for (; s->slots[i] && tries < s->nslots; i = (i + 1) & mask, tries++) {
		const struct sym_rec *r;

		if (s->slots[i] > s->len)
			break;
		r = &s->recs[s->slots[i] - 1];
		if (strcmp(sym_name(s, r), name))
			continue;
		++*count;
		if (!best || preference(r) > preference(best))
			best = r;
	}
	return best;
}

/* Index behind the last record at or below ADDR. */
static size_t upper_bound(const struct sym_source *s, uint64_t addr)
{
	size_t lo = 0, hi = s->len;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (s->recs[mid].addr <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct sym_rec *sym_at(const struct sym_source *s, uint64_t addr)
{
	size_t i = upper_bound(s, addr);
	const struct sym_rec *best = NULL;

	while (i-- > 0) {
		const struct sym_rec *r = &s->recs[i];

		if (best && r->addr != best->addr)
			break;
		if (r->flags & SYM_ABSOLUTE)
			continue;
		if (!best || preference(r) > preference(best))
			best = r;
	}
	return best;
}

const struct sym_rec *sym_named_at(const struct sym_source *s, uint64_t addr, const char *name)
{
	for (size_t i = upper_bound(s, addr); i-- > 0 && s->recs[i].addr == addr;)
		if (!strcmp(sym_name(s, &s->recs[i]), name))
			return &s->recs[i];
	return NULL;
}

bool di_symbol_address(struct di_module *m, const char *name, uint64_t *addr, bool *unique)
{
	struct sym_source *s = module_symbols(m);
	size_t count = 0;
	const struct sym_rec *r = s ? sym_by_name(s, name, &count) : NULL;

	if (!r)
		return false;
	*addr = r->addr;
	if (unique)
		*unique = count == 1;
	return true;
}

/* The loaded module finds the symbol by name, so one that is unique is taken
 * even when another is nearer; both must lie in the same section. */
bool di_symbol_at(struct di_module *m, uint64_t addr, const char **name, uint64_t *offset)
{
	struct sym_source *s = module_symbols(m);
	const struct sym_rec *r = s ? sym_at(s, addr) : NULL, *nearest = r;
	size_t count;

	if (!r)
		return false;
	for (size_t i = upper_bound(s, addr); i > 0; i--) {
		const struct sym_rec *c = &s->recs[i - 1];

		if ((c->flags & SYM_ABSOLUTE) || c->section != nearest->section)
			continue;
		if (c->addr == nearest->addr && c != nearest && preference(c) < preference(nearest))
			c = nearest;
		sym_by_name(s, sym_name(s, c), &count);
		if (count == 1) {
			r = c;
			break;
		}
	}
	*name = sym_name(s, r);
	*offset = addr - r->addr;
	return true;
}

const char *sym_unprobeable(const struct sym_rec *r)
{
	if (r->flags & SYM_INIT)
		return "it is code for the kernel's start or end, which is gone once the kernel runs";
	if (r->flags & SYM_NOPROBE)
		return UNPROBEABLE_BLACKLISTED;
	return NULL;
}

static struct di_func *make_function(struct di_module *m, const struct sym_source *s, const struct sym_rec *r)
{
	struct di_func *f = ARENA_NEW(&m->di->arena, struct di_func);

	f->module = m;
	f->name = f->link_name = sym_name(s, r);
	f->entry = f->pc = r->addr;
	f->high = r->size ? r->addr + r->size : 0;
	f->exported = r->flags & SYM_EXPORTED;
	f->is_declared_static = !(r->flags & (SYM_GLOBAL | SYM_WEAK));
	f->reason = sym_unprobeable(r);
	f->at_start = r->flags & SYM_START;
	f->ftrace_site = r->flags & SYM_FTRACE;
	f->unprobeable = f->reason != NULL;
	f->source = DI_SYMBOLS;
	return f;
}

static int by_name(const void *a, const void *b)
{
	const struct di_func *const *x = a, *const *y = b;
	int r = strcmp((*x)->name, (*y)->name);

	return r ? r : ((*x)->entry > (*y)->entry) - ((*x)->entry < (*y)->entry);
}

void sym_find_functions(struct di_module *m, const char *name, struct di_func_vec *out)
{
	const struct sym_source *s = m->syms;
	size_t from = out->len;

	for (size_t i = 0; i < s->len; i++)
		if ((s->recs[i].flags & SYM_FUNC) && glob_match(name, sym_name(s, &s->recs[i])))
			vec_push(&m->di->arena, out, make_function(m, s, &s->recs[i]));
	if (out->len > from)
		qsort(out->data + from, out->len - from, sizeof *out->data, by_name);
}

void sym_similar_functions(struct di_module *m, struct nearest *n)
{
	for (size_t i = 0; i < m->syms->len; i++)
		if (m->syms->recs[i].flags & SYM_FUNC)
			nearest_offer(n, sym_name(m->syms, &m->syms->recs[i]));
}

/* Only inside the symbol's size, or up to the next symbol when it has none. */
struct di_func *sym_function_at(struct di_module *m, uint64_t pc)
{
	const struct sym_source *s = m->syms;
	const struct sym_rec *r = sym_at(s, pc);

	if (!r || !(r->flags & SYM_FUNC) || (r->size && pc - r->addr >= r->size))
		return NULL;
	return make_function(m, s, r);
}
