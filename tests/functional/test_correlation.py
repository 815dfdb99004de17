"""One correlation id, followed from what a person asked for to the rows that came of it."""
import json
import pathlib

from endpoint import Endpoint
from home import HomeCase, PAGES


class OneCorrelationId(HomeCase):
    def setUp(self):
        super().setUp()
        self.endpoint = Endpoint()
        self.addCleanup(self.endpoint.close)
        self.home.settings = {"llm": self.endpoint.settings()}

    def log_lines(self, correlation: str) -> list[dict]:
        lines = []
        for file in sorted(self.home.home.glob("logs/*.jsonl")):
            for line in file.read_text(encoding="utf-8").splitlines():
                document = json.loads(line)
                for member in ("timestamp", "level", "message"):
                    self.assertIn(member, document)
                if document.get("correlation_id") == correlation:
                    lines.append(document)
        return lines

    def values(self, query: str) -> set[str]:
        return {row[0] for row in self.home.sql(query)}

    def follow(self, correlation: str) -> list[str]:
        """From the jobs of one id to their runs, artifacts and log lines; the runs' ids."""
        jobs = self.values(f"SELECT job_id FROM llm.vw_job WHERE correlation_id = '{correlation}'")
        self.assertTrue(jobs)
        runs = self.home.sql(f"SELECT run_id, job_id, artifact FROM llm.run WHERE correlation_id = '{correlation}'")
        self.assertTrue(runs)
        self.assertLessEqual({run[1] for run in runs}, jobs)
        for run_id, job_id, artifact in runs:
            folder = pathlib.Path(artifact)
            self.assertEqual(run_id, folder.name)
            asked = json.loads((folder / "input.json").read_text(encoding="utf-8"))
            self.assertEqual((correlation, int(job_id)), (asked["correlation_id"], asked["job_id"]))
            self.assertTrue((folder / "output.json").exists())
        lines = self.log_lines(correlation)
        done = {line["job_id"]: line for line in lines if line["message"] == "job done"}
        self.assertEqual(jobs, set(done), lines)
        for run_id, job_id, _ in runs:
            self.assertEqual(run_id, done[job_id]["run_id"])
            self.assertIn("worker_id", done[job_id])
            self.assertGreaterEqual(done[job_id]["duration_ms"], 0)
        return [run[0] for run in runs]

    def test_leads_from_a_page_through_jobs_runs_artifacts_and_logs_to_every_row(self):
        page = self.home.write("one.md", (PAGES / "eras.md").read_text(encoding="utf-8"))
        other = self.home.write("other.md", (PAGES / "eras.md").read_text(encoding="utf-8") + "\nAnother page.\n")
        self.assertDone(self.home.run("run", page, other))
        ids = self.home.sql("SELECT p.source_page_id, w.correlation_id FROM sem.source_page p JOIN ingest.ingest_record r USING (ingest_record_id) "
                            "JOIN ingest.work_item w USING (work_item_id) ORDER BY 1")
        self.assertEqual(2, len({correlation for _, correlation in ids}), ids)
        for page_id, correlation in ids:
            with self.subTest(page=page_id):
                self.assertEqual({correlation}, self.values(
                    f"SELECT correlation_id FROM llm.vw_job WHERE source_page_id = {page_id}"))
                runs = self.follow(correlation)
                self.assertIn("page taken in", {line["message"] for line in self.log_lines(correlation)})
                from_runs = self.values(f"SELECT DISTINCT run_id FROM dbo.evidence WHERE source_page_id = {page_id}")
                self.assertTrue(from_runs)
                self.assertLessEqual(from_runs, set(runs), "every row's evidence leads to a run of this id")
                self.assertEqual({correlation}, self.values(
                    "SELECT DISTINCT coalesce(r.correlation_id::text, 'none') FROM dbo.evidence e LEFT JOIN llm.run r USING (run_id) "
                    f"WHERE e.source_page_id = {page_id}"))

    def test_of_a_job_asked_for_by_hand_is_its_own(self):
        page = self.home.write("by-hand.md", (PAGES / "eras.md").read_text(encoding="utf-8") + "\nBy hand.\n")
        self.assertDone(self.home.run("run", page))
        page_id = self.home.sql("SELECT source_page_id FROM sem.source_page WHERE locator LIKE '%by-hand.md'")[0][0]
        before = self.values(f"SELECT correlation_id FROM llm.vw_job WHERE source_page_id = {page_id}")
        asked = self.home.run("enqueue", "page_classification", "--page", page_id, "--json")
        self.assertDone(asked)
        correlation, = self.values(f"SELECT correlation_id FROM llm.vw_job WHERE job_id = {asked.json()['job_id']}")
        self.assertNotIn(correlation, before)
        self.assertDone(self.home.run("work", "--drain"))
        self.assertEqual(1, len(self.follow(correlation)))
