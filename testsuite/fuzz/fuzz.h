/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is fuzzed. A target takes any bytes and says what is wrong with what the project makes of them; sanitizers find the
 * rest. Two drivers call it: testsuite/bin/fuzz (tools/fuzz.c: damaged files, the same ones each time, any compiler) and
 * libfuzzer.c (inputs that clang's coverage steers). */
#ifndef TESTSUITE_FUZZ_H
#define TESTSUITE_FUZZ_H

#include <stdbool.h>
#include <stddef.h>

struct fuzz_target {
	const char *name;
	/* What is wrong, or NULL; details are on stderr then. *TAKEN: DATA was no mistake. */
	const char *(*run)(const char *data, size_t len, bool *taken);
	const char *const *pieces;	/* that inputs are made of; NULL behind the last */
};

extern const struct fuzz_target fuzz_lex, fuzz_preproc, fuzz_parse, fuzz_regex, fuzz_printf,
	fuzz_wire, fuzz_ctl, fuzz_bulk;
/* NULL: there is none of this name. */
const struct fuzz_target *fuzz_target_find(const char *name);

#endif
