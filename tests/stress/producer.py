#!/usr/bin/env python3
"""Enqueues jobs and keeps the external record of what was acknowledged.

    producer.py DSN RECORD SEED FIRST STEP

Payloads are {"seq": FIRST, FIRST + STEP, …}. Each line on standard input says how many jobs may have been acknowledged in
all; `end` ends. Lines of the record, of a job each:
    i SEQ KEY|-   about to be enqueued, written before the database is asked
    a SEQ JOB     acknowledged: the commit was answered; durable before it counts
    u SEQ         given up without knowing whether the commit took place
A process that was killed left intents without an outcome; its successor reads them from the record. With a dedupe key, an
enqueue of unknown outcome is tried again half of the time, which must give one job whatever happened; otherwise, and always
without a key, it stays unknown: it may have one effect or none."""
from __future__ import annotations

import pathlib
import random
import sys
import threading
import time

import psycopg2

from database_errors import is_conflict, is_gone, said
from record import Record, read


class Producer:
    def __init__(self, dsn: str, path: pathlib.Path, seed: str, first: int, step: int):
        self.dsn, self.step = dsn, step
        self.random = random.Random(seed)
        self.connection = None
        self.known: list[tuple[int, str, int]] = []
        self.allowed, self.ended, self.changed = 0, False, threading.Condition()
        outcome: dict[int, str] = {}
        keys: dict[int, str] = {}
        for sign, seq, *rest in read(path):
            outcome[int(seq)] = sign
            if sign == "i":
                keys[int(seq)] = rest[0]
        self.acknowledged = sum(sign == "a" for sign in outcome.values())
        self.next = max(outcome, default=first - step) + step
        self.open = [(seq, keys[seq]) for seq, sign in outcome.items() if sign == "i"]
        self.record = Record(path)

    def listen(self):
        for line in sys.stdin:
            with self.changed:
                if line.strip() == "end":
                    break
                self.allowed = int(line)
                self.changed.notify()
        with self.changed:
            self.ended = True
            self.changed.notify()

    def enqueue(self, jobs: list[tuple[int, str]]) -> list[tuple[int, bool]] | None:
        """Ids and whether they are new; None when the outcome is not known."""
        try:
            if self.connection is None:
                self.connection = psycopg2.connect(self.dsn)
            with self.connection, self.connection.cursor() as cursor:
                if len(jobs) == 1:
                    cursor.execute("SELECT job_id, is_new FROM llm.usp_enqueue_job(1, 'stress', NULL, NULL, NULL,"
                                   " jsonb_build_object('seq', %s), %s, NULL, NULL)",
                                   (jobs[0][0], None if jobs[0][1] == "-" else jobs[0][1]))
                else:
                    cursor.execute(
                        "SELECT e.job_id, e.is_new FROM llm.usp_enqueue_jobs((SELECT jsonb_agg(jsonb_strip_nulls("
                        "   jsonb_build_object('tenant_id', 1, 'job_type', 'stress', 'payload', jsonb_build_object('seq', seq),"
                        "                      'dedupe_key', key)) ORDER BY place)"
                        "   FROM unnest(%s::bigint[], %s::text[]) WITH ORDINALITY j(seq, key, place))) e ORDER BY e.ordinal",
                        ([seq for seq, _ in jobs], [None if key == "-" else key for _, key in jobs]))
                return cursor.fetchall()
        except psycopg2.Error as error:
            if not is_gone(error) and not is_conflict(error):
                raise
            self.connection = None
            time.sleep(self.random.uniform(0.02, 0.1))  # between two attempts to connect
            return None

    def acknowledge(self, jobs, answers):
        self.record.write([f"a {seq} {answer[0]}" for (seq, _), answer in zip(jobs, answers)], durably=True)
        self.acknowledged += len(jobs)
        self.known += [(seq, key, answer[0]) for (seq, key), answer in zip(jobs, answers) if key != "-"]
        del self.known[:-1000]

    def settle(self):
        """Intents without an outcome: tried again or given up."""
        while self.open:
            seq, key = self.open[-1]
            if key == "-" or self.random.random() < 0.5:
                self.record.write([f"u {seq}"])
            else:
                answer = self.enqueue([(seq, key)])
                if answer is None:
                    continue
                self.acknowledge([(seq, key)], answer)
            self.open.pop()

    def repeat_one(self):
        seq, key, job_id = self.random.choice(self.known)
        answer = self.enqueue([(seq, key)])
        if answer and answer[0] != (job_id, False):
            self.record.write([f"! {seq} enqueued again under its key {key}: {answer[0]} instead of {(job_id, False)}"])

    def produce(self):
        count = self.random.choice([1, 1, 2, 10, 50, 50])
        jobs = []
        for _ in range(count):
            jobs.append((self.next, f"key-{self.next}" if self.random.random() < 0.8 else "-"))
            self.next += self.step
        self.record.write([f"i {seq} {key}" for seq, key in jobs])
        answer = self.enqueue(jobs)
        if answer is None:
            self.open = jobs
            self.settle()
        else:
            self.acknowledge(jobs, answer)

    def run(self):
        threading.Thread(target=self.listen, daemon=True).start()
        self.settle()
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.ended or self.acknowledged < self.allowed)
                if self.ended:
                    return
            self.produce()
            if self.known and self.random.random() < 0.05:
                self.repeat_one()


def main() -> int:
    dsn, path, seed, first, step = sys.argv[1:6]
    producer = Producer(dsn, pathlib.Path(path), seed, int(first), int(step))
    try:
        producer.run()
    except psycopg2.Error as error:
        producer.record.write([f"! 0 producer {said(error)}"])
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
