/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pass 3: the whole emitted file, in the order head, types, functions, tables. */
#include "translator/builtin/builtin.h"
#include "translator/emit/emit.h"
#include "translator/errors.h"
#include "translator/limits.h"

#include <inttypes.h>
#include <string.h>

static void emit_head(struct session *s, struct strbuf *o)
{
	if (!s->program->needs_kernel_headers)
		sb_puts(o, "#ifndef STP_FREESTANDING\n#define STP_FREESTANDING 1\n#endif\n");
	sb_printf(o, "#define STP_STRING %" PRId64 "\n#define MAXSTRINGLEN STP_STRING\n#define STP_MAXNESTING %" PRId64 "\n",
		  limit_value(s, "MAXSTRINGLEN"), limit_value(s, "MAXNESTING"));
	for (size_t i = 0; i < s->opt.defines.len; i++)
		if (define_is_macro(s, &s->opt.defines.data[i]))
			sb_printf(o, "#define %s %s\n", s->opt.defines.data[i].name,
				  s->opt.defines.data[i].value ? s->opt.defines.data[i].value : "1");
	sb_puts(o, "#include <stp/abi.h>\n#include <stp/embedded.h>\n\n"
		"#pragma GCC diagnostic error \"-Wint-conversion\"\n"
		"#pragma GCC diagnostic ignored \"-Wunused-variable\"\n"
		"#pragma GCC diagnostic ignored \"-Wunused-but-set-variable\"\n"
		"#pragma GCC diagnostic ignored \"-Wunused-value\"\n"
		"#pragma GCC diagnostic ignored \"-Wdeclaration-after-statement\"\n\n");
}

static void emit_embedded_c(struct session *s, struct strbuf *o)
{
	for (size_t i = 0; i < s->program->embedded.len; i++)
		sb_printf(o, "%s\n\n", s->program->embedded.data[i]->embedded.code);
}

static void emit_symrefs(struct emitter *e)
{
	struct strbuf *c = &e->code;

	sb_puts(c, "static const struct stp_symref symrefs[] = {\n");
	for (size_t i = 0; i < e->symrefs.len; i++) {
		const char *key = e->symrefs.entries[i].key, *nl = key;

		while (*nl != '\n')
			nl++;
		sb_printf(c, "\t{ .module = %s, .symbol = %s, .address = &%s },\n", c_string(e, key, (size_t)(nl - key)),
			  c_string(e, nl + 1, strlen(nl + 1)), (const char *)e->symrefs.entries[i].value);
	}
	sb_puts(c, "\t{ .symbol = NULL }\n};\n\n");
}

/* The builds that points were found in. Returns their number. */
static size_t emit_builds(struct emitter *e)
{
	struct map seen = { 0 };
	size_t n = 0;

	map_init(&seen, e->arena);
	sb_puts(&e->code, "static const struct stp_build builds[] = {\n");
	for (size_t i = 0; i < e->program->probes.len; i++) {
		const struct di_scope *sc = &e->program->probes.data[i]->scope;
		const char *name = sc->module && !sc->user ? di_module_name(sc->module) : NULL, *id;

		if (!name || map_has(&seen, name))
			continue;
		map_put(&seen, name, sc->module);
		id = di_build_id(sc->module);
		if (!id)
			continue;
		sb_printf(&e->code, "\t{ %s, ", c_string(e, name, strlen(name)));
		sb_printf(&e->code, "%s },\n", c_string(e, id, strlen(id)));
		n++;
	}
	sb_puts(&e->code, "\t{ NULL, NULL }\n};\n\n");
	return n;
}

static void emit_locs(struct emitter *e)
{
	sb_puts(&e->code, "static const char *const locs[] = {\n");
	for (size_t i = 0; i < e->locs.len; i++)
		sb_printf(&e->code, "\t%s,\n", c_string(e, e->locs.entries[i].key, __builtin_strlen(e->locs.entries[i].key)));
	sb_puts(&e->code, "\tNULL\n};\n\n");
}

