/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BTF made for the purpose: types, functions at entry by calling convention, results,
 * tracepoints, exports, and what damaged BTF may and may not do. */
#include "fixture.h"
#include "lib/run.h"
#include <bpf/btf.h>
#include <stdlib.h>
#include <string.h>

struct ids { int int_, u8, ulong, char_, charp, point, pointp, node, nodep, small, big, fl, void_p, wide; };

static int add(int id)
{
	CHECK_MSG(id > 0, "libbpf: %s", strerror(-id));
	return id;
}

static void field(struct btf *b, const char *name, int type, unsigned bit, unsigned size)
{
	CHECK(!btf__add_field(b, name, type, bit, size));
}

static void make_types(struct btf *b, struct ids *t)
{
	int anon, inner;

	t->int_ = add(btf__add_int(b, "int", 4, BTF_INT_SIGNED));
	t->u8 = add(btf__add_int(b, "unsigned char", 1, 0));
	t->ulong = add(btf__add_int(b, "long unsigned int", 8, 0));
	t->char_ = add(btf__add_int(b, "char", 1, BTF_INT_SIGNED));
	t->wide = add(btf__add_int(b, "__int128", 16, BTF_INT_SIGNED));
	t->fl = add(btf__add_float(b, "double", 8));
	t->charp = add(btf__add_ptr(b, add(btf__add_const(b, t->char_))));
	t->void_p = add(btf__add_ptr(b, 0));
	t->point = add(btf__add_struct(b, "point", 8));
	field(b, "x", t->int_, 0, 0);
	field(b, "y", t->int_, 32, 0);
	t->pointp = add(btf__add_ptr(b, t->point));
	t->small = add(btf__add_struct(b, "small", 16));
	field(b, "first", t->ulong, 0, 0);
	field(b, "second", t->int_, 64, 0);
	t->big = add(btf__add_struct(b, "big", 24));
	field(b, "a", t->ulong, 0, 0);
	field(b, "b", t->ulong, 64, 0);
	field(b, "c", t->ulong, 128, 0);
	anon = add(btf__add_union(b, NULL, 8));
	field(b, "word", t->ulong, 0, 0);
	field(b, "half", t->int_, 0, 0);
	inner = add(btf__add_array(b, t->u8, t->int_, 4));
	t->nodep = add(btf__add_ptr(b, (int)btf__type_cnt(b) + 1));
	t->node = add(btf__add_struct(b, "node", 64));
	field(b, "flag", t->u8, 0, 1);
	field(b, "mode", t->int_, 1, 5);
	field(b, "high", t->u8, 6, 2);
	field(b, NULL, anon, 64, 0);
	field(b, "list", inner, 128, 0);
	field(b, "next", t->nodep, 256, 0);
	field(b, "name", t->charp, 320, 0);
	add(btf__add_typedef(b, "node_t", t->node));
	add(btf__add_fwd(b, "hidden", BTF_FWD_STRUCT));
	add(btf__add_enum(b, "color", 4));
	CHECK(!btf__add_enum_value(b, "RED", 3));
	CHECK(!btf__add_enum_value(b, "BLUE", -1));
}

static void function(struct btf *b, const char *name, int result, const char *const *names, const int *types, size_t n)
{
	int proto = add(btf__add_func_proto(b, result));

	for (size_t i = 0; i < n; i++)
		CHECK(!btf__add_func_param(b, names[i], types[i]));
	add(btf__add_func(b, name, BTF_FUNC_GLOBAL, proto));
}

#define FUNCTION(b, name, result, params, ...) do { \
	static const char *const n_[] = params; \
	const int t_[] = { __VA_ARGS__ }; \
	function(b, name, result, n_, t_, sizeof t_ / sizeof *t_); \
} while (0)
#define NAMES(...) { __VA_ARGS__ }

static struct btf *make_btf(void)
{
	struct btf *b = btf__new_empty();
	struct ids t;

