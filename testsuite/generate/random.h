/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random numbers that are the same on every machine for the same seed. */
#ifndef TESTSUITE_GENERATE_RANDOM_H
#define TESTSUITE_GENERATE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random { uint64_t state; };

/* A number of 0…N-1. */
unsigned random_below(struct random *r, unsigned n);
/* True PERCENT times in a hundred. */
bool random_chance(struct random *r, unsigned percent);
/* A number as scripts have them: small ones mostly, sometimes one at an edge of the type. */
int64_t random_number(struct random *r);

#endif
