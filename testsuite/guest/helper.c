/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A module for tests: its init function calls helper_take with CALLS values, 1 and up.  With -DOTHER the parameters come
 * in another order, so that only debug information of the same build finds them. */
#include <linux/init.h>
#include <linux/module.h>

int helper_sum;
static int calls = 3;
module_param(calls, int, 0);

#ifdef OTHER
noinline int helper_take(long unused, int value)
#else
noinline int helper_take(int value, long unused)
#endif
{
	barrier();
	helper_sum += value;
	return helper_sum + (unused < 0);
}

static noinline int __init helper_prepare(int count)
{
	int i, last = 0;

	for (i = 1; i <= count; i++)
#ifdef OTHER
		last = helper_take(1000 + i, i);
#else
		last = helper_take(i, 1000 + i);
#endif
	return last;
}

static int __init helper_init(void)
{
	return helper_prepare(calls) > 0 ? 0 : -EINVAL;
}

static void __exit helper_exit(void)
{
	helper_sum = 0;
}

module_init(helper_init);
module_exit(helper_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("known work inside a module");
