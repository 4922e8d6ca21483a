# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# lib.sh: what stap-prep and stap-guest share: messages, the layout of the cache directory, names of kernels.
# Sourced, never run. The caller sets `prog`. It starts nothing and writes nothing.
#
# The cache directory (cache_dir) holds
#   kernels/RELEASE/   one kernel: boot/ lib/modules/RELEASE/ build debug/ manifest (see stap-prep)
#   kernels/ALIAS      a symbolic link to a RELEASE: what `stable`, `backports`, … meant when last fetched
#   qemu/              an emulator newer than the machine's own
#   apt/               private package lists, one directory a suite
#   guest/             what stap-guest found out about this machine

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

say() { printf '%s: %s\n' "$prog" "$*" >&2; }

die() {
	local status=$1
	shift
	say "$@"
	exit "$status"
}

cache_dir() {
	if [ -n "${STAP_CACHE_DIR:-}" ]; then
		printf '%s\n' "$STAP_CACHE_DIR"
	elif [ -n "${XDG_CACHE_HOME:-}" ]; then
		printf '%s/stap\n' "$XDG_CACHE_HOME"
	elif [ -n "${HOME:-}" ]; then
		printf '%s/.cache/stap\n' "$HOME"
	else
		die 2 "no cache directory: set STAP_CACHE_DIR, XDG_CACHE_HOME or HOME"
	fi
}

# manifest_has DIR PART: the kernel unpacked in DIR has PART (image, headers, debug).
manifest_has() { [ -f "$1/manifest" ] && grep -q "^$2 " "$1/manifest"; }

# kernel_alias NAME: the release that NAME stands for in the cache, NAME itself if it is no alias.
kernel_alias() {
	local link=$cache/kernels/$1

	if [ -L "$link" ]; then
		basename "$(readlink "$link")"
	else
		printf '%s\n' "$1"
	fi
}

# kernel_image RELEASE: path of its boot image, installed or in the cache; fails if there is none.
kernel_image() {
	local image

	for image in "/boot/vmlinuz-$1" "/lib/modules/$1/vmlinuz" "$cache/kernels/$1/boot/vmlinuz-$1"; do
		if [ -r "$image" ] && kernel_modules "$1" >/dev/null; then
			printf '%s\n' "$image"
			return 0
		fi
	done
	return 1
}

# kernel_modules RELEASE: its lib/modules/RELEASE directory, installed or in the cache; fails if there is none.
kernel_modules() {
	local dir

	for dir in "/lib/modules/$1" "$cache/kernels/$1/lib/modules/$1"; do
		if [ -f "$dir/modules.dep" ]; then
			printf '%s\n' "$dir"
			return 0
		fi
	done
	return 1
}

# kernel_list: the releases that can boot here, oldest first, but for those that are booted only by name.
kernel_list() {
	local dir

	for dir in /lib/modules/* "$cache"/kernels/*; do
		if [ ! -e "$dir/by-name" ] && kernel_image "${dir##*/}" >/dev/null; then printf '%s\n' "${dir##*/}"; fi
	done | sort -Vu
}
