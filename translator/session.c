/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The session's beginning and end, and what is opened in it on first need. */
#include "translator/session.h"
#include "translator/debuginfo/di.h"

#include <string.h>

void session_init(struct session *s)
{
	memset(s, 0, sizeof *s);
	s->opt.last_pass = 5;
	intern_init(&s->names, &s->arena);
	sources_init(&s->sources, &s->arena);
	diags_init(&s->diags, &s->sources, stderr);
	map_init(&s->macros, &s->arena);
	map_init(&s->header_types, &s->arena);
}

void session_free(struct session *s)
{
	if (s->di)
		di_close(s->di);
	diags_free(&s->diags);
	intern_free(&s->names);
	arena_free(&s->arena);
}

struct di *session_di(struct session *s)
{
	if (!s->di)
		s->di = di_open(s);
	return s->di;
}

bool session_compatible_before(const struct session *s, const char *version)
{
	return s->opt.compatible && strverscmp(s->opt.compatible, version) < 0;
}
