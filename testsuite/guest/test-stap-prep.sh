#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of stap-prep in a cache of their own: what it fetches and where that lies, that the headers build a module
# wherever they lie, two runs at once, and how it fails. Fetches the stable kernel's image and headers once (about
# 40 MB) from the machine's mirror.
set -u -o pipefail
export SRC=${SRC:-$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)}
# shellcheck source=testsuite/tests.sh
. "$SRC/testsuite/tests.sh"

prep=$SRC/guest/stap-prep
work=$(mktemp -d /tmp/stap-prep-test.XXXXXX)
trap 'rm -rf "$work"' EXIT
export STAP_CACHE_DIR=$work/cache
dead=http://127.0.0.1:9/debian

# check NAME CONDITION…: the condition is a command.
check() {
	local name=$1
	shift

	if "$@" >"$work/check.log" 2>&1; then ok "$name"; else not_ok "$name" "fails: $*" "$(tail -n 20 "$work/check.log")"; fi
}

# prep OPTION…: runs stap-prep; sets status; output in out, err.
prep() {
	status=0
	"$prep" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
}

# check_prep NAME STATUS MESSAGE: of the last run; MESSAGE is a regular expression, to be found in what it said.
check_prep() {
	if [ "$status" != "$2" ]; then
		not_ok "$1" "status $status instead of $2" "$(cat "$work/err")"
	elif ! grep -qE "$3" "$work/err"; then
		not_ok "$1" "no message that matches $3" "$(cat "$work/err")"
	else
		ok "$1"
	fi
}

no_stage() { [ -z "$(find "$STAP_CACHE_DIR" -maxdepth 2 -name '.stage.*')" ]; }

# build_module CACHE: a module is built with the headers in CACHE.
build_module() {
	rm -rf "$work/module"
	mkdir "$work/module"
	printf '#include <linux/module.h>\nMODULE_DESCRIPTION("test");\nMODULE_LICENSE("GPL");\n' >"$work/module/prep_test.c"
	echo 'obj-m := prep_test.o' >"$work/module/Makefile"
	make -C "$1/kernels/stable/build" "M=$work/module" modules && modinfo "$work/module/prep_test.ko"
}

test_wrong_use() {
	prep --bad
	check_prep "unknown option" 2 'unknown option --bad'
	prep --suite
	check_prep "option without its argument" 2 'needs an argument'
	prep one two
	check_prep "two kernels" 2 'one kernel'
	STAP_CACHE_DIR="$work/with blank" prep stable
	check_prep "cache that the kernel's build system would not take" 2 'blanks or colons'
	prep --print-dir stable
	check_prep "directory of a kernel that is not there" 1 'not in the cache'
	prep --mirror "$dead" stable
	check_prep "mirror that does not answer" 1 '^stap-prep: no package lists'
}

test_fetch() {
	local first second release

	prep -n stable
	check_prep "a dry run says what it would fetch" 0 'image +linux-(image|binary)-.* [0-9.]+MiB'
	check "a dry run fetches nothing" test -z "$(ls "$STAP_CACHE_DIR/kernels")"
	"$prep" --image stable 2>"$work/first" </dev/null &
	first=$!
	"$prep" stable 2>"$work/second" </dev/null &
	second=$!
	check "the first of two runs at once" wait "$first"
	check "the second of two runs at once" wait "$second"
	check_same "one of them waited" 1 "$(cat "$work/first" "$work/second" | grep -c 'waiting for another')"
	check_same "the image was fetched once" 1 "$(cat "$work/first" "$work/second" | grep -c 'unpacking the image')"
	release=$(readlink "$STAP_CACHE_DIR/kernels/stable")
	check_same "an alias stands for the release" "$STAP_CACHE_DIR/kernels/$release" "$("$prep" --print-dir stable)"
	check_same "list" "$release headers,image stable" "$("$prep" --list | awk '{ print $1, $2, $4 }')"
	check "boot image" test -s "$STAP_CACHE_DIR/kernels/$release/boot/vmlinuz-$release"
	check "modules know their dependencies" test -s "$STAP_CACHE_DIR/kernels/$release/lib/modules/$release/modules.dep"
	check "manifest" grep -qE "^headers linux-headers-${release//+/\\+} [^ ]+ [^ ]+$" "$STAP_CACHE_DIR/kernels/$release/manifest"
	check "nothing but kernels is left" no_stage
	prep --mirror "$dead" "$release"
	check_prep "what is there is not fetched again" 0 'has its headers image'
	mkdir -p "$STAP_CACHE_DIR/apt/other/records"
	prep "$release"
	check "another one's work is left alone" test -d "$STAP_CACHE_DIR/apt/other/records"
	rm -r "$STAP_CACHE_DIR/apt/other"
	prep --mirror "$dead" --refresh stable
	check_prep "without a mirror, older lists serve" 0 'using older ones'
	prep 0.0.1-none
	check_prep "kernel that no suite has" 1 'no packages of kernel 0.0.1-none'
}

