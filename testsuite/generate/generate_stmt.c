/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements. Loops end by themselves: each counts in a variable that nothing else writes. */
#include "testsuite/generate/generate.h"

#include <stdio.h>

static void statement(struct unit *u);

static void indent(struct unit *u)
{
	sb_indent(u->out, u->depth + 1);
}

void generate_block(struct unit *u, unsigned statements)
{
	sb_puts(u->out, "{\n");
	u->depth++;
	for (unsigned i = 0; i < statements; i++) {
		indent(u);
		statement(u);
		sb_putc(u->out, '\n');
	}
	u->depth--;
	indent(u);
	sb_putc(u->out, '}');
}

static void body(struct unit *u)
{
	generate_block(u, 1 + random_below(u->random, u->depth > 2 ? 2 : 3));
}

static void loop_body(struct unit *u)
{
	u->loops++;
	body(u);
	u->loops--;
}

static void bind(struct unit *u, char letter, unsigned number, const char *what)
{
	if (u->nbound < MOST_BOUND)
		snprintf(u->bound[u->nbound++], sizeof *u->bound, "%c_%s%u", letter, what, number);
}

static void conditional(struct unit *u)
{
	sb_puts(u->out, "if (");
	generate_number(u, 2);
	sb_puts(u->out, ") ");
	body(u);
	if (random_chance(u->random, 40)) {
		sb_puts(u->out, " else ");
		body(u);
	}
}

static void counted_loop(struct unit *u)
{
	unsigned n = u->nloops++, most = 1 + random_below(u->random, 4), bound = u->nbound;

	if (random_chance(u->random, 50)) {
		sb_printf(u->out, "for (n_i%u = 0; n_i%u < %u; n_i%u++) ", n, n, most, n);
	} else {
		sb_printf(u->out, "n_i%u = 0; while (n_i%u++ < %u) ", n, n, most);
	}
	bind(u, 'n', n, "i");
	loop_body(u);
	u->nbound = bound;
}

static void sorting(struct unit *u, bool *chosen)
{
	if (*chosen || !random_chance(u->random, 35))
		return;
	*chosen = true;
	sb_putc(u->out, random_chance(u->random, 50) ? '+' : '-');
}

static void slice(struct unit *u, const struct array *a)
{
	sb_putc(u->out, '[');
	for (unsigned i = 0; i < a->nkeys; i++) {
		sb_puts(u->out, i ? ", " : "");
		if (random_chance(u->random, 60))
			sb_putc(u->out, '*');
		else if (a->keys[i] == NUMBER && random_chance(u->random, 60))
			sb_printf(u->out, "%u", random_below(u->random, 4));
		else
			generate_value(u, a->keys[i], 0);
	}
	sb_putc(u->out, ']');
}

/* [k, l] with the keys' variables, of which the first is called N. */
static void loop_keys(struct unit *u, const struct array *a, unsigned n, bool *sorted)
{
	sb_puts(u->out, "[");
	for (unsigned i = 0; i < a->nkeys; i++) {
		sb_printf(u->out, "%s%c_k%u", i ? ", " : "", "ns"[a->keys[i]], n + i);
		sorting(u, sorted);
	}
	sb_putc(u->out, ']');
}

static void sort_by_value(struct unit *u, const struct array *a, bool *sorted)
{
	static const char *const ops[] = { " @count", " @sum", " @min", " @max", " @avg", "" };

	if (!*sorted && a->value == STATISTIC && random_chance(u->random, 40))
		sb_puts(u->out, PICK(u, ops));
	else if (!random_chance(u->random, 60))
		return;
	if (!*sorted)
		sb_putc(u->out, random_chance(u->random, 50) ? '+' : '-');
	*sorted = true;
}

/* Often one that a loop around goes over, too. */
static unsigned walked_array(struct unit *u)
{
	for (unsigned i = 0; i < u->narrays; i++)
		if (u->walked & 1u << i && random_chance(u->random, 40))
			return i;
	return random_below(u->random, u->narrays);
}