	CHECK(b);
	make_types(b, &t);
	FUNCTION(b, "plain", t.int_, NAMES("node", "flags", "text"), t.nodep, t.u8, t.charp);
	FUNCTION(b, "many", 0, NAMES("a", "b", "c", "d", "e", "f", "g", "h"), t.int_, t.int_, t.int_, t.int_, t.int_, t.int_,
		 t.int_, t.u8);
	FUNCTION(b, "by_value", t.small, NAMES("s", "p", "big", "x", "after"), t.small, t.point, t.big, t.fl, t.int_);
	FUNCTION(b, "big_result", t.big, NAMES("a", "b"), t.int_, t.int_);
	FUNCTION(b, "wide", t.ulong, NAMES("a", "w", "b"), t.int_, t.wide, t.int_);
	FUNCTION(b, "spill", t.pointp, NAMES("a", "b", "c", "d", "e", "s", "last"), t.int_, t.int_, t.int_, t.int_, t.int_, t.small,
		 t.int_);
	FUNCTION(b, "__traceiter_event", t.int_, NAMES("__data", "node", "value"), t.void_p, t.nodep, t.int_);
	FUNCTION(b, "real", t.fl, NAMES("v"), t.fl);
	return b;
}

static void open_bytes(struct fixture *f, const void *data, size_t len)
{
	const char *name;

	fixture_session(f, false);
	name = arena_printf(&f->s.arena, "%s/btf", f->dir);
	CHECK(!write_file_atomic(name, data, len, 0600));
	f->s.target.btf_file = name;
	f->m = di_module(session_di(&f->s), "kernel", &name);
	CHECK(f->m);
}

static void open_btf(struct fixture *f)
{
	struct btf *b = make_btf();
	uint32_t size;
	const void *data = btf__raw_data(b, &size);

	CHECK(data);
	open_bytes(f, data, size);
	btf__free(b);
	CHECK_EQ(di_sources(f->m), DI_BTF);
}

static struct di_scope at(struct fixture *f, const char *name, enum di_where where)
{
	return (struct di_scope){ .module = f->m, .func = fixture_function(f, name), .where = where };
}

static uint64_t value(struct di_scope *sc, const char *name, const struct di_step *steps, size_t n)
{
	struct di_access ac = { .steps = steps, .nsteps = n };
	struct di_result r;
	struct world w;
	uint64_t v = 0;

	world_init(&w);
	CHECK_MSG(di_compile_var(sc, name, &ac, &r), "%s: %s", name, r.error);
	CHECK(world_eval(&w, r.program, &v));
	return v;
}

#define VALUE(sc, name) value(sc, name, NULL, 0)
#define FIELD(sc, name, m) value(sc, name, &(struct di_step){ .kind = DI_STEP_MEMBER, .member = m }, 1)
#define REG(n) (0x1000ul * ((n) + 1))

TEST(btf_parameters)
{
	struct fixture f;
	struct di_scope sc;
	struct world w;

	open_btf(&f);
	world_init(&w);
	sc = at(&f, "plain", DI_AT_ENTRY);
	CHECK_EQ(VALUE(&sc, "node"), REG(5));
	CHECK_EQ(VALUE(&sc, "flags"), REG(4) & 0xff);
	CHECK_EQ(VALUE(&sc, "arg3"), REG(1));
	sc = at(&f, "many", DI_AT_ENTRY);
	CHECK_EQ(VALUE(&sc, "f"), REG(9));
	CHECK_EQ(VALUE(&sc, "g"), 900);
	CHECK_EQ(VALUE(&sc, "h"), 901 & 0xff);
	sc = at(&f, "by_value", DI_AT_ENTRY);
	CHECK_EQ(FIELD(&sc, "s", "first"), REG(5));
	CHECK_EQ(FIELD(&sc, "s", "second"), REG(4));
	CHECK_EQ(FIELD(&sc, "p", "y"), REG(1) >> 32);
	CHECK_EQ(FIELD(&sc, "big", "b"), world_load(&w, REG(7) + 8 + 8, 8));
	CHECK_EQ(VALUE(&sc, "big"), REG(7) + 8);
	CHECK_EQ(VALUE(&sc, "after"), REG(2));
	sc = at(&f, "big_result", DI_AT_ENTRY);
	CHECK_EQ(VALUE(&sc, "a"), REG(4));
	CHECK_EQ(VALUE(&sc, "b"), REG(1));
	sc = at(&f, "wide", DI_AT_ENTRY);
	CHECK_EQ(VALUE(&sc, "b"), REG(2));
	/* a pair that does not fit in the one register left goes to the stack whole */
	sc = at(&f, "spill", DI_AT_ENTRY);
	CHECK_EQ(FIELD(&sc, "s", "second"), (uint64_t)(int32_t)world_load(&w, REG(7) + 16, 4));
	CHECK_EQ(VALUE(&sc, "last"), REG(9));
	fixture_close(&f);
}

