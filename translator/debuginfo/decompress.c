/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decompression of kernel images and modules.
 *
 * Which format a file has is read off its first bytes.  A kernel's payload ends
 * with its size in four bytes that belong to no format, so trailing bytes are
 * not an error.  Output is bounded: a damaged file must not eat the machine. */
#include "lib/arena.h"
#include "lib/run.h"
#include "translator/debuginfo/image.h"
#include <bzlib.h>
#include <errno.h>
#include <lz4.h>
#include <lzma.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define CHUNK (1u << 20)
#define MAX_OUTPUT ((size_t)1 << 30)
#define LZ4_LEGACY_BLOCK (8u << 20)
#define ZSTD_MAX_WINDOW_LOG 27

static char *room(struct strbuf *out, size_t n)
{
	size_t need = out->len + n + 1;

	if (need > MAX_OUTPUT)
		return NULL;
	if (need > out->cap) {
		size_t cap = out->cap ? out->cap : CHUNK;

		while (cap < need)
			cap *= 2;
		out->s = xrealloc(out->s, cap);
		out->cap = cap;
	}
	return out->s + out->len;
}

static void took(struct strbuf *out, size_t n)
{
	out->len += n;
	out->s[out->len] = '\0';
}

static int unpack_lz4(const unsigned char *p, size_t len, struct strbuf *out)
{
	p += 4;
	len -= 4;
	while (len >= 4) {
		uint32_t size;
		char *to;
		int n;

		memcpy(&size, p, 4);
		p += 4;
		len -= 4;
		if (!size || size > len || size > LZ4_COMPRESSBOUND(LZ4_LEGACY_BLOCK))
			break;
		to = room(out, LZ4_LEGACY_BLOCK);
		if (!to)
			return -EFBIG;
		n = LZ4_decompress_safe((const char *)p, to, (int)size, LZ4_LEGACY_BLOCK);
		if (n < 0)
			return out->len ? 0 : -EBADMSG;
		took(out, (size_t)n);
		p += size;
		len -= size;
	}
	return out->len ? 0 : -EBADMSG;
}

static int unpack_zstd(const unsigned char *p, size_t len, struct strbuf *out)
{
	ZSTD_DStream *z = ZSTD_createDStream();
	ZSTD_inBuffer in = { p, len, 0 };
	size_t more = 1;
	int r = z ? 0 : -ENOMEM;

	if (z)
		ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax, ZSTD_MAX_WINDOW_LOG);
	while (!r && more) {
		ZSTD_outBuffer to = { room(out, CHUNK), CHUNK, 0 };

		if (!to.dst) {
			r = -EFBIG;
			break;
		}
		more = ZSTD_decompressStream(z, &to, &in);
		took(out, to.pos);
		if (ZSTD_isError(more) || (more && !to.pos && in.pos == in.size))
			r = -EBADMSG;
	}
	ZSTD_freeDStream(z);
	return r;
}

static int unpack_gzip(const unsigned char *p, size_t len, struct strbuf *out)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)p, .avail_in = (uInt)len };
	int status = Z_OK, r = 0;

	if (len > UINT32_MAX || inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
		return -EBADMSG;
	while (!r && status != Z_STREAM_END) {
		char *to = room(out, CHUNK);

		if (!to) {
			r = -EFBIG;
			break;
		}
		z.next_out = (Bytef *)to;
		z.avail_out = CHUNK;
		status = inflate(&z, Z_NO_FLUSH);
		took(out, CHUNK - z.avail_out);
		if (status != Z_STREAM_END && (status != Z_OK || (!z.avail_in && z.avail_out)))
			r = -EBADMSG;
	}
	inflateEnd(&z);
	return r;
}

static int unpack_lzma(const unsigned char *p, size_t len, struct strbuf *out)
{
	lzma_stream z = LZMA_STREAM_INIT;
	lzma_ret status = LZMA_OK;
	int r = 0;

	if (lzma_auto_decoder(&z, MAX_OUTPUT, 0) != LZMA_OK)
		return -ENOMEM;
	z.next_in = p;
	z.avail_in = len;
	while (!r && status != LZMA_STREAM_END) {
		char *to = room(out, CHUNK);

		if (!to) {
			r = -EFBIG;
			break;
		}
		z.next_out = (uint8_t *)to;
		z.avail_out = CHUNK;
		status = lzma_code(&z, LZMA_RUN);
		took(out, CHUNK - z.avail_out);
		if (status != LZMA_STREAM_END && (status != LZMA_OK || (!z.avail_in && z.avail_out)))
			r = -EBADMSG;
	}
	lzma_end(&z);
	return r;
}

static int unpack_bzip2(const unsigned char *p, size_t len, struct strbuf *out)
{
	bz_stream z = { .next_in = (char *)(uintptr_t)p, .avail_in = (unsigned)len };
	int status = BZ_OK, r = 0;

	if (len > UINT32_MAX || BZ2_bzDecompressInit(&z, 0, 0) != BZ_OK)
		return -EBADMSG;
	while (!r && status != BZ_STREAM_END) {
		char *to = room(out, CHUNK);

		if (!to) {
			r = -EFBIG;
			break;
		}
		z.next_out = to;
		z.avail_out = CHUNK;
		status = BZ2_bzDecompress(&z);
		took(out, CHUNK - z.avail_out);
		if (status != BZ_STREAM_END && (status != BZ_OK || (!z.avail_in && z.avail_out)))
			r = -EBADMSG;
	}
	BZ2_bzDecompressEnd(&z);
	return r;
}

static const struct format {
	unsigned char magic[6];
	size_t len;
	int (*unpack)(const unsigned char *p, size_t len, struct strbuf *out);
} formats[] = {
	{ { 0x02, 0x21, 0x4c, 0x18 }, 4, unpack_lz4 },
	{ { 0x28, 0xb5, 0x2f, 0xfd }, 4, unpack_zstd },
	{ { 0x1f, 0x8b, 0x08 }, 3, unpack_gzip },
	{ { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, unpack_lzma },
	{ { 0x5d, 0, 0 }, 3, unpack_lzma },
	{ { 'B', 'Z', 'h' }, 3, unpack_bzip2 },
};

static const struct format *format_of(const unsigned char *p, size_t len)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (len > formats[i].len && !memcmp(p, formats[i].magic, formats[i].len))
			return &formats[i];
	return NULL;
}

int decompress(const void *data, size_t len, struct strbuf *out)
{
	const struct format *f = format_of(data, len);
	int r = f ? f->unpack(data, len, out) : -EMEDIUMTYPE;

	if (r)
		sb_free(out);
	return r;
}

int read_maybe_compressed(const char *path, struct strbuf *out)
{
	struct strbuf raw = STRBUF_INIT;
	int r = read_file(path, &raw);

	if (r)
		return r;
	if (!format_of((const unsigned char *)sb_str(&raw), raw.len)) {
		*out = raw;
		return 0;
	}
	r = decompress(raw.s, raw.len, out);
	sb_free(&raw);
	return r;
}
