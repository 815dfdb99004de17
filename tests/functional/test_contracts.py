"""Answers that break off or have to be mended, what a run's input holds, and job types on demand."""
import json
import shutil

from endpoint import Endpoint, EndpointCase
from home import HomeCase, REPOSITORY

PAGE = """# The fleet

Amber Crane sailed with Bruno Dale. Clara Egon built the Harbour Wall. Doris Fenn met Egil Garm.

Fiona Holt lit the North Lamp. Gustav Ings left Hanna Jorn. Irma Kell found Jonas Lund.
"""


class Altered(Endpoint):
    """Gives whole answers as `alter` changes them: (text, passage) → (text, finish reason)."""

    alter = None

    def completion(self, request: dict) -> dict:
        document = super().completion(request)
        choice = document["choices"][0]
        if self.alter:
            passage = next(m["content"] for m in reversed(request["messages"]) if m["role"] == "user" and "[1]" in m["content"]
                           or m is request["messages"][-1])
            choice["message"]["content"], choice["finish_reason"] = self.alter(choice["message"]["content"], passage)
        return document

    def settings(self, **more) -> dict:
        return super().settings(stream=False, **more)


class PageOfATest(EndpointCase):
    kind = Altered

    def setUp(self):
        super().setUp()
        self.endpoint.alter = None
        self.home.settings["work"] = {"endpoint_patience_ms": 2000}
        # A page of its own for each test: the same bytes would cost nothing.
        self.page = self.home.write(f"{self._testMethodName}.md", PAGE + f"\nThis is {self._testMethodName}.\n")

    def page_id(self) -> str:
        return self.home.sql(f"SELECT source_page_id FROM sem.source_page WHERE locator LIKE '%{self.page.name}'")[0][0]

    def runs(self, job_type: str) -> list[list[str]]:
        return self.home.sql(f"""SELECT r.outcome, coalesce(r.parse_strategy, ''), r.artifact FROM llm.run AS r JOIN llm.vw_job AS j USING (job_id)
                                  WHERE j.job_type = '{job_type}' AND j.source_page_id = {self.page_id()} ORDER BY r.started_at, r.run_id""")

    def mentioned(self) -> set[str]:
        return {row[0] for row in self.home.sql(
            "SELECT DISTINCT quote FROM dbo.evidence WHERE target_table = 'dbo.dim_entity' AND source_page_id = " + self.page_id())}


class AnswersThatBreakOff(PageOfATest):
    def cut(self, text: str, passage: str):
        """Breaks answers about more than two sentences off in their third item."""
        if "entities" not in text or passage.count("\n[") < 2:
            return text, "stop"
        items = json.loads(text)["entities"]
        return json.dumps({"entities": items[:3]})[:-12], "length"

    def test_are_asked_on_until_nothing_is_left(self):
        self.endpoint.alter = self.cut
        self.assertDone(self.home.run("run", self.page))
        runs = self.runs("entity_extraction")
        self.assertGreater(len(runs), 1)
        self.assertEqual("succeeded", runs[-1][0])
        self.assertIn("truncated", {run[0] for run in runs[:-1]})
        # What each answer said is put down to the run that said it.
        said = self.home.sql(f"""SELECT DISTINCT e.quote, r.artifact, x.is_rerun FROM dbo.evidence AS e JOIN llm.run AS r USING (run_id)
            JOIN dbo.fact_entity_extraction AS x ON x.run_id = r.run_id AND x.entity_id = e.target_id
            WHERE e.target_table = 'dbo.dim_entity' AND e.source_page_id = {self.page_id()}""")
        self.assertGreater(len({artifact for _, artifact, _ in said}), 1)
        self.assertEqual({"f"}, {is_rerun for _, _, is_rerun in said}, "going on with an answer is no second reading")
        for quote, artifact, _ in said:
            with open(artifact + "/output.json", encoding="utf-8") as file:
                self.assertIn(quote, [entity["name"] for entity in json.load(file)["grounded"]["entities"]])
        names = self.mentioned()
        for name in ("Amber Crane", "Harbour Wall", "Egil Garm", "North Lamp", "Jonas Lund"):
            self.assertIn(name, names)
        self.assertEqual(0, self.home.number(
            f"SELECT count(*) FROM dbo.evidence WHERE target_table = 'dbo.dim_entity' AND source_page_id = {self.page_id()} "
            "AND quote <> (SELECT substr(text, char_start + 1, char_end - char_start) FROM sem.source_page AS p "
            "WHERE p.source_page_id = evidence.source_page_id)"))

    def test_again_and_again_are_not_called_complete(self):
        self.endpoint.alter = lambda text, passage: (text[:-12], "length") if "entities" in text else (text, "stop")
        result = self.home.run("run", self.page)
        self.assertIn(result.status, (1, 3))
        self.assertEqual(set(), self.mentioned())
        self.assertEqual([["DEADLETTER"]], self.home.sql(
            f"SELECT status FROM llm.vw_job WHERE job_type = 'entity_extraction' AND source_page_id = {self.page_id()}"))
        self.assertEqual({"truncated"}, {run[0] for run in self.runs("entity_extraction")})


