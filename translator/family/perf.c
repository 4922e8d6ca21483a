/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf.type(T).config(C) and what is made of it: events that the kernel's perf subsystem
 * counts, on all processors or in one process.  A handler runs after each N of them
 * (.sample) or so many times a second (.hz); a .counter has no handler that runs: probes
 * of other families read it with @perf.
 *
 * timer.profile is the event "time passes on this processor", which needs no hardware.
 *
 * Which types and numbers a machine has is the kernel's to say, when it attaches. */
#include "translator/errors.h"
#include "translator/family/family.h"
#include "translator/family/perf.h"
#include "translator/session.h"

#include <inttypes.h>
#include <linux/perf_event.h>
#include <stp/abi.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PERIOD_UNSAID = 1000000, COUNTERS_MOST = STP_PERF_COUNTERS };

/* probe->data */
struct perf {
	uint32_t type, flags;
	uint64_t config, period;
	const char *process;		/* a program's path, or NULL */
	const char *counter;		/* or NULL */
	unsigned number;		/* of the counter, from 1 */
};

/* The point with the names of the row and the arguments of the script. */
static const char *text_of(const struct match *m)
{
	struct strbuf b = STRBUF_INIT;
	const char *p = m->row->pattern, *text;
	size_t i;

	for (i = 0; i < m->nparts; i++) {
		const struct expr *arg = m->parts[i]->arg;

		sb_printf(&b, "%s%.*s", i ? "." : "", (int)strcspn(p, ".("), p);
		p += strcspn(p, ".");
		p += *p == '.';
		if (arg && arg->kind == EXPR_NUMBER) {
			sb_printf(&b, "(%" PRId64 ")", arg->number.value);
		} else if (arg) {
			sb_puts(&b, "(");
			sb_c_quote(&b, arg->string.text, arg->string.len);
			sb_puts(&b, ")");
		}
	}
	text = arena_strndup(&m->session->arena, sb_str(&b), b.len);
	sb_free(&b);
	return text;
}

/* ---- the parts of a point ---- */

static bool in_range(const struct match *m, const char *name, int64_t least, int64_t most, int64_t *out)
{
	*out = match_number(m, name, *out);
	if (*out >= least && *out <= most)
		return true;
	return diag_error(&m->session->diags, match_span(m, name), E(PROBE_RANGE), "%s takes a number from %" PRId64 " to %" PRId64,
			  name, least, most);
}

static bool take_event(const struct match *m, struct perf *d)
{
	int64_t type = PERF_TYPE_SOFTWARE;

	d->config = m->row->variant == PERF_EVENT ? (uint64_t)match_number(m, "config", 0) : PERF_COUNT_SW_CPU_CLOCK;
	if (m->row->variant == PERF_EVENT && !in_range(m, "type", 0, UINT32_MAX, &type))
		return false;
	d->type = (uint32_t)type;
	return true;
}

static bool take_period(const struct match *m, struct perf *d)
{
	int64_t n = PERIOD_UNSAID;
	bool ok = true;

	if (m->row->variant == PERF_PROFILE_TICK) {
		d->flags |= STP_PERF_TICK;
	} else if (match_has(m, "hz")) {
		d->flags |= STP_PERF_FREQUENCY;
		ok = in_range(m, "hz", 1, 1000000, &n);
	} else if (match_has(m, "sample")) {
		ok = in_range(m, "sample", 1, INT64_MAX, &n);
	}
	d->period = (uint64_t)n;
	return ok;
}

/* The file that a shell would run for NAME, or NULL. */
static const char *program_path(struct session *s, const char *name)
{
	const char *path = getenv("PATH"), *end, *file;
	char *cwd, here[4096];

	if (*name == '/')
		return name;
	if (strchr(name, '/')) {
		cwd = getcwd(here, sizeof here);
		return cwd ? arena_printf(&s->arena, "%s/%s", cwd, name) : NULL;
	}
	for (; path && *path; path = *end ? end + 1 : end) {
		end = path + strcspn(path, ":");
		file = arena_printf(&s->arena, "%.*s/%s", (int)(end - path), path, name);
		if (end > path && !access(file, X_OK))
			return file;
	}
	return NULL;
}

/* False without a diagnostic: there is no such program. */
static bool take_process(const struct match *m, struct perf *d)
{
	const char *name = match_string(m, "process");

	if (match_has(m, "process"))
		d->flags |= STP_PERF_PROCESS;
	if (!name)
		return true;
	d->process = program_path(m->session, name);
	if (!d->process)
		match_explain(m, "there is no program %s in PATH", name);
	return d->process;
}

static bool take_counter(const struct match *m, struct perf *d)
{
	struct session *s = m->session;
	const struct program *prog = s->program;
	const struct perf *other;

	d->counter = match_string(m, "counter");
	if (!d->counter)
		return true;
	d->flags |= STP_PERF_COUNTER;
	d->number = 1;
	for (size_t i = 0; prog && i < prog->probes.len; i++) {
		other = prog->probes.data[i]->data;
		if (prog->probes.data[i]->family != m->row->family || !other->counter)
			continue;
		if (!strcmp(other->counter, d->counter))
			return diag_error(&s->diags, match_span(m, "counter"), E(PERF_COUNTER), "there are two counters \"%s\"", d->counter);
		d->number = other->number + 1;
	}
	if (d->number > COUNTERS_MOST)
		return diag_error(&s->diags, match_span(m, "counter"), E(PERF_COUNTER), "a script can have %d counters", COUNTERS_MOST);
	return true;
}

static bool perf_resolve(const struct match *m)
{
	struct perf *d = ARENA_NEW(&m->session->arena, struct perf);
	struct probe *p;

	if (!take_event(m, d) || !take_period(m, d) || !take_counter(m, d))
		return false;
	if (!take_process(m, d))
		return true;
	d->flags |= m->optional ? STP_PERF_OPTIONAL : 0;
	p = match_add(m, text_of(m));
	p->data = d;
	return true;
}

static bool perf_counter(const struct probe *p, const char **name, unsigned *number)
{
	const struct perf *d = p->data;

	*name = d->counter;
	*number = d->number;
	return d->counter;
}

static void perf_attach_row(struct session *s, const struct probe *p, struct strbuf *out)
{
	const struct perf *d = p->data;
	const char *name = perf_event_name(&s->arena, d->type, d->config);

	sb_printf(out, ".type = %" PRIu32 "u, .flags = %" PRIu32 ", .config = %" PRIu64 "u, .period = %" PRIu64 "u, .counter = %u, .name = ",
		  d->type, d->flags, d->config, d->period, d->number);
	sb_c_quote(out, name, strlen(name));
	if (d->process) {
		sb_puts(out, ", .process = ");
		sb_c_quote(out, d->process, strlen(d->process));
	}
}

extern const struct family family_perf;
const struct family family_perf = {
	.name = "perf", .attach = "PERF", .row_struct = "struct stp_row_perf",
	.resolve = perf_resolve, .counter = perf_counter, .attach_row = perf_attach_row,
};
