/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stpd: command line.  The option letters are those that users of staprun know. */
#include "stpd/instance.h"
#include "stpd/parent.h"
#include "stpd/signals.h"
#include "stpd/stpd.h"
#include "stpd/version.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
	"Usage: stpd [OPTION]... MODULE [NAME=VALUE]...      load a module that stap built, print what it prints\n"
	"       stpd -A NAME                                 take over a module that was left loaded (-L)\n"
	"       stpd -d NAME...                              remove modules that were left loaded; \"*\": all that are not in use\n"
	"\n"
	"MODULE is a file, or the name of a module in /lib/modules/RELEASE/systemtap.\n"
	"\n"
	"  -o FILE      write the output to FILE; the name may hold strftime conversions\n"
	"  -S MB[,N]    start another FILE.n after MB megabytes; keep the last N\n"
	"  -b MB        buffer size for each CPU, megabytes (1)\n"
	"  -c CMD       run CMD when the probes are in place, end with it; target() is its process\n"
	"  -x PID       target() is PID; end with it\n"
	"  -N PID       ns_pid() and its kin count in the namespaces of process PID (stpd's own)\n"
	"  -r N:URI     this is run N of many, on the machine URI: remote_id(), remote_uri()\n"
	"  -T MS        end after MS milliseconds; of staprun: let output wait for up to MS milliseconds\n"
	"  -L           load, start and leave the module running\n"
	"  -D           when all is in place, go on in the background, and print the number of that process (needs -o)\n"
	"  -R           load the module by a name that no other one has\n"
	"      --rename-if-used  the same, only where another module has its name\n"
	"  -C WHEN      colors in messages: always, never or auto\n"
	"  -w           no warnings\n"
	"  -v           say what is being done\n"
	"  -V           print the version\n"
	"  -h           print this help\n"
	"      --bulk       one file for each CPU (with -o)\n"
	"      --overwrite  keep the newest output when the buffers are full\n"
	"      --parent=PID  end with process PID, which started stpd; with -L and -D,\n"
	"                   only until the session runs\n"
	"      --may-load   only tell, by the status, whether you may load modules of your own making\n"
	"      --unchecked  load the module without a check of the script's code (root)\n"
	"\n"
	"Exit status: 0 the session ended well, 1 it did not, 2 wrong usage,\n"
	"             3 it did, but the command of -c failed.\n";

enum { OPT_BULK = 256, OPT_OVERWRITE, OPT_MAY_LOAD, OPT_PARENT, OPT_UNCHECKED, OPT_RENAME };
enum { STAPRUN_IDLE = 50 };	/* milliseconds, without its -T */

static const struct option longs[] = {
	{ "bulk", no_argument, NULL, OPT_BULK }, { "overwrite", no_argument, NULL, OPT_OVERWRITE },
	{ "rename-if-used", no_argument, NULL, OPT_RENAME },
	{ "unchecked", no_argument, NULL, OPT_UNCHECKED },
	{ "may-load", no_argument, NULL, OPT_MAY_LOAD },
	{ "parent", required_argument, NULL, OPT_PARENT },
	{ "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static bool number(const char *text, unsigned long most, unsigned *out, const char *option)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (errno || end == text || *end || !v || v > most || *text == '-') {
		say_error("%s takes a number from 1 to %lu, not \"%s\"", option, most, text);
		return false;
	}
	*out = (unsigned)v;
	return true;
}

static bool rotation(struct options *o, char *text)
{
	char *comma = strchr(text, ',');
	unsigned mb;

	if (comma)
		*comma = 0;
	if (!number(text, 1u << 20, &mb, "-S") ||
	    (comma && !number(comma + 1, 1u << 20, &o->rotate_files, "-S")))
		return false;
	o->rotate_bytes = (uint64_t)mb << 20;
	return true;
}

/* -x, -N, --parent */
static bool process(const char *option, pid_t *out)
{
	unsigned pid;

	if (!number(optarg, INT_MAX, &pid, option))
		return false;
	*out = (pid_t)pid;
	return true;
}

/* -r N:URI */
static bool remote(struct options *o, const char *text)
{
	char *end;

	errno = 0;
	o->remote.id = strtol(text, &end, 10);
	if (errno || end == text || *text < '0' || *text > '9' || *end != ':') {
		say_error("-r takes N:URI, a number from 0 and a name for this machine, not \"%s\"", text);
		return false;
	}
	if ((size_t)snprintf(o->remote.uri, sizeof o->remote.uri, "%s", end + 1) >= sizeof o->remote.uri) {
		say_error("-r takes at most %zu bytes of URI", sizeof o->remote.uri - 1);
		return false;
	}
	return true;
}

