#!/usr/bin/env python3
"""How well answers are parsed that are not quite JSON, beside json_repair on the same cases.

BENCH_EVAL names the folder that holds json/, else ../shared/eval. BENCH_PARSER is the program to measure,
else it is built. With --cases every case that falls short is shown.
"""
import base64
import json
import os
import pathlib
import subprocess
import sys
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "bench" / "release"))
from built import built  # noqa: E402

EVAL = pathlib.Path(os.environ.get("BENCH_EVAL") or REPOSITORY.parent / "shared" / "eval") / "json"
PARSER = os.environ.get("BENCH_PARSER")
PEERS = REPOSITORY / "build" / "bench" / "peers-parsing"
SHOW = "--cases" in sys.argv
ROUNDS = 20
EXTRACTION = {"type": "object", "required": ["entities"],
              "properties": {"entities": {"type": "array", "items": {"type": "object", "required": ["name", "type"]}}}}


def figure(name, value, unit, peer=None, peer_value=None, ratio=None, runs=1):
    print(json.dumps({"name": name, "value": value, "unit": unit, "peer": peer, "peer_value": peer_value,
                      "ratio": ratio, "runs": runs}), flush=True)


def prepare():
    global PARSER
    if not PARSER:
        PARSER = built("parse_lines")
    if not (PEERS / "json_repair").exists():
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--target", PEERS,
                        "json-repair==0.64.6"], check=False, stdout=sys.stderr)
    sys.path.insert(0, str(PEERS))


