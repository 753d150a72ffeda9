"""A Redis of a test's own, on a free port of this machine and without files: it can be stopped, stalled, started."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from tests.conftest import free_port

_START_SECONDS = 20


class RedisServer:
    """One redis-server; `url` is the same however often it is stopped and started."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._program = shutil.which("redis-server")
        if not self._program:
            raise RuntimeError("these tests want redis-server: install it (Debian: apt-get install redis-server)")
        self._folder, self._options, self._port = folder, options, free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{self._port}/0"
        # The library's own three more attempts wait for a second and longer.
        self.client: Redis = Redis(port=self._port, socket_timeout=5, retry=Retry(NoBackoff(), 0))

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [str(self._program), "--port", str(self._port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
        command += ["--save", "", "--appendonly", "no", *self._options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + _START_SECONDS
        while True:
            with suppress(RedisError):
                self.client.ping()
                return
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("redis-server does not answer on its port")
            time.sleep(0.02)

    def stop(self) -> None:
        """Kill it; what it kept is gone."""
        if self._process:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def names(self, pattern: str = "*") -> list[str]:
        """What is kept under names of this pattern."""
        return sorted(name.decode() for name in self.client.scan_iter(pattern))

    def read(self, name: str) -> bytes:
        """What is kept under this name."""
        found = self.client.get(name)
        assert isinstance(found, bytes)
        return found

    def seconds_left(self, name: str) -> int:
        """Until what is kept under this name expires; -1 for never."""
        left = self.client.ttl(name)
        assert isinstance(left, int)
        return left

    def hits(self) -> int:
        """How many questions have found what they asked for."""
        told = self.client.info("stats")
        assert isinstance(told, dict)
        return int(told["keyspace_hits"])

    def stall(self) -> None:
        """From now on it takes connections and answers nothing."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def redis_server(folder: Path, *options: str) -> Iterator[RedisServer]:
    """A running one, killed at the end; `options` go to redis-server."""
    server = RedisServer(folder, *options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


class SilentRedis:
    """Takes connections and never says a word; `url` is where, `connections` how many there were."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"redis://127.0.0.1:{self._socket.getsockname()[1]}/0"

    def connections(self) -> int:
        """How many there were since the last time; they are closed now."""
        self._socket.setblocking(False)
        taken = 0
        with suppress(BlockingIOError):
            while True:
                self._socket.accept()[0].close()
                taken += 1
        return taken

    def close(self) -> None:
        self._socket.close()
