#!/usr/bin/env bash
# Measures: bench/run.sh [NAME|all]. Each bench/NAME.py writes build/bench/NAME.jsonl, a figure a line:
# {"name", "value", "unit", "peer", "peer_value", "ratio", "runs"}; ratio is Almagest to peer or limit,
# greater is better. Speeds mean something only as ratios inside one run.
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:-all}
scripts/setup.sh
scripts/build.sh
mkdir -p build/bench
if [ "$name" = all ]; then
    benches=(bench/*.py)
else
    benches=("bench/$name.py")
    [ -f "${benches[0]}" ] || { echo "bench: there is no benchmark $name in bench/" >&2; exit 2; }
fi
for bench in "${benches[@]}"; do
    out=build/bench/$(basename "$bench" .py).jsonl
    echo "bench: $bench → $out" >&2
    ALMAGEST_PROGRAM="$PWD/build/almagest" python3 "$bench" | tee "$out"
done
