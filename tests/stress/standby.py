"""A cluster with a synchronous standby that can take over: what was acknowledged is on both."""
from __future__ import annotations

import os
import pathlib
import pwd
import time

import psycopg2

from cluster import SUPERUSER, Cluster

PATIENCE = 60.0  # seconds, for the standby to be in step


class ClusterWithStandby(Cluster):
    """Clients are told of both servers and take the one that can be written to."""

    def __init__(self, settings: dict[str, str] | None = None):
        self.standby: pathlib.Path | None = None
        super().__init__(settings)
        try:
            self.begin_standby()
        except BaseException:
            self.close()
            raise

    def begin_standby(self):
        folder = self.folder / "standby"
        folder.mkdir()
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        self._as_owner("pg_basebackup", "-h", self.socket, "-U", SUPERUSER, "-D", folder / "data", "-R", "-X", "stream", "-c", "fast")
        self._as_owner("sh", "-c", 'cat >>"$0"', folder / "data" / "postgresql.conf", given=f"unix_socket_directories = '{folder}'\n")
        self._as_owner("pg_ctl", "-D", folder / "data", "-l", folder / "server.log", "-w", "-t", "120", "start")
        self.standby = folder
        # After the copy: once it has taken over, the standby is to wait for nobody.
        connection = psycopg2.connect(f"host={self.socket} user={SUPERUSER} dbname=postgres")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            cursor.execute("SELECT pg_reload_conf()")
            deadline = time.monotonic() + PATIENCE
            while True:
                cursor.execute("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'")
                if cursor.fetchone()[0]:
                    break
                if time.monotonic() > deadline:
                    raise RuntimeError("the standby does not follow")
                time.sleep(0.05)  # between two looks
        connection.close()

    def dsn(self, role: str = SUPERUSER, database: str = "almagest") -> str:
        if self.standby is None:
            return super().dsn(role, database)
        return f"host={self.socket},{self.standby} user={role} dbname={database} target_session_attrs=read-write"

    def fail_over(self):
        """The server dies and the standby takes over."""
        self._as_owner("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
        self._as_owner("pg_ctl", "-D", self.standby / "data", "-w", "-t", "120", "promote")
        self.data, self.socket, self.standby = self.standby / "data", self.standby, self.socket

    def close(self):
        folder = self.standby
        if folder is not None and (folder / "data" / "postmaster.pid").exists():
            try:
                self._as_owner("pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "stop")
            except RuntimeError as why:
                print(f"stress: the standby did not stop: {why}")
        super().close()
