"""How many calls a second one worker with 64 slots makes to an endpoint that answers in 50 ms, with real routing of the
small answers. The limit is 64 / 50 ms = 1,280 a second."""
from __future__ import annotations

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import urllib.request

import measures

SLOTS, MILLISECONDS = 64, 50
HERE = pathlib.Path(__file__).resolve().parent
SYLLABLES = ["ba", "den", "fir", "gol", "han", "jor", "kel", "lum", "mar", "nor", "pel", "rud", "sol", "tam", "vel", "wen"]


def name(lots: random.Random) -> str:
    return " ".join("".join(lots.choices(SYLLABLES, k=2)).capitalize() for _ in range(2))


def write_pages(folder: pathlib.Path, count: int):
    """Invented pages of one chunk each: two names from a pool of a tenth as many, so that entities meet again as they do in
    real texts."""
    lots = random.Random(1)
    pool = [name(lots) for _ in range(max(10, count // 10))]
    for number in range(count):
        (folder / f"{number}.txt").write_text(
            f"{lots.choice(pool)} has kept the books of {lots.choice(pool)} since the year {1500 + number % 400}.\n")


def almagest(home: pathlib.Path, settings: pathlib.Path, *arguments) -> dict:
    url = f"host={os.environ['PGHOST']} user={os.environ['PGUSER']} dbname=bench_endpoint"
    done = subprocess.run([os.environ["ALMAGEST_PROGRAM"], *map(str, arguments), "--config", str(settings), "--database", url, "--json"],
                          env={**os.environ, "ALMAGEST_HOME": str(home)}, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"almagest {arguments[0]} ended with {done.returncode}: {done.stdout[-500:]}{done.stderr[-1000:]}")
    return json.loads(done.stdout)


def measure(calls: int, figure, tell):
    server = subprocess.Popen([sys.executable, str(HERE / "fast_endpoint.py"), str(MILLISECONDS)], text=True, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE)
    try:
        url = server.stdout.readline().strip()
        with tempfile.TemporaryDirectory(prefix="almagest-bench-") as name:
            folder = pathlib.Path(name)
            pages = folder / "pages"
            pages.mkdir()
            write_pages(pages, max(1, calls // 3))  # page_classification, entity_extraction, relationship_extraction
            settings = folder / "settings.yaml"
            settings.write_text(json.dumps({"llm": {"endpoint": url, "model": "scripted", "context_window": 16384},
                                            "work": {"concurrency": SLOTS}}))
            measures.rows("postgres", "DROP DATABASE IF EXISTS bench_endpoint WITH (FORCE)")
            measures.rows("postgres", "CREATE DATABASE bench_endpoint")
            almagest(folder / "home", settings, "ingest", pages)
            report = almagest(folder / "home", settings, "work", "--drain")
            seen = json.load(urllib.request.urlopen(url.removesuffix("/v1") + "/seen"))
    finally:
        server.stdin.close()
        server.wait()
    speed = seen["answered"] * 0.8 / (seen["reached"][90] - seen["reached"][10])
    tell(f"{seen['answered']} calls, {seen['most_at_once']} at once at the most; the worker says {report}")
    rows = measures.number("bench_endpoint", "SELECT count(*) FROM dbo.dim_entity")
    if report["dead"] or not rows:
        raise RuntimeError(f"{report['dead']} jobs failed and {rows} entities were learnt: the speed is of no worth")
    limit = SLOTS * 1000 / MILLISECONDS
    figure(f"calls a second, {SLOTS} slots, an endpoint that answers in {MILLISECONDS} ms, real routing", round(speed, 1), "calls/s", "limit", limit,
           speed / limit)
