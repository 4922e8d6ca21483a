/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File names out of line tables' headers (DWARF 2–5, section 6.2.4).
 *
 * libdw gives a unit's files only together with its decoded line table, which
 * is ten times the work of the whole index; so the headers are read here.  The
 * reader takes every count and offset for hostile and stops at the first that
 * leaves the section. */
#include "translator/debuginfo/index_build.h"
#include <dwarf.h>
#include <gelf.h>
#include <string.h>

#define MAX_FILES 100000
#define MAX_FORMATS 32

void line_sections_find(Elf *e, struct line_sections *out)
{
	Elf_Scn *scn = NULL;
	size_t names;

	memset(out, 0, sizeof *out);
	if (elf_getshdrstrndx(e, &names))
		return;
	while ((scn = elf_nextscn(e, scn))) {
		GElf_Shdr sh;
		const char *n = gelf_getshdr(scn, &sh) ? elf_strptr(e, names, sh.sh_name) : NULL;

		if (!n || sh.sh_type == SHT_NOBITS)
			continue;
		if (!strcmp(n, ".debug_line"))
			out->line = elf_getdata(scn, NULL);
		else if (!strcmp(n, ".debug_line_str"))
			out->line_str = elf_getdata(scn, NULL);
		else if (!strcmp(n, ".debug_str"))
			out->str = elf_getdata(scn, NULL);
	}
}

struct reader {
	const unsigned char *p, *end;
	bool bad;
	bool dwarf64;
};

static uint64_t read_fixed(struct reader *r, unsigned n)
{
	uint64_t v = 0;

	if ((size_t)(r->end - r->p) < n) {
		r->bad = true;
		r->p = r->end;
		return 0;
	}
	memcpy(&v, r->p, n);
	r->p += n;
	return v;
}

static uint64_t read_uleb(struct reader *r)
{
	uint64_t v = 0;

	for (unsigned shift = 0; r->p < r->end; shift += 7) {
		unsigned char c = *r->p++;

		if (shift < 64)
			v |= (uint64_t)(c & 0x7f) << shift;
		if (!(c & 0x80))
			return v;
	}
	r->bad = true;
	return 0;
}

static const char *read_string(struct reader *r)
{
	const char *s = (const char *)r->p;
	const unsigned char *nul = memchr(r->p, 0, (size_t)(r->end - r->p));

	if (!nul) {
		r->bad = true;
		return "";
	}
	r->p = nul + 1;
	return s;
}

static const char *section_string(const Elf_Data *d, uint64_t off)
{
	if (!d || !d->d_buf || off >= d->d_size || !memchr((char *)d->d_buf + off, 0, d->d_size - off))
		return "";
	return (const char *)d->d_buf + off;
}

static void skip_form(struct reader *r, uint64_t n)
{
	if ((uint64_t)(r->end - r->p) < n)
		r->bad = true;
	else
		r->p += n;
}

/* One field of an entry; *text or *number is set, the other left alone. */
static void read_form(struct reader *r, const struct line_sections *s, uint64_t form, const char **text, uint64_t *number)
{
	unsigned offset_size = r->dwarf64 ? 8 : 4;

	switch (form) {
	case DW_FORM_string: *text = read_string(r); break;
	case DW_FORM_line_strp: *text = section_string(s->line_str, read_fixed(r, offset_size)); break;
	case DW_FORM_strp: *text = section_string(s->str, read_fixed(r, offset_size)); break;
	case DW_FORM_strp_sup: read_fixed(r, offset_size); *text = ""; break;
	case DW_FORM_udata: *number = read_uleb(r); break;
	case DW_FORM_data1: *number = read_fixed(r, 1); break;
	case DW_FORM_data2: *number = read_fixed(r, 2); break;
	case DW_FORM_data4: *number = read_fixed(r, 4); break;
	case DW_FORM_data8: *number = read_fixed(r, 8); break;
	case DW_FORM_data16: skip_form(r, 16); break;
	case DW_FORM_block: skip_form(r, read_uleb(r)); break;
	default: r->bad = true; break;
	}
}

struct dirs { const char *data[4096]; size_t len; };

struct join {
	struct string_pool *pool;
	const char *comp_dir;
	bool shorten;
};

/* Does [path, out) end with a component that ".." can take back? */
static bool can_go_up(const char *path, const char *out)
{
	size_t len = (size_t)(out - path);

	if (len < 2 || out[-1] != '/')
		return false;
	return !(len >= 3 && out[-2] == '.' && out[-3] == '.' && (len == 3 || out[-4] == '/'));
}

void path_normalize(char *path)
{
	char *out = path, *floor = path + (*path == '/');
	const char *in = path;

	while (*in) {
		size_t len = strcspn(in, "/");
		size_t sep = in[len] == '/';

		if (len == 1 && *in == '.') {
			in += len + sep;
		} else if (len == 2 && in[0] == '.' && in[1] == '.' && can_go_up(path, out)) {
			out--;
			while (out > floor && out[-1] != '/')
				out--;
			in += len + sep;
		} else {
			memmove(out, in, len + sep);
			out += len + sep;
			in += len + sep;
		}
	}
	*out = '\0';
}

