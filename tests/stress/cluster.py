"""A private PostgreSQL cluster in a temporary folder, never run as root, with Almagest's schema."""
from __future__ import annotations

import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
import time

import psycopg2

from database_errors import is_gone

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SUPERUSER = "almagest"


def program() -> str:
    path = os.environ.get("ALMAGEST_PROGRAM") or str(REPOSITORY / "build" / "almagest")
    if not os.access(path, os.X_OK):
        raise RuntimeError(f"there is no program at {path}; build it or set ALMAGEST_PROGRAM")
    return path


def postgres_programs() -> pathlib.Path:
    versions = pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb")
    found = sorted(versions, key=lambda path: int(path.parts[-3]))
    if not found:
        raise RuntimeError("PostgreSQL is not installed; run scripts/setup.sh")
    return found[-1].parent


class Cluster:
    """Durable as by default (fsync and synchronous_commit on); a Unix socket only."""

    def __init__(self, settings: dict[str, str] | None = None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="almagest-stress-"))
        self.folder.chmod(0o755)
        self.programs = postgres_programs()
        self.data = self.folder / "server" / "data"
        self.data.parent.mkdir()
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.data.parent, owner.pw_uid, owner.pw_gid)
        self.socket = self.data.parent
        try:
            self._as_owner("initdb", "-D", self.data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
            lines = {"listen_addresses": "''", "unix_socket_directories": f"'{self.socket}'", "max_connections": "250",
                     "shared_buffers": "'128MB'", "log_min_messages": "warning", **(settings or {})}
            self._as_owner("sh", "-c", 'cat >>"$0"', self.data / "postgresql.conf",
                           given="".join(f"{name} = {value}\n" for name, value in lines.items()))
            self.start()
        except BaseException:
            self.close()
            raise

    def _as_owner(self, command: str, *arguments, given: str | None = None):
        name = str(self.programs / command) if (self.programs / command).exists() else command
        line = [name, *map(str, arguments)]
        if os.geteuid() == 0:
            line = ["runuser", "-u", "postgres", "--", *line]
        done = subprocess.run(line, input=given, stdin=None if given is not None else subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=self.data.parent)
        if done.returncode:
            raise RuntimeError(f"{command} ended with {done.returncode}: {done.stderr}")

    def start(self):
        self._as_owner("pg_ctl", "-D", self.data, "-l", self.data.parent / "server.log", "-w", "-t", "120", "start")

    def restart(self, mode: str):
        self._as_owner("pg_ctl", "-D", self.data, "-l", self.data.parent / "server.log", "-w", "-t", "120", "-m", mode, "restart")

    def dsn(self, role: str = SUPERUSER, database: str = "almagest") -> str:
        return f"host={self.socket} user={role} dbname={database}"

    def create_database(self):
        self._as_owner("createdb", "-h", self.socket, "-U", SUPERUSER, "-T", "template0", "almagest")

    def migrate(self):
        """The schema as the program makes it."""
        done = subprocess.run([program(), "db", "migrate", "--database", self.dsn(), "--json"], text=True,
                              env=dict(os.environ, ALMAGEST_HOME=str(self.folder / "home")), capture_output=True)
        if done.returncode:
            raise RuntimeError(f"almagest db migrate ended with {done.returncode}: {done.stderr}")

    def log_tail(self) -> str:
        try:
            return "\n".join((self.data.parent / "server.log").read_text(errors="replace").splitlines()[-20:])
        except OSError:
            return ""

    def close(self):
        if (self.data / "postmaster.pid").exists():
            try:
                self._as_owner("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
            except RuntimeError as why:
                print(f"stress: the server did not stop: {why}")
        shutil.rmtree(self.folder, ignore_errors=True)


class Session:
    """One connection that comes back by itself after a restart."""

    def __init__(self, dsn: str, patience: float = 60.0):
        self.dsn, self.patience = dsn, patience
        self.connection = None

    def rows(self, query: str, arguments=None) -> list[tuple]:
        end = time.monotonic() + self.patience
        while True:
            try:
                if self.connection is None:
                    self.connection = psycopg2.connect(self.dsn)
                    self.connection.autocommit = True
                with self.connection.cursor() as cursor:
                    cursor.execute(query, arguments)
                    return cursor.fetchall() if cursor.description else []
            except psycopg2.Error as error:
                self.connection = None
                if not is_gone(error) or time.monotonic() > end:
                    raise
                time.sleep(0.05)  # between two attempts to connect

    def number(self, query: str, arguments=None) -> int:
        return int(self.rows(query, arguments)[0][0])
