# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# initrd.sh: makes the initial file system that stap-guest boots: busybox, the init beside this file, the few modules
# of that kernel which the host's files and channels need, the command. Sourced, with lib.sh.

initrd_modules=(virtio_pci virtio_console virtiofs overlay)

# initrd_list DIR: paths below DIR (a lib/modules/RELEASE) of the modules to load, in the order to load them. Those
# built into the kernel need no file. Fails if the kernel lacks one.
initrd_list() {
	local name deps

	for name in "${initrd_modules[@]}"; do
		if deps=$(grep -E "/$name\.ko[^/:]*:" "$1/modules.dep"); then
			tr -d : <<<"$deps" | tr ' ' '\n' | grep . | tac
		elif ! grep -q "/$name\.ko" "$1/modules.builtin"; then
			die "$st_guest" "the kernel of $1 has no $name: it cannot be a guest"
		fi
	done | awk '!seen[$0]++'
}

# initrd_module FILE OUT: OUT becomes the module FILE, which may be compressed.
initrd_module() {
	case $1 in
	*.ko) cp "$1" "$2" ;;
	*.xz) xz -dc "$1" >"$2" ;;
	*.zst) zstd -qdc "$1" >"$2" ;;
	*.gz) gzip -dc "$1" >"$2" ;;
	*) die "$st_guest" "module $1 is compressed in a way that is not known here" ;;
	esac
}

# initrd_make ROOT DIR OUT: completes ROOT, which holds `config` and `command`, and packs it into OUT. DIR is the
# kernel's lib/modules/RELEASE.
initrd_make() {
	local file list number=100

	mkdir "$1/modules"
	cp "$busybox" "$1/busybox"
	cp "$lib/init" "$1/init"
	chmod 755 "$1/init" "$1/busybox" "$1/command"
	list=$(initrd_list "$2")
	for file in $list; do
		initrd_module "$2/$file" "$1/modules/$number-$(basename "${file%.ko*}").ko"
		number=$((number + 1))
	done
	(cd "$1" && find . -mindepth 1 | "$cpio" --quiet -o -H newc -R 0:0) >"$3"
}
