/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Location programs by themselves: folding, sharing, dumps, the verifier, the evaluator. */
#include "fixture.h"
#include <string.h>

static struct arena arena;	/* of the program being built */

static struct fetch *begin(void)
{
	arena_free(&arena);
	return fetch_new(&arena);
}

static void check_dump(const struct fetch *f, const char *want)
{
	struct strbuf b = STRBUF_INIT;

	fetch_dump(&b, f);
	CHECK_STR(sb_str(&b), want);
	sb_free(&b);
}

static void end(void)
{
	arena_free(&arena);
}

TEST(fetch_folds_constants)
{
	struct fetch *f = begin();
	uint16_t a = fetch_const(f, 40), b = fetch_const(f, 2);
	int64_t v;

	CHECK(fetch_is_const(f, fetch_binary(f, FETCH_ADD, a, b), &v) && v == 42);
	CHECK(fetch_is_const(f, fetch_binary(f, FETCH_DIV, a, fetch_const(f, 0)), &v) && v == 0);
	CHECK(fetch_is_const(f, fetch_binary(f, FETCH_DIV, fetch_const(f, INT64_MIN), fetch_const(f, -1)), &v) && v == INT64_MIN);
	CHECK(fetch_is_const(f, fetch_binary(f, FETCH_MOD, fetch_const(f, -1), fetch_const(f, 10)), &v) && v == 5);
	CHECK(fetch_is_const(f, fetch_binary(f, FETCH_SHL, b, fetch_const(f, 64)), &v) && v == 0);
	CHECK(fetch_is_const(f, fetch_binary(f, FETCH_SAR, fetch_const(f, -8), fetch_const(f, 70)), &v) && v == -1);
	CHECK(fetch_is_const(f, fetch_binary(f, FETCH_SAR, fetch_const(f, -8), fetch_const(f, 2)), &v) && v == -2);
	CHECK(fetch_is_const(f, fetch_extend(f, fetch_const(f, 0x1ff), 1, true), &v) && v == -1);
	CHECK(fetch_is_const(f, fetch_bits(f, fetch_const(f, 0xf0), 4, 4, true), &v) && v == -1);
	CHECK(fetch_is_const(f, fetch_insert(f, fetch_const(f, 0xff), fetch_const(f, 2), 4, 3), &v) && v == 0xaf);
	CHECK(fetch_is_const(f, fetch_select(f, b, a, b), &v) && v == 40);
	end();
}

TEST(fetch_joins_offsets_and_shares)
{
	struct fetch *f = begin();
	uint16_t r = fetch_leaf(f, FETCH_REG, 5), x, y;

	x = fetch_binary(f, FETCH_ADD, fetch_binary(f, FETCH_ADD, r, fetch_const(f, 16)), fetch_const(f, 8));
	y = fetch_load(f, x, 4, false);
	CHECK_EQ(fetch_load(f, fetch_binary(f, FETCH_ADD, fetch_const(f, 24), r), 4, false), y);
	CHECK_EQ(fetch_binary(f, FETCH_SUB, x, fetch_const(f, 24)), r);
	CHECK_EQ(fetch_binary(f, FETCH_MUL, r, fetch_const(f, 1)), r);
	CHECK_EQ(fetch_extend(f, y, 4, false), y);
	CHECK_EQ(fetch_extend(f, y, 8, true), y);
	fetch_finish(f, fetch_extend(f, y, 4, true));
	check_dump(f, "%0 = reg 5\n%1 = const 24\n%2 = add %0 %1\n%3 = load32 %2\n%4 = sext32 %3\nresult %4\n");
	CHECK_EQ(f->len, 5);
	end();
}

TEST(fetch_symbols_take_offsets)
{
	struct fetch *f = begin();
	uint16_t s = fetch_symbol(f, "kernel", "init_task", 8);

	fetch_finish(f, fetch_binary(f, FETCH_ADD, s, fetch_const(f, 16)));
	check_dump(f, "%0 = symbol kernel:init_task+24\nresult %0\n");
	f = fetch_new(&arena);
	fetch_finish(f, fetch_load(f, fetch_percpu(f, fetch_symbol(f, "kernel", "x", 0)), 8, false));
	check_dump(f, "%0 = symbol kernel:x\n%1 = percpu %0\n%2 = load64 %1\nresult %2\n");
	f = fetch_new(&arena);
	fetch_finish(f, fetch_load(f, fetch_tls(f, "/bin/x", 16), 1, true));
	check_dump(f, "%0 = tls 16 /bin/x\n%1 = load8 user %0\nresult %1\n");
	end();
}

/* A write is never shared or dropped, and what was read before it is read again. */
TEST(fetch_writes_are_barriers)
{
	struct fetch *f = begin();
	uint16_t r = fetch_leaf(f, FETCH_REG, 3), in = fetch_leaf(f, FETCH_INPUT, 1), before, after;

	before = fetch_load(f, r, 8, false);
	fetch_store(f, r, in, 8, false);
	after = fetch_load(f, r, 8, false);
	CHECK(before != after);
	fetch_store(f, r, in, 8, false);
	fetch_set_register(f, 3, in);
	CHECK(fetch_leaf(f, FETCH_REG, 3) != r);
	CHECK(f->writes);
	fetch_finish(f, in);
	check_dump(f, "%0 = reg 3\n%1 = input 1\n     store64 %0 %1\n     store64 %0 %1\n     setreg 3 %1\nresult %1\n");
	CHECK_EQ(fetch_inputs(f), 2);
	CHECK(!fetch_verify(f));
	end();
}

