/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compressed files and boot images: every format, whole, damaged and cut short. */
#include "fixture.h"
#include "lib/run.h"
#include "translator/debuginfo/image.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE 300000

/* Text that compresses, but not to nothing. */
static char *sample(void)
{
	char *p = malloc(SIZE);
	uint32_t x = 1;

	CHECK(p);
	for (size_t i = 0; i < SIZE; i++) {
		x = x * 1103515245 + 12345;
		p[i] = "abcdefgh"[x >> 24 & (i % 1000 < 500 ? 7 : 1)];
	}
	return p;
}

struct packer { const char *program, *options; };
static const struct packer packers[] = {
	{ "gzip", "-c" }, { "bzip2", "-c" }, { "xz", "-c" }, { "xz", "-c --format=lzma" }, { "zstd", "-c -q" }, { "lz4", "-l -c -q" },
};

static bool pack(struct fixture *f, const struct packer *p, const char *from, const char *to)
{
	char *have = find_program(p->program);

	if (!have)
		return false;
	free(have);
	fixture_run((const char *const[]){ "sh", "-c", arena_printf(&f->s.arena, "%s %s <'%s' >'%s'", p->program, p->options, from, to),
					   NULL });
	return true;
}

TEST(unpack_formats)
{
	char *text = sample();
	struct fixture f;
	const char *plain, *packed;
	unsigned done = 0;

	fixture_session(&f, false);
	plain = arena_printf(&f.s.arena, "%s/plain", f.dir);
	packed = arena_printf(&f.s.arena, "%s/packed", f.dir);
	CHECK(!write_file_atomic(plain, text, SIZE, 0600));
	for (size_t i = 0; i < sizeof packers / sizeof *packers; i++) {
		struct strbuf in = STRBUF_INIT, out = STRBUF_INIT;

		if (!pack(&f, &packers[i], plain, packed))
			continue;
		done++;
		CHECK(!read_file(packed, &in));
		CHECK_MSG(!decompress(in.s, in.len, &out), "%s %s", packers[i].program, packers[i].options);
		CHECK_EQ(out.len, SIZE);
		CHECK_MEM(out.s, text, SIZE);
		sb_free(&out);
		/* the kernel puts its size behind the payload */
		sb_add(&in, "\0\1\2\3", 4);
		CHECK_MSG(!decompress(in.s, in.len, &out), "%s with trailing bytes", packers[i].program);
		CHECK_EQ(out.len, SIZE);
		sb_free(&out);
		for (size_t cut = 0; cut < in.len; cut += in.len / 40 + 1) {
			int r = decompress(in.s, cut, &out);

			CHECK_MSG(r || out.len <= SIZE, "%s cut at %zu", packers[i].program, cut);
			sb_free(&out);
		}
		for (size_t flip = 0; flip < in.len; flip += in.len / 60 + 1) {
			in.s[flip] ^= 0x55;
			decompress(in.s, in.len, &out);
			sb_free(&out);
			in.s[flip] ^= 0x55;
		}
		sb_free(&in);
	}
	free(text);
	fixture_close(&f);
	if (!done)
		SKIP("no compressor is here");
}

TEST(unpack_refuses_others)
{
	struct strbuf out = STRBUF_INIT;

	CHECK_EQ(decompress("hello world", 11, &out), -EMEDIUMTYPE);
	CHECK_EQ(decompress("", 0, &out), -EMEDIUMTYPE);
	CHECK_EQ(decompress("\x1f\x8b\x08", 3, &out), -EMEDIUMTYPE);
	CHECK_EQ(decompress("\x1f\x8b\x08zzzzzzzzzzz", 14, &out), -EBADMSG);
}

/* A bzImage around the gzip-ed program of a fixture. */
static void make_bzimage(struct fixture *f, const char *payload, const char *image)
{
	struct strbuf in = STRBUF_INIT, out = STRBUF_INIT;
	char header[1024 + 512] = { 0 };
	uint32_t off = 100, len;

	CHECK(!read_file(payload, &in));
	len = (uint32_t)in.len + 4;
	header[0x1f1] = 1;
	memcpy(header + 0x202, "HdrS", 4);
	memcpy(header + 0x248, &off, 4);
	memcpy(header + 0x24c, &len, 4);
	sb_add(&out, header, 1024 + off);
	sb_add(&out, in.s, in.len);
	sb_add(&out, "\0\0\0\1", 4);
	CHECK(!write_file_atomic(image, out.s, out.len, 0600));
	sb_free(&in);
	sb_free(&out);
	(void)f;
}

TEST(unpack_boot_image)
{
	struct strbuf elf = STRBUF_INIT, btf = STRBUF_INIT, want = STRBUF_INIT;
	const char *packed, *image, *raw;
	char id[65];
	struct fixture f;

	fixture_session(&f, true);
	fixture_make(&f, "shapes", NULL, true);
	packed = arena_printf(&f.s.arena, "%s/packed", f.dir);
	image = arena_printf(&f.s.arena, "%s/vmlinuz", f.dir);
	raw = arena_printf(&f.s.arena, "%s/raw", f.dir);
	CHECK(!write_file_atomic(raw, "pretend this is BTF", 19, 0600));
	fixture_run((const char *const[]){ "objcopy", "--add-section", arena_printf(&f.s.arena, ".BTF=%s", raw), f.path, NULL });
	pack(&f, &packers[0], f.path, packed);
	make_bzimage(&f, packed, image);
	CHECK(!image_unpack(image, &elf));
	CHECK(!read_file(f.path, &want));
	CHECK_EQ(elf.len, want.len);
	CHECK_MEM(elf.s, want.s, want.len);
	for (int i = 0; i < 2; i++) {
		/* the second time from the cache */
		CHECK(!image_btf(image, f.s.cache_dir, &btf, NULL, id));
		CHECK_EQ(btf.len, 19);
		CHECK_EQ(strlen(id), 40);
		sb_clear(&btf);
	}
	fixture_run((const char *const[]){ "sh", "-c", arena_printf(&f.s.arena, "for x in '%s'/btf/*; do echo >>$x; done",
								    f.s.cache_dir), NULL });
	CHECK(!image_btf(image, f.s.cache_dir, &btf, NULL, id));
	CHECK_EQ(btf.len, 19);
	CHECK_EQ(image_btf(raw, NULL, &btf, NULL, id), -EMEDIUMTYPE);
	CHECK_EQ(image_btf(arena_printf(&f.s.arena, "%s/none", f.dir), NULL, &btf, NULL, id), -ENOENT);
	sb_free(&elf);
	sb_free(&btf);
	sb_free(&want);
	fixture_close(&f);
}
