"""The processes of a stress run: workers of both kinds, crowds and producers, each under a role of its own."""
from __future__ import annotations

import ctypes
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

from awake import awake
from cluster import program

FOLDER = pathlib.Path(__file__).resolve().parent
FAKETIME = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
PR_SET_PDEATHSIG = 1


def dispatcher_worker() -> str:
    """queue_worker: $ALMAGEST_QUEUE_WORKER, or that of the build that the program is of."""
    path = pathlib.Path(os.environ.get("ALMAGEST_QUEUE_WORKER")
                        or pathlib.Path(program()).resolve().parents[2] / "tests" / "stress" / "queue_worker")
    if not path.exists():
        raise RuntimeError(f"there is no {path}; build the target queue_worker")
    return str(path)


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    def __init__(self, name: str, command: list, environment: dict | None = None, given=subprocess.DEVNULL, output=None):
        self.name = name
        self.clock: pathlib.Path | None = None
        self.continues_at: float | None = None  # while it is stopped
        self.process = subprocess.Popen([*map(str, command)], stdin=given, stdout=output, stderr=output, text=True,
                                        env={**os.environ, **(environment or {})}, preexec_fn=die_with_parent)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def signal(self, which: int):
        if self.alive:
            self.process.send_signal(which)

    def kill(self):
        if self.alive:
            self.process.kill()
        self.process.wait()

    def clear_up(self):
        """What libfaketime leaves of a process that was killed."""
        for left in (f"/dev/shm/faketime_shm_{self.process.pid}", f"/dev/shm/sem.faketime_sem_{self.process.pid}"):
            pathlib.Path(left).unlink(missing_ok=True)


class Company:
    """Starts them and keeps their records in `folder`. `clocks`: some get a clock that can be stepped."""

    def __init__(self, cluster, session, folder: pathlib.Path, lots: random.Random, kinds: str, clocks: bool):
        self.cluster, self.session, self.folder, self.lots, self.clocks = cluster, session, folder, lots, clocks
        self.dispatcher = None if kinds == "sql" else dispatcher_worker()
        self.kinds = kinds
        self.started = 0
        self.workers: list[Process] = []
        self.clocked: list[Process] = []
        self.crowds: list[Process] = []
        self.leaving: list[tuple[Process, float]] = []
        self.producers: list[Process] = []
        self.output = open(folder / "output.log", "a", encoding="utf-8")

    def role(self, kind: str) -> str:
        self.started += 1
        name = f"{kind}_{self.started}"
        self.session.rows(f"DO $$ BEGIN CREATE ROLE {name} LOGIN SUPERUSER; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
        return name

    def start_worker(self):
        runs_dispatcher = self.dispatcher and (self.kinds == "dispatcher" or self.started % 2 == 1)
        name = self.role("dispatcher" if runs_dispatcher else "worker")
        record = self.folder / f"worker-{name}.record"
        seed = self.lots.random()
        # The monotonic clock, as on a real machine, does not step with the other.
        environment, clock = {}, None
        if self.lots.random() < 0.4 and self.clocks:
            clock = self.folder / f"{name}.clock"
            clock.write_text("+0\n")
            environment = {"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1",
                           "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        if runs_dispatcher:
            command = [self.dispatcher, self.cluster.dsn(name), record]
        else:
            command = [sys.executable, FOLDER / "worker.py", self.cluster.dsn(name), name, record, seed]
        process = Process(name, command, environment, output=self.output)
        process.clock = clock
        self.workers.append(process)
        if clock:
            self.clocked.append(process)

    def start_crowd(self, claimers: int, seconds: float):
        name = self.role("crowd")
        self.crowds.append(Process(name, [sys.executable, FOLDER / "crowd.py", self.cluster.dsn(name), name,
                                          self.folder / f"worker-{name}.record", self.lots.random(), claimers, seconds],
                                   output=self.output))

    def start_producer(self, place: int, of: int):
        process = Process(f"producer_{place}", [sys.executable, FOLDER / "producer.py", self.cluster.dsn(),
                                                self.folder / f"producer-{place}.record", self.lots.random(), place, of],
                          given=subprocess.PIPE, output=self.output)
        if place < len(self.producers):
            self.producers[place] = process
        else:
            self.producers.append(process)

    def allow(self, jobs: int):
        """How many jobs may have been acknowledged in all."""
        for place, producer in enumerate(self.producers):
            share = (jobs + len(self.producers) - 1 - place) // len(self.producers)
            self.tell(producer, str(share))

    @staticmethod
    def tell(producer: Process, line: str):
        try:
            producer.process.stdin.write(line + "\n")
            producer.process.stdin.flush()
        except (BrokenPipeError, ValueError, OSError):
            pass  # it has just died; its successor is told

    def look_after(self) -> list[str]:
        """Continues who was stopped long enough; replaces workers that ended by themselves. What went wrong."""
        wrong = []
        now = awake()
        for worker in self.workers:
            if worker.continues_at is not None and now >= worker.continues_at:
                worker.continues_at = None
                worker.signal(signal.SIGCONT)
        for worker in [worker for worker in self.workers if not worker.alive]:
            wrong.append(f"{worker.name} ended by itself with status {worker.process.returncode}")
            self.workers.remove(worker)
        for producer in self.producers:
            if not producer.alive and producer.process.returncode:
                wrong.append(f"{producer.name} ended by itself with status {producer.process.returncode}")
        for leaver, deadline in list(self.leaving):
            if not leaver.alive:
                self.leaving.remove((leaver, deadline))
                had_begun = (self.folder / f"worker-{leaver.name}.record").exists()
                if leaver.process.returncode != 0 and (had_begun or leaver.process.returncode != -signal.SIGTERM):
                    wrong.append(f"{leaver.name} ended with status {leaver.process.returncode} after SIGTERM")
            elif now > deadline:
                wrong.append(f"{leaver.name} did not end after SIGTERM")
                self.leaving.remove((leaver, deadline))
                leaver.kill()
        self.crowds = [crowd for crowd in self.crowds if crowd.alive]
        return wrong

    def end(self, patience: float = 20.0):
        """Asks everyone to end, and kills who does not."""
        everyone = self.workers + self.crowds + self.producers + [leaver for leaver, _ in self.leaving]
        for process in everyone:
            process.signal(signal.SIGCONT)
            if process in self.producers:
                self.tell(process, "end")
            else:
                process.signal(signal.SIGTERM)
        deadline = time.monotonic() + patience
        for process in everyone:
            try:
                process.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                pass
            process.kill()
        for process in self.clocked:
            process.clear_up()
        self.output.close()
