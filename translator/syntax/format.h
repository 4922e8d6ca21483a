/* SPDX-License-Identifier: GPL-2.0-or-later */
/* printf formats, parsed once at translation time.
 *
 * A format is a list of parts: literal text, or a conversion with flags, width
 * and precision (each a number, absent, or taken from an argument by *).  The
 * papers' table conversions (%1s, %C %N %S %A %M %X behind `print(map, …)`) are
 * recognised by their own entry. */
#ifndef SYNTAX_FORMAT_H
#define SYNTAX_FORMAT_H

#include "lib/diag.h"
#include "lib/source.h"
#include "lib/vec.h"
#include "translator/syntax/ast.h"

enum conversion {
	CONV_LITERAL, CONV_BINARY /* %b */, CONV_CHAR /* %c */, CONV_DECIMAL /* %d %i */, CONV_MEMORY /* %m */,
	CONV_MEMORY_HEX /* %M */, CONV_OCTAL, CONV_POINTER, CONV_STRING, CONV_UNSIGNED, CONV_HEX, CONV_HEX_UPPER,
};
enum format_flag { FMT_MINUS = 1, FMT_ZERO = 2, FMT_PLUS = 4, FMT_SPACE = 8, FMT_ALT = 16 };
enum { FMT_NONE = -1, FMT_ARG = -2 };

struct format_part {
	enum conversion conv;
	const char *text; size_t len;	/* LITERAL */
	unsigned flags;			/* enum format_flag */
	int width, precision;		/* a number, FMT_NONE or FMT_ARG */
	unsigned size;			/* %b: bytes 1 2 4 8 from %1b…; 0: 8 */
	uint32_t off, end;		/* offsets in the format text, for messages */
};

struct format {
	struct format_part *parts;
	size_t nparts;
	size_t nargs;			/* arguments it takes, with those for * */
};

/* NULL after a diagnostic at AT (tag FORMAT_BAD). */
struct format *format_parse(struct arena *a, struct diags *d, struct span at, const char *text, size_t len);
/* Type of argument N (0-based). */
enum value_type format_arg_type(const struct format *f, size_t n);
/* "%-8s" of part P again into B. */
void format_print_part(struct strbuf *b, const struct format_part *p);

#endif
