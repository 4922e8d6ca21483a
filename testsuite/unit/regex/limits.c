/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What compiles and what is refused: expressions as people write them are taken, with the places of their groups; costly
 * ones are refused, or taken, soon.  The processor's time allowed has room for sanitizers and slow machines, and none for
 * the seconds that a step without a limit takes. */
#include "lib/strbuf.h"
#include "testsuite/unit/regex/walk.h"
#include "testsuite/unit/unit.h"

#include <string.h>
#include <time.h>

enum { MOST_MS = 1500 };

#define OCTET "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
#define H "[0-9a-fA-F]{1,4}"

/* The text and the places of the match, for all groups. */
static const struct { const char *pattern, *text, *places; } usual[] = {
	{ "^" OCTET "\\." OCTET "\\." OCTET "\\." OCTET "$", "10.0.255.1", "(0,10)(0,2)(3,4)(5,8)(9,10)" },
	{ "(" OCTET "\\.){3}" OCTET "(/[0-9]{1,2})?", "to 192.168.1.77/24", "(3,18)(11,13)(11,12)(13,15)(15,18)" },
	{ "^((" H ":){7}" H "|(" H ":){1,7}:|(" H ":){1,6}:" H "|(" H ":){1,5}(:" H "){1,2}|(" H ":){1,4}(:" H "){1,3}|(" H ":){1,3}(:" H
	  "){1,4}|(" H ":){1,2}(:" H "){1,5}|" H ":(:" H "){1,6}|:((:" H "){1,7}|:))$", "::1", "(0,3)(0,3)(-)(-)(-)(-)(-)(-)(-)(-)(-)(-)(-)(-)(1,3)(1,3)" },
	{ "(https?|ftp)://([^/:@ ]+(:[^@/ ]*)?@)?([a-zA-Z0-9.-]+)(:([0-9]+))?(/[^?# ]*)?(\\?[^# ]*)?(#[^ ]*)?", "see http://a.org:80/x?y#z.",
	  "(4,26)(4,8)(-)(-)(11,16)(16,19)(17,19)(19,21)(21,23)(23,26)" },
	{ "^(([^:/?#]+):)?(//([^/?#]*))?([^?#]*)(\\?([^#]*))?(#(.*))?$", "a://b/c?d#e", "(0,11)(0,2)(0,1)(2,5)(4,5)(5,7)(7,9)(8,9)(9,11)(10,11)" },
	{ "([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2}):([0-9]{2})(\\.[0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})", "2001-02-03T04:05:06Z",
	  "(0,20)(0,4)(5,7)(8,10)(11,13)(14,16)(17,19)(-)(19,20)" },
	{ "^[a-z]{1,255}$", "abc", "(0,3)" }, { "[a-z]{1,255}", "1abc", "(1,4)" }, { "(ab|cd){1,255}", "xabcdab", "(1,7)(5,7)" },
	{ "([a-z0-9]{1,63}\\.){1,3}[a-z]{2,}", "www.example.org", "(0,15)(4,12)" }, { "^(.{1,16})(.{1,16})$", "abc", "(0,3)(0,2)(2,3)" },
	{ "^.{255}$", "abc", "none" }, { "[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", "01234567-89ab-cdef-0123-456789abcdef", "(0,36)(19,24)" },
};

static const char *const costly[] = {
	"(a|b)*a(a|b){20}", "(a|b)*a(a|b){12}", ".*a.{30}b", "a{10000}", "^a{16000}$", "^(a{1,100}){1,100}$", "((a{1,20}){1,20}){1,20}",
	"(a?){300}a{300}", ".{200}a.{200}", "[ab]{100}[bc]{100}[cd]{100}", "(()|a)*{500}", "((){1000}){20}", "(()|a|b)*(()|a){200}(a*)*{30}",
	"(a*)(b*)(c*)(d*)(e*)(f*)(g*)(h*)(i*)(j*)(k*)(l*)(m*)(n*)(o*)(p*)(q*)(r*)(s*)(t*)", "((a|b)*a(a|b){6}){2,}(a|ab|b)*(a|b){9}$",
};

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* N words between BEFORE and BEHIND. */
static const char *words(struct strbuf *s, const char *before, unsigned n, const char *behind)
{
	uint64_t x = 1;

	sb_clear(s);
	sb_puts(s, before);
	for (unsigned i = 0; i < n; i++) {
		sb_printf(s, "%s", i ? "|" : "");
		x = x * 6364136223846793005 + 1442695040888963407;
		for (unsigned k = 0; k < 3 + (x >> 60) % 8; k++)
			sb_putc(s, (char)('a' + (x >> (8 + 5 * k)) % 26));
		sb_printf(s, "%c", "xyz_"[i % 4]);
	}
	sb_puts(s, behind);
	return sb_str(s);
}

