/* SPDX-License-Identifier: GPL-2.0-or-later */
/* printf formats, parsed once at translation time.
 *
 * A format is a list of parts: literal text, or a conversion with flags, width
 * and precision (each a number, absent, or taken from an argument by *).  The
 * papers' table conversions (%1s, %C %S %A %m %M %H behind `print(map, …)`) are
 * recognised by their own entry, table_parse. */
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
	unsigned size;			/* %b: bytes 1 2 4 8 from %1b…; 0 with %*b: as it says then */
	uint32_t off, end;		/* offsets in the format text, for messages */
};

struct format {
	struct format_part *parts;
	size_t nparts;
	size_t nargs;			/* arguments it takes, with those for * */
};

/* NULL after a diagnostic at AT (tag FORMAT_BAD). */
struct format *format_parse(struct arena *a, struct diags *d, struct span at, const char *text, size_t len);
/* The part that argument N (0-based) is for, its *NUMBER among the conversions, from 1, and whether N is
 * what it converts, not its width or precision. NULL: it takes fewer. */
const struct format_part *format_arg_part(const struct format *f, size_t n, size_t *number, bool *value);
/* Type of argument N (0-based). */
enum value_type format_arg_type(const struct format *f, size_t n);
/* Does it print memory by address (%m, %M)? */
bool format_reads_memory(const struct format *f);
/* "%-8s" of part P again into B. */
void format_print_part(struct strbuf *b, const struct format_part *p);

/* ---- formats of tables (format_table.c) ---- */

enum table_what { TABLE_TEXT, TABLE_KEY, TABLE_VALUE, TABLE_STAT, TABLE_HIST };
struct table_part {
	enum table_what what;
	unsigned key;			/* KEY: its number, from 1 */
	enum stat_op op;		/* STAT */
	struct format_part part;	/* as printf has it: a decimal for STAT, the text of TEXT */
};
VEC_OF(table_format, struct table_part);

/* TEXT in parts, appended to *F.  False after a diagnostic (tag TABLE_FORMAT) at the bytes of the string LITERAL that are wrong. */
bool table_parse(struct arena *a, struct diags *d, const struct sources *ss, struct span literal, const char *text, size_t len, struct table_format *f);
/* Has TEXT a conversion that only statistics have? */
bool table_asks_statistic(const char *text, size_t len);
/* Where the bytes OFF … END of a format stand in its literal; all of the literal when that cannot be told. */
struct span format_span(const struct sources *ss, struct span literal, size_t off, size_t end);

#endif
