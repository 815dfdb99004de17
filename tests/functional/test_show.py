"""Everything known about one, and what held on a day or in a work."""
import json

from home import HomeCase

TEXT = "Luke owned R2-D2 from A New Hope until The Last Jedi. He led the Guild from April 1996 until 1997. Luke is 1.75 m tall."


def grounded(**item) -> dict:
    return {"confidence": 0.95, "grounding": "exact",
            "evidence": [{"char_start": 0, "char_end": 4, "quote": "Luke", "grounding": "exact"}], **item}


class Showing(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        result = cls.home.run("ingest", cls.home.write("luke.txt", TEXT + "\n"))
        assert result.status == 0, result.err
        for call, items in (
                ("usp_route_dimensions(1, NULL, p, NULL, 'work', $${}$$)", [
                    grounded(name="A New Hope", type="film", start_date="1977-05-25", end_date="1977-05-25"),
                    grounded(name="Empire", type="film", start_date="1980-05-21", end_date="1980-05-21"),
                    grounded(name="The Last Jedi", type="film", start_date="2017-12-15", end_date="2017-12-15")]),
                ("usp_route_bridges(1, NULL, p, NULL, NULL, NULL, $${}$$)", [
                    grounded(subject="Luke", subject_type="person", predicate="owned", object="R2-D2", start_work="A New Hope", end_work="The Last Jedi"),
                    grounded(subject="Luke", predicate="led", object="Guild", start_date="1996-04-01", end_date="1997-12-31", start_text="April 1996"),
                    grounded(subject="Luke", predicate="fought in", object="Battle of Tarn", object_family="event"),
                    grounded(subject="Luke", predicate="lives in", object="Tarn", object_family="location")]),
                ("usp_route_facts(1, NULL, p, NULL, NULL, NULL, $${}$$)", [
                    grounded(kind="measurement", subject="Luke", predicate="height", value="1.75", unit="m"),
                    grounded(kind="assertion", subject="Luke", predicate="birth year", value="1951"),
                    grounded(kind="assertion", subject="Luke", predicate="birth year", value="1952")])):
            cls.home.sql("SELECT r.evidence_new FROM (SELECT max(source_page_id) AS p FROM sem.source_page) s, dbo."
                         + call.format(json.dumps(items)) + " r")

    def shown(self, *arguments) -> str:
        result = self.home.run("show", "luke", *arguments)
        self.assertDone(result)
        return result.out

    def test_it_shows_facts_relations_events_places_and_contradictions(self):
        shown = self.shown()
        for part in ("Luke · person", "height: 1.75 m", "Luke owned R2-D2  A New Hope … The Last Jedi", "1996-04-01 (April 1996) … 1997-12-31",
                     "Events", "fought in Battle of Tarn", "Places", "lives in Tarn", "Contradictions", "birth year: 1951 (1 page) or 1952 (1 page)",
                     "“Luke”", "luke.txt"):
            self.assertIn(part, shown)
        self.assertNotIn("“Luke”", self.shown("--quotes", "0"))

    def test_it_speaks_in_words(self):
        shown = self.shown()
        self.assertRegex(shown, r"Luke · person · .* · named (once|twice|\d+ times) on one page")
        self.assertIn("lives in Tarn", shown)

    def test_it_shows_what_held_on_a_day(self):
        self.assertIn("Luke led Guild", self.shown("--at", "1996-05-01"))
        later = self.shown("--at", "1998-01-01")
        self.assertNotIn("Luke led Guild", later)
        self.assertIn("Luke owned R2-D2", later)
        self.assertNotIn("owned", self.shown("--at", "2018-01-01"))
        self.assertIn("undated", later)

    def test_it_shows_what_held_in_a_work(self):
        self.assertIn("Luke owned R2-D2", self.shown("--in-work", "empire"))
        document = json.loads(self.shown("--in-work", "Empire", "--json"))
        self.assertEqual("Empire", document["in_work"])
        held = {relation["relation_type"]: relation["holds"] for relation in document["matches"][0]["relations"]}
        self.assertEqual({"owned": "bounded", "led": "undated"}, held)

    def test_a_day_or_work_that_is_none_is_refused(self):
        for arguments, says in ((("--at", "2024-02-31"), ("2024-02-31", "YYYY-MM-DD")), (("--at", "early 1990s"), ("early 1990s",)),
                                (("--in-work", "No Such Film"), ("No Such Film",))):
            with self.subTest(arguments):
                result = self.home.run("show", "luke", *arguments)
                self.assertDone(result, 2)
                self.assertSays(result, *says)
