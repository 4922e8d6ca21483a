/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What probes take of the kernel's stack: measured in small modules that are compiled here, and written into them. */
#include "testsuite/unit/unit.h"
#include "translator/build/check/object.h"
#include "translator/build/check/stackuse.h"

#include "lib/run.h"
#include "lib/strbuf.h"

#include <errno.h>
#include <stdlib.h>
#include <stp/abi.h>
#include <string.h>

#ifdef __x86_64__
enum { MOST_PROBES = 4 };

struct trial {
	struct arena arena;
	char *dir;
	const char *ko;
	struct stackuse use;
	uint32_t stack[MOST_PROBES];
};

static const char head[] =
	"#include <stp/abi.h>\n"
	"#define KEEP __attribute__((noinline, noclone, used))\n"
	"void touch(void *p);\n"
	"KEEP void rt_run(void) { char b[100]; touch(b); }\n"
	"KEEP static void small(struct stp_ctx *c) { touch(c); }\n"
	"KEEP static void large(struct stp_ctx *c) { char b[1000]; touch(b); small(c); }\n"
	"KEEP static int64_t asks(struct stp_ctx *c) { char b[2000]; touch(b); return 1; }\n";

static const char tail[] =
	"static const struct stp_limits limits;\n"
	"const struct stp_module stp_module = { .abi_version = STP_ABI_VERSION, .limits = &limits,\n"
	"	.probes = probes, .nprobes = sizeof probes / sizeof *probes };\n";

static void compile(struct trial *t, const char *text)
{
	const char *c = arena_printf(&t->arena, "%s/m.c", t->dir);
	const char *include = arena_printf(&t->arena, "-I%s/runtime/include", getenv("SRC"));
	const char *argv[] = { "gcc", "-O2", "-c", "-DSTP_FREESTANDING", "-ffreestanding", "-mcmodel=kernel", "-fno-pie",
		"-fno-stack-protector", "-fcf-protection=none", include, "-o", t->ko, c, NULL };
	const char *all = arena_printf(&t->arena, "%s%s%s", head, text, tail);
	struct run r = { .argv = argv, .merge_stderr = true };

	CHECK_EQ(write_file_atomic(c, all, strlen(all), 0644), 0);
	CHECK_EQ(run_wait(&r), 0);
	CHECK_MSG(run_ok(&r), "%s", sb_str(&r.out));
	run_free(&r);
}

/* The numbers in the table `probes` of the file. */
static void read_table(struct trial *t)
{
	struct strbuf file = STRBUF_INIT;
	struct object o;

	CHECK_EQ(read_file(t->ko, &file), 0);
	CHECK_EQ(object_read(&t->arena, file.s, file.len, &o), 0);
	for (uint32_t i = 1; i < o.nsymbols; i++) {
		const struct object_section *s = object_section_of(&o, &o.symbols[i]);

		if (!s || strcmp(o.symbols[i].name, "probes"))
			continue;
		for (size_t k = 0; k < o.symbols[i].size / sizeof(struct stp_probe) && k < MOST_PROBES; k++)
			memcpy(&t->stack[k], s->bytes + o.symbols[i].value + k * sizeof(struct stp_probe) +
			       offsetof(struct stp_probe, stack), sizeof t->stack[k]);
	}
	sb_free(&file);
}

static void measure(struct trial *t, const char *text)
{
	*t = (struct trial){ .arena = ARENA_INIT, .dir = make_temp_dir() };
	t->ko = arena_printf(&t->arena, "%s/m.ko", t->dir);
	compile(t, text);
	CHECK_EQ(stackuse_set(&t->arena, t->ko, &t->use), 0);
	read_table(t);
}

static void end(struct trial *t)
{
	remove_tree(t->dir);
	free(t->dir);
	arena_free(&t->arena);
}

/* Is N what a frame with BYTES of variables takes, and not much more? */
static bool is_about(uint32_t n, uint32_t bytes)
{
	return n > bytes && n < bytes + 160;
}

