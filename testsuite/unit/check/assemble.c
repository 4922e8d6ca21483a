/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs gcc for objects: see assemble.h. */
#include "testsuite/unit/check/assemble.h"

#include "lib/run.h"
#include "lib/vec.h"
#include "testsuite/unit/unit.h"

#include <stdlib.h>
#include <string.h>

static void run_gcc(struct arena *a, const char *in, const char *out, const char *const *options)
{
	VEC_OF(words, const char *) argv = { 0 };
	struct run r = { .merge_stderr = true };

	vec_push(a, &argv, "gcc");
	for (; options && *options; options++)
		vec_push(a, &argv, *options);
	vec_push(a, &argv, "-c");
	vec_push(a, &argv, "-o");
	vec_push(a, &argv, out);
	vec_push(a, &argv, in);
	vec_push(a, &argv, NULL);
	r.argv = argv.data;
	CHECK_EQ(run_wait(&r), 0);
	CHECK_MSG(run_ok(&r), "%s: %s", in, sb_str(&r.out));
	run_free(&r);
}

static struct strbuf object_of(const char *file, const char *text, const char *const *options,
			       struct strbuf *usage)
{
	struct strbuf bytes = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	char *dir = make_temp_dir();
	const char *in = file, *out = arena_printf(&a, "%s/x.o", dir);

	if (!file) {
		in = arena_printf(&a, "%s/x.S", dir);
		CHECK_EQ(write_file_atomic(in, text, strlen(text), 0644), 0);
	}
	run_gcc(&a, in, out, options);
	CHECK_EQ(read_file(out, &bytes), 0);
	if (usage)
		CHECK_EQ(read_file(arena_printf(&a, "%s/x.su", dir), usage), 0);
	remove_tree(dir);
	free(dir);
	arena_free(&a);
	return bytes;
}

struct strbuf assemble(const char *text)
{
	struct arena a = ARENA_INIT;
	const char *all = arena_printf(&a, "%s\n.section .note.GNU-stack\n", text);
	struct strbuf bytes = object_of(NULL, all, NULL, NULL);

	arena_free(&a);
	return bytes;
}

struct strbuf compile(const char *file, const char *const *options, struct strbuf *usage)
{
	struct arena a = ARENA_INIT;
	const char *path = arena_printf(&a, "%s/testsuite/fixtures/%s", unit_source_dir(), file);
	struct strbuf bytes = object_of(path, NULL, options, usage);

	arena_free(&a);
	return bytes;
}
