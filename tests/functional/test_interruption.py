"""A run that is cut short ends, run again, with the same rows as one that was left alone."""
import os
import signal
import time
import unittest

from endpoint import Endpoint
from home import Home, pages, rows


class CutShort(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.endpoint = Endpoint()
        cls.addClassCleanup(cls.endpoint.close)
        cls.endpoint.delay = 0.1
        cls.undisturbed = cls.fresh_home()
        cls.addClassCleanup(cls.undisturbed.close)
        cls.whole = cls.undisturbed.run("run", *pages())
        cls.calls = cls.endpoint.calls
        cls.rows = rows(cls.undisturbed) if cls.whole.status == 0 else {}

    @classmethod
    def fresh_home(cls) -> Home:
        home = Home()
        home.settings = {"llm": cls.endpoint.settings()}
        return home

    def setUp(self):
        self.assertEqual(self.whole.status, 0, self.whole.err)
        self.assertGreater(len(self.rows["relations"]), 0)
        self.home = self.fresh_home()
        self.addCleanup(self.home.close)

    def cut_after(self, share: float, how: int):
        """Starts a run and signals it when this share of an undisturbed run's calls was asked."""
        asked = self.endpoint.calls
        process = self.home.start("run", *pages())
        deadline = time.monotonic() + 120
        while self.endpoint.calls - asked < share * self.calls:
            self.assertIsNone(process.poll(), "the run was over before it could be cut short")
            self.assertLess(time.monotonic(), deadline, "the run did not get so far")
            time.sleep(0.01)  # between two looks at the condition
        os.kill(process.pid, how)
        return self.home.finish(process)

    def same_rows_after_another_run(self):
        self.assertEqual(self.home.run("run", *pages()).status, 0)
        self.assertEqual(self.rows, rows(self.home))

    def test_kill_9_in_the_middle_then_run_again_gives_the_same_rows(self):
        self.assertEqual(self.cut_after(0.5, signal.SIGKILL).status, -signal.SIGKILL)
        self.same_rows_after_another_run()

    def test_kill_9_three_times_then_run_again_gives_the_same_rows(self):
        for share in (0.05, 0.2, 0.3):
            self.assertEqual(self.cut_after(share, signal.SIGKILL).status, -signal.SIGKILL)
        self.same_rows_after_another_run()

    def test_an_interrupt_stops_with_130_and_the_next_run_goes_on(self):
        self.assertEqual(self.cut_after(0.5, signal.SIGINT).status, 130)
        self.assertEqual(0, self.home.number("SELECT count(*) FROM llm.vw_job WHERE status = 'RUNNING'"))
        self.same_rows_after_another_run()

    def test_two_programs_started_at_once_do_not_fight_over_the_cluster(self):
        both = [self.home.start("run", *pages()), self.home.start("run", *pages())]
        for result in [self.home.finish(process) for process in both]:
            self.assertEqual(result.status, 0, result.err)
        self.assertEqual(self.rows, rows(self.home))

    def test_stopping_the_database_and_running_again_costs_nothing(self):
        self.assertEqual(self.home.run("run", *pages()).status, 0)
        self.assertEqual(self.home.run("db", "stop").status, 0)
        self.assertEqual({}, self.home.processes())
        asked = self.endpoint.calls
        self.same_rows_after_another_run()
        self.assertEqual(asked, self.endpoint.calls)
