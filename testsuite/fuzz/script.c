/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See script.h. Nothing of sema is linked: what it does for the preprocessor is done here. */
#include "testsuite/fuzz/script.h"
#include "translator/syntax/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const script_pieces[] = {
#define TOK(name, text)
#define TOK_KEYWORD(name, text) text " ",
#define TOK_OP(name, text) text,
#include "translator/syntax/token.def"
	"@define f(a, b) %( @a @b %)", "@define g %( @f(1, 2) %)", "@f(", "@g ", "@count(", "@cast(x, \"t\")", "@hist_log(", "@entry(", "@var(\"x\")",
	"@define ", "@both(", "@pair ", "%( kernel_v > \"1\" %? ", "%( 1 == 2 || \"a\" != \"b*\" %? ", "%( CONFIG_X == \"y\" %? ", "CONFIG_HZ > 100 ",
	"kernel_vr ", "arch ", "systemtap_v ", "guru_mode ", "runtime ", "systemtap_privilege ", "$# > 1 && $4 == 5 ",
	"$1", "@1", "$2 ", "@3", "$#", "@#", "$$vars$", "&$x->y[1]$$ ", "\"\\x41\\0\\n\" ", "\"%5.*d %s %m %%\", ", "printf(", "printd(\",\", ",
	"%{ C %}", "/* */", "/*", "// \n", "# \n", "#!", "{a,b.c(1)}", "a[*, 1]", "-9223372036854775808 ", "0x7fffffffffffffff ", "0777 ",
	"foreach ([a+, b] in m[*, 1] @sum- limit 5) ", "probe a.b? if (x) {}", "global avg(x) ", "private ", "\xff", "é",
	NULL,
};

/* Two macros, one of which uses the other, and an argument of the script. */
bool library_load_macro(struct session *s, const char *name)
{
	static const char text[] = "@define both(a) %( ( @a + @a %( $# > 2 %? + $2 %: %) ) %)\n@define pair %( @both(@1) , @both(x) %)\n";

	if (map_get(&s->macros, name) || (strcmp(name, "both") && strcmp(name, "pair")))
		return false;
	return parse_file(s, source_add(&s->sources, "<library>.stpm", text, sizeof text - 1), true) && map_get(&s->macros, name);
}

struct session *script_open(void)
{
	static const char *const args[] = { "foo", "3", "a b(1) \"c\"" };
	struct session *s = xcalloc(1, sizeof *s);

	s->arena = ARENA_INIT;
	intern_init(&s->names, &s->arena);
	sources_init(&s->sources, &s->arena);
	diags_init(&s->diags, &s->sources, fopen("/dev/null", "w"));
	map_init(&s->macros, &s->arena);
	s->opt.guru = true;
	s->target.release = "1.2.3-4-fuzz";
	s->target.arch = "x86_64";
	s->target.config = ARENA_NEW(&s->arena, struct map);
	map_init(s->target.config, &s->arena);
	map_put(s->target.config, "CONFIG_X", (void *)"y");
	map_put(s->target.config, "CONFIG_HZ", (void *)"250");
	for (size_t i = 0; i < sizeof args / sizeof *args; i++)
		vec_push(&s->arena, &s->opt.args, args[i]);
	return s;
}

void script_close(struct session *s)
{
	fclose(s->diags.out);
	diags_free(&s->diags);
	intern_free(&s->names);
	arena_free(&s->arena);
	free(s);
}
