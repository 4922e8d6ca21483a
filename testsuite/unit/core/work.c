/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What work costs: actions by operation and size; that the end of the budget ends it; the first of an order. */
#include "testsuite/unit/core/fixture.h"
#include "runtime/core/work.h"

#include <stdio.h>

enum { LONGEST = 1 << 16, BUDGET = 1 << 30 };
static char text[LONGEST], other[LONGEST], into[LONGEST];
static const struct stp_map_desc by_long = { .nkeys = 1, .value_type = STP_LONG, .key_type = { STP_LONG }, .max_entries = 1 << 16 };
static const struct stp_map_desc by_pair = { .nkeys = 2, .value_type = STP_LONG, .key_type = { STP_LONG, STP_LONG }, .max_entries = 1 << 16 };
static const struct stp_map_desc stats = { .nkeys = 1, .value_type = STP_STAT, .key_type = { STP_LONG }, .max_entries = 1 << 12 };
static const struct stp_map_desc hists = { .nkeys = 1, .value_type = STP_STAT, .key_type = { STP_LONG }, .max_entries = 16,
	.hist = { .kind = 1, .buckets = STP_HIST_LOG_BUCKETS } };

/* ---- the budget ---- */

/* Actions spent since the run began. */
static int64_t spent(void)
{
	return (int64_t)CTX->granted - CTX->actions;
}

static void begin(uint32_t budget)
{
	fx.limits.max_action = budget;
	stp_actions_prepare(&fx.limits);
	stp_ctx_begin(CTX, &fx.probe, NULL);
}

TEST(work_budget_is_given_out_in_slices)
{
	fixture_reset(1);
	fixture_load();
	begin(1000);
	CHECK_EQ(CTX->granted, STP_SLICE);
	for (int i = 0; i < 1000; i++)
		CHECK(stp_charge(CTX, 1));
	CHECK_EQ(CTX->granted, 1000);
	CHECK(!stp_charge(CTX, 1));
	CHECK_STR(CTX->message, "MAXACTION exceeded");
	begin(1000);
	CHECK(stp_charge(CTX, 1000));
	CHECK_EQ(spent(), 1000);
	begin(1000);
	CHECK(!stp_charge(CTX, 1001));
	CHECK(!stp_charge(CTX, 1));
	begin(7);
	CHECK_EQ(CTX->granted, 7);
	CHECK(stp_charge(CTX, 7) && !stp_charge(CTX, 1));
}

TEST(work_without_limits)
{
	fixture_reset(1);
	fx.limits.suppress_time_limits = 1;
	fixture_load();
	begin(10);
	for (int i = 0; i < 10000; i++)
		CHECK(stp_charge(CTX, 100));
}

TEST(work_overload_ends_a_run)
{
	int n = 0;

	fixture_reset(1);
	fixture_load();
	begin(1u << 31);
	plat_test_overload(3);
	while (stp_charge(CTX, 1))
		n++;
	CHECK(n >= 3 * STP_SLICE && n < 3 * STP_SLICE + 4);
	CHECK_EQ(CTX->error_kind, STP_ERR_LIMIT);
	CHECK_STR(CTX->message, "the handler runs for longer than STP_OVERLOAD_THRESHOLD allows");
}

/* ---- what each operation costs ---- */

static void copy(uint32_t n) { (void)n, stp_str_copy(into, text, LONGEST); }
static void append(uint32_t n) { (void)n, into[0] = 0, stp_str_cat(into, text, LONGEST); }
static void compare(uint32_t n) { (void)n, stp_str_cmp(text, other); }
static void length(uint32_t n) { (void)n, stp_str_len(text); }
static void part(uint32_t n) { stp_str_sub(into, LONGEST, text, 0, n); }
static void at(uint32_t n) { stp_str_at(CTX, text, n / 2); }
static void search(uint32_t n) { (void)n, stp_str_find(text, "b"); }
static void replace(uint32_t n) { (void)n, stp_str_replace(into, LONGEST, text, "a", ""); }
static void quote(uint32_t n) { (void)n, stp_str_escape(into, LONGEST, text, 0, true); }
static void number(uint32_t n) { (void)n, stp_str_to_long(text, 16); }

