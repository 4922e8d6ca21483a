/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BTF: opening it, wherever it is, and finding its types by name.
 *
 * The kernel's BTF comes from /sys/kernel/btf, from a vmlinux, or out of the boot image;
 * a module's from /sys/kernel/btf or its .ko (split: ids continue the kernel's).
 * libbpf checks that records stay within the data, but not what they refer to,
 * so every id and string offset is checked on use. */
#include "translator/debuginfo/btf.h"
#include "lib/run.h"
#include "translator/debuginfo/debugfile.h"
#include "translator/debuginfo/image.h"
#include "translator/session.h"
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct btf_type *btf_raw(const struct btf_source *b, uint32_t id)
{
	return id < b->end ? btf__type_by_id(b->btf, id) : NULL;
}

const char *btf_text(const struct btf_source *b, uint32_t off)
{
	const char *s = btf__name_by_offset(b->btf, off);

	return s ? s : "";
}

static void index_names(struct btf_source *b)
{
	uint32_t n = b->end - b->first, size = 1024;

	while (size < n * 2)
		size *= 2;
	b->slots = xcalloc(size, sizeof *b->slots);
	b->nslots = size;
	for (uint32_t id = b->first; id < b->end; id++) {
		const struct btf_type *t = btf_raw(b, id);
		const char *name = t && t->name_off ? btf_text(b, t->name_off) : "";
		uint32_t i;

		if (!*name)
			continue;
		i = (uint32_t)hash_bytes(name, strlen(name), 0) & (size - 1);
		while (b->slots[i])
			i = (i + 1) & (size - 1);
		b->slots[i] = id;
	}
}

/* *cursor is 0 before the first, then 1 + the slot to look at next. */
uint32_t btf_next_named(const struct btf_source *b, const char *name, uint32_t *cursor)
{
	uint32_t mask = b->nslots - 1;
	uint32_t i = *cursor ? *cursor - 1 : (uint32_t)hash_bytes(name, strlen(name), 0) & mask;

	for (; b->slots[i]; i = (i + 1) & mask) {
		const struct btf_type *t = btf_raw(b, b->slots[i]);

		if (strcmp(btf_text(b, t->name_off), name))
			continue;
		*cursor = ((i + 1) & mask) + 1;
		return b->slots[i];
	}
	return 0;
}

static struct btf_source *source_new(struct btf *btf, const struct btf *base)
{
	struct btf_source *b = xcalloc(1, sizeof *b);

	b->btf = btf;
	b->first = base ? btf__type_cnt(base) : 1;
	b->end = btf__type_cnt(btf);
	index_names(b);
	return b;
}

static struct btf *open_image(struct di_module *m, char *build_id)
{
	const struct session *s = m->di->s;
	struct strbuf raw = STRBUF_INIT;
	struct btf *btf = NULL;
	int r = image_btf(s->target.image, s->cache_dir, &raw, NULL, build_id);

	if (!r && raw.len <= UINT32_MAX)
		btf = btf__new(raw.s, (uint32_t)raw.len);
	sb_free(&raw);
	if (r)
		errno = -r;
	return btf;
}

static const char *kernel_why(struct di_module *m)
{
	const struct target *t = &m->di->s->target;
	struct arena *a = &m->di->arena;
	const char *tried = t->btf_file ? t->btf_file : t->image;

	if (tried)
		return arena_printf(a, "%s has no readable BTF (%s): it needs a kernel built with CONFIG_DEBUG_INFO_BTF",
				    tried, strerror(errno));
	return arena_printf(a, "no BTF: neither /sys/kernel/btf/vmlinux nor a boot image of %s is here; fetch one with `stap-prep %s`",
			    t->release ? t->release : "the kernel", t->release ? t->release : "RELEASE");
}

static struct btf_source *open_kernel(struct di_module *m, const char **why)
{
	const struct target *t = &m->di->s->target;
	struct btf_source *b;
	struct btf *btf = NULL;
	char id[65] = "";

	errno = ENOENT;
	if (t->btf_file)
		btf = btf__parse(t->btf_file, NULL);
	if (!btf && t->image)
		btf = open_image(m, id);
	if (!btf) {
		*why = kernel_why(m);
		return NULL;
	}
	b = source_new(btf, NULL);
	if (*id)
		b->build_id = xstrdup(id);
	return b;
}

/* BTF that refers to the kernel's types by number. A module built out of the tree may carry a base of
 * its own instead (.BTF.base), whose numbers mean nothing here. */
static struct btf *parse_split(const char *path, struct btf *base)
{
	return debugfile_has_section(path, ".BTF.base") ? NULL : btf__parse_elf_split(path, base);
}

/* A .ko file's own BTF; compressed files are unpacked into a private file first. */
static struct btf *parse_ko(const char *path, struct btf *base)
{
	struct strbuf ko = STRBUF_INIT;
	struct btf *btf = NULL;
	char *dir, *name = NULL;
	size_t len = strlen(path);

	if (len > 3 && !strcmp(path + len - 3, ".ko"))
		return parse_split(path, base);
	dir = make_temp_dir();
	if (dir && !read_maybe_compressed(path, &ko) && asprintf(&name, "%s/module.ko", dir) > 0 &&
	    !write_file_atomic(name, ko.s, ko.len, 0600))
		btf = parse_split(name, base);
	sb_free(&ko);
	if (dir)
		remove_tree(dir);
	free(name);
	free(dir);
	return btf;
}

static struct btf_source *open_module(struct di_module *m, const char **why)
{
	struct di_module *kernel = module_kernel(m->di);
	struct btf_source *base = kernel ? module_btf(kernel) : NULL;
	struct btf *btf = NULL;

	if (!base) {
		*why = kernel ? kernel->btf_why : "no BTF of the kernel";
		return NULL;
	}
	if (m->di->s->target.running)
		btf = btf__parse_raw_split(arena_printf(&m->di->arena, "/sys/kernel/btf/%s", m->name), base->btf);
	if (!btf && m->path)
		btf = parse_ko(m->path, base->btf);
	if (!btf) {
		*why = arena_printf(&m->di->arena, "module %s has no BTF", m->name);
		return NULL;
	}
	return source_new(btf, base->btf);
}

struct btf_source *btf_open(struct di_module *m, const char **why)
{
	switch (m->kind) {
	case MODULE_KERNEL: return open_kernel(m, why);
	case MODULE_KO: return open_module(m, why);
	case MODULE_USER: case MODULE_TYPES: break;
	}
	*why = "only the kernel and its modules have BTF";
	return NULL;
}

void btf_close(struct btf_source *b)
{
	if (!b)
		return;
	btf__free(b->btf);
	free(b->slots);
	free(b->build_id);
	free(b);
}
