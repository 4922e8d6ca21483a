# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# unpack.sh: from packages' files to a part of a kernel (image, headers, debug) in the cache. Everything is unpacked in
# a stage directory beside the kernels, put right there (header trees are made relocatable, modules get their depmod),
# and moved in place by renames. Sourced by stap-prep, with lib.sh and apt.sh; the caller holds the cache's lock.
#
# Header trees: Debian's name each other by absolute path (/usr/src/…-common, /usr/lib/linux-kbuild-…). They are
# rewritten to name each other relatively, so `make -C CACHE/kernels/RELEASE/build M=…` works wherever the cache lies,
# with no root and no private mounts. A tree in which an absolute path is left is refused. Programs in them that were
# built for a newer C library than this machine's bring that along.

unpack_stage='' # directory to remove at exit
unpack_child='' # process to end at exit

unpack_clean() { rm -rf "$cache"/kernels/.stage.* "$cache"/.stage.*; }

trap_signals() {
	trap 'unpack_end' EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

unpack_end() {
	trap '' HUP INT TERM
	if [ -n "$unpack_child" ]; then
		# apt's helpers first: they note how far they are, so that the next run goes on from there.
		# shellcheck disable=SC2046
		kill $(cat "/proc/$unpack_child/task/$unpack_child/children" 2>/dev/null) 2>/dev/null || true
		kill "$unpack_child" 2>/dev/null || true
		wait "$unpack_child" 2>/dev/null || true
	fi
	[ -z "$unpack_stage" ] || rm -rf "$unpack_stage"
	# what is left without the lock is another one's, who is at work
	[ -n "${have_lock:-}" ] || return 0
	rmdir "$cache"/kernels/*/ 2>/dev/null || true
	apt_close
}

# unpack_run COMMAND…: runs it so that a signal to this shell ends it at once; its messages go to the stage's log.
unpack_run() {
	local status=0

	"$@" 2>>"$unpack_stage/log" &
	unpack_child=$!
	wait "$unpack_child" || status=$?
	unpack_child=''
	return "$status"
}

# unpack_fail WHAT: explains from the log why WHAT failed; never returns. The package lists count as old from now on: a
# package that is gone from the mirror has a successor.
unpack_fail() {
	rm -f "$apt_dir/updated"
	if grep -qiE "$apt_room_errors|enough free space" "$unpack_stage/log" || [ "$(free_kib)" -lt 1024 ]; then
		rm -rf "${apt_dir:?}/debs"
		die 1 "$1 failed: $(apt_disk_full)"
	fi
	grep -v '^W:' "$unpack_stage/log" | tail -n 5 >&2 || true
	die 1 "$1 failed; nothing was changed, and running $prog again goes on from here"
}

# unpack_part RELEASE PART PACKAGE=VERSION…: fetches the packages and puts PART in place.
unpack_part() {
	local release=$1 part=$2 dir=$cache/kernels/$1 root deb rows=''
	shift 2

	unpack_stage=$(mktemp -d "$cache/kernels/.stage.XXXXXX")
	root=$unpack_stage/root
	mkdir "$root" "$unpack_stage/new"
	: >"$unpack_stage/log"
	say "fetching the $part of kernel $release"
	unpack_run apt_download "$@" || unpack_fail "fetching the $part"
	say "unpacking the $part of kernel $release"
	for deb; do
		deb=$(apt_deb "$deb")
		# shellcheck disable=SC2016
		rows+="$part $(dpkg-deb -W --showformat '${Package} ${Version} ${Architecture}' "$deb")"$'\n'
		unpack_run dpkg-deb -x "$deb" "$root" || unpack_fail "unpacking the $part"
	done
	unpack_run "unpack_shape_$part" "$release" "$root" "$unpack_stage/new" || unpack_fail "preparing the $part"
	unpack_place "$dir" "$part" "$rows" || unpack_fail "moving the $part to $dir"
	for deb; do rm -f "$(apt_deb "$deb")"; done
	rm -rf "$unpack_stage"
	unpack_stage=''
}

# unpack_place DIR PART ROWS: moves what the stage holds into DIR and writes ROWS into its manifest.
unpack_place() {
	local entry manifest=$unpack_stage/manifest

	mkdir -p "$1"
	{ grep -v "^$2 " "$1/manifest" 2>/dev/null || true; } >"$manifest"
	cp "$manifest" "$manifest.now"
	mv "$manifest.now" "$1/manifest"
	for entry in "$unpack_stage"/new/*; do
		rm -rf "${1:?}/${entry##*/}"
		mv "$entry" "$1/"
	done
	printf '%s' "$3" >>"$manifest"
	mv "$manifest" "$1/manifest"
}

# unpack_library ROOT: where the packages keep lib/ (some releases of Debian: usr/lib/).
unpack_library() { if [ -d "$1/lib/modules" ]; then echo "$1/lib"; else echo "$1/usr/lib"; fi; }

# unpack_boot RELEASE BOOT MODULES: newer packages keep the boot image with the modules.
unpack_boot() {
	local file

	mkdir -p "$2"
	for file in vmlinuz config System.map; do
		[ ! -f "$3/$file" ] || mv "$3/$file" "$2/$file-$1" || return 1
	done
}

unpack_shape_image() {
	local modules=$3/lib/modules/$1

	mkdir "$3/lib" "$3/usr" &&
		mv "$(unpack_library "$2")/modules" "$3/lib/modules" &&
		unpack_boot "$1" "$2/boot" "$modules" &&
		mv "$2/boot" "$3/boot" &&
		ln -sfn ../../../build "$modules/build" &&
		ln -sfn ../../../source "$modules/source" &&
		ln -s ../lib "$3/usr/lib" && # kmod looks there or in lib, as it was built
		depmod -b "$3" "$1" &&
		rm -r "${3:?}/usr" &&
		[ -s "$modules/modules.dep" ] && [ -s "$3/boot/vmlinuz-$1" ]
}

