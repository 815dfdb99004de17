"""The invented world and its gold agree with each other."""
import html.parser
import json
import unittest

from home import PAGES, pages


class Words(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.parts = []

    def handle_data(self, data):
        self.parts.append(data)


def words_of(path) -> str:
    """The page's text with white space collapsed, markup taken out of HTML."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        reader = Words()
        reader.feed(text)
        text = "".join(reader.parts)
    return " ".join(text.split())


def gold() -> list[dict]:
    return [json.loads(line) for line in (PAGES / "gold.jsonl").read_text(encoding="utf-8").splitlines()]


class Gold(unittest.TestCase):
    def test_every_quote_stands_in_its_page_word_for_word(self):
        text = {path.name: words_of(path) for path in pages()}
        for item in gold():
            if "quote" in item:
                self.assertIn(item["quote"], text[item["page"]], item)

    def test_every_page_has_gold_and_every_item_is_whole(self):
        items = gold()
        self.assertEqual({path.name for path in pages()}, {item["page"] for item in items})
        members = {"entity": {"page", "name", "type", "aliases", "quote"},
                   "relation": {"page", "from", "type", "to", "start_date", "end_date", "quote"},
                   "trap": {"page", "name", "why"}}
        for item in items:
            self.assertLessEqual(members[item["kind"]], item.keys(), item)

    def test_no_bound_ends_before_it_starts(self):
        for item in gold():
            if item.get("start_date") and item.get("end_date"):
                self.assertLessEqual(item["start_date"], item["end_date"], item)