static void walk(struct unit *u)
{
	unsigned array = walked_array(u), n = u->nloops, bound = u->nbound, walked = u->walked;
	const struct array *a = &u->arrays[array];
	bool sorted = false;

	u->nloops += 4;
	sb_puts(u->out, "foreach (");
	if (a->value != STATISTIC && random_chance(u->random, 50)) {
		sb_printf(u->out, "%c_v%u = ", "ns"[a->value], n);
		bind(u, "ns"[a->value], n, "v");
	}
	loop_keys(u, a, n, &sorted);
	sb_puts(u->out, " in ");
	generate_array_name(u, array);
	if (random_chance(u->random, 35))
		slice(u, a);
	sort_by_value(u, a, &sorted);
	if (random_chance(u->random, 30)) {
		sb_puts(u->out, " limit ");
		if (random_chance(u->random, 60))
			sb_printf(u->out, "%d", (int)random_below(u->random, 6) - 1);
		else
			generate_number(u, 1);
	}
	sb_puts(u->out, ") ");
	for (unsigned i = 0; i < a->nkeys; i++)
		bind(u, "ns"[a->keys[i]], n + i, "k");
	u->walked |= 1u << array;
	loop_body(u);
	u->walked = walked;
	u->nbound = bound;
}

/* The buckets that hold something. */
static void walk_buckets(struct unit *u)
{
	unsigned n = u->nloops++, bound = u->nbound, x = random_below(u->random, 2);

	sb_printf(u->out, "if (@count(x_g%u_%u)) foreach (", x, u->number);
	if (random_chance(u->random, 40))
		sb_printf(u->out, "n_v%u = ", n);
	sb_printf(u->out, "n_k%u in @hist_%s(x_g%u_%u%s)", n, x ? "linear" : "log", x, u->number,
		  x ? ", 0, 8, 2" : "");
	if (random_chance(u->random, 30))
		sb_printf(u->out, " limit %u", random_below(u->random, 130));
	sb_printf(u->out, ") if (@hist_%s(x_g%u_%u%s)[n_k%u]) ", x ? "linear" : "log", x, u->number,
		  x ? ", 0, 8, 2" : "", n);
	bind(u, 'n', n, "k");
	loop_body(u);
	u->nbound = bound;
}

static void attempt(struct unit *u)
{
	sb_puts(u->out, "try ");
	body(u);
	if (random_chance(u->random, 30)) {
		sb_puts(u->out, " catch (s_m) { println(strlen(s_m) > 0) }");
		return;
	}
	sb_puts(u->out, " catch { println(\"caught\") }");
}

/* Into a global that nothing reads. */
static void unread_store(struct unit *u)
{
	bool text = random_chance(u->random, 40), array = random_chance(u->random, 60);

	if (random_chance(u->random, 25)) {
		sb_printf(u->out, "%c_u%u %s (0xff & ", text ? 'x' : 'n', u->number,
			  text ? "<<<" : "+=");
		generate_number(u, 2);
		sb_putc(u->out, ')');
		return;
	}
	sb_printf(u->out, "%c_u%s%u", "ns"[text], array ? "a" : "", u->number);
	if (array) {
		sb_puts(u->out, "[(3 & ");
		generate_number(u, 1);
		sb_puts(u->out, "), ");
		generate_text(u, 1);
		sb_putc(u->out, ']');
	}
	sb_puts(u->out, text ? " = (" : " = (0xfff & ");
	generate_value(u, text ? TEXT : NUMBER, 2);
	sb_putc(u->out, ')');
}

static void removal(struct unit *u)
{
	int array = generate_pick_array(u, -1, true);

	if (array < 0) {
		sb_printf(u->out, "delete %c_g0_%u", "nsx"[random_below(u->random, 3)],
			  u -> number);
		return;
	}
	sb_puts(u->out, "delete ");
	generate_array_name(u, array);
	if (random_chance(u->random, 30) && u->arrays[array].nkeys > 1)
		slice(u, &u->arrays[array]);
	else if (random_chance(u->random, 80))
		generate_keys(u, &u->arrays[array], 1);
}

