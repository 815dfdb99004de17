#!/usr/bin/env bash
# The queue under stress, the long form: scripts/stress.sh [OPTIONS of tests/stress/run.py]. The short form is part of
# `make test`. Ends with 1 when something was violated, and says how to have the same faults again.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh --tests
scripts/build.sh
cmake --preset release -DALMAGEST_BUILD_TESTS=ON --log-level=WARNING >/dev/null
cmake --build --preset release --target queue_worker
exec env ALMAGEST_PROGRAM="$PWD/build/almagest" /usr/bin/python3 tests/stress/run.py "$@"
