/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Temporaries and locals of an emitted function, and where they live.
 *
 * A kernel stack has 8 or 16 KiB in all, and a script may be as wide as it likes.  So the C frame of an emitted
 * function has a bound that no script can move: a fixed number of longs and a fixed number of bytes of what has
 * an address are C locals, which the compiler keeps in registers or spills.  All else is in the function's frame
 * structure, `l`, a part of the context that is allocated when the module is loaded.
 *
 * Of the frame structure, each kind of temporary is an array.  A statement's temporaries are free again behind
 * it (temps_mark(), temps_release()), so the structure is as large as the widest statement. */
#include "translator/emit/emit.h"

/* What a function may have on the C stack: longs of one statement, script locals, bytes that have an address. */
enum { C_LONGS = 24, C_LOCALS = 16, C_BYTES = 192 };
/* Bytes, at most, of the structures of stp/abi.h on 64-bit machines. */
enum { KEY_BYTES = 8, OUT_BYTES = 32, FMT_BYTES = 12, ITER_BYTES = 64 };

/* Members of the frame: type and name of each kind's array. */
static const struct { const char *type, *name; } kinds[TEMP_KINDS] = {
	[TEMP_STRING] = { NULL, "t" },	/* members of their own: t0, t1, … */
	[TEMP_LONG] = { "int64_t", "n" },
	[TEMP_KEY] = { "union stp_key", "k" },
	[TEMP_OUT] = { "struct stp_out", "o" },
	[TEMP_FMT] = { "struct stp_fmt", "f" },
	[TEMP_ITER] = { "struct stp_iter", "it" },
};

/* ---- taking and giving back ---- */

struct temps temps_mark(const struct body *b)
{
	return b->used;
}

void temps_release(struct body *b, struct temps mark)
{
	b->used = mark;
}

/* The first of N temporaries of KIND in the frame. */
static unsigned take(struct body *b, enum temp_kind kind, unsigned n)
{
	unsigned first = b->used.n[kind];

	b->used.n[kind] += n;
	if (b->used.n[kind] > b->most.n[kind])
		b->most.n[kind] = b->used.n[kind];
	return first;
}

static bool fits_c_stack(struct body *b, unsigned bytes)
{
	if (b->e->lean || b->c_bytes + bytes > C_BYTES)
		return false;
	b->c_bytes += bytes;
	return true;
}

struct val temp_long(struct body *b, const char *init)
{
	struct val v = { NULL, true };

	if (!b->e->lean && b->used.c_longs < C_LONGS) {
		b->used.c_longs++;
		v.c = format_c(b->e, "t%u", b->nlong++);
		line(b, "int64_t %s = %s;", v.c, init);
	} else {
		v.c = format_c(b->e, "l->n[%u]", take(b, TEMP_LONG, 1));
		line(b, "%s = %s;", v.c, init);
	}
	return v;
}

struct val temp_fetched(struct body *b, const char *value)
{
	if (!b->e->lean && b->used.c_longs < C_LONGS) {
		b->used.c_longs++;
		return (struct val){ value, true };
	}
	return temp_long(b, value);
}

const char *temp_string(struct body *b)
{
	return format_c(b->e, "l->t%u", take(b, TEMP_STRING, 1));
}

/* A variable of its own or a member of the frame: C text of its address. */
static const char *temp_struct(struct body *b, enum temp_kind kind, unsigned bytes)
{
	unsigned n;

	if (!fits_c_stack(b, bytes))
		return format_c(b->e, "(&l->%s[%u])", kinds[kind].name, take(b, kind, 1));
	n = b->nlong++;
	line(b, "%s %s%u;", kinds[kind].type, kinds[kind].name, n);
	return format_c(b->e, "&%s%u", kinds[kind].name, n);
}

const char *temp_out(struct body *b)
{
	return temp_struct(b, TEMP_OUT, OUT_BYTES);
}

const char *temp_iter(struct body *b)
{
	return temp_struct(b, TEMP_ITER, ITER_BYTES);
}

