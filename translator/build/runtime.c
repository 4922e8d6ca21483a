/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Building the runtime for a kernel, once.
 *
 * kbuild makes a whole module of the runtime and kernel/template.c, a smallest
 * script.  From what it recorded comes the plan; the objects that do not depend
 * on the script are kept without debug information.  The template's module has a
 * name of the greatest length, so that any name fits over it. */
#include "translator/build/runtime.h"

#include "translator/build/cache.h"
#include "translator/build/kbuild.h"
#include "translator/build/replay.h"
#include "translator/build/report.h"
#include "translator/build/sources.h"
#include "translator/build/check/elfcheck.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct builder {
	struct build_job *job;
	struct arena *arena;
	const struct kernel_tree *tree;
	struct runtime_key *key;
	const char *work;		/* kbuild's directory */
	const char *out;		/* in it: becomes the runtime's */
	struct plan_source src;
	struct plan plan;
	struct arg_vec objects;		/* the runtime's */
	const char *cwd;
};

static const char *read_text(struct arena *a, const char *path)
{
	struct strbuf b = STRBUF_INIT;
	const char *s = read_file(path, &b) ? "" : arena_strdup(a, sb_str(&b));

	sb_free(&b);
	return s;
}

static const char *template_name(struct arena *a)
{
	char *s = arena_alloc(a, BUILD_MODULE_NAME_MAX + 1);

	memset(s, '_', BUILD_MODULE_NAME_MAX);
	memcpy(s, "stp_template", 12);
	s[BUILD_MODULE_NAME_MAX] = 0;
	return s;
}

/* Let kbuild make the template's module. */
static bool make_template(struct builder *b)
{
	const char *path = arena_printf(b->arena, "%s/kernel/template.c", b->job->runtime_dir);
	const char *text = read_text(b->arena, path), *output;
	struct kbuild_dir k = { .dir = b->work, .module = b->src.module, .text = text, .len = strlen(text) };
	bool ok;

	if (!*text)
		return job_fail(b->job, BUILD_FAIL_RUNTIME, "%s is missing or empty", path);
	if (!kbuild_make(b->job, b->tree, b->key, &k, &output, &ok))
		return false;
	if (ok && !access(arena_printf(b->arena, "%s/%s.ko", b->work, b->src.module), R_OK)) {
		if (*output)
			job_log(b->job, 2, "%s", output);
		return true;
	}
	job_detail(b->job, output);
	return job_fail(b->job, BUILD_FAIL_RUNTIME, "the runtime does not build for kernel %s", b->job->release);
}

static const char *recorded(struct builder *b, const char *target)
{
	return read_text(b->arena, arena_printf(b->arena, "%s/.%s.cmd", b->work, target));
}

static bool runs_objtool(const char *cmd)
{
	return memmem(cmd, strcspn(cmd, "\n"), "objtool", 7);
}

/* The recorded command of the script's object; and objtool behind it where kbuild runs that by itself, be it
 * unrecorded.  Where it waits for the joined object (JOINED is its command), the script's has none. */
static const char *recorded_script(struct builder *b, const char *joined)
{
	const char *text = recorded(b, KBUILD_SCRIPT ".o"), *tool;
	size_t line = strcspn(text, "\n"), n;

	tool = read_text(b->arena, arena_printf(b->arena, "%s/" KBUILD_OBJTOOL, b->work));
	tool += strspn(tool, " ;");
	n = strcspn(tool, "\n");
	if (!b->tree->objtool || runs_objtool(text) || runs_objtool(joined) || n < strlen(KBUILD_OBJTOOL) ||
	    memcmp(tool + n - strlen(KBUILD_OBJTOOL), KBUILD_OBJTOOL, strlen(KBUILD_OBJTOOL)))
		return text;
	n -= strlen(KBUILD_OBJTOOL);
	return arena_printf(b->arena, "%.*s ; %.*s" KBUILD_SCRIPT ".o%s", (int)line, text, (int)n, tool, text + line);
}

