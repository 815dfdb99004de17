#!/usr/bin/env python3
"""What Almagest extracts, and for how many tokens, beside the peers of ../shared/peers/extract.

Reads documents with a local model into a fresh home, writes what is stored about each in the form that
the peers' scorer takes, and has that scorer judge it. Without ../shared it says so and measures nothing.

    bench/extraction/run.py                         the four documents that every peer did
    bench/extraction/run.py --set all               all of the peers' documents that have gold
    bench/extraction/run.py --set prose             obituaries of the peers' documents, with gold of ours (prose_gold.json)
    bench/extraction/run.py --set held-out          Re-DocRED documents that no peer saw, drawn by --seed
    bench/extraction/run.py --model PATH.gguf       another model than the default one
"""
import argparse
import functools
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

import walk

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("ALMAGEST_PROGRAM") or str(REPOSITORY / "build" / "almagest")
SHARED = REPOSITORY.parent / "shared"
PEERS = SHARED / "peers" / "extract"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "almagest"
COMMON = ["leaders", "redocred-dev-0165", "redocred-dev-0485", "redocred-dev-0077"]

# The peers' figures on the same texts (RESULTS.md there): entities, pairs, ordered, months; tokens per content token.
PEER_FIGURES = {
    "LangExtract": ((1.00, .36, .36, .20), (.45, 0, 0), 7.0),
    "KGGen": ((1.00, 1.00, 0, 0), (.72, .23, .21), 11.0),
    "LightRAG": ((1.00, .56, .24, .37), (.69, .33, .20), 13.2),
    "GraphRAG": ((.77, .43, 0, .31), (.66, .32, .10), 14.3),
    "plain, two steps": ((1.00, .97, .97, .97), (.72, .37, .30), 8.1),
    "plain, a walk": ((.90, .92, .92, 1.00), (.49, .21, .18), 3.8),
}


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def chosen(which, count, seed):
    """Documents {id, title, text, set}, their gold in the scorer's form, and the model's tokens of each, where known."""
    documents, gold = lines(PEERS / "data" / "docs.jsonl"), {g["doc"]: g for g in lines(PEERS / "data" / "gold.jsonl")}
    if which == "held-out":
        folder = SHARED / "eval" / "re" / "redocred"
        labels = json.loads((folder / "relation_types.json").read_text())
        others = [d for d in lines(folder / "dev.jsonl") if d["id"] not in {seen["id"] for seen in documents}]
        return [held_out(d, labels) for d in random.Random(seed).sample(others, count)], {}
    if which == "prose":
        own = json.loads((pathlib.Path(__file__).parent / "prose_gold.json").read_text())
        return [(dict(d, set=own["set"]), own) for d in documents if d["id"] == own["doc"]], {}
    wanted = COMMON if which == "common" else list(gold)
    tokens = json.loads((PEERS / "data" / "tokens.json").read_text())
    return [(d, gold[d["id"]]) for d in documents if d["id"] in wanted and d["id"] in gold], tokens


def held_out(document, labels):
    """A Re-DocRED document as the peers' build.py makes one."""
    literal = {e["id"] for e in document["entities"] if e["type"] in ("TIME", "NUM")}
    entities = [{"id": e["id"], "names": [e["name"], *e["aliases"]], "type": e["type"], "optional": e["id"] in literal,
                 "literal": e["id"] in literal} for e in document["entities"]]
    relations = [{"head": r["head"], "tail": r["tail"], "type": labels.get(r["type"], r["type"]),
                  "literal": bool({r["head"], r["tail"]} & literal)} for r in document["relations"]]
    return ({"id": document["id"], "set": "B", "title": document["title"], "text": document["text"]},
            {"doc": document["id"], "set": "B", "entities": entities, "relations": relations})


def almagest(home, *arguments, check=True):
    process = subprocess.run([PROGRAM, *map(str, arguments)], env=dict(os.environ, ALMAGEST_HOME=str(home)),
                             stdout=subprocess.PIPE, text=True)
    if check and process.returncode not in (0, 3):
        raise SystemExit(f"bench: almagest {' '.join(map(str, arguments))} ended with {process.returncode}")
    return process.stdout


def stored(home, name):
    query = ("SELECT dbo.fn_page_result(p.tenant_id, p.source_page_id) FROM sem.source_page p "
             f"WHERE p.locator = 'bench://{name}' ORDER BY p.version DESC LIMIT 1")
    return json.loads(almagest(home, "sql", query))


def as_a_peer(result, seconds):
    """What counts as known (suppressed rows do not), as the peers' adapters write it."""
    relations = []
    for item in result["relations"]:
        if item["promotion_state"] == "suppressed":
            continue
        evidence = [e for e in item["evidence"] if e["grounding"] != "none"]
        relations.append({"subject": item["subject"], "predicate": item["predicate"], "object": item["object"],
                          "start": item["start_date"], "end": item["end_date"],
                          "quote": evidence[0]["quote"] if evidence else None})
    return {"entities": [{"name": e["name"]} for e in result["entities"] if e["promotion_state"] != "suppressed"],
            "relations": relations, "wall": seconds}


