/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The systems of trace events where no tracefs tells them.
 *
 * TRACE_EVENT makes for event NAME a variable event_NAME (struct trace_event_call: a list_head, then the pointer to its class), and
 * for each class an event_class_… (struct trace_event_class: first of all the pointer to the system's text).  In a vmlinux these
 * pointers are link-time addresses that can be followed in the file.  In a module they are relocations (event_module.c); where its
 * file is not at hand, the name of the text's variable, str__SYSTEM__trace_system_name, does when there is one alone. */
#include "translator/debuginfo/elfsym.h"
#include "translator/debuginfo/event_module.h"
#include "translator/session.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define SYSTEM_PREFIX "str__"
#define SYSTEM_SUFFIX "__trace_system_name"
#define KNOWN_EVENT "sched_switch"	/* each kernel that traces has it */
enum { CLASS_OFFSET = 16, SYSTEM_MAX = 64 };

struct event_source {
	int fd;
	Elf *elf;			/* of the kernel; NULL: none */
	struct map systems;		/* of a module: event -> system */
	const char *only;		/* of a module without these: its one system, or NULL */
};

void events_close(struct event_source *e)
{
	if (!e)
		return;
	if (e->elf)
		elf_end(e->elf);
	if (e->fd >= 0)
		close(e->fd);
}

/* "sched" of "str__sched__trace_system_name", or NULL. */
static const char *system_in(struct arena *a, const char *symbol)
{
	size_t len = strlen(symbol), around = sizeof SYSTEM_PREFIX - 1 + sizeof SYSTEM_SUFFIX - 1;

	if (len <= around || strncmp(symbol, SYSTEM_PREFIX, sizeof SYSTEM_PREFIX - 1) ||
	    strcmp(symbol + len - (sizeof SYSTEM_SUFFIX - 1), SYSTEM_SUFFIX))
		return NULL;
	return arena_strndup(a, symbol + sizeof SYSTEM_PREFIX - 1, len - around);
}

static const char *only_system(struct di_module *m)
{
	struct sym_source *s = module_symbols(m);
	const char *only = NULL, *found;

	for (size_t i = 0; s && i < s->len; i++) {
		found = system_in(&m->di->arena, sym_name(s, &s->recs[i]));
		if (found && only && strcmp(found, only))
			return NULL;
		only = found ? found : only;
	}
	return only;
}

static struct event_source *events_of(struct di_module *m)
{
	const char *vmlinux = m->di->s->target.vmlinux;

	if (m->events)
		return m->events;
	m->events = ARENA_NEW(&m->di->arena, struct event_source);
	m->events->fd = -1;
	map_init(&m->events->systems, &m->di->arena);
	if (m->kind == MODULE_KO) {
		if (m->path)
			event_module_systems(m->path, &m->di->arena, &m->events->systems);
		if (!m->events->systems.len)
			m->events->only = only_system(m);
	} else if (m->kind == MODULE_KERNEL && vmlinux) {
		elf_version(EV_CURRENT);
		m->events->fd = open(vmlinux, O_RDONLY | O_CLOEXEC);
		if (m->events->fd >= 0)
			m->events->elf = elf_begin(m->events->fd, ELF_C_READ_MMAP, NULL);
	}
	return m->events;
}

static bool read_pointer(Elf *e, uint64_t addr, uint64_t *out)
{
	size_t len = sizeof *out;
	const unsigned char *p = elf_bytes_at(e, addr, &len);

	if (!p || len < sizeof *out)
		return false;
	memcpy(out, p, sizeof *out);
	return *out != 0;
}

static const char *kernel_system(struct di_module *m, Elf *e, const char *name)
{
	struct arena *a = &m->di->arena;
	struct sym_source *s = module_symbols(m);
	const struct sym_rec *event;
	uint64_t class, text;
	size_t count, len = SYSTEM_MAX;
	const unsigned char *p;

	event = s ? sym_by_name(s, arena_printf(a, "event_%s", name), &count) : NULL;
	if (!event || !read_pointer(e, event->addr + CLASS_OFFSET, &class) || !read_pointer(e, class, &text))
		return NULL;
	p = elf_bytes_at(e, text, &len);
	return p && memchr(p, 0, len) && *p ? arena_strdup(a, (const char *)p) : NULL;
}

const char *di_tracepoint_system(struct di_module *m, const char *name)
{
	struct event_source *e = events_of(m);

	if (e->elf)
		return kernel_system(m, e->elf, name);
	return e->systems.len ? map_get(&e->systems, name) : e->only;
}

bool di_knows_systems(struct di_module *m)
{
	return events_of(m)->systems.len || di_tracepoint_system(m, KNOWN_EVENT);
}
