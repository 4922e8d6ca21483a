/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module checker on a linked module: each function of the script, by instructions and by the
 * way of its stack pointer. */
#include "translator/build/check/modcheck.h"

#include "translator/build/check/modcheck_x86.h"
#include "translator/build/check/script.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

struct checker {
	struct arena *arena;
	struct object object;
	struct decoded decoded;
	struct functions functions;
	struct script script;
	struct flow *flow;
	struct code *codes;		/* by section; relocs NULL: not asked for yet */
	uint64_t *sizes;		/* of code sections */
};

static bool is_importable(const void *arg, const char *name)
{
	(void)arg;
	return !strncmp(name, "stp_", 4) || modcheck_is_compilers(name);
}

static const char *describe(struct checker *c, const char *what, uint32_t function, uint64_t at)
{
	const struct function *f = &c->functions.data[function];
	const char *probe = script_describe(&c->script, function);

	return arena_printf(c->arena, "%s in %s+%#" PRIx64 "%s%s%s", what, f->name, at - f->at,
			    *probe ? " (" : "", probe, *probe ? ")" : "");
}

/* ---- writes ---- */

static const char *unwritable(const void *arg, uint32_t section, int64_t value, bool indexed)
{
	const struct checker *c = arg;
	const struct object_section *s = &c->object.sections[section < c->object.nsections ? section : 0];
	const struct script *script = &c->script;
	uint32_t symbol;

	if (!(s->flags & SHF_WRITE) || s->flags & SHF_EXECINSTR || s->name[0] != '.' ||
	    !strncmp(s->name, ".gnu.", 5))
		return arena_printf(c->arena, "the section %s", s->name);
	/* An array's index may begin elsewhere than at 0. */
	if (indexed)
		return NULL;
	symbol = value < 0 ? 0 : script_data_at(script, section, (uint64_t)value);
	if (!symbol)
		return arena_printf(c->arena, "no variable of the script");
	if (script->files[symbol] != script->file)
		return arena_printf(c->arena, "%s, which is the runtime's", c->object.symbols[symbol].name);
	return NULL;
}

/* ---- code ---- */

static void read_relocs(struct checker *c, const struct object_section *s, struct code *code)
{
	struct code_reloc *r = ARENA_ARRAY(c->arena, struct code_reloc, s->nrelocs + 1);
	const struct object_symbol *sym;
	size_t i;

	for (i = 0; i < s->nrelocs; i++) {
		sym = &c->object.symbols[s->relocs[i].symbol];
		r[i] = (struct code_reloc){ .offset = s->relocs[i].offset, .section = sym->section,
					    .value = (int64_t)sym->value + s->relocs[i].addend };
		/* The runtime's symbols are like imports. */
		if (!sym->section || (sym->bind != STB_LOCAL && !strncmp(sym->name, "stp_", 4)))
			r[i].symbol = sym->name;
	}
	code->relocs = r;
	code->nrelocs = s->nrelocs;
}

static struct code *code_of(struct checker *c, uint32_t section)
{
	const struct object_section *s = &c->object.sections[section];
	struct code *code = &c->codes[section];

	if (code->relocs)
		return code;
	*code = (struct code){ .bytes = s->bytes, .size = s->size, .section = section, .sizes = c->sizes,
			       .nsections = c->object.nsections, .unwritable = unwritable,
			       .callable = is_importable, .arg = c };
	read_relocs(c, s, code);
	return code;
}

static const char *check_instructions(struct checker *c, uint32_t function)
{
	const struct function *f = &c->functions.data[function];
	struct code *code = code_of(c, f->section);
	const char *bad;
	uint64_t at = 0;

	code->guru = c->script.roles[function] == ROLE_GURU;
	code->from = f->at;
	code->to = script_end(&c->script, function);
	bad = modcheck_x86(c->arena, code, &at);
	return bad ? describe(c, bad, function, at) : NULL;
}