unpack_shape_debug() {
	mv "$2/usr/lib/debug" "$3/debug" &&
		ln -sfn "boot/vmlinux-$1" "$3/debug/vmlinux" &&
		[ -s "$3/debug/vmlinux" ]
}

unpack_shape_headers() {
	local common

	common=$(basename "$(echo "$2"/usr/src/linux-headers-*-common*)")
	mkdir -p "$3/usr/lib" &&
		mv "$2/usr/src" "$3/usr/src" &&
		mv "$2"/usr/lib/linux-kbuild-* "$3/usr/lib/" &&
		ln -s "usr/src/linux-headers-$1" "$3/build" &&
		ln -s "usr/src/$common" "$3/source" &&
		unpack_relocate "$3" &&
		unpack_wrap "$2" "$3" &&
		unpack_adapt "$3/build" &&
		[ -s "$3/build/Makefile" ] && [ -x "$3/build/scripts/mod/modpost" ]
}

# unpack_relocate TREE: TREE/usr/… names its own files relatively from now on. Fails if it cannot see to that.
unpack_relocate() {
	local link target left

	find "$1" -type l -lname '/*' -printf '%p\t%l\n' | while IFS=$'\t' read -r link target; do
		case $target in
		/usr/src/* | /usr/lib/linux-kbuild-*) ln -sfnr "$1$target" "$link" ;;
		*) rm "$link" ;;
		esac
	done
	# shellcheck disable=SC2016
	sed -i 's,^KBUILD_OUTPUT *=.*,KBUILD_OUTPUT := $(realpath $(dir $(lastword $(MAKEFILE_LIST)))),
		s,^include /usr/src/,include $(dir $(lastword $(MAKEFILE_LIST)))../,' "$1"/usr/src/linux-headers-*/Makefile
	left=$(grep -rIlE '(^|[^.a-zA-Z])/usr/(src/linux-headers|lib/linux-kbuild)-' "$1/usr" || true)
	[ -z "$left" ] || printf 'these files name an absolute path:\n%s\n' "$left" >&2
	[ -z "$left" ]
}

# unpack_adapt BUILD: BUILD/.kernelvariables, which names the compiler of the kernel, goes on to say what to do on a
# machine that is not the kernel's: where that compiler is not installed, use gcc, and take back what the configuration
# says of the compiler and is not so then; where there is no pahole, or one older than the kernel's, which does not
# know its options, give modules no BTF (the kernel and the loader do without).
unpack_adapt() {
	local pahole

	pahole=$(sed -n 's/^CONFIG_PAHOLE_VERSION=//p' "$1/.config")
	cat >>"$1/.kernelvariables" <<-EOF
		ifeq (\$(shell command -v \$(lastword \$(CC))),)
		CC = gcc
		KCFLAGS += -Wno-attributes
		ifneq (\$(shell echo | \$(CC) -fmin-function-alignment=16 -S -o /dev/null -x c - 2>&1),)
		override CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT :=
		endif
		endif
		ifneq (\$(shell pahole --version 2>/dev/null | awk -F '[v.]' '{ print (\$\$2 * 100 + \$\$3 >= ${pahole:-0}) }'),1)
		MAKEOVERRIDES += CONFIG_DEBUG_INFO_BTF_MODULES=
		endif
	EOF
}

# unpack_wrap ROOT TREE: if ROOT has a C library, the one that the programs in TREE/usr/lib/linux-kbuild-* (modpost,
# objtool, …) want and this machine lacks, it and its like go with them to host/, and each PROGRAM becomes
# .host-PROGRAM/PROGRAM with a script PROGRAM that runs it with those. A program that runs PROGRAM.real-KIND, beside
# itself as it thinks, finds a link to that one's script.
unpack_wrap() {
	local kbuild program loader

	loader=$(find "$1" -name 'ld-linux*.so.*' -o -name 'ld64.so.*' | head -n 1)
	[ -n "$loader" ] || return 0
	kbuild=$(echo "$2"/usr/lib/linux-kbuild-*)
	mkdir "$kbuild/host" &&
		find "$1" \( -name 'lib*.so*' -o -name 'ld*.so*' \) ! -path '*/lib64/*' -exec mv -t "$kbuild/host" {} + || return 1
	find "$kbuild/scripts" "$kbuild/tools" -type f -perm -u+x | while read -r program; do
		[ "$(head -c 4 "$program" | tr -d '\0')" != $'\177ELF' ] ||
			unpack_wrap_program "$program" "$kbuild/host" "${loader##*/}" || return 1
	done
}

# unpack_wrap_program PROGRAM LIBRARIES LOADER
unpack_wrap_program() {
	local name=${1##*/} own=${1%/*}/.host-${1##*/} up kind

	up=$(realpath --relative-to="${1%/*}" "$2")
	mkdir "$own" && mv "$1" "$own/" || return 1
	for kind in "$1".real-*; do
		[ ! -e "$kind" ] || ln -s "../${kind##*/}" "$own/" || return 1
	done
	cat >"$1" <<-EOF &&
		#!/bin/sh
		self=\$(readlink -f "\$0")
		here=\${self%/*}
		exec "\$here/$up/$3" --library-path "\$here/$up" "\$here/.host-$name/$name" "\$@"
	EOF
		chmod 755 "$1"
}
