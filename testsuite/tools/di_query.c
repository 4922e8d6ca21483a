/* SPDX-License-Identifier: GPL-2.0-or-later */
/* di-query: ask debuginfo/ by hand, and for golden files and peer comparisons.
 *
 *	di-query [-r RELEASE] [-m MODULE] [-n] [-s dwarf|btf|image|symbols] [-t] COMMAND ARGS…
 *
 * -n: no cache; -s: use only that source (image: the BTF of the boot image); -t: print how long the command took.
 * A path given with -m may be a program.  Commands: see the table below. */
#include "di_query.h"
#include "lib/run.h"
#include "translator/build/target.h"
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int cmd_help(struct query *q, char **args);

static const struct command {
	const char *name;
	unsigned min_args;
	int (*run)(struct query *q, char **args);
	const char *help;
} commands[] = {
	{ "functions", 1, query_functions, "GLOB [FILE [LINE]]   functions and their addresses" },
	{ "inlines", 1, query_inlines, "GLOB [FILE]          inlined copies" },
	{ "vars", 1, query_vars, "FUNC[+OFF|@ADDR]     variables there" },
	{ "fetch", 2, query_fetch, "FUNC[+OFF|@ADDR] EXPR… programs ($x->a[1].b, &$x, $x=)" },
	{ "return", 1, query_return, "FUNC [EXPR…]         programs at the return (return->a)" },
	{ "global", 1, query_global, "EXPR [FILE]          a global's program" },
	{ "cast", 2, query_cast, "TYPE EXPR            x->a from a pointer to TYPE" },
	{ "type", 1, query_type, "NAME                 a type with its members" },
	{ "tracepoints", 1, query_tracepoints, "GLOB                 tracepoints with arguments" },
	{ "traceargs", 2, query_tracearg, "NAME EXPR            program for a tracepoint's argument" },
	{ "enum", 1, query_enum, "NAME                 value of an enumerator" },
	{ "symbol", 1, query_symbol, "NAME|0xADDR          address of a symbol, symbol at an address" },
	{ "lines", 2, query_lines, "FUNC FILE|- SPEC     statements: N, N-M, '*', +N, ~N (nearest)" },
	{ "labels", 1, query_labels, "FUNC [GLOB]          labels" },
	{ "callees", 1, query_callees, "FUNC [GLOB [DEPTH]]  functions called" },
	{ "at", 1, query_at, "0xADDR               function that contains an address" },
	{ "similar", 1, query_similar, "NAME                 nearest function names" },
	{ "modules", 1, query_modules, "GLOB                 modules" },
	{ "describe", 0, query_describe, "                     what is known of the target" },
	{ "help", 0, cmd_help, "" },
};
#define NCOMMANDS (sizeof commands / sizeof *commands)

static int cmd_help(struct query *q, char **args)
{
	(void)q;
	(void)args;
	for (size_t i = 0; i < NCOMMANDS; i++)
		printf("%-12s %s\n", commands[i].name, commands[i].help);
	return 0;
}

static void restrict_sources(struct query *q, const char *only)
{
	struct target *t = &q->s.target;

	if (!only)
		return;
	if (strcmp(only, "dwarf"))
		t->debug_dir = NULL;
	if (strcmp(only, "dwarf") && strcmp(only, "symbols"))
		t->vmlinux = NULL;
	if (strcmp(only, "btf"))
		t->btf_file = NULL;
	if (strcmp(only, "btf") && strcmp(only, "image"))
		t->image = NULL;
}

static int run_command(struct query *q, char **argv, int argc)
{
	for (size_t i = 0; i < NCOMMANDS; i++)
		if (!strcmp(commands[i].name, argv[0])) {
			if ((unsigned)argc <= commands[i].min_args) {
				fprintf(stderr, "di-query: usage: %s %s\n", commands[i].name, commands[i].help);
				return 2;
			}
			return commands[i].run(q, argv + 1);
		}
	fprintf(stderr, "di-query: no command %s\n", argv[0]);
	return 2;
}

static bool open_query(struct query *q, const char *release, const char *module, const char *only, bool cache)
{
	const char *why = "";
	char *dir = cache ? cache_dir() : NULL;

	session_init(&q->s);
	q->s.opt.release = release;
	q->s.cache_dir = dir ? arena_strdup(&q->s.arena, dir) : NULL;
	free(dir);
	if (!target_resolve(&q->s))
		return false;
	restrict_sources(q, only);
	q->m = di_module(session_di(&q->s), module, &why);
	if (!q->m)
		fprintf(stderr, "di-query: %s\n", why);
	return q->m;
}

int main(int argc, char **argv)
{
	struct query q = { 0 };
	const char *release = NULL, *module = "kernel", *only = NULL;
	bool cache = true, timing = false;
	uint64_t start = now_us();
	int c, r = 2;

	while ((c = getopt(argc, argv, "+r:m:s:nt")) != -1) {
		switch (c) {
		case 'r': release = optarg; break;
		case 'm': module = optarg; break;
		case 's': only = optarg; break;
		case 'n': cache = false; break;
		case 't': timing = true; break;
		default: return 2;
		}
	}
	if (optind >= argc) {
		cmd_help(&q, NULL);
		return 2;
	}
	if (open_query(&q, release, module, only, cache))
		r = run_command(&q, argv + optind, argc - optind);
	if (timing)
		fprintf(stderr, "%.1f ms\n", (double)(now_us() - start) / 1000);
	session_free(&q.s);
	return r;
}
