/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stpd under random conditions: options, environment, limits, signals and descriptors, also as
 * another user.
 *
 *	stpd-fuzz [-s SEED] [-n RUNS] [-t SECONDS] [-u UID] STPD
 *
 * It runs in the current directory, where it makes a few files for STPD to read.  Whatever the
 * conditions are, the program ends by itself, within a time, with one of its statuses, says why
 * when that is not 0, and no sanitizer has a word.  Where modules can be loaded it must not be
 * allowed to (testsuite/fuzz/stpd.test). */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_WORDS = 12, LONG = 6000, SAID = 1 << 16, PATIENCE_MS = 30000 };

struct fuzzer {
	uint64_t random;
	const char *program;
	long user;			/* -1: as we are */
	unsigned runs, good, failures;
	char *argv[MOST_WORDS + 1], *env[MOST_WORDS + 1];
	char said[SAID];
};

static uint64_t next_random(struct fuzzer *z)
{
	z->random = z->random * 6364136223846793005u + 1442695040888963407u;
	return z->random >> 33;
}

static size_t below(struct fuzzer *z, size_t n) { return n ? (size_t)(next_random(z) % n) : 0; }

/* ---- words ---- */

static const char *const options[] = {
	"-o", "-S", "-b", "-c", "-x", "-N", "-r", "-T", "-L", "-D", "-R", "-C", "-w", "-v", "-A",
	"-d", "-u", "-M", "-V", "-h", "--bulk", "--overwrite",
	"--may-load", "--parent", "--parent=", "--help", "--version", "--no-such-option", "-", "--",
	"-?", "-LDRwv", "-o-", "-vvvvvvvvv",
};
static const char *const values[] = {
	"", "0", "1", "-1", "2147483647", "2147483648", "4294967296", "18446744073709551616",
	"99999999999999999999999", "1,2", "1,", ",", "1,2,3", " 1", "1x", "0x10",
	"out", "out%Y%m%d", "%", "%%%%", "%1000000d", "/dev/null", "/dev/full", "/nowhere/x", "dir",
	"m.ko", "./m.ko", "empty.ko", "text", "fifo", "dir/m", "none.ko",
	"m", "../m", "a-b", "never", "always", "auto", "Always", "true", "exit 3", "sleep 0.01",
	"'", "$(echo)", "0:x", "1:", ":", "-1:x", "x:y", "9223372036854775808:x",
	"a=1", "a=", "=", "=1", "a=b=c", "n=18446744073709551616", "\xff\xfe", "\n", "%s%n%n",
	"\033[31m", "é",
};
static const char *const variables[] = {
	"SYSTEMTAP_VERBOSE=3", "SYSTEMTAP_VERBOSE=", "SYSTEMTAP_VERBOSE=99999999999",
	"SYSTEMTAP_VERBOSE=x", "SYSTEMTAP_COLORS=", "SYSTEMTAP_COLORS=error=01;31",
	"SYSTEMTAP_COLORS=error=:warning=", "SYSTEMTAP_COLORS=error", "SYSTEMTAP_COLORS=:::",
	"SYSTEMTAP_COLORS=error=1:error=2", "SYSTEMTAP_COLORS==1", "NO_COLOR=1", "PATH=",
	"PATH=:", "PATH=/usr/bin:/bin", "TZ=", "TZ=:/etc/passwd", "TZ=Europe/Nowhere",
	"TZ=ABC-99:99:99DEF", "LC_ALL=xx_YY", "TMPDIR=/nowhere", "HOME=", "IFS=x", "ENV=m.ko",
	"POSIXLY_CORRECT=1", "A", "=", "",
};

/* A word of a list, a long one, or bytes. The caller frees it. */
static char *some_word(struct fuzzer *z, const char *const *list, size_t n)
{
	size_t len = below(z, 8) ? below(z, 40) : below(z, LONG);
	char *s;

	if (below(z, 12))
		return strdup(list[below(z, n)]);
	s = calloc(len + 1, 1);
	for (size_t i = 0; s && i < len; i++)
		s[i] = (char)(below(z, 2) ? 1 + below(z, 255) : 'a');
	for (char *c = s; c && *c; c++)
		*c = *c == '/' ? 'b' : *c;	/* which makes no files elsewhere */
	return s;
}