TEST(fetch_dumps_every_operation)
{
	struct fetch *f = begin();
	uint16_t a = fetch_leaf(f, FETCH_REG, 1), b = fetch_leaf(f, FETCH_STACK_ARG, 2), c = fetch_leaf(f, FETCH_RETVAL, 0);

	c = fetch_select(f, fetch_binary(f, FETCH_LT, a, b), c, fetch_unary(f, FETCH_NEG, a));
	c = fetch_insert(f, c, fetch_bits(f, b, 3, 5, true), 7, 9);
	fetch_finish(f, fetch_unary(f, FETCH_NOT, c));
	check_dump(f, "%0 = reg 1\n%1 = stack_arg 2\n%2 = lt %0 %1\n%3 = retval\n%4 = neg %0\n%5 = select %2 %3 %4\n"
		      "%6 = bits %1 [3:5] signed\n%7 = insert %5 %6 [7:9]\n%8 = not %7\nresult %8\n");
	end();
}

TEST(fetch_refuses_bad_programs)
{
	struct fetch_step one = { .op = FETCH_CONST }, forward[2] = { { .op = FETCH_NEG, .a = 1 }, { .op = FETCH_CONST } };
	struct fetch_step bad = { .op = FETCH_OPS }, odd[2] = { { .op = FETCH_CONST }, { .op = FETCH_LOAD, .size = 3 } };
	struct fetch_step wide[2] = { { .op = FETCH_CONST }, { .op = FETCH_BITS, .bit = 60, .nbits = 5 } };
	struct fetch_step write[2] = { { .op = FETCH_CONST }, { .op = FETCH_STORE, .size = 8 } };
	struct fetch f = { .steps = &one, .len = 0 };
	struct fetch_world w = { 0 };
	uint64_t v;

	CHECK(fetch_verify(&f));
	f.len = 1;
	CHECK(!fetch_verify(&f));
	f.result = 1;
	CHECK(fetch_verify(&f));
	CHECK(!fetch_eval(&f, &w, &v));
	f = (struct fetch){ .steps = forward, .len = 2 };
	CHECK(fetch_verify(&f));
	f = (struct fetch){ .steps = &bad, .len = 1 };
	CHECK(fetch_verify(&f));
	f = (struct fetch){ .steps = odd, .len = 2 };
	CHECK(fetch_verify(&f));
	f = (struct fetch){ .steps = wide, .len = 2 };
	CHECK(fetch_verify(&f));
	f = (struct fetch){ .steps = write, .len = 2 };
	CHECK(fetch_verify(&f));
	f.writes = true;
	CHECK(!fetch_verify(&f));
	f.overflow = true;
	CHECK(fetch_verify(&f));
}

TEST(fetch_is_bounded)
{
	struct fetch *f = begin();
	uint16_t v = fetch_leaf(f, FETCH_REG, 0);

	for (int i = 0; i < FETCH_MAX_STEPS * 2; i++)
		v = fetch_load(f, v, 8, false);
	CHECK(f->overflow);
	CHECK_EQ(f->len, FETCH_MAX_STEPS);
	fetch_finish(f, v);
	CHECK(fetch_verify(f));
	end();
}

/* What the builder folds and what the evaluator computes is the same arithmetic. */
TEST(fetch_evaluates_as_it_folds)
{
	static const int64_t samples[] = { 0, 1, -1, 7, -7, 63, 64, INT64_MAX, INT64_MIN, 0x80000000, 255 };
	static const uint8_t ops[] = { FETCH_ADD, FETCH_SUB, FETCH_MUL, FETCH_DIV, FETCH_MOD, FETCH_AND, FETCH_OR, FETCH_XOR,
				       FETCH_SHL, FETCH_SHR, FETCH_SAR, FETCH_EQ, FETCH_NE, FETCH_LT, FETCH_LE, FETCH_GT, FETCH_GE };
	size_t n = sizeof samples / sizeof *samples;

	for (size_t o = 0; o < sizeof ops; o++)
		for (size_t i = 0; i < n * n; i++) {
			struct fetch *f = begin();
			uint16_t folded, run;
			int64_t want;
			uint64_t got;
			struct world w;

			folded = fetch_binary(f, ops[o], fetch_const(f, samples[i / n]), fetch_const(f, samples[i % n]));
			CHECK(fetch_is_const(f, folded, &want));
			world_init(&w);
			w.inputs[0] = (uint64_t)samples[i / n];
			w.inputs[1] = (uint64_t)samples[i % n];
			run = fetch_binary(f, ops[o], fetch_leaf(f, FETCH_INPUT, 0), fetch_leaf(f, FETCH_INPUT, 1));
			fetch_finish(f, run);
			CHECK(world_eval(&w, f, &got));
			CHECK_EQ(got, want);
		}
	end();
}

TEST(fetch_faults)
{
	struct fetch *f = begin();
	struct fetch_world none = { 0 };
	struct world w;
	uint64_t v;

	world_init(&w);
	w.bad_from = 0x10;
	w.bad_to = 0x20;
	fetch_finish(f, fetch_load(f, fetch_const(f, 0x18), 8, false));
	CHECK(!world_eval(&w, f, &v));
	CHECK(!fetch_eval(f, &none, &v));
	end();
}
