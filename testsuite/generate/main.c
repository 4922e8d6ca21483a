/* SPDX-License-Identifier: GPL-2.0-or-later */
/* generate script SEED UNITS	a random script
 * generate expect FILE		what it prints; the last line of stderr is the number of errors
 * generate smaller FILE N	the script made smaller in the Nth way; status 1: fewer ways
 *
 * Status 3 of expect: the script is none that can be told of (why is on standard error). */
#include "testsuite/generate/eval.h"
#include "testsuite/generate/generate.h"
#include "testsuite/generate/smaller.h"
#include "translator/session.h"
#include "translator/syntax/parse.h"
#include "translator/syntax/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void open_session(struct session *s)
{
	memset(s, 0, sizeof *s);
	s->arena = ARENA_INIT;
	intern_init(&s->names, &s->arena);
	sources_init(&s->sources, &s->arena);
	diags_init(&s->diags, &s->sources, stderr);
	map_init(&s->macros, &s->arena);
}

static void close_session(struct session *s)
{
	diags_free(&s->diags);
	intern_free(&s->names);
	arena_free(&s->arena);
}

static bool read_file(struct strbuf *b, const char *path)
{
	FILE *f = fopen(path, "r");
	char part[4096];
	size_t n;

	if (!f) {
		perror(path);
		return false;
	}
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		sb_add(b, part, n);
	fclose(f);
	return true;
}

static unsigned string_length(const char *text)
{
	const char *at = strstr(text, "MAXSTRINGLEN=");

	return at ? (unsigned)atoi(at + strlen("MAXSTRINGLEN=")) : 512;
}

static int expect(struct session *s, const struct file *f, const char *text)
{
	struct eval e = { .arena = &s->arena,
			  .file = f,
			  .max_string = string_length(text),
			  .max_nesting = 10,
			  .most_steps = 100000 };

	e.out = STRBUF_INIT;
	eval_program(&e);
	if (e.gave_up)
		fprintf(stderr, "%s\n", e.why);
	else
		fprintf(stderr, "%u\n", e.errors);
	fwrite(sb_str(&e.out), 1, e.out.len, stdout);
	sb_free(&e.out);
	return e.gave_up ? 3 : 0;
}

/* The first line, which has the options, stays. */
static int smaller(struct session *s, struct file *f, const char *text, unsigned long n)
{
	struct strbuf b = STRBUF_INIT;
	bool made = make_smaller(&s->arena, f, n);

	if (made) {
		print_file(&b, f);
		printf("%.*s\n%s", (int)strcspn(text, "\n"), text, sb_str(&b));
	}
	sb_free(&b);
	return !made;
}

static int with_file(int argc, char **argv)
{
	struct strbuf text = STRBUF_INIT;
	struct session s;
	struct file *f;
	int status = 2;

	if (!read_file(&text, argv[2]))
		return 2;
	open_session(&s);
	f = parse_file(&s, source_add(&s.sources, argv[2], sb_str(&text), text.len), false);
	if (f && !strcmp(argv[1], "expect"))
		status = expect(&s, f, sb_str(&text));
	else if (f && argc > 3)
		status = smaller(&s, f, sb_str(&text), strtoul(argv[3], NULL, 10));
	close_session(&s);
	sb_free(&text);
	return status;
}

int main(int argc, char **argv)
{
	struct strbuf script = STRBUF_INIT;

	if (argc > 3 && !strcmp(argv[1], "script")) {
		generate_script(&script, strtoull(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
		fputs(sb_str(&script), stdout);
		sb_free(&script);
		return 0;
	}
	if (argc > 2)
		return with_file(argc, argv);
	fprintf(stderr, "usage: %s script SEED UNITS | expect FILE | smaller FILE N\n", argv[0]);
	return 2;
}
