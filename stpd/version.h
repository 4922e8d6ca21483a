/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PACKAGE_VERSION, also where nothing was configured. */
#ifndef STPD_VERSION_H
#define STPD_VERSION_H

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "development"
#endif

#endif
