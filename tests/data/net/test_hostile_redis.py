"""A Redis that lies, floods or never ends costs one miss within half a second, and then it is left alone."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import pytest
from requests_cache.backends.base import DictStorage

from data.core.settings import Settings
from data.net import cache_checks
from data.net.answer_cache import SharedAnswers
from data.net.shared_cache import TIMEOUT_SECONDS, SharedCache

#: Of a busy machine, beside what is promised.
SLACK_SECONDS = 1.0
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


@contextmanager
def hostile(speak: Speak) -> Iterator[str]:
    """The address of a server that speaks so to each who comes."""
    door, ended = socket.create_server(("127.0.0.1", 0), backlog=16), Event()

    def serve(peer: socket.socket) -> None:
        peer.settimeout(5)
        with peer, suppress(OSError):
            speak(peer, ended)

    def accept() -> None:
        with suppress(OSError):
            while True:
                Thread(target=serve, args=(door.accept()[0],), daemon=True).start()

    Thread(target=accept, daemon=True).start()
    try:
        yield f"redis://127.0.0.1:{door.getsockname()[1]}/0"
    finally:
        ended.set()
        door.close()


@pytest.mark.parametrize("speak", HOSTILE)
def test_whatever_it_answers_is_a_miss_within_half_a_second(speak: Speak) -> None:
    with hostile(speak) as url:
        shared = SharedCache(url)
        begun = time.monotonic()
        assert shared.get("key") is None
        assert time.monotonic() - begun < TIMEOUT_SECONDS + SLACK_SECONDS


@pytest.mark.parametrize("speak", HOSTILE)
def test_an_answer_of_a_source_is_not_there_rather_than_an_error(speak: Speak) -> None:
    local: DictStorage = DictStorage()  # type: ignore[no-untyped-call]
    with hostile(speak) as url:
        answers = SharedAnswers(local, SharedCache(url))
        begun = time.monotonic()
        with pytest.raises(KeyError):
            answers["key"]
        assert time.monotonic() - begun < TIMEOUT_SECONDS + SLACK_SECONDS


def test_one_that_never_ends_is_left_alone_afterwards_and_leaves_nobody_waiting() -> None:
    with hostile(dripping(b"$1000\r\n")) as url:
        shared = SharedCache(url)
        assert shared.get("key") is None
        begun = time.monotonic()
        assert [shared.get("key") for _ in range(100)] == [None] * 100
        assert time.monotonic() - begun < SLACK_SECONDS


def test_a_check_of_one_that_never_ends_says_so_in_time() -> None:
    with hostile(dripping(b"+")) as url:
        begun = time.monotonic()
        said = cache_checks.shared(Settings(cache_url=url))
        assert time.monotonic() - begun < TIMEOUT_SECONDS + SLACK_SECONDS
        assert "does not answer" in said
