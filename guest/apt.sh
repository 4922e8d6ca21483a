# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# apt.sh: packages of any suite of the machine's own Debian mirror, fetched with apt's checks (signatures, sums) but
# apart from the machine's package state: lists, sources and archives lie below the cache directory, one directory a
# suite, so that no suite's versions mix with another's. Nothing is installed, and root is not needed.
# Sourced by stap-prep, with lib.sh. Variables it owns start with apt_.

apt_max_age=720 # minutes for which fetched package lists are good

# apt_close: removes what apt makes to answer faster.
apt_close() { rm -rf "$cache"/apt/*/cache/*.bin "$cache"/apt/*/records; }

# apt_find_mirrors: sets apt_mirror, apt_security (may be empty) and apt_codename from the machine's package sources.
apt_find_mirrors() {
	local rows row codename

	[ -z "${apt_mirror:-}" ] || return 0
	codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
	# shellcheck disable=SC2016
	rows=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(CODENAME)|$(REPO_URI)|$(CREATED_BY)' 2>/dev/null |
		grep '^Debian|.*|Packages$' || true)
	row=$({ grep -F "|Debian|$codename|" <<<"$rows" || grep -E '^Debian\|Debian\|[a-z]+\|' <<<"$rows" || true; } | head -n 1)
	if [ -n "$row" ]; then
		IFS='|' read -r _ _ apt_codename apt_mirror _ <<<"$row"
		apt_security=$(sed -n 's/^Debian|Debian-Security|[^|]*|\([^|]*\)|.*/\1/p' <<<"$rows" | head -n 1)
	else
		apt_guess_mirrors "$codename"
	fi
	if [ -n "${opt_mirror:-}" ]; then
		apt_mirror=$opt_mirror apt_codename=${apt_codename:-$codename}
	fi
	[ -n "${apt_mirror:-}" ] ||
		die 1 "this machine's package sources name no Debian mirror (/etc/apt/sources.list.d); name one with --mirror"
}

# apt_guess_mirrors CODENAME: the same where no package list was ever fetched, from the addresses that apt would ask.
apt_guess_mirrors() {
	local uris

	uris=$(apt-get update --print-uris 2>/dev/null | sed -n "s/^'\([^']*\)'.*/\1/p")
	apt_codename=$1
	apt_mirror=$(sed -n "s,/dists/$1/main/binary-.*,/,p" <<<"$uris" | head -n 1)
	apt_security=$(sed -n "s,/dists/$1-security/.*,/,p" <<<"$uris" | head -n 1)
}

# apt_suites NAME: the rows "URI SUITE" that NAME (stable, backports or a suite's own name) stands for; the first is
# the one that has to exist.
apt_suites() {
	case $1 in
	stable) apt_suites "$apt_codename" ;;
	qemu)
		apt_suites stable
		printf '%s %s\n' "$apt_mirror" "$apt_codename-backports"
		;;
	backports) apt_suites "$apt_codename-backports" ;;
	"$apt_codename")
		printf '%s %s\n' "$apt_mirror" "$1" "$apt_mirror" "$1-updates"
		[ -z "$apt_security" ] || printf '%s %s\n' "$apt_security" "$1-security"
		;;
	*-backports) printf '%s %s\n' "$apt_mirror" "$1" "$apt_mirror" "${1%-backports}" ;; # its libraries are there
	*-* | sid | unstable | experimental) printf '%s %s\n' "$apt_mirror" "$1" ;;
	*)
		printf '%s %s\n' "$apt_mirror" "$1"
		[ -z "$apt_security" ] || printf '%s %s\n' "$apt_security" "$1-security"
		;;
	esac
}

apt_write_sources() {
	local uri suite keys=/usr/share/keyrings/debian-archive-keyring.gpg

	while read -r uri suite; do
		printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nArchitectures: %s\nTargets: Packages\n' \
			"$uri" "$suite" "$apt_arch"
		[ ! -r "$keys" ] || printf 'Signed-By: %s\n' "$keys"
		echo
	done
}

# apt_write_conf STATUS SUITE: STATUS is the dpkg status file that counts as installed; SUITE's packages go before
# others', "" for the newest.
apt_write_conf() {
	cat <<-EOF
		Dir::Etc::SourceList "$apt_dir/suite.sources";
		Dir::Etc::SourceParts "/dev/null";
		Dir::Etc::Preferences "/dev/null";
		Dir::Etc::PreferencesParts "/dev/null";
		Dir::State "$apt_dir/state";
		Dir::State::Lists "$apt_dir/lists";
		Dir::State::status "$1";
		Dir::Cache "$apt_dir/cache";
		Dir::Cache::pkgcache "pkgcache.bin";
		Dir::Cache::srcpkgcache "";
		Acquire::GzipIndexes "false";
		APT::Sandbox::User "$(id -un)";
		APT::Default-Release "$2";
		Acquire::Languages "none";
		Acquire::Retries "3";
		Debug::NoLocking "1";
		#clear APT::Update::Pre-Invoke;
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
		#clear DPkg::Post-Invoke;
		#clear DPkg::Pre-Install-Pkgs;
	EOF
}

# apt_machine_status: the file that says what is installed.
apt_machine_status() {
	local Status=''

	eval "$(apt-config shell Status Dir::State::status/f)"
	printf '%s\n' "$Status"
}

