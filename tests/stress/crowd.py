#!/usr/bin/env python3
"""A hundred claimers at once, each with a connection of its own: all wait for each other, then claim one to three jobs at a
time for a while; most jobs are completed, some handed back, some left to their leases.

    crowd.py DSN NAME RECORD SEED CLAIMERS SECONDS"""
from __future__ import annotations

import random
import sys
import threading
import time

import psycopg2

from database_errors import said
from record import Record
from worker import Stopping, Worker


def claim_for_a_while(worker: Worker, start: threading.Barrier, seconds: float):
    try:
        worker.connection = worker.connect()
        try:
            start.wait(20)
        except threading.BrokenBarrierError:
            pass  # the database went away under some; the rest go on without them
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for job in worker.claim():
                lot = worker.random.random()
                if lot < 0.75:
                    worker.complete([job])
                elif lot < 0.9:
                    worker.hand_back(job)
                else:
                    worker.drop([job])
    except Stopping:
        pass
    except psycopg2.Error as error:
        worker.record.write([f"! crowd {said(error)}"])


def main():
    dsn, name, path, seed, claimers, seconds = sys.argv[1:7]
    record = Record(path)
    start = threading.Barrier(int(claimers))
    lots = random.Random(seed)
    crowd = [Worker(dsn, f"{name}:{number}", record, str(lots.random()), 3, 0.0) for number in range(int(claimers))]
    late = threading.Timer(30, lambda: [worker.stopping.set() for worker in crowd])
    late.daemon = True
    late.start()
    threads = [threading.Thread(target=claim_for_a_while, args=(worker, start, float(seconds)), daemon=True) for worker in crowd]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
