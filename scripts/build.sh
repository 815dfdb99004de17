#!/usr/bin/env bash
# Builds the program as people run it and leaves it at build/almagest.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh --check
# The folder may have been configured with tests; the program alone is wanted here.
cmake --preset release -DALMAGEST_BUILD_TESTS=OFF --log-level=WARNING >/dev/null
cmake --build --preset release --target almagest
ln -sfn release/src/cli/almagest build/almagest
echo "built build/almagest"