/* Every function's frame can be on the stack once, a recursive one MAXNESTING times. */
static void emit_frame_size(struct emitter *e)
{
	struct strbuf *c = &e->code;

	sb_puts(c, "#define STP_FRAME(type) ((sizeof(type) + 15) & ~(size_t)15)\nenum { STP_FRAME_SIZE = 64");
	for (size_t i = 0; i < e->program->functions.len; i++) {
		struct function *f = e->program->functions.data[i];

		if (f->c_name && map_has(&e->frames, f->c_name))
			sb_printf(c, "\n\t+ %sSTP_FRAME(%s)", f->recursive ? "STP_MAXNESTING * " : "", frame_name(e, f->c_name));
	}
	sb_puts(c, " };\nunion handler_frames {\n\tchar none;\n");
	for (size_t i = 0; i < e->frames.len; i++) {
		const char *n = e->frames.entries[i].key;
		bool handler = (n[0] == 'h' && n[1] == '_') || !__builtin_strncmp(n, "entry_", 6) || !__builtin_strncmp(n, "cond_", 5);

		if (handler)
			sb_printf(c, "\t%s f%zu;\n", frame_name(e, n), i);
	}
	sb_puts(c, "};\n\n");
}

static bool knows_stacks(struct emitter *e)
{
	const struct program *p = e->program;

	for (size_t i = 0; i < p->embedded.len; i++)
		embedded_note(e, p->embedded.data[i]->embedded.code);
	for (size_t i = 0; i < p->functions.len; i++)
		if (p->functions.data[i]->builtin && p->functions.data[i]->builtin->flags & BI_STACK)
			return true;
	return e->stacks;
}

static void emit_description(struct emitter *e, size_t nbuilds)
{
	struct session *s = e->session;
	struct program *p = e->program;

	limits_emit(s, &e->code);
	sb_printf(&e->code,
		  "const struct stp_module stp_module = {\n"
		  "\t.abi_version = STP_ABI_VERSION,\n\t.flags = %s%s%s0,\n\t.limits = &limits,\n"
		  "\t.probes = probes, .nprobes = %zu,\n\t.groups = groups, .ngroups = STP_NGROUPS,\n"
		  "\t.globals = globals, .nglobals = %zu,\n\t.locs = locs, .nlocs = %zu,\n"
		  "\t.symrefs = symrefs, .nsymrefs = %zu,\n"
		  "\t.builds = builds, .nbuilds = %zu,\n"
		  "\t.frame_size = STP_FRAME_SIZE + STP_FRAME(union handler_frames),\n};\n",
		  s->opt.timing ? "STP_MODULE_TIMING | " : "", s->opt.bulk ? "STP_MODULE_BULK | " : "",
		  knows_stacks(e) ? "STP_MODULE_STACKS | " : "",
		  p->probes.len, p->globals.len, e->locs.len, e->symrefs.len, nbuilds);
}

bool emit_module(struct session *s)
{
	struct emitter e = { .session = s, .program = s->program, .arena = &s->arena };
	struct strbuf out = STRBUF_INIT;

	e.locs.arena = e.formats.arena = e.symrefs.arena = e.regexes.arena = e.frames.arena = e.written.arena = e.atomics.arena = &s->arena;
	e.probe_functions.arena = e.probe_locs.arena = &s->arena;
	e.time_limits = !s->opt.suppress_time_limits;
	e.lean = s->lean_stack || limit_value(s, "STP_LEAN_STACK");
	e.max_string = (unsigned)limit_value(s, "MAXSTRINGLEN");
	locks_survey(&e);
	emit_globals(&e);
	emit_functions(&e);
	emit_probes(&e);
	emit_symrefs(&e);
	emit_frame_size(&e);
	emit_locs(&e);
	emit_description(&e, emit_builds(&e));
	emit_head(s, &out);
	emit_embedded_c(s, &out);
	sb_add(&out, sb_str(&e.types), e.types.len);
	sb_putc(&out, '\n');
	sb_add(&out, sb_str(&e.code), e.code.len);
	s->c_text = arena_strndup(&s->arena, sb_str(&out), out.len);
	s->c_len = out.len;
	sb_free(&e.types);
	sb_free(&e.code);
	sb_free(&out);
	return true;
}
