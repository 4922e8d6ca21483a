/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expressions, strings and where they match; mistakes and what is said of them; what the functions of the language tell. */
#include "testsuite/unit/regex/walk.h"
#include "testsuite/unit/unit.h"

#include <string.h>

static const struct { const char *pattern, *text, *places; } cases[] = {
	{ "b", "abc", "(1,2)" }, { "x", "abc", "none" }, { "", "abc", "(0,0)" }, { "a*", "baa", "(0,0)" },
	{ "str(ing)", "an example string", "(11,17)(14,17)" }, { "reg(ex.*p).*r", "regexculpicator", "(0,15)(3,9)" },
	/* the first, and of these the longest */
	{ "a|ab|abc", "xabcd", "(1,4)" }, { "abcd|bc|c", "xbcd", "(1,3)" }, { "a+|b+", "bbaaa", "(0,2)" }, { "xyz|y", "xyxyz", "(1,2)" },
	/* groups from the left, each as long as it can be */
	{ "(a|ab)(c|bcd)(d*)", "abcd", "(0,4)(0,2)(2,3)(3,4)" }, { "(a*)(ab)*(b*)", "abb", "(0,3)(0,1)(-)(1,3)" },
	{ "(a*)(a|aa)", "aaaa", "(0,4)(0,3)(3,4)" }, { "(.*)(foo|bar)(.*)", "xfooybarz", "(0,9)(0,5)(5,8)(8,9)" },
	{ "(a?)(ab?)(b)?", "ab", "(0,2)(0,0)(0,2)(-)" },
	/* only the last round counts */
	{ "((a)|b)*", "ab", "(0,2)(1,2)(-)" }, { "((a|b)(c|d)?)*", "abcd", "(0,3)(1,3)(1,2)(2,3)" }, { "(a*)*", "b", "(0,0)(0,0)" },
	{ "(a*)+", "aa", "(0,2)(0,2)" }, { "(([a-z]+)=([^;]*);)*", "a=b;c=d;", "(0,8)(4,8)(4,5)(6,7)" }, { "(a|ab|c|bcd){2}", "abcd", "(0,4)(1,4)" },
	{ "c|()a|a", "a", "(0,1)(0,0)" }, { "a(|())", "a", "(0,1)(1,1)(-)" }, { "a|(b)", "a", "(0,1)(-)" },
	/* bounds */
	{ "x{2,3}(y|xy)", "xxxxy", "(0,5)(3,5)" }, { "a{3}", "aaaa", "(0,3)" }, { "a{0}b", "ab", "(1,2)" }, { "a{2,}", "xaaaa", "(1,5)" },
	{ "a{,2}b", "aaab", "(1,4)" }, { "(ab){2}{2}", "abababab", "(0,8)(6,8)" }, { "a+?b", "aab", "(0,3)" }, { "(b){0}a", "ba", "(1,2)(-)" },
	/* anchors */
	{ "^b", "ab", "none" }, { "^a", "ab", "(0,1)" }, { "b$", "ab", "(1,2)" }, { "a$", "ab", "none" }, { "^$", "", "(0,0)" },
	{ "^$", "x", "none" }, { "$^", "", "(0,0)" }, { "a^b", "a^b", "none" }, { "(^a|b)c", "bc", "(0,2)(0,1)" }, { "a$|(a)b", "ab", "(0,2)(0,1)" },
	{ "(^|x)a", "a", "(0,1)(0,0)" }, { "x|$", "ab", "(2,2)" }, { "(a|ab)(b?$)", "ab", "(0,2)(0,2)(2,2)" },
	/* sets */
	{ "[b-d]+", "abcde", "(1,4)" }, { "[^b-d]+", "bcae", "(2,4)" }, { "[]a]+", "x]a", "(1,3)" }, { "[^]a]", "]ax", "(2,3)" },
	{ "[a-]+", "b-a", "(1,3)" }, { "[--/]+", "a-./", "(1,4)" }, { "[\\]+", "a\\", "(1,2)" }, { "[[:digit:][:upper:]]+", "a1B2", "(1,4)" },
	{ "[[.a.][=b=]]+", "xab", "(1,3)" }, { "[a-c-e]+", "d-ce", "(1,4)" }, { "[[:cntrl:]]", "a\177", "(1,2)" }, { "[[:punct:]]+", "a!~z", "(1,3)" },
	{ "[[:xdigit:]]+", "gF9f", "(1,4)" }, { "[[:blank:]][[:space:]]", "a \n", "(1,3)" }, { "[$^.*]+", "a.*^$", "(1,5)" },
	{ "[[:graph:]]+[[:print:]]", "a b", "(0,2)" }, { "[.-0]+", "a./0", "(1,4)" },
	/* escapes; bytes */
	{ "\\.\\*\\(\\)\\[\\]\\{\\}\\^\\$\\|\\+\\?\\\\", "x.*()[]{}^$|+?\\", "(1,15)" }, { "\\w+\\W\\s*\\S", "a_1-  b", "(0,7)" }, { "\\t\\n", "a\t\n", "(1,3)" },
	{ "a)b", "a)b", "(0,3)" }, { "a}", "a}", "(0,2)" }, { ".", "\xff", "(0,1)" }, { "\xc3\xa9+", "\xc3\xa9\xa9", "(0,3)" }, { "[\x80-\xff]+", "a\xc3\xa9z", "(1,3)" },
	{ "a.b", "a\nb", "(0,3)" },
	/* empty alternatives and groups */
	{ "a||b", "b", "(0,1)" }, { "()", "x", "(0,0)(0,0)" }, { "(|a)b", "ab", "(0,2)(0,1)" }, { "a(|b|)c", "abc", "(0,3)(1,2)" },
	{ "a**", "aa", "(0,2)" },
};

