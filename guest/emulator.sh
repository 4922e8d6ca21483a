# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# emulator.sh: puts a QEMU that boots new kernels, and what else stap-guest needs and this machine lacks, below
# CACHE/qemu/VERSION, with CACHE/qemu/current naming the one in use. Which libraries are lacking is apt's answer to
# "what would an installation fetch", given what is installed; nothing is installed. Sourced by stap-prep.

emulator_good=9 # the first release of QEMU that boots new kernels every time without KVM

emulator_major() { LC_ALL=C "$@" --version 2>/dev/null | sed -n '1s/.*version \([0-9]*\).*/\1/p'; }

# emulator_packages: the packages to fetch, as PACKAGE=VERSION. The last version of a file wins. Where virtiofsd is no
# package of its own, it is part of the older releases' qemu-system-common.
emulator_packages() {
	local version own

	version=$(apt_versions qemu-system-x86 | sort -Vr | head -n 1)
	[ "$(sed 's/^[0-9]*://; s/\..*//' <<<"$version")" -ge "$emulator_good" ] ||
		die 1 "$apt_name have no QEMU $emulator_good or later"
	set -- "qemu-system-x86=$version"
	command -v busybox >/dev/null || set -- "$@" busybox-static
	command -v cpio >/dev/null || set -- "$@" cpio
	if [ ! -x /usr/lib/qemu/virtiofsd ] && [ ! -x /usr/libexec/virtiofsd ]; then
		if [ -n "$(apt_field virtiofsd Version)" ]; then
			set -- "$@" virtiofsd
		else
			own=$(apt_versions qemu-system-common | grep -E '^[0-9]+:[0-8]\.' | sort -V | tail -n 1 || true)
			[ -n "$own" ] || die 1 "$apt_name have no virtiofsd"
			echo "qemu-system-common=$own"
		fi
	fi
	apt_get -qq -y --no-install-recommends --print-uris -t "$apt_codename-backports" install "$@" |
		sed -n "s/^'[^']*' \([^_]*\)_\([^_]*\)_[^ ]* .*/\1=\2/p" | sed 's/%3a/:/g'
}

# emulator_unpack VERSION PACKAGE=VERSION…
emulator_unpack() {
	local version=$1 deb root old
	shift

	unpack_stage=$(mktemp -d "$cache/.stage.XXXXXX")
	root=$unpack_stage/root
	mkdir "$root"
	: >"$unpack_stage/log"
	say "fetching QEMU $version"
	unpack_run apt_download "$@" || unpack_fail "fetching QEMU"
	for deb; do unpack_run dpkg-deb -x "$(apt_deb "$deb")" "$root" || unpack_fail "unpacking QEMU"; done
	[ -n "$(emulator_major "$lib/with-root" "$root" qemu-system-x86_64)" ] || {
		"$lib/with-root" "$root" qemu-system-x86_64 --version >/dev/null || true
		die 1 "QEMU $version does not run on this machine"
	}
	mkdir -p "$cache/qemu"
	rm -rf "$cache/qemu/$version"
	mv "$root" "$cache/qemu/$version"
	ln -sfn "$version" "$cache/qemu/current"
	for old in "$cache"/qemu/*/; do
		[ -L "${old%/}" ] || [ "$(basename "$old")" = "$version" ] || rm -rf "$old"
	done
	rm -rf "$unpack_stage" "$apt_dir/debs"
	unpack_stage=''
}

fetch_qemu() {
	local packages package version

	if [ -z "$opt_refresh" ]; then
		version=$(emulator_major qemu-system-x86_64 || true)
		if [ "${version:-0}" -ge "$emulator_good" ]; then
			say "this machine's QEMU $version is new enough"
			return 0
		fi
		version=$(emulator_major "$lib/with-root" "$cache/qemu/current" qemu-system-x86_64 || true)
		if [ -n "$version" ]; then
			say "QEMU $version is in $cache/qemu"
			return 0
		fi
	fi
	take_lock
	apt_open qemu || die 1 "no package lists of $apt_name: is the network up?"
	packages=$(emulator_packages)
	need_kib=0
	say "for QEMU, from $apt_name:"
	for package in $packages; do plan_row qemu "$package"; done
	plan_total
	[ "$opt_action" != plan ] || return 0
	check_room
	version=$(sed -n 's/^qemu-system-x86=\([0-9]*:\)\{0,1\}//p' <<<"$packages")
	# shellcheck disable=SC2086
	emulator_unpack "$version" $packages
	say "QEMU $version is ready in $cache/qemu"
}
