/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules made by kbuild: the template from which commands are recorded
 * (runtime.c), and scripts for which replaying those would not be right.
 *
 * A kbuild directory is a copy of the runtime's directory with a Kbuild file and
 * the script at its top.  The script's object is built like the runtime's, but
 * never with tracing calls: a handler must not be traceable itself. */
#include "translator/build/kbuild.h"

#include "translator/build/plan.h"
#include "translator/build/report.h"
#include "translator/build/sources.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* %1$s module, %2$s objects, %3$s flags of the script's object */
static const char kbuild_text[] =
	"include $(src)/kernel/Kbuild\n"
	"obj-m := %1$s.o\n"
	"%1$s-y := %2$s " KBUILD_SCRIPT ".o\n"
	"CFLAGS_" KBUILD_SCRIPT ".o := -I$(src)/include %3$s\n"
	"CFLAGS_REMOVE_" KBUILD_SCRIPT ".o := $(CC_FLAGS_FTRACE)\n"
	"GCOV_PROFILE_" KBUILD_SCRIPT ".o := n\n"
	"KASAN_SANITIZE_" KBUILD_SCRIPT ".o := n\n"
	"KCOV_INSTRUMENT_" KBUILD_SCRIPT ".o := n\n"
	"KCSAN_SANITIZE_" KBUILD_SCRIPT ".o := n\n"
	"KMSAN_SANITIZE_" KBUILD_SCRIPT ".o := n\n"
	"UBSAN_SANITIZE_" KBUILD_SCRIPT ".o := n\n";

/* Older kernels run objtool by a command that they do not record: this leaves it in a file. */
static const char objtool_rule[] =
	"always-y += " KBUILD_OBJTOOL "\n"
	"$(obj)/" KBUILD_OBJTOOL ": FORCE\n"
	"\t@echo '$(cmd_objtool)' >$@\n";

/* no jump tables: the module checker wants to know where each branch goes */
#define FREESTANDING "-DSTP_FREESTANDING -ffreestanding -fno-jump-tables"

/* not every kbuild makes x.o from x.o_shipped by itself */
#define RUNTIME_MADE PLAN_RUNTIME_OBJECT "_made"
static const char runtime_rule[] = "$(obj)/" PLAN_RUNTIME_OBJECT ": $(obj)/" RUNTIME_MADE "\n\tcp $< $@\n";

static int write_kbuild(struct build_job *job, const struct kbuild_dir *k)
{
	struct strbuf b = STRBUF_INIT;
	int err;

	sb_printf(&b, kbuild_text, k->module, k->runtime ? PLAN_RUNTIME_OBJECT : "$(stp-objs)",
		  k->headers ? "" : FREESTANDING);
	sb_puts(&b, k->runtime ? runtime_rule : objtool_rule);
	err = write_file_atomic(arena_printf(job->arena, "%s/Kbuild", k->dir), b.s, b.len, 0644);
	sb_free(&b);
	return err;
}

/* The script, with its -D macros in front and its lines numbered as in the file that the user may look at. */
static int write_script(struct build_job *job, const struct kbuild_dir *k)
{
	struct strbuf b = STRBUF_INIT;
	const char *name = job_c_path(job);
	const char *const *d;
	const char *eq;
	int err;

	for (d = job->defines; d && *d; d++) {
		eq = strchrnul(*d, '=');
		sb_printf(&b, "#define %.*s %s\n", (int)(eq - *d), *d, *eq ? eq + 1 : "1");
	}
	sb_puts(&b, "#line 1 ");
	sb_c_quote(&b, name, strlen(name));
	sb_putc(&b, '\n');
	sb_add(&b, k->text, k->len);
	err = write_file_atomic(arena_printf(job->arena, "%s/" KBUILD_SCRIPT ".c", k->dir), b.s, b.len, 0644);
	sb_free(&b);
	return err;
}

static int copy_built(struct build_job *job, const struct kbuild_dir *k, const char *name, const char *as)
{
	return file_copy(arena_printf(job->arena, "%s/%s", k->runtime, name), arena_printf(job->arena, "%s/%s", k->dir, as));
}

/* With the .cmd file that modpost reads where CONFIG_MODULE_SRCVERSION_ALL is set. */
static int lay_out_runtime(struct build_job *job, const struct kbuild_dir *k)
{
	static const char none[] = "# made before\n";
	int err = copy_built(job, k, "include/stp_kfeat.h", "include/stp_kfeat.h");

	if (!err)
		err = copy_built(job, k, PLAN_RUNTIME_OBJECT, RUNTIME_MADE);
	if (!err)
		err = write_file_atomic(arena_printf(job->arena, "%s/." PLAN_RUNTIME_OBJECT ".cmd", k->dir), none,
					sizeof none - 1, 0644);
	return err;
}

