"""What is measured of a queue, one function a measure. All work on the cluster that PGHOST names."""
from __future__ import annotations

import random
import re
import statistics
import subprocess
import threading
import time

import psycopg2

from programs import Program, call, enqueue


def rows(database: str, query: str, arguments=None) -> list[tuple]:
    connection = psycopg2.connect(dbname=database)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query, arguments)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def number(database: str, query: str) -> int:
    return int(rows(database, query)[0][0])


def fill(peer, jobs: int) -> float:
    """A fresh queue with so many jobs; seconds that enqueueing took. Then vacuumed and checkpointed, so that autovacuum's clock does
    not decide what is measured next."""
    call(peer, "setup")
    seconds = enqueue(peer, jobs)
    rows(peer.database, "VACUUM ANALYZE")
    rows(peer.database, "CHECKPOINT")
    return seconds


def start(peer, mode: str, environment=None) -> list[Program]:
    return [Program(peer, "work", mode, environment=environment) for _ in range(peer.processes)]


def go(programs: list[Program]):
    for program in programs:
        program.send("go")


def stop(programs: list[Program]):
    for program in programs:
        program.stop()


def drain(peer, jobs: int, leave: int = 0, limit: float = 600) -> float:
    """Seconds from `go` (connected already) until the table has at most `leave` unfinished jobs."""
    programs = start(peer, "drain")
    connection = psycopg2.connect(dbname=peer.database)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            began = time.monotonic()
            go(programs)
            while True:
                if time.monotonic() - began > limit:
                    raise RuntimeError(f"{peer.name} did not drain {jobs} jobs in {limit} s")
                if sum(program.handled for program in programs) < jobs:
                    time.sleep(0.002)  # between two looks
                    continue
                cursor.execute(peer.unfinished)
                if cursor.fetchone()[0] <= leave:
                    return time.monotonic() - began
                time.sleep(0.005)
    finally:
        connection.close()
        stop(programs)


def share(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def latency(peer, jobs: int, environment: dict, gap: tuple[float, float]) -> dict:
    """Milliseconds from before the enqueue's call to the start of the handler; the queue is empty and the worker idle."""
    call(peer, "setup", environment=environment)
    worker = Program(peer, "work", "latency", environment=environment)
    producer = Program(peer, "produce", environment=environment)
    try:
        worker.send("go")
        worker.wait_for("STARTED")
        time.sleep(1)  # the worker becomes idle
        taken = []
        for seq in range(jobs + 5):
            producer.send(f"one {seq}")
            enqueued = producer.wait_for("P", str(seq))
            handled = worker.wait_for("L", str(seq))
            if seq >= 5:
                taken.append((int(handled[2]) - int(enqueued[2])) / 1000)
            time.sleep(random.uniform(*gap))  # or a poller's phase would lock to ours
    finally:
        worker.stop()
        producer.stop()
    return {"p50": statistics.median(taken), "p99": share(taken, 0.99)}


def crash(peer, jobs: int, patience: float) -> dict:
    """kill -9 of all workers at 40 to 50 %, new ones a second later."""
    fill(peer, jobs)
    if peer.name != "almagest":
        rows(peer.database, "DROP TABLE IF EXISTS effects")
        rows(peer.database, "CREATE TABLE effects (seq integer, pid integer, at timestamptz DEFAULT clock_timestamp())")
    programs = start(peer, "crash")
    go(programs)
    kill_at = int(jobs * random.uniform(0.4, 0.5))
    deadline = time.monotonic() + 300
    while sum(program.handled for program in programs) < kill_at:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{peer.name} did not handle {kill_at} jobs in 300 s")
        time.sleep(0.001)  # between two looks
    for program in programs:
        program.kill()
    killed = time.monotonic()
    time.sleep(1)  # the server notices that they are gone
    held = {seq for seq, in rows(peer.database, peer.held)}
    done_and_held = held & {seq for seq, in rows(peer.database, "SELECT seq FROM effects")}
    programs = start(peer, "crash")
    go(programs)
    taken_again, finished = None, None
    while time.monotonic() - killed < patience:
        left = number(peer.database, peer.unfinished)
        if held and taken_again is None and left < len(held):
            taken_again = time.monotonic() - killed
        if left == 0:
            finished = time.monotonic() - killed
            break
        time.sleep(0.1)  # between two looks
    stop(programs)
    effects, payloads = rows(peer.database, "SELECT count(*), count(DISTINCT seq) FROM effects")[0]
    left = number(peer.database, peer.unfinished)
    return {"held": len(held), "held and done": len(done_and_held), "taken again": taken_again, "finished": finished, "left": left,
            "twice": effects - payloads, "lost": jobs - payloads if left == 0 else None}


class Feeder(threading.Thread):
    """Keeps about so many jobs waiting, through the procedure that enqueues many."""

    def __init__(self, peer, depth: int):
        super().__init__(daemon=True)
        self.peer, self.depth, self.enqueued, self.ending = peer, depth, 0, threading.Event()
        self.handled = lambda: 0

    def run(self):
        connection = psycopg2.connect(dbname=self.peer.database)
        connection.autocommit = True
        with connection.cursor() as cursor:
            while not self.ending.is_set():
                if self.enqueued - self.handled() > self.depth:
                    self.ending.wait(0.002)
                    continue
                payloads = ['{"seq": %d}' % seq for seq in range(self.enqueued, self.enqueued + 1000)]
                cursor.execute("SELECT count(*) FROM llm.usp_enqueue_many(1, 'bench', NULL, %s::jsonb[], NULL, NULL, NULL, NULL, NULL)",
                               (payloads,))
                self.enqueued += 1000
        connection.close()


def steady(peer, minutes: float, depth: int, hold_open: bool, tell) -> list[float]:
    """Jobs a second, minute by minute (or tenth by tenth of less than two), with a transaction held open all the while."""
    call(peer, "setup")
    programs = start(peer, "drain")
    feeder = Feeder(peer, depth)
    feeder.handled = lambda: sum(program.handled for program in programs)
    holder = psycopg2.connect(dbname=peer.database)
    holder.set_session(isolation_level="REPEATABLE READ")
    parts = max(10, int(minutes)) if minutes < 2 else int(minutes)
    speeds = []
    try:
        if hold_open:
            holder.cursor().execute("SELECT txid_current(), count(*) FROM llm.job")
        feeder.start()
        while feeder.enqueued < depth:
            time.sleep(0.01)  # between two looks
        go(programs)
        while feeder.handled() < depth:
            time.sleep(0.01)  # until it runs
        for _ in range(parts):
            began, before = time.monotonic(), feeder.handled()
            time.sleep(minutes * 60 / parts)
            speeds.append((feeder.handled() - before) / (time.monotonic() - began))
            tell(speeds)
    finally:
        feeder.ending.set()
        feeder.join(10)
        holder.close()
        stop(programs)
    return speeds


def pgbench(database: str, script, clients: int, batch: int, jobs: int) -> float:
    """Jobs a second, of transactions that take `batch` jobs each."""
    calls = max(1, -(-jobs // (clients * batch)))
    done = subprocess.run(["pgbench", "-n", "-M", "prepared", "-f", str(script), "-c", str(clients), "-j", str(min(2, clients)),
                           "-t", str(calls), "-D", f"batch={batch}", database], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"pgbench {script}: {done.stderr[-1000:]}")
    return float(re.search(r"tps = ([\d.]+) \(without", done.stdout)[1]) * batch
