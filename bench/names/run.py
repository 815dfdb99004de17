#!/usr/bin/env python3
"""Finding names that may be one: all pairs above a Levenshtein similarity, and the audit, explanation included.

Names come from the peers' seeded generator (gen_names.py): ALMAGEST_NAMES is a folder with 20000.tsv and 200000.tsv made by
it, or ALMAGEST_NAMES_GENERATOR the generator itself (it needs the Python package names and Debian's wamerican). With the generator,
the prior is checked on names of another seed: how much F1 there would have been with the prior that is best for those.
Pairs that people judged come from ALMAGEST_EVAL (default ../shared/eval): names/*.jsonl, er/febrl, er/abt_buy; what is not there is said.
The peers of peers.py join the same names in the same run, with the Python that BENCH_PEERS_PYTHON names; of 200,000 names the slow
ones are asked for the first 2,000 only, and so is the audit beside them. BENCH_JOIN_PEER is the generator's folder's own exact segment
join with rapidfuzz as its verifier (cpp/er.cpp), built. Where a peer is not there, what was measured beside the generator on two cores stands.
BENCH_ONLY=judged,made,stored: some of it.
"""
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

import stored_audit

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("ALMAGEST_NAMES_JOIN", ROOT / "build" / "release" / "bench" / "names_join")
PEERS_PYTHON = os.environ.get("BENCH_PEERS_PYTHON")
JOIN_PEER = os.environ.get("BENCH_JOIN_PEER")
PARTS = os.environ.get("BENCH_ONLY", "judged,made,stored").split(",")
ASKED = 2_000
RUNS = 3
EVAL = pathlib.Path(os.environ.get("ALMAGEST_EVAL", ROOT.parent / "shared" / "eval"))
LIKELY_ONE = 0.5


def figure(name, value, unit, peer, peer_value, ratio, runs=RUNS):
    print(json.dumps({"name": name, "value": value, "unit": unit, "peer": peer, "peer_value": peer_value,
                      "ratio": round(ratio, 3), "runs": runs}), flush=True)


def measured(*arguments) -> dict:
    arguments = [str(argument) for argument in arguments if argument is not None]
    runs = [json.loads(subprocess.run([PROGRAM, *arguments], check=True, capture_output=True, text=True).stdout)
            for _ in range(RUNS)]
    return dict(runs[0], seconds=statistics.median(run["seconds"] for run in runs))


def names(folder: pathlib.Path) -> pathlib.Path:
    if made := os.environ.get("ALMAGEST_NAMES"):
        return pathlib.Path(made)
    generator = os.environ.get("ALMAGEST_NAMES_GENERATOR")
    if not generator:
        sys.exit("names: set ALMAGEST_NAMES or ALMAGEST_NAMES_GENERATOR (see the head of bench/names/run.py)")
    for count in (20_000, 200_000):
        subprocess.run([PEERS_PYTHON or sys.executable, generator, str(count), folder / f"{count}.tsv"], check=True, stdout=sys.stderr)
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


def apart(what: str, pairs: list[tuple]) -> None:
    """The router must make none of them one."""
    one = stored_audit.made_one(pairs)
    figure(f"pairs of {len(pairs)} {what} that the router makes one", one, "pairs", None, None, 1, 1)
    if one:
        sys.exit(f"names: {what} are made one")


def numbered(folder: pathlib.Path, file: pathlib.Path) -> None:
    """Names that differ in a number or numeral only: long ones, so that the similarity alone would make them one."""
    with file.open(encoding="utf-8") as rows:
        names_there = sorted({row.rstrip("\n").split("\t")[3] for row in rows})
    long = [name for name in names_there if len(name) > 30][:1_000]
    pairs = [(f"{name} {first}", f"{name} {second}", "thing", "thing") for name in long for first, second in (("2", "3"), ("II", "III"), ("1996", "1997"))]
    figure(f"pairs of {len(pairs)} numbered names that the audit would ask about", sum(score > 0 for score in scores(folder, pairs)), "pairs", None, None, 1, 1)
    apart("numbered names", pairs)


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
        rows_of_pairs = [(row["left"], row["right"], row["left_type"], row["right_type"]) for row in rows]
        found = scores(folder, rows_of_pairs)
        figure(f"homonyms of {len(rows)} that the audit would ask about; it merges none", sum(score >= LIKELY_ONE for score in found) / len(rows), "share",
               None, None, 1, 1)
        # A name in other capitals is the same name: nothing but a page's own words could tell such two of one type apart.
        alike = [pair for pair in rows_of_pairs if pair[0].casefold() == pair[1].casefold() and pair[2] == pair[3]]
        figure(f"homonyms of {len(rows)} that differ in capitals only and have one type, which are one entity", len(alike), "pairs", None, None, 1, 1)
        apart("other homonyms", [pair for pair in rows_of_pairs if pair not in alike])
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
    subprocess.run([PEERS_PYTHON or sys.executable, other, "20000", folder / "other.tsv"], check=True, stdout=sys.stderr)
    chosen, here = sweep(folder / "other.tsv"), sweep(small)
    best = max(chosen, key=chosen.get)
    figure("prior that is best for 20,000 names of another seed, beside the audit's", best, "bits", None, None, 1, 1)
    figure("pair F1 of 20,000 names with the prior chosen on those of another seed", here[best], "F1",
           "Jaro-Winkler > 0.92, rapidfuzz", 0.8876, here[best] / 0.8876, 1)
    figure("pair F1 of 20,000 names of another seed with the audit's prior", chosen[0], "F1", None, None, 1, 1)


