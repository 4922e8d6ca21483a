/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Literals are as long as strings can be: what does not fit is cut here, once, so that a literal has one length
 * wherever it is used, and a global that begins with it has room for its NUL. */
#include "translator/errors.h"
#include "translator/limits.h"
#include "translator/sema/sema.h"

#include <inttypes.h>
#include <string.h>

struct cutting { struct session *session; struct map told; };

/* Once for each place, however many probes have copies of it; what the library says is not the user's to change. */
static void tell(struct cutting *c, const struct expr *e, size_t len)
{
	const struct source *src = source_get(&c->session->sources, e->span.src);
	uint64_t place = (uint64_t)e->span.src << 32 | e->span.beg;

	if (umap_has(&c->told, place) || (src && src->library))
		return;
	umap_put(&c->told, place, c);
	diag_warning(&c->session->diags, e->span, E(STRING_CUT), "this string of %zu bytes is cut: strings have %zu", len,
		     c->session->program->string_most);
	diag_note(&c->session->diags, (struct span){ 0 }, "-D MAXSTRINGLEN=%zu makes room", len + 1);
}

static void cut(struct cutting *c, struct expr *e)
{
	size_t len = strlen(e->string.text), most = c->session->program->string_most;

	if (len > most) {
		tell(c, e, len);
		e->string.text = arena_strndup(&c->session->arena, e->string.text, most);
		len = most;
	}
	e->string.len = len;
}

static struct expr *visit(struct visitor *v, struct expr *e)
{
	if (e->kind == EXPR_STRING)
		cut(v->data, e);
	return e;
}

void sema_cut_literals(struct session *s)
{
	struct cutting c = { .session = s, .told = { .arena = &s->arena } };
	struct visitor v = { .pre_expr = visit, .data = &c };
	struct program *p = s->program;

	for (size_t i = 0; i < p->globals.len; i++)
		if (p->globals.data[i]->init)
			visit(&v, p->globals.data[i]->init);
	program_walk_probes(&v, p);
	program_walk_functions(&v, p);
	for (size_t i = 0; i < p->probes.len; i++)
		for (size_t j = 0; j < p->probes.data[i]->saved.len; j++)
			walk_expr(&v, p->probes.data[i]->saved.data[j]);
}
