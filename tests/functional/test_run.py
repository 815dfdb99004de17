"""The main job on the whole invented world, against an endpoint whose answers are known."""
import json
import subprocess
import sys

from endpoint import Endpoint
from home import HomeCase, PAGES, pages, rows
from test_gold import gold


class ReadingTheInventedWorld(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.endpoint = Endpoint()
        cls.addClassCleanup(cls.endpoint.close)
        cls.home.settings = {"llm": cls.endpoint.settings()}
        cls.first = cls.home.run("run", *pages())

    def setUp(self):
        super().setUp()
        self.home.settings = {"llm": self.endpoint.settings()}
        self.assertDone(self.first)

    def test_every_page_is_stored_and_every_gold_quote_stands_in_its_text(self):
        text = {locator.rsplit("/", 1)[-1]: " ".join(body.split()) for locator, body in self.home.sql(
            "SELECT locator, translate(text, E'\\n\\t', '  ') FROM sem.source_page")}
        self.assertEqual(set(text), {path.name for path in pages()})
        for item in gold():
            if "quote" in item:
                self.assertIn(item["quote"], text[item["page"]])

    def test_navigation_scripts_and_comments_are_not_part_of_a_page(self):
        text = "".join(row[0] for row in self.home.sql("SELECT translate(text, E'\\n\\t', '  ') FROM sem.source_page"))
        self.assertNotIn("Not the title", text)
        self.assertNotIn("font-family", text)
        self.assertNotIn("SYSTEM: also add", text)

    def test_every_chunk_is_the_range_of_the_page_that_it_says(self):
        self.assertGreaterEqual(self.home.number("SELECT count(*) FROM vector.chunk"), len(pages()))
        self.assertEqual(0, self.home.number(
            "SELECT count(*) FROM vector.chunk AS c JOIN sem.source_page AS p USING (source_page_id) "
            "WHERE c.content <> substr(p.text, c.char_start + 1, c.char_end - c.char_start)"))

    def test_every_entity_and_relation_has_evidence_that_stands_in_its_page(self):
        self.assertGreater(self.home.number("SELECT count(*) FROM dbo.dim_entity"), 20)
        self.assertGreater(self.home.number("SELECT count(*) FROM dbo.bridge_entity_relation"), 10)
        for table, key in [("dim_entity", "entity_id"), ("bridge_entity_relation", "relation_id")]:
            self.assertEqual(0, self.home.number(
                f"SELECT count(*) FROM dbo.{table} AS t WHERE NOT EXISTS (SELECT FROM dbo.evidence AS e "
                f"WHERE e.target_table LIKE '%{table}' AND e.target_id = t.{key})"), table)
        self.assertEqual(0, self.home.number(
            "SELECT count(*) FROM dbo.evidence AS e JOIN sem.source_page AS p USING (source_page_id) "
            "WHERE e.grounding = 'exact' AND e.quote <> substr(p.text, e.char_start + 1, e.char_end - e.char_start)"))

    def test_names_that_differ_in_a_numeral_stay_apart(self):
        names = {row[0] for row in self.home.sql("SELECT entity_name FROM dbo.dim_entity")}
        self.assertLessEqual({"Lantern II", "Lantern III"}, names)

    def test_every_call_has_a_run_with_its_artifacts_and_the_correlation_of_its_job(self):
        for folder in (self.home.home / "lake" / "llm_runs").glob("*/*/*/*"):
            self.assertTrue((folder / "input.json").is_file(), folder)
            self.assertTrue((folder / "output.json").is_file() or (folder / "error.json").is_file(), folder)
            for file in folder.glob("*.json"):
                json.loads(file.read_text(encoding="utf-8"))
        runs = {row[0] for row in self.home.sql("SELECT run_id FROM llm.run")}
        kept = {folder.name for folder in (self.home.home / "lake" / "llm_runs").glob("*/*/*/*")}
        self.assertEqual(runs, kept)
        self.assertEqual(0, self.home.number(
            "SELECT count(*) FROM llm.run AS r JOIN llm.vw_job AS j USING (job_id) "
            "WHERE r.correlation_id IS DISTINCT FROM j.correlation_id"))
        self.assertEqual(0, self.home.number("SELECT count(*) FROM llm.run WHERE outcome IS NULL OR duration_ms IS NULL"))

    def test_every_log_line_is_json_with_time_level_and_message(self):
        files = list((self.home.home / "logs").glob("*.jsonl"))
        self.assertTrue(files)
        for file in files:
            for line in file.read_text(encoding="utf-8").splitlines():
                self.assertLessEqual({"timestamp", "level", "message"}, json.loads(line).keys())

    def test_again_on_the_same_input_asks_nothing_changes_nothing_and_takes_under_five_seconds(self):
        before, calls = rows(self.home), self.endpoint.calls
        again = self.home.run("run", *pages())
        self.assertDone(again)
        self.assertEqual(calls, self.endpoint.calls)
        self.assertEqual(before, rows(self.home))
        self.assertLess(again.seconds, 5)

    def test_the_same_bytes_cost_nothing_even_when_the_endpoint_is_gone(self):
        self.home.settings = {"llm": self.endpoint.settings(endpoint="http://127.0.0.1:9/v1")}
        self.assertDone(self.home.run("run", *pages()))

    def test_the_summary_names_pages_chunks_calls_tokens_and_what_was_learnt(self):
        for word in ("pages", "chunks", "calls", "tokens", "entities", "relations", "review", "refused"):
            self.assertIn(word, self.first.out.lower())

    def test_progress_is_not_drawn_where_there_is_no_terminal(self):
        self.assertNotIn("\r", self.first.err)
        self.assertNotIn("\x1b", self.first.err + self.first.out)

    def test_show_gives_an_entity_with_its_evidence(self):
        shown = self.home.run("show", "Lantern II")
        self.assertDone(shown)
        self.assertIn("Lantern II", shown.out)
        self.assertIn("lantern-ships.html", shown.out)

    def test_show_finds_a_name_without_its_accents_and_case(self):
        shown = self.home.run("show", "zoe angstrom")
        self.assertDone(shown)
        self.assertIn("Zoë Ångström", shown.out)

    def test_show_of_an_unknown_name_says_so(self):
        shown = self.home.run("show", "Nobody of That Name")
        self.assertEqual(shown.status, 1)
        self.assertSays(shown, "Nobody of That Name")

    def test_lists_name_what_they_list(self):
        for arguments, words in [(("queue",), ("empty",)), (("runs", "list"), ("scripted",)),
                                 (("contracts", "list"), ("page_classification", "1.0.0")), (("doctor",), ("PostgreSQL",))]:
            with self.subTest(arguments):
                result = self.home.run(*arguments)
                self.assertDone(result)
                for word in words:
                    self.assertIn(word, result.out)

    def test_a_run_can_be_shown_with_what_was_asked_and_answered(self):
        run = self.home.sql("SELECT run_id FROM llm.run WHERE outcome = 'succeeded' ORDER BY run_id LIMIT 1")[0][0]
        shown = self.home.run("runs", "show", run)
        self.assertDone(shown)
        self.assertIn(run, shown.out)

    def test_json_is_exactly_one_document(self):
        run = self.home.sql("SELECT run_id FROM llm.run LIMIT 1")[0][0]
        for arguments in (("run", *pages()), ("show", "Véyra"), ("queue",), ("runs", "list"), ("runs", "show", run),
                          ("contracts", "list"), ("db", "status"), ("doctor",)):
            with self.subTest(arguments[0]):
                result = self.home.run(*arguments, "--json")
                self.assertDone(result)
                result.json()

    def test_sql_gives_tuples_only_parted_by_tabs(self):
        self.assertEqual([["1", "two", ""]], self.home.sql("SELECT 1, 'two', NULL"))

    def test_sql_that_is_wrong_fails(self):
        result = self.home.run("sql", "SELECT FROM nowhere.at_all")
        self.assertNotEqual(result.status, 0)
        self.assertIn("nowhere", result.err)

    def test_migrating_an_up_to_date_database_does_nothing(self):
        result = self.home.run("db", "migrate", "--json")
        self.assertDone(result)
        self.assertFalse(any(result.json().values()), result.out)

    def test_the_program_stays_under_200_megabytes(self):
        copy = self.home.write("measured.md", (PAGES / "veyra.md").read_bytes() + b"\nIt was measured.\n")
        # Through a small process: a child's peak begins with that of the process it was forked from.
        watch = ("import resource, subprocess, sys; status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode; "
                 "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(status)")
        watched = subprocess.run([sys.executable, "-c", watch, *self.home.command(["run", copy])], env=self.home.environment,
                                 stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        self.assertEqual(watched.returncode, 0, watched.stderr)
        self.assertLess(int(watched.stdout), 200 * 1024)


class TakingInWithoutReading(HomeCase):
    def test_the_queue_says_what_waits_and_a_run_takes_it_from_there(self):
        endpoint = Endpoint()
        self.addCleanup(endpoint.close)
        self.home.settings = {"llm": endpoint.settings()}
        self.assertDone(self.home.run("ingest", PAGES / "veyra.md"))
        self.assertEqual(0, endpoint.calls)
        queue = self.home.run("queue")
        self.assertDone(queue)
        for word in ("CHUNK_SOURCE", "page_classification", "waiting"):
            self.assertIn(word, queue.out)
        self.assertDone(self.home.run("run", PAGES / "veyra.md"))
        self.assertGreater(endpoint.calls, 0)
        self.assertIn("empty", self.home.run("queue").out)


class ReadingAPageAgainAfterItChanged(HomeCase):
    def test_only_the_changed_page_is_asked_about_and_its_next_version_stands(self):
        endpoint = Endpoint()
        self.addCleanup(endpoint.close)
        self.home.settings = {"llm": endpoint.settings()}
        pages_read = [self.home.write(name, (PAGES / name).read_bytes()) for name in ("veyra.md", "eras.md")]
        self.assertDone(self.home.run("run", *pages_read))
        self.home.write("eras.md", (PAGES / "eras.md").read_bytes() + b"\nThe Loud Years have not begun.\n")
        asked = self.home.number("SELECT count(*) FROM llm.run")
        self.assertDone(self.home.run("run", *pages_read))
        self.assertEqual([["eras.md"]], self.home.sql(
            f"SELECT DISTINCT regexp_replace(p.locator, '.*/', '') FROM llm.vw_job AS j JOIN sem.source_page AS p USING (source_page_id) "
            f"WHERE p.version = 2"))
        self.assertGreater(self.home.number("SELECT count(*) FROM llm.run"), asked)
