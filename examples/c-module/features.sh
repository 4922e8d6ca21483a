#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# features.sh KDIR KFEAT: a header that says which of the files of KFEAT, each of which uses one thing that some kernels
# have, compile for the kernel of the build directory KDIR and name only symbols that it exports.
set -eu
kdir=$1 kfeat=$2
dir=$(cd "$kfeat" && pwd)
objects=$(cd "$kfeat" && ls -- *.c | sed 's/\.c$/.o/')
{
	echo "obj-m := $(echo "$objects" | tr '\n' ' ')"
} >"$dir/Kbuild"
for object in $objects; do
	# a file that does not compile is an answer, not an error
	make -s -C "$kdir" M="$dir" "$object" >/dev/null 2>&1 || continue
	missing=$(nm -u "$dir/$object" | awk 'NR == FNR { exported[$2] = 1; next } !exported[$2] { print $2 }' "$kdir/Module.symvers" -)
	[ -n "$missing" ] || echo "#define STP_HAVE_$(basename "$object" .o | tr '[:lower:]' '[:upper:]') 1"
done
