"""Steady load at a pace, and once a minute a burst that tells what the queue can do just then: all the while another session holds
a transaction open, which keeps every dead row where it is.

A burst's speed is also a matter of what else the machine does in that second, so beside it stand the processor time that a job
took of the server and the worker, which is not, and the share of the machine that others had."""
from __future__ import annotations

import dataclasses
import os
import pathlib
import random
import threading
import time

import psycopg2

from awake import awake
from measures import go, number, rows, start, stop
from programs import call

TICKS = os.sysconf("SC_CLK_TCK")
STEPS = 20          # enqueues a second
SETTLED = 5.0       # seconds in which what was enqueued before is to be done, before a burst
STOOD_STILL = 0.25  # seconds in which this process did not run: a burst that had them is no measure


@dataclasses.dataclass
class Burst:
    speed: float        # jobs a second, from before their enqueue until the last is done
    processor_us: float  # of server and worker, a job
    others: float       # share of the machine that others had
    backlog: int        # jobs that were there already
    minute: float


class Enqueuer:
    def __init__(self, database: str):
        self.connection = psycopg2.connect(dbname=database)
        self.connection.autocommit = True
        self.enqueued = 0

    def enqueue(self, jobs: int) -> tuple[int, int]:
        """First and last id."""
        payloads = ['{"seq": %d}' % seq for seq in range(self.enqueued, self.enqueued + jobs)]
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT min(job_id), max(job_id) FROM llm.usp_enqueue_many(1, 'bench', NULL, %s::jsonb[], NULL, NULL, NULL,"
                           " NULL, NULL)", (payloads,))
            ids = cursor.fetchone()
        self.enqueued += jobs
        return ids

    def hint(self):
        with self.connection.cursor() as cursor:
            cursor.execute("NOTIFY almagest_jobs")


class Pace(threading.Thread):
    """So many jobs a second, evenly; what it could not enqueue in time it does not make up for."""

    def __init__(self, enqueuer: Enqueuer, jobs_per_second: float):
        super().__init__(daemon=True)
        self.enqueuer, self.step = enqueuer, max(1, round(jobs_per_second / STEPS))
        self.going, self.ending, self.mutex = threading.Event(), threading.Event(), threading.Lock()
        self.going.set()
        self.failed: Exception | None = None

    def run(self):
        due = time.monotonic()
        try:
            while not self.ending.is_set():
                self.going.wait(0.1)
                if self.going.is_set():
                    with self.mutex:
                        self.enqueuer.enqueue(self.step)
                        self.enqueuer.hint()
                due = max(due + 1 / STEPS, time.monotonic() - 1 / STEPS)
                self.ending.wait(max(0.0, due - time.monotonic()))
        except Exception as error:  # noqa: BLE001: told by who waits for the jobs
            self.failed = error


def processor_seconds(postmaster: int, programs) -> float:
    """Of the database's clients' servers and of the worker; what the server does by itself (vacuum, checkpoints) is not the job's."""
    used, wanted = 0, {str(program.process.pid) for program in programs}
    for folder in pathlib.Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if folder.name in wanted or (int(fields[1]) == postmaster and b"bench_almagest" in (folder / "cmdline").read_bytes()):
                used += int(fields[11]) + int(fields[12])
        except (OSError, IndexError):
            continue  # it has just ended
    return used / TICKS