const char *temp_fmt(struct body *b, const char *init)
{
	const char *f;

	if (fits_c_stack(b, FMT_BYTES))
		return format_c(b->e, "&(struct stp_fmt)%s", init);
	f = format_c(b->e, "l->f[%u]", take(b, TEMP_FMT, 1));
	line(b, "%s = (struct stp_fmt)%s;", f, init);
	return format_c(b->e, "(&%s)", f);
}

const char *temp_keys(struct body *b, unsigned n, const char *const *members)
{
	const char *name;
	unsigned first;

	if (fits_c_stack(b, n * KEY_BYTES)) {
		name = format_c(b->e, "k%u", b->nlong++);
		sb_indent(&b->out, b->depth);
		sb_printf(&b->out, "const union stp_key %s[] = {", name);
		for (unsigned i = 0; i < n; i++)
			sb_printf(&b->out, "%s { %s }", i ? "," : "", members[i]);
		sb_puts(&b->out, " };\n");
		return name;
	}
	first = take(b, TEMP_KEY, n);
	for (unsigned i = 0; i < n; i++)
		line(b, "l->k[%u]%s;", first + i, members[i]);
	return format_c(b->e, "(l->k + %u)", first);
}

/* ---- locals of the script ---- */

/* All strings are in the frame, and the longs that are too many for the C stack. */
static bool in_frame(const struct body *b, const struct variable *v)
{
	return v->type == TYPE_STRING || umap_has(&b->framed, (uint64_t)(uintptr_t)v);
}

void locals_place(struct body *b)
{
	unsigned longs = 0;

	b->framed.arena = b->e->arena;
	for (size_t i = 0; i < b->locals->len; i++) {
		struct variable *v = b->locals->data[i];

		if (v->type == TYPE_STRING)
			b->needs_frame = true;
		else if (b->e->lean || ++longs > C_LOCALS)
			umap_put(&b->framed, (uint64_t)(uintptr_t)v, v);
	}
}

const char *cell_c(const struct body *b, const struct variable *v)
{
	if (v->kind == VAR_GLOBAL || v->kind == VAR_PARAM || !in_frame(b, v))
		return v->c_name;
	return format_c(b->e, "l->%s", v->c_name);
}

static const char *local_type(const struct variable *v)
{
	return v->type == TYPE_STATS ? "const struct stp_stat *" : "int64_t ";
}

void locals_declare(struct body *b)
{
	for (size_t i = 0; i < b->locals->len; i++) {
		const struct variable *v = b->locals->data[i];

		if (!in_frame(b, v))
			sb_printf(b->code, "\t%s%s = 0;\n", local_type(v), v->c_name);
	}
}

void locals_clear(struct body *b)
{
	for (size_t i = 0; i < b->locals->len; i++) {
		const struct variable *v = b->locals->data[i];

		if (in_frame(b, v))
			sb_printf(b->code, "\tl->%s%s = 0;\n", v->c_name, v->type == TYPE_STRING ? "[0]" : "");
	}
}

/* ---- the frame's type ---- */

bool temps_need_frame(const struct body *b)
{
	for (unsigned kind = 0; kind < TEMP_KINDS; kind++)
		if (b->most.n[kind])
			return true;
	return b->framed.len;
}

void temps_members(const struct body *b, struct strbuf *t)
{
	for (size_t i = 0; i < b->locals->len; i++) {
		const struct variable *v = b->locals->data[i];

		if (v->type == TYPE_STRING)
			sb_printf(t, "\tchar %s[STP_STRING];\n", v->c_name);
		else if (in_frame(b, v))
			sb_printf(t, "\t%s%s;\n", local_type(v), v->c_name);
	}
	for (unsigned kind = 0; kind < TEMP_KINDS; kind++)
		if (kinds[kind].type && b->most.n[kind])
			sb_printf(t, "\t%s %s[%u];\n", kinds[kind].type, kinds[kind].name, b->most.n[kind]);
	for (unsigned i = 0; i < b->most.n[TEMP_STRING]; i++)
		sb_printf(t, "\tchar t%u[STP_STRING];\n", i);
}
