#!/usr/bin/env bash
# Arrows between rooms, formatting, and clang-tidy on the sources that changed since the branch left
# origin/main (or in the last commit, when that is where we are); --all takes every source.
# Ends with "N passed, N failed". clang-tidy stops after $ALMAGEST_TIDY_SECONDS (600).
set -euo pipefail
cd "$(dirname "$0")/.."
ALMAGEST_TALLY=build/lint.tally
. scripts/tally.sh
tally_begin

changed_sources() {
    if [ "${1:-}" = --all ]; then
        git ls-files 'src/*.cpp'
        return
    fi
    local base=
    base=$(git merge-base HEAD origin/main 2>/dev/null || true)
    if [ -z "$base" ] || [ "$base" = "$(git rev-parse HEAD)" ]; then
        base=$(git rev-parse --verify -q HEAD~1 || git hash-object -t tree /dev/null)
    fi
    {
        git diff --name-only --diff-filter=d "$base" -- 'src/*.cpp'
        git ls-files --others --exclude-standard -- 'src/*.cpp'
    } | sort -u
}

tidy() {
    [ -f build/dev/compile_commands.json ] || cmake --preset dev >/dev/null
    local sources folder
    mapfile -t sources < <(changed_sources "$@")
    echo "clang-tidy: ${#sources[@]} sources"
    [ ${#sources[@]} -gt 0 ] || return 0
    folder=$(mktemp -d)
    export folder
    # shellcheck disable=SC2016  # expands in the inner shell
    printf '%s\n' "${sources[@]}" | timeout "${ALMAGEST_TIDY_SECONDS:-600}" xargs -P "$(nproc)" -I '{}' bash -c '
        log="$folder/$(echo "{}" | tr / _)"
        if clang-tidy -p build/dev --quiet --extra-arg=-Wno-unknown-warning-option "{}" >"$log" 2>/dev/null; then
            echo passed >"$log.done"
        else
            cat "$log"
            echo failed >"$log.done"
        fi' || true
    local passed failed reached
    passed=$(cat "$folder"/*.done 2>/dev/null | grep -c passed || true)
    failed=$(cat "$folder"/*.done 2>/dev/null | grep -c failed || true)
    reached=$((passed + failed))
    rm -rf "$folder"
    if [ "$reached" -lt ${#sources[@]} ]; then
        echo "clang-tidy: time was up; $((${#sources[@]} - reached)) sources were not looked at"
    fi
    tally "clang-tidy" "$passed" "$failed"
}

tally_command "arrows between rooms" python3 scripts/room-arrows.py
tally_command "formatting" scripts/format.sh --check
echo "== clang-tidy"
tidy "$@"
tally_end