# apt_open NAME: makes NAME's packages the ones that the other functions speak of (apt_name says which in words);
# fetches their lists if they are old. Fails, having said why, if there are none.
apt_open() {
	local want

	apt_find_mirrors
	apt_arch=$(dpkg --print-architecture)
	apt_dir=$cache/apt/$1
	rm -rf "$apt_dir/records"
	mkdir -p "$apt_dir"/{lists/partial,cache/archives/partial,state,debs,records}
	: >"$apt_dir/status"
	case $1 in
	qemu) apt_write_conf "$(apt_machine_status)" '' ;;
	backports) apt_write_conf "$apt_dir/status" "$apt_codename-backports" ;;
	*-backports) apt_write_conf "$apt_dir/status" "$1" ;;
	*) apt_write_conf "$apt_dir/status" '' ;;
	esac >"$apt_dir/conf"
	want=$(apt_suites "$1")
	apt_name=$(awk '{ names = names ", " $2 } END { print substr(names, 3) }' <<<"$want")
	if [ "$(cat "$apt_dir/want" 2>/dev/null)" != "$want" ] || [ "${opt_refresh:-}" ] ||
		[ -z "$(find "$apt_dir/updated" -mmin "-$apt_max_age" 2>/dev/null)" ]; then
		apt_update "$1" "$want"
	fi
}

# apt_update NAME ROWS: lists of all of ROWS; else, saying so, of the first alone; else the ones fetched earlier.
apt_update() {
	local log=$apt_dir/update.log

	say "fetching the package lists of $apt_name"
	apt_write_sources <<<"$2" >"$apt_dir/suite.sources"
	if ! apt_try_update "$log"; then
		apt_write_sources <<<"${2%%$'\n'*}" >"$apt_dir/suite.sources"
		if apt_try_update "$log.first"; then
			say "warning: not all of these can be read, going on without: $(sed -n 's/^[EW]: //p' "$log" | head -n 1)"
		elif [ -f "$apt_dir/updated" ]; then
			apt_write_sources <"$apt_dir/want" >"$apt_dir/suite.sources"
			say "warning: package lists of $1 cannot be fetched, using older ones"
			return 0
		else
			grep '^[EW]: ' "$log" >&2 || cat "$log" >&2
			rm -rf "$apt_dir"
			return 1
		fi
	fi
	printf '%s\n' "$2" >"$apt_dir/want"
	: >"$apt_dir/updated"
}

# apt_try_update LOG: fetches all lists. To apt, one that cannot be fetched is no error.
apt_try_update() { apt_get update >"$1" 2>&1 && ! grep -qE '^(E:|W: (Failed|Some index))' "$1"; }

apt_get() { LC_ALL=C apt-get -c "$apt_dir/conf" "$@"; }

# apt_field PACKAGE[=VERSION] FIELD: a field of that version, or of the one that would be fetched; empty if there is no
# such package. The answers of apt, which takes its time, are kept for this run.
apt_field() {
	local record=$apt_dir/records/$1

	[ -f "$record" ] || LC_ALL=C apt-cache -c "$apt_dir/conf" show --no-all-versions "$1" >"$record" 2>/dev/null || true
	sed -n "s/^$2: //p" "$record" | head -n 1
}

apt_room_errors='no space left|disk quota' # what apt and the programs that it runs say of a full disk

# apt_lacks_room: apt cannot read its lists, as the disk has no room for what it makes of them.
apt_lacks_room() { grep -qiE "$apt_room_errors" <<<"$(LC_ALL=C apt-cache -c "$apt_dir/conf" stats 2>&1 >/dev/null || true)"; }

apt_disk_full() { echo "the disk that holds $cache is full; free some room, or set STAP_CACHE_DIR to another place"; }

# apt_depends PACKAGE: names of the packages it depends on; of alternatives the first.
apt_depends() { apt_field "$1" Depends | tr ',' '\n' | sed 's/^ *\([^ |(:]*\).*/\1/' | sort -u; }

# apt_satisfied PACKAGE: this machine has the libraries that PACKAGE depends on, new enough.
apt_satisfied() {
	local name relation version have

	while read -r name relation version; do
		have=$(dpkg-query -W -f '${Version}' "$name" 2>/dev/null) || return 1
		[ -z "$version" ] || dpkg --compare-versions "$have" "$relation" "$version" || return 1
	done < <(apt_field "$1" Depends | tr ',' '\n' | sed 's/|.*//; s/[()]//g' | grep -E '^ *(lib|zlib)')
}

# apt_libraries PACKAGE: the libraries that PACKAGE depends on, and theirs, and so on.
apt_libraries() {
	local found=' ' queue=("$1") name

	while [ ${#queue[@]} -gt 0 ]; do
		for name in $(apt_depends "${queue[0]}" | grep -E '^(lib|zlib)' || true); do
			case $found in *" $name "*) continue ;; esac
			found+="$name " queue+=("$name")
			echo "$name"
		done
		queue=("${queue[@]:1}")
	done
}

# apt_versions PACKAGE: its versions, one a line.
apt_versions() { LC_ALL=C apt-cache -c "$apt_dir/conf" show "$1" 2>/dev/null | sed -n 's/^Version: //p' | sort -u; }

# apt_names REGEX: names of packages that match.
apt_names() { LC_ALL=C apt-cache -c "$apt_dir/conf" pkgnames | grep -E "$1" || true; }

# apt_deb PACKAGE=VERSION: the file that apt_download makes of it.
apt_deb() {
	local version=${1#*=}

	echo "$apt_dir/debs/${1%%=*}_${version//:/%3a}"_*.deb
}

# apt_download PACKAGE=VERSION…: puts the packages' files into $apt_dir/debs; what an earlier run had begun is continued.
# Progress of apt goes to fd 8, this program's standard error, if that is a terminal. Becomes apt-get: call it in a process of its own.
apt_download() {
	local quiet=-qq

	[ ! -t 8 ] || quiet=-q=0
	cd "$apt_dir/debs" || return 1
	LC_ALL=C exec apt-get -c "$apt_dir/conf" "$quiet" download "$@" >&8
}
