/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"
#include "lib/run.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fixture_session(struct fixture *f, bool cache)
{
	memset(f, 0, sizeof *f);
	session_init(&f->s);
	f->dir = make_temp_dir();
	CHECK(f->dir);
	f->s.target.release = "none";
	if (cache)
		f->s.cache_dir = arena_printf(&f->s.arena, "%s/cache", f->dir);
}

void fixture_run(const char *const *argv)
{
	struct run r = { .argv = argv, .merge_stderr = true };
	int e = run_wait(&r);

	if (e == -ENOENT)
		SKIP("there is no %s", argv[0]);
	CHECK_MSG(!e && run_ok(&r), "%s: %s", argv[0], sb_str(&r.out));
	run_free(&r);
}

void fixture_make(struct fixture *f, const char *name, const char *option, bool link)
{
	struct arena *a = &f->s.arena;
	const char *dir = arena_printf(a, "%s/testsuite/fixtures/debuginfo", unit_source_dir());
	const char *object = arena_printf(a, "%s/%s.o", f->dir, name);
	const char *as[] = { "as", "-I", dir, arena_printf(a, "%s/%s.s", dir, name), "-o", object, option, NULL };
	const char *ld[] = { "ld", "-e", "work", "--build-id", "-o", f->path, object, NULL };

	snprintf(f->path, sizeof f->path, "%s/%s", f->dir, name);
	fixture_run(as);
	if (link)
		fixture_run(ld);
	else
		snprintf(f->path, sizeof f->path, "%s", object);
}

void fixture_open(struct fixture *f, const char *name, bool cache)
{
	const char *why = "";

	fixture_session(f, cache);
	fixture_make(f, name, NULL, true);
	f->m = di_module(session_di(&f->s), f->path, &why);
	CHECK_MSG(f->m, "%s", why);
}

void fixture_close(struct fixture *f)
{
	remove_tree(f->dir);
	free(f->dir);
	session_free(&f->s);
}

struct di_func *fixture_function(struct fixture *f, const char *name)
{
	struct di_func_vec v = { 0 };

	di_find_functions(f->m, name, NULL, 0, DI_FIND_CONCRETE, &v);
	CHECK_MSG(v.len, "no function %s", name);
	return v.data[0];
}

uint64_t fixture_symbol(struct fixture *f, const char *name)
{
	uint64_t addr = 0;

	CHECK_MSG(di_symbol_address(f->m, name, &addr, NULL), "no symbol %s", name);
	return addr;
}

/* ---- the world ---- */

void world_init(struct world *w)
{
	memset(w, 0, sizeof *w);
	for (unsigned i = 0; i < 17; i++)
		w->regs[i] = 0x1000 + i * 0x1000;
	for (unsigned i = 0; i < 8; i++)
		w->stack_args[i] = 900 + i;
	w->inputs[0] = 0x7000;
	w->inputs[1] = 2;
	w->retval = 0xffffffff80000001;
}

uint64_t world_load(const struct world *w, uint64_t addr, unsigned size)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < size; i++) {
		uint64_t byte = ((addr + i) * 131 + 17) & 0xff;

		for (unsigned k = 0; k < w->nstored; k++)
			if (addr + i >= w->stored[k].addr && addr + i < w->stored[k].addr + w->stored[k].size)
				byte = w->stored[k].value >> ((addr + i - w->stored[k].addr) * 8) & 0xff;
		v |= byte << (i * 8);
	}
	return v;
}

void world_put(struct world *w, uint64_t addr, unsigned size, uint64_t value)
{
	CHECK(w->nstored < 16);
	w->stored[w->nstored].addr = addr;
	w->stored[w->nstored].size = size;
	w->stored[w->nstored++].value = value;
}

static bool get_reg(void *data, unsigned reg, uint64_t *out)
{
	struct world *w = data;

	if (reg > 16)
		return false;
	*out = w->regs[reg];
	return true;
}

static bool set_reg(void *data, unsigned reg, uint64_t v)
{
	struct world *w = data;

	if (reg > 16)
		return false;
	w->regs[reg] = v;
	return true;
}

static bool load(void *data, uint64_t addr, unsigned size, bool user, uint64_t *out)
{
	struct world *w = data;

	if (addr >= w->bad_from && addr < w->bad_to)
		return false;
	w->user = user;
	*out = world_load(w, addr, size);
	return true;
}

static bool store(void *data, uint64_t addr, unsigned size, bool user, uint64_t v)
{
	(void)user;
	world_put(data, addr, size, v);
	return true;
}

static bool symbol(void *data, const char *module, const char *name, uint64_t *out)
{
	(void)data;
	(void)module;
	*out = WORLD_SYMBOLS + strlen(name);
	return true;
}

static bool tls(void *data, const char *module, uint64_t offset, uint64_t *out)
{
	(void)data;
	(void)module;
	*out = 0x60000 + offset;
	return true;
}

static bool percpu(void *data, uint64_t addr, uint64_t *out)
{
	(void)data;
	*out = addr + 0x100000;
	return true;
}

static uint64_t input(void *data, unsigned n)
{
	return ((struct world *)data)->inputs[n % 4];
}

bool world_eval(struct world *w, const struct fetch *f, uint64_t *out)
{
	struct fetch_world fw = { .data = w, .reg = get_reg, .load = load, .store = store, .symbol = symbol, .input = input,
				  .setreg = set_reg, .tls = tls, .percpu = percpu, .retval = w->retval,
				  .stack_args = w->stack_args };

	return fetch_eval(f, &fw, out);
}
