/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which options go together: an option that would be without effect is refused. */
#include "stpd/stpd.h"

#include <string.h>

/* What is done with a module. */
enum mode { LOAD = 1, LEAVE = 2, TAKE_OVER = 4, REMOVE = 8 };
enum { MOST_BUFFER_MB = 16 };	/* for users who may not have all memory */

/* An option that was given, and the modes that it means something in. */
struct use { const char *option; bool given; unsigned modes; };

static enum mode mode_of(const struct options *o)
{
	return o->remove ? REMOVE : o->attach ? TAKE_OVER : o->leave ? LEAVE : LOAD;
}

static bool refuse(const char *option, enum mode mode)
{
	if (mode == REMOVE)
		say_error("-d only removes modules: %s does not go with it", option);
	else if (mode == TAKE_OVER)
		say_error("%s is said as a module is loaded: it does not go with -A", option);
	else
		say_error("-L leaves the module to itself: %s does not go with it, but with the -A that comes later",
			  option);
	return false;
}

static bool fits_mode(const struct options *o)
{
	const struct use all[] = {
		{ "-A", o->attach, TAKE_OVER },
		{ "-L", o->leave, LEAVE },
		{ "-o", o->output, LOAD | TAKE_OVER },
		{ "-S", o->rotate_bytes, LOAD | TAKE_OVER },
		{ "-D", o->daemon, LOAD | TAKE_OVER },
		{ "-T", o->timeout_ms, LOAD | TAKE_OVER },
		{ "-c", o->command, LOAD },
		{ "-x", o->target, LOAD | LEAVE },
		{ "-b", o->buffer_mb, LOAD | LEAVE },
		{ "-N", o->namespaces, LOAD | LEAVE },
		{ "-r", o->remote.id >= 0, LOAD | LEAVE },
		{ "-R", o->rename, LOAD | LEAVE },
		{ "--rename-if-used", o->rename_used, LOAD | LEAVE },
		{ "--bulk", o->bulk, LOAD | LEAVE },
		{ "--overwrite", o->overwrite, LOAD | LEAVE },
		{ "--unchecked", o->unchecked, LOAD | LEAVE },
		{ "--parent", o->parent, LOAD | LEAVE | TAKE_OVER },
	};
	const enum mode mode = mode_of(o);

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i].given && !(all[i].modes & mode))
			return refuse(all[i].option, mode);
	return true;
}

/* What stands behind the module's name: values of globals, or with -d more modules. */
static bool fits_words(const struct options *o)
{
	for (size_t i = 0; i < o->nsets && !o->remove; i++) {
		if (o->attach)
			say_error("-A takes over one module: what is \"%s\"?", o->sets[i]);
		else if (!strchr(o->sets[i], '='))
			say_error("behind the module NAME=VALUE was expected, not \"%s\"", o->sets[i]);
		else
			continue;
		return false;
	}
	return true;
}

bool usage_is_right(const struct options *o)
{
	if (!o->module)
		say_error("which module? Try: stpd --help");
	else if (!fits_mode(o) || !fits_words(o))
		return false;
	else if (o->command && o->target)
		say_error("-c and -x both name the target: use one of them");
	else if ((o->rotate_bytes || o->daemon || (o->bulk && !o->leave)) && !o->output)
		say_error("%s needs -o FILE", o->daemon ? "-D" : o->bulk ? "--bulk" : "-S");
	else if (o->unchecked && privilege_level() != STPD_ROOT)
		say_error("--unchecked is root's alone");
	else if (privilege_level() < STPD_DEV && o->buffer_mb > MOST_BUFFER_MB)
		say_error("-b takes at most %d from those who are not in group stapdev", MOST_BUFFER_MB);
	else
		return true;
	return false;
}
