"""A whole run with a real llama.cpp server and a small real model: the plumbing, not the answers."""
from home import CACHE, HomeCase, PAGES


class ASmallModelOnThisMachine(HomeCase):
    def test_reads_pages_without_a_crash_and_the_server_stops_with_the_program(self):
        models = [path for path in CACHE.rglob("*.gguf") if "smollm2" in path.name.lower()]
        self.assertTrue(models, f"no small model under {CACHE}; scripts/fetch-model.sh small gets it")
        self.home.settings = {"llm": {"model": str(models[0]), "server": {"slots": 2, "context_tokens": 8192}}}
        result = self.home.run("run", PAGES / "eras.md", PAGES / "veyra.md", timeout=540)
        self.assertIn(result.status, (0, 3), f"{result.out}\n{result.err}")
        self.assertGreater(self.home.number("SELECT count(*) FROM llm.run WHERE completion_tokens > 0"), 2)
        # What such a model says may be refused, but whatever was kept stands in its page.
        self.assertEqual(0, self.home.number(
            "SELECT count(*) FROM dbo.evidence AS e JOIN sem.source_page AS p USING (source_page_id) "
            "WHERE e.grounding = 'exact' AND e.quote <> substr(p.text, e.char_start + 1, e.char_end - e.char_start)"))
        self.home.run("db", "stop")
        self.assertEqual({}, self.home.processes())