static void sample(struct unit *u)
{
	int array = generate_pick_array(u, STATISTIC, true);

	if (array < 0 || random_chance(u->random, 40)) {
		sb_printf(u->out, "x_g%u_%u", random_below(u->random, 2), u->number);
	} else {
		generate_array_name(u, array);
		generate_keys(u, &u->arrays[array], 1);
	}
	sb_puts(u->out, " <<< ");
	generate_number(u, 2);
}

static void store(struct unit *u)
{
	int array = generate_pick_array(u, random_chance(u->random, 60) ? NUMBER : TEXT, true);

	if (array < 0 || random_chance(u->random, 40)) {
		bool is_text = random_chance(u->random, 40);

		if (random_chance(u->random, 50))
			sb_printf(u->out, "%c%u = ", "ns"[is_text],
				  random_below(u->random, LOCALS));
		else
			sb_printf(u->out, "%c_g%u_%u = ", "ns"[is_text], random_below(u->random, 2),
				  u -> number);
		generate_value(u, is_text, 3);
		return;
	}
	generate_array_name(u, array);
	generate_keys(u, &u->arrays[array], 1);
	if (u->arrays[array].value == NUMBER && random_chance(u->random, 30)) {
		sb_puts(u->out, random_chance(u->random, 70) ? "++" : "--");
		return;
	}
	sb_puts(u->out, random_chance(u->random, 60)       ? " = "
			: u->arrays[array].value == NUMBER ? " += "
							   : " .= ");
	generate_value(u, u->arrays[array].value, 3);
}

static void leave(struct unit *u)
{
	sb_puts(u->out, "if (");
	generate_number(u, 2);
	sb_puts(u->out, ") ");
	if (u->loops && random_chance(u->random, 70)) {
		sb_puts(u->out, random_chance(u->random, 50) ? "break" : "continue");
	} else if (!u->in_function) {
		sb_puts(u->out, random_chance(u->random, 80) ? "n0++" : "next");
	} else {
		sb_puts(u->out, "return ");
		if (u->self->is_void)
			sb_putc(u->out, ';');
		else
			generate_value(u, u->self->result, 2);
	}
}

/* What is said of a match where one may have been. */
static void match(struct unit *u)
{
	static const char *const regexes[] = { "a+", "(a|b)(c?)", "([0-9]+)", "^(.)(.)",
					       "(l+)o (w)" };

	sb_puts(u->out, "if (");
	generate_text(u, 2);
	sb_printf(u->out, " =~ \"%s\") println(matched(0)", PICK(u, regexes));
	if (random_chance(u->random, 60))
		sb_printf(u->out, ", \"|\", matched(%u)", random_below(u->random, 3));
	sb_putc(u->out, ')');
}

static void simple(struct unit *u)
{
	int f;

	switch (random_below(u->random, 13)) {
	case 0:
	case 1:
	case 2: store(u); return;
	case 3: sample(u); return;
	case 4: removal(u); return;
	case 5: leave(u); return;
	case 6: match(u); return;
	case 12: unread_store(u); return;
	case 7:
		if ((f = generate_pick_function(u, -1, true)) < 0)
			break;
		generate_call(u, f, 2);
		return;
	default: break;
	}
	generate_print(u);
}

static void statement(struct unit *u)
{
	if (u->depth > 3 || random_chance(u->random, 55)) {
		simple(u);
		return;
	}
	switch (random_below(u->random, 6)) {
	case 0: conditional(u); return;
	case 1: counted_loop(u); return;
	case 2:
	case 3:
		if (random_chance(u->random, 20))
			walk_buckets(u);
		else
			walk(u);
		return;
	case 4: attempt(u); return;
	default: body(u); return;
	}
}
