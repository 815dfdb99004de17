"""The review pages in a real browser: what a person sees, does and undoes, and that nothing that a page or a model says runs.

ALMAGEST_SCREENS=FOLDER keeps a picture of each screen there (docs/screens)."""
import json
import os
import pathlib
import tempfile

from browser import Browser
from served import ADA, BOB, ServedCase

MIXED = ("The 👩‍👩‍👧 family of Ada 🏮 met 林河 near 𠮷野家 in Ve\u0301yra. Zoë̈ Ångström 🇨🇦 said: 林河 is kind to Ve\u0301yra. "
         "Nai\u0308ve Ado\u0301 wrote \U0001F600\U0001F600 twice.\n\nשלום to Ve\u0301yra, again.")
NAMED = ("👩‍👩‍👧 family", "Ada 🏮", "林河", "𠮷野家", "Ve\u0301yra", "Zoë̈ Ångström", "🇨🇦", "Nai\u0308ve Ado\u0301", "\U0001F600\U0001F600", "שלום")
HOSTILE = ('<script>window.__pwned = 1; alert(1)</script>', '"><img src=x onerror="window.__pwned = 2; alert(2)">', "' onmouseover='window.__pwned = 3' x='",
           '</textarea></title></style><svg onload="window.__pwned = 4; alert(4)">', "javascript:window.__pwned = 5", "{{constructor.constructor('window.__pwned = 6')()}}",
           "<a href=\"javascript:alert(7)\" autofocus onfocus=\"window.__pwned = 7\">x</a>", "<iframe srcdoc=\"<script>parent.__pwned = 8</script>\"></iframe>",
           "\u202egnp.exe\u2066 ]]><!--", "${alert(9)}`;window.__pwned = 9//", "<math><mtext><style><img src onerror=alert(10)>", "\u2028window.__pwned = 11\u2029", "%3Cscript%3Ealert(12)%3C/script%3E")
# Texts whose contrast with what is behind them is less than WCAG 2 AA asks: 4.5, of large letters 3. Disabled controls need none.
FAINT = """(() => {
    const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
    const over = (under, colour, opacity) => { pen.globalAlpha = 1; pen.fillStyle = `rgb(${under.join()})`; pen.fillRect(0, 0, 1, 1);
        pen.globalAlpha = opacity; pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3); };
    const light = (colour) => { const [r, g, b] = colour.map((one) => one / 255).map((one) => one <= .04045 ? one / 12.92 : ((one + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
    const behind = (one) => one ? over(behind(one.parentElement), getComputedStyle(one).backgroundColor, 1) : [255, 255, 255];
    const opacity = (one) => one ? Number(getComputedStyle(one).opacity) * opacity(one.parentElement) : 1;
    return [...document.querySelectorAll("body *")].filter((one) => !(one instanceof SVGElement) && one.checkVisibility() && !one.closest(":disabled, option, .skip, noscript")
        && [...one.childNodes].some((child) => child.nodeType === 3 && child.data.trim())).map((one) => {
        const style = getComputedStyle(one), ground = behind(one), a = light(ground), b = light(over(ground, style.color, opacity(one)));
        const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        return [(Math.max(a, b) + .05) / (Math.min(a, b) + .05), large ? 3 : 4.5, one.tagName, one.className, one.textContent.slice(0, 40)]; })
        .filter(([contrast, asked]) => contrast < asked).map(([contrast, ...rest]) => [contrast.toFixed(2), ...rest].join(" "));
})()"""
CONTROLS = "[...document.querySelectorAll('a[href], button:not(:disabled), input, select, textarea, summary, [tabindex=\"0\"]')].filter((one) => one.checkVisibility())"
MASTER, DUPLICATE = "Orsolya Vantongeren", "Orsolya Vantongerem"


