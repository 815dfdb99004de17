# shellcheck shell=bash
# Sourced by the fetch scripts: takes pinned wheels into the cache, checked before use.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/almagest
wheels=$cache/wheels

refuse() {
    echo "$(basename "$0"): $1" >&2
    exit 1
}

# System Python first: a version manager's shim costs more and may be of any version.
python=/usr/bin/python3
[ -x "$python" ] || python=$(command -v python3) ||
    refuse "python3 is missing; install the package python3"

sum_of() { sha256sum -- "$1" | cut -d ' ' -f 1; }

# wheel_file PREFIX: the pinned file name that starts with PREFIX.
wheel_file() {
    awk -v prefix="$1" '$1 !~ /^#/ && index($2, prefix) == 1 { print $2; exit }' "$here/wheels.sha256"
}

wheel_good() {
    local file=$1 wanted
    wanted=$(awk -v file="$file" '$2 == file { print $1 }' "$here/wheels.sha256")
    [ -f "$wheels/$file" ] && [ "$(sum_of "$wheels/$file")" = "$wanted" ]
}

# fetch_wheel PACKAGE VERSION FILE: leaves the checked wheel at $wheels/FILE.
fetch_wheel() {
    local package=$1 version=$2 file=$3 parts
    wheel_good "$file" && return
    if [ -e "$wheels/$file" ]; then
        echo "$file in $wheels is damaged; taking it again" >&2
        rm -f -- "$wheels/$file"
    fi
    "$python" -m pip --version >/dev/null 2>&1 ||
        refuse "pip is missing for $python; install the package python3-pip"
    mkdir -p "$wheels"
    parts=$(mktemp -d "$wheels/.fetch.XXXXXX")
    # No wheel of another platform or newer build may slip in: the version is exact, sdists are off.
    if ! "$python" -m pip download --quiet --disable-pip-version-check --no-deps --no-cache-dir \
        --only-binary :all: --dest "$parts" "$package==$version"; then
        rm -rf -- "$parts"
        refuse "cannot download $package $version from the package index; check the network and run this again"
    fi
    if [ ! -f "$parts/$file" ]; then
        rm -rf -- "$parts"
        refuse "the package index gave another file than $file for $package $version"
    fi
    mv -f -- "$parts/$file" "$wheels/$file"
    rm -rf -- "$parts"
    if ! wheel_good "$file"; then
        local found
        found=$(sum_of "$wheels/$file")
        rm -f -- "$wheels/$file"
        refuse "$file has SHA-256 $found, which is not the pinned one in $here/wheels.sha256; nothing was kept"
    fi
}

# One fetch at a time in a cache; a second waits and then finds the work done.
lock_cache() {
    mkdir -p "$cache"
    exec 9>"$cache/.fetch.lock"
    if ! flock -n 9; then
        echo "waiting for another fetch into $cache" >&2
        flock 9
    fi
}
