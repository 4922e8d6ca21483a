/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTSUITE_DI_FUZZ_H
#define TESTSUITE_DI_FUZZ_H

/* Every question of di.h, asked of the file at PATH; answers are thrown away. */
void fuzz_exercise(const char *path);

#endif
