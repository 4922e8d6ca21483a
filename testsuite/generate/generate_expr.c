/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expressions. */
#include "testsuite/generate/generate.h"

static const char *const texts[] = {
	"",       "a",    "b",    "ab",          "abc",   "B",
	"12",     "-7x",  "0x1f", "hello world", "a\\tb", "aaaaaaaaaaaaaaaaaaaa",
	"q\\\"q", "%d%s", "\\\\",
};
static const char *const regexes[] = {
	"a", "^a", "b$", "a*b", "(a|b)c?", "[0-9]+", "^$", "(a+)(b*)", "o w", "^[^a]*$", "x|y|(1)2",
};

void generate_array_name(struct unit *u, unsigned array)
{
	sb_printf(u->out, "%c_a%u_%u", "nsx"[u->arrays[array].value], array, u -> number);
}

int generate_pick_array(struct unit *u, int value, bool change)
{
	unsigned first = random_below(u->random, u->narrays);

	for (unsigned i = 0; i < u->narrays; i++) {
		unsigned n = (first + i) % u->narrays;

		if ((value < 0 || u->arrays[n].value == (enum type)value) &&
		    !(change && u->walked & 1u << n)) {
			u->changes |= change ? 1u << n : 0;
			return (int)n;
		}
	}
	return -1;
}

static bool parameter(struct unit *u, enum type type)
{
	for (unsigned i = 0; u->in_function && i < u->self->nparams; i++)
		if (u->self->params[i] == type) {
			sb_printf(u->out, "%c_p%u", "ns"[type], i);
			return true;
		}
	return false;
}

/* A scalar that may be written: a local, a parameter or a global. */
static void scalar(struct unit *u, enum type type)
{
	unsigned n = random_below(u->random, LOCALS + 2);

	if (random_chance(u->random, 30) && parameter(u, type))
		return;
	if (n < LOCALS)
		sb_printf(u->out, "%c%u", "ns"[type], n);
	else
		sb_printf(u->out, "%c_g%u_%u", "ns"[type], n - LOCALS, u->number);
}

void generate_keys(struct unit *u, const struct array *a, unsigned depth)
{
	sb_putc(u->out, '[');
	for (unsigned i = 0; i < a->nkeys; i++) {
		if (i)
			sb_puts(u->out, ", ");
		/* few different keys, so that elements meet again */
		if (a->keys[i] == NUMBER && random_chance(u->random, 60))
			sb_printf(u->out, "%u", random_below(u->random, 4));
		else
			generate_value(u, a->keys[i], depth);
	}
	sb_putc(u->out, ']');
}

static bool element(struct unit *u, enum type type, unsigned depth, bool change)
{
	int array = generate_pick_array(u, type, change);

	if (array < 0)
		return false;
	generate_array_name(u, array);
	generate_keys(u, &u->arrays[array], depth);
	return true;
}

static bool bound_variable(struct unit *u, enum type type)
{
	for (unsigned tries = 0; u->nbound && tries < 3; tries++) {
		const char *name = u->bound[random_below(u->random, u->nbound)];

		if (*name == "ns"[type]) {
			sb_puts(u->out, name);
			return true;
		}
	}
	return false;
}

/* ---- numbers ---- */

static void number_literal(struct unit *u)
{
	int64_t n = random_number(u->random);

	sb_printf(u->out, n >= 0 && random_chance(u->random, 15) ? "0x%llx" : "%lld", (long long)n);
}

/* What has no operands. */
static void leaf(struct unit *u, enum type type)
{
	switch (random_below(u->random, 6)) {
	case 0:
	case 1:
		if (type == TEXT)
			sb_printf(u->out, "\"%s\"", PICK(u, texts));
		else
			number_literal(u);
		return;
	case 2:
		if (bound_variable(u, type))
			return;
		break;
	case 3:
		if (element(u, type, 0, false))
			return;
		break;
	default: break;
	}
	scalar(u, type);
}

static void binary(struct unit *u, unsigned depth)
{
	static const char *const ops[] = {
		"+",  "-",  "*",  "&",  "|",  "^", "<", ">", "<=",
		">=", "==", "!=", "&&", "||", "+", "-", "/", "%",
	};

	sb_putc(u->out, '(');
	generate_number(u, depth);
	sb_printf(u->out, " %s ", PICK(u, ops));
	generate_number(u, depth);
	sb_putc(u->out, ')');
}

static void shift(struct unit *u, unsigned depth)
{
	static const char *const ops[] = { "<<", ">>", ">>>" };

	sb_putc(u->out, '(');
	generate_number(u, depth);
	sb_printf(u->out, " %s ", PICK(u, ops));
	if (random_chance(u->random, 40)) {
		sb_printf(u->out, "%u)", random_below(u->random, 70));
		return;
	}
	sb_puts(u->out, "(");
	generate_number(u, depth);
	sb_puts(u->out, " & 0x7f))");
}

