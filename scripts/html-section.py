#!/usr/bin/env python3
"""Cuts one section out of an HTML page: html-section.py PAGE ID > PART

The section starts at the heading that has the id, or holds an element that has it, and ends before the
next heading of the same or a higher level. The part is a page of its own with the heading as title.
"""
import html
import html.parser
import pathlib
import sys


class Headings(html.parser.HTMLParser):
    """Every heading of a page: level, offset in the source, ids, text."""

    def __init__(self, source: str):
        super().__init__()
        self.found: list[dict] = []
        self.open: dict | None = None
        self.starts = [0]
        for line in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.feed(source)

    def handle_starttag(self, tag, attributes):
        if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
            line, column = self.getpos()
            self.open = {"level": int(tag[1]), "at": self.starts[line - 1] + column, "ids": set(), "text": ""}
            self.found.append(self.open)
        if self.open is not None:
            self.open["ids"].update(value for name, value in attributes if name == "id" and value)

    def handle_endtag(self, tag):
        if self.open is not None and tag == f"h{self.open['level']}":
            self.open = None

    def handle_data(self, data):
        if self.open is not None:
            self.open["text"] += data


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    path, wanted = sys.argv[1:]
    source = pathlib.Path(path).read_text(encoding="utf-8").replace("\r\n", "\n")
    headings = Headings(source).found
    for number, heading in enumerate(headings):
        if wanted in heading["ids"]:
            break
    else:
        print(f"{path} has no heading with the id {wanted}", file=sys.stderr)
        return 1
    end = next((later["at"] for later in headings[number + 1:] if later["level"] <= heading["level"]),
               len(source))
    title = html.escape(" ".join(heading["text"].split()))
    print(f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"/><title>{title}</title></head>\n<body>\n'
          f"{source[heading['at']:end]}\n</body></html>")
    return 0


if __name__ == "__main__":
    sys.exit(main())
