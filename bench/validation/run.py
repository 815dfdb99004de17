#!/usr/bin/env python3
"""How the validator stands to the official JSON Schema Test Suite, draft 7: what the suite rejects must never be
accepted; a schema that goes beyond what is covered is refused as a contract's, which is safe.

BENCH_SUITE names a checkout of json-schema-org/JSON-Schema-Test-Suite, else it is fetched from GitHub. BENCH_VALIDATOR
is the program to measure, else it is built. With --cases every case that falls short is shown.
"""
import json
import os
import pathlib
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SUITE = os.environ.get("BENCH_SUITE")
VALIDATOR = os.environ.get("BENCH_VALIDATOR")
ADDRESS = "https://github.com/json-schema-org/JSON-Schema-Test-Suite"


def figure(name, value, unit, peer=None, peer_value=None, ratio=None, runs=1):
    print(json.dumps({"name": name, "value": value, "unit": unit, "peer": peer, "peer_value": peer_value,
                      "ratio": ratio, "runs": runs}), flush=True)


def prepare():
    global SUITE, VALIDATOR
    if not VALIDATOR:
        subprocess.run(["cmake", "--preset", "release", "-DALMAGEST_BUILD_BENCH=ON", "--log-level=WARNING"],
                       cwd=REPOSITORY, check=True, stdout=sys.stderr)
        subprocess.run(["cmake", "--build", "--preset", "release", "--target", "validate_lines"], cwd=REPOSITORY,
                       check=True, stdout=sys.stderr)
        VALIDATOR = REPOSITORY / "build" / "release" / "bench" / "validate_lines"
    if not SUITE:
        SUITE = REPOSITORY / "build" / "bench" / "schema-suite"
        if not SUITE.exists():
            subprocess.run(["git", "clone", "-q", "--depth", "1", ADDRESS, str(SUITE)], check=True, stdout=sys.stderr)


def cases():
    """(file, what, schema, value, is it valid)"""
    folder = pathlib.Path(SUITE) / "tests" / "draft7"
    for path in sorted(folder.rglob("*.json")):
        for group in json.loads(path.read_text(encoding="utf-8")):
            for test in group["tests"]:
                yield (str(path.relative_to(folder)), f"{group['description']}: {test['description']}", group["schema"], test["data"], test["valid"])


def main():
    prepare()
    given = list(cases())
    # A schema may be true or false alone; those of contracts are objects.
    lines = "".join(json.dumps({"schema": schema, "value": value}) + "\n" for _, _, schema, value, _ in given)
    out = subprocess.run([VALIDATOR], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    counts = {"accepted wrongly": 0, "rejected wrongly": 0, "refused": 0, "right": 0}
    for (file, what, schema, value, valid), line in zip(given, out, strict=True):
        said = json.loads(line)
        outcome = "refused" if "refused" in said else "right" if said["valid"] == valid else "accepted wrongly" if said["valid"] else "rejected wrongly"
        counts[outcome] += 1
        if "--cases" in sys.argv and outcome in ("accepted wrongly", "rejected wrongly"):
            print(f"{outcome}: {file}: {what}: {json.dumps(schema)} {json.dumps(value)}", file=sys.stderr)
    judged = len(given) - counts["refused"]
    figure("JSON Schema Test Suite, draft 7: accepted though invalid", counts["accepted wrongly"], "cases", "allowed", 0)
    figure("rejected though valid", counts["rejected wrongly"], "cases", "cases judged", judged)
    figure("right where the schema is covered", round(counts["right"] / judged, 4), "share", "all", 1, round(counts["right"] / judged, 4))
    figure("schemas refused as beyond what is covered", counts["refused"], "cases", "cases", len(given))


if __name__ == "__main__":
    main()
