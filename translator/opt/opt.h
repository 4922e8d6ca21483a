/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Optimizer passes over the resolved program: each returns whether it changed anything.
 * They run to a fixed point inside sema (fold and dead code decide which code is reached) and once more after it; -u leaves out all but what correctness needs. */
#ifndef OPT_OPT_H
#define OPT_OPT_H

#include "translator/program.h"

bool opt_fold(struct program *p);	/* constants, conditions that are known, @defined and @choose_defined branches */
bool opt_dead(struct program *p);	/* unreachable statements, unused locals, functions and globals; calls without effect */
/* Does evaluating E do anything beside yielding its value? */
bool expr_has_effect(const struct expr *e);
/* What in E could not be resolved, or NULL. */
const struct pending *pending_in(const struct expr *e);

#endif
