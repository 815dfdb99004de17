#!/usr/bin/env python3
"""The queue against the peers of ../shared/peers/queue and against the least that a queue on PostgreSQL can do, on this machine,
in one run: docs/benchmarks/queue.md says how to read it.

    make bench NAME=queue
    bench/queue/run.py [--only enqueue,drain,…] [--jobs N] [--deep N] [--runs N] [--peers River,pgmq] [--minutes 60]

A figure a line on standard output; ratio is Almagest to the peer or limit, greater is better."""
from __future__ import annotations

import argparse
import json
import os
import pathlib
import signal
import statistics
import sys
import time

try:
    import psycopg2  # noqa: F401
except ImportError:
    sys.exit("bench: python3-psycopg2 is not there for this Python; run scripts/setup.sh --tests and use /usr/bin/python3")

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
sys.path.insert(0, str(REPOSITORY / "tests" / "stress"))
os.environ["ALMAGEST_PROGRAM"] = os.path.abspath(os.environ.get("ALMAGEST_PROGRAM") or REPOSITORY / "build" / "almagest")

import endpoint_speed  # noqa: E402
import measures  # noqa: E402
import paced  # noqa: E402
import peers as known  # noqa: E402
from cluster import SUPERUSER, Cluster, postgres_programs  # noqa: E402

MEASURES = ["enqueue", "drain", "deep", "tenants", "latency", "crash", "steady", "endpoint"]


def figure(name, value, unit, peer=None, peer_value=None, ratio=None, runs=1):
    print(json.dumps({"name": name, "value": value, "unit": unit, "peer": peer, "peer_value": peer_value,
                      "ratio": None if ratio is None else round(ratio, 3), "runs": runs}), flush=True)


def tell(what: str):
    print(f"bench: {what}", file=sys.stderr, flush=True)