test_headers() {
	check "module with the headers" build_module "$STAP_CACHE_DIR"
	mv "$STAP_CACHE_DIR" "$work/moved"
	check "module with the headers at another place" build_module "$work/moved"
	# shellcheck disable=SC2016
	check "without pahole" env PATH="$work/bin:$PATH" bash -c "$(declare -f build_module)"'; work=$1; build_module "$2"' - \
		"$work" "$work/moved"
	mv "$work/moved" "$STAP_CACHE_DIR"
}

# prep_on_disk SIZE: like prep --image stable, with a cache on a disk of that size, where the package lists are; what is
# in its kernels/ then in out.
prep_on_disk() {
	status=0
	# shellcheck disable=SC2016
	unshare -m bash -c '
		mount -t tmpfs -o "size=$4" small "$1" && cp -a "$2" "$1/apt" || exit 9
		STAP_CACHE_DIR=$1 "$3" --image stable
		status=$?
		ls -A "$1/kernels"
		exit $status' - "$work/small" "$STAP_CACHE_DIR/apt" "$prep" "$1" >"$work/out" 2>"$work/err" </dev/null || status=$?
}

test_failure() {
	local pid small

	"$prep" --debug stable 2>"$work/err" </dev/null &
	pid=$!
	sleep 1.5
	kill "$pid"
	wait "$pid" 2>/dev/null
	check_same "ended by SIGTERM: status" 143 "$?"
	check "ended by SIGTERM: nothing half done is left" no_stage
	check_same "ended by SIGTERM: what was there is there" "headers,image" "$("$prep" --list | cut -f2)"
	if ! unshare -m true 2>/dev/null; then
		skip "disk too small" "cannot mount here"
		skip "disk full" "cannot mount here"
		return
	fi
	mkdir "$work/small"
	rm -rf "$STAP_CACHE_DIR"/apt/{backports,stable/debs}
	# the package lists, what apt makes of them, and less than a kernel
	small=$(($(du -sm "$STAP_CACHE_DIR/apt" | cut -f1) + 90))M
	prep_on_disk "$small"
	check_prep "disk too small" 1 'not enough room'
	prep_on_disk "$((${small%M} - 88))M"
	check_prep "disk too small for the lists" 1 'the disk that holds .* is full'
	# the first look at the disk finds room
	printf '%s\n' '#!/bin/sh' 'mkdir "$0.once" 2>/dev/null || exec /bin/df "$@"' 'echo Avail' 'echo 99999999' >"$work/bin/df"
	chmod 755 "$work/bin/df"
	PATH=$work/bin:$PATH prep_on_disk "$small"
	check_prep "disk full" 1 'disk that holds .* is full'
	check_same "disk full: nothing is left" ".lock" "$(cat "$work/out")"
}

test_remove() {
	prep --remove stable
	check_same "removed" "" "$("$prep" --list)$(ls "$STAP_CACHE_DIR/kernels")"
}

# A pahole that does not work, before the real one.
mkdir "$work/bin"
printf '#!/bin/sh\nexit 127\n' >"$work/bin/pahole"
chmod 755 "$work/bin/pahole"

test_wrong_use
test_fetch
test_headers
test_failure
test_remove
finish
