/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Error numbers and results of system calls as text. */
#include "state.h"

static const struct { uint16_t number; const char *name; } names[] = {
#define ERRNO(number, name) { number, name },
#include "errno.def"
#undef ERRNO
};

static const char *find_name(uint64_t err)
{
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].number == err)
			return names[i].name;
	return NULL;
}

static void put_name(struct stp_out *o, int64_t err)
{
	uint64_t n = err < 0 ? -(uint64_t)err : (uint64_t)err;
	const char *name = find_name(n);

	if (name) {
		stp_out_str(o, name);
	} else {
		stp_out_str(o, "E#");
		stp_out_dec(o, (int64_t)n);
	}
}

void stp_errno_name(char *dst, size_t size, int64_t err)
{
	struct stp_out o;

	stp_out_string(&o, dst, size);
	if (err)
		put_name(&o, err);
	else
		stp_out_str(&o, "0");
	stp_out_end(&o);
}

void stp_result_text(char *dst, size_t size, int64_t format, int64_t v)
{
	struct stp_fmt f = { .conv = STP_CONV_DEC, .flags = STP_FMT_ALT, .width = -1, .precision = -1 };
	struct stp_out o;

	f.conv = format == 2 ? STP_CONV_HEX : format == 3 ? STP_CONV_OCT : STP_CONV_DEC;
	stp_out_string(&o, dst, size);
	if (v < 0 && v >= -4095) {
		stp_out_dec(&o, v);
		stp_out_str(&o, " (");
		put_name(&o, v);
		stp_out_str(&o, ")");
	} else if (f.conv == STP_CONV_DEC) {
		stp_out_dec(&o, v);
	} else {
		stp_out_long(&o, &f, v);
	}
	stp_out_end(&o);
}
