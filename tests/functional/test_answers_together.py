"""Answers that come in while others are routed are routed together: by one call, completed by one."""
import json
import time

from endpoint import Endpoint
from home import HomeCase

TYPE = "entity_extraction"
CALLS = 12
NAMES = ["Ada Moor", "Bela Kos", "Cora Lund", "Dario Fell", "Edda Vik", "Farid Amun", "Gerda Holm", "Hugo Prins", "Irma Sand", "Jonas Weil",
         "Karin Stern", "Lars Dahl"]


class AnswersThatComeInTogether(HomeCase):
    def setUp(self):
        self.endpoint = Endpoint()
        self.addCleanup(self.endpoint.close)
        self.home.settings = {"llm": self.endpoint.settings(total_timeout_ms=600000, first_byte_timeout_ms=600000),
                              "work": {"completers": 1, "poll_interval_ms": 100}}
        pages = [self.home.write(f"together-{number}.md", f"{name} kept the books of Port Saint {name.split()[1]} until April 1996.\n")
                 for number, name in enumerate(NAMES)]
        self.assertDone(self.home.run("ingest", *pages))
        self.assertDone(self.home.run("work", "--types", "CHUNK_SOURCE,page_classification", "--drain"))

    def test_are_routed_by_one_call_and_each_is_learnt_from(self):
        before = self.endpoint.calls
        self.endpoint.gate.clear()
        worker = self.home.start("work", "--types", TYPE, "--concurrency", str(CALLS), "--drain")
        self.addCleanup(self.end, worker)
        self.await_calls(before + CALLS, worker)
        self.endpoint.gate.set()
        self.assertDone(self.home.finish(worker))

        # What one call completed has one time of completion.
        sizes = [int(jobs) for jobs, in self.home.sql(
            f"SELECT count(*) FROM llm.job_history WHERE job_type = '{TYPE}' GROUP BY finished_at ORDER BY 1 DESC")]
        self.assertEqual(CALLS, sum(sizes), "not every answer was completed: " + self.home.account())
        self.assertGreater(sizes[0], 1, f"no answers were routed together: {sizes}")
        together = [line["jobs"] for file in self.home.home.glob("logs/*.jsonl") for line in map(json.loads, file.read_text().splitlines())
                    if line["message"] == "jobs done together" and line["jobs"] == sizes[0]]
        self.assertTrue(together, "the log does not tell of it")

        runs = self.home.sql(f"SELECT count(*), count(DISTINCT r.run_id) FROM llm.run r JOIN llm.job_history h ON h.run_id = r.run_id"
                             f" WHERE h.job_type = '{TYPE}' AND r.outcome = 'succeeded'")
        self.assertEqual([[str(CALLS), str(CALLS)]], [list(map(str, row)) for row in runs], "each answer has a run of its own")
        learnt = {name for name, in self.home.sql("SELECT entity_name FROM dbo.dim_entity")}
        self.assertEqual(set(), set(NAMES) - learnt, "an answer of those routed together was lost")

    def await_calls(self, calls: int, worker):
        deadline = time.monotonic() + 120
        while self.endpoint.calls < calls:
            self.assertIsNone(worker.poll(), "the worker ended before all its calls were made")
            self.assertLess(time.monotonic(), deadline, "not all calls were made\n" + self.home.account())
            self.endpoint.stopping.wait(0.05)  # between two looks

    def end(self, worker):
        if worker.poll() is None:
            worker.kill()
            self.home.finish(worker)
