#!/usr/bin/env python3
"""Runs the functional tests of this folder, or those whose names contain an argument. The last line is
"N passed, N failed"; a skipped test has failed."""
import pathlib
import sys
import time
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent


class Report(unittest.TextTestResult):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.passed = 0

    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1

    def stopTest(self, test):
        super().stopTest(test)
        self.stream.writeln(f"    {time.monotonic() - self.began:.1f} s")


def main() -> int:
    sys.path.insert(0, str(FOLDER))
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{word}*" for word in sys.argv[1:]] or None
    suite = loader.discover(str(FOLDER), pattern="test_*.py")
    report = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=Report).run(suite)
    failed = len(report.failures) + len(report.errors) + len(report.skipped) + len(report.unexpectedSuccesses)
    print(f"{report.passed} passed, {failed} failed")
    return 1 if failed or not report.passed else 0


if __name__ == "__main__":
    sys.exit(main())
