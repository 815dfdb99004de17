#!/usr/bin/env python3
"""The review page under load, through HTTP as a browser asks: parts of a queue of 100,000 waiting pages at random places, with and
without filters; a page of 5 MB with 5,000 items, opened and gone through in Chromium; fifty reviewers deciding at random.

    make bench NAME=review
    bench/review/run.py [--pages 100000] [--requests N] [--only queue,page,reviewers]

A figure a line on standard output; ratio is the limit asked for to what was measured, where there is one; greater is better. What
is asked of reviewers ends with a non-zero status where anything was lost or doubled."""
from __future__ import annotations

import argparse
import http.client
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse

try:
    import psycopg2
except ImportError:
    sys.exit("bench: python3-psycopg2 is not there for this Python; run scripts/setup.sh --tests and use /usr/bin/python3")

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY / "tests" / "stress"), str(REPOSITORY / "tests" / "functional")]
from cluster import Cluster, program  # noqa: E402

TOKEN = "bench-token-0123456789"
LIMIT_MS = 100  # of any part of the queue, at the median
FILTERS = ({}, {"type": "relation"}, {"type": "entity"}, {"type": "event"}, {"reason": "fuzzy_evidence"}, {"reason": "low_confidence"}, {"reason": "contradiction"},
           {"reason": "possible_duplicate"}, {"max_confidence": "0.72"}, {"max_confidence": "0.99"}, {"min_confidence": "0.85"}, {"source": "*host-7.*"}, {"source": "*nowhere*"},
           {"source": "*host-7.*", "type": "relation"}, {"type": "relation", "min_confidence": "0.8", "max_confidence": "0.82"})
# Pages of four items each: three entities of their own and a relation; one relation of fifty ends before it begins.
FILL = """
SET synchronous_commit = off; SET maintenance_work_mem = '256MB';
INSERT INTO sem.source_page (tenant_id, ingest_record_id, source_id, locator, title, text, text_length, content_sha256, version, correlation_id)
SELECT 1, f.ingest_record_id, f.source_id, 'https://host-' || n %% 50 || '.example/page/' || n, 'Page ' || n, 'A page that says something, number ' || n,
       34 + length(n::text), f.content_sha256, n + 1, f.correlation_id FROM sem.source_page f, generate_series(1, %(pages)s) n WHERE f.locator = 'first';
CREATE TEMP TABLE page AS SELECT source_page_id, row_number() OVER (ORDER BY source_page_id) AS n FROM sem.source_page WHERE locator LIKE 'https://host-%%';
INSERT INTO dbo.name (tenant_id, name_key) SELECT 1, 'thing ' || n FROM generate_series(1, 3 * %(pages)s) n;
INSERT INTO dbo.dim_entity (tenant_id, name_id, entity_name, name_key, entity_type, type_key, confidence, support, promotion_state)
SELECT 1, name_id, initcap(name_key), name_key, 'thing', 'thing', 0.7 + (name_id %% 200) * 0.001, 1, 'candidate' FROM dbo.name WHERE name_key LIKE 'thing %%';
CREATE TEMP TABLE thing AS SELECT entity_id, confidence, row_number() OVER (ORDER BY entity_id) AS n FROM dbo.dim_entity WHERE entity_type = 'thing';
CREATE INDEX ON thing (n);
ANALYZE thing; ANALYZE page;
INSERT INTO dbo.bridge_entity_relation (tenant_id, from_entity_id, to_entity_id, relation_type, confidence, support, promotion_state, start_date, end_date)
SELECT 1, a.entity_id, b.entity_id, 'beside', 0.75 + (p.n %% 200) * 0.001, 1, 'candidate', '2000-01-01', CASE WHEN p.n %% 50 = 0 THEN date '1999-01-01' END
  FROM page p JOIN thing a ON a.n = 3 * p.n JOIN thing b ON b.n = 3 * p.n - 1;
INSERT INTO dbo.evidence (tenant_id, target_table, target_id, source_page_id, char_start, char_end, quote, grounding, confidence, earned_state)
SELECT 1, 'dbo.dim_entity', t.entity_id, p.source_page_id, 0, 6, 'A page', 'exact', t.confidence, 'candidate' FROM page p JOIN thing t ON t.n BETWEEN 3 * p.n - 2 AND 3 * p.n;
INSERT INTO dbo.evidence (tenant_id, target_table, target_id, source_page_id, char_start, char_end, quote, grounding, confidence, earned_state)
SELECT 1, 'dbo.bridge_entity_relation', r.relation_id, p.source_page_id, 0, 24, 'A page that says somethi', 'fuzzy', r.confidence, 'candidate'
  FROM page p JOIN thing a ON a.n = 3 * p.n JOIN dbo.bridge_entity_relation r ON r.from_entity_id = a.entity_id;
ANALYZE;
"""


