#!/usr/bin/env bash
# Measures: bench/run.sh [NAME|all]. Each bench/NAME.py, or bench/NAME/run.py, writes build/bench/NAME.jsonl, a figure a line:
# {"name", "value", "unit", "peer", "peer_value", "ratio", "runs"}; ratio is Almagest to peer or limit,
# greater is better. Speeds mean something only as ratios inside one run.
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:-all}
shift || true
scripts/setup.sh
scripts/setup.sh --tests
scripts/build.sh
cmake --preset release -DALMAGEST_BUILD_BENCH=ON --log-level=WARNING >/dev/null
cmake --build --preset release --target queue_peer names_join parse_lines validate_lines
mkdir -p build/bench
benches=()
for bench in bench/*.py bench/*/run.py; do
    own=${bench#bench/}
    own=${own%/run.py}
    own=${own%.py}
    if [ "$name" = all ] || [ "$name" = "$own" ]; then benches+=("$own=$bench"); fi
done
[ ${#benches[@]} -gt 0 ] || { echo "bench: there is no benchmark $name in bench/" >&2; exit 2; }
for bench in "${benches[@]}"; do
    out=build/bench/${bench%%=*}.jsonl
    echo "bench: ${bench#*=} → $out" >&2
    # Debian's Python: what the benchmarks import is installed for it.
    ALMAGEST_PROGRAM="$PWD/build/almagest" /usr/bin/python3 "${bench#*=}" "$@" | tee "$out"
done