def rows(name):
    with open(EVAL / f"{name}.jsonl", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def as_input(row, schema=None):
    data = base64.b64decode(row["input_base64"]) if "input_base64" in row else row["input"].encode("utf-8", "surrogatepass")
    return json.dumps({"input": base64.b64encode(data).decode(), **({"schema": schema} if schema else {})})


def parse(given, schema=None):
    lines = "\n".join(as_input(row, schema) for row in given) + "\n"
    out = subprocess.run([PARSER], input=lines, capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in out.split("\n") if line]


def rate(given, schema=None):
    lines = "\n".join(as_input(row, schema) for row in given) + "\n"
    out = subprocess.run([PARSER, str(ROUNDS)], input=lines, capture_output=True, text=True, check=True).stdout
    return len(given) * ROUNDS / json.loads(out)["seconds"]


def show(row, answer):
    if SHOW:
        print(f"{row['id']}: {row.get('input', '')[:160]!r}\n  expected {json.dumps(row.get('expected'))[:200]}"
              f"\n  got      {json.dumps(answer)[:200]}", file=sys.stderr)


def peer_on(given):
    """Share of exact answers and answers a second of json_repair; None where it is not installed."""
    try:
        import json_repair
    except ImportError:
        return None, None
    began = time.perf_counter()
    exact = sum(json_repair.loads(row["input"]) == row["expected"] for row in given)
    return round(exact / len(given), 4), len(given) / (time.perf_counter() - began)


def same(a, b):
    """Equal as JSON: 1 is 1.0, but no number is true or false."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def breaks_off(row, answer):
    """Does the case end inside a value? Libraries of repair keep what is there of it."""
    return answer.get("truncated") or ("why" in answer and row["input"].count('"') == 1)


def repairs(name, peer_name):
    """Cases of a repair library: those that all libraries read alike must be exact."""
    given = [row for row in rows(name) if "expected" in row and not row.get("nothing_to_extract")]
    for consensus in (True, False):
        part = [row for row in given if bool(row["consensus"]) == consensus]
        if not part:
            continue
        right = cut = 0
        for row, answer in zip(part, parse(part)):
            if "value" in answer and same(answer["value"], row["expected"]):
                right += 1
            elif breaks_off(row, answer):
                cut += 1  # a value that may go on is left out on purpose, and the answer marked as cut
            elif consensus:
                show(row, answer)
        share = right / len(part)
        if consensus:
            figure(f"{peer_name}: exact of the {len(part) - cut} of those that do not break off inside a value",
                   round(right / (len(part) - cut), 4), "share", "all", 1, round(right / (len(part) - cut), 4))
        peer, _ = peer_on(part)
        kind = "all read alike" if consensus else "libraries differ on"
        figure(f"{peer_name}: exact of {len(part)} cases that {kind}", round(share, 4), "share", "json_repair", peer,
               round(share / peer, 3) if peer else None)
    _, peer = peer_on(given)
    figure(f"{peer_name}: speed", round(rate(given)), "answers/s", "json_repair", peer and round(peer),
           round(rate(given) / peer, 1) if peer else None, ROUNDS)


def flat(value):
    """Items of all lists of an answer, as text."""
    if isinstance(value, list):
        return [json.dumps(item, sort_keys=True, ensure_ascii=False) for item in value]
    return [item for part in value.values() if isinstance(part, list) for item in flat(part)] if isinstance(value, dict) else []


def model_style():
    given = rows("llm_style")
    answers = parse(given, {"anyOf": [EXTRACTION, {"type": "array"}]})
    whole = [(row, answer) for row, answer in zip(given, answers) if row["kind"] not in ("truncated", "nothing")]
    right = 0
    for row, answer in whole:
        if "value" in answer and same(answer["value"], row["expected"]):
            right += 1
        else:
            show(row, answer)
    peer, _ = peer_on([row for row, _ in whole])
    figure(f"model-style answers: exact of {len(whole)}", round(right / len(whole), 4), "share", "json_repair", peer,
           round(right / len(whole) / peer, 3) if peer else None)
    kept = complete = stored = unmarked = 0
    for row, answer in zip(given, answers):
        if row["kind"] != "truncated":
            continue
        wanted, got = flat(row["complete_items"]), flat(answer.get("value", {}))
        complete += len(wanted)
        kept += len([item for item in wanted if item in got])
        cut = [item for item in got if item not in flat(row["full"])]
        stored += len(cut)
        unmarked += "value" in answer and not answer["truncated"]
        if cut or len(got) < len(wanted):
            show(row | {"expected": row["complete_items"]}, answer)
    figure("cut answers: complete items kept", round(kept / complete, 4), "share", "all", 1, round(kept / complete, 4))
    figure("cut answers: cut items stored", stored, "items", "none", 0, 1 if stored == 0 else 0)
    figure("cut answers: not marked as cut", unmarked, "answers", "none", 0, 1 if unmarked == 0 else 0)
    invented = sum(bool(flat(answer.get("value", {}))) for row, answer in zip(given, answers) if row["kind"] == "nothing")
    figure("answers without JSON: items invented", invented, "answers", "none", 0, 1 if invented == 0 else 0)
    figure("model-style answers: speed", round(rate(given, EXTRACTION)), "answers/s", runs=ROUNDS)


def test_suite():
    given = rows("jsontestsuite")
    answers = list(zip(given, parse(given)))
    accepted = [(row, answer) for row, answer in answers if row["class"] == "must_reject" and answer.get("strategy") == "strict"]
    must = [(row, answer) for row, answer in answers if row["class"] == "must_accept"]
    right = [row for row, answer in must if answer.get("strategy") == "strict" and same(answer["value"], row["expected"])]
    for row, answer in accepted + [(row, answer) for row, answer in must if row not in right]:
        show(row, answer)
    rejects = sum(row["class"] == "must_reject" for row in given)
    figure(f"JSONTestSuite: rejected of {rejects} that must be", rejects - len(accepted), "documents", "all", rejects,
           round((rejects - len(accepted)) / rejects, 4))
    figure(f"JSONTestSuite: accepted and exact of {len(must)} that must be", len(right), "documents", "all", len(must),
           round(len(right) / len(must), 4))


def main():
    if not EVAL.is_dir():
        raise SystemExit(f"bench: there is no {EVAL}; name the folder that holds json/ with BENCH_EVAL")
    prepare()
    repairs("json_repair_py", "json_repair's own")
    repairs("jsonrepair_js", "jsonrepair's own")
    model_style()
    test_suite()


if __name__ == "__main__":
    main()
