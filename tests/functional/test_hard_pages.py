"""Pages that are hard to cut, and windows that are too small: each is read whole, or refused with a reason that a person understands."""
import resource
import unicodedata

from endpoint import Endpoint
from home import HomeCase

PIECES = {
    "endless-word": "Amber Crane met Bruno Dale. " + "x" * 200_000,
    "emoji": "😀👩‍👩‍👧‍👦🇫🇷👍🏽❤️🏴󠁧󠁢󠁳󠁣󠁴󠁿" * 4_000,
    "mixed-scripts": "Amber Crane met 東京都の人。 Он жил в Москве. שלום עולם. مرحبا بالعالم ١٢٣. สวัสดีชาวโลก "
                     "e\u0301le\u0301gant n\u0303a\u0302\u0323 हिन्दी में लिखा। ελληνικά; 한국어 문장이다. " * 400,
    "one-line": "Amber Crane met Bruno Dale and " * 8_000,
}


ENDLESS = {  # in which a chunk may begin anywhere
    "marks": "e" + "\u0301" * 200_000,
    "family": "👩" + "\u200d👩" * 100_000,
    "dots": "." * 300_000,
    "one-word": "Word." * 80_000,
    "no-stop": "永字八法" * 50_000,
    "headings": "# Harbour\n\n" * 30_000,
    "letters": "a\n" * 150_000,
}


class HardPages(HomeCase):
    def setUp(self):
        super().setUp()
        self.endpoint = Endpoint()
        self.addCleanup(self.endpoint.close)
        self.settings(1500)

    def settings(self, maximum: int, **llm):
        self.home.settings = {"llm": self.endpoint.settings(**llm), "work": {"endpoint_patience_ms": 2000}, "profiles": [{
            "name": "any", "match": "*", "chunk": {"maximum_tokens": maximum, "overlap_tokens": 0, "minimum_tokens": 60}}]}

    def test_are_read_whole_and_no_character_is_cut(self):
        paths = [self.home.write(f"{name}.txt", text) for name, text in PIECES.items()]
        self.assertDone(self.home.run("run", *paths))
        for name in PIECES:
            with self.subTest(name):
                where = f"FROM vector.chunk AS c JOIN sem.source_page AS p USING (source_page_id) WHERE p.locator LIKE '%/{name}.txt'"
                self.assertEqual([["t"]], self.home.sql(f"SELECT string_agg(c.content, '' ORDER BY c.chunk_index) = min(p.text) {where}"))
                self.assertLessEqual(self.home.number(f"SELECT max(c.token_count) {where}"), 1500)
                first = self.home.sql(f"SELECT DISTINCT ascii(c.content) {where}")
                for code in (chr(int(row[0])) for row in first):
                    self.assertEqual(0, unicodedata.combining(code), f"a chunk begins with {code!r}")
                    self.assertNotIn(code, "\u200d\ufe0f\U0001f3fd\U000e0067", "a chunk begins inside a character")
        self.assertEqual([["t"]], self.home.sql("SELECT bool_and(e.quote = substr(p.text, e.char_start + 1, e.char_end - e.char_start)) "
                                                "FROM dbo.evidence AS e JOIN sem.source_page AS p USING (source_page_id)"))

    def test_endless_characters_words_and_lines_are_cut_and_restored(self):
        self.done("ingest", *[self.home.write(f"{name}.txt", text) for name, text in ENDLESS.items()])
        self.done("work", "--types", "CHUNK_SOURCE", "--drain", "--quiet")
        for name in ENDLESS:
            with self.subTest(name):
                where = f"FROM vector.chunk AS c JOIN sem.source_page AS p USING (source_page_id) WHERE p.locator LIKE '%/{name}.txt'"
                self.assertEqual([["t"]], self.home.sql(f"SELECT string_agg(c.content, '' ORDER BY c.chunk_index) = min(p.text) {where}"))
                self.assertGreater(self.home.number(f"SELECT count(*) {where}"), 20)
                self.assertLessEqual(self.home.number(f"SELECT max(c.token_count) {where}"), 1500)

    def test_twelve_megabytes_are_taken_in_and_cut(self):
        paragraph = "Amber Crane sailed with Bruno Dale to the island, and nobody asked why. " * 12 + "\n\n"
        page = self.home.write("large.txt", paragraph * (12_000_000 // len(paragraph)))
        self.settings(8000)
        self.done("ingest", page)
        self.done("work", "--types", "CHUNK_SOURCE", "--drain", "--quiet")
        where = "FROM vector.chunk AS c JOIN sem.source_page AS p USING (source_page_id) WHERE p.locator LIKE '%/large.txt'"
        self.assertGreater(self.home.number(f"SELECT count(*) {where}"), 250)
        self.assertEqual([["t"]], self.home.sql(f"SELECT sum(char_length(c.content)) = min(char_length(p.text)) {where}"))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        self.assertLess(peak, 1500, "megabytes of memory")

    def test_a_page_above_the_limit_says_the_limit(self):
        self.home.settings["ingest"] = {"maximum_page_bytes": 100_000}
        result = self.done("run", self.home.write("above.txt", "Words. " * 20_000), status=1)
        self.assertSays(result, "above.txt", "ingest.maximum_page_bytes")

    def test_a_window_below_the_prompt_is_refused_with_its_numbers(self):
        self.settings(1500, context_window=400)
        page = self.home.write("small-window.md", "# Small\n\nAmber Crane met Bruno Dale.\n")
        result = self.home.run("run", page)
        self.assertIn(result.status, (1, 2, 3))
        self.assertSays(result, "window of 400 tokens", "the system prompt takes", "a larger window")
        self.assertLessEqual(self.endpoint.calls, 1)  # what kind of page it is fits

    def test_a_small_window_makes_small_chunks_and_says_so(self):
        self.settings(8000, context_window=4096)
        page = self.home.write("narrow.md", "# Narrow\n\n" + "Amber Crane met Bruno Dale in the harbour. " * 800)
        result = self.home.run("estimate", page, "--json")
        self.assertDone(result)
        self.assertGreater(result.json()["chunks"], 3)
        self.assertTrue(any("4096" in said for said in result.json()["assumptions"]), result.json()["assumptions"])
