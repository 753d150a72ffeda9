"""A PostgreSQL of a test's own, on a free port of this machine, in a folder that goes when it is stopped."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import psycopg

from tests.conftest import free_port

_START_SECONDS = 30


class PostgresServer:
    """One server; `fresh` is the address of an empty database, another one each time."""

    def __init__(self, folder: Path) -> None:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        if not programs:
            raise RuntimeError("these tests want PostgreSQL: install it (Debian: apt-get install postgresql)")
        self._bin, self._folder, self.port = programs[-1], folder / "data", free_port()
        # It refuses to be run by root.
        self._user = "postgres" if os.getuid() == 0 else None
        if self._user:
            owner = pwd.getpwnam(self._user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        self._numbers = count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", str(self._folder), "-U", "desk", "-A", "trust", "-E", "UTF8", "--no-sync")

    def _run(self, program: str, *options: str) -> None:
        command = [str(self._bin / program), *options]
        subprocess.run(command, user=self._user, cwd="/", check=True, capture_output=True, timeout=120)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [str(self._bin / "postgres"), "-D", str(self._folder), "-p", str(self.port), "-h", "127.0.0.1"]
        command += ["-k", str(self._folder), "-c", "fsync=off", "-c", "max_connections=60"]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(command, user=self._user, cwd="/", stdout=quiet, stderr=quiet)
        deadline = time.monotonic() + _START_SECONDS
        while True:
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.address("postgres"), connect_timeout=2).close()
                return
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("postgres does not answer on its port")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it at once; what was committed is kept."""
        if self._process:
            self._process.terminate() if self._process.poll() is None else None
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(2)
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def address(self, database: str) -> str:
        """Where a database of this name is."""
        return f"postgresql://desk@127.0.0.1:{self.port}/{database}"

    def fresh(self, like: str = "template0") -> str:
        """The address of a new database, with all that one holds that nobody has open."""
        name = f"fresh_{next(self._numbers)}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {like.rpartition('/')[2]}".encode())
        return self.address(name)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A running one, stopped at the end."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    try:
        server = PostgresServer(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
