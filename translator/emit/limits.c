/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The limits of -D as the module's initialiser of struct stp_limits. */
#include "translator/limits.h"
#include "translator/emit/emit.h"

#include <inttypes.h>
#include <string.h>

struct member { const char *limit, *name; };

static const struct member members[] = {
#define LIMIT(name, missing, least, most, member) { name, member },
#define SWITCH(name)
#define IGNORED(name)
#include "translator/limits.def"
};

void limits_emit(struct session *s, struct strbuf *out)
{
	bool no_overload = switch_is_on(s, "STP_NO_OVERLOAD") || s->opt.suppress_time_limits;

	sb_puts(out, "static const struct stp_limits limits = {\n");
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
		int64_t v = limit_value(s, members[i].limit);

		if (!*members[i].name)
			continue;
		if (!strcmp(members[i].limit, "STP_MAXMEMORY"))
			v *= 1024;
		if (no_overload && !strcmp(members[i].limit, "STP_OVERLOAD_THRESHOLD"))
			v = 0;
		sb_printf(out, "\t.%s = %" PRId64 ",\n", members[i].name, v);
	}
	sb_printf(out, "\t.suppress_errors = %d,\n\t.suppress_time_limits = %d,\n};\n\n",
		  s->opt.suppress_handler_errors, s->opt.suppress_time_limits);
}
