/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replaying a plan: compile, objtool and link as kbuild did, with the script's
 * file in the template's place.
 *
 * Each command is run directly, in kbuild's working directory and with what
 * kbuild exports (objtool's wrapper does nothing without SRCARCH, and only its
 * status says so); the first that fails ends the replay.  After the compiler, the
 * object's imports are compared with the runtime's: modpost has made versions for
 * those alone. */
#include "translator/build/replay.h"

#include "translator/build/report.h"
#include "translator/build/check/elfcheck.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

struct replay {
	struct build_job *job;
	const struct runtime *rt;
	struct plan_values v;
	const char *const *env;
	const char **why;
};

/* modpost's object with the script's name over the template's; NULs fill the rest. */
static int write_modpost(struct replay *r)
{
	const struct plan *p = &r->rt->plan;
	struct strbuf b = STRBUF_INIT;
	size_t n = strlen(p->module), i;
	int err = read_file(arena_printf(r->job->arena, "%s/" PLAN_MODPOST_OBJECT, r->rt->dir), &b);

	for (i = 0; i < p->name_at.len && !err; i++) {
		if (p->name_at.data[i] + n > b.len)
			err = -EBADMSG;
		else
			strncpy(b.s + p->name_at.data[i], r->job->name, n);
	}
	if (!err)
		err = write_file_atomic(r->v.m, sb_str(&b), b.len, 0644);
	sb_free(&b);
	return err;
}

static enum replay_result decline(struct replay *r, const char *why)
{
	*r->why = why;
	return REPLAY_DECLINED;
}

static enum replay_result command_failed(struct replay *r, const struct plan_step *st, const struct run *run)
{
	struct build_job *job = r->job;
	const char *output = sb_str(&run->out);
	char how[64];

	if (output_blames_disk(output)) {
		job_fail_errno(job, -ENOSPC, "write", job->tmpdir);
		return REPLAY_FAILED;
	}
	if (st->kind == PLAN_COMPILE && WIFEXITED(run->status)) {
		job_fail_compile(job, output);
		return REPLAY_FAILED;
	}
	return decline(r, arena_printf(job->arena, "%s %s", st->args.data[0], run_describe(run, how, sizeof how)));
}

static uint64_t *step_time(struct build_job *job, enum plan_kind kind)
{
	uint64_t *const times[] = {
		[PLAN_COMPILE] = &job->times.compile, [PLAN_OBJTOOL] = &job->times.objtool, [PLAN_LINK] = &job->times.link,
	};

	return times[kind];
}

static enum replay_result run_step(struct replay *r, const struct plan_step *st)
{
	struct run run = {
		.argv = plan_fill(r->job->arena, st, &r->v), .env = r->env, .cwd = r->rt->plan.cwd,
		.merge_stderr = true, .group = true,
	};
	enum replay_result result = REPLAY_OK;
	int err;

	job_log_command(r->job, run.argv);
	err = run_wait(&run);
	*step_time(r->job, st->kind) += run.wall_us;
	if (err)
		result = decline(r, arena_printf(r->job->arena, "%s cannot be run: %s", run.argv[0], strerror(-err)));
	else if (!run_ok(&run))
		result = command_failed(r, st, &run);
	else if (run.out.len)
		job_log(r->job, 2, "%s", run.out.s);
	run_free(&run);
	return result;
}

static enum replay_result check_imports(struct replay *r)
{
	const struct plan *p = &r->rt->plan;
	const struct elf_names imports = { p->imports.data, p->imports.len, p->imports.cap };
	const struct elf_names exports = { p->exports.data, p->exports.len, p->exports.cap };
	struct elf_symbols syms;
	const char *missing;
	int err = elf_symbols_read(r->job->arena, r->v.o, &syms);

	if (err)
		return decline(r, arena_printf(r->job->arena, "the script's object cannot be read: %s", strerror(-err)));
	missing = elf_names_missing(&syms.undefined, &imports, &exports);
	if (!missing)
		return REPLAY_OK;
	return decline(r, arena_printf(r->job->arena, "it uses %s, which the runtime does not import", missing));
}

static enum replay_result run_steps(struct replay *r)
{
	enum replay_result result = REPLAY_OK;
	const struct plan *p = &r->rt->plan;
	size_t i;

	for (i = 0; i < p->steps.len && result == REPLAY_OK; i++) {
		result = run_step(r, &p->steps.data[i]);
		if (result == REPLAY_OK && p->steps.data[i].kind == PLAN_COMPILE)
			result = check_imports(r);
	}
	return result;
}

const char *replay_script_object(const struct build_job *job)
{
	return arena_printf(job->arena, "%s/%s.script.o", job->tmpdir, job->name);
}

enum replay_result replay_module(struct build_job *job, const struct runtime *rt, const char **why)
{
	struct arena *a = job->arena;
	struct replay r = {
		.job = job, .rt = rt, .why = why, .env = tree_clean_env(a, &rt->plan.env),
		.v = {
			.c = job_c_path(job),
			.o = replay_script_object(job),
			.j = arena_printf(a, "%s/%s.o", job->tmpdir, job->name),
			.m = arena_printf(a, "%s/%s.mod.o", job->tmpdir, job->name),
			.r = arena_printf(a, "%s/" PLAN_RUNTIME_OBJECT, rt->dir),
			.k = job->ko, .d = rt->dir, .defines = job->defines,
		},
	};
	int err;

	if (rt->plan.unusable)
		return decline(&r, rt->plan.unusable);
	err = write_file_atomic(r.v.c, job->c_text, job->c_len, 0644);
	if (err) {
		job_fail_errno(job, err, "write", r.v.c);
		return REPLAY_FAILED;
	}
	err = write_modpost(&r);
	if (err) {
		job_fail_errno(job, err, "write", r.v.m);
		return REPLAY_FAILED;
	}
	return run_steps(&r);
}
