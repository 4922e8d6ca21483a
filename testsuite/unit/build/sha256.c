/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testsuite/unit/unit.h"
#include "translator/build/sha256.h"

#include <string.h>

static const char *digest(const char *text, size_t len, size_t step)
{
	static char hex[SHA256_HEX];
	struct sha256 s;
	size_t i, n;

	sha256_init(&s);
	for (i = 0; i < len; i += n) {
		n = len - i < step ? len - i : step;
		sha256_add(&s, text + i, n);
	}
	sha256_end(&s, hex);
	return hex;
}

/* vectors of FIPS 180-4's examples */
TEST(sha256_knows_the_vectors_of_the_standard)
{
	const char *two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

	CHECK_STR(digest("", 0, 1), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	CHECK_STR(digest("abc", 3, 3), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	CHECK_STR(digest(two, strlen(two), 100), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(sha256_takes_a_million_bytes_in_pieces_of_any_size)
{
	static char text[1000000];
	const char *want = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

	memset(text, 'a', sizeof text);
	CHECK_STR(digest(text, sizeof text, sizeof text), want);
	CHECK_STR(digest(text, sizeof text, 63), want);
	CHECK_STR(digest(text, sizeof text, 64), want);
	CHECK_STR(digest(text, sizeof text, 65), want);
}

TEST(sha256_keeps_fields_apart)
{
	char a[SHA256_HEX], b[SHA256_HEX];
	struct sha256 s;

	sha256_init(&s);
	sha256_add_str(&s, "ab");
	sha256_add_str(&s, "c");
	sha256_end(&s, a);
	sha256_init(&s);
	sha256_add_str(&s, "a");
	sha256_add_str(&s, "bc");
	sha256_end(&s, b);
	CHECK(strcmp(a, b) != 0);
}