/* What would remove modules of others is not said: "*". */
static char *some_argument(struct fuzzer *z)
{
	char *s = below(z, 2)
		? some_word(z, options, sizeof options / sizeof *options)
		: some_word(z, values, sizeof values / sizeof *values);

	if (s && strchr(s, '*') && strlen(s) < 4)
		*strchr(s, '*') = 'x';
	return s;
}

/* What the sanitizers are told comes first: they do not read on behind an empty string. How many
 * there are. */
static size_t keep_variables(struct fuzzer *z)
{
	static const char *const kept[] = { "ASAN_OPTIONS", "UBSAN_OPTIONS" };
	size_t n = 0;

	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		const char *value = getenv(kept[i]);

		if (value && asprintf(&z->env[n], "%s=%s", kept[i], value) > 0)
			n++;
	}
	return n;
}

static void make_words(struct fuzzer *z)
{
	static const char *const names[] = { "stpd", "staprun", "/a/staprun", "", "-", "staprun/" };
	size_t nargs = 1 + below(z, MOST_WORDS - 1), nenv = keep_variables(z);
	size_t end = nenv + below(z, 5);

	z->argv[0] = some_word(z, names, sizeof names / sizeof *names);
	for (size_t i = 1; i < nargs; i++)
		z->argv[i] = some_argument(z);
	for (size_t i = nenv; i < end; i++)
		z->env[i] = some_word(z, variables, sizeof variables / sizeof *variables);
}

static void free_words(struct fuzzer *z)
{
	for (size_t i = 0; i <= MOST_WORDS; i++) {
		free(z->argv[i]);
		free(z->env[i]);
		z->argv[i] = z->env[i] = NULL;
	}
}

/* ---- one run ---- */

/* In the child: limits, signals and descriptors that the program then inherits. */
static void make_conditions(struct fuzzer *z)
{
	struct rlimit r;
	sigset_t set;

	sigemptyset(&set);
	for (int sig = 1; sig < 32; sig++) {
		if (sig == SIGKILL || sig == SIGSTOP || sig == SIGABRT || sig == SIGSEGV ||
		    sig == SIGBUS)
			continue;
		if (!below(z, 12))
			signal(sig, SIG_IGN);
		if (!below(z, 12))
			sigaddset(&set, sig);
	}
	sigprocmask(SIG_SETMASK, &set, NULL);
	if (!below(z, 4)) {
		r = (struct rlimit){ 6 + below(z, 14), 20 };
		setrlimit(RLIMIT_NOFILE, &r);
	}
	if (!below(z, 6)) {
		r = (struct rlimit){ below(z, 2), 1 };
		setrlimit(RLIMIT_FSIZE, &r);
	}
	if (!below(z, 6))
		close(STDIN_FILENO);
	if (!below(z, 6))
		close(STDOUT_FILENO);
	umask((mode_t)below(z, 512));
}