TEST(regex_places)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *pattern = cases[i].pattern, *text = cases[i].text;
		struct arena a = ARENA_INIT;
		struct regex_error err;
		struct regex *all = regex_compile(&a, pattern, strlen(pattern), WALK_ALL, &err);
		struct regex *test = regex_compile(&a, pattern, strlen(pattern), REGEX_TEST, &err);
		struct places p;
		char got[WALK_TEXT];

		CHECK_MSG(all && test, "\"%s\": %s", pattern, err.text);
		p = walk_match(all, text);
		CHECK_MSG(!strcmp(places_text(&p, got), cases[i].places), "\"%s\" in \"%s\": %s, not %s", pattern, text, got, cases[i].places);
		CHECK_MSG(stp_regex_test(&test->table, text) == (p.n > 0), "\"%s\" in \"%s\" without positions", pattern, text);
		arena_free(&a);
	}
}

static const struct { const char *pattern, *tag; size_t beg, end; } mistakes[] = {
	{ "a(b", "REGEX_PAREN", 1, 2 }, { "((a)", "REGEX_PAREN", 0, 1 }, { "*a", "REGEX_REPEAT", 0, 1 }, { "a|*b", "REGEX_REPEAT", 2, 3 },
	{ "(+)", "REGEX_REPEAT", 1, 2 }, { "{2}", "REGEX_REPEAT", 0, 1 }, { "^*", "REGEX_REPEAT", 1, 2 }, { "a$+", "REGEX_REPEAT", 2, 3 },
	{ "a{2,1}", "REGEX_BOUND", 1, 6 }, { "a{2", "REGEX_BOUND", 1, 3 }, { "a{x", "REGEX_BOUND", 1, 3 }, { "a{,}", "REGEX_BOUND", 1, 4 },
	{ "a{40000}", "REGEX_BOUND", 2, 7 }, { "a{1,99999999999}", "REGEX_BOUND", 4, 15 }, { "[a", "REGEX_BRACKET", 0, 1 }, { "x[]", "REGEX_BRACKET", 1, 2 },
	{ "[^]", "REGEX_BRACKET", 0, 1 }, { "[[:alpha:]", "REGEX_BRACKET", 0, 1 }, { "[[:alpha", "REGEX_BRACKET", 1, 3 }, { "[[:foo:]]", "REGEX_CLASS", 1, 8 },
	{ "[[.ab.]]", "REGEX_CLASS", 1, 7 }, { "[[==]]", "REGEX_CLASS", 1, 5 }, { "a[z-a]", "REGEX_RANGE", 2, 5 }, { "[[:digit:]-z]", "REGEX_RANGE", 1, 11 },
	{ "[a-[:digit:]]", "REGEX_RANGE", 1, 12 }, { "a\\", "REGEX_ESCAPE", 1, 2 }, { "(a)\\1", "REGEX_ESCAPE", 3, 5 }, { "\\d", "REGEX_ESCAPE", 0, 2 },
	{ "\\<a", "REGEX_ESCAPE", 0, 2 }, { "((a{1000}){1000}){1000}", "REGEX_SIZE", 0, 23 }, { "(){9999}{9999}{9999}", "REGEX_SIZE", 0, 20 },
	{ "(a|b)*a(a|b){16}", "REGEX_SIZE", 0, 16 },
};

