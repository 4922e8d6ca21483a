/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Globals: storage, locks, descriptions of arrays and statistics. */
#include "translator/emit/emit.h"
#include "translator/limits.h"

#include <inttypes.h>

static const char *type_c(enum value_type t)
{
	return t == TYPE_STRING ? "STP_STR" : t == TYPE_STATS ? "STP_STAT" : "STP_LONG";
}

static uint64_t linear_buckets(const struct variable *v)
{
	return (uint64_t)((v->hist_high - v->hist_low) / v->hist_step) + 3;
}

static void emit_hist(struct strbuf *t, const struct variable *v)
{
	if (v->hist == HIST_LOG)
		sb_puts(t, "\t.hist = { .kind = 1, .buckets = STP_HIST_LOG_BUCKETS },\n");
	else if (v->hist == HIST_LINEAR)
		sb_printf(t, "\t.hist = { .kind = 2, .buckets = %" PRIu64 ", .low = %" PRId64 "LL, .high = %" PRId64 "LL, .step = %" PRId64 "LL },\n",
			  linear_buckets(v), v->hist_low, v->hist_high, v->hist_step);
}

static void emit_desc(struct emitter *e, const struct variable *v)
{
	struct strbuf *t = &e->types;

	sb_printf(t, "static const struct stp_map_desc desc_%s = {\n\t.nkeys = %u, .value_type = %s, .wrap = %d, .variance = %d,\n",
		  v->c_name, v->is_array ? v->nkeys : 0, type_c(v->type), v->wrap, !!(v->stat_ops & 1u << STAT_VARIANCE));
	if (v->is_array) {
		sb_puts(t, "\t.key_type = {");
		for (unsigned i = 0; i < v->nkeys; i++)
			sb_printf(t, " %s,", type_c(v->key_type[i]));
		sb_printf(t, " },\n\t.max_entries = %u,\n", v->max_entries ? v->max_entries : (unsigned)limit_value(e->session, "MAXMAPENTRIES"));
	}
	sb_printf(t, "\t.bit_shift = %u,\n", v->bit_shift);
	emit_hist(t, v);
	sb_puts(t, "};\n");
}

static void emit_storage(struct emitter *e, const struct variable *v)
{
	struct strbuf *t = &e->types;

	if (v->is_array)
		sb_printf(t, "static struct stp_map *%s;\n", v->c_name);
	else if (v->type == TYPE_STATS)
		sb_printf(t, "static struct stp_pstat *%s;\n", v->c_name);
	else if (v->type == TYPE_STRING)
		sb_printf(t, "static char %s[STP_STRING] = %s;\n", v->c_name,
			  v->init ? c_string(e, v->init->string.text, v->init->string.len) : "\"\"");
	else
		sb_printf(t, "static int64_t %s = %s;\n", v->c_name, v->init ? c_number(e, v->init->number.value) : "0");
	sb_printf(t, "static struct stp_lock lock_%s __attribute__((unused));\n", v->c_name);
}

void emit_globals(struct emitter *e)
{
	struct strbuf *c = &e->code;
	struct variable_vec *gs = &e->program->globals;

	for (size_t i = 0; i < gs->len; i++) {
		emit_storage(e, gs->data[i]);
		if (gs->data[i]->is_array || gs->data[i]->type == TYPE_STATS)
			emit_desc(e, gs->data[i]);
	}
	sb_puts(c, "static const struct stp_global globals[] = {\n");
	for (size_t i = 0; i < gs->len; i++) {
		const struct variable *v = gs->data[i];
		bool desc = v->is_array || v->type == TYPE_STATS, plain = !desc && v->type == TYPE_LONG;

		sb_printf(c, "\t{ .name = \"%s\", .type = %s, .is_array = %d, .storage = %s%s, ", v->name, type_c(v->type), v->is_array,
			  desc || plain ? "&" : "", v->c_name);
		if (desc)
			sb_printf(c, ".desc = &desc_%s, ", v->c_name);
		sb_printf(c, ".settable = %d },\n", !desc && !v->internal && !(v->library && v->decl && v->decl->privat));
	}
	sb_puts(c, "\t{ .name = NULL }\n};\n\n");
}