class AnswersThatHadToBeMended(PageOfATest):
    def test_go_to_review(self):
        self.endpoint.alter = lambda text, passage: (text[:-1] + ",}", "stop")
        self.home.settings["governance"] = {"auto_promote_threshold": 0.5, "manual_review_threshold": 0.1}
        self.assertDone(self.home.run("run", self.page))
        self.assertEqual({"repaired"}, {run[1] for run in self.runs("entity_extraction")})
        for table, item in (("dbo.dim_entity", "entity_id"), ("dbo.bridge_entity_relation", "relation_id")):
            states = self.home.sql(f"""SELECT DISTINCT t.promotion_state, e.grounding FROM {table} AS t JOIN dbo.evidence AS e
                ON e.target_table = '{table}' AND e.target_id = t.{item} WHERE e.source_page_id = {self.page_id()}
                AND NOT EXISTS (SELECT FROM dbo.evidence AS o WHERE o.target_table = e.target_table AND o.target_id = e.target_id
                                AND o.source_page_id <> e.source_page_id)""")
            self.assertEqual([["candidate", "fuzzy"]], states, table)
        self.assertEqual([["t"]], self.home.sql(
            f"SELECT needs_review FROM sem.page_classification WHERE source_page_id = {self.page_id()}"))


class WhatAJobIsGiven(PageOfATest):
    def test_is_kept_as_an_envelope_around_its_evidence(self):
        self.assertDone(self.home.run("run", self.page))
        for job_type in ("page_classification", "entity_extraction"):
            with open(self.runs(job_type)[0][2] + "/input.json", encoding="utf-8") as file:
                given = json.load(file)
            self.assertEqual("1.0.0", given["envelope_version"])
            self.assertEqual(job_type, given["job_type"])
            item = given["evidence"]["items"][0]
            self.assertEqual(self.page_id(), str(item["source_page_id"]))
            self.assertEqual(item["content"], given["passage"]["text"])
            self.assertIn(self.page.name, item["locator"])
            self.assertEqual(1, len(given["evidence_refs"]))
            self.assertIn(given["evidence"]["bounding_policy"]["strategy"], ("chunk", "page_beginning"))
            for kept in ("messages", "schema", "model", "started_at", "maximum_tokens", "temperature"):
                self.assertIn(kept, given)


