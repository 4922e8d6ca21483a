/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel backend: a module built by build/, run by stpd.  What would keep this
 * machine from loading a module is looked for before anything is compiled. */
#include "translator/driver.h"
#include "lib/run.h"
#include "translator/backend.h"
#include "translator/emit/emit.h"
#include "translator/errors.h"
#include "translator/limits.h"
#include "translator/program.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- can it run here? ---- */

/* The first character of a file, 0 when it cannot be read. */
static char first_char(const char *path)
{
	struct strbuf b = STRBUF_INIT;
	char c = !read_file(path, &b) && b.len ? b.s[0] : 0;

	sb_free(&b);
	return c;
}

/* "none [integrity] confidentiality": is anything but none chosen? */
static bool is_locked_down(void)
{
	struct strbuf b = STRBUF_INIT;
	bool locked = !read_file("/sys/kernel/security/lockdown", &b) && b.len && !strstr(b.s, "[none]");

	sb_free(&b);
	return locked;
}

static bool refuse(struct session *s, const char *tag, const char *text, const char *note)
{
	diag_error(&s->diags, (struct span){ 0 }, tag, "%s", text);
	diag_note(&s->diags, (struct span){ 0 }, "%s", note);
	return false;
}

/* Whether the daemon would load a module of this user's own making. */
static bool stpd_may_load(void)
{
	char *stpd = own_program("stpd");
	const char *argv[] = { stpd, "--may-load", NULL };
	struct run r = { .argv = argv };
	bool ok = stpd && !run_wait(&r) && run_ok(&r);

	run_free(&r);
	free(stpd);
	return ok;
}

bool driver_check_kernel(struct session *s)
{
	static const char *const guest =
		"stap-guest boots a kernel that can, on a disposable machine with this one's files: stap-guest -- stap …";

	if (!s->target.running)
		return refuse(s, E(RUN_TARGET), arena_printf(&s->arena, "the module would be for %s, which does not run here", s->target.release),
			      arena_printf(&s->arena, "stop before it runs (-p4 -m NAME), or run all of it there: stap-guest -r %s -- stap …",
					   s->target.release));
	if (access("/proc/modules", F_OK))
		return refuse(s, E(RUN_MODULES), "this machine's kernel cannot load modules (CONFIG_MODULES)", guest);
	if (first_char("/proc/sys/kernel/modules_disabled") == '1')
		return refuse(s, E(RUN_MODULES), "loading modules is switched off until the next boot (kernel.modules_disabled)", guest);
	if (geteuid() && !stpd_may_load())
		return refuse(s, E(RUN_ROOT), "loading a module needs root, or membership of the groups stapusr and stapdev",
			      "run stap as root, or see stpd(8); stap -p4 -m NAME only builds the module, and needs no root; members of stapusr run what root put into /lib/modules/RELEASE/systemtap: staprun NAME");
	if (first_char("/sys/module/module/parameters/sig_enforce") == 'Y')
		return refuse(s, E(RUN_SIGNATURE), "this kernel loads only signed modules (module.sig_enforce)", guest);
	if (is_locked_down())
		return refuse(s, E(RUN_SIGNATURE), "this kernel is locked down, as under Secure Boot, and loads only signed modules", guest);
	return true;
}

/* ---- pass 4 ---- */

static bool check_name(struct session *s, const char *name)
{
	size_t i, len = strlen(name);

	for (i = 0; i < len && (isalnum((unsigned char)name[i]) || name[i] == '_'); i++)
		;
	if (len && i == len && len <= BUILD_MODULE_NAME_MAX)
		return true;
	return diag_error(&s->diags, (struct span){ 0 }, E(OPTION_BAD), "-m %s: a module's name has 1 to %d letters, digits and _",
			  name, BUILD_MODULE_NAME_MAX);
}

/* Made from the contents, so that the same script is the same module in the cache; with a
 * number behind it when a module of that name runs. */
static const char *make_name(struct session *s)
{
	uint64_t h = hash_bytes(s->c_text, s->c_len, 0);
	const char *name = arena_printf(&s->arena, "stap_%016" PRIx64, h);
	unsigned i;

	for (i = 2; s->opt.last_pass == 5 && i < 1000; i++) {
		if (access(arena_printf(&s->arena, "/sys/module/%s", name), F_OK))
			break;
		name = arena_printf(&s->arena, "stap_%016" PRIx64 "_%u", h, i);
	}
	return name;
}

static const char *const *make_defines(struct session *s)
{
	VEC(const char *) v = { 0 };
	size_t i;

	for (i = 0; i < s->opt.defines.len; i++) {
		const struct name_value *d = &s->opt.defines.data[i];

		if (define_is_macro(s, d))
			vec_push(&s->arena, &v, d->value ? arena_printf(&s->arena, "%s=%s", d->name, d->value) : d->name);
	}
	vec_push(&s->arena, &v, NULL);
	return v.data;
}

