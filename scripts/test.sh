#!/usr/bin/env bash
# Runs every test: units, SQL (pgTAP), the program as a person uses it, the queue under stress. The last line is
# "N passed, N failed"; what cannot run has failed.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/tally.sh
tally_begin

if ! scripts/setup.sh --tests; then
    tally "set-up" 0 1
    tally_end
fi
tally_counting "unit tests" scripts/unit-tests.sh dev
tally_counting "SQL tests" scripts/pgtap.sh
tally_counting "functional tests" env ALMAGEST_PROGRAM="$PWD/build/dev/src/cli/almagest" \
    python3 tests/functional/run.py
tally_counting "stress tests" env ALMAGEST_PROGRAM="$PWD/build/dev/src/cli/almagest" \
    /usr/bin/python3 tests/stress/short.py
tally_end
