/* SPDX-License-Identifier: GPL-2.0-or-later */
/* di-fuzz: damaged ELF, DWARF and BTF through everything that debuginfo/ answers.
 *
 *	di-fuzz [-s SEED] [-n RUNS] [-t SECONDS] [-k DIR] FILE…
 *
 * Each run takes one of the files (programs, NAME.ko modules; of a kernel NAME.btf raw BTF, NAME.vmlinux with symbols and
 * DWARF, NAME.img boot images), damages a copy (cuts it short, or changes some bytes, mostly of its debug sections) and
 * asks a child process about it.  A child that dies or takes too long is a
 * failure; errors are what is wanted.  The same seed gives the same runs; -k keeps
 * the files that failed.  Status 0: no failure. */
#include "di_fuzz.h"
#include "lib/arena.h"
#include "lib/run.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

struct seed_file {
	const char *path;
	struct strbuf data;
	struct { size_t off, len; } parts[64];	/* debug sections */
	size_t nparts;
};

struct fuzzer {
	uint64_t random;
	unsigned seconds;
	const char *keep;
	char *dir;
	struct seed_file *files;
	size_t nfiles;
	unsigned runs, deaths, hangs;
};

/* splitmix64 */
static uint64_t next_random(struct fuzzer *z)
{
	uint64_t x = z->random += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static size_t below(struct fuzzer *z, size_t n)
{
	return n ? next_random(z) % n : 0;
}

static bool is_interesting(const char *name)
{
	return strstr(name, "debug") || !strcmp(name, ".BTF") || strstr(name, "symtab") || strstr(name, "strtab") ||
	       strstr(name, "eh_frame");
}

/* Sections worth damaging, from the headers of the whole file. */
static void find_parts(struct seed_file *f)
{
	Elf64_Ehdr eh;
	Elf64_Shdr sh, names;

	if (f->data.len < sizeof eh || memcmp(f->data.s, ELFMAG, SELFMAG))
		return;
	memcpy(&eh, f->data.s, sizeof eh);
	if (eh.e_shoff + (uint64_t)eh.e_shnum * sizeof sh > f->data.len || eh.e_shstrndx >= eh.e_shnum)
		return;
	memcpy(&names, f->data.s + eh.e_shoff + eh.e_shstrndx * sizeof sh, sizeof names);
	for (unsigned i = 0; i < eh.e_shnum && f->nparts < 64; i++) {
		memcpy(&sh, f->data.s + eh.e_shoff + i * sizeof sh, sizeof sh);
		if (sh.sh_type == SHT_NOBITS || !sh.sh_size || sh.sh_offset + sh.sh_size > f->data.len ||
		    !is_interesting(f->data.s + names.sh_offset + sh.sh_name))
			continue;
		f->parts[f->nparts].off = sh.sh_offset;
		f->parts[f->nparts++].len = sh.sh_size;
	}
	f->parts[f->nparts].off = eh.e_shoff;
	f->parts[f->nparts++].len = (size_t)eh.e_shnum * sizeof sh;
}

/* Where the next damage goes: mostly into a section, each as often whatever its size. */
static size_t pick_offset(struct fuzzer *z, const struct seed_file *f)
{
	size_t part;

	if (!f->nparts || !below(z, 12))
		return below(z, f->data.len);
	part = below(z, f->nparts);
	return f->parts[part].off + below(z, f->parts[part].len);
}

static void damage_byte(struct fuzzer *z, char *p)
{
	static const unsigned char nasty[] = { 0x00, 0x01, 0x7f, 0x80, 0xff, 0xfe, 0x40, 0x10 };

	switch (below(z, 3)) {
	case 0: *p ^= (char)(1u << below(z, 8)); break;
	case 1: *p = (char)nasty[below(z, sizeof nasty)]; break;
	default: *p = (char)next_random(z); break;
	}
}

/* A damaged copy of F in DATA; its new length. */
static size_t damage(struct fuzzer *z, const struct seed_file *f, char *data)
{
	size_t times = 1 + below(z, below(z, 4) ? 4 : 40);

	memcpy(data, f->data.s, f->data.len);
	if (!below(z, 10))
		return below(z, f->data.len);
	while (times--) {
		size_t at = pick_offset(z, f), run = 1 + below(z, below(z, 4) ? 1 : 8);

		for (size_t i = at; i < at + run && i < f->data.len; i++)
			damage_byte(z, data + i);
	}
	return f->data.len;
}

static const char *suffix(const char *path)
{
	static const char *const kinds[] = { ".ko", ".btf", ".vmlinux", ".img" };
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot && i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(dot, kinds[i]))
			return dot;
	return "";
}

