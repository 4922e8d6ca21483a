/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lexer, preprocessor, parser and printer under libFuzzer, which steers by coverage; parse-fuzz
 * needs no clang and is what `make check` runs. A script that parses must print as text that
 * parses to the same. Build and run in the source directory:
 *
 *	clang -std=gnu11 -D_GNU_SOURCE -g -O1 -fsanitize=fuzzer,address,undefined -I. \
 *		testsuite/fuzz/parse_libfuzzer.c translator/errors.c translator/syntax/[a-z]*.c lib/[a-z]*.c -o /tmp/parse-libfuzzer
 *	/tmp/parse-libfuzzer -max_len=2000 -timeout=10 CORPUS testsuite/parse testsuite/err/parse testsuite/fuzz/parse
 *
 * Guru mode, three script arguments, a kernel that is made up; the library knows no macros. */
#include "translator/session.h"
#include "translator/syntax/parse.h"
#include "translator/syntax/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

bool library_load_macro(struct session *s, const char *name)
{
	(void)s;
	(void)name;
	return false;
}

static void session_open(struct session *s, FILE *messages)
{
	static const char *const args[] = { "foo", "3", "a b(1)" };

	s->arena = ARENA_INIT;
	intern_init(&s->names, &s->arena);
	sources_init(&s->sources, &s->arena);
	diags_init(&s->diags, &s->sources, messages);
	map_init(&s->macros, &s->arena);
	s->opt.guru = true;
	s->target.release = "1.2.3-4-fuzz";
	s->target.arch = "x86_64";
	for (size_t i = 0; i < sizeof args / sizeof *args; i++)
		vec_push(&s->arena, &s->opt.args, args[i]);
}

/* TEXT printed again; empty when it does not parse. */
static struct strbuf print_again(const char *text, size_t len, FILE *messages)
{
	struct session *s = xcalloc(1, sizeof *s);
	struct strbuf b = STRBUF_INIT;
	struct file *f;

	session_open(s, messages);
	f = parse_file(s, source_add(&s->sources, "<fuzz>", text, len), false);
	if (f)
		print_file(&b, f);
	else if (!s->diags.nerrors)
		abort();	/* refused without a word */
	diags_free(&s->diags);
	intern_free(&s->names);
	arena_free(&s->arena);
	free(s);
	return b;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *messages = fopen("/dev/null", "w");
	struct strbuf once = print_again((const char *)data, size, messages), again = STRBUF_INIT;

	if (once.len) {
		again = print_again(once.s, once.len, messages);
		if (once.len != again.len || memcmp(once.s, again.s, once.len)) {
			fprintf(stderr, "printed:\n%s\nparsed and printed again:\n%s\n", once.s, sb_str(&again));
			abort();
		}
	}
	sb_free(&once);
	sb_free(&again);
	fclose(messages);
	return 0;
}
