"""`almagest work` left running: a database that goes away, signals, jobs that are taken from it."""
import json
import os
import pathlib
import signal
import time

from endpoint import Endpoint
from home import HomeCase, PAGES


class AWorker(HomeCase):
    def setUp(self):
        self.endpoint = Endpoint()
        self.addCleanup(self.endpoint.close)
        self.home.settings = {"llm": self.endpoint.settings(total_timeout_ms=600000, first_byte_timeout_ms=600000),
                              "work": {"heartbeat_interval_ms": 200, "poll_interval_ms": 100, "grace_ms": 60000}}
        page = self.home.write(f"{self._testMethodName}.md",
                               (PAGES / "eras.md").read_text(encoding="utf-8") + f"\nThis is {self._testMethodName}.\n")
        self.assertDone(self.home.run("ingest", page))
        self.page = f"source_page_id = (SELECT source_page_id FROM sem.source_page WHERE locator LIKE '%{page.name}')"

    def start(self, *options):
        worker = self.home.start("work", *options)
        self.addCleanup(self.end, worker)
        return worker

    def end(self, worker):
        if worker.poll() is None:
            worker.kill()
        self.home.finish(worker)

    def until(self, holds, why: str):
        deadline = time.monotonic() + 120
        while not holds():
            self.assertLess(time.monotonic(), deadline, why + "\n" + self.home.account())
            self.endpoint.stopping.wait(0.05)  # between two looks

    def states(self) -> set[tuple[str, int]]:
        """Statuses and counted attempts of the page's jobs."""
        return {(status, int(attempts)) for status, attempts in
                self.home.sql(f"SELECT DISTINCT status, attempts FROM llm.vw_job WHERE {self.page}")}

    def hold_a_call(self, *options):
        """A worker with a call to the model that is not answered before the endpoint's gate opens."""
        self.endpoint.gate.clear()
        worker = self.start(*options)
        self.until(lambda: self.endpoint.calls > 0, "no call to the model")
        return worker

    def log(self) -> list[dict]:
        return [json.loads(line) for file in self.home.home.glob("logs/*.jsonl")
                for line in file.read_text(encoding="utf-8").splitlines()]

    def logged(self, worker, *words: str) -> bool:
        return any(f":{worker.pid}:" in line.get("worker_id", "") and all(word in line["message"] for word in words) for line in self.log())

    def goes_on_after(self, stop_database):
        worker = self.hold_a_call()
        stop_database()
        self.until(lambda: self.logged(worker, "SQLSTATE") or self.logged(worker, "does not answer") or worker.poll() is not None, "the worker noticed nothing")
        self.assertIsNone(worker.poll(), "the worker ended with its database")
        self.home.sql("SELECT 1")  # starts it again
        self.endpoint.gate.set()
        self.until(lambda: self.states() == {("SUCCEEDED", 1)}, "not all was done at the first attempt")
        worker.send_signal(signal.SIGTERM)
        self.assertDone(self.home.finish(worker))

    def test_goes_on_when_its_database_comes_back(self):
        self.goes_on_after(lambda: self.done("db", "stop"))

    def test_goes_on_when_its_database_comes_back_from_a_crash(self):
        folder = pathlib.Path(self.done("db", "status", "--json").json()["data_folder"])
        self.goes_on_after(lambda: os.kill(int((folder / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT))

    def test_ends_its_jobs_when_asked_to_stop(self):
        worker = self.hold_a_call()
        worker.send_signal(signal.SIGTERM)
        self.await_signal_taken(worker.pid)
        self.endpoint.gate.set()
        self.assertDone(self.home.finish(worker))
        self.assertIn(("SUCCEEDED", 1), self.states())
        self.assertLessEqual(self.states(), {("SUCCEEDED", 1), ("NEW", 0)})

    def test_hands_back_what_it_cannot_end_and_no_attempt_is_lost(self):
        self.home.settings["work"]["grace_ms"] = 100
        worker = self.hold_a_call()
        worker.send_signal(signal.SIGTERM)
        self.assertDone(self.home.finish(worker))
        self.assertIn(("NEW", 0), self.states())
        self.assertLessEqual(self.states(), {("SUCCEEDED", 1), ("NEW", 0)})
        self.assertEqual({("stopped",)}, {tuple(row) for row in self.home.sql(f"SELECT outcome FROM llm.run WHERE {self.page}")})

    def test_ends_at_once_when_asked_twice(self):
        worker = self.hold_a_call()
        worker.send_signal(signal.SIGTERM)
        self.await_signal_taken(worker.pid)
        worker.send_signal(signal.SIGTERM)
        self.assertDone(self.home.finish(worker, timeout=30), 130)

    def test_a_drain_that_is_interrupted_says_so(self):
        self.home.settings["work"]["grace_ms"] = 100
        worker = self.hold_a_call("--drain")
        worker.send_signal(signal.SIGINT)
        result = self.home.finish(worker)
        self.assertDone(result, 130)
        self.assertSays(result, "stopped")

    def test_stops_the_call_of_a_job_that_was_taken_from_it(self):
        worker = self.hold_a_call("--types", "page_classification")
        self.done("jobs", "cancel", "--type", "page_classification")
        self.until(lambda: self.logged(worker, "the lease was lost: stopping"), "the lease was not missed")
        # With the call still under way it would wait for the grace to end, which is longer than this.
        worker.send_signal(signal.SIGTERM)
        self.assertDone(self.home.finish(worker, timeout=30))
        self.assertEqual({("lease_lost",)}, {tuple(row) for row in self.home.sql(f"SELECT outcome FROM llm.run WHERE {self.page}")})

    def test_may_take_only_what_is_urgent(self):
        job = self.home.sql(f"SELECT job_id FROM llm.job WHERE job_type = 'page_classification' AND {self.page}")[0][0]
        self.done("jobs", "bump", job, "--priority", "95")
        self.assertIn("1 jobs done", self.done("work", "--drain", "--min-priority", "95").out)
        self.assertEqual({("SUCCEEDED", 1), ("NEW", 0)}, self.states())
        for wrong in ("101", "-1", "high"):
            self.assertEqual(2, self.home.run("work", "--drain", f"--min-priority={wrong}").status, wrong)

    def circuits(self) -> list[dict]:
        return self.done("queue", "--json").json()["circuits"]

    def test_shows_that_it_keeps_away_from_an_endpoint_that_fails(self):
        self.endpoint.fault, self.endpoint.status = "status", 503
        worker = self.start()
        self.until(lambda: len(self.circuits()) > 0, "no circuit opened")
        circuit, = self.circuits()
        self.assertEqual(("scripted", self.endpoint.url, 1), (circuit["model"], circuit["endpoint"], circuit["runners"]))
        self.assertIn(circuit["state"], ("open", "half_open"))
        self.assertIn("503", circuit["reason"])
        shown = self.done("queue").out
        for word in ("The circuit to scripted is ", self.endpoint.url, "503", "at 1 runner;"):
            self.assertIn(word, shown)
        self.endpoint.fault = None
        self.until(lambda: self.circuits() == [], "the circuit did not close")
        self.until(lambda: {status for status, _ in self.states()} == {"SUCCEEDED"}, "not all was done")
        worker.send_signal(signal.SIGTERM)
        self.assertDone(self.home.finish(worker))

    def test_takes_its_circuit_along_when_it_ends(self):
        self.endpoint.fault, self.endpoint.status = "status", 503
        worker = self.start()
        self.until(lambda: len(self.circuits()) > 0, "no circuit opened")
        worker.send_signal(signal.SIGTERM)
        self.assertDone(self.home.finish(worker))
        self.assertEqual([], self.circuits())
