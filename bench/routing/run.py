#!/usr/bin/env python3
"""How fast answers become rows: items (entities and relations) a second through the routing procedures, into a star schema
that has 0, 100,000 or 1,000,000 entities already, over 1, 2 and 4 connections, beside COPY of the rows that they wrote; and how long it
takes to find out which entities 100 names mean (a third as written, a third in capitals, a third misspelt and so unknown).

    make bench NAME=routing
    bench/routing/run.py [--entities 0,100000,1000000] [--connections 1,2,4] [--passages N] [--size N] [--batch N]
                         [--statements]

A passage's answer has 20 entities, a third of them new, and 15 relations among them, each with a quote; --size makes it so many
times larger, --batch routes so many answers a call, which is what runners do with answers that wait. --statements prints where the server's time goes. A figure a line on standard output; ratio is to COPY, or to the empty star schema; greater is better."""
from __future__ import annotations

import argparse
import json
import pathlib
import random
import statistics
import subprocess
import sys
import threading
import time

try:
    import psycopg2
except ImportError:
    sys.exit("bench: python3-psycopg2 is not there for this Python; run scripts/setup.sh --tests and use /usr/bin/python3")

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests" / "stress"))
from cluster import Cluster, program  # noqa: E402

ENTITIES, RELATIONS = 20, 15  # of a passage; see --size
TEXT = "x" * 20_000
WRITTEN = ["dbo.name", "dbo.dim_entity", "dbo.entity_mention", "dbo.evidence", "dbo.bridge_entity_relation", "dbo.fact_entity_extraction"]
SYLLABLES = ["ba", "den", "fir", "gol", "han", "jor", "kel", "lum", "mar", "nor", "pel", "rud", "sol", "tam", "vel", "wen"]
# The name of entity n, made alike here and in SQL: four syllables and a number that keeps them apart.
SQL_NAME = "initcap((%(s)s::text[])[1 + n %% 16] || (%(s)s::text[])[1 + n / 16 %% 16]) || ' ' || " \
           "initcap((%(s)s::text[])[1 + n / 256 %% 16] || (%(s)s::text[])[1 + n / 4096 %% 16]) || ' ' || n"
FILL = f"""
INSERT INTO dbo.name (name_id, tenant_id, name_key) SELECT n, 1, dbo.fn_name_key({SQL_NAME}) FROM generate_series(1, %(n)s) n;
INSERT INTO dbo.dim_entity (entity_id, tenant_id, name_id, entity_name, name_key, entity_type, type_key, confidence, support, promotion_state)
SELECT n, 1, n, {SQL_NAME}, k.name_key, 'person', 'person', 0.9, 1, 'promoted' FROM generate_series(1, %(n)s) n JOIN dbo.name k ON k.name_id = n;
INSERT INTO dbo.entity_mention (tenant_id, source_page_id, chunk_id, name_id, type_key, entity_id, said_name, said_type, confidence, grounding, earned_state)
SELECT 1, 1, 1, n, 'person', n, 'x', 'person', 0.9, 'exact', 'promoted' FROM generate_series(1, %(n)s) n;
INSERT INTO dbo.evidence (tenant_id, target_table, target_id, source_page_id, chunk_id, char_start, char_end, quote, grounding, confidence, earned_state, mention_id)
SELECT 1, 'dbo.dim_entity', n, 1, 1, 0, 10, 'a quote', 'exact', 0.9, 'promoted', n FROM generate_series(1, %(n)s) n;
SELECT setval(pg_get_serial_sequence('dbo.name', 'name_id'), greatest(1, %(n)s)), setval(pg_get_serial_sequence('dbo.dim_entity', 'entity_id'), greatest(1, %(n)s));
"""


def figure(name, value, unit, peer=None, peer_value=None, ratio=None, runs=1):
    print(json.dumps({"name": name, "value": round(value), "unit": unit, "peer": peer, "peer_value": peer_value and round(peer_value),
                      "ratio": None if ratio is None else round(ratio, 3), "runs": runs}), flush=True)


def tell(what: str):
    print(f"bench: {what}", file=sys.stderr, flush=True)


