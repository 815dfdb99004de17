"""Taking a source back out."""
import os
import pty

from endpoint import EndpointCase
from home import pages, rows


class Forgetting(EndpointCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first, cls.second = pages()[:2]
        result = cls.home.run("run", cls.first)
        assert result.status == 0, result.err

    def knowledge(self) -> dict:
        known = rows(self.home)
        known.pop("jobs")
        return known

    def test_a_forgotten_page_leaves_what_the_others_say_and_can_be_read_again(self):
        before = self.knowledge()
        self.done("run", self.second)
        both = self.knowledge()
        self.assertNotEqual(before, both)
        artifacts = [path for path, in self.home.sql(
            "SELECT artifact FROM llm.run JOIN sem.source_page USING (source_page_id) "
            f"WHERE locator LIKE '%{self.second.name}' AND artifact IS NOT NULL")]
        self.assertTrue(artifacts and all(map(os.path.exists, artifacts)))
        kept = self.home.number("SELECT count(*) FROM llm.answer_cache")

        tried = self.done("forget", self.second, "--dry-run", "--json").json()
        self.assertEqual(1, tried["pages"])
        self.assertGreater(tried["entities"], 0)
        self.assertIn("dry run", self.done("forget", self.second, "--dry-run").out)
        refused = self.home.run("forget", self.second)
        self.assertDone(refused, 2)
        self.assertSays(refused, "--yes")
        self.assertEqual(both, self.knowledge())

        gone = self.done("forget", self.second, "--yes", "--json", "--reason", "for the test").json()
        self.assertEqual((1, tried["entities"], tried["relations"]), (gone["pages"], gone["entities"], gone["relations"]))
        self.assertEqual(before, self.knowledge())
        self.assertFalse([path for path in artifacts if os.path.exists(path)])
        if kept:
            self.assertLess(self.home.number("SELECT count(*) FROM llm.answer_cache"), kept)
        self.assertEqual([["for the test", "1"]], self.home.sql(
            "SELECT reason, version FROM dbo.source_forgetting ORDER BY forgetting_id DESC LIMIT 1"))
        self.assertIn("was forgotten at", self.done("forget", self.second, "--yes").out)
        self.assertEqual(0, self.done("forget", self.second, "--yes", "--json").json()["pages"])

        self.done("run", self.second)
        self.assertEqual(both, self.knowledge())
        locator = self.home.sql(f"SELECT locator FROM sem.source_page WHERE locator LIKE '%{self.second.name}'")[0][0]
        self.assertIn("1 page forgotten: ", self.done("forget", "*" + locator[-12:], "--yes").out)
        self.assertEqual(before, self.knowledge())

    def test_at_a_terminal_it_asks_first(self):
        self.done("run", self.second)
        page = self.home.sql(f"SELECT source_page_id FROM sem.source_page WHERE locator LIKE '%{self.second.name}'")[0][0]
        for answer, left in (("n", "1"), ("y", "0")):
            ours, theirs = pty.openpty()
            process = self.home.start("forget", page, stdin=theirs)
            os.close(theirs)
            os.write(ours, (answer + "\n").encode())
            result = self.home.finish(process)
            os.close(ours)
            self.assertDone(result)
            self.assertIn("[y/N]", result.err)
            self.assertEqual([[left]], self.home.sql(f"SELECT count(*) FROM sem.source_page WHERE source_page_id = {page}"))

    def test_what_was_never_taken_in_is_refused_by_name(self):
        result = self.home.run("forget", "https://example.org/never", "--yes")
        self.assertDone(result, 2)
        self.assertSays(result, "https://example.org/never", "locator")
        self.assertDone(self.home.run("forget"), 2)
