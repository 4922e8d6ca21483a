/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much faster than kbuild is the replay?  For each kernel whose headers
 * stap-prep has fetched: medians of making one module from one C file, by each
 * way, with everything warm; and the time of the first build.
 *
 *	replay SOURCE-DIRECTORY [FILE.c] */
#include "lib/run.h"
#include "translator/build/build.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REPLAYS = 11, KBUILDS = 5 };
#define WANTED 15	/* times faster */

struct bench {
	struct arena arena;
	const char *source, *kernels, *scratch, *text;
	size_t len;
	bool failed;
};

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static double median_ms(uint64_t *us, size_t n)
{
	qsort(us, n, sizeof *us, compare);
	return (double)us[n / 2] / 1000;
}

static struct build_job new_job(struct bench *b, const char *release)
{
	return (struct build_job){
		.arena = &b->arena, .c_text = b->text, .c_len = b->len, .name = "stap_bench", .release = release, .arch = "x86_64",
		.build_dir = arena_printf(&b->arena, "%s/%s/build", b->kernels, release),
		.runtime_dir = arena_printf(&b->arena, "%s/runtime", b->source),
		.cache_dir = arena_printf(&b->arena, "%s/cache", b->scratch), .tmpdir = b->scratch, .no_module_cache = true,
	};
}

static uint64_t build(struct bench *b, struct build_job *job)
{
	if (!build_module(job)) {
		fprintf(stderr, "%s: %s\n%s", job->release, job->error, job->detail ? job->detail : "");
		b->failed = true;
	}
	return job->times.total;
}

static void measure(struct bench *b, const char *release)
{
	uint64_t replay[REPLAYS], compile[REPLAYS], objtool[REPLAYS], link[REPLAYS], found[REPLAYS], kbuild[KBUILDS], first;
	struct build_job job = new_job(b, release);
	double fast, slow;
	size_t i;

	first = build(b, &job);
	for (i = 0; i < REPLAYS && !b->failed; i++) {
		replay[i] = build(b, &job);
		compile[i] = job.times.compile;
		objtool[i] = job.times.objtool;
		link[i] = job.times.link;
		if (job.how != BUILD_REPLAYED) {
			fprintf(stderr, "%s: not replayed: %s\n", release, job.why_kbuild);
			b->failed = true;
		}
	}
	job.no_module_cache = false;
	if (!b->failed)
		build(b, &job);
	for (i = 0; i < REPLAYS && !b->failed; i++)
		found[i] = build(b, &job);
	job.no_module_cache = job.force_kbuild = true;
	for (i = 0; i < KBUILDS && !b->failed; i++)
		kbuild[i] = build(b, &job);
	if (b->failed)
		return;
	fast = median_ms(replay, REPLAYS);
	slow = median_ms(kbuild, KBUILDS);
	printf("%-32s %8.0f %8.1f %8.1f %8.1f %8.1f %8.1f %8.0f %6.0f x  %s\n", release, (double)first / 1000, fast,
	       median_ms(compile, REPLAYS), median_ms(objtool, REPLAYS), median_ms(link, REPLAYS), median_ms(found, REPLAYS), slow,
	       slow / fast, slow >= WANTED * fast ? "ok" : "TOO SLOW");
	b->failed |= slow < WANTED * fast;
}

static void measure_all(struct bench *b)
{
	DIR *d = opendir(b->kernels);
	struct dirent *e;
	unsigned n = 0;
	struct stat st;

	printf("%-32s %8s %8s %8s %8s %8s %8s %8s %8s  (at least %d x is wanted)\n", "ms for a module, medians", "first", "replay",
	       "compile", "objtool", "link", "cached", "kbuild", "ratio", WANTED);
	while (d && !b->failed && (e = readdir(d)))
		if (*e->d_name != '.' && !lstat(arena_printf(&b->arena, "%s/%s", b->kernels, e->d_name), &st) && S_ISDIR(st.st_mode) &&
		    !access(arena_printf(&b->arena, "%s/%s/build/Makefile", b->kernels, e->d_name), R_OK)) {
			measure(b, e->d_name);
			n++;
		}
	if (d)
		closedir(d);
	if (!n) {
		fprintf(stderr, "no kernel headers: run stap-prep stable\n");
		b->failed = true;
	}
}

int main(int argc, char **argv)
{
	struct bench b = { .source = argc > 1 ? argv[1] : "." };
	struct strbuf text = STRBUF_INIT;
	char *cache = cache_dir(), *scratch = make_temp_dir();
	const char *file = argc > 2 ? argv[2] : arena_printf(&b.arena, "%s/runtime/kernel/template.c", b.source);

	if (!scratch || read_file(file, &text)) {
		fprintf(stderr, "%s cannot be read\n", file);
		return 1;
	}
	b.kernels = arena_printf(&b.arena, "%s/kernels", cache);
	b.scratch = scratch;
	b.text = sb_str(&text);
	b.len = text.len;
	measure_all(&b);
	remove_tree(scratch);
	free(scratch);
	free(cache);
	sb_free(&text);
	arena_free(&b.arena);
	return b.failed;
}
