/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The location compiler, operation by operation: what locations.s describes is
 * compiled, run in a world of known registers and memory, and compared. */
#include "fixture.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Registers of the world (fixture.c): register n holds 0x1000 * (n + 1). */
#define RBX 0x4000
#define RSI 0x5000
#define RDI 0x6000
#define RSP 0x8000
#define R12 0xd000
#define R13 0xe000
#define COUNTER (WORLD_SYMBOLS + 7)	/* strlen("counter") */

enum expect { VALUE, MEM8, MEM4S, MEM2, ERROR };

static const struct location_case {
	const char *name;
	enum expect kind;
	uint64_t value;		/* VALUE, or the address; ERROR: the code */
} cases[] = {
	{ "lit", VALUE, 31 }, { "const1u", VALUE, 255 }, { "const1s", VALUE, -2ul }, { "const2u", VALUE, 65535 },
	{ "const2s", VALUE, -3ul }, { "const4u", VALUE, 0xfffffffe }, { "const4s", VALUE, -4ul },
	{ "const8u", VALUE, 0x123456789abcdef0 }, { "const8s", VALUE, -5ul }, { "constu", VALUE, 100000 },
	{ "consts", VALUE, -100000ul },
	{ "addr", MEM8, COUNTER }, { "addr_plus", MEM4S, COUNTER + 4 }, { "addrx", MEM8, COUNTER },
	{ "gnu_addr_index", MEM8, COUNTER }, { "constx", VALUE, 0x1234 },
	{ "reg", VALUE, RBX }, { "reg_int", VALUE, RSI }, { "reg_uchar", VALUE, RSI & 0xff }, { "regx", VALUE, R12 },
	{ "reg_float", ERROR, DI_UNSUPPORTED },
	{ "breg", MEM8, RSP + 16 }, { "bregx", MEM8, R12 - 8 }, { "fbreg", MEM8, RSP + 16 - 24 }, { "cfa", VALUE, RSP + 16 },
	{ "dup", VALUE, 9 }, { "drop", VALUE, 3 }, { "pick", VALUE, 3 }, { "over", VALUE, 3 }, { "swap", VALUE, -5ul },
	{ "rot", VALUE, -3ul },
	{ "abs", VALUE, 6 }, { "and", VALUE, RBX & 0xf0 }, { "div", VALUE, -3ul }, { "div_zero", VALUE, 0 },
	{ "minus", VALUE, RBX - 6 }, { "mod", VALUE, RBX % 7 }, { "mul", VALUE, RBX * 7 }, { "neg", VALUE, -(uint64_t)RBX },
	{ "not", VALUE, ~(uint64_t)RBX }, { "or", VALUE, RBX | 5 }, { "plus", VALUE, RBX + RSI + 1 },
	{ "plus_uconst", VALUE, RBX + 1000 }, { "shl", VALUE, RBX << 4 }, { "shr", VALUE, 15 }, { "shra", VALUE, -4ul },
	{ "shift_far", VALUE, 0 }, { "xor", VALUE, RBX ^ 0xff },
	{ "eq", VALUE, 1 }, { "ne", VALUE, 0 }, { "lt", VALUE, 1 }, { "le", VALUE, 1 }, { "gt", VALUE, 0 }, { "ge", VALUE, 0 },
	{ "skip", VALUE, 1 }, { "branch_known", VALUE, 5 }, { "branch", VALUE, R13 * 2 }, { "branch_load", MEM8, R13 },
	{ "branch_memory", MEM8, R13 }, { "branch_mixed", ERROR, DI_UNSUPPORTED }, { "loop_known", VALUE, 16 },
	{ "loop_unknown", ERROR, DI_UNSUPPORTED }, { "loop_endless", ERROR, DI_UNSUPPORTED },
	{ "jump_nowhere", ERROR, DI_OPTIMIZED_OUT },
	{ "deref", MEM8, RBX + 8 }, { "deref_size", MEM2, RBX + 8 }, { "deref_odd", ERROR, DI_UNSUPPORTED },
	{ "piece_gap", ERROR, DI_OPTIMIZED_OUT }, { "bit_piece", VALUE, (uint64_t)R12 << 8 | (RBX >> 4 & 0xff) },
	{ "piece_branch", VALUE, R12 | (uint64_t)RSI << 32 },
	{ "implicit_value", VALUE, 0x1122334455667788 }, { "implicit_pointer", ERROR, DI_OPTIMIZED_OUT },
	{ "hidden", VALUE, 12 },
	{ "entry_value", ERROR, DI_OPTIMIZED_OUT }, { "entry_saved", MEM8, RSP }, { "entry_kept", VALUE, R12 },
	{ "entry_sp", VALUE, RSP + 8 },
	{ "call2", VALUE, 41 }, { "call4", VALUE, 42 }, { "call_ref", VALUE, 43 }, { "call_self", ERROR, DI_UNSUPPORTED },
	{ "tls", MEM8, 0x60000 + 24 }, { "gnu_tls", MEM8, 0x60000 + 32 },
	{ "convert", VALUE, RBX }, { "convert_back", VALUE, 1 }, { "regval_type", VALUE, RSI }, { "deref_type", MEM2, RBX },
	{ "const_type", VALUE, -9ul }, { "typed_wrap", VALUE, 0 }, { "typed_udiv", VALUE, 0xfffffffffffffff6 / 10 },
	{ "typed_umod", VALUE, 0xfffffffffffffff6 % 10 }, { "typed_ult", VALUE, 0 }, { "typed_smod", VALUE, -3ul },
	{ "typed_shr", VALUE, 15 }, { "typed_float", ERROR, DI_UNSUPPORTED },
	{ "variable_value", VALUE, 13 }, { "parameter_ref", ERROR, DI_OPTIMIZED_OUT },
	{ "nop", VALUE, 8 }, { "unknown", ERROR, DI_UNSUPPORTED }, { "underflow", ERROR, DI_UNSUPPORTED },
	{ "twice", ERROR, DI_UNSUPPORTED }, { "deep", ERROR, DI_UNSUPPORTED }, { "empty", ERROR, DI_OPTIMIZED_OUT },
	{ "constant", VALUE, -42ul }, { "nowhere", ERROR, DI_OPTIMIZED_OUT },
	{ "list_pair", VALUE, RBX }, { "list_kinds", VALUE, 2 }, { "list_index", VALUE, 4 },
	{ "list_late", ERROR, DI_OPTIMIZED_OUT }, { "list_empty", ERROR, DI_OPTIMIZED_OUT },
	{ "my_int", VALUE, RSI }, { "color", VALUE, RSI }, { "shadowed", VALUE, 2 }, { "inner", VALUE, 3 },
	{ "counter", MEM8, COUNTER },
};

