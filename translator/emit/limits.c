/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits from -D NAME=VALUE and their defaults. */
#include "translator/emit/limits.h"
#include "translator/errors.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct limit { const char *name; int64_t missing, least, most; const char *member; };

static const struct limit limits[] = {
#define LIMIT(name, missing, least, most, member) { name, missing, least, most, member },
#include "translator/emit/limits.def"
#undef LIMIT
};
enum { NLIMITS = sizeof limits / sizeof limits[0] };

static const struct limit *find(const char *name)
{
	for (size_t i = 0; i < NLIMITS; i++)
		if (!strcmp(limits[i].name, name))
			return &limits[i];
	return NULL;
}

bool limit_known(const char *name)
{
	return find(name) != NULL;
}

static const char *given(struct session *s, const char *name)
{
	for (size_t i = s->opt.defines.len; i-- > 0;)
		if (!strcmp(s->opt.defines.data[i].name, name))
			return s->opt.defines.data[i].value;
	return NULL;
}

int64_t limit_value(struct session *s, const char *name)
{
	const char *v = given(s, name);

	if (v)
		return strtoll(v, NULL, 0);
	if (!strcmp(name, "MAXACTION_INTERRUPTIBLE")) {
		int64_t n = limit_value(s, "MAXACTION");

		return n > INT32_MAX / 10 ? INT32_MAX : n * 10;
	}
	return find(name)->missing;
}

bool limits_check(struct session *s)
{
	bool ok = true;

	for (size_t i = 0; i < s->opt.defines.len; i++) {
		const struct name_value *d = &s->opt.defines.data[i];
		const struct limit *l = find(d->name);
		char *end;
		int64_t v;

		if (!l)
			continue;
		errno = 0;
		v = strtoll(d->value ? d->value : "", &end, 0);
		if (errno || !d->value || end == d->value || *end || v < l->least || v > l->most)
			ok = diag_error(&s->diags, (struct span){ 0 }, E(LIMIT_VALUE), "-D %s=%s: %s takes a number from %" PRId64 " to %" PRId64,
					d->name, d->value ? d->value : "", d->name, l->least, l->most);
	}
	return ok;
}

static bool defined(struct session *s, const char *name)
{
	for (size_t i = 0; i < s->opt.defines.len; i++)
		if (!strcmp(s->opt.defines.data[i].name, name))
			return true;
	return false;
}

void limits_emit(struct session *s, struct strbuf *out)
{
	bool no_overload = defined(s, "STP_NO_OVERLOAD") || s->opt.suppress_time_limits;

	sb_puts(out, "static const struct stp_limits limits = {\n");
	for (size_t i = 0; i < NLIMITS; i++) {
		int64_t v = limit_value(s, limits[i].name);

		if (!*limits[i].member)
			continue;
		if (!strcmp(limits[i].name, "STP_MAXMEMORY"))
			v *= 1024;
		if (no_overload && !strcmp(limits[i].name, "STP_OVERLOAD_THRESHOLD"))
			v = 0;
		sb_printf(out, "\t.%s = %" PRId64 ",\n", limits[i].member, v);
	}
	sb_printf(out, "\t.suppress_errors = %d,\n\t.suppress_time_limits = %d,\n};\n\n",
		  s->opt.suppress_handler_errors, s->opt.suppress_time_limits);
}
