/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All targets. */
#include "testsuite/fuzz/fuzz.h"

#include <string.h>

static const struct fuzz_target *const targets[] = { &fuzz_lex, &fuzz_preproc, &fuzz_parse,
	&fuzz_regex, &fuzz_printf,
						  &fuzz_wire, &fuzz_ctl, &fuzz_bulk };

const struct fuzz_target *fuzz_target_find(const char *name)
{
	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
		if (!strcmp(targets[i]->name, name))
			return targets[i];
	return NULL;
}
