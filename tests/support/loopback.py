"""Servers of our own on this machine, which answer as sources do on good days and on bad ones."""

from __future__ import annotations

import ssl
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from urllib.parse import parse_qs, urlsplit

from data.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `announced` is a Content-Length that the body does not keep; `first` and `each` are seconds to wait
    before the answer and before each of its bytes; `endless` repeats the body until the other side has had enough.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    announced: int | None = None
    first: float = 0.0
    each: float = 0.0
    endless: bool = False
    drip_headers: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as the server had it."""

    method: str
    path: str
    params: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes
    at: float  # time.monotonic()


#: What to answer: always the same, or worked out from what was asked.
Answering = Answer | Callable[[Asked], Answer]


class Loopback:
    """A server with a queue of answers for each path; the last answer of a path is given again and again."""

    def __init__(self, certificate: Path | None = None) -> None:
        self._queues: dict[str, list[Answering]] = {}
        self._lock = Lock()
        self.closing = Event()
        self.asked: list[Asked] = []
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"loopback": self}))
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        if certificate:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        Thread(target=self._server.serve_forever, args=(0.005,), daemon=True).start()

    def answers(self, path: str, *answers: Answering) -> str:
        """Queue the answers of a path; returns its whole address."""
        with self._lock:
            self._queues[path] = list(answers)
        return self.url + path

    def next_answer(self, asked: Asked) -> Answer:
        with self._lock:
            self.asked.append(asked)
            queue = self._queues.get(asked.path) or [Answer(b"nothing here", status=404)]
            answer = queue.pop(0) if len(queue) > 1 else queue[0]
        return answer(asked) if callable(answer) else answer

    def count(self, path: str) -> int:
        """How many requests there were for a path."""
        return sum(asked.path == path for asked in self.asked)

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing where the other side left: that is what it should do. Any other fault is shown."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    loopback: Loopback
    disable_nagle_algorithm = True
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(
            self.command,
            parts.path,
            parse_qs(parts.query, keep_blank_values=True),
            dict(self.headers),
            body,
            time.monotonic(),
        )
        answer = self.loopback.next_answer(asked)
        self.loopback.closing.wait(answer.first)
        # The other side is free to leave in the middle: that is what many of these answers are for.
        with suppress(OSError):
            self._send(answer)

    def _send(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        whole = answer.announced is None and not answer.endless
        headers = {"Content-Length": str(len(answer.body))} if whole else {"Connection": "close"}
        if answer.announced is not None:
            headers["Content-Length"] = str(answer.announced)
        for name, value in (headers | dict(answer.headers)).items():
            self.send_header(name, value)
        if answer.drip_headers:
            self._drip(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: yes\r\n" * 1000, answer.each)
        self.end_headers()
        while True:
            if answer.each:
                self._drip(answer.body, answer.each)
            else:
                self.wfile.write(answer.body)
            if not answer.endless:
                break
        self.close_connection = self.close_connection or not whole

    def _drip(self, data: bytes, pause: float) -> None:
        for byte in data:
            self.wfile.write(bytes([byte]))
            if self.loopback.closing.wait(pause):
                return

    do_GET = do_POST = _serve  # noqa: N815 (http.server looks for these names)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a test says what it saw."""


@contextmanager
def loopback(certificate: Path | None = None) -> Iterator[Loopback]:
    """A running server, with a certificate one that speaks TLS; closed at the end, with all that it was dripping."""
    server = Loopback(certificate)
    try:
        yield server
    finally:
        server.close()


#: The variables by which the project's own sources may be asked elsewhere.
MIRRORS = ("NIGHTDESK_TRENDS_URL", "NIGHTDESK_WAYBACK_URL", "NIGHTDESK_WIKIMEDIA_URL", "NIGHTDESK_GDELT_TV_URL")


def settings_at(url: str, folder: Path) -> Settings:
    """Settings by which every source is the server at `url`, and the cache is below `folder`."""
    return Settings(
        cache=folder / "cache",
        contact="newsroom@example.org",
        mirrors=tuple((variable, url) for variable in MIRRORS),
    )
