/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netfilter.hook("NF_INET_LOCAL_IN").pf("NFPROTO_IPV4").priority(N): packets where the
 * kernel's filters see them.  The library has points with a packet's fields as variables.
 *
 * $hooknum, $pf, $skb, $in and $out come with the hook, and $verdict, which a
 * guru's script may set: NF_DROP, NF_ACCEPT, NF_STOLEN or NF_QUEUE; the runtime takes others for NF_ACCEPT. */
#include "translator/errors.h"
#include "translator/family/family.h"
#include "translator/session.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* probe->data */
struct hook { int64_t pf, hook, priority; };

struct name { int64_t pf; const char *name; int64_t number; };

static const struct name protocols[] = {
#define NF_PROTOCOL(name, number) { 0, name, number },
#include "translator/family/netfilter.def"
	{ 0, NULL, 0 }
};
static const struct name hooks[] = {
#define NF_HOOK(protocol, name, number) { protocol, name, number },
#include "translator/family/netfilter.def"
	{ 0, NULL, 0 }
};
static const struct name priorities[] = {
#define NF_PRIORITY(protocol, name, number) { protocol, name, number },
#include "translator/family/netfilter.def"
	{ 0, NULL, 0 }
};

/* ---- names ---- */

static bool in_table(const struct name *table, int64_t pf, const char *text, int64_t *out)
{
	for (; table->name; table++)
		if (table->pf == pf && !strcmp(table->name, text)) {
			*out = table->number;
			return true;
		}
	return false;
}

static bool is_number(const char *text, int64_t low, int64_t high, int64_t *out)
{
	char *end;

	*out = strtoll(text, &end, 0);
	return *text && !*end && *out >= low && *out <= high;
}

static bool unknown(const struct match *m, const char *part, const char *what, const struct name *table, int64_t pf)
{
	struct session *s = m->session;
	struct strbuf b = STRBUF_INIT;

	diag_error(&s->diags, match_span(m, part), E(NETFILTER_NAME), "there is no %s \"%s\" here", what, match_string(m, part));
	for (; table->name; table++)
		if (table->pf == pf)
			sb_printf(&b, "%s%s", b.len ? ", " : "", table->name);
	if (b.len)
		diag_note(&s->diags, (struct span){ 0 }, "these are known: %s", sb_str(&b));
	sb_free(&b);
	return false;
}

/* Numbers in place of names are for gurus, but for priorities. */
static bool hook_of(const struct match *m, struct hook *h)
{
	const char *pf = match_string(m, "pf"), *hook = match_string(m, "hook"), *priority = match_string(m, "priority");
	bool guru = m->session->opt.guru;

	if (!in_table(protocols, 0, pf, &h->pf) && !(guru && is_number(pf, 0, 12, &h->pf)))
		return unknown(m, "pf", "protocol family", protocols, 0);
	if (!in_table(hooks, h->pf, hook, &h->hook) && !(guru && is_number(hook, 0, 7, &h->hook)))
		return unknown(m, "hook", "hook", hooks, h->pf);
	if (!priority)
		h->priority = match_number(m, "priority", 0);
	else if (!in_table(priorities, h->pf, priority, &h->priority) && !is_number(priority, INT32_MIN, INT32_MAX, &h->priority))
		return unknown(m, "priority", "priority", priorities, h->pf);
	if (h->priority < INT32_MIN || h->priority > INT32_MAX)
		return diag_error(&m->session->diags, match_span(m, "priority"), E(PROBE_RANGE), "a priority has 32 bits");
	return true;
}

static bool netfilter_resolve(const struct match *m)
{
	struct arena *a = &m->session->arena;
	struct hook *h = ARENA_NEW(a, struct hook);
	const char *text;

	if (!hook_of(m, h))
		return false;
	text = arena_printf(a, "netfilter.hook(\"%s\").pf(\"%s\")", match_string(m, "hook"), match_string(m, "pf"));
	if (match_string(m, "priority"))
		text = arena_printf(a, "%s.priority(\"%s\")", text, match_string(m, "priority"));
	else if (match_has(m, "priority"))
		text = arena_printf(a, "%s.priority(%" PRId64 ")", text, h->priority);
	match_add(m, text)->data = h;
	return true;
}

/* ---- variables ---- */

static const struct context { const char *name, *accessor, *type; } variables[] = {
	{ "$hooknum", "c->args[0]", NULL },
	{ "$pf", "c->args[1]", NULL },
	{ "$skb", "c->args[2]", "struct sk_buff" },
	{ "$in", "c->args[3]", "struct net_device" },
	{ "$out", "c->args[4]", "struct net_device" },
	{ "$verdict", "c->retval", NULL },
	{ NULL, NULL, NULL }
};

static const struct di_type *pointer_type(struct session *s, const char *name)
{
	const char *why;
	struct di_module *m = di_module(session_di(s), "kernel", &why);
	const struct di_type *t = m ? di_type_find(m, name) : NULL;

	return t ? di_pointer_to(m, t) : NULL;
}

static struct expr *netfilter_context_var(struct session *s, struct probe *p, struct expr *e)
{
	const struct context *v = variables;
	struct expr *value, *cast;

	(void)p;
	while (v->name && (e->kind != EXPR_TARGET || strcmp(v->name, e->target.name)))
		v++;
	if (!v->name || (!v->type && !family_is_plain(e, v->name)))
		return NULL;
	value = family_context(s, e, TYPE_LONG, v->accessor, NULL);
	if (!e->target.path.len) {
		value->ctype = v->type ? pointer_type(s, v->type) : NULL;
		return e->target.address_of ? NULL : value;
	}
	value->origin = NULL;
	cast = expr_new(&s->arena, EXPR_CAST, e->span);
	cast->cast.arg = value;
	cast->cast.type = v->type;
	cast->cast.module = "kernel";
	cast->cast.address_of = e->target.address_of;
	cast->cast.path = e->target.path;
	return cast;
}

static struct expr *netfilter_context_store(struct session *s, struct probe *p, struct expr *e, enum op op, struct expr *value)
{
	(void)p;
	if (!family_is_plain(e, "$verdict") || op != OP_NONE)
		return NULL;
	if (s->opt.guru)
		return family_context(s, e, TYPE_LONG, "c->retval = $1", value);
	diag_error(&s->diags, e->span, E(TARGET_WRITE), "a verdict changes what becomes of the packet");
	diag_note(&s->diags, (struct span){ 0 }, "run stap with -g (guru mode) to allow it");
	return e;
}

static void netfilter_list_vars(struct session *s, struct probe *p, struct point_var_vec *out)
{
	(void)p;
	for (const struct context *v = variables; v->name; v++)
		vec_push(&s->arena, out, ((struct point_var){ v->name + 1, v->type ? arena_printf(&s->arena, "%s*", v->type) : "long" }));
}

static void netfilter_attach_row(struct session *s, const struct probe *p, struct strbuf *out)
{
	const struct hook *h = p->data;

	(void)s;
	sb_printf(out, ".pf = %" PRId64 ", .hook = %" PRId64 ", .priority = %" PRId64, h->pf, h->hook, h->priority);
}

extern const struct family family_netfilter;
const struct family family_netfilter = {
	.name = "netfilter", .attach = "NETFILTER", .row_struct = "struct stp_row_netfilter",
	.resolve = netfilter_resolve, .context_var = netfilter_context_var, .context_store = netfilter_context_store,
	.list_vars = netfilter_list_vars, .attach_row = netfilter_attach_row,
};
