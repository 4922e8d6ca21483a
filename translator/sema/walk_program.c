/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A visitor over the resolved program: each body once, though many points may share it. */
#include "translator/program.h"

void program_walk_probes(struct visitor *v, struct program *p)
{
	for (size_t i = 0; i < p->probes.len; i++) {
		struct probe *pr = p->probes.data[i];

		if (!pr->same_as)
			pr->body = walk_stmt(v, pr->body);
		if (pr->condition)
			pr->condition = walk_expr(v, pr->condition);
	}
}

void program_walk_functions(struct visitor *v, struct program *p)
{
	for (size_t i = 0; i < p->functions.len; i++)
		if (p->functions.data[i]->body)
			p->functions.data[i]->body = walk_stmt(v, p->functions.data[i]->body);
}
