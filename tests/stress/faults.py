"""Faults, drawn from a seeded generator: the same seed gives the same faults in the same order."""
from __future__ import annotations

import collections
import random
import signal

from awake import awake
from processes import Company

WEIGHTS = {"kill": 34, "stop": 26, "clock": 14, "terminate": 6, "cut": 5, "kill producer": 5, "restart fast": 4,
           "restart immediate": 4, "crowd": 2}
STEPS = [1, 10, 60, 3600, 86400, 400 * 86400]


def plan(count: int, lots: random.Random, only: set[str]) -> list[str]:
    """Every kind at least once if there is room, the rest by weight."""
    kinds = [kind for kind in WEIGHTS if kind in only]
    drawn = lots.sample(kinds, min(count, len(kinds)))
    drawn += lots.choices(kinds, [WEIGHTS[kind] for kind in kinds], k=count - len(drawn))
    lots.shuffle(drawn)
    return drawn


class Faults:
    def __init__(self, company: Company, lots: random.Random, lease: float, claimers: int):
        self.company, self.lots, self.lease, self.claimers = company, lots, lease, claimers
        self.done: collections.Counter[str] = collections.Counter()

    def inject(self, kind: str):
        company, lots = self.company, self.lots
        if kind in ("kill", "terminate", "stop", "clock"):
            kind = self.strike_worker(kind)
        elif kind == "kill producer":
            place = lots.randrange(len(company.producers))
            company.producers[place].kill()
            company.start_producer(place, len(company.producers))
        elif kind == "cut":
            company.session.rows("SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity"
                                 " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 4) a")
        elif kind == "crowd":
            company.start_crowd(self.claimers, lots.uniform(1.0, 2.0))
        elif kind == "fail over":
            company.cluster.fail_over()
        else:
            company.cluster.restart(kind.split()[1])
        self.done[kind] += 1

    def strike_worker(self, kind: str) -> str:
        company, lots = self.company, self.lots
        running = [worker for worker in company.workers if worker.continues_at is None]
        if kind == "clock":
            clocked = [worker for worker in company.workers if worker.clock]
            if clocked:
                lots.choice(clocked).clock.write_text(f"{lots.choice('+-')}{lots.choice(STEPS)}\n")
                return kind
            kind = "kill"  # its successor may get such a clock
        # Some must go on, or nothing would be done until the stopped ones continue.
        if kind == "stop" and len(running) > len(company.workers) // 2:
            worker = lots.choice(running)
            worker.signal(signal.SIGSTOP)
            worker.continues_at = awake() + self.lease * lots.uniform(1.5, 3.0)
            return kind
        if kind == "stop":
            kind = "kill"
        worker = lots.choice(company.workers)
        company.workers.remove(worker)
        if kind == "terminate":
            worker.signal(signal.SIGCONT)
            worker.signal(signal.SIGTERM)
            company.leaving.append((worker, awake() + 60))
        else:
            worker.kill()
        company.start_worker()
        return kind
