/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making an index: the pass (in two threads, each with a libdw handle of its own),
 * progress on a terminal, and the image that goes to the file. */
#include "translator/debuginfo/index_build.h"
#include "lib/run.h"
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PROGRESS_AFTER_US 300000
#define PROGRESS_EVERY_US 100000

struct worker {
	struct index_tables tables;
	const char *path;
	bool kernel;
	unsigned part, of;
	uint64_t progress;
	bool failed;
};

/* The second half, on a handle of its own. */
static void *run_worker(void *data)
{
	struct worker *w = data;
	int fd = open(w->path, O_RDONLY | O_CLOEXEC);
	Elf *e = fd >= 0 ? elf_begin(fd, ELF_C_READ_MMAP_PRIVATE, NULL) : NULL;
	Dwarf *dbg = e ? dwarf_begin_elf(e, DWARF_C_READ, NULL) : NULL;

	if (dbg)
		index_walk(dbg, &w->tables, w->kernel, w->part, w->of, &w->progress);
	w->failed = !dbg;
	dwarf_end(dbg);
	elf_end(e);
	if (fd >= 0)
		close(fd);
	return NULL;
}

struct progress {
	const char *label;
	uint64_t start, last, total;
	bool shown;
};

static void progress_show(struct progress *p, uint64_t done)
{
	uint64_t now = now_us();

	if (!p->label || now - p->start < PROGRESS_AFTER_US || now - p->last < PROGRESS_EVERY_US)
		return;
	p->last = now;
	p->shown = true;
	fprintf(stderr, "\rreading debug information of %s: %3u%%", p->label,
		p->total ? (unsigned)(done * 100 / p->total) : 0);
}

static void progress_end(const struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
}

static uint64_t info_size(Elf *e)
{
	Elf_Scn *scn = NULL;
	size_t names;

	if (elf_getshdrstrndx(e, &names))
		return 0;
	while ((scn = elf_nextscn(e, scn))) {
		GElf_Shdr sh;
		const char *n = gelf_getshdr(scn, &sh) ? elf_strptr(e, names, sh.sh_name) : NULL;

		if (n && !strcmp(n, ".debug_info"))
			return sh.sh_size;
	}
	return 0;
}

/* Wait for one worker, showing what both have done. */
static void join_worker(pthread_t thread, struct worker *w, struct progress *p)
{
	for (;;) {
		struct timespec until;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += PROGRESS_EVERY_US * 1000;
		if (until.tv_nsec >= 1000000000) {
			until.tv_nsec -= 1000000000;
			until.tv_sec++;
		}
		if (pthread_timedjoin_np(thread, NULL, &until) != ETIMEDOUT)
			return;
		progress_show(p, (__atomic_load_n(&w[0].progress, __ATOMIC_RELAXED) +
				  __atomic_load_n(&w[1].progress, __ATOMIC_RELAXED)) / 2);
	}
}

static int walk_in_threads(const struct index_request *rq, struct index_tables *t, struct progress *p)
{
	struct worker w[2];
	pthread_t threads[2];
	bool started[2] = { false, false };
	int r = 0;

	for (unsigned i = 0; i < 2; i++) {
		w[i] = (struct worker){ .path = rq->path, .kernel = rq->kernel, .part = i, .of = 2 };
		tables_init(&w[i].tables);
		started[i] = !pthread_create(&threads[i], NULL, run_worker, &w[i]);
		if (!started[i])
			run_worker(&w[i]);
	}
	for (unsigned i = 0; i < 2; i++) {
		if (started[i])
			join_worker(threads[i], w, p);
		if (w[i].failed)
			r = -EIO;
	}
	tables_free(t);
	*t = w[0].tables;
	t->seen_types.arena = t->seen_enums.arena = t->seen_declared.arena = &t->arena;
	if (!r)
		tables_merge(t, &w[1].tables);
	tables_free(&w[1].tables);
	return r;
}

/* ---- the image ---- */

struct image {
	char *data;
	size_t size, cap;
};

static void put_section(struct image *m, enum index_section s, const void *data, size_t count, size_t record)
{
	size_t off = (m->size + 7) & ~(size_t)7, bytes = count * record;
	struct index_header *h;

	if (off + bytes > m->cap) {
		m->cap = (off + bytes) * 3 / 2;
		m->data = xrealloc(m->data, m->cap);
	}
	memset(m->data + m->size, 0, off - m->size);
	if (bytes)
		memcpy(m->data + off, data, bytes);
	h = (struct index_header *)(void *)m->data;
	h->sections[s].off = off;
	h->sections[s].count = count;
	m->size = off + bytes;
}

#define PUT(section, table) put_section(&m, INDEX_##section, t->table.data, t->table.len, sizeof *t->table.data)

static void make_image(const struct index_tables *t, const struct index_request *rq, char **data, size_t *size)
{
	struct image m = { xcalloc(1, 1u << 20), sizeof(struct index_header), 1u << 20 };
	const struct sym_source *y = rq->syms;
	struct index_header *h;

	put_section(&m, INDEX_STRINGS, t->strings.text.s, t->strings.text.len, 1);
	PUT(UNITS, units);
	PUT(FUNCS, funcs);
	PUT(RANGES, ranges);
	PUT(ABSTRACTS, abstracts);
	PUT(COPIES, copies);
	PUT(TYPES, types);
	PUT(ENUMS, enums);
	PUT(VARS, vars);
	PUT(FILES, files);
	put_section(&m, INDEX_SYMS, y ? y->recs : NULL, y ? y->len : 0, sizeof *y->recs);
	put_section(&m, INDEX_SYM_STRINGS, y ? y->strings : NULL, y ? y->strings_len : 0, 1);
	put_section(&m, INDEX_SYM_SLOTS, y ? y->slots : NULL, y ? y->nslots : 0, sizeof *y->slots);
	h = (struct index_header *)(void *)m.data;
	memcpy(h->magic, "stapdwx", 8);
	h->version = INDEX_VERSION;
	h->nsections = INDEX_NSECTIONS;
	h->source_size = rq->source_size;
	h->root = t->root;
	if (rq->build_id)
		strncpy(h->build_id, rq->build_id, sizeof h->build_id - 1);
	index_seal(h, m.size);
	*data = m.data;
	*size = m.size;
}

int index_build(const struct index_request *rq, char **image, size_t *size)
{
	struct progress p = { .label = isatty(STDERR_FILENO) ? rq->label : NULL, .start = now_us() };
	struct index_tables t;
	int r = 0;

	tables_init(&t);
	p.total = info_size(dwarf_getelf(rq->dbg));
	if (rq->path)
		r = walk_in_threads(rq, &t, &p);
	else
		index_walk(rq->dbg, &t, rq->kernel, 0, 1, NULL);
	if (!r) {
		tables_finish(&t, rq);
		make_image(&t, rq, image, size);
	}
	tables_free(&t);
	progress_end(&p);
	return r;
}
