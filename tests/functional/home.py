"""A home of its own for a test class: a temporary $ALMAGEST_HOME, and the program run in it."""
from __future__ import annotations

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from dataclasses import dataclass

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PAGES = REPOSITORY / "tests" / "pages"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "almagest"


def program() -> str:
    path = os.environ.get("ALMAGEST_PROGRAM") or str(REPOSITORY / "build" / "almagest")
    if not os.access(path, os.X_OK):
        raise RuntimeError(f"there is no program at {path}; build it or set ALMAGEST_PROGRAM")
    return path


def pages() -> list[pathlib.Path]:
    return sorted(path for path in PAGES.iterdir()
                  if path.suffix in {".html", ".md", ".txt"} and path.name != "README.md")


@dataclass
class Result:
    status: int
    out: str
    err: str
    seconds: float

    def json(self):
        """Standard output as one JSON document and nothing else."""
        return json.loads(self.out)


class Home:
    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="almagest-test-"))
        self.inputs = self.path / "inputs"
        self.inputs.mkdir()
        self.home = self.path / "home"
        self.environment = dict(os.environ, ALMAGEST_HOME=str(self.home))
        self.settings: dict = {}

    def command(self, arguments) -> list[str]:
        command = [program(), *map(str, arguments)]
        if self.settings:
            file = self.path / "settings.yaml"
            file.write_text(json.dumps(self.settings, indent=1), encoding="utf-8")  # JSON is YAML
            command += ["--config", str(file)]
        return command

    def start(self, *arguments, output=subprocess.PIPE, stdin=subprocess.DEVNULL) -> subprocess.Popen:
        return subprocess.Popen(self.command(arguments), env=self.environment, stdin=stdin,
                                stdout=output, stderr=output, text=True, encoding="utf-8",
                                errors="replace", start_new_session=True)

    def account(self) -> str:
        """The ends of this home's logs and its processes, for a failure that has to be explained."""
        parts = []
        for file in sorted([*self.home.glob("logs/*.jsonl"), *self.home.rglob("server.log")]):
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
            parts.append("\n".join([f"-- {file.relative_to(self.home)}", *lines]))
        parts.append("\n".join(["-- processes", *self.processes().values()]))
        return "\n".join(parts)

    def finish(self, process: subprocess.Popen, timeout: float = 180) -> Result:
        began = time.monotonic()
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            account = self.account()  # before the kill changes it
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            raise AssertionError(f"{process.args} was not done after {timeout} s\n{out}\n{err}\n{account}") from None
        return Result(process.returncode, out, err, time.monotonic() - began)

    def run(self, *arguments, timeout: float = 180, input: str | None = None) -> Result:
        """`input`: what stands on standard input; nothing there without it."""
        if input is None:
            return self.finish(self.start(*arguments), timeout)
        with tempfile.TemporaryFile() as file:
            file.write(input.encode())
            file.seek(0)
            return self.finish(self.start(*arguments, stdin=file), timeout)

    def sql(self, query: str) -> list[list[str]]:
        result = self.run("sql", query)
        if result.status != 0:
            raise AssertionError(f"sql failed with {result.status}: {result.err}\n{query}")
        return [line.split("\t") for line in result.out.splitlines()]

    def number(self, query: str) -> int:
        return int(self.sql(query)[0][0])

    def write(self, name: str, content: str | bytes) -> pathlib.Path:
        path = self.inputs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    def processes(self) -> dict[int, str]:
        """Command lines of the processes that live in this home, by their environment or arguments."""
        found = {}
        places = {str(self.home), str((self.home / "cluster").resolve())}
        for folder in pathlib.Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                line = (folder / "cmdline").read_bytes()
                environment = (folder / "environ").read_bytes()
            except OSError:
                continue
            if line and (f"ALMAGEST_HOME={self.home}\0".encode() in environment
                         or any(place.encode() in line for place in places)):
                found[int(folder.name)] = line.replace(b"\0", b" ").decode(errors="replace").strip()
        return found

    def close(self):
        self.settings = {}
        cluster = self.home / "cluster"
        if cluster.exists():
            self.run("db", "stop")
            shutil.rmtree(cluster.resolve(), ignore_errors=True)  # may lie elsewhere when root made it
        shutil.rmtree(self.path, ignore_errors=True)


