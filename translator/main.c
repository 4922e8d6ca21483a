/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The `stap` command. */
#include "translator/driver.h"

int main(int argc, char **argv)
{
	return driver_main(argc, argv);
}
