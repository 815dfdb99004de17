#!/usr/bin/env python3
"""Almagest's queue procedures driven from Python: the protocol of programs.py. What the procedures themselves can do, without
the dispatcher. TENANTS spreads the jobs over so many tenants, the first of which has nine in ten."""
from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time

import psycopg2

BATCH = int(os.environ.get("BATCH", 10000))
CLAIM = int(os.environ.get("CLAIM", 1000))
LEASE = int(os.environ.get("LEASE", 30))
TENANTS = int(os.environ.get("TENANTS", 1))
DATABASE = "bench_almagest"

SCHEMA = """
CREATE TABLE effects (seq integer, pid integer, at timestamptz DEFAULT clock_timestamp());
CREATE FUNCTION dbo.usp_process_bench_output(p_job_id bigint, p_run_id uuid, p_output jsonb) RETURNS jsonb LANGUAGE sql AS
    $$ SELECT '{}'::jsonb $$;
CREATE FUNCTION dbo.usp_process_effect_output(p_job_id bigint, p_run_id uuid, p_output jsonb) RETURNS jsonb LANGUAGE sql AS
    $$ INSERT INTO effects (seq, pid) VALUES ((p_output ->> 'seq')::integer, 0) RETURNING '{}'::jsonb $$;
"""


def connect(database=DATABASE):
    connection = psycopg2.connect(dbname=database)
    connection.autocommit = True
    return connection


def say(line: str):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def microseconds() -> int:
    return time.monotonic_ns() // 1000


def set_up():
    server = connect("postgres").cursor()
    server.execute("SELECT count(*) FROM pg_database WHERE datname = 'almagest_template'")
    if not server.fetchone()[0]:
        server.execute("CREATE DATABASE almagest_template")
        url = f"host={os.environ['PGHOST']} user={os.environ['PGUSER']} dbname=almagest_template"
        subprocess.run([os.environ["ALMAGEST_PROGRAM"], "db", "migrate", "--database", url, "--quiet"], check=True)
        template = connect("almagest_template")
        cursor = template.cursor()
        cursor.execute(SCHEMA)
        cursor.execute("SELECT llm.usp_ensure_tenant('tenant ' || n) FROM generate_series(2, 20) n")
        template.close()
    server.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    server.execute(f"CREATE DATABASE {DATABASE} TEMPLATE almagest_template")
    connect().cursor().execute(
        "SELECT llm.usp_register_job_type(jsonb_build_object('job_type', 'bench', 'version', '1.0.0', 'unit', 'page',"
        " 'handler', 'dbo.usp_process_' || %s || '_output', 'sha256', 'bench', 'lease_seconds', %s, 'max_attempts', 20))",
        (os.environ.get("HANDLER", "bench"), LEASE))


def enqueue(cursor, tenant: str, seqs):
    cursor.execute(f"SELECT count(*) FROM llm.usp_enqueue_many({tenant}, 'bench', NULL, %s::jsonb[], NULL, NULL, NULL, NULL, NULL)",
                   (['{"seq": %d}' % seq for seq in seqs],))


def enqueue_all(jobs: int):
    cursor = connect().cursor()
    cursor.execute("SELECT tenant_id FROM llm.tenant ORDER BY tenant_id")
    tenants = [str(tenant) for tenant, in cursor.fetchall()][:TENANTS]
    shares = [jobs] if TENANTS == 1 else [jobs * 9 // 10] + [jobs // 10 // (TENANTS - 1)] * (TENANTS - 1)
    shares[0] += jobs - sum(shares)
    began, first = time.monotonic(), 0
    for tenant, share in zip(tenants, shares):
        for at in range(first, first + share, BATCH):
            enqueue(cursor, tenant, range(at, min(first + share, at + BATCH)))
        first += share
    say(json.dumps({"n": jobs, "secs": time.monotonic() - began, "batch": BATCH}))


def produce():
    cursor = connect().cursor()
    say("READY")
    for line in sys.stdin:
        words = line.split()
        if words[0] != "one":
            return
        before = microseconds()
        enqueue(cursor, "1", [int(words[1])])
        say(f"P {words[1]} {before} {microseconds()}")


class Worker:
    def __init__(self, mode: str):
        self.mode, self.handled = mode, 0
        self.connection = connect()
        self.cursor = self.connection.cursor()

    def take(self, limit: int) -> list[tuple]:
        self.cursor.execute("SELECT job_id, lease_token, (payload ->> 'seq')::int FROM llm.usp_claim_jobs(%s, NULL, %s, NULL, NULL)",
                            (f"bench {os.getpid()}", limit))
        return self.cursor.fetchall()

    def complete(self, jobs: list[tuple]):
        if self.mode == "crash":
            self.cursor.execute("BEGIN")
            self.cursor.execute("INSERT INTO effects (seq, pid) SELECT s, %s FROM unnest(%s) s", (os.getpid(), [job[2] for job in jobs]))
        self.cursor.execute("SELECT llm.usp_complete_jobs(%s, %s::uuid[], array_fill(NULL::uuid, %s), array_fill('{}'::jsonb, %s))",
                            ([job[0] for job in jobs], [job[1] for job in jobs], [len(jobs)], [len(jobs)]))
        if self.mode == "crash":
            self.cursor.execute("COMMIT")
        self.handled += len(jobs)

    def run(self):
        last_release = 0.0
        while True:
            jobs = self.take(1 if self.mode == "latency" else CLAIM)
            if not jobs:
                if time.monotonic() - last_release > 1:
                    last_release = time.monotonic()
                    self.cursor.execute("SELECT llm.usp_release_expired_leases(1000)")
                time.sleep(0.002)
                continue
            if self.mode == "latency":
                say(f"L {jobs[0][2]} {microseconds()}")
            step = 100 if self.mode == "crash" else len(jobs)
            for at in range(0, len(jobs), step):
                self.complete(jobs[at:at + step])


def tell_handled(worker: Worker):
    last = 0
    while True:
        time.sleep(0.01)
        if worker.handled != last:
            last = worker.handled
            say(f"C {last}")


def work(mode: str):
    worker = Worker(mode)
    say("READY")
    for line in sys.stdin:
        if line.strip() != "go":
            break
        threading.Thread(target=tell_handled, args=(worker,), daemon=True).start()
        threading.Thread(target=worker.run, daemon=True).start()
        say("STARTED")
    os._exit(0)


def main():
    what = sys.argv[1]
    if what == "setup":
        set_up()
    elif what == "enqueue":
        enqueue_all(int(sys.argv[2]))
    elif what == "produce":
        produce()
    else:
        work(sys.argv[2])


if __name__ == "__main__":
    main()