class TypesOnDemand(PageOfATest):
    def jobs(self) -> dict[str, int]:
        return {row[0]: int(row[1]) for row in self.home.sql(
            f"SELECT job_type, count(*) FROM llm.vw_job WHERE source_page_id = {self.page_id()} GROUP BY 1")}

    def test_are_no_part_of_a_run_but_of_one_that_enables_them(self):
        self.assertDone(self.home.run("run", self.page))
        self.assertEqual({"CHUNK_SOURCE", "page_classification", "entity_extraction", "relationship_extraction"}, set(self.jobs()))
        self.assertDone(self.home.run("enqueue", "event_extraction", "--page", self.page_id()))
        self.assertEqual(self.jobs()["entity_extraction"], self.jobs()["event_extraction"])
        self.page = self.home.write("enabled.md", PAGE + "\nWith all.\n")
        self.home.settings["contracts"] = {"enabled": ["work_extraction"]}
        self.assertIn(self.home.run("run", self.page).status, (0, 1, 3))
        self.assertEqual(self.jobs()["entity_extraction"], self.jobs()["work_extraction"])
        self.assertNotIn("event_extraction", self.jobs())

    def test_that_are_unknown_are_refused(self):
        self.home.settings["contracts"] = {"enabled": ["nonsense"]}
        result = self.home.run("run", self.page)
        self.assertDone(result, 2)
        self.assertSays(result, "nonsense")

    def test_two_entities_are_described_to_the_model_by_what_is_known_of_them(self):
        self.assertDone(self.home.run("run", self.page))
        ids = [int(row[0]) for row in self.home.sql(
            f"SELECT DISTINCT target_id FROM dbo.evidence WHERE target_table = 'dbo.dim_entity' AND source_page_id = {self.page_id()} ORDER BY 1 LIMIT 2")]
        payload = json.dumps({"first_entity_id": ids[0], "second_entity_id": ids[1]})
        self.assertSays(self.home.run("enqueue", "entity_dedupe", "--payload", '{"first_entity_id": 1}'), "second_entity_id")
        job = self.home.run("enqueue", "entity_dedupe", "--payload", payload, "--json").json()["job_id"]
        self.home.run("work", "--types", "entity_dedupe", "--drain")
        artifact = self.home.sql(f"SELECT artifact FROM llm.run WHERE job_id = {job} ORDER BY started_at LIMIT 1")[0][0]
        with open(artifact + "/input.json", encoding="utf-8") as file:
            given = json.load(file)
        self.assertEqual(ids, [item["entity_id"] for item in given["evidence"]["items"]])
        self.assertEqual(ids, given["schema"]["properties"]["master_entity_id"]["enum"])
        names = [row[0] for row in self.home.sql(f"SELECT entity_name FROM dbo.dim_entity WHERE entity_id IN ({ids[0]}, {ids[1]})")]
        for name in names:
            self.assertIn(name, given["messages"][-1]["content"])

    def test_about_an_entity_that_was_merged_meanwhile_ends_with_the_reason(self):
        self.assertDone(self.home.run("run", self.page))
        ids = [int(row[0]) for row in self.home.sql(
            "SELECT entity_id FROM dbo.dim_entity WHERE merged_into_id IS NULL ORDER BY entity_id DESC LIMIT 2")]
        payload = json.dumps({"first_entity_id": ids[1], "second_entity_id": ids[0]})
        job = self.home.run("enqueue", "entity_dedupe", "--payload", payload, "--json").json()["job_id"]
        merge = self.home.run("merge", ids[1], ids[0], "--json").json()["merge_id"]
        self.assertDone(self.home.run("work", "--types", "entity_dedupe", "--drain"))
        ended = self.home.run("jobs", "show", job, "--json").json()
        self.assertEqual("SUCCEEDED", ended["status"])
        self.assertEqual(f"entity {ids[0]} is merged into {ids[1]}: there is nothing to decide", ended["result"]["reason"])
        self.assertEqual(0, self.home.number(f"SELECT count(*) FROM llm.run WHERE job_id = {job}"))
        self.assertDone(self.home.run("unmerge", merge))