/* DIR/NAME as a user would write it: in the kernel, below the source tree. */
static uint32_t join_path(const struct join *j, const char *dir, const char *name)
{
	struct strbuf b = STRBUF_INIT;
	size_t len = strlen(j->comp_dir);
	const char *text;
	uint32_t id;

	if (*name != '/' && dir && *dir) {
		if (*dir != '/' && !j->shorten && *j->comp_dir == '/')
			sb_printf(&b, "%s/", j->comp_dir);
		sb_printf(&b, "%s/", dir);
	}
	sb_puts(&b, name);
	path_normalize(b.s);
	text = b.s;
	if (j->shorten && len && !strncmp(text, j->comp_dir, len) && text[len] == '/')
		text += len + 1;
	id = pool_add(j->pool, text);
	sb_free(&b);
	return id;
}

static void add_file(struct file_table *f, uint32_t name)
{
	if (f->len == f->cap) {
		f->cap = f->cap ? f->cap * 2 : 256;
		f->names = xrealloc(f->names, f->cap * sizeof *f->names);
	}
	f->names[f->len++] = name;
}

/* DWARF 2–4: directory 0 is the compilation directory, files count from 1. */
static void read_old(struct reader *r, const struct join *j, struct file_table *files)
{
	struct dirs d = { .len = 1 };

	d.data[0] = j->shorten ? "" : j->comp_dir;
	while (!r->bad && r->p < r->end && *r->p) {
		const char *s = read_string(r);

		if (d.len < sizeof d.data / sizeof *d.data)
			d.data[d.len++] = s;
	}
	read_fixed(r, 1);
	add_file(files, 0);
	while (!r->bad && r->p < r->end && *r->p && files->len < MAX_FILES) {
		const char *name = read_string(r);
		uint64_t dir = read_uleb(r);

		read_uleb(r);
		read_uleb(r);
		add_file(files, join_path(j, dir < d.len ? d.data[dir] : "", name));
	}
}

struct format { uint64_t type, form; };

static unsigned read_formats(struct reader *r, struct format *f)
{
	unsigned n = (unsigned)read_fixed(r, 1), kept = 0;

	for (unsigned i = 0; i < n && !r->bad; i++) {
		struct format x = { read_uleb(r), 0 };

		x.form = read_uleb(r);
		if (kept < MAX_FORMATS)
			f[kept++] = x;
		else
			r->bad = true;
	}
	return kept;
}

static void read_entry(struct reader *r, const struct line_sections *s, const struct format *f, unsigned n,
		       const char **path, uint64_t *dir)
{
	*path = "";
	*dir = 0;
	for (unsigned i = 0; i < n && !r->bad; i++) {
		const char *text = "";
		uint64_t number = 0;

		read_form(r, s, f[i].form, &text, &number);
		if (f[i].type == DW_LNCT_path)
			*path = text;
		else if (f[i].type == DW_LNCT_directory_index)
			*dir = number;
	}
}

/* DWARF 5: both tables describe their own fields; entry 0 is the unit itself. */
static void read_new(struct reader *r, const struct line_sections *s, const struct join *j, struct file_table *files)
{
	struct format f[MAX_FORMATS];
	struct dirs d = { .len = 0 };
	unsigned n = read_formats(r, f);
	uint64_t count = read_uleb(r), dir;
	const char *path;

	for (uint64_t i = 0; i < count && !r->bad && n; i++) {
		read_entry(r, s, f, n, &path, &dir);
		if (d.len < sizeof d.data / sizeof *d.data)
			d.data[d.len++] = i || !j->shorten ? path : "";
	}
	n = read_formats(r, f);
	count = read_uleb(r);
	for (uint64_t i = 0; i < count && !r->bad && n && files->len < MAX_FILES; i++) {
		read_entry(r, s, f, n, &path, &dir);
		if (!r->bad)
			add_file(files, join_path(j, dir < d.len ? d.data[dir] : "", path));
	}
}

static bool read_unit_length(struct reader *r)
{
	uint64_t len = read_fixed(r, 4);

	r->dwarf64 = len == 0xffffffff;
	if (r->dwarf64)
		len = read_fixed(r, 8);
	if (r->bad || len > (uint64_t)(r->end - r->p))
		return false;
	r->end = r->p + len;
	return true;
}

void line_files(const struct line_sections *s, uint64_t off, const char *comp_dir, bool shorten, struct string_pool *pool,
		struct file_table *files)
{
	struct join j = { pool, comp_dir, shorten };
	struct reader r = { 0 };
	uint64_t version;

	files->len = 0;
	if (!s->line || !s->line->d_buf || off >= s->line->d_size)
		return;
	r.p = (const unsigned char *)s->line->d_buf + off;
	r.end = (const unsigned char *)s->line->d_buf + s->line->d_size;
	if (!read_unit_length(&r))
		return;
	version = read_fixed(&r, 2);
	if (version < 2 || version > 5)
		return;
	if (version >= 5)
		read_fixed(&r, 2);
	read_fixed(&r, r.dwarf64 ? 8 : 4);
	skip_form(&r, version >= 4 ? 5 : 4);
	for (uint64_t opcodes = read_fixed(&r, 1); opcodes > 1 && !r.bad; opcodes--)
		read_fixed(&r, 1);
	if (r.bad)
		return;
	if (version >= 5)
		read_new(&r, s, &j, files);
	else
		read_old(&r, &j, files);
}
