# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# qemu.sh: which emulator, accelerator and file server a guest runs with. Sourced by stap-guest, with lib.sh.
#
# An emulator that stap-prep --qemu put into the cache comes before the machine's own: it is there because that one is
# too old. KVM is used only where a guest has been seen to boot under it: a /dev/kvm can be there, take a machine, and
# never run it. The answer of that trial holds until this machine boots again.

qemu_good=9          # releases before this one crash new kernels now and then while they boot, without KVM
qemu_probe_seconds=8 # for the trial of KVM; it takes well under one where it works

# qemu_find: sets qemu (command), qemu_version, busybox, cpio, and what qemu_find_server sets.
qemu_find() {
	local root=$cache/qemu/current

	[ "$(uname -m)" = x86_64 ] || die "$st_guest" "guests are known to work on x86_64 only, not on $(uname -m)"
	qemu=(qemu-system-x86_64)
	[ ! -x "$root/usr/bin/qemu-system-x86_64" ] || qemu=("$lib/with-root" "$root" qemu-system-x86_64)
	qemu_version=$("${qemu[@]}" --version 2>/dev/null | sed -n '1s/.*version \([0-9]*\).*/\1/p' || true)
	[ -n "$qemu_version" ] ||
		die "$st_guest" "no working QEMU: install package qemu-system-x86, or run: stap-prep --qemu"
	busybox=$(command -v busybox || echo "$root/bin/busybox")
	if [ ! -x "$busybox" ] || ldd "$busybox" >/dev/null 2>&1; then
		die "$st_guest" "a statically linked busybox is missing: install package busybox-static"
	fi
	cpio=$(command -v cpio || echo "$root/bin/cpio")
	[ -x "$cpio" ] || die "$st_guest" "cpio is missing: install package cpio"
	qemu_find_server
}

# qemu_find_server: sets virtiofsd (a command), virtiofsd_kind (old: QEMU's own, new: the separate program),
# virtiofsd_options (of the new one, those it knows: an overlay cannot lie over announced submounts, and a listing shall
# not open what it names, see watch-files.sh) and in_namespace, the command that runs another one with mounts of its own; without root this takes a user namespace.
# The overlay opens files with O_NOATIME, which only their owner may, and the old program passes that on: so it is for
# root alone.
qemu_find_server() {
	local help program

	virtiofsd=("$lib/with-root" "$cache/qemu/current" virtiofsd)
	for program in /usr/lib/qemu/virtiofsd /usr/libexec/virtiofsd "${STAP_VIRTIOFSD:-}"; do
		[ ! -x "$program" ] || virtiofsd=("$program")
	done
	in_namespace=(unshare --mount)
	[ "$(id -u)" = 0 ] || in_namespace=(unshare --user --map-root-user --mount)
	if ! "${in_namespace[@]}" true 2>/dev/null; then
		[ "$(id -u)" != 0 ] ||
			die "$st_guest" "mount namespaces are not permitted here (in a chroot, its / must be a mount point; in a container, CAP_SYS_ADMIN is needed)"
		die "$st_guest" "user namespaces are not permitted here: run this as root, or set kernel.unprivileged_userns_clone=1"
	fi
	help=$("${virtiofsd[@]}" --help 2>&1 || true)
	case $help in
	*--shared-dir*)
		virtiofsd_kind=new
		virtiofsd_options=$(grep -o -e --no-announce-submounts -e --no-readdirplus <<<"$help" || true)
		;;
	*"is not in"* | *'not found'*)
		die "$st_guest" "virtiofsd is missing: install package virtiofsd or, if there is none, qemu-system-common"
		;;
	*)
		virtiofsd_kind=old
		[ "$(id -u)" = 0 ] || die "$st_guest" "without root, this needs the virtiofsd of package virtiofsd; QEMU's own is for root alone"
		;;
	esac
}

# qemu_accel IMAGE: prints the -accel and -cpu options to use.
qemu_accel() {
	local accel=${opt_accel:-${STAP_GUEST_ACCEL:-}}

	if [ -z "$accel" ]; then
		accel=tcg
		if [ -r /dev/kvm ] && [ -w /dev/kvm ] && qemu_probe kvm "$1"; then accel=kvm; fi
	fi
	case $accel in
	kvm) echo -accel kvm -cpu host ;;
	tcg) echo -accel 'tcg,thread=multi' -cpu 'max,la57=off' ;;
	tcg-count) echo -accel 'tcg,thread=single' -icount 'shift=0,sleep=on' -cpu 'max,la57=off' ;;
	*) die "$st_guest" "accelerator $accel: kvm, tcg or tcg-count" ;;
	esac
}

# qemu_probe ACCEL IMAGE: a guest that does nothing but power off comes to its end with ACCEL. Remembers the answer.
qemu_probe() {
	local answer root

	answer=$cache/guest/$1-$(cat /proc/sys/kernel/random/boot_id)
	if [ ! -f "$answer" ]; then
		mkdir -p "$cache/guest"
		rm -f "$cache/guest/$1-"*
		root=$temp/probe
		mkdir -p "$root"
		cp "$busybox" "$root/busybox"
		printf '#!/busybox sh\n/busybox echo probe-ok >/dev/console\n/busybox poweroff -f\n' >"$root/init"
		chmod 755 "$root/init"
		mkdir "$root/dev"
		(cd "$root" && find . -mindepth 1 | "$cpio" --quiet -o -H newc -R 0:0) >"$temp/probe.initrd"
		setpriv --pdeathsig TERM -- timeout -k 1 "$qemu_probe_seconds" "${qemu[@]}" -accel "$1" -nodefaults -nographic -no-reboot -m 256 \
			-serial "file:$temp/probe.log" -kernel "$2" -initrd "$temp/probe.initrd" \
			-append 'console=ttyS0 quiet panic=-1' </dev/null >/dev/null 2>&1 || true
		if grep -q probe-ok "$temp/probe.log" 2>/dev/null; then echo yes; else echo no; fi >"$answer.$$"
		mv "$answer.$$" "$answer"
	fi
	[ "$(cat "$answer")" = yes ]
}

# qemu_server SOCKET DIR: prints, one word a line, the command that serves DIR at SOCKET, for either kind of virtiofsd.
qemu_server() {
	if [ "$virtiofsd_kind" = new ]; then
		printf '%s\n' "${virtiofsd[@]}" "--socket-path=$1" "--shared-dir=$2" --cache=always --sandbox=none \
			--rlimit-nofile=0 --log-level=error
		echo "$virtiofsd_options" | sort -u | grep . || true
	else
		printf '%s\n' "${virtiofsd[@]}" "--socket-path=$1" -o "source=$2" -o cache=always -o sandbox=chroot -o log_level=err \
			-o no_readdirplus --rlimit-nofile=0
	fi
}
