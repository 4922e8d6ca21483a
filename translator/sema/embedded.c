/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Embedded C: allowed in tapsets and in guru mode only; what the emitted file takes
 * over from the files that are reached.  The script's own may use anything of the
 * kernel, so that its module is built with the kernel's headers; a tapset's keeps
 * to stp/abi.h unless the file includes something itself. */
#include "translator/builtin/builtin.h"
#include "translator/errors.h"
#include "translator/sema/sema.h"
#include "translator/syntax/pragma.h"

#include <string.h>

/* Is the text at AT one that whoever runs stap may have put there? */
static bool is_given(struct session *s, struct span at)
{
	const struct source *src = source_get(&s->sources, at.src);

	return src && (src->given || (src->base && src->base->given));
}

bool sema_trusts(struct session *s, struct span at)
{
	if (!s->opt.privilege || !strcmp(s->opt.privilege, "stapdev") || !is_given(s, at))
		return true;
	diag_error(&s->diags, at, E(PRIVILEGE), "C from a directory of -I may not be used: the script is translated for the privilege level %s",
		   s->opt.privilege);
	return false;
}

/* By the tokens and not by the tree: no place where an expression may stand is forgotten. */
static void guard_script(struct session *s)
{
	for (size_t i = 0; i < s->script->embedded_at.len; i++) {
		s->program->needs_kernel_headers = true;
		if (s->opt.guru)
			continue;
		diag_error(&s->diags, s->script->embedded_at.data[i], E(EMBEDDED_GURU), "embedded C can do anything to this machine");
		diag_note(&s->diags, (struct span){ 0 }, "run stap with -g (guru mode) to allow it");
	}
}

/* ---- functions of the library that only guru mode may call ---- */

static bool is_for_gurus(const struct function *f)
{
	return f->builtin ? f->builtin->flags & BI_GURU : f->code && pragma_says(f->code, "guru");
}

static struct expr *guard_call(struct visitor *v, struct expr *e)
{
	struct session *s = v->data;

	if (e->kind == EXPR_CALL && e->call.ref && e->call.ref->library && is_for_gurus(e->call.ref) &&
	    !symbols_file_of(s, e->span)->library) {
		diag_error(&s->diags, e->span, E(EMBEDDED_GURU), "%s() can do anything to this machine", e->call.name);
		diag_note(&s->diags, (struct span){ 0 }, "run stap with -g (guru mode) to allow it");
	}
	return e;
}

static void guard_calls(struct session *s)
{
	struct visitor v = { .pre_expr = guard_call, .data = s };
	struct program *p = s->program;

	if (s->opt.guru)
		return;
	for (size_t i = 0; i < p->probes.len; i++)
		if (!p->probes.data[i]->same_as)
			walk_stmt(&v, p->probes.data[i]->body);
	program_walk_functions(&v, p);
}

bool sema_embedded(struct session *s)
{
	unsigned before = s->diags.nerrors;
	struct file *const *files;
	size_t n;

	guard_script(s);
	guard_calls(s);
	for (size_t i = 0; i < s->script->embedded.len; i++)
		vec_push(&s->arena, &s->program->embedded, s->script->embedded.data[i]);
	files = library_files(s, &n);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < files[i]->embedded_at.len && sema_trusts(s, files[i]->embedded_at.data[j]); j++)
			;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < files[i]->embedded.len; j++) {
			vec_push(&s->arena, &s->program->embedded, files[i]->embedded.data[j]);
			s->program->needs_kernel_headers = true;
		}
	return s->diags.nerrors == before;
}