class HomeCase(unittest.TestCase):
    """A class of tests that share one home; its cluster is stopped at the end."""

    @classmethod
    def setUpClass(cls):
        cls.home = Home()
        cls.addClassCleanup(cls.home.close)

    def setUp(self):
        self.home.settings = {}

    def assertDone(self, result: Result, status: int = 0):
        self.assertEqual(result.status, status, f"\n{result.out}\n{result.err}")

    def assertSays(self, result: Result, *parts: str):
        """One clear sentence on standard error that names every part; nothing of a crash."""
        said = result.err.strip()
        self.assertTrue(said, "nothing was said on standard error")
        for part in parts:
            self.assertIn(part, said)
        for rough in ("terminate called", "what():", "Segmentation", "Aborted", "std::", "pqxx::"):
            self.assertNotIn(rough, said)
        self.assertLessEqual(len(said.splitlines()), 4, said)

    def done(self, *arguments, status: int = 0) -> Result:
        result = self.home.run(*arguments)
        self.assertDone(result, status)
        return result

    def refused(self, *arguments, says=()):
        """As wrong use, in a sentence that names what `says` does."""
        self.assertSays(self.done(*arguments, status=2), *says)

    def await_number(self, query: str):
        """Until it gives at least one."""
        deadline = time.monotonic() + 120
        while self.home.number(query) < 1:
            self.assertLess(time.monotonic(), deadline, query + "\n" + self.home.account())

    def await_signal_taken(self, pid: int):
        """Until the interrupt is no longer pending, so that the program knows of it."""
        deadline = time.monotonic() + 60
        while True:
            with open(f"/proc/{pid}/status", encoding="ascii") as file:
                pending = [int(line.split()[1], 16) for line in file if line.startswith(("SigPnd", "ShdPnd"))]
            if not any(pending):
                return
            self.assertLess(time.monotonic(), deadline, "the interrupt is still pending")


# What a run leaves behind, by natural keys: no serial numbers, times or run ids.
ROWS = {
    "pages": "SELECT regexp_replace(locator, '.*/', ''), version, title, content_sha256 FROM sem.source_page",
    "chunks": """SELECT regexp_replace(page.locator, '.*/', ''), chunk.chunk_index, chunk.char_start, chunk.char_end, chunk.content_sha256
                   FROM vector.chunk AS chunk JOIN sem.source_page AS page USING (source_page_id)""",
    "entities": "SELECT entity_name, entity_type, promotion_state, confidence FROM dbo.dim_entity",
    "relations": """SELECT a.entity_name, r.relation_type, b.entity_name, r.start_date, r.end_date, r.start_text, r.end_text,
                           r.confidence, r.promotion_state
                      FROM dbo.bridge_entity_relation AS r
                      JOIN dbo.dim_entity AS a ON a.entity_id = r.from_entity_id
                      JOIN dbo.dim_entity AS b ON b.entity_id = r.to_entity_id""",
    "events": "SELECT event_name, event_type, event_date, event_end_date, promotion_state FROM dbo.dim_event",
    "works": "SELECT work_name, work_type, release_date, release_end_date, promotion_state FROM dbo.dim_work",
    "evidence": """SELECT evidence.target_table, regexp_replace(page.locator, '.*/', ''), evidence.char_start, evidence.char_end,
                          translate(evidence.quote, E'\\t\\n', '  '), evidence.grounding
                     FROM dbo.evidence AS evidence JOIN sem.source_page AS page USING (source_page_id)""",
    "jobs": "SELECT job_type, status, count(*) FROM llm.vw_job GROUP BY 1, 2",
}


def rows(home: Home) -> dict[str, list[list[str]]]:
    """Everything in ROWS, sorted."""
    return {name: sorted(home.sql(query)) for name, query in ROWS.items()}