/* The objects of the joined one, from MODULE.mod: one a line, or all on the first. */
static void find_objects(struct builder *b)
{
	const char *p = read_text(b->arena, arena_printf(b->arena, "%s/%s.mod", b->work, b->src.module));
	const char *word;
	size_t n;

	for (p += strspn(p, " \n"); *p; p += n, p += strspn(p, " \n")) {
		n = strcspn(p, " \n");
		word = arena_strndup(b->arena, p, n);
		if (n < 3 || strcmp(word + n - 2, ".o") || strstr(word, KBUILD_SCRIPT ".o"))
			continue;
		vec_push(b->arena, &b->objects, *word == '/' ? word : arena_printf(b->arena, "%s/%s", b->cwd, word));
	}
}

static bool run_tool(struct builder *b, const char *const *argv, const char *what)
{
	struct run r = { .argv = argv, .cwd = b->cwd, .merge_stderr = true };
	int err;
	bool ok;

	job_log_command(b->job, argv);
	err = run_wait(&r);
	ok = !err && run_ok(&r);
	if (!ok && output_blames_disk(sb_str(&r.out))) {
		job_fail_errno(b->job, -ENOSPC, "write", b->out);
	} else if (!ok) {
		job_detail(b->job, sb_str(&r.out));
		job_fail(b->job, BUILD_FAIL_RUNTIME, "%s failed for kernel %s", what, b->job->release);
	}
	run_free(&r);
	return ok;
}

static bool link_runtime(struct builder *b)
{
	const char *const *argv;

	find_objects(b);
	argv = plan_runtime_link(b->arena, &b->src, b->objects.data, b->objects.len,
				 arena_printf(b->arena, "%s/" PLAN_RUNTIME_OBJECT, b->out));
	return argv && b->objects.len ? run_tool(b, argv, "linking the runtime") :
	       job_fail(b->job, BUILD_FAIL_RUNTIME, "kernel/Kbuild of the runtime names no objects in stp-objs");
}

static bool strip_into(struct builder *b, const char *from, const char *to)
{
	const char *const argv[] = {
		b->key->env.objcopy, "--strip-debug", arena_printf(b->arena, "%s/%s", b->work, from),
		arena_printf(b->arena, "%s/%s", b->out, to), NULL,
	};

	return run_tool(b, argv, "stripping an object");
}

static void keep_file(struct builder *b, const char *name)
{
	vec_push(b->arena, &b->plan.files, ((struct plan_file){ .name = name }));
}

/* Every object that the last link names in our directory, apart from the ones in holes. */
static bool keep_common_objects(struct builder *b)
{
	static const char common[] = ".module-common.o";

	if (access(arena_printf(b->arena, "%s/%s", b->work, common), R_OK))
		return true;
	keep_file(b, common);
	return strip_into(b, common, common);
}

/* Where SECTION of the modpost object has the module's name. False: plan.unusable is set. */
static bool find_name(struct builder *b, const char *section)
{
	const char *path = arena_printf(b->arena, "%s/" PLAN_MODPOST_OBJECT, b->out), *name = b->src.module;
	struct strbuf t = STRBUF_INIT;
	uint64_t off, size;
	const char *at = NULL;

	if (!elf_section_find(path, section, &off, &size) && !read_file(path, &t) && off + size <= t.len)
		at = memmem(t.s + off, size, name, strlen(name) + 1);
	if (at)
		vec_push(b->arena, &b->plan.name_at, (uint64_t)(at - t.s));
	else
		b->plan.unusable = arena_printf(b->arena, "the module's name is not in %s", section);
	sb_free(&t);
	return at != NULL;
}

/* False: plan.unusable is set. */
static bool read_symbols(struct builder *b)
{
	struct elf_symbols joined, runtime;
	int err = elf_symbols_read(b->arena, arena_printf(b->arena, "%s/%s.o", b->work, b->src.module), &joined);

	if (!err)
		err = elf_symbols_read(b->arena, arena_printf(b->arena, "%s/" PLAN_RUNTIME_OBJECT, b->out), &runtime);
	if (err) {
		b->plan.unusable = arena_printf(b->arena, "the runtime's symbols cannot be read: %s", strerror(-err));
		return false;
	}
	b->plan.imports = (struct arg_vec){ joined.undefined.data, joined.undefined.len, joined.undefined.cap };
	b->plan.exports = (struct arg_vec){ runtime.defined.data, runtime.defined.len, runtime.defined.cap };
	return true;
}