static void comparison_of_texts(struct unit *u, unsigned depth)
{
	static const char *const ops[] = { "<", ">", "<=", ">=", "==", "!=" };

	sb_putc(u->out, '(');
	generate_text(u, depth);
	sb_printf(u->out, " %s ", PICK(u, ops));
	generate_text(u, depth);
	sb_putc(u->out, ')');
}

static void number_store(struct unit *u, unsigned depth)
{
	static const char *const ops[] = { "=",  "+=", "-=", "*=", "&=",      "|=",
					   "^=", "=",  "/=", "%=", "<<= 1 +", ">>= 2 &" };

	sb_putc(u->out, '(');
	if (random_chance(u->random, 40)) {
		bool prefix = random_chance(u->random, 50);
		const char *op = random_chance(u->random, 50) ? "++" : "--";

		sb_puts(u->out, prefix ? op : "");
		if (random_chance(u->random, 50) || !element(u, NUMBER, depth, true))
			scalar(u, NUMBER);
		sb_puts(u->out, prefix ? "" : op);
	} else {
		if (random_chance(u->random, 50) || !element(u, NUMBER, depth, true))
			scalar(u, NUMBER);
		sb_printf(u->out, " %s ", PICK(u, ops));
		sb_puts(u->out, "(7 & ");
		generate_number(u, depth);
		sb_putc(u->out, ')');
	}
	sb_putc(u->out, ')');
}

static void membership(struct unit *u, unsigned depth)
{
	unsigned n = random_below(u->random, u->narrays);
	const struct array *a = &u->arrays[n];

	sb_puts(u->out, "(");
	if (a->nkeys > 1 && random_chance(u->random, 40)) {
		sb_putc(u->out, '[');
		for (unsigned i = 0; i < a->nkeys; i++) {
			sb_puts(u->out, i ? ", " : "");
			if (random_chance(u->random, 50))
				sb_putc(u->out, '*');
			else
				generate_value(u, a->keys[i], depth);
		}
		sb_putc(u->out, ']');
	} else {
		generate_keys(u, a, depth);
	}
	sb_puts(u->out, " in ");
	generate_array_name(u, n);
	sb_putc(u->out, ')');
}

static void statistic(struct unit *u)
{
	if (random_chance(u->random, 40) || !element(u, STATISTIC, 0, false))
		sb_printf(u->out, "x_g0_%u", u->number);
}

/* A statistic has one kind of histogram. */
static void bucket(struct unit *u)
{
	if (random_chance(u->random, 50)) {
		sb_printf(u->out, "@hist_log(x_g0_%u)[%u]", u->number,
			  60 + random_below(u->random, 10));
		return;
	}
	sb_puts(u->out, "@hist_linear(");
	if (!element(u, STATISTIC, 0, false))
		sb_printf(u->out, "x_g1_%u", u->number);
	sb_printf(u->out, ", 0, 8, 2)[%u]", random_below(u->random, 8));
}

static void extraction(struct unit *u)
{
	static const char *const ops[] = { "@count", "@sum", "@min", "@max", "@avg" };

	if (random_chance(u->random, 25)) {
		bucket(u);
		return;
	}
	sb_printf(u->out, "%s(", PICK(u, ops));
	statistic(u);
	sb_putc(u->out, ')');
}

static void number_of_text(struct unit *u, unsigned depth)
{
	switch (random_below(u->random, 5)) {
	case 0: sb_puts(u->out, "strlen("); break;
	case 1:
		sb_puts(u->out, "isinstr(");
		generate_text(u, depth);
		sb_puts(u->out, ", ");
		break;
	case 2:
		sb_puts(u->out, "strpos(");
		generate_text(u, depth);
		sb_puts(u->out, ", ");
		break;
	case 3:
		sb_puts(u->out, "strtol(");
		generate_text(u, depth);
		sb_puts(u->out, random_chance(u->random, 60) ? ", 10)" : ", 16)");
		return;
	case 4:
		sb_putc(u->out, '(');
		generate_text(u, depth);
		sb_printf(u->out, " %s \"%s\")", random_chance(u->random, 70) ? "=~" : "!~",
			  PICK(u, regexes));
		return;
	}
	generate_text(u, depth);
	sb_putc(u->out, ')');
}

