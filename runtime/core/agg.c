/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Extractors: what a script reads from a merged statistic. */
#include "state.h"

static int64_t variance(const struct stp_stat *s, uint32_t bit_shift)
{
	if (s->count < 2)
		return 0;
	return (s->m2 / (s->count - 1)) >> (2 * bit_shift > 63 ? 63 : 2 * bit_shift);
}

int64_t stp_stat_extract(struct stp_ctx *c, const struct stp_stat *s, enum stp_stat_op op, uint32_t bit_shift)
{
	if (STP_UNLIKELY(!s || !s->count)) {
		if (op != STP_COUNT && op != STP_SUM)
			stp_error(c, STP_ERR_ARITH, "empty aggregate");
		return 0;
	}
	switch (op) {
	case STP_COUNT:
		return s->count;
	case STP_SUM:
		return s->sum;
	case STP_MIN:
		return s->min;
	case STP_MAX:
		return s->max;
	case STP_AVG:
		return s->sum / s->count;
	case STP_VARIANCE:
		return variance(s, bit_shift);
	}
	return 0;
}
