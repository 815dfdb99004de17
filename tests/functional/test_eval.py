"""What was read against a small gold standard: recorded answers, figures counted by hand."""
import json

from home import HomeCase, PAGES, REPOSITORY

RECORDED = f"recorded:{REPOSITORY / 'tests' / 'recorded' / 'brass-coast'}"
PAGE = PAGES / "a-second-account.txt"


def entity(name: str, **more) -> dict:
    return {"kind": "entity", "page": "a-second-account", "name": name} | more


def relation(head: str, predicate: str, tail: str, **more) -> dict:
    return {"kind": "relation", "page": "a-second-account", "from": head, "type": predicate, "to": tail} | more


# The recorded answers found: Survey, Isolde Marrow, Lantern Survey, Anselm Quill, Zoë Ångström; and
# Isolde Marrow founded Lantern Survey, Lantern Survey led Survey and the reverse (one here, and for review), Zoë Ångström led
# Lantern Survey (1880-01-01 … 1886-06-30); and the founding of the Lantern Survey. Anselm Quill, who led it, is in none.
GOLD = [
    entity("Anselm Quill"), entity("Ångström", aliases=["Zoë Ångström"]),
    entity("The Lantern Survey", aliases=["Survey"]), entity("captains"), entity("annals"), entity("pay", optional=True),
    relation("Anselm Quill", "led", "Survey", start_date="1874-04", end_date="1879-11"),
    relation("Survey", "employed", "Ångström", start_date="1880-01", end_date="1886-06-30"),
    relation("Ångström", "agreed_with", "captains"),
    {"kind": "page", "page": "a-second-account", "primary_type": "History"},
    {"kind": "trap", "page": "a-second-account", "name": "Isolde Marrow"},
]


class Evaluation(HomeCase):
    def gold(self, items=None) -> str:
        return self.home.write("gold.jsonl", "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items or GOLD))

    def test_the_figures_are_those_counted_by_hand(self):
        result = self.home.run("eval", self.gold(), "--pages", PAGE, "--model", RECORDED, "--json", "--remarks")
        self.assertDone(result)
        told = result.json()
        tally = {name: tuple(family[key] for key in ("right", "extra", "missed")) for name, family in told["families"].items()}
        self.assertEqual({"entities": (3, 1, 2),  # Isolde; captains, annals
                          "relations_either_way": (1, 1, 2),  # Isolde and Survey; Quill and Survey, Ångström and captains
                          "relations_ordered": (0, 2, 3),  # Zoë led the Survey, which employed her: the wrong way round
                          "events": (0, 0, 0), "works": (0, 0, 0)}, tally)
        self.assertAlmostEqual(6 / 9, told["families"]["entities"]["f1"])
        self.assertAlmostEqual(1 / 2, told["families"]["relations_either_way"]["precision"])
        self.assertIsNone(told["families"]["events"]["f1"])
        share = {name: (told[name]["part"], told[name]["whole"])
                 for name in ("bounds_right", "direction_errors", "valid", "valid_but_wrong", "grounded", "page_types")}
        self.assertEqual({"bounds_right": (2, 4), "direction_errors": (1, 1), "valid": (4, 4), "valid_but_wrong": (2, 2),
                          "grounded": (10, 10), "page_types": (1, 1)}, share)
        self.assertEqual(1, told["traps"])
        self.assertIn("a-second-account: extra entity Isolde Marrow", told["remarks"])
        spent = told["spent"]
        tokens, read, written = map(int, self.home.sql(
            "SELECT (SELECT sum(token_count) FROM vector.chunk WHERE tenant_id = 1), sum(prompt_tokens), sum(completion_tokens) FROM llm.run WHERE tenant_id = 1")[0])
        self.assertEqual((2, 2, 2), (spent["calls"], spent["valid_answers"]["part"], spent["valid_answers"]["whole"]))
        self.assertAlmostEqual(read / tokens, spent["in_per_content_token"])
        self.assertAlmostEqual(written / tokens, spent["out_per_content_token"])
        self.assertEqual(self.home.number("SELECT count(*) FROM llm.run_refusal"), spent["refused_items"])

        # What is stored is scored again without a call, and for people.
        again = self.home.run("eval", self.gold())
        self.assertDone(again)
        for words in ("entities", "relations ordered", "0.67", "bounds right", "1.00 (4 of 4)", "tokens for a content token"):
            self.assertIn(words, again.out)
        self.assertEqual(2, self.home.number("SELECT count(*) FROM llm.run WHERE tenant_id = 1"))

        shown = self.home.run("show", "--page", "a-second-account")
        self.assertDone(shown)
        self.assertIn("founded", shown.out)

    def test_texts_of_the_gold_can_be_read(self):
        document = {"id": "own", "title": "A SECOND ACCOUNT OF THE SURVEY", "text": "Nothing here was recorded.",
                    "entities": [{"name": "Nobody"}]}
        result = self.home.run("eval", self.gold([document]), "--run", "--model", RECORDED, "--tenant", "trial", "--json")
        self.assertDone(result)  # its calls fail for want of recordings; it is scored as it is
        self.assertEqual((0, 0, 1), tuple(result.json()["families"]["entities"][key] for key in ("right", "extra", "missed")))
        self.assertEqual([["gold://own"]], self.home.sql("SELECT locator FROM sem.source_page JOIN llm.tenant USING (tenant_id) WHERE name = 'trial'"))

    def test_gold_of_what_is_not_stored_says_what_to_do(self):
        result = self.home.run("eval", self.gold([{"id": "elsewhere", "entities": [{"name": "Ada"}]}]))
        self.assertEqual(1, result.status)
        self.assertSays(result, "elsewhere", "is not stored", "--pages")

    def test_broken_gold_is_named_by_its_line(self):
        result = self.home.run("eval", self.home.write("broken.jsonl", '{"id": "a"}\n{"id": \n'))
        self.assertEqual(2, result.status)
        self.assertSays(result, "broken.jsonl:2:", "docs/evaluation.md")
        self.assertEqual(2, self.home.run("eval", self.home.inputs / "none.jsonl").status)