def calls_of(home):
    query = ("SELECT coalesce(json_agg(json_build_object('doc', substr(p.locator, 9), 'prompt', r.prompt_tokens, "
             "'cached', r.cached_tokens, 'completion', r.completion_tokens, 'type', r.job_type, 'outcome', r.outcome, "
             "'at', extract(epoch FROM r.started_at), 'wall', r.duration_ms / 1000.0, 'code', 200, "
             "'finish', CASE r.outcome WHEN 'truncated' THEN 'length' ELSE 'stop' END)), '[]') "
             "FROM llm.run r JOIN sem.source_page p USING (source_page_id) WHERE r.prompt_tokens IS NOT NULL")
    calls = json.loads(almagest(home, "sql", query))
    return [dict(c, tag="almagest~" + c["doc"]) for c in calls]


def refused(home):
    query = ("SELECT coalesce(json_object_agg(reason, n), '{}') FROM "
             "(SELECT reason, count(*) n FROM llm.run_refusal GROUP BY 1) t")
    return json.loads(almagest(home, "sql", query))


def content_tokens(home, documents, known):
    query = ("SELECT json_object_agg(substr(p.locator, 9), t) FROM (SELECT source_page_id, sum(token_count) t "
             "FROM vector.chunk GROUP BY 1) c JOIN sem.source_page p USING (source_page_id)")
    counted = json.loads(almagest(home, "sql", query))
    return {d["id"]: known.get(d["id"]) or counted.get(d["id"], 0) for d, _ in documents}


def judged(documents, outputs, calls, tokens, folder):
    """The peers' scorer on a folder that looks as it expects; its table, and its remarks."""
    shutil.copy(PEERS / "score.py", folder / "score.py")
    for name in ("data", "log", "out/almagest"):
        (folder / name).mkdir(parents=True)
    (folder / "data/docs.jsonl").write_text("".join(json.dumps(d) + "\n" for d, _ in documents))
    (folder / "data/gold.jsonl").write_text("".join(json.dumps(g) + "\n" for _, g in documents))
    (folder / "data/tokens.json").write_text(json.dumps(tokens))
    (folder / "log/calls.jsonl").write_text("".join(json.dumps(c) + "\n" for c in calls))
    for name, output in outputs.items():
        (folder / f"out/almagest/{name}.json").write_text(json.dumps(output))
    subprocess.run([sys.executable, "score.py"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return json.loads((folder / "scores.json").read_text()), (folder / "errors/almagest.txt").read_text()


def figure(name, value, unit, peer=None, peer_value=None):
    ratio = value / peer_value if peer_value else None
    print(json.dumps({"name": name, "value": value, "unit": unit, "peer": peer, "peer_value": peer_value,
                      "ratio": ratio, "runs": 1}), flush=True)


def figures(scores, calls, content, which, common):
    """A line a measure, beside the best of the peers on the same four documents."""
    best = {"A": [max(p[0][i] for p in PEER_FIGURES.values()) for i in range(4)],
            "B": [max(p[1][i] for p in PEER_FIGURES.values()) for i in range(3)]}
    for name, score in scores.items():
        part = name.split()[1]
        if part == "cost":
            continue
        measures = [("entities F1", score["ent"][2]), ("pairs F1", score["pair"][2]), ("ordered F1", score["ordered"][2]),
                    ("months", score["time_struct"])]
        for i, (measure, value) in enumerate(measures):
            if value is not None:
                peer = best[part][i] if common and i < len(best[part]) else None
                figure(f"{label_of(name, which)} {measure}", value, "share", peer and "best of the peers", peer)
        figure(f"{label_of(name, which)} grounded", score["grounded"], "share")
    for name, (count, read, cached, written) in sorted(by_type(calls).items()):
        figure(f"{name} tokens in and out", (read + written) / content, "per content token")
        figure(f"{name} tokens that were not cached", (read + written - cached) / content, "per content token")
    cost = scores["almagest cost"]
    figure("tokens in and out", cost["tok_per_content"], "per content token", *(("cheapest peer", 3.8) if common else ()))
    figure("seconds", cost["s_per_1k"], "per 1,000 content tokens")


def by_type(calls):
    sums = {}
    for call in calls:
        one = sums.setdefault(call["type"], [0, 0, 0, 0])
        for i, value in enumerate((1, call["prompt"], call["cached"], call["completion"])):
            one[i] += value or 0
    return sums


def label_of(name, which):
    return "leaders" if name.endswith(" A") else "prose" if which == "prose" else "Re-DocRED"


def say(scores, calls, reasons, content, which):
    """The same as a table for people."""
    out = functools.partial(print, file=sys.stderr)
    for name, score in scores.items():
        if name.endswith(" cost"):
            out(f"  {score['calls']} calls, {score['cut']} cut off; tokens in and out per content token "
                f"{score['tok_per_content']:.2f}, without cached ones {score['evaluated_per_content']:.2f}, "
                f"out {score['out_per_content']:.2f}; {score['s_per_1k']:.0f} s per 1,000 content tokens")
            continue
        months = "" if score["time_struct"] is None else f"  months {score['time_struct']:.2f}"
        out(f"  {label_of(name, which):10}"
            + "".join(f"  {label} {'/'.join(f'{v:.2f}' for v in score[key])}"
                      for label, key in (("entities", "ent"), ("pairs", "pair"), ("ordered", "ordered")))
            + f"  typed {score['typed_recall'] or 0:.2f}{months}  grounded {score['grounded']}  valid {score['valid']}"
            f"  relations {score['relations']}")
    for name, (count, read, cached, written) in sorted(by_type(calls).items()):
        out(f"  {name}: {count} calls, {read} in ({cached} cached), {written} out; "
            f"{(read + written) / content:.2f} per content token, {(read + written - cached) / content:.2f} without cached ones")
    if reasons:
        out("  refused: " + ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items())))


