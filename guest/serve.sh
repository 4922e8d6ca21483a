#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# serve.sh DIR RW PARENT COMMAND…: runs COMMAND, a virtiofsd with its socket in DIR, in a view of the host's files (a mount
# namespace that the caller made) where nothing can be written but DIR and, if it is not "", the directory RW. So not
# even root in the guest, who can reach virtiofsd past the overlay, changes the host's files. COMMAND ends when process
# PARENT ends.
set -eu
dir=$1 rw=$2 parent=$3
shift 3

mount --bind "$dir" "$dir"
[ -z "$rw" ] || mount --rbind "$rw" "$rw"
mount -t tmpfs -o mode=755 run /run # virtiofsd keeps a lock there; the guest has a /run of its own
while read -r _ _ _ _ point flags _; do
	point=$(printf '%b' "$point")
	case $point in "$dir" | "${rw:-$dir}" | "${rw:-$dir}"/* | /run) continue ;; esac
	[ -e "$point" ] || continue
	mount -o "remount,bind,ro,${flags#*,}" "$point" || {
		echo "cannot make $point read-only" >&2
		exit 1
	}
done </proc/self/mountinfo
ulimit -n "$(ulimit -Hn)"
exec setpriv --pdeathsig KILL -- bash -c '[ "$PPID" = "$0" ] && exec "$@"' "$parent" "$@"
