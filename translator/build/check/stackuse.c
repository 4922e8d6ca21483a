/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See stackuse.h.
 *
 * The table of probes is found as the kernel would find it: by the relocations of the description stp_module, of which
 * one leads to the table and those of the table to functions. */
#include "translator/build/check/stackuse.h"

#include "lib/run.h"
#include "lib/strbuf.h"
#include "translator/build/check/object.h"
#include "translator/build/check/stackdepth.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <stp/abi.h>
#include <string.h>
#include <unistd.h>

/* What runs around every handler, before it and after it. */
static const char *const around[] = { "rt_run", "rt_run_at", "rt_run_traced" };

/* Members of struct stp_probe that hold functions. */
static const size_t parts[] = {
	offsetof(struct stp_probe, handler), offsetof(struct stp_probe, condition), offsetof(struct stp_probe, entry),
};

/* Functions of the kernel that take more of the stack than the runtime's reserve (rt_stack_reserve()) is meant for, and how
 * much more: names of symbols are put together in buffers of their own. */
static const struct { const char *name; uint32_t extra; } deep_outside[] = { { "snprintf", 1024 } };

struct function_at {
	uint32_t section;
	uint64_t value;
	const char *name;
	uint32_t bytes;				/* once it has been measured */
};

struct measuring {
	struct arena *arena;
	struct object o;
	struct stackdepth *depths;
	struct function_at *functions;		/* by section and value */
	size_t nfunctions;
	const struct object_section *section;	/* of the table of probes */
	uint64_t table;				/* its offset there */
	uint32_t nprobes;
	uint32_t most;
	uint32_t around;			/* bytes that the runtime takes around a handler */
	struct stackuse *u;
};

/* ---- where things are ---- */

static const struct object_symbol *find_symbol(const struct object *o, const char *name)
{
	for (uint32_t i = 1; i < o->nsymbols; i++)
		if (o->symbols[i].section && !strcmp(o->symbols[i].name, name))
			return &o->symbols[i];
	return NULL;
}

/* The relocation of the eight bytes at OFFSET of S, or NULL. */
static const struct object_reloc *reloc_at(const struct object_section *s, uint64_t offset)
{
	size_t low = 0, high = s->nrelocs;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->relocs[mid].offset < offset)
			low = mid + 1;
		else
			high = mid;
	}
	return low < s->nrelocs && s->relocs[low].offset == offset && s->relocs[low].type == R_X86_64_64 ? &s->relocs[low] : NULL;
}

/* What R points to: section index, and offset in it. */
static bool target_of(const struct object *o, const struct object_reloc *r, uint32_t *section, uint64_t *offset)
{
	const struct object_symbol *s = &o->symbols[r->symbol];

	*section = s->section;
	*offset = s->value + (uint64_t)r->addend;
	return s->section && s->section < o->nsections;
}

static bool has_room(const struct object_section *s, uint64_t offset, uint64_t size)
{
	return s->bytes && offset <= s->size && size <= s->size - offset;
}

static int find_table(struct measuring *m)
{
	const struct object_symbol *d = find_symbol(&m->o, "stp_module");
	const struct object_section *s = d ? object_section_of(&m->o, d) : NULL;
	const struct object_reloc *r;
	uint32_t section;

	if (!d)
		return 0;
	if (!s || !has_room(s, d->value, sizeof(struct stp_module)))
		return -ENOEXEC;
	memcpy(&m->nprobes, s->bytes + d->value + offsetof(struct stp_module, nprobes), sizeof m->nprobes);
	if (!m->nprobes)
		return 0;
	r = reloc_at(s, d->value + offsetof(struct stp_module, probes));
	if (!r || !target_of(&m->o, r, &section, &m->table))
		return -ENOEXEC;
	m->section = &m->o.sections[section];
	return has_room(m->section, m->table, (uint64_t)m->nprobes * sizeof(struct stp_probe)) ? 0 : -ENOEXEC;
}

static int compare_functions(const void *a, const void *b)
{
	const struct function_at *x = a, *y = b;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	return x->value < y->value ? -1 : x->value > y->value;
}

static void list_functions(struct measuring *m)
{
	m->functions = ARENA_ARRAY(m->arena, struct function_at, m->o.nsymbols + 1);
	for (uint32_t i = 1; i < m->o.nsymbols; i++) {
		const struct object_symbol *s = &m->o.symbols[i];

		if (s->type == STT_FUNC && s->section)
			m->functions[m->nfunctions++] = (struct function_at){ s->section, s->value, s->name, 0 };
	}
	qsort(m->functions, m->nfunctions, sizeof *m->functions, compare_functions);
}

/* The function that the word at OFFSET of the table's section points to, or NULL. */
static struct function_at *function_at(const struct measuring *m, uint64_t offset)
{
	const struct object_reloc *r = reloc_at(m->section, offset);
	struct function_at key = { 0 };

	if (!r || !target_of(&m->o, r, &key.section, &key.value))
		return NULL;
	return bsearch(&key, m->functions, m->nfunctions, sizeof key, compare_functions);
}

