/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel.data(ADDRESS) and kernel.data("SYMBOL"), .write and .rw: the processors'
 * debug registers stop what writes to, or reads from, memory of the kernel.
 *
 * A processor has few of them, which debuggers use too, and watches 1, 2, 4 or 8 bytes
 * that are aligned to their number.  Where a symbol is, the module finds out when it is loaded. */
#include "translator/errors.h"
#include "translator/family/family.h"
#include "translator/session.h"

#include <inttypes.h>
#include <stp/abi.h>
#include <string.h>

enum { LENGTH_MOST = 8, REGISTERS = 4 };
#define KNOWN_VARIABLE "init_task"	/* each kernel has it: what does not know it knows no symbols */

/* probe->data */
struct hwbkpt { const char *symbol; uint64_t address; uint32_t length, flags; };

static bool take_length(const struct match *m, struct hwbkpt *d)
{
	int64_t n = match_number(m, "length", 1);

	if (n < 1 || n > LENGTH_MOST)
		return diag_error(&m->session->diags, match_span(m, "length"), E(PROBE_RANGE),
				  "a debug register watches 1 to %d bytes", LENGTH_MOST);
	for (d->length = 1; d->length < n; d->length *= 2)
		;
	if (d->address % d->length)
		return diag_error(&m->session->diags, match_span(m, "data"), E(PROBE_RANGE),
				  "%" PRIu32 " bytes can be watched where the address is a multiple of %" PRIu32, d->length, d->length);
	return true;
}

/* Could the kernel have SYMBOL? */
static bool may_exist(const struct match *m, const char *symbol)
{
	const char *why = NULL;
	struct di_module *kernel = di_module(session_di(m->session), "kernel", &why);
	uint64_t address;
	bool unique;

	return !kernel || di_symbol_address(kernel, symbol, &address, &unique) ||
	       !di_symbol_address(kernel, KNOWN_VARIABLE, &address, &unique);
}

static void warn_of_many(const struct match *m)
{
	const struct program *prog = m->session->program;
	unsigned n = 0;

	for (size_t i = 0; i < prog->probes.len; i++)
		n += prog->probes.data[i]->family == m->row->family;
	if (n == REGISTERS + 1)
		diag_warning(&m->session->diags, m->point->span, E(HWBKPT_MANY), "a processor can watch %d places at a time", REGISTERS);
}

static bool hwbkpt_resolve(const struct match *m)
{
	struct arena *a = &m->session->arena;
	struct hwbkpt *d = ARENA_NEW(a, struct hwbkpt);
	const char *length = "", *access = m->row->variant & STP_HW_READ ? "rw" : "write";
	struct probe *p;

	d->symbol = match_string(m, "data");
	d->address = (uint64_t)match_number(m, "data", 0);
	d->flags = m->row->variant | (m->optional ? STP_HW_OPTIONAL : 0);
	if (!take_length(m, d))
		return false;
	if (match_has(m, "length"))
		length = arena_printf(a, "length(%" PRId64 ").", match_number(m, "length", 1));
	if (d->symbol && !may_exist(m, d->symbol)) {
		match_explain(m, "the kernel has no symbol %s", d->symbol);
		return true;
	}
	p = match_add(m, d->symbol ? arena_printf(a, "kernel.data(\"%s\").%s%s", d->symbol, length, access) :
		      arena_printf(a, "kernel.data(0x%" PRIx64 ").%s%s", d->address, length, access));
	p->data = d;
	warn_of_many(m);
	return true;
}

static void hwbkpt_attach_row(struct session *s, const struct probe *p, struct strbuf *out)
{
	const struct hwbkpt *d = p->data;

	(void)s;
	if (d->symbol) {
		sb_puts(out, ".symbol = ");
		sb_c_quote(out, d->symbol, strlen(d->symbol));
		sb_puts(out, ", ");
	}
	sb_printf(out, ".address = 0x%" PRIx64 "u, .length = %" PRIu32 ", .flags = %" PRIu32, d->address, d->length, d->flags);
}

extern const struct family family_hwbkpt;
const struct family family_hwbkpt = {
	.name = "hwbkpt", .attach = "HWBKPT", .row_struct = "struct stp_row_hwbkpt",
	.resolve = hwbkpt_resolve, .attach_row = hwbkpt_attach_row,
};
