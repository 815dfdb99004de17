"""An endpoint that is down or answers badly: the run says so, invents nothing, and goes on later."""
from endpoint import Endpoint
from home import HomeCase, PAGES


class AnEndpointThatFails(HomeCase):
    def setUp(self):
        self.endpoint = Endpoint()
        self.addCleanup(self.endpoint.close)
        self.home.settings = {"llm": self.endpoint.settings(), "work": {"endpoint_patience_ms": 2000}}
        # A page of its own for each test: the same bytes would cost nothing.
        self.page = self.home.write(f"{self._testMethodName}.md",
                                    (PAGES / "eras.md").read_text(encoding="utf-8") + f"\nThis is {self._testMethodName}.\n")

    def count(self, query: str) -> int:
        return self.home.number(f"SELECT count(*) {query} JOIN sem.source_page AS p USING (source_page_id) "
                                f"WHERE p.locator LIKE '%{self.page.name}'")

    def failed(self, *words: str):
        result = self.home.run("run", self.page, timeout=300)
        self.assertIn(result.status, (1, 3), f"{result.out}\n{result.err}")
        said = result.out + result.err
        for word in words:
            self.assertIn(word, said)
        for rough in ("terminate called", "what():", "Segmentation"):
            self.assertNotIn(rough, said)
        self.assertEqual(0, self.count("FROM dbo.evidence AS e"))
        return result

    def test_down(self):
        self.home.settings["llm"] = self.endpoint.settings(endpoint="http://127.0.0.1:9/v1")
        self.failed("127.0.0.1:9")

    def test_401_is_not_asked_again_and_again(self):
        self.endpoint.fault, self.endpoint.status = "status", 401
        self.failed("401")
        jobs = self.count("FROM llm.vw_job AS j")
        self.assertLessEqual(self.endpoint.calls, max(jobs, 2))

    def test_500(self):
        self.endpoint.fault, self.endpoint.status = "status", 500
        self.failed("500")

    def test_half_a_body(self):
        self.endpoint.fault = "half"
        self.home.settings["llm"]["stream"] = False
        self.failed()

    def test_a_connection_that_is_cut(self):
        self.endpoint.fault = "drop"
        self.failed()

    def test_html_instead_of_an_answer(self):
        self.endpoint.fault = "html"
        self.failed()

    def test_endless_tokens_end_at_the_byte_limit(self):
        self.endpoint.fault = "endless"
        self.home.settings["llm"]["maximum_answer_bytes"] = 20000
        self.failed()

    def test_what_failed_can_be_done_later(self):
        self.endpoint.fault, self.endpoint.status = "status", 401
        self.failed()
        self.endpoint.fault = None
        self.home.run("jobs", "retry", "--dead")
        self.assertDone(self.home.run("run", self.page))
        self.assertGreater(self.count("FROM dbo.evidence AS e"), 0)

    def test_429_with_retry_after_is_waited_for(self):
        self.endpoint.fault, self.endpoint.status, self.endpoint.retry_after = "status", 429, 1
        self.endpoint.faults_left = 1
        self.assertDone(self.home.run("run", self.page))
        self.assertGreater(self.count("FROM dbo.evidence AS e"), 0)

    def test_one_500_in_between_is_made_good(self):
        self.endpoint.fault, self.endpoint.status, self.endpoint.faults_left = "status", 500, 1
        self.assertDone(self.home.run("run", self.page))
        self.assertGreater(self.count("FROM dbo.evidence AS e"), 0)

    def test_one_half_body_in_between_is_made_good(self):
        self.endpoint.fault, self.endpoint.faults_left = "half", 1
        self.home.settings["llm"]["stream"] = False
        self.assertDone(self.home.run("run", self.page))

    def test_answers_in_one_piece_give_the_same_as_streamed_ones(self):
        self.assertDone(self.home.run("run", self.page))
        streamed = self.count("FROM dbo.evidence AS e")
        self.home.settings["llm"]["stream"] = False
        copy = self.home.write("copy-" + self.page.name, self.page.read_bytes())
        self.assertDone(self.home.run("run", copy))
        self.page = copy
        self.assertEqual(streamed, self.count("FROM dbo.evidence AS e"))
