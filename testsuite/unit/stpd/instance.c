/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One loading of a module (stpd/instance.c); that another one by its name is another is seen in
 * a guest (replaced_module). */
#include "stpd/instance.h"
#include "testsuite/unit/unit.h"

TEST(instance_of_a_name)
{
	struct instance none = instance_of("no_such_module"), one = instance_of("kernel"),
		other = instance_of("printk");

	CHECK_EQ(none.number, 0);
	CHECK(!instance_is(&none, "no_such_module"));
	CHECK(!instance_is(&none, "kernel"));
	CHECK(instance_is(&one, "kernel"));
	CHECK(!instance_is(&one, "no_such_module"));
	CHECK(!instance_is(&one, "printk"));
	CHECK(!instance_is(&other, "kernel"));
}
