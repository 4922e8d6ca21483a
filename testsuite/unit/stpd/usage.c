/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each option with each thing that is done with a module (stpd/usage.c), and all pairs of options
 * that need or exclude each other. */
#include "testsuite/unit/stpd/as_user.h"
#include "testsuite/unit/unit.h"

#include "stpd/stpd.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Columns: load, -L, -A, -d; o: needs -o besides. */
static const struct row { char letter; const char *works; } table[] = {
	{ 'o', "y-y-" }, { 'S', "o-o-" }, { 'D', "o-o-" }, { 'T', "y-y-" }, { 'c', "y---" }, { 'x', "yy--" },
	{ 'b', "yy--" }, { 'N', "yy--" }, { 'r', "yy--" }, { 'R', "yy--" }, { 'U', "yy--" }, { 'B', "oy--" }, { 'O', "yy--" },
	{ 'u', "yy--" }, { 'p', "yyy-" }, { '=', "yy-y" }, { '+', "---y" }, { 'w', "yyyy" }, { 'v', "yyyy" },
};

static struct options in_mode(unsigned mode)
{
	return (struct options){ .module = "m", .remote.id = -1, .leave = mode == 1, .attach = mode == 2, .remove = mode == 3 };
}

static void add(struct options *o, char letter)
{
	static char value[] = "a=1", word[] = "another";
	static char *const values[] = { value }, *const words[] = { word };

	switch (letter) {
	case 'o': o->output = "out"; break;
	case 'S': o->rotate_bytes = 1; break;
	case 'D': o->daemon = true; break;
	case 'T': o->timeout_ms = 1; break;
	case 'c': o->command = "true"; break;
	case 'x': o->target = 1; break;
	case 'b': o->buffer_mb = 1; break;
	case 'N': o->namespaces = 1; break;
	case 'r': o->remote.id = 0; break;
	case 'R': o->rename = true; break;
	case 'U': o->rename_used = true; break;
	case 'B': o->bulk = true; break;
	case 'O': o->overwrite = true; break;
	case 'u': o->unchecked = true; break;
	case 'p': o->parent = 1; break;
	case '=': o->sets = values; o->nsets = 1; break;
	case '+': o->sets = words; o->nsets = 1; break;
	case 'w': o->quiet = true; break;
	case 'v': o->verbose = 1; break;
	}
}

static bool works(unsigned mode, char one, char other)
{
	struct options o = in_mode(mode);

	add(&o, one);
	add(&o, other);
	return usage_is_right(&o);
}

static int whole_table(void)
{
	int said = dup(2), null = open("/dev/null", O_WRONLY);

	dup2(null, 2);		/* hundreds of messages */
	for (unsigned mode = 0; mode < 4; mode++) {
		if (!works(mode, 0, 0))
			return 2 + (int)mode;
		for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
			char want = table[i].works[mode];

			if (works(mode, table[i].letter, 0) != (want == 'y') ||
			    (want == 'o' && !works(mode, table[i].letter, 'o'))) {
				dup2(said, 2);
				fprintf(stderr, "mode %u, %c\n", mode, table[i].letter);
				return 1;
			}
		}
	}
	return 0;
}

TEST(usage_of_options_in_modes)
{
	as_user_must(true, whole_table);
}

static int modes_and_pairs(void)
{
	for (unsigned i = 3; i <= 7; i++) {
		struct options o = { .module = "m", .remote.id = -1, .leave = i & 1, .attach = i & 2, .remove = i & 4 };

		TRY(usage_is_right(&o) == (i == 4));
	}
	TRY(!works(0, 'c', 'x'));
	return 0;
}

TEST(usage_has_one_mode)
{
	as_user_must(true, modes_and_pairs);
}

static int some_users(void)
{
	struct options o = in_mode(0);

	o.buffer_mb = 17;
	TRY(!usage_is_right(&o));
	o.buffer_mb = 16;
	TRY(usage_is_right(&o));
	TRY(!works(0, 'u', 0));
	return 0;
}

TEST(usage_of_users)
{
	as_user_must(false, some_users);
	CHECK_STR(as_user_said, "ERROR: -b takes at most 16 from those who are not in group stapdev\n"
				"ERROR: --unchecked is root's alone\n");
}