static struct di_scope middle(struct fixture *f)
{
	return (struct di_scope){ .module = f->m, .func = fixture_function(f, "work"), .where = DI_AT_PC,
				  .pc = fixture_symbol(f, "work_middle") };
}

static struct di_scope entry(struct fixture *f)
{
	struct di_func *func = fixture_function(f, "work");

	return (struct di_scope){ .module = f->m, .func = func, .where = DI_AT_ENTRY, .pc = func->entry };
}

static uint64_t expected(const struct world *w, const struct location_case *c)
{
	switch (c->kind) {
	case MEM8: return world_load(w, c->value, 8);
	case MEM4S: return (uint64_t)(int32_t)world_load(w, c->value, 4);
	case MEM2: return (uint64_t)(int16_t)world_load(w, c->value, 2);
	case VALUE: case ERROR: break;
	}
	return c->value;
}

static void check_case(struct fixture *f, const struct di_scope *sc, const struct location_case *c)
{
	struct di_access ac = { 0 };
	struct di_result r;
	struct world w;
	uint64_t got = 0, want;

	world_init(&w);
	w.regs[14] = 0xfffffffffffffff6;
	want = expected(&w, c);
	if (!strcmp(c->name, "deref_size"))
		want &= 0xffff;
	(void)f;
	if (!di_compile_var(sc, c->name, &ac, &r)) {
		CHECK_MSG(c->kind == ERROR && (uint64_t)r.code == c->value, "%s: error %d: %s", c->name, r.code, r.error);
		return;
	}
	CHECK_MSG(c->kind != ERROR, "%s compiled", c->name);
	CHECK_MSG(world_eval(&w, r.program, &got), "%s cannot be run", c->name);
	CHECK_MSG(got == want, "%s: got %#" PRIx64 ", want %#" PRIx64, c->name, got, want);
}

