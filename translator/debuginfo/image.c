/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel inside a boot image.
 *
 * A distribution's boot image carries BTF and build-id in its compressed vmlinux,
 * so a kernel can be understood with no debug package at all.  Unpacking takes
 * a tenth of a second or more; the result is kept in the cache, named after the
 * image file's identity (path, size, time, inode).
 *
 * Layouts: Linux x86 boot protocol 2.08 (Documentation/arch/x86/boot.rst), EFI zboot
 * (drivers/firmware/efi/libstub/zboot-header.S). */
#include "translator/debuginfo/image.h"
#include "lib/arena.h"
#include "lib/map.h"
#include "lib/run.h"
#include "translator/debuginfo/keep.h"
#include "translator/debuginfo/syscall.h"
#include <elf.h>
#include <errno.h>
#include <libelf.h>
#include <gelf.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CACHE_MAGIC "stapbtf2"

/* What a vmlinux holds for us. */
struct content { struct strbuf *btf; struct strbuf syscalls; char *build_id; };

/* The file in the cache: this header, then BTF, then the text of the system calls. */
struct cached_btf {
	char magic[8];
	uint64_t len;		/* of the BTF */
	uint64_t sum;		/* hash_bytes() of all that follows */
	char build_id[72];
};
_Static_assert(sizeof(struct cached_btf) == 96, "file format");

static uint32_t le32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return v;
}

/* Where the compressed kernel lies in IMAGE. */
static bool find_payload(const struct strbuf *image, size_t *off, size_t *len)
{
	const char *p = image->s;

	if (image->len > 0x250 && !memcmp(p + 0x202, "HdrS", 4)) {
		size_t sectors = (unsigned char)p[0x1f1] ? (unsigned char)p[0x1f1] : 4;

		*off = (sectors + 1) * 512 + le32(p + 0x248);
		*len = le32(p + 0x24c);
	} else if (image->len > 64 && !memcmp(p, "MZ", 2) && !memcmp(p + 4, "zimg", 4)) {
		*off = le32(p + 8);
		*len = le32(p + 12);
	} else {
		return false;
	}
	return *off < image->len && *len <= image->len - *off;
}

int image_unpack(const char *path, struct strbuf *out)
{
	struct strbuf image = STRBUF_INIT;
	size_t off = 0, len;
	int r = read_file(path, &image);

	if (r)
		return r;
	if (image.len > 4 && !memcmp(image.s, ELFMAG, SELFMAG)) {
		*out = image;
		return 0;
	}
	if (!find_payload(&image, &off, &len)) {
		off = 0;
		len = image.len;
	}
	r = len ? decompress(image.s + off, len, out) : -EMEDIUMTYPE;
	sb_free(&image);
	return r;
}

static void take_build_id(Elf_Scn *scn, char *build_id)
{
	Elf_Data *d = elf_getdata(scn, NULL);
	size_t off = 0, next, name, desc;
	GElf_Nhdr n;

	while (d && (next = gelf_getnote(d, off, &n, &name, &desc)) > 0) {
		if (n.n_type == NT_GNU_BUILD_ID && n.n_namesz == 4 && n.n_descsz <= 32)
			for (size_t i = 0; i < n.n_descsz; i++)
				snprintf(build_id + 2 * i, 3, "%02x", ((unsigned char *)d->d_buf)[desc + i]);
		off = next;
	}
}

/* Sections of the unpacked vmlinux. */
static int elf_take(struct strbuf *vmlinux, struct content *c)
{
	Elf *e = elf_memory(vmlinux->s, vmlinux->len);
	Elf_Scn *scn = NULL;
	size_t names;
	int r = -ENOEXEC;

	if (!e || elf_kind(e) != ELF_K_ELF || elf_getshdrstrndx(e, &names))
		goto out;
	r = -ENOENT;
	while ((scn = elf_nextscn(e, scn))) {
		GElf_Shdr sh;
		const char *name = gelf_getshdr(scn, &sh) ? elf_strptr(e, names, sh.sh_name) : NULL;
		Elf_Data *d;

		if (name && sh.sh_type == SHT_NOTE)
			take_build_id(scn, c->build_id);
		if (!name || strcmp(name, ".BTF") || !(d = elf_rawdata(scn, NULL)) || !d->d_size)
			continue;
		sb_add(c->btf, d->d_buf, d->d_size);
		r = 0;
	}
	syscalls_scan(e, &c->syscalls);
out:
	elf_end(e);
	return r;
}

