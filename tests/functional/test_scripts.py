"""The scripts that people and continuous integration call."""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from home import PAGES, REPOSITORY


def run(*command, **more) -> subprocess.CompletedProcess:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, stdin=subprocess.DEVNULL, **more)


class CuttingASectionOutOfAPage(unittest.TestCase):
    def setUp(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        self.page = folder / "page.html"
        self.page.write_text("<html><body><h1 id='top'>All</h1><p>before</p><div><h2><a id='one'/>One é</h2></div><p>first</p>"
                             "<h3>Deeper</h3><p>deep</p><h2 id=two>Two</h2><p>second</p></body></html>", encoding="utf-8")

    def cut(self, wanted):
        return run("python3", REPOSITORY / "scripts" / "html-section.py", self.page, wanted)

    def test_a_section_ends_before_the_next_heading_of_its_level(self):
        part = self.cut("one").stdout
        self.assertIn("<title>One é</title>", part)
        for word, there in [("before", False), ("first", True), ("deep", True), ("second", False)]:
            self.assertEqual(there, word in part, word)

    def test_the_last_section_goes_to_the_end(self):
        self.assertIn("second", self.cut("two").stdout)

    def test_an_id_that_no_heading_has_is_an_error(self):
        result = self.cut("three")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("three", result.stderr)


class ArrowsBetweenRooms(unittest.TestCase):
    def setUp(self):
        self.tree = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.tree)
        (self.tree / "scripts").mkdir()
        shutil.copy(REPOSITORY / "scripts" / "room-arrows.py", self.tree / "scripts")

    def check(self, room: str, include: str) -> subprocess.CompletedProcess:
        folder = self.tree / "src" / room
        folder.mkdir(parents=True)
        (folder / "a.h").write_text(f'#pragma once\n#include "{include}"\n', encoding="utf-8")
        return run("python3", self.tree / "scripts" / "room-arrows.py")

    def test_down_is_allowed(self):
        self.assertEqual(self.check("work", "store/queue.h").returncode, 0)

    def test_up_is_not(self):
        result = self.check("text", "contract/answer.h")
        self.assertEqual(result.returncode, 1)
        self.assertIn("src/text/a.h:2", result.stdout)

    def test_sideways_is_not(self):
        self.assertEqual(self.check("contract", "store/queue.h").returncode, 1)

    def test_an_unknown_room_is_not(self):
        self.assertEqual(self.check("helpers", "error/error.h").returncode, 1)

    def test_the_tree_itself_keeps_to_them(self):
        result = run("python3", REPOSITORY / "scripts" / "room-arrows.py")
        self.assertEqual(result.returncode, 0, result.stdout)


class SettingUp(unittest.TestCase):
    def shim(self, missing: str) -> dict:
        import os
        folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        query = folder / "dpkg-query"
        query.write_text(f'#!/bin/sh\nfor last; do :; done\n[ "$last" = {missing} ] && exit 1\nprintf installed\n')
        query.chmod(0o755)
        return dict(os.environ, PATH=f"{folder}:{os.environ['PATH']}")

    def test_a_missing_package_is_named_with_what_to_do(self):
        result = run("bash", REPOSITORY / "scripts" / "setup.sh", "--check", env=self.shim("libcli11-dev"))
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr, "setup: missing packages: libcli11-dev; run 'make setup' first\n")

    def test_an_unknown_option_is_refused(self):
        self.assertEqual(run("bash", REPOSITORY / "scripts" / "setup.sh", "--everything").returncode, 1)


class CountingTests(unittest.TestCase):
    def tally(self, command: str) -> subprocess.CompletedProcess:
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        return run("bash", "-c", f". {REPOSITORY}/scripts/tally.sh; tally_begin; {command}; tally_end",
                   env={"PATH": "/usr/bin:/bin", "ALMAGEST_TALLY": f"{folder}/tally"})

    def test_counts_are_added_up(self):
        result = self.tally("tally_counting a echo '3 passed, 0 failed'; tally_counting b echo '4 passed, 0 failed'")
        self.assertEqual((result.returncode, result.stdout.splitlines()[-1]), (0, "7 passed, 0 failed"))

    def test_a_part_that_says_nothing_has_failed(self):
        result = self.tally("tally_counting a true; tally_command b true")
        self.assertEqual((result.returncode, result.stdout.splitlines()[-1]), (1, "1 passed, 1 failed"))

    def test_a_part_that_passed_all_and_then_crashed_has_failed(self):
        result = self.tally("tally_counting a bash -c \"echo '3 passed, 0 failed'; exit 139\"")
        self.assertEqual((result.returncode, result.stdout.splitlines()[-1]), (1, "3 passed, 1 failed"))

    def test_the_summary_of_pg_prove_is_understood(self):
        summary = ("b.sql (Wstat: 0 Tests: 20 Failed: 2)\\n  Failed tests:  3, 5\\n"
                   "Files=3, Tests=41,  2 wallclock secs ( 0.03 usr )\\nResult: FAIL\\n")
        result = self.tally(f"tally_counting a bash -c \"printf '{summary}'; exit 1\"")
        self.assertEqual((result.returncode, result.stdout.splitlines()[-1]), (1, "39 passed, 2 failed"))
