/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The targets under libFuzzer, which steers by coverage; FUZZ_TARGET in the environment names the one. INTERNALS, 5, says how
 * it is built and run. */
#include "testsuite/fuzz/fuzz.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct fuzz_target *target;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = getenv("FUZZ_TARGET");

	(void)argc;
	(void)argv;
	target = fuzz_target_find(name ? name : "");
	if (target)
		return 0;
	fputs("FUZZ_TARGET names no target\n", stderr);
	exit(2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool taken = false;
	const char *wrong = target->run((const char *)data, size, &taken);

	if (wrong) {
		fprintf(stderr, "%s: %s\n", target->name, wrong);
		abort();
	}
	return 0;
}
