"""A backup, and what is read back from it."""
import glob
import json
import pathlib
import shutil
import signal
import subprocess

from home import Home, HomeCase, REPOSITORY, pages

RECORDED = REPOSITORY / "tests" / "recorded" / "brass-coast"
PG_DUMP = sorted(glob.glob("/usr/lib/postgresql/*/bin/pg_dump"))[-1]


def dumped(home: Home) -> list[str]:
    """All rows and sequences as SQL, its lines sorted; \\-lines hold a key made for each dump."""
    home.number("SELECT 1")  # starts it
    conninfo = home.run("db", "status", "--json").json()["conninfo"]
    text = subprocess.run([PG_DUMP, "--data-only", "--dbname", conninfo], capture_output=True, text=True, check=True).stdout
    return sorted(line for line in text.replace(str(home.home), "HOME").splitlines() if not line.startswith("\\"))


class Backups(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        result = cls.home.run("run", *pages()[:4], "--model", f"recorded:{RECORDED}")
        assert result.status in (0, 3), result.err
        cls.home.sql("REVOKE UPDATE, DELETE ON dbo.dim_tag FROM CURRENT_USER")
        cls.backup = cls.home.path / "backup"
        result = cls.home.run("db", "backup", "--json", cls.backup)
        assert result.status == 0, result.err

    def other(self) -> Home:
        other = Home()
        self.addCleanup(other.close)
        return other

    def lake(self, home: Home) -> dict:
        return {str(path.relative_to(home.home)): path.read_bytes() for path in (home.home / "lake").rglob("*") if path.is_file()}

    def damaged(self, name: str) -> pathlib.Path:
        copy = self.home.path / name
        shutil.copytree(self.backup, copy)
        return copy

    def test_a_fresh_home_becomes_what_was_backed_up_and_goes_on_from_there(self):
        other = self.other()
        result = other.run("db", "restore", self.backup)
        self.assertDone(result)
        self.assertEqual(dumped(self.home), dumped(other))
        self.assertEqual(self.lake(self.home), self.lake(other))
        rights = "SELECT relname, relacl FROM pg_class WHERE relacl IS NOT NULL AND relnamespace = 'dbo'::regnamespace ORDER BY 1"
        self.assertIn("dim_tag", [row[0] for row in other.sql(rights)])
        self.assertEqual(self.home.sql(rights), other.sql(rights))
        run = other.sql("SELECT run_id FROM llm.run LIMIT 1")[0][0]
        self.assertTrue(other.run("runs", "show", run, "--json").json()["input"])
        again = other.run("run", "--json", *pages()[:4], "--model", f"recorded:{self.home.path}")
        self.assertDone(again)  # nothing is asked: there are no answers in that folder
        # The next row gets an id of its own.
        self.assertEqual(0, other.run("ingest", other.write("new.txt", "A new page.")).status)
        self.assertEqual([], list(other.home.glob("lake.*")))

    def test_what_is_there_goes_only_when_a_person_says_so(self):
        other = self.other()
        other.run("ingest", other.write("mine.txt", "A page of mine."))
        result = other.run("db", "restore", self.backup)
        self.assertDone(result, 2)
        self.assertSays(result, "1 page, ", "--force")
        self.assertEqual(1, other.number("SELECT count(*) FROM sem.source_page"))
        result = other.run("db", "restore", "--force", self.backup)
        self.assertDone(result)
        self.assertIn("1 page, ", result.err)
        self.assertEqual(dumped(self.home), dumped(other))
        self.assertEqual([["almagest"]], other.sql("SELECT datname FROM pg_database WHERE datname LIKE 'almagest%'"))

    def test_a_damaged_backup_is_refused_before_anything_changes(self):
        other = self.other()
        for number, (name, harm, says) in enumerate([
                ("database.dump", lambda path: path.write_bytes(path.read_bytes()[:-1] + bytes([path.read_bytes()[-1] ^ 1])), "is not as it was written"),
                ("database.dump", pathlib.Path.unlink, "lacks database.dump"),
                ("manifest.json", lambda path: path.write_text("{"), "holds no backup")]):
            copy = self.damaged(f"damaged-{number}")
            harm(copy / name)
            result = other.run("db", "restore", copy)
            self.assertIn(result.status, (1, 2))
            self.assertSays(result, says)
        copy = self.damaged("outside")
        manifest = json.loads((copy / "manifest.json").read_text())
        manifest["files"][-1]["name"] = "lake/../../../etc/passwd"
        (copy / "manifest.json").write_text(json.dumps(manifest))
        self.assertSays(other.run("db", "restore", copy), "outside of it")
        self.assertFalse((other.home / "cluster").exists())

    def test_an_archive_that_cannot_be_read_leaves_the_database_as_it_was(self):
        copy = self.damaged("unreadable")
        (copy / "database.dump").write_bytes(b"PGDMP nothing")
        manifest = json.loads((copy / "manifest.json").read_text())
        dump = [file for file in manifest["files"] if file["name"] == "database.dump"][0]
        dump["sha256"] = subprocess.run(["sha256sum", copy / "database.dump"], capture_output=True, text=True, check=True).stdout.split()[0]
        (copy / "manifest.json").write_text(json.dumps(manifest))
        before = dumped(self.home), self.lake(self.home)
        result = self.home.run("db", "restore", "--force", copy)
        self.assertDone(result, 1)
        self.assertSays(result, "pg_restore")
        self.assertEqual(before, (dumped(self.home), self.lake(self.home)))
        self.assertEqual([["almagest"]], self.home.sql("SELECT datname FROM pg_database WHERE datname LIKE 'almagest%'"))

    def test_a_backup_that_is_interrupted_leaves_nothing(self):
        folder = self.home.path / "stopped"
        holder = self.home.start("sql", stdin=subprocess.PIPE)
        holder.stdin.write("BEGIN; LOCK TABLE dbo.dim_tag IN ACCESS EXCLUSIVE MODE;\n")  # pg_dump waits for it
        holder.stdin.flush()
        self.addCleanup(holder.communicate)
        while self.home.number("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 'dbo.dim_tag'::regclass") == 0:
            pass
        process = self.home.start("db", "backup", folder)
        while process.poll() is None and self.home.number("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg_dump' AND wait_event_type = 'Lock'") == 0:
            pass
        process.send_signal(signal.SIGTERM)
        self.assertEqual(130, self.home.finish(process).status)
        self.assertEqual([], list(self.home.path.glob("stopped*")))
