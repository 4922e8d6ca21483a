/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz: damaged files through a target of testsuite/fuzz.
 *
 *	fuzz [-s SEED] [-n RUNS] [-t SECONDS] [-k DIR] TARGET FILE…
 *	fuzz -d TARGET
 *
 * Each run takes one of the files, damages a copy (bytes, pieces of the target's language put in, pieces moved, repeated,
 * taken from another file) and gives it to the target.  Runs are made in child processes, many in each, so that a death costs
 * one of them; the input is in memory that parent and child share.  The same seed gives the same runs; -n 0 tries the files
 * as they are; -k keeps what failed.  The last line says how many runs there were; status 0: no failure.  -d prints the
 * target's pieces as a dictionary of libFuzzer. */
#include "lib/arena.h"
#include "lib/run.h"
#include "testsuite/fuzz/fuzz.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { INPUT_MAX = 1 << 16, BATCH = 500, HANG_S = 20 /* of the processor's time */ };

/* What parent and child share. */
struct shared {
	unsigned runs, taken;
	char wrong[80];
	uint64_t random;
	size_t len;
	char text[INPUT_MAX];
};

struct fuzzer {
	const struct fuzz_target *target;
	size_t npieces;
	struct shared *now;
	struct strbuf *files;
	size_t nfiles;
	unsigned failures;
	const char *keep;
};

/* splitmix64 */
static uint64_t next_random(struct fuzzer *z)
{
	uint64_t x = z->now->random += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static size_t below(struct fuzzer *z, size_t n)
{
	return n ? next_random(z) % n : 0;
}

/* ---- damage ---- */

/* Put N bytes in place of CUT ones at AT, as far as there is room. */
static void splice(struct shared *s, size_t at, size_t cut, const char *with, size_t n)
{
	char *copy = xmalloc(n + 1);

	memcpy(copy, with, n);		/* it may be a part of the text */
	if (s->len - cut + n <= INPUT_MAX) {
		memmove(s->text + at + n, s->text + at + cut, s->len - at - cut);
		memcpy(s->text + at, copy, n);
		s->len += n - cut;
	}
	free(copy);
}

static void damage(struct fuzzer *z)
{
	struct shared *s = z->now;
	size_t at = below(z, s->len + 1), n = below(z, 1 + (below(z, 4) ? 20 : 400));
	const struct strbuf *other = &z->files[below(z, z->nfiles)];
	const char *piece = z->target->pieces[below(z, z->npieces)];
	size_t from = below(z, other->len), times = below(z, 4) ? 1 : below(z, 1200);

	n = n > s->len - at ? s->len - at : n;
	switch (below(z, 8)) {
	case 0: splice(s, at, n, "", 0); break;
	case 1: splice(s, at, 0, s->text + at, n); break;
	case 2: splice(s, below(z, s->len + 1), 0, s->text + at, n); break;
	case 3: splice(s, at, 0, other->s + from, other->len - from < 200 ? other->len - from : 200); break;
	case 4:
		if (at < s->len)
			s->text[at] = (char)(below(z, 2) ? next_random(z) : s->text[at] ^ 1u << below(z, 8));
		break;
	case 5:
		while (times--)
			splice(s, at, 0, piece, strlen(piece));
		break;
	default: splice(s, at, below(z, 2) ? n : 0, piece, strlen(piece)); break;
	}
}

static void make_input(struct fuzzer *z)
{
	const struct strbuf *f = &z->files[below(z, z->nfiles)];
	size_t times = 1 + below(z, below(z, 3) ? 4 : 30);

	z->now->len = f->len < INPUT_MAX ? f->len : INPUT_MAX;
	memcpy(z->now->text, f->s, z->now->len);
	while (times--)
		damage(z);
}

/* ---- runs ---- */

static bool try(struct fuzzer *z)
{
	static const struct itimerval limit = { .it_value.tv_sec = HANG_S };
	struct shared *s = z->now;
	bool taken = false;
	const char *wrong;

	setitimer(ITIMER_PROF, &limit, NULL);
	wrong = z->target->run(s->text, s->len, &taken);
	s->taken += taken;
	s->runs++;
	snprintf(s->wrong, sizeof s->wrong, "%s", wrong ? wrong : "");
	return !wrong;
}

static void keep_failure(struct fuzzer *z, const char *what)
{
	struct strbuf name = STRBUF_INIT;

	z->failures++;
	sb_printf(&name, "%s/%s-%u", z->keep, z->target->name, z->now->runs);
	if (z->keep && write_file_atomic(sb_str(&name), z->now->text, z->now->len, 0644))
		perror(sb_str(&name));
	printf("run %u: %s%s%s\n", z->now->runs, what, z->keep ? ", kept in " : "", z->keep ? sb_str(&name) : "");
	sb_free(&name);
}

/* Up to N runs in a child; the one that fails ends it. */
static void run_batch(struct fuzzer *z, unsigned n)
{
	pid_t child;
	int status;

	fflush(stdout);
	child = fork();
	if (child < 0)
		die_oom();
	if (!child) {
		while (n--) {
			make_input(z);
			if (!try(z))
				_exit(3);
		}
		_exit(0);
	}
	if (waitpid(child, &status, 0) != child || !status)
		return;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 3) {
		keep_failure(z, z->now->wrong);
		return;
	}
	keep_failure(z, WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF ? "too slow" : "died");
	z->now->runs++;
}

