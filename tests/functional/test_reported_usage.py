"""Estimates of tokens follow what the endpoint reported, from one process to the next."""
from endpoint import Endpoint
from home import HomeCase

SENTENCES = " ".join(f"Ada Byron met Maud Ferrier in Saltmarsh on day {day} of the siege." for day in range(1, 61))
CHARACTERS_PER_TOKEN = """SELECT sum(length(content))::float8 / sum(token_count) FROM vector.chunk
                            JOIN sem.source_page USING (source_page_id) WHERE locator LIKE '%{}'"""


class Dense(Endpoint):
    """A tokenizer that makes a token of every two characters."""

    def completion(self, request: dict) -> dict:
        document = super().completion(request)
        document["usage"]["prompt_tokens"] = sum(len(message["content"]) for message in request["messages"]) // 2
        return document


class ReportedUsage(HomeCase):
    def setUp(self):
        super().setUp()
        self.endpoint = Dense()
        self.addCleanup(self.endpoint.close)
        self.home.settings = {"llm": self.endpoint.settings(),
                              "chunk": {"maximum_tokens": 300, "overlap_tokens": 0, "minimum_tokens": 50}}

    def ratio(self, name: str) -> float:
        return float(self.home.sql(CHARACTERS_PER_TOKEN.format(name))[0][0])

    def test_the_next_process_cuts_and_estimates_by_it(self):
        # What is reported counts at once, so nothing may be before the first page is cut.
        first = self.home.write("first.txt", SENTENCES)
        self.assertDone(self.home.run("ingest", first))
        self.endpoint.gate.clear()
        process = self.home.start("run", first)
        self.await_number("SELECT count(*) FROM vector.chunk")
        self.endpoint.gate.set()
        self.assertDone(self.home.finish(process))
        self.assertAlmostEqual(4, self.ratio("first.txt"), delta=0.1)

        second = self.home.write("second.txt", SENTENCES)
        calls = self.endpoint.calls
        told = self.home.run("estimate", second, "--json").json()
        self.assertEqual(calls, self.endpoint.calls, "an estimate asks no model")
        self.assertDone(self.home.run("run", second))
        self.assertAlmostEqual(2, self.ratio("second.txt"), delta=0.15)
        made, read = map(int, self.home.sql("SELECT count(*), sum(prompt_tokens) FROM llm.run JOIN sem.source_page USING (source_page_id) "
                                            "WHERE locator LIKE '%second.txt'")[0])
        self.assertEqual(told["calls"], made)
        self.assertLessEqual(abs(told["prompt_tokens"] - read), 0.1 * read, f"{told['prompt_tokens']} instead of {read}")
