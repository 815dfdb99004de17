"""Spending limits: they stop cleanly, hold back the rest without harm, and what goes on later is as if nothing had been."""
import json

from home import HomeCase, REPOSITORY, pages, rows

RECORDED = f"recorded:{REPOSITORY / 'tests' / 'recorded' / 'brass-coast'}"
EXPECTED = REPOSITORY / "tests" / "recorded" / "brass-coast.rows.json"
ATTEMPTS = "SELECT max(attempts) FROM llm.job_history"


class Limited(HomeCase):
    def go_on(self, *more):
        return self.home.run("run", "--json", *pages(), "--model", RECORDED, *more)

    def spent(self) -> int:
        return self.home.number("SELECT coalesce(sum(prompt_tokens + completion_tokens), 0) FROM llm.run")

    def assertAllIsAsWithoutLimits(self):
        expected = json.loads(EXPECTED.read_text(encoding="utf-8"))
        found = rows(self.home)
        for name, wanted in expected.items():
            self.assertEqual(wanted, found[name], name)
        self.assertEqual(1, self.home.number(ATTEMPTS), "no attempt was lost")
        self.assertEqual(0, self.home.number("SELECT count(*) FROM llm.spending_reservation"))


class OfARun(Limited):
    def test_it_stops_before_its_limit_and_goes_on_later(self):
        result = self.go_on("--max-tokens", 8000, "--concurrency", 4)
        self.assertDone(result, 3)
        told = result.json()
        self.assertLessEqual(self.spent(), 8000)
        self.assertGreater(self.spent(), 4000)
        self.assertIn("of the run's 8000 tokens are spent", told["spending_limit"]["stopped_because"])
        self.assertGreater(told["jobs"]["waiting"], 0)
        self.assertEqual((0, 0), (told["jobs"]["running"], told["jobs"]["dead"]))
        self.assertEqual(self.spent(), told["this_run"]["prompt_tokens"] + told["this_run"]["completion_tokens"])
        self.assertSays(result, "stopped at a spending limit", "the same command goes on")

        for _ in range(5):
            if self.go_on("--max-tokens", 8000).status == 0:
                break
        self.assertDone(self.go_on())
        self.assertAllIsAsWithoutLimits()


class OfARunBelowItsFirstCall(Limited):
    def test_a_limit_below_the_first_call_makes_none(self):
        page = self.home.write("other.md", "# Other\n\nAda met Bo.\n")
        before = self.spent()
        result = self.home.run("run", page, "--model", RECORDED, "--max-tokens", 10)
        self.assertDone(result, 3)
        self.assertSays(result, "the next call may take")
        self.assertEqual(before, self.spent())


class OfADay(Limited):
    def test_it_holds_the_tenant_until_tomorrow_or_a_higher_limit(self):
        self.home.settings = {"limits": {"tokens_per_day": 9000}}
        result = self.go_on()
        self.assertDone(result, 3)
        self.assertLessEqual(self.spent(), 9000)
        spent = self.spent()
        self.assertSays(result, "of 9000 tokens of the day are spent", "00:00 UTC")
        self.assertIsNotNone(result.json()["spending_limit"]["held_until"])

        again = self.go_on()
        self.assertDone(again, 3)
        self.assertEqual((spent, 0), (self.spent(), again.json()["this_run"]["model_calls"]))

        self.assertIn("A spending limit of the day holds all until", self.home.run("queue").out)
        self.assertIsNotNone(self.home.run("queue", "--json").json()["spending"]["held_until"])
        findings = {row["check"]: row for row in self.home.run("doctor", "--json").json()["findings"]}
        self.assertEqual("notice", findings["spending"]["severity"])
        self.assertIn("of 9000 tokens", findings["spending"]["message"])

        # The next day.
        self.home.sql("UPDATE llm.spending SET day = day - 1; UPDATE llm.tenant SET spending_held_until = now() - interval '1 s'")
        self.home.sql("UPDATE llm.run SET started_at = started_at - interval '1 day'")
        self.home.settings = {"limits": {"tokens_per_day": 9000, "cost_per_day": 1000.0}}
        self.assertDone(self.go_on(), 3)
        self.assertLessEqual(self.home.number("SELECT tokens FROM llm.fn_spending(1)"), 9000)

        self.home.settings = {"limits": {"tokens_per_day": 90000}}
        self.assertDone(self.go_on())
        self.assertAllIsAsWithoutLimits()

    def test_money_of_another_tenant_is_its_own(self):
        self.home.settings = {"limits": {"cost_per_day": 0.01},
                              "llm": {"price_per_million_prompt_tokens": 1.0, "price_per_million_completion_tokens": 2.0}}
        result = self.go_on("--tenant", "museum")
        self.assertDone(result, 3)
        self.assertSays(result, "of 0.01 of the day's money is spent")
        spent = float(self.home.sql("SELECT sum(cost) FROM llm.run JOIN llm.tenant USING (tenant_id) WHERE name = 'museum'")[0][0])
        self.assertLessEqual(spent, 0.01)
        self.assertGreater(spent, 0.004)
        self.assertEqual([["museum"]], self.home.sql("SELECT name FROM llm.tenant WHERE spending_held_until > now()"))
