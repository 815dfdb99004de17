"""Bad input gets one clear sentence and the right exit code, and leaves nothing half-written."""
import unittest

from endpoint import EndpointCase
from home import HomeCase, Home, PAGES


class PagesThatCannotBeRead(EndpointCase):
    def stored(self, name: str) -> int:
        return self.home.number(f"SELECT count(*) FROM sem.source_page WHERE locator LIKE '%{name}'")

    def refused(self, path, *words: str):
        result = self.home.run("run", path)
        self.assertIn(result.status, (1, 2), result.out)
        self.assertSays(result, path.name, *words)
        self.assertEqual(0, self.stored(path.name))

    def test_a_missing_file(self):
        self.refused(self.home.inputs / "nowhere.txt")

    def test_a_folder_without_readable_pages(self):
        folder = self.home.inputs / "pictures"
        folder.mkdir()
        (folder / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
        self.refused(folder)

    def test_what_a_folder_holds_besides_pages_is_skipped_and_named(self):
        folder = self.home.inputs / "site"
        folder.mkdir()
        (folder / "veyra.md").write_bytes((PAGES / "veyra.md").read_bytes())
        (folder / "style.css").write_text("p { color: red }")
        result = self.home.run("run", folder)
        self.assertDone(result)
        self.assertSays(result, "skipped 1 file that is no page", "site/style.css")
        (folder / "mast.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
        (folder / "LOCK").touch()
        for command in ("ingest", "run", "estimate"):
            told = self.home.run(command, folder, "--json")
            self.assertDone(told)
            self.assertEqual(["LOCK", "mast.png", "style.css"], [skipped["path"].rsplit("/", 1)[1] for skipped in told.json()["skipped"]])
        self.assertEqual(0, self.home.number("SELECT count(*) FROM ingest.work_item WHERE locator LIKE '%/site/%' AND locator NOT LIKE '%veyra.md'"))
        named = self.home.run("run", *sorted(folder.iterdir()))
        self.assertDone(named, 3)
        self.assertSays(named, "style.css", "mast.png", "not a page")
        (folder / "blank.html").touch()  # a page by its name
        self.assertDone(self.home.run("ingest", folder), 3)

    def test_a_binary_file(self):
        self.refused(self.home.write("program.txt", b"\x7fELF\x02\x01\x01" + bytes(4096)))

    def test_an_empty_page(self):
        self.refused(self.home.write("empty.md", b""))

    def test_a_page_of_white_space(self):
        self.refused(self.home.write("blank.txt", b" \n\t\n \xc2\xa0\n"))

    def test_a_page_with_markup_and_no_words(self):
        self.refused(self.home.write("hollow.html", b"<html><body><div><img src='x.png'></div></body></html>"))

    def test_invalid_utf8_that_no_charset_explains(self):
        # UTF-8 is declared and is not what stands there; half of it is.
        text = "Jöran Åkesson took the ferry.\n".encode() + b"\xff\xfe\xfa\x80\x81 \xc3\x28\n" + b"\x80" * 40
        self.refused(self.home.write("broken.html", b"<html><head><meta charset='utf-8'></head><body>" + text + b"</body></html>"))

    def test_a_good_page_beside_a_bad_one_is_read_and_the_status_tells(self):
        good = self.home.write("good.md", (PAGES / "veyra.md").read_bytes())
        result = self.home.run("run", good, self.home.inputs / "missing.txt")
        self.assertDone(result, 3)
        self.assertSays(result, "missing.txt")
        self.assertEqual(1, self.stored("good.md"))
        self.assertGreater(self.home.number("SELECT count(*) FROM dbo.dim_entity"), 0)

    def test_a_page_in_a_charset_that_it_declares_is_decoded(self):
        page = ("<html><head><meta http-equiv='Content-Type' content='text/html; charset=windows-1252'>"
                "<title>Ferry</title></head><body><p>Jöran Åkesson ran the ferry “Möwe” from 1901 until 1909 – in all "
                "weathers.</p></body></html>").encode("windows-1252")
        self.assertDone(self.home.run("run", self.home.write("ferry.html", page)))
        text = self.home.sql("SELECT translate(text, E'\\n', ' ') FROM sem.source_page WHERE locator LIKE '%ferry.html'")[0][0]
        self.assertIn("Jöran Åkesson ran the ferry “Möwe” from 1901 until 1909 – in all weathers.", text)

    def test_a_byte_order_mark_is_not_part_of_the_text(self):
        page = self.home.write("marked.txt", b"\xef\xbb\xbf" + "Óscar Lund kept bees in Saltmarsh.".encode())
        self.assertDone(self.home.run("run", page))
        self.assertEqual("Óscar", self.home.sql("SELECT left(text, 5) FROM sem.source_page WHERE locator LIKE '%marked.txt'")[0][0])


class WrongUseAndConfiguration(HomeCase):
    def test_an_unknown_command(self):
        result = self.home.run("rnu", "x")
        self.assertEqual(result.status, 2)
        self.assertTrue(result.err.strip())

    def test_run_without_a_page(self):
        self.assertEqual(self.home.run("run").status, 2)

    def test_an_unknown_setting_is_named_with_the_nearest_known_one(self):
        self.home.settings = {"llm": {"endpiont": "local"}}
        self.refused("run", PAGES / "veyra.md", says=("endpiont", "endpoint"))

    def test_a_setting_of_the_wrong_type(self):
        self.home.settings = {"work": {"concurrency": "many"}}
        self.refused("queue", says=("concurrency",))

    def test_a_configuration_that_is_not_there(self):
        self.refused("queue", "--config", "/nowhere/almagest.yaml", says=("/nowhere/almagest.yaml",))

    def test_a_model_that_is_not_there(self):
        self.home.settings = {"llm": {"model": "/nowhere/model.gguf"}}
        result = self.home.run("run", PAGES / "veyra.md")
        self.assertIn(result.status, (1, 2))
        self.assertSays(result, "/nowhere/model.gguf")

    def test_a_model_with_the_wrong_checksum_is_not_loaded(self):
        model = self.home.write("model.gguf", b"GGUF" + bytes(1000))
        self.home.settings = {"llm": {"model": str(model), "model_sha256": "0" * 64}}
        result = self.home.run("run", PAGES / "veyra.md")
        self.assertIn(result.status, (1, 2))
        self.assertSays(result, "model.gguf")
        self.assertRegex(result.err.lower(), "checksum|sha-?256")

    def test_recorded_answers_that_are_not_there(self):
        result = self.home.run("run", PAGES / "veyra.md", "--model", "recorded:/nowhere/at-all")
        self.assertIn(result.status, (1, 2))
        self.assertSays(result, "/nowhere/at-all")

    def test_a_database_that_does_not_answer(self):
        result = self.home.run("queue", "--database", "postgres://nobody@127.0.0.1:9/nothing")
        self.assertIn(result.status, (1, 2))
        self.assertTrue(result.err.strip())
        self.assertLessEqual(len(result.err.strip().splitlines()), 4)


class TooLittleDiskSpace(unittest.TestCase):
    def test_no_cluster_is_made_and_nothing_is_left_of_it(self):
        home = Home()
        self.addCleanup(home.close)
        home.settings = {"cluster": {"minimum_free_megabytes": 1_000_000_000}}
        result = home.run("run", PAGES / "veyra.md")
        self.assertIn(result.status, (1, 2))
        self.assertIn("space", result.err)
        self.assertEqual([], list(home.home.glob("**/PG_VERSION")))
        home.settings = {}
        self.assertEqual(home.run("db", "status").status, 0)