static const char *failure_tag(enum build_failure f)
{
	switch (f) {
	case BUILD_OK: break;
	case BUILD_FAIL_ARGUMENT: return E(OPTION_BAD);
	case BUILD_FAIL_HEADERS: return E(BUILD_HEADERS);
	case BUILD_FAIL_TREE: return E(BUILD_TREE);
	case BUILD_FAIL_MISMATCH: return E(BUILD_MISMATCH);
	case BUILD_FAIL_TOOL: return E(BUILD_TOOL);
	case BUILD_FAIL_RUNTIME: return E(BUILD_RUNTIME);
	case BUILD_FAIL_COMPILE: return E(BUILD_COMPILE);
	case BUILD_FAIL_REFUSED: return E(BUILD_REFUSED);
	case BUILD_FAIL_STACK: return E(BUILD_STACK);
	case BUILD_FAIL_DISK: return E(BUILD_DISK);
	}
	return E(INTERNAL);
}

/* Is TEXT the name of the emitted C, or what the compiler made of it ("f_x_0.constprop.0")? */
static bool is_emitted(const char *text, const char *c_name)
{
	size_t n = strlen(c_name);

	return !strncmp(text, c_name, n) && !isalnum((unsigned char)text[n]) && text[n] != '_';
}

static void note_function(struct session *s, const char *at)
{
	size_t i;

	for (i = 0; i < s->program->functions.len; i++) {
		const struct function *f = s->program->functions.data[i];

		if (f->c_name && f->decl && is_emitted(at, f->c_name)) {
			diag_note(&s->diags, f->decl->span, "in the function %s", f->name);
			return;
		}
	}
}

/* The checker knows code by the names of the emitted C: "… in h_3+0x10", "… in f_name_0+0". */
static void note_code(struct session *s, const char *refusal)
{
	const char *at = strstr(refusal, " in h_");
	size_t i;

	for (i = 0; at && i < s->program->probes.len; i++) {
		const struct probe *p = s->program->probes.data[i];

		if (p->index == strtoul(at + strlen(" in h_"), NULL, 10)) {
			diag_note(&s->diags, p->span, "in the handler of probe %s, or in a function that it calls", p->text);
			return;
		}
	}
	at = strstr(refusal, " in f_");
	if (at)
		note_function(s, at + strlen(" in "));
}

/* -p4: the module as a file that stays: in the current directory if it has a name of the user's, else in the cache
 * (nowhere if there is none). */
static bool keep_module(struct session *s, const char *name, const char *ko)
{
	const char *dir = s->opt.module_name ? "." : s->cache_dir, *to;
	struct strbuf b = STRBUF_INIT;
	int err;

	if (!dir)
		return true;
	to = s->opt.module_name ? arena_printf(&s->arena, "%s.ko", name) : arena_printf(&s->arena, "%s/modules/%s.ko", dir, name);
	err = read_file(ko, &b);
	if (!err)
		err = write_file_atomic(to, sb_str(&b), b.len, 0644);
	sb_free(&b);
	if (err)
		return diag_error(&s->diags, (struct span){ 0 }, E(FILE_ACCESS), "cannot write %s: %s", to, strerror(-err));
	s->module_path = to;
	s->module_stays = true;
	return true;
}

static void describe_build(const struct session *s, const struct build_job *job)
{
	static const char *const how[] = {
		[BUILD_NOTHING] = "nothing", [BUILD_REPLAYED] = "by replay", [BUILD_KBUILD] = "by kbuild",
		[BUILD_CACHED] = "from the cache",
	};

	if (s->opt.verbose + s->opt.verbose_pass[4])
		fprintf(stderr, "module %s %s%s%s\n", job->name, how[job->how], job->why_kbuild ? ": " : "",
			job->why_kbuild ? job->why_kbuild : "");
}

/* The user's, or a tapset's: the module checker lets more of it through. */
static bool has_embedded_c(const struct program *p)
{
	size_t i;

	for (i = 0; i < p->functions.len; i++)
		if (p->functions.data[i]->code)
			return true;
	return p->embedded.len > 0;
}

struct build_job driver_job(struct session *s, unsigned pass)
{
	return (struct build_job){
		.arena = &s->arena, .release = s->target.release, .arch = s->target.arch, .build_dir = s->target.build_dir,
		.runtime_dir = s->runtime_dir, .cache_dir = s->cache_dir, .tmpdir = s->tmpdir, .no_module_lookup = s->opt.poison_cache,
		.keep = s->opt.keep, .verbose = s->opt.verbose + s->opt.verbose_pass[pass],
	};
}

