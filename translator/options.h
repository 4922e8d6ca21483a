/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line. */
#ifndef TRANSLATOR_OPTIONS_H
#define TRANSLATOR_OPTIONS_H

#include "translator/session.h"

enum options_result { OPTIONS_RUN, OPTIONS_DONE /* --help, --version: printed */, OPTIONS_BAD /* a message was printed */ };
/* ARGV into s->opt.  Texts are not copied: ARGV must outlive the session. */
enum options_result options_parse(struct session *s, int argc, char **argv);

#endif
