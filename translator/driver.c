/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the command line to the exit status: the passes in order, what each costs,
 * where to stop.
 *
 *	1 parse     text -> AST			syntax/
 *	2 resolve   AST -> program		sema/, opt/
 *	3 emit      program -> C		the backend
 *	4 build     C -> module			the backend
 *	5 run					the backend, through stpd
 *
 * Nothing below the passes exits; a message has been printed when one fails. */
#include "translator/driver.h"
#include "lib/run.h"
#include "translator/backend.h"
#include "translator/build/build.h"
#include "translator/build/target.h"
#include "translator/errors.h"
#include "translator/options.h"
#include "translator/program.h"
#include "translator/sema/sema.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { WRONG_USAGE = 2 };		/* exit status */

/* ---- costs ---- */

static uint64_t micros(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_usec;
}

/* What we and the programs we ran have used so far. */
static struct pass_cost cost_now(void)
{
	struct rusage self, children;
	struct pass_cost c = { .wall_us = now_us() };

	getrusage(RUSAGE_SELF, &self);
	getrusage(RUSAGE_CHILDREN, &children);
	c.user_us = micros(self.ru_utime) + micros(children.ru_utime);
	c.sys_us = micros(self.ru_stime) + micros(children.ru_stime);
	c.peak_kb = self.ru_maxrss;
	return c;
}

static void cost_since(struct pass_cost *c, const struct pass_cost *before)
{
	struct pass_cost now = cost_now();

	c->wall_us = now.wall_us - before->wall_us;
	c->user_us = now.user_us - before->user_us;
	c->sys_us = now.sys_us - before->sys_us;
	c->peak_kb = now.peak_kb;
}

static unsigned verbosity(const struct session *s, int pass)
{
	return s->opt.verbose + s->opt.verbose_pass[pass];
}

static void say_cost(const struct session *s, int pass)
{
	const struct pass_cost *c = &s->costs[pass];

	if (verbosity(s, pass))
		fprintf(stderr, "pass %d (%s): %.1f ms, user %.1f, system %.1f; peak memory %.1f MB\n", pass, c->name,
			(double)c->wall_us / 1e3, (double)c->user_us / 1e3, (double)c->sys_us / 1e3, (double)c->peak_kb / 1024);
}

/* ---- passes ---- */

static void print_text(const char *text, size_t len)
{
	fwrite(text, 1, len, stdout);
}

static void print_program(struct session *s)
{
	struct strbuf b = STRBUF_INIT;

	program_dump(&b, s->program);
	print_text(sb_str(&b), b.len);
	sb_free(&b);
}

static bool has_one_value(const struct variable *v)
{
	return !v->is_array && v->type != TYPE_STATS;
}

const struct variable *driver_global(const struct session *s, const char *name)
{
	const struct variable_vec *all = &s->program->globals;

	for (size_t i = 0; i < all->len; i++)
		if (!strcmp(all->data[i]->name, name))
			return all->data[i];
	return NULL;
}

static bool check_set_global(struct session *s, const char *name)
{
	const struct variable *used = driver_global(s, name), *tapset = used && used->library ? used : NULL;
	const struct global_decl *g = NULL;
	struct string_vec names = { 0 };
	const char *near;
	size_t i;

	for (i = 0; i < s->script->globals.len; i++) {
		vec_push(&s->arena, &names, s->script->globals.data[i]->name);
		if (!strcmp(vec_last(&names), name))
			g = s->script->globals.data[i];
	}
	if (g ? !g->resolved || has_one_value(g->resolved) : tapset && has_one_value(tapset))
		return true;
	if (g || tapset)
		return diag_error(&s->diags, g ? g->span : tapset->span, E(OPTION_BAD), "-G %s: an array or a statistic has no one value", name);
	near = nearest_name(name, names.data, names.len);
	diag_error(&s->diags, (struct span){ 0 }, E(OPTION_BAD), "-G %s: the script has no such global", name);
	if (near)
		diag_note(&s->diags, (struct span){ 0 }, "did you mean \"%s\"?", near);
	return false;
}

/* -G: what can be set. */
static bool check_set_globals(struct session *s)
{
	bool ok = true;
	size_t i;

	for (i = 0; i < s->opt.globals.len; i++)
		ok &= check_set_global(s, s->opt.globals.data[i].name);
	return ok;
}

static bool no_probe(struct session *s)
{
	const struct file *f = s->script;
	bool written = f->probes.len || f->aliases.len, empty = !written && !f->functions.len && !f->globals.len;

	diag_error(&s->diags, (struct span){ 0 }, E(PROBE_NONE), "%s",
		   empty ? "the script is empty" : "the script has no probe that is on this system");
	if (!written)
		diag_note(&s->diags, (struct span){ 0 }, "a probe is, for instance: probe begin { println(\"hello\") }");
	return false;
}

static bool pass_resolve(struct session *s)
{
	const struct probe_vec *probes;
	bool ok;
	size_t i;

	if (!sema_run(s) || !check_set_globals(s))
		return false;
	probes = &s->program->probes;
	ok = probes->len || no_probe(s);
	for (i = 0; i < probes->len; i++)
		ok &= !s->backend->accepts || s->backend->accepts(s, probes->data[i]);
	return ok;
}