def name_of(n: int) -> str:
    parts = [SYLLABLES[n // 16 ** place % 16] for place in range(4)]
    return f"{(parts[0] + parts[1]).capitalize()} {(parts[2] + parts[3]).capitalize()} {n}"


def answers(lots: random.Random, known: int, fresh: int, size: int) -> tuple[str, str, int]:
    """Of one passage, and how many items they have; fresh: the first number that no entity has yet."""
    numbers = [fresh + place if known == 0 or place % 3 == 0 else lots.randint(1, known) for place in range(size * ENTITIES)]
    names = [name_of(number) for number in dict.fromkeys(numbers)]

    def item(start: int, members: dict) -> dict:
        quote = {"char_start": start, "char_end": start + 60, "quote": "she kept the books of the harbour from April until the autumn",
                 "grounding": "exact"}
        return {**members, "confidence": lots.choice([0.95, 0.9, 0.8]), "grounding": "exact", "evidence": [quote]}

    entities = [item(50 * place % 19_000, {"name": name, "type": "person"}) for place, name in enumerate(names)]
    relations = []
    for place in range(size * RELATIONS):
        subject, target = lots.sample(names, 2)
        relations.append(item(50 * place % 19_000, {"subject": subject, "predicate": lots.choice(["leads", "owns", "is part of"]), "object": target}))
    return json.dumps(entities), json.dumps(relations), len(entities) + len(relations)


def connect(cluster: Cluster):
    connection = psycopg2.connect(cluster.dsn())
    connection.autocommit = True
    return connection


def run(cursor, query: str, arguments=None) -> list[tuple]:
    cursor.execute(query, arguments)
    return cursor.fetchall() if cursor.description else []


def set_up(cluster: Cluster, entities: int):
    """A fresh database with so many entities, each with a mention and a piece of evidence."""
    connection = psycopg2.connect(cluster.dsn(database="postgres"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        run(cursor, "DROP DATABASE IF EXISTS almagest WITH (FORCE)")
    connection.close()
    cluster.create_database()
    subprocess.run([program(), "db", "migrate", "--quiet", "--database", cluster.dsn()], check=True, stdout=subprocess.DEVNULL)
    connection = connect(cluster)
    with connection.cursor() as cursor:
        add_pages(cursor, 1)
        run(cursor, "SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
        if entities:
            cursor.execute(FILL, {"s": SYLLABLES, "n": entities})
            run(cursor, "DELETE FROM dbo.review_stale_page")  # no page has a million entities
            run(cursor, "VACUUM ANALYZE")  # not of empty tables: they would be planned as ones that stay so
        run(cursor, "CHECKPOINT")
    connection.close()


def add_pages(cursor, count: int) -> list[tuple[int, int]]:
    """Pages of one passage each: (page, chunk)."""
    run(cursor, "SET synchronous_commit = off")
    made = []
    for _ in range(count):
        add_pages.number += 1
        page = run(cursor, "SELECT source_page_id FROM ingest.usp_ingest_page(1, %s, 'text/plain', 'utf-8', 'A page', %s, %s,"
                   " encode(sha256(%s), 'hex'))", (f"page {add_pages.number}", TEXT, *[str(add_pages.number).encode()] * 2))[0][0]
        chunk = run(cursor, "INSERT INTO vector.chunk (tenant_id, source_page_id, ingest_record_id, chunk_index, char_start, char_end, fresh_start, content,"
                    " content_sha256, token_count) SELECT 1, p.source_page_id, p.ingest_record_id, 0, 0, 20000, 0, 'x', repeat('0', 64), 1"
                    " FROM sem.source_page p WHERE p.source_page_id = %s RETURNING chunk_id", (page,))[0][0]
        made.append((page, chunk))
    run(cursor, "SET synchronous_commit = on")
    return made


add_pages.number = 0


def route(cluster: Cluster, passages: list, batch: int) -> int:
    """Items routed, a transaction for the entities and one for the relations of each passage; or, several passages a call, one for both."""
    connection = connect(cluster)
    items = 0
    with connection.cursor() as cursor:
        for at in range(0, len(passages), batch):
            pages, chunks, entities, relations, sizes = map(list, zip(*passages[at:at + batch]))
            if batch > 1:
                nothing = [None] * len(pages)
                run(cursor, "SELECT dbo.usp_route_passages(1, dbo.fn_passages(1, %s::uuid[], %s::bigint[], %s::bigint[], %s::text[], %s::text[]),"
                    " %s::jsonb[], %s::jsonb[])", (nothing, pages, chunks, nothing, nothing, entities, relations))
            else:
                for procedure, answer in (("entities", entities[0]), ("entity_relations", relations[0])):
                    cursor.execute(f"SELECT FROM dbo.usp_batch_insert_{procedure}(1, NULL, %s, %s, %s::jsonb)", (pages[0], chunks[0], answer))
            items += sum(sizes)
    connection.close()
    return items


def measure(cluster: Cluster, known: int, connections: int, passages: int, size: int, batch: int) -> float:
    """Items a second. The first passages of each connection are not counted: plans and caches are made then."""
    lots = random.Random(known + connections)
    connection = connect(cluster)
    with connection.cursor() as cursor:
        pages = add_pages(cursor, passages + 10 * connections)
        fresh = 10_000_000 * connections + known
        work = [(page, chunk, *answers(lots, known, fresh + 100 * size * place, size)) for place, (page, chunk) in enumerate(pages)]
        run(cursor, "CHECKPOINT")
    connection.close()
    start, counted = threading.Barrier(connections + 1), []

    def worker(number: int):
        mine = work[number::connections]
        route(cluster, mine[:10], batch)
        start.wait()
        counted.append(route(cluster, mine[10:], batch))

    threads = [threading.Thread(target=worker, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.monotonic()
    for thread in threads:
        thread.join()
    if len(counted) < connections:
        sys.exit("bench: a connection failed; see above")
    return sum(counted) / (time.monotonic() - began)


def copy_speed(cluster: Cluster, before: dict[str, int], items: int) -> float:
    """Items a second when the rows that routing wrote are copied into empty tables of the same shape and indexes."""
    folder = pathlib.Path(cluster.socket)
    connection = connect(cluster)
    seconds = 0.0
    with connection.cursor() as cursor:
        for table in WRITTEN:
            key = run(cursor, "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
                      " WHERE i.indrelid = %s::regclass AND i.indisprimary", (table,))[0][0]
            plain = [name for name, in run(cursor, "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
                                           " AND attgenerated = ''", (table,))]
            file, columns = folder / f"{table}.copy", ", ".join(plain)
            run(cursor, f"COPY (SELECT {columns} FROM {table} WHERE {key} > {before[table]}) TO '{file}'")
            run(cursor, f"CREATE TABLE public.copied (LIKE {table} INCLUDING ALL EXCLUDING IDENTITY)")
            began = time.monotonic()
            run(cursor, f"COPY public.copied ({columns}) FROM '{file}'")
            seconds += time.monotonic() - began
            run(cursor, "DROP TABLE public.copied")
    connection.close()
    return items / seconds


def resolving(cluster: Cluster, known: int, draws: int = 51) -> float:
    """Milliseconds that 100 names take, at the median; every third is that of no entity."""
    lots, took = random.Random(known), []
    connection = connect(cluster)
    with connection.cursor() as cursor:
        for _ in range(draws):
            names = [name_of(number) for number in lots.sample(range(1, known + 1), 100)]
            names = [(name, name.upper(), name.replace(" ", "x "))[place % 3] for place, name in enumerate(names)]
            began = time.monotonic()
            found = run(cursor, "SELECT n.place, f.entity_id FROM unnest(%s::text[]) WITH ORDINALITY n(name, place)"
                        " CROSS JOIN LATERAL dbo.fn_find_entities(1, n.name) f", (names,))
            took.append(1000 * (time.monotonic() - began))
            if {place % 3 for place, _ in found} != {1, 2} or len(found) != 67:
                sys.exit(f"bench: of 100 names, 67 of them known, {len(found)} were found")
    connection.close()
    return statistics.median(took)


def greatest_keys(cluster: Cluster) -> dict[str, int]:
    connection = connect(cluster)
    with connection.cursor() as cursor:
        keys = {table: run(cursor, f"SELECT coalesce(max({column}), 0) FROM {table}")[0][0] for table, column in
                zip(WRITTEN, ["name_id", "entity_id", "mention_id", "evidence_id", "relation_id", "extraction_id"])}
    connection.close()
    return keys


def print_statements(cluster: Cluster):
    connection = connect(cluster)
    with connection.cursor() as cursor:
        for row in run(cursor, "SELECT calls, round(total_exec_time::numeric), round((1000 * mean_exec_time)::numeric) AS us, rows,"
                       " left(regexp_replace(query, '\\s+', ' ', 'g'), 130) FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT 40"):
            tell(" ".join(map(str, row)))
    connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entities", default="0,100000,1000000")
    parser.add_argument("--connections", default="1,2,4")
    parser.add_argument("--passages", type=int, default=400)
    parser.add_argument("--size", type=int, default=1)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--statements", action="store_true")
    chosen = parser.parse_args()
    settings = {"shared_buffers": "'2GB'", "max_wal_size": "'4GB'"}
    if chosen.statements:
        settings |= {"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.track": "all"}
    cluster = Cluster(settings)
    empty: dict[int, float] = {}
    try:
        for known in map(int, chosen.entities.split(",")):
            set_up(cluster, known)
            if chosen.statements:
                connection = connect(cluster)
                run(connection.cursor(), "CREATE EXTENSION pg_stat_statements")
                connection.close()
            for connections in map(int, chosen.connections.split(",")):
                before = greatest_keys(cluster)
                speed = measure(cluster, known, connections, chosen.passages, chosen.size, chosen.batch)
                limit = copy_speed(cluster, before, (chosen.passages + 10 * connections) * chosen.size * (ENTITIES + RELATIONS))
                said = (f"routing into {known:,} entities, {chosen.size * (ENTITIES + RELATIONS)} items a passage, "
                        f"{f'{chosen.batch} passages a call, ' if chosen.batch > 1 else ''}{connections} connection{'s' if connections > 1 else ''}")
                figure(said, speed, "items/s", "COPY of the same rows", limit, speed / limit)
                if connections in empty:
                    figure(said, speed, "items/s", "into an empty star schema", empty[connections], speed / empty[connections])
                empty.setdefault(connections, speed)
            if known:
                figure(f"resolving 100 names among {known:,} entities, median", resolving(cluster, known), "ms")
            if chosen.statements:
                print_statements(cluster)
    finally:
        cluster.close()


if __name__ == "__main__":
    main()
