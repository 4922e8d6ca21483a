/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See image.h. */
#include "testsuite/unit/stpd/image.h"

#include "testsuite/unit/stpd/fake_kernel.h"

#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char all_names[] =
	"\0.modinfo\0.gnu.linkonce.this_module\0.text\0.data\0stp_module\0f";

#define SECTION(id, kind, part, ...) \
	(f->sections[id] = (Elf64_Shdr){ .sh_type = kind, .sh_offset = offsetof(struct image, part), \
					 .sh_size = sizeof f->part, __VA_ARGS__ })

static void add_sections(struct image *f)
{
	SECTION(NAMES, SHT_STRTAB, names, .sh_name = 0);
	SECTION(INFO, SHT_PROGBITS, info, .sh_name = N_INFO, .sh_flags = SHF_ALLOC);
	SECTION(MODULE, SHT_PROGBITS, module, .sh_name = N_MODULE,
		.sh_flags = SHF_ALLOC | SHF_WRITE);
	SECTION(TEXT, SHT_PROGBITS, text, .sh_name = N_TEXT, .sh_flags = SHF_ALLOC | SHF_EXECINSTR);
	SECTION(DATA, SHT_PROGBITS, data, .sh_name = N_DATA, .sh_flags = SHF_ALLOC | SHF_WRITE);
	SECTION(RELA, SHT_RELA, rela, .sh_link = SYMBOLS, .sh_info = DATA);
	SECTION(SYMBOLS, SHT_SYMTAB, symbols, .sh_link = NAMES);
	memcpy(f->names, all_names, sizeof all_names);
}

struct image image_good(void)
{
	struct image f = { .head = { .e_type = ET_REL, .e_machine = EM_X86_64, .e_shnum = NSECTIONS,
				     .e_shstrndx = NAMES, .e_shentsize = sizeof(Elf64_Shdr),
				     .e_shoff = offsetof(struct image, sections) },
			   .text = { 0x90, 0xc3, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90 } };

	memcpy(f.head.e_ident, ELFMAG, SELFMAG);
	f.head.e_ident[EI_CLASS] = ELFCLASS64;
	f.head.e_ident[EI_DATA] = ELFDATA2LSB;
	add_sections(&f);
	memcpy(f.info, "name=own_name", 14);
	memset(f.module, 0x55, sizeof f.module);
	memset(f.module + NAME_AT, 0, NAME_ROOM);
	strcpy(f.module + NAME_AT, "own_name");
	f.rela[0] = (Elf64_Rela){ .r_info = ELF64_R_INFO(2, R_X86_64_64) };
	f.symbols[1] = (Elf64_Sym){ .st_name = N_TABLE, .st_shndx = DATA, .st_size = sizeof f.data,
				    .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT) };
	f.symbols[2] = (Elf64_Sym){ .st_name = N_F, .st_shndx = TEXT, .st_size = 2,
				    .st_info = ELF64_ST_INFO(STB_LOCAL, STT_FUNC) };
	return f;
}

struct image image_harmful(void)
{
	struct image f = image_good();

	f.text[0] = 0xf4;
	return f;
}

int image_open(const struct image *f)
{
	int fd = memfd_create("m.ko", MFD_CLOEXEC);

	if (fd < 0 || write(fd, f, sizeof *f) != sizeof *f)
		_exit(96);
	return fd;
}

bool image_was_loaded(const struct image *f)
{
	return fake_kernel.image_size == sizeof *f && !memcmp(fake_kernel.image, f, sizeof *f);
}
