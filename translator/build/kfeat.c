/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this kernel can do, found out by trying: each runtime/kfeat/NAME.c is
 * compiled by kbuild, all in one run of make, and STP_HAVE_NAME is defined when
 * it compiles and every symbol that it leaves undefined is exported.  A file that
 * must always compile stands among them: when it fails, the kernel's headers or
 * the compiler do, and no answer is to be trusted. */
#include "translator/build/kbuild.h"

#include "translator/build/report.h"
#include "translator/build/check/elfcheck.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONTROL "stp_kfeat_control"

struct kfeat {
	struct build_job *job;
	const struct kernel_tree *tree;
	const char *dir;
	struct arg_vec names;		/* "kprobe_flags": of kfeat/kprobe_flags.c */
	struct elf_names exported;
};

static void find_names(struct kfeat *f, const struct arg_vec *sources)
{
	struct arena *a = f->job->arena;
	const char *s;
	size_t i, n;

	for (i = 0; i < sources->len; i++) {
		s = sources->data[i];
		n = strlen(s);
		if (!strncmp(s, "kfeat/", 6) && n > 8 && !strcmp(s + n - 2, ".c") && !strchr(s + 6, '/'))
			vec_push(a, &f->names, arena_strndup(a, s + 6, n - 8));
	}
}

static int write_text(struct arena *a, const char *dir, const char *name, const char *text)
{
	return write_file_atomic(arena_printf(a, "%s/%s", dir, name), text, strlen(text), 0644);
}

/* A Kbuild file and the control beside the tests. */
static int lay_out(struct kfeat *f, struct arg_vec *targets)
{
	struct arena *a = f->job->arena;
	struct strbuf b = STRBUF_INIT;
	const char *dir = arena_printf(a, "%s/kfeat", f->dir);
	size_t i;
	int err;

	sb_puts(&b, "obj-m := stp_kfeat.o\nccflags-y := -I$(src)/../include -Wno-unused\nstp_kfeat-y := " CONTROL ".o");
	vec_push(a, targets, CONTROL ".o");
	for (i = 0; i < f->names.len; i++) {
		sb_printf(&b, " %s.o", f->names.data[i]);
		vec_push(a, targets, arena_printf(a, "%s.o", f->names.data[i]));
	}
	sb_putc(&b, '\n');
	vec_push(a, targets, NULL);
	err = make_dirs(dir, 0755);
	if (!err)
		err = write_text(a, dir, "Kbuild", b.s);
	if (!err)
		err = write_text(a, dir, CONTROL ".c", "#include <linux/module.h>\n#include <linux/kprobes.h>\n");
	sb_free(&b);
	return err;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Second column of Module.symvers (tab-separated, scripts/mod/modpost.c). */
static void read_symvers(struct kfeat *f)
{
	struct arena *a = f->job->arena;
	struct strbuf b = STRBUF_INIT;
	const char *line, *tab, *end;

	if (read_file(arena_printf(a, "%s/Module.symvers", f->tree->dir), &b))
		sb_clear(&b);
	for (line = sb_str(&b); *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		tab = memchr(line, '\t', (size_t)(end - line));
		if (tab)
			vec_push(a, &f->exported, arena_strndup(a, tab + 1, strcspn(tab + 1, "\t\n")));
	}
	if (f->exported.len)
		qsort(f->exported.data, f->exported.len, sizeof *f->exported.data, compare_names);
	sb_free(&b);
}

/* The object's imports are all exported; where no list of exports is known, nothing is refused. */
static bool is_linkable(struct kfeat *f, const char *object)
{
	static const char *own[] = { "__this_module" };
	static const struct elf_names given = { own, 1, 1 };
	struct elf_symbols syms;

	if (elf_symbols_read(f->job->arena, object, &syms))
		return false;
	return !f->exported.len || !elf_names_missing(&syms.undefined, &f->exported, &given);
}

static int write_header(struct kfeat *f)
{
	struct strbuf b = STRBUF_INIT;
	const char *name;
	size_t i, k;
	int err;

	sb_puts(&b, "/* what this kernel has, as found out by compiling runtime/kfeat */\n");
	for (i = 0; i < f->names.len; i++) {
		name = f->names.data[i];
		if (!is_linkable(f, arena_printf(f->job->arena, "%s/kfeat/%s.o", f->dir, name)))
			continue;
		sb_puts(&b, "#define STP_HAVE_");
		for (k = 0; name[k]; k++)
			sb_putc(&b, (char)toupper((unsigned char)name[k]));
		sb_puts(&b, " 1\n");
		job_log(f->job, 3, "kernel feature %s: yes", name);
	}
	err = write_text(f->job->arena, f->dir, "include/stp_kfeat.h", b.s);
	sb_free(&b);
	return err;
}

static bool compile(struct kfeat *f, const struct arg_vec *targets)
{
	struct kbuild_run k = { arena_printf(f->job->arena, "%s/kfeat", f->dir), targets->data, true };
	struct run r;
	bool ok;

	if (!tree_make(f->job, f->tree, &k, &r))
		return false;
	ok = !access(arena_printf(f->job->arena, "%s/" CONTROL ".o", k.dir), R_OK);
	if (!ok && output_blames_disk(sb_str(&r.out)))
		job_fail_errno(f->job, -ENOSPC, "write", f->dir);
	if (!ok)
		job_detail(f->job, sb_str(&r.out));
	run_free(&r);
	return ok || job_fail(f->job, BUILD_FAIL_TREE, "not even an empty file compiles with the kernel headers in %s: "
			      "see what the compiler printed", f->tree->dir);
}

bool kfeat_probe(struct build_job *job, const struct kernel_tree *t, const struct runtime_key *key, const char *dir)
{
	struct kfeat f = { .job = job, .tree = t, .dir = dir };
	struct arg_vec targets = { 0 };
	int err;

	find_names(&f, &key->sources);
	if (f.names.len) {
		err = lay_out(&f, &targets);
		if (err)
			return job_fail_errno(job, err, "write", dir);
		if (!compile(&f, &targets))
			return false;
		read_symvers(&f);
	}
	err = write_header(&f);
	return !err || job_fail_errno(job, err, "write", dir);
}
