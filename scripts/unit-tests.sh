#!/usr/bin/env bash
# Builds a preset and runs its unit tests: unit-tests.sh PRESET [REGEX of the tests' names].
# Ends with "N passed, N failed"; a test that was skipped or could not run has failed.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
chosen=${2:-.}
jobs=$(nproc)
cmake --preset "$preset" -DALMAGEST_BUILD_TESTS=ON --log-level=WARNING >/dev/null
if [ "$chosen" = . ]; then
    cmake --build --preset "$preset"
else
    # Only the rooms whose tests were asked for: names are ROOM.Suite.Name.
    mapfile -t targets < <(cd src && for room in *; do
        if [[ "$room." =~ $chosen ]] && compgen -G "$room/*_test.cpp" >/dev/null; then echo "${room}_test"; fi
    done
    cd ../tests/fuzz && for source in *_fuzz.cpp; do
        if [[ "fuzz.${source%_fuzz.cpp}." =~ $chosen ]]; then echo "${source%.cpp}"; fi
    done)
    cmake --build --preset "$preset" --target "${targets[@]}"
fi
report=build/$preset/tests.xml
rm -f "$report"
ctest --preset "$preset" -j "$jobs" --tests-regex "$chosen" --output-on-failure --quiet --timeout 300 \
    --output-junit "$PWD/$report" || true
python3 - "$report" <<'PYTHON'
import sys
import xml.etree.ElementTree as xml

try:
    cases = list(xml.parse(sys.argv[1]).getroot().iter("testcase"))
except (OSError, xml.ParseError) as why:
    print(f"no test ran: {why}\n0 passed, 1 failed")
    sys.exit(1)
failed = [case for case in cases if case.get("status") != "run"]
for case in failed:
    print(f"FAILED ({case.get('status')}): {case.get('name')}\n{(case.findtext('system-out') or '').strip()}\n")
print(f"{len(cases) - len(failed)} passed, {len(failed)} failed")
sys.exit(1 if failed or not cases else 0)
PYTHON
