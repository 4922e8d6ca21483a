/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types, whoever described them.
 *
 * Structures are filled in lazily (di_type_complete), so a query touches only the
 * types on its path.  Names that C programs write ("unsigned long", "struct file *")
 * are understood here, once for all sources; C text of a type is type_text.c. */
#include "translator/debuginfo/type.h"
#include "translator/debuginfo/btf.h"
#include "translator/debuginfo/dwarf.h"
#include <stdlib.h>
#include <string.h>

struct type_node *type_node(const struct di_type *t)
{
	return (struct type_node *)(uintptr_t)t;
}

struct type_node *type_new(struct di_module *m, enum di_source source, enum di_kind kind, uint64_t handle)
{
	struct type_node *n = ARENA_NEW(&m->di->arena, struct type_node);

	n->source = source;
	n->t.kind = kind;
	n->t.module = m;
	n->t.handle = handle;
	return n;
}

/* ---- base types ---- */

static const struct base_type {
	const char *name;
	enum di_kind kind;
	uint8_t size;
	bool is_signed;
} base_types[] = {
	{ "void", DI_VOID, 0, false },
	{ "_Bool", DI_BOOL, 1, false },
	{ "char", DI_CHAR, 1, true },
	{ "signed char", DI_CHAR, 1, true },
	{ "unsigned char", DI_CHAR, 1, false },
	{ "short int", DI_INT, 2, true },
	{ "short unsigned int", DI_INT, 2, false },
	{ "int", DI_INT, 4, true },
	{ "unsigned int", DI_INT, 4, false },
	{ "long int", DI_INT, 8, true },
	{ "long unsigned int", DI_INT, 8, false },
	{ "long long int", DI_INT, 8, true },
	{ "long long unsigned int", DI_INT, 8, false },
	{ "__int128", DI_INT, 16, true },
	{ "__int128 unsigned", DI_INT, 16, false },
	{ "float", DI_FLOAT, 4, true },
	{ "double", DI_FLOAT, 8, true },
};

const struct di_type *type_builtin(struct di_module *m, const char *name)
{
	struct type_node *n = map_get(&m->builtin_types, name);

	for (size_t i = 0; !n && i < sizeof base_types / sizeof *base_types; i++) {
		const struct base_type *b = &base_types[i];

		if (strcmp(b->name, name))
			continue;
		n = type_new(m, DI_NONE, b->kind, 0);
		n->t.name = b->kind == DI_VOID ? NULL : b->name;
		n->t.size = b->size;
		n->t.is_signed = b->is_signed;
		n->t.complete = true;
		map_put(&m->builtin_types, b->name, n);
	}
	return n ? &n->t : NULL;
}

const struct di_type *type_void(struct di_module *m)
{
	return type_builtin(m, "void");
}

/* The words of an integer's name, in any order ("long unsigned", "unsigned long int"). */
struct base_words {
	unsigned longs, shorts, signeds, unsigneds, ints, chars, wides;
};

static bool base_word(struct base_words *w, const char *s, size_t len)
{
	static const struct { const char *word; size_t field; } words[] = {
		{ "long", offsetof(struct base_words, longs) }, { "short", offsetof(struct base_words, shorts) },
		{ "signed", offsetof(struct base_words, signeds) },
		{ "unsigned", offsetof(struct base_words, unsigneds) },
		{ "int", offsetof(struct base_words, ints) }, { "char", offsetof(struct base_words, chars) },
		{ "__int128", offsetof(struct base_words, wides) },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strlen(words[i].word) == len && !strncmp(words[i].word, s, len)) {
			++*(unsigned *)((char *)w + words[i].field);
			return true;
		}
	return false;
}

static const char *base_canonical(const struct base_words *w)
{
	bool u = w->unsigneds > 0;

	if (w->chars)
		return u ? "unsigned char" : w->signeds ? "signed char" : "char";
	if (w->wides)
		return u ? "__int128 unsigned" : "__int128";
	if (w->shorts)
		return u ? "short unsigned int" : "short int";
	if (w->longs > 1)
		return u ? "long long unsigned int" : "long long int";
	if (w->longs)
		return u ? "long unsigned int" : "long int";
	return u ? "unsigned int" : "int";
}

