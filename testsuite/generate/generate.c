/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Units and scripts. */
#include "testsuite/generate/generate.h"

static void choose_arrays(struct unit *u)
{
	u->narrays = 2 + random_below(u->random, MOST_ARRAYS - 1);
	for (unsigned i = 0; i < u->narrays; i++) {
		struct array *a = &u->arrays[i];

		a->value = i < 2 ? NUMBER + i : random_below(u->random, 3);
		a->nkeys = 1 + random_below(u->random, 3);
		for (unsigned k = 0; k < a->nkeys; k++)
			a->keys[k] = random_chance(u->random, 60) ? NUMBER : TEXT;
		a->size = random_chance(u->random, 25) ? 1 + random_below(u->random, 5) : 0;
		a->wraps = random_chance(u->random, 20);
		if (a->wraps && !a->size)
			a->size = 3;
	}
}

static void declare_globals(struct unit *u)
{
	sb_printf(u->out,
		  "global n_g0_%u, n_g1_%u = %d, s_g0_%u, s_g1_%u = \"g\", x_g0_%u, x_g1_%u\n",
		  u->number, u->number, (int)random_below(u->random, 9), u->number, u->number,
		  u->number, u->number);
	for (unsigned i = 0; i < u->narrays; i++) {
		sb_puts(u->out, "global ");
		generate_array_name(u, i);
		if (u->arrays[i].wraps)
			sb_putc(u->out, '%');
		if (u->arrays[i].size)
			sb_printf(u->out, "[%u]", u->arrays[i].size);
		sb_putc(u->out, '\n');
	}
}

/* Globals that are only written. The first probe names them in the order of their display. */
static void declare_unread(struct unit *u)
{
	unsigned n = u->number;

	sb_printf(u->out, "global n_u%u, s_u%u, x_u%u, n_ua%u, s_ua%u\n", n, n, n, n, n);
	sb_printf(u->out,
		  "probe begin { n_u%u = 1 s_u%u = \"u\" x_u%u <<< %u n_ua%u[1, \"a\"] = 2 ", n, n,
		  n, random_below(u->random, 9), n);
	sb_printf(u->out, "s_ua%u[2, \"b\"] = \"c\" }\n", n);
}

static void begin_body(struct unit *u, struct function *self)
{
	u->in_function = self;
	u->self = self;
	u->depth = u->loops = u->nloops = u->walked = u->changes = u->nbound = 0;
}

/* Every variable is read somewhere, with a conversion that says its type: none can be left out as
 * unused, together with what fails in it, and none is taken for a number because nothing says what
 * it is. */
static void read_locals(struct unit *u)
{
	sb_puts(u->out, "\tprintf(\"");
	for (unsigned i = 0; i < LOCALS; i++)
		sb_puts(u->out, "%d %s ");
	sb_puts(u->out, "\\n\"");
	for (unsigned i = 0; i < LOCALS; i++)
		sb_printf(u->out, ", n%u, s%u", i, i);
	sb_puts(u->out, ")\n");
}

static void function_head(struct unit *u, const struct function *f, unsigned number)
{
	sb_printf(u->out, "function %c_f%u_%u", f->is_void ? 'v' : "ns"[f->result], number,
		  u -> number);
	if (!f->is_void && random_chance(u->random, 30))
		sb_puts(u->out, f->result == NUMBER ? ":long" : ":string");
	sb_putc(u->out, '(');
	for (unsigned i = 0; i < f->nparams; i++)
		sb_printf(u->out, "%s%c_p%u%s", i ? ", " : "", "ns"[f->params[i]], i,
			  !random_chance(u->random, 30) ? ""
			  : f->params[i] == NUMBER      ? ":long"
							: ":string");
	sb_puts(u->out, ") ");
}

static void function_body(struct unit *u, struct function *f)
{
	sb_puts(u->out, "{\n\t");
	generate_block(u, 1 + random_below(u->random, 3));
	sb_putc(u->out, '\n');
	read_locals(u);
	if (!f->is_void) {
		sb_puts(u->out, "\treturn ");
		generate_value(u, f->result, 2);
		sb_putc(u->out, '\n');
	}
	sb_puts(u->out, "}\n");
	f->changes |= u->changes;
}

/* A function, with an overload before it that leaves some calls to it. */
static void make_function(struct unit *u)
{
	struct function *f = &u->functions[u->nfunctions];

	*f = (struct function){ .result = random_chance(u->random, 60) ? NUMBER : TEXT,
				.is_void = random_chance(u->random, 25) };
	f->nparams = random_below(u->random, 4);
	for (unsigned i = 0; i < f->nparams; i++)
		f->params[i] = random_chance(u->random, 60) ? NUMBER : TEXT;
	if (random_chance(u->random, 25)) {
		function_head(u, f, u->nfunctions);
		begin_body(u, f);
		sb_puts(u->out, "{ if (");
		generate_number(u, 2);
		sb_puts(u->out, ") next\n\t");
		function_body(u, f);
		sb_puts(u->out, "}\n");
	}
	function_head(u, f, u->nfunctions);
	begin_body(u, f);
	function_body(u, f);
	u->nfunctions++;
}

