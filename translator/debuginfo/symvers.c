/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exported symbols from the build tree's Module.symvers, for kernels whose symbol
 * table is not at hand: "CRC\tNAME\tMODULE\tKIND\t" lines. */
#include "lib/run.h"
#include "translator/debuginfo/module.h"
#include "translator/session.h"
#include <string.h>

const char *symvers_text(struct di *d, size_t *len)
{
	const char *dir = d->s->target.build_dir;

	if (!d->symvers_read && dir)
		read_file(arena_printf(&d->arena, "%s/Module.symvers", dir), &d->symvers);
	d->symvers_read = true;
	*len = d->symvers.len;
	return sb_str(&d->symvers);
}

bool symvers_has_module(const struct di_module *m, const char *p)
{
	size_t len;
	const char *base;
	char name[128];

	p += *p == '\t';
	len = strcspn(p, "\t\n");
	base = memrchr(p, '/', len);
	base = base ? base + 1 : p;
	len -= (size_t)(base - p);
	if (len >= sizeof name)
		return false;
	memcpy(name, base, len);
	name[len] = '\0';
	return module_name_equal(m->kind == MODULE_KERNEL ? "vmlinux" : m->name, name);
}

bool symvers_has(struct di_module *m, const char *name)
{
	size_t len, n = strlen(name);
	const char *text = symvers_text(m->di, &len), *p = text, *end = text + len;
	char key[256];

	if (n + 3 > sizeof key)
		return false;
	key[0] = '\t';
	memcpy(key + 1, name, n);
	key[n + 1] = '\t';
	while ((p = memmem(p, (size_t)(end - p), key, n + 2))) {
		if (symvers_has_module(m, p + n + 1))
			return true;
		p++;
	}
	return false;
}
