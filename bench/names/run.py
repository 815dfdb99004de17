#!/usr/bin/env python3
"""Finding names that may be one: all pairs above a Levenshtein similarity, and the audit, explanation included.

Names come from the peers' seeded generator (gen_names.py): ALMAGEST_NAMES is a folder with 20000.tsv and 200000.tsv made by
it, or ALMAGEST_NAMES_GENERATOR the generator itself (it needs the Python package names and Debian's wamerican).
Peer figures are those measured beside the generator on two cores: an exact segment join with rapidfuzz as its
verifier for the joins, Jaro-Winkler > 0.92 by rapidfuzz over all pairs for F1.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("ALMAGEST_NAMES_JOIN", ROOT / "build" / "release" / "bench" / "names_join")
RUNS = 3


def figure(name, value, unit, peer, peer_value, ratio, runs=RUNS):
    print(json.dumps({"name": name, "value": value, "unit": unit, "peer": peer, "peer_value": peer_value,
                      "ratio": round(ratio, 3), "runs": runs}), flush=True)


def measured(*arguments) -> dict:
    runs = [json.loads(subprocess.run([PROGRAM, *map(str, arguments)], check=True, capture_output=True, text=True).stdout)
            for _ in range(RUNS)]
    return dict(runs[0], seconds=statistics.median(run["seconds"] for run in runs))


def names(folder: pathlib.Path) -> pathlib.Path:
    if made := os.environ.get("ALMAGEST_NAMES"):
        return pathlib.Path(made)
    generator = os.environ.get("ALMAGEST_NAMES_GENERATOR")
    if not generator:
        sys.exit("names: set ALMAGEST_NAMES or ALMAGEST_NAMES_GENERATOR (see the head of bench/names/run.py)")
    for count in (20_000, 200_000):
        subprocess.run([sys.executable, generator, str(count), folder / f"{count}.tsv"], check=True, stdout=sys.stderr)
    return folder


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="almagest-names-") as made:
        folder = names(pathlib.Path(made))
        small, large = folder / "20000.tsv", folder / "200000.tsv"
        for similarity, pairs, seconds in ((0.95, 18_256, 0.257), (0.85, 94_829, 5.687)):
            join = measured("join", similarity, large)
            if join["pairs"] != pairs:
                sys.exit(f"names: {join['pairs']} pairs above {similarity}, not {pairs}: the join is wrong or the names are others")
            figure(f"all pairs above Levenshtein {similarity} of 200,000 names, 2 threads", join["seconds"], "s",
                   "exact segment join, rapidfuzz", seconds, seconds / join["seconds"])
        audit = measured("audit", small)
        for peer, f1 in (("Jaro-Winkler > 0.92, rapidfuzz", 0.8876), ("symspell", 0.8625), ("Splink", 0.7476)):
            figure("pair F1 of the audit of 20,000 names", audit["f1"], "F1", peer, f1, audit["f1"] / f1)
        figure("precision of the audit of 20,000 names", audit["precision"], "share", None, None, 1)
        figure("recall of the audit of 20,000 names", audit["recall"], "share", None, None, 1)
        audit = measured("audit", large)
        figure("audit of 200,000 names, explanation included, 2 threads", audit["seconds"], "s", "limit", 20, 20 / audit["seconds"])
        figure("pair F1 of the audit of 200,000 names", audit["f1"], "F1", None, None, 1)


if __name__ == "__main__":
    main()
