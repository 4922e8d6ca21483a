/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names and meanings of the diagnostics' tags, from errors.def. */
#include "translator/errors.h"

const char *const error_tag_names[ERROR_TAGS] = {
#define ERR(tag, meaning) #tag,
#include "translator/errors.def"
#undef ERR
};

const char *const error_tag_meanings[ERROR_TAGS] = {
#define ERR(tag, meaning) meaning,
#include "translator/errors.def"
#undef ERR
};
