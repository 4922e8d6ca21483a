/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of a context: begin and end of a run, errors and their locations, catch.
 *
 * An error is recorded where it happens; while the handler unwinds, each level adds
 * the location it was at, innermost first.  The first error wins: what fails while
 * unwinding is a consequence.  A chain deeper than STP_MAXCHAIN keeps its innermost
 * locations and its outermost one. */
#include "map.h"
#include "work.h"

void stp_ctx_init(struct stp_ctx *c, unsigned cpu, void *frame, size_t frame_size)
{
	memset(c, 0, sizeof *c);
	c->cpu = cpu;
	c->frame_base = frame;
	c->frame_end = frame ? (char *)frame + frame_size : NULL;
	c->out.ctx = c;
}

void stp_ctx_begin(struct stp_ctx *c, const struct stp_probe *probe, void *regs)
{
	c->probe = probe;
	c->regs = regs;
	c->error = 0;
	c->error_kind = 0;
	c->locks = STP_LOCKS_NONE;
	stp_actions_begin(c);
	c->depth = 0;
	c->nchain = 0;
	c->frame = c->frame_base;
	c->saved = NULL;
	c->retval = 0;
	c->nargs = 0;
	c->ntrace = STP_NO_TRACE;
	c->is_return = 0;
	c->probe_addr = 0;
	c->family_data = NULL;
}

static void unpin(struct stp_ctx *c)
{
	struct stp_map *m = c->pinned, *next;

	for (; m; m = next) {
		next = m->next_pinned;
		m->next_pinned = NULL;
		__atomic_store_n(&m->pinned, 0, __ATOMIC_RELEASE);
	}
	c->pinned = NULL;
}

void stp_ctx_settle(struct stp_ctx *c)
{
	stp_out_flush(c);
	if (STP_UNLIKELY(c->pinned))
		unpin(c);
}

/* ---- errors ---- */

static void put_formatted(struct stp_out *o, const char *fmt, const char *s, int64_t d)
{
	static const struct stp_fmt hex = { .conv = STP_CONV_HEX, .width = -1, .precision = -1 };
	for (; *fmt; fmt++) {
		if (*fmt != '%' || !fmt[1]) {
			stp_out_text(o, fmt, 1);
			continue;
		}
		switch (*++fmt) {
		case 's':
			stp_out_str(o, s ? s : "");
			break;
		case 'd':
			stp_out_dec(o, d);
			break;
		case 'x':
			stp_out_long(o, &hex, d);
			break;
		default:
			stp_out_text(o, fmt, 1);
			break;
		}
	}
}

/* The first error of a run begins here; false: there is one already. */
static bool begin_error(struct stp_ctx *c, enum stp_error_kind kind)
{
	if (c->error)
		return false;
	c->error = 1;
	c->error_kind = kind;
	c->nchain = 0;
	return true;
}

void stp_error(struct stp_ctx *c, enum stp_error_kind kind, const char *message)
{
	size_t n = 0;

	if (!begin_error(c, kind))
		return;
	for (; n + 1 < sizeof c->message && message[n]; n++)
		c->message[n] = message[n];
	c->message[n] = 0;
}

void stp_error_c(struct stp_ctx *c, const char *fmt, ...)
{
	va_list ap;

	if (!begin_error(c, STP_ERR_SCRIPT))
		return;
	va_start(ap, fmt);
	plat_format(c->message, sizeof c->message, fmt, ap);
	va_end(ap);
}

void stp_error_s(struct stp_ctx *c, enum stp_error_kind kind, const char *fmt, const char *s, int64_t d)
{
	struct stp_out o;

	if (!begin_error(c, kind))
		return;
	stp_out_string(&o, c->message, sizeof c->message);
	put_formatted(&o, fmt, s, d);
	stp_out_end(&o);
}

void stp_too_deep(struct stp_ctx *c, bool stack)
{
	if (stack)
		stp_error(c, STP_ERR_STACK, "not enough kernel stack for one more call");
	else
		stp_error(c, STP_ERR_NESTING, "MAXNESTING exceeded");
}

/* LOC as a number of the module's list. */
static uint32_t module_location(const struct stp_ctx *c, uint32_t loc)
{
	if (!(loc & STP_LOC_OWN(0)))
		return loc;
	return loc == STP_LOC_PROBE ? c->probe->loc : c->probe->locs[loc & ~STP_LOC_OWN(0)];
}

void stp_fail(struct stp_ctx *c, uint32_t loc)
{
	loc = module_location(c, loc);
	if (c->nchain < STP_MAXCHAIN)
		c->chain[c->nchain] = loc;
	else
		c->chain[STP_MAXCHAIN - 1] = loc;
	c->nchain++;
}

const char *stp_core_location(uint32_t loc)
{
	const struct stp_module *m = stp_core.module;

	return m && loc < m->nlocs ? m->locs[loc] : "?";
}

/* "TEXT at LOCATION" */
static void put_error(struct stp_out *o, const struct stp_ctx *c)
{
	stp_out_str(o, c->message);
	if (c->nchain) {
		stp_out_str(o, " at ");
		stp_out_str(o, stp_core_location(c->chain[0]));
	}
}

static void put_callers(struct stp_out *o, const struct stp_ctx *c)
{
	uint32_t i, n = c->nchain < STP_MAXCHAIN ? c->nchain : STP_MAXCHAIN;

	for (i = 1; i < n; i++) {
		stp_out_str(o, i == 1 ? " (called from " : i == STP_MAXCHAIN - 1 && c->nchain > n ? ", from …, from " : ", from ");
		stp_out_str(o, stp_core_location(c->chain[i]));
	}
	if (n > 1)
		stp_out_str(o, ")");
}

bool stp_catch(struct stp_ctx *c, char *dst, size_t size)
{
	struct stp_out o;

	if (c->error_kind == STP_ERR_LIMIT || c->error_kind == STP_ERR_ABORT || c->error_kind == STP_ERR_STACK)
		return false;
	if (dst) {
		stp_out_string(&o, dst, size);
		stp_out_str(&o, c->message);
		stp_out_end(&o);
	}
	c->error = 0;
	return true;
}

void stp_ctx_error_text(const struct stp_ctx *c, char *buf, size_t size)
{
	struct stp_out o;

	stp_out_string(&o, buf, size);
	put_error(&o, c);
	put_callers(&o, c);
	if (c->probe) {
		stp_out_str(&o, " in probe ");
		stp_out_str(&o, c->probe->point);
	}
	stp_out_end(&o);
}