def figure(name, value, unit, limit=None, runs=1):
    print(json.dumps({"name": name, "value": round(value, 1), "unit": unit, "peer": limit and "asked", "peer_value": limit,
                      "ratio": round(limit / value, 3) if limit else None, "runs": runs}), flush=True)


def tell(what: str):
    print(f"bench: {what}", file=sys.stderr, flush=True)


class Site:
    """A cluster with waiting pages, and the program that serves their review."""

    def __init__(self, pages: int):
        self.cluster = Cluster()
        self.cluster.create_database()
        self.home = self.cluster.folder / "home"
        environment = dict(os.environ, ALMAGEST_HOME=str(self.home), ALMAGEST_SERVE_TOKEN=TOKEN)
        subprocess.run([program(), "db", "migrate", "--quiet", "--database", self.cluster.dsn()], check=True, stdout=subprocess.DEVNULL, env=environment)
        self.connection = psycopg2.connect(self.cluster.dsn())
        self.connection.autocommit = True
        began = time.monotonic()
        self.rows("SELECT FROM ingest.usp_ingest_page(1, 'first', 'text/plain', 'utf-8', 'First', 'first', 'first', encode(sha256('first'), 'hex'))")
        with self.connection.cursor() as cursor:
            cursor.execute(FILL, {"pages": pages})
        tell(f"{pages} pages with {4 * pages} items made in {time.monotonic() - began:.1f} s")
        began, steps = time.monotonic(), 0
        while self.one("SELECT dbo.usp_refresh_review(1, 5000)"):
            steps += 1
        tell(f"their queue brought up to date in {time.monotonic() - began:.1f} s, {steps} steps")
        with self.connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE dbo.review_page, dbo.review_item, dbo.review_stale_page")
        self.server = subprocess.Popen([program(), "serve", "--json", "--listen", "127.0.0.1:0", "--database", self.cluster.dsn()], env=environment,
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        said = ""
        while not said.endswith("}\n"):
            line = self.server.stdout.readline()
            if not line:
                sys.exit("bench: almagest serve ended")
            said += line
        self.url = json.loads(said)["address"]

    def close(self):
        self.server.terminate()
        self.server.wait()
        self.connection.close()
        self.cluster.close()

    def rows(self, query: str, *arguments) -> list:
        with self.connection.cursor() as cursor:
            cursor.execute(query, arguments or None)
            return cursor.fetchall() if cursor.description else []

    def one(self, query: str, *arguments):
        return self.rows(query, *arguments)[0][0]

    def ask(self, method: str, path: str, body=None) -> tuple[int, dict, float]:
        """Status, document and milliseconds of a request over a connection of its own, as the pages' requests may be."""
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=120)
        headers = {"Authorization": f"Bearer {TOKEN}", "Accept-Encoding": "gzip, deflate, br", **({"Content-Type": "application/json"} if body is not None else {})}
        began = time.perf_counter()
        connection.request(method, path, body=None if body is None else json.dumps(body), headers=headers)
        response = connection.getresponse()
        content = response.read()
        taken = (time.perf_counter() - began) * 1000
        connection.close()
        return response.status, json.loads(content), taken

    def get(self, path: str) -> tuple[dict, float]:
        status, document, taken = self.ask("GET", path)
        if status != 200:
            sys.exit(f"bench: {path} was answered with {status} {document}")
        return document, taken