TEST(regex_usual_ones_compile)
{
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
		struct arena a = ARENA_INIT;
		struct regex_error err;
		struct regex *test = regex_compile(&a, usual[i].pattern, strlen(usual[i].pattern), REGEX_TEST, &err);
		struct regex *all = regex_compile(&a, usual[i].pattern, strlen(usual[i].pattern), WALK_ALL, &err);
		struct places p;
		char got[WALK_TEXT];

		CHECK_MSG(test && all, "\"%s\": %s", usual[i].pattern, err.text);
		p = walk_match(all, usual[i].text);
		CHECK_MSG(!strcmp(places_text(&p, got), usual[i].places), "\"%s\" in \"%s\": %s, not %s", usual[i].pattern, usual[i].text, got, usual[i].places);
		CHECK_EQ(stp_regex_test(&test->table, usual[i].text), p.n > 0);
		arena_free(&a);
	}
}

TEST(regex_two_hundred_words_compile)
{
	static const struct { const char *before, *behind; int groups; } forms[] = {
		{ "", "", 0 }, { "^(", ")$", WALK_ALL }, { "(", ")=[0-9]+", 0 }, { "\\W(", ")\\W", 0 },
	};
	struct strbuf s = STRBUF_INIT;

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct arena a = ARENA_INIT;
		struct regex_error err;
		const char *pattern = words(&s, forms[i].before, 200, forms[i].behind);

		CHECK_MSG(regex_compile(&a, pattern, strlen(pattern), REGEX_TEST, &err), "%s…%s: %s", forms[i].before, forms[i].behind, err.text);
		CHECK_MSG(regex_compile(&a, pattern, strlen(pattern), forms[i].groups, &err), "%s…%s: %s", forms[i].before, forms[i].behind, err.text);
		arena_free(&a);
	}
	sb_free(&s);
}

/* Alternatives that begin alike share what they begin with, and differ all the same. */
TEST(regex_alternatives_that_begin_alike)
{
	static const struct { const char *pattern, *text, *places; } cases[] = {
		{ "foo|foobar|for|f", "xfoobaz", "(1,4)" }, { "foo|foobar|for|f", "foobar", "(0,6)" }, { "foo|foobar|for|f", "fo", "(0,1)" },
		{ "ab|ab|abc", "abc", "(0,3)" }, { "(ab*c|abd|[a]e)x", "abdx", "(0,4)(0,3)" }, { "(ab*c|abd|[a]e)x", "abbcx", "(0,5)(0,4)" },
		{ "(ab*c|abd|[a]e)x", "aex", "(0,3)(0,2)" }, { "a||ab", "ab", "(0,2)" }, { "(a|ab)(c|bcd)(d*)", "abcd", "(0,4)(0,2)(2,3)(3,4)" },
		{ "(a(b)|ac)", "ac", "(0,2)(0,2)(-)" }, { "a$|ab", "ab", "(0,2)" }, { "a$|ab", "ca", "(1,2)" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena a = ARENA_INIT;
		struct regex_error err;
		struct places p = walk_match(regex_compile(&a, cases[i].pattern, strlen(cases[i].pattern), WALK_ALL, &err), cases[i].text);
		char got[WALK_TEXT];

		CHECK_MSG(!strcmp(places_text(&p, got), cases[i].places), "\"%s\" in \"%s\": %s, not %s", cases[i].pattern, cases[i].text, got, cases[i].places);
		arena_free(&a);
	}
}

TEST(regex_costly_ones_end_soon)
{
	static const int groups[] = { REGEX_TEST, 0, WALK_ALL };

	for (size_t i = 0; i < sizeof costly / sizeof *costly; i++)
		for (size_t k = 0; k < 3; k++) {
			struct arena a = ARENA_INIT;
			struct regex_error err;
			double begun = now_ms(), took;
			const struct regex *re = regex_compile(&a, costly[i], strlen(costly[i]), groups[k], &err);

			took = now_ms() - begun;
			CHECK_MSG(took < MOST_MS, "\"%s\", groups %d: %.0f ms", costly[i], groups[k], took);
			CHECK_MSG(re || !strcmp(err.tag, "REGEX_SIZE"), "\"%s\": %s", costly[i], err.text);
			arena_free(&a);
		}
}

/* What is refused stays refused however it is asked for: an empty table would match nothing, silently. */
TEST(regex_refused_at_the_first_state)
{
	struct strbuf s = STRBUF_INIT;
	struct regex_error err;
	struct arena a = ARENA_INIT;

	for (int i = 0; i < 4000; i++)
		sb_printf(&s, "%s(%c)%c", i ? "|" : "", 'a' + i % 26, 'a' + i / 26 % 26);
	CHECK(!regex_compile(&a, s.s, s.len, WALK_ALL, &err));
	CHECK_STR(err.tag, "REGEX_SIZE");
	CHECK(!regex_compile(&a, "(()|a)*{500}", 12, WALK_ALL, &err));
	arena_free(&a);
	sb_free(&s);
}
