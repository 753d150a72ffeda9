"""Real servers, started in each of the three ways: they answer, bear requests that never become whole, and end."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from bench.visitor import Visitor
from components.server.connection_limits import HEAD_BYTES, HEAD_SECONDS, MOST_AHEAD
from components.server.ending import MOST_SECONDS
from tests.conftest import started
from tests.support.asking_http import ask
from tests.support.forked import Process

Running = tuple[str, Process]


WAYS = {
    "streamlit run app.py": ["-m", "streamlit", "run", "app.py", "--server.port", "{port}"],
    "uvicorn app:app": ["-m", "uvicorn", "app:app", "--host", "127.0.0.1", "--port", "{port}"],
    "python app.py": ["app.py"],
}


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Running]]:
    """A server started in each way, by the way."""
    with ExitStack() as stack, ThreadPoolExecutor(len(WAYS)) as starting:
        begun = starting.map(lambda command: stack.enter_context(started(command, True)), WAYS.values())
        yield dict(zip(WAYS, begun, strict=True))


@pytest.fixture(params=WAYS)
def running(request: pytest.FixtureRequest, servers: dict[str, Running]) -> Running:
    return servers[request.param]


@pytest.fixture
def address(running: Running) -> str:
    return running[0]


def opened(address: str) -> socket.socket:
    place = urlsplit(address)
    return socket.create_connection((place.hostname, place.port), timeout=60)


def told(connection: socket.socket) -> bytes:
    """All that comes until the other side ends it."""
    parts = []
    try:
        while part := connection.recv(65_536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


@pytest.mark.slow
def test_the_app_answers_however_it_is_started(address: str) -> None:
    assert ask(f"{address}/healthz").status == 200
    assert b"<script" in ask(f"{address}/timeline").body


@pytest.mark.slow
def test_headers_without_an_end_are_refused_at_their_limit_and_others_are_served(address: str) -> None:
    endless = [opened(address) for _ in range(4)]
    sent = 0
    for connection in endless:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ")
        try:
            for _ in range(64):
                connection.sendall(b"a" * 65_536)
                sent += 65_536
        except (ConnectionResetError, BrokenPipeError):
            pass
    assert ask(f"{address}/healthz").status == 200
    for connection in endless:
        answer = told(connection)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")
        connection.close()


@pytest.mark.slow
def test_headers_just_below_the_limit_are_read_and_a_byte_more_is_not(address: str) -> None:
    start, end = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: ", b"\r\n\r\n"
    fits = HEAD_BYTES - len(start) - len(end)
    for length, status in ((fits, b"200"), (fits + 1, b"431")):
        with opened(address) as connection:
            connection.sendall(start + b"a" * length + end)
            assert told(connection).split(b" ")[1] == status


@pytest.mark.slow
def test_a_request_behind_another_has_a_limit_of_its_own(address: str) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * (HEAD_BYTES - 500) + b"\r\n"
    with opened(address) as connection:
        connection.sendall(one + b"\r\n" + one + b"Connection: close\r\n\r\n")
        assert told(connection).count(b"HTTP/1.1 200") == 2


@pytest.mark.slow
@pytest.mark.parametrize("piece", [b"T: %s\r\n" % (b"a" * 60_000), b"1;%s\r\nx\r\n" % (b"a" * 60_000)])
def test_headers_behind_a_body_and_words_behind_its_pieces_have_a_limit(address: str, piece: bytes) -> None:
    start = b"POST /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    with opened(address) as connection:
        connection.sendall(start + (b"0\r\n" if piece.startswith(b"T") else b""))
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            connection.sendall(piece * 1_000)
    assert ask(f"{address}/healthz").status == 200


@pytest.mark.slow
def test_a_body_in_pieces_of_one_byte_is_read(address: str) -> None:
    start = b"POST /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    with opened(address) as connection:
        connection.sendall(start + b"1\r\nx\r\n" * 20_000 + b"0\r\n\r\n")
        assert told(connection).startswith(b"HTTP/1.1 405 ")


@pytest.mark.slow
def test_requests_that_wait_behind_one_another_are_few(address: str) -> None:
    drawn = b"GET /embed/us-2016/timeline.png?width=555 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    quick = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = quick.replace(b"localhost\r\n", b"localhost\r\nConnection: close\r\n")
    with opened(address) as connection:
        connection.sendall(drawn + quick * (MOST_AHEAD - 1) + last)
        assert told(connection).count(b"HTTP/1.1 200 ") == MOST_AHEAD + 1
    with opened(address) as connection:
        connection.sendall(drawn.replace(b"555", b"556") + quick * 1_000)
        assert b"HTTP/1.1 200 " not in told(connection)


@pytest.mark.slow
def test_half_a_request_is_ended(servers: dict[str, Running]) -> None:
    halves = [b"", b"GET /healthz HTTP/1.1\r\nHost:", b"\r\n"]
    connections = {(way, half): opened(address) for way, (address, _) in servers.items() for half in halves}
    for (_, half), connection in connections.items():
        connection.sendall(half)
    # The deadline is of the servers; waiting for its end says that there is one.
    for way_and_half, connection in connections.items():
        connection.settimeout(HEAD_SECONDS * 6)
        assert told(connection).startswith(b"HTTP/1.1 408 "), way_and_half
        connection.close()


@pytest.mark.slow
def test_a_connection_that_is_kept_alive_asks_again(address: str) -> None:
    place = urlsplit(address)
    with closing(HTTPConnection(place.hostname or "", place.port, timeout=60)) as connection:
        connection.connect()
        first = connection.sock
        for _ in range(2):
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            assert answer.status == 200 and json.loads(answer.read())["status"] == "ok"
        assert connection.sock is first


_SAY = "print('begun', flush=True)"
_HEAR = "any(iter(lambda: time.sleep(0.01) or server.should_exit, True))"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("loaded", "ready"),
    [
        pytest.param("ending.bound_ending()", _SAY, id="loaded before it listens for signals"),
        pytest.param("", f"ending.bound_ending(); {_SAY}", id="loaded afterwards"),
        pytest.param("", f"{_SAY}; {_HEAR}; ending.bound_ending()", id="loaded when it has been told"),
    ],
)
def test_told_to_end_while_it_gets_ready_it_is_gone_in_time(loaded: str, ready: str) -> None:
    program = f"""if True:
        import time, uvicorn
        from components.server import ending

        async def get_ready(scope, receive, send):
            {ready}
            time.sleep(600)

        ending.MOST_SECONDS = 0.2
        {loaded}
        server = uvicorn.Server(uvicorn.Config(get_ready, port=0, lifespan="on"))
        server.run()"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        assert server.stdout and server.stdout.readline() == b"begun\n"
        server.terminate()
        try:
            assert server.wait(60) == 0
        finally:
            server.kill()


@pytest.mark.slow
def test_told_to_end_it_is_gone_in_time_whatever_is_under_way(running: Running) -> None:
    """The last one of this module: afterwards there are no servers."""
    address, process = running
    half, body = opened(address), opened(address)
    half.sendall(b"GET / HTTP/1.1\r\nHost: local")
    body.sendall(b"POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf")
    drawings = [opened(address) for _ in range(30)]
    for number, drawing in enumerate(drawings):
        kind = b"replay.webp?" if number == 0 else b"timeline.png?width=%d&" % (600 + number)
        drawing.sendall(b"GET /embed/us-2016/%stheme=dark HTTP/1.1\r\nHost: localhost\r\n\r\n" % kind)
    with Visitor(address) as visitor:
        visitor.open("")
        began = time.monotonic()
        process.terminate()
        # What a busy machine needs comes on top; without a limit a server waits for all of them.
        process.wait(MOST_SECONDS + 2)
    assert time.monotonic() - began < MOST_SECONDS + 2
    waited = [told(drawing) for drawing in drawings]
    assert sum(answer.startswith(b"HTTP/1.1 503 ") and b"retry-after" in answer.lower() for answer in waited) > 20