static bool pass_emit(struct session *s)
{
	return s->backend->emit(s);
}

static bool pass_build(struct session *s)
{
	return tmpdir_make(s) && s->backend->build(s);
}

/* The passes before the last: each can be the one to stop after, and has something to show then. */
static const struct pass {
	const char *name;
	bool (*run)(struct session *s);
	void (*show)(struct session *s);	/* -pN, --dump */
	const char *dump;
} passes[] = {
	[1] = { "parse", driver_parse, driver_print_script, "parse" },
	[2] = { "resolve", pass_resolve, print_program, "resolve" },
	[3] = { "emit", pass_emit, NULL, "emit" },
	[4] = { "build", pass_build, NULL, NULL },
};

static void show(struct session *s, int pass)
{
	if (passes[pass].show)
		passes[pass].show(s);
	else if (pass == 3)
		print_text(s->c_text, s->c_len);
	else if (s->module_stays || s->opt.keep || s->opt.tmpdir)
		printf("%s\n", s->module_path);
	fflush(stdout);
}

static bool run_pass(struct session *s, int pass)
{
	struct pass_cost before = cost_now();
	bool ok = passes[pass].run(s) && !s->diags.nerrors && !(s->opt.warnings_are_errors && s->diags.nwarnings);

	s->costs[pass].name = passes[pass].name;
	cost_since(&s->costs[pass], &before);
	if (!ok)
		return false;
	say_cost(s, pass);
	if (s->opt.last_pass == pass || (s->opt.dump && passes[pass].dump && !strcmp(s->opt.dump, passes[pass].dump)))
		show(s, pass);
	return true;
}

static int run_passes(struct session *s)
{
	int pass, status;

	for (pass = 1; pass <= s->opt.last_pass && pass < 5; pass++) {
		/* behind mistakes in the script, ahead of work for nothing */
		if (pass == 2 && s->opt.last_pass == 5 && !driver_check_kernel(s))
			return 1;
		if (!run_pass(s, pass))
			return 1;
	}
	if (s->opt.last_pass < 5)
		return 0;
	diag_finish(&s->diags);
	status = s->backend->run(s);
	return status < 0 ? 1 : status;
}

/* ---- the session's surroundings ---- */

static const char *take(struct session *s, char *text)
{
	const char *copy = text ? arena_strdup(&s->arena, text) : NULL;

	free(text);
	return copy;
}

static void find_places(struct session *s)
{
	s->tapset_dir = take(s, data_dir("tapset"));
	s->runtime_dir = s->opt.runtime_dir ? s->opt.runtime_dir : take(s, data_dir("runtime"));
	if (!s->opt.no_cache)
		s->cache_dir = take(s, cache_dir());
	s->backend = &backend_kernel;
}

static int clean_cache(struct session *s)
{
	const char *dir = take(s, cache_dir());
	uint64_t freed = 0;
	int err = build_cache_clean(dir, 0, &freed);

	if (err) {
		diag_error(&s->diags, (struct span){ 0 }, E(FILE_ACCESS), "cannot clean %s: %s", dir, strerror(-err));
		return 1;
	}
	printf("%s: %.1f MB freed\n", dir, (double)freed / 1e6);
	return 0;
}

static int run(struct session *s)
{
	if (s->opt.clean_cache)
		return clean_cache(s);
	find_places(s);
	if (!target_resolve(s))
		return 1;
	if (s->opt.doctor)
		return driver_doctor(s);
	if (s->opt.dump_what)
		return driver_dump(s);
	if (s->opt.list)
		return driver_list(s);
	return run_passes(s);
}

/* What cron and others leave closed would become a pipe or a file of ours, and get the messages. */
static void open_standard_files(void)
{
	int fd;

	while ((fd = open("/dev/null", O_RDWR | O_CLOEXEC)) >= 0 && fd <= STDERR_FILENO)
		fcntl(fd, F_SETFD, 0);	/* stpd's, too */
	if (fd > STDERR_FILENO)
		close(fd);
}

/* False after a message: standard output did not take everything. */
static bool end_output(void)
{
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return true;
	fprintf(stderr, "error: cannot write to standard output: %s\n", errno ? strerror(errno) : "some of the output was not taken");
	return false;
}

int driver_main(int argc, char **argv)
{
	struct session *s = xcalloc(1, sizeof *s);
	int status = 1;

	open_standard_files();
	signal(SIGXFSZ, SIG_IGN);	/* a write fails then, and its message tells the reason */
	signal(SIGCHLD, SIG_DFL);	/* whoever started us may ignore it: then children leave no status */
	session_init(s);
	switch (options_parse(s, argc, argv)) {
	case OPTIONS_DONE:
		status = 0;
		break;
	case OPTIONS_BAD:
		status = WRONG_USAGE;
		break;
	case OPTIONS_RUN:
		status = run(s);
		tmpdir_end(s);
		break;
	}
	diag_finish(&s->diags);
	if (!end_output())
		status = status ? status : 1;
	session_free(s);
	free(s);
	return status;
}
