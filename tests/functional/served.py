"""A home whose review pages are served at a free port, for two people: Ada decides, Bob looks."""
from __future__ import annotations

import http.client
import json
import os
import signal

from home import HomeCase, REPOSITORY, pages

RECORDED = REPOSITORY / "tests" / "recorded" / "brass-coast"
ADA, BOB = "ada-token-0123456789abcdef", "bob-token-0123456789abcdef"


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:500]}"


class ServedCase(HomeCase):
    """Its database is filled from recorded answers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        result = cls.home.run("run", *pages(), "--model", f"recorded:{RECORDED}")
        assert result.status in (0, 3), result.err
        folder = cls.home.home / "serve"
        folder.mkdir(exist_ok=True)
        (folder / "reviewers").write_text(f"# for the tests\nreviewer {ADA} Ada Byron\nreader {BOB} Bob\n")
        (folder / "reviewers").chmod(0o600)
        cls.server, cls.url, cls.link = cls.serve("--listen", "127.0.0.1:0")

    @classmethod
    def serve(cls, *arguments):
        """A server's process, address and link, when it listens."""
        process = cls.home.start("serve", "--json", *arguments)
        cls.addClassCleanup(cls.stop, process)
        said = ""
        while not said.endswith("}\n"):
            line = process.stdout.readline()
            if not line:
                raise AssertionError(f"almagest serve ended: {process.stderr.read()}")
            said += line
        told = json.loads(said)
        return process, told["address"], told["link"]

    @classmethod
    def stop(cls, process) -> int:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        return cls.home.finish(process).status

    @classmethod
    def ask(cls, method: str, path: str, token: str | None = ADA, body=None, headers=(), url: str | None = None) -> Answer:
        """`body`: bytes as they are, anything else as JSON."""
        connection = http.client.HTTPConnection((url or cls.url).removeprefix("http://"), timeout=60)
        given = {"Authorization": f"Bearer {token}"} if token else {}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if method == "POST":
            given["Content-Type"] = "application/json"
        try:
            connection.request(method, path, body=body, headers={**given, **dict(headers)})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    @classmethod
    def get(cls, path: str, **given):
        answer = cls.ask("GET", path, **given)
        assert answer.status == 200, (path, answer)
        return answer.json()

    @classmethod
    def post(cls, path: str, body=None, status: int = 200, **given):
        answer = cls.ask("POST", path, body=body if body is not None else {}, **given)
        assert answer.status == status, (path, answer)
        return answer.json()

    @classmethod
    def cookie_of(cls, token: str) -> str:
        return cls.ask("GET", f"/open?token={token}", token=None).headers["Set-Cookie"].split(";")[0]

    @classmethod
    def route(cls, page: int, entities=(), relations=()):
        """Writes items as a model's checked answer would be written; evidence is [(start, end)…] in code points."""
        def item(given: dict) -> str:
            whole = {"confidence": 0.95, "grounding": "exact", **given}
            whole["evidence"] = [{"char_start": start, "char_end": end, "quote": quote, "grounding": "exact"}
                                 for start, end, quote in given.get("evidence", ())]
            return whole
        for procedure, items in (("usp_batch_insert_entities", entities), ("usp_batch_insert_entity_relations", relations)):
            if items:
                document = json.dumps([item(one) for one in items], ensure_ascii=False).replace("'", "''")
                cls.home.sql(f"SELECT count(*) FROM dbo.{procedure}(1, NULL, {page}, NULL, '{document}')")