static void keep(struct fuzzer *z, const char *path, unsigned run)
{
	struct strbuf b = STRBUF_INIT;
	char to[4096];

	if (!z->keep)
		return;
	snprintf(to, sizeof to, "%s/run%u%s", z->keep, run, suffix(path));
	if (!read_file(path, &b))
		write_file_atomic(to, sb_str(&b), b.len, 0644);
	sb_free(&b);
}

static void report(struct fuzzer *z, const char *path, unsigned run, const struct seed_file *f, int status)
{
	bool hang = WIFSIGNALED(status) && (WTERMSIG(status) == SIGPROF || WTERMSIG(status) == SIGALRM);

	if (!status)
		return;
	if (hang)
		z->hangs++;
	else
		z->deaths++;
	printf("run %u (%s): ", run, f->path);
	if (hang)
		printf("no end within %u seconds of work\n", z->seconds);
	else if (WIFSIGNALED(status))
		printf("%s\n", strsignal(WTERMSIG(status)));
	else
		printf("status %d\n", WEXITSTATUS(status));
	keep(z, path, run);
}

/* A machine that is busy is no hang: work is counted, and waiting only in case there is no work. */
static void limit_time(unsigned seconds)
{
	struct itimerval work = { .it_value.tv_sec = (time_t)seconds };

	setitimer(ITIMER_PROF, &work, NULL);
	alarm(seconds * 30);
}

static void run_once(struct fuzzer *z, unsigned run, char *buffer)
{
	const struct seed_file *f = &z->files[below(z, z->nfiles)];
	size_t len = damage(z, f, buffer);
	char path[4096];
	int status = -1;
	pid_t pid;

	snprintf(path, sizeof path, "%s/input%s", z->dir, suffix(f->path));
	if (write_file_atomic(path, buffer, len, 0600)) {
		fprintf(stderr, "di-fuzz: %s cannot be written\n", path);
		exit(2);
	}
	fflush(stdout);
	pid = fork();
	if (!pid) {
		limit_time(z->seconds);
		fuzz_exercise(path);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		exit(2);
	z->runs++;
	report(z, path, run, f, status);
}

static bool load_files(struct fuzzer *z, char **paths, size_t n, size_t *largest)
{
	z->files = xcalloc(n, sizeof *z->files);
	for (; z->nfiles < n; z->nfiles++) {
		struct seed_file *f = &z->files[z->nfiles];
		int r = read_file(paths[z->nfiles], &f->data);

		if (r || !f->data.len) {
			fprintf(stderr, "di-fuzz: %s: %s\n", paths[z->nfiles], strerror(r ? -r : EINVAL));
			return false;
		}
		f->path = paths[z->nfiles];
		find_parts(f);
		*largest = f->data.len > *largest ? f->data.len : *largest;
	}
	return true;
}

static void free_files(struct fuzzer *z)
{
	for (size_t i = 0; i < z->nfiles; i++)
		sb_free(&z->files[i].data);
	free(z->files);
}

int main(int argc, char **argv)
{
	struct fuzzer z = { .random = 1, .seconds = 20 };
	unsigned runs = 200;
	size_t largest = 0;
	char *buffer;
	int c;

	while ((c = getopt(argc, argv, "s:n:t:k:")) != -1) {
		switch (c) {
		case 's': z.random = strtoull(optarg, NULL, 0); break;
		case 'n': runs = (unsigned)strtoul(optarg, NULL, 0); break;
		case 't': z.seconds = (unsigned)strtoul(optarg, NULL, 0); break;
		case 'k': z.keep = optarg; break;
		default: return 2;
		}
	}
	if (optind >= argc || !load_files(&z, argv + optind, (size_t)(argc - optind), &largest))
		return 2;
	z.dir = make_temp_dir();
	if (!z.dir)
		return 2;
	buffer = xmalloc(largest);
	for (unsigned i = 0; i < runs; i++)
		run_once(&z, i, buffer);
	printf("%u runs, %u deaths, %u hangs\n", z.runs, z.deaths, z.hangs);
	remove_tree(z.dir);
	free(z.dir);
	free(buffer);
	free_files(&z);
	return z.deaths || z.hangs ? 1 : 0;
}
