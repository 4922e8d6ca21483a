/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What other languages have and this one has not: said where it stands, with what to write instead, rather than later where
 * the parser stumbles over it, or never, as "do { … } while (x);" is two statements here. All of these words can be names. */
#include "translator/syntax/parser.h"

#include <string.h>

/* Sets of what may follow. */
enum { ANY_OPERAND = 1, A_NAME = 2, A_BRACE = 4, A_COLON = 8, A_TEXT = 16 };

#define NO_SWITCH "there is no switch: write if (x == 1) … else if (x == 2) … else …"

static const struct { const char *word; unsigned next; const char *instead; } words[] = {
	{ "do", A_BRACE, "there is no do loop: write while (1) { …; if (!x) break }" },
	{ "goto", A_NAME, "there are no jumps: use loops with break and continue, functions with return, next to leave a handler" },
	{ "case", ANY_OPERAND, NO_SWITCH },
	{ "default", A_COLON, NO_SWITCH },
	{ "print", A_TEXT, "print is a function: print(\"…\")" },
	{ "println", A_TEXT, "println is a function: println(\"…\")" },
	{ "printf", A_TEXT, "printf is a function: printf(\"…\", …)" },
};

#define NO_DECLARATION "variables are not declared: write x = 3, and `global x` outside of probes for one that they share"

/* Types and the like, with a name behind them. */
static const char *const declarators[] = { "auto", "bool", "char", "const", "double", "float", "int", "let", "local", "long", "my",
	"short", "size_t", "string", "u16", "u32", "u64", "u8", "uint32_t", "uint64_t", "unsigned", "var", "void" };

/* What begins a probe elsewhere. */
static const struct { const char *word, *here; } probes[] = {
	{ "BEGIN", "probe begin { … }" },
	{ "END", "probe end { … }" },
	{ "fbt", "probe kernel.function(\"NAME\") { … }, .return for what it returns" },
	{ "fentry", "probe kernel.function(\"NAME\") { … }" },
	{ "fexit", "probe kernel.function(\"NAME\").return { … }" },
	{ "hardware", "probe perf.type(0).config(N) { … }" },
	{ "interval", "probe timer.s(N) { … }, timer.ms(N)" },
	{ "kfunc", "probe kernel.function(\"NAME\") { … }" },
	{ "kprobe", "probe kernel.function(\"NAME\") { … }" },
	{ "kretfunc", "probe kernel.function(\"NAME\").return { … }" },
	{ "kretprobe", "probe kernel.function(\"NAME\").return { … }" },
	{ "profile", "probe timer.profile { … }" },
	{ "rawtracepoint", "probe kernel.trace(\"NAME\") { … }" },
	{ "software", "probe perf.type(1).config(N) { … }" },
	{ "syscall", "probe syscall.NAME { … }, syscall.NAME.return" },
	{ "tick", "probe timer.s(N) { … }, timer.ms(N)" },
	{ "tracepoint", "probe kernel.trace(\"SYSTEM:NAME\") { … }" },
};

bool hint_native_probe(struct parser *p, const char *word)
{
	for (size_t i = 0; i < sizeof probes / sizeof *probes; i++)
		if (!strcmp(word, probes[i].word)) {
			hint(p, "here that is: %s", probes[i].here);
			return true;
		}
	return false;
}

static unsigned kinds_of(const struct token *t)
{
	switch ((int)t->kind) {
	case TOK_NUMBER: case TOK_TARGET: case TOK_ATOP: return ANY_OPERAND;
	case TOK_STRING: return ANY_OPERAND | A_TEXT;
	case TOK_IDENT: return ANY_OPERAND | A_NAME;
	case TOK_LBRACE: return A_BRACE;
	case TOK_COLON: return A_COLON;
	}
	return 0;
}

/* int x, but not int = 3, int(3) */
static bool declares(struct parser *p)
{
	for (size_t i = 0; i < sizeof declarators / sizeof *declarators && token_is_word(&p->tok); i++)
		if (!strcmp(p->tok.text, declarators[i]))
			return peek2(p)->kind == TOK_IDENT;
	return false;
}

bool parse_native(struct parser *p)
{
	if (declares(p)) {
		fail_expected(p, "a statement");
		hint(p, NO_DECLARATION);
		return false;
	}
	for (size_t i = 0; i < sizeof words / sizeof *words && p->tok.kind == TOK_IDENT; i++)
		if (!strcmp(p->tok.text, words[i].word) && (kinds_of(peek2(p)) & words[i].next)) {
			fail_expected(p, "a statement");
			hint(p, "%s", words[i].instead);
			return false;
		}
	return true;
}

bool parse_native_else(struct parser *p)
{
	static const char *const other[] = { "elseif", "elsif", "elif" };

	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		if (p->tok.kind == TOK_IDENT && !strcmp(p->tok.text, other[i]) && peek2(p)->kind == TOK_LPAREN) {
			fail_expected(p, "a statement");
			hint(p, "write \"else if\"");
			return false;
		}
	return true;
}

/* .5 */
bool parse_native_operand(struct parser *p)
{
	if (p->tok.kind != TOK_DOT || peek2(p)->kind != TOK_NUMBER || p->ahead.space_before)
		return true;
	fail_expected(p, "an expression");
	hint(p, "there are no fractions: " NOTE_SCALE);
	return false;
}
