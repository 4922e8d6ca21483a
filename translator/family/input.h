/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variants of input points in family.def. */
#ifndef FAMILY_INPUT_H
#define FAMILY_INPUT_H

enum { INPUT_CHAR, INPUT_LINE };

#endif
