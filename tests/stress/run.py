#!/usr/bin/env python3
"""The queue under stress: many workers on a private PostgreSQL cluster, faults by lot, and an oracle outside of it.

Kills workers and producers with -9, stops workers for longer than their leases, restarts PostgreSQL (fast and immediate), cuts
connections, lets a hundred claimers loose, steps clients' clocks; and checks while it runs and at the end that every
acknowledged enqueue has exactly one effect, that there is no effect without an enqueue, that no payload was held by two live
leases at once, that nothing is left, and that hand-backs cost no attempt. Ends with 0, or 1 when something was violated."""
from __future__ import annotations

import argparse
import json
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import time

try:
    import psycopg2  # noqa: F401
except ImportError:
    sys.exit("stress: python3-psycopg2 is not there for this Python; run scripts/setup.sh --tests and use /usr/bin/python3")

import broken
import faults
from awake import awake
from cluster import Cluster, Session
from oracle import Oracle
from processes import FAKETIME, FOLDER, Company
from standby import ClusterWithStandby

BACKLOG = 3000      # jobs that wait at most
STALLED_AFTER = 90  # seconds without progress


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=100_000, help="acknowledged enqueues (100000)")
    parser.add_argument("--faults", type=int, default=200, help="faults, spread over the jobs (200)")
    parser.add_argument("--seed", type=int, help="for the same faults again; by default one is drawn and told")
    parser.add_argument("--only", metavar="KIND,…", help=f"faults of these kinds only: {', '.join(faults.WEIGHTS)}")
    parser.add_argument("--workers", type=int, default=10)
    parser.add_argument("--producers", type=int, default=2)
    parser.add_argument("--claimers", type=int, default=100, help="in a crowd")
    parser.add_argument("--lease", type=int, default=2, help="seconds (2)")
    parser.add_argument("--fail-over", action="store_true", help="half-way the server dies and a synchronous standby takes over")
    parser.add_argument("--broken", choices=sorted(broken.VARIANTS), help="with a broken variant, which must be caught")
    parser.add_argument("--workers-of", choices=["both", "sql", "dispatcher"], default="both",
                        help="which kind: those that speak to the procedures, those that run the dispatcher, or both in turn")
    parser.add_argument("--keep", action="store_true", help="keep records and the processes' output")
    parser.add_argument("--json", action="store_true", help="the summary as JSON on standard output")
    chosen = parser.parse_args()
    if min(chosen.jobs, chosen.workers, chosen.producers, chosen.lease, chosen.claimers) < 1 or chosen.faults < 0:
        parser.error("numbers must be positive")
    chosen.only = set(chosen.only.split(",")) if chosen.only else set(faults.WEIGHTS)
    if unknown := chosen.only - faults.WEIGHTS.keys():
        parser.error(f"there are no faults of the kind {', '.join(sorted(unknown))}")
    return chosen


