/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts of 0, most − 1, most, most + 1 bytes and more into every buffer of MAXSTRINGLEN, of the least, the usual and the
 * greatest size: a NUL stands within it, and nothing behind it is read or written (the buffers end where ASan looks). */
#include "testsuite/unit/core/fixture.h"

#include <stdlib.h>

static const size_t sizes[] = { 16, 512, 65536 };

/* LEN bytes and a NUL, with nothing behind; to be freed. */
static char *text_of(size_t len)
{
	char *s = malloc(len + 1);

	for (size_t i = 0; i < len; i++)
		s[i] = (char)('a' + i % 26);
	s[len] = 0;
	return s;
}

typedef void take_fn(char *dst, size_t size, const char *text);

static void check_one(take_fn *take, size_t size, size_t len)
{
	char *dst = malloc(size), *text = text_of(len);
	size_t want = len < size ? len : size - 1;

	memset(dst, '#', size);
	take(dst, size, text);
	CHECK_EQ(strnlen(dst, size), want);
	CHECK(!memcmp(dst, text, want));
	free(text);
	free(dst);
}

static void check_all(take_fn *take)
{
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		const size_t most = sizes[i] - 1, lengths[] = { 0, 1, most - 1, most, most + 1, most + 2, 2 * most };

		fixture_reset(1);
		fx.limits.max_string = (uint32_t)sizes[i];
		fixture_load();
		for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++)
			check_one(take, sizes[i], lengths[k]);
	}
}

/* ---- one function for each way in ---- */

static void take_copy(char *dst, size_t size, const char *text)
{
	stp_str_copy(dst, text, size);
}

static void take_cat(char *dst, size_t size, const char *text)
{
	dst[0] = 0;
	stp_str_cat(dst, text, size);
}

static void take_halves(char *dst, size_t size, const char *text)
{
	size_t half = strlen(text) / 2;
	char *first = text_of(half);

	stp_str_copy(dst, first, size);
	stp_str_cat(dst, text + half, size);
	free(first);
}

static void take_printed(char *dst, size_t size, const char *text)
{
	struct stp_out o;

	stp_out_string(&o, dst, size);
	stp_out_str(&o, text);
	stp_out_end(&o);
}

static void take_bytes(char *dst, size_t size, const char *text)
{
	struct stp_out o;

	stp_out_string(&o, dst, size);
	for (; *text; text++)
		stp_out_text(&o, text, 1);
	stp_out_end(&o);
}

static void take_sub(char *dst, size_t size, const char *text)
{
	stp_str_sub(dst, size, text, 0, (int64_t)strlen(text));
}

static void take_replaced(char *dst, size_t size, const char *text)
{
	stp_str_replace(dst, size, "#", "#", text);
}

static void take_escaped(char *dst, size_t size, const char *text)
{
	stp_str_escape(dst, size, text, 0, 0);
}

/* Nothing loaded, the same limit; what is to be added before the load comes next. */
static void restart(void)
{
	uint32_t most = fx.limits.max_string;

	fixture_reset(1);
	fx.limits.max_string = most;
}

static void take_read(char *dst, size_t size, const char *text)
{
	enum { PLACE = 0x1000 };

	restart();
	fixture_load();
	plat_test_memory(false, PLACE, (char *)(uintptr_t)text, strlen(text) + 1);
	stp_kernel_string(CTX, dst, size, PLACE, 0);
}

static void take_fallback(char *dst, size_t size, const char *text)
{
	stp_user_string_or(CTX, dst, size, 1, text);
}

/* What an array gives back, and what foreach finds as its key. */
static void take_element(char *dst, size_t size, const char *text)
{
	static const struct stp_map_desc d = { .nkeys = 1, .value_type = STP_STR, .key_type = { STP_STR }, .max_entries = 2 };
	struct stp_iter it;

	restart();
	fixture_map(&d);
	fixture_load();
	stp_map_set_str(CTX, fx.storage[0], KEY(KS(text)), text);
	stp_iter_begin(CTX, &it, fx.storage[0], 0, 0, STP_COUNT, -1, NULL, 0);
	CHECK(stp_iter_next(&it));
	CHECK_STR(stp_iter_key_str(&it, 0), stp_iter_str(&it));
	stp_str_copy(dst, stp_map_get_str(fx.storage[0], KEY(KS(text))), size);
	CHECK(!stp_iter_next(&it));
}

TEST(str_bounds_copied) { check_all(take_copy); }
TEST(str_bounds_appended) { check_all(take_cat); }
TEST(str_bounds_in_two_pieces) { check_all(take_halves); }
TEST(str_bounds_printed) { check_all(take_printed); }
TEST(str_bounds_printed_by_bytes) { check_all(take_bytes); }
TEST(str_bounds_cut_out) { check_all(take_sub); }
TEST(str_bounds_replaced) { check_all(take_replaced); }
TEST(str_bounds_escaped) { check_all(take_escaped); }
TEST(str_bounds_read) { check_all(take_read); }
TEST(str_bounds_fallback) { check_all(take_fallback); }
TEST(str_bounds_element_and_key) { check_all(take_element); }

/* ---- globals ---- */

/* The storage of a global that C has initialised with as many bytes as it has, and more behind. */
TEST(str_bounds_global_without_a_nul)
{
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		char *storage = malloc(sizes[i]);

		fixture_reset(1);
		fx.limits.max_string = (uint32_t)sizes[i];
		fixture_scalar(STP_STR, true);
		fx.globals[0].storage = storage;
		memset(storage, 'x', sizes[i]);
		fixture_load();
		CHECK_EQ(strnlen(storage, sizes[i]), sizes[i] - 1);
		stp_core_unload();
		free(storage);
	}
}

static void check_given(char *storage, size_t size, size_t len)
{
	char *text = text_of(len);

	stp_str_copy(storage, "before", size);
	CHECK_EQ(stp_core_set_global("g0", text), len < size ? 0 : -E2BIG);
	CHECK_STR(storage, len < size ? text : "before");
	free(text);
}

/* NAME=VALUE is refused where it would be cut. */
TEST(str_bounds_given_at_load)
{
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		char *storage = calloc(1, sizes[i]);

		fixture_reset(1);
		fx.limits.max_string = (uint32_t)sizes[i];
		fixture_scalar(STP_STR, true);
		fx.globals[0].storage = storage;
		fixture_load();
		check_given(storage, sizes[i], 0);
		check_given(storage, sizes[i], sizes[i] - 2);
		check_given(storage, sizes[i], sizes[i] - 1);
		check_given(storage, sizes[i], sizes[i]);
		check_given(storage, sizes[i], sizes[i] + 1);
		stp_core_unload();
		free(storage);
	}
}
