/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sources and positions. */
#include "lib/source.h"
#include "lib/run.h"
#include "testsuite/unit/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void check_position(struct source *s, uint32_t off, unsigned line, unsigned col)
{
	unsigned l, c;

	source_position(s, off, &l, &c);
	CHECK_MSG(l == line && c == col, "offset %u is at %u:%u, not %u:%u", off, l, c, line, col);
}

static void check_line(struct source *s, unsigned line, const char *want)
{
	size_t len;
	const char *text = source_line(s, line, &len);

	CHECK_EQ(len, strlen(want));
	CHECK_MEM(text, want, len);
}

TEST(source_positions)
{
	struct arena a = ARENA_INIT;
	struct sources ss;
	struct source *s;

	sources_init(&ss, &a);
	s = source_add(&ss, "x.stp", "one\n\ntwo\nlast", 13);
	CHECK_EQ(s->id, 1);
	check_position(s, 0, 1, 1);
	check_position(s, 3, 1, 4);
	check_position(s, 4, 2, 1);
	check_position(s, 5, 3, 1);
	check_position(s, 8, 3, 4);
	check_position(s, 9, 4, 1);
	check_position(s, 13, 4, 5);
	check_position(s, 99, 4, 5);
	check_line(s, 1, "one");
	check_line(s, 2, "");
	check_line(s, 4, "last");
	check_line(s, 5, "");
	check_line(s, 0, "");
	arena_free(&a);
}

TEST(source_of_nothing)
{
	struct arena a = ARENA_INIT;
	struct sources ss;
	struct source *s;

	sources_init(&ss, &a);
	CHECK(source_get(&ss, 0) == NULL && source_get(&ss, 1) == NULL);
	s = source_add(&ss, "empty", "", 0);
	check_position(s, 0, 1, 1);
	check_line(s, 1, "");
	s = source_add(&ss, "newline", "\n", 1);
	check_position(s, 1, 2, 1);
	check_line(s, 2, "");
	arena_free(&a);
}

TEST(source_expansion_shares_the_text)
{
	struct arena a = ARENA_INIT;
	struct sources ss;
	struct source *base, *outer, *inner;

	sources_init(&ss, &a);
	base = source_add(&ss, "m.stpm", "a\nbc", 4);
	base->library = true;
	outer = source_expansion(&ss, base, "foo", (struct span){ base->id, 1, 2 });
	inner = source_expansion(&ss, outer, "bar", (struct span){ outer->id, 2, 4 });
	CHECK(inner->base == base && inner->text == base->text && inner->library);
	CHECK_STR(inner->macro, "bar");
	CHECK(inner->id != outer->id && source_get(&ss, inner->id) == inner);
	check_position(inner, 3, 2, 2);
	check_line(outer, 2, "bc");
	arena_free(&a);
}

TEST(source_keeps_ids_when_there_are_many)
{
	struct arena a = ARENA_INIT;
	struct sources ss;
	uint32_t i;

	sources_init(&ss, &a);
	for (i = 1; i <= 500; i++)
		CHECK_EQ(source_add(&ss, "n", "t", 1)->id, i);
	for (i = 1; i <= 500; i++)
		CHECK_EQ(source_get(&ss, i)->id, i);
	arena_free(&a);
}

TEST(source_reads_files)
{
	struct arena a = ARENA_INIT;
	struct sources ss;
	struct source *s = NULL;
	char *dir = make_temp_dir(), *path = arena_printf(&a, "%s/f", dir);

	sources_init(&ss, &a);
	CHECK_EQ(write_file_atomic(path, "x\0y\n", 4, 0600), 0);
	CHECK_EQ(source_read(&ss, path, &s), 0);
	CHECK_EQ(s->len, 4);
	CHECK_MEM(s->text, "x\0y\n\0", 5);
	CHECK_STR(s->name, path);
	s = NULL;
	CHECK_EQ(source_read(&ss, dir, &s), -EISDIR);
	CHECK_EQ(source_read(&ss, "/nowhere/at/all", &s), -ENOENT);
	CHECK_EQ(source_read(&ss, "/dev/zero", &s), -EFBIG);
	CHECK(s == NULL);
	CHECK_EQ(remove_tree(dir), 0);
	free(dir);
	arena_free(&a);
}

TEST(span_join)
{
	struct span a = { 1, 4, 6 }, b = { 1, 10, 12 }, none = { 0, 0, 0 }, j = span_join(b, a);

	CHECK(j.src == 1 && j.beg == 4 && j.end == 12);
	j = span_join(none, a);
	CHECK(j.src == 1 && j.beg == 4);
	j = span_join(a, none);
	CHECK(j.src == 1 && j.end == 6);
}