TEST(location_operations)
{
	struct fixture f;
	struct di_scope sc;

	fixture_open(&f, "locations", false);
	sc = middle(&f);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_case(&f, &sc, &cases[i]);
	fixture_close(&f);
}

/* Both ways of a branch, and no fault on the one that is not taken. */
TEST(location_branches)
{
	struct di_access ac = { 0 };
	struct di_result r;
	struct fixture f;
	struct di_scope sc;
	struct world w;
	uint64_t v;

	fixture_open(&f, "locations", false);
	sc = middle(&f);
	world_init(&w);
	w.regs[13] = 0;
	w.bad_to = 0x1000;
	CHECK(di_compile_var(&sc, "branch", &ac, &r) && world_eval(&w, r.program, &v));
	CHECK_EQ(v, 7);
	CHECK(di_compile_var(&sc, "branch_load", &ac, &r));
	CHECK_MSG(world_eval(&w, r.program, &v), "a load on the way not taken faults");
	CHECK_EQ(v, 7);
	CHECK(di_compile_var(&sc, "branch_memory", &ac, &r) && world_eval(&w, r.program, &v));
	CHECK_EQ(v, world_load(&w, R12, 8));
	CHECK(di_compile_var(&sc, "piece_branch", &ac, &r) && world_eval(&w, r.program, &v));
	CHECK_EQ(v, RBX | (uint64_t)RSI << 32);
	fixture_close(&f);
}

static void check_member(struct di_scope *sc, struct world *w, const char *var, const struct di_step *steps, size_t n,
			 uint64_t want)
{
	struct di_access ac = { .steps = steps, .nsteps = n };
	struct di_result r;
	uint64_t v = 0;

	CHECK_MSG(di_compile_var(sc, var, &ac, &r), "%s: %s", var, r.error);
	CHECK(world_eval(w, r.program, &v));
	CHECK_MSG(v == want, "%s: got %#" PRIx64 ", want %#" PRIx64, var, v, want);
}

/* Addresses of elements before the first and far behind the last wrap, as in C; an index in a variable comes to the same. */
TEST(location_far_elements)
{
	static const int64_t indexes[] = { 0, 1, -1, -5, -1000, 1 << 20, INT64_C(1) << 58, INT64_C(1) << 60, INT64_MAX, INT64_MIN, INT64_MIN + 1, INT64_MAX / 48 };
	struct di_step steps[2] = { { .kind = DI_STEP_INDEX }, { .kind = DI_STEP_MEMBER, .member = "next" } };
	struct di_access ac = { .steps = steps, .nsteps = 2, .address_of = true };
	const struct di_type *t;
	struct di_result r;
	struct fixture f;
	struct world w;
	uint64_t v, want;

	fixture_open(&f, "locations", false);
	world_init(&w);
	t = di_type_find(f.m, "struct node");
	for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++) {
		want = w.inputs[0] + (uint64_t)indexes[i] * di_type_strip(t)->size + 16;
		steps[0] = (struct di_step){ .kind = DI_STEP_INDEX, .index = indexes[i] };
		CHECK(di_compile_cast(f.m, t, &ac, &r) && world_eval(&w, r.program, &v));
		CHECK_EQ(v, want);
		steps[0] = (struct di_step){ .kind = DI_STEP_INPUT_INDEX, .index = 1 };
		w.inputs[1] = (uint64_t)indexes[i];
		CHECK(di_compile_cast(f.m, t, &ac, &r) && world_eval(&w, r.program, &v));
		CHECK_EQ(v, want);
	}
	fixture_close(&f);
}

