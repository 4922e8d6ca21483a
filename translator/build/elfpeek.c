/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an ELF file contains, by a few reads of its headers.
 *
 * Choosing among several candidate files (which vmlinux has DWARF, which only
 * BTF) must not cost opening half a gigabyte through a library.  Only section
 * names and the build-id note are looked at; nothing is interpreted further. */
#include "translator/build/elfpeek.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_SECTIONS 65536
#define MAX_NAMES (4u << 20)
#define MAX_NOTES (64u << 10)

static int read_at(int fd, void *buf, size_t len, uint64_t off)
{
	ssize_t n = pread(fd, buf, len, (off_t)off);

	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -ENOEXEC;
}

bool notes_build_id(const unsigned char *p, size_t len, char out[BUILD_ID_HEX])
{
	while (len >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr n;
		size_t name, desc;

		memcpy(&n, p, sizeof n);
		name = sizeof n;
		desc = name + (((size_t)n.n_namesz + 3) & ~(size_t)3);
		if (desc > len || n.n_descsz > len - desc)
			return false;
		if (n.n_type == NT_GNU_BUILD_ID && n.n_namesz == 4 && !memcmp(p + name, "GNU", 4) &&
		    n.n_descsz && n.n_descsz <= (BUILD_ID_HEX - 1) / 2) {
			for (size_t i = 0; i < n.n_descsz; i++)
				snprintf(out + 2 * i, 3, "%02x", p[desc + i]);
			return true;
		}
		desc += ((size_t)n.n_descsz + 3) & ~(size_t)3;
		if (desc > len)
			return false;
		p += desc;
		len -= desc;
	}
	return false;
}

static void peek_notes(int fd, const Elf64_Shdr *sh, struct elf_peek *out)
{
	unsigned char *buf;

	if (!sh->sh_size || sh->sh_size > MAX_NOTES)
		return;
	buf = malloc(sh->sh_size);
	if (buf && !read_at(fd, buf, sh->sh_size, sh->sh_offset))
		notes_build_id(buf, sh->sh_size, out->build_id);
	free(buf);
}

static void peek_section(int fd, const Elf64_Shdr *sh, const char *name, struct elf_peek *out)
{
	if (sh->sh_type == SHT_NOTE && !out->build_id[0])
		peek_notes(fd, sh, out);
	if (sh->sh_type == SHT_NOBITS || !sh->sh_size)
		return;
	if (!strcmp(name, ".debug_info") || !strcmp(name, ".zdebug_info"))
		out->dwarf = true;
	else if (!strcmp(name, ".BTF"))
		out->btf = true;
	else if (!strcmp(name, ".symtab"))
		out->symtab = true;
}

static int peek_sections(int fd, const Elf64_Ehdr *eh, struct elf_peek *out)
{
	Elf64_Shdr *sh = NULL;
	char *names = NULL;
	size_t n = eh->e_shnum, len;
	int r = -ENOEXEC;

	if (!n || n > MAX_SECTIONS || eh->e_shentsize != sizeof *sh || eh->e_shstrndx >= n)
		goto out;
	sh = calloc(n, sizeof *sh);
	if (!sh) {
		r = -ENOMEM;
		goto out;
	}
	r = read_at(fd, sh, n * sizeof *sh, eh->e_shoff);
	if (r)
		goto out;
	len = sh[eh->e_shstrndx].sh_size;
	if (!len || len > MAX_NAMES) {
		r = -ENOEXEC;
		goto out;
	}
	names = malloc(len + 1);
	r = names ? read_at(fd, names, len, sh[eh->e_shstrndx].sh_offset) : -ENOMEM;
	if (r)
		goto out;
	names[len] = '\0';
	for (size_t i = 1; i < n; i++)
		if (sh[i].sh_name < len)
			peek_section(fd, &sh[i], names + sh[i].sh_name, out);
out:
	free(names);
	free(sh);
	return r;
}

int elf_peek(const char *path, struct elf_peek *out)
{
	Elf64_Ehdr eh;
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;

	memset(out, 0, sizeof *out);
	if (fd < 0)
		return -errno;
	r = read_at(fd, &eh, sizeof eh, 0);
	if (!r && (memcmp(eh.e_ident, ELFMAG, SELFMAG) || eh.e_ident[EI_CLASS] != ELFCLASS64 ||
		   eh.e_ident[EI_DATA] != ELFDATA2LSB))
		r = -ENOEXEC;
	if (!r)
		r = peek_sections(fd, &eh, out);
	close(fd);
	return r;
}