const char *type_base_name(struct arena *a, const char *name)
{
	struct base_words w = { 0 };
	const char *p = name;

	(void)a;
	if (!strcmp(name, "bool"))
		return "_Bool";
	while (*p) {
		size_t len = strcspn(p, " \t");

		if (len && !base_word(&w, p, len))
			return name;
		p += len;
		p += strspn(p, " \t");
	}
	return base_canonical(&w);
}

/* ---- chains ---- */

const struct di_type *di_type_strip(const struct di_type *t)
{
	for (unsigned i = 0; i < TYPE_MAX_CHAIN; i++) {
		if (t->kind != DI_TYPEDEF && t->kind != DI_QUALIFIER)
			return t;
		if (!t->target)
			break;
		t = t->target;
	}
	return type_void(t->module);
}

const struct di_type *di_pointer_to(struct di_module *m, const struct di_type *t)
{
	struct type_node *n = type_node(t), *p;

	if (n->pointer)
		return n->pointer;
	p = type_new(m, DI_NONE, DI_POINTER, 0);
	p->t.size = 8;
	p->t.target = t;
	p->t.complete = true;
	n->pointer = &p->t;
	return n->pointer;
}

static enum type_space space_of(enum di_kind kind)
{
	switch ((int)kind) {
	case DI_STRUCT: return TYPE_STRUCT;
	case DI_UNION: return TYPE_UNION;
	case DI_ENUM: return TYPE_ENUM;
	case DI_CLASS: return TYPE_CLASS;
	default: return TYPE_ANY;
	}
}

bool type_space_fits(enum type_space want, enum di_kind kind)
{
	switch (want) {
	case TYPE_STRUCT: return kind == DI_STRUCT || kind == DI_CLASS;
	case TYPE_UNION: return kind == DI_UNION;
	case TYPE_ENUM: return kind == DI_ENUM;
	case TYPE_CLASS: return kind == DI_CLASS || kind == DI_STRUCT;
	case TYPE_ANY: break;
	}
	return kind != DI_FUNC && kind != DI_ARRAY && kind != DI_POINTER;
}

const struct di_type *type_lookup(struct di_module *m, enum type_space space, const char *name)
{
	struct di_module *kernel = m->kind == MODULE_KO ? module_kernel(m->di) : NULL;
	const struct di_type *t = NULL;

	if (module_dwarf(m))
		t = dw_type_find(m, space, name);
	if ((!t || t->is_declaration) && module_btf(m)) {
		const struct di_type *b = btf_type_find(m, space, name);

		if (b && (!t || !b->is_declaration))
			t = b;
	}
	if ((!t || t->is_declaration) && kernel && kernel != m) {
		const struct di_type *k = type_lookup(kernel, space, name);

		if (k && (!t || !k->is_declaration))
			t = k;
	}
	return t;
}

static void complete_here(struct type_node *n)
{
	if (n->t.complete)
		return;
	n->t.complete = true;
	if (n->source == DI_BTF)
		btf_type_complete(n);
	else if (n->source == DI_DWARF)
		dw_type_complete(n);
}

const struct di_type *di_type_complete(const struct di_type *t)
{
	struct type_node *n = type_node(t);

	if (n->full)
		return n->full;
	n->full = t;
	if (t->is_declaration && t->name && space_of(t->kind) != TYPE_ANY) {
		const struct di_type *found = type_lookup(t->module, space_of(t->kind), t->name);

		if (found && !found->is_declaration)
			n->full = found;
	}
	complete_here(type_node(n->full));
	return n->full;
}

/* ---- names as C programs write them ---- */

struct type_name {
	struct di_module *m;
	const char *p;
};

static void skip_space(struct type_name *n)
{
	n->p += strspn(n->p, " \t");
}

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
	       c == ':' || c == '<' || c == '>' || c == ',' || c == '~';
}

static bool take_word(struct type_name *n, const char *word)
{
	size_t len = strlen(word);

	skip_space(n);
	if (strncmp(n->p, word, len) || is_word_char(n->p[len]))
		return false;
	n->p += len;
	return true;
}

static void skip_qualifiers(struct type_name *n)
{
	while (take_word(n, "const") || take_word(n, "volatile") || take_word(n, "restrict") || take_word(n, "__user") ||
	       take_word(n, "__kernel") || take_word(n, "__percpu") || take_word(n, "__rcu") || take_word(n, "__iomem"))
		;
}

