/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Did you mean …? */
#include "lib/diag.h"
#include "testsuite/unit/unit.h"

#include <string.h>

TEST(edit_distance)
{
	CHECK_EQ(edit_distance("", "", 5), 0);
	CHECK_EQ(edit_distance("", "abc", 5), 3);
	CHECK_EQ(edit_distance("kitten", "sitting", 5), 3);
	CHECK_EQ(edit_distance("execname", "excename", 5), 1);
	CHECK_EQ(edit_distance("ab", "ba", 1), 1);
	CHECK_EQ(edit_distance("ca", "abc", 5), 3);	/* restricted: no part is edited twice */
	CHECK_EQ(edit_distance("abcdef", "uvwxyz", 2), 3);
	CHECK_EQ(edit_distance("abcdef", "abc", 2), 3);
	CHECK_EQ(edit_distance("xabyab", "abyabx", 2), 2);
}

TEST(edit_distance_of_endless_words)
{
	char a[1000], b[1000];

	memset(a, 'a', sizeof a);
	memset(b, 'a', sizeof b);
	a[999] = b[999] = 0;
	CHECK_EQ(edit_distance(a, b, 3), 0);
	b[5] = 'b';
	CHECK_EQ(edit_distance(a, b, 3), 4);
}

TEST(nearest_name)
{
	static const char *const names[] = { "execname", "pid", "tid", "probefunc", "exit", "print" };
	size_t n = sizeof names / sizeof *names;

	CHECK_STR(nearest_name("execnam", names, n), "execname");
	CHECK_STR(nearest_name("exceName", names, n), "execname");
	CHECK_STR(nearest_name("pif", names, n), "pid");
	CHECK_STR(nearest_name("exti", names, n), "exit");
	CHECK_STR(nearest_name("print", names, n), "print");
	CHECK(!nearest_name("xy", names, n));
	CHECK(!nearest_name("nothing", names, n));
	CHECK(!nearest_name("", names, n));
	CHECK(!nearest_name("pid", names, 0));
}
