/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procfs("NAME").read and .write: files below /proc/systemtap/MODULE, through which
 * a script is asked and told.  $value is the text that goes over.
 *
 * A file has at most one probe for each direction.  Its permissions are 0444 and 0222 for
 * the directions it has, without the bits of umask (0077 when none is given). */
#include "translator/family/procfs.h"
#include "translator/errors.h"
#include "translator/family/family.h"
#include "translator/limits.h"
#include "translator/session.h"

#include <inttypes.h>
#include <string.h>

/* probe->data */
struct file_side { const char *path; bool write; unsigned mode; int64_t maxsize; /* 0: the default */ };

#define DEFAULT_NAME "command"
#define NAME_MOST 255
#define SIZE_MOST (INT64_C(1) << 24)

/* ---- names ---- */

/* What is wrong with PATH, or NULL. */
static const char *path_fault(const char *path)
{
	const char *p = path;
	size_t n;

	for (;;) {
		n = strcspn(p, "/");
		if (!n)
			return "a name is relative and has no empty part";
		if (!strncmp(p, "..", n) && n <= 2)
			return "a name has no part . or ..";
		if (n > NAME_MOST)
			return "a part of a name has at most 255 bytes";
		if (!p[n])
			return strcmp(path, "__stdin") ? NULL : "__stdin is what input.char and input.line read";
		p += n + 1;
	}
}

/* A is a directory on the way to B. */
static bool is_above(const char *a, const char *b)
{
	size_t n = strlen(a);

	return !strncmp(a, b, n) && b[n] == '/';
}

/* What stands against another side of file PATH, or NULL. */
static const char *path_conflict(const struct match *m, const char *path, bool write)
{
	const struct program *prog = m->session->program;

	for (size_t i = 0; prog && i < prog->probes.len; i++) {
		const struct probe *p = prog->probes.data[i];
		const struct file_side *f = p->data;

		if (p->family != m->row->family)
			continue;
		if (is_above(f->path, path) || is_above(path, f->path))
			return "it would be a file and a directory";
		if (!strcmp(f->path, path) && f->write == write)
			return write ? "the file already has a probe for writing" : "the file already has a probe for reading";
	}
	return NULL;
}

/* ---- resolve ---- */

static bool check_numbers(const struct match *m)
{
	struct session *s = m->session;
	int64_t umask = match_number(m, "umask", 0), size = match_number(m, "maxsize", 1);

	if (umask < 0 || umask > 0777)
		return diag_error(&s->diags, match_span(m, "umask"), E(PROBE_RANGE), "a umask is 0 to 0777");
	if (size < 1 || size > SIZE_MOST)
		return diag_error(&s->diags, match_span(m, "maxsize"), E(PROBE_RANGE), "the size is 1 to %" PRId64 " bytes", SIZE_MOST);
	return true;
}

static const char *text_of(const struct match *m, const char *path)
{
	struct arena *a = &m->session->arena;
	const char *text = match_string(m, "procfs") ? arena_printf(a, "procfs(\"%s\")", path) : "procfs";

	if (match_has(m, "umask"))
		text = arena_printf(a, "%s.umask(%#" PRIo64 ")", text, (uint64_t)match_number(m, "umask", 0));
	text = arena_printf(a, "%s.%s", text, m->row->variant & PROCFS_WRITE ? "write" : "read");
	if (match_has(m, "maxsize"))
		text = arena_printf(a, "%s.maxsize(%" PRId64 ")", text, match_number(m, "maxsize", 0));
	return text;
}

static bool procfs_resolve(const struct match *m)
{
	struct session *s = m->session;
	bool write = m->row->variant & PROCFS_WRITE;
	const char *path = match_string(m, "procfs"), *fault;
	struct file_side *f;
	struct probe *p;

	path = path ? path : DEFAULT_NAME;
	fault = path_fault(path);
	if (!fault)
		fault = path_conflict(m, path, write);
	if (fault)
		return diag_error(&s->diags, match_span(m, "procfs"), E(PROCFS_PATH), "\"%s\" cannot be a file of procfs: %s", path, fault);
	if (!check_numbers(m))
		return false;
	f = ARENA_NEW(&s->arena, struct file_side);
	*f = (struct file_side){ path, write, (write ? 0222u : 0444u) & ~(unsigned)match_number(m, "umask", 077), match_number(m, "maxsize", 0) };
	p = match_add(m, text_of(m, path));
	p->data = f;
	return true;
}

/* ---- $value ---- */

static struct expr *procfs_context_var(struct session *s, struct probe *p, struct expr *e)
{
	(void)p;
	return family_is_plain(e, "$value") ? family_context(s, e, TYPE_STRING, "stp_text_get(c, $0, $S)", NULL) : NULL;
}

static struct expr *procfs_context_store(struct session *s, struct probe *p, struct expr *e, enum op op, struct expr *value)
{
	const struct file_side *f = p->data;
	struct expr *r;

	if (!family_is_plain(e, "$value") || (op != OP_NONE && op != OP_CONCAT))
		return NULL;
	if (f->write) {
		diag_error(&s->diags, e->span, E(TARGET_READONLY), "$value is what was written: a probe for writing cannot change it");
		return e;
	}
	r = family_context(s, e, TYPE_STRING, op == OP_CONCAT ? "stp_text_append(c, $1)" : "stp_text_set(c, $1)", value);
	if (op == OP_CONCAT)
		r->context.reread = "stp_text_get(c, $0, $S)";
	return r;
}

static void procfs_list_vars(struct session *s, struct probe *p, struct point_var_vec *out)
{
	(void)p;
	vec_push(&s->arena, out, ((struct point_var){ "value", "string" }));
}

/* ---- the row ---- */

static void procfs_attach_row(struct session *s, const struct probe *p, struct strbuf *out)
{
	const struct file_side *f = p->data;
	int64_t size = f->maxsize ? f->maxsize : limit_value(s, "STP_PROCFS_BUFSIZE");

	sb_puts(out, ".path = ");
	sb_c_quote(out, f->path, strlen(f->path));
	sb_printf(out, ", .write = %d, .mode = %#o, .size = ", f->write, f->mode);
	if (size)
		sb_printf(out, "%" PRId64, size);
	else
		sb_puts(out, "STP_STRING - 1");
}

extern const struct family family_procfs;
const struct family family_procfs = {
	.name = "procfs", .attach = "PROCFS", .row_struct = "struct stp_row_procfs",
	.resolve = procfs_resolve, .context_var = procfs_context_var, .context_store = procfs_context_store,
	.list_vars = procfs_list_vars, .attach_row = procfs_attach_row,
};
