/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Seconds since the epoch as the text of C's ctime(), without the newline and in UTC. */
#include "state.h"

#define DAY 86400

struct date { int64_t year; unsigned month, day; };

/* Days since 1970-01-01 to a date of the Gregorian calendar: years are counted from
 * March, so that the leap day is the last, in eras of 400 years (146097 days). */
static struct date date_of(int64_t days)
{
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	unsigned doe = (unsigned)(z - era * 146097);				/* day of the era */
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;	/* year of the era */
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);			/* day of the year, from March */
	unsigned mp = (5 * doy + 2) / 153;
	struct date d;

	d.day = doy - (153 * mp + 2) / 5 + 1;
	d.month = mp < 10 ? mp + 3 : mp - 9;
	d.year = (int64_t)yoe + era * 400 + (d.month <= 2);
	return d;
}

static void put2(struct stp_out *o, int64_t v, unsigned flags, char behind)
{
	const struct stp_fmt f = { .conv = STP_CONV_DEC, .flags = (uint8_t)flags, .width = 2, .precision = -1 };

	stp_out_long(o, &f, v);
	stp_out_text(o, &behind, 1);
}

void stp_ctime(struct stp_ctx *c, char *dst, size_t size, int64_t seconds)
{
	static const char days[] = "ThuFriSatSunMonTueWed", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t day, rest;
	struct stp_out o;
	struct date d;

	*dst = 0;
	if (seconds < -2147483647 - 1 || seconds > 2147483647) {
		stp_error(c, STP_ERR_ARITH, "ctime: time out of range");
		return;
	}
	day = seconds / DAY - (seconds % DAY < 0);
	rest = seconds - day * DAY;
	d = date_of(day);
	stp_out_string(&o, dst, size);
	stp_out_text(&o, days + 3 * ((day % 7 + 7) % 7), 3);
	stp_out_text(&o, " ", 1);
	stp_out_text(&o, months + 3 * (d.month - 1), 3);
	stp_out_text(&o, " ", 1);
	put2(&o, d.day, 0, ' ');
	put2(&o, rest / 3600, STP_FMT_ZERO, ':');
	put2(&o, rest / 60 % 60, STP_FMT_ZERO, ':');
	put2(&o, rest % 60, STP_FMT_ZERO, ' ');
	stp_out_dec(&o, d.year);
	stp_out_end(&o);
}
