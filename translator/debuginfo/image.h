/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside debuginfo/: what hides in compressed files. */
#ifndef DEBUGINFO_IMAGE_H
#define DEBUGINFO_IMAGE_H

#include "lib/strbuf.h"
#include <stddef.h>

/* The bytes of a compressed file or payload: LZ4 (legacy frame), zstd, gzip, xz,
 * lzma, bzip2; -EMEDIUMTYPE for any other, -EBADMSG for a damaged one, -EFBIG. */
int decompress(const void *data, size_t len, struct strbuf *out);
/* Whole file, decompressed if it is compressed. */
int read_maybe_compressed(const char *path, struct strbuf *out);
/* The vmlinux inside a boot image (bzImage, EFI zboot, a bare or compressed ELF). */
int image_unpack(const char *path, struct strbuf *out);

/* BTF, build-id and descriptions of system calls out of a boot image, through the cache directory CACHE (NULL: no cache).
 * BTF gets the raw bytes, SYSCALLS (or NULL) what syscalls_scan() gives, BUILD_ID 41+ bytes of text or "". -ENOENT: the
 * image has no BTF. */
int image_btf(const char *path, const char *cache, struct strbuf *btf, struct strbuf *syscalls, char build_id[65]);

#endif
