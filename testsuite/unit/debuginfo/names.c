/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Globs, nearest names, names of modules, files of patterns. */
#include "testsuite/unit/unit.h"
#include "translator/debuginfo/dw.h"
#include "translator/debuginfo/index_build.h"
#include <string.h>

TEST(glob_matches)
{
	CHECK(glob_match("*", "") && glob_match("*", "x") && glob_match("a*c", "abbc") && glob_match("a**c", "ac"));
	CHECK(glob_match("a?c", "abc") && !glob_match("a?c", "ac") && !glob_match("a", "ab") && !glob_match("ab", "a"));
	CHECK(glob_match("[a-c]x", "bx") && !glob_match("[a-c]x", "dx") && glob_match("[!a-c]x", "dx"));
	CHECK(glob_match("[]]", "]") && glob_match("[a", "[a") && glob_match("\\*", "*") && !glob_match("\\*", "x"));
	CHECK(glob_match("tcp_*_sk*b", "tcp_send_skb") && glob_match("*foo*bar*", "xfooybarz") && !glob_match("*foo*bar", "foobarx"));
	CHECK(glob_match("", "") && !glob_match("", "a") && !glob_match("[a]", ""));
	CHECK(glob_is_plain("vfs_read") && !glob_is_plain("vfs_*") && !glob_is_plain("a[b]") && !glob_is_plain("a?"));
}

/* Many stars against a long text: the time must stay a product, not a power. */
TEST(glob_does_not_explode)
{
	char text[2001];

	memset(text, 'a', 2000);
	text[2000] = '\0';
	CHECK(!glob_match("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
}

TEST(file_patterns)
{
	CHECK(dw_file_matches(NULL, "fs/read_write.c"));
	CHECK(dw_file_matches("fs/read_write.c", "fs/read_write.c"));
	CHECK(dw_file_matches("read_write.c", "fs/read_write.c"));
	CHECK(dw_file_matches("fs/*", "/usr/src/linux/fs/read_write.c"));
	CHECK(!dw_file_matches("write.c", "fs/read_write.c"));
	CHECK(!dw_file_matches("ext4/*.c", "fs/ext3/a.c"));
	CHECK(!dw_file_matches("x", NULL));
}

TEST(module_names)
{
	CHECK(module_name_equal("snd-pcm", "snd_pcm"));
	CHECK(!module_name_equal("snd", "snd_pcm"));
	CHECK(!module_name_equal("a-b", "a.b"));
}

TEST(nearest_names)
{
	struct nearest n;
	struct arena a = ARENA_INIT;
	struct di_name_vec v = { 0 };

	nearest_init(&n, "vfs_raed", 2);
	nearest_offer(&n, "vfs_write");
	nearest_offer(&n, "vfs_readv");
	nearest_offer(&n, "vfs_read");
	nearest_offer(&n, "vfs_read");
	nearest_offer(&n, "something_else");
	nearest_take(&n, &a, &v);
	CHECK_EQ(v.len, 2);
	CHECK_STR(v.data[0], "vfs_read");
	CHECK_STR(v.data[1], "vfs_readv");
	arena_free(&a);
}

TEST(paths_are_normalized)
{
	static const char *const cases[][2] = {
		{ "a/./b", "a/b" }, { "a/x/../b", "a/b" }, { "./a", "a" }, { "../a", "../a" }, { "../../a/../b", "../../b" },
		{ "/a/../../b", "/../b" }, { "a/b/../../c", "c" }, { "", "" }, { "a//b", "a//b" }, { "..", ".." }, { "a/..", "" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char buf[64];

		strcpy(buf, cases[i][0]);
		path_normalize(buf);
		CHECK_STR(buf, cases[i][1]);
	}
}