/* Without objtool there is no unwinding through the script's code. */
static bool check_objtool(struct builder *b)
{
	size_t i;

	for (i = 0; i < b->plan.steps.len; i++)
		if (b->plan.steps.data[i].kind == PLAN_OBJTOOL)
			return true;
	if (b->tree->objtool)
		b->plan.unusable = "kbuild runs objtool, and does not tell how";
	return !b->tree->objtool;
}

/* From the finished kbuild directory to the runtime's own, replayable or not. */
static bool gather(struct builder *b)
{
	int err = sources_copy(b->arena, b->job->runtime_dir, &b->key->sources, "include/", b->out);
	size_t i;

	if (!err)
		err = file_copy(arena_printf(b->arena, "%s/include/stp_kfeat.h", b->work),
				arena_printf(b->arena, "%s/include/stp_kfeat.h", b->out));
	if (err)
		return job_fail_errno(b->job, err, "write", b->out);
	/* no plan, no runtime object: kbuild then makes every module whole */
	if (!plan_record(b->arena, &b->src, &b->plan) || !check_objtool(b))
		return true;
	if (!link_runtime(b) ||
	    !strip_into(b, arena_printf(b->arena, "%s.mod.o", b->src.module), PLAN_MODPOST_OBJECT) ||
	    !keep_common_objects(b))
		return false;
	for (i = 0; i < b->key->sources.len; i++)
		if (!strncmp(b->key->sources.data[i], "include/", 8))
			keep_file(b, b->key->sources.data[i]);
	keep_file(b, "include/stp_kfeat.h");
	keep_file(b, PLAN_RUNTIME_OBJECT);
	keep_file(b, PLAN_MODPOST_OBJECT);
	if (read_symbols(b) && find_name(b, ".gnu.linkonce.this_module"))
		find_name(b, ".modinfo");
	return true;
}

/* The template by replay.  False: the job has its error, which is not the plan's fault. */
static bool try_replay(struct builder *b)
{
	struct build_job trial = *b->job;
	struct runtime rt = { .dir = b->out, .lock = -1 };
	const char *why = NULL;

	if (plan_load(b->arena, b->out, &rt.plan)) {
		b->plan.unusable = "its plan cannot be read back";
		return true;
	}
	trial.c_text = read_text(b->arena, arena_printf(b->arena, "%s/kernel/template.c", b->work));
	trial.c_len = strlen(trial.c_text);
	trial.name = "stp_trial";
	trial.tmpdir = b->work;
	trial.defines = NULL;
	trial.ko = arena_printf(b->arena, "%s/stp_trial.ko", b->work);
	if (replay_module(&trial, &rt, &why) == REPLAY_OK)
		return true;
	if (trial.failure == BUILD_FAIL_DISK)
		return job_fail(b->job, trial.failure, "%s", trial.error);
	b->plan.unusable = arena_printf(b->arena, "a trial failed: %s", trial.error ? trial.error : why);
	job_log(b->job, 2, "%s", trial.detail ? trial.detail : "");
	return true;
}

/* Everything in WORK; the result is in its subdirectory out. */
static bool build_in(struct builder *b)
{
	int err;

	if (!b->key->env.cc && !tree_ask_kbuild(b->job, b->tree, arena_printf(b->arena, "%s/ask", b->job->tmpdir), &b->key->env))
		return false;
	b->cwd = b->key->env.cwd;
	if (!strncmp(b->cwd, "%d", 2))
		b->cwd = arena_printf(b->arena, "%s%s", b->work, b->cwd + 2);
	if (!make_template(b))
		return false;
	b->src.joined_cmd = recorded(b, arena_printf(b->arena, "%s.o", b->src.module));
	b->src.script_cmd = recorded_script(b, b->src.joined_cmd);
	b->src.module_cmd = recorded(b, arena_printf(b->arena, "%s.ko", b->src.module));
	b->plan = (struct plan){
		.build_dir = b->tree->dir, .cwd = b->key->env.cwd, .env = b->key->env.vars, .module = b->src.module,
	};
	if (!gather(b))
		return false;
	err = plan_save(b->arena, &b->plan, b->out);
	if (!err && !b->plan.unusable) {
		if (!try_replay(b))
			return false;
		if (b->plan.unusable)
			err = plan_save(b->arena, &b->plan, b->out);
	}
	if (b->plan.unusable)
		job_log(b->job, 1, "no replay on kernel %s: %s", b->job->release, b->plan.unusable);
	return !err || job_fail_errno(b->job, err, "write", b->out);
}

