/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What changes the process it runs in (limits, signals, the root directory) is tested in a
 * child. */
#ifndef TESTSUITE_UNIT_STPD_APART_H
#define TESTSUITE_UNIT_STPD_APART_H

/* Call WHAT(DATA) in a child, which must give NULL or say what is wrong; the test fails on that,
 * and on a child that ends otherwise. */
void run_apart(const char *(*what)(const void *data), const void *data, const char *name);

#endif