static char *cache_name(const char *path, const char *cache)
{
	struct stat st;
	char real[PATH_MAX], key[PATH_MAX + 128], *name = NULL;

	if (!cache || !realpath(path, real) || stat(real, &st))
		return NULL;
	snprintf(key, sizeof key, "%s %jd %jd.%09ld %ju", real, (intmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec,
		 st.st_mtim.tv_nsec, (uintmax_t)st.st_ino);
	if (asprintf(&name, "%s/btf/%016llx", cache, (unsigned long long)hash_bytes(key, strlen(key), 0)) < 0)
		return NULL;
	return name;
}

static int cache_read(const char *name, struct content *c)
{
	struct strbuf b = STRBUF_INIT;
	struct cached_btf h;
	int r = read_file(name, &b);

	if (!r) {
		r = -EBADMSG;
		if (b.len > sizeof h) {
			memcpy(&h, b.s, sizeof h);
			h.build_id[64] = '\0';
			if (!memcmp(h.magic, CACHE_MAGIC, 8) && h.len <= b.len - sizeof h &&
			    h.sum == hash_bytes(b.s + sizeof h, b.len - sizeof h, 0))
				r = 0;
		}
	}
	if (!r) {
		sb_add(c->btf, b.s + sizeof h, h.len);
		sb_add(&c->syscalls, b.s + sizeof h + h.len, b.len - sizeof h - h.len);
		memcpy(c->build_id, h.build_id, 65);
	}
	sb_free(&b);
	return r;
}

/* A cache that cannot be written costs time only. */
static void cache_write(const char *cache, const char *name, const struct content *c)
{
	struct cached_btf h = { .magic = CACHE_MAGIC, .len = c->btf->len };
	struct strbuf b = STRBUF_INIT;
	char dir[PATH_MAX];

	memcpy(h.build_id, c->build_id, strlen(c->build_id));
	snprintf(dir, sizeof dir, "%s/btf", cache);
	sb_add(&b, (const char *)&h, sizeof h);
	sb_add(&b, c->btf->s, c->btf->len);
	sb_add(&b, sb_str(&c->syscalls), c->syscalls.len);
	h.sum = hash_bytes(b.s + sizeof h, b.len - sizeof h, 0);
	memcpy(b.s, &h, sizeof h);
	if (!make_dirs(dir, 0755) && !write_file_atomic(name, b.s, b.len, 0644))
		keep_trim(name);
	sb_free(&b);
}

/* BTF is empty at first. */
static int unpack_content(const char *path, const char *cache, struct content *c)
{
	char *name = cache_name(path, cache);
	struct strbuf vmlinux = STRBUF_INIT;
	int r;

	if (name && !cache_read(name, c)) {
		keep_touch(name);
		free(name);
		return 0;
	}
	elf_version(EV_CURRENT);
	r = image_unpack(path, &vmlinux);
	if (!r)
		r = elf_take(&vmlinux, c);
	if (!r && name)
		cache_write(cache, name, c);
	sb_free(&vmlinux);
	free(name);
	return r;
}

int image_btf(const char *path, const char *cache, struct strbuf *btf, struct strbuf *syscalls, char build_id[65])
{
	struct content c = { .btf = btf, .build_id = build_id };
	int r;

	memset(build_id, 0, 65);
	r = unpack_content(path, cache, &c);
	if (!r && syscalls)
		sb_add(syscalls, sb_str(&c.syscalls), c.syscalls.len);
	sb_free(&c.syscalls);
	return r;
}
