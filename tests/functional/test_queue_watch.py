"""`almagest queue --watch`, on a terminal and elsewhere."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from endpoint import EndpointCase
from home import PAGES

ENTER, LEAVE = "\x1b[?1049h\x1b[?25l\x1b[?7l", "\x1b[?7h\x1b[?25h\x1b[?1049l"
FRAME = "\x1b[H\x1b[J"


class Terminal:
    """A process that has a terminal of its own, and what it wrote there."""

    def __init__(self, command, environment, lines=30, columns=120):
        self.master, slave = pty.openpty()
        self.resize(lines, columns)
        self.text = ""

        def take_terminal():
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(command, env=dict(environment, TERM="xterm"), stdin=slave, stdout=slave, stderr=slave,
                                        preexec_fn=take_terminal)
        os.close(slave)

    def resize(self, lines: int, columns: int):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def type(self, keys: str):
        os.write(self.master, keys.encode())

    def read(self, seconds: float) -> bool:
        """False at the end."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            piece = os.read(self.master, 65536)
        except OSError:  # the other side is closed
            return False
        self.text += piece.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(piece)

    def frames(self) -> list[str]:
        """All that were drawn whole; the last one may still be under way."""
        return self.text.split(FRAME)[1:]

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)


class WatchingTheQueue(EndpointCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        result = cls.home.run("ingest", *(PAGES / name for name in ("veyra.md", "eras.md")))
        assert result.status == 0, result.err

    def watch(self) -> Terminal:
        terminal = Terminal(self.home.command(("queue", "--watch")), self.home.environment)
        self.addCleanup(terminal.close)
        return terminal

    def until(self, terminal: Terminal, holds):
        """Until it holds of the newest frame."""
        deadline = time.monotonic() + 120
        while not (terminal.frames() and holds(terminal.frames()[-1])):
            self.assertTrue(terminal.read(1), terminal.text)
            self.assertLess(time.monotonic(), deadline, terminal.text)

    def ended(self, terminal: Terminal) -> int:
        deadline = time.monotonic() + 60
        while terminal.read(1):
            self.assertLess(time.monotonic(), deadline, terminal.text)
        return terminal.process.wait(60)

    def test_is_drawn_in_place_again_and_again_until_interrupted(self):
        terminal = self.watch()
        self.until(terminal, lambda frame: "job type" in frame and "6 to do" not in frame)
        self.assertTrue(terminal.text.startswith(ENTER), terminal.text)
        self.done("queue", "pause", "CHUNK_SOURCE", "--reason", "stocktaking")
        self.until(terminal, lambda frame: "paused: stocktaking" in frame)
        self.done("queue", "resume", "CHUNK_SOURCE")
        self.until(terminal, lambda frame: "to do" in frame and "stocktaking" not in frame)
        terminal.type("\x03")
        self.assertEqual(130, self.ended(terminal))
        self.assertEqual(1, terminal.text.count(LEAVE))
        left = terminal.text.split(LEAVE)[1]
        self.assertIn("CHUNK_SOURCE", left, "the last picture stays")
        self.assertNotIn(FRAME, left)
        self.assertIsNone(re.search("\x1b\\[\\?", left), "the terminal is as it was")

    def test_fits_the_window_whatever_its_size_becomes(self):
        terminal = self.watch()
        self.until(terminal, lambda frame: "to do" in frame)
        terminal.resize(3, 20)
        self.until(terminal, lambda frame: "more lines" in frame)
        self.assertEqual(2, terminal.frames()[-1].count("\n"), "three lines, and none that scrolls")
        terminal.resize(50, 200)
        self.until(terminal, lambda frame: "to do" in frame)
        terminal.process.send_signal(signal.SIGTERM)
        self.assertEqual(130, self.ended(terminal))
        self.assertEqual(1, terminal.text.count(LEAVE))

    def test_waits_for_a_database_that_went_away(self):
        terminal = self.watch()
        self.until(terminal, lambda frame: "to do" in frame)
        self.done("db", "stop")
        self.until(terminal, lambda frame: "database almagest at" in frame or "SQLSTATE" in frame)
        self.home.sql("SELECT 1")  # starts it again
        self.until(terminal, lambda frame: "to do" in frame)
        terminal.type("\x03")
        self.assertEqual(130, self.ended(terminal))

    def test_elsewhere_one_picture_stands_below_the_other(self):
        process = self.home.start("queue", "--watch")
        heads = 0
        while heads < 2:
            line = process.stdout.readline()
            self.assertTrue(line, "it ended")
            self.assertNotIn("\x1b", line)
            heads += "job type" in line
        process.send_signal(signal.SIGINT)
        self.assertDone(self.home.finish(process), 130)
