"""Two real apps behind the real nginx, either of which a test may kill; and a reader's session without a browser."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

from bench.proxy import nginx
from bench.visitor import Visitor
from tests.conftest import free_port, sends_by_gzip
from tests.support.asking_http import Heard, ask
from tests.support.forked import Forked

#: What an app that starts beside another one on two cores may take.
_START_SECONDS = 120


class Replicas:
    """Two apps on ports of their own; `url` is the nginx before them."""

    def __init__(self, **environ: str) -> None:
        self._environ, self.url = environ, ""
        self.ports = (free_port(), free_port())
        self._running: dict[int, Forked] = {}

    def start(self) -> None:
        """Start whichever does not run, and wait until both answer."""
        for number, port in enumerate(self.ports, start=1):
            if number not in self._running:
                self._running[number] = self._started(port)
        for port in self.ports:
            _wait_for(f"http://127.0.0.1:{port}/healthz")

    def _started(self, port: int) -> Forked:
        nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
        given = nowhere | {"STREAMLIT_SERVER_ADDRESS": "127.0.0.1"} | self._environ
        command = ["-m", "streamlit", "run", "app.py", "--server.port", str(port)]
        return Forked(command, os.environ | given, os.devnull)

    def kill(self, *numbers: int) -> None:
        """End these, 1 or 2, without a word."""
        for number in numbers:
            process = self._running.pop(number)
            process.kill()
            process.wait(20)

    def end(self) -> None:
        self.kill(*self._running)


@contextmanager
def replicas(folder: Path, cache: Path, **environ: str) -> Iterator[Replicas]:
    """Both running, behind nginx; ended at the end."""
    sends_by_gzip(cache)
    both = Replicas(NIGHTDESK_CACHE=str(cache), **environ)
    try:
        both.start()
        with nginx(*both.ports, folder) as url:
            both.url = url
            yield both
    finally:
        both.end()


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            ask(address)
            return
        except (URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


class Session(Visitor):
    """A reader's session as a browser has it: a websocket, its cookie, and downloads by that cookie."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url

    @property
    def replica(self) -> int:
        """The number of the replica that opened it."""
        return int(self.cookies["nightdesk_replica"].value)

    def download(self, address: str) -> Heard:
        """A file, as the browser of this session asks for it."""
        return ask(address, Cookie=f"nightdesk_replica={self.replica}")
