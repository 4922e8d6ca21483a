/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Units of timer points: the variants of family.def's rows. */
#ifndef FAMILY_TIMER_H
#define FAMILY_TIMER_H

enum timer_unit { TIMER_NS, TIMER_US, TIMER_MS, TIMER_S, TIMER_JIFFIES, TIMER_HZ };

#endif