TEST(regex_mistakes)
{
	for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
		struct arena a = ARENA_INIT;
		struct regex_error err;
		const char *pattern = mistakes[i].pattern;
		struct regex *re = regex_compile(&a, pattern, strlen(pattern), REGEX_TEST, &err);

		CHECK_MSG(!re, "\"%s\" was taken", pattern);
		CHECK_MSG(!strcmp(err.tag, mistakes[i].tag) && err.beg == mistakes[i].beg && err.end == mistakes[i].end && *err.text,
			  "\"%s\": %s at %zu to %zu", pattern, err.tag, err.beg, err.end);
		arena_free(&a);
	}
}

TEST(regex_deep_nesting_is_a_mistake)
{
	struct arena a = ARENA_INIT;
	struct regex_error err;
	char text[5000];

	memset(text, '(', sizeof text);
	CHECK(!regex_compile(&a, text, sizeof text, REGEX_TEST, &err));
	CHECK_STR(err.tag, "REGEX_SIZE");
	memset(text, '*', sizeof text);
	text[0] = 'a';
	CHECK(!regex_compile(&a, text, sizeof text, REGEX_TEST, &err));
	CHECK_STR(err.tag, "REGEX_SIZE");
	arena_free(&a);
}

TEST(regex_nul_in_a_pattern_matches_nothing)
{
	struct arena a = ARENA_INIT;
	struct regex_error err;
	struct regex *re = regex_compile(&a, "a\0b|c", 5, REGEX_TEST, &err);

	CHECK(re);
	CHECK(!stp_regex_test(&re->table, "ab"));
	CHECK(stp_regex_test(&re->table, "abc"));
	arena_free(&a);
}

TEST(regex_fewer_groups_need_less)
{
	static const char pattern[] = "(a|b)*a(a|b)(a|b)(c*)";
	struct arena a = ARENA_INIT;
	struct regex_error err;
	struct regex *one = regex_compile(&a, pattern, sizeof pattern - 1, 1, &err), *all = regex_compile(&a, pattern, sizeof pattern - 1, WALK_ALL, &err);
	struct places p;
	char got[WALK_TEXT];

	CHECK(one && all);
	p = walk_match(one, "xbabab");
	CHECK_STR(places_text(&p, got), "(1,5)(1,2)");
	CHECK_EQ(one->table.ngroups, 5);
	CHECK_EQ(all->table.ngroups, 5);
	CHECK(one->table.nregs < all->table.nregs);
	arena_free(&a);
}

TEST(regex_functions_tell_of_the_last_match)
{
	struct arena a = ARENA_INIT;
	struct regex_error err;
	struct regex *re = regex_compile(&a, "b(c+)(x)?", 9, WALK_ALL, &err);
	uint32_t regs[STP_REGEX_MOST_REGS + 1], tags[16];
	char text[WALK_TEXT], got[4];
	struct stp_match m = { .regs = regs, .tags = tags, .text = text };
	struct stp_ctx c = { .match = &m };

	CHECK_EQ(stp_ngroups(&c), 0);
	CHECK_STR(c.message, "no =~ was evaluated");
	c.error = 0;
	CHECK(stp_regex_match(&c, &re->table, "abccccd"));
	CHECK_EQ(stp_ngroups(&c), 3);
	stp_matched(&c, got, sizeof got, 0);
	CHECK_STR(got, "bcc");
	stp_matched(&c, got, sizeof got, 1);
	CHECK_STR(got, "ccc");
	stp_matched(&c, got, sizeof got, 2);
	CHECK_STR(got, "");
	CHECK(!c.error);
	stp_matched(&c, got, sizeof got, 3);
	CHECK(c.error);
	c.error = 0;
	stp_matched(&c, got, sizeof got, -1);
	CHECK(c.error);
	c.error = 0;
	CHECK(!stp_regex_match(&c, &re->table, "ab"));
	stp_matched(&c, got, sizeof got, 0);
	CHECK_STR(c.message, "the last =~ found no match");
	c.error = 0;
	re = regex_compile(&a, "b(c+)(d)(e)", 11, 1, &err);	/* nobody asks for more than one group */
	for (unsigned i = 0; i < 16; i++)
		tags[i] = i % 2 ? 0 : 2;
	CHECK(stp_regex_match(&c, &re->table, "abccde"));
	stp_matched(&c, got, sizeof got, 1);
	CHECK_STR(got, "cc");
	stp_matched(&c, got, sizeof got, 3);
	CHECK_STR(got, "");
	CHECK(!c.error);
	arena_free(&a);
}
