"""`llm.cache: on`: the same question is asked of the model once."""
from endpoint import Endpoint
from home import HomeCase, PAGES


class AnswersAreKept(HomeCase):
    def setUp(self):
        super().setUp()
        self.endpoint = Endpoint()
        self.addCleanup(self.endpoint.close)

    def settings(self, **more):
        self.home.settings = {"llm": self.endpoint.settings(
            price_per_million_prompt_tokens=1.0, price_per_million_completion_tokens=1.0, **more)}

    def read(self, name: str) -> dict:
        """A page of this name with the same words as the others, so that the same is asked."""
        page = self.home.write(f"{name}/page.md", (PAGES / "eras.md").read_text(encoding="utf-8"))
        result = self.home.run("run", page, "--json")
        self.assertDone(result)
        return result.json()

    def runs(self, name: str) -> list[list[str]]:
        return self.home.sql("SELECT r.from_cache, r.outcome, r.cost::float8 = 0, r.prompt_tokens > 0 AND r.cached_tokens = r.prompt_tokens "
                             f"FROM llm.run r JOIN sem.source_page p USING (source_page_id) WHERE p.locator LIKE '%/{name}/page.md'")

    def evidence(self, name: str) -> list[list[str]]:
        return self.home.sql("SELECT e.target_table, e.target_id, e.char_start, e.char_end, e.quote FROM dbo.evidence e JOIN sem.source_page p "
                             f"USING (source_page_id) WHERE p.locator LIKE '%/{name}/page.md' AND e.target_table <> 'sem.page_classification' ORDER BY 1, 2, 3, 4")

    def test_a_page_of_the_same_words_asks_no_model(self):
        self.settings(cache="on")
        self.read("first")
        self.assertTrue(self.runs("first"))
        self.assertEqual({("f", "succeeded", "f", "f")}, {tuple(run) for run in self.runs("first")})
        asked = self.endpoint.calls
        self.assertGreater(asked, 0)
        third = self.home.write("third/page.md", (PAGES / "eras.md").read_text(encoding="utf-8"))
        told = self.home.run("estimate", "--json", third).json()
        self.assertEqual((0, len(self.runs("first")), 0), (told["calls"], told["kept_answers"], told["cost"]))
        summary = self.read("second")
        self.assertEqual(asked, self.endpoint.calls, "every answer was known")
        self.assertEqual(len(self.runs("first")), len(self.runs("second")))
        self.assertEqual({("t", "succeeded", "t", "t")}, {tuple(run) for run in self.runs("second")})
        self.assertEqual((0, len(self.runs("second"))), (summary["model_calls"], summary["cached_answers"]))
        self.assertEqual(self.evidence("first"), self.evidence("second"))
        with self.subTest("another temperature is another question"):
            self.settings(cache="on", temperature=0.5)
            self.read("warmer")
            self.assertEqual(2 * asked, self.endpoint.calls)
        with self.subTest("off, nothing is taken from it"):
            self.settings()
            self.read("off")
            self.assertEqual(3 * asked, self.endpoint.calls)
        with self.subTest("an answer that is too old is asked for again"):
            self.home.sql("UPDATE llm.answer_cache SET kept_at = now() - interval '8 days'")
            self.settings(cache="on", cache_days=7)
            self.read("later")
            self.assertEqual(4 * asked, self.endpoint.calls)

    def test_it_is_off_unless_asked_for(self):
        self.settings()
        kept = self.home.number("SELECT count(*) FROM llm.answer_cache")
        page = self.home.write("plain.md", "# Plain\n\nAnna met Bert in Calder. Bert left Calder with Dora.\n")
        self.assertDone(self.home.run("run", page))
        self.assertGreater(self.endpoint.calls, 0)
        self.assertEqual(kept, self.home.number("SELECT count(*) FROM llm.answer_cache"))