TEST(btf_results)
{
	struct di_access ac = { 0 };
	struct di_result r;
	struct fixture f;
	struct di_scope sc;
	struct world w;

	open_btf(&f);
	world_init(&w);
	sc = at(&f, "plain", DI_AT_RETURN);
	CHECK_EQ(VALUE(&sc, "return"), (uint64_t)(int32_t)w.retval);
	sc = at(&f, "by_value", DI_AT_RETURN);
	CHECK_EQ(FIELD(&sc, "return", "first"), w.retval);
	CHECK_EQ(FIELD(&sc, "return", "second"), REG(1));
	sc = at(&f, "big_result", DI_AT_RETURN);
	CHECK_EQ(FIELD(&sc, "return", "c"), world_load(&w, w.retval + 16, 8));
	sc = at(&f, "spill", DI_AT_RETURN);
	CHECK_EQ(FIELD(&sc, "return", "y"), (uint64_t)(int32_t)world_load(&w, w.retval + 4, 4));
	sc = at(&f, "many", DI_AT_RETURN);
	CHECK(!di_compile_var(&sc, "return", &ac, &r) && r.code == DI_NO_VARIABLE);
	sc = at(&f, "real", DI_AT_RETURN);
	CHECK(!di_compile_var(&sc, "return", &ac, &r) && r.code == DI_UNSUPPORTED);
	sc = at(&f, "real", DI_AT_ENTRY);
	CHECK(!di_compile_var(&sc, "v", &ac, &r) && r.code == DI_UNSUPPORTED);
	CHECK(!di_compile_var(&sc, "return", &ac, &r) && r.code == DI_NO_VARIABLE);
	fixture_close(&f);
}

TEST(btf_members)
{
	struct di_step steps[3] = { { .kind = DI_STEP_MEMBER, .member = "next" }, { .kind = DI_STEP_MEMBER, .member = "list" },
				    { .kind = DI_STEP_INDEX, .index = 3 } };
	struct fixture f;
	struct di_scope sc;
	struct world w;
	uint64_t byte, next;

	open_btf(&f);
	world_init(&w);
	sc = at(&f, "plain", DI_AT_ENTRY);
	byte = world_load(&w, REG(5), 1);
	CHECK_EQ(FIELD(&sc, "node", "flag"), byte & 1);
	CHECK_EQ(FIELD(&sc, "node", "mode"), (uint64_t)((int64_t)(byte << 58) >> 59));
	CHECK_EQ(FIELD(&sc, "node", "high"), byte >> 6);
	CHECK_EQ(FIELD(&sc, "node", "word"), world_load(&w, REG(5) + 8, 8));
	CHECK_EQ(FIELD(&sc, "node", "half"), (uint64_t)(int32_t)world_load(&w, REG(5) + 8, 4));
	next = world_load(&w, REG(5) + 32, 8);
	CHECK_EQ(value(&sc, "node", steps, 3), (uint64_t)(int32_t)world_load(&w, next + 16 + 12, 4));
	fixture_close(&f);
}

static void check_error(struct di_scope *sc, const char *name, const struct di_step *steps, size_t n, int code, const char *text)
{
	struct di_access ac = { .steps = steps, .nsteps = n };
	struct di_result r;

	CHECK_MSG(!di_compile_var(sc, name, &ac, &r), "%s compiled", name);
	CHECK_EQ(r.code, code);
	CHECK_STR(r.error, text);
}

