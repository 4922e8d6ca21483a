/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Symbols and sections of object files, with libelf, for the module build: is a
 * replay of kbuild's commands valid (the script imports nothing that the runtime
 * did not), and where is the module's name in the object that modpost made. */
#include "translator/build/check/elfcheck.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct object {
	int fd;
	Elf *elf;
};

static void object_close(struct object *o)
{
	elf_end(o->elf);
	if (o->fd >= 0)
		close(o->fd);
}

static int object_open(struct object *o, const char *path)
{
	GElf_Ehdr eh;

	*o = (struct object){ .fd = open(path, O_RDONLY | O_CLOEXEC) };
	if (o->fd < 0)
		return -errno;
	elf_version(EV_CURRENT);
	o->elf = elf_begin(o->fd, ELF_C_READ_MMAP, NULL);
	if (o->elf && elf_kind(o->elf) == ELF_K_ELF && gelf_getehdr(o->elf, &eh) && eh.e_type == ET_REL)
		return 0;
	object_close(o);
	return -ENOEXEC;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort_names(struct elf_names *v)
{
	size_t i, n = 0;

	if (v->len)
		qsort(v->data, v->len, sizeof *v->data, compare_names);
	for (i = 0; i < v->len; i++)
		if (!n || strcmp(v->data[n - 1], v->data[i]))
			v->data[n++] = v->data[i];
	v->len = n;
}

static int read_symtab(struct arena *a, Elf *elf, Elf_Scn *scn, const GElf_Shdr *sh, struct elf_symbols *out)
{
	Elf_Data *d = elf_getdata(scn, NULL);
	const char *name;
	GElf_Sym sym;
	int i;

	/* symbol 0 is no symbol */
	for (i = 1; d && gelf_getsym(d, i, &sym); i++) {
		if (GELF_ST_BIND(sym.st_info) == STB_LOCAL)
			continue;
		name = elf_strptr(elf, sh->sh_link, sym.st_name);
		if (!name)
			return -ENOEXEC;
		name = arena_strdup(a, name);
		if (sym.st_shndx == SHN_UNDEF)
			vec_push(a, &out->undefined, name);
		else
			vec_push(a, &out->defined, name);
	}
	return d ? 0 : -ENOEXEC;
}

int elf_symbols_read(struct arena *a, const char *path, struct elf_symbols *out)
{
	Elf_Scn *scn = NULL;
	struct object o;
	GElf_Shdr sh;
	int err = object_open(&o, path);

	*out = (struct elf_symbols){ 0 };
	if (err)
		return err;
	while (!err && (scn = elf_nextscn(o.elf, scn))) {
		if (!gelf_getshdr(scn, &sh))
			err = -ENOEXEC;
		else if (sh.sh_type == SHT_SYMTAB)
			err = read_symtab(a, o.elf, scn, &sh, out);
	}
	sort_names(&out->undefined);
	sort_names(&out->defined);
	object_close(&o);
	return err;
}

int elf_section_find(const char *path, const char *section, uint64_t *offset, uint64_t *size)
{
	Elf_Scn *scn = NULL;
	const char *name;
	struct object o;
	GElf_Shdr sh;
	size_t strings;
	int err = object_open(&o, path);

	if (err)
		return err;
	if (elf_getshdrstrndx(o.elf, &strings) < 0)
		err = -ENOEXEC;
	while (!err && (scn = elf_nextscn(o.elf, scn))) {
		name = gelf_getshdr(scn, &sh) ? elf_strptr(o.elf, strings, sh.sh_name) : NULL;
		if (!name || strcmp(name, section) || sh.sh_type == SHT_NOBITS)
			continue;
		*offset = sh.sh_offset;
		*size = sh.sh_size;
		break;
	}
	object_close(&o);
	return err ? err : scn ? 0 : -ENOENT;
}

bool elf_names_have(const struct elf_names *v, const char *name)
{
	return v && v->len && bsearch(&name, v->data, v->len, sizeof *v->data, compare_names);
}

const char *elf_names_missing(const struct elf_names *names, const struct elf_names *a, const struct elf_names *b)
{
	size_t i;

	for (i = 0; i < names->len; i++)
		if (!elf_names_have(a, names->data[i]) && !elf_names_have(b, names->data[i]))
			return names->data[i];
	return NULL;
}