static void probe(struct unit *u, const char *point)
{
	begin_body(u, NULL);
	sb_printf(u->out, "probe %s {\n\t", point);
	generate_block(u, 2 + random_below(u->random, 4));
	sb_putc(u->out, '\n');
	read_locals(u);
	sb_puts(u->out, "}\n");
}

static void constant_keys(struct unit *u, const struct array *a)
{
	for (unsigned k = 0; k < a->nkeys; k++)
		sb_printf(u->out, a->keys[k] == NUMBER ? "%s%u" : "%s\"%u\"", k ? ", " : "[",
			  random_below(u->random, 4));
	sb_puts(u->out, "]");
}

/* Elements to begin with; a handler for each array, as one that is full ends it. */
static void fill_array(struct unit *u, unsigned n)
{
	static const char *const stores[] = { " = %u", " = \"%u\"", " <<< %u" };
	const struct array *a = &u->arrays[n];
	unsigned elements = random_below(u->random, 7);

	sb_puts(u->out, "probe begin {\n");
	for (unsigned i = 0; i < elements; i++) {
		sb_putc(u->out, '\t');
		generate_array_name(u, n);
		constant_keys(u, a);
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		sb_printf(u->out, stores[a->value], random_below(u->random, 5));
		sb_putc(u->out, '\n');
	}
	sb_puts(u->out, "}\n");
}

static void make_probes(struct unit *u)
{
	struct strbuf point = STRBUF_INIT;

	for (unsigned i = 0; i < u->narrays; i++)
		fill_array(u, i);
	probe(u, "begin");
	if (random_chance(u->random, 30)) {
		sb_printf(&point, "begin(%d)", (int)random_below(u->random, 9) - 4);
		probe(u, sb_str(&point));
		sb_clear(&point);
	}
	if (random_chance(u->random, 40)) {
		sb_printf(&point, "timer.ms(%u)", 10 + u->number);
		probe(u, sb_str(&point));
	}
	if (random_chance(u->random, 25)) {
		begin_body(u, NULL);
		sb_printf(u->out, "probe alias%u %s begin {\n\t", u->number,
			  random_chance(u->random, 70) ? "=" : "+=");
		generate_block(u, 1);
		sb_puts(u->out, "\n}\n");
		sb_clear(&point);
		sb_printf(&point, "alias%u", u->number);
		probe(u, sb_str(&point));
	}
	sb_free(&point);
}

static void print_array(struct unit *u, unsigned n)
{
	const struct array *a = &u->arrays[n];

	sb_puts(u->out, "\tforeach ([");
	for (unsigned k = 0; k < a->nkeys; k++)
		sb_printf(u->out, "%s%c_e%u_%u", k ? ", " : "", "ns"[a->keys[k]], n, k);
	sb_puts(u->out, "] in ");
	generate_array_name(u, n);
	sb_puts(u->out, ") printf(\"");
	for (unsigned k = 0; k < a->nkeys; k++)
		sb_puts(u->out, a->keys[k] == NUMBER ? "%d " : "%s ");
	sb_printf(u->out, "%%%c\\n\"", a->value == TEXT ? 's' : 'd');
	for (unsigned k = 0; k < a->nkeys; k++)
		sb_printf(u->out, ", %c_e%u_%u", "ns"[a->keys[k]], n, k);
	sb_puts(u->out, a->value == STATISTIC ? ", @sum(" : ", ");
	generate_array_name(u, n);
	for (unsigned k = 0; k < a->nkeys; k++)
		sb_printf(u->out, "%s%c_e%u_%u", k ? ", " : "[", "ns"[a->keys[k]], n, k);
	sb_puts(u->out, a->value == STATISTIC ? "]))\n" : "])\n");
}

/* What is left in the end, so that nothing is unread. */
static void print_globals(struct unit *u)
{
	sb_printf(u->out,
		  "probe end {\n\tprintf(\"%u: %%d %%d %%s %%s %%d %%d\\n\", n_g0_%u, n_g1_%u, "
		  "s_g0_%u, s_g1_%u, "
		  "@count(x_g0_%u), @count(x_g1_%u))\n",
		  u->number, u->number, u->number, u->number, u->number, u->number, u->number);
	for (unsigned i = 0; i < u->narrays; i++)
		print_array(u, i);
	sb_puts(u->out, "}\n");
}

static void make_unit(struct strbuf *out, struct random *random, unsigned number)
{
	struct unit u = { .random = random, .out = out, .number = number };
	unsigned functions = random_below(random, MOST_FUNCTIONS - 1);

	choose_arrays(&u);
	declare_globals(&u);
	while (u.nfunctions < functions)
		make_function(&u);
	declare_unread(&u);
	make_probes(&u);
	print_globals(&u);
}

void generate_script(struct strbuf *out, uint64_t seed, unsigned units)
{
	static const unsigned lengths[] = { 512, 16, 32, 512, 64 };
	struct random random = { seed };

	sb_printf(out,
		  "//! stap: -w -D MAXERRORS=1000000 -D "
		  "MAXACTION=100000000 -D MAXACTION_INTERRUPTIBLE=100000000 "
		  "-D MAXSTRINGLEN=%u%s\n",
		  lengths[random_below(&random, 5)], random_chance(&random, 25) ? " -u" : "");
	for (unsigned i = 0; i < units; i++)
		make_unit(out, &random, i);
	sb_printf(out, "probe timer.ms(%u) { exit() }\n", 10 + units);
}
