#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of examples/c-module: it builds with its own Makefile for an unpacked kernel, and counts right in a guest.
# BUILD is the directory where stpd was built. Arguments: the kernels to try (stable).
set -u -o pipefail
export SRC=${SRC:-$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)}
# shellcheck source=testsuite/tests.sh
. "$SRC/testsuite/tests.sh"

export STAP_GUEST_ACCEL=${STAP_GUEST_ACCEL:-tcg}
work=$(mktemp -d /tmp/c-module-test.XXXXXX)
trap 'rm -rf "$work"' EXIT
stpd=${BUILD:+$BUILD/bin/stpd}
[ -x "$stpd" ] || stpd=$(command -v stpd)
${CC:-gcc} -O1 -static -o "$work/work" "$SRC/testsuite/guest/work.c" || exit 1
mkdir "$work/share"

for kernel in "${@:-stable}"; do
	kdir=$("$SRC/guest/stap-prep" --print-dir "$kernel")/build
	cp "$SRC"/examples/c-module/* "$work/share"
	if make -s -C "$work/share" KDIR="$kdir" RUNTIME="$SRC/runtime" >"$work/log" 2>&1; then
		ok "c-module/$kernel/builds"
	else
		not_ok "c-module/$kernel/builds" "make failed" "$(tail -n 30 "$work/log")"
		continue
	fi
	run_check "c-module/$kernel/counts" "$(printf '%s\n' 'work asks for 70000 bytes at once' 'work: reads 40, bytes 2800000' 'lines 40')" \
		"$SRC/guest/stap-guest" -n -r "$kernel" --fail-on-warning --share "$work/share" --timeout 120 -- sh -c "
			'$stpd' -o '$work/share/out' -c '$work/work 40 70000' '$work/share/readsizes.ko' large=70000
			grep '^work asks' '$work/share/out' | sort -u
			sed -n 's/^work: reads *\([0-9]*\), bytes *\([0-9]*\)/work: reads \1, bytes \2/p' '$work/share/out'
			echo lines \$(grep -c '^work asks' '$work/share/out')"
	rm -rf "$work/share/readsizes.build" "$work/share/readsizes.ko"
done
finish
