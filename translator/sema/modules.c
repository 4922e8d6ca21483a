/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which module a type or a variable is looked up in: the lists that casts, @var and the operators
 * on types take, and what holds where there is none. */
#include "translator/backend.h"
#include "translator/sema/sema.h"

#include <string.h>

const char *lower_own_module(struct lowering *l)
{
	return l->probe && l->probe->scope.module ? di_module_name(l->probe->scope.module) : "kernel";
}

/* HEADERS are compiled when they are first asked for, and not again when that failed. */
static struct di_module *header_module(struct session *s, const char *headers, const char **why)
{
	struct header_types *h = map_get(&s->header_types, headers);

	if (!h) {
		h = ARENA_NEW(&s->arena, struct header_types);
		h->why = "types of header files are not for this kind of target";
		if (s->backend && s->backend->types)
			s->backend->types(s, headers, h);
		map_put(&s->header_types, headers, h);
	}
	if (h->path)
		return di_types(session_di(s), headers, h->path, h->id);
	*why = h->why;
	return NULL;
}

struct di_module *lower_next_module(struct lowering *l, const char **list, const char **why)
{
	const char *name = *list, *end = strchrnul(name, ':'), *none = NULL;
	struct di_module *m;
	bool headers;

	*list = *end ? end + 1 : NULL;
	name = arena_strndup(&l->session->arena, name, (size_t)(end - name));
	headers = *name == '<' || !strncmp(name, "kernel<", 7);
	m = headers ? header_module(l->session, name, &none) : di_module(session_di(l->session), name, &none);
	if (!m && (!*why || headers))
		*why = none;
	return m;
}

const char *lower_type_modules(struct lowering *l)
{
	const char *own;

	if (l->function || session_compatible_before(l->session, "4.3"))
		return "kernel";
	own = lower_own_module(l);
	return !strcmp(own, "kernel") ? own : arena_printf(&l->session->arena, "%s:kernel", own);
}

const struct di_type *lower_find_type(struct lowering *l, const char *name, const char *list, struct di_module **m, const char **why)
{
	const struct di_type *t = NULL;
	struct di_name_vec near = { 0 };
	struct di_module *last = NULL;

	for (list = list ? list : lower_type_modules(l); !t && list;) {
		*m = lower_next_module(l, &list, why);
		t = *m ? di_type_find(*m, name) : NULL;
		last = *m ? *m : last;
	}
	if (t || !last || *why)
		return t;
	di_similar_types(last, name, 3, &near);
	*why = lower_similar(l->session, &near);
	return NULL;
}
