/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel's build tree (the headers package, or a built source tree). */
#include "translator/build/tree.h"

#include "translator/build/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

/* Files that say which build of which kernel this is; those that are missing are left out. */
static const char *const identity_files[] = {
	"Makefile", ".kernelvariables", "include/generated/utsrelease.h", "include/generated/compile.h",
	"include/config/auto.conf", "Module.symvers", "scripts/module.lds", "arch/x86/module.lds",
	"tools/objtool/objtool", "scripts/mod/modpost",
};

static bool exists(const char *path)
{
	struct stat st;

	return !stat(path, &st);
}

static bool fail_no_headers(struct build_job *job, const char *what)
{
	return job_fail(job, BUILD_FAIL_HEADERS,
			"the headers of kernel %s are not here (%s): install the package linux-headers-%s, "
			"or run `stap-prep -r %s --headers`", job->release, what, job->release, job->release);
}

static bool fail_unprepared(struct build_job *job, const char *file)
{
	return job_fail(job, BUILD_FAIL_TREE,
			"%s cannot build modules: it has no %s; install the package linux-headers-%s again, "
			"or, in a source tree, run `make modules_prepare` and build the kernel",
			job->build_dir, file, job->release);
}

/* The text between the quotes of #define UTS_RELEASE "…" must be the job's release. */
static bool check_release(struct build_job *job, const struct kernel_tree *t)
{
	struct strbuf b = STRBUF_INIT;
	const char *have, *p;
	bool same;

	if (read_file(arena_printf(job->arena, "%s/include/generated/utsrelease.h", t->dir), &b))
		return fail_unprepared(job, "include/generated/utsrelease.h");
	p = strchr(sb_str(&b), '"');
	have = p ? arena_strndup(job->arena, p + 1, strcspn(p + 1, "\"\n")) : "";
	same = !strcmp(have, job->release);
	sb_free(&b);
	return same || job_fail(job, BUILD_FAIL_MISMATCH,
				"the headers in %s are those of kernel %s, not of %s: install the package linux-headers-%s, "
				"or run `stap-prep -r %s --headers`", t->dir, have, job->release, job->release, job->release);
}

static bool config_has(const char *text, const char *line)
{
	size_t n = strlen(line);
	const char *p;

	for (p = text; (p = strstr(p, line)); p += n)
		if ((p == text || p[-1] == '\n') && (p[n] == '\n' || !p[n]))
			return true;
	return false;
}

static bool read_config(struct build_job *job, struct kernel_tree *t)
{
	struct strbuf b = STRBUF_INIT;
	bool modules;

	if (read_file(arena_printf(job->arena, "%s/include/config/auto.conf", t->dir), &b))
		return fail_unprepared(job, "include/config/auto.conf");
	modules = config_has(sb_str(&b), "CONFIG_MODULES=y");
	t->clang = config_has(sb_str(&b), "CONFIG_CC_IS_CLANG=y");
	t->lld = config_has(sb_str(&b), "CONFIG_LD_IS_LLD=y");
	t->objtool = config_has(sb_str(&b), "CONFIG_OBJTOOL=y") || config_has(sb_str(&b), "CONFIG_STACK_VALIDATION=y");
	t->modversions = config_has(sb_str(&b), "CONFIG_MODVERSIONS=y");
	sb_free(&b);
	return modules || job_fail(job, BUILD_FAIL_TREE, "kernel %s was built without loadable modules (CONFIG_MODULES)",
				   job->release);
}

static bool check_files(struct build_job *job, struct kernel_tree *t)
{
	static const char *const needed[] = { "Makefile", "scripts/mod/modpost" };
	const char *path;
	size_t i;

	for (i = 0; i < sizeof needed / sizeof *needed; i++)
		if (!exists(arena_printf(job->arena, "%s/%s", t->dir, needed[i])))
			return fail_unprepared(job, needed[i]);
	if (t->modversions && !exists(arena_printf(job->arena, "%s/Module.symvers", t->dir)))
		return fail_unprepared(job, "Module.symvers");
	for (i = 0; i < sizeof identity_files / sizeof *identity_files; i++) {
		path = arena_printf(job->arena, "%s/%s", t->dir, identity_files[i]);
		if (exists(path))
			vec_push(job->arena, &t->files, path);
	}
	return true;
}

bool tree_open(struct build_job *job, struct kernel_tree *t)
{
	char *dir;

	*t = (struct kernel_tree){ 0 };
	if (!job->build_dir)
		return fail_no_headers(job, "no build folder is known");
	dir = realpath(job->build_dir, NULL);
	if (!dir)
		return fail_no_headers(job, arena_printf(job->arena, "%s: %s", job->build_dir, strerror(errno)));
	t->dir = arena_strdup(job->arena, dir);
	free(dir);
	if (!tree_path_ok(t->dir))
		return job_fail(job, BUILD_FAIL_TREE, "kbuild cannot work in %s: its name has a space or a special character", t->dir);
	return check_release(job, t) && read_config(job, t) && check_files(job, t);
}

bool tree_path_ok(const char *dir)
{
	return !dir[strcspn(dir, " \t\n:;#%$\\'\"`&|<>()*?[]{}")];
}

bool output_blames_disk(const char *output)
{
	return strstr(output, "No space left on device") || strstr(output, "Disk quota exceeded") ||
	       strstr(output, "Read-only file system");
}