def peer_f1(name: str, file: pathlib.Path, asked: int | None) -> dict:
    command = [PEERS_PYTHON, pathlib.Path(__file__).with_name("peers.py"), name, file, *([str(asked)] if asked else [])]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def beside_peers(file: pathlib.Path, count: int, audit: dict) -> None:
    if not PEERS_PYTHON:
        print("names: no peer on the same names: BENCH_PEERS_PYTHON names a Python that has them (bench/names/peers.py)", file=sys.stderr)
        for peer, f1 in (("Jaro-Winkler > 0.92, rapidfuzz", 0.8876), ("symspell", 0.8625), ("Splink", 0.7476)):
            figure(f"pair F1 of the audit of {count:,} names", audit["f1"], "F1", f"{peer}, of 20,000 names", f1, audit["f1"] / f1)
        return
    listed = subprocess.run([PEERS_PYTHON, pathlib.Path(__file__).with_name("peers.py"), "--list"], stdout=subprocess.PIPE, check=True).stdout
    for peer in json.loads(listed):
        asked = ASKED if count > 50_000 and peer != "Splink" else None
        own = measured("audit", file, asked)["f1"] if asked else audit["f1"]
        theirs = peer_f1(peer, file, asked)
        of = f", {asked:,} of them asked" if asked else ""
        for setting, found in ((theirs["setting"], theirs), *((f"> {best['threshold']}, best here", best) for best in [theirs.get("best")] if best)):
            figure(f"pair F1 of the audit of {count:,} names{of}", own, "F1", f"{peer} ({setting})", found["f1"], own / found["f1"], 1)


def made_names(folder: pathlib.Path, made: pathlib.Path) -> None:
    small, large = folder / "20000.tsv", folder / "200000.tsv"
    for similarity, pairs, seconds in ((0.95, 18_256, 0.257), (0.85, 94_829, 5.687)):
        join = measured("join", similarity, large)
        if join["pairs"] != pairs:
            sys.exit(f"names: {join['pairs']} pairs above {similarity}, not {pairs}: the join is wrong or the names are others")
        if JOIN_PEER:
            printed = subprocess.run([JOIN_PEER, "pass", large, str(similarity), "2"], check=True, stdout=subprocess.PIPE).stdout
            seconds = json.loads(printed)["sec_med"]
        figure(f"all pairs above Levenshtein {similarity} of 200,000 names, 2 threads", join["seconds"], "s",
               "exact segment join, rapidfuzz", seconds, seconds / join["seconds"])
    other_seed(made, small)
    for file, count in ((small, 20_000), (large, 200_000)):
        audit = measured("audit", file)
        figure(f"audit of {count:,} names, explanation included, 2 threads", audit["seconds"], "s", *(("limit", 20, 20 / audit["seconds"]) if file == large else (None, None, 1)))
        figure(f"precision of the audit of {count:,} names", audit["precision"], "share", None, None, 1)
        figure(f"recall of the audit of {count:,} names", audit["recall"], "share", None, None, 1)
        beside_peers(file, count, audit)
    numbered(made, small)


def stored_names(large: pathlib.Path) -> None:
    found = stored_audit.measure(large)
    figure(f"almagest dedupe audit over {found['names']:,} entities, {found['pairs']:,} pairs found, explained and printed", round(found["dry"], 2), "s", "limit", 20, 20 / found["dry"], 1)
    figure(f"the same, {found['enqueued']:,} jobs enqueued", round(found["seconds"], 2), "s", "limit", 20, 20 / found["seconds"], 1)
    figure("the same again, nothing new", round(found["again"], 2), "s", "limit", 20, 20 / found["again"], 1)
    figure("its memory at most", round(found["megabytes"]), "MB", None, None, 1, 1)
    figure("its pair F1; names that fold alike are one entity already", round(found["f1"], 4), "F1", None, None, 1, 1)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="almagest-names-") as made:
        if "judged" in PARTS:
            judged_names(pathlib.Path(made))
            judged_records(pathlib.Path(made))
        if PARTS != ["judged"]:
            folder = names(pathlib.Path(made))
            if "made" in PARTS:
                made_names(folder, pathlib.Path(made))
            if "stored" in PARTS:
                stored_names(folder / "200000.tsv")


if __name__ == "__main__":
    main()