def beside_walk(documents, calls, content, model):
    packages = next(iter(sorted(CACHE.glob("model-server/xllamacpp-*"))), None)
    if packages is None:
        raise SystemExit("bench: the model server's packages are missing; almagest run fetches them")
    seconds, tokens = walk.run(REPOSITORY, PEERS, [d for d, _ in documents], model, packages)
    for kind in ("passage_extraction", None):
        own = [c for c in calls if kind in (None, c["type"])]
        spent = max(c["at"] + c["wall"] for c in own) - min(c["at"] for c in own)
        figure(f"seconds of {kind or 'all calls'}", 1000 * spent / content, "per 1,000 content tokens", "plain, a walk, same run",
               1000 * seconds / content)
    figure("tokens in and out of a walk, same run", tokens / content, "per content token")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--set", default="common", choices=["common", "all", "prose", "held-out"])
    options.add_argument("--count", type=int, default=10, help="documents of the held-out set")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--model", help="as for almagest run; the default model otherwise")
    options.add_argument("--config", help="settings over the default ones")
    options.add_argument("--home", help="keep what is read there; the same again asks no model")
    options.add_argument("--walk", metavar="MODEL.gguf", type=pathlib.Path,
                         help="run the cheapest plain design with that model in the same run, too (common documents)")
    options.add_argument("--remarks", action="store_true", help="print what was missed, extra or the wrong way round")
    options = options.parse_args()
    if not PEERS.is_dir():
        print("bench: skipped, since ../shared/peers/extract is missing: there is nothing to measure against",
              file=sys.stderr)
        return
    documents, known = chosen(options.set, options.count, options.seed)
    with tempfile.TemporaryDirectory(prefix="almagest-bench-", ignore_cleanup_errors=True) as folder:
        folder = pathlib.Path(folder)
        folder.chmod(0o755)
        home, pages = pathlib.Path(options.home or folder / "home"), folder / "pages.jsonl"
        pages.write_text("".join(json.dumps({"id": d["id"], "title": d.get("title", d["id"]), "url": f"bench://{d['id']}", "content": d["text"]})
                                 + "\n" for d, _ in documents))
        common = ["--config", options.config] if options.config else []
        model = ["--model", options.model] if options.model else []
        began = time.monotonic()
        almagest(home, "run", pages, "--json", *common, *model)
        seconds = time.monotonic() - began
        try:
            outputs = {d["id"]: as_a_peer(stored(home, d["id"]), seconds) for d, _ in documents}
            calls, reasons, tokens = calls_of(home), refused(home), content_tokens(home, documents, known)
        finally:
            almagest(home, "db", "stop", check=False)
        (folder / "scored").mkdir()
        scores, remarks = judged(documents, outputs, calls, tokens, folder / "scored")
    content = sum(tokens.values())
    print(f"{options.set}, {options.model or 'default model'}: {seconds:.0f} s; precision/recall/F1", file=sys.stderr)
    say(scores, calls, reasons, content, options.set)
    if options.remarks:
        print(remarks, file=sys.stderr)
    if options.set == "common":
        for name, (leaders, redocred, cost) in PEER_FIGURES.items():
            print(f"  {name + ':':18} leaders {leaders}, Re-DocRED {redocred}, tokens {cost}", file=sys.stderr)
    figures(scores, calls, content, options.set, options.set == "common" and not options.model)
    if options.walk:
        beside_walk(documents, calls, content, options.walk)


if __name__ == "__main__":
    main()
