/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The main program of unit tests: see unit.h. */
#include "testsuite/unit/unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct unit_test *tests, **tests_end = &tests;
static jmp_buf leave;
static enum { PASSED, FAILED, SKIPPED } verdict;
static char why[2000];
static bool left_early;		/* some test was */

/* From the leak sanitizer, when the program is built with it. */
__attribute__((weak)) int __lsan_do_recoverable_leak_check(void);

void unit_register(struct unit_test *t)
{
	*tests_end = t;
	tests_end = &t->next;
}

void unit_fail(const char *file, int line, const char *fmt, ...)
{
	int n = snprintf(why, sizeof why, "%s:%d: ", file, line);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why + n, sizeof why - (size_t)n, fmt, ap);
	va_end(ap);
	verdict = FAILED;
	longjmp(leave, 1);
}

void unit_skip(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	verdict = SKIPPED;
	longjmp(leave, 1);
}

void unit_check_int(const char *file, int line, const char *what, long long got, long long want)
{
	if (got != want)
		unit_fail(file, line, "%s is %lld, not %lld", what, got, want);
}

void unit_check_str(const char *file, int line, const char *what, const char *got, const char *want)
{
	if (!got || !want || strcmp(got, want))
		unit_fail(file, line, "%s is:\n%s\nnot:\n%s", what, got ? got : "NULL", want ? want : "NULL");
}

void unit_check_mem(const char *file, int line, const char *what, const void *got, const void *want, size_t len)
{
	const unsigned char *g = got, *w = want;
	size_t i;

	for (i = 0; i < len; i++)
		if (g[i] != w[i])
			unit_fail(file, line, "byte %zu of %s is %#x, not %#x", i, what, g[i], w[i]);
}

const char *unit_source_dir(void)
{
	const char *dir = getenv("SRC");

	return dir && *dir ? dir : ".";
}

/* A report is one line: what follows the first goes out as comments. */
static void print_why(void)
{
	char *line = why, *next;

	for (; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		printf(line == why ? "%s\n" : "# %s\n", line);
	}
}

/* Has what ran so far left memory behind?  A test that was left in the middle always has: then nobody can tell any more. */
static bool has_leaked(void)
{
	return verdict == PASSED && !left_early && __lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check();
}

static bool run_test(const struct unit_test *t)
{
	verdict = PASSED;
	/* nothing may hang a run of tests */
	alarm(800);
	if (!setjmp(leave))
		t->run();
	left_early = left_early || verdict != PASSED;
	if (has_leaked()) {
		verdict = FAILED;
		left_early = true;
		snprintf(why, sizeof why, "it leaks memory");
	}
	switch (verdict) {
	case PASSED:
		printf("ok %s\n", t->name);
		break;
	case FAILED:
		printf("not ok %s: ", t->name);
		print_why();
		break;
	case SKIPPED:
		printf("skip %s: ", t->name);
		print_why();
		break;
	}
	fflush(stdout);
	return verdict != FAILED;
}

static bool is_chosen(const struct unit_test *t, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], t->name))
			return true;
	return argc < 2;
}

int main(int argc, char **argv)
{
	const struct unit_test *t;
	bool good = true;
	int n = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);	/* who reads may end it at the first failure */
	for (t = tests; t; t = t->next) {
		if (!is_chosen(t, argc, argv))
			continue;
		good = run_test(t) && good;
		n++;
	}
	printf("1..%d\n", n);
	fflush(stdout);
	/* no search for leaks at exit: it would find what a test that was left had in its hands */
	if (left_early)
		_exit(n && good ? 0 : 1);
	return n && good ? 0 : 1;
}