def queue(site: Site, requests: int):
    lots = random.Random(1)
    places = [place for place, in site.rows("SELECT rank || '_' || lowest_confidence || '_' || source_page_id FROM dbo.review_page ORDER BY md5(source_page_id::text) LIMIT 500")]
    for given in FILTERS:
        taken, waiting = [], 0
        for number in range(requests + 3):
            after = {} if number % 5 == 0 else {"after": lots.choice(places)}  # the first part is what people ask most
            document, milliseconds = site.get("/api/v1/review/queue?" + urllib.parse.urlencode({**given, **after, "limit": 25}))
            waiting = document["waiting"]
            if number >= 3:
                taken.append(milliseconds)
        name = "queue " + (" ".join(f"{key}={value}" for key, value in given.items()) or "without filter") + f" ({waiting} pages)"
        figure(f"{name}, median", statistics.median(taken), "ms", LIMIT_MS, len(taken))
        figure(f"{name}, p95", sorted(taken)[int(len(taken) * 0.95)], "ms", None, len(taken))


def large_page(site: Site, items: int = 5000, size: int = 5_000_000):
    """Written as a model's answers would be, in passages; then opened by the browser of the tests."""
    from browser import Browser
    sentence = "Thing {} stood beside Thing {} near 林河 in the year {}; nobody knows why it was so, and nobody asked. "
    text, spans = [], []
    at = 0
    while at < size:
        said = sentence.format(len(spans), len(spans) + 1, 1000 + len(spans) % 900) + ("\n\n" if len(spans) % 7 == 0 else "")
        spans.append((at, at + len(said.rstrip())))
        text.append(said)
        at += len(said)
    whole = "".join(text)
    page = site.one("SELECT source_page_id FROM ingest.usp_ingest_page(1, 'large', 'text/plain', 'utf-8', 'A large page', %s, 'large', encode(sha256('large'), 'hex'))", whole)
    chosen = spans[:: max(1, len(spans) // (items // 2))][: items // 2]
    for first in range(0, len(chosen), 250):
        def item(start, end, members):
            return {**members, "confidence": 0.8, "grounding": "exact", "evidence": [{"char_start": start, "char_end": end, "quote": whole[start:end], "grounding": "exact"}]}
        part = chosen[first:first + 250]
        entities = [item(start, start + 12, {"name": f"Large thing {start}", "type": "thing"}) for start, _ in part]
        relations = [item(start, end, {"subject": f"Large thing {start}", "predicate": "stood_beside", "object": f"Large thing {part[(place + 1) % len(part)][0]}"})
                     for place, (start, end) in enumerate(part)]
        for procedure, said in (("usp_batch_insert_entities", entities), ("usp_batch_insert_entity_relations", relations)):
            site.rows(f"SELECT count(*) FROM dbo.{procedure}(1, NULL, %s, NULL, %s::jsonb)", page, json.dumps(said))
    answers = [site.get(f"/api/v1/review/{page}") for _ in range(7)]  # more than a connection makes plans anew for
    first, taken = answers[0][0], [milliseconds for _, milliseconds in answers]
    figure("page of 5 MB and 5,000 items, JSON, the first time", taken[0], "ms")
    figure("page of 5 MB and 5,000 items, JSON, the slowest of six more", max(taken[1:]), "ms", None, 6)
    tell(f"{len(first['items'])} items, {first['page']['length']} characters in {len(first['page']['parts'])} parts, {len(json.dumps(first))} bytes of JSON")
    browser = Browser(patience=120)
    try:
        browser.window(1280, 860)
        browser.open(f"{site.url}/open?token={TOKEN}")
        began = time.perf_counter()
        browser.open(f"{site.url}/review/{page}")
        figure("page of 5 MB and 5,000 items, until it can be worked on", (time.perf_counter() - began) * 1000, "ms")
        keys = []
        for _ in range(10):
            before = browser.evaluate("document.querySelector('.item.current').dataset.key")
            began = time.perf_counter()
            browser.key("j")
            browser.wait_for(f"document.querySelector('.item.current').dataset.key !== {json.dumps(before)}")
            keys.append((time.perf_counter() - began) * 1000)
        figure("next item by key", statistics.median(keys), "ms", None, len(keys))
        before = browser.evaluate("document.querySelector('.item.current').dataset.key")
        began = time.perf_counter()
        browser.key("a")
        browser.wait_for(f"document.querySelector('.item.current').dataset.key !== {json.dumps(before)}")
        figure("approved by key, until the next item is shown", (time.perf_counter() - began) * 1000, "ms")
        tell(f"{browser.evaluate('document.getElementsByTagName(String.fromCharCode(42)).length')} elements, "
             f"{browser.call('Runtime.getHeapUsage')['usedSize'] / 1e6:.0f} MB of the page's memory")
    finally:
        browser.close()


def reviewers(site: Site, people: int = 50, each: int = 40):
    items = site.rows("SELECT item_type, item_id FROM dbo.review_item WHERE tenant_id = 1 ORDER BY md5(item_id::text) LIMIT 1000")
    start, acknowledged, refused, taken = threading.Barrier(people), [], [], []
    before = site.one("SELECT count(*) FROM dbo.audit_entity_adjudication")

    def review(number: int):
        lots = random.Random(number)
        start.wait()
        for _ in range(each):
            kind, item = lots.choice(items)
            status, answer, milliseconds = site.ask("POST", "/api/v1/adjudicate", {"decision": lots.choice(("approve", "reject")), "reason": "by chance",
                                                    "items": [{"item_type": kind, "item_id": item, "expected_state": "candidate"}]})
            taken.append(milliseconds)
            if status == 200:
                acknowledged.extend(one["audit_id"] for decided in answer["decided"] for one in [decided, *decided.get("with_it", [])])
            elif status == 409 and answer["code"] == "AL021":
                refused.append(item)
            else:
                acknowledged.append(f"{status} {answer}")

    threads = [threading.Thread(target=review, args=(number,)) for number in range(people)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    written = [row for row, in site.rows("SELECT audit_id FROM dbo.audit_entity_adjudication ORDER BY audit_id")][before:]
    twice = site.one("SELECT count(*) - count(DISTINCT (item_type, item_id)) FROM dbo.audit_entity_adjudication WHERE decision <> 'undo'")
    faults = site.rows("SELECT * FROM dbo.fn_check_adjudication_chain(1)")
    if sorted(map(str, acknowledged)) != sorted(map(str, written)) or twice or faults or len(taken) != people * each:
        sys.exit(f"bench: {len(acknowledged)} acknowledged, {len(written)} written, {twice} decided twice, {faults}")
    figure(f"{people} reviewers, decisions", len(taken) / seconds, "1/s", None)
    figure(f"{people} reviewers, a decision, median", statistics.median(taken), "ms", None, len(taken))
    tell(f"{len(acknowledged)} acknowledged and written, {len(refused)} told that another was first; nothing lost or doubled")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=60)
    parser.add_argument("--only", default="queue,page,reviewers")
    given = parser.parse_args()
    site = Site(given.pages)
    try:
        for name, measure in (("queue", lambda: queue(site, given.requests)), ("page", lambda: large_page(site)), ("reviewers", lambda: reviewers(site))):
            if name in given.only.split(","):
                measure()
    finally:
        site.close()


if __name__ == "__main__":
    main()
