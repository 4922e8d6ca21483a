/* SPDX-License-Identifier: GPL-2.0-or-later */
/* input.char and input.line: bytes of the daemon's standard input, which come with STP_MSG_INPUT.
 *
 * A line goes to its handlers with its newline; what does not fit into a string is
 * dropped, and a last line without a newline comes when the input ends. */
#include "rt.h"

static char *line;
static u32 line_len;

static void run_rows(u32 lines, char *buf, u32 len)
{
	const struct stp_row_input *rows;
	unsigned g, i;

	for (g = 0; g < stp_module.ngroups; g++) {
		if (stp_module.groups[g].family != STP_FAMILY_INPUT)
			continue;
		rows = stp_module.groups[g].rows;
		for (i = 0; i < stp_module.groups[g].nrows; i++) {
			struct rt_text t = { .buf = buf, .len = len, .size = len };

			if (rows[i].lines == lines)
				rt_run_text(rows[i].probe, &t);
		}
	}
}

static void end_line(void)
{
	line[line_len] = 0;
	run_rows(1, line, line_len);
	line_len = 0;
}

void rt_input(const char *bytes, u32 len)
{
	u32 i, room = stp_module.limits->max_string - 1;
	char one[2] = "";

	if (!line || rt.state != RT_RUNNING)
		return;
	if (!len && line_len)
		end_line();
	for (i = 0; i < len; i++) {
		one[0] = bytes[i];
		run_rows(0, one, 1);
		if (line_len < room)
			line[line_len++] = bytes[i];
		if (bytes[i] == '\n')
			end_line();
	}
}

u32 rt_input_wanted(void)
{
	const struct stp_row_input *rows;
	unsigned g, i;
	u32 flags = 0;

	for (g = 0; g < stp_module.ngroups; g++) {
		rows = stp_module.groups[g].rows;
		for (i = 0; i < stp_module.groups[g].nrows && stp_module.groups[g].family == STP_FAMILY_INPUT; i++)
			flags |= STP_START_INPUT | (rows[i].lines ? 0 : STP_START_INPUT_CHAR);
	}
	return flags;
}

static int attach(const struct stp_group *g, void **state)
{
	line = plat_alloc(stp_module.limits->max_string);
	line_len = 0;
	rt.nprobes_attached += line ? g->nrows : 0;
	return line ? 0 : -ENOMEM;
}

static void detach(const struct stp_group *g, void *state)
{
	plat_free(line);
	line = NULL;
}

const struct rt_family rt_family_input = { .name = "input", .attach = attach, .detach = detach };
