/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptions of system calls in the contents of a vmlinux that has no symbols, as the one in a boot image.
 *
 * For its trace events (CONFIG_FTRACE_SYSCALLS) the kernel keeps a struct syscall_metadata for each: the name
 * ("sys_read"), a number, the count of parameters, arrays of their types and names as text, and a list_head that begins empty,
 * which is to say that it points to itself twice.  That is the mark to look for in the data; what lies in front of
 * it has to be all that a description has.  Addresses in an x86 vmlinux are link-time addresses, stored in place. */
#include "translator/debuginfo/elfsym.h"
#include "translator/debuginfo/syscall.h"

#include <ctype.h>
#include <gelf.h>
#include <string.h>

/* include/trace/syscall.h. What is behind the low bits of nb_args is newer kernels' own. */
enum { AT_NAME = 0, AT_COUNT = 12, AT_TYPES = 16, AT_ARGS = 24, AT_LIST = 32, COUNT_MASK = 0x7f, MAX_PARAMS = 6, MAX_TEXT = 128 };

/* The bytes of one section at its link-time address. */
struct data { Elf *elf; const unsigned char *bytes; uint64_t addr; size_t len; };

static uint64_t word_at(const unsigned char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

/* The text at link-time ADDR: printable, not empty. NULL: there is none. */
static const char *text_at(Elf *e, uint64_t addr)
{
	size_t len = MAX_TEXT;
	const unsigned char *p = addr ? elf_bytes_at(e, addr, &len) : NULL;
	size_t i;

	for (i = 0; p && i < len && isprint(p[i]); i++)
		;
	return p && i && i < len && !p[i] ? (const char *)p : NULL;
}

/* Element I of the array of texts at ARRAY. */
static const char *element(Elf *e, uint64_t array, unsigned i)
{
	size_t len = 8;
	const unsigned char *p = array ? elf_bytes_at(e, array + 8 * i, &len) : NULL;

	return p && len == 8 ? text_at(e, word_at(p)) : NULL;
}

static void describe(Elf *e, const unsigned char *meta, struct strbuf *out)
{
	const char *name = text_at(e, word_at(meta + AT_NAME));
	unsigned n = meta[AT_COUNT] & COUNT_MASK;
	size_t start = out->len;

	if (!name || strncmp(name, "sys_", 4) || n > MAX_PARAMS)
		return;
	sb_puts(out, name + 4);
	for (unsigned i = 0; i < n; i++) {
		const char *type = element(e, word_at(meta + AT_TYPES), i), *arg = element(e, word_at(meta + AT_ARGS), i);

		if (!type || !arg) {
			sb_truncate(out, start);
			return;
		}
		sb_printf(out, "\t%s\t%s", type, arg);
	}
	sb_putc(out, '\n');
}

static void scan(const struct data *d, struct strbuf *out)
{
	for (size_t at = AT_LIST; at + 16 <= d->len; at += 8)
		if (word_at(d->bytes + at) == d->addr + at && word_at(d->bytes + at + 8) == d->addr + at)
			describe(d->elf, d->bytes + at - AT_LIST, out);
}

void syscalls_scan(Elf *e, struct strbuf *out)
{
	Elf_Scn *scn = NULL;

	while ((scn = elf_nextscn(e, scn))) {
		GElf_Shdr sh;
		Elf_Data *d;
		struct data data;

		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_PROGBITS || (sh.sh_flags & (SHF_ALLOC | SHF_WRITE)) != (SHF_ALLOC | SHF_WRITE) ||
		    sh.sh_addr % 8 || !(d = elf_rawdata(scn, NULL)) || !d->d_buf)
			continue;
		data = (struct data){ e, d->d_buf, sh.sh_addr, d->d_size };
		scan(&data, out);
	}
}