class Stress:
    def __init__(self, chosen: argparse.Namespace, seed: int, cluster: Cluster, folder: pathlib.Path):
        self.chosen = chosen
        self.session = Session(cluster.dsn())
        self.oracle = Oracle(Session(cluster.dsn()), folder)
        self.cluster = cluster
        lots = random.Random(seed)
        self.plan = faults.plan(chosen.faults, lots, chosen.only)
        if chosen.fail_over:
            self.plan.insert(len(self.plan) // 2, "fail over")
        self.company = Company(cluster, self.session, folder, random.Random(lots.random()), chosen.workers_of, "clock" in chosen.only)
        self.faults = faults.Faults(self.company, random.Random(lots.random()), chosen.lease, chosen.claimers)
        self.violations: list[str] = []
        self.began = time.monotonic()
        self.last_told = 0.0
        self.done = 0

    def prepare(self):
        schema = (FOLDER / "schema.sql").read_text().replace(":lease_seconds", str(self.chosen.lease))
        self.session.rows(schema)
        if self.chosen.broken:
            print(f"stress: broken on purpose: {broken.apply(self.session, self.chosen.broken)}", file=sys.stderr)

    def tell(self, phase: str):
        now = time.monotonic()
        if now - self.last_told < (1.0 if sys.stderr.isatty() else 10.0):
            return
        self.last_told = now
        share = self.done / self.chosen.jobs
        left = (now - self.began) * (1 - share) / share if share > 0.01 else None
        print(f"stress: {phase}: {self.done:,} of {self.chosen.jobs:,} jobs, {sum(self.faults.done.values())} of {len(self.plan)} faults"
              + (f", about {left:.0f} s left" if left is not None and phase == "running" else ""), file=sys.stderr, flush=True)

    def watch(self, phase: str, finished) -> bool:
        """Looks after everyone until `finished()`; false when it stalls or something is violated."""
        progress, since, looked = -1, awake(), 0.0
        while not finished():
            self.violations += self.company.look_after()
            while len(self.company.workers) < self.chosen.workers:
                self.company.start_worker()
            self.done = self.oracle.done()
            self.company.allow(min(self.chosen.jobs, self.done + BACKLOG))
            if time.monotonic() - looked > 1.0:
                self.violations += self.oracle.look()
                looked = time.monotonic()
            self.tell(phase)
            if self.violations:
                return False
            at = (self.done, sum(self.faults.done.values()))
            if at != progress:
                progress, since = at, awake()
            elif awake() - since > STALLED_AFTER:
                self.violations.append(f"nothing moves any more for {STALLED_AFTER} s: {self.oracle.left()} jobs are left")
                return False
            time.sleep(0.05)  # between two looks
        return True

    def run(self) -> dict:
        for place in range(self.chosen.producers):
            self.company.start_producer(place, self.chosen.producers)
        for _ in range(self.chosen.workers):
            self.company.start_worker()
        try:
            for number, kind in enumerate(self.plan, 1):
                due = self.chosen.jobs * number // (len(self.plan) + 1)
                if not self.watch("running", lambda due=due: self.done >= due):
                    break
                self.faults.inject(kind)
            else:
                self.watch("running", self.all_done)
        finally:
            self.company.end()
        numbers = {}
        if not self.violations:
            violations, numbers = self.oracle.judge()
            self.violations += violations
        return numbers

    def all_done(self) -> bool:
        return self.acknowledged() >= self.chosen.jobs and self.oracle.left() == 0

    def acknowledged(self) -> int:
        return sum(line[0] == "a" for line in self.oracle.lines("producer"))


def summary(stress: Stress, numbers: dict, seed: int) -> dict:
    seconds = time.monotonic() - stress.began
    return {"seed": seed, "seconds": round(seconds, 1), "jobs": numbers, "steps": stress.oracle.kinds(),
            "faults": dict(stress.faults.done), "violations": list(dict.fromkeys(stress.violations))}


def print_summary(result: dict, command: str):
    jobs = result["jobs"]
    if jobs:
        print(f"acknowledged {jobs['acknowledged']:,}, unknown {jobs['unknown']:,} ({jobs['unknown with an effect']:,} of them took effect); "
              f"{result['seconds']:.0f} s")
        print(f"claims {jobs['claims']:,}, extensions {jobs['extensions']:,}, leases lost {result['steps'].get('expired', 0):,}, "
              f"handed back {result['steps'].get('handed back', 0):,}, failed {result['steps'].get('failed', 0):,}, "
              f"late completions refused {jobs['completions refused']:,}, deadlocks {jobs['deadlocks']:,}")
    print(f"faults {sum(result['faults'].values())}: " + ", ".join(f"{kind} {count}" for kind, count in sorted(result["faults"].items())))
    for violation in result["violations"][:20]:
        print(f"VIOLATED: {violation}")
    if not result["violations"]:
        print("every acknowledged enqueue had exactly one effect, no payload two live leases, nothing is left")
    print(f"the same faults again: {command}")


def main() -> int:
    chosen = arguments()
    if FAKETIME is None and "clock" in chosen.only:
        sys.exit("stress: libfaketime is not installed; run scripts/setup.sh --tests")
    seed = chosen.seed if chosen.seed is not None else random.SystemRandom().randrange(1_000_000)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="almagest-stress-records-"))
    cluster = None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the cluster is stopped
    try:
        cluster = ClusterWithStandby() if chosen.fail_over else Cluster()
        cluster.create_database()
        cluster.migrate()
        stress = Stress(chosen, seed, cluster, folder)
        stress.prepare()
        numbers = stress.run()
        result = summary(stress, numbers, seed)
    except RuntimeError as why:
        print(f"stress: {why}", file=sys.stderr)
        return 2
    finally:
        if cluster:
            if chosen.keep and (cluster.data.parent / "server.log").exists():
                shutil.copy(cluster.data.parent / "server.log", folder / "server.log")
            cluster.close()
        if not chosen.keep:
            shutil.rmtree(folder, ignore_errors=True)
    if chosen.keep:
        print(f"stress: records are in {folder}", file=sys.stderr)
    if chosen.json:
        print(json.dumps(result, indent=1))
    else:
        print_summary(result, f"tests/stress/run.py --jobs {chosen.jobs} --faults {chosen.faults} --seed {seed} --workers {chosen.workers}"
                      + ("" if len(chosen.only) == len(faults.WEIGHTS) else f" --only '{','.join(sorted(chosen.only))}'")
                      + (" --fail-over" if chosen.fail_over else "")
                      + (f" --broken {chosen.broken}" if chosen.broken else "")
                      + ("" if chosen.workers_of == "both" else f" --workers-of {chosen.workers_of}"))
    return 1 if result["violations"] else 0


if __name__ == "__main__":
    sys.exit(main())