static void ternary(struct unit *u, enum type type, unsigned depth)
{
	sb_putc(u->out, '(');
	generate_number(u, depth);
	sb_puts(u->out, " ? ");
	generate_value(u, type, depth);
	sb_puts(u->out, " : ");
	generate_value(u, type, depth);
	sb_putc(u->out, ')');
}

static void unary(struct unit *u, unsigned depth)
{
	sb_printf(u->out, "(%c ", "-!~+"[random_below(u->random, 4)]);
	generate_number(u, depth);
	sb_putc(u->out, ')');
}

static bool call_of(struct unit *u, enum type result, unsigned depth)
{
	int f = generate_pick_function(u, result, false);

	if (f >= 0)
		generate_call(u, f, depth);
	return f >= 0;
}

void generate_number(struct unit *u, unsigned depth)
{
	if (!depth || random_chance(u->random, 25)) {
		leaf(u, NUMBER);
		return;
	}
	depth--;
	switch (random_below(u->random, 16)) {
	case 0: shift(u, depth); return;
	case 1: comparison_of_texts(u, depth); return;
	case 2:
	case 3: number_store(u, depth); return;
	case 4: membership(u, depth); return;
	case 5: extraction(u); return;
	case 6:
	case 7: number_of_text(u, depth); return;
	case 8: ternary(u, NUMBER, depth); return;
	case 9: unary(u, depth); return;
	case 10:
		if (call_of(u, NUMBER, depth))
			return;
		break;
	case 11:
		if (element(u, NUMBER, depth, false))
			return;
		break;
	default: break;
	}
	binary(u, depth);
}

/* ---- texts ---- */

static void text_store(struct unit *u, unsigned depth)
{
	sb_putc(u->out, '(');
	if (random_chance(u->random, 50) || !element(u, TEXT, depth, true))
		scalar(u, TEXT);
	sb_puts(u->out, random_chance(u->random, 50) ? " = " : " .= ");
	generate_text(u, depth);
	sb_putc(u->out, ')');
}

static void part_of_text(struct unit *u, unsigned depth)
{
	sb_puts(u->out, "substr(");
	generate_text(u, depth);
	if (random_chance(u->random, 60)) {
		sb_printf(u->out, ", %u, %u)", random_below(u->random, 5),
			  random_below(u->random, 12));
		return;
	}
	sb_puts(u->out, ", ");
	generate_number(u, depth);
	sb_puts(u->out, ", ");
	generate_number(u, depth);
	sb_putc(u->out, ')');
}

static void replaced_text(struct unit *u, unsigned depth)
{
	sb_puts(u->out, "str_replace(");
	generate_text(u, depth);
	sb_puts(u->out, ", ");
	generate_text(u, depth);
	sb_puts(u->out, ", ");
	generate_text(u, depth);
	sb_putc(u->out, ')');
}

void generate_text(struct unit *u, unsigned depth)
{
	if (!depth || random_chance(u->random, 25)) {
		leaf(u, TEXT);
		return;
	}
	depth--;
	switch (random_below(u->random, 10)) {
	case 0:
	case 1: text_store(u, depth); return;
	case 2: part_of_text(u, depth); return;
	case 3: replaced_text(u, depth); return;
	case 4:
	case 5: generate_sprint(u, depth); return;
	case 6: ternary(u, TEXT, depth); return;
	case 7:
		if (call_of(u, TEXT, depth))
			return;
		break;
	default: break;
	}
	sb_putc(u->out, '(');
	generate_text(u, depth);
	sb_puts(u->out, " . ");
	generate_text(u, depth);
	sb_putc(u->out, ')');
}

void generate_value(struct unit *u, enum type type, unsigned depth)
{
	if (type == TEXT)
		generate_text(u, depth);
	else
		generate_number(u, depth);
}

/* ---- calls ---- */

int generate_pick_function(struct unit *u, int result, bool is_void)
{
	unsigned first;

	if (!u->nfunctions)
		return -1;
	first = random_below(u->random, u->nfunctions);
	for (unsigned i = 0; i < u->nfunctions; i++) {
		unsigned n = (first + i) % u->nfunctions;
		const struct function *f = &u->functions[n];

		if (f->is_void == is_void && (is_void || f->result == (enum type)result) &&
		    !(f->changes & u->walked))
			return (int)n;
	}
	return -1;
}

void generate_call(struct unit *u, unsigned function, unsigned depth)
{
	const struct function *f = &u->functions[function];

	u->changes |= f->changes;
	sb_printf(u->out, "%c_f%u_%u(", f->is_void ? 'v' : "ns"[f->result], function, u -> number);
	for (unsigned i = 0; i < f->nparams; i++) {
		sb_puts(u->out, i ? ", " : "");
		generate_value(u, f->params[i], depth);
	}
	sb_putc(u->out, ')');
}
