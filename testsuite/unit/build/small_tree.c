/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making and removing the world of small_tree.h. */
#include "testsuite/unit/build/small_tree.h"

#include "lib/run.h"
#include "testsuite/unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char small_script[] =
	"#include <stp/abi.h>\n"
	"static long n;\n"
	"long handler(long v);\n"
	"long handler(long v) { n++; return stp_twice(v) + n; }\n";

static const char *const runtime_files[][2] = {
	{ "runtime/include/stp/abi.h",
	  "#ifndef STP_FREESTANDING\n#error this file is for scripts\n#endif\nlong stp_twice(long v);\nlong stp_end(long v);\n" },
	{ "runtime/core/twice.c", "long stp_twice(long v);\nlong stp_twice(long v) { return v * 2; }\n" },
	{ "runtime/kernel/module.c",
	  "#include <stp_kfeat.h>\nextern int export_a(int);\nextern long handler(long);\nlong stp_end(long v);\n"
	  "#if !STP_HAVE_GOOD || STP_HAVE_BAD || STP_HAVE_UNEXPORTED\n#error kernel features\n#endif\n"
	  "int init_module(void);\nint init_module(void) { return export_a((int)handler(1)); }\n"
	  "long stp_end(long v) { return v; }\n" },
	{ "runtime/kernel/template.c",
	  "#include <stp/abi.h>\nlong handler(long v);\nlong handler(long v) { return stp_twice(v); }\n" },
	{ "runtime/kernel/Kbuild", "stp-objs := core/twice.o kernel/module.o\nccflags-y := -I$(src)/include\n" },
	{ "runtime/kfeat/good.c", "extern int export_b(void);\nint f(void);\nint f(void) { return export_b(); }\n" },
	{ "runtime/kfeat/bad.c", "#error this kernel has it not\n" },
	{ "runtime/kfeat/unexported.c", "extern int hidden(void);\nint f(void);\nint f(void) { return hidden(); }\n" },
};

static const char *const tree_files[][2] = {
	{ "tree/include/generated/utsrelease.h", "#define UTS_RELEASE \"7-small\"\n" },
	{ "tree/include/config/auto.conf", "CONFIG_MODULES=y\nCONFIG_MODVERSIONS=y\n" },
	{ "tree/include/kernel.h", "/* what every file of this kernel includes */\n#define noinline __attribute__((__noinline__))\n" },
	{ "tree/include/linux/module.h", "\n" },
	{ "tree/include/linux/kprobes.h", "\n" },
	{ "tree/scripts/mod/modpost", "\n" },
	{ "tree/Module.symvers",
	  "0x00000001\texport_a\tvmlinux\tEXPORT_SYMBOL\t\n0x00000002\texport_b\tvmlinux\tEXPORT_SYMBOL\t\n"
	  "0x00000003\tmcount\tvmlinux\tEXPORT_SYMBOL\t\n0x00000004\t_GLOBAL_OFFSET_TABLE_\tvmlinux\tEXPORT_SYMBOL\t\n" },
};

static void write_all(struct small_tree *t, const char *const files[][2], size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		small_write(t, files[i][0], files[i][1]);
}

static void copy_fixture(struct small_tree *t, const char *name, const char *rel, mode_t mode)
{
	struct strbuf b = STRBUF_INIT;
	int err = read_file(arena_printf(&t->arena, "%s/testsuite/fixtures/kbuild/%s", unit_source_dir(), name), &b);

	CHECK_EQ(err, 0);
	small_write(t, rel, sb_str(&b));
	chmod(small_path(t, rel), mode);
	sb_free(&b);
}

void small_tree_make(struct small_tree *t)
{
	*t = (struct small_tree){ 0 };
	t->root = make_temp_dir();
	CHECK(t->root != NULL);
	write_all(t, runtime_files, sizeof runtime_files / sizeof *runtime_files);
	write_all(t, tree_files, sizeof tree_files / sizeof *tree_files);
	copy_fixture(t, "Makefile", "tree/Makefile", 0644);
	copy_fixture(t, "objtool", "tree/tools/objtool/objtool", 0755);
}

void small_tree_remove(struct small_tree *t)
{
	remove_tree(t->root);
	free(t->root);
	free(t->log);
	arena_free(&t->arena);
}

const char *small_path(struct small_tree *t, const char *rel) { return arena_printf(&t->arena, "%s/%s", t->root, rel); }

void small_write(struct small_tree *t, const char *rel, const char *text)
{
	const char *path = small_path(t, rel);
	const char *dir = arena_strndup(&t->arena, path, (size_t)(strrchr(path, '/') - path));

	CHECK_EQ(make_dirs(dir, 0755), 0);
	CHECK_EQ(write_file_atomic(path, text, strlen(text), 0644), 0);
}

const char *small_read(struct small_tree *t, const char *rel)
{
	struct strbuf b = STRBUF_INIT;
	const char *s = read_file(small_path(t, rel), &b) ? NULL : arena_strndup(&t->arena, sb_str(&b), b.len);

	sb_free(&b);
	return s;
}

bool small_exists(struct small_tree *t, const char *rel) { return !access(small_path(t, rel), F_OK); }

unsigned small_count_lines(struct small_tree *t, const char *rel)
{
	const char *s = small_read(t, rel);
	unsigned n = 0;

	while (s && (s = strchr(s, '\n'))) {
		s++;
		n++;
	}
	return n;
}

unsigned small_count_entries(struct small_tree *t, const char *rel)
{
	DIR *d = opendir(small_path(t, rel));
	struct dirent *e;
	unsigned n = 0;

	while (d && (e = readdir(d)))
		n += *e->d_name != '.';
	if (d)
		closedir(d);
	return n;
}

const char *small_only_entry(struct small_tree *t, const char *rel)
{
	DIR *d = opendir(small_path(t, rel));
	const char *found = NULL;
	struct dirent *e;
	unsigned n = 0;

	while (d && (e = readdir(d)))
		if (*e->d_name != '.' && !strstr(e->d_name, ".lock")) {
			found = arena_printf(&t->arena, "%s/%s", rel, e->d_name);
			n++;
		}
	if (d)
		closedir(d);
	CHECK_EQ(n, 1);
	return found;
}

/* Behind each script: a description as checks look for it, with no probes; it leads to the handler. */
static const char description[] =
	"\nstatic const void *const probes[16] = { (const void *)handler };\n"
	"const void *const stp_module[32] = { probes };\n";

struct build_job small_job(struct small_tree *t, const char *text)
{
	const char *all = arena_printf(&t->arena, "%s%s", text, description);

	return (struct build_job){
		.arena = &t->arena, .c_text = all, .c_len = strlen(all), .name = "stap_small", .release = "7-small",
		.arch = "x86_64", .build_dir = small_path(t, "tree"), .runtime_dir = small_path(t, "runtime"),
		.cache_dir = small_path(t, "cache"), .verbose = 2,
	};
}

bool small_build(struct small_tree *t, struct build_job *job)
{
	bool ok;

	job->tmpdir = small_path(t, arena_printf(&t->arena, "tmp%u", t->builds++));
	CHECK_EQ(make_dirs(job->tmpdir, 0755), 0);
	free(t->log);
	t->log = NULL;
	job->log = open_memstream(&t->log, &t->log_len);
	ok = build_module(job);
	fclose(job->log);
	job->log = NULL;
	return ok;
}
