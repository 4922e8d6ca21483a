#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest: runs the scripts of the shared directory that have no status yet, one after the
# other, each for a moment under a workload whose stacks are deep. `current` says which is running,
# should the machine not outlive it. The first script of which the kernel complains is the last.
share=$1
moment=${2:-400}
cd "$share" || exit 1

# lay LOWER UPPER WORK DIR: an overlay
lay() { mount -t overlay -o "lowerdir=$1,upperdir=$2,workdir=$3" none "$4"; }

# A file system in a file of a file system in a file of a file system, and two overlays over it.
deep=/run/deep
nest() {
	local i last=$deep/0

	modprobe -aq loop ext4 overlay
	mkdir -p "$last" && mount -t tmpfs -o size=400m none "$last" || return 1
	for i in 1 2 3; do
		truncate -s "$((240 - i * 50))M" "$last/image"
		mkfs.ext4 -q -F "$last/image" && mkdir -p "$deep/$i" || return 1
		mount -o loop "$last/image" "$deep/$i" || return 1
		last=$deep/$i
	done
	mkdir -p "$last"/{lower,upper,work,upper2,work2} "$deep"/{over,file}
	lay "$last/lower" "$last/upper" "$last/work" "$deep/over" &&
		lay "$deep/over" "$last/upper2" "$last/work2" "$deep/file"
}

# path: a directory in there by a path of many names, half of which are links
path() {
	local i at=$deep/file name=$deep/file

	for ((i = 0; i < 20; i++)); do
		mkdir "$at/d"
		ln -s d "$at/l"
		at=$at/d name=$name/l
		[ $((i % 2)) = 0 ] || name=$at
	done
	echo "$name"
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

nest && file_name=$(path)/file || exit 1
dmesg -c >/dev/null
for name in s_*; do
	if [ -f "$name/$name.ko" ] && [ ! -e "$name/status" ]; then run_one "$name" || exit 3; fi
done
rm -f current
