/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The running kernel's own list of functions that kprobes must not touch, where it
 * can be read (root, debugfs): what BTF and System.map cannot tell. */
#include "lib/run.h"
#include "translator/debuginfo/module.h"
#include "translator/session.h"
#include <string.h>

/* Lines "0xADDRESS-0xADDRESS\tNAME". */
static void read_blacklist(struct di *d)
{
	struct strbuf b = STRBUF_INIT;

	map_init(&d->blacklist, &d->arena);
	if (!d->s->target.running || read_file("/sys/kernel/debug/kprobes/blacklist", &b))
		return;
	for (const char *p = sb_str(&b), *eol; *p; p = *eol ? eol + 1 : eol) {
		const char *tab;

		eol = strchrnul(p, '\n');
		tab = memchr(p, '\t', (size_t)(eol - p));
		if (tab && tab + 1 < eol)
			map_put(&d->blacklist, arena_strndup(&d->arena, tab + 1, (size_t)(eol - tab - 1)), NULL);
	}
	sb_free(&b);
}

bool blacklist_has(struct di *d, const char *name)
{
	if (!d->blacklist_read) {
		d->blacklist_read = true;
		read_blacklist(d);
	}
	return d->blacklist.len && map_has(&d->blacklist, name);
}
