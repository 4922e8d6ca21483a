/* SPDX-License-Identifier: GPL-2.0-or-later */
/* di-triples: random (function, address, variable) triples of a kernel and what this project
 * makes of them, for testsuite/peer/gdb-locations to compare.
 *
 *	di-triples [-r RELEASE] [-m MODULE] [-n COUNT] [-s SEED]
 *
 * prints a line a triple: PC FUNCTION VARIABLE KIND VALUE, where KIND is
 *	address	the variable is in memory at VALUE
 *	value	it is not in memory; VALUE is what it holds
 *	none	it has no location there
 *	fault	reading it reads at VALUE, where nothing is
 *	error	anything else; VALUE is a sentence
 * in the world that the peer is given too: register n holds WORLD + n * 0x2000 + 0x40, and
 * memory from WORLD on has at address a the byte world_byte(a); the kernel's data are as in its file. */
#include "lib/run.h"
#include "translator/build/target.h"
#include "translator/debuginfo/di.h"
#include "translator/session.h"
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORLD 0xffffc90000000000ull
#define WORLD_SIZE 0x40000
#define REG_RIP 16

static uint64_t random_state;

static uint64_t next_random(void)
{
	uint64_t x = random_state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static unsigned char world_byte(uint64_t a)
{
	return (unsigned char)(a * 131 + (a >> 8) * 17 + 29);
}

/* What a triple's programs run in. */
struct place {
	struct di_module *m;
	Elf *elf;
	uint64_t pc;
	uint64_t fault;		/* where the last load failed */
};

static bool get_reg(void *data, unsigned reg, uint64_t *out)
{
	*out = reg == REG_RIP ? ((struct place *)data)->pc : WORLD + reg * 0x2000ull + 0x40;
	return reg <= REG_RIP;
}

static bool get_symbol(void *data, const char *module, const char *name, uint64_t *out)
{
	bool unique;

	(void)module;
	return di_symbol_address(((struct place *)data)->m, name, out, &unique);
}

static bool get_percpu(void *data, uint64_t addr, uint64_t *out)
{
	(void)data;
	*out = addr;
	return true;
}

/* Initialized data of the kernel's own file. */
static bool load_from_file(Elf *e, uint64_t addr, unsigned size, uint64_t *out)
{
	Elf_Scn *scn = NULL;

	while ((scn = elf_nextscn(e, scn))) {
		GElf_Shdr sh;
		Elf_Data *d;

		if (!gelf_getshdr(scn, &sh) || !(sh.sh_flags & SHF_ALLOC) || addr < sh.sh_addr || addr + size > sh.sh_addr + sh.sh_size)
			continue;
		if (sh.sh_type == SHT_NOBITS)
			return true;
		d = elf_rawdata(scn, NULL);
		if (!d || !d->d_buf || addr + size > sh.sh_addr + d->d_size)
			return false;
		memcpy(out, (char *)d->d_buf + (addr - sh.sh_addr), size);
		return true;
	}
	return false;
}

static bool load(void *data, uint64_t addr, unsigned size, bool user, uint64_t *out)
{
	struct place *p = data;

	(void)user;
	*out = 0;
	p->fault = addr;
	if (addr < WORLD || addr + size > WORLD + WORLD_SIZE)
		return load_from_file(p->elf, addr, size, out);
	for (unsigned i = 0; i < size; i++)
		*out |= (uint64_t)world_byte(addr + i) << (8 * i);
	return true;
}

static bool eval(const struct di_result *r, struct place *p, uint64_t *out)
{
	struct fetch_world w = { .data = p, .reg = get_reg, .load = load, .symbol = get_symbol, .percpu = get_percpu };

	p->fault = 0;
	return fetch_eval(r->program, &w, out);
}

static void print_triple(struct place *p, const struct di_scope *sc, const struct di_var *v)
{
	struct di_access address = { .address_of = true }, plain = { 0 };
	struct di_result r;
	uint64_t got;

	p->pc = sc->pc;
	printf("%#" PRIx64 " %s %s ", sc->pc, sc->func->name, v->name);
	if (di_compile_var(sc, v->name, &address, &r) && eval(&r, p, &got))
		printf("address %#" PRIx64 "\n", got);
	else if (di_compile_var(sc, v->name, &plain, &r) && eval(&r, p, &got))
		printf("value %#" PRIx64 "\n", got);
	else if (r.code == DI_OK && p->fault)
		printf("fault %#" PRIx64 "\n", p->fault);
	else if (r.code == DI_OPTIMIZED_OUT)
		printf("none\n");
	else
		printf("error %s\n", r.error ? r.error : "it cannot be run");
}

/* Register and value kinds are compared as integers: no structures outside memory, no floats. */
static bool is_wanted(const struct di_var *v)
{
	const struct di_type *t = di_type_strip(v->type);

	return v->name && t->kind != DI_FLOAT && t->size && t->size <= 8 && t->kind != DI_STRUCT && t->kind != DI_UNION &&
	       t->kind != DI_ARRAY;
}

/* An address where a statement of F begins, or 0. */
static uint64_t pick_pc(struct di_module *m, const struct di_func *f)
{
	struct di_site_vec sites = { 0 };
	const struct di_site *s;

	di_find_lines(m, f->name, f->file, DI_LINE_ALL, 0, 0, &sites);
	if (!sites.len)
		return 0;
	s = &sites.data[next_random() % sites.len];
	return s->func == f ? s->pc : 0;
}

static bool try_triple(struct place *p, const struct di_func_vec *funcs)
{
	struct di_func *f = funcs->data[next_random() % funcs->len];
	struct di_scope sc = { .module = p->m, .func = f, .where = DI_AT_PC, .pc = pick_pc(p->m, f) };
	struct di_var_vec vars = { 0 };
	const struct di_var *v;

	if (!sc.pc)
		return false;
	di_scope_vars(&sc, &vars);
	if (!vars.len)
		return false;
	v = vars.data[next_random() % vars.len];
	if (!is_wanted(v))
		return false;
	print_triple(p, &sc, v);
	return true;
}

static bool open_module(struct session *s, const char *release, const char *module, struct di_module **m)
{
	const char *why = "";
	char *cache = cache_dir();

	s->opt.release = release;
	s->cache_dir = cache ? arena_strdup(&s->arena, cache) : NULL;
	free(cache);
	if (!target_resolve(s))
		return false;
	*m = di_module(session_di(s), module, &why);
	if (*m && (di_sources(*m) & DI_DWARF))
		return true;
	fprintf(stderr, "di-triples: no DWARF: %s\n", why);
	return false;
}

int main(int argc, char **argv)
{
	const char *release = NULL, *module = "kernel";
	struct di_func_vec funcs = { 0 };
	unsigned count = 500, done = 0;
	struct place p = { 0 };
	struct session s;
	int c, fd = -1, status = 1;

	session_init(&s);
	while ((c = getopt(argc, argv, "r:m:n:s:")) != -1) {
		switch (c) {
		case 'r': release = optarg; break;
		case 'm': module = optarg; break;
		case 'n': count = (unsigned)strtoul(optarg, NULL, 0); break;
		case 's': random_state = strtoull(optarg, NULL, 0); break;
		default: return 2;
		}
	}
	if (open_module(&s, release, module, &p.m)) {
		elf_version(EV_CURRENT);
		fd = s.target.vmlinux ? open(s.target.vmlinux, O_RDONLY | O_CLOEXEC) : -1;
		p.elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
		di_find_functions(p.m, "*", NULL, 0, DI_FIND_CONCRETE, &funcs);
		for (unsigned tries = 0; funcs.len && done < count && tries < count * 50; tries++)
			done += try_triple(&p, &funcs);
		status = done < count;
	}
	elf_end(p.elf);
	if (fd >= 0)
		close(fd);
	session_free(&s);
	return status;
}
