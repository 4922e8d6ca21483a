/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which way a module is made: found in the cache, replayed, or by kbuild. */
#include "translator/build/build.h"

#include "lib/run.h"
#include "translator/build/cache.h"
#include "translator/build/check/stackuse.h"
#include "translator/build/kbuild.h"
#include "translator/build/key.h"
#include "translator/build/replay.h"
#include "translator/build/report.h"
#include "translator/build/runtime.h"
#include "translator/build/tree.h"
#include "translator/build/check/modcheck.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct build {
	struct build_job *job;
	struct kernel_tree tree;
	struct runtime_key key;
	char module_key[SHA256_HEX];
	struct runtime rt;
	bool have_runtime;
};

static bool check_name(struct build_job *job)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	static const char *const taken[] = { KBUILD_SCRIPT, "stp_runtime", "stp_modpost" };
	size_t i, n = strlen(job->name);

	if (!n || n > BUILD_MODULE_NAME_MAX || job->name[strspn(job->name, letters)])
		return job_fail(job, BUILD_FAIL_ARGUMENT, "`%s` cannot be a module's name: those have 1 to %d letters, digits and _",
				job->name, BUILD_MODULE_NAME_MAX);
	for (i = 0; i < sizeof taken / sizeof *taken; i++)
		if (!strcmp(job->name, taken[i]))
			return job_fail(job, BUILD_FAIL_ARGUMENT, "`%s` is a name of the build itself: choose another for the module",
					job->name);
	return true;
}

static bool prepare(struct build *b)
{
	struct build_job *job = b->job;
	uint64_t begun = now_us();
	bool ok;

	job->ko = NULL;
	job->how = BUILD_NOTHING;
	job->why_kbuild = job->error = job->detail = NULL;
	job->failure = BUILD_OK;
	job->times = (struct build_times){ 0 };
	cache_open(job);
	ok = tree_open(job, &b->tree) && key_find(job, &b->tree, &b->key);
	job->times.key = now_us() - begun;
	return ok;
}

static bool use_module_cache(const struct build_job *job) { return job->cache_dir && !job->no_module_cache; }

static bool find_cached(struct build *b)
{
	struct build_job *job = b->job;
	uint64_t begun = now_us();
	bool found;

	if (!use_module_cache(job))
		return false;
	key_module(job, b->key.hex, b->module_key);
	found = !job->no_module_lookup && cache_get_module(job, b->module_key, job->ko);
	job->times.lookup = now_us() - begun;
	if (found)
		job->how = BUILD_CACHED;
	return found;
}

static void keep_module(struct build *b)
{
	struct build_job *job = b->job;
	int err;

	if (!use_module_cache(job))
		return;
	err = cache_put_module(job, b->module_key, job->ko);
	if (err)
		job_log(job, 0, "the module is not kept in %s: %s", job->cache_dir, strerror(-err));
	else
		cache_trim(job);
}

/* Open the runtime, if that is of use. False: the job has its error. */
static bool open_runtime(struct build *b)
{
	struct build_job *job = b->job;
	const char *why = NULL;

	if (job->force_kbuild || !job->cache_dir)
		return true;
	switch (runtime_open(job, &b->tree, &b->key, &b->rt, &why)) {
	case RUNTIME_OK:
		b->have_runtime = true;
		return true;
	case RUNTIME_NO_CACHE:
		job_log(job, 0, "the runtime is not kept in the cache (%s): kbuild makes all of the module", why);
		job->cache_dir = NULL;
		return true;
	case RUNTIME_FAILED:
		break;
	}
	return false;
}

/* By replay if possible; *declined: kbuild is to do it. False: the job has its error. */
static bool try_replay(struct build *b, bool *declined)
{
	struct build_job *job = b->job;

	*declined = true;
	if (job->force_kbuild)
		job->why_kbuild = "--kbuild was given";
	else if (!b->have_runtime)
		job->why_kbuild = "there is no cache for a built runtime";
	else if (job->needs_kernel_headers)
		job->why_kbuild = "the script has C that includes kernel headers";
	if (job->why_kbuild)
		return true;
	switch (replay_module(job, &b->rt, &job->why_kbuild)) {
	case REPLAY_OK:
		job->how = BUILD_REPLAYED;
		*declined = false;
		return true;
	case REPLAY_DECLINED:
		return true;
	case REPLAY_FAILED:
		break;
	}
	return false;
}

static bool make_module(struct build *b)
{
	struct build_job *job = b->job;
	const char *runtime;
	bool declined;

	if (!open_runtime(b) || !try_replay(b, &declined))
		return false;
	if (!declined)
		return true;
	job_log(job, 1, "kbuild makes the module: %s", job->why_kbuild);
	runtime = b->have_runtime && !b->rt.plan.unusable ? b->rt.dir : NULL;
	return kbuild_module(job, &b->tree, &b->key, runtime);
}

