/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which module a type or a variable is looked up in: the lists that casts, @var and the operators
 * on types take, and what holds where there is none. */
#include "translator/sema/sema.h"

#include <string.h>

const char *lower_own_module(struct lowering *l)
{
	return l->probe && l->probe->scope.module ? di_module_name(l->probe->scope.module) : "kernel";
}

struct di_module *lower_next_module(struct lowering *l, const char **list, const char **why)
{
	const char *name = *list, *end = strchrnul(name, ':');

	*list = *end ? end + 1 : NULL;
	name = arena_strndup(&l->session->arena, name, (size_t)(end - name));
	if (!strncmp(name, "kernel<", 7))
		name = "kernel";
	return di_module(session_di(l->session), name, why);
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
	if (t || !last)
		return t;
	di_similar_types(last, name, 3, &near);
	*why = lower_similar(l->session, &near);
	return NULL;
}
