/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Standard input on its way to a script that has input probes.
 *
 * A terminal gives lines, or with input.char each byte as it is typed: then its line
 * editing is off until the session ends.  In the background it is left alone, for
 * reading would stop the daemon. */
#include "stpd/stpd.h"

#include <errno.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static void edit_lines(struct typed *in, bool on)
{
	struct termios t;

	if (on == !in->raw || tcgetattr(STDIN_FILENO, &t))
		return;
	if (on)
		t = in->saved;
	else
		in->saved = t;
	if (!on) {
		t.c_lflag &= ~(tcflag_t)ICANON;
		t.c_cc[VMIN] = 1;
		t.c_cc[VTIME] = 0;
	}
	if (!tcsetattr(STDIN_FILENO, TCSADRAIN, &t))
		in->raw = !on;
}

static bool in_background(const struct typed *in)
{
	return in->terminal && tcgetpgrp(STDIN_FILENO) != getpgrp();
}

void input_open(struct typed *in, uint32_t flags)
{
	in->open = flags & STP_START_INPUT;
	in->terminal = in->open && isatty(STDIN_FILENO);
	in->wants_raw = in->terminal && flags & STP_START_INPUT_CHAR;
}

int input_fd(struct typed *in)
{
	if (!in->open || in_background(in))
		return -1;
	if (in->wants_raw)
		edit_lines(in, false);
	return STDIN_FILENO;
}

int input_forward(struct typed *in, int ctl)
{
	char buf[512];
	ssize_t n = read(STDIN_FILENO, buf, sizeof buf);
	int err;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		in->open = false;
	do
		err = ctl_send(ctl, STP_MSG_INPUT, buf, n > 0 ? (size_t)n : 0);
	while (err == -EINTR);
	return err;
}

void input_close(struct typed *in)
{
	if (in->raw && !in_background(in))
		edit_lines(in, true);
}