def machine() -> tuple[float, float]:
    """Seconds in which processors worked, and seconds in all."""
    fields = [int(word) for word in pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS, sum(fields) / TICKS


class Load:
    """A worker, an enqueuer at a pace, and a transaction held open."""

    def __init__(self, peer, jobs_per_second: float):
        call(peer, "setup")
        self.peer = peer
        self.programs = start(peer, "drain")
        self.postmaster = int(pathlib.Path(rows(peer.database, "SHOW data_directory")[0][0], "postmaster.pid").read_text().split()[0])
        self.holder = psycopg2.connect(dbname=peer.database)
        self.holder.set_session(isolation_level="REPEATABLE READ")
        self.holder.cursor().execute("SELECT txid_current(), count(*) FROM llm.job")
        self.look = psycopg2.connect(dbname=peer.database)
        self.look.autocommit = True
        self.enqueuer = Enqueuer(peer.database)
        self.pace = Pace(self.enqueuer, jobs_per_second)
        go(self.programs)
        self.pace.start()
        self.began = awake()

    def handled(self) -> int:
        return sum(program.handled for program in self.programs)

    def backlog(self) -> int:
        return self.enqueuer.enqueued - self.handled()

    def done(self, first: int, last: int) -> int:
        """The history has no dead rows: asking it costs the same in the first minute and in the last."""
        with self.look.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM llm.job_history WHERE job_id BETWEEN %s AND %s", (first, last))
            return cursor.fetchone()[0]

    def burst(self, jobs: int, patience: float = 300.0) -> Burst | None:
        """None when this process stood still meanwhile."""
        with self.pace.mutex:
            self.pace.going.clear()
        try:
            settled = awake() + SETTLED
            while self.backlog() > 0 and awake() < settled:
                time.sleep(0.01)  # between two looks
            backlog, used, (busy, total) = self.backlog(), processor_seconds(self.postmaster, self.programs), machine()
            began, began_awake = time.monotonic(), awake()
            first, last = self.enqueuer.enqueue(jobs)
            self.enqueuer.hint()
            while self.backlog() > 0 or self.done(first, last) < jobs:
                if awake() - began_awake > patience:
                    raise RuntimeError(f"a burst of {jobs} was not done in {patience:.0f} s")
                time.sleep(0.005)  # between two looks
            took = time.monotonic() - began
            used, ended = processor_seconds(self.postmaster, self.programs) - used, machine()
        finally:
            self.pace.going.set()
        if took - (awake() - began_awake) > STOOD_STILL:
            return None
        others = (ended[0] - busy - used) / max(0.01, ended[1] - total)
        return Burst(jobs / took, used / jobs * 1e6, max(0.0, others), backlog, (began_awake - self.began) / 60)

    def dead_rows(self) -> tuple[int, int]:
        """Dead rows of llm.job, and the bytes that it takes with its indexes."""
        rows(self.peer.database, "SELECT pg_stat_force_next_flush()") if self.server_version() >= 150000 else None
        return (number(self.peer.database, "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relid = 'llm.job'::regclass"),
                number(self.peer.database, "SELECT pg_total_relation_size('llm.job')"))

    def server_version(self) -> int:
        return self.look.server_version

    def close(self):
        self.pace.ending.set()
        self.pace.join(10)
        self.holder.close()
        self.look.close()
        stop(self.programs)


def steady(peer, minutes: float, jobs_per_second: float, burst: int, tell) -> tuple[list[Burst], int, int]:
    """A burst a minute, the first after the first minute; at least one. And what dead rows and bytes llm.job had at the end."""
    load = Load(peer, jobs_per_second)
    bursts: list[Burst] = []
    try:
        at = 0.0
        while at < minutes:
            at += min(1.0, minutes)
            # Not at the same place of whatever else happens once a minute.
            until = load.began + 60 * at - random.uniform(0.0, 5.0)
            while (left := until - awake()) > 0:
                if load.pace.failed:
                    raise load.pace.failed
                time.sleep(min(left, 1.0))
            before = load.handled()
            found = None
            while found is None:
                found = load.burst(burst)
            bursts.append(found)
            tell(f"minute {found.minute:.1f}: {found.speed:,.0f}/s, {found.processor_us:.1f} µs of processor a job, others had "
                 f"{found.others:.0%}, {found.backlog:,} were there before, {before:,} done so far")
        dead, size = load.dead_rows()
    finally:
        load.close()
    return bursts, dead, size
