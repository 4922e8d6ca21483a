/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tags of errors.def as string constants: diag_error(d, span, E(PARSE_EXPECTED), …). */
#ifndef TRANSLATOR_ERRORS_H
#define TRANSLATOR_ERRORS_H

enum error_tag {
#define ERR(tag, meaning) ERROR_##tag,
#include "translator/errors.def"
#undef ERR
	ERROR_TAGS
};
extern const char *const error_tag_names[ERROR_TAGS];
extern const char *const error_tag_meanings[ERROR_TAGS];
#define E(tag) (error_tag_names[ERROR_##tag])

#endif