/* ---- measuring ---- */

/* The most that FUNCTION takes where it calls what is deep in the kernel. */
static uint32_t deepest_outside(struct measuring *m, const char *function)
{
	size_t n = 0;
	const struct stackdepth_call *calls = stackdepth_calls(m->depths, function, &n);
	uint32_t most = 0;

	for (size_t i = 0; calls && i < n; i++)
		for (size_t k = 0; k < sizeof deep_outside / sizeof *deep_outside; k++)
			if (calls[i].name && !strcmp(calls[i].name, deep_outside[k].name) && calls[i].depth + deep_outside[k].extra > most)
				most = calls[i].depth + deep_outside[k].extra;
	return most;
}

/* A way "a > b > … > z: N bytes" with its first steps and its last one, when it has many. */
static const char *shorten(struct arena *a, const char *text)
{
	enum { STEPS = 6 };
	const char *end = text, *last = strrchr(text, '>');

	for (unsigned i = 0; i < STEPS && end; i++)
		end = strchr(end + 1, '>');
	if (!end || end >= last)
		return text;
	return arena_printf(a, "%.*s> … %s", (int)(end - text), text, last);
}

/* Bytes of FUNCTION's deepest way. False: the module is refused. */
static bool measure(struct measuring *m, const char *function, uint32_t *bytes)
{
	struct stackdepth_path p;
	uint32_t outside;

	if (!stackdepth_of(m->depths, function, &p))
		return true;
	if (p.unbounded) {
		m->u->refusal = arena_printf(m->arena, "kernel stack without a bound: %s", p.unbounded);
		return false;
	}
	outside = deepest_outside(m, function);
	*bytes = p.bytes > outside ? p.bytes : outside;
	if (p.bytes > m->u->deepest) {
		m->u->deepest = p.bytes;
		m->u->text = p.text;
	}
	if (p.bytes > m->most)
		m->u->refusal = arena_printf(m->arena, "%u bytes of kernel stack, of which a probe may take %u: %s",
						  p.bytes, m->most, shorten(m->arena, p.text));
	return !m->u->refusal;
}

/* The kernel's sanitizers make frames larger, and stacks. */
static bool is_sanitized(const struct object *o)
{
	for (uint32_t i = 1; i < o->nsymbols; i++)
		if (!o->symbols[i].section && (!strncmp(o->symbols[i].name, "__asan_", 7) || !strncmp(o->symbols[i].name, "__tsan_", 7)))
			return true;
	return false;
}

static bool measure_probes(struct measuring *m, uint32_t *bytes)
{
	for (uint32_t i = 0; i < m->nprobes; i++) {
		bytes[i] = m->around;
		for (size_t part = 0; part < sizeof parts / sizeof *parts; part++) {
			struct function_at *f = function_at(m, m->table + i * sizeof(struct stp_probe) + parts[part]);

			if (f && !f->bytes && !measure(m, f->name, &f->bytes))
				return false;
			if (f && f->bytes > bytes[i])
				bytes[i] = f->bytes;
		}
	}
	return true;
}

static int store(const struct measuring *m, const char *ko, const uint32_t *bytes)
{
	int fd = open(ko, O_WRONLY | O_CLOEXEC), err = fd < 0 ? -errno : 0;
	uint64_t at = m->section->offset + m->table + offsetof(struct stp_probe, stack);

	for (uint32_t i = 0; i < m->nprobes && !err; i++)
		if (pwrite(fd, &bytes[i], sizeof bytes[i], (off_t)(at + i * sizeof(struct stp_probe))) != sizeof bytes[i])
			err = errno ? -errno : -EIO;
	if (fd >= 0 && close(fd) && !err)
		err = -errno;
	return err;
}

static int set(struct measuring *m, const struct strbuf *file, const char *ko)
{
	uint32_t *bytes;
	int err = object_read(m->arena, file->s, file->len, &m->o);

	if (!err)
		err = find_table(m);
	if (err || !m->nprobes)
		return err;
	err = stackdepth_read(m->arena, file->s, file->len, &m->depths);
	if (err)
		return err == -ENOTSUP ? 0 : err;
	list_functions(m);
	m->most = is_sanitized(&m->o) ? 2 * STACKUSE_MOST : STACKUSE_MOST;
	bytes = ARENA_ARRAY(m->arena, uint32_t, m->nprobes);
	for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
		uint32_t n = 0;

		if (!measure(m, around[i], &n))
			return 0;
		m->around = n > m->around ? n : m->around;
	}
	return measure_probes(m, bytes) ? store(m, ko, bytes) : 0;
}

int stackuse_set(struct arena *a, const char *ko, struct stackuse *u)
{
	struct measuring m = { .arena = a, .u = u };
	struct strbuf file = STRBUF_INIT;
	int err = read_file(ko, &file);

	*u = (struct stackuse){ 0 };
	if (!err)
		err = set(&m, &file, ko);
	sb_free(&file);
	return err;
}