static void search_badly(uint32_t n)
{
	memset(other, 'a', n / 2);
	memcpy(other + n / 2, "b", 2);
	stp_str_find(text, other);
}

static void read_kernel(uint32_t n)
{
	(void)n;
	plat_test_reset(1);
	plat_test_context(CTX);
	plat_test_memory(false, 0x1000, text, LONGEST);
	stp_kernel_string(CTX, into, LONGEST, 0x1000, 0);
}

/* "b" is found nowhere: one state beside the last. */
static void match(uint32_t n)
{
	static const uint8_t columns[256] = { ['b'] = 1 };
	static const uint16_t next[] = { 0, 0, 0, 0, /* done */ 4, 4, 1, 1, /* start */ 8, 4, 0, 0 };
	static const struct stp_regex re = { .columns = columns, .next = next, .width = 2, .start = 8, .done = 4 };

	(void)n;
	CHECK_EQ(stp_regex_test(&re, text), 0);
}

static void memory_in_hex(uint32_t n)
{
	struct stp_fmt f = { .width = -1, .precision = (int32_t)n };
	struct stp_out o;

	plat_test_reset(1);
	plat_test_context(CTX);
	plat_test_memory(false, 0x1000, text, LONGEST);
	stp_out_string(&o, into, LONGEST);
	stp_out_mem(CTX, &o, &f, 0x1000, true);
}

static void columns(uint32_t n)
{
	struct stp_fmt f = { .conv = STP_CONV_DEC, .width = (int32_t)n, .precision = -1 };
	struct stp_out o;

	stp_out_string(&o, into, LONGEST);
	stp_out_long(&o, &f, 1);
}

/* Of strings of N bytes: few are free, twice as many cost twice as much. */
static const struct { const char *name; void (*run)(uint32_t n); uint32_t n; int64_t least, most; } strings[] = {
	{ "copy", copy, 512, 0, 0 }, { "copy", copy, 4096, 2, 2 }, { "copy", copy, 65000, 31, 32 },
	{ "append", append, 65000, 31, 32 },
	{ "compare", compare, 512, 0, 0 }, { "compare", compare, 65000, 31, 32 },
	{ "length", length, 65000, 31, 32 }, { "part", part, 65000, 31, 32 }, { "at", at, 65000, 31, 32 },
	{ "search", search, 256, 0, 0 }, { "search", search, 4096, 8, 8 }, { "search", search, 65000, 126, 127 },
	{ "search badly", search_badly, 512, 100, 200 }, { "search badly", search_badly, 4096, 12000, 12500 },
	{ "replace", replace, 512, 15, 20 }, { "replace", replace, 4096, 120, 150 },
	{ "quote", quote, 30, 0, 0 }, { "quote", quote, 512, 8, 8 }, { "quote", quote, 4096, 64, 64 },
	{ "number", number, 300, 0, 0 },
	{ "read", read_kernel, 200, 0, 0 }, { "read", read_kernel, 65000, 120, 130 },
	{ "match", match, 100, 0, 0 }, { "match", match, 512, 2, 2 }, { "match", match, 65000, 253, 255 },
	{ "memory in hexadecimal", memory_in_hex, 32, 0, 0 }, { "memory in hexadecimal", memory_in_hex, 1024, 10, 12 },
	{ "columns", columns, 512, 0, 0 }, { "columns", columns, 4096, 4, 5 },
};