static int lay_out(struct build_job *job, const struct runtime_key *key, const struct kbuild_dir *k)
{
	int err = make_dirs(k->dir, 0755);

	if (!err)
		err = sources_copy(job->arena, job->runtime_dir, &key->sources, "", k->dir);
	if (!err)
		err = write_kbuild(job, k);
	if (!err)
		err = write_script(job, k);
	return err || !k->runtime ? err : lay_out_runtime(job, k);
}

bool kbuild_make(struct build_job *job, const struct kernel_tree *t, const struct runtime_key *key,
		 const struct kbuild_dir *k, const char **output, bool *ok)
{
	static const char *const targets[] = { "modules", NULL };
	struct kbuild_run run = { k->dir, targets, false };
	struct run r;
	int err;

	if (!tree_path_ok(k->dir))
		return job_fail(job, BUILD_FAIL_TREE, "kbuild cannot work in %s: its name has a space or a special character; "
				"choose another place with TMPDIR or STAP_CACHE_DIR", k->dir);
	err = lay_out(job, key, k);
	if (err)
		return job_fail_errno(job, err, "write", k->dir);
	if (!k->runtime && !kfeat_probe(job, t, key, k->dir))
		return false;
	if (!tree_make(job, t, &run, &r))
		return false;
	*output = arena_strdup(job->arena, sb_str(&r.out));
	*ok = run_ok(&r);
	run_free(&r);
	if (!*ok && output_blames_disk(*output))
		return job_fail_errno(job, -ENOSPC, "write", k->dir);
	return true;
}

/* The symbol of modpost's `"NAME" [FILE] undefined!`, or `FILE: symbol 'NAME' undefined!` of newer kernels; or NULL. */
static const char *undefined_symbol(struct arena *a, const char *output)
{
	static const char *const before[] = { "ERROR: modpost: \"", ": symbol '" };
	const char *p = strstr(output, "ERROR: modpost: "), *line, *name;

	for (; p; p = strstr(p + 1, "ERROR: modpost: ")) {
		line = arena_strndup(a, p, strcspn(p, "\n"));
		for (size_t i = 0; strstr(line, "undefined!") && i < sizeof before / sizeof *before; i++) {
			name = strstr(line, before[i]);
			if (name)
				return arena_strndup(a, name + strlen(before[i]), strcspn(name + strlen(before[i]), "\"'"));
		}
	}
	return NULL;
}

/* Which file is at fault, from what make printed. */
static bool fail_kbuild(struct build_job *job, const char *output)
{
	const char *symbol = undefined_symbol(job->arena, output);

	if (symbol)
		return job_fail(job, BUILD_FAIL_COMPILE, "the module uses %s, which kernel %s does not export to modules", symbol,
				job->release);
	if (strstr(output, job_c_path(job)) || strstr(output, KBUILD_SCRIPT))
		return job_fail_compile(job, output);
	job_detail(job, output);
	return job_fail(job, BUILD_FAIL_RUNTIME, "kbuild could not make the module for kernel %s", job->release);
}

static const char *kbuild_module_dir(const struct build_job *job)
{
	return arena_printf(job->arena, "%s/kbuild", job->tmpdir);
}

const char *kbuild_script_object(const struct build_job *job)
{
	return arena_printf(job->arena, "%s/" KBUILD_SCRIPT ".o", kbuild_module_dir(job));
}

bool kbuild_module(struct build_job *job, const struct kernel_tree *t, const struct runtime_key *key,
		   const char *runtime)
{
	struct kbuild_dir k = {
		.dir = kbuild_module_dir(job),
		.module = job->name, .text = job->c_text, .len = job->c_len,
		.headers = job->needs_kernel_headers, .runtime = runtime,
	};
	uint64_t begun = now_us();
	const char *output, *made;
	bool ok;
	int err = write_file_atomic(job_c_path(job), job->c_text, job->c_len, 0644);

	if (err)
		return job_fail_errno(job, err, "write", job_c_path(job));
	remove_tree(k.dir);
	if (job->progress && !runtime)
		fprintf(job->progress, "building the module and the runtime for %s with kbuild …\n", job->release);
	if (!kbuild_make(job, t, key, &k, &output, &ok))
		return false;
	made = arena_printf(job->arena, "%s/%s.ko", k.dir, k.module);
	if (!ok || access(made, R_OK))
		return fail_kbuild(job, output);
	if (*output)
		job_log(job, 2, "%s", output);
	if (rename(made, job->ko) < 0)
		return job_fail_errno(job, -errno, "write", job->ko);
	job->how = BUILD_KBUILD;
	job->times.kbuild = now_us() - begun;
	return true;
}
