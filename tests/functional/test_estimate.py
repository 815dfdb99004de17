"""What a run would cost, told beforehand, against what it then takes."""
from home import HomeCase, REPOSITORY, pages

RECORDED = f"recorded:{REPOSITORY / 'tests' / 'recorded' / 'brass-coast'}"
SPENT = """SELECT count(*), coalesce(sum(prompt_tokens), 0), coalesce(sum(completion_tokens), 0) FROM llm.run
            WHERE outcome <> 'model_failed'"""


class Estimates(HomeCase):
    def estimate(self, *arguments) -> dict:
        result = self.home.run("estimate", "--json", *arguments, "--model", RECORDED)
        self.assertDone(result)
        return result.json()

    def read(self, *paths):
        self.assertDone(self.home.run("run", *paths, "--model", RECORDED))

    def spent(self) -> list[int]:
        return [int(cell) for cell in self.home.sql(SPENT)[0]]

    def assertNear(self, expected: int, estimated: int, share: float):
        self.assertLessEqual(abs(estimated - expected), share * expected, f"{estimated} instead of {expected}")

    def test_1_without_a_database_one_is_not_made(self):
        told = self.estimate(*pages())
        self.assertFalse((self.home.home / "cluster").exists())
        self.assertEqual((12, 0, 24), (told["pages"], told["pages_done"], told["calls"]))
        self.assertIn("no database was asked: nothing counts as read before", told["assumptions"])
        type(self).cold = told

    def test_2_a_run_makes_as_many_calls_and_reads_about_as_many_tokens(self):
        half = pages()[:6]
        before = self.estimate(*half)
        self.read(*half)
        calls, prompt, _ = self.spent()
        self.assertEqual(before["calls"], calls)
        self.assertNear(prompt, before["prompt_tokens"], 0.20)

    def test_3_what_was_read_costs_nothing_and_asking_changes_nothing(self):
        rows = self.home.sql("SELECT count(*) FROM llm.run UNION ALL SELECT count(*) FROM sem.source_page "
                             "UNION ALL SELECT count(*) FROM ingest.work_item UNION ALL SELECT count(*) FROM llm.job")
        told = self.estimate(*pages()[:6])
        self.assertEqual((6, 0, 0, 0), (told["pages_done"], told["calls"], told["prompt_tokens"], told["cost"]))
        self.estimate(*pages())
        self.assertEqual(rows, self.home.sql(
            "SELECT count(*) FROM llm.run UNION ALL SELECT count(*) FROM sem.source_page "
            "UNION ALL SELECT count(*) FROM ingest.work_item UNION ALL SELECT count(*) FROM llm.job"))

    def test_4_earlier_calls_of_the_model_make_it_better(self):
        told = self.estimate(*pages())
        self.assertGreater(told["learned_from_calls"], 0)
        before = self.spent()
        self.read(*pages())
        calls, prompt, completion = (now - then for now, then in zip(self.spent(), before))
        self.assertEqual(told["calls"], calls)
        self.assertNear(prompt, told["prompt_tokens"], 0.10)
        self.assertNear(completion, told["completion_tokens"], 0.35)
        self.assertLess(abs(told["completion_tokens"] - completion), abs(self.cold["completion_tokens"] // 2 - completion))
        self.assertIsNotNone(told["seconds"])

    def test_5_of_a_changed_page_only_new_passages_cost(self):
        page = self.home.write("grows" + pages()[1].suffix, pages()[1].read_text(encoding="utf-8"))
        self.assertEqual(2, self.estimate(page)["calls"])  # another place: a page of its own
        self.read(page)
        page.write_bytes(page.read_bytes() + b"\n\n")  # other bytes, the same text
        self.assertEqual(0, self.estimate(page)["calls"])

    def test_money_follows_the_prices_of_the_model(self):
        self.home.settings = {"llm": {"price_per_million_prompt_tokens": 1.0, "price_per_million_completion_tokens": 2.0}}
        page = self.home.write("new.md", "# New\n\nAda met Bo. Bo left Ada in May 1871.\n")
        told = self.estimate(page)
        self.assertAlmostEqual((told["prompt_tokens"] + 2 * told["completion_tokens"]) / 1e6, told["cost"], places=9)
        self.home.settings["llm"]["prices"] = {f"recorded:{'qwen2.5-coder-1.5b-instruct-q4_k_m'}": {"per_million_completion_tokens": 8.0}}
        self.assertAlmostEqual(8 * told["completion_tokens"] / 1e6, self.estimate(page)["cost"], places=9)

    def test_context_for_chunks_is_counted(self):
        page = self.home.write("context.md", "# The fleet\n\n" + "".join(
            f"Amber Crane sailed with Bruno Dale to the island of Veyra in the year {year}, and came back late.\n\n" for year in range(1800, 1860)))
        bare = self.estimate(page)
        self.home.settings = {"profiles": [{"name": "small", "match": "*", "context": {"page": "on", "earlier_entities": 10},
                                            "chunk": {"maximum_tokens": 260, "overlap_tokens": 0, "minimum_tokens": 60}}]}
        told = self.estimate(page)
        self.assertEqual((bare["calls"], bare["chunks"]), (told["calls"], told["chunks"]))
        self.assertGreater(told["prompt_tokens"], bare["prompt_tokens"] + 40 * bare["chunks"])

    def test_people_get_a_table_and_what_it_rests_on(self):
        result = self.home.run("estimate", self.home.write("table.md", "# T\n\nAda met Bo.\n"), "--model", RECORDED)
        self.assertDone(result)
        for words in ("tokens in", "passage_extraction", "Assumed", "time", "money"):
            self.assertIn(words, result.out)

    def test_what_cannot_be_read_is_told_and_the_rest_is_estimated(self):
        result = self.home.run("estimate", "--json", pages()[0], self.home.inputs / "missing.md", "--model", RECORDED)
        self.assertEqual(3, result.status, result.err)
        self.assertSays(result, "missing.md")
        self.assertEqual(1, result.json()["pages"])