/* The words of the name up to a declarator, qualifiers left out. */
static const char *take_name(struct type_name *n)
{
	struct strbuf b = STRBUF_INIT;
	const char *r;

	for (;;) {
		const char *start;

		skip_qualifiers(n);
		start = n->p;
		while (is_word_char(*n->p))
			n->p++;
		if (n->p == start)
			break;
		if (b.len)
			sb_putc(&b, ' ');
		sb_add(&b, start, (size_t)(n->p - start));
	}
	r = b.len ? arena_strdup(&n->m->di->arena, b.s) : NULL;
	sb_free(&b);
	return r;
}

static const char *const space_words[] = { [TYPE_STRUCT] = "struct", [TYPE_UNION] = "union", [TYPE_ENUM] = "enum", [TYPE_CLASS] = "class" };

static enum type_space take_space(struct type_name *n)
{
	for (int space = TYPE_STRUCT; space <= TYPE_CLASS; space++)
		if (take_word(n, space_words[space]))
			return space;
	return TYPE_ANY;
}

static const struct di_type *named_type(struct type_name *n)
{
	enum type_space space = take_space(n);
	const char *name = take_name(n);
	const struct di_type *t;

	if (!name)
		return NULL;
	if (space == TYPE_ANY)
		name = type_base_name(&n->m->di->arena, name);
	if (space == TYPE_ANY && !strcmp(name, "void"))
		return type_void(n->m);
	t = type_lookup(n->m, space, name);
	return t || space != TYPE_ANY ? t : type_builtin(n->m, name);
}

static const struct di_type *array_of(struct di_module *m, const struct di_type *t, uint64_t count)
{
	struct type_node *n = type_new(m, DI_NONE, DI_ARRAY, 0);

	n->t.target = t;
	n->t.count = count;
	n->t.complete = true;
	if (!__builtin_mul_overflow(count, t->size, &n->t.size))
		return &n->t;
	return NULL;
}

const struct di_type *di_type_find(struct di_module *m, const char *name)
{
	struct type_name n = { m, name };
	const struct di_type *t;

	skip_qualifiers(&n);
	t = named_type(&n);
	while (t && (skip_space(&n), *n.p)) {
		char *end;

		if (*n.p == '*') {
			n.p++;
			t = di_pointer_to(m, t);
		} else if (*n.p == '[') {
			t = array_of(m, t, strtoull(n.p + 1, &end, 0));
			if (*end != ']')
				return NULL;
			n.p = end + 1;
		} else {
			const char *before = n.p;

			skip_qualifiers(&n);
			if (n.p == before)
				return NULL;
		}
	}
	return t;
}

bool di_enum_value(struct di_module *m, const char *name, int64_t *value)
{
	struct di_module *kernel = m->kind == MODULE_KO ? module_kernel(m->di) : NULL;

	if (module_dwarf(m) && dw_enum_value(m, name, value))
		return true;
	if (module_btf(m) && btf_enum_value(m, name, value))
		return true;
	return kernel && kernel != m && di_enum_value(kernel, name, value);
}

/* ---- near ones, for what is not found ---- */

void di_similar_types(struct di_module *m, const char *name, size_t max, struct di_name_vec *out)
{
	struct type_name t = { m, name };
	struct di_name_vec found = { 0 };
	struct arena *a = &m->di->arena;
	enum type_space space;
	struct nearest n;

	skip_qualifiers(&t);
	space = take_space(&t);
	name = take_name(&t);
	if (!name)
		return;
	nearest_init(&n, name, max);
	if (module_dwarf(m))
		dw_similar_types(m, space, &n);
	else if (module_btf(m))
		btf_similar_types(m, space, &n);
	nearest_take(&n, a, &found);
	for (size_t i = 0; i < found.len; i++)
		vec_push(a, out, space == TYPE_ANY ? found.data[i] : arena_printf(a, "%s %s", space_words[space], found.data[i]));
}

void di_similar_enumerators(struct di_module *m, const char *name, size_t max, struct di_name_vec *out)
{
	struct nearest n;

	nearest_init(&n, name, max);
	if (module_dwarf(m))
		dw_similar_enumerators(m, &n);
	else if (module_btf(m))
		btf_similar_enumerators(m, &n);
	nearest_take(&n, &m->di->arena, out);
}
