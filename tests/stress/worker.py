#!/usr/bin/env python3
"""A worker that speaks to the queue's procedures itself: claims batches, keeps their leases alive from a thread and
connection of its own, writes effects and completes in one transaction, now and then fails or hands back.

    worker.py DSN NAME RECORD SEED [MOST_JOBS_AT_ONCE] [LONGEST_WORK_MS]

SIGTERM: hands back what it holds and ends. Lines of its record, where LEASE is JOB:TOKEN: `c LEASE` a claim it was told of, `x LEASE` an extension,
`e LEASE` a completion that was committed, `r LEASE` one that was refused, `h` handed back, `f` failed, `l` a lease that the
heartbeat was told is lost, `d` a deadlock or serialisation failure, `! …` what should not happen."""
from __future__ import annotations

import random
import select
import signal
import sys
import threading
import time
from dataclasses import dataclass

import psycopg2

from database_errors import LEASE_LOST, is_conflict, is_gone, said
from record import Record


Lease = tuple[int, str]  # job id and token


@dataclass(frozen=True)
class Job:
    job_id: int
    token: str
    seq: int
    lease_seconds: int
    attempts: int

    @property
    def lease(self) -> Lease:
        return self.job_id, self.token


def lines(sign: str, leases) -> list[str]:
    return [f"{sign} {job_id}:{token}" for job_id, token in leases]


class Stopping(Exception):
    pass


