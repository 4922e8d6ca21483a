/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The print family, to the output and to a text. */
#include "testsuite/generate/generate.h"

static void any_value(struct unit *u, unsigned depth)
{
	generate_value(u, random_chance(u->random, 60) ? NUMBER : TEXT, depth);
}

static void arguments(struct unit *u, unsigned n, unsigned depth)
{
	for (unsigned i = 0; i < n; i++) {
		sb_puts(u->out, i ? ", " : "");
		any_value(u, depth);
	}
	sb_putc(u->out, ')');
}

/* A format that ends in END, and the arguments that it takes. */
static void formatted(struct unit *u, const char *end, unsigned depth)
{
	static const char *const numbers[] = { "%d",  "%5d", "%-5d", "%05d", "%+d",  "%x",   "%X",
					       "%#x", "%o",  "%u",   "% d",  "%.3d", "%3d%%" };
	static const char *const strings[] = { "%s", "%8s", "%-8s", "%.2s", "%6.3s" };
	unsigned n = 1 + random_below(u->random, 3);
	char types[8];

	sb_putc(u->out, '"');
	for (unsigned i = 0; i < n; i++) {
		types[i] = random_chance(u->random, 60) ? 'd' : 's';
		sb_printf(u->out, "%s%s", i ? " " : "",
			  types[i] == 'd' ? PICK(u, numbers) : PICK(u, strings));
	}
	sb_printf(u->out, "%s\"", end);
	for (unsigned i = 0; i < n; i++) {
		sb_puts(u->out, ", ");
		generate_value(u, types[i] == 'd' ? NUMBER : TEXT, depth);
	}
	sb_putc(u->out, ')');
}

void generate_sprint(struct unit *u, unsigned depth)
{
	switch (random_below(u->random, 4)) {
	case 0:
		sb_puts(u->out, "sprint(");
		arguments(u, 1 + random_below(u->random, 2), depth);
		return;
	case 1:
		sb_puts(u->out, "sprintd(\"-\", ");
		arguments(u, 2, depth);
		return;
	case 2:
		sb_puts(u->out, "sprintln(");
		arguments(u, 1, depth);
		return;
	default:
		sb_puts(u->out, "sprintf(");
		formatted(u, "", depth);
		return;
	}
}

void generate_print(struct unit *u)
{
	switch (random_below(u->random, 5)) {
	case 0:
		sb_puts(u->out, "println(");
		arguments(u, 1 + random_below(u->random, 3), 2);
		return;
	case 1:
		sb_puts(u->out, "printdln(\"|\", ");
		arguments(u, 2 + random_below(u->random, 2), 2);
		return;
	case 2:
		sb_puts(u->out, "print(");
		arguments(u, 1, 3);
		return;
	default:
		sb_puts(u->out, "printf(");
		formatted(u, "\\n", 3);
		return;
	}
}
