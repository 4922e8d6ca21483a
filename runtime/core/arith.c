/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Division, the one arithmetic that can fail.  INT64_MIN / -1, which traps on some
 * processors, wraps like all other arithmetic. */
#include "state.h"

static STP_COLD void error_zero(struct stp_ctx *c)
{
	stp_error(c, STP_ERR_ARITH, "division by zero");
}

int64_t stp_div(struct stp_ctx *c, int64_t a, int64_t b)
{
	if (STP_UNLIKELY((uint64_t)b + 1 <= 1)) {	/* -1, 0 */
		if (!b)
			error_zero(c);
		return b ? (int64_t)-(uint64_t)a : 0;
	}
	return a / b;
}

int64_t stp_mod(struct stp_ctx *c, int64_t a, int64_t b)
{
	if (STP_UNLIKELY((uint64_t)b + 1 <= 1)) {
		if (!b)
			error_zero(c);
		return 0;
	}
	return a % b;
}