class Worker:
    def __init__(self, dsn: str, name: str, record: Record, seed: str, batch: int, longest_work: float):
        self.dsn, self.name, self.record, self.batch, self.longest_work = dsn, name, record, batch, longest_work
        self.random = random.Random(seed)
        self.in_hand: set[Lease] = set()
        self.lost: set[Lease] = set()
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.connection = None
        self.has_batch_completion = False
        self.lease_seconds = 2.0

    def connect(self):
        while True:
            try:
                connection = psycopg2.connect(self.dsn)
                with connection, connection.cursor() as cursor:
                    cursor.execute("SELECT to_regproc('llm.usp_complete_jobs') IS NOT NULL")
                    self.has_batch_completion = cursor.fetchone()[0]
                return connection
            except psycopg2.Error as error:
                if not is_gone(error):
                    raise
                if self.stopping.wait(self.random.uniform(0.02, 0.2)):
                    raise Stopping() from None

    def transaction(self, work):
        """`work(cursor)` in one transaction. None when it is not known whether it was committed, or when it was
        rolled back for a passing reason."""
        if self.connection is None:
            self.connection = self.connect()
        try:
            with self.connection, self.connection.cursor() as cursor:
                return work(cursor)
        except psycopg2.Error as error:
            if is_conflict(error):
                self.record.write(["d"])
                return None
            if is_gone(error):
                self.connection = None
                return None
            raise

    def claim(self) -> list[Job]:
        def work(cursor):
            cursor.execute("SELECT job_id, lease_token::text, (payload ->> 'seq')::bigint, lease_seconds, attempts"
                           "  FROM llm.usp_claim_jobs(%s, %s, %s, NULL, NULL)",
                           (self.name, self.random.choice([None, ["stress"]]), self.random.randint(1, self.batch)))
            return [Job(*row) for row in cursor.fetchall()]

        jobs = self.transaction(work) or []
        if jobs:
            self.lease_seconds = jobs[0].lease_seconds
            with self.lock:
                self.in_hand.update(job.lease for job in jobs)
            self.record.write(lines("c", (job.lease for job in jobs)))
        return jobs

    def drop(self, jobs: list[Job]):
        with self.lock:
            self.in_hand.difference_update(job.lease for job in jobs)
            self.lost.difference_update(job.lease for job in jobs)

    def complete(self, jobs: list[Job]):
        """Effects and completions of all of them in one transaction; when a lease was lost, one at a time."""
        together = self.has_batch_completion and self.random.random() < 0.7

        def work(cursor):
            ids, tokens = [job.job_id for job in jobs], [job.token for job in jobs]
            cursor.execute("INSERT INTO stress.effect (seq, job_id, lease_token)"
                           " SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::uuid[])", ([job.seq for job in jobs], ids, tokens))
            if together:
                cursor.execute("SELECT llm.usp_complete_jobs(%s::bigint[], %s::uuid[], %s::uuid[], %s::jsonb[])",
                               (ids, tokens, [None] * len(ids), ["{}"] * len(ids)))
            else:
                for job_id, token in sorted(zip(ids, tokens)):
                    cursor.execute("SELECT llm.usp_complete_job(%s, %s::uuid, NULL, '{}')", (job_id, token))
            return True

        try:
            if self.transaction(work):
                self.record.write(lines("e", (job.lease for job in jobs)))
        except psycopg2.Error as error:
            if error.pgcode != LEASE_LOST:
                raise
            if len(jobs) > 1:
                for job in jobs:
                    self.complete([job])
                return
            self.record.write(lines("r", [jobs[0].lease]))
        self.drop(jobs)

    def end_otherwise(self, job: Job, call: str, sign: str):
        def work(cursor):
            cursor.execute(call, job.lease)
            return True

        try:
            if self.transaction(work):
                self.record.write([sign])
        except psycopg2.Error as error:
            if error.pgcode != LEASE_LOST:
                raise
            self.record.write(lines("r", [job.lease]))
        self.drop([job])

    def hand_back(self, job: Job):
        self.end_otherwise(job, "SELECT llm.usp_hand_back_job(%s, %s::uuid)", "h")

    def fail(self, job: Job):
        self.end_otherwise(job, "SELECT llm.usp_fail_job(%s, %s::uuid, '{\"message\": \"by lot\"}', false, 50)", "f")

    def overstay(self, job: Job):
        """Lets the lease end and, as soon as another holds the job, prolongs its lease and completes it all the same: both
        refused, unless the token is not checked."""
        with self.lock:
            self.in_hand.discard(job.lease)  # the heartbeat forgets it

        def is_with_another(cursor):
            cursor.execute("SELECT FROM llm.job WHERE job_id = %s AND status = 'RUNNING' AND lease_token <> %s::uuid", job.lease)
            return cursor.fetchone() is not None

        until = time.monotonic() + 4 * self.lease_seconds
        while time.monotonic() < until and not self.transaction(is_with_another):
            if self.stopping.wait(0.01):  # between two looks
                break
        if self.transaction(lambda cursor: self.extend(cursor, [job.lease])):
            self.record.write(lines("x", [job.lease]))
        self.complete([job])

    def work_off(self, jobs: list[Job]):
        # Jobs that were claimed before are often held for long, so that a first holder finds them, when it wakes or its
        # lease has ended, in the hands of another.
        if any(job.attempts > 1 for job in jobs) and self.random.random() < 0.5:
            self.stopping.wait(self.lease_seconds * self.random.uniform(0.3, 1.5))
        done: list[Job] = []
        overstayed = jobs.pop() if jobs and self.random.random() < 0.03 else None
        for job in jobs:
            if self.stopping.is_set():
                self.hand_back(job)
                continue
            # The work. Not time.sleep, whose absolute monotonic deadline libfaketime takes for a wall clock's.
            select.select([], [], [], self.random.uniform(0, self.longest_work))
            lot = self.random.random()
            # One in two believes the heartbeat; the other tries to complete all the same and must be refused.
            if job.lease in self.lost and self.random.random() < 0.5:
                self.drop([job])
            elif lot < 0.02:
                self.hand_back(job)
            elif lot < 0.03:
                self.fail(job)
            else:
                done.append(job)
                if self.random.random() < 0.2:
                    self.complete(done)
                    done = []
        if done:
            self.complete(done)
        if overstayed:
            self.overstay(overstayed)

    def release_expired(self):
        def work(cursor):
            cursor.execute("SELECT llm.usp_release_expired_leases(%s)", (self.random.choice([None, 5, 100]),))
            return True

        self.transaction(work)

    @staticmethod
    def extend(cursor, leases: list[Lease]) -> set[int]:
        """The jobs whose leases were prolonged."""
        cursor.execute("SELECT * FROM llm.usp_extend_leases(%s::bigint[], %s::uuid[])",
                       ([job_id for job_id, _ in leases], [token for _, token in leases]))
        return {row[0] for row in cursor.fetchall()}

    def beat(self):
        connection = None
        while not self.stopping.wait(self.lease_seconds / 4):
            with self.lock:
                held = sorted(self.in_hand)
            if not held:
                continue
            try:
                connection = connection or self.connect()
                with connection, connection.cursor() as cursor:
                    still = self.extend(cursor, held)
            except Stopping:
                return
            except psycopg2.Error as error:
                connection = None
                if is_conflict(error):
                    self.record.write(["d"])
                elif not is_gone(error):
                    self.record.write([f"! heartbeat {said(error)}"])
                continue
            self.record.write(lines("x", (lease for lease in held if lease[0] in still)))
            with self.lock:
                gone = [lease for lease in held if lease[0] not in still and lease in self.in_hand]
                self.lost.update(gone)
            self.record.write(["l"] * len(gone))

    def run(self):
        threading.Thread(target=self.beat, daemon=True).start()
        last_release = 0.0
        while not self.stopping.is_set():
            jobs = self.claim()
            self.work_off(jobs)
            if time.monotonic() - last_release > self.lease_seconds / 4:
                last_release = time.monotonic()
                self.release_expired()
            if not jobs:
                self.stopping.wait(self.random.uniform(0.01, 0.05))


def main() -> int:
    dsn, name, path, seed = sys.argv[1:5]
    batch = int(sys.argv[5]) if len(sys.argv) > 5 else 20
    longest = float(sys.argv[6]) / 1000 if len(sys.argv) > 6 else 0.004
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    record = Record(path)  # from here on it must end well
    worker = Worker(dsn, name, record, seed, batch, longest)
    worker.stopping = stopping
    try:
        worker.run()
    except Stopping:
        pass
    except psycopg2.Error as error:
        record.write([f"! worker {said(error)}"])
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
