/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Embedded C: functions, statements and expressions, each with the macros that its text
 * may use (runtime/include/stp/embedded.h has those that are the same everywhere). */
#include "translator/emit/emit.h"
#include "translator/syntax/pragma.h"

#include <stdlib.h>
#include <string.h>

/* Names of addresses are the kernel's own, whether pragma:symbols asks for them or not; pragma:vma is of processes. */
void embedded_note(struct emitter *e, const char *code)
{
	e->stacks |= pragma_says(code, "pragma:unwind");
}

/* ---- STAP_GLOBAL_GET_x, STAP_GLOBAL_SET_x ---- */

static void key_parameters(struct strbuf *t, const struct variable *v, const char *last)
{
	for (unsigned i = 0; i < v->nkeys; i++)
		sb_printf(t, "%sk%u_", i ? ", " : "", i);
	if (last)
		sb_printf(t, "%s%s", v->nkeys ? ", " : "", last);
}

static void key_array(struct strbuf *t, const struct variable *v)
{
	sb_puts(t, "const union stp_key keys_[] = {");
	for (unsigned i = 0; i < v->nkeys; i++)
		sb_printf(t, " { .%s = (k%u_) },", v->key_type[i] == TYPE_STRING ? "s" : "l", i);
	sb_puts(t, " };");
}

static void define_get(struct strbuf *t, const struct variable *v)
{
	sb_printf(t, "#define STAP_GLOBAL_GET_%s(", v->name);
	if (!v->is_array) {
		sb_printf(t, ") (%s%s)\n", v->type == TYPE_STRING ? "(char *)" : "", v->c_name);
		return;
	}
	key_parameters(t, v, NULL);
	sb_puts(t, ") ({ ");
	key_array(t, v);
	sb_printf(t, " %sstp_map_get_%s(%s, keys_); })\n", v->type == TYPE_STRING ? "(char *)" : "",
		  v->type == TYPE_STRING ? "str" : "long", v->c_name);
}

static void define_set(struct strbuf *t, const struct variable *v)
{
	sb_printf(t, "#define STAP_GLOBAL_SET_%s(", v->name);
	key_parameters(t, v, "v_");
	sb_puts(t, ") ({ ");
	if (v->is_array) {
		key_array(t, v);
		sb_printf(t, " stp_map_%s(stp_c_, %s, keys_, (v_)); })\n",
			  v->type == TYPE_STRING ? "set_str" : v->type == TYPE_STATS ? "add_stat" : "set_long", v->c_name);
	} else if (v->type == TYPE_STRING) {
		sb_printf(t, "stp_str_copy(%s, (v_), STP_STRING); })\n", v->c_name);
	} else if (v->type == TYPE_STATS) {
		sb_printf(t, "stp_pstat_add(%s, (v_)); })\n", v->c_name);
	} else {
		sb_printf(t, "%s = (v_); (void)0; })\n", v->c_name);
	}
}

static void define_globals(struct strbuf *t, const struct embedded_use_vec *uses)
{
	for (size_t i = 0; i < uses->len; i++) {
		const struct variable *v = uses->data[i].ref;

		if (uses->data[i].write)
			define_set(t, v);
		else if (v->type != TYPE_STATS)
			define_get(t, v);
	}
}

static void undefine_globals(struct strbuf *t, const struct embedded_use_vec *uses)
{
	for (size_t i = 0; i < uses->len; i++)
		sb_printf(t, "#undef STAP_GLOBAL_%s_%s\n", uses->data[i].write ? "SET" : "GET", uses->data[i].ref->name);
}

/* Lines of the preprocessor, which indentation leaves alone. */
static void raw_globals(struct body *b, const struct embedded_use_vec *uses, bool define)
{
	if (define)
		define_globals(&b->out, uses);
	else
		undefine_globals(&b->out, uses);
}

/* ---- statements and expressions ---- */

void emit_embedded_stmt(struct body *b, struct stmt *s)
{
	unsigned id = b->nlong++;

	b->embedded = true;
	embedded_note(b->e, s->embedded.code);
	raw_globals(b, &s->embedded.uses, true);
	sb_printf(&b->out, "#define STP_EMBEDDED_OUT embedded_%u\n", id);
	line(b, "{ struct stp_ctx *const stp_c_ __attribute__((unused)) = c;");
	sb_printf(&b->out, "%s\n", s->embedded.code);
	line(b, "; }");
	line(b, "embedded_%u: __attribute__((unused));", id);
	sb_puts(&b->out, "#undef STP_EMBEDDED_OUT\n");
	raw_globals(b, &s->embedded.uses, false);
	check_error(b, s->span);
}

struct val emit_embedded(struct body *b, struct expr *e)
{
	const char *dst = is_string(e) ? temp_string(b) : NULL;
	struct val t = { dst, true };
	unsigned id = b->nlong++;

