/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of di-query. */
#ifndef TESTSUITE_DI_QUERY_H
#define TESTSUITE_DI_QUERY_H

#include "translator/debuginfo/di.h"
#include "translator/session.h"

struct query {
	struct session s;
	struct di_module *m;
};

/* Each prints to stdout and returns an exit status. ARGS ends with NULL. */
int query_functions(struct query *q, char **args);
int query_inlines(struct query *q, char **args);
int query_vars(struct query *q, char **args);
int query_fetch(struct query *q, char **args);
int query_return(struct query *q, char **args);
int query_global(struct query *q, char **args);
int query_cast(struct query *q, char **args);
int query_type(struct query *q, char **args);
int query_tracepoints(struct query *q, char **args);
int query_tracearg(struct query *q, char **args);
int query_enum(struct query *q, char **args);
int query_symbol(struct query *q, char **args);
int query_lines(struct query *q, char **args);
int query_labels(struct query *q, char **args);
int query_callees(struct query *q, char **args);
int query_at(struct query *q, char **args);
int query_similar(struct query *q, char **args);
int query_modules(struct query *q, char **args);
int query_describe(struct query *q, char **args);

/* "FUNC", "FUNC+0x10", "FUNC@0xADDR" as a scope; false after a message. */
bool query_scope(struct query *q, const char *text, struct di_scope *sc);

#endif