TEST(btf_errors)
{
	struct di_step member = { .kind = DI_STEP_MEMBER, .member = "nxt" }, index = { .kind = DI_STEP_INDEX };
	struct di_step deref = { .kind = DI_STEP_DEREF };
	struct di_access ac = { .steps = &member, .nsteps = 1 };
	struct di_result r;
	struct fixture f;
	struct di_scope sc;

	open_btf(&f);
	sc = at(&f, "plain", DI_AT_ENTRY);
	check_error(&sc, "nod", NULL, 0, DI_NO_VARIABLE, "plain has no parameter nod here");
	check_error(&sc, "node", &member, 1, DI_NO_MEMBER, "struct node has no member nxt");
	CHECK(!di_compile_var(&sc, "node", &ac, &r));
	CHECK_EQ(r.similar.len, 1);
	CHECK_STR(r.similar.data[0], "next");
	check_error(&sc, "flags", &member, 1, DI_BAD_ACCESS, "flags has type unsigned char, which has no members (asked for nxt)");
	check_error(&sc, "flags", &index, 1, DI_BAD_ACCESS, "flags has type unsigned char, which has no elements");
	check_error(&sc, "flags", &deref, 1, DI_BAD_ACCESS, "flags has type unsigned char, which is not a pointer");
	check_error(&sc, "arg4", NULL, 0, DI_NO_VARIABLE, "plain has 3 parameters, so there is no $arg4");
	sc.where = DI_AT_RETURN;
	check_error(&sc, "node", NULL, 0, DI_NO_VARIABLE, "parameter node is gone when plain returns: use @entry($node)");
	sc.where = DI_AT_PC;
	sc.pc = 0x1234;
	CHECK(!di_compile_var(&sc, "node", &(struct di_access){ 0 }, &r) && r.code == DI_NO_DEBUGINFO);
	sc = at(&f, "wide", DI_AT_ENTRY);
	check_error(&sc, "w", NULL, 0, DI_UNSUPPORTED, "w is 16 bytes wide; values have 8");
	fixture_close(&f);
}

TEST(btf_functions_and_types)
{
	struct di_func_vec v = { 0 };
	struct di_name_vec near = { 0 };
	const struct di_type *t;
	struct fixture f;
	int64_t n;

	open_btf(&f);
	di_find_functions(f.m, "b*", NULL, 0, DI_FIND_CONCRETE | DI_FIND_INLINE, &v);
	CHECK_EQ(v.len, 2);
	CHECK_STR(v.data[0]->name, "big_result");
	CHECK_STR(v.data[1]->link_name, "by_value");
	CHECK_EQ(v.data[0]->source, DI_BTF);
	CHECK_EQ(v.data[0]->entry, 0);
	v.len = 0;
	di_find_functions(f.m, "b*", "some.c", 0, DI_FIND_CONCRETE, &v);
	CHECK_EQ(v.len, 0);
	di_similar_functions(f.m, "by_valu", 3, &near);
	CHECK(near.len && !strcmp(near.data[0], "by_value"));
	t = di_type_find(f.m, "node_t");
	CHECK(t && t->kind == DI_TYPEDEF && di_type_strip(t)->kind == DI_STRUCT);
	CHECK(di_type_strip(di_type_find(f.m, "struct node")) == di_type_strip(t));
	CHECK(!di_type_find(f.m, "union node"));
	CHECK(di_type_find(f.m, "hidden")->is_declaration);
	CHECK_STR(di_type_text(&f.s.arena, di_type_find(f.m, "const char **"), "p"), "char **p");
	CHECK_STR(di_type_text(&f.s.arena, di_type_complete(di_type_strip(t))->members[6].type, "s"), "const char *s");
	CHECK_STR(di_type_text(&f.s.arena, di_type_complete(di_type_strip(t))->members[4].type, "l"), "int l[4]");
	CHECK(di_enum_value(f.m, "BLUE", &n) && n == -1);
	CHECK(di_enum_value(f.m, "RED", &n) && n == 3);
	fixture_close(&f);
}

TEST(btf_tracepoints)
{
	struct di_tracepoint_vec v = { 0 };
	struct di_scope sc = { .where = DI_AT_ENTRY };
	struct fixture f;
	struct world w;

	open_btf(&f);
	world_init(&w);
	di_find_tracepoints(f.m, "ev*", &v);
	CHECK_EQ(v.len, 1);
	CHECK_STR(v.data[0]->name, "event");
	CHECK_EQ(v.data[0]->nparams, 2);
	sc.module = f.m;
	sc.tracepoint = v.data[0];
	CHECK_EQ(VALUE(&sc, "value"), 2);
	CHECK_EQ(VALUE(&sc, "node"), 0x7000);
	CHECK_EQ(VALUE(&sc, "arg1"), 0x7000);
	CHECK_EQ(FIELD(&sc, "node", "word"), world_load(&w, 0x7008, 8));
	check_error(&sc, "valu", NULL, 0, DI_NO_VARIABLE, "tracepoint event has no argument valu");
	fixture_close(&f);
}