class ReviewPageInABrowser(ServedCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Where these pages lie on the machine that tests is nothing to show.
        cls.home.sql("UPDATE sem.source_page SET locator = 'https://brass-coast.example/' || regexp_replace(locator, '.*/', '')")
        lines = [{"id": "mixed", "title": "Mixed 林河 🏮", "url": "https://mixed.example/", "content": MIXED}]
        lines += [{"id": f"hostile-{number}", "title": f"{text} title", "url": f"javascript:window.__pwned={number}", "content": f"A page says {text} here. It says so twice."}
                  for number, text in enumerate(HOSTILE)]
        cls.home.run("ingest", cls.home.write("more.jsonl", "".join(json.dumps(line) + "\n" for line in lines)))
        cls.mixed = cls.page_of("Mixed")
        cls.route_mixed()
        cls.hostile = [int(row[0]) for row in cls.home.sql("SELECT source_page_id FROM sem.source_page WHERE locator LIKE 'javascript:%' ORDER BY 1")]
        assert len(cls.hostile) == len(HOSTILE), cls.hostile
        for page, text in zip(cls.hostile, HOSTILE):
            cls.route_hostile(page, text)
        cls.route(cls.mixed, [{"name": name, "type": "person"} for name in (MASTER, DUPLICATE)])
        cls.home.run("dedupe", "audit")
        kept = os.environ.get("ALMAGEST_SCREENS")
        if kept:
            cls.screens = pathlib.Path(kept)
            cls.screens.mkdir(parents=True, exist_ok=True)
        else:
            folder = tempfile.TemporaryDirectory()
            cls.addClassCleanup(folder.cleanup)
            cls.screens = pathlib.Path(folder.name)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    @classmethod
    def page_of(cls, start: str) -> int:
        return int(cls.home.sql(f"SELECT source_page_id FROM sem.source_page WHERE title LIKE '{start}%'")[0][0])

    @classmethod
    def route_mixed(cls):
        text = cls.get(f"/api/v1/review/{cls.mixed}")["page"]["text"]

        def places(name: str):
            at = text.find(name)
            while at >= 0:
                yield at, at + len(name), name
                at = text.find(name, at + 1)
        cls.route(cls.mixed, [{"name": name, "type": "thing", "confidence": 0.8, "evidence": list(places(name))} for name in NAMED])
        sentence = text[:text.index(".") + 1]
        cls.route(cls.mixed, (), [{"subject": "Ada 🏮", "predicate": "met", "object": "林河", "confidence": 0.8, "start_date": "1874-04-01", "end_date": "1879-12-31",
                                   "start_text": "April 1874", "end_text": "December 1879", "evidence": [(0, len(sentence), sentence)]}])

    @classmethod
    def route_hostile(cls, page: int, text: str):
        body = cls.get(f"/api/v1/review/{page}")["page"]["text"]
        end = body.find(" here") if " here" in body else len(body)
        start = min(12, end - 1)
        quote = body[start:end]
        one = {"type": f"type {text}"[:190], "confidence": 0.8, "attributes": {text: text}, "aliases": [f"{text} alias"], "evidence": [(start, end, quote)]}
        cls.route(page, [{"name": f"{text} {page}", **one}, {"name": f"other {text} {page}", **one}],
                  [{"subject": f"{text} {page}", "predicate": f"says {text}"[:190], "object": f"other {text} {page}", "confidence": 0.8, "start_date": "1900-01-01",
                    "start_text": text, "evidence": [(0, end, body[:end])]}])

    def setUp(self):
        super().setUp()
        self.browser.window(1280, 860)
        self.browser.open(f"{self.url}/open?token={ADA}")
        self.browser.complaints.clear()  # of the test before
        self.expected = "nothing"

    def tearDown(self):
        self.assertEqual([], self.browser.dialogs)
        self.assertEqual([], [said for said in self.browser.complaints if self.expected not in said])
        self.assertIsNone(self.browser.evaluate("window.__pwned"))

    def see(self, path: str):
        self.browser.open(self.url + path)
        self.assertEqual("yes", self.browser.evaluate("document.getElementById('main').dataset.ready"), self.browser.evaluate("document.body.innerText"))

    def picture(self, name: str):
        self.browser.evaluate("document.fonts.ready.then(() => window.scrollTo(0, 0))")
        file = self.screens / f"{name}.png"
        self.browser.screenshot(file)
        self.assertTrue(5_000 < file.stat().st_size < 200_000, (name, file.stat().st_size))

    def state_of(self, key: str) -> str:
        kind, _, number = key.partition(":")
        table, column = {"entity": ("dim_entity", "entity_id"), "relation": ("bridge_entity_relation", "relation_id")}[kind]
        return self.home.sql(f"SELECT promotion_state FROM dbo.{table} WHERE {column} = {number}")[0][0]

    def current(self) -> str:
        return self.browser.wait_for("document.querySelector('.item.current').dataset.key")

    def notice(self, *parts: str):
        for part in parts:
            self.browser.wait_for(f"document.getElementById('notices').textContent.includes({json.dumps(part)})")

    # Screens

    def test_the_queue_shows_what_waits_and_leads_to_a_page(self):
        self.see("/review/queue")
        waiting = self.get("/api/v1/review/queue")
        self.assertIn(f"{waiting['waiting']} pages wait", self.browser.evaluate("document.body.innerText"))
        self.assertEqual([page["title"] for page in waiting["pages"]], self.browser.evaluate("[...document.querySelectorAll('#queue strong')].map((one) => one.textContent)"))
        self.assertNotIn(ADA, self.browser.evaluate("location.href"))
        self.browser.click("a.card", "Captains of the Lantern Survey")
        self.browser.wait_for("document.querySelector('h1')?.textContent === 'Captains of the Lantern Survey'")

    def test_the_queue_is_filtered(self):
        self.see("/review/queue")
        self.browser.evaluate("document.querySelector('[name=source]').focus()")
        self.browser.type("captains")
        self.browser.key("Enter")
        self.browser.wait_for("location.search.includes('captains') && document.querySelectorAll('#queue a').length === 1")
        self.browser.click(".button", "Clear")
        self.browser.wait_for("document.querySelectorAll('#queue a').length > 3")

    def test_highlights_stand_at_the_right_characters(self):
        self.see(f"/review/{self.mixed}")
        found = self.get(f"/api/v1/review/{self.mixed}")
        text = found["page"]["text"]
        self.assertEqual(text, self.browser.evaluate("document.querySelector('.text').textContent"))
        marks = self.browser.evaluate("[...document.querySelectorAll('mark')].map((one) => [one.dataset.keys.split(' '), Number(one.dataset.start), Number(one.dataset.end), one.textContent])")
        for keys, start, end, shown in marks:
            self.assertEqual(text[start:end], shown)
        checked = 0
        for item in found["items"]:
            key = f"{item['item_type']}:{item['item_id']}"
            for piece in item["evidence"]:
                wanted = text[piece["char_start"]:piece["char_end"]]
                shown = "".join(words for keys, start, end, words in marks if key in keys and piece["char_start"] <= start and end <= piece["char_end"])
                self.assertEqual(wanted, shown, item["label"])
                checked += 1
        self.assertGreaterEqual(checked, 13)
        for name in NAMED:  # each alone is what a person sees as marked
            self.assertIn(name, [shown for *_, shown in marks], name)
        visible = self.browser.evaluate("[...document.querySelectorAll('mark')].every((one) => { const box = one.getBoundingClientRect(); return box.width > 2 && box.height > 8; })")
        self.assertTrue(visible)

    def test_a_mark_leads_to_its_item_and_an_item_to_its_mark(self):
        self.see(f"/review/{self.mixed}")
        self.browser.click("mark", "𠮷野家")
        self.browser.wait_for("document.querySelector('.item.current').textContent.includes('𠮷野家')")
        self.assertEqual(["𠮷野家"], self.browser.evaluate("[...document.querySelectorAll('mark.current')].map((one) => one.textContent)"))
        self.browser.click(".item button", "Nai\u0308ve")
        self.browser.wait_for("document.querySelector('mark.current').textContent.startsWith('Nai')")

    def say_born(self, page: int, year: str, confidence: float) -> tuple[str, int]:
        text = self.get(f"/api/v1/review/{page}")["page"]["text"]
        start = text.index("\n") + 2
        end = text.index(".", start) + 1
        quote = text[start:end]
        item = json.dumps([{"kind": "assertion", "subject": "Orla Quillfeather", "predicate": "born in", "value": year, "confidence": confidence, "grounding": "exact",
                            "evidence": [{"char_start": start, "char_end": end, "quote": quote, "grounding": "exact"}]}]).replace("'", "''")
        self.home.sql(f"SELECT count(*) FROM dbo.usp_batch_insert_facts(1, NULL, {page}, NULL, '{item}')")
        return quote, start

    def test_both_sides_of_a_contradiction_stand_side_by_side_with_their_quotes(self):
        here, there = self.page_of("The ships"), self.page_of("Linhe")
        (own, _), (other, start) = self.say_born(here, "1701", 0.8), self.say_born(there, "1702", 0.95)
        self.assertEqual([here], [page["source_page_id"] for page in self.get("/api/v1/review/queue?reason=contradiction")["pages"]])
        self.see(f"/review/{here}")
        self.browser.click(".item button", "1701")
        self.browser.wait_for("document.querySelectorAll('.side blockquote').length === 2")
        sides = self.browser.evaluate("[...document.querySelectorAll('.side')].map((one) => [one.textContent, one.getBoundingClientRect().top])")
        for (said, _), year, quote in zip(sides, ("1701", "1702"), (own, other)):
            self.assertIn(year, said)
            self.assertIn(quote, said)
        self.assertEqual(sides[0][1], sides[1][1])
        self.picture("contradiction")
        self.assertEqual(f"/review/{there}#c{start}", self.browser.evaluate("document.querySelectorAll('.side')[1].querySelector('a').getAttribute('href')"))

    def test_a_long_text_comes_in_parts_and_a_long_list_as_it_is_scrolled(self):
        text = "\n".join(f"Line {number} of 林河 and Ve\u0301yra, where nothing is near." for number in range(3000))
        self.home.run("ingest", self.home.write("long.jsonl", json.dumps({"id": "long", "title": "A long page", "content": text})))
        page = self.page_of("A long")
        text = self.get(f"/api/v1/review/{page}/text?length=200000")["text"]
        places = [text.index(f"Line {number} ") for number in range(0, 3000, 8)]
        self.route(page, [{"name": f"Line {number * 8}", "type": "line", "confidence": 0.8, "evidence": [(at, at + 5, text[at:at + 5])]} for number, at in enumerate(places)])
        self.see(f"/review/{page}")
        parts = self.get(f"/api/v1/review/{page}")["page"]["parts"]
        self.assertGreater(len(parts), 3)
        drawn = "[...document.querySelectorAll('.part')].map((one) => one.textContent)"
        self.browser.wait_for(f"{drawn}[0].length > 0")
        self.assertEqual("", self.browser.evaluate(f"{drawn}[{len(parts) - 1}]"))
        self.assertLess(self.browser.evaluate("document.querySelectorAll('.item').length"), 200)
        last = f"Line {2992}"
        self.browser.evaluate("document.querySelector('.items').scrollTo(0, 1e6)")
        self.browser.wait_for("(document.querySelector('.items').scrollTo(0, 1e6), document.querySelectorAll('.item').length === 375)")
        self.browser.click(".item button", last)
        self.browser.wait_for("document.querySelector('mark.current')?.dataset.start === " + json.dumps(str(places[-1])))
        for start, end, shown in zip(parts, [*parts[1:], len(text)], self.browser.evaluate(drawn)):
            if shown:
                self.assertEqual(text[start:end], shown)
        box = self.browser.evaluate("(() => { const box = document.querySelector('mark.current').getBoundingClientRect(); return box.top > 0 && box.bottom < innerHeight; })()")
        self.assertTrue(box)

    def test_a_part_of_a_text_that_could_not_be_read_is_read_again(self):
        self.expected = "ERR_INTERNET_DISCONNECTED"
        text = "\n".join(f"Verse {number} of the long song of Ve\u0301yra." for number in range(4000))
        self.home.run("ingest", self.home.write("song.jsonl", json.dumps({"id": "song", "title": "A long song", "content": text})))
        page = self.page_of("A long song")
        parts = self.get(f"/api/v1/review/{page}")["page"]["parts"]
        self.see(f"/review/{page}")
        last = f"[...document.querySelectorAll('.part')][{len(parts) - 1}]"
        self.assertEqual("", self.browser.evaluate(f"{last}.textContent"))
        self.browser.offline(True)
        self.browser.evaluate(f"{last}.scrollIntoView()")
        self.browser.wait_for(f"{last}.textContent.includes('could not be read')")
        self.browser.offline(False)
        self.browser.evaluate(f"{last}.querySelector('button').click()")
        self.browser.wait_for(f"{last}.textContent.includes('Verse 3999')")

    def test_what_is_rejected_with_an_entity_is_told_before_and_undone_together(self):
        self.see(f"/review/{self.mixed}")
        self.browser.click(".item button", "Ada 🏮 (thing)")
        entity = self.current()
        self.browser.wait_for("document.querySelector('.detail').textContent.includes('would be rejected with it')")
        self.browser.key("r")
        self.browser.wait_for("document.querySelector('dialog[open]').textContent.includes('rests on it will be rejected')")
        self.browser.type("no such thing")
        self.browser.key("Tab")
        self.browser.key("Tab")
        self.browser.key("Enter")
        self.notice("rejected, and 1 with it")
        relation = "relation:" + self.home.sql("SELECT relation_id FROM dbo.bridge_entity_relation WHERE relation_type = 'met' AND start_text = 'April 1874'")[0][0]
        self.assertEqual(["rejected", "rejected"], [self.state_of(entity), self.state_of(relation)])
        self.browser.key("u")
        self.notice("Taken back")
        self.assertEqual(["candidate", "candidate"], [self.state_of(entity), self.state_of(relation)])

    def test_the_answer_of_the_model_is_shown(self):
        self.see(f"/review/{self.page_of('Captains')}")
        self.browser.click(".detail button", "The model’s answer")
        self.browser.wait_for("document.querySelector('dialog pre').textContent.includes('relations')")
        self.browser.key("Escape")
        self.browser.wait_for("!document.querySelector('dialog')")

    def test_keys_are_shown(self):
        self.see(f"/review/{self.mixed}")
        self.browser.key("?")
        self.browser.wait_for("document.querySelector('dialog').textContent.includes('reject, with a reason')")

    # Decisions

    def test_an_item_is_approved_by_key_and_taken_back(self):
        self.see(f"/review/{self.page_of('Eras')}")
        first = self.current()
        self.browser.key("j")
        self.browser.wait_for(f"document.querySelector('.item.current').dataset.key !== {json.dumps(first)}")
        self.browser.key("k")
        self.browser.wait_for(f"document.querySelector('.item.current').dataset.key === {json.dumps(first)}")
        self.browser.key("a")
        self.notice("adjudicated")
        self.assertEqual("adjudicated", self.state_of(first))
        self.browser.wait_for(f"document.querySelector('.item.current').dataset.key !== {json.dumps(first)}")
        self.browser.key("u")
        self.notice("Taken back")
        self.assertEqual("candidate", self.state_of(first))
        actors = self.home.sql("SELECT actor, decision FROM dbo.audit_entity_adjudication ORDER BY audit_id DESC LIMIT 2")
        self.assertEqual([["Ada Byron", "undo"], ["Ada Byron", "approve"]], actors)

    def test_an_item_is_rejected_with_the_mouse_and_a_reason(self):
        self.see(f"/review/{self.page_of('The ships')}")
        item = self.current()
        self.browser.click(".bar button", "Reject")
        self.browser.wait_for("document.querySelector('dialog[open] textarea') === document.activeElement")
        self.browser.click("dialog button", "Reject")  # without a reason nothing happens
        self.assertEqual("candidate", self.state_of(item))
        self.browser.click("dialog textarea")
        self.browser.type("the page <b>denies</b> it")
        self.browser.click("dialog button", "Reject")
        self.notice("rejected")
        self.assertEqual("rejected", self.state_of(item))
        self.assertEqual("the page <b>denies</b> it", self.home.sql("SELECT reason FROM dbo.audit_entity_adjudication ORDER BY audit_id DESC LIMIT 1")[0][0])
        self.browser.click("#notices button", "Undo")
        self.notice("Taken back")
        self.assertEqual("candidate", self.state_of(item))

    def test_many_are_decided_at_once(self):
        self.see(f"/review/{self.page_of('The Battle')}")
        keys = self.browser.evaluate("[...document.querySelectorAll('.item')].map((one) => one.dataset.key).slice(0, 3)")
        self.browser.key("x")
        self.browser.key("j")
        self.browser.key("x")
        self.browser.wait_for("[...document.querySelectorAll('.bar button')].some((one) => one.textContent.includes('Approve 2'))")
        self.browser.key("a")
        self.notice("2 decided")
        self.assertEqual(["adjudicated", "adjudicated", "candidate"], [self.state_of(key) for key in keys])
        self.browser.key("u")
        self.notice("Taken back")
        self.assertEqual(["candidate"] * 3, [self.state_of(key) for key in keys])

    def test_an_override_keeps_what_is_right(self):
        self.see(f"/review/{self.mixed}")
        self.browser.click(".item button", "met")
        item = self.current()
        self.browser.key("o")
        self.browser.wait_for("document.querySelector('dialog [name=type]')")
        self.browser.evaluate("document.querySelector('dialog [name=type]').value = 'greeted'")
        self.browser.evaluate("document.querySelector('dialog [name=reason]').focus()")
        self.browser.type("it was no more than that")
        self.browser.click("dialog button", "Override")
        self.notice("adjudicated")
        self.assertEqual([["greeted", "adjudicated"]], self.home.sql(f"SELECT relation_type, promotion_state FROM dbo.bridge_entity_relation WHERE relation_id = {item.split(':')[1]}"))
        self.browser.key("u")
        self.notice("Taken back")
        self.assertEqual([["met"]], self.home.sql(f"SELECT relation_type FROM dbo.bridge_entity_relation WHERE relation_id = {item.split(':')[1]}"))

    def test_who_comes_second_is_told(self):
        self.see(f"/review/{self.page_of('Linhe')}")
        self.expected = "409 (Conflict)"
        item = self.current()
        kind, number = item.split(":")
        self.post("/api/v1/adjudicate", {"decision": "approve", "items": [{"item_type": kind, "item_id": int(number)}]})
        self.browser.key("a")
        self.notice("Ada Byron", "look at it again")
        self.browser.wait_for(f"document.querySelector('.item.current').dataset.key !== {json.dumps(item)}")

    def test_two_entities_are_merged_and_parted(self):
        self.see("/merges")
        pair = f"[...document.querySelectorAll('#pairs li')].find((one) => one.textContent.includes({json.dumps(DUPLICATE)}))"
        self.browser.wait_for(f"{pair}.textContent.includes('vantongerem')")
        self.browser.evaluate(f"{pair}.querySelector('button.primary').focus()")
        self.browser.key("Enter")
        self.notice("They are one now")
        merged = f"SELECT count(*) FROM dbo.dim_entity WHERE promotion_state = 'merged' AND entity_name LIKE 'Orsolya%'"
        self.assertEqual(1, self.home.number(merged))
        self.browser.wait_for("document.querySelectorAll('#merges li').length > 0")
        self.browser.click("#notices button", "Undo")
        self.browser.wait_for(f"document.querySelector('#merges li').textContent.includes('taken back')")
        self.assertEqual(0, self.home.number(merged))

    def test_a_proposal_is_approved(self):
        if not self.get("/api/v1/proposals")["available"]:  # nothing collects them: the page says so
            self.see("/proposals")
            self.assertIn("does not collect proposals", self.browser.evaluate("document.body.innerText"))
            return
        items = json.dumps([{"family": "Magic spell", "name": HOSTILE[0], "fields": {"cost": 3, HOSTILE[1]: "high"}, "confidence": 0.95, "grounding": "exact",
                             "evidence": [{"char_start": 0, "char_end": 3, "quote": "The", "grounding": "exact"}]}]).replace("'", "''")
        chunk = self.home.sql(f"SELECT coalesce(min(chunk_id)::text, 'NULL') FROM vector.chunk WHERE source_page_id = {self.mixed}")[0][0]
        self.home.sql(f"SELECT dbo.usp_route_unknown_items(1, NULL, {self.mixed}, {chunk}, '{items}')")
        self.see("/proposals")
        self.assertIn(HOSTILE[0], self.browser.evaluate("document.getElementById('proposals').textContent"))
        self.browser.click("#proposals button", "Approve")
        self.browser.wait_for("document.querySelector('dialog[open] [name=table]')")
        self.browser.click("dialog button", "Approve")
        self.notice("approved")
        self.assertEqual(1, self.home.number("SELECT count(*) FROM dbo.dim_magic_spell"))

    def test_an_entity_page_shows_graph_time_line_evidence_and_history(self):
        name = "Zoë Ångström"
        self.browser.evaluate("document.getElementById('find').focus()")
        self.browser.type(name)
        self.browser.key("Enter")
        self.browser.click("ul.cards a", name)  # two bear it
        self.browser.wait_for(f"document.querySelector('h1')?.textContent === {json.dumps(name)} && document.querySelector('.history li')")
        for part in (".graph .node.own", ".graph .edge", ".timeline rect", ".relation", ".evidence blockquote", ".history li"):
            self.assertTrue(self.browser.evaluate(f"Boolean(document.querySelector({json.dumps(part)}))"), part)
        places = "[...document.querySelectorAll('.graph circle')].map((one) => [one.getAttribute('cx'), one.getAttribute('cy')].join()).join(' ')"
        before = self.browser.evaluate(places)
        self.browser.open(self.browser.evaluate("location.href"))
        self.assertEqual(before, self.browser.evaluate(places))
        inside = self.browser.evaluate("(() => { const box = document.querySelector('.graph svg').getBoundingClientRect(); return [...document.querySelectorAll('.graph circle')]"
                                       ".every((one) => { const own = one.getBoundingClientRect(); return own.left >= box.left && own.right <= box.right && own.top >= box.top && own.bottom <= box.bottom; }); })()")
        self.assertTrue(inside)

    def test_a_reader_sees_no_buttons_to_decide(self):
        self.browser.open(f"{self.url}/open?token={BOB}")
        self.see(f"/review/{self.mixed}")
        self.assertEqual(0, self.browser.evaluate("document.querySelectorAll('div.bar, input[type=checkbox]').length"))
        self.browser.key("a")
        self.assertIn("A reader looks", self.browser.evaluate("document.body.innerText"))

    # Safety

    def test_nothing_that_pages_and_models_say_runs(self):
        entities = [int(row[0]) for row in self.home.sql("SELECT entity_id FROM dbo.dim_entity WHERE attributes <> '{}' AND entity_name LIKE '%alert%' OR entity_name LIKE '%pwned%'")]
        self.assertGreater(len(entities), 15)
        self.see("/review/queue?source=javascript")
        self.assertEqual(len(HOSTILE), self.browser.evaluate("document.querySelectorAll('#queue a').length"))
        paths = [f"/review/{page}" for page in self.hostile] + [f"/entity/{entity}" for entity in entities] + ["/review/queue", "/merges", "/proposals", "/dashboard",
                 "/review/queue?type=%3Cscript%3Ealert(1)%3C/script%3E&source=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E"]
        for path in paths:
            self.see(path)
            self.browser.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            self.assertIsNone(self.browser.evaluate("window.__pwned"), path)
            alive = "document.querySelectorAll('main script, main iframe, main object, main embed, main img, main style, [onerror], [onload], [onfocus], [onmouseover], [srcdoc]').length"
            self.assertEqual(0, self.browser.evaluate(alive), path)
            self.assertEqual([], self.browser.evaluate("[...document.querySelectorAll('a')].map((one) => one.getAttribute('href')).filter((href) => !/^(\\/|#|https?:)/.test(href))"), path)
            self.assertEqual([], self.browser.dialogs, path)
        for page, text in zip(self.hostile, HOSTILE):
            self.see(f"/review/{page}")
            self.assertIn(self.get(f"/api/v1/review/{page}")["page"]["text"], self.browser.evaluate("document.querySelector('.text').textContent"))
            self.browser.key("j")
            self.browser.key("r")
            self.browser.wait_for("document.querySelector('dialog[open]')")
            self.browser.key("Escape")

    def test_a_script_that_got_in_would_not_run(self):
        self.expected = ""
        self.see("/review/queue")
        self.browser.evaluate("""new Promise((done) => {
            for (const [tag, name, value] of [["img", "onerror", "window.__pwned = 1"], ["div", "style", "color: red"]]) {
                const one = document.createElement(tag); try { one.setAttribute(name, value); } catch { /* what must be */ } if (tag === "img") one.src = "/assets/none.svg"; document.body.append(one);
            }
            const script = document.createElement("script"); try { script.text = "window.__pwned = 2"; document.body.append(script); } catch { /* what must be */ }
            setTimeout(done, 200); })""")
        self.assertIsNone(self.browser.evaluate("window.__pwned"))
        self.assertTrue(any("Content Security Policy" in said for said in self.browser.complaints), self.browser.complaints)

    # Looks

    def test_every_screen_fits_a_phone_and_is_reached_by_keyboard(self):
        for path in ("/review/queue", f"/review/{self.mixed}", "/entity/1", "/dashboard", "/merges", "/proposals"):
            self.browser.window(390, 844, mobile=True)
            self.see(path)
            self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), 390, path)
            self.browser.key("Tab")
            self.assertEqual("Skip to content", self.browser.evaluate("document.activeElement.textContent"), path)
            self.browser.key("Tab")
            self.assertNotEqual("none", self.browser.evaluate("getComputedStyle(document.activeElement).outlineStyle"), path)
            unnamed = "[...document.querySelectorAll('button, a, input, select, textarea')].filter((one) => !(one.textContent.trim() || one.ariaLabel || one.labels?.length)).length"
            self.assertEqual(0, self.browser.evaluate(unnamed), path)

    def propose_tides(self, page: int):
        text = self.get(f"/api/v1/review/{page}")["page"]["text"]
        end = text.index(".") + 1
        items = json.dumps([{"family": "Tide", "name": name, "fields": {"place": place, "height": height}, "confidence": 0.9, "grounding": "exact",
                             "evidence": [{"char_start": 0, "char_end": end, "quote": text[:end], "grounding": "exact"}]}
                            for name, place, height in (("Spring tide of 1874", "Saltmarsh", 4.2), ("Neap tide of 1880", "Kestrel Point", 1.1))]).replace("'", "''")
        chunk = self.home.sql(f"SELECT min(chunk_id) FROM vector.chunk WHERE source_page_id = {page}")[0][0]
        self.home.sql(f"SELECT dbo.usp_route_unknown_items(1, NULL, {page}, {chunk}, '{items}')")

    def screens_of(self) -> tuple:
        entity = self.home.sql("SELECT entity_id FROM dbo.dim_entity WHERE entity_name = 'Zoë Ångström' ORDER BY support DESC LIMIT 1")[0][0]
        return "/review/queue", f"/review/{self.page_of('Captains')}", f"/entity/{entity}", "/dashboard", "/merges", "/proposals"

    def test_every_text_stands_out_from_its_ground(self):
        for dark in (False, True):
            self.browser.window(1280, 860, dark=dark)
            for path in self.screens_of():
                self.see(path)
                self.assertEqual([], self.browser.evaluate(FAINT), (path, dark))
            self.see(f"/review/{self.page_of('Captains')}")
            self.browser.key("r")
            self.browser.wait_for("document.querySelector('dialog[open]')")
            self.assertEqual([], self.browser.evaluate(FAINT), ("dialog", dark))
        self.browser.evaluate("document.querySelector('dialog h2').style.setProperty('color', '#555')")
        self.assertEqual(1, len(self.browser.evaluate(FAINT)))  # it would be seen

    def test_every_control_is_reached_by_the_tab_key(self):
        for path in self.screens_of():
            self.see(path)
            self.browser.wait_for("document.querySelector('.item.current .detail') || !document.querySelector('.item')")
            # By what they are called and where: a row may be drawn anew while it is passed.
            self.browser.evaluate("void Object.assign(window, { reached: new Set(), called: (one) => [one.tagName, one.getAttribute('aria-label') || "
                                  "one.textContent.trim().slice(0, 60) || one.name || one.id, one.closest('[data-key]')?.dataset.key, one.getAttribute('href')].join('|') })")
            missed = f"{CONTROLS}.map(window.called).filter((one) => !window.reached.has(one))"
            for _ in range(3):  # what was drawn behind the focus comes in the next round
                for _ in range(self.browser.evaluate(f"{CONTROLS}.length") + 5):
                    self.browser.key("Tab")
                    self.browser.evaluate("void window.reached.add(window.called(document.activeElement))")
                if not self.browser.evaluate(missed):
                    break
            self.assertEqual([], self.browser.evaluate(missed), path)

    def test_nothing_moves_for_those_who_do_not_want_it(self):
        moving = "[...document.querySelectorAll('*')].filter((one) => { const style = getComputedStyle(one); return parseFloat(style.transitionDuration) > 0 || style.animationName !== 'none' || style.scrollBehavior === 'smooth'; }).length"
        self.see("/review/queue")
        self.assertEqual(0, self.browser.evaluate(moving))
        self.browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "no-preference"}])
        self.assertGreater(self.browser.evaluate(moving), 0)

    def test_pictures_of_every_screen(self):
        self.propose_tides(self.page_of("Captains"))
        self.browser.window(1200, 780)
        entity = self.home.sql("SELECT entity_id FROM dbo.dim_entity WHERE entity_name = 'Zoë Ångström' ORDER BY support DESC LIMIT 1")[0][0]
        captains = self.page_of("Captains")
        for path, name in (("/review/queue?source=brass-coast", "queue"), (f"/review/{captains}", "page"), (f"/review/{self.mixed}", "mixed"), (f"/entity/{entity}", "entity"), ("/dashboard", "dashboard"),
                           ("/merges", "merges"), ("/proposals", "proposals")):
            self.see(path)
            self.picture(name)
        colours = set()
        for dark in (False, True):
            self.browser.window(1200, 780, dark=dark)
            self.see(f"/review/{captains}")
            colours.add(self.browser.evaluate("getComputedStyle(document.body).backgroundColor"))
        self.picture("page-dark")
        self.assertEqual(2, len(colours))
        self.browser.window(390, 844, mobile=True)
        for path, name in (("/review/queue?source=brass-coast", "queue-phone"), (f"/review/{captains}", "page-phone"), (f"/entity/{entity}", "entity-phone")):
            self.see(path)
            self.picture(name)
        self.browser.window(1200, 780, dark=True)
        for path, name in ((f"/entity/{entity}", "entity-dark"), ("/dashboard", "dashboard-dark")):
            self.see(path)
            self.picture(name)
