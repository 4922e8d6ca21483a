/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line, by the table of options.def.
 *
 * Options stand anywhere before "--".  The first word that is none is the script (unless -e or a
 * listing was asked for), and the others are the script's arguments. */
#include "translator/options.h"
#include "lib/run.h"
#include "translator/errors.h"
#include "translator/limits.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

struct parse {
	struct session *session;
	bool done;			/* --help, --version */
	bool by_groups;			/* the privilege level is what the user's groups allow */
};

enum option_kind { OPT_SECTION, OPT_FLAG, OPT_TEXT, OPT_NUMBER, OPT_LIST, OPT_PAIR, OPT_CALL, OPT_MOOT };
struct option {
	enum option_kind kind;
	char letter;
	const char *name;
	size_t field;
	long min, max;
	bool (*call)(struct parse *p, const char *value);
	const char *arg, *help;
};

static bool complain(struct parse *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool complain(struct parse *p, const char *fmt, ...)
{
	struct session *s = p->session;
	va_list ap;

	va_start(ap, fmt);
	diag_error(&s->diags, (struct span){ 0 }, E(OPTION_BAD), "%s", arena_vprintf(&s->arena, fmt, ap));
	va_end(ap);
	return false;
}

static bool to_number(const char *text, long min, long max, long *out)
{
	char *end;

	errno = 0;
	*out = strtol(text, &end, 10);
	return *text && !*end && !errno && *out >= min && *out <= max;
}

/* ---- options that are more than a field ---- */

static bool take_list(struct parse *p, const char *value)
{
	p->session->opt.list = LIST_POINTS;
	p->session->opt.list_pattern = value;
	return true;
}

static bool take_list_vars(struct parse *p, const char *value)
{
	p->session->opt.list = LIST_VARS;
	p->session->opt.list_pattern = value;
	return true;
}

static bool dump_functions(struct parse *p, const char *value)
{
	(void)value;
	p->session->opt.dump_what = "functions";
	return true;
}

static bool dump_probe_types(struct parse *p, const char *value)
{
	(void)value;
	p->session->opt.dump_what = "probe-types";
	return true;
}

static bool dump_probe_aliases(struct parse *p, const char *value)
{
	(void)value;
	p->session->opt.dump_what = "probe-aliases";
	return true;
}

static bool take_process(struct parse *p, const char *option, const char *value, pid_t *out)
{
	long pid;

	if (!to_number(value, 1, 0x7fffffff, &pid))
		return complain(p, "%s %s: not the number of a process", option, value);
	*out = (pid_t)pid;
	return true;
}

static bool take_target(struct parse *p, const char *value)
{
	return take_process(p, "-x", value, &p->session->opt.target_pid);
}

static bool take_namespaces(struct parse *p, const char *value)
{
	return take_process(p, "--target-namespaces", value, &p->session->opt.namespaces_pid);
}

static bool take_flight(struct parse *p, const char *value)
{
	(void)value;
	p->session->opt.flight_recorder = "";
	return true;
}

static bool take_pass(struct parse *p, const char *value)
{
	long n;

	if (!to_number(value, 1, 5, &n))
		return complain(p, "-p %s: the passes are 1 to 5", value);
	p->session->opt.last_pass = (int)n;
	return true;
}

static bool more_verbose(struct parse *p, const char *value)
{
	(void)value;
	p->session->opt.verbose++;
	return true;
}

static bool take_vp(struct parse *p, const char *value)
{
	size_t i;

	if (strlen(value) > 5 || strspn(value, "0123456789") != strlen(value))
		return complain(p, "--vp %s: up to five digits, one for each pass", value);
	for (i = 0; value[i]; i++)
		p->session->opt.verbose_pass[i + 1] += (unsigned)(value[i] - '0');
	return true;
}

static bool take_color(struct parse *p, const char *value)
{
	if (!value)
		value = "always";
	if (strcmp(value, "always") && strcmp(value, "never") && strcmp(value, "auto"))
		return complain(p, "--color=%s: always, never or auto", value);
	p->session->opt.color = strcmp(value, "auto") ? value : NULL;
	return true;
}

static bool take_diagnostics(struct parse *p, const char *value)
{
	if (strcmp(value, "json") && strcmp(value, "text"))
		return complain(p, "--diagnostics=%s: text or json", value);
	p->session->opt.json = !strcmp(value, "json");
	return true;
}

static bool take_privilege(struct parse *p, const char *value)
{
	static const char *const levels[] = { "stapusr", "stapsys", "stapdev" };
	size_t i;

	if (!value)
		value = levels[0];
	for (i = 0; i < 3 && strcmp(value, levels[i]); i++)
		;
	if (i == 3)
		return complain(p, "--privilege=%s: the levels are stapusr, stapsys and stapdev", value);
	p->session->opt.privilege = levels[i];
	return true;
}

static bool take_unprivileged(struct parse *p, const char *value)
{
	(void)value;
	return take_privilege(p, NULL);
}

static bool take_arch(struct parse *p, const char *value)
{
	if (!*value || value[strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")])
		return complain(p, "-a %s: not a name such as x86_64", value);
	p->session->opt.arch_name = value;
	return true;
}

static bool take_runtime(struct parse *p, const char *value)
{
	if (!strcmp(value, "kernel"))
		return true;
	if (!strcmp(value, "dyninst") || !strcmp(value, "user"))
		return complain(p, "--runtime=%s: handlers in the probed process are not available yet; leave the option out", value);
	if (!strcmp(value, "bpf"))
		return complain(p, "--runtime=bpf: there is no such runtime here; leave the option out");
	return complain(p, "--runtime=%s: the runtimes are kernel", value);
}

static bool take_compatible(struct parse *p, const char *value)
{
	if (!*value || strspn(value, "0123456789.") != strlen(value))
		return complain(p, "--compatible=%s: not a version such as 4.2", value);
	if (strverscmp(value, LANGUAGE_VERSION) > 0)
		return complain(p, "--compatible=%s: this is version %s of the language", value, LANGUAGE_VERSION);
	p->session->opt.compatible = value;
	return true;
}

/* Of translating; stpd lifts what it can. */
static bool take_rlimit(struct parse *p, const char *name, __rlimit_resource_t resource, const char *value)
{
	struct rlimit now;
	long n;

	if (!to_number(value, 1, LONG_MAX, &n))
		return complain(p, "--rlimit-%s=%s: a number was expected", name, value);
	if (!getrlimit(resource, &now)) {
		now.rlim_cur = (rlim_t)n;
		if (!setrlimit(resource, &now))
			return true;
	}
	return complain(p, "--rlimit-%s=%s: %s", name, value, strerror(errno));
}

static bool limit_as(struct parse *p, const char *value) { return take_rlimit(p, "as", RLIMIT_AS, value); }
static bool limit_cpu(struct parse *p, const char *value) { return take_rlimit(p, "cpu", RLIMIT_CPU, value); }
static bool limit_nproc(struct parse *p, const char *value) { return take_rlimit(p, "nproc", RLIMIT_NPROC, value); }
static bool limit_stack(struct parse *p, const char *value) { return take_rlimit(p, "stack", RLIMIT_STACK, value); }
static bool limit_fsize(struct parse *p, const char *value) { return take_rlimit(p, "fsize", RLIMIT_FSIZE, value); }

static bool no_sysroot(struct parse *p, const char *value)
{
	return complain(p, "--sysroot=%s: name its kernel instead: -r %s/lib/modules/RELEASE/build", value, value);
}

static bool no_sysenv(struct parse *p, const char *value)
{
	return complain(p, "--sysenv=%s: it needs a --sysroot, of which there is none", value);
}

static bool no_kbuild_arguments(struct parse *p, const char *value)
{
	return complain(p, "-B %s: modules are made without make's variables; -D NAME=VALUE with -g defines C macros", value);
}

static bool print_version(struct parse *p, const char *value)
{
	(void)value;
	p->done = true;
	puts("stap (version " LANGUAGE_VERSION "/" PACKAGE_VERSION ": of the language, of the program)\nLicence GPL-2.0-or-later: you may change and pass on this program. It comes without any warranty.");
	return true;
}

static bool print_help(struct parse *p, const char *value);

/* ---- the table ---- */

#define FIELD(field) offsetof(struct options, field)
static const struct option options[] = {
#define SECTION(title) { .kind = OPT_SECTION, .help = title },
#define FLAG(l, n, f, h) { .kind = OPT_FLAG, .letter = l, .name = n, .field = FIELD(f), .help = h },
#define TEXT(l, n, f, a, h) { .kind = OPT_TEXT, .letter = l, .name = n, .field = FIELD(f), .arg = a, .help = h },
#define NUMBER(l, n, f, lo, hi, a, h) { .kind = OPT_NUMBER, .letter = l, .name = n, .field = FIELD(f), .min = lo, .max = hi, .arg = a, .help = h },
#define LIST(l, n, f, a, h) { .kind = OPT_LIST, .letter = l, .name = n, .field = FIELD(f), .arg = a, .help = h },
#define PAIR(l, n, f, a, h) { .kind = OPT_PAIR, .letter = l, .name = n, .field = FIELD(f), .arg = a, .help = h },
#define CALL(l, n, f, a, h) { .kind = OPT_CALL, .letter = l, .name = n, .call = f, .arg = a, .help = h },
#define MOOT(l, n, a, h) { .kind = OPT_MOOT, .letter = l, .name = n, .arg = a, .help = h },
#include "translator/options.def"
};
#define NOPTIONS (sizeof options / sizeof *options)

static bool is_optional(const struct option *o)
{
	return o->arg && *o->arg == '[';
}

/* "-e SCRIPT", "    --kbuild", "-h, --help" */
static void print_option(const struct option *o)
{
	struct strbuf b = STRBUF_INIT;

	if (o->letter)
		sb_printf(&b, "-%c%s", o->letter, o->name ? ", " : "");
	else
		sb_puts(&b, "    ");
	if (o->name)
		sb_printf(&b, "--%s", o->name);
	if (is_optional(o))
		sb_printf(&b, "[=%.*s]", (int)strlen(o->arg) - 2, o->arg + 1);
	else if (o->arg)
		sb_printf(&b, "%c%s", o->name ? '=' : ' ', o->arg);
	printf("  %-24s%s%s\n", b.s, b.len > 23 ? "\n                          " : "", o->help);
	sb_free(&b);
}

static bool print_help(struct parse *p, const char *value)
{
	size_t i;

	(void)value;
	p->done = true;
	puts("Usage: stap [OPTION]… SCRIPT-FILE [ARGUMENT]…\n"
	     "       stap [OPTION]… -e SCRIPT [ARGUMENT]…\n"
	     "       stap [OPTION]… -l POINT | -L POINT\n"
	     "Probe a running Linux system with a script. - as the file is standard input.\n"
	     "Options may stand behind the script, too; behind -- there are arguments alone.");
	for (i = 0; i < NOPTIONS; i++) {
		if (options[i].kind == OPT_SECTION)
			printf("\n%s:\n", options[i].help);
		else
			print_option(&options[i]);
	}
	puts("\nExit status: 0, 1 after an error, 2 for a wrong command line, 3 when the command of -c failed. See stap(1).");
	return true;
}

/* ---- applying ---- */

static bool take_pair(struct parse *p, const struct option *o, struct name_value_vec *v, const char *value)
{
	struct arena *a = &p->session->arena;
	const char *eq = strchr(value, '=');
	struct name_value pair = { .value = eq ? eq + 1 : NULL };

	pair.name = eq ? arena_strndup(a, value, (size_t)(eq - value)) : value;
	if (!*pair.name)
		return complain(p, "-%c %s: a name was expected", o->letter, value);
	if (!eq && o->letter == 'G')
		return complain(p, "-G %s: NAME=VALUE was expected", value);
	vec_push(a, v, pair);
	return true;
}

static const char *option_text(struct parse *p, const struct option *o)
{
	struct arena *a = &p->session->arena;

	return o->name ? arena_printf(a, "--%s", o->name) : arena_printf(a, "-%c", o->letter);
}

static bool apply(struct parse *p, const struct option *o, const char *value)
{
	char *field = (char *)&p->session->opt + o->field;
	long n;

	switch (o->kind) {
	case OPT_SECTION:
		break;
	case OPT_FLAG:
		*(bool *)field = true;
		break;
	case OPT_TEXT:
		*(const char **)field = value;
		break;
	case OPT_NUMBER:
		if (!to_number(value, o->min, o->max, &n))
			return complain(p, "-%c %s: a number from %ld to %ld was expected", o->letter, value, o->min, o->max);
		*(unsigned *)field = (unsigned)n;
		break;
	case OPT_LIST:
		vec_push(&p->session->arena, (struct string_vec *)field, value);
		break;
	case OPT_PAIR:
		return take_pair(p, o, (struct name_value_vec *)field, value);
	case OPT_CALL:
		return o->call(p, value);
	case OPT_MOOT:
		diag_warning(&p->session->diags, (struct span){ 0 }, E(OPTION_MOOT), "%s is not needed: %s",
			     option_text(p, o), o->help);
		break;
	}
	return true;
}

/* ---- scanning ---- */

struct scan {
	int argc, next;
	char **argv;
	struct string_vec words;	/* that are no options, and no arguments of one */
};

static const char *next_word(struct scan *w)
{
	return w->next < w->argc ? w->argv[w->next++] : NULL;
}

static bool unknown_short(struct parse *p, const struct scan *w, char letter)
{
	if (w->words.len)
		return complain(p, "there is no option -%c; arguments of the script that begin with - stand behind --", letter);
	return complain(p, "there is no option -%c; see stap --help", letter);
}

/* -vvp4, -e SCRIPT, -DNAME: WORD is what follows the dash. */
static bool short_options(struct parse *p, struct scan *w, const char *word)
{
	const struct option *o;
	const char *value;

	for (; *word && !p->done; word++) {
		for (o = options; o < options + NOPTIONS && (o->kind == OPT_SECTION || o->letter != *word); o++)
			;
		if (o == options + NOPTIONS)
			return unknown_short(p, w, *word);
		if (!o->arg) {
			if (!apply(p, o, NULL))
				return false;
			continue;
		}
		value = word[1] ? word + 1 : next_word(w);
		if (!value)
			return complain(p, "option -%c needs an argument: %s", *word, o->arg);
		return apply(p, o, value);
	}
	return true;
}

static bool unknown_long(struct parse *p, const char *name)
{
	const char *names[NOPTIONS], *near;
	size_t i, n = 0;

	for (i = 0; i < NOPTIONS; i++)
		if (options[i].name)
			names[n++] = options[i].name;
	near = nearest_name(name, names, n);
	if (near)
		return complain(p, "there is no option --%s; did you mean --%s?", name, near);
	return complain(p, "there is no option --%s; see stap --help", name);
}

static bool long_option(struct parse *p, struct scan *w, const char *word)
{
	const char *eq = strchrnul(word, '='), *value = *eq ? eq + 1 : NULL, *name;
	const struct option *o;

	name = arena_strndup(&p->session->arena, word, (size_t)(eq - word));
	if (!strncmp(name, "colour", 6))
		name = "color";
	for (o = options; o < options + NOPTIONS && (!o->name || strcmp(o->name, name)); o++)
		;
	if (o == options + NOPTIONS)
		return unknown_long(p, name);
	if (value && !o->arg)
		return complain(p, "option --%s takes no argument", name);
	if (o->arg && !is_optional(o) && !value)
		value = next_word(w);
	if (o->arg && !is_optional(o) && !value)
		return complain(p, "option --%s needs an argument: %s", name, o->arg);
	return apply(p, o, value);
}

static bool scan_options(struct parse *p, struct scan *w)
{
	struct arena *a = &p->session->arena;
	const char *word;

	while (!p->done && (word = next_word(w)) && strcmp(word, "--")) {
		if (word[0] != '-' || !word[1])
			vec_push(a, &w->words, word);
		else if (!(word[1] == '-' ? long_option(p, w, word + 2) : short_options(p, w, word + 1)))
			return false;
	}
	while (!p->done && (word = next_word(w)))
		vec_push(a, &w->words, word);
	return true;
}

/* The script, and its arguments. */
static void take_words(struct session *s, const struct scan *w)
{
	struct options *o = &s->opt;
	bool names_file = !o->script_text && !o->list && !o->dump_what && !o->doctor && !o->extra_scripts.len;

	for (size_t i = 0; i < w->words.len; i++) {
		if (!i && names_file)
			o->script_file = w->words.data[i];
		else
			vec_push(&s->arena, &o->args, w->words.data[i]);
	}
	s->args_used = ARENA_ARRAY(&s->arena, bool, o->args.len + 1);
}

/* ---- who asks ---- */

static bool in_group(const char *name)
{
	gid_t list[256];
	int n = getgroups(256, list), i;
	struct group *g = getgrnam(name);

	for (i = 0; g && i < n; i++)
		if (list[i] == g->gr_gid)
			return true;
	return g && (getgid() == g->gr_gid || getegid() == g->gr_gid);
}

/* What is to run here, and not only to be built, is held to the level of who runs it. */
static void add_privilege(struct parse *p)
{
	struct options *o = &p->session->opt;

	if (o->privilege || o->last_pass < 5 || !geteuid() || !in_group("stapusr") || in_group("stapdev"))
		return;
	o->privilege = in_group("stapsys") ? "stapsys" : "stapusr";
	p->by_groups = true;
}

/* ---- what they mean together ---- */

static bool check_together(struct parse *p)
{
	const char *whose = p->by_groups ? " (which your groups give)" : "";
	struct options *o = &p->session->opt;
	static const char *const passes[] = { "parse", "resolve", "emit" };
	size_t i;

	if (!o->script_file && !o->script_text && !o->list && !o->dump_what && !o->clean_cache && !o->doctor && !o->extra_scripts.len)
		return complain(p, "no script: give a file, - for standard input, or -e SCRIPT; see stap --help");
	if (o->suppress_time_limits && !o->guru)
		return complain(p, "--suppress-time-limits can hang the machine: it needs guru mode (-g)");
	if (o->privilege && strcmp(o->privilege, "stapdev") && o->release && strchr(o->release, '/'))
		return complain(p, "-r %s: its makefiles build the module: the level %s%s does not allow a directory", o->release, o->privilege, whose);
	if (o->privilege && strcmp(o->privilege, "stapdev") && o->guru)
		return complain(p, "guru mode (-g) can do anything: the level %s%s does not allow it", o->privilege, whose);
	if (o->privilege && strcmp(o->privilege, "stapdev") && o->runtime_dir)
		return complain(p, "-R replaces the runtime, which guards the machine: the level %s%s does not allow it", o->privilege, whose);
	if (o->command && o->target_pid)
		return complain(p, "-c and -x each say what target() is: give one of them");
	if (o->flight_recorder && !o->output && (o->command || o->timeout_s))
		return complain(p, "%s ends a session, and -F leaves it running in memory: with -o FILE it is in the background", o->command ? "-c" : "-T");
	if (o->bulk && !o->output && o->last_pass == 5)
		return complain(p, "-b writes a file for each CPU: it needs -o FILE");
	if (o->size_limit && !o->output)
		return complain(p, "-S limits the files that -o FILE writes: give both");
	for (i = 0; o->dump && i < 3 && strcmp(o->dump, passes[i]); i++)
		;
	if (o->dump && i == 3)
		return complain(p, "--dump=%s: parse, resolve or emit", o->dump);
	return defines_check(p->session);
}

static void set_diagnostics(struct session *s)
{
	const struct options *o = &s->opt;

	s->diags.suppress_warnings = o->no_warnings;
	s->diags.warnings_are_errors = o->warnings_are_errors;
	s->diags.format = o->json ? DIAG_JSON : DIAG_TEXT;
	s->diags.color = o->color ? !strcmp(o->color, "always") : isatty(STDERR_FILENO) && !getenv("NO_COLOR");
}

static bool is_script(const char *path)
{
	FILE *f = fopen(path, "re");
	bool yes = f && getc(f) == '#' && getc(f) == '!';

	if (f)
		fclose(f);
	return yes;
}

/* The kernel hands all that stands behind #!/usr/bin/stap over as one word: `-v -g`. */
static void split_interpreter_line(struct session *s, struct scan *w)
{
	VEC(char *) words = { 0 };
	char *word, *rest;
	int i;

	if (w->argc < 3 || w->argv[1][0] != '-' || !strpbrk(w->argv[1], " \t") || !is_script(w->argv[2]))
		return;
	vec_push(&s->arena, &words, w->argv[0]);
	rest = arena_strdup(&s->arena, w->argv[1]);
	while ((word = strsep(&rest, " \t")) != NULL)
		if (*word)
			vec_push(&s->arena, &words, word);
	for (i = 2; i < w->argc; i++)
		vec_push(&s->arena, &words, w->argv[i]);
	w->argc = (int)words.len;
	w->argv = words.data;
}

enum options_result options_parse(struct session *s, int argc, char **argv)
{
	struct parse p = { .session = s };
	struct scan w = { .argc = argc, .next = 1, .argv = argv };
	struct options *o = &s->opt;
	bool ok;

	split_interpreter_line(s, &w);
	ok = scan_options(&p, &w);
	set_diagnostics(s);
	if (p.done || !ok)
		return p.done ? OPTIONS_DONE : OPTIONS_BAD;
	take_words(s, &w);
	if (!o->release)
		o->release = getenv("SYSTEMTAP_RELEASE");
	add_privilege(&p);
	return check_together(&p) ? OPTIONS_RUN : OPTIONS_BAD;
}
