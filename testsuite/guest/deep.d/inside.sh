#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest: runs the scripts of the shared directory that have no status yet, one after the
# other, each for a moment under a workload whose stacks are deep. `current` says which is running,
# should the machine not outlive it. The first script of which the kernel complains is the last.
share=$1
moment=${2:-250}
cd "$share" || exit 1

# lay LOWER UPPER WORK DIR: an overlay
lay() { mount -t overlay -o "lowerdir=$1,upperdir=$2,workdir=$3" none "$4"; }

# nest: mounts the file system of the file `image`, the one in a file of that, and so on, and two
# overlays over the last. Everything is in memory.
deep=/run/deep
nest() {
	local i

	modprobe -aq loop ext4 overlay
	mkdir -p "$deep"/{0,1,2,3,over,file}
	mount -t tmpfs -o size=200m none "$deep/0" && cp "$share/image" "$deep/0/image" || return 1
	for i in 1 2 3; do
		mount -o loop "$deep/$((i - 1))/image" "$deep/$i" || return 1
	done
	lay "$deep/3/lower" "$deep/3/upper" "$deep/3/work" "$deep/over" &&
		lay "$deep/over" "$deep/3/upper2" "$deep/3/work2" "$deep/file"
}

complaints='BUG|WARNING|Oops|guard page|general protection|stack-protector|stack end|soft lockup'
complaints+='|blocked for more|KASAN|KCSAN|invalid opcode'

# command_for NAME: what runs beside the script
command_for() {
	# shellcheck disable=SC2016 # for the shell that runs it
	local both='for cpu in 0 1; do taskset -c $cpu sh -c "echo l >/proc/sysrq-trigger"; done'
	local file=/proc/systemtap/$1/deep

	case $(sed -n 's/^# family: //p' "$1/script.stp") in
	nmi) echo "for i in 1 2 3 4 5; do $both; done" ;;
	procfs) echo "for i in 1 2 3; do cat $file; echo some words >$file; done >/dev/null 2>&1" ;;
	esac
	echo "exec $share/work $file_name $moment"
}

# typed: what script of the family `input` reads
typed() {
	for text in a 'words and more\n' b '\n' "$(printf '%0600d' 1)"; do
		sleep 0.1
		# shellcheck disable=SC2059 # a format
		printf "$text"
	done
}

# run_one NAME: leaves out, err, kernel (its complaint) and, at last, status in NAME's directory.
run_one() {
	local dir=$share/$1 status

	echo "$1" >current
	typed | timeout -k 5 90 stpd -o "$dir/out" -c "$(command_for "$1")" "$dir/$1.ko" 2>"$dir/err"
	status=$?
	dmesg -c | grep -E -m1 -A40 "$complaints" >"$dir/kernel"
	if grep -q "^$1 " /proc/modules; then echo "the module is still loaded" >>"$dir/kernel"; fi
	echo "$status" >"$dir/status"
	[ ! -s "$dir/kernel" ]
}

nest || exit 1
file_name=$deep/file/$(cat path)/file
dmesg -c >/dev/null
for name in s_*; do
	if [ -f "$name/$name.ko" ] && [ ! -e "$name/status" ]; then run_one "$name" || exit 3; fi
done
rm -f current