static void take_text(struct session *s, struct build_job *job)
{
	job->c_text = s->c_text;
	job->c_len = s->c_len;
	job->name = s->opt.module_name ? s->opt.module_name : make_name(s);
}

/* Functions that take too much of the kernel's stack are emitted once more, with nothing on it that can be elsewhere. */
static bool build_leaner(struct session *s, struct build_job *job)
{
	if (job->failure != BUILD_FAIL_STACK || s->lean_stack)
		return false;
	s->lean_stack = true;
	if (!emit_module(s))
		return false;
	take_text(s, job);
	return build_module(job);
}

static bool kernel_build(struct session *s)
{
	struct build_job job = driver_job(s, 4);

	take_text(s, &job);
	job.defines = make_defines(s);
	job.force_kbuild = s->opt.force_kbuild;
	job.guru = s->opt.guru || has_embedded_c(s->program);
	job.needs_kernel_headers = s->program->needs_kernel_headers;
	job.log = s->opt.no_warnings && !job.verbose ? NULL : stderr;
	job.progress = isatty(STDERR_FILENO) ? stderr : NULL;
	if (!check_name(s, job.name))
		return false;
	if (!build_module(&job) && !build_leaner(s, &job)) {
		diag_error(&s->diags, (struct span){ 0 }, failure_tag(job.failure), "%s", job.error);
		if (job.detail)
			diag_note(&s->diags, (struct span){ 0 }, "%s", job.detail);
		if (job.failure == BUILD_FAIL_REFUSED)
			note_code(s, job.error);
		return false;
	}
	describe_build(s, &job);
	s->module_path = job.ko;
	return s->opt.last_pass != 4 || keep_module(s, job.name, job.ko);
}

/* ---- pass 5 ---- */

VEC_OF(words, char *);

static void word(struct session *s, struct words *w, const char *text)
{
	vec_push(&s->arena, w, (char *)(uintptr_t)text);
}

static void word_pair(struct session *s, struct words *w, const char *option, const char *value)
{
	if (!value)
		return;
	word(s, w, option);
	word(s, w, value);
}

static const char *number_text(struct session *s, uint64_t n)
{
	return n ? arena_printf(&s->arena, "%" PRIu64, n) : NULL;
}

static void stpd_words(struct session *s, struct words *w)
{
	const struct options *o = &s->opt;
	unsigned i;

	for (i = 1; i < o->verbose + o->verbose_pass[5]; i++)
		word(s, w, "-v");
	if (o->no_warnings)
		word(s, w, "-w");
	word_pair(s, w, "-C", o->color);
	word_pair(s, w, "-o", o->output);
	word_pair(s, w, "-c", o->command);
	word_pair(s, w, "-x", number_text(s, (uint64_t)o->target_pid));
	word_pair(s, w, "-N", number_text(s, (uint64_t)o->namespaces_pid));
	word_pair(s, w, "-b", number_text(s, o->buffer_mb));
	word_pair(s, w, "-S", o->size_limit);
	word_pair(s, w, "-T", number_text(s, (uint64_t)o->timeout_s * 1000));
	if (!o->module_name)
		word(s, w, "--rename-if-used");
	if (o->bulk)
		word(s, w, "--bulk");
	if (o->flight_recorder) {
		if (!o->output)
			word(s, w, "--overwrite");
		word(s, w, o->output ? "-D" : "-L");
	}
	word(s, w, s->module_path);
	for (i = 0; i < o->globals.len; i++)
		if (driver_global(s, o->globals.data[i].name)) /* one that nothing uses is not in the module, and its value does not matter */
			word(s, w, arena_printf(&s->arena, "%s=%s", o->globals.data[i].name, o->globals.data[i].value));
	word(s, w, NULL);
}

static int kernel_run(struct session *s)
{
	char *stpd = own_program("stpd");
	struct words w = { 0 };
	int status;

	if (!stpd) {
		diag_error(&s->diags, (struct span){ 0 }, E(RUN_STPD), "stpd was not found, neither beside stap nor in PATH");
		return 1;
	}
	word(s, &w, stpd);
	word(s, &w, arena_printf(&s->arena, "--parent=%d", (int)getpid()));
	stpd_words(s, &w);
	status = run_passing_signals(w.data);
	if (status < 0) {
		diag_error(&s->diags, (struct span){ 0 }, E(RUN_STPD), "cannot run %s: %s", stpd, strerror(-status));
		status = 1;
	}
	free(stpd);
	return status;
}

const struct backend backend_kernel = {
	.name = "kernel", .emit = emit_module, .build = kernel_build, .run = kernel_run, .types = driver_types,
};
