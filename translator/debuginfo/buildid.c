/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The build-id of a module: what tells that a file and running code are the same build. */
#include "translator/debuginfo/btf.h"
#include "translator/debuginfo/debugfile.h"
#include "translator/session.h"

const char *di_build_id(struct di_module *m)
{
	const struct target *t = &m->di->s->target;

	if (m->id_tried)
		return m->build_id;
	m->id_tried = true;
	if (m->kind != MODULE_KERNEL) {
		if (m->path)
			debugfile_has_dwarf(m->path, &m->di->arena, &m->build_id);
		return m->build_id;
	}
	m->build_id = t->build_id;
	if (!m->build_id && t->vmlinux)
		debugfile_has_dwarf(t->vmlinux, &m->di->arena, &m->build_id);
	if (!m->build_id && module_btf(m))
		m->build_id = m->btf->build_id;
	return m->build_id;
}
