"""What an attacker does to a server on this machine, until a time, and how often at most."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from bench.visitor import Visitor

#: The address of a server, and until when (monotonic seconds).
Attack = Callable[[str, float], None]
#: As a proxy on this machine tells of one address elsewhere: the machine itself has no share of its own.
_ELSEWHERE = {"X-Forwarded-For": "203.0.113.9"}
_PIECE = b"a" * 65_536


def endless_headers(address: str, until: float) -> None:
    """Four connections with a header that does not end, opened again a moment after they are closed."""

    def send() -> None:
        while time.monotonic() < until:
            with suppress(OSError), _connected(address) as connection:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
                while time.monotonic() < until:
                    connection.sendall(_PIECE)
            time.sleep(0.05)

    _together(send, 4)


def half_requests(address: str, until: float) -> None:
    """400 connections with half a head or half a body, opened again when they are closed."""
    head = b"GET / HTTP/1.1\r\nHost: local"
    body = b"POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf"
    open_ones: list[socket.socket] = []
    while time.monotonic() < until:
        while len(open_ones) < 400:
            connection = _connected(address)
            connection.sendall(body if len(open_ones) % 2 else head)
            connection.setblocking(False)
            open_ones.append(connection)
        open_ones = [connection for connection in open_ones if _is_open(connection)]
        time.sleep(0.1)


def abandoned(address: str, until: float) -> None:
    """200 requests for new pictures, sent and closed at once, every two seconds."""
    for turn in range(1_000):
        for number in range(200):
            with suppress(OSError), _connected(address) as connection:
                connection.sendall(_get(f"/embed/us-2016/timeline.png?width={400 + number}&{_until(turn)}"))
        if time.monotonic() > until:
            return
        time.sleep(2)


def uploads(address: str, until: float) -> None:
    """60 files of 10 MB for a session that has asked for none, again and again."""
    with Visitor(address) as visitor:
        visitor.open("search-trends")
        for number in range(60 * 100):
            if time.monotonic() > until:
                return
            head = (
                f"PUT /_stcore/upload_file/{visitor.session}/{number} HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\n"
                f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {10 * 2**20}\r\n\r\n"
            )
            with suppress(OSError), _connected(address) as connection:
                connection.sendall(head.encode())
                for _ in range(160):
                    connection.sendall(_PIECE)
                connection.recv(1_000)


def flood(address: str, until: float) -> None:
    """One client with a hundred connections asks for documents, pictures and PDFs that nobody has drawn."""
    wanted = iter(_dear())
    lock = threading.Lock()

    def ask() -> None:
        connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
        while time.monotonic() < until:
            with lock:
                path = next(wanted)
            try:
                connection.request("GET", path, headers=_ELSEWHERE)
                answer = connection.getresponse()
                answer.read()
            except (OSError, HTTPException):
                connection.close()
                continue
            if answer.status in (429, 503):
                time.sleep(0.5)
        connection.close()

    _together(ask, 100)


def downloads(address: str, until: float) -> None:
    """Twelve sessions press five buttons each, for sixty different pictures, again and again."""

    def press(visitor: Visitor, asked: str) -> None:
        found = visitor.open("embed-and-export", asked).files
        visitor.press(*(file for label, file in found if label.startswith(("PNG", "PDF"))))

    _in_sessions(press, address, until)


def pages(address: str, until: float) -> None:
    """Twelve sessions open the timeline at ranges that nobody has drawn, again and again."""
    _in_sessions(lambda visitor, asked: visitor.open("timeline", asked), address, until)


def _in_sessions(do: Callable[[Visitor, str], object], address: str, until: float) -> None:
    with ExitStack() as stack, ThreadPoolExecutor(12) as threads:
        visitors = [stack.enter_context(Visitor(address, **_ELSEWHERE)) for _ in range(12)]

        def act(turn: int, number: int) -> None:
            with suppress(OSError, TimeoutError):
                do(visitors[number], _until(turn * 12 + number))

        for turn in range(100):
            if time.monotonic() > until:
                return
            list(threads.map(act, [turn] * 12, range(12)))


#: By the name that --only takes.
ATTACKERS: Mapping[str, tuple[str, Attack]] = {
    "headers": ("Headers without an end, 4 connections", endless_headers),
    "halves": ("400 half requests", half_requests),
    "abandoned": ("200 pictures that nobody waits for", abandoned),
    "uploads": ("60 files of 10 MB", uploads),
    "flood": ("One client, 100 connections, all that is costly", flood),
    "downloads": ("60 downloads of sessions", downloads),
    "pages": ("12 sessions, pages that nobody has drawn", pages),
}


def embed_addresses(number: int) -> Iterator[str]:
    """So many addresses of documents, drawings and tables, no two of them alike."""
    forms = ("results", "results.svg", "interest.csv", "outages.json", "interest")
    for each in range(number):
        yield f"/embed/us-2016/{forms[each % len(forms)]}?{_until(each)}"


@contextmanager
def lying_redis() -> Iterator[str]:
    """The address of a Redis whose answers begin well and go on for ever, a byte in a tenth of a second."""
    ended = threading.Event()

    def speak(peer: socket.socket) -> None:
        with suppress(OSError), peer:
            peer.recv(65_536)
            peer.sendall(b"$1000000\r\n")
            while not ended.wait(0.1):
                peer.sendall(b"1")

    def listen() -> None:
        while not ended.is_set():
            with suppress(OSError):
                threading.Thread(target=speak, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.5)
        threading.Thread(target=listen, daemon=True).start()
        try:
            yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        finally:
            ended.set()


def _connected(address: str) -> socket.socket:
    place = urlsplit(address)
    return socket.create_connection((place.hostname, place.port), timeout=10)


def _get(path: str) -> bytes:
    more = "".join(f"{name}: {value}\r\n" for name, value in _ELSEWHERE.items())
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n".encode()


def _until(number: int) -> str:
    """A range that no other number has."""
    hours, minutes = divmod(number // 600, 60)
    hour, minute = divmod(number % 600, 60)
    return f"from=2016-11-08T{hours:02}:{minutes:02}Z&to=2016-11-09T{hour + 6:02}:{minute:02}Z"


def _dear() -> Iterator[str]:
    for number in range(10_000):
        for form in ("", ".png", ".pdf"):
            yield f"/embed/us-2016/timeline{form}?{_until(number)}"


def _is_open(connection: socket.socket) -> bool:
    try:
        if connection.recv(1_000):
            return True
    except BlockingIOError:
        return True
    except OSError:
        pass
    connection.close()
    return False


def _together(do: Callable[[], None], number: int) -> None:
    threads = [threading.Thread(target=do) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
