/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text with C's own formats, for embedded C and modules written by hand (errors: context.c).
 * Emitted code does not come here: its formats are parsed at translation time (fmt.c). */
#include "state.h"

void stp_printf_c(struct stp_ctx *c, const char *fmt, ...)
{
	struct stp_out *o = &c->out;
	va_list ap;
	size_t room = (size_t)(o->end - o->pos);
	int n;

	va_start(ap, fmt);
	n = plat_format(o->pos, room, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n >= room) {
		if (!stp_out_more(o, (size_t)n + 1))
			return;
		room = (size_t)(o->end - o->pos);
		va_start(ap, fmt);
		n = plat_format(o->pos, room, fmt, ap);
		va_end(ap);
	}
	if (n < 0)
		return;
	if ((size_t)n >= room) {	/* longer than a record */
		stp_core_count_truncated();
		n = (int)room - 1;
	}
	o->pos += n;
}
