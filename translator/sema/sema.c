/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pass 2 from end to end: the stages of sema.h in order, verified. */
#include "translator/errors.h"
#include "translator/limits.h"
#include "translator/opt/opt.h"
#include "translator/sema/sema.h"

#include <stdio.h>

/* Fold and sweep until nothing changes: what is left is reached. */
static void settle_reach(struct session *s)
{
	for (unsigned i = 0; i < 16; i++) {
		bool changed = opt_fold(s->program);

		changed |= opt_dead(s->program);
		if (!changed)
			break;
	}
}

static void forget_effects(struct program *p)
{
	for (size_t i = 0; i < p->globals.len; i++)
		p->globals.data[i]->read = p->globals.data[i]->written = false;
	for (size_t i = 0; i < p->functions.len; i++)
		vec_clear(&p->functions.data[i]->reads), vec_clear(&p->functions.data[i]->writes);
	for (size_t i = 0; i < p->probes.len; i++)
		vec_clear(&p->probes.data[i]->reads), vec_clear(&p->probes.data[i]->writes);
}

static bool verified(struct session *s, const char *stage)
{
	const char *wrong = s->diags.nerrors ? NULL : program_verify(s->program);

	if (!wrong)
		return s->diags.nerrors == 0;
	return diag_error(&s->diags, (struct span){ 0 }, E(INTERNAL), "after %s: %s", stage, wrong);
}

/* Points and names by turns: a library file that a name needs may have probes of its own. */
static bool reach(struct session *s)
{
	const struct probe_vec *probes = &s->program->probes;
	size_t bound;
	bool ok = true;

	do {
		bound = probes->len;
		ok &= sema_points(s);
		for (size_t i = bound; i < probes->len; i++)
			ok &= symbols_bind_probe(s, probes->data[i]);
	} while (probes->len > bound);
	return ok;
}

static bool resolve(struct session *s)
{
	bool ok = reach(s) && papers_tables(s);

	if (!ok)
		return false;
	sema_warn(s);
	sema_context(s);
	ok = sema_target(s);
	settle_reach(s);
	ok &= sema_report_pending(s);
	sema_context_merge(s);
	ok &= sema_embedded(s);
	return ok;
}

/* -d, and for --all-modules the kernel and what is loaded. */
static void note_symbol_modules(struct session *s)
{
	struct string_vec *v = &s->program->symbol_modules;
	char line[256], name[64];
	FILE *f;

	for (size_t i = 0; i < s->opt.debug_modules.len; i++)
		vec_push(&s->arena, v, s->opt.debug_modules.data[i]);
	if (!s->opt.all_modules)
		return;
	vec_push(&s->arena, v, "kernel");
	f = fopen("/proc/modules", "re");
	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "%63s", name) == 1)
			vec_push(&s->arena, v, arena_strdup(&s->arena, name));
	if (f)
		fclose(f);
}

static bool display(struct session *s)
{
	if (s->opt.no_global_display)
		return true;
	if (!sema_display_globals(s))
		return false;
	sema_stacks(s);
	return sema_infer(s);
}

bool sema_run(struct session *s)
{
	s->program = ARENA_NEW(&s->arena, struct program);
	s->program->session = s;
	s->program->arena = &s->arena;
	s->program->string_most = (size_t)limit_value(s, "MAXSTRINGLEN") - 1;
	note_symbol_modules(s);
	if (!library_open(s) || !sema_papers(s, s->script) || !resolve(s))
		return false;
	sema_stacks(s);
	if (!sema_infer(s) || !sema_regexes(s))
		return false;
	sema_effects(s);
	sema_warn_globals(s);
	if (s->diags.nerrors || !display(s))
		return false;
	settle_reach(s);
	sema_warn_probes(s);
	forget_effects(s->program);
	sema_effects(s);
	sema_cut_literals(s);
	if (!sema_privilege(s))
		return false;
	return verified(s, "pass 2");
}