/* False: status is what to exit with. */
static bool read_option(struct options *o, int c, int *status)
{
	*status = 2;
	switch (c) {
	case 'o': o->output = optarg; return true;
	case 'S': return rotation(o, optarg);
	case 'b': return number(optarg, 4095, &o->buffer_mb, "-b");
	case 'c': o->command = optarg; return true;
	case 'x': return process("-x", &o->target);
	case 'N': return process("-N", &o->namespaces);
	case 'r': return remote(o, optarg);
	case 'T': return number(optarg, INT_MAX, o->idle_ms ? &o->idle_ms : &o->timeout_ms, "-T");
	case 'L': o->leave = true; return true;
	case 'A': o->attach = true; return true;
	case 'd': o->remove = true; return true;
	case 'D': o->daemon = true; return true;
	case 'R': o->rename = true; return true;
	case 'C':
		if (!say_in_color(optarg))
			say_error("-C takes never, always or auto, not \"%s\"", optarg);
		return say_in_color(optarg);
	case 'u': return true;	/* of staprun: what it loads is part of the kernel by now */
	case 'M': say_error("there is no monitor: -M"); return false;
	case 'w': o->quiet = true; return true;
	case 'v': o->verbose++; return true;
	case OPT_BULK: o->bulk = true; return true;
	case OPT_OVERWRITE: o->overwrite = true; return true;
	case OPT_PARENT: return process("--parent", &o->parent);
	case OPT_UNCHECKED: o->unchecked = true; return true;
	case OPT_RENAME: o->rename_used = true; return true;
	case OPT_MAY_LOAD: *status = module_obstacle() || privilege_level() < STPD_DEV; return false;
	case 'V': printf("stpd %s\n", PACKAGE_VERSION); *status = 0; return false;
	case 'h': fputs(help, stdout); *status = 0; return false;
	}
	fputs("Try: stpd --help\n", stderr);
	return false;
}

/* What the name of the program and its environment say. */
static void from_surroundings(struct options *o, const char *name)
{
	const char *base = name ? strrchr(name, '/') : NULL, *verbose = getenv("SYSTEMTAP_VERBOSE");

	base = base ? base + 1 : name;
	if (base && !strcmp(base, "staprun"))
		o->idle_ms = STAPRUN_IDLE;
	if (verbose && *verbose >= '0' && *verbose <= '9')
		o->verbose = (unsigned)atoi(verbose);
}

/* Whatever comes later by this name than INSTANCE was not looked at. False after a message. */
static bool may_touch(const char *name, struct instance *instance)
{
	if (!trust_name(name))
		return false;
	*instance = instance_of(name);
	return trust_running(name);
}

/* -d: 0, or -errno of one that is still there, after a message. */
static int remove_all(char *const *names)
{
	struct instance instance;
	int err = 0, one;

	for (; *names; names++) {
		if (!strcmp(*names, "*"))
			one = module_unload_unused();
		else
			one = may_touch(*names, &instance) ? module_unload(*names, &instance) : -EPERM;
		err = one ? one : err;
	}
	return err;
}

int main(int argc, char **argv)
{
	struct options o = { .remote.id = -1, .parent_fd = -1 };
	struct instance instance;
	const char *why;
	char name[256];
	int c, status;

	if (!privilege_start())
		return 1;
	signals_reset();
	from_surroundings(&o, argv[0]);
	while ((c = getopt_long(argc, argv, "o:S:b:c:x:T:C:N:M:r:LAdDRuwvVh", longs, NULL)) != -1)
		if (!read_option(&o, c, &status))
			return status;
	if (optind < argc)
		o.module = argv[optind++];
	o.sets = argv + optind;
	o.nsets = (size_t)(argc - optind);
	if (!usage_is_right(&o))
		return 2;
	why = module_obstacle();
	if (why) {
		say_error("%s", why);
		return 1;
	}
	if (o.remove)
		return remove_all(argv + optind - 1) ? 1 : 0;
	if (o.attach && !may_touch(o.module, &instance))
		return 1;
	if (o.parent && (o.parent_fd = parent_open(o.parent)) < 0)
		return 1;
	if (o.daemon) {
		module_base_name(o.module, name, sizeof name);
		o.ready = background_start(name, &o, &status);
		if (o.ready < 0)
			return status;
	}
	return session_run(&o);
}