#define STEPS(...) (struct di_step[]){ __VA_ARGS__ }, sizeof((struct di_step[]){ __VA_ARGS__ }) / sizeof(struct di_step)
#define M(m) { .kind = DI_STEP_MEMBER, .member = #m }
#define I(n) { .kind = DI_STEP_INDEX, .index = n }
#define IN(n) { .kind = DI_STEP_INPUT_INDEX, .index = n }

TEST(location_pieces_and_implicit)
{
	struct fixture f;
	struct di_scope sc;
	struct world w;

	fixture_open(&f, "locations", false);
	sc = middle(&f);
	world_init(&w);
	check_member(&sc, &w, "piece", NULL, 0, RBX | world_load(&w, RSP, 4) << 32);
	check_member(&sc, &w, "piece_pair", STEPS(M(first)), RBX);
	check_member(&sc, &w, "piece_pair", STEPS(M(second)), (uint64_t)(int32_t)world_load(&w, RSP, 4));
	check_member(&sc, &w, "implicit_pair", STEPS(M(first)), 77);
	check_member(&sc, &w, "implicit_pair", STEPS(M(second)), 88);
	check_member(&sc, &w, "constant_block", STEPS(M(second)), 6);
	check_member(&sc, &w, "constant_text", STEPS(I(1)), 'e');
	check_member(&sc, &w, "gnu_implicit_pointer", STEPS(M(value)), (uint64_t)(int32_t)world_load(&w, RBX, 4));
	check_member(&sc, &w, "gnu_implicit_pointer", STEPS(M(list), I(2)), (uint64_t)(int32_t)world_load(&w, RBX + 36, 4));
	fixture_close(&f);
}

TEST(location_members)
{
	struct fixture f;
	struct di_scope sc;
	struct world w;
	uint64_t word;

	fixture_open(&f, "locations", false);
	sc = middle(&f);
	world_init(&w);
	word = world_load(&w, RBX, 8);
	check_member(&sc, &w, "node", STEPS(M(value)), (uint64_t)(int32_t)word);
	check_member(&sc, &w, "node", STEPS(M(low3)), word >> 32 & 7);
	check_member(&sc, &w, "node", STEPS(M(signed5)), (uint64_t)((int64_t)(word << 24) >> 59));
	check_member(&sc, &w, "node", STEPS(M(across)), word >> 40 & 0xfffff);
	check_member(&sc, &w, "node", STEPS(M(old_style)), world_load(&w, RBX + 8, 4) >> 4 & 15);
	check_member(&sc, &w, "object", STEPS(M(word)), world_load(&w, RBX + 24, 4));
	check_member(&sc, &w, "object", STEPS(M(half)), (uint64_t)(int16_t)world_load(&w, RBX + 24, 2));
	check_member(&sc, &w, "object", STEPS(M(list), I(1)), (uint64_t)(int32_t)world_load(&w, RBX + 32, 4));
	check_member(&sc, &w, "object", STEPS(M(list), IN(1)), (uint64_t)(int32_t)world_load(&w, RBX + 36, 4));
	check_member(&sc, &w, "object", STEPS(M(text)), RBX + 40);
	check_member(&sc, &w, "node", STEPS(I(2), M(value)), (uint64_t)(int32_t)world_load(&w, RBX + 96, 4));
	check_member(&sc, &w, "small", STEPS(M(a)), RBX);
	check_member(&sc, &w, "small", STEPS(M(b)), 0);
	check_member(&sc, &w, "matrix", STEPS(I(1), I(2)), (uint64_t)(int16_t)world_load(&w, RBX + 10, 2));
	world_put(&w, RBX + 16, 8, 0x9000);
	check_member(&sc, &w, "node", STEPS(M(next), M(value)), (uint64_t)(int32_t)world_load(&w, 0x9000, 4));
	fixture_close(&f);
}

