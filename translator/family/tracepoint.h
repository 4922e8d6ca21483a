/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variants of tracepoint rows in family.def. */
#ifndef FAMILY_TRACEPOINT_H
#define FAMILY_TRACEPOINT_H

enum tracepoint_variant { TRACE_MODULE = 1, TRACE_BARE = 2 /* .tracepoint: a name without a system */ };

#endif
