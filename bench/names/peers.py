"""Well-known libraries that find names that may be one, to be measured beside the audit on the same names. Not part of the product:
needs a Python with rapidfuzz, numpy, symspellpy and splink (which brings duckdb and pandas).

peers.py NAME FILE [ASKED]: joins the names of FILE (id, entity, kind, name; tab-separated), or only the first ASKED of them with all,
letters small and nothing else folded; prints {"seconds", "pairs", "precision", "recall", "f1", "setting"} as JSON. Where a peer
has a threshold to choose, each gets, beside the usual one, the one that is best for it on these very names.
peers.py --list: names of those that are installed."""
from __future__ import annotations

import collections
import csv
import importlib.util
import json
import logging
import os
import sys
import time
import warnings

ALLOWED = 0.15  # of the longer name's letters may be edits, beside symspell's own two


def names_of(path: str) -> tuple[list[str], list[int]]:
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    return [row[3].lower() for row in rows], [int(row[1]) for row in rows]


def rates(pairs, entities: list[int], asked: int) -> dict:
    """Of pairs that have one of the names asked."""
    members = collections.Counter(entities)
    met: collections.Counter = collections.Counter()
    truth = 0
    for entity in entities[:asked]:  # with all that are not asked, and those asked before
        met[entity] += 1
        truth += members[entity] - met[entity]
    right = sum(entities[a] == entities[b] for a, b in pairs)
    return {"pairs": len(pairs), "precision": round(right / max(1, len(pairs)), 4), "recall": round(right / max(1, truth), 4),
            "f1": round(2 * right / max(1, truth + len(pairs)), 4)}


def best(scored: dict, thresholds, entities: list[int], asked: int) -> dict:
    return max((dict(rates([pair for pair, score in scored.items() if score > threshold], entities, asked), threshold=threshold) for threshold in thresholds),
               key=lambda found: found["f1"])


def jaro_winkler(names, entities, asked) -> dict:
    import numpy
    from rapidfuzz import process
    from rapidfuzz.distance import JaroWinkler
    scored = {}
    for start in range(0, asked, 1000):
        similar = process.cdist(names[start:min(asked, start + 1000)], names, scorer=JaroWinkler.similarity, score_cutoff=0.9, dtype=numpy.float32, workers=2)
        for a, b in zip(*numpy.nonzero(similar > 0.9)):
            first, second = sorted((int(a) + start, int(b)))
            if first != second:
                scored[first, second] = float(similar[a, b])
    return dict(rates([pair for pair, score in scored.items() if score > 0.92], entities, asked), setting="> 0.92",
                best=best(scored, (0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97), entities, asked))


def symspell(names, entities, asked) -> dict:
    from symspellpy import SymSpell, Verbosity
    known = SymSpell(max_dictionary_edit_distance=2, prefix_length=12 if len(names) <= 50_000 else 7)
    places = collections.defaultdict(list)
    for place, name in enumerate(names):
        places[name].append(place)
    for name in places:
        known.create_dictionary_entry(name, 1)
    pairs = set()
    for place in range(asked):
        for hit in known.lookup(names[place], Verbosity.ALL, max_edit_distance=2, transfer_casing=False):
            if hit.distance < ALLOWED * max(len(names[place]), len(hit.term)):
                pairs.update((min(place, other), max(place, other)) for other in places[hit.term] if other != place)
    return dict(rates(pairs, entities, asked), setting="at most 2 edits, fewer than 15 % of the letters")


def splink(names, entities, asked) -> dict:
    """All of them, whatever is asked; the settings are those of the generator's folder."""
    import pandas
    import splink.comparison_library as compare
    from splink import Linker, SettingsCreator, block_on
    from splink.internals.duckdb.database_api import DuckDBAPI
    table = pandas.DataFrame({"unique_id": range(len(names)), "name": names})
    words = table.name.str.replace(r"[^a-z0-9 ]", " ", regex=True).str.split()
    table["words"] = words.map(lambda each: " ".join(sorted(each)))
    table["start"], table["middle"], table["end"] = table.name.str[:5], table.name.str[4:10], table.name.str[-5:]
    blocks = ("start", "end", "middle") if len(names) <= 50_000 else ("start", "middle", "words")
    database = DuckDBAPI()
    linker = Linker(database.register(table), SettingsCreator(
        link_type="dedupe_only", blocking_rules_to_generate_predictions=[block_on(column) for column in blocks],
        comparisons=[compare.JaroWinklerAtThresholds("name", [.97, .92, .85]), compare.LevenshteinAtThresholds("words", [1, 3, 6])]))
    linker.training.estimate_probability_two_random_records_match([block_on("name"), block_on("words")], recall=.3)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("start"))
    found = linker.inference.predict(threshold_match_probability=.05).as_pandas_dataframe()
    scored = {(min(a, b), max(a, b)): score for a, b, score in zip(found.unique_id_l, found.unique_id_r, found.match_probability)}
    return dict(best(scored, (.05, .2, .5, .8, .9, .95, .99, .999), entities, len(names)), setting="the threshold that is best")


PEERS = {"Jaro-Winkler, rapidfuzz": ("rapidfuzz", jaro_winkler), "symspell": ("symspellpy", symspell), "Splink": ("splink", splink)}


def main():
    if sys.argv[1] == "--list":
        print(json.dumps([name for name, (module, _) in PEERS.items() if importlib.util.find_spec(module)]))
        return
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    names, entities = names_of(sys.argv[2])
    result, told = PEERS[sys.argv[1]][1], os.dup(1)
    os.dup2(2, 1)  # what libraries print is not the answer
    began = time.perf_counter()
    found = result(names, entities, int(sys.argv[3]) if len(sys.argv) > 3 else len(names))
    os.write(told, (json.dumps(dict(found, seconds=round(time.perf_counter() - began, 2))) + "\n").encode())


if __name__ == "__main__":
    main()
