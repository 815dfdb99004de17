"""Answers that a model should not have given: each is refused for a reason that a person understands, and nothing of it is stored."""
import json
import re

from test_contracts import Altered, PAGE
from home import HomeCase

NO_JSON = "it holds no JSON object or array"
# What is given instead of entities: answer, finish reason, outcome of the run, parts of the reason.
ANSWERS = {
    "nothing": ("", "stop", "parse_failed", [NO_JSON]),
    "white-space": (" \n\t " * 100, "stop", "parse_failed", [NO_JSON]),
    "prose": ("The passage names Amber Crane and Bruno Dale, who sailed together.", "stop", "parse_failed", [NO_JSON]),
    "html": ("<!DOCTYPE html><html><body><h1>Amber Crane</h1></body></html>", "stop", "parse_failed", [NO_JSON]),
    "thoughts": ("<think>Amber Crane is a person. Is she?", "stop", "parse_failed", ["stopped thinking aloud"]),
    "other-schema": ('{"people": [{"first": "Amber", "last": "Crane"}]}', "stop", "schema_failed", ["breaks its contract", "the member “people”, which is not allowed here"]),
    "bare-list": ('["Amber Crane", "Bruno Dale"]', "stop", "schema_failed", ["breaks its contract", "is a list, which is not allowed here"]),
    "wrong-types": ('{"entities": [{"name": 12, "type": ["person"]}]}', "stop", "schema_failed", ["/entities/0/name: is the number 12, which is not allowed here"]),
    "10-megabytes": (json.dumps({"entities": [{"name": "Amber Crane", "type": "x" * (10 << 20)}]}), "stop", "parse_failed",
                     ["bytes, more than the 8388608 allowed"]),
    "deep": ('{"entities": ' + "[" * 100_000 + "]" * 100_000 + "}", "stop", "parse_failed", ["deep"]),
    "one-word-again": ("again and again " * 2000, "length", "parse_failed", [NO_JSON]),
    "items-again": ('{"entities": [' + '{"name": "Amber Crane", "type": "person"}, ' * 500, "length", "schema_failed",
                    ["/entities: has 500 items; at most"]),
}


class BadAnswers(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.endpoint = Altered()
        cls.addClassCleanup(cls.endpoint.close)
        cls.endpoint.alter = cls.alter
        for case in [*ANSWERS, "twice"]:
            cls.home.write(f"{case}.md", PAGE + f"\nThis is the page of {case}.\n")
        cls.home.settings = {"llm": cls.endpoint.settings(maximum_answer_bytes=64 << 20), "work": {"endpoint_patience_ms": 2000}}
        cls.result = cls.home.run("run", cls.home.inputs)

    @staticmethod
    def alter(text: str, passage: str):
        case = re.search(r"page of ([\w-]+)", passage)
        if '"entities"' not in text or not case:
            return text, "stop"
        if case[1] == "twice":
            items = json.loads(text)["entities"]
            return json.dumps({"entities": (items[:2] * 50)[:len(items)]}), "stop"
        return ANSWERS[case[1]][:2]

    def of(self, case: str, query: str) -> list[list[str]]:
        return self.home.sql(query.replace("PAGE", f"(SELECT source_page_id FROM sem.source_page WHERE locator LIKE '%/{case}.md')"))

    def test_each_is_refused_for_its_reason_and_leaves_nothing(self):
        self.assertDone(self.result, 3)
        for case, (_, _, outcome, reason) in ANSWERS.items():
            with self.subTest(case):
                status, said = self.of(case, "SELECT status, coalesce(error ->> 'reason', error ->> 'message', error::text) FROM llm.vw_job WHERE job_type = 'entity_extraction' AND source_page_id = PAGE")[0]
                self.assertEqual("DEADLETTER", status)
                for part in reason:
                    self.assertIn(part, said)
                self.assertLess(len(said), 300, "a reason that nobody reads to its end")
                runs = self.of(case, "SELECT r.outcome, r.artifact FROM llm.run AS r JOIN llm.vw_job AS j USING (job_id) WHERE j.job_type = 'entity_extraction' AND j.source_page_id = PAGE")
                self.assertEqual({outcome}, {run[0] for run in runs})
                for _, artifact in runs[-1:]:
                    with open(artifact + "/error.json", encoding="utf-8") as file:
                        self.assertIn(reason[0], file.read())
                self.assertEqual([["0"]], self.of(case, "SELECT count(*) FROM dbo.evidence WHERE target_table = 'dbo.dim_entity' AND source_page_id = PAGE"))

    def test_items_that_are_given_again_and_again_count_once(self):
        self.assertIn("repeats another item", self.result.out)
        self.assertEqual([["2", "0"]], self.of("twice", """SELECT count(*), count(*) - count(DISTINCT (char_start, char_end)) FROM dbo.evidence
            WHERE target_table = 'dbo.dim_entity' AND source_page_id = PAGE"""))

    def test_a_person_is_told_what_failed_and_what_to_do(self):
        self.assertIn("`almagest jobs retry --dead`", self.result.err)
        for rough in ("terminate called", "what():", "nlohmann", "std::", "[json.exception"):
            self.assertNotIn(rough, self.result.out + self.result.err)
