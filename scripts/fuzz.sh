#!/usr/bin/env bash
# Builds the fuzzers with the address and undefined-behaviour sanitizers and lets them look for faults:
# fuzz.sh [SECONDS [NAME…]], 600 seconds each where nothing is said. Inputs that reached something new are kept in
# build/fuzz/corpus/NAME; `fuzz.sh --keep NAME…` puts the smallest set that reaches as much into tests/fuzz/corpus/NAME.
# Ends with "N passed, N failed"; what was found lies in build/fuzz/found/NAME-….
set -euo pipefail
cd "$(dirname "$0")/.."
mode=${1:-600}
shift || true
command -v clang++ >/dev/null || { echo "fuzz: clang++ is missing; install the Debian package clang" >&2; exit 1; }

names=("$@")
if [ ${#names[@]} -eq 0 ]; then
    mapfile -t names < <(cd tests/fuzz && ls ./*_fuzz.cpp | sed 's|^\./||; s|_fuzz\.cpp$||')
fi
cmake --preset fuzz --log-level=WARNING >/dev/null
cmake --build --preset fuzz --target "${names[@]/%/_fuzz}"

passed=0
failed=0
for name in "${names[@]}"; do
    program=build/fuzz/tests/fuzz/${name}_fuzz
    own=tests/fuzz/corpus/$name
    found=build/fuzz/corpus/$name
    mkdir -p "$found" build/fuzz/found "$own"
    if [ "$mode" = --keep ]; then
        smallest=$(mktemp -d)
        "$program" -merge=1 -use_counters=0 -max_len=4096 "$smallest" "$own" "$found" 2>&1 | tail -1
        find "$own" -type f -not -name 'seed*' -delete
        cp "$smallest"/* "$own"/
        rm -rf "$smallest"
        passed=$((passed + 1))
        continue
    fi
    echo "== $name, $mode seconds"
    longest=4096
    [ "$name" != chunker ] || longest=1024 # the largest chunk has 256 tokens; longer texts are only slower
    if "$program" -max_total_time="$mode" -max_len="$longest" -timeout=60 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/found/$name-" "$found" "$own" >"build/fuzz/$name.log" 2>&1; then
        grep -E 'stat::number_of_executed_units|stat::average_exec_per_sec' "build/fuzz/$name.log"
        passed=$((passed + 1))
    else
        tail -30 "build/fuzz/$name.log"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
