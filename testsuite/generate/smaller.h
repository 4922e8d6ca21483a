/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ways to make a script smaller, for a shrinker that tries them one after the other. */
#ifndef TESTSUITE_GENERATE_SMALLER_H
#define TESTSUITE_GENERATE_SMALLER_H

#include "translator/syntax/ast.h"

/* Change F in the Nth way, the large changes first. False: there are fewer than N + 1 ways. */
bool make_smaller(struct arena *a, struct file *f, unsigned long n);

#endif
