#!/usr/bin/env bash
# The dispatcher under the thread sanitizer: unit tests of rooms with threads, then the stress test's short run with its
# workers. A report fails whoever made it, and is shown. With the program's options for functional tests,
# `scripts/thread-sanitizer.sh WORD…` runs those with WORD in their names instead. Ends with "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."
export ALMAGEST_TALLY=build/tsan.tally
. scripts/tally.sh
tally_begin
reports=$PWD/build/tsan/reports
rm -rf "$reports"
mkdir -p "$reports"
chmod 777 "$reports"
export TSAN_OPTIONS="halt_on_error=1 exitcode=66 log_path=$reports/report suppressions=$PWD/scripts/thread-sanitizer.supp"

workers_under_stress() {
    local result=0
    ALMAGEST_QUEUE_WORKER="$PWD/build/tsan/tests/stress/queue_worker" \
        /usr/bin/python3 tests/stress/run.py --jobs 2000 --faults 10 --workers 4 --workers-of dispatcher --lease 10 \
        --only "kill,terminate,cut,restart fast,restart immediate,kill producer" || result=1
    echo "$((1 - result)) passed, $result failed"
    return "$result"
}

cmake --preset tsan -DALMAGEST_BUILD_TESTS=ON --log-level=WARNING >/dev/null
if [ $# -gt 0 ]; then
    cmake --build --preset tsan --target almagest
    tally_counting "functional tests" env ALMAGEST_PROGRAM="$PWD/build/tsan/src/cli/almagest" \
        python3 tests/functional/run.py "$@"
else
    cmake --build --preset tsan --target queue_worker
    tally_counting "unit tests" scripts/unit-tests.sh tsan '^(work|telemetry)\.'
    ALMAGEST_PROGRAM=${ALMAGEST_PROGRAM:-$PWD/build/dev/src/cli/almagest}
    export ALMAGEST_PROGRAM
    tally_counting "workers under stress" workers_under_stress
fi
found=$(find "$reports" -type f | wc -l)
if [ "$found" -gt 0 ]; then
    tail -n 80 "$reports"/*
    tally "reports" 0 "$found"
fi
tally_end