/* Under the exclusive lock. */
static bool build_runtime(struct build_job *job, const struct kernel_tree *t, struct runtime_key *key, const char *dir)
{
	const char *work = arena_printf(job->arena, "%s.new", dir);
	struct builder b = {
		.job = job, .arena = job->arena, .tree = t, .key = key, .work = work,
		.out = arena_printf(job->arena, "%s/out", work),
		.src = { .dir = work, .script = KBUILD_SCRIPT, .module = template_name(job->arena) },
	};
	uint64_t begun = now_us();
	bool ok;

	if (job->progress)
		fprintf(job->progress, "building the runtime for %s, once …\n", job->release);
	remove_tree(work);
	remove_tree(dir);
	ok = build_in(&b);
	if (ok && rename(b.out, dir) < 0)
		ok = job_fail_errno(job, -errno, "write", dir);
	remove_tree(work);
	job->times.runtime = now_us() - begun;
	return ok;
}

static enum runtime_result no_cache(struct build_job *job, const char **why, const char *what, int err)
{
	*why = arena_printf(job->arena, "%s: %s", what, strerror(-err));
	return RUNTIME_NO_CACHE;
}

/* With the exclusive lock LOCK: build, then hand it on as a shared one. */
static enum runtime_result make_anew(struct build_job *job, const struct kernel_tree *t, struct runtime_key *key,
				     struct runtime *rt, const char **why)
{
	/* another run may have built it while this one waited for the lock */
	if (!plan_load(job->arena, rt->dir, &rt->plan))
		return RUNTIME_OK;
	if (!build_runtime(job, t, key, rt->dir)) {
		if (job->failure != BUILD_FAIL_DISK)
			return RUNTIME_FAILED;
		/* trouble with the cache alone: forget it, go on without */
		*why = job->error;
		job->failure = BUILD_OK;
		job->error = job->detail = NULL;
		return RUNTIME_NO_CACHE;
	}
	return plan_load(job->arena, rt->dir, &rt->plan) ? no_cache(job, why, rt->dir, -EBADMSG) : RUNTIME_OK;
}

enum runtime_result runtime_open(struct build_job *job, const struct kernel_tree *t, struct runtime_key *key,
				 struct runtime *rt, const char **why)
{
	const char *base = arena_printf(job->arena, "%s/runtime", job->cache_dir);
	enum runtime_result result;
	const char *lock;
	int err = make_dirs(base, 0755);

	*rt = (struct runtime){ .dir = arena_printf(job->arena, "%s/%s", base, key->hex), .lock = -1 };
	if (err)
		return no_cache(job, why, base, err);
	lock = arena_printf(job->arena, "%s.lock", rt->dir);
	rt->lock = cache_lock(lock, false, true);
	if (rt->lock >= 0 && !plan_load(job->arena, rt->dir, &rt->plan)) {
		cache_touch(rt->dir);
		return RUNTIME_OK;
	}
	runtime_close(rt);
	rt->lock = cache_lock(lock, true, false);
	if (rt->lock == -EWOULDBLOCK) {
		if (job->progress)
			fprintf(job->progress, "waiting for another run that builds the runtime for %s …\n", job->release);
		rt->lock = cache_lock(lock, true, true);
	}
	if (rt->lock < 0)
		return no_cache(job, why, lock, rt->lock);
	result = make_anew(job, t, key, rt, why);
	if (result != RUNTIME_OK)
		runtime_close(rt);
	return result;
}

void runtime_close(struct runtime *rt)
{
	if (rt->lock >= 0)
		close(rt->lock);
	rt->lock = -1;
}
