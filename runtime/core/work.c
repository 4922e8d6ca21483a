/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The budget of a run.  Actions are given out in slices, so that the one comparison that a statement
 * costs is also the moment to look at the clock: a run that has used up what the guard against
 * overload allows ends in the middle, however large its budget is. */
#include "work.h"

enum { SLEEPERS_DISCOUNT = 8 };

static uint32_t slice_of(uint32_t budget)
{
	return budget < STP_SLICE ? budget : STP_SLICE;
}

void stp_actions_prepare(const struct stp_limits *l)
{
	stp_core.first_slice[0] = slice_of(l->max_action);
	stp_core.first_slice[1] = slice_of(l->max_action_interruptible);
}

void stp_out_of_actions(struct stp_ctx *c)
{
	stp_error(c, STP_ERR_LIMIT, "MAXACTION exceeded");
}

bool stp_more_actions(struct stp_ctx *c)
{
	uint32_t left, wanted;

	if (c->error)
		return false;
	left = stp_budget(c->probe) - c->granted;
	wanted = (uint32_t)-(int64_t)c->actions;
	if (stp_core.module->limits->suppress_time_limits) {
		c->actions = STP_SLICE;
		return true;
	}
	if (wanted > left) {
		stp_out_of_actions(c);
		return false;
	}
	wanted += left - wanted < STP_SLICE ? left - wanted : STP_SLICE;
	c->granted += wanted;
	c->actions += (int32_t)wanted;
	if (!plat_overloaded(c))
		return true;
	stp_error(c, STP_ERR_LIMIT, "the handler runs for longer than STP_OVERLOAD_THRESHOLD allows");
	return false;
}

bool stp_work_pay(struct stp_work *w)
{
	uint32_t n = w->steps / STP_STEPS;

	w->steps %= STP_STEPS;
	return plat_yield() || !w->ctx || stp_charge(w->ctx, n);
}

bool stp_charge_here(uint32_t n)
{
	struct stp_ctx *c = plat_context();

	return !c || plat_yield() || stp_charge(c, n);
}

void stp_charge_bytes(size_t n, uint32_t an_action)
{
	struct stp_ctx *c = plat_context();

	if (!c)
		return;
	n = (n + an_action / 2) / an_action;
	stp_charge(c, (uint32_t)(plat_yield() ? n / SLEEPERS_DISCOUNT : n));
}
