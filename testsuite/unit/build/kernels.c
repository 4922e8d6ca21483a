/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The runtime itself, built for each kernel whose headers stap-prep has fetched:
 * kbuild makes the template, the replay makes it again, and both are the same. */
#include "testsuite/unit/unit.h"

#include "lib/run.h"
#include "translator/build/build.h"
#include "translator/build/check/elfcheck.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct kernels {
	struct arena arena;
	const char *dir;
	char *root;			/* scratch */
	VEC(const char *) releases;
	char *script;			/* kernel/template.c */
};

static void find_kernels(struct kernels *k)
{
	struct strbuf b = STRBUF_INIT;
	char *cache = cache_dir();
	struct dirent *e;
	struct stat st;
	DIR *d;

	*k = (struct kernels){ 0 };
	k->dir = arena_printf(&k->arena, "%s/kernels", cache);
	free(cache);
	d = opendir(k->dir);
	while (d && (e = readdir(d)))
		if (*e->d_name != '.' && !lstat(arena_printf(&k->arena, "%s/%s", k->dir, e->d_name), &st) && S_ISDIR(st.st_mode) &&
		    !access(arena_printf(&k->arena, "%s/%s/build/Makefile", k->dir, e->d_name), R_OK))
			vec_push(&k->arena, &k->releases, arena_strdup(&k->arena, e->d_name));
	if (d)
		closedir(d);
	if (!k->releases.len)
		SKIP("stap-prep has fetched no kernel headers");
	k->root = make_temp_dir();
	CHECK_EQ(read_file(arena_printf(&k->arena, "%s/runtime/kernel/template.c", unit_source_dir()), &b), 0);
	k->script = sb_steal(&b);
}

static void forget_kernels(struct kernels *k)
{
	remove_tree(k->root);
	free(k->root);
	free(k->script);
	arena_free(&k->arena);
}

static struct build_job job_for(struct kernels *k, const char *release)
{
	struct build_job job = {
		.arena = &k->arena, .c_text = k->script, .c_len = strlen(k->script), .name = "stap_kernels", .release = release,
		.arch = "x86_64", .build_dir = arena_printf(&k->arena, "%s/%s/build", k->dir, release),
		.runtime_dir = arena_printf(&k->arena, "%s/runtime", unit_source_dir()),
		.cache_dir = arena_printf(&k->arena, "%s/cache", k->root), .tmpdir = k->root, .no_module_cache = true,
	};

	return job;
}

static void check_build(struct build_job *job, enum build_how how)
{
	bool ok = build_module(job);

	CHECK_MSG(ok, "%s: %s\n%s", job->release, job->error, job->detail ? job->detail : "");
	CHECK_MSG(job->how == how, "%s: how is %d, not %d: %s", job->release, job->how, how, job->why_kbuild ? job->why_kbuild : "");
}

static void check_same(const struct elf_names *x, const struct elf_names *y)
{
	static const struct elf_names none;
	const char *only = elf_names_missing(x, y, &none);

	CHECK_MSG(!only, "only the replay has %s", only);
	only = elf_names_missing(y, x, &none);
	CHECK_MSG(!only, "only kbuild has %s", only);
}

/* Bytes of SECTION, or "" when there is none. */
static const char *section_text(struct arena *a, const char *path, const char *section, uint64_t *len)
{
	struct strbuf b = STRBUF_INIT;
	uint64_t off;
	const char *s;

	if (elf_section_find(path, section, &off, len)) {
		*len = 0;
		return "";
	}
	CHECK_EQ(read_file(path, &b), 0);
	s = arena_strndup(a, b.s + off, *len);
	sb_free(&b);
	return s;
}

/* modversions and .modinfo tell the kernel whether it may load a module. */
static void check_same_section(struct arena *a, const char *x, const char *y, const char *section)
{
	uint64_t nx, ny;
	const char *tx = section_text(a, x, section, &nx), *ty = section_text(a, y, section, &ny);

	CHECK_EQ(nx, ny);
	CHECK_MSG(!memcmp(tx, ty, nx), "%s differs", section);
}

static void compare_ways(struct kernels *k, const char *release)
{
	const char *ko = arena_printf(&k->arena, "%s/replayed.ko", k->root);
	struct build_job job = job_for(k, release);
	struct elf_symbols replayed, built;

	check_build(&job, BUILD_REPLAYED);
	CHECK_EQ(elf_symbols_read(&k->arena, job.ko, &replayed), 0);
	CHECK_EQ(rename(job.ko, ko), 0);
	job.force_kbuild = true;
	check_build(&job, BUILD_KBUILD);
	CHECK_EQ(elf_symbols_read(&k->arena, job.ko, &built), 0);
	check_same(&replayed.undefined, &built.undefined);
	check_same(&replayed.defined, &built.defined);
	check_same_section(&k->arena, ko, job.ko, "__versions");
	check_same_section(&k->arena, ko, job.ko, ".return_sites");
}

/* What tapsets and guru mode may do: C with kernel headers. */
static void build_with_headers(struct kernels *k, const char *release)
{
	struct build_job job = job_for(k, release);

	job.c_text = arena_printf(&k->arena, "#include <linux/sched/signal.h>\n%s\nlong stap_test_threads(void);\n"
				  "long stap_test_threads(void) { return get_nr_threads(current); }\n", k->script);
	job.c_len = strlen(job.c_text);
	job.needs_kernel_headers = true;
	check_build(&job, BUILD_KBUILD);
}

TEST(kernels_replay_what_kbuild_makes)
{
	struct kernels k;
	size_t i;

	find_kernels(&k);
	for (i = 0; i < k.releases.len; i++) {
		compare_ways(&k, k.releases.data[i]);
		build_with_headers(&k, k.releases.data[i]);
	}
	forget_kernels(&k);
}