/* The files as they are. */
static void run_files(struct fuzzer *z)
{
	for (size_t i = 0; i < z->nfiles; i++) {
		z->now->len = z->files[i].len < INPUT_MAX ? z->files[i].len : INPUT_MAX;
		memcpy(z->now->text, z->files[i].s, z->now->len);
		if (!try(z))
			keep_failure(z, z->now->wrong);
	}
}

static int usage(void)
{
	fputs("usage: fuzz [-s SEED] [-n RUNS] [-t SECONDS] [-k DIR] TARGET FILE…\n       fuzz -d TARGET\n", stderr);
	return 2;
}

static int print_dictionary(const struct fuzz_target *target)
{
	for (const char *const *p = target->pieces; *p; p++) {
		putchar('"');
		for (const char *c = *p; *c; c++)
			printf(isprint((unsigned char)*c) && *c != '"' && *c != '\\' ? "%c" : "\\x%02x", (unsigned char)*c);
		puts("\"");
	}
	return 0;
}

static void load_files(struct fuzzer *z, char **names, size_t n)
{
	z->files = xcalloc(n, sizeof *z->files);
	for (size_t i = 0; i < n; i++)
		if (!read_file(names[i], &z->files[z->nfiles]) && z->files[z->nfiles].len)
			z->nfiles++;
}

static bool choose_target(struct fuzzer *z, const char *name)
{
	z->target = name ? fuzz_target_find(name) : NULL;
	while (z->target && z->target->pieces[z->npieces])
		z->npieces++;
	return z->target;
}

int main(int argc, char **argv)
{
	struct fuzzer z = { 0 };
	unsigned runs = 10000, seconds = 0;
	time_t begun = time(NULL);
	bool dictionary = false;
	int c;

	z.now = mmap(NULL, sizeof *z.now, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (z.now == MAP_FAILED)
		die_oom();
	while ((c = getopt(argc, argv, "ds:n:t:k:")) != -1)
		switch (c) {
		case 'd': dictionary = true; break;
		case 's': z.now->random = strtoull(optarg, NULL, 0); break;
		case 'n': runs = (unsigned)strtoul(optarg, NULL, 0); break;
		case 't': seconds = (unsigned)strtoul(optarg, NULL, 0); runs = ~0u; break;
		case 'k': z.keep = optarg; break;
		default: return usage();
		}
	if (!choose_target(&z, argv[optind]))
		return usage();
	if (dictionary)
		return print_dictionary(z.target);
	load_files(&z, argv + optind + 1, (size_t)(argc - optind - 1));
	if (!z.nfiles)
		return usage();
	if (!runs)
		run_files(&z);
	while (z.now->runs < runs && z.failures < 10 && (!seconds || time(NULL) - begun < (time_t)seconds))
		run_batch(&z, runs - z.now->runs < BATCH ? runs - z.now->runs : BATCH);
	printf("%u runs, %u taken, %u failures\n", z.now->runs, z.now->taken, z.failures);
	for (size_t i = 0; i < z.nfiles; i++)
		sb_free(&z.files[i]);
	free(z.files);
	return z.failures != 0;
}