TEST(stackuse_of_handlers_conditions_and_entries)
{
	struct trial t;

	measure(&t, "static const struct stp_probe probes[] = { { .handler = small }, { .handler = large },\n"
		    "	{ .handler = small, .condition = asks }, { .handler = small, .entry = large } };\n");
	CHECK(!t.use.refusal);
	CHECK_MSG(is_about(t.stack[0], 100), "%u", t.stack[0]);	/* what runs around it */
	CHECK_MSG(is_about(t.stack[1], 1000), "%u", t.stack[1]);
	CHECK_MSG(is_about(t.stack[2], 2000), "%u", t.stack[2]);
	CHECK_EQ(t.stack[3], t.stack[1]);
	CHECK_EQ(t.use.deepest, t.stack[2]);
	CHECK_MSG(strstr(t.use.text, "asks"), "%s", t.use.text);
	end(&t);
}

TEST(stackuse_counts_a_recursion_once)
{
	struct trial t;

	measure(&t, "KEEP static int64_t down(struct stp_ctx *c, int64_t n) { char b[300]; touch(b); return n ? down(c, n - 1) + n : 0; }\n"
		    "KEEP static void h(struct stp_ctx *c) { touch((void *)down(c, 5)); }\n"
		    "static const struct stp_probe probes[] = { { .handler = h } };\n");
	CHECK(!t.use.refusal);
	CHECK_MSG(t.stack[0] > 300 && t.stack[0] < 2 * 300 + 200, "%u", t.stack[0]);
	end(&t);
}

TEST(stackuse_refuses_what_is_too_deep)
{
	struct trial t;

	measure(&t, "KEEP static void f3(void *p) { char b[2000]; touch(b); touch(p); }\n"
		    "KEEP static void f2(void *p) { char b[2000]; touch(b); f3(p); touch(b); }\n"
		    "KEEP static void h(struct stp_ctx *c) { char b[2000]; touch(b); f2(c); touch(b); }\n"
		    "static const struct stp_probe probes[] = { { .handler = small }, { .handler = h } };\n");
	CHECK(t.use.refusal && strstr(t.use.refusal, "h > f2 > f3"));
	CHECK(t.use.refusal && strstr(t.use.refusal, "of which a probe may take 5120"));
	CHECK_EQ(t.stack[0], 0);	/* nothing is written */
	end(&t);
}

TEST(stackuse_refuses_what_has_no_bound)
{
	struct trial t;

	measure(&t, "KEEP static void h(struct stp_ctx *c) { touch(__builtin_alloca(c->cpu)); }\n"
		    "static const struct stp_probe probes[] = { { .handler = h } };\n");
	CHECK(t.use.refusal && strstr(t.use.refusal, "without a bound"));
	end(&t);
}

TEST(stackuse_knows_what_is_deep_in_the_kernel)
{
	struct trial t;

	measure(&t, "int snprintf(char *b, size_t n, const char *f, ...);\n"
		    "KEEP static void h(struct stp_ctx *c) { char b[64]; snprintf(b, sizeof b, \"x\"); touch(b); }\n"
		    "static const struct stp_probe probes[] = { { .handler = h } };\n");
	CHECK_MSG(is_about(t.stack[0], 1024 + 64), "%u", t.stack[0]);
	end(&t);
}

TEST(stackuse_of_modules_without_probes)
{
	struct trial t;

	measure(&t, "static const struct stp_probe probes[] = { };\n");
	CHECK(!t.use.refusal);
	CHECK_EQ(t.use.deepest, 0);
	end(&t);
}

TEST(stackuse_of_files_that_are_no_modules)
{
	struct arena a = ARENA_INIT;
	char *dir = make_temp_dir();
	const char *path = arena_printf(&a, "%s/x", dir);
	struct stackuse u;

	CHECK_EQ(stackuse_set(&a, path, &u), -ENOENT);
	CHECK_EQ(write_file_atomic(path, "x", 1, 0644), 0);
	CHECK_EQ(stackuse_set(&a, path, &u), -ENOEXEC);
	remove_tree(dir);
	free(dir);
	arena_free(&a);
}
#endif
