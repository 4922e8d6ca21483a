/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of builtin functions. */
#include "translator/builtin/builtin.h"

#include <string.h>

const struct builtin builtins[] = {
#define BUILTIN(name, result, params, code, flags, cost) { name, result, params, code, flags, cost },
#include "translator/builtin/builtin.def"
#undef BUILTIN
};
const size_t nbuiltins = sizeof builtins / sizeof *builtins;

const struct builtin *builtin_find(const char *name, size_t nargs)
{
	size_t i;

	for (i = 0; i < nbuiltins; i++)
		if (!strcmp(builtins[i].name, name) && strlen(builtins[i].params) == nargs)
			return &builtins[i];
	return NULL;
}

const struct builtin *builtin_for_stack(const char *name)
{
	size_t i;

	for (i = 0; i < nbuiltins; i++)
		if (!strcmp(builtins[i].name, name) && !strcmp(builtins[i].params, "k"))
			return &builtins[i];
	return NULL;
}