class CheckingContracts(HomeCase):
    def setUp(self):
        super().setUp()
        self.folder = self.home.inputs / self._testMethodName
        shutil.copytree(REPOSITORY / "contracts", self.folder)

    def checked(self, status: int, *folder: str) -> dict[str, dict]:
        result = self.home.run("contracts", "check", self.folder.joinpath(*folder), "--json")
        self.assertDone(result, status)
        return {row["contract"]: row for row in result.json()["contracts"]}

    def change(self, file: str, *replacements: tuple[str, str]):
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        for old, new in replacements:
            self.assertIn(old, text)
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")

    def fault(self, contract: str, *parts: str):
        found = self.checked(3)
        self.assertEqual([contract], [name for name, row in found.items() if not row["valid"]])
        for part in parts:
            self.assertIn(part, " ".join(found[contract]["faults"]))

    def test_those_of_the_tree_are_well_and_have_examples(self):
        found = self.checked(0)
        self.assertEqual(11, len(found))
        for name, row in found.items():
            if name.split("/")[0] not in ("evidence_bundle", "job_input_envelope"):
                self.assertGreater(row["examples"], 0, name)
                self.assertGreater(row["counter_examples"], 0, name)
        self.assertGreater(found["entity_extraction/1.0.0"]["left_tokens"], 260)
        self.assertEqual({"event_extraction/1.0.0"}, set(self.checked(0, "event_extraction")))
        self.assertEqual({"relationship_extraction/1.0.0"}, set(self.checked(0, "relationship_extraction", "1.0.0")))

    def test_an_unknown_placeholder(self):
        self.change("event_extraction/1.0.0/prompt.md", ("{{sentences}}", "{{paragraphs}}"))
        self.fault("event_extraction/1.0.0", "unknown placeholder {{paragraphs}}")

    def test_a_broken_schema(self):
        (self.folder / "event_extraction/1.0.0/output.schema.json").write_text('{"type": "objekt"}')
        self.fault("event_extraction/1.0.0", "objekt")

    def test_a_schema_that_decoders_pass_over(self):
        self.change("work_extraction/1.0.0/output.schema.json", ('"maxItems": 8,', '"maxItems": 8, "uniqueItems": true,'))
        self.fault("work_extraction/1.0.0", "uniqueItems", "decoders")

    def test_a_prompt_that_leaves_no_window(self):
        self.change("event_extraction/1.0.0/job.yaml", ("output_reserve_tokens: 900", "output_reserve_tokens: 9000"))
        self.fault("event_extraction/1.0.0", "9000", "4096")

    def test_two_folders_that_claim_one_version(self):
        shutil.copytree(self.folder / "event_extraction/1.0.0", self.folder / "event_extraction/1.0.1")
        self.fault("event_extraction/1.0.1", "event_extraction/1.0.0 claims too")

    def test_an_example_that_fails_and_a_counter_example_that_does_not(self):
        self.change("event_extraction/1.0.0/examples/a-siege.json", ("Juno Marsh\"", "Juno Mars\""))
        self.change("work_extraction/1.0.0/counter-examples/a-work-without-a-name.json", ('"schema"', '"parsing"'))
        found = self.checked(3)
        self.assertIn("examples/a-siege.json should pass, but fails at grounding", found["event_extraction/1.0.0"]["faults"][0])
        self.assertIn("should fail at parsing", found["work_extraction/1.0.0"]["faults"][0])

    def test_what_a_change_means_for_the_version(self):
        for version, file, old, new, needed in (
                ("1.0.1", "prompt.md", "List the works.", "List the works of the passage.", "patch"),
                ("1.0.2", "job.yaml", "[released, ", "[released, shown, ", "minor"),
                ("1.1.0", "output.schema.json", ', "canon_status"', "", "major")):
            shutil.rmtree(self.folder / "work_extraction", ignore_errors=True)
            shutil.copytree(REPOSITORY / "contracts/work_extraction", self.folder / "work_extraction")
            shutil.copytree(self.folder / "work_extraction/1.0.0", self.folder / "work_extraction" / version)
            self.change(f"work_extraction/{version}/job.yaml", ("version: 1.0.0", f"version: {version}"))
            self.change(f"work_extraction/{version}/{file}", (old, new))
            row = self.checked(0 if needed == "patch" else 3, "work_extraction")[f"work_extraction/{version}"]
            self.assertEqual(needed, row["change"]["needed"])
            self.assertEqual(needed == "patch", row["valid"], row["faults"])

    def test_no_contract_at_all(self):
        result = self.home.run("contracts", "check", self.home.inputs)
        self.assertDone(result, 2)
        self.assertSays(result, "holds no contract")
        self.assertDone(self.home.run("contracts", "check", self.home.inputs / "nowhere"), 2)