def busy() -> float:
    """Share of the machine's processors that is in use while we do nothing."""
    def used():
        fields = [int(word) for word in pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
        return sum(fields) - fields[3] - fields[4], sum(fields)
    before = used()
    time.sleep(1.5)
    after = used()
    return (after[0] - before[0]) / max(1, after[1] - before[1])


def dispatcher() -> str:
    """queue_peer of the build that the program is of."""
    path = pathlib.Path(os.environ["ALMAGEST_PROGRAM"]).resolve().parents[2] / "bench" / "queue_peer"
    if not path.exists():
        sys.exit(f"bench: there is no {path}; build the target queue_peer with -DALMAGEST_BUILD_BENCH=ON")
    return str(path)


class Bench:
    def __init__(self, chosen: argparse.Namespace):
        self.chosen = chosen
        self.almagest = known.almagest(None if chosen.procedures else dispatcher())
        self.others = known.install(set(chosen.peers.split(",")) if chosen.peers else set()) if chosen.peers != "none" else []

    def medians(self, measure) -> dict[str, float]:
        """Each in turn, so that what else the machine does falls on all alike."""
        values: dict[str, list[float]] = {}
        for run in range(self.chosen.runs):
            for peer in [self.almagest, *self.others]:
                value = measure(peer)
                values.setdefault(peer.name, []).append(value)
                tell(f"{peer.name}, run {run + 1}: {value:,.0f}")
        return {name: statistics.median(found) for name, found in values.items()}

    def compare(self, name: str, unit: str, values: dict[str, float], more_is_better=True):
        own = values.pop("almagest")
        if not values:
            figure(name, round(own, 2), unit, runs=self.chosen.runs)
        for peer, value in values.items():
            figure(name, round(own, 2), unit, peer, round(value, 2), own / value if more_is_better else value / own, self.chosen.runs)

    def enqueue(self):
        jobs = self.chosen.jobs
        self.compare("bulk enqueue", "jobs/s", self.medians(lambda peer: jobs / measures.fill(peer, jobs)))

    def drained(self, peer, depth: int) -> float:
        measures.fill(peer, depth)
        return self.chosen.jobs / measures.drain(peer, self.chosen.jobs, leave=depth - self.chosen.jobs)

    def drain(self):
        values = self.medians(lambda peer: self.drained(peer, self.chosen.jobs))
        self.own_drain = values["almagest"]
        values.update(self.limits())
        self.compare(f"drain of {self.chosen.jobs:,}", "jobs/s", values)

    def limits(self) -> dict[str, float]:
        """Claim and complete by pgbench: hand-written ones that do no more than a queue must, and Almagest's."""
        jobs, own, raw = self.chosen.jobs, [], []
        for _ in range(self.chosen.runs):
            measures.fill(self.almagest, jobs)
            own.append(measures.pgbench(self.almagest.database, HERE / "claim_complete.sql", 4, 100, jobs))
            if known.SHARED.is_dir():
                measures.rows("bench_raw", (known.SHARED / "raw" / "schema.sql").read_text())
                measures.rows("bench_raw", f"SELECT enqueue({jobs})")
                measures.rows("bench_raw", "VACUUM ANALYZE")
                measures.rows("bench_raw", "CHECKPOINT")
                raw.append(measures.pgbench("bench_raw", known.SHARED / "raw" / "pair_upd.sql", 4, 100, jobs))
        procedures = statistics.median(own)
        if not raw:
            figure("claim and complete by pgbench, batches of 100, 4 clients", round(procedures), "jobs/s", runs=self.chosen.runs)
            return {}
        limit = statistics.median(raw)
        figure("claim and complete by pgbench, batches of 100, 4 clients", round(procedures), "jobs/s", "hand-written SQL",
               round(limit), procedures / limit, self.chosen.runs)
        return {"hand-written SQL, batches of 100, 4 clients": limit}

    def deep(self):
        values = self.medians(lambda peer: self.drained(peer, self.chosen.deep))
        own = values["almagest"]
        self.compare(f"drain of the first {self.chosen.jobs:,} of {self.chosen.deep:,}", "jobs/s", values)
        self.against_plain_drain(f"drain of the first {self.chosen.jobs:,} of {self.chosen.deep:,}", own)

    def tenants(self):
        self.almagest.environment["TENANTS"] = "20"
        try:
            speeds = [self.drained(self.almagest, self.chosen.jobs) for _ in range(self.chosen.runs)]
        finally:
            del self.almagest.environment["TENANTS"]
        self.against_plain_drain("drain with 20 tenants, one of which has 90 %", statistics.median(speeds))

    def against_plain_drain(self, name: str, speed: float):
        if not hasattr(self, "own_drain"):
            self.own_drain = statistics.median(self.drained(self.almagest, self.chosen.jobs) for _ in range(self.chosen.runs))
        figure(name, round(speed, 2), "jobs/s", f"Almagest's drain of {self.chosen.jobs:,}", round(self.own_drain, 2),
               speed / self.own_drain, self.chosen.runs)

    def latency(self):
        values: dict[str, list[dict]] = {}
        for _ in range(self.chosen.runs):
            for peer in [self.almagest, *self.others]:
                found = measures.latency(peer, self.chosen.wakes, peer.latency, (0.03, 0.05) if peer.name != "River" else (0.12, 0.16))
                values.setdefault(peer.name, []).append(found)
                tell(f"{peer.name}: median {found['p50']:.2f} ms, 99th percentile {found['p99']:.2f} ms")
        for which, said in (("p50", "median"), ("p99", "99th percentile")):
            self.compare(f"idle wake-up with the hint, {said}", "ms",
                         {name: statistics.median(run[which] for run in runs) for name, runs in values.items()}, more_is_better=False)
        polled = measures.latency(self.almagest, min(60, self.chosen.wakes), {**self.almagest.latency, "HINT": "0"}, (0.1, 1.1))
        for which, said in (("p50", "median"), ("p99", "99th percentile")):
            figure(f"idle wake-up without the hint, {said}", round(polled[which], 2), "ms", "poll interval", self.chosen.poll,
                   self.chosen.poll / polled[which])

    def crash(self):
        found = {}
        for peer in [self.almagest, *self.others]:
            found[peer.name] = measures.crash(peer, self.chosen.crash_jobs, 120 if peer.reclaims else 15)
            tell(f"{peer.name}: {found[peer.name]}")
        own = found.pop("almagest")
        figure("kill -9 at 40 %: lost", own["lost"], "jobs", "limit", 0, 1.0 if own["lost"] == 0 else 0.0)
        figure("kill -9 at 40 %: held by the dead", own["held"], "jobs")
        figure("kill -9 at 40 %: until the dead one's jobs are taken again", own["taken again"] and round(own["taken again"], 1), "s",
               "lease and a second", 31, 31 / own["taken again"] if own["taken again"] else None)
        if not found:
            figure("kill -9 at 40 %: effects twice", own["twice"], "jobs", "limit", 0, 1.0 if own["twice"] == 0 else 0.0)
        for name, other in found.items():
            figure("kill -9 at 40 %: effects twice, now or when the jobs that are held come back", own["twice"], "jobs", name,
                   max(other["twice"], other["held and done"]), (1 + max(other["twice"], other["held and done"])) / (1 + own["twice"]))

    def steady(self):
        if self.chosen.pace:
            self.paced()
            return
        speeds = measures.steady(self.almagest, self.chosen.minutes, 5000, True,
                                 lambda so_far: tell("steady: " + " ".join(f"{speed:,.0f}" for speed in so_far)))
        figure(f"steady load for {self.chosen.minutes:g} min with a transaction held open: least to first", round(min(speeds)), "jobs/s",
               "the first part", round(speeds[0]), min(speeds) / speeds[0])

    def paced(self):
        bursts, dead, size = paced.steady(self.almagest, self.chosen.minutes, self.chosen.pace, self.chosen.burst, tell)
        name = f"{self.chosen.minutes:g} min at {self.chosen.pace:,.0f} jobs/s with a transaction held open"
        speeds, costs = [burst.speed for burst in bursts], [burst.processor_us for burst in bursts]
        figure(f"{name}: least burst of {self.chosen.burst:,}", round(min(speeds)), "jobs/s", "the first burst", round(speeds[0]),
               min(speeds) / speeds[0])
        figure(f"{name}: median burst", round(statistics.median(speeds)), "jobs/s", "the first burst", round(speeds[0]),
               statistics.median(speeds) / speeds[0])
        figure(f"{name}: last burst", round(speeds[-1]), "jobs/s", "the first burst", round(speeds[0]), speeds[-1] / speeds[0])
        figure(f"{name}: processor time a job, at the most", round(max(costs), 1), "us", "the first burst", round(costs[0], 1),
               costs[0] / max(costs))
        figure(f"{name}: processor time a job, last", round(costs[-1], 1), "us", "the first burst", round(costs[0], 1),
               costs[0] / costs[-1])
        figure(f"{name}: dead rows at the end", dead, "rows")
        figure(f"{name}: llm.job with its indexes at the end", round(size / 1e6), "MB")

    def endpoint(self):
        endpoint_speed.measure(self.chosen.calls, figure, tell)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(MEASURES), help=f"of {', '.join(MEASURES)}")
    parser.add_argument("--jobs", type=int, default=50_000)
    parser.add_argument("--deep", type=int, default=500_000)
    parser.add_argument("--crash-jobs", type=int, default=20_000)
    parser.add_argument("--wakes", type=int, default=300)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--calls", type=int, default=20_000, help="to the endpoint that answers in 50 ms")
    parser.add_argument("--minutes", type=float, default=float(os.environ.get("MINUTES", 2)), help="of steady load; an hour by hand")
    parser.add_argument("--pace", type=float, default=0, help="jobs a second of steady load, and a burst a minute; 0: as fast as it goes")
    parser.add_argument("--burst", type=int, default=20_000, help="jobs enqueued at once")
    parser.add_argument("--poll", type=float, default=1000, help="the dispatcher's poll interval, ms")
    parser.add_argument("--peers", default="", help="only these, parted by commas; none")
    parser.add_argument("--procedures", action="store_true", help="Almagest without its dispatcher: the procedures driven from Python")
    chosen = parser.parse_args()
    wanted = chosen.only.split(",")
    if unknown := set(wanted) - set(MEASURES):
        parser.error(f"there is no measure {', '.join(sorted(unknown))}")
    if (share := busy()) > 0.1:
        tell(f"other processes use {share:.0%} of this machine: figures will say little")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the cluster is stopped
    os.environ["PATH"] = f"{postgres_programs()}:{os.environ['PATH']}"
    bench = Bench(chosen)
    # The peers' own settings: PostgreSQL's defaults but for shared_buffers.
    cluster = Cluster({"shared_buffers": "'1GB'", "max_connections": "100", "log_min_messages": "fatal"})
    try:
        os.environ.update(PGHOST=str(cluster.socket), PGPORT="5432", PGUSER=SUPERUSER, PGPASSWORD="unused")
        for name in ["bench_raw", *(peer.database for peer in bench.others)]:
            measures.rows("postgres", f"CREATE DATABASE {name}")
        for name in [measure for measure in MEASURES if measure in wanted]:
            tell(name)
            getattr(bench, name)()
    finally:
        cluster.close()


if __name__ == "__main__":
    main()