static _Noreturn void become_program(struct fuzzer *z, int out)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(null, STDIN_FILENO);
	dup2(below(z, 2) ? out : null, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	if (z->user >= 0 && (setgid((gid_t)z->user) || setuid((uid_t)z->user)))
		_exit(99);
	make_conditions(z);
	execve(z->program, z->argv, z->env);
	_exit(errno == E2BIG ? 2 : 98);
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* What comes from FD into z->said, to its end. False: that takes too long. */
static bool listen_to(struct fuzzer *z, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint64_t end = now_ms() + PATIENCE_MS;
	char rest[4096];
	size_t len = 0;
	ssize_t n;

	do {
		uint64_t now = now_ms();
		bool full = len == sizeof z->said - 1;

		if (now >= end || poll(&p, 1, (int)(end - now)) <= 0)
			return false;
		n = full
			? read(fd, rest, sizeof rest)
			: read(fd, z->said + len, sizeof z->said - 1 - len);
		len += n > 0 && !full ? (size_t)n : 0;
	} while (n > 0);
	z->said[len] = 0;
	return true;
}

/* Why that is no way to end, or NULL. */
static const char *judge(const struct fuzzer *z, int status)
{
	if (strstr(z->said, "Sanitizer") || strstr(z->said, "runtime error:"))
		return "a sanitizer's report";
	if (WIFSIGNALED(status))
		return "ended by a signal";
	if (WEXITSTATUS(status) > 2)
		return "another status than 0, 1 and 2";
	/* --may-load tells by the status alone */
	for (size_t i = 0; z->argv[i]; i++)
		if (!strncmp(z->argv[i], "--m", 3))
			return NULL;
	return WEXITSTATUS(status) && !*z->said ? "it failed without a word" : NULL;
}

/* As a shell reads them. */
static void tell_words(char *const *words)
{
	for (; *words; words++) {
		printf(" $'");
		for (const char *c = *words; *c; c++)
			printf(*c < ' ' || *c > '~' || strchr("'\\", *c) ? "\\x%02x" : "%c",
			       (unsigned char)*c);
		putchar('\'');
	}
}

static void tell(const struct fuzzer *z, const char *wrong, int status)
{
	printf("run %u: %s, status %#x\n  environment:", z->runs, wrong, (unsigned)status);
	tell_words(z->env);
	printf("\n  arguments:");
	tell_words(z->argv);
	printf("\n%s\n", z->said);
}

static void run(struct fuzzer *z)
{
	const char *wrong;
	int p[2], status = 0;
	bool ended;
	pid_t pid;

	make_words(z);
	if (pipe2(p, O_CLOEXEC) || (pid = fork()) < 0) {
		perror("stpd-fuzz");
		exit(2);
	}
	if (!pid) {
		setpgid(0, 0);
		become_program(z, p[1]);
	}
	setpgid(pid, pid);
	next_random(z);
	close(p[1]);
	ended = listen_to(z, p[0]);
	close(p[0]);
	if (!ended)
		kill(-pid, SIGKILL);
	waitpid(pid, &status, 0);
	wrong = ended ? judge(z, status) : "it does not end";
	z->runs++;
	z->good += !wrong && !status;
	z->failures += wrong != NULL;
	if (wrong)
		tell(z, wrong, status);
	free_words(z);
}

/* The head of an ELF file and of nothing else. */
static bool make_files(void)
{
	static const char elf[64] = "\177ELF\2\1\1";
	FILE *f = fopen("m.ko", "we"), *t = fopen("text", "we"), *e = fopen("empty.ko", "we");
	bool ok = f && t && e && fwrite(elf, sizeof elf, 1, f) == 1 && fputs("no module\n", t) > 0;

	if (f)
		ok &= !fclose(f);
	if (t)
		ok &= !fclose(t);
	if (e)
		ok &= !fclose(e);
	return ok && (!mkdir("dir", 0777) || errno == EEXIST) &&
	       (!mkfifo("fifo", 0666) || errno == EEXIST);
}

int main(int argc, char **argv)
{
	struct fuzzer *z = calloc(1, sizeof *z);
	unsigned runs = 1000;
	time_t end = 0;
	int c;

	if (!z)
		return 2;
	z->user = -1;
	while ((c = getopt(argc, argv, "s:n:t:u:")) != -1)
		switch (c) {
		case 's': z->random = strtoull(optarg, NULL, 0); break;
		case 'n': runs = (unsigned)strtoul(optarg, NULL, 0); break;
		case 't': end = time(NULL) + (time_t)strtoul(optarg, NULL, 0); runs = ~0u; break;
		case 'u': z->user = strtol(optarg, NULL, 0); break;
		default: optind = argc + 1;
		}
	if (optind + 1 != argc || !make_files()) {
		fputs("usage: stpd-fuzz [-s SEED] [-n RUNS] [-t SECONDS] [-u UID] STPD\n", stderr);
		return 2;
	}
	z->program = argv[optind];
	while (z->runs < runs && z->failures < 10 && (!end || time(NULL) < end))
		run(z);
	printf("%u runs, %u ended well, %u failures\n", z->runs, z->good, z->failures);
	c = z->failures != 0;
	free(z);
	return c;
}