/* The script's part by itself, as stpd checks it again when it loads the module. */
static int check_script(struct build_job *job, const char *object, const char **refusal, bool *strict)
{
	struct strbuf bytes = STRBUF_INIT;
	int err = read_file(object, &bytes);

	*refusal = NULL;
	if (!err)
		err = modcheck_module(job->arena, bytes.s, bytes.len, refusal);
	*strict = !err && *refusal;
	sb_free(&bytes);
	return err == -ENOTSUP ? 0 : err;
}

/* What was compiled is looked at before anything loads it. */
static bool check_module(struct build *b)
{
	struct build_job *job = b->job;
	struct modcheck m = {
		.object = job->how == BUILD_REPLAYED ? replay_script_object(job) : kbuild_script_object(job),
		/* kernel headers bring what only embedded C may use */
		.guru = job->guru || job->needs_kernel_headers,
	};
	const struct arg_vec *exports = &b->rt.plan.exports;
	uint64_t begun = now_us();
	const char *refusal, *with_guru, *hint;
	bool strict = false;
	int err;

	if (b->have_runtime)
		m.runtime = (struct elf_names){ exports->data, exports->len, exports->cap };
	err = modcheck_object(job->arena, &m, &refusal);
	if (!err && !refusal)
		err = check_script(job, m.object, &refusal, &strict);
	job->times.check = now_us() - begun;
	if (err)
		return job_fail_errno(job, err, "check", m.object);
	if (!refusal)
		return true;
	if (strict)
		return job_fail(job, BUILD_FAIL_REFUSED, "the module is refused: it has %s", refusal);
	m.guru = true;
	hint = !job->guru && !modcheck_object(job->arena, &m, &with_guru) && !with_guru ? " (guru mode, -g, allows it)" : "";
	return job_fail(job, BUILD_FAIL_REFUSED, "the module is refused: it has %s%s", refusal, hint);
}

/* What each probe takes of the kernel's stack becomes part of the module. */
static bool measure_stack(struct build *b)
{
	struct build_job *job = b->job;
	struct stackuse use;
	uint64_t begun = now_us();
	int err = stackuse_set(job->arena, job->ko, &use);

	job->times.check += now_us() - begun;
	if (err)
		return job_fail_errno(job, err, "measure the stack of", job->ko);
	if (use.refusal)
		return job_fail(job, BUILD_FAIL_STACK, "the module is refused: a probe takes %s", use.refusal);
	job_log(job, 2, "kernel stack: %s", use.text ? use.text : "not measured");
	return true;
}

static void log_times(const struct build_job *job)
{
	const struct build_times *t = &job->times;
	const struct { const char *name; uint64_t us; } parts[] = {
		{ "key", t->key }, { "lookup", t->lookup }, { "runtime", t->runtime }, { "compile", t->compile },
		{ "objtool", t->objtool }, { "link", t->link }, { "kbuild", t->kbuild }, { "check", t->check },
	};
	struct strbuf b = STRBUF_INIT;
	size_t i;

	for (i = 0; i < sizeof parts / sizeof *parts; i++)
		if (parts[i].us)
			sb_printf(&b, "%s%s %.1f ms", b.len ? ", " : "", parts[i].name, (double)parts[i].us / 1000);
	job_log(job, 2, "build: %s", sb_str(&b));
	sb_free(&b);
}

bool build_module(struct build_job *job)
{
	struct build b = { .job = job, .rt.lock = -1 };
	uint64_t begun = now_us();
	bool ok;

	ok = prepare(&b) && check_name(job);
	if (ok) {
		job->ko = arena_printf(job->arena, "%s/%s.ko", job->tmpdir, job->name);
		if (!find_cached(&b)) {
			ok = make_module(&b) && check_module(&b) && measure_stack(&b);
			if (ok)
				keep_module(&b);
		}
	}
	runtime_close(&b.rt);
	if (!ok)
		job->ko = NULL;
	job->times.total = now_us() - begun;
	log_times(job);
	return ok;
}

bool build_prepare(struct build_job *job)
{
	struct build b = { .job = job, .rt.lock = -1 };
	const char *why = "no cache directory is given";
	bool ok = prepare(&b);

	if (ok && job->cache_dir)
		switch (runtime_open(job, &b.tree, &b.key, &b.rt, &why)) {
		case RUNTIME_OK:
			runtime_close(&b.rt);
			return true;
		case RUNTIME_NO_CACHE:
			break;
		case RUNTIME_FAILED:
			return false;
		}
	return ok && job_fail(job, BUILD_FAIL_DISK, "the runtime cannot be kept: %s", why);
}