TEST(location_at_entry)
{
	struct fixture f;
	struct di_scope sc;
	struct di_access ac = { 0 };
	struct di_result r;
	struct world w;

	fixture_open(&f, "locations", false);
	sc = entry(&f);
	world_init(&w);
	check_member(&sc, &w, "param", NULL, 0, RDI);
	check_member(&sc, &w, "unlisted", NULL, 0, RSI);
	check_member(&sc, &w, "spilled", NULL, 0, w.regs[1]);
	check_member(&sc, &w, "entry_value", NULL, 0, RDI);
	check_member(&sc, &w, "entry_saved", NULL, 0, RBX);
	check_member(&sc, &w, "fbreg", NULL, 0, world_load(&w, RSP + 8 - 24, 8));
	check_member(&sc, &w, "list_kinds", NULL, 0, 1);
	check_member(&sc, &w, "arg2", NULL, 0, RSI);
	CHECK(!di_compile_var(&sc, "inner", &ac, &r) && r.code == DI_NO_VARIABLE);
	CHECK(strstr(r.error, "not visible here"));
	CHECK(!di_compile_var(&sc, "parm", &ac, &r) && r.code == DI_NO_VARIABLE);
	CHECK(r.similar.len);
	CHECK_STR(r.similar.data[0], "param");
	sc.where = DI_AT_RETURN;
	check_member(&sc, &w, "return", NULL, 0, w.retval);
	CHECK(!di_compile_var(&sc, "param", &ac, &r) && strstr(r.error, "@entry"));
	fixture_close(&f);
}

TEST(location_frame_base_register)
{
	struct fixture f;
	struct di_scope sc = { .where = DI_AT_ENTRY };
	struct world w;

	fixture_open(&f, "locations", false);
	sc.module = f.m;
	sc.func = fixture_function(&f, "callee");
	sc.pc = sc.func->entry;
	world_init(&w);
	check_member(&sc, &w, "based", NULL, 0, world_load(&w, w.regs[6] + 16, 8));
	sc.where = DI_AT_RETURN;
	check_member(&sc, &w, "return", NULL, 0, (uint64_t)(int32_t)w.retval);
	fixture_close(&f);
}

static bool compile(struct di_scope *sc, const char *var, const struct di_access *ac, struct di_result *r)
{
	return di_compile_var(sc, var, ac, r);
}

TEST(location_addresses)
{
	struct di_access ac = { .address_of = true };
	struct di_step value = M(value), low3 = M(low3);
	struct fixture f;
	struct di_scope sc;
	struct di_result r;
	struct world w;
	uint64_t v;

	fixture_open(&f, "locations", false);
	sc = middle(&f);
	world_init(&w);
	CHECK(compile(&sc, "object", &ac, &r) && world_eval(&w, r.program, &v));
	CHECK_EQ(v, RBX);
	CHECK_STR(di_type_text(&f.s.arena, r.type, ""), "struct node *");
	CHECK(compile(&sc, "counter", &ac, &r) && world_eval(&w, r.program, &v));
	CHECK_EQ(v, COUNTER);
	CHECK(!compile(&sc, "reg", &ac, &r) && r.code == DI_BAD_ACCESS);
	ac.steps = &value;
	ac.nsteps = 1;
	CHECK(compile(&sc, "node", &ac, &r) && world_eval(&w, r.program, &v));
	CHECK_EQ(v, RBX);
	ac.steps = &low3;
	CHECK(!compile(&sc, "node", &ac, &r) && r.code == DI_BAD_ACCESS);
	ac = (struct di_access){ 0 };
	CHECK(compile(&sc, "name", &ac, &r));
	CHECK(r.is_char_pointer && !r.is_address);
	CHECK(compile(&sc, "object", &ac, &r));
	CHECK(r.is_address);
	CHECK(!compile(&sc, "small", &ac, &r) && r.code == DI_BAD_ACCESS);
	fixture_close(&f);
}

static uint64_t store(struct fixture *f, struct di_scope *sc, const char *var, const struct di_step *steps, size_t n,
		      struct world *w)
{
	struct di_access ac = { .steps = steps, .nsteps = n, .store = true, .store_input = 0 };
	struct di_result r;
	uint64_t v = 0;

	(void)f;
	CHECK_MSG(di_compile_var(sc, var, &ac, &r), "%s: %s", var, r.error);
	CHECK(r.program->writes);
	CHECK(world_eval(w, r.program, &v));
	return v;
}

