"""Recorded answers of the default model, replayed: the rows that they lead to, to the letter.

ALMAGEST_RECORD=1 asks the default model itself, records its answers, and writes the rows expected."""
import json
import os

from home import HomeCase, REPOSITORY, pages, rows
from test_gold import gold

RECORDED = REPOSITORY / "tests" / "recorded" / "brass-coast"
EXPECTED = REPOSITORY / "tests" / "recorded" / "brass-coast.rows.json"
KEPT = ("chunks", "entities", "relations", "events", "works", "evidence")


class RecordedAnswersOfTheDefaultModel(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        recording = os.environ.get("ALMAGEST_RECORD") == "1"
        cls.result = cls.home.run("run", *pages(), "--model", f"{'recording' if recording else 'recorded'}:{RECORDED}",
                                  timeout=7200 if recording else 180)
        if recording and cls.result.status in (0, 3):
            found = rows(cls.home)
            EXPECTED.write_text(json.dumps({name: found[name] for name in KEPT}, ensure_ascii=False, indent=1) + "\n",
                                encoding="utf-8")

    def setUp(self):
        super().setUp()
        self.assertIn(self.result.status, (0, 3), f"{self.result.out}\n{self.result.err}")

    def test_lead_to_exactly_the_rows_expected(self):
        found = rows(self.home)
        expected = json.loads(EXPECTED.read_text(encoding="utf-8"))
        for name in KEPT:
            self.assertEqual(expected[name], found[name], name)

    def test_every_answer_needed_is_recorded(self):
        self.assertEqual(0, self.home.number("SELECT count(*) FROM llm.run WHERE outcome = 'model_failed'"))

    def test_runs_say_that_their_answers_are_recorded(self):
        self.assertEqual(0, self.home.number("SELECT count(*) FROM llm.run WHERE model NOT LIKE 'recorded:%'"))

    def test_no_trap_became_an_entity_beyond_review(self):
        traps = [item["name"] for item in gold() if item["kind"] == "trap"]
        names = {row[0] for row in self.home.sql(
            "SELECT entity_name FROM dbo.dim_entity WHERE entity_name IN "
            f"({', '.join(repr(name) for name in traps)}) AND promotion_state = 'promoted' AND entity_id IN "
            "(SELECT from_entity_id FROM dbo.bridge_entity_relation WHERE promotion_state = 'promoted')")}
        self.assertEqual(set(), names)

    def test_most_captains_have_their_terms_of_office(self):
        # Whatever the model took for the Survey's name, the people and the dates must be right.
        terms = [item for item in gold() if item["kind"] == "relation" and item["type"] == "led"
                 and item["page"] == "captains-of-the-lantern.html"]
        found = {tuple(row) for row in self.home.sql(
            "SELECT a.entity_name, coalesce(r.start_date::text, ''), coalesce(r.end_date::text, '') FROM dbo.bridge_entity_relation AS r "
            "JOIN dbo.dim_entity AS a ON a.entity_id = r.from_entity_id JOIN dbo.dim_entity AS b ON b.entity_id = r.to_entity_id "
            "WHERE b.entity_name LIKE '%Lantern Survey%' AND r.relation_type = 'led'")}
        right = [term for term in terms
                 if any(name == term["from"] and (not term["start_date"] or start == term["start_date"])
                        and end == (term["end_date"] or "") for name, start, end in found)]
        self.assertGreaterEqual(len(right), 3, f"right: {right}\nfound: {sorted(found)}")
