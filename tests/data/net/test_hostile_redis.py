"""A Redis that lies, floods or never ends costs one miss after its limit at most, and then it is left alone."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread
from typing import TypeVar

import pytest
from requests_cache.backends.base import DictStorage

from data.core.settings import Settings
from data.net import cache_checks, shared_cache
from data.net.answer_cache import SharedAnswers
from data.net.shared_cache import SharedCache

#: How long a question without a limit is waited for, until it is clear that it never ends.
PATIENCE_SECONDS = 60
T = TypeVar("T")
Speak = Callable[[socket.socket, Event], None]


def always(data: bytes) -> Speak:
    """The same answer to whatever is asked."""

    def speak(peer: socket.socket, ended: Event) -> None:
        while not ended.is_set() and peer.recv(65536):
            peer.sendall(data)

    return speak


def dripping(head: bytes) -> Speak:
    """An answer that begins well and goes on by one byte in a tenth of a second, which no pause ever ends."""

    def speak(peer: socket.socket, ended: Event) -> None:
        peer.recv(65536)
        peer.sendall(head)
        while not ended.wait(0.1):
            peer.sendall(b"1")

    return speak


def flooding(head: bytes, block: bytes) -> Speak:
    """An answer that is as fast as it can be and never whole."""

    def speak(peer: socket.socket, ended: Event) -> None:
        peer.recv(65536)
        peer.sendall(head)
        while not ended.is_set():
            peer.sendall(block)

    return speak


HOSTILE = [
    pytest.param(always(b":5\r\n"), id="a number"),
    pytest.param(always(b"*2\r\n$1\r\na\r\n$1\r\nb\r\n"), id="a list"),
    pytest.param(always(b"$abc\r\n"), id="a length that is none"),
    pytest.param(always(b":abc\r\n"), id="a number that is none"),
    pytest.param(always(b"*1\r\n" * 20_000), id="lists in lists"),
    pytest.param(always(b"HTTP/1.1 200 OK\r\n\r\n"), id="another protocol"),
    pytest.param(always(b"-ERR no\r\n"), id="a refusal"),
    pytest.param(always(b"$9999999999999\r\n"), id="a promise of more"),
    pytest.param(always(b"\xff\xfe\r\n"), id="noise"),
    pytest.param(dripping(b"$1000\r\n"), id="a value by the byte"),
    pytest.param(dripping(b"+"), id="a line by the byte"),
    pytest.param(flooding(b"$9999999999999\r\n", b"x" * 1_000_000), id="a value without end"),
    pytest.param(flooding(b"*999999999\r\n", b":1\r\n" * 10_000), id="a list without end"),
    pytest.param(flooding(b"", b"x" * 1_000_000), id="a line without end"),
]


@dataclass
class Hostile:
    """A server that speaks so to each who comes; only when it is closed it ends what it says."""

    url: str
    came: int = 0


@contextmanager
def hostile(speak: Speak) -> Iterator[Hostile]:
    door, ended = socket.create_server(("127.0.0.1", 0), backlog=16), Event()
    server = Hostile(f"redis://127.0.0.1:{door.getsockname()[1]}/0")

    def serve(peer: socket.socket) -> None:
        peer.settimeout(5)
        with peer, suppress(OSError):
            speak(peer, ended)

    def accept() -> None:
        with suppress(OSError):
            while True:
                peer = door.accept()[0]
                server.came += 1
                Thread(target=serve, args=(peer,), daemon=True).start()

    Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        ended.set()
        door.close()


@pytest.fixture(autouse=True)
def short_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_cache, "TIMEOUT_SECONDS", 0.05)


def in_time(question: Callable[[], T]) -> T:
    """What it gives, though the server never ends: a question without a limit would not come back at all."""
    asking = ThreadPoolExecutor(1)
    try:
        return asking.submit(question).result(PATIENCE_SECONDS)
    finally:
        asking.shutdown(wait=False)


@pytest.mark.parametrize("speak", HOSTILE)
def test_whatever_it_answers_is_a_miss_and_waited_for_no_longer_than_the_limit(speak: Speak) -> None:
    with hostile(speak) as server:
        shared = SharedCache(server.url)
        assert in_time(lambda: shared.get("key")) is None


@pytest.mark.parametrize("speak", HOSTILE)
def test_an_answer_of_a_source_is_not_there_rather_than_an_error(speak: Speak) -> None:
    local: DictStorage = DictStorage()  # type: ignore[no-untyped-call]
    with hostile(speak) as server:
        answers = SharedAnswers(local, SharedCache(server.url))
        with pytest.raises(KeyError):
            in_time(lambda: answers["key"])


def test_one_that_never_ends_is_left_alone_afterwards_and_leaves_nobody_waiting() -> None:
    with hostile(dripping(b"$1000\r\n")) as server:
        shared = SharedCache(server.url)
        assert in_time(lambda: [shared.get("key") for _ in range(100)]) == [None] * 100
        assert server.came <= 1


def test_a_check_of_one_that_never_ends_says_so_in_time() -> None:
    with hostile(dripping(b"+")) as server:
        assert "does not answer" in in_time(lambda: cache_checks.shared(Settings(cache_url=server.url)))