	b->embedded = true;
	embedded_note(b->e, e->embedded.code);
	if (!dst)
		t = temp_long(b, "0");
	else
		line(b, "%s[0] = 0;", dst);
	raw_globals(b, &e->embedded.uses, true);
	sb_printf(&b->out, "#define STP_EMBEDDED_OUT embedded_%u\n", id);
	line(b, "{ struct stp_ctx *const stp_c_ __attribute__((unused)) = c;");
	if (dst)
		sb_printf(&b->out, "stp_str_copy(%s, (const char *)(\n%s\n), STP_STRING);\n", t.c, e->embedded.code);
	else
		sb_printf(&b->out, "%s = (int64_t)(\n%s\n);\n", t.c, e->embedded.code);
	line(b, "}");
	line(b, "embedded_%u: __attribute__((unused));", id);
	sb_puts(&b->out, "#undef STP_EMBEDDED_OUT\n");
	raw_globals(b, &e->embedded.uses, false);
	check_error(b, e->span);
	return t;
}

/* ---- functions ---- */

/* Before version 1.8 of the language, arguments and result were members of *THIS. */
static bool is_old_style(const struct emitter *e, const struct function *f)
{
	return pragma_says(f->code, "unmangled") || session_compatible_before(e->session, "1.8");
}

static void define_arguments(struct strbuf *t, const struct function *f, bool old)
{
	for (size_t i = 0; i < f->params.len; i++) {
		const struct variable *p = f->params.data[i];

		if (old)
			sb_printf(t, "#define STAP_ARG_%s (THIS->%s)\n", p->name, p->name);
		else
			sb_printf(t, p->type == TYPE_STRING ? "#define STAP_ARG_%s ((char *)%s)\n" : "#define STAP_ARG_%s %s\n", p->name, p->c_name);
	}
	if (old)
		sb_puts(t, "#define STAP_RETVALUE (THIS->__retvalue)\n");
	else
		sb_printf(t, "#define STAP_RETVALUE %s\n", f->result == TYPE_STRING ? "ret" : "r");
	if (f->result == TYPE_STRING)
		sb_puts(t, "#define STAP_RETURN(v) do { stp_str_copy(STAP_RETVALUE, (v), STP_STRING); goto out; } while (0)\n");
	else
		sb_puts(t, "#define STAP_RETURN(...) do { STAP_RETVALUE = (int64_t)(__VA_ARGS__ + 0); goto out; } while (0)\n");
	if (f->has_next)
		sb_puts(t, "#define STAP_NEXT do { *next_ = true; goto out; } while (0)\n");
	sb_puts(t, "#define STP_EMBEDDED_OUT out\n");
}

static void undefine_arguments(struct strbuf *t, const struct function *f)
{
	for (size_t i = 0; i < f->params.len; i++)
		sb_printf(t, "#undef STAP_ARG_%s\n", f->params.data[i]->name);
	sb_puts(t, "#undef STAP_RETVALUE\n#undef STAP_RETURN\n#undef STAP_NEXT\n#undef STP_EMBEDDED_OUT\n");
}

/* struct { … } *THIS, filled with the arguments. */
static void declare_this(struct strbuf *t, const struct function *f)
{
	const char *result = f->result == TYPE_STRING ? "char *" : "int64_t ";

	sb_puts(t, "\tstruct {\n");
	for (size_t i = 0; i < f->params.len; i++)
		sb_printf(t, "\t\t%s%s;\n", f->params.data[i]->type == TYPE_STRING ? "char *" : "int64_t ", f->params.data[i]->name);
	sb_printf(t, "\t\tunion { %s__retvalue; %s__retval; };\n\t} this_, *const THIS __attribute__((unused)) = &this_;\n", result, result);
	sb_printf(t, "\tthis_.__retvalue = %s;\n", f->result == TYPE_STRING ? "ret" : "0");
}

static void emit_text(struct body *b, const struct function *f, bool old)
{
	if (old)
		for (size_t i = 0; i < f->params.len; i++)
			line(b, "this_.%s = %s%s;", f->params.data[i]->name, f->params.data[i]->type == TYPE_STRING ? "(char *)" : "",
			     f->params.data[i]->c_name);
	line(b, "{ struct stp_ctx *const stp_c_ __attribute__((unused)) = c;");
	sb_printf(&b->out, "%s\n", f->code);
	line(b, "; }");
}

void emit_embedded_function(struct emitter *e, struct function *f, const char *head)
{
	bool old = is_old_style(e, f);
	struct strbuf pro = STRBUF_INIT;
	struct body b;

	embedded_note(e, f->code);
	for (size_t i = 0; i < f->params.len; i++)
		f->params.data[i]->written = !pragma_says(f->code, "unmodified-fnargs");
	define_arguments(&e->code, f, old);
	define_globals(&e->code, &f->uses);
	body_begin(&b, e, &f->locals);
	b.function = f;
	b.embedded = true;
	copy_written_strings(&b, f);
	emit_text(&b, f, old);
	sb_puts(&pro, f->result == TYPE_STRING ? "\tret[0] = 0;\n" : "\tint64_t r __attribute__((unused)) = 0;\n");
	if (old)
		declare_this(&pro, f);
	body_end(&b, head, f->c_name, sb_str(&pro), f->result == TYPE_STRING ? "\tret[STP_STRING - 1] = 0;\n\treturn;\n" :
		 f->result != TYPE_LONG ? "\treturn;\n" : old ? "\treturn THIS->__retvalue;\n" : "\treturn r;\n");
	undefine_globals(&e->code, &f->uses);
	undefine_arguments(&e->code, f);
	sb_free(&pro);
}
