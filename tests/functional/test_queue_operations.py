"""What people do to the queue: look, pause, limit, cancel, bump, ask again, prune; each with what it must refuse."""
import os
import shutil
import signal
import unittest

from endpoint import EndpointCase
from home import PAGES, pages


class WorkingOnTheQueue(EndpointCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        result = cls.home.run("ingest", *(PAGES / name for name in ("veyra.md", "eras.md", "linhe.html")))
        assert result.status == 0, result.err

    def types(self) -> dict:
        return {row["job_type"]: row for row in self.done("queue", "--json").json()["types"]}

    def jobs(self, *arguments) -> list:
        return self.done("jobs", "list", "--json", *arguments).json()["jobs"]

    def test_the_queue_shows_states_and_service_levels_by_type(self):
        shown = self.done("queue").out
        for word in ("job type", "waiting", "late", "dead", "CHUNK_SOURCE", "page_classification"):
            self.assertIn(word, shown)
        self.assertEqual(3, self.types()["CHUNK_SOURCE"]["waiting"])
        self.home.sql("UPDATE llm.job SET due_at = now() - interval '1 minute' WHERE job_type = 'CHUNK_SOURCE'")
        self.assertEqual(3, self.types()["CHUNK_SOURCE"]["late"])
        self.assertIn("service level", self.done("queue").out)
        self.assertEqual(3, self.home.number("SELECT count(*) FROM llm.vw_late_job"))

    def test_a_paused_type_is_not_worked_on_until_it_is_resumed(self):
        self.done("queue", "pause", "CHUNK_SOURCE", "--reason", "the disk is full")
        self.assertIn("paused: the disk is full", self.done("queue").out)
        self.done("queue", "pause", "page_classification")
        self.done("work", "--drain")
        self.assertEqual([3, 3], [row["waiting"] for row in self.types().values()])
        self.done("queue", "resume", "page_classification")
        waiting = self.jobs("--type", "CHUNK_SOURCE")[0]["job_id"]
        self.assertIn("almagest queue resume CHUNK_SOURCE", self.done("jobs", "show", waiting).out)
        self.assertIn("goes on", self.done("queue", "resume", "CHUNK_SOURCE").out)
        self.assertIn("not paused", self.done("queue", "resume", "CHUNK_SOURCE").out)

    def test_a_tenant_can_be_paused(self):
        self.done("queue", "pause", "--all", "--reason", "stocktaking")
        self.assertTrue(self.types()["CHUNK_SOURCE"]["tenant_is_paused"])
        self.done("work", "--drain")
        self.assertEqual(3, self.types()["CHUNK_SOURCE"]["waiting"])
        self.done("queue", "resume", "--all")
        self.assertFalse(self.types()["CHUNK_SOURCE"]["tenant_is_paused"])

    def test_limits_and_shares(self):
        self.done("queue", "limit", "CHUNK_SOURCE", "2")
        self.assertIn("at most 2 at once", self.done("queue").out)
        self.done("queue", "limit", "CHUNK_SOURCE", "none")
        self.assertNotIn("at most", self.done("queue").out)
        self.done("queue", "share", "default", "--weight", "2.5", "--max-running", "9")
        self.done("queue", "share", "default", "--weight", "3")
        self.assertEqual([["3", "9"]], self.home.sql("SELECT weight, max_running FROM llm.tenant WHERE name = 'default'"))
        self.done("queue", "share", "default", "--max-running", "none")
        self.assertEqual([["3", ""]], self.home.sql("SELECT weight, max_running FROM llm.tenant WHERE name = 'default'"))

    def test_what_cannot_be_paused_limited_or_shared_is_refused(self):
        self.refused("queue", "pause", "nonsense", says=("nonsense",))
        self.refused("queue", "pause", says=("--all",))
        self.refused("queue", "pause", "--all", "--tenant", "nobody", says=("nobody",))
        self.refused("queue", "resume", "nonsense", says=("nonsense",))
        for number in ("0", "-1", "many", "3x"):
            self.assertEqual(2, self.home.run("queue", "limit", "CHUNK_SOURCE", number).status, number)
        self.refused("queue", "limit", "nonsense", "1", says=("nonsense",))
        self.refused("queue", "share", "nobody", "--weight", "1", says=("nobody",))
        self.refused("queue", "share", "default", "--weight=-1", says=("-1", "weight"))
        self.refused("queue", "share", "default", says=("--weight",))
        self.assertEqual(1, self.home.number("SELECT count(*) FROM llm.tenant"))

    def test_jobs_are_listed_by_type_source_and_number(self):
        self.assertEqual(6, len(self.jobs()))
        self.assertEqual({"CHUNK_SOURCE"}, {job["job_type"] for job in self.jobs("--type", "CHUNK_SOURCE")})
        self.assertEqual(2, len(self.jobs("--source", "*/eras.md")))
        self.assertEqual(1, len(self.jobs("--source", "*.md", "--limit", "1")))
        self.assertEqual([], self.jobs("--source", "%"))
        self.assertEqual(2, self.home.run("jobs", "list", "--status", "LOST").status)
        self.assertEqual(2, self.home.run("jobs", "list", "--limit", "0").status)

    def test_bumping_by_source_type_or_id_moves_the_deadline(self):
        self.assertEqual(2, self.done("jobs", "bump", "--source", "*/eras.md", "--priority", "90", "--json").json()["bumped"])
        self.assertEqual({90}, {job["priority"] for job in self.jobs("--source", "*/eras.md")})
        self.assertEqual(3, self.done("jobs", "bump", "--type", "CHUNK_SOURCE", "--priority", "65", "--json").json()["bumped"])
        job = self.jobs("--type", "page_classification")[0]["job_id"]
        before = self.home.sql(f"SELECT due_at FROM llm.job WHERE job_id = {job}")
        self.done("jobs", "bump", job, "--priority", "99")
        self.assertLess(self.home.sql(f"SELECT due_at FROM llm.job WHERE job_id = {job}"), before)
        for wrong in (("bump", "--priority", "50"), ("bump", job, "--priority", "101"), ("bump", job, "--priority=-1"),
                      ("bump", job), ("bump", "--type", "nonsense", "--priority", "1"), ("cancel",), ("cancel", "--type", "nonsense")):
            self.assertEqual(2, self.home.run("jobs", *wrong).status, wrong)
        self.assertEqual(1, self.home.run("jobs", "bump", "999999", "--priority", "1").status)

    def test_cancelled_jobs_are_dead_letters_that_can_come_back(self):
        job = self.jobs("--type", "CHUNK_SOURCE")[0]["job_id"]
        self.assertEqual({"waiting": 1, "running": 0}, self.done("jobs", "cancel", job, "--json").json())
        card = self.done("jobs", "show", job).out
        for word in ("DEADLETTER", "cancelled by", f"almagest jobs retry {job}", "attempts", "0 of"):
            self.assertIn(word, card)
        self.assertEqual("DEADLETTER", self.done("jobs", "show", job, "--json").json()["status"])
        self.assertIn("--status DEADLETTER", self.done("queue").out)
        result = self.home.run("jobs", "cancel", job)
        self.assertDone(result, 1)
        self.assertSays(result, "1 of the 1")
        self.done("jobs", "retry", job)
        self.assertEqual("NEW", self.done("jobs", "show", job, "--json").json()["status"])

    def test_a_payload_that_the_type_does_not_take_is_refused(self):
        self.refused("enqueue", "entity_dedupe", "--payload", '{"first_entity_id": 1}', says=("second_entity_id",))
        self.refused("enqueue", "entity_dedupe", "--payload", '{"first_entity_id": 1, "second_entity_id": "two"}', says=("second_entity_id",))
        self.refused("enqueue", "entity_dedupe", "--payload", "[1, 2]", says=("JSON object",))
        self.refused("enqueue", "entity_dedupe", "--payload", '{"first_entity_id": ', says=("JSON object",))
        self.home.settings["queue"] = {"maximum_payload_bytes": 100}
        long = '{"first_entity_id": 1, "second_entity_id": 2, "note": "' + 200 * "x" + '"}'
        self.refused("enqueue", "entity_dedupe", "--payload", long, says=("queue.maximum_payload_bytes", "100"))
        self.assertEqual(6, len(self.jobs()))

    def test_enqueueing_what_cannot_be_done_is_refused(self):
        page = self.home.sql("SELECT min(source_page_id) FROM sem.source_page")[0][0]
        self.refused("enqueue", "nonsense", "--page", page, says=("nonsense",))
        self.refused("enqueue", "page_classification", "--page", "999999", says=("999999",))
        self.refused("enqueue", "page_classification", "--page", page, "--priority", "101", says=("101",))
        self.refused("enqueue", "page_classification", "--page", page, "--priority=-3", says=("-3",))
        self.refused("enqueue", "entity_extraction", "--page", page, says=("chunk",))
        self.refused("enqueue", "entity_extraction", "--page", page, "--chunk", "999999", says=("999999",))
        for wrong in (("--page", page, "--priority", "1e9"), ("--page", page, "--priority", "urgent"),
                      ("--page", page, "--priority", "99999999999999"), ("--page", "one"), ()):
            self.assertEqual(2, self.home.run("enqueue", "page_classification", *wrong).status, wrong)
        self.refused("jobs", "show", "999999", says=("999999", "jobs list"))


class AskingAgain(EndpointCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        result = cls.home.run("run", *pages())
        assert result.status == 0, result.err
        cls.chunks = cls.home.number("SELECT count(DISTINCT chunk_id) FROM dbo.evidence WHERE target_table = 'dbo.dim_entity'")

    def backfills(self) -> list:
        return self.done("backfill", "list", "--json").json()["backfills"]

    def test_a_backfill_asks_again_about_its_chunks_after_live_work(self):
        selection = ("backfill", "entities", "--type", "Thing", "--max-confidence", "0.99")
        dry = self.done(*selection, "--dry-run", "--json").json()
        self.assertEqual(self.chunks, dry["chunks"])
        self.assertEqual([], self.backfills())
        began = self.done(*selection, "--batch", "3", "--json").json()
        self.assertEqual(("done", self.chunks), (began["state"], began["waiting"]))
        self.assertEqual([["10"]], self.home.sql("SELECT DISTINCT priority FROM llm.job WHERE backfill_id IS NOT NULL"))
        self.done("backfill", "pause", began["backfill_id"])
        self.done("work", "--drain")
        self.assertEqual(("paused", self.chunks), tuple(self.backfills()[0][key] for key in ("state", "waiting")))
        self.assertIn("held by a paused backfill", self.done("queue").out)
        self.done("backfill", "resume", began["backfill_id"])
        asked = self.endpoint.calls
        self.done("work", "--drain")
        self.assertEqual(self.chunks, self.endpoint.calls - asked)
        self.assertEqual(("done", self.chunks, 0), tuple(self.backfills()[0][key] for key in ("state", "succeeded", "waiting")))
        self.assertEqual(self.chunks, self.home.number("SELECT count(DISTINCT chunk_id) FROM dbo.fact_entity_extraction "
                                                       "WHERE job_type = 'entity_extraction' AND is_rerun"))
        self.assertIn("thing up to 0.99", self.done("backfill", "list").out)

    def test_b_interrupted_it_goes_on_where_it_was(self):
        holder = self.home.start("sql", "BEGIN; LOCK TABLE llm.job_dedupe_key IN EXCLUSIVE MODE; SELECT pg_sleep(120)")
        self.await_number("SELECT count(*) FROM pg_locks WHERE relation = 'llm.job_dedupe_key'::regclass AND mode = 'ExclusiveLock' AND granted")
        process = self.home.start("backfill", "entities", "--type", "thing", "--max-confidence", "0.99", "--batch", "1")
        self.await_number("SELECT count(*) FROM pg_locks WHERE relation = 'llm.job_dedupe_key'::regclass AND NOT granted")
        os.kill(process.pid, signal.SIGINT)
        self.await_signal_taken(process.pid)
        self.home.sql("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'llm.job_dedupe_key'::regclass AND mode = 'ExclusiveLock'")
        self.home.finish(holder)
        result = self.home.finish(process)
        self.assertDone(result, 130)
        newest = self.backfills()[0]
        self.assertIn(f"almagest backfill resume {newest['backfill_id']}", result.out)
        self.assertEqual(("running", 1), (newest["state"], newest["enqueued"]))
        self.done("backfill", "resume", newest["backfill_id"])
        self.assertEqual(("done", self.chunks), tuple(self.backfills()[0][key] for key in ("state", "enqueued")))
        self.done("backfill", "cancel", newest["backfill_id"])
        self.assertEqual(("cancelled", self.chunks, 0), tuple(self.backfills()[0][key] for key in ("state", "cancelled", "waiting")))
        self.refused("backfill", "resume", newest["backfill_id"], says=("cancelled",))

    def test_relations_are_asked_again_by_the_time_at_which_they_held(self):
        # Relations without a known beginning fit any time before their end, so those of one chunk get bounds, all of them.
        self.home.sql("UPDATE dbo.bridge_entity_relation SET start_date = '0501-01-01', end_date = '0503-12-31' WHERE relation_id IN "
                      "(SELECT target_id FROM dbo.evidence WHERE target_table = 'dbo.bridge_entity_relation' AND chunk_id = "
                      "(SELECT max(chunk_id) FROM dbo.evidence WHERE target_table = 'dbo.bridge_entity_relation'))")
        within, after = (self.done("backfill", "relationships", "--date-range", range_, "--dry-run", "--json").json()["chunks"]
                         for range_ in ("0503-12-31..0550-01-01", "0504-01-01..0550-01-01"))
        self.assertLess(after, within)
        self.assertIn("Nothing fits", self.done("backfill", "entities", "--type", "comet", "--max-confidence", "1").out)

    def test_selections_that_are_not_sound_are_refused(self):
        for range_ in ("2024-01-01", "2024-01-01..", "2024-02-30..2024-12-31", "01.01.2024..31.12.2024", "soon..later",
                       "2024-1-1..2024-12-31", "2024-01-01...2024-12-31"):
            self.refused("backfill", "relationships", "--date-range=" + range_, says=("--date-range", "2024-01-01..2024-12-31"))
        self.refused("backfill", "relationships", "--date-range", "2024-12-31..2024-01-01", says=("ends before it begins",))
        for confidence in ("1.5", "-0.1", "nan"):
            self.refused("backfill", "entities", "--type", "thing", "--max-confidence=" + confidence, says=("from 0 to 1",))
        self.refused("backfill", "entities", "--type", " ", "--max-confidence", "0.5", says=("type",))
        self.refused("backfill", "entities", "--type", "thing", "--max-confidence", "0.99", "--priority", "50", says=("below live work",))
        self.refused("backfill", "pause", "999", says=("999", "backfill list"))
        self.assertEqual(2, self.home.run("backfill", "entities", "--type", "thing").status)
        self.assertEqual(2, self.home.run("backfill", "entities", "--type", "thing", "--max-confidence", "0.5", "--batch", "0").status)


class Pruning(EndpointCase):
    def test_what_is_old_goes_by_policy_and_nothing_is_done_again(self):
        self.home.settings["llm"]["cache"] = "on"
        page = self.home.write("kept.md", (PAGES / "veyra.md").read_bytes())
        self.done("run", page)
        answers = self.home.number("SELECT count(*) FROM llm.answer_cache")
        self.assertGreater(answers, 1)
        self.assertIn("kept for ever", self.done("db", "prune").out)

        lake = self.home.home / "lake" / "llm_runs"
        day = next(lake.glob("*/*/*"))
        old = lake / "2020" / "01" / "02"
        old.mkdir(parents=True)
        runs = sorted(day.iterdir())
        shutil.move(runs[0], old)
        self.home.sql(f"UPDATE llm.run SET artifact = '{old}/{runs[0].name}' WHERE run_id = '{runs[0].name}'")
        self.home.sql("UPDATE llm.job_history SET finished_at = finished_at - interval '40 days' WHERE job_type = 'CHUNK_SOURCE'")
        self.home.sql("UPDATE ingest.ingest_record SET recorded_at = recorded_at - interval '40 days'")
        self.home.sql("UPDATE llm.answer_cache SET kept_at = now() - interval '31 days' WHERE answer_key <> (SELECT answer_key FROM llm.answer_cache ORDER BY answer_key LIMIT 1)")
        finished = self.home.number("SELECT count(*) FROM llm.job_history")

        policy = ("db", "prune", "--finished-before", "30", "--artifacts-before", "30", "--payloads-before", "30")
        dry = {one["what"]: one for one in self.done(*policy, "--dry-run", "--json").json()["pruned"]}
        for what in ("finished jobs", "run artifacts", "raw payloads"):
            self.assertEqual(1, dry[what]["items"], what)
            self.assertGreater(dry[what]["bytes"], 0, what)
        self.assertEqual(answers - 1, dry["kept answers"]["items"])
        self.assertEqual(answers, self.home.number("SELECT count(*) FROM llm.answer_cache"))
        self.assertTrue((old / runs[0].name).exists())
        self.assertEqual(finished, self.home.number("SELECT count(*) FROM llm.job_history"))

        self.assertIn("gone", self.done(*policy).out)
        self.assertFalse((lake / "2020").exists())
        self.assertEqual(len(runs) - 1, len(list(day.iterdir())))
        self.assertEqual(finished - 1, self.home.number("SELECT count(*) FROM llm.job_history"))
        self.assertEqual(1, self.home.number("SELECT count(*) FROM llm.answer_cache"))
        self.assertEqual(1, self.home.number("SELECT count(*) FROM llm.run WHERE artifact IS NULL"))
        self.assertEqual(0, self.home.number("SELECT count(*) FROM ingest.ingest_record WHERE raw IS NOT NULL"))
        self.assertEqual([0, 0, 0], [one["items"] for one in self.done(*policy, "--dry-run", "--json").json()["pruned"]])
        asked = self.endpoint.calls
        self.done("run", page)
        self.assertEqual(asked, self.endpoint.calls)
        self.done("runs", "show", runs[0].name)

    def test_the_policy_comes_from_the_configuration_and_a_command_may_say_otherwise(self):
        self.home.settings["retention"] = {"finished_jobs_days": 30, "raw_payloads_days": 7}
        pruned = self.done("db", "prune", "--payloads-before", "0", "--dry-run", "--json").json()["pruned"]
        self.assertEqual([("finished jobs", 30)], [(one["what"], one["older_than_days"]) for one in pruned])
        self.home.settings["retention"] = {"finished_jobs_days": -1}
        self.refused("db", "prune", says=("retention.finished_jobs_days",))
        for wrong in ("-1", "a month", "99999"):
            self.assertEqual(2, self.home.run("db", "prune", "--finished-before", wrong).status, wrong)


if __name__ == "__main__":
    unittest.main()
