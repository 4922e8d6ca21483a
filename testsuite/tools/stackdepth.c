/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stackdepth FILE.ko [FUNCTION]: how deep the functions of a module go on the stack, the deepest
 * first; of FUNCTION also what it calls outside the module, and at which depth. */
#include "translator/build/check/stackdepth.h"

#include "lib/run.h"
#include "lib/vec.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
	const char *name;
	uint32_t frame;
	struct stackdepth_path path;
};

static int compare_rows(const void *x, const void *y)
{
	const struct row *a = x, *b = y;

	if (a->path.bytes != b->path.bytes)
		return a->path.bytes > b->path.bytes ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void print_row(const struct row *r)
{
	printf("%7" PRIu32 " %7" PRIu32 " %7" PRIu32 " %7" PRIu32 " %7" PRIu32 "  %s\n",
	       r->path.bytes, r->frame, r->path.outside, r->path.indirect, r->path.cycle, r->path.text);
	if (r->path.unbounded)
		printf("%41s unbounded: %s\n", "", r->path.unbounded);
}

static void print_head(void)
{
	printf("%7s %7s %7s %7s %7s  %s\n", "DEPTH", "FRAME", "OUTSIDE", "UNKNOWN", "CYCLE", "WAY");
}

static void print_all(struct arena *a, struct stackdepth *s)
{
	VEC(struct row) rows = { 0 };
	const char *name;
	struct row r;
	uint32_t i;
	size_t k;

	for (i = 0; (name = stackdepth_function(s, i)); i++) {
		r = (struct row){ .name = name, .frame = stackdepth_frame(s, name) };
		stackdepth_of(s, name, &r.path);
		vec_push(a, &rows, r);
	}
	if (rows.len)
		qsort(rows.data, rows.len, sizeof *rows.data, compare_rows);
	print_head();
	for (k = 0; k < rows.len; k++)
		print_row(&rows.data[k]);
}

static int print_one(struct stackdepth *s, const char *name)
{
	struct row r = { .name = name, .frame = stackdepth_frame(s, name) };
	const struct stackdepth_call *calls;
	size_t n, i;

	if (!stackdepth_of(s, name, &r.path)) {
		fprintf(stderr, "stackdepth: no function %s\n", name);
		return 1;
	}
	print_head();
	print_row(&r);
	calls = stackdepth_calls(s, name, &n);
	for (i = 0; i < n; i++)
		printf("%7" PRIu32 "  %s%s, called by %s\n", calls[i].depth,
		       calls[i].name ? calls[i].name : "a place that is not known",
		       calls[i].name && calls[i].indirect ? " (indirect)" : "", calls[i].from);
	return 0;
}

int main(int argc, char **argv)
{
	struct arena a = ARENA_INIT;
	struct strbuf bytes = STRBUF_INIT;
	struct stackdepth *s;
	int err, status = 0;

	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: stackdepth FILE.ko [FUNCTION]\n");
		return 2;
	}
	err = read_file(argv[1], &bytes);
	if (!err)
		err = stackdepth_read(&a, bytes.s, bytes.len, &s);
	if (err) {
		fprintf(stderr, "stackdepth: %s: %s\n", argv[1], strerror(-err));
		status = 1;
	} else if (argc == 3) {
		status = print_one(s, argv[2]);
	} else {
		print_all(&a, s);
	}
	sb_free(&bytes);
	arena_free(&a);
	return status;
}