TEST(work_with_strings)
{
	for (unsigned i = 0; i < sizeof strings / sizeof *strings; i++) {
		fixture_reset(1);
		fixture_load();
		memset(text, 'a', strings[i].n);
		text[strings[i].n] = 0;
		memcpy(other, text, strings[i].n + 1);
		begin(BUDGET);
		strings[i].run(strings[i].n);
		CHECK_MSG(spent() >= strings[i].least && spent() <= strings[i].most, "%s of %u bytes: %d actions", strings[i].name,
			  strings[i].n, (int)spent());
		CHECK(!CTX->error);
	}
}

TEST(work_of_a_sleeper_is_cheap)
{
	fixture_reset(1);
	fixture_load();
	memset(text, 'a', LONGEST - 1);
	begin(BUDGET);
	plat_test_sleeper(true);
	copy(0);
	CHECK_EQ(spent(), 4);
	CHECK(plat_test_yields());
}

static struct stp_map *m;

static void fill(const struct stp_map_desc *d, uint32_t n)
{
	m = fixture_one_map(d, 4);
	for (uint32_t i = 0; i < n; i++) {
		const union stp_key key[] = { KL(i), KL(i % 2) };

		if (d->value_type == STP_STAT)
			stp_map_add_stat(CTX, m, key, (int64_t)(fixture_random() % 1000));
		else
			stp_map_set_long(CTX, m, key, (int64_t)(fixture_random() % 1000));
	}
	begin(BUDGET);
}

static void walk(int column, int order, int64_t limit)
{
	struct stp_iter it;

	stp_iter_begin(CTX, &it, m, column, order, STP_SUM, limit, NULL, 0);
	while (stp_iter_next(&it))
		;
	stp_ctx_end(CTX);
}

static void sort_all(void) { walk(0, -1, -1); }
static void choose_ten(void) { walk(0, -1, 10); }
static void walk_all(void) { walk(0, 0, -1); }
static void clear(void) { stp_map_clear(CTX, m); }
static void delete_slice(void) { stp_map_del_slice(CTX, m, KEY(KL(0), KL(1)), 2); }
static void look_for_slice(void) { CHECK(!stp_map_has_slice(CTX, m, KEY(KL(0), KL(9)), 2)); }

static void skip_slice(void)
{
	const union stp_key slice[] = { KL(0), KL(9) };
	struct stp_iter it;

	stp_iter_begin(CTX, &it, m, 0, 0, STP_SUM, -1, slice, 2);
	CHECK(!stp_iter_next(&it));
}

static void print_hist(void)
{
	const struct stp_stat *s = stp_map_get_stat(m, KEY(KL(1)));

	stp_out_hist(&CTX->out, s, &hists.hist);
	stp_ctx_end(CTX);
}

static const struct { const char *name; void (*run)(void); const struct stp_map_desc *d; uint32_t n; int64_t least, most; } arrays[] = {
	{ "sort", sort_all, &by_long, 10, 0, 1 }, { "sort", sort_all, &by_long, 1000, 60, 90 }, { "sort", sort_all, &by_long, 60000, 6500, 8500 },
	{ "choose ten", choose_ten, &by_long, 1000, 14, 22 }, { "choose ten", choose_ten, &by_long, 60000, 930, 1000 },
	{ "walk", walk_all, &by_long, 60000, 0, 0 },
	{ "clear", clear, &by_long, 10, 32, 32 }, { "clear", clear, &by_long, 60000, 32, 32 },
	{ "slice", delete_slice, &by_pair, 100, 1, 5 }, { "slice", delete_slice, &by_pair, 60000, 1000, 3000 },
	{ "slice that is not there", look_for_slice, &by_pair, 60000, 468, 470 },
	{ "passed over", skip_slice, &by_pair, 60000, 468, 470 },
	{ "sort statistics", sort_all, &stats, 4000, 700, 1000 }, { "choose of statistics", choose_ten, &stats, 4000, 380, 480 },
	{ "clear statistics", clear, &stats, 4000, 90, 100 },
	{ "histogram", print_hist, &hists, 16, 2, 8 },
};

