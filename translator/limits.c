/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -D: which names there are, and which values they take. */
#include "translator/limits.h"
#include "translator/errors.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum define_kind { DEFINE_LIMIT, DEFINE_SWITCH, DEFINE_IGNORED };
struct define { const char *name; enum define_kind kind; int64_t missing, least, most; };

static const struct define defines[] = {
#define LIMIT(name, missing, least, most, member) { name, DEFINE_LIMIT, missing, least, most },
#define SWITCH(name) { name, DEFINE_SWITCH, 0, 0, INT64_MAX },
#define IGNORED(name) { name, DEFINE_IGNORED, 0, 0, INT64_MAX },
#include "translator/limits.def"
};
enum { NDEFINES = sizeof defines / sizeof defines[0] };

static const struct define *find(const char *name)
{
	for (size_t i = 0; i < NDEFINES; i++)
		if (!strcmp(defines[i].name, name))
			return &defines[i];
	return NULL;
}

/* The last -D NAME, or NULL. */
static const struct name_value *given(const struct session *s, const char *name)
{
	for (size_t i = s->opt.defines.len; i-- > 0;)
		if (!strcmp(s->opt.defines.data[i].name, name))
			return &s->opt.defines.data[i];
	return NULL;
}

/* ---- values ---- */

int64_t limit_value(const struct session *s, const char *name)
{
	const struct name_value *d = given(s, name);

	if (d)
		return strtoll(d->value, NULL, 0);
	if (!strcmp(name, "MAXACTION_INTERRUPTIBLE")) {
		int64_t n = limit_value(s, "MAXACTION");

		return n > INT32_MAX / 10 ? INT32_MAX : n * 10;
	}
	return find(name)->missing;
}

bool switch_is_on(const struct session *s, const char *name)
{
	const struct name_value *d = given(s, name);

	return d && (!d->value || strtoll(d->value, NULL, 0));
}

bool define_is_macro(const struct session *s, const struct name_value *d)
{
	return !find(d->name) && given(s, d->name) == d;
}

/* ---- checks ---- */

static bool is_word(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

	return strchr("0123456789", *name) == NULL && strspn(name, letters) == strlen(name);
}

/* With -g the text is embedded C, which is one line of the preprocessor here. */
static bool check_macro(struct session *s, const struct name_value *d)
{
	if (!is_word(d->name))
		return diag_error(&s->diags, (struct span){ 0 }, E(DEFINE_UNKNOWN), "-D %s: the name of a macro is a word", d->name);
	if (d->value && strpbrk(d->value, "\n\r"))
		return diag_error(&s->diags, (struct span){ 0 }, E(DEFINE_UNKNOWN), "-D %s: the text of a macro is one line", d->name);
	return true;
}

static bool refuse_name(struct session *s, const char *name)
{
	const char *names[NDEFINES], *near;

	for (size_t i = 0; i < NDEFINES; i++)
		names[i] = defines[i].name;
	near = nearest_name(name, names, NDEFINES);
	diag_error(&s->diags, (struct span){ 0 }, E(DEFINE_UNKNOWN), "-D %s: there is no such limit or switch%s%s%s", name,
		   near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
	if (!near)
		diag_note(&s->diags, (struct span){ 0 }, "stap(1) lists them under LIMITS; macros for embedded C need guru mode (-g)");
	return false;
}

static bool is_number(const char *text, int64_t least, int64_t most)
{
	char *end;
	int64_t v;

	errno = 0;
	v = strtoll(text, &end, 0);
	return !errno && end != text && !*end && v >= least && v <= most;
}

static bool check_define(struct session *s, const struct name_value *d)
{
	const struct define *known = find(d->name);

	if (!known)
		return s->opt.guru ? check_macro(s, d) : refuse_name(s, d->name);
	if (known->kind == DEFINE_IGNORED)
		diag_warning(&s->diags, (struct span){ 0 }, E(DEFINE_IGNORED), "-D %s has no effect here", d->name);
	if (!d->value && known->kind != DEFINE_LIMIT)
		return true;
	return is_number(d->value ? d->value : "", known->least, known->most) ||
	       diag_error(&s->diags, (struct span){ 0 }, E(LIMIT_VALUE), "-D %s=%s: %s takes a number from %" PRId64 " to %" PRId64,
			  d->name, d->value ? d->value : "", d->name, known->least, known->most);
}

bool defines_check(struct session *s)
{
	bool ok = true;

	for (size_t i = 0; i < s->opt.defines.len; i++)
		ok &= check_define(s, &s->opt.defines.data[i]);
	return ok;
}
