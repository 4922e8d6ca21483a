/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lexer, preprocessor, parser and printer: what is refused is told why; a script that parses prints as text that parses to
 * the same. An input whose first line begins with "//m" is a file of the library's macros. */
#include "testsuite/fuzz/fuzz.h"
#include "testsuite/fuzz/script.h"
#include "translator/syntax/parse.h"
#include "translator/syntax/print.h"

#include <stdio.h>
#include <string.h>

/* What TEXT prints as, into B. False: it does not parse; *WRONG when that was not told. */
static bool print_again(const char *text, size_t len, bool library, struct strbuf *b, const char **wrong)
{
	struct session *s = script_open();
	struct file *f = parse_file(s, source_add(&s->sources, library ? "<fuzz>.stpm" : "<fuzz>", text, len), library);

	if (f)
		print_file(b, f);
	else if (!s->diags.nerrors)
		*wrong = "refused without a word";
	script_close(s);
	return f;
}

static const char *run(const char *data, size_t len, bool *taken)
{
	struct strbuf once = STRBUF_INIT, again = STRBUF_INIT;
	const char *wrong = NULL;
	bool parses;

	*taken = print_again(data, len, len > 3 && !memcmp(data, "//m", 3), &once, &wrong);
	if (*taken) {
		parses = print_again(sb_str(&once), once.len, false, &again, &wrong);
		if (!parses || once.len != again.len || memcmp(sb_str(&once), sb_str(&again), once.len)) {
			fprintf(stderr, "printed:\n%s\nparsed and printed again:\n%s\n", sb_str(&once), sb_str(&again));
			wrong = "what it prints does not parse to the same";
		}
	}
	sb_free(&once);
	sb_free(&again);
	return wrong;
}

const struct fuzz_target fuzz_parse = { "parse", run, script_pieces };