const char *const *tree_clean_env(struct arena *a, const struct arg_vec *extra)
{
	static const char *const kept[] = { "PATH", "HOME", "TMPDIR", "USER", "LOGNAME", "CCACHE_DIR" };
	struct arg_vec env = { 0 };
	const char *name;
	size_t i, k;

	for (i = 0; environ && environ[i]; i++) {
		name = arena_strndup(a, environ[i], strcspn(environ[i], "="));
		for (k = 0; k < sizeof kept / sizeof *kept && strcmp(name, kept[k]); k++)
			;
		if (k == sizeof kept / sizeof *kept)
			vec_push(a, &env, name);
	}
	vec_push(a, &env, "LC_ALL=C");
	for (i = 0; extra && i < extra->len; i++)
		vec_push(a, &env, extra->data[i]);
	vec_push(a, &env, NULL);
	return env.data;
}

bool tree_make(struct build_job *job, const struct kernel_tree *t, const struct kbuild_run *k, struct run *r)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct arg_vec argv = { 0 };
	const char *const *target;
	int err;

	vec_push(job->arena, &argv, "make");
	vec_push(job->arena, &argv, "-s");
	vec_push(job->arena, &argv, arena_printf(job->arena, "-j%ld", cpus > 1 ? cpus : 1));
	if (k->keep_going)
		vec_push(job->arena, &argv, "-k");
	vec_push(job->arena, &argv, "-C");
	vec_push(job->arena, &argv, t->dir);
	vec_push(job->arena, &argv, arena_printf(job->arena, "M=%s", k->dir));
	/* our modules need no BTF of their own, and pahole may be missing */
	vec_push(job->arena, &argv, "CONFIG_DEBUG_INFO_BTF_MODULES=");
	if (t->clang)
		vec_push(job->arena, &argv, t->lld ? "LLVM=1" : "CC=clang");
	for (target = k->targets; *target; target++)
		vec_push(job->arena, &argv, *target);
	vec_push(job->arena, &argv, NULL);
	job_log_command(job, argv.data);
	*r = (struct run){ .argv = argv.data, .env = tree_clean_env(job->arena, NULL), .merge_stderr = true, .group = true };
	err = run_wait(r);
	if (err == -ENOENT)
		return job_fail(job, BUILD_FAIL_TOOL, "make is not installed, and kernel modules are built with it: install the package make");
	return !err || job_fail_errno(job, err, "run", "make");
}

static bool is_private(const char *var, const char *dir)
{
	static const char *const names[] = {
		"PATH", "HOME", "TMPDIR", "USER", "LOGNAME", "PWD", "OLDPWD", "SHLVL", "_", "TERM", "LC_ALL", "CCACHE_DIR",
		"MAKE", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MAKE_TERMOUT", "MAKE_TERMERR", "VPATH",
	};
	size_t n = strcspn(var, "="), i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i]) == n && !memcmp(names[i], var, n))
			return true;
	return !var[n] || strstr(var, dir) || strchr(var, '\n');
}

static const char *var_value(const struct arg_vec *vars, const char *name, const char *otherwise)
{
	size_t n = strlen(name), i;
	const char *v;

	for (i = 0; i < vars->len; i++) {
		v = vars->data[i];
		if (!strncmp(v, name, n) && v[n] == '=')
			return v + n + 1 + strspn(v + n + 1, " ");
	}
	return otherwise;
}

/* "cwd NUL NAME=VALUE NUL …" */
static void parse_env(struct build_job *job, const struct strbuf *text, const char *dir, struct kbuild_env *env)
{
	const char *p = sb_str(text), *end = p + text->len, *s;
	size_t n = strlen(dir);

	s = arena_strdup(job->arena, p);
	env->cwd = strncmp(s, dir, n) ? s : arena_printf(job->arena, "%%d%s", s + n);
	for (p += strlen(p) + 1; p < end; p += strlen(p) + 1)
		if (!is_private(p, dir))
			vec_push(job->arena, &env->vars, arena_strdup(job->arena, p));
	env->cc = var_value(&env->vars, "CC", "gcc");
	env->ld = var_value(&env->vars, "LD", "ld");
	env->objcopy = var_value(&env->vars, "OBJCOPY", "objcopy");
}

bool tree_ask_kbuild(struct build_job *job, const struct kernel_tree *t, const char *dir, struct kbuild_env *env)
{
	static const char rules[] = "always-y := stp.env\n"
				    "$(obj)/stp.env: FORCE\n"
				    "\t@{ printf '%s\\0' \"$$(pwd)\"; env -0; } >$@\n";
	static const char *const targets[] = { "modules", NULL };
	struct kbuild_run k = { dir, targets, false };
	struct strbuf text = STRBUF_INIT;
	struct run r;
	int err = make_dirs(dir, 0755);
	bool ok;

	*env = (struct kbuild_env){ 0 };
	if (!err)
		err = write_file_atomic(arena_printf(job->arena, "%s/Kbuild", dir), rules, sizeof rules - 1, 0644);
	if (err)
		return job_fail_errno(job, err, "write", dir);
	if (!tree_make(job, t, &k, &r))
		return false;
	err = read_file(arena_printf(job->arena, "%s/stp.env", dir), &text);
	ok = !err && text.len && run_ok(&r);
	if (ok) {
		parse_env(job, &text, dir, env);
	} else {
		job_detail(job, sb_str(&r.out));
		job_fail(job, BUILD_FAIL_TREE, "kbuild does not work in %s: see what it printed", t->dir);
	}
	sb_free(&text);
	run_free(&r);
	return ok;
}
