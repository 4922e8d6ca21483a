# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# home.sh: compiles what `stap -p3` prints into a program, with the sanitizers of the build.
export STAP_CACHE_DIR=$PWD/cache
home_sanitizers=$(sed -n 's/^SAN_CFLAGS = *//p' "$BUILD/Makefile")
home_cc=$(sed -n 's/^CC = *//p' "$BUILD/Makefile")

# home_build SCRIPT.c PROGRAM [OPTION…]: as kernels are compiled, as far as the language's meaning goes: arithmetic wraps.
home_build() {
	local from=$1 to=$2

	shift 2
	# the sanitizers are words
	# shellcheck disable=SC2086
	$home_cc -std=gnu11 -g -O1 -fno-strict-overflow -fno-strict-aliasing $home_sanitizers "$@" -I"$SRC/runtime/include" -c -o "$to.o" "$from" &&
		$home_cc $home_sanitizers -o "$to" "$to.o" "$BUILD/libhome-san.a"
}
