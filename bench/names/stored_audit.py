"""`almagest dedupe audit` from end to end over names in a database: read, joined, judged, explained, noted and, with --json, printed."""
from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "stress"))

# Names that fold alike are one entity. Each has one relation to another at random, as pages would leave.
FILL = """
CREATE TEMP TABLE folded AS
SELECT min(g.entity) AS entity, min(g.name) AS name, dbo.fn_name_key(g.name) AS name_key FROM given g GROUP BY dbo.fn_name_key(g.name);
INSERT INTO dbo.name (tenant_id, name_key) SELECT 1, f.name_key FROM folded f;
INSERT INTO dbo.dim_entity (tenant_id, name_id, entity_name, name_key, entity_type, type_key, confidence, support, promotion_state)
SELECT 1, n.name_id, f.name, f.name_key, 'unknown', NULL, 0.9, 1, 'promoted' FROM folded f JOIN dbo.name n ON n.tenant_id = 1 AND n.name_key = f.name_key;
INSERT INTO dbo.bridge_entity_relation (tenant_id, from_entity_id, to_entity_id, relation_type, confidence, support, promotion_state)
SELECT 1, e.entity_id, o.entity_id, 'beside', 0.9, 1, 'promoted'
  FROM (SELECT entity_id, row_number() OVER (ORDER BY entity_id) AS place FROM dbo.dim_entity) e
  JOIN (SELECT entity_id, row_number() OVER (ORDER BY md5(entity_id::text)) AS place FROM dbo.dim_entity) o USING (place)
 WHERE e.entity_id <> o.entity_id;
"""


def fill(cluster, file: pathlib.Path) -> dict[int, int]:
    """The entity of the file that each stored one is."""
    import psycopg2
    with psycopg2.connect(cluster.dsn()) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE given (id int, entity int, kind text, name text)")
        with file.open(encoding="utf-8") as rows:
            cursor.copy_expert("COPY given FROM STDIN (FORMAT csv, DELIMITER E'\\t')", rows)
        cursor.execute(FILL)
        cursor.execute("SELECT e.entity_id, f.entity FROM folded f JOIN dbo.dim_entity e ON e.name_key = f.name_key AND e.tenant_id = 1")
        entities = dict(cursor.fetchall())
    connection = psycopg2.connect(cluster.dsn())
    connection.autocommit = True
    connection.cursor().execute("VACUUM ANALYZE dbo.dim_entity, dbo.name, dbo.bridge_entity_relation")
    connection.close()
    return entities


def audit(cluster, *options: str) -> tuple[dict, float, float]:
    """What it printed, seconds and megabytes at most."""
    from cluster import program
    out = cluster.folder / "audit.json"
    began = time.monotonic()
    with out.open("w") as printed:
        process = subprocess.Popen([program(), "dedupe", "audit", "--json", "--database", cluster.dsn(), *options], stdout=printed,
                                   env=dict(os.environ, ALMAGEST_HOME=str(cluster.folder / "home")))
        _, status, usage = os.wait4(process.pid, 0)
    took = time.monotonic() - began
    if status:
        sys.exit(f"names: almagest dedupe audit ended with {os.waitstatus_to_exitcode(status)}")
    with out.open() as printed:
        return json.load(printed), took, usage.ru_maxrss / 1024


def pair_f1(pairs: list[dict], entities: dict[int, int]) -> float:
    """Pairs that fold alike count on neither side: the database has them as one."""
    sizes: dict[int, int] = {}
    for entity in entities.values():
        sizes[entity] = sizes.get(entity, 0) + 1
    truth = sum(size * (size - 1) // 2 for size in sizes.values())
    right = sum(entities[pair["first"]["entity_id"]] == entities[pair["second"]["entity_id"]] for pair in pairs)
    return 2 * right / (truth + len(pairs))


def registered(cluster):
    """So that the pairs' jobs are enqueued."""
    import psycopg2
    with psycopg2.connect(cluster.dsn()) as connection:
        connection.cursor().execute("SELECT llm.usp_register_job_type(%s::jsonb)", (json.dumps({
            "job_type": "entity_dedupe", "version": "1.0.0", "unit": "page", "after": None, "handler": "dbo.usp_process_entity_dedupe_output",
            "priority": 50, "max_attempts": 3, "lease_seconds": 30, "slack_seconds": 600, "sha256": "a"}),))


def measure(file: pathlib.Path) -> dict:
    """Over a fresh database with the names of the file."""
    from cluster import Cluster
    cluster = Cluster({"shared_buffers": "'1GB'", "max_wal_size": "'4GB'"})
    try:
        cluster.create_database()
        cluster.migrate()
        registered(cluster)
        entities = fill(cluster, file)
        dry, dry_seconds, _ = audit(cluster, "--dry-run")
        found, seconds, memory = audit(cluster)
        again, again_seconds, _ = audit(cluster)
        if again["noted"] or found["pairs"] != dry["pairs"] or any(not pair["explanation"] for pair in found["pairs"]):
            sys.exit("names: the audit finds other pairs the second time, or does not explain one")
        return {"names": found["names"], "pairs": len(found["pairs"]), "enqueued": found["enqueued"], "dry": dry_seconds, "seconds": seconds,
                "again": again_seconds, "megabytes": memory, "f1": pair_f1(found["pairs"], entities)}
    finally:
        cluster.close()


def made_one(pairs: list[tuple]) -> int:
    """How many of (name, name, type, type) the router takes for one entity, all of them in one answer."""
    import psycopg2
    from cluster import Cluster
    cluster = Cluster()
    try:
        cluster.create_database()
        cluster.migrate()
        items = [{"name": name, "type": kind, "confidence": 1, "grounding": "exact"} for pair in pairs for name, kind in zip(pair[:2], pair[2:])]
        with psycopg2.connect(cluster.dsn()) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT source_page_id FROM ingest.usp_ingest_page(1, 'a page', 'text/plain', 'utf-8', 'A page', 'text', 'text', encode(sha256('text'), 'hex'))")
            cursor.execute("SELECT entity_id FROM dbo.usp_batch_insert_entities(1, NULL, %s, NULL, %s::jsonb) ORDER BY ordinal",
                           (cursor.fetchone()[0], json.dumps(items)))
            entities = [entity for entity, in cursor.fetchall()]
        if len(entities) != len(items):
            sys.exit(f"names: of {len(items)} items {len(entities)} were routed")
        return sum(first == second for first, second in zip(entities[::2], entities[1::2]))
    finally:
        cluster.close()