static const char *describe_step(struct checker *c, const char *what, uint32_t function, uint32_t step)
{
	uint32_t owner = c->functions.map.owner[step];
	const char *text = decoded_text(c->arena, &c->decoded, step);

	return describe(c, arena_printf(c->arena, "%s by `%s`", what, text), owner ? owner - 1 : function,
			c->decoded.steps[step].at);
}

static const char *check_stack(struct checker *c, uint32_t function)
{
	struct flow_result r;

	if (c->functions.map.is_part[function])
		return NULL;
	flow_walk(c->flow, function, c->functions.data[function].entry, &r);
	if (r.wrong)
		return describe_step(c, r.what, function, r.wrong - 1);
	if (r.unbounded && c->script.roles[function] == ROLE_STRICT)
		return describe_step(c, r.why, function, r.unbounded - 1);
	return NULL;
}

/* ---- what the kernel does to code ---- */

/* Tables by which the kernel changes code as it runs, or goes on elsewhere. */
static bool is_patch_table(const char *name)
{
	static const char *const names[] = { ".altinstructions", ".parainstructions", "__jump_table",
					     "__ex_table", ".static_call_sites", "__bug_table" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

static const char *check_table(struct checker *c, const struct object_section *s)
{
	const struct object_symbol *sym;
	uint32_t step, owner;
	size_t i;

	for (i = 0; i < s->nrelocs; i++) {
		sym = &c->object.symbols[s->relocs[i].symbol];
		step = decoded_step(&c->decoded, sym->section, sym->value + (uint64_t)s->relocs[i].addend);
		owner = step == UINT32_MAX ? 0 : c->functions.map.owner[step];
		if (owner && c->script.roles[owner - 1] == ROLE_STRICT)
			return describe(c, arena_printf(c->arena, "an entry of the section %s for code", s->name),
					owner - 1, c->decoded.steps[step].at);
	}
	return NULL;
}

/* Two relocations for one place, of which this reader and the kernel may think differently. */
static const char *check_overlap(struct checker *c, uint32_t section)
{
	const struct object_section *s = &c->object.sections[section];
	size_t i;

	for (i = 1; i < s->nrelocs && c->sizes[section]; i++)
		if (s->relocs[i].offset - s->relocs[i - 1].offset < 4)
			return arena_printf(c->arena, "two relocations of one place at %s+%#" PRIx64,
					    s->name, s->relocs[i].offset);
	return NULL;
}

static const char *check_module(struct checker *c)
{
	const char *bad = script_find(&c->script);
	uint32_t i;

	for (i = 0; i < c->functions.n && !bad; i++) {
		if (c->script.roles[i] == ROLE_NONE)
			continue;
		bad = check_instructions(c, i);
		if (!bad)
			bad = check_stack(c, i);
	}
	for (i = 1; i < c->object.nsections && !bad; i++) {
		bad = check_overlap(c, i);
		if (!bad && is_patch_table(c->object.sections[i].name))
			bad = check_table(c, &c->object.sections[i]);
	}
	return bad;
}

static void set_sizes(struct checker *c)
{
	uint32_t i;

	c->codes = ARENA_ARRAY(c->arena, struct code, c->object.nsections);
	c->sizes = ARENA_ARRAY(c->arena, uint64_t, c->object.nsections);
	for (i = 1; i < c->object.nsections; i++)
		if (c->decoded.sections[i].first != c->decoded.sections[i].end)
			c->sizes[i] = c->object.sections[i].size;
}

int modcheck_module(struct arena *a, const void *bytes, size_t size, const char **refusal)
{
	struct checker c = { .arena = a };
	int err = object_read(a, bytes, size, &c.object);

	*refusal = NULL;
	if (!err)
		err = decode_object(a, &c.object, &c.decoded);
	if (err)
		return err;
	functions_find(a, &c.decoded, &c.functions);
	c.flow = flow_new(a, &c.decoded, &c.functions.map);
	set_sizes(&c);
	c.script = (struct script){ .arena = a, .object = &c.object, .decoded = &c.decoded,
				    .functions = &c.functions, .importable = is_importable };
	*refusal = check_module(&c);
	return 0;
}
