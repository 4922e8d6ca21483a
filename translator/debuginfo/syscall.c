/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System calls with no debug information but types: what the function that the kernel calls (__x64_sys_read) finds in the
 * structure of registers that is its only parameter.
 *
 * Names and types come from the kernel's contents (syscall_scan.c) or, of the running kernel, from
 * tracefs.  Where DWARF knows the function behind (__do_sys_read), that one is asked and this is not. */
#include "translator/debuginfo/syscall.h"
#include "lib/map.h"
#include "lib/run.h"
#include "translator/debuginfo/image.h"
#include "translator/debuginfo/type.h"
#include "translator/session.h"

#include <ctype.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { MAX_PARAMS = 6 };

/* Functions, and where struct pt_regs holds the parameters (arch/x86/include/asm/syscall_wrapper.h). */
static const struct entry {
	const char *prefix, *members[MAX_PARAMS];
} entries[] = {
	{ "__x64_sys_", { "di", "si", "dx", "r10", "r8", "r9" } },
	{ "__ia32_sys_", { "bx", "cx", "dx", "si", "di", "bp" } },
};

struct syscall { size_t n; struct di_param params[MAX_PARAMS]; };

/* ---- where the descriptions are ---- */

static void scan_vmlinux(const char *path, struct strbuf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	Elf *e = NULL;

	elf_version(EV_CURRENT);
	if (fd >= 0)
		e = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (e && elf_kind(e) == ELF_K_ELF)
		syscalls_scan(e, out);
	if (e)
		elf_end(e);
	if (fd >= 0)
		close(fd);
}

static void add_param(struct di_module *m, struct syscall *c, const char *type, const char *name)
{
	const struct di_type *t = di_type_find(m, type);

	if (c->n < MAX_PARAMS)
		c->params[c->n++] = (struct di_param){ arena_strdup(&m->di->arena, name), t ? t : type_builtin(m, "long int") };
}

/* "read\tunsigned int\tfd\t…" */
static void take_line(struct di_module *m, char *line)
{
	char *save = NULL, *name = strtok_r(line, "\t", &save), *type, *arg;
	struct syscall *c = ARENA_NEW(&m->di->arena, struct syscall);

	while ((type = strtok_r(NULL, "\t", &save)) && (arg = strtok_r(NULL, "\t", &save)))
		add_param(m, c, type, arg);
	if (name)
		map_put(m->syscalls, arena_strdup(&m->di->arena, name), c);
}

static void read_table(struct di_module *m)
{
	const struct session *s = m->di->s;
	struct strbuf text = STRBUF_INIT, btf = STRBUF_INIT;
	char id[65];

	m->syscalls = ARENA_NEW(&m->di->arena, struct map);
	map_init(m->syscalls, &m->di->arena);
	if (s->target.vmlinux)
		scan_vmlinux(s->target.vmlinux, &text);
	if (!text.len && s->target.image)
		image_btf(s->target.image, s->cache_dir, &btf, &text, id);
	for (char *save = NULL, *l = text.len ? strtok_r(text.s, "\n", &save) : NULL; l; l = strtok_r(NULL, "\n", &save))
		take_line(m, l);
	m->syscalls_listed = m->syscalls->len;
	sb_free(&text);
	sb_free(&btf);
}

/* ---- tracefs: "\tfield:unsigned int fd;\toffset:16;…" ---- */

static void take_field(struct di_module *m, struct syscall *c, char *text)
{
	char *end = strchr(text, ';'), *name;

	if (!end || !strncmp(text, "__data_loc", 10))
		return;
	*end = '\0';
	for (name = end; name > text && (isalnum((unsigned char)name[-1]) || name[-1] == '_'); name--)
		;
	if (name == text || name == end)
		return;
	name[-1] = '\0';
	add_param(m, c, text, name);
}

static struct syscall *read_format(struct di_module *m, const char *name)
{
	static const char *const places[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	struct strbuf b = STRBUF_INIT;
	struct syscall *c = NULL;
	char *p = NULL;

	for (size_t i = 0; i < sizeof places / sizeof *places && !b.len; i++)
		read_file(arena_printf(&m->di->arena, "%s/events/syscalls/sys_enter_%s/format", places[i], name), &b);
	if (b.len && (p = strstr(b.s, " __syscall_nr;")))
		c = ARENA_NEW(&m->di->arena, struct syscall);
	while (c && (p = strstr(p, "\tfield:"))) {
		char *next = strchr(p += 7, '\n');

		take_field(m, c, p);
		if (!(p = next))
			break;
	}
	sb_free(&b);
	return c;
}

/* ---- questions ---- */

static const struct entry *entry_of(const char *function)
{
	for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
		if (!strncmp(function, entries[i].prefix, strlen(entries[i].prefix)))
			return &entries[i];
	return NULL;
}

const struct di_param *syscall_params(struct di_module *m, const char *function, size_t *n)
{
	const struct entry *e = m->kind == MODULE_KERNEL && function ? entry_of(function) : NULL;
	const char *name = e ? function + strlen(e->prefix) : NULL;
	struct syscall *c;

	*n = 0;
	if (!e)
		return NULL;
	if (!m->syscalls)
		read_table(m);
	c = map_get(m->syscalls, name);
	if (!c && m->di->s->target.running && !m->syscalls_listed && (c = read_format(m, name)))
		map_put(m->syscalls, arena_strdup(&m->di->arena, name), c);
	if (!c)
		return NULL;
	*n = c->n;
	return c->params;
}

static const struct di_member *member_of(const struct di_type *t, const char *name)
{
	t = t ? di_type_complete(di_type_strip(t)) : NULL;
	for (size_t i = 0; t && i < t->nmembers; i++)
		if (t->members[i].name && !strcmp(t->members[i].name, name))
			return &t->members[i];
	return NULL;
}

bool syscall_place(struct access *x, const char *function, size_t n, struct place *out)
{
	const struct entry *e = entry_of(function);
	const struct di_member *member = member_of(di_type_find(x->m, "struct pt_regs"), e->members[n]);
	struct place regs;
	size_t count;

	if (!member)
		return access_fail(x, DI_NO_DEBUGINFO, "$%s needs the kernel's struct pt_regs, of which nothing is known", x->name);
	if (!callconv_word(x, 0, &regs))
		return false;
	*out = (struct place){
		.kind = PLACE_MEMORY, .type = syscall_params(x->m, function, &count)[n].type,
		.value = fetch_binary(x->f, FETCH_ADD, regs.value, fetch_const(x->f, (int64_t)(member->bit_offset / 8))),
	};
	return true;
}