TEST(btf_casts)
{
	struct di_step m = { .kind = DI_STEP_MEMBER, .member = "x" };
	struct di_step i[2] = { { .kind = DI_STEP_INDEX, .index = 2 }, m };
	struct di_access ac = { .steps = &m, .nsteps = 1 };
	const struct di_type *point;
	struct fixture f;
	struct di_result r;
	struct world w;
	uint64_t v;

	open_btf(&f);
	world_init(&w);
	point = di_type_find(f.m, "struct point");
	CHECK(di_compile_cast(f.m, point, &ac, &r) && world_eval(&w, r.program, &v));
	CHECK_EQ(v, (uint64_t)(int32_t)world_load(&w, 0x7000, 4));
	CHECK(di_compile_cast(f.m, di_pointer_to(f.m, point), &ac, &r) && world_eval(&w, r.program, &v));
	ac = (struct di_access){ .steps = i, .nsteps = 2 };
	CHECK(di_compile_cast(f.m, point, &ac, &r) && world_eval(&w, r.program, &v));
	CHECK_EQ(v, (uint64_t)(int32_t)world_load(&w, 0x7010, 4));
	ac = (struct di_access){ 0 };
	CHECK(di_compile_cast(f.m, point, &ac, &r) && r.is_address);
	CHECK(di_compile_cast(f.m, di_type_find(f.m, "unsigned long"), &ac, &r) && world_eval(&w, r.program, &v));
	CHECK_EQ(v, world_load(&w, 0x7000, 8));
	fixture_close(&f);
}

TEST(btf_exports)
{
	struct fixture f;
	const char *text = "0x1\tmany\tvmlinux\tEXPORT_SYMBOL\t\n0x2\tplain\tdrivers/net/veth\tEXPORT_SYMBOL\t\n";

	open_btf(&f);
	f.s.target.build_dir = f.dir;
	CHECK(!write_file_atomic(arena_printf(&f.s.arena, "%s/Module.symvers", f.dir), text, strlen(text), 0600));
	CHECK(fixture_function(&f, "many")->exported);
	CHECK(!fixture_function(&f, "plain")->exported);
	CHECK(!fixture_function(&f, "wide")->exported);
	fixture_close(&f);
}

/* Any byte may be wrong: errors are fine, reads outside and endless loops are not. */
TEST(btf_damaged)
{
	struct btf *b = make_btf();
	uint32_t size;
	const void *data = btf__raw_data(b, &size);
	char *copy = malloc(size);

	CHECK(copy);
	for (uint32_t at = 0; at < size; at += size / 150 + 1) {
		struct di_func_vec v = { 0 };
		struct di_tracepoint_vec tp = { 0 };
		struct strbuf text = STRBUF_INIT;
		struct fixture f;

		memcpy(copy, data, size);
		copy[at] ^= at % 3 ? 0x01 : 0xa5;
		open_bytes(&f, copy, at % 7 ? size : at);
		di_find_functions(f.m, "*", NULL, 0, DI_FIND_CONCRETE, &v);
		di_find_tracepoints(f.m, "*", &tp);
		for (size_t i = 0; i < v.len; i++) {
			struct di_scope sc = { .module = f.m, .func = v.data[i], .where = DI_AT_ENTRY };
			struct di_var_vec vars = { 0 };
			struct di_result r;

			di_scope_vars(&sc, &vars);
			for (size_t k = 0; k < vars.len; k++) {
				sb_puts(&text, di_type_text(&f.s.arena, vars.data[k]->type, vars.data[k]->name));
				di_compile_var(&sc, vars.data[k]->name, &(struct di_access){ 0 }, &r);
			}
		}
		sb_free(&text);
		fixture_close(&f);
	}
	free(copy);
	btf__free(b);
}
