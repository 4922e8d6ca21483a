/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unit tests.  The files testsuite/unit/AREA/NAME.c make one program, which
 * unit.c gives its main:
 *
 *	TEST(arena_aligns_blocks)
 *	{
 *		CHECK(p != NULL);
 *		CHECK_EQ(len, 3);
 *		CHECK_STR(text, "abc");
 *	}
 *
 * A check that fails ends its test, wherever it stands: also in a helper.  The
 * program prints `ok NAME`, `not ok NAME: why` or `skip NAME: why` for each
 * test and then the plan `1..N`, which testsuite/run-tests wants to see.  Names
 * on its command line choose tests.  Everything is built with the address and
 * undefined-behaviour sanitizers, which look for leaks as well. */
#ifndef TESTSUITE_UNIT_H
#define TESTSUITE_UNIT_H

#include <stdbool.h>
#include <stddef.h>

struct unit_test {
	const char *name;
	void (*run)(void);
	struct unit_test *next;
};

void unit_register(struct unit_test *t);
_Noreturn void unit_fail(const char *file, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
_Noreturn void unit_skip(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void unit_check_int(const char *file, int line, const char *what, long long got, long long want);
void unit_check_str(const char *file, int line, const char *what, const char *got, const char *want);
void unit_check_mem(const char *file, int line, const char *what, const void *got, const void *want, size_t len);
/* The project's source directory, for fixtures: "…/testsuite/…" below it. Never NULL. */
const char *unit_source_dir(void);

#define TEST(id) \
	static void test_##id(void); \
	__attribute__((constructor)) static void register_##id(void) \
	{ \
		static struct unit_test t = { #id, test_##id, NULL }; \
		unit_register(&t); \
	} \
	static void test_##id(void)

#define CHECK(cond) do { \
	if (!(cond)) \
		unit_fail(__FILE__, __LINE__, "%s", #cond); \
} while (0)

/* CHECK with a printf text that says more. */
#define CHECK_MSG(cond, ...) do { \
	if (!(cond)) \
		unit_fail(__FILE__, __LINE__, __VA_ARGS__); \
} while (0)

#define CHECK_EQ(got, want) unit_check_int(__FILE__, __LINE__, #got, (long long)(got), (long long)(want))
#define CHECK_STR(got, want) unit_check_str(__FILE__, __LINE__, #got, (got), (want))
#define CHECK_MEM(got, want, len) unit_check_mem(__FILE__, __LINE__, #got, (got), (want), (len))
#define SKIP(...) unit_skip(__VA_ARGS__)

#endif
