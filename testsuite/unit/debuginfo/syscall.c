/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptions of system calls found in the contents of a file without symbols: the good ones, and none of those that only
 * look like one. */
#include "fixture.h"
#include "lib/run.h"
#include "translator/debuginfo/elfsym.h"
#include "translator/debuginfo/syscall.h"

#include <fcntl.h>
#include <unistd.h>

/* As the kernel lays them out; a newer one keeps more behind the count. */
static const char source[] =
	"struct list { struct list *next, *prev; };\n"
	"struct meta { const char *name; int nr, count; const char **types, **args; struct list fields; void *enter, *leave; };\n"
	"#define META(id, name, count, types, args) struct meta id = { name, -1, count, types, args, { &id.fields, &id.fields } }\n"
	"static const char *types[] = { \"unsigned int\", \"char *\", \"size_t\" }, *args[] = { \"fd\", \"buf\", \"count\" };\n"
	"META(read, \"sys_read\", 3, types, args);\n"
	"META(getpid, \"sys_getpid\", 0, 0, 0);\n"
	"META(newer, \"sys_newer\", 1 | 0xff80, types, args);\n"
	"META(other_name, \"timer\", 1, types, args);\n"
	"META(no_name, 0, 1, types, args);\n"
	"META(many, \"sys_many\", 7, types, args);\n"
	"META(no_types, \"sys_no_types\", 1, 0, args);\n"
	"META(wild, \"sys_wild\", 1, (const char **)0x10, args);\n"
	"struct meta not_empty = { \"sys_not_empty\", -1, 1, types, args, { &read.fields, &not_empty.fields } };\n"
	"struct list first = { &first, &first };\n"
	"int main(void) { return 0; }\n";

TEST(syscall_scan)
{
	struct strbuf out = STRBUF_INIT;
	const char *c, *exe;
	struct fixture f;
	Elf *e;
	int fd;

	fixture_session(&f, true);
	c = arena_printf(&f.s.arena, "%s/meta.c", f.dir);
	exe = arena_printf(&f.s.arena, "%s/meta", f.dir);
	CHECK(!write_file_atomic(c, source, sizeof source - 1, 0600));
	fixture_run((const char *const[]){ "cc", "-O1", "-fno-toplevel-reorder", "-no-pie", "-s", "-o", exe, c, NULL });
	elf_version(EV_CURRENT);
	fd = open(exe, O_RDONLY | O_CLOEXEC);
	e = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	CHECK(e != NULL);
	syscalls_scan(e, &out);
	CHECK_STR(sb_str(&out), "read\tunsigned int\tfd\tchar *\tbuf\tsize_t\tcount\ngetpid\nnewer\tunsigned int\tfd\n");
	elf_end(e);
	close(fd);
	sb_free(&out);
	fixture_close(&f);
}