TEST(location_stores)
{
	struct fixture f;
	struct di_scope sc;
	struct world w;
	uint64_t old;

	fixture_open(&f, "locations", false);
	sc = middle(&f);
	world_init(&w);
	w.inputs[0] = 0x1122334455667788;
	CHECK_EQ(store(&f, &sc, "reg", NULL, 0, &w), 0x1122334455667788);
	CHECK_EQ(w.regs[3], 0x1122334455667788);
	store(&f, &sc, "reg_int", NULL, 0, &w);
	CHECK_EQ(w.regs[4], 0x55667788);
	w.regs[4] = -1ul;
	store(&f, &sc, "reg_uchar", NULL, 0, &w);
	CHECK_EQ(w.regs[4], 0xffffffffffffff88);
	store(&f, &sc, "breg", NULL, 0, &w);
	CHECK_EQ(world_load(&w, RSP + 16, 8), 0x1122334455667788);
	w.regs[3] = RBX;
	old = world_load(&w, RBX + 4, 4);
	store(&f, &sc, "node", STEPS(M(signed5)), &w);
	CHECK_EQ(world_load(&w, RBX + 4, 4), (old & ~(31ul << 3)) | 8 << 3);
	store(&f, &sc, "object", STEPS(M(list), I(0)), &w);
	CHECK_EQ(world_load(&w, RBX + 28, 4), 0x55667788);
	w.regs[3] = 0;
	store(&f, &sc, "small", STEPS(M(b)), &w);
	CHECK_EQ(w.regs[3], 0x7788ul << 32);
	fixture_close(&f);
}

TEST(location_store_refused)
{
	static const char *const names[] = { "lit", "implicit_value", "object", "constant", "branch" };
	struct di_access ac = { .store = true };
	struct fixture f;
	struct di_scope sc;
	struct di_result r;

	fixture_open(&f, "locations", false);
	sc = middle(&f);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		CHECK_MSG(!di_compile_var(&sc, names[i], &ac, &r) && r.code == DI_BAD_ACCESS, "%s can be written", names[i]);
	fixture_close(&f);
}

TEST(location_globals)
{
	struct di_access ac = { 0 };
	struct di_result r;
	struct fixture f;
	struct world w;
	uint64_t v;

	fixture_open(&f, "locations", false);
	world_init(&w);
	CHECK(di_compile_global(f.m, "counter", NULL, &ac, &r) && world_eval(&w, r.program, &v));
	CHECK_EQ(v, world_load(&w, COUNTER, 8));
	CHECK(r.user && w.user);
	CHECK(di_compile_global(f.m, "counter", "loc*.c", &ac, &r));
	CHECK(!di_compile_global(f.m, "counter", "other.c", &ac, &r) && r.code == DI_NO_VARIABLE);
	CHECK(di_compile_global(f.m, "work_middle", NULL, &ac, &r) && world_eval(&w, r.program, &v));
	CHECK(di_compile_global(f.m, "cpu_counter", NULL, &ac, &r) && world_eval(&w, r.program, &v));
	CHECK_EQ(v, world_load(&w, WORLD_SYMBOLS + 11 + 0x100000, 8));
	fixture_close(&f);
}

/* A cast reads where the memory of its type's module is. */
TEST(location_cast_memory)
{
	static const struct { const char *name; bool user; } modules[] = { { "<locations.h>", true }, { "kernel<locations.h>", false } };
	struct di_step element = { .kind = DI_STEP_INDEX, .index = 1 };
	struct di_access ac = { .steps = &element, .nsteps = 1 };
	struct di_module *m;
	struct di_result r;
	struct fixture f;
	struct world w;
	uint64_t v;

	fixture_open(&f, "locations", false);
	CHECK(di_in_user_space(f.m));
	for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
		world_init(&w);
		w.user = !modules[i].user;
		m = di_types(session_di(&f.s), modules[i].name, f.path, NULL);
		CHECK(m && di_in_user_space(m) == modules[i].user);
		CHECK(di_compile_cast(m, di_type_find(m, "long"), &ac, &r) && world_eval(&w, r.program, &v));
		CHECK(r.user == modules[i].user && w.user == modules[i].user);
		CHECK_EQ(v, world_load(&w, w.inputs[0] + 8, 8));
	}
	fixture_close(&f);
}
