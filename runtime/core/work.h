/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What work costs.  The budget of a run (limits.max_action) is counted in actions; an action is at
 * most about a microsecond of the machine's time: 1,000 to 3,000 instructions.  The emitter charges
 * statements (STP_ACT).  Whatever takes longer the longer a string, an array or a stack is, charges
 * here, before the work or between pieces of it, so that the end of the budget ends the work, too.
 *
 * Steps are for loops: about 16 instructions each.  A piece is what an action pays: it is also the
 * longest that a handler which may sleep (begin, end) goes on without offering the CPU to others.
 * Such a handler hurts nobody: for walking, sorting and merging, which end by themselves, it pays
 * nothing, and for strings an eighth.
 *
 * What is called without a context finds that of the handler that runs here (plat_context()). */
#ifndef STP_CORE_WORK_H
#define STP_CORE_WORK_H

#include "state.h"

enum {
	STP_SLICE = 256,		/* actions given out at once */
	STP_STEPS = 128,		/* of an action */
	STP_COPIED = 2048,		/* bytes an action copies, measures or compares */
	STP_CLEARED = 8192,		/* bytes an action clears */
	STP_SCANNED = 256,		/* bytes an action takes through a regular expression */
	STP_ESCAPED = 64,		/* bytes an action escapes */
	STP_READ = 512,			/* bytes an action reads from the probed world */
	STP_FRAMES = 4,			/* addresses that an action unwinds */
	STP_NAMED = 2,			/* actions to find the name of an address */
};

/* Actions that a run of P has. */
static inline uint32_t stp_budget(const struct stp_probe *p)
{
	const struct stp_limits *l = stp_core.module->limits;

	return p->flags & STP_PROBE_INTERRUPTIBLE ? l->max_action_interruptible : l->max_action;
}

/* Before the first run: what runs begin with. */
void stp_actions_prepare(const struct stp_limits *l);

static inline void stp_actions_begin(struct stp_ctx *c)
{
	c->granted = stp_core.first_slice[c->probe->flags & STP_PROBE_INTERRUPTIBLE];
	c->actions = (int32_t)c->granted;
}

_Static_assert(STP_PROBE_INTERRUPTIBLE == 1, "the flag is an index");

/* Spend N actions. False: there are no more, and C has the error. */
static inline bool stp_charge(struct stp_ctx *c, uint32_t n)
{
	return STP_LIKELY((c->actions -= (int32_t)n) >= 0) || stp_more_actions(c);
}

/* The same for the handler that runs here, true where there is none; for array work, and for strings. */
bool stp_charge_here(uint32_t n);
void stp_charge_bytes(size_t n, uint32_t an_action) STP_COLD;

/* N bytes of strings were gone through, AN_ACTION of them for an action; few are part of their statement. */
static inline void stp_pay_bytes(size_t n, uint32_t an_action)
{
	if (STP_UNLIKELY(n >= an_action / 2))
		stp_charge_bytes(n, an_action);
}

/* A loop's account. */
struct stp_work {
	struct stp_ctx *ctx;
	uint32_t steps;			/* not paid for */
};

bool stp_work_pay(struct stp_work *w);

/* STEPS more are to be done; false: the budget is spent, C has the error. */
static inline bool stp_work(struct stp_work *w, uint32_t steps)
{
	w->steps += steps;
	return STP_LIKELY(w->steps < STP_STEPS) || stp_work_pay(w);
}

#endif