TEST(work_with_arrays)
{
	for (unsigned i = 0; i < sizeof arrays / sizeof *arrays; i++) {
		fill(arrays[i].d, arrays[i].n);
		arrays[i].run();
		CHECK_MSG(spent() >= arrays[i].least && spent() <= arrays[i].most, "%s of %u: %d actions", arrays[i].name, arrays[i].n,
			  (int)spent());
		CHECK(!CTX->error);
	}
}

/* With half of what it needs, each ends with the error, and nothing stays locked or pinned. */
TEST(work_ends_with_the_budget)
{
	int64_t needs;

	for (unsigned i = 0; i < sizeof arrays / sizeof *arrays; i++) {
		fill(arrays[i].d, arrays[i].n);
		arrays[i].run();
		needs = spent();
		if (needs < 2)
			continue;
		fill(arrays[i].d, arrays[i].n);
		begin((uint32_t)needs / 2);
		arrays[i].run();
		CHECK_MSG(CTX->error && CTX->error_kind == STP_ERR_LIMIT, "%s of %u went on", arrays[i].name, arrays[i].n);
		CHECK(!plat_test_locks_held());
		stp_ctx_end(CTX);
		CHECK(!CTX->pinned);
	}
}

TEST(work_of_a_sleeper_with_arrays_is_free)
{
	fill(&by_long, 60000);
	plat_test_sleeper(true);
	sort_all();
	CHECK_EQ(spent(), 0);
	CHECK(plat_test_yields() > 5000);
}

/* ---- the first of an order are those of the whole ---- */

static const struct stp_map_desc words = { .nkeys = 2, .value_type = STP_STR, .key_type = { STP_LONG, STP_STR }, .max_entries = 700 };

static uint32_t walk_into(int64_t *to, int column, int order, int64_t limit, bool slice)
{
	static const union stp_key key[] = { KL(0), KS("y") };
	struct stp_iter it;
	uint32_t n = 0;

	stp_iter_begin(CTX, &it, m, column, order, STP_AVG, limit, slice ? key : NULL, 2);
	while (stp_iter_next(&it))
		to[n++] = stp_iter_key_long(&it, 0);
	stp_ctx_end(CTX);
	return n;
}

static void fill_with_ties(unsigned kind, uint32_t n)
{
	static const struct stp_map_desc *const of[] = { &by_long, &stats, &words };
	char word[8];

	m = fixture_one_map(of[kind], 3);
	for (uint32_t i = 0; i < n; i++) {
		int64_t v = (int64_t)(fixture_random() % 9);
		const union stp_key key[] = { KL((int64_t)(fixture_random() % 100000)), KS(v & 1 ? "x" : "y") };

		snprintf(word, sizeof word, "%d", (int)v);
		if (kind == 0)
			stp_map_set_long(CTX, m, key, v);
		else if (kind == 1)
			stp_map_add_stat(CTX, m, key, v);
		else
			stp_map_set_str(CTX, m, key, word);
	}
}

TEST(work_first_of_an_order)
{
	static int64_t all[700], first[700];

	for (unsigned round = 0; round < 300; round++) {
		unsigned kind = round % 3, n = 1 + (unsigned)(fixture_random() % 600);
		int column = (int)(fixture_random() % (kind == 2 ? 3 : 2)), order = fixture_random() % 2 ? 1 : -1;
		bool slice = kind == 2 && fixture_random() % 2;
		uint32_t whole, limit;

		fill_with_ties(kind, n);
		whole = walk_into(all, column, order, -1, slice);
		limit = (uint32_t)(fixture_random() % (n / 6 + 2));
		CHECK_EQ(walk_into(first, column, order, limit, slice), limit < whole ? limit : whole);
		CHECK_MSG(!memcmp(all, first, (limit < whole ? limit : whole) * sizeof *all), "kind %u: %u of %u by %d %d", kind, limit, n, column,
			  order);
	}
}
